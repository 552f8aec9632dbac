//! What became of rows that left `articles`, and how the counts of fates differ.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::path::Path;

use super::FateChange;
use crate::columns::RECORDS;
use crate::error::Result;
use crate::kernels::encode_row::{RowReader, push_bytes_ordered};
use crate::manifest::Account;
use crate::pipeline::dataset_rows::{Dataset, Row};
use crate::pipeline::external_sort::{Sorted, Sorter};

/// What is said of an id that has no record.
const NO_RECORD: &str = "no record";

/// Counts the fates that the records of a dataset have for `ids`, none of which is one of its articles.
///
/// Of several records of one id the duplicate counts, else the first reason by name.
///
/// # Errors
/// When a file is missing or damaged, or a spill file cannot be written.
pub fn what_became(
    ids: &Sorted,
    dataset: &Dataset<'_>,
    (stem, limit): (&Path, usize),
) -> Result<BTreeMap<String, u64>> {
    let mut counts = BTreeMap::new();
    if ids.count() == 0 {
        return Ok(counts);
    }
    let mut sorter = Sorter::new(stem, limit);
    let names = ["fate", "id", "relation", "stage", "reason"];
    let columns: Vec<_> = RECORDS.columns.iter().filter(|column| names.contains(&column.name)).collect();
    let mut bytes = Vec::new();
    dataset.scan(&RECORDS, &names, |batch| {
        for row in 0..batch.num_rows() {
            let row = Row::of(&columns, batch, row)?;
            let fate = match row.text("fate") {
                "article" => continue,
                "duplicate" => format!("duplicate {}", row.text("relation")),
                fate => format!("{fate} {} {}", row.text("stage"), row.text("reason")),
            };
            bytes.clear();
            push_bytes_ordered(&mut bytes, row.text("id").as_bytes());
            push_bytes_ordered(&mut bytes, fate.as_bytes());
            sorter.push(&bytes)?;
        }
        Ok(())
    })?;
    let records = sorter.finish()?;
    let (mut ids, mut records) = (ids.rows()?, records.rows()?);
    let mut record: Option<(String, String)> = None;
    while let Some(id) = ids.next()? {
        let id = RowReader::new(id).text_ordered();
        let fate = loop {
            match record.as_ref().map_or(Ordering::Less, |(of, _)| of.as_str().cmp(&id)) {
                Ordering::Equal => break record.as_ref().map(|(_, fate)| fate.as_str()),
                Ordering::Greater => break None,
                Ordering::Less => {
                    let next = records.next()?.map(|row| {
                        let mut reader = RowReader::new(row);
                        (reader.text_ordered(), reader.text_ordered())
                    });
                    if next.is_none() {
                        break None;
                    }
                    record = next;
                }
            }
        };
        *counts.entry(fate.unwrap_or(NO_RECORD).to_owned()).or_default() += 1;
    }
    Ok(counts)
}

/// The fates and reasons whose number of records differs, in the order of fates.
pub fn ledger_changes(old: &Account, new: &Account) -> Vec<FateChange> {
    let (old, new) = (by_fate(old), by_fate(new));
    let keys: std::collections::BTreeSet<_> = old.keys().chain(new.keys()).collect();
    let count = |of: &BTreeMap<(&str, String), u64>, key| of.get(key).copied().unwrap_or_default();
    keys.into_iter()
        .map(|key| FateChange {
            fate: key.0.to_owned(),
            why: key.1.clone(),
            old: count(&old, key),
            new: count(&new, key),
        })
        .filter(|change| change.old != change.new)
        .collect()
}

fn by_fate(account: &Account) -> BTreeMap<(&str, String), u64> {
    let mut counts = BTreeMap::from([(("article", String::new()), account.articles)]);
    for (relation, count) in &account.relations {
        counts.insert(("duplicate", relation.clone()), *count);
    }
    for stage in &account.stages {
        for (reason, count) in &stage.rejected {
            counts.insert(("rejected", format!("{} {reason}", stage.stage)), *count);
        }
    }
    counts
}
