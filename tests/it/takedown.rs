//! Take-down: nothing of an article is left, and what stays is what a run that knows of it gives.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::cli::shown;
use crate::near::{edited_lines, rows, write_parts};
use crate::support::{Numbers, assert_same_files, files, manifest, must, run};

pub type Row = BTreeMap<String, String>;

/// Articles in clusters, at addresses of which some are shared by two of them, with some records twice.
pub fn write_raw(raw: &Path, seed: u64) {
    let mut numbers = Numbers(seed);
    let mut lines = Vec::new();
    let mut address = String::new();
    for (number, line) in edited_lines(&mut numbers, 160).iter().enumerate() {
        let mut line: serde_json::Value = serde_json::from_str(line).unwrap();
        if number % 9 != 8 {
            address = format!("https://Example.org:443/news/{:x}?b=2", numbers.next());
        }
        line["url"] = address.clone().into();
        line["title"] = format!("Title {}", numbers.next()).into();
        lines.push(format!("{line}\n"));
        if numbers.below(9) == 0 {
            lines.push(format!("{line}\n"));
        }
        if numbers.below(9) == 0 {
            line["title"] = format!("Copy {}", numbers.next()).into();
            lines.push(format!("{line}\n"));
        }
    }
    lines.push("{\"text\": 7}\n".to_owned());
    write_parts(raw, &lines, 8);
}

fn config(dedup: &str) -> String {
    format!("[dataset]\ntakedowns = \"takedowns.jsonl\"\n[dedup]\nguards = \"off\"\n{dedup}")
}

/// A folder with raw files, a configuration and the dataset `out` with its index.
fn prepare(root: &Path, dedup: &str, seed: u64) {
    write_raw(&root.join("raw"), seed);
    fs::write(root.join("copydesk.toml"), config(dedup)).unwrap();
    must(root, &["run", "--quiet", "--input", "raw", "--into", "out"]);
}

/// Everything that a dataset holds, as it lies there and unpacked.
pub fn unpacked(dataset: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<(String, Vec<u8>)> = files(dataset).into_iter().collect();
    for (name, bytes) in all.clone() {
        if let Ok(plain) = zstd::decode_all(bytes.as_slice()) {
            all.push((format!("{name} unpacked"), plain));
        }
    }
    for table in ["articles", "records", "pairs", "date_candidates"] {
        let text: Vec<String> = rows(dataset, table).iter().map(|row| format!("{row:?}")).collect();
        all.push((table.to_owned(), text.join("\n").into_bytes()));
    }
    all
}

fn assert_absent(dataset: &Path, needles: &[String]) {
    for (name, bytes) in unpacked(dataset) {
        for needle in needles {
            let hex = needle.rsplit_once([':', '_']).map_or(needle.as_str(), |(_, hex)| hex);
            for form in [needle.as_str(), hex] {
                let found = form.len() > 8 && bytes.windows(form.len()).any(|window| window == form.as_bytes());
                assert!(!found, "`{form}` is in `{name}`");
            }
        }
    }
}

/// What must hold after every takedown.
fn assert_whole(root: &Path, what: &str) {
    must(root, &["check", "out"]);
    must(root, &["takedown", "verify", "out"]);
    must(root, &["verify", "out", "--input", "raw", "--quiet"]);
    must(root, &["run", "--quiet", "--input", "raw", "--into", "fresh"]);
    assert_same_files(&root.join("fresh"), &root.join("out"), what);
    fs::remove_dir_all(root.join("fresh")).unwrap();
}

/// Pieces of a text that no other text has.
fn pieces(text: &str, others: &[String]) -> Vec<String> {
    let words: Vec<&str> = text.split(' ').collect();
    let all = words.chunks(4).map(|words| words.join(" ")).filter(|piece| piece.len() > 12);
    all.filter(|piece| !others.iter().any(|other| other.contains(piece))).collect()
}

