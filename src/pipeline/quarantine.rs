//! `copydesk quarantine`: copies the raw bytes of rejected records out, in files that can be mended and read again.
//!
//! ```text
//! OUTPUT/
//!   raw/...            a file for each raw file with rejected records, at the same place
//!   quarantine.jsonl   one row a rejected record: where it was, why it was rejected, where it is now
//!   manifest.json      counts and digests
//! ```
//!
//! Of files with many records the rejected ones are copied, one behind the other (CSV keeps its header row, rows of Parquet become
//! JSON lines); files that are one record are copied whole, with their sidecars. What was compressed is not any more.

mod copy;
mod names;
mod rows;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use self::copy::{Copier, Form};
use self::names::{Names, sidecar_target};
use self::rows::{RejectedRow, RejectedRows, spill_rejected};
use super::dataset_rows::Dataset;
use super::interim::{MANIFEST, write_json};
use super::run::check_apart;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::io::{
    Kind, OnUnreadable, QUARANTINE, SpillDir, Staging, Walk, digest_file, is_there, read_limited, sniff_head, walk,
};
use crate::kernels::sha256::Digest;
use crate::manifest::{FileEntry, TOOL};
use crate::readers::choose;

/// Name of the list.
const LIST: &str = "quarantine.jsonl";
/// Folder of the raw bytes.
const RAW: &str = "raw";
/// Largest manifest of an earlier quarantine.
const MAX_MANIFEST: u64 = 1 << 30;
/// Largest sidecar that is copied; longer ones are not read by a run either.
const MAX_SIDECAR: u64 = 1 << 20;
/// Findings that are kept.
const KEPT: usize = 20;

/// What was copied, or why nothing was.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Quarantine {
    /// Rejected records of the dataset.
    pub rejected: u64,
    /// Those whose bytes were copied; the others have none.
    pub copied: u64,
    /// Files they were copied to.
    pub files: u64,
    /// Rejected records by reason.
    pub reasons: BTreeMap<String, u64>,
    /// Raw files that are not those of the dataset, the first of them; where there are any, nothing was written.
    pub findings: Vec<String>,
    /// How many there are.
    pub found: u64,
}

/// A row of the list.
#[derive(Serialize)]
struct Listed<'a> {
    #[serde(flatten)]
    row: &'a RejectedRow,
    /// Where its bytes are, below the quarantine; null when it has none.
    file: Option<&'a str>,
    /// First byte in that file.
    file_offset: Option<u64>,
    /// Line of that file on which it begins, from 1.
    file_line: Option<u64>,
}

#[derive(Serialize, Deserialize)]
struct QuarantineManifest {
    tool: String,
    stage: String,
    tool_version: String,
    dataset_sha256: String,
    rejected: u64,
    copied: u64,
    reasons: BTreeMap<String, u64>,
    files: Vec<FileEntry>,
}

impl Quarantine {
    fn find(&mut self, finding: String) {
        self.found += 1;
        if self.findings.len() < KEPT {
            self.findings.push(finding);
        }
    }
}

/// Copies the raw bytes of the rejected records of `dataset`, found below `config.input`, to `output`.
///
/// Every byte that is copied is held to `raw_sha256`. Where raw files have changed or are gone, they are in the findings and nothing
/// is written.
///
/// # Errors
/// When `dataset` is none or is damaged, `output` holds what no quarantine wrote or what was worked on since, or a file cannot be
/// read or written.
pub fn quarantine(dataset: &Path, config: &Config, output: &Path) -> Result<Quarantine> {
    let opened = Dataset::open(dataset)?;
    check_apart(&config.input.path, output)?;
    check_apart(dataset, output)?;
    check_untouched(output)?;
    let mut staging = Staging::create_beside(output, Kind::Quarantine)?;
    let scratch = SpillDir::create_beside(output)?;
    let rejected = scratch.file("rejected");
    let mut result = Quarantine { reasons: spill_rejected(&opened, &rejected)?, ..Quarantine::default() };
    result.rejected = result.reasons.values().sum();
    let walked = walk(&config.input.path, OnUnreadable::Reject)?;
    let mut work = Work {
        config,
        walked: &walked,
        names: Names::new(config, &walked),
        staging: &staging,
        files: Vec::new(),
        sidecars: BTreeSet::new(),
        result,
    };
    let mut list = staging.create(LIST)?;
    let list_path = staging.path().join(LIST);
    let mut rows = RejectedRows::open(&rejected)?;
    while let Some(raw_path) = rows.peek()?.map(|row| row.raw_path.clone()) {
        work.copy_file(&raw_path, &mut rows, &mut |listed| {
            serde_json::to_writer(&mut list, listed)
                .map_err(std::io::Error::from)
                .and_then(|()| list.write_all(b"\n"))
                .map_err(|error| Error::io("write", &list_path, error))
        })?;
    }
    let Work { mut files, result, .. } = work;
    let digest = list.finish()?;
    files.push(entry(LIST, (digest.bytes, digest.sha256), Some(result.rejected)));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    if result.found > 0 {
        return Ok(result);
    }
    let manifest = QuarantineManifest {
        tool: TOOL.to_owned(),
        stage: QUARANTINE.to_owned(),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        dataset_sha256: opened.manifest.dataset_sha256.clone(),
        rejected: result.rejected,
        copied: result.copied,
        reasons: result.reasons.clone(),
        files,
    };
    let mut file = staging.create(MANIFEST)?;
    write_json(&mut file, &manifest, &staging.path().join(MANIFEST))?;
    file.finish()?;
    staging.publish()?;
    Ok(result)
}

