//! A lock file that dies with its process.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// An advisory lock (`flock`) on a file, held until drop, which removes the file.
///
/// The kernel releases the lock when the process ends in whatever way, so a lock that can be taken belongs to nobody.
#[derive(Debug)]
pub(super) struct FileLock {
    path: PathBuf,
    _file: File,
    /// False on a file system without locks.
    pub locked: bool,
}

impl FileLock {
    /// Makes and locks `path`; none when somebody holds it.
    pub fn acquire(path: &Path) -> io::Result<Option<Self>> {
        loop {
            let file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
            let Some(locked) = try_lock(&file)? else { return Ok(None) };
            // Whoever held the lock before may have removed the file between our opening and our locking it; then the lock is on
            // a file that nobody else will ever see.
            if is_at(&file, path)? {
                return Ok(Some(Self { path: path.to_path_buf(), _file: file, locked }));
            }
        }
    }

    /// Locks an existing file; none when somebody holds it or the file system has no locks.
    ///
    /// # Errors
    /// `NotFound` when there is no file.
    pub fn acquire_existing(path: &Path) -> io::Result<Option<Self>> {
        let file = File::options().read(true).write(true).open(path)?;
        match try_lock(&file)? {
            Some(true) if is_at(&file, path)? => Ok(Some(Self { path: path.to_path_buf(), _file: file, locked: true })),
            _ => Ok(None),
        }
    }
}

impl Drop for FileLock {
    /// Removes the file while the lock is still held, so that nobody can lock a file that is about to go.
    fn drop(&mut self) {
        fs::remove_file(&self.path).ok();
    }
}

/// Whether the lock was taken (`true`) or the file system has none (`false`); none when it is held by somebody.
fn try_lock(file: &File) -> io::Result<Option<bool>> {
    match file.try_lock() {
        Ok(()) => Ok(Some(true)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => {
            let no_locks = error.kind() == io::ErrorKind::Unsupported
                || error.raw_os_error() == Some(rustix::io::Errno::NOLCK.raw_os_error());
            if no_locks { Ok(Some(false)) } else { Err(error) }
        }
    }
}

fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let ours = file.metadata()?;
    match fs::metadata(path) {
        Ok(there) => Ok((ours.dev(), ours.ino()) == (there.dev(), there.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}
