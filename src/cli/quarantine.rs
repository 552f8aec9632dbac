//! `copydesk quarantine`: copies rejected records out.

use super::ExitStatus;
use super::arguments::QuarantineArguments;
use crate::error::Result;

/// `copydesk quarantine`
pub fn quarantine(_arguments: &QuarantineArguments) -> Result<ExitStatus> {
    Ok(ExitStatus::Success)
}
