//! From key rows to decided rows: the sorts and scans around the pure decision of each exact class.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::external_sort::{Sorted, SortedRows, Sorter};
use super::near::{ClassHead, KnownPairs, NearSearch, RunTexts, read_joined};
use crate::dedup::decide::{Decision, Member};
use crate::dedup::key_row::{BandKeys, Half};
use crate::dedup::stars::Joined;
use crate::dedup::{DedupRules, GROUP_WIDTH, KeyRow, NearMember, Preference, Verdict, decide_class};
use crate::error::Result;
use crate::io::SpillReader;
use crate::kernels::encode_row::RowReader;

/// Where and with what dedup works.
#[derive(Clone, Copy, Debug)]
pub struct DecideContext<'a> {
    /// Folder for files.
    pub folder: &'a Path,
    /// Where the texts are.
    pub texts: RunTexts<'a>,
    /// Threads.
    pub workers: usize,
    /// Memory of each external sort in bytes.
    pub limit: usize,
    /// What is known from the dataset that is added to.
    pub before: Option<Before<'a>>,
}

/// What is known from the dataset that is added to.
#[derive(Clone, Copy, Debug)]
pub struct Before<'a> {
    /// Its verified pairs; none where they cannot be relied on.
    pub known: Option<&'a KnownPairs>,
    /// Digests of the folded texts of the records that have gone, 16 bytes each.
    pub gone: &'a Sorted,
}

/// What dedup found, sorted for the export.
#[derive(Debug)]
pub struct Decided {
    /// One row a record: sort key, logical size, verdict; in the order of the dataset.
    pub rows: Sorted,
    /// Pairs by (`id`, `other_id`).
    pub pairs: Sorted,
    /// Counts for the manifest.
    pub counts: DecideCounts,
}

/// Counts over the exact classes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecideCounts {
    /// Records that came in.
    pub records: u64,
    /// Clusters of two or more records.
    pub clusters: u64,
    /// Classes with more than 64 distinct ids, where not every pair was compared.
    pub wide_groups: u64,
    /// Buckets of more than 64 texts, where not every pair was a candidate.
    pub wide_buckets: u64,
    /// Pairs by relation.
    pub pairs: BTreeMap<String, u64>,
}

/// Decides every record of the key row files.
///
/// Three external sorts, each under the limit: by id, which finds repeats of a record; by (folded text, order of preference),
/// which brings each exact class together; by the dataset's order, which is how the export reads. Near-duplicates are sought among
/// the first of each class.
///
/// # Errors
/// When a spill file cannot be read or written.
pub fn decide(key_files: &[PathBuf], rules: &DedupRules, context: DecideContext<'_>) -> Result<Decided> {
    let DecideContext { folder, limit, .. } = context;
    let mut counts = DecideCounts::default();
    let preference = &rules.preference;
    let classes = sort_by_class(&sort_by_id(key_files, folder, limit, &mut counts)?, preference, (folder, limit))?;
    let near = match &rules.near {
        None => None,
        Some(rule) => {
            let search = NearSearch {
                rule,
                boilerplate: &rules.boilerplate,
                preference,
                texts: &context.texts,
                workers: context.workers,
                scratch: folder,
                limit: limit / 2,
                known: context.before.and_then(|before| before.known),
            };
            let mut heads = ClassScan::new(classes.rows()?, preference);
            heads.gone = context.before.map(|before| before.gone.rows()).transpose()?.map(Gone::new).transpose()?;
            Some(search.find(|| heads.next_class())?)
        }
    };
    counts.wide_buckets = near.as_ref().map_or(0, |near| near.wide_buckets);
    let mut joined = JoinedScan::new(near.as_ref().map(|near| near.joined.rows()).transpose()?)?;
    let mut decided = Sorter::new(folder.join("decided"), limit);
    let mut pairs = Sorter::new(folder.join("pairs"), limit / 2);
    let mut ahead = ClassSizes::new(classes.rows()?, preference)?;
    let mut scan = classes.rows()?;
    let mut out = Vec::new();
    while let Some(class) = ahead.next_class()? {
        let cluster = joined.of_class(&class.key)?;
        let heads_a_cluster = cluster.as_ref().map_or(class.size > 1, |joined| joined.link.is_none());
        counts.clusters += u64::from(heads_a_cluster);
        counts.wide_groups += u64::from(class.distinct as usize > GROUP_WIDTH);
        let mut left = class.size;
        let mut take = || -> Result<Option<Member>> {
            if left == 0 {
                return Ok(None);
            }
            left -= 1;
            Ok(scan.next()?.map(|row| read_member(row, preference)))
        };
        decide_class((class.size, cluster.as_ref()), rules.policies, &mut take, |decision| {
            out.clear();
            match decision {
                Decision::Verdict(row, verdict) => {
                    push_decided(&mut out, row, &verdict);
                    decided.push(&out)
                }
                Decision::Pair(pair) => {
                    pair.push_row(&mut out);
                    pairs.push(&out)
                }
            }
        })?;
    }
    let rows = decided.finish()?;
    assert_eq!(rows.count(), counts.records, "law: every record is decided once");
    let near = near.map(|near| near.pairs);
    let pairs = Sorted::merge([pairs.finish()?].into_iter().chain(near), &folder.join("all-pairs"))?;
    Ok(Decided { rows, pairs, counts })
}

