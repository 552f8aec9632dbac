//! `copydesk report` and `copydesk stats`: the value in the page keeps its contract, hostile texts stay texts, tables are shown.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::cli::shown;
use crate::support::{Numbers, body, manifest, must, raw_folder};

const HOSTILE: &str = "</script><script>alert(\"x\")</script> <!-- & ' \u{2028} \u{2029} \\u003c ]]>";

/// The data block of a page as it stands there.
fn block(page: &[u8]) -> String {
    let page = String::from_utf8(page.to_vec()).unwrap();
    let begin = "<script type=\"application/json\" id=\"data\">";
    assert_eq!(page.matches(begin).count(), 1);
    let (_, rest) = page.split_once(begin).unwrap();
    rest.split_once("</script>").unwrap().0.to_owned()
}

/// The value of a page, which must keep the contract.
fn value(page: &[u8]) -> Value {
    let block = block(page);
    assert!(!block.contains(['<', '>', '&', '\u{2028}', '\u{2029}']));
    let value = serde_json::from_str(&block).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("report/report-data.schema.json");
    let schema: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let broken: Vec<String> = jsonschema::validator_for(&schema)
        .unwrap()
        .iter_errors(&value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    value
}

fn report(folder: &Path) -> Vec<u8> {
    must(folder, &["report", "output", "--output", "r.html", "--quiet"]);
    fs::read(folder.join("r.html")).unwrap()
}

#[test]
fn a_report_keeps_the_contract_and_is_the_same_every_time() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    raw_folder(&at.join("raw"), 41);
    must(at, &["run", "--quiet"]);
    let plain = value(&report(at));
    let said = "[dataset]\nname = \"Harbour news\"\ndescription = \"All of it\"\ncitation = \"Moreno 2025\"\n";
    let config = format!("{said}[export]\nreport = true\nsplits = {{ train = 0.8, test = 0.2 }}\n");
    fs::write(at.join("copydesk.toml"), config).unwrap();
    must(at, &["run", "--quiet", "--threads", "1"]);
    let page = fs::read(at.join("output/report.html")).unwrap();
    assert!(page.len() < 5_000_000);
    assert_eq!(report(at), page, "the page in the dataset is that of the command");
    must(at, &["check", "output"]);
    let listed = manifest(&at.join("output"));
    assert!(listed.files.iter().any(|file| file.path == "report.html" && file.bytes == page.len() as u64));
    must(at, &["run", "--quiet", "--threads", "4", "--batch-rows", "3"]);
    assert_eq!(fs::read(at.join("output/report.html")).unwrap(), page);
    let data = value(&page);
    assert_eq!(data["clusters"], plain["clusters"]);
    let said = ["name", "description", "citation"].map(|key| &data["dataset"][key]);
    assert_eq!(said, ["Harbour news", "All of it", "Moreno 2025"]);
    assert_eq!(plain["dataset"]["name"], Value::Null);
    assert_eq!(data["splits"]["rows"][0]["code"], "train");
    assert!(data["files"].as_array().unwrap().iter().all(|file| file["path"] != "report.html"));
    let counts = &data["counts"];
    let sum = ["articles", "duplicates", "rejected"].map(|fate| counts[fate].as_u64().unwrap()).iter().sum::<u64>();
    assert_eq!(counts["records"], sum);
    assert_eq!(counts["records"], listed.account.records);
    assert_eq!(counts["clusters"], listed.duplicates.clusters);
    assert!(data["comparisons"].as_array().is_some_and(|all| !all.is_empty()));
    assert!(data["rejections"].as_array().is_some_and(|all| all.len() > 2 && all[0]["meaning"].is_string()));
}

#[test]
fn a_dataset_with_appended_parts_has_one_report() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    raw_folder(&at.join("raw"), 44);
    fs::write(at.join("copydesk.toml"), "[export]\nreport = true\nappend-only = true\n").unwrap();
    must(at, &["run", "--quiet", "--into", "output"]);
    let first = fs::read(at.join("output/report.html")).unwrap();
    raw_folder(&at.join("raw/more"), 45);
    must(at, &["run", "--quiet", "--into", "output"]);
    must(at, &["check", "output"]);
    let page = fs::read(at.join("output/report.html")).unwrap();
    let (before, after) = (value(&first), value(&page));
    let listed = manifest(&at.join("output"));
    assert_eq!((listed.appended.len(), after["counts"]["records"].as_u64()), (1, Some(listed.account.records)));
    assert!(before["counts"]["articles"].as_u64() < after["counts"]["articles"].as_u64());
    assert_eq!(report(at), page);
}

