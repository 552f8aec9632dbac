//! Sorted runs: validated rows in the order of the dataset, in chunks that a merge can hold open.

use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::compute::interleave_record_batch;
use serde::{Deserialize, Serialize};

use super::article_rows::ArticleRows;
use super::external_sort::RowArena;
use super::merge_heap::MergeHeap;
use crate::error::Result;
use crate::io::{IpcReader, IpcWriter, SpillWriter, remove_file};
use crate::writers::cut::logical_size;

/// Buffer of the file of key rows in bytes.
const BUFFER: usize = 64 << 10;

/// How large runs and their chunks become. Neither reaches an output byte.
#[derive(Clone, Copy, Debug)]
pub struct RunLimits {
    /// Memory of the rows that are sorted at once.
    pub run_bytes: usize,
    /// Logical bytes of one chunk.
    pub chunk_bytes: u64,
}

/// A sorted run on disk.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Run {
    /// Path in the folder of the run; absolute for a run that a merge has made elsewhere.
    pub file: PathBuf,
    /// Its chunks, in order.
    pub chunks: Vec<Chunk>,
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
        for (row, size) in sizes.iter().enumerate() {
            self.key.clear();
            rows.key_row(row, *size).push_row(&mut self.key);
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

    /// Writes what is left and gives the runs.
    ///
    /// # Errors
    /// When a run cannot be written.
    pub fn finish(mut self) -> Result<Vec<Run>> {
        self.write_run()?;
        self.key_rows.finish()?;
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
            let (key, place) = entry.split_at(entry.len() - 8);
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
struct RunWriter {
    writer: IpcWriter,
    run: Run,
}

impl RunWriter {
    fn create(folder: &Path, file: PathBuf, like: &RecordBatch) -> Result<Self> {
        let writer = IpcWriter::create(&folder.join(&file), &like.schema())?;
        Ok(Self { writer, run: Run { file, chunks: Vec::new() } })
    }

    fn write(&mut self, batch: &RecordBatch, first_key: Vec<u8>, bytes: u64) -> Result<()> {
        self.writer.write(batch)?;
        self.run.chunks.push(Chunk { first_key, bytes });
        Ok(())
    }

    fn finish(self) -> Result<Run> {
        self.writer.finish()?;
        Ok(self.run)
    }
}

fn place_of(place: &[u8]) -> (usize, usize) {
    let number = u64::from_be_bytes(place.try_into().expect("law: a place has eight bytes"));
    ((number >> 32) as usize, (number & u64::from(u32::MAX)) as usize)
}

/// Memory that holding all runs open costs: the largest chunk of each.
pub fn open_bytes(runs: &[Run]) -> u64 {
    runs.iter().filter_map(|run| run.chunks.iter().map(|chunk| chunk.bytes).max()).sum()
}

/// Merges runs in passes until holding the rest open costs at most `limit` bytes, or two are left.
///
/// Merged runs go to `scratch`; the runs of `folder` stay.
///
/// # Errors
/// When a run cannot be read or written.
pub fn merge_passes(
    (folder, scratch): (&Path, &Path),
    mut runs: Vec<Run>,
    limit: u64,
    chunk_bytes: u64,
) -> Result<Vec<Run>> {
    let mut pass = 0;
    while runs.len() > 2 && open_bytes(&runs) > limit {
        let mut group: Vec<Run> = runs.drain(..2).collect();
        while !runs.is_empty() && open_bytes(&group) + open_bytes(&runs[..1]) <= limit {
            group.push(runs.remove(0));
        }
        runs.push(merge_group(folder, &group, scratch.join(format!("merged-{pass:05}.arrow")), chunk_bytes)?);
        for run in group.iter().filter(|run| run.file.is_absolute()) {
            remove_file(&run.file)?;
        }
        pass += 1;
    }
    Ok(runs)
}

fn merge_group(folder: &Path, group: &[Run], file: PathBuf, chunk_bytes: u64) -> Result<Run> {
    let mut merge = RunMerge::open(folder, group, &[])?;
    let mut gather = Gather::default();
    let first = merge.head().expect("law: runs are not empty").batch;
    let mut writer = RunWriter::create(folder, file, first)?;
    let (mut bytes, mut first_key) = (0, Vec::new());
    while let Some(head) = merge.head() {
        let size = logical_size(&head.batch.slice(head.row, 1))[0];
        if !gather.is_empty() && bytes + size > chunk_bytes {
            writer.write(&gather.take()?, std::mem::take(&mut first_key), bytes)?;
            bytes = 0;
        }
        if gather.is_empty() {
            first_key = head.key.to_vec();
        }
        bytes += size;
        gather.push(&head);
        merge.advance()?;
    }
    writer.write(&gather.take()?, first_key, bytes)?;
    writer.finish()
}

/// A k-way merge over runs, row by row.
pub struct RunMerge {
    cursors: Vec<Cursor>,
    heap: MergeHeap,
    loads: usize,
}

struct Cursor {
    reader: IpcReader,
    batch: RecordBatch,
    rows: ArticleRows,
    load: usize,
    row: usize,
    keys: Vec<u8>,
    ends: Vec<usize>,
}

/// The row that a merge stands at.
#[derive(Debug)]
pub struct Head<'a> {
    /// Its sort key.
    pub key: &'a [u8],
    /// The batch that holds it.
    pub batch: &'a RecordBatch,
    /// Its columns.
    pub rows: &'a ArticleRows,
    /// Its row there.
    pub row: usize,
    load: usize,
}

impl RunMerge {
    /// Opens the runs of a folder at the first row whose sort key is not below `from`.
    ///
    /// # Errors
    /// When a run cannot be read.
    pub fn open(folder: &Path, runs: &[Run], from: &[u8]) -> Result<Self> {
        let mut merge = Self { cursors: Vec::new(), heap: MergeHeap::default(), loads: 0 };
        for run in runs {
            let start = run.chunks.partition_point(|chunk| chunk.first_key.as_slice() <= from).saturating_sub(1);
            let mut reader = IpcReader::open(&folder.join(&run.file), None)?;
            reader.seek(start)?;
            let Some(batch) = reader.next().transpose()? else { continue };
            let rows = ArticleRows::of(&batch);
            let mut cursor =
                Cursor { reader, batch, rows, load: merge.loads, row: 0, keys: Vec::new(), ends: Vec::new() };
            merge.loads += 1;
            cursor.read_keys();
            let mut more = true;
            while more && cursor.key() < from {
                more = cursor.advance(&mut merge.loads)?;
            }
            if more {
                merge.cursors.push(cursor);
            }
        }
        let cursors = &merge.cursors;
        merge.heap = MergeHeap::new(0..cursors.len(), |a, b| cursors[a].key() < cursors[b].key());
        Ok(merge)
    }

    /// The smallest row that has not been passed.
    pub fn head(&self) -> Option<Head<'_>> {
        let cursor = &self.cursors[self.heap.smallest()?];
        Some(Head { key: cursor.key(), batch: &cursor.batch, rows: &cursor.rows, row: cursor.row, load: cursor.load })
    }

    /// Passes the row.
    ///
    /// # Errors
    /// When a run cannot be read.
    pub fn advance(&mut self) -> Result<()> {
        let Some(smallest) = self.heap.smallest() else { return Ok(()) };
        let more = self.cursors[smallest].advance(&mut self.loads)?;
        let cursors = &self.cursors;
        let less = |a: usize, b: usize| cursors[a].key() < cursors[b].key();
        if more {
            self.heap.advanced(less);
        } else {
            self.heap.ended(less);
        }
        Ok(())
    }
}

