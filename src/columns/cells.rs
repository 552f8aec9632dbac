//! Typed views of the columns of a batch, checked once, so that row loops need no further look-ups or casts.

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Date32Array, Float64Array, Int32Array, Int64Array, ListArray, RecordBatch,
    StringArray, StringViewArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Date32Type, Float64Type, Int32Type, Int64Type, TimeUnit, TimestampMicrosecondType};

use super::{Column, ColumnType, Table, data_type};
use crate::error::{Error, Result};

/// One column of a batch, by its type; every variant has as many slots as the batch has rows.
#[derive(Clone, Copy, Debug)]
pub enum Cells<'a> {
    /// Strings.
    Text(Texts<'a>),
    /// Truth values.
    Boolean(&'a BooleanArray),
    /// Numbers of 32 bits.
    Int32(&'a Int32Array),
    /// Numbers of 64 bits.
    Int64(&'a Int64Array),
    /// Floats.
    Float64(&'a Float64Array),
    /// Days since 1970-01-01.
    Date(&'a Date32Array),
    /// Microseconds since 1970-01-01T00:00:00Z.
    Timestamp(&'a TimestampMicrosecondArray),
    /// Lists of strings.
    TextList(TextLists<'a>),
}

/// A column of strings: one behind the other, or, in batches that are about to be written, where they came from.
#[derive(Clone, Copy, Debug)]
pub enum Texts<'a> {
    /// In a buffer of the column.
    Own(&'a StringArray),
    /// In buffers of the batches that the rows were picked from.
    Shared(&'a StringViewArray),
}

impl<'a> Texts<'a> {
    /// The string of a row; anything for a null.
    #[inline]
    pub fn value(&self, row: usize) -> &'a str {
        match self {
            Self::Own(array) => array.value(row),
            Self::Shared(array) => array.value(row),
        }
    }

    /// The bytes of the string of a row.
    #[inline]
    pub fn length(&self, row: usize) -> usize {
        match self {
            Self::Own(array) => array.value_length(row) as usize,
            Self::Shared(array) => array.value(row).len(),
        }
    }
}

/// A column of lists of strings.
#[derive(Clone, Copy, Debug)]
pub struct TextLists<'a> {
    lists: &'a ListArray,
    values: &'a StringArray,
}

impl<'a> TextLists<'a> {
    /// The elements of a row as places in [`TextLists::values`].
    pub fn range(&self, row: usize) -> std::ops::Range<usize> {
        let offsets = self.lists.value_offsets();
        offsets[row] as usize..offsets[row + 1] as usize
    }

    /// The elements of all rows.
    pub fn values(&self) -> &'a StringArray {
        self.values
    }

    /// The elements of a row.
    pub fn row(&self, row: usize) -> impl ExactSizeIterator<Item = &'a str> + use<'a> {
        let values = self.values;
        self.range(row).map(move |at| values.value(at))
    }
}

impl<'a> Cells<'a> {
    /// The view of an array of one of the exported types; `None` for any other type.
    pub fn new(array: &'a ArrayRef) -> Option<Self> {
        Some(match array.data_type() {
            DataType::Utf8 => Self::Text(Texts::Own(array.as_string())),
            DataType::Utf8View => Self::Text(Texts::Shared(array.as_string_view())),
            DataType::Boolean => Self::Boolean(array.as_boolean()),
            DataType::Int32 => Self::Int32(array.as_primitive::<Int32Type>()),
            DataType::Int64 => Self::Int64(array.as_primitive::<Int64Type>()),
            DataType::Float64 => Self::Float64(array.as_primitive::<Float64Type>()),
            DataType::Date32 => Self::Date(array.as_primitive::<Date32Type>()),
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                Self::Timestamp(array.as_primitive::<TimestampMicrosecondType>())
            }
            DataType::List(_) => {
                let lists = array.as_list::<i32>();
                Self::TextList(TextLists { lists, values: lists.values().as_string_opt::<i32>()? })
            }
            _ => return None,
        })
    }

    /// The array behind the view.
    pub fn array(&self) -> &'a dyn Array {
        match self {
            Self::Text(Texts::Own(array)) => *array,
            Self::Text(Texts::Shared(array)) => *array,
            Self::Boolean(array) => *array,
            Self::Int32(array) => *array,
            Self::Int64(array) => *array,
            Self::Float64(array) => *array,
            Self::Date(array) => *array,
            Self::Timestamp(array) => *array,
            Self::TextList(lists) => lists.lists,
        }
    }

    /// Whether a row has no value.
    #[inline]
    pub fn is_null(&self, row: usize) -> bool {
        self.array().is_null(row)
    }
}

/// The view of one column of a batch, found by name.
///
/// # Errors
/// When the batch lacks the column or has it with another type.
pub fn cells_of<'a>(batch: &'a RecordBatch, column: &Column) -> Result<Cells<'a>> {
    let array = batch
        .column_by_name(column.name)
        .ok_or_else(|| Error::dataset(format!("expected a column `{}`, but found none", column.name)))?;
    let same = match (column.kind, array.data_type()) {
        (ColumnType::Text, DataType::Utf8View) | (ColumnType::TextList, DataType::List(_)) => true,
        (kind, found) => *found == data_type(kind),
    };
    same.then(|| Cells::new(array)).flatten().ok_or_else(|| {
        Error::dataset(format!(
            "expected column `{}` of type {}, but found {}",
            column.name,
            data_type(column.kind),
            array.data_type()
        ))
    })
}

/// The views of every column of a table, in table order.
///
/// # Errors
/// When the batch lacks a column or has it with another type.
pub fn table_cells<'a>(batch: &'a RecordBatch, table: &Table) -> Result<Vec<Cells<'a>>> {
    table.columns.iter().map(|column| cells_of(batch, column)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{ARTICLES, arrow_schema};
    use super::*;

    #[test]
    fn a_missing_column_and_a_wrong_type_are_named() {
        let batch = RecordBatch::new_empty(arrow_schema(&ARTICLES));
        assert_eq!(table_cells(&batch, &ARTICLES).unwrap().len(), ARTICLES.columns.len());
        let shorter = batch.project(&[1, 2]).unwrap();
        let error = table_cells(&shorter, &ARTICLES).unwrap_err();
        assert_eq!(error.to_string(), "expected a column `id`, but found none");
        let wrong = Column { kind: ColumnType::Int32, ..ARTICLES.columns[0] };
        let error = cells_of(&batch, &wrong).unwrap_err();
        assert_eq!(error.to_string(), "expected column `id` of type Int32, but found Utf8");
    }
}
