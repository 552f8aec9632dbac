//! A file that is digested while it is written.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::with_path;
use crate::error::{Error, Result};

const BUFFER: usize = 256 << 10;

/// Digest and size of a finished file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileDigest {
    /// SHA-256 of the content.
    pub sha256: [u8; 32],
    /// Number of bytes.
    pub bytes: u64,
}

/// A buffered file that computes the SHA-256 and the length of what is written to it.
///
/// A writer that is dropped without [`DigestWriter::finish`] leaves an unfinished file, to be removed with its folder.
#[derive(Debug)]
pub struct DigestWriter {
    inner: BufWriter<Digesting>,
}

#[derive(Debug)]
struct Digesting {
    file: File,
    path: PathBuf,
    sha256: Sha256,
    bytes: u64,
}

impl DigestWriter {
    /// Makes a new file; never opens an old one.
    ///
    /// # Errors
    /// When the file exists or cannot be made.
    pub fn create(path: &Path) -> Result<Self> {
        let file = File::create_new(path).map_err(|error| Error::io("create", path, error))?;
        let inner = Digesting { file, path: path.to_path_buf(), sha256: Sha256::new(), bytes: 0 };
        Ok(Self { inner: BufWriter::with_capacity(BUFFER, inner) })
    }

    /// Writes out what is buffered, waits until the disk has it, and gives digest and size.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub fn finish(self) -> Result<FileDigest> {
        let path = self.inner.get_ref().path.clone();
        let inner = self.inner.into_inner().map_err(|error| Error::io("write", &path, error.into_error()))?;
        inner.file.sync_all().map_err(|error| Error::io("write", &path, error))?;
        Ok(FileDigest { sha256: inner.sha256.finalize().into(), bytes: inner.bytes })
    }
}

impl Write for DigestWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl Write for Digesting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.file.write(bytes) {
            Ok(count) => {
                self.sha256.update(bytes.get(..count).unwrap_or(bytes));
                self.bytes += count as u64;
                Ok(count)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => Err(with_path("write", &self.path, error)),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digest_and_size_are_those_of_the_file() {
        fn sendable<T: Write + Send>(_: &T) {}
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let mut writer = DigestWriter::create(&path).unwrap();
        sendable(&writer);
        for n in 0..100_000 {
            write!(writer, "{n},").unwrap();
        }
        let digest = writer.finish().unwrap();
        let content = std::fs::read(&path).unwrap();
        assert_eq!(digest.bytes, content.len() as u64);
        assert_eq!(digest.sha256, <[u8; 32]>::from(Sha256::digest(&content)));
        assert!(DigestWriter::create(&path).is_err(), "an old file is never opened");
    }
}
