//! What a check found: every breach counted, the first of each rule kept.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::{Serialize, Serializer};

use super::rules::Rule;
use crate::rejection::escape_detail;

/// Version of the JSON form of a [`Report`]: `schemas/check-report.schema.json` says what it holds; fields may be added within it.
pub const REPORT_VERSION: u32 = 1;

/// Longest value that a finding quotes, in characters.
const MAX_VALUE_CHARS: usize = 120;

/// The name of a rule, kebab-case: one of copydesk's own, or one that a schema or a configuration asks for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleName {
    /// A rule that every dataset is held to.
    Dataset(Rule),
    /// Any other: `schema-required`, `invalid-json`, ...
    Named(Cow<'static, str>),
}

impl RuleName {
    /// The name as printed.
    pub fn name(&self) -> &str {
        match self {
            Self::Dataset(rule) => rule.name(),
            Self::Named(name) => name,
        }
    }
}

impl From<Rule> for RuleName {
    fn from(rule: Rule) -> Self {
        Self::Dataset(rule)
    }
}

impl From<&'static str> for RuleName {
    fn from(name: &'static str) -> Self {
        Self::Named(Cow::Borrowed(name))
    }
}

impl Serialize for RuleName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// What was checked does not conform.
    Error,
    /// Worth a look; it conforms all the same.
    Warning,
}

impl Severity {
    /// The name as printed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// A line of a text file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TextPlace {
    /// The file, named as in [`Finding::file`].
    pub file: String,
    /// The line, from 1; of the decompressed text.
    pub line: u64,
    /// Offset of the line's first byte, from 0; of the decompressed text.
    pub byte: u64,
}

/// One breach of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rule.
    pub rule: RuleName,
    /// How much it matters.
    pub severity: Severity,
    /// The file: below the dataset, else as it was given.
    pub file: String,
    /// Row of the file, from 0; none when the finding is about the file.
    pub row: Option<u64>,
    /// The line that holds the row, where a text file does.
    pub at: Option<TextPlace>,
    /// JSON pointer (RFC 6901) of the offending value within its row.
    pub pointer: Option<String>,
    /// Where the schema has the keyword that is broken: JSON pointer, or URI with a pointer as its fragment.
    pub schema_location: Option<String>,
    /// The offending value as JSON, shortened, control characters escaped.
    pub value: Option<String>,
    /// What was expected and what was found, at most 200 characters, control characters escaped.
    pub detail: String,
}

impl Finding {
    /// An error at a place; the detail is escaped and cut.
    pub fn error<'a>(rule: impl Into<RuleName>, place: impl Into<Place<'a>>, detail: impl fmt::Display) -> Self {
        let Place { file, row } = place.into();
        Self {
            rule: rule.into(),
            severity: Severity::Error,
            file: file.to_owned(),
            row,
            at: None,
            pointer: None,
            schema_location: None,
            value: None,
            detail: escape_detail(&detail.to_string()),
        }
    }

    /// The same of another severity.
    #[must_use]
    pub fn with_severity(self, severity: Severity) -> Self {
        Self { severity, ..self }
    }

    /// The same with the offending value, which is shortened and escaped.
    #[must_use]
    pub fn with_value(self, value: &str) -> Self {
        let short: String = value.chars().take(MAX_VALUE_CHARS).collect();
        let cut = if short.len() < value.len() { "\u{2026}" } else { "" };
        Self { value: Some(format!("{}{cut}", escape_detail(&short))), ..self }
    }
}

/// What was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Files that were read.
    pub files: u64,
    /// Their bytes; of files that are not of a dataset, of the decompressed text.
    pub bytes: u64,
    /// Rows that were read, by table; by file where there are no tables.
    pub rows: BTreeMap<String, u64>,
}

/// The outcome of a check.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// [`REPORT_VERSION`].
    pub report_version: u32,
    /// What was checked: the dataset, or the schema.
    pub subject: String,
    /// Folder that the names of files start from; empty when they are as they were given.
    pub root: String,
    /// Whether there is no error and no rule was skipped.
    pub conforms: bool,
    /// What was looked at.
    pub checked: Checked,
    /// Errors, kept or not.
    pub errors: u64,
    /// Warnings, kept or not.
    pub warnings: u64,
    /// The first findings of each rule, in the order in which they were made.
    pub findings: Vec<Finding>,
    /// All findings, by rule; rules that were applied and found nothing have 0.
    pub totals: BTreeMap<RuleName, u64>,
    /// Rules that could not be applied, because what they need is missing, damaged or of another version.
    pub skipped: Vec<RuleName>,
    #[serde(skip)]
    kept_per_rule: u64,
}

/// Where a finding is.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
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
    pub fn new(kept_per_rule: u64) -> Self {
        Self {
            report_version: REPORT_VERSION,
            subject: String::new(),
            root: String::new(),
            conforms: true,
            checked: Checked::default(),
            errors: 0,
            warnings: 0,
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

    /// Rules with findings, and how many of them were not kept.
    pub fn broken(&self) -> impl Iterator<Item = (&RuleName, u64, u64)> {
        self.totals
            .iter()
            .filter(|(_, total)| **total > 0)
            .map(|(rule, total)| (rule, *total, total.saturating_sub(self.kept_per_rule)))
    }

    /// Says that a rule is applied, so that reports name it also when it finds nothing.
    pub fn apply(&mut self, rule: impl Into<RuleName>) {
        self.totals.entry(rule.into()).or_default();
    }

    /// Adds an error.
    pub(super) fn add<'a>(&mut self, rule: Rule, place: impl Into<Place<'a>>, detail: impl fmt::Display) {
        if self.count(rule.into(), Severity::Error) {
            self.findings.push(Finding::error(rule, place, detail));
        }
    }

    /// Counts a finding, which may be put among [`Report::findings`] only when this gives `true`.
    ///
    /// For findings that are dear to make; [`Report::push`] is the usual way.
    pub fn count(&mut self, rule: RuleName, severity: Severity) -> bool {
        match severity {
            Severity::Error => {
                self.errors += 1;
                self.conforms = false;
            }
            Severity::Warning => self.warnings += 1,
        }
        let total = self.totals.entry(rule).or_default();
        *total += 1;
        *total <= self.kept_per_rule
    }

    /// Adds a finding.
    pub fn push(&mut self, finding: Finding) {
        if self.count(finding.rule.clone(), finding.severity) {
            self.findings.push(finding);
        }
    }

    /// Says that rules could not be applied.
    pub(super) fn skip(&mut self, rules: &[Rule]) {
        self.conforms = false;
        self.skipped.extend(rules.iter().map(|rule| RuleName::from(*rule)));
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
        let broken: Vec<_> = report.broken().map(|(rule, total, more)| (rule.name(), total, more)).collect();
        assert_eq!(broken, [("row-order", 1, 0), ("text-digest", 5, 3)]);
    }

    #[test]
    fn warnings_are_told_apart_and_do_not_fail() {
        let mut report = Report::new(2);
        report.push(
            Finding::error("expect-rows", "a", "few").with_severity(Severity::Warning).with_value(&"x".repeat(500)),
        );
        assert_eq!((report.errors, report.warnings, report.conforms), (0, 1, true));
        assert_eq!(report.findings[0].value.as_ref().unwrap().chars().count(), MAX_VALUE_CHARS + 1);
    }
}
