//! Counts since 1970-01-01T00:00:00Z. Read only where a record field declares the unit; a bare number is never guessed.

use super::civil::{DAY_MICROS, civil_from_days};
use super::zone::TzText;
use super::{DateReject, FIRST_YEAR, LAST_YEAR, ParsedDate, Precision};

/// Reads a decimal count of units since the epoch, with an optional minus and an optional fraction (cut to microseconds).
///
/// `unit` is how many units make a second (1, 1_000, 1_000_000, 1_000_000_000).
pub(super) fn parse(text: &str, unit: i128) -> Result<ParsedDate, DateReject> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) || digits.ends_with('.') {
        return Err(DateReject::Unknown);
    }
    if whole.len() > 20 {
        return Err(DateReject::OutOfRange);
    }
    // 20 digits of whole units and 9 of fraction fit an i128 many times over.
    let fraction = fraction.get(..9).unwrap_or(fraction);
    let scaled: i128 = whole.bytes().chain(fraction.bytes()).fold(0, |sum, byte| sum * 10 + i128::from(byte - b'0'));
    let signed = if negative { -scaled } else { scaled };
    let micros = (signed * 1_000_000).div_euclid(unit * 10_i128.pow(fraction.len() as u32));
    let at = i64::try_from(micros).map_err(|_| DateReject::OutOfRange)?;
    let date = i32::try_from(at.div_euclid(DAY_MICROS)).map_err(|_| DateReject::OutOfRange)?;
    // Bounded before the calendar is asked, so that its 32-bit arithmetic cannot overflow.
    if !(-200_000..4_000_000).contains(&date) || !(FIRST_YEAR..=LAST_YEAR).contains(&civil_from_days(date).0) {
        return Err(DateReject::OutOfRange);
    }
    let local_time = Some(at.rem_euclid(DAY_MICROS));
    Ok(ParsedDate {
        date,
        at: Some(at),
        precision: Precision::Second,
        tz: Some(TzText::Utc),
        local_time,
        weekday_conflict: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units() {
        let seconds = parse("1765966830", 1).expect("seconds");
        assert_eq!((seconds.date, seconds.at), (20_439, Some(1_765_966_830_000_000)));
        assert_eq!(parse("1765966830123", 1000).expect("milliseconds").at, Some(1_765_966_830_123_000));
        assert_eq!(parse("1765966830.1234567", 1).expect("fraction").at, Some(1_765_966_830_123_456));
        assert_eq!(parse("1765966830123456789", 1_000_000_000).expect("nanoseconds").at, Some(1_765_966_830_123_456));
        let before = parse("-1", 1).expect("before the epoch");
        assert_eq!((before.date, before.at), (-1, Some(-1_000_000)));
    }

    #[test]
    fn refused() {
        for text in ["", "-", ".5", "5.", "1e9", "+5", "17 6", "0x10"] {
            assert_eq!(parse(text, 1).expect_err(text), DateReject::Unknown, "{text}");
        }
        for text in ["1765966830123", "-99999999999", "99999999999999999999", "999999999999999999999"] {
            assert_eq!(parse(text, 1).expect_err(text), DateReject::OutOfRange, "{text}");
        }
    }
}
