//! The instances of a file, each validated where it lies.

use std::io;

use super::compile::Compiled;
use super::describe::{describe, rule_of};
use super::text_stream::TextStream;
use crate::error::Error;
use crate::kernels::json_tape::{Document, Refusal, Tape};
use crate::pipeline::check::report::{Finding, Place, Report, RuleName, Severity, TextPlace};
use crate::readers::{Reader as _, each_row};
use crate::rejection::{ReasonCode, Rejection};
use crate::stream::{RawInput, damage_of};

/// Longest instance in bytes; longer ones are a finding.
const MAX_INSTANCE: usize = 256 << 20;

/// How instances lie in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataFormat {
    /// One a line; blank lines are passed over.
    Jsonl,
    /// The elements of an array; a file with any other value is one instance.
    Json,
    /// The file is one instance, an array too.
    Document,
    /// The rows of a Parquet file, each as its line of JSON.
    Parquet,
}

impl DataFormat {
    /// Every form with its name, as in `--data-format`.
    pub const ALL: &'static [(&'static str, Self)] =
        &[("jsonl", Self::Jsonl), ("json", Self::Json), ("document", Self::Document), ("parquet", Self::Parquet)];

    /// The form of a file by its first bytes and its name, lower case, without compression suffix; lines when neither tells.
    pub fn of(name: &str, head: &[u8]) -> Self {
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        let is_lines = crate::readers::Jsonl.extensions().contains(&extension);
        if crate::readers::Parquet.sniff(head) {
            Self::Parquet
        } else if !is_lines && extension.contains("json") {
            Self::Json
        } else if crate::readers::Parquet.extensions().contains(&extension) {
            Self::Parquet
        } else {
            Self::Jsonl
        }
    }
}

/// Why reading ends early.
pub enum Failure {
    /// The operating system refused a read.
    Refused(io::Error),
    /// Anything else.
    Other(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// Where an instance begins.
#[derive(Clone, Copy)]
struct Start {
    row: u64,
    /// Line from 1, offset of its first byte, offset of the instance; none where there are no lines.
    text: Option<(u64, u64, u64)>,
}

/// Validates the instances of one file, and counts them.
pub struct Instances<'r> {
    schema: &'r Compiled,
    file: &'r str,
    report: &'r mut Report,
    tape: Tape,
    rows: u64,
    bytes: u64,
}

impl<'r> Instances<'r> {
    /// None yet.
    pub fn new(schema: &'r Compiled, file: &'r str, report: &'r mut Report) -> Self {
        Self { schema, file, report, tape: Tape::default(), rows: 0, bytes: 0 }
    }

    /// Reads and validates all of them.
    ///
    /// # Errors
    /// When the operating system refuses a read; what is wrong with the content is a finding.
    pub fn read(&mut self, input: &mut dyn RawInput, format: DataFormat) -> Result<(), Failure> {
        let done = match format {
            DataFormat::Parquet => {
                let file = self.file;
                each_row(input, file, &mut |row| {
                    self.row(row);
                    Ok(())
                })?;
                Ok(())
            }
            DataFormat::Jsonl => self.lines(&mut TextStream::new(input)),
            DataFormat::Json | DataFormat::Document => self.document(&mut TextStream::new(input), format),
        };
        if let Err(error) = done {
            let damage = damage_of(error).map_err(Failure::Refused)?;
            self.damage(&damage);
        }
        self.report.checked.files += 1;
        self.report.checked.bytes += self.bytes;
        *self.report.checked.rows.entry(self.file.to_owned()).or_default() += self.rows;
        Ok(())
    }

    fn row(&mut self, row: Result<&[u8], Rejection>) {
        match row {
            Ok(line) => {
                self.bytes += line.len() as u64;
                let start = Start { row: self.rows, text: None };
                self.instance(line, start);
            }
            Err(rejection) => self.damage(&rejection),
        }
    }

    fn damage(&mut self, rejection: &Rejection) {
        let mut finding = Finding::error(rejection.reason.code(), self.file, &rejection.detail);
        finding.row = Some(self.rows);
        self.report.push(finding);
    }

    fn lines(&mut self, stream: &mut TextStream<'_>) -> io::Result<()> {
        stream.skip_mark()?;
        loop {
            let length = stream.line_length(MAX_INSTANCE);
            self.bytes = stream.offset;
            let start = self.start_at(stream);
            match length? {
                None => {
                    self.too_large(start);
                    stream.skip_line()?;
                }
                Some(0) => return Ok(()),
                Some(length) => {
                    let line = stream.bytes().get(..length).unwrap_or_default();
                    let line = line.strip_suffix(b"\n").unwrap_or(line);
                    if !line.iter().all(|byte| b" \t\r".contains(byte)) {
                        self.instance(line, start);
                    }
                    stream.consume_line(length);
                }
            }
        }
    }

    fn document(&mut self, stream: &mut TextStream<'_>, format: DataFormat) -> io::Result<()> {
        stream.skip_mark()?;
        stream.skip_space()?;
        if format == DataFormat::Json && stream.peek()? == Some(b'[') {
            stream.consume(1);
            let done = self.elements(stream);
            self.bytes = stream.offset;
            return done;
        }
        let start = self.start_at(stream);
        while stream.bytes().len() <= MAX_INSTANCE && stream.fill()? {}
        if stream.bytes().len() > MAX_INSTANCE {
            self.too_large(start);
        } else {
            self.instance(stream.bytes(), start);
        }
        self.bytes = stream.offset + stream.bytes().len() as u64;
        Ok(())
    }

