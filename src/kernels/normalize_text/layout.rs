//! Spaces, lines and paragraphs.
//!
//! # Hard wraps
//!
//! A break is a hard wrap when the next word had no room: the line, a space and that word are wider
//! than the measure, which is the widest line of the block (of the text, when the block is short)
//! and 60 to 80 columns. A text is hard-wrapped when at least 80 % of its line breaks, and no fewer
//! than three, are of this kind; the last line of a paragraph ends with no such break, so that it does not count.
//!
//! Blocks of such a text that hold to the same rule are joined, at those breaks only: poems, tables,
//! lists and headlines keep their lines. A break before an indented line of a joined block parts
//! paragraphs; one before a list marker, after a hyphenated word, or next to a script that is written
//! without spaces, is kept.

use super::{Op, OpSet};

/// The measure of hard-wrapped text, in columns (mail, teletype).
const MEASURE: std::ops::RangeInclusive<usize> = 60..=80;
/// Breaks that make a text hard-wrapped at least.
const LEAST_WRAPS: usize = 3;

/// Buffers of the layout pass.
#[derive(Debug, Default)]
pub(super) struct LayoutScratch {
    lines: Vec<Line>,
}

/// One line: bytes of the text without the spaces at its ends, and what decides about the break before it.
#[derive(Clone, Copy, Debug)]
struct Line {
    start: usize,
    end: usize,
    /// It begins with two spaces or a TAB.
    is_indented: bool,
    /// Columns of the line with its indent.
    width: usize,
    /// Columns of its first word.
    first_word: usize,
    link: Link,
}

/// How a line hangs together with the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    /// Blank lines lie between, or nothing.
    Paragraph,
    /// A single break that stays.
    Break,
    /// A single break that may be a hard wrap.
    Candidate,
    /// A hard wrap: a space.
    Join,
}

/// Breaks of a block or text.
#[derive(Clone, Copy, Default)]
struct Breaks {
    all: usize,
    wraps: usize,
}

impl Breaks {
    fn is_wrapped(self, least: usize) -> bool {
        self.wraps >= least && self.wraps * 5 >= self.all * 4
    }
}

impl LayoutScratch {
    /// Writes `text`, whose only white space is U+0020, TAB and LF, to `out` in normal layout.
    /// `out` equals `text` when no operation is reported.
    pub(super) fn paragraphs(&mut self, text: &str, out: &mut String) -> OpSet {
        self.find_lines(text);
        let mut ops = OpSet::default();
        if self.lines.iter().any(|line| line.link == Link::Candidate) && self.mark_wraps(text) {
            ops.insert(Op::JoinWrappedLines);
        }
        out.clear();
        let mut previous_end = 0;
        for (index, line) in self.lines.iter().enumerate() {
            let gap = text.get(previous_end..line.start).unwrap_or_default();
            let separator = match line.link {
                _ if index == 0 => "",
                Link::Paragraph => "\n\n",
                Link::Break | Link::Candidate => "\n",
                Link::Join => " ",
            };
            note_gap(gap, separator, line.link == Link::Join, &mut ops);
            out.push_str(separator);
            if push_collapsed(text.get(line.start..line.end).unwrap_or_default(), out) {
                ops.insert(Op::CollapseSpaces);
            }
            previous_end = line.end;
        }
        note_gap(text.get(previous_end..).unwrap_or_default(), "", false, &mut ops);
        ops
    }

    fn find_lines(&mut self, text: &str) {
        self.lines.clear();
        let mut start = 0;
        let mut is_after_blank = true;
        while start < text.len() {
            let rest = text.as_bytes().get(start..).unwrap_or_default();
            let end = start + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let whole = text.get(start..end).unwrap_or_default();
            let trimmed = whole.trim_matches([' ', '\t']);
            if trimmed.is_empty() {
                is_after_blank = true;
            } else {
                let margin = whole.len() - whole.trim_start_matches([' ', '\t']).len();
                let is_indented = margin >= 2 || whole.starts_with('\t');
                let link = if is_after_blank { Link::Paragraph } else { Link::Candidate };
                let start = start + margin;
                self.lines.push(Line {
                    start,
                    end: start + trimmed.len(),
                    is_indented,
                    width: margin,
                    first_word: 0,
                    link,
                });
                is_after_blank = false;
            }
            start = end + 1;
        }
    }

