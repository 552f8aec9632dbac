//! Release tiers: what is withheld is nowhere, everything else is as it was, and what may not be published is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::cli::shown;
use crate::near::{rows, write_parts};
use crate::support::{Numbers, assert_same_files, manifest, must, run};
use crate::takedown::unpacked;

type Row = BTreeMap<String, String>;

const SOURCES: [(&str, &str); 3] =
    [("Harbour Times", "CC-BY-4.0"), ("Inland Post", "unknown"), ("Wire", "All rights reserved")];
const WITHHELD: [&str; 6] = ["subtitle", "text", "paragraph_count", "word_count", "char_count", "text_sha256"];

fn word(numbers: &mut Numbers) -> String {
    format!("w{:x}", numbers.below(1 << 30))
}

/// Articles of three sources, some of them copies and near-duplicates of others, with authors who stand elsewhere, too.
fn lines(seed: u64) -> Vec<String> {
    let mut numbers = Numbers(seed);
    let mut texts: Vec<Vec<String>> = Vec::new();
    let mut lines = Vec::new();
    for record in 0..90 {
        let mut words = match numbers.below(3) {
            0 if !texts.is_empty() => texts[numbers.below(texts.len() as u64) as usize].clone(),
            _ => (0..60).map(|_| word(&mut numbers)).collect(),
        };
        if numbers.below(2) == 0 {
            words[9] = word(&mut numbers);
        }
        texts.push(words.clone());
        let (source, license) = SOURCES[numbers.below(3) as usize];
        let author = format!("Cleo Brandt {}", numbers.below(20));
        let line = serde_json::json!({
            "title": format!("Title {record}"),
            "subtitle": words[..12].join(" "),
            "text": format!("{}\n\n{}", words[..30].join(" "), words[30..].join(" ")),
            "date": format!("2025-03-{:02}", 1 + numbers.below(28)),
            "source": source,
            "license": license,
            "copyright_holder": author,
            "authors": [author, "Ben Ode"],
            "keywords": ["harbour", author],
            "url": format!("https://example.org/{record}"),
        });
        lines.push(format!("{line}\n"));
    }
    // A rejected record whose detail could quote it.
    lines.push(format!("{{\"text\": \"{}\", }}\n", texts[0].join(" ")));
    lines
}

fn config(export: &str) -> String {
    format!("[dataset]\ntakedowns = \"takedowns.jsonl\"\n[dedup]\nguards = \"off\"\n[export]\n{export}")
}

fn prepare(root: &Path, seed: u64) {
    write_parts(&root.join("raw"), &lines(seed), 4);
    fs::write(root.join("authors.key"), format!("{}\n", "5c".repeat(32))).unwrap();
}

fn make(root: &Path, export: &str, output: &str) {
    fs::write(root.join(format!("{output}.toml")), config(export)).unwrap();
    let file = format!("{output}.toml");
    must(root, &["run", "--quiet", "--config", &file, "--input", "raw", "--output", output]);
}

fn has(bytes: &[u8], needle: &str) -> bool {
    memchr::memmem::find(bytes, needle.as_bytes()).is_some()
}

/// Whether a word of eight that follow one another in a text stands somewhere: words are random, so fewer would do.
fn assert_no_text(dataset: &Path, texts: &[String], what: &str) {
    let words: BTreeSet<String> = texts.iter().flat_map(|text| shingles(text)).collect();
    assert!(words.len() > 100);
    for (name, bytes) in unpacked(dataset) {
        let text = String::from_utf8_lossy(&bytes);
        let found: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        for run in found.windows(8) {
            assert!(!words.contains(&run.join(" ")), "{what}: `{}` is in `{name}`", run.join(" "));
        }
    }
}

fn shingles(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.windows(8).map(|run| run.join(" ")).collect()
}

fn texts(dataset: &Path) -> Vec<String> {
    rows(dataset, "articles").iter().map(|row| row["text"].clone()).collect()
}

/// The rows without what a tier takes away from them and the tier itself.
fn kept(rows: Vec<Row>, left_out: &[&str]) -> Vec<Row> {
    let mut rows = rows;
    for row in &mut rows {
        row.retain(|name, _| !left_out.contains(&name.as_str()) && name != "release");
    }
    rows
}

