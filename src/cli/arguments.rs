//! The command line as types; help, completions and the man page come from here.

use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::error::did_you_mean;
use crate::kernels::parse_bytes::parse_bytes;
use crate::pipeline::DEFAULT_MEMORY;
use crate::pipeline::check::formats::{self, Format};
use crate::pipeline::check::{DataFormat, KEPT_PER_RULE};

/// Turns raw news articles into a dataset for research, with an account of every record.
#[derive(Debug, Parser)]
#[command(name = "copydesk", version, about, max_term_width = 100)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Turn a folder of raw articles into a dataset
    Run(RunArguments),
    /// Stage 1: read raw files into records
    Ingest(StageArguments),
    /// Stage 2: normalise the text of records
    Normalize(StageArguments),
    /// Stage 3: attach date, source, language and other facts
    Attach(StageArguments),
    /// Stage 4: count and hash
    Fingerprint(StageArguments),
    /// Stage 5: validate every record and sort what is valid
    Validate(StageArguments),
    /// Stage 6: decide duplicates
    Dedup(StageArguments),
    /// Stage 7: write the dataset
    Export(StageArguments),
    /// Check that a dataset is what its manifest and schemas say, or any data against a JSON Schema
    Check(CheckArguments),
    /// Make every verdict, pair and digest again from the raw files, and report what does not hold
    Verify(VerifyArguments),
    /// Plant known edits into a sample of your articles, and measure what the duplicate rules find
    Calibrate(CalibrateArguments),
    /// List the paragraphs that recur in the articles of a source
    Boilerplate(BoilerplateArguments),
    /// Write a page that shows a dataset to people: what is in it, since when, from whom, what was removed and why
    Report(ReportArguments),
    /// Print the figures of a dataset as tables
    Stats(StatsArguments),
    /// Remove articles from every file of a dataset, and keep them out of every later run
    Takedown(Box<TakedownArguments>),
    /// Tell the story of one record
    Explain(ExplainArguments),
    /// Show, export and compare the schemas of datasets
    Schema {
        /// What to do.
        #[command(subcommand)]
        command: SchemaCommand,
    },
    /// Tell how two datasets differ: rows added, removed, changed, re-clustered
    Diff(DiffArguments),
    /// Write the articles of a dataset as CSV or Dolma documents, or in folders by month or source
    Convert(ConvertArguments),
    /// Copy the raw bytes of rejected records out, ready to mend
    Quarantine(QuarantineArguments),
    /// Measure how wrong a dataset is: draw items for a person to mark, and read the marks back
    Audit {
        /// What to do.
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// Write a commented `copydesk.toml` and `sources.toml`
    Init(InitArguments),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the man page
    Man,
}

/// What every command that works on records takes.
#[derive(Clone, Debug, Args)]
pub struct Resources {
    /// Configuration file [default: ./copydesk.toml if it is there, else built-in defaults]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Threads [default: as many as the machine has]
    #[arg(long, value_name = "N", value_parser = parse_threads)]
    pub threads: Option<NonZeroUsize>,
    /// Memory to stay within, at least 192MiB
    #[arg(long, value_name = "SIZE", default_value_t = Size(DEFAULT_MEMORY), value_parser = parse_size)]
    pub memory: Size,
    /// Print nothing but errors
    #[arg(long, short)]
    pub quiet: bool,
    /// Print the account as JSON on stdout
    #[arg(long)]
    pub json: bool,
    /// Bytes of a batch; for tests, changes no output
    #[arg(long, hide = true, value_parser = parse_size)]
    pub batch_bytes: Option<Size>,
    /// Rows of a batch; for tests, changes no output
    #[arg(long, hide = true)]
    pub batch_rows: Option<NonZeroUsize>,
}

/// Arguments of `run`.
#[derive(Clone, Debug, Args)]
pub struct RunArguments {
    /// Folder or file of raw articles [default: `input.path` of the configuration]
    #[arg(long, value_name = "DIR")]
    pub input: Option<PathBuf>,
    /// Folder of the dataset [default: `export.path` of the configuration]
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Dataset to work new, changed and removed raw files into; unchanged ones are not read again
    #[arg(long, value_name = "DATASET", conflicts_with = "output")]
    pub into: Option<PathBuf>,
    /// With `--into`, read every raw file again, whatever its size and time say
    #[arg(long, requires = "into")]
    pub rehash: bool,
    /// Print what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Threads, memory, configuration.
    #[command(flatten)]
    pub resources: Resources,
}

