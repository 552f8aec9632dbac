//! Finds a name that signs an article without any word or mark that says so: alone with the date on a line below the headline.

use crate::kernels::parse_date::{DateContext, find_dates};
use crate::kernels::parse_html::{HtmlPage, local_name};

use super::byline_words::{DATE_WORDS, LABELS, PARTICLES, PLACE_WORDS};
use super::clean_names::{Trust, clean_names, is_full_name};
use super::name_site::Site;
use super::visible_text::visible_lines;

/// Nodes behind the headline among which the line may stand.
const WITHIN: usize = 120;
/// A longer text is prose, before which the line stands, in bytes.
const PROSE: usize = 150;
/// Longest line in bytes.
const LONGEST: usize = 120;
/// Words of a name; what has more may be anything.
const MAX_WORDS: usize = 3;

/// The names that sign the article: `Ada Moreno · 7 May 2024`, in scripts with capitals. `headline` is its element.
///
/// The line holds nothing but the name, a date and its labels. Names that stand above the headline, too, are those of sections.
pub fn find_signature(page: &HtmlPage, headline: Option<usize>, site: &Site) -> Vec<String> {
    let Some(headline) = headline else { return Vec::new() };
    let first = page.end(headline);
    let texts = (first..page.len().min(first + WITHIN)).filter(|node| page.is_text(*node));
    for node in texts.take_while(|node| page.text(*node).trim().len() < PROSE) {
        if !page.text(node).bytes().any(|byte| byte.is_ascii_digit()) {
            continue;
        }
        let around = page.ancestors(node).take(3).take_while(|around| *around > headline);
        for line in around.map_while(|around| visible_lines(page, around, LONGEST)) {
            let names = names_beside_date(&line);
            if !names.is_empty() {
                let is_author = |name: &String| !site.is_name(name) && !stands_above(page, headline, name);
                return if names.iter().all(is_author) { names } else { Vec::new() };
            }
        }
    }
    Vec::new()
}

/// The names on a line that holds a date, when it holds nothing else.
fn names_beside_date(line: &str) -> Vec<String> {
    let dates = find_dates(line, &DateContext::default());
    let (Some(first), Some(last)) = (dates.first(), dates.last()) else { return Vec::new() };
    let before = line.get(..first.range.start).unwrap_or_default();
    let behind = line.get(last.range.end..).unwrap_or_default();
    let is_sign = |letter: char| matches!(letter, '|' | '│' | '｜' | '•' | '·' | '–' | '—' | '\n');
    let mut names = Vec::new();
    // Behind a date and a comma stands its place.
    let parts = before.split(|letter| is_sign(letter) || letter == ',').chain(behind.split(is_sign));
    for part in parts.map(str::trim).filter(|part| !is_label(part)) {
        let found = if names.is_empty() { clean_names(part, Trust::Words) } else { Vec::new() };
        let letters = |text: &str| text.chars().filter(|letter| letter.is_alphabetic()).count();
        let is_whole = !found.is_empty() && letters(part) <= found.iter().map(|name| letters(name)).sum::<usize>() + 3;
        if !is_whole || !found.iter().all(|name| is_person(name)) {
            return Vec::new();
        }
        names = found;
    }
    names
}

/// Whether a part of a line says nothing but what the date is, how long the text is, or what time it is.
fn is_label(part: &str) -> bool {
    part.split_whitespace().all(|word| {
        let is_number =
            !word.chars().any(char::is_alphabetic) || word.starts_with(|letter: char| letter.is_ascii_digit());
        is_number || LABELS.holds(word) || DATE_WORDS.holds(word) || word.chars().next().is_some_and(char::is_lowercase)
    })
}

/// Whether a full name looks like a person's: capitals, small letters, no word that begins names of places.
fn is_person(name: &str) -> bool {
    let is_word = |word: &str| {
        let mut letters = word.chars();
        PARTICLES.holds(word)
            || letters.next().is_some_and(char::is_uppercase)
                && (letters.any(char::is_lowercase) || word.ends_with('.'))
    };
    let words = name.split_whitespace();
    // `van der Berg`, but not `Tag der Arbeit`: an article alone is no particle of a name.
    let is_phrase = words.clone().zip(words.clone().skip(1)).any(|(before, word)| {
        matches!(word, "der" | "den" | "das" | "la" | "le" | "los") && before.starts_with(char::is_uppercase)
    });
    is_full_name(name)
        && !is_phrase
        && words.clone().filter(|word| !PARTICLES.holds(word)).count() <= MAX_WORDS
        && words.clone().all(|word| is_word(word) && !PLACE_WORDS.holds(word))
}

/// Whether a text stands alone above the headline, or in a link to elsewhere.
fn stands_above(page: &HtmlPage, headline: usize, name: &str) -> bool {
    let is_name = |node: &usize| page.is_text(*node) && page.text(*node).trim().eq_ignore_ascii_case(name);
    let is_head = |node: usize| page.ancestors(node).any(|around| *page.name(around) == local_name!("head"));
    (1..headline).filter(is_name).any(|node| !is_head(node))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::parse_html::parse_html;

    fn find(above: &str, line: &str) -> Vec<String> {
        let page = parse_html(&format!(
            "<title>Ada Moreno</title>{above}<h1>Harbour opens</h1>{line}<p>The harbour opened.</p>"
        ));
        let headline = (1..page.len()).find(|node| *page.name(*node) == local_name!("h1"));
        find_signature(&page, headline, &Site::new(["The Coast Post"].into_iter(), None))
    }

    #[test]
    fn a_name_beside_the_date_signs() {
        for (line, expected) in [
            ("<p>Ada Moreno · 7 May 2024</p>", &["Ada Moreno"][..]),
            ("<p>Ada Moreno, 7 May 2024</p>", &["Ada Moreno"]),
            ("<p>7. Mai 2024 | Ada Moreno</p>", &["Ada Moreno"]),
            ("<div><span>Ada Moreno</span> <time>7 mai 2024</time></div>", &["Ada Moreno"]),
            ("<div><span>Ada Moreno</span><time>7 mai 2024</time></div>", &["Ada Moreno"]),
            ("<p>Ада Морено | 7 мая 2024</p>", &["Ада Морено"]),
            ("<p>Ada Moreno and Can Öz | Published 7 May 2024, 10:30 | 4 min read</p>", &["Ada Moreno", "Can Öz"]),
            ("<p>Mia van der Berg – 7 mei 2024</p>", &["Mia van der Berg"]),
            ("<p>New York, 7 May 2024</p>", &[]),
            ("<p>WORLD SPORT | 7 May 2024</p>", &[]),
            ("<p>The Coast Post | 7 May 2024</p>", &[]),
            ("<p>Ada Moreno opened the harbour, 7 May 2024</p>", &[]),
            ("<p>7 May 2024, Ada Moreno</p>", &[]),
            ("<p>Tag der Arbeit, 7. Mai 2024</p>", &[]),
            ("<p>Ada Moreno | Town Hall | 7 May 2024</p>", &[]),
        ] {
            assert_eq!(find("", line), expected, "{line}");
        }
        assert_eq!(find("<nav><a href=/c>Climate Change</a></nav>", "<p>Climate Change | 7 May 2024</p>"), [""; 0]);
    }
}
