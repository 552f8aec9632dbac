//! Chooses the headline among what the page shows and what it says of itself.
//!
//! The headline that readers see is the title: the `<h1>` that agrees best with the titles in the head of the page. The head's titles
//! are written for search engines and social networks and carry the name of the site; they decide which `<h1>` it is, and speak when
//! there is none. Where a news article's JSON-LD headline differs from the `<h1>`, the one that `<title>` does not repeat is the editor's.

use crate::kernels::parse_html::{HtmlPage, local_name};
use crate::statement::Evidence;

use super::fold_words::{fold_words, holds_words, likeness};
use super::name_site::Site;
use super::split_title::{pieces, runs, strong_pieces, without_site};
use super::visible_text::visible_text;

/// Longest headline in bytes.
const LONGEST: usize = 600;
/// `<h1>` elements that are looked at.
const MAX_HEADINGS: usize = 32;
/// Elements within an `<h1>` that are looked at.
const MAX_WITHIN: usize = 32;
/// A heading as alike to a title of the head as this ([`likeness`]) is the headline.
const LIKE: f32 = 1.5;
/// Words of a headline that stands alone and agrees with nothing.
const LONE_WORDS: usize = 4;

/// Where a title of the head comes from, in order of trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Head {
    /// `headline` of JSON-LD.
    JsonLd,
    /// `og:title` and its kin.
    Social,
    /// `twitter:title`.
    Card,
    /// `headline` of microdata.
    Item,
    /// `<title>`.
    Page,
}

impl Head {
    fn weight(self) -> f32 {
        match self {
            Self::JsonLd => 3.0,
            Self::Social | Self::Page => 2.0,
            Self::Card => 1.2,
            Self::Item => 1.0,
        }
    }

    fn evidence(self) -> Evidence {
        if self == Self::JsonLd { Evidence::JsonLd } else { Evidence::Meta }
    }
}

/// What is known of the title besides the headings.
#[derive(Debug)]
pub struct Titles<'t> {
    /// The titles of the head, one of each kind at most.
    pub heads: Vec<(Head, &'t str)>,
    /// Whether the JSON-LD headline is that of a news article.
    pub is_news: bool,
    /// The site.
    pub site: &'t Site,
}

/// A title of the head without the name of the site.
struct Candidate<'t> {
    head: Head,
    weight: f32,
    text: &'t str,
    key: String,
}

/// A heading of the page.
struct Heading {
    node: usize,
    text: String,
    key: String,
    score: f32,
}

/// A title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title {
    /// Where it stands.
    pub evidence: Evidence,
    /// The words.
    pub text: String,
    /// The heading that is the headline, where there is one.
    pub heading: Option<usize>,
}

/// Chooses the title; `None` when the page has none.
pub fn choose_title(page: &HtmlPage, headings: &[usize], titles: &Titles<'_>) -> Option<Title> {
    let candidates = candidates(titles);
    let headings = scored_headings(page, headings, titles, &candidates);
    // Of equals the first.
    let best = headings.iter().rev().max_by(|one, other| one.score.total_cmp(&other.score));
    if let Some(best) = best {
        // News articles repeat their headline in the head; other pages often do not.
        let is_lone =
            !titles.is_news && headings.len() == 1 && best.score >= 0.0 && best.key.split(' ').count() >= LONE_WORDS;
        if best.score >= LIKE || is_lone {
            let (evidence, text) = from_heading(page, best, titles, &candidates);
            return Some(Title { evidence, text, heading: Some(best.node) });
        }
    }
    from_heads(&candidates, best.filter(|best| best.score >= 0.0), titles)
        .or_else(|| best.map(|best| (Evidence::Byline, best.text.clone())))
        .or_else(|| titles.heads.first().map(|(head, text)| (head.evidence(), (*text).to_owned())))
        .map(|(evidence, text)| Title { evidence, text, heading: None })
}

fn candidates<'t>(titles: &Titles<'t>) -> Vec<Candidate<'t>> {
    let clean = |(head, text): &(Head, &'t str)| {
        let text = without_site(text, titles.site);
        let key = fold_words(text);
        // A title that was cut off is worth little.
        let weight = head.weight() * if text.ends_with("...") || text.ends_with('…') { 0.3 } else { 1.0 };
        (!key.is_empty() && !titles.site.is_name(text)).then_some(Candidate { head: *head, weight, text, key })
    };
    titles.heads.iter().filter_map(clean).collect()
}

