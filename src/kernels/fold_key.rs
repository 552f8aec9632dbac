//! Folds a text to its dedup key: the words alone, without case, punctuation and layout.
//!
//! A key is the text's tokens, case-folded and separated by one space. Texts with equal keys say the same
//! words in the same order, and every digit still counts ("12 dead" and "15 dead" differ).
//!
//! - A **token** is a run of letters, digits (Alphabetic or Number characters) and the marks that follow
//!   them. Everything else separates: punctuation, symbols, white space, and the underscore, which in
//!   news text is markup (`_so_`), not spelling. So `1.5` and `don't` are two tokens each.
//! - **Case** is folded fully and without regard to language, as in CaseFolding.txt (C + F): `ß` = `ss`,
//!   `ς` = `σ`. And {I, İ, i, ı} is one class, written `i`; a combining dot above behind an `i` is dropped,
//!   because that is how `İ` is lower-cased elsewhere. (`I` must fold alike in Turkish and in English.)
//! - **Invisible** characters (soft hyphen, zero-width space, joiner and non-joiner, bidi controls, variation
//!   selectors) are dropped; they neither separate nor count.
//! - Nothing is normalised: `é` of one and of two scalar values differ, as do `²` and `2`. Texts come here
//!   in NFC.
//!
//! Python's `re.findall(r"\w+", text.lower())` gives the same tokens but for: `_` (part of a `\w` token),
//! marks and joiners (they end one; so Indic words stay whole here and fall apart there), `ß` (stays) and
//! the i-class (`ı` stays, `İ` becomes `i` and the dot, which ends the token).

use std::sync::LazyLock;

use unicode_normalization::char::is_combining_mark;

/// The combining dot above.
const DOT_ABOVE: char = '\u{307}';

/// What becomes of each ASCII byte: its folded form, or a space.
const ASCII: [u8; 256] = {
    let mut table = [b' '; 256];
    let mut byte = 0;
    while byte < 128 {
        if (byte as u8).is_ascii_alphanumeric() {
            table[byte] = (byte as u8).to_ascii_lowercase();
        }
        byte += 1;
    }
    table
};

/// First character of [`TWO_BYTES`].
const TWO_BYTES_FROM: u32 = 0x80;

/// What becomes of U+0080..U+07FF: the folded character, a space, or 0 for those that take more.
static TWO_BYTES: LazyLock<[u16; 0x800 - 0x80]> = LazyLock::new(|| {
    let mut table = [0; 0x800 - 0x80];
    for (entry, c) in table.iter_mut().zip(TWO_BYTES_FROM..) {
        let Some(c) = char::from_u32(c) else { continue };
        if is_invisible(c) || is_combining_mark(c) {
            continue;
        }
        if !c.is_alphanumeric() {
            *entry = u16::from(b' ');
            continue;
        }
        let mut folded = fold_char(c);
        if let (Some(only), None) = (folded.next(), folded.next()) {
            // A few fold to characters of three bytes.
            *entry = u16::try_from(u32::from(only)).ok().filter(|only| *only < 0x800).unwrap_or(0);
        }
    }
    table
});

/// Writes the key of `text` into `out`, whose former content is dropped and whose capacity is reused.
///
/// The key is valid UTF-8: tokens separated by one space each, none at the ends. A text without letters and
/// digits has the empty key. Folding a key gives the key itself. At most three times as long as `text`.
pub fn fold_key(text: &str, out: &mut Vec<u8>) {
    out.clear();
    let mut at = 0;
    while at < text.len() {
        let ascii = ascii_steps(&text.as_bytes()[at..]);
        if ascii > 0 {
            push_ascii(&text.as_bytes()[at..at + ascii], out);
            at += ascii;
        } else {
            at = push_mixed(text, at, out);
        }
    }
    if out.last() == Some(&b' ') {
        out.pop();
    }
}

/// Number of tokens of a key that [`fold_key`] wrote.
pub fn token_count(key: &[u8]) -> usize {
    let separators = memchr::memchr_iter(b' ', key).count();
    separators + usize::from(!key.is_empty())
}

