//! The one value that the page of a report shows: `report/report-data.schema.json` as types, fields in its order.
//!
//! The schema says of each field what it holds and how DuckDB computes it from a dataset.

use serde::Serialize;

/// Version of the contract between the page and its value.
pub const FORMAT: u32 = 1;
/// Sources with a place of their own; the others share the one behind.
pub const LISTED_SOURCES: usize = 40;
/// Most clusters that are listed.
pub const MOST_CLUSTERS: usize = 100_000;
/// Most pairs of texts side by side.
pub const MOST_COMPARISONS: usize = 200;
/// Lower ends of the bins of lengths, in words.
pub const LENGTH_EDGES: [u32; 20] =
    [0, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000, 7000, 10000];

/// Everything that the page shows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReportData {
    /// [`FORMAT`].
    pub format: u32,
    /// What the dataset calls itself.
    pub dataset: Identity,
    /// Sums over the dataset.
    pub counts: Counts,
    /// What lay below the input root.
    pub input: Input,
    /// The stages in their order.
    pub stages: Vec<StageCounts>,
    /// What became of the records, beside `rejections`.
    pub fates: Fates,
    /// The sources with the most records, one place each in every list.
    pub sources: Sources,
    /// Articles over time; none when no article is dated.
    pub time: Option<Timeline>,
    /// Articles of each day; none when no article is dated, or too many days have one.
    pub calendar: Option<Calendar>,
    /// The longest runs of days without an article.
    pub gaps: Vec<Gap>,
    /// Languages.
    pub languages: Languages,
    /// Words of an article.
    pub lengths: Lengths,
    /// Where dates come from.
    pub dates: Dates,
    /// Why records stopped, the most frequent first.
    pub rejections: Vec<RejectionCount>,
    /// Clusters, the largest first.
    pub clusters: Clusters,
    /// Members of clusters side by side.
    pub comparisons: Vec<Comparison>,
    /// Who copies whom.
    pub copies: Copies,
    /// What is odd about articles.
    pub quality: Quality,
    /// The columns of `articles`.
    pub columns: Vec<ColumnFacts>,
    /// What is known of the rights.
    pub rights: Rights,
    /// Error rates that a person has measured; none when nobody has.
    pub audit: Option<Audit>,
    /// How articles were split; none when they were not.
    pub splits: Option<Splits>,
    /// The files of the dataset but the report itself.
    pub files: Vec<File>,
}

/// What the dataset calls itself, and the digests that identify it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract documents each field")]
pub struct Identity {
    pub name: Option<String>,
    pub description: Option<String>,
    pub dataset_version: String,
    pub tool_version: String,
    pub schema_version: String,
    pub rule_version: String,
    pub config_sha256: String,
    pub dataset_sha256: String,
    pub citation: Option<String>,
}

/// Sums: `records = articles + duplicates + rejected + taken_down`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract documents each field")]
pub struct Counts {
    pub records: u64,
    pub articles: u64,
    pub duplicates: u64,
    pub rejected: u64,
    pub taken_down: u64,
    pub sources: u64,
    pub clusters: u64,
    pub words: u64,
    pub characters: u64,
    pub dated: u64,
    pub coarse: u64,
    pub undated: u64,
    pub first_day: Option<i32>,
    pub last_day: Option<i32>,
}

/// What lay below the input root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract documents each field")]
pub struct Input {
    pub files: Vec<CodeCount>,
    pub sidecars: u64,
    pub symlinks: u64,
    pub hidden: u64,
    pub special: u64,
}

/// What one stage did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract documents each field")]
pub struct StageCounts {
    pub stage: String,
    pub received: u64,
    pub kept: u64,
    pub rejected: u64,
}

/// A code and how often it occurs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CodeCount {
    /// The code.
    pub code: String,
    /// How often.
    pub count: u64,
}

/// A code, how often it occurs, and what it means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExplainedCount {
    /// The code.
    pub code: String,
    /// How often.
    pub count: u64,
    /// What it means, where the tool says it.
    pub meaning: Option<String>,
}

/// Relations of articles and of removed records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract documents each field")]
pub struct Fates {
    pub articles: Vec<CodeCount>,
    pub duplicates: Vec<CodeCount>,
}

/// Lists of equal length, one place a source; the last place has no `id` when it stands for `others` together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract documents each field")]
pub struct Sources {
    pub id: Vec<Option<String>>,
    pub name: Vec<Option<String>>,
    pub others: u64,
    pub records: Vec<u64>,
    pub articles: Vec<u64>,
    pub duplicates: Vec<u64>,
    pub rejected: Vec<u64>,
    pub dated: Vec<u64>,
    pub conflicts: Vec<u64>,
    pub words_median: Vec<Option<i32>>,
    pub first_day: Vec<Option<i32>>,
    pub last_day: Vec<Option<i32>>,
}

/// Bins of a timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TimeUnit {
    /// Days.
    Day,
    /// Months.
    Month,
    /// Years.
    Year,
}

/// Articles over time by source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract documents each field")]
pub struct Timeline {
    pub unit: TimeUnit,
    pub first: i32,
    pub bins: i32,
    pub series: Vec<Series>,
}

/// Bins with an article: the place of the first, then bins since the one before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Series {
    /// Places, as differences.
    pub step: Vec<i32>,
    /// Articles.
    pub count: Vec<u64>,
}

/// Days with an article: the first, then days since the one before.
pub type Calendar = Series;

/// Days without an article between two days with one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract documents each field")]
pub struct Gap {
    pub source: Option<usize>,
    pub from: i32,
    pub to: i32,
    pub days: i32,
}

