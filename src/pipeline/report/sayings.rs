//! What a report says that stands in no table: who made the dataset, under which terms, and how wrong it was found to be.

use crate::columns::Release as Tier;
use crate::manifest::Manifest;
use crate::stages::release::{AuthorPolicy as AuthorTerms, ReleaseAccount};
use crate::writers::audit_result::{AuditResult, MeasuredRate};
use crate::writers::report::data::{Audit, AuthorPolicy, ErrorRate, Release};

/// Facts about a dataset beside its tables; what is not known is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sayings {
    /// Name of the dataset.
    pub name: Option<String>,
    /// What it is, in words.
    pub description: Option<String>,
    /// How to cite it.
    pub citation: Option<String>,
    /// What of an article it gives away.
    pub release: Option<Release>,
    /// What is done with the names of authors.
    pub authors: Option<AuthorPolicy>,
    /// Whether its maker acknowledges texts of sources that reserve their rights.
    pub acknowledged: Option<bool>,
    /// Records that were taken down after publication.
    pub taken_down: u64,
    /// Error rates that a person has measured.
    pub audit: Option<Audit>,
}

impl Sayings {
    /// What a manifest says.
    pub fn of(manifest: &Manifest) -> Self {
        let dataset = &manifest.dataset;
        Self {
            name: dataset.name.clone(),
            description: dataset.description.clone(),
            citation: dataset.citation.clone(),
            taken_down: manifest.account.taken_down,
            release: manifest.release.as_ref().map(released),
            authors: manifest.release.as_ref().map(|release| match release.terms.authors {
                AuthorTerms::Keep => AuthorPolicy::Keep,
                AuthorTerms::Hash => AuthorPolicy::Hash,
                AuthorTerms::Drop => AuthorPolicy::Drop,
            }),
            acknowledged: manifest.release.as_ref().map(|release| release.terms.acknowledge_reserved),
            audit: manifest.audit.as_ref().map(|audit| measured(audit, &manifest.dataset_sha256)),
        }
    }

    /// Whether no words of any article may be shown.
    pub fn withholds_texts(&self) -> bool {
        self.release.is_some_and(Release::withholds_texts)
    }
}

/// The one tier of all articles, or that there are several.
fn released(account: &ReleaseAccount) -> Release {
    let mut tiers = account.counts.articles.keys();
    let one = |tier| match tier {
        Tier::FullText => Release::FullText,
        Tier::DerivedOnly => Release::DerivedOnly,
        Tier::MetadataOnly => Release::MetadataOnly,
    };
    match (tiers.next(), tiers.next()) {
        (Some(tier), None) => one(*tier),
        (None, _) => one(account.terms.release),
        _ => Release::Mixed,
    }
}

/// Measured rates in the form of the page.
fn measured(audit: &AuditResult, dataset_sha256: &str) -> Audit {
    let rate = |rate: &MeasuredRate| ErrorRate {
        question: rate.question.clone(),
        stratum: rate.stratum.clone(),
        checked: rate.checked,
        wrong: rate.wrong,
        rate: rate.rate,
        low: rate.low,
        high: rate.high,
    };
    Audit {
        drawn: audit.drawn,
        marked: audit.marked,
        confidence: audit.confidence,
        method: audit.method_for(dataset_sha256),
        rates: audit.rates.iter().map(rate).collect(),
    }
}
