//! The n-gram model: which three letters and short words are frequent in which language.
//!
//! `ngrams.txt` was computed from the language models of lingua 1.4.2 for Python (Peter M. Stahl,
//! Apache-2.0; letter n-gram frequencies of Leipzig corpora). From the frequencies of 1 to 5 letters those
//! of word beginnings, word ends and whole words of up to 3 letters follow by subtraction; an n-gram is
//! listed for a language where it makes up at least 1e-4 (Cyrillic 1.5e-4, Arabic script 3e-4, whole words of
//! 2 and 3 letters 3.6e-5) of the language's letters. Serbian in Latin letters was transliterated.
//!
//! Format: the first line names the languages. Each other line is a prefix, then tab-separated entries:
//! the n-gram's last character, then for each language one character (`0` + its number) and one hexadecimal
//! digit, the weight: ln(frequency / (threshold / 3)) in units of [`NATS_PER_UNIT`], from 1 to 15.
//! `_` stands for the edge of a word.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::script::Script;
use super::words::TELLING_WORDS;

static SOURCE: &str = include_str!("ngrams.txt");

/// Natural logarithms of likelihood in one unit of weight.
pub(super) const NATS_PER_UNIT: f64 = 0.519;

/// Weight of a word of `TELLING_WORDS`: about that of the three to four n-grams it consists of.
const TELLING_WEIGHT: u8 = 16;

/// Languages of the model in Cyrillic and Arabic letters; all others are in Latin ones.
const CYRILLIC: &[&str] = &["be", "bg", "kk", "mk", "mn", "ru", "sr", "uk"];
const ARABIC: &[&str] = &["ar", "fa", "ur"];

/// The model's name of Serbian in Latin letters.
pub(super) const SERBIAN_LATIN: &str = "sr-Latn";

/// Slots of the hash tables: powers of two, at least twice the entries.
const TRIGRAM_SLOTS: usize = 1 << 16;
const WORD_SLOTS: usize = 1 << 14;

/// Letter codes: 0 is no letter, `EDGE` the edge of a word, `UNKNOWN` a letter of no n-gram.
const EDGE: u8 = 1;
const UNKNOWN: u8 = 255;

/// Characters from here on have no letter code.
const CODED: usize = 0x2000;

/// The model, built from its text form at first use (about a millisecond).
pub(super) static MODEL: LazyLock<Model> = LazyLock::new(|| Model::parse(SOURCE));

/// What an n-gram weighs for each language, 0 where it is not frequent, and behind the last language its key: one cache line, which
/// is all that a look-up touches beside its slot.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Row([u8; LANES]);

/// Bytes of a row.
const LANES: usize = 64;

/// Bytes of a key.
const KEY: usize = 3;

/// Most languages a model can hold.
const MAX_LANGUAGES: usize = LANES - KEY;

/// Sums per language.
///
/// At most 640 bytes are read into one of these: fewer than 1,000 n-grams of at most [`TELLING_WEIGHT`], so 16 bits are enough. A few
/// n-grams are summed in bytes first, of which a vector holds twice as many.
#[derive(Clone)]
pub(super) struct Scores {
    weights: [u16; LANES],
    hits: [u16; LANES],
    /// Sums of the last n-grams, not yet in `weights` and `hits`.
    late_weights: [u8; LANES],
    late_hits: [u8; LANES],
    late: u8,
    /// N-grams looked up.
    pub(super) ngrams: u32,
}

/// N-grams whose weights fit a byte in sum.
const LATE: u8 = u8::MAX / TELLING_WEIGHT;

impl Default for Scores {
    fn default() -> Self {
        Self {
            weights: [0; LANES],
            hits: [0; LANES],
            late_weights: [0; LANES],
            late_hits: [0; LANES],
            late: 0,
            ngrams: 0,
        }
    }
}

impl Scores {
    /// Adds an n-gram; every lane alike, also those of the key, so that the loop becomes vector code without a branch.
    fn add(&mut self, ngram: &Row) {
        for ((sum, hits), &weight) in self.late_weights.iter_mut().zip(&mut self.late_hits).zip(&ngram.0) {
            *sum = sum.wrapping_add(weight);
            *hits = hits.wrapping_add(u8::from(weight != 0));
        }
        self.late += 1;
        if self.late == LATE {
            self.settle();
        }
    }