fn scored_headings(
    page: &HtmlPage,
    headings: &[usize],
    titles: &Titles<'_>,
    candidates: &[Candidate<'_>],
) -> Vec<Heading> {
    let raw: Vec<String> = titles.heads.iter().map(|(_, text)| fold_words(text)).collect();
    let read = |node: &usize| {
        let text = visible_text(page, *node, LONGEST)?;
        let key = fold_words(&text);
        if key.is_empty() {
            return None;
        }
        // Titles written for people count a little more than those for search engines.
        let like = |it: &Candidate<'_>| likeness(&key, &it.key) + if it.head == Head::Page { 0.0 } else { 0.05 };
        let cleaned = candidates.iter().map(like).fold(0.0, f32::max);
        let whole = raw.iter().map(|raw| likeness(&key, raw).min(3.9)).fold(0.0, f32::max);
        let is_site = titles.site.is_name(&text) || is_home_link(page, *node);
        let score = match is_site {
            true if cleaned >= 4.0 => LIKE,
            true => -1.0,
            false => cleaned.max(whole),
        };
        Some(Heading { node: *node, text, key, score })
    };
    headings.iter().take(MAX_HEADINGS).filter_map(read).collect()
}

/// Whether all text of a heading is one link to the front page: a logo.
fn is_home_link(page: &HtmlPage, node: usize) -> bool {
    let within = page.descendants(node).take(MAX_WITHIN).find(|it| *page.name(*it) == local_name!("a"));
    let link = within.or_else(|| page.ancestors(node).take(2).find(|it| *page.name(*it) == local_name!("a")));
    let Some(href) = link.and_then(|link| page.attribute(link, &local_name!("href"))) else { return false };
    let path =
        href.trim().split_once("//").map_or(href.trim(), |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
    matches!(path, "/" | "./" | "/index.html" | "/index.php" | "index.html" | "index.php")
}

/// The title when a heading is the headline.
fn from_heading(
    page: &HtmlPage,
    best: &Heading,
    titles: &Titles<'_>,
    candidates: &[Candidate<'_>],
) -> (Evidence, String) {
    let of = |head: Head| candidates.iter().find(|it| it.head == head);
    if let Some(json) = of(Head::JsonLd).filter(|json| titles.is_news && json.key != best.key) {
        let others = [of(Head::Social), of(Head::Card)];
        let agrees = |key: &str| others.iter().flatten().any(|it| it.key == key);
        let raw = titles.heads.iter().find(|(head, _)| *head == Head::Page).map(|(_, text)| fold_words(text));
        let repeats = |key: &str| raw.as_deref().is_some_and(|raw| holds_words(raw, key));
        let is_editors = if likeness(&json.key, &best.key) >= 3.0 {
            // One is the other with a kicker or an ending.
            agrees(&json.key) && !agrees(&best.key)
        } else {
            repeats(&best.key) && !repeats(&json.key)
        };
        if is_editors {
            return (Evidence::JsonLd, json.text.to_owned());
        }
    }
    let text = part_of_heading(page, best, candidates).unwrap_or_else(|| without_own_site(best, titles.site));
    (Evidence::Byline, text)
}

/// The part of a heading that is the headline, where a kicker or a note stands in an element of its own beside it.
fn part_of_heading(page: &HtmlPage, best: &Heading, candidates: &[Candidate<'_>]) -> Option<String> {
    if candidates.iter().any(|it| it.key == best.key) {
        return None;
    }
    page.descendants(best.node).take(MAX_WITHIN).find_map(|node| {
        let text = visible_text(page, node, LONGEST)?;
        let key = fold_words(&text);
        let is_whole = || candidates.iter().any(|it| it.key == key);
        let is_run = || {
            2 * key.len() > best.key.len()
                && candidates.iter().any(|it| runs(it.text).any(|run| fold_words(run) == key))
        };
        (key.len() < best.key.len() && key.len() >= 6 && (is_whole() || is_run())).then_some(text)
    })
}

/// A heading may carry the name of the site, too, behind a bar.
fn without_own_site(best: &Heading, site: &Site) -> String {
    let pieces = pieces(&best.text);
    let last =
        pieces.len().checked_sub(2).and_then(|before| Some((before, best.text.get(pieces[before + 1].clone())?)));
    match last {
        Some((before, name)) if site.is_exact_name(name) => best.text[..pieces[before].end].to_owned(),
        _ => best.text.clone(),
    }
}

/// The title when no heading is the headline: what most titles of the head say.
fn from_heads(
    candidates: &[Candidate<'_>],
    heading: Option<&Heading>,
    titles: &Titles<'_>,
) -> Option<(Evidence, String)> {
    // A title that holds another one between separators is that one with something added.
    let short = |it: &Candidate<'_>| {
        let others = || candidates.iter().filter(|other| other.key.len() < it.key.len());
        let run = runs(it.text).map(fold_words).find(|run| others().any(|other| other.key == *run));
        run.unwrap_or_else(|| it.key.clone())
    };
    let keys: Vec<String> = candidates.iter().map(short).collect();
    let votes = |key: &str| {
        let own = heading.filter(|heading| heading.key == key).map_or(0.0, |_| 2.5);
        candidates.iter().zip(&keys).filter(|(_, own)| *own == key).map(|(it, _)| it.weight).sum::<f32>() + own
    };
    let (place, key) =
        keys.iter().enumerate().rev().max_by(|(_, one), (_, other)| votes(one).total_cmp(&votes(other)))?;
    if let Some(heading) = heading.filter(|_| votes(key) < 2.5) {
        return Some((Evidence::Byline, heading.text.clone()));
    }
    let winner = candidates.iter().find(|it| it.key == *key).or(candidates.get(place))?;
    let is_only_page = candidates.iter().all(|it| it.head == Head::Page);
    let text = if is_only_page { longest_piece(winner.text, titles.site) } else { winner.text };
    Some((winner.head.evidence(), text.to_owned()))
}

/// Without any other witness the longest piece of `<title>` is the headline; sections and names are short.
fn longest_piece<'t>(title: &'t str, site: &Site) -> &'t str {
    let parts = strong_pieces(title).into_iter().rev().filter(|part| !site.is_name(part));
    parts.max_by_key(|part| part.chars().count()).filter(|part| part.contains(' ')).unwrap_or(title)
}
