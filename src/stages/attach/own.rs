//! The user's own columns: what records state, read as the declared types.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Float64Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow::datatypes::{Field as ArrowField, FieldRef};

use crate::columns::{Column, ColumnType, Stated, TextListBuilder, data_type};
use crate::extractors::dates::{DateSetting, parse_stated};
use crate::extractors::stated_row::StatedRow;
use crate::kernels::parse_date::Precision;
use crate::kernels::round_float::round_float;
use crate::rejection::{ReasonCode, Rejection};
use crate::statement::Field;

/// Largest whole number up to which a float names every one exactly.
const EXACT: f64 = (1_u64 << 53) as f64;

/// The columns, built row by row.
#[derive(Debug)]
pub struct OwnColumns {
    columns: &'static [Column],
    cells: Vec<OwnCells>,
    /// By column: place of the statement that counts.
    best: Vec<Option<usize>>,
}

#[derive(Debug)]
enum OwnCells {
    Text(StringBuilder),
    Boolean(BooleanBuilder),
    Int64(Int64Builder),
    Float64(Float64Builder),
    Date(Date32Builder),
    Timestamp(TimestampMicrosecondBuilder),
    TextList(TextListBuilder),
}

/// The keyword that a value breaks, and what was expected.
type Misfit = (&'static str, &'static str);

impl OwnColumns {
    /// Empty columns with room for `rows` rows.
    pub fn with_capacity(columns: &'static [Column], rows: usize) -> Self {
        let cells = |column: &Column| match column.kind {
            ColumnType::Text => OwnCells::Text(StringBuilder::with_capacity(rows, rows * 16)),
            ColumnType::Boolean => OwnCells::Boolean(BooleanBuilder::with_capacity(rows)),
            ColumnType::Int32 | ColumnType::Int64 => OwnCells::Int64(Int64Builder::with_capacity(rows)),
            ColumnType::Float64 => OwnCells::Float64(Float64Builder::with_capacity(rows)),
            ColumnType::Date => OwnCells::Date(Date32Builder::with_capacity(rows)),
            ColumnType::Timestamp => OwnCells::Timestamp(TimestampMicrosecondBuilder::with_capacity(rows)),
            ColumnType::TextList => OwnCells::TextList(TextListBuilder::with_capacity(rows)),
        };
        Self { columns, cells: columns.iter().map(cells).collect(), best: vec![None; columns.len()] }
    }

    /// Adds a row; a value that is not of the declared type gives a rejection, and null in the column.
    ///
    /// Of several statements about a column those of the kind with the highest precedence count, and of these the first, or all for a
    /// list.
    pub fn push(&mut self, row: &StatedRow<'_>, setting: &DateSetting<'_>) -> Option<Rejection> {
        if self.columns.is_empty() {
            return None;
        }
        self.best.fill(None);
        for (place, stated) in row.all().iter().enumerate().filter(|(_, stated)| stated.field == Field::Own) {
            let Some(best) = self.best.get_mut(usize::from(stated.own)) else { continue };
            if best.is_none_or(|best| stated.evidence < row.all()[best].evidence) {
                *best = Some(place);
            }
        }
        let mut rejection = None;
        for (number, (column, cells)) in self.columns.iter().zip(&mut self.cells).enumerate() {
            let best = self.best[number].map(|place| &row.all()[place]);
            if let OwnCells::TextList(lists) = cells {
                let counts = |stated: &&Stated<'_>| {
                    let is_about = stated.field == Field::Own && usize::from(stated.own) == number;
                    is_about && best.is_some_and(|best| best.evidence == stated.evidence)
                };
                row.all().iter().filter(counts).for_each(|stated| lists.push(stated.value.trim()));
                lists.end_row();
            } else if let (Err((keyword, expected)), Some(best)) = (cells.take(best, setting), best) {
                let detail = format!("{keyword}: expected {expected}, but found `{}`", best.value.trim());
                let refused = Rejection::new(ReasonCode::SchemaViolation, detail).at(format!("/{}", column.name));
                rejection = rejection.or(Some(refused));
            }
        }
        rejection
    }

    /// The columns with their fields; before validation each but a list may be null.
    pub fn finish(self) -> Vec<(FieldRef, ArrayRef)> {
        let field = |column: &Column| {
            let nullable = column.kind != ColumnType::TextList;
            Arc::new(ArrowField::new(column.name, data_type(column.kind), nullable))
        };
        self.columns.iter().zip(self.cells).map(|(column, cells)| (field(column), cells.finish())).collect()
    }
}

