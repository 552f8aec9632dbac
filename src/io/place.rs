//! Where paths really lie, and files in two folders at once.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// The absolute path without symbolic links of a file or folder that may not be there yet.
///
/// # Errors
/// When the operating system refuses to look.
pub fn real_path(path: &Path) -> Result<PathBuf> {
    let path = std::path::absolute(path).map_err(|error| Error::io("find", path, error))?;
    match fs::canonicalize(&path) {
        Ok(real) => Ok(real),
        Err(error) if error.kind() == ErrorKind::NotFound => match (path.parent(), path.file_name()) {
            (Some(parent), Some(name)) => Ok(real_path(parent)?.join(name)),
            _ => Err(Error::io("find", &path, error)),
        },
        Err(error) => Err(Error::io("find", &path, error)),
    }
}

/// Whether anything stands at a path; what cannot be looked at counts as nothing.
pub fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Puts the file `from` at `to` as well: by a hard link where the file system allows it, else by a copy.
///
/// # Errors
/// When neither is possible, or `to` is there already.
pub fn link_or_copy(from: &Path, to: &Path) -> Result<()> {
    if fs::hard_link(from, to).is_ok() {
        return Ok(());
    }
    fs::copy(from, to).map(|_| ()).map_err(|error| Error::io("copy", from, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_are_not_there_yet_resolve_through_their_parents() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("link")).unwrap();
        let real = real_path(&folder.path().join("link/new/deep")).unwrap();
        assert_eq!(real, real_path(folder.path()).unwrap().join("new/deep"));
    }

    #[test]
    fn linked_files_have_the_same_content() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&from, "x").unwrap();
        link_or_copy(&from, &to).unwrap();
        assert_eq!(fs::read(&to).unwrap(), b"x");
        assert!(link_or_copy(&folder.path().join("none"), &to).is_err());
    }
}
