//! Guesses the encoding of text that does not say it, by which reading of it takes the fewest bits.
//!
//! # Method
//!
//! Every candidate encoding reads the same words: a sample of those that contain bytes outside ASCII. A reading is
//! priced in each language that was written in that encoding: the letters by how often they follow each other
//! (`letters.rs`), the case of letters and all other signs by fixed prices. A word may also be a foreign one, at the price of the
//! cheapest language and [`FOREIGN`]. What the language says in plain ASCII around those words counts a little, too. The
//! encoding with the cheapest reading wins: the shortest description of the text (Rissanen 1978).

use std::collections::BTreeSet;

use super::charset::{Candidate, Charset, candidates, mainframe_candidates};
use super::letters::{LANGUAGES, Language, WIDE, Wide};
use super::symbols::{Alphabet, price_word};

/// Bytes of sampled words; a text is read as far as this needs.
const SAMPLE: usize = 6 << 10;
/// Bytes of the first part of the sample, after which hopeless candidates are left out.
const GLANCE: usize = 768;
/// Half bits by which a candidate may lag behind the best after the glance.
const HOPE: u32 = 240;
/// Bytes of the text that are looked through for words, at most.
const REACH: usize = 1 << 20;
/// Bytes of plain ASCII words around the sampled ones.
const PLAIN_SAMPLE: usize = 2 << 10;
/// Half bits that a word of another language costs more.
const FOREIGN: u32 = 24;
/// Half bits that a plain word of another language costs more.
const PLAIN_FOREIGN: u32 = 6;
/// Half bits that the plain words may count for or against a language, in all.
const PLAIN_MOST: u32 = 60;
/// Half bits of the plain words for a language that is not written in Latin letters.
const PLAIN_ALIEN: u32 = 8;
/// Longest word: longer ones are cut, which is safe only for single bytes and so ends them for others.
const WORD: usize = 120;

/// The candidates in the order of their readings, the best first; at most `most`. A function of the bytes alone.
pub(super) fn guess(bytes: &[u8], most: usize) -> Vec<Charset> {
    let bytes = bytes.get(..REACH).unwrap_or(bytes);
    if is_mainframe(bytes) {
        let words = [bytes.get(..SAMPLE).unwrap_or(bytes)];
        return ranked(mainframe_candidates().map(|it| Trial::new(it, &Plain::default())).collect(), &words, most);
    }
    let (words, plain) = sample(bytes);
    let plain = Plain::new(&plain);
    let trials: Vec<Trial> = candidates().map(|it| Trial::new(it, &plain)).collect();
    ranked(trials, &words, most)
}

fn ranked(mut trials: Vec<Trial>, words: &[&[u8]], most: usize) -> Vec<Charset> {
    let mut seen = 0;
    let glance = words.iter().take_while(|word| {
        let within = seen < GLANCE;
        seen += word.len();
        within
    });
    let (first, rest) = words.split_at(glance.count());
    for (part, hope) in [(first, HOPE), (rest, u32::MAX)] {
        for trial in &mut trials {
            trial.read(part);
        }
        let best = trials.iter().map(Trial::price).min().unwrap_or(0);
        trials.retain(|it| it.price() <= best.saturating_add(hope));
    }
    trials.sort_by_key(Trial::price);
    trials.iter().take(most).map(|it| it.candidate.charset).collect()
}

/// Whether the bytes look like EBCDIC, whose space is ASCII's `@`: frequent, behind many different bytes; ASCII's own
/// space is next to absent.
fn is_mainframe(bytes: &[u8]) -> bool {
    let head = bytes.get(..4096).unwrap_or(bytes);
    let count = |byte: u8| head.iter().filter(|it| **it == byte).count();
    // Full-width spaces of Shift_JIS and Big5 also end in this byte, but always after the same one.
    let mut before = [0usize; 256];
    head.windows(2).filter(|pair| pair[1] == MAINFRAME_SPACE).for_each(|pair| before[usize::from(pair[0])] += 1);
    let commonest = before.iter().max().copied().unwrap_or(0);
    let spaces = count(MAINFRAME_SPACE);
    spaces * 16 > head.len() && count(b' ') * 100 < head.len() && commonest * 2 < spaces
}

const MAINFRAME_SPACE: u8 = 0x40;

/// Words with bytes outside ASCII, each once; and the plain words around them. Markup is passed over.
fn sample(bytes: &[u8]) -> (Vec<&[u8]>, Vec<&[u8]>) {
    let mut words = Vec::new();
    let mut plain = Vec::new();
    let (mut sampled, mut sampled_plain) = (0, 0);
    let mut known = BTreeSet::new();
    // The last plain word, for the case that a sampled one follows; how many are wanted behind one.
    let mut before: Option<&[u8]> = None;
    let mut wanted = 0;
    let mut at = 0;
    while at < bytes.len() && sampled < SAMPLE {
        let rest = bytes.get(at..).unwrap_or_default();
        if rest.first() == Some(&b'<') {
            at += tag(rest).max(1);
            continue;
        }
        let length = rest.iter().take(WORD).take_while(|byte| !ends_word(**byte)).count();
        let Some(word) = rest.get(..length).filter(|word| !word.is_empty()) else {
            at += 1;
            continue;
        };
        at += length;
        if word.is_ascii() {
            if !word.iter().all(u8::is_ascii_alphabetic) {
                continue;
            }
            if wanted > 0 && sampled_plain < PLAIN_SAMPLE && known.insert(word) {
                wanted -= 1;
                sampled_plain += word.len();
                plain.push(word);
            } else {
                before = Some(word);
            }
        } else if known.insert(word) {
            sampled += word.len();
            words.push(word);
            wanted = 2;
            if let Some(word) = before.take().filter(|word| sampled_plain < PLAIN_SAMPLE && known.insert(word)) {
                sampled_plain += word.len();
                plain.push(word);
            }
        }
    }
    (words, plain)
}

