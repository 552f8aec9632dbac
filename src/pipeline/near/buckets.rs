//! From band keys to candidate pairs: entries are spread over partitions by band, and each partition is sorted and scanned.

use std::path::{Path, PathBuf};

use super::pair_list::{PairCollector, PairList, pair};
use super::rank_set::RankSet;
use crate::dedup::GROUP_WIDTH;
use crate::error::Result;
use crate::io::{BlockReader, BlockWriter};
use crate::pipeline::workers::run_workers;

/// Collects (band, key, rank); what does not fit the limit goes to one file, partition by partition.
#[derive(Debug)]
pub struct BucketWriter {
    path: PathBuf,
    limit: usize,
    /// Partitions of each band, a power of two.
    parts: usize,
    buffers: Vec<Vec<u64>>,
    held: usize,
    file: Option<BlockWriter>,
    /// Blocks of each partition: place and number of entries.
    blocks: Vec<Vec<(u64, usize)>>,
}

/// Every entry, by partition.
#[derive(Debug)]
pub struct Buckets {
    buffers: Vec<Vec<u64>>,
    file: Option<BlockReader>,
    blocks: Vec<Vec<(u64, usize)>>,
}

impl BucketWriter {
    /// A writer for `bands` keys of each of `articles` articles, which holds at most `limit` bytes; `path` is its file.
    pub fn new(path: &Path, (bands, articles): (usize, u64), limit: usize) -> Self {
        let parts = (articles * 8).div_ceil((limit as u64).max(1)).next_power_of_two() as usize;
        let partitions = bands * parts;
        // Partitions fill evenly, so the room that each is given is about what it takes; a sixteenth more for those that take more.
        let held = articles.min(limit as u64 / (8 * bands.max(1) as u64)) as usize / parts;
        Self {
            path: path.to_owned(),
            limit,
            parts,
            buffers: (0..partitions).map(|_| Vec::with_capacity(held + held / 16)).collect(),
            held: 0,
            file: None,
            blocks: vec![Vec::new(); partitions],
        }
    }

    /// Adds the keys of an article, one of each band.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn push(&mut self, rank: u32, keys: &[u32]) -> Result<()> {
        for (band, key) in keys.iter().enumerate() {
            // The high bits of the key choose the partition, so that equal keys meet in one.
            let part = ((u64::from(*key) * self.parts as u64) >> 32) as usize;
            self.buffers[band * self.parts + part].push(u64::from(*key) << 32 | u64::from(rank));
        }
        self.held += 8 * keys.len();
        if self.held >= self.limit { self.spill() } else { Ok(()) }
    }

    fn spill(&mut self) -> Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(BlockWriter::create(&self.path, 256 << 10)?),
        };
        let mut bytes = Vec::new();
        for (buffer, blocks) in self.buffers.iter_mut().zip(&mut self.blocks) {
            bytes.clear();
            bytes.extend(buffer.iter().flat_map(|entry| entry.to_le_bytes()));
            if !buffer.is_empty() {
                blocks.push((file.push(&bytes)?, buffer.len()));
            }
            // Capacity stays: partitions fill evenly.
            buffer.clear();
        }
        self.held = 0;
        Ok(())
    }

    /// Ends the writing.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn finish(mut self) -> Result<Buckets> {
        if self.file.is_some() {
            self.spill()?;
            self.buffers = vec![Vec::new(); self.blocks.len()];
        }
        let file = self.file.map(BlockWriter::finish).transpose()?;
        Ok(Buckets { buffers: self.buffers, file, blocks: self.blocks })
    }
}

/// What a scan of the buckets found.
#[derive(Debug, Default)]
pub struct Candidates {
    /// The pairs.
    pub pairs: PairList,
    /// Buckets of more than 64 articles, where not every pair is a candidate.
    pub wide: u64,
}

