//! Near-duplicates, out of core: ranks, buckets, candidates, sets, verified pairs, stars.
//!
//! | step | in | out |
//! |---|---|---|
//! | rank | exact classes | the first of each, in the order of preference; its place there is its rank |
//! | bucket | band keys by rank | candidate pairs, each once |
//! | sets | candidates | their shingles and numbers, in a file |
//! | verify | candidate pairs | pairs that count |
//! | stars | those that join | clusters: for each class in one its representative |
//!
//! Every step reads and writes in an order that no thread and no memory limit can change.

mod buckets;
mod pair_list;
mod rank_set;
mod sets;
mod texts;

use std::path::Path;
use std::sync::Mutex;

use self::buckets::BucketWriter;
use self::pair_list::{PairList, ranks};
use self::rank_set::RankSet;
use self::sets::{SetCache, SetMaker, SetStore};
pub use self::texts::RunTexts;
use super::external_sort::{Sorted, SortedRows, Sorter};
use super::workers::map_pieces;
use crate::dedup::near::{push_members, read_members};
use crate::dedup::stars::{Joined, Stars};
use crate::dedup::verdict::{code, relation};
use crate::dedup::{Boilerplate, KeyRow, NearLink, NearMember, NearRule, Pair, Preference};
use crate::error::Result;
use crate::io::{SpillReader, SpillWriter};
use crate::kernels::encode_row::{RowReader, push_optional_f64};

/// Candidate pairs that are verified at once, and how many of them one thread takes.
const BATCH: usize = 1 << 16;
const PIECE: usize = 1 << 11;

/// What finding near-duplicates needs.
#[derive(Clone, Copy, Debug)]
pub struct NearSearch<'a> {
    /// The rule.
    pub rule: &'a NearRule,
    /// What is left out of texts.
    pub boilerplate: &'a Boilerplate,
    /// The order of preference.
    pub preference: &'a Preference,
    /// Where the texts are.
    pub texts: RunTexts<'a>,
    /// Threads.
    pub workers: usize,
    /// Folder for files.
    pub scratch: &'a Path,
    /// Memory of each part that sorts or caches, in bytes.
    pub limit: usize,
}

/// An exact class.
#[derive(Debug)]
pub struct ClassHead {
    /// Records of the class.
    pub size: u32,
    /// Its first row.
    pub row: KeyRow<'static>,
    /// Its first articles, that of the row among them.
    pub members: Vec<NearMember>,
}

/// What was found.
#[derive(Debug)]
pub struct NearFound {
    /// One row for each class in a cluster of several: folded text digest, [`Joined`]; by digest.
    pub joined: Sorted,
    /// Pairs that count, as rows of [`Pair`]; by (`id`, `other_id`).
    pub pairs: Sorted,
    /// Buckets of more than 64 articles.
    pub wide_buckets: u64,
}

