//! The account of a run: what came in, what became of it, and what was written. Deterministic; times and hosts are elsewhere.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::columns::{RULE_VERSION, SCHEMA_VERSION};
use crate::kernels::assign_split::SplitRule;
use crate::stages::release::ReleaseAccount;
use crate::writers::audit_result::AuditResult;
use crate::writers::composition::Composition;
use crate::writers::description::Description;

/// Name that marks a directory as written by copydesk.
pub const TOOL: &str = "copydesk";

/// `manifest.json` of a dataset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Always [`TOOL`].
    pub tool: String,
    /// Version of copydesk.
    pub tool_version: String,
    /// Version of the record schema.
    pub schema_version: String,
    /// Digest of the user's own schema in canonical form; none where the record schema is not extended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extends: Option<String>,
    /// Version of the duplicate rules.
    pub rule_version: String,
    /// What its maker says about the dataset.
    pub dataset: Description,
    /// The user's version of the dataset, `+`, and the first 12 hex digits of the config digest.
    pub dataset_version: String,
    /// Digest of the resolved config and the files that it names.
    pub config_sha256: String,
    /// Sum modulo 2^256 of the SHA-256 of every article's JSON line without `raw_path`, `raw_index`, `raw_offset`.
    pub dataset_sha256: String,
    /// Rows of each table.
    pub rows: BTreeMap<String, u64>,
    /// What was found below the input root.
    pub input: InputAccount,
    /// What became of the records.
    pub account: Account,
    /// What was done with duplicates.
    pub policies: PolicyAccount,
    /// Counts of dedup.
    pub duplicates: DuplicateAccount,
    /// What the rows of `articles` are made of.
    pub composition: Composition,
    /// Parts that were appended since the dataset was written whole, in order; the files of part N begin with `NAME-part-N`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub appended: Vec<AppendedPart>,
    /// How articles were split; none where the config asks for no splits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub splits: Option<SplitAccount>,
    /// What is given away of the articles; none where the configuration says nothing about it: full texts with their authors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<ReleaseAccount>,
    /// Error rates that a person has measured, of this dataset or of another version of it; none where the config names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit: Option<AuditResult>,
    /// Every file but this one and `run.json`, by path.
    pub files: Vec<FileEntry>,
}

/// What was found below the input root.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputAccount {
    /// Raw files that were read, by format.
    pub files: BTreeMap<String, u64>,
    /// Sidecars that were read.
    pub sidecars: u64,
    /// Symbolic links that were not followed.
    pub symlinks: u64,
    /// Hidden files that were passed over.
    pub hidden: u64,
    /// Sockets, pipes and devices that were passed over.
    pub special: u64,
}

/// What became of the records, by stage and by source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Records that the readers handed over, counted before any stage saw them.
    pub records: u64,
    /// Rows of `articles`.
    pub articles: u64,
    /// Records removed as duplicates.
    pub duplicates: u64,
    /// Records that stopped.
    pub rejected: u64,
    /// Records of articles that were taken down; they have no row in any table.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub taken_down: u64,
    /// The stages in their order.
    pub stages: Vec<StageAccount>,
    /// By `source_id`; `unknown` also holds what stopped before the source was found.
    pub sources: BTreeMap<String, SourceAccount>,
    /// Removed records by relation.
    pub relations: BTreeMap<String, u64>,
}

/// What one stage did: `received = kept + rejected` in all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageAccount {
    /// Name of the stage.
    pub stage: String,
    /// Records that came in.
    pub received: u64,
    /// Records that went on.
    pub kept: u64,
    /// Records that stopped, by reason.
    pub rejected: BTreeMap<String, u64>,
}

/// What became of the records of one source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceAccount {
    /// Records of the source.
    pub records: u64,
    /// Of them, rows of `articles`.
    pub articles: u64,
    /// Of them, removed as duplicates.
    pub duplicates: u64,
    /// Of them, stopped.
    pub rejected: u64,
    /// Of them, taken down.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub taken_down: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// The policies of `[dedup]`, as the configuration names them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyAccount {
    /// To exact copies.
    pub exact: String,
    /// To near-duplicates.
    pub near: String,
}

/// Counts of dedup.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DuplicateAccount {
    /// Clusters of two or more records.
    pub clusters: u64,
    /// Classes so wide that each member was compared with the first 64 only.
    pub wide_groups: u64,
    /// Buckets so wide that each member was compared with the first 64 only.
    pub wide_buckets: u64,
    /// Rows of `pairs`, by relation.
    pub pairs: BTreeMap<String, u64>,
}

/// A part that was appended: what it holds, and what writing the dataset whole would have changed beyond it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppendedPart {
    /// Raw files that were read.
    pub files: u64,
    /// Records of the part.
    pub records: u64,
    /// Of them, rows of `articles`.
    pub articles: u64,
    /// Of them, removed as duplicates.
    pub duplicates: u64,
    /// Of them, stopped.
    pub rejected: u64,
    /// Of them, taken down.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub taken_down: u64,
    /// Published rows whose `cluster_size`, and `cluster_relation` where it is `unique`, no longer counts every copy.
    pub outdated_rows: u64,
    /// Clusters that an article of the part would stand for, had it not come later.
    pub preferred_arrivals: u64,
    /// Raw files that have changed since they were read; what they give now is not in the dataset.
    pub changed_files: u64,
    /// Raw files that are no longer there; what they gave is still in the dataset.
    pub gone_files: u64,
}

