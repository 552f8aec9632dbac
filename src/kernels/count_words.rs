//! Counts the words and the characters of a text.
//!
//! A word is a UAX #29 word segment that holds a letter or a digit: exactly what
//! `unicode_segmentation::UnicodeSegmentation::unicode_words` yields, which is the law this file is
//! tested against. The rules never join anything across ASCII white space, so the text is cut there:
//!
//! - pieces of ASCII and other plain characters (Latin, Cyrillic, Greek and Arabic letters, quotes and
//!   dashes; see `plain_len`) are counted by a few passes over bytes that the compiler turns into vector code;
//! - a token with any other character goes to the crate.

use unicode_segmentation::UnicodeSegmentation;

/// Longest piece that is counted in one go, in bytes.
const WINDOW: usize = 512;

const LETTER: u8 = 0x01;
const DIGIT: u8 = 0x02;
const UNDERSCORE: u8 = 0x04;
/// Starts a character of general punctuation: maybe a `’`, which joins letters and digits.
const PUNCTUATION: u8 = 0x08;
/// Joins two letters (MidLetter, MidNumLet, Single_Quote): `LETTER << 4`.
const BETWEEN_LETTERS: u8 = LETTER << 4;
/// Joins two digits (MidNum, MidNumLet, Single_Quote): `DIGIT << 4`.
const BETWEEN_DIGITS: u8 = DIGIT << 4;

