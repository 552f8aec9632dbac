//! Puts a finished dataset in the place of the old one, in one step.
//!
//! A run writes into `.NAME.copydesk-XXXXXXXXXX/dataset/` beside its output and publishes by one rename: of that folder to a name
//! that is free (or to an empty directory), or by exchange with the old dataset. Why a kill at any moment leaves either the
//! old or the new complete dataset at the output:
//!
//! 1. *Before the rename* the output is untouched. Files, then the folders that name them, have reached the disk by then.
//! 2. *The rename* is atomic, and where a file system cannot exchange there is an error and no second way.
//! 3. *Behind it* the new dataset is in place. What is left is housekeeping on the old one, which now lies in the hidden directory:
//!    its dot-files (`.git` and the like, which are the user's) move to the new dataset, and the rest is removed. A run that is
//!    killed here leaves a hidden directory whose lock is free; the next run on the same output carries the dot-files over and
//!    removes the rest. Dot-files do not move before the rename, since a kill would then take them away from the old dataset.
//!
//! The lock of the hidden directory lies beside `dataset/`, not in it, so it is never published, and still guards the old dataset
//! while that is being removed. A second lock, `.NAME.copydesk-lock`, keeps two runs from writing one output at once.

use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;

use super::atomic::read_limited;
use super::digest::DigestWriter;
use super::exchange::exchange;
use super::holder::{DATASET, FAILED, FAILED_SUFFIX, Holder, carry_dot_files};
use super::lock::FileLock;
use super::target::Target;
use crate::error::{Error, Result};

/// Largest manifest that is read to see who wrote a dataset.
const MAX_MANIFEST: u64 = 256 << 20;

/// A dataset under construction beside its output; removed on drop.
#[derive(Debug)]
pub struct Staging {
    target: Target,
    dataset: PathBuf,
    // Fields drop in order: the output stays locked until the hidden directory is gone.
    holder: Holder,
    _output: FileLock,
}

/// Where a dataset was published.
#[derive(Debug, PartialEq, Eq)]
pub struct Published {
    /// The directory.
    pub path: PathBuf,
    /// The hidden directory with the old dataset, when it could not be emptied; the next run on the same output tries again.
    pub left_behind: Option<PathBuf>,
}

impl Staging {
    /// Locks the output, removes what dead runs have left beside it, and makes an empty staging directory.
    ///
    /// Called before the first byte of input is read, it finds out early what would keep the result from being published.
    ///
    /// # Errors
    /// Usage errors when another run writes the output, when it holds files that copydesk did not write, is no directory, or
    /// lies on a file system that cannot exchange directories; I/O errors.
    pub fn create_beside(output: &Path) -> Result<Self> {
        let target = Target::of(output)?;
        let lock_path = target.lock_path();
        let lock = FileLock::acquire(&lock_path).map_err(|error| Error::io("lock", &lock_path, error))?;
        let Some(lock) = lock else {
            return Err(Error::usage(format!("`{}` is being written by another run", output.display()))
                .hint("wait for it to end, or name another output"));
        };
        let holder = Holder::create(&target)?;
        let occupancy = Occupancy::of(&target.path())?;
        let dataset = holder.path().join(DATASET);
        fs::create_dir(&dataset).map_err(|error| Error::io("create", &dataset, error))?;
        if occupancy == Occupancy::Replaceable {
            probe_exchange(&holder, &target)?;
        }
        Ok(Self { target, dataset, holder, _output: lock })
    }

    /// The directory under construction.
    pub fn path(&self) -> &Path {
        &self.dataset
    }

