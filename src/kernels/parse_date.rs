//! Reads a publication date: a closed grammar over one string, without guessing and without a clock.
//!
//! The whole trimmed string must be a date. Accepted: ISO 8601 and RFC 3339 (the basic form only on request), RFC 2822, asctime and
//! date(1), counts since the epoch where declared, numeric dates whose order is known or evident, and dates with month names of
//! the languages in [CLDR](https://cldr.unicode.org). Refused, each with its reason: relative words, dates without a year or with a
//! two-digit one, other calendars, readings that differ.
//!
//! Rules of judgement:
//! - Every date is read as Gregorian; Julian dates of old papers cannot be told apart. Four-digit years 2400 to 2699 are Buddhist.
//! - [`ParsedDate::date`] is the calendar date as written; it is never shifted to UTC. `24:00` belongs to the day that it ends.
//! - [`ParsedDate::at`] exists only for a time of day with a known zone; midnight is never invented.
//! - Hours without minutes (`3 pm`, `15h`) are whole hours to the minute; `:60` is read as `:59`.
//! - A local time that occurs twice is the first of the two; one that never occurs has no instant.
//! - A stated offset outranks a bracketed zone name. An abbreviation that is neither UTC, GMT, UT, Z nor in the table leaves the
//!   date without an instant, unless the outlet's own zone has that abbreviation at that time.
//! - A weekday that does not fit is flagged, not refused: the numbers state the date. A weekday may decide between two readings.
//! - A name that means different months in different languages needs [`DateContext::language`].

pub(crate) mod civil;
mod clock;
mod epoch;
mod find;
mod fold;
mod iso;
mod locale_orders;
mod month_names;
mod names;
mod numeric;
mod order;
mod phrase;
mod rfc2822;
mod scan;
mod vocabulary;
mod words;
mod zone;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

use std::fmt;
use std::ops::Range;

use civil::{DAY_MICROS, civil_from_days, days_from_civil, is_valid_date};
use clock::Clock;
use zone::ZoneMention;

pub use find::{FoundDate, find_dates};
pub use order::{order_of_country, order_of_locale};
pub use zone::{TzText, ZoneRule};

/// The first year that is believed: newspapers are not much older.
const FIRST_YEAR: i32 = 1700;
/// The last year of four digits.
const LAST_YEAR: i32 = 9999;
/// Four-digit years of the Buddhist era (1857 to 2156 of the common era).
const BUDDHIST_YEARS: Range<i32> = 2400..2700;

/// How much of a date is stated; coarser ones are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// Hours, minutes and seconds.
    Second,
    /// Hours and minutes.
    Minute,
    /// A calendar day.
    Day,
    /// A month of a year.
    Month,
    /// A year.
    Year,
}

impl Precision {
    /// The value of the column `published_precision`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Day => "day",
            Self::Month => "month",
            Self::Year => "year",
        }
    }
}

/// The order in which an outlet writes numeric dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DateOrder {
    /// `17/12/2025`
    DayMonthYear,
    /// `12/17/2025`
    MonthDayYear,
    /// `2025/12/17`; says nothing about a date whose year stands last.
    YearMonthDay,
}

/// What is declared about the form of a date field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DateFormat {
    /// Nothing: every form of the grammar but the basic ISO form and bare counts.
    #[default]
    Auto,
    /// `Auto` and the basic ISO form `20251217[T102030Z]`: headers, URLs, file names.
    Compact,
    /// Numeric dates have the month first, without exception; other forms as in `Auto`.
    MonthDayYear,
    /// Numeric dates have the day first, without exception; other forms as in `Auto`.
    DayMonthYear,
    /// Seconds since 1970-01-01T00:00:00Z, with an optional fraction.
    EpochSeconds,
    /// Milliseconds since 1970-01-01T00:00:00Z.
    EpochMilliseconds,
    /// Microseconds since 1970-01-01T00:00:00Z.
    EpochMicroseconds,
    /// Nanoseconds since 1970-01-01T00:00:00Z, cut to microseconds.
    EpochNanoseconds,
}

