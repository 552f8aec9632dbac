//! Plans the shards of `articles` from the decided rows: a pure function of the rows that stay.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::external_sort::{Sorted, SortedRows};
use crate::dedup::Verdict;
use crate::dedup::key_row::{cell_of, split_sort_key};
use crate::error::Result;
use crate::io::SpillWriter;
use crate::kernels::encode_row::RowReader;
use crate::writers::cut::{CutLimits, ShardCut};

/// One shard to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShardPlan {
    /// File of its decided rows.
    pub file: String,
    /// Sort key of the first of them; empty for an empty shard.
    pub first_key: Vec<u8>,
    /// Records of any fate.
    pub records: u64,
    /// Rows of `articles`.
    pub articles: u64,
    /// The place of the published shard that it is, where nothing of it has changed.
    #[serde(skip)]
    pub published: Option<usize>,
}

/// A decided row: its sort key, logical size and verdict.
#[derive(Debug)]
pub struct DecidedRow<'a> {
    /// Sort key.
    pub key: &'a [u8],
    /// Logical size in bytes.
    pub size: u64,
    /// What dedup found.
    pub verdict: Verdict,
}

impl<'a> DecidedRow<'a> {
    /// Reads a row of the decided rows.
    pub fn read(row: &'a [u8]) -> Self {
        let (key, mut reader) = split_sort_key(row);
        Self { key, size: u64::from_be_bytes(reader.array()), verdict: Verdict::read(&mut reader) }
    }

    /// The logical size that the row adds to its shard: nothing when it was removed.
    fn kept_size(row: &[u8]) -> u64 {
        let (_, mut reader) = split_sort_key(row);
        let size = u64::from_be_bytes(reader.array());
        if Verdict::read(&mut RowReader::new(reader.rest())).duplicate.is_none() { size } else { 0 }
    }
}

/// Cuts the decided rows into shards and writes the rows of each to a file of its own.
///
/// The cut is [`ShardCut`]'s over cells (`published_date`, `source_id`, first byte of `id`); removed rows weigh nothing and go with
/// their cell. There is always at least one shard.
///
/// # Errors
/// When a spill file cannot be read or written.
pub fn plan_shards(decided: &Sorted, folder: &Path, limits: CutLimits) -> Result<Vec<ShardPlan>> {
    let mut shards = Vec::new();
    let mut ahead = CellScan { rows: decided.rows()?, next: None };
    let mut rows = decided.rows()?;
    let mut shard = OpenShard::create(folder, file_of(0))?;
    let mut cut = ShardCut::new(limits);
    while let Some((records, size)) = ahead.next_cell()? {
        if cut.starts_new(size) {
            shards.push(shard.close()?);
            shard = OpenShard::create(folder, file_of(shards.len()))?;
        }
        for _ in 0..records {
            let row = rows.next()?.expect("law: two passes over sorted rows give the same rows");
            shard.push(row)?;
        }
    }
    shards.push(shard.close()?);
    Ok(shards)
}

fn file_of(number: usize) -> String {
    format!("shard-{number:05}.rows")
}

/// The decided rows of a shard while they are written.
pub(super) struct OpenShard {
    plan: ShardPlan,
    writer: SpillWriter,
}

impl OpenShard {
    pub(super) fn create(folder: &Path, file: String) -> Result<Self> {
        let plan = ShardPlan { file, ..ShardPlan::default() };
        Ok(Self { writer: SpillWriter::create(&folder.join(&plan.file), 64 << 10)?, plan })
    }

    pub(super) fn push(&mut self, row: &[u8]) -> Result<()> {
        let decided = DecidedRow::read(row);
        if self.plan.records == 0 {
            self.plan.first_key = decided.key.to_vec();
        }
        self.plan.records += 1;
        self.plan.articles += u64::from(decided.verdict.duplicate.is_none());
        self.writer.push(row)
    }

    pub(super) fn close(self) -> Result<ShardPlan> {
        self.writer.finish()?;
        Ok(self.plan)
    }
}

/// Adds up each cell one scan ahead of the scan that writes it, so that a cell never has to fit in memory.
struct CellScan<'a> {
    rows: SortedRows<'a>,
    next: Option<(Vec<u8>, u64)>,
}

impl CellScan<'_> {
    /// Records and kept logical bytes of the next cell.
    fn next_cell(&mut self) -> Result<Option<(u64, u64)>> {
        let (cell, first) = match self.next.take() {
            Some(next) => next,
            None => match self.rows.next()? {
                Some(row) => (cell_of(row).to_vec(), DecidedRow::kept_size(row)),
                None => return Ok(None),
            },
        };
        let (mut records, mut size) = (1, first);
        while let Some(row) = self.rows.next()? {
            if cell_of(row) != cell {
                self.next = Some((cell_of(row).to_vec(), DecidedRow::kept_size(row)));
                break;
            }
            records += 1;
            size += DecidedRow::kept_size(row);
        }
        Ok(Some((records, size)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dedup::key_row::{SortKey, push_sort_key};
    use crate::pipeline::external_sort::Sorter;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn shards_hold_every_row_in_order_and_close_by_the_rule(rows in prop::collection::vec((0_i32..4, any::<u8>(), 0_u64..40), 0..60)) {
            let folder = tempfile::tempdir().unwrap();
            let mut sorter = Sorter::new(folder.path().join("decided"), 1 << 20);
            for (at, (date, first, size)) in rows.iter().enumerate() {
                let mut id = [0; 16];
                id[0] = *first;
                let mut row = Vec::new();
                let key = SortKey { published_date: Some(*date), source_id: "s", id: &id, raw_path: "p", raw_index: at as i64 };
                push_sort_key(&mut row, &key);
                row.extend_from_slice(&size.to_be_bytes());
                Verdict::unique(id).push_row(&mut row);
                sorter.push(&row).unwrap();
            }
            let sorted = sorter.finish().unwrap();
            let shards = plan_shards(&sorted, folder.path(), CutLimits { shard_bytes: 100, ..CutLimits::default() }).unwrap();
            prop_assert_eq!(shards.iter().map(|shard| shard.records).sum::<u64>(), rows.len() as u64);
            let mut expected = sorted.rows().unwrap();
            for shard in &shards {
                let mut file = crate::io::SpillReader::open(&folder.path().join(&shard.file), 1024).unwrap();
                let (mut row, mut size, mut cells) = (Vec::new(), 0, std::collections::BTreeSet::new());
                while file.next(&mut row).unwrap() {
                    prop_assert_eq!(expected.next().unwrap(), Some(&row[..]));
                    size += DecidedRow::read(&row).size;
                    cells.insert(cell_of(&row).to_vec());
                }
                prop_assert!(size <= 100 || cells.len() == 1 || shards.len() == 1 && size == 0, "{size} in {} cells", cells.len());
            }
        }
    }
}
