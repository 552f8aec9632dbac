//! What the table of articles says, in one scan without texts; rows of clusters go on to the join with removed records.

use std::collections::BTreeMap;

use arrow::array::Array as _;

use super::clusters::{ClusterJoin, ClusteredRow};
use super::records::SourcePlaces;
use super::tally::{Codes, Histogram};
use super::typed::{TextColumn, Typed, parse_id, scan};
use crate::columns::cells::{Cells, TextLists, cells_of};
use crate::columns::{Column, ColumnType, Table};
use crate::error::{Error, Result};
use crate::pipeline::dataset_rows::{Dataset, FilePart};

/// How much of a date may be stated, from the most.
pub const PRECISIONS: [&str; 6] = ["second", "minute", "day", "month", "year", "none"];
/// Of these, those of a whole day: `second`, `minute`, `day`.
const DATED: usize = 3;

/// Columns that are read whether or not they may be null.
const READ: [&str; 19] = [
    "id",
    "title",
    "published_date",
    "published_precision",
    "published_evidence",
    "date_conflict",
    "word_count",
    "char_count",
    "source_id",
    "source_name",
    "language",
    "language_evidence",
    "license",
    "access",
    "tdm_reservation",
    "cluster_id",
    "cluster_size",
    "is_representative",
    "cluster_relation",
];

/// Articles of one source, or of several.
#[derive(Debug, Default)]
pub struct SourceArticles {
    /// Articles.
    pub articles: u64,
    /// Those of a known day, by day.
    pub days: BTreeMap<i32, u64>,
    /// Those whose date candidates disagree.
    pub conflicts: u64,
    /// Their words.
    pub words: Histogram,
    /// The least name.
    pub name: Option<String>,
    /// By precision, in the order of [`PRECISIONS`].
    pub precision: [u64; 6],
    /// By evidence of the date.
    pub evidence: Codes,
}

impl SourceArticles {
    /// Articles of a known day.
    pub fn dated(&self) -> u64 {
        self.precision.iter().take(DATED).sum()
    }
}

/// What the articles came to.
#[derive(Debug)]
pub struct ArticleFigures {
    /// The table, with the user's own columns.
    pub table: &'static Table,
    /// By place of the source.
    pub sources: Vec<SourceArticles>,
    /// Characters of all texts.
    pub characters: u64,
    /// By how rows belong to their cluster.
    pub relations: Codes,
    /// By language.
    pub languages: Codes,
    /// By evidence of the language.
    pub language_evidence: Codes,
    /// By license.
    pub license: Codes,
    /// By access.
    pub access: Codes,
    /// By reservation of text and data mining.
    pub tdm_reservation: Codes,
    /// Articles with a quality flag.
    pub flagged: u64,
    /// Articles by quality flag.
    pub flags: Codes,
    /// Articles by warning of validation.
    pub validation: Codes,
    /// Rows that hold null or an empty list, by column.
    pub absent: Vec<u64>,
}

impl ArticleFigures {
    fn new(table: &'static Table, places: &SourcePlaces) -> Self {
        Self {
            table,
            sources: (0..places.count()).map(|_| SourceArticles::default()).collect(),
            characters: 0,
            relations: Codes::default(),
            languages: Codes::default(),
            language_evidence: Codes::default(),
            license: Codes::default(),
            access: Codes::default(),
            tdm_reservation: Codes::default(),
            flagged: 0,
            flags: Codes::default(),
            validation: Codes::default(),
            absent: vec![0; table.columns.len()],
        }
    }

    /// The words of all articles.
    pub fn words(&self) -> Histogram {
        let mut all = Histogram::default();
        for (words, count) in self.sources.iter().flat_map(|source| source.words.iter()) {
            all.add(words, count);
        }
        all
    }

