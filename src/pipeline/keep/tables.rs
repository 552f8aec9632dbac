//! Side tables whose shards keep their boundaries.

use super::Published;
use crate::error::Result;
use crate::io::Staging;
use crate::manifest::FileEntry;
use crate::pipeline::external_sort::{Sorted, SortedRows};
use crate::pipeline::shard_files::shard_stem;
use crate::pipeline::side_tables::{SideTable, TableOptions, write_shard};

/// What becomes of a published shard of a side table.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    /// Rows that it has now.
    rows: u64,
    changed: bool,
}

/// Writes `tables/NAME-*.parquet` with the boundaries of a published dataset; a shard whose rows are all as they were is linked.
///
/// # Errors
/// When the dataset is damaged, or a file cannot be read or written.
pub fn write_kept_table(
    (side, rows): (&SideTable, &Sorted),
    published: Published<'_>,
    (staging, options): (&Staging, &TableOptions),
) -> Result<Vec<FileEntry>> {
    let places = survey(side, rows, published)?;
    let mut stay: Vec<usize> = (0..places.len()).filter(|place| places[*place].rows > 0).collect();
    if stay.is_empty() {
        stay.push(0);
    }
    let mut pass = rows.rows()?;
    let mut files = Vec::new();
    for (number, place) in stay.iter().enumerate() {
        let stem = shard_stem(side.table(), options.part, (number, stay.len()));
        let Place { rows, changed } = places[*place];
        if changed {
            files.push(write_shard((side, rows), &mut pass, (format!("{stem}.parquet"), staging), options)?);
            continue;
        }
        files.extend(published.link_shard(side.table(), *place, (&stem, staging))?);
        for _ in 0..rows {
            pass.next()?;
        }
    }
    Ok(files)
}

/// Holds the rows of a table to the published ones.
fn survey(side: &SideTable, rows: &Sorted, published: Published<'_>) -> Result<Vec<Place>> {
    let count = published.dataset.files(side.table())?.len();
    let mut places = vec![Place::default(); count.max(1)];
    let names: Vec<&str> = side.table().columns.iter().map(|column| column.name).collect();
    let mut pass = rows.rows()?;
    let mut next = step(&mut pass)?;
    let mut row = Vec::new();
    let mut at = 0;
    published.dataset.scan_parts(side.table(), &names, |part, batch| {
        for of_batch in 0..batch.num_rows() {
            row.clear();
            side.push_row(&mut row, (batch, of_batch));
            let key = side.key_of(&row);
            // Rows that come before the first one of a shard belong to the shard before it.
            while let Some(new) = &next
                && side.key_of(new) < key
            {
                places[at] = Place { rows: places[at].rows + 1, changed: true };
                next = step(&mut pass)?;
            }
            at = part.place;
            let own = &mut places[at];
            match &next {
                Some(new) if side.key_of(new) == key => {
                    own.rows += 1;
                    own.changed |= *new != row;
                    next = step(&mut pass)?;
                }
                _ => own.changed = true,
            }
        }
        Ok(())
    })?;
    while next.is_some() {
        places[at] = Place { rows: places[at].rows + 1, changed: true };
        next = step(&mut pass)?;
    }
    Ok(places)
}

fn step(rows: &mut SortedRows<'_>) -> Result<Option<Vec<u8>>> {
    Ok(rows.next()?.map(<[u8]>::to_vec))
}
