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
    removes: bool,
}

impl FileLock {
    /// Makes and locks `path`; none when somebody holds it.
    ///
    /// On a file system without locks everybody gets one: then nothing is taken for stale, and nothing keeps two runs apart.
    pub fn acquire(path: &Path) -> io::Result<Option<Self>> {
        loop {
            let file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
            if try_lock(&file)?.is_none() {
                return Ok(None);
            }
            // Whoever held the lock before may have removed the file between our opening and our locking it; then the lock is on
            // a file that nobody else will ever see.
            if is_at(&file, path)? {
                return Ok(Some(Self { path: path.to_path_buf(), _file: file, removes: true }));
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
            Some(true) if is_at(&file, path)? => {
                Ok(Some(Self { path: path.to_path_buf(), _file: file, removes: true }))
            }
            _ => Ok(None),
        }
    }
}

impl FileLock {
    /// Lets go of the lock and leaves the file, for somebody who will find it free.
    pub fn leave(mut self) {
        self.removes = false;
    }
}

impl Drop for FileLock {
    /// Removes the file while the lock is still held, so that nobody can lock a file that is about to go.
    fn drop(&mut self) {
        if self.removes {
            fs::remove_file(&self.path).ok();
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_excludes_and_goes_with_its_holder() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let missing = FileLock::acquire_existing(&path).unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
        let lock = FileLock::acquire(&path).unwrap().unwrap();
        assert!(FileLock::acquire(&path).unwrap().is_none());
        assert!(FileLock::acquire_existing(&path).unwrap().is_none());
        drop(lock);
        assert!(!path.exists());
        fs::write(&path, "").unwrap();
        FileLock::acquire_existing(&path).unwrap().expect("a file that nobody holds is free").leave();
        assert!(FileLock::acquire_existing(&path).unwrap().is_some());
        assert!(!path.exists());
    }

    #[test]
    fn a_removed_lock_file_is_not_mistaken_for_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let file = File::create(&path).unwrap();
        fs::remove_file(&path).unwrap();
        assert!(!is_at(&file, &path).unwrap());
        fs::write(&path, "").unwrap();
        assert!(!is_at(&file, &path).unwrap());
    }

    #[test]
    fn one_of_many_gets_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let inside = std::sync::atomic::AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        if let Some(lock) = FileLock::acquire(&path).unwrap() {
                            let order = std::sync::atomic::Ordering::SeqCst;
                            assert_eq!(inside.fetch_add(1, order), 0, "two hold the lock");
                            inside.fetch_sub(1, order);
                            drop(lock);
                        }
                    }
                });
            }
        });
    }
}
