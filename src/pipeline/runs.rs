//! Sorted runs: validated rows in the order of the dataset, in chunks that a merge can hold open.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::interleave_record_batch;
use serde::{Deserialize, Serialize};

use super::article_rows::{ArticleRows, count_metadata, shared_text};
use super::dataset_run::DatasetRun;
use super::external_sort::RowArena;
use crate::error::Result;
use crate::io::{IpcWriter, SpillWriter};
use crate::writers::cut::logical_size;

/// Bytes of the place (batch, row) behind each sort key.
const PLACE: usize = 8;
/// Buffer of the file of key rows in bytes.
const BUFFER: usize = 64 << 10;

/// How large runs and their chunks become. Neither reaches an output byte.
#[derive(Clone, Copy, Debug)]
pub struct RunLimits {
    /// Memory of the rows that are sorted at once.
    pub run_bytes: usize,
    /// Logical bytes of one chunk.
    pub chunk_bytes: u64,
    /// Whether the last run of a worker may stay in memory.
    pub keep_last: bool,
}

/// A sorted run: on disk, in memory, or in a published dataset.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Run {
    /// Path in the folder of the run; absolute for a run that a merge has made elsewhere, empty for one in memory.
    pub file: PathBuf,
    /// Its chunks on disk, in order.
    pub chunks: Vec<Chunk>,
    /// Its rows, where they stay in memory.
    #[serde(skip)]
    pub memory: Option<Arc<MemoryRun>>,
    /// Its rows, where they stand in a dataset.
    #[serde(skip)]
    pub dataset: Option<Arc<DatasetRun>>,
}

/// A run that was never written: the last one of a worker, when the next phase has room for it.
#[derive(Debug)]
pub struct MemoryRun {
    /// Batches as they came.
    pub batches: Vec<RecordBatch>,
    /// Their columns.
    pub rows: Vec<ArticleRows>,
    /// Their texts, to be picked without a copy.
    pub texts: Vec<ArrayRef>,
    keys: RowArena,
}

impl MemoryRun {
    /// The number of rows.
    pub fn count(&self) -> usize {
        self.keys.count()
    }

    /// The sort key of the row at a place in sort order, and the batch and row where it stands.
    pub fn row(&self, at: usize) -> (&[u8], usize, usize) {
        let entry = self.keys.row(at);
        let (key, place) = entry.split_at(entry.len() - PLACE);
        let (batch, row) = place_of(place);
        (key, batch, row)
    }
}

/// A record batch of a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Chunk {
    /// Sort key of its first row.
    pub first_key: Vec<u8>,
    /// Logical bytes of its rows.
    pub bytes: u64,
}

/// Collects validated batches, writes them as sorted runs, and their key rows beside.
#[derive(Debug)]
pub struct RunBuffer {
    folder: PathBuf,
    name: String,
    limits: RunLimits,
    batches: Vec<RecordBatch>,
    sizes: Vec<Vec<u64>>,
    memory: usize,
    keys: RowArena,
    key: Vec<u8>,
    key_rows: SpillWriter,
    runs: Vec<Run>,
}

impl RunBuffer {
    /// A buffer whose files go to `folder` and begin with `name`.
    ///
    /// # Errors
    /// When the file of key rows cannot be created.
    pub fn create(folder: &Path, name: &str, limits: RunLimits) -> Result<Self> {
        Ok(Self {
            folder: folder.to_owned(),
            name: name.to_owned(),
            limits,
            batches: Vec::new(),
            sizes: Vec::new(),
            memory: 0,
            keys: RowArena::default(),
            key: Vec::new(),
            key_rows: SpillWriter::create(&folder.join(format!("{name}.keys")), BUFFER)?,
            runs: Vec::new(),
        })
    }

