//! `[schema] extends`: columns of the user's own, from every kind of record to both outputs, and rules that rows are held to.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value, json};

use crate::support::{Numbers, assert_same_files, body, manifest, must, raw_folder, run};

const SCHEMA: &str = r##"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "properties": {
    "title": { "minLength": 3 },
    "x_topic": { "description": "Topic of the desk.", "$ref": "#/$defs/topic" },
    "x_paid": { "type": "boolean" },
    "x_shares": { "type": "integer", "minimum": 0 },
    "x_score": { "type": "number", "maximum": 1 },
    "x_embargo": { "type": "string", "format": "date" },
    "x_seen_at": { "type": "string", "format": "date-time" },
    "x_tags": { "type": "array", "items": { "type": "string", "pattern": "^[a-z]+$" }, "uniqueItems": true },
    "x_mail": { "type": "string", "format": "email" }
  },
  "if": { "required": ["x_paid"], "properties": { "x_paid": { "const": true } } },
  "then": { "required": ["x_shares"] },
  "$defs": { "topic": { "type": "string", "enum": ["sea", "land", "air"] } }
}
"##;

const CONFIG: &str = r#"[schema]
extends = "my.schema.json"

[fields]
topic_code = "x_topic"
seen = { fact = "x_seen_at", form = "epoch-seconds" }
"#;

const TOPICS: [&str; 3] = ["sea", "land", "air"];

/// A folder with the configuration, the schema, and raw files that state the columns in every way.
fn project(seed: u64) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    raw_folder(&at.join("raw"), seed);
    fs::write(at.join("copydesk.toml"), CONFIG).unwrap();
    fs::write(at.join("my.schema.json"), SCHEMA).unwrap();
    let mut numbers = Numbers(seed);
    let mut lines = String::new();
    for number in 0..60_u64 {
        let line = json!({
            "title": format!("Story {number}"), "text": body(&mut numbers), "date": "2025-03-04", "source": "Harbour Times",
            "topic_code": TOPICS[number as usize % 3],
            "x_paid": number % 4 == 0, "x_shares": number, "x_score": number as f64 / 97.0,
            "x_embargo": "2025-04-01", "seen": 1_700_000_000 + number,
            "x_tags": if number % 2 == 0 { json!(["tide", "pier"]) } else { json!([]) },
        });
        lines.push_str(&line.to_string());
        lines.push('\n');
    }
    fs::write(at.join("raw/own.jsonl"), lines).unwrap();
    let text = |numbers: &mut Numbers| body(numbers);
    fs::write(
        at.join("raw/front.md"),
        format!(
            "---\ntitle: Front\nx_topic: sea\nx_tags: [a, b]\nx_paid: false\nx_score: 0.25\n---\n{}",
            text(&mut numbers)
        ),
    )
    .unwrap();
    fs::write(at.join("raw/head.txt"), format!("Title: Head\nx_topic: land\nx_shares: 7\n\n{}", text(&mut numbers)))
        .unwrap();
    fs::write(at.join("raw/beside.txt"), text(&mut numbers)).unwrap();
    fs::write(
        at.join("raw/beside.meta.toml"),
        "title = \"Beside\"\nx_topic = \"air\"\nx_seen_at = 2025-01-02T03:04:05Z\n",
    )
    .unwrap();
    fs::write(
        at.join("raw/rows.csv"),
        format!("title,text,x_shares,x_paid\nRow one,\"{}\",12,TRUE\n", text(&mut numbers).replace('"', "'")),
    )
    .unwrap();
    folder
}

/// Rows of `articles` from the JSON lines.
fn rows(dataset: &Path) -> Vec<Value> {
    let files = manifest(dataset)
        .files
        .into_iter()
        .filter(|entry| Path::new(&entry.path).extension().is_some_and(|end| end == "jsonl"));
    let lines = files.flat_map(|entry| {
        let text = fs::read_to_string(dataset.join(entry.path)).unwrap();
        text.lines().map(str::to_owned).collect::<Vec<_>>()
    });
    lines.map(|line| serde_json::from_str(&line).unwrap()).collect()
}

