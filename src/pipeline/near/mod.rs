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

use self::buckets::{BucketWriter, Candidates};
use self::pair_list::{PairList, ranks};
use self::rank_set::RankSet;
use self::sets::{SetCache, SetMaker, SetStore};
pub use self::texts::{RunTexts, TextSource};
use super::external_sort::{Sorted, SortedRows, Sorter};
use super::workers::map_pieces;
use crate::dedup::key_row::Half;
use crate::dedup::near::{push_members, read_members};
use crate::dedup::stars::{Joined, Stars};
use crate::dedup::verdict::{code, relation};
use crate::dedup::{Boilerplate, KeyRow, NearLink, NearMember, NearRule, Pair, Preference};
use crate::error::Result;
use crate::kernels::encode_row::{RowReader, push_optional_f64};

/// Candidate pairs that are verified at once, and how many of them one thread takes.
const BATCH: usize = 1 << 16;
const PIECE: usize = 1 << 11;

/// What finding near-duplicates needs.
#[derive(Clone, Copy, Debug)]
pub struct NearSearch<'a, T> {
    /// The rule.
    pub rule: &'a NearRule,
    /// What is left out of texts.
    pub boilerplate: &'a Boilerplate,
    /// The order of preference.
    pub preference: &'a Preference,
    /// Where the texts are.
    pub texts: &'a T,
    /// Threads.
    pub workers: usize,
    /// Folder for files.
    pub scratch: &'a Path,
    /// Memory of each part that sorts or caches, in bytes.
    pub limit: usize,
    /// The pairs of the dataset that is added to: what was verified among its classes is not verified again.
    pub known: Option<&'a KnownPairs>,
}

