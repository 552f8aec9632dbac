//! Laws that hold for every stage between the readers and validation.

use std::sync::Arc;

use arrow::array::{Array, AsArray, RecordBatch, StringArray};
use arrow::compute::concat_batches;
use proptest::prelude::*;

use super::attach::{Attach, AttachOptions};
use super::fingerprint::Fingerprint;
use super::ingest::{FileFacts, IngestBuilder, PROVIDES};
use super::normalize::Normalize;
use super::{Stage, StageOutput};
use crate::columns::batch::{column, field_of};
use crate::columns::interim::{BANDS, DATE_CANDIDATES, KEY_SHA256, SOURCE_RANK};
use crate::columns::{ARTICLES, TextListBuilder};
use crate::dedup::NearRule;
use crate::extractors::registry::Registry;
use crate::origin::ByteRange;
use crate::readers::RawRecord;
use crate::statement::{Evidence, Field, Statement};

const SOURCES: &str = r#"
    [[source]]
    id = "harbour-times"
    name = "The Harbour Times"
    type = "agency"
    domains = ["harbourtimes.example"]
    country = "GB"
    language = "en"
    time-zone = "Europe/London"
    date-order = "dmy"
    license = "CC-BY-4.0"
    rights-holder = "Harbour Times Ltd"
"#;

/// A batch as `ingest` gives it, of records with these texts and no statements.
pub(super) fn text_batch(texts: &[impl AsRef<str>]) -> RecordBatch {
    ingested(&texts.iter().map(|text| (text.as_ref().to_owned(), Vec::new())).collect::<Vec<_>>())
}

