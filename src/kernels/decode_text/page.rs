//! Decodes a page, which may be a little broken: a few bytes may be replaced, and are counted.

use std::borrow::Cow;

use memchr::memchr_iter;

use super::charset::Charset;
use super::declared::{declared_encoding, of_content_type};
use super::{
    CONTROLS_IN_GUESS, Decoded, Undecodable, decode_guessed, decode_plainly, guess, legacy, owned, share_of_controls,
};
use crate::rejection::ReasonCode;

/// A decoded page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodedPage<'a> {
    /// The text without byte order mark; borrowed exactly when the page was sound UTF-8.
    pub text: Cow<'a, str>,
    /// As in [`Decoded::encoding`].
    pub encoding: &'static str,
    /// How many sequences of bytes could not be read and became U+FFFD each.
    pub replaced: usize,
}

impl<'a> From<Decoded<'a>> for DecodedPage<'a> {
    fn from(decoded: Decoded<'a>) -> Self {
        Self { text: decoded.text, encoding: decoded.encoding, replaced: 0 }
    }
}

/// UTF-8 sequences of several bytes to one broken one from which on a page is UTF-8, whatever it declares.
///
/// In a legacy encoding such a sequence is an accident: `Ã©` is rare in any language, and a letter outside ASCII that is followed
/// by another byte is broken UTF-8.
const SOUND_TO_BROKEN: usize = 10;
/// The same for a page that declares UTF-8.
const SOUND_TO_BROKEN_IF_DECLARED: usize = 2;
/// Bytes outside ASCII to one unreadable sequence from which on a page is believed to be in the legacy encoding that it declares.
const BYTES_TO_BROKEN: usize = 50;

/// Decodes a page: what is marked, announced or strict UTF-8; UTF-8 with a few broken sequences; what the HTTP header declares, or
/// else the page itself ([`declared_encoding`]); a guess; `fallbacks`.
///
/// `http` is the whole value of the `Content-Type` header or only its charset. A page with at least `SOUND_TO_BROKEN`
/// sound sequences of several bytes to each broken one is UTF-8, one that declares it with `SOUND_TO_BROKEN_IF_DECLARED`,
/// or when it has nothing outside ASCII but a sequence that its end cuts off.
/// A declared legacy encoding may fail once for `BYTES_TO_BROKEN` bytes outside ASCII, and once anyway.
///
/// # Errors
/// As [`super::decode_text`], when the page is in none of these ways mostly readable.
pub fn decode_page<'a>(
    bytes: &'a [u8],
    http: Option<&str>,
    fallbacks: &[String],
) -> Result<DecodedPage<'a>, Undecodable> {
    let fault = match decode_plainly(bytes) {
        Ok(Ok(decoded)) => return Ok(decoded.into()),
        Ok(Err(fault)) => return decode_broken_marked(bytes).ok_or(fault),
        Err(fault) => fault,
    };
    let of_header = http.and_then(|value| of_content_type(value.as_bytes()).or(Some(value)));
    let labels = [of_header, declared_encoding(bytes)];
    let declared = labels.into_iter().flatten().find_map(Charset::for_label);
    let says_utf8 = declared == Some(Charset::Standard(encoding_rs::UTF_8));
    let count = Utf8Count::of(bytes);
    if count.is_utf8(if says_utf8 { SOUND_TO_BROKEN_IF_DECLARED } else { SOUND_TO_BROKEN })
        || says_utf8 && count.is_cut_ascii()
    {
        let text = Cow::Owned(String::from_utf8_lossy(bytes).into_owned());
        return Ok(DecodedPage { text, encoding: "utf-8", replaced: count.broken });
    }
    let named = labels.into_iter().flatten().filter_map(legacy);
    for charset in named.clone() {
        if let Some(text) = charset.decode(bytes)
            && guess::is_plausible(bytes, charset)
        {
            return Ok(Decoded::new(owned(text), charset.name_for(bytes)).into());
        }
    }
    for charset in named {
        if let Some(page) = decode_a_little_broken(bytes, charset) {
            return Ok(page);
        }
    }
    if let Some(decoded) = decode_guessed(bytes, fallbacks) {
        return Ok(decoded.into());
    }
    let guessed = guess::rank(bytes).into_iter().next();
    guessed.and_then(|(charset, _)| decode_a_little_broken(bytes, charset)).ok_or_else(|| {
        let offset = fault.valid_up_to();
        let found = bytes.get(offset).map_or_else(|| "end of text".to_owned(), |byte| format!("byte 0x{byte:02X}"));
        let detail = format!("expected utf-8, but found {found}");
        Undecodable { reason: ReasonCode::InvalidEncoding, offset, detail }
    })
}

