//! `run --into` with `append-only`: new raw files become new shards beside the published ones, which stay byte for byte.
//!
//! What is published comes first in the order of preference, part by part, so that nothing that arrives can change a verdict that was
//! given: a cluster only gets more members. What a dataset made whole would say otherwise is counted in the manifest.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use super::decide::{Before, DecideContext, Decided, decide};
use super::external_sort::{Sorted, SortedRows, Sorter};
use super::gates::{Gates, Verdict, publish};
use super::incremental::{Arrivals, Base, FileState, Paths, add_accounts, file_states, sort_by_place, write_index};
use super::interim::{Interim, PAIRS_FILE};
use super::near::RunTexts;
use super::phase_one::read_raw;
use super::plan::Plan;
use super::run::{Outcome, Started, check_apart, make_plan, write_dataset};
use super::runs::Run;
use super::shards::{DecidedRow, plan_shards};
use super::stage_list::{check_stages, stages};
use super::tally::Tally;
use super::{RunOptions, chain::Target};
use crate::columns::PAIRS;
use crate::config::Config;
use crate::dedup::key_row::{id_of, raw_path_of};
use crate::dedup::{DedupRules, KeyRow, Pair, Preference};
use crate::error::{Error, Result};
use crate::io::{Kind, SpillDir, SpillReader, SpillWriter, Staging, real_path};
use crate::kernels::encode_row::RowReader;
use crate::manifest::AppendedPart;
use crate::pipeline::article_rows::{id_bytes, text};

/// Buffer of a file in bytes.
const BUFFER: usize = 64 << 10;

