//! Rules for the rows of every table: the JSON Schema, and the order across files.

use arrow::array::{Array, AsArray as _};
use arrow::datatypes::{DataType, Date32Type, Int32Type, Int64Type};
use serde_json::Value;

use super::report::Report;
use super::rules::Rule;
use super::tables::Rows;
use crate::columns::cells::{Cells, table_cells};
use crate::columns::json_schema::schema_value;
use crate::columns::{Table, may_be_quoted};
use crate::error::Result;
use crate::kernels::encode_row::{push_bytes_ordered, push_optional_i64};
use crate::stages::validate::{ColumnCheck, OwnRules};
use crate::writers::TableWriter as _;
use crate::writers::jsonl::JsonlWriter;

/// The JSON Schema of a table, compiled.
pub struct RowRules {
    table: &'static Table,
    columns: Vec<ColumnCheck>,
    row: jsonschema::Validator,
    own: Option<OwnRules>,
}

impl RowRules {
    /// Compiles the schema of a table.
    pub fn new(table: &'static Table) -> Self {
        let schema = schema_value(&Table { extension: None, ..*table });
        let columns = table.columns.iter().map(|column| ColumnCheck::new(&schema["properties"][column.name])).collect();
        let row = jsonschema::validator_for(&schema).expect("law: a generated schema compiles");
        Self { table, columns, row, own: OwnRules::of(table) }
    }

    /// Checks every row.
    ///
    /// # Errors
    /// When the batch has not the columns of the table.
    pub fn check(&self, rows: &Rows<'_>, report: &mut Report) -> Result<()> {
        let cells = table_cells(rows.batch, self.table)?;
        let mut bad = vec![false; rows.batch.num_rows()];
        for (check, cells) in self.columns.iter().zip(&cells) {
            check.mark_bad(cells, &mut bad);
        }
        if let Some(own) = &self.own {
            own.mark_bad(&cells, &mut bad);
        }
        for (row, _) in bad.iter().enumerate().filter(|(_, bad)| **bad) {
            report.add(Rule::RowSchema, rows.place(row), self.explain(rows, &cells, row));
        }
        Ok(())
    }

    /// Asks the schema of the whole row why it refuses the row.
    fn explain(&self, rows: &Rows<'_>, cells: &[Cells<'_>], row: usize) -> String {
        let value = match row_value(self.table, rows, row) {
            Ok(value) => value,
            Err(error) => return error.to_string(),
        };
        if let Some(error) = self.row.iter_errors(&value).next() {
            let pointer = error.instance_path();
            return if may_be_quoted(pointer.as_str()) {
                format!("`{pointer}`: {error}")
            } else {
                format!("`{pointer}`: {}", error.masked_with("the value"))
            };
        }
        let own = self.own.as_ref().and_then(|own| own.explain(cells, row));
        own.map_or_else(String::new, |breach| format!("`{}`: {}", breach.pointer, breach.detail))
    }
}

/// A row as the JSON value of its line.
fn row_value(table: &Table, rows: &Rows<'_>, row: usize) -> Result<Value> {
    let mut line = Vec::new();
    let mut writer = Box::new(JsonlWriter::new(&mut line, table));
    writer.write(&rows.batch.slice(row, 1))?;
    writer.finish()?;
    Ok(serde_json::from_slice(&line).unwrap_or_default())
}

/// The sort keys of a table, one row at a time.
pub struct RowOrder {
    table: &'static Table,
    previous: Vec<u8>,
    current: Vec<u8>,
}

impl RowOrder {
    /// Begins before the first row.
    pub fn new(table: &'static Table) -> Self {
        Self { table, previous: Vec::new(), current: Vec::new() }
    }

    /// Checks that every row sorts behind the one before it.
    pub fn check(&mut self, rows: &Rows<'_>, report: &mut Report) {
        let columns: Vec<_> = self.table.sorted_by.iter().filter_map(|name| rows.batch.column_by_name(name)).collect();
        for row in 0..rows.batch.num_rows() {
            self.current.clear();
            for column in &columns {
                push_key(&mut self.current, column.as_ref(), row);
            }
            // The empty key stands before the first row.
            if self.current <= self.previous {
                let names = self.table.sorted_by.join(", ");
                let found = if self.current == self.previous { "an equal one" } else { "a lesser one" };
                report.add(
                    Rule::RowOrder,
                    rows.place(row),
                    format_args!("expected a greater ({names}) than in the row before, but found {found}"),
                );
            }
            std::mem::swap(&mut self.previous, &mut self.current);
        }
    }
}

fn push_key(out: &mut Vec<u8>, column: &dyn Array, row: usize) {
    let valid = column.is_valid(row);
    match column.data_type() {
        DataType::Utf8 => push_bytes_ordered(out, column.as_string::<i32>().value(row).as_bytes()),
        DataType::Date32 => {
            push_optional_i64(out, valid.then(|| i64::from(column.as_primitive::<Date32Type>().value(row))));
        }
        DataType::Int32 => {
            push_optional_i64(out, valid.then(|| i64::from(column.as_primitive::<Int32Type>().value(row))));
        }
        DataType::Int64 => push_optional_i64(out, valid.then(|| column.as_primitive::<Int64Type>().value(row))),
        other => unreachable!("law: tables are not sorted by columns of type {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::TABLES;

    #[test]
    fn every_table_has_rules_and_an_order_that_can_be_compared() {
        use arrow::array::RecordBatch;
        for table in TABLES {
            let batch = RecordBatch::new_empty(crate::columns::arrow_schema(table));
            let rows = Rows { batch: &batch, file: "f", first: 0, part: 0 };
            let mut report = Report::new(1);
            RowRules::new(table).check(&rows, &mut report).unwrap();
            RowOrder::new(table).check(&rows, &mut report);
            assert!(report.conforms);
            for name in table.sorted_by {
                let kind = crate::columns::data_type(table.column(name).unwrap().kind);
                assert!(matches!(kind, DataType::Utf8 | DataType::Date32 | DataType::Int32 | DataType::Int64));
            }
        }
    }
}
