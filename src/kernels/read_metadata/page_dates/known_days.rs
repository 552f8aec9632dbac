//! The days that a page writes in full in machine forms: in addresses, identifiers and attributes.
//!
//! They state nothing of the article by themselves. They complete what is shown beside the headline: the year of a date without
//! one, and the order of day and month.

use std::ops::Range;

use crate::kernels::parse_date::{DateContext, DateFormat, Precision, parse_date};
use crate::kernels::parse_html::HtmlPage;
use crate::statement::DateForm;

/// Years of pages: the web began in 1990.
const YEARS: Range<u32> = 1990..2100;
/// Days that are collected.
const MAX_DAYS: usize = 4096;
/// Bytes of an attribute that are searched; longer ones hold scripts and pictures.
const MAX_VALUE: usize = 1024;

/// A day in a machine form.
#[derive(Clone, Copy, Debug)]
pub(super) struct KnownDay<'p> {
    /// Days since 1970-01-01.
    pub date: i32,
    /// As written: `2025-12-17`, `2025/12/17`, `20251217`.
    pub words: &'p str,
    /// How it is written.
    pub form: DateForm,
}

/// The days in the attributes of a page, in order.
pub(super) fn known_days(page: &HtmlPage) -> Vec<KnownDay<'_>> {
    let mut found = Vec::new();
    for node in 1..page.len() {
        for (_, value) in page.attributes(node) {
            if value.len() <= MAX_VALUE && found.len() < MAX_DAYS {
                days_in(value, &mut found);
            }
        }
    }
    found
}

/// The days in a text: three numbers with one mark between them, or a run of 8, 12 or 14 digits that begins with a day.
fn days_in<'t>(text: &'t str, found: &mut Vec<KnownDay<'t>>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let digits = digits_at(bytes, at);
        if digits == 0 {
            at += 1;
            continue;
        }
        let end = match digits {
            4 => separated(bytes, at),
            8 | 12 | 14 => Some(at + 8),
            _ => None,
        };
        let words = end.and_then(|end| text.get(at..end));
        found.extend(words.filter(|words| is_web_year(words)).and_then(read));
        at = end.unwrap_or(at).max(at + digits);
    }
}

/// The end of `YYYY-M-D` with one of the usual marks.
fn separated(bytes: &[u8], at: usize) -> Option<usize> {
    let mark = *bytes.get(at + 4).filter(|byte| matches!(byte, b'-' | b'/' | b'.'))?;
    let month = digits_at(bytes, at + 5);
    let behind = at + 5 + month;
    let day = digits_at(bytes, behind + 1);
    let is_date = bytes.get(behind) == Some(&mark) && (1..=2).contains(&month) && (1..=2).contains(&day);
    is_date.then_some(behind + 1 + day)
}

fn is_web_year(words: &str) -> bool {
    words.get(..4).and_then(|year| year.parse().ok()).is_some_and(|year: u32| YEARS.contains(&year))
}

fn read(words: &str) -> Option<KnownDay<'_>> {
    let is_compact = words.len() == 8 && words.bytes().all(|byte| byte.is_ascii_digit());
    let (form, format) =
        if is_compact { (DateForm::Compact, DateFormat::Compact) } else { (DateForm::Auto, DateFormat::Auto) };
    let parsed = parse_date(words, &DateContext { format, ..DateContext::default() }).ok()?;
    (parsed.precision == Precision::Day).then_some(KnownDay { date: parsed.date, words, form })
}

fn digits_at(bytes: &[u8], at: usize) -> usize {
    bytes.get(at..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(text: &str) -> Vec<&str> {
        let mut found = Vec::new();
        days_in(text, &mut found);
        found.into_iter().map(|day| day.words).collect()
    }

    #[test]
    fn days_are_found_in_addresses_and_names() {
        assert_eq!(
            words("https://a.example/2025/12/17/storm_20251216.jpg?v=2025-1-7"),
            ["2025/12/17", "20251216", "2025-1-7"]
        );
        assert_eq!(words("news20251217103000-k1, 202512171030"), ["20251217", "20251217"]);
        assert_eq!(words("120251217 1625/12/17 20251317 2025-12/17 2025-12"), [""; 0]);
    }

    proptest! {
        #[test]
        fn any_text_is_safe(text in "[0-9/.é-]{0,60}") {
            for found in words(&text) {
                prop_assert!(text.contains(found));
            }
        }
    }
}
