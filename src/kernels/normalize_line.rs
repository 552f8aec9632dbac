//! Normalizes one-line fields (title, author, section): the operations of `corpus-1`, on one line.

use crate::kernels::normalize_text::{Normalized, Scratch, Shape, normalize_shape};

/// Normalizes a one-line field: as [`normalize_text`](crate::kernels::normalize_text::normalize_text), but
/// line breaks count as spaces, so that the answer holds no line break and no two spaces in a row, and is trimmed.
///
/// `paragraph_count` is 0 when nothing is left, else 1.
pub fn normalize_line<'a>(raw: &'a str, scratch: &'a mut Scratch) -> Normalized<'a> {
    normalize_shape(raw, Shape::Line, scratch)
}
