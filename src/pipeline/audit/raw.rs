//! Reads the raw records of the drawn rows again, each file once, by the readers that have read them.

use std::collections::BTreeMap;

use super::sides::{CLAIMED, Excerpt, Side, Sides};
use crate::columns::{ARTICLES, Column};
use crate::config::Config;
use crate::error::{Error, ErrorKind, Result};
use crate::kernels::decode_text::decode_text;
use crate::kernels::parse_html::parse_html;
use crate::kernels::read_metadata::page_lines;
use crate::kernels::sha256::Digest;
use crate::origin::ByteRange;
use crate::pipeline::dataset_rows::Row;
use crate::pipeline::explain::{changed, missing, read_range};
use crate::pipeline::plan::{Plan, PlannedFile, Unit};
use crate::pipeline::read_unit::{Intake, read_unit};
use crate::pipeline::{Progress, stages};
use crate::readers::RawRecord;
use crate::rejection::{Damage, RawBytes};
use crate::stages::ingest::IngestBuilder;

/// Bytes that are read of a damaged range whose reader has kept none.
const MOST_BYTES: u64 = 1 << 20;

/// Adds the raw record to every side, up to `most` characters a view, and what it gives to the sides of removed copies.
///
/// # Errors
/// When a raw file is missing or cannot be read, or a record has changed since the dataset was made.
pub fn read_raw(sides: &mut Sides, config: &Config, most: usize) -> Result<()> {
    let mut wanted: BTreeMap<String, BTreeMap<i64, Vec<&mut Side>>> = BTreeMap::new();
    for side in sides.all_mut() {
        let (path, index) = (side.record.text("raw_path").to_owned(), side.record.number("raw_index"));
        wanted.entry(path).or_default().entry(index).or_default().push(side);
    }
    let plan = Plan::of(config, |path| wanted.contains_key(path))?;
    for unit in &plan.units {
        let Some(of_file) = wanted.get_mut(&plan.files[unit.file].facts.raw_path) else { continue };
        read_records((config, &plan), *unit, (of_file, most))?;
    }
    for (path, of_file) in &wanted {
        if of_file.is_empty() {
            continue;
        }
        if plan.files.iter().all(|file| file.facts.raw_path != *path) {
            return Err(missing(path, config));
        }
        let index = of_file.keys().next().copied().unwrap_or_default();
        return Err(changed(path, &format!("expected record {index}, but found none")));
    }
    Ok(())
}

type OfFile<'s> = BTreeMap<i64, Vec<&'s mut Side>>;

