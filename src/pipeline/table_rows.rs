//! Rows of the side tables on their way through an external sort, and back into record batches.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Float64Builder, Int32Builder, Int64Builder, RecordBatch, StringBuilder,
    TimestampMicrosecondBuilder,
};

use crate::columns::{ColumnType, Table, arrow_schema};
use crate::error::Result;
use crate::kernels::encode_row::{RowReader, push_field, push_i64, push_optional_f64};
use crate::kernels::round_float::round_float;

/// One value of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Null.
    Null,
    /// Text.
    Text(&'a str),
    /// A whole number, a date in days or an instant in microseconds.
    Number(i64),
    /// A float.
    Float(f64),
    /// A truth value.
    Boolean(bool),
}

impl<'a> Cell<'a> {
    /// Text or null.
    pub fn text(value: Option<&'a str>) -> Self {
        value.map_or(Self::Null, Self::Text)
    }

    /// A number or null.
    pub fn number(value: Option<impl Into<i64>>) -> Self {
        value.map_or(Self::Null, |value| Self::Number(value.into()))
    }

    /// A float or null.
    pub fn float(value: Option<f64>) -> Self {
        value.map_or(Self::Null, Self::Float)
    }
}

/// Appends the cells of one row of `table`, behind whatever sort key `out` holds; floats are rounded as writers round them, so that a row
/// that is read back gives the same bytes.
///
/// # Panics
/// When the cells are not those of the table: a bug of the caller.
pub fn push_cells(out: &mut Vec<u8>, table: &Table, cells: &[Cell<'_>]) {
    assert_eq!(cells.len(), table.columns.len(), "law: a row of `{}` has one cell a column", table.name);
    for (cell, column) in cells.iter().zip(table.columns) {
        match (cell, column.kind) {
            (Cell::Null, _) if column.nullable => out.push(0),
            (Cell::Text(text), ColumnType::Text) => {
                out.push(1);
                push_field(out, Some(text.as_bytes()));
            }
            (
                Cell::Number(number),
                ColumnType::Int32 | ColumnType::Int64 | ColumnType::Date | ColumnType::Timestamp,
            ) => {
                out.push(1);
                push_i64(out, *number);
            }
            (Cell::Float(float), ColumnType::Float64) => {
                out.push(1);
                push_optional_f64(out, round_float(*float));
            }
            (Cell::Boolean(value), ColumnType::Boolean) => out.extend_from_slice(&[1, u8::from(*value)]),
            _ => unreachable!("law: `{}.{}` cannot hold {cell:?}", table.name, column.name),
        }
    }
}

/// Appends a row of a batch that has the columns of `table`, behind whatever sort key `out` holds.
///
/// # Panics
/// When the batch lacks a column, or the table has a list column.
pub fn push_batch_row(out: &mut Vec<u8>, table: &Table, (batch, row): (&RecordBatch, usize)) {
    use arrow::datatypes::{Date32Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType};

    use super::article_rows::{numbers, option, text, text_option};
    let cells: Vec<Cell<'_>> = table
        .columns
        .iter()
        .map(|column| match column.kind {
            ColumnType::Text => Cell::text(text_option(text(batch, column.name), row)),
            ColumnType::Int32 => Cell::number(option(numbers::<Int32Type>(batch, column.name), row)),
            ColumnType::Int64 => Cell::number(option(numbers::<Int64Type>(batch, column.name), row)),
            ColumnType::Float64 => Cell::float(option(numbers::<Float64Type>(batch, column.name), row)),
            ColumnType::Date => Cell::number(option(numbers::<Date32Type>(batch, column.name), row)),
            ColumnType::Timestamp => Cell::number(option(numbers::<TimestampMicrosecondType>(batch, column.name), row)),
            ColumnType::Boolean => {
                let values = batch.column_by_name(column.name).map(arrow::array::AsArray::as_boolean);
                values.map_or(Cell::Null, |values| Cell::Boolean(values.value(row)))
            }
            ColumnType::TextList => unreachable!("law: side tables have no list columns"),
        })
        .collect();
    push_cells(out, table, &cells);
}

/// The text of one cell of the row whose cells begin where `reader` stands.
pub fn text_cell<'a>(table: &Table, mut reader: RowReader<'a>, name: &str) -> Option<&'a str> {
    for column in table.columns {
        let present = reader.byte() == 1;
        match column.kind {
            _ if !present => {}
            ColumnType::Text => {
                let text = reader.text();
                if column.name == name {
                    return text;
                }
            }
            ColumnType::Boolean => drop(reader.byte()),
            ColumnType::Float64 => drop(reader.optional_f64()),
            _ => drop(reader.i64()),
        }
    }
    None
}

