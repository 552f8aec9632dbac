//! From the file as written to the checked configuration.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;

use super::schema::{FieldNames, resolve_fields, resolve_schema};
use super::written::{Written, WrittenExport, WrittenField};
use super::{Config, ExportConfig, InputConfig, OnUnreadable};
use crate::error::{Error, Result, did_you_mean};
use crate::extractors::registry::Registry;
use crate::kernels::assign_split::SplitRule;
use crate::kernels::match_path::PathPattern;
use crate::kernels::parse_bytes::parse_bytes;
use crate::kernels::parse_date::{DateContext, DateOrder, Precision, parse_date};
use crate::kernels::sha256::Digest;
use crate::kernels::word_mistake::word_mistake_of;
use crate::stages::attach::AttachOptions;
use crate::stages::ingest::MAX_RECORD_BYTES;
use crate::stages::release::ReleasePolicy;
use crate::stages::takedowns::Takedowns;
use crate::writers::audit_result::AuditResult;

/// Reads the text of `copydesk.toml`.
///
/// # Errors
/// A configuration error with line and column, and the nearest known name where one is misspelt.
pub fn parse(text: &str, name: &str) -> Result<Written> {
    toml::from_str(text).map_err(|error| toml_error(text, name, &error))
}

/// A configuration error for text that is not the TOML that was expected.
pub fn toml_error(text: &str, name: &str, error: &toml::de::Error) -> Error {
    let place = error.span().map_or_else(String::new, |span| {
        let before = &text.as_bytes()[..span.start.min(text.len())];
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
        format!("line {line}, column {column}: ")
    });
    let written = error.span().and_then(|span| text.get(span)).filter(|written| is_short_value(written));
    let message = word_mistake_of(&error.message().trim_end().replace('\n', ", "), written);
    let found = Error::config(format!("cannot read `{name}`")).caused_by(format!("{place}{message}"));
    let mut quoted = message.split('`').skip(1).step_by(2);
    match (message.starts_with("unknown field"), quoted.next()) {
        (true, Some(given)) => match did_you_mean(given, quoted) {
            Some(known) => found.hint(format!("did you mean `{known}`?")),
            None => found,
        },
        _ => match written.filter(|written| is_bare_date(written) && message.starts_with("expected text")) {
            Some(date) => found.hint(format!("write it in quotes: `\"{date}\"`")),
            None => found,
        },
    }
}

/// Whether a piece of TOML is a value that can be shown as it is written.
fn is_short_value(written: &str) -> bool {
    const LONGEST: usize = 60;
    let is_table = written.starts_with(['[', '{']);
    !written.is_empty() && !is_table && written.len() <= LONGEST && !written.contains(char::is_control)
}

/// Whether a value begins as a date that TOML knows without quotes.
fn is_bare_date(written: &str) -> bool {
    let year = written.split_once('-').map(|(year, _)| year);
    year.is_some_and(|year| year.len() == 4 && year.bytes().all(|digit| digit.is_ascii_digit()))
}

/// Name and text of the files that a configuration names.
#[derive(Clone, Copy, Debug, Default)]
pub struct NamedFiles<'a> {
    /// `input.sources`
    pub sources: Option<(&'a str, &'a str)>,
    /// `dedup.boilerplate`
    pub boilerplate: Option<(&'a str, &'a str)>,
    /// `dataset.takedowns`; empty where nothing was taken down yet.
    pub takedowns: Option<(&'a str, &'a str)>,
    /// The key beside it, where there is one.
    pub takedowns_key: Option<(&'a str, &'a str)>,
    /// `schema.extends`
    pub schema: Option<(&'a str, &'a str)>,
    /// `dataset.audit`
    pub audit: Option<(&'a str, &'a str)>,
    /// `export.authors-key`, where names are hashed.
    pub authors_key: Option<(&'a str, &'a str)>,
}

