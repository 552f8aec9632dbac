//! Time zones: stated offsets, UTC names, IANA names, abbreviations, and the rule of an outlet's zone.

use std::fmt;
use std::sync::Arc;

use jiff::civil;
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};

use super::civil::{DAY_MICROS, civil_from_days};
use super::fold::Key;
use super::scan::Tokens;
use super::{DateContext, DateReject};

/// The largest offset from UTC that is believed, in seconds (18 hours, the bound of ISO 8601 libraries such as java.time).
const MAX_OFFSET: i32 = 18 * 3600;

/// A time zone as a record states it or as the outlet's registry entry gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TzText {
    /// `Z`, `UTC`, `GMT`, `UT` or `-00:00`; printed as `Z`.
    Utc,
    /// Seconds east of UTC; printed as `+03:00`.
    Offset(i32),
    /// A zone of the IANA database, in its canonical spelling.
    Named(Arc<str>),
    /// An abbreviation that nothing explains (`EST` without a table): it is kept, but gives no instant.
    Unresolved(Box<str>),
}

impl fmt::Display for TzText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Utc => formatter.write_str("Z"),
            Self::Offset(seconds) => {
                let (sign, minutes) = (if *seconds < 0 { '-' } else { '+' }, seconds.unsigned_abs() / 60);
                write!(formatter, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)?;
                match seconds.unsigned_abs() % 60 {
                    0 => Ok(()),
                    rest => write!(formatter, ":{rest:02}"),
                }
            }
            Self::Named(name) => formatter.write_str(name),
            Self::Unresolved(text) => formatter.write_str(text),
        }
    }
}

/// The rules of one IANA time zone, from the database that is compiled in (the machine's own is never read).
#[derive(Clone, Debug)]
pub struct ZoneRule {
    name: Arc<str>,
    zone: TimeZone,
}

impl ZoneRule {
    /// Finds a zone by its IANA name, in any case; `None` when the database has no such zone.
    pub fn named(name: &str) -> Option<Self> {
        let zone = TimeZoneDatabase::bundled().get(name).ok()?;
        let name = Arc::from(zone.iana_name().unwrap_or(name));
        Some(Self { name, zone })
    }

    /// The canonical IANA name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Turns a local time into an instant: microseconds since 1970-01-01T00:00:00Z.
    ///
    /// `local` is in microseconds since 1970-01-01T00:00:00 local time. A local time that occurs twice (clocks set back) is
    /// taken as the first of the two; one that never occurs (clocks set forward) has no instant.
    pub fn instant(&self, local: i64) -> Option<i64> {
        let seconds = match self.zone.to_ambiguous_timestamp(civil_datetime(local)?).offset() {
            AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => offset.seconds(),
            AmbiguousOffset::Gap { .. } => return None,
        };
        Some(local - i64::from(seconds) * 1_000_000)
    }

    /// Seconds east of UTC at an instant given in microseconds; `None` outside the years -9999 to 9999.
    pub fn offset_at(&self, instant: i64) -> Option<i32> {
        let instant = jiff::Timestamp::from_microsecond(instant).ok()?;
        Some(self.zone.to_offset(instant).seconds())
    }

    /// The instant of a local time, if the zone calls itself by this abbreviation then.
    fn instant_if_called(&self, abbreviation: &str, local: i64) -> Option<i64> {
        let instant = self.instant(local)?;
        let info = self.zone.to_offset_info(jiff::Timestamp::from_microsecond(instant).ok()?);
        info.abbreviation().eq_ignore_ascii_case(abbreviation).then_some(instant)
    }
}

fn civil_datetime(local: i64) -> Option<civil::DateTime> {
    let days = i32::try_from(local.div_euclid(DAY_MICROS)).ok()?;
    let micros = local.rem_euclid(DAY_MICROS);
    let (year, month, day) = civil_from_days(days);
    let seconds = micros / 1_000_000;
    civil::DateTime::new(
        i16::try_from(year).ok()?,
        month as i8,
        day as i8,
        (seconds / 3600) as i8,
        (seconds / 60 % 60) as i8,
        (seconds % 60) as i8,
        (micros % 1_000_000 * 1000) as i32,
    )
    .ok()
}

/// What a string says about its zone.
#[derive(Clone, Debug, Default)]
pub(super) enum ZoneMention {
    /// Nothing.
    #[default]
    Absent,
    /// A fixed offset in seconds, and how it is printed.
    Fixed(i32, TzText),
    /// An IANA zone.
    Rule(ZoneRule),
    /// A fixed offset in seconds, and the zone that is said to have it.
    Annotated(i32, ZoneRule),
    /// An abbreviation that neither the grammar nor the table knows.
    Unresolved(Box<str>),
}

