//! Assigns a cluster of articles to a side of a split: train, validation or test.
//!
//! The one question that is asked is where a *representative* goes; whoever stands in its cluster goes with it. By shares, the
//! answer is a number drawn from the representative's id alone, so that articles that are added later move nobody. By dates,
//! it is the representative's date.

use serde::{Deserialize, Serialize};

use super::format_time::push_date;
use super::sha256::Hasher;

/// A side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Split {
    /// What a model learns from.
    Train,
    /// What its settings are chosen by.
    Validation,
    /// What it is judged by.
    Test,
}

impl Split {
    /// Every side.
    pub const ALL: [Self; 3] = [Self::Train, Self::Validation, Self::Test];
    /// Their names.
    pub const NAMES: &'static [&'static str] = &["train", "validation", "test"];

    /// The name in the table.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

/// How sides are assigned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SplitRule {
    /// By a number drawn from the representative's id.
    Shares(SplitShares),
    /// By the representative's `published_date`.
    Dates(SplitDates),
}

/// Shares of the clusters, which add up to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct SplitShares {
    /// Share of `train`.
    pub train: f64,
    /// Share of `validation`.
    pub validation: f64,
    /// Share of `test`.
    pub test: f64,
}

/// First days of the later sides, `YYYY-MM-DD`; what is older, or has no date, is `train`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct SplitDates {
    /// First day of `validation`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation: Option<String>,
    /// First day of `test`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<String>,
}

/// What the shares may miss of 1: the rounding of three decimal fractions.
const SLACK: f64 = 1e-9;

impl SplitRule {
    /// The side of the cluster whose representative has this `id` (as written, `art_...`) and `published_date` (days since 1970-01-01).
    pub fn assign(&self, id: &str, published_date: Option<i32>) -> Split {
        match self {
            Self::Shares(shares) => shares.assign(id),
            Self::Dates(dates) => dates.assign(published_date),
        }
    }

    /// What is wrong with the rule, in words; `None` when it can be used.
    pub fn fault(&self) -> Option<String> {
        match self {
            Self::Shares(shares) => {
                let all = [shares.train, shares.validation, shares.test];
                let sum: f64 = all.iter().sum();
                let sound = all.iter().all(|share| (0.0..=1.0).contains(share)) && (sum - 1.0).abs() <= SLACK;
                (!sound).then(|| {
                    let [train, validation, test] = all;
                    format!("expected shares from 0 to 1 that add up to 1, but found {train}, {validation} and {test}")
                })
            }
            Self::Dates(dates) => {
                let days = [&dates.validation, &dates.test].map(Option::as_deref);
                let bad = days.iter().flatten().find(|day| !is_day(day));
                match (bad, days) {
                    (Some(bad), _) => Some(format!("expected a day such as `2024-01-01`, but found `{bad}`")),
                    (None, [None, None]) => {
                        Some("expected the first day of `validation` or `test`, but found neither".to_owned())
                    }
                    (None, [Some(validation), Some(test)]) if validation >= test => Some(format!(
                        "expected `validation` to begin before `test`, but found `{validation}` and `{test}`"
                    )),
                    _ => None,
                }
            }
        }
    }
}

impl SplitShares {
    /// `test` takes the low end of the numbers and `validation` what follows, so that other shares of `train` and `validation`
    /// leave `test` as it is.
    fn assign(&self, id: &str) -> Split {
        let mut hasher = Hasher::new();
        hasher.update(b"copydesk-split-1\0");
        hasher.update(id.as_bytes());
        let digest = hasher.finish().0;
        let (head, _) = digest.split_first_chunk::<8>().expect("law: a digest has more than 8 bytes");
        let drawn = u128::from(u64::from_be_bytes(*head));
        // 2^64 times a share is exact, and so is its floor.
        let bound = |share: f64| (share * 18_446_744_073_709_551_616.0) as u128;
        if drawn < bound(self.test) {
            Split::Test
        } else if self.train == 0.0 || drawn < bound(self.test + self.validation) {
            Split::Validation
        } else {
            Split::Train
        }
    }
}

impl SplitDates {
    fn assign(&self, published_date: Option<i32>) -> Split {
        let Some(days) = published_date else { return Split::Train };
        let mut day = Vec::with_capacity(10);
        push_date(&mut day, days);
        // Days of four-digit years are in order as text.
        let begun = |first: &Option<String>| first.as_ref().is_some_and(|first| first.as_bytes() <= day.as_slice());
        if begun(&self.test) {
            Split::Test
        } else if begun(&self.validation) {
            Split::Validation
        } else {
            Split::Train
        }
    }
}

