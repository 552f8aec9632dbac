//! The gates of a run: what keeps a finished result from being published, and where it goes then.

use std::path::{Path, PathBuf};

use super::guard::{Excess, excesses, show_pairs};
use super::rejection_gate::{Refusal, refusals, show_rejected};
use crate::config::{Config, RejectionLimits};
use crate::error::Result;
use crate::io::Staging;
use crate::manifest::Account;

/// What is asked of a result; nothing by default.
#[derive(Clone, Copy, Debug, Default)]
pub struct Gates {
    max_source_loss: Option<f64>,
    max_rejected: RejectionLimits,
}

/// What the gates found, and where the result lies therefore.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Where it lies, once it is published.
    pub output: PathBuf,
    /// Sources that lost too much as duplicates.
    pub excesses: Vec<Excess>,
    /// What rejected too many records.
    pub refusals: Vec<Refusal>,
}

impl Gates {
    /// What a configuration asks.
    pub fn of(config: &Config) -> Self {
        Self { max_source_loss: config.max_source_loss, max_rejected: config.max_rejected }
    }

    /// Judges a finished account.
    pub fn judge(self, account: &Account) -> Verdict {
        Verdict {
            output: PathBuf::new(),
            excesses: self.max_source_loss.map_or_else(Vec::new, |most| excesses(account, most)),
            refusals: refusals(account, self.max_rejected),
        }
    }
}

/// Puts the result at the output, or beside it where a gate is shut; then what shut it shows its records.
///
/// # Errors
/// When the output cannot be replaced, or the result cannot be read.
pub fn publish(staging: &mut Staging, mut verdict: Verdict) -> Result<Verdict> {
    let published = if verdict.excesses.is_empty() && verdict.refusals.is_empty() {
        staging.publish()?
    } else {
        if !verdict.excesses.is_empty() {
            show_pairs(staging.path(), &mut verdict.excesses)?;
        }
        if !verdict.refusals.is_empty() {
            show_rejected(staging.path(), &mut verdict.refusals)?;
        }
        staging.publish_failed()?
    };
    verdict.output = shown_path(&published.path);
    Ok(verdict)
}

/// A path as the user would write it: without a leading `./`.
pub(super) fn shown_path(path: &Path) -> PathBuf {
    path.strip_prefix(".").unwrap_or(path).to_owned()
}
