//! The candidate pairs: collected in any order, handed out ascending and once each, under a memory limit.

use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::io::{SpillReader, SpillWriter};
use crate::pipeline::merge_heap::MergeHeap;

/// Pairs in one row of a file.
const BLOCK: usize = 8192;
/// Buffer of each file in bytes.
const BUFFER: usize = 64 << 10;

/// A pair as one number: the rank of the later article, then that of the earlier one.
pub fn pair(later: u32, earlier: u32) -> u64 {
    u64::from(later) << 32 | u64::from(earlier)
}

/// The two ranks of a pair: the later, the earlier.
pub fn ranks(pair: u64) -> (u32, u32) {
    ((pair >> 32) as u32, pair as u32)
}

/// Collects pairs.
#[derive(Debug)]
pub struct PairCollector {
    stem: PathBuf,
    most: usize,
    pairs: Vec<u64>,
    files: Vec<PathBuf>,
}

/// Pairs that were collected; in several ascending lists without repeats.
#[derive(Debug, Default)]
pub struct PairList {
    memory: Vec<Vec<u64>>,
    files: Vec<PathBuf>,
}

impl PairCollector {
    /// A collector of at most `limit` bytes whose files begin with `stem`.
    pub fn new(stem: impl Into<PathBuf>, limit: usize) -> Self {
        Self { stem: stem.into(), most: (limit / 8).max(2), pairs: Vec::new(), files: Vec::new() }
    }

    /// Adds a pair.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn push(&mut self, pair: u64) -> Result<()> {
        if self.pairs.len() >= self.most {
            self.tidy();
            if self.pairs.len() > self.most / 2 {
                self.spill()?;
            }
        }
        self.pairs.push(pair);
        Ok(())
    }

    /// Ends the collection.
    pub fn finish(mut self) -> PairList {
        self.tidy();
        self.pairs.shrink_to_fit();
        PairList { memory: vec![self.pairs], files: self.files }
    }

    fn tidy(&mut self) {
        self.pairs.sort_unstable();
        self.pairs.dedup();
    }

    fn spill(&mut self) -> Result<()> {
        let mut name = self.stem.clone().into_os_string();
        name.push(format!("-{:05}", self.files.len()));
        let path = PathBuf::from(name);
        write_pairs(&path, self.pairs.drain(..))?;
        self.files.push(path);
        Ok(())
    }
}

fn write_pairs(path: &Path, pairs: impl Iterator<Item = u64>) -> Result<()> {
    let mut writer = SpillWriter::create(path, BUFFER)?;
    let mut block = Vec::with_capacity(8 * BLOCK);
    for pair in pairs {
        block.extend_from_slice(&pair.to_le_bytes());
        if block.len() == 8 * BLOCK {
            writer.push(&block)?;
            block.clear();
        }
    }
    if !block.is_empty() {
        writer.push(&block)?;
    }
    writer.finish()?;
    Ok(())
}

impl PairList {
    /// Puts several lists together.
    pub fn merge(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Self::default();
        for part in parts {
            all.memory.extend(part.memory.into_iter().filter(|pairs| !pairs.is_empty()));
            all.files.extend(part.files);
        }
        all
    }

    /// Starts a pass.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn pairs(&self) -> Result<Pairs<'_>> {
        let mut sources = Vec::new();
        for file in &self.files {
            let mut source = Source { reader: Some(SpillReader::open(file, BUFFER)?), ..Source::default() };
            if source.fill()? {
                sources.push(source);
            }
        }
        sources.extend(
            self.memory
                .iter()
                .filter(|pairs| !pairs.is_empty())
                .map(|pairs| Source { memory: pairs, ..Source::default() }),
        );
        let heap = MergeHeap::new(0..sources.len(), |a, b| sources[a].head() < sources[b].head());
        Ok(Pairs { sources, heap, last: None })
    }
}

/// One pass over the pairs, ascending, each once.
#[derive(Debug)]
pub struct Pairs<'a> {
    sources: Vec<Source<'a>>,
    heap: MergeHeap,
    last: Option<u64>,
}

#[derive(Debug, Default)]
struct Source<'a> {
    memory: &'a [u64],
    reader: Option<SpillReader>,
    block: Vec<u8>,
    at: usize,
}

impl Source<'_> {
    fn head(&self) -> u64 {
        if self.reader.is_none() {
            return self.memory[self.at];
        }
        let bytes = self.block[8 * self.at..].first_chunk::<8>();
        u64::from_le_bytes(*bytes.expect("law: blocks hold whole pairs"))
    }

    fn fill(&mut self) -> Result<bool> {
        self.at = 0;
        match &mut self.reader {
            Some(reader) => reader.next(&mut self.block),
            None => Ok(false),
        }
    }

    fn advance(&mut self) -> Result<bool> {
        self.at += 1;
        let held = if self.reader.is_some() { self.block.len() / 8 } else { self.memory.len() };
        if self.at < held { Ok(true) } else { self.fill() }
    }
}

impl Pairs<'_> {
    /// The next pair.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn next(&mut self) -> Result<Option<u64>> {
        while let Some(smallest) = self.heap.smallest() {
            let pair = self.sources[smallest].head();
            let more = self.sources[smallest].advance()?;
            let sources = &self.sources;
            let less = |a: usize, b: usize| sources[a].head() < sources[b].head();
            if more {
                self.heap.advanced(less);
            } else {
                self.heap.ended(less);
            }
            if self.last != Some(pair) {
                self.last = Some(pair);
                return Ok(Some(pair));
            }
        }
        Ok(None)
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
        fn any_limit_and_any_split_give_each_pair_once(given in proptest::collection::vec(0_u64..300, 0..400), limit in 1_usize..900, parts in 1_usize..4) {
            let folder = tempfile::tempdir().unwrap();
            let mut collectors: Vec<_> = (0..parts).map(|part| PairCollector::new(folder.path().join(format!("{part}")), limit)).collect();
            for (at, pair) in given.iter().enumerate() {
                collectors[at % parts].push(*pair).unwrap();
            }
            let list = PairList::merge(collectors.into_iter().map(PairCollector::finish));
            let expected: Vec<u64> = given.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
            for _ in 0..2 {
                let mut pass = list.pairs().unwrap();
                let mut found = Vec::new();
                while let Some(pair) = pass.next().unwrap() {
                    found.push(pair);
                }
                prop_assert_eq!(&found, &expected);
            }
        }
    }

    #[test]
    fn pairs_are_two_ranks() {
        assert_eq!(ranks(pair(7, 3)), (7, 3));
        assert!(pair(7, u32::MAX) < pair(8, 0));
    }
}
