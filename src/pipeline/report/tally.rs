//! Counting: codes with how often they occur, and the orders in which a report lists them.

use std::collections::BTreeMap;

use crate::writers::report::data::{CodeCount, ExplainedCount};

/// How often each code occurs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Codes(pub BTreeMap<String, u64>);

impl Codes {
    /// Counts a code once more.
    pub fn add(&mut self, code: &str) {
        match self.0.get_mut(code) {
            Some(count) => *count += 1,
            None => drop(self.0.insert(code.to_owned(), 1)),
        }
    }

    /// The codes by count, the largest first, then by code.
    pub fn listed(&self) -> Vec<CodeCount> {
        let counts = self.0.iter().map(|(code, count)| CodeCount { code: code.clone(), count: *count });
        let mut counts: Vec<CodeCount> = counts.collect();
        // The sort is stable: equal counts stay in the order of their codes.
        counts.sort_by_key(|entry| std::cmp::Reverse(entry.count));
        counts
    }

    /// The same with what `meaning` says of each code.
    pub fn explained(&self, meaning: impl Fn(&str) -> Option<String>) -> Vec<ExplainedCount> {
        let explain = |CodeCount { code, count }| ExplainedCount { meaning: meaning(&code), code, count };
        self.listed().into_iter().map(explain).collect()
    }
}

/// How often each number occurs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    counts: BTreeMap<i32, u64>,
    total: u64,
}

impl Histogram {
    /// Counts a number `times` more.
    pub fn add(&mut self, number: i32, times: u64) {
        *self.counts.entry(number).or_default() += times;
        self.total += times;
    }

    /// The numbers in order, with how often each occurs.
    pub fn iter(&self) -> impl Iterator<Item = (i32, u64)> {
        self.counts.iter().map(|(number, count)| (*number, *count))
    }

    /// The least number that at least `percent` of a hundred of all do not exceed; none of none.
    pub fn quantile(&self, percent: u64) -> Option<i32> {
        let rank = (u128::from(self.total) * u128::from(percent)).div_ceil(100).max(1);
        let mut below = 0;
        self.iter().find_map(|(number, count)| {
            below += u128::from(count);
            (below >= rank).then_some(number)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_listed_by_count_then_code() {
        let mut codes = Codes::default();
        for code in ["b", "a", "c", "c"] {
            codes.add(code);
        }
        let listed: Vec<_> = codes.listed().into_iter().map(|entry| (entry.code, entry.count)).collect();
        assert_eq!(listed, [("c".to_owned(), 2), ("a".to_owned(), 1), ("b".to_owned(), 1)]);
    }

    #[test]
    fn quantiles_are_numbers_that_occur() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.quantile(50), None);
        for number in [4, 1, 3, 2] {
            histogram.add(number, 1);
        }
        assert_eq!(
            [0, 25, 26, 50, 51, 75, 100].map(|percent| histogram.quantile(percent).unwrap()),
            [1, 1, 2, 2, 3, 3, 4]
        );
    }
}