/// Checks a configuration and fills its defaults; paths are taken relative to `base`.
///
/// # Errors
/// A configuration error that names the key, the value and what was expected.
pub fn resolve(written: &Written, base: &Path, files: NamedFiles<'_>) -> Result<Config> {
    let registry = match files.sources {
        Some((name, text)) => Registry::parse(text, name)?,
        None => Registry::default(),
    };
    let input = resolve_input(written, base)?;
    let articles = resolve_schema(files.schema)?;
    let own_names: Vec<&str> = articles.own_columns().iter().map(|column| column.name).collect();
    let FieldNames { facts: fields, own: own_keys } = resolve_fields(&written.fields, articles)?;
    let (dedup, max_source_loss) = super::dedup::resolve_dedup(&written.dedup, files.boilerplate)?;
    let max_rejected = super::validate::resolve_validate(&written.validate)?;
    let attach = AttachOptions { own: articles.own_columns(), ..resolve_attach(written, registry)? };
    let export = ExportConfig {
        path: base.join(&written.export.path),
        jsonl_zstd: one_of(
            "export.jsonl-compression",
            &written.export.jsonl_compression,
            [("none", false), ("zstd", true)],
        )?,
        parquet_zstd_level: in_range("export.parquet-zstd-level", written.export.parquet_zstd_level)?,
        append_only: written.export.append_only,
        splits: resolve_splits(&written.export)?,
        report: written.export.report,
    };
    if export.append_only && export.splits.is_some() {
        return Err(key_error("export.append-only", "expected it without splits, but found both")
            .hint("the side of a published article could change with what arrives"));
    }
    let release = super::release::resolve_release((&written.export, &written.release), files.authors_key)?;
    super::release::refuse_rules_on_withheld(articles, &release.terms)?;
    let dataset = super::dataset::resolve_dataset(&written.dataset)?;
    let expectations = super::expect::resolve_expectations(&written.expect, &own_names)?;
    let audit = files.audit.map(|(name, text)| AuditResult::parse(text, name)).transpose()?;
    let takedowns = files.takedowns.map(|ledger| Takedowns::parse(ledger, files.takedowns_key)).transpose()?;
    let takedowns = takedowns.unwrap_or_default();
    let digest_of_rest = digest(written, files, (&input, &release));
    let digest = digest_with(&digest_of_rest, &takedowns);
    Ok(Config {
        input,
        articles,
        published: articles.released(release.terms.strictest()),
        release: Arc::new(release),
        fields,
        own_keys,
        attach: Arc::new(attach),
        dedup,
        max_source_loss,
        max_rejected,
        export,
        dataset,
        audit,
        expectations,
        takedowns: Arc::new(takedowns),
        digest_of_rest,
        digest,
    })
}

/// The digest of a configuration with a ledger of takedowns; one that is empty leaves no trace.
fn digest_with(rest: &Digest, takedowns: &Takedowns) -> Digest {
    match takedowns.digest() {
        None => *rest,
        Some(ledger) => {
            Digest::of(json!({ "config": rest.to_string(), "takedowns": ledger.to_string() }).to_string().as_bytes())
        }
    }
}

impl Config {
    /// The same configuration with another ledger of takedowns.
    #[must_use]
    pub fn with_takedowns(&self, takedowns: Takedowns) -> Self {
        let digest = digest_with(&self.digest_of_rest, &takedowns);
        Self { takedowns: Arc::new(takedowns), digest, ..self.clone() }
    }
}

fn resolve_input(written: &Written, base: &Path) -> Result<InputConfig> {
    let input = &written.input;
    let on_unreadable = one_of(
        "input.on-unreadable",
        &input.on_unreadable,
        [("error", OnUnreadable::Error), ("reject", OnUnreadable::Reject)],
    )?;
    let max_record = parse_bytes(&input.max_record).map_err(|expected| key_error("input.max-record", &expected))?;
    if !(1024..=MAX_RECORD_BYTES).contains(&max_record) {
        return Err(key_error(
            "input.max-record",
            &format!("expected 1KiB to 200MiB, but found `{}`", input.max_record),
        ));
    }
    if input.max_expansion == 0 {
        return Err(key_error("input.max-expansion", "expected a ratio of 1 or more, but found `0`"));
    }
    for label in &input.encodings {
        if encoding_rs::Encoding::for_label(label.as_bytes()).is_none() {
            return Err(key_error(
                "input.encodings",
                &format!("expected a WHATWG encoding label, but found `{label}`"),
            )
            .hint("labels are names such as `windows-1252`, `iso-8859-9`, `gb18030`"));
        }
    }
    let path_patterns = input
        .path_patterns
        .iter()
        .map(|pattern| PathPattern::compile(pattern).map_err(|error| error.context("cannot use `input.path-patterns`")))
        .collect::<Result<Vec<_>>>()?;
    Ok(InputConfig {
        path: base.join(&input.path),
        on_unreadable,
        max_record,
        max_expansion: input.max_expansion,
        encodings: input.encodings.clone(),
        path_patterns: path_patterns.into(),
    })
}

