//! Whole runs and single stages: what happens in which folder, and what is published.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::RunOptions;
use super::append::{add_published, append};
use super::chain::Target;
use super::dataset_rows::Dataset;
use super::dataset_run::DatasetRun;
use super::decide::{Before, DecideContext, decide};
use super::describe::documents;
use super::export::export;
use super::external_sort::Sorted;
use super::gates::{Gates, Verdict, publish};
use super::guard::Excess;
use super::incremental::{
    Arrivals, Base, Paths, add_accounts, file_states, sort_by_place, stubs_that_stay, write_index,
};
use super::interim::{Interim, MANIFEST, PAIRS_FILE, write_json};
use super::keep::Published;
use super::near::{KnownPairs, RunTexts};
use super::phase_one::{PhaseOne, read_batches, read_raw};
use super::plan::Plan;
use super::rejection_gate::Refusal;
use super::report::{REPORT_FILE, unpublished_page};
use super::runs::RunLimits;
use super::shards::plan_shards;
use super::stage_list::{STAGE_NAMES, check_stages, stages};
use super::tally::Tally;
use crate::columns::{json_schema, tables_of};
use crate::config::Config;
use crate::dedup::Pair;
use crate::error::{Error, Result};
use crate::io::{Kind, SpillDir, SpillWriter, Staging, cpu_seconds, link_or_copy, peak_rss};
use crate::kernels::encode_row::RowReader;
use crate::kernels::sha256::{Digest, DigestSum};
use crate::manifest::{Account, AppendedPart, DuplicateAccount, FileEntry, Manifest, PolicyAccount, StageAccount};
use crate::rejection::ReasonCode;
use crate::stages::Stage;
use crate::stages::release::{ReleaseAccount, ReleaseCounts, ReleaseTerms};

/// What a run published.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// The account, as in `manifest.json`.
    pub manifest: Manifest,
    /// Where it lies.
    pub output: PathBuf,
    /// Seconds of wall time.
    pub seconds: f64,
    /// Sources that lost more than the configured share; where there are any, the result lies beside the output that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub excesses: Vec<Excess>,
    /// What rejected more records than the configuration allows; the result lies beside the output then, too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refusals: Vec<Refusal>,
    /// What was read, when records were worked into a dataset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arrivals: Option<Arrivals>,
}

/// Facts of one run that never enter a row or the manifest.
#[derive(Debug, Serialize)]
struct RunFacts {
    tool_version: &'static str,
    started_at: String,
    seconds: f64,
    threads: usize,
    memory_bytes: u64,
    peak_rss_bytes: Option<u64>,
    phases: Vec<PhaseFacts>,
}

/// What one part of a run took.
#[derive(Clone, Debug, Serialize)]
struct PhaseFacts {
    name: &'static str,
    seconds: f64,
    cpu_seconds: f64,
}

/// Turns the raw files of `config` into a dataset.
///
/// When a source loses more than the configured share as duplicates, or more records are rejected than configured, the output stays
/// as it is, and the result goes to `<output>.failed`.
///
/// # Errors
/// When a file cannot be read or written, or the output cannot be replaced.
pub fn run(config: &Config, options: &RunOptions) -> Result<Outcome> {
    run_guarded(config, options, Gates::of(config))
}

/// Turns raw files into a dataset, whatever is lost or rejected.
///
/// # Errors
/// As [`run`].
pub(super) fn run_unguarded(config: &Config, options: &RunOptions) -> Result<Outcome> {
    run_guarded(config, options, Gates::default())
}

fn run_guarded(config: &Config, options: &RunOptions, gates: Gates) -> Result<Outcome> {
    let mut started = Started::now();
    let output = &config.export.path;
    check_apart(&config.input.path, output)?;
    let stages = stages(config)?;
    check_stages(&stages);
    let mut staging = Staging::create_beside(output, Kind::Dataset)?;
    let spill = SpillDir::create_beside(output)?;
    let plan = make_plan(config, options)?;
    options.progress.phase.store(1, Ordering::Relaxed);
    let limits = options.memory_plan()?.runs;
    let phase_one = read_raw((config, &plan, options), &stages, spill.path(), Target::Runs(limits))?;
    let mut interim = Interim::new("validate", config.digest.to_string());
    interim.input = plan.input.clone();
    interim.take(phase_one);
    drop(plan);
    options.progress.phase.store(2, Ordering::Relaxed);
    started.ended("read");
    dedup_folder((config, options), spill.path(), &mut interim, &Earlier::default())?;
    started.ended("decide");
    options.progress.phase.store(3, Ordering::Relaxed);
    let (manifest, _) =
        write_dataset((config, options), (spill.path(), &interim, None), spill.path(), (&staging, None))?;
    started.ended("write");
    started.write_facts(&staging, options)?;
    let Verdict { output, excesses, refusals } = publish(&mut staging, gates.judge(&manifest.account))?;
    options.progress.phase.store(4, Ordering::Relaxed);
    let seconds = started.elapsed().as_secs_f64();
    Ok(Outcome { manifest, output, seconds, excesses, refusals, arrivals: None })
}

