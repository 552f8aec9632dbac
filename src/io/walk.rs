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

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    use super::*;

    fn raw_paths(walk: &Walk) -> Vec<&str> {
        walk.files.iter().map(|file| file.raw_path.as_str()).collect()
    }

    #[test]
    fn files_come_in_the_order_of_their_raw_paths_and_open_again() {
        let folder = tempfile::tempdir().unwrap();
        let names: [&[u8]; 7] = [b"b/a", b"b-c", b"b.txt", b"a%20b", b"caf\xe9", "ş".as_bytes(), b"A\nB"];
        fs::create_dir(folder.path().join("b")).unwrap();
        fs::create_dir(folder.path().join("empty")).unwrap();
        for name in names {
            fs::write(folder.path().join(OsStr::from_bytes(name)), name).unwrap();
        }
        let walk = walk(folder.path(), OnUnreadable::Fail).unwrap();
        assert_eq!(raw_paths(&walk), ["A\nB", "a%2520b", "b-c", "b.txt", "b/a", "caf%E9", "ş"]);
        for file in &walk.files {
            let content = fs::read(walk.path(&file.raw_path)).unwrap();
            assert_eq!(escape_path(&content), file.raw_path);
            assert!(file.size == content.len() as u64 && file.modified.is_some());
        }
    }

    #[test]
    fn links_hidden_and_special_entries_are_counted_and_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("in");
        fs::create_dir_all(root.join("sub/.git")).unwrap();
        fs::write(root.join("sub/.git/config"), "").unwrap();
        for name in ["a.txt", ".DS_Store", "a.txt~", "#a.txt#"] {
            fs::write(root.join(name), "").unwrap();
        }
        symlink(&root, root.join("sub/loop")).unwrap();
        symlink("a.txt", root.join("link")).unwrap();
        symlink("gone", root.join("dangling")).unwrap();
        let _socket = UnixListener::bind(root.join("socket")).unwrap();
        let walk = walk(&root, OnUnreadable::Fail).unwrap();
        assert_eq!(raw_paths(&walk), ["a.txt"]);
        assert_eq!(walk.symlinks, ["dangling", "link", "sub/loop"]);
        assert_eq!(walk.hidden, ["#a.txt#", ".DS_Store", "a.txt~", "sub/.git"]);
        assert_eq!(walk.special, ["socket"]);
        assert!(walk.unreadable.is_empty());
    }

    #[test]
    fn the_root_may_be_a_file_a_link_or_hidden() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(".hidden.txt");
        fs::write(&file, "text").unwrap();
        let one = walk(&file, OnUnreadable::Fail).unwrap();
        assert_eq!(raw_paths(&one), [".hidden.txt"]);
        assert_eq!(one.path(".hidden.txt"), file);
        let link = folder.path().join("link");
        fs::create_dir(folder.path().join("real")).unwrap();
        fs::write(folder.path().join("real/a"), "").unwrap();
        symlink("real", &link).unwrap();
        assert_eq!(raw_paths(&walk(&link, OnUnreadable::Fail).unwrap()), ["a"]);
        assert_eq!(
            walk(&folder.path().join("none"), OnUnreadable::Reject).unwrap_err().kind(),
            crate::error::ErrorKind::Io
        );
    }

    #[test]
    fn an_unreadable_directory_ends_the_run_or_is_listed() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let closed = folder.path().join("closed");
        fs::create_dir(&closed).unwrap();
        fs::write(folder.path().join("a"), "").unwrap();
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
        if fs::read_dir(&closed).is_err() {
            let error = walk(folder.path(), OnUnreadable::Fail).unwrap_err();
            assert!(error.to_string().contains("closed") && error.hints().len() == 1);
            let walk = walk(folder.path(), OnUnreadable::Reject).unwrap();
            assert_eq!((raw_paths(&walk), walk.unreadable[0].raw_path.as_str()), (vec!["a"], "closed"));
        }
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    }

    #[test]
    fn depth_does_not_matter() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("d/".repeat(900));
        fs::create_dir_all(&deep).unwrap();
        fs::write(deep.join("a"), "").unwrap();
        assert_eq!(walk(folder.path(), OnUnreadable::Fail).unwrap().files.len(), 1);
    }
}
