//! Finds the dates inside a line.
//!
//! A date begins at a number, at the name of a month or weekday, or at a time of day, and is as long as the grammar allows. What is
//! found is what [`parse_date`] says about those bytes and about no others.

use std::ops::Range;

use super::clock::clock;
use super::names::{month_name, weekday_name};
use super::phrase::{Body, connective, introduction, separators};
use super::scan::Tokens;
use super::zone::{ZoneMention, zone};
use super::{DateContext, DateReject, ParsedDate, Precision, numeric, parse_date, words};

/// A date inside a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundDate {
    /// Its bytes in the line.
    pub range: Range<usize>,
    /// What they say; refused are only ambiguous dates and those without a year or with one of two digits.
    pub value: Result<ParsedDate, DateReject>,
}

/// Lines are looked at as far as this, in bytes.
const MAX_LINE: usize = 1024;
/// A window is moved on when so many of its tokens are left: a date with weekday, time and zone has fewer.
const OVERLAP: usize = 24;

/// Tokens in which a number follows the name that begins a date: a weekday, a connective, a month, and their stops.
const NAME_REACH: usize = 12;

type Alternative = fn(&Tokens<'_>, usize, &DateContext<'_>) -> Option<(Body, usize)>;

/// Forms of a day. Those with a mere number (`true`) are no date when letters touch them.
const ALTERNATIVES: [(Alternative, bool); 6] = [
    (numeric::three_numbers, true),
    (words::day_month_year, false),
    (words::month_day_year, false),
    (words::year_month_day, false),
    (words::year_day_month, false),
    (words::without_year, false),
];

/// The dates in a line, in order, without overlap; months and years alone are none.
///
/// # Example
///
/// ```
/// use copydesk::kernels::parse_date::{DateContext, find_dates};
///
/// let line = "By A. Writer, posted on Wednesday, 17 December 2025 at 10:20 in Harbour";
/// let found = find_dates(line, &DateContext::default());
/// assert_eq!(&line[found[0].range.clone()], "Wednesday, 17 December 2025 at 10:20");
/// ```
pub fn find_dates(line: &str, context: &DateContext<'_>) -> Vec<FoundDate> {
    let mut found = Vec::new();
    let line = line.get(..line.floor_char_boundary(MAX_LINE)).unwrap_or_default();
    let mut base = 0;
    while let Some(rest) = line.get(base..).filter(|rest| !rest.is_empty()) {
        let (tokens, is_whole) = Tokens::scan_head(rest);
        let last = if is_whole { tokens.len() } else { tokens.len().saturating_sub(OVERLAP).max(1) };
        let mut at = 0;
        while at < last {
            let Some((one, next)) = date_at(&tokens, at, context) else {
                at += 1;
                continue;
            };
            found.push(FoundDate { range: base + one.range.start..base + one.range.end, value: one.value });
            at = next;
        }
        if is_whole {
            break;
        }
        // What cannot be scanned is a number of many digits: go on behind it.
        let next = tokens.get(at).map_or_else(|| behind_token(rest, &tokens), |token| token.start);
        base += if next == 0 { behind_token(rest, &tokens) } else { next };
    }
    found
}

/// The first byte behind the last token and one more token of any kind.
fn behind_token(rest: &str, tokens: &Tokens<'_>) -> usize {
    let end = tokens.len().checked_sub(1).and_then(|last| tokens.get(last)).map_or(0, |token| token.end);
    let tail = rest.get(end..).unwrap_or_default();
    let digits = tail.trim_start_matches(|it: char| super::scan::digit(it).is_none());
    let more = digits.trim_start_matches(|it: char| super::scan::digit(it).is_some());
    rest.len() - more.len().min(rest.len().saturating_sub(1))
}

