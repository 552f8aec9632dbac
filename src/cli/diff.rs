//! `copydesk diff`: prints how two datasets differ.

use std::num::NonZeroUsize;

use super::arguments::{DiffArguments, DiffFormat};
use super::schema::pretty;
use super::schema_diff::{code, escaped};
use super::summary::{cells, line, plural, table};
use super::{ExitStatus, out};
use crate::error::Result;
use crate::pipeline::diff::{DatasetDiff, RowCounts, diff_datasets};
use crate::pipeline::{RunOptions, diff};

/// Sources that are shown; the rest is one line.
const MAX_SOURCES: usize = 20;

/// `copydesk diff`
pub fn diff(arguments: &DiffArguments) -> Result<ExitStatus> {
    let memory = RunOptions::new(NonZeroUsize::MIN, arguments.memory.0).memory_plan()?;
    let diff = diff_datasets(&arguments.old, &arguments.new, (arguments.ids, memory))?;
    let text = match arguments.format {
        DiffFormat::Text if diff.equal => String::new(),
        DiffFormat::Text => plain(&diff),
        DiffFormat::Json => pretty(&diff)?,
        DiffFormat::Markdown => markdown(&diff),
    };
    out::stdout(out::printable(&text).as_bytes())?;
    if arguments.format == DiffFormat::Text {
        out::message(&closing(&diff));
    }
    Ok(if arguments.exit_code && !diff.equal { ExitStatus::Gate } else { ExitStatus::Success })
}

fn closing(diff: &DatasetDiff) -> String {
    let read = diff.old.files_read + diff.new.files_read;
    let how = if read == 0 { "by digests alone".to_owned() } else { format!("{} read", plural(read as u64, "file")) };
    if diff.equal { format!("the datasets are equal ({how})") } else { format!("the datasets differ ({how})") }
}

/// What happened to the rows, most important first.
fn counts(rows: &RowCounts) -> [(&'static str, u64); 5] {
    [
        ("added", rows.added),
        ("removed", rows.removed),
        ("changed", rows.changed),
        ("re-clustered", rows.reclustered),
        ("moved", rows.moved),
    ]
}

fn plain(diff: &DatasetDiff) -> String {
    let mut text = String::new();
    line(&mut text, &headline(diff));
    for (what, names) in [("gone", &diff.columns_removed), ("new", &diff.columns_added)] {
        if !names.is_empty() {
            line(&mut text, &format!("columns that are {what}: {}", names.join(", ")));
        }
    }
    if !diff.columns.is_empty() {
        line(&mut text, &format!("columns that differ: {}", listed(&diff.columns)));
    }
    for (what, fates) in [("removed rows became", &diff.removed_became), ("added rows were", &diff.added_were)] {
        if !fates.is_empty() {
            line(&mut text, &format!("{what}: {}", listed(fates)));
        }
    }
    for (place, rows) in [source_rows(diff), fate_rows(diff), id_rows(diff)].into_iter().enumerate() {
        if rows.len() > 1 {
            if place == 0 || !text.ends_with("\n\n") {
                text.push('\n');
            }
            table(&mut text, &rows);
        }
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn headline(diff: &DatasetDiff) -> String {
    let parts: Vec<String> = counts(&diff.rows).iter().map(|(what, count)| format!("{count} {what}")).collect();
    let (old, new) = (diff.old.articles, diff.new.articles);
    format!("articles {old} -> {new}: {}, {} equal", parts.join(", "), diff.rows.equal)
}

fn listed(counts: &std::collections::BTreeMap<String, u64>) -> String {
    let mut by_size: Vec<_> = counts.iter().collect();
    by_size.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
    by_size.iter().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
}

fn source_rows(diff: &DatasetDiff) -> Vec<Vec<String>> {
    let mut rows = vec![cells(["source", "added", "removed", "changed", "re-clustered", "moved"])];
    let mut by_size: Vec<_> = diff.sources.iter().collect();
    by_size.sort_by(|a, b| b.1.differing().cmp(&a.1.differing()).then_with(|| a.0.cmp(b.0)));
    for (source, of_source) in by_size.iter().take(MAX_SOURCES) {
        let mut row = vec![(*source).clone()];
        row.extend(counts(of_source).iter().map(|(_, count)| count.to_string()));
        rows.push(row);
    }
    if by_size.len() > MAX_SOURCES {
        rows.push(vec![format!("and {} more, see `--format json`", by_size.len() - MAX_SOURCES)]);
    }
    rows
}

fn fate_rows(diff: &DatasetDiff) -> Vec<Vec<String>> {
    let mut rows = vec![cells(["records", "old", "new"])];
    for change in &diff.fates {
        let name = format!("{} {}", change.fate, change.why);
        rows.push(cells([name.trim_end(), &change.old.to_string(), &change.new.to_string()]));
    }
    rows
}

fn id_rows(diff: &DatasetDiff) -> Vec<Vec<String>> {
    let mut rows = vec![cells(["id", "what", "columns"])];
    let diff::Ids { added, removed, changed, reclustered, moved } = &diff.ids;
    rows.extend(added.iter().map(|id| cells([id, "added", ""])));
    rows.extend(removed.iter().map(|id| cells([id, "removed", ""])));
    rows.extend(changed.iter().map(|(id, columns)| cells([id, "changed", &columns.join(", ")])));
    rows.extend(reclustered.iter().map(|(id, columns)| cells([id, "re-clustered", &columns.join(", ")])));
    rows.extend(moved.iter().map(|id| cells([id, "moved", ""])));
    let listed = rows.len() as u64 - 1;
    if diff.rows.differing() > listed && listed > 0 {
        rows.push(vec![format!("and {} more", diff.rows.differing() - listed)]);
    }
    rows
}

fn markdown(diff: &DatasetDiff) -> String {
    let mut text = format!("### Dataset: `{}` → `{}`\n\n", code(&diff.old.path), code(&diff.new.path));
    if diff.equal {
        text.push_str("The datasets are equal.\n");
        return text;
    }
    line(&mut text, &format!("{}.", headline(diff)));
    for (what, fates) in [
        ("Columns that differ", &diff.columns),
        ("Removed rows became", &diff.removed_became),
        ("Added rows were", &diff.added_were),
    ] {
        if !fates.is_empty() {
            line(&mut text, &format!("\n{what}: {}.", escaped(&listed(fates))));
        }
    }
    for (what, names) in [("gone", &diff.columns_removed), ("new", &diff.columns_added)] {
        if !names.is_empty() {
            line(&mut text, &format!("\nColumns that are {what}: {}.", escaped(&names.join(", "))));
        }
    }
    for rows in [source_rows(diff), fate_rows(diff), id_rows(diff)] {
        let Some((head, body)) = rows.split_first().filter(|(_, body)| !body.is_empty()) else { continue };
        line(&mut text, &format!("\n| {} |", head.join(" | ")));
        line(&mut text, &format!("|{}", "---|".repeat(head.len())));
        for row in body {
            let mut shown: Vec<String> = row.iter().map(|cell| escaped(cell)).collect();
            shown.resize(head.len(), String::new());
            line(&mut text, &format!("| {} |", shown.join(" | ")));
        }
    }
    text
}