fn resolve_splits(export: &WrittenExport) -> Result<Option<SplitRule>> {
    let (key, rule) = match (&export.splits, &export.split_dates) {
        (None, None) => return Ok(None),
        (Some(shares), None) => ("export.splits", SplitRule::Shares(*shares)),
        (None, Some(dates)) => ("export.split-dates", SplitRule::Dates(dates.clone())),
        (Some(_), Some(_)) => {
            return Err(key_error("export.split-dates", "expected it or `export.splits`, but found both"));
        }
    };
    match rule.fault() {
        Some(fault) => Err(key_error(key, &fault)),
        None => Ok(Some(rule)),
    }
}

fn resolve_attach(written: &Written, registry: Registry) -> Result<AttachOptions> {
    let dates = &written.dates;
    let not_after = match &dates.not_after {
        None => None,
        Some(day) => Some(
            parse_date(day, &DateContext::default())
                .ok()
                .filter(|parsed| parsed.precision == Precision::Day)
                .ok_or_else(|| {
                    key_error("dates.not-after", &format!("expected a day such as `2026-12-31`, but found `{day}`"))
                })?
                .date,
        ),
    };
    let date_order = match &dates.order {
        None => None,
        Some(order) => Some(one_of(
            "dates.order",
            order,
            [("dmy", DateOrder::DayMonthYear), ("mdy", DateOrder::MonthDayYear), ("ymd", DateOrder::YearMonthDay)],
        )?),
    };
    let abbreviations = dates
        .abbreviations
        .iter()
        .map(|(name, offset)| {
            let seconds = offset_seconds(offset).ok_or_else(|| {
                key_error(
                    &format!("dates.abbreviations.{name}"),
                    &format!("expected an offset such as `-05:00`, but found `{offset}`"),
                )
            })?;
            Ok((name.clone(), seconds))
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(AttachOptions { registry: Arc::new(registry), not_after, abbreviations, date_order, own: &[] })
}

fn offset_seconds(text: &str) -> Option<i32> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = digits.split_once(':')?;
    let number =
        |text: &str, most: i32| text.parse().ok().filter(|number| text.len() == 2 && (0..=most).contains(number));
    Some(sign * (number(hours, 15)? * 3600 + number(minutes, 59)? * 60))
}

fn in_range(key: &str, level: i32) -> Result<i32> {
    if (1..=22).contains(&level) {
        return Ok(level);
    }
    Err(key_error(key, &format!("expected a level from 1 to 22, but found `{level}`")))
}

pub(super) fn one_of<'a, T>(key: &str, given: &str, known: impl IntoIterator<Item = (&'a str, T)>) -> Result<T> {
    let mut names = Vec::new();
    for (name, value) in known {
        if name == given {
            return Ok(value);
        }
        names.push(name);
    }
    let list = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let error = key_error(key, &format!("expected one of {list}, but found `{given}`"));
    Err(match did_you_mean(given, names) {
        Some(name) => error.hint(format!("did you mean `{name}`?")),
        None => error,
    })
}

pub(super) fn key_error(key: &str, expected: &str) -> Error {
    Error::config(format!("cannot use `{key}`")).caused_by(expected.to_owned())
}

