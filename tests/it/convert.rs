//! `copydesk convert`: every row once, with the values of the dataset, in every profile.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read as _;
use std::path::Path;

use copydesk::columns::ARTICLES;
use copydesk::kernels::write_csv::strip_apostrophe;
use copydesk::pipeline::convert::Conversion;
use serde_json::Value;

use crate::cli::shown;
use crate::near::rows;
use crate::support::{assert_same_files, files, manifest, must, raw_folder, run};

/// Articles of several months and outlets, with texts that spreadsheets would run and names that folders cannot have.
fn prepare(root: &Path) {
    raw_folder(&root.join("raw"), 5);
    let titles = ["=HYPERLINK(\"http://x\")", " +1", "-5", "@x", "\u{FF1D}1", "'=1", "a, \"b\"\r\nc", "'t Hof", "[1]"];
    let mut lines = String::new();
    for (number, title) in titles.iter().enumerate() {
        let text = format!("Story number {number} has words of its own, {}.", "and more ".repeat(number + 1));
        let source = format!("Ärger & Söhne / {}", number % 3);
        let month = number + 1;
        let line = serde_json::json!({ "title": title, "text": text, "source": source, "date": format!("2024-{month:02}-03"), "authors": ["=A, B", "C"] });
        lines += &(line.to_string() + "\n");
    }
    lines.push_str("{\"text\": \"Nobody says when this was written, nor where it stood.\"}\n");
    fs::write(root.join("raw/titles.jsonl"), lines).unwrap();
    must(root, &["run", "--quiet", "--input", "raw", "--output", "out"]);
}

fn convert(root: &Path, arguments: &[&str]) -> Conversion {
    let output = must(root, &[&["convert", "out", "--quiet", "--json"], arguments].concat());
    let told: Conversion = serde_json::from_slice(&output.stdout).unwrap();
    let place = arguments[arguments.iter().position(|argument| *argument == "--output").unwrap() + 1];
    let written: Conversion =
        serde_json::from_slice(&fs::read(root.join(place).join("manifest.json")).unwrap()).unwrap();
    assert_eq!(told, written);
    let of_dataset = manifest(&root.join("out"));
    assert_eq!((told.articles, &told.dataset_sha256), (of_dataset.account.articles, &of_dataset.dataset_sha256));
    assert_eq!(told.articles, told.rows + told.left_out.values().sum::<u64>());
    assert_eq!(told.rows, told.files.iter().filter_map(|file| file.rows).sum::<u64>());
    for file in &told.files {
        let bytes = fs::read(root.join(place).join(&file.path)).unwrap();
        assert_eq!(
            (file.bytes, &file.sha256),
            (bytes.len() as u64, &copydesk::kernels::sha256::Digest::of(&bytes).to_string())
        );
    }
    assert_eq!(files(&root.join(place)).len(), told.files.len() + 1);
    told
}

fn lines(dataset: &Path) -> Vec<Value> {
    let all = files(dataset).into_iter().filter(|(name, _)| name.starts_with("data/") && name.contains(".jsonl"));
    let text: String = all.map(|(_, bytes)| String::from_utf8(bytes).unwrap()).collect();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The cells of CSV by RFC 4180; nothing else is accepted.
fn parse_csv(text: &str) -> Vec<Vec<String>> {
    let (mut all, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if cell.is_empty() => loop {
                match letters.next().unwrap() {
                    '"' if letters.next_if_eq(&'"').is_some() => cell.push('"'),
                    '"' => break assert!(matches!(letters.peek(), Some(',' | '\r'))),
                    other => cell.push(other),
                }
            },
            ',' => row.push(std::mem::take(&mut cell)),
            '\r' => {
                assert_eq!(letters.next(), Some('\n'));
                row.push(std::mem::take(&mut cell));
                all.push(std::mem::take(&mut row));
            }
            other => {
                assert!(!matches!(other, '"' | '\n'));
                cell.push(other);
            }
        }
    }
    assert!(row.is_empty() && cell.is_empty(), "the last row has a line end");
    all
}

#[test]
fn csv_gives_every_value_back_and_no_formula() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    prepare(root);
    convert(root, &["--profile", "csv", "--output", "csv"]);
    let text = fs::read_to_string(root.join("csv/data/part-00000.csv")).unwrap();
    let mut table = parse_csv(&text).into_iter();
    let header = table.next().unwrap();
    let expected = lines(&root.join("out"));
    assert!(header.iter().eq(ARTICLES.columns.iter().map(|column| column.name)));
    let found: Vec<_> = table.collect();
    assert_eq!(found.len(), expected.len());
    let mut guarded = 0;
    for (cells, row) in found.iter().zip(&expected) {
        for (cell, name) in cells.iter().zip(&header) {
            match &row[name] {
                Value::Null => assert_eq!(cell, ""),
                Value::String(text) => {
                    assert_eq!(strip_apostrophe(cell), text);
                    guarded += u64::from(cell != text);
                    assert!(!cell.trim_start().starts_with(['=', '+', '-', '@', '\u{FF1D}']), "{cell}");
                }
                other => assert_eq!(&serde_json::from_str::<Value>(cell).unwrap(), other),
            }
        }
    }
    assert_eq!(guarded, 6);
    insta::assert_snapshot!(
        fs::read_to_string(root.join("csv/README.md"))
            .unwrap()
            .lines()
            .filter(|line| !line.contains("version") && !line.contains("digest"))
            .collect::<Vec<_>>()
            .join("\n")
    );
}

