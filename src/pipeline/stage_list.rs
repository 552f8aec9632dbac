//! The stages between the readers and dedup, and the check that each finds the columns that it needs.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::config::Config;
use crate::error::Result;
use crate::stages::Stage;
use crate::stages::attach::Attach;
use crate::stages::fingerprint::Fingerprint;
use crate::stages::ingest;
use crate::stages::normalize::Normalize;
use crate::stages::takedowns::Gate;
use crate::stages::validate::Validate;

/// Every stage command, in order.
pub const STAGE_NAMES: &[&str] = &["ingest", "normalize", "attach", "fingerprint", "validate", "dedup", "export"];

/// The stages that work on batches, in order.
///
/// # Errors
/// When a schema cannot be compiled.
pub fn stages(config: &Config) -> Result<Vec<Box<dyn Stage>>> {
    Ok(vec![
        Box::new(Normalize),
        Box::new(Attach::new(Arc::clone(&config.attach))),
        Box::new(Fingerprint::new(config.dedup.near, Arc::clone(&config.dedup.boilerplate))),
        Box::new(Gate::behind(Box::new(Validate::new(config.articles)), Arc::clone(&config.takedowns))),
    ])
}

/// Checks that each stage finds what it requires in what `ingest` and the stages before it provide.
///
/// # Panics
/// When a stage lacks a column: the stages are part of the program, so this is a bug.
pub fn check_stages(stages: &[Box<dyn Stage>]) {
    let mut columns: BTreeSet<&str> = ingest::PROVIDES.iter().copied().collect();
    for stage in stages {
        for column in stage.requires() {
            assert!(columns.contains(column), "law: stage `{}` finds its column `{column}`", stage.name());
        }
        columns.extend(stage.provides());
    }
}