    /// Makes a file, and the folders on the way to it.
    ///
    /// # Errors
    /// When the file exists already, or the operating system refuses.
    ///
    /// # Panics
    /// When `relative` leaves the dataset or has a part that begins with a dot: dot-files belong to the user.
    pub fn create(&self, relative: &str) -> Result<DigestWriter> {
        let inside = Path::new(relative)
            .components()
            .all(|part| matches!(part, Component::Normal(name) if !name.as_bytes().starts_with(b".")));
        assert!(inside, "law: dataset files lie inside the dataset and are not hidden: `{relative}`");
        let path = self.dataset.join(relative);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|error| Error::io("create", parent, error))?;
        }
        DigestWriter::create(&path)
    }

    /// Puts the dataset at the output, in one step; the module says what a kill leaves.
    ///
    /// # Errors
    /// When the output has come to hold foreign files, or cannot be replaced in one step. The staged files are untouched then,
    /// and can still go to [`Staging::publish_failed`].
    pub fn publish(&mut self) -> Result<Published> {
        self.install(&self.target.path(), DATASET)
    }

    /// Puts the dataset at `<output>.failed`, in the place of an older one; the output is untouched.
    ///
    /// # Errors
    /// As [`Staging::publish`].
    pub fn publish_failed(&mut self) -> Result<Published> {
        let staged = self.holder.path().join(FAILED);
        if self.dataset != staged {
            fs::rename(&self.dataset, &staged).map_err(|error| Error::io("rename", &self.dataset, error))?;
            self.dataset = staged;
        }
        self.install(&self.target.with_suffix(FAILED_SUFFIX), FAILED)
    }

    fn install(&self, output: &Path, folder: &str) -> Result<Published> {
        let occupancy = Occupancy::of(output)?;
        if occupancy != Occupancy::Free {
            let copy = fs::metadata(output).and_then(|old| fs::set_permissions(&self.dataset, old.permissions()));
            copy.map_err(|error| Error::io("set the permissions of", &self.dataset, error))?;
        }
        sync_tree(&self.dataset)?;
        let renamed = match occupancy {
            Occupancy::Free | Occupancy::Empty => fs::rename(&self.dataset, output),
            Occupancy::Replaceable => exchange(&self.dataset, output),
        };
        renamed.map_err(|error| refused(output, error))?;
        sync(self.target.parent())?;
        let old = self.holder.path().join(folder);
        let left = carry_dot_files(&old, output).and_then(|()| match fs::remove_dir_all(&old) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        });
        sync(output)?;
        let left_behind = left.is_err().then(|| self.holder.path().to_path_buf());
        Ok(Published { path: output.to_path_buf(), left_behind })
    }
}

/// What stands at an output path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Occupancy {
    /// Nothing.
    Free,
    /// An empty directory, which a plain rename replaces.
    Empty,
    /// A dataset of ours, or a directory with dot-files alone.
    Replaceable,
}

impl Occupancy {
    fn of(output: &Path) -> Result<Self> {
        match fs::symlink_metadata(output) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::Free),
            Err(error) => return Err(Error::io("read", output, error)),
            Ok(metadata) if !metadata.is_dir() => {
                return Err(Error::usage(format!("`{}` is not a directory", output.display())));
            }
            Ok(_) => {}
        }
        let names = fs::read_dir(output)
            .and_then(|entries| {
                entries.map(|entry| entry.map(|entry| entry.file_name())).collect::<io::Result<Vec<_>>>()
            })
            .map_err(|error| Error::io("list", output, error))?;
        if names.is_empty() {
            return Ok(Self::Empty);
        }
        if names.iter().all(|name| name.as_bytes().starts_with(b".")) || is_ours(&output.join("manifest.json")) {
            return Ok(Self::Replaceable);
        }
        Err(Error::usage(format!("`{}` holds files that copydesk did not write", output.display()))
            .hint(format!("name an empty or new directory, such as `{}`", output.join("dataset").display())))
    }
}

fn is_ours(manifest: &Path) -> bool {
    #[derive(Deserialize)]
    struct Tool {
        tool: String,
    }
    read_limited(manifest, MAX_MANIFEST)
        .ok()
        .and_then(|bytes| serde_json::from_slice::<Tool>(&bytes).ok())
        .is_some_and(|manifest| manifest.tool == "copydesk")
}

/// Exchanges two empty folders, and looks whether the output is a mount point, so that a run fails before its work and not after.
fn probe_exchange(holder: &Holder, target: &Target) -> Result<()> {
    use std::os::unix::fs::MetadataExt;
    let output = target.path();
    let (a, b) = (holder.path().join("probe-a"), holder.path().join("probe-b"));
    let probe = || -> io::Result<()> {
        if fs::metadata(&output)?.dev() != fs::metadata(target.parent())?.dev() {
            return Err(io::ErrorKind::CrossesDevices.into());
        }
        fs::create_dir(&a)?;
        fs::create_dir(&b)?;
        exchange(&a, &b)?;
        fs::remove_dir(&a)?;
        fs::remove_dir(&b)
    };
    probe().map_err(|error| refused(&output, error))
}

fn refused(output: &Path, error: io::Error) -> Error {
    Error::usage(format!("cannot replace `{}` in one step", output.display())).caused_by(error).hint(format!(
        "a mount point or its file system may not allow it: name a sub-folder that does not exist yet, such as `{}`",
        output.join("dataset").display()
    ))
}

/// Makes the entries of a directory durable.
pub(super) fn sync(directory: &Path) -> Result<()> {
    File::open(directory).and_then(|handle| handle.sync_all()).map_err(|error| Error::io("write", directory, error))
}

/// Makes the entries of a directory and of all below it durable; files are synced by their writers.
fn sync_tree(directory: &Path) -> Result<()> {
    let list = |path: &Path| -> io::Result<Vec<PathBuf>> {
        let mut below = Vec::new();
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                below.push(entry.path());
            }
        }
        Ok(below)
    };
    let mut pending = vec![directory.to_path_buf()];
    while let Some(path) = pending.pop() {
        pending.extend(list(&path).map_err(|error| Error::io("list", &path, error))?);
        sync(&path)?;
    }
    Ok(())
}
