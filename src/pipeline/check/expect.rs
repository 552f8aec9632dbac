//! Expectations: what the configuration says of a dataset beyond what every dataset must be.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;

use super::report::{Finding, Place, Report, Severity};
use crate::columns::cells::{Cells, cells_of};
use crate::columns::{ARTICLES, RECORDS};
use crate::config::{Expectation, ExpectationRule};
use crate::error::{Error, Result};
use crate::kernels::sha256::Digest;
use crate::pipeline::article_rows::text;
use crate::pipeline::dataset_rows::{Dataset, FilePart, value_text};

/// The expectations and what they are compared with.
#[derive(Clone, Debug)]
pub struct ExpectationCheck {
    /// The expectations.
    pub expectations: Vec<Expectation>,
    /// Folder that paths in the configuration start from.
    pub base: PathBuf,
    /// Dataset to compare volumes with; goes before those that expectations name.
    pub previous: Option<PathBuf>,
    /// Today, `YYYY-MM-DD`.
    pub today: String,
}

/// What was seen of one expectation, in all or in one source.
#[derive(Clone, Debug, Default)]
struct Tally {
    rows: u64,
    /// Rows that break the rule.
    broken: u64,
    /// The first of them: file, row, value.
    sample: Option<(String, u64, Option<String>)>,
    /// The newest day.
    newest: Option<String>,
    /// Digests of values that may not come twice.
    values: Vec<[u8; 16]>,
}

/// Checks every expectation; each one that does not hold is one finding, or one for each source.
///
/// # Errors
/// A usage error when there is nothing to compare volumes with; dataset and I/O errors.
pub(super) fn check_expectations(root: &Path, check: &ExpectationCheck, report: &mut Report) -> Result<()> {
    let dataset = Dataset::open(root)?;
    for expectation in &check.expectations {
        report.apply(expectation.rule.name());
    }
    for table in [&ARTICLES, &RECORDS] {
        let of_rows = |expectation: &&Expectation| {
            expectation.table == table.name && !matches!(expectation.rule, ExpectationRule::SourceVolume { .. })
        };
        let expectations: Vec<&Expectation> = check.expectations.iter().filter(of_rows).collect();
        if expectations.is_empty() {
            continue;
        }
        let mut names = vec!["source_id"];
        names.extend(expectations.iter().map(|one| one.column.as_str()).filter(|column| !column.is_empty()));
        names.sort_unstable();
        names.dedup();
        let mut tallies = vec![BTreeMap::<String, Tally>::new(); expectations.len()];
        for (expectation, tallies) in expectations.iter().zip(&mut tallies) {
            if !expectation.per_source {
                tallies.insert(String::new(), Tally::default());
            }
        }
        dataset.scan_parts(table, &names, |part, batch| {
            for (expectation, tallies) in expectations.iter().zip(&mut tallies) {
                count(expectation, (part, batch), tallies)?;
            }
            Ok(())
        })?;
        for (expectation, tallies) in expectations.iter().zip(tallies) {
            for (source, tally) in tallies {
                judge(expectation, (&source, tally), &check.today, report);
            }
        }
    }
    for expectation in &check.expectations {
        compare_volumes(&dataset, expectation, check, report)?;
    }
    Ok(())
}

