//! The guard on sources: one that loses more than a set share as duplicates keeps a dataset from being published.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;

use super::dataset_rows::Dataset;
use crate::columns::{ARTICLES, RECORDS};
use crate::error::Result;
use crate::manifest::Account;

/// Sources of fewer records are not judged: a share of little says little.
const LEAST_RECORDS: u64 = 100;
/// Pairs that are shown of each source.
const SHOWN: usize = 20;
/// Characters of a text that are shown.
const EXCERPT: usize = 160;

/// A source that lost too much.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Excess {
    /// `source_id`.
    pub source_id: String,
    /// Its records.
    pub records: u64,
    /// Those that were removed as duplicates.
    pub duplicates: u64,
    /// Removed records and what they are duplicates of, at most 20.
    pub pairs: Vec<[Side; 2]>,
}

/// One of two records side by side.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Side {
    /// `id`.
    pub id: String,
    /// Where the raw record is: path and index.
    pub origin: String,
    /// The relation, of the removed one.
    pub relation: String,
    /// `title`.
    pub title: String,
    /// The start of the text; only of what stays.
    pub excerpt: String,
}

/// The sources that lost more than the share `most`.
pub fn excesses(account: &Account, most: f64) -> Vec<Excess> {
    let lost_too_much =
        |records: u64, duplicates: u64| records >= LEAST_RECORDS && duplicates as f64 > most * records as f64;
    let sources = account.sources.iter().filter(|(_, counts)| lost_too_much(counts.records, counts.duplicates));
    sources
        .map(|(source_id, counts)| Excess {
            source_id: source_id.clone(),
            records: counts.records,
            duplicates: counts.duplicates,
            pairs: Vec::new(),
        })
        .collect()
}

/// Fills in the first pairs of each source, from the dataset that was written.
///
/// # Errors
/// When the dataset cannot be read.
pub fn show_pairs(root: &Path, excesses: &mut [Excess]) -> Result<()> {
    let dataset = Dataset::open(root)?;
    let columns = ["id", "raw_path", "raw_index", "source_id", "duplicate_of", "relation", "title"];
    let wanted: BTreeSet<&str> = excesses.iter().map(|excess| excess.source_id.as_str()).collect();
    let mut removed: BTreeMap<String, Vec<(Side, String)>> = BTreeMap::new();
    let listed: Vec<_> = RECORDS.columns.iter().filter(|column| columns.contains(&column.name)).collect();
    dataset.scan(&RECORDS, &columns, |batch| {
        for row in 0..batch.num_rows() {
            let row = super::dataset_rows::Row::of(&listed, batch, row)?;
            let (Some(kept), source) = (row.get("duplicate_of"), row.text("source_id")) else { continue };
            if !wanted.contains(source) {
                continue;
            }
            let of_source = removed.entry(source.to_owned()).or_default();
            if of_source.len() < SHOWN {
                let side = Side {
                    id: row.text("id").to_owned(),
                    origin: format!("{}#{}", row.text("raw_path"), row.number("raw_index")),
                    relation: row.text("relation").to_owned(),
                    title: row.text("title").to_owned(),
                    excerpt: String::new(),
                };
                of_source.push((side, kept.to_owned()));
            }
        }
        Ok(())
    })?;
    let ids: BTreeSet<&str> = removed.values().flatten().map(|(_, kept)| kept.as_str()).collect();
    let mut kept: BTreeMap<String, Side> = BTreeMap::new();
    let columns = ["id", "raw_path", "raw_index", "title", "text"];
    let listed: Vec<_> = ARTICLES.columns.iter().filter(|column| columns.contains(&column.name)).collect();
    dataset.scan(&ARTICLES, &columns, |batch| {
        let all = super::article_rows::text(batch, "id");
        for row in (0..batch.num_rows()).filter(|row| ids.contains(all.value(*row))) {
            let row = super::dataset_rows::Row::of(&listed, batch, row)?;
            let side = Side {
                id: row.text("id").to_owned(),
                origin: format!("{}#{}", row.text("raw_path"), row.number("raw_index")),
                relation: String::new(),
                title: row.text("title").to_owned(),
                excerpt: row.text("text").chars().take(EXCERPT).collect(),
            };
            kept.insert(side.id.clone(), side);
        }
        Ok(())
    })?;
    for excess in excesses {
        let pairs = removed.remove(&excess.source_id).unwrap_or_default();
        excess.pairs = pairs.into_iter().map(|(side, of)| [side, kept.get(&of).cloned().unwrap_or_default()]).collect();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::SourceAccount;

    #[test]
    fn only_sources_of_some_size_that_lose_more_than_the_share_are_named() {
        let mut account = Account::default();
        for (name, records, duplicates) in [("a", 100, 91), ("b", 100, 90), ("c", 99, 99), ("d", 1000, 0)] {
            account.sources.insert(name.into(), SourceAccount { records, duplicates, ..SourceAccount::default() });
        }
        let names = |most| excesses(&account, most).into_iter().map(|excess| excess.source_id).collect::<Vec<_>>();
        assert_eq!((names(0.9), names(0.5), names(1.0)), (vec!["a".to_owned()], vec!["a".into(), "b".into()], vec![]));
    }
}
