//! Estimates a rate of a whole, or of a part of it, from a stratified sample, with the interval in which it lies.
//!
//! Of stratum *h* with *N* members, *a* drawn ones were answered, of these *d* belong to the part that is asked about, of these *y*
//! are wrong. Each answer stands for *w = N / a* members. With *T = sum of w d*:
//!
//! - rate *p = sum of w y / T*: the ratio estimator of stratified samples (Cochran 1977, *Sampling Techniques*, 5.3 and 6.10); for the
//!   whole it is the mean of the strata's rates, weighted by their sizes;
//! - variance *V = 1 / T² · sum of N² / a · (mean of u² − (mean of u)²)*, *u = answer − p* within the part and 0 outside, by
//!   linearization (Cochran 1977, 5A.14). Without the correction for finite populations: the interval is about the process;
//! - effective size: *p (1 − p) / V* answers (Korn & Graubard 1998, *Survey Methodology* 24), but at most Kish's *T² / sum of w² d*
//!   (1965, *Survey Sampling*, 11.2), which also serves where all answers are equal and *V* is 0;
//! - interval: Wilson's for *p* and that size, as Franco, Little, Louis & Slud recommend for complex samples (2019, *Journal of Survey
//!   Statistics and Methodology* 7).
//!
//! Of one stratum that is Wilson's interval of the plain counts.

use super::estimate_share::wilson_interval_of;

/// What was found in one stratum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StratumCounts {
    /// Members of the stratum.
    pub population: u64,
    /// Drawn members with an answer.
    pub answered: u64,
    /// Of these, in the part that is asked about.
    pub inside: u64,
    /// Of these, wrong.
    pub wrong: u64,
}

/// An estimated rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateEstimate {
    /// The rate, 0 to 1.
    pub rate: f64,
    /// Ends of the 95 % interval.
    pub interval: [f64; 2],
    /// Independent answers that would tell as much.
    pub effective: f64,
}

/// The rate of the part that is asked about; `None` when no answer is from it. Strata without answers are left out.
pub fn estimate_rate(strata: &[StratumCounts]) -> Option<RateEstimate> {
    let answered = || strata.iter().filter(|stratum| stratum.answered > 0);
    let weight = |stratum: &StratumCounts| stratum.population as f64 / stratum.answered as f64;
    let total: f64 = answered().map(|stratum| weight(stratum) * stratum.inside as f64).sum();
    if total <= 0.0 {
        return None;
    }
    let wrong: f64 = answered().map(|stratum| weight(stratum) * stratum.wrong as f64).sum();
    let rate = (wrong / total).clamp(0.0, 1.0);
    let squares: f64 = answered().map(|stratum| weight(stratum).powi(2) * stratum.inside as f64).sum();
    let variance: f64 = answered().map(|stratum| spread(stratum, rate)).sum::<f64>() / (total * total);
    let kish = total * total / squares;
    let by_variance = rate * (1.0 - rate) / variance;
    let effective = if by_variance.is_finite() && by_variance > 0.0 { kish.min(by_variance) } else { kish };
    Some(RateEstimate { rate, interval: wilson_interval_of(rate, effective), effective })
}

/// What a stratum adds to the variance of the total of `u`.
fn spread(stratum: &StratumCounts, rate: f64) -> f64 {
    let (answered, wrong) = (stratum.answered as f64, stratum.wrong as f64);
    let right = stratum.inside as f64 - wrong;
    let mean = (wrong * (1.0 - rate) - right * rate) / answered;
    let mean_square = (wrong * (1.0 - rate).powi(2) + right * rate.powi(2)) / answered;
    (stratum.population as f64).powi(2) / answered * (mean_square - mean * mean).max(0.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernels::estimate_share::wilson_interval;

    fn counts(population: u64, answered: u64, inside: u64, wrong: u64) -> StratumCounts {
        StratumCounts { population, answered, inside, wrong }
    }

    #[test]
    fn one_stratum_is_a_plain_share() {
        for (answered, wrong) in [(10, 0), (10, 10), (100, 50), (40, 3)] {
            let estimate = estimate_rate(&[counts(1000, answered, answered, wrong)]).unwrap();
            assert!((estimate.rate - wrong as f64 / answered as f64).abs() < 1e-12);
            let plain = wilson_interval(wrong, answered);
            assert!(estimate.interval.iter().zip(plain).all(|(a, b)| (a - b).abs() < 1e-9), "{estimate:?} {plain:?}");
        }
        assert_eq!(estimate_rate(&[]), None);
        assert_eq!(estimate_rate(&[counts(10, 0, 0, 0), counts(10, 5, 0, 0)]), None);
    }

    #[test]
    fn strata_weigh_as_much_as_they_hold() {
        // 900 members with 1 of 30 wrong, 100 with 10 of 20: 0.9 / 30 + 0.1 / 2 = 0.08, V = 0.81 · 29/900/30 + 0.01 · 0.25/20.
        let estimate = estimate_rate(&[counts(900, 30, 30, 1), counts(100, 20, 20, 10)]).unwrap();
        assert!((estimate.rate - 0.08).abs() < 1e-12);
        let variance = 0.81 * (29.0 / 900.0) / 30.0 + 0.01 * 0.25 / 20.0;
        let kish = 1.0 / (0.81 / 30.0 + 0.01 / 20.0);
        assert!((estimate.effective - f64::min(kish, 0.08 * 0.92 / variance)).abs() < 1e-9, "{estimate:?}");
        // Without a single mistake the interval is as wide as Kish's size makes it.
        let clean = estimate_rate(&[counts(900, 30, 30, 0), counts(100, 20, 20, 0)]).unwrap();
        assert_eq!((clean.rate, clean.interval[0]), (0.0, 0.0));
        assert!((clean.effective - kish).abs() < 1e-9 && clean.interval[1] > wilson_interval(0, 50)[1]);
    }

    proptest! {
        #[test]
        fn the_rate_lies_in_its_interval(drawn in prop::collection::vec((1_u64..1000, 0_u64..50, 0_u64..50, 0_u64..50), 1..8)) {
            let strata: Vec<StratumCounts> = drawn
                .iter()
                .map(|&(population, answered, inside, wrong)| {
                    let inside = inside.min(answered);
                    counts(population.max(answered), answered, inside, wrong.min(inside))
                })
                .collect();
            if let Some(RateEstimate { rate, interval: [low, high], effective }) = estimate_rate(&strata) {
                let asked: u64 = strata.iter().map(|stratum| stratum.inside).sum();
                prop_assert!((0.0..=1.0).contains(&low) && high <= 1.0 && low <= rate + 1e-12 && rate <= high + 1e-12);
                prop_assert!(effective > 0.0 && effective <= asked as f64 + 1e-6);
            } else {
                prop_assert!(strata.iter().all(|stratum| stratum.inside == 0));
            }
        }
    }
}