/// Counts the rows of a batch.
fn count(
    expectation: &Expectation,
    (part, batch): (&FilePart<'_>, &RecordBatch),
    tallies: &mut BTreeMap<String, Tally>,
) -> Result<()> {
    let sources = text(batch, "source_id");
    let column = ARTICLES.column(&expectation.column).or_else(|| RECORDS.column(&expectation.column));
    let cells = match (expectation.column.as_str(), column) {
        ("", _) => None,
        (_, Some(column)) => Some(cells_of(batch, column)?),
        (name, None) => batch.column_by_name(name).and_then(Cells::new),
    };
    for row in 0..batch.num_rows() {
        let source = if expectation.per_source { sources.value(row) } else { "" };
        let tally = match tallies.get_mut(source) {
            Some(tally) => tally,
            None => tallies.entry(source.to_owned()).or_default(),
        };
        tally.rows += 1;
        let Some(cells) = &cells else { continue };
        let value = value_text(cells, row, ", ");
        let broken = match (&expectation.rule, &value) {
            (ExpectationRule::NullShare(_), value) => value.is_none(),
            (ExpectationRule::Unique(_), Some(value)) => {
                tally.values.push(half(value));
                false
            }
            (ExpectationRule::Values { values, accepted, .. }, Some(_)) => {
                !each_value(cells, row).all(|value| values.contains(&value) == *accepted)
            }
            (ExpectationRule::DateRange { from, to, .. }, Some(value)) => {
                let day = value.get(..10).unwrap_or(value);
                from.as_deref().is_some_and(|from| day < from) || to.as_deref().is_some_and(|to| day > to)
            }
            (ExpectationRule::Freshness(_), Some(value)) => {
                let day = value.get(..10).unwrap_or(value);
                if tally.newest.as_deref().is_none_or(|newest| newest < day) {
                    tally.newest = Some(day.to_owned());
                }
                false
            }
            // Nulls break no other rule, and these two look at no value.
            (_, None) | (ExpectationRule::RowCount { .. } | ExpectationRule::SourceVolume { .. }, Some(_)) => false,
        };
        if broken {
            tally.broken += 1;
            if tally.sample.is_none() {
                tally.sample = Some((part.file.to_owned(), part.first + row as u64, value));
            }
        }
    }
    Ok(())
}

/// The value of a row, or each item of its list.
fn each_value(cells: &Cells<'_>, row: usize) -> impl Iterator<Item = String> {
    let values: Vec<String> = match cells {
        Cells::TextList(lists) => lists.row(row).map(str::to_owned).collect(),
        _ => value_text(cells, row, "").into_iter().collect(),
    };
    values.into_iter()
}

fn half(value: &str) -> [u8; 16] {
    *Digest::of(value.as_bytes()).0.first_chunk().expect("law: a digest has 32 bytes")
}

/// Makes a finding of a tally that does not keep to the rule.
fn judge(expectation: &Expectation, (source, mut tally): (&str, Tally), today: &str, report: &mut Report) {
    let column = &expectation.column;
    let rows = tally.rows;
    let percent = |share: f64| format!("{} %", round(100.0 * share));
    let found = |broken: u64| {
        let share = broken as f64 / rows.max(1) as f64;
        format!("{} ({broken} of {rows} rows)", percent(share))
    };
    let too_many = |broken: u64, at_most: f64| broken as f64 > at_most * rows as f64;
    let detail = match &expectation.rule {
        ExpectationRule::RowCount { at_least, at_most } => {
            let most = at_most.map_or_else(String::new, |most| format!(" and at most {most}"));
            let kept = rows >= *at_least && at_most.is_none_or(|most| rows <= most);
            (!kept).then(|| {
                format!("expected at least {at_least}{most} rows of `{}`, but found {rows}", expectation.table)
            })
        }
        ExpectationRule::NullShare(most) => too_many(tally.broken, *most).then(|| {
            format!("expected at most {} of `{column}` to be null, but found {}", percent(*most), found(tally.broken))
        }),
        ExpectationRule::Unique(most) => {
            tally.values.sort_unstable();
            let repeats = tally.values.windows(2).filter(|pair| pair[0] == pair[1]).count() as u64;
            too_many(repeats, *most).then(|| {
                format!(
                    "expected at most {} of `{column}` to repeat another, but found {}",
                    percent(*most),
                    found(repeats)
                )
            })
        }
        ExpectationRule::Values { values, accepted, at_most } => too_many(tally.broken, *at_most).then(|| {
            let list = values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ");
            let what =
                if *accepted { format!("another `{column}` than {list}") } else { format!("a `{column}` of {list}") };
            format!(
                "expected at most {} of the rows to have {what}, but found {}",
                percent(*at_most),
                found(tally.broken)
            )
        }),
        ExpectationRule::DateRange { from, to, at_most } => too_many(tally.broken, *at_most).then(|| {
            let bound = |day: &Option<String>, word: &str| {
                day.as_ref().map_or_else(String::new, |day| format!(" {word} {day}"))
            };
            let range = format!("{}{}", bound(from, "from"), bound(to, "to"));
            format!(
                "expected at most {} of `{column}` outside of the days{range}, but found {}",
                percent(*at_most),
                found(tally.broken)
            )
        }),
        ExpectationRule::Freshness(days) => {
            let age = tally.newest.as_deref().and_then(|newest| days_between(newest, today));
            match (age, &tally.newest) {
                (Some(age), _) if age <= i64::from(*days) => None,
                (Some(age), Some(newest)) => Some(format!(
                    "expected a `{column}` of the last {days} days, but found {newest} as the newest, {age} days before {today}"
                )),
                _ => Some(format!("expected a `{column}` of the last {days} days, but found no date")),
            }
        }
        ExpectationRule::SourceVolume { .. } => None,
    };
    if let Some(detail) = detail {
        tell(expectation, (source, detail), tally.sample, report);
    }
}

fn tell(
    expectation: &Expectation,
    (source, detail): (&str, String),
    sample: Option<(String, u64, Option<String>)>,
    report: &mut Report,
) {
    let of_source = if expectation.per_source { format!("source `{source}`: ") } else { String::new() };
    let detail = format!("{of_source}{detail}");
    let severity = if expectation.is_warning { Severity::Warning } else { Severity::Error };
    let (folder, name) = (if expectation.table == ARTICLES.name { "data" } else { "tables" }, expectation.rule.name());
    let finding = match &sample {
        None => Finding::error(name, folder, detail),
        Some((file, row, value)) => {
            let finding = Finding::error(name, Place::row(file, *row), detail);
            match value {
                Some(value) => finding.with_value(value),
                None => finding,
            }
        }
    };
    report.push(finding.with_severity(severity));
}

/// Compares the articles of each source with those of an earlier dataset.
fn compare_volumes(
    dataset: &Dataset<'_>,
    expectation: &Expectation,
    check: &ExpectationCheck,
    report: &mut Report,
) -> Result<()> {
    let ExpectationRule::SourceVolume { at_least, at_most, previous, least_articles } = &expectation.rule else {
        return Ok(());
    };
    let named = previous.as_ref().map(|path| check.base.join(path));
    let Some(path) = check.previous.clone().or(named) else {
        return Err(Error::usage(format!("expectation {} has no dataset to compare with", expectation.number))
            .hint("name it: `--previous DATASET`, or `previous = \"PATH\"` beside the rule"));
    };
    let earlier = Dataset::open(&path)?;
    let told = Expectation { per_source: true, ..expectation.clone() };
    for (source, counts) in &earlier.manifest.account.sources {
        let before = counts.articles;
        if before < (*least_articles).max(1) {
            continue;
        }
        let now = dataset.manifest.account.sources.get(source).map_or(0, |counts| counts.articles);
        let share = now as f64 / before as f64;
        if share < *at_least || at_most.is_some_and(|most| share > most) {
            let most = at_most.map_or_else(String::new, |most| format!(" and at most {} %", round(100.0 * most)));
            let least = round(100.0 * at_least);
            let detail = format!("expected at least {least} %{most} of the {before} articles before, but found {now}");
            tell(&told, (source, detail), None, report);
        }
    }
    Ok(())
}

/// A number with at most two decimals.
fn round(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

/// Days from one day to another, both `YYYY-MM-DD`.
fn days_between(from: &str, to: &str) -> Option<i64> {
    let (from, to): (jiff::civil::Date, jiff::civil::Date) = (from.parse().ok()?, to.parse().ok()?);
    Some(i64::from(to.since(from).ok()?.get_days()))
}
