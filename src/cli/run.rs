//! `copydesk run` and the stage commands.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use super::arguments::{Resources, RunArguments, StageArguments};
use super::progress::Display;
use super::{ExitStatus, out, summary};
use crate::config::{self, Config, NamedFiles};
use crate::error::{Error, ErrorKind, Result};
use crate::io::{is_there, read_limited, real_path};
use crate::pipeline::takedown::takedowns_key;
use crate::pipeline::{self, Plan, RunOptions};

/// Name of the configuration file that is looked for in the current folder.
const CONFIG_NAME: &str = "copydesk.toml";
/// Largest configuration file, registry or list.
pub(super) const MAX_CONFIG: u64 = 64 << 20;

/// Where a configuration and a source registry come from.
const INIT_WRITES: &str = "`copydesk init` writes a commented configuration and source registry";

/// A configuration and where it comes from.
#[derive(Debug)]
pub struct Loaded {
    /// The checked configuration.
    pub config: Config,
    /// The file, or that there is none.
    pub origin: String,
    /// The ledger of takedowns, where one is configured.
    pub ledger: Option<PathBuf>,
}

/// `copydesk run`
pub fn run(arguments: &RunArguments) -> Result<ExitStatus> {
    let output = arguments.into.as_deref().or(arguments.output.as_deref());
    let loaded = load_config(arguments.resources.config.as_deref(), arguments.input.as_deref(), output)?;
    let options = options(&arguments.resources)?;
    if arguments.dry_run {
        let plan = Plan::new(&loaded.config)?;
        out::stdout(summary::plan(&loaded, &plan, &options)?.as_bytes())?;
        return Ok(ExitStatus::Success);
    }
    let display = Display::start(&options.progress, arguments.resources.quiet);
    let outcome = match &arguments.into {
        Some(_) => pipeline::run_into(&loaded.config, &options, arguments.rehash),
        None => pipeline::run(&loaded.config, &options),
    };
    drop(display);
    report(&arguments.resources, &loaded, &outcome?)
}

/// A stage command.
pub fn stage(name: &str, arguments: &StageArguments) -> Result<ExitStatus> {
    let loaded = load_config(arguments.resources.config.as_deref(), Some(&arguments.input), Some(&arguments.output))?;
    let options = options(&arguments.resources)?;
    let display = Display::start(&options.progress, arguments.resources.quiet);
    let outcome = pipeline::run_stage(name, &loaded.config, &options);
    drop(display);
    report(&arguments.resources, &loaded, &outcome?)
}

fn report(resources: &Resources, loaded: &Loaded, outcome: &pipeline::Outcome) -> Result<ExitStatus> {
    if resources.json {
        let mut text = serde_json::to_vec_pretty(outcome)
            .map_err(|error| Error::new(ErrorKind::Io, "cannot write the account").caused_by(error))?;
        text.push(b'\n');
        out::stdout(&text)?;
    }
    if !resources.quiet {
        out::message(&summary::outcome(loaded, outcome));
    }
    if !outcome.excesses.is_empty() {
        out::message(&summary::excesses(outcome));
    }
    if !outcome.refusals.is_empty() {
        out::message(&summary::refusals(loaded, outcome));
    }
    let passed = outcome.excesses.is_empty() && outcome.refusals.is_empty();
    Ok(if passed { ExitStatus::Success } else { ExitStatus::Gate })
}

/// Threads, memory and batches of this run.
///
/// # Errors
/// When the memory is too little.
pub fn options(resources: &Resources) -> Result<RunOptions> {
    let threads = match resources.threads {
        Some(threads) => threads,
        None => std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
    };
    let mut options = RunOptions::new(threads, resources.memory.0);
    options.memory_plan()?;
    crate::io::spare_huge_pages(options.memory);
    if let Some(bytes) = resources.batch_bytes {
        options.batch_bytes = usize::try_from(bytes.0).unwrap_or(usize::MAX).max(1);
    }
    if let Some(rows) = resources.batch_rows {
        options.batch_rows = rows.get();
    }
    Ok(options)
}

/// Reads `file`, else `./copydesk.toml` where it is, as it is written, and the folder that its paths start from.
///
/// # Errors
/// When the file cannot be read or is wrong.
pub fn written_config(file: Option<&Path>) -> Result<Option<(config::Written, PathBuf)>> {
    let file = match file {
        Some(file) => file,
        None if is_there(Path::new(CONFIG_NAME)) => Path::new(CONFIG_NAME),
        None => return Ok(None),
    };
    let base = file.parent().unwrap_or(Path::new("")).to_owned();
    Ok(Some((config::parse(&read_text(file)?, &file.display().to_string())?, base)))
}

