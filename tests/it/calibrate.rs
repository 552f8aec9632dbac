//! `copydesk calibrate`: the report of a small corpus, the same for any number of threads.

use std::fmt::Write as _;
use std::fs;

use crate::cli::shown;
use crate::support::{Numbers, body, json_line, must, run};

fn corpus(folder: &std::path::Path) {
    let mut numbers = Numbers(31);
    let mut lines = String::new();
    for _ in 0..80 {
        let text = body(&mut numbers);
        writeln!(lines, "{}", json_line(&mut numbers, &text)).unwrap();
    }
    fs::create_dir_all(folder.join("raw")).unwrap();
    fs::write(folder.join("raw/a.jsonl"), lines).unwrap();
}

#[test]
fn a_calibration_and_its_report() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    corpus(at);
    must(at, &["run", "--quiet"]);
    let report = shown(at, &["calibrate", "output", "--sample", "50", "--threads", "2"]);
    insta::assert_snapshot!(report);
    let stdout = |arguments: &[&str]| String::from_utf8(must(at, arguments).stdout).unwrap();
    let first = stdout(&["calibrate", "output", "--sample", "50", "--json", "--threads", "1"]);
    assert_eq!(first, stdout(&["calibrate", "output", "--sample", "50", "--json", "--threads", "8"]));
    assert_eq!(first, stdout(&["calibrate", "--input", "raw", "--sample", "50", "--json"]));
    let value: serde_json::Value = serde_json::from_str(&first).unwrap();
    for edit in value["edits"].as_array().unwrap() {
        let recall = &edit["recall"];
        assert!(recall["total"].as_u64().unwrap() <= 50);
        let lost = edit["missed_by_bands"].as_u64().unwrap() + edit["below_threshold"].as_u64().unwrap();
        assert_eq!(recall["hits"].as_u64().unwrap() + lost, recall["total"].as_u64().unwrap(), "{edit}");
        if ["case", "spaces", "quotes", "dashes"].contains(&edit["edit"].as_str().unwrap()) {
            assert_eq!(edit["exact"], recall["total"], "{edit}");
        }
    }
    assert_eq!(value["sample"], 50);
    fs::write(at.join("off.toml"), "[dedup]\nnear = \"off\"\n").unwrap();
    assert_eq!(run(at, &["calibrate", "output", "--config", "off.toml"]).status.code(), Some(2));
    assert_eq!(run(at, &["calibrate"]).status.code(), Some(2));
}
