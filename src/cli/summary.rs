//! The account of a run in words and a table: what came in, what was kept, what was a duplicate, what was rejected and why.

use std::fmt::Write as _;

use indicatif::HumanBytes;

use super::run::Loaded;
use crate::error::Result;
use crate::kernels::parse_bytes::format_bytes;
use crate::manifest::{Account, AppendedPart, InputAccount, Manifest};
use crate::pipeline::{Outcome, Plan, RunOptions, STAGE_NAMES};

/// Sources that the table shows; the rest is one line.
const MAX_SOURCES: usize = 20;
/// Seconds that a megabyte of raw text takes on one thread of a machine of 2023: the measure of the estimate.
const SECONDS_PER_MB: f64 = 0.02;

/// What `run --dry-run` prints.
///
/// # Errors
/// When the memory is too little.
pub fn plan(loaded: &Loaded, plan: &Plan, options: &RunOptions) -> Result<String> {
    let mut text = String::new();
    let config = &loaded.config;
    line(&mut text, &format!("configuration: {}", loaded.origin));
    line(&mut text, &format!("input: `{}`", config.input.path.display()));
    line(&mut text, &format!("output: `{}`", config.export.path.display()));
    let memory = options.memory_plan()?;
    line(&mut text, &format!("threads: {}, memory: {}", memory.workers, format_bytes(options.memory)));
    line(&mut text, &format!("stages: {}", STAGE_NAMES.join(", ")));
    let mut rows = vec![cells(["format", "files", "bytes"])];
    for (format, (files, bytes)) in plan.formats() {
        rows.push(cells([format, &files.to_string(), &bytes.to_string()]));
    }
    table(&mut text, &rows);
    if plan.input.sidecars > 0 {
        line(&mut text, &plural(plan.input.sidecars, "sidecar"));
    }
    passed_over(&mut text, &plan.input);
    let seconds = plan.bytes as f64 / 1e6 * SECONDS_PER_MB / memory.workers as f64;
    line(&mut text, &format!("estimate: {:.0} s for {} on disk", seconds.max(1.0), HumanBytes(plan.bytes)));
    Ok(text)
}

/// What a run prints at its end.
pub fn outcome(loaded: &Loaded, outcome: &Outcome) -> String {
    let mut text = String::new();
    let manifest = &outcome.manifest;
    line(&mut text, &format!("configuration: {}", loaded.origin));
    if !manifest.account.stages.is_empty() {
        stages(&mut text, &manifest.account);
    }
    if !manifest.account.sources.is_empty() {
        sources(&mut text, &manifest.account);
    }
    closing(&mut text, manifest);
    if let Some(arrivals) = &outcome.arrivals {
        let (unchanged, gone) = (plural(arrivals.unchanged, "raw file"), arrivals.gone);
        line(&mut text, &format!("{unchanged} unchanged, {} read, {gone} gone", arrivals.read));
        if manifest.release.as_ref().is_some_and(|release| release.terms.hides_anything()) {
            line(&mut text, "the dataset withholds texts or names, so all raw files were read again");
        }
        if let Some(part) = manifest.appended.last().filter(|_| arrivals.read > 0) {
            appended(&mut text, (manifest.appended.len(), part));
        }
    }
    let _written = write!(text, "wrote `{}` in {:.1} s", outcome.output.display(), outcome.seconds);
    text
}

/// What an appended part holds, and what a dataset made whole would say otherwise.
fn appended(text: &mut String, (number, part): (usize, &AppendedPart)) {
    let (articles, duplicates) = (plural(part.articles, "article"), plural(part.duplicates, "duplicate"));
    line(text, &format!("appended part {number}: {articles}, {duplicates}, {} rejected", part.rejected));
    let outdated = [
        (part.outdated_rows, "published row", "with fewer copies counted than there are now"),
        (part.preferred_arrivals, "cluster", "that a new article would stand for"),
        (part.changed_files, "raw file", "changed after being read"),
        (part.gone_files, "raw file", "gone after being read"),
    ];
    for (count, what, why) in outdated.iter().filter(|(count, ..)| *count > 0) {
        line(text, &format!("  {} {why}", plural(*count, what)));
    }
    if outdated.iter().any(|(count, ..)| *count > 0) {
        line(text, "  a run with `append-only = false` would change that");
    }
}

