//! Phase 2: one k-way merge of runs and verdicts per shard into the writers; every row's fate goes to the ledger on the way.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, BooleanArray, Float64Array, Int32Array, RecordBatch, StringArray};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};

use super::RunOptions;
use super::article_rows::{ArticleRows, id_text, numbers, option, text_option};
use super::dataset_rows::Dataset;
use super::external_sort::{Sorted, Sorter};
use super::incremental::is_carried;
use super::interim::{Interim, PAIRS_FILE};
use super::keep::{Published, kept_records, settle_sums, write_kept_table};
use super::rejects::push_ledger_key;
use super::run_merge::{Gather, Head, RunMerge, merge_passes};
use super::runs::Run;
use super::shard_files::{ShardFiles, shard_stem, writer_options};
use super::shards::{DecidedRow, ShardPlan};
use super::side_tables::{SideTable, TableOptions, write_side_table};
use super::splits::{push_split_member, split_rows};
use super::table_rows::{Cell, push_batch_row, push_cells, push_without_cell, text_cell};
use super::tally::Tally;
use super::workers::run_workers;
use crate::columns::{DATE_CANDIDATES, PAIRS, RECORDS, RULE_VERSION, Release, Table, interim, schema_of};
use crate::config::Config;
use crate::dedup::key_row::sort_key_head;
use crate::dedup::{Pair, Verdict};
use crate::error::Result;
use crate::io::{SpillReader, Staging};
use crate::kernels::encode_row::RowReader;
use crate::manifest::{Account, FileEntry, SourceAccount, SplitAccount};
use crate::rejection::ReasonCode;
use crate::stages::release::{ReleaseCounts, quotation};
use crate::writers::composition::{Composition, VALUE_COLUMNS};
use crate::writers::cut::{CutLimits, RowGroupCut};
use crate::writers::dataset_digest::DatasetDigest;

/// What phase 2 wrote.
#[derive(Debug, Default)]
pub struct Exported {
    /// Data files and side tables, sorted by path.
    pub files: Vec<FileEntry>,
    /// Rows of each table.
    pub rows: BTreeMap<String, u64>,
    /// Fates by source and relation.
    pub account: Account,
    /// The dataset digest.
    pub digest: DatasetDigest,
    /// How articles were split.
    pub splits: Option<SplitAccount>,
    /// What the rows of `articles` are made of.
    pub composition: Composition,
    /// What is given away of the articles.
    pub released: ReleaseCounts,
    /// Records that were taken down.
    pub taken_down: Tally,
    /// Of them, those that a stage had rejected for another reason: by stage and reason.
    pub converted: BTreeMap<(String, String), u64>,
}

