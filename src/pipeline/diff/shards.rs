//! The Parquet files of `articles`: which of them have to be read, and their rows one by one.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};

use arrow::array::{Array as _, ArrayRef, AsArray as _, Date32Array, RecordBatch, StringArray};
use arrow::datatypes::Date32Type;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use super::hash_columns::hash_column;
use crate::columns::ARTICLES;
use crate::error::{Error, Result};
use crate::io::open_file;
use crate::manifest::{FileEntry, Manifest};
use crate::pipeline::check::files::{path_of, table_files};
use crate::pipeline::check::guard::guarded;
use crate::pipeline::check::report::Report;

/// Columns that every row is known by.
const KEYS: [&str; 3] = ["published_date", "source_id", "id"];

/// Files that have to be read, and how many have not.
pub type Apart = (Vec<PathBuf>, usize);

/// Files whose digest the other side does not have, and the rows of the others.
///
/// # Errors
/// When the manifest names a file outside of the dataset.
pub fn shards_apart(old: (&Path, &Manifest), new: (&Path, &Manifest)) -> Result<([Apart; 2], u64)> {
    let mut unmatched: BTreeMap<&str, i64> = BTreeMap::new();
    let (of_old, of_new) = (shards(old.1), shards(new.1));
    for entry in &of_old {
        *unmatched.entry(&entry.sha256).or_default() += 1;
    }
    let mut rows = 0;
    let mut keep = |(root, entries): (&Path, &[&FileEntry]), counts_rows: bool, left: &mut BTreeMap<&str, i64>| {
        let mut files = Vec::new();
        for entry in entries {
            match left.get_mut(entry.sha256.as_str()) {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    if counts_rows {
                        rows += entry.rows.unwrap_or_default();
                    }
                }
                _ => files.push(path_of(root, entry).ok_or_else(|| damaged(root, "a path leads out of the dataset"))?),
            }
        }
        let equal = entries.len() - files.len();
        Ok::<_, Error>((files, equal))
    };
    let mut left = unmatched.clone();
    let new_apart = keep((new.0, &of_new), true, &mut left)?;
    // What the new side did not take is not on it.
    let mut shared = unmatched;
    for (digest, count) in &mut shared {
        *count -= left.get(digest).copied().unwrap_or_default();
    }
    let old_apart = keep((old.0, &of_old), false, &mut shared)?;
    Ok(([old_apart, new_apart], rows))
}

fn shards(manifest: &Manifest) -> Vec<&FileEntry> {
    // Names of files only: the columns of the user do not matter.
    let all = table_files(manifest, &ARTICLES, &mut Report::new(1));
    let articles = all.into_iter().filter(|files| files.table.name == ARTICLES.name);
    articles.flat_map(|files| files.shards).map(|(entry, _)| entry).collect()
}

/// The columns of `articles`, by its first file.
///
/// # Errors
/// When there is none, or it is damaged.
pub fn column_names((root, manifest): (&Path, &Manifest)) -> Result<Vec<String>> {
    let first = shards(manifest).first().and_then(|entry| path_of(root, entry));
    let path = first.ok_or_else(|| damaged(root, "expected a Parquet file of `articles`, but found none"))?;
    let builder = open(&path)?;
    Ok(builder.schema().fields().iter().map(|field| field.name().clone()).collect())
}

fn open(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<std::fs::File>> {
    let (file, _) = open_file(path)?.ok_or_else(|| damaged(path, "expected a file, but found none"))?;
    guarded(|| ParquetRecordBatchReaderBuilder::try_new(file)).map_err(|cause| damaged(path, &cause))
}

fn damaged(path: &Path, cause: &str) -> Error {
    Error::dataset(format!("cannot read `{}`", path.display()))
        .caused_by(cause.to_owned())
        .hint("`copydesk check` says what is wrong with a dataset")
}

/// Rows of some files, one after the other.
pub struct ShardRows<'a> {
    files: VecDeque<PathBuf>,
    columns: &'a [String],
    reader: Option<(PathBuf, ParquetRecordBatchReader)>,
    batch: Option<Hashed>,
    row: usize,
}

/// A batch as digests.
struct Hashed {
    dates: Date32Array,
    sources: StringArray,
    ids: StringArray,
    /// One list a column.
    columns: Vec<Vec<u64>>,
}

/// What a row is sorted by: nulls last.
pub type Key<'r> = (bool, i32, &'r str, &'r str);

impl<'a> ShardRows<'a> {
    /// Rows of `files`, with digests of `columns`.
    pub fn new(files: Vec<PathBuf>, columns: &'a [String]) -> Self {
        Self { files: files.into(), columns, reader: None, batch: None, row: 0 }
    }

    /// Goes to the next row; false at the end.
    ///
    /// # Errors
    /// When a file is missing or damaged.
    pub fn advance(&mut self) -> Result<bool> {
        self.row += 1;
        while self.batch.as_ref().is_none_or(|batch| self.row >= batch.ids.len()) {
            self.row = 0;
            self.batch = None;
            if let Some((path, reader)) = &mut self.reader {
                let next = guarded(|| reader.next().transpose()).map_err(|cause| damaged(path, &cause))?;
                match next {
                    Some(batch) => {
                        let hashed = guarded(|| hashed(&batch, self.columns)).map_err(|cause| damaged(path, &cause))?;
                        self.batch = Some(hashed);
                    }
                    None => self.reader = None,
                }
            } else if let Some(path) = self.files.pop_front() {
                let builder = open(&path)?;
                let names = self.columns.iter().map(String::as_str).chain(KEYS);
                let mask = ProjectionMask::columns(builder.parquet_schema(), names);
                let reader =
                    guarded(|| builder.with_projection(mask).build()).map_err(|cause| damaged(&path, &cause))?;
                self.reader = Some((path, reader));
            } else {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What the row is sorted by; none at the end.
    pub fn key(&self) -> Option<Key<'_>> {
        let batch = self.batch.as_ref()?;
        let date = batch.dates.is_valid(self.row).then(|| batch.dates.value(self.row));
        Some((date.is_none(), date.unwrap_or_default(), batch.sources.value(self.row), batch.ids.value(self.row)))
    }

    /// The digests of its columns.
    pub fn hashes(&self, out: &mut Vec<u64>) {
        out.clear();
        out.extend(self.batch.iter().flat_map(|batch| &batch.columns).map(|column| column[self.row]));
    }
}

fn hashed(batch: &RecordBatch, columns: &[String]) -> std::result::Result<Hashed, String> {
    let column = |name: &str| -> std::result::Result<&ArrayRef, String> {
        batch.column_by_name(name).ok_or_else(|| format!("expected a column `{name}`, but found none"))
    };
    let text = |name: &str| {
        let found = column(name)?.as_string_opt::<i32>().cloned();
        found.ok_or_else(|| format!("expected text in `{name}`, but found another type"))
    };
    let dates = column(KEYS[0])?.as_primitive_opt::<Date32Type>().cloned();
    Ok(Hashed {
        dates: dates.ok_or_else(|| format!("expected dates in `{}`, but found another type", KEYS[0]))?,
        sources: text(KEYS[1])?,
        ids: text(KEYS[2])?,
        columns: columns
            .iter()
            .map(|name| hash_column(column(name)?).map_err(|error| error.to_string()))
            .collect::<std::result::Result<_, _>>()?,
    })
}
