//! Plants known edits into a text: what desks do to each other's copy, at known strength.
//!
//! New words are drawn from other texts of the same corpus, so that no list of words of any language is needed. In scripts without
//! spaces two characters stand for a word. Everything is drawn from a seed: the same text, donor and seed give the same copy.

use std::ops::Range;

use super::shingle_key::{is_spaceless_letter, mix};

/// One edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    /// So many of a hundred words are replaced.
    Words(usize),
    /// A new first line.
    Headline,
    /// A new place and day in front of the text.
    Dateline,
    /// So many of a hundred words at the end are cut off.
    Tail(usize),
    /// A paragraph of so many words, the same in every copy, is put somewhere between the others.
    Boilerplate(usize),
    /// One number is another one of the same length.
    OneNumber,
    /// Every number is another one of the same length.
    AllNumbers,
    /// Quotation marks and apostrophes of the other kind.
    Quotes,
    /// Dashes of the other kind.
    Dashes,
    /// Capitals only.
    Case,
    /// Other white space between words.
    Spaces,
}

impl Edit {
    /// Every edit, in the order in which they are reported.
    pub const ALL: &'static [Self] = &[
        Self::Words(1),
        Self::Words(2),
        Self::Words(5),
        Self::Words(10),
        Self::Words(15),
        Self::Words(20),
        Self::Headline,
        Self::Dateline,
        Self::Tail(5),
        Self::Tail(10),
        Self::Tail(20),
        Self::Tail(30),
        Self::Tail(40),
        Self::Tail(50),
        Self::Boilerplate(LEAST_BOILERPLATE),
        Self::Boilerplate(MOST_BOILERPLATE),
        Self::OneNumber,
        Self::AllNumbers,
        Self::Quotes,
        Self::Dashes,
        Self::Case,
        Self::Spaces,
    ];

    /// What is edited.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Words(_) => "words",
            Self::Headline => "headline",
            Self::Dateline => "dateline",
            Self::Tail(_) => "tail",
            Self::Boilerplate(_) => "boilerplate",
            Self::OneNumber | Self::AllNumbers => "numbers",
            Self::Quotes => "quotes",
            Self::Dashes => "dashes",
            Self::Case => "case",
            Self::Spaces => "spaces",
        }
    }

    /// How much.
    pub fn strength(self) -> String {
        match self {
            Self::Words(share) | Self::Tail(share) => format!("{share} %"),
            Self::Boilerplate(words) => format!("{words} words"),
            Self::Headline | Self::Dateline => "new".to_owned(),
            Self::OneNumber => "one".to_owned(),
            Self::AllNumbers | Self::Quotes | Self::Dashes | Self::Case | Self::Spaces => "all".to_owned(),
        }
    }

    /// Plants the edit; `None` where the text has nothing to be edited.
    pub fn plant(self, text: &str, donor: &Donor<'_>, draw: &mut Draw) -> Option<String> {
        let edited = match self {
            Self::Words(share) => replace_words(text, share, donor, draw)?,
            Self::Headline => format!("{}\n\n{text}", donor.sentence(HEADLINE, draw)),
            Self::Dateline => {
                let (place, month) = (donor.word(draw)?.to_uppercase(), donor.word(draw)?);
                format!("{place}, {} {month} \u{2014} {text}", 1 + draw.below(28))
            }
            Self::Tail(share) => cut_tail(text, share)?,
            Self::Boilerplate(words) => insert_paragraph(text, &cut_words(donor.boilerplate, words), draw),
            Self::OneNumber => change_numbers(text, false, draw)?,
            Self::AllNumbers => change_numbers(text, true, draw)?,
            Self::Quotes => map_characters(text, other_quote),
            Self::Dashes => map_characters(text, other_dash),
            Self::Case => text.to_uppercase(),
            Self::Spaces => other_spaces(text),
        };
        (edited != text).then_some(edited)
    }
}

/// Words of a new headline.
const HEADLINE: usize = 8;
/// Words of an inserted paragraph.
const LEAST_BOILERPLATE: usize = 30;
/// Words of a long inserted paragraph.
pub const MOST_BOILERPLATE: usize = 100;
/// Draws for a word that differs from the one that it replaces.
const TRIES: usize = 8;

/// Where new words come from.
#[derive(Clone, Debug)]
pub struct Donor<'a> {
    words: Vec<&'a str>,
    /// The paragraph that is inserted; at least [`MOST_BOILERPLATE`] words.
    boilerplate: &'a str,
}

impl<'a> Donor<'a> {
    /// The words of a text.
    pub fn new(text: &'a str, boilerplate: &'a str) -> Self {
        Self { words: words(text).into_iter().map(|range| &text[range]).collect(), boilerplate }
    }