/// Arguments of a stage.
#[derive(Clone, Debug, Args)]
pub struct StageArguments {
    /// What the stage before wrote; raw files for `ingest`
    #[arg(long, value_name = "DIR")]
    pub input: PathBuf,
    /// Folder to write
    #[arg(long, value_name = "DIR")]
    pub output: PathBuf,
    /// Threads, memory, configuration.
    #[command(flatten)]
    pub resources: Resources,
}

/// Arguments of `check`.
#[derive(Clone, Debug, Args)]
pub struct CheckArguments {
    /// The dataset; with `--schema`, files of data (JSON Lines, JSON, Parquet, compressed or not), `-` for the standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// JSON Schema to hold the data to, of the draft that it states, else 2020-12
    #[arg(long, value_name = "FILE", help_heading = "Any data")]
    pub schema: Option<PathBuf>,
    /// Folder of the schemas whose URIs begin with PREFIX; nothing is ever fetched
    #[arg(long = "ref", value_name = "PREFIX=DIR", value_parser = parse_reference, requires = "schema", help_heading = "Any data")]
    pub references: Vec<(String, PathBuf)>,
    /// Make `format` a rule; by the standard it is a note
    #[arg(long, requires = "schema", help_heading = "Any data")]
    pub assert_format: bool,
    /// How instances lie in the data: `jsonl`, one a line; `json`, elements of an array, else one a file; `document`, one a
    /// file; `parquet`, rows [default: by extension and first bytes, `jsonl` for `-`]
    #[arg(long, value_name = "FORM", value_parser = parse_data_format, requires = "schema", help_heading = "Any data")]
    pub data_format: Option<DataFormat>,
    /// Configuration with expectations, `[[expect]]` [default: ./copydesk.toml if it is there]
    #[arg(long, value_name = "FILE", conflicts_with = "schema", help_heading = "Expectations")]
    pub config: Option<PathBuf>,
    /// Earlier dataset, with which the volume of each source is compared
    #[arg(long, value_name = "DATASET", conflicts_with = "schema", help_heading = "Expectations")]
    pub previous: Option<PathBuf>,
    /// The day that `freshness` counts from, YYYY-MM-DD [default: today, in UTC]
    #[arg(long, value_name = "DAY", conflicts_with = "schema", help_heading = "Expectations")]
    pub as_of: Option<jiff::civil::Date>,
    /// Form of the report: text, json, junit, github or markdown; to a file, or one of them to stdout; may be repeated
    /// [default: text]
    #[arg(long = "format", value_name = "FORM[=FILE]", value_parser = parse_format, help_heading = "Report")]
    pub formats: Vec<FormatArgument>,
    /// The same as `--format json`
    #[arg(long, help_heading = "Report")]
    pub json: bool,
    /// Findings that are told of each rule; all are counted
    #[arg(long, value_name = "N", default_value_t = KEPT_PER_RULE, help_heading = "Report")]
    pub max_findings: u64,
}

/// A form of reports, and the file that it goes to; stdout without one.
#[derive(Clone, Debug)]
pub struct FormatArgument {
    /// The form.
    pub format: &'static Format,
    /// The file.
    pub file: Option<PathBuf>,
}

/// Arguments of `verify`.
#[derive(Clone, Debug, Args)]
pub struct VerifyArguments {
    /// The dataset
    pub dataset: PathBuf,
    /// The raw files that the dataset was made of [default: `input.path` of the configuration]
    #[arg(long, value_name = "DIR")]
    pub input: Option<PathBuf>,
    /// Threads, memory, configuration.
    #[command(flatten)]
    pub resources: Resources,
}