fn own(rows: &[Value], title: &str) -> BTreeMap<String, Value> {
    let row = rows.iter().find(|row| row["title"] == title).unwrap_or_else(|| panic!("no {title}"));
    let members = row.as_object().unwrap().iter().filter(|(name, value)| name.starts_with("x_") && !value.is_null());
    members.filter(|(_, value)| **value != json!([])).map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[test]
fn every_kind_of_record_states_columns_and_both_outputs_have_them() {
    let folder = project(31);
    let at = folder.path();
    must(at, &["run", "--quiet"]);
    must(at, &["check", "output"]);
    let rows = rows(&at.join("output"));
    let told = ["Story 0", "Story 8", "Front", "Head", "Beside", "Row one"].map(|title| own(&rows, title));
    insta::assert_snapshot!(serde_json::to_string_pretty(&told).unwrap());
    let shard = manifest(&at.join("output"))
        .files
        .into_iter()
        .find(|entry| {
            entry.path.starts_with("data/articles-")
                && Path::new(&entry.path).extension().is_some_and(|end| end == "parquet")
        })
        .unwrap();
    let file = fs::File::open(at.join("output").join(shard.path)).unwrap();
    let schema = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().schema().clone();
    let types: Vec<String> = schema
        .fields()
        .iter()
        .filter(|field| field.name().starts_with("x_"))
        .map(|field| {
            format!(
                "{} {} {}",
                field.name(),
                field.data_type(),
                if field.is_nullable() { "nullable" } else { "required" }
            )
        })
        .collect();
    insta::assert_snapshot!(types.join("\n"));
    let stated = manifest(&at.join("output")).extends.unwrap();
    assert!(stated.starts_with("sha256:"));
    let card = fs::read_to_string(at.join("output/README.md")).unwrap();
    assert!(
        card.lines().any(|line| line.starts_with("| `x_topic` | text |") && line.ends_with("| Topic of the desk. |"))
    );
    let story = String::from_utf8(must(at, &["explain", "output", "front.md#0", "--input", "raw"]).stdout).unwrap();
    assert!(story.contains("your own columns") && story.contains("x_tags"), "{story}");
    must(at, &["verify", "output", "--quiet"]);
}

#[test]
fn threads_stages_and_arrivals_change_no_byte() {
    let folder = project(32);
    let at = folder.path();
    must(at, &["run", "--quiet", "--output", "one", "--threads", "1"]);
    must(at, &["run", "--quiet", "--output", "many", "--threads", "8", "--memory", "192MiB", "--batch-rows", "7"]);
    assert_same_files(&at.join("one"), &at.join("many"), "threads, memory and batches");
    let mut input = "raw".to_owned();
    for stage in ["ingest", "normalize", "attach", "fingerprint", "validate", "dedup", "export"] {
        let output = format!("by-{stage}");
        must(at, &[stage, "--quiet", "--input", &input, "--output", &output]);
        input = output;
    }
    assert_same_files(&at.join("one"), &at.join("by-export"), "stage by stage");
    fs::create_dir(at.join("later")).unwrap();
    for name in ["own.jsonl", "head.txt"] {
        fs::rename(at.join("raw").join(name), at.join("later").join(name)).unwrap();
    }
    must(at, &["run", "--quiet", "--into", "grown"]);
    for name in ["own.jsonl", "head.txt"] {
        fs::rename(at.join("later").join(name), at.join("raw").join(name)).unwrap();
        must(at, &["run", "--quiet", "--into", "grown"]);
    }
    fs::remove_dir_all(at.join("grown/index")).unwrap();
    assert_same_files(&at.join("one"), &at.join("grown"), "worked in file by file");
}

#[test]
fn what_breaks_a_rule_is_rejected_with_pointer_keyword_and_value() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::create_dir(at.join("raw")).unwrap();
    fs::write(at.join("copydesk.toml"), CONFIG).unwrap();
    fs::write(at.join("my.schema.json"), SCHEMA).unwrap();
    let records = [
        json!({ "x_topic": "fire" }),
        json!({ "x_shares": "many" }),
        json!({ "x_shares": 1.5 }),
        json!({ "x_shares": -1 }),
        json!({ "x_score": 1.5 }),
        json!({ "x_paid": 1 }),
        json!({ "x_paid": true }),
        json!({ "x_embargo": "soon" }),
        json!({ "x_seen_at": "2025-01-02" }),
        json!({ "x_tags": ["Tide"] }),
        json!({ "x_tags": ["tide", "tide"] }),
        json!({ "x_mail": "nobody" }),
        json!({ "x_topic": { "code": "sea" } }),
        json!({ "x_topic": ["sea", "land"] }),
        json!({ "title": "No" }),
        json!({ "x_topic": "sea", "x_paid": true, "x_shares": 3, "x_tags": "tide", "x_mail": "desk@example.org" }),
    ];
    let mut numbers = Numbers(33);
    let lines = records.map(|mut record| {
        record["text"] = body(&mut numbers).into();
        record.to_string()
    });
    fs::write(at.join("raw/a.jsonl"), lines.join("\n")).unwrap();
    must(at, &["run", "--quiet"]);
    must(at, &["check", "output"]);
    let file = fs::File::open(at.join("output/tables/records-00000-of-00001.parquet")).unwrap();
    let batch = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap().next().unwrap().unwrap();
    let text = |name: &str, row: usize| {
        use arrow::array::{Array as _, AsArray as _};
        let column = batch.column_by_name(name).unwrap().as_string::<i32>();
        if column.is_valid(row) { column.value(row).to_owned() } else { "-".to_owned() }
    };
    let fates = (0..batch.num_rows())
        .map(|row| ["fate", "stage", "reason", "pointer", "detail"].map(|name| text(name, row)).join(" | "));
    insta::assert_snapshot!(fates.collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_column_without_a_value_that_must_have_one_breaks_required() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::create_dir(at.join("raw")).unwrap();
    fs::write(at.join("copydesk.toml"), "[schema]\nextends = \"my.schema.json\"").unwrap();
    let schema = json!({
        "properties": {
            "x_topic": { "type": "string", "enum": ["sea", "land"] },
            "x_shares": { "type": "integer", "minimum": 0 },
            "x_tags": { "type": "array", "items": { "type": "string" } },
            "x_free": { "type": "string" },
        },
        "required": ["title", "x_topic", "x_tags"],
        "if": { "required": ["x_free"] },
        "then": { "required": ["x_shares"] },
    });
    fs::write(at.join("my.schema.json"), schema.to_string()).unwrap();
    let whole = json!({ "title": "Harbour", "x_topic": "sea", "x_tags": ["pier"], "x_free": "yes", "x_shares": 1 });
    let mut numbers = Numbers(36);
    let mut lines = String::new();
    for left_out in ["x_topic", "x_tags", "x_shares", "title", "none"] {
        let mut record = whole.clone();
        record.as_object_mut().unwrap().remove(left_out);
        record["text"] = body(&mut numbers).into();
        lines.push_str(&record.to_string());
        lines.push('\n');
    }
    fs::write(at.join("raw/a.jsonl"), lines).unwrap();
    must(at, &["run", "--quiet"]);
    let file = fs::File::open(at.join("output/tables/records-00000-of-00001.parquet")).unwrap();
    let batch = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap().next().unwrap().unwrap();
    let told = ["pointer", "detail"].map(|name| {
        use arrow::array::AsArray as _;
        let column = batch.column_by_name(name).unwrap().as_string::<i32>();
        column.iter().flatten().map(str::to_owned).collect::<Vec<_>>()
    });
    assert_eq!(told[0], ["/x_topic", "/x_tags", "/x_shares", "/title"]);
    assert_eq!(told[1], ["required: expected a value, but found none"; 4]);
}

#[test]
fn expectations_speak_of_own_columns() {
    let folder = project(37);
    let at = folder.path();
    must(at, &["run", "--quiet"]);
    let rules = [
        ("null-share", "column = \"x_paid\"\nat-most = 0.0"),
        ("accepted-values", "column = \"x_topic\"\nvalues = [\"lake\"]"),
        ("accepted-values", "column = \"x_tags\"\nvalues = [\"lake\"]"),
        ("date-range", "column = \"x_embargo\"\nfrom = \"2030-01-01\""),
        ("freshness", "column = \"x_seen_at\"\nmax-age-days = 1"),
        ("unique", "column = \"x_topic\""),
    ];
    for (rule, keys) in rules {
        fs::write(at.join("expect.toml"), format!("[[expect]]\nrule = \"{rule}\"\n{keys}\n")).unwrap();
        let output = run(at, &["check", "output", "--config", "expect.toml", "--as-of", "2026-01-01"]);
        let printed = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert_eq!(output.status.code(), Some(1), "{rule}: {printed}");
        assert!(printed.contains(&format!("expect-{rule}")), "{rule}: {printed}");
    }
    let kept = "[[expect]]\nrule = \"accepted-values\"\ncolumn = \"x_topic\"\nvalues = [\"sea\", \"land\", \"air\"]\n";
    fs::write(at.join("expect.toml"), kept).unwrap();
    must(at, &["check", "output", "--config", "expect.toml"]);
    for unknown in ["column = \"x_topik\"", "column = \"x_topic\"\ntable = \"records\""] {
        fs::write(at.join("expect.toml"), format!("[[expect]]\nrule = \"unique\"\n{unknown}\n")).unwrap();
        assert_eq!(run(at, &["check", "output", "--config", "expect.toml"]).status.code(), Some(2));
    }
}

#[test]
fn check_holds_a_dataset_to_its_own_schema() {
    let folder = project(34);
    let at = folder.path();
    must(at, &["run", "--quiet"]);
    // A dataset stands alone: neither the configuration nor the schema is needed.
    fs::remove_file(at.join("my.schema.json")).unwrap();
    fs::remove_file(at.join("copydesk.toml")).unwrap();
    must(at, &["check", "output"]);
    let path = at.join("output/schema/article.schema.json");
    let good = fs::read_to_string(&path).unwrap();
    let found = |text: &str| {
        fs::write(&path, text).unwrap();
        let output = run(at, &["check", "output"]);
        assert_eq!(output.status.code(), Some(1));
        let printed = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        let rules = ["schema-files", "row-schema", "parquet-schema"];
        rules.into_iter().filter(|rule| printed.contains(rule)).collect::<Vec<_>>()
    };
    // A stricter document than the rows were made with: they break it, and it is not the one of the manifest.
    assert_eq!(found(&good.replace("\"land\"", "\"lane\"")), ["schema-files", "row-schema"]);
    assert_eq!(found(&good.replace("\"x_shares\"", "\"x_sharks\"")), ["schema-files", "parquet-schema"]);
    assert_eq!(found(&good.replace("\"Topic of the desk.\"", "\"Topic.\"")), ["schema-files"]);
    assert_eq!(found("{"), ["schema-files", "parquet-schema"]);
}

#[test]
fn mistakes_in_the_configuration_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::create_dir(at.join("raw")).unwrap();
    fs::write(at.join("raw/a.txt"), "Some words.").unwrap();
    fs::write(at.join("my.schema.json"), r#"{"properties": {"x_topic": {"type": "string"}}}"#).unwrap();
    fs::write(at.join("bad.json"), "{\n  \"properties\": {\"titel\": {}}\n}").unwrap();
    let told = [
        "[schema]\nextends = \"none.json\"",
        "[schema]\nextend = \"my.schema.json\"",
        "[schema]\nextends = \"bad.json\"",
        "[schema]\nextends = \"my.schema.json\"\n[fields]\ntopic = \"x_topik\"",
        "[fields]\ntopic = \"x_topic\"",
    ]
    .map(|config| {
        fs::write(at.join("copydesk.toml"), config).unwrap();
        let output = run(at, &["run", "--quiet"]);
        assert_eq!(output.status.code(), Some(2));
        format!("{config}\n{}", String::from_utf8(output.stderr).unwrap())
    });
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn without_a_schema_such_names_mean_nothing() {
    let folder = project(35);
    let at = folder.path();
    must(at, &["run", "--quiet", "--output", "with"]);
    fs::remove_file(at.join("copydesk.toml")).unwrap();
    must(at, &["run", "--quiet", "--output", "without"]);
    assert_eq!(manifest(&at.join("without")).extends, None);
    assert!(rows(&at.join("without")).iter().all(|row| row.get("x_topic").is_none()));
    let head = rows(&at.join("without")).into_iter().find(|row| row["raw_path"] == "head.txt").unwrap();
    assert!(head["text"].as_str().unwrap().contains("x_topic: land"), "a line of an unknown key is prose");
}
