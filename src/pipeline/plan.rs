//! The plan of a run, checked before the first record is read: which files, which reader, which ranges, which facts from outside.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::SystemTime;

use crate::config::{Config, OnUnreadable};
use crate::error::Result;
use crate::io::{ReadLimits, Walk, WalkedFile, cut_lines, feed_lines, is_there, read_limited, sniff_head, walk};
use crate::manifest::InputAccount;
use crate::origin::ByteRange;
use crate::readers::{self, Layout, Reader, sidecar};
use crate::rejection::{ReasonCode, Rejection};
use crate::stages::ingest::FileFacts;
use crate::statement::{Field, Statement};

/// Uncompressed line files are cut at multiples of this.
const CUT: u64 = 64 << 20;
/// Largest sidecar that is read.
const MAX_SIDECAR: u64 = 1 << 20;
/// Buffer of a read.
const READ_BUFFER: usize = 128 << 10;

/// What a run will read.
pub struct Plan {
    /// Raw files in the order of their paths.
    pub files: Vec<PlannedFile>,
    /// Pieces of work, in the order of the files.
    pub units: Vec<Unit>,
    /// What was found below the root.
    pub input: InputAccount,
    /// Bytes on disk.
    pub bytes: u64,
    /// How files are opened.
    pub limits: ReadLimits,
}

/// A raw file.
pub struct PlannedFile {
    /// Where it can be opened.
    pub path: PathBuf,
    /// Size on disk.
    pub size: u64,
    /// Time of its last change, where the system keeps one.
    pub modified: Option<SystemTime>,
    /// What is known of every record in it.
    pub facts: FileFacts,
    /// Name in lower case without compression suffix.
    pub name: String,
    /// Who reads it, or why nobody does.
    pub reader: std::result::Result<&'static dyn Reader, Rejection>,
    /// Why its records stop although they can be read: a broken sidecar.
    pub stopped: Option<Rejection>,
    /// Whether the decoded stream differs from the bytes on disk.
    pub compressed: bool,
}

/// A piece of work: a file, or a range of one.
#[derive(Clone, Copy, Debug)]
pub struct Unit {
    /// Place in [`Plan::files`].
    pub file: usize,
    /// The range, when the file was cut.
    pub range: Option<ByteRange>,
    /// `raw_index` of its first record.
    pub base_index: i64,
}

impl Plan {
    /// Looks at every file below the input root of `config`.
    ///
    /// # Errors
    /// When the root, or with `on-unreadable = "error"` anything below it, cannot be read.
    pub fn new(config: &Config) -> Result<Self> {
        Self::of(config, |_| true)
    }

    /// The plan of reading one file alone, as a whole run would read it; without files when it is not there.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn only(config: &Config, raw_path: &str) -> Result<Self> {
        Self::of(config, |found| found == raw_path)
    }

    /// The plan of reading the files whose raw paths are wanted, as a whole run would read them.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn of(config: &Config, wanted: impl Fn(&str) -> bool) -> Result<Self> {
        let input = &config.input;
        let on_unreadable = match input.on_unreadable {
            OnUnreadable::Error => crate::io::OnUnreadable::Fail,
            OnUnreadable::Reject => crate::io::OnUnreadable::Reject,
        };
        let walked = walk(&input.path, on_unreadable).map_err(|error| {
            if is_there(&input.path) {
                error
            } else {
                error.hint("name the folder of raw articles with `--input`, or as `path` in `[input]`")
            }
        })?;
        let names: BTreeSet<&str> = walked.files.iter().map(|file| file.raw_path.as_str()).collect();
        let mut plan = Self {
            files: Vec::new(),
            units: Vec::new(),
            input: InputAccount {
                symlinks: walked.symlinks.len() as u64,
                hidden: walked.hidden.len() as u64,
                special: walked.special.len() as u64,
                ..InputAccount::default()
            },
            bytes: 0,
            limits: ReadLimits { buffer: READ_BUFFER, max_expansion: input.max_expansion },
        };
        let sidecars: BTreeSet<String> = walked
            .files
            .iter()
            .filter(|file| !sidecar::has_suffix(&file.raw_path))
            .flat_map(|file| sidecar::sidecar_names(&file.raw_path))
            .filter(|name| names.contains(name.as_str()))
            .collect();
        plan.input.sidecars = sidecars.len() as u64;
        for file in &walked.files {
            if sidecars.contains(&file.raw_path) || !wanted(&file.raw_path) {
                continue;
            }
            let planned = plan_file((config, &plan.limits), &walked, file, &names)?;
            *plan.input.files.entry(planned.facts.format.to_owned()).or_default() += 1;
            plan.bytes += planned.size;
            plan.files.push(planned);
        }
        for refused in walked.unreadable.iter().filter(|refused| wanted(&refused.raw_path)) {
            plan.files.push(unreadable(walked.path(&refused.raw_path), &refused.raw_path, &refused.error.to_string()));
            *plan.input.files.entry("unknown".to_owned()).or_default() += 1;
        }
        plan.files.sort_by(|a, b| a.facts.raw_path.cmp(&b.facts.raw_path));
        plan.cut()?;
        Ok(plan)
    }

    /// Keeps the work of reading some of its files; the list of files stays.
    pub fn read_only(&mut self, wanted: impl Fn(&PlannedFile) -> bool) {
        let files = &self.files;
        self.units.retain(|unit| wanted(&files[unit.file]));
        let wanted: BTreeSet<usize> = self.units.iter().map(|unit| unit.file).collect();
        self.bytes = wanted.iter().map(|file| self.files[*file].size).sum();
    }

    /// Cuts the files into units.
    fn cut(&mut self) -> Result<()> {
        for (at, file) in self.files.iter().enumerate() {
            let lines = file.reader.as_ref().is_ok_and(|reader| reader.layout() == Layout::Lines);
            if !lines || file.compressed || file.size <= CUT {
                self.units.push(Unit { file: at, range: None, base_index: 0 });
                continue;
            }
            let mut base_index = 0;
            let ranges = cut_lines(&file.path, file.size, CUT)?;
            for (number, range) in ranges.iter().enumerate() {
                self.units.push(Unit { file: at, range: Some(*range), base_index });
                if let Ok(reader) = &file.reader
                    && number + 1 < ranges.len()
                {
                    let mut records = 0;
                    feed_lines(&file.path, *range, 1 << 20, |lines| records += reader.count_lines(lines))?;
                    base_index += records as i64;
                }
            }
        }
        Ok(())
    }

    /// Files by format, for the plan that `--dry-run` prints.
    pub fn formats(&self) -> BTreeMap<&'static str, (u64, u64)> {
        let mut formats: BTreeMap<&'static str, (u64, u64)> = BTreeMap::new();
        for file in &self.files {
            let (files, bytes) = formats.entry(file.facts.format).or_default();
            *files += 1;
            *bytes += file.size;
        }
        formats
    }
}

