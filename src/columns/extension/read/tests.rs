//! Tests of reading documents: every mistake, and that the published schema says of lines what the document says of values.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::columns::Table;
use crate::columns::json_schema::{schema_text, schema_value};

fn mistake(text: &str) -> String {
    let error = Document::parse("my.schema.json", text).expect_err(text);
    let cause = std::error::Error::source(&error).map_or_else(String::new, ToString::to_string);
    format!("{text}\n  {error}\n  {cause}\n  {}", error.hints().join("; "))
}

fn table(document: Value) -> &'static Table {
    let document = Document::read("my.schema.json", document).unwrap();
    let digest = format!("sha256:{:064x}", document.canonical().len());
    Table::extended(document, digest)
}

#[test]
fn mistakes_name_place_value_and_the_nearest_name() {
    let texts = [
        r#"{"properties": "#,
        r"[1]",
        r#"{"$schema": "http://json-schema.org/draft-07/schema#"}"#,
        r#"{"properties": {"x_a": {"type": "text"}}}"#,
        r#"{"properties": {"x_a": {"type": "string", "minLength": "5"}}}"#,
        r#"{"propertes": {}}"#,
        r#"{"additionalProperties": false}"#,
        r#"{"properties": {"titel": {"minLength": 3}}}"#,
        r#"{"properties": {"colour": {"type": "string"}}}"#,
        r#"{"properties": {"x_": {"type": "string"}}}"#,
        r#"{"properties": {"x_Topic": {"type": "string"}}}"#,
        r#"{"properties": {"x_a": {}}}"#,
        r#"{"properties": {"x_a": {"type": "object"}}}"#,
        r#"{"properties": {"x_a": {"type": ["string", "integer"]}}}"#,
        r#"{"properties": {"x_a": {"type": "array"}}}"#,
        r#"{"properties": {"x_a": {"type": "array", "items": {"type": "number"}}}}"#,
        r#"{"properties": {"x_a": {"type": "string", "minLenght": 5}}}"#,
        r#"{"properties": {"x_a": {"type": "string", "format": "datetime"}}}"#,
        r#"{"properties": {"x_a": {"type": "string", "pattern": "("}}}"#,
        r#"{"properties": {"x_a": {"type": "string", "enum": [1]}}}"#,
        r#"{"properties": {"x_a": {"type": "integer", "minimum": 5, "maximum": 3}}}"#,
        r#"{"properties": {"title": {"type": "integer"}}}"#,
        r#"{"properties": {"title": false}}"#,
        r#"{"properties": {"access": {"enum": ["fre"]}}}"#,
        r#"{"properties": {"word_count": {"maximum": -1}}}"#,
        r#"{"properties": {"similarity": {"minimum": 0.9}}}"#,
        r#"{"required": ["titel"]}"#,
        r#"{"required": ["cluster_id"]}"#,
        r#"{"properties": {"x_a": {"$ref": "https://example.org/a.json"}}}"#,
        r##"{"properties": {"x_a": {"$ref": "#/$defs/topik"}}, "$defs": {"topic": {"type": "string"}}}"##,
        r##"{"properties": {"x_a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"$ref": "#/$defs/a"}}}"##,
        r##"{"$ref": "#/$defs/a", "$defs": {"a": {"allOf": [{"$ref": "#/$defs/a"}]}}}"##,
        r#"{"if": {"required": ["sction"]}, "then": {"required": ["title"]}}"#,
        r#"{"anyOf": [{"minProperties": 3}]}"#,
        r#"{"allOf": [{"type": "array"}]}"#,
        r#"{"dependentRequired": {"url": ["x_missing"]}}"#,
        r#"{"anyOf": [{"properties": {"word_count": {"type": "string"}}}]}"#,
    ];
    insta::assert_snapshot!(texts.map(mistake).join("\n"));
}

#[test]
fn too_many_columns_and_schemas_are_refused() {
    let properties: Map<String, Value> =
        (0..=MOST_COLUMNS).map(|n| (format!("x_{n}"), json!({ "type": "string" }))).collect();
    let error = Document::read("f", json!({ "properties": properties })).unwrap_err();
    assert!(format!("{error:?}").contains("expected at most 200 columns"), "{error:?}");
    // Each definition names the next twice, so that 2^30 schemas are meant.
    let mut definitions: Map<String, Value> = (0..30)
        .map(|n| {
            let next = json!({ "$ref": format!("#/$defs/d{}", n + 1) });
            (format!("d{n}"), json!({ "allOf": [next, next] }))
        })
        .collect();
    definitions.insert("d30".to_owned(), json!({}));
    let document = json!({ "properties": { "title": { "$ref": "#/$defs/d0" } }, "$defs": definitions });
    let error = Document::read("f", document).unwrap_err();
    assert!(format!("{error:?}").contains("expected at most 10000 schemas"), "{error:?}");
}

