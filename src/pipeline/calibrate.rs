//! `copydesk calibrate`: plants known edits into a sample of a dataset's own articles, and reports what the duplicate rules find.

mod measure;
mod propose;
mod sample;

use std::path::Path;

use serde::Serialize;

pub use measure::{EditFigures, PairFigures};
pub use propose::Proposal;

use self::measure::{Measured, measure};
use self::propose::{propose, reaching};
use self::sample::{Sample, draw_sample};
use super::dataset_rows::Dataset;
use super::guard::Side;
use super::run::run_unguarded;
use super::{Outcome, RunOptions};
use crate::config::Config;
use crate::dedup::{Boilerplate, NearRule};
use crate::error::{Error, Result};
use crate::io::SpillDir;
use crate::kernels::estimate_share::wilson_interval;
use crate::kernels::shingle_key::ShingleUnit;

/// Pairs of originals that are shown.
const SHOWN: usize = 20;
/// Characters of a text that are shown.
const EXCERPT: usize = 160;

/// What is measured.
#[derive(Clone, Copy, Debug)]
pub enum Corpus<'a> {
    /// A dataset.
    Dataset(&'a Path),
    /// The raw files that `input.path` of the config names; a dataset is made of them, and removed again.
    Raw,
}

/// What a calibration found.
#[derive(Clone, Debug, Serialize)]
pub struct Calibration {
    /// Representatives of the dataset.
    pub articles: u64,
    /// Articles of the sample.
    pub sample: u64,
    /// Articles that were drawn, but are too short to be compared.
    pub too_short: u64,
    /// The rule that was measured.
    pub rule: RuleFigures,
    /// What became of the copies of each edit.
    pub edits: Vec<EditFigures>,
    /// What else was found.
    pub pairs: PairFigures,
    /// Pairs of different originals that were found, at most 20: copies that the sample holds, or mistakes.
    pub originals: Vec<OriginalPair>,
    /// A rule that finds more at no loss of precision.
    pub proposal: Proposal,
    /// Where that misses the aim: what would reach it, and at what cost.
    pub needed: Option<Needed>,
}

/// A rule that reaches the recall that is aimed at, and accepts pairs of different articles that the present rule refuses.
#[derive(Clone, Debug, Serialize)]
pub struct Needed {
    /// The rule.
    pub rule: RuleFigures,
    /// Pairs of different articles that it accepts besides.
    pub pairs: u64,
    /// The first of them, at most 20.
    pub shown: Vec<OriginalPair>,
}

/// Two articles of the sample that the rule takes for near-duplicates.
#[derive(Clone, Debug, Serialize)]
pub struct OriginalPair {
    /// Jaccard similarity; of what is not yet a pair, the most of the two and their copies.
    pub jaccard: f64,
    /// The two; the relation, where there is one, with the first.
    pub sides: [Side; 2],
}

/// A rule, as the config writes it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleFigures {
    /// `dedup.shingle`
    pub shingle: String,
    /// `dedup.jaccard`
    pub jaccard: f64,
    /// `dedup.containment`
    pub containment: f64,
    /// `dedup.bands`
    pub bands: usize,
    /// `dedup.rows`
    pub rows: usize,
}

impl RuleFigures {
    fn of(rule: &NearRule) -> Self {
        let unit = if rule.shingle.unit == ShingleUnit::Word { "word" } else { "char" };
        Self {
            shingle: format!("{unit}-{}", rule.shingle.size),
            jaccard: rule.jaccard,
            containment: rule.containment,
            bands: rule.bands.bands,
            rows: rule.bands.rows,
        }
    }
}

/// A share with its 95 % interval (Wilson).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Share {
    /// What was counted.
    pub hits: u64,
    /// Of how many.
    pub total: u64,
    /// The share; none of nothing.
    pub share: Option<f64>,
    /// The ends of its interval.
    pub interval: [f64; 2],
}

