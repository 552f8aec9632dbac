//! Small keys that stand for rows when tables are compared: 16 bytes of an id, 8 of a digest.

use std::fmt;

use crate::kernels::encode_row::{push_field, push_optional_i64};
use crate::kernels::sha256::Digest;

/// The 16 bytes of an id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id([u8; 16]);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "art_{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The bytes of an id: `art_` and 32 lower-case hexadecimal digits; none for anything else.
pub fn parse_id(text: &str) -> Option<Id> {
    let digits = text.strip_prefix("art_")?;
    let lower_hex = digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    (digits.len() == 32 && lower_hex)
        .then(|| u128::from_str_radix(digits, 16).ok())
        .flatten()
        .map(|id| Id(id.to_be_bytes()))
}

/// The first 8 bytes of a SHA-256 over fields: finds changes of a row, not attacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ShortDigest([u8; 8]);

impl ShortDigest {
    /// Begins a digest.
    pub fn begin() -> ShortHasher {
        ShortHasher(Vec::with_capacity(256))
    }
}

/// Fields on their way into a [`ShortDigest`].
#[derive(Debug)]
pub struct ShortHasher(Vec<u8>);

impl ShortHasher {
    /// Adds a text.
    pub fn text(&mut self, text: Option<&str>) {
        push_field(&mut self.0, text.map(str::as_bytes));
    }

    /// Adds a number.
    pub fn number(&mut self, number: Option<i64>) {
        push_optional_i64(&mut self.0, number);
    }

    /// The digest.
    pub fn finish(self) -> ShortDigest {
        let digest = Digest::of(&self.0).0;
        let (first, _) = digest.split_first_chunk().expect("law: a digest has more than 8 bytes");
        ShortDigest(*first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_strictly_and_shown_as_written() {
        let id = "art_00ff0000000000000000000000000001";
        assert_eq!(parse_id(id).unwrap().to_string(), id);
        for bad in ["art_", "art_00FF0000000000000000000000000001", "art_+0ff000000000000000000000000001", "x"] {
            assert!(parse_id(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn absent_and_empty_differ() {
        let of = |text| {
            let mut digest = ShortDigest::begin();
            digest.text(text);
            digest.finish()
        };
        assert_ne!(of(None), of(Some("")));
        assert_eq!(of(Some("a")), of(Some("a")));
    }
}