#[test]
fn hostile_texts_stay_texts() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let text = format!("{HOSTILE} {}", body(&mut Numbers(5)));
    let mut lines = String::new();
    for source in ["A", "B"] {
        let record =
            json!({ "title": HOSTILE, "text": text, "date": "2025-03-04", "source": format!("{source} {HOSTILE}") });
        writeln!(lines, "{record}").unwrap();
    }
    writeln!(lines, "{{\"text\": </script>").unwrap();
    fs::create_dir(at.join("raw")).unwrap();
    fs::write(at.join("raw/a&b<i>.jsonl"), lines).unwrap();
    must(at, &["run", "--quiet"]);
    let data = value(&report(at));
    assert!(data["clusters"]["title"][0].as_str().unwrap().starts_with("</script><script>alert(\"x\")"));
    assert!(data["comparisons"][0]["member"]["excerpt"].as_str().unwrap().contains("<!-- & '"));
    assert_eq!(data["rejections"][0]["samples"][0]["path"], "a&b<i>.jsonl");
    let table = String::from_utf8(must(at, &["stats", "output", "--format", "markdown"]).stdout).unwrap();
    assert!(table.contains("\\</script\\>") && !table.contains("<script>"), "{table}");
}

#[test]
fn many_sources_share_a_place_and_nothing_is_a_report_too() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let mut numbers = Numbers(6);
    let mut lines = String::new();
    for number in 0..45 {
        for _ in 0..=usize::from(number < 2) {
            let record = json!({ "text": body(&mut numbers), "source": format!("Paper {number:02}"), "date": "2025" });
            writeln!(lines, "{record}").unwrap();
        }
    }
    fs::create_dir(at.join("raw")).unwrap();
    fs::write(at.join("raw/a.jsonl"), lines).unwrap();
    must(at, &["run", "--quiet"]);
    let data = value(&report(at));
    let sources = &data["sources"];
    assert_eq!((sources["id"].as_array().unwrap().len(), &sources["others"]), (41, &json!(5)));
    assert_eq!((&sources["id"][0], &sources["id"][40]), (&json!("paper-00"), &Value::Null));
    assert_eq!((&sources["records"][1], &sources["records"][40]), (&json!(2), &json!(5)));
    assert_eq!((&data["time"], &data["calendar"], &data["counts"]["coarse"]), (&Value::Null, &Value::Null, &json!(47)));
    fs::write(at.join("raw/a.jsonl"), "{\n").unwrap();
    must(at, &["run", "--quiet"]);
    let data = value(&report(at));
    assert_eq!((&data["counts"]["articles"], &data["lengths"]["quantiles"]), (&json!(0), &Value::Null));
    assert_eq!(data["rejections"][0]["reason"], "invalid-json");
}

#[test]
fn tables_of_a_dataset_in_every_form() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    raw_folder(&at.join("raw"), 42);
    must(at, &["run", "--quiet"]);
    let listed = manifest(&at.join("output"));
    // Digests change with every byte of a record, so that they say nothing about the tables.
    let steady =
        |text: String| text.replace(&listed.dataset_version, "[VERSION]").replace(&listed.dataset_sha256, "[DIGEST]");
    insta::assert_snapshot!(steady(shown(at, &["stats", "output"])));
    insta::assert_snapshot!(steady(shown(at, &["stats", "output", "--format", "markdown"])));
    let stats: Value = serde_json::from_slice(&must(at, &["stats", "output", "--format", "json"]).stdout).unwrap();
    let data = value(&report(at));
    let total = |table: &str, column: &str| {
        stats[table].as_array().unwrap().iter().map(|row| row[column].as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!(data["counts"]["records"], total("sources", "records"));
    assert_eq!(data["counts"]["records"], total("fates", "records"));
    for table in ["languages", "date_precision", "date_evidence", "licenses"] {
        assert_eq!(data["counts"]["articles"], total(table, "articles"), "{table}");
    }
    assert_eq!(data["counts"]["dated"], total("years", "articles"));
}

#[test]
fn mistakes_of_reports() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    raw_folder(&at.join("raw"), 43);
    must(at, &["run", "--quiet"]);
    let mut told = String::new();
    for arguments in [
        &["report", "nowhere"][..],
        &["report", "raw"],
        &["stats", "nowhere"],
        &["report", "output", "--output", "output/report.html"],
        &["report", "output", "--output", "output/new/report.html"],
        &["stats", "output", "--format", "yaml"],
    ] {
        writeln!(told, "{}\n", shown(at, arguments)).unwrap();
    }
    let shard = at.join("output/tables/records-00000-of-00001.parquet");
    fs::copy(at.join("output/tables/pairs-00000-of-00001.parquet"), &shard).unwrap();
    writeln!(told, "{}\n", shown(at, &["stats", "output"])).unwrap();
    fs::remove_file(&shard).unwrap();
    writeln!(told, "{}\n", shown(at, &["report", "output"])).unwrap();
    assert!(!at.join("report.html").exists());
    insta::assert_snapshot!(told);
}
