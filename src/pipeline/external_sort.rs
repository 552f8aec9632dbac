//! The one external sort: byte rows in, the same rows in byte order out, as often as wanted, under a memory limit.

use std::path::{Path, PathBuf};

use super::merge_heap::MergeHeap;
use crate::error::Result;
use crate::io::{SpillReader, SpillWriter, remove_file};

/// Most chunk files that are open at once; more are merged in passes.
const FAN_IN: usize = 128;
/// Buffer of each chunk file in bytes.
const BUFFER: usize = 64 << 10;

/// Collects rows, spilling sorted chunks when they pass the limit.
#[derive(Debug)]
pub struct Sorter {
    stem: PathBuf,
    limit: usize,
    rows: RowArena,
    chunks: Vec<PathBuf>,
}

/// Rows in order; chunks on disk and at most one arena for each sorter in memory.
#[derive(Debug, Default)]
pub struct Sorted {
    chunks: Vec<PathBuf>,
    arenas: Vec<RowArena>,
    rows: u64,
}

/// One pass over sorted rows.
#[derive(Debug)]
pub struct SortedRows<'a> {
    sources: Vec<Source<'a>>,
    heap: MergeHeap,
    started: bool,
}

impl Sorter {
    /// A sorter that holds at most `limit` bytes and spills to files whose names begin with `stem`.
    pub fn new(stem: impl Into<PathBuf>, limit: usize) -> Self {
        Self { stem: stem.into(), limit, rows: RowArena::default(), chunks: Vec::new() }
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When a chunk cannot be written.
    pub fn push(&mut self, row: &[u8]) -> Result<()> {
        if self.rows.memory() + row.len() > self.limit && !self.rows.is_empty() {
            self.spill()?;
        }
        self.rows.push(row);
        Ok(())
    }

    /// Ends the input.
    ///
    /// # Errors
    /// When a chunk cannot be written.
    pub fn finish(mut self) -> Result<Sorted> {
        if !self.chunks.is_empty() && !self.rows.is_empty() {
            self.spill()?;
        }
        self.rows.sort();
        self.rows.shrink();
        let rows = self.rows.pushed;
        let arenas = if self.rows.is_empty() { Vec::new() } else { vec![self.rows] };
        Ok(Sorted { chunks: self.chunks, arenas, rows })
    }

    fn spill(&mut self) -> Result<()> {
        self.rows.sort();
        let path = numbered(&self.stem, self.chunks.len());
        let mut writer = SpillWriter::create(&path, BUFFER)?;
        for row in self.rows.iter() {
            writer.push(row)?;
        }
        writer.finish()?;
        self.chunks.push(path);
        self.rows.clear();
        Ok(())
    }
}

impl Sorted {
    /// Puts the rows of several sorters into one order.
    ///
    /// # Errors
    /// When merging many chunks into fewer fails.
    pub fn merge(parts: impl IntoIterator<Item = Self>, stem: &Path) -> Result<Self> {
        let mut all = Self::default();
        for part in parts {
            all.chunks.extend(part.chunks);
            all.arenas.extend(part.arenas);
            all.rows += part.rows;
        }
        let mut pass = 0;
        while all.chunks.len() > FAN_IN {
            let group: Vec<PathBuf> = all.chunks.drain(..FAN_IN).collect();
            let path = numbered(&stem.with_extension("merged"), pass);
            let mut writer = SpillWriter::create(&path, BUFFER)?;
            let merged = Self { chunks: group, ..Self::default() };
            let mut rows = merged.rows()?;
            while let Some(row) = rows.next()? {
                writer.push(row)?;
            }
            writer.finish()?;
            for chunk in &merged.chunks {
                remove_file(chunk)?;
            }
            all.chunks.push(path);
            pass += 1;
        }
        Ok(all)
    }

    /// The number of rows.
    pub fn count(&self) -> u64 {
        self.rows
    }

