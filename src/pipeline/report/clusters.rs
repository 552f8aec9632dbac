//! Clusters with their removed members, and who copies whom: two external sorts, by id and by cluster.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::Path;

use super::records::SourcePlaces;
use super::typed::{parse_id, scan};
use crate::columns::{RECORDS, RELATIONS};
use crate::error::{Error, Result};
use crate::kernels::encode_row::{RowReader, push_field, push_i64, push_optional_f64, push_optional_i64};
use crate::pipeline::article_rows::{id_text, option};
use crate::pipeline::dataset_rows::{Dataset, RowPlace};
use crate::pipeline::external_sort::Sorter;
use crate::writers::report::data::{Clusters, Copies, MOST_CLUSTERS, OneOrMore};
use crate::writers::report::{bytes_in_page, shorten};

/// Bytes of all titles of clusters, as JSON strings of the page.
const TITLE_BYTES: usize = 300_000;
/// Hex digits of an id that the page lists.
const ID_DIGITS: usize = 10;

/// What a row of the second sort is, and how it is ordered within its cluster.
const REPRESENTATIVE: u8 = 0;
const OTHER_ROW: u8 = 1;
const REMOVED: u8 = 2;

/// A row of `articles` in a cluster of two or more records.
#[derive(Clone, Copy, Debug)]
pub struct ClusteredRow<'a> {
    /// `id`.
    pub id: [u8; 16],
    /// `cluster_id`.
    pub cluster_id: [u8; 16],
    /// `cluster_size`.
    pub size: i32,
    /// `is_representative`.
    pub is_representative: bool,
    /// `cluster_relation`.
    pub relation: &'a str,
    /// Place of the source.
    pub source: u8,
    /// `published_date`.
    pub day: Option<i32>,
    /// `similarity`.
    pub similarity: Option<f64>,
    /// Where the row is.
    pub place: RowPlace,
    /// `title`, empty for none.
    pub title: &'a str,
}

/// Joins rows of clusters with the records that were removed for them.
#[derive(Debug)]
pub struct ClusterJoin {
    /// Rows and removed records by the id of the row.
    by_id: Sorter,
    /// Members by cluster.
    by_cluster: Sorter,
    row: Vec<u8>,
}

/// A cluster that is listed.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// Place of the source of the representative.
    source: u8,
    /// Bits of the places of all members' sources.
    sources: u64,
    /// Bits of members' relations, as places in [`RELATIONS`].
    relations: u64,
    days: Option<(i32, i32)>,
    title: String,
    /// Where the representative is.
    pub representative: RowPlace,
    /// The other row with the lowest similarity, then the lowest id, and its relation; none when all others were removed.
    pub other: Option<(RowPlace, &'static str)>,
}

/// What clusters came to.
#[derive(Debug, Default)]
pub struct ClusterFigures {
    /// All clusters of two or more records.
    pub count: u64,
    /// The largest, by size (largest first) and id.
    pub listed: BTreeMap<(Reverse<i32>, [u8; 16]), Cluster>,
    /// Members but the representatives, by their source, that of the representative, and relation.
    copies: BTreeMap<(u8, u8, u8), u64>,
}

impl ClusterJoin {
    /// A join that holds at most `limit` bytes at a time, with files in `scratch`.
    pub fn new(scratch: &Path, limit: usize) -> Self {
        let sorter = |name: &str| Sorter::new(scratch.join(name), limit / 2);
        Self { by_id: sorter("report-ids"), by_cluster: sorter("report-clusters"), row: Vec::new() }
    }

    /// Adds a row of `articles`.
    ///
    /// # Errors
    /// When a file cannot be written, or its relation is none.
    pub fn push_article(&mut self, row: &ClusteredRow<'_>) -> Result<()> {
        self.row.clear();
        self.row.extend_from_slice(&row.id);
        self.row.push(0);
        self.row.extend_from_slice(&row.cluster_id);
        self.by_id.push(&self.row)?;
        self.row.clear();
        self.row.extend_from_slice(&row.cluster_id);
        self.row.push(if row.is_representative { REPRESENTATIVE } else { OTHER_ROW });
        self.row.push(row.source);
        push_optional_i64(&mut self.row, row.day.map(i64::from));
        push_i64(&mut self.row, row.place.0 as i64);
        push_i64(&mut self.row, row.place.1 as i64);
        if row.is_representative {
            push_i64(&mut self.row, i64::from(row.size));
            push_field(&mut self.row, Some(shorten(row.title).as_bytes()));
        } else {
            self.row.push(relation_place(row.relation)?);
            push_optional_f64(&mut self.row, row.similarity);
            self.row.extend_from_slice(&row.id);
        }
        self.by_cluster.push(&self.row)
    }

