//! States the dates that a page shows: `<time>` elements, elements said to hold a date, and visible lines.
//!
//! A page shows many dates: those of other articles, of comments, of events, of today. Those of the article stand beside its
//! headline or its body. Each date that is found gets a rank from where it stands, what its element is called, and which word stands
//! beside it; dates in lists of other articles, in comments and in what frames the page are not stated at all.

mod complete;
mod frame;
mod habit;
mod known_days;
mod labels;
mod lines;
mod scripts;

use std::borrow::Cow;
use std::ops::Range;

use self::complete::{declare_order, settle_order};
use self::frame::{BESIDE, Frame, PROSE};
use self::labels::{Label, is_label, is_unparted, label_before, label_behind};
use self::lines::{DATA_ATTRIBUTES, Line, Lines, Mark, printed};
use super::clean_names::is_full_name;
use crate::kernels::extract_body::Body;
use crate::kernels::parse_date::{DateContext, DateReject, Precision, find_dates, parse_date};
use crate::kernels::parse_html::{HtmlPage, local_name};
use crate::statement::{DateForm, Evidence, Field, Statement};

/// Most dates that are stated.
const MAX_STATED: usize = 12;
/// So many different days in elements of the same names are a list, which costs so many points.
const LIST: usize = 3;
const LIST_COST: i32 = 60;
/// The rank of a date that may stand against what the page's data says.
const LIKELY: i32 = 60;
/// What names and labels give beyond this counts a quarter where a date stands elsewhere.
const FAR: i32 = 45;
/// Bytes of a dateline before its date.
const MAX_PLACE: usize = 48;
/// The rank of a dateline.
const DATELINE: i32 = 60;
/// Lines longer than this are not searched for dates, in bytes.
const MAX_DATED: usize = 600;
/// A line with so many words and a full stop is a sentence, whose dates are what it tells of.
const SENTENCE: usize = 7;
/// So many letters of scripts without blanks are as long.
const UNPARTED: usize = 16;
/// What it costs a labelled date to stand in a sentence: lines of facts go before it.
const SENTENCE_COST: i32 = 20;
/// What the length of a line costs at most that is said to hold a date and labels it: a note on the posting.
const NOTED_COST: i32 = 20;
/// A line as short as this that touches the headline holds its facts, in bytes.
const SHORT_LINE: usize = 60;
/// A line as short as this may be a label of the one below.
const SHORT: usize = 24;
/// Bytes behind a date in which a label is looked for.
const MAX_BEHIND: usize = 48;
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
    let lists = cost_of_lists(&mut found);
    let is_dated = out.iter().any(|it| it.field == Field::Published);
    if !is_dated {
        lead_lists(&mut found, &lists);
    }
    if !is_dated && !found.iter().any(|one| one.field == Field::Published && one.is_stated()) {
        found.extend(frame.read_dates_without_year());
        if !found.iter().any(Found::is_stated) {
            keep_first_of_list(&mut found);
        }
        if !found.iter().any(Found::is_stated) {
            found.extend(frame.read_months());
        }
    }
    found.retain(|one| one.rank >= LEAST_RANK);
    found.sort_by_key(|one| -one.rank);
    let best = found.first().map_or(0, |one| one.rank);
    found.retain(|one| one.rank >= best - RANK_SPAN);
    found.truncate(MAX_STATED);
    keep_order(&mut found);
    for one in found {
        out.push(Statement { form: one.form, ..Statement::new(one.field, one.evidence, one.value) });
    }
    if let Some((value, form)) = scripts::find_in_scripts(page) {
        out.push(Statement { form, ..Statement::new(Field::Published, Evidence::PageData, value) });
    }
    declare_order((page, &lines), url, out);
    settle_order(page, out);
}

/// A date that was found.
struct Found {
    field: Field,
    evidence: Evidence,
    value: String,
    form: DateForm,
    rank: i32,
    /// What its element and the one around it are called: dates of a list share it.
    kin: u64,
    /// Its rank before it was found to stand in a list.
    listed: Option<i32>,
}

