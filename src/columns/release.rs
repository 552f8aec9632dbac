//! Release tiers: how much of an article a dataset gives away, and the table of articles for rows of which something is withheld.

use serde::{Deserialize, Serialize};

use super::tables::release_column;
use super::{ARTICLES, Column, Table};

/// How much of an article is given away; a later one gives less.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Release {
    /// Everything.
    #[default]
    FullText,
    /// Facts about the text, but no words of it.
    DerivedOnly,
    /// Nothing that was computed from the text but its language, its flags and its duplicates.
    MetadataOnly,
}

/// Columns that are null in rows released as `derived-only`, in table order.
const WORDS: &[&str] = &["subtitle", "text"];
/// Columns that are null in rows released as `metadata-only`, in table order.
const WORDS_AND_MEASURES: &[&str] = &["subtitle", "text", "paragraph_count", "word_count", "char_count", "text_sha256"];
/// The column behind which the tier of a row stands.
const BEFORE: &str = "tdm_reservation";

impl Release {
    /// Every tier, from the most open one.
    pub const ALL: [Self; 3] = [Self::FullText, Self::DerivedOnly, Self::MetadataOnly];
    /// Their names.
    pub const CODES: &'static [&'static str] = &["full-text", "derived-only", "metadata-only"];

    /// The name in configurations and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::FullText => "full-text",
            Self::DerivedOnly => "derived-only",
            Self::MetadataOnly => "metadata-only",
        }
    }

    /// The tier of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|release| release.name() == name)
    }

    /// The columns of `articles` that are null under it.
    pub fn withheld(self) -> &'static [&'static str] {
        match self {
            Self::FullText => &[],
            Self::DerivedOnly => WORDS,
            Self::MetadataOnly => WORDS_AND_MEASURES,
        }
    }

    /// Whether no words of a text are given away.
    pub fn withholds_texts(self) -> bool {
        self != Self::FullText
    }
}

impl Table {
    /// The table of articles for a dataset whose rows are under tiers up to `strictest`: what a tier withholds may be null, and the
    /// column `release` says the tier of each row. The table itself where nothing can be withheld.
    ///
    /// The table lives as long as the program, as that of [`Table::extended`].
    pub fn released(&'static self, strictest: Release) -> &'static Self {
        if strictest == Release::FullText {
            return self;
        }
        let withheld = strictest.withheld();
        let mut columns: Vec<Column> = Vec::with_capacity(self.columns.len() + 1);
        for column in self.columns {
            columns.push(Column { nullable: column.nullable || withheld.contains(&column.name), ..*column });
            if column.name == BEFORE {
                columns.push(release_column());
            }
        }
        Box::leak(Box::new(Self { columns: columns.leak(), released: Some(strictest), ..*self }))
    }

    /// How many columns stand before those that the user declared.
    pub(super) fn built_in_columns(&self) -> usize {
        ARTICLES.columns.len() + usize::from(self.released.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_and_tiers_only_take_away() {
        for (release, code) in Release::ALL.into_iter().zip(Release::CODES) {
            assert_eq!((release.name(), Release::of_name(code)), (*code, Some(release)));
            assert!(release.withheld().iter().all(|name| ARTICLES.column(name).is_some()));
        }
        for pair in Release::ALL.windows(2) {
            assert!(pair[0] < pair[1] && pair[0].withheld().iter().all(|name| pair[1].withheld().contains(name)));
        }
    }

    #[test]
    fn a_released_table_has_one_column_more_and_nulls_where_something_is_withheld() {
        for strictest in [Release::DerivedOnly, Release::MetadataOnly] {
            let table = Table::released(Box::leak(Box::new(ARTICLES)), strictest);
            assert_eq!((table.columns.len(), table.own_columns().len()), (ARTICLES.columns.len() + 1, 0));
            for column in table.columns.iter().filter(|column| column.name != "release") {
                let before = ARTICLES.column(column.name).unwrap().nullable;
                assert_eq!(column.nullable, before || strictest.withheld().contains(&column.name), "{}", column.name);
            }
        }
    }
}
