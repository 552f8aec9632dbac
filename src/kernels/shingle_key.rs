//! Cuts a folded key into shingles, and finds its numbers.
//!
//! A **shingle** is a run of `size` neighbouring units of a key (see [`super::fold_key`]), told by a 64-bit hash: words, or
//! characters for texts of scripts that put no spaces between words. Two texts are compared by the *sets* of their shingles
//! (Broder 1997, "On the resemblance and containment of documents").
//!
//! A **number** is a maximal run of numeric characters, wherever it stands: `2019`, and the `19` of `covid19`.
//!
//! The hash of a word takes eight bytes at a time by a folded multiplication (as wyhash does); a shingle is a sum of its units,
//! each times an odd constant of its place, and then mixed, so that order counts. The constants are fractional bits of square
//! roots of primes (the initial values and constants of SHA-512, FIPS 180-4). These hashes are part of the rule version: they may
//! not change without it.

/// Units of a shingle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShingleUnit {
    /// Words; in texts of scripts without spaces as many characters as so many words take there.
    Word,
    /// Characters, spaces left out.
    Character,
}

/// How texts are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShingleRule {
    /// What is counted.
    pub unit: ShingleUnit,
    /// Units of one shingle, 1 to [`MOST_UNITS`].
    pub size: usize,
}

impl Default for ShingleRule {
    /// Five words.
    fn default() -> Self {
        Self { unit: ShingleUnit::Word, size: 5 }
    }
}

/// Texts of fewer units are compared exactly only: too little is left to tell a copy from a chance.
pub const LEAST_UNITS: usize = 8;
/// Largest shingle.
pub const MOST_UNITS: usize = 16;

/// Units that are hashed before their shingles are made.
const CHUNK: usize = 4096;
/// Hashes whose room is kept from text to text.
const KEPT: usize = 1 << 16;

/// Shingles and numbers of one text; reused from text to text.
#[derive(Clone, Debug, Default)]
pub struct Shingles {
    /// Hashes of the shingles in the order of the text, repeats included; empty when the text is too short.
    pub hashes: Vec<u64>,
    /// Hashes of the numbers in the order of the text, repeats included.
    pub numbers: Vec<u64>,
    /// The last units, whose shingles are not made yet or need them.
    units: Vec<u64>,
    size: usize,
    count: usize,
}

impl Shingles {
    /// Makes both lists ascending, and the shingles a set.
    pub fn make_sets(&mut self) {
        self.hashes.sort_unstable();
        self.hashes.dedup();
        self.numbers.sort_unstable();
    }

    fn start(&mut self, size: usize) {
        self.hashes.clear();
        self.numbers.clear();
        self.units.clear();
        if self.hashes.capacity() > KEPT {
            self.hashes = Vec::new();
        }
        self.size = size;
        self.count = 0;
    }

    fn push_unit(&mut self, unit: u64) {
        self.units.push(unit);
        self.count += 1;
        if self.units.len() == CHUNK {
            self.make_shingles();
        }
    }

    fn make_shingles(&mut self) {
        let shingles = self.units.windows(self.size).map(|units| {
            let places = units.iter().zip(&PLACES);
            mix(places.fold(0_u64, |sum, (unit, place)| sum.wrapping_add(unit.wrapping_mul(*place))))
        });
        self.hashes.extend(shingles);
        let made = (self.units.len() + 1).saturating_sub(self.size);
        self.units.drain(..made);
    }

    fn finish(&mut self) {
        self.make_shingles();
        if self.count < LEAST_UNITS {
            self.hashes.clear();
        }
    }
}

const PLACES: [u64; MOST_UNITS] = [
    0x6A09_E667_F3BC_C909,
    0xBB67_AE85_84CA_A73B,
    0x3C6E_F372_FE94_F82B,
    0xA54F_F53A_5F1D_36F1,
    0x510E_527F_ADE6_82D1,
    0x9B05_688C_2B3E_6C1F,
    0x1F83_D9AB_FB41_BD6B,
    0x5BE0_CD19_137E_2179,
    0xCBBB_9D5D_C105_9ED9,
    0x629A_292A_367C_D507,
    0x9159_015A_3070_DD17,
    0x152F_ECD8_F70E_5939,
    0x6733_2667_FFC0_0B31,
    0x8EB4_4A87_6858_1511,
    0xDB0C_2E0D_64F9_8FA7,
    0x47B5_481D_BEFA_4FA5,
];
const WORD: u64 = 0x428A_2F98_D728_AE23;
const LONG: u64 = 0x7137_4491_23EF_65CD;
const CHARACTER: u64 = 0xB5C0_FBCF_EC4D_3B2F;

