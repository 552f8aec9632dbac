//! Decodes the bytes of a text to UTF-8, without ever putting a replacement character for what it cannot read.

mod charset;
mod code_pages;
mod guess;
mod johab;
mod letters;
mod symbols;

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE};
use memchr::memchr;

use charset::Charset;

use crate::rejection::{ReasonCode, Rejection};

/// A decoded text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// The text without byte order mark; borrowed, as a suffix of the bytes, exactly when they were UTF-8.
    pub text: Cow<'a, str>,
    /// WHATWG name in lower case (`utf-8`, `windows-1252`), or `utf-32le`, `utf-32be`, which WHATWG does not have.
    pub encoding: &'static str,
}

impl<'a> Decoded<'a> {
    /// The byte of the raw bytes where the text begins, for texts whose offsets are those of the raw bytes.
    pub fn utf8_offset(&self, bytes: &[u8]) -> Option<u64> {
        match self.text {
            Cow::Borrowed(text) if self.encoding == "utf-8" => Some((bytes.len() - text.len()) as u64),
            _ => None,
        }
    }

    fn new(text: impl Into<Cow<'a, str>>, encoding: &'static Encoding) -> Self {
        Self { text: text.into(), encoding: lower_name(encoding) }
    }
}

/// Bytes that no allowed encoding reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecodable {
    /// `InvalidUtf8` when nothing but UTF-8 was in question, else `InvalidEncoding`.
    pub reason: ReasonCode,
    /// First byte that does not decode.
    pub offset: usize,
    /// What was found there.
    pub detail: String,
}

impl From<Undecodable> for Rejection {
    fn from(fault: Undecodable) -> Self {
        Rejection::new(fault.reason, format!("byte {}: {}", fault.offset, fault.detail))
    }
}

/// The share of control characters above which bytes are not text: valid UTF-8 may be sloppy, a guess may not.
///
/// Line ends, TAB and FF do not count; NUL does. Text has next to none: a page of 3,000 characters with 60 stray ones is still
/// accepted from a detector, compressed data (about 10 % of the bytes) is not.
const CONTROLS_IN_UTF8: f64 = 0.30;
/// See [`CONTROLS_IN_UTF8`].
const CONTROLS_IN_GUESS: f64 = 0.02;

/// Decodes a text: strict UTF-8; else what a byte order mark says, then `declared`, then a guess, then `fallbacks` in order.
///
/// `declared` and `fallbacks` are WHATWG labels; unknown ones are passed over. UTF-16 without a mark is known by where its NUL
/// bytes stand, ISO-2022-JP by its escape sequences: both are valid UTF-8 by accident, so they are looked for first.
///
/// # Errors
/// With the first offending byte when every way would need a replacement character, or when the bytes are not text at all.
pub fn decode_text<'a>(
    bytes: &'a [u8],
    declared: Option<&str>,
    fallbacks: &[String],
) -> Result<Decoded<'a>, Undecodable> {
    if let Some(decoded) = decode_marked(bytes) {
        return decoded;
    }
    if let Some(encoding) = announced(bytes)
        && let Some(text) = decode_strictly(bytes, encoding)
    {
        return Ok(Decoded::new(text, encoding));
    }
    let fault = match simdutf8::compat::from_utf8(bytes) {
        Ok(text) => return checked_utf8(text),
        Err(error) => error,
    };
    let known = |label: &str| Encoding::for_label_no_replacement(label.trim().as_bytes()).filter(|it| *it != UTF_8);
    let declared = declared.and_then(known);
    let guess = |encoding| Some((encoding, decode_strictly(bytes, encoding)?));
    if let Some((encoding, text)) = declared.and_then(guess) {
        return Ok(Decoded::new(text, encoding));
    }
    let guessed = guess::guess(bytes, 12);
    let candidates = guessed.into_iter().chain(fallbacks.iter().filter_map(|label| Charset::for_label(label)));
    for charset in candidates {
        if let Some(text) = charset.decode(bytes)
            && share_of_controls(&text) <= CONTROLS_IN_GUESS
        {
            return Ok(Decoded { text: Cow::Owned(text.into_owned()), encoding: charset.name() });
        }
    }
    let (reason, tried) = match declared {
        Some(encoding) => (ReasonCode::InvalidEncoding, lower_name(encoding)),
        None => (ReasonCode::InvalidUtf8, "utf-8"),
    };
    let offset = declared.map_or(fault.valid_up_to(), |encoding| first_malformed(bytes, encoding));
    let found = bytes.get(offset).map_or_else(|| "end of text".to_owned(), |byte| format!("byte 0x{byte:02X}"));
    Err(Undecodable { reason, offset, detail: format!("expected {tried}, but found {found}") })
}

