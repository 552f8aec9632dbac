//! What stays of a published dataset: key rows, rejected rows, stubs of removed ones, and the account of them.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow::datatypes::Int64Type;

use super::index::Index;
use crate::columns::interim;
use crate::columns::{Column, ColumnType, RECORDS, Table, TextListBuilder, arrow_schema};
use crate::dedup::KeyRow;
use crate::dedup::key_row::NEW_PART;
use crate::error::{Error, Result};
use crate::io::SpillWriter;
use crate::kernels::encode_row::{RowReader, push_bytes_ordered, push_i64};
use crate::manifest::StageAccount;
use crate::pipeline::article_rows::{half_digest, id_bytes, numbers, option, text, text_option};
use crate::pipeline::chain::Written;
use crate::pipeline::dataset_rows::Dataset;
use crate::pipeline::dataset_run::with_interim_columns;
use crate::pipeline::external_sort::{Sorted, Sorter};
use crate::pipeline::rejects::push_ledger_key;
use crate::pipeline::runs::{RunBuffer, RunLimits};
use crate::pipeline::table_rows::push_batch_row;
use crate::pipeline::tally::Tally;

/// Stages whose account is carried over.
const STAGES: [&str; 5] = ["ingest", "normalize", "attach", "fingerprint", "validate"];
/// The stage that stops what was taken down.
const LAST_STAGE: &str = STAGES[4];
/// Buffer of a spill file.
const BUFFER: usize = 64 << 10;
/// Stubs of a batch.
const STUBS: usize = 4096;

/// What stays.
#[derive(Debug)]
pub struct Carried {
    /// Records that stay.
    pub records: u64,
    /// What the stages did to them.
    pub accounts: Vec<StageAccount>,
    /// Key rows and rejected rows.
    pub written: Written,
    /// Runs of records that were removed as duplicates: what the ledger says of them, without a text.
    pub stubs: Written,
    /// Digests of the folded texts of the records that do not stay, 16 bytes each.
    pub gone: Sorted,
    /// Records that were taken down, counted among those that stay.
    pub taken_down: Tally,
}

/// What of a dataset stays.
#[derive(Debug)]
pub struct Staying<'a> {
    /// The raw paths whose records stay.
    pub paths: &'a Paths,
    /// Ids of records that are taken down now.
    pub taken: &'a Ids,
    /// What was taken down before, of these raw paths.
    pub taken_down: Tally,
}

/// Writes what `stays` of a dataset to `folder`. With `in_parts` key rows say in
/// which part of the dataset they were published.
///
/// # Errors
/// When the dataset or its index is damaged, or a spill file cannot be written.
pub fn carry(
    (dataset, articles, index): (&Dataset<'_>, &'static Table, &Index),
    stays: Staying<'_>,
    in_parts: bool,
    (folder, limits, sorter_bytes): (&Path, RunLimits, usize),
) -> Result<Carried> {
    let limits = RunLimits { keep_last: false, ..limits };
    let mut ledger = LedgerCarrier {
        records: stays.taken_down.total(),
        rejected: STAGES.map(StageAccount::new).to_vec(),
        articles,
        keys: SpillWriter::create(&folder.join("before.keys"), BUFFER)?,
        rejects: SpillWriter::create(&folder.join("before.rejects"), BUFFER)?,
        stubs: RunBuffer::create(folder, "stubs", limits)?,
        waiting: Vec::new(),
        gone: Sorter::new(folder.join("gone"), sorter_bytes),
        stays,
        row: Vec::new(),
    };
    let names: Vec<&str> = RECORDS.columns.iter().map(|column| column.name).collect();
    let mut rows = index.rows()?;
    dataset.scan_parts(&RECORDS, &names, |part, batch| {
        let part = if in_parts { part.number } else { NEW_PART };
        ledger.push((part, batch), &mut rows)
    })?;
    if rows.next()?.is_some() {
        return Err(Error::dataset("the index has more rows than `records`")
            .hint("remove the folder `index`, and all raw files are read again"));
    }
    let written =
        Written { keys: vec!["before.keys".into()], rejects: vec!["before.rejects".into()], ..Written::default() };
    ledger.finish(written)
}

struct LedgerCarrier<'a> {
    articles: &'static Table,
    stays: Staying<'a>,
    records: u64,
    rejected: Vec<StageAccount>,
    keys: SpillWriter,
    rejects: SpillWriter,
    stubs: RunBuffer,
    waiting: Vec<Stub>,
    gone: Sorter,
    row: Vec<u8>,
}