impl NearSearch<'_> {
    /// Finds the near-duplicates among the classes that `heads` gives, in any order.
    ///
    /// # Errors
    /// When a run cannot be read or a file not be written.
    pub fn find(&self, mut heads: impl FnMut() -> Result<Option<ClassHead>>) -> Result<NearFound> {
        let mut sorter = Sorter::new(self.scratch.join("ranked"), self.limit);
        let mut bytes = Vec::new();
        while let Some(head) = heads()? {
            if !head.row.bands.is_empty() {
                bytes.clear();
                self.preference.push(&head.row, &mut bytes);
                bytes.extend_from_slice(&head.size.to_be_bytes());
                head.row.push_row(&mut bytes);
                push_members(&mut bytes, &head.members);
                sorter.push(&bytes)?;
            }
        }
        let ranked = sorter.finish()?;
        let found = self.candidates(&ranked)?;
        let store = self.sets(&ranked, &found.pairs)?;
        let mut pairs = Sorter::new(self.scratch.join("near-pairs"), self.limit);
        let verified = self.scratch.join("verified");
        self.verify(&found.pairs, &store, (&verified, &mut pairs))?;
        let joined = self.join(&ranked, &verified)?;
        Ok(NearFound { joined, pairs: pairs.finish()?, wide_buckets: found.wide })
    }

    fn ranked_rows<'r>(&'r self, ranked: &'r Sorted) -> Result<RankedRows<'r>> {
        Ok(RankedRows { rows: ranked.rows()?, preference: self.preference, next: 0 })
    }

    fn candidates(&self, ranked: &Sorted) -> Result<buckets::Candidates> {
        let shape = (self.rule.bands.bands, ranked.count());
        let mut buckets = BucketWriter::new(&self.scratch.join("buckets"), shape, self.limit);
        let mut rows = self.ranked_rows(ranked)?;
        while let Some((rank, head)) = rows.next()? {
            buckets.push(rank, &head.row.bands)?;
        }
        buckets.finish()?.candidates(&self.scratch.join("candidates"), (self.workers, self.limit))
    }

    fn sets(&self, ranked: &Sorted, pairs: &PairList) -> Result<SetStore> {
        let mut candidates = RankSet::new(ranked.count());
        let mut pass = pairs.pairs()?;
        while let Some(pair) = pass.next()? {
            let (later, earlier) = ranks(pair);
            candidates.insert(later);
            candidates.insert(earlier);
        }
        candidates.number();
        let mut wanted = Sorter::new(self.scratch.join("wanted"), self.limit);
        let mut rows = self.ranked_rows(ranked)?;
        let mut bytes = Vec::new();
        while let Some((rank, head)) = rows.next()? {
            if candidates.contains(rank) {
                bytes.clear();
                head.row.push_sort_key(&mut bytes);
                bytes.extend_from_slice(&rank.to_be_bytes());
                push_members(&mut bytes, &head.members);
                wanted.push(&bytes)?;
            }
        }
        let maker = SetMaker {
            rule: self.rule,
            boilerplate: self.boilerplate,
            workers: self.workers,
            scratch: self.scratch,
            limit: self.limit,
        };
        maker.make(candidates, &wanted.finish()?, self.texts)
    }

    /// Verifies every candidate pair. Pairs of articles that count go to `pairs`; those of the first of their classes also to a file,
    /// in the order of the candidates.
    fn verify(&self, candidates: &PairList, store: &SetStore, (verified, pairs): (&Path, &mut Sorter)) -> Result<()> {
        let caches: Vec<Mutex<SetCache>> =
            (0..self.workers).map(|_| Mutex::new(SetCache::new(self.limit / self.workers))).collect();
        let mut file = SpillWriter::create(verified, 64 << 10)?;
        let mut pass = candidates.pairs()?;
        let mut batch = Vec::with_capacity(BATCH);
        let mut bytes = Vec::new();
        loop {
            batch.clear();
            while batch.len() < BATCH
                && let Some(pair) = pass.next()?
            {
                batch.push(pair);
            }
            if batch.is_empty() {
                break;
            }
            let pieces: Vec<&[u64]> = batch.chunks(PIECE).collect();
            let found = map_pieces(
                self.workers,
                &pieces,
                |worker| Ok(caches[worker].lock().unwrap_or_else(std::sync::PoisonError::into_inner)),
                |cache, piece| self.verify_piece(piece, store, cache),
            )?;
            for (candidate, of_firsts, pair) in found.into_iter().flatten() {
                bytes.clear();
                bytes.extend_from_slice(&candidate.to_be_bytes());
                pair.push_row(&mut bytes);
                if of_firsts {
                    file.push(&bytes)?;
                }
                pairs.push(&bytes[8..])?;
            }
        }
        file.finish()?;
        Ok(())
    }

    /// The pairs that count among the articles of two classes each, and whether both are the first of their class.
    fn verify_piece(&self, piece: &[u64], store: &SetStore, cache: &mut SetCache) -> Result<Vec<(u64, bool, Pair)>> {
        let mut found = Vec::new();
        for pair in piece {
            let (later, earlier) = ranks(*pair);
            let (a, b) = (cache.get(store, later)?, cache.get(store, earlier)?);
            let Some(overlap) = self.rule.overlap(&a, &b) else { continue };
            for (x, one) in a.members.iter().enumerate() {
                for (y, other) in b.members.iter().enumerate() {
                    let link = self.rule.link(overlap, one, other);
                    found.extend(link.map(|link| (*pair, x + y == 0, link_pair(one, other, link))));
                }
            }
        }
        Ok(found)
    }

    /// Makes stars of the pairs that join, and gives each class in one its cluster.
    fn join(&self, ranked: &Sorted, verified: &Path) -> Result<Sorted> {
        let mut stars = Stars::new(ranked.count());
        let mut followed = RankSet::new(ranked.count());
        let mut members = Sorter::new(self.scratch.join("members"), self.limit);
        let mut file = LinkFile::open(verified)?;
        let mut rows = self.ranked_rows(ranked)?;
        let mut row = Vec::new();
        while let Some(links) = file.next_article()? {
            let Some(place) =
                stars.join(u64::from(links.later), links.earlier.iter().map(|(rank, _)| u64::from(*rank)))
            else {
                continue;
            };
            let (earlier, pair) = &links.earlier[place];
            followed.insert(*earlier);
            let head = rows.skip_to(links.later)?;
            push_member(&mut row, (*earlier, links.later), &head, Some(pair));
            members.push(&row)?;
        }
        let mut rows = self.ranked_rows(ranked)?;
        while let Some((rank, head)) = rows.next()? {
            if followed.contains(rank) {
                push_member(&mut row, (rank, rank), &head, None);
                members.push(&row)?;
            }
        }
        self.sum_clusters(&members.finish()?)
    }

    /// From members by representative to clusters by class.
    fn sum_clusters(&self, members: &Sorted) -> Result<Sorted> {
        let mut joined = Sorter::new(self.scratch.join("joined"), self.limit);
        let mut ahead = members.rows()?;
        let mut next: Option<(u32, u64)> = None;
        let mut rows = members.rows()?;
        let mut bytes = Vec::new();
        let mut read = || -> Result<Option<(u32, u64)>> {
            Ok(ahead.next()?.map(|row| {
                let member = Member::read(row);
                (member.representative, u64::from(member.size))
            }))
        };
        loop {
            let Some((representative, mut size)) = (match next.take() {
                Some(next) => Some(next),
                None => read()?,
            }) else {
                break;
            };
            let mut count = 1;
            while let Some((other, more)) = read()? {
                if other != representative {
                    next = Some((other, more));
                    break;
                }
                size += more;
                count += 1;
            }
            let mut cluster_id = [0; 16];
            for place in 0..count {
                let member = Member::read(rows.next()?.expect("law: two passes give the same rows"));
                if place == 0 {
                    cluster_id = member.id;
                }
                let cluster_size = u32::try_from(size).unwrap_or(u32::MAX);
                bytes.clear();
                bytes.extend_from_slice(&member.class);
                push_joined(&mut bytes, &Joined { cluster_id, cluster_size, link: member.link });
                joined.push(&bytes)?;
            }
        }
        joined.finish()
    }
}

