//! `[[expect]]`: what you expect of a dataset of yours, checked by `copydesk check`.

use serde::Deserialize;

use super::resolve::{key_error, one_of};
use crate::columns::{ARTICLES, ColumnType, RECORDS, Table};
use crate::error::{Result, did_you_mean};
use crate::kernels::parse_date::{DateContext, Precision, parse_date};

/// An expectation as it is written; each rule has keys of its own.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct WrittenExpectation {
    /// `row-count`, `null-share`, `unique`, `accepted-values`, `refused-values`, `date-range`, `freshness` or `source-volume`.
    pub rule: String,
    /// `error`: the dataset does not conform; `warning`: it is only told.
    pub severity: Option<String>,
    /// The table: `articles`, or `records`.
    pub table: Option<String>,
    /// The column.
    pub column: Option<String>,
    /// Whether it must hold for each source by itself.
    pub per_source: bool,
    /// Least number of rows, or least share of the previous volume.
    pub at_least: Option<f64>,
    /// Most rows; else the largest share of rows that may break the rule, or the largest share of the previous volume.
    pub at_most: Option<f64>,
    /// Values that are accepted, or refused.
    pub values: Vec<String>,
    /// First day.
    pub from: Option<String>,
    /// Last day.
    pub to: Option<String>,
    /// Most days between the newest date and today.
    pub max_age_days: Option<u32>,
    /// Dataset to compare with, relative to the configuration.
    pub previous: Option<String>,
    /// Sources with fewer articles in the previous dataset are not compared; 20 where it is not given.
    pub least_articles: Option<u64>,
}

/// A checked expectation.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// Its place in the configuration, from 1.
    pub number: usize,
    /// What is expected.
    pub rule: ExpectationRule,
    /// Whether it is only told when it does not hold.
    pub is_warning: bool,
    /// Whether it must hold for each source by itself.
    pub per_source: bool,
    /// The table.
    pub table: &'static str,
    /// The column; empty for rules about rows or sources.
    pub column: String,
}

/// What is expected.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpectationRule {
    /// So many rows.
    RowCount {
        /// Least.
        at_least: u64,
        /// Most; none for any number.
        at_most: Option<u64>,
    },
    /// Nulls and empty lists are at most a share of the rows.
    NullShare(f64),
    /// No value twice, but for a share of the rows; nulls are not compared.
    Unique(f64),
    /// Only some values, or none of them.
    Values {
        /// The values.
        values: Vec<String>,
        /// Whether they are accepted, and no other.
        accepted: bool,
        /// Largest share of rows with another, or with one of them.
        at_most: f64,
    },
    /// Days in a closed range.
    DateRange {
        /// First day, `YYYY-MM-DD`.
        from: Option<String>,
        /// Last day.
        to: Option<String>,
        /// Largest share of rows outside of it.
        at_most: f64,
    },
    /// The newest date is at most so many days old.
    Freshness(u32),
    /// Articles of each source, as a share of those in a previous dataset.
    SourceVolume {
        /// Least share.
        at_least: f64,
        /// Largest share; none for any.
        at_most: Option<f64>,
        /// The previous dataset, where the configuration names it.
        previous: Option<String>,
        /// Sources with fewer articles there are not compared.
        least_articles: u64,
    },
}

impl ExpectationRule {
    /// The name of the rule in reports: `expect-` and its name in the configuration.
    pub fn name(&self) -> &'static str {
        match self {
            Self::RowCount { .. } => "expect-row-count",
            Self::NullShare(_) => "expect-null-share",
            Self::Unique(_) => "expect-unique",
            Self::Values { accepted: true, .. } => "expect-accepted-values",
            Self::Values { .. } => "expect-refused-values",
            Self::DateRange { .. } => "expect-date-range",
            Self::Freshness(_) => "expect-freshness",
            Self::SourceVolume { .. } => "expect-source-volume",
        }
    }
}

