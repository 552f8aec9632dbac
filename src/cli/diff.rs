//! `copydesk diff`: prints how two datasets differ.

use super::ExitStatus;
use super::arguments::DiffArguments;
use crate::error::Result;

/// `copydesk diff`
pub fn diff(_arguments: &DiffArguments) -> Result<ExitStatus> {
    Ok(ExitStatus::Success)
}
