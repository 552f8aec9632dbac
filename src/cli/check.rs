//! `copydesk check`

use super::ExitStatus;
use crate::error::Result;
/// x
pub fn check(_: &super::arguments::CheckArguments) -> Result<ExitStatus> {
    Ok(ExitStatus::Success)
}
