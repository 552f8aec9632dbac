//! What the rows of `articles` are made of, counted while they are written: languages, dates, rights, outlets, gaps.

use std::collections::BTreeMap;
use std::fmt;

use arrow::array::{Array as _, AsArray as _, RecordBatch};
use arrow::datatypes::{Date32Type, Int32Type, TimestampMicrosecondType};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::cut::logical_size;
use crate::columns::Table;
use crate::columns::cells::{Cells, Texts, cells_of};
use crate::error::Result;
use crate::kernels::format_time::push_date;
use crate::kernels::parse_date::{DateContext, parse_date};

/// Most values of a [`Tally`] that are counted one by one.
const MOST_VALUES: usize = 1000;
/// The same for one source.
const MOST_OF_SOURCE: usize = 20;
/// Most characters of a value that is counted; longer ones are cut, and count as one where they then agree.
const MOST_CHARACTERS: usize = 200;
/// The columns that [`Composition::count_values`] reads.
pub const VALUE_COLUMNS: [&str; 13] = [
    "language",
    "published_precision",
    "license",
    "access",
    "tdm_reservation",
    "cluster_relation",
    "quality_flags",
    "word_count",
    "char_count",
    "date_conflict",
    "retrieved_at",
    "source_id",
    "published_date",
];
/// Microseconds of a day.
const DAY_MICROS: i64 = 86_400_000_000;

/// Counts over the rows of `articles`; a sum over parts of them in any order is the count over all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Composition {
    /// Sum of `word_count`.
    pub words: u64,
    /// Sum of `char_count`.
    pub characters: u64,
    /// Bytes of all values: texts in UTF-8, numbers and dates by their width, nulls nothing.
    pub value_bytes: u64,
    /// Rows by `language`.
    pub languages: Tally,
    /// Rows with a `published_date`.
    pub dated: u64,
    /// First and last `published_date` of the articles that state a day.
    pub published: Span,
    /// Rows by year of `published_date`.
    pub years: BTreeMap<String, u64>,
    /// Rows by `published_precision`.
    pub precisions: Tally,
    /// Rows whose date candidates disagree.
    pub date_conflicts: u64,
    /// First and last day of `retrieved_at`.
    pub retrieved: Span,
    /// Rows by `license`.
    pub licenses: Tally,
    /// Rows by `access`.
    pub access: Tally,
    /// Rows by `tdm_reservation`.
    pub tdm_reservations: Tally,
    /// Rows by `cluster_relation`.
    pub relations: Tally,
    /// Rows by each of their `quality_flags`.
    pub quality_flags: Tally,
    /// Rows without a value, null or an empty list, by column; columns that always have one are left out.
    pub gaps: BTreeMap<String, u64>,
    /// By `source_id`.
    pub sources: BTreeMap<String, SourceComposition>,
}

/// Counts over the articles of one source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceComposition {
    /// Rows.
    pub articles: u64,
    /// First and last `published_date` of the articles that state a day.
    pub published: Span,
    /// Rows by `license`.
    pub licenses: Tally,
    /// Rows whose `tdm_reservation` is `reserved`.
    pub reserved: u64,
}

/// How often each value occurs. Of very many values, those that come first in the order of their bytes are counted one by one
/// and the others together, which no order of the rows can change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// Rows by value.
    pub counts: BTreeMap<String, u64>,
    /// Rows with any other value.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub others: u64,
}

/// The first and the last of some days; both are there or none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// The first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Day>,
    /// The last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Day>,
}

/// Days since 1970-01-01; `YYYY-MM-DD` when written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub i32);

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Tally {
    /// Counts more rows of a value.
    fn add(&mut self, value: &str, rows: u64, most: usize) {
        let value = match value.char_indices().nth(MOST_CHARACTERS) {
            Some((end, _)) => value.get(..end).expect("law: characters begin at their place"),
            None => value,
        };
        if let Some(count) = self.counts.get_mut(value) {
            *count += rows;
            return;
        }
        self.counts.insert(value.to_owned(), rows);
        // A value that is dropped has as many smaller ones as are kept, so it can never stand here with a part of its count.
        if self.counts.len() > most
            && let Some((_, rows)) = self.counts.pop_last()
        {
            self.others += rows;
        }
    }

    fn merge(&mut self, other: &Self, most: usize) {
        for (value, rows) in &other.counts {
            self.add(value, *rows, most);
        }
        self.others += other.others;
    }

    /// Rows of a value.
    pub fn get(&self, value: &str) -> u64 {
        self.counts.get(value).copied().unwrap_or_default()
    }

    /// The values, the most frequent first, then by their bytes.
    pub fn by_count(&self) -> Vec<(&str, u64)> {
        let mut all: Vec<(&str, u64)> = self.counts.iter().map(|(value, rows)| (value.as_str(), *rows)).collect();
        all.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
        all
    }
}

