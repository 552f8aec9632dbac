//! A chain of stages over batches, counting every row before and behind each stage.

use std::path::Path;

use arrow::array::RecordBatch;
use serde::{Deserialize, Serialize};

use super::rejects::RejectWriter;
use super::runs::{Run, RunBuffer, RunLimits};
use crate::error::Result;
use crate::io::{IpcWriter, SpillWriter};
use crate::manifest::StageAccount;
use crate::rejection::Rejection;
use crate::stages::Stage;

/// Where the batches behind the last stage go.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    /// To files of batches, as they come.
    Batches,
    /// To sorted runs and key rows.
    Runs(RunLimits),
}

/// What a worker wrote.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// Files of batches.
    pub batches: Vec<String>,
    /// Sorted runs.
    pub runs: Vec<Run>,
    /// Files of key rows.
    pub keys: Vec<String>,
    /// Files of rejected rows.
    pub rejects: Vec<String>,
}

impl Written {
    /// Adds what another worker wrote.
    pub fn add(&mut self, other: Self) {
        self.batches.extend(other.batches);
        self.runs.extend(other.runs);
        self.keys.extend(other.keys);
        self.rejects.extend(other.rejects);
    }
}

/// The stages of one worker and the files behind them.
pub struct Chain<'a> {
    stages: &'a [Box<dyn Stage>],
    accounts: Vec<StageAccount>,
    rejects: RejectWriter,
    output: Output,
    written: Written,
}

enum Output {
    Batches { folder: std::path::PathBuf, file: String, writer: Option<Box<IpcWriter>> },
    Runs(Box<RunBuffer>),
}

impl<'a> Chain<'a> {
    /// A chain whose files go to `folder` and begin with `name`.
    ///
    /// # Errors
    /// When a file cannot be created.
    pub fn create(stages: &'a [Box<dyn Stage>], folder: &Path, name: &str, target: Target) -> Result<Self> {
        let reject_file = format!("{name}.rejects");
        let mut written = Written { rejects: vec![reject_file.clone()], ..Written::default() };
        let output = match target {
            Target::Batches => {
                Output::Batches { folder: folder.to_owned(), file: format!("{name}.arrow"), writer: None }
            }
            Target::Runs(limits) => {
                written.keys.push(format!("{name}.keys"));
                Output::Runs(Box::new(RunBuffer::create(folder, name, limits)?))
            }
        };
        Ok(Self {
            stages,
            accounts: stages.iter().map(|stage| StageAccount::new(stage.name())).collect(),
            rejects: RejectWriter::new(SpillWriter::create(&folder.join(reject_file), 16 << 10)?),
            output,
            written,
        })
    }

    /// The ledger of stopped records.
    pub fn rejects(&mut self) -> &mut RejectWriter {
        &mut self.rejects
    }

    /// Sends a batch through the stages.
    ///
    /// # Errors
    /// When a stage or a file fails.
    ///
    /// # Panics
    /// When a stage loses or invents a row.
    pub fn push(&mut self, mut batch: RecordBatch) -> Result<()> {
        for (stage, account) in self.stages.iter().zip(&mut self.accounts) {
            let output = stage.apply(&batch)?;
            let (received, kept) = (batch.num_rows() as u64, output.kept.num_rows() as u64);
            assert_eq!(
                received,
                kept + output.rejected.len() as u64,
                "law: stage `{}` gives every row exactly one way on",
                stage.name()
            );
            account.received += received;
            account.kept += kept;
            count_reasons(account, output.rejected.iter().map(|(_, rejection)| rejection));
            self.rejects.push_rows(stage.name(), &batch, &output.rejected)?;
            batch = output.kept;
        }
        if batch.num_rows() == 0 {
            return Ok(());
        }
        match &mut self.output {
            Output::Runs(runs) => runs.push(batch),
            Output::Batches { folder, file, writer } => {
                let writer = if let Some(writer) = writer {
                    writer
                } else {
                    self.written.batches.push(file.clone());
                    writer.insert(Box::new(IpcWriter::create(&folder.join(&*file), &batch.schema())?))
                };
                writer.write(&batch)
            }
        }
    }

    /// Ends every file.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn finish(mut self) -> Result<(Vec<StageAccount>, Written)> {
        self.rejects.finish()?;
        match self.output {
            Output::Runs(runs) => self.written.runs = runs.finish()?,
            Output::Batches { writer, .. } => {
                if let Some(writer) = writer {
                    writer.finish()?;
                }
            }
        }
        Ok((self.accounts, self.written))
    }
}

/// Counts rejections by reason.
pub fn count_reasons<'r>(account: &mut StageAccount, rejections: impl Iterator<Item = &'r Rejection>) {
    for rejection in rejections {
        *account.rejected.entry(rejection.reason.code().to_owned()).or_default() += 1;
    }
}
