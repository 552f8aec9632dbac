//! Stages: record batches in, record batches and rejections out.
//!
//! A stage is stateless: the same batch gives the same output on any thread, and every row goes exactly one way.

pub mod attach;
pub mod fingerprint;
pub mod ingest;
pub mod normalize;
pub mod release;
pub mod takedowns;
pub mod validate;

use arrow::array::RecordBatch;

use crate::error::Result;
use crate::rejection::Rejection;

/// What a stage made of a batch: `kept.num_rows() + rejected.len()` is the number of rows that came in.
#[derive(Debug)]
pub struct StageOutput {
    /// Rows that go on, in their order.
    pub kept: RecordBatch,
    /// Rows that stop, by their row in the batch that came in, ascending.
    pub rejected: Vec<(usize, Rejection)>,
}

/// A step over batches.
pub trait Stage: Send + Sync {
    /// Name, a verb, as in `records.stage` and the stage commands.
    fn name(&self) -> &'static str;

    /// Columns that must be there.
    fn requires(&self) -> &[&'static str];

    /// Columns that it adds or replaces.
    fn provides(&self) -> &[&'static str];

    /// Applies the stage to a batch.
    ///
    /// # Errors
    /// When the batch lacks a required column; never because of what a record says.
    fn apply(&self, batch: &RecordBatch) -> Result<StageOutput>;
}

#[cfg(test)]
mod laws;
