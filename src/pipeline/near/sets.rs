//! The shingle sets of candidates: made from their texts, kept in a file, read through caches of bounded size.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::rank_set::RankSet;
use super::texts::TextSource;
use crate::dedup::boilerplate::{Boilerplate, KeyScratch};
use crate::dedup::near::{NearMember, NearRule, NearText, read_members};
use crate::error::Result;
use crate::io::{BlockReader, BlockWriter};
use crate::kernels::encode_row::RowReader;
use crate::kernels::fold_key::fold_key;
use crate::kernels::shingle_key::{Shingles, shingle_key};
use crate::pipeline::external_sort::{Sorted, Sorter};
use crate::pipeline::workers::map_pieces;

/// Bytes of texts whose sets are made at once.
const BATCH: usize = 4 << 20;
/// Articles that one thread takes at once.
const PIECE: usize = 64;
/// Places are kept in a file of their own: eight bytes for the place of a set, four for its length.
const PLACE: usize = 12;

/// The sets of all candidates.
#[derive(Debug)]
pub struct SetStore {
    candidates: RankSet,
    places: BlockReader,
    sets: BlockReader,
}

/// A candidate and its text.
struct Waiting {
    rank: u32,
    members: Vec<NearMember>,
    text: String,
}

/// What one thread keeps from text to text.
#[derive(Default)]
struct Buffers {
    key: Vec<u8>,
    scratch: KeyScratch,
    shingles: Shingles,
}

/// What makes the sets.
#[derive(Clone, Copy, Debug)]
pub struct SetMaker<'a> {
    /// The rule.
    pub rule: &'a NearRule,
    /// What is left out of texts.
    pub boilerplate: &'a Boilerplate,
    /// Threads.
    pub workers: usize,
    /// Folder of the files.
    pub scratch: &'a Path,
    /// Memory of a sorter.
    pub limit: usize,
}

impl SetMaker<'_> {
    /// Makes the sets of `candidates`.
    ///
    /// `wanted` has one row for each: sort key, rank (four bytes), members.
    ///
    /// # Errors
    /// When a run cannot be read or a file not be written.
    pub fn make(&self, candidates: RankSet, wanted: &Sorted, texts: &impl TextSource) -> Result<SetStore> {
        let mut sets = BlockWriter::create(&self.scratch.join("sets"), 256 << 10)?;
        let mut order = Sorter::new(self.scratch.join("places"), self.limit);
        let mut batch: Vec<Waiting> = Vec::new();
        let mut held = 0;
        let mut flush = |batch: &mut Vec<Waiting>| -> Result<()> {
            let pieces: Vec<&[Waiting]> = batch.chunks(PIECE).collect();
            let made = map_pieces(
                self.workers,
                &pieces,
                |_| Ok(Buffers::default()),
                |buffers, piece| Ok(self.make_rows(piece, buffers)),
            )?;
            for (rank, row) in made.into_iter().flatten() {
                let mut place = [0; 4 + PLACE];
                place[..4].copy_from_slice(&candidates.place(rank).to_be_bytes());
                place[4..12].copy_from_slice(&sets.push(&row)?.to_be_bytes());
                place[12..].copy_from_slice(&(row.len() as u32).to_be_bytes());
                order.push(&place)?;
            }
            batch.clear();
            Ok(())
        };
        texts.each(wanted, self.scratch, &mut |rest, text| {
            let mut reader = RowReader::new(rest);
            let rank = u32::from_be_bytes(reader.array());
            batch.push(Waiting { rank, members: read_members(&mut reader), text: text.to_owned() });
            held += text.len();
            if held >= BATCH {
                flush(&mut batch)?;
                held = 0;
            }
            Ok(())
        })?;
        flush(&mut batch)?;
        let order = order.finish()?;
        let mut places = BlockWriter::create(&self.scratch.join("set-places"), 64 << 10)?;
        let mut rows = order.rows()?;
        while let Some(row) = rows.next()? {
            places.push(&row[4..])?;
        }
        Ok(SetStore { candidates, places: places.finish()?, sets: sets.finish()? })
    }

    fn make_rows(&self, piece: &[Waiting], buffers: &mut Buffers) -> Vec<(u32, Vec<u8>)> {
        let mut row = |waiting: &Waiting| {
            let Buffers { key, scratch, shingles } = &mut *buffers;
            fold_key(&waiting.text, key);
            // The first member is the row whose bands made the text a candidate.
            let source_id = waiting.members.first().map_or("", |member| member.source_id.as_str());
            let compared = self.boilerplate.compared_key((source_id, &waiting.text), key, scratch);
            shingle_key(compared, self.rule.shingle, shingles);
            shingles.make_sets();
            let mut row = Vec::new();
            NearText::push_row(&waiting.members, shingles, &mut row);
            (waiting.rank, row)
        };
        piece.iter().map(&mut row).collect()
    }
}

/// Sets that were read lately: two generations, of which the older goes when the younger is full.
#[derive(Debug, Default)]
pub struct SetCache {
    young: HashMap<u32, Arc<NearText>>,
    old: HashMap<u32, Arc<NearText>>,
    held: usize,
    limit: usize,
    bytes: Vec<u8>,
}

impl SetCache {
    /// A cache of about `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }

    /// The set of an article.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn get(&mut self, store: &SetStore, rank: u32) -> Result<Arc<NearText>> {
        if let Some(found) = self.young.get(&rank) {
            return Ok(Arc::clone(found));
        }
        let found = match self.old.remove(&rank) {
            Some(found) => found,
            None => Arc::new(store.read(rank, &mut self.bytes)?),
        };
        self.held += found.memory();
        if self.held > self.limit / 2 {
            self.old = std::mem::take(&mut self.young);
            self.held = found.memory();
        }
        self.young.insert(rank, Arc::clone(&found));
        Ok(found)
    }
}

impl SetStore {
    fn read(&self, rank: u32, bytes: &mut Vec<u8>) -> Result<NearText> {
        self.places.read(u64::from(self.candidates.place(rank)) * PLACE as u64, PLACE, bytes)?;
        let mut reader = RowReader::new(bytes);
        let place = u64::from_be_bytes(reader.array());
        let length = u32::from_be_bytes(reader.array()) as usize;
        self.sets.read(place, length, bytes)?;
        Ok(NearText::read(bytes))
    }
}
