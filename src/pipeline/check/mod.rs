//! `copydesk check`: holds a finished dataset to its manifest, its schemas and itself.
//!
//! Rows are streamed; what is kept of them is 32 bytes an article and 16 a record, so that tables can be compared.

mod articles;
mod candidates;
mod clusters;
pub(super) mod files;
mod footer;
pub(super) mod guard;
mod jsonl;
mod keys;
mod ledger;
mod pairs;
pub(super) mod report;
mod row_rules;
mod rules;
mod splits;
mod tables;

use std::path::Path;

pub use report::{Checked, Finding, Report};
pub use rules::Rule;

use crate::columns::SCHEMA_VERSION;
use crate::error::Result;

/// How many findings of each rule a report keeps, unless one asks otherwise.
pub const KEPT_PER_RULE: u64 = 20;

/// Rules that need the record schema of this version.
fn needs_schema() -> impl Iterator<Item = Rule> {
    Rule::ALL.iter().copied().filter(|rule| *rule >= Rule::ShardNames)
}

/// Checks the dataset at `path`; the report keeps the first `kept_per_rule` findings of each rule.
///
/// What is wrong with the dataset is in the report, damaged files too.
///
/// # Errors
/// A usage error when `path` is not a dataset; an I/O error when the operating system refuses a file.
pub fn check_dataset(path: &Path, kept_per_rule: u64) -> Result<Report> {
    let mut report = Report::new(kept_per_rule);
    let Some(manifest) = files::read_manifest(path, &mut report)? else {
        report.skip(&Rule::ALL.iter().copied().filter(|rule| *rule != Rule::ManifestReadable).collect::<Vec<_>>());
        return Ok(report);
    };
    files::check_files(path, &manifest, &mut report)?;
    if manifest.schema_version != SCHEMA_VERSION {
        report.skip(&needs_schema().collect::<Vec<_>>());
        return Ok(report);
    }
    let main = files::articles_table((path, &manifest), &mut report)?;
    files::check_schemas((path, &manifest), main, &mut report)?;
    let dataset = (path, &manifest);
    let tables = files::table_files(&manifest, main, &mut report);
    let [articles, records, pairs, candidates, splits @ ..] = tables.as_slice() else {
        unreachable!("law: there are four tables or more");
    };
    let articles = articles::check_articles(dataset, articles, &mut report)?;
    let ledger = ledger::check_ledger(dataset, records, &articles, &mut report)?;
    clusters::check_clusters(&manifest, &articles, &ledger, &mut report);
    pairs::check_pairs(dataset, pairs, &ledger, &mut report)?;
    candidates::check_candidates(dataset, candidates, &articles, &mut report)?;
    if let ([splits], Some(stated)) = (splits, &manifest.splits) {
        splits::check_splits(dataset, (splits, stated), &articles, &mut report)?;
    }
    Ok(report)
}
