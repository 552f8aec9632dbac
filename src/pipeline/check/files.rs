//! The manifest and the files around it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use super::report::Report;
use super::rules::Rule;
use crate::columns::extension::table_of_schema;
use crate::columns::json_schema::{schema_file, schema_text};
use crate::columns::{ARTICLES, Release, Table, tables_of};
use crate::error::{Error, Result};
use crate::io::{OnUnreadable, digest_file, is_directory, is_there, open_file, read_limited, walk};
use crate::kernels::sha256::Digest;
use crate::kernels::word_mistake::word_mistake;
use crate::manifest::{FileEntry, Manifest, TOOL};
use crate::origin::escape_path;
use crate::pipeline::describe::documents;
use crate::pipeline::incremental::FOLDER;
use crate::pipeline::interim::MANIFEST;
use crate::pipeline::shard_files::{shard_prefix, shard_stem};

/// File of the facts of a run.
const RUN_FACTS: &str = "run.json";
/// Largest manifest, in bytes.
const MAX_MANIFEST: u64 = 1 << 30;
/// Largest JSON Schema, in bytes.
const MAX_SCHEMA: u64 = 16 << 20;

/// The files of one table.
#[derive(Debug)]
pub struct TableFiles<'m> {
    /// The table.
    pub table: &'static Table,
    /// Parquet files in order, each with its JSONL file where there is one.
    pub shards: Vec<(&'m FileEntry, Option<&'m FileEntry>)>,
    /// The part of each of them: 0 for what was written whole, then the appended ones.
    pub parts: Vec<u16>,
    /// Whether no file is known to be missing.
    pub complete: bool,
}

/// Reads the manifest of a dataset; none when it cannot be understood, which is a finding.
///
/// # Errors
/// Usage errors when `root` is not a dataset: no directory, no manifest, or a folder between two stages.
pub fn read_manifest(root: &Path, report: &mut Report) -> Result<Option<Manifest>> {
    let no_dataset = |why: &str| {
        Error::usage(format!("expected a dataset at `{}`, but found {why}", root.display()))
            .hint("name the folder that `copydesk run` wrote: it holds `manifest.json`")
    };
    if !is_there(root) {
        return Err(no_dataset("nothing there"));
    }
    if !is_directory(root)? {
        return Err(no_dataset("no directory"));
    }
    let path = root.join(MANIFEST);
    if open_file(&path)?.is_none() {
        return Err(no_dataset("no `manifest.json` in it"));
    }
    let value: serde_json::Value = match serde_json::from_slice(&read_limited(&path, MAX_MANIFEST)?) {
        Ok(value) => value,
        Err(error) => {
            report.add(Rule::ManifestReadable, MANIFEST, format_args!("expected JSON, but found {error}"));
            return Ok(None);
        }
    };
    if let Some(stage) = value.get("stage").and_then(serde_json::Value::as_str) {
        return Err(no_dataset(&format!("what `copydesk {stage}` wrote")).hint("the last stage is `copydesk export`"));
    }
    match serde_json::from_value::<Manifest>(value) {
        Ok(manifest) if manifest.tool == TOOL => Ok(Some(manifest)),
        Ok(manifest) => {
            report.add(
                Rule::ManifestReadable,
                MANIFEST,
                format_args!("expected the tool `{TOOL}`, but found `{}`", manifest.tool),
            );
            Ok(None)
        }
        Err(error) => {
            report.add(
                Rule::ManifestReadable,
                MANIFEST,
                format_args!("expected a manifest, but: {}", word_mistake(&error.to_string())),
            );
            Ok(None)
        }
    }
}

