//! Character classes and what it costs, in bits, that one class follows another in sound text.
//!
//! The model is coarse on purpose: it knows scripts, case, and kinds of punctuation, but no
//! letter and no word, so it holds for every language alike.

/// A class of characters that behave alike in running text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(super) enum Class {
    Space,
    AsciiLower,
    AsciiUpper,
    Digit,
    AsciiPunctuation,
    Latin1Lower,
    Latin1Upper,
    LatinExtendedLower,
    LatinExtendedUpper,
    LatinRare,
    GreekLower,
    GreekUpper,
    GreekRare,
    CyrillicLower,
    CyrillicUpper,
    CyrillicExtraLower,
    CyrillicExtraUpper,
    CyrillicAsian,
    CyrillicRare,
    NoBreakSpace,
    Invisible,
    Control,
    QuoteOpen,
    QuoteClose,
    Apostrophe,
    QuoteLow,
    GuillemetOpen,
    GuillemetClose,
    Dash,
    Ellipsis,
    Currency,
    InvertedPunctuation,
    Sign,
    Superscript,
    SpacingAccent,
    Mathematical,
    Box,
    CombiningMark,
    Hebrew,
    Arabic,
    Indic,
    SoutheastAsian,
    Armenian,
    Georgian,
    Ethiopic,
    Han,
    Kana,
    Hangul,
    Fullwidth,
    Pictograph,
    Ligature,
    OtherPunctuation,
    OtherScript,
    Private,
    /// An ASCII capital after another capital.
    Capitals,
}

/// Number of classes.
pub(super) const CLASSES: usize = Class::Capitals as usize + 1;

impl Class {
    /// Returns the class of a character after one of class `previous`.
    pub(super) fn after(previous: Self, c: char) -> Self {
        let class = Self::of(c);
        let in_capitals =
            matches!(previous, Self::AsciiUpper | Self::Capitals | Self::Latin1Upper | Self::LatinExtendedUpper);
        if in_capitals && class == Self::AsciiUpper { Self::Capitals } else { class }
    }

    /// Returns the class of a character on its own.
    pub(super) fn of(c: char) -> Self {
        let u = u32::from(c);
        match u {
            0x09..=0x0D | 0x20 | 0x2028 | 0x2029 => Self::Space,
            0x61..=0x7A => Self::AsciiLower,
            0x41..=0x5A => Self::AsciiUpper,
            0x30..=0x39 => Self::Digit,
            0x21..=0x7E => Self::AsciiPunctuation,
            0x00..=0x9F => Self::Control,
            0xA0..=0xBF | 0xD7 | 0xF7 => Self::of_latin1_sign(u),
            0xC0..=0xDE => Self::Latin1Upper,
            0xDF..=0xFF => Self::Latin1Lower,
            0x0100..=0x024F | 0x0259 | 0x1E00..=0x1EFF => Self::of_latin(u),
            0x0250..=0x02C5 | 0x02CA..=0x02D7 | 0x02DE..=0x02FF | 0x2C60..=0x2C7F | 0xA720..=0xA7FF => Self::LatinRare,
            0x02C6..=0x02C9 | 0x02D8..=0x02DD => Self::SpacingAccent,
            0x0300..=0x036F | 0x20D0..=0x20FF | 0xFE20..=0xFE2F => Self::CombiningMark,
            0x0370..=0x03FF | 0x1F00..=0x1FFF => Self::of_greek(u),
            0x0400..=0x052F => Self::of_cyrillic(u),
            0x0531..=0x058F => Self::Armenian,
            0x0590..=0x05FF | 0xFB1D..=0xFB4F => Self::Hebrew,
            0x0600..=0x06FF | 0x0750..=0x077F | 0x08A0..=0x08FF => Self::Arabic,
            0x0900..=0x0DFF => Self::Indic,
            0x0E00..=0x109F | 0x1780..=0x17FF => Self::SoutheastAsian,
            0x10A0..=0x10FF | 0x1C90..=0x1CBF | 0x2D00..=0x2D2F => Self::Georgian,
            0x1200..=0x139F | 0x2D80..=0x2DDF => Self::Ethiopic,
            0x1100..=0x11FF | 0x3130..=0x318F | 0xA960..=0xA97F | 0xAC00..=0xD7FF => Self::Hangul,
            0x2000..=0x206F => Self::of_punctuation(u),
            0x2070..=0x209F | 0x2150..=0x218F => Self::Superscript,
            0x20A0..=0x20CF => Self::Currency,
            0x2113..=0x2116 | 0x2120..=0x2122 => Self::Sign,
            0x2126 | 0x2190..=0x22FF | 0x25CA => Self::Mathematical,
            0x2310 | 0x2320 | 0x2321 | 0x2500..=0x25A0 => Self::Box,
            0x2600..=0x27BF | 0x2B00..=0x2BFF | 0x1F000..=0x1FAFF | 0xFE0F => Self::Pictograph,
            0x3000..=0x3004 | 0x3008..=0x303F | 0xFF00..=0xFFEF => Self::Fullwidth,
            0x3005..=0x3007 | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF => Self::Han,
            0x3040..=0x30FF | 0x31F0..=0x31FF => Self::Kana,
            0xFB00..=0xFB06 => Self::Ligature,
            0xE000..=0xF8FF | 0xFFF0..=0xFFFF | 0xF0000.. => Self::Private,
            _ => Self::OtherScript,
        }
    }