/// Arguments of `calibrate`.
#[derive(Clone, Debug, Args)]
pub struct CalibrateArguments {
    /// The dataset whose articles are drawn
    #[arg(required_unless_present = "input")]
    pub dataset: Option<PathBuf>,
    /// Raw files instead; a dataset is made of them and removed again
    #[arg(long, value_name = "DIR", conflicts_with = "dataset")]
    pub input: Option<PathBuf>,
    /// Articles that are drawn
    #[arg(long, value_name = "N", default_value = "1000")]
    pub sample: NonZeroUsize,
    /// Threads, memory, configuration.
    #[command(flatten)]
    pub resources: Resources,
}

/// Arguments of `boilerplate`.
#[derive(Clone, Debug, Args)]
pub struct BoilerplateArguments {
    /// The dataset
    pub dataset: PathBuf,
    /// The list to write; never replaced
    #[arg(long, value_name = "FILE", default_value = "boilerplate.jsonl")]
    pub output: PathBuf,
    /// Least occurrences in a source; copies of one story on one day count once
    #[arg(long, value_name = "N", default_value = "5")]
    pub least: NonZeroU64,
    /// Least share of the articles of the source
    #[arg(long, value_name = "SHARE", default_value = "0.001")]
    pub share: f64,
    /// Memory to stay within, at least 192MiB
    #[arg(long, value_name = "SIZE", default_value_t = Size(DEFAULT_MEMORY), value_parser = parse_size)]
    pub memory: Size,
    /// Print nothing but errors
    #[arg(long, short)]
    pub quiet: bool,
}

/// Arguments of `report`.
#[derive(Clone, Debug, Args)]
pub struct ReportArguments {
    /// The dataset
    pub dataset: PathBuf,
    /// The page to write, outside of the dataset
    #[arg(long, value_name = "FILE", default_value = "report.html")]
    pub output: PathBuf,
    /// Print nothing but errors
    #[arg(long, short)]
    pub quiet: bool,
}

/// Arguments of `stats`.
#[derive(Clone, Debug, Args)]
pub struct StatsArguments {
    /// The dataset
    pub dataset: PathBuf,
    /// Form of the tables; `text` and `markdown` show at most 50 rows each
    #[arg(long, value_name = "FORM", value_enum, default_value_t = StatsFormat::Text)]
    pub format: StatsFormat,
}

/// Forms of tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StatsFormat {
    /// For a terminal.
    Text,
    /// For a program: an object with one list of rows a table.
    Json,
    /// For a page.
    Markdown,
}

/// Arguments of `takedown`.
#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct TakedownArguments {
    /// Prove instead that nothing of what was taken down is left
    #[command(subcommand)]
    pub command: Option<TakedownCommand>,
    /// The dataset
    #[arg(required = true)]
    pub dataset: Option<PathBuf>,
    /// Article of this id; may be repeated
    #[arg(long = "id", value_name = "ID", required_unless_present_any = ["urls", "digests"])]
    pub ids: Vec<String>,
    /// Articles at this address; may be repeated
    #[arg(long = "url", value_name = "URL")]
    pub urls: Vec<String>,
    /// Articles whose raw bytes or text have this digest; may be repeated
    #[arg(long = "sha256", value_name = "HEX")]
    pub digests: Vec<String>,
    /// Why; it goes to the ledger, not to the dataset
    #[arg(long, value_name = "TEXT", required = true)]
    pub reason: Option<String>,
    /// Take verified copies down too, here and in later runs
    #[arg(long)]
    pub copies: bool,
    /// The raw files, of which some may be needed [default: `input.path` of the configuration]
    #[arg(long, value_name = "DIR")]
    pub input: Option<PathBuf>,
    /// Threads, memory, configuration.
    #[command(flatten)]
    pub resources: Resources,
}

/// What else can be done about takedowns.
#[derive(Clone, Debug, Subcommand)]
pub enum TakedownCommand {
    /// Read every byte of a dataset, and report whatever is left of what was taken down
    Verify(TakedownVerifyArguments),
}

