//! States the dates that a page shows: `<time>` elements, elements said to hold a date, and visible lines.
//!
//! A page shows many dates: those of other articles, of comments, of events, of today. Those of the article stand beside its
//! headline or its body. Each date that is found gets a rank from where it stands, what its element is called, and which word stands
//! beside it; dates in lists of other articles, in comments and in what frames the page are not stated at all.

mod habit;
mod labels;
mod lines;
mod scripts;

use std::ops::Range;

use self::habit::page_order;
use self::labels::{Label, Names, is_label, label_before, label_behind, read_names};
use self::lines::{Line, Lines, Mark};
use crate::kernels::extract_body::Body;
use crate::kernels::parse_date::{DateContext, DateOrder, DateReject, Precision, find_dates, parse_date};
use crate::kernels::parse_html::{HtmlPage, local_name};
use crate::statement::{DateForm, Evidence, Field, Statement};

/// Most dates that are stated.
const MAX_STATED: usize = 12;
/// Lines longer than this are prose.
const PROSE: usize = 150;
/// So many different days in elements of the same names are a list, which costs so many points.
const LIST: usize = 3;
const LIST_COST: i32 = 60;
/// The hash of Fowler, Noll and Vo, FNV-1a of 64 bits.
const FNV_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0100_0000_01b3;
/// Points of a place from which on a line stands beside the headline or the body.
const BESIDE: i32 = 45;
/// The rank of a date that may stand against what the page's data says.
const LIKELY: i32 = 60;
/// What names and labels give beyond this counts a quarter where a date stands elsewhere.
const FAR: i32 = 45;
/// Bytes of prose in which a dateline may stand; and those of a dateline before its date.
const OPENING: usize = 400;
const MAX_PLACE: usize = 48;
/// The rank of a dateline.
const DATELINE: i32 = 60;
/// Lines longer than this are not searched for dates, in bytes.
const MAX_DATED: usize = 400;
/// A line as short as this may be a label of the one below.
const SHORT: usize = 24;
/// A link with so many bytes of text is the headline of another article.
const LONG_LINK: usize = 28;
/// An item of a list is looked at so far, in nodes.
const MAX_ITEM: usize = 200;
/// A date with a lower rank is none of the article.
const LEAST_RANK: i32 = 15;
/// A date that ranks so much lower than the first one is not stated.
const RANK_SPAN: i32 = 70;

/// States the dates that a page shows, the likeliest first.
///
/// `<time>` elements and `itemprop` dates state as [`Evidence::TimeElement`], lines as [`Evidence::Byline`]; what is said to be a date of
/// change states [`Field::Modified`]. Values are the words of the page.
pub(super) fn state_dates<'a>(page: &'a HtmlPage, body: &Body, url: Option<&str>, out: &mut Vec<Statement<'a>>) {
    let lines = Lines::of(page);
    let title = out.iter().find(|it| it.field == Field::Title).map(|it| &*it.value);
    let frame = Frame::of(page, body, &lines, title);
    let mut found = Vec::new();
    for mark in &lines.marks {
        frame.read_mark(mark, &mut found);
    }
    for (at, line) in lines.all.iter().enumerate().filter(|(_, line)| line.has_digit) {
        frame.read_line(at, line, &mut found);
    }
    cost_of_lists(&mut found);
    found.retain(|one| one.rank >= LEAST_RANK);
    found.sort_by_key(|one| -one.rank);
    let best = found.first().map_or(0, |one| one.rank);
    found.retain(|one| one.rank >= best - RANK_SPAN);
    found.truncate(MAX_STATED);
    for one in found {
        out.push(Statement::new(one.field, one.evidence, one.value));
    }
    if let Some((value, form)) = scripts::find_in_scripts(page) {
        out.push(Statement { form, ..Statement::new(Field::Published, Evidence::PageData, value) });
    }
    declare_order(&lines, url, out);
}

