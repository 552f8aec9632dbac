//! Reads and checks a document; every mistake names its place by JSON pointer.

mod rows;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::keywords::{ANNOTATIONS, DECIDED_LATER, OF_DOCUMENT, OF_ROW, TYPES};
use super::{Declared, MOST_COLUMNS};
use crate::columns::{ARTICLES, Column, ColumnType};
use crate::error::{Error, Result, did_you_mean};

/// The only dialect.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";
/// Most schemas of a document, counted as often as they are referred to: what validating a row may cost.
const MOST_SCHEMAS: usize = 10_000;

/// A checked document; [`crate::columns::Table::extended`] makes a table of it.
#[derive(Debug)]
pub struct Document {
    pub(super) written: Value,
    pub(super) declared: Vec<Declared>,
    pub(super) values: BTreeMap<String, Value>,
    pub(super) required: BTreeSet<String>,
    pub(super) row: Option<Value>,
}

/// Reads JSON.
///
/// # Errors
/// A configuration error with line and column.
pub fn parse_json(name: &str, text: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(|error| {
        Error::config(format!("cannot read `{name}`")).caused_by(format!("expected JSON, but found {error}"))
    })
}

impl Document {
    /// Reads the text of a document; `name` is that of its file.
    ///
    /// # Errors
    /// A configuration error that names the place in the document and what was expected there.
    pub fn parse(name: &str, text: &str) -> Result<Self> {
        Self::read(name, parse_json(name, text)?)
    }

    /// Checks a document.
    ///
    /// # Errors
    /// As [`Document::parse`].
    pub fn read(name: &str, document: Value) -> Result<Self> {
        let Value::Object(mut keywords) = document else {
            return Err(fault(name, "", "expected a schema that is an object, but found another value"));
        };
        match keywords.remove("$schema") {
            None => {}
            Some(Value::String(dialect)) if dialect.trim_end_matches('#') == DIALECT => {}
            Some(other) => {
                return Err(fault(name, "/$schema", &format!("expected `{DIALECT}`, but found {}", shown(&other))));
            }
        }
        keywords.remove("$id");
        let document = Value::Object(keywords);
        if let Err(error) = jsonschema::draft202012::meta::validate(&document) {
            return Err(fault(name, error.instance_path().as_str(), &format!("expected a JSON Schema, but {error}")));
        }
        let mut reading = Reading { name, document: &document, columns: known_columns(), schemas: 0 };
        let keywords = document.as_object().expect("law: the document is an object");
        reading.check_keywords(keywords, "", &[OF_ROW, OF_DOCUMENT])?;
        let declared = reading.declare(keywords)?;
        let required = reading.require(keywords)?;
        let mut values = BTreeMap::new();
        for (column, schema) in members(keywords, "properties") {
            let rules = reading.value_rules(column, schema, &pointer("/properties", column))?;
            if !rules.as_object().is_some_and(Map::is_empty) {
                values.insert(column.clone(), rules);
            }
        }
        for column in &required {
            if reading.columns[column].kind == ColumnType::TextList {
                let rules = values.entry(column.clone()).or_insert_with(|| Value::Object(Map::new()));
                rules["minItems"] = rules["minItems"].as_u64().unwrap_or_default().max(1).into();
            }
        }
        let row = reading.row_rules(keywords)?;
        Ok(Self { written: document, declared, values, required, row })
    }

    /// The document in one line, keys sorted: what its digest is of.
    pub fn canonical(&self) -> String {
        self.written.to_string()
    }
}

/// What must be known of a column to read rules about it.
#[derive(Clone, Copy, Debug)]
struct Known {
    kind: ColumnType,
    /// Whether it may have no value.
    may_be_absent: bool,
    /// The column, unless the document declares it.
    table: Option<&'static Column>,
}

struct Reading<'a> {
    name: &'a str,
    document: &'a Value,
    columns: BTreeMap<String, Known>,
    schemas: usize,
}

fn known_columns() -> BTreeMap<String, Known> {
    let known = |column: &'static Column| Known {
        kind: column.kind,
        may_be_absent: column.nullable || column.kind == ColumnType::TextList,
        table: Some(column),
    };
    ARTICLES.columns.iter().map(|column| (column.name.to_owned(), known(column))).collect()
}

