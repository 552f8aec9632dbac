//! The files of a conversion: few open at once, their rows gathered into row groups within a bound of memory.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;

use crate::columns::Table;
use crate::error::Result;
use crate::io::Staging;
use crate::manifest::FileEntry;
use crate::pipeline::shard_files::TableFile;
use crate::writers::cut::{CutLimits, logical_size};
use crate::writers::{TableWriter, Writer, WriterOptions};

/// Logical bytes that wait in all open files together.
const MOST_WAITING: u64 = 96 << 20;

/// What was written.
#[derive(Debug, Default)]
pub struct WrittenFiles {
    /// The files.
    pub files: Vec<FileEntry>,
    /// Rows that were written, by folder.
    pub folders: BTreeMap<String, u64>,
    /// Rows that were handed over.
    pub given: u64,
}

/// The files while they are written.
pub struct Files<'a> {
    staging: &'a Staging,
    writer: &'static dyn Writer,
    table: &'static Table,
    /// Folder of all files.
    root: &'static str,
    limits: CutLimits,
    open: BTreeMap<String, OpenFile>,
    /// Logical bytes that wait.
    waiting: u64,
    /// Files of each folder so far.
    numbers: BTreeMap<String, u32>,
    written: WrittenFiles,
}

struct OpenFile {
    file: TableFile,
    writer: Box<dyn TableWriter>,
    batches: Vec<RecordBatch>,
    rows: u64,
    /// Logical bytes that wait, and that were written.
    waiting: u64,
    bytes: u64,
}

impl<'a> Files<'a> {
    /// No files yet; they go to the folder `root`.
    pub fn new(
        staging: &'a Staging,
        (writer, table): (&'static dyn Writer, &'static Table),
        root: &'static str,
    ) -> Self {
        Self {
            staging,
            writer,
            table,
            root,
            limits: CutLimits::default(),
            open: BTreeMap::new(),
            waiting: 0,
            numbers: BTreeMap::new(),
            written: WrittenFiles::default(),
        }
    }

    /// Adds rows to a folder; an empty name is `root` itself.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn push(&mut self, folder: &str, rows: RecordBatch) -> Result<()> {
        if !self.open.contains_key(folder) {
            let open = self.create(folder)?;
            self.open.insert(folder.to_owned(), open);
        }
        let own = self.open.get_mut(folder).expect("law: the file of a folder is open");
        let bytes: u64 = logical_size(&rows).iter().sum();
        self.written.given += rows.num_rows() as u64;
        own.rows += rows.num_rows() as u64;
        own.waiting += bytes;
        self.waiting += bytes;
        own.batches.push(rows);
        if own.rows >= self.limits.group_rows || own.waiting >= self.limits.group_bytes {
            self.waiting -= own.write()?;
        }
        if own.bytes >= self.limits.shard_bytes {
            self.finish(folder)?;
        }
        while self.waiting > MOST_WAITING {
            let largest = self.open.values_mut().max_by_key(|open| open.waiting);
            self.waiting -= largest.expect("law: what waits is in an open file").write()?;
        }
        Ok(())
    }

    /// Ends every file but that of one folder.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn finish_others(&mut self, folder: &str) -> Result<()> {
        let others: Vec<String> = self.open.keys().filter(|own| *own != folder).cloned().collect();
        others.iter().try_for_each(|other| self.finish(other))
    }

    /// Ends every file.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn finish_all(&mut self) -> Result<()> {
        let all: Vec<String> = self.open.keys().cloned().collect();
        all.iter().try_for_each(|folder| self.finish(folder))
    }

    /// Whether there is no file.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty() && self.written.files.is_empty()
    }

    /// What was written, the files by path.
    pub fn into_written(mut self) -> WrittenFiles {
        self.written.files.sort_by(|a, b| a.path.cmp(&b.path));
        self.written
    }

    fn create(&mut self, folder: &str) -> Result<OpenFile> {
        let number = self.numbers.entry(folder.to_owned()).or_default();
        let slash = if folder.is_empty() { "" } else { "/" };
        let options = WriterOptions::default();
        let extension = self.writer.extension(&options);
        let path = format!("{}/{folder}{slash}part-{number:05}.{extension}", self.root);
        *number += 1;
        let (file, writer) = TableFile::create(self.staging, path, (self.writer, self.table), options)?;
        Ok(OpenFile { file, writer, batches: Vec::new(), rows: 0, waiting: 0, bytes: 0 })
    }

    fn finish(&mut self, folder: &str) -> Result<()> {
        let Some(mut open) = self.open.remove(folder) else { return Ok(()) };
        self.waiting -= open.write()?;
        let written = open.writer.finish()?;
        *self.written.folders.entry(folder.to_owned()).or_default() += written.rows;
        self.written.files.push(open.file.finish(&written)?);
        Ok(())
    }
}

impl OpenFile {
    /// Writes what waits, and says how much that was.
    fn write(&mut self) -> Result<u64> {
        if let Some(first) = self.batches.first() {
            self.writer.write(&concat_batches(&first.schema(), &self.batches)?)?;
        }
        self.batches.clear();
        self.rows = 0;
        self.bytes += self.waiting;
        Ok(std::mem::take(&mut self.waiting))
    }
}
