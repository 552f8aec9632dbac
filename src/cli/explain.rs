//! `copydesk explain`

use super::ExitStatus;
use crate::error::Result;