impl OwnCells {
    /// Adds the value of a statement, or null where there is none or it does not fit.
    fn take(&mut self, stated: Option<&Stated<'_>>, setting: &DateSetting<'_>) -> Result<(), Misfit> {
        let value = stated.map(|stated| stated.value.trim());
        let parsed = || stated.and_then(|stated| parse_stated(stated, setting).ok());
        let (fits, misfit) = match self {
            Self::Text(builder) => {
                builder.append_option(value);
                (true, ("", ""))
            }
            Self::TextList(lists) => {
                if let Some(value) = value {
                    lists.push(value);
                }
                lists.end_row();
                (true, ("", ""))
            }
            Self::Boolean(builder) => {
                let truth = value.and_then(boolean);
                builder.append_option(truth);
                (truth.is_some(), ("type", "`true` or `false`"))
            }
            Self::Int64(builder) => {
                let number = value.and_then(integer);
                builder.append_option(number);
                (number.is_some(), ("type", "a whole number of 64 bits"))
            }
            Self::Float64(builder) => {
                let number = value.and_then(|value| value.parse().ok()).and_then(round_float);
                builder.append_option(number);
                (number.is_some(), ("type", "a number"))
            }
            Self::Date(builder) => {
                let to_the_day = |precision| !matches!(precision, Precision::Month | Precision::Year);
                let day = parsed().filter(|parsed| to_the_day(parsed.precision)).map(|parsed| parsed.date);
                builder.append_option(day);
                (day.is_some(), ("format", "a date to the day"))
            }
            Self::Timestamp(builder) => {
                let instant = parsed().and_then(|parsed| parsed.at);
                builder.append_option(instant);
                (instant.is_some(), ("format", "a date and time with a zone"))
            }
        };
        if fits || stated.is_none() { Ok(()) } else { Err(misfit) }
    }

    fn finish(self) -> ArrayRef {
        match self {
            Self::Text(mut builder) => Arc::new(builder.finish()),
            Self::Boolean(mut builder) => Arc::new(builder.finish()),
            Self::Int64(mut builder) => Arc::new(builder.finish()),
            Self::Float64(mut builder) => Arc::new(builder.finish()),
            Self::Date(mut builder) => Arc::new(builder.finish()),
            Self::Timestamp(mut builder) => Arc::new(builder.finish().with_timezone("UTC")),
            Self::TextList(builder) => Arc::new(builder.finish()),
        }
    }
}

/// As JSON writes it, in any case: so do Python and R.
fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        return Some(true);
    }
    text.eq_ignore_ascii_case("false").then_some(false)
}

/// A whole number; `5.0` is one, as in JSON Schema, while it is exact.
fn integer(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| {
        let number: f64 = text.parse().ok()?;
        (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_numbers_and_truth_values() {
        let whole = ["5", "-5", "5.0", "1e3", "5.5", "1e30", "x", ""].map(integer);
        assert_eq!(whole, [Some(5), Some(-5), Some(5), Some(1000), None, None, None, None]);
        assert_eq!(integer("9223372036854775807"), Some(i64::MAX));
        let truth = ["true", "FALSE", "True", "1", "yes"].map(boolean);
        assert_eq!(truth, [Some(true), Some(false), Some(true), None, None]);
    }
}
