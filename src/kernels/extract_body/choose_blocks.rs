//! Chooses the blocks of the body by their scores: those that make the text most likely right as a whole.

use std::collections::BTreeSet;

use super::cut_blocks::{Cut, Tag};
use super::measure_text::bytes;
use super::score_blocks::UNITS;

/// Bounds of the least probability that a block of the body has.
const LEAST: (f32, f32) = (0.35, 0.55);
/// A text of at least so many words that stands so often in a page is furniture.
const FURNITURE: (f32, f32) = (6.0, 5.0);
/// A text of at least so many words is taken once.
const ONCE: f32 = 12.0;
/// The share of the words of a body that may be left out because the page does not show them.
const LARGEST_UNSEEN: f32 = 0.15;

/// The blocks of the body, in order; `scores` are log-odds in units, `copies` say how often each text stands in the page.
///
/// The expected F1 of words is `2 * (expected right words) / (chosen words + expected words of the body)`; it is greatest when all
/// blocks above some probability are taken, and that probability is found by trying all of them.
pub(super) fn choose_blocks(cut: &Cut, scores: &[i32], copies: &[f32]) -> Vec<usize> {
    let mut order: Vec<(i32, usize)> = Vec::with_capacity(scores.len());
    for (at, (score, copies)) in scores.iter().zip(copies).enumerate() {
        let is_furniture = *copies >= FURNITURE.1 && cut.blocks[at].counts.words >= FURNITURE.0;
        if !is_furniture && probability(*score) > 0.01 {
            order.push((*score, at));
        }
    }
    order.sort_unstable_by_key(|(score, at)| (-score, *at));
    let weight = |at: usize| cut.blocks[at].counts.words + 0.3;
    let expected: f32 = order.iter().map(|(score, at)| probability(*score) * weight(*at)).sum();
    let (mut right, mut taken, mut best, mut least) = (0.0, 0.0, 0.0, 1.0);
    for (score, at) in &order {
        let probability = probability(*score);
        right += probability * weight(*at);
        taken += weight(*at);
        let expected_f1 = right / (taken + expected);
        if expected_f1 > best {
            (best, least) = (expected_f1, probability);
        }
    }
    let least = least.clamp(LEAST.0, LEAST.1);
    let mut chosen: Vec<usize> =
        order.iter().filter(|(score, _)| probability(*score) >= least).map(|(_, at)| *at).collect();
    chosen.sort_unstable();
    let mut seen = BTreeSet::new();
    chosen.retain(|at| {
        let block = &cut.blocks[*at];
        copies[*at] < 2.0 || block.counts.words < ONCE || seen.insert(&cut.text[bytes(block.text)])
    });
    chosen
}

/// Leaves out what the page does not show, and captions, where they are a small part of the body.
///
/// A page may hide the larger part of its article until a script has run, or open it only to subscribers; that is kept.
pub(super) fn leave_out_unseen(cut: &Cut, chosen: &mut Vec<usize>) {
    let is_unseen = |at: &usize| {
        let container = &cut.containers[cut.blocks[*at].container as usize];
        container.is_hidden || container.tag == Tag::Figcaption
    };
    let words = |at: &usize| cut.blocks[*at].counts.words;
    let all: f32 = chosen.iter().map(words).sum();
    let unseen: f32 = chosen.iter().filter(|at| is_unseen(at)).map(words).sum();
    if unseen < LARGEST_UNSEEN * all {
        chosen.retain(|at| !is_unseen(at));
    }
}

/// The probability of a score, by multiplications alone, so that it is the same everywhere.
fn probability(score: i32) -> f32 {
    let odds = (score as f32 / UNITS as f32).clamp(-12.0, 12.0);
    let mut power = 1.0 - odds / 1024.0;
    for _ in 0..10 {
        power *= power;
    }
    1.0 / (1.0 + power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_are_close_to_the_logistic_function() {
        for score in -8..=8 {
            let exact = 1.0 / (1.0 + (-score as f32).exp());
            assert!((probability(score * UNITS) - exact).abs() < 0.01, "{score}");
        }
    }
}
