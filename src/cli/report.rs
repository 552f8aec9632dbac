//! `copydesk report` and `copydesk stats`: the figures of a dataset as a page, and as tables.

use std::num::NonZeroUsize;

use super::arguments::{ReportArguments, StatsArguments, StatsFormat};
use super::summary::{line, one_line, table};
use super::{ExitStatus, out};
use crate::error::{Error, ErrorKind, Result};
use crate::io::write_atomic;
use crate::kernels::parse_bytes::format_bytes;
use crate::pipeline::report::{dataset_figures, report_page};
use crate::pipeline::{DEFAULT_MEMORY, RunOptions};
use crate::writers::stats::{SHOWN_ROWS, Stats, StatsTable, title};

/// `copydesk report`
pub fn report(arguments: &ReportArguments) -> Result<ExitStatus> {
    let page = report_page(&arguments.dataset, &arguments.output, &options())?;
    write_atomic(&arguments.output, &page)?;
    if !arguments.quiet {
        out::message(&format!("wrote `{}`: {}", arguments.output.display(), format_bytes(page.len() as u64)));
    }
    Ok(ExitStatus::Success)
}

/// `copydesk stats`
pub fn stats(arguments: &StatsArguments) -> Result<ExitStatus> {
    let stats = Stats::new(&dataset_figures(&arguments.dataset, &std::env::temp_dir(), &options())?);
    let text = match arguments.format {
        StatsFormat::Text => out::printable(&text(&stats)),
        StatsFormat::Markdown => out::printable(&stats.markdown()),
        StatsFormat::Json => {
            let text = serde_json::to_string_pretty(&stats);
            text.map_err(|error| Error::new(ErrorKind::Io, "cannot write the figures").caused_by(error))? + "\n"
        }
    };
    out::stdout(text.as_bytes())?;
    Ok(ExitStatus::Success)
}

/// Figures do not depend on the memory: what does not fit is spilled.
fn options() -> RunOptions {
    RunOptions::new(NonZeroUsize::MIN, DEFAULT_MEMORY)
}

fn text(stats: &Stats) -> String {
    let mut text = String::new();
    for StatsTable { name, columns, rows } in stats.tables.iter().filter(|table| !table.rows.is_empty()) {
        if name != &"summary" {
            line(&mut text, &title(name).to_uppercase());
        }
        let mut all = vec![columns.iter().map(|column| title(column)).collect::<Vec<_>>()];
        all.extend(rows.iter().take(SHOWN_ROWS).map(|row| row.iter().map(|cell| one_line(&cell.shown())).collect()));
        table(&mut text, &all);
        if rows.len() > SHOWN_ROWS {
            text.truncate(text.trim_end().len());
            line(&mut text, &format!("\n({} more)\n", rows.len() - SHOWN_ROWS));
        }
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}
