//! `[dedup]`, checked.

use std::sync::Arc;

use serde_json::{Value, json};

use super::resolve::{key_error, one_of};
use super::written::{WrittenDedup, WrittenLimit};
use crate::dedup::{Boilerplate, Criterion, DedupRules, ExactPolicy, NearPolicy, NearRule, Policies, Preference};
use crate::error::Result;
use crate::kernels::shingle_key::{MOST_UNITS, ShingleRule, ShingleUnit};
use crate::kernels::sketch_set::BandRule;

/// Most bands, and most rows of one.
const MOST_BANDS: usize = 256;
const MOST_ROWS: usize = 32;

/// The rules, and the most that a source may lose; `boilerplate` is the name and text of the list, where one is named.
pub fn resolve_dedup(written: &WrittenDedup, boilerplate: Option<(&str, &str)>) -> Result<(DedupRules, Option<f64>)> {
    let exact = one_of("dedup.exact", &written.exact, ExactPolicy::ALL.map(|policy| (policy.name(), policy)))?;
    let near = one_of("dedup.near", &written.near, NearPolicy::ALL.map(|policy| (policy.name(), policy)))?;
    let rule = NearRule {
        shingle: shingle(&written.shingle)?,
        bands: BandRule {
            bands: count("dedup.bands", written.bands, MOST_BANDS)?,
            rows: count("dedup.rows", written.rows, MOST_ROWS)?,
        },
        jaccard: share("dedup.jaccard", written.jaccard)?,
        containment: share("dedup.containment", written.containment)?,
        window_days: limit("dedup.window-days", &written.window_days)?,
    };
    let max_source_loss = limit("dedup.guards", &written.guards)?;
    if max_source_loss.is_some_and(|most| most > 1.0) {
        return Err(key_error("dedup.guards", "expected a share from 0 to 1, or `off`, but found more"));
    }
    let rules = DedupRules {
        policies: Policies { exact, near },
        preference: preference(&written.prefer)?,
        near: (near != NearPolicy::Off).then_some(rule),
        boilerplate: Arc::new(match boilerplate {
            Some((name, text)) => Boilerplate::parse(text, name)?,
            None => Boilerplate::default(),
        }),
    };
    Ok((rules, max_source_loss))
}

/// What of the section can change a byte of the dataset.
pub fn digested(written: &WrittenDedup) -> Value {
    let limit = |limit: &WrittenLimit| match limit {
        WrittenLimit::Number(number) => json!(number),
        WrittenLimit::Word(word) => json!(word),
    };
    json!({
        "exact": written.exact,
        "near": written.near,
        "shingle": written.shingle,
        "jaccard": written.jaccard,
        "containment": written.containment,
        "window-days": limit(&written.window_days),
        "bands": written.bands,
        "rows": written.rows,
        "prefer": written.prefer,
        "guards": limit(&written.guards),
    })
}

fn shingle(text: &str) -> Result<ShingleRule> {
    let parts = text.split_once('-').and_then(|(unit, size)| {
        let unit = match unit {
            "word" => ShingleUnit::Word,
            "char" => ShingleUnit::Character,
            _ => return None,
        };
        let size = size.parse().ok().filter(|size| (1..=MOST_UNITS).contains(size))?;
        Some(ShingleRule { unit, size })
    });
    parts.ok_or_else(|| {
        key_error(
            "dedup.shingle",
            &format!("expected `word-N` or `char-N` with N from 1 to {MOST_UNITS}, but found `{text}`"),
        )
    })
}

fn share(key: &str, value: f64) -> Result<f64> {
    if value > 0.0 && value <= 1.0 {
        return Ok(value);
    }
    Err(key_error(key, &format!("expected a share above 0 and up to 1, but found `{value}`")))
}

fn count(key: &str, value: usize, most: usize) -> Result<usize> {
    if (1..=most).contains(&value) {
        return Ok(value);
    }
    Err(key_error(key, &format!("expected 1 to {most}, but found `{value}`")))
}

fn limit(key: &str, value: &WrittenLimit) -> Result<Option<f64>> {
    match value {
        WrittenLimit::Number(number) if *number >= 0.0 => Ok(Some(*number)),
        WrittenLimit::Number(number) => {
            Err(key_error(key, &format!("expected a number from 0, or `off`, but found `{number}`")))
        }
        WrittenLimit::Word(word) if word == "off" => Ok(None),
        WrittenLimit::Word(word) => {
            Err(key_error(key, &format!("expected a number from 0, or `off`, but found `{word}`")))
        }
    }
}

fn preference(names: &[String]) -> Result<Preference> {
    let known = || Criterion::ALL.iter().map(|criterion| (criterion.name(), *criterion));
    let criteria = names.iter().map(|name| one_of("dedup.prefer", name, known())).collect::<Result<Vec<_>>>()?;
    match criteria.iter().enumerate().find(|(place, criterion)| criteria[..*place].contains(criterion)) {
        Some((_, twice)) => {
            Err(key_error("dedup.prefer", &format!("expected each name once, but found `{}` twice", twice.name())))
        }
        None => Ok(Preference(criteria)),
    }
}