fn push_decided(out: &mut Vec<u8>, row: &KeyRow<'_>, verdict: &Verdict) {
    row.push_sort_key(out);
    out.extend_from_slice(&row.size.to_be_bytes());
    verdict.push_row(out);
}

/// Rows by (`id`, part, `raw_path`, `raw_index`), with which they begin.
fn sort_by_id(key_files: &[PathBuf], folder: &Path, limit: usize, counts: &mut DecideCounts) -> Result<Sorted> {
    let mut sorter = Sorter::new(folder.join("by-id"), limit);
    let mut bytes = Vec::new();
    for file in key_files {
        let mut rows = SpillReader::open(file, 256 << 10)?;
        while rows.next(&mut bytes)? {
            sorter.push(&bytes)?;
            counts.records += 1;
        }
    }
    sorter.finish()
}

/// Rows by (folded text of the first row of equal id, its preference, place among its repeats).
fn sort_by_class(by_id: &Sorted, preference: &Preference, (folder, limit): (&Path, usize)) -> Result<Sorted> {
    let mut sorter = Sorter::new(folder.join("by-class"), limit);
    let mut rows = by_id.rows()?;
    let mut last: Option<[u8; 16]> = None;
    let mut repeats = 0_u32;
    // Digest and preference of the first row of the id, then what differs between its repeats.
    let (mut out, mut first) = (Vec::new(), 0);
    while let Some(bytes) = rows.next()? {
        let id = *bytes.first_chunk().expect("law: a key row begins with its id");
        if last == Some(id) {
            repeats += 1;
        } else {
            let row = KeyRow::read(&mut RowReader::new(bytes));
            out.clear();
            out.extend_from_slice(&row.key_sha256);
            preference.push(&row, &mut out);
            (last, repeats, first) = (Some(id), 0, out.len());
        }
        out.truncate(first);
        out.extend_from_slice(&repeats.to_be_bytes());
        out.extend_from_slice(bytes);
        sorter.push(&out)?;
    }
    sorter.finish()
}

/// A member of a class, without its band keys.
fn read_member(bytes: &[u8], preference: &Preference) -> Member {
    let (mut reader, repeat) = skip_to_row(bytes, preference);
    let row = KeyRow { bands: BandKeys::default(), ..KeyRow::read(&mut reader) };
    Member { row: row.into_owned(), repeat }
}

/// The first row of a class.
fn read_head(bytes: &[u8], preference: &Preference) -> KeyRow<'static> {
    KeyRow::read(&mut skip_to_row(bytes, preference).0).into_owned()
}

/// How large an exact class is.
struct ClassSize {
    /// Digest of the folded text.
    key: Half,
    /// Records, repeats included.
    size: u32,
    /// Distinct ids.
    distinct: u32,
}

/// Counts each class one scan ahead of the scan that decides it, so that a class never has to fit in memory.
struct ClassSizes<'a> {
    rows: SortedRows<'a>,
    preference: &'a Preference,
    next: Option<Half>,
}

impl<'a> ClassSizes<'a> {
    fn new(mut rows: SortedRows<'a>, preference: &'a Preference) -> Result<Self> {
        let next = rows.next()?.map(class_of);
        Ok(Self { rows, preference, next })
    }

