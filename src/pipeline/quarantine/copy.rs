//! Copies the bytes of rejected records out of one raw file, and holds them to their digests.

use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};

use super::entry;
use super::rows::{RejectedRow, RejectedRows};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::io::{DigestWriter, Head, ReadLimits, Staging, open, open_range};
use crate::kernels::sha256::{Digest, Hasher};
use crate::manifest::FileEntry;
use crate::origin::ByteRange;
use crate::pipeline::Progress;
use crate::pipeline::plan::{Plan, PlannedFile};
use crate::pipeline::read_unit::{Intake, read_unit};
use crate::readers::{Layout, RawRecord, Reader};
use crate::rejection::{Damage, RawBytes};
use crate::stream::{RawInput, damage_of};

/// Bytes that are held at once.
const BUFFER: u64 = 128 << 10;

/// How the records of a file lie in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One behind the other: lines, JSON values.
    Values,
    /// The same behind a header row.
    Delimited,
    /// Rows that are bytes only when they are written as JSON lines.
    Rows,
    /// The file is the record.
    Whole,
}

impl Form {
    /// The form of what a reader reads; what no reader knows is one record.
    pub fn of(reader: Option<&'static dyn Reader>) -> Self {
        match reader.map(|reader| (reader.name(), reader.layout())) {
            None | Some((_, Layout::Whole)) => Self::Whole,
            Some(("csv" | "tsv", _)) => Self::Delimited,
            Some(("parquet", _)) => Self::Rows,
            Some(_) => Self::Values,
        }
    }
}

/// Where a record begins in its copy.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// First byte.
    pub offset: u64,
    /// Line, from 1.
    pub line: u64,
}

/// What became of a row: where its bytes are now (none when it has none), or what was found in their place.
pub type Copied = std::result::Result<Option<Place>, String>;

/// Takes each row with what became of it.
pub type Give<'g> = &'g mut dyn FnMut(&RejectedRow, Copied) -> Result<()>;

/// Copies records of one raw file.
pub struct Copier<'a> {
    path: &'a Path,
    limits: ReadLimits,
    compressed: bool,
    form: Form,
    out: Out,
    /// The decoded stream and the next byte of it, where it has to be read from its start.
    stream: Option<(Box<dyn RawInput + Send>, u64)>,
}

/// The copy.
struct Out {
    file: DigestWriter,
    path: PathBuf,
    bytes: u64,
    lines: u64,
    records: u64,
}

impl Out {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.bytes += bytes.len() as u64;
        self.lines += memchr::memchr_iter(b'\n', bytes).count() as u64;
        self.file.write_all(bytes).map_err(|error| Error::io("write", &self.path, error))
    }

    fn place(&self) -> Place {
        Place { offset: self.bytes, line: self.lines + 1 }
    }
}

impl<'a> Copier<'a> {
    /// A copy of a raw file, of which `head` was read, at `relative` in `staging`.
    ///
    /// # Errors
    /// When the copy cannot be made.
    pub fn new(
        (path, head, limits): (&'a Path, &Head, ReadLimits),
        form: Form,
        (staging, relative): (&Staging, &str),
    ) -> Result<Self> {
        let out = Out {
            file: staging.create(relative)?,
            path: staging.path().join(relative),
            bytes: 0,
            lines: 0,
            records: 0,
        };
        Ok(Self { path, limits, compressed: head.compression.is_some(), form, out, stream: None })
    }

    /// Ends the copy.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(self, relative: &str) -> Result<FileEntry> {
        let digest = self.out.file.finish()?;
        Ok(entry(relative, (digest.bytes, digest.sha256), Some(self.out.records)))
    }

