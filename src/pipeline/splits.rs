//! The rows of `splits`: each cluster goes where its representative goes.

use std::collections::BTreeMap;
use std::path::Path;

use super::article_rows::{id_bytes, id_text};
use super::external_sort::{Sorted, Sorter};
use super::table_rows::{Cell, push_cells};
use crate::columns::SPLITS;
use crate::dedup::Verdict;
use crate::error::Result;
use crate::kernels::assign_split::{Split, SplitRule};
use crate::kernels::encode_row::{RowReader, push_optional_i64};

/// Appends what the split must know of a row that stays: its cluster, whether it follows another, its id and `published_date`.
///
/// Sorted, the members of a cluster come together, the representative first.
pub fn push_split_member(out: &mut Vec<u8>, verdict: &Verdict, (id, published_date): (&str, Option<i32>)) {
    out.extend_from_slice(&verdict.cluster_id);
    out.push(u8::from(verdict.relation.is_some()));
    out.extend_from_slice(&id_bytes(id));
    push_optional_i64(out, published_date.map(i64::from));
}

/// The rows of the table by `id`, and how many of them each side has.
///
/// # Errors
/// When a spill file cannot be read or written.
pub fn split_rows(
    members: &Sorted,
    rule: &SplitRule,
    (stem, limit): (&Path, usize),
) -> Result<(Sorted, BTreeMap<String, u64>)> {
    let mut sorter = Sorter::new(stem, limit);
    let mut counts: BTreeMap<String, u64> = Split::ALL.iter().map(|split| (split.name().to_owned(), 0)).collect();
    let mut cluster: Option<([u8; 16], Split)> = None;
    let mut rows = members.rows()?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        let mut reader = RowReader::new(row);
        let (own, follows, id) = (reader.array(), reader.byte() == 1, reader.array());
        let split = match cluster {
            Some((last, split)) if last == own => split,
            _ => {
                assert!(!follows && own == id, "law: the representative of every cluster stays a row");
                rule.assign(&id_text(id), reader.optional_i64().map(|date| date as i32))
            }
        };
        cluster = Some((own, split));
        counts.entry(split.name().to_owned()).and_modify(|count| *count += 1);
        out.clear();
        out.extend_from_slice(&id);
        push_cells(&mut out, &SPLITS, &[Cell::Text(&id_text(id)), Cell::Text(split.name())]);
        sorter.push(&out)?;
    }
    Ok((sorter.finish()?, counts))
}