    fn next_class(&mut self) -> Result<Option<ClassSize>> {
        let Some(key) = self.next.take() else { return Ok(None) };
        let mut class = ClassSize { key, size: 1, distinct: 1 };
        while let Some(bytes) = self.rows.next()? {
            if !bytes.starts_with(&key) {
                self.next = Some(class_of(bytes));
                break;
            }
            class.size += 1;
            class.distinct += u32::from(!skip_to_row(bytes, self.preference).1);
        }
        Ok(Some(class))
    }
}

/// The class of a row is that of the row that it repeats, and its digest stands first.
fn class_of(bytes: &[u8]) -> Half {
    *bytes.first_chunk().expect("law: a row sorted by class begins with a digest")
}

/// The key row behind digest, preference and place among repeats, and whether it is a repeat.
fn skip_to_row<'b>(bytes: &'b [u8], preference: &Preference) -> (RowReader<'b>, bool) {
    let mut reader = RowReader::new(bytes);
    reader.array::<16>();
    preference.skip(&mut reader);
    let repeat = u32::from_be_bytes(reader.array()) > 0;
    (reader, repeat)
}

/// Gathers what is compared of each class: its first row and its first articles.
struct ClassScan<'a> {
    rows: SortedRows<'a>,
    preference: &'a Preference,
    next: Option<KeyRow<'static>>,
    gone: Option<Gone<'a>>,
}

/// Classes that have lost a record, in step with the classes.
struct Gone<'a> {
    rows: SortedRows<'a>,
    next: Option<Half>,
}

impl<'a> Gone<'a> {
    fn new(rows: SortedRows<'a>) -> Result<Self> {
        let mut gone = Self { rows, next: None };
        gone.advance()?;
        Ok(gone)
    }

    fn advance(&mut self) -> Result<()> {
        self.next = self.rows.next()?.map(|row| *row.first_chunk().expect("law: a digest has 16 bytes"));
        Ok(())
    }

    fn has(&mut self, class: &Half) -> Result<bool> {
        while self.next.as_ref().is_some_and(|next| next < class) {
            self.advance()?;
        }
        Ok(self.next.as_ref() == Some(class))
    }
}

impl<'a> ClassScan<'a> {
    fn new(rows: SortedRows<'a>, preference: &'a Preference) -> Self {
        Self { rows, preference, next: None, gone: None }
    }

    fn next_class(&mut self) -> Result<Option<ClassHead>> {
        let row = match self.next.take() {
            Some(next) => next,
            None => match self.rows.next()? {
                Some(row) => read_head(row, self.preference),
                None => return Ok(None),
            },
        };
        let members = vec![NearMember::of(&row, self.preference)];
        let mut class = ClassHead { size: 1, untouched: row.carried, row, members };
        while let Some(bytes) = self.rows.next()? {
            if !bytes.starts_with(&class.row.key_sha256) {
                self.next = Some(read_head(bytes, self.preference));
                break;
            }
            let (mut reader, repeat) = skip_to_row(bytes, self.preference);
            let row = KeyRow::read(&mut reader);
            class.size += 1;
            class.untouched &= row.carried;
            if !repeat && class.members.len() < GROUP_WIDTH {
                class.members.push(NearMember::of(&row, self.preference));
            }
        }
        if let Some(gone) = &mut self.gone {
            class.untouched &= !gone.has(&class.row.key_sha256)?;
        }
        Ok(Some(class))
    }
}

/// The clusters of classes, in step with the classes.
struct JoinedScan<'a> {
    rows: Option<SortedRows<'a>>,
    next: Option<(Half, Joined)>,
}

impl<'a> JoinedScan<'a> {
    fn new(rows: Option<SortedRows<'a>>) -> Result<Self> {
        let mut scan = Self { rows, next: None };
        scan.advance()?;
        Ok(scan)
    }

    fn advance(&mut self) -> Result<()> {
        self.next = match &mut self.rows {
            Some(rows) => rows.next()?.map(read_joined),
            None => None,
        };
        Ok(())
    }

    fn of_class(&mut self, class: &Half) -> Result<Option<Joined>> {
        match &self.next {
            Some((next, joined)) if next == class => {
                let joined = *joined;
                self.advance()?;
                Ok(Some(joined))
            }
            _ => Ok(None),
        }
    }
}
