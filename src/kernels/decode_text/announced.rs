//! Encodings that the bytes themselves announce: by a byte order mark, by where their NUL bytes stand, by escapes.

use std::borrow::Cow;

use encoding_rs::{EUC_KR, Encoding, GBK, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE};
use memchr::{memchr, memchr2, memmem};

use super::charset::Charset;
use super::{Decoded, Undecodable, checked_utf8, first_malformed};
use crate::rejection::ReasonCode;

/// Decodes what a byte order mark announces; `None` without a mark.
pub(super) fn decode_marked(bytes: &[u8]) -> Option<Result<Decoded<'_>, Undecodable>> {
    let (encoding, rest) = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => (UTF_8, rest),
        [0xFF, 0xFE, 0, 0, rest @ ..] if rest.len() % 4 == 0 => return Some(decode_marked_utf32(rest, false)),
        [0, 0, 0xFE, 0xFF, rest @ ..] => return Some(decode_marked_utf32(rest, true)),
        [0xFF, 0xFE, rest @ ..] => (UTF_16LE, rest),
        [0xFE, 0xFF, rest @ ..] => (UTF_16BE, rest),
        _ => return None,
    };
    if encoding == UTF_8 {
        return Some(match simdutf8::compat::from_utf8(rest) {
            Ok(text) => checked_utf8(text),
            Err(error) => Err(Undecodable {
                reason: ReasonCode::InvalidUtf8,
                offset: 3 + error.valid_up_to(),
                detail: "the byte order mark says utf-8".to_owned(),
            }),
        });
    }
    let charset = Charset::Standard(encoding);
    Some(charset.decode(rest).map(|text| Decoded::new(text, charset.name())).ok_or_else(|| Undecodable {
        reason: ReasonCode::InvalidEncoding,
        offset: 2 + first_malformed(rest, charset),
        detail: format!("the byte order mark says {}", charset.name()),
    }))
}

fn decode_marked_utf32<'a>(rest: &[u8], big: bool) -> Result<Decoded<'a>, Undecodable> {
    let encoding = utf32_name(big);
    match decode_utf32(rest, big) {
        Ok(text) => Ok(Decoded::new(text, encoding)),
        Err(unit) => Err(Undecodable {
            reason: ReasonCode::InvalidEncoding,
            offset: 4 + 4 * unit,
            detail: format!("the byte order mark says {encoding}"),
        }),
    }
}

fn utf32_name(big: bool) -> &'static str {
    if big { "utf-32be" } else { "utf-32le" }
}

/// Decodes UTF-32; else returns the number of the first unit that is no character.
fn decode_utf32(bytes: &[u8], big: bool) -> Result<String, usize> {
    let mut text = String::with_capacity(bytes.len() / 4);
    for (unit, bytes) in bytes.chunks(4).enumerate() {
        let scalar = <[u8; 4]>::try_from(bytes)
            .map(|four| if big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) })
            .ok()
            .and_then(char::from_u32);
        text.push(scalar.ok_or(unit)?);
    }
    Ok(text)
}

/// Decodes what looks like UTF-8 or binary but announces something else; `None` when it announces nothing.
pub(super) fn decode_announced(bytes: &[u8]) -> Option<Decoded<'static>> {
    if memchr(0, bytes).is_some() {
        for big in [false, true] {
            if is_utf32(bytes, big) {
                return Some(Decoded::new(decode_utf32(bytes, big).ok()?, utf32_name(big)));
            }
        }
        let charset = Charset::Standard(utf16(bytes)?);
        return charset.decode(bytes).map(|text| Decoded::new(text.into_owned(), charset.name()));
    }
    // One look for both openings decides for nearly all texts.
    if memchr2(0x1B, b'~', bytes).is_none() || !bytes.is_ascii() {
        return None;
    }
    if let Some(escape) = memchr(0x1B, bytes) {
        if memmem::find(bytes, b"\x1b$)C").is_some() {
            return decode_iso_2022_kr(bytes).map(|text| Decoded::new(text, "iso-2022-kr"));
        }
        let announces = matches!(bytes.get(escape + 1..escape + 3), Some(b"$@" | b"$B" | b"(J" | b"(I"));
        let charset = Charset::Standard(ISO_2022_JP);
        let text = announces.then(|| charset.decode(bytes)).flatten();
        return text.map(|text| Decoded::new(text.into_owned(), charset.name()));
    }
    decode_hz(bytes).map(|text| Decoded::new(text, "hz"))
}

/// Whether all units of the head are characters and most of them are of the basic plane; needs at least two.
fn is_utf32(bytes: &[u8], big: bool) -> bool {
    let sample = bytes.get(..4096).unwrap_or(bytes);
    bytes.len().is_multiple_of(4)
        && bytes.len() >= 8
        && sample.chunks_exact(4).all(|unit| match (unit, big) {
            (&[0, plane, _, _], true) | (&[_, _, plane, 0], false) => plane <= 0x10,
            _ => false,
        })
        && decode_utf32(sample, big).is_ok_and(|text| text.chars().all(|c| !c.is_control() || c.is_whitespace()))
}

