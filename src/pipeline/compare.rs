//! Compares a table of two datasets, row by row by its key, whatever the order of the rows.

use std::path::PathBuf;

use super::dataset_rows::{Dataset, value_text};
use super::external_sort::{Sorted, Sorter};
use crate::columns::cells::cells_of;
use crate::columns::{Column, Table};
use crate::error::Result;
use crate::kernels::encode_row::{RowReader, push_bytes_ordered, push_field};

/// Items of a list in the text of a value: a character that normalised text does not hold.
const SEPARATOR: &str = "\u{1f}";

/// The columns of a table that are compared, and those by which rows are matched.
#[derive(Clone, Debug)]
pub struct Comparison {
    table: &'static Table,
    keys: &'static [&'static str],
    columns: Vec<&'static Column>,
}

/// A row as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextRow {
    /// The values of the key.
    pub key: Vec<String>,
    /// The values of the columns that are compared, in their order.
    pub values: Vec<Option<String>>,
}

/// How a row differs.
#[derive(Debug)]
pub enum Difference {
    /// Only the first dataset has it.
    Missing(TextRow),
    /// Only the second dataset has it.
    Added(TextRow),
    /// Both have it, with other values.
    Changed(TextRow, TextRow),
}

impl Comparison {
    /// Compares every column of `table` but those `left_out`; `keys` are text or number columns that identify a row.
    pub fn new(table: &'static Table, keys: &'static [&'static str], left_out: &[&str]) -> Self {
        let columns = table.columns.iter().filter(|column| !left_out.contains(&column.name)).collect();
        Self { table, keys, columns }
    }

    /// The compared columns.
    pub fn columns(&self) -> &[&'static Column] {
        &self.columns
    }

    /// The rows of a dataset, sorted by their key.
    ///
    /// # Errors
    /// When a file is missing or damaged, or a spill file cannot be written.
    pub fn sort(&self, dataset: &Dataset<'_>, stem: PathBuf, limit: usize) -> Result<Sorted> {
        let mut sorter = Sorter::new(stem, limit);
        let names: Vec<&str> = self.columns.iter().map(|column| column.name).chain(self.keys.iter().copied()).collect();
        let keys: Vec<&Column> = self.keys.iter().filter_map(|name| self.table.column(name)).collect();
        let mut bytes = Vec::new();
        dataset.scan(self.table, &names, |batch| {
            let cells = |columns: &[&'static Column]| {
                columns.iter().map(|column| cells_of(batch, column)).collect::<Result<Vec<_>>>()
            };
            let (key_cells, value_cells) = (cells(&keys)?, cells(&self.columns)?);
            for row in 0..batch.num_rows() {
                bytes.clear();
                for cells in &key_cells {
                    push_bytes_ordered(&mut bytes, value_text(cells, row, SEPARATOR).unwrap_or_default().as_bytes());
                }
                for cells in &value_cells {
                    push_field(&mut bytes, value_text(cells, row, SEPARATOR).as_deref().map(str::as_bytes));
                }
                sorter.push(&bytes)?;
            }
            Ok(())
        })?;
        sorter.finish()
    }

    /// Gives every difference between two sorted tables, in the order of the keys; the number of rows that are equal comes back.
    ///
    /// # Errors
    /// When a spill file cannot be read, and what `give` returns.
    pub fn compare(
        &self,
        (first, second): (&Sorted, &Sorted),
        mut give: impl FnMut(Difference) -> Result<()>,
    ) -> Result<u64> {
        let (mut first, mut second) = (first.rows()?, second.rows()?);
        let next = |rows: &mut super::external_sort::SortedRows<'_>| -> Result<Option<(usize, Vec<u8>)>> {
            Ok(rows.next()?.map(|row| (self.key_length(row), row.to_vec())))
        };
        let (mut a, mut b) = (next(&mut first)?, next(&mut second)?);
        let mut equal = 0;
        loop {
            let order = match (&a, &b) {
                (None, None) => return Ok(equal),
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (Some((at, a)), Some((bt, b))) => a[..*at].cmp(&b[..*bt]),
            };
            match order {
                std::cmp::Ordering::Less => {
                    give(Difference::Missing(self.read(a.take())))?;
                    a = next(&mut first)?;
                }
                std::cmp::Ordering::Greater => {
                    give(Difference::Added(self.read(b.take())))?;
                    b = next(&mut second)?;
                }
                std::cmp::Ordering::Equal => {
                    if a == b {
                        equal += 1;
                    } else {
                        give(Difference::Changed(self.read(a.take()), self.read(b.take())))?;
                    }
                    (a, b) = (next(&mut first)?, next(&mut second)?);
                }
            }
        }
    }

    fn key_length(&self, row: &[u8]) -> usize {
        let mut reader = RowReader::new(row);
        self.keys.iter().for_each(|_| reader.skip_ordered());
        row.len() - reader.rest().len()
    }

    fn read(&self, row: Option<(usize, Vec<u8>)>) -> TextRow {
        let (_, bytes) = row.expect("law: a row that is read was there");
        let mut reader = RowReader::new(&bytes);
        TextRow {
            key: self.keys.iter().map(|_| reader.text_ordered()).collect(),
            values: self.columns.iter().map(|_| reader.text().map(str::to_owned)).collect(),
        }
    }
}
