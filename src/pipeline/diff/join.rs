//! Brings the rows of two tables together: in step by the order of the table, then by id.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::path::Path;

use super::shards::{Key, ShardRows};
use super::{CLUSTER, Ids, PLACE, RowCounts};
use crate::error::Result;
use crate::kernels::encode_row::{RowReader, push_bytes_ordered};
use crate::pipeline::external_sort::{Sorted, SortedRows, Sorter};

/// What was counted.
#[derive(Debug, Default)]
pub struct Tally {
    /// Rows by what became of them.
    pub rows: RowCounts,
    /// How often each column differs in rows of both.
    pub columns: BTreeMap<String, u64>,
    /// Rows by source, where any differs.
    pub sources: BTreeMap<String, RowCounts>,
    /// The first ids of each kind.
    pub ids: Ids,
}

/// What a difference is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Changed,
    Reclustered,
    Moved,
}

/// A comparison under way.
pub struct Join<'a> {
    columns: &'a [String],
    shown: usize,
    folder: &'a Path,
    limit: usize,
    old_rest: Sorter,
    new_rest: Sorter,
    tally: Tally,
}

impl<'a> Join<'a> {
    /// Compares `columns`, and keeps the first `shown` ids of each kind; four sorters of at most `limit` bytes spill to `folder`.
    pub fn new((columns, shown): (&'a [String], usize), (folder, limit): (&'a Path, usize)) -> Self {
        let sorter = |name: &str| Sorter::new(folder.join(name), limit);
        let (old_rest, new_rest) = (sorter("old"), sorter("new"));
        Self { columns, shown, folder, limit, old_rest, new_rest, tally: Tally::default() }
    }

    /// Reads both in step, and sorts away what has no partner of the same key.
    ///
    /// # Errors
    /// When a file is damaged, or a spill file cannot be written.
    pub fn in_step(&mut self, mut old: ShardRows<'_>, mut new: ShardRows<'_>) -> Result<()> {
        let (mut a, mut b, mut row) = (Vec::new(), Vec::new(), Vec::new());
        let (mut more_old, mut more_new) = (old.advance()?, new.advance()?);
        while more_old || more_new {
            let order = match (old.key().filter(|_| more_old), new.key().filter(|_| more_new)) {
                (Some(old), Some(new)) => old.cmp(&new),
                (Some(_), None) => Ordering::Less,
                _ => Ordering::Greater,
            };
            match order {
                Ordering::Equal => {
                    old.hashes(&mut a);
                    new.hashes(&mut b);
                    if let Some((.., source, id)) = new.key() {
                        self.tally.compare((self.columns, self.shown), (id, source), (&a, &b));
                    }
                    (more_old, more_new) = (old.advance()?, new.advance()?);
                }
                Ordering::Less => {
                    old.hashes(&mut a);
                    encode(old.key(), &a, &mut row);
                    self.old_rest.push(&row)?;
                    more_old = old.advance()?;
                }
                Ordering::Greater => {
                    new.hashes(&mut b);
                    encode(new.key(), &b, &mut row);
                    self.new_rest.push(&row)?;
                    more_new = new.advance()?;
                }
            }
        }
        Ok(())
    }

    /// Brings the rest together by id; the counts, and the ids that only the old and only the new table have, come back.
    ///
    /// # Errors
    /// When a spill file cannot be read or written.
    pub fn by_id(self) -> Result<(Tally, Sorted, Sorted)> {
        let Self { columns, shown, folder, limit, old_rest, new_rest, mut tally } = self;
        let (old_rest, new_rest) = (old_rest.finish()?, new_rest.finish()?);
        let (mut old, mut new) = (old_rest.rows()?, new_rest.rows()?);
        let mut removed = Sorter::new(folder.join("removed"), limit);
        let mut added = Sorter::new(folder.join("added"), limit);
        let (mut a, mut b) = (next(&mut old)?, next(&mut new)?);
        loop {
            let order = match (&a, &b) {
                (None, None) => break,
                (Some(a), Some(b)) => a.id.cmp(&b.id),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
            };
            match (order, &a, &b) {
                (Ordering::Equal, Some(of_old), Some(of_new)) => {
                    tally.compare((columns, shown), (&of_new.id, &of_new.source), (&of_old.hashes, &of_new.hashes));
                    (a, b) = (next(&mut old)?, next(&mut new)?);
                }
                (Ordering::Less, Some(row), _) => {
                    tally.rows.removed += 1;
                    tally.source(&row.source).removed += 1;
                    keep_first(&mut tally.ids.removed, shown, &row.id);
                    removed.push(&encoded_id(&row.id))?;
                    a = next(&mut old)?;
                }
                (_, _, Some(row)) => {
                    tally.rows.added += 1;
                    tally.source(&row.source).added += 1;
                    keep_first(&mut tally.ids.added, shown, &row.id);
                    added.push(&encoded_id(&row.id))?;
                    b = next(&mut new)?;
                }
                _ => unreachable!("law: the smaller row is there"),
            }
        }
        Ok((tally, removed.finish()?, added.finish()?))
    }
}

