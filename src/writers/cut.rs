//! Where row groups and shards end: pure functions of the logical sizes of the kept rows.
//!
//! Batch size, threads, memory and engine never move a cut.

use arrow::array::RecordBatch;

use crate::columns::cells::Cells;

/// How much a row group and a shard may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CutLimits {
    /// Rows of a row group.
    pub group_rows: u64,
    /// Logical bytes of a row group; a larger row is a group of its own.
    pub group_bytes: u64,
    /// Logical bytes of a shard; a larger cell is a shard of its own.
    pub shard_bytes: u64,
}

impl Default for CutLimits {
    fn default() -> Self {
        Self { group_rows: 20_000, group_bytes: 32 << 20, shard_bytes: 512 << 20 }
    }
}

/// The logical size of every row: the sum of its value lengths over the columns whose name does not start with `_`.
///
/// Strings count their bytes, lists the bytes of their elements, fixed types their width (a truth value is one byte), null
/// nothing. It is taken before the cluster columns are filled, so that the verdicts move no cut. Columns of a type that is not
/// exported count nothing.
pub fn logical_size(batch: &RecordBatch) -> Vec<u64> {
    let mut sizes = vec![0; batch.num_rows()];
    for (field, array) in batch.schema_ref().fields().iter().zip(batch.columns()) {
        if !field.name().starts_with('_')
            && let Some(cells) = Cells::new(array)
        {
            add_sizes(&cells, &mut sizes);
        }
    }
    sizes
}

fn add_sizes(cells: &Cells<'_>, sizes: &mut [u64]) {
    let width = match cells {
        Cells::Boolean(_) => 1,
        Cells::Int32(_) | Cells::Date(_) => 4,
        Cells::Int64(_) | Cells::Float64(_) | Cells::Timestamp(_) => 8,
        Cells::Text(_) | Cells::TextList(_) => 0,
    };
    let no_nulls = cells.array().null_count() == 0;
    for (row, size) in sizes.iter_mut().enumerate() {
        if no_nulls || !cells.is_null(row) {
            *size += match cells {
                Cells::Text(texts) => texts.length(row) as u64,
                Cells::TextList(lists) => {
                    let (range, offsets) = (lists.range(row), lists.values().value_offsets());
                    (offsets[range.end] - offsets[range.start]) as u64
                }
                _ => width,
            };
        }
    }
}

/// Decides, row by row in sort order, where row groups end.
#[derive(Clone, Copy, Debug)]
pub struct RowGroupCut {
    limits: CutLimits,
    rows: u64,
    bytes: u64,
}

impl RowGroupCut {
    /// Starts with an empty row group; make a new one for every shard.
    pub fn new(limits: CutLimits) -> Self {
        Self { limits, rows: 0, bytes: 0 }
    }

    /// Takes the next row; true when the group before it is full, so that this row opens a new one.
    pub fn starts_new(&mut self, size: u64) -> bool {
        let full = self.rows > 0
            && (self.rows >= self.limits.group_rows || self.bytes.saturating_add(size) > self.limits.group_bytes);
        if full {
            (self.rows, self.bytes) = (0, 0);
        }
        self.rows += 1;
        self.bytes = self.bytes.saturating_add(size);
        full
    }
}

/// Decides, cell by cell in sort order, where shards end.
#[derive(Clone, Copy, Debug)]
pub struct ShardCut {
    limits: CutLimits,
    cells: u64,
    bytes: u64,
}

impl ShardCut {
    /// Starts with an empty shard.
    pub fn new(limits: CutLimits) -> Self {
        Self { limits, cells: 0, bytes: 0 }
    }

    /// Takes the next cell with the logical size of all its rows; true when it opens a new shard.
    pub fn starts_new(&mut self, cell_bytes: u64) -> bool {
        let full = self.cells > 0 && self.bytes.saturating_add(cell_bytes) > self.limits.shard_bytes;
        if full {
            (self.cells, self.bytes) = (0, 0);
        }
        self.cells += 1;
        self.bytes = self.bytes.saturating_add(cell_bytes);
        full
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::writers::fixtures::{ALL_TYPES, every_type};
    use proptest::prelude::*;

    const SMALL: CutLimits = CutLimits { group_rows: 3, group_bytes: 10, shard_bytes: 20 };

    /// One shard: how many of the rows in sort order it takes, and their logical size.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    struct Shard {
        /// Number of rows.
        rows: u64,
        /// Their logical size.
        bytes: u64,
    }