/// Writes the tables of a dataset into `staging`.
///
/// # Errors
/// When a file cannot be read or written.
///
/// # Panics
/// When runs and verdicts do not tell of the same rows.
pub fn export(
    (config, options): (&Config, &RunOptions),
    (folder, interim, before): (&Path, &Interim, Option<Published<'_>>),
    scratch: &Path,
    staging: &Staging,
) -> Result<Exported> {
    let memory = options.memory_plan()?;
    let runs =
        merge_passes((folder, scratch), interim.written.runs.clone(), memory.open_bytes, memory.runs.chunk_bytes)?;
    let context = Context {
        config,
        options,
        folder,
        runs: &runs,
        shards: &interim.shards,
        part: interim.part,
        published: before,
        staging,
        limits: options.cut_limits,
        overlap: memory.overlap,
    };
    let parts = run_workers(
        (memory.shard_writers, interim.shards.len()),
        |worker| {
            let sorter = |name: &str| Sorter::new(scratch.join(format!("{name}-{worker:03}")), memory.sorter_bytes);
            Ok(ShardWorker {
                context: &context,
                ledger: sorter("records"),
                candidates: sorter("candidates"),
                splits: config.export.splits.as_ref().map(|_| sorter("split-members")),
                carried: sorter("carried-ids"),
                row: Vec::new(),
                exported: Exported::default(),
            })
        },
        ShardWorker::write_shard,
        |worker| {
            let tables = (worker.ledger.finish()?, worker.candidates.finish()?, worker.carried.finish()?);
            Ok((worker.exported, tables, worker.splits.map(Sorter::finish).transpose()?))
        },
    )?;
    let mut exported = Exported::default();
    let (mut ledgers, mut candidates, mut carried, mut members) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (part, (ledger, dates, ids), splits) in parts {
        exported.add(part);
        ledgers.push(ledger);
        candidates.push(dates);
        carried.push(ids);
        members.extend(splits);
    }
    let kept = before.and_then(Published::kept);
    if let Some(published) = kept {
        let told = Sorted::merge(std::mem::take(&mut ledgers), &scratch.join("told"))?;
        ledgers.push(kept_records(published, &told, (&scratch.join("kept-records"), memory.sorter_bytes))?);
        ledgers.push(told);
        if interim.shards.iter().any(|shard| shard.published.is_some()) {
            let Exported { digest, composition, .. } = &mut exported;
            settle_sums(published, (config.articles, &interim.shards), (digest, composition))?;
        }
    }
    ledgers.push(rejected_rows((folder, interim, config), (scratch, memory.sorter_bytes), &mut exported)?);
    exported.taken_down.add(&interim.taken_down);
    let Exported { taken_down, account, .. } = &mut exported;
    taken_down.add_to(account);
    if let Some(Published { dataset: before, .. }) = before {
        let carried = Sorted::merge(carried, &scratch.join("carried-ids"))?;
        candidates.push(carried_candidates(before, &carried, scratch, memory.sorter_bytes)?);
    }
    let mut tables = vec![
        (SideTable::RECORDS, Sorted::merge(ledgers, &scratch.join("records"))?),
        (SideTable::DATE_CANDIDATES, Sorted::merge(candidates, &scratch.join("candidates"))?),
        (SideTable::PAIRS, pair_rows(folder, scratch, memory.sorter_bytes)?),
    ];
    if let Some(rule) = &config.export.splits {
        let members = Sorted::merge(members, &scratch.join("split-members"))?;
        let (rows, counts) = split_rows(&members, rule, (&scratch.join("splits"), memory.sorter_bytes))?;
        exported.splits = Some(SplitAccount { rule: rule.clone(), rows: counts });
        tables.push((SideTable::SPLITS, rows));
    }
    for (table, rows) in &tables {
        exported.rows.insert(table.table().name.to_owned(), rows.count());
        let options = context.table_options();
        exported.files.extend(match kept {
            Some(published) => write_kept_table((table, rows), published, (staging, &options))?,
            None => write_side_table(table, rows, staging, &options)?,
        });
    }
    exported.rows.insert(config.articles.name.to_owned(), exported.account.articles);
    exported.files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(exported)
}

/// What every shard worker reads.
struct Context<'a> {
    config: &'a Config,
    options: &'a RunOptions,
    folder: &'a Path,
    runs: &'a [Run],
    shards: &'a [ShardPlan],
    part: u16,
    published: Option<Published<'a>>,
    staging: &'a Staging,
    limits: CutLimits,
    overlap: bool,
}

impl Context<'_> {
    fn table_options(&self) -> TableOptions {
        TableOptions { limits: self.limits, writer: writer_options(&self.config.export), part: self.part }
    }
}

impl Exported {
    fn add(&mut self, other: Self) {
        self.files.extend(other.files);
        self.digest.merge(&other.digest);
        self.account.add(&other.account);
        self.composition.add(&other.composition);
        self.released.add(&other.released);
    }
}

struct ShardWorker<'a> {
    context: &'a Context<'a>,
    ledger: Sorter,
    candidates: Sorter,
    splits: Option<Sorter>,
    /// Ids of rows whose date candidates stand in the dataset that is added to.
    carried: Sorter,
    row: Vec<u8>,
    exported: Exported,
}

