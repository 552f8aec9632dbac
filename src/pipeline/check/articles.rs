//! The rows of `articles`: their own facts, their JSONL lines, and what the other tables are compared with.

use std::path::{Path, PathBuf};

use arrow::array::Array;
use arrow::datatypes::{Date32Type, Int32Type, Int64Type, TimestampMicrosecondType};

use super::files::{TableFiles, path_of};
use super::jsonl::JsonlComparison;
use super::keys::{Id, ShortDigest, parse_id};
use super::release::{check_counts, check_release};
use super::report::{Place, Report};
use super::rules::Rule;
use super::tables::{Rows, Visitor, read_table};
use crate::columns::Table;
use crate::error::Result;
use crate::kernels::assign_split::Split;
use crate::kernels::count_words::{count_chars, count_words};
use crate::kernels::sha256::Digest;
use crate::manifest::{FileEntry, Manifest};
use crate::pipeline::article_rows::{option, text_option};
use crate::pipeline::interim::MANIFEST;
use crate::stages::release::ReleaseCounts;
use crate::writers::composition::Composition;
use crate::writers::dataset_digest::DatasetDigest;

/// What the other tables say of an article, digested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ArticleFact {
    /// Its id.
    pub id: Id,
    /// Its origin and source, as its row of `records` states them.
    pub origin: ShortDigest,
    /// Its dates, as its accepted candidates give them.
    pub dates: ShortDigest,
}

/// A row whose cluster columns do not say that it stands alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member {
    /// Id of the cluster.
    pub cluster: Id,
    /// Id of the row.
    pub id: Id,
    /// Part of the dataset that it came with.
    pub part: u16,
    /// Stated size.
    pub size: i32,
    /// Whether it says that it is the representative.
    pub is_representative: bool,
}

/// What was gathered from `articles`.
#[derive(Debug, Default)]
pub struct Articles {
    /// Whether every row was seen; comparisons with other tables mean nothing else.
    pub complete: bool,
    /// By id.
    pub facts: Vec<ArticleFact>,
    /// By cluster, then id.
    pub members: Vec<Member>,
    /// By id; where the manifest states splits.
    pub sides: Vec<Side>,
}

/// What the split must know of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Side {
    /// Its id.
    pub id: Id,
    /// Id of its cluster.
    pub cluster: Id,
    /// Where it would go by itself.
    pub own: Split,
}

impl Articles {
    /// Place of an id in [`Articles::facts`].
    pub fn find(&self, id: &Id) -> Option<usize> {
        self.facts.binary_search_by_key(id, |fact| fact.id).ok()
    }
}

/// Dates of an article that the candidates must give.
#[derive(Clone, Copy, Debug, Default)]
pub struct StatedDates<'a> {
    /// `published_at`.
    pub published_at: Option<i64>,
    /// `published_date`.
    pub published_date: Option<i32>,
    /// `published_precision`; empty for `none`.
    pub precision: &'a str,
    /// `published_raw`.
    pub raw: Option<&'a str>,
    /// `published_evidence`; empty for `none`.
    pub evidence: &'a str,
    /// `modified_at`.
    pub modified_at: Option<i64>,
    /// `retrieved_at`.
    pub retrieved_at: Option<i64>,
}

impl StatedDates<'_> {
    /// Digests the dates.
    pub fn digest(&self) -> ShortDigest {
        let mut digest = ShortDigest::begin();
        for number in [self.published_at, self.published_date.map(i64::from), self.modified_at, self.retrieved_at] {
            digest.number(number);
        }
        for text in [Some(self.precision), self.raw, Some(self.evidence)] {
            digest.text(text);
        }
        digest.finish()
    }
}

/// Checks the rows of `articles`.
///
/// # Errors
/// When the operating system refuses a file.
pub fn check_articles(
    (root, manifest): (&Path, &Manifest),
    files: &TableFiles<'_>,
    report: &mut Report,
) -> Result<Articles> {
    let mut visitor = ArticleVisitor {
        root,
        manifest,
        table: files.table,
        shard: None,
        digest: DatasetDigest::default(),
        composition: Composition::default(),
        released: ReleaseCounts::default(),
        articles: Articles::default(),
    };
    let complete = read_table((root, manifest), files, &mut visitor, report)?;
    let ArticleVisitor { digest, composition, released, mut articles, .. } = visitor;
    articles.complete = complete;
    if complete {
        let found = digest.sum().to_string();
        if found != manifest.dataset_sha256 {
            report.add(
                Rule::DatasetDigest,
                MANIFEST,
                format_args!("expected {}, but found {found}", manifest.dataset_sha256),
            );
        }
        if composition != manifest.composition {
            report.add(Rule::Composition, MANIFEST, difference(&manifest.composition, &composition));
        }
        check_counts(manifest, &released, report);
    } else {
        report.skip(&[Rule::DatasetDigest, Rule::Composition, Rule::Release]);
    }
    articles.facts.sort_unstable();
    articles.members.sort_unstable();
    articles.sides.sort_unstable();
    for pair in articles.facts.windows(2).filter(|pair| pair[0].id == pair[1].id) {
        report.add(Rule::IdUnique, "data", format_args!("expected `{}` once, but found it again", pair[0].id));
    }
    Ok(articles)
}

