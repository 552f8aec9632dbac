//! `append-only`: what is published stays byte for byte, and what arrives is decided against it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::near::{edited_lines, rows, write_parts};
use crate::support::{Numbers, assert_same_files, files, manifest, must, run};

const INTO: [&str; 7] = ["run", "--config", "c.toml", "--input", "raw", "--into", "grown"];

fn config(root: &Path, near: &str, append_only: bool) {
    let text = format!("[dedup]\nnear = \"{near}\"\nguards = \"off\"\n[export]\nappend-only = {append_only}\n");
    fs::write(root.join("c.toml"), text).unwrap();
}

fn told(root: &Path) -> String {
    String::from_utf8(must(root, &INTO).stderr).unwrap()
}

/// Unordered pairs and their similarity.
fn pairs(dataset: &Path) -> BTreeMap<BTreeSet<String>, String> {
    let ids = |row: &BTreeMap<String, String>| BTreeSet::from([row["id"].clone(), row["other_id"].clone()]);
    rows(dataset, "pairs").iter().map(|row| (ids(row), row["jaccard"].clone())).collect()
}

#[test]
fn what_is_published_stays_and_the_rest_is_what_one_run_finds() {
    for near in ["flag", "drop"] {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let lines = edited_lines(&mut Numbers(41), 240);
        write_parts(&root.join("all"), &lines, 12);
        fs::create_dir(root.join("raw")).unwrap();
        config(root, near, true);
        let mut published = BTreeMap::new();
        // Files of earlier names and days come with later parts as well.
        for (part, numbers) in [[3, 9, 6, 11], [0, 4, 10, 7], [2, 8, 1, 5]].iter().enumerate() {
            for number in numbers {
                let name = format!("part-{number:03}.jsonl");
                fs::copy(root.join("all").join(&name), root.join("raw").join(&name)).unwrap();
            }
            let said = told(root);
            assert_eq!(said.contains(&format!("appended part {part}:")), part > 0, "{said}");
            must(root, &["check", "grown"]);
            let now: BTreeMap<String, Vec<u8>> = files(&root.join("grown")).into_iter().collect();
            for (path, bytes) in &published {
                assert_eq!(now.get(path), Some(bytes), "{near}: {path} has changed");
            }
            let is_data = |path: &str| path.starts_with("data/") || path.starts_with("tables/");
            published = now.into_iter().filter(|(path, _)| is_data(path)).collect();
        }
        let grown = manifest(&root.join("grown"));
        assert_eq!((grown.appended.len(), grown.account.records), (2, 240));
        assert!(grown.appended.iter().all(|part| part.outdated_rows > 0 && part.preferred_arrivals > 0), "{grown:?}");
        must(root, &["run", "--quiet", "--config", "c.toml", "--input", "all", "--output", "whole"]);
        let whole = manifest(&root.join("whole"));
        assert_eq!(whole.duplicates.pairs.values().sum::<u64>(), grown.duplicates.pairs.values().sum::<u64>());
        assert_eq!(pairs(&root.join("whole")), pairs(&root.join("grown")), "{near}");
        if near == "flag" {
            assert_eq!(whole.account.records, grown.account.records);
        }
        let refused = run(root, &["verify", "grown", "--config", "c.toml", "--input", "raw"]);
        assert!(String::from_utf8_lossy(&refused.stderr).contains("has 2 appended parts"));
        // One run without it makes the dataset whole again.
        config(root, near, false);
        assert!(told(root).contains("0 raw files unchanged, 12 read"));
        fs::remove_dir_all(root.join("grown/index")).unwrap();
        assert_same_files(&root.join("whole"), &root.join("grown"), near);
    }
}

