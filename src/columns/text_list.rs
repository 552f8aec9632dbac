//! Building `List<Utf8>` columns row by row, without an allocation per row.

use std::sync::Arc;

use arrow::array::{ListArray, StringArray};
use arrow::buffer::{Buffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{DataType, Field};

/// Builds a column of lists of strings; rows and elements are never null.
#[derive(Debug)]
pub struct TextListBuilder {
    /// Places in `ends` where the rows begin, and the end of the last.
    rows: Vec<i32>,
    /// Places in `values` where the elements begin, and the end of the last.
    ends: Vec<i32>,
    values: String,
}

impl TextListBuilder {
    /// An empty column with room for `rows` rows.
    pub fn with_capacity(rows: usize) -> Self {
        let mut offsets = Vec::with_capacity(rows + 1);
        offsets.push(0);
        Self { rows: offsets, ends: vec![0], values: String::new() }
    }

    /// Adds an element to the row that is being built.
    pub fn push(&mut self, value: &str) {
        self.values.push_str(value);
        self.ends.push(self.values.len() as i32);
    }

    /// Adds an element unless the row that is being built has it.
    pub fn push_new(&mut self, value: &str) {
        if !self.row().any(|present| present == value) {
            self.push(value);
        }
    }

    /// The elements of the row that is being built.
    pub fn row(&self) -> impl Iterator<Item = &str> {
        let first = self.rows.last().map_or(0, |place| *place as usize);
        let ends = self.ends.get(first..).unwrap_or_default();
        ends.windows(2).filter_map(|pair| self.values.get(pair[0] as usize..pair[1] as usize))
    }

    /// Ends the row that is being built.
    pub fn end_row(&mut self) {
        self.rows.push(self.ends.len() as i32 - 1);
    }

    /// The column.
    pub fn finish(self) -> ListArray {
        let ends = OffsetBuffer::new(ScalarBuffer::from(self.ends));
        let elements = StringArray::new(ends, Buffer::from_vec(self.values.into_bytes()), None);
        let rows = OffsetBuffer::new(ScalarBuffer::from(self.rows));
        ListArray::new(Arc::new(Field::new("element", DataType::Utf8, false)), rows, Arc::new(elements), None)
    }

    /// A column of `rows` empty lists.
    pub fn empty_lists(rows: usize) -> ListArray {
        Self { rows: vec![0; rows + 1], ends: vec![0], values: String::new() }.finish()
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{Array, AsArray};

    use super::*;
    use crate::columns::{ColumnType, data_type};

    #[test]
    fn rows_hold_their_elements() {
        let mut builder = TextListBuilder::with_capacity(3);
        builder.push("a");
        builder.push_new("b");
        builder.push_new("a");
        builder.end_row();
        builder.end_row();
        builder.push_new("a");
        builder.push("");
        builder.end_row();
        let column = builder.finish();
        assert_eq!(*column.data_type(), data_type(ColumnType::TextList));
        let rows: Vec<Vec<&str>> = (0..column.len())
            .map(|row| {
                let elements = column.value_offsets()[row] as usize..column.value_offsets()[row + 1] as usize;
                elements.map(|place| column.values().as_string::<i32>().value(place)).collect()
            })
            .collect();
        assert_eq!(rows, [vec!["a", "b"], vec![], vec!["a", ""]]);
        assert_eq!(TextListBuilder::empty_lists(4).len(), 4);
    }
}
