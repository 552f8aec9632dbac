//! Chooses the dates of a record among everything that states one.
//!
//! - The kinds of evidence rank as [`Evidence`] lists them; within a kind the first stated wins.
//! - A later candidate may only *refine* what the ones before it gave: a day of the stated month, a time of the stated day (of
//!   the same day in the outlet's zone, when the candidate is written in another one), seconds or an instant of the stated minute.
//!   The calendar date stays that of the first day-precise candidate; precision, words, zone and evidence are those of the last
//!   candidate that refined. All of them count as accepted.
//! - Kinds *conflict* when the dates that they give first lie more than a day apart, outvoted ones included. Of the URL path and the
//!   file name only complete dates are compared, and what a page shows elsewhere is not.
//! - What a page says is weighed further (`agree`): a numeric date of unknown order is read as the day that another candidate states;
//!   its data (JSON-LD, meta elements and scripts that agree) is outvoted by two other kinds that agree, or by the date beside the
//!   headline when that is not the day of a stated change; a publication behind the last stated change yields to one before it; an
//!   instant in UTC takes the neighbouring day that the page or its address gives.
//! - Where nothing states the publication, the day of a stated change stands in, as [`Evidence::LastChange`].
//! - HTTP headers never date a publication, nor do names of files that hold many records. File times are not even seen.
//! - Modification and retrieval are instants or nothing. A change before 1990, or more than a day before the publication, is refused.

mod agree;
pub mod columns;
mod last_change;
pub mod locate;

use std::sync::LazyLock;

use jiff::civil::Date;

use crate::columns::Stated;
use crate::kernels::parse_date::{
    DateContext, DateFormat, DateOrder, DateReject, ParsedDate, Precision, TzText, ZoneRule, parse_date,
};
use crate::statement::{DateForm, Evidence, Field};
use locate::Located;

/// Most candidates that are recorded for one record; the accepted ones are always among them.
pub const MAX_CANDIDATES: usize = 64;

/// Refused: another candidate outranks it.
pub const LOWER_PRECEDENCE: &str = "lower-precedence";
/// Refused: before 1700 (said by the parser) or later than the configured `not-after`.
pub const OUT_OF_RANGE: &str = "out-of-range";
/// Refused: evidence that dates transfers, not publications.
pub const NOT_PUBLICATION: &str = "not-publication";
/// Refused: the name of a file that holds many records.
pub const FILE_OF_MANY: &str = "file-of-many";
/// Refused: two other kinds agree on another day.
pub const OUTVOTED: &str = "outvoted";
/// Refused: a change more than a day before the publication.
pub const BEFORE_PUBLICATION: &str = "before-publication";
/// Refused: a time of day without a known zone is no instant.
pub const NO_ZONE: &str = "no-zone";
/// Refused: a date without a time of day is no instant.
pub const NO_TIME: &str = "no-time";

/// Quality flag: the publication date is later than the retrieval of the record, wherever on earth it is read.
pub const AFTER_RETRIEVAL: &str = "date-after-retrieval";
/// Quality flag: the publication date is the day of the last change, because nothing states the publication.
pub const DATE_OF_CHANGE: &str = "date-of-change";
/// Quality flag: the words of the publication date name a weekday that is not the date's.
pub const WEEKDAY_CONFLICT: &str = "weekday-conflict";

/// 1990-01-01 in days since 1970: nothing was changed in an electronic archive before there was a web, and clocks that were never
/// set begin earlier.
const FIRST_CHANGE: i32 = 7305;
const MICROS_PER_DAY: i64 = 86_400_000_000;
const MICROS_PER_MINUTE: i64 = 60_000_000;
/// The century of the years of two digits that pages name in full.
const CENTURY: u8 = 20;
/// The zone that is farthest ahead, UTC+14 (Kiribati).
const FARTHEST_AHEAD: i64 = 14 * 60 * MICROS_PER_MINUTE;

/// What a candidate dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Publication.
    Published,
    /// The last change.
    Modified,
    /// Retrieval.
    Retrieved,
}

impl Role {
    /// The role of a statement; `None` when it states no date.
    pub fn of(field: Field) -> Option<Self> {
        match field {
            Field::Published => Some(Self::Published),
            Field::Modified => Some(Self::Modified),
            Field::Retrieved => Some(Self::Retrieved),
            _ => None,
        }
    }

