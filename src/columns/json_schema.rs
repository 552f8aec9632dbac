//! JSON Schemas (2020-12) of the rows of the exported tables, as the JSONL files state them.
//!
//! The files under `schemas/` are this module's output; a test compares them and rewrites them when `COPYDESK_UPDATE` is set.

use std::fmt::Write as _;

use serde_json::Value;

use super::extension::DEFINITION;
use super::{Column, ColumnType, Rule, SCHEMA_VERSION, Table};

/// Dates in JSON: four digits of year, so that text order is time order.
const DATE_PATTERN: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";
/// Instants in JSON: always six digits of fraction and `Z`.
const TIMESTAMP_PATTERN: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6}Z$";

/// Whom a schema is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Audience {
    /// Those who write rows: no key but the columns is allowed.
    #[default]
    Producers,
    /// Those who read rows: keys that they do not know are passed over, so that rows of later minor versions are valid.
    Consumers,
}

/// The identifier of a table's schema, one per major version; claims no domain.
pub fn schema_id(table: &Table) -> String {
    let major = SCHEMA_VERSION.split('.').next().unwrap_or(SCHEMA_VERSION);
    let own = table.extension.map_or("", |extension| extension.digest.rsplit(':').next().unwrap_or_default());
    let mark = if own.is_empty() { "" } else { ":extended:" };
    let tier = table.released.map(|release| format!(":{}", release.name())).unwrap_or_default();
    format!("urn:copydesk:schema:{major}:{}{tier}{mark}{}", table.row_name, own.get(..12).unwrap_or(own))
}

/// The name of the file that holds the schema of a table's rows.
pub fn schema_file(table: &Table) -> String {
    format!("{}.schema.json", table.row_name)
}

/// The schema of a table's rows for those who write them, keys in reading order, two spaces of indent, line end at the end.
///
/// Every column is required and no other key is allowed: a row is exactly what the table says.
pub fn schema_text(table: &Table) -> String {
    schema_text_for(table, Audience::Producers)
}

/// The schema of a table's rows for an audience; both forms have the same identifier and differ in `additionalProperties` only.
pub fn schema_text_for(table: &Table, audience: Audience) -> String {
    let mut out = String::from("{\n");
    line(&mut out, 1, "$schema", &quote("https://json-schema.org/draft/2020-12/schema"));
    line(&mut out, 1, "$id", &quote(&schema_id(table)));
    line(&mut out, 1, "title", &quote(table.row_name));
    line(&mut out, 1, "description", &quote(table.documentation));
    line(&mut out, 1, "type", "\"object\"");
    out.push_str("  \"properties\": {\n");
    for (place, column) in table.columns.iter().enumerate() {
        let more = table.extension.and_then(|extension| extension.published_rules(column));
        push_property(&mut out, column, more.as_ref());
        out.push_str(if place + 1 < table.columns.len() { ",\n" } else { "\n" });
    }
    out.push_str("  },\n  \"required\": [\n");
    for (place, column) in table.columns.iter().enumerate() {
        let comma = if place + 1 < table.columns.len() { "," } else { "" };
        writeln!(out, "    {}{comma}", quote(column.name)).expect("law: writing to a string cannot fail");
    }
    out.push_str(match audience {
        Audience::Producers => "  ],\n  \"additionalProperties\": false",
        Audience::Consumers => "  ]",
    });
    if let Some(extension) = table.extension {
        if let Some(row) = &extension.row {
            write!(out, ",\n  \"allOf\": [{row}]").expect("law: writing to a string cannot fail");
        }
        let document = serde_json::to_string_pretty(&extension.document).expect("law: a JSON value is written");
        let document = document.replace('\n', "\n    ");
        write!(out, ",\n  \"$defs\": {{\n    {}: {document}\n  }}", quote(DEFINITION))
            .expect("law: writing to a string cannot fail");
    }
    out.push_str("\n}\n");
    out
}