/// Checks expectations; `own_columns` are the user's own columns of `articles`.
///
/// # Errors
/// A configuration error that names the expectation by its number, and the key.
pub fn resolve_expectations(written: &[WrittenExpectation], own_columns: &[&str]) -> Result<Vec<Expectation>> {
    written.iter().enumerate().map(|(at, one)| resolve_one((at + 1, one), own_columns)).collect()
}

fn resolve_one((number, written): (usize, &WrittenExpectation), own_columns: &[&str]) -> Result<Expectation> {
    let key = |name: &str| format!("expect[{number}].{name}");
    let rule =
        one_of(&key("rule"), &written.rule, RULES.iter().map(|(name, keys, make)| (*name, (*name, *keys, *make))))?;
    let (name, keys, make) = rule;
    refuse_foreign_keys(number, written, (name, keys))?;
    let is_warning = match &written.severity {
        None => false,
        Some(severity) => one_of(&key("severity"), severity, [("error", false), ("warning", true)])?,
    };
    let table: &'static Table = match &written.table {
        None => &ARTICLES,
        Some(table) => one_of(&key("table"), table, [(ARTICLES.name, &ARTICLES), (RECORDS.name, &RECORDS)])?,
    };
    let column = match (&written.column, keys.contains(&"column")) {
        (_, false) => String::new(),
        (None, true) => return Err(key_error(&key("column"), "expected the name of a column, but found none")),
        (Some(column), true) => {
            check_column(&key("column"), column, (table, own_columns))?;
            if matches!(name, "date-range" | "freshness") {
                check_has_days(&key("column"), column, table)?;
            }
            column.clone()
        }
    };
    let rule = make(written).map_err(|(name, expected)| key_error(&key(name), &expected))?;
    Ok(Expectation { number, rule, is_warning, per_source: written.per_source, table: table.name, column })
}

fn check_column(key: &str, column: &str, (table, own_columns): (&Table, &[&str])) -> Result<()> {
    let own_columns = if table.name == ARTICLES.name { own_columns } else { &[] };
    let names = table.columns.iter().map(|column| column.name).chain(own_columns.iter().copied());
    if names.clone().any(|name| name == column) {
        return Ok(());
    }
    let error = key_error(key, &format!("expected a column of `{}`, but found `{column}`", table.name));
    Err(match did_you_mean(column, names) {
        Some(name) => error.hint(format!("did you mean `{name}`?")),
        None => error.hint("`copydesk schema show` lists the columns"),
    })
}

/// Rules about days ask for a column that has them; the user's own columns say so themselves.
fn check_has_days(key: &str, column: &str, table: &Table) -> Result<()> {
    let Some(found) = table.columns.iter().find(|one| one.name == column) else { return Ok(()) };
    if matches!(found.kind, ColumnType::Date | ColumnType::Timestamp) {
        return Ok(());
    }
    let of_days = table.columns.iter().filter(|one| matches!(one.kind, ColumnType::Date | ColumnType::Timestamp));
    let names: Vec<String> = of_days.map(|one| format!("`{}`", one.name)).collect();
    let is = found.kind.words();
    Err(key_error(key, &format!("expected a column of dates, but found `{column}`, which is {is}")).hint(format!(
        "those of `{}` are {}",
        table.name,
        names.join(", ")
    )))
}

