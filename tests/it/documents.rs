//! Card and Croissant: what they say is what the manifest and the configuration say, for any data.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{Numbers, assert_same_files, body, json_lines, manifest, must, raw_folder};

fn card(dataset: &Path) -> String {
    fs::read_to_string(dataset.join("README.md")).unwrap()
}

fn croissant(dataset: &Path) -> Value {
    serde_json::from_slice(&fs::read(dataset.join("croissant.json")).unwrap()).unwrap()
}

/// Records with everything that a card shows, some of it meant to break out of its place.
fn write_records(path: &Path) {
    let mut numbers = Numbers(5);
    let mut lines = String::new();
    for number in 0..6 {
        let record = serde_json::json!({
            "title": "Harbour reopens",
            "text": body(&mut numbers),
            "date": format!("20{}-0{}-11", 20 + number % 3, number + 1),
            "source": if number < 4 { "Harbour | Times" } else { "Inland Post" },
            "license": if number == 0 { "all | rights\n# <b>reserved</b>" } else { "CC-BY-4.0" },
            "retrieved": format!("2026-01-0{}T10:00:00Z", number + 1),
        });
        writeln!(lines, "{record}").unwrap();
    }
    lines.push_str("{\"broken\n");
    fs::write(path, lines).unwrap();
}

#[test]
fn a_card_without_and_with_a_description() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::create_dir(at.join("raw")).unwrap();
    write_records(&at.join("raw/a.jsonl"));
    must(at, &["run", "--quiet", "--output", "plain"]);
    let config = r#"[dataset]
name = "Harbour: \"news\" & views"
version = "1.2.3"
description = "Two papers.\n\nSecond paragraph."
license = "cc-by-4.0"
homepage = "https://example.org/harbour"
authors = ["Ada Moreno", "Harbour_Lab"]
publisher = "University of Averley"
contact = "corpus@example.org"
published = "2026-02-03"
keywords = ["no", "harbours"]
task-categories = ["text-classification"]
motivation = "To study ferries."
maintenance = "Yearly."
uses = "Teaching."
"#;
    fs::write(at.join("copydesk.toml"), config).unwrap();
    must(at, &["run", "--quiet", "--output", "described"]);
    insta::with_settings!({filters => [("[0-9a-f]{64}", "[SHA256]"), (r"\+[0-9a-f]{12}", "+[CONFIG]"), (r"(download_size|num_bytes|dataset_size): \d+", "$1: [N]")]}, {
        let text = card(&at.join("plain"));
        let (start, end) = (text.find("dataset_info:").unwrap(), text.find("\n---\n\n").unwrap());
        insta::assert_snapshot!(format!("{}[...]{}", &text[..start], &text[end..]));
        let described = card(&at.join("described"));
        let start = described.find("dataset_info:").unwrap();
        let changed = described.lines().filter(|line| !text.lines().any(|other| other == *line));
        insta::assert_snapshot!(format!("{}[...]\n{}", &described[..start], changed.collect::<Vec<_>>().join("\n")));
    });
    let value = croissant(&at.join("described"));
    assert_eq!(value["license"], "https://spdx.org/licenses/CC-BY-4.0.html");
    assert_eq!((&value["datePublished"], &value["url"]), (&"2026-02-03".into(), &"https://example.org/harbour".into()));
    assert_eq!(
        (&value["creator"][1]["name"], &value["rai:dataUseCases"]),
        (&"Harbour_Lab".into(), &"Teaching.".into())
    );
    assert_eq!(value["rai:dataCollectionTimeframe"], serde_json::json!(["2026-01-01", "2026-01-06"]));
    let plain = croissant(&at.join("plain"));
    assert!(plain.get("datePublished").is_none() && plain.get("creator").is_none());
    assert_eq!((&plain["license"], &plain["rai:dataCollection"]), (&"not stated".into(), &"Not stated.".into()));
    for dataset in ["plain", "described"] {
        must(at, &["check", dataset]);
    }
}

#[test]
fn croissant_names_every_file_with_its_digest_and_every_column() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    raw_folder(&at.join("raw"), 31);
    fs::write(at.join("copydesk.toml"), "[export]\nsplits = { train = 0.5, test = 0.5 }\n").unwrap();
    must(at, &["run", "--quiet"]);
    let dataset = at.join("output");
    let (value, manifest) = (croissant(&dataset), manifest(&dataset));
    let distribution = value["distribution"].as_array().unwrap();
    for file in manifest.files.iter().filter(|file| !matches!(file.path.as_str(), "README.md" | "croissant.json")) {
        let entry = distribution.iter().find(|entry| entry["@id"] == file.path.as_str()).unwrap();
        assert_eq!(format!("sha256:{}", entry["sha256"].as_str().unwrap()), file.sha256);
        assert_eq!(entry["contentSize"], format!("{} B", file.bytes));
    }
    let sets = value["recordSet"].as_array().unwrap();
    let names: Vec<_> = sets.iter().map(|set| set["@id"].as_str().unwrap()).collect();
    assert_eq!(names, ["articles", "records", "pairs", "date_candidates", "splits"]);
    for set in sets {
        let name = set["@id"].as_str().unwrap();
        let row = if name == "articles" { "article" } else { name.trim_end_matches('s') };
        let schema = fs::read(dataset.join(format!("schema/{row}.schema.json"))).unwrap();
        let schema: Value = serde_json::from_slice(&schema).unwrap();
        let mut fields: Vec<_> = set["field"].as_array().unwrap().iter().map(|field| &field["name"]).collect();
        fields.sort_by_key(ToString::to_string);
        let mut columns: Vec<_> = schema["required"].as_array().unwrap().iter().collect();
        columns.sort_by_key(ToString::to_string);
        assert_eq!(fields, columns, "{name}");
    }
    let counts = &manifest.composition;
    assert_eq!(counts.sources.values().map(|source| source.articles).sum::<u64>(), manifest.account.articles);
    assert_eq!(counts.languages.counts.values().sum::<u64>(), manifest.account.articles);
    assert_eq!(
        counts.dated + counts.gaps.get("published_date").copied().unwrap_or_default(),
        manifest.account.articles
    );
}

#[test]
fn threads_arrivals_and_appended_parts_count_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    raw_folder(&at.join("raw"), 32);
    must(at, &["run", "--quiet", "--into", "output"]);
    fs::write(at.join("raw/more.jsonl"), json_lines(&mut Numbers(33), 40)).unwrap();
    must(at, &["run", "--quiet", "--output", "once", "--threads", "1"]);
    fs::write(at.join("c.toml"), "[export]\nappend-only = true\n").unwrap();
    must(at, &["run", "--quiet", "--config", "c.toml", "--into", "output"]);
    // The rule that compares the counts with the rows is part of this.
    must(at, &["check", "output"]);
    let (appended, once) = (manifest(&at.join("output")).composition, manifest(&at.join("once")).composition);
    assert_eq!(appended.languages.counts.values().sum::<u64>(), manifest(&at.join("output")).rows["articles"]);
    assert_eq!((appended.published, appended.retrieved), (once.published, once.retrieved));
    must(at, &["run", "--quiet", "--into", "output"]);
    let index = at.join("output/index");
    fs::remove_dir_all(index).unwrap();
    assert_same_files(&at.join("output"), &at.join("once"), "worked in and made at once");
}