    fn of_latin1_sign(u: u32) -> Self {
        match u {
            0xA0 => Self::NoBreakSpace,
            0xAD => Self::Invisible,
            0xA1 | 0xBF => Self::InvertedPunctuation,
            0xA2..=0xA5 => Self::Currency,
            0xAB => Self::GuillemetOpen,
            0xBB => Self::GuillemetClose,
            0xA8 | 0xAF | 0xB4 | 0xB8 => Self::SpacingAccent,
            0xAA | 0xB0 | 0xB2 | 0xB3 | 0xB9 | 0xBA | 0xBC..=0xBE => Self::Superscript,
            0xB7 => Self::Ellipsis,
            0xB1 | 0xB5 | 0xD7 | 0xF7 => Self::Mathematical,
            _ => Self::Sign,
        }
    }

    fn of_latin(u: u32) -> Self {
        // In these blocks capitals have even code points, but for two stretches of Extended-A.
        let upper_is_odd = matches!(u, 0x0139..=0x0148 | 0x0179..=0x017E);
        match u {
            0x0132 | 0x0133 | 0x0138 | 0x0140 | 0x013F | 0x0149 | 0x017F => Self::LatinRare,
            0x0131 | 0x0259 => Self::LatinExtendedLower,
            0x0130 | 0x0178 | 0x018F => Self::LatinExtendedUpper,
            0x0100..=0x017E | 0x01A0 | 0x01A1 | 0x01AF | 0x01B0 | 0x0218..=0x021B | 0x1EA0..=0x1EF9 => {
                let odd = u % 2 == 1;
                let is_upper = if matches!(u, 0x01AF | 0x01B0) { odd } else { odd == upper_is_odd };
                if is_upper { Self::LatinExtendedUpper } else { Self::LatinExtendedLower }
            }
            _ => Self::LatinRare,
        }
    }

    fn of_greek(u: u32) -> Self {
        match u {
            0x037E | 0x0387 => Self::AsciiPunctuation,
            0x0384 | 0x0385 => Self::SpacingAccent,
            0x0386 | 0x0388..=0x038F | 0x0391..=0x03AB => Self::GreekUpper,
            0x0390 | 0x03AC..=0x03CE => Self::GreekLower,
            _ => Self::GreekRare,
        }
    }

    fn of_cyrillic(u: u32) -> Self {
        match u {
            0x0400..=0x040F | 0x0490 => Self::CyrillicExtraUpper,
            0x0410..=0x042F => Self::CyrillicUpper,
            0x0430..=0x044F => Self::CyrillicLower,
            0x0450..=0x045F | 0x0491 => Self::CyrillicExtraLower,
            0x0492..=0x0493
            | 0x0498..=0x049D
            | 0x04A0..=0x04A3
            | 0x04AA..=0x04AF
            | 0x04B0..=0x04B3
            | 0x04B6..=0x04BB
            | 0x04D8..=0x04D9
            | 0x04E2..=0x04E3
            | 0x04E8..=0x04E9
            | 0x04EE..=0x04EF => Self::CyrillicAsian,
            _ => Self::CyrillicRare,
        }
    }

