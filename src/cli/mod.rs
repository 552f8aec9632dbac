//! The command line: arguments, dispatch, and the only printing in the program.
//!
//! Data goes to stdout, everything else to stderr. A broken pipe is success.

mod arguments;
mod audit;
mod boilerplate;
mod calibrate;
mod check;
mod convert;
mod diff;
mod explain;
mod init;
mod out;
mod progress;
mod quarantine;
mod report;
mod run;
mod schema;
mod schema_diff;
mod summary;
mod takedown;
mod verify;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

pub use arguments::{Arguments, Command};

use crate::error::{Error, ErrorKind, Result};

/// How the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// Done.
    Success,
    /// The data did not pass the configured gate, or a dataset does not conform.
    Gate,
    /// The run could not be done: usage, configuration or the operating system.
    Failure,
}

impl ExitStatus {
    /// The exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Gate => 1,
            Self::Failure => 2,
        }
    }

    /// The status of an error.
    pub fn of(error: &Error) -> Self {
        match error.kind() {
            ErrorKind::Gate | ErrorKind::Dataset => Self::Gate,
            ErrorKind::Usage | ErrorKind::Config | ErrorKind::Io => Self::Failure,
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status.code())
    }
}

/// Runs the command line and prints what goes wrong.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitStatus {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            let status = if error.use_stderr() { ExitStatus::Failure } else { ExitStatus::Success };
            return if error.print().is_ok() { status } else { ExitStatus::Success };
        }
    };
    match dispatch(arguments.command) {
        Ok(status) => status,
        Err(error) if out::is_broken_pipe(&error) => ExitStatus::Success,
        Err(error) => {
            out::print_error(&error);
            ExitStatus::of(&error)
        }
    }
}

fn dispatch(command: Command) -> Result<ExitStatus> {
    match command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Ingest(arguments) => run::stage("ingest", &arguments),
        Command::Normalize(arguments) => run::stage("normalize", &arguments),
        Command::Attach(arguments) => run::stage("attach", &arguments),
        Command::Fingerprint(arguments) => run::stage("fingerprint", &arguments),
        Command::Validate(arguments) => run::stage("validate", &arguments),
        Command::Dedup(arguments) => run::stage("dedup", &arguments),
        Command::Export(arguments) => run::stage("export", &arguments),
        Command::Check(arguments) => check::check(&arguments),
        Command::Verify(arguments) => verify::verify(&arguments),
        Command::Boilerplate(arguments) => boilerplate::boilerplate(&arguments),
        Command::Calibrate(arguments) => calibrate::calibrate(&arguments),
        Command::Report(arguments) => report::report(&arguments),
        Command::Stats(arguments) => report::stats(&arguments),
        Command::Takedown(arguments) => takedown::takedown(&arguments),
        Command::Explain(arguments) => explain::explain(&arguments),
        Command::Schema { command } => schema::schema(&command),
        Command::Diff(arguments) => diff::diff(&arguments),
        Command::Convert(arguments) => convert::convert(&arguments),
        Command::Quarantine(arguments) => quarantine::quarantine(&arguments),
        Command::Audit { command } => audit::audit(&command),
        Command::Init(arguments) => init::init(&arguments),
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "copydesk", &mut text);
            out::stdout(&text)?;
            Ok(ExitStatus::Success)
        }
        Command::Man => {
            let mut text = Vec::new();
            clap_mangen::Man::new(Arguments::command())
                .render(&mut text)
                .map_err(|error| Error::new(ErrorKind::Io, "cannot render the man page").caused_by(error))?;
            out::stdout(&text)?;
            Ok(ExitStatus::Success)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_error_has_its_exit_code() {
        let code = |kind| ExitStatus::of(&Error::new(kind, "x")).code();
        assert_eq!([ErrorKind::Usage, ErrorKind::Config, ErrorKind::Io].map(code), [2; 3]);
        assert_eq!([ErrorKind::Gate, ErrorKind::Dataset].map(code), [1; 2]);
        assert_eq!(ExitStatus::Success.code(), 0);
    }

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }
}