/// Multiplies to 128 bits and folds both halves.
fn fold_multiply(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64)
}

/// A bijection that leaves no bit of its input visible (the finaliser of `SplitMix64`, Steele et al. 2014).
pub fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

/// Cuts a key written by [`super::fold_key::fold_key`] into `out`, whose former content is dropped.
///
/// A text of fewer than [`LEAST_UNITS`] units, or of fewer than one shingle, has no shingles; its numbers are found anyway.
pub fn shingle_key(key: &[u8], rule: ShingleRule, out: &mut Shingles) {
    let by_word = rule.unit == ShingleUnit::Word && !is_spaceless(key);
    let size = match rule.unit {
        ShingleUnit::Word if !by_word => spaceless_size(rule.size),
        _ => rule.size,
    };
    out.start(size.clamp(1, MOST_UNITS));
    if by_word {
        hash_words(key, out);
    } else {
        hash_characters(key, out);
    }
    out.finish();
}

/// Characters that stand for so many words in a text without spaces: eight for five, since Chinese words have 1.6 on average.
fn spaceless_size(words: usize) -> usize {
    (8 * words + 2) / 5
}

const SPACES: u64 = u64::from_le_bytes([b' '; 8]);
const LOW: u64 = u64::from_le_bytes([1; 8]);
const HIGH: u64 = u64::from_le_bytes([0x80; 8]);

/// The high bit of each byte that is zero (at least of the lowest one).
fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(LOW) & !word & HIGH
}

/// Eight bytes from `at`, spaces behind the end.
fn load(key: &[u8], at: usize) -> u64 {
    if let Some(bytes) = key.get(at..at + 8) {
        u64::from_le_bytes(bytes.try_into().expect("law: eight bytes were taken"))
    } else {
        let mut bytes = [b' '; 8];
        let rest = key.get(at..).unwrap_or_default();
        bytes[..rest.len()].copy_from_slice(rest);
        u64::from_le_bytes(bytes)
    }
}

/// Hashes each word, and the numbers of words that may hold one.
fn hash_words(key: &[u8], out: &mut Shingles) {
    if key.len() > 8 * KEPT {
        // Growing by doubling would take twice the room of what is as large as the text itself.
        out.hashes.reserve_exact(memchr::memchr_iter(b' ', key).count() + 1);
    }
    let mut at = 0;
    while at < key.len() {
        let start = at;
        let (mut hash, mut suspects) = (WORD, 0);
        loop {
            let bytes = load(key, at);
            let spaces = zero_bytes(bytes ^ SPACES);
            let length = (spaces.trailing_zeros() / 8) as usize;
            let bytes = if length < 8 { bytes & ((1 << (8 * length)) - 1) } else { bytes };
            // Only digits have the high half 3 among the ASCII bytes of a key; other numerals are not ASCII.
            suspects |= zero_bytes((bytes & 0xF0F0_F0F0_F0F0_F0F0) ^ 0x3030_3030_3030_3030) | (bytes & HIGH);
            hash = fold_multiply(hash ^ bytes, LONG ^ length as u64);
            at += length;
            if length < 8 {
                break;
            }
        }
        if suspects != 0 {
            find_numbers(&key[start..at], &mut out.numbers);
        }
        out.push_unit(hash);
        at += 1;
    }
}

/// Hashes each character but spaces, and each number.
fn hash_characters(key: &[u8], out: &mut Shingles) {
    find_numbers(key, &mut out.numbers);
    let text = std::str::from_utf8(key).unwrap_or_default();
    for c in text.chars().filter(|c| *c != ' ') {
        out.push_unit(fold_multiply(CHARACTER ^ u64::from(c), LONG));
    }
}

/// Hashes of the maximal runs of numeric characters.
fn find_numbers(bytes: &[u8], out: &mut Vec<u64>) {
    let mut number = None;
    let mut end = |number: &mut Option<u64>| out.extend(number.take().map(mix));
    for c in std::str::from_utf8(bytes).unwrap_or_default().chars() {
        if c.is_numeric() {
            number = Some(fold_multiply(number.unwrap_or(WORD) ^ u64::from(c), LONG));
        } else {
            end(&mut number);
        }
    }
    end(&mut number);
}

