//! `copydesk init`: a commented `copydesk.toml` and `sources.toml` for a new project.

use super::arguments::InitArguments;
use super::{ExitStatus, out};
use crate::error::{Error, Result};
use crate::io::{is_there, write_new};

const CONFIG: &str = include_str!("init/copydesk.toml");
const SOURCES: &str = include_str!("init/sources.toml");

/// What every folder that copydesk wrote holds.
const MANIFEST: &str = "manifest.json";

/// `copydesk init`
pub fn init(arguments: &InitArguments) -> Result<ExitStatus> {
    let files = [("copydesk.toml", CONFIG), ("sources.toml", SOURCES)];
    for (name, _) in files {
        let path = arguments.folder.join(name);
        if is_there(&path) {
            return Err(Error::usage(format!("`{}` is there already", path.display()))
                .hint("`init` never replaces a file: move yours away first"));
        }
    }
    if is_there(&arguments.folder.join(MANIFEST)) {
        return Err(Error::usage(format!(
            "expected a folder for a project, but found a dataset at `{}`",
            arguments.folder.display()
        ))
        .hint("a file of your own in a dataset breaks its account: name another folder"));
    }
    for (name, text) in files {
        let path = arguments.folder.join(name);
        write_new(&path, text.as_bytes())?;
        out::message(&format!("wrote `{}`", path.display()));
    }
    Ok(ExitStatus::Success)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::{NamedFiles, Written, parse, resolve};

    #[test]
    fn the_templates_say_the_defaults() {
        let mut written = parse(CONFIG, "copydesk.toml").unwrap();
        assert_eq!(written.input.sources.take().as_deref(), Some("sources.toml"));
        assert_eq!(written, Written::default());
        let files = NamedFiles { sources: Some(("sources.toml", SOURCES)), ..NamedFiles::default() };
        resolve(&written, Path::new(""), files).unwrap();
    }
}