/// ASCII is sought in steps of this many bytes; what is not all ASCII is folded in steps of a few.
const STEP: usize = 64;
const MIXED_STEP: usize = 4 * STEP;

/// Length of the steps at the start of `bytes` that are all ASCII.
fn ascii_steps(bytes: &[u8]) -> usize {
    bytes.chunks(STEP).take_while(|step| step.is_ascii()).map(<[u8]>::len).sum()
}

/// Appends folded ASCII.
fn push_ascii(bytes: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    let before = out.last().copied().unwrap_or(b' ');
    // No more bytes are written than were read.
    out.resize(start + bytes.len(), 0);
    let mut writer = Writer { room: &mut out[start..], end: 0, before };
    let mut words = bytes.chunks_exact(WORD);
    for word in words.by_ref() {
        writer.push_word(u64::from_le_bytes(word.try_into().expect("law: chunks have eight bytes")));
    }
    for &byte in words.remainder() {
        writer.push_byte(ASCII[usize::from(byte)]);
    }
    let written = writer.end;
    out.truncate(start + written);
}

/// ASCII bytes that are folded at once.
const WORD: usize = size_of::<u64>();

const HIGH_BITS: u64 = every(0x80);

/// Eight times the same byte.
const fn every(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; WORD])
}

/// Folds eight ASCII bytes; the high bit of each byte of the second word tells whether it is a separator.
///
/// Sums of bytes below 0x80 and addends up to 0x50 stay within their byte, so their high bits compare all bytes at once.
fn fold_word(word: u64) -> (u64, u64) {
    let within = |bytes: u64, first: u8, last: u8| (bytes + every(0x80 - first)) & !(bytes + every(0x7F - last));
    let lower = word | every(0x20);
    let letters = within(lower, b'a', b'z') & HIGH_BITS;
    let digits = within(word, b'0', b'9') & HIGH_BITS;
    let separators = !(letters | digits) & HIGH_BITS;
    let whole = |bits: u64| (bits >> 7) * 0xFF;
    (lower & whole(letters) | word & whole(digits) | separators >> 2, separators)
}

/// Appends a step of `text` from byte `from`, folded; returns where the next one begins.
fn push_mixed(text: &str, from: usize, out: &mut Vec<u8>) -> usize {
    let table = &*TWO_BYTES;
    let bytes = text.as_bytes();
    let end = bytes.len().min(from + MIXED_STEP);
    let start = out.len();
    let before = out.last().copied().unwrap_or(b' ');
    // The step may end within a word of 8 bytes, and no character grows more than threefold.
    out.resize(start + 3 * (end - from + WORD), 0);
    let mut writer = Writer { room: &mut out[start..], end: 0, before };
    let mut at = from;
    while at < end {
        if let Some(word) = bytes.get(at..at + WORD).and_then(|word| word.try_into().ok()).map(u64::from_le_bytes)
            && word & HIGH_BITS == 0
        {
            writer.push_word(word);
            at += WORD;
            continue;
        }
        if bytes[at] < 0x80 {
            writer.push_byte(ASCII[usize::from(bytes[at])]);
            at += 1;
            continue;
        }
        match bytes[at..] {
            [lead @ 0xC2..=0xDF, next, ..] => {
                let c = u32::from(lead & 0x1F) << 6 | u32::from(next & 0x3F);
                match table.get((c - TWO_BYTES_FROM) as usize) {
                    None | Some(0) => writer.push_char(char::from_u32(c).unwrap_or(' ')),
                    Some(&folded) if folded < 0x80 => writer.push_byte(folded as u8),
                    Some(&folded) => writer.push_pair(folded),
                }
                at += 2;
            }
            // U+4000..U+CFFF: mostly Han and Hangul.
            [first @ 0xE4..=0xEC, second, third, ..] => {
                let c = u32::from(first & 0x0F) << 12 | u32::from(second & 0x3F) << 6 | u32::from(third & 0x3F);
                match char::from_u32(c) {
                    Some(c) if is_uncased_letter(c) => writer.push_uncased([first, second, third]),
                    c => writer.push_char(c.unwrap_or(' ')),
                }
                at += 3;
            }
            // U+2010..U+2027: dashes, quotes, ellipsis.
            [0xE2, 0x80, 0x90..=0xA7, ..] => {
                writer.push_byte(b' ');
                at += 3;
            }
            _ => {
                let Some(c) = text[at..].chars().next() else { break };
                writer.push_char(c);
                at += c.len_utf8();
            }
        }
    }
    let written = writer.end;
    out.truncate(start + written);
    at
}