    /// Takes a batch of validated rows.
    ///
    /// # Errors
    /// When a run or key row cannot be written.
    pub fn push(&mut self, batch: RecordBatch) -> Result<()> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let sizes = logical_size(&batch);
        let rows = ArticleRows::of(&batch);
        let metadata = count_metadata(&batch);
        for (row, size) in sizes.iter().enumerate() {
            self.key.clear();
            rows.key_row(row, (*size, metadata[row])).push_row(&mut self.key);
            self.key_rows.push(&self.key)?;
            self.key.clear();
            rows.push_sort_key(row, &mut self.key);
            self.key.extend_from_slice(&(self.batches.len() as u32).to_be_bytes());
            self.key.extend_from_slice(&(row as u32).to_be_bytes());
            self.keys.push(&self.key);
        }
        self.memory += batch.get_array_memory_size();
        self.batches.push(batch);
        self.sizes.push(sizes);
        if self.memory + self.keys.memory() >= self.limits.run_bytes {
            self.write_run()?;
        }
        Ok(())
    }

    /// Writes what is left, or keeps it in memory, and gives the runs.
    ///
    /// # Errors
    /// When a run cannot be written.
    pub fn finish(mut self) -> Result<Vec<Run>> {
        if !self.limits.keep_last {
            self.write_run()?;
        }
        self.key_rows.finish()?;
        if !self.batches.is_empty() {
            self.keys.sort();
            let rows = self.batches.iter().map(ArticleRows::of).collect();
            let texts = self.batches.iter().map(shared_text).collect();
            let memory = Some(Arc::new(MemoryRun { batches: self.batches, rows, texts, keys: self.keys }));
            self.runs.push(Run { file: PathBuf::new(), chunks: Vec::new(), memory, dataset: None });
        }
        Ok(self.runs)
    }

    fn write_run(&mut self) -> Result<()> {
        if self.batches.is_empty() {
            return Ok(());
        }
        self.keys.sort();
        let batches: Vec<&RecordBatch> = self.batches.iter().collect();
        let mut writer =
            RunWriter::create(&self.folder, format!("{}-{:05}.arrow", self.name, self.runs.len()).into(), batches[0])?;
        let mut indices = Vec::new();
        let (mut bytes, mut first_key) = (0, Vec::new());
        for entry in self.keys.iter() {
            let (key, place) = entry.split_at(entry.len() - PLACE);
            let (batch, row) = place_of(place);
            let size = self.sizes[batch][row];
            if !indices.is_empty() && bytes + size > self.limits.chunk_bytes {
                writer.write(&interleave_record_batch(&batches, &indices)?, std::mem::take(&mut first_key), bytes)?;
                indices.clear();
                bytes = 0;
            }
            if indices.is_empty() {
                first_key = key.to_vec();
            }
            indices.push((batch, row));
            bytes += size;
        }
        writer.write(&interleave_record_batch(&batches, &indices)?, first_key, bytes)?;
        self.runs.push(writer.finish()?);
        self.batches.clear();
        self.sizes.clear();
        self.keys.clear();
        self.memory = 0;
        Ok(())
    }
}

/// Writes one run, chunk by chunk.
pub(super) struct RunWriter {
    writer: IpcWriter,
    run: Run,
}

impl RunWriter {
    pub(super) fn create(folder: &Path, file: PathBuf, like: &RecordBatch) -> Result<Self> {
        let writer = IpcWriter::create(&folder.join(&file), &like.schema())?;
        Ok(Self { writer, run: Run { file, chunks: Vec::new(), memory: None, dataset: None } })
    }

    pub(super) fn write(&mut self, batch: &RecordBatch, first_key: Vec<u8>, bytes: u64) -> Result<()> {
        self.writer.write(batch)?;
        self.run.chunks.push(Chunk { first_key, bytes });
        Ok(())
    }

    pub(super) fn finish(self) -> Result<Run> {
        self.writer.finish()?;
        Ok(self.run)
    }
}

fn place_of(place: &[u8]) -> (usize, usize) {
    let number = u64::from_be_bytes(place.try_into().expect("law: a place has eight bytes"));
    ((number >> 32) as usize, (number & u64::from(u32::MAX)) as usize)
}
