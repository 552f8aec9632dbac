//! `copydesk check --schema`: any data against any JSON Schema, and the forms of reports.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::{
    ArrayRef, Float64Array, Int64Array, ListArray, RecordBatch, StringArray, StructArray, TimestampMicrosecondArray,
};
use arrow::datatypes::Int64Type;
use serde_json::{Value, json};

use crate::support::{copydesk, must, raw_folder, run};

/// A folder with files of this content.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

fn told(output: &Output) -> String {
    let code = output.status.code().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    format!("exit {code}\n{stdout}--- stderr\n{stderr}")
}

/// The report of a check as JSON, and the exit code.
fn report(folder: &Path, arguments: &[&str]) -> (Value, i32) {
    let all: Vec<&str> = ["check", "--json"].iter().chain(arguments).copied().collect();
    let output = run(folder, &all);
    let value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", told(&output)));
    (value, output.status.code().unwrap())
}

/// Rows that do not conform.
fn bad_rows(report: &Value) -> Vec<u64> {
    let mut rows: Vec<u64> =
        report["findings"].as_array().unwrap().iter().map(|finding| finding["row"].as_u64().unwrap()).collect();
    rows.dedup();
    rows
}

/// Schema, instances that fit, instances that do not, and the rule that these break.
const KEYWORDS: &[(&str, &[&str], &[&str], &str)] = &[
    (
        r#"{"type": "integer"}"#,
        &["1", "1.0", "1e400", "-0", "123456789012345678901234567890"],
        &["1.5", "\"1\"", "1e-400"],
        "schema-type",
    ),
    (r#"{"type": ["null", "array"]}"#, &["null", "[]"], &["{}", "false"], "schema-type"),
    (
        r#"{"enum": [1, "a", null, [1, {"b": 2}]]}"#,
        &["1.0", "\"a\"", "null", "[1,{\"b\":2.0}]"],
        &["2", "\"b\"", "[1]"],
        "schema-enum",
    ),
    (r#"{"const": {"a": [1]}}"#, &[r#"{"a":[1]}"#], &["{}", "null"], "schema-const"),
    (r#"{"multipleOf": 0.01}"#, &["0.07", "1e3", "4.35", "\"x\""], &["0.075"], "schema-multiple-of"),
    (
        r#"{"multipleOf": 3}"#,
        &["9007199254740993", "30000000000000000000000000000000"],
        &["10", "10000000000000000000000000000000"],
        "schema-multiple-of",
    ),
    (r#"{"maximum": 3.5}"#, &["3.5", "-1e999"], &["4", "1e999"], "schema-maximum"),
    (
        r#"{"minimum": 18446744073709551615}"#,
        &["18446744073709551615", "1e20"],
        &["18446744073709551614"],
        "schema-minimum",
    ),
    (r#"{"exclusiveMaximum": 3}"#, &["2.9"], &["3"], "schema-exclusive-maximum"),
    (r#"{"exclusiveMinimum": 3}"#, &["3.1"], &["3.0"], "schema-exclusive-minimum"),
    (r#"{"maxLength": 2}"#, &["\"\\ud83d\\ude00é\"", "3"], &["\"abc\""], "schema-max-length"),
    (r#"{"minLength": 2}"#, &["\"éé\""], &["\"\\ud83d\\ude00\""], "schema-min-length"),
    (r#"{"pattern": "^\\p{Letter}+\\d$"}"#, &["\"é1\"", "1"], &["\"é\"", "\"é१\"", "\"é1\\n\""], "schema-pattern"),
    (r#"{"pattern": "^(?!ab)\\w+$"}"#, &["\"ba\""], &["\"abc\"", "\"é\""], "schema-pattern"),
    (r#"{"maxItems": 1}"#, &["[1]", "{}"], &["[1,2]"], "schema-max-items"),
    (r#"{"minItems": 1}"#, &["[1]"], &["[]"], "schema-min-items"),
    (
        r#"{"uniqueItems": true}"#,
        &["[1,\"1\",[1],{\"a\":1}]", "[\"a\",\"b\"]"],
        &["[1,1.0]", "[\"a\",\"\\u0061\"]", "[{\"a\":1,\"b\":2},{\"b\":2,\"a\":1}]"],
        "schema-unique-items",
    ),
    (
        r#"{"contains": {"type": "string"}, "minContains": 2, "maxContains": 3}"#,
        &["[\"a\",1,\"b\"]"],
        &["[\"a\"]", "[\"a\",\"b\",\"c\",\"d\"]"],
        "schema-contains",
    ),
    (r#"{"prefixItems": [{"type": "integer"}], "items": false}"#, &["[1]", "[]"], &["[1,2]"], "schema-false-schema"),
    (r#"{"maxProperties": 1}"#, &["{\"a\":1}"], &["{\"a\":1,\"b\":1}"], "schema-max-properties"),
    (r#"{"minProperties": 1}"#, &["{\"a\":1}"], &["{}"], "schema-min-properties"),
    (r#"{"required": ["a/b"]}"#, &["{\"a/b\":1}", "[]"], &["{\"a\":1}"], "schema-required"),
    (r#"{"dependentRequired": {"a": ["b"]}}"#, &["{\"a\":1,\"b\":1}", "{}"], &["{\"a\":1}"], "schema-required"),
    (
        r#"{"dependentSchemas": {"a": {"maxProperties": 1}}}"#,
        &["{\"a\":1}"],
        &["{\"a\":1,\"b\":1}"],
        "schema-max-properties",
    ),
    (
        r#"{"properties": {"a": {"type": "null"}}, "patternProperties": {"^x_": true}, "additionalProperties": false}"#,
        &["{\"a\":null,\"x_1\":2}"],
        &["{\"b\":1}"],
        "schema-additional-properties",
    ),
    (r#"{"propertyNames": {"pattern": "^[a-z]+$"}}"#, &["{\"a\":1}"], &["{\"A\":1}"], "schema-property-names"),
    (
        r#"{"unevaluatedProperties": false, "allOf": [{"properties": {"a": true}}]}"#,
        &["{\"a\":1}"],
        &["{\"a\":1,\"b\":1}"],
        "schema-unevaluated-properties",
    ),
    (
        r#"{"unevaluatedItems": false, "prefixItems": [true], "if": {"minItems": 3}, "then": {"prefixItems": [true, true, true]}}"#,
        &["[1]", "[1,2,3]"],
        &["[1,2]"],
        "schema-unevaluated-items",
    ),
    (r#"{"anyOf": [{"type": "string"}, {"minimum": 3}]}"#, &["\"a\"", "4"], &["2"], "schema-any-of"),
    (r#"{"oneOf": [{"multipleOf": 2}, {"multipleOf": 3}]}"#, &["2", "3"], &["6", "1"], "schema-one-of"),
    (r#"{"not": {"type": "null"}}"#, &["1"], &["null"], "schema-not"),
    (
        r#"{"if": {"type": "string"}, "then": {"minLength": 1}, "else": {"type": "null"}}"#,
        &["\"a\"", "null"],
        &["\"\""],
        "schema-min-length",
    ),
    ("false", &[], &["1", "null"], "schema-false-schema"),
    ("true", &["1", "{}"], &[], ""),
    (r##"{"$defs": {"n": {"$anchor": "n", "type": "null"}}, "$ref": "#n"}"##, &["null"], &["1"], "schema-type"),
    (
        r##"{"properties": {"next": {"$ref": "#"}, "v": {"type": "integer"}}}"##,
        &[r#"{"next":{"next":{"v":1}}}"#],
        &[r#"{"next":{"next":{"v":"x"}}}"#],
        "schema-type",
    ),
    (
        r##"{"$id": "https://x.example/tree", "$dynamicAnchor": "node", "type": "object", "$ref": "list", "$defs": {"list": {"$id": "list", "properties": {"next": {"$dynamicRef": "#node"}}, "$defs": {"node": {"$dynamicAnchor": "node"}}}}}"##,
        &[r#"{"next":{}}"#],
        &[r#"{"next":1}"#],
        "schema-type",
    ),
    (
        r#"{"$schema": "http://json-schema.org/draft-04/schema#", "maximum": 3, "exclusiveMaximum": true, "type": "integer"}"#,
        &["2"],
        &["3"],
        "schema-exclusive-maximum",
    ),
    (r#"{"$schema": "http://json-schema.org/draft-04/schema#", "type": "integer"}"#, &["2"], &["2.0"], "schema-type"),
    (
        r#"{"$schema": "http://json-schema.org/draft-07/schema#", "items": [{"type": "null"}], "additionalItems": false}"#,
        &["[null]"],
        &["[null,1]"],
        "schema-additional-items",
    ),
    (
        r#"{"$schema": "http://json-schema.org/draft-03/schema#", "properties": {"a": {"required": true, "disallow": "null"}}}"#,
        &["{\"a\":1}"],
        &["{}"],
        "schema-required",
    ),
];

#[test]
fn every_keyword_lets_through_and_stops() {
    let mut bytes = String::new();
    for (schema, good, bad, rule) in KEYWORDS {
        let lines: Vec<&str> = good.iter().chain(*bad).copied().collect();
        let folder = folder(&[("s.json", schema), ("d.jsonl", &lines.join("\n"))]);
        let (report, code) = report(folder.path(), &["--schema", "s.json", "d.jsonl"]);
        let expected: Vec<u64> = (good.len() as u64..lines.len() as u64).collect();
        assert_eq!(bad_rows(&report), expected, "{schema}: {report:#}");
        assert_eq!(code, i32::from(!bad.is_empty()));
        for finding in report["findings"].as_array().unwrap() {
            assert_eq!(finding["rule"], *rule, "{schema}");
            assert!(finding["detail"].as_str().unwrap().starts_with("expected "), "{finding}");
        }
        let first = report["findings"].as_array().unwrap().first();
        let detail = first.map_or("", |finding| finding["detail"].as_str().unwrap());
        let place = first.map_or("", |finding| finding["schema_location"].as_str().unwrap());
        writeln!(bytes, "{schema}\n    {place}\n    {detail}").unwrap();
    }
    insta::assert_snapshot!("keywords", bytes);
}

const PERSON: &str = r#"{"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "tags": {"items": {"maxLength": 3}}}}"#;

#[test]
fn findings_have_their_place_in_lines() {
    let data = "\u{feff}{\"name\": \"a\"}\n\n{\"name\": 1}\r\n{\"tags\": [\"ok\", \"longer\"]}\n{\"name\": \"a\", \"name\": \"b\"}\n{\"name\"\n{\"name\": \"\u{1}\"}\n[]";
    let folder = folder(&[("s.json", PERSON), ("d.jsonl", data)]);
    fs::write(folder.path().join("bad.jsonl"), b"\"\xff\"\n{}\n").unwrap();
    let output = run(folder.path(), &["check", "--schema", "s.json", "d.jsonl", "bad.jsonl"]);
    insta::assert_snapshot!("lines", told(&output));
    let (report, _) = report(folder.path(), &["--schema", "s.json", "d.jsonl"]);
    for finding in report["findings"].as_array().unwrap() {
        let (line, byte) =
            (finding["at"]["line"].as_u64().unwrap() as usize, finding["at"]["byte"].as_u64().unwrap() as usize);
        let start = data.split_inclusive('\n').take(line - 1).map(str::len).sum::<usize>();
        assert_eq!(byte, if line == 1 { start + 3 } else { start });
    }
}

#[test]
fn findings_have_their_place_in_arrays_and_documents() {
    let array =
        "[\n  {\"name\": \"a\"},\n  {\n    \"tags\": [\n      \"longer\"\n    ],\n    \"name\": null\n  },\n  3\n]\n";
    let folder = folder(&[
        ("s.json", PERSON),
        ("array.json", array),
        ("one.json", "{\n  \"name\": 5\n}"),
        ("empty.json", "[ ]"),
        ("torn.json", "[{\"name\": \"a\"}, {\"name\""),
        ("behind.json", "[] x"),
        ("comma.json", "[{\"name\": \"a\"} {}]"),
        ("nothing.json", ""),
        ("nothing.jsonl", ""),
    ]);
    let files = [
        "array.json",
        "one.json",
        "empty.json",
        "torn.json",
        "behind.json",
        "comma.json",
        "nothing.json",
        "nothing.jsonl",
    ];
    let arguments: Vec<&str> = ["check", "--schema", "s.json"].iter().chain(&files).copied().collect();
    insta::assert_snapshot!("documents", told(&run(folder.path(), &arguments)));
    let (report, _) = report(folder.path(), &["--schema", "s.json", "array.json", "--data-format", "document"]);
    assert_eq!(report["checked"]["rows"]["array.json"], 1);
}

#[test]
fn compressed_files_and_the_standard_input_are_read() {
    let folder = folder(&[("s.json", PERSON)]);
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(b"{\"name\": 1}\n").unwrap();
    let gz = gz.finish().unwrap();
    fs::write(folder.path().join("d.jsonl.gz"), &gz).unwrap();
    fs::write(folder.path().join("torn.jsonl.gz"), &gz[..gz.len() - 9]).unwrap();
    fs::write(folder.path().join("d.json.zst"), zstd::encode_all(&b"[{\"name\": 1}, 2]"[..], 1).unwrap()).unwrap();
    let output = run(folder.path(), &["check", "--schema", "s.json", "d.jsonl.gz", "d.json.zst", "torn.jsonl.gz"]);
    insta::assert_snapshot!("compressed", told(&output));
    for (input, rows) in [(&b"{\"name\": 1}\n{\"name\": \"a\"}\n"[..], 2), (&gz, 1), (b"", 0)] {
        let mut child = copydesk(folder.path(), &["check", "--schema", "s.json", "-", "--json"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((&report["checked"]["rows"]["-"], output.status.code()), (&json!(rows), Some(i32::from(rows > 0))));
    }
}

#[test]
fn rows_of_parquet_are_the_lines_of_a_dataset() {
    let folder = tempfile::tempdir().unwrap();
    raw_folder(&folder.path().join("raw"), 5);
    must(folder.path(), &["run", "--input", "raw", "--output", "output", "--quiet"]);
    let mut files: Vec<String> = Vec::new();
    for entry in fs::read_dir(folder.path().join("output/data")).unwrap() {
        files.push(format!("output/data/{}", entry.unwrap().file_name().to_string_lossy()));
    }
    files.sort();
    let arguments: Vec<&str> = ["check", "--schema", "output/schema/article.schema.json", "--assert-format"]
        .into_iter()
        .chain(files.iter().map(String::as_str))
        .collect();
    let output = run(folder.path(), &arguments);
    assert!(output.status.success() && files.len() > 1, "{}", told(&output));
}

#[test]
fn nested_rows_of_parquet_are_nested_values() {
    let folder = folder(&[(
        "s.json",
        r#"{"required": ["n", "at", "list", "pair", "x"], "properties": {
            "n": {"type": ["integer", "null"]}, "at": {"pattern": "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z$"},
            "list": {"items": {"type": ["integer", "null"]}}, "pair": {"properties": {"text": {"maxLength": 2}}, "required": ["text"]},
            "x": {"type": ["number", "null"]}}}"#,
    )]);
    let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("ab"), Some("abc"), None]));
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("n", Arc::new(Int64Array::from(vec![Some(1), None, Some(3)]))),
        ("at", Arc::new(TimestampMicrosecondArray::from(vec![0, 1, 1_700_000_000_000_000]).with_timezone("UTC"))),
        (
            "list",
            Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(vec![
                Some(vec![Some(1), None]),
                Some(vec![]),
                None,
            ])),
        ),
        ("pair", Arc::new(StructArray::try_from(vec![("text", texts)]).unwrap())),
        ("x", Arc::new(Float64Array::from(vec![0.5, f64::NAN, 1.0]))),
    ];
    let batch =
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, true)))
            .unwrap();
    let mut bytes = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    fs::write(folder.path().join("d.parquet"), &bytes).unwrap();
    fs::write(folder.path().join("torn.parquet"), &bytes[..bytes.len() / 2]).unwrap();
    insta::assert_snapshot!(
        "parquet",
        told(&run(folder.path(), &["check", "--schema", "s.json", "d.parquet", "torn.parquet"]))
    );
}

#[test]
fn references_are_looked_up_and_never_fetched() {
    let folder = folder(&[
        ("remote.json", r#"{"properties": {"a": {"$ref": "https://example.org/schemas/deep/a.json#/$defs/n"}}}"#),
        ("beside.json", r#"{"$ref": "parts/n%20.json"}"#),
        ("parts/n .json", r#"{"type": "null"}"#),
        ("above.json", r#"{"$ref": "https://example.org/schemas/%2e%2e/remote.json"}"#),
        ("mapped/deep/a.json", r#"{"$defs": {"n": {"type": "null"}}}"#),
        ("mapped/broken.json", "{"),
        ("broken.json", r#"{"$ref": "https://example.org/schemas/broken.json"}"#),
        ("absent.json", r#"{"$ref": "https://example.org/schemas/none.json"}"#),
        ("pointer.json", r##"{"$ref": "#/$defs/none"}"##),
        ("anchor.json", r##"{"$ref": "#none"}"##),
        ("d.jsonl", "{\"a\": 1}\n"),
    ]);
    let mut all = String::new();
    let map = "https://example.org/schemas/=mapped";
    for (schema, references) in [
        ("remote.json", vec![]),
        ("remote.json", vec!["--ref", map]),
        ("remote.json", vec!["--ref", "https://example.org/=nowhere", "--ref", map]),
        ("beside.json", vec![]),
        ("above.json", vec!["--ref", map]),
        ("broken.json", vec!["--ref", map]),
        ("absent.json", vec!["--ref", map]),
        ("pointer.json", vec![]),
        ("anchor.json", vec![]),
    ] {
        let arguments: Vec<&str> =
            ["check", "--schema", schema, "d.jsonl"].into_iter().chain(references.clone()).collect();
        writeln!(all, "=== {schema} {}\n{}", references.join(" "), told(&run(folder.path(), &arguments))).unwrap();
    }
    insta::assert_snapshot!("references", all);
}

#[test]
fn a_meta_schema_of_ones_own_is_honoured() {
    let meta = |vocabularies: &str| {
        format!(
            r#"{{"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "https://example.org/meta.json", "$vocabulary": {vocabularies}, "$dynamicAnchor": "meta", "$ref": "https://json-schema.org/draft/2020-12/schema"}}"#
        )
    };
    let core = r#""https://json-schema.org/draft/2020-12/vocab/core": true, "https://json-schema.org/draft/2020-12/vocab/applicator": true"#;
    let schema = r#"{"$schema": "https://example.org/meta.json", "properties": {"a": {"minimum": 10}, "b": false, "c": {"format": "ipv4"}}}"#;
    let folder = folder(&[
        ("plain/meta.json", &meta(&format!("{{{core}}}"))),
        (
            "format/meta.json",
            &meta(&format!(r#"{{{core}, "https://json-schema.org/draft/2020-12/vocab/format-assertion": true}}"#)),
        ),
        ("own/meta.json", &meta(&format!(r#"{{{core}, "https://example.org/vocab": true}}"#))),
        ("s.json", schema),
        ("d.jsonl", "{\"a\": 1}\n{\"b\": 1}\n{\"c\": \"x\"}\n"),
    ]);
    let check = |map: &str| run(folder.path(), &["check", "--schema", "s.json", "d.jsonl", "--ref", map]);
    let all: Vec<String> = [
        "https://example.org/=plain",
        "https://example.org/=format",
        "https://example.org/=own",
        "https://example.com/=plain",
    ]
    .iter()
    .map(|map| format!("=== {map}\n{}", told(&check(map))))
    .collect();
    insta::assert_snapshot!("meta_schemas", all.join("\n"));
}

#[test]
fn formats_are_notes_unless_asserted() {
    let data = "\"no date\"\n";
    for draft in [
        "https://json-schema.org/draft/2020-12/schema",
        "https://json-schema.org/draft/2019-09/schema",
        "http://json-schema.org/draft-07/schema#",
        "http://json-schema.org/draft-04/schema#",
    ] {
        let folder =
            folder(&[("s.json", &json!({"$schema": draft, "format": "date-time"}).to_string()), ("d.jsonl", data)]);
        assert_eq!(report(folder.path(), &["--schema", "s.json", "d.jsonl"]).1, 0, "{draft}");
        let (asserted, code) = report(folder.path(), &["--schema", "s.json", "d.jsonl", "--assert-format"]);
        assert_eq!((code, &asserted["findings"][0]["rule"]), (1, &json!("schema-format")));
    }
}

#[test]
fn a_pattern_that_explodes_is_stopped() {
    let text = format!("\"{}!\"\n", "a".repeat(40_000));
    for (pattern, is_told) in [(r"^(a+)+$", "pattern"), (r"^(?=(a+)+b)a*$", "pattern"), (r"^(a|aa)+\\1$", "pattern")] {
        let folder = folder(&[("s.json", &format!(r#"{{"pattern": "{pattern}"}}"#)), ("d.jsonl", &text.repeat(3))]);
        let start = Instant::now();
        let (report, code) = report(folder.path(), &["--schema", "s.json", "d.jsonl"]);
        assert!(start.elapsed() < Duration::from_mins(1), "{pattern}");
        assert_eq!((code, bad_rows(&report)), (1, vec![0, 1, 2]), "{pattern}");
        assert!(report["findings"][0]["rule"].as_str().unwrap().contains(is_told));
    }
}

#[test]
fn what_is_no_schema_and_what_is_not_there_is_said() {
    let folder = folder(&[
        ("type.json", r#"{"properties": {"a": {"type": "strin\u001b"}}}"#),
        ("pattern.json", r#"{"pattern": "("}"#),
        ("list.json", "[]"),
        ("text.json", "{\n  \"type\": }"),
        ("twice.json", r#"{"type": "null", "type": "string"}"#),
        ("draft.json", r#"{"$schema": "https://example.org/unknown"}"#),
        ("uri.json", r#"{"$schema": "not a uri"}"#),
        ("id.json", r#"{"$id": "http://[bad"}"#),
        ("s.json", "{}"),
        ("d.jsonl", "{}\n"),
    ]);
    fs::write(folder.path().join("bytes.json"), b"{\"title\": \"\xff\"}").unwrap();
    let mut all = String::new();
    for schema in [
        "type.json",
        "pattern.json",
        "list.json",
        "text.json",
        "twice.json",
        "draft.json",
        "uri.json",
        "id.json",
        "bytes.json",
        "none.json",
        ".",
    ] {
        let output = run(folder.path(), &["check", "--schema", schema, "d.jsonl"]);
        writeln!(all, "=== {schema}\n{}", told(&output)).unwrap();
    }
    for arguments in [
        &["--schema", "s.json", "none.jsonl"][..],
        &["--schema", "s.json", "."],
        &["--schema", "s.json"],
        &["s.json", "d.jsonl"],
        &["d.jsonl", "--assert-format"],
        &["d.jsonl", "--schema", "s.json", "--ref", "x"],
        &["d.jsonl", "--schema", "s.json", "--data-format", "jsnl"],
        &["d.jsonl", "--schema", "s.json", "--format", "jnit"],
        &["d.jsonl", "--schema", "s.json", "--format", "junit="],
        &["d.jsonl", "--schema", "s.json", "--format", "github", "--format", "markdown"],
        &["d.jsonl", "--schema", "s.json", "--format", "junit=a", "--format", "markdown=a"],
        &["d.jsonl", "--schema", "s.json", "--format", "junit=d.jsonl/a"],
    ] {
        let whole: Vec<&str> = ["check"].iter().chain(arguments).copied().collect();
        writeln!(all, "=== {}\n{}", arguments.join(" "), told(&run(folder.path(), &whole))).unwrap();
    }
    insta::assert_snapshot!("refusals", all);
}

#[test]
fn several_forms_are_written_at_once() {
    let folder = folder(&[("s.json", PERSON), ("d.jsonl", "{\"name\": 1}\n{\"name\": 2}\n{}\n")]);
    let arguments = [
        "check",
        "--schema",
        "s.json",
        "d.jsonl",
        "--max-findings",
        "1",
        "--format",
        "github",
        "--format",
        "junit=out/report.xml",
        "--format",
        "markdown=summary.md",
        "--format",
        "json=report.json",
        "--format",
        "text=report.txt",
    ];
    let output = run(folder.path(), &arguments);
    let file = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let all =
        ["out/report.xml", "summary.md", "report.json", "report.txt"].map(|name| format!("=== {name}\n{}", file(name)));
    insta::assert_snapshot!("forms", format!("{}\n{}", told(&output), all.join("\n")));
}

#[test]
fn the_json_form_is_as_its_schema_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let schema = root.join("schemas/check-report.schema.json");
    let folder = folder(&[("s.json", PERSON), ("d.jsonl", "{\"name\": 1}\n{\"name\"\n{}\n")]);
    raw_folder(&folder.path().join("raw"), 6);
    must(folder.path(), &["run", "--input", "raw", "--output", "output", "--quiet"]);
    fs::write(folder.path().join("output/extra"), "x").unwrap();
    run(folder.path(), &["check", "--schema", "s.json", "d.jsonl", "--format", "json=a.json"]);
    run(folder.path(), &["check", "output", "--format", "json=b.json"]);
    let arguments = ["check", "--schema", schema.to_str().unwrap(), "a.json", "b.json", "--assert-format"];
    let output = run(folder.path(), &arguments);
    assert!(output.status.success(), "{}", told(&output));
}

#[test]
fn the_action_passes_on_findings_and_exit_codes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = folder(&[
        ("s.json", r#"{"$ref": "https://example.org/n.json"}"#),
        ("refs/n.json", PERSON),
        ("good a.jsonl", "{\"name\": \"a\"}\n"),
        ("bad.jsonl", "{\"name\": 1}\n"),
        ("summary.md", "before\n"),
    ]);
    let act = |path: &str, refs: &str| {
        let output = std::process::Command::new(root.join(".ci/action"))
            .current_dir(folder.path())
            .env("INPUT_BINARY", env!("CARGO_BIN_EXE_copydesk"))
            .env("INPUT_PATH", path)
            .env("INPUT_SCHEMA", "s.json")
            .env("INPUT_REFS", refs)
            .env("INPUT_JUNIT", "report.xml")
            .env("INPUT_SUMMARY", "true")
            .env("GITHUB_STEP_SUMMARY", folder.path().join("summary.md"))
            .env("GITHUB_OUTPUT", folder.path().join("outputs"))
            .output()
            .unwrap();
        output.status.code().unwrap()
    };
    let refs = "https://example.org/=refs\n";
    assert_eq!([act("good a.jsonl\n", refs), act("good a.jsonl\nbad.jsonl", refs), act("bad.jsonl", "")], [0, 1, 2]);
    let file = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(file("outputs"), "exit-code=0\nexit-code=1\nexit-code=2\n");
    assert!(
        file("summary.md").starts_with("before\n## copydesk check")
            && file("summary.md").contains("| schema\\-type | 1 |")
    );
    assert!(file("report.xml").contains("bad.jsonl:1:0"));
    // Every input of the action reaches the script, and no other.
    let [action, script] = ["action.yml", ".ci/action"].map(|name| fs::read_to_string(root.join(name)).unwrap());
    for name in ["PATH", "SCHEMA", "REFS", "ASSERT_FORMAT", "MAX_FINDINGS", "JUNIT", "SUMMARY", "ARGUMENTS", "BINARY"] {
        let input = name.to_lowercase().replace('_', "-");
        assert!(action.contains(&format!("INPUT_{name}: ${{{{ inputs.{input} }}}}")), "{name}");
        assert!(action.contains(&format!("\n  {input}:\n")) && script.contains(&format!("INPUT_{name}")), "{name}");
    }
}
