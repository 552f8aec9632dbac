//! `copydesk convert`: the articles of a finished dataset in another format, or in folders by month or source.
//!
//! ```text
//! OUTPUT/
//!   data/[KEY=VALUE/]part-00000.csv   the rows; `documents/` for the Dolma toolkit
//!   README.md                         what is here, and how to read it
//!   manifest.json                     counts and digests, which add up to the rows of the dataset
//! ```
//!
//! One scan on one thread, in the order of the dataset, so that nothing about the machine can change a byte.

mod files;
mod key;
mod readme;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use arrow::array::RecordBatch;
use serde::{Deserialize, Serialize};

use self::files::Files;
use self::key::Keys;
pub use self::key::PartitionBy;
use super::dataset_rows::Dataset;
use super::interim::{MANIFEST, write_json};
use super::run::check_apart;
use crate::columns::arrow_schema;
use crate::error::{Error, Result};
use crate::io::{CONVERSION, Kind, Staging};
use crate::kernels::sha256::Digest;
use crate::manifest::{FileEntry, TOOL};
use crate::writers::{PROFILES, Writer};

/// Name of the page of a conversion.
const README: &str = "README.md";

/// What a dataset is converted to.
#[derive(Clone, Copy)]
pub struct Profile {
    writer: &'static dyn Writer,
    by: Option<PartitionBy>,
}

impl std::fmt::Debug for Profile {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} by {:?}", self.writer.name(), self.by)
    }
}

impl Profile {
    /// The profile of a name, of those of [`PROFILES`].
    ///
    /// # Errors
    /// A usage error where there is none of this name, or it needs to be told how to partition.
    pub fn new(name: &str, by: Option<PartitionBy>) -> Result<Self> {
        let writer = PROFILES.iter().find(|writer| writer.name() == name).copied().ok_or_else(|| {
            let names: Vec<String> = PROFILES.iter().map(|writer| format!("`{}`", writer.name())).collect();
            Error::usage(format!("expected one of {}, but found `{name}`", names.join(", ")))
        })?;
        if writer.name() == "parquet" && by.is_none() {
            return Err(Error::usage("expected `--partition-by` with the profile `parquet`, but found none")
                .hint("`data/*.parquet` of the dataset are its rows as Parquet already"));
        }
        Ok(Self { writer, by })
    }

    /// The folder of its files.
    fn folder(self) -> &'static str {
        if self.writer.name() == "dolma" { "documents" } else { "data" }
    }
}

/// What was written; also `manifest.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversion {
    /// Always [`TOOL`].
    pub tool: String,
    /// Always [`CONVERSION`].
    pub stage: String,
    /// Version of copydesk.
    pub tool_version: String,
    /// The profile.
    pub profile: String,
    /// What the folders are named by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition_by: Option<PartitionBy>,
    /// The dataset: its version.
    pub dataset_version: String,
    /// Its digest.
    pub dataset_sha256: String,
    /// Rows of `articles`: those that were written and those left out.
    pub articles: u64,
    /// Rows that were written.
    pub rows: u64,
    /// Rows that were left out, by reason.
    pub left_out: BTreeMap<String, u64>,
    /// Rows that were written, by folder; empty without a key.
    pub partitions: BTreeMap<String, u64>,
    /// Every file but this one, by path.
    pub files: Vec<FileEntry>,
}

/// A conversion that was published.
#[derive(Clone, Debug)]
pub struct Converted {
    /// What was written.
    pub conversion: Conversion,
    /// The old folder, where the system could not remove it.
    pub left_behind: Option<PathBuf>,
    /// Seconds of wall time.
    pub seconds: f64,
}

/// Converts the articles of the dataset at `path` and puts them at `output`.
///
/// # Errors
/// When `path` is no dataset or it is damaged, `output` holds what no conversion wrote, or a file cannot be read or written.
pub fn convert(path: &Path, output: &Path, profile: Profile) -> Result<Converted> {
    let clock = Instant::now();
    let dataset = Dataset::open(path)?;
    check_apart(path, output)?;
    let mut staging = Staging::create_beside(output, Kind::Conversion)?;
    let articles = dataset.articles()?;
    let keys = Keys::count(&dataset, articles, profile.by)?;
    let mut files = Files::new(&staging, (profile.writer, articles), profile.folder());
    let names: Vec<&str> = articles.columns.iter().map(|column| column.name).collect();
    for pass in keys.passes() {
        dataset.scan(articles, &names, |batch| {
            let batch = batch.clone().with_schema(arrow_schema(articles))?;
            for (folder, rows) in pass.split(&batch)? {
                if pass.in_order() {
                    files.finish_others(&folder)?;
                }
                files.push(&folder, rows)?;
            }
            Ok(())
        })?;
        files.finish_all()?;
    }
    if profile.by.is_none() && files.is_empty() {
        // A table without rows has its header still.
        files.push("", RecordBatch::new_empty(arrow_schema(articles)))?;
        files.finish_all()?;
    }
    let written = files.into_written();
    let manifest = &dataset.manifest;
    let counted = manifest.rows.get(articles.name).copied().unwrap_or_default();
    if written.given != counted {
        return Err(Error::dataset(format!("`{}` is not what its manifest says", dataset.name()))
            .caused_by(format!("expected {counted} rows of `{}`, but found {}", articles.name, written.given))
            .hint("`copydesk check` says what is wrong with a dataset"));
    }
    let rows: u64 = written.files.iter().filter_map(|file| file.rows).sum();
    let without_text = counted - rows;
    let mut conversion = Conversion {
        tool: TOOL.to_owned(),
        stage: CONVERSION.to_owned(),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        profile: profile.writer.name().to_owned(),
        partition_by: profile.by,
        dataset_version: manifest.dataset_version.clone(),
        dataset_sha256: manifest.dataset_sha256.clone(),
        articles: counted,
        rows,
        left_out: (without_text > 0).then(|| ("no-text".to_owned(), without_text)).into_iter().collect(),
        partitions: if profile.by.is_some() { written.folders } else { BTreeMap::new() },
        files: written.files,
    };
    let readme = readme::readme(&conversion, profile.writer.documentation());
    conversion.files.push(write_text(&staging, README, &readme)?);
    conversion.files.sort_by(|a, b| a.path.cmp(&b.path));
    let mut file = staging.create(MANIFEST)?;
    write_json(&mut file, &conversion, &staging.path().join(MANIFEST))?;
    file.finish()?;
    let left_behind = staging.publish()?.left_behind;
    Ok(Converted { conversion, left_behind, seconds: clock.elapsed().as_secs_f64() })
}

fn write_text(staging: &Staging, path: &str, text: &str) -> Result<FileEntry> {
    let mut file = staging.create(path)?;
    file.write_all(text.as_bytes()).map_err(|error| Error::io("write", &staging.path().join(path), error))?;
    let digest = file.finish()?;
    Ok(FileEntry { path: path.to_owned(), bytes: digest.bytes, sha256: Digest(digest.sha256).to_string(), rows: None })
}
