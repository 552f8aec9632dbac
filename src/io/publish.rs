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
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;

use super::atomic::read_limited;
use super::digest::DigestWriter;
use super::exchange::exchange;
use super::holder::{DATASET, FAILED, FAILED_SUFFIX, Holder, carry_dot_files};
use super::lock::FileLock;
use super::place::link_or_copy;
use super::target::Target;
use crate::error::{Error, Result};

/// Largest manifest that is read to see who wrote a dataset.
const MAX_MANIFEST: u64 = 256 << 20;

/// A dataset under construction beside its output; removed on drop.
#[derive(Debug)]
pub struct Staging {
    target: Target,
    kind: Kind,
    dataset: PathBuf,
    // Fields drop in order: the output stays locked until the hidden directory is gone.
    holder: Holder,
    _output: FileLock,
}

/// What is put at an output; one never replaces the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A dataset.
    Dataset,
    /// A folder between two stages.
    Stage,
    /// Rejected records, copied out.
    Quarantine,
    /// A dataset in another format.
    Conversion,
}

/// What the manifest of a quarantine says of its `stage`.
pub const QUARANTINE: &str = "quarantine";
/// What the manifest of a conversion says of its `stage`.
pub const CONVERSION: &str = "convert";

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
    pub fn create_beside(output: &Path, kind: Kind) -> Result<Self> {
        let target = Target::of(output)?;
        let lock_path = target.lock_path();
        let lock = FileLock::acquire(&lock_path).map_err(|error| {
            Error::io("lock", &lock_path, error).hint(
                "the result is prepared beside the output, so the directory that holds it must be writable: name a sub-folder",
            )
        })?;
        let Some(lock) = lock else {
            return Err(Error::usage(format!("`{}` is being written by another run", output.display()))
                .hint("wait for it to end, or name another output"));
        };
        let holder = Holder::create(&target)?;
        let occupancy = Occupancy::of(&target.path(), kind)?;
        let dataset = holder.path().join(DATASET);
        fs::create_dir(&dataset).map_err(|error| Error::io("create", &dataset, error))?;
        probe(&holder, &target, occupancy).map_err(|error| refused(&target.path(), error))?;
        Ok(Self { target, kind, dataset, holder, _output: lock })
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
        DigestWriter::create(&self.place(relative)?)
    }

    /// Puts a file that is there already into the dataset as well: by a hard link where the file system allows it, else by a copy.
    ///
    /// # Errors
    /// As [`Staging::create`].
    pub fn link(&self, from: &Path, relative: &str) -> Result<()> {
        link_or_copy(from, &self.place(relative)?)
    }

    fn place(&self, relative: &str) -> Result<PathBuf> {
        let inside = Path::new(relative)
            .components()
            .all(|part| matches!(part, Component::Normal(name) if !name.as_bytes().starts_with(b".")));
        assert!(inside, "law: dataset files lie inside the dataset and are not hidden: `{relative}`");
        let path = self.dataset.join(relative);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|error| Error::io("create", parent, error))?;
        }
        Ok(path)
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
        let occupancy = Occupancy::of(output, self.kind)?;
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
    fn of(output: &Path, kind: Kind) -> Result<Self> {
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
        if names.iter().all(|name| name.as_bytes().starts_with(b".")) {
            return Ok(Self::Replaceable);
        }
        match written_by_copydesk(&output.join("manifest.json")) {
            Some(found) if found == kind => return Ok(Self::Replaceable),
            Some(found) => {
                let held = match found {
                    Kind::Dataset => "a dataset",
                    Kind::Stage => "the output of a stage",
                    Kind::Quarantine => "a quarantine",
                    Kind::Conversion => "a conversion",
                };
                let replacing = match kind {
                    Kind::Dataset => "a dataset",
                    Kind::Stage => "a stage",
                    Kind::Quarantine => "a quarantine",
                    Kind::Conversion => "a conversion",
                };
                let message = format!("`{}` holds {held}, which {replacing} does not replace", output.display());
                return Err(Error::usage(message).hint("name another output"));
            }
            None => {}
        }
        Err(Error::usage(format!("`{}` holds files that copydesk did not write", output.display()))
            .hint(format!("name an empty or new directory, such as `{}`", output.join("dataset").display())))
    }
}

/// What copydesk wrote where this manifest lies; none when it did not.
fn written_by_copydesk(manifest: &Path) -> Option<Kind> {
    #[derive(Deserialize)]
    struct Written {
        tool: String,
        stage: Option<serde_json::Value>,
    }
    let bytes = read_limited(manifest, MAX_MANIFEST).ok()?;
    let written = serde_json::from_slice::<Written>(&bytes).ok().filter(|manifest| manifest.tool == "copydesk")?;
    Some(match written.stage {
        None => Kind::Dataset,
        Some(stage) if stage == QUARANTINE => Kind::Quarantine,
        Some(stage) if stage == CONVERSION => Kind::Conversion,
        Some(_) => Kind::Stage,
    })
}