/// Pairs that were verified before, as rows of [`Pair`] by (`id`, `other_id`).
#[derive(Debug)]
pub struct KnownPairs {
    /// The rows.
    pub rows: Sorted,
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
    /// Whether it is as it was when its pairs were verified.
    pub untouched: bool,
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

impl<T: TextSource + Sync> NearSearch<'_, T> {
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
                bytes.push(u8::from(head.untouched));
                head.row.push_row(&mut bytes);
                push_members(&mut bytes, &head.members);
                sorter.push(&bytes)?;
            }
        }
        let ranked = sorter.finish()?;
        let mut verified = Sorter::new(self.scratch.join("verified"), self.limit);
        let mut pairs = Sorter::new(self.scratch.join("near-pairs"), self.limit);
        let mut found = self.candidates(&ranked, self.known.is_some())?;
        match self.known {
            // In a wide bucket a new article may keep two old ones from meeting, unless these come first.
            Some(_) if found.wide > 0 && !self.preference.is_published_first() => {
                found = self.candidates(&ranked, false)?;
            }
            Some(known) => self.take_known(&ranked, known, (&mut verified, &mut pairs))?,
            None => {}
        }
        let store = self.sets(&ranked, &found.pairs)?;
        self.verify(&found.pairs, &store, (&mut verified, &mut pairs))?;
        let joined = self.join(&ranked, &verified.finish()?)?;
        Ok(NearFound { joined, pairs: pairs.finish()?, wide_buckets: found.wide })
    }

    fn ranked_rows<'r>(&'r self, ranked: &'r Sorted) -> Result<RankedRows<'r>> {
        Ok(RankedRows { rows: ranked.rows()?, preference: self.preference, next: 0 })
    }

    /// The candidate pairs; `new_only` leaves out those of two untouched classes.
    fn candidates(&self, ranked: &Sorted, new_only: bool) -> Result<Candidates> {
        let name = |stem: &str| self.scratch.join(format!("{stem}-{}", if new_only { "new" } else { "all" }));
        let shape = (self.rule.bands.bands, ranked.count());
        let mut buckets = BucketWriter::new(&name("buckets"), shape, self.limit);
        let mut touched = RankSet::new(ranked.count());
        let mut keys = Vec::new();
        let mut rows = self.ranked_rows(ranked)?;
        while let Some((rank, head)) = rows.next()? {
            keys.clear();
            keys.extend(head.row.bands.keys());
            buckets.push(rank, &keys)?;
            if !(new_only && head.untouched) {
                touched.insert(rank);
            }
        }
        buckets.finish()?.candidates(&touched, &name("candidates"), (self.workers, self.limit))
    }

    /// Takes over the known pairs of untouched classes.
    fn take_known(
        &self,
        ranked: &Sorted,
        known: &KnownPairs,
        (verified, pairs): (&mut Sorter, &mut Sorter),
    ) -> Result<()> {
        let mut ids = Sorter::new(self.scratch.join("ids"), self.limit);
        let mut rows = self.ranked_rows(ranked)?;
        let mut bytes = Vec::new();
        while let Some((rank, head)) = rows.next()? {
            if !head.untouched {
                continue;
            }
            for (place, member) in head.members().iter().enumerate() {
                bytes.clear();
                bytes.extend_from_slice(&member.id);
                bytes.extend_from_slice(&rank.to_be_bytes());
                bytes.push(u8::from(place == 0));
                ids.push(&bytes)?;
            }
        }
        let ids = ids.finish()?;
        let mut half = Sorter::new(self.scratch.join("half-known"), self.limit);
        let mut joint = IdJoin::new(ids.rows()?)?;
        let mut rows = known.rows.rows()?;
        while let Some(row) = rows.next()? {
            let (id, rest) = row.split_first_chunk::<16>().expect("law: a pair begins with an id");
            if let Some(found) = joint.find(id)? {
                bytes.clear();
                bytes.extend_from_slice(&rest[..16]);
                bytes.extend_from_slice(&found);
                bytes.extend_from_slice(row);
                half.push(&bytes)?;
            }
        }
        let half = half.finish()?;
        let mut joint = IdJoin::new(ids.rows()?)?;
        let mut rows = half.rows()?;
        while let Some(row) = rows.next()? {
            let mut reader = RowReader::new(row);
            let other: [u8; 16] = reader.array();
            let (rank, first) = (u32::from_be_bytes(reader.array()), reader.byte() == 1);
            let Some(found) = joint.find(&other)? else { continue };
            let mut of_other = RowReader::new(&found);
            let (other_rank, other_first) = (u32::from_be_bytes(of_other.array()), of_other.byte() == 1);
            // Pairs within a class are exact, and are proven again with their class.
            if rank != other_rank {
                pairs.push(reader.rest())?;
                if first && other_first {
                    push_verified(&mut bytes, (rank, other_rank), reader.rest());
                    verified.push(&bytes)?;
                }
            }
        }
        Ok(())
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
        while let Some((rank, head)) = rows.next_in(&candidates)? {
            bytes.clear();
            head.row.push_sort_key(&mut bytes);
            bytes.extend_from_slice(&rank.to_be_bytes());
            bytes.extend_from_slice(head.members);
            wanted.push(&bytes)?;
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

    /// Verifies every candidate pair. Pairs of articles that count go to `pairs`; those of the first of their classes also to
    /// `verified`, behind the ranks of their classes.
    fn verify(
        &self,
        candidates: &PairList,
        store: &SetStore,
        (verified, pairs): (&mut Sorter, &mut Sorter),
    ) -> Result<()> {
        let caches: Vec<Mutex<SetCache>> =
            (0..self.workers).map(|_| Mutex::new(SetCache::new(self.limit / self.workers))).collect();
        let mut pass = candidates.pairs()?;
        let mut batch = Vec::with_capacity(BATCH);
        let (mut bytes, mut row) = (Vec::new(), Vec::new());
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
                row.clear();
                pair.push_row(&mut row);
                pairs.push(&row)?;
                if of_firsts {
                    push_verified(&mut bytes, ranks(candidate), &row);
                    verified.push(&bytes)?;
                }
            }
        }
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
    fn join(&self, ranked: &Sorted, verified: &Sorted) -> Result<Sorted> {
        let mut stars = Stars::new(ranked.count());
        let mut followed = RankSet::new(ranked.count());
        let mut members = Sorter::new(self.scratch.join("members"), self.limit);
        let mut file = LinkScan::new(verified.rows()?)?;
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
        while let Some((rank, head)) = rows.next_in(&followed)? {
            push_member(&mut row, (rank, rank), &head, None);
            members.push(&row)?;
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
        while let Some((representative, mut size)) = match next.take() {
            Some(next) => Some(next),
            None => read()?,
        } {
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

/// A row of the verified pairs: the ranks of the classes, the later first, and the pair.
fn push_verified(out: &mut Vec<u8>, (a, b): (u32, u32), pair: &[u8]) {
    out.clear();
    out.extend_from_slice(&pair_list::pair(a.max(b), a.min(b)).to_be_bytes());
    out.extend_from_slice(pair);
}

/// Looks up ids in rows sorted by id; must be asked in ascending order.
struct IdJoin<'a> {
    rows: SortedRows<'a>,
    /// The id at hand, and what its row says behind it.
    head: Option<([u8; 16], [u8; 5])>,
}

impl<'a> IdJoin<'a> {
    fn new(rows: SortedRows<'a>) -> Result<Self> {
        let mut join = Self { rows, head: None };
        join.advance()?;
        Ok(join)
    }

    fn advance(&mut self) -> Result<()> {
        self.head = self.rows.next()?.map(|row| {
            let mut reader = RowReader::new(row);
            (reader.array(), reader.array())
        });
        Ok(())
    }

    fn find(&mut self, id: &[u8; 16]) -> Result<Option<[u8; 5]>> {
        while self.head.as_ref().is_some_and(|(head, _)| head < id) {
            self.advance()?;
        }
        Ok(self.head.filter(|(head, _)| head == id).map(|(_, rest)| rest))
    }
}

fn link_pair(a: &NearMember, b: &NearMember, link: NearLink) -> Pair {
    let (id, other_id) = if a.place < b.place { (b.id, a.id) } else { (a.id, b.id) };
    let NearLink { relation, jaccard, containment, numbers_equal, days_apart } = link;
    Pair { id, other_id, relation, jaccard, containment, numbers_equal, days_apart }
}

/// An exact class at its rank.
struct RankedRow<'a> {
    size: u32,
    untouched: bool,
    row: KeyRow<'a>,
    /// Its first articles, as [`push_members`] wrote them.
    members: &'a [u8],
}

impl RankedRow<'_> {
    fn members(&self) -> Vec<NearMember> {
        read_members(&mut RowReader::new(self.members))
    }
}

/// The ranked rows, in order.
struct RankedRows<'a> {
    rows: SortedRows<'a>,
    preference: &'a Preference,
    next: u32,
}

