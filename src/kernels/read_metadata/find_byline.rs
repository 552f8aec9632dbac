//! Finds the visible byline of an article: elements marked as its author's, or a line that begins like one, near the headline.

use std::borrow::Cow;
use std::ops::Range;

use crate::kernels::parse_html::{HtmlPage, local_name};

use super::byline_words::{BESIDE_WORDS, CLASS_WORDS, FOREIGN_WORDS, Words};
use super::clean_names::{Trust, clean_names, is_full_name, is_lead, without_leads};
use super::credits::{begins_with_credit, ends_in_credit, without_credits};
use super::fold_words::is_ideograph;
use super::visible_text::visible_lines;

/// Longest text of an element that is read as a byline.
const LONGEST: usize = 300;
/// Marked elements that are looked at.
const MAX_HINTS: usize = 64;
/// Elements around an element that are asked what it is part of.
const MAX_AROUND: usize = 12;
/// Nodes behind the headline among which a line may be the byline without a mark.
const LINES_WITHIN: usize = 400;
/// Nodes before an element among which the text right before it is looked for, and how much of that may be a label, in bytes.
const MAX_BEFORE: usize = 6;
const LONGEST_LABEL: usize = 60;
/// Nodes behind the first marked author within which further ones belong to it.
const GROUP_WITHIN: usize = 60;

/// An element that is marked as naming an author.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The element.
    pub node: usize,
    /// Whether the mark is one of the standards (`rel=author`), not a class.
    pub is_standard: bool,
}

/// Whether `class`, `id` or the like says that an element names an author.
pub fn is_byline_class(value: &str) -> bool {
    may_name_author(value) && class_words(value).any(|word| has_word(&CLASS_WORDS, word))
}

/// Four letters of each class word.
const PARTS: [&[u8; 4]; 18] = [
    b"auth", b"aute", b"auto", b"byli", b"byus", b"ontr", b"eato", b"rfat", b"jour", b"tedb", b"edak", b"epor",
    b"chre", b"igna", b"bmit", b"erna", b"rfas", b"writ",
];

/// Which bytes begin one of [`PARTS`], in either case, by the second byte.
const PART_STARTS: [u32; 256] = {
    let mut starts = [0; 256];
    let mut at = 0;
    while at < PARTS.len() {
        let [first, second, ..] = *PARTS[at];
        starts[second as usize] |= 1 << (first & 0x1F);
        starts[second.to_ascii_uppercase() as usize] |= 1 << (first & 0x1F);
        at += 1;
    }
    starts
};

/// A quick look for four letters of each class word, which most classes do not survive.
fn may_name_author(value: &str) -> bool {
    value.as_bytes().windows(4).any(|window| {
        PART_STARTS[usize::from(window[1])] >> (window[0] & 0x1F) & 1 == 1
            && PARTS.iter().any(|part| part.eq_ignore_ascii_case(window))
    })
}

/// Whether an address is that of a page about an author: `/author/ada`.
pub fn is_author_link(href: &str) -> bool {
    may_name_author(href) && href.split(['/', '?', '#']).skip(1).any(|part| has_word(&CLASS_WORDS, part))
}

/// Bytes of an attribute in which words are looked for.
const MAX_CLASS: usize = 1024;

/// The words in a list of classes: `PostAuthor-name` holds `Post`, `Author` and `name`.
fn class_words(value: &str) -> impl Iterator<Item = &str> {
    let start = value.floor_char_boundary(MAX_CLASS.min(value.len()));
    value[..start].split(|c: char| !c.is_ascii_alphabetic()).flat_map(|word| {
        let mut rest = word;
        std::iter::from_fn(move || {
            let bytes = rest.as_bytes();
            let is_hump = |at: &usize| bytes[*at].is_ascii_uppercase() && bytes[at - 1].is_ascii_lowercase();
            let end = (1..bytes.len()).find(is_hump).unwrap_or(bytes.len());
            let (first, behind) = rest.split_at(end);
            rest = behind;
            (!first.is_empty()).then_some(first)
        })
    })
}

/// Whether a list has a word of ASCII letters, whatever its case.
fn has_word(list: &Words, word: &str) -> bool {
    let mut lower = [0; 16];
    let Some(lower) = lower.get_mut(..word.len()) else { return false };
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    std::str::from_utf8(lower).is_ok_and(|word| list.has(word))
}

