//! Normalizes body text by profile `corpus-1`: nine named operations, each idempotent, as is the whole.
//!
//! Never changed: case, digits, quotation marks, dashes, diacritics, dotted and dotless i, spelling,
//! numbers, order. ZWJ and ZWNJ are kept (Persian, Indic scripts, emoji).
//!
//! A single scan (`scan.rs`) over the bytes proves that a text is normal already; then it is returned
//! as it came, without a copy. Only what the scan names is looked at again.

mod clean;
mod layout;
mod scan;

use icu_normalizer::ComposingNormalizerBorrowed;

use crate::kernels::repair_mojibake::{MojibakeScratch, repair_mojibake};
use clean::{Cleaned, clean_characters, drop_unbalanced_bidi};
use layout::LayoutScratch;
pub(super) use scan::Scan;

/// One operation of profile `corpus-1`, in the order in which they are defined.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Op {
    /// UTF-8 that was read in another encoding is read again: see [`repair_mojibake`].
    RepairMojibake,
    /// CRLF, CR, VT, FF, NEL, U+2028 and U+2029 become LF: the mandatory breaks of UAX #14.
    UnifyLineEnds,
    /// Unicode normalization form C.
    ComposeNfc,
    /// C0 controls but TAB and LF, DEL, C1 controls, noncharacters and U+FEFF are dropped.
    DropControls,
    /// Soft hyphen, zero width space and word joiner are dropped.
    DropInvisibles,
    /// Bidi embeddings, overrides and isolates that are never closed, and closers of nothing, are dropped.
    DropUnbalancedBidi,
    /// TAB, no-break space and every other Zs become a space, runs of them one; lines are trimmed.
    CollapseSpaces,
    /// Lines broken at a fixed width are joined to paragraphs.
    JoinWrappedLines,
    /// Paragraphs are parted by exactly one blank line; there is none at the ends.
    SeparateParagraphs,
}

impl Op {
    /// Every operation, in order.
    pub const ALL: [Self; 9] = [
        Self::RepairMojibake,
        Self::UnifyLineEnds,
        Self::ComposeNfc,
        Self::DropControls,
        Self::DropInvisibles,
        Self::DropUnbalancedBidi,
        Self::CollapseSpaces,
        Self::JoinWrappedLines,
        Self::SeparateParagraphs,
    ];

    /// Returns the stable name, as it stands in column `normalization_ops`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RepairMojibake => "repair-mojibake",
            Self::UnifyLineEnds => "unify-line-ends",
            Self::ComposeNfc => "compose-nfc",
            Self::DropControls => "drop-controls",
            Self::DropInvisibles => "drop-invisibles",
            Self::DropUnbalancedBidi => "drop-unbalanced-bidi",
            Self::CollapseSpaces => "collapse-spaces",
            Self::JoinWrappedLines => "join-wrapped-lines",
            Self::SeparateParagraphs => "separate-paragraphs",
        }
    }
}

/// The operations that changed something in one text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct OpSet(u32);

impl OpSet {
    /// Adds an operation.
    pub fn insert(&mut self, op: Op) {
        self.0 |= 1 << op as u8;
    }

    /// Tells whether an operation is in the set.
    pub const fn contains(self, op: Op) -> bool {
        self.0 & (1 << op as u8) != 0
    }

    /// Tells whether nothing was changed.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns the operations in the order of [`Op::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Op> {
        Op::ALL.into_iter().filter(move |&op| self.contains(op))
    }

    /// Returns the names in the order of [`Op::ALL`].
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        self.iter().map(Op::name)
    }
}

/// A normalized text and what was done to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Normalized<'a> {
    /// The text: the very input when `ops` is empty, else out of the scratch.
    pub text: &'a str,
    /// What changed something.
    pub ops: OpSet,
    /// Paragraphs of `text`: 0 when it is empty, else one more than its blank lines.
    pub paragraph_count: u32,
    /// NUL characters that were dropped; a sign of damage worth a quality flag.
    pub nul_count: u32,
}

/// Buffers that are kept from one text to the next; they grow to the longest text and no further.
#[derive(Debug, Default)]
pub struct Scratch {
    front: String,
    back: String,
    mojibake: MojibakeScratch,
    open_bidi: Vec<usize>,
    unbalanced_bidi: Vec<usize>,
    layout: LayoutScratch,
}

/// What becomes of line breaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// Paragraphs and lines are kept.
    Body,
    /// All is one line.
    Line,
}

/// Rounds after which a text that keeps changing is taken as it is. One round does the work; a
/// second finds what the first laid bare (a joined line that shows mojibake), and so on.
const MAX_ROUNDS: usize = 16;

