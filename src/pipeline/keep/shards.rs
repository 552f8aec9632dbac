//! Which shards of `articles` stay as they are.

use std::path::Path;

use arrow::array::{AsArray as _, RecordBatch};
use arrow::datatypes::{Date32Type, Float64Type, Int32Type, Int64Type};

use crate::columns::{RECORDS, Table};
use crate::dedup::Verdict;
use crate::dedup::key_row::{SortKey, cell_of, push_sort_key, split_sort_key};
use crate::dedup::verdict::Duplicate;
use crate::error::Result;
use crate::io::SpillReader;
use crate::kernels::encode_row::{push_field, push_optional_f64};
use crate::kernels::round_float::round_float;
use crate::pipeline::article_rows::{id_bytes, id_text, numbers, option, text, text_option};
use crate::pipeline::dataset_rows::Dataset;
use crate::pipeline::dataset_run::{DatasetRun, KEY_COLUMNS, KeyColumns};
use crate::pipeline::export::relation_name;
use crate::pipeline::external_sort::{Sorted, SortedRows, Sorter};
use crate::pipeline::shards::{DecidedRow, OpenShard, ShardPlan};

/// Columns of `articles` that dedup fills.
const CLUSTER_COLUMNS: [&str; 5] =
    ["cluster_id", "cluster_size", "is_representative", "cluster_relation", "similarity"];
/// Columns of `records` that say of a removed record where it stood and why it was removed.
const DUPLICATE_COLUMNS: [&str; 10] = [
    "fate",
    "published_date",
    "source_id",
    "id",
    "raw_path",
    "raw_index",
    "duplicate_of",
    "relation",
    "jaccard",
    "containment",
];

/// What becomes of a published shard.
#[derive(Clone, Debug, Default)]
struct Place {
    /// Rows of `articles` that it has now.
    articles: u64,
    /// Whether one of them is new, has changed or has gone.
    rows_changed: bool,
    /// Whether a removed record that stands between them is told of anew.
    fates_changed: bool,
}

/// Puts decided rows, which stand in the files of `shards`, into shards with the boundaries of `run`, and says of each which published one
/// it is, where nothing of it has changed. The files of their rows go to `folder`.
///
/// A boundary is the cell of the first row of a published shard, so that no cell comes to stand in two.
///
/// # Errors
/// When the dataset is damaged or a spill file cannot be read or written.
pub fn keep_shards(
    (dataset, run): (&Dataset<'_>, &DatasetRun),
    articles: &'static Table,
    shards: &[ShardPlan],
    (folder, limit): (&Path, usize),
) -> Result<Vec<ShardPlan>> {
    let starts = run.starts();
    let places = survey((dataset, articles), (folder, shards), &starts, limit)?;
    let targets = targets(&places);
    let mut plans = Vec::new();
    let mut rows = DecidedRows::open(folder, shards)?;
    let mut boundaries = Boundaries::new(&starts);
    let mut open: Option<(usize, OpenShard)> = None;
    while let Some(row) = rows.head() {
        let target = targets[boundaries.place_of(row)];
        if open.as_ref().is_none_or(|(number, _)| *number != target) {
            plans.extend(open.take().map(|(_, shard)| shard.close()).transpose()?);
            open = Some((target, OpenShard::create(folder, format!("kept-{target:05}.rows"))?));
        }
        open.as_mut().expect("law: a shard is open").1.push(row)?;
        rows.advance()?;
    }
    let last = match open {
        Some((_, shard)) => shard,
        None => OpenShard::create(folder, "kept-none.rows".to_owned())?,
    };
    plans.push(last.close()?);
    for (number, plan) in plans.iter_mut().enumerate() {
        let own = || (0..places.len()).filter(|place| targets[*place] == number);
        let told_anew = own().any(|place| places[place].fates_changed);
        let unchanged = own().find(|place| places[*place].articles > 0 && !places[*place].rows_changed);
        plan.published = unchanged.filter(|_| !told_anew);
    }
    Ok(plans)
}

/// The shard that what is left of each published one goes to: one of its own, or where no row is left, that of its neighbour.
fn targets(places: &[Place]) -> Vec<usize> {
    let mut rows_before = 0_usize;
    let number = |place: &Place| {
        let own = rows_before;
        rows_before += usize::from(place.articles > 0);
        // Without rows of its own the neighbour before it, if there is one.
        if place.articles > 0 { own } else { own.saturating_sub(1) }
    };
    places.iter().map(number).collect()
}

/// Holds decided rows to what is published.
fn survey(
    (dataset, articles): (&Dataset<'_>, &'static Table),
    (folder, shards): (&Path, &[ShardPlan]),
    starts: &[Option<Vec<u8>>],
    limit: usize,
) -> Result<Vec<Place>> {
    let duplicates = published_duplicates(dataset, folder, limit)?;
    let mut survey = Survey {
        places: vec![Place::default(); starts.len()],
        boundaries: Boundaries::new(starts),
        rows: DecidedRows::open(folder, shards)?,
        duplicates: duplicates.rows()?,
        known: None,
    };
    survey.known = survey.duplicates.next()?.map(<[u8]>::to_vec);
    let names: Vec<&str> = KEY_COLUMNS.iter().chain(&CLUSTER_COLUMNS).copied().collect();
    let mut key = Vec::new();
    dataset.scan_parts(articles, &names, |part, batch| {
        for row in 0..batch.num_rows() {
            key.clear();
            KeyColumns(batch).push(row, &mut key);
            survey.pass(Some(&key))?;
            survey.compare(part.place, &key, (batch, row))?;
        }
        Ok(())
    })?;
    survey.pass(None)?;
    Ok(survey.places)
}

struct Survey<'a> {
    places: Vec<Place>,
    boundaries: Boundaries<'a>,
    rows: DecidedRows<'a>,
    /// Published duplicates, as [`published_duplicates`] gives them, and the one that comes next.
    duplicates: SortedRows<'a>,
    known: Option<Vec<u8>>,
}

