//! Folding of names for look-up: case, diacritics and letter variants that a calendar name never depends on.
//!
//! Lower case; {I, İ, i, ı} are one letter; combining marks, apostrophes, joiners, Hebrew points and Arabic vowel
//! signs are dropped; accented Latin, Greek and Cyrillic letters stand for their base letter; final sigma is sigma;
//! Arabic and Persian forms of alef, yeh, kaf and heh are one letter each; nukta letters stand for their base letter.
//! The script that generates the name table folds in the same way.

use super::month_names::FOLDED_LETTERS;

/// The longest key that is looked up, in bytes; longer words are not calendar names.
const KEY_CAPACITY: usize = 64;

/// A folded look-up key on the stack.
#[derive(Clone, Copy)]
pub(super) struct Key {
    bytes: [u8; KEY_CAPACITY],
    length: usize,
}

impl Key {
    /// An empty key.
    pub(super) const fn new() -> Self {
        Self { bytes: [0; KEY_CAPACITY], length: 0 }
    }

    /// Folds one word into a key; `None` when it does not fit.
    pub(super) fn of(word: &str) -> Option<Self> {
        let mut key = Self::new();
        key.push_word(word).then_some(key)
    }

    /// Appends a folded word, after one blank if the key is not empty. Returns false when it does not fit.
    pub(super) fn push_word(&mut self, word: &str) -> bool {
        if self.length > 0 && !self.push_byte(b' ') {
            return false;
        }
        if word.is_ascii() {
            return word
                .bytes()
                .filter(|&byte| !is_dropped(char::from(byte)))
                .all(|byte| self.push_byte(byte.to_ascii_lowercase()));
        }
        for letter in word.chars().flat_map(char::to_lowercase).filter(|&letter| !is_dropped(letter)) {
            let mut buffer = [0; 4];
            if !fold_char(letter).encode_utf8(&mut buffer).bytes().all(|byte| self.push_byte(byte)) {
                return false;
            }
        }
        true
    }

    /// The key's bytes, always valid UTF-8.
    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// The key as a string.
    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    fn push_byte(&mut self, byte: u8) -> bool {
        let Some(cell) = self.bytes.get_mut(self.length) else {
            return false;
        };
        *cell = byte;
        self.length += 1;
        true
    }
}

/// Returns the letter that stands for a lower-case letter in look-up keys.
pub(super) fn fold_char(letter: char) -> char {
    if letter.is_ascii() {
        return letter;
    }
    match FOLDED_LETTERS.binary_search_by_key(&letter, |&(from, _)| from) {
        Ok(at) => FOLDED_LETTERS.get(at).map_or(letter, |&(_, to)| to),
        Err(_) => letter,
    }
}

/// Returns whether folding removes the character.
const fn is_dropped(letter: char) -> bool {
    matches!(letter,
        '\u{300}'..='\u{36F}' | '\u{591}'..='\u{5C7}' | '\u{64B}'..='\u{65F}' | '\u{670}' | '\u{640}'
        | '\u{93C}' | '\u{9BC}' | '\u{A3C}' | '\u{AD}' | '\u{200B}'..='\u{200D}' | '\u{5F3}'
        | '\'' | '`' | '\u{B4}' | '\u{2018}' | '\u{2019}' | '\u{2B9}' | '\u{2BB}' | '\u{2BC}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn same(left: &str, right: &str) {
        let key = |word| Key::of(word).expect("a short word").as_str().to_owned();
        assert_eq!(key(left), key(right));
    }

    #[test]
    fn turkic_i_is_one_letter() {
        same("KASIM", "kasım");
        same("HAZİRAN", "haziran");
        same("Nisan", "NİSAN");
    }

    #[test]
    fn greek_accents_and_final_sigma() {
        same("ΜΆΙΟΣ", "Μάιος");
        same("ΔΕΚΕΜΒΡΙΟΣ", "Δεκέμβριος");
        same("Μαΐου", "ΜΑΪΟΥ");
    }

    #[test]
    fn composed_and_decomposed() {
        same("fe\u{301}vrier", "février");
        same("ма\u{438}\u{306}", "май".trim());
        same("जन\u{93C}", "जन");
        same("أبريل", "ابريل");
    }

    #[test]
    fn long_words_are_refused() {
        assert!(Key::of(&"a".repeat(64)).is_some());
        assert!(Key::of(&"a".repeat(65)).is_none());
        assert!(Key::of(&"ß".repeat(40)).is_none());
    }

    #[test]
    fn letter_table_is_sorted_and_a_fixed_point() {
        assert!(FOLDED_LETTERS.is_sorted_by(|left, right| left.0 < right.0));
        for &(_, to) in &FOLDED_LETTERS {
            assert_eq!(fold_char(to), to, "{to:?}");
        }
    }
}
