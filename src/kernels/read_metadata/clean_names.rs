//! Reads the names of persons out of a byline: without lead words, offices, addresses, dates and outlets.

use super::byline_words::{
    BODIES, BY_WORDS, DATE_WORDS, DENSE_LEADS, JOINERS, LABELS, LEADS, PARTICLES, ROLES, STOPS, TAILS, WEAK_JOINERS,
};
use super::credits::{CREDIT_MARK, is_credit, without_credits};
use super::entities::decode_entities;
use super::fold_words::{is_ideograph, is_invisible};

/// Longest byline that is read, in bytes.
const LONGEST: usize = 400;
/// Longest name in bytes.
const LONGEST_NAME: usize = 80;
/// Names that one byline may hold.
const MAX_NAMES: usize = 24;
/// Small words of a line that may be a byline; prose has more.
const MAX_SMALL: usize = 4;
/// Longest lead in bytes.
const LONGEST_LEAD: usize = 48;
/// Words that a name may have.
const MAX_WORDS: usize = 6;

/// How much speaks for a text being a byline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trust {
    /// The words alone: only full names count.
    Words,
    /// The page says that an author stands here: single names and names of bodies count.
    Stated,
}

/// The names in a byline, in order, each once. Empty when there is none.
pub fn clean_names(byline: &str, trust: Trust) -> Vec<String> {
    let mut names = Vec::new();
    if byline.len() > LONGEST {
        return names;
    }
    let text = plain_text(byline);
    let text = without_credits(&text);
    let mut goes_on = true;
    let mut is_line = false;
    for chunk in text.split_inclusive(is_strong_separator).flat_map(|chunk| chunk.split(" - ")) {
        // Names go on behind these; behind other separators stands another line of the page.
        let next_goes_on = chunk.ends_with(['/', '／', ';', '、', '・']);
        let next_is_line = chunk.ends_with('\n');
        let chunk = chunk.trim_end_matches(is_strong_separator).trim();
        let is_joint = chunk.is_empty() || JOINERS.holds(chunk) || chunk == ",";
        if is_joint || is_lead(chunk) {
            goes_on |= is_joint;
            continue;
        }
        // On the next line another author may stand, and nothing else.
        let is_next = goes_on || is_line && is_full_name(chunk);
        if !is_next && !names.is_empty() {
            break;
        }
        (goes_on, is_line) = (next_goes_on, next_is_line);
        let found = names_in(chunk, trust);
        if !names.is_empty() && !found.iter().all(|name| is_full_name(name)) || found.is_empty() && !names.is_empty() {
            break;
        }
        for name in found {
            if names.len() < MAX_NAMES && !names.iter().any(|known: &String| known.eq_ignore_ascii_case(&name)) {
                names.push(name);
            }
        }
    }
    names
}

fn is_strong_separator(letter: char) -> bool {
    matches!(letter, '|' | '│' | '｜' | '•' | '·' | '/' | '／' | ';' | '–' | '—' | '→' | '»' | '›' | '\n' | '、' | '・')
}

/// On lines, without what stands in brackets (a credit in them leaves its mark), without addresses, handles and invisible characters.
fn plain_text(byline: &str) -> String {
    let decoded = decode_entities(byline);
    let mut out = String::with_capacity(decoded.len());
    let mut is_line_end = false;
    let mut depth = 0_usize;
    let mut bare = String::with_capacity(decoded.len());
    let mut inner = String::new();
    for letter in decoded.chars().filter(|letter| !is_invisible(*letter)) {
        match letter {
            '(' | '[' | '（' | '【' | '<' => depth += 1,
            ')' | ']' | '）' | '】' | '>' if depth > 0 => {
                depth -= 1;
                bare.push(' ');
                if is_credit(&inner) {
                    bare.extend([CREDIT_MARK, ' ']);
                }
                inner.clear();
            }
            _ if depth == 0 => bare.push(letter),
            _ => inner.push(letter),
        }
    }
    for line in bare.split('\n') {
        for word in line.split_whitespace().filter(|word| !is_address(word)) {
            if !out.is_empty() {
                out.push(if is_line_end { '\n' } else { ' ' });
            }
            is_line_end = false;
            out.push_str(word);
        }
        is_line_end = true;
    }
    out
}

/// Addresses of pages and mail, and handles.
fn is_address(word: &str) -> bool {
    word.contains('@') || word.contains("://") || word.starts_with("www.") || word.contains(".com/")
}

/// Whether a text is nothing but lead words.
pub fn is_lead(text: &str) -> bool {
    let text = text.trim().trim_end_matches([':', '：']);
    LEADS.holds(text) || DENSE_LEADS.contains(&text)
}

/// Whether a line begins with words that announce an author: `By`, `Von`, `作者`.
pub fn begins_with_lead(line: &str) -> bool {
    lead_length(line.trim_start()).is_some()
}