/// What is printed when a source lost too much: each such source, and pairs of removed records and what stays for them.
pub fn excesses(outcome: &Outcome) -> String {
    let mut text = String::new();
    for excess in &outcome.excesses {
        let share = 100.0 * excess.duplicates as f64 / excess.records.max(1) as f64;
        let (source, duplicates) = (&excess.source_id, excess.duplicates);
        line(
            &mut text,
            &format!(
                "source `{source}` lost {duplicates} of {} as duplicates ({share:.1} %)",
                plural(excess.records, "record")
            ),
        );
        for [removed, kept] in &excess.pairs {
            line(&mut text, &format!("  {} `{}` {}", removed.relation, removed.origin, one_line(&removed.title)));
            line(
                &mut text,
                &format!("    of `{}` {} | {}", kept.origin, one_line(&kept.title), one_line(&kept.excerpt)),
            );
        }
    }
    line(&mut text, "not published: a source lost more than `[dedup] guards` allows");
    let hint = "look at the pairs; raise `guards`, or set it to \"off\", when they are copies indeed";
    let _written = write!(text, "hint: {hint}");
    text
}

/// What is printed when too many records were rejected: how many, why, and the first of them.
pub fn refusals(loaded: &Loaded, outcome: &Outcome) -> String {
    let mut text = String::new();
    for refusal in &outcome.refusals {
        let (who, key) = match &refusal.source_id {
            None => (String::new(), "max-rejected"),
            Some(source) => (format!(" of source `{source}`"), "max-rejected-per-source"),
        };
        let share = 100.0 * refusal.rejected as f64 / refusal.records.max(1) as f64;
        let (rejected, records) = (refusal.rejected, plural(refusal.records, "record"));
        let most = &refusal.most;
        line(
            &mut text,
            &format!("{rejected} of {records}{who} were rejected ({share:.1} %), but `{key}` allows {most}"),
        );
        let reasons: Vec<String> = refusal.reasons.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
        line(&mut text, &format!("  {}", reasons.join(", ")));
        for example in &refusal.examples {
            let (origin, stage, reason) = (&example.origin, &example.stage, &example.reason);
            let place = if example.pointer.is_empty() { String::new() } else { format!(" at `{}`", example.pointer) };
            let detail = if example.detail.is_empty() { String::new() } else { format!(": {}", example.detail) };
            line(&mut text, &format!("  `{origin}` {stage}: {reason}{place}{detail}"));
        }
        if refusal.rejected > refusal.examples.len() as u64 {
            line(&mut text, &format!("  and {} more", refusal.rejected - refusal.examples.len() as u64));
        }
    }
    line(&mut text, "not published: more records were rejected than `[validate]` allows");
    let (failed, input) = (outcome.output.display(), loaded.config.input.path.display());
    let _written = write!(
        text,
        "hint: `copydesk quarantine {failed} --input {input} --output DIR` copies the rejected records out, ready to mend"
    );
    text
}

pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn stages(text: &mut String, account: &Account) {
    let mut rows = vec![cells(["stage", "in", "kept", "stopped", "why"])];
    for stage in &account.stages {
        let why: Vec<String> = stage.rejected.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
        rows.push(cells([
            &stage.stage,
            &stage.received.to_string(),
            &stage.kept.to_string(),
            &stage.rejected_total().to_string(),
            &why.join(", "),
        ]));
    }
    if account.articles + account.duplicates > 0 {
        let why: Vec<String> =
            account.relations.iter().map(|(relation, count)| format!("{relation} {count}")).collect();
        rows.push(cells([
            "dedup",
            &(account.articles + account.duplicates).to_string(),
            &account.articles.to_string(),
            &plural(account.duplicates, "duplicate"),
            &why.join(", "),
        ]));
    }
    table(text, &rows);
}