/// Common letters of three bytes that fold to themselves: Kana without marks, Han, Hangul.
fn is_uncased_letter(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}' | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}')
}

/// Writes folded characters into room that is large enough, and one space between tokens.
struct Writer<'a> {
    room: &'a mut [u8],
    end: usize,
    /// The last byte written; a space at the start of the key.
    before: u8,
}

impl Writer<'_> {
    /// Writes a folded ASCII byte; spaces only behind a token. The byte is always written, and the end moves past those that count.
    fn push_byte(&mut self, byte: u8) {
        self.room[self.end] = byte;
        self.end += usize::from((byte | self.before) != b' ');
        self.before = byte;
    }

    /// Folds and writes eight ASCII bytes, without the separators that follow one.
    ///
    /// All eight places are written, and the end moves past those that count. What is left out is a space behind a space, so the last
    /// byte written is the last one folded.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "a call takes longer than most words")]
    fn push_word(&mut self, word: u64) {
        let (mut folded, separators) = fold_word(word);
        let last = (folded >> 56) as u8;
        let mut repeated = separators & (separators << 8 | u64::from(self.before == b' ') << 7);
        let kept = WORD - repeated.count_ones() as usize;
        while repeated != 0 {
            // The bytes behind the one that is left out move up.
            let before = (1_u64 << (repeated.trailing_zeros() & !7)) - 1;
            folded = folded & before | folded >> 8 & !before;
            repeated = (repeated & (repeated - 1)) >> 8;
        }
        self.room[self.end..self.end + WORD].copy_from_slice(&folded.to_le_bytes());
        self.end += kept;
        self.before = last;
    }

    /// Writes a character of two bytes.
    fn push_pair(&mut self, c: u16) {
        self.before = 0x80 | (c & 0x3F) as u8;
        self.room[self.end] = 0xC0 | (c >> 6) as u8;
        self.room[self.end + 1] = self.before;
        self.end += 2;
    }

    /// Writes the three bytes of a letter that folds to itself.
    fn push_uncased(&mut self, bytes: [u8; 3]) {
        self.room[self.end..self.end + 3].copy_from_slice(&bytes);
        self.end += 3;
        self.before = bytes[2];
    }

    fn push_char(&mut self, c: char) {
        if is_uncased_letter(c) {
            self.push_folded(c);
        } else if is_invisible(c) || (c == DOT_ABOVE && self.before == b'i') {
        } else if c.is_alphanumeric() || (self.before != b' ' && is_combining_mark(c)) {
            fold_char(c).for_each(|folded| self.push_folded(folded));
        } else {
            self.push_byte(b' ');
        }
    }

    fn push_folded(&mut self, c: char) {
        let size = c.encode_utf8(&mut self.room[self.end..]).len();
        self.end += size;
        self.before = self.room[self.end - 1];
    }
}

/// Full case folding by the mappings of `std`: lower, upper, lower brings every member of a case class to
/// one form (`ẞ` to `ß` to `SS` to `ss`).
fn fold_char(c: char) -> impl Iterator<Item = char> {
    let c = if c == 'İ' { 'i' } else { c };
    c.to_lowercase().flat_map(char::to_uppercase).flat_map(char::to_lowercase)
}