/// Arguments of `takedown verify`.
#[derive(Clone, Debug, Args)]
pub struct TakedownVerifyArguments {
    /// The dataset
    pub dataset: PathBuf,
    /// Configuration file, which names the ledger [default: as for `run`]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print the outcome as JSON on stdout
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `explain`.
#[derive(Clone, Debug, Args)]
pub struct ExplainArguments {
    /// The dataset
    pub dataset: PathBuf,
    /// An id, or RAW_PATH#INDEX
    pub record: String,
    /// The raw files that the dataset was made of
    #[arg(long, value_name = "DIR")]
    pub input: PathBuf,
    /// Configuration file that the dataset was made with [default: as for `run`]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Arguments of `init`.
#[derive(Clone, Debug, Args)]
pub struct InitArguments {
    /// Folder to write to
    #[arg(default_value = ".")]
    pub folder: PathBuf,
}

/// What `schema` does.
#[derive(Clone, Debug, Subcommand)]
pub enum SchemaCommand {
    /// Print columns, types, nulls and rules
    Show(SchemaShowArguments),
    /// Write the JSON Schemas of this version
    Export(SchemaExportArguments),
    /// Classify what changed, and fail when the version has grown too little for it
    Diff(SchemaDiffArguments),
}

/// Arguments of `schema show`.
#[derive(Clone, Debug, Args)]
pub struct SchemaShowArguments {
    /// A table of this version (`articles`), a dataset, a schema or a Parquet file [default: every table]
    #[arg(value_name = "TABLE|DATASET|FILE")]
    pub what: Option<PathBuf>,
    /// How to print it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = TableFormat::Text)]
    pub format: TableFormat,
}

/// Arguments of `schema export`.
#[derive(Clone, Debug, Args)]
pub struct SchemaExportArguments {
    /// Folder to write to; schemas of copydesk in it are replaced
    #[arg(long, value_name = "DIR")]
    pub output: PathBuf,
    /// Whom they are for: producers may write no other columns, consumers pass over those that they do not know
    #[arg(long = "for", value_name = "WHOM", value_enum, default_value_t = Whom::Producers)]
    pub whom: Whom,
}

/// Arguments of `schema diff`.
#[derive(Clone, Debug, Args)]
pub struct SchemaDiffArguments {
    /// A dataset, a folder of `*.schema.json`, a JSON Schema or a Parquet file
    pub old: PathBuf,
    /// The same, of the newer version
    pub new: PathBuf,
    /// How much the version grows [default: what both sides state]
    #[arg(long, value_name = "BUMP", value_enum)]
    pub bump: Option<GivenBump>,
    /// How to print it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = DiffFormat::Text)]
    pub format: DiffFormat,
}

/// Arguments of `diff`.
#[derive(Clone, Debug, Args)]
pub struct DiffArguments {
    /// A dataset
    pub old: PathBuf,
    /// The newer dataset
    pub new: PathBuf,
    /// How to print it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = DiffFormat::Text)]
    pub format: DiffFormat,
    /// Exit with 1 when they differ
    #[arg(long)]
    pub exit_code: bool,
    /// Ids that are listed of each kind of difference
    #[arg(long, value_name = "N", default_value = "10")]
    pub ids: usize,
    /// Memory to stay within, at least 192MiB
    #[arg(long, value_name = "SIZE", default_value_t = Size(DEFAULT_MEMORY), value_parser = parse_size)]
    pub memory: Size,
}

/// Arguments of `quarantine`.
#[derive(Clone, Debug, Args)]
pub struct QuarantineArguments {
    /// The dataset
    pub dataset: PathBuf,
    /// The raw files that the dataset was made of [default: `input.path` of the configuration]
    #[arg(long, value_name = "DIR")]
    pub input: Option<PathBuf>,
    /// Folder to write
    #[arg(long, value_name = "DIR")]
    pub output: PathBuf,
    /// Configuration file that the dataset was made with [default: as for `run`]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print nothing but errors
    #[arg(long, short)]
    pub quiet: bool,
}

/// Arguments of `convert`.
#[derive(Clone, Debug, Args)]
pub struct ConvertArguments {
    /// The dataset
    pub dataset: PathBuf,
    /// What to write: `csv`, `dolma` or `parquet`
    #[arg(long, value_name = "NAME")]
    pub profile: String,
    /// Put rows into folders, as Hive names them
    #[arg(long, value_name = "KEY")]
    pub partition_by: Option<PartitionKey>,
    /// Folder to write
    #[arg(long, value_name = "DIR")]
    pub output: PathBuf,
    /// Print the account as JSON
    #[arg(long)]
    pub json: bool,
    /// Print nothing but errors
    #[arg(long, short)]
    pub quiet: bool,
}

/// What `convert` names folders by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PartitionKey {
    /// `published_month=YYYY-MM`
    Month,
    /// `source=`, the `source_id`
    Source,
}

/// What `audit` does.
#[derive(Clone, Debug, Subcommand)]
pub enum AuditCommand {
    /// Draw articles, pairs and rejections, and write a table and a page to mark them
    Draw(AuditDrawArguments),
    /// Read the marks, print the error rates, and write them for the configuration to name
    Read(AuditReadArguments),
}

/// Arguments of `audit draw`.
#[derive(Clone, Debug, Args)]
pub struct AuditDrawArguments {
    /// The dataset
    pub dataset: PathBuf,
    /// The raw files that the dataset was made of [default: `input.path` of the configuration]
    #[arg(long, value_name = "DIR")]
    pub input: Option<PathBuf>,
    /// Folder to write `audit.csv` and `audit.html` to; what is there is never replaced
    #[arg(long, value_name = "DIR")]
    pub output: PathBuf,
    /// Items to draw, at most 5000
    #[arg(long, value_name = "N", default_value = "200")]
    pub sample: u32,
    /// Another number gives another sample
    #[arg(long, value_name = "N", default_value = "1")]
    pub seed: u32,
    /// Configuration file that the dataset was made with [default: as for `run`]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print nothing but errors
    #[arg(long, short)]
    pub quiet: bool,
}

/// Arguments of `audit read`.
#[derive(Clone, Debug, Args)]
pub struct AuditReadArguments {
    /// The dataset that the items were drawn from
    pub dataset: PathBuf,
    /// The table with the marks
    pub marks: PathBuf,
    /// File to write the result to; the result of an earlier audit is replaced [default: `dataset.audit` of the configuration, else
    /// audit.json beside it]
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// How to print it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = DiffFormat::Text)]
    pub format: DiffFormat,
    /// Configuration file that is to name the result [default: as for `run`]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// How a table is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    /// A table for people
    Text,
    /// For machines
    Json,
}

/// How a difference is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For people
    Text,
    /// For machines
    Json,
    /// For pull requests and summaries
    Markdown,
}

