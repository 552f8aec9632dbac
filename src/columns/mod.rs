//! THE column table: every exported table, its columns, and what follows from them.
//!
//! Arrow schemas, JSON Schemas, Parquet writer settings and the reference tables derive from the constants here.

mod arrow_schema;
pub mod batch;
pub mod cells;
pub mod extension;
pub mod interim;
pub mod json_schema;
mod release;
mod statement_list;
mod tables;
mod text_list;

pub use arrow_schema::{arrow_field, arrow_schema, data_type, schema_of};
pub use extension::Extension;
pub use release::Release;
pub use statement_list::{Stated, StatementList, StatementListBuilder};
pub use tables::{ARTICLES, DATE_CANDIDATES, PAIRS, RECORDS, SPLITS, TABLES, tables_of};
pub use text_list::TextListBuilder;

/// Version of the record schema; stored in `schema_version` of every article.
pub const SCHEMA_VERSION: &str = "1.0.0";

/// Version of the rules that decide duplicates; stored with every proof.
pub const RULE_VERSION: &str = "dedup-1";

/// Relations between two records, from the strictest (design: duplicates are verified, never chained).
pub const RELATIONS: &[&str] = &[
    "same_record",
    "exact_raw",
    "exact_text",
    "exact_key",
    "near_copy",
    "wire_copy",
    "contained",
    "revision",
    "template",
];

/// Columns that hold words of an article or names of people: their values are never quoted in details, findings and messages.
pub const NOT_QUOTED: &[&str] = &["title", "subtitle", "text", "authors", "keywords", "rights_holder"];

/// Whether what a JSON pointer into a row names may be quoted; the whole row may not.
pub fn may_be_quoted(pointer: &str) -> bool {
    let column = pointer.strip_prefix('/').and_then(|rest| rest.split('/').next());
    column.is_some_and(|column| !NOT_QUOTED.contains(&column))
}

/// The type of an exported column; nothing else leaves the tool, so that every reader agrees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// `Utf8`.
    Text,
    /// `Boolean`, never null.
    Boolean,
    /// `Int32`.
    Int32,
    /// `Int64`.
    Int64,
    /// `Float64`, rounded half to even at six decimals.
    Float64,
    /// `Date32`, `YYYY-MM-DD` in JSON.
    Date,
    /// `Timestamp(microsecond, "UTC")`, `YYYY-MM-DDTHH:MM:SS.ffffffZ` in JSON.
    Timestamp,
    /// `List<Utf8>` with non-null `element`s; never null, may be empty.
    TextList,
}

impl ColumnType {
    /// The type as reference tables name it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Boolean => "boolean",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Float64 => "float64",
            Self::Date => "date",
            Self::Timestamp => "timestamp (µs, UTC)",
            Self::TextList => "list of text",
        }
    }
}

/// How Parquet stores a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// Few values: dictionary and statistics.
    Low,
    /// Numbers, dates, sort keys: statistics, no dictionary.
    Plain,
    /// Text-like: neither dictionary nor statistics, so that no word of it lands in the footer.
    Opaque,
    /// Like `Opaque`, with a bloom filter.
    Lookup,
}

/// A column of an exported table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Name, snake_case.
    pub name: &'static str,
    /// Type.
    pub kind: ColumnType,
    /// Whether it may be null.
    pub nullable: bool,
    /// Heading in the reference table.
    pub group: &'static str,
    /// What it holds, with units; one or two sentences.
    pub documentation: &'static str,
    /// How Parquet stores it.
    pub storage: Storage,
    /// Rule of the JSON Schema beyond the type.
    pub rule: Rule,
    /// An example value as JSON.
    pub example: &'static str,
}

/// What JSON Schema says of a value beyond its type.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// Nothing.
    Any,
    /// At least one character.
    NotEmpty,
    /// An ECMA 262 pattern, anchored.
    Pattern(&'static str),
    /// One of these.
    OneOf(&'static [&'static str]),
    /// A number not below.
    AtLeast(i64),
    /// A number in a closed range.
    Between(i64, i64),
}

/// An exported table.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Name, plural: the stem of its files.
    pub name: &'static str,
    /// Name of one row: the stem of its JSON Schema.
    pub row_name: &'static str,
    /// What one row is.
    pub documentation: &'static str,
    /// Columns in order.
    pub columns: &'static [Column],
    /// The columns that rows are sorted by, nulls last.
    pub sorted_by: &'static [&'static str],
    /// What the user's own schema adds to it.
    pub extension: Option<&'static Extension>,
    /// The most restrictive tier that its rows can be under; none where nothing can be withheld.
    pub released: Option<Release>,
}

impl Table {
    /// The column of a name.
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}
