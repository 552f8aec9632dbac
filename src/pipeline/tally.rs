//! How many records of each raw file were taken down: all that a dataset says of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::manifest::{Account, StageAccount};
use crate::rejection::ReasonCode;

/// Records of one raw file that were taken down, by source and by the stage that they reached.
pub type FileTally = BTreeMap<String, BTreeMap<String, u64>>;

/// The same by raw path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tally(BTreeMap<String, FileTally>);

impl Tally {
    /// Whether nothing was taken down.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Counts a record.
    pub fn count(&mut self, raw_path: &str, source_id: &str, stage: &str) {
        let file = self.0.entry(raw_path.to_owned()).or_default();
        *file.entry(source_id.to_owned()).or_default().entry(stage.to_owned()).or_default() += 1;
    }

    /// Adds the records of a file that was not counted yet.
    pub fn insert(&mut self, raw_path: &str, file: &FileTally) {
        if !file.is_empty() {
            self.0.insert(raw_path.to_owned(), file.clone());
        }
    }

    /// The records of a file.
    pub fn of_file(&self, raw_path: &str) -> FileTally {
        self.0.get(raw_path).cloned().unwrap_or_default()
    }

    /// Adds other records.
    pub fn add(&mut self, other: &Self) {
        for (raw_path, file) in &other.0 {
            let own = self.0.entry(raw_path.clone()).or_default();
            for (source, stages) in file {
                let own = own.entry(source.clone()).or_default();
                for (stage, count) in stages {
                    *own.entry(stage.clone()).or_default() += count;
                }
            }
        }
    }

    /// All records.
    pub fn total(&self) -> u64 {
        self.0.values().flat_map(BTreeMap::values).flat_map(BTreeMap::values).sum()
    }

    /// Adds the records to the account of an export, whose stages are counted elsewhere.
    pub fn add_to(&self, account: &mut Account) {
        for (source, stages) in self.0.values().flatten() {
            let count: u64 = stages.values().sum();
            let of_source = account.sources.entry(source.clone()).or_default();
            of_source.records += count;
            of_source.taken_down += count;
            account.records += count;
            account.taken_down += count;
        }
    }

    /// Adds the records to what their stages rejected.
    pub fn add_to_stages(&self, accounts: &mut [StageAccount]) {
        for (stage, count) in self.0.values().flat_map(BTreeMap::values).flatten() {
            if let Some(account) = accounts.iter_mut().find(|account| account.stage == *stage) {
                *account.rejected.entry(ReasonCode::TakenDown.code().to_owned()).or_default() += count;
            }
        }
    }
}