/// Whether a text is a day of the calendar, `YYYY-MM-DD`.
fn is_day(text: &str) -> bool {
    let shape = text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
    shape && text.parse::<jiff::civil::Date>().is_ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shares(train: f64, validation: f64, test: f64) -> SplitRule {
        SplitRule::Shares(SplitShares { train, validation, test })
    }

    fn dates(validation: Option<&str>, test: Option<&str>) -> SplitRule {
        let own = |day: Option<&str>| day.map(str::to_owned);
        SplitRule::Dates(SplitDates { validation: own(validation), test: own(test) })
    }

    fn ids() -> impl Iterator<Item = String> {
        (0_u32..20_000).map(|number| format!("art_{number:032x}"))
    }

    #[test]
    fn sides_have_their_shares_and_test_stands_still() {
        let rule = shares(0.8, 0.1, 0.1);
        let count = |rule: &SplitRule, split| ids().filter(|id| rule.assign(id, None) == split).count();
        for (split, expected) in Split::ALL.into_iter().zip([16_000_usize, 2_000, 2_000]) {
            assert!(count(&rule, split).abs_diff(expected) < 200, "{split:?}");
        }
        let other = shares(0.5, 0.4, 0.1);
        let of_test = |rule: &SplitRule| ids().filter(|id| rule.assign(id, None) == Split::Test).collect::<Vec<_>>();
        assert_eq!(of_test(&rule), of_test(&other));
        assert_eq!(count(&shares(1.0, 0.0, 0.0), Split::Train), 20_000);
        assert_eq!(count(&shares(0.0, 0.9, 0.1), Split::Train), 0);
    }

    #[test]
    fn days_begin_the_sides() {
        let rule = dates(Some("2024-01-01"), Some("2024-07-01"));
        let of = |days| rule.assign("art_", days);
        // 2024-01-01 is day 19,723, and 2024-07-01 day 19,905.
        assert_eq!([None, Some(-400_000), Some(19_722)].map(of), [Split::Train; 3]);
        assert_eq!([Some(19_723), Some(19_904)].map(of), [Split::Validation; 2]);
        assert_eq!([Some(19_905), Some(40_000)].map(of), [Split::Test; 2]);
        assert_eq!(dates(None, Some("2024-07-01")).assign("art_", Some(19_904)), Split::Train);
    }

    #[test]
    fn faults_are_named() {
        let shown = [
            shares(0.8, 0.1, 0.1).fault(),
            shares(0.7, 0.2, 0.1).fault(),
            shares(0.8, 0.1, 0.2).fault(),
            shares(1.1, -0.1, 0.0).fault(),
            shares(f64::NAN, 0.0, 0.0).fault(),
            dates(None, None).fault(),
            dates(Some("2024-13-01"), None).fault(),
            dates(Some("1 May"), None).fault(),
            dates(Some("2024-07-01"), Some("2024-07-01")).fault(),
            dates(None, Some("2024-02-29")).fault(),
        ];
        insta::assert_debug_snapshot!(shown, @r#"
        [
            None,
            None,
            Some(
                "expected shares from 0 to 1 that add up to 1, but found 0.8, 0.1 and 0.2",
            ),
            Some(
                "expected shares from 0 to 1 that add up to 1, but found 1.1, -0.1 and 0",
            ),
            Some(
                "expected shares from 0 to 1 that add up to 1, but found NaN, 0 and 0",
            ),
            Some(
                "expected the first day of `validation` or `test`, but found neither",
            ),
            Some(
                "expected a day such as `2024-01-01`, but found `2024-13-01`",
            ),
            Some(
                "expected a day such as `2024-01-01`, but found `1 May`",
            ),
            Some(
                "expected `validation` to begin before `test`, but found `2024-07-01` and `2024-07-01`",
            ),
            None,
        ]
        "#);
    }

    proptest! {
        #[test]
        fn the_side_is_one_of_those_with_a_share(id: String, test in 0.0_f64..=1.0, day: Option<i16>) {
            let rule = shares(1.0 - test, 0.0, test);
            prop_assert_ne!(rule.assign(&id, day.map(i32::from)), Split::Validation);
            prop_assert_eq!(rule.assign(&id, None), rule.assign(&id, Some(3)));
        }
    }
}
