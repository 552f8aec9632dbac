//! The files of one shard of `articles`, one for each writer, written here or each on a thread of its own.

use std::io::{self, Write};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use arrow::array::RecordBatch;

use crate::columns::{ARTICLES, Table};
use crate::config::{Config, ExportConfig};
use crate::error::Result;
use crate::io::{DigestWriter, Staging};
use crate::kernels::sha256::Digest;
use crate::manifest::FileEntry;
use crate::writers::dataset_digest::DatasetDigest;
use crate::writers::{self, JsonlCompression, TableWriter, Writer, WriterOptions, Written};

/// The writer options that a config asks for.
pub fn writer_options(config: &ExportConfig) -> WriterOptions {
    WriterOptions {
        zstd_level: config.parquet_zstd_level,
        jsonl_compression: if config.jsonl_zstd { JsonlCompression::Zstd } else { JsonlCompression::None },
    }
}

/// The path of a shard below the dataset, without its extension; `part` is 0 for what was written whole, else the appended part.
pub fn shard_stem(table: &Table, part: u16, (number, count): (usize, usize)) -> String {
    format!("{}{number:05}-of-{count:05}", shard_prefix(table, part))
}

/// What the paths of the shards of a part begin with.
pub fn shard_prefix(table: &Table, part: u16) -> String {
    let folder = if table.name == ARTICLES.name { "data" } else { "tables" };
    let part = if part == 0 { String::new() } else { format!("part-{part:04}-") };
    format!("{folder}/{}-{part}", table.name)
}

/// A file of a dataset whose digest is known when it is finished.
#[derive(Debug)]
pub struct TableFile {
    path: String,
    file: SharedFile,
}

#[derive(Clone, Debug)]
struct SharedFile(Arc<Mutex<DigestWriter>>);

impl Write for SharedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).flush()
    }
}

impl TableFile {
    /// Creates a file and opens a writer on it.
    ///
    /// # Errors
    /// When the file cannot be created.
    pub fn create(
        staging: &Staging,
        path: String,
        (writer, table): (&dyn Writer, &Table),
        options: WriterOptions,
    ) -> Result<(Self, Box<dyn TableWriter>)> {
        let file = SharedFile(Arc::new(Mutex::new(staging.create(&path)?)));
        let rows = writer.open(Box::new(file.clone()), table, &options)?;
        Ok((Self { path, file }, rows))
    }

    /// Ends the file behind its writer.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn finish(self, written: &Written) -> Result<FileEntry> {
        let file = Arc::into_inner(self.file.0).expect("law: the writer of a file ends before the file");
        let digest = file.into_inner().unwrap_or_else(PoisonError::into_inner).finish()?;
        Ok(FileEntry {
            path: self.path,
            bytes: digest.bytes,
            sha256: Digest(digest.sha256).to_string(),
            rows: Some(written.rows),
        })
    }
}

/// The open files of one shard.
pub struct ShardFiles {
    lanes: Vec<(TableFile, Lane)>,
}

/// What a finished shard holds.
#[derive(Debug, Default)]
pub struct ShardWritten {
    /// Its files.
    pub files: Vec<FileEntry>,
    /// Its part of the dataset digest.
    pub digest: DatasetDigest,
}

enum Lane {
    Here(Box<dyn TableWriter>),
    Thread { batches: SyncSender<Arc<RecordBatch>>, thread: JoinHandle<Result<Written>> },
}

impl ShardFiles {
    /// Opens the files of shard `number` of `count` of a part; with `overlap` each writer works on a thread of its own.
    ///
    /// # Errors
    /// When a file cannot be created.
    pub fn create(
        (staging, config): (&Staging, &Config),
        (part, number, count): (u16, usize, usize),
        overlap: bool,
    ) -> Result<Self> {
        let options = writer_options(&config.export);
        let mut lanes = Vec::new();
        for writer in writers::ALL {
            let stem = shard_stem(config.published, part, (number, count));
            let path = format!("{stem}.{}", writer.extension(&options));
            let (file, rows) = TableFile::create(staging, path, (*writer, config.published), options)?;
            lanes.push((file, Lane::open(rows, overlap)));
        }
        Ok(Self { lanes })
    }

    /// Writes one row group.
    ///
    /// # Errors
    /// When a file cannot be written; with `overlap` perhaps only at a later call or at the end.
    pub fn write(&mut self, batch: RecordBatch) -> Result<()> {
        let batch = Arc::new(batch);
        for (_, lane) in &mut self.lanes {
            match lane {
                Lane::Here(writer) => writer.write(&batch)?,
                // A closed channel means that the writer has failed; its error comes out of `finish`.
                Lane::Thread { batches, .. } => drop(batches.send(Arc::clone(&batch))),
            }
        }
        Ok(())
    }

    /// Ends the files.
    ///
    /// # Errors
    /// When a file could not be written.
    pub fn finish(self) -> Result<ShardWritten> {
        let mut shard = ShardWritten::default();
        for (file, lane) in self.lanes {
            let written = lane.finish()?;
            if let Some(digest) = &written.digest {
                shard.digest.merge(digest);
            }
            shard.files.push(file.finish(&written)?);
        }
        Ok(shard)
    }
}

impl Lane {
    fn open(mut writer: Box<dyn TableWriter>, overlap: bool) -> Self {
        if !overlap {
            return Self::Here(writer);
        }
        let (batches, received) = sync_channel::<Arc<RecordBatch>>(0);
        let thread = std::thread::spawn(move || {
            for batch in received {
                writer.write(&batch)?;
            }
            writer.finish()
        });
        Self::Thread { batches, thread }
    }

    fn finish(self) -> Result<Written> {
        match self {
            Self::Here(writer) => writer.finish(),
            Self::Thread { batches, thread } => {
                drop(batches);
                thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            }
        }
    }
}