impl ShardWorker<'_> {
    fn write_shard(&mut self, number: usize) -> Result<()> {
        let context = self.context;
        let plan = &context.shards[number];
        if let (Some(published), Some(place)) = (context.published, plan.published) {
            return self.keep_shard((number, plan), (published, place));
        }
        let mut files = ShardFiles::create(
            (context.staging, context.config),
            (context.part, number, context.shards.len()),
            context.overlap,
        )?;
        if plan.records > 0 {
            self.merge_shard(plan, &mut files)?;
        }
        let written = files.finish()?;
        self.exported.files.extend(written.files);
        self.exported.digest.merge(&written.digest);
        Ok(())
    }

    /// Links a shard of which nothing has changed, and counts its rows.
    fn keep_shard(
        &mut self,
        (number, plan): (usize, &ShardPlan),
        (published, place): (Published<'_>, usize),
    ) -> Result<()> {
        let context = self.context;
        let articles = context.config.articles;
        let stem = shard_stem(articles, context.part, (number, context.shards.len()));
        self.exported.files.extend(published.link_shard(articles, place, (&stem, context.staging))?);
        let composition = &mut self.exported.composition;
        published.dataset.scan_file((articles, place), &VALUE_COLUMNS, |_, batch| {
            context.options.progress.exported.fetch_add(batch.num_rows() as u64, std::sync::atomic::Ordering::Relaxed);
            composition.count_values(articles, batch)
        })?;
        let mut decided = SpillReader::open(&context.folder.join(&plan.file), 64 << 10)?;
        let mut bytes = Vec::new();
        while decided.next(&mut bytes)? {
            let verdict = DecidedRow::read(&bytes).verdict;
            let (published_date, source_id, id) = sort_key_head(&bytes);
            count_fate(&mut self.exported.account, &source_id, &verdict);
            if verdict.duplicate.is_some() {
                continue;
            }
            self.carried.push(&id)?;
            if let Some(splits) = &mut self.splits {
                self.row.clear();
                push_split_member(&mut self.row, &verdict, (&id_text(id), published_date));
                splits.push(&self.row)?;
            }
        }
        Ok(())
    }

    fn merge_shard(&mut self, plan: &ShardPlan, files: &mut ShardFiles) -> Result<()> {
        let context = self.context;
        let mut merge = RunMerge::open(context.folder, context.runs, &plan.first_key)?;
        let mut decided = SpillReader::open(&context.folder.join(&plan.file), 64 << 10)?;
        let mut group = RowGroup::default();
        let mut cut = RowGroupCut::new(context.limits);
        let mut bytes = Vec::new();
        while decided.next(&mut bytes)? {
            let DecidedRow { key, size, verdict } = DecidedRow::read(&bytes);
            let head = merge.head().expect("law: every decided row stands in a run");
            assert_eq!(head.key, key, "law: runs and verdicts come in one order");
            self.push_fate(&head, &verdict)?;
            if verdict.duplicate.is_none() {
                if cut.starts_new(size) {
                    self.write_group(&mut group, files)?;
                }
                group.rows.push(&head);
                group.verdicts.push(verdict);
            }
            merge.advance()?;
        }
        if !group.rows.is_empty() {
            self.write_group(&mut group, files)?;
        }
        Ok(())
    }

    fn write_group(&mut self, group: &mut RowGroup, files: &mut ShardFiles) -> Result<()> {
        let gathered = group.rows.take_shared()?;
        self.push_candidates(&gathered)?;
        self.push_split_members(&gathered, &group.verdicts)?;
        let config = self.context.config;
        let batch = fill_cluster_columns(config.articles, &gathered, &group.verdicts)?;
        drop(gathered);
        let rows = batch.num_rows() as u64;
        group.verdicts.clear();
        let batch = config.release.apply(config.published, batch)?;
        self.exported.released.count(&config.release.terms, &batch)?;
        self.exported.composition.count(config.published, &batch)?;
        files.write(batch)?;
        self.context.options.progress.exported.fetch_add(rows, std::sync::atomic::Ordering::Relaxed);
        Ok(())
    }

    /// Adds the row of the ledger for a record that reached dedup.
    fn push_fate(&mut self, head: &Head<'_>, verdict: &Verdict) -> Result<()> {
        let context = self.context;
        let rows = head.rows;
        let row = head.row;
        let source_id = rows.source_id.value(row);
        count_fate(&mut self.exported.account, source_id, verdict);
        let raw_path = rows.raw_path.value(row);
        let raw_index = rows.raw_index.value(row);
        let duplicate = verdict.duplicate;
        let duplicate_of = duplicate.map(|duplicate| id_text(duplicate.duplicate_of));
        let withholds_digest = context.config.release.terms.strictest() == Release::MetadataOnly && {
            let license = super::article_rows::text(head.batch, "license").value(row);
            context.config.release.terms.tier(source_id, license) == Release::MetadataOnly
        };
        let removed = |cell| if duplicate.is_some() { cell } else { Cell::Null };
        self.row.clear();
        push_ledger_key(&mut self.row, raw_path, raw_index);
        push_cells(
            &mut self.row,
            &RECORDS,
            &[
                Cell::Text(raw_path),
                Cell::Number(raw_index),
                Cell::Number(rows.raw_offset.value(row)),
                Cell::Number(rows.raw_length.value(row)),
                Cell::Text(rows.raw_sha256.value(row)),
                Cell::Text(if duplicate.is_some() { "duplicate" } else { "article" }),
                Cell::Text(rows.id.value(row)),
                Cell::Text(source_id),
                Cell::text(duplicate_of.as_deref()),
                Cell::text(duplicate.map(|duplicate| duplicate.relation.name())),
                Cell::float(duplicate.map(|duplicate| duplicate.jaccard)),
                Cell::float(duplicate.map(|duplicate| duplicate.containment)),
                removed(Cell::Text(RULE_VERSION)),
                Cell::Null,
                Cell::Null,
                Cell::Null,
                Cell::Null,
                removed(Cell::number(option(&rows.published_date, row))),
                removed(Cell::text(text_option(&rows.title, row))),
                removed(Cell::text(text_option(&rows.url, row))),
                if withholds_digest { Cell::Null } else { removed(Cell::Text(rows.text_sha256.value(row))) },
            ],
        );
        self.ledger.push(&self.row)
    }

    /// Adds what the split must know of rows that stay.
    fn push_split_members(&mut self, batch: &RecordBatch, verdicts: &[Verdict]) -> Result<()> {
        let Some(splits) = &mut self.splits else { return Ok(()) };
        let rows = ArticleRows::of(batch);
        for (row, verdict) in verdicts.iter().enumerate() {
            self.row.clear();
            push_split_member(&mut self.row, verdict, (rows.id.value(row), option(&rows.published_date, row)));
            splits.push(&self.row)?;
        }
        Ok(())
    }

    /// Adds the date candidates of rows that stay.
    fn push_candidates(&mut self, batch: &RecordBatch) -> Result<()> {
        let rows = ArticleRows::of(batch);
        let lists = batch
            .column_by_name(interim::DATE_CANDIDATES)
            .expect("law: `attach` gives date candidates")
            .as_list::<i32>();
        let fields = lists.values().as_struct();
        let text = |name: &str| fields.column_by_name(name).map(AsArray::as_string::<i32>);
        let all_text = ["kind", "role", "raw", "precision", "tz", "reject_reason"].map(text);
        let [Some(kind), Some(role), Some(raw), Some(precision), Some(tz), Some(reason)] = all_text else {
            unreachable!("law: date candidates have their columns");
        };
        let candidates = RecordBatch::from(fields.clone());
        let span_start = numbers::<Int64Type>(&candidates, "span_start");
        let span_end = numbers::<Int64Type>(&candidates, "span_end");
        let value_date = numbers::<arrow::datatypes::Date32Type>(&candidates, "value_date");
        let value_at = numbers::<TimestampMicrosecondType>(&candidates, "value_at");
        let accepted = fields.column_by_name("accepted").expect("law: date candidates have their columns").as_boolean();
        let tiers = self.context.config.release.terms.tiers(batch)?;
        for row in 0..batch.num_rows() {
            let tier = tiers.as_ref().map_or(Release::FullText, |tiers| tiers[row]);
            let id = rows.id.value(row);
            if is_carried(batch, row) {
                self.carried.push(&super::article_rows::id_bytes(id))?;
                continue;
            }
            let (start, end) = (lists.value_offsets()[row] as usize, lists.value_offsets()[row + 1] as usize);
            for (rank, at) in (start..end).enumerate() {
                self.row.clear();
                self.row.extend_from_slice(&super::article_rows::id_bytes(id));
                self.row.extend_from_slice(&(rank as u32).to_be_bytes());
                push_cells(
                    &mut self.row,
                    &DATE_CANDIDATES,
                    &[
                        Cell::Text(id),
                        Cell::Number(rank as i64),
                        Cell::Text(kind.value(at)),
                        Cell::Text(role.value(at)),
                        Cell::Text(quotation(raw.value(at), tier)),
                        Cell::Number(span_start.value(at)),
                        Cell::Number(span_end.value(at)),
                        Cell::number(option(value_date, at)),
                        Cell::number(option(value_at, at)),
                        Cell::Text(precision.value(at)),
                        Cell::text(text_option(tz, at)),
                        Cell::Boolean(accepted.value(at)),
                        Cell::text(text_option(reason, at)),
                    ],
                );
                self.candidates.push(&self.row)?;
            }
        }
        Ok(())
    }
}