/// The first count in which two compositions differ.
fn difference(stated: &Composition, found: &Composition) -> String {
    let [stated, found] = [stated, found].map(|composition| serde_json::to_value(composition).unwrap_or_default());
    let null = &serde_json::Value::Null;
    let (mut place, mut pair) = (String::new(), (&stated, &found));
    while let (Some(one), Some(other)) = (pair.0.as_object(), pair.1.as_object()) {
        let keys = one.keys().chain(other.keys());
        let mut both = keys.map(|key| (key, one.get(key).unwrap_or(null), other.get(key).unwrap_or(null)));
        let Some((key, one, other)) = both.find(|(_, one, other)| one != other) else { break };
        place = format!("{place}/{key}");
        pair = (one, other);
    }
    format!("expected {} at `/composition{place}`, but found {}", pair.0, pair.1)
}

struct ArticleVisitor<'a> {
    root: &'a Path,
    manifest: &'a Manifest,
    table: &'static Table,
    shard: Option<(JsonlComparison, String)>,
    digest: DatasetDigest,
    composition: Composition,
    released: ReleaseCounts,
    articles: Articles,
}

impl Visitor for ArticleVisitor<'_> {
    fn begin(&mut self, parquet: &FileEntry, jsonl: Option<&FileEntry>) -> Result<()> {
        let path: Option<PathBuf> = jsonl.and_then(|entry| path_of(self.root, entry));
        let name = jsonl.map_or_else(|| parquet.path.clone(), |entry| entry.path.clone());
        self.shard = Some((JsonlComparison::begin(path.as_deref(), self.table)?, name));
        Ok(())
    }

    fn rows(&mut self, rows: &Rows<'_>, report: &mut Report) -> Result<()> {
        check_text(rows, report);
        check_cluster_columns(rows, report);
        self.check_version(rows, report);
        self.gather(rows);
        if let Some(release) = &self.manifest.release {
            check_release(rows, &release.terms, report)?;
            self.released.count(&release.terms, rows.batch)?;
        }
        self.composition.count(self.table, rows.batch)?;
        match &mut self.shard {
            Some((comparison, _)) => comparison.rows(rows.batch),
            None => Ok(()),
        }
    }

    fn end(&mut self, whole: bool, report: &mut Report) -> Result<()> {
        if let Some((comparison, name)) = self.shard.take() {
            let (digest, difference) = comparison.end(whole)?;
            self.digest.merge(&digest);
            if let Some((row, detail)) = difference {
                report.add(Rule::JsonlEqual, Place::row(&name, row), detail);
            }
        }
        Ok(())
    }
}

impl ArticleVisitor<'_> {
    fn check_version(&self, rows: &Rows<'_>, report: &mut Report) {
        let expected = self.manifest.schema_version.as_str();
        for (row, found) in rows.text("schema_version").iter().enumerate() {
            if found != Some(expected) {
                let found = found.unwrap_or_default();
                report.add(
                    Rule::SchemaVersion,
                    rows.place(row),
                    format_args!("expected `{expected}`, but found `{found}`"),
                );
            }
        }
    }

    fn gather(&mut self, rows: &Rows<'_>) {
        let (ids, clusters) = (rows.text("id"), rows.text("cluster_id"));
        let sizes = rows.numbers::<Int32Type>("cluster_size");
        let representative = rows.boolean("is_representative");
        let dates = DateCells::of(rows);
        let origins = OriginCells::of(rows);
        for row in 0..rows.batch.num_rows() {
            let (Some(id), Some(cluster)) = (parse_id(ids.value(row)), parse_id(clusters.value(row))) else { continue };
            let fact = ArticleFact { id, origin: origins.digest(row), dates: dates.stated(row).digest() };
            self.articles.facts.push(fact);
            let (size, is_representative) = (sizes.value(row), representative.value(row));
            let member = Member { cluster, id, part: rows.part, size, is_representative };
            // A row that stands alone may have got copies with a later part.
            let grows = !self.manifest.appended.is_empty();
            if grows || member.cluster != id || member.size != 1 || !member.is_representative {
                self.articles.members.push(member);
            }
            if let Some(splits) = &self.manifest.splits {
                let own = splits.rule.assign(ids.value(row), option(dates.published_date, row));
                self.articles.sides.push(Side { id, cluster, own });
            }
        }
    }
}