/// The names in the visible byline. `headline` is the element of the headline, `body` the nodes of the body, where they are known.
pub fn find_byline(
    page: &HtmlPage,
    hints: &[Hint],
    headline: Option<usize>,
    body: Option<&Range<usize>>,
) -> Vec<String> {
    let anchor = headline.or(body.map(|body| body.start));
    let mut ranked: Vec<(i32, Hint)> = hints.iter().map(|hint| (weight(page, *hint, anchor, body), *hint)).collect();
    ranked.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    let mut best: Option<Byline> = None;
    for (weight, hint) in ranked.into_iter().take(MAX_HINTS) {
        if best.as_ref().is_some_and(|best| best.score > weight) {
            break;
        }
        let Some(score) = place_of(page, hint.node).score(weight) else { continue };
        let is_less = |best: &Byline| {
            let is_apart = hint.node > best.hint.node + GROUP_WITHIN || !is_alike(page, best.hint.node, hint.node);
            best.score > score || best.score == score && is_apart
        };
        if best.as_ref().is_some_and(is_less) {
            continue;
        }
        let names = names_in(page, hint);
        if names.is_empty() {
            continue;
        }
        match &mut best {
            Some(best) if best.score == score => {
                for name in names {
                    if !best.names.iter().any(|own| own.contains(&name) || name.contains(&**own)) {
                        best.names.push(name);
                    }
                }
            }
            _ => best = Some(Byline { score, hint, names }),
        }
    }
    best.map_or_else(|| find_line(page, anchor), |best| best.names)
}

/// A byline that was found.
struct Byline {
    score: i32,
    hint: Hint,
    names: Vec<String>,
}

/// The names in a marked element; none where the text before it credits them with other work.
fn names_in(page: &HtmlPage, hint: Hint) -> Vec<String> {
    let Some(text) = visible_lines(page, hint.node, LONGEST) else { return Vec::new() };
    if ends_in_credit(text_before(page, hint.node)) {
        return Vec::new();
    }
    let trust = trust(page, hint, &text);
    let mut names = clean_names(&text, trust);
    // Beside full names single words are labels, and short words of dense scripts are names only where something says so.
    let has_full = names.iter().any(|name| is_full_name(name));
    names.retain(|name| !has_full || is_full_name(name));
    names.retain(|name| trust == Trust::Stated || !name.chars().all(is_ideograph));
    names
}

/// The end of the text right before an element, in the element around it or the one around that.
fn text_before(page: &HtmlPage, node: usize) -> &str {
    let outer = page.parent(page.parent(node));
    let mut before =
        (outer..node).rev().take(MAX_BEFORE).filter(|at| page.is_text(*at)).map(|at| page.text(at).trim_end());
    let text = before.find(|text| !text.is_empty()).unwrap_or_default();
    &text[text.ceil_char_boundary(text.len().saturating_sub(LONGEST_LABEL))..]
}

/// A class is a weak mark: without a lead word or a link only full names count.
fn trust(page: &HtmlPage, hint: Hint, text: &str) -> Trust {
    let is_link = |node: usize| *page.name(node) == local_name!("a");
    let has_link =
        || is_link(hint.node) || is_link(page.parent(hint.node)) || page.descendants(hint.node).take(8).any(is_link);
    if hint.is_standard || without_leads(text).1 || has_link() { Trust::Stated } else { Trust::Words }
}

/// Whether two elements have the same name and classes.
fn is_alike(page: &HtmlPage, one: usize, other: usize) -> bool {
    let class = |node| page.attribute(node, &local_name!("class"));
    page.name(one) == page.name(other) && class(one) == class(other)
}

/// How much speaks for a marked element being the byline, by its mark and its distance from headline and body.
fn weight(page: &HtmlPage, hint: Hint, anchor: Option<usize>, body: Option<&Range<usize>>) -> i32 {
    let mut weight = 3 + i32::from(hint.is_standard);
    if let Some(anchor) = anchor {
        let end = page.end(anchor);
        weight += match hint.node {
            node if node >= end && node - end < 80 => 4,
            node if node >= end && node - end < 400 => 2,
            node if node < anchor && anchor - node < 40 => 2,
            _ => 0,
        };
    }
    if body.is_some_and(|body| hint.node + 100 >= body.start && hint.node < body.end + 60) {
        weight += 1;
    }
    weight
}

/// What an element is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Comments, navigation, other articles.
    Foreign,
    /// What stands beside or below.
    Beside,
    /// Nothing known.
    Free,
}

impl Place {
    /// What is left of the weight of a mark that stands there.
    fn score(self, weight: i32) -> Option<i32> {
        match self {
            Self::Foreign => None,
            Self::Beside => Some(weight - 2),
            Self::Free => Some(weight),
        }
    }
}

