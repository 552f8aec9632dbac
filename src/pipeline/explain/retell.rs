//! Reads the raw record again, by the reader that read it, and applies the stages one by one.

use std::io::Read as _;

use arrow::array::{AsArray as _, RecordBatch};

use super::story::{SectionBuilder, Story};
use crate::columns::{ARTICLES, Column, DATE_CANDIDATES, StatementList, interim};
use crate::config::Config;
use crate::error::{Error, ErrorKind, Result, did_you_mean};
use crate::io::open;
use crate::kernels::sha256::Digest;
use crate::origin::ByteRange;
use crate::pipeline::article_rows::text;
use crate::pipeline::dataset_rows::Row;
use crate::pipeline::plan::{Plan, PlannedFile};
use crate::pipeline::read_unit::{Intake, read_unit};
use crate::pipeline::{Progress, stages};
use crate::readers::RawRecord;
use crate::rejection::{Damage, RawBytes, Rejection};
use crate::stages::ingest::IngestBuilder;
use crate::statement::Field;

/// Bytes of the raw record that are shown of a rejected one.
const EXCERPT: u64 = 200;
/// Characters that are shown on either side of a change.
const CONTEXT: usize = 24;

/// What came of the record this time.
#[derive(Debug, Default)]
pub struct Rederived {
    /// The stage that stopped it, and why.
    pub stopped: Option<(&'static str, Rejection)>,
    /// Digest of the text, when it came so far.
    pub text_sha256: Option<String>,
    /// The first bytes of the raw record.
    pub excerpt: Vec<u8>,
}

/// Tells what the raw record says and what each stage makes of it.
///
/// # Errors
/// When the raw file is missing, cannot be read, or does not hold the bytes any more.
pub fn retell(record: &Row, config: &Config, story: &mut Story) -> Result<Rederived> {
    let (plan, found) = read_again(record, config)?;
    let Some(file) = plan.files.first() else { unreachable!("law: a record that was found comes from a file") };
    let mut rederived = Rederived { excerpt: found.excerpt, ..Rederived::default() };
    if rederived.excerpt.is_empty() {
        let head = ByteRange::new(found.range.offset, found.range.length.min(EXCERPT));
        rederived.excerpt = read_range(&plan, file, head)?;
    }
    let mut section = story.section("reading");
    section.line("raw file", file.path.display());
    section.line("its bytes", "still have the digest of the record");
    section.line("reader", file.facts.format);
    match found.outcome {
        Outcome::Damage(rejection) => rederived.stopped = Some(("ingest", rejection)),
        Outcome::Record(batch) => {
            section.line("encoding", text(&batch, "encoding").value(0));
            drop(section);
            tell_statements(&batch, config, story)?;
            apply_stages(batch, config, story, &mut rederived)?;
        }
    }
    Ok(rederived)
}

fn read_again(record: &Row, config: &Config) -> Result<(Plan, Found)> {
    let raw_path = record.text("raw_path");
    let plan = Plan::only(config, raw_path)?;
    if plan.files.is_empty() {
        return Err(missing(raw_path, config));
    }
    let unsigned = |name| u64::try_from(record.number(name)).unwrap_or_default();
    let range = ByteRange::new(unsigned("raw_offset"), unsigned("raw_length"));
    let raw_index = record.number("raw_index");
    let holds = |unit: &ByteRange| unit.offset <= range.offset && range.offset < unit.end();
    let unit = plan.units.iter().find(|unit| unit.range.as_ref().is_none_or(holds));
    let mut finder = Finder { range, raw_index, found: None };
    let result = match unit {
        Some(unit) => read_unit((config, &plan), *unit, &Progress::default(), &mut finder),
        None => Ok(()),
    };
    match (finder.found, result) {
        (Some(found), _) if found.digest.to_string() == record.text("raw_sha256") => Ok((plan, found)),
        (Some(found), _) => {
            Err(changed(raw_path, &format!("expected {}, but found {}", record.text("raw_sha256"), found.digest)))
        }
        (None, Err(error)) => Err(error),
        (None, Ok(())) => {
            let detail =
                format!("expected record {raw_index} at the bytes {}..{}, but found none", range.offset, range.end());
            Err(changed(raw_path, &detail))
        }
    }
}

/// The error of a raw file that is not below the input.
pub fn missing(raw_path: &str, config: &Config) -> Error {
    let input = config.input.path.display();
    let error = Error::usage(format!("expected `{raw_path}` below `{input}`, but found no such file"));
    let name = raw_path.rsplit('/').next().unwrap_or(raw_path);
    let others =
        crate::io::walk(&config.input.path, crate::io::OnUnreadable::Reject).map(|walk| walk.files).unwrap_or_default();
    let same_name = |path: &&str| path.rsplit('/').next() == Some(name);
    match did_you_mean(raw_path, others.iter().map(|file| file.raw_path.as_str()).filter(same_name)) {
        Some(near) => {
            error.hint(format!("`--input` is the folder that the dataset was made of; in `{input}` there is `{near}`"))
        }
        None => error.hint("`--input` is the folder that the dataset was made of"),
    }
}

/// The error of a raw file that does not hold what the dataset was made of.
pub fn changed(raw_path: &str, detail: &str) -> Error {
    Error::usage(format!("`{raw_path}` has changed since the dataset was made"))
        .caused_by(detail)
        .hint("name the raw files that the dataset was made of with `--input`")
}

enum Outcome {
    Record(RecordBatch),
    Damage(Rejection),
}

struct Found {
    outcome: Outcome,
    range: ByteRange,
    digest: Digest,
    /// Empty when the bytes were not kept.
    excerpt: Vec<u8>,
}

/// Waits for one record and stops the reader behind it.
struct Finder {
    range: ByteRange,
    raw_index: i64,
    found: Option<Found>,
}

impl Finder {
    fn is_wanted(&self, range: ByteRange, raw_index: i64) -> bool {
        range.offset == self.range.offset && raw_index == self.raw_index
    }

