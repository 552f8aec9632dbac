//! Arrow fields and schemas of the exported tables.

use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};

use super::{Column, ColumnType, Table};

/// The Arrow type of a column type.
pub fn data_type(kind: ColumnType) -> DataType {
    match kind {
        ColumnType::Text => DataType::Utf8,
        ColumnType::Boolean => DataType::Boolean,
        ColumnType::Int32 => DataType::Int32,
        ColumnType::Int64 => DataType::Int64,
        ColumnType::Float64 => DataType::Float64,
        ColumnType::Date => DataType::Date32,
        ColumnType::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        ColumnType::TextList => DataType::List(Arc::new(Field::new("element", DataType::Utf8, false))),
    }
}

/// The Arrow field of a column.
pub fn arrow_field(column: &Column) -> Field {
    Field::new(column.name, data_type(column.kind), column.nullable)
}

/// The schema of a batch of the table's columns, in table order: that of [`arrow_schema`] but for strings that are views.
pub fn schema_of(table: &Table, columns: &[ArrayRef]) -> SchemaRef {
    let field = |(column, array): (&Column, &ArrayRef)| match array.data_type() {
        DataType::Utf8View => arrow_field(column).with_data_type(DataType::Utf8View),
        _ => arrow_field(column),
    };
    Arc::new(Schema::new(table.columns.iter().zip(columns).map(field).collect::<Vec<_>>()))
}

/// The Arrow schema of a table, without metadata.
pub fn arrow_schema(table: &Table) -> SchemaRef {
    Arc::new(Schema::new(table.columns.iter().map(arrow_field).collect::<Vec<_>>()))
}
