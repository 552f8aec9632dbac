//! Compares a JSONL file, as a stream, with the lines that the rows of its Parquet file make.

use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::RecordBatch;

use crate::columns::Table;
use crate::error::Result;
use crate::io::{ReadLimits, open, open_file};
use crate::stream::{RawInput, damage_of};
use crate::writers::TableWriter as _;
use crate::writers::dataset_digest::DatasetDigest;
use crate::writers::jsonl::JsonlWriter;

/// The first difference: row of the file, and what differs.
pub type Difference = (u64, String);

/// One comparison: rows go in, the first difference comes out.
pub struct JsonlComparison {
    writer: Box<JsonlWriter<Shared>>,
    shared: Shared,
}

impl JsonlComparison {
    /// Begins to compare with the file at `path`, compressed or not; with none, only the rows are digested.
    ///
    /// # Errors
    /// When the operating system refuses the file.
    pub fn begin(path: Option<&Path>, table: &Table) -> Result<Self> {
        let limits = ReadLimits { max_expansion: u64::MAX, ..ReadLimits::default() };
        let input = match path {
            Some(path) if open_file(path)?.is_some() => Some(open(path, &limits)?),
            _ => None,
        };
        let state = State { input, buffer: Vec::new(), rows: 0, difference: None, refusal: None };
        let shared = Shared(Arc::new(Mutex::new(state)));
        Ok(Self { writer: Box::new(JsonlWriter::new(shared.clone(), table)), shared })
    }

    /// Compares some rows.
    ///
    /// # Errors
    /// When a row cannot be written as JSON.
    pub fn rows(&mut self, batch: &RecordBatch) -> Result<()> {
        self.writer.write(batch)
    }

    /// Ends; with `whole`, the file must end too.
    ///
    /// # Errors
    /// When the operating system refuses the file.
    pub fn end(self, whole: bool) -> Result<(DatasetDigest, Option<Difference>)> {
        let written = self.writer.finish()?;
        let mut state = self.shared.0.lock().unwrap_or_else(PoisonError::into_inner);
        if whole {
            state.expect_end();
        }
        match state.refusal.take() {
            Some(error) => {
                Err(crate::error::Error::new(crate::error::ErrorKind::Io, "cannot read a JSONL file").caused_by(error))
            }
            None => Ok((written.digest.unwrap_or_default(), state.difference.take())),
        }
    }
}

#[derive(Clone)]
struct Shared(Arc<Mutex<State>>);

struct State {
    /// The file; none when there is nothing to compare with (any more).
    input: Option<Box<dyn RawInput + Send>>,
    buffer: Vec<u8>,
    /// Line ends that were equal.
    rows: u64,
    difference: Option<Difference>,
    refusal: Option<io::Error>,
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).compare(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl State {
    fn compare(&mut self, expected: &[u8]) {
        let Some(count) = self.fill(expected.len()) else { return };
        let found = &self.buffer[..count];
        let equal = expected.iter().zip(found).take_while(|(a, b)| a == b).count();
        let equal_part = &expected[..equal];
        self.rows += memchr::memchr_iter(b'\n', equal_part).count() as u64;
        if equal < expected.len() {
            // Values are not quoted: they are words of articles and names of people.
            let start = memchr::memrchr(b'\n', equal_part).map_or(0, |at| at + 1);
            let value = last_key(&equal_part[start..]).map_or_else(
                || "the row of the Parquet file".to_owned(),
                |key| format!("`{key}` as in the Parquet file"),
            );
            let found = if count == equal { "the end of the file" } else { "something else" };
            self.differ(format!("expected {value}, but found {found} at byte {} of the line", equal - start));
        }
    }

    fn expect_end(&mut self) {
        if self.fill(1) == Some(1) {
            self.differ("expected the end of the file, but found more".to_owned());
        }
    }

    fn differ(&mut self, detail: String) {
        self.difference = Some((self.rows, detail));
        self.input = None;
    }

    /// Reads up to `wanted` bytes; fewer only at the end of the file, none when there is nothing to compare with.
    fn fill(&mut self, wanted: usize) -> Option<usize> {
        let input = self.input.as_mut()?;
        self.buffer.clear();
        let error = match input.take(wanted as u64).read_to_end(&mut self.buffer) {
            Ok(count) => return Some(count),
            Err(error) => error,
        };
        match damage_of(error) {
            Ok(damage) => {
                self.differ(format!("expected a stream that can be decompressed, but found damage {}", damage.detail));
            }
            Err(refusal) => {
                self.refusal = Some(refusal);
                self.input = None;
            }
        }
        None
    }
}

/// The key whose value, or what follows it, begins last in the beginning of a line.
fn last_key(line: &[u8]) -> Option<&str> {
    let mut before = line;
    while let Some(end) = memchr::memmem::rfind(before, b"\":") {
        before = &line[..end];
        if !before.ends_with(b"\\") {
            let start = memchr::memrchr(b'"', before)? + 1;
            return std::str::from_utf8(&before[start..]).ok();
        }
    }
    None
}