/// Checks presence, length and digest of every listed file, and that no other is there.
///
/// # Errors
/// When the operating system refuses a file or directory.
pub fn check_files(root: &Path, manifest: &Manifest, report: &mut Report) -> Result<()> {
    if let Some(open) = manifest.account.open_sum() {
        report.add(Rule::ManifestSums, MANIFEST, open);
    }
    let mut listed = BTreeSet::from([MANIFEST.to_owned(), RUN_FACTS.to_owned()]);
    for entry in &manifest.files {
        if !listed.insert(escape_path(entry.path.as_bytes())) {
            report.add(
                Rule::ManifestReadable,
                MANIFEST,
                format_args!("expected each file once, but found `{}` again", entry.path),
            );
            continue;
        }
        let Some(path) = path_of(root, entry) else {
            report.add(
                Rule::ManifestReadable,
                MANIFEST,
                format_args!("expected a path below the dataset, but found `{}`", entry.path),
            );
            continue;
        };
        let place = entry.path.as_str();
        let Some(found) = digest_file(&path)? else {
            report.add(Rule::FilePresent, place, "expected a file, but found none");
            continue;
        };
        report.checked.files += 1;
        report.checked.bytes += found.bytes;
        let sha256 = Digest(found.sha256).to_string();
        if found.bytes != entry.bytes {
            report.add(
                Rule::FileLength,
                place,
                format_args!("expected {} bytes, but found {}", entry.bytes, found.bytes),
            );
        }
        if sha256 != entry.sha256 {
            report.add(Rule::FileDigest, place, format_args!("expected {}, but found {sha256}", entry.sha256));
        }
    }
    let there = walk(root, OnUnreadable::Fail)?;
    let backups = there.hidden.iter().filter(|path| !path.rsplit('/').next().is_some_and(|name| name.starts_with('.')));
    let files = there.files.iter().map(|file| &file.raw_path);
    for path in files.chain(&there.symlinks).chain(&there.special).chain(backups) {
        let of_index = path.strip_prefix(FOLDER).is_some_and(|rest| rest.starts_with('/'));
        if !of_index && !listed.contains(path) {
            report.add(Rule::FileUnlisted, path.as_str(), "expected no such file: the manifest does not list it");
        }
    }
    Ok(())
}

/// The table of articles of a dataset, from its own schema where the manifest says that it is extended.
///
/// # Errors
/// When the operating system refuses the file.
pub fn articles_table((root, manifest): (&Path, &Manifest), report: &mut Report) -> Result<&'static Table> {
    let strictest = manifest.release.as_ref().map_or(Release::FullText, |release| release.terms.strictest());
    Ok(extended_table((root, manifest), report)?.released(strictest))
}

/// The table of articles with the user's own columns.
fn extended_table((root, manifest): (&Path, &Manifest), report: &mut Report) -> Result<&'static Table> {
    let Some(stated) = &manifest.extends else { return Ok(&ARTICLES) };
    let file = format!("schema/{}", schema_file(&ARTICLES));
    let path = root.join(&file);
    if open_file(&path)?.is_none_or(|(_, length)| length > MAX_SCHEMA) {
        return Ok(&ARTICLES);
    }
    let bytes = read_limited(&path, MAX_SCHEMA)?;
    let digest = |canonical: &str| Digest::of(canonical.as_bytes()).to_string();
    match table_of_schema(&file, &String::from_utf8_lossy(&bytes), digest) {
        Ok(table) => {
            let found = table.extension.map_or("none", |extension| extension.digest.as_str());
            if found != stated {
                let detail = format_args!("expected the extension {stated}, but found {found}");
                report.add(Rule::SchemaFiles, file.as_str(), detail);
            }
            Ok(table)
        }
        Err(error) => {
            let cause = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
            report.add(Rule::SchemaFiles, file.as_str(), cause);
            Ok(&ARTICLES)
        }
    }
}

/// Compares the JSON Schemas with those that this version makes.
///
/// # Errors
/// When the operating system refuses a file.
pub fn check_schemas(
    (root, manifest): (&Path, &Manifest),
    articles: &'static Table,
    report: &mut Report,
) -> Result<()> {
    for table in tables_of(articles, manifest.splits.is_some()) {
        let file = format!("schema/{}", schema_file(table));
        if !manifest.files.iter().any(|entry| entry.path == file) {
            report.add(Rule::SchemaFiles, file.as_str(), "expected a file, but the manifest lists none");
            continue;
        }
        let path = root.join(&file);
        if open_file(&path)?.is_some_and(|(_, length)| length <= MAX_SCHEMA)
            && read_limited(&path, MAX_SCHEMA)? != schema_text(table).into_bytes()
        {
            report.add(
                Rule::SchemaFiles,
                file.as_str(),
                "expected the schema that this version makes, but found another",
            );
        }
    }
    Ok(())
}