/// Counts the words of `text`: its UAX #29 word segments with at least one letter or digit.
///
/// Saturates at `u32::MAX`. Scripts without spaces are segmented as the standard says: one word per
/// Han or Hiragana character, Thai by character as well.
pub fn count_words(text: &str) -> u32 {
    let mut rest = text;
    let mut count = 0usize;
    while !rest.is_empty() {
        let piece = &rest[..window_end(rest.as_bytes())];
        if piece.is_empty() {
            // One token fills the window: no white space to cut at.
            let (token, tail) = rest.split_at(token_end(rest.as_bytes(), WINDOW));
            count += token.unicode_words().count();
            rest = tail;
        } else if let Some(at) = find_hard(piece.as_bytes()) {
            let start = last_space(&piece.as_bytes()[..at]);
            let end = token_end(rest.as_bytes(), at);
            count += count_plain(&piece.as_bytes()[..start]);
            count += rest[start..end].unicode_words().count();
            rest = &rest[end..];
        } else {
            count += count_plain(piece.as_bytes());
            rest = &rest[piece.len()..];
        }
    }
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Counts the Unicode scalar values of `text`, saturating at `u32::MAX`.
pub fn count_chars(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// Offset behind the last white space of `bytes`, 0 if there is none.
fn last_space(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|&byte| is_space(byte)).map_or(0, |at| at + 1)
}

/// End of the first piece: all of it when it fits the window, else behind the window's last white space.
fn window_end(bytes: &[u8]) -> usize {
    if bytes.len() <= WINDOW { bytes.len() } else { last_space(&bytes[..WINDOW]) }
}

/// Offset of the first white space at or behind `from`, or the end.
fn token_end(bytes: &[u8], from: usize) -> usize {
    bytes[from..].iter().position(|&byte| is_space(byte)).map_or(bytes.len(), |at| from + at)
}

/// Length of the plain character at the start of `bytes`, 0 if it is not plain.
///
/// Plain are ASCII; letters of two bytes that are ALetter and no marks; and from U+00A0..U+00BB and
/// U+2010..U+2026 what separates words, and `‘`, `’` (MidNumLet). A test compares all of them with the crate.
fn plain_len(bytes: &[u8]) -> usize {
    match *bytes {
        [0..0x80, ..] => 1,
        [0xC2, 0xA0..=0xA8 | 0xAB | 0xB0 | 0xB4 | 0xBB, ..]
        | [0xC3, 0x80..=0x96 | 0x98..=0xB6 | 0xB8..=0xBF, ..]
        | [0xC4..=0xC9 | 0xD0 | 0xD1 | 0xDA, ..]
        | [0xCE, 0x86 | 0x88..=0x8A | 0x8C | 0x8E..=0xA1 | 0xA3..=0xBF, ..]
        | [0xCF, 0x80..=0xB5 | 0xB7..=0xBF, ..]
        | [0xD8, 0xA0..=0xBF, ..]
        | [0xD9, 0x80..=0x8A | 0xB1..=0xBF, ..]
        | [0xDB, 0x80..=0x93, ..] => 2,
        [0xE2, 0x80, 0x90..=0xA2 | 0xA6, ..] => 3,
        _ => 0,
    }
}

/// Whether `byte`, before `next`, may start a character that is not plain; never on U+00C0..U+027F but for
/// `×` and `÷`, and on U+0400..U+047F.
#[expect(clippy::needless_bitwise_bool, reason = "lazy operators keep the loop from becoming vector code")]
fn is_suspect(byte: u8, next: u8) -> bool {
    let plain = (byte < 0xC0) | (byte.wrapping_sub(0xC3) <= 0xC9 - 0xC3) | (byte & 0xFE == 0xD0);
    let sign = (byte == 0xC3) & ((next == 0x97) | (next == 0xB7));
    !plain | sign
}

/// Offset of the first character of a text's `bytes` that is not plain.
fn find_hard(bytes: &[u8]) -> Option<usize> {
    const STEP: usize = 64;
    let mut at = 0;
    while at < bytes.len() {
        let end = bytes.len().min(at + STEP);
        if let Some(ahead) = bytes.get(at..=at + STEP) {
            let pairs = ahead[..STEP].iter().zip(&ahead[1..]);
            if !pairs.fold(false, |any, (&byte, &next)| any | is_suspect(byte, next)) {
                at = end;
                continue;
            }
        }
        // A step may end within a character.
        at += bytes[at..].iter().take_while(|byte| **byte & 0xC0 == 0x80).count();
        while at < end {
            match plain_len(&bytes[at..]) {
                0 => return Some(at),
                size => at += size,
            }
        }
    }
    None
}

/// Whether `byte` starts a plain letter of two bytes.
fn is_lead(byte: u8) -> bool {
    byte.wrapping_sub(0xC3) <= 0xDF - 0xC3
}

/// The classes of one byte behind `before`, as bits.
#[expect(clippy::needless_bitwise_bool, reason = "lazy operators keep the loop from becoming vector code")]
fn classify(byte: u8, before: u8) -> u8 {
    let wide = is_lead(byte) | ((byte & 0xC0 == 0x80) & is_lead(before));
    let letter = ((byte | 0x20).wrapping_sub(b'a') < 26) | wide;
    let digit = byte.wrapping_sub(b'0') < 10;
    let both = (byte == b'.') | (byte == b'\'');
    let between_letters = both | (byte == b':');
    let between_digits = both | (byte == b',') | (byte == b';');
    (u8::from(letter) * LETTER)
        | (u8::from(digit) * DIGIT)
        | (u8::from(byte == b'_') * UNDERSCORE)
        | (u8::from(byte == 0xE2) * PUNCTUATION)
        | (u8::from(between_letters) * BETWEEN_LETTERS)
        | (u8::from(between_digits) * BETWEEN_DIGITS)
}

/// Counts the words of a piece of at most `WINDOW` bytes of plain characters.
///
/// A byte is *inside* when it is a letter, digit or underscore, or joins the letters or digits on both
/// sides of it (WB5-WB13b for these classes); words are the runs of inside bytes, less the places where a
/// curly apostrophe joins two of them.
fn count_plain(piece: &[u8]) -> usize {
    // One class ahead of and behind the piece stays 0: start and end of text.
    let mut classes = [0u8; WINDOW + 2];
    let mut inside = [0u8; WINDOW + 1];
    let size = piece.len().min(WINDOW);
    let Some((&first, rest)) = piece[..size].split_first() else {
        return 0;
    };
    classes[1] = classify(first, 0);
    let mut seen = classes[1];
    for (class, (&byte, &before)) in classes[2..=size].iter_mut().zip(rest.iter().zip(piece)) {
        *class = classify(byte, before);
        seen |= *class;
    }
    let around = classes[..size].iter().zip(&classes[1..=size]).zip(&classes[2..size + 2]);
    for (out, ((&before, &class), &after)) in inside[1..=size].iter_mut().zip(around) {
        let joins = (class >> 4) & before & after;
        *out = u8::from((class & (LETTER | DIGIT | UNDERSCORE)) | joins != 0);
    }
    let runs = if seen & UNDERSCORE == 0 {
        count_runs(&inside[..=size])
    } else {
        count_runs_with_alphanumeric(&classes[1..=size], &inside[1..=size])
    };
    if seen & PUNCTUATION == 0 { runs } else { runs - count_joining_apostrophes(piece, &classes) }
}

/// Counts the runs of `inside` (0 or 1 each), which starts with a 0.
fn count_runs(inside: &[u8]) -> usize {
    let mut count = 0usize;
    // A block of 64 positions starts at most 32 runs, so the byte sum cannot overflow.
    for (before, here) in inside.chunks(64).zip(inside[1..].chunks(64)) {
        let starts = before.iter().zip(here).fold(0u8, |sum, (&was, &is)| sum + (is & !was));
        count += usize::from(starts);
    }
    count
}

/// Counts the `‘` and `’` with letters, or with digits, on both sides; `classes` starts one ahead of `piece`.
fn count_joining_apostrophes(piece: &[u8], classes: &[u8]) -> usize {
    memchr::memchr_iter(0xE2, piece)
        .filter(|&at| {
            let apostrophe = matches!(piece[at..], [_, 0x80, 0x98 | 0x99, ..]);
            let after = classes.get(at + 4).copied().unwrap_or(0);
            apostrophe && classes[at] & after & (LETTER | DIGIT) != 0
        })
        .count()
}

/// Counts the runs of `inside` that hold more than underscores.
fn count_runs_with_alphanumeric(classes: &[u8], inside: &[u8]) -> usize {
    let mut count = 0;
    let mut counted = false;
    for (&class, &is) in classes.iter().zip(inside) {
        let first = is != 0 && !counted && class & (LETTER | DIGIT) != 0;
        count += usize::from(first);
        counted = is != 0 && (counted || first);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reference(text: &str) -> u32 {
        text.unicode_words().count() as u32
    }

    #[test]
    fn counts_words_not_punctuation() {
        for (text, words) in [
            ("", 0),
            (" \n\t", 0),
            ("One two, three.", 3),
            ("can't stop at 3.14 or 1,000;5", 6),
            ("a.b a. .b a:b 1:2 a'1", 8),
            ("_ __ _a_ a_1", 2),
            ("-- ... !!", 0),
            ("Çelik’in üç günü", 3),
            ("2×3 и 4÷2", 5),
        ] {
            assert_eq!(count_words(text), words, "{text:?}");
            assert_eq!(count_words(text), reference(text), "{text:?}");
        }
    }

    #[test]
    fn every_plain_character_is_what_it_is_taken_for() {
        let mut letters = 0;
        for c in (0x80..0x3000).filter_map(char::from_u32) {
            let bytes = c.to_string();
            if plain_len(bytes.as_bytes()) == 0 {
                continue;
            }
            assert_eq!(plain_len(bytes.as_bytes()), bytes.len(), "{c:?}");
            let words = u32::from(is_lead(bytes.as_bytes()[0]));
            letters += words;
            for text in
                [format!("{c}"), format!("{c}1{c}_{c}"), format!("{c}'{c}"), format!("{c},{c}"), format!("1.{c}")]
            {
                assert_eq!(count_words(&text), reference(&text), "{text:?}");
            }
            assert_eq!(reference(&format!("a{c}b")), if words == 1 || "‘’".contains(c) { 1 } else { 2 }, "{c:?}");
        }
        assert!(letters > 800, "{letters}");
    }

    #[test]
    fn every_character_behaves_the_same_in_context() {
        for c in char::MIN..=char::MAX {
            let text = format!("a {c}b{c} 1{c}2 .{c}\u{308}a _{c}_ é{c}’{c}é {c}");
            assert_eq!(count_words(&text), reference(&text), "{text:?}");
        }
    }

    #[test]
    fn long_tokens_and_window_edges() {
        for size in [510, 511, 512, 513, 514, 1025, 3000] {
            for unit in ["a", "é", "_", "中", "a.", "1,", "' "] {
                let text = unit.repeat(size);
                assert_eq!(count_words(&text), reference(&text), "{unit} x {size}");
                let text = format!("{} é’s {text}", "b ".repeat(size / 3));
                assert_eq!(count_words(&text), reference(&text), "{unit} x {size}");
            }
        }
    }

    #[test]
    fn counts_scalar_values() {
        assert_eq!(count_chars("añ\u{1F600}\n"), 4);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn equals_the_standard_on_any_text(text in any::<String>()) {
            prop_assert_eq!(count_words(&text), reference(&text));
        }

        #[test]
        fn equals_the_standard_on_ascii(text in "[ -~\n\t]{0,1400}") {
            prop_assert_eq!(count_words(&text), reference(&text));
        }

        #[test]
        fn equals_the_standard_on_word_characters(text in "[ab12_.,;:' \n]{0,700}") {
            prop_assert_eq!(count_words(&text), reference(&text));
        }

        #[test]
        fn equals_the_standard_on_plain_characters(text in "[a1_.' éΩжب’‘“—\u{a0}…]{0,700}") {
            prop_assert_eq!(count_words(&text), reference(&text));
        }

        #[test]
        fn equals_the_standard_on_nasty_alphabets(
            text in "[a1_.' \r\n\u{0b}\u{85}\u{a0}éß×÷жΣ·\u{301}\u{345}\u{ad}\u{200b}\u{200d}\u{2028}’‘“—…אב״׳アｱ中가กि😀👩🇩🇪\u{fe0f}\u{3000}٣٫]{0,400}"
        ) {
            prop_assert_eq!(count_words(&text), reference(&text));
        }
    }
}
