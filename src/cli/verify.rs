//! `copydesk verify`: prints what the raw records do not bear out.

use std::fmt::Write as _;

use super::arguments::VerifyArguments;
use super::progress::Display;
use super::run::{load_config, options};
use super::{ExitStatus, out};
use crate::error::{Error, ErrorKind, Result};
use crate::pipeline::verify::{Verification, verify as hold};

/// `copydesk verify`
pub fn verify(arguments: &VerifyArguments) -> Result<ExitStatus> {
    let loaded = load_config(arguments.resources.config.as_deref(), arguments.input.as_deref(), None)?;
    let options = options(&arguments.resources)?;
    let display = Display::start(&options.progress, arguments.resources.quiet);
    let verification = hold(&arguments.dataset, &loaded.config, &options);
    drop(display);
    let verification = verification?;
    if arguments.resources.json {
        let mut text = serde_json::to_vec_pretty(&verification)
            .map_err(|error| Error::new(ErrorKind::Io, "cannot write the report").caused_by(error))?;
        text.push(b'\n');
        out::stdout(&text)?;
    } else {
        out::stdout(out::printable(&objections(&verification)).as_bytes())?;
    }
    if !arguments.resources.quiet {
        out::message(&closing(&verification));
    }
    Ok(if verification.holds { ExitStatus::Success } else { ExitStatus::Gate })
}

/// One line an objection, and one for what was left out of each table.
fn objections(verification: &Verification) -> String {
    let mut text = String::new();
    for objection in &verification.objections {
        let column = objection.column.map_or_else(String::new, |column| format!("{column}: "));
        let line = format!("{}: {}: {column}{}", objection.table, objection.key, objection.detail).replace('\n', "\\n");
        writeln!(text, "{line}").expect("law: writing to a string cannot fail");
    }
    for (table, total) in &verification.totals {
        let kept = verification.objections.iter().filter(|objection| objection.table == *table).count() as u64;
        if *total > kept {
            writeln!(text, "{table}: {} more", total - kept).expect("law: writing to a string cannot fail");
        }
    }
    text
}

fn closing(verification: &Verification) -> String {
    let equal: Vec<String> = verification.equal.iter().map(|(table, rows)| format!("{rows} {table}")).collect();
    let total: u64 = verification.totals.iter().map(|(_, total)| total).sum();
    let end = match total {
        0 => "everything holds".to_owned(),
        1 => "1 objection".to_owned(),
        total => format!("{total} objections"),
    };
    format!("made again and equal: {}\n{end}", equal.join(", "))
}
