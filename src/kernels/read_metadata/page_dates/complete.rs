//! Completes dates that do not say everything: those without a year, of an open order, with a year of two digits, and months.

use super::frame::{BESIDE, Frame};
use super::habit::{local_order, named_locale, page_order};
use super::known_days::{KnownDay, known_days};
use super::labels::label_before;
use super::lines::{Line, Lines};
use super::{Found, MAX_STATED, is_sentence};
use crate::kernels::parse_date::{
    DateContext, DateOrder, DateReject, Precision, find_dates, order_of_locale, parse_date,
};
use crate::kernels::parse_html::HtmlPage;
use crate::statement::{DateForm, Evidence, Field, Statement};

/// Longer lines beside the headline are not searched for dates without a year, in bytes.
const MAX_SHOWN: usize = 200;
/// Longer lines are not searched for months, in bytes.
const MAX_MONTH: usize = 80;

/// Declares the order of numeric dates that may still be read in two ways where the page writes one of the two days in full.
pub(super) fn settle_order(page: &HtmlPage, out: &mut [Statement<'_>]) {
    let open = |it: &Statement<'_>| {
        let is_date = matches!(it.field, Field::Published | Field::Modified) && it.form == DateForm::Auto;
        is_date && parse_date(&it.value, &DateContext::default()) == Err(DateReject::Ambiguous)
    };
    if !out.iter().any(open) {
        return;
    }
    let known = known_days(page);
    for it in out.iter_mut().filter(|it| open(it)) {
        let is_known = |order| {
            let context = DateContext { order: Some(order), ..DateContext::default() };
            parse_date(&it.value, &context).is_ok_and(|read| known.iter().any(|day| day.date == read.date))
        };
        it.form = match (is_known(DateOrder::DayMonthYear), is_known(DateOrder::MonthDayYear)) {
            (true, false) => DateForm::DayMonthYear,
            (false, true) => DateForm::MonthDayYear,
            _ => continue,
        };
    }
}

/// Declares the page's order of numeric dates on those that may be read in two ways, and on those with a year of two digits that
/// the page also names in full, or whose order its language or country leaves no doubt about.
pub(super) fn declare_order((page, lines): (&HtmlPage, &Lines), url: Option<&str>, out: &mut [Statement<'_>]) {
    let defect = |it: &Statement<'_>| {
        let is_date = matches!(it.field, Field::Published | Field::Modified) && it.form == DateForm::Auto;
        let read = is_date.then(|| parse_date(&it.value, &DateContext::default()))?;
        read.err().filter(|reject| matches!(reject, DateReject::Ambiguous | DateReject::TwoDigitYear))
    };
    if !out.iter().any(|it| defect(it).is_some()) {
        return;
    }
    let of = |field| out.iter().filter(move |it: &&Statement<'_>| it.field == field).map(|it| &*it.value);
    let urls: Vec<&str> = url.into_iter().chain(of(Field::CanonicalUrl)).collect();
    let form_of = |order| match order {
        Some(DateOrder::DayMonthYear) => Some(DateForm::DayMonthYear),
        Some(DateOrder::MonthDayYear) => Some(DateForm::MonthDayYear),
        Some(DateOrder::YearMonthDay) | None => None,
    };
    let form = form_of(page_order(lines, of(Field::Language), &urls)).or_else(|| {
        let is_english = |tag: &str| tag.trim().eq_ignore_ascii_case("en");
        let is_open = of(Field::Language).next().is_none_or(is_english);
        let locale = is_open.then(|| named_locale(page, &urls)).flatten();
        form_of(locale.and_then(order_of_locale))
    });
    let local = form_of(local_order(of(Field::Language), &urls));
    for it in out.iter_mut() {
        let form = match defect(it) {
            Some(DateReject::Ambiguous) => form,
            Some(_) if lines.name_year(&it.value) => form,
            Some(_) if is_web_year(&it.value) => local,
            _ => None,
        };
        it.form = form.unwrap_or(it.form);
    }
}

/// Whether a date ends with a year of two digits in which there were pages, 00 to 68: the other years are of the 20th century, as
/// POSIX reads `%y`.
fn is_web_year(date: &str) -> bool {
    let mut runs = date.split(|it: char| !it.is_ascii_digit()).filter(|run| !run.is_empty());
    runs.nth(2).filter(|run| run.len() == 2).and_then(|run| run.parse().ok()).is_some_and(|year: u8| year < 69)
}

impl Frame<'_> {
    /// Reads dates without a year beside the headline or the body that the page writes in full elsewhere, each with that day's words.
    ///
    /// Only one year may fit: a page with pictures of several years completes nothing.
    pub fn read_dates_without_year(&self) -> Vec<Found> {
        let mut known: Option<Vec<KnownDay<'_>>> = None;
        let mut found = Vec::new();
        let is_near = |line: &&Line| line.has_digit && line.length <= MAX_SHOWN && self.zone(line) >= BESIDE;
        for line in self.lines.all.iter().filter(is_near).take(MAX_STATED) {
            let text = self.lines.text(line);
            for one in find_dates(text, &DateContext::default()) {
                if one.value != Err(DateReject::NoYear) || is_sentence(text) {
                    continue;
                }
                let words = text.get(one.range.clone()).unwrap_or_default();
                let known = known.get_or_insert_with(|| known_days(self.page));
                let Some(day) = complete(words, known) else { continue };
                let before = text.get(..one.range.start).unwrap_or_default();
                let behind = text.get(one.range.end..).unwrap_or_default();
                let verdict = self.judge((line.nodes.0, line), (before, behind), 0);
                found.extend(verdict.filter(|verdict| verdict.is_beside).map(|verdict| Found {
                    form: day.form,
                    ..verdict.found(Evidence::Byline, day.words.to_owned(), self.kin(line.nodes.0))
                }));
            }
        }
        found
    }

    /// Reads months behind a label that ends with them, `Last updated: June 2025`, where the page states no day.
    pub fn read_months(&self) -> Vec<Found> {
        let is_short = |line: &&Line| line.has_digit && line.length <= MAX_MONTH;
        let month = |(at, line): (usize, &Line)| {
            let text = self.lines.text(line);
            label_before(text)?;
            let starts = text.char_indices().filter(|(_, it)| it.is_whitespace() || matches!(it, ':' | '：'));
            let starts = starts.map(|(at, mark)| at + mark.len_utf8());
            let (value, words) =
                starts.filter_map(|at| Some((text.get(at..)?.trim(), text.get(..at)?))).find(|(value, _)| {
                    parse_date(value, &DateContext::default()).is_ok_and(|read| read.precision == Precision::Month)
                })?;
            label_before(words)?;
            if self.lists_other(at) {
                return None;
            }
            let verdict = self.judge((line.nodes.0, line), (words, ""), 0)?;
            Some(verdict.found(Evidence::Byline, value.to_owned(), self.kin(line.nodes.0)))
        };
        self.lines.all.iter().enumerate().filter(|(_, line)| is_short(line)).filter_map(month).take(1).collect()
    }
}

/// The one day among those known that has the day and month of a date without a year.
fn complete<'k>(words: &str, known: &[KnownDay<'k>]) -> Option<KnownDay<'k>> {
    let mut fitting = known.iter().filter(|day| {
        let year = day.words.get(..4).and_then(|year| year.parse().ok());
        let read = parse_date(words, &DateContext { year, ..DateContext::default() });
        read.is_ok_and(|read| read.date == day.date && !read.weekday_conflict)
    });
    let first = fitting.next()?;
    fitting.all(|day| day.date == first.date).then_some(*first)
}
