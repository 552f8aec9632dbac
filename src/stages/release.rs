//! What a dataset gives away of its articles: the tier of each row, what becomes of names of authors, and what may not be published
//! without a word of the user.
//!
//! Applied to finished rows, behind dedup: duplicates, ids and the order of rows are those of the full texts.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array as _, ArrayRef, AsArray as _, BooleanArray, RecordBatch, StringArray};
use arrow::compute::nullif;
use serde::{Deserialize, Serialize};

use crate::columns::batch::column;
use crate::columns::cells::{Cells, cells_of};
use crate::columns::{Column, Release, Table, TextListBuilder, schema_of};
use crate::error::{Error, ErrorKind, Result};
use crate::kernels::hmac_sha256::Key;
use crate::kernels::sha256::push_hex;

/// What stands before the digest of a name.
pub const AUTHOR_PREFIX: &str = "hmac-sha256:";
/// Most words of a quotation from an article whose text is withheld.
const MOST_WORDS: usize = 7;
/// Sources that a refusal names.
const NAMED_SOURCES: usize = 5;
/// The value of `tdm_reservation` that asks for a word of the user.
const RESERVED: &str = "reserved";

/// What becomes of names of authors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuthorPolicy {
    /// They stay.
    #[default]
    Keep,
    /// Each becomes its HMAC with an unpublished key, so that equal names stay equal.
    Hash,
    /// They go.
    Drop,
}

/// `[[release]]`: a tier for the articles of a source, a licence, or of both together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ReleaseRule {
    /// `source_id`, exactly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// `license`, in whatever case of ASCII letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// The tier.
    pub release: Release,
}

impl ReleaseRule {
    fn matches(&self, source: &str, license: &str) -> bool {
        self.source.as_deref().is_none_or(|own| own == source)
            && self.license.as_deref().is_none_or(|own| own.eq_ignore_ascii_case(license))
    }
}

/// What is given away, in words that can be published.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ReleaseTerms {
    /// Whether anything is said about publishing; else reserved full texts are written, for the maker's own use, and told.
    pub is_stated: bool,
    /// The tier of articles that no rule is about.
    pub release: Release,
    /// Tiers of some articles; of several rules about one article the most restrictive holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<ReleaseRule>,
    /// What becomes of names of authors.
    pub authors: AuthorPolicy,
    /// Whether the maker of the dataset says that full texts of reserved articles may be published.
    pub acknowledge_reserved: bool,
}

impl ReleaseTerms {
    /// The most restrictive tier that a row can be under.
    pub fn strictest(&self) -> Release {
        self.rules.iter().map(|rule| rule.release).fold(self.release, Release::max)
    }

    /// Whether a dataset lacks something that its raw records say, so that it cannot be made again from itself.
    pub fn hides_anything(&self) -> bool {
        self.strictest().withholds_texts() || self.authors != AuthorPolicy::Keep
    }

    /// The tier of an article.
    pub fn tier(&self, source: &str, license: &str) -> Release {
        let matching = self.rules.iter().filter(|rule| rule.matches(source, license));
        matching.map(|rule| rule.release).max().unwrap_or(self.release)
    }

    /// The tier of each row of a batch with the columns `source_id` and `license`; none where all are full texts.
    ///
    /// # Errors
    /// When a column is missing.
    pub fn tiers(&self, batch: &RecordBatch) -> Result<Option<Vec<Release>>> {
        if !self.strictest().withholds_texts() {
            return Ok(None);
        }
        let (sources, licenses): (&StringArray, &StringArray) =
            (column(batch, "source_id")?, column(batch, "license")?);
        Ok(Some((0..batch.num_rows()).map(|row| self.tier(sources.value(row), licenses.value(row))).collect()))
    }
}

/// `[export] release`, `authors` and `[[release]]`, resolved.
#[derive(Clone, Debug, Default)]
pub struct ReleasePolicy {
    /// What the manifest says of it.
    pub terms: ReleaseTerms,
    /// The key of names, where they are hashed.
    pub key: Option<Key>,
}

