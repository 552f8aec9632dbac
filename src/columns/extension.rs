//! The user's own schema: a JSON Schema document that narrows columns of `articles` and declares more of them, named `x_...`.
//!
//! The document speaks of a row by its values: **a column without a value is an absent key**, though every key stands in the
//! line, with `null` or `[]`. So `required` asks for a value, and rules of a property hold where there is one. The published schema
//! says the same of the lines as they are, in plain JSON Schema, and keeps the document under `$defs`, from which a dataset's table
//! can be made again.

mod absence;
mod keywords;
mod read;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{ARTICLES, Column, ColumnType, Rule, Storage, Table};
use crate::error::Result;

pub use read::Document;

/// Name of the document under `$defs` of the published schema.
pub const DEFINITION: &str = "extension";
/// Most columns that a document may declare.
pub const MOST_COLUMNS: usize = 200;

/// What a document adds to the table of articles.
#[derive(Debug)]
pub struct Extension {
    /// SHA-256 of the document in canonical form, written.
    pub digest: String,
    /// The document without `$schema` and `$id`.
    pub document: Value,
    /// By column: what holds for its values, with references said in place.
    pub values: BTreeMap<&'static str, Value>,
    /// Columns that must have a value although the table alone lets them have none.
    pub required: BTreeSet<&'static str>,
    /// What holds between the columns of a row, said of the line as it is written.
    pub row: Option<Value>,
}

/// A column as a document declares it.
#[derive(Clone, Debug, PartialEq)]
struct Declared {
    name: String,
    kind: ColumnType,
    nullable: bool,
    documentation: String,
    /// An example as JSON; empty when the document has none.
    example: String,
    /// Whether its values are an enumeration.
    is_closed: bool,
}

impl Table {
    /// The table of articles with what a document adds: its columns stand last, in the order of their names.
    ///
    /// The table lives as long as the program. A program reads one document for each configuration or extended dataset that it
    /// opens, and a document has at most [`MOST_COLUMNS`] columns, so what stays is small.
    pub fn extended(document: Document, digest: String) -> &'static Self {
        let Document { written: document, declared, values, required, row } = document;
        let mut columns: Vec<Column> = ARTICLES
            .columns
            .iter()
            .map(|column| Column { nullable: column.nullable && !required.contains(column.name), ..*column })
            .collect();
        columns.extend(declared.into_iter().map(Declared::into_column));
        let columns: &'static [Column] = columns.leak();
        let name_of = |name: &str| columns.iter().map(|column| column.name).find(|known| *known == name);
        let extension = Extension {
            digest,
            document,
            values: values.into_iter().filter_map(|(name, rules)| Some((name_of(&name)?, rules))).collect(),
            required: required.iter().filter_map(|name| name_of(name)).collect(),
            row,
        };
        let extension: &'static Extension = Box::leak(Box::new(extension));
        Box::leak(Box::new(Self { columns, extension: Some(extension), ..ARTICLES }))
    }

    /// The columns that the user declared, behind those of the table.
    pub fn own_columns(&self) -> &'static [Column] {
        self.columns.get(self.built_in_columns()..).filter(|_| self.extension.is_some()).unwrap_or_default()
    }
}

impl Declared {
    fn into_column(self) -> Column {
        let storage = match self.kind {
            ColumnType::Text | ColumnType::TextList if !self.is_closed => Storage::Opaque,
            ColumnType::Text | ColumnType::TextList | ColumnType::Boolean => Storage::Low,
            _ => Storage::Plain,
        };
        Column {
            name: self.name.leak(),
            kind: self.kind,
            nullable: self.nullable,
            group: "own",
            documentation: self.documentation.leak(),
            storage,
            rule: Rule::Any,
            example: self.example.leak(),
        }
    }
}

impl Extension {
    /// Whether a column may have no value.
    pub fn may_be_absent(&self, column: &Column) -> bool {
        (column.nullable || column.kind == ColumnType::TextList) && !self.required.contains(column.name)
    }

    /// What the published schema says of a column beyond the table; none when that is nothing.
    pub fn published_rules(&self, column: &Column) -> Option<Value> {
        let rules = self.values.get(column.name)?;
        Some(if self.may_be_absent(column) { absence::allowed(column.kind, rules) } else { rules.clone() })
    }
}

/// The table of a published schema; the plain one when it has no document.
///
/// # Errors
/// As [`Document::parse`]; `digest` gives the digest of the canonical form.
pub fn table_of_schema(name: &str, text: &str, digest: impl Fn(&str) -> String) -> Result<&'static Table> {
    let schema: Value = read::parse_json(name, text)?;
    match schema.pointer(&format!("/$defs/{DEFINITION}")) {
        None => Ok(&ARTICLES),
        Some(document) => {
            let document = Document::read(name, document.clone())?;
            let digest = digest(&document.canonical());
            Ok(Table::extended(document, digest))
        }
    }
}
