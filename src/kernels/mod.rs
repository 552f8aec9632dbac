//! Kernels: pure functions on strings and arrays, one verb per file.

pub mod count_words;
pub mod fold_key;
pub mod sha256;
