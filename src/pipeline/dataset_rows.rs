//! Rows of a finished dataset as text, found by one scan over the columns that are asked for.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection};
use parquet::file::metadata::PageIndexPolicy;

use crate::columns::cells::{Cells, cells_of};
use crate::columns::{ARTICLES, Column, Table};
use crate::error::{Error, Result};
use crate::io::{Staging, open_file};
use crate::kernels::format_time::{push_date, push_timestamp};
use crate::manifest::{FileEntry, Manifest};
use crate::pipeline::check::files::{articles_table, path_of, read_manifest, table_files};
use crate::pipeline::check::guard::guarded;
use crate::pipeline::check::report::Report;
use crate::stages::release::ReleaseAccount;

/// A dataset to look things up in.
#[derive(Debug)]
pub struct Dataset<'a> {
    root: &'a Path,
    /// Its manifest.
    pub manifest: Manifest,
}

impl<'a> Dataset<'a> {
    /// Opens a dataset.
    ///
    /// # Errors
    /// When `root` is not a dataset, or its manifest cannot be understood.
    pub fn open(root: &'a Path) -> Result<Self> {
        let mut report = Report::new(1);
        match read_manifest(root, &mut report)? {
            Some(manifest) => Ok(Self { root, manifest }),
            None => Err(damaged(&root.join("manifest.json"))
                .caused_by(report.findings.pop().map_or_else(String::new, |finding| finding.detail))),
        }
    }

    /// A dataset that is being written: its tables lie below `root`, and `manifest` is what it will say.
    pub fn unpublished(root: &'a Path, manifest: Manifest) -> Self {
        Self { root, manifest }
    }

