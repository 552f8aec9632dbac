//! `validate`: every row against the JSON Schema of `articles`, and what holds between its fields.
//!
//! A row that breaks the schema is rejected with the JSON pointer and the rule. What is odd but allowed becomes a code in
//! `validation_codes`. Rows leave in table order with the interim columns behind them.

mod article_json;
mod column_check;
mod own_rules;

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, ListBuilder, RecordBatch, StringBuilder};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{DataType, Field, Schema};
use jsonschema::Validator;

use super::{Stage, StageOutput};
use crate::columns::cells::{Cells, TextLists, table_cells};
use crate::columns::json_schema::schema_value;
use crate::columns::{Column, Table, arrow_schema, interim, may_be_quoted};
use crate::error::Result;
use crate::rejection::{ReasonCode, Rejection};
use article_json::{ArticleJson, ArticleNode, ArticleRow};
pub(crate) use column_check::ColumnCheck;
pub(crate) use own_rules::OwnRules;

/// Warnings, sorted: code and meaning.
pub const WARNINGS: &[(&str, &str)] = &[
    (INSTANT_WITHOUT_TIME, "`published_at` is set although the precision is neither second nor minute."),
    (PRECISION_WITHOUT_DATE, "`published_precision` and `published_date` disagree on whether a date is known."),
    (TEXT_CARRIAGE_RETURN, "`text` holds a carriage return."),
    (TEXT_OUTER_SPACE, "`text` begins or ends with white space."),
];
const INSTANT_WITHOUT_TIME: &str = "instant-without-time";
const PRECISION_WITHOUT_DATE: &str = "precision-without-date";
const TEXT_CARRIAGE_RETURN: &str = "text-carriage-return";
const TEXT_OUTER_SPACE: &str = "text-outer-space";

/// Interim columns that go on to dedup and export, in their order.
const PASSED_ON: [&str; 4] = [interim::DATE_CANDIDATES, interim::SOURCE_RANK, interim::KEY_SHA256, interim::BANDS];

/// The stage, with its rules compiled.
pub struct Validate {
    table: &'static Table,
    /// Names of its columns.
    required: Vec<&'static str>,
    /// In table order.
    columns: Vec<ColumnCheck>,
    row: Validator<ArticleJson>,
    own: Option<OwnRules>,
    places: Places,
}

/// Places of the columns that the warnings look at.
struct Places {
    text: usize,
    published_at: usize,
    published_date: usize,
    published_precision: usize,
    validation_codes: usize,
}

impl Validate {
    /// Compiles the rules of the run's table of articles; to be made once a run.
    ///
    /// # Panics
    /// When the column table gives no valid JSON Schema, or lacks a column that the warnings look at.
    pub fn new(table: &'static Table) -> Self {
        let schema = schema_value(&Table { extension: None, ..*table });
        let check = |column: &Column| ColumnCheck::new(&schema["properties"][column.name]);
        let place =
            |name| table.columns.iter().position(|column| column.name == name).expect("law: `articles` has the column");
        Self {
            table,
            required: table.columns.iter().map(|column| column.name).collect(),
            columns: table.columns.iter().map(check).collect(),
            row: jsonschema::options_for::<ArticleJson>().build(&schema).expect("law: a generated schema compiles"),
            own: OwnRules::of(table),
            places: Places {
                text: place("text"),
                published_at: place("published_at"),
                published_date: place("published_date"),
                published_precision: place("published_precision"),
                validation_codes: place("validation_codes"),
            },
        }
    }

