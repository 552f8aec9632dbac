//! `copydesk takedown`: removes articles from every file of a published dataset, and keeps them out of every later run.
//!
//! The ledger is written first. Then the dataset is made anew from itself, without the records that the ledger names: what stays is
//! carried over as `run --into` carries it, and decided again, so the result is what a run over all raw files with the ledger would give.
//! Without an index there is nothing to carry, and that run is made; a dataset with appended parts is made again part by part.

mod find;
mod prove;

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use serde::Serialize;

pub use self::find::Selector;
use self::find::{Found, find};
pub use self::prove::{Proof, Remnant, prove};
use super::RunOptions;
use super::article_rows::{id_bytes, text};
use super::chain::Target;
use super::dataset_rows::Dataset;
use super::gates::shown_path;
use super::incremental::{Base, FileState, Ids, Paths, sort_by_place, write_index};
use super::interim::Interim;
use super::keep::{Published, keep_shards};
use super::phase_one::read_raw;
use super::plan::Plan;
use super::replay::{Parts, appending, changed_file};
use super::run::{Started, carry_and_decide, check_apart, make_plan, run_unguarded, write_dataset};
use super::stage_list::{check_stages, stages};
use crate::columns::{ARTICLES, RULE_VERSION};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::io::{Kind, SpillDir, Staging, is_there, random_bytes, real_path, write_atomic, write_secret};
use crate::kernels::sha256::push_hex;
use crate::manifest::{Account, Manifest};
use crate::stages::takedowns::Takedowns;

/// Advice for a dataset that cannot be made anew from itself.
const WITHOUT_INDEX: &str = "a dataset without an `index`, which `run --into` writes, is made anew from the raw files: \
     name them with `--input`";

/// Advice where raw files are missing.
const NEEDS_RAW_FILES: &str = "name the folder of the raw files with `--input`; the ledger names the article already, and the same \
     command goes on from there";

/// The file of the key of a ledger: beside it, ending in `.key`.
pub fn takedowns_key(ledger: &Path) -> PathBuf {
    ledger.with_extension("key")
}

/// What is to be taken down, and why.
#[derive(Clone, Debug)]
pub struct Takedown {
    /// The articles; with none, only what the ledger names already.
    pub selectors: Vec<Selector>,
    /// Why; goes to the ledger.
    pub reason: String,
    /// Whether verified copies go too.
    pub copies: bool,
    /// The ledger.
    pub ledger: PathBuf,
}

/// What was taken down.
#[derive(Clone, Debug, Serialize)]
pub struct Removed {
    /// The dataset.
    pub output: PathBuf,
    /// Rows of `articles` that have gone.
    pub articles: u64,
    /// Removed duplicates that have gone.
    pub duplicates: u64,
    /// Rejected records that have gone.
    pub rejected: u64,
    /// Clusters that have lost a member, and have others.
    pub clusters: u64,
    /// Addresses that stay open, since many other records have them.
    pub shared_addresses: u64,
    /// Raw files that were read.
    pub files_read: u64,
    /// The account of the dataset as it is now.
    pub manifest: Manifest,
    /// The old dataset, where the system could not remove it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_behind: Option<PathBuf>,
    /// Seconds of wall time.
    pub seconds: f64,
}

