//! Policy: a verdict is a fact; the one function here makes it a fate.

use std::sync::Arc;

use super::{Boilerplate, NearRule, Preference};

/// What happens to exact copies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExactPolicy {
    /// Copies within one source are removed; the same text in another source stays a row.
    #[default]
    Drop,
    /// Copies are removed whatever their source.
    DropAcrossSources,
    /// Every copy stays a row.
    Flag,
}

impl ExactPolicy {
    /// Every policy.
    pub const ALL: [Self; 3] = [Self::Drop, Self::DropAcrossSources, Self::Flag];

    /// The name in the config.
    pub fn name(self) -> &'static str {
        match self {
            Self::Drop => "drop",
            Self::DropAcrossSources => "drop-across-sources",
            Self::Flag => "flag",
        }
    }

    /// Which earlier row of the class removes a copy, if any: `first_of_source` is the first row of its class and source that
    /// stays, `representative` the first of the class.
    pub fn remover<T>(self, first_of_source: Option<T>, representative: T) -> Option<T> {
        match self {
            Self::Drop => first_of_source,
            Self::DropAcrossSources => Some(representative),
            Self::Flag => None,
        }
    }
}

/// What happens to articles that join the cluster of another without being exact copies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NearPolicy {
    /// They stay rows that are no representatives.
    #[default]
    Flag,
    /// They are removed.
    Drop,
    /// None is sought.
    Off,
}

impl NearPolicy {
    /// Every policy.
    pub const ALL: [Self; 3] = [Self::Flag, Self::Drop, Self::Off];

    /// The name in the config.
    pub fn name(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Drop => "drop",
            Self::Off => "off",
        }
    }
}

/// What decides about duplicates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DedupRules {
    /// What happens to duplicates.
    pub policies: Policies,
    /// Which of them stands for the others.
    pub preference: Preference,
    /// What near-duplicates are; `None` when none is sought.
    pub near: Option<NearRule>,
    /// What is left out when texts are compared.
    pub boilerplate: Arc<Boilerplate>,
}

/// What happens to duplicates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policies {
    /// To exact copies.
    pub exact: ExactPolicy,
    /// To the others.
    pub near: NearPolicy,
}
