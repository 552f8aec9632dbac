//! The result of an audit: error rates that a person has measured, as `copydesk audit read` writes them and `[dataset] audit` names them.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::kernels::word_mistake::word_mistake;

/// What begins the file, and tells its form.
pub const AUDIT_FORM: &str = "copydesk-audit-1";

/// Measured error rates of one dataset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditResult {
    /// Always [`AUDIT_FORM`].
    pub form: String,
    /// Version of copydesk that computed the rates.
    pub tool_version: String,
    /// Digest of the dataset that they were measured on.
    pub dataset_sha256: String,
    /// Its version.
    pub dataset_version: String,
    /// Items that were asked for.
    pub sample: u32,
    /// Number that the draw began with.
    pub seed: u32,
    /// Items that were drawn.
    pub drawn: u64,
    /// Items with a mark.
    pub marked: u64,
    /// Confidence of the intervals.
    pub confidence: f64,
    /// How the sample was drawn and the intervals computed.
    pub method: String,
    /// The strata of the draw.
    pub strata: Vec<AuditStratum>,
    /// The rates: those of the whole first, then of its parts.
    pub rates: Vec<MeasuredRate>,
}

/// A stratum of the draw; each article, pair and rejection of the dataset is in exactly one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditStratum {
    /// `article`, `pair` or `rejection`.
    pub kind: String,
    /// Its name, such as `date evidence: record-field`.
    pub name: String,
    /// Members in the dataset.
    pub population: u64,
    /// Of them, drawn.
    pub drawn: u64,
}

/// A measured rate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasuredRate {
    /// What was judged: `text`, `title`, `date`, `source`, `language`, `pair` or `rejection`.
    pub question: String,
    /// The part of the dataset; none for all of it.
    pub stratum: Option<String>,
    /// Members of the part, as far as the question is asked of them.
    pub population: u64,
    /// Items that were judged right or wrong.
    pub checked: u64,
    /// Of them, wrong.
    pub wrong: u64,
    /// Items of which the person was not sure; they count nowhere else.
    pub unsure: u64,
    /// Share of the whole in strata with an item that was judged; 1 but for audits that were ended early. 0 to 1.
    pub covered: f64,
    /// Estimated share of wrong ones, 0 to 1.
    pub rate: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

impl AuditResult {
    /// Reads the file of a name.
    ///
    /// # Errors
    /// A configuration error when it is no result of an audit, or of another form.
    pub fn parse(text: &str, name: &str) -> Result<Self> {
        let wrong = |cause: String| {
            Error::config(format!("cannot read `{name}`"))
                .caused_by(cause)
                .hint("`copydesk audit read` writes the result of an audit")
        };
        let result: Self = serde_json::from_str(text).map_err(|error| wrong(word_mistake(&error.to_string())))?;
        if result.form != AUDIT_FORM {
            return Err(wrong(format!("expected the form `{AUDIT_FORM}`, but found `{}`", result.form)));
        }
        let shares = result.rates.iter().flat_map(|rate| [rate.rate, rate.low, rate.high, rate.covered]);
        if let Some(share) = shares.chain([result.confidence]).find(|share| !(0.0..=1.0).contains(share)) {
            return Err(wrong(format!("expected shares from 0 to 1, but found {share}")));
        }
        if let Some(rate) = result.rates.iter().find(|rate| rate.wrong > rate.checked) {
            let (question, checked, wrong_ones) = (&rate.question, rate.checked, rate.wrong);
            return Err(wrong(format!("expected at most {checked} wrong of `{question}`, but found {wrong_ones}")));
        }
        Ok(result)
    }

    /// Whether the rates were measured on the very dataset of this digest; else they are those of another version of it.
    pub fn is_of(&self, dataset_sha256: &str) -> bool {
        self.dataset_sha256 == dataset_sha256
    }

    /// The method in words, with a warning where the rates were measured on another version than that of this digest.
    pub fn method_for(&self, dataset_sha256: &str) -> String {
        if self.is_of(dataset_sha256) {
            return self.method.clone();
        }
        let (version, digest) = (&self.dataset_version, &self.dataset_sha256);
        format!("Measured on another version of this dataset, {version} ({digest}): {}", self.method)
    }

    /// The rates of the whole dataset, one a question that was answered.
    pub fn overall(&self) -> impl Iterator<Item = &MeasuredRate> {
        self.rates.iter().filter(|rate| rate.stratum.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result() -> AuditResult {
        AuditResult {
            form: AUDIT_FORM.to_owned(),
            tool_version: "0.1.0".to_owned(),
            dataset_sha256: "sha256:a".to_owned(),
            dataset_version: "1.0.0+b".to_owned(),
            sample: 10,
            seed: 1,
            drawn: 10,
            marked: 9,
            confidence: 0.95,
            method: "Drawn.".to_owned(),
            strata: Vec::new(),
            rates: vec![MeasuredRate {
                question: "date".to_owned(),
                stratum: None,
                population: 100,
                checked: 8,
                wrong: 1,
                unsure: 1,
                covered: 1.0,
                rate: 0.125,
                low: 0.022,
                high: 0.471,
            }],
        }
    }

    #[test]
    fn a_result_comes_back_and_knows_its_dataset() {
        let result = result();
        let text = serde_json::to_string(&result).unwrap();
        assert_eq!(AuditResult::parse(&text, "audit.json").unwrap(), result);
        assert!(result.is_of("sha256:a") && result.method_for("sha256:a") == "Drawn." && result.overall().count() == 1);
        assert!(result.method_for("sha256:c").starts_with("Measured on another version of this dataset, 1.0.0+b"));
    }

    #[test]
    fn other_files_are_refused() {
        let shown = |change: &dyn Fn(&mut AuditResult)| {
            let mut changed = result();
            change(&mut changed);
            let error = AuditResult::parse(&serde_json::to_string(&changed).unwrap(), "audit.json").unwrap_err();
            format!("{error:?} | {}", error.hints().join("; "))
        };
        let other = AuditResult::parse("{}", "audit.json").unwrap_err();
        insta::assert_snapshot!(
            [
                format!("{other:?}"),
                shown(&|result| result.form = "copydesk-audit-9".to_owned()),
                shown(&|result| result.rates[0].high = 1.5),
                shown(&|result| result.rates[0].wrong = 9),
            ]
            .join("\n")
        );
    }
}
