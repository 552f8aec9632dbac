//! `copydesk explain`

use super::ExitStatus;
use crate::error::Result;
/// x
pub fn explain(_: &super::arguments::ExplainArguments) -> Result<ExitStatus> {
    Ok(ExitStatus::Success)
}
