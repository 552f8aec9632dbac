//! Looks at finished files: what stands at a path, their digests, and whole files for readers that seek.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::digest::FileDigest;
use crate::error::{Error, Result};

const BUFFER: usize = 256 << 10;

/// Whether a directory stands at `path`; a symbolic link to one counts.
///
/// # Errors
/// When nothing stands there, or the operating system refuses.
pub fn is_directory(path: &Path) -> Result<bool> {
    fs::metadata(path).map(|metadata| metadata.is_dir()).map_err(|error| Error::io("read", path, error))
}

/// Opens a regular file that may be sought in, and gives its length; none when no regular file stands at `path`.
///
/// # Errors
/// When the operating system refuses.
pub fn open_file(path: &Path) -> Result<Option<(File, u64)>> {
    let open = || -> io::Result<Option<(File, u64)>> {
        if !fs::metadata(path)?.is_file() {
            return Ok(None);
        }
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Ok(Some((file, length)))
    };
    match open() {
        Err(error) if is_absent(&error) => Ok(None),
        result => result.map_err(|error| Error::io("read", path, error)),
    }
}

/// Digest and length of a regular file; none when no regular file stands at `path`.
///
/// # Errors
/// When the operating system refuses.
pub fn digest_file(path: &Path) -> Result<Option<FileDigest>> {
    let Some((mut file, _)) = open_file(path)? else { return Ok(None) };
    let mut sha256 = Sha256::new();
    let mut bytes = 0;
    let mut buffer = vec![0; BUFFER];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(Some(FileDigest { sha256: sha256.finalize().into(), bytes })),
            Ok(count) => {
                sha256.update(&buffer[..count]);
                bytes += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Error::io("read", path, error)),
        }
    }
}

/// A file on the way that is no directory means absence too.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_none_and_what_is_there_is_digested() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        assert!(digest_file(&path).unwrap().is_none());
        assert!(digest_file(folder.path()).unwrap().is_none());
        assert!(is_directory(&path).is_err());
        fs::write(&path, b"abc").unwrap();
        let digest = digest_file(&path).unwrap().unwrap();
        assert_eq!(digest.bytes, 3);
        assert_eq!(digest.sha256, <[u8; 32]>::from(Sha256::digest(b"abc")));
        assert!(digest_file(&path.join("b")).unwrap().is_none());
        assert!(is_directory(folder.path()).unwrap() && !is_directory(&path).unwrap());
    }
}
