//! Reads contracts: from this version's own tables, a dataset, a folder of schemas, a schema file, a Parquet file.

use std::io::{Read as _, Seek as _};
use std::path::Path;

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::shape::{schema_of_fields, type_name};
use super::{Contract, TableContract, Version};
use crate::columns::json_schema::{schema_text, schema_value};
use crate::columns::{SCHEMA_VERSION, TABLES, Table, arrow_schema};
use crate::error::{Error, Result};
use crate::io::{OnUnreadable, is_directory, is_there, open_file, read_limited, walk};
use crate::manifest::Manifest;
use crate::pipeline::check::files::{path_of, read_manifest};
use crate::pipeline::check::guard::guarded;
use crate::pipeline::check::report::Report;
use crate::pipeline::interim::MANIFEST;

/// Largest schema file, in bytes.
const MAX_SCHEMA: u64 = 16 << 20;
/// What a Parquet file begins with.
const PARQUET: &[u8] = b"PAR1";
/// What the name of a schema file ends with in a folder of them.
const SUFFIX: &str = ".schema.json";

/// The tables of this version.
pub fn built_in() -> Contract {
    Contract {
        name: format!("copydesk {}", env!("CARGO_PKG_VERSION")),
        version: Version::parse(SCHEMA_VERSION),
        tables: TABLES.iter().map(|table| of_table(table)).collect(),
        single: false,
    }
}

fn of_table(table: &Table) -> TableContract {
    TableContract {
        name: table.row_name.to_owned(),
        schema: schema_value(table),
        columns: columns_of(&schema_text(table)),
        storage: arrow_schema(table)
            .fields()
            .iter()
            .map(|field| (field.name().clone(), type_name(field.data_type())))
            .collect(),
        shape_only: false,
    }
}

/// Reads what stands at `path`.
///
/// # Errors
/// A usage error when it is nothing that makes a promise, with what was found; an I/O error when the operating system refuses.
pub fn load(path: &Path) -> Result<Contract> {
    if !is_there(path) {
        return Err(no_contract(path, "nothing there"));
    }
    if is_directory(path)? {
        return if is_there(&path.join(MANIFEST)) { load_dataset(path) } else { load_folder(path) };
    }
    let Some((mut file, _)) = open_file(path)? else { return Err(no_contract(path, "no regular file")) };
    let mut head = Vec::new();
    file.by_ref().take(PARQUET.len() as u64).read_to_end(&mut head).map_err(|error| Error::io("read", path, error))?;
    if head == PARQUET {
        file.rewind().map_err(|error| Error::io("read", path, error))?;
        let table = read_parquet(file, path)?;
        return Ok(Contract { name: path.display().to_string(), version: None, tables: vec![table], single: true });
    }
    let (table, version) = read_schema(path)?;
    Ok(Contract { name: path.display().to_string(), version, tables: vec![table], single: true })
}

fn no_contract(path: &Path, why: &str) -> Error {
    Error::usage(format!(
        "expected a dataset, a folder of `*{SUFFIX}`, a JSON Schema or a Parquet file at `{}`, but found {why}",
        path.display()
    ))
}

fn load_dataset(root: &Path) -> Result<Contract> {
    let mut report = Report::new(1);
    let Some(manifest) = read_manifest(root, &mut report)? else {
        let why = report.findings.pop().map_or_else(String::new, |finding| finding.detail);
        return Err(Error::dataset(format!("cannot read `{}`", root.join(MANIFEST).display())).caused_by(why));
    };
    let mut tables = Vec::new();
    for entry in &manifest.files {
        if entry.path.starts_with("schema/") && entry.path.ends_with(SUFFIX) {
            let Some(path) = path_of(root, entry) else { continue };
            let (mut table, _) = read_schema(&path)?;
            if let Some(path) = first_shard(root, &manifest, &table.name) {
                let (file, _) = open_file(&path)?.ok_or_else(|| damaged(&path, "expected a file, but found none"))?;
                table.storage = read_parquet(file, &path)?.storage;
            }
            tables.push(table);
        }
    }
    let version = Version::parse(&manifest.schema_version);
    Ok(Contract { name: root.display().to_string(), version, tables, single: false })
}

/// The first Parquet file of a table, by the name of its row.
fn first_shard(root: &Path, manifest: &Manifest, row_name: &str) -> Option<std::path::PathBuf> {
    let name = TABLES.iter().find(|table| table.row_name == row_name)?.name;
    let of_table = |path: &str| {
        let file = path.rsplit('/').next().unwrap_or(path);
        file.strip_prefix(name).is_some_and(|rest| rest.starts_with('-') && rest.ends_with(".parquet"))
    };
    let entry = manifest.files.iter().filter(|entry| of_table(&entry.path)).min_by(|a, b| a.path.cmp(&b.path))?;
    path_of(root, entry)
}

