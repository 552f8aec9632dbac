//! `[validate]`, checked.

use super::resolve::key_error;
use super::written::{WrittenLimit, WrittenValidate};
use crate::error::Result;

/// Shares of fewer records are not judged by source: a share of little says little.
const LEAST_RECORDS: u64 = 100;

/// How many records may be rejected.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RejectionLimits {
    /// Of all records.
    pub overall: Option<Most>,
    /// Of the records of each source.
    pub per_source: Option<Most>,
}

/// The most that is allowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Most {
    /// So many records.
    Count(u64),
    /// So many of a hundred records.
    Percent(f64),
}

impl Most {
    /// Whether `rejected` of `records` are more.
    pub fn is_passed_by(self, rejected: u64, records: u64) -> bool {
        match self {
            Self::Count(most) => rejected > most,
            Self::Percent(most) => rejected as f64 * 100.0 > most * records as f64,
        }
    }

    /// The same of one source; a share is asked of 100 records and more.
    pub fn is_passed_by_source(self, rejected: u64, records: u64) -> bool {
        let judged = matches!(self, Self::Count(_)) || records >= LEAST_RECORDS;
        judged && self.is_passed_by(rejected, records)
    }
}

impl std::fmt::Display for Most {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Count(most) => write!(f, "{most}"),
            Self::Percent(most) => write!(f, "{most} %"),
        }
    }
}

/// The limits of the section.
pub fn resolve_validate(written: &WrittenValidate) -> Result<RejectionLimits> {
    Ok(RejectionLimits {
        overall: most("validate.max-rejected", &written.max_rejected)?,
        per_source: most("validate.max-rejected-per-source", &written.max_rejected_per_source)?,
    })
}

fn most(key: &str, written: &WrittenLimit) -> Result<Option<Most>> {
    let refuse = |found: String| {
        Err(key_error(
            key,
            &format!("expected a count such as `100`, a share such as `\"1%\"`, or `\"off\"`, but found `{found}`"),
        ))
    };
    match written {
        WrittenLimit::Number(count) if *count >= 0.0 && count.fract() == 0.0 && *count < 9e15 => {
            Ok(Some(Most::Count(*count as u64)))
        }
        WrittenLimit::Number(number) => refuse(number.to_string()),
        WrittenLimit::Word(word) if word == "off" => Ok(None),
        WrittenLimit::Word(word) => {
            let percent = word.strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
            match percent.filter(|percent| (0.0..=100.0).contains(percent)) {
                Some(percent) => Ok(Some(Most::Percent(percent))),
                None => refuse(format!("\"{word}\"")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_shares_are_told_apart() {
        let read = |written| most("k", &written).unwrap();
        assert_eq!(read(WrittenLimit::Number(5.0)), Some(Most::Count(5)));
        assert_eq!(read(WrittenLimit::Word("0.5 %".into())), Some(Most::Percent(0.5)));
        assert_eq!(read(WrittenLimit::Word("off".into())), None);
        assert!(!Most::Percent(1.0).is_passed_by(1, 100) && Most::Percent(1.0).is_passed_by(2, 100));
        assert!(!Most::Count(0).is_passed_by(0, 0) && Most::Count(0).is_passed_by_source(1, 1));
        assert!(Most::Percent(0.0).is_passed_by(1, 1_000_000) && !Most::Percent(0.0).is_passed_by_source(1, 99));
    }
}