    /// Copies every row of a raw file that comes next, and gives it on.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn copy(&mut self, (config, raw_path): (&Config, &str), rows: &mut RejectedRows, give: Give<'_>) -> Result<()> {
        if self.form == Form::Rows {
            return self.copy_rows((config, raw_path), rows, give);
        }
        if self.form == Form::Delimited {
            let header = ByteRange::new(0, rows.header()?);
            // What is wrong with the header is found with its rows.
            drop(self.copy_range(header, &mut Hasher::new())?);
        }
        while let Some(row) = rows.next_of(raw_path)? {
            if row.raw_length == 0 {
                give(&row, Ok(None))?;
                continue;
            }
            let range = ByteRange::new(row.raw_offset, row.raw_length);
            let mut hasher = Hasher::new();
            let (found, place) = if self.form == Form::Whole {
                let at = self.stream.as_ref().map_or(0, |(_, at)| *at);
                let before = ByteRange::new(at, range.offset.saturating_sub(at));
                let found = self.copy_range(before, &mut Hasher::new())?;
                let place = self.out.place();
                (if found.is_ok() { self.copy_range(range, &mut hasher)? } else { found }, place)
            } else {
                let place = self.out.place();
                let found = self.copy_range(range, &mut hasher)?;
                self.out.write(b"\n")?;
                (found, place)
            };
            self.out.records += 1;
            let digest = hasher.finish().to_string();
            give(
                &row,
                match found {
                    Err(found) => Err(found),
                    Ok(()) if digest != row.raw_sha256 => Err(digest),
                    Ok(()) => Ok(Some(place)),
                },
            )?;
        }
        if self.form == Form::Whole
            && let Some((_, at)) = self.stream
        {
            // The rest of a damaged file is as good as nothing.
            drop(self.copy_range(ByteRange::new(at, u64::MAX - at), &mut Hasher::new())?);
        }
        Ok(())
    }

    /// Copies a range of the decoded stream; what keeps it from being whole comes back in words.
    fn copy_range(&mut self, range: ByteRange, hasher: &mut Hasher) -> Result<std::result::Result<(), String>> {
        if range.length == 0 {
            return Ok(Ok(()));
        }
        let mut buffer = vec![0; range.length.min(BUFFER) as usize];
        if !self.compressed && self.form != Form::Whole {
            let limits = ReadLimits { buffer: buffer.len(), ..self.limits };
            let mut input = open_range(self.path, range, &limits)?;
            return pour(
                &mut input,
                (range.length, &mut buffer),
                &mut |bytes| {
                    hasher.update(bytes);
                    self.out.write(bytes)
                },
                self.path,
            );
        }
        // A row that lies before the last one is no order that copydesk writes.
        let (mut input, at) = match self.stream.take().filter(|(_, at)| *at <= range.offset) {
            Some(stream) => stream,
            None => (open(self.path, &self.limits)?, 0),
        };
        let mut skipped = vec![0; (range.offset - at).min(BUFFER) as usize];
        let before = pour(&mut input, (range.offset - at, &mut skipped), &mut |_| Ok(()), self.path)?;
        if before.is_err() {
            return Ok(before);
        }
        let mut copied = 0;
        let result = pour(
            &mut input,
            (range.length, &mut buffer),
            &mut |bytes| {
                copied += bytes.len() as u64;
                hasher.update(bytes);
                self.out.write(bytes)
            },
            self.path,
        )?;
        self.stream = Some((input, range.offset + copied));
        Ok(result)
    }

    /// Copies rows of a file whose records are bytes only to its reader.
    fn copy_rows(
        &mut self,
        (config, raw_path): (&Config, &str),
        rows: &mut RejectedRows,
        give: Give<'_>,
    ) -> Result<()> {
        let plan = Plan::only(config, raw_path)?;
        let mut intake = RowIntake { raw_path, rows: &mut *rows, out: &mut self.out, give: &mut *give };
        for unit in &plan.units {
            read_unit((config, &plan), *unit, &Progress::default(), &mut intake)?;
        }
        while let Some(row) = rows.next_of(raw_path)? {
            let copied = if row.raw_length == 0 { Ok(None) } else { Err("no such row".to_owned()) };
            give(&row, copied)?;
        }
        Ok(())
    }
}

/// Hands on `length` bytes of a stream; in words what came instead of them.
fn pour(
    input: &mut dyn Read,
    (length, buffer): (u64, &mut [u8]),
    give: &mut dyn FnMut(&[u8]) -> Result<()>,
    path: &Path,
) -> Result<std::result::Result<(), String>> {
    let mut left = length;
    while left > 0 {
        let most = (buffer.len() as u64).min(left) as usize;
        match input.read(&mut buffer[..most]) {
            Ok(0) => return Ok(Err("the end of the file".to_owned())),
            Ok(count) => {
                give(&buffer[..count])?;
                left -= count as u64;
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                return Ok(Err("the end of the file".to_owned()));
            }
            Err(error) => {
                let rejection = damage_of(error).map_err(|error| Error::io("read", path, error))?;
                return Ok(Err(format!("a damaged file ({})", rejection.reason.code())));
            }
        }
    }
    Ok(Ok(()))
}

/// Takes the rows of a file and copies those that were rejected.
struct RowIntake<'a> {
    raw_path: &'a str,
    rows: &'a mut RejectedRows,
    out: &'a mut Out,
    give: &'a mut dyn FnMut(&RejectedRow, Copied) -> Result<()>,
}

impl RowIntake<'_> {
    fn take(&mut self, bytes: Option<&[u8]>, raw_index: i64) -> Result<()> {
        let wanted = |row: &RejectedRow| row.raw_path == self.raw_path && row.raw_index == raw_index;
        if !self.rows.peek()?.is_some_and(wanted) {
            return Ok(());
        }
        let Some(row) = self.rows.next()? else { return Ok(()) };
        let copied = match bytes {
            _ if row.raw_length == 0 => Ok(None),
            None => Err("bytes that are not kept".to_owned()),
            Some(bytes) => {
                let digest = Digest::of(bytes).to_string();
                let place = self.out.place();
                self.out.write(bytes)?;
                self.out.write(b"\n")?;
                self.out.records += 1;
                if digest == row.raw_sha256 { Ok(Some(place)) } else { Err(digest) }
            }
        };
        (self.give)(&row, copied)
    }
}

impl Intake for RowIntake<'_> {
    fn record(&mut self, record: &RawRecord<'_>, _file: &PlannedFile, raw_index: i64) -> Result<()> {
        self.take(Some(record.bytes), raw_index)
    }

    fn damage(&mut self, damage: &Damage<'_>, _file: &PlannedFile, raw_index: i64) -> Result<()> {
        match damage.raw {
            RawBytes::Bytes(bytes) => self.take(Some(bytes), raw_index),
            RawBytes::Digest(_) => self.take(None, raw_index),
        }
    }
}
