//! Checks a column of a batch against its part of the JSON Schema, with fewer questions than rows.
//!
//! The schema of a row asks each column on its own and closes the object, so a row is valid exactly when all its values are.
//! Within a column two facts spare questions: equal values have equal answers, and the rules on numbers and dates allow an
//! interval (`minimum`, `maximum`, four digits of year), so that the answers for the lowest and the highest value hold for all.

use jsonschema::Validator;
use serde_json::Value;

use super::article_json::{ArticleJson, ArticleNode};
use crate::columns::cells::Cells;

/// Good values that are remembered for a column of a batch; more only slow the search down.
const REMEMBERED: usize = 16;
/// Longer strings are asked about every time.
const LONGEST_REMEMBERED: usize = 64;

/// The compiled rules of one column.
pub(crate) struct ColumnCheck {
    value: Validator<ArticleJson>,
    /// Rules of the elements, for lists.
    element: Option<Validator<ArticleJson>>,
}

impl ColumnCheck {
    /// Compiles the schema of one property.
    pub(crate) fn new(property: &Value) -> Self {
        Self { value: compile(property), element: property.get("items").map(compile) }
    }

    /// Sets `bad` for every row whose value breaks a rule.
    pub(crate) fn mark_bad(&self, cells: &Cells<'_>, bad: &mut [bool]) {
        let no_nulls = cells.array().null_count() == 0;
        if !no_nulls && !self.value.is_valid(ArticleNode::Null) {
            mark(bad, |row| cells.is_null(row));
        }
        if self.decided_by_bounds(cells) {
            return;
        }
        let mut known = Known::default();
        for (row, bad) in bad.iter_mut().enumerate() {
            if *bad || (!no_nulls && cells.is_null(row)) {
                continue;
            }
            *bad = match (cells, &self.element) {
                (Cells::Text(texts), _) => !known.is_valid(&self.value, texts.value(row)),
                (Cells::TextList(lists), Some(element)) => !lists.row(row).all(|text| known.is_valid(element, text)),
                _ => !self.value.is_valid(ArticleNode::of(cells, row)),
            };
        }
    }

    /// Whether the lowest and the highest value answer for all values that are not null.
    fn decided_by_bounds(&self, cells: &Cells<'_>) -> bool {
        use arrow::compute::{max, min};
        let good = |node| self.value.is_valid(node);
        match cells {
            Cells::Boolean(_) => good(ArticleNode::Boolean(true)) && good(ArticleNode::Boolean(false)),
            Cells::Int32(array) => {
                [min(array), max(array)].into_iter().flatten().all(|value| good(ArticleNode::Integer(i64::from(value))))
            }
            Cells::Int64(array) => {
                [min(array), max(array)].into_iter().flatten().all(|value| good(ArticleNode::Integer(value)))
            }
            Cells::Date(array) => {
                [min(array), max(array)].into_iter().flatten().all(|value| good(ArticleNode::Date(value)))
            }
            Cells::Timestamp(array) => {
                [min(array), max(array)].into_iter().flatten().all(|value| good(ArticleNode::Timestamp(value)))
            }
            Cells::Float64(_) | Cells::Text(_) | Cells::TextList(_) => false,
        }
    }
}

fn compile(schema: &Value) -> Validator<ArticleJson> {
    jsonschema::options_for::<ArticleJson>()
        .with_draft(jsonschema::Draft::Draft202012)
        .build(schema)
        .expect("law: a generated schema compiles")
}

fn mark(bad: &mut [bool], is_bad: impl Fn(usize) -> bool) {
    for (row, bad) in bad.iter_mut().enumerate() {
        *bad |= is_bad(row);
    }
}

/// Values of this column that were found good.
#[derive(Default)]
pub(super) struct Known<'a> {
    good: Vec<&'a str>,
}

impl<'a> Known<'a> {
    pub(super) fn is_valid(&mut self, rules: &Validator<ArticleJson>, text: &'a str) -> bool {
        let short = text.len() <= LONGEST_REMEMBERED;
        if short && self.good.contains(&text) {
            return true;
        }
        let valid = rules.is_valid(ArticleNode::Text(text));
        if valid && short && self.good.len() < REMEMBERED {
            self.good.push(text);
        }
        valid
    }
}
