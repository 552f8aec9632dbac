//! The YAML head of the card, as the Hugging Face Hub and its `datasets` library read it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::Subject;
use super::licenses::{address, hub_name};
use super::markup::yaml;
use crate::columns::{ColumnType, Table};

const LAW: &str = "law: writing to a string cannot fail";

/// The head, with the lines that open and close it.
pub fn front_matter(subject: Subject<'_>) -> String {
    let manifest = subject.manifest;
    let dataset = &manifest.dataset;
    let mut out = format!("---\npretty_name: {}\n", yaml(subject.name()));
    push_list(&mut out, "language", languages(subject));
    push_license(&mut out, dataset.license.as_deref());
    writeln!(out, "size_categories:\n- {}", size_category(manifest.account.articles)).expect(LAW);
    push_list(&mut out, "task_categories", dataset.task_categories.iter().map(|name| yaml(name)));
    push_list(&mut out, "tags", dataset.keywords.iter().map(|word| yaml(word)));
    // The library refuses to load a table without rows.
    let has_rows = |table: &&Table| manifest.rows.get(table.name).is_some_and(|rows| *rows > 0);
    let tables: Vec<_> =
        subject.tables.iter().copied().enumerate().filter(|(place, table)| *place == 0 || has_rows(table)).collect();
    out.push_str("configs:\n");
    for (_, table) in &tables {
        let main = table.name == subject.articles().name;
        let (name, files) =
            if main { ("default", "data/*".to_owned()) } else { (table.name, format!("tables/{}-*", table.name)) };
        writeln!(out, "- config_name: {name}\n  data_files: {files}.parquet").expect(LAW);
    }
    out.push_str("dataset_info:\n");
    for (_, table) in &tables {
        push_info(&mut out, subject, table);
    }
    out.push_str("---\n");
    out
}

fn push_list(out: &mut String, key: &str, values: impl IntoIterator<Item = String>) {
    let items: Vec<String> = values.into_iter().map(|value| format!("- {value}\n")).collect();
    if !items.is_empty() {
        writeln!(out, "{key}:\n{}", items.concat().trim_end()).expect(LAW);
    }
}

/// ISO 639 codes: the first subtag of every language that is known, quoted because `no` is a truth value in YAML 1.1.
fn languages(subject: Subject<'_>) -> BTreeSet<String> {
    let tags = subject.manifest.composition.languages.counts.keys();
    let codes = tags.map(|tag| tag.split('-').next().unwrap_or(tag).to_ascii_lowercase());
    codes.filter(|code| matches!(code.len(), 2 | 3) && code != "und").map(|code| yaml(&code)).collect()
}

fn push_license(out: &mut String, license: Option<&str>) {
    match license.map(|license| (license, hub_name(license))) {
        None => out.push_str("license: unknown\n"),
        Some((_, Some(name))) => writeln!(out, "license: {name}").expect(LAW),
        Some((license, None)) => {
            writeln!(out, "license: other\nlicense_name: {}", yaml(license)).expect(LAW);
            if let Some(address) = address(license) {
                writeln!(out, "license_link: {}", yaml(&address)).expect(LAW);
            }
        }
    }
}

/// The Hub's classes of size.
fn size_category(rows: u64) -> &'static str {
    match rows {
        0..1_000 => "n<1K",
        1_000..10_000 => "1K<n<10K",
        10_000..100_000 => "10K<n<100K",
        100_000..1_000_000 => "100K<n<1M",
        1_000_000..10_000_000 => "1M<n<10M",
        10_000_000..100_000_000 => "10M<n<100M",
        100_000_000..1_000_000_000 => "100M<n<1B",
        1_000_000_000..10_000_000_000 => "1B<n<10B",
        10_000_000_000..100_000_000_000 => "10B<n<100B",
        100_000_000_000..1_000_000_000_000 => "100B<n<1T",
        _ => "n>1T",
    }
}

/// Columns, rows and bytes of a table.
fn push_info(out: &mut String, subject: Subject<'_>, table: &Table) {
    let main = table.name == subject.articles().name;
    writeln!(out, "- config_name: {}\n  features:", if main { "default" } else { table.name }).expect(LAW);
    for column in table.columns {
        let kind = match column.kind {
            ColumnType::Text => "dtype: string",
            ColumnType::Boolean => "dtype: bool",
            ColumnType::Int32 => "dtype: int32",
            ColumnType::Int64 => "dtype: int64",
            ColumnType::Float64 => "dtype: float64",
            ColumnType::Date => "dtype: date32",
            ColumnType::Timestamp => "dtype: timestamp[us, tz=UTC]",
            ColumnType::TextList => "list: string",
        };
        writeln!(out, "  - name: {}\n    {kind}", column.name).expect(LAW);
    }
    let files: u64 = subject.parquet_files(table.name).map(|file| file.bytes).sum();
    let rows = subject.manifest.rows.get(table.name).copied().unwrap_or_default();
    // A split must state its bytes in memory, which are known of `articles` alone.
    if main {
        let bytes = subject.manifest.composition.value_bytes;
        writeln!(out, "  splits:\n  - name: train\n    num_bytes: {bytes}\n    num_examples: {rows}").expect(LAW);
        writeln!(out, "  dataset_size: {bytes}").expect(LAW);
    }
    writeln!(out, "  download_size: {files}").expect(LAW);
}
