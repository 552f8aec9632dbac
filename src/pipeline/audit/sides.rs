//! What the dataset claims of each drawn row: one side of an article or a rejection, two of a pair.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use arrow::array::RecordBatch;
use arrow::datatypes::Int64Type;

use super::draw::Draw;
use super::strata::Key;
use crate::columns::{ARTICLES, Column, RECORDS, Table};
use crate::error::Result;
use crate::pipeline::article_rows::{numbers, text};
use crate::pipeline::dataset_rows::{Dataset, Row, damaged};

/// What is claimed of an article.
pub const CLAIMED: [&str; 21] = [
    "id",
    "title",
    "text",
    "published_date",
    "published_at",
    "published_precision",
    "published_raw",
    "published_evidence",
    "source_id",
    "source_name",
    "source_evidence",
    "url",
    "language",
    "language_evidence",
    "quality_flags",
    "cluster_relation",
    "raw_path",
    "raw_index",
    "raw_offset",
    "raw_length",
    "raw_sha256",
];
/// What is known of a record that is no article.
const RECORDED: [&str; 12] = [
    "id",
    "raw_path",
    "raw_index",
    "raw_offset",
    "raw_length",
    "raw_sha256",
    "fate",
    "stage",
    "reason",
    "pointer",
    "detail",
    "text_sha256",
];

/// A text, cut where it is long.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    /// The text, or its beginning.
    pub text: String,
    /// Characters of the whole.
    pub characters: usize,
}

impl Excerpt {
    /// At most `most` characters of a text.
    pub fn of(text: &str, most: usize) -> Self {
        Self { text: text.chars().take(most).collect(), characters: text.chars().count() }
    }
}

/// A raw record and what was made of it.
#[derive(Clone, Debug, Default)]
pub struct Side {
    /// Where the record lies.
    pub record: Row,
    /// What an article claims; for a removed copy, what its raw record gives; none for a rejection.
    pub claims: Option<Row>,
    /// Its text.
    pub text: Excerpt,
    /// The raw record in one or more forms: what the form is, and the text.
    pub views: Vec<(&'static str, Excerpt)>,
    /// What makes the view of the raw record doubtful.
    pub note: Option<String>,
}

/// The sides of every item, by what names their records.
#[derive(Debug, Default)]
pub struct Sides {
    /// Records with an id that are articles or copies.
    pub by_id: BTreeMap<String, Side>,
    /// Rejected records.
    pub by_place: BTreeMap<(String, i64), Side>,
}

impl Sides {
    /// Reads what the dataset says of the items of a draw, texts up to `most` characters.
    ///
    /// # Errors
    /// When a file is missing or damaged, or a pair names a record that there is not.
    pub fn read(dataset: &Dataset<'_>, draw: &Draw, most: usize) -> Result<Self> {
        let mut ids = BTreeSet::new();
        let mut places: Places = BTreeMap::new();
        for item in &draw.items {
            match &item.key {
                Key::Article(id) => drop(ids.insert(id.clone())),
                Key::Pair(id, other) => ids.extend([id.clone(), other.clone()]),
                Key::Rejection(path, index) => drop(places.entry(path.clone()).or_default().insert(*index)),
            }
        }
        let mut sides = Self::default();
        let columns = columns(&ARTICLES, &CLAIMED);
        dataset.scan(&ARTICLES, &CLAIMED, |batch| {
            for row in rows_with(batch, &ids) {
                let claims = Row::of(&columns, batch, row)?;
                let text = Excerpt::of(claims.text("text"), most);
                let claims = claims.without("text");
                let side = Side { record: claims.clone(), claims: Some(claims), text, ..Side::default() };
                sides.by_id.insert(side.record.text("id").to_owned(), side);
            }
            Ok(())
        })?;
        sides.read_records(dataset, &ids, &places)?;
        match ids.iter().find(|id| !sides.by_id.contains_key(*id)) {
            Some(id) => {
                Err(damaged(Path::new("tables")).caused_by(format!("expected a record `{id}`, but found none")))
            }
            None => Ok(sides),
        }
    }

    fn read_records(&mut self, dataset: &Dataset<'_>, ids: &BTreeSet<String>, places: &Places) -> Result<()> {
        let columns = columns(&RECORDS, &RECORDED);
        dataset.scan(&RECORDS, &RECORDED, |batch| {
            let (paths, indexes) = (text(batch, "raw_path"), numbers::<Int64Type>(batch, "raw_index"));
            for row in rows_with(batch, ids) {
                let record = Row::of(&columns, batch, row)?;
                if record.text("fate") != "rejected" && !self.by_id.contains_key(record.text("id")) {
                    self.by_id.insert(record.text("id").to_owned(), Side { record, ..Side::default() });
                }
            }
            for row in 0..batch.num_rows() {
                let (path, index) = (paths.value(row), indexes.value(row));
                if places.get(path).is_some_and(|indexes| indexes.contains(&index)) {
                    let record = Row::of(&columns, batch, row)?;
                    self.by_place.insert((path.to_owned(), index), Side { record, ..Side::default() });
                }
            }
            Ok(())
        })
    }

    /// The sides of an item: of a pair the later record first.
    pub fn of(&self, key: &Key) -> Vec<&Side> {
        match key {
            Key::Article(id) => self.by_id.get(id).into_iter().collect(),
            Key::Pair(id, other) => [id, other].iter().filter_map(|id| self.by_id.get(*id)).collect(),
            Key::Rejection(path, index) => self.by_place.get(&(path.clone(), *index)).into_iter().collect(),
        }
    }

    /// Every side.
    pub fn all_mut(&mut self) -> impl Iterator<Item = &mut Side> {
        self.by_id.values_mut().chain(self.by_place.values_mut())
    }
}

/// Wanted places among the records of each raw file.
type Places = BTreeMap<String, BTreeSet<i64>>;

fn columns(table: &'static Table, names: &[&str]) -> Vec<&'static Column> {
    names.iter().filter_map(|name| table.column(name)).collect()
}

fn rows_with<'b>(batch: &'b RecordBatch, ids: &'b BTreeSet<String>) -> impl Iterator<Item = usize> + 'b {
    let column = text(batch, "id");
    (0..batch.num_rows()).filter(move |row| ids.contains(column.value(*row)))
}
