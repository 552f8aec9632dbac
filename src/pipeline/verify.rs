//! `copydesk verify`: makes every verdict, pair and digest again from the raw records, and reports what does not hold.

use std::path::Path;

use serde::Serialize;

use super::compare::{Comparison, Difference, TextRow};
use super::dataset_rows::Dataset;
use super::replay::Parts;
use super::{Outcome, RunOptions};
use crate::columns::{DATE_CANDIDATES, NOT_QUOTED, PAIRS, RECORDS, RULE_VERSION, SPLITS};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::io::SpillDir;
use crate::rejection::escape_detail;

/// Something that the raw records do not bear out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Objection {
    /// The table.
    pub table: &'static str,
    /// What identifies the row: an id, two of them, or a raw path and index.
    pub key: String,
    /// The column; none when the whole row is missing or too much.
    pub column: Option<&'static str>,
    /// What the raw records give, and what the dataset says.
    pub detail: String,
}

/// The outcome of a verification.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Verification {
    /// Whether nothing was objected to.
    pub holds: bool,
    /// Rows that were made again and are equal, by table.
    pub equal: Vec<(&'static str, u64)>,
    /// The first objections of each table.
    pub objections: Vec<Objection>,
    /// All objections, by table.
    pub totals: Vec<(&'static str, u64)>,
}

/// How many objections of each table are kept.
pub const KEPT_PER_TABLE: u64 = 20;

/// Makes the dataset again from the raw files of `config.input`, beside it and hidden, and compares row by row.
///
/// A dataset with appended parts is made again part by part. Texts are compared by their digests; `copydesk check` holds them to these.
///
/// # Errors
/// When `dataset` is none or damaged, was made with another configuration or other rules, or the raw files cannot be read.
pub fn verify(dataset: &Path, config: &Config, options: &RunOptions) -> Result<Verification> {
    let given = Dataset::open(dataset)?;
    let manifest = &given.manifest;
    if manifest.rule_version != RULE_VERSION {
        return Err(Error::usage(format!(
            "`{}` was decided by the rules `{}`, but this copydesk has `{RULE_VERSION}`",
            dataset.display(),
            manifest.rule_version
        ))
        .hint(format!("verify it with copydesk {}", manifest.tool_version)));
    }
    if manifest.config_sha256 != config.digest.to_string() {
        return Err(Error::config(format!("`{}` was made with another configuration", dataset.display()))
            .hint("name the one that it was made with: `--config FILE`"));
    }
    let scratch = SpillDir::create_beside(dataset)?;
    let mut again = config.clone();
    again.export.path = scratch.file("again");
    let Outcome { output, .. } = Parts::of(&given, config)?.make(&again, options)?;
    let made = Dataset::open(&output)?;
    let mut tables = vec![
        Comparison::new(config.published, &["id"], &["text"]),
        Comparison::new(&RECORDS, &["raw_path", "raw_index"], &[]),
        Comparison::new(&PAIRS, &["id", "other_id"], &[]),
        Comparison::new(&DATE_CANDIDATES, &["id", "rank"], &[]),
    ];
    let mut names = vec![config.articles.name, RECORDS.name, PAIRS.name, DATE_CANDIDATES.name];
    if manifest.splits.is_some() {
        tables.push(Comparison::new(&SPLITS, &["id"], &[]));
        names.push(SPLITS.name);
    }
    let limit = options.memory_plan()?.sorter_bytes * 2;
    let mut verification = Verification { holds: true, ..Verification::default() };
    for (comparison, name) in tables.iter().zip(names) {
        let expected = comparison.sort(&made, scratch.file(&format!("{name}-made")), limit)?;
        let found = comparison.sort(&given, scratch.file(&format!("{name}-given")), limit)?;
        let mut total = 0;
        let equal = comparison.compare((&expected, &found), |difference| {
            for objection in objections(comparison, name, &difference) {
                total += 1;
                if total <= KEPT_PER_TABLE {
                    verification.objections.push(objection);
                }
            }
            Ok(())
        })?;
        verification.equal.push((name, equal));
        if total > 0 {
            verification.holds = false;
            verification.totals.push((name, total));
        }
    }
    Ok(verification)
}

fn objections(comparison: &Comparison, table: &'static str, difference: &Difference) -> Vec<Objection> {
    let about = |row: &TextRow, column, detail: &str| Objection {
        table,
        key: escape_detail(&row.key.join(" ")),
        column,
        detail: escape_detail(detail),
    };
    match difference {
        Difference::Missing(row) => vec![about(row, None, "the raw records give this row, but the dataset has none")],
        Difference::Added(row) => vec![about(row, None, "the dataset has this row, but the raw records give none")],
        Difference::Changed(expected, found) => {
            let columns = comparison.columns().iter().zip(expected.values.iter().zip(&found.values));
            let changed = columns.filter(|(_, (expected, found))| expected != found);
            let shown =
                |value: &Option<String>| value.as_ref().map_or_else(|| "null".to_owned(), |value| format!("`{value}`"));
            changed
                .map(|(column, (made, given))| {
                    let detail = if NOT_QUOTED.contains(&column.name) {
                        "expected what the raw record gives, but found something else".to_owned()
                    } else {
                        format!("expected {}, but found {}", shown(made), shown(given))
                    };
                    about(expected, Some(column.name), &detail)
                })
                .collect()
        }
    }
}