    fn of_punctuation(u: u32) -> Self {
        match u {
            0x2000..=0x200A | 0x202F | 0x205F => Self::NoBreakSpace,
            0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F => Self::Invisible,
            0x2010..=0x2015 => Self::Dash,
            0x2018 | 0x201C => Self::QuoteOpen,
            0x201D => Self::QuoteClose,
            0x2019 => Self::Apostrophe,
            0x201A | 0x201E => Self::QuoteLow,
            0x2039 => Self::GuillemetOpen,
            0x203A => Self::GuillemetClose,
            0x2022 | 0x2026 => Self::Ellipsis,
            0x2020 | 0x2021 | 0x2030 => Self::Sign,
            0x2044 => Self::Mathematical,
            _ => Self::OtherPunctuation,
        }
    }
}

/// Bits that it takes to name one character of each class: the entropy inside the class where the
/// corpus has enough of it, else the logarithm of its size.
const NAMING: [u8; CLASSES] = [
    0, 4, 4, 3, 2, 4, 4, 5, 4, 8, 5, 4, 7, 5, 4, 2, 3, 3, 7, 0, 1, 5, 1, 0, 0, 0, 0, 0, 1, 1, 2, 1, 3, 3, 3, 4, 6, 3,
    4, 5, 7, 6, 5, 4, 7, 10, 6, 8, 3, 9, 1, 4, 12, 12, 4,
];

