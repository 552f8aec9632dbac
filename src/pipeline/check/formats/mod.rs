//! Reports in the forms that people and CI systems read: pure functions of a [`Report`].
//!
//! Each form caps and escapes as its readers need, and says how many findings it leaves out.

mod github;
mod json;
mod junit;
mod markdown;
mod text;

use super::report::{Finding, Report};

pub use text::closing;

/// A form of reports.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// The name, as in `--format`.
    pub name: &'static str,
    /// One sentence for the reference table.
    pub documentation: &'static str,
    /// Writes a report.
    pub render: fn(&Report) -> String,
}

/// Every form.
pub const ALL: &[&Format] = &[&text::TEXT, &json::JSON, &junit::JUNIT, &github::GITHUB, &markdown::MARKDOWN];

/// The form of a name.
pub fn by_name(name: &str) -> Option<&'static Format> {
    ALL.iter().copied().find(|format| format.name == name)
}

/// The line of a text file that shows a finding, with the file seen from where the command ran; else the file itself.
fn line_of(report: &Report, finding: &Finding) -> (String, Option<u64>) {
    let (file, line) = match &finding.at {
        Some(at) => (&at.file, Some(at.line)),
        None => (&finding.file, None),
    };
    let root = report.root.trim_end_matches('/');
    (if root.is_empty() { file.clone() } else { format!("{root}/{file}") }, line)
}

/// `file:line:byte`, or the file and the row.
fn place_of(finding: &Finding) -> String {
    match (&finding.at, finding.row) {
        (Some(at), _) if at.file == finding.file => format!("{}:{}:{}", at.file, at.line, at.byte),
        (Some(at), Some(row)) => format!("{}: row {row} ({}:{}:{})", finding.file, at.file, at.line, at.byte),
        (_, Some(row)) => format!("{}: row {row}", finding.file),
        _ => finding.file.clone(),
    }
}

/// What was expected and found, with the pointer in front and the place in the schema behind.
fn message_of(finding: &Finding) -> String {
    let mut text = String::new();
    if let Some(pointer) = finding.pointer.as_deref().filter(|pointer| !pointer.is_empty()) {
        text.extend(["at ", pointer, ": "]);
    }
    text.push_str(&finding.detail);
    if let Some(location) = &finding.schema_location {
        text.extend([" (schema ", location.as_str(), ")"]);
    }
    text
}

/// Whether a character could steer a terminal or reorder what is read.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Text in one line, without characters that steer.
fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if steers(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::report::{RuleName, Severity, TextPlace};
    use super::super::rules::Rule;
    use super::*;

    const HOSTILE: &str = "a|b`<b>&\"'%]]>\r\n::error::\u{1b}[31m\u{0}\u{202e}\u{fffe}*_[x](y)";

    /// A report of hostile findings, more than any form shows.
    fn hostile() -> Report {
        let mut report = Report::new(30);
        report.subject = HOSTILE.to_owned();
        report.apply(Rule::RowOrder);
        for row in 0..40 {
            let mut finding = Finding::error("schema-type", HOSTILE, HOSTILE).with_value(HOSTILE);
            finding.row = Some(row);
            finding.at = Some(TextPlace { file: HOSTILE.to_owned(), line: row + 1, byte: row * 10 });
            finding.pointer = Some(HOSTILE.to_owned());
            finding.schema_location = Some(HOSTILE.to_owned());
            report.push(finding);
        }
        report.push(Finding::error("expect-rows", "plain", "expected 3, but found 2").with_severity(Severity::Warning));
        report.add(Rule::TextDigest, "data/a.parquet", "expected x, but found y");
        report.skip(&[Rule::SplitRows]);
        report
    }

    #[test]
    fn every_form_names_every_rule_and_no_form_lets_controls_through() {
        let report = hostile();
        for format in ALL {
            let text = (format.render)(&report);
            for rule in ["schema-type", "expect-rows", "text-digest"] {
                let escaped = rule.replace('-', "\\-");
                assert!(text.contains(rule) || text.contains(&escaped), "{}: {rule}", format.name);
            }
            assert!(text.chars().all(|c| c == '\n' || !steers(c)), "{}", format.name);
            assert!(text.ends_with('\n'), "{}", format.name);
        }
    }

    #[test]
    fn every_form_is_as_it_was() {
        let mut report = Report::new(1);
        report.subject = "my.json".to_owned();
        report.checked.files = 1;
        report.checked.rows.insert("data.jsonl".to_owned(), 4);
        for row in [1, 3] {
            let mut finding =
                Finding::error("schema-type", "data.jsonl", "expected a string, but found 12").with_value("12");
            finding.row = Some(row);
            finding.at = Some(TextPlace { file: "data.jsonl".to_owned(), line: row + 1, byte: row * 20 });
            finding.pointer = Some("/title".to_owned());
            finding.schema_location = Some("/properties/title/type".to_owned());
            report.push(finding);
        }
        report.push(
            Finding::error("expect-rows", "data.jsonl", "expected 5 rows, but found 4")
                .with_severity(Severity::Warning),
        );
        let all: Vec<String> =
            ALL.iter().map(|format| format!("=== {}\n{}", format.name, (format.render)(&report))).collect();
        insta::assert_snapshot!(all.join("\n"));
    }

    #[test]
    fn a_report_without_findings_says_so_in_every_form() {
        let mut report = Report::new(1);
        report.apply(Rule::RowOrder);
        let all: Vec<String> =
            ALL.iter().map(|format| format!("=== {}\n{}", format.name, (format.render)(&report))).collect();
        insta::assert_snapshot!(all.join("\n"));
    }

    #[test]
    fn names_are_unique_and_found() {
        for format in ALL {
            assert_eq!(by_name(format.name).map(|found| found.documentation), Some(format.documentation));
            assert!(format.documentation.ends_with('.'));
        }
        assert!(by_name("yaml").is_none());
    }

    #[test]
    fn totals_are_said_past_the_cap() {
        let report = hostile();
        for format in ALL {
            let text = (format.render)(&report);
            assert!(text.contains("40") || text.contains("10 more"), "{}", format.name);
        }
        assert_eq!(report.totals[&RuleName::from("schema-type")], 40);
    }
}