impl Buckets {
    /// Makes every article of a bucket a candidate pair with its first 64, in the order of preference, where one of the two is
    /// `touched`.
    ///
    /// # Errors
    /// When the file cannot be read or a spill file not be written.
    pub fn candidates(&self, touched: &RankSet, stem: &Path, (workers, limit): (usize, usize)) -> Result<Candidates> {
        let parts = run_workers(
            (workers, self.blocks.len()),
            |worker| {
                let stem = stem.with_extension(format!("{worker:03}"));
                Ok((PairCollector::new(stem, limit / workers), 0_u64, Vec::new(), Vec::new()))
            },
            |(pairs, wide, entries, bytes), partition| {
                self.load(partition, entries, bytes)?;
                entries.sort_unstable();
                for bucket in entries.chunk_by(|a, b| a >> 32 == b >> 32) {
                    *wide += u64::from(bucket.len() > GROUP_WIDTH);
                    for (at, later) in bucket.iter().enumerate().skip(1) {
                        let new = touched.contains(*later as u32);
                        for earlier in &bucket[..at.min(GROUP_WIDTH)] {
                            if new || touched.contains(*earlier as u32) {
                                pairs.push(pair(*later as u32, *earlier as u32))?;
                            }
                        }
                    }
                }
                Ok(())
            },
            |(pairs, wide, _, _)| Ok((pairs.finish(), wide)),
        )?;
        let wide = parts.iter().map(|(_, wide)| wide).sum();
        Ok(Candidates { pairs: PairList::merge(parts.into_iter().map(|(pairs, _)| pairs)), wide })
    }

    fn load(&self, partition: usize, entries: &mut Vec<u64>, bytes: &mut Vec<u8>) -> Result<()> {
        entries.clear();
        entries.extend_from_slice(&self.buffers[partition]);
        for (place, count) in &self.blocks[partition] {
            let file = self.file.as_ref().expect("law: blocks are in the file");
            file.read(*place, 8 * count, bytes)?;
            let (values, _) = bytes.as_chunks::<8>();
            entries.extend(values.iter().map(|value| u64::from_le_bytes(*value)));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn whoever_shares_a_key_is_a_candidate(keys in proptest::collection::vec([0_u32..6, u32::MAX - 3..u32::MAX], 0..90), limit in 16_usize..2000, workers in 1_usize..4) {
            let folder = tempfile::tempdir().unwrap();
            let mut writer = BucketWriter::new(&folder.path().join("buckets"), (2, keys.len() as u64), limit);
            for (rank, keys) in (0..).zip(&keys) {
                writer.push(rank, keys).unwrap();
            }
            let mut touched = RankSet::new(keys.len() as u64);
            (0..keys.len() as u32).filter(|rank| rank % 5 > 0).for_each(|rank| touched.insert(rank));
            let found = writer.finish().unwrap().candidates(&touched, &folder.path().join("pairs"), (workers, limit)).unwrap();
            let mut expected = BTreeSet::new();
            let mut wide = 0;
            for band in 0..2 {
                let all: BTreeSet<u32> = keys.iter().map(|keys| keys[band]).collect();
                for key in all {
                    let members: Vec<usize> = (0..keys.len()).filter(|rank| keys[*rank][band] == key).collect();
                    wide += u64::from(members.len() > GROUP_WIDTH);
                    for (at, later) in members.iter().enumerate() {
                        let new = |earlier: &&usize| later % 5 > 0 || !(**earlier).is_multiple_of(5);
                        let earlier = members[..at.min(GROUP_WIDTH)].iter().filter(new);
                        expected.extend(earlier.map(|earlier| pair(*later as u32, *earlier as u32)));
                    }
                }
            }
            let mut pass = found.pairs.pairs().unwrap();
            for pair in expected {
                prop_assert_eq!(pass.next().unwrap(), Some(pair));
            }
            prop_assert_eq!((pass.next().unwrap(), found.wide), (None, wide));
        }
    }
}
