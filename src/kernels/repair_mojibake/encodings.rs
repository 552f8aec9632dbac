//! The single-byte encodings whose misuse is repaired, and the tables that undo them.

/// Number of encodings.
pub(super) const ENCODINGS: usize = 10;

/// The characters of bytes 0x80 to 0xFF in each encoding, the likelier culprit first (ties go to the earlier).
///
/// Source: the Unicode mapping tables (unicode.org/Public/MAPPINGS). Bytes that an encoding leaves
/// undefined stand for the C1 control of the same number, as the WHATWG Encoding Standard has it;
/// so Latin-1 needs no table of its own: see [`BYTES`].
const UPPER_HALVES: [&str; ENCODINGS] = [
    WINDOWS_1252,
    WINDOWS_1251,
    MAC_ROMAN,
    CODE_PAGE_437,
    CODE_PAGE_850,
    WINDOWS_1250,
    ISO_8859_2,
    WINDOWS_1253,
    WINDOWS_1254,
    WINDOWS_1257,
];

const WINDOWS_1252: &str = "\
    €\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ\
    \u{a0}¡¢£¤¥¦§¨©ª«¬\u{ad}®¯°±²³´µ¶·¸¹º»¼½¾¿\
    ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞß\
    àáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ";
const WINDOWS_1251: &str = "\
    ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—\u{98}™љ›њќћџ\
    \u{a0}ЎўЈ¤Ґ¦§Ё©Є«¬\u{ad}®Ї°±Ііґµ¶·ё№є»јЅѕї\
    АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ\
    абвгдежзийклмнопрстуфхцчшщъыьэюя";
const MAC_ROMAN: &str = "\
    ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü\
    †°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø\
    ¿¡¬√ƒ≈∆«»…\u{a0}ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ\
    ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\u{f8ff}ÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ";
const CODE_PAGE_437: &str = "\
    ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒ\
    áíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
    └┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀\
    αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
const CODE_PAGE_850: &str = "\
    ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒ\
    áíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐\
    └┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀\
    ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";
const WINDOWS_1250: &str = "\
    €\u{81}‚\u{83}„…†‡\u{88}‰Š‹ŚŤŽŹ\u{90}‘’“”•–—\u{98}™š›śťžź\
    \u{a0}ˇ˘Ł¤Ą¦§¨©Ş«¬\u{ad}®Ż°±˛ł´µ¶·¸ąş»Ľ˝ľż\
    ŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢß\
    ŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙";
const ISO_8859_2: &str = "\
    \u{80}\u{81}\u{82}\u{83}\u{84}\u{85}\u{86}\u{87}\u{88}\u{89}\u{8a}\u{8b}\u{8c}\u{8d}\u{8e}\u{8f}\
    \u{90}\u{91}\u{92}\u{93}\u{94}\u{95}\u{96}\u{97}\u{98}\u{99}\u{9a}\u{9b}\u{9c}\u{9d}\u{9e}\u{9f}\
    \u{a0}Ą˘Ł¤ĽŚ§¨ŠŞŤŹ\u{ad}ŽŻ°ą˛ł´ľśˇ¸šşťź˝žż\
    ŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢß\
    ŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙";
const WINDOWS_1253: &str = "\
    €\u{81}‚ƒ„…†‡\u{88}‰\u{8a}‹\u{8c}\u{8d}\u{8e}\u{8f}\u{90}‘’“”•–—\u{98}™\u{9a}›\u{9c}\u{9d}\u{9e}\u{9f}\
    \u{a0}΅Ά£¤¥¦§¨©ª«¬\u{ad}®―°±²³΄µ¶·ΈΉΊ»Ό½ΎΏ\
    ΐΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡÒΣΤΥΦΧΨΩΪΫάέήί\
    ΰαβγδεζηθικλμνξοπρςστυφχψωϊϋόύώÿ";