    /// The elements of an array behind its opening bracket; reading ends where it is no JSON.
    fn elements(&mut self, stream: &mut TextStream<'_>) -> io::Result<()> {
        stream.skip_space()?;
        let mut is_open = stream.peek()? != Some(b']');
        if !is_open {
            stream.consume(1);
        }
        while is_open {
            let start = self.start_at(stream);
            let Some(length) = stream.value_length(MAX_INSTANCE)? else {
                self.too_large(start);
                return Ok(());
            };
            let is_json = self.instance(stream.bytes().get(..length).unwrap_or_default(), start);
            if !is_json {
                return Ok(());
            }
            stream.consume(length);
            stream.skip_space()?;
            is_open = match stream.peek()? {
                Some(b',') => true,
                Some(b']') => false,
                found => {
                    self.expected("`,` or `]`", found, stream);
                    return Ok(());
                }
            };
            stream.consume(1);
            stream.skip_space()?;
        }
        stream.skip_space()?;
        if let Some(found) = stream.peek()? {
            self.expected("the end of the file", Some(found), stream);
        }
        Ok(())
    }

    fn expected(&mut self, expected: &str, found: Option<u8>, stream: &TextStream<'_>) {
        let found = found.map_or_else(|| "the end".to_owned(), |byte| format!("`{}`", byte.escape_ascii()));
        let start = self.start_at(stream);
        self.push(ReasonCode::InvalidJson.code().into(), start, |finding| Finding {
            detail: format!("expected {expected}, but found {found}"),
            ..finding
        });
    }

    fn too_large(&mut self, start: Start) {
        self.rows += 1;
        self.push(ReasonCode::RecordTooLarge.code().into(), start, |finding| Finding {
            detail: format!("expected at most {MAX_INSTANCE} bytes, but found more"),
            ..finding
        });
    }

    fn start_at(&self, stream: &TextStream<'_>) -> Start {
        Start { row: self.rows, text: Some((stream.line, stream.line_start, stream.offset)) }
    }

    /// Validates one instance; gives whether it is JSON.
    fn instance(&mut self, bytes: &[u8], start: Start) -> bool {
        self.rows += 1;
        let text = match simdutf8::compat::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let at = error.valid_up_to();
                self.push(ReasonCode::InvalidUtf8.code().into(), start, |finding| Finding {
                    detail: format!("expected UTF-8, but found other bytes at byte {at} of the record"),
                    ..finding
                });
                return true;
            }
        };
        // Taken out while its document is at hand, so that findings can be added.
        let mut tape = std::mem::take(&mut self.tape);
        let is_json = match tape.read(text) {
            Ok(document) => {
                self.validate(document, text, start);
                true
            }
            Err(refusal) => self.refuse(&refusal, text, start),
        };
        self.tape = tape;
        is_json
    }

    fn validate(&mut self, document: Document<'_>, text: &str, start: Start) {
        if self.schema.validator.is_valid(document.root()) {
            return;
        }
        let before = self.report.errors;
        let schema = self.schema;
        for error in schema.validator.iter_errors(document.root()) {
            let pointer = error.instance_path().as_str().to_owned();
            self.push(RuleName::Named(rule_of(&error).into()), start, |finding| {
                let range = document.range_of(&pointer);
                let value = range.clone().and_then(|range| text.get(range)).unwrap_or_default();
                Finding {
                    at: range.and_then(|range| place_in(finding.file.as_str(), start, text.get(..range.start)?)),
                    schema_location: Some(schema.location(&error)),
                    detail: crate::rejection::escape_detail(&describe(&error, value)),
                    pointer: Some(pointer),
                    ..finding.with_value(value)
                }
            });
        }
        if self.report.errors == before {
            self.push("schema-violation".into(), start, |finding| Finding {
                detail: "expected a value that fits the schema, but found none".to_owned(),
                ..finding
            });
        }
    }

    /// Reports what is no JSON; gives whether it is JSON all the same, so that what follows can be told from it.
    fn refuse(&mut self, refusal: &Refusal, text: &str, start: Start) -> bool {
        let reason = match refusal {
            Refusal::Invalid { .. } => ReasonCode::InvalidJson,
            Refusal::TooDeep { .. } => ReasonCode::TooDeep,
            Refusal::DuplicateKey { .. } => ReasonCode::DuplicateKey,
        };
        self.push(reason.code().into(), start, |finding| {
            let before = text.get(..refusal.at()).unwrap_or_default();
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            Finding {
                at: place_in(finding.file.as_str(), start, before).or(finding.at.clone()),
                detail: crate::rejection::escape_detail(&format!("{refusal} at column {column}")),
                ..finding
            }
        });
        matches!(refusal, Refusal::DuplicateKey { .. })
    }

    /// Counts an error, and makes its finding only when it is kept.
    fn push(&mut self, rule: RuleName, start: Start, complete: impl FnOnce(Finding) -> Finding) {
        if self.report.count(rule.clone(), Severity::Error) {
            let finding = Finding::error(rule, Place::row(self.file, start.row), "");
            let at = place_in(self.file, start, "");
            self.report.findings.push(complete(Finding { at, ..finding }));
        }
    }
}

/// The line that lies behind `before`, the first part of an instance.
fn place_in(file: &str, start: Start, before: &str) -> Option<TextPlace> {
    let (line, line_start, offset) = start.text?;
    let inner = before.matches('\n').count() as u64;
    let byte = before.rfind('\n').map_or(line_start, |at| offset + at as u64 + 1);
    Some(TextPlace { file: file.to_owned(), line: line + inner, byte })
}
