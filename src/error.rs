//! The one error type: a run that cannot go on.
//!
//! A bad *record* is not an error but a [`Rejection`](crate::rejection::Rejection); a broken law is a panic.

use std::error::Error as StdError;
use std::fmt;
use std::path::Path;

/// A result whose error is [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// What kind of failure ended the run; decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The command line asks for something that cannot be (exit 2).
    Usage,
    /// A configuration file is wrong (exit 2).
    Config,
    /// The operating system refused (exit 2).
    Io,
    /// Files that copydesk wrote are not what they should be (exit 1).
    Dataset,
    /// The data did not pass a configured gate (exit 1).
    Gate,
}

/// An error with its causes and hints, opaque but for [`Error::kind`].
///
/// `Display` prints the message alone; the causes come through [`std::error::Error::source`], the hints through
/// [`Error::hints`].
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    cause: Option<Box<dyn StdError + Send + Sync>>,
    hints: Vec<String>,
}

impl Error {
    /// Makes an error of a kind; the message is lower case, has no full stop and names the thing in backticks.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, message: message.into(), cause: None, hints: Vec::new() }))
    }

    /// A usage error.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, message)
    }

    /// A configuration error.
    pub fn config(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Config, message)
    }

    /// An I/O error: `cannot {verb} `{path}``, with the cause below it.
    pub fn io(verb: &str, path: &Path, cause: std::io::Error) -> Self {
        Self::new(ErrorKind::Io, format!("cannot {verb} `{}`", path.display())).caused_by(cause)
    }

    /// A dataset or intermediate folder that is not what it should be.
    pub fn dataset(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Dataset, message)
    }

    /// Adds the cause of this error.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// Adds advice; printed after the causes.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hints.push(hint.into());
        self
    }

    /// Puts a message above this error, which becomes its cause; kind and hints stay.
    #[must_use]
    pub fn context(mut self, message: impl Into<String>) -> Self {
        let hints = std::mem::take(&mut self.0.hints);
        let mut outer = Self::new(self.0.kind, message).caused_by(self);
        outer.0.hints = hints;
        outer
    }

    /// The kind of failure.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The advice that goes with the error, in order.
    pub fn hints(&self) -> &[String] {
        &self.0.hints
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.0.kind, self.0.message)?;
        let mut cause = self.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.cause.as_ref().map(|cause| &**cause as &(dyn StdError + 'static))
    }
}

impl From<arrow::error::ArrowError> for Error {
    fn from(error: arrow::error::ArrowError) -> Self {
        Self::new(ErrorKind::Io, "cannot process a batch of records").caused_by(error)
    }
}

/// The candidate nearest to `given`, for a "did you mean" hint; none when all are far.
///
/// Distance is Levenshtein's over characters; at most a third of the longer name may differ.
pub fn did_you_mean<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given: Vec<char> = given.chars().collect();
    candidates
        .into_iter()
        .map(|name| {
            let name_chars: Vec<char> = name.chars().collect();
            let limit = given.len().max(name_chars.len()).div_ceil(3);
            (edit_distance(&given, &name_chars), limit, name)
        })
        .filter(|(distance, limit, _)| distance <= limit)
        .min_by_key(|(distance, _, _)| *distance)
        .map(|(_, _, name)| name)
}

fn edit_distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn context_keeps_kind_and_hints_and_adds_a_link() {
        let error =
            Error::config("expected a number, but found `x`").hint("use `512MiB`").context("cannot read `[run]`");
        assert_eq!(error.kind(), ErrorKind::Config);
        assert_eq!(error.hints(), ["use `512MiB`"]);
        assert_eq!(format!("{error:?}"), "Config: cannot read `[run]`: expected a number, but found `x`");
    }

    #[test]
    fn the_nearest_name_is_suggested_and_far_ones_are_not() {
        assert_eq!(did_you_mean("similarty", ["similarity", "title"]), Some("similarity"));
        assert_eq!(did_you_mean("zzz", ["similarity", "title"]), None);
    }
}
