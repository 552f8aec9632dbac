//! The same input and config give the same bytes, whatever the threads, the batches, the memory, the order or the way.

use std::fs;

use crate::support::{Numbers, assert_same_files, json_lines, manifest, must, raw_folder};

#[test]
fn threads_batches_and_memory_change_no_byte() {
    let folder = tempfile::tempdir().unwrap();
    raw_folder(&folder.path().join("raw"), 1);
    must(folder.path(), &["run", "--quiet", "--input", "raw", "--output", "first"]);
    assert!(manifest(&folder.path().join("first")).account.duplicates > 10);
    for flags in [
        &["--threads", "1"][..],
        &["--threads", "2", "--batch-bytes", "1B"],
        &["--threads", "8", "--batch-rows", "7"],
        &["--threads", "8", "--memory", "192MiB", "--batch-bytes", "64KiB"],
        &["--threads", "3", "--memory", "4GiB", "--batch-rows", "100000", "--batch-bytes", "1GiB"],
    ] {
        must(folder.path(), &[&["run", "--quiet", "--input", "raw", "--output", "again"], flags].concat());
        assert_same_files(&folder.path().join("first"), &folder.path().join("again"), &flags.join(" "));
    }
}

#[test]
fn the_order_in_which_files_arrive_changes_no_byte() {
    let folder = tempfile::tempdir().unwrap();
    let raw = folder.path().join("raw");
    raw_folder(&raw, 2);
    must(folder.path(), &["run", "--quiet", "--input", "raw", "--output", "first"]);
    let mut files = crate::support::files(&raw);
    files.reverse();
    let again = folder.path().join("again-raw");
    for (name, bytes) in &files {
        let path = again.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    must(folder.path(), &["run", "--quiet", "--input", "again-raw", "--output", "again"]);
    assert_same_files(&folder.path().join("first"), &folder.path().join("again"), "files written in reverse");
}

#[test]
fn stage_by_stage_gives_the_bytes_of_run() {
    let folder = tempfile::tempdir().unwrap();
    raw_folder(&folder.path().join("raw"), 3);
    must(folder.path(), &["run", "--quiet", "--input", "raw", "--output", "fused"]);
    let mut input = "raw".to_owned();
    for (at, stage) in copydesk::pipeline::STAGE_NAMES.iter().enumerate() {
        let output = format!("{at}-{stage}");
        let threads = (at + 1).to_string();
        must(folder.path(), &[stage, "--quiet", "--threads", &threads, "--input", &input, "--output", &output]);
        input = output;
    }
    assert_same_files(&folder.path().join("fused"), &folder.path().join(input), "stage by stage");
}

#[test]
fn split_and_merged_inputs_have_one_dataset_digest() {
    let folder = tempfile::tempdir().unwrap();
    let lines = json_lines(&mut Numbers(4), 200);
    let (one, many) = (folder.path().join("one"), folder.path().join("many"));
    fs::create_dir_all(&one).unwrap();
    fs::create_dir_all(many.join("deep")).unwrap();
    fs::write(one.join("all.jsonl"), &lines).unwrap();
    let all: Vec<&str> = lines.split_inclusive('\n').collect();
    for (at, part) in all.chunks(17).enumerate() {
        fs::write(many.join(if at % 2 == 0 { "deep" } else { "." }).join(format!("z{}.jsonl", 99 - at)), part.concat())
            .unwrap();
    }
    must(folder.path(), &["run", "--quiet", "--input", "one", "--output", "a"]);
    must(folder.path(), &["run", "--quiet", "--input", "many", "--output", "b"]);
    let (a, b) = (manifest(&folder.path().join("a")), manifest(&folder.path().join("b")));
    assert_eq!(a.dataset_sha256, b.dataset_sha256);
    assert_eq!(a.rows, b.rows);
    assert_eq!(a.account.rejected, b.account.rejected);
    assert!(a.account.articles > 100);
}
