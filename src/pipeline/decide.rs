//! From key rows to decided rows: the sorts and scans around the pure decision of each exact class.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::external_sort::{Sorted, SortedRows, Sorter};
use crate::dedup::decide::{Decision, Member};
use crate::dedup::key_row::skip_preference;
use crate::dedup::{ExactPolicy, GROUP_WIDTH, KeyRow, Verdict, decide_class};
use crate::error::Result;
use crate::io::SpillReader;
use crate::kernels::encode_row::{RowReader, push_bytes_ordered, push_i64};

/// What dedup found, sorted for the export.
#[derive(Debug)]
pub struct Decided {
    /// One row a record: sort key, logical size, verdict; in the order of the dataset.
    pub rows: Sorted,
    /// Pairs by (`id`, `other_id`).
    pub pairs: Sorted,
    /// Counts for the manifest.
    pub counts: DecideCounts,
}

/// Counts over the exact classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecideCounts {
    /// Records that came in.
    pub records: u64,
    /// Clusters of two or more records.
    pub clusters: u64,
    /// Classes with more than 64 distinct ids, where not every pair was compared.
    pub wide_groups: u64,
}

/// Decides every record of the key row files.
///
/// Three external sorts, each under `limit` bytes: by id, which finds repeats of a record; by (folded text, order of preference),
/// which brings each exact class together; by the dataset's order, which is how the export reads.
///
/// # Errors
/// When a spill file cannot be read or written.
pub fn decide(key_files: &[PathBuf], folder: &Path, policy: ExactPolicy, limit: usize) -> Result<Decided> {
    let mut counts = DecideCounts::default();
    let classes = sort_by_class(&sort_by_id(key_files, folder, limit, &mut counts)?, folder, limit)?;
    let mut decided = Sorter::new(folder.join("decided"), limit);
    let mut pairs = Sorter::new(folder.join("pairs"), limit / 2);
    let mut ahead = ClassScan::new(classes.rows()?);
    let mut scan = classes.rows()?;
    let mut out = Vec::new();
    while let Some((size, distinct)) = ahead.next_class()? {
        counts.clusters += u64::from(size > 1);
        counts.wide_groups += u64::from(distinct as usize > GROUP_WIDTH);
        let mut left = size;
        let mut take = || -> Result<Option<Member>> {
            if left == 0 {
                return Ok(None);
            }
            left -= 1;
            Ok(scan.next()?.map(read_member))
        };
        decide_class(size, policy, &mut take, |decision| {
            out.clear();
            match decision {
                Decision::Verdict(row, verdict) => {
                    push_decided(&mut out, row, &verdict);
                    decided.push(&out)
                }
                Decision::Pair(pair) => {
                    pair.push_row(&mut out);
                    pairs.push(&out)
                }
            }
        })?;
    }
    let rows = decided.finish()?;
    assert_eq!(rows.count(), counts.records, "law: every record is decided once");
    Ok(Decided { rows, pairs: pairs.finish()?, counts })
}

fn push_decided(out: &mut Vec<u8>, row: &KeyRow<'_>, verdict: &Verdict) {
    row.push_sort_key(out);
    out.extend_from_slice(&row.size.to_be_bytes());
    verdict.push_row(out);
}

/// Rows by (`id`, `raw_path`, `raw_index`).
fn sort_by_id(key_files: &[PathBuf], folder: &Path, limit: usize, counts: &mut DecideCounts) -> Result<Sorted> {
    let mut sorter = Sorter::new(folder.join("by-id"), limit);
    let (mut bytes, mut out) = (Vec::new(), Vec::new());
    for file in key_files {
        let mut rows = SpillReader::open(file, 256 << 10)?;
        while rows.next(&mut bytes)? {
            let row = KeyRow::read(&mut RowReader::new(&bytes));
            out.clear();
            out.extend_from_slice(&row.id);
            push_bytes_ordered(&mut out, row.raw_path.as_bytes());
            push_i64(&mut out, row.raw_index);
            out.extend_from_slice(&bytes);
            sorter.push(&out)?;
            counts.records += 1;
        }
    }
    sorter.finish()
}

/// Rows by (folded text of the first row of equal id, its preference, place among its repeats).
fn sort_by_class(by_id: &Sorted, folder: &Path, limit: usize) -> Result<Sorted> {
    let mut sorter = Sorter::new(folder.join("by-class"), limit);
    let mut rows = by_id.rows()?;
    let mut first: Option<KeyRow<'static>> = None;
    let mut repeats = 0_u32;
    let mut out = Vec::new();
    while let Some(bytes) = rows.next()? {
        let mut reader = RowReader::new(bytes);
        reader.array::<16>();
        reader.skip_ordered();
        reader.i64();
        let row = KeyRow::read(&mut reader);
        repeats = if first.as_ref().is_some_and(|first| first.id == row.id) { repeats + 1 } else { 0 };
        let original = match (repeats, &first) {
            (1.., Some(first)) => first,
            _ => first.insert(row.clone()),
        };
        out.clear();
        out.extend_from_slice(&original.key_sha256);
        original.push_preference(&mut out);
        out.extend_from_slice(&repeats.to_be_bytes());
        row.push_row(&mut out);
        sorter.push(&out)?;
    }
    sorter.finish()
}

fn read_member(bytes: &[u8]) -> Member {
    let mut reader = RowReader::new(bytes);
    reader.array::<32>();
    skip_preference(&mut reader);
    let repeat = u32::from_be_bytes(reader.array()) > 0;
    Member { row: KeyRow::read(&mut reader), repeat }
}

/// Counts each class one scan ahead of the scan that decides it, so that a class never has to fit in memory.
struct ClassScan<'a> {
    rows: SortedRows<'a>,
    next: Option<([u8; 32], bool)>,
}

impl<'a> ClassScan<'a> {
    fn new(rows: SortedRows<'a>) -> Self {
        Self { rows, next: None }
    }

    /// Records and distinct ids of the next class.
    fn next_class(&mut self) -> Result<Option<(u32, u32)>> {
        let Some((class, _)) = (match self.next.take() {
            Some(next) => Some(next),
            None => self.read()?,
        }) else {
            return Ok(None);
        };
        let (mut size, mut distinct) = (1, 1);
        while let Some((other, repeat)) = self.read()? {
            if other != class {
                self.next = Some((other, repeat));
                break;
            }
            size += 1;
            distinct += u32::from(!repeat);
        }
        Ok(Some((size, distinct)))
    }

    fn read(&mut self) -> Result<Option<([u8; 32], bool)>> {
        Ok(self.rows.next()?.map(|bytes| {
            let mut reader = RowReader::new(bytes);
            let class = reader.array();
            skip_preference(&mut reader);
            (class, u32::from_be_bytes(reader.array()) > 0)
        }))
    }
}