impl Found {
    /// Whether it is a date that needs nothing beside it.
    fn is_stated(&self) -> bool {
        self.rank >= LEAST_RANK && (self.form != DateForm::Auto || is_day(&self.value))
    }
}

/// Takes points from dates that stand in a list of dates: elements of the same names with different days.
/// Returns the digests of their names.
fn cost_of_lists(found: &mut [Found]) -> Vec<u64> {
    let mut kin: Vec<(u64, &str)> = found.iter().map(|one| (one.kin, &*one.value)).collect();
    kin.sort_unstable();
    kin.dedup_by(|one, other| one.0 == other.0 && day_of(one.1) == day_of(other.1));
    let lists: Vec<u64> =
        kin.chunk_by(|one, other| one.0 == other.0).filter(|list| list.len() >= LIST).map(|list| list[0].0).collect();
    for one in found.iter_mut().filter(|one| lists.binary_search(&one.kin).is_ok()) {
        one.listed = Some(one.rank);
        one.rank -= (LIST_COST - one.rank / 2).max(0);
    }
    lists
}

/// Lets the first of each list speak for it: a thread begins with its first post, whichever is nearest to what looks like the text.
fn lead_lists(found: &mut [Found], lists: &[u64]) {
    for kin in lists {
        let mut list: Vec<&mut Found> =
            found.iter_mut().filter(|one| one.kin == *kin && one.field == Field::Published).collect();
        let best = list.iter().max_by_key(|one| one.rank).map(|one| (one.rank, one.evidence));
        if let Some((first, best)) = list.first_mut().zip(best).filter(|(first, best)| best.0 > first.rank) {
            (first.rank, first.evidence) = best;
        }
    }
}

/// Gives the first date of a list its rank back: a thread is of the day of its first post, a page of posts of that of its newest.
fn keep_first_of_list(found: &mut [Found]) {
    let mut listed = found.iter_mut().filter(|one| one.field == Field::Published);
    if let Some(first) = listed.find(|one| one.listed.is_some_and(|rank| rank >= LEAST_RANK)) {
        (first.rank, first.evidence) = (LEAST_RANK, Evidence::Shown);
    }
}

/// Lets no `<time>` element of another day outrank a line that is likelier.
fn keep_order(found: &mut [Found]) {
    for field in [Field::Published, Field::Modified] {
        let mut own = found.iter_mut().filter(|one| one.field == field);
        let Some(first) = own.next().filter(|first| first.evidence == Evidence::Byline) else { continue };
        let day = day_of(&first.value);
        for one in own.filter(|one| one.evidence == Evidence::TimeElement && day_of(&one.value) != day) {
            one.evidence = Evidence::Shown;
        }
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
        Found { field: self.field, evidence, value, form: DateForm::Auto, rank: self.rank, kin, listed: None }
    }
}