fn plan_file(
    (config, limits): (&Config, &ReadLimits),
    walked: &Walk,
    file: &WalkedFile,
    names: &BTreeSet<&str>,
) -> Result<PlannedFile> {
    let path = walked.path(&file.raw_path);
    let head = match sniff_head(&path, limits) {
        Ok(head) => head,
        Err(error) if config.input.on_unreadable == OnUnreadable::Reject => {
            return Ok(unreadable(path, &file.raw_path, &cause_of(&error)));
        }
        Err(error) => return Err(with_unreadable_hint(error)),
    };
    let chosen = readers::choose(&head.name, &head.bytes);
    let format = chosen.map_or("unknown", |reader| reader.name());
    let mut facts =
        FileFacts { raw_path: file.raw_path.clone(), format, statements: Vec::new(), stated_outlet: String::new() };
    let mut stopped = None;
    if let Some(name) = sidecar::sidecar_names(&file.raw_path).find(|name| names.contains(name.as_str())) {
        let read = read_limited(&walked.path(&name), MAX_SIDECAR);
        let stated = match read {
            Ok(bytes) => sidecar::parse_sidecar(&name, &bytes, &config.own_keys),
            // Without what it says, its records would be other records.
            Err(error) if config.input.on_unreadable == OnUnreadable::Reject => {
                Err(Rejection::new(ReasonCode::UnreadableFile, format!("{}: {}", base_name(&name), cause_of(&error))))
            }
            Err(error) => return Err(with_unreadable_hint(error)),
        };
        match stated {
            Ok(statements) => facts.statements.extend(statements),
            Err(rejection) => stopped = Some(rejection),
        }
    }
    if let Some(statements) = config.input.path_patterns.iter().find_map(|pattern| pattern.matches(&file.raw_path)) {
        facts.statements.extend(statements);
    }
    facts.stated_outlet = stated_outlet(&facts.statements);
    let reader = chosen.ok_or_else(|| {
        Rejection::new(ReasonCode::UnknownFormat, "expected a known extension or signature, but found neither")
    });
    Ok(PlannedFile {
        path,
        size: head.size,
        modified: file.modified,
        facts,
        name: head.name,
        reader,
        stopped,
        compressed: head.compression.is_some(),
    })
}

/// The last part of a raw path.
fn base_name(raw_path: &str) -> &str {
    raw_path.rsplit('/').next().unwrap_or(raw_path)
}

/// The source string of a sidecar or path pattern, as written.
fn stated_outlet(statements: &[Statement<'_>]) -> String {
    let source = statements.iter().find(|statement| statement.field == Field::Source);
    source.map(|statement| statement.value.to_string()).unwrap_or_default()
}

fn unreadable(path: PathBuf, raw_path: &str, cause: &str) -> PlannedFile {
    let facts = FileFacts {
        raw_path: raw_path.to_owned(),
        format: "unknown",
        statements: Vec::new(),
        stated_outlet: String::new(),
    };
    let rejection = Rejection::new(ReasonCode::UnreadableFile, cause);
    PlannedFile {
        path,
        size: 0,
        modified: None,
        facts,
        name: String::new(),
        reader: Err(rejection),
        stopped: None,
        compressed: false,
    }
}

/// The innermost cause of an error, in words that do not name a path of the machine.
pub(super) fn cause_of(error: &crate::error::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// Adds the way out to an error about a file that the system refuses.
pub(super) fn with_unreadable_hint(error: crate::error::Error) -> crate::error::Error {
    if !error.hints().is_empty() {
        return error;
    }
    error.hint(
        "fix the permission, or set `on-unreadable = \"reject\"` in `[input]` to record the file as rejected and go on",
    )
}
