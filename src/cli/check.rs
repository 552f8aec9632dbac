//! `copydesk check`

use super::ExitStatus;
use crate::error::Result;