fn load_folder(root: &Path) -> Result<Contract> {
    let (mut tables, mut versions) = (Vec::new(), Vec::new());
    let walked = walk(root, OnUnreadable::Fail)?;
    for file in walked.files.iter().filter(|file| file.raw_path.ends_with(SUFFIX) && !file.raw_path.contains('/')) {
        let (table, version) = read_schema(&walked.path(&file.raw_path))?;
        tables.push(table);
        versions.push(version);
    }
    if tables.is_empty() {
        return Err(no_contract(root, "a folder without any of them"));
    }
    // Schemas of one folder are of one version, else of none.
    versions.dedup();
    let version = if let [version] = versions.as_slice() { *version } else { None };
    Ok(Contract { name: root.display().to_string(), version, tables, single: false })
}

fn read_schema(path: &Path) -> Result<(TableContract, Option<Version>)> {
    let bytes = read_limited(path, MAX_SCHEMA)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| no_contract(path, "bytes that are not UTF-8"))?;
    let schema: Value = serde_json::from_str(text).map_err(|error| no_contract(path, &format!("no JSON: {error}")))?;
    if !schema.is_object() && !schema.is_boolean() {
        return Err(no_contract(path, "JSON that is neither an object nor a boolean"));
    }
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    let stem = file.strip_suffix(SUFFIX).or_else(|| file.strip_suffix(".json")).unwrap_or(&file).to_owned();
    let title = schema.get("title").and_then(Value::as_str);
    let known = |title: &&str| TABLES.iter().any(|table| table.row_name == *title);
    let name = title.filter(known).map_or(stem, str::to_owned);
    let version = stated_version(&schema);
    let columns = columns_of(text);
    Ok((
        TableContract { name, schema, columns, storage: std::collections::BTreeMap::new(), shape_only: false },
        version,
    ))
}

/// The keyword `version`, else what the `$id` says: a part of a `urn:` that is a number, a part such as `v2`, or `1.2.0`.
fn stated_version(schema: &Value) -> Option<Version> {
    match schema.get("version") {
        Some(Value::String(text)) => return Version::parse(text.trim_start_matches('v')),
        Some(Value::Number(number)) => return number.as_u64().map(Version::Major),
        _ => {}
    }
    let id = schema.get("$id")?.as_str()?;
    let urn = id.starts_with("urn:");
    id.split([':', '/', '#', '?']).rev().find_map(|part| {
        let (number, marked) = part.strip_prefix('v').map_or((part, false), |number| (number, true));
        match Version::parse(number)? {
            version @ Version::Full(_) => Some(version),
            version @ Version::Major(_) => (marked || urn).then_some(version),
        }
    })
}

fn read_parquet(file: std::fs::File, path: &Path) -> Result<TableContract> {
    let builder = guarded(|| ParquetRecordBatchReaderBuilder::try_new(file)).map_err(|cause| damaged(path, &cause))?;
    let fields = builder.schema().fields();
    Ok(TableContract {
        name: path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        schema: schema_of_fields(fields),
        columns: fields.iter().map(|field| field.name().clone()).collect(),
        storage: fields.iter().map(|field| (field.name().clone(), type_name(field.data_type()))).collect(),
        shape_only: true,
    })
}

fn damaged(path: &Path, cause: &str) -> Error {
    Error::dataset(format!("cannot read `{}`", path.display())).caused_by(cause.to_owned())
}

/// The names under `properties` of a schema in the order of its text; none when it has none.
fn columns_of(schema: &str) -> Vec<String> {
    #[derive(Deserialize)]
    struct Top {
        #[serde(default)]
        properties: Keys,
    }
    serde_json::from_str::<Top>(schema).map_or_else(|_| Vec::new(), |top| top.properties.0)
}

/// The keys of an object in the order of the text.
#[derive(Default)]
struct Keys(Vec<String>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct KeysVisitor;
        impl<'de> Visitor<'de> for KeysVisitor {
            type Value = Keys;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Keys, A::Error> {
                let mut keys = Vec::new();
                while let Some((key, IgnoredAny)) = map.next_entry()? {
                    keys.push(key);
                }
                Ok(Keys(keys))
            }
        }
        deserializer.deserialize_map(KeysVisitor)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn versions_are_found_in_keyword_and_identifier() {
        let stated = |schema: Value| stated_version(&schema).map(|version| version.to_string());
        assert_eq!(stated(json!({ "$id": "urn:copydesk:schema:1:article" })).as_deref(), Some("1"));
        assert_eq!(stated(json!({ "$id": "https://example.org/schemas/v2/a.json" })).as_deref(), Some("2"));
        assert_eq!(stated(json!({ "$id": "https://example.org/2.1.0/a.json" })).as_deref(), Some("2.1.0"));
        assert_eq!(stated(json!({ "$id": "https://example.org/2020/12/a.json" })), None);
        assert_eq!(stated(json!({ "version": "1.2.3", "$id": "urn:a:9" })).as_deref(), Some("1.2.3"));
        assert_eq!(stated(json!({})), None);
    }

    #[test]
    fn columns_keep_the_order_of_the_text() {
        assert_eq!(columns_of(r#"{"properties":{"b":{},"a":{}},"type":"object"}"#), ["b", "a"]);
        assert_eq!(columns_of("true"), [""; 0]);
        let names: Vec<&str> = crate::columns::ARTICLES.columns.iter().map(|column| column.name).collect();
        assert_eq!(built_in().tables[0].columns, names);
    }
}