fn read_records((config, plan): (&Config, &Plan), unit: Unit, (wanted, most): (&mut OfFile<'_>, usize)) -> Result<()> {
    let holds = |side: &Side| {
        let offset = u64::try_from(side.record.number("raw_offset")).unwrap_or_default();
        unit.range.is_none_or(|range| range.offset <= offset && offset < range.end())
    };
    let here: Vec<i64> =
        wanted.iter().filter(|(_, sides)| sides.iter().all(|side| holds(side))).map(|(at, _)| *at).collect();
    let Some(last) = here.last().copied() else { return Ok(()) };
    let mut collector = Collector { wanted, context: (config, plan, most), last, is_done: false };
    match read_unit((config, plan), unit, &Progress::default(), &mut collector) {
        Err(error) if !collector.is_done => Err(error),
        _ => Ok(()),
    }
}

/// Takes the wanted records of a file and stops the reader behind the last one.
struct Collector<'c, 's> {
    wanted: &'c mut OfFile<'s>,
    context: (&'c Config, &'c Plan, usize),
    last: i64,
    is_done: bool,
}

/// What a raw record showed this time.
#[derive(Default)]
struct Shown {
    views: Vec<(&'static str, Excerpt)>,
    claims: Option<Row>,
    text: Excerpt,
    note: Option<String>,
}

impl Collector<'_, '_> {
    fn give(&mut self, raw_index: i64, digest: Digest, shown: impl FnOnce(bool) -> Result<Shown>) -> Result<()> {
        let Some(sides) = self.wanted.remove(&raw_index) else { return Ok(()) };
        let expected = sides.first().map_or("", |side| side.record.text("raw_sha256"));
        if digest.to_string() != expected {
            let path = sides.first().map_or("", |side| side.record.text("raw_path"));
            return Err(changed(path, &format!("expected {expected}, but found {digest}")));
        }
        let is_copy = |side: &Side| side.claims.is_none() && side.record.text("fate") == "duplicate";
        let shown = shown(sides.iter().any(|side| is_copy(side)))?;
        for side in sides {
            side.views.clone_from(&shown.views);
            side.note.clone_from(&shown.note);
            if is_copy(side) {
                side.claims.clone_from(&shown.claims);
                side.text.clone_from(&shown.text);
            }
        }
        if raw_index < self.last {
            return Ok(());
        }
        self.is_done = true;
        Err(Error::new(ErrorKind::Usage, "the last record was found"))
    }
}

impl Intake for Collector<'_, '_> {
    fn record(&mut self, record: &RawRecord<'_>, file: &PlannedFile, raw_index: i64) -> Result<()> {
        if !self.wanted.contains_key(&raw_index) {
            return Ok(());
        }
        let (config, _, most) = self.context;
        self.give(raw_index, Digest::of(record.bytes), |is_copy| {
            let mut shown =
                if is_copy { claims_again(record, file, (config, raw_index, most))? } else { Shown::default() };
            shown.views = views(record, file.facts.format, most);
            Ok(shown)
        })
    }

    fn damage(&mut self, damage: &Damage<'_>, file: &PlannedFile, raw_index: i64) -> Result<()> {
        if !self.wanted.contains_key(&raw_index) {
            return Ok(());
        }
        let (_, plan, most) = self.context;
        let (digest, bytes) = match damage.raw {
            RawBytes::Bytes(bytes) => (Digest::of(bytes), bytes.to_vec()),
            RawBytes::Digest(digest) => {
                let head = ByteRange::new(damage.range.offset, damage.range.length.min(MOST_BYTES));
                (Digest(digest), read_range(plan, file, head)?)
            }
        };
        self.give(raw_index, digest, |_| {
            let view = ("raw record", Excerpt::of(&shown_text(&bytes, None), most));
            Ok(Shown { views: vec![view], ..Shown::default() })
        })
    }
}

/// The record as it lies there; of a page what it shows, too, and of a record with fields its text before it is normalised.
fn views(record: &RawRecord<'_>, format: &str, most: usize) -> Vec<(&'static str, Excerpt)> {
    let raw = shown_text(record.bytes, Some(record.encoding));
    if format == "html" {
        let shown = page_lines(&parse_html(&raw));
        return vec![
            ("what the page shows", Excerpt::of(&shown, most)),
            ("source of the page", Excerpt::of(&raw, most)),
        ];
    }
    let mut views = vec![("raw record", Excerpt::of(&raw, most))];
    if !raw.contains(record.text) {
        views.push(("its text before normalisation", Excerpt::of(record.text, most)));
    }
    views
}

/// Bytes as text; what cannot be decoded is replaced.
fn shown_text(bytes: &[u8], encoding: Option<&str>) -> String {
    match decode_text(bytes, encoding, &[]) {
        Ok(decoded) => decoded.text.into_owned(),
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// What the stages make of a record that has no row of its own.
fn claims_again(
    record: &RawRecord<'_>,
    file: &PlannedFile,
    (config, raw_index, most): (&Config, i64, usize),
) -> Result<Shown> {
    let mut builder = IngestBuilder::new();
    builder.push_record(record, &file.facts, raw_index);
    let mut batch = builder.finish()?;
    for stage in stages(config)? {
        let output = stage.apply(&batch)?;
        if let Some((_, rejection)) = output.rejected.first() {
            let note = format!("this time `{}` stopped it, with `{}`", stage.name(), rejection.reason.code());
            return Ok(Shown { note: Some(note), ..Shown::default() });
        }
        batch = output.kept;
    }
    let columns: Vec<&Column> = CLAIMED.iter().filter_map(|name| ARTICLES.column(name)).collect();
    let claims = Row::of(&columns, &batch, 0)?;
    let text = Excerpt::of(claims.text("text"), most);
    Ok(Shown { claims: Some(claims.without("text")), text, ..Shown::default() })
}