impl Span {
    fn add(&mut self, day: i32) {
        let day = Day(day);
        self.first = Some(self.first.map_or(day, |first| first.min(day)));
        self.last = Some(self.last.map_or(day, |last| last.max(day)));
    }

    fn merge(&mut self, other: Self) {
        other.first.into_iter().chain(other.last).for_each(|day| self.add(day.0));
    }
}

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Vec::with_capacity(10);
        push_date(&mut text, self.0);
        formatter.write_str(&String::from_utf8_lossy(&text))
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse_date(&text, &DateContext::default())
            .map(|parsed| Self(parsed.date))
            .ok()
            .filter(|day| day.to_string() == text)
            .ok_or_else(|| serde::de::Error::custom(format!("expected a day such as `2025-12-17`, but found `{text}`")))
    }
}

impl Composition {
    /// Counts the rows of a batch that has every column of `articles`.
    ///
    /// # Errors
    /// When a column is missing or has another type.
    pub fn count(&mut self, articles: &Table, batch: &RecordBatch) -> Result<()> {
        self.value_bytes += logical_size(batch).iter().sum::<u64>();
        for column in articles.columns {
            let cells = cells_of(batch, column)?;
            let gaps = match &cells {
                Cells::TextList(lists) => (0..batch.num_rows()).filter(|row| lists.range(*row).is_empty()).count(),
                _ => cells.array().null_count(),
            };
            if gaps > 0 {
                *self.gaps.entry(column.name.to_owned()).or_default() += gaps as u64;
            }
        }
        self.count_values(articles, batch)
    }

    /// The same without `value_bytes` and `gaps`, which are sums over all columns; a batch with [`VALUE_COLUMNS`] does.
    ///
    /// # Errors
    /// As [`Composition::count`].
    pub fn count_values(&mut self, articles: &Table, batch: &RecordBatch) -> Result<()> {
        for column in articles.columns.iter().filter(|column| VALUE_COLUMNS.contains(&column.name)) {
            let tally = match (column.name, cells_of(batch, column)?) {
                ("language", Cells::Text(texts)) => (&mut self.languages, texts),
                ("published_precision", Cells::Text(texts)) => (&mut self.precisions, texts),
                ("license", Cells::Text(texts)) => (&mut self.licenses, texts),
                ("access", Cells::Text(texts)) => (&mut self.access, texts),
                ("tdm_reservation", Cells::Text(texts)) => (&mut self.tdm_reservations, texts),
                ("cluster_relation", Cells::Text(texts)) => (&mut self.relations, texts),
                ("quality_flags", Cells::TextList(lists)) => {
                    let flags = (0..batch.num_rows()).flat_map(|row| lists.row(row));
                    flags.for_each(|flag| self.quality_flags.add(flag, 1, MOST_VALUES));
                    continue;
                }
                _ => continue,
            };
            count_values(tally, batch.num_rows());
        }
        let column = |name: &str| batch.column_by_name(name).expect("law: every column of the table was found");
        let sum =
            |name: &str| column(name).as_primitive::<Int32Type>().iter().flatten().map(i64::from).sum::<i64>() as u64;
        self.words += sum("word_count");
        self.characters += sum("char_count");
        self.date_conflicts += column("date_conflict").as_boolean().true_count() as u64;
        let retrieved = column("retrieved_at").as_primitive::<TimestampMicrosecondType>();
        for micros in retrieved.iter().flatten() {
            self.retrieved.add(i32::try_from(micros.div_euclid(DAY_MICROS)).unwrap_or(i32::MAX));
        }
        self.count_sources(batch);
        Ok(())
    }

