//! Checks rows against what the user's own document says beyond the table: values of columns, and rules between them.

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, ValidationError, Validator};
use serde_json::Value;

use super::article_json::{ArticleJson, ArticleNode, ArticleRow};
use super::column_check::Known;
use crate::columns::cells::Cells;
use crate::columns::{Column, Table, may_be_quoted};

/// The compiled rules of an extended table of articles.
pub(crate) struct OwnRules {
    columns: &'static [Column],
    values: Vec<ValueRules>,
    row: Option<Validator<ArticleJson>>,
}

/// The rules of the values of one column.
struct ValueRules {
    /// Place of the column.
    place: usize,
    /// Whether rows without a value are not asked.
    may_be_absent: bool,
    rules: Validator<ArticleJson>,
}

/// A rule that a row breaks.
pub(crate) struct Breach {
    /// JSON pointer to the value; empty for the row.
    pub(crate) pointer: String,
    /// Keyword, and what the value is not.
    pub(crate) detail: String,
}

/// What is said of a column without a value that must have one.
const NO_VALUE: &str = "required: expected a value, but found none";

impl OwnRules {
    /// Compiles the rules; none for a table that is not extended.
    pub(crate) fn of(table: &'static Table) -> Option<Self> {
        let extension = table.extension?;
        let value_rules = |(place, column): (usize, &Column)| {
            let rules = extension.values.get(column.name)?;
            Some(ValueRules { place, may_be_absent: extension.may_be_absent(column), rules: compile(rules) })
        };
        Some(Self {
            columns: table.columns,
            values: table.columns.iter().enumerate().filter_map(value_rules).collect(),
            row: extension.row.as_ref().map(compile),
        })
    }

    /// Sets `bad` for every row that breaks a rule; rows that are bad already are not asked.
    pub(crate) fn mark_bad(&self, cells: &[Cells<'_>], bad: &mut [bool]) {
        for own in &self.values {
            let cells = &cells[own.place];
            let mut known = Known::default();
            for (row, bad) in bad.iter_mut().enumerate().filter(|(_, bad)| !**bad) {
                if own.passes_over(cells, row) {
                    continue;
                }
                *bad = match cells {
                    Cells::Text(texts) if !cells.is_null(row) => !known.is_valid(&own.rules, texts.value(row)),
                    _ => !own.rules.is_valid(ArticleNode::of(cells, row)),
                };
            }
        }
        if let Some(rules) = &self.row {
            for (row, bad) in bad.iter_mut().enumerate().filter(|(_, bad)| !**bad) {
                *bad = !rules.is_valid(self.node(cells, row));
            }
        }
    }

    /// The first rule that a row breaks: of a column in table order, else of the row.
    pub(crate) fn explain(&self, cells: &[Cells<'_>], row: usize) -> Option<Breach> {
        for own in self.values.iter().filter(|own| !own.passes_over(&cells[own.place], row)) {
            if let Some(error) = own.rules.iter_errors(ArticleNode::of(&cells[own.place], row)).next() {
                let name = self.columns[own.place].name;
                let detail = if has_no_value(&cells[own.place], row) {
                    NO_VALUE.to_owned()
                } else {
                    detail_of(&error, may_be_quoted(&format!("/{name}")))
                };
                return Some(Breach { pointer: format!("/{name}{}", error.instance_path()), detail });
            }
        }
        let error = self.row.as_ref()?.iter_errors(self.node(cells, row)).next()?;
        Some(Breach {
            pointer: error.instance_path().to_string(),
            detail: detail_of(&error, may_be_quoted(error.instance_path().as_str())),
        })
    }

    fn node<'a>(&self, cells: &'a [Cells<'a>], row: usize) -> ArticleNode<'a> {
        ArticleNode::Row(ArticleRow { columns: self.columns, cells, row })
    }
}

/// Whether what is broken is that a column has no value. The line says `null` or `[]`, but to the user's schema the key is absent.
fn is_absence(error: &ValidationError<'_>) -> bool {
    let is_column = error.instance_path().as_str().matches('/').count() == 1;
    let has_no_value = match error.kind() {
        ValidationErrorKind::Type { .. } => error.instance().is_null(),
        ValidationErrorKind::MinItems { .. } => error.instance().as_array().is_some_and(Vec::is_empty),
        _ => false,
    };
    is_column && has_no_value
}

/// Which keyword is broken and how, with the value where it may be quoted.
pub(super) fn detail_of(error: &ValidationError<'_>, quoted: bool) -> String {
    if is_absence(error) {
        return NO_VALUE.to_owned();
    }
    let keyword = error.kind().keyword();
    if quoted { format!("{keyword}: {error}") } else { format!("{keyword}: {}", error.masked_with("the value")) }
}

impl ValueRules {
    /// Whether the row has no value, and may have none.
    fn passes_over(&self, cells: &Cells<'_>, row: usize) -> bool {
        self.may_be_absent && has_no_value(cells, row)
    }
}

fn has_no_value(cells: &Cells<'_>, row: usize) -> bool {
    match cells {
        Cells::TextList(lists) => lists.range(row).is_empty(),
        _ => cells.is_null(row),
    }
}

/// Formats are asserted: the user states them to have them kept.
fn compile(rules: &Value) -> Validator<ArticleJson> {
    jsonschema::options_for::<ArticleJson>()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .build(rules)
        .expect("law: rules of a checked document compile")
}
