//! Which names the copies have: those of the raw files, so that sidecars and path patterns mean the same.

use std::collections::BTreeSet;

use crate::config::Config;
use crate::io::Walk;
use crate::kernels::match_path::PathPattern;
use crate::origin::unescape_path;
use crate::readers::sidecar::{SUFFIXES, sidecar_names};

/// Suffixes of compressed files.
const COMPRESSION: &[&str] = &[".gz", ".zst", ".bz2", ".xz"];

/// The names of the raw files, and those that copies have taken.
pub struct Names<'a> {
    raw: BTreeSet<&'a str>,
    patterns: &'a [PathPattern],
    taken: BTreeSet<String>,
}

impl<'a> Names<'a> {
    /// Names below the input of a configuration.
    pub fn new(config: &'a Config, walked: &'a Walk) -> Self {
        let raw = walked.files.iter().map(|file| file.raw_path.as_str()).collect();
        Self { raw, patterns: &config.input.path_patterns, taken: BTreeSet::new() }
    }

    /// Whether there is such a raw file.
    pub fn is_raw(&self, raw_path: &str) -> bool {
        self.raw.contains(raw_path)
    }

    /// The sidecar of a raw file.
    pub fn sidecar_of(&self, raw_path: &str) -> Option<String> {
        sidecar_names(raw_path).find(|name| self.is_raw(name))
    }

    /// The name of a copy, below its folder: that of the raw file, without the suffix of its compression where no other file has that
    /// name and no path pattern tells them apart; rows of Parquet are JSON lines.
    pub fn target(&mut self, raw_path: &str, (as_lines, compressed): (bool, bool)) -> String {
        let mut name = raw_path.to_owned();
        if compressed
            && let Some(plain) = COMPRESSION.iter().find_map(|suffix| raw_path.strip_suffix(suffix))
            && self.is_free(plain)
            && self.facts(plain) == self.facts(raw_path)
        {
            plain.clone_into(&mut name);
        }
        while as_lines && (name == raw_path || !self.is_free(&name)) || self.taken.contains(&name) {
            name.push_str(".jsonl");
        }
        self.taken.insert(name.clone());
        shown(&name)
    }

    fn is_free(&self, name: &str) -> bool {
        let folder = format!("{name}/");
        let below = self.raw.range(folder.as_str()..).next().is_some_and(|other| other.starts_with(&folder));
        !name.is_empty() && !name.ends_with('/') && !below && !self.raw.contains(name) && !self.taken.contains(name)
    }

    /// What the first pattern that matches says.
    fn facts(&self, raw_path: &str) -> Option<Vec<String>> {
        let statements = self.patterns.iter().find_map(|pattern| pattern.matches(raw_path))?;
        Some(statements.iter().map(|statement| format!("{:?} {}", statement.field, statement.value)).collect())
    }
}

/// The name that the copy of a sidecar has, beside the copy `target` of its raw file.
pub fn sidecar_target(sidecar: &str, raw_path: &str, target: &str) -> String {
    let suffix = SUFFIXES.iter().map(|(suffix, _)| *suffix).find(|suffix| sidecar.ends_with(suffix));
    match suffix {
        Some(suffix) if target != shown(raw_path) => format!("{target}{suffix}"),
        _ => shown(sidecar),
    }
}

/// A raw path as a name of a file: bytes that are not UTF-8 stay escaped, and nothing is hidden.
fn shown(raw_path: &str) -> String {
    let plain = String::from_utf8(unescape_path(raw_path)).unwrap_or_else(|_| raw_path.to_owned());
    let parts = plain.split('/').map(|part| if part.starts_with('.') { format!("_{part}") } else { part.to_owned() });
    parts.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names<'a>(raw: &[&'a str]) -> Names<'a> {
        Names { raw: raw.iter().copied().collect(), patterns: &[], taken: BTreeSet::new() }
    }

    #[test]
    fn copies_keep_their_names_and_never_share_one() {
        let mut some =
            names(&["a.jsonl.gz", "b.jsonl", "b.jsonl.gz", "c.gz", "c/d", "e.jsonl.gz", "e.jsonl.xz", "p.parquet"]);
        let target =
            |some: &mut Names<'_>, name: &str| some.target(name, (name.ends_with("parquet"), !name.ends_with("jsonl")));
        assert_eq!(target(&mut some, "a.jsonl.gz"), "a.jsonl");
        assert_eq!(target(&mut some, "b.jsonl"), "b.jsonl");
        assert_eq!(target(&mut some, "b.jsonl.gz"), "b.jsonl.gz");
        assert_eq!(target(&mut some, "c.gz"), "c.gz");
        assert_eq!(
            (target(&mut some, "e.jsonl.gz"), target(&mut some, "e.jsonl.xz")),
            ("e.jsonl".into(), "e.jsonl.xz".into())
        );
        assert_eq!(target(&mut some, "p.parquet"), "p.parquet.jsonl");
        assert_eq!(
            (shown("100%25.txt"), shown("caf%E9"), shown(".x/y")),
            ("100%.txt".into(), "caf%E9".into(), "_.x/y".into())
        );
        assert_eq!(sidecar_target("x.meta.json", "x.txt", "x.txt"), "x.meta.json");
        assert_eq!(sidecar_target("x.meta.json", "x.txt.gz", "x.txt"), "x.txt.meta.json");
    }
}
