//! Kernels: pure functions on strings and arrays, one verb per file.

pub mod compare_sets;
pub mod count_words;
pub mod decode_text;
pub mod detect_language;
pub mod encode_row;
pub mod escape_json;
pub mod extract_body;
pub mod fold_key;
pub mod format_time;
pub mod match_key;
pub mod match_path;
pub mod normalize_line;
pub mod normalize_text;
pub mod normalize_url;
pub mod parse_bytes;
pub mod parse_date;
pub mod parse_fields;
pub mod parse_head;
pub mod parse_html;
pub mod read_metadata;
pub mod registrable_domain;
pub mod repair_mojibake;
pub mod round_float;
pub mod sha256;
pub mod shingle_key;
pub mod sketch_set;
