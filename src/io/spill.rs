//! The temporary folder of a run.

use std::path::{Path, PathBuf};

use super::holder::Holder;
use super::target::Target;
use crate::error::Result;

/// A hidden, locked folder for intermediate files; removed with all its files on drop, or by the next run if this one is killed.
#[derive(Debug)]
pub struct SpillDir {
    holder: Holder,
}

impl SpillDir {
    /// Makes the folder beside an output, `.NAME.copydesk-XXXXXXXXXX`, and removes those that dead runs have left there.
    ///
    /// The folders of runs that are alive are not touched. Only the owner may look into it.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub fn create_beside(output: &Path) -> Result<Self> {
        Ok(Self { holder: Holder::create(&Target::of(output)?)? })
    }

    /// Makes the folder in another directory, for a disk with more room; `name` keeps runs of different outputs apart.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub fn create_in(folder: &Path, name: &str) -> Result<Self> {
        Self::create_beside(&folder.join(name))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.holder.path()
    }

    /// The path of a file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.holder.path().join(name)
    }
}