    fn find(&mut self, found: Found) -> Result<()> {
        self.found = Some(found);
        Err(Error::new(ErrorKind::Usage, "the record was found"))
    }
}

impl Intake for Finder {
    fn record(&mut self, record: &RawRecord<'_>, file: &PlannedFile, raw_index: i64) -> Result<()> {
        if !self.is_wanted(record.range, raw_index) {
            return Ok(());
        }
        let mut builder = IngestBuilder::new();
        builder.push_record(record, &file.facts, raw_index);
        let outcome = Outcome::Record(builder.finish()?);
        self.find(Found {
            outcome,
            range: record.range,
            digest: Digest::of(record.bytes),
            excerpt: excerpt(record.bytes),
        })
    }

    fn damage(&mut self, damage: &Damage<'_>, _file: &PlannedFile, raw_index: i64) -> Result<()> {
        if !self.is_wanted(damage.range, raw_index) {
            return Ok(());
        }
        let (digest, excerpt) = match damage.raw {
            RawBytes::Bytes(bytes) => (Digest::of(bytes), excerpt(bytes)),
            RawBytes::Digest(digest) => (Digest(digest), Vec::new()),
        };
        self.find(Found { outcome: Outcome::Damage(damage.rejection.clone()), range: damage.range, digest, excerpt })
    }
}

fn excerpt(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().take(EXCERPT as usize).copied().collect()
}

/// The bytes of a range that the reader did not keep; what cannot be decoded is left out.
///
/// # Errors
/// When the file cannot be read.
pub fn read_range(plan: &Plan, file: &PlannedFile, range: ByteRange) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if range.length == 0 {
        return Ok(bytes);
    }
    let mut input = open(&file.path, &plan.limits)?;
    let skipped = std::io::copy(&mut (&mut input).take(range.offset), &mut std::io::sink());
    let read = skipped.and_then(|_| input.take(range.length).read_to_end(&mut bytes));
    match read.map_err(crate::stream::damage_of) {
        Err(Err(refusal)) => Err(Error::io("read", &file.path, refusal)),
        _ => Ok(bytes),
    }
}