    /// Rows that the schema refuses, ascending.
    fn rejections(&self, cells: &[Cells<'_>], rows: usize) -> Vec<(usize, Rejection)> {
        let mut bad = vec![false; rows];
        for (check, cells) in self.columns.iter().zip(cells) {
            check.mark_bad(cells, &mut bad);
        }
        if let Some(own) = &self.own {
            own.mark_bad(cells, &mut bad);
        }
        let bad_rows = bad.iter().enumerate().filter(|(_, bad)| **bad).map(|(row, _)| row);
        bad_rows.map(|row| (row, self.explain(cells, row))).collect()
    }

    /// Asks the schema of the whole row why it refuses the row.
    fn explain(&self, cells: &[Cells<'_>], row: usize) -> Rejection {
        let node = ArticleNode::Row(ArticleRow { columns: self.table.columns, cells, row });
        let Some(error) = self.row.iter_errors(node).next() else {
            let own = self.own.as_ref().and_then(|own| own.explain(cells, row));
            let breach = own.expect("law: a row with a bad value breaks the schema of the row");
            return Rejection::new(ReasonCode::SchemaViolation, breach.detail).at(breach.pointer);
        };
        let detail = own_rules::detail_of(&error, may_be_quoted(error.instance_path().as_str()));
        Rejection::new(ReasonCode::SchemaViolation, detail).at(error.instance_path().as_str())
    }

    /// The codes of a row as bits, in the order of [`WARNINGS`].
    fn warnings(&self, cells: &[Cells<'_>], row: usize) -> u8 {
        let text_of = |place: usize| match &cells[place] {
            Cells::Text(texts) if !cells[place].is_null(row) => texts.value(row),
            _ => "",
        };
        let known = |place: usize| !cells[place].is_null(row);
        let (text, precision) = (text_of(self.places.text), text_of(self.places.published_precision));
        let instant_without_time = known(self.places.published_at) && !matches!(precision, "second" | "minute");
        let disagree = (precision == "none") == known(self.places.published_date);
        let carriage_return = memchr::memchr(b'\r', text.as_bytes()).is_some();
        let outer_space = text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace);
        [instant_without_time, disagree, carriage_return, outer_space]
            .into_iter()
            .enumerate()
            .fold(0, |bits, (place, set)| bits | (u8::from(set) << place))
    }

    /// `validation_codes` with the codes of this stage; `None` when no row has one.
    fn validation_codes(&self, cells: &[Cells<'_>], rows: usize) -> Option<ArrayRef> {
        let bits: Vec<u8> = (0..rows).map(|row| self.warnings(cells, row)).collect();
        if bits.iter().all(|bits| *bits == 0) {
            return None;
        }
        let Cells::TextList(before) = &cells[self.places.validation_codes] else { return None };
        Some(merged_codes(*before, &bits))
    }
}

fn merged_codes(before: TextLists<'_>, bits: &[u8]) -> ArrayRef {
    let field = Field::new("element", DataType::Utf8, false);
    let mut lists = ListBuilder::new(StringBuilder::new()).with_field(Arc::new(field));
    let mut codes: Vec<&str> = Vec::new();
    for (row, bits) in bits.iter().enumerate() {
        codes.clear();
        codes.extend(before.row(row));
        codes
            .extend(WARNINGS.iter().enumerate().filter(|(place, _)| bits >> place & 1 == 1).map(|(_, (code, _))| code));
        // A row without a warning keeps its codes as they came, so that no row depends on the others of its batch.
        if *bits != 0 {
            codes.sort_unstable();
            codes.dedup();
        }
        for code in &codes {
            lists.values().append_value(code);
        }
        lists.append(true);
    }
    Arc::new(lists.finish())
}

impl Stage for Validate {
    fn name(&self) -> &'static str {
        "validate"
    }

    fn requires(&self) -> &[&'static str] {
        &self.required
    }

    fn provides(&self) -> &'static [&'static str] {
        &["validation_codes"]
    }

    fn apply(&self, batch: &RecordBatch) -> Result<StageOutput> {
        let rows = batch.num_rows();
        let cells = table_cells(batch, self.table)?;
        let rejected = self.rejections(&cells, rows);
        let codes = self.validation_codes(&cells, rows);
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(batch.num_columns());
        for (place, column) in self.table.columns.iter().enumerate() {
            let array = match &codes {
                Some(codes) if place == self.places.validation_codes => Some(codes),
                _ => batch.column_by_name(column.name),
            };
            columns.extend(array.cloned());
        }
        let mut fields: Vec<_> = arrow_schema(self.table).fields().iter().cloned().collect();
        for name in PASSED_ON {
            if let Some(array) = batch.column_by_name(name) {
                fields.push(Arc::new(interim::interim_field(name)));
                columns.push(array.clone());
            }
        }
        let kept = keep(columns, fields, rows, &rejected)?;
        Ok(StageOutput { kept, rejected })
    }
}

/// The columns without the rejected rows.
fn keep(
    columns: Vec<ArrayRef>,
    fields: Vec<Arc<Field>>,
    rows: usize,
    rejected: &[(usize, Rejection)],
) -> Result<RecordBatch> {
    let schema = Arc::new(Schema::new(fields.clone()));
    if rejected.is_empty() {
        return Ok(RecordBatch::try_new(schema, columns)?);
    }
    let mut stays = vec![true; rows];
    for (row, _) in rejected {
        stays[*row] = false;
    }
    // Nulls where the table allows none go with the rows that hold them, so only the result has the strict schema.
    let lax: Vec<_> = fields.iter().map(|field| field.as_ref().clone().with_nullable(true)).collect();
    let all = RecordBatch::try_new(Arc::new(Schema::new(lax)), columns)?;
    let kept = filter_record_batch(&all, &BooleanArray::from(stays))?;
    Ok(RecordBatch::try_new(schema, kept.columns().to_vec())?)
}

#[cfg(test)]
mod tests;