impl ReleasePolicy {
    /// The rows as they are published: `published` is the table of articles with what the policy adds to it, `batch` has every
    /// column of the table before. Withheld values are null; rows, their order and all other columns stay.
    ///
    /// # Errors
    /// When a column is missing.
    pub fn apply(&self, published: &Table, batch: RecordBatch) -> Result<RecordBatch> {
        if !self.terms.hides_anything() {
            return Ok(batch);
        }
        let tiers = self.terms.tiers(&batch)?;
        let columns = published
            .columns
            .iter()
            .map(|column| {
                let tiers = tiers.as_deref();
                if let ("release", Some(tiers)) = (column.name, tiers) {
                    let names: StringArray = tiers.iter().map(|tier| Some(tier.name())).collect();
                    return Ok(Arc::new(names) as ArrayRef);
                }
                let array = self.without_names(column, &batch)?;
                tiers.map_or_else(|| Ok(Arc::clone(&array)), |tiers| withhold(column.name, &array, tiers))
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(RecordBatch::try_new(schema_of(published, &columns), columns)?)
    }

    /// A column without the names of authors.
    fn without_names(&self, column: &Column, batch: &RecordBatch) -> Result<ArrayRef> {
        let array = || {
            let array = batch.column_by_name(column.name).map(Arc::clone);
            array.ok_or_else(|| Error::dataset(format!("expected a column `{}`, but found none", column.name)))
        };
        if self.terms.authors == AuthorPolicy::Keep {
            return array();
        }
        let names = batch.column_by_name("authors");
        let names = names.ok_or_else(|| Error::dataset("expected a column `authors`, but found none"))?;
        let Some(Cells::TextList(authors)) = Cells::new(names) else {
            return Err(Error::dataset("expected lists in the column `authors`"));
        };
        let is_author = |row: usize, text: &str| authors.row(row).any(|name| is_name(name, text));
        match column.name {
            "authors" => {
                let mut lists = TextListBuilder::with_capacity(batch.num_rows());
                for row in 0..batch.num_rows() {
                    if let Some(key) = &self.key {
                        authors.row(row).for_each(|name| lists.push(&hash_name(key, name)));
                    }
                    lists.end_row();
                }
                Ok(Arc::new(lists.finish()))
            }
            "keywords" => {
                let Cells::TextList(keywords) = cells_of(batch, column)? else { return array() };
                let mut lists = TextListBuilder::with_capacity(batch.num_rows());
                for row in 0..batch.num_rows() {
                    keywords.row(row).filter(|word| !is_author(row, word)).for_each(|word| lists.push(word));
                    lists.end_row();
                }
                Ok(Arc::new(lists.finish()))
            }
            "rights_holder" => {
                let array = array()?;
                let holders = array.as_string::<i32>();
                let mask = (0..holders.len()).map(|row| holders.is_valid(row) && is_author(row, holders.value(row)));
                Ok(nullif(&array, &BooleanArray::from(mask.collect::<Vec<_>>()))?)
            }
            _ => array(),
        }
    }
}

/// Whether a text is a name, or holds all of it as words of its own.
fn is_name(name: &str, text: &str) -> bool {
    let (name, text) = (name.trim().to_lowercase(), text.to_lowercase());
    let ends_word = |rest: Option<char>| !rest.is_some_and(char::is_alphanumeric);
    !name.is_empty()
        && text.match_indices(&name).any(|(at, found)| {
            let (before, after) = (text.get(..at), text.get(at + found.len()..));
            ends_word(before.and_then(|before| before.chars().next_back()))
                && ends_word(after.and_then(|after| after.chars().next()))
        })
}

/// The HMAC of a name as it is written to tables.
pub fn hash_name(key: &Key, name: &str) -> String {
    let mut text = AUTHOR_PREFIX.to_owned();
    push_hex(&key.sign(&[b"author\0", name.as_bytes()]), &mut text);
    text
}

/// A column with null where the tier of the row withholds it, and short quotations where it withholds texts.
fn withhold(name: &str, array: &ArrayRef, tiers: &[Release]) -> Result<ArrayRef> {
    if Release::MetadataOnly.withheld().contains(&name) {
        let mask: BooleanArray = tiers.iter().map(|tier| Some(tier.withheld().contains(&name))).collect();
        return Ok(nullif(array, &mask)?);
    }
    if name == "published_raw" {
        let values = array.as_string::<i32>().iter().zip(tiers);
        return Ok(Arc::new(values.map(|(raw, tier)| raw.map(|raw| quotation(raw, *tier))).collect::<StringArray>()));
    }
    Ok(Arc::clone(array))
}

/// The words that a date was read from, as far as they may be quoted: at most seven of an article whose text is withheld.
pub fn quotation(words: &str, tier: Release) -> &str {
    if !tier.withholds_texts() {
        return words;
    }
    let mut ends = words.split_whitespace().map(|word| word.as_ptr() as usize - words.as_ptr() as usize + word.len());
    let end = ends.nth(MOST_WORDS - 1).filter(|_| ends.next().is_some());
    end.and_then(|end| words.get(..end)).unwrap_or(words)
}

/// Articles by what is given away of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ReleaseCounts {
    /// Articles by tier.
    pub articles: BTreeMap<Release, u64>,
    /// The same by `source_id`.
    pub sources: BTreeMap<String, BTreeMap<Release, u64>>,
    /// Full texts of articles whose `tdm_reservation` is `reserved`, by `source_id`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reserved: BTreeMap<String, u64>,
}

/// What a dataset gives away: the terms, and how many articles are under each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ReleaseAccount {
    /// What the configuration says.
    pub terms: ReleaseTerms,
    /// What it came to.
    pub counts: ReleaseCounts,
}

impl ReleaseAccount {
    /// Articles whose texts are withheld.
    pub fn withheld(&self) -> u64 {
        self.counts.articles.iter().filter(|(tier, _)| tier.withholds_texts()).map(|(_, count)| count).sum()
    }
}

