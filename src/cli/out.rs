//! Printing: data to stdout, messages and errors to stderr, nothing that could steer a terminal.

use std::io::{self, Write as _};

use crate::error::{Error, ErrorKind, Result};

/// Writes data to stdout.
///
/// # Errors
/// When stdout refuses; a broken pipe is told apart by [`is_broken_pipe`].
pub fn stdout(bytes: &[u8]) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)
        .and_then(|()| out.flush())
        .map_err(|error| Error::new(ErrorKind::Io, "cannot write to standard output").caused_by(error))
}

/// Writes a message to stderr; a stderr that is gone is nobody's loss.
pub fn message(text: &str) {
    let mut err = io::stderr().lock();
    drop(err.write_all(printable(text).as_bytes()).and_then(|()| err.write_all(b"\n")));
}

/// Whether an error comes from a reader of our output that has gone away.
pub fn is_broken_pipe(error: &Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        if inner.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
            return true;
        }
        cause = inner.source();
    }
    false
}

/// Prints an error, its causes and its hints to stderr.
pub fn print_error(error: &Error) {
    message(&render_error(error));
}

/// An error in the form of the house: message, causes, hints.
pub fn render_error(error: &Error) -> String {
    let mut text = format!("error: {error}");
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text.push_str("\n  Caused by: ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    for hint in error.hints() {
        text.push_str("\nhint: ");
        text.push_str(hint);
    }
    text
}

/// Text without control characters but line feeds and without characters that reorder text.
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let steers = c.is_control() && c != '\n'
            || ('\u{202a}'..='\u{202e}').contains(&c)
            || ('\u{2066}'..='\u{2069}').contains(&c);
        if steers {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_have_the_form_of_the_house() {
        let error = Error::io("read", std::path::Path::new("a\u{1b}.txt"), io::Error::other("no")).hint("try again");
        assert_eq!(
            printable(&render_error(&error)),
            "error: cannot read `a\\u{1b}.txt`\n  Caused by: no\nhint: try again"
        );
    }
}