/// Declares the page's order of numeric dates on those that may be read in two ways, and on those with a year of two digits that
/// the page also names in full.
fn declare_order(lines: &Lines, url: Option<&str>, out: &mut [Statement<'_>]) {
    let is_open = |it: &Statement<'_>| {
        matches!(it.field, Field::Published | Field::Modified)
            && it.form == DateForm::Auto
            && match parse_date(&it.value, &DateContext::default()) {
                Err(DateReject::Ambiguous) => true,
                Err(DateReject::TwoDigitYear) => lines.name_year(&it.value),
                _ => false,
            }
    };
    if !out.iter().any(is_open) {
        return;
    }
    let of = |field| out.iter().filter(move |it: &&Statement<'_>| it.field == field).map(|it| &*it.value);
    let urls: Vec<&str> = url.into_iter().chain(of(Field::CanonicalUrl)).collect();
    let form = match page_order(lines, of(Field::Language), &urls) {
        Some(DateOrder::DayMonthYear) => DateForm::DayMonthYear,
        Some(DateOrder::MonthDayYear) => DateForm::MonthDayYear,
        Some(DateOrder::YearMonthDay) | None => return,
    };
    out.iter_mut().filter(|it| is_open(it)).for_each(|it| it.form = form);
}

/// A date that was found.
struct Found {
    field: Field,
    evidence: Evidence,
    value: String,
    rank: i32,
    /// What its element and the one around it are called: dates of a list share it.
    kin: u64,
}

/// Takes points from dates that stand in a list of dates: elements of the same names with different days.
fn cost_of_lists(found: &mut [Found]) {
    let mut kin: Vec<(u64, &str)> = found.iter().map(|one| (one.kin, &*one.value)).collect();
    kin.sort_unstable();
    kin.dedup_by(|one, other| one.0 == other.0 && day_of(one.1) == day_of(other.1));
    let lists: Vec<u64> =
        kin.chunk_by(|one, other| one.0 == other.0).filter(|list| list.len() >= LIST).map(|list| list[0].0).collect();
    for one in found.iter_mut().filter(|one| lists.binary_search(&one.kin).is_ok()) {
        one.rank -= (LIST_COST - one.rank / 2).max(0);
    }
}

/// The day of a value, or the value.
fn day_of(value: &str) -> Result<i32, &str> {
    parse_date(value, &DateContext::default()).map(|parsed| parsed.date).map_err(|_| value)
}

/// What a date is, and how likely it is the article's.
struct Verdict {
    field: Field,
    rank: i32,
    /// It stands beside the headline or the body.
    is_beside: bool,
}

impl Verdict {
    /// The date of an element or of a line.
    fn found(self, evidence: Evidence, value: String, kin: u64) -> Found {
        let evidence = if self.is_beside { evidence } else { Evidence::Shown };
        Found { field: self.field, evidence, value, rank: self.rank, kin }
    }
}

/// Where the article stands in a page.
struct Frame<'p> {
    page: &'p HtmlPage,
    lines: &'p Lines,
    /// Node of the headline, and where it begins and ends.
    headline: Option<(usize, Range<usize>)>,
    /// Node of the first paragraph, and where the prose begins and ends.
    body: Option<(usize, Range<usize>)>,
}