type Fault = (&'static str, String);
type Make = fn(&WrittenExpectation) -> std::result::Result<ExpectationRule, Fault>;

/// The rules: name, keys beside `rule`, `severity` and `table`, and what makes them.
const RULES: &[(&str, &[&str], Make)] = &[
    ("row-count", &["at-least", "at-most", "per-source"], |written| {
        if written.at_least.is_none() && written.at_most.is_none() {
            return Err(("at-least", "expected `at-least` or `at-most`, but found neither".to_owned()));
        }
        let at_least = count("at-least", written.at_least)?.unwrap_or(0);
        Ok(ExpectationRule::RowCount { at_least, at_most: count("at-most", written.at_most)? })
    }),
    ("null-share", &["column", "at-most", "per-source"], |written| Ok(ExpectationRule::NullShare(share(written)?))),
    ("unique", &["column", "at-most", "per-source"], |written| Ok(ExpectationRule::Unique(share(written)?))),
    ("accepted-values", &["column", "values", "at-most", "per-source"], |written| values(written, true)),
    ("refused-values", &["column", "values", "at-most", "per-source"], |written| values(written, false)),
    ("date-range", &["column", "from", "to", "at-most", "per-source"], |written| {
        let (from, to) = (day("from", written.from.as_ref())?, day("to", written.to.as_ref())?);
        match (&from, &to) {
            (None, None) => Err(("from", "expected `from` or `to`, but found neither".to_owned())),
            (Some(from), Some(to)) if from > to => {
                Err(("to", format!("expected a day not before `{from}`, but found `{to}`")))
            }
            _ => Ok(ExpectationRule::DateRange { from, to, at_most: share(written)? }),
        }
    }),
    ("freshness", &["column", "max-age-days", "per-source"], |written| match written.max_age_days {
        Some(days) => Ok(ExpectationRule::Freshness(days)),
        None => Err(("max-age-days", "expected a number of days, but found none".to_owned())),
    }),
    ("source-volume", &["at-least", "at-most", "previous", "least-articles"], |written| {
        let ratio = |name: &'static str, value: Option<f64>| match value {
            Some(value) if !(value.is_finite() && value >= 0.0) => {
                Err((name, format!("expected a share of the previous volume, but found `{value}`")))
            }
            value => Ok(value),
        };
        let (at_least, at_most) = (ratio("at-least", written.at_least)?, ratio("at-most", written.at_most)?);
        if at_least.is_none() && at_most.is_none() {
            return Err(("at-least", "expected `at-least` or `at-most`, but found neither".to_owned()));
        }
        Ok(ExpectationRule::SourceVolume {
            at_least: at_least.unwrap_or(0.0),
            at_most,
            previous: written.previous.clone(),
            least_articles: written.least_articles.unwrap_or(20),
        })
    }),
];

fn count(name: &'static str, value: Option<f64>) -> std::result::Result<Option<u64>, Fault> {
    match value {
        None => Ok(None),
        Some(value) if value >= 0.0 && value.fract() == 0.0 && value < 1e15 => Ok(Some(value as u64)),
        Some(value) => Err((name, format!("expected a number of rows, but found `{value}`"))),
    }
}

fn share(written: &WrittenExpectation) -> std::result::Result<f64, Fault> {
    match written.at_most {
        None => Ok(0.0),
        Some(share) if (0.0..=1.0).contains(&share) => Ok(share),
        Some(share) => Err(("at-most", format!("expected a share from 0 to 1, but found `{share}`"))),
    }
}

fn values(written: &WrittenExpectation, accepted: bool) -> std::result::Result<ExpectationRule, Fault> {
    if written.values.is_empty() {
        return Err(("values", "expected a list of values, but found none".to_owned()));
    }
    Ok(ExpectationRule::Values { values: written.values.clone(), accepted, at_most: share(written)? })
}

fn day(name: &'static str, value: Option<&String>) -> std::result::Result<Option<String>, Fault> {
    let Some(value) = value else { return Ok(None) };
    let parsed = parse_date(value, &DateContext::default()).ok();
    let written_so = value.len() == 10 && value.as_bytes()[4] == b'-';
    match parsed.filter(|parsed| parsed.precision == Precision::Day && written_so) {
        Some(_) => Ok(Some(value.clone())),
        None => Err((name, format!("expected a day such as `2026-12-31`, but found `{value}`"))),
    }
}

