//! `copydesk audit`: draws items to mark, and prints the error rates that the marks give.

use std::path::{Path, PathBuf};

use super::arguments::{AuditCommand, AuditDrawArguments, AuditReadArguments, DiffFormat};
use super::run::{MAX_CONFIG, load_config, written_config};
use super::schema::pretty;
use super::schema_diff::escaped;
use super::summary::{cells, line, plural, table};
use super::{ExitStatus, out};
use crate::error::{Error, Result};
use crate::io::{is_there, read_limited, write_atomic};
use crate::pipeline::audit::{DrawRule, PAGE, SHEET, draw_audit, read_audit};
use crate::writers::audit_result::{AuditResult, MeasuredRate};

/// Name of the result where the configuration names none.
const RESULT: &str = "audit.json";

/// `copydesk audit`
pub fn audit(command: &AuditCommand) -> Result<ExitStatus> {
    match command {
        AuditCommand::Draw(arguments) => draw(arguments),
        AuditCommand::Read(arguments) => read(arguments),
    }
}

fn draw(arguments: &AuditDrawArguments) -> Result<ExitStatus> {
    let loaded = load_config(arguments.config.as_deref(), arguments.input.as_deref(), None)?;
    let rule = DrawRule { sample: arguments.sample, seed: arguments.seed };
    let drawn = draw_audit(&arguments.dataset, &loaded.config, &arguments.output, rule)?;
    if !arguments.quiet {
        let mut text = String::new();
        let kinds: Vec<String> =
            drawn.iter().map(|kind| format!("{} of {}", kind.drawn, plural(kind.population, kind.kind))).collect();
        let strata: usize = drawn.iter().map(|kind| kind.strata).sum();
        line(&mut text, &format!("drew {} from {}", kinds.join(", "), strata_words(strata)));
        let (output, dataset) = (arguments.output.display(), arguments.dataset.display());
        line(
            &mut text,
            &format!("wrote `{output}/{SHEET}` and `{output}/{PAGE}`; they hold whole texts, so do not publish them"),
        );
        out::message(&format!("{text}hint: mark them, then `copydesk audit read {dataset} MARKS.csv`"));
    }
    Ok(ExitStatus::Success)
}

fn strata_words(count: usize) -> String {
    if count == 1 { "1 stratum".to_owned() } else { format!("{count} strata") }
}

fn read(arguments: &AuditReadArguments) -> Result<ExitStatus> {
    let named = named_result(arguments)?;
    let result = read_audit(&arguments.dataset, &arguments.marks)?;
    let text = match arguments.format {
        DiffFormat::Text => plain(&result),
        DiffFormat::Json => pretty(&result)?,
        DiffFormat::Markdown => markdown(&result),
    };
    check_replaceable(&named.path)?;
    write_atomic(&named.path, pretty(&result)?.as_bytes())?;
    out::stdout(out::printable(&text).as_bytes())?;
    out::message(&format!("wrote `{}`", named.path.display()));
    if !named.is_named {
        let name = named.path.file_name().unwrap_or_default().to_string_lossy();
        out::message(&format!(
            "hint: name it as `audit = \"{name}\"` in `[dataset]`, and the next run puts the rates into the dataset"
        ));
    }
    Ok(ExitStatus::Success)
}

/// Where the result goes, and whether the configuration names that file.
struct NamedResult {
    path: PathBuf,
    is_named: bool,
}

fn named_result(arguments: &AuditReadArguments) -> Result<NamedResult> {
    let config = written_config(arguments.config.as_deref())?;
    let folder = config.as_ref().map_or_else(PathBuf::new, |(_, folder)| folder.clone());
    let of_config = config.and_then(|(written, folder)| Some(folder.join(written.dataset.audit?)));
    Ok(match (&arguments.output, of_config) {
        (Some(output), named) => NamedResult { path: output.clone(), is_named: named.as_ref() == Some(output) },
        (None, Some(path)) => NamedResult { path, is_named: true },
        (None, None) => NamedResult { path: folder.join(RESULT), is_named: false },
    })
}

/// Only the result of an earlier audit is replaced.
fn check_replaceable(path: &Path) -> Result<()> {
    if !is_there(path) {
        return Ok(());
    }
    let text = String::from_utf8(read_limited(path, MAX_CONFIG)?).unwrap_or_default();
    match AuditResult::parse(&text, "") {
        Ok(_) => Ok(()),
        Err(_) => Err(Error::usage(format!("`{}` is there already, and is no result of an audit", path.display()))
            .hint("move it away, or name another file by `--output`")),
    }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

fn rows(result: &AuditResult) -> Vec<Vec<String>> {
    let mut rows = vec![cells(["question", "of", "checked", "unsure", "wrong", "rate", "95 %"])];
    let row = |rate: &MeasuredRate| {
        cells([
            &rate.question,
            rate.stratum.as_deref().unwrap_or("all"),
            &rate.checked.to_string(),
            &rate.unsure.to_string(),
            &rate.wrong.to_string(),
            &percent(rate.rate),
            &format!("{} to {}", percent(rate.low), percent(rate.high)),
        ])
    };
    rows.extend(result.rates.iter().map(row));
    rows
}

fn headline(result: &AuditResult) -> String {
    let (version, sample, seed) = (&result.dataset_version, result.sample, result.seed);
    format!(
        "{} of {} marked, of version {version} (sample {sample}, seed {seed})",
        result.marked,
        plural(result.drawn, "item")
    )
}

/// What an audit that was ended early says nothing about.
fn uncovered(result: &AuditResult) -> Vec<String> {
    let of = result.overall().filter(|rate| rate.covered < 1.0);
    of.map(|rate| {
        let share = percent(1.0 - rate.covered);
        format!("`{}` was not answered in strata that hold {share}: its rate says nothing about them", rate.question)
    })
    .collect()
}

fn plain(result: &AuditResult) -> String {
    let mut text = String::new();
    line(&mut text, &headline(result));
    text.push('\n');
    table(&mut text, &rows(result));
    for words in uncovered(result) {
        line(&mut text, &words);
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn markdown(result: &AuditResult) -> String {
    let mut text = format!("### How wrong is it?\n\n{}.\n", escaped(&headline(result)));
    if let Some((head, body)) = rows(result).split_first() {
        line(&mut text, &format!("\n| {} |", head.join(" | ")));
        line(&mut text, "|---|---|---:|---:|---:|---:|---:|");
        for row in body {
            let shown: Vec<String> = row.iter().map(|cell| escaped(cell)).collect();
            line(&mut text, &format!("| {} |", shown.join(" | ")));
        }
    }
    for words in uncovered(result) {
        line(&mut text, &format!("\n{}.", escaped(&words)));
    }
    line(&mut text, &format!("\n{}", escaped(&result.method)));
    text
}
