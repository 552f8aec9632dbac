//! `copydesk schema`: shows and exports what a dataset promises.

use std::path::Path;

use serde_json::{Value, json};

use super::arguments::{SchemaCommand, SchemaExportArguments, SchemaShowArguments, TableFormat, Whom};
use super::summary::{cells, line, one_line, plural, table};
use super::{ExitStatus, out, schema_diff};
use crate::columns::TABLES;
use crate::columns::json_schema::{Audience, schema_file, schema_text_for};
use crate::error::{Error, ErrorKind, Result, did_you_mean};
use crate::io::{is_there, read_limited, write_atomic};
use crate::kernels::compare_schemas::{admits_null, type_words};
use crate::pipeline::contract::{Contract, TableContract, built_in, load};

/// Largest file that is looked at before it is replaced.
const MAX_SCHEMA: u64 = 16 << 20;
/// What the `$id` of our schemas begins with.
const OUR_ID: &str = "urn:copydesk:schema:";

/// `copydesk schema`
pub fn schema(command: &SchemaCommand) -> Result<ExitStatus> {
    match command {
        SchemaCommand::Show(arguments) => show(arguments),
        SchemaCommand::Export(arguments) => export(arguments),
        SchemaCommand::Diff(arguments) => schema_diff::diff(arguments),
    }
}

fn show(arguments: &SchemaShowArguments) -> Result<ExitStatus> {
    let contract = match arguments.what.as_deref() {
        None => built_in(),
        Some(what) => named_table(what).map_or_else(|| load(what).map_err(|error| meant(error, what)), Ok)?,
    };
    let text = match arguments.format {
        TableFormat::Text => shown(&contract),
        TableFormat::Json => pretty(&listed(&contract))?,
    };
    out::stdout(out::printable(&text).as_bytes())?;
    Ok(ExitStatus::Success)
}

/// The table of this version that has this name, or whose rows have it.
fn named_table(what: &Path) -> Option<Contract> {
    let name = what.to_str()?;
    let table = TABLES.iter().find(|table| table.name == name || table.row_name == name)?;
    let mut contract = built_in();
    contract.tables.retain(|of_contract| of_contract.name == table.row_name);
    Some(contract)
}

fn meant(error: Error, what: &Path) -> Error {
    if is_there(what) {
        return error;
    }
    match did_you_mean(&what.to_string_lossy(), TABLES.iter().map(|table| table.name)) {
        Some(name) => error.hint(format!("did you mean the table `{name}`?")),
        None => error,
    }
}

fn shown(contract: &Contract) -> String {
    let mut text = String::new();
    for (place, of_contract) in contract.tables.iter().enumerate() {
        let count = plural(of_contract.columns.len() as u64, "column");
        let version = contract.version.map_or_else(String::new, |version| format!(", version {version}"));
        line(&mut text, &format!("{}{version}: {count}", of_contract.name));
        if let Some(about) = of_contract.schema.get("description").and_then(Value::as_str) {
            line(&mut text, &one_line(about));
        }
        let mut rows = vec![cells(["column", "type", "null", "rule", "what it holds"])];
        for column in columns(of_contract) {
            let null = if column.nullable { "yes" } else { "" };
            let rules: Vec<String> = column.rules.iter().map(|(name, value)| rule_words(name, value)).collect();
            let (rules, about) = (cut(&rules.join(", "), 40), cut(&one_line(&column.description), 90));
            rows.push(cells([&column.name, &column.kind, null, &rules, &about]));
        }
        table(&mut text, &rows);
        if place + 1 == contract.tables.len() {
            text.pop();
        }
    }
    text
}

/// A keyword with its value, in the words of a table.
fn rule_words(keyword: &str, value: &Value) -> String {
    match (keyword, value) {
        ("enum", Value::Array(values)) => {
            let values: Vec<String> =
                values.iter().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect();
            format!("one of {}", values.join(" "))
        }
        ("minLength", Value::Number(number)) if number.as_u64() == Some(1) => "not empty".to_owned(),
        ("minimum", value) => format!(">= {value}"),
        ("maximum", value) => format!("<= {value}"),
        ("pattern", Value::String(pattern)) => pattern.clone(),
        (keyword, value) => format!("{keyword} {value}"),
    }
}

