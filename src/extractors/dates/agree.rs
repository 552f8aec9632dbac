//! What candidates say together that none of them says alone.

use super::{Candidate, DateSetting, LOWER_PRECEDENCE, MICROS_PER_DAY, MICROS_PER_MINUTE, OUTVOTED, Published, Role};
use crate::kernels::parse_date::{DateContext, DateOrder, DateReject, ParsedDate, Precision, TzText, parse_date};
use crate::statement::Evidence;

/// Hours that local time is behind UTC at most, and ahead of it at most.
const BEHIND: i64 = -12 * 60;
const AHEAD: i64 = 14 * 60;
/// Instants of one publication that different systems write down lie closer.
const MICROS_PER_HOUR: u64 = 60 * MICROS_PER_MINUTE as u64;
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

/// Refuses publications that lie behind the last change that the page's data states, where its data also states one that is no later
/// than that change.
///
/// Such a day is that of an event, or of a system that published the page again. Data that state one publication only, behind the
/// change, are believed: what is written today may be published next week.
pub(super) fn refuse_after_change(candidates: &mut [Candidate<'_>]) {
    let is_data = |it: &&Candidate<'_>| matches!(it.kind, Evidence::JsonLd | Evidence::Meta);
    let changes = candidates.iter().filter(is_data).filter(|it| it.role == Role::Modified);
    let Some(last) = changes.filter_map(|it| it.value.as_ref()).map(|value| value.date).max() else { return };
    let day = |it: &Candidate<'_>| {
        let is_page = it.role == Role::Published && voice(it.kind).is_some();
        it.believed().filter(|value| is_page && value.precision <= Precision::Day).map(|value| value.date)
    };
    if candidates.iter().filter(is_data).filter_map(day).any(|day| day <= last) {
        for candidate in candidates.iter_mut() {
            if day(candidate).is_some_and(|day| day > last + 1) {
                candidate.refused = Some(OUTVOTED);
            }
        }
    }
}

/// Refuses what a page's data says alone against two other kinds that agree with each other, or against the date that is shown
/// beside the headline and is not that of a change: systems call the day a page was set up its publication, readers see the other.
///
/// The kinds are JSON-LD, meta elements, `<time>` elements, lines that are shown, data of scripts, and the address; the first believed day of each counts.
pub(super) fn refuse_outvoted(candidates: &mut [Candidate<'_>]) {
    let mut voices: [Option<&ParsedDate>; VOICES] = [None; VOICES];
    for candidate in candidates.iter().filter(|it| it.role == Role::Published) {
        let Some(voice) = voice(candidate.kind) else {
            if candidate.believed().is_some() && candidate.kind < Evidence::JsonLd {
                return;
            }
            continue;
        };
        let value = candidate.believed().filter(|value| value.precision <= Precision::Day);
        if let Some(place) = voices.get_mut(voice) {
            *place = place.or(value);
        }
    }
    let Some(first) = (JSON_LD..TIME).find(|voice| voices[*voice].is_some()) else { return };
    let Some(ruling) = voices[first] else { return };
    // JSON-LD, meta elements and scripts that agree come from one system.
    let is_own = |voice: usize| {
        voice == first
            || matches!(voice, META | SCRIPTS) && voices[voice].is_some_and(|value| may_be_one(value, ruling))
    };
    let own: [bool; VOICES] = std::array::from_fn(is_own);
    let others = || voices.iter().zip(own).filter(|(_, own)| !own).filter_map(|(value, _)| *value);
    if others().any(|value| may_be_one(value, ruling)) {
        return;
    }
    let is_change = |value: &ParsedDate| {
        let changes = candidates.iter().filter(|it| it.role == Role::Modified).filter_map(|it| it.value.as_ref());
        changes.into_iter().any(|change| change.date.abs_diff(value.date) <= 1)
    };
    // Two shown dates of different days leave open which of them is the article's.
    let shown = match (voices[TIME], voices[BYLINE]) {
        (Some(one), Some(other)) if one.date != other.date => None,
        (one, other) => one.or(other),
    };
    let shown = shown.filter(|value| !is_change(value)).map(|value| value.date);
    let elected = others().find(|one| others().filter(|other| other.date == one.date).count() >= 2);
    let Some(elected) = elected.map(|value| value.date).or(shown) else { return };
    for candidate in
        candidates.iter_mut().filter(|it| it.role == Role::Published && voice(it.kind).is_some_and(|voice| own[voice]))
    {
        if candidate.believed().is_some_and(|value| value.date != elected) {
            candidate.refused = Some(OUTVOTED);
        }
    }
}

/// Whether two dates may mean one moment: of one day, or of neighbouring days as different zones have it.
fn may_be_one(one: &ParsedDate, other: &ParsedDate) -> bool {
    if one.date.abs_diff(other.date) != 1 {
        return one.date == other.date;
    }
    let minute = |value: &ParsedDate| {
        let local = i64::from(value.date) * MICROS_PER_DAY + value.local_time?;
        Some(local.div_euclid(MICROS_PER_MINUTE))
    };
    match (one.at, other.at, minute(one), minute(other)) {
        (Some(one), Some(other), ..) => one.abs_diff(other) < MICROS_PER_HOUR,
        (Some(at), None, _, Some(local)) | (None, Some(at), Some(local), _) => {
            (BEHIND..=AHEAD).contains(&(local - at.div_euclid(MICROS_PER_MINUTE)))
        }
        (None, None, Some(one), Some(other)) => (BEHIND..=-BEHIND).contains(&(one - other)),
        _ => true,
    }
}

/// Kinds of evidence that a page gives independently of each other.
const VOICES: usize = 6;
const JSON_LD: usize = 0;
const META: usize = 1;
/// The kinds that are shown beside the headline.
const TIME: usize = 2;
const BYLINE: usize = 3;
const SCRIPTS: usize = 4;

fn voice(kind: Evidence) -> Option<usize> {
    match kind {
        Evidence::JsonLd => Some(JSON_LD),
        Evidence::Meta => Some(META),
        Evidence::TimeElement => Some(TIME),
        Evidence::Byline => Some(BYLINE),
        Evidence::PageData => Some(SCRIPTS),
        Evidence::UrlPath => Some(5),
        _ => None,
    }
}

/// Takes the outlet's own day for an instant that is stated in UTC.
///
/// `2025-12-18T03:30:00Z` is an instant and no calendar day of the outlet. Where another candidate of the page or its address gives
/// the day before or behind, and some zone has that day at the instant, that is the day of the accepted candidates, too.
pub(super) fn take_local_day(published: &mut Published<'_>, candidates: &mut [Candidate<'_>]) {
    let (Some(at), Some(TzText::Utc | TzText::Offset(0))) = (published.at, &published.tz) else { return };
    let utc_day = published.date;
    if i64::from(utc_day) != at.div_euclid(MICROS_PER_DAY) {
        return;
    }
    let telling = candidates.iter().filter(|it| it.role == Role::Published && tells_local_day(it.kind));
    let believed = telling.filter(|it| matches!(it.refused, None | Some(LOWER_PRECEDENCE)));
    let mut values =
        believed.filter_map(|it| it.value.as_ref()).filter(|it| it.precision <= Precision::Day && !is_utc(it));
    let Some(day) = values.find(|it| it.date == utc_day || is_local_day(at, utc_day, it)).map(|it| it.date) else {
        return;
    };
    published.set_day(day);
    for candidate in candidates.iter_mut().filter(|it| it.role == Role::Published && it.refused.is_none()) {
        if let Some(value) = candidate.value.as_mut().filter(|value| value.date == utc_day) {
            value.date = day;
        }
    }
}

