//! `copydesk check`: prints what a check found, in the forms that are asked for.

use std::path::{Path, PathBuf};

use super::arguments::{CheckArguments, FormatArgument};
use super::{ExitStatus, out, run};
use crate::config::resolve_expectations;
use crate::error::{Error, Result};
use crate::io::write_atomic;
use crate::pipeline::check::formats::{self, Format, closing};
use crate::pipeline::check::{ExpectationCheck, References, Report, SchemaCheck, check_dataset, check_with_schema};
use crate::pipeline::dataset_rows::Dataset;

/// `copydesk check`
pub fn check(arguments: &CheckArguments) -> Result<ExitStatus> {
    let outputs = Outputs::of(arguments)?;
    let report = match &arguments.schema {
        None => {
            let dataset = one_dataset(&arguments.paths)?;
            let expected = expectations(dataset, arguments)?;
            check_dataset(dataset, expected.as_ref(), arguments.max_findings)?
        }
        Some(schema) => {
            let check = SchemaCheck {
                schema: schema.clone(),
                references: References(arguments.references.clone()),
                assert_format: arguments.assert_format,
                format: arguments.data_format,
                kept_per_rule: arguments.max_findings,
            };
            check_with_schema(&check, &arguments.paths)?
        }
    };
    outputs.write(&report)?;
    Ok(if report.conforms { ExitStatus::Success } else { ExitStatus::Gate })
}

/// The expectations of the configuration, where there are any; the user's own columns are those of the dataset.
fn expectations(dataset: &Path, arguments: &CheckArguments) -> Result<Option<ExpectationCheck>> {
    let Some((written, base)) = run::written_config(arguments.config.as_deref())? else { return Ok(None) };
    let own_columns: Vec<&str> = match Dataset::open(dataset).and_then(|dataset| dataset.articles()) {
        Ok(articles) => articles.own_columns().iter().map(|column| column.name).collect(),
        // Nothing is expected of a dataset that cannot be read: the check says what is wrong with it.
        Err(_) => written.expect.iter().filter_map(|one| one.column.as_deref()).collect(),
    };
    let expectations = resolve_expectations(&written.expect, &own_columns)?;
    let today = arguments.as_of.unwrap_or_else(|| jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date());
    let previous = arguments.previous.clone();
    let check = ExpectationCheck { expectations, base, previous, today: today.to_string() };
    Ok(Some(check).filter(|check| !check.expectations.is_empty()))
}

fn one_dataset(paths: &[PathBuf]) -> Result<&PathBuf> {
    match paths {
        [path] => Ok(path),
        _ => Err(Error::usage(format!("expected one dataset, but found {} paths", paths.len()))
            .hint("to check files of your own, name their schema: `--schema FILE`")),
    }
}

/// Where each form of the report goes.
struct Outputs {
    stdout: &'static Format,
    files: Vec<(&'static Format, PathBuf)>,
}

impl Outputs {
    fn of(arguments: &CheckArguments) -> Result<Self> {
        let json = formats::by_name("json").map(|format| FormatArgument { format, file: None });
        let asked = arguments.formats.iter().cloned().chain(json.filter(|_| arguments.json));
        let mut stdout: Option<&'static Format> = None;
        let mut files: Vec<(&'static Format, PathBuf)> = Vec::new();
        for FormatArgument { format, file } in asked {
            let Some(file) = file else {
                if let Some(other) = stdout.filter(|other| other.name != format.name) {
                    let found = format!("`{}` and `{}`", other.name, format.name);
                    return Err(Error::usage(format!("expected one form of the report on stdout, but found {found}"))
                        .hint(format!("give one of them a file: `--format {}=FILE`", format.name)));
                }
                stdout = Some(format);
                continue;
            };
            if files.iter().any(|(_, other)| *other == file) {
                let found = file.display();
                return Err(Error::usage(format!(
                    "expected one form of the report a file, but found two for `{found}`"
                )));
            }
            files.push((format, file));
        }
        let text = formats::by_name("text").expect("law: there is a form for people");
        Ok(Self { stdout: stdout.unwrap_or(text), files })
    }

    /// Writes the files, then prints. What closes the report for people goes to stderr: stdout is for findings.
    fn write(&self, report: &Report) -> Result<()> {
        for (format, file) in &self.files {
            write_atomic(file, (format.render)(report).as_bytes())?;
        }
        let text = (self.stdout.render)(report);
        let closing = closing(report);
        if self.stdout.name == "text" {
            out::stdout(text.strip_suffix(&format!("{closing}\n")).unwrap_or(&text).as_bytes())?;
        } else {
            out::stdout(text.as_bytes())?;
        }
        if self.stdout.name != "json" {
            out::message(&closing);
        }
        Ok(())
    }
}