/// Looks whether the output is a mount point, and exchanges two empty folders, so that a run fails before its work and not after.
fn probe(holder: &Holder, target: &Target, occupancy: Occupancy) -> io::Result<()> {
    if occupancy == Occupancy::Free {
        return Ok(());
    }
    if fs::metadata(target.path())?.dev() != fs::metadata(target.parent())?.dev() {
        return Err(io::ErrorKind::CrossesDevices.into());
    }
    if occupancy == Occupancy::Replaceable {
        let (a, b) = (holder.path().join("probe-a"), holder.path().join("probe-b"));
        fs::create_dir(&a)?;
        fs::create_dir(&b)?;
        exchange(&a, &b)?;
    }
    Ok(())
}

fn refused(output: &Path, error: io::Error) -> Error {
    Error::usage(format!("cannot replace `{}` in one step", output.display())).caused_by(error).hint(format!(
        "a mount point or its file system may not allow it: name a sub-folder that does not exist yet, such as `{}`",
        output.join("dataset").display()
    ))
}

/// Makes the entries of a directory durable, as far as the file system knows how.
pub(super) fn sync(directory: &Path) -> Result<()> {
    match File::open(directory).and_then(|handle| handle.sync_all()) {
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        result => result.map_err(|error| Error::io("write", directory, error)),
    }
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

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;
    use crate::error::ErrorKind;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn fill(staging: &Staging, content: &str) {
        for (name, content) in [("manifest.json", r#"{"version":"1","tool":"copydesk"}"#), ("data/a.txt", content)] {
            let mut file = staging.create(name).unwrap();
            file.write_all(content.as_bytes()).unwrap();
            file.finish().unwrap();
        }
    }

    fn publish(output: &Path, content: &str) -> Published {
        let mut staging = Staging::create_beside(output, Kind::Dataset).unwrap();
        fill(&staging, content);
        staging.publish().unwrap()
    }

    fn content(output: &Path) -> String {
        fs::read_to_string(output.join("data/a.txt")).unwrap()
    }

    #[test]
    fn a_dataset_takes_a_free_name_and_then_the_place_of_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("sub/out");
        assert_eq!(publish(&output, "one"), Published { path: output.clone(), left_behind: None });
        fs::create_dir(output.join(".git")).unwrap();
        fs::write(output.join(".git/HEAD"), "ref").unwrap();
        fs::set_permissions(&output, fs::Permissions::from_mode(0o750)).unwrap();
        publish(&output, "two");
        assert_eq!(content(&output), "two");
        assert_eq!(names(&output), [".git", "data", "manifest.json"], "dot-files stay, the lock is not published");
        assert_eq!(fs::read(output.join(".git/HEAD")).unwrap(), b"ref");
        assert_eq!(fs::metadata(&output).unwrap().permissions().mode() & 0o777, 0o750);
        assert_eq!(names(&folder.path().join("sub")), ["out"], "nothing hidden is left");
    }

    #[test]
    fn empty_directories_and_those_with_dot_files_are_taken() {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("out");
        fs::create_dir(&output).unwrap();
        publish(&output, "one");
        assert_eq!(content(&output), "one");
        fs::remove_dir_all(&output).unwrap();
        fs::create_dir_all(output.join(".git/refs")).unwrap();
        publish(&output, "two");
        assert_eq!(names(&output), [".git", "data", "manifest.json"]);
        assert!(output.join(".git/refs").is_dir());
    }

    #[test]
    fn foreign_directories_and_files_are_refused_before_and_at_the_end() {
        let folder = tempfile::tempdir().unwrap();
        for (name, manifest) in [("a", ""), ("b", r#"{"tool":"other"}"#), ("c", "[]"), ("d", r#"{"note":"copydesk"}"#)]
        {
            let output = folder.path().join(name);
            fs::create_dir(&output).unwrap();
            fs::write(output.join("manifest.json"), manifest).unwrap();
            let error = Staging::create_beside(&output, Kind::Dataset).unwrap_err();
            assert_eq!((error.kind(), error.hints().len()), (ErrorKind::Usage, 1));
        }
        fs::write(folder.path().join("file"), "").unwrap();
        assert_eq!(
            Staging::create_beside(&folder.path().join("file"), Kind::Dataset).unwrap_err().kind(),
            ErrorKind::Usage
        );
        assert_eq!(names(folder.path()), ["a", "b", "c", "d", "file"], "a refusal leaves nothing behind");

        let output = folder.path().join("late");
        let mut staging = Staging::create_beside(&output, Kind::Dataset).unwrap();
        fill(&staging, "one");
        fs::create_dir(&output).unwrap();
        fs::write(output.join("thesis.txt"), "mine").unwrap();
        assert_eq!(staging.publish().unwrap_err().kind(), ErrorKind::Usage);
        assert_eq!(names(&output), ["thesis.txt"]);
        assert_eq!(content(&staging.publish_failed().unwrap().path), "one", "the work is not lost");
    }

    #[test]
    fn a_failed_dataset_lies_beside_the_output() {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("out");
        publish(&output, "good");
        for content in ["bad", "worse"] {
            let mut staging = Staging::create_beside(&output, Kind::Dataset).unwrap();
            fill(&staging, content);
            assert_eq!(staging.publish_failed().unwrap().path, folder.path().join("out.failed"));
            fs::write(folder.path().join("out.failed/.note"), "mine").unwrap();
        }
        assert_eq!(content(&output), "good");
        assert_eq!(content(&folder.path().join("out.failed")), "worse");
        assert!(folder.path().join("out.failed/.note").exists());
        assert_eq!(names(folder.path()), ["out", "out.failed"]);
    }

    #[test]
    fn two_runs_cannot_write_one_output() {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("out");
        let first = Staging::create_beside(&output, Kind::Dataset).unwrap();
        symlink("out", folder.path().join("link")).unwrap();
        let error = Staging::create_beside(&output, Kind::Dataset).unwrap_err();
        assert_eq!(error.to_string(), format!("`{}` is being written by another run", output.display()));
        assert_eq!(error.kind(), ErrorKind::Usage);
        let other = Staging::create_beside(&folder.path().join("other"), Kind::Dataset).unwrap();
        drop((first, other));
        Staging::create_beside(&output, Kind::Dataset).unwrap();
        assert_eq!(names(folder.path()), ["link"]);
    }

    #[test]
    fn a_link_keeps_pointing_at_the_dataset() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("disk/real"), folder.path().join("link"));
        publish(&real, "one");
        symlink("disk/real", &link).unwrap();
        publish(&link, "two");
        assert_eq!((content(&link), content(&real)), ("two".to_owned(), "two".to_owned()));
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }

    /// The state after a kill between the exchange and the housekeeping: the old dataset, dot-files included, is in the hidden
    /// directory, whose lock is free.
    #[test]
    fn the_next_run_brings_home_the_dot_files_of_a_killed_one() {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("out");
        publish(&output, "new");
        let holder = folder.path().join(".out.copydesk-0123456789");
        fs::create_dir_all(holder.join("dataset/.git")).unwrap();
        fs::create_dir_all(holder.join("dataset/data")).unwrap();
        fs::write(holder.join("dataset/.git/HEAD"), "ref").unwrap();
        fs::write(holder.join("lock"), "").unwrap();
        drop(Staging::create_beside(&output, Kind::Dataset).unwrap());
        assert_eq!(content(&output), "new");
        assert_eq!(fs::read(output.join(".git/HEAD")).unwrap(), b"ref");
        assert_eq!(names(folder.path()), ["out"]);
    }

    #[test]
    fn dot_files_that_cannot_be_brought_home_are_not_removed() {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("out");
        publish(&output, "new");
        fs::write(output.join(".note"), "newer").unwrap();
        let holder = folder.path().join(".out.copydesk-0123456789");
        fs::create_dir_all(holder.join("dataset")).unwrap();
        fs::write(holder.join("dataset/.note"), "older").unwrap();
        fs::write(holder.join("lock"), "").unwrap();
        publish(&output, "newest");
        assert_eq!(fs::read(output.join(".note")).unwrap(), b"newer");
        assert_eq!(fs::read(holder.join("dataset/.note")).unwrap(), b"older");
        fs::remove_file(output.join(".note")).unwrap();
        publish(&output, "newest");
        assert_eq!(fs::read(output.join(".note")).unwrap(), b"older", "the next run tries again");
        assert_eq!(names(folder.path()), ["out"]);
    }

    #[test]
    fn an_unpublished_dataset_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("out");
        publish(&output, "one");
        let staging = Staging::create_beside(&output, Kind::Dataset).unwrap();
        fill(&staging, "two");
        drop(staging);
        assert_eq!(content(&output), "one");
        assert_eq!(names(folder.path()), ["out"]);
    }

    #[test]
    #[should_panic(expected = "law: dataset files lie inside the dataset")]
    fn files_cannot_leave_the_dataset() {
        let folder = tempfile::tempdir().unwrap();
        Staging::create_beside(&folder.path().join("out"), Kind::Dataset).unwrap().create("data/../../x").ok();
    }
}
