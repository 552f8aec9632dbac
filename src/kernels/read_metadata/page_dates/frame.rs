//! Where the article stands in a page: its headline, its body, and what stands beside them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;

use super::labels::{Names, read_names};
use super::lines::{Line, Lines};
use crate::kernels::extract_body::Body;
use crate::kernels::parse_html::{HtmlPage, local_name};

/// Lines as long as this are prose.
pub(super) const PROSE: usize = 150;
/// Points of a place from which on a line stands beside the headline or the body.
pub(super) const BESIDE: i32 = 45;
/// Elements around a date that are looked at; those whose names are taken for the date's own.
const MAX_DEPTH: usize = 48;
const OWN_DEPTH: usize = 4;
/// Bytes between the headline and what can only be its byline.
const CLOSE: usize = 40;
/// Bytes of prose in which a dateline may stand.
const OPENING: usize = 400;
/// A link with so many bytes of text is the headline of another article.
const LONG_LINK: usize = 28;
/// An item of a list is looked at so far, in nodes.
const MAX_ITEM: usize = 200;
/// Shortest headline that is looked for in the title, in bytes.
const SHORTEST_HEADLINE: usize = 8;
/// The hash of Fowler, Noll and Vo, FNV-1a of 64 bits.
const FNV_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0100_0000_01b3;

/// Where the article stands in a page.
pub(super) struct Frame<'p> {
    pub page: &'p HtmlPage,
    pub lines: &'p Lines,
    /// Node of the headline, and where it begins and ends.
    headline: Option<(usize, Range<usize>)>,
    /// Node of the first paragraph, and where the prose begins and ends.
    body: Option<(usize, Range<usize>)>,
    names: RefCell<BTreeMap<usize, Names>>,
}

impl<'p> Frame<'p> {
    /// Finds headline and body; `title` is what the page states as its title.
    pub fn of(page: &'p HtmlPage, body: &Body, lines: &'p Lines, title: Option<&str>) -> Self {
        let prose = |line: &&Line| line.length >= PROSE && line.heading == 0 && body.range.contains(&line.nodes.0);
        let text = lines.all.iter().find(prose).map(|line| line.place);
        let headline = find_headline(page, (lines, text), title);
        let place = |line: &Line| line.place..line.place + line.length;
        let from = headline.map_or(0, |line| line.place);
        let is_body = |line: &&Line| {
            line.length >= PROSE
                && line.heading == 0
                && (body.range.is_empty() && line.place >= from || body.range.contains(&line.nodes.0))
        };
        let first = lines.all.iter().find(is_body);
        let last = lines.all.iter().rev().find(is_body);
        Self {
            page,
            lines,
            headline: headline.map(|line| (line.nodes.0, place(line))),
            names: RefCell::default(),
            body: first.zip(last).map(|(first, last)| (first.nodes.0, place(first).start..place(last).end)),
        }
    }

    /// A digest of the names of an element and of the one around it.
    pub fn kin(&self, node: usize) -> u64 {
        let element = if self.page.is_text(node) { self.page.parent(node) } else { node };
        let mut digest = FNV_BASIS;
        for element in [element, self.page.parent(element)] {
            let class = self.page.attribute(element, &local_name!("class")).unwrap_or_default();
            for byte in self.page.name(element).bytes().chain(*b" ").chain(class.bytes()) {
                digest = (digest ^ u64::from(byte)).wrapping_mul(FNV_PRIME);
            }
        }
        digest
    }

    /// What the names of an element and of those around it say, up to the first that holds the headline or the body.
    pub fn names_around(&self, node: usize) -> Names {
        let mut all = Names::default();
        let start = if self.page.is_text(node) { self.page.parent(node) } else { node };
        let holds = |element: usize, inner: usize| inner > element && inner < self.page.end(element);
        for (depth, element) in std::iter::once(start).chain(self.page.ancestors(start)).take(MAX_DEPTH).enumerate() {
            let holds_headline = self.headline.as_ref().is_some_and(|(inner, _)| holds(element, *inner));
            if holds_headline || self.body.as_ref().is_some_and(|(inner, _)| holds(element, *inner)) {
                break;
            }
            let own = self.names(element);
            all.is_comment |= own.is_comment;
            all.apart = all.apart.saturating_add(own.apart);
            all.is_framed |= own.is_framed;
            all.is_event |= own.is_event;
            all.is_today |= own.is_today;
            if depth < OWN_DEPTH {
                all.published |= own.published;
                all.modified |= own.modified;
                all.date |= own.date;
            }
        }
        all
    }

    /// Whether a line is the first of the prose, or stands close behind it.
    pub fn opens_body(&self, line: &Line) -> bool {
        self.body.as_ref().is_some_and(|(_, body)| (body.start..body.start + OPENING).contains(&line.place))
    }

    /// What the names of one element say, and whether it frames the page; remembered, since dates stand in the same elements.
    fn names(&self, element: usize) -> Names {
        *self.names.borrow_mut().entry(element).or_insert_with(|| {
            let mut names = read_names(self.page, element);
            names.is_framed |= is_frame(self.page, element);
            names.apart = names.apart.max(u8::from(names.is_framed));
            names
        })
    }

