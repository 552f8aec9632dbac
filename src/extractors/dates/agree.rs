//! What candidates say together that none of them says alone.

use super::{Candidate, DateSetting, MICROS_PER_DAY, MICROS_PER_MINUTE, Published, Role};
use crate::kernels::parse_date::{DateContext, DateOrder, DateReject, ParsedDate, Precision, TzText, parse_date};
use crate::statement::Evidence;

/// Hours that local time is behind UTC at most, and ahead of it at most.
const BEHIND: i64 = -12 * 60;
const AHEAD: i64 = 14 * 60;
/// Offsets of zones are multiples of a quarter of an hour.
const QUARTER: i64 = 15;

/// Reads dates of unknown order as the day that another candidate states.
///
/// Only what a reading of the words gives is taken, and only when one of the readings is the day of a believed candidate of any role
/// and the other is not.
pub(super) fn settle_by_agreement(candidates: &mut [Candidate<'_>], setting: &DateSetting<'_>) {
    let is_open = |candidate: &Candidate<'_>| candidate.refused == Some(DateReject::Ambiguous.code());
    if !candidates.iter().any(is_open) {
        return;
    }
    let known: Vec<i32> = candidates
        .iter()
        .filter_map(Candidate::believed)
        .filter(|it| it.precision <= Precision::Day)
        .map(|it| it.date)
        .collect();
    for candidate in candidates.iter_mut().filter(|candidate| is_open(candidate)) {
        let read = |order| {
            let context = DateContext {
                order: Some(order),
                zone: setting.zone,
                abbreviations: setting.abbreviations,
                language: setting.language,
                ..DateContext::default()
            };
            parse_date(candidate.raw, &context).ok().filter(|parsed| known.contains(&parsed.date))
        };
        let readings = (read(DateOrder::DayMonthYear), read(DateOrder::MonthDayYear));
        if let (Some(parsed), None) | (None, Some(parsed)) = readings {
            (candidate.value, candidate.refused) = (Some(parsed), None);
        }
    }
}

/// Takes the outlet's own day for an instant that is stated in UTC.
///
/// `2025-12-18T03:30:00Z` is an instant and no calendar day of the outlet. Where a candidate of the page, its address or its zone
/// gives the day before or behind, and some zone has that day at the instant, that is the day. The candidate counts as accepted.
pub(super) fn take_local_day(published: &mut Published<'_>, candidates: &mut [Candidate<'_>]) {
    let (Some(at), Some(TzText::Utc | TzText::Offset(0))) = (published.at, &published.tz) else { return };
    let agreeing = candidates.iter_mut().filter(|it| it.role == Role::Published && tells_local_day(it.kind));
    for candidate in agreeing {
        let Some(value) = &candidate.value else { continue };
        if value.precision <= Precision::Day && value.date == published.date && !is_utc(value) {
            return;
        }
        if is_local_day(at, published.date, value) && matches!(candidate.refused, None | Some(super::LOWER_PRECEDENCE))
        {
            published.set_day(value.date);
            candidate.refused = None;
            return;
        }
    }
}

fn tells_local_day(kind: Evidence) -> bool {
    matches!(kind, Evidence::JsonLd | Evidence::Meta | Evidence::TimeElement | Evidence::Byline | Evidence::UrlPath)
}

fn is_utc(value: &ParsedDate) -> bool {
    value.at.is_some() && matches!(value.tz, Some(TzText::Utc | TzText::Offset(0)))
}

/// Whether a value states the day of an instant in a zone whose day is not `utc_day`.
fn is_local_day(at: i64, utc_day: i32, value: &ParsedDate) -> bool {
    let side = i64::from(value.date) - i64::from(utc_day);
    if value.precision > Precision::Day || side.abs() != 1 || is_utc(value) {
        return false;
    }
    let minute = |micros: i64| micros.div_euclid(MICROS_PER_MINUTE);
    if let Some(other) = value.at {
        return minute(at) == minute(other);
    }
    let day_start = i64::from(value.date) * MICROS_PER_DAY;
    match value.local_time {
        Some(time) => {
            let offset = minute(day_start + time) - minute(at);
            (BEHIND..=AHEAD).contains(&offset) && offset % QUARTER == 0
        }
        // Some zone is on that day: its first minute is not too far ahead, its last not too far behind.
        None => minute(day_start) - minute(at) <= AHEAD && minute(day_start + MICROS_PER_DAY) - minute(at) > BEHIND,
    }
}
