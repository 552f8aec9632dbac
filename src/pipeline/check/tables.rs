//! Streams the rows of a table through the rules that hold for every table, and hands them on.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{PrimitiveArray, RecordBatch, StringArray};
use arrow::datatypes::ArrowPrimitiveType;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::file::metadata::PageIndexPolicy;

use super::files::{TableFiles, path_of};
use super::footer::check_footer;
use super::guard::guarded;
use super::report::{Place, Report};
use super::row_rules::{RowOrder, RowRules};
use super::rules::Rule;
use crate::columns::{Table, arrow_schema};
use crate::error::Result;
use crate::io::open_file;
use crate::manifest::{FileEntry, Manifest};
use crate::pipeline::article_rows;
use crate::pipeline::interim::MANIFEST;

/// Rows of a batch: few enough that long articles do not add up to much.
const BATCH_ROWS: usize = 512;

/// Some rows of one file, with exactly the columns of the table.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    /// The rows.
    pub batch: &'a RecordBatch,
    /// The file.
    pub file: &'a str,
    /// Place of the first of them in the file.
    pub first: u64,
    /// The part of the dataset that the file belongs to.
    pub part: u16,
}

impl<'a> Rows<'a> {
    /// The place of a row of the batch.
    pub fn place(&self, row: usize) -> Place<'a> {
        Place::row(self.file, self.first + row as u64)
    }

    /// A text column.
    pub fn text(&self, name: &str) -> &'a StringArray {
        article_rows::text(self.batch, name)
    }

    /// A column of numbers, dates or instants.
    pub fn numbers<T: ArrowPrimitiveType>(&self, name: &str) -> &'a PrimitiveArray<T> {
        article_rows::numbers::<T>(self.batch, name)
    }

    /// A column of truth values.
    pub fn boolean(&self, name: &str) -> &'a arrow::array::BooleanArray {
        use arrow::array::AsArray as _;
        self.batch.column_by_name(name).expect("law: a checked batch has the columns of its table").as_boolean()
    }
}

/// Takes the rows of a table in order.
pub trait Visitor {
    /// A file begins.
    ///
    /// # Errors
    /// When the operating system refuses a file.
    fn begin(&mut self, _parquet: &FileEntry, _jsonl: Option<&FileEntry>) -> Result<()> {
        Ok(())
    }

    /// Some rows of it.
    ///
    /// # Errors
    /// When the operating system refuses a file.
    fn rows(&mut self, rows: &Rows<'_>, report: &mut Report) -> Result<()>;

    /// The file ends; `whole` when all its rows have been seen.
    ///
    /// # Errors
    /// When the operating system refuses a file.
    fn end(&mut self, _whole: bool, _report: &mut Report) -> Result<()> {
        Ok(())
    }
}

/// Reads every file of a table; gives whether all its rows were there.
///
/// # Errors
/// When the operating system refuses a file.
pub fn read_table(
    (root, manifest): (&Path, &Manifest),
    files: &TableFiles<'_>,
    visitor: &mut dyn Visitor,
    report: &mut Report,
) -> Result<bool> {
    let table = files.table;
    let mut reading = Reading { table, rules: RowRules::new(table), order: RowOrder::new(table), part: 0, visitor };
    let (mut complete, mut total) = (files.complete, 0);
    for ((parquet, jsonl), part) in files.shards.iter().zip(&files.parts) {
        if std::mem::replace(&mut reading.part, *part) != *part {
            reading.order = RowOrder::new(table);
        }
        let Some((file, _)) = path_of(root, parquet).map(|path| open_file(&path)).transpose()?.flatten() else {
            complete = false;
            continue;
        };
        reading.visitor.begin(parquet, *jsonl)?;
        let rows = reading.read(file, &parquet.path, report)?;
        reading.visitor.end(rows.is_some(), report)?;
        let Some(rows) = rows else {
            complete = false;
            continue;
        };
        total += rows;
        if parquet.rows != Some(rows) {
            let stated = parquet.rows.map_or_else(|| "no number".to_owned(), |rows| rows.to_string());
            report.add(
                Rule::RowCount,
                parquet.path.as_str(),
                format_args!("expected {stated} of rows, but found {rows}"),
            );
        }
        if let Some(jsonl) = jsonl
            && jsonl.rows != Some(rows)
        {
            let stated = jsonl.rows.map_or_else(|| "no number".to_owned(), |rows| rows.to_string());
            report.add(
                Rule::RowCount,
                jsonl.path.as_str(),
                format_args!("expected {stated} of rows, but found {rows} in its Parquet file"),
            );
        }
    }
    report.checked.rows.insert(table.name.to_owned(), total);
    let stated = manifest.rows.get(table.name).copied();
    if complete && stated != Some(total) {
        let stated = stated.unwrap_or_default();
        report.add(
            Rule::RowCount,
            MANIFEST,
            format_args!("expected {stated} rows of `{}`, but found {total}", table.name),
        );
    }
    Ok(complete)
}

struct Reading<'v> {
    table: &'static Table,
    rules: RowRules,
    order: RowOrder,
    part: u16,
    visitor: &'v mut dyn Visitor,
}

