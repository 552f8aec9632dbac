//! What a check found: every breach counted, the first of each rule kept.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::rules::Rule;
use crate::rejection::escape_detail;

/// One breach of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// File below the dataset.
    pub file: String,
    /// Row of the file, from 0; none when the finding is about the file.
    pub row: Option<u64>,
    /// What was expected and what was found, at most 200 characters, control characters escaped.
    pub detail: String,
}

/// What was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Files whose digest was computed.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Rows that were read, by table.
    pub rows: BTreeMap<String, u64>,
}

/// The outcome of a check.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Whether no rule was broken and none was skipped.
    pub conforms: bool,
    /// What was looked at.
    pub checked: Checked,
    /// The first findings of each rule, in the order in which they were made.
    pub findings: Vec<Finding>,
    /// All findings, by rule.
    pub totals: BTreeMap<Rule, u64>,
    /// Rules that could not be applied, because what they need is missing, damaged or of another version.
    pub skipped: Vec<Rule>,
    #[serde(skip)]
    kept_per_rule: u64,
}

/// Where a finding is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    file: &'a str,
    row: Option<u64>,
}

impl<'a> Place<'a> {
    /// A row of a file, from 0.
    pub fn row(file: &'a str, row: u64) -> Self {
        Self { file, row: Some(row) }
    }
}

impl<'a> From<&'a str> for Place<'a> {
    fn from(file: &'a str) -> Self {
        Self { file, row: None }
    }
}

impl Report {
    /// An empty report that keeps `kept_per_rule` findings of each rule and counts the others.
    pub(in crate::pipeline) fn new(kept_per_rule: u64) -> Self {
        Self {
            conforms: true,
            checked: Checked::default(),
            findings: Vec::new(),
            totals: BTreeMap::new(),
            skipped: Vec::new(),
            kept_per_rule,
        }
    }

    /// The number of findings, kept or not.
    pub fn total(&self) -> u64 {
        self.totals.values().sum()
    }

    /// Adds a finding.
    pub(super) fn add<'a>(&mut self, rule: Rule, place: impl Into<Place<'a>>, detail: impl fmt::Display) {
        self.conforms = false;
        let total = self.totals.entry(rule).or_default();
        *total += 1;
        if *total <= self.kept_per_rule {
            let Place { file, row } = place.into();
            self.findings.push(Finding {
                rule,
                file: file.to_owned(),
                row,
                detail: escape_detail(&detail.to_string()),
            });
        }
    }

    /// Says that rules could not be applied.
    pub(super) fn skip(&mut self, rules: &[Rule]) {
        self.conforms = false;
        self.skipped.extend(rules);
        self.skipped.sort_unstable();
        self.skipped.dedup();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_past_the_cap_are_counted() {
        let mut report = Report::new(2);
        for row in 0..5 {
            report.add(Rule::TextDigest, Place::row("a", row), "x\u{1b}");
        }
        report.add(Rule::RowOrder, "b", "y");
        assert_eq!((report.findings.len(), report.total(), report.conforms), (3, 6, false));
        assert_eq!(report.findings[0].detail, "x\\u{1b}");
        assert_eq!(report.findings[2].row, None);
    }
}
