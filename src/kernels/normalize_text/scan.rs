//! The gate: one pass over the bytes that proves a text normal, or names what has to be looked at.

use super::Shape;
use crate::kernels::repair_mojibake::MojibakeWatch;

/// What one pass over a text found. Every flag may be raised without need, none is missing where there is need.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::kernels) struct Scan {
    /// Neighbors may be misread UTF-8.
    pub(super) suspicious: bool,
    /// Characters that are dropped or replaced, or bidi controls.
    pub(super) unclean: bool,
    /// Characters that may not be in normalization form C.
    pub(super) composable: bool,
    /// Spaces or line breaks where normal text has none.
    pub(super) loose: bool,
    /// Single line breaks, which may be hard wraps.
    pub(super) broken: bool,
    /// Paragraphs; right for a text that is normal.
    pub(super) paragraphs: u32,
}

/// Bytes that are looked at together; the compiler makes vector instructions of it.
const BLOCK: usize = 32;

impl Scan {
    /// Scans a text.
    pub(super) fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut scan = Self { paragraphs: u32::from(!bytes.is_empty()), ..Self::default() };
        let is_loose = |b: Option<&u8>| matches!(b, Some(b' ' | b'\n'));
        scan.loose = is_loose(bytes.first()) || is_loose(bytes.last());
        let mut at = 0;
        while at < bytes.len() {
            at = match bytes.get(at..).and_then(<[u8]>::first_chunk) {
                Some(block) if is_plain(block) => at + BLOCK,
                Some(block) => scan.look(text, at + first_odd(block)),
                None => scan.look(text, at),
            };
        }
        scan
    }

    /// Tells whether a text in which this was found needs nothing.
    pub(super) fn is_normal(&self, shape: Shape) -> bool {
        !(self.suspicious || self.unclean || self.composable || self.loose || self.broken)
            && (shape == Shape::Body || self.paragraphs <= 1)
    }

    /// Looks at the character at `at`, and at its like that follow; returns where to go on.
    fn look(&mut self, text: &str, at: usize) -> usize {
        let bytes = text.as_bytes();
        match bytes.get(at) {
            Some(b' ') => self.loose |= bytes.get(at + 1) == Some(&b' '),
            Some(b'\n') => return self.line_break(bytes, at),
            Some(b'\t') => self.loose = true,
            Some(0x00..=0x1F | 0x7F) => self.unclean = true,
            Some(0x80..) => return self.beyond_ascii(text, at),
            _ => {}
        }
        at + 1
    }

    fn line_break(&mut self, bytes: &[u8], at: usize) -> usize {
        let mut end = at + 1;
        while bytes.get(end) == Some(&b'\n') {
            end += 1;
        }
        match end - at {
            1 => self.broken = true,
            2 => self.paragraphs = self.paragraphs.saturating_add(1),
            _ => self.loose = true,
        }
        let is_space = |b: Option<&u8>| b == Some(&b' ');
        self.loose |= is_space(bytes.get(end)) || is_space(at.checked_sub(1).and_then(|before| bytes.get(before)));
        end
    }

    /// Looks at all characters up to the next ASCII one that is followed by ASCII, or is none to pass over.
    fn beyond_ascii(&mut self, text: &str, at: usize) -> usize {
        let bytes = text.as_bytes();
        let mut end = at;
        let mut watch = MojibakeWatch::default();
        for c in text.get(at..).unwrap_or_default().chars() {
            if c.is_ascii() {
                let is_passed = matches!(c, ' '..='~') && bytes.get(end + 1).is_some_and(|b| !b.is_ascii());
                if !is_passed {
                    break;
                }
                watch = MojibakeWatch::default();
                end += 1;
                continue;
            }
            match Kind::of(c) {
                Kind::Plain => {}
                Kind::Unclean => self.unclean = true,
                Kind::Composable => self.composable = true,
            }
            self.suspicious |= watch.see(c) != 0 || c < '\u{A0}';
            end += c.len_utf8();
        }
        end
    }
}

