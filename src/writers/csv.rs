//! CSV for spreadsheets and tools that read nothing else: RFC 4180, with a header row, UTF-8 without a byte order mark.
//!
//! Null is an empty field and an empty text is `""`; readers that tell the two apart get the difference. Lists are JSON arrays. Texts that
//! a spreadsheet could run begin with an apostrophe ([`crate::kernels::write_csv`]); numbers, dates and truth values are as in JSON lines.

use std::io::Write as _;

use arrow::array::RecordBatch;

use super::jsonl::push_value;
use super::{Output, TableWriter, Writer, WriterOptions, Written, cannot_write, exported_cells};
use crate::columns::cells::Cells;
use crate::columns::{Column, Table};
use crate::error::Result;
use crate::kernels::write_csv::{push_csv_cell, push_csv_row};

/// Rows are handed to the output when this many bytes have gathered.
const FLUSH_BYTES: usize = 256 << 10;

/// Comma-separated values.
#[derive(Clone, Copy, Debug)]
pub struct Csv;

impl Writer for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn documentation(&self) -> &'static str {
        "Comma-separated values (RFC 4180) in UTF-8 with a header row; lists are JSON arrays, and texts that a spreadsheet could run as a \
         formula begin with an apostrophe."
    }

    fn extension(&self, _options: &WriterOptions) -> &'static str {
        "csv"
    }

    fn open<'w>(
        &self,
        output: Output<'w>,
        table: &Table,
        _options: &WriterOptions,
    ) -> Result<Box<dyn TableWriter + 'w>> {
        let mut buffer = String::new();
        push_csv_row(&mut buffer, table.columns.iter().map(|column| column.name));
        Ok(Box::new(CsvWriter { output, table: *table, buffer, value: Vec::new(), rows: 0 }))
    }
}

struct CsvWriter<'w> {
    output: Output<'w>,
    table: Table,
    buffer: String,
    value: Vec<u8>,
    rows: u64,
}

impl CsvWriter<'_> {
    fn push_value(&mut self, column: &Column, cells: &Cells<'_>, row: usize) -> Result<()> {
        if cells.is_null(row) {
            return Ok(());
        }
        if let Cells::Text(texts) = cells {
            match texts.value(row) {
                "" => self.buffer.push_str("\"\""),
                text => push_csv_cell(&mut self.buffer, text),
            }
            return Ok(());
        }
        self.value.clear();
        push_value(column, cells, row, &mut self.value)?;
        let value = std::str::from_utf8(&self.value).expect("law: JSON is UTF-8");
        match cells {
            Cells::TextList(_) => push_csv_cell(&mut self.buffer, value),
            // Dates and instants stand in quotes in JSON, and need none here.
            _ => self.buffer.push_str(value.trim_matches('"')),
        }
        Ok(())
    }
}

impl TableWriter for CsvWriter<'_> {
    fn write(&mut self, row_group: &RecordBatch) -> Result<()> {
        let table = self.table;
        let cells = exported_cells(row_group, &table)?;
        for row in 0..row_group.num_rows() {
            for (place, (column, cells)) in table.columns.iter().zip(&cells).enumerate() {
                if place > 0 {
                    self.buffer.push(',');
                }
                self.push_value(column, cells, row)?;
            }
            self.buffer.push_str("\r\n");
            if self.buffer.len() >= FLUSH_BYTES {
                self.output.write_all(self.buffer.as_bytes()).map_err(cannot_write)?;
                self.buffer.clear();
            }
        }
        self.rows += row_group.num_rows() as u64;
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Written> {
        self.output.write_all(self.buffer.as_bytes()).and_then(|()| self.output.flush()).map_err(cannot_write)?;
        Ok(Written { rows: self.rows, digest: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::writers::fixtures::{ALL_TYPES, every_type};

    #[test]
    fn every_type_has_one_form() {
        let mut bytes = Vec::new();
        let mut writer = Csv.open(Box::new(&mut bytes), &ALL_TYPES, &WriterOptions::default()).unwrap();
        writer.write(&every_type()).unwrap();
        assert_eq!(writer.finish().unwrap().rows, 3);
        insta::assert_snapshot!(String::from_utf8(bytes).unwrap().replace('\r', "<CR>"));
    }
}