    /// Adds the rows of a batch.
    fn count(&mut self, rows: Typed<'_>, places: &SourcePlaces, join: (&mut ClusterJoin, &FilePart<'_>)) -> Result<()> {
        for (column, absent) in
            self.table.columns.iter().zip(&mut self.absent).filter(|(column, _)| may_be_absent(column))
        {
            *absent += count_absent(&cells_of(rows.batch, column)?);
        }
        for (codes, name) in [
            (&mut self.languages, "language"),
            (&mut self.language_evidence, "language_evidence"),
            (&mut self.license, "license"),
            (&mut self.access, "access"),
            (&mut self.tdm_reservation, "tdm_reservation"),
            (&mut self.relations, "cluster_relation"),
        ] {
            let texts = rows.text(name)?;
            (0..rows.count()).for_each(|row| codes.add(texts.value(row)));
        }
        let flags = rows.lists("quality_flags")?;
        self.flagged += (0..rows.count()).filter(|row| !flags.range(*row).is_empty()).count() as u64;
        add_items(&mut self.flags, &flags);
        add_items(&mut self.validation, &rows.lists("validation_codes")?);
        let source_place = self.count_sources(rows, places)?;
        push_clustered(rows, &source_place, join)
    }

    /// Adds what is counted by source; gives the place of the source of each row.
    fn count_sources(&mut self, rows: Typed<'_>, places: &SourcePlaces) -> Result<Vec<u8>> {
        let (source_ids, names) = (rows.text("source_id")?, rows.text("source_name")?);
        let (days, conflicts) = (rows.days("published_date")?, rows.booleans("date_conflict")?);
        let (precisions, evidence) = (rows.text("published_precision")?, rows.text("published_evidence")?);
        let (words, characters) = (rows.int32("word_count")?, rows.int32("char_count")?);
        let mut found = Vec::with_capacity(rows.count());
        for row in 0..rows.count() {
            let place = places.of(source_ids.value(row))?;
            found.push(place);
            let source = &mut self.sources[usize::from(place)];
            source.articles += 1;
            source.conflicts += u64::from(conflicts.value(row));
            // Of a text that is withheld nobody says how long it is.
            if words.is_valid(row) {
                source.words.add(words.value(row), 1);
            }
            if characters.is_valid(row) {
                self.characters += u64::try_from(characters.value(row)).unwrap_or(0);
            }
            if let Some(name) = names.get(row)
                && source.name.as_deref().is_none_or(|least| name < least)
            {
                source.name = Some(name.to_owned());
            }
            source.evidence.add(evidence.value(row));
            let precision = precision_of(precisions, row)?;
            source.precision[precision] += 1;
            if precision < DATED && days.is_valid(row) {
                *source.days.entry(days.value(row)).or_default() += 1;
            }
        }
        Ok(found)
    }
}

/// Reads the articles once, without their texts.
///
/// Holds of each listed source its days, its lengths and its codes.
///
/// # Errors
/// When a file is missing or damaged, or holds what no dataset does.
pub fn count_articles(dataset: &Dataset<'_>, places: &SourcePlaces, join: &mut ClusterJoin) -> Result<ArticleFigures> {
    let table = dataset.articles()?;
    let mut figures = ArticleFigures::new(table, places);
    let read = |column: &&Column| READ.contains(&column.name) || may_be_absent(column);
    let names: Vec<&str> = table.columns.iter().filter(read).map(|column| column.name).collect();
    scan(dataset, (table, &names), |rows, part| figures.count(rows, places, (join, part)))?;
    Ok(figures)
}

/// Whether rows may hold nothing in a column.
fn may_be_absent(column: &Column) -> bool {
    column.nullable || column.kind == ColumnType::TextList
}

fn count_absent(cells: &Cells<'_>) -> u64 {
    let rows = cells.array().len();
    match cells {
        Cells::TextList(lists) => (0..rows).filter(|row| lists.range(*row).is_empty()).count() as u64,
        _ => cells.array().null_count() as u64,
    }
}

fn add_items(codes: &mut Codes, lists: &TextLists<'_>) {
    lists.values().iter().flatten().for_each(|code| codes.add(code));
}

fn precision_of(precisions: TextColumn<'_>, row: usize) -> Result<usize> {
    let found = precisions.value(row);
    let place = PRECISIONS.iter().position(|known| *known == found);
    place.ok_or_else(|| Error::dataset(format!("expected a precision of a date, but found `{found}`")))
}

/// Hands rows of clusters of two or more records to the join.
fn push_clustered(rows: Typed<'_>, source_place: &[u8], (join, part): (&mut ClusterJoin, &FilePart<'_>)) -> Result<()> {
    let (ids, cluster_ids) = (rows.text("id")?, rows.text("cluster_id")?);
    let (sizes, representative) = (rows.int32("cluster_size")?, rows.booleans("is_representative")?);
    let (relations, titles) = (rows.text("cluster_relation")?, rows.text("title")?);
    let (days, similarity) = (rows.days("published_date")?, rows.floats("similarity")?);
    for row in (0..rows.count()).filter(|row| sizes.value(*row) > 1) {
        join.push_article(&ClusteredRow {
            id: parse_id(ids.value(row))?,
            cluster_id: parse_id(cluster_ids.value(row))?,
            size: sizes.value(row),
            is_representative: representative.value(row),
            relation: relations.value(row),
            source: source_place[row],
            day: days.is_valid(row).then(|| days.value(row)),
            similarity: similarity.is_valid(row).then(|| similarity.value(row)),
            place: (part.place, part.first + row as u64),
            title: titles.value(row),
        })?;
    }
    Ok(())
}