impl Frame<'_> {
    fn read_mark(&self, mark: &Mark, found: &mut Vec<Found>) {
        let Some(line) = self.lines.all.get(mark.line) else { return };
        let text = self.lines.text(line);
        let is_script = *self.page.name(mark.node) == local_name!("script");
        let shown =
            if is_script { printed(self.page, mark.node) } else { text.get(mark.range.clone()).unwrap_or_default() };
        let shown = shown.trim();
        let names = [local_name!("datetime"), local_name!("content"), local_name!("title")];
        let mut attributes = names.iter().filter_map(|name| self.page.attribute(mark.node, name).map(str::trim));
        let stated = attributes.find(|value| is_day(value)).map(|value| (value, DateForm::Auto));
        let stated = stated.or_else(|| self.read_data(mark.node));
        let from = self.read_from(mark.line, mark.range.start);
        let dates = find_dates(shown, &DateContext::default());
        let first = dates.iter().find(|one| one.value.is_ok() || one.value == Err(DateReject::Ambiguous));
        // What is shown with its meaning is meant: systems put the day of a change or of the import beside it.
        let is_labelled =
            first.is_some_and(|one| label_before(shown.get(..one.range.start).unwrap_or_default()).is_some());
        let shown_day = first.and_then(|one| one.value.as_ref().ok()).map(|value| value.date);
        let differs = |value: &str| {
            let stated_day = parse_date(value, &DateContext::default()).ok().map(|value| value.date);
            is_labelled && shown_day.zip(stated_day).is_some_and(|(shown, stated)| shown.abs_diff(stated) > 1)
        };
        let written = || Some((shown.get(first?.range.clone())?, DateForm::Auto));
        let value = stated.filter(|(value, _)| !differs(value)).or_else(written);
        let label_end = mark.range.start + first.filter(|_| !is_script).map_or(0, |one| one.range.start);
        let Some((value, form)) = value else { return };
        let label_end = label_end.min(text.len());
        let before = text.get(from..text.floor_char_boundary(label_end)).unwrap_or_default();
        let behind = text.get(mark.range.end.min(text.len())..).unwrap_or_default();
        let is_told =
            label_before(before).is_some() || label_behind(behind).is_some() || self.names_around(mark.node).published;
        if !is_told && is_inside_sentence(text, before, behind) || self.lists_other(mark.line) {
            return;
        }
        let before = self.without_links(mark.line, from..text.floor_char_boundary(label_end), before);
        let before = self.words_before(mark.line, &before);
        let verdict = self.judge((mark.node, line), (before, behind), 30);
        found.extend(verdict.map(|verdict| Found {
            form,
            ..verdict.found(Evidence::TimeElement, value.to_owned(), self.kin(mark.node))
        }));
    }

    /// The machine form of a date in an attribute of no standard: a date, or seconds or milliseconds since the epoch.
    fn read_data(&self, node: usize) -> Option<(&str, DateForm)> {
        self.page.attributes(node).find_map(|(name, value)| {
            let value = value.trim();
            let form = match value.len() {
                _ if !DATA_ATTRIBUTES.contains(&&**name) => return None,
                10 if value.bytes().all(|byte| byte.is_ascii_digit()) => DateForm::EpochSeconds,
                13 if value.bytes().all(|byte| byte.is_ascii_digit()) => DateForm::EpochMilliseconds,
                _ if is_day(value) => DateForm::Auto,
                _ => return None,
            };
            Some((value, form))
        })
    }

    /// Reads the date of a dateline: `HARBOUR, 17 December 2025 (Agency) – The storm ...` at the beginning of the body.
    fn read_dateline(&self, line: &Line) -> Option<Found> {
        let text = self.lines.text(line);
        let first = find_dates(text, &DateContext::default()).into_iter().next()?;
        let is_day = first.value.is_ok() || first.value == Err(DateReject::Ambiguous);
        let (before, behind) = (text.get(..first.range.start)?, text.get(first.range.end..)?.trim_start());
        let is_place = before.len() <= MAX_PLACE && label_before(before).is_none_or(|label| label == Label::Published);
        let is_closed = behind.starts_with(['-', '–', '—', '―', ':', '(', ')', '|', '/', '.', '•', '·', '】', '）']);
        (is_day && is_place && is_closed).then(|| Found {
            field: Field::Published,
            evidence: Evidence::Dateline,
            value: text.get(first.range).unwrap_or_default().to_owned(),
            form: DateForm::Auto,
            rank: DATELINE,
            kin: 0,
            listed: None,
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
        if dates.is_empty() || self.lists_other(at) {
            return;
        }
        let mut from = 0;
        for (place, one) in dates.iter().enumerate() {
            let certain =
                one.value.is_ok() || matches!(one.value, Err(DateReject::Ambiguous | DateReject::TwoDigitYear));
            let before = text.get(from..one.range.start).unwrap_or_default();
            // What stands between two dates belongs to the second.
            let is_last = place + 1 == dates.len();
            let behind = text.get(one.range.end..).filter(|_| is_last).unwrap_or_default();
            let before = self.without_links(at, from..one.range.start, before);
            let before = &*before;
            from = one.range.end;
            if !certain || self.is_marked(at, &one.range) {
                continue;
            }
            let is_labelled = label_before(before).is_some() || label_behind(behind).is_some();
            let is_sentence = is_sentence(text);
            if is_sentence && !is_labelled {
                continue;
            }
            let rest = line.length.saturating_sub(one.range.len());
            let length_cost = (rest as i32 - 40).max(0) / 2;
            let before = if place == 0 { self.words_before(at, before) } else { before };
            let value = text.get(one.range.clone()).unwrap_or_default().to_owned();
            let is_noted = is_labelled && self.names_around(line.nodes.0).date;
            let length_cost = match (is_noted, is_sentence) {
                (true, _) => length_cost.min(NOTED_COST),
                (false, true) => length_cost + SENTENCE_COST,
                (false, false) => length_cost,
            };
            let verdict = self.judge((line.nodes.0, line), (before, behind), -length_cost);
            found.extend(verdict.map(|verdict| verdict.found(Evidence::Byline, value, self.kin(line.nodes.0))));
        }
    }

    /// The words of a range of a line, blanks in place of links that are more than a label: the words of another headline tell
    /// nothing of the date.
    fn without_links<'w>(&self, line: usize, range: Range<usize>, words: &'w str) -> Cow<'w, str> {
        let links = self.lines.links_of(line).iter().map(|link| &link.range);
        let links = links.filter(|link| range.start <= link.start && link.end <= range.end);
        let mut out = Cow::Borrowed(words);
        for link in links {
            let (start, end) = (link.start - range.start, link.end - range.start);
            if words.get(start..end).is_some_and(|text| !is_label(text)) {
                out.to_mut().replace_range(start..end, &" ".repeat(end - start));
            }
        }
        out
    }

    /// Whether a line apart from the article is mainly a link of several words that is no name: it tells of another article.
    fn lists_other(&self, at: usize) -> bool {
        let Some(line) = self.lines.all.get(at) else { return false };
        if line.heading > 0 || self.is_within(line) || self.touches_headline(line) {
            return false;
        }
        let text = self.lines.text(line);
        let dates = find_dates(text, &DateContext::default());
        let headline = |link: &Mark| {
            let words = text.get(link.range.clone()).unwrap_or_default();
            // A link to the archive of a month holds a part of the date.
            let is_dated = dates.iter().any(|it| it.range.start < link.range.end && link.range.start < it.range.end);
            let unparted = words.chars().filter(|it| is_unparted(*it)).count();
            let is_long = unparted >= UNPARTED / 2 || words.split_whitespace().nth(1).is_some();
            // Relations are those of commenters, authors and sections; other headlines of an outlet have none.
            let is_own = self.page.attribute(link.node, &local_name!("rel")).is_none();
            is_own && is_long && !is_dated && !is_full_name(words.trim())
        };
        let links = self.lines.links_of(at).iter().filter(|link| headline(link));
        let linked: usize = links.map(|link| link.range.len()).sum();
        let dates: usize = dates.iter().map(|date| date.range.len()).sum();
        linked * 2 > text.len().saturating_sub(dates)
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
        let same = self.lines.marks_of(line).iter().filter(|mark| mark.range.end <= start && mark.range.start < start);
        same.map(|mark| mark.range.end).max().unwrap_or(0)
    }

    /// Whether a mark of the line shows these bytes.
    fn is_marked(&self, line: usize, range: &Range<usize>) -> bool {
        self.lines.marks_of(line).iter().any(|mark| mark.range.start < range.end && range.start < mark.range.end)
    }

    /// What a date is and how likely it is the article's; `None` when it is not.
    fn judge(&self, (node, line): (usize, &Line), (before, behind): (&str, &str), bonus: i32) -> Option<Verdict> {
        let names = self.names_around(node);
        if names.is_comment {
            return None;
        }
        let before = before.get(before.ceil_char_boundary(before.len().saturating_sub(60))..).unwrap_or_default();
        let behind = behind.get(..behind.floor_char_boundary(MAX_BEHIND)).unwrap_or_default();
        let label = label_before(before).or_else(|| label_behind(behind));
        let is_meant = label.is_some() || names.published || names.modified;
        if !is_meant && (names.is_event || self.tops_page(line, names)) {
            return None;
        }
        let field = match label {
            Some(Label::Other) => return None,
            Some(Label::Published) => Field::Published,
            None if names.published || !names.modified => Field::Published,
            Some(Label::Modified) | None => Field::Modified,
        };
        let zone = self.zone(line);
        let mut rank = zone + bonus;
        rank += 40 * i32::from(label.is_some())
            + 40 * i32::from(names.published || names.modified)
            + 15 * i32::from(names.date);
        // Names deceive; beside the headline they count less than the place, and nothing where they touch.
        let apart = if names.is_framed || !self.touches_headline(line) { names.apart } else { 0 };
        if apart > 0 {
            rank -= if label.is_some() { 25 } else { (70 - zone).max(25) } + 40 * i32::from(apart - 1);
        }
        let is_likely = rank >= LIKELY || self.touches_headline(line) && line.length <= SHORT_LINE;
        // A word that is not known says what the date is: `Meeting:`. That is no voice against what the data say.
        let told = before.trim_end();
        let is_else = !is_meant && told.ends_with([':', '：']) && told.contains(char::is_alphabetic);
        let is_beside = zone >= BESIDE && is_likely && !is_else && (apart == 0 || label.is_some());
        if zone < BESIDE && rank > FAR {
            rank = FAR + (rank - FAR) / 4;
        }
        // Where nothing else dates a page, the note on its last change in the foot does.
        if label == Some(Label::Modified) {
            rank = rank.max(LEAST_RANK);
        }
        Some(Verdict { field, rank, is_beside })
    }
}

