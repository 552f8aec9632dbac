//! Writes JSON strings: UTF-8 as it is, escapes only where JSON demands them.
//!
//! Escaped are the quote, the backslash and the C0 controls (RFC 8259, section 7); runs between them are copied whole.

const LOW_BITS: u64 = 0x0101_0101_0101_0101;
const HIGH_BITS: u64 = 0x8080_8080_8080_8080;
const HEX: &[u8; 16] = b"0123456789abcdef";

/// What follows the backslash, by byte: 0 for bytes that stand for themselves, `u` for controls without a short form.
const ESCAPES: [u8; 256] = {
    let mut table = [0; 256];
    let mut control = 0;
    while control < 0x20 {
        table[control] = b'u';
        control += 1;
    }
    table[8] = b'b';
    table[9] = b't';
    table[10] = b'n';
    table[12] = b'f';
    table[13] = b'r';
    table[b'"' as usize] = b'"';
    table[b'\\' as usize] = b'\\';
    table
};

/// Appends `text` as a JSON string with its quotes.
pub fn push_json_string(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    out.reserve(bytes.len() + 2);
    out.push(b'"');
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = find_escape(bytes, at) {
        out.extend_from_slice(&bytes[copied..found]);
        let byte = bytes[found];
        match ESCAPES[usize::from(byte)] {
            b'u' => {
                out.extend_from_slice(b"\\u00");
                out.extend_from_slice(&[HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
            }
            short => out.extend_from_slice(&[b'\\', short]),
        }
        at = found + 1;
        copied = at;
    }
    out.extend_from_slice(&bytes[copied..]);
    out.push(b'"');
}

/// Bytes that are looked at together before any of them alone.
const BLOCK: usize = 64;

/// Whether a block holds a byte that needs an escape; without a branch, so that it becomes vector code.
#[expect(clippy::needless_bitwise_bool, reason = "lazy operators keep the loop from becoming vector code")]
fn has_escape(block: &[u8]) -> bool {
    block.iter().fold(false, |found, &byte| found | (byte < 0x20) | (byte == b'"') | (byte == b'\\'))
}

/// The first byte from `from` on that needs an escape.
///
/// Whole blocks without one are passed over; then eight bytes a step: `(x - n * LOW) & !x & HIGH` marks bytes below `n`; a borrow can mark a byte wrongly only above a byte
/// that is marked rightly, so the lowest mark is always true.
fn find_escape(bytes: &[u8], from: usize) -> Option<usize> {
    let passed = bytes.get(from..)?.chunks_exact(BLOCK).take_while(|block| !has_escape(block)).count() * BLOCK;
    let from = from + passed;
    let tail = bytes.get(from..)?;
    let mut words = tail.chunks_exact(8);
    for (place, word) in words.by_ref().enumerate() {
        let word = u64::from_le_bytes(word.try_into().expect("law: chunks have eight bytes"));
        let quote = word ^ (LOW_BITS * 0x22);
        let backslash = word ^ (LOW_BITS * 0x5c);
        let found = ((word.wrapping_sub(LOW_BITS * 0x20) & !word)
            | (quote.wrapping_sub(LOW_BITS) & !quote)
            | (backslash.wrapping_sub(LOW_BITS) & !backslash))
            & HIGH_BITS;
        if found != 0 {
            return Some(from + place * 8 + found.trailing_zeros() as usize / 8);
        }
    }
    let rest = words.remainder();
    let at = rest.iter().position(|&byte| ESCAPES[usize::from(byte)] != 0)?;
    Some(bytes.len() - rest.len() + at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(text: &str) -> String {
        let mut out = Vec::new();
        push_json_string(&mut out, text);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn only_what_json_demands_is_escaped() {
        assert_eq!(
            written("a\"b\\c\n\r\t\u{8}\u{c}\u{1}\u{1f}/é\u{7f}\u{2028}"),
            "\"a\\\"b\\\\c\\n\\r\\t\\b\\f\\u0001\\u001f/é\u{7f}\u{2028}\""
        );
        assert_eq!(written(""), "\"\"");
    }

    proptest! {
        #[test]
        fn serde_json_writes_the_same(text in prop_oneof![any::<String>(), "[\\x00-\\x7f]{0,80}", "[a-z\"\\\\\n é]{0,200}"]) {
            prop_assert_eq!(written(&text), serde_json::to_string(&text).unwrap());
        }
    }
}
