//! `copydesk boilerplate`: what recurs is listed, and a list in the config keeps it out of comparisons alone.

use std::fs;
use std::path::Path;

use crate::cli::shown;
use crate::support::{Numbers, files, manifest, must, run};

const SYLLABLES: &[&str] = &["ba", "ko", "ri", "tal", "men", "su", "dor", "vi", "lan", "pe", "gus", "ter"];

fn words(numbers: &mut Numbers, count: u64) -> String {
    let word = |numbers: &mut Numbers| (0..3).map(|_| numbers.pick(SYLLABLES)).collect::<String>();
    (0..count).map(|_| word(numbers)).collect::<Vec<_>>().join(" ")
}

fn article(folder: &Path, (source, name): (&str, &str), date: &str, text: &str) {
    let path = folder.join("raw").join(source).join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("date: {date}\nsource: {source}\n\n{text}\n")).unwrap();
}

/// Short items that are mostly footer, and copies of one story.
fn corpus(folder: &Path) -> String {
    let mut numbers = Numbers(41);
    let footer = words(&mut numbers, 60);
    for number in 0..12 {
        let story = words(&mut numbers, 25);
        let date = format!("2025-03-{:02}", 1 + number / 2);
        article(folder, ("Harbour Times", &format!("{number}.txt")), &date, &format!("{story}.\n\n{footer}."));
    }
    let (lead, rest) = (words(&mut numbers, 80), words(&mut numbers, 40));
    for number in 0..8 {
        let changed = format!("{lead}.\n\n{rest} {}.", words(&mut numbers, 2));
        article(folder, ("Inland Post", &format!("{number}.txt")), "2025-03-05", &changed);
    }
    footer
}

#[test]
fn a_list_and_what_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let footer = corpus(at);
    must(at, &["run", "--quiet"]);
    let before = manifest(&at.join("output")).duplicates;
    assert!(before.pairs["near_copy"] > 40, "{before:?}");
    insta::assert_snapshot!(shown(at, &["boilerplate", "output"]));
    let list = fs::read_to_string(at.join("boilerplate.jsonl")).unwrap();
    let lines: Vec<serde_json::Value> = list.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 1, "{list}");
    assert_eq!((&lines[0]["source_id"], &lines[0]["articles"]), (&"harbour-times".into(), &12.into()));
    assert!(footer.starts_with(lines[0]["excerpt"].as_str().unwrap()));
    let refused = run(at, &["boilerplate", "output"]);
    assert_eq!(refused.status.code(), Some(2));
    must(at, &["boilerplate", "output", "--quiet", "--output", "again.jsonl", "--memory", "192MiB"]);
    assert_eq!(list, fs::read_to_string(at.join("again.jsonl")).unwrap());
    must(at, &["boilerplate", "output", "--quiet", "--output", "none.jsonl", "--least", "13"]);
    assert_eq!(fs::read_to_string(at.join("none.jsonl")).unwrap(), "");

    fs::write(at.join("copydesk.toml"), "[dedup]\nboilerplate = \"boilerplate.jsonl\"\n").unwrap();
    must(at, &["run", "--quiet", "--output", "without"]);
    let after = manifest(&at.join("without"));
    assert_eq!(after.duplicates.clusters, 1, "the copies of one story stay a cluster: {:?}", after.duplicates);
    assert_eq!(after.duplicates.pairs["near_copy"], 28);
    assert_ne!(after.config_sha256, manifest(&at.join("output")).config_sha256);
    let is_lines = |name: &str| Path::new(name).extension().is_some_and(|end| end == "jsonl");
    let texts = files(&at.join("without/data")).into_iter().find(|(name, _)| is_lines(name)).unwrap().1;
    assert_eq!(String::from_utf8(texts).unwrap().matches(&footer).count(), 12, "texts keep it");
    must(at, &["check", "without"]);
    must(at, &["verify", "without", "--quiet"]);
    fs::write(at.join("boilerplate.jsonl"), "{\"source_id\": 5}\n").unwrap();
    insta::assert_snapshot!(shown(at, &["run"]));
}
