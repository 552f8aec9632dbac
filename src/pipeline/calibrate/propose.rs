//! Proposes thresholds and bands from what was measured.

use serde::Serialize;

use super::measure::Measured;
use super::{RuleFigures, Share};
use crate::dedup::NearRule;
use crate::kernels::sketch_set::BandRule;

/// The recall that is aimed at,
pub const RECALL: f64 = 0.95;
/// for every edit of up to so many of a hundred words.
pub const WORDS: usize = 10;
/// Thresholds that are proposed: multiples of this,
const STEP: f64 = 0.05;
/// from so many of them,
const LEAST_STEPS: u32 = 4;
/// to so many.
const MOST_STEPS: u32 = 19;
/// Bands that are proposed: multiples of eight up to 64, four bytes each in the index.
const MOST_BANDS: usize = 64;
/// Rows that are proposed.
const MOST_ROWS: usize = 8;
/// Similarity of texts that have nothing to do with each other, and should seldom meet.
const CHANCE: f64 = 0.1;

/// A rule that is proposed, and what was measured with it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Proposal {
    /// The rule; that of the config where nothing better was found.
    pub rule: RuleFigures,
    /// Recall over the copies of up to 10 % changed words, with it.
    pub recall: Share,
    /// The least recall of one strength among them, with it.
    pub least_recall: f64,
    /// Precision with it.
    pub precision: Share,
    /// Whether it reaches the recall that is aimed at without a loss of precision.
    pub reaches: bool,
}

impl Proposal {
    /// What was measured `with` the proposed rule, beside what was measured `before`.
    pub fn new(rule: &NearRule, with: &Measured, before: &Measured) -> Self {
        let strengths: Vec<_> = (1..=WORDS).map(|share| format!("{share} %")).collect();
        let edits = with.edits.iter().filter(|edit| edit.edit == "words" && strengths.contains(&edit.strength));
        let (mut hits, mut total, mut least_recall) = (0, 0, 1.0_f64);
        for edit in edits {
            hits += edit.recall.hits;
            total += edit.recall.total;
            least_recall = least_recall.min(edit.recall.share.unwrap_or(1.0));
        }
        let precision = with.pairs.precision;
        let kept = precision.share.unwrap_or(1.0) >= before.pairs.precision.share.unwrap_or(1.0);
        let reaches = least_recall >= RECALL && kept;
        Self { rule: RuleFigures::of(rule), recall: Share::new(hits, total), least_recall, precision, reaches }
    }
}

/// The rule with the highest threshold that reaches [`RECALL`] and accepts no more unrelated pairs than the present one does, and the
/// bands for it that meet least by chance; the present rule where it reaches the recall already.
pub fn propose(measured: &Measured, rule: &NearRule) -> NearRule {
    let present = Proposal::new(rule, measured, measured);
    if present.reaches {
        return *rule;
    }
    let wrong = |threshold: f64| measured.unrelated.iter().filter(|jaccard| **jaccard >= threshold).count();
    let allowed = wrong(rule.jaccard);
    let grid = (LEAST_STEPS..=MOST_STEPS).rev().map(|steps| f64::from(steps) / f64::from((1.0 / STEP) as u32));
    let safe: Vec<f64> = grid.filter(|threshold| wrong(*threshold) <= allowed).collect();
    // Half of what may be missed is left to the bands.
    let enough = f64::midpoint(RECALL, 1.0);
    let jaccard =
        safe.iter().copied().find(|threshold| share(measured, |jaccard| f64::from(jaccard >= *threshold)) >= enough);
    let jaccard = jaccard.or_else(|| safe.last().copied()).unwrap_or(rule.jaccard);
    NearRule { jaccard, bands: bands(measured, jaccard), ..*rule }
}

/// The bands for a threshold: of those that are expected to reach the recall the ones that meet least by chance, else those of most recall.
fn bands(measured: &Measured, jaccard: f64) -> BandRule {
    let recall = |rule: BandRule| share(measured, |own| if own >= jaccard { rule.probability(own) } else { 0.0 });
    let all = (1..=MOST_ROWS).flat_map(|rows| (8..=MOST_BANDS).step_by(8).map(move |bands| BandRule { bands, rows }));
    let measured: Vec<(BandRule, f64)> = all.map(|rule| (rule, recall(rule))).collect();
    let enough = measured.iter().filter(|(_, recall)| *recall >= RECALL + SPREAD);
    let best = enough.min_by(|(a, _), (b, _)| a.probability(CHANCE).total_cmp(&b.probability(CHANCE)));
    let most = measured.iter().max_by(|(_, a), (_, b)| a.total_cmp(b));
    best.or(most).map_or(BandRule::default(), |(rule, _)| *rule)
}

/// Room for what one sample differs from what is expected.
const SPREAD: f64 = 0.01;

/// The least mean of `value` over the copies of one strength of up to 10 % changed words.
fn share(measured: &Measured, value: impl Fn(f64) -> f64) -> f64 {
    let strengths = measured.words.iter().filter(|(share, values)| *share <= WORDS && !values.is_empty());
    let means = strengths.map(|(_, values)| values.iter().map(|own| value(*own)).sum::<f64>() / values.len() as f64);
    means.fold(1.0, f64::min)
}

#[cfg(test)]
mod tests {
    use super::super::measure::{EditFigures, PairFigures};
    use super::*;

    fn measured(jaccard: f64, found: u64, unrelated: &[f64]) -> Measured {
        let edit = EditFigures {
            edit: "words",
            strength: "10 %".into(),
            recall: Share::new(found, 100),
            exact: 0,
            missed_by_bands: 0,
            below_threshold: 100 - found,
        };
        Measured {
            edits: vec![edit],
            pairs: PairFigures { precision: Share::new(100, 100), originals: 0, related: 0 },
            originals: Vec::new(),
            unrelated: unrelated.to_vec(),
            words: vec![(10, vec![jaccard; 100])],
        }
    }

    #[test]
    fn a_rule_that_is_good_enough_stays() {
        let rule = NearRule::default();
        assert_eq!(propose(&measured(0.6, 95, &[]), &rule), rule);
    }

    #[test]
    fn the_threshold_falls_as_far_as_it_must_and_may() {
        let rule = NearRule::default();
        let lower = propose(&measured(0.43, 10, &[0.2, 0.1]), &rule);
        assert!((lower.jaccard - 0.4).abs() < 1e-9);
        assert!(lower.bands.probability(0.43) >= RECALL && lower.bands.bands <= MOST_BANDS);
        // A pair of unrelated texts at 0.47 forbids to go below.
        assert!((propose(&measured(0.43, 10, &[0.47]), &rule).jaccard - 0.5).abs() < 1e-9);
        // Higher than the present threshold, where that costs nothing: fewer mistakes are possible.
        assert!(propose(&measured(0.9, 10, &[]), &rule).jaccard > 0.85);
    }
}