    /// The table of articles, with the user's own columns where the dataset has some.
    ///
    /// # Errors
    /// When the operating system refuses the file of its schema.
    pub fn articles(&self) -> Result<&'static Table> {
        articles_table((self.root, &self.manifest), &mut Report::new(1))
    }

    /// Refuses a dataset that withholds texts from a command that compares them.
    ///
    /// # Errors
    /// A usage error that says of how many articles the texts are withheld.
    pub fn require_texts(&self) -> Result<()> {
        match self.manifest.release.as_ref().map_or(0, ReleaseAccount::withheld) {
            0 => Ok(()),
            withheld => {
                let articles = self.manifest.account.articles;
                let message = format!(
                    "expected a dataset with full texts, but `{}` withholds those of {withheld} of {articles} articles",
                    self.name()
                );
                Err(Error::usage(message)
                    .hint("make one for yourself from the raw files, with `release = \"full-text\"` and without `[[release]]`"))
            }
        }
    }

    /// Where it lies, for messages.
    pub fn name(&self) -> std::path::Display<'_> {
        self.root.display()
    }

    /// The folder that it lies in.
    pub fn root(&self) -> &'a Path {
        self.root
    }

    /// The Parquet files of a table, in order, and the part of the dataset that each belongs to.
    ///
    /// # Errors
    /// When the manifest lists a file outside of the dataset.
    pub fn files(&self, table: &Table) -> Result<Vec<(PathBuf, u16)>> {
        let mut report = Report::new(1);
        let all = table_files(&self.manifest, &ARTICLES, &mut report);
        let files = all.iter().filter(|files| files.table.name == table.name);
        let shards = files.flat_map(|files| files.shards.iter().zip(&files.parts));
        shards
            .map(|((entry, _), part)| {
                let path = path_of(self.root, entry).ok_or_else(|| damaged(Path::new(&entry.path)))?;
                Ok((path, *part))
            })
            .collect()
    }

    /// Puts a file of the dataset into one that is being written, by a link where that is possible.
    ///
    /// # Errors
    /// When the manifest lists a file outside of the dataset, or the file cannot be linked.
    pub fn link_file(&self, entry: &FileEntry, staging: &Staging) -> Result<()> {
        self.link_file_as(entry, (&entry.path, staging))
    }

    /// The same under another path.
    ///
    /// # Errors
    /// As [`Dataset::link_file`].
    pub fn link_file_as(&self, entry: &FileEntry, (to, staging): (&str, &Staging)) -> Result<()> {
        let path = path_of(self.root, entry).ok_or_else(|| damaged(Path::new(&entry.path)))?;
        staging.link(&path, to)
    }

    /// The files of one shard of a table, with their extensions; `place` is [`FilePart::place`].
    pub fn shard_entries(&self, table: &Table, place: usize) -> Vec<(&FileEntry, &'static str)> {
        let mut report = Report::new(1);
        let all = table_files(&self.manifest, &ARTICLES, &mut report);
        let files = all.iter().find(|files| files.table.name == table.name);
        let Some((parquet, jsonl)) = files.and_then(|files| files.shards.get(place)) else { return Vec::new() };
        let extension = |entry: &'_ FileEntry| {
            let stem = parquet.path.trim_end_matches("parquet");
            ["jsonl", "jsonl.zst"].into_iter().find(|end| entry.path.strip_prefix(stem) == Some(end))
        };
        let jsonl = jsonl.and_then(|entry| extension(entry).map(|extension| (entry, extension)));
        let shard = [Some((*parquet, "parquet")), jsonl];
        shard.into_iter().flatten().collect()
    }

    /// Gives every batch of a table, with some of its columns, to `each`.
    ///
    /// # Errors
    /// When a file is missing or damaged, and what `each` returns.
    pub fn scan(&self, table: &Table, names: &[&str], mut each: impl FnMut(&RecordBatch) -> Result<()>) -> Result<()> {
        self.scan_parts(table, names, |_, batch| each(batch))
    }

    /// The same, with the place of the batch.
    ///
    /// # Errors
    /// As [`Dataset::scan`].
    pub fn scan_parts(
        &self,
        table: &Table,
        names: &[&str],
        mut each: impl FnMut(&FilePart<'_>, &RecordBatch) -> Result<()>,
    ) -> Result<()> {
        for (place, file) in self.files(table)?.into_iter().enumerate() {
            self.scan_path((place, file), names, &mut each)?;
        }
        Ok(())
    }

    /// The same of one file, by its [`FilePart::place`].
    ///
    /// # Errors
    /// As [`Dataset::scan`].
    pub fn scan_file(
        &self,
        (table, place): (&Table, usize),
        names: &[&str],
        mut each: impl FnMut(&FilePart<'_>, &RecordBatch) -> Result<()>,
    ) -> Result<()> {
        let file = self.files(table)?.into_iter().nth(place);
        file.map_or(Ok(()), |file| self.scan_path((place, file), names, &mut each))
    }

    fn scan_path(
        &self,
        (place, (path, part)): (usize, (PathBuf, u16)),
        names: &[&str],
        each: &mut dyn FnMut(&FilePart<'_>, &RecordBatch) -> Result<()>,
    ) -> Result<()> {
        let mut first = 0;
        let (file, _) = open_file(&path)?.ok_or_else(|| damaged(&path).caused_by("expected a file, but found none"))?;
        let mut reader = guarded(|| {
            let builder = ParquetRecordBatchReaderBuilder::try_new(file)?;
            let mask = ProjectionMask::columns(builder.parquet_schema(), names.iter().copied());
            builder.with_projection(mask).build()
        })
        .map_err(|cause| damaged(&path).caused_by(cause))?;
        while let Some(batch) =
            guarded(|| reader.next().transpose()).map_err(|cause| damaged(&path).caused_by(cause))?
        {
            let file = path.strip_prefix(self.root).unwrap_or(&path).to_string_lossy();
            each(&FilePart { number: part, place, file: &file, first }, &batch)?;
            first += batch.num_rows() as u64;
        }
        Ok(())
    }

    /// Gives single rows of a table, with some of their columns, to `each`, in order: its place, the batch, the row in it.
    ///
    /// A place is that of the file, as [`FilePart::place`], and of the row in it. Only the pages that hold them are read.
    ///
    /// # Errors
    /// As [`Dataset::scan`].
    pub fn read_places(
        &self,
        table: &Table,
        (names, places): (&[&str], &BTreeSet<RowPlace>),
        mut each: impl FnMut(RowPlace, &RecordBatch, usize) -> Result<()>,
    ) -> Result<()> {
        for (place, (path, _)) in self.files(table)?.into_iter().enumerate() {
            let mut wanted = places.range((place, 0)..(place + 1, 0));
            let rows: Vec<usize> = wanted.clone().map(|(_, row)| *row as usize).collect();
            if rows.is_empty() {
                continue;
            }
            let (file, _) =
                open_file(&path)?.ok_or_else(|| damaged(&path).caused_by("expected a file, but found none"))?;
            let reader = guarded(|| {
                let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional);
                let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options)?;
                let total = usize::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0);
                let ranges = rows.iter().filter(|row| **row < total).map(|row| *row..*row + 1);
                let selection = RowSelection::from_consecutive_ranges(ranges, total);
                let mask = ProjectionMask::columns(builder.parquet_schema(), names.iter().copied());
                builder.with_projection(mask).with_row_selection(selection).build()
            });
            let mut reader = reader.map_err(|cause| damaged(&path).caused_by(cause))?;
            while let Some(batch) =
                guarded(|| reader.next().transpose()).map_err(|cause| damaged(&path).caused_by(cause))?
            {
                for (row, found) in (0..batch.num_rows()).zip(wanted.by_ref()) {
                    each(*found, &batch, row)?;
                }
            }
        }
        Ok(())
    }

    /// The rows of a table for which `wanted` holds, with some of its columns.
    ///
    /// # Errors
    /// As [`Dataset::scan`].
    pub fn find(&self, table: &Table, names: &[&str], wanted: impl Fn(&Cell<'_>) -> bool) -> Result<Vec<Row>> {
        let columns: Vec<&Column> = names.iter().filter_map(|name| table.column(name)).collect();
        let mut found = Vec::new();
        self.scan(table, names, |batch| {
            for row in 0..batch.num_rows() {
                if wanted(&Cell { batch, table, row }) {
                    found.push(Row::of(&columns, batch, row)?);
                }
            }
            Ok(())
        })?;
        Ok(found)
    }
}