fn entry(path: &str, (bytes, sha256): (u64, [u8; 32]), rows: Option<u64>) -> FileEntry {
    FileEntry { path: path.to_owned(), bytes, sha256: Digest(sha256).to_string(), rows }
}

/// Mended records are somebody's work: a quarantine replaces only one that is as it was written.
fn check_untouched(output: &Path) -> Result<()> {
    let path = output.join(MANIFEST);
    if !is_there(&path) {
        return Ok(());
    }
    let written: Option<QuarantineManifest> = serde_json::from_slice(&read_limited(&path, MAX_MANIFEST)?).ok();
    let Some(written) = written.filter(|written| written.stage == QUARANTINE) else { return Ok(()) };
    let mut there: BTreeSet<PathBuf> = BTreeSet::from([path]);
    for file in &written.files {
        let path = output.join(&file.path);
        let same = digest_file(&path)?.is_some_and(|found| Digest(found.sha256).to_string() == file.sha256);
        if !same {
            return Err(touched(output, &file.path));
        }
        there.insert(path);
    }
    let walked = walk(output, OnUnreadable::Fail)?;
    let other = walked.files.iter().find(|file| !there.contains(&walked.path(&file.raw_path)));
    other.map_or(Ok(()), |file| Err(touched(output, &file.raw_path)))
}

fn touched(output: &Path, file: &str) -> Error {
    Error::usage(format!(
        "`{}` holds a quarantine that was worked on: `{file}` is not as it was written",
        output.display()
    ))
    .hint("move it away, or name another output")
}

/// Copying under way.
struct Work<'a> {
    config: &'a Config,
    walked: &'a Walk,
    names: Names<'a>,
    staging: &'a Staging,
    files: Vec<FileEntry>,
    /// Sidecars that were copied: several raw files may share one.
    sidecars: BTreeSet<String>,
    result: Quarantine,
}

impl Work<'_> {
    /// Copies what was rejected of one raw file; takes its rows, and hands each on to `list`.
    fn copy_file(
        &mut self,
        raw_path: &str,
        rows: &mut RejectedRows,
        list: &mut dyn FnMut(&Listed<'_>) -> Result<()>,
    ) -> Result<()> {
        // A row of no bytes needs no raw file, which may be one that cannot be read at all.
        while rows.peek()?.is_some_and(|row| row.raw_path == raw_path && row.raw_length == 0) {
            if let Some(row) = rows.next()? {
                list(&Listed { row: &row, file: None, file_offset: None, file_line: None })?;
            }
        }
        if rows.peek()?.is_none_or(|row| row.raw_path != raw_path) {
            return Ok(());
        }
        if !self.names.is_raw(raw_path) {
            let input = self.config.input.path.display();
            self.result.find(format!("{raw_path}: expected a file below `{input}`, but found none"));
            return rows.skip(raw_path);
        }
        let path = self.walked.path(raw_path);
        let limits = crate::io::ReadLimits {
            max_expansion: self.config.input.max_expansion,
            ..crate::io::ReadLimits::default()
        };
        let head = sniff_head(&path, &limits)?;
        let form = Form::of(choose(&head.name, &head.bytes));
        let target = self.names.target(raw_path, (form == Form::Rows, head.compression.is_some()));
        let relative = format!("{RAW}/{target}");
        let mut copier = Copier::new((&path, &head, limits), form, (self.staging, &relative))?;
        let source = (self.config, raw_path);
        let result = &mut self.result;
        copier.copy(source, rows, &mut |row, copied| match copied {
            Ok(Some(at)) => {
                result.copied += 1;
                list(&Listed { row, file: Some(&relative), file_offset: Some(at.offset), file_line: Some(at.line) })
            }
            Ok(None) => list(&Listed { row, file: None, file_offset: None, file_line: None }),
            Err(found) => {
                let place = format!("{raw_path}#{}", row.raw_index);
                result.find(format!("{place}: expected the bytes of {}, but found {found}", row.raw_sha256));
                Ok(())
            }
        })?;
        self.result.files += 1;
        self.files.push(copier.finish(&relative)?);
        self.copy_sidecar(raw_path, &target)
    }

    fn copy_sidecar(&mut self, raw_path: &str, target: &str) -> Result<()> {
        let Some(sidecar) = self.names.sidecar_of(raw_path) else { return Ok(()) };
        let relative = format!("{RAW}/{}", sidecar_target(&sidecar, raw_path, target));
        if self.sidecars.insert(relative.clone()) {
            let bytes = read_limited(&self.walked.path(&sidecar), MAX_SIDECAR)?;
            let mut file = self.staging.create(&relative)?;
            file.write_all(&bytes).map_err(|error| Error::io("write", &self.staging.path().join(&relative), error))?;
            let digest = file.finish()?;
            self.files.push(entry(&relative, (digest.bytes, digest.sha256), None));
        }
        Ok(())
    }
}
