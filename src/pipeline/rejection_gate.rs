//! The gate on rejections: a run that rejects more records than `[validate]` allows is not published.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::dataset_rows::{Dataset, Row};
use crate::columns::RECORDS;
use crate::config::RejectionLimits;
use crate::error::Result;
use crate::manifest::Account;

/// Rejected records that are shown of each refusal.
const SHOWN: usize = 5;

/// What rejected too much: everything, or one source.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Refusal {
    /// `source_id`; none for all records together.
    pub source_id: Option<String>,
    /// Records.
    pub records: u64,
    /// Those that were rejected.
    pub rejected: u64,
    /// The most that is allowed, as configured.
    pub most: String,
    /// Rejected records by reason.
    pub reasons: BTreeMap<String, u64>,
    /// The first of them.
    pub examples: Vec<Example>,
}

/// A rejected record.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Example {
    /// Where the raw record is: path and index.
    pub origin: String,
    /// The stage that rejected it.
    pub stage: String,
    /// Why.
    pub reason: String,
    /// JSON pointer to the offending value; empty when there is none.
    pub pointer: String,
    /// What was found.
    pub detail: String,
}

/// Everything that rejected more than `limits` allow: all records together first, then sources by name.
pub fn refusals(account: &Account, limits: RejectionLimits) -> Vec<Refusal> {
    let refusal = |source_id: Option<&String>, (records, rejected), most: crate::config::Most| Refusal {
        source_id: source_id.cloned(),
        records,
        rejected,
        most: most.to_string(),
        reasons: BTreeMap::new(),
        examples: Vec::new(),
    };
    let overall = limits.overall.filter(|most| most.is_passed_by(account.rejected, account.records));
    let overall = overall.map(|most| refusal(None, (account.records, account.rejected), most));
    let sources = limits.per_source.into_iter().flat_map(|most| {
        let passed = account.sources.iter().filter(move |(_, of)| most.is_passed_by_source(of.rejected, of.records));
        passed.map(move |(source_id, of)| refusal(Some(source_id), (of.records, of.rejected), most))
    });
    overall.into_iter().chain(sources).collect()
}

/// Fills in reasons and examples, from the dataset that was written.
///
/// # Errors
/// When the dataset cannot be read.
pub fn show_rejected(root: &Path, refusals: &mut [Refusal]) -> Result<()> {
    let dataset = Dataset::open(root)?;
    let names = ["raw_path", "raw_index", "source_id", "stage", "reason", "pointer", "detail"];
    let columns: Vec<_> = RECORDS.columns.iter().filter(|column| names.contains(&column.name)).collect();
    dataset.scan(&RECORDS, &names, |batch| {
        for row in 0..batch.num_rows() {
            let row = Row::of(&columns, batch, row)?;
            let Some(reason) = row.get("reason") else { continue };
            for refusal in refusals.iter_mut() {
                if refusal.source_id.as_deref().is_some_and(|source| source != row.text("source_id")) {
                    continue;
                }
                match refusal.reasons.get_mut(reason) {
                    Some(count) => *count += 1,
                    None => drop(refusal.reasons.insert(reason.to_owned(), 1)),
                }
                if refusal.examples.len() < SHOWN {
                    refusal.examples.push(Example {
                        origin: format!("{}#{}", row.text("raw_path"), row.number("raw_index")),
                        stage: row.text("stage").to_owned(),
                        reason: reason.to_owned(),
                        pointer: row.text("pointer").to_owned(),
                        detail: row.text("detail").to_owned(),
                    });
                }
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Most;
    use crate::manifest::SourceAccount;

    #[test]
    fn all_records_and_each_source_are_judged() {
        let mut account = Account { records: 210, rejected: 12, ..Account::default() };
        for (name, records, rejected) in [("a", 100, 2), ("b", 100, 9), ("unknown", 10, 1)] {
            account.sources.insert(name.into(), SourceAccount { records, rejected, ..SourceAccount::default() });
        }
        let named = |overall, per_source| {
            let refused = refusals(&account, RejectionLimits { overall, per_source });
            refused.into_iter().map(|it| it.source_id.unwrap_or_else(|| "all".into())).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(named(None, None), "");
        assert_eq!(named(Some(Most::Count(12)), Some(Most::Count(9))), "");
        assert_eq!(named(Some(Most::Count(11)), Some(Most::Count(1))), "all a b");
        assert_eq!(named(Some(Most::Percent(5.0)), Some(Most::Percent(5.0))), "all b");
    }
}