impl ZoneMention {
    /// Returns instant and zone text for a local time in microseconds since 1970-01-01T00:00:00 local time.
    pub(super) fn resolve(self, local: i64, outlet: Option<&ZoneRule>) -> (Option<i64>, Option<TzText>) {
        match self {
            Self::Absent => {
                outlet.map_or((None, None), |rule| (rule.instant(local), Some(TzText::Named(Arc::clone(&rule.name)))))
            }
            Self::Fixed(seconds, text) => (Some(local - i64::from(seconds) * 1_000_000), Some(text)),
            Self::Rule(rule) => (rule.instant(local), Some(TzText::Named(rule.name))),
            // The offset decides; the name is kept only where it agrees.
            Self::Annotated(seconds, rule) => {
                let instant = local - i64::from(seconds) * 1_000_000;
                let agrees = rule.offset_at(instant) == Some(seconds);
                (Some(instant), Some(if agrees { TzText::Named(rule.name) } else { TzText::Offset(seconds) }))
            }
            // The outlet's own zone explains its own abbreviation: `EST` at an outlet of New York, in winter.
            Self::Unresolved(text) => {
                match outlet.and_then(|rule| Some((rule.instant_if_called(&text, local)?, rule))) {
                    Some((instant, rule)) => (Some(instant), Some(TzText::Named(Arc::clone(&rule.name)))),
                    None => (None, Some(TzText::Unresolved(text))),
                }
            }
        }
    }

    /// The zone text of a date without a time of day.
    pub(super) fn text(self) -> Option<TzText> {
        match self {
            Self::Absent => None,
            Self::Fixed(_, text) => Some(text),
            Self::Rule(rule) | Self::Annotated(_, rule) => Some(TzText::Named(rule.name)),
            Self::Unresolved(text) => Some(TzText::Unresolved(text)),
        }
    }
}

/// Turns the parts of an offset into seconds; an impossible offset is an unknown zone.
pub(super) const fn offset_seconds(negative: bool, hours: u64, minutes: u64) -> Result<i32, DateReject> {
    if hours > 18 || minutes > 59 {
        return Err(DateReject::UnknownZone);
    }
    let seconds = hours as i32 * 3600 + minutes as i32 * 60;
    if seconds > MAX_OFFSET {
        return Err(DateReject::UnknownZone);
    }
    Ok(if negative { -seconds } else { seconds })
}

/// A mention for a stated offset; `-00:00` says that only UTC is known (RFC 3339, RFC 5322).
pub(super) fn fixed(seconds: i32, negative: bool) -> ZoneMention {
    ZoneMention::Fixed(seconds, if seconds == 0 && negative { TzText::Utc } else { TzText::Offset(seconds) })
}

type Read = Option<(Result<ZoneMention, DateReject>, usize)>;

/// Reads a zone behind a time of day: `Z`, `UTC+3`, `+0300 (comment)`, `(GMT)`, `[Europe/Istanbul]`, `America/New_York`, `EST`.
///
/// `fine` says that the time has seconds: only then is `-05:00` written directly behind it an offset and not the end of a range of times.
pub(super) fn zone(tokens: &Tokens<'_>, at: usize, fine: bool, context: &DateContext<'_>) -> Read {
    if tokens.is_mark(at, '(') {
        let (mention, next) = plain_zone(tokens, at + 1, true, context)?;
        return tokens.is_mark(next, ')').then_some((mention, next + 1));
    }
    if tokens.is_mark(at, '[') {
        return bracketed(tokens, at);
    }
    let (mention, next) = plain_zone(tokens, at, fine, context)?;
    if !matches!(mention, Ok(ZoneMention::Fixed(..))) {
        return Some((mention, next));
    }
    if tokens.is_mark(next, '[') {
        let (name, behind) = bracketed(tokens, next)?;
        return Some((mention.and_then(|offset| Ok(annotate(offset, name?))), behind));
    }
    // `+0300 EEST`, as Go prints it.
    let next = next + usize::from(abbreviation(tokens, next).is_some());
    Some((mention, comment(tokens, next)))
}

/// Joins an offset and a zone name. `Z` with a name says nothing about the local offset (RFC 9557), so the name is dropped.
fn annotate(offset: ZoneMention, name: ZoneMention) -> ZoneMention {
    match (offset, name) {
        (ZoneMention::Fixed(seconds, TzText::Offset(_)), ZoneMention::Rule(rule)) => {
            ZoneMention::Annotated(seconds, rule)
        }
        (offset, _) => offset,
    }
}

fn plain_zone(tokens: &Tokens<'_>, at: usize, fine: bool, context: &DateContext<'_>) -> Read {
    if let Some(read) = signed_offset(tokens, at, fine) {
        return Some(read);
    }
    let word = tokens.word(at)?;
    if is_utc(word) && !tokens.is_mark(at + 1, '/') {
        return Some(match signed_offset(tokens, at + 1, true) {
            Some(read) => read,
            None => (Ok(ZoneMention::Fixed(0, TzText::Utc)), at + 1),
        });
    }
    if tokens.is_mark(at + 1, '/') {
        return iana(tokens, at);
    }
    if let Some(&(_, seconds)) = context.abbreviations.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)) {
        return Some((Ok(ZoneMention::Fixed(seconds, TzText::Offset(seconds))), at + 1));
    }
    abbreviation(tokens, at).map(|word| (Ok(ZoneMention::Unresolved(word.into())), at + 1))
}

