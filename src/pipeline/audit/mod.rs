//! `copydesk audit`: draws items for a person to compare with their raw records, and turns the person's marks into error rates.
//!
//! [`draw_audit`] writes `audit.csv`, a row an item, and `audit.html`, a page that shows raw beside record and gives the same CSV with
//! marks. [`read_audit`] makes the same draw again, which needs the dataset alone, holds the marks to it, and estimates
//! ([`crate::kernels::estimate_rate`]).

mod allot;
mod draw;
mod marks;
mod questions;
mod raw;
mod sides;
mod strata;
mod tell;

use std::path::Path;

use self::draw::Draw;
use self::questions::Kind;
use self::sides::Sides;
use super::dataset_rows::Dataset;
use super::run::check_apart;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::io::{is_there, read_limited, write_new};
use crate::kernels::estimate_rate::{StratumCounts, estimate_rate};
use crate::kernels::round_float::round_float;
use crate::writers::audit_page::audit_page;
use crate::writers::audit_result::{AUDIT_FORM, AuditResult, MeasuredRate};

pub use self::draw::{DrawRule, MOST_ITEMS};

/// Name of the table of items.
pub const SHEET: &str = "audit.csv";
/// Name of the page.
pub const PAGE: &str = "audit.html";
/// Longest file of marks.
const MOST_MARKS: u64 = 256 << 20;
/// Characters of all texts of a page together, more or less.
const PAGE_CHARACTERS: usize = 16 << 20;
/// Least and most characters of one text.
const TEXT_CHARACTERS: [usize; 2] = [1_000, 20_000];

/// What was drawn: of each kind the items and the members of the dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// `article`, `pair` or `rejection`.
    pub kind: &'static str,
    /// Items.
    pub drawn: u64,
    /// Rows that could be drawn.
    pub population: u64,
    /// Strata.
    pub strata: usize,
}

/// Draws items of `dataset`, reads their raw records below `config.input`, and writes both files into `output`.
///
/// # Errors
/// A usage error when `output` has one of the files, which somebody may have marked; when `rule` asks for too much or too little,
/// `dataset` is none or is damaged, or a raw file is missing or has changed.
pub fn draw_audit(dataset: &Path, config: &Config, output: &Path, rule: DrawRule) -> Result<Vec<Drawn>> {
    check_apart(&config.input.path, output)?;
    check_apart(dataset, output)?;
    let (sheet, page) = (output.join(SHEET), output.join(PAGE));
    if let Some(there) = [&sheet, &page].into_iter().find(|path| is_there(path)) {
        return Err(Error::usage(format!("`{}` is there already", there.display()))
            .hint("what you may have marked is never replaced: move it away, or name another `--output`"));
    }
    let dataset = Dataset::open(dataset)?;
    let draw = Draw::new(&dataset, rule)?;
    let [least, longest] = TEXT_CHARACTERS;
    let most = (PAGE_CHARACTERS / 4 / draw.items.len().max(1)).clamp(least, longest);
    let mut sides = Sides::read(&dataset, &draw, most)?;
    raw::read_raw(&mut sides, config, most)?;
    let told = tell::tell(&dataset.manifest, (&draw, rule), &sides);
    write_new(&sheet, told.sheet().as_bytes())?;
    write_new(&page, audit_page(&told)?.as_bytes())?;
    Ok(Kind::ALL.map(|kind| counted(&draw, kind)).into_iter().filter(|drawn| drawn.population > 0).collect())
}

fn counted(draw: &Draw, kind: Kind) -> Drawn {
    let strata = draw.strata.iter().filter(|stratum| stratum.kind == kind).count();
    Drawn { kind: kind.name(), drawn: draw.drawn(kind), population: draw.population(kind), strata }
}

