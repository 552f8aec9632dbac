//! A published dataset as a sorted run: its rows stand in the dataset's order already, so they are merged where they lie.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryArray, BooleanArray, FixedSizeBinaryArray, Int32Array, ListArray, RecordBatch, new_empty_array,
};
use arrow::buffer::{OffsetBuffer, ScalarBuffer};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{DataType, Date32Type, Int64Type, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowSelection,
};
use parquet::file::metadata::PageIndexPolicy;

use super::article_rows::{TEXT, id_bytes, numbers, option, text};
use super::check::guard::guarded;
use super::dataset_rows::{Dataset, damaged};
use super::incremental::{Ids, Paths};
use super::runs::{Chunk, Run};
use crate::columns::interim::{self, interim_field};
use crate::columns::{Table, arrow_schema};
use crate::dedup::key_row::{SortKey, push_sort_key, split_sort_key};
use crate::error::Result;
use crate::io::{SpillReader, SpillWriter, open_file};

/// Rows that are decoded at once.
const BATCH: usize = 512;
/// What holding a dataset open costs beside its batch: pages of every column.
const PAGES: u64 = 4 << 20;
/// The columns of the sort key.
pub(super) const KEY_COLUMNS: [&str; 5] = ["published_date", "source_id", "id", "raw_path", "raw_index"];

/// Takes a wanted row without its sort key, and its text.
type Give<'a> = &'a mut dyn FnMut(&[u8], &str) -> Result<()>;

/// The rows of a published dataset whose raw files are as they were.
#[derive(Debug)]
pub struct DatasetRun {
    articles: &'static Table,
    files: Vec<PathBuf>,
    /// Row groups in order: place of the file, number in it, sort key of its first row.
    groups: Vec<(usize, usize, Vec<u8>)>,
    stays: Paths,
    taken: Arc<Ids>,
}

impl DatasetRun {
    /// The rows of a part of a dataset, whose table is `articles`, that come from the raw paths `stays` and are not `taken` down; 0 is
    /// what was written whole.
    ///
    /// # Errors
    /// When a file is missing or damaged.
    pub fn open(
        (dataset, part): (&Dataset<'_>, u16),
        articles: &'static Table,
        stays: &Paths,
        taken: &Arc<Ids>,
    ) -> Result<Self> {
        let files = dataset.files(articles)?.into_iter().filter(|(_, of)| *of == part).map(|(path, _)| path);
        let (stays, taken) = (stays.clone(), Arc::clone(taken));
        let mut run = Self { articles, files: files.collect(), groups: Vec::new(), stays, taken };
        for (place, path) in run.files.iter().enumerate() {
            let shard = Shard::open(path)?;
            for group in 0..shard.metadata.metadata().num_row_groups() {
                let first = shard.read(|builder| {
                    let mask = ProjectionMask::columns(builder.parquet_schema(), KEY_COLUMNS);
                    builder.with_projection(mask).with_row_groups(vec![group]).with_limit(1)
                })?;
                if let Some(batch) = first.into_iter().next().transpose()? {
                    let mut key = Vec::new();
                    KeyColumns(&batch).push(0, &mut key);
                    run.groups.push((place, group, key));
                }
            }
        }
        Ok(run)
    }

    /// The same as a run to be merged.
    pub fn into_run(self) -> Run {
        let chunk = |group: &(usize, usize, Vec<u8>)| Chunk { first_key: group.2.clone(), bytes: PAGES };
        let chunks = self.groups.iter().map(chunk).collect();
        Run { file: PathBuf::new(), chunks, memory: None, dataset: Some(Arc::new(self)) }
    }

    /// The sort key of the first row of each file; none for a file without rows.
    pub fn starts(&self) -> Vec<Option<Vec<u8>>> {
        let first = |place| self.groups.iter().find(|(of, ..)| *of == place).map(|(.., key)| key.clone());
        (0..self.files.len()).map(first).collect()
    }

    /// Gives the texts of `wanted` rows, which begin with a sort key, in the order of the dataset; rows that it has not go to `missing`.
    ///
    /// # Errors
    /// When a file is damaged, and what `give` returns.
    pub fn texts(&self, wanted: &mut SpillReader, give: Give<'_>, missing: &mut SpillWriter) -> Result<()> {
        let mut row = Vec::new();
        let mut more = wanted.next(&mut row)?;
        let mut shard: Option<(usize, Shard)> = None;
        for (number, (place, group, _)) in self.groups.iter().enumerate() {
            // A row stands in the last group whose first key is not greater.
            let end = self.groups.get(number + 1).map(|next| next.2.as_slice());
            let ends = |row: &[u8]| end.is_some_and(|end| split_sort_key(row).0 >= end);
            if !more || ends(&row) {
                continue;
            }
            if shard.as_ref().is_none_or(|(open, _)| open != place) {
                shard = Some((*place, Shard::open(&self.files[*place])?));
            }
            let (_, shard) = shard.as_ref().expect("law: the shard of the group is open");
            let mut waiting: Vec<Vec<u8>> = Vec::new();
            while more && !ends(&row) {
                waiting.push(row.clone());
                more = wanted.next(&mut row)?;
            }
            shard.texts_of((*group, &waiting), give, missing)?;
        }
        while more {
            missing.push(&row)?;
            more = wanted.next(&mut row)?;
        }
        Ok(())
    }

    /// Opens the rows from the group on that holds the key `from`.
    pub(super) fn batches(self: &Arc<Self>, from: &[u8]) -> DatasetBatches {
        let start = self.groups.partition_point(|(_, _, first)| first.as_slice() <= from).saturating_sub(1);
        DatasetBatches { run: Arc::clone(self), next: start, open: None }
    }
}

/// One file, its footer read once.
struct Shard {
    path: PathBuf,
    file: File,
    metadata: ArrowReaderMetadata,
}

impl Shard {
    fn open(path: &Path) -> Result<Self> {
        let (file, _) = open_file(path)?.ok_or_else(|| damaged(path).caused_by("expected a file, but found none"))?;
        let options = ArrowReaderOptions::new().with_offset_index_policy(PageIndexPolicy::Optional);
        let metadata =
            guarded(|| ArrowReaderMetadata::load(&file, options)).map_err(|cause| damaged(path).caused_by(cause))?;
        Ok(Self { path: path.to_owned(), file, metadata })
    }

