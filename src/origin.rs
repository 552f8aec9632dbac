//! Where a record came from: a range of bytes of a decoded stream, and its place among the records of its file.

use std::fmt::Write as _;

/// A range of bytes in a decoded stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ByteRange {
    /// First byte, from the start of the decoded stream of the whole file.
    pub offset: u64,
    /// Number of bytes.
    pub length: u64,
}

impl ByteRange {
    /// The range `[offset, offset + length)`.
    pub fn new(offset: u64, length: u64) -> Self {
        Self { offset, length }
    }

    /// The byte behind the last.
    pub fn end(self) -> u64 {
        self.offset + self.length
    }
}

/// The place of one raw record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Path relative to the input root, `/` between parts, bytes that are not UTF-8 and `%` %-escaped.
    pub raw_path: String,
    /// Place among the records of the file, from 0.
    pub raw_index: i64,
    /// Bytes of the decoded stream.
    pub range: ByteRange,
}

/// Joins path parts given as bytes into the form of `raw_path`: `%` and bytes that are not UTF-8 become `%XX`.
pub fn escape_path(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for part in chunk.valid().split_inclusive('%') {
            match part.strip_suffix('%') {
                Some(before) => {
                    out.push_str(before);
                    out.push_str("%25");
                }
                None => out.push_str(part),
            }
        }
        for byte in chunk.invalid() {
            write!(out, "%{byte:02X}").expect("law: writing to a string cannot fail");
        }
    }
    out
}

/// Reverses [`escape_path`]; a `%` that no two hex digits follow stands for itself.
pub fn unescape_path(path: &str) -> Vec<u8> {
    let bytes = path.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%').then(|| path.get(at + 1..at + 3)).flatten();
        if let Some(byte) = escaped.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            out.push(byte);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_are_not_utf8_survive_the_round_trip() {
        for raw in [&b"a/b.txt"[..], b"100%.txt", b"caf\xe9/x", b"%41", "ş/ı".as_bytes()] {
            let escaped = escape_path(raw);
            assert_eq!(unescape_path(&escaped), raw, "{escaped}");
        }
        assert_eq!(escape_path(b"caf\xe9%"), "caf%E9%25");
    }
}