/// Estimates the error rates of `dataset` from a file of marks.
///
/// # Errors
/// A usage error when the marks are no table of items, belong to another dataset, hold an unknown item or mark, or are none; when
/// `dataset` is none or is damaged.
pub fn read_audit(dataset: &Path, marks: &Path) -> Result<AuditResult> {
    let dataset = Dataset::open(dataset)?;
    let bytes = read_limited(marks, MOST_MARKS)?;
    let sheet = marks::MarkSheet::read(&bytes, marks)?;
    let rule = sheet.rule(&dataset.manifest.dataset_sha256)?;
    let draw = Draw::new(&dataset, rule)?;
    let marks = sheet.marks(&draw)?;
    Ok(AuditResult {
        form: AUDIT_FORM.to_owned(),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        dataset_sha256: dataset.manifest.dataset_sha256.clone(),
        dataset_version: dataset.manifest.dataset_version.clone(),
        sample: rule.sample,
        seed: rule.seed,
        drawn: draw.items.len() as u64,
        marked: marks.marked(),
        confidence: 0.95,
        method: method(&draw, marks.marked()),
        strata: draw.stated_strata(),
        rates: rates(&draw, &marks),
    })
}

fn method(draw: &Draw, marked: u64) -> String {
    let of = Kind::ALL
        .iter()
        .filter(|kind| draw.population(**kind) > 0)
        .map(|kind| format!("{} of {} {}s", draw.drawn(*kind), draw.population(*kind), kind.name()))
        .collect::<Vec<_>>();
    format!(
        "A person compared {marked} of {} drawn items ({}) with their raw records. They were drawn at random from {} strata, at \
         least one of each, by date evidence, source, relation, quality flag and reason of rejection. Rates are weighted by the sizes \
         of the strata; intervals are Wilson's for the effective size of the sample.",
        draw.items.len(),
        of.join(", "),
        draw.strata.len()
    )
}

fn rates(draw: &Draw, marks: &marks::Marks) -> Vec<MeasuredRate> {
    let mut rates = Vec::new();
    for question in 0..questions::QUESTIONS.len() {
        rates.extend(measure(draw, (marks, question), None));
    }
    for (place, question) in questions::QUESTIONS.iter().enumerate() {
        let parts = draw.parts.iter().filter(|part| part.kind == question.kind);
        let parts = parts.filter(|part| question.parts.contains(&part.label.dimension));
        rates.extend(parts.filter_map(|part| measure(draw, (marks, place), Some(part))));
    }
    rates
}

/// The rate of a question, of everything that it is asked of or of a part; none when nobody has answered it there.
fn measure(draw: &Draw, (marks, place): (&marks::Marks, usize), part: Option<&draw::Part>) -> Option<MeasuredRate> {
    let question = &questions::QUESTIONS[place];
    let mut strata: Vec<StratumCounts> = draw
        .strata
        .iter()
        .map(|stratum| StratumCounts {
            population: if stratum.kind == question.kind { stratum.population } else { 0 },
            ..StratumCounts::default()
        })
        .collect();
    let mut unsure = 0;
    for item in draw.items.iter().filter(|item| draw.kind(item) == question.kind) {
        let counts = &mut strata[item.stratum];
        let inside = part.is_none_or(|part| item.labels.contains(&part.place));
        match marks.of(&item.name, place) {
            Some(marks::Mark::Unsure) => unsure += u64::from(inside),
            Some(mark) => {
                counts.answered += 1;
                counts.inside += u64::from(inside);
                counts.wrong += u64::from(inside && mark == marks::Mark::No);
            }
            None => {}
        }
    }
    let estimate = estimate_rate(&strata)?;
    let all: u64 = strata.iter().map(|counts| counts.population).sum();
    let covered: u64 = strata.iter().filter(|counts| counts.answered > 0).map(|counts| counts.population).sum();
    let rounded = |share: f64| round_float(share).unwrap_or_default();
    let [low, high] = estimate.interval.map(rounded);
    Some(MeasuredRate {
        question: question.name.to_owned(),
        stratum: part.map(|part| part.label.words()),
        population: part.map_or(all, |part| part.population),
        checked: strata.iter().map(|counts| counts.inside).sum(),
        wrong: strata.iter().map(|counts| counts.wrong).sum(),
        unsure,
        covered: rounded(covered as f64 / all as f64),
        rate: rounded(estimate.rate),
        low,
        high,
    })
}