    fn read(
        &self,
        shape: impl FnOnce(ParquetRecordBatchReaderBuilder<File>) -> ParquetRecordBatchReaderBuilder<File>,
    ) -> Result<Batches> {
        let file = self.file.try_clone().map_err(|cause| crate::error::Error::io("read", &self.path, cause))?;
        let reader = guarded(|| {
            let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone());
            shape(builder).build()
        });
        let inner = reader.map_err(|cause| damaged(&self.path).caused_by(cause))?;
        Ok(Batches { path: self.path.clone(), inner })
    }

    fn texts_of(&self, (group, wanted): (usize, &[Vec<u8>]), give: Give<'_>, missing: &mut SpillWriter) -> Result<()> {
        let keys = self.read(|builder| {
            let mask = ProjectionMask::columns(builder.parquet_schema(), KEY_COLUMNS);
            builder.with_projection(mask).with_row_groups(vec![group])
        })?;
        let (mut found, mut at) = (Vec::new(), 0_usize);
        let mut left = wanted.iter().peekable();
        let mut key = Vec::new();
        for batch in keys {
            let batch = batch?;
            for row in 0..batch.num_rows() {
                key.clear();
                KeyColumns(&batch).push(row, &mut key);
                while let Some(row) = left.next_if(|row| split_sort_key(row).0 < key.as_slice()) {
                    missing.push(row)?;
                }
                if let Some(row) = left.next_if(|row| split_sort_key(row).0 == key.as_slice()) {
                    found.push((at, row));
                }
                at += 1;
            }
        }
        for row in left {
            missing.push(row)?;
        }
        if found.is_empty() {
            return Ok(());
        }
        let ranges = found.iter().map(|(at, _)| *at..at + 1);
        let selection = RowSelection::from_consecutive_ranges(ranges, at);
        let texts = self.read(|builder| {
            let mask = ProjectionMask::columns(builder.parquet_schema(), [TEXT]);
            builder.with_projection(mask).with_row_groups(vec![group]).with_row_selection(selection)
        })?;
        let mut rows = found.into_iter();
        for batch in texts {
            let batch = batch?;
            for (value, (_, row)) in text(&batch, TEXT).iter().zip(rows.by_ref()) {
                give(split_sort_key(row).1.rest(), value.unwrap_or_default())?;
            }
        }
        Ok(())
    }
}

