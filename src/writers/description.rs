//! What the maker of a dataset says about it: `[dataset]` of the configuration, kept in the manifest, shown by card and Croissant.

use serde::{Deserialize, Serialize};

/// `[dataset]`; every key but `version` may be left out, and what is left out is said to be not stated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Description {
    /// Name on the card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Semantic version that you give the dataset.
    pub version: String,
    /// What the dataset is, in a paragraph or more; Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Licence of the dataset as a whole: an SPDX identifier such as `CC-BY-4.0`, an address, or words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// Address of its page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub homepage: Option<String>,
    /// Who made it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authors: Vec<String>,
    /// Organisation that publishes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// Where questions and requests for take-down go: an address or a mailbox.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// Day of publication, `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
    /// How to cite it: BibTeX or words; without it, BibTeX is made from the keys above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub citation: Option<String>,
    /// Words to find it by.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
    /// Tasks that it is made for, in the words of the Hugging Face Hub: `text-classification`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub task_categories: Vec<String>,
    /// Why it was made, by whom it was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub motivation: Option<String>,
    /// How the raw records were collected, from where, when, with whose consent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collection: Option<String>,
    /// What was done to the raw records before copydesk read them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preprocessing: Option<String>,
    /// What it is for, and what it should not be used for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uses: Option<String>,
    /// What it does not cover, and what is known to be wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limitations: Option<String>,
    /// Whose view it has more of than it should.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub biases: Option<String>,
    /// What it holds about people, and what was done about that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub personal_information: Option<String>,
    /// Whom it may help or harm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub social_impact: Option<String>,
    /// How it is distributed, and under which terms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distribution: Option<String>,
    /// Who keeps it up, how often it changes, how old versions and objections are dealt with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maintenance: Option<String>,
    /// Ledger of articles that were taken down, relative to this file; its key is the file beside it that ends in `.key`. Never written.
    #[serde(skip_serializing)]
    pub takedowns: Option<String>,
    /// Error rates that a person has measured, as `copydesk audit read` writes them; relative to this file. Never written.
    #[serde(skip_serializing)]
    pub audit: Option<String>,
}

impl Default for Description {
    fn default() -> Self {
        Self {
            name: None,
            version: "0.1.0".into(),
            takedowns: None,
            audit: None,
            description: None,
            license: None,
            homepage: None,
            authors: Vec::new(),
            publisher: None,
            contact: None,
            published: None,
            citation: None,
            keywords: Vec::new(),
            task_categories: Vec::new(),
            motivation: None,
            collection: None,
            preprocessing: None,
            uses: None,
            limitations: None,
            biases: None,
            personal_information: None,
            social_impact: None,
            distribution: None,
            maintenance: None,
        }
    }
}
