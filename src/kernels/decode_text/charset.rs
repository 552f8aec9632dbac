//! The encodings that text may be in: their names, how they decode, and the languages that were written in them.

use std::borrow::Cow;

use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, IBM866, ISO_8859_2, ISO_8859_3, ISO_8859_4, ISO_8859_5, ISO_8859_6,
    ISO_8859_7, ISO_8859_8, ISO_8859_8_I, ISO_8859_10, ISO_8859_13, ISO_8859_14, ISO_8859_15, ISO_8859_16, KOI8_R,
    KOI8_U, MACINTOSH, SHIFT_JIS, WINDOWS_874, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254,
    WINDOWS_1255, WINDOWS_1256, WINDOWS_1257, WINDOWS_1258, X_MAC_CYRILLIC,
};

use super::code_pages::{HALVES, WHOLES};
use super::johab;

/// An encoding of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Charset {
    /// One of the WHATWG standard.
    Standard(&'static Encoding),
    /// ASCII and a table of 128 characters: name and table.
    Half(&'static str, &'static str),
    /// A table of 256 characters: name and table.
    Whole(&'static str, &'static str),
    /// KS X 1001:1992 annex 3.
    Johab,
}

impl Charset {
    /// The encoding of a label: a WHATWG label or the name of one of our tables, in any case, white space trimmed.
    pub(super) fn for_label(label: &str) -> Option<Self> {
        let label = label.trim();
        let named = |it: &&(&str, &str)| it.0.eq_ignore_ascii_case(label);
        Encoding::for_label_no_replacement(label.as_bytes())
            .map(Self::Standard)
            .or_else(|| HALVES.iter().find(named).map(|it| Self::Half(it.0, it.1)))
            .or_else(|| WHOLES.iter().find(named).map(|it| Self::Whole(it.0, it.1)))
            .or_else(|| label.eq_ignore_ascii_case("johab").then_some(Self::Johab))
    }

    /// The name in lower case: WHATWG's where it has one, else Python's.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Standard(encoding) => lower_name(encoding),
            Self::Half(name, _) | Self::Whole(name, _) => name,
            Self::Johab => "johab",
        }
    }

    /// The name for these bytes, which decode: the narrowest of the family of GB 18030 that has them all.
    pub(super) fn name_for(self, bytes: &[u8]) -> &'static str {
        if self.judged_as() != Self::Standard(GB18030) {
            return self.name();
        }
        let mut name = "gb2312";
        let mut rest = bytes.iter().copied();
        while let Some(lead) = rest.next() {
            name = match (lead, if lead < 0x80 { 0 } else { rest.next().unwrap_or(0) }) {
                (_, b'0'..=b'9') => return "gb18030",
                (0..=0x7F, _) | (0xA1..=0xF7, 0xA1..=0xFE) => name,
                _ => "gbk",
            };
        }
        name
    }

    /// The candidate that stands for it: the widest of its family.
    pub(super) fn judged_as(self) -> Self {
        match self {
            Self::Standard(encoding) if encoding == GBK => Self::Standard(GB18030),
            Self::Standard(encoding) if encoding == ISO_8859_8_I => Self::Standard(ISO_8859_8),
            other => other,
        }
    }

    /// Whether every byte is a character.
    pub(super) fn is_single_byte(self) -> bool {
        match self {
            Self::Standard(encoding) => encoding.is_single_byte(),
            Self::Half(..) | Self::Whole(..) => true,
            Self::Johab => false,
        }
    }

    /// The characters of a single-byte encoding's 256 bytes; U+FFFD for those that it leaves undefined.
    pub(super) fn characters(self) -> [char; 256] {
        let mut table = ['\u{FFFD}'; 256];
        for (byte, c) in (0..128).zip(&mut table) {
            *c = char::from(byte);
        }
        match self {
            Self::Half(_, upper) => table.iter_mut().skip(128).zip(upper.chars()).for_each(|(to, c)| *to = c),
            Self::Whole(_, all) => table.iter_mut().zip(all.chars()).for_each(|(to, c)| *to = c),
            Self::Standard(encoding) => {
                for (byte, to) in (0..=255).zip(&mut table).skip(128) {
                    let read =
                        encoding.decode_without_bom_handling_and_without_replacement(std::slice::from_ref(&byte));
                    *to = read.and_then(|text| text.chars().next()).unwrap_or('\u{FFFD}');
                }
            }
            Self::Johab => {}
        }
        table
    }

    /// Decodes without replacing anything.
    pub(super) fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Self::Standard(encoding) => encoding.decode_without_bom_handling_and_without_replacement(bytes),
            Self::Johab => johab::decode(bytes).map(Cow::Owned),
            Self::Half(..) | Self::Whole(..) => {
                let text = self.read(bytes);
                (!text.contains('\u{FFFD}')).then_some(Cow::Owned(text))
            }
        }
    }
}