/// Counts what became of a record that reached dedup.
fn count_fate(account: &mut Account, source_id: &str, verdict: &Verdict) {
    let counts = match account.sources.get_mut(source_id) {
        Some(counts) => counts,
        None => account.sources.entry(source_id.to_owned()).or_default(),
    };
    counts.records += 1;
    account.records += 1;
    match &verdict.duplicate {
        None => {
            counts.articles += 1;
            account.articles += 1;
        }
        Some(duplicate) => {
            counts.duplicates += 1;
            account.duplicates += 1;
            *account.relations.entry(duplicate.relation.name().to_owned()).or_default() += 1;
        }
    }
}

/// Rows of `date_candidates` of a dataset whose ids, 16 bytes each, stay.
fn carried_candidates(dataset: &Dataset<'_>, ids: &Sorted, scratch: &Path, limit: usize) -> Result<Sorted> {
    let mut sorter = Sorter::new(scratch.join("carried-candidates"), limit);
    let mut ids = ids.rows()?;
    let mut next = ids.next()?.map(<[u8]>::to_vec);
    let names: Vec<&str> = DATE_CANDIDATES.columns.iter().map(|column| column.name).collect();
    let mut row = Vec::new();
    dataset.scan(&DATE_CANDIDATES, &names, |batch| {
        let all_ids = super::article_rows::text(batch, "id");
        for at in 0..batch.num_rows() {
            let id = super::article_rows::id_bytes(all_ids.value(at));
            while next.as_deref().is_some_and(|next| *next < id[..]) {
                next = ids.next()?.map(<[u8]>::to_vec);
            }
            if next.as_deref() == Some(&id[..]) {
                row.clear();
                row.extend_from_slice(&id);
                let rank = numbers::<arrow::datatypes::Int32Type>(batch, "rank").value(at);
                row.extend_from_slice(&(rank as u32).to_be_bytes());
                push_batch_row(&mut row, &DATE_CANDIDATES, (batch, at));
                sorter.push(&row)?;
            }
        }
        Ok(())
    })?;
    sorter.finish()
}

