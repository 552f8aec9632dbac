//! The pipeline: the checked plan, the threads, the order, the memory, the counting.
//!
//! `run` is the stages with a temporary folder between them; each stage command is a part of it with folders that stay.

mod append;
mod article_rows;
pub mod audit;
pub mod boilerplate;
pub mod calibrate;
mod chain;
pub mod check;
mod compare;
pub mod contract;
pub mod convert;
pub(crate) mod dataset_rows;
mod dataset_run;
mod decide;
pub mod describe;
pub mod diff;
pub mod explain;
mod export;
pub mod external_sort;
mod gates;
mod guard;
mod incremental;
mod interim;
mod keep;
mod memory;
mod merge_heap;
pub mod near;
mod phase_one;
mod plan;
pub mod quarantine;
mod read_unit;
mod rejection_gate;
mod rejects;
mod replay;
pub mod report;
mod run;
mod run_merge;
mod runs;
mod shard_files;
mod shards;
mod side_tables;
mod splits;
mod stage_list;
mod table_rows;
pub mod takedown;
mod tally;
pub mod verify;
mod workers;

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

pub use guard::{Excess, Side};
pub use incremental::Arrivals;
pub use interim::MANIFEST;
pub use memory::{DEFAULT_MEMORY, LEAST_MEMORY, MemoryPlan};
pub use plan::Plan;
pub use rejection_gate::{Example, Refusal};
pub use run::{Outcome, run, run_into, run_stage};
pub use stage_list::{STAGE_NAMES, check_stages, stages};

use crate::error::Result;
use crate::writers::cut::CutLimits;

/// What belongs to this run only; no field of it can change a byte of the dataset but `cut_limits`, which tests shrink.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// Threads.
    pub threads: NonZeroUsize,
    /// Bytes of memory.
    pub memory: u64,
    /// Logical bytes at which a batch is sent through the stages.
    pub batch_bytes: usize,
    /// Rows at which a batch is sent through the stages.
    pub batch_rows: usize,
    /// Where row groups and shards end.
    pub cut_limits: CutLimits,
    /// What a progress display reads.
    pub progress: Arc<Progress>,
    /// Raw paths that are read as if no others were there; none where all are.
    pub only: Option<Arc<BTreeSet<String>>>,
}

/// Counters that grow while a run works.
#[derive(Debug, Default)]
pub struct Progress {
    /// Bytes of decoded streams read so far.
    pub bytes: AtomicU64,
    /// Records read so far.
    pub records: AtomicU64,
    /// Articles written so far.
    pub exported: AtomicU64,
    /// 0 while files are planned, then 1 read, 2 dedup, 3 export, 4 done.
    pub phase: AtomicU64,
    /// Bytes on disk that will be read; 0 until the plan is made.
    pub total_bytes: AtomicU64,
}

impl RunOptions {
    /// Options for a number of threads and bytes of memory.
    pub fn new(threads: NonZeroUsize, memory: u64) -> Self {
        Self {
            threads,
            memory,
            batch_bytes: 4 << 20,
            batch_rows: 8192,
            cut_limits: CutLimits::default(),
            progress: Arc::new(Progress::default()),
            only: None,
        }
    }

    /// How the memory is divided.
    ///
    /// # Errors
    /// When it is less than [`LEAST_MEMORY`].
    pub fn memory_plan(&self) -> Result<MemoryPlan> {
        MemoryPlan::new(self.memory, self.threads)
    }
}