impl Charset {
    /// Decodes with U+FFFD for each sequence that cannot be read.
    pub(super) fn decode_with_replacement(self, bytes: &[u8]) -> String {
        match self {
            Self::Standard(encoding) => encoding.decode_without_bom_handling(bytes).0.into_owned(),
            Self::Johab => johab::decode_with_replacement(bytes),
            Self::Half(..) | Self::Whole(..) => self.read(bytes),
        }
    }

    /// The first byte that an encoding of ours cannot read; the length of the bytes for WHATWG's, whose decoders say it.
    pub(super) fn first_malformed(self, bytes: &[u8]) -> usize {
        match self {
            Self::Standard(_) => bytes.len(),
            Self::Johab => johab::first_malformed(bytes),
            Self::Half(..) | Self::Whole(..) => {
                let table = self.characters();
                let is_undefined = |byte: &u8| table[usize::from(*byte)] == char::REPLACEMENT_CHARACTER;
                bytes.iter().position(is_undefined).unwrap_or(bytes.len())
            }
        }
    }

    /// Reads single bytes by the table.
    fn read(self, bytes: &[u8]) -> String {
        let table = self.characters();
        let mut text = String::with_capacity(bytes.len() + bytes.len() / 4);
        text.extend(bytes.iter().map(|byte| table[usize::from(*byte)]));
        text
    }
}

/// Languages of the model (`letters.txt`) by the encodings that they share, the commonest first.
const WEST: &[&str] = &[
    "en", "fr", "de", "es", "pt", "it", "nl", "sv", "da", "nb", "fi", "is", "ca", "eu", "ga", "sq", "af", "id", "sw",
    "tl",
];
const SOME_WEST: &[&str] = &["en", "fr", "de", "es", "pt", "it", "nl", "sv", "da", "nb", "fi"];
const CENTER: &[&str] = &["pl", "cs", "hu", "ro", "sk", "hr", "sl", "sq", "de", "en"];
const BALTIC: &[&str] = &["lt", "lv", "et", "pl", "de", "en"];
const NORTH: &[&str] = &["et", "lv", "lt", "sv", "nb", "da", "fi", "is", "de", "en"];
const TURKISH: &[&str] = &["tr", "az", "en", "de", "fr"];
const VIETNAMESE: &[&str] = &["vi-apart", "vi", "en"];
const CYRILLIC: &[&str] = &["ru", "uk", "bg", "sr", "mk", "be", "kk", "mn"];
const SOME_CYRILLIC: &[&str] = &["ru", "uk", "bg", "sr", "mk", "be"];
const RUSSIAN: &[&str] = &["ru", "bg", "be", "uk"];
const KAZAKH: &[&str] = &["kk", "mn", "ru"];
const GREEK: &[&str] = &["el"];
const HEBREW: &[&str] = &["he"];
const ARABIC: &[&str] = &["ar", "fa", "ur"];
const THAI: &[&str] = &["th"];
/// Languages of `ideographs.txt`.
const CHINESE: &[&str] = &["zh"];
const JAPANESE: &[&str] = &["ja"];
const KOREAN: &[&str] = &["ko"];

/// An encoding that the guess may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub(super) charset: Charset,
    pub(super) languages: &'static [&'static str],
    /// Bits that a text in it must save before it is taken for one that has no such price: how rare it is in saved texts.
    pub(super) rarity: u32,
}

