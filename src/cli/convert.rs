//! `copydesk convert`: writes the articles of a dataset in another format, and says what was written.

use super::arguments::{ConvertArguments, PartitionKey};
use super::summary::{line, plural};
use super::{ExitStatus, out};
use crate::error::{Error, ErrorKind, Result};
use crate::pipeline::convert::{Converted, PartitionBy, Profile, convert as convert_dataset};

/// `copydesk convert`
pub fn convert(arguments: &ConvertArguments) -> Result<ExitStatus> {
    let by = arguments.partition_by.map(|by| match by {
        PartitionKey::Month => PartitionBy::Month,
        PartitionKey::Source => PartitionBy::Source,
    });
    let converted = convert_dataset(&arguments.dataset, &arguments.output, Profile::new(&arguments.profile, by)?)?;
    if arguments.json {
        let mut text = serde_json::to_vec_pretty(&converted.conversion)
            .map_err(|error| Error::new(ErrorKind::Io, "cannot write the account").caused_by(error))?;
        text.push(b'\n');
        out::stdout(&text)?;
    }
    if !arguments.quiet {
        out::message(&summary(&converted, arguments));
    }
    Ok(ExitStatus::Success)
}

fn summary(converted: &Converted, arguments: &ConvertArguments) -> String {
    let conversion = &converted.conversion;
    let mut text = String::new();
    let files = conversion.files.iter().filter(|file| file.rows.is_some()).count() as u64;
    let folders = conversion.partitions.len() as u64;
    let place = if folders > 0 { format!(" in {}", plural(folders, "folder")) } else { String::new() };
    let (rows, files) = (plural(conversion.rows, "row"), plural(files, "file"));
    line(&mut text, &format!("{} articles = {rows} in {files}{place}{}", conversion.articles, left_out(converted)));
    if let Some(left) = &converted.left_behind {
        line(&mut text, &format!("what was there before lies in `{}`, which could not be removed", left.display()));
    }
    text + &format!("wrote `{}` in {:.1} s", arguments.output.display(), converted.seconds)
}

fn left_out(converted: &Converted) -> String {
    let told = |(reason, rows): (&String, &u64)| format!(" + {rows} left out ({reason})");
    converted.conversion.left_out.iter().map(told).collect()
}
