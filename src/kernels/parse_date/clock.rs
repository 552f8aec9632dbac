//! Times of day inside written dates: `10:20`, `10.20 Uhr`, `10h20`, `10:20:30.5 pm`, `오전 10:20`, `10时20分`.

use super::DateReject;
use super::civil::DAY_MICROS;
use super::fold::Key;
use super::names::day_half;
use super::scan::Tokens;

/// A time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    /// Microseconds since local midnight, 0 to 86,400,000,000 (24:00 is the end of the day).
    pub micros: i64,
    /// Seconds were stated.
    pub fine: bool,
}

impl Clock {
    /// Checks the parts of a time of day. A leap second is read as the second before it, and only where one can fall with a
    /// known offset: in the last minute of a quarter of an hour.
    pub(super) const fn new(hour: u64, minute: u64, second: Option<u64>, micros: u64) -> Result<Self, DateReject> {
        let fine = second.is_some();
        let second = match second {
            Some(60) if minute % 15 == 14 => 59,
            Some(second) => second,
            None => 0,
        };
        if hour > 24 || minute > 59 || second > 59 {
            return Err(DateReject::OutOfRange);
        }
        let total = ((hour * 3600 + minute * 60 + second) * 1_000_000 + micros) as i64;
        if total > DAY_MICROS { Err(DateReject::OutOfRange) } else { Ok(Self { micros: total, fine }) }
    }
}

/// Cuts a fraction of a second, given as its digits, to microseconds.
pub(super) const fn fraction_micros(value: u64, digits: u8) -> u64 {
    if digits > 6 { value / 10_u64.pow(digits as u32 - 6) } else { value * 10_u64.pow(6 - digits as u32) }
}

/// Reads a time of day; returns the position behind it.
pub(super) fn clock(tokens: &Tokens<'_>, at: usize) -> Option<(Result<Clock, DateReject>, usize)> {
    let (leading, at) = day_half(tokens, at).map_or((None, at), |(half, next)| (Some(half), next));
    let (hour, digits) = tokens.number(at)?;
    let mut next = at + 1;
    if digits == 4 && is_unit(tokens, next, SERVICE_HOURS) {
        // Times of the services: 1020h, 1020 hrs.
        return Some((Clock::new(hour / 100, hour % 100, None, 0), tokens.skip_dot(next + 1)));
    }
    if digits > 2 {
        return None;
    }
    let (mut minute, mut second, mut micros) = (None, None, 0);
    if let Some(separator) =
        tokens.mark(next).filter(|&mark| (mark == ':' || mark == '.') && two_digits(tokens, next + 1))
    {
        minute = tokens.number(next + 1).map(|(value, _)| value);
        next += 2;
        if tokens.is_mark(next, separator) && two_digits(tokens, next + 1) {
            second = tokens.number(next + 1).map(|(value, _)| value);
            next += 2;
            if separator == ':'
                && matches!(tokens.mark(next), Some('.' | ','))
                && tokens.attached(next)
                && tokens.attached(next + 1)
                && let Some((value, digits)) = tokens.number(next + 1)
            {
                micros = fraction_micros(value, digits);
                next += 2;
            }
        }
    } else if is_unit(tokens, next, HOURS) {
        next += 1;
        if two_digits(tokens, next) || tokens.number(next).is_some() && is_unit(tokens, next + 1, MINUTES) {
            minute = tokens.number(next).map(|(value, _)| value);
            next += 1;
            if is_unit(tokens, next, MINUTES) {
                next += 1;
                if tokens.number(next).is_some() && is_unit(tokens, next + 1, SECONDS) {
                    second = tokens.number(next).map(|(value, _)| value);
                    next += 2;
                }
            }
        } else {
            minute = Some(0);
        }
    }
    let trailing = day_half(tokens, next);
    let half = leading.or(trailing.map(|(half, _)| half));
    if let Some((_, behind)) = trailing.filter(|_| leading.is_none()) {
        next = behind;
    }
    // A lone number is a time only with `am` or `pm`.
    if minute.is_none() && half.is_none() {
        return None;
    }
    if is_unit(tokens, next, HOURS) {
        next = tokens.skip_dot(next + 1);
    }
    let clock = hour_of_day(hour, half).and_then(|hour| Clock::new(hour, minute.unwrap_or(0), second, micros));
    Some((clock, next))
}

/// Two digits that continue a time: directly behind a mark, with or without a blank behind a word (`10 h 20`).
fn two_digits(tokens: &Tokens<'_>, at: usize) -> bool {
    let continues = tokens.attached(at) || at.checked_sub(1).is_some_and(|before| tokens.word(before).is_some());
    continues && tokens.number(at).is_some_and(|(_, digits)| digits == 2)
}