#[test]
fn what_is_withheld_is_nowhere_and_all_else_is_that_of_the_full_texts() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    prepare(root, 1);
    make(root, "report = true\n", "full");
    let texts = texts(&root.join("full"));
    for (tier, left_out) in [("derived-only", &WITHHELD[..2]), ("metadata-only", &WITHHELD[..])] {
        make(root, &format!("report = true\nrelease = \"{tier}\"\n"), tier);
        let dataset = root.join(tier);
        assert_no_text(&dataset, &texts, tier);
        let found = rows(&dataset, "articles");
        for row in &found {
            assert!(row["release"] == tier && left_out.iter().all(|name| row[*name].is_empty()), "{row:?}");
        }
        assert_eq!(kept(found, left_out), kept(rows(&root.join("full"), "articles"), left_out), "{tier}");
        for table in ["pairs", "date_candidates"] {
            assert_eq!(rows(&dataset, table), rows(&root.join("full"), table), "{tier} {table}");
        }
        let details = ["detail", "text_sha256"];
        assert_eq!(
            kept(rows(&dataset, "records"), &details),
            kept(rows(&root.join("full"), "records"), &details),
            "{tier} records"
        );
        must(root, &["check", tier]);
        must(root, &["verify", tier, "--config", &format!("{tier}.toml"), "--input", "raw"]);
        for threads in ["1", "4"] {
            let (config, output) = (format!("{tier}.toml"), format!("{tier}-{threads}"));
            let arguments =
                ["run", "--quiet", "--config", &config, "--input", "raw", "--output", &output, "--threads", threads];
            must(root, &arguments);
            fs::copy(dataset.join("run.json"), root.join(&output).join("run.json")).unwrap();
            assert_same_files(&dataset, &root.join(&output), tier);
        }
    }
}

#[test]
fn names_of_authors_are_nowhere_when_they_are_hashed_or_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    prepare(root, 2);
    make(root, "report = true\n", "full");
    assert!(unpacked(&root.join("full")).iter().any(|(_, bytes)| has(bytes, "Cleo Brandt")));
    for (policy, more) in [("hash", "authors-key = \"authors.key\"\n"), ("drop", "")] {
        make(root, &format!("report = true\nauthors = \"{policy}\"\n{more}"), policy);
        for (name, bytes) in unpacked(&root.join(policy)) {
            for author in ["Cleo Brandt", "Ben Ode"] {
                assert!(!has(&bytes, author), "`{author}` is in `{name}`");
            }
        }
        must(root, &["check", policy]);
        must(root, &["verify", policy, "--config", &format!("{policy}.toml"), "--input", "raw"]);
        let names = ["authors", "keywords", "rights_holder"];
        let [found, full] = [policy, "full"].map(|dataset| rows(&root.join(dataset), "articles"));
        assert_eq!(kept(found.clone(), &names), kept(full.clone(), &names));
        let distinct = |rows: &[Row]| rows.iter().map(|row| row["authors"].clone()).collect::<BTreeSet<_>>().len();
        let expected = if policy == "hash" { distinct(&full) } else { 1 };
        assert_eq!(distinct(&found), expected, "equal names have equal digests");
    }
}

#[test]
fn rules_go_by_source_and_licence_and_the_manifest_counts_them() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    prepare(root, 3);
    let rules = "release = \"metadata-only\"\n[[release]]\nlicense = \"cc-by-4.0\"\nrelease = \"full-text\"\n\
        [[release]]\nsource = \"inland-post\"\nrelease = \"derived-only\"\n[[release]]\nsource = \"nobody\"\nrelease = \"metadata-only\"\n";
    make(root, rules, "out");
    let found = rows(&root.join("out"), "articles");
    let mut counts: BTreeMap<(String, String), u64> = BTreeMap::new();
    for row in &found {
        *counts.entry((row["source_id"].clone(), row["release"].clone())).or_default() += 1;
        assert_eq!(row["release"] == "full-text", !row["text"].is_empty());
        assert_eq!(row["release"] == "metadata-only", row["word_count"].is_empty());
    }
    let tiers: Vec<_> = counts.keys().map(|(source, tier)| format!("{source} {tier}")).collect();
    assert_eq!(tiers, ["harbour-times full-text", "inland-post derived-only", "wire metadata-only"]);
    let stated = manifest(&root.join("out")).release.unwrap().counts;
    for ((source, tier), count) in &counts {
        let of_source = &stated.sources[source];
        assert_eq!(of_source.values().sum::<u64>(), *count, "{source} {tier}");
    }
    must(root, &["check", "out"]);
    let card = fs::read_to_string(root.join("out/README.md")).unwrap();
    let (_, section) = card.split_once("## May I publish it?").unwrap();
    insta::assert_snapshot!(section.split_once("\n## ").unwrap().0);
}