    /// Marks the breaks that are hard wraps; `false` when the text is not hard-wrapped.
    fn mark_wraps(&mut self, text: &str) -> bool {
        if !self.may_be_wrapped() {
            return false;
        }
        let lines = self.lines.as_mut_slice();
        for line in lines.iter_mut() {
            let content = text.get(line.start..line.end).unwrap_or_default();
            let (width, first_word) = measure(content);
            (line.width, line.first_word) = (line.width + width, first_word);
        }
        let is_same_block = |_: &Line, next: &Line| next.link != Link::Paragraph;
        let widest_of_all = lines.chunk_by(is_same_block).filter(|block| block.len() > 1).map(widest);
        let common = widest_of_all.filter(|width| MEASURE.contains(width)).max().unwrap_or(0);
        let mut total = Breaks::default();
        for block in lines.chunk_by(is_same_block) {
            let breaks = Breaks::of(block, common);
            total.all += breaks.all;
            total.wraps += breaks.wraps;
        }
        if !total.is_wrapped(LEAST_WRAPS) {
            return false;
        }
        let mut joined = false;
        for block in lines.chunk_by_mut(is_same_block) {
            if Breaks::of(block, common).is_wrapped(1) {
                joined |= mark_block(block, text, common);
            }
        }
        joined
    }

    /// Tells from the bytes alone whether the lines may hold to a measure.
    fn may_be_wrapped(&self) -> bool {
        let is_candidate = |line: &&Line| line.link == Link::Candidate;
        let breaks = self.lines.iter().filter(is_candidate).count();
        let wide = self.lines.iter().filter(|line| line.end - line.start >= *MEASURE.start() / 2).count();
        breaks >= LEAST_WRAPS && wide * 2 >= breaks
    }
}

impl Breaks {
    /// Counts the breaks of a block; those before an indented line end a paragraph and do not count.
    fn of(block: &[Line], common: usize) -> Self {
        let measure = block_measure(block, common);
        let mut breaks = Self::default();
        for pair in block.windows(2) {
            if let [line, next] = pair
                && !next.is_indented
            {
                breaks.all += 1;
                breaks.wraps += usize::from(is_wrap(line, next, measure));
            }
        }
        breaks
    }
}

fn widest(block: &[Line]) -> usize {
    block.iter().map(|line| line.width).max().unwrap_or(0)
}

/// Returns the measure of a block, `common` being that of the text.
fn block_measure(block: &[Line], common: usize) -> usize {
    let own = widest(block);
    if block.len() > LEAST_WRAPS { own } else { own.max(common) }
}

fn is_wrap(line: &Line, next: &Line, measure: usize) -> bool {
    MEASURE.contains(&measure) && line.width + 1 + next.first_word > measure
}

/// Decides about every break of a hard-wrapped block.
fn mark_block(block: &mut [Line], text: &str, common: usize) -> bool {
    let measure = block_measure(block, common);
    let mut joined = false;
    for index in 1..block.len() {
        let (line, next) = (block[index - 1], block[index]);
        let ending = text.get(line.start..line.end).unwrap_or_default();
        let beginning = text.get(next.start..next.end).unwrap_or_default();
        block[index].link = if next.is_indented {
            Link::Paragraph
        } else if is_wrap(&line, &next, measure) && may_join(ending, beginning) {
            Link::Join
        } else {
            Link::Break
        };
        joined |= block[index].link != Link::Break;
    }
    joined
}

/// Tells whether nothing speaks against a space between two lines.
fn may_join(ending: &str, beginning: &str) -> bool {
    let mut last = ending.chars().rev();
    let is_hyphenated = matches!(last.next(), Some('-' | '\u{2010}')) && last.next().is_some_and(char::is_alphabetic);
    !is_hyphenated
        && !is_list_item(beginning)
        && !ending.chars().next_back().is_some_and(is_written_without_spaces)
        && !beginning.chars().next().is_some_and(is_written_without_spaces)
}

