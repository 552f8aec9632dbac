//! Merging runs: row by row into what the export gathers, or in passes into fewer runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::compute::{interleave, interleave_record_batch};
use arrow::datatypes::{DataType, Field, Schema};

use super::article_rows::{ArticleRows, TEXT, shared_text};
use super::dataset_run::DatasetBatches;
use super::merge_heap::MergeHeap;
use super::runs::{MemoryRun, Run, RunWriter};
use crate::error::Result;
use crate::io::{IpcReader, real_path, remove_file};
use crate::writers::cut::logical_size;

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
    runs: Vec<Run>,
    limit: u64,
    chunk_bytes: u64,
) -> Result<Vec<Run>> {
    let scratch = real_path(scratch)?;
    let mut pass = 0;
    // A dataset is one run already, and far larger than any other.
    let (datasets, mut runs): (Vec<Run>, Vec<Run>) = runs.into_iter().partition(|run| run.dataset.is_some());
    let limit = limit.saturating_sub(open_bytes(&datasets));
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
    runs.extend(datasets);
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

/// A place in one run.
enum Cursor {
    File(Box<FileCursor>),
    Memory { run: Arc<MemoryRun>, at: usize, first_load: usize },
}

/// Where the batches of a cursor come from.
enum Batches {
    Ipc(IpcReader),
    Dataset(DatasetBatches),
}

impl Batches {
    fn next(&mut self) -> Result<Option<RecordBatch>> {
        match self {
            Self::Ipc(reader) => reader.next().transpose(),
            Self::Dataset(batches) => batches.next(),
        }
    }
}

struct FileCursor {
    batches: Batches,
    batch: RecordBatch,
    rows: ArticleRows,
    text: ArrayRef,
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
    /// Its texts as views.
    text: &'a ArrayRef,
    /// Its row there.
    pub row: usize,
    /// Number of the batch among those that the merge has loaded.
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
            let cursor = match (&run.memory, &run.dataset) {
                (Some(memory), _) => merge.open_memory(memory, from),
                (None, Some(dataset)) => merge.open_batches(Batches::Dataset(dataset.batches(from)), from)?,
                (None, None) => {
                    let start =
                        run.chunks.partition_point(|chunk| chunk.first_key.as_slice() <= from).saturating_sub(1);
                    let mut reader = IpcReader::open(&folder.join(&run.file), None)?;
                    reader.seek(start)?;
                    merge.open_batches(Batches::Ipc(reader), from)?
                }
            };
            merge.cursors.extend(cursor);
        }
        let cursors = &merge.cursors;
        merge.heap = MergeHeap::new(0..cursors.len(), |a, b| cursors[a].key() < cursors[b].key());
        Ok(merge)
    }

    fn open_memory(&mut self, run: &Arc<MemoryRun>, from: &[u8]) -> Option<Cursor> {
        let first_load = self.loads;
        self.loads += run.batches.len();
        let (mut at, mut end) = (0, run.count());
        while at < end {
            let middle = usize::midpoint(at, end);
            if run.row(middle).0 < from {
                at = middle + 1;
            } else {
                end = middle;
            }
        }
        (at < run.count()).then(|| Cursor::Memory { run: Arc::clone(run), at, first_load })
    }

    fn open_batches(&mut self, mut batches: Batches, from: &[u8]) -> Result<Option<Cursor>> {
        let Some(batch) = batches.next()? else { return Ok(None) };
        let (rows, text) = (ArticleRows::of(&batch), shared_text(&batch));
        let mut cursor =
            FileCursor { batches, batch, rows, text, load: self.loads, row: 0, keys: Vec::new(), ends: Vec::new() };
        self.loads += 1;
        cursor.read_keys();
        while cursor.key() < from {
            if !cursor.advance(&mut self.loads)? {
                return Ok(None);
            }
        }
        Ok(Some(Cursor::File(Box::new(cursor))))
    }

    /// The smallest row that has not been passed.
    pub fn head(&self) -> Option<Head<'_>> {
        Some(match &self.cursors[self.heap.smallest()?] {
            Cursor::File(cursor) => Head {
                key: cursor.key(),
                batch: &cursor.batch,
                rows: &cursor.rows,
                text: &cursor.text,
                row: cursor.row,
                load: cursor.load,
            },
            Cursor::Memory { run, at, first_load } => {
                let (key, batch, row) = run.row(*at);
                Head {
                    key,
                    batch: &run.batches[batch],
                    rows: &run.rows[batch],
                    text: &run.texts[batch],
                    row,
                    load: first_load + batch,
                }
            }
        })
    }

    /// Passes the row.
    ///
    /// # Errors
    /// When a run cannot be read.
    pub fn advance(&mut self) -> Result<()> {
        let Some(smallest) = self.heap.smallest() else { return Ok(()) };
        let more = match &mut self.cursors[smallest] {
            Cursor::File(cursor) => cursor.advance(&mut self.loads)?,
            Cursor::Memory { run, at, .. } => {
                *at += 1;
                *at < run.count()
            }
        };
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
    fn key(&self) -> &[u8] {
        match self {
            Self::File(cursor) => cursor.key(),
            Self::Memory { run, at, .. } => run.row(*at).0,
        }
    }
}

impl FileCursor {
    fn advance(&mut self, loads: &mut usize) -> Result<bool> {
        self.row += 1;
        if self.row == self.batch.num_rows() {
            let Some(batch) = self.batches.next()? else { return Ok(false) };
            self.rows = ArticleRows::of(&batch);
            self.text = shared_text(&batch);
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
    texts: Vec<ArrayRef>,
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
            self.texts.push(Arc::clone(head.text));
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

    /// The same, but with `text` as views into the batches that the rows come from.
    ///
    /// # Errors
    /// When the batches are not of one schema.
    ///
    /// # Panics
    /// When nothing was picked.
    pub fn take_shared(&mut self) -> Result<RecordBatch> {
        let first = self.batches.first().expect("law: rows were picked");
        let mut fields: Vec<Field> = Vec::with_capacity(first.num_columns());
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(first.num_columns());
        for (place, field) in first.schema_ref().fields().iter().enumerate() {
            let is_text = field.name() == TEXT;
            let field = field.as_ref().clone();
            fields.push(if is_text { field.with_data_type(DataType::Utf8View) } else { field });
            let arrays: Vec<&dyn Array> = if is_text {
                self.texts.iter().map(AsRef::as_ref).collect()
            } else {
                self.batches.iter().map(|batch| batch.column(place).as_ref()).collect()
            };
            columns.push(interleave(&arrays, &self.indices)?);
        }
        *self = Self::default();
        Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
    }
}
