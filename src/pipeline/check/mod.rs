//! `copydesk check`: holds a finished dataset to its manifest, its schemas and itself.
//!
//! Rows are streamed; what is kept of them is 32 bytes an article and 16 a record, so that tables can be compared.

mod articles;
mod candidates;
mod clusters;
mod expect;
pub(super) mod files;
mod footer;
pub mod formats;
pub(super) mod guard;
mod jsonl;
mod keys;
mod ledger;
mod pairs;
mod place_rows;
mod release;
pub(super) mod report;
mod row_rules;
mod rules;
mod schema;
mod splits;
mod tables;

use std::path::Path;

pub use expect::ExpectationCheck;
pub use report::{Checked, Finding, Place, REPORT_VERSION, Report, RuleName, Severity, TextPlace};
pub use rules::Rule;
pub use schema::{DataFormat, References, SchemaCheck, check_with_schema};

use crate::columns::SCHEMA_VERSION;
use crate::error::Result;

/// How many findings of each rule a report keeps, unless one asks otherwise.
pub const KEPT_PER_RULE: u64 = 20;

/// Rules that need the record schema of this version.
fn needs_schema() -> impl Iterator<Item = Rule> {
    Rule::ALL.iter().copied().filter(|rule| *rule >= Rule::ShardNames)
}

/// Checks the dataset at `path` and what is expected of it; the report keeps the first `kept_per_rule` findings of each rule.
///
/// What is wrong with the dataset is in the report, damaged files too.
///
/// # Errors
/// A usage error when `path` is not a dataset; an I/O error when the operating system refuses a file.
pub fn check_dataset(path: &Path, expected: Option<&ExpectationCheck>, kept_per_rule: u64) -> Result<Report> {
    let mut report = Report::new(kept_per_rule);
    path.display().to_string().clone_into(&mut report.subject);
    report.root.clone_from(&report.subject);
    for rule in Rule::ALL {
        report.apply(*rule);
    }
    check_all(path, &mut report)?;
    // What is damaged or of another schema cannot be judged.
    if let Some(expected) = expected.filter(|_| report.skipped.is_empty()) {
        expect::check_expectations(path, expected, &mut report)?;
    }
    place_rows::place_rows(path, &mut report)?;
    Ok(report)
}

fn check_all(path: &Path, report: &mut Report) -> Result<()> {
    let Some(manifest) = files::read_manifest(path, report)? else {
        report.skip(&Rule::ALL.iter().copied().filter(|rule| *rule != Rule::ManifestReadable).collect::<Vec<_>>());
        return Ok(());
    };
    files::check_files(path, &manifest, report)?;
    if manifest.schema_version != SCHEMA_VERSION {
        report.skip(&needs_schema().collect::<Vec<_>>());
        return Ok(());
    }
    let main = files::articles_table((path, &manifest), report)?;
    files::check_schemas((path, &manifest), main, report)?;
    files::check_documents((path, &manifest), main, report)?;
    let dataset = (path, &manifest);
    let tables = files::table_files(&manifest, main, report);
    let [articles, records, pairs, candidates, splits @ ..] = tables.as_slice() else {
        unreachable!("law: there are four tables or more");
    };
    let articles = articles::check_articles(dataset, articles, report)?;
    let ledger = ledger::check_ledger(dataset, records, &articles, report)?;
    clusters::check_clusters(&manifest, &articles, &ledger, report);
    pairs::check_pairs(dataset, pairs, &ledger, report)?;
    candidates::check_candidates(dataset, candidates, &articles, report)?;
    if let ([splits], Some(stated)) = (splits, &manifest.splits) {
        splits::check_splits(dataset, (splits, stated), &articles, report)?;
    }
    Ok(())
}
