//! Markdown for the summary of a CI job, which GitHub cuts at 1 MiB: totals by rule, then the findings.

use std::fmt::Write as _;

use super::{Format, closing, line_of, message_of, steers};
use crate::pipeline::check::report::{Report, RuleName};

const LAW: &str = "law: writing to a string cannot fail";

/// Bytes of the table of findings; with the rest the page stays below 1 MiB.
const MAX_TABLE: usize = 900 << 10;
/// Rules that the totals name.
const MAX_RULES: usize = 500;

/// The form.
pub const MARKDOWN: Format = Format {
    name: "markdown",
    documentation: "The summary of a CI job, such as `$GITHUB_STEP_SUMMARY`: totals and findings, at most 1 MiB.",
    render,
};

fn render(report: &Report) -> String {
    let verdict = if report.conforms { "conforms" } else { "does not conform" };
    let mut text = format!("## copydesk check: {} {verdict}\n\n", escape(&short(&report.subject)));
    for line in closing(report).lines() {
        writeln!(text, "{}  ", escape(&short(line))).expect(LAW);
    }
    if report.total() == 0 {
        return text;
    }
    text.push_str("\n| rule | findings |\n|---|---:|\n");
    for (rule, total, _) in report.broken().take(MAX_RULES) {
        writeln!(text, "| {} | {total} |", escape(rule.name())).expect(LAW);
    }
    text.push_str("\n| severity | file | line | row | rule | what |\n|---|---|---:|---:|---|---|\n");
    let mut table = String::new();
    let mut shown = 0;
    for finding in &report.findings {
        let (file, line) = line_of(report, finding);
        let number = |number: Option<u64>| number.map_or_else(String::new, |number| number.to_string());
        let row = format!(
            "| {} | {} | {} | {} | {} | {} |\n",
            finding.severity.name(),
            escape(&short(&file)),
            number(line),
            number(finding.row),
            escape(RuleName::name(&finding.rule)),
            escape(&message_of(finding)),
        );
        if table.len() + row.len() > MAX_TABLE {
            break;
        }
        table.push_str(&row);
        shown += 1;
    }
    text.push_str(&table);
    let more = report.total() - shown;
    if more > 0 {
        writeln!(text, "\n{more} more of {} findings are not shown\\.", report.total()).expect(LAW);
    }
    text
}

/// The start of a text that could be of any length.
fn short(text: &str) -> String {
    let short: String = text.chars().take(300).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}

/// Text that shows as it is: CommonMark lets every ASCII punctuation be escaped.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if steers(c) {
            for c in c.escape_default() {
                push(c, &mut out);
            }
        } else {
            push(c, &mut out);
        }
    }
    out
}

fn push(c: char, out: &mut String) {
    if c.is_ascii_punctuation() {
        out.push('\\');
    }
    out.push(c);
}