    /// The value of `date_candidates.role`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Modified => "modified",
            Self::Retrieved => "retrieved",
        }
    }
}

/// What is known about dates besides the words.
#[derive(Clone, Copy, Debug, Default)]
pub struct DateSetting<'a> {
    /// Last publication date that is believed, in days since 1970-01-01.
    pub not_after: Option<i32>,
    /// Configured zone abbreviations and their seconds east of UTC.
    pub abbreviations: &'a [(String, i32)],
    /// The outlet's order of numeric dates, else the configured one.
    pub order: Option<DateOrder>,
    /// The outlet's zone.
    pub zone: Option<&'a ZoneRule>,
    /// Language of the record.
    pub language: Option<&'a str>,
}

/// A date that was seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate<'a> {
    /// Where.
    pub kind: Evidence,
    /// What it dates.
    pub role: Role,
    /// The words.
    pub raw: &'a str,
    /// First byte in the raw record and the byte behind the last.
    pub span: Option<(i64, i64)>,
    /// What they say; `None` when they are not understood.
    pub value: Option<ParsedDate>,
    /// Why it was refused, a kebab-case code; `None` when it is accepted.
    pub refused: Option<&'static str>,
}

impl<'a> Candidate<'a> {
    /// The candidate of a date statement; `None` when it states something else.
    pub fn stated(stated: &Stated<'a>, setting: &DateSetting<'_>) -> Option<Self> {
        let role = Role::of(stated.field)?;
        let span = stated.span.map(|span| (span.offset as i64, span.end() as i64));
        let (value, refused) = match parse_stated(stated, setting) {
            Ok(parsed) => (Some(parsed), None),
            Err(code) => (None, Some(code)),
        };
        Some(Self { kind: stated.evidence, role, raw: stated.value, span, value, refused })
    }

    /// The candidate of a date in the path of a URL, with the statement of that URL.
    pub fn in_url(stated: &Stated<'a>) -> Option<Self> {
        let located = locate::locate_in_url(stated.value)?;
        let range = located.range.clone();
        // The words of an escaped value do not stand in the record as they are.
        let span = stated.span.filter(|span| span.length == stated.value.len() as u64);
        let place = |byte: usize, offset: u64| offset as i64 + byte as i64;
        let span = span.map(|span| (place(range.start, span.offset), place(range.end, span.offset)));
        Some(Self { span, ..Self::located(Evidence::UrlPath, stated.value, &located)? })
    }

    /// The candidate of a date in the name of the raw file; it is refused when the file holds many records.
    pub fn in_file_name(raw_path: &'a str, holds_many: bool) -> Option<Self> {
        let located = locate::locate_in_file_name(raw_path)?;
        let refused = holds_many.then_some(FILE_OF_MANY);
        Some(Self { refused, ..Self::located(Evidence::FileName, raw_path, &located)? })
    }

    fn located(kind: Evidence, path: &'a str, located: &Located) -> Option<Self> {
        let value = parse_date(located.iso(), &DateContext::default()).ok()?;
        let raw = path.get(located.range.clone())?;
        Some(Self { kind, role: Role::Published, raw, span: None, value: Some(value), refused: None })
    }

    /// Whether a page states a month or a year only; its days go first.
    fn is_coarse(&self) -> bool {
        let is_page = matches!(self.kind, Evidence::JsonLd | Evidence::Meta);
        is_page && self.value.as_ref().is_some_and(|value| value.precision > Precision::Day)
    }

    /// What it says, unless it is refused for itself.
    fn believed(&self) -> Option<&ParsedDate> {
        self.value.as_ref().filter(|_| self.refused.is_none())
    }
}

