//! `copydesk boilerplate`: writes a list of the paragraphs that recur in the articles of a source.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use super::arguments::BoilerplateArguments;
use super::summary::plural;
use super::{ExitStatus, out};
use crate::error::{Error, ErrorKind, Result};
use crate::io::{is_there, write_new};
use crate::pipeline::RunOptions;
use crate::pipeline::boilerplate::{RecurrenceRule, find_boilerplate};

/// Longest list, in bytes: as much as the configuration reads.
const MOST_BYTES: usize = super::run::MAX_CONFIG as usize;

/// `copydesk boilerplate`
pub fn boilerplate(arguments: &BoilerplateArguments) -> Result<ExitStatus> {
    let (dataset, output) = (&arguments.dataset, &arguments.output);
    if !(0.0..=1.0).contains(&arguments.share) {
        return Err(Error::usage(format!("expected a `--share` from 0 to 1, but found `{}`", arguments.share)));
    }
    if is_there(output) {
        return Err(Error::usage(format!("`{}` is there already", output.display()))
            .hint("a list that you may have changed is never replaced: move it away, or name another by `--output`"));
    }
    let options = RunOptions::new(NonZeroUsize::MIN, arguments.memory.0);
    let rule = RecurrenceRule { least: arguments.least.get(), share: arguments.share };
    let mut list = Vec::new();
    let (mut paragraphs, mut sources) = (0, BTreeSet::new());
    find_boilerplate((dataset, output), rule, &options, |line| {
        serde_json::to_writer(&mut list, line)
            .map_err(|error| Error::new(ErrorKind::Io, "cannot write the list").caused_by(error))?;
        list.push(b'\n');
        if list.len() > MOST_BYTES {
            return Err(Error::usage("the list is too long for a configuration to name it")
                .hint("ask for more occurrences with `--least` or `--share`"));
        }
        paragraphs += 1;
        sources.insert(line.source_id.clone());
        Ok(())
    })?;
    write_new(output, &list)?;
    if !arguments.quiet {
        let (paragraphs, sources) = (plural(paragraphs, "paragraph"), plural(sources.len() as u64, "source"));
        out::message(&format!("wrote `{}`: {paragraphs} of {sources}", output.display()));
        out::message(
            "hint: look through it, and name it as `boilerplate` in `[dedup]` to leave them out of comparisons",
        );
    }
    Ok(ExitStatus::Success)
}