fn tell_statements(batch: &RecordBatch, config: &Config, story: &mut Story) -> Result<()> {
    let mut section = story.section("statements");
    for stated in StatementList::of(batch)?.row(0) {
        let place = stated.span.map_or_else(String::new, |span| format!(", bytes {}..{}", span.offset, span.end()));
        let own = config.articles.own_columns().get(usize::from(stated.own)).filter(|_| stated.field == Field::Own);
        let name = own.map_or(stated.field.code(), |column| column.name);
        section.line(name, format_args!("{} ({}{place})", stated.value, stated.evidence.code()));
    }
    Ok(())
}

fn apply_stages(ingested: RecordBatch, config: &Config, story: &mut Story, rederived: &mut Rederived) -> Result<()> {
    let mut batch = ingested;
    for stage in stages(config)? {
        let output = stage.apply(&batch)?;
        if let Some((_, rejection)) = output.rejected.into_iter().next() {
            rederived.stopped = Some((stage.name(), rejection));
            return Ok(());
        }
        match stage.name() {
            "normalize" => tell_normalization(&batch, &output.kept, story)?,
            "attach" => {
                tell_facts(&output.kept, story)?;
                tell_own_columns(&output.kept, config, story)?;
            }
            "fingerprint" => {
                rederived.text_sha256 = Some(text(&output.kept, "text_sha256").value(0).to_owned());
                tell_columns(
                    &output.kept,
                    &["word_count", "char_count", "text_sha256"],
                    &mut story.section("counts and digests"),
                )?;
            }
            "validate" => {
                tell_columns(&output.kept, &["quality_flags", "validation_codes"], &mut story.section("warnings"))?;
            }
            _ => {}
        }
        batch = output.kept;
    }
    Ok(())
}

fn tell_normalization(before: &RecordBatch, after: &RecordBatch, story: &mut Story) -> Result<()> {
    let (raw, new) = (text(before, "text").value(0), text(after, "text").value(0));
    let mut section = story.section("normalization");
    if raw == new {
        section.line("normalization ops", "none changed anything");
    }
    tell_columns(after, &["normalization_ops", "paragraph_count"], &mut section)?;
    section.line("characters", format_args!("{} before, {} after", raw.chars().count(), new.chars().count()));
    if let Some((old, new)) = first_change(raw, new) {
        section.line("first change", format_args!("{old:?} became {new:?}"));
    }
    Ok(())
}

/// The surroundings of the first difference between two texts.
fn first_change(before: &str, after: &str) -> Option<(String, String)> {
    if before == after {
        return None;
    }
    let same = before.chars().zip(after.chars()).take_while(|(a, b)| a == b).count();
    let around = |text: &str| text.chars().skip(same.saturating_sub(CONTEXT)).take(2 * CONTEXT).collect::<String>();
    Some((around(before), around(after)))
}

fn tell_facts(batch: &RecordBatch, story: &mut Story) -> Result<()> {
    tell_dates(batch, story)?;
    let mut section = story.section("source and language");
    let names = ["source_id", "source_evidence", "source_name", "source_domain", "source_country"];
    tell_columns(batch, &names, &mut section)?;
    tell_columns(batch, &["language", "language_evidence", "language_confidence"], &mut section)?;
    drop(section);
    let names = ["title", "subtitle", "authors", "section", "keywords", "url", "canonical_url"];
    tell_columns(batch, &names, &mut story.section("other facts"))?;
    let names = ["license", "rights_holder", "access", "tdm_reservation"];
    tell_columns(batch, &names, &mut story.section("rights"))
}