impl RankedRows<'_> {
    fn next(&mut self) -> Result<Option<(u32, RankedRow<'_>)>> {
        let Some(bytes) = self.rows.next()? else { return Ok(None) };
        let mut reader = RowReader::new(bytes);
        self.preference.skip(&mut reader);
        let size = u32::from_be_bytes(reader.array());
        let untouched = reader.byte() == 1;
        let rank = self.next;
        self.next = rank.checked_add(1).expect("law: fewer than 2^32 texts are compared");
        let row = KeyRow::read(&mut reader);
        Ok(Some((rank, RankedRow { size, row, members: reader.rest(), untouched })))
    }

    /// The next row whose rank is in `wanted`; those between are not read.
    fn next_in(&mut self, wanted: &RankSet) -> Result<Option<(u32, RankedRow<'_>)>> {
        while !wanted.contains(self.next) {
            if self.rows.next()?.is_none() {
                return Ok(None);
            }
            self.next += 1;
        }
        self.next()
    }

    fn skip_to(&mut self, rank: u32) -> Result<RankedRow<'_>> {
        while self.next < rank {
            self.rows.next()?;
            self.next += 1;
        }
        Ok(self.next()?.expect("law: every rank has a row").1)
    }
}

/// The verified pairs, article by article.
struct LinkScan<'a> {
    rows: SortedRows<'a>,
    next: Option<(u64, Pair)>,
}

/// The links of one article to earlier ones, ascending.
struct Links {
    later: u32,
    earlier: Vec<(u32, Pair)>,
}

impl<'a> LinkScan<'a> {
    fn new(rows: SortedRows<'a>) -> Result<Self> {
        let mut scan = Self { rows, next: None };
        scan.advance()?;
        Ok(scan)
    }

    fn advance(&mut self) -> Result<()> {
        self.next = self.rows.next()?.map(|row| {
            let mut reader = RowReader::new(row);
            (u64::from_be_bytes(reader.array()), Pair::read(&mut reader))
        });
        Ok(())
    }

    /// The links that join of the next article with verified pairs.
    fn next_article(&mut self) -> Result<Option<Links>> {
        let mut links: Option<Links> = None;
        while let Some((pair, _)) = &self.next {
            let (later, earlier) = ranks(*pair);
            let links = links.get_or_insert(Links { later, earlier: Vec::new() });
            if links.later != later {
                break;
            }
            if let Some((_, pair)) = self.next.take().filter(|(_, pair)| pair.relation.joins()) {
                links.earlier.push((earlier, pair));
            }
            self.advance()?;
        }
        Ok(links)
    }
}

/// A class in a star: its representative, its own rank, its size, digest and id, and its link.
struct Member {
    representative: u32,
    size: u32,
    class: Half,
    id: [u8; 16],
    link: Option<NearLink>,
}

fn push_member(out: &mut Vec<u8>, (representative, rank): (u32, u32), head: &RankedRow<'_>, pair: Option<&Pair>) {
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
pub fn read_joined(row: &[u8]) -> (Half, Joined) {
    let mut reader = RowReader::new(row);
    let class = reader.array();
    let cluster_id = reader.array();
    let cluster_size = u32::from_be_bytes(reader.array());
    (class, Joined { cluster_id, cluster_size, link: read_link(&mut reader) })
}