fn sources(text: &mut String, account: &Account) {
    let mut rows = vec![cells(["source", "in", "articles", "duplicates", "rejected"])];
    let with_takedowns = account.taken_down > 0;
    if with_takedowns {
        rows[0].push("taken down".to_owned());
    }
    let mut by_size: Vec<_> = account.sources.iter().collect();
    by_size.sort_by(|a, b| b.1.records.cmp(&a.1.records).then_with(|| a.0.cmp(b.0)));
    for (source, count) in by_size.iter().take(MAX_SOURCES) {
        rows.push(cells([
            source,
            &count.records.to_string(),
            &count.articles.to_string(),
            &count.duplicates.to_string(),
            &count.rejected.to_string(),
        ]));
        if with_takedowns {
            rows.last_mut().expect("law: a row was pushed").push(count.taken_down.to_string());
        }
    }
    if by_size.len() > MAX_SOURCES {
        rows.push(vec![format!("and {} more, see `manifest.json`", by_size.len() - MAX_SOURCES)]);
    }
    table(text, &rows);
}

fn closing(text: &mut String, manifest: &Manifest) {
    let account = &manifest.account;
    if account.sources.is_empty() {
        line(text, &format!("{} in, {} rejected so far", plural(account.records, "record"), account.rejected));
        return;
    }
    line(
        text,
        &format!(
            "{} = {} + {} + {} rejected{}",
            plural(account.records, "record"),
            plural(account.articles, "article"),
            plural(account.duplicates, "duplicate"),
            account.rejected,
            match account.taken_down {
                0 => String::new(),
                count => format!(" + {count} taken down"),
            }
        ),
    );
    if account.rejected > 0 {
        line(text, "`tables/records-*.parquet` names every rejected record with its place and reason");
    }
    let reserved: u64 = manifest.composition.sources.values().map(|source| source.reserved).sum();
    if reserved > 0 && manifest.release.as_ref().is_none_or(|release| !release.terms.is_stated) {
        let articles = plural(reserved, "article");
        line(
            text,
            &format!(
                "{articles} reserved against text and data mining: state `release` in `[export]` before you publish"
            ),
        );
    }
    let duplicates = &manifest.duplicates;
    if duplicates.clusters > 0 {
        let pairs: Vec<String> =
            duplicates.pairs.iter().map(|(relation, count)| format!("{relation} {count}")).collect();
        let of_pairs = if pairs.is_empty() { String::new() } else { format!("; pairs: {}", pairs.join(", ")) };
        let found = format!("{} of copies{of_pairs}", plural(duplicates.clusters, "cluster"));
        line(text, &found);
    }
    if duplicates.wide_buckets > 0 {
        let text_of = "buckets of similar texts have more than 64 members; each member was compared with the first 64";
        line(text, &format!("{} {text_of}", duplicates.wide_buckets));
    }
    if duplicates.wide_groups > 0 {
        line(
            text,
            &format!(
                "{} groups of copies have more than 64 members; each member was compared with the first 64",
                manifest.duplicates.wide_groups
            ),
        );
    }
    passed_over(text, &manifest.input);
}

fn passed_over(text: &mut String, input: &InputAccount) {
    for (count, what, fate) in [
        (input.symlinks, "symbolic link", "not followed"),
        (input.hidden, "hidden file", "passed over"),
        (input.special, "pipe, socket or device file", "passed over"),
    ] {
        if count > 0 {
            line(text, &format!("{}, {fate}", plural(count, what)));
        }
    }
}

/// A count and its noun.
pub(super) fn plural(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

pub(super) fn cells<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

/// Left-aligned first column and last column of words, numbers to the right.
pub(super) fn table(text: &mut String, rows: &[Vec<String>]) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width =
        |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let numeric = |at: usize| {
        rows.iter().skip(1).filter_map(|row| row.get(at)).all(|cell| cell.starts_with(|c: char| c.is_ascii_digit()))
    };
    let layout: Vec<(usize, bool)> = (0..columns).map(|at| (width(at), at > 0 && numeric(at))).collect();
    for row in rows {
        let mut rendered = String::new();
        for (cell, (width, right)) in row.iter().zip(&layout) {
            let padding = " ".repeat(width - cell.chars().count());
            if *right {
                rendered.push_str(&padding);
                rendered.push_str(cell);
            } else {
                rendered.push_str(cell);
                rendered.push_str(&padding);
            }
            rendered.push_str("  ");
        }
        line(text, rendered.trim_end());
    }
    text.push('\n');
}

pub(super) fn line(text: &mut String, words: &str) {
    text.push_str(words);
    text.push('\n');
}