/// Tells whether a line begins with a bullet, or with a short number or letter and a full stop or bracket.
fn is_list_item(line: &str) -> bool {
    let Some(word) = line.split(' ').next().filter(|word| word.len() < line.len()) else {
        return false;
    };
    let is_bullet = matches!(word, "-" | "*" | "+" | "o" | "•" | "·" | "–" | "—" | "▪" | "‣" | "◦" | ">" | "|" | "#");
    let label = word.strip_suffix(['.', ')']).map(|label| label.trim_start_matches('('));
    is_bullet
        || label.is_some_and(|label| {
            (1..=3).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_digit()) || label.len() == 1
        })
}

/// Han, kana, Thai, Lao, Tibetan, Myanmar, Khmer and their like.
fn is_written_without_spaces(c: char) -> bool {
    matches!(u32::from(c),
        0x0E00..=0x0FFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x1950..=0x19FF | 0x1A20..=0x1AAF
        | 0x2E80..=0x30FF | 0x31F0..=0x9FFF | 0xA980..=0xA9DF | 0xAA60..=0xAADF | 0xF900..=0xFAFF | 0xFF00..=0xFF9F | 0x20000..=0x3FFFF)
}

/// Returns the columns of a line, its runs of spaces taken as one, and those of its first word.
fn measure(line: &str) -> (usize, usize) {
    let bytes = line.as_bytes();
    if line.is_ascii() && !line.contains('\t') && !line.contains("  ") {
        return (bytes.len(), memchr::memchr(b' ', bytes).unwrap_or(bytes.len()));
    }
    let mut width = 0;
    let mut first_word = None;
    let mut previous = ' ';
    for c in line.chars() {
        let c = if c == '\t' { ' ' } else { c };
        if c == ' ' && previous == ' ' {
            continue;
        }
        if c == ' ' {
            first_word.get_or_insert(width);
        }
        width += columns(c);
        previous = c;
    }
    (width, first_word.unwrap_or(width))
}

/// Columns of a character on a terminal: none for common combining marks, two for wide East Asian ones.
fn columns(c: char) -> usize {
    match u32::from(c) {
        0x0300..=0x036F | 0x0591..=0x05BD | 0x064B..=0x0652 | 0x200C..=0x200F | 0x202A..=0x202E | 0x2066..=0x2069 => 0,
        0x1100..=0x115F
        | 0x2E80..=0xA4CF
        | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF
        | 0xFF00..=0xFF60
        | 0x1F300..=0x1FAFF
        | 0x20000..=0x3FFFF => 2,
        _ => 1,
    }
}

/// Writes a trimmed line with every run of spaces and TABs as one space; `true` when that changed it.
fn push_collapsed(line: &str, out: &mut String) -> bool {
    let bytes = line.as_bytes();
    let is_blank = |b: u8| matches!(b, b' ' | b'\t');
    let next_odd = |from: usize| {
        let pairs = bytes.get(from..)?.windows(2);
        let is_odd = |pair: &[u8]| matches!(pair, [b'\t', _] | [b' ', b' ' | b'\t']);
        Some(from + pairs.into_iter().position(is_odd)?)
    };
    let mut copied = 0;
    while let Some(at) = next_odd(copied) {
        out.push_str(line.get(copied..at).unwrap_or_default());
        out.push(' ');
        copied = at + bytes.get(at..).unwrap_or_default().iter().take_while(|&&b| is_blank(b)).count();
    }
    out.push_str(line.get(copied..).unwrap_or_default());
    copied > 0
}

/// Records what it takes to make the white space between two lines the separator.
fn note_gap(gap: &str, separator: &str, is_join: bool, ops: &mut OpSet) {
    if gap.bytes().any(|b| b != b'\n') {
        ops.insert(Op::CollapseSpaces);
    }
    let breaks = gap.bytes().filter(|&b| b == b'\n').count();
    if !is_join && breaks != separator.len() && !(breaks == 1 && separator.len() == 2) {
        ops.insert(Op::SeparateParagraphs);
    }
}

/// Writes `text` to `out` with every run of white space as one space, trimmed.
pub(super) fn one_line(text: &str, out: &mut String) -> OpSet {
    out.clear();
    for word in text.split([' ', '\t', '\n']).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    let mut ops = OpSet::default();
    if out != text {
        ops.insert(Op::CollapseSpaces);
    }
    ops
}