/// Bits, as hexadecimal digits, that it costs in sound text when the class of a column follows the class of a row.
///
/// `-log2 P(column | row)`, rounded and capped at 15. `P` is counted over some 20,000 sentences of 75
/// languages, smoothed with four imaginary transitions spread as the classes are and one from the
/// class to itself. Such sentences are poor in typography, so 1/1024 is added for each class of
/// signs and quotation marks, and for the no-break space 1/32 of what the space has.
const FOLLOWING: [&[u8; CLASSES]; CLASSES] = [
    b"d13667a7ae69f468c9ffff8aa99a9aaaaaaaff644767fac7eafafff",
    b"30ad56f6fffffdfffff8ffaa9aaaaaaaaaaafffffffffffffafafdf",
    b"60f975b6befffcfffffbffaa9aaaaaaaaaaafffffffffffffafafc4",
    b"27813dffffcffcdffff7ffaa9aaa9aaaa9aafffb9abff8e7eafafff",
    b"045459cbcfacf79cfcf5ff98aaaaaaaaaaaaff997899faf9cafafff",
    b"21fd55f7fbfffefffff7cfaaaaaaaaaaaaaaffffdffffffffafaf7f",
    b"31de757677dffbfffff8ff7a8aa7aaaa8aa8ffecbddefefffafaf64",
    b"21de56e4fefffcfffff7ffaaaaaaaaaaaa8af7fffffffffffafafff",
    b"51dd65837fdff8fffffa6faaaaaaaaaa7a7af5ecbddefefefafaff3",
    b"31aba3f2f5aff8dcfdf8ffaaaaaaaaaaaaaaffb98aabfbcceafaffd",
    b"3cff6fffff0ffefffff8ffaaaaa9aaaaaaaafffffffffffffafafff",
    b"38d95efeff03fbfffff8ffaa9aaaaaaaaaaaffedbeeefffffafafff",
    b"226767d7df7c3499faf7dfaaaaaaaaaaaaaafe764777f898bafafd9",
    b"3aff5efffffff0f5f6f8cfaaaaaaaaaaaaaafffffffffffffafafff",
    b"49fa5ffffffff04695f9ff99aaaaaaaaaaaaffffeffffffffafafff",
    b"2cfd4ffffffff1f5f6f7dfa9aaa9aaaaaaaafffffffffffffafafff",
    b"26bb4bfcffbff15547f7ffaaaaaa7aaaaaaaffca9bbcfcdcfafaffd",
    b"3bff7ffffffff098f3f8ffaaaaaaaaaaaaaaffffeffffffffafafff",
    b"316767c7cf7cf499ea28cfaaaaaaaaaaaaaafd754777f898bafafd9",
    b"134489faff9ef7cbfcf4ffaaaaaaaaaaaaaaffa87999fabadafaffb",
    b"539979feff9ff4fffffa7faaaaaaaaaaaaaaffe13dd6fefffafafff",
    b"316767c7cf7cf499eaf8c2aaaaaaaaaaaaaafd754777f898bafafd9",
    b"332747a87feff54aaaf8ff688aaaa9aaaaaafff756eef5a3aafafff",
    b"16792dfeffdffb9ffff6ffa88aaaaaaaaaaaffe8b9d9f5946afafff",
    b"315867f9ffeff587fff8ffa95aaaa9aaaaaaffe76aeefff5fafafff",
    b"5216bcfc5fcff43e7ffaffaaa7aaaaaaaaaaffca9cc4fdedfafaffe",
    b"24367cfdff45f53ef8f7ffaaaa8aaaaaaaaaffd4ac2dfdeefafafff",
    b"157d2dfdffdffafffff6ffaaaaa7aaaaaaaaffd8ad5dfdfefafafff",
    b"06748dfeffdffb8ffff5ffaaaaaa5aaaaaaaffe97d67f7fefafafff",
    b"14754bfcff7ff96efef6ffa67a77a5aaaaaaffc76c7cf6d46afaffe",
    b"139539f9ff9ef7cbfcf6ffaaaaaaaa5a3aaaffa85999fabadafaffb",
    b"427767d8df7df5a9faf9dfaaaaaaaaa3a1aafe865778f898bafafd9",
    b"129456fa5faff4dcfdf6ffaaaaaaaaaa4aaaffa98aaafbcbeafaffc",
    b"13443afbffbff85cfdf6ffaaaaaaaaaaa6aaffb98aabfbcceafaffd",
    b"217b5bf5ffbff9edfef7ffaaaaaaaaaaaa6affca5bbcfcdcfafaffd",
    b"235259f9ff4ef6cbfcf7ffaaaaaaaaaaaaa5ff984999fabadafaffb",
    b"226767d7df7cf499faf7dfaaaaaaaaaaaaaa3e764777f898bafafd9",
    b"11cd4cf5ffcff8fefff6ffaaaaaaaaaaaaaaf7dbaccdfdeefafaffe",
    b"2dff5ffffffffffffff7ffaaaaaaaaaaaaaaff0ffffffffffafafff",
    b"2eee7ffffffffffffff78faaaaaaaaaaaaaafff0fffffffffafaeff",
    b"3fff6ffffffffffffff8bfaaaaaaaaaaaaaaffff0ffffffffafafff",
    b"4ddb6ffffffffffffff9ffaaaaaaaaaaaaaafffff0fffffffafafef",
    b"3ddd6ffffffffffffff8ffaaaaa8aaaaaaaaffffff0ffffffafafff",
    b"3dfe5ffffffffffffff8cf9aaaaaaaaaaaaafffffff0fffffafafff",
    b"316767c7cf7cf499eaf8cfaaaaaaaaaaaaaafd7547772898bafafd9",
    b"ddf89fffffffffffffffff99aaaaaaaaaaaafffffffff03f4afafff",
    b"bcf9affffffffeffffffffaaaaaaaaaaaaaafffffffff21f4afafff",
    b"2db85ffffffffffffff7ffa88aaaa9aaaaaafffffffffff1dafaeff",
    b"2af6bffffffffdfffff7ff77aaaaaaaaaaaafffedffff1485afafff",
    b"226767d7df7cf499faf7dfaaaaaaaaaaaaaafe764777f898b3fafd9",
    b"316767c7cf7cf499eaf8cfaaaaaaaaaaaaaafd754777f898ba2afd9",
    b"217838d8df8df5aafbf7dfaaaaaaaaaaaaaafe865888f9a9caf3fea",
    b"24954afaffaff7ccfdf7ffaaaaaaa5aaaaaaffa57aaafac2dafa2fc",
    b"119944fdffdffafffff6ffa8aaaaaaaaaaaaffdcb8ddfefefafaf7f",
    b"26f73d8b7ffffefffff7ff999aaaaaaaaaaafffbcffffff8fafafd1",
];

/// The two tables in one: the bits of a transition and of naming the character that it leads to.
static BITS: [[u8; CLASSES]; CLASSES] = {
    let mut table = [[0; CLASSES]; CLASSES];
    let mut row = 0;
    while row < CLASSES {
        let mut column = 0;
        while column < CLASSES {
            let digit = FOLLOWING[row][column];
            let bits = if digit < b'a' { digit - b'0' } else { digit - b'a' + 10 };
            table[row][column] = bits + NAMING[column];
            column += 1;
        }
        row += 1;
    }
    table
};

/// Returns the bits that a character of class `next` costs after one of class `previous`.
#[inline]
pub(super) fn bits(previous: Class, next: Class) -> i64 {
    i64::from(BITS[previous as usize][next as usize])
}