/// One article of each kind: it stands for others, follows another, is alone, or was removed.
fn kinds(dataset: &Path) -> Vec<(&'static str, Row)> {
    let articles = rows(dataset, "articles");
    let shared: BTreeSet<&String> = articles.iter().map(|row| &row["cluster_id"]).collect();
    assert!(shared.len() < articles.len() || articles.iter().any(|row| row["cluster_size"] != "1"));
    let first = |wanted: &dyn Fn(&Row) -> bool| articles.iter().find(|row| wanted(row)).cloned();
    let removed =
        rows(dataset, "records").into_iter().find(|row| row["fate"] == "duplicate" && row["relation"] != "same_record");
    [
        (
            "representative",
            first(&|row| row["cluster_relation"] == "representative" && row["cluster_size"].as_str() > "2"),
        ),
        ("member", first(&|row| row["is_representative"] == "false")),
        ("unique", first(&|row| row["cluster_relation"] == "unique")),
        ("removed", removed),
    ]
    .into_iter()
    .filter_map(|(kind, row)| Some((kind, row?)))
    .collect()
}

#[test]
fn nothing_is_left_and_the_rest_is_as_if_it_had_never_been() {
    for (number, dedup) in
        ["", "near = \"drop\"", "exact = \"flag\"", "exact = \"drop-across-sources\"\nnear = \"off\""]
            .iter()
            .enumerate()
    {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let report = if number == 1 { "\n[export]\nreport = true" } else { "" };
        prepare(root, &format!("{dedup}{report}"), 50 + number as u64);
        let mut taken = 0;
        for (kind, row) in kinds(&root.join("out")) {
            let before = manifest(&root.join("out"));
            let copies = if kind == "member" { &["--copies"][..] } else { &[] };
            let arguments = ["takedown", "out", "--input", "raw", "--reason", "asked for", "--id", &row["id"]];
            must(root, &[&arguments[..], copies].concat());
            let what = format!("{dedup:?}, {kind}");
            assert_whole(root, &what);
            let after = manifest(&root.join("out"));
            assert_eq!(after.account.records, before.account.records, "{what}");
            assert!(after.account.taken_down > taken, "{what}");
            taken = after.account.taken_down;
            let texts: Vec<String> =
                rows(&root.join("out"), "articles").iter().map(|row| row["text"].clone()).collect();
            let mut needles = vec![row["id"].clone(), row["raw_sha256"].clone(), row["title"].clone()];
            needles.extend(row.get("text").into_iter().flat_map(|text| pieces(text, &texts)));
            if !rows(&root.join("out"), "articles").iter().any(|other| other["url"] == row["url"]) {
                needles.push(row["url"].clone());
                needles.push(row["url"].replace("Example.org:443", "example.org"));
            }
            assert_absent(&root.join("out"), &needles);
            let ledger = fs::read_to_string(root.join("takedowns.jsonl")).unwrap();
            assert!(needles.iter().all(|needle| !ledger.contains(needle.as_str())), "{what}");
        }
    }
}

/// The lines of a small corpus: two copies of one story in two outlets, a removed copy, a page at the address of another, and one alone.
fn write_small(root: &Path) {
    let story = "The harbour of the old town opened again on Monday after three weeks of storms, the council said in a short note.";
    let line = |text: &str, source: &str, url: &str| {
        serde_json::json!({ "text": text, "source": source, "url": url, "date": "2025-03-04" }).to_string() + "\n"
    };
    fs::create_dir_all(root.join("raw")).unwrap();
    let at = |name: &str| format!("https://example.org/{name}");
    fs::write(root.join("raw/a.jsonl"), line(story, "Harbour Times", &at("story"))).unwrap();
    fs::write(root.join("raw/b.jsonl"), line(story, "Inland Post", &at("copy"))).unwrap();
    fs::write(root.join("raw/c.jsonl"), line(story, "Harbour Times", &at("again"))).unwrap();
    let other = "A wholly different text with nothing in common but the page where it stands, which is a ticker.";
    let mut ticker = line(other, "Inland Post", &at("ticker"));
    for number in 0..20 {
        let text = format!("Note {number} of the ticker: {}.", "word ".repeat(number + 3));
        ticker.push_str(&line(&text, "Inland Post", &at("ticker")));
    }
    fs::write(root.join("raw/d.jsonl"), ticker).unwrap();
    fs::write(root.join("raw/e.jsonl"), "{\"id\": 1, \"text\": \"\", \"url\": \"https://example.org/empty\"}\n")
        .unwrap();
    fs::write(root.join("copydesk.toml"), config("")).unwrap();
}

