//! Kernels: pure functions on strings and arrays, one verb per file.

pub mod count_words;
pub mod decode_text;
pub mod fold_key;
pub mod match_key;
pub mod match_path;
pub mod parse_fields;
pub mod parse_head;
pub mod sha256;
