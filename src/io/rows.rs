//! Files of byte rows for external sorts: each row a length (`u32`, little endian) and that many bytes.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Writes rows.
#[derive(Debug)]
pub struct SpillWriter {
    inner: BufWriter<File>,
    path: PathBuf,
    bytes: u64,
}

impl SpillWriter {
    /// Makes a new file with a buffer of `buffer` bytes; never opens an old one.
    ///
    /// # Errors
    /// When the file exists or cannot be made.
    pub fn create(path: &Path, buffer: usize) -> Result<Self> {
        let file = File::create_new(path).map_err(|error| Error::io("create", path, error))?;
        Ok(Self { inner: BufWriter::with_capacity(buffer, file), path: path.to_path_buf(), bytes: 0 })
    }

    /// Appends a row.
    ///
    /// # Errors
    /// When the operating system refuses.
    ///
    /// # Panics
    /// When the row is longer than 4 GiB; records are capped far below.
    pub fn push(&mut self, row: &[u8]) -> Result<()> {
        let length = u32::try_from(row.len()).expect("law: a row is shorter than 4 GiB");
        self.inner
            .write_all(&length.to_le_bytes())
            .and_then(|()| self.inner.write_all(row))
            .map_err(|error| Error::io("write", &self.path, error))?;
        self.bytes += 4 + u64::from(length);
        Ok(())
    }

    /// Writes out what is buffered and gives the size of the file in bytes.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub fn finish(mut self) -> Result<u64> {
        self.inner.flush().map_err(|error| Error::io("write", &self.path, error))?;
        Ok(self.bytes)
    }
}

/// Reads rows back, in order.
#[derive(Debug)]
pub struct SpillReader {
    inner: BufReader<File>,
    path: PathBuf,
    left: u64,
}

impl SpillReader {
    /// Opens a file with a buffer of `buffer` bytes.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub fn open(path: &Path, buffer: usize) -> Result<Self> {
        let (file, left) = super::open::open_regular(path)?;
        Ok(Self { inner: BufReader::with_capacity(buffer, file), path: path.to_path_buf(), left })
    }

    /// Puts the next row in place of what `row` holds; false at the end, and `row` is empty then.
    ///
    /// # Errors
    /// When the operating system refuses; a dataset error when the file is cut short.
    pub fn next(&mut self, row: &mut Vec<u8>) -> Result<bool> {
        row.clear();
        if self.left == 0 {
            return Ok(false);
        }
        self.read_row(row).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                Error::dataset(format!("cannot read `{}`", self.path.display())).caused_by(error)
            }
            _ => Error::io("read", &self.path, error),
        })?;
        Ok(true)
    }

    fn read_row(&mut self, row: &mut Vec<u8>) -> io::Result<()> {
        let mut prefix = [0; 4];
        self.inner.read_exact(&mut prefix)?;
        let length = u32::from_le_bytes(prefix);
        // Checked against the file before memory is taken, since a damaged length may be anything.
        self.left = match self.left.checked_sub(4 + u64::from(length)) {
            Some(left) => left,
            None => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file ends inside a row")),
        };
        row.resize(length as usize, 0);
        self.inner.read_exact(row)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::ErrorKind;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(50))]

        #[test]
        fn rows_come_back_in_order(
            rows in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..100), 0..20), buffer in 0..64_usize,
        ) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("rows");
            let mut writer = SpillWriter::create(&path, buffer).unwrap();
            for row in &rows {
                writer.push(row).unwrap();
            }
            prop_assert_eq!(writer.finish().unwrap(), std::fs::metadata(&path).unwrap().len());
            let mut reader = SpillReader::open(&path, buffer).unwrap();
            let (mut row, mut back) = (vec![1, 2, 3], Vec::new());
            while reader.next(&mut row).unwrap() {
                back.push(row.clone());
            }
            prop_assert_eq!(back, rows);
            prop_assert!(row.is_empty() && !reader.next(&mut row).unwrap());
        }
    }

    #[test]
    fn a_file_cut_inside_a_row_is_a_dataset_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows");
        for content in [&b"\x01"[..], b"\x01\0\0\0", b"\xff\xff\xff\xff12"] {
            std::fs::write(&path, content).unwrap();
            let error = SpillReader::open(&path, 16).unwrap().next(&mut Vec::new()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Dataset);
        }
    }
}
