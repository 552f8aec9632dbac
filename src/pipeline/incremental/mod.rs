//! `copydesk run --into DATASET`: new, changed and removed raw files are worked into a published dataset.
//!
//! The result is the dataset that one run over all raw files would give. What an unchanged file gave is carried over: its rows
//! from `articles`, its fates from `records`, its verified pairs from `pairs`, and what decides about duplicates from the index. Where
//! a record that was removed has to stand up again, its raw file is read again.

mod carry;
mod index;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use self::carry::{Carried, Staying, carry};
pub use self::carry::{Ids, Paths, add_accounts, is_carried, sort_by_place};
use self::index::Header;
pub use self::index::{FOLDER, FileState, Index, file_states, read_index_rows, write_index};
use super::dataset_rows::Dataset;
use super::dataset_run::DatasetRun;
use super::external_sort::Sorter;
use super::near::KnownPairs;
use super::plan::Plan;
use super::run_merge::RunMerge;
use super::runs::{Run, RunLimits};
use super::shards::{DecidedRow, ShardPlan};
use super::tally::Tally;
use crate::columns::{PAIRS, Table};
use crate::config::Config;
use crate::dedup::Pair;
use crate::dedup::key_row::NEW_PART;
use crate::dedup::verdict::Relation;
use crate::error::{Error, Result};
use crate::io::SpillReader;
use crate::pipeline::article_rows::{id_bytes, numbers, option, text};

/// What became of the raw files since the dataset was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Arrivals {
    /// Files that are as they were; nothing of them was read.
    pub unchanged: u64,
    /// Files that were read: new ones, changed ones, and those with a removed record that stands up again.
    pub read: u64,
    /// Files that are no longer there.
    pub gone: u64,
}

/// A published dataset to add to.
#[derive(Debug)]
pub struct Base<'a> {
    dataset: Dataset<'a>,
    articles: &'static Table,
    index: Index,
    states: BTreeMap<String, FileState>,
    /// Ids of records that do not stay, whatever their file.
    taken: Arc<Ids>,
}

impl<'a> Base<'a> {
    /// Opens the dataset at `root`; none where there is nothing to carry over: no dataset, no index, or one of another
    /// configuration or version.
    ///
    /// # Errors
    /// When the dataset is damaged.
    pub fn open(root: &'a Path, config: &Config) -> Result<Option<Self>> {
        // What is withheld from the dataset cannot be carried over from it.
        if config.release.terms.hides_anything() || !crate::io::is_there(&root.join(super::MANIFEST)) {
            return Ok(None);
        }
        let dataset = Dataset::open(root)?;
        let Some(index) = Index::read(root, &Header::of(config), &dataset.manifest.dataset_sha256)? else {
            return Ok(None);
        };
        // What was appended was decided in another order: a dataset is made whole from the raw files.
        if !dataset.manifest.appended.is_empty() && !config.export.append_only {
            return Ok(None);
        }
        let states = index.files.iter().map(|state| (state.raw_path.clone(), state.clone())).collect();
        Ok(Some(Self { dataset, articles: config.articles, index, states, taken: Arc::default() }))
    }

    /// The same without the records of some ids, which are taken down.
    #[must_use]
    pub fn without(self, taken: Ids) -> Self {
        Self { taken: Arc::new(taken), ..self }
    }

    /// Raw paths of the plan that are as they were.
    pub fn unchanged(&self, plan: &Plan) -> Paths {
        let same = plan
            .files
            .iter()
            .filter(|file| self.states.get(&file.facts.raw_path).is_some_and(|state| state.is_that_of(file)));
        same.map(|file| file.facts.raw_path.clone()).collect()
    }

    /// Counts for the summary: `unchanged` are the paths of `plan` that were not read.
    pub fn arrivals(&self, plan: &Plan, unchanged: &Paths) -> Arrivals {
        let there: std::collections::BTreeSet<&str> =
            plan.files.iter().map(|file| file.facts.raw_path.as_str()).collect();
        Arrivals {
            unchanged: unchanged.len() as u64,
            read: (there.len() - unchanged.len()) as u64,
            gone: self.states.keys().filter(|path| !there.contains(path.as_str())).count() as u64,
        }
    }

    /// Writes what stays to `folder`; with `in_parts` each key row says in which part it was published.
    ///
    /// # Errors
    /// When the dataset is damaged or a file cannot be written.
    pub fn carry(
        &self,
        unchanged: &Paths,
        in_parts: bool,
        (folder, limits, bytes): (&Path, RunLimits, usize),
    ) -> Result<Carried> {
        let mut taken_down = Tally::default();
        for state in self.states.values().filter(|state| unchanged.contains(&state.raw_path)) {
            taken_down.insert(&state.raw_path, &state.taken_down);
        }
        let stays = Staying { paths: unchanged, taken: &self.taken, taken_down };
        carry((&self.dataset, self.articles, &self.index), stays, in_parts, (folder, limits, bytes))
    }