    /// Adds the removed records of a dataset.
    ///
    /// # Errors
    /// When a file is missing, damaged or cannot be written.
    pub fn push_removed(&mut self, dataset: &Dataset<'_>, places: &SourcePlaces) -> Result<()> {
        let names = ["fate", "source_id", "duplicate_of", "relation", "published_date"];
        scan(dataset, (&RECORDS, &names), |rows, _| {
            let (fates, source_ids, of) = (rows.text("fate")?, rows.text("source_id")?, rows.text("duplicate_of")?);
            let (relations, days) = (rows.text("relation")?, rows.days("published_date")?);
            for row in (0..rows.count()).filter(|row| fates.value(*row) == "duplicate") {
                self.row.clear();
                self.row.extend_from_slice(&parse_id(of.value(row))?);
                self.row.push(1);
                self.row.push(places.of(source_ids.value(row))?);
                push_optional_i64(&mut self.row, option(days, row).map(i64::from));
                self.row.push(relation_place(relations.value(row))?);
                self.by_id.push(&self.row)?;
            }
            Ok(())
        })
    }

    /// Joins and groups.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn finish(mut self) -> Result<ClusterFigures> {
        let by_id = self.by_id.finish()?;
        let mut rows = by_id.rows()?;
        let mut last: Option<([u8; 16], [u8; 16])> = None;
        while let Some(row) = rows.next()? {
            let mut reader = RowReader::new(row);
            let id = reader.array();
            if reader.byte() == 0 {
                last = Some((id, reader.array()));
            } else if let Some((_, cluster_id)) = last.filter(|(row_id, _)| *row_id == id) {
                self.row.clear();
                self.row.extend_from_slice(&cluster_id);
                self.row.push(REMOVED);
                self.row.extend_from_slice(reader.rest());
                self.by_cluster.push(&self.row)?;
            }
        }
        drop(rows);
        let by_cluster = self.by_cluster.finish()?;
        let mut figures = ClusterFigures::default();
        let mut group: Option<Group> = None;
        let mut rows = by_cluster.rows()?;
        while let Some(row) = rows.next()? {
            let mut reader = RowReader::new(row);
            let id = reader.array();
            if group.as_ref().is_none_or(|group| group.id != id) {
                figures.take(group.replace(Group::new(id)));
            }
            if let Some(group) = &mut group {
                group.add(reader);
            }
        }
        figures.take(group);
        Ok(figures)
    }
}

/// One cluster while its members come.
struct Group {
    id: [u8; 16],
    /// The representative comes first, with the size; without one (it was published before it had copies) nothing is listed.
    found: Option<(i32, Cluster)>,
    /// Similarity and id of the other row so far.
    other: Option<(f64, [u8; 16])>,
    /// Members but the representative, by source and relation.
    members: BTreeMap<(u8, u8), u64>,
}

impl Group {
    fn new(id: [u8; 16]) -> Self {
        Self { id, found: None, other: None, members: BTreeMap::new() }
    }

