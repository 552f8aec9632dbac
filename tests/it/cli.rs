//! What a user sees: whole commands with their output, and every mistake with its message.

use std::fs;
use std::path::Path;

use arrow::array::{Array as _, AsArray as _};
use arrow::datatypes::Int64Type;

use crate::support::{copydesk, must, raw_folder, run};

/// Exit code, stdout and stderr of a command, without what differs from run to run.
pub fn shown(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    let text = format!(
        "$ copydesk {}\nexit {}\n{}{}",
        arguments.join(" "),
        output.status.code().unwrap_or(-1),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let text = text.replace(&folder.display().to_string(), "[FOLDER]");
    text.lines()
        .map(|line| match line.strip_prefix("checked ").and_then(|rest| rest.split_once(" files of ")) {
            // The bytes of compressed files change with every release of a compressor.
            Some((files, rest)) => {
                format!("checked {files} files of [SIZE]{}", rest.split_once(':').map_or("", |(_, rest)| rest))
            }
            None => line.to_owned(),
        })
        .map(|line| match line.rsplit_once(" in ") {
            Some((before, time)) if before.starts_with("wrote ") && time.ends_with(" s") => {
                format!("{before} in [TIME]")
            }
            _ => line.clone(),
        })
        .collect::<Vec<_>>()
        .join("\n")
}

fn write(folder: &Path, name: &str, text: impl AsRef<[u8]>) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn a_run_and_its_summary() {
    let folder = tempfile::tempdir().unwrap();
    raw_folder(&folder.path().join("raw"), 11);
    insta::assert_snapshot!(shown(folder.path(), &["run", "--threads", "2"]));
    insta::assert_snapshot!(shown(folder.path(), &["run", "--threads", "2", "--dry-run"]));
    insta::assert_snapshot!(shown(folder.path(), &["ingest", "--input", "raw", "--output", "1"]));
    insta::assert_snapshot!(shown(folder.path(), &["check", "output"]));
}

#[test]
fn json_is_for_machines() {
    let folder = tempfile::tempdir().unwrap();
    raw_folder(&folder.path().join("raw"), 12);
    let output = must(folder.path(), &["run", "--quiet", "--json"]);
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(value["manifest"]["tool"], "copydesk");
    assert_eq!(output.stderr, b"");
}

#[test]
fn mistakes_of_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write(at, "raw/a.txt", "An article.");
    write(at, "foreign/precious.txt", "mine");
    must(at, &["run", "--quiet", "--output", "dataset"]);
    must(at, &["ingest", "--quiet", "--input", "raw", "--output", "ingested"]);
    let mistakes: &[&[&str]] = &[
        &["run", "--input", "nowhere"],
        &["run", "--input", "raw", "--output", "raw/out"],
        &["run", "--input", "raw", "--output", "."],
        &["run", "--input", "raw", "--output", "foreign"],
        &["run", "--memory", "100MiB"],
        &["run", "--memory", "lots"],
        &["run", "--threads", "0"],
        &["run", "--config", "nowhere.toml"],
        &["run", "--ouput", "x"],
        &["frobnicate"],
        &["normalize", "--input", "raw", "--output", "x"],
        &["attach", "--input", "ingested", "--output", "x"],
        &["export", "--input", "dataset", "--output", "x"],
        &["normalize", "--input", "dataset", "--output", "x"],
        &["init", "dataset"],
        &["check", "nowhere"],
        &["check", "raw"],
        &["explain", "dataset", "art_00000000000000000000000000000000", "--input", "raw"],
        &["explain", "dataset", "b.txt#0", "--input", "raw"],
    ];
    let all: Vec<String> = mistakes.iter().map(|arguments| shown(at, arguments)).collect();
    insta::assert_snapshot!(all.join("\n\n"));
    assert_eq!(fs::read(at.join("foreign/precious.txt")).unwrap(), b"mine");
}

#[test]
fn mistakes_of_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write(at, "raw/a.txt", "An article.");
    let mut all = Vec::new();
    for text in [
        "[input\n",
        "[input]\npath = 5",
        "[inptu]\npath = \"raw\"",
        "[input]\npath-patterns = [\"{sorce}/{date}.txt\"]",
        "[input]\nsources = \"nowhere.toml\"",
        "[input]\nsources = \"sources.toml\"",
        "[schema]\nextends = \"nowhere.json\"",
        "[dedup]\nboilerplate = \"nowhere.jsonl\"",
    ] {
        write(at, "copydesk.toml", text);
        write(at, "sources.toml", "[[source]]\nid = \"a\"\nname = \"A\"\ncountry = \"Neverland\"\n");
        all.push(format!("{text}\n{}", shown(at, &["run"])));
    }
    insta::assert_snapshot!(all.join("\n\n"));
}