/// Tells whether all bytes but the last are printable ASCII and no two spaces follow each other.
#[inline]
fn is_plain(block: &[u8; BLOCK + 1]) -> bool {
    let mut odd = 0u8;
    for (&b, &next) in block.iter().zip(&block[1..]) {
        odd |= u8::from(b.wrapping_sub(0x20) >= 0x5F) | u8::from((b | next) == b' ');
    }
    odd == 0
}

/// Returns the place of the first byte for which the block is not plain, or one before it; its
/// length when it is.
///
/// Eight bytes at a time: in `word - 0x20 & !word` and its like the lowest marked byte is right,
/// only those above it may be marked in error.
#[inline]
fn first_odd(block: &[u8; BLOCK + 1]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGHS: u64 = ONES * 0x80;
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
    for (index, bytes) in block.as_chunks::<8>().0.iter().enumerate() {
        let word = u64::from_le_bytes(*bytes);
        let next = u64::from(block.get(index * 8 + 8).copied().unwrap_or(0));
        let shifted = word >> 8 | next << 56;
        let beyond = word & HIGHS;
        let controls = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
        let deletes = zeros(word ^ (ONES * 0x7F));
        let spaces = zeros(word ^ (ONES * 0x20)) & zeros(shifted ^ (ONES * 0x20));
        let odd = beyond | controls | deletes | spaces;
        if odd != 0 {
            return index * 8 + odd.trailing_zeros() as usize / 8;
        }
    }
    BLOCK
}

/// What the scan must know of a character beyond ASCII.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    /// It is dropped, replaced, or a bidi control.
    Unclean,
    /// It is no starter, or composes with what stands before it, or has a canonical decomposition that is no form C; or it is rare.
    Composable,
}

/// Kinds of the characters of one or two bytes: European and Near Eastern letters.
static SHORT_KINDS: [Kind; 0x800] = {
    let mut table = [Kind::Plain; 0x800];
    let mut u = 0x80;
    while u < table.len() {
        table[u] = Kind::of_scalar(u as u32);
        u += 1;
    }
    table
};

impl Kind {
    #[inline]
    fn of(c: char) -> Self {
        let u = u32::from(c);
        SHORT_KINDS.get(u as usize).copied().unwrap_or_else(|| Self::of_scalar(u))
    }

    /// Source: DerivedNormalizationProps `NFC_Quick_Check`, for the blocks that matter; all others go to the full check.
    const fn of_scalar(u: u32) -> Self {
        match u {
            0x0080..=0x00A0
            | 0x00AD
            | 0x1680
            | 0x2000..=0x200B
            | 0x2028..=0x202F
            | 0x205F..=0x2060
            | 0x2066..=0x2069
            | 0x3000
            | 0xFEFF
            | 0xFDD0..=0xFDEF => Self::Unclean,
            u if u & 0xFFFE == 0xFFFE => Self::Unclean,
            0x2126 | 0x212A | 0x212B | 0x2329 | 0x232A => Self::Composable,
            0x00A1..=0x02FF
            | 0x0375..=0x037D
            | 0x0388..=0x0482
            | 0x048A..=0x0590
            | 0x05D0..=0x060F
            | 0x061B..=0x064A
            | 0x0660..=0x066F
            | 0x0671..=0x06D5
            | 0x200C..=0x2027
            | 0x2030..=0x205E
            | 0x2070..=0x20CF
            | 0x2100..=0x2ADB
            | 0x3001..=0x3029
            | 0x3030..=0x3098
            | 0x309B..=0xA4CF
            | 0xAC00..=0xD7A3
            | 0xE000..=0xF8FF
            | 0xFF01..=0xFFFD
            | 0x1F000..=0x1FAFF
            | 0x20000..=0x2F7FF => Self::Plain,
            _ => Self::Composable,
        }
    }
}
