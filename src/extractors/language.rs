//! Chooses the language of a record: the detector when it is sure, else what is declared, else the outlet's.

use crate::kernels::detect_language::Detected;
use crate::statement::Evidence;

/// The language of a record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Language<'a> {
    /// BCP 47; `und` when nothing says it.
    pub tag: &'a str,
    /// The detector's confidence, where the language is its answer.
    pub confidence: Option<f64>,
    /// Where it comes from.
    pub evidence: Evidence,
}

/// BCP 47 for "not determined".
pub const UNDETERMINED: &str = "und";

/// Chooses among the detector's answer, a declared tag of [`normalize_tag`] with its kind, and the registry's tag.
pub fn choose_language<'a>(
    detected: Option<Detected>,
    declared: Option<(&'a str, Evidence)>,
    registered: Option<&'a str>,
) -> Language<'a> {
    if let Some(found) = detected.filter(|found| found.sure) {
        return Language { tag: found.language, confidence: Some(found.confidence), evidence: Evidence::Detector };
    }
    let (tag, evidence) =
        declared.or(registered.map(|tag| (tag, Evidence::Registry))).unwrap_or((UNDETERMINED, Evidence::None));
    Language { tag, confidence: None, evidence }
}

/// Writes the BCP 47 form of a declared language into `out` and returns it.
///
/// Understands tags of any case with `-` or `_` (`EN`, `en_US`, `pt-br`, `zh-hant-tw`), POSIX locales (`en_US.UTF-8`), three-letter
/// codes that have a two-letter one (`eng`, `ger`, `deu`), and names in English and in the language itself. `None` for anything
/// else, and for codes that name no language (`und`, `mul`, `zxx`, `mis`).
pub fn normalize_tag<'b>(declared: &str, out: &'b mut String) -> Option<&'b str> {
    out.clear();
    let declared = declared.trim().split(['.', '@']).next().unwrap_or_default();
    let mut parts = declared.split(['-', '_']);
    let primary = parts.next().unwrap_or_default();
    if !(2..=3).contains(&primary.len()) || !is_alphanumeric(declared) {
        out.push_str(code_of_name(declared)?);
        return Some(out);
    }
    push_mapped(out, primary, |byte| byte.to_ascii_lowercase());
    if !out.bytes().all(|byte| byte.is_ascii_lowercase()) || matches!(&**out, "und" | "mul" | "zxx" | "mis") {
        return None;
    }
    if let Some((_, short)) = SHORT_CODES.iter().find(|(long, _)| *long == out.as_str()) {
        out.clear();
        out.push_str(short);
    }
    for part in parts {
        if !(1..=8).contains(&part.len()) {
            return None;
        }
        out.push('-');
        // RFC 5646, 2.1.1: scripts in title case, regions in upper case, the rest in lower case.
        let letters = part.bytes().all(|byte| byte.is_ascii_alphabetic());
        match part.len() {
            2 if letters => push_mapped(out, part, |byte| byte.to_ascii_uppercase()),
            4 if letters => {
                push_mapped(out, &part[..1], |byte| byte.to_ascii_uppercase());
                push_mapped(out, &part[1..], |byte| byte.to_ascii_lowercase());
            }
            _ => push_mapped(out, part, |byte| byte.to_ascii_lowercase()),
        }
    }
    Some(out)
}