fn place_of(page: &HtmlPage, node: usize) -> Place {
    let mut place = Place::Free;
    for around in std::iter::once(node).chain(page.ancestors(node).take(MAX_AROUND)) {
        match *page.name(around) {
            local_name!("nav") | local_name!("figure") | local_name!("figcaption") => return Place::Foreign,
            local_name!("body") | local_name!("html") => return place,
            local_name!("footer") | local_name!("aside") => place = Place::Beside,
            _ => {}
        }
        for key in [local_name!("class"), local_name!("id")] {
            let value = page.attribute(around, &key).unwrap_or_default();
            if class_words(value).any(|word| has_word(&FOREIGN_WORDS, word)) {
                return Place::Foreign;
            }
            if class_words(value).any(|word| has_word(&BESIDE_WORDS, word)) {
                place = Place::Beside;
            }
        }
    }
    place
}

/// A line behind the headline that begins with a lead word and names somebody.
fn find_line(page: &HtmlPage, anchor: Option<usize>) -> Vec<String> {
    let Some(anchor) = anchor else { return Vec::new() };
    let first = page.end(anchor);
    let lines = (first..page.len().min(first + LINES_WITHIN)).filter(|node| page.is_text(*node));
    lines.map(|node| names_in_line(page, node)).find(|names| !names.is_empty()).unwrap_or_default()
}

/// The names in the line that a text begins, when it begins with a lead word.
fn names_in_line(page: &HtmlPage, node: usize) -> Vec<String> {
    let text = page.text(node).trim();
    if text.is_empty() || text.len() > LONGEST {
        return Vec::new();
    }
    let text = if begins_with_credit(text) { without_credits(text) } else { Cow::Borrowed(text) };
    let text = &*text;
    let is_alone = is_lead(text) && *page.name(page.parent(node)) != local_name!("a");
    if !is_alone && !without_leads(text).1 {
        return Vec::new();
    }
    let lines = page.ancestors(node).take(3).filter_map(|around| visible_lines(page, around, LONGEST));
    let own = (!is_alone).then(|| text.to_owned());
    let line = own.into_iter().chain(lines).find(|line| line.len() > text.len() || !is_alone);
    let names = line.map(|line| clean_names(&line, line_trust(&line))).unwrap_or_default();
    if names.is_empty() || place_of(page, node) == Place::Foreign { Vec::new() } else { names }
}

/// `Posted by` says more than `by`: a single name may follow.
fn line_trust(line: &str) -> Trust {
    let rest = without_leads(line).0;
    let lead = line[..line.len() - rest.len()].trim();
    let is_short = rest.split_whitespace().count() <= 3;
    if lead.contains(' ') && is_short { Trust::Stated } else { Trust::Words }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::parse_html::{LocalName, parse_html};

    fn find(html: &str) -> Vec<String> {
        let page = parse_html(html);
        let named = |node: &usize, key: LocalName| page.attribute(*node, &key).is_some_and(is_byline_class);
        let hints: Vec<_> = (1..page.len())
            .filter(|node| named(node, local_name!("class")) || named(node, local_name!("rel")))
            .map(|node| Hint { node, is_standard: page.attribute(node, &local_name!("rel")).is_some() })
            .collect();
        let headline = (1..page.len()).find(|node| *page.name(*node) == local_name!("h1"));
        find_byline(&page, &hints, headline, None)
    }

    #[test]
    fn classes_are_read_by_words() {
        assert!(
            is_byline_class("post-author") && is_byline_class("articleAuthorName") && is_byline_class("Byline__names")
        );
        assert!(
            is_author_link("https://a.example/author/ada")
                && !is_author_link("/authority")
                && !is_author_link("author")
        );
        assert!(!is_byline_class("authority") && !is_byline_class("") && !is_byline_class("authorization-form"));
    }

    #[test]
    fn the_byline_at_the_headline_counts() {
        let page = "<div class=comment><a rel=author>Bot</a></div><h1>Head</h1><p class=byline>By Ada Moreno</p><p class=byline>Can Öz</p>\
            <aside><a rel=author>Eve Other</a></aside>";
        assert_eq!(find(page), ["Ada Moreno", "Can Öz"]);
        assert_eq!(find("<h1>Head</h1><p><span>By </span><a href=x>Ada Moreno</a>, Ankara</p><p>Text"), ["Ada Moreno"]);
        assert_eq!(find("<h1>Head</h1><p>By the sea there is a harbour.</p>"), [""; 0]);
    }
}
