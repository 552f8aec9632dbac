//! A locked hidden directory beside an output: where a run keeps what is not finished.
//!
//! ```text
//! .NAME.copydesk-0123456789/
//!   lock        flock'ed by the run; free when the run is dead
//!   dataset/    only in a staging directory: what is being written, after the exchange the dataset that was replaced
//!   failed/     the same for `NAME.failed`
//! ```
//!
//! copydesk writes no dot-files, so a dot-file in `dataset/` or `failed/` is one that a killed run had not yet carried over to
//! the new dataset; it is brought home before anything is removed, and what cannot be brought home is not removed.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::exchange::rename_new;
use super::lock::FileLock;
use super::target::Target;
use crate::error::{Error, Result};

const LOCK: &str = "lock";
/// Folder of a staged dataset inside the holder.
pub(super) const DATASET: &str = "dataset";
/// Folder of a staged dataset that did not pass its gate.
pub(super) const FAILED: &str = "failed";
/// What the name of a failed dataset ends with.
pub(super) const FAILED_SUFFIX: &str = ".failed";

/// A hidden directory of this run, removed on drop unless it holds dot-files of the user.
#[derive(Debug)]
pub(super) struct Holder {
    path: PathBuf,
    target: Target,
    lock: Option<FileLock>,
}

impl Holder {
    /// Removes what dead runs have left beside `target` and makes a new hidden directory, for the owner's eyes only.
    pub fn create(target: &Target) -> Result<Self> {
        remove_stale(target);
        loop {
            let path = target.fresh_sibling();
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(Error::io("create", &path, error)),
            }
            // Another run may take the directory for stale as long as it is empty or its lock is free. Then either the lock
            // cannot be made, or it is busy, or it is gone again: in each case the next name is tried.
            match FileLock::acquire(&path.join(LOCK)) {
                Ok(Some(lock)) => return Ok(Self { path, target: target.clone(), lock: Some(lock) }),
                Ok(None) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(Error::io("lock", &path, error)),
            }
        }
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Holder {
    /// What cannot be removed now is removed by the next run.
    fn drop(&mut self) {
        if let Some(lock) = self.lock.take() {
            remove_holder(&self.target, &self.path, lock).ok();
        }
    }
}

/// Removes the hidden directories of dead runs. What cannot be removed stays for the next run: it is no reason to stop this one.
fn remove_stale(target: &Target) {
    let Ok(entries) = fs::read_dir(target.parent()) else { return };
    for entry in entries.flatten() {
        let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if !is_directory || !target.is_sibling(&entry.file_name()) {
            continue;
        }
        let path = entry.path();
        match FileLock::acquire_existing(&path.join(LOCK)) {
            Ok(Some(lock)) => remove_holder(target, &path, lock).ok(),
            // Killed before its lock was made: empty, or not ours to judge.
            Err(error) if error.kind() == io::ErrorKind::NotFound => fs::remove_dir(&path).ok(),
            _ => None,
        };
    }
}

/// Brings dot-files home and removes the directory, its lock last, so that a removal that fails or is cut short can be taken up
/// again by the next run.
fn remove_holder(target: &Target, path: &Path, lock: FileLock) -> io::Result<()> {
    if let Err(error) = empty_holder(target, path) {
        lock.leave();
        return Err(error);
    }
    drop(lock);
    fs::remove_dir(path)
}

fn empty_holder(target: &Target, path: &Path) -> io::Result<()> {
    carry_dot_files(&path.join(DATASET), &target.path())?;
    carry_dot_files(&path.join(FAILED), &target.with_suffix(FAILED_SUFFIX))?;
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_name() == LOCK {
            continue;
        }
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Moves the dot-files of directory `from` to directory `to`, replacing nothing; no `from` is fine.
pub(super) fn carry_dot_files(from: &Path, to: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(from) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let name = entry?.file_name();
        if name.as_bytes().starts_with(b".") {
            rename_new(&from.join(&name), &to.join(&name))?;
        }
    }
    Ok(())
}