/// Normalizes body text.
///
/// Idempotent: the text of the answer, normalized again, comes back with no operation.
pub fn normalize_text<'a>(raw: &'a str, scratch: &'a mut Scratch) -> Normalized<'a> {
    normalize_shape(raw, Shape::Body, scratch)
}

/// Normalizes in either shape.
pub(super) fn normalize_shape<'a>(raw: &'a str, shape: Shape, scratch: &'a mut Scratch) -> Normalized<'a> {
    let mut ops = OpSet::default();
    let mut nul_count = 0;
    let mut is_copy = false;
    let mut scan = Scan::of(raw);
    for _ in 0..MAX_ROUNDS {
        if scan.is_normal(shape) {
            break;
        }
        let mut round = Round { raw, shape, scratch: &mut *scratch, ops: OpSet::default(), is_copy };
        nul_count += round.run(scan);
        if round.ops.is_empty() {
            break;
        }
        ops.0 |= round.ops.0;
        is_copy = round.is_copy;
        scan = Scan::of(round.text());
    }
    let text = if is_copy { scratch.front.as_str() } else { raw };
    let paragraph_count = if shape == Shape::Line { scan.paragraphs.min(1) } else { scan.paragraphs };
    Normalized { text, ops, paragraph_count, nul_count }
}

/// One application of all operations that a scan asks for.
struct Round<'a, 's> {
    raw: &'a str,
    shape: Shape,
    scratch: &'s mut Scratch,
    ops: OpSet,
    /// Whether the text is in `scratch.front`, and no longer in `raw`.
    is_copy: bool,
}

impl Round<'_, '_> {
    /// Returns the number of NUL characters dropped.
    fn run(&mut self, mut scan: Scan) -> u32 {
        if scan.suspicious && self.repair() {
            scan = Scan::of(self.text());
        }
        let mut nul_count = 0;
        if scan.unclean {
            nul_count = self.clean();
            scan = Scan::of(self.text());
        }
        if scan.composable {
            self.compose();
        }
        if scan.loose || scan.broken || self.shape == Shape::Line {
            self.lay_out();
        }
        nul_count
    }

    fn text(&self) -> &str {
        if self.is_copy { &self.scratch.front } else { self.raw }
    }

    /// Makes what an operation wrote to `scratch.back` the text.
    fn adopt(&mut self) {
        let Scratch { front, back, .. } = &mut *self.scratch;
        std::mem::swap(front, back);
        self.is_copy = true;
    }

    fn repair(&mut self) -> bool {
        let Scratch { front, back, mojibake, .. } = &mut *self.scratch;
        let text = if self.is_copy { front.as_str() } else { self.raw };
        let Some(repaired) = repair_mojibake(text, mojibake) else {
            return false;
        };
        back.clear();
        back.push_str(repaired);
        self.ops.insert(Op::RepairMojibake);
        self.adopt();
        true
    }

    fn clean(&mut self) -> u32 {
        let Scratch { front, back, open_bidi, unbalanced_bidi, .. } = &mut *self.scratch;
        let text = if self.is_copy { front.as_str() } else { self.raw };
        let Cleaned { ops, nul_count, has_bidi } = clean_characters(text, back);
        if !ops.is_empty() {
            self.ops.0 |= ops.0;
            std::mem::swap(front, back);
            self.is_copy = true;
        }
        if has_bidi {
            let text = if self.is_copy { front.as_str() } else { self.raw };
            if drop_unbalanced_bidi(text, (open_bidi, unbalanced_bidi), back) {
                self.ops.insert(Op::DropUnbalancedBidi);
                std::mem::swap(front, back);
                self.is_copy = true;
            }
        }
        nul_count
    }

    fn compose(&mut self) {
        let Scratch { front, back, .. } = &mut *self.scratch;
        let text = if self.is_copy { front.as_str() } else { self.raw };
        let nfc = ComposingNormalizerBorrowed::new_nfc();
        let (normal, rest) = nfc.split_normalized(text);
        if rest.is_empty() {
            return;
        }
        back.clear();
        back.push_str(normal);
        nfc.normalize_to(rest, back).expect("law: writing to a String cannot fail");
        // The quick check may say "maybe" of what is composed already.
        if back.as_str() != text {
            self.ops.insert(Op::ComposeNfc);
            self.adopt();
        }
    }