/// Bytes that are no part of a character in any candidate, unless they are that ASCII character.
///
/// Digits are parts of GB 18030's longer characters; other signs from 0x40 on are second bytes.
fn ends_word(byte: u8) -> bool {
    byte < 0x40 && !byte.is_ascii_digit()
}

/// The length of the tag at the head of the bytes; 0 when there is none, or one with bytes outside ASCII.
fn tag(bytes: &[u8]) -> usize {
    let is_tag = bytes.get(1).is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'/' | b'!' | b'?'));
    let end = bytes.iter().take(2048).position(|byte| *byte == b'>' || *byte >= 0x80);
    match end {
        Some(end) if is_tag && bytes.get(end) == Some(&b'>') => end + 1,
        _ => 0,
    }
}

/// What the plain words cost in each language of the model.
#[derive(Default)]
struct Plain(Vec<(&'static str, u32)>);

impl Plain {
    fn new(words: &[&[u8]]) -> Self {
        let ascii = Charset::Standard(encoding_rs::WINDOWS_1252);
        let characters = ascii.characters();
        let mut used = [false; 256];
        words.iter().copied().flatten().for_each(|byte| used[usize::from(*byte)] = true);
        let latin = LANGUAGES.iter().filter(|it| it.letter('e').is_some());
        let mut prices: Vec<(&Language, u32)> = latin.map(|it| (it, 0)).collect();
        let alphabets: Vec<Alphabet> = prices.iter().map(|it| Alphabet::new(it.0, &characters, &used)).collect();
        let mut of_word = vec![0; prices.len()];
        for word in words {
            for ((price, alphabet), language) in of_word.iter_mut().zip(&alphabets).zip(&prices) {
                *price = price_word(word, alphabet, language.0);
            }
            let foreign = of_word.iter().min().map_or(0, |best| best + PLAIN_FOREIGN);
            prices.iter_mut().zip(&of_word).for_each(|(sum, price)| sum.1 += price.min(&foreign));
        }
        let best = prices.iter().map(|it| it.1).min().unwrap_or(0);
        Self(prices.iter().map(|it| (it.0.name, (it.1 - best).min(PLAIN_MOST))).collect())
    }

    fn price(&self, language: &str) -> u32 {
        self.0.iter().find(|it| it.0 == language).map_or(PLAIN_ALIEN, |it| it.1)
    }
}

/// A candidate and what its readings cost so far.
struct Trial {
    candidate: Candidate,
    readers: Vec<Reader>,
    /// Half bits by reader.
    prices: Vec<u32>,
    of_word: Vec<u32>,
}

enum Reader {
    Letters(&'static Language),
    Wide(&'static Wide),
}

impl Trial {
    fn new(candidate: Candidate, plain: &Plain) -> Self {
        let readers: Vec<Reader> = if candidate.charset.is_single_byte() {
            let of = |name: &&str| LANGUAGES.iter().find(|it| it.name == *name).map(Reader::Letters);
            candidate.languages.iter().filter_map(of).collect()
        } else {
            let of = |name: &&str| WIDE.iter().find(|it| it.name == *name).map(Reader::Wide);
            candidate.languages.iter().filter_map(of).collect()
        };
        let prices = candidate.languages.iter().map(|name| plain.price(name) + 2 * candidate.rarity).collect();
        let of_word = vec![0; readers.len()];
        Self { candidate, readers, prices, of_word }
    }

    fn price(&self) -> u32 {
        self.prices.iter().copied().min().unwrap_or(u32::MAX)
    }

    fn read(&mut self, words: &[&[u8]]) {
        let single = self.candidate.charset.is_single_byte();
        let characters = self.candidate.charset.characters();
        let mut used = [false; 256];
        words.iter().copied().flatten().for_each(|byte| used[usize::from(*byte)] = true);
        let alphabets: Vec<Alphabet> = self
            .readers
            .iter()
            .filter_map(|reader| match reader {
                Reader::Letters(language) if single => Some(Alphabet::new(language, &characters, &used)),
                _ => None,
            })
            .collect();
        for word in words {
            for (at, (reader, price)) in self.readers.iter().zip(&mut self.of_word).enumerate() {
                *price = match (reader, alphabets.get(at)) {
                    (Reader::Letters(language), Some(alphabet)) => price_word(word, alphabet, language),
                    (Reader::Wide(wide), _) => price_wide(word, self.candidate.charset, wide),
                    _ => MALFORMED,
                };
            }
            let foreign = self.of_word.iter().min().map_or(0, |best| best + FOREIGN);
            for (sum, price) in self.prices.iter_mut().zip(&self.of_word) {
                *sum = sum.saturating_add(foreign.min(*price));
            }
        }
    }
}

/// Half bits of a word that does not decode.
const MALFORMED: u32 = 160;

/// What a word costs that is written in characters of several bytes.
fn price_wide(word: &[u8], charset: Charset, wide: &Wide) -> u32 {
    // A word that was cut at its greatest length may end within a character.
    let whole = charset.decode(word);
    let Some(text) = whole.or_else(|| charset.decode(word.get(..word.len().checked_sub(1)?).filter(|_| word.len() == WORD)?))
    else {
        return MALFORMED.max(word.len() as u32 * 16);
    };
    let mut price = 0;
    let mut ascii = true;
    for c in text.chars() {
        price += match (c.is_ascii(), ascii) {
            (true, true) => 10,
            (true, false) if c.is_ascii_alphanumeric() => 16,
            (true, false) => 24,
            (false, _) => wide.price(c),
        };
        ascii = c.is_ascii();
    }
    price
}
