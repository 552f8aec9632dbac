//! Reads one piece of work, a raw file or a range of one, and hands its records on.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::Progress;
use super::plan::{Plan, PlannedFile, Unit, cause_of, with_unreadable_hint};
use crate::config::{Config, OnUnreadable};
use crate::error::{Error, ErrorKind, Result};
use crate::io::{ReadLimits, open, open_range};
use crate::origin::ByteRange;
use crate::readers::{RawRecord, ReadContext, Tile, TileSink};
use crate::rejection::{Damage, RawBytes, ReasonCode, Rejection};
use crate::stream::{RawInput, ReadAt};

/// Takes the records of a unit in their order.
pub trait Intake {
    /// Takes a record, the `raw_index`th of its file.
    ///
    /// # Errors
    /// When what lies behind cannot go on; ends the unit.
    fn record(&mut self, record: &RawRecord<'_>, file: &PlannedFile, raw_index: i64) -> Result<()>;

    /// Takes a range that counts as one rejected record.
    ///
    /// # Errors
    /// When what lies behind cannot go on; ends the unit.
    fn damage(&mut self, damage: &Damage<'_>, file: &PlannedFile, raw_index: i64) -> Result<()>;
}

/// Reads a unit of a plan.
///
/// # Errors
/// When the file cannot be read (and the config does not reject it), or what `intake` returns.
///
/// # Panics
/// When the reader of the file leaves a gap between its tiles, or lets them overlap.
pub fn read_unit<I: Intake>(
    (config, plan): (&Config, &Plan),
    unit: Unit,
    progress: &Progress,
    intake: &mut I,
) -> Result<()> {
    let file = &plan.files[unit.file];
    let base = unit.range.map_or(0, |range| range.offset);
    let mut sink = UnitSink { intake, file, next_offset: base, next_index: unit.base_index };
    let reader = match &file.reader {
        Ok(reader) => *reader,
        Err(rejection) => return sink.reject_file(rejection.clone()),
    };
    let opened = match unit.range {
        Some(range) => open_range(&file.path, range, &plan.limits),
        None => open(&file.path, &plan.limits),
    };
    let input = match opened {
        Ok(input) => input,
        Err(error) => return sink.refused(config, error),
    };
    let mut input = CountedInput { input, count: 0, progress };
    let context = ReadContext {
        base,
        max_record: config.input.max_record,
        file_name: &file.name,
        declared_fields: &config.fields,
        own_keys: &config.own_keys,
        fallback_encodings: &config.input.encodings,
        facts: &file.facts.statements,
    };
    match reader.read(&mut input, &context, &mut sink) {
        // Also of formats in which nothing is no record: an empty file is more often a loss than a message.
        Ok(()) if file.size == 0 && sink.next_index == unit.base_index => {
            sink.reject_file(Rejection::new(ReasonCode::EmptyText, "the file is empty"))
        }
        Ok(()) => {
            let streamed = input.count;
            assert!(
                input.random_access().is_some() && file.facts.format == "parquet"
                    || sink.next_offset == base + streamed,
                "law: the tiles of `{}` cover its {streamed} bytes, but end at {}",
                file.facts.raw_path,
                sink.next_offset
            );
            Ok(())
        }
        Err(error) => sink.refused(config, error),
    }
}

/// Takes the tiles of one unit and holds its reader to the law: no gap, no overlap.
struct UnitSink<'w, I> {
    intake: &'w mut I,
    file: &'w PlannedFile,
    next_offset: u64,
    next_index: i64,
}

impl<I: Intake> UnitSink<'_, I> {
    fn damage(&mut self, damage: &Damage<'_>) -> Result<()> {
        self.next_index += 1;
        self.intake.damage(damage, self.file, self.next_index - 1)
    }

    /// The whole file is one rejected record, identified by the digest of its bytes where they can be read.
    fn reject_file(&mut self, rejection: Rejection) -> Result<()> {
        let raw = RawBytes::Digest(crate::kernels::sha256::Digest::of(&[]).0);
        if rejection.reason == ReasonCode::UnreadableFile {
            return self.damage(&Damage { range: ByteRange::new(0, 0), raw, rejection });
        }
        let mut hasher = crate::kernels::sha256::Hasher::new();
        let mut length = 0;
        let mut input = open(&self.file.path, &ReadLimits::default())?;
        let mut buffer = vec![0; 64 << 10];
        loop {
            match input.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => {
                    hasher.update(&buffer[..count]);
                    length += count as u64;
                }
                Err(error) => {
                    if let Err(error) = crate::stream::damage_of(error) {
                        return Err(Error::io("read", &self.file.path, error));
                    }
                    break;
                }
            }
        }
        let raw = RawBytes::Digest(hasher.finish().0);
        self.damage(&Damage { range: ByteRange::new(0, length), raw, rejection })
    }

    /// The operating system refused the file, or the rest of it.
    fn refused(&mut self, config: &Config, error: Error) -> Result<()> {
        if error.kind() != ErrorKind::Io || config.input.on_unreadable == OnUnreadable::Error {
            return Err(with_unreadable_hint(error));
        }
        let rejection = Rejection::new(ReasonCode::UnreadableFile, cause_of(&error));
        let raw = RawBytes::Digest(crate::kernels::sha256::Digest::of(&[]).0);
        self.damage(&Damage { range: ByteRange::new(self.next_offset, 0), raw, rejection })
    }
}

impl<I: Intake> TileSink for UnitSink<'_, I> {
    fn tile(&mut self, tile: Tile<'_>) -> Result<()> {
        let range = tile.range();
        assert_eq!(
            range.offset, self.next_offset,
            "law: the tiles of `{}` leave no gap and do not overlap",
            self.file.facts.raw_path
        );
        self.next_offset = range.end();
        match tile {
            Tile::Framing(_) => Ok(()),
            Tile::Damage(damage) => self.damage(&damage),
            Tile::Record(record) => {
                if let Some(rejection) = &self.file.stopped {
                    let raw = RawBytes::Bytes(record.bytes);
                    return self.damage(&Damage { range, raw, rejection: rejection.clone() });
                }
                self.next_index += 1;
                self.intake.record(&record, self.file, self.next_index - 1)
            }
        }
    }
}

/// Counts the bytes of a stream independently of its reader.
struct CountedInput<'a> {
    input: Box<dyn RawInput + Send>,
    count: u64,
    progress: &'a Progress,
}

impl Read for CountedInput<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.count += count as u64;
        self.progress.bytes.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

impl RawInput for CountedInput<'_> {
    fn random_access(&self) -> Option<Arc<dyn ReadAt>> {
        self.input.random_access()
    }
}