fn link_pair(a: &NearMember, b: &NearMember, link: NearLink) -> Pair {
    let (id, other_id) = if a.place < b.place { (b.id, a.id) } else { (a.id, b.id) };
    let NearLink { relation, jaccard, containment, numbers_equal, days_apart } = link;
    Pair { id, other_id, relation, jaccard, containment, numbers_equal, days_apart }
}

/// The ranked rows, in order.
struct RankedRows<'a> {
    rows: SortedRows<'a>,
    preference: &'a Preference,
    next: u32,
}

impl RankedRows<'_> {
    fn next(&mut self) -> Result<Option<(u32, ClassHead)>> {
        let Some(bytes) = self.rows.next()? else { return Ok(None) };
        let mut reader = RowReader::new(bytes);
        self.preference.skip(&mut reader);
        let size = u32::from_be_bytes(reader.array());
        let rank = self.next;
        self.next = rank.checked_add(1).expect("law: fewer than 2^32 texts are compared");
        let row = KeyRow::read(&mut reader);
        Ok(Some((rank, ClassHead { size, row, members: read_members(&mut reader) })))
    }

    fn skip_to(&mut self, rank: u32) -> Result<ClassHead> {
        while self.next < rank {
            self.rows.next()?;
            self.next += 1;
        }
        Ok(self.next()?.expect("law: every rank has a row").1)
    }
}