/// Loads `file`, else `./copydesk.toml`, else the defaults; `input` and `output` replace the paths of the file.
///
/// # Errors
/// When a file cannot be read or is wrong.
pub fn load_config(file: Option<&Path>, input: Option<&Path>, output: Option<&Path>) -> Result<Loaded> {
    let (written, base, origin) = match (written_config(file)?, file) {
        (None, _) => (config::Written::default(), PathBuf::new(), "built-in defaults".to_owned()),
        (Some((written, base)), file) => {
            (written, base, format!("`{}`", file.unwrap_or(Path::new(CONFIG_NAME)).display()))
        }
    };
    let named = |key: &str, name: &Option<String>| -> Result<Option<(String, String)>> {
        let Some(path) = name.as_ref().map(|name| base.join(name)) else { return Ok(None) };
        let text = read_named(&path).map_err(|error| error.context(format!("cannot use `{key}`")))?;
        Ok(Some((path.display().to_string(), text)))
    };
    let sources = named("input.sources", &written.input.sources).map_err(|error| error.hint(INIT_WRITES))?;
    let boilerplate = named("dedup.boilerplate", &written.dedup.boilerplate)
        .map_err(|error| error.hint("`copydesk boilerplate` writes such a list"))?;
    let ledger = written.dataset.takedowns.as_ref().map(|name| base.join(name));
    let (takedowns, takedowns_key) = ledger.as_deref().map_or(Ok((None, None)), read_ledger)?;
    let (schema, audit) =
        (named("schema.extends", &written.schema.extends)?, named("dataset.audit", &written.dataset.audit)?);
    let hashed = written.export.authors == "hash";
    let authors_key = match written.export.authors_key.as_ref().filter(|_| hashed).map(|name| base.join(name)) {
        Some(path) if !is_there(&path) => return Err(config::missing_key(&path.display().to_string())),
        Some(path) => Some((path.display().to_string(), read_text(&path)?)),
        None => None,
    };
    let files = NamedFiles {
        sources: pair(&sources),
        schema: pair(&schema),
        audit: pair(&audit),
        boilerplate: pair(&boilerplate),
        takedowns: pair(&takedowns),
        takedowns_key: pair(&takedowns_key),
        authors_key: pair(&authors_key),
    };
    let mut config = config::resolve(&written, &base, files)?;
    if let Some(input) = input {
        input.clone_into(&mut config.input.path);
    }
    if let Some(output) = output {
        output.clone_into(&mut config.export.path);
    }
    if let Some((key, _)) = &authors_key {
        refuse_published_key(Path::new(key), &config)?;
    }
    Ok(Loaded { config, origin, ledger })
}

/// A key in the dataset would be published, and one among the raw files read as one of them.
fn refuse_published_key(key: &Path, config: &Config) -> Result<()> {
    let place = real_path(key)?;
    for (folder, what) in [(&config.export.path, "dataset"), (&config.input.path, "folder of raw files")] {
        if is_there(folder) && place.starts_with(real_path(folder)?) {
            let (key, folder) = (key.display(), folder.display());
            return Err(Error::config("cannot use `export.authors-key`")
                .caused_by(format!("expected `{key}` outside of the {what}, but it lies in `{folder}`"))
                .hint("the key lies beside the configuration"));
        }
    }
    Ok(())
}

/// Name and text of a file.
type NamedText = Option<(String, String)>;

fn pair(file: &NamedText) -> Option<(&str, &str)> {
    file.as_ref().map(|(name, text)| (name.as_str(), text.as_str()))
}

/// The ledger of takedowns, empty before the first one, and its key.
fn read_ledger(path: &Path) -> Result<(NamedText, NamedText)> {
    let there = |path: &Path| -> Result<NamedText> {
        is_there(path).then(|| Ok((path.display().to_string(), read_text(path)?))).transpose()
    };
    let (ledger, key) = (there(path)?, there(&takedowns_key(path))?);
    if ledger.is_none() && key.is_some() {
        return Err(Error::config(format!("cannot read `{}`", path.display()))
            .caused_by(format!("expected the ledger of the key `{}`, but found none", takedowns_key(path).display()))
            .hint("put the ledger back; if nothing was ever taken down, remove the key"));
    }
    Ok((ledger.or_else(|| Some((path.display().to_string(), String::new()))), key))
}

fn read_text(path: &Path) -> Result<String> {
    read_named(path).map_err(|error| if error.kind() == ErrorKind::Io { error.hint(INIT_WRITES) } else { error })
}

fn read_named(path: &Path) -> Result<String> {
    let bytes = read_limited(path, MAX_CONFIG)?;
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        Error::config(format!("cannot read `{}`", path.display()))
            .caused_by(format!("expected UTF-8, but byte {offset} is not"))
    })
}
