//! `copydesk.toml` as it is written: every field documented, unknown fields refused.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::expect::WrittenExpectation;
use super::release::WrittenRelease;
use crate::kernels::assign_split::{SplitDates, SplitShares};
use crate::writers::description::Description;

/// The whole file.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Written {
    /// What the dataset says about itself.
    pub dataset: Description,
    /// Which raw files are read, and how.
    pub input: WrittenInput,
    /// Names of your own fields: `body = "text"`, `dateline = "published"`.
    pub fields: BTreeMap<String, WrittenField>,
    /// What rows must keep, and columns of your own.
    pub schema: WrittenSchema,
    /// How dates are read.
    pub dates: WrittenDates,
    /// How many records may be rejected.
    pub validate: WrittenValidate,
    /// What happens to duplicates.
    pub dedup: WrittenDedup,
    /// How the dataset is written.
    pub export: WrittenExport,
    /// How much is given away of the articles of some sources and licences.
    pub release: Vec<WrittenRelease>,
    /// What `copydesk check` expects of the dataset; changes no byte of it.
    pub expect: Vec<WrittenExpectation>,
}

/// `[input]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct WrittenInput {
    /// Folder or file of raw articles, relative to this file.
    pub path: String,
    /// `error`: a file that the system refuses ends the run; `reject`: it becomes a rejected record.
    pub on_unreadable: String,
    /// Longest record; longer ones are rejected as `record-too-large`.
    pub max_record: String,
    /// Most bytes that one compressed byte may become.
    pub max_expansion: u64,
    /// Encodings tried, in order, on text that is not UTF-8 and declares nothing.
    pub encodings: Vec<String>,
    /// Facts in paths, such as `{source}/{date}/{slug}.txt`; the first pattern that matches counts.
    pub path_patterns: Vec<String>,
    /// The source registry, relative to this file.
    pub sources: Option<String>,
}

/// A value of `[fields]`: the fact, or the fact and the form of its date.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged, expecting = "expected the name of a fact, or `{ fact = .., form = .. }`")]
pub enum WrittenField {
    /// `body = "text"`
    Fact(String),
    /// `stamp = { fact = "published", form = "epoch-seconds" }`
    Dated {
        /// The fact.
        fact: String,
        /// How its date is written.
        form: String,
    },
}

/// `[schema]`
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct WrittenSchema {
    /// JSON Schema (2020-12) that narrows columns of `articles` and declares columns `x_...`; relative to this file.
    pub extends: Option<String>,
}

/// `[dates]`
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct WrittenDates {
    /// Last plausible day, `YYYY-MM-DD`; without it there is no upper bound.
    pub not_after: Option<String>,
    /// Order of numeric dates where the source registry says nothing: `dmy`, `mdy` or `ymd`.
    pub order: Option<String>,
    /// Zone abbreviations: `EST = "-05:00"`.
    pub abbreviations: BTreeMap<String, String>,
}

/// `[validate]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct WrittenValidate {
    /// Most records that may be rejected: a count, `100`, or a share, `"1%"`; a run that rejects more is not published. `"off"` for any.
    pub max_rejected: WrittenLimit,
    /// The same for each source; shares are asked of sources of 100 records and more.
    pub max_rejected_per_source: WrittenLimit,
}

/// `[dedup]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct WrittenDedup {
    /// `drop`: exact copies leave within one source; `drop-across-sources`: everywhere; `flag`: none leaves.
    pub exact: String,
    /// `flag`: near-duplicates stay rows that are no representatives; `drop`: they leave; `off`: none is sought.
    pub near: String,
    /// What texts are compared by: runs of so many words, `word-5`, or characters, `char-8`.
    pub shingle: String,
    /// Least Jaccard similarity of near-duplicates.
    pub jaccard: f64,
    /// Least share of a shorter text that stands in a longer one.
    pub containment: f64,
    /// Most days between near-duplicates that are both dated to the day; `"off"` for any.
    pub window_days: WrittenLimit,
    /// Bands of the sketch by which candidates are found.
    pub bands: usize,
    /// Rows of each band.
    pub rows: usize,
    /// Which of several copies stands for the others: `earliest`, `longest`, `most-metadata`, `source-rank`, in your order.
    pub prefer: Vec<String>,
    /// Most that a source may lose as duplicates, as a share of its records; a run that takes more is not published. `"off"` for any.
    pub guards: WrittenLimit,
    /// List of paragraphs that are left out of comparisons, as `copydesk boilerplate` writes it; relative to this file.
    pub boilerplate: Option<String>,
}

/// A number, or a word such as `"off"`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged, expecting = "expected a number or a word")]
pub enum WrittenLimit {
    /// The number.
    Number(f64),
    /// `off`, or what else the key allows.
    Word(String),
}

/// `[export]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct WrittenExport {
    /// Folder of the dataset, relative to this file.
    pub path: String,
    /// `none` or `zstd`.
    pub jsonl_compression: String,
    /// zstd level of the Parquet files, 1 to 22.
    pub parquet_zstd_level: i32,
    /// With `--into`: new raw files become new shards, and nothing that is published is written again.
    pub append_only: bool,
    /// Shares of a train/validation/test split: `{ train = 0.8, validation = 0.1, test = 0.1 }`; clusters stay together.
    pub splits: Option<SplitShares>,
    /// The same by time: first days of `validation` and `test`.
    pub split_dates: Option<SplitDates>,
    /// Whether the dataset shows itself in a page, `report.html`.
    pub report: bool,
    /// How much of each article is given away: `full-text`; `derived-only`, no words of it; `metadata-only`, nothing measured from it either.
    /// Without it nothing is said about publishing, and full texts are written.
    pub release: Option<String>,
    /// Says that full texts of articles with `tdm_reservation = "reserved"` may be published; where `release` is stated, they are refused without it.
    pub acknowledge_reserved: bool,
    /// Names of authors: `keep`; `hash`, the HMAC of each; `drop`.
    pub authors: String,
    /// The key of `authors = "hash"`, 64 hexadecimal digits, relative to this file; it is never published.
    pub authors_key: Option<String>,
}

impl Default for WrittenInput {
    fn default() -> Self {
        Self {
            path: "raw".into(),
            on_unreadable: "error".into(),
            max_record: "16MiB".into(),
            max_expansion: 1000,
            encodings: Vec::new(),
            path_patterns: Vec::new(),
            sources: None,
        }
    }
}

impl Default for WrittenValidate {
    fn default() -> Self {
        Self {
            max_rejected: WrittenLimit::Word("off".into()),
            max_rejected_per_source: WrittenLimit::Word("off".into()),
        }
    }
}

impl Default for WrittenDedup {
    fn default() -> Self {
        Self {
            exact: "drop".into(),
            near: "flag".into(),
            shingle: "word-5".into(),
            jaccard: 0.5,
            containment: 0.85,
            window_days: WrittenLimit::Number(7.0),
            bands: 32,
            rows: 3,
            prefer: ["earliest", "longest", "source-rank"].map(String::from).to_vec(),
            guards: WrittenLimit::Number(0.9),
            boilerplate: None,
        }
    }
}

impl Default for WrittenExport {
    fn default() -> Self {
        Self {
            path: "output".into(),
            jsonl_compression: "none".into(),
            parquet_zstd_level: 3,
            append_only: false,
            splits: None,
            split_dates: None,
            report: false,
            release: None,
            acknowledge_reserved: false,
            authors: "keep".into(),
            authors_key: None,
        }
    }
}