/// Rows of one row group while they are picked.
#[derive(Default)]
struct RowGroup {
    rows: Gather,
    verdicts: Vec<Verdict>,
}

/// `cluster_relation` of a row that stays.
pub(super) fn relation_name(verdict: &Verdict) -> &'static str {
    match (verdict.relation, verdict.cluster_size) {
        (Some(relation), _) => relation.name(),
        (None, 1) => "unique",
        (None, _) => "representative",
    }
}

/// The columns of `articles` with what dedup found in the place of the single-article values.
fn fill_cluster_columns(articles: &Table, batch: &RecordBatch, verdicts: &[Verdict]) -> Result<RecordBatch> {
    let columns = articles.columns.iter().map(|column| -> ArrayRef {
        match column.name {
            "cluster_id" => {
                Arc::new(verdicts.iter().map(|verdict| Some(id_text(verdict.cluster_id))).collect::<StringArray>())
            }
            "cluster_size" => {
                Arc::new(verdicts.iter().map(|verdict| verdict.cluster_size as i32).collect::<Int32Array>())
            }
            "is_representative" => {
                Arc::new(verdicts.iter().map(|verdict| Some(verdict.relation.is_none())).collect::<BooleanArray>())
            }
            "cluster_relation" => {
                Arc::new(verdicts.iter().map(|verdict| Some(relation_name(verdict))).collect::<StringArray>())
            }
            "similarity" => Arc::new(verdicts.iter().map(|verdict| verdict.similarity).collect::<Float64Array>()),
            name => Arc::clone(batch.column_by_name(name).expect("law: validated batches have every column")),
        }
    });
    let columns: Vec<ArrayRef> = columns.collect();
    Ok(RecordBatch::try_new(schema_of(articles, &columns), columns)?)
}

