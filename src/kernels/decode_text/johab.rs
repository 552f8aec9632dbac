//! Johab (KS X 1001:1992 annex 3): Hangul by its parts, everything else by arithmetic from the rows of EUC-KR.

use encoding_rs::EUC_KR;

/// Decodes without replacing anything.
pub(super) fn decode(bytes: &[u8]) -> Option<String> {
    let text = decode_with_replacement(bytes);
    (!text.contains(char::REPLACEMENT_CHARACTER)).then_some(text)
}

/// Decodes with U+FFFD for each lead byte without a character.
pub(super) fn decode_with_replacement(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 2);
    text.extend(characters(bytes).map(|(_, c)| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
    text
}

/// The first lead byte without a character; the length of the bytes when there is none.
pub(super) fn first_malformed(bytes: &[u8]) -> usize {
    characters(bytes).find(|(_, c)| c.is_none()).map_or(bytes.len(), |(at, _)| at)
}

/// Characters and where they begin; none for a lead byte without one, behind which reading goes on.
fn characters(bytes: &[u8]) -> impl Iterator<Item = (usize, Option<char>)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at;
        let lead = *bytes.get(start)?;
        at += 1;
        // The won sign takes the place of the backslash in some tables; the byte itself is kept.
        if lead.is_ascii() {
            return Some((start, Some(char::from(lead))));
        }
        let pair = bytes.get(at).and_then(|trail| character(lead, *trail));
        at += usize::from(pair.is_some());
        Some((start, pair))
    })
}

fn character(lead: u8, trail: u8) -> Option<char> {
    match lead {
        0x84..=0xD3 => hangul(u16::from_be_bytes([lead, trail])),
        0xD9..=0xDE | 0xE0..=0xF9 => symbol(lead, trail),
        _ => None,
    }
}

/// A syllable: five bits each for initial, vowel and final.
fn hangul(code: u16) -> Option<char> {
    let part = |shift: u16| u32::from(code >> shift & 31);
    let (initial, vowel, last) = (part(10), part(5), part(0));
    let vowel_number = match vowel {
        3..=7 => Some(vowel - 3),
        10..=15 => Some(vowel - 5),
        18..=23 => Some(vowel - 7),
        26..=29 => Some(vowel - 9),
        2 => None,
        _ => return None,
    };
    let last_number = match last {
        1..=17 => last - 1,
        19..=29 => last - 2,
        _ => return None,
    };
    let initial_number = match initial {
        2..=20 => Some(initial - 2),
        1 => None,
        _ => return None,
    };
    match (initial_number, vowel_number, last_number) {
        (Some(i), Some(v), l) => char::from_u32(0xAC00 + (i * 21 + v) * 28 + l),
        (None, Some(v), 0) => char::from_u32(0x314F + v),
        (Some(i), None, 0) => INITIALS.chars().nth(i as usize),
        (None, None, l) if l > 0 => FINALS.chars().nth(l as usize - 1),
        _ => None,
    }
}

const INITIALS: &str = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
const FINALS: &str = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ";

/// A symbol or hanja: two rows of EUC-KR make one of Johab.
fn symbol(lead: u8, trail: u8) -> Option<char> {
    let column = match trail {
        0x31..=0x7E => trail - 0x31,
        0x91..=0xFE => trail - 0x43,
        _ => return None,
    };
    let first = if lead < 0xE0 { (lead - 0xD9) * 2 + 0xA1 } else { (lead - 0xE0) * 2 + 0xCA };
    let pair = [first + column / 94, 0xA1 + column % 94];
    let text = EUC_KR.decode_without_bom_handling_and_without_replacement(&pair)?;
    let mut chars = text.chars();
    chars.next().filter(|_| chars.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_syllables_letters_and_hanja() {
        // From Python's codec: "한글 ㄱㅏ 韓國。".
        let bytes = b"\xd0\x65\x8b\x69 \x88\x41\x84\x61 \xf7\xdb\xe2\xd0\xd9\x33";
        assert_eq!(decode(bytes).as_deref(), Some("한글 ㄱㅏ 韓國。"));
        assert_eq!(decode(b"\xd0"), None);
        assert_eq!(decode(b"\xff\xff"), None);
    }
}