/// Batches of a file; damage is an error with its path.
struct Batches {
    path: PathBuf,
    inner: ParquetRecordBatchReader,
}

impl Iterator for Batches {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = guarded(|| self.inner.next().transpose());
        next.map_err(|cause| damaged(&self.path).caused_by(cause)).transpose()
    }
}

/// The columns of the sort key of a batch.
pub(super) struct KeyColumns<'a>(pub &'a RecordBatch);

impl KeyColumns<'_> {
    pub(super) fn push(&self, row: usize, out: &mut Vec<u8>) {
        let batch = self.0;
        push_sort_key(
            out,
            &SortKey {
                published_date: option(numbers::<Date32Type>(batch, "published_date"), row),
                source_id: text(batch, "source_id").value(row),
                id: &id_bytes(text(batch, "id").value(row)),
                raw_path: text(batch, "raw_path").value(row),
                raw_index: numbers::<Int64Type>(batch, "raw_index").value(row),
            },
        );
    }
}

/// The rows of a dataset that stay, as batches of a run.
pub(super) struct DatasetBatches {
    run: Arc<DatasetRun>,
    /// The next row group.
    next: usize,
    open: Option<(usize, Shard, Option<Batches>)>,
}

impl DatasetBatches {
    /// The next batch that is not empty.
    ///
    /// # Errors
    /// When a file is damaged.
    pub(super) fn next(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            if let Some((_, _, Some(batches))) = &mut self.open
                && let Some(batch) = batches.next()
            {
                let batch = self.run.carried(&batch?)?;
                if batch.num_rows() > 0 {
                    return Ok(Some(batch));
                }
                continue;
            }
            let Some((place, group, _)) = self.run.groups.get(self.next) else { return Ok(None) };
            self.next += 1;
            let (_, shard, batches) = match self.open.take().filter(|(open, ..)| open == place) {
                Some(open) => self.open.insert(open),
                None => self.open.insert((*place, Shard::open(&self.run.files[*place])?, None)),
            };
            *batches = Some(shard.read(|builder| builder.with_row_groups(vec![*group]).with_batch_size(BATCH))?);
        }
    }
}

impl DatasetRun {
    /// The rows of a batch that stay, with the columns that runs have.
    fn carried(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        let batch = batch.clone().with_schema(arrow_schema(self.articles))?;
        let wanted: BooleanArray = text(&batch, "raw_path")
            .iter()
            .zip(text(&batch, "id"))
            .map(|(path, id)| {
                let taken = || !self.taken.is_empty() && id.is_some_and(|id| self.taken.contains(&id_bytes(id)));
                Some(path.is_some_and(|path| self.stays.contains(path)) && !taken())
            })
            .collect();
        if wanted.true_count() == batch.num_rows() {
            return with_interim_columns(&batch);
        }
        with_interim_columns(&filter_record_batch(&batch, &wanted)?)
    }
}

/// The batch with the interim columns that runs have. What was made of the text stands in the index; date candidates stay in their table.
pub(super) fn with_interim_columns(batch: &RecordBatch) -> Result<RecordBatch> {
    let rows = batch.num_rows();
    let mut fields: Vec<_> = batch.schema_ref().fields().iter().cloned().collect();
    let mut columns = batch.columns().to_vec();
    for name in [interim::DATE_CANDIDATES, interim::SOURCE_RANK, interim::KEY_SHA256, interim::BANDS] {
        let field = interim_field(name);
        let column: ArrayRef = match field.data_type() {
            DataType::List(element) => {
                let offsets = OffsetBuffer::new(ScalarBuffer::from(vec![0; rows + 1]));
                Arc::new(ListArray::new(Arc::clone(element), offsets, new_empty_array(element.data_type()), None))
            }
            DataType::Int32 => Arc::new(Int32Array::from(vec![0; rows])),
            DataType::FixedSizeBinary(_) => Arc::new(FixedSizeBinaryArray::new(32, vec![0_u8; 32 * rows].into(), None)),
            _ => Arc::new(BinaryArray::from_iter_values((0..rows).map(|_| [0_u8; 0]))),
        };
        columns.push(column);
        fields.push(Arc::new(field));
    }
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
}