fn tells_local_day(kind: Evidence) -> bool {
    matches!(
        kind,
        Evidence::JsonLd
            | Evidence::Meta
            | Evidence::TimeElement
            | Evidence::Byline
            | Evidence::PageData
            | Evidence::UrlPath
            | Evidence::Shown
    )
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::Stated;
    use crate::extractors::dates::{Dates, choose_dates};
    use crate::statement::{DateForm, Field};

    fn choose<'a>(statements: &[(Field, Evidence, &'a str)]) -> (Dates<'a>, Vec<Candidate<'a>>) {
        let setting = DateSetting::default();
        let mut candidates: Vec<_> = statements
            .iter()
            .map(|&(field, evidence, value)| Stated {
                field,
                evidence,
                value,
                form: DateForm::Auto,
                span: None,
                own: 0,
            })
            .filter_map(|stated| Candidate::stated(&stated, &setting))
            .collect();
        let dates = choose_dates(&mut candidates, &setting);
        (dates, candidates)
    }

    /// Day and evidence of the choice among publications.
    fn chosen(statements: &[(Evidence, &str)]) -> Option<(String, Evidence)> {
        let statements: Vec<_> = statements.iter().map(|&(kind, value)| (Field::Published, kind, value)).collect();
        choose(&statements).0.published.map(|it| (day(it.date), it.evidence))
    }

    fn day(days: i32) -> String {
        let date = jiff::civil::Date::constant(1970, 1, 1).checked_add(jiff::Span::new().days(days));
        date.expect("a day").to_string()
    }

    #[test]
    fn an_instant_in_utc_takes_the_day_that_the_page_shows() {
        let late = "2025-12-18T03:30:00Z";
        let of = |kind, value| chosen(&[(Evidence::JsonLd, late), (kind, value)]).expect("a date").0;
        assert_eq!(of(Evidence::Byline, "17 December 2025"), "2025-12-17");
        assert_eq!(of(Evidence::Byline, "17 December 2025, 22:30"), "2025-12-17");
        assert_eq!(of(Evidence::Meta, "2025-12-17T22:30:00-05:00"), "2025-12-17");
        assert_eq!(of(Evidence::UrlPath, "2025-12-17"), "2025-12-17");
        // No zone is a day ahead at half past three, nor seven minutes from it, nor is another instant this one.
        assert_eq!(of(Evidence::Byline, "19 December 2025"), "2025-12-18");
        assert_eq!(of(Evidence::Byline, "17 December 2025, 22:37"), "2025-12-18");
        assert_eq!(of(Evidence::Meta, "2025-12-17T23:00:00-05:00"), "2025-12-18");
        let (dates, candidates) = choose(&[
            (Field::Published, Evidence::JsonLd, late),
            (Field::Published, Evidence::Byline, "17 December 2025"),
        ]);
        assert_eq!(candidates[0].value.as_ref().map(|it| it.date), dates.published.as_ref().map(|it| it.date));
        assert_eq!(candidates[1].refused, Some(LOWER_PRECEDENCE));
    }

    #[test]
    fn lone_data_is_outvoted() {
        let data = (Evidence::Meta, "2025-12-01");
        let shown = (Evidence::Byline, "17 December 2025");
        let address = (Evidence::UrlPath, "2025-12-17");
        let of = |list: &[(Evidence, &str)]| chosen(list).expect("a date");
        assert_eq!(of(&[data, shown]), ("2025-12-17".into(), Evidence::Byline));
        assert_eq!(of(&[data, (Evidence::Shown, "17 December 2025"), address]).0, "2025-12-01");
        assert_eq!(of(&[data, shown, address]).0, "2025-12-17");
        assert_eq!(of(&[data, (Evidence::UrlPath, "2025-12-01"), shown]).0, "2025-12-01");
        assert_eq!(of(&[(Evidence::Sidecar, "2025-12-01"), shown, address]).0, "2025-12-01");
        let (dates, _) = choose(&[
            (Field::Published, Evidence::JsonLd, "2025-12-01"),
            (Field::Published, Evidence::Byline, "17 December 2025"),
            (Field::Modified, Evidence::JsonLd, "2025-12-17T10:00:00Z"),
        ]);
        assert_eq!(dates.published.map(|it| day(it.date)), Some("2025-12-01".into()));
    }

    #[test]
    fn data_and_scripts_are_one_system() {
        let shown = (Evidence::Byline, "17 December 2025");
        let of = |list: &[(Evidence, &str)]| chosen(list).expect("a date");
        let data =
            [(Evidence::JsonLd, "2025-12-01"), (Evidence::Meta, "2025-12-01"), (Evidence::PageData, "2025-12-01")];
        assert_eq!(of(&[data[0], data[1], shown, data[2]]), ("2025-12-17".into(), Evidence::Byline));
        assert_eq!(of(&[data[0], data[1], shown, (Evidence::UrlPath, "2025-12-01")]).0, "2025-12-01");
    }

    #[test]
    fn neighbouring_days_are_one_only_where_zones_can_part_them() {
        let of = |data, shown| chosen(&[(Evidence::Meta, data), (Evidence::Byline, shown)]).expect("a date").0;
        assert_eq!(of("2025-12-18T11:52:23", "17 December 2025, 18:00"), "2025-12-17");
        assert_eq!(of("2025-12-18T01:52:23", "17 December 2025, 18:52"), "2025-12-18");
        assert_eq!(of("2025-12-18T11:52:23", "17 December 2025"), "2025-12-18");
        assert_eq!(of("2025-12-18T09:49:32Z", "17 December 2025, 12:25"), "2025-12-17");
    }

    #[test]
    fn a_publication_behind_the_change_yields_to_one_before() {
        let of = |list: &[(Field, Evidence, &'static str)]| choose(list).0.published.map(|it| day(it.date));
        let changed = (Field::Modified, Evidence::Meta, "2025-12-02T10:00:00Z");
        let first = (Field::Published, Evidence::Meta, "2025-12-01T10:00:00Z");
        let event = (Field::Published, Evidence::Byline, "21 February 2026");
        assert_eq!(of(&[first, changed, event]), Some("2025-12-01".into()));
        let again = (Field::Published, Evidence::Meta, "2025-12-09");
        assert_eq!(of(&[again, first, changed]), Some("2025-12-01".into()));
        assert_eq!(of(&[again, changed]), Some("2025-12-09".into()));
    }

    #[test]
    fn open_dates_agree_with_what_is_known() {
        let (dates, candidates) = choose(&[
            (Field::Published, Evidence::Byline, "05/12/2025"),
            (Field::Modified, Evidence::Meta, "2025-12-05T10:00:00Z"),
        ]);
        assert_eq!(dates.published.map(|it| day(it.date)), Some("2025-12-05".into()));
        assert_eq!(candidates[0].refused, None);
        assert_eq!(chosen(&[(Evidence::Byline, "05/12/2025")]), None);
    }
}