/// Characters that show nothing and separate nothing.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{FEFF}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FE00}'..='\u{FE0F}' | '\u{E0000}'..='\u{E0FFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(text: &str) -> String {
        let mut out = b"left over".to_vec();
        fold_key(text, &mut out);
        String::from_utf8(out).expect("law: keys are UTF-8")
    }

    #[test]
    fn folds_what_is_not_wording() {
        for (text, expected) in [
            ("", ""),
            (" \t—…!_", ""),
            ("  Twelve dead, 15 hurt!\n\nMore ", "twelve dead 15 hurt more"),
            ("1.5 don't don’t _so_", "1 5 don t don t so"),
            ("IıİiI\u{307}i\u{307}\u{307}", "iiiiii"),
            ("DİYARBAKIR’da Işık", "diyarbakir da işik"),
            ("Straße STRASSE STRAẞE", "strasse strasse strasse"),
            ("ΟΔΟΣ οδος", "οδοσ οδοσ"),
            ("Москва́ \u{301}x", "москва́ x"),
            ("हिन्दी में", "हिन्दी में"),
            ("могу\u{AD}щий a\u{200B}b می\u{200C}شود", "могущий ab میشود"),
            ("中文，测试。", "中文 测试"),
            ("❤\u{FE0F} x² ½", "x² ½"),
            ("K Ω Å", "k ω å"),
        ] {
            assert_eq!(key(text), expected, "{text:?}");
            assert_eq!(token_count(key(text).as_bytes()), expected.split_whitespace().count());
        }
    }

    #[test]
    fn every_character_folds_to_a_fixed_point_in_every_case() {
        for c in char::MIN..=char::MAX {
            let text = format!("x{c}y");
            let folded = key(&text);
            assert_eq!(key(&folded), folded, "{c:?}");
            assert_eq!(key(&format!("x{}y", c.to_lowercase())), folded, "{c:?}");
            assert_eq!(key(&format!("x{}y", c.to_uppercase())), folded, "{c:?}");
            assert!(folded.len() <= 3 * text.len(), "{c:?}");
            if c.is_numeric() {
                assert_ne!(folded, "xy");
                assert_ne!(folded, "x y");
            }
        }
    }

    #[test]
    fn digits_never_fold_together() {
        let digits: Vec<char> = (char::MIN..=char::MAX).filter(|c| c.is_numeric()).collect();
        let keys: std::collections::BTreeSet<String> = digits.iter().map(|c| key(&c.to_string())).collect();
        // Only case pairs (Roman numerals) are one: Ⅷ and ⅷ.
        let cased = digits.iter().filter(|c| fold_char(**c).ne([**c])).count();
        assert_eq!(keys.len(), digits.len() - cased);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn is_idempotent_and_well_formed(text in any::<String>()) {
            let folded = key(&text);
            prop_assert_eq!(key(&folded), folded.as_str());
            prop_assert!(!folded.starts_with(' ') && !folded.ends_with(' ') && !folded.contains("  "));
        }

        #[test]
        fn is_blind_to_case(text in "[a-zA-ZäöüßẞİıIiéÉσςΣжЖǅﬁŉ0-9 .\u{307}\u{345}]{0,60}") {
            prop_assert_eq!(key(&text.to_uppercase()), key(&text));
            prop_assert_eq!(key(&text.to_lowercase()), key(&text));
        }

        #[test]
        fn is_blind_to_what_separates(
            tokens in proptest::collection::vec("[a-z0-9éжğ中]{1,8}", 0..40),
            separators in proptest::collection::vec("[ .,;:!?'\"“”’—_\n\u{a0}\u{2028}😀-]{1,3}", 41),
        ) {
            let mut text = separators[40].clone();
            for (token, separator) in tokens.iter().zip(&separators) {
                text.push_str(token);
                text.push_str(separator);
            }
            let folded = key(&text);
            prop_assert_eq!(&folded, &tokens.join(" "));
            prop_assert_eq!(token_count(folded.as_bytes()), tokens.len());
        }

        #[test]
        fn sees_every_digit(text in "[a-z ,.é’]{0,80}[0-9][a-z ,.0-9é’]{0,80}", to in 0u8..10) {
            let at = text.find(|c: char| c.is_ascii_digit()).expect("law: there is one");
            let mut other = text.clone();
            other.replace_range(at..=at, &to.to_string());
            prop_assert_eq!(key(&other) == key(&text), other == text);
        }

        #[test]
        fn the_reused_buffer_leaves_no_trace(first in any::<String>(), text in any::<String>()) {
            let mut out = Vec::new();
            fold_key(&first, &mut out);
            fold_key(&text, &mut out);
            prop_assert_eq!(String::from_utf8(out).ok(), Some(key(&text)));
        }
    }
}
