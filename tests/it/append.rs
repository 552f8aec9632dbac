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
        // Files of no part are not looked at.
        fs::write(root.join("raw/later.jsonl"), "{\"text\": \"Not a record of the dataset.\"}\n").unwrap();
        must(root, &["verify", "grown", "--config", "c.toml", "--input", "raw", "--quiet"]);
        fs::remove_file(root.join("raw/later.jsonl")).unwrap();
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

#[test]
fn a_changed_raw_record_of_a_part_is_objected_to() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let lines = edited_lines(&mut Numbers(45), 60);
    write_parts(&root.join("raw"), &lines[..40], 4);
    config(root, "flag", true);
    must(root, &INTO);
    fs::write(root.join("raw/part-009.jsonl"), lines[40..].concat()).unwrap();
    must(root, &INTO);
    must(root, &["verify", "grown", "--config", "c.toml", "--input", "raw", "--quiet"]);
    let mut changed = lines[40..].to_vec();
    changed[3] = changed[3].replacen("\"text\":\"", "\"text\":\"not ", 1);
    fs::write(root.join("raw/part-009.jsonl"), changed.concat()).unwrap();
    let failed = run(root, &["verify", "grown", "--config", "c.toml", "--input", "raw", "--quiet"]);
    let said = String::from_utf8(failed.stdout).unwrap() + &String::from_utf8(failed.stderr).unwrap();
    assert_eq!(failed.status.code(), Some(1), "{said}");
    assert!(said.contains("part-009.jsonl 3"), "{said}");
    fs::remove_file(root.join("raw/part-009.jsonl")).unwrap();
    let failed = run(root, &["verify", "grown", "--config", "c.toml", "--input", "raw", "--quiet"]);
    let said = String::from_utf8(failed.stderr).unwrap();
    assert_eq!(failed.status.code(), Some(2), "{said}");
    assert!(said.contains("those of appended part 1 that are missing"), "{said}");
}

#[test]
fn a_takedown_of_appended_parts_gives_what_the_parts_give_without_the_record() {
    for near in ["flag", "drop"] {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let lines = edited_lines(&mut Numbers(46), 90);
        let text = format!(
            "[dataset]\ntakedowns = \"takedowns.jsonl\"\n[dedup]\nnear = \"{near}\"\nguards = \"off\"\n[export]\nappend-only = true\n"
        );
        fs::write(root.join("c.toml"), &text).unwrap();
        let parts = [&lines[..40], &lines[40..60], &lines[60..]];
        let grow = |output: &str| {
            fs::create_dir_all(root.join("raw")).unwrap();
            for (number, part) in parts.iter().enumerate() {
                fs::write(root.join(format!("raw/part-{number}.jsonl")), part.concat()).unwrap();
                must(root, &["run", "--quiet", "--config", "c.toml", "--input", "raw", "--into", output]);
            }
        };
        grow("grown");
        let articles = rows(&root.join("grown"), "articles");
        // One that others stand behind, of the first part, and one of the last.
        let stands =
            articles.iter().find(|row| row["cluster_size"] != "1" && row["raw_path"] == "part-0.jsonl").unwrap();
        let last = articles.iter().rev().find(|row| row["raw_path"] == "part-2.jsonl").unwrap();
        let takedown =
            ["takedown", "grown", "--config", "c.toml", "--input", "raw", "--quiet", "--reason", "asked for"];
        let ids = ["--id", stands["id"].as_str(), "--id", last["id"].as_str()];
        must(root, &[&takedown[..], &ids[..]].concat());
        must(root, &["check", "grown"]);
        must(root, &["takedown", "verify", "grown", "--config", "c.toml"]);
        must(root, &["verify", "grown", "--config", "c.toml", "--input", "raw", "--quiet"]);
        let account = manifest(&root.join("grown"));
        // Repeats of the records go with them.
        assert!(account.account.taken_down >= 2 && account.appended.len() == 2, "{near}");
        // The same parts, read by one who knows the ledger from the beginning.
        fs::remove_dir_all(root.join("raw")).unwrap();
        grow("fresh");
        for table in ["articles", "records", "pairs", "date_candidates"] {
            assert!(rows(&root.join("grown"), table) == rows(&root.join("fresh"), table), "{near}: {table}");
        }
        assert_eq!(account, manifest(&root.join("fresh")), "{near}");
        // What comes later is appended behind.
        fs::write(root.join("raw/part-3.jsonl"), "{\"text\": \"One more.\", \"date\": \"2024-01-01\"}\n").unwrap();
        must(root, &["run", "--quiet", "--config", "c.toml", "--input", "raw", "--into", "fresh"]);
        must(root, &["verify", "fresh", "--config", "c.toml", "--input", "raw", "--quiet"]);
        // Without the raw files nothing is removed, and the message says so.
        fs::remove_file(root.join("raw/part-1.jsonl")).unwrap();
        let before = files(&root.join("fresh"));
        let other = rows(&root.join("fresh"), "articles").last().unwrap()["id"].clone();
        let takedown =
            ["takedown", "fresh", "--config", "c.toml", "--input", "raw", "--reason", "asked for", "--id", &other];
        let failed = run(root, &takedown);
        let said = String::from_utf8(failed.stderr).unwrap();
        assert_eq!(failed.status.code(), Some(1), "{said}");
        assert!(
            said.contains("expected `part-1.jsonl` as it was when it was read") && said.contains("hint: "),
            "{said}"
        );
        assert_eq!(files(&root.join("fresh")), before);
    }
}
