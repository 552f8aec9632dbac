//! Near-duplicates as a user meets them: found, proven, the same whatever the way, and verifiable.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::support::{Numbers, assert_same_files, copydesk, files, manifest, must, run};

/// Words that no other test has; texts of them share no run of five by chance.
fn word(numbers: &mut Numbers) -> String {
    (0..3)
        .map(|_| numbers.pick(&["ka", "lo", "mi", "re", "su", "ti", "vo", "ne", "bu", "da", "fo", "gi", "hu", "pa"]))
        .collect()
}

/// JSON lines of articles, a third of them edited copies of earlier ones, some in other sources, some with other numbers.
pub fn edited_lines(numbers: &mut Numbers, records: usize) -> Vec<String> {
    let mut texts: Vec<(Vec<String>, u64)> = Vec::new();
    let mut lines = Vec::new();
    for record in 0..records {
        let (mut words, mut day) = match numbers.below(3) {
            0 if !texts.is_empty() => texts[numbers.below(texts.len() as u64) as usize].clone(),
            _ => ((0..60).map(|_| word(numbers)).collect(), 10 + numbers.below(3000)),
        };
        match numbers.below(5) {
            0 => words[7] = word(numbers),
            1 => words.truncate(48),
            2 => words.extend((0..4).map(|_| word(numbers))),
            3 => words[20] = format!("{}", numbers.below(100)),
            _ => {}
        }
        day += numbers.below(3);
        let date = format!("{}-{:02}-{:02}", 2010 + day / 336, 1 + day / 28 % 12, 1 + day % 28);
        let source = numbers.pick(&["Harbour Times", "Inland Post", "Northern Wire"]);
        let line = serde_json::json!({ "id": record, "text": words.join(" "), "date": date, "source": source });
        lines.push(format!("{line}\n"));
        texts.push((words, day));
    }
    lines
}

pub fn write_parts(raw: &Path, lines: &[String], parts: usize) {
    fs::create_dir_all(raw).unwrap();
    for (number, part) in lines.chunks(lines.len().div_ceil(parts)).enumerate() {
        fs::write(raw.join(format!("part-{number:03}.jsonl")), part.concat()).unwrap();
    }
}

/// The rows of a table as maps from column to text.
pub fn rows(dataset: &Path, table: &str) -> Vec<BTreeMap<String, String>> {
    use arrow::util::display::{ArrayFormatter, FormatOptions};
    let mut rows = Vec::new();
    for (name, bytes) in files(dataset) {
        if !(name.contains(".parquet") && name.rsplit('/').next().unwrap().starts_with(&format!("{table}-"))) {
            continue;
        }
        let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes));
        for batch in reader.unwrap().build().unwrap() {
            let batch = batch.unwrap();
            let options = FormatOptions::default();
            // Instants need a database of zones to be shown; no test here asks for one.
            let columns = batch.schema_ref().fields().iter().zip(batch.columns());
            let shown = columns.filter(|(field, _)| !field.name().ends_with("_at"));
            let columns: Vec<_> = shown
                .map(|(field, column)| (field.name(), ArrayFormatter::try_new(column, &options).unwrap()))
                .collect();
            for row in 0..batch.num_rows() {
                rows.push(
                    columns.iter().map(|(name, column)| ((*name).clone(), column.value(row).to_string())).collect(),
                );
            }
        }
    }
    rows
}

#[test]
fn every_pair_is_one_by_its_definition_and_none_is_missed() {
    let folder = tempfile::tempdir().unwrap();
    let lines = edited_lines(&mut Numbers(31), 240);
    write_parts(&folder.path().join("raw"), &lines, 3);
    fs::write(folder.path().join("flag.toml"), "[dedup]\nexact = \"flag\"\nguards = \"off\"\n").unwrap();
    must(folder.path(), &["run", "--quiet", "--config", "flag.toml", "--input", "raw", "--output", "out"]);
    let articles = rows(&folder.path().join("out"), "articles");
    let shingles = |text: &str| -> BTreeSet<Vec<String>> {
        let words: Vec<String> = text.split(' ').map(str::to_lowercase).collect();
        words.windows(5).map(<[String]>::to_vec).collect()
    };
    let sets: Vec<_> = articles.iter().map(|article| shingles(&article["text"])).collect();
    let days = |article: &BTreeMap<String, String>| {
        article["published_date"]
            .parse::<jiff::civil::Date>()
            .unwrap()
            .duration_since(jiff::civil::date(2000, 1, 1))
            .as_hours()
            / 24
    };
    let mut expected = BTreeMap::new();
    for (a, one) in articles.iter().enumerate() {
        for (b, other) in articles.iter().enumerate().take(a) {
            let shared = sets[a].intersection(&sets[b]).count() as f64;
            let jaccard = shared / (sets[a].len() + sets[b].len()) as f64;
            let jaccard = jaccard / (1.0 - jaccard);
            if (days(one) - days(other)).abs() <= 7 && jaccard >= 0.5 || one["text"] == other["text"] {
                expected.insert(BTreeSet::from([one["id"].clone(), other["id"].clone()]), jaccard);
            }
        }
    }
    let pairs = rows(&folder.path().join("out"), "pairs");
    assert!(expected.len() > 60 && pairs.len() == expected.len(), "{} of {}", pairs.len(), expected.len());
    for pair in &pairs {
        let jaccard = expected[&BTreeSet::from([pair["id"].clone(), pair["other_id"].clone()])];
        assert!((jaccard - pair["jaccard"].parse::<f64>().unwrap()).abs() <= 1e-6, "{pair:?}");
    }
    let relations: BTreeSet<&str> = pairs.iter().map(|pair| pair["relation"].as_str()).collect();
    assert!(
        ["near_copy", "wire_copy", "revision"].iter().all(|relation| relations.contains(relation)),
        "{relations:?}"
    );
    // Stars: whoever follows was verified against its representative, and representatives follow nobody.
    let followers = articles.iter().filter(|article| article["is_representative"] == "false");
    for article in followers {
        let pair = BTreeSet::from([article["id"].clone(), article["cluster_id"].clone()]);
        assert!(expected.contains_key(&pair), "{article:?}");
        assert!(
            articles.iter().any(|other| other["id"] == article["cluster_id"] && other["is_representative"] == "true")
        );
    }
}