/// The WHATWG encodings for texts whose lower half is ASCII, the commoner first: a tie goes to the earlier.
const STANDARD: &[(&Encoding, &[&str], u32)] = &[
    (WINDOWS_1252, WEST, 0),
    (WINDOWS_1251, CYRILLIC, 1),
    (WINDOWS_1250, CENTER, 2),
    (WINDOWS_1254, TURKISH, 2),
    (WINDOWS_1256, ARABIC, 1),
    (WINDOWS_1255, HEBREW, 1),
    (WINDOWS_1253, GREEK, 2),
    (WINDOWS_874, THAI, 1),
    (WINDOWS_1257, BALTIC, 3),
    (WINDOWS_1258, VIETNAMESE, 3),
    (GB18030, CHINESE, 2),
    (SHIFT_JIS, JAPANESE, 2),
    (EUC_KR, KOREAN, 2),
    (BIG5, CHINESE, 2),
    (EUC_JP, JAPANESE, 2),
    (ISO_8859_7, GREEK, 2),
    (ISO_8859_2, CENTER, 3),
    (KOI8_R, RUSSIAN, 3),
    (KOI8_U, RUSSIAN, 4),
    (ISO_8859_15, SOME_WEST, 3),
    (ISO_8859_5, SOME_CYRILLIC, 4),
    (ISO_8859_6, ARABIC, 3),
    (ISO_8859_8, HEBREW, 4),
    (ISO_8859_13, BALTIC, 5),
    (ISO_8859_4, NORTH, 6),
    (ISO_8859_3, &["eo", "tr", "en"], 7),
    (ISO_8859_10, NORTH, 8),
    (ISO_8859_14, &["cy", "ga", "en"], 8),
    (ISO_8859_16, &["ro", "pl", "hu", "hr", "sl", "sq"], 12),
    (IBM866, RUSSIAN, 5),
    (MACINTOSH, WEST, 9),
    (X_MAC_CYRILLIC, SOME_CYRILLIC, 7),
];

/// Those that our tables add.
const OURS: &[(&str, &[&str], u32)] = &[
    ("cp850", WEST, 11),
    ("cp437", SOME_WEST, 11),
    ("cp852", CENTER, 11),
    ("cp855", SOME_CYRILLIC, 9),
    ("cp737", GREEK, 10),
    ("cp869", GREEK, 11),
    ("cp857", TURKISH, 11),
    ("cp775", BALTIC, 12),
    ("cp862", HEBREW, 10),
    ("cp720", ARABIC, 11),
    ("cp858", SOME_WEST, 15),
    ("cp860", &["pt", "en"], 14),
    ("cp861", &["is", "en"], 14),
    ("cp863", &["fr", "en"], 14),
    ("cp865", &["da", "nb", "sv", "en"], 14),
    ("cp1125", &["uk", "ru", "be"], 12),
    ("cp856", HEBREW, 14),
    ("kz1048", KAZAKH, 10),
    ("ptcp154", KAZAKH, 11),
    ("mac-centeuro", CENTER, 13),
    ("mac-croatian", &["hr", "sl"], 14),
    ("mac-greek", GREEK, 13),
    ("mac-iceland", &["is"], 15),
    ("mac-romanian", &["ro"], 15),
    ("mac-turkish", &["tr"], 14),
    ("mac-arabic", ARABIC, 14),
    ("mac-farsi", &["fa"], 15),
    ("hp-roman8", SOME_WEST, 16),
];

/// Encodings of mainframes, which have nothing in common with ASCII.
const MAINFRAME: &[(&str, &[&str], u32)] = &[
    ("cp037", SOME_WEST, 0),
    ("cp500", SOME_WEST, 1),
    ("cp273", &["de", "en"], 2),
    ("cp1140", SOME_WEST, 3),
    ("cp424", HEBREW, 0),
    ("cp875", GREEK, 0),
    ("cp1026", TURKISH, 0),
];

/// The candidates for text that is written with ASCII, the commoner first.
pub(super) fn candidates() -> impl Iterator<Item = Candidate> {
    let standard = STANDARD.iter().map(|&(encoding, languages, rarity)| Candidate {
        charset: Charset::Standard(encoding),
        languages,
        rarity,
    });
    let johab = Candidate { charset: Charset::Johab, languages: KOREAN, rarity: 10 };
    standard.chain(named(OURS)).chain([johab])
}

/// The candidates for text of mainframes.
pub(super) fn mainframe_candidates() -> impl Iterator<Item = Candidate> {
    named(MAINFRAME)
}

fn named(list: &'static [(&'static str, &'static [&'static str], u32)]) -> impl Iterator<Item = Candidate> {
    list.iter().filter_map(|&(name, languages, rarity)| {
        Charset::for_label(name).map(|charset| Candidate { charset, languages, rarity })
    })
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