/// Guesses the encoding of bytes that are not UTF-8. A function of the bytes alone; never fails, so the guess must be checked.
pub fn guess_encoding(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Deny)
}

/// Decodes what a byte order mark announces; `None` without a mark.
fn decode_marked(bytes: &[u8]) -> Option<Result<Decoded<'_>, Undecodable>> {
    let (encoding, rest) = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => (UTF_8, rest),
        [0xFF, 0xFE, 0, 0, rest @ ..] if rest.len() % 4 == 0 => return Some(decode_utf32(rest, false)),
        [0, 0, 0xFE, 0xFF, rest @ ..] => return Some(decode_utf32(rest, true)),
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
    Some(decode_strictly(rest, encoding).map(|text| Decoded::new(text, encoding)).ok_or_else(|| Undecodable {
        reason: ReasonCode::InvalidEncoding,
        offset: 2 + first_malformed(rest, encoding),
        detail: format!("the byte order mark says {}", lower_name(encoding)),
    }))
}

fn decode_utf32<'a>(rest: &[u8], big: bool) -> Result<Decoded<'a>, Undecodable> {
    let encoding = if big { "utf-32be" } else { "utf-32le" };
    let mut text = String::with_capacity(rest.len() / 4);
    for (unit, bytes) in rest.chunks(4).enumerate() {
        let scalar = <[u8; 4]>::try_from(bytes)
            .map(|four| if big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) })
            .ok()
            .and_then(char::from_u32);
        match scalar {
            Some(c) => text.push(c),
            None => {
                return Err(Undecodable {
                    reason: ReasonCode::InvalidEncoding,
                    offset: 4 + 4 * unit,
                    detail: format!("the byte order mark says {encoding}"),
                });
            }
        }
    }
    Ok(Decoded { text: Cow::Owned(text), encoding })
}

/// The encoding that the bytes themselves announce without a mark: UTF-16 by its NUL bytes, ISO-2022-JP by its escapes.
fn announced(bytes: &[u8]) -> Option<&'static Encoding> {
    if memchr(0, bytes).is_some() {
        let sample = bytes.get(..4096).unwrap_or(bytes);
        let units = (sample.len() / 2).max(1);
        // Units of printable Latin-1 or white space, by where their NUL stands.
        let latin = |high: usize| {
            let plain = |low: u8| matches!(low, b'\t' | b'\n' | b'\r' | b' '..=b'~' | 0xA0..);
            sample.chunks_exact(2).filter(|pair| pair[high] == 0 && plain(pair[1 - high])).count()
        };
        let (even, odd) = (latin(0), latin(1));
        // Text in any script has spaces and digits, whose high byte is NUL; a NUL unit is rare.
        if bytes.len().is_multiple_of(2) && odd * 10 > units && even * 20 < odd {
            return Some(UTF_16LE);
        }
        if bytes.len().is_multiple_of(2) && even * 10 > units && odd * 20 < even {
            return Some(UTF_16BE);
        }
    }
    let escape = memchr(0x1B, bytes)?;
    let announces = matches!(bytes.get(escape + 1..escape + 3), Some(b"$@" | b"$B" | b"(J" | b"(I"));
    (announces && bytes.is_ascii()).then_some(ISO_2022_JP)
}

