//! What a dataset, a Parquet file or a schema file promises: tables, columns, rules and a version.

mod bump;
mod load;
mod shape;

pub use bump::{Bump, Contrast, SchemaDiff, diff_contracts};
pub use load::{built_in, load};

use std::collections::BTreeMap;

use serde_json::Value;

/// A promise about one or more tables.
#[derive(Clone, Debug)]
pub struct Contract {
    /// Where it was read, for messages.
    pub name: String,
    /// The version that it states.
    pub version: Option<Version>,
    /// The tables.
    pub tables: Vec<TableContract>,
    /// Whether it is one table by itself: a schema file or a Parquet file, which is compared whatever its name.
    pub single: bool,
}

/// A promise about the rows of one table.
#[derive(Clone, Debug)]
pub struct TableContract {
    /// Name of a row, as in the `title` of its schema.
    pub name: String,
    /// JSON Schema of a row.
    pub schema: Value,
    /// Top-level columns in order.
    pub columns: Vec<String>,
    /// Types as stored in Parquet, by top-level column; empty when no Parquet file was read.
    pub storage: BTreeMap<String, String>,
    /// Whether the schema was made from a Parquet file, which has types and no rules.
    pub shape_only: bool,
}

/// A stated version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// Its first part alone, as in an `$id`.
    Major(u64),
    /// All three parts.
    Full([u64; 3]),
}

impl Version {
    /// A semantic version, or its first part.
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Option<Vec<u64>> = text.split('.').map(|part| part.parse().ok()).collect();
        match parts?.as_slice() {
            [major] => Some(Self::Major(*major)),
            [major, minor, patch] => Some(Self::Full([*major, *minor, *patch])),
            _ => None,
        }
    }

    fn major(self) -> u64 {
        match self {
            Self::Major(major) | Self::Full([major, ..]) => major,
        }
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Major(major) => write!(f, "{major}"),
            Self::Full([major, minor, patch]) => write!(f, "{major}.{minor}.{patch}"),
        }
    }
}

impl serde::Serialize for Version {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