#[test]
fn arrivals_in_any_number_give_the_bytes_of_one_run() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let lines = edited_lines(&mut Numbers(32), 200);
    for near in ["flag", "drop"] {
        fs::write(root.join("c.toml"), format!("[dedup]\nnear = \"{near}\"\nguards = \"off\"\n")).unwrap();
        write_parts(&root.join("all"), &lines, 100);
        must(root, &["run", "--quiet", "--config", "c.toml", "--input", "all", "--output", "whole"]);
        for arrivals in [1, 10, 100] {
            if root.join("raw").exists() {
                fs::remove_dir_all(root.join("raw")).unwrap();
                fs::remove_dir_all(root.join("grown")).unwrap();
            }
            fs::create_dir_all(root.join("raw")).unwrap();
            let all: Vec<_> = files(&root.join("all")).into_iter().collect();
            // Every second arrival comes from the end: later files change what stands for the earlier ones.
            let mut parts: Vec<_> = all.chunks(100 / arrivals).collect();
            parts.sort_by_key(|part| part[0].0.as_bytes()[7]);
            for part in parts.into_iter().step_by(if arrivals == 100 { 9 } else { 1 }) {
                for (name, bytes) in part {
                    fs::write(root.join("raw").join(name), bytes).unwrap();
                }
                must(root, &["run", "--quiet", "--config", "c.toml", "--input", "raw", "--into", "grown"]);
            }
            for (name, bytes) in &all {
                if !root.join("raw").join(name).exists() {
                    fs::write(root.join("raw").join(name), bytes).unwrap();
                }
            }
            must(root, &["run", "--quiet", "--config", "c.toml", "--input", "raw", "--into", "grown"]);
            fs::remove_dir_all(root.join("grown/index")).unwrap();
            assert_same_files(&root.join("whole"), &root.join("grown"), &format!("{near}, {arrivals} arrivals"));
            must(root, &["run", "--quiet", "--config", "c.toml", "--input", "raw", "--into", "grown"]);
        }
    }
}

#[test]
fn removed_and_changed_files_leave_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let lines = edited_lines(&mut Numbers(33), 160);
    write_parts(&root.join("raw"), &lines, 8);
    fs::write(root.join("c.toml"), "[dedup]\nnear = \"drop\"\nguards = \"off\"\n").unwrap();
    let into = ["run", "--config", "c.toml", "--input", "raw", "--into", "grown"];
    must(root, &into);
    let said = |output: std::process::Output| String::from_utf8(output.stderr).unwrap();
    assert!(said(must(root, &into)).contains("8 raw files unchanged, 0 read, 0 gone"));
    fs::remove_file(root.join("raw/part-000.jsonl")).unwrap();
    fs::write(root.join("raw/part-003.jsonl"), lines[..30].concat()).unwrap();
    fs::write(root.join("raw/part-009.jsonl"), "{\"text\": broken\n").unwrap();
    let told = said(must(root, &into));
    assert!(told.contains(", 1 gone"), "{told}");
    must(root, &["check", "grown"]);
    must(root, &["verify", "grown", "--config", "c.toml", "--input", "raw"]);
    must(root, &["run", "--quiet", "--config", "c.toml", "--input", "raw", "--output", "whole"]);
    fs::remove_dir_all(root.join("grown/index")).unwrap();
    assert_same_files(&root.join("whole"), &root.join("grown"), "removed and changed files");
    // Without an index, with another configuration, or with `--rehash`, everything is read.
    assert!(said(must(root, &into)).contains("0 raw files unchanged, 8 read"));
    assert!(said(must(root, &[&into[..], &["--rehash"]].concat())).contains("0 raw files unchanged, 8 read"));
    fs::write(root.join("c.toml"), "[dedup]\nnear = \"flag\"\nguards = \"off\"\n").unwrap();
    assert!(said(must(root, &into)).contains("0 raw files unchanged, 8 read"));
}