/// How articles were split.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitAccount {
    /// The rule that assigned the side of each cluster.
    pub rule: SplitRule,
    /// Rows of `splits`, by side.
    pub rows: BTreeMap<String, u64>,
}

/// One file of the dataset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Path below the dataset.
    pub path: String,
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256 of the content.
    pub sha256: String,
    /// Rows, for data files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
}

impl StageAccount {
    /// An empty account of a stage.
    pub fn new(stage: &str) -> Self {
        Self { stage: stage.to_owned(), ..Self::default() }
    }

    /// Records that stopped, for whatever reason.
    pub fn rejected_total(&self) -> u64 {
        self.rejected.values().sum()
    }

    /// Adds what the same stage did elsewhere.
    pub fn add(&mut self, other: &Self) {
        self.received += other.received;
        self.kept += other.kept;
        for (reason, count) in &other.rejected {
            *self.rejected.entry(reason.clone()).or_default() += count;
        }
    }
}

impl Account {
    /// Adds what became of other records; the stages are left as they are.
    pub fn add(&mut self, other: &Self) {
        self.records += other.records;
        self.articles += other.articles;
        self.duplicates += other.duplicates;
        self.rejected += other.rejected;
        self.taken_down += other.taken_down;
        for (source, count) in &other.sources {
            let sum = self.sources.entry(source.clone()).or_default();
            sum.records += count.records;
            sum.articles += count.articles;
            sum.duplicates += count.duplicates;
            sum.rejected += count.rejected;
            sum.taken_down += count.taken_down;
        }
        for (relation, count) in &other.relations {
            *self.relations.entry(relation.clone()).or_default() += count;
        }
    }

    /// The first sum that is not closed, in words; `None` when all are.
    pub fn open_sum(&self) -> Option<String> {
        if self.records != self.articles + self.duplicates + self.rejected + self.taken_down {
            return Some(format!(
                "{} records are not {} articles + {} duplicates + {} rejected + {} taken down",
                self.records, self.articles, self.duplicates, self.rejected, self.taken_down
            ));
        }
        let mut expected = self.records;
        for stage in &self.stages {
            if stage.received != expected || stage.received != stage.kept + stage.rejected_total() {
                return Some(format!(
                    "stage `{}` received {} of {expected} records, kept {} and rejected {}",
                    stage.stage,
                    stage.received,
                    stage.kept,
                    stage.rejected_total()
                ));
            }
            expected = stage.kept;
        }
        let rejected: u64 = self.stages.iter().map(StageAccount::rejected_total).sum();
        let stopped = self.rejected + self.taken_down;
        if !self.stages.is_empty() && rejected != stopped {
            return Some(format!("the stages rejected {rejected} records, the ledger says {stopped}"));
        }
        for (source, count) in &self.sources {
            if count.records != count.articles + count.duplicates + count.rejected + count.taken_down {
                return Some(format!("the records of source `{source}` do not add up"));
            }
        }
        let of_sources: u64 = self.sources.values().map(|count| count.records).sum();
        (of_sources != self.records).then(|| format!("the sources hold {of_sources} of {} records", self.records))
    }
}

impl Manifest {
    /// The versions that this build writes.
    pub fn new(dataset_version: String, config_sha256: String) -> Self {
        Self {
            tool: TOOL.to_owned(),
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            schema_version: SCHEMA_VERSION.to_owned(),
            extends: None,
            rule_version: RULE_VERSION.to_owned(),
            dataset: Description::default(),
            dataset_version,
            config_sha256,
            dataset_sha256: String::new(),
            rows: BTreeMap::new(),
            input: InputAccount::default(),
            account: Account::default(),
            policies: PolicyAccount::default(),
            duplicates: DuplicateAccount::default(),
            composition: Composition::default(),
            appended: Vec::new(),
            splits: None,
            release: None,
            audit: None,
            files: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_record_opens_the_sum() {
        let stage = |name: &str, received, kept| StageAccount { received, kept, ..StageAccount::new(name) };
        let mut account = Account { records: 3, articles: 2, duplicates: 1, ..Account::default() };
        account.stages = vec![stage("ingest", 3, 3), stage("normalize", 3, 3)];
        account
            .sources
            .insert("a".into(), SourceAccount { records: 3, articles: 2, duplicates: 1, ..SourceAccount::default() });
        assert_eq!(account.open_sum(), None);
        let mut lost = account.clone();
        lost.stages[1].received = 2;
        assert!(lost.open_sum().unwrap().contains("`normalize` received 2 of 3"));
        let mut lost = account.clone();
        lost.articles = 1;
        assert!(lost.open_sum().unwrap().contains("3 records are not 1 articles"));
        let mut lost = account;
        lost.sources.clear();
        assert!(lost.open_sum().is_some());
    }
}