    /// Brings the sums up to date; before they are asked.
    pub(super) fn settle(&mut self) {
        for (sum, late) in self.weights.iter_mut().zip(&mut self.late_weights) {
            *sum = sum.wrapping_add(u16::from(std::mem::take(late)));
        }
        for (sum, late) in self.hits.iter_mut().zip(&mut self.late_hits) {
            *sum = sum.wrapping_add(u16::from(std::mem::take(late)));
        }
        self.late = 0;
    }

    /// Summed weight of a language, in units.
    pub(super) fn weight(&self, language: usize) -> u32 {
        u32::from(self.weights[language])
    }

    /// Takes `units` of weight off a language.
    pub(super) fn hold_back(&mut self, language: usize, units: u16) {
        if let Some(sum) = self.weights.get_mut(language) {
            *sum = sum.saturating_sub(units);
        }
    }

    /// How many of the n-grams looked up are frequent ones of the language.
    pub(super) fn hits(&self, language: usize) -> u32 {
        u32::from(self.hits[language])
    }
}

/// What finds an n-gram: where its slot should be, and the [`KEY`] bytes that its row is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key {
    home: u32,
    rest: u32,
}

/// N-grams and their weights, hashed with open addressing.
struct Table {
    /// Places in `rows`; 0 is an empty slot, and the place of the unknown n-gram, which weighs nothing.
    slots: Vec<u16>,
    rows: Vec<Row>,
}

impl Table {
    fn new(slots: usize) -> Self {
        Self { slots: vec![0; slots], rows: vec![Row([0; LANES])] }
    }

    /// The slot of `key`, or the empty one where it would be.
    fn slot(&self, key: Key) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = key.home as usize & mask;
        while self.slots[at] != 0 && key_of(&self.rows[usize::from(self.slots[at])]) != key.rest {
            at = (at + 1) & mask;
        }
        at
    }

    fn insert(&mut self, key: Key, postings: impl Iterator<Item = (u8, u8)>) {
        let at = self.slot(key);
        let mut row = [0; LANES];
        row[MAX_LANGUAGES..].copy_from_slice(&key.rest.to_be_bytes()[size_of::<u32>() - KEY..]);
        for (language, weight) in postings {
            if let Some(slot) = row[..MAX_LANGUAGES].get_mut(usize::from(language)) {
                *slot = weight;
            }
        }
        self.slots[at] = u16::try_from(self.rows.len()).expect("law: the model has fewer n-grams than 16 bits number");
        self.rows.push(Row(row));
    }

    /// The place of the row of `key`.
    fn place(&self, key: Key) -> u16 {
        self.slots[self.slot(key)]
    }

    fn of(&self, key: Key) -> &Row {
        &self.rows[usize::from(self.place(key))]
    }
}

fn key_of(row: &Row) -> u32 {
    let [.., first, second, third] = row.0;
    u32::from_be_bytes([0, first, second, third])
}

/// The model: for each language the weights of trigrams and of words.
pub(super) struct Model {
    /// Languages by number, as the first line of the source names them.
    pub(super) languages: Vec<&'static str>,
    /// The number of Serbian in Latin letters.
    pub(super) serbian_latin: usize,
    /// The numbers of the languages in Latin, Cyrillic and Arabic letters.
    by_script: [Vec<usize>; 3],
    codes: Vec<u8>,
    trigrams: Table,
    words: Table,
}

impl Model {
    fn parse(source: &'static str) -> Self {
        let mut lines = source.lines();
        let names = lines.next().unwrap_or_default().split(' ');
        let languages: Vec<&'static str> = names.take(MAX_LANGUAGES).collect();
        let mut by_script = [const { Vec::new() }; 3];
        for (number, name) in languages.iter().enumerate() {
            let of = if CYRILLIC.contains(name) {
                1
            } else if ARABIC.contains(name) {
                2
            } else {
                0
            };
            by_script[of].push(number);
        }
        let serbian_latin = languages.iter().position(|name| *name == SERBIAN_LATIN);
        let mut model = Self {
            serbian_latin: serbian_latin.unwrap_or(MAX_LANGUAGES),
            languages,
            by_script,
            codes: letter_codes(source),
            trigrams: Table::new(TRIGRAM_SLOTS),
            words: Table::new(WORD_SLOTS),
        };
        let mut ngram = Vec::new();
        for line in lines {
            let mut entries = line.split('\t');
            let prefix = entries.next().unwrap_or_default();
            for entry in entries {
                let mut chars = entry.chars();
                ngram.clear();
                ngram.extend(prefix.chars().chain(chars.next()).map(|c| model.code(c)));
                let postings = chars.as_str().as_bytes().chunks_exact(2).map(|pair| {
                    let weight = char::from(pair[1]).to_digit(16).unwrap_or(0);
                    (pair[0].wrapping_sub(b'0'), weight as u8)
                });
                match ngram[..] {
                    [first, second, third] => {
                        model.trigrams.insert(trigram_key(first, second, third), postings);
                    }
                    [EDGE, ref word @ .., EDGE] => model.words.insert(word_key(word), postings),
                    _ => {}
                }
            }
        }
        model.insert_telling_words();
        model
    }

