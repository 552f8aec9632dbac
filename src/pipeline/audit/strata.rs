//! The strata of a draw: each article, pair and rejection is in exactly one.
//!
//! An article has several labels: its date evidence, its source, its relation to a cluster, each of its quality flags. Its stratum is the
//! *rarest* of them in the dataset, so that there are as many strata as labels and not as their combinations, and what is rare is drawn.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use arrow::array::{RecordBatch, StringArray};
use arrow::datatypes::Int64Type;

use super::questions::Kind;
use crate::columns::cells::{Cells, cells_of};
use crate::columns::{ARTICLES, PAIRS, RECORDS};
use crate::error::Result;
use crate::kernels::sha256::Hasher;
use crate::manifest::Manifest;
use crate::pipeline::article_rows::{numbers, text, text_option};
use crate::pipeline::dataset_rows::Dataset;

/// Sources with strata of their own; all others share one.
const TOP_SOURCES: usize = 10;
/// What begins the digested bytes of a priority; a new rule of drawing gets a new number.
const DOMAIN: &[u8] = b"copydesk-audit-draw-1";

/// What a label is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dimension {
    /// `published_evidence`.
    DateEvidence,
    /// `source_id`.
    Source,
    /// `cluster_relation` of an article, `relation` of a pair.
    Relation,
    /// A code of `quality_flags`.
    Flag,
    /// `stage` and `reason` of a rejection.
    Reason,
}

/// A label, such as the date evidence `path`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// What it is about.
    pub dimension: Dimension,
    /// Its value; none for the sources without strata of their own.
    pub value: Option<String>,
}

impl Label {
    fn new(dimension: Dimension, value: &str) -> Self {
        Self { dimension, value: Some(value.to_owned()) }
    }

    /// The label in words.
    pub fn words(&self) -> String {
        let about = match self.dimension {
            Dimension::DateEvidence => "date evidence",
            Dimension::Source => "source",
            Dimension::Relation => "relation",
            Dimension::Flag => "quality flag",
            Dimension::Reason => "reason",
        };
        match &self.value {
            Some(value) => format!("{about}: {value}"),
            None => "other sources".to_owned(),
        }
    }
}

/// What names a drawn row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// `id`.
    Article(String),
    /// `id` and `other_id`.
    Pair(String, String),
    /// `raw_path` and `raw_index`.
    Rejection(String, i64),
}

impl Key {
    /// The parts of the key as text.
    pub fn parts(&self) -> [String; 2] {
        match self {
            Self::Article(id) => [id.clone(), String::new()],
            Self::Pair(id, other) => [id.clone(), other.clone()],
            Self::Rejection(path, index) => [path.clone(), index.to_string()],
        }
    }
}

/// A row that may be drawn: those of the least priorities are. The order of rows and files does not enter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    priority: u64,
    /// What names it.
    pub key: Key,
    /// Places of its labels in [`Pools::labels`].
    pub labels: Vec<usize>,
}

/// The members of a stratum.
#[derive(Debug, Default)]
pub struct Pool {
    /// How many there are.
    pub population: u64,
    /// Those of the least priorities.
    pub candidates: BinaryHeap<Candidate>,
}

/// Every stratum with its candidates.
#[derive(Debug, Default)]
pub struct Pools {
    /// Every label.
    pub labels: Vec<Label>,
    /// Members of the dataset with each label, by kind of member and place of the label.
    pub counts: BTreeMap<(Kind, usize), u64>,
    /// The strata by kind and place of their label.
    pub strata: BTreeMap<(Kind, usize), Pool>,
    places: BTreeMap<Label, usize>,
    most: usize,
    seed: u32,
}

impl Pools {
    /// Reads the dataset, with at most `most` candidates a stratum.
    ///
    /// # Errors
    /// When a file is missing or damaged.
    pub fn read(dataset: &Dataset<'_>, most: usize, seed: u32) -> Result<Self> {
        let mut pools = Self { most, seed, ..Self::default() };
        pools.read_articles(dataset)?;
        dataset.scan(&PAIRS, &["id", "other_id", "relation"], |batch| {
            let (ids, others, relations) = (text(batch, "id"), text(batch, "other_id"), text(batch, "relation"));
            for row in 0..batch.num_rows() {
                let label = pools.place(Label::new(Dimension::Relation, relations.value(row)));
                *pools.counts.entry((Kind::Pair, label)).or_default() += 1;
                pools.add((Kind::Pair, label), vec![label], Key::Pair(ids.value(row).into(), others.value(row).into()));
            }
            Ok(())
        })?;
        dataset.scan(&RECORDS, &["raw_path", "raw_index", "fate", "stage", "reason"], |batch| {
            let [paths, fates, stages, reasons] = ["raw_path", "fate", "stage", "reason"].map(|name| text(batch, name));
            let indexes = numbers::<Int64Type>(batch, "raw_index");
            for row in (0..batch.num_rows()).filter(|row| fates.value(*row) == "rejected") {
                let [stage, reason] = [stages, reasons].map(|column| text_option(column, row).unwrap_or_default());
                let label = pools.place(Label::new(Dimension::Reason, &format!("{stage} {reason}")));
                *pools.counts.entry((Kind::Rejection, label)).or_default() += 1;
                let key = Key::Rejection(paths.value(row).into(), indexes.value(row));
                pools.add((Kind::Rejection, label), vec![label], key);
            }
            Ok(())
        })?;
        Ok(pools)
    }

