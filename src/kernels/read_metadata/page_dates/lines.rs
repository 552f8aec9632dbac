//! Cuts the visible text of a page into lines, as blocks and line breaks part them, with the places of its `<time>` elements.

use std::ops::Range;

use crate::kernels::parse_date::{DateContext, DateReject, FoundDate, find_dates};
use crate::kernels::parse_html::{HtmlPage, LocalName, is_code, local_name};

/// A line keeps so many bytes of its beginning; longer ones are prose, which is only measured.
const KEPT: usize = 320;

/// Longest script that only prints, in bytes.
const MAX_PRINTED: usize = 120;
/// Fewest digits of a machine form: year, month and day, in one digit each.
const DIGITS: usize = 6;

/// Elements with dates that are read; pages with more are lists.
const MAX_MARKS: usize = 512;

/// One line of a page.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Its beginning, in the text of [`Lines`].
    text: Range<usize>,
    /// Bytes of the whole line.
    pub length: usize,
    /// Bytes of all lines before it.
    pub place: usize,
    /// First and last node with text or with a date of its own.
    pub nodes: (usize, usize),
    /// Level of the heading that it stands in; 0 for none.
    pub heading: u8,
    /// Whether it has a digit.
    pub has_digit: bool,
}

/// An element that states a date or is a link: its place in the line.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    /// The line.
    pub line: usize,
    /// The element.
    pub node: usize,
    /// Bytes of the line that it shows, cut to what the line keeps.
    pub range: Range<usize>,
}

/// The lines of a page.
#[derive(Debug, Default)]
pub(super) struct Lines {
    text: String,
    /// In the order of the page.
    pub all: Vec<Line>,
    /// In the order of the page.
    pub marks: Vec<Mark>,
    /// Elements that lead to other pages, in the order of the page.
    pub links: Vec<Mark>,
}

/// An element that is open.
struct Open {
    end: usize,
    is_block: bool,
    heading: u8,
    /// Index of the mark that the element is.
    mark: Option<usize>,
    /// Index of the link that the element is.
    link: Option<usize>,
}

impl Lines {
    /// Cuts a page; one walk.
    pub fn of(page: &HtmlPage) -> Self {
        let mut cutter =
            Cutter { lines: Self::default(), open: Vec::new(), start: 0, length: 0, place: 0, nodes: None, heading: 0 };
        let mut node = 1;
        while node < page.len() {
            cutter.close(node);
            if page.is_text(node) {
                cutter.text(node, page.text(node));
            } else {
                let name = page.name(node);
                if is_code(name) || is_hidden(name) {
                    cutter.print(page, node);
                    node = page.end(node);
                    continue;
                }
                cutter.open(page, node);
            }
            node += 1;
        }
        cutter.end_line();
        cutter.lines
    }

    /// What is kept of a line.
    pub fn text(&self, line: &Line) -> &str {
        self.text.get(line.text.clone()).unwrap_or_default()
    }
}

impl Lines {
    /// The marks of a line.
    pub fn marks_of(&self, line: usize) -> &[Mark] {
        of_line(&self.marks, line)
    }

    /// The links that begin in a line.
    pub fn links_of(&self, line: usize) -> &[Mark] {
        of_line(&self.links, line)
    }

    /// Whether some line names the year 20xx in full that a date ends with in two digits.
    pub fn name_year(&self, date: &str) -> bool {
        let digits = |it: char| !it.is_ascii_digit();
        let Some(short) = date.trim().split(digits).filter(|run| !run.is_empty()).nth(2).filter(|run| run.len() == 2)
        else {
            return false;
        };
        let year = format!("20{short}");
        self.all.iter().filter(|line| line.has_digit).any(|line| self.text(line).split(digits).any(|run| run == year))
    }
}

fn of_line(marks: &[Mark], line: usize) -> &[Mark] {
    let from = marks.partition_point(|mark| mark.line < line);
    let to = marks.partition_point(|mark| mark.line <= line);
    marks.get(from..to).unwrap_or_default()
}

fn is_hidden(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("head")
            | local_name!("svg")
            | local_name!("math")
            | local_name!("select")
            | local_name!("textarea")
            | local_name!("iframe")
            | local_name!("object")
            | local_name!("button")
    )
}