    /// Starts a pass over the rows; any number of passes may run at once.
    ///
    /// # Errors
    /// When a chunk cannot be read.
    pub fn rows(&self) -> Result<SortedRows<'_>> {
        let mut sources = Vec::with_capacity(self.chunks.len() + self.arenas.len());
        for chunk in &self.chunks {
            let mut source = Source::File { reader: SpillReader::open(chunk, BUFFER)?, row: Vec::new() };
            if source.advance()? {
                sources.push(source);
            }
        }
        sources
            .extend(self.arenas.iter().filter(|arena| !arena.is_empty()).map(|arena| Source::Memory { arena, at: 0 }));
        let heap = MergeHeap::new(0..sources.len(), |a, b| sources[a].head() < sources[b].head());
        Ok(SortedRows { sources, heap, started: false })
    }
}

impl SortedRows<'_> {
    /// The next row.
    ///
    /// # Errors
    /// When a chunk cannot be read.
    #[expect(clippy::should_implement_trait, reason = "rows are lent, which no iterator can do")]
    pub fn next(&mut self) -> Result<Option<&[u8]>> {
        if self.started
            && let Some(source) = self.heap.smallest()
        {
            let more = self.sources[source].advance()?;
            let sources = &self.sources;
            let less = |a: usize, b: usize| sources[a].head() < sources[b].head();
            if more {
                self.heap.advanced(less);
            } else {
                self.heap.ended(less);
            }
        }
        self.started = true;
        Ok(self.heap.smallest().map(|source| self.sources[source].head()))
    }
}

#[derive(Debug)]
enum Source<'a> {
    File { reader: SpillReader, row: Vec<u8> },
    Memory { arena: &'a RowArena, at: usize },
}

impl Source<'_> {
    fn head(&self) -> &[u8] {
        match self {
            Self::File { row, .. } => row,
            Self::Memory { arena, at } => arena.row(*at),
        }
    }

    fn advance(&mut self) -> Result<bool> {
        match self {
            Self::File { reader, row } => reader.next(row),
            Self::Memory { arena, at } => {
                *at += 1;
                Ok(*at < arena.places.len())
            }
        }
    }
}

/// Rows one behind the other; before a sort, places get the eight bytes behind what all rows begin with, which decide most
/// comparisons.
///
/// The bytes lie in blocks that never move: one buffer that doubles would copy all rows again and again, and touch fresh memory
/// each time.
#[derive(Debug, Default)]
pub(super) struct RowArena {
    blocks: Vec<Vec<u8>>,
    /// The block that is being filled; those behind it are empty and kept for the next rows.
    filling: usize,
    /// Bytes of all rows.
    bytes: usize,
    places: Vec<Place>,
    pushed: u64,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    prefix: u64,
    block: u32,
    start: u32,
    length: u32,
}

/// Bytes of the first block; each is twice as large as the one before, up to the largest.
const FIRST_BLOCK: usize = 32 << 10;
const LARGEST_BLOCK: usize = 1 << 20;

impl RowArena {
    pub(super) fn push(&mut self, row: &[u8]) {
        let length = u32::try_from(row.len()).expect("law: a key row is shorter than 4 GiB");
        let block = self.block_with_room(row.len());
        let start = u32::try_from(block.len()).expect("law: a block is shorter than 4 GiB");
        block.extend_from_slice(row);
        self.places.push(Place {
            prefix: 0,
            block: u32::try_from(self.filling).expect("law: blocks are counted in 32 bits"),
            start,
            length,
        });
        self.bytes += row.len();
        self.pushed += 1;
    }

    /// The block being filled, or the next one when the row does not fit; a row longer than a block gets one for itself.
    fn block_with_room(&mut self, length: usize) -> &mut Vec<u8> {
        loop {
            match self.blocks.get(self.filling) {
                None => {
                    let size = (FIRST_BLOCK << self.filling.min(16)).min(LARGEST_BLOCK).max(length);
                    self.blocks.push(Vec::with_capacity(size));
                }
                Some(block) if block.capacity() - block.len() < length => self.filling += 1,
                Some(_) => return &mut self.blocks[self.filling],
            }
        }
    }

