//! Which records a takedown is about: those that were asked for, and those that would not be without them.
//!
//! Beside what was asked for go, until nothing more is found: records of the same bytes (their id or digest would stay), removed
//! copies whose article goes (they have no row of their own), records at the same address, and, where copies go too, the verified
//! copies of what was asked for. An address that more than [`MOST_AT_ADDRESS`] other records have is that of a page of many articles (a
//! home page, a feed): it is neither followed nor blocked, unless it was asked for.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::RecordBatch;

use crate::columns::{ARTICLES, PAIRS, RECORDS};
use crate::dedup::verdict::Relation;
use crate::error::{Error, Result};
use crate::kernels::hash_url::hash_address;
use crate::kernels::sha256::{Digest, PREFIX};
use crate::pipeline::article_rows::{id_bytes, id_text, text, text_option};
use crate::pipeline::dataset_rows::Dataset;
use crate::pipeline::incremental::{Ids, Index};
use crate::stages::takedowns::{Marks, Takedowns, record_addresses};

/// Most records that share an address with an article and still are versions of it.
const MOST_AT_ADDRESS: u64 = 16;

/// What a user calls an article by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// `id`.
    Id(String),
    /// `url` or `canonical_url`.
    Url(String),
    /// `raw_sha256` or `text_sha256`.
    Sha256(String),
}

/// A selector in the form in which records are compared with it.
enum Wanted {
    Id([u8; 16]),
    Address(u64),
    Digest([u8; 32]),
}

impl Selector {
    fn wanted(&self) -> Result<Wanted> {
        let wrong = |flag: &str, expected: &str, found: &str| {
            Error::usage(format!("cannot use `{flag}`")).caused_by(format!("expected {expected}, but found `{found}`"))
        };
        match self {
            Self::Id(id) => {
                let digits = id.strip_prefix("art_").filter(|digits| digits.len() == 32);
                let hex =
                    digits.filter(|digits| digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')));
                let found = hex.map(|_| Wanted::Id(id_bytes(id)));
                found.ok_or_else(|| wrong("--id", "`art_` and 32 hexadecimal digits", id))
            }
            Self::Url(url) if url.trim().is_empty() => Err(wrong("--url", "an address", url)),
            Self::Url(url) => Ok(Wanted::Address(hash_address(url.trim()))),
            Self::Sha256(given) => {
                let digits = given.strip_prefix(PREFIX).unwrap_or(given).to_ascii_lowercase();
                let digest = Digest::parse(&format!("{PREFIX}{digits}")).map(|Digest(bytes)| Wanted::Digest(bytes));
                digest.ok_or_else(|| wrong("--sha256", "64 hexadecimal digits", given))
            }
        }
    }

    /// As it is told of in messages.
    fn shown(&self) -> String {
        match self {
            Self::Id(id) => format!("the id `{id}`"),
            Self::Url(url) => format!("the address `{url}`"),
            Self::Sha256(digest) => format!("the digest `{digest}`"),
        }
    }
}

/// What is known of a record.
#[derive(Clone, Debug, Default)]
struct Record {
    id: [u8; 16],
    raw: [u8; 32],
    text: Option<[u8; 32]>,
    addresses: Vec<u64>,
    duplicate_of: Option<[u8; 16]>,
    cluster: Option<[u8; 16]>,
}

impl Record {
    /// Gives the marks of the record, with those addresses that are not left out.
    fn with_marks<T>(&self, left_out: &BTreeSet<u64>, give: impl FnOnce(&Marks<'_>) -> T) -> T {
        let (id, raw) = (id_text(self.id), Digest(self.raw).to_string());
        let text = self.text.map(|text| Digest(text).to_string());
        let addresses = self.addresses.iter().filter(|hash| !left_out.contains(hash)).copied().collect();
        give(&Marks { id: &id, raw_sha256: &raw, text_sha256: text.as_deref(), addresses })
    }
}

/// What a takedown is about.
#[derive(Debug, Default)]
pub struct Found {
    records: BTreeMap<[u8; 16], Record>,
    chosen: Ids,
    /// Records that were asked for by the digest of their text.
    by_text: Ids,
    /// Addresses that name many articles.
    shared: BTreeSet<u64>,
    /// Clusters that lose a member.
    pub clusters: Ids,
}

impl Found {
    /// The ids of the records.
    pub fn ids(&self) -> Ids {
        self.records.keys().copied().collect()
    }