fn taken_down(dataset: &Path) -> (u64, u64) {
    let account = manifest(dataset).account;
    (account.articles, account.taken_down)
}

#[test]
fn articles_are_found_by_address_and_digest_and_copies_go_on_request() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write_small(root);
    must(root, &["run", "--quiet", "--into", "out"]);
    assert_eq!(taken_down(&root.join("out")), (23, 0));
    let reason = ["--reason", "r"];
    // The removed copy has no row of its own and goes; the copy in another outlet stays.
    must(root, &[&["takedown", "out", "--url", "HTTPS://example.org/story"], &reason[..]].concat());
    assert_eq!(taken_down(&root.join("out")), (22, 2));
    assert_whole(root, "address");
    let mode = fs::metadata(root.join("takedowns.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let key = fs::read(root.join("takedowns.key")).unwrap();
    // The same again finds it in the ledger and changes nothing.
    let before = files(&root.join("out"));
    must(root, &[&["takedown", "out", "--url", "https://example.org/story"], &reason[..]].concat());
    assert!(before == files(&root.join("out")) && key == fs::read(root.join("takedowns.key")).unwrap());
    // A text that comes again under another address is blocked only when copies are.
    let copy = rows(&root.join("out"), "articles").into_iter().find(|row| row["url"].ends_with("copy")).unwrap();
    must(root, &[&["takedown", "out", "--sha256", &copy["text_sha256"][7..], "--copies"], &reason[..]].concat());
    assert_eq!(taken_down(&root.join("out")), (21, 3));
    assert_whole(root, "digest");
    assert_absent(&root.join("out"), &["of the old town opened again".to_owned(), copy["raw_sha256"].clone()]);
    let line = fs::read_to_string(root.join("raw/b.jsonl")).unwrap().replace("example.org/copy", "example.org/new");
    fs::write(root.join("raw/f.jsonl"), line.replace("Inland Post", "Northern Wire")).unwrap();
    must(root, &["run", "--quiet", "--into", "out"]);
    assert_eq!(taken_down(&root.join("out")), (21, 4));
    assert_whole(root, "arrival");
}

#[test]
fn an_address_of_many_articles_takes_none_but_the_one() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write_small(root);
    must(root, &["run", "--quiet", "--into", "out"]);
    let articles = rows(&root.join("out"), "articles");
    let other = articles.iter().find(|row| row["text"].starts_with("A wholly")).unwrap();
    let output = must(root, &["takedown", "out", "--id", &other["id"], "--reason", "r"]);
    assert!(String::from_utf8(output.stderr).unwrap().contains("addresses not blocked"));
    assert_eq!(taken_down(&root.join("out")), (22, 1));
    assert_whole(root, "shared address");
    must(root, &["takedown", "out", "--url", "https://example.org/ticker", "--reason", "r"]);
    assert_eq!(taken_down(&root.join("out")), (2, 21));
    assert_whole(root, "every article of a page");
}

#[test]
fn rejected_records_go_too() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write_small(root);
    must(root, &["run", "--quiet", "--into", "out"]);
    let records = rows(&root.join("out"), "records");
    let rejected = records.iter().find(|row| row["fate"] == "rejected").unwrap();
    must(root, &["takedown", "out", "--id", &rejected["id"], "--reason", "r"]);
    let account = manifest(&root.join("out")).account;
    assert_eq!((account.rejected, account.taken_down, account.articles), (0, 1, 23));
    let stats = must(root, &["stats", "out", "--format", "json"]).stdout;
    let stats = String::from_utf8(stats).unwrap();
    assert!(stats.contains("taken down"), "{stats}");
    let card = fs::read_to_string(root.join("out/README.md")).unwrap();
    assert!(card.contains("| taken down | 1 |") && card.contains("it is only counted"), "{card}");
    assert_whole(root, "rejected");
    assert_absent(&root.join("out"), &[rejected["id"].clone(), rejected["raw_sha256"].clone()]);
}

