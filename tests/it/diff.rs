//! `copydesk diff`: the counts are those of a comparison by hand, and the laws hold.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use copydesk::config::{NamedFiles, parse, resolve};
use copydesk::pipeline::diff::{DatasetDiff, RowCounts, diff_datasets};
use copydesk::pipeline::{self, RunOptions};
use copydesk::writers::cut::CutLimits;
use serde_json::Value;

use crate::cli::shown;
use crate::support::{manifest, must, raw_folder, run};

const CLUSTER: &[&str] = &["cluster_id", "cluster_size", "is_representative", "cluster_relation", "similarity"];
const PLACE: &[&str] = &["raw_path", "raw_index", "raw_offset"];

fn options() -> RunOptions {
    let mut options = RunOptions::new(NonZeroUsize::new(2).unwrap(), 256 << 20);
    options.cut_limits = CutLimits { group_rows: 16, group_bytes: 1 << 20, shard_bytes: 100_000 };
    options
}

/// A dataset of several files, made of the raw files below `folder` with a configuration.
fn dataset(folder: &Path, name: &str, config: &str) -> PathBuf {
    let mut config = resolve(&parse(config, "test").unwrap(), folder, NamedFiles::default()).unwrap();
    config.export.path = folder.join(name);
    pipeline::run(&config, &options()).unwrap();
    config.export.path
}

fn diff(old: &Path, new: &Path) -> DatasetDiff {
    diff_datasets(old, new, (5, options().memory_plan().unwrap())).unwrap()
}

/// The rows of `articles` by id, from the JSON lines.
fn articles(dataset: &Path) -> BTreeMap<String, Value> {
    let mut rows = BTreeMap::new();
    for entry in manifest(dataset)
        .files
        .iter()
        .filter(|entry| entry.path.starts_with("data/") && !entry.path.contains(".parquet"))
    {
        for line in fs::read_to_string(dataset.join(&entry.path)).unwrap().lines() {
            let row: Value = serde_json::from_str(line).unwrap();
            rows.insert(row["id"].as_str().unwrap().to_owned(), row);
        }
    }
    rows
}

/// Holds a difference to a comparison of every value of every row.
fn hold(old: &Path, new: &Path) -> DatasetDiff {
    let found = diff(old, new);
    let (a, b) = (articles(old), articles(new));
    let of = |own: &BTreeMap<String, Value>, other: &BTreeMap<String, Value>| {
        own.keys().filter(|id| !other.contains_key(*id)).cloned().collect::<Vec<_>>()
    };
    let (removed, added) = (of(&a, &b), of(&b, &a));
    let (mut changed, mut reclustered, mut moved, mut columns) =
        (Vec::new(), Vec::new(), Vec::new(), BTreeMap::<String, u64>::new());
    for (id, row) in &a {
        let Some(other) = b.get(id) else { continue };
        let differing: Vec<&str> = row
            .as_object()
            .unwrap()
            .iter()
            // The text is compared by its digest.
            .filter(|(name, value)| name.as_str() != "text" && **value != other[name.as_str()])
            .map(|(name, _)| name.as_str())
            .collect();
        for name in &differing {
            *columns.entry((*name).to_owned()).or_default() += 1;
        }
        if differing.iter().any(|name| !CLUSTER.contains(name) && !PLACE.contains(name)) {
            changed.push(id.clone());
        } else if differing.iter().any(|name| CLUSTER.contains(name)) {
            reclustered.push(id.clone());
        } else if !differing.is_empty() {
            moved.push(id.clone());
        }
    }
    let rows = found.rows;
    let count = |list: &[String]| list.len() as u64;
    assert_eq!(
        (rows.added, rows.removed, rows.changed, rows.reclustered, rows.moved),
        (count(&added), count(&removed), count(&changed), count(&reclustered), count(&moved))
    );
    assert_eq!(
        rows.equal,
        count(&a.keys().cloned().collect::<Vec<_>>()) - rows.removed - rows.changed - rows.reclustered - rows.moved
    );
    assert_eq!(found.columns, columns);
    let first = |list: &[String]| list.iter().take(5).cloned().collect::<Vec<_>>();
    assert_eq!((&found.ids.added, &found.ids.removed), (&first(&added), &first(&removed)));
    assert_eq!(found.ids.changed.keys().cloned().collect::<Vec<_>>(), first(&changed));
    assert_eq!(found.ids.reclustered.keys().cloned().collect::<Vec<_>>(), first(&reclustered));
    assert_eq!(found.ids.moved, first(&moved));
    assert_eq!(found.removed_became.values().sum::<u64>(), rows.removed);
    assert_eq!(found.added_were.values().sum::<u64>(), rows.added);
    let of_sources = found.sources.values().map(RowCounts::differing).sum::<u64>();
    assert_eq!(of_sources, rows.differing());
    found
}

/// The same difference seen from the other side.
fn mirrored(diff: &DatasetDiff) -> DatasetDiff {
    let mut mirrored = diff.clone();
    std::mem::swap(&mut mirrored.old, &mut mirrored.new);
    std::mem::swap(&mut mirrored.rows.added, &mut mirrored.rows.removed);
    std::mem::swap(&mut mirrored.ids.added, &mut mirrored.ids.removed);
    std::mem::swap(&mut mirrored.removed_became, &mut mirrored.added_were);
    std::mem::swap(&mut mirrored.columns_added, &mut mirrored.columns_removed);
    mirrored.sources.values_mut().for_each(|of| std::mem::swap(&mut of.added, &mut of.removed));
    mirrored.fates.iter_mut().for_each(|fate| std::mem::swap(&mut fate.old, &mut fate.new));
    mirrored
}

