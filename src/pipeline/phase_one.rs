//! Phase 1: raw files through readers and stages into sorted runs, or into files of batches when a stage is run alone.

use std::path::Path;
use std::sync::atomic::Ordering;

use super::RunOptions;
use super::chain::{Chain, Target, Written, count_reasons};
use super::plan::{Plan, PlannedFile};
use super::read_unit::{Intake, read_unit};
use super::workers::run_workers;
use crate::config::Config;
use crate::error::Result;
use crate::io::IpcReader;
use crate::manifest::StageAccount;
use crate::readers::RawRecord;
use crate::rejection::Damage;
use crate::stages::Stage;
use crate::stages::ingest::{DamagedRecord, IngestBuilder};

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
        |worker, at| read_unit((config, plan), plan.units[at], &options.progress, worker),
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

impl Intake for RawWorker<'_> {
    fn record(&mut self, record: &RawRecord<'_>, file: &PlannedFile, raw_index: i64) -> Result<()> {
        self.builder.push_record(record, &file.facts, raw_index);
        self.account.received += 1;
        self.account.kept += 1;
        self.options.progress.records.fetch_add(1, Ordering::Relaxed);
        if self.builder.logical_bytes() >= self.options.batch_bytes || self.builder.rows() >= self.options.batch_rows {
            self.flush()?;
        }
        Ok(())
    }

    fn damage(&mut self, damage: &Damage<'_>, file: &PlannedFile, raw_index: i64) -> Result<()> {
        let record = DamagedRecord::new(&file.facts, raw_index, damage);
        self.account.received += 1;
        count_reasons(&mut self.account, std::iter::once(&damage.rejection));
        self.chain.rejects().push_damage(&record)
    }
}