/// A page whose mark says UTF-8 and which is, but for a few sequences.
fn decode_broken_marked(bytes: &[u8]) -> Option<DecodedPage<'static>> {
    let rest = bytes.strip_prefix(b"\xEF\xBB\xBF")?;
    let count = Utf8Count::of(rest);
    (count.is_utf8(SOUND_TO_BROKEN_IF_DECLARED) || count.is_cut_ascii()).then(|| DecodedPage {
        text: Cow::Owned(String::from_utf8_lossy(rest).into_owned()),
        encoding: "utf-8",
        replaced: count.broken,
    })
}

/// Decodes with replacement where not more is to be replaced than [`BYTES_TO_BROKEN`] allows.
fn decode_a_little_broken(bytes: &[u8], charset: Charset) -> Option<DecodedPage<'static>> {
    let text = charset.decode_with_replacement(bytes);
    let foreign = bytes.iter().filter(|byte| **byte >= 0x80).count();
    let replaced = replacements(&text);
    let is_read = replaced <= 1 + foreign / BYTES_TO_BROKEN && share_of_controls(&text) <= CONTROLS_IN_GUESS;
    (is_read && guess::is_plausible(bytes, charset)).then_some(DecodedPage {
        text: Cow::Owned(text),
        encoding: charset.name(),
        replaced,
    })
}

/// Replacement characters in a text.
fn replacements(text: &str) -> usize {
    memchr_iter(0xEF, text.as_bytes()).filter(|at| text.as_bytes().get(*at..at + 3) == Some(b"\xEF\xBF\xBD")).count()
}

/// Sequences of UTF-8 in bytes that are not all UTF-8.
struct Utf8Count {
    /// Well-formed sequences of several bytes.
    sound: usize,
    /// Maximal parts of sequences that are not whole: each becomes one replacement character.
    broken: usize,
    /// Whether the last of them is cut off by the end.
    is_cut: bool,
}

impl Utf8Count {
    fn of(bytes: &[u8]) -> Self {
        let mut count = Self { sound: 0, broken: 0, is_cut: false };
        for chunk in bytes.utf8_chunks() {
            // Continuation bytes are those below 0xC0.
            count.sound += chunk.valid().bytes().filter(|byte| *byte >= 0xC0).count();
            count.broken += usize::from(!chunk.invalid().is_empty());
            count.is_cut = is_cut(chunk.invalid());
        }
        count
    }

    /// Whether there are so many sound sequences to each broken one; a cut end speaks neither for nor against.
    fn is_utf8(&self, sound_to_broken: usize) -> bool {
        let broken = self.broken - usize::from(self.is_cut);
        self.sound > 0 && self.sound >= sound_to_broken * broken.max(1)
    }

    /// Whether nothing is outside ASCII but a sequence that the end cuts off.
    fn is_cut_ascii(&self) -> bool {
        self.sound == 0 && self.broken == 1 && self.is_cut
    }
}