/// Reads the words of a date statement.
///
/// # Errors
/// The code of why they are not understood.
pub fn parse_stated(stated: &Stated<'_>, setting: &DateSetting<'_>) -> Result<ParsedDate, &'static str> {
    static UTC: LazyLock<Option<ZoneRule>> = LazyLock::new(|| ZoneRule::named("UTC"));
    let may_be_compact = matches!(
        stated.evidence,
        Evidence::PathPattern | Evidence::FrontMatter | Evidence::HeaderBlock | Evidence::HeaderInline
    );
    // The order that a page is seen to write is a habit: the outlet's own outranks it, and it yields to a part over 12.
    let is_shown = matches!(
        stated.evidence,
        Evidence::JsonLd
            | Evidence::Meta
            | Evidence::TimeElement
            | Evidence::Byline
            | Evidence::PageData
            | Evidence::Shown
            | Evidence::Dateline
    );
    let habit = match stated.form {
        DateForm::DayMonthYear if is_shown => Some(DateOrder::DayMonthYear),
        DateForm::MonthDayYear if is_shown => Some(DateOrder::MonthDayYear),
        _ => None,
    };
    let format = match stated.form {
        _ if habit.is_some() => DateFormat::Auto,
        DateForm::Auto | DateForm::Utc if may_be_compact => DateFormat::Compact,
        DateForm::Auto | DateForm::Utc => DateFormat::Auto,
        DateForm::EpochSeconds => DateFormat::EpochSeconds,
        DateForm::EpochMilliseconds => DateFormat::EpochMilliseconds,
        DateForm::MonthDayYear => DateFormat::MonthDayYear,
        DateForm::DayMonthYear => DateFormat::DayMonthYear,
        DateForm::Compact => DateFormat::Compact,
    };
    let declared_utc = UTC.as_ref().filter(|_| stated.form == DateForm::Utc);
    let context = DateContext {
        format,
        order: setting.order.or(habit),
        // A page declares an order for a year of two digits only where it names that year in full.
        century: habit.map(|_| CENTURY),
        year: None,
        zone: declared_utc.or(setting.zone),
        abbreviations: setting.abbreviations,
        language: setting.language,
    };
    let mut parsed = parse_date(stated.value, &context).map_err(DateReject::code)?;
    // A declared UTC is written like a stated one.
    let by_rule = |zone: &ZoneRule| matches!(&parsed.tz, Some(TzText::Named(name)) if **name == *zone.name());
    if declared_utc.is_some_and(by_rule) {
        parsed.tz = Some(TzText::Utc);
    }
    Ok(parsed)
}

/// The publication date of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Published<'a> {
    /// Calendar date as stated, days since 1970-01-01; the first day of a month or year.
    pub date: i32,
    /// Instant, microseconds since 1970-01-01T00:00:00Z.
    pub at: Option<i64>,
    /// How much is stated.
    pub precision: Precision,
    /// Zone that made the instant; `None` without an instant.
    pub tz: Option<TzText>,
    /// The words of the candidate that gave the finest value.
    pub raw: &'a str,
    /// Where they stand.
    pub evidence: Evidence,
    /// The last day that the value may mean; `date` unless it is a month or a year.
    last_day: i32,
    local_time: Option<i64>,
    weekday_conflict: bool,
}

impl<'a> Published<'a> {
    fn of(candidate: &Candidate<'a>, parsed: &ParsedDate) -> Self {
        Self {
            date: parsed.date,
            at: parsed.at,
            precision: parsed.precision,
            tz: parsed.tz.clone().filter(|_| parsed.at.is_some()),
            raw: candidate.raw,
            evidence: candidate.kind,
            last_day: last_day(parsed),
            local_time: parsed.local_time,
            weekday_conflict: parsed.weekday_conflict,
        }
    }

    /// Whether a candidate says more and nothing else.
    fn is_refined_by(&self, parsed: &ParsedDate, zone: Option<&ZoneRule>) -> bool {
        let is_finer = parsed.precision < self.precision;
        let adds_instant = parsed.precision <= self.precision && self.at.is_none() && parsed.at.is_some();
        let loses_instant = self.at.is_some() && parsed.at.is_none();
        if loses_instant || !(is_finer || adds_instant) {
            return false;
        }
        let Some(local_time) = self.local_time else {
            let days = [Some(parsed.date), day_in(parsed, zone)];
            return days
                .into_iter()
                .flatten()
                .any(|day| self.date <= day && last_day_from(day, parsed) <= self.last_day);
        };
        let minute = |time: i64| time.div_euclid(MICROS_PER_MINUTE);
        match (self.at, parsed.at) {
            (Some(own), Some(other)) => minute(own) == minute(other),
            _ => parsed.date == self.date && parsed.local_time.map(minute) == Some(minute(local_time)),
        }
    }