/// A row of a table: the place of its file, as [`FilePart::place`], and the row in it, both from 0.
pub type RowPlace = (usize, u64);

/// Where a batch of a dataset stands.
#[derive(Clone, Copy, Debug)]
pub struct FilePart<'a> {
    /// The part of the dataset: 0 for what was written whole, then the appended ones.
    pub number: u16,
    /// Place of the file among those of the table, from 0.
    pub place: usize,
    /// The file below the dataset.
    pub file: &'a str,
    /// Place of its first row in the file, from 0.
    pub first: u64,
}

/// The error of a file that a dataset should have, and has not whole.
pub(super) fn damaged(path: &Path) -> Error {
    Error::dataset(format!("cannot read `{}`", path.display()))
        .hint("`copydesk check` says what is wrong with a dataset")
}

/// A row of a batch while it is looked at.
#[derive(Debug)]
pub struct Cell<'a> {
    batch: &'a RecordBatch,
    table: &'a Table,
    row: usize,
}

impl Cell<'_> {
    /// Whether a text column has a value.
    pub fn is(&self, name: &str, value: &str) -> bool {
        let cells = self.table.column(name).and_then(|column| cells_of(self.batch, column).ok());
        matches!(cells, Some(Cells::Text(texts)) if !cells.is_some_and(|cells| cells.is_null(self.row)) && texts.value(self.row) == value)
    }

    /// Whether a number column has a value.
    pub fn is_number(&self, name: &str, value: i64) -> bool {
        let cells = self.table.column(name).and_then(|column| cells_of(self.batch, column).ok());
        matches!(cells, Some(Cells::Int64(array)) if array.value(self.row) == value)
    }
}

/// Some values of a row as text; nulls and empty lists are absent.
#[derive(Clone, Debug, Default)]
pub struct Row(Vec<(&'static str, String)>);

impl Row {
    /// The values of some columns.
    ///
    /// # Errors
    /// When the batch has not these columns.
    pub fn of(columns: &[&Column], batch: &RecordBatch, row: usize) -> Result<Self> {
        let mut values = Vec::with_capacity(columns.len());
        for column in columns {
            if let Some(value) = value_text(&cells_of(batch, column)?, row, ", ") {
                values.push((column.name, value));
            }
        }
        Ok(Self(values))
    }

    /// The same without a column.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.0.retain(|(own, _)| *own != name);
        self
    }

    /// A value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(own, _)| *own == name).map(|(_, value)| value.as_str())
    }

    /// A value that is always there; empty when it is not.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// A number that is always there; 0 when it is not.
    pub fn number(&self, name: &str) -> i64 {
        self.get(name).and_then(|value| value.parse().ok()).unwrap_or_default()
    }
}

/// A value as text, the items of a list joined by `separator`; none for null and empty lists.
pub fn value_text(cells: &Cells<'_>, row: usize, separator: &str) -> Option<String> {
    if cells.is_null(row) {
        return None;
    }
    let formatted = |push: &dyn Fn(&mut Vec<u8>)| {
        let mut out = Vec::new();
        push(&mut out);
        String::from_utf8_lossy(&out).into_owned()
    };
    Some(match cells {
        Cells::Text(texts) => texts.value(row).to_owned(),
        Cells::Boolean(array) => array.value(row).to_string(),
        Cells::Int32(array) => array.value(row).to_string(),
        Cells::Int64(array) => array.value(row).to_string(),
        Cells::Float64(array) => array.value(row).to_string(),
        Cells::Date(array) => formatted(&|out| push_date(out, array.value(row))),
        Cells::Timestamp(array) => formatted(&|out| push_timestamp(out, array.value(row))),
        Cells::TextList(lists) => {
            Some(lists.row(row).collect::<Vec<_>>().join(separator)).filter(|list| !list.is_empty())?
        }
    })
}
