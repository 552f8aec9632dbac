//! `copydesk check`: prints what a check found.

use std::fmt::Write as _;

use super::arguments::CheckArguments;
use super::{ExitStatus, out};
use crate::error::{Error, ErrorKind, Result};
use crate::kernels::parse_bytes::format_bytes;
use crate::pipeline::check::{KEPT_PER_RULE, Report, check_dataset};

/// `copydesk check`
pub fn check(arguments: &CheckArguments) -> Result<ExitStatus> {
    let report = check_dataset(&arguments.dataset, KEPT_PER_RULE)?;
    if arguments.json {
        let mut text = serde_json::to_vec_pretty(&report)
            .map_err(|error| Error::new(ErrorKind::Io, "cannot write the report").caused_by(error))?;
        text.push(b'\n');
        out::stdout(&text)?;
    } else {
        out::stdout(out::printable(&findings(&report)).as_bytes())?;
        out::message(&closing(&report));
    }
    Ok(if report.conforms { ExitStatus::Success } else { ExitStatus::Gate })
}

/// One line a finding, and one for what was left out of each rule.
fn findings(report: &Report) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        let row = finding.row.map_or_else(String::new, |row| format!("row {row}: "));
        let line = format!("{}: {row}{}: {}", finding.file, finding.rule.name(), finding.detail).replace('\n', "\\n");
        writeln!(text, "{line}").expect("law: writing to a string cannot fail");
    }
    for (rule, total) in &report.totals {
        let kept = report.findings.iter().filter(|finding| finding.rule == *rule).count() as u64;
        if *total > kept {
            writeln!(text, "{}: {} more", rule.name(), total - kept).expect("law: writing to a string cannot fail");
        }
    }
    text
}

fn closing(report: &Report) -> String {
    let rows: Vec<String> = report.checked.rows.iter().map(|(table, rows)| format!("{rows} {table}")).collect();
    let (files, bytes) = (report.checked.files, format_bytes(report.checked.bytes));
    let mut text = format!("checked {files} files of {bytes}");
    if !rows.is_empty() {
        write!(text, ": {}", rows.join(", ")).expect("law: writing to a string cannot fail");
    }
    match report.total() {
        0 if report.conforms => text.push_str("\nthe dataset conforms"),
        0 => text.push_str("\nnothing was found"),
        total => write!(text, "\n{total} findings under {} rules", report.totals.len())
            .expect("law: writing to a string cannot fail"),
    }
    if !report.skipped.is_empty() {
        let names: Vec<&str> = report.skipped.iter().map(|rule| rule.name()).collect();
        write!(text, "\nnot checked: {}", names.join(", ")).expect("law: writing to a string cannot fail");
    }
    text
}