    /// The numbers of the languages written in a script.
    pub(super) fn of_script(&self, script: Script) -> &[usize] {
        match script {
            Script::Latin => &self.by_script[0],
            Script::Cyrillic => &self.by_script[1],
            Script::Arabic => &self.by_script[2],
            _ => &[],
        }
    }

    fn insert_telling_words(&mut self) {
        let mut telling: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
        for (language, words) in TELLING_WORDS {
            let Some(number) = self.languages.iter().position(|name| name == language) else {
                continue;
            };
            for word in words.split_ascii_whitespace() {
                telling.entry(word).or_default().push(number as u8);
            }
        }
        for (word, numbers) in telling {
            let codes: Vec<u8> = word.chars().map(|c| self.code(c)).collect();
            self.words.insert(word_key(&codes), numbers.into_iter().map(|number| (number, TELLING_WEIGHT)));
        }
    }

    fn code(&self, c: char) -> u8 {
        if c == '_' {
            return EDGE;
        }
        match self.codes.get(c as usize) {
            Some(&code) => code,
            None => u8::from(c.is_alphabetic()) * UNKNOWN,
        }
    }

    /// Adds the words of a piece of text to `scores`, each word for one n-gram.
    pub(super) fn score_words(&self, text: &str, scores: &mut Scores) {
        self.read(
            text,
            |_| {},
            |word| {
                scores.ngrams += 1;
                if word.letters > 1 {
                    scores.add(self.words.of(word.key()));
                }
            },
        );
    }

    /// Adds the trigrams and the words of a piece of text to `scores`.
    pub(super) fn score(&self, text: &str, scores: &mut Scores) {
        // All keys come before all look-ups, and these before all sums, so that they wait for memory together.
        let mut trigrams = Vec::with_capacity(text.len() + 1);
        let mut words = Vec::with_capacity(text.len() / 2 + 1);
        self.read(
            text,
            |trigram| trigrams.push(trigram),
            |word| {
                if word.letters > 1 {
                    words.push(word.key());
                }
            },
        );
        scores.ngrams += trigrams.len() as u32;
        let places: Vec<u16> = trigrams.into_iter().map(|trigram| self.trigrams.place(trigram)).collect();
        for place in places {
            scores.add(&self.trigrams.rows[usize::from(place)]);
        }
        for word in words {
            scores.add(self.words.of(word));
        }
    }

    /// Reads the words of a piece of text; its ends count as edges of words.
    fn read(&self, text: &str, mut trigram: impl FnMut(Key), mut end: impl FnMut(&Word)) {
        let mut word = Word::default();
        for c in text.chars() {
            // The underscore's code is for parsing; in text it is no letter.
            match self.code(c) {
                0 | EDGE => {
                    if word.letters > 0 {
                        trigram(trigram_key(word.before, word.last, EDGE));
                        end(&word);
                        word = Word::default();
                    }
                }
                code => {
                    if word.letters > 0 {
                        trigram(trigram_key(word.before, word.last, code));
                    }
                    word.push(code);
                }
            }
        }
        if word.letters > 0 {
            trigram(trigram_key(word.before, word.last, EDGE));
            end(&word);
        }
    }
}

/// The word being read: its last two codes, the hash of all.
#[derive(Clone, Copy)]
struct Word {
    before: u8,
    last: u8,
    letters: u32,
    hash: u32,
}

impl Default for Word {
    fn default() -> Self {
        Self { before: EDGE, last: EDGE, letters: 0, hash: 0 }
    }
}