fn is_alphanumeric(tag: &str) -> bool {
    tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn push_mapped(out: &mut String, ascii: &str, map: impl Fn(u8) -> u8) {
    out.extend(ascii.bytes().map(|byte| char::from(map(byte))));
}

fn code_of_name(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase().replace('\u{307}', "");
    NAMES.iter().find(|(_, names)| names.split(' ').any(|known| known == name)).map(|(code, _)| *code)
}

/// ISO 639-2 codes (terminological and bibliographic) of languages with an ISO 639-1 code.
const SHORT_CODES: &[(&str, &str)] = &[
    ("ara", "ar"),
    ("aze", "az"),
    ("bel", "be"),
    ("ben", "bn"),
    ("bos", "bs"),
    ("bul", "bg"),
    ("cat", "ca"),
    ("ces", "cs"),
    ("chi", "zh"),
    ("cym", "cy"),
    ("cze", "cs"),
    ("dan", "da"),
    ("deu", "de"),
    ("dut", "nl"),
    ("ell", "el"),
    ("eng", "en"),
    ("est", "et"),
    ("eus", "eu"),
    ("fas", "fa"),
    ("fin", "fi"),
    ("fra", "fr"),
    ("fre", "fr"),
    ("geo", "ka"),
    ("ger", "de"),
    ("gle", "ga"),
    ("gre", "el"),
    ("heb", "he"),
    ("hin", "hi"),
    ("hrv", "hr"),
    ("hun", "hu"),
    ("hye", "hy"),
    ("ice", "is"),
    ("ind", "id"),
    ("isl", "is"),
    ("ita", "it"),
    ("jpn", "ja"),
    ("kat", "ka"),
    ("kaz", "kk"),
    ("kor", "ko"),
    ("kur", "ku"),
    ("lav", "lv"),
    ("lit", "lt"),
    ("mac", "mk"),
    ("may", "ms"),
    ("mkd", "mk"),
    ("msa", "ms"),
    ("nld", "nl"),
    ("nno", "nn"),
    ("nob", "nb"),
    ("nor", "no"),
    ("per", "fa"),
    ("pol", "pl"),
    ("por", "pt"),
    ("ron", "ro"),
    ("rum", "ro"),
    ("rus", "ru"),
    ("slk", "sk"),
    ("slo", "sk"),
    ("slv", "sl"),
    ("spa", "es"),
    ("sqi", "sq"),
    ("srp", "sr"),
    ("swa", "sw"),
    ("swe", "sv"),
    ("tam", "ta"),
    ("tel", "te"),
    ("tha", "th"),
    ("tur", "tr"),
    ("ukr", "uk"),
    ("urd", "ur"),
    ("vie", "vi"),
    ("zho", "zh"),
];

/// Names of languages in lower case, in English and in the language itself.
const NAMES: &[(&str, &str)] = &[
    ("ar", "arabic العربية"),
    ("az", "azerbaijani azeri azərbaycanca azərbaycan"),
    ("be", "belarusian беларуская"),
    ("bg", "bulgarian български"),
    ("bn", "bengali bangla বাংলা"),
    ("bs", "bosnian bosanski"),
    ("ca", "catalan català"),
    ("cs", "czech čeština česky"),
    ("cy", "welsh cymraeg"),
    ("da", "danish dansk"),
    ("de", "german deutsch"),
    ("el", "greek ελληνικά"),
    ("en", "english"),
    ("es", "spanish español castellano"),
    ("et", "estonian eesti"),
    ("eu", "basque euskara"),
    ("fa", "persian farsi فارسی"),
    ("fi", "finnish suomi"),
    ("fr", "french français"),
    ("ga", "irish gaeilge"),
    ("gl", "galician galego"),
    ("he", "hebrew עברית"),
    ("hi", "hindi हिन्दी"),
    ("hr", "croatian hrvatski"),
    ("hu", "hungarian magyar"),
    ("hy", "armenian հայերեն"),
    ("id", "indonesian"),
    ("is", "icelandic íslenska"),
    ("it", "italian italiano"),
    ("ja", "japanese 日本語"),
    ("ka", "georgian ქართული"),
    ("kk", "kazakh қазақша"),
    ("ko", "korean 한국어"),
    ("ku", "kurdish kurdî"),
    ("lt", "lithuanian lietuvių"),
    ("lv", "latvian latviešu"),
    ("mk", "macedonian македонски"),
    ("ms", "malay"),
    ("nl", "dutch nederlands"),
    ("no", "norwegian norsk"),
    ("pl", "polish polski"),
    ("pt", "portuguese português"),
    ("ro", "romanian română"),
    ("ru", "russian русский"),
    ("sk", "slovak slovenčina"),
    ("sl", "slovenian slovene slovenščina"),
    ("sq", "albanian shqip"),
    ("sr", "serbian српски srpski"),
    ("sv", "swedish svenska"),
    ("sw", "swahili kiswahili"),
    ("ta", "tamil தமிழ்"),
    ("te", "telugu తెలుగు"),
    ("th", "thai ไทย"),
    ("tr", "turkish türkçe"),
    ("uk", "ukrainian українська"),
    ("ur", "urdu اردو"),
    ("vi", "vietnamese"),
    ("zh", "chinese mandarin 中文"),
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn declared_languages_become_tags() {
        let mut out = String::new();
        for (declared, expected) in [
            ("EN", Some("en")),
            (" english ", Some("en")),
            ("TÜRKÇE", Some("tr")),
            ("en_US", Some("en-US")),
            ("en_US.UTF-8", Some("en-US")),
            ("ZH-hant-tw", Some("zh-Hant-TW")),
            ("es-419", Some("es-419")),
            ("ger", Some("de")),
            ("ENG-gb", Some("en-GB")),
            ("gsw", Some("gsw")),
            ("und", None),
            ("klingon", None),
            ("x-default", None),
            ("en, tr", None),
            ("en-", None),
            ("e1", None),
            ("", None),
        ] {
            assert_eq!(normalize_tag(declared, &mut out), expected, "{declared:?}");
        }
    }

    #[test]
    fn the_sure_detector_wins_then_the_declaration_then_the_registry() {
        let sure = Detected { language: "tr", confidence: 0.98, sure: true };
        let unsure = Detected { sure: false, ..sure };
        let declared = Some(("en", Evidence::RecordField));
        let chosen = |detected, declared, registered| {
            let language = choose_language(detected, declared, registered);
            (language.tag, language.confidence, language.evidence)
        };
        assert_eq!(chosen(Some(sure), declared, Some("de")), ("tr", Some(0.98), Evidence::Detector));
        assert_eq!(chosen(Some(unsure), declared, Some("de")), ("en", None, Evidence::RecordField));
        assert_eq!(chosen(Some(unsure), None, Some("de")), ("de", None, Evidence::Registry));
        assert_eq!(chosen(None, None, None), ("und", None, Evidence::None));
    }

    proptest! {
        #[test]
        fn tags_are_well_formed_and_stay(declared in "[a-zA-Z0-9_.é-]{0,14}") {
            let mut out = String::new();
            if let Some(tag) = normalize_tag(&declared, &mut out).map(str::to_owned) {
                prop_assert!(tag.split('-').all(|part| (1..=8).contains(&part.len())));
                prop_assert_eq!(normalize_tag(&tag, &mut out), Some(tag.as_str()));
            }
        }
    }
}
