//! What letters cost after each other in 50 languages: the model by which a guess judges its readings.
//!
//! `letters.txt` and `ideographs.txt` are computed by `tools/build_letters.py` from the language models of lingua 1.4.2
//! for Python (Peter M. Stahl, Apache-2.0; letter frequencies of Leipzig corpora).
//!
//! Format of `letters.txt`: for each language a line `name alphabet`, then one line for the edge of a word and one for
//! each letter: what the edge and each letter cost after it, as `0` + half bits. Of `ideographs.txt`: a line
//! `name characters` for each language, the most frequent first.

use std::sync::LazyLock;

static LETTERS: &str = include_str!("letters.txt");
static IDEOGRAPHS: &str = include_str!("ideographs.txt");

/// The model, built from its text form at first use (well under a millisecond).
pub(super) static LANGUAGES: LazyLock<Vec<Language>> = LazyLock::new(|| parse(LETTERS));

/// Half bits of each character of the basic plane in Chinese, Japanese and Korean.
pub(super) static WIDE: LazyLock<Vec<Wide>> = LazyLock::new(|| IDEOGRAPHS.lines().map(Wide::parse).collect());

/// The letters of a language.
pub(super) struct Language {
    pub(super) name: &'static str,
    /// Letters and their numbers from 1, by letter.
    alphabet: Vec<(char, u8)>,
    /// Half bits, by rows of `alphabet.len() + 1`; 0 is the edge of a word.
    prices: Vec<u8>,
}

impl Language {
    /// The number of a letter in lower case.
    pub(super) fn letter(&self, c: char) -> Option<u8> {
        self.alphabet.binary_search_by_key(&c, |it| it.0).ok().and_then(|at| self.alphabet.get(at)).map(|it| it.1)
    }

    /// What `next` costs after `last`, in half bits; 0 is the edge of a word.
    pub(super) fn price(&self, last: u8, next: u8) -> u32 {
        let at = usize::from(last) * (self.alphabet.len() + 1) + usize::from(next);
        self.prices.get(at).map_or(30, |price| u32::from(*price))
    }
}

fn parse(source: &'static str) -> Vec<Language> {
    let mut lines = source.lines();
    let mut languages = Vec::new();
    while let Some(head) = lines.next() {
        let (name, letters) = head.split_once(' ').unwrap_or((head, ""));
        let alphabet: Vec<(char, u8)> = letters.chars().zip(1..).collect();
        let rows = lines.by_ref().take(alphabet.len() + 1);
        let prices = rows.flat_map(|row| row.bytes().map(|price| price.wrapping_sub(b'0'))).collect();
        languages.push(Language { name, alphabet, prices });
    }
    languages
}

/// What the characters of a language without an alphabet cost.
pub(super) struct Wide {
    pub(super) name: &'static str,
    prices: Vec<u8>,
}

impl Wide {
    fn parse(line: &'static str) -> Self {
        let (name, frequent) = line.split_once(' ').unwrap_or((line, ""));
        let unlisted = |c: u32| match (name, c) {
            ("ja", 0x3041..=0x30FE | 0xFF61..=0xFF9F) => 24,
            ("ko", 0xAC00..=0xD7A3) => 32,
            (_, 0x3000..=0x3003 | 0x3008..=0x3011) => 12,
            (_, 0xFF01 | 0xFF08 | 0xFF09 | 0xFF0C | 0xFF1A | 0xFF1B | 0xFF1F) => 13,
            (_, 0xB7 | 0xD7 | 0x2010..=0x2026 | 0x203B | 0x2190..=0x2193 | 0x25A0..=0x25CF | 0x2605 | 0x2606) => 18,
            (_, 0xFF02..=0xFF5E) => 19,
            (_, 0x3041..=0x30FE) => 26,
            (_, 0x4E00..=0x9FFF) => 31,
            (_, 0x2460..=0x249B | 0x2500..=0x254B | 0x3131..=0x318E) => 28,
            (_, 0x391..=0x451) => 30,
            _ => 48,
        };
        let mut prices: Vec<u8> = (0..0x1_0000).map(unlisted).collect();
        for (rank, c) in frequent.chars().enumerate() {
            if let Some(price) = prices.get_mut(c as usize) {
                *price = (*price).min(price_of_rank(rank));
            }
        }
        Self { name, prices }
    }

    /// What a character outside ASCII costs, in half bits.
    pub(super) fn price(&self, c: char) -> u32 {
        self.prices.get(c as usize).map_or(48, |price| u32::from(*price))
    }
}

/// Half bits of the character of a rank: close to the shares in the models of Chinese, Japanese and Korean.
fn price_of_rank(rank: usize) -> u8 {
    match rank {
        0..4 => 11,
        4..16 => 13,
        16..64 => 16,
        64..256 => 18,
        256..512 => 21,
        512..1024 => 24,
        1024..1600 => 27,
        _ => 30,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sources_are_whole() {
        assert_eq!(LANGUAGES.len(), 50);
        for language in LANGUAGES.iter() {
            let symbols = language.alphabet.len() + 1;
            assert_eq!(language.prices.len(), symbols * symbols, "{}", language.name);
            assert!(
                language.alphabet.is_sorted() && language.prices.iter().all(|price| *price <= 30),
                "{}",
                language.name
            );
        }
        assert_eq!(WIDE.iter().map(|it| it.name).collect::<Vec<_>>(), ["zh", "ja", "ko"]);
    }

    #[test]
    fn what_is_frequent_is_cheap() {
        let english = LANGUAGES.iter().find(|it| it.name == "en").expect("law: the model has English");
        let number = |c| english.letter(c).expect("law: an English letter");
        assert!(english.price(number('t'), number('h')) < english.price(number('t'), number('q')));
        assert_eq!(english.letter('ü'), None);
        assert!(WIDE.iter().all(|it| it.price('人') < it.price('龘') || it.name == "ko"));
    }
}
