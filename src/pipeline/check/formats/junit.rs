//! JUnit XML, as Jenkins, GitLab and others read it: one test case a rule, failed when the rule has an error.

use std::fmt::Write as _;

use super::{Format, message_of, place_of, steers};
use crate::pipeline::check::report::{Finding, Report, RuleName, Severity};

const LAW: &str = "law: writing to a string cannot fail";

/// The form.
pub const JUNIT: Format = Format {
    name: "junit",
    documentation: "Jenkins, GitLab and others, as JUnit XML: a test case each rule, with its findings; a rule with warnings alone passes.",
    render,
};

fn render(report: &Report) -> String {
    let mut cases = Cases::default();
    for (rule, total) in &report.totals {
        cases.add(report, rule, *total);
    }
    for rule in report.skipped.iter().filter(|rule| !report.totals.contains_key(rule)) {
        cases.add(report, rule, 0);
    }
    if cases.tests == 0 {
        cases.add(report, &RuleName::from("conforms"), 0);
    }
    let Cases { text, tests, failures, skipped } = cases;
    let counts = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\"");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"copydesk check\" {counts}>\n  <testsuite name=\"{}\" \
         {counts}>\n{text}  </testsuite>\n</testsuites>\n",
        escape(&report.subject),
    )
}

#[derive(Default)]
struct Cases {
    text: String,
    tests: u64,
    failures: u64,
    skipped: u64,
}

impl Cases {
    fn add(&mut self, report: &Report, rule: &RuleName, total: u64) {
        let text = &mut self.text;
        self.tests += 1;
        let of = |severity| {
            report.findings.iter().filter(move |finding| finding.rule == *rule && finding.severity == severity)
        };
        let (errors, warnings): (Vec<_>, Vec<_>) = (of(Severity::Error).collect(), of(Severity::Warning).collect());
        let left_out = total.saturating_sub((errors.len() + warnings.len()) as u64);
        write!(text, "    <testcase classname=\"{}\" name=\"{}\"", escape(&report.subject), escape(rule.name()))
            .expect(LAW);
        if total == 0 {
            if report.skipped.contains(rule) {
                self.skipped += 1;
                text.push_str(
                    ">\n      <skipped message=\"not checked: what it needs is missing\"/>\n    </testcase>\n",
                );
            } else {
                text.push_str("/>\n");
            }
            return;
        }
        text.push_str(">\n");
        let is_failed = !errors.is_empty() || warnings.is_empty();
        if is_failed {
            self.failures += 1;
            let first = errors.first().map_or_else(String::new, |finding| message_of(finding));
            let message = escape(&format!("{total} in all: {first}"));
            writeln!(text, "      <failure type=\"{}\" message=\"{message}\">", escape(rule.name())).expect(LAW);
            lines(&errors, text);
            if left_out > 0 {
                writeln!(text, "{left_out} more").expect(LAW);
            }
            text.push_str("      </failure>\n");
        }
        if !warnings.is_empty() {
            text.push_str("      <system-out>\n");
            lines(&warnings, text);
            if !is_failed && left_out > 0 {
                writeln!(text, "{left_out} more").expect(LAW);
            }
            text.push_str("      </system-out>\n");
        }
        text.push_str("    </testcase>\n");
    }
}

fn lines(findings: &[&Finding], out: &mut String) {
    for finding in findings {
        let line = format!("{}: {}: {}", place_of(finding), finding.severity.name(), message_of(finding));
        writeln!(out, "{}", escape(&line)).expect(LAW);
    }
}

/// Text as XML 1.0 may hold it, in content and in attributes; what no XML may hold is shown as an escape.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\u{fffe}' | '\u{ffff}' => out.extend(c.escape_unicode()),
            c if steers(c) => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out
}
