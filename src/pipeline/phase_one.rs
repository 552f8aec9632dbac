//! Phase 1: raw files through readers and stages into sorted runs, or into files of batches when a stage is run alone.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::RunOptions;
use super::chain::{Chain, Target, Written, count_reasons};
use super::plan::{Plan, PlannedFile, Unit, cause_of, with_unreadable_hint};
use super::workers::run_workers;
use crate::config::{Config, OnUnreadable};
use crate::error::{Error, ErrorKind, Result};
use crate::io::{IpcReader, ReadLimits, open, open_range};
use crate::manifest::StageAccount;
use crate::origin::ByteRange;
use crate::readers::{ReadContext, Tile, TileSink};
use crate::rejection::{Damage, RawBytes, ReasonCode, Rejection};
use crate::stages::Stage;
use crate::stages::ingest::{DamagedRecord, IngestBuilder};
use crate::stream::{RawInput, ReadAt};

/// What phase 1 did.
#[derive(Debug, Default)]
pub struct PhaseOne {
    /// Records that the readers handed over.
    pub records: u64,
    /// `ingest` and the stages behind it.
    pub accounts: Vec<StageAccount>,
    /// The files.
    pub written: Written,
}

/// Reads every unit of a plan and sends the records through `stages`.
///
/// # Errors
/// When a file cannot be read (and the config does not reject it) or a spill file cannot be written.
pub fn read_raw(
    (config, plan, options): (&Config, &Plan, &RunOptions),
    stages: &[Box<dyn Stage>],
    folder: &Path,
    target: Target,
) -> Result<PhaseOne> {
    let workers = options.memory_plan()?.workers;
    let results = run_workers(
        (workers, plan.units.len()),
        |worker| {
            Ok(RawWorker {
                chain: Chain::create(stages, folder, &format!("worker-{worker:03}"), target)?,
                builder: IngestBuilder::new(),
                account: StageAccount::new("ingest"),
                options,
            })
        },
        |worker, at| worker.read_unit(config, plan, plan.units[at]),
        RawWorker::finish,
    )?;
    Ok(add_up(results))
}

/// Sends the batches of an earlier stage through `stages`.
///
/// # Errors
/// When a file cannot be read or written.
pub fn read_batches(
    (input, files): (&Path, &[String]),
    options: &RunOptions,
    stages: &[Box<dyn Stage>],
    (folder, target): (&Path, Target),
) -> Result<PhaseOne> {
    let workers = options.memory_plan()?.workers;
    let results = run_workers(
        (workers, files.len()),
        |worker| Chain::create(stages, folder, &format!("worker-{worker:03}"), target),
        |chain, at| {
            let reader = IpcReader::open(&input.join(&files[at]), None)?;
            for batch in reader {
                chain.push(batch?)?;
            }
            Ok(())
        },
        |chain| {
            let (accounts, written) = chain.finish()?;
            Ok(PhaseOne { records: 0, accounts, written })
        },
    )?;
    Ok(add_up(results))
}

fn add_up(parts: Vec<PhaseOne>) -> PhaseOne {
    let mut parts = parts.into_iter();
    let mut whole = parts.next().unwrap_or_default();
    for part in parts {
        whole.records += part.records;
        whole.written.add(part.written);
        for (account, other) in whole.accounts.iter_mut().zip(&part.accounts) {
            account.add(other);
        }
    }
    whole
}

struct RawWorker<'a> {
    chain: Chain<'a>,
    builder: IngestBuilder,
    account: StageAccount,
    options: &'a RunOptions,
}

impl RawWorker<'_> {
    fn read_unit(&mut self, config: &Config, plan: &Plan, unit: Unit) -> Result<()> {
        let file = &plan.files[unit.file];
        let base = unit.range.map_or(0, |range| range.offset);
        let mut sink = UnitSink { worker: self, file, next_offset: base, next_index: unit.base_index };
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
        let progress = Arc::clone(&sink.worker.options.progress);
        let mut input = CountedInput { input, count: 0, progress: &progress.bytes };
        let context = ReadContext {
            base,
            max_record: config.input.max_record,
            file_name: &file.name,
            declared_fields: &config.fields,
            fallback_encodings: &config.input.encodings,
        };
        match reader.read(&mut input, &context, &mut sink) {
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

    fn flush(&mut self) -> Result<()> {
        let batch = self.builder.finish()?;
        self.chain.push(batch)
    }

    fn finish(mut self) -> Result<PhaseOne> {
        self.flush()?;
        let records = self.account.received;
        let (mut accounts, written) = self.chain.finish()?;
        accounts.insert(0, self.account);
        Ok(PhaseOne { records, accounts, written })
    }
}

/// Takes the tiles of one unit and holds its reader to the law: no gap, no overlap.
struct UnitSink<'w, 'a> {
    worker: &'w mut RawWorker<'a>,
    file: &'w PlannedFile,
    next_offset: u64,
    next_index: i64,
}

impl UnitSink<'_, '_> {
    fn damage(&mut self, damage: &Damage<'_>) -> Result<()> {
        let record = DamagedRecord::new(&self.file.facts, self.next_index, damage);
        self.worker.account.received += 1;
        count_reasons(&mut self.worker.account, std::iter::once(&damage.rejection));
        self.next_index += 1;
        self.worker.chain.rejects().push_damage(&record)
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

impl TileSink for UnitSink<'_, '_> {
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
                let worker = &mut *self.worker;
                worker.builder.push_record(&record, &self.file.facts, self.next_index);
                worker.account.received += 1;
                worker.account.kept += 1;
                worker.options.progress.records.fetch_add(1, Ordering::Relaxed);
                self.next_index += 1;
                if worker.builder.logical_bytes() >= worker.options.batch_bytes
                    || worker.builder.rows() >= worker.options.batch_rows
                {
                    worker.flush()?;
                }
                Ok(())
            }
        }
    }
}

/// Counts the bytes of a stream independently of its reader.
struct CountedInput<'a> {
    input: Box<dyn RawInput + Send>,
    count: u64,
    progress: &'a AtomicU64,
}

impl Read for CountedInput<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.count += count as u64;
        self.progress.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

impl RawInput for CountedInput<'_> {
    fn random_access(&self) -> Option<Arc<dyn ReadAt>> {
        self.input.random_access()
    }
}
