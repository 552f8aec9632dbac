//! Kernels: pure functions on strings and arrays, one verb per file.

pub mod count_words;
pub mod escape_json;
pub mod fold_key;
pub mod format_time;
pub mod round_float;
pub mod sha256;
