//! How many items each stratum gives.

use super::questions::Kind;
use crate::error::{Error, Result};

/// The most of each stratum that is taken before the rest is shared out by size.
const FLOOR: u64 = 5;

/// The number of items of each stratum, given its kind and its members; they add up to `sample`, or to all there is.
///
/// First of each stratum the same number, up to 5 and to half of the sample, 1 at least, or all its members; the rest goes to kinds by
/// [`Kind::weight`], and within a kind by size.
///
/// # Errors
/// A usage error when there are more strata than `sample`.
pub fn allot(strata: &[(Kind, u64)], sample: u64) -> Result<Vec<u64>> {
    let floors = |floor: u64| strata.iter().map(|(_, population)| floor.min(*population)).collect::<Vec<_>>();
    let least = (2..=FLOOR).rev().find(|floor| floors(*floor).iter().sum::<u64>() <= sample / 2).unwrap_or(1);
    let mut given = floors(least);
    let total: u64 = given.iter().sum();
    let Some(rest) = sample.checked_sub(total) else {
        return Err(Error::usage(format!(
            "expected a `--sample` of {total} or more, one of each stratum, but found {sample}"
        )));
    };
    let room = |at: usize, given: &[u64]| strata[at].1 - given[at];
    let rooms: Vec<u64> = Kind::ALL
        .iter()
        .map(|kind| (0..strata.len()).filter(|at| strata[*at].0 == *kind).map(|at| room(at, &given)).sum())
        .collect();
    let shares = share_out(rest, &Kind::ALL.map(Kind::weight), &rooms);
    for (kind, share) in Kind::ALL.iter().zip(shares) {
        let own: Vec<usize> = (0..strata.len()).filter(|at| strata[*at].0 == *kind).collect();
        let sizes: Vec<u64> = own.iter().map(|at| strata[*at].1).collect();
        let rooms: Vec<u64> = own.iter().map(|at| room(*at, &given)).collect();
        for (at, more) in own.iter().zip(share_out(share, &sizes, &rooms)) {
            given[*at] += more;
        }
    }
    Ok(given)
}

/// Shares `amount` out by weights, no more than its room to each; what is left over by rounding goes to the heaviest, first to last.
fn share_out(amount: u64, weights: &[u64], rooms: &[u64]) -> Vec<u64> {
    let mut given = vec![0; weights.len()];
    let mut left = amount.min(rooms.iter().sum());
    while left > 0 {
        let mut open: Vec<usize> = (0..weights.len()).filter(|at| given[*at] < rooms[*at]).collect();
        open.sort_by_key(|at| (std::cmp::Reverse(weights[*at]), *at));
        let total: u128 = open.iter().map(|at| u128::from(weights[*at])).sum();
        let before = left;
        let round = left;
        for at in &open {
            let part = (u128::from(round) * u128::from(weights[*at]) / total.max(1)) as u64;
            let part = part.min(rooms[*at] - given[*at]).min(left);
            given[*at] += part;
            left -= part;
        }
        if left == before {
            for at in open.iter().take(left as usize) {
                given[*at] += 1;
                left -= 1;
            }
        }
    }
    given
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rare_strata_give_as_much_as_they_have() {
        let strata = [(Kind::Article, 10_000), (Kind::Article, 3), (Kind::Pair, 50), (Kind::Rejection, 1)];
        assert_eq!(allot(&strata, 100).unwrap(), [70, 3, 26, 1]);
        assert_eq!(allot(&strata, 4).unwrap(), [1, 1, 1, 1]);
        assert_eq!(allot(&strata, 100_000).unwrap(), [10_000, 3, 50, 1]);
        assert_eq!(allot(&[], 5).unwrap(), [0; 0]);
        let error = allot(&strata, 3).unwrap_err();
        assert_eq!(error.to_string(), "expected a `--sample` of 4 or more, one of each stratum, but found 3");
    }

    proptest! {
        #[test]
        fn what_is_asked_for_is_given(sizes in prop::collection::vec((0_usize..3, 1_u64..500), 1..30), sample in 30_u64..2000) {
            let strata: Vec<(Kind, u64)> = sizes.iter().map(|(kind, size)| (Kind::ALL[*kind], *size)).collect();
            let given = allot(&strata, sample).unwrap();
            let all: u64 = strata.iter().map(|(_, size)| size).sum();
            prop_assert_eq!(given.iter().sum::<u64>(), sample.min(all));
            let floor = if strata.len() as u64 * FLOOR <= sample / 2 { FLOOR } else { 1 };
            prop_assert!(given.iter().zip(&strata).all(|(given, (_, size))| given <= size && *given >= floor.min(*size)));
        }
    }
}
