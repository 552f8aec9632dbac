//! Lists the files below an input root, in an order that no file system decides.

use std::fs;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::error::{Error, Result};
use crate::origin::{escape_path, unescape_path};

/// What to do about a directory or file that the operating system refuses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnUnreadable {
    /// End the run: a flaky mount must not publish a smaller dataset.
    #[default]
    Fail,
    /// Record it as rejected and go on.
    Reject,
}

/// A regular file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalkedFile {
    /// Path relative to the root, escaped ([`escape_path`]); the file name when the root is a file.
    pub raw_path: String,
    /// Size in bytes when it was listed.
    pub size: u64,
    /// Time of the last change, where the system keeps one.
    pub modified: Option<SystemTime>,
}

/// An entry that could not be listed.
#[derive(Debug)]
pub struct Unreadable {
    /// Escaped path relative to the root.
    pub raw_path: String,
    /// What the operating system said.
    pub error: io::Error,
}

/// What lies below a root. Every list is sorted by the bytes of `raw_path`; every entry is in exactly one list, and what lies
/// below a hidden or unreadable directory is in none.
#[derive(Debug, Default)]
pub struct Walk {
    base: PathBuf,
    /// Files to read.
    pub files: Vec<WalkedFile>,
    /// Symbolic links; not followed.
    pub symlinks: Vec<String>,
    /// Files and directories whose name begins with `.`, and editor backups (`name~`, `#name#`); skipped.
    pub hidden: Vec<String>,
    /// Pipes, sockets and devices; skipped.
    pub special: Vec<String>,
    /// What the operating system refused; empty with [`OnUnreadable::Fail`].
    pub unreadable: Vec<Unreadable>,
}

impl Walk {
    /// Where a listed file can be opened.
    pub fn path(&self, raw_path: &str) -> PathBuf {
        self.base.join(std::ffi::OsString::from_vec(unescape_path(raw_path)))
    }
}

/// Lists every regular file below `root`, or `root` itself when it is a file.
///
/// The root may be a symbolic link or hidden, since it was named; nothing else is followed. Directories are entered without
/// recursion, so their depth does not matter.
///
/// # Errors
/// When the root cannot be read or is neither file nor directory; with [`OnUnreadable::Fail`] when anything below it cannot
/// be listed.
pub fn walk(root: &Path, on_unreadable: OnUnreadable) -> Result<Walk> {
    let metadata = fs::metadata(root).map_err(|error| Error::io("read", root, error))?;
    if metadata.is_file() {
        let name = root.file_name().unwrap_or_default().as_bytes();
        let base = root.parent().unwrap_or(Path::new("")).to_path_buf();
        return Ok(Walk { base, files: vec![walked(escape_path(name), &metadata)], ..Walk::default() });
    }
    if !metadata.is_dir() {
        return Err(Error::usage(format!("`{}` is neither a file nor a directory", root.display())));
    }
    let mut walk = Walk { base: root.to_path_buf(), ..Walk::default() };
    let mut pending = vec![Vec::new()];
    while let Some(relative) = pending.pop() {
        let path = root.join(std::ffi::OsStr::from_bytes(&relative));
        if let Err(error) = list(&path, &relative, &mut walk, &mut pending) {
            if on_unreadable == OnUnreadable::Fail || relative.is_empty() {
                return Err(refused("list", &path, error));
            }
            walk.unreadable.push(Unreadable { raw_path: escape_path(&relative), error });
        }
        if on_unreadable == OnUnreadable::Fail
            && let Some(Unreadable { raw_path, error }) = walk.unreadable.pop()
        {
            return Err(refused("read", &walk.path(&raw_path), error));
        }
    }
    walk.files.sort_unstable_by(|a, b| a.raw_path.cmp(&b.raw_path));
    walk.symlinks.sort_unstable();
    walk.hidden.sort_unstable();
    walk.special.sort_unstable();
    walk.unreadable.sort_unstable_by(|a, b| a.raw_path.cmp(&b.raw_path));
    Ok(walk)
}

fn refused(verb: &str, path: &Path, error: io::Error) -> Error {
    Error::io(verb, path, error).hint(
        "fix the permission, or set `on-unreadable = \"reject\"` in `[input]` to record the file as rejected and go on",
    )
}

/// Sorts the entries of one directory into the lists; its directories are put on `pending`.
fn list(path: &Path, relative: &[u8], walk: &mut Walk, pending: &mut Vec<Vec<u8>>) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let name = entry.file_name();
        let mut below = relative.to_vec();
        if !below.is_empty() {
            below.push(b'/');
        }
        below.extend_from_slice(name.as_bytes());
        if is_hidden(name.as_bytes()) {
            walk.hidden.push(escape_path(&below));
            continue;
        }
        match entry.file_type().and_then(|kind| Ok((kind, if kind.is_file() { Some(entry.metadata()?) } else { None })))
        {
            Ok((_, Some(metadata))) => walk.files.push(walked(escape_path(&below), &metadata)),
            Ok((kind, None)) if kind.is_dir() => pending.push(below),
            Ok((kind, None)) if kind.is_symlink() => walk.symlinks.push(escape_path(&below)),
            Ok(_) => walk.special.push(escape_path(&below)),
            Err(error) => walk.unreadable.push(Unreadable { raw_path: escape_path(&below), error }),
        }
    }
    Ok(())
}

fn is_hidden(name: &[u8]) -> bool {
    matches!(name, [b'.', ..] | [.., b'~'] | [b'#', .., b'#'])
}

fn walked(raw_path: String, metadata: &fs::Metadata) -> WalkedFile {
    WalkedFile { raw_path, size: metadata.len(), modified: metadata.modified().ok() }
}