#[test]
fn bad_records_are_named_with_their_place_and_reason() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write(
        at,
        "raw/a.jsonl",
        concat!(
            "{\"text\": \"A good one.\", \"date\": \"2025-01-02\"}\n",
            "{\"text\": \"cut off\n",
            "{\"text\": \"a\", \"text\": \"b\"}\n",
            "[1, 2]\n",
            "{\"title\": \"no text\"}\n",
            "{\"text\": 7}\n",
            "{\"text\": \" \\u0000 \"}\n",
            "{\"text\": NaN}\n",
        ),
    );
    write(at, "raw/b.txt", [b'a', 0xff, 0xfe, b'b']);
    write(at, "raw/c.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\x03torn");
    must(at, &["run", "--quiet"]);
    let mut rows = Vec::new();
    let file = fs::File::open(at.join("output/tables/records-00000-of-00001.parquet")).unwrap();
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    for batch in reader {
        let batch = batch.unwrap();
        let text = |name: &str, row: usize| {
            let column = batch.column_by_name(name).unwrap().as_string::<i32>();
            if column.is_valid(row) { column.value(row).to_owned() } else { "-".to_owned() }
        };
        let number =
            |name: &str, row: usize| batch.column_by_name(name).unwrap().as_primitive::<Int64Type>().value(row);
        for row in 0..batch.num_rows() {
            let place = ["raw_index", "raw_offset", "raw_length"].map(|name| number(name, row));
            let words = ["fate", "stage", "reason", "pointer", "detail"].map(|name| text(name, row)).join(" | ");
            rows.push(format!("{}#{} [{} +{}] {words}", text("raw_path", row), place[0], place[1], place[2]));
        }
    }
    insta::assert_snapshot!(rows.join("\n"));
}

/// Runs the command as a user whom permissions hold, also when the tests run as root.
fn as_user(folder: &Path, arguments: &[&str]) -> std::process::Output {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::os::unix::process::CommandExt as _;
    if fs::metadata(folder).unwrap().uid() != 0 {
        return run(folder, arguments);
    }
    const NOBODY: u32 = 65534;
    let command = folder.join("copydesk-of-nobody");
    fs::copy(env!("CARGO_BIN_EXE_copydesk"), &command).unwrap();
    for (path, mode) in [(folder, 0o777), (&command, 0o755)] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    std::process::Command::new(command).current_dir(folder).args(arguments).uid(NOBODY).gid(NOBODY).output().unwrap()
}

#[test]
fn an_unreadable_file_ends_the_run_or_is_rejected() {
    use std::os::unix::fs::PermissionsExt as _;
    // A folder of the system: another user may not reach the one where the tests run.
    let folder = tempfile::tempdir_in("/tmp").unwrap();
    let at = folder.path();
    write(at, "raw/a.txt", "An article.");
    write(at, "raw/locked.txt", "Another article.");
    write(at, "raw/locked/c.txt", "A third article.");
    for (name, mode) in [("raw/locked.txt", 0o000), ("raw/locked", 0o000)] {
        fs::set_permissions(at.join(name), fs::Permissions::from_mode(mode)).unwrap();
    }
    let refused = as_user(at, &["run"]);
    assert_eq!(refused.status.code(), Some(2));
    insta::assert_snapshot!(String::from_utf8(refused.stderr).unwrap());
    write(at, "copydesk.toml", "[input]\non-unreadable = \"reject\"\n");
    let done = as_user(at, &["run", "--quiet"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let account = crate::support::manifest(&at.join("output")).account;
    assert_eq!((account.articles, account.rejected), (1, 2));
    write(at, "raw/a.meta.json", "{}");
    fs::set_permissions(at.join("raw/a.meta.json"), fs::Permissions::from_mode(0o000)).unwrap();
    let done = as_user(at, &["run", "--quiet"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let account = crate::support::manifest(&at.join("output")).account;
    assert_eq!((account.articles, account.rejected), (0, 3), "an article without its sidecar is another article");
    assert!(as_user(at, &["check", "output"]).status.success());
    fs::set_permissions(at.join("raw/locked"), fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    let mut child =
        copydesk(folder.path(), &["completions", "zsh"]).stdout(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn completions_man_page_and_templates_are_there() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        assert!(must(folder.path(), &["completions", shell]).stdout.len() > 1000);
    }
    assert!(String::from_utf8(must(folder.path(), &["man"]).stdout).unwrap().contains(".TH copydesk 1"));
    must(folder.path(), &["init"]);
    write(folder.path(), "raw/a.txt", "An article.");
    must(folder.path(), &["run", "--quiet"]);
    insta::assert_snapshot!(shown(folder.path(), &["init"]));
    insta::assert_snapshot!(shown(folder.path(), &["--help"]));
    insta::assert_snapshot!(shown(folder.path(), &["run", "--help"]));
}
