//! RFC 2822 / RFC 5322 / HTTP dates on bytes: `[Wed, ]17 Dec 2025 10:20[:30] +0300`, the form of feeds and headers.
//!
//! Everything looser (comments, named zones, missing parts) is left to the written grammar.

use super::civil::{is_valid_date, weekday};
use super::clock::Clock;
use super::iso::number;
use super::zone::{ZoneMention, fixed, offset_seconds};
use super::{BUDDHIST_YEARS, DateContext, DateReject, FIRST_YEAR, ParsedDate, Precision, Stamp, TzText, finish};

const MONTHS: [&[u8; 3]; 12] =
    [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];
const WEEKDAYS: [&[u8; 3]; 7] = [b"mon", b"tue", b"wed", b"thu", b"fri", b"sat", b"sun"];

/// Reads the strict form; `None` for anything else.
pub(super) fn parse(text: &str, context: &DateContext<'_>) -> Option<Result<ParsedDate, DateReject>> {
    let mut rest = text.as_bytes();
    let mut stated_weekday = None;
    if let [a, b, c, b',', b' ', tail @ ..] = rest {
        stated_weekday = Some(position(&WEEKDAYS, [*a, *b, *c])?);
        rest = tail;
    }
    let digits = if rest.get(1) == Some(&b' ') { 1 } else { 2 };
    let day = number(rest, 0, digits)? as u8;
    rest = rest.get(digits..)?;
    let [b' ', a, b, c, b' ', tail @ ..] = rest else {
        return None;
    };
    let month = position(&MONTHS, [*a, *b, *c])?;
    let year = number(tail, 0, 4).filter(|&year| (FIRST_YEAR..BUDDHIST_YEARS.start).contains(&year))?;
    if !is_valid_date(year, month, day) {
        return None;
    }
    let [b' ', tail @ ..] = tail.get(4..)? else {
        return None;
    };
    let hour = number(tail, 0, 2)?;
    let minute = number(tail, 3, 2).filter(|_| tail.get(2) == Some(&b':'))?;
    let mut rest = tail.get(5..)?;
    let mut second = None;
    if let [b':', behind @ ..] = rest {
        second = Some(number(behind, 0, 2)? as u64);
        rest = behind.get(2..)?;
    }
    let [b' ', zone @ ..] = rest else { return None };
    let mut stamp = Stamp::day(year, month, day, Precision::Day);
    stamp.set_clock(Clock::new(hour as u64, minute as u64, second, 0).ok()?);
    stamp.zone = match zone {
        b"GMT" | b"UT" | b"UTC" | b"Z" => ZoneMention::Fixed(0, TzText::Utc),
        [sign @ (b'+' | b'-'), digits @ ..] if digits.len() == 4 => {
            let negative = *sign == b'-';
            fixed(offset_seconds(negative, number(digits, 0, 2)? as u64, number(digits, 2, 2)? as u64).ok()?, negative)
        }
        _ => return None,
    };
    stamp.weekday_conflict = stated_weekday.is_some_and(|stated| stated != weekday(stamp.days()));
    Some(finish(stamp, context))
}

/// The place of a three-letter name in its table, counted from 1.
fn position(names: &[&[u8; 3]], name: [u8; 3]) -> Option<u8> {
    let name = name.map(|byte| byte.to_ascii_lowercase());
    names.iter().position(|&known| *known == name).map(|at| at as u8 + 1)
}
