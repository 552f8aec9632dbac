//! `copydesk check --schema`: holds any data to any JSON Schema.

mod compile;
mod describe;
mod instances;
mod text_stream;

use std::path::{Path, PathBuf};

pub use compile::References;
pub use instances::DataFormat;

use super::report::Report;
use crate::error::{Error, Result};
use crate::io::{ReadLimits, open, open_stdin, sniff_head};
use crate::stream::RawInput;

use instances::Instances;

/// Decompressed bytes that the standard input may give.
const MAX_STDIN: u64 = u64::MAX;

/// What data is held to, and how.
#[derive(Clone, Debug)]
pub struct SchemaCheck {
    /// The schema.
    pub schema: PathBuf,
    /// Where the schemas that it refers to lie.
    pub references: References,
    /// Whether `format` is a rule; by the standard it is a note.
    pub assert_format: bool,
    /// How instances lie in the data; by extension and first bytes when none is given.
    pub format: Option<DataFormat>,
    /// Findings that are kept of each rule.
    pub kept_per_rule: u64,
}

/// Checks every instance of `files` (`-` is the standard input) against the schema.
///
/// An instance is a line of JSON Lines, a row of Parquet, an element of a JSON array, or any other JSON document. What is no
/// JSON, or cannot be read to its end, is a finding too.
///
/// # Errors
/// A configuration error when the schema cannot be used; an I/O error when the operating system refuses a file.
pub fn check_with_schema(check: &SchemaCheck, files: &[PathBuf]) -> Result<Report> {
    let schema = compile::compile(&check.schema, &check.references, check.assert_format)?;
    let mut report = Report::new(check.kept_per_rule);
    report.subject = check.schema.display().to_string();
    for path in files {
        check_file(path, check.format, &mut Instances::new(&schema, &path.display().to_string(), &mut report))?;
    }
    Ok(report)
}

fn check_file(path: &Path, format: Option<DataFormat>, instances: &mut Instances<'_>) -> Result<()> {
    let limits = ReadLimits::default();
    let (mut input, format): (Box<dyn RawInput + Send>, _) = if path == Path::new("-") {
        (open_stdin(&limits, MAX_STDIN)?, format.unwrap_or(DataFormat::Jsonl))
    } else {
        let head = sniff_head(path, &limits)?;
        let format = format.unwrap_or_else(|| DataFormat::of(&head.name, &head.bytes));
        (open(path, &limits)?, format)
    };
    instances.read(&mut *input, format).map_err(|error| match error {
        instances::Failure::Refused(error) => Error::io("read", path, error),
        instances::Failure::Other(error) => error,
    })
}