#[test]
fn documents_hold_the_whole_row() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    prepare(root);
    convert(root, &["--profile", "dolma", "--output", "dolma"]);
    let bytes = fs::read(root.join("dolma/documents/part-00000.json.gz")).unwrap();
    assert_eq!(bytes[4..8], [0; 4], "no time");
    let mut text = String::new();
    flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
    let documents: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let expected = lines(&root.join("out"));
    assert_eq!(documents.len(), expected.len());
    for (document, row) in documents.iter().zip(&expected) {
        let mut whole = document["metadata"].clone();
        whole["id"] = document["id"].clone();
        whole["text"] = document["text"].clone();
        assert_eq!(&whole, row);
        assert_eq!(document["source"], row["source_id"]);
        let created = match (&row["published_at"], &row["published_date"]) {
            (Value::String(at), _) => Some(format!("{}Z", &at[..23])),
            (_, Value::String(date)) => Some(format!("{date}T00:00:00.000Z")),
            _ => None,
        };
        assert_eq!(document.get("created").and_then(Value::as_str), created.as_deref());
    }
}

#[test]
fn folders_hold_every_row_once() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    prepare(root);
    // More outlets than files are open at once.
    let more: String = (0..150)
        .map(|number| {
            let text = format!("Report {number} of a small outlet, {}.", "word ".repeat(number % 7 + 3));
            serde_json::json!({ "text": text, "source": format!("Outlet {number}"), "date": "2023-05-06" }).to_string()
                + "\n"
        })
        .collect();
    fs::write(root.join("raw/outlets.jsonl"), more).unwrap();
    must(root, &["run", "--quiet", "--input", "raw", "--output", "out"]);
    let by_id = |rows: Vec<BTreeMap<String, String>>| -> BTreeMap<String, BTreeMap<String, String>> {
        rows.into_iter().map(|row| (row["id"].clone(), row)).collect()
    };
    let expected = by_id(rows(&root.join("out"), "articles"));
    for (by, column) in [("month", "published_date"), ("source", "source_id")] {
        let told = convert(root, &["--profile", "parquet", "--partition-by", by, "--output", by]);
        let mut found = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for path in files(&root.join(by)).into_iter().map(|(path, _)| path).filter(|path| path.ends_with(".parquet")) {
            let own = rows(&root.join(by).join(path.rsplit_once('/').unwrap().0), "part");
            let value = path.split('/').nth(1).unwrap().split_once('=').unwrap().1.to_owned();
            assert!(seen.insert(value.clone()), "{path}: a second file");
            for row in &own {
                let wanted = &row[column];
                match by {
                    "month" if wanted.is_empty() => assert_eq!(value, "__HIVE_DEFAULT_PARTITION__"),
                    "month" => assert_eq!(value, wanted[..7]),
                    _ => assert!(value == *wanted || value.contains('%'), "{value} {wanted}"),
                }
            }
            let count = own.len();
            found.extend(by_id(own));
            assert_eq!(told.partitions[path.split('/').nth(1).unwrap()], count as u64);
        }
        assert!(found == expected, "{by}");
        assert_eq!(told.partitions.len(), seen.len());
        assert!(by != "source" || seen.len() > 150);
        // Any profile goes into folders, and the same call gives the same bytes.
        convert(root, &["--profile", "csv", "--partition-by", by, "--output", "again"]);
        let once: Vec<_> = files(&root.join("again"));
        convert(root, &["--profile", "csv", "--partition-by", by, "--output", "again"]);
        assert!(once == files(&root.join("again")));
    }
    convert(root, &["--profile", "parquet", "--partition-by", "source", "--output", "twice"]);
    assert_same_files(&root.join("source"), &root.join("twice"), "the same again");
}

#[test]
fn mistakes_are_told_and_nothing_foreign_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    prepare(root);
    fs::create_dir(root.join("mine")).unwrap();
    fs::write(root.join("mine/thesis.txt"), "mine").unwrap();
    convert(root, &["--profile", "csv", "--output", "csv"]);
    let csv = ["convert", "out", "--profile", "csv", "--output"];
    let with = |arguments: &[&str]| shown(root, arguments);
    let mut all = vec![
        with(&["convert", "out", "--profile", "excel", "--output", "x"]),
        with(&["convert", "out", "--profile", "parquet", "--output", "x"]),
        with(&["convert", "out", "--profile", "csv", "--partition-by", "week", "--output", "x"]),
        with(&["convert", "raw", "--profile", "csv", "--output", "x"]),
        with(&["convert", "csv", "--profile", "csv", "--output", "x"]),
        with(&[&csv[..], &["mine"]].concat()),
        with(&[&csv[..], &["out"]].concat()),
        with(&[&csv[..], &["out/csv"]].concat()),
        with(&["run", "--input", "raw", "--output", "csv"]),
    ];
    // Fewer rows than the manifest counts: the file of another dataset.
    let text = fs::read_to_string(root.join("out/manifest.json")).unwrap();
    let articles = manifest(&root.join("out")).account.articles;
    let wrong = text.replace(&format!("\"articles\": {articles}"), &format!("\"articles\": {}", articles + 1));
    fs::write(root.join("out/manifest.json"), wrong).unwrap();
    all.push(with(&[&csv[..], &["x"]].concat()));
    assert!(!root.join("x").exists() && fs::read(root.join("mine/thesis.txt")).unwrap() == b"mine");
    assert!(run(root, &["convert", "out", "--profile", "csv"]).status.code() == Some(2));
    insta::assert_snapshot!(all.join("\n\n"));
}
