//! Takes out of a byline whom it credits with other work than the writing: editing, pictures, translation, the source.

use std::borrow::Cow;

use super::byline_words::{
    CREDIT_BY, CREDIT_PERSONS, CREDIT_VERBS, CREDITS, DENSE_CREDITS, DENSE_LEADS, JOINERS, LEADS, WEAK_JOINERS,
};
use super::clean_names::is_full_name;
use super::fold_words::is_ideograph;

/// What stands in the place of a credit in brackets: `Ada Moreno (photos)` becomes `Ada Moreno ©`.
pub const CREDIT_MARK: char = '©';
/// Words of a label: `Text, photos and video by`.
const MAX_LABEL: usize = 6;

/// Words that say what those behind them did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Label {
    start: usize,
    end: usize,
    /// Whether they wrote, too.
    is_author: bool,
}

/// A byline without the parts that credit other work than writing.
///
/// A part begins at its label (`Edited by`, `Fotos:`, `来源：`) and ends at the next label, at a sign that parts lines, or with the text.
/// `text` stands on lines, without brackets.
pub fn without_credits(text: &str) -> Cow<'_, str> {
    let labels = find_labels(text);
    if labels.iter().all(|label| label.is_author && label.start == 0) && !text.contains(CREDIT_MARK) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (place, label) in labels.iter().enumerate() {
        out.push_str(text.get(from..label.start).unwrap_or_default());
        if label.is_author {
            // Before `作者：` stands the outlet.
            if text[label.start..].starts_with(is_ideograph) {
                out.clear();
            }
            from = label.start;
        } else {
            drop_loose_words(&mut out);
            out.push('|');
            let next = labels.get(place + 1).map_or(text.len(), |label| label.start);
            from = label.end + part_length(&text[label.end..next]);
        }
    }
    out.push_str(text.get(from..).unwrap_or_default());
    Cow::Owned(without_marked(&out).trim_matches(is_gap).to_owned())
}

/// Whether a text begins with a credit.
pub fn begins_with_credit(text: &str) -> bool {
    label_at(text, 0).is_some_and(|label| !label.is_author)
}

/// Whether a text ends in a credit, so that whoever stands behind it is credited.
pub fn ends_in_credit(text: &str) -> bool {
    let text = text.trim();
    let is_last = |last: &Label| !last.is_author && last.end == text.len();
    find_labels(text).last().is_some_and(is_last) || CREDIT_PERSONS.holds(text) || DENSE_CREDITS.contains(&text)
}

/// Whether a text names nothing but work other than writing, as in `(photos)`.
pub fn is_credit(text: &str) -> bool {
    let is_word = |word: &str| CREDITS.holds(word) || JOINERS.holds(word) || DENSE_CREDITS.contains(&word);
    let mut words = text.split([' ', ',', '/', '&']).filter(|word| !word.is_empty()).peekable();
    words.peek().is_some() && words.all(is_word)
}

fn is_gap(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '|' | ',' | '，' | ';' | '.')
}

/// All labels, in order; none stands in another.
fn find_labels(text: &str) -> Vec<Label> {
    let mut labels: Vec<Label> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let label = label_at(text, at);
        labels.extend(label);
        let next = at + text[at..].chars().next().map_or(1, char::len_utf8);
        at = label.map_or(next, |label| label.end.max(next));
    }
    labels
}

/// The label that begins at a place.
fn label_at(text: &str, at: usize) -> Option<Label> {
    let rest = &text[at..];
    let before = text[..at].chars().next_back();
    let is_start = before.is_none_or(|letter| !letter.is_alphanumeric() && !matches!(letter, '\'' | '’' | '-'));
    let found = if rest.starts_with(is_dense) {
        dense_label(rest, is_start)
    } else if is_start && rest.starts_with(char::is_alphabetic) {
        word_label(rest, at == 0)
    } else {
        None
    };
    found.map(|(length, is_author)| Label { start: at, end: at + length, is_author })
}

/// Scripts in which labels stand without blanks.
fn is_dense(letter: char) -> bool {
    is_ideograph(letter) || matches!(letter, '\u{AC00}'..='\u{D7A3}')
}

/// Length of a label in a script without blanks, and whether it is an author's. Inside a word only a colon shows it.
fn dense_label(rest: &str, is_start: bool) -> Option<(usize, bool)> {
    let longest = |list: &[&str]| list.iter().filter(|it| rest.starts_with(**it)).map(|it| it.len()).max();
    let (author, credit) = (longest(DENSE_LEADS), longest(DENSE_CREDITS));
    let length = author.max(credit)?;
    let behind = &rest[length..];
    let sign = behind.trim_start_matches(' ');
    let has_sign = sign.starts_with([':', '：']) || is_start && sign.starts_with(['/', '／', '=']);
    let is_apart = is_start && behind.starts_with([' ', '\n']) && rest[..length].chars().count() > 1;
    let end = if has_sign { rest.len() - sign.len() + sign.chars().next().map_or(0, char::len_utf8) } else { length };
    (has_sign || is_apart).then_some((end, author == Some(length)))
}