    fn refine(&mut self, candidate: &Candidate<'a>, parsed: &ParsedDate) {
        let stated_day = (self.precision <= Precision::Day).then_some(self.date);
        *self = Self::of(candidate, parsed);
        if let Some(day) = stated_day {
            (self.date, self.last_day) = (day, day);
        }
    }

    /// Says on which day the outlet was.
    fn set_day(&mut self, day: i32) {
        (self.date, self.last_day) = (day, day);
    }

    /// Whether it is later than a retrieval, wherever on earth it is read.
    fn is_after(&self, retrieved_at: i64) -> bool {
        match self.at {
            Some(at) => at > retrieved_at,
            None => i64::from(self.date) > retrieved_at.saturating_add(FARTHEST_AHEAD).div_euclid(MICROS_PER_DAY),
        }
    }
}

/// The dates of a record.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dates<'a> {
    /// When it was published.
    pub published: Option<Published<'a>>,
    /// Whether kinds of evidence disagree by more than a day.
    pub conflict: bool,
    /// When it was last changed, microseconds since 1970-01-01T00:00:00Z.
    pub modified_at: Option<i64>,
    /// When it was fetched, microseconds since 1970-01-01T00:00:00Z.
    pub retrieved_at: Option<i64>,
}

impl Dates<'_> {
    /// The quality flags of the dates.
    pub fn flags(&self) -> impl Iterator<Item = &'static str> {
        let published = self.published.as_ref();
        let is_late = published.zip(self.retrieved_at).is_some_and(|(published, at)| published.is_after(at));
        let is_odd = published.is_some_and(|published| published.weekday_conflict);
        let is_change = published.is_some_and(|published| published.evidence == Evidence::LastChange);
        let flags = [
            is_late.then_some(AFTER_RETRIEVAL),
            is_change.then_some(DATE_OF_CHANGE),
            is_odd.then_some(WEEKDAY_CONFLICT),
        ];
        flags.into_iter().flatten()
    }
}

/// Chooses, and leaves the candidates in order of rank, each with its verdict, at most [`MAX_CANDIDATES`].
///
/// Rank is by role, then kind, then the order in which the candidates came.
pub fn choose_dates<'a>(candidates: &mut Vec<Candidate<'a>>, setting: &DateSetting<'_>) -> Dates<'a> {
    candidates.sort_by_key(|candidate| (candidate.role, candidate.kind, candidate.is_coarse()));
    for candidate in candidates.iter_mut() {
        refuse_for_itself(candidate, setting);
    }
    agree::settle_by_agreement(candidates, setting);
    agree::refuse_after_change(candidates);
    agree::refuse_outvoted(candidates);
    last_change::stand_in(candidates, setting);
    let conflict = is_conflict(candidates);
    let mut published = choose_published(candidates, setting.zone);
    if let Some(published) = &mut published {
        agree::take_local_day(published, candidates);
    }
    if let Some(published) = &published {
        refuse_before_publication(candidates, published);
    }
    let modified_at = choose_instant(candidates, Role::Modified);
    let retrieved_at = choose_instant(candidates, Role::Retrieved);
    if candidates.len() > MAX_CANDIDATES {
        let accepted = candidates.iter().filter(|candidate| candidate.refused.is_none()).count();
        let mut room = MAX_CANDIDATES.saturating_sub(accepted);
        candidates.retain(|candidate| {
            let stays = candidate.refused.is_none() || room > 0;
            room -= usize::from(candidate.refused.is_some() && stays);
            stays
        });
    }
    Dates { published, conflict, modified_at, retrieved_at }
}

/// Refuses a candidate that could not be accepted if it were the only one.
fn refuse_for_itself(candidate: &mut Candidate<'_>, setting: &DateSetting<'_>) {
    let Some(parsed) = candidate.believed() else { return };
    candidate.refused = if candidate.role == Role::Modified && parsed.date < FIRST_CHANGE {
        Some(OUT_OF_RANGE)
    } else if candidate.role != Role::Published {
        match parsed.at {
            Some(_) => None,
            None if parsed.local_time.is_some() => Some(NO_ZONE),
            None => Some(NO_TIME),
        }
    } else if candidate.kind == Evidence::Http {
        Some(NOT_PUBLICATION)
    } else {
        setting.not_after.filter(|last| parsed.date > *last).map(|_| OUT_OF_RANGE)
    };
}