#[test]
fn no_member_joins_another_cluster_and_new_ones_know_its_whole_size() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write_parts(&root.join("raw"), &edited_lines(&mut Numbers(42), 60), 1);
    // Nothing is removed, so every record has a row that tells.
    let text = "[dedup]\nexact = \"flag\"\nguards = \"off\"\n[export]\nappend-only = true\n";
    fs::write(root.join("c.toml"), text).unwrap();
    must(root, &INTO);
    let clusters = |rows: Vec<BTreeMap<String, String>>| -> BTreeMap<String, String> {
        rows.into_iter().map(|row| (row["id"].clone(), row["cluster_id"].clone())).collect()
    };
    let before = clusters(rows(&root.join("grown"), "articles"));
    let more = edited_lines(&mut Numbers(42), 90);
    fs::write(root.join("raw/more.jsonl"), more[60..].concat()).unwrap();
    must(root, &INTO);
    let now = rows(&root.join("grown"), "articles");
    let sizes = now.iter().map(|row| (row["cluster_id"].clone(), row["cluster_size"].parse::<u64>().unwrap()));
    let largest = sizes.fold(BTreeMap::<String, u64>::new(), |mut all, (cluster, size)| {
        let known = all.entry(cluster).or_default();
        *known = size.max(*known);
        all
    });
    let members: u64 = largest.values().sum();
    let clusters = clusters(now);
    assert!(before.iter().all(|(id, cluster)| clusters[id] == *cluster));
    assert_eq!(members, 90, "the newest member of every cluster counts all records of it");
}

#[test]
fn changed_and_gone_files_are_told_and_what_they_gave_stays() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let lines = edited_lines(&mut Numbers(43), 60);
    write_parts(&root.join("raw"), &lines[..40], 4);
    config(root, "flag", true);
    must(root, &INTO);
    fs::write(root.join("raw/part-000.jsonl"), lines[50..].concat()).unwrap();
    fs::remove_file(root.join("raw/part-001.jsonl")).unwrap();
    fs::write(root.join("raw/part-009.jsonl"), lines[40..50].concat() + "{\"text\": broken\n").unwrap();
    let said = told(root);
    assert!(said.contains("2 raw files unchanged, 1 read, 1 gone\n"), "{said}");
    assert!(said.contains("appended part 1: ") && said.contains(" 1 rejected\n"), "{said}");
    assert!(said.contains("  1 raw file changed after being read\n  1 raw file gone after being read\n"), "{said}");
    assert_eq!(manifest(&root.join("grown")).account.records, 51);
    must(root, &["check", "grown"]);
    // Where nothing is new, nothing is written.
    let before = files(&root.join("grown"));
    let said = told(root);
    assert!(said.contains("3 raw files unchanged, 0 read, 1 gone\n") && !said.contains("appended"), "{said}");
    assert_eq!(files(&root.join("grown")), before);
    for (change, expected) in [
        (Some("index"), "expected a dataset of this configuration and version with its `index`, but found none"),
        (None, "expected `--rehash` without `append-only`, but found both"),
    ] {
        let failed = match change {
            Some(_) => {
                fs::rename(root.join("grown/index"), root.join("kept")).unwrap();
                let failed = run(root, &INTO);
                fs::rename(root.join("kept"), root.join("grown/index")).unwrap();
                failed
            }
            None => run(root, &[&INTO[..], &["--rehash"]].concat()),
        };
        assert_eq!(failed.status.code(), Some(2));
        let said = String::from_utf8(failed.stderr).unwrap();
        assert!(said.contains(expected) && said.contains("hint: "), "{said}");
    }
}

#[test]
fn a_removed_text_that_is_needed_must_still_be_there() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let lines = edited_lines(&mut Numbers(44), 120);
    write_parts(&root.join("raw"), &lines[..100], 20);
    config(root, "drop", true);
    must(root, &INTO);
    fs::write(
        root.join("raw/new.jsonl"),
        lines[..100].iter().map(|line| line.replacen("\"text\":\"", "\"text\":\"also ", 1)).collect::<String>(),
    )
    .unwrap();
    for number in 0..20 {
        fs::remove_file(root.join(format!("raw/part-{number:03}.jsonl"))).unwrap();
    }
    let failed = run(root, &INTO);
    let said = String::from_utf8(failed.stderr).unwrap();
    assert_eq!(failed.status.code(), Some(1), "{said}");
    assert!(said.contains("expected the raw file as it was, but it has changed or gone"), "{said}");
}