/// What is known about the place a date comes from. The default knows nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct DateContext<'a> {
    /// The declared form.
    pub format: DateFormat,
    /// The outlet's order of numeric dates; it yields to a part over 12.
    pub order: Option<DateOrder>,
    /// The outlet's zone, for times of day that state none.
    pub zone: Option<&'a ZoneRule>,
    /// Zone abbreviations (any case) and their seconds east of UTC.
    pub abbreviations: &'a [(String, i32)],
    /// The century of numeric dates with a year of two digits, 20 for 2000 to 2099, where it is known; else they are refused.
    pub century: Option<u8>,
    /// The year of dates with the name of a month and without a year, where it is known; else they are refused.
    pub year: Option<i32>,
    /// The BCP 47 language of the record, for month names that differ between languages and years of its calendars.
    pub language: Option<&'a str>,
}

/// A date that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsedDate {
    /// Days since 1970-01-01 of the calendar date as written; the first day of a month or year.
    pub date: i32,
    /// The instant in microseconds since 1970-01-01T00:00:00Z; only for a time of day with a known zone.
    pub at: Option<i64>,
    /// How much was stated.
    pub precision: Precision,
    /// The zone that `at` was computed with, or that the string states without explaining it.
    pub tz: Option<TzText>,
    /// Microseconds since local midnight, 0 to 86,400,000,000; only when a time of day is stated.
    pub local_time: Option<i64>,
    /// The string names a weekday that is not the date's.
    pub weekday_conflict: bool,
}

/// Why a string is not a date. The codes are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DateReject {
    /// Nothing but white space.
    Empty,
    /// Of no known form.
    Unknown,
    /// Two readings that give different dates.
    Ambiguous,
    /// A day, time or year that the calendar does not have, or a year before 1700.
    OutOfRange,
    /// Relative to the time of reading: `yesterday`, `2 hours ago`, `Monday`.
    Relative,
    /// A day without its year, or a time without a day.
    NoYear,
    /// A year of two digits.
    TwoDigitYear,
    /// Not a Gregorian date.
    OtherCalendar,
    /// A zone name that the database does not have, or an impossible offset.
    UnknownZone,
    /// A date with other text behind it.
    TrailingText,
}

impl DateReject {
    /// Every reason, in the order of the enum.
    pub const ALL: [Self; 10] = [
        Self::Empty,
        Self::Unknown,
        Self::Ambiguous,
        Self::OutOfRange,
        Self::Relative,
        Self::NoYear,
        Self::TwoDigitYear,
        Self::OtherCalendar,
        Self::UnknownZone,
        Self::TrailingText,
    ];

    /// The stable kebab-case code, the value of `date_candidates.reject_reason`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Unknown => "unknown",
            Self::Ambiguous => "ambiguous",
            Self::OutOfRange => "out-of-range",
            Self::Relative => "relative",
            Self::NoYear => "no-year",
            Self::TwoDigitYear => "two-digit-year",
            Self::OtherCalendar => "other-calendar",
            Self::UnknownZone => "unknown-zone",
            Self::TrailingText => "trailing-text",
        }
    }
}

impl fmt::Display for DateReject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

impl std::error::Error for DateReject {}