#[test]
fn without_an_index_the_raw_files_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write_small(root);
    must(root, &["run", "--quiet", "--output", "out"]);
    must(root, &["takedown", "out", "--url", "https://example.org/story", "--reason", "r"]);
    must(root, &["check", "out"]);
    must(root, &["takedown", "verify", "out"]);
    must(root, &["verify", "out", "--quiet"]);
    assert_eq!(taken_down(&root.join("out")), (22, 2));
    must(root, &["run", "--quiet", "--output", "again"]);
    assert_same_files(&root.join("again"), &root.join("out"), "without an index");
    // Stage by stage it is the same dataset.
    let mut input = "raw".to_owned();
    for stage in ["ingest", "normalize", "attach", "fingerprint", "validate", "dedup", "export"] {
        must(root, &[stage, "--quiet", "--input", &input, "--output", &format!("stages/{stage}")]);
        input = format!("stages/{stage}");
    }
    assert_same_files(&root.join("stages/export"), &root.join("out"), "stage by stage");
}

#[test]
fn what_is_left_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write_small(root);
    must(root, &["run", "--quiet", "--into", "out"]);
    must(root, &["run", "--quiet", "--into", "old"]);
    must(root, &["takedown", "out", "--url", "https://example.org/story", "--copies", "--reason", "r"]);
    let output = run(root, &["takedown", "verify", "old"]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.contains("example.org") && !text.contains("art_"), "{text}");
    insta::assert_snapshot!(text);
    // Another dataset of the same configuration is brought to the ledger by the same command.
    must(root, &["takedown", "old", "--url", "https://example.org/story", "--copies", "--reason", "r"]);
    assert_same_files(&root.join("old"), &root.join("out"), "two datasets");
}

#[test]
fn a_copy_that_stands_up_again_is_read_from_its_raw_file() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write_raw(&root.join("raw"), 77);
    fs::write(root.join("copydesk.toml"), config("near = \"drop\"")).unwrap();
    must(root, &["run", "--quiet", "--into", "out"]);
    fs::rename(root.join("raw"), root.join("elsewhere")).unwrap();
    let records = rows(&root.join("out"), "records");
    let removed: Vec<_> = records.iter().filter(|row| row["relation"] == "near_copy").collect();
    for row in removed.iter().take(4) {
        let arguments = ["takedown", "out", "--id", &row["id"], "--reason", "r"];
        let output = run(root, &arguments);
        if output.status.success() {
            continue;
        }
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(message.contains("has to be read again") && message.contains("--input"), "{message}");
        must(root, &[&arguments[..], &["--input", "elsewhere"]].concat());
    }
    fs::rename(root.join("elsewhere"), root.join("raw")).unwrap();
    assert_whole(root, "raw files that were away");
}

