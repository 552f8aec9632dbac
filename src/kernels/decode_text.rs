//! Decodes the bytes of a text to UTF-8: strictly ([`decode_text`]), or a page that may be a little broken ([`decode_page`]).
//!
//! The order is always the same: a byte order mark; what announces itself (UTF-16 and UTF-32 by their NUL bytes, ISO-2022
//! and HZ by their escapes); strict UTF-8; what is declared, unless it makes the text implausible; a guess (`guess.rs`);
//! the fallbacks of the config. No guess is ever made about valid UTF-8.

mod announced;
mod charset;
mod code_pages;
mod declared;
mod guess;
mod johab;
mod letters;
mod page;
mod symbols;

use std::borrow::Cow;

use memchr::memchr_iter;

use crate::rejection::{ReasonCode, Rejection};
use charset::Charset;
pub use declared::declared_encoding;
pub use page::{DecodedPage, decode_page};

/// A decoded text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// The text without byte order mark; borrowed, as a suffix of the bytes, exactly when they were UTF-8.
    pub text: Cow<'a, str>,
    /// WHATWG name in lower case (`utf-8`, `windows-1252`), or Python's where WHATWG has none (`utf-32le`, `cp850`, `johab`).
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

    fn new(text: impl Into<Cow<'a, str>>, encoding: &'static str) -> Self {
        Self { text: text.into(), encoding }
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
/// accepted from a guess, compressed data (about 10 % of the bytes) is not.
const CONTROLS_IN_UTF8: f64 = 0.30;
/// See [`CONTROLS_IN_UTF8`].
const CONTROLS_IN_GUESS: f64 = 0.02;

/// How many of the best guesses are tried: a better one may not decode the whole text.
const GUESSES: usize = 12;

/// Decodes a text: strict UTF-8; else what a byte order mark says, then `declared`, then a guess, then `fallbacks` in order.
///
/// `declared` and `fallbacks` are WHATWG labels or names of the encodings that WHATWG does not have; unknown ones are passed
/// over. What is declared is doubted when a guess explains the text far better.
///
/// # Errors
/// With the first offending byte when every way would need a replacement character, or when the bytes are not text at all.
pub fn decode_text<'a>(
    bytes: &'a [u8],
    declared: Option<&str>,
    fallbacks: &[String],
) -> Result<Decoded<'a>, Undecodable> {
    let fault = match decode_plainly(bytes) {
        Ok(decoded) => return decoded,
        Err(fault) => fault,
    };
    let declared = declared.and_then(legacy);
    if let Some(charset) = declared
        && let Some(text) = charset.decode(bytes)
        && guess::is_plausible(bytes, charset)
    {
        return Ok(Decoded::new(owned(text), charset.name_for(bytes)));
    }
    if let Some(decoded) = decode_guessed(bytes, fallbacks) {
        return Ok(decoded);
    }
    let (reason, offset, tried) = match declared {
        Some(charset) => (ReasonCode::InvalidEncoding, first_malformed(bytes, charset), charset.name()),
        None => (ReasonCode::InvalidUtf8, fault.valid_up_to(), "utf-8"),
    };
    let found = bytes.get(offset).map_or_else(|| "end of text".to_owned(), |byte| format!("byte 0x{byte:02X}"));
    Err(Undecodable { reason, offset, detail: format!("expected {tried}, but found {found}") })
}

/// Decodes what is marked, announced or valid UTF-8; else says where UTF-8 is broken.
fn decode_plainly(bytes: &[u8]) -> Result<Result<Decoded<'_>, Undecodable>, simdutf8::compat::Utf8Error> {
    if let Some(decoded) = announced::decode_marked(bytes) {
        return Ok(decoded);
    }
    if let Some(decoded) = announced::decode_announced(bytes) {
        return Ok(Ok(decoded));
    }
    simdutf8::compat::from_utf8(bytes).map(checked_utf8)
}

/// Decodes by the first of the guesses and the fallbacks that reads everything and finds text.
fn decode_guessed(bytes: &[u8], fallbacks: &[String]) -> Option<Decoded<'static>> {
    let guesses = guess::rank(bytes).into_iter().take(GUESSES).map(|(charset, _)| charset);
    guesses.chain(fallbacks.iter().filter_map(|label| legacy(label))).find_map(|charset| {
        let text = charset.decode(bytes).filter(|text| share_of_controls(text) <= CONTROLS_IN_GUESS)?;
        Some(Decoded::new(owned(text), charset.name_for(bytes)))
    })
}

/// The encoding of a label, when it is not UTF-8.
fn legacy(label: &str) -> Option<Charset> {
    Charset::for_label(label).filter(|charset| *charset != Charset::Standard(encoding_rs::UTF_8))
}

/// A text that borrows from its bytes only where they are ASCII: those have been read as UTF-8 before.
fn owned(text: Cow<'_, str>) -> Cow<'static, str> {
    Cow::Owned(text.into_owned())
}

/// The first byte that an encoding cannot read.
fn first_malformed(bytes: &[u8], charset: Charset) -> usize {
    let Charset::Standard(encoding) = charset else {
        return charset.first_malformed(bytes);
    };
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
    Ok(Decoded::new(text, "utf-8"))
}

fn is_stray_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{85}')
}

/// Whether a byte is a C0 control but for line ends, TAB and FF, or DEL.
#[expect(clippy::needless_bitwise_bool, reason = "lazy operators keep the loop from becoming vector code")]
fn is_c0(byte: u8) -> bool {
    (byte < 0x20) & (byte != b'\t') & (byte != b'\n') & (byte != 0x0C) & (byte != b'\r') | (byte == 0x7F)
}

/// Controls per byte of text: C0 but line ends, TAB and FF; C1 but NEL.
fn share_of_controls(text: &str) -> f64 {
    let bytes = text.as_bytes();
    // Blocks whose count fits a byte become vector code.
    let c0: usize =
        bytes.chunks(128).map(|block| usize::from(block.iter().map(|&b| u8::from(is_c0(b))).sum::<u8>())).sum();
    let c1 = memchr_iter(0xC2, bytes).filter(|&at| bytes.get(at + 1).is_some_and(|&b| b < 0xA0 && b != 0x85)).count();
    (c0 + c1) as f64 / bytes.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::Encoding;
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
            assert_eq!(Charset::Standard(encoding).name(), encoding.name().to_lowercase());
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