    /// Twice: labels are counted before the rarest of an article is known.
    fn read_articles(&mut self, dataset: &Dataset<'_>) -> Result<()> {
        let top = top_sources(&dataset.manifest);
        let names = ["id", "published_evidence", "source_id", "cluster_relation", "quality_flags"];
        dataset.scan(&ARTICLES, &names, |batch| {
            let columns = LabelColumns::of(batch)?;
            for row in 0..batch.num_rows() {
                for label in columns.labels(row, &top) {
                    let place = self.place(label);
                    *self.counts.entry((Kind::Article, place)).or_default() += 1;
                }
            }
            Ok(())
        })?;
        dataset.scan(&ARTICLES, &names, |batch| {
            let (columns, ids) = (LabelColumns::of(batch)?, text(batch, "id"));
            for row in 0..batch.num_rows() {
                let labels: Vec<usize> = columns.labels(row, &top).map(|label| self.place(label)).collect();
                let count = |place: &usize| self.counts.get(&(Kind::Article, *place)).copied().unwrap_or_default();
                let rarest = labels.iter().copied().min_by_key(|place| (count(place), &self.labels[*place]));
                let rarest = rarest.expect("law: every article has a source");
                self.add((Kind::Article, rarest), labels, Key::Article(ids.value(row).to_owned()));
            }
            Ok(())
        })
    }

    fn place(&mut self, label: Label) -> usize {
        if let Some(place) = self.places.get(&label) {
            return *place;
        }
        self.labels.push(label.clone());
        self.places.insert(label, self.labels.len() - 1);
        self.labels.len() - 1
    }

    fn add(&mut self, (kind, label): (Kind, usize), labels: Vec<usize>, key: Key) {
        let pool = self.strata.entry((kind, label)).or_default();
        pool.population += 1;
        let priority = priority(self.seed, kind, &key);
        if pool.candidates.len() < self.most {
            pool.candidates.push(Candidate { priority, key, labels });
        } else if let Some(mut last) = pool.candidates.peek_mut()
            && (priority, &key) < (last.priority, &last.key)
        {
            *last = Candidate { priority, key, labels };
        }
    }
}

/// The first eight bytes of a SHA-256 of the key: drawing by it is drawing at random, the same way each time.
fn priority(seed: u32, kind: Kind, key: &Key) -> u64 {
    let [first, second] = key.parts();
    let mut hasher = Hasher::new();
    for part in [DOMAIN, &seed.to_le_bytes(), kind.name().as_bytes(), b"\0", first.as_bytes(), b"\0", second.as_bytes()]
    {
        hasher.update(part);
    }
    let digest = hasher.finish().0;
    let (heads, _) = digest.as_chunks::<8>();
    u64::from_be_bytes(heads[0])
}

fn top_sources(manifest: &Manifest) -> BTreeSet<String> {
    let mut sources: Vec<_> = manifest.account.sources.iter().filter(|(_, source)| source.articles > 0).collect();
    sources.sort_by(|a, b| b.1.articles.cmp(&a.1.articles).then_with(|| a.0.cmp(b.0)));
    sources.into_iter().take(TOP_SOURCES).map(|(id, _)| id.clone()).collect()
}

/// The columns of `articles` that labels come from.
struct LabelColumns<'b> {
    evidence: &'b StringArray,
    source: &'b StringArray,
    relation: &'b StringArray,
    flags: Cells<'b>,
}

impl<'b> LabelColumns<'b> {
    fn of(batch: &'b RecordBatch) -> Result<Self> {
        let column = ARTICLES.column("quality_flags").expect("law: `articles` has `quality_flags`");
        Ok(Self {
            evidence: text(batch, "published_evidence"),
            source: text(batch, "source_id"),
            relation: text(batch, "cluster_relation"),
            flags: cells_of(batch, column)?,
        })
    }

    fn labels(&self, row: usize, top: &BTreeSet<String>) -> impl Iterator<Item = Label> {
        let source = self.source.value(row);
        let source = Label { dimension: Dimension::Source, value: top.get(source).cloned() };
        let mut labels = vec![
            Label::new(Dimension::DateEvidence, self.evidence.value(row)),
            source,
            Label::new(Dimension::Relation, self.relation.value(row)),
        ];
        if let Cells::TextList(lists) = &self.flags {
            labels.extend(lists.row(row).map(|flag| Label::new(Dimension::Flag, flag)));
        }
        labels.into_iter()
    }
}