/// Appends what new raw files of `config` give to the dataset at `from`, and publishes the result at the output.
///
/// Files that have changed or gone since they were read are counted, and what they gave stays.
///
/// # Errors
/// When there is no dataset that can be appended to, a file cannot be read or written, or a text is needed that neither the dataset
/// nor the raw files have any more.
pub fn append(from: &Path, (config, options): (&Config, &RunOptions), gates: Gates) -> Result<Outcome> {
    let mut started = Started::now();
    let output = &config.export.path;
    check_apart(&config.input.path, output)?;
    let stages = stages(config)?;
    check_stages(&stages);
    let base = Base::open(from, config)?.ok_or_else(|| {
        Error::config(format!("cannot append to `{}`", from.display()))
            .caused_by("expected a dataset of this configuration and version with its `index`, but found none")
            .hint("set `append-only = false` for one run, which reads all raw files")
    })?;
    let mut staging = Staging::create_beside(output, Kind::Dataset)?;
    let spill = SpillDir::create_beside(output)?;
    let memory = options.memory_plan()?;
    let limit = memory.sorter_bytes * 2;
    let mut plan = make_plan(config, options)?;
    let unchanged = base.unchanged(&plan);
    plan.read_only(|file| !base.knows(&file.facts.raw_path));
    let new_files = plan.files.iter().filter(|file| !base.knows(&file.facts.raw_path)).count();
    let arrivals = base.arrivals(&plan, &unchanged);
    if new_files == 0 {
        let (manifest, seconds) = (base.dataset().manifest.clone(), started.elapsed().as_secs_f64());
        let arrivals = Some(Arrivals { read: 0, ..arrivals });
        return Ok(Outcome {
            manifest,
            output: output.clone(),
            seconds,
            excesses: Vec::new(),
            refusals: Vec::new(),
            arrivals,
        });
    }
    options.progress.total_bytes.store(plan.bytes, Ordering::Relaxed);
    options.progress.phase.store(1, Ordering::Relaxed);
    let folder = spill.path();
    let mut interim = Interim::new("validate", config.digest.to_string());
    interim.input = plan.input.clone();
    interim.part = base.next_part()?;
    interim.take(read_raw((config, &plan, options), &stages, folder, Target::Runs(memory.runs))?);
    started.ended("read");
    options.progress.phase.store(2, Ordering::Relaxed);
    let all: Paths = base.paths().collect();
    let carried = base.carry(&all, true, (folder, memory.runs, limit))?;
    let parts: Vec<_> = (0..interim.part).map(|part| base.rows(part, &all)).collect::<Result<_>>()?;
    let known = base.known_pairs(true, folder, limit)?;
    started.ended("carry");
    let rules = DedupRules { preference: config.dedup.preference.published_first(), ..config.dedup.clone() };
    let mut keys: Vec<PathBuf> = interim.written.keys.iter().map(|file| folder.join(file)).collect();
    let new_keys = keys.clone();
    keys.extend(carried.written.keys.iter().map(|file| folder.join(file)));
    let mut needed = Paths::new();
    // Each pass may ask for texts of removed records, which only the raw files have.
    let (scratch, decided) = loop {
        let again = SpillDir::create_in(folder, "again")?;
        let mut runs = interim.written.runs.clone();
        if !needed.is_empty() {
            runs.extend(read_again((config, options), &stages, &needed, again.path())?);
        }
        let scratch = SpillDir::create_in(folder, "dedup")?;
        let without_text = Mutex::new(Paths::new());
        let texts = RunTexts {
            folder,
            runs: &runs,
            datasets: &parts,
            open_bytes: memory.open_bytes,
            chunk_bytes: memory.runs.chunk_bytes,
            without_text: &without_text,
        };
        let before = Before { known: known.as_ref(), gone: &carried.gone };
        let context =
            DecideContext { folder: scratch.path(), texts, workers: memory.workers, limit, before: Some(before) };
        let decided = decide(&keys, &rules, context)?;
        let missing = without_text.into_inner().unwrap_or_else(PoisonError::into_inner);
        if missing.is_empty() {
            break (scratch, decided);
        }
        if let Some(path) = missing.iter().find(|path| !unchanged.contains(*path)) {
            return Err(Error::dataset(format!("cannot compare with a removed record of `{path}`"))
                .caused_by("expected the raw file as it was, but it has changed or gone")
                .hint("put the file back, or set `append-only = false` for one run"));
        }
        let before = needed.len();
        needed.extend(missing);
        assert!(needed.len() > before, "law: a raw file that was read has the texts of its records");
    };
    let mut part = select_new(options, &base, &decided, (folder, &mut interim))?;
    part.preferred_arrivals = count_preferred(
        (&new_keys, &carried.written.keys.iter().map(|file| folder.join(file)).collect::<Vec<_>>()),
        (&decided, &all),
        &config.dedup.preference,
        (folder, limit),
    )?;
    drop((decided, scratch));
    started.ended("decide");
    options.progress.phase.store(3, Ordering::Relaxed);
    part.files = new_files as u64;
    part.gone_files = arrivals.gone;
    part.changed_files = arrivals.read - part.files;
    let (manifest, tally) =
        write_dataset((config, options), (folder, &interim, None), folder, (&staging, Some((&base, part))))?;
    let rows = sort_by_place(folder, &interim.written.keys, limit)?;
    let files = base.states().cloned().chain(new_states((&base, interim.part), &plan, &tally)).collect();
    write_index(&staging, (config, &manifest.dataset_sha256), files, (Some(base.index()), &rows))?;
    started.ended("write");
    started.write_facts(&staging, options)?;
    let Verdict { output, excesses, refusals } = publish(&mut staging, gates.judge(&manifest.account))?;
    options.progress.phase.store(4, Ordering::Relaxed);
    let arrivals = Some(Arrivals { read: new_files as u64, ..arrivals });
    Ok(Outcome { manifest, output, seconds: started.elapsed().as_secs_f64(), excesses, refusals, arrivals })
}

fn new_states<'a>(
    (base, part): (&'a Base<'_>, u16),
    plan: &'a Plan,
    tally: &Tally,
) -> impl Iterator<Item = FileState> + 'a {
    let states = file_states(plan, tally).into_iter().filter(|state| !base.knows(&state.raw_path));
    states.map(move |state| FileState { part, ..state })
}

