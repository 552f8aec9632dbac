//! Memory that the user sets and the tool keeps.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;

use crate::support::{Numbers, body, json_line, must};

/// Peak resident memory of a run, from its `run.json`.
fn peak(folder: &Path, memory: &str, threads: &str) -> u64 {
    must(folder, &["run", "--quiet", "--input", "raw", "--output", "out", "--memory", memory, "--threads", threads]);
    let facts: serde_json::Value = serde_json::from_slice(&fs::read(folder.join("out/run.json")).unwrap()).unwrap();
    facts["peak_rss_bytes"].as_u64().unwrap()
}

fn assert_kept(folder: &Path) {
    // The least that is allowed, and the least with which a system may use huge pages.
    for (mebibytes, threads) in [(192, "1"), (192, "2"), (192, "8"), (512, "1"), (512, "8")] {
        let peak = peak(folder, &format!("{mebibytes}MiB"), threads);
        assert!(peak <= (mebibytes << 20) / 10 * 11, "{threads} threads took {} MiB of {mebibytes}", peak >> 20);
    }
}

#[test]
fn many_articles_stay_within_the_memory() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("raw")).unwrap();
    let mut numbers = Numbers(7);
    for part in 0..2 {
        let mut file = BufWriter::new(File::create(folder.path().join(format!("raw/{part}.jsonl"))).unwrap());
        for _ in 0..30_000 {
            let text = body(&mut numbers);
            writeln!(file, "{}", json_line(&mut numbers, &text)).unwrap();
        }
    }
    assert_kept(folder.path());
}

#[test]
fn the_longest_records_stay_within_the_memory() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("raw")).unwrap();
    let mut numbers = Numbers(8);
    for part in 0..8 {
        let text = body(&mut numbers).repeat(13_000_000 / 1000);
        let text: String = text.chars().take(14_000_000).collect();
        fs::write(folder.path().join(format!("raw/{part}.jsonl")), json_line(&mut numbers, &text)).unwrap();
        fs::write(folder.path().join(format!("raw/{part}.txt")), text).unwrap();
    }
    assert_kept(folder.path());
}