/// The title of a column: its name in words, `raw_sha256` as `Raw SHA-256`.
pub fn title_of(name: &str) -> String {
    let words: Vec<&str> = name
        .split('_')
        .map(|word| match word {
            "id" => "ID",
            "url" => "URL",
            "sha256" => "SHA-256",
            "tdm" => "TDM",
            "tz" => "time zone",
            word => word,
        })
        .collect();
    let title = words.join(" ");
    let mut letters = title.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The schema of a table's rows as a value.
///
/// # Panics
/// When an example in the column table is not JSON.
pub fn schema_value(table: &Table) -> Value {
    serde_json::from_str(&schema_text(table)).expect("law: a generated schema is JSON")
}

/// The schema of a column's values as the table states it, without what the user's document adds.
///
/// # Panics
/// As [`schema_value`].
pub fn property_value(column: &Column) -> Value {
    let mut text = String::new();
    push_property(&mut text, column, None);
    let (_, property) = text.split_once(':').expect("law: a property has a name");
    serde_json::from_str(property).expect("law: a generated schema is JSON")
}

fn push_property(out: &mut String, column: &Column, more: Option<&Value>) {
    writeln!(out, "    {}: {{", quote(column.name)).expect("law: writing to a string cannot fail");
    line(out, 3, "title", &quote(&title_of(column.name)));
    line(out, 3, "description", &quote(column.documentation));
    let type_name = quote(type_name(column.kind));
    let types = if column.nullable { format!("[{type_name}, \"null\"]") } else { type_name };
    line(out, 3, "type", &types);
    match column.kind {
        ColumnType::Date => {
            line(out, 3, "format", "\"date\"");
            line(out, 3, "pattern", &quote(DATE_PATTERN));
        }
        ColumnType::Timestamp => {
            line(out, 3, "format", "\"date-time\"");
            line(out, 3, "pattern", &quote(TIMESTAMP_PATTERN));
        }
        ColumnType::TextList => {
            let rules: Vec<_> = std::iter::once(("type", "\"string\"".to_owned()))
                .chain(rules(column))
                .map(|(keyword, value)| format!("{}: {value}", quote(keyword)))
                .collect();
            line(out, 3, "items", &format!("{{ {} }}", rules.join(", ")));
        }
        _ => {
            for (keyword, value) in rules(column) {
                line(out, 3, keyword, &value);
            }
        }
    }
    if let Some(more) = more {
        line(out, 3, "allOf", &format!("[{more}]"));
    }
    if !column.example.is_empty() {
        line(out, 3, "examples", &format!("[{}]", column.example));
    }
    // The comma behind the last keyword goes; the one after the property is the caller's.
    out.truncate(out.len() - ",\n".len());
    out.push_str("\n    }");
}

/// Keywords for the rule of a column; for lists they hold for each element.
fn rules(column: &Column) -> Vec<(&'static str, String)> {
    let highest = (column.kind == ColumnType::Int32).then(|| ("maximum", i32::MAX.to_string()));
    match column.rule {
        Rule::Any => Vec::new(),
        Rule::NotEmpty => vec![("minLength", "1".to_owned())],
        Rule::Pattern(pattern) => vec![("pattern", quote(pattern))],
        Rule::OneOf(values) => {
            let null = column.nullable.then(|| "null".to_owned());
            let values: Vec<_> = values.iter().map(|value| quote(value)).chain(null).collect();
            vec![("enum", format!("[{}]", values.join(", ")))]
        }
        Rule::AtLeast(low) => std::iter::once(("minimum", low.to_string())).chain(highest).collect(),
        Rule::Between(low, high) => vec![("minimum", low.to_string()), ("maximum", high.to_string())],
    }
}

pub(super) fn type_name(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Text | ColumnType::Date | ColumnType::Timestamp => "string",
        ColumnType::Boolean => "boolean",
        ColumnType::Int32 | ColumnType::Int64 => "integer",
        ColumnType::Float64 => "number",
        ColumnType::TextList => "array",
    }
}

fn line(out: &mut String, depth: usize, key: &str, value: &str) {
    writeln!(out, "{:indent$}{}: {value},", "", quote(key), indent = depth * 2)
        .expect("law: writing to a string cannot fail");
}