impl Tally {
    fn source(&mut self, source: &str) -> &mut RowCounts {
        if !self.sources.contains_key(source) {
            self.sources.insert(source.to_owned(), RowCounts::default());
        }
        self.sources.get_mut(source).expect("law: the source was just put in")
    }

    /// Compares two rows of one id.
    fn compare(
        &mut self,
        (columns, shown): (&[String], usize),
        (id, source): (&str, &str),
        (old, new): (&[u64], &[u64]),
    ) {
        if old == new {
            self.rows.equal += 1;
            return;
        }
        let differing = old.iter().zip(new).zip(columns).filter(|((old, new), _)| old != new);
        let names: Vec<&str> = differing.map(|(_, name)| name.as_str()).collect();
        for name in &names {
            match self.columns.get_mut(*name) {
                Some(count) => *count += 1,
                None => drop(self.columns.insert((*name).to_owned(), 1)),
            }
        }
        let of_source = self.source(source);
        match kind_of(&names) {
            Kind::Changed => {
                of_source.changed += 1;
                self.rows.changed += 1;
                keep_named(&mut self.ids.changed, shown, id, &names);
            }
            Kind::Reclustered => {
                of_source.reclustered += 1;
                self.rows.reclustered += 1;
                keep_named(&mut self.ids.reclustered, shown, id, &names);
            }
            Kind::Moved => {
                of_source.moved += 1;
                self.rows.moved += 1;
                keep_first(&mut self.ids.moved, shown, id);
            }
        }
    }
}

fn kind_of(names: &[&str]) -> Kind {
    if names.iter().any(|name| !CLUSTER.contains(name) && !PLACE.contains(name)) {
        Kind::Changed
    } else if names.iter().any(|name| CLUSTER.contains(name)) {
        Kind::Reclustered
    } else {
        Kind::Moved
    }
}

/// Keeps the first ids in the order of ids, whatever the order of their coming.
fn keep_first(ids: &mut Vec<String>, most: usize, id: &str) {
    let at = ids.partition_point(|kept| kept.as_str() < id);
    if at < most {
        ids.insert(at, id.to_owned());
        ids.truncate(most);
    }
}

fn keep_named(ids: &mut BTreeMap<String, Vec<String>>, most: usize, id: &str, names: &[&str]) {
    let full = ids.len() >= most;
    if most > 0 && (!full || ids.last_key_value().is_some_and(|(last, _)| id < last.as_str())) {
        ids.insert(id.to_owned(), names.iter().map(|name| (*name).to_owned()).collect());
        if ids.len() > most {
            ids.pop_last();
        }
    }
}

/// A row of the sort by id.
struct Rest {
    id: String,
    source: String,
    hashes: Vec<u64>,
}

fn encode(key: Option<Key<'_>>, hashes: &[u64], row: &mut Vec<u8>) {
    row.clear();
    let (.., source, id) = key.expect("law: a row that is written is there");
    push_bytes_ordered(row, id.as_bytes());
    push_bytes_ordered(row, source.as_bytes());
    for hash in hashes {
        row.extend_from_slice(&hash.to_le_bytes());
    }
}

fn next(rows: &mut SortedRows<'_>) -> Result<Option<Rest>> {
    Ok(rows.next()?.map(|row| {
        let mut reader = RowReader::new(row);
        let (id, source) = (reader.text_ordered(), reader.text_ordered());
        let (hashes, _) = reader.rest().as_chunks::<8>();
        Rest { id, source, hashes: hashes.iter().map(|hash| u64::from_le_bytes(*hash)).collect() }
    }))
}

fn encoded_id(id: &str) -> Vec<u8> {
    let mut row = Vec::with_capacity(id.len() + 2);
    push_bytes_ordered(&mut row, id.as_bytes());
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_ids_are_kept_whatever_their_order() {
        let mut ids = Vec::new();
        for id in ["c", "a", "d", "b"] {
            keep_first(&mut ids, 2, id);
        }
        assert_eq!(ids, ["a", "b"]);
        let mut named = BTreeMap::new();
        for id in ["c", "a", "d", "b"] {
            keep_named(&mut named, 2, id, &["x"]);
        }
        assert_eq!(named.keys().collect::<Vec<_>>(), ["a", "b"]);
        keep_first(&mut ids, 0, "a");
        keep_named(&mut BTreeMap::new(), 0, "a", &[]);
    }
}
