//! Interim columns: what travels beside the record between the stages and reaches no writer.
//!
//! Names start with `_`. Between stages a batch holds the columns provided so far, in any order; after the last stage before
//! dedup it holds every column of `articles` in table order, then the interim ones.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Fields, TimeUnit};

/// Every statement about a record, `List<Struct>`; from `ingest` to `attach`.
pub const STATEMENTS: &str = "_statements";
/// Every date seen, in order of rank, `List<Struct>`; from `attach` to the export.
pub const DATE_CANDIDATES: &str = "_date_candidates";
/// Rank of the outlet, Int32: lower ones are preferred; from `attach` to dedup.
pub const SOURCE_RANK: &str = "_source_rank";
/// SHA-256 of the folded text, `FixedSizeBinary(32)`; from `fingerprint` to dedup.
pub const KEY_SHA256: &str = "_key_sha256";
/// Keys of the bands of the text's shingles, Binary: numbers of four bytes, little endian; empty for texts that are compared exactly
/// only. From `fingerprint` to dedup.
pub const BANDS: &str = "_bands";

/// Struct fields of one statement.
///
/// `field`, `evidence` and `form` are places in `Field::ALL`, `Evidence::ALL` and `DateForm::ALL`; `span_start` is -1 when the
/// value does not stand in the record. `own` is the place among the user's own columns, 0 for other fields.
pub fn statement_fields() -> Fields {
    Fields::from(vec![
        Field::new("field", DataType::UInt8, false),
        Field::new("evidence", DataType::UInt8, false),
        Field::new("form", DataType::UInt8, false),
        Field::new("value", DataType::Utf8, false),
        Field::new("span_start", DataType::Int64, false),
        Field::new("span_end", DataType::Int64, false),
        Field::new("own", DataType::UInt8, false),
    ])
}

/// Struct fields of one date candidate: the columns of `date_candidates` but `id` and `rank`, in their order.
pub fn date_candidate_fields() -> Fields {
    Fields::from(
        super::DATE_CANDIDATES
            .columns
            .iter()
            .filter(|column| !matches!(column.name, "id" | "rank"))
            .map(super::arrow_field)
            .collect::<Vec<_>>(),
    )
}

/// A list of structs, never null.
pub fn list_of(fields: Fields) -> DataType {
    DataType::List(Arc::new(Field::new("element", DataType::Struct(fields), false)))
}

/// The Arrow field of an interim column.
///
/// # Panics
/// On a name that is not one of the constants of this module.
pub fn interim_field(name: &str) -> Field {
    let kind = match name {
        STATEMENTS => list_of(statement_fields()),
        DATE_CANDIDATES => list_of(date_candidate_fields()),
        SOURCE_RANK => DataType::Int32,
        KEY_SHA256 => DataType::FixedSizeBinary(32),
        BANDS => DataType::Binary,
        other => unreachable!("law: `{other}` is an interim column"),
    };
    Field::new(name, kind, false)
}

/// Timestamps of interim structs have the type of the exported ones.
pub fn timestamp_type() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_travel_with_every_column_but_their_place() {
        let names: Vec<_> = date_candidate_fields().iter().map(|field| field.name().clone()).collect();
        assert_eq!(names.first().map(String::as_str), Some("kind"));
        assert_eq!(names.len() + 2, super::super::DATE_CANDIDATES.columns.len());
        assert!(date_candidate_fields().iter().any(|field| *field.data_type() == timestamp_type()));
    }
}