    pub(super) fn memory(&self) -> usize {
        self.bytes + self.places.len() * size_of::<Place>()
    }

    fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    pub(super) fn clear(&mut self) {
        for block in &mut self.blocks {
            block.clear();
        }
        self.filling = 0;
        self.bytes = 0;
        self.places.clear();
    }

    /// Gives back the blocks behind the last one used. Those before it stay, even empty ones: places count them.
    fn shrink(&mut self) {
        self.blocks.truncate(self.filling + 1);
        self.places.shrink_to_fit();
    }

    /// The number of rows.
    pub(super) fn count(&self) -> usize {
        self.places.len()
    }

    pub(super) fn row(&self, at: usize) -> &[u8] {
        let place = &self.places[at];
        &self.blocks[place.block as usize][place.start as usize..][..place.length as usize]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.places.len()).map(|at| self.row(at))
    }

    pub(super) fn sort(&mut self) {
        let blocks = &self.blocks;
        let row = |place: &Place| &blocks[place.block as usize][place.start as usize..][..place.length as usize];
        let Some(first) = self.places.first().map(row) else { return };
        let shared = self.places.iter().fold(first.len(), |shared, place| shared_length(&first[..shared], row(place)));
        for place in &mut self.places {
            let rest = &row(place)[shared..];
            let mut prefix = [0; 8];
            let known = rest.len().min(8);
            prefix[..known].copy_from_slice(&rest[..known]);
            place.prefix = u64::from_be_bytes(prefix);
        }
        self.places.sort_unstable_by(|a, b| a.prefix.cmp(&b.prefix).then_with(|| row(a).cmp(row(b))));
    }
}

/// How many bytes two rows begin with alike.
fn shared_length(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

fn numbered(stem: &Path, number: usize) -> PathBuf {
    let mut name = stem.as_os_str().to_owned();
    name.push(format!("-{number:05}"));
    name.into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rows_that_leave_a_block_empty_are_found_again() {
        // Behind the first rows the long one does not fit into the first block, which stays empty.
        for rows in [vec![vec![]], vec![vec![7; 2 * FIRST_BLOCK]], vec![vec![7; 2 * FIRST_BLOCK], vec![9]]] {
            let mut arena = RowArena::default();
            arena.push(&[1]);
            arena.clear();
            for row in &rows {
                arena.push(row);
            }
            arena.sort();
            arena.shrink();
            assert!(arena.iter().eq(&rows));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_limit_and_any_split_give_the_sorted_rows(
            rows: Vec<Vec<u8>>,
            shared in prop::collection::vec(any::<u8>(), 0..12),
            limit in 1usize..200,
            parts in 1usize..4,
        ) {
            let rows: Vec<Vec<u8>> = rows.iter().map(|row| [&shared[..], row].concat()).collect();
            let folder = tempfile::tempdir().unwrap();
            let mut sorters: Vec<_> =
                (0..parts).map(|part| Sorter::new(folder.path().join(format!("part-{part}")), limit)).collect();
            for (at, row) in rows.iter().enumerate() {
                sorters[at % parts].push(row).unwrap();
            }
            let finished: Vec<_> = sorters.into_iter().map(|sorter| sorter.finish().unwrap()).collect();
            let sorted = Sorted::merge(finished, &folder.path().join("all")).unwrap();
            let mut expected = rows.clone();
            expected.sort();
            prop_assert_eq!(sorted.count(), rows.len() as u64);
            for _ in 0..2 {
                let mut pass = sorted.rows().unwrap();
                let mut got = Vec::new();
                while let Some(row) = pass.next().unwrap() {
                    got.push(row.to_vec());
                }
                prop_assert_eq!(&got, &expected);
            }
        }
    }
}