/// The ledger rows of stopped records, counted by source; what was taken down is only counted.
fn rejected_rows(
    (folder, interim, config): (&Path, &Interim, &Config),
    (scratch, limit): (&Path, usize),
    exported: &mut Exported,
) -> Result<Sorted> {
    let takedowns = &config.takedowns;
    // A detail may quote the record, of which nobody knows under which terms it would have been published.
    let withholds_details = config.release.terms.hides_anything();
    let mut sorter = Sorter::new(scratch.join("rejected"), limit);
    let (mut row, mut short) = (Vec::new(), Vec::new());
    for file in &interim.written.rejects {
        let mut rows = SpillReader::open(&folder.join(file), 64 << 10)?;
        while rows.next(&mut row)? {
            let source_id = rejected_cell(&row, "source_id");
            let reason = rejected_cell(&row, "reason");
            let taken_down = reason == ReasonCode::TakenDown.code();
            if taken_down
                || takedowns.names_id(rejected_cell(&row, "id"))
                || takedowns.names_raw(rejected_cell(&row, "raw_sha256"))
            {
                let stage = rejected_cell(&row, "stage");
                exported.taken_down.count(rejected_cell(&row, "raw_path"), source_id, stage);
                if !taken_down {
                    *exported.converted.entry((stage.to_owned(), reason.to_owned())).or_default() += 1;
                }
                continue;
            }
            let account = &mut exported.account;
            let counts: &mut SourceAccount = account.sources.entry(source_id.to_owned()).or_default();
            counts.records += 1;
            counts.rejected += 1;
            account.records += 1;
            account.rejected += 1;
            if withholds_details {
                push_without_cell(&mut short, (&row, cells_of_rejected(&row)), (&RECORDS, "detail"));
                sorter.push(&short)?;
            } else {
                sorter.push(&row)?;
            }
        }
    }
    sorter.finish()
}

/// The cells of a ledger row, behind its key.
fn cells_of_rejected(row: &[u8]) -> RowReader<'_> {
    let mut reader = RowReader::new(row);
    reader.skip_ordered();
    reader.i64();
    reader
}

/// A text of a ledger row.
fn rejected_cell<'a>(row: &'a [u8], name: &str) -> &'a str {
    text_cell(&RECORDS, cells_of_rejected(row), name).unwrap_or_default()
}

/// The proven pairs as rows of the table.
fn pair_rows(folder: &Path, scratch: &Path, limit: usize) -> Result<Sorted> {
    let mut sorter = Sorter::new(scratch.join("pair-rows"), limit);
    let mut pairs = SpillReader::open(&folder.join(PAIRS_FILE), 64 << 10)?;
    let (mut bytes, mut row) = (Vec::new(), Vec::new());
    while pairs.next(&mut bytes)? {
        let pair = Pair::read(&mut RowReader::new(&bytes));
        row.clear();
        row.extend_from_slice(&pair.id);
        row.extend_from_slice(&pair.other_id);
        push_cells(
            &mut row,
            &PAIRS,
            &[
                Cell::Text(&id_text(pair.id)),
                Cell::Text(&id_text(pair.other_id)),
                Cell::Text(pair.relation.name()),
                Cell::Float(pair.jaccard),
                Cell::Float(pair.containment),
                Cell::Boolean(pair.numbers_equal),
                Cell::float(pair.days_apart),
                Cell::Text(RULE_VERSION),
            ],
        );
        sorter.push(&row)?;
    }
    sorter.finish()
}
