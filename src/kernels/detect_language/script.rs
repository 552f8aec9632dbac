//! Which script a character is of, and which language a script decides alone.

/// The scripts that are told apart. The first four need a look at the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Script {
    Latin,
    Cyrillic,
    Arabic,
    Devanagari,
    Hebrew,
    Han,
    Kana,
    Hangul,
    Greek,
    Armenian,
    Georgian,
    Thai,
    Lao,
    Khmer,
    Burmese,
    Bengali,
    Gurmukhi,
    Gujarati,
    Oriya,
    Tamil,
    Telugu,
    Kannada,
    Malayalam,
    Sinhala,
    Tibetan,
    Ethiopic,
    Thaana,
    /// Letters of any other script.
    Other,
    /// Not a letter.
    None,
}

/// Number of scripts with letters.
pub(super) const SCRIPTS: usize = Script::None as usize;

impl Script {
    /// All scripts with letters, in their order.
    pub(super) const WITH_LETTERS: [Self; SCRIPTS] = [
        Self::Latin,
        Self::Cyrillic,
        Self::Arabic,
        Self::Devanagari,
        Self::Hebrew,
        Self::Han,
        Self::Kana,
        Self::Hangul,
        Self::Greek,
        Self::Armenian,
        Self::Georgian,
        Self::Thai,
        Self::Lao,
        Self::Khmer,
        Self::Burmese,
        Self::Bengali,
        Self::Gurmukhi,
        Self::Gujarati,
        Self::Oriya,
        Self::Tamil,
        Self::Telugu,
        Self::Kannada,
        Self::Malayalam,
        Self::Sinhala,
        Self::Tibetan,
        Self::Ethiopic,
        Self::Thaana,
        Self::Other,
    ];

    /// The script of a character; marks and digits of a script count as its letters where that is simpler.
    pub(super) fn of(c: char) -> Self {
        match u32::from(c) {
            0x41..=0x5A | 0x61..=0x7A | 0xAA | 0xBA => Self::Latin,
            0xC0..=0x2AF | 0x1E00..=0x1EFF | 0x2C60..=0x2C7F | 0xA720..=0xA7FF if c != '×' && c != '÷' => Self::Latin,
            0x370..=0x3FF | 0x1F00..=0x1FFF if c.is_alphabetic() => Self::Greek,
            0x400..=0x52F | 0x1C80..=0x1C8F | 0x2DE0..=0x2DFF => Self::Cyrillic,
            0x531..=0x58F if c.is_alphabetic() => Self::Armenian,
            0x5D0..=0x5F2 => Self::Hebrew,
            0x620..=0x64A | 0x66E..=0x6D3 | 0x6FA..=0x6FF | 0x750..=0x77F => Self::Arabic,
            0x780..=0x7BF => Self::Thaana,
            0x900..=0x963 | 0x970..=0x97F => Self::Devanagari,
            0x980..=0x9FF => Self::Bengali,
            0xA00..=0xA7F => Self::Gurmukhi,
            0xA80..=0xAFF => Self::Gujarati,
            0xB00..=0xB7F => Self::Oriya,
            0xB80..=0xBFF => Self::Tamil,
            0xC00..=0xC7F => Self::Telugu,
            0xC80..=0xCFF => Self::Kannada,
            0xD00..=0xD7F => Self::Malayalam,
            0xD80..=0xDFF => Self::Sinhala,
            0xE01..=0xE4E => Self::Thai,
            0xE80..=0xEFF => Self::Lao,
            0xF00..=0xFFF if c.is_alphabetic() => Self::Tibetan,
            0x1000..=0x109F => Self::Burmese,
            0x10A0..=0x10FF | 0x1C90..=0x1CBF | 0x2D00..=0x2D2F => Self::Georgian,
            0x1100..=0x11FF | 0x3131..=0x318E | 0xAC00..=0xD7A3 => Self::Hangul,
            0x1200..=0x139F if c.is_alphabetic() => Self::Ethiopic,
            0x1780..=0x17DD => Self::Khmer,
            0x3041..=0x3096 | 0x309D..=0x309F | 0x30A1..=0x30FA | 0x30FC..=0x30FF | 0xFF66..=0xFF9D => Self::Kana,
            0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF => Self::Han,
            0x00..=0xBF => Self::None,
            _ if c.is_alphabetic() => Self::Other,
            _ => Self::None,
        }
    }

    /// How much one letter weighs against letters of other scripts: what a word of about five Latin letters
    /// says takes two Han characters, or two Hangul syllables.
    pub(super) fn weight(self) -> u32 {
        match self {
            Self::Han | Self::Kana | Self::Hangul => 5,
            _ => 2,
        }
    }

    /// The language of a script that (nearly) one language is written in.
    pub(super) fn language(self) -> Option<&'static str> {
        Some(match self {
            Self::Greek => "el",
            Self::Armenian => "hy",
            Self::Georgian => "ka",
            Self::Thai => "th",
            Self::Lao => "lo",
            Self::Khmer => "km",
            Self::Burmese => "my",
            Self::Bengali => "bn",
            Self::Gurmukhi => "pa",
            Self::Gujarati => "gu",
            Self::Oriya => "or",
            Self::Tamil => "ta",
            Self::Telugu => "te",
            Self::Kannada => "kn",
            Self::Malayalam => "ml",
            Self::Sinhala => "si",
            Self::Tibetan => "bo",
            Self::Ethiopic => "am",
            Self::Thaana => "dv",
            Self::Hangul => "ko",
            Self::Kana => "ja",
            Self::Han => "zh",
            Self::Hebrew => "he",
            Self::Latin | Self::Cyrillic | Self::Arabic | Self::Devanagari | Self::Other | Self::None => {
                return None;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_numbered_in_order() {
        for (at, script) in Script::WITH_LETTERS.iter().enumerate() {
            assert_eq!(*script as usize, at);
        }
    }

    #[test]
    fn every_script_knows_its_letters() {
        let letters = "aжعकאかヲ中각λԱაกກក".chars();
        let scripts: Vec<Script> = letters.map(Script::of).collect();
        assert_eq!(scripts[0], Script::Latin);
        assert_eq!(scripts[6], Script::Kana);
        assert!(!scripts.contains(&Script::None) && !scripts.contains(&Script::Other));
        for c in "0 .,×÷–’“€😀٣。、،؟۔".chars() {
            assert_eq!(Script::of(c), Script::None, "{c}");
        }
    }
}