/// Whether a date stands inside a sentence: a word goes on behind it without a sign, or the line is closed like a sentence.
fn is_inside_sentence(line: &str, before: &str, behind: &str) -> bool {
    let goes_on = behind.trim_start().starts_with(char::is_lowercase);
    let is_closed = line.trim_end().ends_with(['.', '!', '?', '。', '！', '？', '।', '…']);
    is_sentence(line) || before.contains(char::is_alphabetic) && goes_on && is_closed
}

/// Whether a line is a sentence: closed like one, and of several words.
fn is_sentence(text: &str) -> bool {
    let is_closed = text.trim_end().ends_with(['.', '!', '?', '。', '！', '？', '।', '…']);
    let words = || text.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).take(SENTENCE).count();
    is_closed && (words() == SENTENCE || text.chars().filter(|it| is_unparted(*it)).take(UNPARTED).count() == UNPARTED)
}

/// Whether a line has what may be a year: four digits, two behind a mark and a digit, or digits of another script.
fn may_hold_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let is_year =
        |at: usize| matches!(bytes[at], b'1' | b'2') && is_digit(at + 1) && is_digit(at + 2) && is_digit(at + 3);
    let is_short = |at: usize| {
        matches!(bytes[at], b'.' | b'/' | b'-') && is_digit(at + 1) && is_digit(at + 2) && at > 0 && is_digit(at - 1)
    };
    (0..bytes.len()).any(|at| is_year(at) || is_short(at))
        || !text.is_ascii() && text.chars().any(|it| !it.is_ascii() && it.is_numeric())
}

fn is_day(value: &str) -> bool {
    match parse_date(value, &DateContext::default()) {
        Ok(parsed) => parsed.precision <= Precision::Day,
        Err(reject) => reject == DateReject::Ambiguous,
    }
}

#[cfg(test)]
mod tests;