/// Reads raw files again for the texts of their records; the runs have absolute paths.
fn read_again(
    (config, options): (&Config, &RunOptions),
    stages: &[Box<dyn crate::stages::Stage>],
    needed: &Paths,
    folder: &Path,
) -> Result<Vec<Run>> {
    let mut plan = make_plan(config, options)?;
    plan.read_only(|file| needed.contains(&file.facts.raw_path));
    let limits = options.memory_plan()?.runs;
    let limits = super::runs::RunLimits { keep_last: false, ..limits };
    let read = read_raw((config, &plan, options), stages, folder, Target::Runs(limits))?;
    let folder = real_path(folder)?;
    Ok(read.written.runs.into_iter().map(|run| Run { file: folder.join(&run.file), ..run }).collect())
}

/// Keeps of what was decided that of the new records: their rows in shards, their pairs, their counts.
fn select_new(
    options: &RunOptions,
    base: &Base<'_>,
    decided: &Decided,
    (folder, interim): (&Path, &mut Interim),
) -> Result<AppendedPart> {
    let limit = options.memory_plan()?.sorter_bytes;
    let is_new = |row: &[u8]| !base.knows(&raw_path_of(row));
    let mut new = Sorter::new(folder.join("new-rows"), limit);
    // Clusters that the part has members of, and those of published rows in clusters.
    let mut grown = Sorter::new(folder.join("grown"), limit / 2);
    let mut published = Sorter::new(folder.join("published"), limit / 2);
    let mut part = AppendedPart::default();
    let mut rows = decided.rows.rows()?;
    while let Some(row) = rows.next()? {
        let verdict = DecidedRow::read(row).verdict;
        if is_new(row) {
            new.push(row)?;
            grown.push(&verdict.cluster_id)?;
        } else if verdict.duplicate.is_none() && verdict.cluster_size > 1 {
            published.push(&verdict.cluster_id)?;
        }
    }
    part.outdated_rows = count_common(&grown.finish()?, &published.finish()?)?;
    interim.shards = plan_shards(&new.finish()?, folder, options.cut_limits)?;
    interim.counts = decided.counts.clone();
    interim.counts.pairs.clear();
    let known = published_pairs(base, folder, limit)?;
    let mut known = known.rows()?;
    let mut next = known.next()?.map(<[u8]>::to_vec);
    let mut pairs = SpillWriter::create(&folder.join(PAIRS_FILE), BUFFER)?;
    let mut rows = decided.pairs.rows()?;
    while let Some(row) = rows.next()? {
        let ids = &row[..32];
        assert!(next.as_deref().is_none_or(|next| next >= ids), "law: every published pair is found again");
        if next.as_deref() == Some(ids) {
            next = known.next()?.map(<[u8]>::to_vec);
            continue;
        }
        let relation = Pair::read(&mut RowReader::new(row)).relation.name();
        *interim.counts.pairs.entry(relation.to_owned()).or_default() += 1;
        pairs.push(row)?;
    }
    assert_eq!(next, None, "law: every published pair is found again");
    pairs.finish()?;
    Ok(part)
}

/// The pairs of the dataset: both ids, 32 bytes, in order.
fn published_pairs(base: &Base<'_>, folder: &Path, limit: usize) -> Result<Sorted> {
    let mut sorter = Sorter::new(folder.join("published-pairs"), limit);
    base.dataset().scan(&PAIRS, &["id", "other_id"], |batch| {
        let (ids, others) = (text(batch, "id"), text(batch, "other_id"));
        for row in 0..batch.num_rows() {
            sorter.push(&[id_bytes(ids.value(row)), id_bytes(others.value(row))].concat())?;
        }
        Ok(())
    })?;
    sorter.finish()
}

/// How many rows of `all` are in `wanted`; both have 16 bytes a row.
fn count_common(wanted: &Sorted, all: &Sorted) -> Result<u64> {
    let mut wanted = Steps::new(wanted.rows()?)?;
    let mut rows = all.rows()?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        count += u64::from(wanted.reach(row)?.is_some());
    }
    Ok(count)
}

