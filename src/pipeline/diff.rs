//! `copydesk diff`: how two datasets differ, by digests first and rows where digests differ.
//!
//! Files with equal digests hold the same articles, and an id stands in a table once, so such files are not read. What is left of
//! both is read in step, in the order of the tables; rows that have no partner of the same date, source and id go through a sort by
//! id, where those whose date or source has changed meet. Only digests of values are kept of a row, and of texts only
//! `text_sha256` is read.

mod fates;
mod hash_columns;
mod join;
mod shards;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use self::fates::{ledger_changes, what_became};
use self::join::{Join, Tally};
use self::shards::{ShardRows, column_names, shards_apart};
use super::dataset_rows::Dataset;
use super::memory::MemoryPlan;
use crate::error::Result;
use crate::io::SpillDir;
use crate::manifest::Manifest;

/// Columns that dedup fills: a row of which nothing else changed was re-clustered.
const CLUSTER: &[&str] = &["cluster_id", "cluster_size", "is_representative", "cluster_relation", "similarity"];
/// Columns that say where the raw record lies: a row of which nothing else changed has moved.
const PLACE: &[&str] = &["raw_path", "raw_index", "raw_offset"];
/// The column that `text_sha256` stands for.
const TEXT: [&str; 2] = ["text", "text_sha256"];

/// How two datasets differ.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DatasetDiff {
    /// Whether no row and no count differs.
    pub equal: bool,
    /// The first dataset.
    pub old: DatasetSide,
    /// The second one.
    pub new: DatasetSide,
    /// Rows of `articles`, by what became of them.
    pub rows: RowCounts,
    /// How often each column differs in rows of both.
    pub columns: BTreeMap<String, u64>,
    /// Columns that only the first has.
    pub columns_removed: Vec<String>,
    /// Columns that only the second has.
    pub columns_added: Vec<String>,
    /// Rows by source, where any differs. A row counts for the source that it has now; a removed one for that which it had.
    pub sources: BTreeMap<String, RowCounts>,
    /// The first ids of each kind, in their order.
    pub ids: Ids,
    /// What the second dataset made of rows that were removed: a fate and its reason, or `no record`.
    pub removed_became: BTreeMap<String, u64>,
    /// What the first dataset had made of rows that were added.
    pub added_were: BTreeMap<String, u64>,
    /// Fates and reasons whose number of records differs.
    pub fates: Vec<FateChange>,
}

/// One of two datasets.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DatasetSide {
    /// Where it lies.
    pub path: String,
    /// The version in its manifest.
    pub dataset_version: String,
    /// The version of its schema.
    pub schema_version: String,
    /// Its digest.
    pub dataset_sha256: String,
    /// Rows of `articles`.
    pub articles: u64,
    /// Rows of `records`.
    pub records: u64,
    /// Parquet files of `articles` that were read.
    pub files_read: usize,
    /// Parquet files of `articles` that the other dataset has, too.
    pub files_equal: usize,
}

/// Counts of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RowCounts {
    /// In both, with the same values.
    #[serde(skip_serializing_if = "is_zero")]
    pub equal: u64,
    /// Only in the second dataset.
    pub added: u64,
    /// Only in the first one.
    pub removed: u64,
    /// In both, with other values.
    pub changed: u64,
    /// In both, other in the cluster columns, and perhaps in place.
    pub reclustered: u64,
    /// In both, other in the place of the raw record.
    pub moved: u64,
}

/// The first ids of each kind of difference.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Ids {
    /// Only in the second dataset.
    pub added: Vec<String>,
    /// Only in the first one.
    pub removed: Vec<String>,
    /// With the columns that changed.
    pub changed: BTreeMap<String, Vec<String>>,
    /// With the cluster columns that changed.
    pub reclustered: BTreeMap<String, Vec<String>>,
    /// Whose raw record lies elsewhere.
    pub moved: Vec<String>,
}

/// A fate and a reason whose number of records differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FateChange {
    /// `article`, `duplicate` or `rejected`.
    pub fate: String,
    /// The relation of duplicates, stage and reason of rejected ones.
    pub why: String,
    /// Records of the first dataset.
    pub old: u64,
    /// Records of the second one.
    pub new: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl RowCounts {
    /// Rows that differ.
    pub fn differing(&self) -> u64 {
        self.added + self.removed + self.changed + self.reclustered + self.moved
    }
}

