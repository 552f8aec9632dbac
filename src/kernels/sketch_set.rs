//! Sketches a set of shingles: minima of one hash, spread over slots, and from them the keys of bands.
//!
//! The sketch is a *fast similarity sketch* (Dahlgaard, Knudsen, Thorup 2017, "Fast Similarity Sketching", FOCS): each hash falls
//! into one slot, by a new function in each round, and a slot keeps the least value of the first round that reaches it; rounds
//! go on until no slot is empty. A large set needs one or two rounds, so that a sketch of 96 slots costs little more than one
//! hash per shingle; a small set needs more rounds of fewer hashes. Unlike one permutation hashing with densification, which
//! copies values into empty slots, every slot is filled by an own draw: two slots of two sketches are equal with the
//! probability of the sets' Jaccard similarity, and the mean over the slots is as concentrated as that of plain minwise hashing.
//!
//! Bands are those of locality-sensitive hashing (Indyk, Motwani 1998): `rows` neighbouring slots make one key, and two sets meet
//! when any key of theirs is equal.

use super::shingle_key::mix;

/// How many bands of how many slots a sketch has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BandRule {
    /// Bands, 1 to 256.
    pub bands: usize,
    /// Slots of each band, 1 to 32.
    pub rows: usize,
}

impl Default for BandRule {
    /// 32 bands of 3 rows: two sets of Jaccard similarity 0.6 meet with probability 0.9996, of 0.5 with 0.986, of 0.1 with 0.03.
    fn default() -> Self {
        Self { bands: 32, rows: 3 }
    }
}

impl BandRule {
    /// Probability that two sets of a Jaccard similarity meet.
    pub fn probability(self, jaccard: f64) -> f64 {
        1.0 - (1.0 - jaccard.powi(self.rows as i32)).powi(self.bands as i32)
    }
}

/// Rounds in which every hash falls into some slot; slots that are empty behind them take the least of a function of their own.
const ROUNDS: u64 = 16;
/// Round constants are multiples of the golden ratio's fraction (as in `SplitMix64`).
const ROUND: u64 = 0x9E37_79B9_7F4A_7C15;
/// What an empty slot holds; no round gives it, since values carry their round.
const EMPTY: u64 = u64::MAX;

/// Makes sketches; holds the slots between texts.
#[derive(Clone, Debug)]
pub struct Sketcher {
    rule: BandRule,
    slots: Vec<u64>,
}

impl Sketcher {
    /// A sketcher of sketches of `rule`.
    pub fn new(rule: BandRule) -> Self {
        Self { rule, slots: vec![EMPTY; rule.bands * rule.rows] }
    }

    /// The slots of a set, `bands * rows` values; `hashes` may hold repeats and come in any order.
    ///
    /// An empty set gives slots that are all equal.
    pub fn sketch(&mut self, hashes: &[u64]) -> &[u64] {
        let slots = self.slots.as_mut_slice();
        slots.fill(EMPTY);
        if hashes.is_empty() {
            return slots;
        }
        let count = slots.len() as u64;
        for round in 0..ROUNDS {
            let before = if round == 0 { 0 } else { slots.iter().filter(|slot| **slot != EMPTY).count() };
            if before == slots.len() {
                return slots;
            }
            if round == 0 {
                for hash in hashes {
                    let slot = &mut slots[slot_of(*hash, count)];
                    *slot = (*slot).min(hash & VALUE);
                }
                continue;
            }
            // What earlier rounds have filled is less than any value of this one.
            for hash in hashes {
                let hash = mix(hash ^ round.wrapping_mul(ROUND));
                let slot = &mut slots[slot_of(hash, count)];
                *slot = (*slot).min(round << VALUE_BITS | hash & VALUE);
            }
        }
        for (place, slot) in (0_u64..).zip(slots.iter_mut()).filter(|(_, slot)| **slot == EMPTY) {
            let own = (ROUNDS + 1 + place).wrapping_mul(ROUND);
            let least = hashes.iter().map(|hash| mix(hash ^ own) & VALUE).min().unwrap_or(VALUE);
            *slot = ROUNDS << VALUE_BITS | least;
        }
        slots
    }

