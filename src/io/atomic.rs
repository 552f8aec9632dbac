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
