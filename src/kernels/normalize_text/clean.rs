//! Operations on single characters: line ends, controls, invisible characters, spaces, bidi controls.

use super::{Op, OpSet};

/// What [`clean_characters`] did and saw.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cleaned {
    pub(super) ops: OpSet,
    pub(super) nul_count: u32,
    pub(super) has_bidi: bool,
}

/// What becomes of a character.
enum Fate {
    Keep,
    Bidi,
    Drop(Op),
    Become(char, Op),
}

impl Fate {
    fn of(c: char) -> Self {
        match c {
            '\t' | '\n' => Self::Keep,
            '\r' | '\u{0B}' | '\u{0C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Self::Become('\n', Op::UnifyLineEnds),
            '\u{00}'..='\u{1F}' | '\u{7F}'..='\u{9F}' | '\u{FDD0}'..='\u{FDEF}' | '\u{FEFF}' => {
                Self::Drop(Op::DropControls)
            }
            _ if u32::from(c) & 0xFFFE == 0xFFFE => Self::Drop(Op::DropControls),
            '\u{AD}' | '\u{200B}' | '\u{2060}' => Self::Drop(Op::DropInvisibles),
            '\u{A0}' | '\u{1680}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}' => {
                Self::Become(' ', Op::CollapseSpaces)
            }
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => Self::Bidi,
            _ => Self::Keep,
        }
    }
}

/// Writes `text` to `out` with line ends unified, controls and invisible characters dropped, and
/// every space but TAB made U+0020. `out` equals `text` when no operation is reported.
pub(super) fn clean_characters(text: &str, out: &mut String) -> Cleaned {
    out.clear();
    let mut cleaned = Cleaned::default();
    let mut copied = 0;
    let mut at = 0;
    while let Some(skipped) = text.as_bytes().get(at..).and_then(first_candidate) {
        at += skipped;
        let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else { break };
        let start = at;
        at += c.len_utf8();
        let (becomes, op) = match Fate::of(c) {
            Fate::Keep => continue,
            Fate::Bidi => {
                cleaned.has_bidi = true;
                continue;
            }
            Fate::Drop(op) => (None, op),
            Fate::Become(other, op) => (Some(other), op),
        };
        at += usize::from(c == '\r' && text.as_bytes().get(at) == Some(&b'\n'));
        cleaned.nul_count += u32::from(c == '\0');
        cleaned.ops.insert(op);
        out.push_str(text.get(copied..start).unwrap_or_default());
        out.extend(becomes);
        copied = at;
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    cleaned
}

/// Returns the place of the first byte that may begin a character with a fate: a control, or one of
/// the lead bytes of what [`Fate::of`] names.
fn first_candidate(bytes: &[u8]) -> Option<usize> {
    const IS_CANDIDATE: [bool; 256] = {
        let mut table = [false; 256];
        let mut byte = 0;
        while byte < 256 {
            table[byte] = matches!(byte, 0x00..=0x08 | 0x0B..=0x1F | 0x7F | 0xC2 | 0xE1..=0xE3 | 0xEF..=0xF4);
            byte += 1;
        }
        table
    };
    bytes.iter().position(|&b| IS_CANDIDATE[usize::from(b)])
}

/// Writes `text` to `out` without the bidi controls that have no partner; `false` when all have one.
///
/// Nesting as in UAX #9: PDI (U+2069) closes the innermost open isolate and whatever was left open
/// inside of it; PDF (U+202C) closes an embedding or override only when it is the innermost of all.
/// The whole text is one scope. The two scratch vectors are `(open, unbalanced)`, byte offsets.
pub(super) fn drop_unbalanced_bidi(
    text: &str,
    (open, unbalanced): (&mut Vec<usize>, &mut Vec<usize>),
    out: &mut String,
) -> bool {
    open.clear();
    unbalanced.clear();
    let mut open_isolates = 0usize;
    let is_isolate = |at: usize| text.get(at..).and_then(|rest| rest.chars().next()).is_some_and(|c| c >= '\u{2066}');
    for (at, c) in text.char_indices() {
        match c {
            '\u{202A}' | '\u{202B}' | '\u{202D}' | '\u{202E}' => open.push(at),
            '\u{2066}'..='\u{2068}' => {
                open_isolates += 1;
                open.push(at);
            }
            '\u{202C}' => match open.last() {
                Some(&opener) if !is_isolate(opener) => {
                    open.pop();
                }
                _ => unbalanced.push(at),
            },
            '\u{2069}' if open_isolates == 0 => unbalanced.push(at),
            '\u{2069}' => {
                open_isolates -= 1;
                while let Some(opener) = open.pop() {
                    if is_isolate(opener) {
                        break;
                    }
                    unbalanced.push(opener);
                }
            }
            _ => {}
        }
    }
    unbalanced.append(open);
    if unbalanced.is_empty() {
        return false;
    }
    unbalanced.sort_unstable();
    out.clear();
    let mut copied = 0;
    for &at in &*unbalanced {
        out.push_str(text.get(copied..at).unwrap_or_default());
        copied = at + '\u{202A}'.len_utf8();
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    true
}
