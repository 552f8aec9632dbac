//! Paragraphs that recur in the articles of a source: told by a digest of their folded text, and left out of comparisons.
//!
//! Only what the config names is left out, so that what is compared of an article never depends on the rest of the corpus unasked.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::kernels::fold_key::fold_key;
use crate::kernels::sha256::{Digest, push_hex};
use crate::kernels::word_mistake::word_mistake;

/// Digest of a paragraph: the first 16 bytes of the SHA-256 of its folded text.
pub type ParagraphKey = [u8; 16];

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoilerplateLine {
    /// `source_id` of the articles.
    pub source_id: String,
    /// The digest in hexadecimal digits.
    pub paragraph: String,
    /// How often it counts: once for each cluster and day.
    #[serde(default)]
    pub occurrences: u64,
    /// Articles that have it.
    #[serde(default)]
    pub articles: u64,
    /// How it begins, for people.
    #[serde(default)]
    pub excerpt: String,
}

/// What is left out of comparisons.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Boilerplate {
    sources: BTreeMap<String, BTreeSet<ParagraphKey>>,
}

/// Buffers that are kept from one text to the next.
#[derive(Clone, Debug, Default)]
pub struct KeyScratch {
    kept: String,
    piece: Vec<u8>,
    key: Vec<u8>,
}

/// The paragraphs of a normalised text.
pub fn paragraphs(text: &str) -> impl Iterator<Item = &str> {
    text.split("\n\n")
}

/// The digest of a paragraph, whose folded text `piece` holds afterwards; none when nothing is left of it.
pub fn paragraph_key(paragraph: &str, piece: &mut Vec<u8>) -> Option<ParagraphKey> {
    fold_key(paragraph, piece);
    let digest = Digest::of(piece).0;
    let (key, _) = digest.split_first_chunk().expect("law: a digest has more than 16 bytes");
    (!piece.is_empty()).then_some(*key)
}

/// The digest as a list writes it.
pub fn written_key(key: &ParagraphKey) -> String {
    let mut hex = String::with_capacity(32);
    push_hex(key, &mut hex);
    hex
}

impl Boilerplate {
    /// Reads a list of JSON lines, such as `copydesk boilerplate` writes; blank lines count for nothing.
    ///
    /// # Errors
    /// A configuration error with the line.
    pub fn parse(text: &str, name: &str) -> Result<Self> {
        let mut list = Self::default();
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let wrong = |cause: String| {
                Error::config(format!("cannot read `{name}`")).caused_by(format!("line {}: {cause}", number + 1))
            };
            let line: BoilerplateLine =
                serde_json::from_str(line).map_err(|error| wrong(word_mistake(&error.to_string())))?;
            let digits = &line.paragraph;
            let hex = digits.len() == 32 && digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
            let key = u128::from_str_radix(digits, 16)
                .ok()
                .filter(|_| hex)
                .ok_or_else(|| wrong(format!("expected 32 hexadecimal digits in `paragraph`, but found `{digits}`")))?;
            list.sources.entry(line.source_id).or_default().insert(key.to_be_bytes());
        }
        Ok(list)
    }

    /// Whether nothing is left out.
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    /// The folded key that a text of a source is compared by: `whole`, the key of all of it, unless paragraphs are left out.
    ///
    /// A text of such paragraphs alone has the empty key. This is the one place that decides what is left out: where candidates are
    /// sought and where they are verified.
    pub fn compared_key<'a>(
        &self,
        (source_id, text): (&str, &str),
        whole: &'a [u8],
        scratch: &'a mut KeyScratch,
    ) -> &'a [u8] {
        let Some(listed) = self.sources.get(source_id) else { return whole };
        let KeyScratch { kept, piece, key } = scratch;
        kept.clear();
        let mut left_out = false;
        for paragraph in paragraphs(text) {
            if paragraph_key(paragraph, piece).is_some_and(|key| listed.contains(&key)) {
                left_out = true;
            } else {
                kept.push_str(paragraph);
                kept.push_str("\n\n");
            }
        }
        if !left_out {
            return whole;
        }
        fold_key(kept, key);
        key
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn listed(source_id: &str, paragraphs: &[&str]) -> Boilerplate {
        let line = |paragraph: &&str| {
            let paragraph = paragraph_key(paragraph, &mut Vec::new()).map(|key| written_key(&key)).unwrap_or_default();
            let line = BoilerplateLine {
                source_id: source_id.to_owned(),
                paragraph,
                occurrences: 5,
                articles: 7,
                excerpt: String::new(),
            };
            serde_json::to_string(&line).unwrap()
        };
        Boilerplate::parse(&paragraphs.iter().map(line).collect::<Vec<_>>().join("\n\n"), "b.jsonl").unwrap()
    }

    fn compared(list: &Boilerplate, source_id: &str, text: &str) -> String {
        let mut whole = Vec::new();
        fold_key(text, &mut whole);
        let key = list.compared_key((source_id, text), &whole, &mut KeyScratch::default()).to_vec();
        String::from_utf8(key).unwrap()
    }

    #[test]
    fn listed_paragraphs_of_the_source_are_left_out() {
        let list = listed("a", &["Read more: write to us!"]);
        let text = "The harbour reopened.\n\nRead more — write to us\n\nFerries run.";
        assert_eq!(compared(&list, "a", text), "the harbour reopened ferries run");
        assert_eq!(compared(&list, "b", text), "the harbour reopened read more write to us ferries run");
        assert_eq!(compared(&list, "a", "READ MORE: write to us"), "");
        assert_eq!(compared(&list, "a", "read more: write to us now"), "read more write to us now");
    }

    #[test]
    fn mistakes_name_their_line() {
        let shown = |text: &str| format!("{:?}", Boilerplate::parse(text, "b.jsonl").unwrap_err());
        let key = "0".repeat(32);
        let wrong = [
            "\n{}".to_owned(),
            "x".to_owned(),
            "{\"source_id\": \"a\", \"paragraph\": \"12\"}".to_owned(),
            format!("{{\"source_id\": \"a\", \"paragraph\": \"{key}\", \"count\": 3}}"),
        ];
        insta::assert_snapshot!(wrong.iter().map(|text| shown(text)).collect::<Vec<_>>().join("\n"));
        let fine = format!("{{\"source_id\": \"a\", \"paragraph\": \"{key}\"}}\n\n");
        assert_eq!(Boilerplate::parse(&fine, "b.jsonl").unwrap().sources.len(), 1);
    }

    proptest! {
        #[test]
        fn what_is_left_is_the_key_of_the_other_paragraphs(given in proptest::collection::vec("[a-c .]{0,6}", 1..8), chosen: Vec<bool>) {
            let chosen = |at: usize| chosen.get(at).copied().unwrap_or(false);
            let out: Vec<&str> = given.iter().enumerate().filter(|(at, _)| chosen(*at)).map(|(_, text)| text.as_str()).collect();
            let mut piece = Vec::new();
            let out: Vec<&str> = out.into_iter().filter(|text| paragraph_key(text, &mut piece).is_some()).collect();
            let list = listed("a", &out);
            let keys: BTreeSet<_> = out.iter().filter_map(|text| paragraph_key(text, &mut Vec::new())).collect();
            let rest: Vec<&str> = given.iter().map(String::as_str)
                .filter(|text| paragraph_key(text, &mut Vec::new()).is_none_or(|key| !keys.contains(&key))).collect();
            let mut expected = Vec::new();
            fold_key(&rest.join("\n\n"), &mut expected);
            prop_assert_eq!(compared(&list, "a", &given.join("\n\n")).into_bytes(), expected);
        }
    }
}