#[test]
fn verify_objects_to_what_the_raw_records_do_not_bear_out() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let lines = edited_lines(&mut Numbers(34), 120);
    write_parts(&root.join("raw"), &lines, 2);
    must(root, &["run", "--quiet", "--input", "raw", "--output", "out"]);
    let good = must(root, &["verify", "out", "--input", "raw"]);
    assert!(String::from_utf8_lossy(&good.stderr).ends_with("everything holds\n"));
    // One word of one raw record: its digests, its id and its pairs are others.
    let changed =
        fs::read_to_string(root.join("raw/part-001.jsonl")).unwrap().replacen("\"text\":\"", "\"text\":\"other ", 1);
    fs::write(root.join("raw/part-001.jsonl"), changed).unwrap();
    let bad = run(root, &["verify", "out", "--input", "raw"]);
    let told = String::from_utf8(bad.stdout).unwrap();
    assert_eq!(bad.status.code(), Some(1));
    assert!(told.contains("records: part-001.jsonl 0: raw_sha256: expected `sha256:"), "{told}");
    write_parts(&root.join("raw"), &lines, 2);
    // One verdict: the relation of one pair, written back into its Parquet file.
    corrupt_pair(&root.join("out"));
    let bad = run(root, &["verify", "out", "--input", "raw"]);
    let told = String::from_utf8(bad.stdout).unwrap();
    assert_eq!(bad.status.code(), Some(1));
    assert!(told.contains("jaccard: expected `") && told.lines().count() == 1, "{told}");
    fs::write(root.join("other.toml"), "[dedup]\njaccard = 0.9\n").unwrap();
    let refused = run(root, &["verify", "out", "--input", "raw", "--config", "other.toml"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("was made with another configuration"));
}

/// Puts another similarity into the first row of `pairs`.
fn corrupt_pair(dataset: &Path) {
    use arrow::array::{ArrayRef, AsArray, Float64Array, RecordBatch};
    let (name, bytes) = files(dataset).into_iter().find(|(name, _)| name.starts_with("tables/pairs-")).unwrap();
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes));
    let batch = reader.unwrap().build().unwrap().next().unwrap().unwrap();
    let place = batch.schema_ref().index_of("jaccard").unwrap();
    let values = batch.column(place).as_primitive::<arrow::datatypes::Float64Type>().values();
    let mut columns = batch.columns().to_vec();
    let changed = std::iter::once(0.123_456).chain(values.iter().skip(1).copied());
    columns[place] = std::sync::Arc::new(Float64Array::from_iter_values(changed)) as ArrayRef;
    let batch = RecordBatch::try_new(batch.schema(), columns).unwrap();
    let mut writer =
        parquet::arrow::ArrowWriter::try_new(fs::File::create(dataset.join(name)).unwrap(), batch.schema(), None)
            .unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

#[test]
fn a_source_that_loses_too_much_is_not_published() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let mut numbers = Numbers(35);
    let text: Vec<String> = (0..40).map(|_| word(&mut numbers)).collect();
    let line = |n: usize| format!("{}\n", serde_json::json!({ "id": n, "text": text.join(" "), "source": "Mirror" }));
    fs::create_dir(root.join("raw")).unwrap();
    fs::write(root.join("raw/a.jsonl"), (0..120).map(line).collect::<String>()).unwrap();
    let failed = run(root, &["run", "--input", "raw", "--output", "out"]);
    assert_eq!(failed.status.code(), Some(1));
    let told = String::from_utf8(failed.stderr).unwrap();
    assert!(told.contains("source `mirror` lost 119 of 120 records as duplicates (99.2 %)"), "{told}");
    assert_eq!(told.matches("\n    of `a.jsonl#").count(), 20, "{told}");
    assert!(!root.join("out").exists() && root.join("out.failed/manifest.json").exists());
    fs::write(root.join("c.toml"), "[dedup]\nguards = \"off\"\n").unwrap();
    must(root, &["run", "--quiet", "--config", "c.toml", "--input", "raw", "--output", "out"]);
    assert_eq!(manifest(&root.join("out")).account.duplicates, 119);
}

#[test]
fn small_memory_and_many_threads_find_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let lines = edited_lines(&mut Numbers(36), 3000);
    write_parts(&root.join("raw"), &lines, 5);
    must(root, &["run", "--quiet", "--input", "raw", "--output", "one", "--threads", "1", "--memory", "1GiB"]);
    for threads in ["2", "8"] {
        let mut command =
            copydesk(root, &["run", "--quiet", "--input", "raw", "--output", "two", "--threads", threads]);
        assert!(command.args(["--memory", "192MiB"]).status().unwrap().success());
        assert_same_files(&root.join("one"), &root.join("two"), threads);
    }
    assert!(manifest(&root.join("one")).duplicates.pairs.len() >= 4);
}
