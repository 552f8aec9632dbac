//! Intermediate record batches: Arrow IPC files, uncompressed.

use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::datatypes::{Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::ipc::reader::FileReader;
use arrow::ipc::writer::FileWriter;

use crate::error::{Error, Result};

/// The writer hands over each buffer of a batch apart, so small ones are gathered.
const BUFFER: usize = 256 << 10;

/// Writes batches to an Arrow IPC file.
pub struct IpcWriter {
    inner: FileWriter<BufWriter<File>>,
    path: PathBuf,
    batches: usize,
}

impl IpcWriter {
    /// Makes a new file; never opens an old one.
    ///
    /// # Errors
    /// When the file exists or cannot be made.
    pub fn create(path: &Path, schema: &Schema) -> Result<Self> {
        let file = File::create_new(path).map_err(|error| Error::io("create", path, error))?;
        let inner = FileWriter::try_new(BufWriter::with_capacity(BUFFER, file), schema)
            .map_err(|error| failed("write", path, error))?;
        Ok(Self { inner, path: path.to_path_buf(), batches: 0 })
    }

    /// Appends a batch.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.inner.write(batch).map_err(|error| failed("write", &self.path, error))?;
        self.batches += 1;
        Ok(())
    }

    /// The number of batches so far.
    pub fn batches(&self) -> usize {
        self.batches
    }

    /// Writes the footer and gives the size of the file in bytes. The file is not synced: it does not outlive its run.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub fn finish(self) -> Result<u64> {
        let mut sink = self.inner.into_inner().map_err(|error| failed("write", &self.path, error))?;
        sink.flush()
            .and_then(|()| sink.get_mut().stream_position())
            .map_err(|error| Error::io("write", &self.path, error))
    }
}

/// Reads batches from an Arrow IPC file, from the first or from any later one.
pub struct IpcReader {
    inner: FileReader<File>,
    path: PathBuf,
    ended: bool,
}

impl IpcReader {
    /// Opens a file; with a projection, only the columns at these places are decoded, in this order.
    ///
    /// # Errors
    /// When the file cannot be read; a dataset error when it is cut short or no Arrow IPC file.
    pub fn open(path: &Path, projection: Option<Vec<usize>>) -> Result<Self> {
        let file = File::open(path).map_err(|error| Error::io("read", path, error))?;
        let inner = FileReader::try_new(file, projection).map_err(|error| failed("read", path, error))?;
        Ok(Self { inner, path: path.to_path_buf(), ended: false })
    }

    /// The schema of the batches.
    pub fn schema(&self) -> SchemaRef {
        self.inner.schema()
    }

    /// The number of batches in the file.
    pub fn batches(&self) -> usize {
        self.inner.num_batches()
    }

    /// Goes on with batch `index`, from 0; behind the last there is nothing to read.
    ///
    /// # Errors
    /// A dataset error when the file has fewer than `index` batches.
    pub fn seek(&mut self, index: usize) -> Result<()> {
        self.ended = index == self.batches();
        if self.ended {
            return Ok(());
        }
        self.inner.set_index(index).map_err(|error| failed("read", &self.path, error))
    }
}

impl Iterator for IpcReader {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        Some(self.inner.next()?.map_err(|error| failed("read", &self.path, error)))
    }
}

/// I/O errors are the system's fault, a file that ends too early or makes no sense is the dataset's.
fn failed(verb: &str, path: &Path, error: ArrowError) -> Error {
    match error {
        ArrowError::IoError(_, cause) if cause.kind() != io::ErrorKind::UnexpectedEof => Error::io(verb, path, cause),
        error => Error::dataset(format!("cannot {verb} `{}`", path.display())).caused_by(error),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int64Array, StringArray};

    use super::*;
    use crate::error::ErrorKind;

    fn batch(from: i64) -> RecordBatch {
        let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(from..from + 3));
        let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None, Some("ü")]));
        RecordBatch::try_from_iter([("n", numbers), ("t", texts)]).unwrap()
    }

    fn written(path: &Path) -> u64 {
        let mut writer = IpcWriter::create(path, &batch(0).schema()).unwrap();
        for n in 0..4 {
            writer.write(&batch(n * 10)).unwrap();
        }
        assert_eq!(writer.batches(), 4);
        writer.finish().unwrap()
    }

    #[test]
    fn batches_come_back_from_any_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run");
        assert_eq!(written(&path), std::fs::metadata(&path).unwrap().len());
        let mut reader = IpcReader::open(&path, None).unwrap();
        assert_eq!((reader.batches(), reader.schema()), (4, batch(0).schema()));
        assert_eq!(reader.by_ref().map(Result::unwrap).collect::<Vec<_>>(), [0, 10, 20, 30].map(batch));
        reader.seek(2).unwrap();
        assert_eq!(reader.by_ref().map(Result::unwrap).collect::<Vec<_>>(), [20, 30].map(batch));
        reader.seek(4).unwrap();
        assert!(reader.next().is_none());
        reader.seek(3).unwrap();
        assert_eq!(reader.next().unwrap().unwrap(), batch(30));
        assert_eq!(reader.seek(5).unwrap_err().kind(), ErrorKind::Dataset);
        let mut reader = IpcReader::open(&path, Some(vec![1])).unwrap();
        assert_eq!(reader.next().unwrap().unwrap(), batch(0).project(&[1]).unwrap());
    }

    #[test]
    fn a_file_without_batches_has_a_schema() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run");
        IpcWriter::create(&path, &batch(0).schema()).unwrap().finish().unwrap();
        let mut reader = IpcReader::open(&path, None).unwrap();
        assert_eq!(reader.schema(), batch(0).schema());
        reader.seek(0).unwrap();
        assert!(reader.next().is_none());
    }

    #[test]
    fn a_file_cut_short_is_a_dataset_error_and_a_missing_one_an_io_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run");
        let bytes = written(&path);
        let whole = std::fs::read(&path).unwrap();
        for length in [0, 5, 100, bytes / 2, bytes - 1] {
            std::fs::write(&path, &whole[..length as usize]).unwrap();
            assert_eq!(IpcReader::open(&path, None).err().unwrap().kind(), ErrorKind::Dataset, "{length}");
        }
        assert_eq!(IpcReader::open(&folder.path().join("none"), None).err().unwrap().kind(), ErrorKind::Io);
        assert!(IpcWriter::create(&path, &batch(0).schema()).is_err(), "an old file is never opened");
    }
}
