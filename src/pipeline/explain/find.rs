//! From an id or `RAW_PATH#INDEX` to rows of `records`.

use std::collections::BTreeMap;

use arrow::array::Array as _;
use arrow::datatypes::Int64Type;

use super::story::Story;
use crate::columns::RECORDS;
use crate::config::Config;
use crate::error::{Error, Result, did_you_mean};
use crate::pipeline::article_rows::{numbers, text};
use crate::pipeline::dataset_rows::{Dataset, Row};

/// Finds the records that `wanted` names: those of an id, or the one at a place.
///
/// # Errors
/// A usage error when there is none, with the nearest path for a misspelt one.
pub fn find_records(dataset: &Dataset<'_>, wanted: &str) -> Result<Vec<Row>> {
    let columns: Vec<&str> = RECORDS.columns.iter().map(|column| column.name).collect();
    if is_id(wanted) {
        let found = dataset.find(&RECORDS, &columns, |row| row.is("id", wanted))?;
        return if found.is_empty() {
            Err(Error::usage(format!("no record of `{}` has the id `{wanted}`", dataset.name()))
                .hint("an id changes with the bytes of its raw record; name the record as `RAW_PATH#INDEX`"))
        } else {
            Ok(found)
        };
    }
    let Some((path, index)) = split_place(wanted) else {
        return Err(Error::usage(format!("expected an id or `RAW_PATH#INDEX`, but found `{wanted}`"))
            .hint("an id is `art_` and 32 hexadecimal digits; a place is `agency/2025.jsonl#17`, counted from 0"));
    };
    let found =
        dataset.find(&RECORDS, &columns, |row| row.is("raw_path", path) && row.is_number("raw_index", index))?;
    if found.is_empty() { Err(no_such_place(dataset, path, index)?) } else { Ok(found) }
}

fn is_id(wanted: &str) -> bool {
    wanted.strip_prefix("art_").is_some_and(|digits| {
        digits.len() == 32 && digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
    })
}

fn split_place(wanted: &str) -> Option<(&str, i64)> {
    let (path, index) = wanted.rsplit_once('#')?;
    let digits = !index.is_empty() && index.bytes().all(|digit| digit.is_ascii_digit());
    (digits && !path.is_empty()).then(|| index.parse().ok().map(|index| (path, index))).flatten()
}

/// Says whether it is the path or the index that no record has.
fn no_such_place(dataset: &Dataset<'_>, path: &str, index: i64) -> Result<Error> {
    let mut last: BTreeMap<String, i64> = BTreeMap::new();
    dataset.scan(&RECORDS, &["raw_path", "raw_index"], |batch| {
        let (paths, indexes) = (text(batch, "raw_path"), numbers::<Int64Type>(batch, "raw_index"));
        for row in 0..paths.len() {
            match last.get_mut(paths.value(row)) {
                Some(last) => *last = indexes.value(row).max(*last),
                None => drop(last.insert(paths.value(row).to_owned(), indexes.value(row))),
            }
        }
        Ok(())
    })?;
    if let Some(last) = last.get(path) {
        return Ok(Error::usage(format!("expected an index from 0 to {last} in `{path}`, but found {index}")));
    }
    let error = Error::usage(format!("no record of `{}` comes from `{path}`", dataset.name()));
    Ok(match did_you_mean(path, last.keys().map(String::as_str)) {
        Some(near) => error.hint(format!("did you mean `{near}#{index}`?")),
        None => error.hint("paths are relative to the input folder, as in `records.raw_path`"),
    })
}

/// Says which record it is, and whether the configuration is the dataset's.
pub fn tell_record(dataset: &Dataset<'_>, record: &Row, config: &Config, story: &mut Story) {
    let mut section = story.section("record");
    section.line("id", record.text("id"));
    section.line("raw file", record.text("raw_path"));
    section.line("place in it", format_args!("record {}, counted from 0", record.number("raw_index")));
    let (offset, length) = (record.number("raw_offset"), record.number("raw_length"));
    section.line("bytes", format_args!("{offset}..{} of the decoded stream", offset.saturating_add(length)));
    section.line("digest", record.text("raw_sha256"));
    if config.digest.to_string() != dataset.manifest.config_sha256 {
        section.line("beware", "the dataset was made with another configuration, so what follows may differ from it");
    }
    if dataset.manifest.tool_version != env!("CARGO_PKG_VERSION") {
        section.line("beware", format_args!("the dataset was made by copydesk {}", dataset.manifest.tool_version));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_places_are_told_apart() {
        assert!(is_id("art_0f3c9a5d7b1e2f4a6c8d0e1f2a3b4c5d") && !is_id("art_0F3c9a5d7b1e2f4a6c8d0e1f2a3b4c5d"));
        assert_eq!(split_place("a#b/c.jsonl#17"), Some(("a#b/c.jsonl", 17)));
        for bad in ["a.jsonl", "a.jsonl#", "#3", "a#-1", "a#99999999999999999999"] {
            assert_eq!(split_place(bad), None, "{bad}");
        }
    }
}
