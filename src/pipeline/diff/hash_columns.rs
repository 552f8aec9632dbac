//! Digests of the values of columns, so that rows can be compared without being kept.

use std::hash::{DefaultHasher, Hasher as _};

use arrow::array::{Array, ArrayRef, AsArray as _};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};

/// One digest a value; equal values of different widths (`int32`, `int64`) have equal ones, and null has one of its own.
///
/// The digests are compared within one run only, and never stored.
///
/// # Errors
/// When the values are of a type that cannot be shown.
pub fn hash_column(array: &ArrayRef) -> Result<Vec<u64>, ArrowError> {
    let rows = 0..array.len();
    let hashes: Vec<u64> = match array.data_type() {
        DataType::Utf8 => rows.map(|row| hash(b't', array.as_string::<i32>().value(row).as_bytes())).collect(),
        DataType::Utf8View => rows.map(|row| hash(b't', array.as_string_view().value(row).as_bytes())).collect(),
        DataType::LargeUtf8 => rows.map(|row| hash(b't', array.as_string::<i64>().value(row).as_bytes())).collect(),
        DataType::Boolean => rows.map(|row| hash(b'b', &[u8::from(array.as_boolean().value(row))])).collect(),
        DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::Date32
        | DataType::Timestamp(..) => {
            // Dates widen through the integer of their width.
            let narrow =
                if *array.data_type() == DataType::Date32 { cast(array, &DataType::Int32)? } else { array.clone() };
            let numbers = cast(&narrow, &DataType::Int64)?;
            let numbers = numbers.as_primitive::<Int64Type>();
            rows.map(|row| hash(b'i', &numbers.value(row).to_le_bytes())).collect()
        }
        DataType::Float32 | DataType::Float64 => {
            let numbers = cast(array, &DataType::Float64)?;
            let numbers = numbers.as_primitive::<Float64Type>();
            rows.map(|row| hash(b'f', &numbers.value(row).to_bits().to_le_bytes())).collect()
        }
        DataType::List(_) => {
            let lists = array.as_list::<i32>();
            let items = hash_column(lists.values())?;
            let offsets = lists.value_offsets();
            rows.map(|row| {
                let mut hasher = DefaultHasher::new();
                hasher.write_u8(b'l');
                let items = items.get(offsets[row] as usize..offsets[row + 1] as usize).unwrap_or_default();
                for item in items {
                    hasher.write_u64(*item);
                }
                hasher.write_usize(items.len());
                hasher.finish()
            })
            .collect()
        }
        _ => {
            let shown = ArrayFormatter::try_new(array, &FormatOptions::default())?;
            rows.map(|row| hash(b'o', shown.value(row).to_string().as_bytes())).collect()
        }
    };
    Ok(hashes.into_iter().enumerate().map(|(row, hash)| if array.is_null(row) { 0 } else { hash.max(1) }).collect())
}

fn hash(tag: u8, bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write_u8(tag);
    hasher.write(bytes);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Date32Array, Int32Array, Int64Array, ListArray, StringArray, StringViewArray};
    use arrow::datatypes::Int32Type;

    use super::*;

    #[test]
    fn equal_values_have_equal_digests_whatever_their_width() {
        let hashes = |array: ArrayRef| hash_column(&array).unwrap();
        assert_eq!(
            hashes(Arc::new(Int32Array::from(vec![Some(5), None]))),
            hashes(Arc::new(Int64Array::from(vec![Some(5), None])))
        );
        assert_eq!(hashes(Arc::new(StringArray::from(vec!["a"]))), hashes(Arc::new(StringViewArray::from(vec!["a"]))));
        let texts = hashes(Arc::new(StringArray::from(vec![Some(""), None, Some("a")])));
        assert!(texts[0] != texts[1] && texts[1] != texts[2] && texts[0] != texts[2]);
        assert_eq!(hashes(Arc::new(Date32Array::from(vec![1]))), hashes(Arc::new(Date32Array::from(vec![1]))));
        let lists = |rows: Vec<Option<Vec<Option<i32>>>>| {
            hashes(Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(rows)))
        };
        let all = lists(vec![Some(vec![]), None, Some(vec![None]), Some(vec![Some(1), Some(2)]), Some(vec![Some(1)])]);
        let different: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len());
    }
}
