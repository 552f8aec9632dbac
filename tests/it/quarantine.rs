//! `copydesk quarantine` and `max-rejected`: rejected bytes come out as they went in, and too many of them keep a run back.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use copydesk::kernels::sha256::Digest;
use parquet::arrow::ArrowWriter;
use serde_json::Value;

use crate::cli::shown;
use crate::support::{files, manifest, must, raw_folder, run};

fn write(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// Raw files of every format with records that are rejected.
fn fill(folder: &Path) {
    raw_folder(folder, 21);
    write(
        folder,
        "tables/a.csv",
        "\u{feff}title,text\r\nGood,\"An article of a few words\"\r\nBad,too,many\r\nWorse,\"it never ends\r\n",
    );
    write(
        folder,
        "tables/b.json",
        "{\"articles\": [{\"text\": \"Words of an article.\"}, 17, {\"title\": \"no text\"},\n {\"text\": \"\"}]}",
    );
    write(folder, "tables/cut.json", "[{\"text\": \"Words of another article.\"}, {\"text\": ");
    write(folder, "pages/empty.html", "<html><body></body></html>");
    write(folder, "sided/x.txt", "Text with a broken sidecar.");
    write(folder, "sided/x.meta.json", "{\"date\": ");
    write(folder, "sided/50%.jsonl", "nonsense\n");
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("title", Arc::new(StringArray::from(vec![Some("A"), Some("B \"quoted\""), Some("C")]))),
        ("text", Arc::new(StringArray::from(vec![Some("Words of a row of a table."), None, Some("")]))),
    ];
    let batch =
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true))).unwrap();
    let mut parquet = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    parquet.write(&batch).unwrap();
    write(folder, "tables/rows.parquet", parquet.into_inner().unwrap());
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all("Latin bytes \u{1}".as_bytes()).unwrap();
    write(folder, "packed/blob.gz", gz.finish().unwrap());
}