fn decode_strictly<'a>(bytes: &'a [u8], encoding: &'static Encoding) -> Option<Cow<'a, str>> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes)
}

/// The first byte that `encoding` cannot read.
fn first_malformed(bytes: &[u8], encoding: &'static Encoding) -> usize {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut scratch = [0; 4096];
    let mut read = 0;
    while let Some(rest) = bytes.get(read..) {
        let (result, more, _) = decoder.decode_to_utf8_without_replacement(rest, &mut scratch, true);
        read += more;
        match result {
            encoding_rs::DecoderResult::OutputFull => {}
            encoding_rs::DecoderResult::InputEmpty => break,
            encoding_rs::DecoderResult::Malformed(length, after) => {
                return read.saturating_sub(usize::from(length) + usize::from(after));
            }
        }
    }
    bytes.len()
}

fn checked_utf8(text: &str) -> Result<Decoded<'_>, Undecodable> {
    if share_of_controls(text) > CONTROLS_IN_UTF8 {
        let offset = text.find(is_stray_control).unwrap_or(0);
        let detail = "expected text, but found mostly control characters".to_owned();
        return Err(Undecodable { reason: ReasonCode::InvalidEncoding, offset, detail });
    }
    Ok(Decoded::new(text, UTF_8))
}

fn is_stray_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{85}')
}

/// Controls per byte of text: C0 but line ends, TAB and FF; C1 but NEL.
fn share_of_controls(text: &str) -> f64 {
    let bytes = text.as_bytes();
    let c0 = bytes.iter().filter(|b| **b < 0x20 && !matches!(**b, 9 | 10 | 12 | 13) || **b == 0x7F).count();
    let c1 = bytes.windows(2).filter(|pair| pair[0] == 0xC2 && pair[1] < 0xA0 && pair[1] != 0x85).count();
    (c0 + c1) as f64 / bytes.len().max(1) as f64
}