/// The digest covers everything that can change a byte of the dataset; input and output paths are left out.
fn digest(written: &Written, files: NamedFiles<'_>, (input, release): (&InputConfig, &ReleasePolicy)) -> Digest {
    let fields: Vec<_> = written
        .fields
        .iter()
        .map(|(name, field)| match field {
            WrittenField::Fact(fact) => json!([name, fact, "auto"]),
            WrittenField::Dated { fact, form } => json!([name, fact, form]),
        })
        .collect();
    let mut resolved = json!({
        "dataset": super::dataset::digested(&written.dataset),
        "input": {
            "on-unreadable": written.input.on_unreadable,
            "max-record": input.max_record,
            "max-expansion": input.max_expansion,
            "encodings": written.input.encodings,
            "path-patterns": written.input.path_patterns,
            "sources": files.sources.map(|(_, text)| Digest::of(text.as_bytes()).to_string()),
        },
        "fields": fields,
        "dates": {
            "not-after": written.dates.not_after,
            "order": written.dates.order,
            "abbreviations": written.dates.abbreviations,
        },
        "dedup": super::dedup::digested(&written.dedup),
        "export": {
            "jsonl-compression": written.export.jsonl_compression,
            "parquet-zstd-level": written.export.parquet_zstd_level,
        },
    });
    // What is not set leaves no trace, so that a digest of an earlier version stays.
    if let Some(rule) = resolve_splits(&written.export).ok().flatten() {
        resolved["export"]["splits"] = json!(rule);
    }
    if written.export.report {
        resolved["export"]["report"] = json!(true);
    }
    if let Some(release) = super::release::digested(release) {
        resolved["export"]["release"] = release;
    }
    if let Some((_, list)) = files.boilerplate {
        resolved["dedup"]["boilerplate"] = json!(Digest::of(list.as_bytes()).to_string());
    }
    if let Some((_, schema)) = files.schema {
        resolved["schema"] = json!({ "extends": Digest::of(schema.as_bytes()).to_string() });
    }
    if let Some((_, audit)) = files.audit {
        resolved["dataset"]["audit"] = json!(Digest::of(audit.as_bytes()).to_string());
    }
    Digest::of(resolved.to_string().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dedup::{NearRule, Policies, Preference};

    fn config(text: &str) -> Result<Config> {
        resolve(&parse(text, "copydesk.toml")?, Path::new("."), NamedFiles::default())
    }

    #[test]
    fn an_empty_file_is_the_defaults() {
        let config = config("").unwrap();
        assert_eq!(config.input.max_record, 16 << 20);
        assert_eq!(config.export.path, Path::new("./output"));
        assert_eq!(config.dedup.policies, Policies::default());
        assert_eq!(config.dedup.near, Some(NearRule::default()));
        assert_eq!(config.dedup.preference, Preference::default());
    }

    #[test]
    fn the_digest_sees_what_changes_bytes_and_nothing_else() {
        let digest = |text: &str| config(text).unwrap().digest;
        assert_eq!(digest(""), digest("[input]\npath = \"elsewhere\"\n[export]\npath = \"there\""));
        assert_eq!(digest(""), digest("[input]\nmax-record = \"16384KiB\""));
        assert_eq!(digest(""), digest("[validate]\nmax-rejected = 1"));
        assert_eq!(digest(""), digest("[export]\nappend-only = true"), "the manifest says what was appended");
        assert_ne!(digest(""), digest("[dedup]\nexact = \"flag\""));
        assert_ne!(digest(""), digest("[dataset]\nlicense = \"CC0-1.0\""), "the card says it");
        assert_ne!(digest(""), digest("[fields]\nbody = \"text\""));
        let list = |text: &str| {
            let files = NamedFiles { boilerplate: Some(("b.jsonl", text)), ..NamedFiles::default() };
            resolve(&Written::default(), Path::new("."), files).unwrap().digest
        };
        assert!(digest("") != list("") && list("") != list("\n"));
        let audited = |text: &str| {
            let files = NamedFiles { audit: Some(("audit.json", text)), ..NamedFiles::default() };
            resolve(&Written::default(), Path::new("."), files).map(|config| config.digest)
        };
        assert!(audited("{}").is_err(), "what is no audit is refused");
        let split = "[export]\nsplits = { train = 0.8, test = 0.2 }";
        assert_ne!(digest(""), digest(split));
        assert_ne!(digest(split), digest("[export]\nsplits = { train = 0.8, validation = 0.2 }"));
        assert_eq!(digest(""), digest("[export]\nreport = false"));
        assert_ne!(digest(""), digest("[export]\nreport = true"));
        assert_ne!(digest(""), digest("[export]\nsplit-dates = { test = \"2024-07-01\" }"));
    }

    /// The keys that a table of the configuration knows, as the refusal of a misspelt one lists them.
    fn keys_of(table: &str) -> Vec<String> {
        let error = format!("{:?}", config(&format!("{table}zzz_zzz = 1")).unwrap_err());
        error
            .split_once("expected")
            .map_or("", |(_, known)| known)
            .split('`')
            .skip(1)
            .step_by(2)
            .map(Into::into)
            .collect()
    }

    #[test]
    fn no_wrong_value_of_any_key_is_answered_with_a_type_of_the_code() {
        const VALUES: &[&str] = &[
            "\"x\"",
            "5",
            "-1",
            "1.5",
            "99999999999",
            "1e300",
            "nan",
            "true",
            "[]",
            "[[1]]",
            "[{}]",
            "{}",
            "{ x = 1 }",
            "{ train = 'x' }",
            "{ test = 1 }",
            "2026-12-31",
            "2026-12-31T10:00:00Z",
            "10:00:00",
        ];
        let is_ours = |text: &str| {
            let bare: String = text.split('`').step_by(2).collect();
            bare.split(|c: char| !c.is_alphanumeric()).any(|word| {
                let width = word.trim_start_matches(['i', 'u', 'f']);
                let is_number = matches!(width, "8" | "16" | "32" | "64" | "128" | "size") && width.len() < word.len();
                let is_camel = word.chars().skip(1).any(char::is_uppercase) && word.chars().any(char::is_lowercase);
                let is_word = ["struct", "enum", "variant", "sequence", "map", "tuple", "non-zero"].contains(&word);
                is_number || is_word || (is_camel && word != "TiB" && word != "MiB" && word != "KiB")
            })
        };
        let sections = keys_of("");
        assert!(sections.iter().any(|name| name == "export"), "{sections:?}");
        let mut refused = 0;
        for section in &sections {
            let mut tables = vec![(String::new(), section.clone())];
            for header in [format!("[{section}]\n"), format!("[[{section}]]\n")] {
                tables.extend(keys_of(&header).into_iter().map(|key| (header.clone(), key)));
            }
            for (header, key) in tables {
                for value in VALUES {
                    let Err(error) = config(&format!("{header}{key} = {value}")) else { continue };
                    refused += 1;
                    // The kind of error stands before the first colon.
                    let text = format!("{error:?}");
                    assert!(
                        !is_ours(text.split_once(": ").map_or("", |(_, told)| told)),
                        "{header}{key} = {value}: {text}"
                    );
                }
            }
        }
        assert!(refused > 500, "{refused}");
    }

    #[test]
    fn mistakes_name_key_value_and_the_nearest_name() {
        let shown = |text: &str| {
            let error = config(text).unwrap_err();
            format!("{error:?} | {}", error.hints().join("; "))
        };
        insta::assert_snapshot!(
            [
                "[dedup]\nexat = \"drop\"",
                "[dedup]\nexact = \"dorp\"",
                "[dedup]\nnear = \"flg\"",
                "[dedup]\nshingle = \"word-0\"",
                "[dedup]\nshingle = \"3 words\"",
                "[dedup]\njaccard = 1.5",
                "[dedup]\ncontainment = 0",
                "[dedup]\nwindow-days = \"of\"",
                "[dedup]\nwindow-days = -1",
                "[dedup]\nguards = 2",
                "[dedup]\nbands = 0",
                "[dedup]\nrows = 99",
                "[dedup]\nprefer = [\"newest\"]",
                "[dedup]\nprefer = [\"longest\", \"longest\"]",
                "[input]\nmax-record = 16",
                "[input]\nmax-record = \"16 parsecs\"",
                "[input]\nmax-record = \"2GiB\"",
                "[input]\nmax-expansion = 0",
                "[input]\nencodings = [\"utf-9\"]",
                "[fields]\nbody = \"txt\"",
                "[dates]\nnot-after = \"yesterday\"",
                "[dates]\norder = \"ydm\"",
                "[dates.abbreviations]\nEST = \"5\"",
                "[dataset]\nversion = \"one\"",
                "[dataset]\nlicence = \"CC0-1.0\"",
                "[dataset]\nname = \" \"",
                "[dataset]\nauthors = [\"Ada Moreno\\nBen Ode\"]",
                "[dataset]\nhomepage = \"my page\"",
                "[dataset]\npublished = \"May 2026\"",
                "[validate]\nmax-rejected = 0.01",
                "[validate]\nmax-rejected = \"1\"",
                "[validate]\nmax-rejected-per-source = \"101%\"",
                "[validate]\nmax-rejected = true",
                "[fields]\nbody = 3",
                "[validate]\nmax-rejectd = 3",
                "[export]\nparquet-zstd-level = 40",
                "[export]\nappend-only = true\nsplits = { train = 0.8, test = 0.2 }",
                "[export]\nsplits = { train = 0.8, test = 0.1 }",
                "[export]\nsplits = { train = 0.8, tset = 0.2 }",
                "[export]\nsplit-dates = { test = \"1 July\" }",
                "[export]\nsplits = { train = 1 }\nsplit-dates = { test = \"2024-07-01\" }",
                "input = \"x\"",
                "[export]\nsplits = 5",
                "[dedup]\njaccard = \"x\"",
                "[dedup]\nbands = -1",
                "[input]\nmax-expansion = \"x\"",
                "[export]\nparquet-zstd-level = 1.5",
                "[export]\nparquet-zstd-level = 99999999999",
                "[export]\nreport = \"yes\"",
                "[dataset]\nauthors = \"Ada Moreno\"",
                "[dates]\nnot-after = 2026-12-31",
                "nonsense",
            ]
            .map(shown)
            .join("\n")
        );
    }
}