/// Works the raw files of `config` into the dataset at its output, reading only those that are new or have changed; `rehash` reads
/// all of them.
///
/// The result is what [`run`] would give, and an index that the next call needs. Without a dataset or an index of this version and
/// configuration all files are read.
///
/// # Errors
/// As [`run`]; a dataset error when the dataset that is added to is damaged.
pub fn run_into(config: &Config, options: &RunOptions, rehash: bool) -> Result<Outcome> {
    run_into_guarded(config, options, (rehash, Gates::of(config)))
}

/// [`run_into`] with other gates than those of the configuration.
///
/// # Errors
/// As [`run_into`].
pub(super) fn run_into_guarded(
    config: &Config,
    options: &RunOptions,
    (rehash, gates): (bool, Gates),
) -> Result<Outcome> {
    if config.export.append_only && crate::io::is_there(&config.export.path.join(MANIFEST)) {
        if rehash {
            return Err(Error::usage("expected `--rehash` without `append-only`, but found both")
                .hint("what is published is never written again; set `append-only = false` for one run"));
        }
        return append(&config.export.path, (config, options), gates);
    }
    let mut started = Started::now();
    let output = &config.export.path;
    check_apart(&config.input.path, output)?;
    let stages = stages(config)?;
    check_stages(&stages);
    let mut staging = Staging::create_beside(output, Kind::Dataset)?;
    let spill = SpillDir::create_beside(output)?;
    let base = if rehash { None } else { Base::open(output, config)? };
    let memory = options.memory_plan()?;
    let limit = memory.sorter_bytes * 2;
    // Files of removed records whose texts are needed; each pass adds some, so the passes end.
    let mut needed = Paths::new();
    loop {
        options.progress.phase.store(0, Ordering::Relaxed);
        let mut plan = make_plan(config, options)?;
        let mut unchanged = base.as_ref().map_or_else(Paths::new, |base| base.unchanged(&plan));
        unchanged.retain(|path| !needed.contains(path));
        plan.read_only(|file| !unchanged.contains(&file.facts.raw_path));
        options.progress.total_bytes.store(plan.bytes, Ordering::Relaxed);
        options.progress.phase.store(1, Ordering::Relaxed);
        let pass = SpillDir::create_in(spill.path(), "pass")?;
        let folder = pass.path();
        let mut interim = Interim::new("validate", config.digest.to_string());
        interim.input = plan.input.clone();
        interim.take(read_raw((config, &plan, options), &stages, folder, Target::Runs(memory.runs))?);
        started.ended("read");
        options.progress.phase.store(2, Ordering::Relaxed);
        let kept = base.as_ref().map(|base| (base, &unchanged));
        if !carry_and_decide((config, options), kept, (folder, &mut interim, &mut started), &mut needed)? {
            continue;
        }
        options.progress.phase.store(3, Ordering::Relaxed);
        let before = base.as_ref().map(|base| Published::recut(base.dataset()));
        let (manifest, tally) = write_dataset((config, options), (folder, &interim, before), folder, (&staging, None))?;
        // An index tells of the texts, and a dataset that lacks some of what they say cannot be carried over.
        if !config.release.terms.hides_anything() {
            let rows = sort_by_place(folder, &interim.written.keys, limit)?;
            write_index(&staging, (config, &manifest.dataset_sha256), file_states(&plan, &tally), (None, &rows))?;
        }
        started.ended("write");
        started.write_facts(&staging, options)?;
        let Verdict { output, excesses, refusals } = publish(&mut staging, gates.judge(&manifest.account))?;
        options.progress.phase.store(4, Ordering::Relaxed);
        let arrivals = Some(match &base {
            Some(base) => base.arrivals(&plan, &unchanged),
            None => Arrivals { read: plan.files.len() as u64, ..Arrivals::default() },
        });
        let seconds = started.elapsed().as_secs_f64();
        return Ok(Outcome { manifest, output, seconds, excesses, refusals, arrivals });
    }
}