#[test]
fn reserved_full_texts_are_refused_until_they_are_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let mut lines = lines(4);
    for line in lines.iter_mut().filter(|line| line.contains("\"Wire\"") || line.contains("\"Title 3\"")) {
        *line = line.replacen('{', "{\"tdm_reservation\": 1, ", 1);
    }
    write_parts(&root.join("raw"), &lines, 4);
    let go = |export: &str| {
        fs::write(root.join("copydesk.toml"), config(export)).unwrap();
        shown(root, &["run", "--quiet", "--input", "raw", "--output", "out"]) + "\n\n"
    };
    let mut text = go("release = \"full-text\"\n");
    assert!(!root.join("out").exists() && !root.join("out.failed").exists());
    let entries = fs::read_dir(root).unwrap().count();
    assert_eq!(entries, 2, "nothing is left behind");
    text += &go("[[release]]\nsource = \"wire\"\nrelease = \"derived-only\"\n");
    text += &go("release = \"derived-only\"\n");
    text += &go("release = \"full-text\"\nacknowledge-reserved = true\n");
    insta::assert_snapshot!(text);
    must(root, &["check", "out"]);
    let release = manifest(&root.join("out")).release.unwrap();
    let reserved =
        rows(&root.join("out"), "articles").iter().filter(|row| row["tdm_reservation"] == "reserved").count();
    assert_eq!(release.counts.reserved.values().sum::<u64>(), reserved as u64);
    let card = fs::read_to_string(root.join("out/README.md")).unwrap();
    assert!(card.contains("**Reserved full texts.**") && card.contains("| wire |"));
    assert!(!rows(&root.join("out"), "articles")[0].contains_key("release"), "the table is the plain one");
    // Who says nothing about publishing works for himself, and is told.
    go("");
    must(root, &["check", "out"]);
    let card = fs::read_to_string(root.join("out/README.md")).unwrap();
    assert!(card.contains("Nothing is stated about publishing their full texts"));
}

#[test]
fn arrivals_read_all_files_again_and_takedowns_go_by_the_raw_files() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    prepare(root, 5);
    fs::write(root.join("copydesk.toml"), config("release = \"derived-only\"\n")).unwrap();
    must(root, &["run", "--quiet", "--input", "raw", "--into", "out"]);
    fs::write(root.join("raw/more.jsonl"), super::release::lines(6).concat()).unwrap();
    must(root, &["run", "--quiet", "--input", "raw", "--into", "out"]);
    must(root, &["run", "--quiet", "--input", "raw", "--output", "again"]);
    for dataset in ["out", "again"] {
        fs::write(root.join(dataset).join("run.json"), "").unwrap();
    }
    assert_same_files(&root.join("out"), &root.join("again"), "--into");
    let id = rows(&root.join("out"), "articles")[3]["id"].clone();
    let refused = run(root, &["takedown", "out", "--id", &id, "--reason", "asked", "--input", "nowhere"]);
    assert_eq!(refused.status.code(), Some(2));
    must(root, &["takedown", "out", "--id", &id, "--reason", "asked", "--copies", "--input", "raw"]);
    must(root, &["check", "out"]);
    must(root, &["takedown", "verify", "out"]);
    must(root, &["run", "--quiet", "--input", "raw", "--output", "again"]);
    for dataset in ["out", "again"] {
        fs::write(root.join(dataset).join("run.json"), "").unwrap();
    }
    assert_same_files(&root.join("out"), &root.join("again"), "takedown");
    assert!(unpacked(&root.join("out")).iter().all(|(_, bytes)| !has(bytes, &id)));
}