type Row = (String, Vec<Statement<'static>>);

fn ingested(rows: &[Row]) -> RecordBatch {
    let facts = FileFacts {
        raw_path: "harbour/2025-12-17.txt".into(),
        format: "jsonl",
        statements: Vec::new(),
        stated_outlet: String::new(),
    };
    let mut builder = IngestBuilder::new();
    let mut offset = 0;
    for (index, (text, statements)) in rows.iter().enumerate() {
        let range = ByteRange::new(offset, text.len() as u64);
        offset = range.end();
        let record = RawRecord { range, bytes: text.as_bytes(), encoding: "utf-8", text, statements };
        builder.push_record(&record, &facts, index as i64);
    }
    builder.finish().expect("a batch")
}

fn stages() -> Vec<Box<dyn Stage>> {
    let registry = Arc::new(Registry::parse(SOURCES, "sources.toml").expect("a good registry"));
    let options = AttachOptions { registry, ..AttachOptions::default() };
    vec![
        Box::new(Normalize),
        Box::new(Attach::new(Arc::new(options))),
        Box::new(Fingerprint::new(Some(NearRule::default()), Arc::default())),
    ]
}

/// Applies every stage and holds each to its declarations; `kept + rejected = in`.
fn run(mut batch: RecordBatch) -> (RecordBatch, usize) {
    let mut stopped = 0;
    for stage in stages() {
        for name in stage.requires() {
            assert!(batch.column_by_name(name).is_some(), "`{}` finds `{name}`", stage.name());
        }
        let StageOutput { kept, rejected } = stage.apply(&batch).expect("applied");
        assert_eq!(kept.num_rows() + rejected.len(), batch.num_rows(), "`{}` loses nothing", stage.name());
        assert!(rejected.is_sorted_by(|(one, _), (other, _)| one < other));
        for name in stage.provides() {
            let schema = kept.schema();
            let field = schema.field_with_name(name).unwrap_or_else(|_| panic!("`{}` gives `{name}`", stage.name()));
            assert_eq!(*field, *field_of(name), "`{}` gives the declared type", stage.name());
        }
        stopped += rejected.len();
        batch = kept;
    }
    (batch, stopped)
}

fn value(batch: &RecordBatch, name: &str, row: usize) -> Option<String> {
    let column: &StringArray = column(batch, name).expect("a string column");
    column.is_valid(row).then(|| column.value(row).to_owned())
}

fn list(batch: &RecordBatch, name: &str, row: usize) -> Vec<String> {
    let lists = batch.column_by_name(name).expect("the column").as_list::<i32>().value(row);
    lists.as_string::<i32>().iter().flatten().map(str::to_owned).collect()
}

#[test]
fn a_complete_row_has_every_column_of_articles_in_order() {
    let (batch, _) = run(text_batch(&["The harbour reopened on Monday.", "Ferries run again."]));
    let schema = batch.schema();
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    let expected: Vec<&str> = ARTICLES.columns.iter().map(|column| column.name).collect();
    assert_eq!(names[..expected.len()], expected);
    let mut interim = names[expected.len()..].to_vec();
    interim.sort_unstable();
    assert_eq!(interim, [BANDS, DATE_CANDIDATES, KEY_SHA256, SOURCE_RANK]);
    for column in ARTICLES.columns {
        assert_eq!(*schema.field_with_name(column.name).expect("a column"), *field_of(column.name));
    }
}

#[test]
fn facts_come_from_statements_and_the_registry() {
    let stated = |field, value: &str| Statement::new(field, Evidence::RecordField, value.to_owned());
    let rows = [
        (
            "The harbour reopened on Monday after the storm, and the ferries run again, said the port.".to_owned(),
            vec![
                stated(Field::Title, " Ferries\n run "),
                stated(Field::Source, "The Harbour Times"),
                stated(Field::Url, "https://www.harbourtimes.example/2025/12/17/ferries"),
                stated(Field::Published, "17/12/2025 10:30"),
                stated(Field::Author, "By Ada Moreno and Can Öz"),
                stated(Field::Keyword, "ports, ferries, ports"),
                stated(Field::Access, "false"),
                stated(Field::TdmReservation, "1"),
            ],
        ),
        (
            "…".to_owned(),
            vec![
                stated(Field::Source, "Daily Courier"),
                stated(Field::Url, "courier.example/x"),
                stated(Field::Language, "EN_us"),
                stated(Field::Published, "12.05.2025"),
                stated(Field::License, "CC0-1.0"),
            ],
        ),
        ("!".to_owned(), Vec::new()),
    ];
    let (batch, _) = run(ingested(&rows));
    let text = |name, row| value(&batch, name, row);
    for (name, expected) in [
        ("title", [Some("Ferries run"), None, None]),
        ("source_id", [Some("harbour-times"), Some("daily-courier"), Some("unknown")]),
        ("source_name", [Some("The Harbour Times"), Some("Daily Courier"), None]),
        ("source_domain", [Some("harbourtimes.example"), None, None]),
        ("source_country", [Some("GB"), None, None]),
        ("source_evidence", [Some("record-field"), Some("record-field"), Some("none")]),
        ("url", [Some("https://www.harbourtimes.example/2025/12/17/ferries"), None, None]),
        ("published_precision", [Some("minute"), Some("none"), Some("none")]),
        ("published_evidence", [Some("record-field"), Some("none"), Some("none")]),
        ("published_raw", [Some("17/12/2025 10:30"), None, None]),
        ("published_tz", [Some("Europe/London"), None, None]),
        ("language", [Some("en"), Some("en-US"), Some("und")]),
        ("language_evidence", [Some("detector"), Some("record-field"), Some("none")]),
        ("license", [Some("CC-BY-4.0"), Some("CC0-1.0"), Some("unknown")]),
        ("rights_holder", [Some("Harbour Times Ltd"), None, None]),
        ("access", [Some("paywalled"), Some("unknown"), Some("unknown")]),
        ("tdm_reservation", [Some("reserved"), Some("unknown"), Some("unknown")]),
    ] {
        let found = [0, 1, 2].map(|row| text(name, row));
        assert_eq!(found.each_ref().map(Option::as_deref), expected, "{name}");
    }
    assert_eq!(list(&batch, "authors", 0), ["Ada Moreno", "Can Öz"]);
    assert_eq!(list(&batch, "keywords", 0), ["ports", "ferries"]);
    assert_eq!(list(&batch, "quality_flags", 1), ["bad-url"]);
    let rank = batch.column_by_name(SOURCE_RANK).expect("a column").as_primitive::<arrow::datatypes::Int32Type>();
    assert_eq!(rank.values()[..2], [0, 100]);
    // The statement, the URL, and the name of the file that holds many records.
    let candidates = batch.column_by_name(DATE_CANDIDATES).expect("a column").as_list::<i32>();
    assert_eq!([0, 1, 2].map(|row| candidates.value(row).len()), [3, 2, 1]);
}

#[test]
fn stages_name_a_missing_column() {
    let batch = text_batch(&["One."]);
    let without_text = batch.project(&[0, 1]).expect("a batch");
    for stage in stages() {
        let error = stage.apply(&without_text).expect_err("no text");
        assert!(error.to_string().starts_with("expected a column `"), "{error}");
    }
    assert_eq!(PROVIDES.len(), batch.num_columns());
    assert_eq!(TextListBuilder::empty_lists(0).len(), 0);
}

fn any_row() -> impl Strategy<Value = Row> {
    let value = prop_oneof![
        Just("2025-12-17T10:30:00Z".to_owned()),
        Just("17 December 2025".to_owned()),
        Just("The Harbour Times".to_owned()),
        Just("https://harbourtimes.example/2025/12/17/x".to_owned()),
        any::<String>(),
        "[ -~]{1,30}",
    ];
    let statement = (0..Field::ALL.len(), 0..Evidence::ALL.len(), value)
        .prop_map(|(field, kind, value)| Statement::new(Field::ALL[field], Evidence::ALL[kind], value));
    (prop_oneof![any::<String>(), "[A-Za-z ,.\n]{0,80}"], proptest::collection::vec(statement, 0..8))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_split_into_batches_gives_the_same_columns(rows in proptest::collection::vec(any_row(), 0..8), cut in 0..9_usize) {
        let whole = ingested(&rows);
        let cut = cut.min(rows.len());
        let (expected, stopped) = run(whole.clone());
        prop_assert_eq!(expected.num_rows() + stopped, rows.len());
        let (first, first_stopped) = run(whole.slice(0, cut));
        let (second, second_stopped) = run(whole.slice(cut, rows.len() - cut));
        prop_assert_eq!(first_stopped + second_stopped, stopped);
        let joined = concat_batches(&expected.schema(), [&first, &second]).expect("the same schema");
        prop_assert_eq!(joined, expected);
    }
}
