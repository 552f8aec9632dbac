//! `normalize`: body text by profile `corpus-1`, with the names of the operations that changed it.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int32Array, RecordBatch, StringArray, StringBuilder};
use memchr::memmem;

use super::{Stage, StageOutput};
use crate::columns::TextListBuilder;
use crate::columns::batch::{column, replace_columns, without_rows};
use crate::error::Result;
use crate::kernels::normalize_text::{Op, Scratch, normalize_text};
use crate::rejection::{ReasonCode, Rejection};

/// Quality flag: bidirectional controls without partner were removed.
pub const BIDI_REMOVED: &str = "bidi-removed";
/// Quality flag: NUL characters were dropped, a sign of damage.
pub const NUL_CHARACTERS: &str = "nul-characters";
/// Quality flag: the text holds U+FFFD, so something was lost before it came here.
pub const REPLACEMENT_CHARACTERS: &str = "replacement-characters";

/// Normalizes `text`; a row of which nothing is left is rejected as `empty-text`.
///
/// Adds `paragraph_count`, `normalization_ops` and `quality_flags`. The `text` array is passed on as it is when no row of the
/// batch changed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Normalize;

impl Stage for Normalize {
    fn name(&self) -> &'static str {
        "normalize"
    }

    fn requires(&self) -> &'static [&'static str] {
        &["text"]
    }

    fn provides(&self) -> &'static [&'static str] {
        &["text", "paragraph_count", "normalization_ops", "quality_flags"]
    }

    fn apply(&self, batch: &RecordBatch) -> Result<StageOutput> {
        let raw: &StringArray = column(batch, "text")?;
        let rows = batch.num_rows();
        let mut scratch = Scratch::default();
        let mut text = ChangedText { raw, new: None };
        let mut paragraph_count = Vec::with_capacity(rows);
        let mut ops = TextListBuilder::with_capacity(rows);
        let mut flags = TextListBuilder::with_capacity(rows);
        let mut rejected = Vec::new();
        let replacement = memmem::Finder::new("\u{FFFD}");
        for (row, raw) in raw.iter().map(Option::unwrap_or_default).enumerate() {
            let normalized = normalize_text(raw, &mut scratch);
            if normalized.text.is_empty() {
                rejected.push((row, Rejection::new(ReasonCode::EmptyText, "")));
            }
            text.push(row, normalized.text, !normalized.ops.is_empty());
            paragraph_count.push(i32::try_from(normalized.paragraph_count).unwrap_or(i32::MAX));
            normalized.ops.names().for_each(|name| ops.push(name));
            ops.end_row();
            // In the order of their names: the column is sorted.
            if normalized.ops.contains(Op::DropUnbalancedBidi) {
                flags.push(BIDI_REMOVED);
            }
            if normalized.nul_count > 0 {
                flags.push(NUL_CHARACTERS);
            }
            if replacement.find(normalized.text.as_bytes()).is_some() {
                flags.push(REPLACEMENT_CHARACTERS);
            }
            flags.end_row();
        }
        let mut columns: Vec<(&'static str, ArrayRef)> = vec![
            ("paragraph_count", Arc::new(Int32Array::from(paragraph_count))),
            ("normalization_ops", Arc::new(ops.finish())),
            ("quality_flags", Arc::new(flags.finish())),
        ];
        if let Some(mut new) = text.new {
            columns.push(("text", Arc::new(new.finish())));
        }
        let mut kept = replace_columns(batch, columns, &[])?;
        if !rejected.is_empty() {
            kept = without_rows(&kept, rejected.iter().map(|(row, _)| *row))?;
        }
        Ok(StageOutput { kept, rejected })
    }
}

/// The text column, copied from the first changed row on.
struct ChangedText<'a> {
    raw: &'a StringArray,
    new: Option<StringBuilder>,
}

impl ChangedText<'_> {
    fn push(&mut self, row: usize, text: &str, changed: bool) {
        if changed && self.new.is_none() {
            let raw = self.raw;
            let offsets = raw.value_offsets();
            let bytes = offsets.last().zip(offsets.first()).map_or(0, |(last, first)| last - first);
            let mut new = StringBuilder::with_capacity(offsets.len(), bytes as usize);
            (0..row).for_each(|unchanged| new.append_value(raw.value(unchanged)));
            self.new = Some(new);
        }
        if let Some(new) = &mut self.new {
            new.append_value(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::Array;
    use proptest::prelude::*;

    use super::*;
    use crate::columns::ARTICLES;
    use crate::columns::cells::{Cells, cells_of};
    use crate::stages::laws::text_batch;

    fn list(batch: &RecordBatch, name: &str, row: usize) -> Vec<String> {
        match cells_of(batch, ARTICLES.column(name).expect("a column")).expect("the column") {
            Cells::TextList(lists) => lists.row(row).map(str::to_owned).collect(),
            other => panic!("expected a list, but found {other:?}"),
        }
    }

    #[test]
    fn changes_are_named_and_flagged() {
        let batch = text_batch(&["Plain.", "Two  spaces\0 and \u{202E}more\u{FFFD}.", "\u{200B}\n", "Last."]);
        let output = Normalize.apply(&batch).expect("applied");
        assert_eq!(output.rejected, [(2, Rejection::new(ReasonCode::EmptyText, ""))]);
        let kept = output.kept;
        let text: &StringArray = column(&kept, "text").expect("text");
        assert_eq!(text.iter().flatten().collect::<Vec<_>>(), ["Plain.", "Two spaces and more\u{FFFD}.", "Last."]);
        assert_eq!(list(&kept, "quality_flags", 1), ["bidi-removed", "nul-characters", "replacement-characters"]);
        assert_eq!(list(&kept, "normalization_ops", 1), ["drop-controls", "drop-unbalanced-bidi", "collapse-spaces"]);
        assert!(list(&kept, "quality_flags", 0).is_empty() && list(&kept, "normalization_ops", 2).is_empty());
    }

    #[test]
    fn unchanged_text_is_not_copied() {
        let batch = text_batch(&["One.", "Two.\n\nThree."]);
        let kept = Normalize.apply(&batch).expect("applied").kept;
        let (before, after): (&StringArray, &StringArray) =
            (column(&batch, "text").expect("text"), column(&kept, "text").expect("text"));
        assert_eq!(before.values().as_ptr(), after.values().as_ptr());
        let counts: &Int32Array = column(&kept, "paragraph_count").expect("counts");
        assert_eq!(counts.values()[..], [1, 2]);
    }

    proptest! {
        #[test]
        fn a_second_time_changes_nothing(texts in proptest::collection::vec("[a-z \\t\\r\\n\u{0}\u{a0}\u{feff}Ã¼é\u{202e}.]{0,40}", 0..6)) {
            let once = Normalize.apply(&text_batch(&texts)).expect("applied");
            prop_assert_eq!(once.kept.num_rows() + once.rejected.len(), texts.len());
            let twice = Normalize.apply(&once.kept).expect("applied");
            prop_assert!(twice.rejected.is_empty());
            prop_assert_eq!(once.kept.column_by_name("text"), twice.kept.column_by_name("text"));
            prop_assert_eq!(once.kept.column_by_name("paragraph_count"), twice.kept.column_by_name("paragraph_count"));
            let lists = twice.kept.column_by_name("normalization_ops").expect("ops");
            prop_assert!((0..lists.len()).all(|row| list(&twice.kept, "normalization_ops", row).is_empty()));
        }
    }
}
