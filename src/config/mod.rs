//! The configuration: as written in `copydesk.toml`, and as checked and resolved.

mod dataset;
mod dedup;
mod expect;
mod release;
mod resolve;
mod schema;
mod validate;
mod written;

use std::path::PathBuf;
use std::sync::Arc;

use crate::columns::Table;
use crate::dedup::DedupRules;
use crate::kernels::assign_split::SplitRule;
use crate::kernels::match_path::PathPattern;
use crate::kernels::sha256::Digest;
use crate::readers::DeclaredField;
use crate::stages::attach::AttachOptions;
use crate::stages::release::ReleasePolicy;
use crate::stages::takedowns::Takedowns;
use crate::statement::OwnKey;
use crate::writers::audit_result::AuditResult;
use crate::writers::description::Description;

pub use expect::{Expectation, ExpectationRule, WrittenExpectation, resolve_expectations};
pub use release::{WrittenRelease, missing_key};
pub use resolve::{NamedFiles, parse, resolve, toml_error};
pub use validate::{Most, RejectionLimits};
pub use written::{
    Written, WrittenDates, WrittenDedup, WrittenExport, WrittenField, WrittenInput, WrittenLimit, WrittenSchema,
    WrittenValidate,
};

/// The checked configuration: names looked up, ranges checked, defaults filled.
#[derive(Clone, Debug)]
pub struct Config {
    /// How raw files are read.
    pub input: InputConfig,
    /// The main table, with the user's own columns and rules where the configuration names some.
    pub articles: &'static Table,
    /// The same as it is published: with what the release terms add to it.
    pub published: &'static Table,
    /// What is given away of the articles.
    pub release: Arc<ReleasePolicy>,
    /// Field names that the user declares, before the well-known ones.
    pub fields: Vec<(String, DeclaredField)>,
    /// Names by which records state the user's own columns: those of `[fields]`, then the columns' own.
    pub own_keys: Vec<OwnKey>,
    /// Dates, sources, languages.
    pub attach: Arc<AttachOptions>,
    /// What decides about duplicates.
    pub dedup: DedupRules,
    /// Most that a source may lose as duplicates, as a share of its records; `None` for any.
    pub max_source_loss: Option<f64>,
    /// How many records may be rejected; changes no byte of the dataset.
    pub max_rejected: RejectionLimits,
    /// How the dataset is written.
    pub export: ExportConfig,
    /// What the dataset says about itself.
    pub dataset: Description,
    /// Error rates that a person has measured, where the configuration names them; of which dataset, they say themselves.
    pub audit: Option<AuditResult>,
    /// What `check` expects of the dataset.
    pub expectations: Vec<Expectation>,
    /// Articles that were taken down.
    pub takedowns: Arc<Takedowns>,
    /// The digest without the takedowns.
    pub digest_of_rest: Digest,
    /// Digest of everything above but the expectations, the most that may be rejected and the paths of input and output, and of every
    /// file that the config names.
    pub digest: Digest,
}

/// `[input]`, resolved.
#[derive(Clone, Debug)]
pub struct InputConfig {
    /// The folder or file of raw articles.
    pub path: PathBuf,
    /// What the operating system's refusal of a file does.
    pub on_unreadable: OnUnreadable,
    /// Longest record in bytes.
    pub max_record: u64,
    /// Most bytes that one compressed byte may become.
    pub max_expansion: u64,
    /// WHATWG labels tried on text that is not UTF-8 and declares nothing.
    pub encodings: Vec<String>,
    /// Patterns that read facts from paths; the first that matches counts.
    pub path_patterns: Arc<[PathPattern]>,
}

/// What happens when the operating system refuses a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnUnreadable {
    /// The run ends: a flaky mount must not publish a smaller dataset.
    #[default]
    Error,
    /// The file becomes one rejected record.
    Reject,
}

/// `[export]`, resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct ExportConfig {
    /// The folder of the dataset.
    pub path: PathBuf,
    /// Whether the JSON lines are compressed with zstd.
    pub jsonl_zstd: bool,
    /// zstd level of the Parquet pages.
    pub parquet_zstd_level: i32,
    /// Whether new raw files only become new shards.
    pub append_only: bool,
    /// How articles are split, where they are.
    pub splits: Option<SplitRule>,
    /// Whether the dataset has a report.
    pub report: bool,
}