fn list(quarantine: &Path) -> Vec<Value> {
    let text = fs::read_to_string(quarantine.join("quarantine.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn copied_bytes_are_the_raw_bytes_and_can_be_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fill(&at.join("raw"));
    must(at, &["run", "--quiet"]);
    must(at, &["quarantine", "output", "--input", "raw", "--output", "q"]);
    let rows = list(&at.join("q"));
    let account = manifest(&at.join("output")).account;
    assert_eq!(rows.len() as u64, account.rejected);
    let (mut copied, mut formats) = (0, BTreeMap::<String, u64>::new());
    for row in &rows {
        let (length, text) =
            (row["raw_length"].as_u64().unwrap() as usize, |key: &str| row[key].as_str().unwrap_or_default());
        assert!(!text("stage").is_empty() && !text("reason").is_empty(), "{row}");
        let Some(file) = row["file"].as_str() else {
            assert_eq!(length, 0, "{row}");
            continue;
        };
        let bytes = fs::read(at.join("q").join(file)).unwrap();
        let offset = row["file_offset"].as_u64().unwrap() as usize;
        assert_eq!(Digest::of(&bytes[offset..offset + length]).to_string(), text("raw_sha256"), "{row}");
        let line = bytes[..offset].split(|byte| *byte == b'\n').count() as u64;
        assert_eq!(row["file_line"], line);
        copied += 1;
        *formats.entry(file.rsplit('.').next().unwrap().to_owned()).or_default() += 1;
    }
    for format in ["csv", "json", "jsonl", "txt", "html", "bin"] {
        assert!(formats.contains_key(format), "{formats:?}");
    }
    assert!(copied > 10);
    // Every file of the quarantine is in its manifest, and what is read again is rejected again.
    let raw = at.join("q/raw");
    assert!(raw.join("sided/x.meta.json").exists() && raw.join("tables/rows.parquet.jsonl").exists());
    assert_eq!(fs::read(raw.join("sided/50%.jsonl")).unwrap(), b"nonsense\n");
    assert!(fs::read(raw.join("tables/a.csv")).unwrap().starts_with("\u{feff}title,text\r\n".as_bytes()));
    must(at, &["run", "--quiet", "--input", "q/raw", "--output", "again"]);
    must(at, &["quarantine", "again", "--input", "q/raw", "--output", "q2"]);
    let digests = |rows: &[Value]| {
        let lines = rows.iter().filter(|row| {
            let file = row["file"].as_str().unwrap_or_default();
            // Lines and whole files; what a broken quote or bracket runs over changes with its neighbours.
            [".jsonl", ".txt", ".html", ".bin"].iter().any(|end| file.ends_with(end))
        });
        let mut keys: Vec<_> = lines.map(|row| row["raw_sha256"].to_string()).collect();
        keys.sort();
        keys
    };
    assert_eq!(digests(&list(&at.join("q2"))), digests(&rows));
    // A mended line is an article.
    write(&raw, "sided/50%.jsonl", "{\"text\": \"Mended words of an article.\"}\n");
    must(at, &["run", "--quiet", "--input", "q/raw", "--output", "again"]);
    assert_eq!(manifest(&at.join("again")).account.articles, 1);
}

#[test]
fn a_quarantine_is_made_anew_but_never_over_somebodys_work() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fill(&at.join("raw"));
    must(at, &["run", "--quiet"]);
    let arguments = ["quarantine", "output", "--input", "raw", "--output", "q"];
    must(at, &arguments);
    let before = files(&at.join("q"));
    must(at, &arguments);
    assert_eq!(files(&at.join("q")), before);
    write(at, "q/raw/more.txt", "x");
    let extra = shown(at, &arguments);
    fs::remove_file(at.join("q/raw/more.txt")).unwrap();
    write(at, "q/raw/sided/50%.jsonl", "{\"text\": \"mended\"}\n");
    let mended = shown(at, &arguments);
    assert_eq!(fs::read(at.join("q/raw/sided/50%.jsonl")).unwrap(), b"{\"text\": \"mended\"}\n");
    write(at, "foreign/precious.txt", "mine");
    let others = ["foreign", "output", "raw/q", "output/q"]
        .map(|output| shown(at, &["quarantine", "output", "--input", "raw", "--output", output]));
    let stage = shown(at, &["run", "--quiet", "--output", "q"]);
    insta::assert_snapshot!([extra, mended, others.join("\n\n"), stage].join("\n\n"));
}

#[test]
fn changed_raw_files_are_found_and_nothing_is_copied() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write(at, "raw/a.jsonl", "{\"text\": \"Words of an article.\"}\nnonsense\nmore nonsense\n");
    write(at, "raw/b.txt", " ");
    write(at, "raw/c.txt", " \n");
    must(at, &["run", "--quiet"]);
    insta::assert_snapshot!(shown(at, &["quarantine", "output", "--input", "raw", "--output", "fine"]));
    write(at, "raw/a.jsonl", "{\"text\": \"Words of an article.\"}\nnonsensE\nmore non");
    fs::remove_file(at.join("raw/c.txt")).unwrap();
    insta::assert_snapshot!(shown(at, &["quarantine", "output", "--input", "raw", "--output", "q"]));
    assert!(!at.join("q").exists());
}

#[test]
fn too_many_rejected_records_keep_a_run_back() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let bad = "{\"broken\": \n{\"title\": \"no text\", \"source\": \"Harbour Times\"}\n";
    write(
        at,
        "raw/a.jsonl",
        format!("{{\"text\": \"Words of an article.\", \"source\": \"Harbour Times\"}}\n{bad}{}", "x\n".repeat(6)),
    );
    let gate = |lines: &str| write(at, "copydesk.toml", format!("[validate]\n{lines}\n"));
    gate("max-rejected = 7\nmax-rejected-per-source = \"50%\"");
    insta::assert_snapshot!(shown(at, &["run", "--threads", "1"]));
    assert!(!at.join("output").exists() && at.join("output.failed/manifest.json").exists());
    gate("max-rejected-per-source = 0");
    insta::assert_snapshot!(shown(at, &["run", "--threads", "1", "--quiet"]));
    must(at, &["quarantine", "output.failed", "--input", "raw", "--output", "q", "--quiet"]);
    for passed in ["max-rejected = 8", "max-rejected = \"89 %\"", "max-rejected-per-source = \"0%\""] {
        gate(passed);
        assert_eq!(run(at, &["run", "--quiet"]).status.code(), Some(0), "{passed}");
    }
    gate("max-rejected = \"88%\"");
    let json = run(at, &["run", "--quiet", "--json"]);
    assert_eq!(json.status.code(), Some(1));
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["refusals"][0]["rejected"], 8);
    // The gate changes no byte, and what was published stays.
    gate("max-rejected = \"off\"");
    must(at, &["run", "--quiet"]);
    assert_eq!(manifest(&at.join("output")), manifest(&at.join("output.failed")));
}
