//! How the user's memory is divided. Nothing here can reach an output byte.

use std::num::NonZeroUsize;

use crate::error::{Error, Result};
use crate::kernels::parse_bytes::format_bytes;
use crate::pipeline::runs::RunLimits;

const MIB: u64 = 1 << 20;

/// The default of `--memory`.
pub const DEFAULT_MEMORY: u64 = 512 * MIB;
/// The least that `--memory` accepts.
pub const LEAST_MEMORY: u64 = 192 * MIB;

/// Program, tables, allocator slack and thread stacks: kept out of every share.
const RESERVE: u64 = 40 * MIB;
/// What a worker of phase 1 needs beside its run buffer: read window, decoded record and its shingles, a batch before and after a stage.
const WORKER: u64 = 40 * MIB;
/// What a shard in writing needs beside the open runs: the rows of a row group, their copy as one batch, the encoded columns.
const SHARD: u64 = 88 * MIB;

/// What writing both files of a shard at once needs more: the row group that waits.
const OVERLAP: u64 = 32 * MIB;

/// How much of everything a run may hold at once.
#[derive(Clone, Copy, Debug)]
pub struct MemoryPlan {
    /// Threads that read and apply stages.
    pub workers: usize,
    /// Runs and chunks of each of them.
    pub runs: RunLimits,
    /// Each external sorter.
    pub sorter_bytes: usize,
    /// Shards that are written at once.
    pub shard_writers: usize,
    /// Chunks that one merge may hold open.
    pub open_bytes: u64,
    /// Whether the two files of a shard are written on threads of their own.
    pub overlap: bool,
}

impl MemoryPlan {
    /// Divides `memory` bytes among `threads`.
    ///
    /// # Errors
    /// A usage error below [`LEAST_MEMORY`].
    pub fn new(memory: u64, threads: NonZeroUsize) -> Result<Self> {
        if memory < LEAST_MEMORY {
            return Err(Error::usage(format!(
                "expected at least 192MiB of memory, but found {}",
                format_bytes(memory)
            ))
            .hint("use `--memory 192MiB` or more"));
        }
        let usable = memory - RESERVE;
        let threads = threads.get() as u64;
        let workers = threads.clamp(1, (usable / 2 / WORKER).max(1));
        let open_bytes = memory / 8;
        // The last run of each worker stays in memory while shards are written.
        let beside_shard = usable - SHARD - open_bytes;
        let run_bytes = (memory / 4).min(usable / workers - WORKER).min(beside_shard / workers);
        let kept = run_bytes * workers;
        let shard_writers = threads.clamp(1, ((usable - kept) / (SHARD + open_bytes)).max(1));
        let left = usable - kept - shard_writers * (SHARD + open_bytes);
        Ok(Self {
            workers: workers as usize,
            runs: RunLimits { run_bytes: run_bytes as usize, chunk_bytes: 512 << 10, keep_last: true },
            sorter_bytes: (memory / 16) as usize,
            shard_writers: shard_writers as usize,
            open_bytes,
            overlap: threads > shard_writers && left >= OVERLAP,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_fit_into_the_whole_for_any_number_of_threads() {
        for mebibytes in [192, 256, 512, 1024, 8192] {
            for threads in [1, 2, 3, 8, 64] {
                let memory = mebibytes * MIB;
                let plan = MemoryPlan::new(memory, NonZeroUsize::new(threads).unwrap()).unwrap();
                let phase_one = RESERVE + plan.workers as u64 * (WORKER + plan.runs.run_bytes as u64);
                assert!(phase_one <= memory, "{mebibytes} MiB, {threads} threads");
                let kept = plan.workers as u64 * plan.runs.run_bytes as u64;
                let phase_two = RESERVE + kept + plan.shard_writers as u64 * (SHARD + plan.open_bytes);
                assert!(phase_two <= memory, "{mebibytes} MiB, {threads} threads");
                assert!(plan.runs.run_bytes >= 1 << 20);
            }
        }
        assert!(MemoryPlan::new(LEAST_MEMORY - 1, NonZeroUsize::MIN).is_err());
    }
}
