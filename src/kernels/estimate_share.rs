//! Estimates a share from a count, with the interval in which it lies.

/// Quantile of the normal distribution for an interval of 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// The 95 % interval of Wilson (1927, "Probable inference, the law of succession, and statistical inference") for `hits` of `total`.
///
/// From 0 to 1 when nothing was counted.
pub fn wilson_interval(hits: u64, total: u64) -> [f64; 2] {
    let count = total as f64;
    wilson_interval_of(if total == 0 { 0.0 } else { hits.min(total) as f64 / count }, count)
}

/// The same for a share that was estimated as well as from `count` independent answers, which need not be a whole number.
pub fn wilson_interval_of(share: f64, count: f64) -> [f64; 2] {
    if count <= 0.0 {
        return [0.0, 1.0];
    }
    let weight = Z * Z / count;
    let middle = (share + weight / 2.0) / (1.0 + weight);
    let half = Z / (1.0 + weight) * (share * (1.0 - share) / count + weight / (4.0 * count)).sqrt();
    [(middle - half).max(0.0), (middle + half).min(1.0)]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_intervals_come_out() {
        let rounded = |hits, total| wilson_interval(hits, total).map(|end| (end * 1e4).round() as u32);
        assert_eq!(rounded(0, 0), [0, 10_000]);
        assert_eq!(rounded(10, 10), [7225, 10_000]);
        assert_eq!(rounded(50, 100), [4038, 5962]);
        assert_eq!(rounded(0, 1000), [0, 38]);
    }

    proptest! {
        #[test]
        fn the_share_lies_in_its_interval(hits: u32, more: u32) {
            let (hits, total) = (u64::from(hits), u64::from(hits) + u64::from(more));
            let [low, high] = wilson_interval(hits, total);
            prop_assert!((0.0..=1.0).contains(&low) && (0.0..=1.0).contains(&high));
            if total > 0 {
                let share = hits as f64 / total as f64;
                prop_assert!(low <= share + 1e-12 && share <= high + 1e-12);
            }
        }
    }
}
