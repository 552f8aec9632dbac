//! Nothing is lost: whatever the bytes, every range of every file has one fate, and the sums are closed.

use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;

use arrow::array::AsArray as _;
use arrow::datatypes::Int64Type;
use copydesk::config::{Written, resolve};
use copydesk::kernels::sha256::Digest;
use copydesk::manifest::Manifest;
use copydesk::pipeline::{self, RunOptions};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use proptest::prelude::*;

use crate::support::{Numbers, body, json_line, json_lines, raw_folder};

/// Runs the pipeline in this process; the laws inside it panic when they are broken.
fn run(folder: &Path, change: impl FnOnce(&mut Written)) -> Manifest {
    let mut written = Written::default();
    change(&mut written);
    let config = resolve(&written, folder, copydesk::config::NamedFiles::default()).unwrap();
    let mut options = RunOptions::new(NonZeroUsize::new(2).unwrap(), 256 << 20);
    options.batch_rows = 5;
    pipeline::run(&config, &options).unwrap().manifest
}

/// (path, index, offset, length, digest, fate) of every row of `records`.
fn ledger(dataset: &Path) -> Vec<(String, i64, i64, i64, String, String)> {
    let mut rows = Vec::new();
    for entry in fs::read_dir(dataset.join("tables")).unwrap() {
        let path = entry.unwrap().path();
        if !path.file_name().unwrap().to_string_lossy().starts_with("records-") {
            continue;
        }
        let reader = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(&path).unwrap()).unwrap().build().unwrap();
        for batch in reader {
            let batch = batch.unwrap();
            let text = |name: &str| batch.column_by_name(name).unwrap().as_string::<i32>().clone();
            let number = |name: &str| batch.column_by_name(name).unwrap().as_primitive::<Int64Type>().clone();
            for row in 0..batch.num_rows() {
                rows.push((
                    text("raw_path").value(row).to_owned(),
                    number("raw_index").value(row),
                    number("raw_offset").value(row),
                    number("raw_length").value(row),
                    text("raw_sha256").value(row).to_owned(),
                    text("fate").value(row).to_owned(),
                ));
            }
        }
    }
    rows
}

/// Every row of the ledger points at bytes that have its digest; indexes count from 0; ranges do not overlap.
fn assert_ledger_holds(folder: &Path, manifest: &Manifest) {
    let rows = ledger(&folder.join("output"));
    assert_eq!(rows.len() as u64, manifest.account.records);
    for (fate, count) in [
        ("article", manifest.account.articles),
        ("duplicate", manifest.account.duplicates),
        ("rejected", manifest.account.rejected),
    ] {
        assert_eq!(rows.iter().filter(|row| row.5 == fate).count() as u64, count, "{fate}");
    }
    let mut last: Option<&(String, i64, i64, i64, String, String)> = None;
    for row in &rows {
        match last {
            Some(before) if before.0 == row.0 => {
                assert_eq!(row.1, before.1 + 1, "{} counts its records", row.0);
                assert!(row.2 >= before.2 + before.3, "{} has no overlap", row.0);
            }
            _ => assert_eq!(row.1, 0, "{} counts from 0", row.0),
        }
        let plain = Path::new(&row.0).extension().is_none_or(|extension| extension != "gz");
        if plain {
            let bytes = fs::read(folder.join("raw").join(&row.0)).unwrap();
            let range = &bytes[row.2 as usize..(row.2 + row.3) as usize];
            assert_eq!(Digest::of(range).to_string(), row.4, "{} record {}", row.0, row.1);
        }
        last = Some(row);
    }
}

#[test]
fn every_record_of_a_mixed_folder_has_one_fate() {
    let folder = tempfile::tempdir().unwrap();
    raw_folder(&folder.path().join("raw"), 9);
    let manifest = run(folder.path(), |_| {});
    assert_ledger_holds(folder.path(), &manifest);
    assert!(manifest.account.rejected > 10 && manifest.account.articles > 100);
}

#[test]
fn policies_move_records_between_fates_and_lose_none() {
    let folder = tempfile::tempdir().unwrap();
    raw_folder(&folder.path().join("raw"), 10);
    let counts = |policy: &str| {
        let manifest = run(folder.path(), |written| policy.clone_into(&mut written.dedup.exact));
        assert_ledger_holds(folder.path(), &manifest);
        (manifest.account.records, manifest.account.articles, manifest.account.duplicates)
    };
    let (within, across, flagged) = (counts("drop"), counts("drop-across-sources"), counts("flag"));
    assert!(within.0 == across.0 && across.0 == flagged.0);
    assert!(across.1 < within.1 && within.1 < flagged.1);
}