/// The start of a text that is longer than a cell; `--format json` has the whole.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

fn listed(contract: &Contract) -> Value {
    let tables: Vec<Value> = contract
        .tables
        .iter()
        .map(|of_contract| {
            let columns: Vec<Value> = columns(of_contract)
                .into_iter()
                .map(|column| {
                    let rules: serde_json::Map<String, Value> = column.rules.into_iter().collect();
                    json!({
                        "name": column.name, "type": column.kind, "nullable": column.nullable,
                        "required": column.required, "rules": rules, "description": column.description,
                    })
                })
                .collect();
            json!({ "name": of_contract.name, "columns": columns })
        })
        .collect();
    json!({ "name": contract.name, "version": contract.version, "tables": tables })
}

/// What is shown of a column.
struct Shown {
    name: String,
    kind: String,
    nullable: bool,
    required: bool,
    /// Keywords beyond the type, with their values.
    rules: Vec<(String, Value)>,
    description: String,
}

fn columns(of_contract: &TableContract) -> Vec<Shown> {
    let empty = serde_json::Map::new();
    let required = of_contract.schema.get("required").and_then(Value::as_array);
    let columns = of_contract.columns.iter().map(|name| {
        let property = of_contract.schema["properties"][name].as_object().unwrap_or(&empty);
        let elements = property.get("items").and_then(Value::as_object);
        let rule = |keyword: &str| property.get(keyword).or_else(|| elements?.get(keyword));
        let keywords = ["enum", "const", "pattern", "minimum", "maximum", "minLength", "maxLength"];
        Shown {
            name: name.clone(),
            kind: of_contract.storage.get(name).cloned().unwrap_or_else(|| type_words(property)),
            nullable: admits_null(property),
            required: required.is_some_and(|names| names.iter().any(|it| it == name)),
            rules: keywords
                .iter()
                .filter_map(|keyword| rule(keyword).map(|value| ((*keyword).to_owned(), value.clone())))
                .collect(),
            description: property.get("description").and_then(Value::as_str).unwrap_or_default().to_owned(),
        }
    });
    columns.collect()
}

fn export(arguments: &SchemaExportArguments) -> Result<ExitStatus> {
    let audience = match arguments.whom {
        Whom::Producers => Audience::Producers,
        Whom::Consumers => Audience::Consumers,
    };
    let paths: Vec<_> = TABLES.iter().map(|table| (table, arguments.output.join(schema_file(table)))).collect();
    for (_, path) in &paths {
        if is_there(path) && !is_ours(path)? {
            return Err(Error::usage(format!("`{}` holds a file that copydesk did not write", path.display()))
                .hint("move it away, or name another folder by `--output`"));
        }
    }
    for (table, path) in &paths {
        write_atomic(path, schema_text_for(table, audience).as_bytes())?;
    }
    out::message(&format!("wrote {} to `{}`", plural(paths.len() as u64, "schema"), arguments.output.display()));
    Ok(ExitStatus::Success)
}

/// Whether a file is a schema that copydesk made, of whatever version.
fn is_ours(path: &Path) -> Result<bool> {
    let schema = serde_json::from_slice::<Value>(&read_limited(path, MAX_SCHEMA)?).unwrap_or_default();
    Ok(schema["$id"].as_str().is_some_and(|id| id.starts_with(OUR_ID)))
}

/// A value as JSON for machines, with a line end.
pub(super) fn pretty(value: &impl serde::Serialize) -> Result<String> {
    let mut text = serde_json::to_string_pretty(value)
        .map_err(|error| Error::new(ErrorKind::Io, "cannot write the report").caused_by(error))?;
    text.push('\n');
    Ok(text)
}