impl LedgerCarrier<'_> {
    fn push<R: std::io::Read>(
        &mut self,
        (part, batch): (u16, &RecordBatch),
        rows: &mut super::index::IndexRows<R>,
    ) -> Result<()> {
        let (paths, fates) = (text(batch, "raw_path"), text(batch, "fate"));
        for row in 0..batch.num_rows() {
            let carried = self.stays.paths.contains(paths.value(row));
            self.records += u64::from(carried);
            if fates.value(row) == "rejected" {
                if carried {
                    self.push_rejected(batch, row)?;
                }
                continue;
            }
            let known = rows.next()?.ok_or_else(|| {
                Error::dataset("the index has fewer rows than `records`")
                    .hint("remove the folder `index`, and all raw files are read again")
            })?;
            let id = id_bytes(text(batch, "id").value(row));
            let taken = self.stays.taken.contains(&id);
            if !carried || taken {
                self.gone.push(&known.key_sha256)?;
                if carried {
                    let source_id = text(batch, "source_id").value(row);
                    self.stays.taken_down.count(paths.value(row), source_id, LAST_STAGE);
                }
                continue;
            }
            let key = KeyRow {
                id,
                raw_path: paths.value(row).into(),
                raw_index: numbers::<Int64Type>(batch, "raw_index").value(row),
                published_date: known.published_date,
                published_at: known.published_at,
                day_precise: known.day_precise,
                length: known.length,
                source_rank: known.source_rank,
                metadata: known.metadata,
                source_id: text(batch, "source_id").value(row).into(),
                canonical_url: known.canonical_url,
                raw_sha256: half_digest(text(batch, "raw_sha256").value(row)),
                text_sha256: known.text_sha256,
                key_sha256: known.key_sha256,
                size: known.size,
                bands: known.bands.into_iter().collect(),
                carried: true,
                part,
            };
            self.row.clear();
            key.push_row(&mut self.row);
            self.keys.push(&self.row)?;
            if fates.value(row) == "duplicate" {
                self.waiting.push(Stub::of(batch, row));
                if self.waiting.len() == STUBS {
                    self.write_stubs()?;
                }
            }
        }
        Ok(())
    }

    fn write_stubs(&mut self) -> Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let batch = stub_batch(self.articles, &std::mem::take(&mut self.waiting))?;
        self.stubs.push(batch)
    }

    /// Copies a row of the ledger as it is.
    fn push_rejected(&mut self, batch: &RecordBatch, row: usize) -> Result<()> {
        let of = |name: &str| text_option(text(batch, name), row).unwrap_or_default();
        self.row.clear();
        push_ledger_key(&mut self.row, of("raw_path"), numbers::<Int64Type>(batch, "raw_index").value(row));
        push_batch_row(&mut self.row, &RECORDS, (batch, row));
        let (stage, reason) = (of("stage"), of("reason"));
        let account = self.rejected.iter_mut().find(|account| account.stage == stage);
        let account =
            account.ok_or_else(|| Error::dataset(format!("`records` names a stage `{stage}` that there is not")))?;
        *account.rejected.entry(reason.to_owned()).or_default() += 1;
        self.rejects.push(&self.row)
    }

    fn finish(mut self, written: Written) -> Result<Carried> {
        self.write_stubs()?;
        self.keys.finish()?;
        self.rejects.finish()?;
        let stubs = Written { runs: self.stubs.finish()?, ..Written::default() };
        self.stays.taken_down.add_to_stages(&mut self.rejected);
        let mut left = self.records;
        for account in &mut self.rejected {
            account.received = left;
            left -= account.rejected_total();
            account.kept = left;
        }
        let gone = self.gone.finish()?;
        let taken_down = self.stays.taken_down;
        Ok(Carried { records: self.records, accounts: self.rejected, written, stubs, gone, taken_down })
    }
}

/// What the ledger says of a removed record.
#[derive(Debug)]
struct Stub {
    texts: Vec<Option<String>>,
    numbers: Vec<i64>,
    published_date: Option<i32>,
}

const STUB_TEXTS: [&str; 7] = ["id", "raw_path", "raw_sha256", "source_id", "title", "url", "text_sha256"];
const STUB_NUMBERS: [&str; 3] = ["raw_index", "raw_offset", "raw_length"];

impl Stub {
    fn of(batch: &RecordBatch, row: usize) -> Self {
        Self {
            texts: STUB_TEXTS.map(|name| text_option(text(batch, name), row).map(str::to_owned)).to_vec(),
            numbers: STUB_NUMBERS.map(|name| numbers::<Int64Type>(batch, name).value(row)).to_vec(),
            published_date: option(numbers::<arrow::datatypes::Date32Type>(batch, "published_date"), row),
        }
    }
}