/// Whether at least half of the bytes of a key belong to letters of scripts that put no spaces between words.
fn is_spaceless(key: &[u8]) -> bool {
    // All of these letters take three bytes, the first of them 0xE0 to 0xE9.
    if key.iter().filter(|byte| (0xE0..=0xE9).contains(*byte)).count() * 6 < key.len() {
        return false;
    }
    let text = std::str::from_utf8(key).unwrap_or_default();
    text.chars().filter(|c| is_spaceless_letter(*c)).count() * 6 >= key.len() && !key.is_empty()
}

/// Letters of Thai, Lao, Myanmar, Khmer, Hiragana, Katakana, Bopomofo and Han (the blocks of the Unicode standard).
pub fn is_spaceless_letter(c: char) -> bool {
    matches!(
        c,
        '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{3040}'..='\u{312F}' | '\u{3400}'..='\u{9FFF}'
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn cut(key: &str, rule: ShingleRule) -> Shingles {
        let mut out = Shingles { hashes: vec![1], numbers: vec![2], units: vec![3], size: 1, count: 9 };
        shingle_key(key.as_bytes(), rule, &mut out);
        out
    }

    fn words(size: usize) -> ShingleRule {
        ShingleRule { unit: ShingleUnit::Word, size }
    }

    #[test]
    fn words_and_characters_are_counted() {
        let text = "one two three four five six seven eight nine";
        assert_eq!(cut(text, words(3)).hashes.len(), 7);
        assert_eq!(cut(text, words(5)).hashes.len(), 5);
        assert_eq!(cut("one two three four five six seven", words(3)).hashes.len(), 0);
        assert_eq!(cut("", words(3)).hashes.len(), 0);
        assert_eq!(cut("ab cd ef gh", ShingleRule { unit: ShingleUnit::Character, size: 4 }).hashes.len(), 5);
        assert_eq!(cut("一二三四 五六七八九十", words(3)).hashes.len(), 6);
        assert_eq!(cut("заседание совета прошло в среду в новом зале города", words(3)).hashes.len(), 7);
    }

    #[test]
    fn long_texts_are_cut_in_pieces_without_a_seam() {
        let tokens: Vec<String> = (0..3 * CHUNK).map(|n| format!("w{n}")).collect();
        let whole = cut(&tokens.join(" "), words(5));
        assert_eq!(whole.hashes.len(), tokens.len() - 4);
        for at in [0, CHUNK - 3, 2 * CHUNK - 9, 3 * CHUNK - 20] {
            assert_eq!(cut(&tokens[at..at + 20].join(" "), words(5)).hashes, whole.hashes[at..at + 16]);
        }
    }

    #[test]
    fn numbers_are_runs_of_digits_anywhere() {
        let numbers = |text: &str| cut(text, words(3)).numbers;
        assert_eq!(numbers("in 2019 covid19 hit 3 towns").len(), 3);
        assert_eq!(numbers("2019 x"), numbers("ab2019cd"));
        assert_ne!(numbers("12"), numbers("21"));
        assert_eq!(numbers("1 2").len(), 2);
        assert_eq!(numbers("٣ x²").len(), 2);
        assert_eq!(numbers("二零二五年5月3日 北京会议召开了").len(), cut("5 3", words(3)).numbers.len());
        assert_eq!(numbers("abcdefghijklmnop7 q"), numbers("7"));
    }

    proptest! {
        #[test]
        fn sets_are_those_of_words_joined(tokens in proptest::collection::vec("[a-c0-9é]{1,12}", 0..40), size in 1_usize..6) {
            let cut = cut(&tokens.join(" "), words(size));
            let expected: BTreeSet<_> = tokens.windows(size).collect();
            let found: BTreeSet<_> = cut.hashes.iter().collect();
            prop_assert_eq!(found.len(), if tokens.len() < LEAST_UNITS { 0 } else { expected.len() });
            let digits = tokens.iter().flat_map(|token| token.split(|c: char| !c.is_numeric())).filter(|run| !run.is_empty());
            prop_assert_eq!(cut.numbers.len(), digits.count());
        }

        #[test]
        fn any_bytes_are_survived(key: Vec<u8>, size in 0_usize..40) {
            let mut out = Shingles::default();
            for unit in [ShingleUnit::Word, ShingleUnit::Character] {
                shingle_key(&key, ShingleRule { unit, size }, &mut out);
                prop_assert!(out.hashes.len() <= key.len());
            }
        }
    }
}