/// Carries over what a dataset gave for the raw paths beside it, behind what was read, and decides all of it.
///
/// Gives whether every text was there; where not, the raw files that have them are added to `needed`, and the pass begins again.
///
/// # Errors
/// When the dataset is damaged or a file cannot be read or written.
///
/// # Panics
/// When a text is missing that a raw file of `needed` should have given.
pub(super) fn carry_and_decide(
    (config, options): (&Config, &RunOptions),
    kept: Option<(&Base<'_>, &Paths)>,
    (folder, interim, started): (&Path, &mut Interim, &mut Started),
    needed: &mut Paths,
) -> Result<bool> {
    let memory = options.memory_plan()?;
    let limit = memory.sorter_bytes * 2;
    let mut stubs = Vec::new();
    let mut earlier = Earlier::default();
    if let Some((base, stays)) = kept {
        let carried = base.carry(stays, false, (folder, memory.runs, limit))?;
        interim.records += carried.records;
        if interim.accounts.is_empty() {
            interim.accounts = carried.accounts;
        } else {
            add_accounts(&mut interim.accounts, &carried.accounts);
        }
        interim.taken_down = carried.taken_down;
        stubs.clone_from(&carried.stubs.runs);
        interim.written.add(carried.written);
        interim.written.add(carried.stubs);
        earlier.gone = Some(carried.gone);
        earlier.known = base.known_pairs(false, folder, limit)?;
        earlier.rows.push(base.rows(0, stays)?);
        started.ended("carry");
    }
    dedup_folder((config, options), folder, interim, &earlier)?;
    interim.written.runs.extend(earlier.rows.into_iter().map(DatasetRun::into_run));
    let mut missing = earlier.without_text.into_inner().unwrap_or_else(PoisonError::into_inner);
    if missing.is_empty() && !stubs.is_empty() {
        missing = stubs_that_stay(folder, &stubs, &interim.shards)?;
    }
    started.ended("decide");
    let (known, whole) = (needed.len(), missing.is_empty());
    needed.extend(missing);
    assert!(whole || needed.len() > known, "law: a raw file that was read has the texts of its records");
    Ok(whole)
}

/// What dedup knows of the dataset that is added to.
#[derive(Debug, Default)]
struct Earlier {
    known: Option<KnownPairs>,
    gone: Option<Sorted>,
    rows: Vec<DatasetRun>,
    without_text: Mutex<Paths>,
}

/// Runs one stage: `input` is what the stage before wrote (raw files for `ingest`), `output` a folder, or for `export` the dataset.
///
/// # Errors
/// When the input is not what the stage needs, or a file cannot be read or written.
pub fn run_stage(name: &str, config: &Config, options: &RunOptions) -> Result<Outcome> {
    let started = Started::now();
    let (input, output) = (&config.input.path, &config.export.path);
    let place = STAGE_NAMES
        .iter()
        .position(|stage| *stage == name)
        .ok_or_else(|| Error::usage(format!("expected a stage, but found `{name}`")))?;
    check_apart(input, output)?;
    let digest = config.digest.to_string();
    let before = if place == 0 { None } else { Some(Interim::read(input, STAGE_NAMES[place - 1], &digest)?) };
    let kind = if name == "export" { Kind::Dataset } else { Kind::Stage };
    let mut staging = Staging::create_beside(output, kind)?;
    let mut all = stages(config)?;
    check_stages(&all);
    let one: Vec<Box<dyn Stage>> =
        if (1..=all.len()).contains(&place) { vec![all.swap_remove(place - 1)] } else { Vec::new() };
    let target = if name == "validate" {
        Target::Runs(RunLimits { keep_last: false, ..options.memory_plan()?.runs })
    } else {
        Target::Batches
    };
    options.progress.phase.store(1, Ordering::Relaxed);
    let mut verdict = Verdict::default();
    let manifest = match before {
        None => {
            let plan = make_plan(config, options)?;
            let mut interim = Interim::new(name, digest);
            interim.input = plan.input.clone();
            interim.take(read_raw((config, &plan, options), &one, staging.path(), target)?);
            interim.write(&staging)?;
            interim.summary(config)
        }
        Some(interim) if name == "export" => {
            options.progress.phase.store(3, Ordering::Relaxed);
            let spill = SpillDir::create_beside(output)?;
            let (manifest, _) =
                write_dataset((config, options), (input, &interim, None), spill.path(), (&staging, None))?;
            started.write_facts(&staging, options)?;
            verdict = Gates::of(config).judge(&manifest.account);
            manifest
        }
        Some(mut interim) if name == "dedup" => {
            options.progress.phase.store(2, Ordering::Relaxed);
            let written = &interim.written;
            let runs = written.runs.iter().map(|run| run.file.as_path());
            for file in runs.chain(written.keys.iter().chain(&written.rejects).map(Path::new)) {
                link_or_copy(&input.join(file), &staging.path().join(file))?;
            }
            dedup_folder((config, options), staging.path(), &mut interim, &Earlier::default())?;
            name.clone_into(&mut interim.stage);
            interim.write(&staging)?;
            interim.summary(config)
        }
        Some(mut interim) => {
            let part = read_batches((input, &interim.written.batches), options, &one, (staging.path(), target))?;
            let earlier = std::mem::take(&mut interim.written.rejects);
            for (number, file) in earlier.iter().enumerate() {
                let name = format!("before-{name}-{number:03}.rejects");
                link_or_copy(&input.join(file), &staging.path().join(&name))?;
                interim.written.rejects.push(name);
            }
            interim.written.batches.clear();
            interim.take(part);
            name.clone_into(&mut interim.stage);
            interim.write(&staging)?;
            interim.summary(config)
        }
    };
    let Verdict { output, excesses, refusals } = publish(&mut staging, verdict)?;
    options.progress.phase.store(4, Ordering::Relaxed);
    let seconds = started.elapsed().as_secs_f64();
    Ok(Outcome { manifest, output, seconds, excesses, refusals, arrivals: None })
}

impl Interim {
    pub(super) fn take(&mut self, part: PhaseOne) {
        self.records += part.records;
        self.accounts.extend(part.accounts);
        self.written.add(part.written);
    }

    /// The account so far, in the form of a manifest without tables.
    fn summary(&self, config: &Config) -> Manifest {
        let mut manifest = Manifest::new(dataset_version(config), self.config_sha256.clone());
        manifest.input = self.input.clone();
        manifest.account = Account { records: self.records, stages: self.accounts.clone(), ..Account::default() };
        manifest.account.rejected = self.accounts.iter().map(crate::manifest::StageAccount::rejected_total).sum();
        manifest
    }
}

pub(super) fn make_plan(config: &Config, options: &RunOptions) -> Result<Plan> {
    let plan = Plan::of(config, |path| options.only.as_ref().is_none_or(|only| only.contains(path)))?;
    if plan.files.is_empty() {
        return Err(Error::usage(format!(
            "expected raw files below `{}`, but found none",
            config.input.path.display()
        ))
        .hint("an empty input would replace the dataset by an empty one; is a folder not mounted?"));
    }
    options.progress.total_bytes.store(plan.bytes, Ordering::Relaxed);
    Ok(plan)
}

/// Decides the records of a folder of runs and plans the shards, beside the runs.
fn dedup_folder(
    (config, options): (&Config, &RunOptions),
    folder: &Path,
    interim: &mut Interim,
    earlier: &Earlier,
) -> Result<()> {
    let keys: Vec<PathBuf> = interim.written.keys.iter().map(|file| folder.join(file)).collect();
    let scratch = SpillDir::create_in(folder, "dedup")?;
    let memory = options.memory_plan()?;
    let texts = RunTexts {
        folder,
        runs: &interim.written.runs,
        datasets: &earlier.rows,
        open_bytes: memory.open_bytes,
        chunk_bytes: memory.runs.chunk_bytes,
        without_text: &earlier.without_text,
    };
    let context = DecideContext {
        folder: scratch.path(),
        texts,
        workers: memory.workers,
        limit: memory.sorter_bytes * 2,
        before: earlier.gone.as_ref().map(|gone| Before { known: earlier.known.as_ref(), gone }),
    };
    let decided = decide(&keys, &config.dedup, context)?;
    let missing = earlier.without_text.lock().unwrap_or_else(PoisonError::into_inner).len();
    assert!(missing == 0 || earlier.gone.is_some(), "law: every wanted row stands in a run");
    interim.shards = plan_shards(&decided.rows, folder, options.cut_limits)?;
    interim.counts = decided.counts;
    let mut pairs = SpillWriter::create(&folder.join(PAIRS_FILE), 64 << 10)?;
    let mut rows = decided.pairs.rows()?;
    while let Some(row) = rows.next()? {
        let relation = Pair::read(&mut RowReader::new(row)).relation.name();
        match interim.counts.pairs.get_mut(relation) {
            Some(count) => *count += 1,
            None => drop(interim.counts.pairs.insert(relation.to_owned(), 1)),
        }
        pairs.push(row)?;
    }
    pairs.finish()?;
    Ok(())
}

/// Writes tables, schemas, card and manifest into `staging`; the manifest and the records that were taken down come back.
pub(super) fn write_dataset(
    (config, options): (&Config, &RunOptions),
    (folder, interim, before): (&Path, &Interim, Option<Published<'_>>),
    scratch: &Path,
    (staging, appended): (&Staging, Option<(&Base<'_>, AppendedPart)>),
) -> Result<(Manifest, Tally)> {
    let exported = export((config, options), (folder, interim, before), scratch, staging)?;
    let terms = &config.release.terms;
    exported.released.refuse_reserved(terms)?;
    let mut manifest = Manifest::new(dataset_version(config), interim.config_sha256.clone());
    manifest.extends = config.articles.extension.map(|extension| extension.digest.clone());
    manifest.dataset_sha256 = exported.digest.sum().to_string();
    manifest.rows = exported.rows;
    manifest.input = interim.input.clone();
    manifest.account = exported.account;
    assert_eq!(manifest.account.records, interim.records, "law: every record that was read has one row in `records`");
    manifest.account.stages.clone_from(&interim.accounts);
    convert(&mut manifest.account.stages, &exported.converted);
    assert_eq!(manifest.account.open_sum(), None, "law: the sum is closed");
    manifest.duplicates = DuplicateAccount {
        clusters: interim.counts.clusters,
        wide_groups: interim.counts.wide_groups,
        wide_buckets: interim.counts.wide_buckets,
        pairs: interim.counts.pairs.clone(),
    };
    manifest.dataset.clone_from(&config.dataset);
    manifest.audit.clone_from(&config.audit);
    let policies = config.dedup.policies;
    manifest.policies =
        PolicyAccount { exact: policies.exact.name().to_owned(), near: policies.near.name().to_owned() };
    manifest.composition = exported.composition;
    manifest.files = exported.files;
    manifest.splits = exported.splits;
    let mut counts = exported.released;
    if *terms != ReleaseTerms::default() {
        // Shards that were not written again were not counted.
        if interim.shards.iter().any(|shard| shard.published.is_some()) {
            counts = ReleaseCounts::default();
            let names = ["source_id", "license", "tdm_reservation"];
            let written = Dataset::unpublished(staging.path(), manifest.clone());
            written.scan(config.published, &names, |batch| counts.count(terms, batch))?;
        }
        if let Some(before) = appended.as_ref().and_then(|(base, _)| base.dataset().manifest.release.as_ref()) {
            counts.add(&before.counts);
        }
        manifest.release = Some(ReleaseAccount { terms: terms.clone(), counts });
    }
    let mut dataset_digest = DigestSum::from(&exported.digest.sum());
    if let Some((base, part)) = appended {
        add_published((base, part), &mut manifest, staging)?;
        let before = Digest::parse(&base.dataset().manifest.dataset_sha256);
        dataset_digest.add(&before.ok_or_else(|| Error::dataset("expected a dataset digest in the manifest"))?);
        manifest.dataset_sha256 = dataset_digest.to_digest().to_string();
        assert_eq!(manifest.account.open_sum(), None, "law: the sum is closed");
    }
    for table in tables_of(config.published, manifest.splits.is_some()) {
        let path = format!("schema/{}", json_schema::schema_file(table));
        manifest.files.push(write_text(staging, &path, &json_schema::schema_text(table))?);
    }
    manifest.files.sort_by(|a, b| a.path.cmp(&b.path));
    let tables: Vec<_> = tables_of(config.published, manifest.splits.is_some()).collect();
    for (path, text) in documents(&manifest, &tables) {
        manifest.files.push(write_text(staging, path, &text)?);
    }
    manifest.files.sort_by(|a, b| a.path.cmp(&b.path));
    if config.export.report {
        let page = unpublished_page((staging.path(), &manifest), scratch, options)?;
        manifest.files.push(write_file(staging, REPORT_FILE, &page)?);
        manifest.files.sort_by(|a, b| a.path.cmp(&b.path));
    }
    let mut file = staging.create(MANIFEST)?;
    write_json(&mut file, &manifest, &staging.path().join(MANIFEST))?;
    file.finish()?;
    Ok((manifest, exported.taken_down))
}

/// Says of records that were rejected and are named by the ledger of takedowns that they were taken down.
fn convert(stages: &mut [StageAccount], converted: &BTreeMap<(String, String), u64>) {
    for ((stage, reason), count) in converted {
        let account = stages.iter_mut().find(|account| account.stage == *stage);
        let rejected = &mut account.expect("law: a rejected record names its stage").rejected;
        let left = rejected.get_mut(reason).expect("law: a rejected record was counted");
        *left -= count;
        if *left == 0 {
            rejected.remove(reason);
        }
        *rejected.entry(ReasonCode::TakenDown.code().to_owned()).or_default() += count;
    }
}

fn write_text(staging: &Staging, path: &str, text: &str) -> Result<FileEntry> {
    write_file(staging, path, text.as_bytes())
}

fn write_file(staging: &Staging, path: &str, bytes: &[u8]) -> Result<FileEntry> {
    use std::io::Write as _;
    let mut file = staging.create(path)?;
    file.write_all(bytes).map_err(|error| Error::io("write", &staging.path().join(path), error))?;
    let digest = file.finish()?;
    Ok(FileEntry {
        path: path.to_owned(),
        bytes: digest.bytes,
        sha256: crate::kernels::sha256::Digest(digest.sha256).to_string(),
        rows: None,
    })
}

fn dataset_version(config: &Config) -> String {
    let digest = config.digest.to_string();
    let digits = digest.trim_start_matches(crate::kernels::sha256::PREFIX);
    format!("{}+{}", config.dataset.version, &digits[..12])
}

/// Input and output must not lie in each other: the next run would read its own result.
pub(super) fn check_apart(input: &Path, output: &Path) -> Result<()> {
    let (real_input, real_output) = (crate::io::real_path(input)?, crate::io::real_path(output)?);
    if real_output == real_input {
        return Err(Error::usage(format!("`{}` is both input and output", input.display()))
            .hint("name an output folder beside the input"));
    }
    if real_output.starts_with(&real_input) {
        return Err(Error::usage(format!(
            "the output `{}` lies inside the input `{}`",
            output.display(),
            input.display()
        ))
        .hint("name an output folder beside the input"));
    }
    if real_input.starts_with(&real_output) {
        return Err(Error::usage(format!(
            "the input `{}` lies inside the output `{}`",
            input.display(),
            output.display()
        ))
        .hint("name an output folder beside the input"));
    }
    Ok(())
}

pub(super) struct Started {
    clock: Instant,
    at: jiff::Timestamp,
    cpu: f64,
    phases: Vec<PhaseFacts>,
}

impl Started {
    pub(super) fn now() -> Self {
        Self { clock: Instant::now(), at: jiff::Timestamp::now(), cpu: cpu_seconds(), phases: Vec::new() }
    }

    /// Says that a part of the run has ended; one that ends again adds to itself.
    pub(super) fn ended(&mut self, name: &'static str) {
        let of = |all: f64, part: fn(&PhaseFacts) -> f64| all - self.phases.iter().map(part).sum::<f64>();
        let seconds = of(self.elapsed().as_secs_f64(), |phase| phase.seconds);
        let cpu = of(cpu_seconds() - self.cpu, |phase| phase.cpu_seconds);
        match self.phases.iter_mut().find(|phase| phase.name == name) {
            Some(phase) => {
                phase.seconds += seconds;
                phase.cpu_seconds += cpu;
            }
            None => self.phases.push(PhaseFacts { name, seconds, cpu_seconds: cpu }),
        }
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    pub(super) fn write_facts(&self, staging: &Staging, options: &RunOptions) -> Result<()> {
        let facts = RunFacts {
            tool_version: env!("CARGO_PKG_VERSION"),
            started_at: self.at.to_string(),
            seconds: self.elapsed().as_secs_f64(),
            threads: options.threads.get(),
            memory_bytes: options.memory,
            peak_rss_bytes: peak_rss(),
            phases: self.phases.clone(),
        };
        let mut file = staging.create("run.json")?;
        write_json(&mut file, &facts, &staging.path().join("run.json"))?;
        file.finish().map(|_| ())
    }
}