/// Compares the dataset `old` with the dataset `new`; lists the first `shown` ids of each kind.
///
/// What the manifests say is believed; `copydesk check` holds a dataset to its manifest.
///
/// # Errors
/// When one is no dataset or is damaged, or a spill file beside `new` cannot be written.
pub fn diff_datasets(old: &Path, new: &Path, (shown, memory): (usize, MemoryPlan)) -> Result<DatasetDiff> {
    let (first, second) = (Dataset::open(old)?, Dataset::open(new)?);
    let mut diff = DatasetDiff {
        old: side(old, &first.manifest),
        new: side(new, &second.manifest),
        fates: ledger_changes(&first.manifest.account, &second.manifest.account),
        ..DatasetDiff::default()
    };
    let (apart, equal_rows) = shards_apart((old, &first.manifest), (new, &second.manifest))?;
    for (side, (files, equal)) in [&mut diff.old, &mut diff.new].into_iter().zip(&apart) {
        (side.files_read, side.files_equal) = (files.len(), *equal);
    }
    diff.rows.equal = equal_rows;
    let [(old_files, _), (new_files, _)] = apart;
    if !old_files.is_empty() || !new_files.is_empty() {
        let (old_columns, new_columns) =
            (column_names((old, &first.manifest))?, column_names((new, &second.manifest))?);
        let only = |own: &[String], other: &[String]| {
            own.iter().filter(|name| !other.contains(name)).cloned().collect::<Vec<_>>()
        };
        diff.columns_removed = only(&old_columns, &new_columns);
        diff.columns_added = only(&new_columns, &old_columns);
        let same_rows = first.manifest.dataset_sha256 == second.manifest.dataset_sha256
            && first.manifest.schema_version == second.manifest.schema_version
            && old_columns == new_columns;
        let columns = compared_columns(&old_columns, &new_columns, same_rows);
        let scratch = SpillDir::create_beside(new)?;
        let limit = memory.sorter_bytes;
        let mut join = Join::new((&columns, shown), (scratch.path(), limit));
        join.in_step(ShardRows::new(old_files, &columns), ShardRows::new(new_files, &columns))?;
        let (tally, removed, added) = join.by_id()?;
        take(&mut diff, tally);
        diff.removed_became = what_became(&removed, &second, (&scratch.file("became"), limit))?;
        diff.added_were = what_became(&added, &first, (&scratch.file("were"), limit))?;
    }
    diff.equal = diff.rows.differing() == 0
        && diff.fates.is_empty()
        && diff.columns_added.is_empty()
        && diff.columns_removed.is_empty();
    Ok(diff)
}

fn side(path: &Path, manifest: &Manifest) -> DatasetSide {
    DatasetSide {
        path: path.display().to_string(),
        dataset_version: manifest.dataset_version.clone(),
        schema_version: manifest.schema_version.clone(),
        dataset_sha256: manifest.dataset_sha256.clone(),
        articles: manifest.account.articles,
        records: manifest.account.records,
        ..DatasetSide::default()
    }
}

/// The columns of both that can differ: where the dataset digests agree, those that it leaves out.
fn compared_columns(old: &[String], new: &[String], same_rows: bool) -> Vec<String> {
    let common: Vec<String> = old.iter().filter(|name| new.contains(name)).cloned().collect();
    let by_digest = common.iter().any(|name| name == TEXT[1]);
    let compared = |name: &&String| {
        if same_rows { PLACE.contains(&name.as_str()) } else { !(by_digest && name.as_str() == TEXT[0]) }
    };
    common.iter().filter(compared).cloned().collect()
}

fn take(diff: &mut DatasetDiff, tally: Tally) {
    let equal = diff.rows.equal;
    diff.rows = RowCounts { equal: tally.rows.equal + equal, ..tally.rows };
    diff.columns = tally.columns;
    diff.sources = tally.sources;
    diff.ids = tally.ids;
}
