//! Columns of a batch by name: finding, replacing, filtering.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{FieldRef, Schema};

use crate::error::{Error, Result};

/// The column `name` as an array of type `T`.
///
/// # Errors
/// When the batch has no such column, or one of another type.
pub fn column<'a, T: Array + 'static>(batch: &'a RecordBatch, name: &str) -> Result<&'a T> {
    let array = batch
        .column_by_name(name)
        .ok_or_else(|| Error::dataset(format!("expected a column `{name}`, but found none")))?;
    array.as_any().downcast_ref().ok_or_else(|| {
        Error::dataset(format!("expected another type of column `{name}`, but found `{}`", array.data_type()))
    })
}

/// The Arrow field of a column of `articles`, or of an interim column.
///
/// # Panics
/// On a name that the column tables do not have.
pub fn field_of(name: &str) -> FieldRef {
    Arc::new(super::ARTICLES.column(name).map_or_else(|| super::interim::interim_field(name), super::arrow_field))
}

/// The batch with columns replaced, or added behind the others, and some left out.
///
/// `columns` are names of the column tables with arrays of as many rows as the batch.
///
/// # Errors
/// When an array has another length or type than its field.
pub fn replace_columns(
    batch: &RecordBatch,
    columns: Vec<(&'static str, ArrayRef)>,
    left_out: &[&str],
) -> Result<RecordBatch> {
    let mut fields: Vec<FieldRef> = Vec::with_capacity(batch.num_columns() + columns.len());
    let mut arrays: Vec<ArrayRef> = Vec::with_capacity(batch.num_columns() + columns.len());
    for (field, array) in batch.schema_ref().fields().iter().zip(batch.columns()) {
        if !left_out.contains(&field.name().as_str()) {
            fields.push(Arc::clone(field));
            arrays.push(Arc::clone(array));
        }
    }
    for (name, array) in columns {
        let field = field_of(name);
        if let Some(place) = fields.iter().position(|field| field.name() == name) {
            fields[place] = field;
            arrays[place] = array;
        } else {
            fields.push(field);
            arrays.push(array);
        }
    }
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?)
}

/// The batch with more columns behind the others.
///
/// # Errors
/// When an array has another length or type than its field.
pub fn append_columns(batch: RecordBatch, columns: Vec<(FieldRef, ArrayRef)>) -> Result<RecordBatch> {
    if columns.is_empty() {
        return Ok(batch);
    }
    let (new_fields, new_arrays): (Vec<FieldRef>, Vec<ArrayRef>) = columns.into_iter().unzip();
    let fields: Vec<FieldRef> = batch.schema_ref().fields().iter().cloned().chain(new_fields).collect();
    let arrays = batch.columns().iter().cloned().chain(new_arrays).collect();
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?)
}

/// The rows of a batch but those in `rows`, which are ascending.
///
/// # Errors
/// Never for rows of the batch.
pub fn without_rows(batch: &RecordBatch, mut rows: impl Iterator<Item = usize>) -> Result<RecordBatch> {
    let mut next = rows.next();
    let keep: BooleanArray = (0..batch.num_rows())
        .map(|row| {
            let stops = next == Some(row);
            if stops {
                next = rows.next();
            }
            Some(!stops)
        })
        .collect();
    Ok(filter_record_batch(batch, &keep)?)
}

#[cfg(test)]
mod tests {
    use arrow::array::{Int64Array, StringArray};
    use arrow::datatypes::{DataType, Field};

    use super::*;

    fn batch() -> RecordBatch {
        let schema = Schema::new(vec![
            Field::new("text", DataType::Utf8, false),
            Field::new("raw_index", DataType::Int64, false),
        ]);
        let text: ArrayRef = Arc::new(StringArray::from(vec!["a", "b", "c"]));
        let index: ArrayRef = Arc::new(Int64Array::from(vec![0, 1, 2]));
        RecordBatch::try_new(Arc::new(schema), vec![text, index]).expect("a batch")
    }

    #[test]
    fn missing_and_mistyped_columns_are_named() {
        let batch = batch();
        assert_eq!(column::<StringArray>(&batch, "text").expect("text").value(1), "b");
        let missing = column::<StringArray>(&batch, "title").expect_err("no title");
        assert_eq!(missing.to_string(), "expected a column `title`, but found none");
        let mistyped = column::<StringArray>(&batch, "raw_index").expect_err("a number");
        assert_eq!(mistyped.to_string(), "expected another type of column `raw_index`, but found `Int64`");
    }

    #[test]
    fn columns_are_replaced_added_and_left_out() {
        let title: ArrayRef = Arc::new(StringArray::from(vec![None, Some("t"), None]));
        let text: ArrayRef = Arc::new(StringArray::from(vec!["x", "y", "z"]));
        let new = replace_columns(&batch(), vec![("title", title), ("text", text)], &["raw_index"]).expect("replaced");
        let names: Vec<_> = new.schema().fields().iter().map(|field| field.name().clone()).collect();
        assert_eq!(names, ["text", "title"]);
        assert_eq!(column::<StringArray>(&new, "text").expect("text").value(2), "z");
    }

    #[test]
    fn rows_that_stop_are_left_out() {
        let kept = without_rows(&batch(), [0, 2].into_iter()).expect("filtered");
        assert_eq!(column::<StringArray>(&kept, "text").expect("text").value(0), "b");
        assert_eq!(kept.num_rows(), 1);
    }
}