/// The WHATWG name in lower case, as a static string.
fn lower_name(encoding: &'static Encoding) -> &'static str {
    const NAMES: &[&str] = &[
        "big5",
        "euc-jp",
        "euc-kr",
        "gb18030",
        "gbk",
        "ibm866",
        "iso-2022-jp",
        "iso-8859-10",
        "iso-8859-13",
        "iso-8859-14",
        "iso-8859-15",
        "iso-8859-16",
        "iso-8859-2",
        "iso-8859-3",
        "iso-8859-4",
        "iso-8859-5",
        "iso-8859-6",
        "iso-8859-7",
        "iso-8859-8",
        "iso-8859-8-i",
        "koi8-r",
        "koi8-u",
        "macintosh",
        "replacement",
        "shift_jis",
        "utf-16be",
        "utf-16le",
        "utf-8",
        "windows-1250",
        "windows-1251",
        "windows-1252",
        "windows-1253",
        "windows-1254",
        "windows-1255",
        "windows-1256",
        "windows-1257",
        "windows-1258",
        "windows-874",
        "x-mac-cyrillic",
        "x-user-defined",
    ];
    NAMES.iter().copied().find(|name| name.eq_ignore_ascii_case(encoding.name())).unwrap_or(encoding.name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decoded(
        bytes: &[u8],
        declared: Option<&str>,
        fallbacks: &[&str],
    ) -> Result<(String, &'static str), Undecodable> {
        let fallbacks: Vec<String> = fallbacks.iter().map(|&it| it.to_owned()).collect();
        decode_text(bytes, declared, &fallbacks).map(|it| (it.text.into_owned(), it.encoding))
    }

    const TURKISH: &str = "Başbakan dün akşam yaptığı açıklamada görüşmelerin sürdüğünü söyledi, ışıklar söndü.";

    #[test]
    fn every_way_of_saying_the_encoding_counts_in_order() {
        let (turkish, _, _) = encoding_rs::WINDOWS_1254.encode(TURKISH);
        let little: Vec<u8> = "\u{feff}Rain, ığ 😀.".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "Rain over the hills, ığ.".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let wide: Vec<u8> = "\u{feff}Rain ığ".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
        for (bytes, declared, text, encoding) in [
            (&b"plain"[..], Some("utf-16le"), "plain", "utf-8"),
            (b"", None, "", "utf-8"),
            (b"\xEF\xBB\xBFplain", None, "plain", "utf-8"),
            ("ığ".as_bytes(), Some("iso-8859-9"), "ığ", "utf-8"),
            (&turkish, Some(" ISO-8859-9 "), TURKISH, "windows-1254"),
            (&turkish, Some("no-such"), TURKISH, "windows-1254"),
            (&turkish, Some("utf-8"), TURKISH, "windows-1254"),
            (&turkish, None, TURKISH, "windows-1254"),
            (&little, None, "Rain, ığ 😀.", "utf-16le"),
            (&big, None, "Rain over the hills, ığ.", "utf-16be"),
            (&wide, None, "Rain ığ", "utf-32le"),
            (b"\x1b$B$\"$$\x1b(B.", None, "あい.", "iso-2022-jp"),
            (b"a\0bcd", None, "a\0bcd", "utf-8"),
        ] {
            assert_eq!(decoded(bytes, declared, &[]), Ok((text.to_owned(), encoding)), "{bytes:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_its_place() {
        for (bytes, declared, reason, offset) in [
            (&b"\xEF\xBB\xBFab\xFF"[..], None, ReasonCode::InvalidUtf8, 5),
            (b"\xFF\xFEa\0\x00\xD8b\0", None, ReasonCode::InvalidEncoding, 4),
            (b"\xFF\xFE\0\0a\0\0\0\0\xD8\0\0", None, ReasonCode::InvalidEncoding, 8),
            (b"\x01\x02\x03\x04\x05abc", None, ReasonCode::InvalidEncoding, 0),
            (b"\x89PNG\x00\x01\x02\x03\x04\x05\x06\x07\x08\x1f", None, ReasonCode::InvalidUtf8, 0),
        ] {
            let fault = decoded(bytes, declared, &[]).expect_err("law: the sample is bad");
            assert_eq!((fault.reason, fault.offset), (reason, offset), "{bytes:?}: {}", fault.detail);
        }
    }

    #[test]
    fn every_encoding_has_a_lower_case_name() {
        for label in [
            "big5",
            "x-gbk",
            "latin1",
            "l9",
            "koi8-ru",
            "mac",
            "x-sjis",
            "cp866",
            "tis-620",
            "x-mac-ukrainian",
            "logical",
        ] {
            let encoding = Encoding::for_label(label.as_bytes()).expect("law: a WHATWG label");
            assert_eq!(lower_name(encoding), encoding.name().to_lowercase());
        }
    }

    proptest! {
        #[test]
        fn utf8_is_borrowed_unchanged(text in "[\u{20}-\u{7e}\n\u{a0}-\u{d7ff}]{0,200}") {
            let bytes = text.as_bytes();
            let it = decode_text(bytes, None, &[]).expect("law: UTF-8 decodes");
            prop_assert_eq!(&*it.text, text.strip_prefix('\u{feff}').unwrap_or(&text));
            prop_assert_eq!(it.utf8_offset(bytes), Some((bytes.len() - it.text.len()) as u64));
        }

        #[test]
        fn any_bytes_are_safe_and_nothing_is_replaced(bytes in proptest::collection::vec(any::<u8>(), 0..300), label in "(utf-8|gbk|shift_jis|koi8-r|)") {
            match decode_text(&bytes, Some(&label), &["euc-jp".to_owned()]) {
                // Unicode encodings, gb18030 among them, can say U+FFFD themselves.
                Ok(it) => {
                    let unicode = it.encoding.starts_with("utf") || it.encoding.starts_with("gb");
                    prop_assert!(unicode || !it.text.contains(char::REPLACEMENT_CHARACTER));
                }
                Err(fault) => prop_assert!(fault.offset <= bytes.len()),
            }
        }
    }
}
