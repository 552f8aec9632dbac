//! `copydesk takedown`: says by counts what was taken down, and whether anything of it is left.

use std::fmt::Write as _;

use super::arguments::{TakedownArguments, TakedownCommand, TakedownVerifyArguments};
use super::progress::Display;
use super::run::{load_config, options};
use super::summary::plural;
use super::{ExitStatus, out};
use crate::error::{Error, ErrorKind, Result};
use crate::pipeline::takedown::{Proof, Removed, Selector, Takedown, prove, take_down};

/// `copydesk takedown`
pub fn takedown(arguments: &TakedownArguments) -> Result<ExitStatus> {
    match &arguments.command {
        Some(TakedownCommand::Verify(arguments)) => verify(arguments),
        None => remove(arguments),
    }
}

fn remove(arguments: &TakedownArguments) -> Result<ExitStatus> {
    let dataset = arguments.dataset.as_ref().expect("law: the command line asks for a dataset");
    let loaded = load_config(arguments.resources.config.as_deref(), arguments.input.as_deref(), None)?;
    let ledger = loaded.ledger.ok_or_else(without_ledger)?;
    let selectors = (arguments.ids.iter().cloned().map(Selector::Id))
        .chain(arguments.urls.iter().cloned().map(Selector::Url))
        .chain(arguments.digests.iter().cloned().map(Selector::Sha256));
    let takedown = Takedown {
        selectors: selectors.collect(),
        reason: arguments.reason.as_deref().unwrap_or_default().trim().to_owned(),
        copies: arguments.copies,
        ledger,
    };
    if takedown.reason.is_empty() {
        return Err(Error::usage("expected a reason, but found none").hint("it goes to the ledger: `--reason TEXT`"));
    }
    let options = options(&arguments.resources)?;
    let display = Display::start(&options.progress, arguments.resources.quiet);
    let removed = take_down(dataset, &loaded.config, &options, &takedown);
    drop(display);
    let removed = removed?;
    if arguments.resources.json {
        print_json(&removed)?;
    }
    if !arguments.resources.quiet {
        out::message(&summary(&removed, &takedown));
    }
    if let Some(left) = &removed.left_behind {
        return Err(Error::dataset(format!(
            "cannot remove what was published before: it lies in `{}`",
            left.display()
        ))
        .hint("remove that folder: it still holds what was taken down"));
    }
    Ok(ExitStatus::Success)
}

fn verify(arguments: &TakedownVerifyArguments) -> Result<ExitStatus> {
    let loaded = load_config(arguments.config.as_deref(), None, None)?;
    loaded.ledger.ok_or_else(without_ledger)?;
    let proof = prove(&arguments.dataset, &loaded.config.takedowns)?;
    if arguments.json {
        print_json(&proof)?;
    } else {
        out::stdout(out::printable(&remnants(&proof)).as_bytes())?;
    }
    let (files, rows) = (plural(proof.files, "file"), plural(proof.rows, "row"));
    let end =
        if proof.absent { "nothing that was taken down is left" } else { "something that was taken down is left" };
    out::message(&format!("read {files} and {rows} of tables\n{end}"));
    Ok(if proof.absent { ExitStatus::Success } else { ExitStatus::Gate })
}

fn without_ledger() -> Error {
    Error::config("expected `takedowns` in `[dataset]` of the configuration, but found none")
        .hint("name the ledger, such as `takedowns = \"takedowns.jsonl\"`: it lies beside the configuration, and later runs read it")
}

fn print_json(value: &impl serde::Serialize) -> Result<()> {
    let mut text = serde_json::to_vec_pretty(value)
        .map_err(|error| Error::new(ErrorKind::Io, "cannot write the account").caused_by(error))?;
    text.push(b'\n');
    out::stdout(&text)
}

/// Counts only: what was taken down is not told again.
fn summary(removed: &Removed, takedown: &Takedown) -> String {
    let mut text = format!(
        "took down {}, {} and {}\n",
        plural(removed.articles, "article"),
        plural(removed.duplicates, "removed duplicate"),
        plural(removed.rejected, "rejected record"),
    );
    let mut line = |words: String| writeln!(text, "{words}").expect("law: writing to a string cannot fail");
    line(format!("{} changed", plural(removed.clusters, "cluster")));
    if removed.shared_addresses > 0 {
        let count = removed.shared_addresses;
        line(format!(
            "addresses not blocked, since many other records have them: {count}; `--url` takes all of these down"
        ));
    }
    line(format!("`{}` names what later runs leave out", takedown.ledger.display()));
    let _written = write!(text, "wrote `{}` in {:.1} s", removed.output.display(), removed.seconds);
    text
}

fn remnants(proof: &Proof) -> String {
    let line = |remnant: &crate::pipeline::takedown::Remnant| {
        format!("{}: {}: {} of an article that was taken down\n", remnant.place, remnant.what, remnant.count)
    };
    proof.remnants.iter().map(line).collect()
}
