//! Writes a side table from its sorted rows, in shards that are cut like those of `articles`.

use arrow::array::RecordBatch;
use arrow::datatypes::{Int32Type, Int64Type};

use super::article_rows::{id_bytes, numbers, text};
use super::external_sort::{Sorted, SortedRows};
use super::shard_files::{TableFile, shard_stem};
use super::table_rows::{TableBuilder, push_batch_row};
use crate::columns::{DATE_CANDIDATES, PAIRS, RECORDS, SPLITS, Table};
use crate::error::Result;
use crate::io::Staging;
use crate::kernels::encode_row::{RowReader, push_bytes_ordered, push_i64};
use crate::manifest::FileEntry;
use crate::writers::WriterOptions;
use crate::writers::cut::{CutLimits, RowGroupCut, ShardCut};
use crate::writers::parquet::Parquet;

/// A side table and the columns by which its rows are ordered.
#[derive(Clone, Copy, Debug)]
pub struct SideTable {
    table: &'static Table,
    keys: &'static [&'static str],
}

/// What shapes the files of a side table.
#[derive(Clone, Copy, Debug)]
pub struct TableOptions {
    /// Where row groups and shards end.
    pub limits: CutLimits,
    /// What the writer needs.
    pub writer: WriterOptions,
    /// The appended part; 0 for a whole dataset.
    pub part: u16,
}

impl SideTable {
    /// `records`, by place.
    pub const RECORDS: Self = Self { table: &RECORDS, keys: &["raw_path", "raw_index"] };
    /// `pairs`, by both ids.
    pub const PAIRS: Self = Self { table: &PAIRS, keys: &["id", "other_id"] };
    /// `date_candidates`, by id and rank.
    pub const DATE_CANDIDATES: Self = Self { table: &DATE_CANDIDATES, keys: &["id", "rank"] };
    /// `splits`, by id.
    pub const SPLITS: Self = Self { table: &SPLITS, keys: &["id"] };

    /// The table.
    pub fn table(&self) -> &'static Table {
        self.table
    }

    /// What a row begins with: its key.
    pub fn key_of<'a>(&self, row: &'a [u8]) -> &'a [u8] {
        let mut reader = RowReader::new(row);
        self.skip_key(&mut reader);
        &row[..row.len() - reader.rest().len()]
    }

    /// Appends a row of a batch: its key, then its cells.
    pub fn push_row(&self, out: &mut Vec<u8>, (batch, row): (&RecordBatch, usize)) {
        for key in self.keys {
            match *key {
                "raw_path" => push_bytes_ordered(out, text(batch, key).value(row).as_bytes()),
                "raw_index" => push_i64(out, numbers::<Int64Type>(batch, key).value(row)),
                "rank" => out.extend_from_slice(&(numbers::<Int32Type>(batch, key).value(row) as u32).to_be_bytes()),
                id => out.extend_from_slice(&id_bytes(text(batch, id).value(row))),
            }
        }
        push_batch_row(out, self.table, (batch, row));
    }

    fn skip_key(&self, reader: &mut RowReader<'_>) {
        for key in self.keys {
            match *key {
                "raw_path" => reader.skip_ordered(),
                "raw_index" => drop(reader.i64()),
                "rank" => drop(reader.array::<4>()),
                _ => drop(reader.array::<16>()),
            }
        }
    }
}

/// Writes `tables/NAME-*.parquet`.
///
/// A row is a cell of its own: a shard closes before the row that would take it past the limit. The rows are read twice, first
/// for the number of shards, which every file name holds.
///
/// # Errors
/// When a file cannot be read or written.
pub fn write_side_table(
    side: &SideTable,
    rows: &Sorted,
    staging: &Staging,
    options: &TableOptions,
) -> Result<Vec<FileEntry>> {
    let starts = shard_starts(side, rows, options.limits)?;
    let mut pass = rows.rows()?;
    let mut files = Vec::new();
    let mut at = 0_u64;
    for (number, _) in starts.iter().enumerate() {
        let end = starts.get(number + 1).copied().unwrap_or_else(|| rows.count());
        let path = format!("{}.parquet", shard_stem(side.table, options.part, (number, starts.len())));
        files.push(write_shard((side, end - at), &mut pass, (path, staging), options)?);
        at = end;
    }
    Ok(files)
}

/// Writes the next `rows` rows of a pass as the file `path`.
///
/// # Errors
/// When a file cannot be read or written.
///
/// # Panics
/// When the pass ends before.
pub fn write_shard(
    (side, rows): (&SideTable, u64),
    pass: &mut SortedRows<'_>,
    (path, staging): (String, &Staging),
    options: &TableOptions,
) -> Result<FileEntry> {
    let (file, mut writer) = TableFile::create(staging, path, (&Parquet, side.table), options.writer)?;
    let mut builder = TableBuilder::new(side.table);
    let mut cut = RowGroupCut::new(options.limits);
    for _ in 0..rows {
        let row = pass.next()?.expect("law: two passes over sorted rows give the same rows");
        let mut reader = RowReader::new(row);
        side.skip_key(&mut reader);
        if cut.starts_new(reader.rest().len() as u64) {
            writer.write(&builder.finish()?)?;
        }
        builder.push(&mut reader);
    }
    if builder.rows() > 0 {
        writer.write(&builder.finish()?)?;
    }
    let written = writer.finish()?;
    file.finish(&written)
}

/// The number of the first row of each shard; one shard even without rows.
fn shard_starts(side: &SideTable, rows: &Sorted, limits: CutLimits) -> Result<Vec<u64>> {
    let mut starts = vec![0];
    let mut cut = ShardCut::new(limits);
    let mut pass = rows.rows()?;
    let mut at = 0;
    while let Some(row) = pass.next()? {
        let mut reader = RowReader::new(row);
        side.skip_key(&mut reader);
        if cut.starts_new(reader.rest().len() as u64) {
            starts.push(at);
        }
        at += 1;
    }
    Ok(starts)
}