impl<'p> Frame<'p> {
    fn of(page: &'p HtmlPage, body: &Body, lines: &'p Lines, title: Option<&str>) -> Self {
        let headline = find_headline(page, lines, title);
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
            body: first.zip(last).map(|(first, last)| (first.nodes.0, place(first).start..place(last).end)),
        }
    }

    fn read_mark(&self, mark: &Mark, found: &mut Vec<Found>) {
        let Some(line) = self.lines.all.get(mark.line) else { return };
        let text = self.lines.text(line);
        let shown = text.get(mark.range.clone()).unwrap_or_default().trim();
        let names = [local_name!("datetime"), local_name!("content"), local_name!("title")];
        let mut attributes = names.iter().filter_map(|name| self.page.attribute(mark.node, name).map(str::trim));
        let stated = attributes.find(|value| is_day(value));
        let from = self.read_from(mark.line, mark.range.start);
        let value = match stated {
            Some(value) => value.to_owned(),
            None => {
                let dates = find_dates(shown, &DateContext::default());
                let Some(first) =
                    dates.into_iter().find(|one| one.value.is_ok() || one.value == Err(DateReject::Ambiguous))
                else {
                    return;
                };
                shown.get(first.range).unwrap_or_default().to_owned()
            }
        };
        let before = text.get(from..mark.range.start.min(text.len())).unwrap_or_default();
        let behind = text.get(mark.range.end.min(text.len())..).unwrap_or_default();
        let before = self.words_before(mark.line, before);
        let verdict = self.judge(mark.node, line, (before, behind), 30);
        found.extend(verdict.map(|verdict| verdict.found(Evidence::TimeElement, value, self.kin(mark.node))));
    }

    /// Reads the date of a dateline: `HARBOUR, 17 December 2025 (Agency) – The storm ...` at the beginning of the body.
    fn read_dateline(&self, line: &Line) -> Option<Found> {
        let text = self.lines.text(line);
        let first = find_dates(text, &DateContext::default()).into_iter().next()?;
        let is_day = first.value.is_ok() || first.value == Err(DateReject::Ambiguous);
        let (before, behind) = (text.get(..first.range.start)?, text.get(first.range.end..)?.trim_start());
        let is_place = before.len() <= MAX_PLACE && label_before(before).is_none_or(|label| label == Label::Published);
        let is_closed =
            behind.starts_with(['-', '–', '—', '―', ':', '(', ')', '|', '/', '.', '•', '·', '】', '）', '】']);
        (is_day && is_place && is_closed).then(|| Found {
            field: Field::Published,
            evidence: Evidence::Dateline,
            value: text.get(first.range).unwrap_or_default().to_owned(),
            rank: DATELINE,
            kin: 0,
        })
    }

    fn read_line(&self, at: usize, line: &Line, found: &mut Vec<Found>) {
        let text = self.lines.text(line);
        if line.length >= PROSE && line.heading == 0 && self.opens_body(line) {
            found.extend(self.read_dateline(line));
            return;
        }
        if line.length > MAX_DATED || !may_hold_date(text) {
            return;
        }
        let dates = find_dates(text, &DateContext::default());
        let mut from = 0;
        for (place, one) in dates.iter().enumerate() {
            let certain =
                one.value.is_ok() || matches!(one.value, Err(DateReject::Ambiguous | DateReject::TwoDigitYear));
            let before = text.get(from..one.range.start).unwrap_or_default();
            // What stands between two dates belongs to the second.
            let is_last = place + 1 == dates.len();
            let behind = text.get(one.range.end..).filter(|_| is_last).unwrap_or_default();
            from = one.range.end;
            if !certain || self.is_marked(at, &one.range) {
                continue;
            }
            let rest = line.length.saturating_sub(one.range.len());
            let length_cost = (rest as i32 - 40).max(0) / 2;
            let before = if place == 0 { self.words_before(at, before) } else { before };
            let value = text.get(one.range.clone()).unwrap_or_default().to_owned();
            let verdict = self.judge(line.nodes.0, line, (before, behind), -length_cost);
            found.extend(verdict.map(|verdict| verdict.found(Evidence::Byline, value, self.kin(line.nodes.0))));
        }
    }

    /// The words before a date in its line; where there are none, those of a short line above.
    fn words_before<'w>(&'w self, line: usize, own: &'w str) -> &'w str {
        if own.contains(char::is_alphabetic) {
            return own;
        }
        let above = line.checked_sub(1).and_then(|above| self.lines.all.get(above));
        let above = above.filter(|above| above.length <= SHORT && !above.has_digit).map(|above| self.lines.text(above));
        above.filter(|above| is_label(above)).unwrap_or(own)
    }

    /// Where the words before a mark begin: behind the mark before it.
    fn read_from(&self, line: usize, start: usize) -> usize {
        let same = self
            .lines
            .marks
            .iter()
            .filter(|mark| mark.line == line && mark.range.end <= start && mark.range.start < start);
        same.map(|mark| mark.range.end).max().unwrap_or(0)
    }

    /// Whether a mark of the line shows these bytes.
    fn is_marked(&self, line: usize, range: &Range<usize>) -> bool {
        self.lines
            .marks
            .iter()
            .any(|mark| mark.line == line && mark.range.start < range.end && range.start < mark.range.end)
    }

    /// What a date is and how likely it is the article's; `None` when it is not.
    fn judge(&self, node: usize, line: &Line, (before, behind): (&str, &str), bonus: i32) -> Option<Verdict> {
        let names = self.names_around(node);
        if names.is_comment {
            return None;
        }
        let before = before.get(before.ceil_char_boundary(before.len().saturating_sub(60))..).unwrap_or_default();
        let behind = behind.get(..behind.floor_char_boundary(30)).unwrap_or_default();
        let label = label_before(before).or_else(|| label_behind(behind));
        let field = match label {
            Some(Label::Other) => return None,
            Some(Label::Modified) => Field::Modified,
            Some(Label::Published) => Field::Published,
            None if names.modified && !names.published => Field::Modified,
            None => Field::Published,
        };
        let zone = self.zone(line);
        let mut rank = zone + bonus;
        rank += 40 * i32::from(label.is_some())
            + 40 * i32::from(names.published || names.modified)
            + 15 * i32::from(names.date);
        // Names deceive; beside the headline they count less than the place.
        if names.apart > 0 {
            rank -= if label.is_some() { 25 } else { (70 - zone).max(25) } + 40 * i32::from(names.apart - 1);
        }
        let is_beside = zone >= BESIDE && rank >= LIKELY;
        if zone < BESIDE && rank > FAR {
            rank = FAR + (rank - FAR) / 4;
        }
        Some(Verdict { field, rank, is_beside })
    }

    /// A digest of the names of an element and of the one around it.
    fn kin(&self, node: usize) -> u64 {
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
    fn names_around(&self, node: usize) -> Names {
        let mut all = Names::default();
        let start = if self.page.is_text(node) { self.page.parent(node) } else { node };
        let holds = |element: usize, inner: usize| inner > element && inner < self.page.end(element);
        for (depth, element) in std::iter::once(start).chain(self.page.ancestors(start)).enumerate() {
            let holds_headline = self.headline.as_ref().is_some_and(|(inner, _)| holds(element, *inner));
            if holds_headline || self.body.as_ref().is_some_and(|(inner, _)| holds(element, *inner)) {
                break;
            }
            let own = read_names(self.page, element);
            all.is_comment |= own.is_comment;
            all.apart = all.apart.saturating_add(own.apart.max(u8::from(is_frame(self.page, element))));
            if depth < 4 {
                all.published |= own.published;
                all.modified |= own.modified;
                all.date |= own.date;
            }
        }
        all
    }

    /// Whether a line is the first of the prose, or stands close behind it.
    fn opens_body(&self, line: &Line) -> bool {
        self.body.as_ref().is_some_and(|(_, body)| (body.start..body.start + OPENING).contains(&line.place))
    }

    /// Points for where a line stands.
    fn zone(&self, line: &Line) -> i32 {
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

/// Whether a line has two digits that touch, or digits of another script: a year or a day.
fn may_hold_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.array_windows().any(|[left, right]| left.is_ascii_digit() && right.is_ascii_digit()) || !text.is_ascii()
}

fn is_day(value: &str) -> bool {
    match parse_date(value, &DateContext::default()) {
        Ok(parsed) => parsed.precision <= Precision::Day,
        Err(reject) => reject == DateReject::Ambiguous,
    }
}

/// The line of the headline: among the headings that the title of the page names the longest, else the first `<h1>`.
fn find_headline<'l>(page: &HtmlPage, lines: &'l Lines, stated: Option<&str>) -> Option<&'l Line> {
    let title = (1..page.len())
        .find(|it| *page.name(*it) == local_name!("title"))
        .map(|it| page.text_content(it))
        .unwrap_or_default();
    let is_in =
        |title: &str, text: &str| text.len() >= 8 && title.contains(text) || title.len() >= 8 && text.contains(title);
    let named = |line: &&Line| {
        let text = lines.text(line);
        stated.is_some_and(|stated| is_in(stated, text)) || is_in(title.trim(), text)
    };
    let headings = || lines.all.iter().filter(|line| (1..=4).contains(&line.heading));
    let longest = |best: Option<&'l Line>, line: &'l Line| match best {
        Some(best) if best.length >= line.length => Some(best),
        _ => Some(line),
    };
    headings()
        .filter(named)
        .fold(None, longest)
        .or_else(|| headings().find(|line| line.heading == 1))
        .or_else(|| lines.all.iter().find(named))
}