/// UTF-16 by where its NUL bytes stand.
fn utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = bytes.get(..4096).unwrap_or(bytes);
    let units = (sample.len() / 2).max(1);
    // Units of printable Latin-1 or white space, by where their NUL stands.
    let latin = |high: usize| {
        let plain = |low: u8| matches!(low, b'\t' | b'\n' | b'\r' | b' '..=b'~' | 0xA0..);
        sample.chunks_exact(2).filter(|pair| pair[high] == 0 && plain(pair[1 - high])).count()
    };
    let (even, odd) = (latin(0), latin(1));
    // Text in any script has spaces and digits, whose high byte is NUL; a NUL unit is rare.
    let leads = |more: usize, less: usize| more * 10 > units && less * 20 < more;
    match bytes.len().is_multiple_of(2) {
        true if leads(odd, even) => Some(UTF_16LE),
        true if leads(even, odd) => Some(UTF_16BE),
        _ => None,
    }
}

/// Decodes ISO-2022-KR (RFC 1557): between SO and SI, pairs of EUC-KR without their high bits.
fn decode_iso_2022_kr(bytes: &[u8]) -> Option<String> {
    let mut text = String::with_capacity(bytes.len() * 2);
    let mut rest = bytes;
    while let Some((first, more)) = rest.split_first() {
        match first {
            0x1B => rest = rest.strip_prefix(b"\x1b$)C")?,
            0x0E => {
                let length = memchr(0x0F, more).unwrap_or(more.len());
                let (shifted, behind) = more.split_at_checked(length)?;
                text.push_str(&raised(shifted, Charset::Standard(EUC_KR))?);
                rest = behind;
            }
            0x0F => rest = more,
            _ => {
                text.push(char::from(*first));
                rest = more;
            }
        }
    }
    Some(text)
}

/// Decodes HZ (RFC 1843): between `~{` and `~}`, pairs of GB 2312 without their high bits.
///
/// Program text may have `~{`, too: every stretch must be pairs, and all of them together two at least.
fn decode_hz(bytes: &[u8]) -> Option<String> {
    let mut text = String::with_capacity(bytes.len() * 2);
    let mut rest = bytes;
    let mut pairs = 0;
    while let Some(at) = memchr(b'~', rest) {
        let (before, from) = rest.split_at_checked(at)?;
        text.push_str(std::str::from_utf8(before).ok()?);
        match from.get(1)? {
            b'{' => {
                let length = memmem::find(from, b"~}")?;
                let shifted = from.get(2..length)?;
                if shifted.iter().any(|byte| !matches!(byte, 0x21..=0x7E)) {
                    return None;
                }
                pairs += shifted.len() / 2;
                text.push_str(&raised(shifted, Charset::Standard(GBK))?);
                rest = from.get(length + 2..)?;
            }
            b'~' => {
                text.push('~');
                rest = from.get(2..)?;
            }
            b'\n' => rest = from.get(2..)?,
            _ => return None,
        }
    }
    text.push_str(std::str::from_utf8(rest).ok()?);
    (pairs >= 2).then_some(text)
}

/// Decodes pairs whose high bits were taken away; signs below 0x21 stand for themselves.
fn raised(shifted: &[u8], charset: Charset) -> Option<Cow<'static, str>> {
    let raised: Vec<u8> = shifted.iter().map(|byte| if *byte > 0x20 { byte | 0x80 } else { *byte }).collect();
    charset.decode(&raised).map(|text| Cow::Owned(text.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn announced(bytes: &[u8]) -> Option<(String, &'static str)> {
        decode_announced(bytes).map(|it| (it.text.into_owned(), it.encoding))
    }

    #[test]
    fn escapes_and_nuls_announce() {
        let wide = |big: bool| -> Vec<u8> {
            let four = |c: char| if big { u32::from(c).to_be_bytes() } else { u32::from(c).to_le_bytes() };
            "Rain ığ".chars().flat_map(four).collect()
        };
        for (bytes, text, encoding) in [
            (&b"\x1b$)C\x0eGQ1[\x0f ok"[..], "한글 ok", "iso-2022-kr"),
            (b"This: ~{<:Ky2;~}~~~\n.", "This: 己所不~.", "hz"),
            (b"\x1b$B$\"$$\x1b(B.", "あい.", "iso-2022-jp"),
            (&wide(true), "Rain ığ", "utf-32be"),
            (&wide(false), "Rain ığ", "utf-32le"),
        ] {
            assert_eq!(announced(bytes), Some((text.to_owned(), encoding)), "{bytes:?}");
        }
    }

    #[test]
    fn plain_text_announces_nothing() {
        for bytes in
            [&b"a ~{ b ~} c"[..], b"~{ab~}", b"x = ~{y}", b"a\0bcd", b"\x1b[1mbold\x1b[0m", b"\x0eabc", b"~", b"~{"]
        {
            assert_eq!(announced(bytes), None, "{bytes:?}");
        }
    }
}