impl ReleaseCounts {
    /// Counts the rows of a batch that has the columns of `articles`. Of terms that say nothing only what may not be published is.
    ///
    /// # Errors
    /// When a column is missing.
    pub fn count(&mut self, terms: &ReleaseTerms, batch: &RecordBatch) -> Result<()> {
        let (sources, reservations): (&StringArray, &StringArray) =
            (column(batch, "source_id")?, column(batch, "tdm_reservation")?);
        let tiers = terms.tiers(batch)?;
        let by_tier = *terms != ReleaseTerms::default();
        for row in 0..batch.num_rows() {
            let tier = tiers.as_ref().map_or(Release::FullText, |tiers| tiers[row]);
            let source = sources.value(row);
            if tier == Release::FullText && reservations.value(row) == RESERVED {
                *self.reserved.entry(source.to_owned()).or_default() += 1;
            }
            if by_tier {
                *self.articles.entry(tier).or_default() += 1;
                match self.sources.get_mut(source) {
                    Some(counts) => *counts.entry(tier).or_default() += 1,
                    None => drop(self.sources.insert(source.to_owned(), BTreeMap::from([(tier, 1)]))),
                }
            }
        }
        Ok(())
    }

    /// Adds the counts over other rows.
    pub fn add(&mut self, other: &Self) {
        let add = |to: &mut BTreeMap<Release, u64>, from: &BTreeMap<Release, u64>| {
            for (tier, count) in from {
                *to.entry(*tier).or_default() += count;
            }
        };
        add(&mut self.articles, &other.articles);
        for (source, counts) in &other.sources {
            add(self.sources.entry(source.clone()).or_default(), counts);
        }
        for (source, count) in &other.reserved {
            *self.reserved.entry(source.clone()).or_default() += count;
        }
    }

    /// Refuses full texts of articles whose rights are reserved, unless the terms acknowledge them or say nothing about publishing.
    ///
    /// # Errors
    /// A gate's error that names the sources and their counts.
    pub fn refuse_reserved(&self, terms: &ReleaseTerms) -> Result<()> {
        let total: u64 = self.reserved.values().sum();
        if total == 0 || terms.acknowledge_reserved || !terms.is_stated {
            return Ok(());
        }
        let mut sources: Vec<_> = self.reserved.iter().collect();
        sources.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let named: Vec<_> =
            sources.iter().take(NAMED_SOURCES).map(|(source, count)| format!("`{source}` {count}")).collect();
        let more = match sources.len().saturating_sub(NAMED_SOURCES) {
            0 => String::new(),
            more => format!(", and {more} more sources"),
        };
        let first = sources.first().map_or("", |(source, _)| source.as_str());
        let articles = if total == 1 { "article that is" } else { "articles that are" };
        Err(Error::new(
            ErrorKind::Gate,
            format!("cannot publish the full text of {total} {articles} reserved against text and data mining"),
        )
        .caused_by(format!("`tdm_reservation` is `reserved` in {}{more}", named.join(", ")))
        .hint(format!(
            "to publish less of them, add `[[release]]` with `source = \"{first}\"` and `release = \"derived-only\"` (or \
             `\"metadata-only\"`) to the configuration for each source"
        ))
        .hint("if you may publish them, say so: `acknowledge-reserved = true` in `[export]`; the card tells it")
        .hint("nothing was published"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(source: Option<&str>, license: Option<&str>, release: Release) -> ReleaseRule {
        ReleaseRule { source: source.map(str::to_owned), license: license.map(str::to_owned), release }
    }

    #[test]
    fn of_several_rules_the_most_restrictive_holds_and_a_rule_goes_before_the_default() {
        let terms = ReleaseTerms {
            release: Release::MetadataOnly,
            rules: vec![
                rule(None, Some("CC-BY-4.0"), Release::FullText),
                rule(Some("a"), None, Release::DerivedOnly),
                rule(Some("b"), Some("unknown"), Release::FullText),
            ],
            ..ReleaseTerms::default()
        };
        let tiers = [("a", "cc-by-4.0"), ("x", "CC-BY-4.0"), ("b", "unknown"), ("b", "x"), ("x", "unknown")]
            .map(|(source, license)| terms.tier(source, license).name());
        assert_eq!(tiers, ["derived-only", "full-text", "full-text", "metadata-only", "metadata-only"]);
    }

    #[test]
    fn quotations_are_short_where_texts_are_withheld() {
        let words = "  one two three four five six  seven eight";
        assert_eq!(quotation(words, Release::FullText), words);
        assert_eq!(quotation(words, Release::DerivedOnly), "  one two three four five six  seven");
        assert_eq!(quotation("one two", Release::MetadataOnly), "one two");
    }

    #[test]
    fn names_are_told_by_their_digest_only_with_the_key() {
        let [one, other] = [[1; 32], [2; 32]].map(|bytes| Key::new(&bytes));
        assert_eq!(hash_name(&one, "Ada Moreno"), hash_name(&one, "Ada Moreno"));
        assert_ne!(hash_name(&one, "Ada Moreno"), hash_name(&other, "Ada Moreno"));
        assert!(is_name("Ada Moreno", "© ada moreno") && !is_name("Ada Moreno", "Ada"));
        assert!(is_name("AP", "AP / Reuters") && !is_name("AP", "apples"));
    }
}
