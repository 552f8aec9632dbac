//! A file of blocks: appended one behind the other, read back from any place by several threads at once.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Appends blocks.
#[derive(Debug)]
pub struct BlockWriter {
    inner: BufWriter<File>,
    path: PathBuf,
    end: u64,
}

/// Reads blocks.
#[derive(Debug)]
pub struct BlockReader {
    file: File,
    path: PathBuf,
}

impl BlockWriter {
    /// Makes a new file with a buffer of `buffer` bytes; never opens an old one.
    ///
    /// # Errors
    /// When the file exists or cannot be made.
    pub fn create(path: &Path, buffer: usize) -> Result<Self> {
        let file = File::options().read(true).write(true).create_new(true).open(path);
        let file = file.map_err(|error| Error::io("create", path, error))?;
        Ok(Self { inner: BufWriter::with_capacity(buffer, file), path: path.to_path_buf(), end: 0 })
    }

    /// Appends a block and gives the place of its first byte.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub fn push(&mut self, block: &[u8]) -> Result<u64> {
        self.inner.write_all(block).map_err(|error| Error::io("write", &self.path, error))?;
        let place = self.end;
        self.end += block.len() as u64;
        Ok(place)
    }

    /// Bytes so far.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Ends the writing.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub fn finish(self) -> Result<BlockReader> {
        let Self { inner, path, .. } = self;
        let file = inner.into_inner().map_err(|error| Error::io("write", &path, error.into_error()))?;
        Ok(BlockReader { file, path })
    }
}

impl BlockReader {
    /// Opens a file that was written before.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub fn open(path: &Path) -> Result<Self> {
        let (file, _) = super::open::open_regular(path)?;
        Ok(Self { file, path: path.to_path_buf() })
    }

    /// Puts the `length` bytes from `place` in place of what `block` holds.
    ///
    /// # Errors
    /// When the operating system refuses, or the file ends before.
    pub fn read(&self, place: u64, length: usize, block: &mut Vec<u8>) -> Result<()> {
        block.clear();
        block.resize(length, 0);
        self.file.read_exact_at(block, place).map_err(|error| self.failed(error))
    }

    fn failed(&self, error: io::Error) -> Error {
        Error::io("read", &self.path, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_come_back_from_any_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("blocks");
        let mut writer = BlockWriter::create(&path, 8).unwrap();
        let blocks: Vec<Vec<u8>> = (0..50_u8).map(|n| vec![n; usize::from(n)]).collect();
        let places: Vec<u64> = blocks.iter().map(|block| writer.push(block).unwrap()).collect();
        assert_eq!(writer.end(), 49 * 50 / 2);
        let reader = writer.finish().unwrap();
        let mut block = Vec::new();
        for (place, expected) in places.iter().zip(&blocks).rev() {
            reader.read(*place, expected.len(), &mut block).unwrap();
            assert_eq!(&block, expected);
        }
        assert!(BlockReader::open(&path).unwrap().read(1225, 1, &mut block).is_err());
        assert!(BlockWriter::create(&path, 8).is_err());
    }
}