    /// Counts by source and by year.
    fn count_sources(&mut self, batch: &RecordBatch) {
        let text = |name: &str| {
            batch.column_by_name(name).expect("law: every column of the table was found").as_string::<i32>()
        };
        let (ids, licenses, reservations) = (text("source_id"), text("license"), text("tdm_reservation"));
        let dates = batch.column_by_name("published_date").expect("law: every column of the table was found");
        let dates = dates.as_primitive::<Date32Type>();
        let precisions = text("published_precision");
        let mut year = Vec::new();
        for row in 0..batch.num_rows() {
            let source = match self.sources.get_mut(ids.value(row)) {
                Some(source) => source,
                None => self.sources.entry(ids.value(row).to_owned()).or_default(),
            };
            source.articles += 1;
            source.licenses.add(licenses.value(row), 1, MOST_OF_SOURCE);
            source.reserved += u64::from(reservations.value(row) == "reserved");
            if dates.is_null(row) {
                continue;
            }
            let day = dates.value(row);
            self.dated += 1;
            // The date of an article that states a year or a month is the first day of it, on which it hardly appeared.
            if !matches!(precisions.value(row), "year" | "month") {
                source.published.add(day);
                self.published.add(day);
            }
            year.clear();
            push_date(&mut year, day);
            // `-MM-DD` behind it.
            year.truncate(year.len().saturating_sub(6));
            let year = std::str::from_utf8(&year).expect("law: a date is ASCII");
            match self.years.get_mut(year) {
                Some(rows) => *rows += 1,
                None => drop(self.years.insert(year.to_owned(), 1)),
            }
        }
    }

    /// What [`Composition::count_values`] leaves out, over these rows without others that are among them; none when they are not.
    pub fn sums_without(&self, others: &Self) -> Option<Self> {
        let value_bytes = self.value_bytes.checked_sub(others.value_bytes)?;
        let mut gaps = self.gaps.clone();
        for (column, rows) in &others.gaps {
            let left = gaps.get_mut(column)?;
            *left = left.checked_sub(*rows)?;
        }
        gaps.retain(|_, rows| *rows > 0);
        Some(Self { value_bytes, gaps, ..Self::default() })
    }

    /// Adds the counts over other rows.
    pub fn add(&mut self, other: &Self) {
        self.words += other.words;
        self.characters += other.characters;
        self.value_bytes += other.value_bytes;
        self.dated += other.dated;
        self.date_conflicts += other.date_conflicts;
        self.published.merge(other.published);
        self.retrieved.merge(other.retrieved);
        self.languages.merge(&other.languages, MOST_VALUES);
        self.precisions.merge(&other.precisions, MOST_VALUES);
        self.licenses.merge(&other.licenses, MOST_VALUES);
        self.access.merge(&other.access, MOST_VALUES);
        self.tdm_reservations.merge(&other.tdm_reservations, MOST_VALUES);
        self.relations.merge(&other.relations, MOST_VALUES);
        self.quality_flags.merge(&other.quality_flags, MOST_VALUES);
        for (sum, counts) in [(&mut self.years, &other.years), (&mut self.gaps, &other.gaps)] {
            for (key, rows) in counts {
                *sum.entry(key.clone()).or_default() += rows;
            }
        }
        for (id, source) in &other.sources {
            let sum = self.sources.entry(id.clone()).or_default();
            sum.articles += source.articles;
            sum.reserved += source.reserved;
            sum.published.merge(source.published);
            sum.licenses.merge(&source.licenses, MOST_OF_SOURCE);
        }
    }
}

/// Counts the values of a column that is never null, equal ones in a row at once.
fn count_values((tally, texts): (&mut Tally, Texts<'_>), rows: usize) {
    let mut first = 0;
    for row in 1..=rows {
        if row == rows || texts.value(row) != texts.value(first) {
            tally.add(texts.value(first), (row - first) as u64, MOST_VALUES);
            first = row;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_of_too_many_values_is_the_same_in_any_order() {
        let values: Vec<String> = (0..50).map(|number| format!("licence {:02}", number * 7 % 50)).collect();
        let count = |values: &[String], parts: usize| {
            let mut sum = Tally::default();
            for part in values.chunks(values.len().div_ceil(parts)) {
                let mut tally = Tally::default();
                for value in part {
                    tally.add(value, 2, 8);
                }
                sum.merge(&tally, 8);
            }
            sum
        };
        let once = count(&values, 1);
        assert_eq!((once.counts.len(), once.others), (8, 84));
        let mut sorted = values.clone();
        sorted.sort();
        for parts in [1, 2, 5, 50] {
            assert_eq!(count(&values, parts), once);
            assert_eq!(count(&sorted, parts), once);
        }
    }

    #[test]
    fn days_are_written_and_read() {
        let mut span = Span::default();
        assert_eq!(serde_json::to_string(&span).unwrap(), "{}");
        span.add(20_439);
        span.add(-1);
        let text = serde_json::to_string(&span).unwrap();
        assert_eq!(text, r#"{"first":"1969-12-31","last":"2025-12-17"}"#);
        assert_eq!(serde_json::from_str::<Span>(&text).unwrap(), span);
        assert!(serde_json::from_str::<Span>(r#"{"first":"12 May 2025"}"#).is_err());
    }
}