    fn lay_out(&mut self) {
        let Scratch { front, back, layout, .. } = &mut *self.scratch;
        let text = if self.is_copy { front.as_str() } else { self.raw };
        let ops = match self.shape {
            Shape::Body => layout.paragraphs(text, back),
            Shape::Line => layout::one_line(text, back),
        };
        if !ops.is_empty() {
            self.ops.0 |= ops.0;
            self.adopt();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn normal(raw: &str) -> (String, Vec<&'static str>, u32) {
        let mut scratch = Scratch::default();
        let answer = normalize_text(raw, &mut scratch);
        (answer.text.to_owned(), answer.ops.names().collect(), answer.paragraph_count)
    }

    #[track_caller]
    fn check(raw: &str, text: &str, ops: &[&str]) {
        let (got, got_ops, _) = normal(raw);
        assert_eq!((got.as_str(), got_ops.as_slice()), (text, ops), "of {raw:?}");
    }

    #[test]
    fn leaves_normal_text_where_it_is() {
        let raw = "First paragraph, “quoted” – with an é.\n\nSecond,\nwith a verse.\n\n日本語。می\u{200c}خواهم";
        let mut scratch = Scratch::default();
        let answer = normalize_text(raw, &mut scratch);
        assert!(std::ptr::eq(answer.text, raw), "copied without need");
        assert!(answer.ops.is_empty());
        assert_eq!(answer.paragraph_count, 3);
    }

    #[test]
    fn empty_and_blank_texts_have_no_paragraph() {
        assert_eq!(normal(""), (String::new(), vec![], 0));
        assert_eq!(normal("\n \t\u{feff}\n").2, 0);
    }

    #[test]
    fn each_operation_does_its_work_and_is_named_alone() {
        check("a cafÃ© in town", "a café in town", &["repair-mojibake"]);
        check("a\r\nb\rc\u{2028}d\u{c}e", "a\nb\nc\nd\ne", &["unify-line-ends"]);
        check("e\u{301}t\u{e9}", "été", &["compose-nfc"]);
        check("a\u{1}b\u{feff}c\u{7f}\u{fffe}", "abc", &["drop-controls"]);
        check("co\u{ad}op\u{200b}e\u{2060}rate", "cooperate", &["drop-invisibles"]);
        check("a\u{202b}b\u{2069}c", "abc", &["drop-unbalanced-bidi"]);
        check(" a \u{a0} b\tc ", "a b c", &["collapse-spaces"]);
        check("\na\n\n\n\nb\n", "a\n\nb", &["separate-paragraphs"]);
    }

    #[test]
    fn nul_characters_are_counted() {
        let mut scratch = Scratch::default();
        let answer = normalize_text("a\0b\0", &mut scratch);
        assert_eq!((answer.text, answer.nul_count), ("ab", 2));
    }

    #[test]
    fn balanced_bidi_stays() {
        check("\u{2067}א\u{202b}ב\u{202c}\u{2069} \u{200f}!", "\u{2067}א\u{202b}ב\u{202c}\u{2069} \u{200f}!", &[]);
        check("\u{2067}א\u{202b}ב\u{2069}", "\u{2067}אב\u{2069}", &["drop-unbalanced-bidi"]);
    }

    #[test]
    fn removal_may_bring_a_mark_to_its_base() {
        check("e\u{200b}\u{301}", "é", &["compose-nfc", "drop-invisibles"]);
    }

    const WRAPPED: &str = "The harbour of the small town had been closed since the early morning,\n\
        and the boats that usually leave before dawn were lying at the quay.\n\
        Nobody on the pier could say when the storm would finally move on to\n\
        the east.\n\nThe mayor asked all owners to check the ropes of their vessels and to\n\
        keep away from the breakwater until further notice, because the well-\n\
        known currents there have already cost many lives in other winters.";

    #[test]
    fn hard_wraps_are_joined_but_not_at_a_hyphen() {
        let (text, ops, paragraphs) = normal(WRAPPED);
        assert_eq!(ops, ["join-wrapped-lines"]);
        assert_eq!(paragraphs, 2);
        assert_eq!(text.matches('\n').count(), 3, "{text}");
        assert!(text.contains("because the well-\nknown currents"));
        assert!(text.contains("had been closed since the early morning, and the boats"));
    }

    #[test]
    fn indented_paragraphs_of_wrapped_text_are_parted() {
        let (text, _, paragraphs) = normal(&WRAPPED.replace("\n\n", "\n    "));
        assert_eq!(paragraphs, 2, "{text}");
    }

    #[test]
    fn verse_lists_and_headlines_keep_their_lines() {
        for raw in [
            "The night was long,\nthe wind was cold,\nthe song was sung\nand never told.",
            "- flour\n- water\n- salt\n- yeast",
            "Minister opens new bridge across the river after nine years of building\nBy Ann Smith",
            "One headline about a long and quiet summer in the northern provinces\n\
             Another headline of a markedly different length, on the harvest\n\
             A third one that says little about the price of bread in the cities\n\
             The fourth is here for the sake of the argument and is very wide",
        ] {
            check(raw, raw, &[]);
        }
    }

    fn nasty() -> impl Strategy<Value = String> {
        let pieces = prop::sample::select(vec![
            "a",
            "B",
            "e",
            "7",
            " ",
            "  ",
            "\t",
            "\n",
            "\n\n",
            "\r",
            "\r\n",
            "\u{85}",
            "\u{2028}",
            "\u{2029}",
            "\u{b}",
            "\u{c}",
            "\0",
            "\u{1}",
            "\u{1b}",
            "\u{7f}",
            "\u{80}",
            "\u{99}",
            "\u{9d}",
            "\u{a0}",
            "\u{ad}",
            "\u{200b}",
            "\u{200c}",
            "\u{200d}",
            "\u{2060}",
            "\u{feff}",
            "\u{fffe}",
            "\u{fdd0}",
            "\u{fffd}",
            "\u{1ffff}",
            "\u{3000}",
            "\u{2003}",
            "\u{202a}",
            "\u{202b}",
            "\u{202c}",
            "\u{202e}",
            "\u{2066}",
            "\u{2067}",
            "\u{2069}",
            "\u{200e}",
            "\u{301}",
            "\u{323}",
            "\u{303}",
            "\u{3099}",
            "か",
            "ᄀ",
            "ᅡ",
            "ᆨ",
            "가",
            "\u{212b}",
            "\u{958}",
            "\u{fb1d}",
            "Ã",
            "Â",
            "¤",
            "©",
            "â€™",
            "â€",
            "Ã©",
            "ÃƒÂ©",
            "Рі",
            "Р",
            "Ñ",
            "√",
            "├",
            "╨",
            "Å",
            "ï¿½",
            "é",
            "É",
            "ß",
            "ı",
            "İ",
            "–",
            "“",
            "»",
            "-",
            "•",
            "word",
            "longer words here",
        ]);
        prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
    }

    fn wrapped() -> impl Strategy<Value = String> {
        let words = prop::sample::select(vec![
            "a",
            "the",
            "harbor",
            "closing",
            "1.",
            "-",
            "self-",
            "Ã©tÃ©",
            "日本",
            "x\u{ad}y",
            "commissioners",
        ]);
        let ends = prop::sample::select(vec!["\n", "\n", "\n", "\n", "\n", "\r\n", "\n\n", "\n    ", "\n- "]);
        let line = (prop::collection::vec(words, 1..24), 55usize..82, ends).prop_map(|(words, width, end)| {
            let mut line = words.join(" ");
            while line.len() < width - 6 {
                line.push_str(" filler");
            }
            line + end
        });
        prop::collection::vec(line, 0..14).prop_map(|lines| lines.concat())
    }

    fn obeys_laws(raw: &str) -> Result<(), TestCaseError> {
        let mut scratch = Scratch::default();
        let first = normalize_text(raw, &mut scratch);
        let (text, ops, paragraphs) = (first.text.to_owned(), first.ops, first.paragraph_count);
        prop_assert_eq!(ops.is_empty(), text == raw, "an operation is recorded exactly when something changed");
        prop_assert!(
            !text.contains("\n\n\n") && !text.contains("  ") && !text.contains(" \n") && !text.contains("\n ")
        );
        prop_assert_eq!(text.trim_matches([' ', '\n', '\t']), &text);
        prop_assert!(text.chars().all(|c| c == '\n' || !c.is_control()));
        prop_assert!(ComposingNormalizerBorrowed::new_nfc().is_normalized(&text));
        let counted = if text.is_empty() { 0 } else { text.split("\n\n").count() };
        prop_assert_eq!(paragraphs as usize, counted);
        let second = normalize_text(&text, &mut scratch);
        prop_assert_eq!(second.text, &text);
        prop_assert!(second.ops.is_empty(), "{:?}", second.ops.names().collect::<Vec<_>>());
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn laws_hold_for_any_string(raw in any::<String>()) {
            obeys_laws(&raw)?;
        }

        #[test]
        fn laws_hold_for_nasty_strings(raw in nasty()) {
            obeys_laws(&raw)?;
        }

        #[test]
        fn laws_hold_for_wrapped_text(raw in wrapped()) {
            obeys_laws(&raw)?;
        }

        #[test]
        fn one_line_fields_obey_the_same_laws(raw in nasty()) {
            let mut scratch = Scratch::default();
            let first = normalize_shape(&raw, Shape::Line, &mut scratch);
            let (text, ops) = (first.text.to_owned(), first.ops);
            prop_assert_eq!(ops.is_empty(), text == raw);
            prop_assert!(!text.contains(['\n', '\t']) && !text.contains("  "));
            prop_assert_eq!(first.paragraph_count, u32::from(!text.is_empty()));
            prop_assert!(normalize_shape(&text, Shape::Line, &mut scratch).ops.is_empty());
        }
    }
}