/// The text without lead words at its beginning, and whether there were any.
pub fn without_leads(text: &str) -> (&str, bool) {
    let mut rest = text.trim();
    let mut had_lead = false;
    while let Some(found) = lead_length(rest) {
        rest =
            rest[found..].trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '：' | '.' | '/' | ','));
        had_lead = true;
    }
    (rest, had_lead)
}

fn lead_length(text: &str) -> Option<usize> {
    let dense = DENSE_LEADS.iter().filter(|lead| text.starts_with(**lead)).map(|lead| lead.len()).max();
    if let Some(length) = dense {
        // `文` may begin a name; it leads only before a sign.
        let is_lead = length > 3 || text[length..].starts_with([' ', ':', '：', '/', '／', '|']);
        return is_lead.then_some(length);
    }
    // Leads have up to five words, and end before white space or a colon.
    let is_edge = |c: char| c.is_whitespace() || c == ':' || c == '：';
    let ends = text.char_indices().filter(|(_, letter)| is_edge(*letter)).map(|(at, _)| at);
    let fits = |end: &usize| {
        let lead = &text[..*end];
        if lead.chars().any(char::is_uppercase) { LEADS.has(&lead.to_lowercase()) } else { LEADS.has(lead) }
    };
    ends.take_while(|end| *end <= LONGEST_LEAD).take(5).filter(fits).last()
}

fn names_in(chunk: &str, trust: Trust) -> Vec<String> {
    let (bare, had_lead) = without_leads(chunk);
    let small =
        bare.split_whitespace().filter(|word| is_small(word) && !PARTICLES.holds(word) && !JOINERS.holds(word)).count();
    if small > MAX_SMALL && !had_lead {
        return Vec::new();
    }
    let chunk = behind_note(bare);
    let mut names = Vec::new();
    for (place, part) in chunk.split([',', '，']).enumerate() {
        let part = part.trim();
        // Behind a comma stands another author, an office or a place: only full names count.
        let last = part
            .split_whitespace()
            .next()
            .filter(|word| JOINERS.holds(word))
            .map_or(part, |word| part[word.len()..].trim());
        if place == 0 || is_full_name(last) || last.split_whitespace().any(|word| JOINERS.holds(word)) {
            let found = joined_names(last, trust);
            names.extend(found.into_iter().filter(|name| place == 0 || is_full_name(name)));
        }
        if names.is_empty() {
            break;
        }
    }
    names
}

/// What stands behind `by` and its like within the first words, unless a full name stands before it.
fn behind_note(text: &str) -> &str {
    let mut at = 0;
    for word in text.split_whitespace().take(8) {
        let start = text[at..].find(word).map_or(at, |found| at + found);
        let (before, behind) = (text[..start].trim(), text[start + word.len()..].trim());
        if BY_WORDS.has(word) && !before.is_empty() {
            let next: Vec<&str> = behind.split_whitespace().take(2).collect();
            return if is_full_name(&next.join(" ")) { behind } else { text };
        }
        at = start + word.len();
    }
    text
}

/// The names that joining words part.
fn joined_names(text: &str, trust: Trust) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let place = words.iter().position(|word| JOINERS.holds(word)).filter(|place| *place > 0 || words.len() > 1);
    if let Some(place) = place {
        let (before, behind) = (words[..place].join(" "), words[place + 1..].join(" "));
        let mut names: Vec<String> = name_in(&before, trust).into_iter().collect();
        if !behind.is_empty() {
            names.extend(joined_names(&behind, trust));
        }
        return names;
    }
    if let Some(place) = words.iter().position(|word| WEAK_JOINERS.has(word)) {
        let (before, behind) = (words[..place].join(" "), words[place + 1..].join(" "));
        if is_full_name(&before) && is_full_name(&behind) {
            return [before, behind].iter().filter_map(|name| name_in(name, trust)).collect();
        }
    }
    if text.chars().any(is_ideograph) && words.len() > 1 {
        let dense =
            words.iter().filter(|word| word.chars().all(is_ideograph) && (2..=4).contains(&word.chars().count()));
        return dense.map(|word| (*word).to_owned()).collect();
    }
    name_in(text, trust).into_iter().collect()
}

/// The name at the beginning of a text.
fn name_in(text: &str, trust: Trust) -> Option<String> {
    let (text, _) = without_leads(text);
    let all: Vec<&str> = text.split_whitespace().collect();
    let mut words: Vec<&str> = Vec::new();
    let mut is_full = false;
    for (place, word) in all.iter().enumerate() {
        let next = all.get(place + 1);
        let is_number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
        let is_odd = ROLES.holds(word)
            || LABELS.holds(word)
            || BODIES.holds(word) && next.is_some()
            || is_small(word) && !PARTICLES.holds(word) && !BODIES.holds(word)
            || STOPS.holds(word);
        let is_end = place > 0 && is_number(word)
            || TAILS.holds(word)
            || is_odd && is_full
            || place > 0 && DATE_WORDS.holds(word) && next.is_none_or(|next| is_number(next))
            || place == 1 && STOPS.has(word);
        if is_end {
            break;
        }
        words.push(word);
        is_full = is_full_name(&words.join(" "));
    }
    while words.last().is_some_and(|word| PARTICLES.holds(word) && is_small(word) && words.len() > 1) {
        words.pop();
    }
    let name = words.join(" ");
    let name = name.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | ')' | '\'' | '’'));
    let name = name.trim_start_matches(['.', '\'', '’', ')']).trim_end_matches([')', ':']);
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    let digits = name.chars().filter(char::is_ascii_digit).count();
    let is_short =
        (2..=LONGEST_NAME).contains(&name.len()) && words.len() <= MAX_WORDS && letters >= 2 && digits < letters;
    let is_name = match trust {
        Trust::Words => is_full_name(name),
        // What stands before a colon is a label that is not known.
        Trust::Stated => !is_label(name) && !name.contains([':', '：']),
    };
    (is_short && is_name).then(|| name.to_owned())
}