    /// Appends the keys of the bands of a set.
    pub fn push_bands(&mut self, hashes: &[u64], out: &mut Vec<u32>) {
        let rows = self.rule.rows;
        let slots = self.sketch(hashes);
        out.extend(slots.chunks_exact(rows).map(|band| {
            let sum = band.iter().fold(0_u64, |sum, slot| mix(sum ^ slot).wrapping_add(ROUND));
            (sum >> 32) as u32
        }));
    }
}

/// Bits of a value; above them stands its round. What is cut off are the bits that chose the slot.
const VALUE_BITS: u32 = 56;
const VALUE: u64 = (1 << VALUE_BITS) - 1;

fn slot_of(hash: u64, count: u64) -> usize {
    ((u128::from(hash) * u128::from(count)) >> 64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(from: u64, to: u64) -> Vec<u64> {
        (from..to).map(|value| mix(value.wrapping_mul(ROUND))).collect()
    }

    /// Plain minwise hashing: one function per slot.
    fn plain(hashes: &[u64], slots: u64) -> Vec<u64> {
        (0..slots).map(|slot| hashes.iter().map(|hash| mix(hash ^ mix(slot + 1))).min().unwrap_or(0)).collect()
    }

    fn equal(a: &[u64], b: &[u64]) -> usize {
        a.iter().zip(b).filter(|(a, b)| a == b).count()
    }

    #[test]
    fn repeats_and_order_do_not_count() {
        let mut sketcher = Sketcher::new(BandRule::default());
        for size in [1, 5, 40, 700, 5000] {
            let hashes = set(0, size);
            let expected = sketcher.sketch(&hashes).to_vec();
            let doubled: Vec<u64> = hashes.iter().rev().chain(&hashes).copied().collect();
            assert_eq!(sketcher.sketch(&doubled), expected);
            assert!(expected.iter().all(|slot| *slot != EMPTY));
        }
    }

    #[test]
    fn slots_agree_as_often_as_sets_and_as_evenly_as_plain_minima() {
        // 300 pairs of sets a size, Jaccard one half: mean and spread of the equal slots.
        for size in [8_u64, 40, 300, 1500] {
            let spread = |counts: &[f64]| {
                let mean = counts.iter().sum::<f64>() / counts.len() as f64;
                (mean, counts.iter().map(|count| (count - mean).powi(2)).sum::<f64>() / counts.len() as f64)
            };
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            let mut sketcher = Sketcher::new(BandRule::default());
            for trial in 0..300 {
                let base = trial * 1_000_000;
                let (a, b) = (set(base, base + 3 * size / 4), set(base + size / 4, base + size));
                let first = sketcher.sketch(&a).to_vec();
                ours.push(equal(&first, sketcher.sketch(&b)) as f64);
                theirs.push(equal(&plain(&a, 96), &plain(&b, 96)) as f64);
            }
            let ((mean, variance), (plain_mean, plain_variance)) = (spread(&ours), spread(&theirs));
            assert!((mean - 48.0).abs() < 2.0 && (plain_mean - 48.0).abs() < 2.0, "{size}: {mean} {plain_mean}");
            assert!(variance < 1.5 * plain_variance, "{size}: {variance} {plain_variance}");
        }
    }

    #[test]
    fn bands_meet_as_often_as_the_formula_says() {
        let rule = BandRule::default();
        let mut sketcher = Sketcher::new(rule);
        for (shared, apart) in [(70_u64, 15_u64), (50, 25), (20, 40)] {
            let expected = rule.probability(shared as f64 / 100.0);
            let mut met = 0;
            for trial in 0..400 {
                let base = trial * 1_000_000;
                let (mut first, mut second) = (Vec::new(), Vec::new());
                sketcher.push_bands(&set(base, base + 5 * (shared + apart)), &mut first);
                sketcher.push_bands(&set(base + 5 * apart, base + 5 * (shared + 2 * apart)), &mut second);
                met += usize::from(first.iter().zip(&second).any(|(a, b)| a == b));
            }
            let found = met as f64 / 400.0;
            assert!((found - expected).abs() < 0.06, "{shared}: {found} {expected}");
        }
    }
}
