//! `copydesk quarantine`: copies rejected records out, and says what was copied.

use super::arguments::QuarantineArguments;
use super::run::load_config;
use super::summary::{line, plural};
use super::{ExitStatus, out};
use crate::error::Result;
use crate::pipeline::quarantine::{Quarantine, quarantine as copy_out};

/// `copydesk quarantine`
pub fn quarantine(arguments: &QuarantineArguments) -> Result<ExitStatus> {
    let loaded = load_config(arguments.config.as_deref(), arguments.input.as_deref(), None)?;
    let result = copy_out(&arguments.dataset, &loaded.config, &arguments.output)?;
    if result.found > 0 {
        out::stdout(out::printable(&findings(&result)).as_bytes())?;
        let input = loaded.config.input.path.display();
        out::message(&format!("nothing was copied: `{input}` does not hold the records of the dataset any more"));
        out::message("hint: name the raw files that the dataset was made of with `--input`");
        return Ok(ExitStatus::Gate);
    }
    if !arguments.quiet {
        out::message(&closing(&result, arguments));
    }
    Ok(ExitStatus::Success)
}

fn findings(result: &Quarantine) -> String {
    let mut text = String::new();
    for finding in &result.findings {
        line(&mut text, &finding.replace('\n', "\\n"));
    }
    if result.found > result.findings.len() as u64 {
        line(&mut text, &format!("{} more", result.found - result.findings.len() as u64));
    }
    text
}

fn closing(result: &Quarantine, arguments: &QuarantineArguments) -> String {
    let mut text = String::new();
    let reasons: Vec<String> = result.reasons.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
    let why = if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join(", ")) };
    line(&mut text, &format!("{}{why}", plural(result.rejected, "rejected record")));
    if result.copied < result.rejected {
        line(&mut text, &format!("{} without any bytes", plural(result.rejected - result.copied, "record")));
    }
    let (output, files) = (arguments.output.display(), plural(result.files, "file"));
    let copied = plural(result.copied, "record");
    line(&mut text, &format!("wrote `{output}`: {copied} in {files}, and `quarantine.jsonl` with their reasons"));
    text + &format!("hint: mend the files, then read them with `copydesk run --input {output}/raw`")
}