#[test]
fn differences_are_those_of_a_comparison_by_hand_and_mirrored_from_the_other_side() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    raw_folder(&at.join("raw"), 7);
    let base = dataset(at, "base", "");
    let same = diff(&base, &base);
    assert!(same.equal && same.rows.differing() == 0 && same.old.files_read == 0 && same.old.files_equal > 2);
    assert_eq!(same.rows.equal, manifest(&base).account.articles);
    // Copies stay, so clusters grow; nothing else changes.
    let flagged = dataset(at, "flagged", "[dedup]\nexact = \"flag\"");
    let found = hold(&base, &flagged);
    assert!(found.rows.added > 0 && found.rows.removed == 0 && found.rows.changed == 0, "{found:?}");
    assert_eq!(found.added_were.keys().filter(|fate| !fate.starts_with("duplicate ")).count(), 0);
    assert_eq!(hold(&flagged, &base), mirrored(&found));
    // Other dates, and records that are rejected.
    let strict = dataset(at, "strict", "[input]\nmax-record = \"1KiB\"\n[dates]\nnot-after = \"2025-06-30\"");
    let found = hold(&base, &strict);
    assert!(found.rows.changed > 0 && found.columns.contains_key("published_date"), "{found:?}");
    assert!(found.removed_became.contains_key("rejected ingest record-too-large"), "{found:?}");
    assert!(found.fates.iter().any(|fate| fate.why == "ingest record-too-large" && fate.old == 0 && fate.new > 0));
    assert_eq!(hold(&strict, &base), mirrored(&found));
    // A raw file goes, one comes, one moves: files of other dates are not read.
    fs::rename(at.join("raw/agency/lines-1.jsonl"), at.join("raw/agency/other.jsonl")).unwrap();
    fs::remove_file(at.join("raw/papers/article-3.txt")).unwrap();
    fs::write(
        at.join("raw/papers/new.txt"),
        "date: 2025-12-30\nsource: Harbour Times\n\nWords that nobody wrote before today.\n",
    )
    .unwrap();
    let later = dataset(at, "later", "");
    let found = hold(&base, &later);
    assert!(found.rows.moved > 0 && found.rows.added >= 1 && found.rows.removed >= 1, "{found:?}");
    assert_eq!(found.removed_became, BTreeMap::from([("no record".to_owned(), found.rows.removed)]));
    assert_eq!(hold(&later, &base), mirrored(&found));
}

#[test]
fn files_of_equal_digests_are_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    raw_folder(&at.join("raw"), 8);
    let base = dataset(at, "base", "");
    fs::write(at.join("raw/papers/zz.txt"), "date: 2031-12-30\nsource: Inland Post\n\nThe very last article of all.\n")
        .unwrap();
    let later = dataset(at, "later", "");
    let found = hold(&base, &later);
    assert!(found.old.files_equal > 0 && found.new.files_read > 0, "{found:?}");
    assert_eq!((found.rows.added, found.rows.removed), (1, 0));
    // Other bytes of the same rows: the digests of the datasets tell that only places are left to compare.
    let level = dataset(at, "level", "[export]\nparquet-zstd-level = 9");
    let found = hold(&later, &level);
    assert!(found.equal && found.new.files_read > 0 && found.new.files_equal == 0, "{found:?}");
}

#[test]
fn what_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::create_dir_all(at.join("raw")).unwrap();
    let line = |title: &str, text: &str| {
        format!(
            "{}\n",
            serde_json::json!({ "title": title, "text": text, "date": "2025-01-02", "source": "Harbour Times" })
        )
    };
    let text = |word: &str| {
        format!(
            "The {word} was seen in the harbour on Monday, and {word} it remained until the evening came over the town."
        )
    };
    fs::write(at.join("raw/a.jsonl"), line("One", &text("ferry")) + &line("Two", &text("whale"))).unwrap();
    must(at, &["run", "--quiet", "--output", "old"]);
    fs::write(at.join("raw/b.jsonl"), line("Two | too", &text("whale")) + "{\"broken\n").unwrap();
    fs::write(at.join("raw/a.jsonl"), line("One", &text("ferry")) + &line("Three", &text("crane"))).unwrap();
    must(at, &["run", "--quiet", "--output", "new"]);
    insta::assert_snapshot!(shown(at, &["diff", "old", "new"]));
    insta::assert_snapshot!(shown(at, &["diff", "old", "new", "--format", "markdown", "--ids", "1"]));
    insta::assert_snapshot!(shown(at, &["diff", "new", "new", "--exit-code"]));
    let code = |arguments: &[&str]| run(at, arguments).status.code();
    assert_eq!(code(&["diff", "old", "new", "--exit-code"]), Some(1));
    assert_eq!(code(&["diff", "old", "new"]), Some(0));
    let json = must(at, &["diff", "old", "new", "--format", "json"]);
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!((&json["rows"]["removed"], &json["equal"]), (&Value::from(1), &Value::from(false)));
    let names: BTreeSet<&str> = json["sources"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, BTreeSet::from(["harbour-times"]));
    insta::assert_snapshot!(shown(at, &["diff", "old", "raw"]));
    fs::remove_file(at.join("new/data/articles-00000-of-00001.parquet")).unwrap();
    insta::assert_snapshot!(shown(at, &["diff", "old", "new"]));
}