impl Survey<'_> {
    /// Takes the decided rows before a key; none of them is a row of the published `articles`.
    fn pass(&mut self, before: Option<&[u8]>) -> Result<()> {
        while let Some(row) = self.rows.head()
            && before.is_none_or(|before| split_sort_key(row).0 < before)
        {
            let decided = DecidedRow::read(row);
            let place = &mut self.places[self.boundaries.place_of(row)];
            if let Some(duplicate) = decided.verdict.duplicate {
                let mut told = decided.key.to_vec();
                push_duplicate(&mut told, &duplicate);
                while self.known.as_ref().is_some_and(|known| split_sort_key(known).0 < decided.key) {
                    self.known = self.duplicates.next()?.map(<[u8]>::to_vec);
                }
                place.fates_changed |= self.known.as_deref() != Some(&told[..]);
            } else {
                place.articles += 1;
                place.rows_changed = true;
            }
            self.rows.advance()?;
        }
        Ok(())
    }

    /// Holds the decided row that comes next to a published row.
    fn compare(&mut self, place: usize, key: &[u8], (batch, row): (&RecordBatch, usize)) -> Result<()> {
        let decided = self.rows.head().map(DecidedRow::read).filter(|decided| decided.key == key);
        let own = &mut self.places[place];
        match decided {
            Some(DecidedRow { verdict, .. }) if verdict.duplicate.is_none() => {
                own.articles += 1;
                own.rows_changed |= !says(batch, row, &verdict);
                self.rows.advance()
            }
            // It was taken down, or is a duplicate now, which is told of when it is passed.
            _ => {
                own.rows_changed = true;
                Ok(())
            }
        }
    }
}

/// Whether the cluster columns of a row say what a verdict says.
fn says(batch: &RecordBatch, row: usize, verdict: &Verdict) -> bool {
    let similarity = option(numbers::<Float64Type>(batch, "similarity"), row);
    let representative = batch.column_by_name("is_representative").map(|column| column.as_boolean().value(row));
    text(batch, "cluster_id").value(row) == id_text(verdict.cluster_id)
        && numbers::<Int32Type>(batch, "cluster_size").value(row) == verdict.cluster_size as i32
        && representative == Some(verdict.relation.is_none())
        && text(batch, "cluster_relation").value(row) == relation_name(verdict)
        && similarity.map(f64::to_bits) == verdict.similarity.and_then(round_float).map(f64::to_bits)
}