    fn word(&self, draw: &mut Draw) -> Option<&'a str> {
        (!self.words.is_empty()).then(|| self.words[draw.below(self.words.len())])
    }

    /// So many drawn words as one line.
    pub fn sentence(&self, count: usize, draw: &mut Draw) -> String {
        let mut line = String::new();
        for word in (0..count).map_while(|_| self.word(draw)) {
            let joined = line.is_empty() || word.starts_with(is_spaceless_letter);
            line.push_str(if joined { "" } else { " " });
            line.push_str(word);
        }
        line
    }
}

/// Numbers drawn from a seed (`SplitMix64`, Steele et al. 2014).
#[derive(Clone, Debug)]
pub struct Draw(u64);

impl Draw {
    /// A sequence of its own for every seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `limit`; 0 when that is 0.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        ((u128::from(mix(self.0)) * limit as u128) >> 64) as usize
    }
}

/// Where the words of a text stand: runs without white space, less what is no letter or digit at their ends; of letters of
/// scripts without spaces two each.
fn words(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut push = |range: Range<usize>| {
        let piece = &text[range.clone()];
        let core = piece.trim_matches(|c: char| !c.is_alphanumeric());
        if !core.is_empty() {
            let start = range.start + (core.as_ptr() as usize - piece.as_ptr() as usize);
            found.push(start..start + core.len());
        }
    };
    let mut run: Option<usize> = None;
    let mut spaceless = 0;
    for (at, c) in text.char_indices() {
        let full = spaceless == 2;
        let turns = is_spaceless_letter(c) != (spaceless > 0);
        if let Some(start) = run
            && (c.is_whitespace() || full || turns)
        {
            push(start..at);
            run = None;
            spaceless = 0;
        }
        if !c.is_whitespace() {
            run.get_or_insert(at);
            spaceless += usize::from(is_spaceless_letter(c));
        }
    }
    if let Some(start) = run {
        push(start..text.len());
    }
    found
}

/// So many of a hundred, at least one.
fn part(count: usize, share: usize) -> usize {
    ((count * share + 50) / 100).max(1)
}

fn replace_words(text: &str, share: usize, donor: &Donor<'_>, draw: &mut Draw) -> Option<String> {
    let words = words(text);
    if words.is_empty() {
        return None;
    }
    // The first of a shuffle, so that every set of places is as likely as any other.
    let mut places: Vec<usize> = (0..words.len()).collect();
    let count = part(words.len(), share).min(words.len());
    for at in 0..count {
        let other = at + draw.below(places.len() - at);
        places.swap(at, other);
    }
    places.truncate(count);
    places.sort_unstable();
    let mut edited = String::with_capacity(text.len() + text.len() / 8);
    let mut end = 0;
    for place in places {
        let word = &words[place];
        edited.push_str(&text[end..word.start]);
        let old = text[word.clone()].to_lowercase();
        let new = (0..TRIES).filter_map(|_| donor.word(draw)).find(|new| new.to_lowercase() != old);
        edited.push_str(new.unwrap_or(&text[word.clone()]));
        end = word.end;
    }
    edited.push_str(&text[end..]);
    Some(edited)
}

fn cut_tail(text: &str, share: usize) -> Option<String> {
    let words = words(text);
    let kept = words.len().checked_sub(part(words.len(), share))?;
    let last = words.get(kept.checked_sub(1)?)?;
    Some(text[..last.end].to_owned())
}

/// The first words of a line.
fn cut_words(line: &str, count: usize) -> String {
    let end = words(line).get(count.saturating_sub(1)).map_or(line.len(), |word| word.end);
    line[..end].to_owned()
}

/// Puts a paragraph in front of, between or behind those of a text.
fn insert_paragraph(text: &str, paragraph: &str, draw: &mut Draw) -> String {
    let mut paragraphs: Vec<&str> = text.split("\n\n").collect();
    paragraphs.insert(draw.below(paragraphs.len() + 1), paragraph);
    paragraphs.join("\n\n")
}

/// Changes one number in ASCII digits, or all.
fn change_numbers(text: &str, all: bool, draw: &mut Draw) -> Option<String> {
    let mut edited = text.to_owned().into_bytes();
    let mut runs: Vec<Range<usize>> = Vec::new();
    for at in (0..edited.len()).filter(|at| edited[*at].is_ascii_digit()) {
        match runs.last_mut() {
            Some(run) if run.end == at => run.end += 1,
            _ => runs.push(at..at + 1),
        }
    }
    if !all && !runs.is_empty() {
        runs = vec![runs.swap_remove(draw.below(runs.len()))];
    }
    for run in runs {
        let long = run.len() > 1;
        for (place, at) in run.enumerate() {
            let digit = usize::from(edited[at] - b'0');
            // A number of several digits does not begin with 0.
            let new =
                if place == 0 && long { 1 + (digit + draw.below(8)) % 9 } else { (digit + 1 + draw.below(9)) % 10 };
            edited[at] = b'0' + new as u8;
        }
    }
    String::from_utf8(edited).ok()
}

