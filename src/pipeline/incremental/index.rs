//! The compact index beside a dataset: what deciding about new records needs to know of the published ones.
//!
//! `index/files` names every raw file with what tells whether it has changed; `index/keys` has a row for each record that was not
//! rejected, in the order of `records`, with what that table does not say. Both are blocks of columns compressed with zstd.

use std::fs::File;
use std::io::{BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use crate::columns::RULE_VERSION;
use crate::config::Config;
use crate::dedup::KeyRow;
use crate::dedup::key_row::Half;
use crate::error::{Error, Result};
use crate::io::{Staging, open_file, read_limited};
use crate::kernels::sha256::Digest;
use crate::kernels::word_mistake::word_mistake;
use crate::pipeline::external_sort::Sorted;
use crate::pipeline::plan::{Plan, PlannedFile};
use crate::pipeline::tally::{FileTally, Tally};

/// File names below a dataset.
pub const FOLDER: &str = "index";
const FILES: &str = "index/files";
const KEYS: &str = "index/keys";
/// Largest list of files that is read.
const MAX_FILES: u64 = 16 << 30;
/// Rows of a block.
const BLOCK: usize = 4096;
const LEVEL: i32 = 3;

/// What must be the same for anything to be carried over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Version of copydesk.
    pub tool_version: String,
    /// Version of the rules that decide duplicates.
    pub rule_version: String,
    /// Digest of the configuration and of every file that it names.
    pub config_sha256: String,
}

impl Header {
    /// That of a run with `config`.
    pub fn of(config: &Config) -> Self {
        Self {
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            rule_version: RULE_VERSION.to_owned(),
            config_sha256: config.digest.to_string(),
        }
    }
}

/// A raw file as it was when it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileState {
    /// Path relative to the input root.
    pub raw_path: String,
    /// Bytes on disk.
    pub size: u64,
    /// Nanoseconds since 1970-01-01; none where the system keeps no time, and then the file counts as changed.
    pub modified: Option<u64>,
    /// Digest of what is known of every record in it: its reader, its sidecar, its path.
    pub facts: String,
    /// Its records that were taken down.
    #[serde(default, skip_serializing_if = "FileTally::is_empty")]
    pub taken_down: FileTally,
    /// The part that it was read for: 0, or the number of an appended one.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub part: u16,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(part: &u16) -> bool {
    *part == 0
}

impl FileState {
    /// The state of a planned file.
    pub fn of(file: &PlannedFile) -> Self {
        let modified = file.modified.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        let facts = format!("{:?} {:?} {:?}", file.facts, file.stopped, file.reader.as_ref().err());
        Self {
            raw_path: file.facts.raw_path.clone(),
            size: file.size,
            modified: modified.and_then(|since| u64::try_from(since.as_nanos()).ok()),
            facts: Digest::of(facts.as_bytes()).to_string()[7..23].to_owned(),
            taken_down: FileTally::new(),
            part: 0,
        }
    }

