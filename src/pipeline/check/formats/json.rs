//! For programs: the whole report, in the stable form of `schemas/check-report.schema.json`.

use std::fmt::Write as _;

use super::{Format, steers};
use crate::pipeline::check::report::Report;

/// The form.
pub const JSON: Format = Format {
    name: "json",
    documentation: "Programs: the whole report, as `schemas/check-report.schema.json` says.",
    render,
};

fn render(report: &Report) -> String {
    let text = serde_json::to_string_pretty(report).expect("law: a report has a JSON form");
    // A log that shows the report must not be steered by it either.
    let mut out = String::with_capacity(text.len() + 1);
    for c in text.chars() {
        if steers(c) && c != '\n' {
            write!(out, "\\u{:04x}", u32::from(c)).expect("law: writing to a string cannot fail");
        } else {
            out.push(c);
        }
    }
    out.push('\n');
    out
}
