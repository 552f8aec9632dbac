//! Dates written in numbers: `17/12/2025`, `17. 12. 2025`, `2025/12/17`, `12-17-2025`, `12/2025`.

use super::phrase::{Body, Choices, Reading};
use super::scan::Tokens;
use super::words::year_suffix;
use super::{DateContext, DateFormat, DateOrder, DateReject, Precision};

/// Reads three numbers with the same mark between them; the year has four digits and stands first or last.
pub(super) fn three_numbers(tokens: &Tokens<'_>, at: usize, context: &DateContext<'_>) -> Option<(Body, usize)> {
    let separator = separator(tokens, at + 1)?;
    if !tokens.is_mark(at + 3, separator) {
        return None;
    }
    let [first, second, third] = [tokens.number(at)?, tokens.number(at + 2)?, tokens.number(at + 4)?];
    let next = tokens.skip_dot(at + 5);
    let small = |number: (u64, u8)| (number.1 <= 2).then_some(number.0 as u8);
    let year = |number: (u64, u8)| (number.1 == 4).then_some(number.0 as i32);
    if let (Some(year), Some(month), Some(day)) = (year(first), small(second), small(third)) {
        return Some((Body::Date(Reading::day(year, Choices::one(month, day))), next));
    }
    let (left, right) = (small(first)?, small(second)?);
    let short = |century: u8| (third.1 == 2).then_some(i32::from(century) * 100 + third.0 as i32);
    let Some(year) = year(third).or_else(|| short(context.century?)) else {
        return small(third).map(|_| (Body::Defect(DateReject::TwoDigitYear), next));
    };
    let choices = match (context.format, context.order) {
        (DateFormat::MonthDayYear, _) => Choices::one(left, right),
        (DateFormat::DayMonthYear, _) => Choices::one(right, left),
        // An outlet's habit yields to a part that cannot be a month.
        (_, Some(DateOrder::MonthDayYear)) if right <= 12 && left > 12 => Choices::one(right, left),
        (_, Some(DateOrder::MonthDayYear)) => Choices::one(left, right),
        (_, Some(DateOrder::DayMonthYear)) if left <= 12 && right > 12 => Choices::one(left, right),
        (_, Some(DateOrder::DayMonthYear)) => Choices::one(right, left),
        (_, Some(DateOrder::YearMonthDay) | None) => Choices::two((left, right), (right, left)),
    };
    Some((Body::Date(Reading::day(year, choices)), year_suffix(tokens, next)))
}

/// Reads `12/2025` and `2025/12`; two small numbers alone are a date without a year.
pub(super) fn two_numbers(tokens: &Tokens<'_>, at: usize, _: &DateContext<'_>) -> Option<(Body, usize)> {
    let separator = separator(tokens, at + 1)?;
    let next = tokens.skip_dot(at + 3);
    match (tokens.number(at)?, tokens.number(at + 2)?) {
        ((year, 4), (month, 2)) | ((month, 1 | 2), (year, 4)) if separator == '/' => {
            Some((Body::Date(Reading::period(year as i32, Choices::one(month as u8, 1), Precision::Month)), next))
        }
        ((left @ 1..=31, 1 | 2), (right @ 1..=31, 1 | 2)) if left.min(right) <= 12 => {
            Some((Body::Defect(DateReject::NoYear), next))
        }
        _ => None,
    }
}

/// Reads a year that stands alone, with its word: `2025`, `2025年`, `2025 г.`.
pub(super) fn year_alone(tokens: &Tokens<'_>, at: usize, _: &DateContext<'_>) -> Option<(Body, usize)> {
    let (year, _) = tokens.number(at).filter(|&(_, digits)| digits == 4)?;
    let next = year_suffix(tokens, at + 1);
    Some((Body::Date(Reading::period(year as i32, Choices::one(1, 1), Precision::Year)), next))
}

fn separator(tokens: &Tokens<'_>, at: usize) -> Option<char> {
    tokens.mark(at).filter(|mark| matches!(mark, '/' | '.' | '-'))
}