/// A key that the rule does not know is a mistake, not decoration.
fn refuse_foreign_keys(number: usize, written: &WrittenExpectation, (rule, keys): (&str, &[&str])) -> Result<()> {
    let given = [
        ("column", written.column.is_some()),
        ("per-source", written.per_source),
        ("at-least", written.at_least.is_some()),
        ("at-most", written.at_most.is_some()),
        ("values", !written.values.is_empty()),
        ("from", written.from.is_some()),
        ("to", written.to.is_some()),
        ("max-age-days", written.max_age_days.is_some()),
        ("previous", written.previous.is_some()),
        ("least-articles", written.least_articles.is_some()),
    ];
    match given.iter().find(|(name, given)| *given && !keys.contains(name)) {
        None => Ok(()),
        Some((name, _)) => {
            let known = keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
            let found = format!("the rule `{rule}` has no such key");
            Err(key_error(&format!("expect[{number}].{name}"), &found).hint(format!("its keys are {known}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn parse(text: &str) -> Result<Vec<Expectation>> {
        #[derive(Deserialize)]
        struct File {
            expect: Vec<WrittenExpectation>,
        }
        let file: File = toml::from_str(text).map_err(|error| Error::config(error.message().to_owned()))?;
        resolve_expectations(&file.expect, &["x_topic"])
    }

    #[test]
    fn every_rule_can_be_written() {
        let all = "expect = [
            { rule = 'row-count', at-least = 10, table = 'records' },
            { rule = 'null-share', column = 'x_topic', at-most = 0.1, per-source = true, severity = 'warning' },
            { rule = 'unique', column = 'canonical_url' },
            { rule = 'accepted-values', column = 'language', values = ['en'] },
            { rule = 'refused-values', column = 'source_id', values = ['unknown'], at-most = 0.5 },
            { rule = 'date-range', column = 'published_date', from = '2020-01-01' },
            { rule = 'freshness', column = 'published_date', max-age-days = 3 },
            { rule = 'source-volume', at-least = 0.5, previous = 'yesterday' },
        ]";
        let expectations = parse(all).unwrap();
        let names: Vec<&str> = expectations.iter().map(|one| one.rule.name()).collect();
        for (rule, ..) in RULES {
            assert!(names.contains(&format!("expect-{rule}").as_str()), "{rule}");
        }
        assert!(expectations[1].is_warning && expectations[1].per_source && expectations[0].table == "records");
    }

    #[test]
    fn mistakes_name_the_expectation_and_the_key() {
        let shown = |one: &str| {
            let error = parse(&format!("expect = [{{ rule = 'row-count', at-least = 1 }}, {one}]")).unwrap_err();
            format!("{error:?} | {}", error.hints().join("; "))
        };
        insta::assert_snapshot!(
            [
                "{ column = 'title' }",
                "{ rule = 'null-shares', column = 'title' }",
                "{ rule = 'null-share' }",
                "{ rule = 'null-share', column = 'titel' }",
                "{ rule = 'null-share', column = 'zzzzzzzz' }",
                "{ rule = 'null-share', column = 'title', at-most = 7 }",
                "{ rule = 'null-share', column = 'title', values = ['x'] }",
                "{ rule = 'null-share', column = 'title', severity = 'fatal' }",
                "{ rule = 'null-share', column = 'title', table = 'pairs' }",
                "{ rule = 'row-count' }",
                "{ rule = 'row-count', at-most = 0.5 }",
                "{ rule = 'unique', column = 'fate' }",
                "{ rule = 'accepted-values', column = 'language' }",
                "{ rule = 'date-range', column = 'published_date' }",
                "{ rule = 'date-range', column = 'published_date', from = 'May 2020' }",
                "{ rule = 'date-range', column = 'published_date', from = '2020-05-02', to = '2020-05-01' }",
                "{ rule = 'date-range', column = 'title', from = '2020-05-01' }",
                "{ rule = 'freshness', column = 'text', max-age-days = 3 }",
                "{ rule = 'freshness', column = 'published_date' }",
                "{ rule = 'source-volume' }",
                "{ rule = 'source-volume', at-least = -1 }",
                "{ rule = 'source-volume', at-least = 0.5, column = 'title' }",
                "{ rule = 'row-count', at-least = 1, colour = 'red' }",
            ]
            .map(shown)
            .join("\n")
        );
    }
}
