//! `copydesk explain`: the story of records of every fate, and clear errors where it cannot be told.

use std::fs;
use std::path::Path;

use copydesk::config::{Config, Written, resolve};
use copydesk::error::Error;
use copydesk::kernels::sha256::Digest;
use copydesk::pipeline::explain::{Story, explain};
use tempfile::TempDir;

use crate::support::{must, run};

const TEXT: &str = "The harbour reopened on Monday.\\n\\nFerries  run again from the old bridge, the council said.";

/// A folder with raw articles and the dataset of them.
fn made() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let raw = folder.path().join("raw");
    fs::create_dir_all(raw.join("papers")).unwrap();
    let line = |title: &str, date: &str, source: &str| {
        format!(r#"{{"title": "{title}", "text": "{TEXT}", "date": "{date}", "source": "{source}"}}"#)
    };
    let lines = [
        line("Harbour open", "2025-03-04", "Harbour Times"),
        line("Harbour open again", "2025-03-05", "Harbour Times"),
        line("From the coast", "2025-03-05", "Inland Post"),
        "{\"title\": \"torn \u{1b}[31m".to_owned(),
        r#"{"title": "Nothing to say", "text": "\u200b", "date": "2025-03-05"}"#.to_owned(),
    ];
    fs::write(raw.join("agency.jsonl"), lines.join("\n")).unwrap();
    let text = "date: 2025-05-06\nsource: Harbour Times\n\nA short piece of its own about the school, the court and the bridge.";
    fs::write(raw.join("papers/2025-05-07-school.txt"), text).unwrap();
    fs::write(raw.join("papers/noise.bin"), [0, 159, 146, 150]).unwrap();
    must(folder.path(), &["run", "--quiet", "--input", "raw", "--output", "out"]);
    folder
}

fn config(folder: &Path) -> Config {
    let mut config = resolve(&Written::default(), folder, copydesk::config::NamedFiles::default()).unwrap();
    config.input.path = folder.join("raw");
    config
}

fn tell(folder: &TempDir, wanted: &str) -> Result<Vec<Story>, Error> {
    explain(&folder.path().join("out"), wanted, &config(folder.path()))
}

fn story(folder: &TempDir, wanted: &str) -> Story {
    let mut stories = tell(folder, wanted).unwrap();
    assert_eq!(stories.len(), 1);
    stories.remove(0)
}

fn value<'a>(story: &'a Story, heading: &'a str, label: &'a str) -> &'a str {
    story.values(heading, label).next().unwrap_or_else(|| panic!("no `{label}` in `{heading}` of {story:#?}"))
}

#[test]
fn an_article_is_told_from_its_bytes_to_its_cluster() {
    let folder = made();
    let told = story(&folder, "agency.jsonl#0");
    assert_eq!(value(&told, "reading", "reader"), "jsonl");
    assert!(value(&told, "statements", "title").starts_with("Harbour open (record-field"));
    assert!(value(&told, "statements", "published").contains("2025-03-04"));
    assert!(value(&told, "normalization", "normalization ops").contains("collapse-spaces"));
    assert!(value(&told, "normalization", "first change").contains("Ferries  run"));
    assert!(value(&told, "dates", "candidate 0").ends_with("accepted"));
    assert_eq!(value(&told, "dates", "published date"), "2025-03-04");
    assert_eq!(value(&told, "source and language", "source id"), "harbour-times");
    assert!(value(&told, "counts and digests", "text sha256").starts_with("sha256:"));
    assert_eq!((value(&told, "fate", "fate"), value(&told, "fate", "cluster size")), ("article", "3"));
    assert!(value(&told, "fate", "member").ends_with("From the coast"));
    assert!(value(&told, "fate", "removed for it").starts_with("agency.jsonl#1 (exact_text"));
    assert_eq!(told.values("fate", "beware").chain(told.values("record", "beware")).count(), 0);
    let id = value(&told, "record", "id");
    assert_eq!(tell(&folder, id).unwrap(), std::slice::from_ref(&told));
}