/// Compares the card and its like with what the manifest says.
///
/// # Errors
/// When the operating system refuses a file.
pub fn check_documents(
    (root, manifest): (&Path, &Manifest),
    articles: &'static Table,
    report: &mut Report,
) -> Result<()> {
    let tables: Vec<_> = tables_of(articles, manifest.splits.is_some()).collect();
    for (file, text) in documents(manifest, &tables) {
        if !manifest.files.iter().any(|entry| entry.path == file) {
            report.add(Rule::Documents, file, "expected a file, but the manifest lists none");
            continue;
        }
        let path = root.join(file);
        let Some((_, length)) = open_file(&path)? else { continue };
        if length != text.len() as u64 || read_limited(&path, length)? != text.into_bytes() {
            let detail = "expected what this version makes of the manifest, but found another text";
            report.add(Rule::Documents, file, detail);
        }
    }
    Ok(())
}

/// Sorts the data files of the manifest by table, and checks that none is missing among them.
pub fn table_files<'m>(manifest: &'m Manifest, articles: &'static Table, report: &mut Report) -> Vec<TableFiles<'m>> {
    let entries: BTreeMap<&str, &FileEntry> = manifest.files.iter().map(|entry| (entry.path.as_str(), entry)).collect();
    tables_of(articles, manifest.splits.is_some())
        .map(|table| {
            let mut files = TableFiles { table, shards: Vec::new(), parts: Vec::new(), complete: true };
            for part in 0..=manifest.appended.len() {
                files.take_part(u16::try_from(part).unwrap_or(u16::MAX), &entries, report);
            }
            files
        })
        .collect()
}

impl<'m> TableFiles<'m> {
    /// Adds the files of a part.
    fn take_part(&mut self, part: u16, entries: &BTreeMap<&str, &'m FileEntry>, report: &mut Report) {
        let prefix = shard_prefix(self.table, part);
        let of_part = |path: &str| {
            let rest = path.strip_prefix(&prefix).and_then(|rest| rest.strip_suffix(".parquet"));
            rest.is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
        };
        let count = entries.keys().filter(|path| of_part(path)).count();
        if count == 0 {
            self.complete = false;
            report.add(
                Rule::ShardNames,
                MANIFEST,
                format_args!("expected a Parquet file of `{}`, but found none", self.table.name),
            );
        }
        for number in 0..count {
            let stem = shard_stem(self.table, part, (number, count));
            let Some(parquet) = entries.get(format!("{stem}.parquet").as_str()) else {
                self.complete = false;
                report.add(
                    Rule::ShardNames,
                    MANIFEST,
                    format_args!("expected `{stem}.parquet`, but the manifest does not list it"),
                );
                continue;
            };
            let jsonl = ["jsonl", "jsonl.zst"].iter().find_map(|end| entries.get(format!("{stem}.{end}").as_str()));
            if jsonl.is_none() && self.table.name == ARTICLES.name {
                report.add(
                    Rule::ShardNames,
                    parquet.path.as_str(),
                    "expected a JSONL file of the same rows, but the manifest lists none",
                );
            }
            self.shards.push((parquet, jsonl.copied()));
            self.parts.push(part);
        }
    }
}

/// Where a listed file lies; none when its path leads out of the dataset.
pub fn path_of(root: &Path, entry: &FileEntry) -> Option<PathBuf> {
    let relative = Path::new(&entry.path);
    let inside = relative.components().all(|part| matches!(part, Component::Normal(_)));
    (inside && !entry.path.is_empty()).then(|| root.join(relative))
}
