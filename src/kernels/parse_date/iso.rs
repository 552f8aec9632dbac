//! ISO 8601 and RFC 3339 on bytes: the form of nearly every date in structured data, read without a token table.
//!
//! What is not exactly of this form is left to the written grammar, which also says what is wrong with it.

use super::civil::{days_from_civil, is_leap_year, is_valid_date, weekday};
use super::clock::{Clock, fraction_micros};
use super::zone::{ZoneMention, fixed, offset_seconds};
use super::{BUDDHIST_YEARS, DateContext, DateReject, FIRST_YEAR, ParsedDate, Precision, Stamp, TzText, finish};

/// Reads `YYYY`, `YYYY-MM`, `YYYY-MM-DD` with an optional time and offset, `YYYY-DDD` and `YYYY-Www-D`.
///
/// `None`: of no such form, or a value that the written grammar has to judge.
pub(super) fn extended(text: &str, context: &DateContext<'_>) -> Option<Result<ParsedDate, DateReject>> {
    let bytes = text.as_bytes();
    let year = number(bytes, 0, 4).filter(|&year| (FIRST_YEAR..BUDDHIST_YEARS.start).contains(&year))?;
    let period = |month, precision| Some(finish(Stamp::day(year, month, 1, precision), context));
    match bytes.len() {
        4 => return period(1, Precision::Year),
        7 if bytes[4] == b'-' => {
            let month = number(bytes, 5, 2).filter(|month| (1..=12).contains(month))?;
            return period(month as u8, Precision::Month);
        }
        8 if bytes[4] == b'-' => return number(bytes, 5, 3).map(|day| ordinal(year, day, context)),
        10 if bytes[4] == b'-' && bytes[5] == b'W' && bytes[8] == b'-' => {
            return Some(week(year, number(bytes, 6, 2)?, number(bytes, 9, 1)?, context));
        }
        10.. if bytes[4] == b'-' && bytes[7] == b'-' => {}
        _ => return None,
    }
    let (month, day) = (number(bytes, 5, 2)? as u8, number(bytes, 8, 2)? as u8);
    if !is_valid_date(year, month, day) {
        return None;
    }
    let mut stamp = Stamp::day(year, month, day, Precision::Day);
    let mut rest = bytes.get(10..)?;
    if let [separator @ (b'T' | b't' | b' '), tail @ ..] = rest {
        let (clock, behind) = time(tail, *separator != b' ')?;
        stamp.set_clock(clock.ok()?);
        rest = behind;
    }
    stamp.zone = offset(rest)?;
    Some(finish(stamp, context))
}

/// Reads the basic form: `YYYYMMDD`, with `Thhmm[ss]` and an offset, or run together as `YYYYMMDDhhmm[ss]`.
pub(super) fn basic(text: &str, context: &DateContext<'_>) -> Option<Result<ParsedDate, DateReject>> {
    let bytes = text.as_bytes();
    let (year, month, day) = (number(bytes, 0, 4)?, number(bytes, 4, 2)? as u8, number(bytes, 6, 2)? as u8);
    let mut stamp = Stamp::day(year, month, day, Precision::Day);
    match bytes.get(8..)? {
        [] => {}
        [b'T' | b't' | b' ' | b'-' | b'_', tail @ ..] | tail => {
            let (clock, rest) = time(tail, true)?;
            match clock {
                Ok(clock) => stamp.set_clock(clock),
                Err(reject) => return Some(Err(reject)),
            }
            stamp.zone = offset(rest)?;
        }
    }
    Some(finish(stamp, context))
}

/// Reads `hh:mm[:ss[.fraction]]`, or `hhmm[ss[.fraction]]` if `packed` allows it; returns what stands behind it.
#[inline]
fn time(bytes: &[u8], packed: bool) -> Option<(Result<Clock, DateReject>, &[u8])> {
    let hour = number(bytes, 0, 2)?;
    let colon = usize::from(bytes.get(2) == Some(&b':'));
    if colon == 0 && !packed {
        return None;
    }
    let minute = number(bytes, 2 + colon, 2)?;
    let mut rest = bytes.get(4 + colon..)?;
    let (mut second, mut micros) = (None, 0);
    if if colon == 1 { rest.first() == Some(&b':') } else { rest.first().is_some_and(u8::is_ascii_digit) } {
        second = Some(number(rest, colon, 2)? as u64);
        rest = rest.get(2 + colon..)?;
        micros = fraction(&mut rest)?;
    }
    Some((Clock::new(hour as u64, minute as u64, second, micros), rest))
}

/// Takes a fraction of a second off the front; 0 when there is none, `None` when a point has no digits behind it.
fn fraction(rest: &mut &[u8]) -> Option<u64> {
    let tail = match *rest {
        [b'.' | b',', tail @ ..] => tail,
        // Some systems print milliseconds behind a colon; no other part of a time has three digits.
        [b':', tail @ ..] if number(tail, 0, 3).is_some() => tail,
        _ => return Some(0),
    };
    let digits = tail.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let kept = tail.get(..digits.min(6)).filter(|kept| !kept.is_empty())?;
    let value = kept.iter().fold(0, |sum, &byte| sum * 10 + u64::from(byte - b'0'));
    *rest = tail.get(digits..)?;
    Some(fraction_micros(value, kept.len() as u8))
}

/// Reads the whole rest as nothing, `Z`, `±hh`, `±hhmm` or `±hh:mm`, with one blank before it at most.
fn offset(bytes: &[u8]) -> Option<ZoneMention> {
    let bytes = match bytes {
        [] => return Some(ZoneMention::Absent),
        [b' ', tail @ ..] => tail,
        _ => bytes,
    };
    let negative = match bytes.first()? {
        b'Z' | b'z' if bytes.len() == 1 => return Some(ZoneMention::Fixed(0, TzText::Utc)),
        b'+' => false,
        b'-' => true,
        _ => return None,
    };
    let hours = number(bytes, 1, 2)?;
    let minutes = match bytes.len() {
        3 => 0,
        5 => number(bytes, 3, 2)?,
        6 if bytes[3] == b':' => number(bytes, 4, 2)?,
        _ => return None,
    };
    Some(fixed(offset_seconds(negative, hours as u64, minutes as u64).ok()?, negative))
}

fn ordinal(year: i32, day: i32, context: &DateContext<'_>) -> Result<ParsedDate, DateReject> {
    if day < 1 || day > 365 + i32::from(is_leap_year(year)) {
        return Err(DateReject::OutOfRange);
    }
    finish(Stamp::from_days(days_from_civil(year, 1, 1) + day - 1), context)
}

/// Week 1 is the week with 4 January in it (ISO 8601); weeks begin on Monday.
fn week(year: i32, week: i32, day: i32, context: &DateContext<'_>) -> Result<ParsedDate, DateReject> {
    let first_monday = |year| {
        let fourth = days_from_civil(year, 1, 4);
        fourth - i32::from(weekday(fourth)) + 1
    };
    let days = first_monday(year) + (week - 1) * 7 + day - 1;
    if !(1..=7).contains(&day) || week < 1 || days >= first_monday(year + 1) {
        return Err(DateReject::OutOfRange);
    }
    finish(Stamp::from_days(days), context)
}

/// The value of `count` ASCII digits from `start` on.
#[inline]
pub(super) fn number(bytes: &[u8], start: usize, count: usize) -> Option<i32> {
    let mut value = 0;
    for &byte in bytes.get(start..start + count)? {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + i32::from(digit);
    }
    Some(value)
}