impl Reading<'_> {
    fn fault(&self, pointer: &str, expected: &str) -> Error {
        fault(self.name, pointer, expected)
    }

    /// Refuses keywords that are not known here, with the nearest one that is.
    fn check_keywords(&self, schema: &Map<String, Value>, at: &str, known: &[&[&str]]) -> Result<()> {
        let all = || known.iter().copied().flatten().chain(ANNOTATIONS).copied();
        match schema.keys().find(|keyword| !all().any(|known| known == keyword.as_str())) {
            None => Ok(()),
            Some(keyword) => {
                let place = pointer(at, keyword);
                let error =
                    self.fault(&place, &format!("expected a keyword that has a meaning here, but found `{keyword}`"));
                Err(match (keyword.as_str(), did_you_mean(keyword, all())) {
                    ("additionalProperties" | "unevaluatedProperties", _) => {
                        error.hint("leave it out: a row has the columns of the table and no others")
                    }
                    (_, Some(near)) => error.hint(format!("did you mean `{near}`?")),
                    _ => error,
                })
            }
        }
    }

    /// The columns that the document declares, which become known.
    fn declare(&mut self, document: &Map<String, Value>) -> Result<Vec<Declared>> {
        let must: Vec<&str> = strings(document.get("required")).collect();
        let mut declared = Vec::new();
        for (name, schema) in members(document, "properties") {
            let at = pointer("/properties", name);
            if self.columns.contains_key(name) {
                continue;
            }
            if !name.starts_with("x_") {
                return Err(self.unknown_column(name, &at));
            }
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            if name.len() == 2 || name.len() > 64 || !name.chars().all(plain) {
                return Err(self.fault(
                    &at,
                    &format!("expected a name of at most 64 of `a` to `z`, `0` to `9` and `_`, but found `{name}`"),
                ));
            }
            let (stated, place) = self.follow(schema, &at)?;
            let (kind, allows_null) = self.declared_type(&stated, &place)?;
            let nullable = kind != ColumnType::TextList && (allows_null || !must.contains(&name.as_str()));
            let either = |key: &str| schema.get(key).or_else(|| stated.get(key));
            let words = |key: &str| either(key).and_then(Value::as_str).map(str::to_owned);
            declared.push(Declared {
                name: name.clone(),
                kind,
                nullable,
                documentation: words("description")
                    .or_else(|| words("title"))
                    .unwrap_or_else(|| "A column of your own.".to_owned()),
                example: either("examples").and_then(|all| all.get(0)).map_or_else(String::new, Value::to_string),
                is_closed: ["/enum", "/const", "/items/enum", "/items/const"]
                    .iter()
                    .any(|at| stated.pointer(at).is_some()),
            });
            self.columns.insert(name.clone(), Known { kind, may_be_absent: true, table: None });
        }
        if declared.len() > MOST_COLUMNS {
            return Err(self.fault(
                "/properties",
                &format!("expected at most {MOST_COLUMNS} columns of your own, but found {}", declared.len()),
            ));
        }
        Ok(declared)
    }

    /// The type of a column that the document declares, and whether it names `null`.
    fn declared_type(&self, schema: &Value, at: &str) -> Result<(ColumnType, bool)> {
        let place = pointer(at, "type");
        let mut types: Vec<&str> = type_names(schema).collect();
        let allows_null = types.contains(&"null");
        types.retain(|name| *name != "null");
        let list = TYPES.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let [only] = types.as_slice() else {
            let found = if types.is_empty() { "none" } else { "several" };
            return Err(
                self.fault(&place, &format!("expected one of {list}, and `null` where you like, but found {found}"))
            );
        };
        let kind = match (*only, schema.get("format").and_then(Value::as_str)) {
            ("string", Some("date")) => ColumnType::Date,
            ("string", Some("date-time")) => ColumnType::Timestamp,
            ("string", _) => ColumnType::Text,
            ("boolean", _) => ColumnType::Boolean,
            ("integer", _) => ColumnType::Int64,
            ("number", _) => ColumnType::Float64,
            ("array", _) => {
                let items: Vec<&str> = schema.get("items").into_iter().flat_map(type_names).collect();
                if items != ["string"] {
                    let place = pointer(at, "items");
                    return Err(self.fault(&place, "expected `{ \"type\": \"string\" }`, with further rules where you like, but found another type or none"));
                }
                ColumnType::TextList
            }
            (other, _) => return Err(self.fault(&place, &format!("expected one of {list}, but found `{other}`"))),
        };
        Ok((kind, allows_null))
    }

    /// The columns that must have a value. One whose `type` names `null` may always be without.
    fn require(&mut self, document: &Map<String, Value>) -> Result<BTreeSet<String>> {
        let mut required = BTreeSet::new();
        for (place, name) in strings(document.get("required")).enumerate() {
            self.known(name, &format!("/required/{place}"))?;
            let at = pointer("/properties", name);
            let property = document.get("properties").and_then(|properties| properties.get(name));
            let stated = property.map(|property| self.follow(property, &at)).transpose()?;
            let allows_null = stated.is_some_and(|(stated, _)| type_names(&stated).any(|name| name == "null"));
            if allows_null {
                continue;
            }
            required.insert(name.to_owned());
            if let Some(known) = self.columns.get_mut(name) {
                known.may_be_absent = false;
            }
        }
        Ok(required)
    }

    /// A column that rules can be held against.
    fn known(&self, name: &str, at: &str) -> Result<Known> {
        if DECIDED_LATER.contains(&name) {
            return Err(self
                .fault(at, &format!("expected a column that is known when rows are validated, but found `{name}`"))
                .hint("copies are found after that; `copydesk check` holds these columns to their own rules"));
        }
        self.columns.get(name).copied().ok_or_else(|| self.unknown_column(name, at))
    }

    fn unknown_column(&self, name: &str, at: &str) -> Error {
        let error = self.fault(
            at,
            &format!(
                "expected a column of `articles`, or a name of your own that begins with `x_`, but found `{name}`"
            ),
        );
        match did_you_mean(name, self.columns.keys().map(String::as_str)) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None if name.starts_with("x_") => error.hint("declare it under `properties`"),
            None => error.hint(format!("a column of your own would be `x_{name}`")),
        }
    }

    /// Counts a schema; references are followed as often as they are used.
    fn count(&mut self, at: &str) -> Result<()> {
        self.schemas += 1;
        if self.schemas > MOST_SCHEMAS {
            return Err(self.fault(
                at,
                &format!("expected at most {MOST_SCHEMAS} schemas with references followed, but found more"),
            ));
        }
        Ok(())
    }

    /// The schema that states a type: the given one, or what it refers to; with its place.
    fn follow(&self, schema: &Value, at: &str) -> Result<(Value, String)> {
        let (mut schema, mut at, mut from) = (schema.clone(), at.to_owned(), Vec::new());
        while schema.get("type").is_none() {
            let Some(reference) = schema.get("$ref").and_then(Value::as_str).map(str::to_owned) else { break };
            schema = self.resolve(&reference, &pointer(&at, "$ref"), &from)?;
            reference.trim_start_matches('#').clone_into(&mut at);
            from.push(reference);
        }
        Ok((schema, at))
    }

    /// The schema that a reference names; `from` are the references that led here.
    fn resolve(&self, reference: &str, at: &str, from: &[String]) -> Result<Value> {
        let target = reference.strip_prefix('#').filter(|target| target.starts_with("/$defs/"));
        let found = target.and_then(|target| self.document.pointer(target));
        let Some(found) = found.filter(|found| found.is_object() || found.is_boolean()) else {
            let error =
                self.fault(at, &format!("expected a reference to a schema under `#/$defs/`, but found `{reference}`"));
            let names =
                members_of(self.document.get("$defs")).map(|(name, _)| format!("#/$defs/{name}")).collect::<Vec<_>>();
            return Err(match did_you_mean(reference, names.iter().map(String::as_str)) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error.hint("schemas of other files are never fetched; copy them under `$defs`"),
            });
        };
        if from.iter().any(|earlier| earlier == reference) {
            return Err(self.fault(
                at,
                &format!("expected a reference that comes to an end, but `{reference}` leads back to itself"),
            ));
        }
        Ok(found.clone())
    }
}

fn fault(name: &str, pointer: &str, expected: &str) -> Error {
    let place = if pointer.is_empty() { String::new() } else { format!("`{pointer}`: ") };
    Error::config(format!("cannot use `{name}`")).caused_by(format!("{place}{expected}"))
}

fn pointer(parent: &str, key: &str) -> String {
    format!("{parent}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// A value in a message, not longer than a line.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= 60 {
        format!("`{text}`")
    } else {
        format!("`{}…`", text.chars().take(60).collect::<String>())
    }
}

/// The members of an object under a keyword.
fn members<'v>(schema: &'v Map<String, Value>, keyword: &str) -> impl Iterator<Item = (&'v String, &'v Value)> {
    members_of(schema.get(keyword))
}

fn members_of(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}

/// The strings of a list.
fn strings(value: Option<&Value>) -> impl Iterator<Item = &str> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// The types that a schema names.
fn type_names(schema: &Value) -> impl Iterator<Item = &str> {
    let kind = schema.get("type");
    kind.and_then(Value::as_str).into_iter().chain(strings(kind))
}

#[cfg(test)]
mod tests;