/// Whether the last bytes are the beginning of a sequence that lacks some.
fn is_cut(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn page(bytes: &[u8], http: Option<&str>) -> Option<(String, &'static str, usize)> {
        decode_page(bytes, http, &[]).ok().map(|it| (it.text.into_owned(), it.encoding, it.replaced))
    }

    #[test]
    fn bytes_without_any_order_are_no_page() {
        for seed in 1..20_u64 {
            let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let bytes: Vec<u8> = (0..4_000)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    (state >> 56) as u8
                })
                .collect();
            assert!(decode_page(&bytes, None, &[]).is_err(), "{seed}");
            assert!(decode_page(&bytes, Some("windows-1252"), &["windows-1252".to_owned()]).is_err(), "{seed}");
        }
    }

    #[test]
    fn a_few_broken_sequences_leave_a_page_as_it_is() {
        let sound = "<p>Köln grüßt die Gäste überall, schön für alle Bürger".as_bytes();
        let broken = [sound, b" \xFF end"].concat();
        let with_meta = [b"<meta charset=utf-8>", &sound[..20], b" \xE9. \xE2\x80"].concat();
        let text = "<p>Köln grüßt die Gäste überall, schön für alle Bürger \u{FFFD} end";
        // Seven sound sequences to one are not enough by themselves: the guess takes over.
        assert_ne!(page(&broken, None).map(|it| it.1), None);
        assert_eq!(page(&broken, Some("text/html; charset=utf-8")), Some((text.to_owned(), "utf-8", 1)));
        assert_eq!(page(&broken, Some("utf8")), Some((text.to_owned(), "utf-8", 1)));
        assert_eq!(page(&with_meta, None).map(|it| (it.1, it.2)), Some(("utf-8", 2)));
        let many = [&sound.repeat(3)[..], b"\xFF"].concat();
        assert_eq!(page(&many, Some("windows-1252")).map(|it| (it.1, it.2)), Some(("utf-8", 1)));
        assert_eq!(page(b"<meta charset=utf-8>plain \xE2\x80", None).map(|it| (it.1, it.2)), Some(("utf-8", 1)));
        let marked = [b"\xEF\xBB\xBF", &broken[..]].concat();
        assert_eq!(page(&marked, None), Some((text.to_owned(), "utf-8", 1)));
    }

    #[test]
    fn what_is_declared_is_read_and_doubted() {
        let (russian, _, _) =
            encoding_rs::WINDOWS_1251.encode("<p>Городской совет сообщил в пятницу, что мост закрыт до весны.");
        for (http, encoding) in [
            (Some("windows-1251"), "windows-1251"),
            (Some("text/html; charset=windows-1252"), "windows-1251"),
            (Some("koi8-r"), "windows-1251"),
            (Some("utf-8"), "windows-1251"),
            (None, "windows-1251"),
        ] {
            assert_eq!(page(&russian, http).map(|it| (it.1, it.2)), Some((encoding, 0)), "{http:?}");
        }
        let (japanese, _, _) = encoding_rs::SHIFT_JIS.encode(
            "<meta charset=shift_jis><p>市議会は金曜日、橋は春まで閉鎖されたままで、けが人はいないと発表した。",
        );
        let broken = [&japanese[..], b"\xFF<p>"].concat();
        assert_eq!(page(&broken, None).map(|it| (it.1, it.2)), Some(("shift_jis", 1)));
    }

    proptest! {
        #[test]
        fn any_bytes_are_safe(bytes in proptest::collection::vec(any::<u8>(), 0..300), http in "(utf-8|gbk|cp850|johab|)") {
            if let Ok(it) = decode_page(&bytes, Some(&http), &["euc-jp".to_owned()]) {
                prop_assert!(it.replaced <= replacements(&it.text));
            }
        }

        #[test]
        fn sound_utf8_is_untouched(text in "[\u{20}-\u{7e}\n\u{a0}-\u{d7ff}]{0,200}") {
            let it = decode_page(text.as_bytes(), Some("gbk"), &[]).expect("law: UTF-8 decodes");
            prop_assert_eq!((&*it.text, it.replaced), (text.strip_prefix('\u{feff}').unwrap_or(&text), 0));
        }
    }
}