    /// Whether a line stands so close to the headline that it is its byline, whatever the names around it say.
    pub fn touches_headline(&self, line: &Line) -> bool {
        self.headline.as_ref().is_some_and(|(_, headline)| {
            let from = headline.start.saturating_sub(CLOSE + line.length);
            (from..headline.end + CLOSE).contains(&line.place) && line.heading == 0
        })
    }

    /// Whether a line stands above the headline in what frames the page: a menu stands between them, or around the line, or the
    /// names around it say so. A date there is the day on which the page was fetched.
    pub fn tops_page(&self, line: &Line, names: Names) -> bool {
        let Some((headline, place)) = &self.headline else { return false };
        let is_menu = |node: usize| *self.page.name(node) == local_name!("nav");
        let is_head = |node: usize| is_menu(node) || *self.page.name(node) == local_name!("header");
        let mut around = self.page.ancestors(line.nodes.0).take_while(|node| self.page.end(*node) <= *headline);
        line.place < place.start && (names.is_today || around.any(is_head) || (line.nodes.1..*headline).any(is_menu))
    }

    /// Whether a line stands between the headline and the end of the prose.
    pub fn is_within(&self, line: &Line) -> bool {
        let from = self.headline.as_ref().map(|(_, place)| place.start);
        let from = from.or(self.body.as_ref().map(|(_, place)| place.start));
        let to = self.body.as_ref().map(|(_, place)| place.end);
        from.is_some_and(|from| line.place >= from) && to.is_none_or(|to| line.place < to)
    }

    /// Points for where a line stands.
    pub fn zone(&self, line: &Line) -> i32 {
        let cost = |distance: usize, unit: usize| (distance / unit).min(1000) as i32;
        let place = line.place;
        let by_headline = self.headline.as_ref().map_or(0, |(_, headline)| {
            if line.heading == 1 && headline.contains(&place) {
                0
            } else if place >= headline.end {
                80 - cost(place - headline.end, 12)
            } else {
                60 - cost(headline.start.saturating_sub(place), 10)
            }
        });
        let by_body = self.body.as_ref().map_or(0, |(_, body)| {
            if place < body.start {
                60 - cost(body.start - place, 12)
            } else if place >= body.end {
                45 - cost(place - body.end, 12)
            } else if line.length < PROSE {
                30 - cost(place - body.start, 40)
            } else {
                0
            }
        });
        by_headline.max(by_body).max(0)
    }
}

/// Elements that frame a page, and items of lists of other articles.
fn is_frame(page: &HtmlPage, node: usize) -> bool {
    match *page.name(node) {
        local_name!("aside")
        | local_name!("nav")
        | local_name!("footer")
        | local_name!("header")
        | local_name!("figure")
        | local_name!("figcaption") => true,
        local_name!("li") | local_name!("article") => leads_elsewhere(page, node),
        _ => false,
    }
}

/// Whether an item has a heading, or a link of several words: it tells of another article.
fn leads_elsewhere(page: &HtmlPage, node: usize) -> bool {
    (node..page.end(node).min(node + MAX_ITEM)).any(|inner| match *page.name(inner) {
        local_name!("h1") | local_name!("h2") | local_name!("h3") | local_name!("h4") | local_name!("h5") => true,
        local_name!("a") => {
            let text = page.descendants(inner).filter(|it| page.is_text(*it)).map(|it| page.text(it).trim().len());
            text.sum::<usize>() >= LONG_LINK
        }
        _ => false,
    })
}

/// The line of the headline: among the headings that the title of the page names the longest, else the first `<h1>`.
///
/// Of several that are about as long, the last above the text, which begins at the place `text`: themes repeat the headline, hidden,
/// at the top of the page.
fn find_headline<'l>(
    page: &HtmlPage,
    (lines, text): (&'l Lines, Option<usize>),
    stated: Option<&str>,
) -> Option<&'l Line> {
    let title = (1..page.len())
        .find(|it| *page.name(*it) == local_name!("title"))
        .map(|it| page.text_content(it))
        .unwrap_or_default();
    let is_in = |title: &str, text: &str| {
        text.len() >= SHORTEST_HEADLINE && title.contains(text)
            || title.len() >= SHORTEST_HEADLINE && text.contains(title)
    };
    let named = |line: &&Line| {
        let text = lines.text(line);
        stated.is_some_and(|stated| is_in(stated, text)) || is_in(title.trim(), text)
    };
    let headings = || lines.all.iter().filter(|line| (1..=4).contains(&line.heading));
    let longest = |best: Option<&'l Line>, line: &'l Line| match best {
        Some(best) if best.length >= line.length => Some(best),
        _ => Some(line),
    };
    let best = headings().filter(named).fold(None, longest);
    let repeats = |line: &&Line| {
        let above = text.is_some_and(|text| line.place < text);
        above && best.is_some_and(|best| line.place > best.place && line.length * 3 >= best.length * 2)
    };
    headings()
        .filter(named)
        .rfind(repeats)
        .or(best)
        .or_else(|| headings().find(|line| line.heading == 1))
        .or_else(|| lines.all.iter().find(named))
}