/// Rows of `articles` that say what stubs know, and have empty values for the rest.
fn stub_batch(articles: &Table, stubs: &[Stub]) -> Result<RecordBatch> {
    let rows = stubs.len();
    let columns = articles.columns.iter().map(|column| stub_column(column, stubs)).collect();
    let batch = RecordBatch::try_new(arrow_schema(articles), columns)?;
    debug_assert_eq!(batch.num_rows(), rows);
    with_interim_columns(&batch)
}

fn stub_column(column: &Column, stubs: &[Stub]) -> ArrayRef {
    let rows = stubs.len();
    let text_place = STUB_TEXTS.iter().position(|name| *name == column.name);
    let number_place = STUB_NUMBERS.iter().position(|name| *name == column.name);
    match (column.kind, text_place, number_place) {
        (ColumnType::Text, Some(place), _) => {
            let value = |stub: &Stub| stub.texts[place].clone().or_else(|| (!column.nullable).then(String::new));
            Arc::new(stubs.iter().map(value).collect::<StringArray>())
        }
        (ColumnType::Int64, _, Some(place)) => {
            Arc::new(stubs.iter().map(|stub| stub.numbers[place]).collect::<Int64Array>())
        }
        (ColumnType::Date, ..) if column.name == "published_date" => {
            Arc::new(stubs.iter().map(|stub| stub.published_date).collect::<Date32Array>())
        }
        (ColumnType::Text, ..) => {
            Arc::new((0..rows).map(|_| (!column.nullable).then_some("")).collect::<StringArray>())
        }
        (ColumnType::Boolean, ..) => Arc::new((0..rows).map(|_| Some(false)).collect::<BooleanArray>()),
        (ColumnType::Int32, ..) => Arc::new((0..rows).map(|_| (!column.nullable).then_some(0)).collect::<Int32Array>()),
        (ColumnType::Int64, ..) => Arc::new((0..rows).map(|_| (!column.nullable).then_some(0)).collect::<Int64Array>()),
        (ColumnType::Float64, ..) => {
            Arc::new((0..rows).map(|_| (!column.nullable).then_some(0.0)).collect::<Float64Array>())
        }
        (ColumnType::Date, ..) => Arc::new((0..rows).map(|_| (!column.nullable).then_some(0)).collect::<Date32Array>()),
        (ColumnType::Timestamp, ..) => {
            let instants: TimestampMicrosecondArray = (0..rows).map(|_| (!column.nullable).then_some(0)).collect();
            Arc::new(instants.with_timezone("UTC"))
        }
        (ColumnType::TextList, ..) => Arc::new(TextListBuilder::empty_lists(rows)),
    }
}

/// Whether the row of a run is carried over: only these have no digest of the folded text.
pub fn is_carried(batch: &RecordBatch, row: usize) -> bool {
    use arrow::array::AsArray as _;
    let keys = batch.column_by_name(interim::KEY_SHA256).expect("law: runs have their interim columns");
    keys.as_fixed_size_binary().value(row) == [0; 32]
}

/// Sorts key rows by (`raw_path`, `raw_index`), the order of the index.
///
/// # Errors
/// When a spill file cannot be read or written.
pub fn sort_by_place(folder: &Path, key_files: &[String], limit: usize) -> Result<Sorted> {
    let mut sorter = Sorter::new(folder.join("by-place"), limit);
    let (mut bytes, mut out) = (Vec::new(), Vec::new());
    for file in key_files {
        let mut rows = crate::io::SpillReader::open(&folder.join(file), 256 << 10)?;
        while rows.next(&mut bytes)? {
            let row = KeyRow::read(&mut RowReader::new(&bytes));
            out.clear();
            push_bytes_ordered(&mut out, row.raw_path.as_bytes());
            push_i64(&mut out, row.raw_index);
            out.extend_from_slice(&bytes);
            sorter.push(&out)?;
        }
    }
    sorter.finish()
}

/// Adds up what the stages did to two sets of records.
pub fn add_accounts(into: &mut [StageAccount], other: &[StageAccount]) {
    for account in into {
        if let Some(more) = other.iter().find(|more| more.stage == account.stage) {
            account.add(more);
        }
    }
}

/// The 16 bytes of ids.
pub type Ids = BTreeSet<[u8; 16]>;

/// Raw paths, ordered.
pub type Paths = BTreeSet<String>;