/// The hour of 24, from an hour and whether it is in the second half of the day.
const fn hour_of_day(hour: u64, afternoon: Option<bool>) -> Result<u64, DateReject> {
    match (afternoon, hour) {
        (None, _) | (Some(false), 0..=11) | (Some(true), 12..=23) => Ok(hour),
        (Some(false), 12) => Ok(0),
        (Some(true), 1..=11) => Ok(hour + 12),
        _ => Err(DateReject::OutOfRange),
    }
}

#[rustfmt::skip]
const HOURS: &[&str] = &[
    "h", "hs", "hrs", "hr", "uhr", "uur", "u", "時", "时", "點", "点", "시", "ч", "час", "часа", "часов", "год", "hod",
    "gio", "น", "heures", "heure", "นาฬิกา", "ໂມງ", "horas", "ora", "oclock",
];
/// Words behind a time of four digits.
const SERVICE_HOURS: &[&str] = &["h", "hrs", "hr", "hs", "uhr", "uur"];
const MINUTES: &[&str] = &["m", "min", "mn", "mins", "分", "분", "phut", "мин", "хв", "minutes", "นาที", "ນາທີ"];
const SECONDS: &[&str] = &["s", "sec", "秒", "초", "сек", "secondes", "วินาที", "ວິນາທີ"];

fn is_unit(tokens: &Tokens<'_>, at: usize, units: &[&str]) -> bool {
    tokens.word(at).and_then(Key::of).is_some_and(|key| units.contains(&key.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn micros(text: &str) -> Option<i64> {
        let tokens = Tokens::scan(text).expect("few tokens");
        let (clock, next) = clock(&tokens, 0)?;
        assert_eq!(next, tokens.len(), "{text}");
        clock.ok().map(|clock| clock.micros / 1_000_000)
    }

    #[test]
    fn forms() {
        let twenty_past_ten = Some(37_200);
        for text in [
            "10:20",
            "10.20",
            "10h20",
            "10 h 20",
            "10H20",
            "10:20 Uhr",
            "10.20 Uhr",
            "10:20 am",
            "10:20am",
            "10:20 a.m.",
            "10:20 A. M.",
            "10时20分",
            "10時20分",
            "10시 20분",
            "오전 10:20",
            "上午10:20",
            "午前10時20分",
            "10:20 π.μ.",
            "10:20 ص",
            "10:20 h",
            "10:20 hrs",
            "1020h",
            "1020 hrs",
            "10.20 น.",
            "10 giờ 20 phút",
            "10h20min",
            "१०:२०",
            "ÖÖ 10:20",
        ] {
            assert_eq!(micros(text), twenty_past_ten, "{text}");
        }
        assert_eq!(micros("10:20:30"), Some(37_230));
        assert_eq!(micros("10:20:30.999"), Some(37_230));
        assert_eq!(micros("10.20.30"), Some(37_230));
        assert_eq!(micros("오후 3시 5분 7초"), Some(54_307));
        assert_eq!(micros("3 pm"), Some(54_000));
        assert_eq!(micros("15h"), Some(54_000));
        assert_eq!(micros("12:00 am"), Some(0));
        assert_eq!(micros("12:00 pm"), Some(43_200));
        assert_eq!(micros("14:20 PM"), Some(51_600));
        assert_eq!(micros("24:00"), Some(86_400));
    }

    #[test]
    fn impossible_or_no_time() {
        for text in ["24:01", "25:00", "10:60", "10:20:61", "10:20:60", "14:20 am", "0:20 pm", "10", "10:2"] {
            assert!(
                Tokens::scan(text)
                    .and_then(|tokens| clock(&tokens, 0))
                    .is_none_or(|(clock, next)| clock.is_err() || next < 3),
                "{text}"
            );
        }
        assert_eq!(micros("23:59:60"), Some(86_399));
    }

    #[test]
    fn lists_are_folded() {
        for word in [HOURS, MINUTES, SECONDS].into_iter().flatten() {
            let folded: Vec<String> =
                word.split(' ').map(|part| Key::of(part).expect("a short word").as_str().to_owned()).collect();
            assert_eq!(folded.join(" "), *word);
        }
    }

    #[test]
    fn fractions_are_cut() {
        assert_eq!(fraction_micros(5, 1), 500_000);
        assert_eq!(fraction_micros(123_456_789, 9), 123_456);
        assert_eq!(fraction_micros(999_999_999_999_999_999, 18), 999_999);
    }
}
