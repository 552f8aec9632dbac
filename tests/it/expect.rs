//! Expectations: each rule is seen to hold and to fail, in all and by source.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Output;

use crate::support::{must, run};

/// A dataset of two sources: ten articles of one, four of the other, whose dates and titles are partly missing.
fn dataset(root: &Path, output: &str, tribune: usize) {
    fs::create_dir_all(root.join("raw")).unwrap();
    let mut lines = String::new();
    for number in 0..10 {
        writeln!(
            lines,
            "{{\"title\":\"Story {number}\",\"text\":\"Harbour story number {number} of the long week.\",\"source\":\"Harbour Times\",\"date\":\"2024-03-{:02}\",\"section\":\"News\",\"url\":\"https://harbour.example/{}\"}}",
            10 + number,
            number / 2
        )
        .unwrap();
    }
    for number in 0..tribune {
        let date = if number == 0 { ",\"date\":\"2019-05-01\"" } else { "" };
        writeln!(
            lines,
            "{{\"text\":\"Inland tribune story number {number}.\",\"source\":\"Inland Tribune\"{date},\"section\":\"Sport\"}}"
        )
        .unwrap();
    }
    fs::write(root.join("raw/a.jsonl"), lines).unwrap();
    must(root, &["run", "--quiet", "--input", "raw", "--output", output]);
}

fn check(root: &Path, expectations: &str, more: &[&str]) -> Output {
    fs::write(root.join("expect.toml"), expectations).unwrap();
    run(root, &[&["check", "out", "--config", "expect.toml", "--as-of", "2024-03-22"][..], more].concat())
}

const BROKEN: &str = r#"
[[expect]]
rule = "row-count"
at-least = 5
per-source = true
[[expect]]
rule = "null-share"
column = "published_date"
at-most = 0.1
per-source = true
[[expect]]
rule = "null-share"
column = "title"
severity = "warning"
[[expect]]
rule = "unique"
column = "url"
[[expect]]
rule = "accepted-values"
column = "section"
values = ["News", "Culture"]
[[expect]]
rule = "refused-values"
column = "fate"
table = "records"
values = ["rejected", "article"]
at-most = 0.5
[[expect]]
rule = "date-range"
column = "published_date"
from = "2024-01-01"
to = "2024-03-18"
[[expect]]
rule = "freshness"
column = "published_date"
max-age-days = 2
per-source = true
[[expect]]
rule = "source-volume"
at-least = 0.9
at-most = 1.5
least-articles = 4
previous = "before"
"#;

const KEPT: &str = r#"
[[expect]]
rule = "row-count"
at-least = 14
at-most = 14
[[expect]]
rule = "null-share"
column = "title"
at-most = 0.3
[[expect]]
rule = "unique"
column = "id"
[[expect]]
rule = "accepted-values"
column = "section"
values = ["News", "Sport"]
[[expect]]
rule = "refused-values"
column = "fate"
table = "records"
values = ["rejected"]
[[expect]]
rule = "date-range"
column = "published_date"
from = "2019-05-01"
[[expect]]
rule = "freshness"
column = "published_date"
max-age-days = 3
[[expect]]
rule = "source-volume"
at-least = 0.5
previous = "before"
"#;

#[test]
fn each_rule_fails_where_it_is_broken_and_holds_where_it_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    dataset(root, "before", 8);
    dataset(root, "out", 4);
    let broken = check(root, BROKEN, &[]);
    assert_eq!(broken.status.code(), Some(1));
    insta::assert_snapshot!(String::from_utf8(broken.stdout).unwrap());
    let kept = check(root, KEPT, &[]);
    assert_eq!(kept.status.code(), Some(0), "{}", String::from_utf8_lossy(&kept.stdout));
    assert!(kept.stdout.is_empty());
    // A warning is told, and passes.
    let warned = check(root, "[[expect]]\nrule = \"row-count\"\nat-most = 3\nseverity = \"warning\"\n", &[]);
    assert_eq!(warned.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&warned.stdout).contains("expect-row-count"));
    // The volume of the command line goes before that of the file.
    let same = check(root, BROKEN, &["--previous", "out", "--json"]);
    let report: serde_json::Value = serde_json::from_slice(&same.stdout).unwrap();
    assert_eq!(report["totals"]["expect-source-volume"], 0);
    assert_eq!(report["totals"]["expect-null-share"], 2);
}

#[test]
fn what_cannot_be_expected_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    dataset(root, "out", 4);
    let shown = |output: Output| {
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(check(root, "", &[]).status.success(), "a configuration that expects nothing is none the worse");
    let volume = "[[expect]]\nrule = \"source-volume\"\nat-least = 0.5\n";
    insta::assert_snapshot!(
        [
            shown(check(root, volume, &[])),
            shown(check(root, volume, &["--previous", "nowhere"])),
            shown(check(root, "[[expect]]\nrule = \"null-share\"\ncolumn = \"titel\"\n", &[])),
        ]
        .join("\n")
    );
}