impl Reading<'_> {
    /// Reads one file; the number of its rows, or none when it is damaged or not of the table.
    fn read(&mut self, file: File, name: &str, report: &mut Report) -> Result<Option<u64>> {
        let mut reader = match self.open(file, name, report) {
            Ok(Some(reader)) => reader,
            Ok(None) => return Ok(None),
            Err(damage) => {
                report.add(Rule::ParquetReadable, name, damage);
                return Ok(None);
            }
        };
        let schema = arrow_schema(self.table);
        let mut first = 0;
        loop {
            let batch = match guarded(|| reader.next().transpose()) {
                Ok(Some(batch)) => batch,
                Ok(None) => return Ok(Some(first)),
                Err(damage) => {
                    report.add(Rule::ParquetReadable, Place::row(name, first), damage);
                    return Ok(None);
                }
            };
            let batch = batch.with_schema(Arc::clone(&schema))?;
            let rows = Rows { batch: &batch, file: name, first, part: self.part };
            self.rules.check(&rows, report)?;
            self.order.check(&rows, report);
            self.visitor.rows(&rows, report)?;
            first += batch.num_rows() as u64;
        }
    }

    /// Opens a file and checks footer and schema; none when its columns are not those of the table.
    fn open(
        &self,
        file: File,
        name: &str,
        report: &mut Report,
    ) -> std::result::Result<Option<ParquetRecordBatchReader>, String> {
        let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional);
        let builder = guarded(|| ParquetRecordBatchReaderBuilder::try_new_with_options(file, options))?;
        let expected = arrow_schema(self.table);
        if *builder.schema() != expected {
            report.add(Rule::ParquetSchema, name, difference(&expected, builder.schema()));
            return Ok(None);
        }
        check_footer(builder.metadata(), self.table, (name, report));
        guarded(|| builder.with_batch_size(BATCH_ROWS).build()).map(Some)
    }
}

/// The first difference between two schemas, in words.
fn difference(expected: &arrow::datatypes::Schema, found: &arrow::datatypes::Schema) -> String {
    let mut fields = expected.fields().iter().zip(found.fields());
    if let Some((expected, found)) = fields.find(|(expected, found)| expected != found) {
        let words = |field: &arrow::datatypes::Field| {
            let null = if field.is_nullable() { ", nullable" } else { "" };
            format!("`{}` of type {}{null}", field.name(), field.data_type())
        };
        return format!("expected a column {}, but found {}", words(expected), words(found));
    }
    if expected.fields().len() != found.fields().len() {
        return format!("expected {} columns, but found {}", expected.fields().len(), found.fields().len());
    }
    "expected a schema without metadata, but found some".to_owned()
}