/// The most frequent languages, and the rest together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract documents each field")]
pub struct Languages {
    pub top: Vec<CodeCount>,
    pub others: u64,
    pub others_articles: u64,
    pub evidence: Vec<CodeCount>,
}

/// Words of an article: bins, and the quantiles 0, 5, 25, 50, 75, 95 and 100 %.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract documents each field")]
pub struct Lengths {
    pub edges: [u32; 20],
    pub counts: [u64; 20],
    pub quantiles: Option<[i32; 7]>,
}

/// Precision and evidence of dates, and the candidates for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract documents each field")]
pub struct Dates {
    pub precision: BySource,
    pub evidence: BySource,
    pub candidates: Vec<CandidateCount>,
    pub refused: Vec<CodeCount>,
}

/// `[source index, place in codes, articles]`, sorted, no zeros.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract documents each field")]
pub struct BySource {
    pub codes: Vec<String>,
    pub cells: Vec<[u64; 3]>,
}

/// Date candidates of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract documents each field")]
pub struct CandidateCount {
    pub kind: String,
    pub seen: u64,
    pub accepted: u64,
}

/// Records that stopped for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract documents each field")]
pub struct RejectionCount {
    pub stage: String,
    pub reason: String,
    pub meaning: Option<String>,
    pub count: u64,
    pub samples: Vec<RejectionSample>,
}

/// One record that stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract documents each field")]
pub struct RejectionSample {
    pub path: String,
    pub index: i64,
    pub pointer: Option<String>,
    pub detail: Option<String>,
}

/// Clusters, the largest first; lists of equal length, but for `title`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract documents each field")]
pub struct Clusters {
    pub relations: Vec<String>,
    pub id: String,
    pub size: Vec<i32>,
    pub first_day: Vec<Option<i32>>,
    pub days: Vec<i32>,
    pub sources: Vec<OneOrMore>,
    pub relation_set: Vec<u64>,
    pub title: Vec<String>,
}

/// Source indices; a bare number when there is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum OneOrMore {
    /// One.
    One(u8),
    /// Two or more.
    More(Vec<u64>),
}

/// The representative of a cluster beside another of its rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the contract documents each field")]
pub struct Comparison {
    pub cluster: usize,
    pub relation: String,
    pub jaccard: Option<f64>,
    pub containment: Option<f64>,
    pub numbers_equal: Option<bool>,
    pub days_apart: Option<f64>,
    pub representative: Excerpt,
    pub member: Excerpt,
}

/// The start of an article.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract documents each field")]
pub struct Excerpt {
    pub id: String,
    pub title: String,
    pub source: String,
    pub date: Option<String>,
    pub characters: i32,
    pub excerpt: String,
}

/// `[copy, original, relation, members]`: two source indices, a place in `relations`, a count; sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract documents each field")]
pub struct Copies {
    pub relations: Vec<String>,
    pub cells: Vec<[u64; 4]>,
}

/// Articles with each code; an article may have several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract documents each field")]
pub struct Quality {
    pub flagged: u64,
    pub flags: Vec<ExplainedCount>,
    pub validation: Vec<ExplainedCount>,
}

/// A column of `articles`, and the rows that hold nothing there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract documents each field")]
pub struct ColumnFacts {
    pub group: &'static str,
    pub name: &'static str,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub nullable: bool,
    pub absent: u64,
    pub documentation: &'static str,
}

/// What of an article a dataset gives away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Release {
    /// Everything.
    FullText,
    /// What was computed from texts, but no text.
    DerivedOnly,
    /// Metadata alone.
    MetadataOnly,
    /// Not the same for all sources.
    Mixed,
}

impl Release {
    /// Its code in the page.
    pub fn name(self) -> &'static str {
        match self {
            Self::FullText => "full-text",
            Self::DerivedOnly => "derived-only",
            Self::MetadataOnly => "metadata-only",
            Self::Mixed => "mixed",
        }
    }

    /// Whether no words of any article may be shown.
    pub fn withholds_texts(self) -> bool {
        matches!(self, Self::DerivedOnly | Self::MetadataOnly)
    }
}

/// What is done with the names of authors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuthorPolicy {
    /// They stay.
    Keep,
    /// They are digests.
    Hash,
    /// They are gone.
    Drop,
}

impl AuthorPolicy {
    /// Its code in the page.
    pub fn name(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Hash => "hash",
            Self::Drop => "drop",
        }
    }
}

/// What is known of the rights in the articles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract documents each field")]
pub struct Rights {
    pub release: Option<Release>,
    pub authors: Option<AuthorPolicy>,
    pub acknowledged: Option<bool>,
    pub license: Vec<CodeCount>,
    pub access: Vec<CodeCount>,
    pub tdm_reservation: Vec<CodeCount>,
}

/// Error rates that a person has measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the contract documents each field")]
pub struct Audit {
    pub drawn: u64,
    pub marked: u64,
    pub confidence: f64,
    pub method: String,
    pub rates: Vec<ErrorRate>,
}

/// One measured error rate with its interval.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the contract documents each field")]
pub struct ErrorRate {
    pub question: String,
    pub stratum: Option<String>,
    pub checked: u64,
    pub wrong: u64,
    pub rate: f64,
    pub low: f64,
    pub high: f64,
}

/// How articles were split.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract documents each field")]
pub struct Splits {
    pub rule: String,
    pub rows: Vec<CodeCount>,
}

/// A file of the dataset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract documents each field")]
pub struct File {
    pub path: String,
    pub bytes: u64,
    pub rows: Option<u64>,
    pub sha256: String,
}