impl Cursor {
    fn advance(&mut self, loads: &mut usize) -> Result<bool> {
        self.row += 1;
        if self.row == self.batch.num_rows() {
            let Some(batch) = self.reader.next().transpose()? else { return Ok(false) };
            self.rows = ArticleRows::of(&batch);
            self.batch = batch;
            self.row = 0;
            self.load = *loads;
            *loads += 1;
            self.read_keys();
        }
        Ok(true)
    }

    fn key(&self) -> &[u8] {
        let start = if self.row == 0 { 0 } else { self.ends[self.row - 1] };
        &self.keys[start..self.ends[self.row]]
    }

    fn read_keys(&mut self) {
        self.keys.clear();
        self.ends.clear();
        for row in 0..self.batch.num_rows() {
            self.rows.push_sort_key(row, &mut self.keys);
            self.ends.push(self.keys.len());
        }
    }
}

/// Rows picked from a merge, until they are taken as one batch.
#[derive(Debug, Default)]
pub struct Gather {
    batches: Vec<RecordBatch>,
    loads: Vec<usize>,
    indices: Vec<(usize, usize)>,
}

impl Gather {
    /// Whether nothing was picked.
    pub fn is_empty(&self) -> bool {
        self.indices.is_empty()
    }

    /// Picks the row that a merge stands at.
    pub fn push(&mut self, head: &Head<'_>) {
        let place = self.loads.iter().rposition(|load| *load == head.load).unwrap_or_else(|| {
            self.loads.push(head.load);
            self.batches.push(head.batch.clone());
            self.loads.len() - 1
        });
        self.indices.push((place, head.row));
    }

    /// The rows as one batch, in the order in which they were picked.
    ///
    /// # Errors
    /// When the batches are not of one schema.
    ///
    /// # Panics
    /// When nothing was picked.
    pub fn take(&mut self) -> Result<RecordBatch> {
        let batches: Vec<&RecordBatch> = self.batches.iter().collect();
        let batch = interleave_record_batch(&batches, &self.indices)?;
        *self = Self::default();
        Ok(batch)
    }
}