/// Refuses changes more than a day before the publication, wherever on earth its day began.
fn refuse_before_publication(candidates: &mut [Candidate<'_>], published: &Published<'_>) {
    let earliest = published.at.unwrap_or_else(|| i64::from(published.date) * MICROS_PER_DAY - FARTHEST_AHEAD);
    for candidate in candidates.iter_mut().filter(|candidate| candidate.role == Role::Modified) {
        if candidate.believed().and_then(|parsed| parsed.at).is_some_and(|at| at < earliest - MICROS_PER_DAY) {
            candidate.refused = Some(BEFORE_PUBLICATION);
        }
    }
}

fn choose_published<'a>(candidates: &mut [Candidate<'a>], zone: Option<&ZoneRule>) -> Option<Published<'a>> {
    let mut published: Option<Published<'a>> = None;
    for candidate in candidates.iter_mut().filter(|candidate| candidate.role == Role::Published) {
        let Some(parsed) = candidate.believed() else { continue };
        match &mut published {
            None => published = Some(Published::of(candidate, parsed)),
            Some(found) if found.is_refined_by(parsed, zone) => found.refine(candidate, parsed),
            Some(_) => candidate.refused = Some(LOWER_PRECEDENCE),
        }
    }
    published
}

fn choose_instant(candidates: &mut [Candidate<'_>], role: Role) -> Option<i64> {
    let mut chosen = None;
    for candidate in candidates.iter_mut().filter(|candidate| candidate.role == role) {
        let Some(at) = candidate.believed().and_then(|parsed| parsed.at) else { continue };
        match chosen {
            None => chosen = Some(at),
            Some(_) => candidate.refused = Some(LOWER_PRECEDENCE),
        }
    }
    chosen
}

/// Whether the first publication dates of two kinds, believed or outvoted, lie more than a day apart; candidates are sorted by kind.
///
/// What stands elsewhere in a page may date anything, so it disagrees with nothing.
fn is_conflict(candidates: &[Candidate<'_>]) -> bool {
    let (mut latest_start, mut earliest_end) = (i64::MIN, i64::MAX);
    let mut last_kind = None;
    for candidate in candidates.iter().filter(|candidate| candidate.role == Role::Published) {
        let is_known = matches!(candidate.refused, None | Some(OUTVOTED)) && candidate.kind != Evidence::Shown;
        let Some(parsed) = candidate.value.as_ref().filter(|_| is_known && last_kind != Some(candidate.kind)) else {
            continue;
        };
        last_kind = Some(candidate.kind);
        let needs_day = matches!(candidate.kind, Evidence::UrlPath | Evidence::FileName);
        if !needs_day || parsed.precision <= Precision::Day {
            latest_start = latest_start.max(i64::from(parsed.date));
            earliest_end = earliest_end.min(i64::from(last_day(parsed)));
        }
    }
    latest_start.saturating_sub(earliest_end) > 1
}

/// The day of an instant in a zone.
fn day_in(parsed: &ParsedDate, zone: Option<&ZoneRule>) -> Option<i32> {
    let at = parsed.at?;
    let offset = zone?.offset_at(at)?;
    i32::try_from((at + i64::from(offset) * 1_000_000).div_euclid(MICROS_PER_DAY)).ok()
}

/// The last day that a value may mean.
fn last_day(parsed: &ParsedDate) -> i32 {
    last_day_from(parsed.date, parsed)
}

/// The last day of the period that begins at `first` and is as long as the precision says.
fn last_day_from(first: i32, parsed: &ParsedDate) -> i32 {
    let is_year = match parsed.precision {
        Precision::Second | Precision::Minute | Precision::Day => return first,
        Precision::Month => false,
        Precision::Year => true,
    };
    let date = Date::constant(1970, 1, 1).checked_add(jiff::Span::new().days(first));
    let days = date.map_or(1, |date| if is_year { date.days_in_year() } else { i16::from(date.days_in_month()) });
    first + i32::from(days) - 1
}

#[cfg(test)]
mod tests;
