//! Looks up month and weekday names that may span several words.

use super::fold::Key;
use super::month_names::{DAY_HALVES, LANGUAGE_SETS, LANGUAGES, MONTH_NAMES, WEEKDAY_NAMES};
use super::scan::Tokens;

/// The longest name, in words ("lá fhéile bríde" style names included).
const MAX_WORDS: usize = 4;

/// What a name may mean: up to four (value, language set) readings.
#[derive(Clone, Copy, Default)]
pub(super) struct Meanings {
    readings: [(u8, u128); 4],
    length: usize,
}

impl Meanings {
    /// Every value the name may have, as bits (bit 1 = January or Monday).
    pub(super) fn values(&self) -> u16 {
        self.iter().fold(0, |bits, (value, _)| bits | 1 << value)
    }

    /// The values in one of the given languages, as bits; all values when none of them knows the name.
    pub(super) fn values_in(&self, languages: u128) -> u16 {
        let narrowed =
            self.iter().filter(|&(_, known)| known & languages != 0).fold(0, |bits, (value, _)| bits | 1 << value);
        if narrowed == 0 { self.values() } else { narrowed }
    }

    /// The readings in the rows at the front that have this name.
    fn of(rows: &[(&str, u8, u16)], name: &[u8]) -> Option<Self> {
        let mut meanings = Self::default();
        for &(_, value, set) in rows.iter().take_while(|row| row.0.as_bytes() == name) {
            let cell = meanings.readings.get_mut(meanings.length)?;
            *cell = (value, LANGUAGE_SETS.get(usize::from(set)).copied().unwrap_or_default());
            meanings.length += 1;
        }
        (meanings.length > 0).then_some(meanings)
    }

    fn iter(&self) -> impl Iterator<Item = (u8, u128)> + '_ {
        self.readings.iter().take(self.length).copied()
    }
}

/// Reads the longest month name at a position; returns its meanings and the position behind it and its full stop.
pub(super) fn month_name(tokens: &Tokens<'_>, at: usize) -> Option<(Meanings, usize)> {
    longest_name(tokens, at, &MONTH_NAMES)
}

/// Reads the longest weekday name at a position; returns its meanings and the position behind it and its full stop.
pub(super) fn weekday_name(tokens: &Tokens<'_>, at: usize) -> Option<(Meanings, usize)> {
    longest_name(tokens, at, &WEEKDAY_NAMES)
}

/// Reads the longest word for a half of the day (`am`, `p.m.`, `오후`) at a position; returns whether it is the second half, and the
/// position behind it and its full stop.
pub(super) fn day_half(tokens: &Tokens<'_>, at: usize) -> Option<(bool, usize)> {
    let (meanings, next) = longest_name(tokens, at, &DAY_HALVES)?;
    Some((meanings.values() == 1 << 2, next))
}

/// Returns the bit of a BCP 47 language in the sets of [`Meanings`]; 0 for none or an unknown one.
pub(super) fn language_bit(language: Option<&str>) -> u128 {
    let Some(tag) = language else { return 0 };
    let primary = tag.split(['-', '_']).next().unwrap_or_default();
    let Some(key) = Key::of(primary) else {
        return 0;
    };
    let code = match key.as_str() {
        "nb" | "nn" => "no",
        "iw" => "he",
        "in" => "id",
        "tl" => "fil",
        "prs" => "fa",
        "sh" => "sr",
        "mo" => "ro",
        "kmr" => "ku",
        other => other,
    };
    LANGUAGES.binary_search(&code).map_or(0, |position| 1 << position)
}

fn longest_name(tokens: &Tokens<'_>, at: usize, table: &[(&str, u8, u16)]) -> Option<(Meanings, usize)> {
    let mut key = Key::new();
    let mut next = at;
    let mut rest = table;
    let mut found = None;
    for count in 0..MAX_WORDS {
        // Words of one name are parted by white space, a hyphen (quarta-feira) or a full stop (ธ.ค., a. m.).
        let glued = count > 0
            && tokens.attached(next)
            && (tokens.is_mark(next, '.') || tokens.is_mark(next, '-') && tokens.attached(next + 1));
        let start = next + usize::from(glued);
        let Some(word) = tokens.word(start) else {
            break;
        };
        if !key.push_word(word) {
            break;
        }
        next = start + 1;
        let key = key.as_bytes();
        rest = rest.get(rest.partition_point(|row| row.0.as_bytes() < key)..).unwrap_or_default();
        // Names that begin like this stand here; if none does, more words cannot help.
        if !rest.first().is_some_and(|row| row.0.as_bytes().starts_with(key)) {
            break;
        }
        if let Some(meanings) = Meanings::of(rest, key) {
            found = Some((meanings, tokens.skip_dot(next)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_and_in_range() {
        assert!(
            MONTH_NAMES.is_sorted() && WEEKDAY_NAMES.is_sorted() && DAY_HALVES.is_sorted() && LANGUAGES.is_sorted()
        );
        assert!(MONTH_NAMES.iter().all(|row| (1..=12).contains(&row.1) && usize::from(row.2) < LANGUAGE_SETS.len()));
        assert!(WEEKDAY_NAMES.iter().all(|row| (1..=7).contains(&row.1) && usize::from(row.2) < LANGUAGE_SETS.len()));
    }

    #[test]
    fn every_language_has_twelve_months() {
        // Chinese, Korean, Vietnamese abbreviations, Mongolian: months are numbers there, read by the grammar.
        let by_number = ["ko", "mn", "zh", "ja", "yo"];
        for language in LANGUAGES.iter().filter(|code| !by_number.contains(code)) {
            let bit = language_bit(Some(language));
            let months = MONTH_NAMES
                .iter()
                .filter(|row| LANGUAGE_SETS[usize::from(row.2)] & bit != 0)
                .fold(0_u16, |bits, row| bits | 1 << row.1);
            assert_eq!(months, 0b1_1111_1111_1110, "{language}");
        }
        assert!(LANGUAGES.len() >= 45);
    }

    #[test]
    fn every_name_is_found() {
        for table in [&MONTH_NAMES[..], &WEEKDAY_NAMES[..]] {
            for &(name, value, set) in table {
                let tokens = Tokens::scan(name).expect("few words");
                let (meanings, next) = longest_name(&tokens, 0, table).expect(name);
                assert_eq!(next, tokens.len(), "{name}");
                assert_eq!(meanings.values_in(LANGUAGE_SETS[usize::from(set)]) & (1 << value), 1 << value, "{name}");
            }
        }
    }

    #[test]
    fn language_codes() {
        assert_eq!(language_bit(Some("pt-BR")), language_bit(Some("pt")));
        assert_eq!(language_bit(Some("NB")), language_bit(Some("no")));
        assert_ne!(language_bit(Some("tr")), 0);
        assert_eq!(language_bit(Some("xx")), 0);
        assert_eq!(language_bit(None), 0);
    }
}