/// The removed records of a dataset: sort key, and why each was removed.
fn published_duplicates(dataset: &Dataset<'_>, folder: &Path, limit: usize) -> Result<Sorted> {
    let mut sorter = Sorter::new(folder.join("published-duplicates"), limit);
    let mut out = Vec::new();
    dataset.scan(&RECORDS, &DUPLICATE_COLUMNS, |batch| {
        for row in (0..batch.num_rows()).filter(|row| text(batch, "fate").value(*row) == "duplicate") {
            out.clear();
            let key = SortKey {
                published_date: option(numbers::<Date32Type>(batch, "published_date"), row),
                source_id: text(batch, "source_id").value(row),
                id: &id_bytes(text(batch, "id").value(row)),
                raw_path: text(batch, "raw_path").value(row),
                raw_index: numbers::<Int64Type>(batch, "raw_index").value(row),
            };
            push_sort_key(&mut out, &key);
            let of = text_option(text(batch, "duplicate_of"), row).map(id_bytes).unwrap_or_default();
            let relation = text_option(text(batch, "relation"), row).unwrap_or_default();
            let float = |name| option(numbers::<Float64Type>(batch, name), row);
            push_reason(&mut out, (of, relation), [float("jaccard"), float("containment")]);
            sorter.push(&out)?;
        }
        Ok(())
    })?;
    sorter.finish()
}

fn push_duplicate(out: &mut Vec<u8>, duplicate: &Duplicate) {
    let floats = [round_float(duplicate.jaccard), round_float(duplicate.containment)];
    push_reason(out, (duplicate.duplicate_of, duplicate.relation.name()), floats);
}

fn push_reason(out: &mut Vec<u8>, (of, relation): ([u8; 16], &str), floats: [Option<f64>; 2]) {
    out.extend_from_slice(&of);
    push_field(out, Some(relation.as_bytes()));
    for float in floats {
        push_optional_f64(out, float);
    }
}

/// Which published shard a row stands in; rows are asked for in order.
struct Boundaries<'a> {
    /// First sort key of each shard that has rows.
    starts: &'a [Option<Vec<u8>>],
    place: usize,
}

impl<'a> Boundaries<'a> {
    fn new(starts: &'a [Option<Vec<u8>>]) -> Self {
        Self { starts, place: 0 }
    }

    fn place_of(&mut self, row: &[u8]) -> usize {
        let cell = cell_of(row);
        while let Some(next) = self.starts.get(self.place + 1)
            && next.as_ref().is_none_or(|next| cell_of(next) <= cell)
        {
            self.place += 1;
        }
        self.place
    }
}

/// The decided rows of several shards, one behind the other.
struct DecidedRows<'a> {
    folder: &'a Path,
    shards: std::slice::Iter<'a, ShardPlan>,
    open: Option<SpillReader>,
    row: Vec<u8>,
}

impl<'a> DecidedRows<'a> {
    fn open(folder: &'a Path, shards: &'a [ShardPlan]) -> Result<Self> {
        let mut rows = Self { folder, shards: shards.iter(), open: None, row: Vec::new() };
        rows.next_shard()?;
        rows.advance()?;
        Ok(rows)
    }

    /// The row that comes next.
    fn head(&self) -> Option<&[u8]> {
        self.open.as_ref().map(|_| self.row.as_slice())
    }

    fn advance(&mut self) -> Result<()> {
        while let Some(reader) = &mut self.open {
            if reader.next(&mut self.row)? {
                return Ok(());
            }
            self.next_shard()?;
        }
        Ok(())
    }

    fn next_shard(&mut self) -> Result<()> {
        let open = |shard: &ShardPlan| SpillReader::open(&self.folder.join(&shard.file), 64 << 10);
        self.open = self.shards.next().map(open).transpose()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_of_an_empty_shard_goes_to_its_neighbour() {
        let places = |articles: &[u64]| {
            let place = |articles: &u64| Place { articles: *articles, ..Place::default() };
            targets(&articles.iter().map(place).collect::<Vec<_>>())
        };
        assert_eq!(places(&[2, 0, 1]), [0, 0, 1]);
        assert_eq!(places(&[0, 0, 3, 0, 0, 1, 0]), [0, 0, 0, 0, 0, 1, 1]);
        assert_eq!(places(&[0, 0]), [0, 0]);
        assert_eq!(places(&[1, 1]), [0, 1]);
    }
}