/// Terms that hide nothing leave takedowns and appended parts as they are; the counts must still be those of all rows.
#[test]
fn counts_stay_those_of_all_rows() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let reserved = |seed| lines(seed).concat().replace("{\"authors\"", "{\"tdm_reservation\": 1, \"authors\"");
    fs::create_dir(root.join("raw")).unwrap();
    fs::write(root.join("raw/one.jsonl"), reserved(9)).unwrap();
    fs::write(root.join("copydesk.toml"), config("acknowledge-reserved = true\n")).unwrap();
    must(root, &["run", "--quiet", "--input", "raw", "--into", "out"]);
    let id = rows(&root.join("out"), "articles")[3]["id"].clone();
    must(root, &["takedown", "out", "--id", &id, "--reason", "asked", "--input", "raw"]);
    must(root, &["check", "out"]);
    let counts = || manifest(&root.join("out")).release.unwrap().counts;
    assert_eq!(counts().reserved.values().sum::<u64>(), rows(&root.join("out"), "articles").len() as u64);
    fs::write(root.join("copydesk.toml"), config("acknowledge-reserved = true\nappend-only = true\n")).unwrap();
    fs::write(root.join("raw/two.jsonl"), reserved(10)).unwrap();
    must(root, &["run", "--quiet", "--input", "raw", "--into", "out"]);
    must(root, &["check", "out"]);
    assert_eq!(counts().reserved.values().sum::<u64>(), rows(&root.join("out"), "articles").len() as u64);
}

#[test]
fn what_does_not_keep_the_terms_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    prepare(root, 7);
    make(root, "[[release]]\nsource = \"wire\"\nrelease = \"derived-only\"\n", "out");
    let path = root.join("out/manifest.json");
    let stated = fs::read_to_string(&path).unwrap();
    let mut text = String::new();
    for (from, to) in [
        ("\"authors\": \"keep\"", "\"authors\": \"hash\""),
        ("\"authors\": \"keep\"", "\"authors\": \"drop\""),
        ("\"source\": \"wire\"", "\"source\": \"inland-post\""),
        ("\"derived-only\": ", "\"derived-only\": 1"),
    ] {
        assert!(stated.contains(from), "{from}");
        fs::write(&path, stated.replacen(from, to, 1)).unwrap();
        let output = run(root, &["check", "out", "--format", "json"]);
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let of_rule = report["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == "release");
        let mut details: Vec<_> = of_rule.map(|finding| finding["detail"].as_str().unwrap().to_owned()).collect();
        details.sort_unstable();
        details.dedup();
        assert!(!details.is_empty(), "{to}");
        writeln!(text, "{to}\n  {}", details.join("\n  ")).unwrap();
    }
    insta::assert_snapshot!(text);
}

#[test]
fn mistakes_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    prepare(root, 8);
    fs::write(root.join("bad.key"), "secret\n").unwrap();
    fs::write(root.join("raw/authors.key"), "5c".repeat(32)).unwrap();
    fs::write(
        root.join("own.schema.json"),
        r#"{"$schema": "https://json-schema.org/draft/2020-12/schema", "properties": {"text": {"maxLength": 9}}}"#,
    )
    .unwrap();
    let mut text = String::new();
    for export in [
        "release = \"metadata\"",
        "authors = \"hashed\"",
        "authors = \"hash\"",
        "authors = \"hash\"\nauthors-key = \"nowhere.key\"",
        "authors = \"hash\"\nauthors-key = \"bad.key\"",
        "authors = \"hash\"\nauthors-key = \"raw/authors.key\"",
        "append-only = true\nauthors = \"drop\"",
        "[[release]]\nrelease = \"derived-only\"",
        "[[release]]\nsource = \" \"\nrelease = \"derived-only\"",
        "[[release]]\nsource = \"wire\"",
        "[[release]]\nsource = \"wire\"\nrelease = \"derived\"",
        "[[release]]\nsorce = \"wire\"\nrelease = \"derived-only\"",
        "release = \"derived-only\"\n[schema]\nextends = \"own.schema.json\"",
    ] {
        fs::write(root.join("copydesk.toml"), config(export)).unwrap();
        let shown = shown(root, &["run", "--quiet", "--input", "raw", "--output", "out"]);
        writeln!(text, "{export}\n{shown}\n").unwrap();
    }
    fs::remove_file(root.join("copydesk.toml")).unwrap();
    make(root, "release = \"derived-only\"\n", "out");
    for arguments in [&["calibrate", "out"][..], &["boilerplate", "out", "--output", "list.jsonl"]] {
        writeln!(text, "{}\n", shown(root, arguments)).unwrap();
    }
    insta::assert_snapshot!(text);
}