/// The columns that `articles` and `records` both have.
pub struct OriginCells<'a> {
    texts: [&'a arrow::array::StringArray; 3],
    numbers: [&'a arrow::array::Int64Array; 3],
}

impl<'a> OriginCells<'a> {
    /// Finds the columns.
    pub fn of(rows: &Rows<'a>) -> Self {
        Self {
            texts: ["raw_path", "raw_sha256", "source_id"].map(|name| rows.text(name)),
            numbers: ["raw_index", "raw_offset", "raw_length"].map(|name| rows.numbers::<Int64Type>(name)),
        }
    }

    /// Digests a row.
    pub fn digest(&self, row: usize) -> ShortDigest {
        let mut digest = ShortDigest::begin();
        self.texts.iter().for_each(|text| digest.text(Some(text.value(row))));
        self.numbers.iter().for_each(|number| digest.number(Some(number.value(row))));
        digest.finish()
    }
}

struct DateCells<'a> {
    published_at: &'a arrow::array::TimestampMicrosecondArray,
    published_date: &'a arrow::array::Date32Array,
    texts: [&'a arrow::array::StringArray; 3],
    modified_at: &'a arrow::array::TimestampMicrosecondArray,
    retrieved_at: &'a arrow::array::TimestampMicrosecondArray,
}

impl<'a> DateCells<'a> {
    fn of(rows: &Rows<'a>) -> Self {
        Self {
            published_at: rows.numbers::<TimestampMicrosecondType>("published_at"),
            published_date: rows.numbers::<Date32Type>("published_date"),
            texts: ["published_precision", "published_raw", "published_evidence"].map(|name| rows.text(name)),
            modified_at: rows.numbers::<TimestampMicrosecondType>("modified_at"),
            retrieved_at: rows.numbers::<TimestampMicrosecondType>("retrieved_at"),
        }
    }

    fn stated(&self, row: usize) -> StatedDates<'a> {
        let [precision, raw, evidence] = self.texts;
        let unless_none = |text: &'a str| if text == "none" { "" } else { text };
        StatedDates {
            published_at: option(self.published_at, row),
            published_date: option(self.published_date, row),
            precision: unless_none(precision.value(row)),
            raw: text_option(raw, row),
            evidence: unless_none(evidence.value(row)),
            modified_at: option(self.modified_at, row),
            retrieved_at: option(self.retrieved_at, row),
        }
    }
}

/// Digest and counts of every text.
fn check_text(rows: &Rows<'_>, report: &mut Report) {
    let counts = ["word_count", "char_count", "paragraph_count"].map(|name| rows.numbers::<Int32Type>(name));
    let digests = rows.text("text_sha256");
    for (row, text) in rows.text("text").iter().enumerate() {
        // What is withheld can be held to nothing.
        let Some(text) = text else { continue };
        let digest = Digest::of(text.as_bytes());
        if digests.value(row).as_bytes() != digest.written() {
            report.add(
                Rule::TextDigest,
                rows.place(row),
                format_args!("expected {digest}, but found {}", digests.value(row)),
            );
        }
        let expected = [count_words(text), count_chars(text), count_paragraphs(text)];
        let rules = [Rule::WordCount, Rule::CharCount, Rule::ParagraphCount];
        for ((expected, found), rule) in expected.into_iter().zip(counts).zip(rules) {
            if i64::from(expected) != i64::from(found.value(row)) {
                report.add(rule, rows.place(row), format_args!("expected {expected}, but found {}", found.value(row)));
            }
        }
    }
}

/// Paragraphs are joined by exactly one blank line.
fn count_paragraphs(text: &str) -> u32 {
    let blank_lines = memchr::memmem::find_iter(text.as_bytes(), "\n\n").count() as u32;
    if text.is_empty() { 0 } else { 1 + blank_lines }
}

/// What the cluster columns of one row say together.
fn check_cluster_columns(rows: &Rows<'_>, report: &mut Report) {
    let (ids, clusters, relations) = (rows.text("id"), rows.text("cluster_id"), rows.text("cluster_relation"));
    let sizes = rows.numbers::<Int32Type>("cluster_size");
    let representative = rows.boolean("is_representative");
    let similarity = rows.numbers::<arrow::datatypes::Float64Type>("similarity");
    for row in 0..rows.batch.num_rows() {
        let (relation, size) = (relations.value(row), sizes.value(row));
        let stands = matches!(relation, "unique" | "representative");
        let detail = if representative.value(row) != stands {
            format!("expected `is_representative` to be {stands} for `{relation}`, but found {}", !stands)
        } else if (relation == "unique") != (size == 1) {
            format!("expected `unique` exactly for clusters of 1, but found `{relation}` in one of {size}")
        } else if stands != (ids.value(row) == clusters.value(row)) {
            format!(
                "expected `cluster_id` to be the row's own id exactly for representatives, but found `{}`",
                clusters.value(row)
            )
        } else if stands != similarity.is_null(row) {
            format!("expected `similarity` exactly for rows that joined another, but found `{relation}`")
        } else {
            continue;
        };
        report.add(Rule::ClusterColumns, rows.place(row), detail);
    }
}