/// Takes articles down from the dataset at `path`.
///
/// # Errors
/// When the dataset, the configuration or the ledger do not belong together, nothing is found, or a text is needed that only raw files
/// have and they are not at `config.input`.
pub fn take_down(path: &Path, config: &Config, options: &RunOptions, takedown: &Takedown) -> Result<Removed> {
    let started = Started::now();
    let dataset = Dataset::open(path)?;
    let before = made_with(&dataset, config)?;
    refuse_place(path, config, &takedown.ledger)?;
    let (mut takedowns, fresh_key) = with_key(&config.takedowns, &takedown.ledger)?;
    let mut staging = Staging::create_beside(path, Kind::Dataset)?;
    let parts = Parts::of(&dataset, &before)?;
    let base = Base::open(path, &appending(&before))?;
    let index = base.as_ref().map(Base::index);
    let found = find((&dataset, index), &takedowns, (&takedown.selectors, takedown.copies))?;
    let clusters = changed_clusters(&dataset, &found)?;
    found.enter(&mut takedowns, &takedown.reason, takedown.copies);
    if takedowns.digest() != config.takedowns.digest() {
        if let Some(key) = fresh_key {
            write_secret(&takedowns_key(&takedown.ledger), key.as_bytes())?;
        }
        write_atomic(&takedown.ledger, takedowns.text().as_bytes())?;
    }
    let mut config = config.with_takedowns(takedowns);
    path.clone_into(&mut config.export.path);
    let old = dataset.manifest.account.clone();
    let (manifest, files_read, left_behind) = if !parts.is_whole() {
        drop(staging);
        if let Some(file) = changed_file(&dataset, (&before, &config, options))? {
            return Err(Error::dataset(
                "the appended parts have to be made again, which only the raw files can give".to_owned(),
            )
            .caused_by(format!("expected `{file}` as it was when it was read, but found it changed or gone"))
            .hint(NEEDS_RAW_FILES));
        }
        (parts.make(&config, options)?.manifest, parts.files(), None)
    } else if let Some(base) = base {
        let base = base.without(found.ids());
        let (manifest, files_read) = make_anew((&config, options), &base, &staging, Started::now())?;
        (manifest, files_read, staging.publish()?.left_behind)
    } else {
        drop(staging);
        let outcome = run_unguarded(&config, options).map_err(|error| error.hint(WITHOUT_INDEX))?;
        let files_read = outcome.manifest.input.files.values().sum();
        (outcome.manifest, files_read, None)
    };
    options.progress.phase.store(4, Ordering::Relaxed);
    let lost = |of: fn(&Account) -> u64| of(&old).saturating_sub(of(&manifest.account));
    Ok(Removed {
        output: shown_path(path),
        articles: lost(|account| account.articles),
        duplicates: lost(|account| account.duplicates),
        rejected: lost(|account| account.rejected),
        clusters,
        shared_addresses: found.shared_addresses(),
        files_read,
        manifest,
        left_behind,
        seconds: started.elapsed().as_secs_f64(),
    })
}

/// The configuration that the dataset was made with: this one, or it with fewer takedowns.
fn made_with(dataset: &Dataset<'_>, config: &Config) -> Result<Config> {
    let manifest = &dataset.manifest;
    if manifest.rule_version != RULE_VERSION {
        return Err(Error::usage(format!(
            "`{}` was decided by the rules `{}`, but this copydesk has `{RULE_VERSION}`",
            dataset.name(),
            manifest.rule_version
        ))
        .hint(format!("take down with copydesk {}", manifest.tool_version)));
    }
    let mut versions = config.takedowns.versions().map(|takedowns| config.with_takedowns(takedowns));
    versions.find(|config| config.digest.to_string() == manifest.config_sha256).ok_or_else(|| {
        Error::config(format!("`{}` was made with another configuration", dataset.name()))
            .hint("name the one that it was made with: `--config FILE`")
    })
}

/// A ledger in the dataset would be published, and one among the raw files read as one of them.
fn refuse_place(dataset: &Path, config: &Config, ledger: &Path) -> Result<()> {
    let place = real_path(ledger)?;
    for (folder, what) in [(dataset, "dataset"), (config.input.path.as_path(), "folder of raw files")] {
        if is_there(folder) && place.starts_with(real_path(folder)?) {
            let (ledger, folder) = (ledger.display(), folder.display());
            return Err(Error::config("cannot use `dataset.takedowns`")
                .caused_by(format!("expected `{ledger}` outside of the {what}, but it lies in `{folder}`"))
                .hint("the ledger and its key lie beside the configuration"));
        }
    }
    Ok(())
}

/// The ledger with its key; before the first takedown with a new one, whose text comes back.
fn with_key(takedowns: &Takedowns, ledger: &Path) -> Result<(Takedowns, Option<String>)> {
    if takedowns.has_key() {
        return Ok((takedowns.clone(), None));
    }
    let mut key = String::new();
    push_hex(&random_bytes()?, &mut key);
    key.push('\n');
    let name = ledger.display().to_string();
    Ok((Takedowns::parse((&name, ""), Some((&name, &key)))?, Some(key)))
}

