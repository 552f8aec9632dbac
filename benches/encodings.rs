//! The decoder alone: names the encoding of every file below a folder.
//!
//! `cargo bench --bench encodings -- FOLDER` prints a JSON object a line, `path` relative to the folder and `encoding` (null where
//! no encoding reads the bytes), in the order of the paths.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command that reports to a terminal")]
#![expect(clippy::disallowed_methods, reason = "reads files as they are, not through `io`")]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use copydesk::kernels::decode_text::decode_text;

fn main() -> ExitCode {
    let folder = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let Some(folder) = folder else {
        eprintln!("usage: cargo bench --bench encodings -- FOLDER");
        return ExitCode::from(2);
    };
    match answer(Path::new(&folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: cannot read `{folder}`: {error}");
            ExitCode::from(2)
        }
    }
}

fn answer(folder: &Path) -> io::Result<()> {
    let mut files = Vec::new();
    walk(folder, &mut files)?;
    files.sort();
    for file in files {
        let bytes = fs::read(&file)?;
        let path = file.strip_prefix(folder).unwrap_or(&file).to_string_lossy().into_owned();
        let encoding = decode_text(&bytes, None, &[]).ok().map(|decoded| decoded.encoding);
        println!("{}", serde_json::json!({ "path": path, "encoding": encoding }));
    }
    Ok(())
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
