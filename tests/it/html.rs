//! Saved pages of our own writing through the whole command: text, title, authors, date, language.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::must;

const PAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/pages");

/// The rows that a run makes of the pages, by file name.
fn rows(pages: &Path) -> BTreeMap<String, Value> {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("raw")).unwrap();
    for entry in fs::read_dir(pages).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "html") {
            fs::copy(&path, folder.path().join("raw").join(path.file_name().unwrap())).unwrap();
        }
    }
    must(folder.path(), &["run", "--quiet", "--input", "raw", "--output", "out"]);
    let lines = fs::read_to_string(folder.path().join("out/data/articles-00000-of-00001.jsonl")).unwrap();
    lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|row| (row["raw_path"].as_str().unwrap().to_owned(), row))
        .collect()
}

/// Words, or characters where a script has no spaces, with how often they occur.
fn bag(text: &str) -> BTreeMap<String, i64> {
    let mut bag = BTreeMap::new();
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let units: Vec<String> = if word.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)) {
            word.chars().map(String::from).collect()
        } else {
            vec![word.to_owned()]
        };
        for unit in units {
            *bag.entry(unit).or_insert(0) += 1;
        }
    }
    bag
}

fn f1(found: &str, expected: &str) -> f64 {
    let (found, expected) = (bag(found), bag(expected));
    let both: i64 = found.iter().map(|(word, count)| count.min(expected.get(word).unwrap_or(&0))).sum();
    let total: i64 = found.values().sum::<i64>() + expected.values().sum::<i64>();
    2.0 * both as f64 / total as f64
}

#[test]
fn pages_of_many_makes_become_articles() {
    let expected: BTreeMap<String, Value> =
        serde_json::from_slice(&fs::read(Path::new(PAGES).join("expected.json")).unwrap()).unwrap();
    let rows = rows(Path::new(PAGES));
    let mut wrong = Vec::new();
    for (page, expected) in &expected {
        let row = &rows[page];
        for key in ["title", "authors", "published_date", "published_at", "language"] {
            // Old pages without a heading element have no title that could be asked for.
            if expected.get(key).is_some_and(|expected| row[key] != *expected) {
                wrong.push(format!("{page}: {key}: expected {}, but found {}", expected[key], row[key]));
            }
        }
        let text: Vec<&str> = expected["text"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
        let score = f1(row["text"].as_str().unwrap(), &text.join("\n\n"));
        if score < 0.92 {
            wrong.push(format!("{page}: text agrees by {score:.3} only: {}", row["text"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(rows.len(), expected.len());
}
