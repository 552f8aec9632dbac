//! Single files: read with a limit, written whole or not at all.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use super::publish::sync;
use super::target::Target;
use crate::error::{Error, Result};

/// Reads a file of at most `max` bytes.
///
/// # Errors
/// When the file cannot be read or is longer.
pub fn read_limited(path: &Path, max: u64) -> Result<Vec<u8>> {
    let read = || -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(path)?.take(max.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > max {
            let why = format!("expected at most {max} bytes, but found more");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
        }
        Ok(bytes)
    };
    read().map_err(|error| Error::io("read", path, error))
}

/// Writes a file so that a reader sees the old content or the new, never a part; parents are made, links followed.
///
/// # Errors
/// When the operating system refuses; the old file is untouched then.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<()> {
    let target = Target::of(path)?;
    let (path, staged) = (target.path(), target.fresh_sibling());
    let write = || -> io::Result<()> {
        write_synced(&staged, bytes)?;
        if let Ok(old) = fs::metadata(&path) {
            fs::set_permissions(&staged, old.permissions())?;
        }
        fs::rename(&staged, &path)
    };
    write().map_err(|error| {
        fs::remove_file(&staged).ok();
        Error::io("write", &path, error)
    })?;
    sync(target.parent())
}

/// Writes a file that must not exist yet; parents are made.
///
/// # Errors
/// When something stands at `path` (a usage error) or the operating system refuses; what was begun is removed.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<()> {
    let target = Target::of(path)?;
    match write_synced(path, bytes) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(Error::usage(format!("`{}` exists already", path.display())).hint("move it away, or name another path"))
        }
        Err(error) => Err(Error::io("write", path, error)),
        Ok(()) => sync(target.parent()),
    }
}

/// Writes a file that must not exist yet and that only its owner may read; parents are made.
///
/// # Errors
/// As [`write_new`].
pub fn write_secret(path: &Path, bytes: &[u8]) -> Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let target = Target::of(path)?;
    let write = || -> io::Result<()> {
        let mut file = File::options().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(bytes).and_then(|()| file.sync_all())
    };
    write().map_err(|error| Error::io("write", path, error))?;
    sync(target.parent())
}

/// Bytes that nobody can foretell, from the operating system.
///
/// # Errors
/// When the operating system refuses.
pub fn random_bytes() -> Result<[u8; 32]> {
    let path = Path::new("/dev/urandom");
    let mut bytes = [0; 32];
    File::open(path)
        .and_then(|mut file| file.read_exact(&mut bytes))
        .map_err(|error| Error::io("read", path, error))?;
    Ok(bytes)
}

/// Removes a file; one that is gone already is fine.
///
/// # Errors
/// When the operating system refuses.
pub fn remove_file(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::io("remove", path, error)),
        _ => Ok(()),
    }
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).inspect_err(|_| {
        fs::remove_file(path).ok();
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;
    use crate::error::ErrorKind;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn files_are_replaced_whole_and_keep_mode_and_link() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sub/a.txt");
        write_atomic(&path, b"one").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let link = folder.path().join("link");
        symlink("sub/a.txt", &link).unwrap();
        write_atomic(&link, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(names(&folder.path().join("sub")), ["a.txt"]);
    }

    #[test]
    fn a_directory_in_the_way_is_an_error_that_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::create_dir(&path).unwrap();
        assert_eq!(write_atomic(&path, b"x").unwrap_err().kind(), ErrorKind::Io);
        assert_eq!(names(folder.path()), ["a"]);
    }

    #[test]
    fn a_new_file_never_replaces_an_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/a.toml");
        write_new(&path, b"one").unwrap();
        assert_eq!(write_new(&path, b"two").unwrap_err().kind(), ErrorKind::Usage);
        assert_eq!(fs::read(&path).unwrap(), b"one");
    }

    #[test]
    fn reading_stops_at_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "12345").unwrap();
        assert_eq!(read_limited(&path, 5).unwrap(), b"12345");
        assert_eq!(read_limited(&path, u64::MAX).unwrap(), b"12345");
        let error = format!("{:?}", read_limited(&path, 4).unwrap_err());
        assert!(error.ends_with("expected at most 4 bytes, but found more"), "{error}");
        remove_file(&path).unwrap();
        remove_file(&path).unwrap();
        assert!(remove_file(folder.path()).is_err());
    }
}