    /// The rows of a part that stay, where they stand.
    ///
    /// # Errors
    /// When the dataset is damaged.
    pub fn rows(&self, part: u16, unchanged: &Paths) -> Result<DatasetRun> {
        DatasetRun::open((&self.dataset, part), self.articles, unchanged, &self.taken)
    }

    /// The pairs that were verified by their texts; none where some pairs of the dataset were not compared, which does not matter when
    /// what is published comes `first`.
    ///
    /// # Errors
    /// When the dataset is damaged or a file cannot be written.
    pub fn known_pairs(&self, first: bool, folder: &Path, limit: usize) -> Result<Option<KnownPairs>> {
        if !first && self.dataset.manifest.duplicates.wide_buckets > 0 {
            return Ok(None);
        }
        let mut sorter = Sorter::new(folder.join("known"), limit);
        let names: Vec<&str> = PAIRS.columns.iter().map(|column| column.name).collect();
        let mut row = Vec::new();
        self.dataset.scan(&PAIRS, &names, |batch| {
            let floats = |name| numbers::<arrow::datatypes::Float64Type>(batch, name);
            let equal = batch.column_by_name("numbers_equal").map(arrow::array::AsArray::as_boolean);
            for at in 0..batch.num_rows() {
                let relation = text(batch, "relation").value(at);
                let relation = Relation::ALL.into_iter().find(|known| known.name() == relation);
                let relation = relation.ok_or_else(|| Error::dataset("`pairs` names a relation that there is not"))?;
                if relation < Relation::NearCopy {
                    continue;
                }
                row.clear();
                let pair = Pair {
                    id: id_bytes(text(batch, "id").value(at)),
                    other_id: id_bytes(text(batch, "other_id").value(at)),
                    relation,
                    jaccard: floats("jaccard").value(at),
                    containment: floats("containment").value(at),
                    numbers_equal: equal.is_some_and(|column| column.value(at)),
                    days_apart: option(floats("days_apart"), at),
                };
                pair.push_row(&mut row);
                sorter.push(&row)?;
            }
            Ok(())
        })?;
        Ok(Some(KnownPairs { rows: sorter.finish()? }))
    }

    /// Whether a raw file was read for the dataset.
    pub fn knows(&self, raw_path: &str) -> bool {
        self.states.contains_key(raw_path)
    }

    /// The raw files that were read for it.
    pub fn paths(&self) -> impl Iterator<Item = String> {
        self.states.keys().cloned()
    }

    /// The same, as they were then.
    pub fn states(&self) -> impl Iterator<Item = &FileState> {
        self.states.values()
    }

    /// Its index.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Ids of the records that do not stay.
    pub fn taken(&self) -> &Ids {
        &self.taken
    }

    /// The number of the part that is appended next.
    ///
    /// # Errors
    /// When there are as many as there can be.
    pub fn next_part(&self) -> Result<u16> {
        let part = self.dataset.manifest.appended.len() + 1;
        u16::try_from(part).ok().filter(|part| *part < NEW_PART).ok_or_else(|| {
            Error::dataset("expected fewer than 65,535 appended parts")
                .hint("set `append-only = false` for one run, which writes the dataset whole")
        })
    }

    /// The dataset.
    pub fn dataset(&self) -> &Dataset<'a> {
        &self.dataset
    }
}

/// Raw paths of removed records that a decision has made rows again: of them only the ledger is known.
///
/// # Errors
/// When a file cannot be read.
pub fn stubs_that_stay(folder: &Path, stubs: &[Run], shards: &[ShardPlan]) -> Result<Paths> {
    let mut paths = Paths::new();
    let mut merge = RunMerge::open(folder, stubs, &[])?;
    for shard in shards {
        let mut rows = SpillReader::open(&folder.join(&shard.file), 64 << 10)?;
        let mut bytes = Vec::new();
        while rows.next(&mut bytes)? {
            let decided = DecidedRow::read(&bytes);
            let Some(head) = merge.head() else { return Ok(paths) };
            if head.key == decided.key {
                if decided.verdict.duplicate.is_none() {
                    paths.insert(head.rows.raw_path.value(head.row).to_owned());
                }
                merge.advance()?;
            }
        }
    }
    Ok(paths)
}
