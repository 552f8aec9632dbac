//! Writes a side table from its sorted rows, in shards that are cut like those of `articles`.

use super::external_sort::Sorted;
use super::shard_files::{TableFile, shard_stem};
use super::table_rows::TableBuilder;
use crate::columns::Table;
use crate::error::Result;
use crate::io::Staging;
use crate::kernels::encode_row::RowReader;
use crate::manifest::FileEntry;
use crate::writers::WriterOptions;
use crate::writers::cut::{CutLimits, RowGroupCut, ShardCut};
use crate::writers::parquet::Parquet;

/// A side table and how its sort key is passed over.
#[derive(Clone, Copy)]
pub struct SideTable {
    table: &'static Table,
    skip_key: fn(&mut RowReader<'_>),
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
    /// A table whose rows begin with a key that `skip_key` passes over.
    pub fn new(table: &'static Table, skip_key: fn(&mut RowReader<'_>)) -> Self {
        Self { table, skip_key }
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.table.name
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
        let (file, mut writer) = TableFile::create(staging, path, (&Parquet, side.table), options.writer)?;
        let mut builder = TableBuilder::new(side.table);
        let mut cut = RowGroupCut::new(options.limits);
        while at < end {
            let row = pass.next()?.expect("law: two passes over sorted rows give the same rows");
            let mut reader = RowReader::new(row);
            (side.skip_key)(&mut reader);
            if cut.starts_new(reader.rest().len() as u64) {
                writer.write(&builder.finish()?)?;
            }
            builder.push(&mut reader);
            at += 1;
        }
        if builder.rows() > 0 {
            writer.write(&builder.finish()?)?;
        }
        let written = writer.finish()?;
        files.push(file.finish(&written)?);
    }
    Ok(files)
}

/// The number of the first row of each shard; one shard even without rows.
fn shard_starts(side: &SideTable, rows: &Sorted, limits: CutLimits) -> Result<Vec<u64>> {
    let mut starts = vec![0];
    let mut cut = ShardCut::new(limits);
    let mut pass = rows.rows()?;
    let mut at = 0;
    while let Some(row) = pass.next()? {
        let mut reader = RowReader::new(row);
        (side.skip_key)(&mut reader);
        if cut.starts_new(reader.rest().len() as u64) {
            starts.push(at);
        }
        at += 1;
    }
    Ok(starts)
}
