//! Writers: record batches of one table in, the bytes of one file out.
//!
//! A writer never opens a file. It is given whole row groups, cut by [`cut`], so its bytes depend on the rows alone.

pub mod audit_page;
pub mod audit_result;
pub mod composition;
pub mod csv;
pub mod cut;
pub mod dataset_digest;
pub mod description;
pub mod dolma;
#[cfg(test)]
pub(crate) mod fixtures;
pub mod jsonl;
pub mod parquet;
pub mod report;
pub mod stats;

use std::io::Write;

use arrow::array::RecordBatch;

use crate::columns::cells::{Cells, cells_of};
use crate::columns::{Column, Table};
use crate::error::{Error, Result};
use dataset_digest::DatasetDigest;

/// The formats of a dataset.
pub const ALL: &[&dyn Writer] = &[&parquet::Parquet, &jsonl::Jsonl];

/// Formats that a finished dataset can be converted to.
pub const PROFILES: &[&dyn Writer] = &[&csv::Csv, &dolma::Dolma, &parquet::Parquet];

/// Where the bytes of one file go.
pub type Output<'w> = Box<dyn Write + Send + 'w>;

/// Compression of JSONL files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum JsonlCompression {
    /// Plain text.
    #[default]
    None,
    /// One zstd frame with checksum, written by one thread.
    Zstd,
}

/// What can be chosen about the files; every field changes output bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriterOptions {
    /// zstd level inside Parquet and of compressed JSONL, 1 to 22.
    pub zstd_level: i32,
    /// Compression of JSONL.
    pub jsonl_compression: JsonlCompression,
}

impl Default for WriterOptions {
    fn default() -> Self {
        Self { zstd_level: 3, jsonl_compression: JsonlCompression::None }
    }
}

/// An output format.
pub trait Writer: Sync {
    /// Name, as in the config.
    fn name(&self) -> &'static str;

    /// One paragraph for the reference table.
    fn documentation(&self) -> &'static str;

    /// Extension of its files, without the first dot.
    fn extension(&self, options: &WriterOptions) -> &'static str;

    /// Starts a file of rows of `table`.
    ///
    /// # Errors
    /// When an option is out of range or the output refuses the first bytes.
    fn open<'w>(&self, output: Output<'w>, table: &Table, options: &WriterOptions)
    -> Result<Box<dyn TableWriter + 'w>>;
}

/// One file being written.
pub trait TableWriter: Send {
    /// Writes one row group: a batch that holds every column of the table, in any order; other columns are left out.
    ///
    /// # Errors
    /// When a column is missing, has another type, holds a null or a float that is not finite where the table allows none, or
    /// when the output refuses.
    fn write(&mut self, row_group: &RecordBatch) -> Result<()>;

    /// Ends the file and flushes the output.
    ///
    /// # Errors
    /// When the output refuses.
    fn finish(self: Box<Self>) -> Result<Written>;
}

/// What a finished file holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Number of rows.
    pub rows: u64,
    /// The rows' part of the dataset digest, from writers that make JSON lines.
    pub digest: Option<DatasetDigest>,
}

/// The columns of a table in a batch, checked for what no writer may let out.
fn exported_cells<'a>(batch: &'a RecordBatch, table: &Table) -> Result<Vec<Cells<'a>>> {
    let checked = |column| {
        let cells = cells_of(batch, column)?;
        if !column.nullable && cells.array().null_count() > 0 {
            return Err(Error::dataset(format!("expected a value in every row of `{}`, but found null", column.name)));
        }
        Ok(cells)
    };
    table.columns.iter().map(checked).collect()
}

fn not_finite(column: &Column) -> Error {
    Error::dataset(format!("expected a finite number in `{}`, but found one that is not", column.name))
}

fn cannot_write(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new(crate::error::ErrorKind::Io, "cannot write an output file").caused_by(cause)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::TABLES;

    #[test]
    fn names_are_unique() {
        for (place, writer) in ALL.iter().enumerate() {
            assert!(ALL[..place].iter().all(|other| other.name() != writer.name()));
            assert_eq!(ALL.iter().filter(|other| other.name() == writer.name()).count(), 1);
            assert!(!writer.documentation().is_empty());
        }
    }

    #[test]
    fn every_writer_ends_an_empty_file_of_every_table() {
        for writer in ALL {
            for table in TABLES {
                let mut bytes = Vec::new();
                let file = writer.open(Box::new(&mut bytes), table, &WriterOptions::default()).unwrap();
                assert_eq!(file.finish().unwrap().rows, 0);
            }
        }
    }

    #[test]
    fn texts_in_buffers_of_other_batches_are_written_like_own_ones() {
        use crate::columns::schema_of;
        use crate::writers::fixtures::{ALL_TYPES, every_type};
        use arrow::array::{ArrayRef, AsArray, StringViewArray};
        use std::sync::Arc;

        let own = every_type();
        let columns: Vec<ArrayRef> = (own.columns().iter())
            .map(|column| match column.as_string_opt::<i32>() {
                Some(texts) => Arc::new(StringViewArray::from(texts)) as ArrayRef,
                None => Arc::clone(column),
            })
            .collect();
        let shared = RecordBatch::try_new(schema_of(&ALL_TYPES, &columns), columns).unwrap();
        assert_ne!(own.schema(), shared.schema());
        assert_eq!(cut::logical_size(&own), cut::logical_size(&shared));
        for writer in ALL {
            let written = |batch: &RecordBatch| {
                let mut bytes = Vec::new();
                let mut file = writer.open(Box::new(&mut bytes), &ALL_TYPES, &WriterOptions::default()).unwrap();
                file.write(batch).unwrap();
                file.finish().unwrap();
                bytes
            };
            assert_eq!(written(&own), written(&shared), "{}", writer.name());
        }
    }

    #[test]
    fn every_writer_refuses_what_the_table_does_not_allow() {
        use crate::writers::fixtures::{ALL_TYPES, every_type};
        use arrow::array::{ArrayRef, Float64Array, new_null_array};
        use std::sync::Arc;

        let batch = every_type();
        let replace = |name: &str, array: ArrayRef| {
            let columns = batch.schema_ref().fields().iter().zip(batch.columns()).map(|(field, column)| {
                let same = field.name() == name;
                (field.name().clone(), if same { array.clone() } else { column.clone() }, true)
            });
            RecordBatch::try_from_iter_with_nullable(columns).unwrap()
        };
        let strings = batch.column(0).data_type().clone();
        let not_finite: ArrayRef = Arc::new(Float64Array::from(vec![f64::NAN; batch.num_rows()]));
        for writer in ALL {
            let refused = |bad: &RecordBatch| {
                let mut file = writer.open(Box::new(std::io::sink()), &ALL_TYPES, &WriterOptions::default()).unwrap();
                file.write(bad).unwrap_err().to_string()
            };
            assert_eq!(
                refused(&replace("id", new_null_array(&strings, batch.num_rows()))),
                "expected a value in every row of `id`, but found null"
            );
            assert_eq!(
                refused(&replace("score", not_finite.clone())),
                "expected a finite number in `score`, but found one that is not"
            );
            assert_eq!(refused(&batch.project(&[0]).unwrap()), "expected a column `name`, but found none");
        }
    }
}