const WINDOWS_1254: &str = "\
    €\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}\u{8e}\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}\u{9e}Ÿ\
    \u{a0}¡¢£¤¥¦§¨©ª«¬\u{ad}®¯°±²³´µ¶·¸¹º»¼½¾¿\
    ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏĞÑÒÓÔÕÖ×ØÙÚÛÜİŞß\
    àáâãäåæçèéêëìíîïğñòóôõö÷øùúûüışÿ";
const WINDOWS_1257: &str = "\
    €\u{81}‚\u{83}„…†‡\u{88}‰\u{8a}‹\u{8c}¨ˇ¸\u{90}‘’“”•–—\u{98}™\u{9a}›\u{9c}¯˛\u{9f}\
    \u{a0}¡¢£¤¥¦§Ø©Ŗ«¬\u{ad}®Æ°±²³´µ¶·ø¹ŗ»¼½¾æ\
    ĄĮĀĆÄÅĘĒČÉŹĖĢĶĪĻŠŃŅÓŌÕÖ×ŲŁŚŪÜŻŽß\
    ąįāćäåęēčéźėģķīļšńņóōõö÷ųłśūüżž˙";

const LATIN_SLOTS: u32 = 0x500 - 0x80;
const PUNCTUATION_SLOTS: u32 = 0x2700 - 0x2000;
const SLOTS: usize = (LATIN_SLOTS + PUNCTUATION_SLOTS + 3) as usize;

/// Returns the row of the tables for a character, or `None` when no encoding has it.
#[inline]
const fn slot(u: u32) -> Option<usize> {
    match u {
        0x0080..=0x04FF => Some((u - 0x80) as usize),
        0x2000..=0x26FF => Some((u - 0x2000 + LATIN_SLOTS) as usize),
        0xF8FF => Some(SLOTS - 3),
        0xFB01 | 0xFB02 => Some((SLOTS as u32 - 2 + u - 0xFB01) as usize),
        _ => None,
    }
}

/// For each encoding and slot the byte of the character, 0 when it has none.
///
/// C1 controls stand for their own byte in every encoding that does not define it otherwise: what
/// was read as Latin-1 is covered by Windows-1252, mixtures of the two included.
static BYTES: [[u8; SLOTS]; ENCODINGS] = byte_table();

/// For each slot what the character may be in UTF-8.
static ROLES: [Roles; SLOTS] = role_table();

/// Three sets of encodings, as bitsets: where a character is the lead byte of a two-byte sequence,
/// of a longer one, and where it is a continuation byte.
#[derive(Clone, Copy, Default)]
pub(super) struct Roles {
    pub(super) lead_of_two: u16,
    pub(super) lead_of_more: u16,
    pub(super) continuation: u16,
}

impl Roles {
    const NONE: Self = Self { lead_of_two: 0, lead_of_more: 0, continuation: 0 };

    /// Tells whether the character is a lead byte in one of the encodings.
    pub(super) const fn leads(self, encodings: u16) -> bool {
        (self.lead_of_two | self.lead_of_more) & encodings != 0
    }

    /// Tells whether the character is a continuation byte in one of the encodings.
    pub(super) const fn continues(self, encodings: u16) -> bool {
        self.continuation & encodings != 0
    }

    /// Tells whether the character is either.
    pub(super) const fn has_role(self, encodings: u16) -> bool {
        self.leads(encodings) || self.continues(encodings)
    }

    /// Returns the roles of a character.
    #[inline]
    pub(super) fn of(c: char) -> Self {
        slot(u32::from(c)).map_or(Self::NONE, |slot| ROLES[slot])
    }
}