/// Length of a label in words, and whether it is an author's: kinds of work, joined, and behind them `by` or a colon.
fn word_label(rest: &str, is_first: bool) -> Option<(usize, bool)> {
    let (mut has_credit, mut is_author) = (false, false);
    for (place, (from, word)) in words(rest).take(MAX_LABEL).enumerate() {
        let to = from + word.len();
        let behind = rest[to..].trim_start_matches(['.', ' ']);
        let colon = [':', '：', '='].into_iter().find(|sign| behind.starts_with(*sign));
        let end = colon.map_or(to, |sign| rest.len() - behind.len() + sign.len_utf8());
        if place > 0 && CREDIT_BY.holds(word) && (has_credit || is_author) {
            return Some((end, is_author));
        }
        if place == 0 && CREDIT_VERBS.holds(word) {
            return Some((end, false));
        }
        if CREDITS.holds(word) {
            has_credit = true;
        } else if is_writing(word) {
            is_author = true;
        } else if place == 0 || !(JOINERS.holds(word) || WEAK_JOINERS.holds(word)) {
            break;
        }
        // A line of its own above the name is a label, too.
        let is_line = is_first && place == 0 && CREDIT_PERSONS.holds(word) && rest[to..].starts_with('\n');
        if colon.is_some() || is_line {
            return Some((end, is_author));
        }
    }
    // `By` in the middle announces an author where it begins with a capital.
    let (_, first) = words(rest).next()?;
    let is_by = !is_first && first.starts_with(char::is_uppercase) && CREDIT_BY.holds(first) && LEADS.holds(first);
    is_by.then_some((first.len(), true))
}

/// Whether a word names the writing: `text`, or `story` as in `story by`.
fn is_writing(word: &str) -> bool {
    !CREDIT_BY.holds(word) && (LEADS.holds(word) || LEADS.has(&format!("{} by", word.to_lowercase())))
}

/// Words and where they begin, as far as blanks, commas and strokes part them; `&` and `+` are words.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_mark =
        |letter: char| matches!(letter, '\u{300}'..='\u{36F}' | '\u{900}'..='\u{DFF}' | '\u{E31}'..='\u{E4E}');
    let is_part = move |letter: char| {
        letter.is_alphanumeric() || matches!(letter, '\'' | '’' | '-' | '&' | '+') || is_mark(letter)
    };
    let mut at = 0;
    std::iter::from_fn(move || {
        let word = text[at..].trim_start_matches([' ', ',', '/']);
        let from = text.len() - word.len();
        let length = word.find(|letter| !is_part(letter)).unwrap_or(word.len());
        at = from + length;
        (length > 0).then(|| (from, &text[from..at]))
    })
}

/// How far those reach who stand behind a credit.
fn part_length(text: &str) -> usize {
    let start = text.len() - text.trim_start().len();
    let is_end = |letter: char| matches!(letter, '|' | '│' | '｜' | '•' | '·' | ';' | '–' | '—' | '»' | '›' | '\n');
    text[start..].find(is_end).map_or(text.len(), |found| start + found)
}

/// Drops the words right before a credit that are part of it (`Managing Editor:`, `本报编辑：`): a full name is kept.
fn drop_loose_words(out: &mut String) {
    let is_end = |letter: char| is_gap(letter) && letter != ' ' || matches!(letter, '•' | '·' | '–' | '—' | '/');
    let from = out.rfind(is_end).map_or(0, |at| at + out[at..].chars().next().map_or(1, char::len_utf8));
    if out.ends_with(is_dense) {
        out.truncate(out.trim_end_matches(is_dense).len());
    } else if out[from..].split_whitespace().count() <= 2 && !is_full_name(out[from..].trim()) {
        out.truncate(from);
    }
}

/// The text without the names that stand before a [`CREDIT_MARK`].
fn without_marked(text: &str) -> Cow<'_, str> {
    if !text.contains(CREDIT_MARK) {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    let mut parts = text.split(CREDIT_MARK).peekable();
    while let Some(part) = parts.next() {
        let kept = if parts.peek().is_some() { &part[..last_name_start(part)] } else { part };
        out.push_str(kept.trim_end());
    }
    Cow::Owned(out)
}

/// Where the last name of a list begins, with what joins it to those before.
fn last_name_start(list: &str) -> usize {
    let sign = list.trim_end().rfind([',', '，', '/', '|', '·', ';', '\n', '、']);
    let mut at = 0;
    let joints = list.split_inclusive(' ').filter_map(|word| {
        let from = at;
        at += word.len();
        JOINERS.holds(word).then_some(from)
    });
    sign.max(joints.last()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::read_metadata::clean_names::{Trust, clean_names};

    #[test]
    fn whoever_did_other_work_is_no_author() {
        for (byline, expected) in [
            ("By Ada Moreno. Edited by Max Roth", &["Ada Moreno"][..]),
            ("Ada Moreno (photos)", &[]),
            ("Text: Ada Moreno, Fotos: Max Roth", &["Ada Moreno"]),
            ("By Ada Moreno | Photographs by Max Roth", &["Ada Moreno"]),
            ("Por Ada Moreno / Traducción: Can Öz", &["Ada Moreno"]),
            ("Story and photos by Ada Moreno", &["Ada Moreno"]),
            ("Автор: Ада Морено. Фото: Макс Рот", &["Ада Морено"]),
            ("来源：海岸报 作者：李华", &["李华"]),
            ("责任编辑：李华", &[]),
            ("Ada Moreno and Can Öz", &["Ada Moreno", "Can Öz"]),
        ] {
            assert_eq!(clean_names(byline, Trust::Stated), expected, "{byline}");
        }
    }

    #[test]
    fn a_byline_without_credits_is_not_copied() {
        for byline in ["Ada Moreno", "By Ada Moreno and Can Öz", "作者：李华", ""] {
            assert!(matches!(without_credits(byline), Cow::Borrowed(_)), "{byline}");
        }
    }

    #[test]
    fn credits_are_known_at_both_ends() {
        assert!(begins_with_credit("Edited by Max Roth") && !begins_with_credit("By Ada Moreno"));
        assert!(ends_in_credit("Photographer: ") && ends_in_credit("Editor") && !ends_in_credit("By"));
        assert!(is_credit("photos & video") && !is_credit("photos of Ada") && !is_credit(""));
    }
}