#[test]
fn a_duplicate_names_what_was_kept_and_why() {
    let folder = made();
    let told = story(&folder, "agency.jsonl#1");
    assert_eq!(value(&told, "fate", "fate"), "duplicate");
    assert_eq!(value(&told, "fate", "duplicate of"), value(&story(&folder, "agency.jsonl#0"), "record", "id"));
    assert_eq!((value(&told, "fate", "relation"), value(&told, "fate", "jaccard")), ("exact_text", "1"));
    assert!(value(&told, "fate", "kept article").ends_with("Harbour open"));
    assert_eq!(value(&told, "fate", "proven pair"), "exact_text, equal numbers, 1 days apart");
}

#[test]
fn a_rejected_record_shows_reason_and_bytes_at_every_stage() {
    let folder = made();
    for (place, stage, reason) in [
        ("agency.jsonl#3", "ingest", "invalid-json"),
        ("agency.jsonl#4", "normalize", "empty-text"),
        ("papers/noise.bin#0", "ingest", "unknown-format"),
    ] {
        let told = story(&folder, place);
        assert_eq!((value(&told, "fate", "fate"), value(&told, "fate", "stage")), ("rejected", stage));
        assert_eq!(value(&told, "fate", "reason"), reason);
        assert!(value(&told, "fate", "which means").ends_with('.'));
        assert!(!value(&told, "fate", "raw record begins").is_empty());
        assert_eq!(told.values("fate", "beware").count(), 0, "{told:#?}");
    }
}

#[test]
fn refused_dates_say_why() {
    let folder = made();
    let told = story(&folder, "papers/2025-05-07-school.txt#0");
    assert!(value(&told, "dates", "candidate 0").contains("(header-block, bytes 6..16): 2025-05-06"));
    assert!(value(&told, "dates", "candidate 1").contains("refused, lower-precedence: "));
    assert_eq!(value(&told, "dates", "published evidence"), "header-block");
}

#[test]
fn what_cannot_be_told_is_a_clear_error() {
    let folder = made();
    let error = |wanted: &str| {
        let error = tell(&folder, wanted).unwrap_err();
        (error.to_string(), error.hints().join("; "))
    };
    let (message, hint) = error("agencie.jsonl#0");
    assert!(
        message.contains("comes from `agencie.jsonl`") && hint == "did you mean `agency.jsonl#0`?",
        "{message}: {hint}"
    );
    assert_eq!(error("agency.jsonl#9").0, "expected an index from 0 to 4 in `agency.jsonl`, but found 9");
    assert!(error("harbour").0.starts_with("expected an id or `RAW_PATH#INDEX`"));
    assert!(error("art_00000000000000000000000000000000").0.contains("has the id"));
    let raw = folder.path().join("raw/agency.jsonl");
    let lines = fs::read_to_string(&raw).unwrap();
    fs::write(&raw, lines.replacen("reopened", "REOPENED", 1)).unwrap();
    assert_eq!(error("agency.jsonl#0").0, "`agency.jsonl` has changed since the dataset was made");
    tell(&folder, "agency.jsonl#2").unwrap();
    fs::write(&raw, "").unwrap();
    assert_eq!(error("agency.jsonl#2").0, "`agency.jsonl` has changed since the dataset was made");
    fs::remove_file(&raw).unwrap();
    assert!(error("agency.jsonl#0").0.contains("found no such file"));
}

#[test]
fn another_configuration_is_said() {
    let folder = made();
    let mut other = config(folder.path());
    other.digest = Digest::of(b"other");
    let told = explain(&folder.path().join("out"), "agency.jsonl#0", &other).unwrap();
    assert!(value(&told[0], "record", "beware").contains("another configuration"));
}

#[test]
fn the_command_prints_the_story_without_steering_the_terminal() {
    let folder = made();
    let told = must(folder.path(), &["explain", "out", "agency.jsonl#3", "--input", "raw"]);
    let text = String::from_utf8(told.stdout).unwrap();
    assert!(text.starts_with("record\n  id ") && text.contains("\nfate\n") && text.contains("\\u{1b}[31m"), "{text}");
    assert!(!text.contains('\u{1b}'));
    for (wanted, input) in [("agency.jsonl#99", "raw"), ("agency.jsonl#0", "nowhere"), ("x", "raw")] {
        let error = run(folder.path(), &["explain", "out", wanted, "--input", input]);
        assert_eq!(error.status.code(), Some(2), "{wanted} {input}");
    }
}