impl Word {
    fn push(&mut self, code: u8) {
        self.before = self.last;
        self.last = code;
        self.letters += 1;
        self.hash = (self.hash.rotate_left(5) ^ u32::from(code)).wrapping_mul(0x9E37_79B1);
    }

    /// Slot and row together know all bits of the hash.
    fn key(&self) -> Key {
        const REST: u32 = 8 * KEY as u32;
        Key { home: self.hash >> (u32::BITS - WORD_SLOTS.ilog2()), rest: self.hash & ((1 << REST) - 1) }
    }
}

fn trigram_key(first: u8, second: u8, third: u8) -> Key {
    let rest = u32::from_be_bytes([0, first, second, third]);
    Key { home: rest.wrapping_mul(0x9E37_79B1) >> (u32::BITS - TRIGRAM_SLOTS.ilog2()), rest }
}

fn word_key(codes: &[u8]) -> Key {
    let mut word = Word::default();
    for &code in codes {
        word.push(code);
    }
    word.key()
}

/// Numbers the letters of the source, upper case like lower case; all other letters are `UNKNOWN`.
fn letter_codes(source: &str) -> Vec<u8> {
    let mut codes = vec![0u8; CODED];
    for (code, c) in codes.iter_mut().zip('\0'..) {
        // Arabic vowel signs are Alphabetic but not written in news: they count as edges, as marks do.
        let vowel_sign = matches!(c, '\u{610}'..='\u{61A}' | '\u{64B}'..='\u{65F}' | '\u{670}' | '\u{345}');
        *code = u8::from(c.is_alphabetic() && !vowel_sign) * UNKNOWN;
    }
    let mut next = EDGE;
    for line in source.lines().skip(1) {
        let prefix = line.split('\t').next().unwrap_or_default();
        let lasts = line.split('\t').skip(1).filter_map(|entry| entry.chars().next());
        for c in prefix.chars().chain(lasts) {
            if let Some(code) = codes.get_mut(c as usize)
                && *code == UNKNOWN
                && next + 1 < UNKNOWN
            {
                next += 1;
                *code = next;
            }
        }
    }
    for c in '\0'..'\u{2000}' {
        let lower = if c == 'İ' { Some('i') } else { c.to_lowercase().next() };
        if let Some(lower) = lower.filter(|lower| *lower != c)
            && let Some(&code) = codes.get(lower as usize)
        {
            codes[c as usize] = code;
        }
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_is_whole() {
        let model = Model::parse(SOURCE);
        assert_eq!(model.languages.len(), 61);
        for (table, least) in [(&model.trigrams, 20_000), (&model.words, 3_000)] {
            let used = table.slots.iter().filter(|slot| **slot != 0).count();
            assert!((least..table.slots.len() * 2 / 3).contains(&used), "{used}");
        }
        // Every letter of the source has a code of its own.
        let letters: std::collections::BTreeSet<char> =
            SOURCE.lines().skip(1).flat_map(|line| line.split('\t').next().unwrap_or_default().chars()).collect();
        assert!(letters.iter().all(|c| !matches!(model.code(*c), 0 | UNKNOWN)));
    }

    #[test]
    fn no_two_entries_share_a_key() {
        let model = Model::parse(SOURCE);
        let entries = SOURCE.lines().skip(1).map(|line| line.split('\t').count() - 1).sum::<usize>();
        let telling: std::collections::BTreeSet<&str> =
            TELLING_WORDS.iter().flat_map(|(_, words)| words.split_ascii_whitespace()).collect();
        let used = |table: &Table| table.slots.iter().filter(|slot| **slot != 0).count();
        assert_eq!(used(&model.trigrams) + used(&model.words), entries + telling.len());
    }

    #[test]
    fn case_does_not_matter() {
        let model = &*MODEL;
        let (mut lower, mut upper) = (Scores::default(), Scores::default());
        model.score("the queen’s speech in the house", &mut lower);
        model.score("THE QUEEN’S SPEECH IN THE HOUSE", &mut upper);
        assert_eq!((lower.weights, lower.hits), (upper.weights, upper.hits));
    }

    #[test]
    fn telling_words_are_known_and_long() {
        for (language, words) in TELLING_WORDS {
            assert!(MODEL.languages.contains(language));
            assert!(words.split_ascii_whitespace().count() > 40);
        }
    }
}
