//! `copydesk boilerplate`: finds the paragraphs that recur in the articles of a source.

use std::collections::BTreeMap;
use std::path::Path;

use arrow::datatypes::Date32Type;

use super::RunOptions;
use super::article_rows::{id_bytes, numbers, option, text};
use super::dataset_rows::Dataset;
use super::external_sort::Sorter;
use crate::columns::ARTICLES;
use crate::dedup::boilerplate::{BoilerplateLine, ParagraphKey, paragraph_key, paragraphs, written_key};
use crate::error::Result;
use crate::io::SpillDir;
use crate::kernels::encode_row::{RowReader, push_bytes_ordered, push_field, push_optional_i64};

/// Characters of a paragraph that are shown.
const EXCERPT: usize = 80;

/// How often a paragraph must recur.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RecurrenceRule {
    /// Least occurrences in a source,
    pub least: u64,
    /// and least share of the articles of the source.
    pub share: f64,
}

/// Gives every paragraph that recurs, by source and digest, to `give`.
///
/// A paragraph occurs once for each cluster and each day, so that copies of one story do not make its paragraphs boilerplate, and
/// short items that stand in one cluster only because most of them is boilerplate do not hide it. Within the sorter's share of the
/// memory of `options`; files go to a hidden folder beside `output`.
///
/// # Errors
/// When the dataset cannot be read, a spill file not be written, and what `give` returns.
pub fn find_boilerplate(
    (dataset, output): (&Path, &Path),
    rule: RecurrenceRule,
    options: &RunOptions,
    mut give: impl FnMut(&BoilerplateLine) -> Result<()>,
) -> Result<()> {
    let dataset = Dataset::open(dataset)?;
    dataset.require_texts()?;
    let scratch = SpillDir::create_beside(output)?;
    let mut sorter = Sorter::new(scratch.file("paragraphs"), options.memory_plan()?.sorter_bytes * 4);
    let mut articles: BTreeMap<String, u64> = BTreeMap::new();
    let (mut row, mut piece) = (Vec::new(), Vec::new());
    dataset.scan(&ARTICLES, &["source_id", "cluster_id", "published_date", "text"], |batch| {
        let (sources, clusters, texts) = (text(batch, "source_id"), text(batch, "cluster_id"), text(batch, "text"));
        let dates = numbers::<Date32Type>(batch, "published_date");
        for at in 0..batch.num_rows() {
            let source_id = sources.value(at);
            match articles.get_mut(source_id) {
                Some(count) => *count += 1,
                None => drop(articles.insert(source_id.to_owned(), 1)),
            }
            let keyed = paragraphs(texts.value(at)).filter_map(|own| Some((paragraph_key(own, &mut piece)?, own)));
            let mut found: Vec<(ParagraphKey, &str)> = keyed.collect();
            found.sort_unstable();
            found.dedup_by_key(|(key, _)| *key);
            for (key, paragraph) in &found {
                row.clear();
                push_bytes_ordered(&mut row, source_id.as_bytes());
                row.extend_from_slice(key);
                row.extend_from_slice(&id_bytes(clusters.value(at)));
                push_optional_i64(&mut row, option(dates, at).map(i64::from));
                let excerpt: String = paragraph.chars().take(EXCERPT).collect();
                push_field(&mut row, Some(excerpt.as_bytes()));
                sorter.push(&row)?;
            }
        }
        Ok(())
    })?;
    let sorted = sorter.finish()?;
    let mut rows = sorted.rows()?;
    let mut group: Option<Group> = None;
    while let Some(row) = rows.next()? {
        let next = Group::of(row);
        match &mut group {
            Some(group) if (&group.source_id, group.key) == (&next.source_id, next.key) => group.add(next),
            _ => {
                if let Some(line) = group.replace(next).and_then(|group| group.line(rule, &articles)) {
                    give(&line)?;
                }
            }
        }
    }
    match group.and_then(|group| group.line(rule, &articles)) {
        Some(line) => give(&line),
        None => Ok(()),
    }
}

/// The rows of one paragraph of one source.
struct Group {
    source_id: String,
    key: ParagraphKey,
    /// Cluster and day of the last row.
    last: ([u8; 16], Option<i64>),
    occurrences: u64,
    articles: u64,
    excerpt: String,
}

impl Group {
    fn of(row: &[u8]) -> Self {
        let mut reader = RowReader::new(row);
        Self {
            source_id: reader.text_ordered(),
            key: reader.array(),
            last: (reader.array(), reader.optional_i64()),
            occurrences: 1,
            articles: 1,
            excerpt: reader.text().unwrap_or_default().to_owned(),
        }
    }

    fn add(&mut self, next: Self) {
        self.articles += 1;
        self.occurrences += u64::from(self.last != next.last);
        self.last = next.last;
    }

    fn line(self, rule: RecurrenceRule, articles: &BTreeMap<String, u64>) -> Option<BoilerplateLine> {
        let of_source = articles.get(&self.source_id).copied().unwrap_or_default() as f64;
        let recurs = self.occurrences >= rule.least && self.occurrences as f64 >= rule.share * of_source;
        recurs.then(|| BoilerplateLine {
            source_id: self.source_id,
            paragraph: written_key(&self.key),
            occurrences: self.occurrences,
            articles: self.articles,
            excerpt: self.excerpt,
        })
    }
}