/// Writes to `out` a row with null in the place of one of its texts; `cells` stands where the cells of `row` begin.
///
/// # Panics
/// When the table has no such text that may be null: a bug of the caller.
pub fn push_without_cell(out: &mut Vec<u8>, (row, mut cells): (&[u8], RowReader<'_>), (table, name): (&Table, &str)) {
    let place = |reader: &RowReader<'_>| row.len() - reader.rest().len();
    for column in table.columns {
        let start = place(&cells);
        let present = cells.byte() == 1;
        match column.kind {
            _ if !present => {}
            ColumnType::Text => drop(cells.text()),
            ColumnType::Boolean => drop(cells.byte()),
            ColumnType::Float64 => drop(cells.optional_f64()),
            _ => drop(cells.i64()),
        }
        if column.name == name {
            assert!(column.nullable, "law: `{}.{name}` may be null", table.name);
            out.clear();
            out.extend_from_slice(&row[..start]);
            out.push(0);
            out.extend_from_slice(cells.rest());
            return;
        }
    }
    unreachable!("law: `{}` has the column `{name}`", table.name);
}

/// Builds record batches of a side table from the rows that [`push_cells`] wrote.
#[derive(Debug)]
pub struct TableBuilder {
    table: &'static Table,
    columns: Vec<Builder>,
    rows: usize,
}

#[derive(Debug)]
enum Builder {
    Text(StringBuilder),
    Boolean(BooleanBuilder),
    Int32(Int32Builder),
    Int64(Int64Builder),
    Float64(Float64Builder),
    Date(Date32Builder),
    Timestamp(TimestampMicrosecondBuilder),
}

impl TableBuilder {
    /// A builder for a table without list columns.
    pub fn new(table: &'static Table) -> Self {
        let columns = table.columns.iter().map(|column| Builder::new(column.kind)).collect();
        Self { table, columns, rows: 0 }
    }

    /// Rows collected so far.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Adds the row whose cells begin where `reader` stands.
    pub fn push(&mut self, reader: &mut RowReader<'_>) {
        for column in &mut self.columns {
            let present = reader.byte() == 1;
            column.push(present, reader);
        }
        self.rows += 1;
    }

    /// The batch of the rows collected, leaving the builder empty.
    ///
    /// # Errors
    /// Never for rows written by [`push_cells`].
    pub fn finish(&mut self) -> Result<RecordBatch> {
        self.rows = 0;
        let columns = self.columns.iter_mut().map(Builder::finish).collect();
        Ok(RecordBatch::try_new(arrow_schema(self.table), columns)?)
    }
}

impl Builder {
    fn new(kind: ColumnType) -> Self {
        match kind {
            ColumnType::Text => Self::Text(StringBuilder::new()),
            ColumnType::Boolean => Self::Boolean(BooleanBuilder::new()),
            ColumnType::Int32 => Self::Int32(Int32Builder::new()),
            ColumnType::Int64 => Self::Int64(Int64Builder::new()),
            ColumnType::Float64 => Self::Float64(Float64Builder::new()),
            ColumnType::Date => Self::Date(Date32Builder::new()),
            ColumnType::Timestamp => Self::Timestamp(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
            ColumnType::TextList => unreachable!("law: side tables have no list columns"),
        }
    }

    fn push(&mut self, present: bool, reader: &mut RowReader<'_>) {
        match self {
            Self::Text(builder) => builder.append_option(if present { reader.text() } else { None }),
            Self::Boolean(builder) => builder.append_option(present.then(|| reader.byte() == 1)),
            Self::Int32(builder) => builder.append_option(present.then(|| reader.i64() as i32)),
            Self::Int64(builder) => builder.append_option(present.then(|| reader.i64())),
            Self::Float64(builder) => builder.append_option(if present { reader.optional_f64() } else { None }),
            Self::Date(builder) => builder.append_option(present.then(|| reader.i64() as i32)),
            Self::Timestamp(builder) => builder.append_option(present.then(|| reader.i64())),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(builder) => Arc::new(builder.finish()),
            Self::Boolean(builder) => Arc::new(builder.finish()),
            Self::Int32(builder) => Arc::new(builder.finish()),
            Self::Int64(builder) => Arc::new(builder.finish()),
            Self::Float64(builder) => Arc::new(builder.finish()),
            Self::Date(builder) => Arc::new(builder.finish()),
            Self::Timestamp(builder) => Arc::new(builder.finish()),
        }
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::AsArray as _;
    use arrow::datatypes::Int64Type;

    use super::*;
    use crate::columns::{DATE_CANDIDATES, PAIRS, RECORDS};

    #[test]
    fn every_side_table_can_be_built_empty() {
        for table in [&RECORDS, &PAIRS, &DATE_CANDIDATES] {
            assert_eq!(TableBuilder::new(table).finish().unwrap().schema(), arrow_schema(table));
        }
    }

    #[test]
    fn cells_come_back_as_they_went() {
        let id = format!("art_{}", "0".repeat(32));
        let cells = [
            Cell::Text(&id),
            Cell::Number(0),
            Cell::Text("meta"),
            Cell::Text("published"),
            Cell::Text("3 Mart 2025"),
            Cell::Number(-1),
            Cell::Number(-1),
            Cell::number(Some(20_000)),
            Cell::Null,
            Cell::Text("day"),
            Cell::text(None),
            Cell::Boolean(true),
            Cell::Null,
        ];
        let mut row = Vec::new();
        push_cells(&mut row, &DATE_CANDIDATES, &cells);
        let mut builder = TableBuilder::new(&DATE_CANDIDATES);
        builder.push(&mut RowReader::new(&row));
        let batch = builder.finish().unwrap();
        assert_eq!(batch.column_by_name("raw").unwrap().as_string::<i32>().value(0), "3 Mart 2025");
        assert_eq!(batch.column_by_name("span_start").unwrap().as_primitive::<Int64Type>().value(0), -1);
        assert!(batch.column_by_name("value_at").unwrap().is_null(0));
    }
}