/// Whom a schema is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Whom {
    /// Those who write rows
    Producers,
    /// Those who read rows
    Consumers,
}

/// How much a version grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GivenBump {
    /// Documentation
    Patch,
    /// What old readers can read
    Minor,
    /// Anything
    Major,
}

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size(pub u64);

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&crate::kernels::parse_bytes::format_bytes(self.0))
    }
}

fn parse_threads(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| format!("expected a whole number from 1, but found `{text}`"))
}

fn parse_size(text: &str) -> Result<Size, String> {
    parse_bytes(text).map(Size)
}

fn parse_reference(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((prefix, folder)) if !prefix.is_empty() && !folder.is_empty() => {
            Ok((prefix.to_owned(), PathBuf::from(folder)))
        }
        _ => {
            Err("expected a prefix of URIs, `=` and a folder, such as `https://example.org/schemas/=schemas`"
                .to_owned())
        }
    }
}

fn parse_data_format(text: &str) -> Result<DataFormat, String> {
    let names = || DataFormat::ALL.iter().map(|(name, _)| *name);
    let found = DataFormat::ALL.iter().find(|(name, _)| *name == text);
    found.map(|(_, format)| *format).ok_or_else(|| unknown(text, names()))
}

fn parse_format(text: &str) -> Result<FormatArgument, String> {
    let (name, file) = match text.split_once('=') {
        Some((_, "")) => return Err("expected the name of a file behind `=`, but found none".to_owned()),
        Some((name, file)) => (name, Some(PathBuf::from(file))),
        None => (text, None),
    };
    let names = || formats::ALL.iter().map(|format| format.name);
    formats::by_name(name).map(|format| FormatArgument { format, file }).ok_or_else(|| unknown(name, names()))
}

fn unknown<'a>(given: &str, names: impl Iterator<Item = &'a str> + Clone) -> String {
    let meant = did_you_mean(given, names.clone()).map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
    let all: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    format!("expected one of {}, but found `{given}`{meant}", all.join(", "))
}