/// Labels, links, dates, roles and lead words, which are nobody's name.
fn is_label(name: &str) -> bool {
    name.split_whitespace()
        .all(|word| LABELS.holds(word) || DATE_WORDS.holds(word) || LEADS.holds(word) || STOPS.holds(word))
        || name.split_whitespace().next().is_some_and(|word| LABELS.holds(word))
}

/// Whether a text is a full name: two to six words, capitals or particles, at least two capitals, no office; or two to four ideographs.
pub fn is_full_name(name: &str) -> bool {
    if name.chars().all(is_ideograph) {
        return (2..=4).contains(&name.chars().count());
    }
    let mut words = 0;
    let mut capitals = 0;
    for word in name.split_whitespace() {
        words += 1;
        let is_word = word.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | '-' | '\'' | '’' | '‐'));
        let is_large = !is_small(word);
        capitals += usize::from(is_large);
        let is_office = ROLES.holds(word) || BODIES.holds(word) || LABELS.holds(word);
        if !is_word || is_office || !is_large && !PARTICLES.holds(word) {
            return false;
        }
    }
    (2..=MAX_WORDS).contains(&words) && capitals >= 2
}

/// Whether a word begins with a small letter.
fn is_small(word: &str) -> bool {
    word.chars().find(|c| c.is_alphabetic()).is_some_and(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_read_out_of_bylines() {
        for (line, expected) in [
            ("Ada Moreno", &["Ada Moreno"][..]),
            ("By Ada Moreno", &["Ada Moreno"]),
            ("Von Ada Moreno und Can Öz", &["Ada Moreno", "Can Öz"]),
            ("Written by: Ada Moreno, Science Editor | March 3, 2024", &["Ada Moreno"]),
            ("Ada Moreno, Can Öz & J. van der Berg", &["Ada Moreno", "Can Öz", "J. van der Berg"]),
            ("Par Ada Moreno avec Reuters", &["Ada Moreno", "Reuters"]),
            ("Ada Moreno 12. März 2024", &["Ada Moreno"]),
            ("Ada Moreno (dpa)", &["Ada Moreno"]),
            ("ada.moreno@mail.example", &[]),
            ("https://www.example.org/ada", &[]),
            ("@ada Ada Moreno", &["Ada Moreno"]),
            ("Recipe by Ada Moreno on Monday", &["Ada Moreno"]),
            ("The Example Press", &["The Example Press"]),
            ("Ada Moreno Senior Editor", &["Ada Moreno"]),
            ("Ada Moreno, Home Expert, Can Öz", &["Ada Moreno", "Can Öz"]),
            ("ferryfan on Monday", &["ferryfan"]),
            ("Santiago Ramón y Cajal", &["Santiago Ramón y Cajal"]),
            ("Ada Moreno y Can Öz", &["Ada Moreno", "Can Öz"]),
            ("ADA MORENO / CAN ÖZ", &["ADA MORENO", "CAN ÖZ"]),
            ("作者：王小明", &["王小明"]),
            ("记者 王小明 李华", &["王小明", "李华"]),
            ("김철수 기자", &["김철수"]),
            ("ferryfan", &["ferryfan"]),
            ("By", &[]),
            ("Published", &[]),
            ("12:30", &[]),
            ("Автор: Анна Петрова", &["Анна Петрова"]),
            ("", &[]),
        ] {
            assert_eq!(clean_names(line, Trust::Stated), expected, "{line}");
        }
        assert!(clean_names("By the sea", Trust::Words).is_empty());
        assert_eq!(clean_names("By Ada Moreno", Trust::Words), ["Ada Moreno"]);
    }

    proptest! {
        #[test]
        fn any_byline_is_read(line in any::<String>(), parts in prop::collection::vec(prop::sample::select(vec![
            "By ", "Ada ", "Moreno", ", ", " and ", " y ", "作者", "文", "：", "(", ")", "12", "de ", "|", " - ", "기자", "İ", "ß", "@", "&amp;",
        ]), 0..20)) {
            for text in [line, parts.concat()] {
                prop_assert!(clean_names(&text, Trust::Stated).len() <= MAX_NAMES);
                prop_assert!(clean_names(&text, Trust::Words).iter().all(|name| is_full_name(name)));
            }
        }
    }
}