/// The longest date that begins at a token, and the token behind it.
fn date_at(tokens: &Tokens<'_>, at: usize, context: &DateContext<'_>) -> Option<(FoundDate, usize)> {
    let is_number = tokens.number(at).is_some();
    // A name without a number near it is no date, and names cost the most to look up.
    if !is_number && !(at + 1..at + NAME_REACH).any(|next| tokens.number(next).is_some()) {
        return None;
    }
    let is_named =
        || (month_name(tokens, at).is_some() || weekday_name(tokens, at).is_some()) && !is_connective(tokens, at);
    if is_number && is_inside(tokens, at) || !is_number && !is_named() {
        return None;
    }
    let mut best: Option<(FoundDate, usize)> = None;
    for start in starts(tokens, at, context) {
        for (alternative, is_numeric) in ALTERNATIVES {
            if is_numeric && touches_letters(tokens, start) {
                continue;
            }
            let Some((body, next)) = alternative(tokens, start, context) else { continue };
            if matches!(&body, Body::Date(reading) if reading.precision > Precision::Day) {
                continue;
            }
            for end in ends(tokens, next, context).into_iter().rev() {
                if end <= next && is_continued(tokens, next) {
                    continue;
                }
                let Some(one) = judge(tokens, at..end, context) else { continue };
                if one.value.is_ok() {
                    return Some((one, end));
                }
                best = best.or(Some((one, end)));
            }
        }
    }
    best
}

/// `on` is a word before a date more often than a Wednesday in Oslo.
fn is_connective(tokens: &Tokens<'_>, at: usize) -> bool {
    connective(tokens, at) > at
}

/// What the grammar says about some tokens; `None` when it is no date.
fn judge(tokens: &Tokens<'_>, range: Range<usize>, context: &DateContext<'_>) -> Option<FoundDate> {
    let last = range.end.checked_sub(1)?;
    let bytes = tokens.get(range.start)?.start..tokens.get(last)?.end;
    let value = parse_date(tokens.text.get(bytes.clone())?, context);
    let is_date = match &value {
        Ok(parsed) => parsed.precision <= Precision::Day,
        // A name alone is a month's, not a day's.
        Err(DateReject::NoYear) => range.clone().any(|at| tokens.number(at).is_some()),
        Err(reject) => matches!(reject, DateReject::Ambiguous | DateReject::TwoDigitYear),
    };
    is_date.then_some(FoundDate { range: bytes, value })
}

/// Where the date itself may begin when its first token, a weekday or a time included, is at `at`.
fn starts(tokens: &Tokens<'_>, at: usize, context: &DateContext<'_>) -> impl Iterator<Item = usize> {
    let behind_weekday = |at: usize| weekday_name(tokens, at).map(|(_, next)| separators(tokens, next));
    let behind_clock = clock(tokens, at).map(|(_, next)| {
        let zoned = zone(tokens, separators(tokens, next), true, context);
        let known = zoned.filter(|(mention, _)| is_certain(mention.as_ref().ok()));
        separators(tokens, known.map_or(next, |(_, behind)| behind))
    });
    let both = behind_clock.and_then(behind_weekday);
    [Some(at), behind_weekday(at), behind_clock, both].into_iter().flatten()
}

/// Where a date may end whose day, month and year end at `at`: there, or behind a weekday, a time and a zone.
fn ends(tokens: &Tokens<'_>, at: usize, context: &DateContext<'_>) -> Vec<usize> {
    let mut ends = vec![at];
    let mut next = at;
    if let Some((_, behind)) = weekday_name(tokens, separators(tokens, next)) {
        ends.push(behind);
        next = behind;
    }
    if let Some((read, behind)) = clock(tokens, introduction(tokens, separators(tokens, next))) {
        ends.push(behind);
        if let Some((mention, behind)) = zone(tokens, behind, read.is_ok_and(|clock| clock.fine), context)
            && is_certain(mention.as_ref().ok())
        {
            ends.push(behind);
        }
    }
    ends
}

/// A word in capitals may be any word; abbreviations of zones end with a T.
fn is_certain(mention: Option<&ZoneMention>) -> bool {
    match mention {
        Some(ZoneMention::Unresolved(text)) => text.ends_with('T'),
        Some(ZoneMention::Absent) | None => false,
        Some(_) => true,
    }
}

/// Whether a number is the later part of a longer one: `1.12.5.2025`, `10:12:05`.
fn is_inside(tokens: &Tokens<'_>, at: usize) -> bool {
    let Some(before) = at.checked_sub(1).filter(|_| tokens.attached(at)) else { return false };
    matches!(tokens.mark(before), Some('.' | ':' | '/' | '-' | '_' | '#' | '$' | '€' | '£' | '%' | '='))
        && tokens.number(at).is_some()
        && (before.checked_sub(1).is_some_and(|first| tokens.number(first).is_some() && tokens.attached(before))
            || !matches!(tokens.mark(before), Some('.' | ':' | '/' | '-' | '_')))
}