/// How many clusters have a published representative that a new member precedes in the user's order of preference.
fn count_preferred(
    (new_keys, old_keys): (&[PathBuf], &[PathBuf]),
    (decided, published): (&Decided, &Paths),
    preference: &Preference,
    (folder, limit): (&Path, usize),
) -> Result<u64> {
    let sorter = |name: &str| Sorter::new(folder.join(name), limit / 2);
    // (id, cluster) of new rows that joined another.
    let mut joined = sorter("joined-ids");
    let mut rows = decided.rows.rows()?;
    while let Some(row) = rows.next()? {
        let (id, verdict) = (id_of(row), DecidedRow::read(row).verdict);
        if verdict.cluster_id != id && !published.contains(&raw_path_of(row)) {
            joined.push(&[id, verdict.cluster_id].concat())?;
        }
    }
    let joined = joined.finish()?;
    if joined.count() == 0 {
        return Ok(0);
    }
    let places = places_of(new_keys, preference, sorter("new-places"))?;
    let mut arrived = sorter("arrived");
    let (mut of_id, mut rows) = (Steps::new(joined.rows()?)?, places.rows()?);
    while let Some(row) = rows.next()? {
        if let Some(found) = of_id.reach(&row[..16])? {
            arrived.push(&[&found[16..], &row[16..]].concat())?;
        }
    }
    let (arrived, places) = (arrived.finish()?, places_of(old_keys, preference, sorter("old-places"))?);
    // The first arrival of each cluster is the one that comes first in the order.
    let (mut of_cluster, mut rows) = (Steps::new(arrived.rows()?)?, places.rows()?);
    let mut count = 0;
    while let Some(row) = rows.next()? {
        if let Some(found) = of_cluster.reach(&row[..16])? {
            count += u64::from(found[16..] < row[16..]);
        }
    }
    Ok(count)
}

/// Id and place in the order of preference of every key row, by id.
fn places_of(files: &[PathBuf], preference: &Preference, mut sorter: Sorter) -> Result<Sorted> {
    let (mut bytes, mut out) = (Vec::new(), Vec::new());
    for file in files {
        let mut rows = SpillReader::open(file, BUFFER)?;
        while rows.next(&mut bytes)? {
            let row = KeyRow::read(&mut RowReader::new(&bytes));
            out.clear();
            out.extend_from_slice(&row.id);
            preference.push(&row, &mut out);
            sorter.push(&out)?;
        }
    }
    sorter.finish()
}

/// Rows looked up by what they begin with, in ascending order.
struct Steps<'a> {
    rows: SortedRows<'a>,
    head: Option<Vec<u8>>,
}

impl<'a> Steps<'a> {
    fn new(mut rows: SortedRows<'a>) -> Result<Self> {
        let head = rows.next()?.map(<[u8]>::to_vec);
        Ok(Self { rows, head })
    }

    /// The first row that begins with `key`.
    fn reach(&mut self, key: &[u8]) -> Result<Option<&[u8]>> {
        while self.head.as_ref().is_some_and(|head| &head[..key.len()] < key) {
            self.head = self.rows.next()?.map(<[u8]>::to_vec);
        }
        Ok(self.head.as_deref().filter(|head| head.starts_with(key)))
    }
}

/// Links what is published into the new dataset, and adds it to the account of the part.
///
/// # Errors
/// When a file cannot be linked or copied.
pub(super) fn add_published(
    (base, part): (&Base<'_>, AppendedPart),
    manifest: &mut crate::manifest::Manifest,
    staging: &Staging,
) -> Result<()> {
    let before = &base.dataset().manifest;
    for entry in before.files.iter().filter(|entry| entry.rows.is_some()) {
        base.dataset().link_file(entry, staging)?;
        manifest.files.push(entry.clone());
    }
    let own = &mut manifest.account;
    let part = AppendedPart {
        records: own.records,
        articles: own.articles,
        duplicates: own.duplicates,
        rejected: own.rejected,
        taken_down: own.taken_down,
        ..part
    };
    own.add(&before.account);
    add_accounts(&mut own.stages, &before.account.stages);
    for (table, rows) in &before.rows {
        *manifest.rows.entry(table.clone()).or_default() += rows;
    }
    for (relation, count) in &before.duplicates.pairs {
        *manifest.duplicates.pairs.entry(relation.clone()).or_default() += count;
    }
    manifest.composition.add(&before.composition);
    manifest.appended.clone_from(&before.appended);
    manifest.appended.push(part);
    Ok(())
}