#[test]
fn mistakes_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write_small(root);
    must(root, &["run", "--quiet", "--into", "out"]);
    fs::write(root.join("none.toml"), "").unwrap();
    fs::write(root.join("other.toml"), config("exact = \"flag\"")).unwrap();
    fs::write(root.join("inside.toml"), config("").replace("takedowns.jsonl", "out/takedowns.jsonl")).unwrap();
    fs::write(root.join("raw.toml"), config("").replace("takedowns.jsonl", "raw/takedowns.jsonl")).unwrap();
    let id = format!("art_{}", "0".repeat(32));
    let digest = "0".repeat(64);
    let by_id = ["takedown", "out", "--id", &id];
    let why = ["--reason", "r"];
    let mut all = vec![
        shown(root, &["takedown", "out", "--reason", "r"]),
        shown(root, &by_id),
        shown(root, &[&by_id[..], &["--reason", " "]].concat()),
        shown(root, &[&by_id[..], &why, &["--config", "none.toml"]].concat()),
        shown(root, &[&by_id[..], &why, &["--config", "other.toml"]].concat()),
        shown(root, &[&by_id[..], &why, &["--config", "inside.toml"]].concat()),
        shown(root, &[&by_id[..], &why, &["--config", "raw.toml"]].concat()),
        shown(root, &[&by_id[..], &why].concat()),
        shown(root, &["takedown", "out", "--url", "https://example.org/nowhere", "--reason", "r"]),
        shown(root, &["takedown", "out", "--sha256", &digest, "--reason", "r"]),
        shown(root, &["takedown", "out", "--id", "art_12", "--reason", "r"]),
        shown(root, &["takedown", "out", "--url", " ", "--reason", "r"]),
        shown(root, &["takedown", "out", "--sha256", "12", "--reason", "r"]),
        shown(root, &["takedown", "raw", "--id", &id, "--reason", "r"]),
        shown(root, &["takedown", "verify", "raw"]),
        shown(root, &["takedown", "verify", "out", "--config", "none.toml"]),
    ];
    assert!(!root.join("takedowns.jsonl").exists() && !root.join("takedowns.key").exists());
    all.push(shown(root, &["takedown", "out", "--url", "https://example.org/story", "--reason", "r"]));
    all.push(shown(root, &["takedown", "verify", "out"]));
    all.push(shown(root, &["run", "--output", "other"]));
    let (ledger, key) = (root.join("takedowns.jsonl"), root.join("takedowns.key"));
    let (right, right_key) = (fs::read_to_string(&ledger).unwrap(), fs::read_to_string(&key).unwrap());
    for (text, key_text) in [
        (Some(right.as_str()), None),
        (Some(right.as_str()), Some(digest.as_str())),
        (Some(right.as_str()), Some("not a key")),
        (None, Some(right_key.as_str())),
        (Some("nonsense\n"), Some(right_key.as_str())),
        (Some(&*right.replace("\"takedowns\":1", "\"takedowns\":2")), Some(right_key.as_str())),
        (Some(&*right.replace("\"urls\":[\"", "\"urls\":[\"x")), Some(right_key.as_str())),
    ] {
        for (path, text) in [(&ledger, text), (&key, key_text)] {
            match text {
                Some(text) => fs::write(path, text).unwrap(),
                None => fs::remove_file(path).unwrap(),
            }
        }
        all.push(shown(root, &["run", "--output", "other"]));
    }
    fs::write(&ledger, &right).unwrap();
    fs::write(&key, &right_key).unwrap();
    // Without an index and without raw files there is nothing to make a dataset of.
    must(root, &["run", "--quiet", "--output", "plain"]);
    fs::rename(root.join("raw"), root.join("away")).unwrap();
    all.push(shown(root, &["takedown", "plain", "--url", "https://example.org/copy", "--reason", "r"]));
    fs::rename(root.join("away"), root.join("raw")).unwrap();
    // The ledger names it by then, and the same command goes on.
    must(root, &["takedown", "plain", "--url", "https://example.org/copy", "--reason", "r"]);
    fs::write(root.join("copydesk.toml"), config("[export]\nappend-only = true\n")).unwrap();
    must(root, &["run", "--quiet", "--into", "parts"]);
    fs::write(root.join("raw/g.txt"), "One more article.").unwrap();
    must(root, &["run", "--quiet", "--into", "parts"]);
    fs::rename(root.join("raw"), root.join("away")).unwrap();
    all.push(shown(root, &["takedown", "parts", "--url", "https://example.org/ticker", "--reason", "r"]));
    insta::assert_snapshot!(all.join("\n\n"));
}

/// Who names a text by its digest names it at every address.
#[test]
fn a_text_that_was_named_never_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    prepare(root, "near = \"off\"", 11);
    let articles = rows(&root.join("out"), "articles");
    let digest = articles[0]["text_sha256"].clone();
    must(root, &["takedown", "out", "--sha256", &digest, "--reason", "r"]);
    assert_whole(root, "by the digest of the text");
    let mut again: serde_json::Value = serde_json::json!({ "text": articles[0]["text"], "source": "another.example" });
    again["url"] = "https://another.example/the-same?utm_source=rss".into();
    fs::write(root.join("raw/zz-again.jsonl"), format!("{again}\n")).unwrap();
    must(root, &["run", "--quiet", "--input", "raw", "--into", "out"]);
    assert_whole(root, "after the text came again");
    assert!(rows(&root.join("out"), "articles").iter().all(|row| row["text_sha256"] != digest));
    assert!(rows(&root.join("out"), "records").iter().all(|row| row["text_sha256"] != digest));
}
