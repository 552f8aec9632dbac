//! Splits: every article on one side, every cluster on one, by shares and by time.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use arrow::array::{Array as _, AsArray as _, RecordBatch};
use arrow::datatypes::Date32Type;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::support::{Numbers, assert_same_files, json_lines, manifest, must, raw_folder, run};

/// 2025-06-01, in days since 1970-01-01.
const JUNE: i32 = 20_240;
/// 2025-10-01.
const OCTOBER: i32 = 20_362;

fn batches(dataset: &Path, prefix: &str) -> Vec<RecordBatch> {
    let files = manifest(dataset).files.into_iter().map(|entry| entry.path);
    let files = files.filter(|path| path.starts_with(prefix) && path.ends_with(".parquet"));
    files
        .flat_map(|path| {
            let file = fs::File::open(dataset.join(path)).unwrap();
            ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap().map(Result::unwrap)
        })
        .collect()
}

fn sides(dataset: &Path) -> BTreeMap<String, String> {
    let mut sides = BTreeMap::new();
    for batch in batches(dataset, "tables/splits-") {
        let (ids, splits) = (batch.column(0).as_string::<i32>(), batch.column(1).as_string::<i32>());
        for row in 0..batch.num_rows() {
            assert!(sides.insert(ids.value(row).to_owned(), splits.value(row).to_owned()).is_none());
        }
    }
    sides
}

/// Id, cluster, whether it stands for it, and date of every article.
fn articles(dataset: &Path) -> Vec<(String, String, bool, Option<i32>)> {
    let mut all = Vec::new();
    for batch in batches(dataset, "data/") {
        let text =
            |name: &str, row: usize| batch.column_by_name(name).unwrap().as_string::<i32>().value(row).to_owned();
        let dates = batch.column_by_name("published_date").unwrap().as_primitive::<Date32Type>();
        let standing = batch.column_by_name("is_representative").unwrap().as_boolean();
        for row in 0..batch.num_rows() {
            let date = dates.is_valid(row).then(|| dates.value(row));
            all.push((text("id", row), text("cluster_id", row), standing.value(row), date));
        }
    }
    all
}

fn by_cluster(dataset: &Path) -> BTreeMap<String, String> {
    let sides = sides(dataset);
    let articles = articles(dataset);
    assert_eq!(sides.len(), articles.len());
    let mut clusters: BTreeMap<String, String> = BTreeMap::new();
    for (id, cluster, ..) in articles {
        let side = sides.get(&id).unwrap();
        assert_eq!(clusters.entry(cluster.clone()).or_insert_with(|| side.clone()), side, "{cluster} is on two sides");
    }
    clusters
}

#[test]
fn no_cluster_is_on_two_sides_and_newcomers_move_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    raw_folder(&at.join("raw"), 21);
    fs::write(at.join("c.toml"), "[export]\nsplits = { train = 0.5, validation = 0.2, test = 0.3 }\n").unwrap();
    must(at, &["run", "--quiet", "--config", "c.toml", "--output", "first"]);
    must(at, &["run", "--quiet", "--config", "c.toml", "--output", "again", "--threads", "8", "--memory", "192MiB"]);
    assert_same_files(&at.join("first"), &at.join("again"), "threads and memory");
    must(at, &["check", "first"]);
    let before = by_cluster(&at.join("first"));
    let rows = manifest(&at.join("first")).splits.unwrap().rows;
    assert_eq!(rows.values().sum::<u64>(), manifest(&at.join("first")).rows["articles"]);
    assert!(rows.values().all(|rows| *rows > 5), "{rows:?}");
    assert!(articles(&at.join("first")).iter().any(|(_, _, standing, _)| !standing));
    fs::write(at.join("raw/more.jsonl"), json_lines(&mut Numbers(22), 40)).unwrap();
    must(at, &["run", "--quiet", "--config", "c.toml", "--output", "first"]);
    let after = by_cluster(&at.join("first"));
    must(at, &["run", "--quiet", "--config", "c.toml", "--into", "again"]);
    assert_eq!(sides(&at.join("first")), sides(&at.join("again")), "worked in and made at once");
    assert!(after.len() > before.len());
    for (cluster, side) in &before {
        assert!(after.get(cluster).is_none_or(|other| other == side), "{cluster} has moved");
    }
}

#[test]
fn time_splits_follow_the_representative() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    raw_folder(&at.join("raw"), 23);
    let config = "[export]\nsplit-dates = { validation = \"2025-06-01\", test = \"2025-10-01\" }\n";
    fs::write(at.join("copydesk.toml"), config).unwrap();
    must(at, &["run", "--quiet"]);
    must(at, &["check", "output"]);
    let clusters = by_cluster(&at.join("output"));
    for (_, cluster, _, date) in articles(&at.join("output")).into_iter().filter(|(_, _, standing, _)| *standing) {
        let expected = match date {
            Some(OCTOBER..) => "test",
            Some(JUNE..) => "validation",
            _ => "train",
        };
        assert_eq!(clusters[&cluster], expected, "{date:?}");
    }
    assert!(fs::read_to_string(at.join("output/README.md")).unwrap().contains("## Splits"));
    must(at, &["verify", "output", "--quiet"]);
    // Without the option there is no such table.
    fs::remove_file(at.join("copydesk.toml")).unwrap();
    must(at, &["run", "--quiet"]);
    assert!(!at.join("output/schema/split.schema.json").exists() && sides(&at.join("output")).is_empty());
    assert!(run(at, &["check", "output"]).status.success());
}