    /// Cuts rows, given in sort order as (cell, logical size), into shards; no rows give no shard.
    fn plan_shards<K: PartialEq>(rows: impl IntoIterator<Item = (K, u64)>, limits: CutLimits) -> Vec<Shard> {
        let mut shards: Vec<Shard> = Vec::new();
        let mut cut = ShardCut::new(limits);
        let mut close = |cell: Shard| {
            let starts_new = cut.starts_new(cell.bytes);
            match shards.last_mut() {
                Some(shard) if !starts_new => {
                    shard.rows += cell.rows;
                    shard.bytes += cell.bytes;
                }
                _ => shards.push(cell),
            }
        };
        let mut open: Option<(K, Shard)> = None;
        for (key, size) in rows {
            match &mut open {
                Some((same, cell)) if *same == key => {
                    cell.rows += 1;
                    cell.bytes += size;
                }
                _ => {
                    if let Some((_, cell)) = open.replace((key, Shard { rows: 1, bytes: size })) {
                        close(cell);
                    }
                }
            }
        }
        if let Some((_, cell)) = open {
            close(cell);
        }
        shards
    }

    #[test]
    fn sizes_add_up_values_and_leave_out_nulls_and_interim_columns() {
        let batch = every_type();
        assert_eq!(ALL_TYPES.columns.len(), batch.num_columns());
        // Row 0: id 4, text 11, boolean 1, int32 4, int64 8, float 8, date 4, timestamp 8, list "a" + "bc" 3, float 8.
        let sizes = logical_size(&batch);
        assert_eq!(sizes[0], 4 + 11 + 1 + 4 + 8 + 8 + 4 + 8 + 3 + 8);
        // Row 1 holds nulls in every nullable column and an empty list.
        assert_eq!(sizes[1], 4 + 1 + 8);
        assert_eq!(logical_size(&batch.slice(1, 2)), sizes[1..3]);
    }

    #[test]
    fn a_group_closes_before_the_row_that_would_pass_a_limit() {
        let cuts = |sizes: &[u64]| {
            let mut cut = RowGroupCut::new(SMALL);
            sizes.iter().map(|size| cut.starts_new(*size)).collect::<Vec<_>>()
        };
        assert_eq!(cuts(&[1, 1, 1, 1]), [false, false, false, true]);
        assert_eq!(cuts(&[5, 5, 1, 99, 1]), [false, false, true, true, true]);
        assert_eq!(cuts(&[99]), [false]);
    }

    #[test]
    fn a_shard_holds_whole_cells_and_a_large_cell_alone() {
        let plan = plan_shards([("a", 9), ("a", 9), ("b", 2), ("c", 1), ("d", 50), ("d", 1), ("e", 3)], SMALL);
        let expected = [(3, 20), (1, 1), (2, 51), (1, 3)].map(|(rows, bytes)| Shard { rows, bytes });
        assert_eq!(plan, expected);
        assert_eq!(plan_shards(Vec::<(u8, u64)>::new(), SMALL), []);
    }

    proptest! {
        #[test]
        fn no_row_is_lost_and_only_single_cells_pass_the_limit(rows in prop::collection::vec((0_u8..6, 0_u64..30), 0..60)) {
            let mut rows = rows;
            rows.sort_by_key(|row| row.0);
            let plan = plan_shards(rows.iter().copied(), SMALL);
            prop_assert_eq!(plan.iter().map(|shard| shard.rows).sum::<u64>(), rows.len() as u64);
            prop_assert_eq!(plan.iter().map(|shard| shard.bytes).sum::<u64>(), rows.iter().map(|row| row.1).sum::<u64>());
            let mut from = 0;
            for shard in plan {
                let part = &rows[from..from + shard.rows as usize];
                let single = part.iter().all(|row| row.0 == part[0].0);
                prop_assert!(shard.bytes <= SMALL.shard_bytes || single);
                prop_assert!(from == 0 || rows[from - 1].0 != part[0].0);
                from += part.len();
            }
        }
    }
}