impl Share {
    fn new(hits: u64, total: u64) -> Self {
        let share = (total > 0).then(|| hits as f64 / total as f64);
        Self { hits, total, share, interval: wilson_interval(hits, total) }
    }
}

/// Measures the rule of `config` on `most` articles of a corpus.
///
/// Articles are representatives of their clusters, drawn by a digest of their ids: the same dataset gives the same sample, and an
/// article that is added takes the place of at most one other.
///
/// # Errors
/// When there is nothing to measure, the dataset or the raw files cannot be read, or the texts do not fit into the memory.
pub fn calibrate(corpus: Corpus<'_>, most: usize, config: &Config, options: &RunOptions) -> Result<Calibration> {
    let Some(rule) = config.dedup.near else {
        return Err(Error::config("cannot calibrate: `dedup.near` is `off`")
            .hint("set `near = \"flag\"` in `[dedup]`, or name another configuration by `--config`"));
    };
    let made;
    let scratch;
    let root = match corpus {
        Corpus::Dataset(root) => root,
        Corpus::Raw => {
            scratch = SpillDir::create_beside(&config.export.path)?;
            let mut again = config.clone();
            again.export.path = scratch.file("dataset");
            let Outcome { output, .. } = run_unguarded(&again, options)?;
            made = output;
            &made
        }
    };
    let dataset = Dataset::open(root)?;
    dataset.require_texts()?;
    let memory = options.memory_plan()?;
    let boilerplate: &Boilerplate = &config.dedup.boilerplate;
    let sample = draw_sample(&dataset, (most, options.memory), (&rule, boilerplate))?;
    if sample.articles.is_empty() {
        return Err(Error::usage(format!("expected articles to be drawn from `{}`, but found none", dataset.name())));
    }
    let measured = measure(&sample, (&rule, boilerplate), memory.workers)?;
    let proposed = propose(&measured, &rule);
    let again = if proposed == rule { None } else { Some(measure(&sample, (&proposed, boilerplate), memory.workers)?) };
    let originals = measured.originals.iter().take(SHOWN).map(|found| {
        let [a, b] = found.places.map(|place| side(&sample, place));
        let sides = [Side { relation: found.link.relation.name().to_owned(), ..a }, b];
        OriginalPair { jaccard: found.link.jaccard, sides }
    });
    let proposal = Proposal::new(&proposed, again.as_ref().unwrap_or(&measured), &measured);
    let needed = if proposal.reaches { None } else { needed(&sample, &measured, &rule) };
    Ok(Calibration {
        articles: sample.of,
        sample: sample.articles.len() as u64,
        too_short: sample.too_short,
        rule: RuleFigures::of(&rule),
        originals: originals.collect(),
        proposal,
        needed,
        edits: measured.edits,
        pairs: measured.pairs,
    })
}

/// What would reach the aim, and the pairs of different articles that it would accept.
fn needed(sample: &Sample, measured: &Measured, rule: &NearRule) -> Option<Needed> {
    let reaching = reaching(measured, rule)?;
    let more = |jaccard: f64| jaccard >= reaching.jaccard && jaccard < rule.jaccard;
    let pairs: Vec<_> = measured.unrelated.iter().filter(|(_, jaccard)| more(**jaccard)).collect();
    let shown = pairs
        .iter()
        .take(SHOWN)
        .map(|(places, jaccard)| OriginalPair { jaccard: **jaccard, sides: places.map(|place| side(sample, place)) });
    Some(Needed { rule: RuleFigures::of(&reaching), pairs: pairs.len() as u64, shown: shown.collect() })
}

fn side(sample: &Sample, place: usize) -> Side {
    let article = &sample.articles[place];
    Side {
        id: article.id.clone(),
        origin: article.origin.clone(),
        relation: String::new(),
        title: article.title.clone(),
        excerpt: article.text.chars().take(EXCERPT).collect(),
    }
}
