//! Rejected rows of `records`, put aside so that they can be taken one by one.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::columns::RECORDS;
use crate::error::{Error, Result};
use crate::io::{SpillReader, SpillWriter};
use crate::kernels::word_mistake::word_mistake;
use crate::pipeline::dataset_rows::{Dataset, Row};

const BUFFER: usize = 64 << 10;

/// A rejected record.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct RejectedRow {
    /// Its raw file.
    pub raw_path: String,
    /// Its place among the records of the file.
    pub raw_index: i64,
    /// First byte in the decoded stream.
    pub raw_offset: u64,
    /// Number of bytes.
    pub raw_length: u64,
    /// Their digest.
    pub raw_sha256: String,
    /// The outlet.
    pub source_id: String,
    /// The stage that rejected it.
    pub stage: String,
    /// Why.
    pub reason: String,
    /// JSON pointer to the offending value.
    pub pointer: Option<String>,
    /// What was found.
    pub detail: Option<String>,
}

/// A row and where the first record of its file begins: what stands before is a header.
#[derive(Serialize, Deserialize)]
struct Stored {
    row: RejectedRow,
    header: u64,
}

/// Puts the rejected rows of a dataset into a file, in their order; counts by reason come back.
///
/// # Errors
/// When the dataset is damaged, or the file cannot be written.
pub fn spill_rejected(dataset: &Dataset<'_>, path: &Path) -> Result<BTreeMap<String, u64>> {
    let names = [
        "raw_path",
        "raw_index",
        "raw_offset",
        "raw_length",
        "raw_sha256",
        "fate",
        "source_id",
        "stage",
        "reason",
        "pointer",
        "detail",
    ];
    let columns: Vec<_> = RECORDS.columns.iter().filter(|column| names.contains(&column.name)).collect();
    let mut writer = SpillWriter::create(path, BUFFER)?;
    let (mut reasons, mut file, mut header) = (BTreeMap::new(), None, 0);
    dataset.scan(&RECORDS, &names, |batch| {
        for at in 0..batch.num_rows() {
            let row = Row::of(&columns, batch, at)?;
            let unsigned = |name| u64::try_from(row.number(name)).unwrap_or_default();
            if file.as_deref() != row.get("raw_path") {
                file = row.get("raw_path").map(str::to_owned);
                header = unsigned("raw_offset");
            }
            if row.text("fate") != "rejected" {
                continue;
            }
            let text = |name| row.text(name).to_owned();
            let stored = Stored {
                header,
                row: RejectedRow {
                    raw_path: text("raw_path"),
                    raw_index: row.number("raw_index"),
                    raw_offset: unsigned("raw_offset"),
                    raw_length: unsigned("raw_length"),
                    raw_sha256: text("raw_sha256"),
                    source_id: text("source_id"),
                    stage: text("stage"),
                    reason: text("reason"),
                    pointer: row.get("pointer").map(str::to_owned),
                    detail: row.get("detail").map(str::to_owned),
                },
            };
            *reasons.entry(stored.row.reason.clone()).or_default() += 1;
            writer.push(&serde_json::to_vec(&stored).map_err(|error| unusable(&error))?)?;
        }
        Ok(())
    })?;
    writer.finish()?;
    Ok(reasons)
}

fn unusable(error: &serde_json::Error) -> Error {
    Error::dataset("cannot read a row of `records`").caused_by(word_mistake(&error.to_string()))
}

/// Rejected rows, one by one.
pub struct RejectedRows {
    reader: SpillReader,
    bytes: Vec<u8>,
    peeked: Option<Stored>,
}

impl RejectedRows {
    /// Opens what [`spill_rejected`] wrote.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub fn open(path: &Path) -> Result<Self> {
        Ok(Self { reader: SpillReader::open(path, BUFFER)?, bytes: Vec::new(), peeked: None })
    }

    /// The next row, which stays.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn peek(&mut self) -> Result<Option<&RejectedRow>> {
        if self.peeked.is_none() && self.reader.next(&mut self.bytes)? {
            self.peeked = Some(serde_json::from_slice(&self.bytes).map_err(|error| unusable(&error))?);
        }
        Ok(self.peeked.as_ref().map(|stored| &stored.row))
    }

    /// Where the first record of the file of the next row begins.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn header(&mut self) -> Result<u64> {
        self.peek()?;
        Ok(self.peeked.as_ref().map_or(0, |stored| stored.header))
    }

    /// Takes the next row.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn next(&mut self) -> Result<Option<RejectedRow>> {
        self.peek()?;
        Ok(self.peeked.take().map(|stored| stored.row))
    }

    /// Takes the next row if it is of a raw file.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn next_of(&mut self, raw_path: &str) -> Result<Option<RejectedRow>> {
        if self.peek()?.is_some_and(|row| row.raw_path == raw_path) { self.next() } else { Ok(None) }
    }

    /// Passes over the rows of a raw file.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn skip(&mut self, raw_path: &str) -> Result<()> {
        while self.next_of(raw_path)?.is_some() {}
        Ok(())
    }
}