    /// Whether a planned file has this state, so that reading it again would give the same records.
    pub fn is_that_of(&self, file: &PlannedFile) -> bool {
        self.modified.is_some()
            && *self == Self { taken_down: self.taken_down.clone(), part: self.part, ..Self::of(file) }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileList {
    header: Header,
    dataset_sha256: String,
    files: Vec<FileState>,
}

/// The index of a dataset.
#[derive(Debug)]
pub struct Index {
    /// Every raw file, by path.
    pub files: Vec<FileState>,
    keys: PathBuf,
}

impl Index {
    /// Reads the index of the dataset at `root` whose rows have the digest `dataset_sha256`; none where there is no such index, or one
    /// of another configuration or version.
    ///
    /// # Errors
    /// When a file cannot be read or is damaged.
    pub fn read(root: &Path, header: &Header, dataset_sha256: &str) -> Result<Option<Self>> {
        if !crate::io::is_there(&root.join(FILES)) {
            return Ok(None);
        }
        let path = root.join(FILES);
        let packed = read_limited(&path, MAX_FILES)?;
        let text = zstd::decode_all(packed.as_slice()).map_err(|error| damaged(&path).caused_by(error))?;
        let list: FileList = serde_json::from_slice(&text)
            .map_err(|error| damaged(&path).caused_by(word_mistake(&error.to_string())))?;
        if list.header != *header || list.dataset_sha256 != dataset_sha256 {
            return Ok(None);
        }
        Ok(Some(Self { files: list.files, keys: root.join(KEYS) }))
    }

    /// The rows, in the order of `records`.
    ///
    /// # Errors
    /// When the operating system refuses the file.
    pub fn rows(&self) -> Result<IndexRows<BufReader<File>>> {
        rows_at(&self.keys)
    }
}

fn rows_at(keys: &Path) -> Result<IndexRows<BufReader<File>>> {
    let (file, _) = open_file(keys)?.ok_or_else(|| damaged(keys))?;
    Ok(IndexRows { source: BufReader::new(file), path: keys.to_owned(), block: Vec::new().into_iter() })
}

/// Gives every row of the index of the dataset at `root`, where there is one, whatever configuration it belongs to.
///
/// # Errors
/// When it is damaged.
pub fn read_index_rows(root: &Path, mut give: impl FnMut(&IndexRow)) -> Result<()> {
    let keys = root.join(KEYS);
    if crate::io::is_there(&keys) {
        let mut rows = rows_at(&keys)?;
        while let Some(row) = rows.next()? {
            give(&row);
        }
    }
    Ok(())
}

fn damaged(path: &Path) -> Error {
    Error::dataset(format!("cannot read `{}`", path.display()))
        .hint("remove the folder `index`, and all raw files are read again")
}

/// What the index says of a record; the rest stands in `records`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IndexRow {
    /// See [`KeyRow`].
    pub text_sha256: Half,
    /// See [`KeyRow`].
    pub key_sha256: Half,
    /// See [`KeyRow`].
    pub day_precise: bool,
    /// See [`KeyRow`].
    pub published_date: Option<i32>,
    /// See [`KeyRow`].
    pub published_at: Option<i64>,
    /// See [`KeyRow`].
    pub length: i32,
    /// See [`KeyRow`].
    pub source_rank: i32,
    /// See [`KeyRow`].
    pub metadata: u8,
    /// See [`KeyRow`].
    pub canonical_url: Option<u64>,
    /// See [`KeyRow`].
    pub size: u64,
    /// See [`KeyRow`].
    pub bands: Vec<u32>,
}

impl IndexRow {
    /// The part of a key row that goes to the index.
    pub fn of(row: &KeyRow<'_>) -> Self {
        Self {
            text_sha256: row.text_sha256,
            key_sha256: row.key_sha256,
            day_precise: row.day_precise,
            published_date: row.published_date,
            published_at: row.published_at,
            length: row.length,
            source_rank: row.source_rank,
            metadata: row.metadata,
            canonical_url: row.canonical_url,
            size: row.size,
            bands: row.bands.keys().collect(),
        }
    }
}

/// The states of the raw files of a plan, of whose records some were taken down.
pub fn file_states(plan: &Plan, taken_down: &Tally) -> Vec<FileState> {
    let state = |file| {
        let state = FileState::of(file);
        FileState { taken_down: taken_down.of_file(&state.raw_path), ..state }
    };
    plan.files.iter().map(state).collect()
}

/// Writes the index of a dataset: `files` are its raw files, `rows` its key rows as [`KeyRow::push_row`] wrote them behind a sort key of
/// `raw_path` and `raw_index`; they come behind those of the index that is added to.
///
/// # Errors
/// When a file cannot be written.
pub fn write_index(
    staging: &Staging,
    (config, dataset_sha256): (&Config, &str),
    files: Vec<FileState>,
    (before, rows): (Option<&Index>, &Sorted),
) -> Result<()> {
    let list = FileList { header: Header::of(config), dataset_sha256: dataset_sha256.to_owned(), files };
    let text = serde_json::to_vec(&list).map_err(|error| Error::io("write", Path::new(FILES), error.into()))?;
    write_packed(staging, FILES, |file| pack(&text).and_then(|packed| file.write_all(&packed)))?;
    let mut passed = rows.rows()?;
    let mut failed = None;
    let before = before.map(|index| open_file(&index.keys)?.ok_or_else(|| damaged(&index.keys))).transpose()?;
    write_packed(staging, KEYS, |file| {
        if let Some((mut keys, _)) = before {
            std::io::copy(&mut keys, file)?;
        }
        let mut block = Vec::with_capacity(BLOCK);
        loop {
            match passed.next() {
                Ok(Some(row)) => {
                    let mut reader = crate::kernels::encode_row::RowReader::new(row);
                    reader.skip_ordered();
                    reader.i64();
                    block.push(IndexRow::of(&KeyRow::read(&mut reader)));
                }
                Ok(None) => break,
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
            if block.len() == BLOCK {
                write_block(file, &mut block)?;
            }
        }
        write_block(file, &mut block)
    })?;
    failed.map_or(Ok(()), Err)
}

fn write_packed(
    staging: &Staging,
    name: &str,
    write: impl FnOnce(&mut crate::io::DigestWriter) -> std::io::Result<()>,
) -> Result<()> {
    let mut file = staging.create(name)?;
    write(&mut file).map_err(|error| Error::io("write", &staging.path().join(name), error))?;
    file.finish().map(|_| ())
}

fn pack(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    zstd::encode_all(bytes, LEVEL)
}

/// The numbers of a row, each packed as a column; absent ones are the least number, absent addresses 0.
const COLUMNS: [fn(&IndexRow) -> i64; 9] = [
    |row| row.bands.len() as i64,
    |row| i64::from(row.day_precise),
    |row| row.published_date.map_or(i64::MIN, i64::from),
    |row| row.published_at.unwrap_or(i64::MIN),
    |row| i64::from(row.length),
    |row| i64::from(row.source_rank),
    |row| i64::from(row.metadata),
    |row| row.canonical_url.map_or(0, |hash| hash as i64),
    |row| row.size as i64,
];

fn write_block(file: &mut impl std::io::Write, block: &mut Vec<IndexRow>) -> std::io::Result<()> {
    if block.is_empty() {
        return Ok(());
    }
    // What compresses is packed; digests and band keys are not worth the time.
    let mut plain = Vec::new();
    let mut packed = Vec::new();
    for row in &*block {
        plain.extend_from_slice(&row.text_sha256);
        plain.extend_from_slice(&row.key_sha256);
        plain.extend(row.bands.iter().flat_map(|key| key.to_le_bytes()));
    }
    for column in COLUMNS {
        packed.extend(block.iter().flat_map(|row| column(row).to_le_bytes()));
    }
    let packed = pack(&packed)?;
    for length in [block.len(), plain.len(), packed.len()] {
        file.write_all(&(length as u32).to_le_bytes())?;
    }
    file.write_all(&plain)?;
    file.write_all(&packed)?;
    block.clear();
    Ok(())
}

/// One pass over the rows of an index.
#[derive(Debug)]
pub struct IndexRows<R> {
    source: R,
    path: PathBuf,
    block: std::vec::IntoIter<IndexRow>,
}

impl<R: Read> IndexRows<R> {
    /// The next row.
    ///
    /// # Errors
    /// A dataset error when the index is damaged.
    pub fn next(&mut self) -> Result<Option<IndexRow>> {
        if let Some(row) = self.block.next() {
            return Ok(Some(row));
        }
        let block = self.read_block().map_err(|error| damaged(&self.path).caused_by(error))?;
        self.block = block.into_iter();
        Ok(self.block.next())
    }

    /// The rows of the next block; none at the end.
    fn read_block(&mut self) -> std::io::Result<Vec<IndexRow>> {
        let mut head = Vec::new();
        self.source.by_ref().take(12).read_to_end(&mut head)?;
        if head.is_empty() {
            return Ok(Vec::new());
        }
        let broken = || std::io::Error::from(std::io::ErrorKind::InvalidData);
        let [count, plain, packed] = head.as_chunks::<4>().0 else { return Err(broken()) };
        let [count, plain, packed] = [count, plain, packed].map(|length| u32::from_le_bytes(*length) as usize);
        let mut bytes = Vec::new();
        self.source.by_ref().take((plain + packed) as u64).read_to_end(&mut bytes)?;
        let (plain, packed) = bytes.split_at_checked(plain).filter(|_| count <= BLOCK).ok_or_else(broken)?;
        let numbers = zstd::bulk::decompress(packed, 8 * COLUMNS.len() * count)?;
        rows_of(count, plain, &numbers).ok_or_else(broken)
    }
}

fn rows_of(count: usize, mut plain: &[u8], numbers: &[u8]) -> Option<Vec<IndexRow>> {
    let (numbers, _) = numbers.as_chunks::<8>();
    let numbers: Vec<i64> = numbers.iter().map(|bytes| i64::from_le_bytes(*bytes)).collect();
    if numbers.len() != COLUMNS.len() * count {
        return None;
    }
    let mut rows = Vec::with_capacity(count);
    for at in 0..count {
        let column = |place: usize| numbers[place * count + at];
        let optional = |place: usize| Some(column(place)).filter(|value| *value != i64::MIN);
        let (text, rest) = plain.split_first_chunk::<16>()?;
        let (key, rest) = rest.split_first_chunk::<16>()?;
        let (bands, rest) = rest.split_at_checked(4 * usize::try_from(column(0)).ok()?)?;
        plain = rest;
        rows.push(IndexRow {
            text_sha256: *text,
            key_sha256: *key,
            day_precise: column(1) == 1,
            published_date: optional(2).map(|date| date as i32),
            published_at: optional(3),
            length: column(4) as i32,
            source_rank: column(5) as i32,
            metadata: column(6) as u8,
            canonical_url: Some(column(7) as u64).filter(|hash| *hash != 0),
            size: column(8) as u64,
            bands: bands.as_chunks::<4>().0.iter().map(|key| u32::from_le_bytes(*key)).collect(),
        });
    }
    Some(rows)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn blocks_come_back(given in proptest::collection::vec((any::<Half>(), any::<Option<i32>>(), 1_u64.., proptest::collection::vec(any::<u32>(), 0..5)), 0..60)) {
            let rows: Vec<IndexRow> = given.into_iter().map(|(text_sha256, published_date, url, bands)| IndexRow {
                text_sha256, published_date, canonical_url: Some(url), bands, size: url, length: 7, ..IndexRow::default()
            }).collect();
            let mut keys = Vec::new();
            for part in rows.chunks(7) {
                write_block(&mut keys, &mut part.to_vec()).unwrap();
            }
            let mut pass = IndexRows { source: keys.as_slice(), path: PathBuf::new(), block: Vec::new().into_iter() };
            for row in &rows {
                prop_assert_eq!(pass.next().unwrap(), Some(row.clone()));
            }
            prop_assert_eq!(pass.next().unwrap(), None);
        }
    }

    #[test]
    fn damage_is_an_error() {
        let mut keys = Vec::new();
        write_block(&mut keys, &mut vec![IndexRow::default(); 3]).unwrap();
        keys.pop();
        let mut pass = IndexRows { source: keys.as_slice(), path: PathBuf::new(), block: Vec::new().into_iter() };
        assert!(pass.next().is_err());
    }
}