#[expect(clippy::large_stack_arrays, reason = "evaluated at compile time")]
const fn byte_table() -> [[u8; SLOTS]; ENCODINGS] {
    let mut table = [[0u8; SLOTS]; ENCODINGS];
    let mut encoding = 0;
    while encoding < ENCODINGS {
        let mut control = 0x80;
        while control < 0xA0 {
            table[encoding][(control - 0x80) as usize] = control;
            control += 1;
        }
        let text = UPPER_HALVES[encoding].as_bytes();
        let mut at = 0;
        let mut byte = 0x80u32;
        while at < text.len() {
            let (u, length) = scalar_at(text, at);
            if let Some(slot) = slot(u) {
                table[encoding][slot] = byte as u8;
            }
            at += length;
            byte += 1;
        }
        assert!(byte == 0x100, "law: every encoding table has 128 characters");
        encoding += 1;
    }
    table
}

/// Decodes the two- or three-byte UTF-8 sequence at `at`: `char` iterators are not const.
const fn scalar_at(text: &[u8], at: usize) -> (u32, usize) {
    let lead = text[at] as u32;
    let second = (text[at + 1] & 0x3F) as u32;
    if lead < 0xE0 {
        ((lead & 0x1F) << 6 | second, 2)
    } else {
        ((lead & 0x0F) << 12 | second << 6 | (text[at + 2] & 0x3F) as u32, 3)
    }
}

#[expect(clippy::large_stack_arrays, reason = "evaluated at compile time")]
const fn role_table() -> [Roles; SLOTS] {
    let mut table = [Roles::NONE; SLOTS];
    let mut slot = 0;
    while slot < SLOTS {
        let mut encoding = 0;
        while encoding < ENCODINGS {
            match BYTES[encoding][slot] {
                0xC2..=0xDF => table[slot].lead_of_two |= 1 << encoding,
                0xE0..=0xF4 => table[slot].lead_of_more |= 1 << encoding,
                0x80..=0xBF => table[slot].continuation |= 1 << encoding,
                _ => {}
            }
            encoding += 1;
        }
        slot += 1;
    }
    table
}

/// Returns the byte of a character in an encoding, or 0 when it has none above 0x7F.
#[inline]
pub(super) fn byte_of(encoding: usize, c: char) -> u8 {
    slot(u32::from(c)).map_or(0, |slot| BYTES[encoding][slot])
}

/// Returns the character of Windows-1252 whose byte is the number of a C1 control; `None` for other
/// characters and where Windows-1252 has none.
pub(super) fn windows_1252(control: char) -> Option<char> {
    let index = u32::from(control).checked_sub(0x80).filter(|&index| index < 0x20)?;
    WINDOWS_1252.chars().nth(index as usize).filter(|&c| c != control)
}

/// Reads UTF-8 bytes in an encoding, as a careless program would.
#[cfg(test)]
pub(super) fn misread(text: &str, encoding: usize) -> String {
    let upper: Vec<char> = UPPER_HALVES[encoding].chars().collect();
    text.bytes().map(|b| if b < 0x80 { char::from(b) } else { upper[usize::from(b - 0x80)] }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_agree_with_the_standards() {
        for (label, index) in [
            ("windows-1252", 0),
            ("windows-1251", 1),
            ("macintosh", 2),
            ("windows-1250", 5),
            ("iso-8859-2", 6),
            ("windows-1254", 8),
            ("windows-1257", 9),
        ] {
            let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap();
            let mut all: Vec<u8> = (0x80..=0xFF).collect();
            // Left undefined by the standard's table, or changed later than the table of Unicode.
            all.retain(|b| !(label == "windows-1257" && matches!(b, 0xA1 | 0xA5)));
            for byte in all {
                let bytes = [byte];
                let (text, _) = encoding.decode_without_bom_handling(&bytes);
                let c = UPPER_HALVES[index].chars().nth(usize::from(byte - 0x80)).unwrap();
                assert_eq!(text, c.to_string(), "{label} 0x{byte:02X}");
            }
        }
    }

    #[test]
    fn every_byte_comes_back() {
        for (encoding, upper) in UPPER_HALVES.iter().enumerate() {
            for (index, c) in upper.chars().enumerate() {
                assert_eq!(usize::from(byte_of(encoding, c)), 0x80 + index, "{encoding}: {c:?}");
            }
        }
    }
}
