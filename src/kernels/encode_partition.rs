//! Names folders of a partitioned dataset as Hive does: `key=value`, the value percent-encoded.

use crate::kernels::sha256::{Digest, push_hex};

/// The value of rows without one.
pub const NO_VALUE: &str = "__HIVE_DEFAULT_PARTITION__";
/// Most bytes of an encoded value: file systems allow 255 for a name.
const MOST: usize = 200;
/// Hexadecimal digits that tell apart what was cut.
const DIGITS: usize = 32;
const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// `key=value` as the name of a folder; no value, and an empty one, are [`NO_VALUE`].
///
/// Everything but ASCII letters, digits, `-`, `.`, `_` and `~` is encoded (RFC 3986). A value whose form is longer than 200 bytes is cut, and
/// ends in `~` and 32 digits of its SHA-256.
pub fn encode_partition(key: &str, value: Option<&str>) -> String {
    let Some(value) = value.filter(|value| !value.is_empty()) else { return format!("{key}={NO_VALUE}") };
    let (mut name, mut cut) = (String::new(), 0);
    for (place, letter) in value.char_indices() {
        // A value that is the word for none would be read as none.
        let plain = letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.' | '_' | '~');
        if plain && !(place == 0 && value == NO_VALUE) {
            name.push(letter);
        } else {
            let mut bytes = [0; 4];
            for byte in letter.encode_utf8(&mut bytes).bytes() {
                name.push('%');
                name.push(char::from(HEX[usize::from(byte >> 4)]));
                name.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
        if name.len() < MOST - DIGITS {
            cut = name.len();
        }
    }
    if name.len() > MOST {
        let mut digits = String::new();
        push_hex(&Digest::of(value.as_bytes()).0[..DIGITS / 2], &mut digits);
        name.truncate(cut);
        name = format!("{name}~{digits}");
    }
    format!("{key}={name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_become_names() {
        assert_eq!(encode_partition("source", Some("harbour-times")), "source=harbour-times");
        assert_eq!(encode_partition("source", Some("a/b c=ü")), "source=a%2Fb%20c%3D%C3%BC");
        assert_eq!(encode_partition("source", None), "source=__HIVE_DEFAULT_PARTITION__");
        assert_eq!(encode_partition("source", Some("")), "source=__HIVE_DEFAULT_PARTITION__");
        assert_eq!(encode_partition("source", Some(NO_VALUE)), "source=%5F_HIVE_DEFAULT_PARTITION__");
        let long = [encode_partition("s", Some(&"ü".repeat(90))), encode_partition("s", Some(&"ü".repeat(91)))];
        assert_ne!(long[0], long[1]);
        for name in long {
            assert!(name.len() <= 202 && name.starts_with("s=%C3%BC"), "{name}");
            let (cut, _) = name.split_once('~').unwrap();
            assert!(cut.ends_with("%C3%BC"), "{name}");
        }
    }
}
