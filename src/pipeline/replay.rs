//! Makes a dataset with appended parts again from the raw files: the first part alone, then each of the others, in their order.
//!
//! What a part says depends on those before it only, so reading the same files in the same steps gives the same rows.

use std::sync::Arc;

use super::append::append;
use super::dataset_rows::Dataset;
use super::gates::Gates;
use super::incremental::{Base, Paths};
use super::run::{make_plan, run_into_guarded, run_unguarded};
use super::{Outcome, RunOptions};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::io::{SpillDir, is_there};

/// Raw paths by the part that they were read for; one part, without a list, of a dataset that was written whole.
#[derive(Debug)]
pub struct Parts(Vec<Arc<Paths>>);

impl Parts {
    /// The parts of a dataset that was made with `config`.
    ///
    /// # Errors
    /// When parts were appended, and the index does not tell which files they are of.
    pub fn of(dataset: &Dataset<'_>, config: &Config) -> Result<Self> {
        let appended = &dataset.manifest.appended;
        if appended.is_empty() {
            return Ok(Self(Vec::new()));
        }
        let unknown = || {
            let name = dataset.name();
            Error::dataset(format!(
                "expected to learn which raw files the parts of `{name}` are of, but its `index` does not tell"
            ))
            .hint("work the raw files in with `append-only = false` for one run, which makes the dataset whole")
        };
        let base = Base::open(dataset.root(), &appending(config))?.ok_or_else(unknown)?;
        let mut parts: Vec<Paths> = vec![Paths::new(); appended.len() + 1];
        for state in base.states() {
            parts.get_mut(usize::from(state.part)).ok_or_else(unknown)?.insert(state.raw_path.clone());
        }
        let told = parts[1..].iter().map(|paths| paths.len() as u64);
        if !told.eq(appended.iter().map(|part| part.files)) {
            return Err(unknown());
        }
        Ok(Self(parts.into_iter().map(Arc::new).collect()))
    }

    /// Whether it is a dataset that was written whole.
    pub fn is_whole(&self) -> bool {
        self.0.is_empty()
    }

    /// How many raw files there are.
    pub fn files(&self) -> u64 {
        self.0.iter().map(|paths| paths.len() as u64).sum()
    }

    /// Makes the dataset at the output of `config`, whatever is lost or rejected.
    ///
    /// # Errors
    /// As a run, and as appending.
    pub fn make(&self, config: &Config, options: &RunOptions) -> Result<Outcome> {
        let Some((first, rest)) = self.0.split_first() else { return run_unguarded(config, options) };
        let scratch = SpillDir::create_beside(&config.export.path)?;
        let mut own = appending(config);
        own.export.path = scratch.file("parts");
        own.export.report = false;
        let mut known = Paths::clone(first);
        let reading = |paths: &Paths| RunOptions { only: Some(Arc::new(paths.clone())), ..options.clone() };
        let mut outcome = run_into_guarded(&own, &reading(&known), (false, Gates::default()))?;
        for (number, paths) in rest.iter().enumerate() {
            // A part of which no file is left would not be written.
            make_plan(&own, &reading(paths)).map_err(|error| {
                error.caused_by(format!("it is those of appended part {} that are missing", number + 1))
            })?;
            known.extend(paths.iter().cloned());
            let from = own.export.path.clone();
            if number + 1 == rest.len() {
                own.export.path.clone_from(&config.export.path);
                own.export.report = config.export.report;
            }
            outcome = append(&from, (&own, &reading(&known)), Gates::default())?;
        }
        Ok(outcome)
    }
}

/// The same configuration, for a dataset that was appended to: whether it is goes into no row.
pub fn appending(config: &Config) -> Config {
    let mut config = config.clone();
    config.export.append_only = true;
    config
}

/// A raw file that is no longer as it was when `dataset` was made, or has gone.
///
/// # Errors
/// When the raw files cannot be looked at.
pub fn changed_file(
    dataset: &Dataset<'_>,
    (made_with, config, options): (&Config, &Config, &RunOptions),
) -> Result<Option<String>> {
    let Some(base) = Base::open(dataset.root(), &appending(made_with))? else { return Ok(None) };
    if !is_there(&config.input.path) {
        return Ok(base.paths().next());
    }
    let unchanged = base.unchanged(&make_plan(config, options)?);
    Ok(base.paths().find(|path| !unchanged.contains(path)))
}
