//! What the table of records says: sources, fates, and why records stopped.

use std::collections::BTreeMap;

use super::tally::Codes;
use super::typed::scan;
use crate::columns::RECORDS;
use crate::error::{Error, Result};
use crate::pipeline::dataset_rows::Dataset;
use crate::rejection::ReasonCode;
use crate::writers::report::data::{LISTED_SOURCES, RejectionCount, RejectionSample};

/// Records of each reason that are shown.
const SAMPLES: usize = 5;

/// What became of the records of one source, or of several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceFates {
    /// Records.
    pub records: u64,
    /// Of them, removed as duplicates.
    pub duplicates: u64,
    /// Of them, stopped.
    pub rejected: u64,
}

/// The place of each source in the lists of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourcePlaces {
    listed: BTreeMap<String, u8>,
    /// Sources that share the last place.
    pub others: u64,
}

impl SourcePlaces {
    /// How many places there are.
    pub fn count(&self) -> usize {
        self.listed.len() + usize::from(self.others > 0)
    }

    /// The sources that have a place of their own, in order.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<(&str, u8)> = self.listed.iter().map(|(name, place)| (name.as_str(), *place)).collect();
        names.sort_unstable_by_key(|(_, place)| *place);
        names.into_iter().map(|(name, _)| name).collect()
    }

    /// The place of a source.
    ///
    /// # Errors
    /// When no record has it.
    pub fn of(&self, source_id: &str) -> Result<u8> {
        match self.listed.get(source_id) {
            Some(place) => Ok(*place),
            None if self.others > 0 => Ok(LISTED_SOURCES as u8),
            None => Err(Error::dataset(format!("expected records of the source `{source_id}`, but found none"))),
        }
    }
}

/// What the records came to.
#[derive(Debug)]
pub struct RecordFigures {
    /// Where sources stand in the lists.
    pub places: SourcePlaces,
    /// Their fates, by place.
    pub fates: Vec<SourceFates>,
    /// All sources.
    pub sources: u64,
    /// Removed records by relation.
    pub relations: Codes,
    /// Why records stopped, the most frequent first.
    pub rejections: Vec<RejectionCount>,
}

impl RecordFigures {
    /// All sources together.
    pub fn total(&self) -> SourceFates {
        self.fates.iter().fold(SourceFates::default(), |sum, fates| sum.plus(*fates))
    }
}

impl SourceFates {
    fn plus(self, other: Self) -> Self {
        Self {
            records: self.records + other.records,
            duplicates: self.duplicates + other.duplicates,
            rejected: self.rejected + other.rejected,
        }
    }
}

#[derive(Default)]
struct Reason {
    count: u64,
    samples: BTreeMap<(String, i64), (Option<String>, Option<String>)>,
}

/// Reads the records once.
///
/// Holds one entry a source, which the manifest does too, and a few records a reason. Without `details`, `detail` of samples is
/// withheld: it may quote an article.
///
/// # Errors
/// When a file is missing or damaged.
pub fn count_records(dataset: &Dataset<'_>, details: bool) -> Result<RecordFigures> {
    let mut sources: BTreeMap<String, SourceFates> = BTreeMap::new();
    let mut relations = Codes::default();
    let mut reasons: BTreeMap<(String, String), Reason> = BTreeMap::new();
    let names = ["raw_path", "raw_index", "fate", "source_id", "relation", "stage", "reason", "pointer", "detail"];
    scan(dataset, (&RECORDS, &names), |rows, _| {
        let (paths, indexes) = (rows.text("raw_path")?, rows.int64("raw_index")?);
        let (fates, source_ids, relation) = (rows.text("fate")?, rows.text("source_id")?, rows.text("relation")?);
        let (stages, codes) = (rows.text("stage")?, rows.text("reason")?);
        let (pointers, texts) = (rows.text("pointer")?, rows.text("detail")?);
        for row in 0..rows.count() {
            let source_id = source_ids.value(row);
            let source = match sources.get_mut(source_id) {
                Some(source) => source,
                None => sources.entry(source_id.to_owned()).or_default(),
            };
            source.records += 1;
            match fates.value(row) {
                "duplicate" => {
                    source.duplicates += 1;
                    relations.add(relation.value(row));
                }
                "rejected" => {
                    source.rejected += 1;
                    let key = (stages.value(row).to_owned(), codes.value(row).to_owned());
                    let reason = reasons.entry(key).or_default();
                    reason.count += 1;
                    let place = (paths.value(row), indexes.value(row));
                    let samples = &mut reason.samples;
                    let last = samples.last_key_value().map(|((path, index), _)| (path.as_str(), *index));
                    if samples.len() < SAMPLES || last.is_some_and(|last| place < last) {
                        let own = |text: Option<&str>| text.map(str::to_owned);
                        let detail = own(texts.get(row)).filter(|_| details);
                        samples.insert((place.0.to_owned(), place.1), (own(pointers.get(row)), detail));
                        if samples.len() > SAMPLES {
                            samples.pop_last();
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(())
    })?;
    // What was taken down has no row, and is a record of its source all the same.
    for (id, of) in dataset.manifest.account.sources.iter().filter(|(_, of)| of.taken_down > 0) {
        sources.entry(id.clone()).or_default().records += of.taken_down;
    }
    let count = sources.len();
    let mut ranked: Vec<(String, SourceFates)> = sources.into_iter().collect();
    // Stable: sources of equally many records stay in the order of their ids.
    ranked.sort_by_key(|(_, fates)| std::cmp::Reverse(fates.records));
    let others = count.saturating_sub(LISTED_SOURCES) as u64;
    let mut fates: Vec<SourceFates> = ranked.iter().take(LISTED_SOURCES).map(|(_, fates)| *fates).collect();
    if others > 0 {
        let rest = ranked[LISTED_SOURCES..].iter();
        fates.push(rest.fold(SourceFates::default(), |sum, (_, fates)| sum.plus(*fates)));
    }
    let listed = ranked.into_iter().take(LISTED_SOURCES).zip(0..).map(|((id, _), place)| (id, place)).collect();
    let mut rejections: Vec<RejectionCount> = reasons.into_iter().map(rejection).collect();
    rejections.sort_by_key(|rejection| std::cmp::Reverse(rejection.count));
    Ok(RecordFigures { places: SourcePlaces { listed, others }, fates, sources: count as u64, relations, rejections })
}

fn rejection(((stage, reason), found): ((String, String), Reason)) -> RejectionCount {
    let known = ReasonCode::ALL.iter().find(|code| code.code() == reason);
    let samples = found.samples.into_iter();
    RejectionCount {
        stage,
        meaning: known.map(|code| code.documentation().to_owned()),
        reason,
        count: found.count,
        samples: samples
            .map(|((path, index), (pointer, detail))| RejectionSample { path, index, pointer, detail })
            .collect(),
    }
}
