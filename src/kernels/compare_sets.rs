//! Compares ascending lists of hashes: sets by what they share, multisets by whether one holds the other.

/// Number of values that two ascending sets share, unless it stays below `least`.
///
/// Gives up, with `None`, as soon as what is left cannot reach `least`.
pub fn shared_count(one: &[u64], other: &[u64], least: usize) -> Option<usize> {
    let (mut i, mut j, mut shared) = (0, 0, 0);
    // What can still be lost of each before the rest is too short; checked in steps.
    const STEP: usize = 64;
    while i < one.len() && j < other.len() {
        if shared + (one.len() - i).min(other.len() - j) < least {
            return None;
        }
        for _ in 0..STEP {
            let (Some(x), Some(y)) = (one.get(i), other.get(j)) else { break };
            shared += usize::from(x == y);
            i += usize::from(x <= y);
            j += usize::from(y <= x);
        }
    }
    (shared >= least).then_some(shared)
}

/// Whether every value of the ascending multiset `inner` stands in `outer` at least as often.
pub fn holds_all(outer: &[u64], inner: &[u64]) -> bool {
    let mut rest = outer.iter();
    inner.iter().all(|value| rest.by_ref().find(|other| *other >= value) == Some(value))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn counts_are_those_of_sets(a: BTreeSet<u8>, b: BTreeSet<u8>, least in 0_usize..40) {
            let list = |set: &BTreeSet<u8>| set.iter().map(|value| u64::from(*value)).collect::<Vec<_>>();
            let shared = a.intersection(&b).count();
            prop_assert_eq!(shared_count(&list(&a), &list(&b), least), (shared >= least).then_some(shared));
        }

        #[test]
        fn a_multiset_holds_what_is_taken_from_it(values in proptest::collection::vec(0_u64..9, 0..20), taken: Vec<bool>, more in 0_u64..9) {
            let mut outer = values.clone();
            outer.sort_unstable();
            let mut inner: Vec<u64> = outer.iter().zip(&taken).filter(|(_, taken)| **taken).map(|(value, _)| *value).collect();
            prop_assert!(holds_all(&outer, &inner));
            let often = |list: &[u64]| list.iter().filter(|value| **value == more).count();
            inner.push(more);
            inner.sort_unstable();
            prop_assert_eq!(holds_all(&outer, &inner), often(&inner) <= often(&outer));
        }
    }
}