#[test]
fn columns_stand_last_by_name_with_their_types() {
    let table = table(json!({
        "required": ["title", "authors", "x_day", "x_note", "x_tags"],
        "properties": {
            "x_tags": { "type": "array", "items": { "type": "string", "enum": ["a", "b"] } },
            "x_note": { "type": ["string", "null"], "description": "A note.", "examples": ["n"] },
            "x_day": { "type": "string", "format": "date" },
            "x_at": { "type": "string", "format": "date-time" },
            "x_yes": { "type": "boolean" },
            "x_many": { "type": "integer", "minimum": 3 },
            "x_share": { "$ref": "#/$defs/share" },
        },
        "$defs": { "share": { "type": "number", "minimum": 0, "maximum": 1 } },
    }));
    let own: Vec<_> = table.own_columns().iter().map(|column| (column.name, column.kind, column.nullable)).collect();
    assert_eq!(
        own,
        [
            ("x_at", ColumnType::Timestamp, true),
            ("x_day", ColumnType::Date, false),
            ("x_many", ColumnType::Int64, true),
            ("x_note", ColumnType::Text, true),
            ("x_share", ColumnType::Float64, true),
            ("x_tags", ColumnType::TextList, false),
            ("x_yes", ColumnType::Boolean, true),
        ]
    );
    assert!(!table.column("title").unwrap().nullable && table.column("subtitle").unwrap().nullable);
    assert!(jsonschema::meta::is_valid(&schema_value(table)));
    insta::assert_snapshot!(schema_text(table));
}

#[test]
fn a_published_schema_gives_its_table_again() {
    let first = table(json!({ "required": ["url"], "properties": { "x_a": { "type": "string", "pattern": "^a" } } }));
    let text = schema_text(first);
    let digest = |canonical: &str| format!("sha256:{:064x}", canonical.len());
    let again = super::super::table_of_schema("article.schema.json", &text, digest).unwrap();
    assert_eq!(schema_text(again), text);
    let plain = super::super::table_of_schema("article.schema.json", &schema_text(&ARTICLES), digest).unwrap();
    assert!(plain.extension.is_none());
}

/// Documents over a few columns, and what their rows may hold.
fn documents() -> Vec<Value> {
    let with = |rules: Value| {
        let mut document = json!({ "properties": {
            "x_text": { "type": "string" },
            "x_list": { "type": "array", "items": { "type": "string" } },
            "x_count": { "type": "integer" },
        }});
        document.as_object_mut().unwrap().extend(rules.as_object().unwrap().clone());
        document
    };
    let narrowed = |name: &str, rules: Value| {
        let mut document = with(json!({}));
        let own = document["properties"].as_object_mut().unwrap().entry(name).or_insert_with(|| json!({}));
        own.as_object_mut().unwrap().extend(rules.as_object().unwrap().clone());
        document
    };
    vec![
        narrowed("x_text", json!({ "enum": ["a", "b"] })),
        narrowed("x_text", json!({ "pattern": "^a", "maxLength": 1 })),
        narrowed("x_text", json!({ "not": { "const": "b" } })),
        narrowed("x_list", json!({ "minItems": 2 })),
        narrowed("x_list", json!({ "contains": { "const": "a" }, "uniqueItems": true })),
        narrowed("x_count", json!({ "multipleOf": 2 })),
        narrowed("section", json!({ "minLength": 2 })),
        with(json!({ "required": ["x_text", "section"] })),
        with(json!({ "required": ["x_list"] })),
        with(json!({ "dependentRequired": { "x_text": ["x_list", "x_count"] } })),
        with(json!({ "dependentSchemas": { "x_count": { "properties": { "x_text": { "const": "a" } } } } })),
        with(json!({ "if": { "required": ["x_text"], "properties": { "x_text": { "const": "a" } } },
            "then": { "required": ["x_count"] }, "else": { "not": { "required": ["x_list"] } } })),
        with(json!({ "anyOf": [{ "required": ["x_text"] }, { "properties": { "x_count": { "minimum": 1 } } }] })),
        with(json!({ "oneOf": [{ "required": ["x_text"] }, { "required": ["x_list"] }] })),
        with(json!({ "$ref": "#/$defs/row", "$defs": { "row": { "required": ["section"] } } })),
    ]
}

proptest! {
    #[test]
    fn the_published_schema_says_of_a_line_what_the_document_says_of_its_values(
        place in 0..documents().len(),
        text in prop::option::of("[ab]{1,2}"),
        list in prop::collection::vec("[ab]", 0..3),
        count in prop::option::of(0..4_i64),
        section in prop::option::of("[ab]{1,2}"),
    ) {
        let document = documents().swap_remove(place);
        let table = table(document.clone());
        let mut row = Map::new();
        for column in ARTICLES.columns {
            row.insert(column.name.to_owned(), serde_json::from_str(column.example).unwrap());
        }
        for (name, value) in [("x_text", json!(text)), ("x_list", json!(list)), ("x_count", json!(count)), ("section", json!(section))] {
            row.insert(name.to_owned(), value);
        }
        let mut values = row.clone();
        values.retain(|_, value| !value.is_null() && *value != json!([]));
        let of_document = jsonschema::validator_for(&document).unwrap().is_valid(&values.into());
        let of_line = jsonschema::validator_for(&schema_value(table)).unwrap().is_valid(&row.into());
        prop_assert_eq!(of_document, of_line, "{}", document);
    }
}
