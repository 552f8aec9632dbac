//! Records that stopped, on their way to the ledger.

use arrow::array::RecordBatch;

use super::article_rows::{numbers, text};
use super::table_rows::{Cell, push_cells};
use crate::columns::RECORDS;
use crate::error::Result;
use crate::io::SpillWriter;
use crate::kernels::encode_row::{push_bytes_ordered, push_i64};
use crate::rejection::Rejection;
use crate::stages::ingest::DamagedRecord;

/// Rows of the ledger begin with this key, (`raw_path`, `raw_index`).
pub fn push_ledger_key(out: &mut Vec<u8>, raw_path: &str, raw_index: i64) {
    push_bytes_ordered(out, raw_path.as_bytes());
    push_i64(out, raw_index);
}

/// Writes the rows of stopped records to a spill file.
#[derive(Debug)]
pub struct RejectWriter {
    writer: SpillWriter,
    row: Vec<u8>,
}

struct Rejected<'a> {
    raw_path: &'a str,
    raw_index: i64,
    raw_offset: i64,
    raw_length: i64,
    raw_sha256: &'a str,
    id: &'a str,
    source_id: &'a str,
}

impl RejectWriter {
    /// Takes the file.
    pub fn new(writer: SpillWriter) -> Self {
        Self { writer, row: Vec::new() }
    }

    /// Writes the rejected rows of a batch that went into `stage`.
    ///
    /// # Errors
    /// When the spill file cannot be written.
    pub fn push_rows(&mut self, stage: &str, batch: &RecordBatch, rejected: &[(usize, Rejection)]) -> Result<()> {
        for (row, rejection) in rejected {
            let row = *row;
            let source_id =
                batch.column_by_name("source_id").map_or("unknown", |_| text(batch, "source_id").value(row));
            let record = Rejected {
                raw_path: text(batch, "raw_path").value(row),
                raw_index: numbers::<arrow::datatypes::Int64Type>(batch, "raw_index").value(row),
                raw_offset: numbers::<arrow::datatypes::Int64Type>(batch, "raw_offset").value(row),
                raw_length: numbers::<arrow::datatypes::Int64Type>(batch, "raw_length").value(row),
                raw_sha256: text(batch, "raw_sha256").value(row),
                id: text(batch, "id").value(row),
                source_id,
            };
            self.push(stage, &record, rejection)?;
        }
        Ok(())
    }

    /// Writes a damaged range.
    ///
    /// # Errors
    /// When the spill file cannot be written.
    pub fn push_damage(&mut self, record: &DamagedRecord) -> Result<()> {
        let row = Rejected {
            raw_path: &record.raw_path,
            raw_index: record.raw_index,
            raw_offset: record.range.offset as i64,
            raw_length: record.range.length as i64,
            raw_sha256: &record.raw_sha256,
            id: &record.id,
            source_id: "unknown",
        };
        self.push("ingest", &row, &record.rejection)
    }

    /// Ends the file.
    ///
    /// # Errors
    /// When the spill file cannot be written.
    pub fn finish(self) -> Result<()> {
        self.writer.finish().map(|_| ())
    }

    fn push(&mut self, stage: &str, record: &Rejected<'_>, rejection: &Rejection) -> Result<()> {
        self.row.clear();
        push_ledger_key(&mut self.row, record.raw_path, record.raw_index);
        let detail = (!rejection.detail.is_empty()).then_some(rejection.detail.as_str());
        push_cells(
            &mut self.row,
            &RECORDS,
            &[
                Cell::Text(record.raw_path),
                Cell::Number(record.raw_index),
                Cell::Number(record.raw_offset),
                Cell::Number(record.raw_length),
                Cell::Text(record.raw_sha256),
                Cell::Text("rejected"),
                Cell::Text(record.id),
                Cell::Text(record.source_id),
                Cell::Null,
                Cell::Null,
                Cell::Null,
                Cell::Null,
                Cell::Null,
                Cell::Text(stage),
                Cell::Text(rejection.reason.code()),
                Cell::text(rejection.pointer.as_deref()),
                Cell::text(detail),
                Cell::Null,
                Cell::Null,
                Cell::Null,
                Cell::Null,
            ],
        );
        self.writer.push(&self.row)
    }
}
