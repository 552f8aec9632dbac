//! A table with every column type, for tests.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int32Array, Int64Array, ListArray, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field};

use crate::columns::{Column, ColumnType, Rule, Storage, Table, arrow_schema};

const fn column(name: &'static str, kind: ColumnType, storage: Storage) -> Column {
    Column {
        name,
        kind,
        nullable: true,
        group: "test",
        documentation: "Test.",
        storage,
        rule: Rule::Any,
        example: "null",
    }
}

const fn required(name: &'static str, kind: ColumnType, storage: Storage) -> Column {
    Column { nullable: false, ..column(name, kind, storage) }
}

/// Every column type, every storage class, required and nullable.
pub(crate) const ALL_TYPES: Table = Table {
    name: "things",
    row_name: "thing",
    documentation: "Test.",
    columns: &[
        required("id", ColumnType::Text, Storage::Lookup),
        column("name", ColumnType::Text, Storage::Opaque),
        required("flag", ColumnType::Boolean, Storage::Low),
        column("small", ColumnType::Int32, Storage::Plain),
        column("large", ColumnType::Int64, Storage::Plain),
        column("number", ColumnType::Float64, Storage::Plain),
        column("day", ColumnType::Date, Storage::Plain),
        column("at", ColumnType::Timestamp, Storage::Plain),
        required("tags", ColumnType::TextList, Storage::Low),
        required("score", ColumnType::Float64, Storage::Plain),
    ],
    sorted_by: &["day", "id"],
    extension: None,
    released: None,
};

/// Lists with the element field of the exported tables.
pub(crate) fn text_lists(rows: &[&[&str]]) -> ListArray {
    let field = Arc::new(Field::new("element", DataType::Utf8, false));
    let offsets = OffsetBuffer::from_lengths(rows.iter().map(|row| row.len()));
    let values: StringArray = rows.iter().flat_map(|row| row.iter().copied()).map(Some).collect();
    ListArray::new(field, offsets, Arc::new(values), None)
}

/// Three rows of [`ALL_TYPES`]; the second has a null wherever one may be and an empty list.
pub(crate) fn every_type() -> RecordBatch {
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from(vec!["id-a", "id-b", "id-c"])),
        Arc::new(StringArray::from(vec![Some("harbour\nday"), None, Some("")])),
        Arc::new(BooleanArray::from(vec![true, false, true])),
        Arc::new(Int32Array::from(vec![Some(i32::MIN), None, Some(7)])),
        Arc::new(Int64Array::from(vec![Some(i64::MAX), None, Some(-1)])),
        Arc::new(Float64Array::from(vec![Some(1.0 / 3.0), None, Some(2.0)])),
        Arc::new(Date32Array::from(vec![Some(20_439), None, Some(0)])),
        Arc::new(TimestampMicrosecondArray::from(vec![Some(1_500_000), None, Some(-1)]).with_timezone("UTC")),
        Arc::new(text_lists(&[&["a", "bc"], &[], &["a"]])),
        Arc::new(Float64Array::from(vec![0.5, -0.0, 1e-7])),
    ];
    RecordBatch::try_new(arrow_schema(&ALL_TYPES), columns).expect("law: the fixture fits its table")
}