    fn add(&mut self, mut row: RowReader<'_>) {
        let kind = row.byte();
        let source = row.byte();
        let day = row.optional_i64().map(|day| day as i32);
        if kind == REPRESENTATIVE {
            let representative = (row.i64() as usize, row.i64() as u64);
            let size = row.i64() as i32;
            let title = row.text().unwrap_or_default().to_owned();
            let days = day.map(|day| (day, day));
            let cluster =
                Cluster { source, sources: 1 << source, relations: 0, days, title, representative, other: None };
            self.found = Some((size, cluster));
            return;
        }
        let place = (kind == OTHER_ROW).then(|| (row.i64() as usize, row.i64() as u64));
        let relation = row.byte();
        *self.members.entry((source, relation)).or_default() += 1;
        let Some((_, cluster)) = &mut self.found else { return };
        cluster.sources |= 1 << source;
        cluster.relations |= 1 << relation;
        if let Some(day) = day {
            let (first, last) = cluster.days.unwrap_or((day, day));
            cluster.days = Some((first.min(day), last.max(day)));
        }
        if let Some(place) = place {
            // Similarities lie between 0 and 1; one that is not known comes last.
            let rank = (row.optional_f64().unwrap_or(2.0), row.array());
            if self.other.is_none_or(|least| rank < least) {
                self.other = Some(rank);
                cluster.other = Some((place, RELATIONS[usize::from(relation)]));
            }
        }
    }
}

impl ClusterFigures {
    fn take(&mut self, group: Option<Group>) {
        let Some(group) = group else { return };
        self.count += 1;
        let Some((size, cluster)) = group.found else { return };
        for ((source, relation), count) in group.members {
            *self.copies.entry((source, cluster.source, relation)).or_default() += count;
        }
        self.listed.insert((Reverse(size), group.id), cluster);
        if self.listed.len() > MOST_CLUSTERS {
            self.listed.pop_last();
        }
    }

    /// The listed clusters as the page has them.
    pub fn clusters(&self) -> Clusters {
        let all = self.listed.values().fold(0, |set, cluster| set | cluster.relations);
        let (order, relations) = sorted_relations(all);
        let mut clusters = Clusters { relations, ..Clusters::default() };
        let mut room = Some(TITLE_BYTES);
        for ((Reverse(size), id), cluster) in &self.listed {
            let id = id_text(*id);
            clusters.id.extend(id.chars().skip("art_".len()).take(ID_DIGITS));
            clusters.size.push(*size);
            clusters.first_day.push(cluster.days.map(|(first, _)| first));
            clusters.days.push(cluster.days.map_or(0, |(first, last)| last - first));
            let others = (0..64_u8).filter(|place| *place != cluster.source && cluster.sources >> place & 1 == 1);
            let sources: Vec<u64> = [cluster.source].into_iter().chain(others).map(u64::from).collect();
            clusters.sources.push(match sources.len() {
                1 => OneOrMore::One(cluster.source),
                _ => OneOrMore::More(sources),
            });
            let set = (0..).zip(&order).filter(|(_, relation)| cluster.relations >> **relation & 1 == 1);
            clusters.relation_set.push(set.map(|(place, _): (u32, _)| 1_u64 << place).sum());
            room = room.and_then(|room| room.checked_sub(bytes_in_page(&cluster.title)));
            if room.is_some() {
                clusters.title.push(cluster.title.clone());
            }
        }
        clusters
    }

    /// Who copies whom.
    pub fn copies(&self) -> Copies {
        let all = self.copies.keys().fold(0, |set, (_, _, relation)| set | 1 << relation);
        let (order, relations) = sorted_relations(all);
        let place = |relation: u8| order.iter().position(|other| *other == relation).unwrap_or_default() as u64;
        let cell = |((copy, original, relation), count): (&(u8, u8, u8), &u64)| {
            [u64::from(*copy), u64::from(*original), place(*relation), *count]
        };
        let mut cells: Vec<[u64; 4]> = self.copies.iter().map(cell).collect();
        cells.sort_unstable();
        Copies { relations, cells }
    }
}

/// The relations of a set by code: their places in [`RELATIONS`], and their codes.
fn sorted_relations(set: u64) -> (Vec<u8>, Vec<String>) {
    let all = (0_u8..).zip(RELATIONS).filter(|(place, _)| set >> place & 1 == 1);
    let mut found: Vec<(&str, u8)> = all.map(|(place, code)| (*code, place)).collect();
    found.sort_unstable();
    found.into_iter().map(|(code, place)| (place, code.to_owned())).unzip()
}

fn relation_place(code: &str) -> Result<u8> {
    let place = RELATIONS.iter().position(|relation| *relation == code);
    place
        .map(|place| place as u8)
        .ok_or_else(|| Error::dataset(format!("expected a relation of two records, but found `{code}`")))
}