fn quote(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::TABLES;
    use super::*;
    use serde_json::{Map, json};

    fn validator(table: &Table) -> jsonschema::Validator {
        jsonschema::options().should_validate_formats(true).build(&schema_value(table)).unwrap()
    }

    fn example_row(table: &Table) -> Value {
        let examples = table.columns.iter().map(|column| {
            let example: Value = serde_json::from_str(column.example).unwrap();
            (column.name.to_owned(), example)
        });
        Value::Object(examples.collect::<Map<_, _>>())
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test compares files of the repository")]
    fn checked_in_schemas_are_the_generated_ones() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
        for table in TABLES {
            let path = folder.join(schema_file(table));
            if std::env::var_os("COPYDESK_UPDATE").is_some() {
                std::fs::write(&path, schema_text(table)).unwrap();
            }
            let stored = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(stored == schema_text(table), "{} is stale: run the tests with COPYDESK_UPDATE=1", path.display());
        }
    }

    #[test]
    fn schemas_are_schemas_and_every_example_row_is_valid() {
        for table in TABLES {
            assert!(jsonschema::meta::is_valid(&schema_value(table)));
            let row = example_row(table);
            let errors: Vec<_> =
                validator(table).iter_errors(&row).map(|error| format!("{} {error}", error.instance_path())).collect();
            assert_eq!(errors, Vec::<String>::new(), "{}", table.name);
        }
    }

    #[test]
    fn consumers_may_meet_columns_of_later_versions() {
        for table in TABLES {
            let text = schema_text_for(table, Audience::Consumers);
            let schema: Value = serde_json::from_str(&text).unwrap();
            let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
            let mut row = example_row(table);
            assert!(validator.is_valid(&row));
            row["of_a_later_version"] = json!([1]);
            assert!(validator.is_valid(&row) && !self::validator(table).is_valid(&row), "{}", table.name);
            row.as_object_mut().unwrap().remove(table.columns[0].name);
            assert!(!validator.is_valid(&row), "{}", table.name);
        }
    }

    #[test]
    fn every_property_has_a_title_a_description_and_examples() {
        assert_eq!(["raw_sha256", "published_tz", "id"].map(title_of), ["Raw SHA-256", "Published time zone", "ID"]);
        for table in TABLES {
            let schema = schema_value(table);
            for (name, property) in schema["properties"].as_object().unwrap() {
                for keyword in ["title", "description"] {
                    assert!(property[keyword].as_str().is_some_and(|text| !text.is_empty()), "{name} {keyword}");
                }
                assert!(property["examples"].as_array().is_some_and(|examples| !examples.is_empty()), "{name}");
                assert_eq!(
                    property.get("format").is_some(),
                    property["format"].is_string() && property["pattern"].is_string()
                );
            }
        }
    }

    #[test]
    fn every_table_has_examples_that_say_something() {
        for table in TABLES {
            for column in table.columns {
                assert!(column.nullable || column.example != "null", "{}.{} has no example", table.name, column.name);
            }
        }
    }

    #[test]
    fn missing_additional_null_and_ruled_out_values_are_refused() {
        for table in TABLES {
            let validator = validator(table);
            let good = example_row(table);
            let mut more = good.clone();
            more["another"] = json!(1);
            assert!(!validator.is_valid(&more), "{}", table.name);
            for column in table.columns {
                let with = |value: Value| {
                    let mut row = good.clone();
                    row[column.name] = value;
                    validator.is_valid(&row)
                };
                let mut fewer = good.clone();
                fewer.as_object_mut().unwrap().remove(column.name);
                assert!(!validator.is_valid(&fewer), "{}", column.name);
                assert_eq!(with(Value::Null), column.nullable, "{}", column.name);
                assert!(!with(json!({})), "{}", column.name);
                let bad = match (column.kind, column.rule) {
                    (ColumnType::Date, _) => json!("17.12.2025"),
                    (ColumnType::Timestamp, _) => json!("2025-12-17T08:30:00Z"),
                    (ColumnType::TextList, Rule::Pattern(_)) => json!(["fine", "NOT fine"]),
                    (ColumnType::TextList, _) => json!([1]),
                    (_, Rule::NotEmpty) => json!(""),
                    (_, Rule::Pattern(_) | Rule::OneOf(_)) => json!("Not / allowed"),
                    (_, Rule::AtLeast(low) | Rule::Between(low, _)) => json!(low - 1),
                    (_, Rule::Any) => json!({}),
                };
                assert!(!with(bad), "{}", column.name);
            }
        }
    }
}