/// Reads one date string.
///
/// The result depends on the arguments alone. White space, direction marks and one pair of brackets around the string are ignored. Labels such as
/// `Published:` are not part of a date: the caller takes them off.
///
/// # Errors
///
/// The reason why the string is not one certain Gregorian date; see [`DateReject`].
///
/// # Example
///
/// ```
/// use copydesk::kernels::parse_date::{DateContext, DateReject, Precision, ZoneRule, parse_date};
///
/// let mut context = DateContext::default();
/// let parsed = parse_date("17 Aralık 2025, 10:20", &context)?;
/// assert_eq!((parsed.date, parsed.precision, parsed.at), (20_439, Precision::Minute, None));
///
/// let istanbul = ZoneRule::named("Europe/Istanbul").expect("a zone of the database");
/// context.zone = Some(&istanbul);
/// let parsed = parse_date("17 Aralık 2025, 10:20", &context)?;
/// assert_eq!(parsed.at, Some(1_765_956_000_000_000));
///
/// assert_eq!(parse_date("12.05.2025", &context), Err(DateReject::Ambiguous));
/// # Ok::<(), DateReject>(())
/// ```
pub fn parse_date(raw: &str, context: &DateContext<'_>) -> Result<ParsedDate, DateReject> {
    let text = trim(raw);
    if text.is_empty() {
        return Err(DateReject::Empty);
    }
    match context.format {
        DateFormat::EpochSeconds => return epoch::parse(text, 1),
        DateFormat::EpochMilliseconds => return epoch::parse(text, 1_000),
        DateFormat::EpochMicroseconds => return epoch::parse(text, 1_000_000),
        DateFormat::EpochNanoseconds => return epoch::parse(text, 1_000_000_000),
        DateFormat::Compact => {
            if let Some(result) = iso::basic(text, context) {
                return result;
            }
        }
        DateFormat::Auto | DateFormat::MonthDayYear | DateFormat::DayMonthYear => {}
    }
    iso::extended(text, context)
        .or_else(|| rfc2822::parse(text, context))
        .unwrap_or_else(|| phrase::parse(text, context))
}

fn trim(raw: &str) -> &str {
    let bytes = raw.as_bytes();
    // Dates that begin and end with a digit or a letter need no look at Unicode properties.
    if let (Some(first), Some(last)) = (bytes.first(), bytes.last())
        && first.is_ascii_alphanumeric()
        && last.is_ascii_alphanumeric()
    {
        return raw;
    }
    let blank = |character: char| character.is_whitespace() || character == '\u{200B}' || scan::is_ignored(character);
    let text = raw.trim_matches(blank);
    let inside = [('(', ')'), ('[', ']'), ('（', '）')].into_iter().find_map(|(open, close)| {
        let inside = text.strip_prefix(open)?.strip_suffix(close)?;
        (!inside.contains([open, close])).then_some(inside)
    });
    inside.map_or(text, |inside| inside.trim_matches(blank))
}

/// A date whose parts are known but not yet checked.
struct Stamp {
    year: i32,
    month: u8,
    day: u8,
    precision: Precision,
    local_time: Option<i64>,
    zone: ZoneMention,
    weekday_conflict: bool,
}

impl Stamp {
    const fn day(year: i32, month: u8, day: u8, precision: Precision) -> Self {
        Self { year, month, day, precision, local_time: None, zone: ZoneMention::Absent, weekday_conflict: false }
    }

    const fn from_days(days: i32) -> Self {
        let (year, month, day) = civil_from_days(days);
        Self::day(year, month, day, Precision::Day)
    }

    const fn set_clock(&mut self, clock: Clock) {
        self.local_time = Some(clock.micros);
        self.precision = if clock.fine { Precision::Second } else { Precision::Minute };
    }

    const fn days(&self) -> i32 {
        days_from_civil(self.year, self.month, self.day)
    }
}

/// Checks the parts and finds the instant.
fn finish(stamp: Stamp, context: &DateContext<'_>) -> Result<ParsedDate, DateReject> {
    if !(FIRST_YEAR..=LAST_YEAR).contains(&stamp.year) || !is_valid_date(stamp.year, stamp.month, stamp.day) {
        return Err(DateReject::OutOfRange);
    }
    let date = stamp.days();
    let (at, tz) = match stamp.local_time {
        Some(time) => stamp.zone.resolve(i64::from(date) * DAY_MICROS + time, context.zone),
        None => (None, stamp.zone.text()),
    };
    Ok(ParsedDate {
        date,
        at,
        precision: stamp.precision,
        tz,
        local_time: stamp.local_time,
        weekday_conflict: stamp.weekday_conflict,
    })
}