/// How many clusters lose a member and have another row.
fn changed_clusters(dataset: &Dataset<'_>, found: &Found) -> Result<u64> {
    let taken = found.ids();
    let mut changed = Ids::new();
    dataset.scan(&ARTICLES, &["id", "cluster_id"], |batch| {
        for (id, cluster) in text(batch, "id").iter().zip(text(batch, "cluster_id")) {
            let (Some(id), Some(cluster)) = (id.map(id_bytes), cluster.map(id_bytes)) else { continue };
            if found.clusters.contains(&cluster) && !taken.contains(&id) {
                changed.insert(cluster);
            }
        }
        Ok(())
    })?;
    Ok(changed.len() as u64)
}

/// Makes the dataset anew from itself; the manifest and the number of raw files that were read come back.
fn make_anew(
    (config, options): (&Config, &RunOptions),
    base: &Base<'_>,
    staging: &Staging,
    mut started: Started,
) -> Result<(Manifest, u64)> {
    let stages = stages(config)?;
    check_stages(&stages);
    let spill = SpillDir::create_beside(base.dataset().root())?;
    let memory = options.memory_plan()?;
    let limit = memory.sorter_bytes * 2;
    // Files of removed copies whose texts are needed; each pass adds some, so the passes end.
    let mut needed = Paths::new();
    loop {
        options.progress.phase.store(2, Ordering::Relaxed);
        let pass = SpillDir::create_in(spill.path(), "pass")?;
        let folder = pass.path();
        let mut interim = Interim::new("validate", config.digest.to_string());
        interim.input = base.dataset().manifest.input.clone();
        let stays: Paths = base.paths().filter(|path| !needed.contains(path)).collect();
        if !needed.is_empty() {
            let plan = plan_needed((config, options), base, &needed)?;
            interim.take(read_raw((config, &plan, options), &stages, folder, Target::Runs(memory.runs))?);
        }
        let parts = (folder, &mut interim, &mut started);
        if !carry_and_decide((config, options), Some((base, &stays)), parts, &mut needed)? {
            continue;
        }
        options.progress.phase.store(3, Ordering::Relaxed);
        let run = interim.written.runs.iter().find_map(|run| run.dataset.clone());
        let run = run.expect("law: what is carried over stands in a dataset");
        interim.shards =
            keep_shards((base.dataset(), &run), config.articles, &interim.shards, (folder, memory.sorter_bytes))?;
        let before = Some(Published::keeping(base.dataset(), base.taken()));
        let (manifest, tally) = write_dataset((config, options), (folder, &interim, before), folder, (staging, None))?;
        let rows = sort_by_place(folder, &interim.written.keys, limit)?;
        let state = |state: &FileState| FileState { taken_down: tally.of_file(&state.raw_path), ..state.clone() };
        let states = base.states().map(state).collect();
        write_index(staging, (config, &manifest.dataset_sha256), states, (None, &rows))?;
        started.ended("write");
        started.write_facts(staging, options)?;
        return Ok((manifest, needed.len() as u64));
    }
}

/// The plan of the raw files that have texts which the dataset has not.
fn plan_needed((config, options): (&Config, &RunOptions), base: &Base<'_>, needed: &Paths) -> Result<Plan> {
    let hint = NEEDS_RAW_FILES;
    let without = |path: &str| {
        Error::dataset("a removed copy has to be read again, which only the raw files can give".to_owned())
            .caused_by(format!("expected `{path}` as it was when it was read, but found it changed or gone"))
            .hint(hint)
    };
    if !is_there(&config.input.path) {
        let path = needed.iter().next().map_or("", String::as_str);
        return Err(without(path));
    }
    check_apart(&config.input.path, base.dataset().root())?;
    let mut plan = make_plan(config, options).map_err(|error| error.hint(hint))?;
    let unchanged = base.unchanged(&plan);
    if let Some(path) = needed.iter().find(|path| !unchanged.contains(*path)) {
        return Err(without(path));
    }
    plan.read_only(|file| needed.contains(&file.facts.raw_path));
    Ok(plan)
}