    /// Addresses that are not blocked, since many other records have them.
    pub fn shared_addresses(&self) -> u64 {
        self.shared.len() as u64
    }

    /// Enters the records in a ledger.
    pub fn enter(&self, takedowns: &mut Takedowns, reason: &str, copies: bool) {
        for (id, record) in &self.records {
            let chosen = self.chosen.contains(id);
            let record = Record { text: record.text.filter(|_| chosen), ..record.clone() };
            let with_text = (copies && chosen) || self.by_text.contains(id);
            record.with_marks(&self.shared, |marks| takedowns.add(marks, reason, with_text));
        }
    }
}

/// Finds the records of a takedown in a dataset.
///
/// # Errors
/// A usage error when nothing is found for one of the `selectors`; a dataset error when the dataset is damaged.
pub fn find(
    (dataset, index): (&Dataset<'_>, Option<&Index>),
    takedowns: &Takedowns,
    (selectors, copies): (&[Selector], bool),
) -> Result<Found> {
    let wanted = selectors.iter().map(Selector::wanted).collect::<Result<Vec<_>>>()?;
    let mut met = vec![false; wanted.len()];
    let mut found = Found::default();
    let mut names = Names::default();
    for wanted in &wanted {
        if let Wanted::Address(hash) = wanted {
            names.addresses.insert(*hash);
        }
    }
    let mut first = true;
    loop {
        let before = (found.records.len(), names.size());
        let mut others: BTreeMap<u64, u64> = names.pending.iter().map(|hash| (*hash, 0)).collect();
        scan((dataset, index), |record| {
            let mut asked = false;
            for (wanted, met) in wanted.iter().zip(&mut met).filter(|_| first) {
                let is_it = match wanted {
                    Wanted::Id(id) => *id == record.id,
                    Wanted::Address(hash) => record.addresses.contains(hash),
                    Wanted::Digest(digest) => *digest == record.raw || Some(*digest) == record.text,
                };
                if let Wanted::Digest(digest) = wanted
                    && record.text == Some(*digest)
                {
                    // Who names a text names it wherever it stands.
                    names.texts.insert(*digest);
                    found.by_text.insert(record.id);
                }
                asked |= is_it;
                *met |= is_it;
            }
            if asked {
                found.chosen.insert(record.id);
            }
            if asked || names.has(&record) || record.with_marks(&BTreeSet::new(), |marks| takedowns.names_record(marks))
            {
                names.take(&record);
                found.clusters.extend(record.cluster);
                let own = found.records.entry(record.id).or_insert_with(|| record.clone());
                own.addresses.extend(&record.addresses);
                own.addresses.sort_unstable();
                own.addresses.dedup();
                own.text = own.text.or(record.text);
            } else {
                for hash in &record.addresses {
                    if let Some(count) = others.get_mut(hash) {
                        *count += 1;
                    }
                }
            }
        })?;
        for (hash, count) in others {
            names.pending.remove(&hash);
            if count > MOST_AT_ADDRESS {
                found.shared.insert(hash);
            } else {
                names.addresses.insert(hash);
            }
        }
        let known = |hash: &u64| names.addresses.contains(hash) || found.shared.contains(hash);
        let fresh: Vec<u64> = found.records.values().flat_map(|record| &record.addresses).copied().collect();
        names.pending = fresh.into_iter().filter(|hash| !known(hash)).collect();
        if first {
            refuse_unknown(selectors, &met, takedowns)?;
        }
        if first && copies {
            add_copies(dataset, &mut found.chosen)?;
            names.ids.extend(&found.chosen);
        }
        if copies {
            let of_chosen = found.records.values().filter(|record| found.chosen.contains(&record.id));
            names.texts.extend(of_chosen.filter_map(|record| record.text));
        }
        first = false;
        if names.pending.is_empty() && before == (found.records.len(), names.size()) {
            return Ok(found);
        }
    }
}

/// Marks by which more records are found.
#[derive(Debug, Default)]
struct Names {
    ids: Ids,
    raws: BTreeSet<[u8; 32]>,
    texts: BTreeSet<[u8; 32]>,
    addresses: BTreeSet<u64>,
    /// Addresses of which it is not known yet how many records have them.
    pending: BTreeSet<u64>,
}

impl Names {
    fn size(&self) -> usize {
        self.ids.len() + self.raws.len() + self.texts.len() + self.addresses.len()
    }

    fn has(&self, record: &Record) -> bool {
        self.ids.contains(&record.id)
            || self.raws.contains(&record.raw)
            || record.text.is_some_and(|text| self.texts.contains(&text))
            || record.duplicate_of.is_some_and(|id| self.ids.contains(&id))
            || record.addresses.iter().any(|hash| self.addresses.contains(hash))
    }

    fn take(&mut self, record: &Record) {
        self.ids.insert(record.id);
        self.raws.insert(record.raw);
    }
}

/// Every selector must have found something, be it that the ledger names it already.
fn refuse_unknown(selectors: &[Selector], met: &[bool], takedowns: &Takedowns) -> Result<()> {
    for (selector, _) in selectors.iter().zip(met).filter(|(_, met)| !**met) {
        let before = match selector {
            Selector::Id(id) => takedowns.names_id(id),
            Selector::Url(url) => takedowns.names_address(hash_address(url.trim())),
            Selector::Sha256(digest) => {
                let digest = format!("{PREFIX}{}", digest.strip_prefix(PREFIX).unwrap_or(digest).to_ascii_lowercase());
                takedowns.names_raw(&digest) || takedowns.names_text(&digest)
            }
        };
        if !before {
            return Err(Error::usage(format!("expected a record with {}, but found none", selector.shown()))
                .hint("nothing was taken down; `tables/records-*.parquet` has every id that the dataset knows"));
        }
    }
    Ok(())
}

/// Adds the verified copies of the chosen articles.
fn add_copies(dataset: &Dataset<'_>, chosen: &mut Ids) -> Result<()> {
    let mut copies = Ids::new();
    dataset.scan(&PAIRS, &["id", "other_id", "relation"], |batch| {
        let [ids, others, relations] = ["id", "other_id", "relation"].map(|name| text(batch, name));
        for row in 0..batch.num_rows() {
            let joins = Relation::ALL.iter().any(|each| each.name() == relations.value(row) && each.joins());
            let (id, other) = (id_bytes(ids.value(row)), id_bytes(others.value(row)));
            if joins && chosen.contains(&id) {
                copies.insert(other);
            }
            if joins && chosen.contains(&other) {
                copies.insert(id);
            }
        }
        Ok(())
    })?;
    chosen.extend(copies);
    Ok(())
}

/// Gives every record of a dataset: articles by their rows, the others by what `records` and the index say of them.
fn scan((dataset, index): (&Dataset<'_>, Option<&Index>), mut give: impl FnMut(Record)) -> Result<()> {
    let names = ["id", "raw_sha256", "text_sha256", "url", "canonical_url", "cluster_id"];
    dataset.scan(&ARTICLES, &names, |batch| {
        let (urls, canonical) = (text(batch, "url"), text(batch, "canonical_url"));
        for row in 0..batch.num_rows() {
            let addresses = record_addresses(text_option(urls, row), text_option(canonical, row));
            let cluster = Some(id_bytes(text(batch, "cluster_id").value(row)));
            give(Record { addresses, cluster, ..record_of(batch, row) });
        }
        Ok(())
    })?;
    let names = ["id", "raw_sha256", "text_sha256", "url", "fate", "duplicate_of"];
    let mut rows = index.map(Index::rows).transpose()?;
    dataset.scan(&RECORDS, &names, |batch| {
        let (urls, fates, targets) = (text(batch, "url"), text(batch, "fate"), text(batch, "duplicate_of"));
        for row in 0..batch.num_rows() {
            let fate = fates.value(row);
            let known = match &mut rows {
                Some(rows) if fate != "rejected" => rows.next()?,
                _ => None,
            };
            if fate == "article" {
                continue;
            }
            let mut addresses = record_addresses(text_option(urls, row), None);
            addresses.extend(known.and_then(|known| known.canonical_url));
            addresses.sort_unstable();
            addresses.dedup();
            let duplicate_of = text_option(targets, row).map(id_bytes);
            give(Record { addresses, duplicate_of, ..record_of(batch, row) });
        }
        Ok(())
    })
}

fn record_of(batch: &RecordBatch, row: usize) -> Record {
    let digest = |name: &str| text_option(text(batch, name), row).and_then(Digest::parse).map(|Digest(bytes)| bytes);
    Record {
        id: id_bytes(text(batch, "id").value(row)),
        raw: digest("raw_sha256").unwrap_or_default(),
        text: digest("text_sha256"),
        ..Record::default()
    }
}
