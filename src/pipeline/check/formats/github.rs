//! Workflow commands of GitHub Actions: annotations at the lines of the files.
//!
//! GitHub shows at most ten errors, ten warnings and ten notices of a step; what is past that is said in one notice, with totals.

use std::fmt::Write as _;

use super::{Format, closing, line_of, message_of, steers};
use crate::pipeline::check::report::{Report, Severity};

/// Annotations of one type that GitHub shows of a step.
const SHOWN: usize = 10;

/// The form.
pub const GITHUB: Format = Format {
    name: "github",
    documentation: "GitHub Actions, as annotations: ten errors and ten warnings, then the totals.",
    render,
};

fn render(report: &Report) -> String {
    let mut text = String::new();
    for severity in [Severity::Error, Severity::Warning] {
        for finding in report.findings.iter().filter(|finding| finding.severity == severity).take(SHOWN) {
            let (file, line) = line_of(report, finding);
            let line = line.map_or_else(String::new, |line| format!(",line={line}"));
            let message = match (&finding.at, finding.row) {
                (None, Some(row)) => format!("row {row}: {}", message_of(finding)),
                _ => message_of(finding),
            };
            writeln!(
                text,
                "::{} file={}{line},title={}::{}",
                severity.name(),
                property(&file),
                property(finding.rule.name()),
                data(&message)
            )
            .expect("law: writing to a string cannot fail");
        }
    }
    let totals: Vec<String> = report.broken().map(|(rule, total, _)| format!("{}: {total}", rule.name())).collect();
    let summary = [closing(report), totals.join("\n")].join("\n");
    writeln!(text, "::notice title=copydesk check::{}", data(summary.trim_end()))
        .expect("law: writing to a string cannot fail");
    text
}

/// The message of a command; the line ends that it shall have are escaped as the runner unescapes them.
fn data(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '%' => out.push_str("%25"),
            '\r' => out.push_str("%0D"),
            '\n' => out.push_str("%0A"),
            c if steers(c) => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out
}

/// A property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
