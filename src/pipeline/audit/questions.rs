//! What a person is asked of each kind of item, and by which parts the answers are told.

use super::strata::Dimension;

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A row of `articles`.
    Article,
    /// A row of `pairs`.
    Pair,
    /// A rejected row of `records`.
    Rejection,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Article, Self::Pair, Self::Rejection];

    /// Its name in the files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Article => "article",
            Self::Pair => "pair",
            Self::Rejection => "rejection",
        }
    }

    /// The share of the items beyond the least of each stratum that goes to the kind.
    pub fn weight(self) -> u64 {
        if self == Self::Article { 3 } else { 1 }
    }
}

/// A question to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// Its name in results.
    pub name: &'static str,
    /// Its column in the file of marks.
    pub column: &'static str,
    /// The items that it is asked of.
    pub kind: Kind,
    /// The question; `yes` says that the dataset is right.
    pub words: &'static str,
    /// The parts of the dataset that have a rate of their own.
    pub parts: &'static [Dimension],
}

/// Every question, in the order of the columns.
pub const QUESTIONS: [Question; 7] = [
    Question {
        name: "text",
        column: "text_ok",
        kind: Kind::Article,
        words: "Is the text the whole article and nothing else?",
        parts: &[Dimension::Source, Dimension::Flag],
    },
    Question {
        name: "title",
        column: "title_ok",
        kind: Kind::Article,
        words: "Is the title right, or rightly missing?",
        parts: &[Dimension::Source],
    },
    Question {
        name: "date",
        column: "date_ok",
        kind: Kind::Article,
        words: "Is the date that of its publication, or rightly missing?",
        parts: &[Dimension::DateEvidence, Dimension::Source],
    },
    Question {
        name: "source",
        column: "source_ok",
        kind: Kind::Article,
        words: "Is the source the outlet that published it, or rightly unknown?",
        parts: &[Dimension::Source],
    },
    Question {
        name: "language",
        column: "language_ok",
        kind: Kind::Article,
        words: "Is the language right?",
        parts: &[Dimension::Source],
    },
    Question {
        name: "pair",
        column: "pair_ok",
        kind: Kind::Pair,
        words: "Are the two texts related as stated?",
        parts: &[Dimension::Relation],
    },
    Question {
        name: "rejection",
        column: "rejection_ok",
        kind: Kind::Rejection,
        words: "Is it right that no article was made of the record?",
        parts: &[Dimension::Reason],
    },
];

/// The questions to a kind of item.
pub fn questions_of(kind: Kind) -> impl Iterator<Item = &'static Question> {
    QUESTIONS.iter().filter(move |question| question.kind == kind)
}