/// The verified pairs, article by article.
struct LinkFile {
    reader: SpillReader,
    row: Vec<u8>,
}

/// The links of one article to earlier ones, ascending.
struct Links {
    later: u32,
    earlier: Vec<(u32, Pair)>,
}

impl LinkFile {
    fn open(path: &Path) -> Result<Self> {
        let mut file = Self { reader: SpillReader::open(path, 64 << 10)?, row: Vec::new() };
        file.reader.next(&mut file.row)?;
        Ok(file)
    }

    /// The links that join of the next article with verified pairs.
    fn next_article(&mut self) -> Result<Option<Links>> {
        let mut links: Option<Links> = None;
        while !self.row.is_empty() {
            let mut reader = RowReader::new(&self.row);
            let (later, earlier) = ranks(u64::from_be_bytes(reader.array()));
            let links = links.get_or_insert(Links { later, earlier: Vec::new() });
            if links.later != later {
                break;
            }
            let pair = Pair::read(&mut reader);
            if pair.relation.joins() {
                links.earlier.push((earlier, pair));
            }
            self.reader.next(&mut self.row)?;
        }
        Ok(links)
    }
}

/// A class in a star: its representative, its own rank, its size, digest and id, and its link.
struct Member {
    representative: u32,
    size: u32,
    class: [u8; 32],
    id: [u8; 16],
    link: Option<NearLink>,
}

fn push_member(out: &mut Vec<u8>, (representative, rank): (u32, u32), head: &ClassHead, pair: Option<&Pair>) {
    out.clear();
    out.extend_from_slice(&representative.to_be_bytes());
    out.extend_from_slice(&rank.to_be_bytes());
    out.extend_from_slice(&head.size.to_be_bytes());
    out.extend_from_slice(&head.row.key_sha256);
    out.extend_from_slice(&head.row.id);
    push_link(
        out,
        pair.map(|pair| NearLink {
            relation: pair.relation,
            jaccard: pair.jaccard,
            containment: pair.containment,
            numbers_equal: pair.numbers_equal,
            days_apart: pair.days_apart,
        }),
    );
}

impl Member {
    fn read(row: &[u8]) -> Self {
        let mut reader = RowReader::new(row);
        let representative = u32::from_be_bytes(reader.array());
        reader.array::<4>();
        Self {
            representative,
            size: u32::from_be_bytes(reader.array()),
            class: reader.array(),
            id: reader.array(),
            link: read_link(&mut reader),
        }
    }
}

fn push_link(out: &mut Vec<u8>, link: Option<NearLink>) {
    out.push(code(link.map(|link| link.relation)));
    if let Some(link) = link {
        push_optional_f64(out, Some(link.jaccard));
        push_optional_f64(out, Some(link.containment));
        out.push(u8::from(link.numbers_equal));
        push_optional_f64(out, link.days_apart);
    }
}

fn read_link(reader: &mut RowReader<'_>) -> Option<NearLink> {
    relation(reader.byte()).map(|relation| NearLink {
        relation,
        jaccard: reader.optional_f64().unwrap_or_default(),
        containment: reader.optional_f64().unwrap_or_default(),
        numbers_equal: reader.byte() == 1,
        days_apart: reader.optional_f64(),
    })
}

fn push_joined(out: &mut Vec<u8>, joined: &Joined) {
    out.extend_from_slice(&joined.cluster_id);
    out.extend_from_slice(&joined.cluster_size.to_be_bytes());
    push_link(out, joined.link);
}

/// Reads a row of [`NearFound::joined`]: the digest of the folded text, and the cluster.
pub fn read_joined(row: &[u8]) -> ([u8; 32], Joined) {
    let mut reader = RowReader::new(row);
    let class = reader.array();
    let cluster_id = reader.array();
    let cluster_size = u32::from_be_bytes(reader.array());
    (class, Joined { cluster_id, cluster_size, link: read_link(&mut reader) })
}