fn is_utc(word: &str) -> bool {
    ["Z", "UTC", "GMT", "UT"].iter().any(|name| name.eq_ignore_ascii_case(word))
}

fn signed_offset(tokens: &Tokens<'_>, at: usize, fine: bool) -> Read {
    let negative = match tokens.mark(at)? {
        '+' => false,
        '-' => true,
        _ => return None,
    };
    let (value, digits) = tokens.number(at + 1).filter(|_| tokens.attached(at + 1))?;
    let (hours, minutes, next) = match digits {
        4 => (value / 100, value % 100, at + 2),
        1 | 2 if tokens.is_mark(at + 2, ':') && tokens.attached(at + 2) => {
            let (minutes, _) = tokens.number(at + 3).filter(|&(_, digits)| digits == 2 && tokens.attached(at + 3))?;
            if negative && !fine && tokens.attached(at) {
                return None;
            }
            (value, minutes, at + 4)
        }
        1 | 2 => (value, 0, at + 2),
        _ => return None,
    };
    Some((offset_seconds(negative, hours, minutes).map(|seconds| fixed(seconds, negative)), next))
}

/// Two to five capital letters of one word.
fn abbreviation<'a>(tokens: &Tokens<'a>, at: usize) -> Option<&'a str> {
    let word = tokens.word(at)?;
    let letters = word.chars().count();
    ((2..=5).contains(&letters) && word.chars().all(char::is_uppercase)).then_some(word)
}

/// `[Europe/Istanbul]`, with the critical flag `!` of RFC 9557 if it is there.
fn bracketed(tokens: &Tokens<'_>, at: usize) -> Read {
    let first = tokens.skip_mark(at + 1, '!');
    let close = (first..tokens.len()).find(|&position| tokens.is_mark(position, ']'))?;
    let name = tokens.text.get(tokens.get(first)?.start..tokens.get(close)?.start)?;
    Some((named(name), close + 1))
}

/// An IANA name without brackets; it ends at white space or a closing bracket.
fn iana(tokens: &Tokens<'_>, at: usize) -> Read {
    let mut last = at;
    while tokens.attached(last + 1) && !matches!(tokens.mark(last + 1), Some(')' | ']' | ',' | '.')) {
        last += 1;
    }
    let name = tokens.text.get(tokens.get(at)?.start..tokens.get(last)?.end)?;
    Some((named(name), last + 1))
}

fn named(name: &str) -> Result<ZoneMention, DateReject> {
    if Key::of(name).is_some_and(|key| matches!(key.as_str(), "utc" | "gmt" | "z")) {
        return Ok(ZoneMention::Fixed(0, TzText::Utc));
    }
    ZoneRule::named(name).map(ZoneMention::Rule).ok_or(DateReject::UnknownZone)
}

/// Skips a comment in round brackets behind an offset, as RFC 5322 and JavaScript write it.
fn comment(tokens: &Tokens<'_>, at: usize) -> usize {
    if !tokens.is_mark(at, '(') {
        return at;
    }
    (at..tokens.len()).find(|&position| tokens.is_mark(position, ')')).map_or(at, |close| close + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_print_and_check() {
        assert_eq!(TzText::Offset(10_800).to_string(), "+03:00");
        assert_eq!(TzText::Offset(-12_600).to_string(), "-03:30");
        assert_eq!(TzText::Offset(0).to_string(), "+00:00");
        assert_eq!(TzText::Offset(1172).to_string(), "+00:19:32");
        assert_eq!(TzText::Utc.to_string(), "Z");
        assert_eq!(offset_seconds(true, 5, 30), Ok(-19_800));
        assert!(
            offset_seconds(false, 19, 0).is_err()
                && offset_seconds(false, 18, 30).is_err()
                && offset_seconds(false, 3, 60).is_err()
        );
    }

    #[test]
    fn names_come_from_the_database_in_its_spelling() {
        assert_eq!(ZoneRule::named("europe/istanbul").expect("a zone").name(), "Europe/Istanbul");
        assert!(ZoneRule::named("Europe/Atlantis").is_none());
        assert!(ZoneRule::named("").is_none());
    }

    #[test]
    fn fold_is_the_first_and_gap_is_nothing() {
        let berlin = ZoneRule::named("Europe/Berlin").expect("a zone");
        let local = |days: i64, minutes: i64| days * DAY_MICROS + minutes * 60_000_000;
        let fold = i64::from(super::super::civil::days_from_civil(2025, 10, 26));
        assert_eq!(berlin.instant(local(fold, 150)), Some(local(fold, 30)));
        let gap = i64::from(super::super::civil::days_from_civil(2025, 3, 30));
        assert_eq!(berlin.instant(local(gap, 150)), None);
        assert_eq!(berlin.instant(local(gap, 180)), Some(local(gap, 60)));
        assert_eq!(berlin.offset_at(local(gap, 60)), Some(7200));
        assert_eq!(berlin.instant(i64::MAX), None);
    }
}
