//! Finds the lines of JSONL files that hold the rows of findings, so that a finding can be looked at in an editor.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;

use super::report::{Report, TextPlace};
use crate::error::Result;
use crate::io::{ReadLimits, open, open_file};
use crate::stream::damage_of;

const BUFFER: usize = 256 << 10;

/// Gives each finding about a row of `articles` its line in the JSONL file of the same rows, where that is plain text.
///
/// Only files with findings are read, each up to the last line that is asked for.
///
/// # Errors
/// When the operating system refuses a file.
pub fn place_rows(root: &Path, report: &mut Report) -> Result<()> {
    let mut wanted: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
    for (file, row) in report.findings.iter().filter_map(|finding| Some((jsonl_of(&finding.file)?, finding.row?))) {
        wanted.entry(file).or_default().insert(row);
    }
    for (file, rows) in wanted {
        let starts = line_starts(&root.join(&file), &rows)?;
        for finding in report.findings.iter_mut().filter(|finding| jsonl_of(&finding.file).as_ref() == Some(&file)) {
            let start = finding.row.and_then(|row| Some((row, *starts.get(&row)?)));
            finding.at = start.map(|(row, byte)| TextPlace { file: file.clone(), line: row + 1, byte });
        }
    }
    Ok(())
}

/// The JSONL file that holds the rows of a file of `articles`.
fn jsonl_of(file: &str) -> Option<String> {
    let stem = file.strip_prefix("data/")?;
    let stem = stem.strip_suffix(".parquet").or_else(|| stem.strip_suffix(".jsonl"))?;
    Some(format!("data/{stem}.jsonl"))
}

/// Where lines begin, by their number from 0; lines that are not there have none.
fn line_starts(path: &Path, lines: &BTreeSet<u64>) -> Result<BTreeMap<u64, u64>> {
    let mut starts = BTreeMap::new();
    if open_file(path)?.is_none() {
        return Ok(starts);
    }
    let mut input = open(path, &ReadLimits::default())?;
    let mut buffer = vec![0; BUFFER];
    let (mut line, mut offset) = (0, 0);
    let last = lines.last().copied().unwrap_or_default();
    if lines.contains(&0) {
        starts.insert(0, 0);
    }
    while line < last {
        let count = match input.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => match damage_of(error) {
                Ok(_) => break,
                Err(error) => return Err(crate::error::Error::io("read", path, error)),
            },
        };
        for end in memchr::memchr_iter(b'\n', buffer.get(..count).unwrap_or_default()) {
            line += 1;
            if lines.contains(&line) {
                starts.insert(line, offset + end as u64 + 1);
            }
        }
        offset += count as u64;
    }
    Ok(starts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_by_their_number() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        assert!(line_starts(&path, &BTreeSet::from([0])).unwrap().is_empty());
        crate::io::write_new(&path, b"{}\n{\"a\":1}\n\n{}\n").unwrap();
        let starts = line_starts(&path, &BTreeSet::from([0, 1, 3, 9])).unwrap();
        assert_eq!(starts, BTreeMap::from([(0, 0), (1, 3), (3, 12)]));
    }

    #[test]
    fn only_articles_have_lines() {
        assert_eq!(
            jsonl_of("data/articles-00000-of-00001.parquet").as_deref(),
            Some("data/articles-00000-of-00001.jsonl")
        );
        assert_eq!((jsonl_of("tables/records-00000-of-00001.parquet"), jsonl_of("manifest.json")), (None, None));
    }
}