/// The user's own columns, where a schema declares some.
fn tell_own_columns(batch: &RecordBatch, config: &Config, story: &mut Story) -> Result<()> {
    let columns: Vec<&Column> = config.articles.own_columns().iter().collect();
    if columns.is_empty() {
        return Ok(());
    }
    let row = Row::of(&columns, batch, 0)?;
    let mut section = story.section("your own columns");
    for column in columns {
        section.line_if(column.name, row.get(column.name));
    }
    Ok(())
}

/// Every candidate in the order of rank, with its verdict, then what the row says.
fn tell_dates(batch: &RecordBatch, story: &mut Story) -> Result<()> {
    let mut section = story.section("dates");
    let lists = batch.column_by_name(interim::DATE_CANDIDATES).and_then(|column| column.as_list_opt::<i32>());
    if let Some(lists) = lists {
        let candidates = RecordBatch::from(lists.value(0).as_struct().clone());
        let columns: Vec<&Column> =
            DATE_CANDIDATES.columns.iter().filter(|column| !matches!(column.name, "id" | "rank")).collect();
        let mut accepted_before = false;
        for rank in 0..candidates.num_rows() {
            let candidate = Row::of(&columns, &candidates, rank)?;
            let published = candidate.text("role") == "published";
            let verdict = match (candidate.get("reject_reason"), published && accepted_before) {
                (Some(reason), _) => format!("refused, {reason}{}", why(reason)),
                (None, true) => "accepted, it refines the one before".to_owned(),
                (None, false) => "accepted".to_owned(),
            };
            accepted_before |= published && candidate.get("reject_reason").is_none();
            let value = candidate.get("value_at").or(candidate.get("value_date")).unwrap_or("no date");
            let (start, end) = (candidate.number("span_start"), candidate.number("span_end"));
            let place = if start < 0 { String::new() } else { format!(", bytes {start}..{end}") };
            let detail = format!(
                "{} {:?} ({}{place}): {value}, precision {}: {verdict}",
                candidate.text("role"),
                candidate.text("raw"),
                candidate.text("kind"),
                candidate.text("precision")
            );
            section.line(format!("candidate {rank}"), detail);
        }
    }
    let names = [
        "published_date",
        "published_at",
        "published_precision",
        "published_raw",
        "published_evidence",
        "published_tz",
        "date_conflict",
        "modified_at",
        "retrieved_at",
    ];
    tell_columns(batch, &names, &mut section)
}

/// What a reason means that is not plain from its code.
fn why(reason: &str) -> &'static str {
    use crate::extractors::dates;
    match reason {
        dates::LOWER_PRECEDENCE => ": a candidate before it outranks it, and it does not refine that one",
        dates::NOT_PUBLICATION => ": it dates a transfer, not a publication",
        dates::FILE_OF_MANY => ": it stands in the name of a file of many records",
        dates::OUTVOTED => ": others agree on another day, or the page shows it",
        dates::BEFORE_PUBLICATION => ": nothing changes more than a day before it is published",
        dates::NO_ZONE => ": a time without a zone is no instant",
        dates::NO_TIME => ": a date without a time is no instant",
        "ambiguous" => ": day and month cannot be told apart, and the outlet's order is not known",
        _ => "",
    }
}

/// Columns of `articles` that hold a value.
fn tell_columns(batch: &RecordBatch, names: &[&str], section: &mut SectionBuilder<'_>) -> Result<()> {
    let columns: Vec<&Column> = names.iter().filter_map(|name| ARTICLES.column(name)).collect();
    let row = Row::of(&columns, batch, 0)?;
    for name in names {
        section.line_if(name.replace('_', " "), row.get(name));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_change_is_shown_with_what_surrounds_it() {
        assert_eq!(first_change("same", "same"), None);
        let (before, after) = first_change("Two  spaces.", "Two spaces.").unwrap();
        assert_eq!((before.as_str(), after.as_str()), ("Two  spaces.", "Two spaces."));
        let long = "ş".repeat(100);
        let (before, after) = first_change(&format!("{long}a"), &long).unwrap();
        assert_eq!((before.chars().count(), after.chars().count()), (CONTEXT + 1, CONTEXT));
    }
}
