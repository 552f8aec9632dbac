//! Columns of a batch of a dataset that somebody else may have written: a wrong type is an error, never a panic.

use arrow::array::{Array, BooleanArray, Date32Array, Float64Array, Int32Array, Int64Array, RecordBatch};

use crate::columns::Table;
use crate::columns::cells::{Cells, TextLists, Texts, cells_of};
use crate::error::{Error, ErrorKind, Result};
use crate::pipeline::dataset_rows::{Dataset, FilePart};

/// Days from 0000-01-01 to 9999-12-31: those that the record schema can write.
const DAYS: std::ops::RangeInclusive<i32> = -719_528..=2_932_896;

/// A batch of a table.
#[derive(Clone, Copy, Debug)]
pub struct Typed<'a> {
    /// The rows.
    pub batch: &'a RecordBatch,
    table: &'a Table,
}

/// A text column; nulls of columns that have none read as empty.
#[derive(Clone, Copy, Debug)]
pub struct TextColumn<'a> {
    texts: Texts<'a>,
    array: &'a dyn Array,
}

impl<'a> TextColumn<'a> {
    /// The text of a row.
    pub fn get(&self, row: usize) -> Option<&'a str> {
        (!self.array.is_null(row)).then(|| self.texts.value(row))
    }

    /// The text of a row, empty for null.
    pub fn value(&self, row: usize) -> &'a str {
        self.get(row).unwrap_or_default()
    }
}

impl<'a> Typed<'a> {
    /// The batch of a table.
    pub fn new(batch: &'a RecordBatch, table: &'a Table) -> Self {
        Self { batch, table }
    }

    fn cells(&self, name: &str) -> Result<Cells<'a>> {
        let column = self.table.column(name).expect("law: reports ask for columns of the table");
        cells_of(self.batch, column)
    }

    /// The number of rows.
    pub fn count(&self) -> usize {
        self.batch.num_rows()
    }

    /// A text column.
    ///
    /// # Errors
    /// When the batch lacks the column or has it with another type; so do the others.
    pub fn text(&self, name: &str) -> Result<TextColumn<'a>> {
        let cells = self.cells(name)?;
        match cells {
            Cells::Text(texts) => Ok(TextColumn { texts, array: cells.array() }),
            _ => Err(wrong(name)),
        }
    }

    /// A column of lists.
    pub fn lists(&self, name: &str) -> Result<TextLists<'a>> {
        match self.cells(name)? {
            Cells::TextList(lists) => Ok(lists),
            _ => Err(wrong(name)),
        }
    }

    /// A column of truth values.
    pub fn booleans(&self, name: &str) -> Result<&'a BooleanArray> {
        match self.cells(name)? {
            Cells::Boolean(array) => Ok(array),
            _ => Err(wrong(name)),
        }
    }

    /// A column of 32-bit numbers.
    pub fn int32(&self, name: &str) -> Result<&'a Int32Array> {
        match self.cells(name)? {
            Cells::Int32(array) => Ok(array),
            _ => Err(wrong(name)),
        }
    }

    /// A column of 64-bit numbers.
    pub fn int64(&self, name: &str) -> Result<&'a Int64Array> {
        match self.cells(name)? {
            Cells::Int64(array) => Ok(array),
            _ => Err(wrong(name)),
        }
    }

    /// A column of floats.
    pub fn floats(&self, name: &str) -> Result<&'a Float64Array> {
        match self.cells(name)? {
            Cells::Float64(array) => Ok(array),
            _ => Err(wrong(name)),
        }
    }

    /// A column of days.
    ///
    /// # Errors
    /// Also when a day lies outside of the years 0 to 9999.
    pub fn days(&self, name: &str) -> Result<&'a Date32Array> {
        let Cells::Date(array) = self.cells(name)? else { return Err(wrong(name)) };
        if array.iter().flatten().all(|day| DAYS.contains(&day)) {
            return Ok(array);
        }
        Err(Error::dataset(format!("expected days of the years 0 to 9999 in `{name}`, but found another")))
    }
}

/// Gives every batch of a table, with some of its columns, to `each`.
///
/// # Errors
/// When a file is missing or damaged, and what `each` returns, with the name of the file.
pub fn scan(
    dataset: &Dataset<'_>,
    (table, names): (&Table, &[&str]),
    mut each: impl FnMut(Typed<'_>, &FilePart<'_>) -> Result<()>,
) -> Result<()> {
    dataset.scan_parts(table, names, |part, batch| {
        each(Typed::new(batch, table), part).map_err(|error| match error.kind() {
            ErrorKind::Dataset => error.context(format!("cannot read `{}`", part.file)),
            _ => error,
        })
    })
}

/// The 16 bytes behind `art_` of an id.
///
/// # Errors
/// When it is no id.
pub fn parse_id(id: &str) -> Result<[u8; 16]> {
    let digits = id.strip_prefix("art_").filter(|digits| digits.len() == 32);
    let number = digits.and_then(|digits| u128::from_str_radix(digits, 16).ok());
    number.map(u128::to_be_bytes).ok_or_else(|| Error::dataset(format!("expected an id, but found `{id}`")))
}

fn wrong(name: &str) -> Error {
    Error::dataset(format!("expected another type of the column `{name}`"))
}