/// A file of some form, perhaps damaged.
fn damaged_file(numbers: &mut Numbers) -> (String, Vec<u8>) {
    use std::io::Write as _;
    let name = numbers.next();
    let (extension, mut bytes) = match numbers.below(9) {
        0 => ("txt", format!("date: 2025-01-02\n\n{}", body(numbers)).into_bytes()),
        1 => ("md", format!("---\ntitle: A\ndate: 2025-01-02\n---\n{}", body(numbers)).into_bytes()),
        2 => (
            "csv",
            format!("title,text,date\n\"A, b\",\"{}\",2025-01-02\nx,y,z\n", body(numbers).replace('"', "\"\""))
                .into_bytes(),
        ),
        3 => {
            let text = body(numbers);
            ("json", format!("[{},\n{}]", json_line(numbers, &text), json_line(numbers, "b")).into_bytes())
        }
        4 => {
            let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gz.write_all(json_lines(numbers, 4).as_bytes()).unwrap();
            ("jsonl.gz", gz.finish().unwrap())
        }
        5 => ("tsv", format!("text\tdate\n{}\t2025-01-02\n", body(numbers).replace(['\n', '"'], " ")).into_bytes()),
        _ => ("jsonl", json_lines(numbers, 4).into_bytes()),
    };
    const NASTY: &[&[u8]] = &[
        b"\0",
        b"\xff\xfe",
        b"\xed\xa0\x80",
        b"\n\n\n",
        b"\r",
        b"\"",
        b"NaN",
        b"{\"a\":1,\"a\":2}",
        b"[[[[[[[[[[[[[[[[[[[[[[[[[[",
        b"\\ud800",
        b"\xef\xbb\xbf",
        b"\x1f\x8b\x08",
        b"---\n",
        b",,,,",
        b"{\"text\":null}",
        b"{\"text\":[{}]}",
        b"1e999",
        b"\\u0000",
    ];
    for _ in 0..numbers.below(4) {
        let at = numbers.below(bytes.len() as u64 + 1) as usize;
        match numbers.below(4) {
            0 => bytes.truncate(at),
            1 if at < bytes.len() => bytes[at] = numbers.next() as u8,
            2 => {
                bytes.drain(at..bytes.len().min(at + 5));
            }
            _ => {
                let nasty = NASTY[numbers.below(NASTY.len() as u64) as usize];
                bytes.splice(at..at, nasty.iter().copied());
            }
        }
    }
    if numbers.below(30) == 0 {
        bytes = vec![numbers.next() as u8; numbers.below(5000) as usize];
    }
    (format!("{name:x}.{extension}"), bytes)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 20, ..ProptestConfig::default() })]
    #[test]
    fn damaged_input_loses_nothing(seed: u64) {
        let folder = tempfile::tempdir().unwrap();
        let raw = folder.path().join("raw");
        fs::create_dir(&raw).unwrap();
        let mut numbers = Numbers(seed);
        for _ in 0..100 {
            let (name, bytes) = damaged_file(&mut numbers);
            fs::write(raw.join(name), bytes).unwrap();
        }
        let manifest = run(folder.path(), |written| written.input.max_record = "2KiB".into());
        assert_ledger_holds(folder.path(), &manifest);
    }
}

#[test]
fn odd_files_have_the_stated_fates() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = tempfile::tempdir().unwrap();
    let raw = folder.path().join("raw");
    fs::create_dir_all(raw.join("deep/er")).unwrap();
    fs::write(raw.join("empty.txt"), "").unwrap();
    fs::write(raw.join("empty.jsonl"), "").unwrap();
    fs::write(raw.join("deep/er/a.txt"), "date: 2025-01-02\n\nA short text of an article.").unwrap();
    fs::write(raw.join(std::ffi::OsStr::from_bytes(b"caf\xe9%.txt")), "Another text of an article.").unwrap();
    fs::write(raw.join("what.bin"), [0, 1, 2]).unwrap();
    fs::write(raw.join(".hidden.txt"), "x").unwrap();
    std::os::unix::fs::symlink(raw.join("deep"), raw.join("loop")).unwrap();
    let manifest = run(folder.path(), |_| {});
    let fates: Vec<_> = ledger(&folder.path().join("output")).into_iter().map(|row| (row.0, row.5)).collect();
    let expected = [
        ("caf%E9%25.txt", "article"),
        ("deep/er/a.txt", "article"),
        ("empty.jsonl", "rejected"),
        ("empty.txt", "rejected"),
        ("what.bin", "rejected"),
    ];
    assert_eq!(fates, expected.map(|(path, fate)| (path.to_owned(), fate.to_owned())));
    assert_eq!((manifest.input.symlinks, manifest.input.hidden), (1, 1));
}

#[test]
fn no_raw_file_at_all_is_an_error_and_files_without_records_are_an_empty_dataset() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("raw")).unwrap();
    let config = resolve(&Written::default(), folder.path(), copydesk::config::NamedFiles::default()).unwrap();
    let options = RunOptions::new(NonZeroUsize::MIN, 256 << 20);
    assert!(pipeline::run(&config, &options).unwrap_err().to_string().contains("expected raw files"));
    fs::write(folder.path().join("raw/blank.jsonl"), "\n").unwrap();
    let manifest = run(folder.path(), |_| {});
    assert_eq!(manifest.account.records, 0);
    assert!(folder.path().join("output/data/articles-00000-of-00001.parquet").is_file());
    assert_eq!(fs::read(folder.path().join("output/data/articles-00000-of-00001.jsonl")).unwrap(), b"");
}

/// An empty file is more often a loss than a message: it has a fate in every format.
#[test]
fn a_file_without_a_byte_is_one_rejected_record() {
    let folder = tempfile::tempdir().unwrap();
    let raw = folder.path().join("raw");
    fs::create_dir(&raw).unwrap();
    let names = ["a.csv", "b.html", "c.json", "d.jsonl", "e.jsonl.gz", "f.txt", "g.tsv"];
    for name in names {
        fs::write(raw.join(name), "").unwrap();
    }
    fs::write(raw.join("z.jsonl"), "\n").unwrap();
    let manifest = run(folder.path(), |_| ());
    let account = manifest.account;
    assert_eq!((account.records, account.rejected, account.articles), (names.len() as u64, names.len() as u64, 0));
    assert_eq!(
        account.stages.iter().filter_map(|stage| stage.rejected.get("empty-text")).sum::<u64>(),
        names.len() as u64
    );
}