fn is_block(name: &LocalName) -> bool {
    !matches!(
        *name,
        local_name!("a")
            | local_name!("abbr")
            | local_name!("b")
            | local_name!("bdi")
            | local_name!("cite")
            | local_name!("em")
            | local_name!("font")
            | local_name!("i")
            | local_name!("img")
            | local_name!("label")
            | local_name!("mark")
            | local_name!("small")
            | local_name!("span")
            | local_name!("strong")
            | local_name!("sub")
            | local_name!("sup")
            | local_name!("time")
            | local_name!("u")
            | local_name!("input")
            | local_name!("link")
            | local_name!("meta")
            | local_name!("wbr")
            | local_name!("nobr")
            | local_name!("tt")
            | local_name!("code")
            | local_name!("q")
            | local_name!("s")
            | local_name!("big")
            | local_name!("center")
            | local_name!("noscript")
    )
}

fn heading_level(name: &LocalName) -> u8 {
    match *name {
        local_name!("h1") => 1,
        local_name!("h2") => 2,
        local_name!("h3") => 3,
        local_name!("h4") => 4,
        local_name!("h5") | local_name!("h6") => 5,
        _ => 0,
    }
}

struct Cutter {
    lines: Lines,
    open: Vec<Open>,
    /// Where the current line begins in the text.
    start: usize,
    length: usize,
    place: usize,
    nodes: Option<(usize, usize)>,
    heading: u8,
}

impl Cutter {
    /// Closes the elements that end before a node.
    fn close(&mut self, node: usize) {
        while let Some(last) = self.open.pop_if(|open| open.end <= node) {
            let end = self.lines.text.len().saturating_sub(self.start);
            let mark = last.mark.and_then(|mark| self.lines.marks.get_mut(mark));
            let link = last.link.and_then(|link| self.lines.links.get_mut(link));
            for mark in mark.into_iter().chain(link) {
                mark.range.end = end.max(mark.range.start);
            }
            if last.is_block {
                self.end_line();
            }
        }
    }

    fn open(&mut self, page: &HtmlPage, node: usize) {
        let name = page.name(node);
        let is_block = is_block(name);
        if is_block {
            self.end_line();
        }
        let is_mark = self.lines.marks.len() < MAX_MARKS && (*name == local_name!("time") || states_date(page, node));
        let mark = is_mark.then(|| {
            let at = self.lines.text.len() - self.start;
            self.lines.marks.push(Mark { line: self.lines.all.len(), node, range: at..at });
            self.nodes.get_or_insert((node, node)).1 = node;
            self.lines.marks.len() - 1
        });
        let is_link = *name == local_name!("a") && page.attribute(node, &local_name!("href")).is_some();
        let link = is_link.then(|| {
            let at = self.lines.text.len() - self.start;
            self.lines.links.push(Mark { line: self.lines.all.len(), node, range: at..at });
            self.lines.links.len() - 1
        });
        let heading = heading_level(name).max(self.open.last().map_or(0, |open| open.heading));
        if is_block || mark.is_some() || link.is_some() || heading > 0 {
            self.open.push(Open { end: page.end(node), is_block, heading, mark, link });
        }
    }

    /// Notes a short script inside the text, which may print a date where it stands.
    fn print(&mut self, page: &HtmlPage, node: usize) {
        let is_script = *page.name(node) == local_name!("script") && !self.lines.all.is_empty();
        if is_script && self.lines.marks.len() < MAX_MARKS && !printed(page, node).is_empty() {
            let at = self.lines.text.len() - self.start;
            self.lines.marks.push(Mark { line: self.lines.all.len(), node, range: at..at });
            self.nodes.get_or_insert((node, node)).1 = node;
        }
    }

