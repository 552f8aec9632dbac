//! Rows of `records` that stay as they are.

use std::path::Path;

use super::Published;
use crate::columns::RECORDS;
use crate::error::Result;
use crate::pipeline::article_rows::{id_bytes, numbers, text};
use crate::pipeline::external_sort::{Sorted, Sorter};
use crate::pipeline::rejects::push_ledger_key;
use crate::pipeline::table_rows::push_batch_row;

/// The published rows of records that reached dedup, are not taken, and are not among the rows `told`, which shards that are written
/// again have given: those of records in shards that stay, whose fates have not changed.
///
/// # Errors
/// When the dataset is damaged or a spill file cannot be read or written.
pub fn kept_records(published: Published<'_>, told: &Sorted, (stem, limit): (&Path, usize)) -> Result<Sorted> {
    let mut sorter = Sorter::new(stem, limit);
    let mut told = told.rows()?;
    let mut next = told.next()?.map(<[u8]>::to_vec);
    let names: Vec<&str> = RECORDS.columns.iter().map(|column| column.name).collect();
    let (mut key, mut row) = (Vec::new(), Vec::new());
    published.dataset.scan(&RECORDS, &names, |batch| {
        let (paths, fates, ids) = (text(batch, "raw_path"), text(batch, "fate"), text(batch, "id"));
        let places = numbers::<arrow::datatypes::Int64Type>(batch, "raw_index");
        for at in 0..batch.num_rows() {
            let taken = published.taken.is_some_and(|taken| taken.contains(&id_bytes(ids.value(at))));
            if fates.value(at) == "rejected" || taken {
                continue;
            }
            key.clear();
            push_ledger_key(&mut key, paths.value(at), places.value(at));
            while next.as_deref().is_some_and(|next| next < &key[..] && !next.starts_with(&key)) {
                next = told.next()?.map(<[u8]>::to_vec);
            }
            if next.as_deref().is_some_and(|next| next.starts_with(&key)) {
                continue;
            }
            row.clone_from(&key);
            push_batch_row(&mut row, &RECORDS, (batch, at));
            sorter.push(&row)?;
        }
        Ok(())
    })?;
    sorter.finish()
}