/// Whether a number goes on behind the date: `12/05/2025/3`.
fn is_continued(tokens: &Tokens<'_>, at: usize) -> bool {
    let glued = tokens.attached(at) && matches!(tokens.mark(at), Some('/' | '-' | '.' | ':' | '_'));
    glued && tokens.attached(at + 1) && tokens.number(at + 1).is_some()
        || tokens.attached(at) && tokens.number(at).is_some()
}

/// Whether Latin letters touch the number from the left: `v12.05.2025` is no date.
fn touches_letters(tokens: &Tokens<'_>, at: usize) -> bool {
    let word = at.checked_sub(1).filter(|_| tokens.attached(at)).and_then(|before| tokens.word(before));
    word.is_some_and(str::is_ascii)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(line: &str) -> Vec<String> {
        let found = find_dates(line, &DateContext::default());
        let say = |one: FoundDate| match one.value {
            Ok(_) => line[one.range].to_owned(),
            Err(reject) => format!("{} ({reject})", &line[one.range]),
        };
        found.into_iter().map(say).collect()
    }

    #[test]
    fn dates_are_found_among_words() {
        for (line, expected) in [
            ("By A. Writer | 17 December 2025", &["17 December 2025"][..]),
            ("Posted on December 17, 2025 by Staff in News, 3 comments", &["December 17, 2025"]),
            (
                "PUBLISHED: Dec. 17, 2025 at 11:30 p.m. | UPDATED: 18.12.2025",
                &["Dec. 17, 2025 at 11:30 p.m.", "18.12.2025"],
            ),
            ("Updated 20:49, 5 Aug 2024", &["20:49, 5 Aug 2024"]),
            ("来源：新报 2011年10月20日 10:20 编辑", &["2011年10月20日 10:20"]),
            ("发布时间2011年10月20日10:20", &["2011年10月20日10:20"]),
            ("Δημοσίευση: 20/10/2011 | 09:15", &["20/10/2011 | 09:15"]),
            ("Dodano: 20 października 2011, 10:20", &["20 października 2011, 10:20"]),
            ("Опубликовано 20.10.2011 в 10:20, автор", &["20.10.2011 в 10:20"]),
            ("Mittwoch, 17. Dezember 2025 um 10.20 Uhr, Redaktion", &["Mittwoch, 17. Dezember 2025 um 10.20 Uhr"]),
            ("at 2025-12-17T10:20:30+03:00 saved", &["2025-12-17T10:20:30+03:00"]),
            ("Dec 17, 2025 10:35 PM PST", &["Dec 17, 2025 10:35 PM PST"]),
            ("Dec 17, 2025 10:35 PM BY JOHN", &["Dec 17, 2025 10:35 PM"]),
            ("12.05.2025", &["12.05.2025 (ambiguous)"]),
            ("on 17.12.25 and 17 December", &["17.12.25 (two-digit-year)", "17 December (no-year)"]),
            ("tel. 01.17.12.2025, v17.12.2025, 17.12.2025.4", &[]),
            ("[12月17日 10時20分]", &["12月17日 10時20分 (no-year)"]),
            ("in December 2025, of 2025", &[]),
            ("", &[]),
        ] {
            assert_eq!(shown(line), expected, "{line}");
        }
    }

    #[test]
    fn long_lines_are_looked_at_in_windows() {
        let line = format!("{} 17 December 2025 {} 18 December 2025", "a, ".repeat(60), "b ".repeat(30));
        assert_eq!(shown(&line), ["17 December 2025", "18 December 2025"]);
        assert_eq!(shown("1234567890123456789012345 17 December 2025"), ["17 December 2025"]);
    }

    proptest! {
        #[test]
        fn found_dates_are_what_the_grammar_says(parts in prop::collection::vec(prop::sample::select(vec![
            "17", "12", "2025", "December", "dec", ".", "/", "-", " ", ", ", "10:20", "Mon", "年", "月", "日", "é", "12345678901234567890",
            "T", "+03:00", "PM", "by", "\u{200F}", "|", "de",
        ]), 0..60)) {
            let line = parts.concat();
            let mut last = 0;
            for one in find_dates(&line, &DateContext::default()) {
                prop_assert!(one.range.start >= last && one.range.end > one.range.start);
                last = one.range.end;
                prop_assert_eq!(parse_date(&line[one.range.clone()], &DateContext::default()), one.value);
            }
        }

        #[test]
        fn any_line_is_safe(line in "\\PC{0,300}") {
            find_dates(&line, &DateContext::default());
        }
    }
}