    fn text(&mut self, node: usize, text: &str) {
        let mut words = text.split_whitespace().peekable();
        if words.peek().is_none() {
            return;
        }
        if self.nodes.is_none() {
            self.heading = self.open.last().map_or(0, |open| open.heading);
        }
        self.nodes.get_or_insert((node, node)).1 = node;
        for word in words {
            self.length += word.len() + 1;
            let kept = self.lines.text.len() - self.start;
            if kept < KEPT {
                // Pieces of different elements are apart, as most style sheets show them.
                if kept > 0 {
                    self.lines.text.push(' ');
                }
                let room = word.floor_char_boundary(KEPT - kept);
                self.lines.text.push_str(word.get(..room).unwrap_or_default());
            }
        }
    }

    fn end_line(&mut self) {
        if let Some(nodes) = self.nodes.take() {
            let text = self.start..self.lines.text.len();
            let has_digit = self.lines.text.get(text.clone()).is_some_and(has_digit);
            self.lines.all.push(Line {
                text,
                length: self.length,
                place: self.place,
                nodes,
                heading: self.heading,
                has_digit,
            });
            self.place += self.length;
        }
        (self.start, self.length, self.heading) = (self.lines.text.len(), 0, 0);
    }
}

/// The text of a script that is short enough to do no more than print, and has a date; else nothing.
pub(super) fn printed(page: &HtmlPage, node: usize) -> &str {
    let text = page.children(node).find(|child| page.is_text(*child)).map_or("", |child| page.text(child));
    let may_be_date = text.len() <= MAX_PRINTED && text.bytes().filter(u8::is_ascii_digit).count() >= DIGITS;
    let is_day = |one: &FoundDate| one.value.is_ok() || one.value == Err(DateReject::Ambiguous);
    let is_date = may_be_date && find_dates(text, &DateContext::default()).iter().any(is_day);
    if is_date { text } else { "" }
}

/// Attributes in which pages keep the machine form of a date that an element shows, besides `datetime`, `content` and `title`.
pub(super) const DATA_ATTRIBUTES: &[&str] = &[
    "data-date",
    "data-datetime",
    "data-published",
    "data-publish-date",
    "data-pubdate",
    "data-time",
    "data-timestamp",
    "data-unixtime",
    "data-utime",
    "time",
    "timestamp",
];

/// Whether an element that is no `<time>` states a date: by a property of schema.org, with a machine form, or as microformats do.
fn states_date(page: &HtmlPage, node: usize) -> bool {
    let name = page.name(node);
    let is_abbreviation = *name == local_name!("abbr");
    // Insertions and deletions say when they were made.
    let is_edit = matches!(*name, local_name!("ins") | local_name!("del"));
    page.attributes(node).any(|(attribute, value)| match &**attribute {
        "itemprop" => {
            value.split_ascii_whitespace().any(|name| matches!(name, "datePublished" | "dateModified" | "dateCreated"))
        }
        "datetime" => !is_edit && !value.is_empty(),
        "title" => is_abbreviation && has_digit(value),
        // Most attributes are neither: two looks at the first letters spare them the list.
        own => {
            (own.starts_with("data-") || own.starts_with("time"))
                && DATA_ATTRIBUTES.contains(&own)
                && value.bytes().filter(u8::is_ascii_digit).count() >= DIGITS
        }
    })
}

fn has_digit(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit()) || !text.is_ascii() && text.chars().any(char::is_numeric)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::parse_html::parse_html;

    #[test]
    fn blocks_and_breaks_part_lines() {
        let page = parse_html(
            "<h1>A <b>headline</b></h1><div>By <a>Someone</a><span>on <time datetime=2025-12-17>17 December</time></span> here<br>next \
             <p>one</div><script>not this</script><ul><li>x<li>2</ul>",
        );
        let lines = Lines::of(&page);
        let texts: Vec<_> = lines.all.iter().map(|line| lines.text(line)).collect();
        assert_eq!(texts, ["A headline", "By Someone on 17 December here", "next", "one", "x", "2"]);
        let mark = &lines.marks[0];
        assert_eq!((mark.line, lines.text(&lines.all[1]).get(mark.range.clone())), (1, Some(" 17 December")));
        assert_eq!(lines.all.iter().map(|line| line.heading).collect::<Vec<_>>(), [1, 0, 0, 0, 0, 0]);
        assert!(lines.all[1].has_digit && !lines.all[0].has_digit);
        assert_eq!(lines.all[1].place, lines.all[0].length);
    }
}