fn map_characters(text: &str, map: impl Fn(char) -> char) -> String {
    text.chars().map(map).collect()
}

fn other_quote(c: char) -> char {
    match c {
        '"' => '\u{201d}',
        '\'' => '\u{2019}',
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}' | '\u{bb}' => '"',
        '\u{2018}' | '\u{2019}' | '\u{201a}' => '\'',
        other => other,
    }
}

fn other_dash(c: char) -> char {
    match c {
        '-' => '\u{2010}',
        '\u{2010}' | '\u{2011}' => '-',
        '\u{2013}' => '\u{2014}',
        '\u{2014}' => '\u{2013}',
        other => other,
    }
}

/// Doubles some spaces and makes others no-break spaces.
fn other_spaces(text: &str) -> String {
    let mut edited = String::with_capacity(text.len() + text.len() / 16);
    let mut spaces = 0;
    for c in text.chars() {
        if c == ' ' {
            spaces += 1;
            edited.push_str(match spaces % 4 {
                0 => "  ",
                2 => "\u{a0}",
                _ => " ",
            });
        } else {
            edited.push(c);
        }
    }
    edited
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = "The \"harbour\" of Ørsund \u{2014} closed since 12 May \u{2014} reopened on Monday.\n\nFerries run at 7, 9 and 11 o'clock.";
    const LINE: &str = "Read more of our reports and write to the desk";

    fn planted(edit: Edit, text: &str, seed: u64) -> Option<String> {
        edit.plant(text, &Donor::new("other words stand here", LINE), &mut Draw::new(seed))
    }

    fn texts(text: &str) -> Vec<&str> {
        words(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn words_are_found_in_scripts_with_and_without_spaces() {
        assert_eq!(texts("\"One\" two-three, d'un 3.5 — …"), ["One", "two-three", "d'un", "3.5"]);
        assert_eq!(texts("北京会议召开了 in 2025年"), ["北京", "会议", "召开", "了", "in", "2025", "年"]);
        assert!(texts(" \n").is_empty());
    }

    #[test]
    fn every_edit_does_what_it_says() {
        let all: Vec<String> = Edit::ALL
            .iter()
            .map(|edit| {
                format!("{} {}: {:?}", edit.kind(), edit.strength(), planted(*edit, TEXT, 1).unwrap_or_default())
            })
            .collect();
        insta::assert_snapshot!(all.join("\n"));
    }

    #[test]
    fn what_has_nothing_to_edit_gives_nothing() {
        for edit in [Edit::OneNumber, Edit::AllNumbers, Edit::Quotes, Edit::Dashes, Edit::Tail(50)] {
            assert_eq!(planted(edit, "word", 3), None, "{edit:?}");
        }
        assert_eq!(planted(Edit::Words(20), "…", 3), None);
    }

    #[test]
    fn one_number_and_all_numbers_change() {
        let runs = |text: &str| {
            text.split(|c: char| !c.is_ascii_digit())
                .filter(|run| !run.is_empty())
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        for seed in 0..200 {
            let changed = |edit| {
                let copy = runs(&planted(edit, "1 of 22 and 333 in 4444", seed).unwrap());
                let old = runs("1 of 22 and 333 in 4444");
                assert!(copy.iter().zip(&old).all(|(new, old)| new.len() == old.len()));
                copy.iter().zip(&old).filter(|(new, old)| new != old).count()
            };
            assert_eq!((changed(Edit::OneNumber), changed(Edit::AllNumbers)), (1, 4), "{seed}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_survived_and_the_same_seed_gives_the_same_copy(text: String, donor: String, seed: u64) {
            for edit in Edit::ALL {
                let plant = || edit.plant(&text, &Donor::new(&donor, LINE), &mut Draw::new(seed));
                let copy = plant();
                prop_assert_eq!(&copy, &plant());
                prop_assert!(copy.is_none_or(|copy| copy != text));
            }
        }

        #[test]
        fn as_many_words_change_as_asked(text in proptest::collection::vec("[a-f]{1,6}", 1..200), share in 1_usize..100, seed: u64) {
            let old = text.join(" ");
            let copy = replace_words(&old, share, &Donor::new("UVW XYZ", LINE), &mut Draw::new(seed)).unwrap();
            let changed = texts(&copy).iter().zip(texts(&old)).filter(|(new, old)| *new != old).count();
            prop_assert_eq!(changed, part(text.len(), share).min(text.len()));
            if let Some(cut) = cut_tail(&old, share) {
                prop_assert!(old.starts_with(&cut));
                prop_assert_eq!(texts(&cut).len(), text.len() - part(text.len(), share));
            }
        }
    }
}
