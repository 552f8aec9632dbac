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
/// Thresholds that are proposed: so many to 1,
const STEPS: f64 = 20.0;
/// from 0.2
const LEAST_STEPS: u32 = 4;
/// to 0.95.
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

/// The rule with the highest threshold that reaches [`RECALL`] and accepts no more unrelated pairs than the present one does, or comes
/// nearest to that, with the bands for it that meet least by chance; the present rule where it reaches the recall already, or where
/// there is no better one.
pub fn propose(measured: &Measured, rule: &NearRule) -> NearRule {
    if Proposal::new(rule, measured, measured).reaches {
        return *rule;
    }
    let allowed = accepted(measured, rule.jaccard);
    let safe: Vec<f64> = thresholds().filter(|threshold| accepted(measured, *threshold) <= allowed).collect();
    let reaching = safe.iter().copied().find(|threshold| reaches(measured, *threshold));
    match reaching.or_else(|| safe.last().copied().filter(|least| *least < rule.jaccard)) {
        Some(jaccard) => NearRule { jaccard, bands: bands(measured, jaccard).unwrap_or(rule.bands), ..*rule },
        None => *rule,
    }
}

/// The rule with the highest threshold that reaches [`RECALL`], whatever else it accepts; none where no threshold and bands do.
pub fn reaching(measured: &Measured, rule: &NearRule) -> Option<NearRule> {
    let jaccard = thresholds().find(|threshold| reaches(measured, *threshold))?;
    Some(NearRule { jaccard, bands: bands(measured, jaccard)?, ..*rule })
}

/// Unrelated pairs that a threshold accepts.
fn accepted(measured: &Measured, threshold: f64) -> usize {
    measured.unrelated.values().filter(|jaccard| **jaccard >= threshold).count()
}

/// The thresholds that are proposed, the highest first.
fn thresholds() -> impl Iterator<Item = f64> {
    (LEAST_STEPS..=MOST_STEPS).rev().map(|steps| f64::from(steps) / STEPS)
}

/// What thresholds must accept and bands must bring together: each may miss half of what may be missed.
const ENOUGH: f64 = f64::midpoint(RECALL, 1.0);

fn reaches(measured: &Measured, threshold: f64) -> bool {
    least_share(measured, |jaccard| f64::from(jaccard >= threshold)) >= ENOUGH
}

/// The bands for a threshold: of those that bring enough of what it accepts together the ones that meet least by chance.
fn bands(measured: &Measured, threshold: f64) -> Option<BandRule> {
    let all = (1..=MOST_ROWS).flat_map(|rows| (8..=MOST_BANDS).step_by(8).map(move |bands| BandRule { bands, rows }));
    let accepted = least_share(measured, |own| f64::from(own >= threshold));
    let met = |rule: BandRule| least_share(measured, |own| if own >= threshold { rule.probability(own) } else { 0.0 });
    all.filter(|rule| met(*rule) >= ENOUGH * accepted)
        .min_by(|a, b| a.probability(CHANCE).total_cmp(&b.probability(CHANCE)))
}

/// The least mean of `value` over the copies of one strength of up to 10 % changed words.
fn least_share(measured: &Measured, value: impl Fn(f64) -> f64) -> f64 {
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
            unrelated: unrelated.iter().enumerate().map(|(place, jaccard)| ([place + 1, place], *jaccard)).collect(),
            words: vec![(10, vec![jaccard; 100])],
        }
    }

    fn threshold(rule: &NearRule) -> u32 {
        (100.0 * rule.jaccard).round() as u32
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
        assert_eq!(threshold(&lower), 40);
        assert!(lower.bands.probability(0.43) >= ENOUGH && lower.bands.bands <= MOST_BANDS);
        // Higher than the present threshold, where that costs nothing: fewer mistakes are possible.
        assert!(threshold(&propose(&measured(0.9, 10, &[]), &rule)) > 85);
    }

    #[test]
    fn what_would_cost_precision_is_not_proposed_but_told() {
        let rule = NearRule::default();
        let hindered = measured(0.43, 10, &[0.47]);
        assert_eq!(propose(&hindered, &rule), rule);
        assert_eq!(reaching(&hindered, &rule).map(|rule| threshold(&rule)), Some(40));
        let nearer = measured(0.43, 10, &[0.42]);
        assert_eq!(threshold(&propose(&nearer, &rule)), 45);
        assert_eq!(reaching(&measured(0.1, 10, &[]), &rule), None);
    }
}
