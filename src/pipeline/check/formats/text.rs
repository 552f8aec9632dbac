//! For people: one line a finding, then what was looked at.

use std::fmt::Write as _;

use super::{Format, message_of, one_line, place_of};
use crate::kernels::parse_bytes::format_bytes;
use crate::pipeline::check::report::{Report, Severity};

const LAW: &str = "law: writing to a string cannot fail";

/// The form.
pub const TEXT: Format = Format {
    name: "text",
    documentation: "People, and the default: `file:line:byte: rule: what was expected, but what was found`, a line each.",
    render,
};

fn render(report: &Report) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        let severity = if finding.severity == Severity::Warning { "warning: " } else { "" };
        let line = format!("{}: {severity}{}: {}", place_of(finding), finding.rule.name(), message_of(finding));
        writeln!(text, "{}", one_line(&line)).expect(LAW);
    }
    for (rule, _, more) in report.broken().filter(|(_, _, more)| *more > 0) {
        writeln!(text, "{}: {more} more", rule.name()).expect(LAW);
    }
    writeln!(text, "{}", closing(report)).expect(LAW);
    text
}

/// What was looked at and what came of it, without a line end.
pub fn closing(report: &Report) -> String {
    let (files, bytes) = (report.checked.files, format_bytes(report.checked.bytes));
    let mut text = format!("checked {files} {} of {bytes}", if files == 1 { "file" } else { "files" });
    if report.root.is_empty() {
        let rows: u64 = report.checked.rows.values().sum();
        write!(text, ": {rows} {}", if rows == 1 { "row" } else { "rows" }).expect(LAW);
    } else if !report.checked.rows.is_empty() {
        let rows: Vec<String> = report.checked.rows.iter().map(|(table, rows)| format!("{rows} {table}")).collect();
        write!(text, ": {}", rows.join(", ")).expect(LAW);
    }
    let what = if report.root.is_empty() { "the data" } else { "the dataset" };
    let rules = report.broken().count();
    let under = format!("under {rules} {}", if rules == 1 { "rule" } else { "rules" });
    let count = |number: u64, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
    match (report.errors, report.warnings) {
        (0, 0) if report.conforms => write!(text, "\n{what} conforms"),
        (0, 0) => write!(text, "\nnothing was found"),
        (0, warnings) if report.conforms => write!(text, "\n{what} conforms; {} {under}", count(warnings, "warning")),
        (errors, 0) => write!(text, "\n{} {under}", count(errors, "finding")),
        (errors, warnings) => write!(text, "\n{}, {} {under}", count(errors, "error"), count(warnings, "warning")),
    }
    .expect(LAW);
    if !report.skipped.is_empty() {
        let names: Vec<&str> = report.skipped.iter().map(super::super::report::RuleName::name).collect();
        write!(text, "\nnot checked: {}", names.join(", ")).expect(LAW);
    }
    text
}
