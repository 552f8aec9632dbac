//! The folder between two stages: files of batches or sorted runs, side files, and a manifest that says how far it is.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::chain::Written;
use super::decide::DecideCounts;
use super::shards::ShardPlan;
use super::tally::Tally;
use crate::error::{Error, Result};
use crate::io::{Staging, read_limited};
use crate::manifest::{InputAccount, StageAccount, TOOL};

/// File name of the manifest.
pub const MANIFEST: &str = "manifest.json";
/// File of the proven pairs.
pub const PAIRS_FILE: &str = "pairs.rows";

const MAX_MANIFEST: u64 = 1 << 30;

/// `manifest.json` of a folder between two stages.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interim {
    /// Always [`TOOL`].
    pub tool: String,
    /// Version of copydesk; folders are read by the version that wrote them.
    pub tool_version: String,
    /// The last stage that was applied.
    pub stage: String,
    /// Digest of the config that was used so far.
    pub config_sha256: String,
    /// What was found below the input root.
    pub input: InputAccount,
    /// Records that the readers handed over.
    pub records: u64,
    /// The stages so far.
    pub accounts: Vec<StageAccount>,
    /// The part of a dataset that is being appended; 0 for a whole dataset.
    #[serde(default, skip_serializing_if = "is_whole")]
    pub part: u16,
    /// Records of the dataset that is added to that were taken down.
    #[serde(default, skip_serializing_if = "Tally::is_empty")]
    pub taken_down: Tally,
    /// The files.
    pub written: Written,
    /// Behind `dedup`: the shards to be written.
    pub shards: Vec<ShardPlan>,
    /// Behind `dedup`: its counts.
    pub counts: DecideCounts,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_whole(part: &u16) -> bool {
    *part == 0
}

impl Interim {
    /// A manifest of a folder that the first stages have just filled.
    pub fn new(stage: &str, config_sha256: String) -> Self {
        Self {
            tool: TOOL.to_owned(),
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            stage: stage.to_owned(),
            config_sha256,
            input: InputAccount::default(),
            records: 0,
            accounts: Vec::new(),
            part: 0,
            taken_down: Tally::default(),
            written: Written::default(),
            shards: Vec::new(),
            counts: DecideCounts::default(),
        }
    }

    /// Writes the manifest into a folder that is about to be published.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, staging: &Staging) -> Result<()> {
        let mut file = staging.create(MANIFEST)?;
        write_json(&mut file, self, &staging.path().join(MANIFEST))?;
        file.finish().map(|_| ())
    }

    /// Reads the manifest of a folder that `stage` is about to read.
    ///
    /// # Errors
    /// When the folder is not one that the stage before wrote with this version and config.
    pub fn read(folder: &Path, before: &str, config_sha256: &str) -> Result<Self> {
        let path = folder.join(MANIFEST);
        let bytes = read_limited(&path, MAX_MANIFEST)
            .map_err(|error| error.hint(format!("`--input` is the folder that `copydesk {before}` wrote")))?;
        let manifest: Self = serde_json::from_slice(&bytes).map_err(|_| {
            let found = match serde_json::from_slice::<serde_json::Value>(&bytes) {
                Ok(value) if value.get("schema_version").is_some() => "the dataset",
                Ok(_) => "another manifest in",
                Err(_) => "what is no JSON as the manifest of",
            };
            let expected = format!("expected a folder that `copydesk {before}` wrote");
            Error::usage(format!("{expected}, but found {found} `{}`", folder.display()))
                .hint(format!("`--input` is the folder that `copydesk {before}` wrote"))
        })?;
        if manifest.stage != before {
            return Err(Error::usage(format!(
                "expected a folder that `copydesk {before}` wrote, but `{}` comes from `copydesk {}`",
                folder.display(),
                manifest.stage
            ))
            .hint("the stages are `ingest`, `normalize`, `attach`, `fingerprint`, `validate`, `dedup`, `export`, in this order"));
        }
        if manifest.tool_version != env!("CARGO_PKG_VERSION") {
            return Err(Error::usage(format!(
                "`{}` was written by copydesk {}",
                folder.display(),
                manifest.tool_version
            ))
            .hint(format!("run the stages again with copydesk {}", env!("CARGO_PKG_VERSION"))));
        }
        if manifest.config_sha256 != config_sha256 {
            return Err(Error::config(format!("`{}` was written with another configuration", folder.display()))
                .hint("use the same `copydesk.toml` for every stage"));
        }
        Ok(manifest)
    }
}

/// Writes a value as indented JSON with a line end.
///
/// # Errors
/// When the file at `path` cannot be written.
pub fn write_json(writer: &mut impl std::io::Write, value: &impl Serialize, path: &Path) -> Result<()> {
    serde_json::to_writer_pretty(&mut *writer, value).map_err(|error| Error::io("write", path, error.into()))?;
    writer.write_all(b"\n").map_err(|error| Error::io("write", path, error))
}
