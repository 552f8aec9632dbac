//! Dates with a month name or with counters: `17 December 2025`, `Dec 17, 2025`, `17 de diciembre de 2025`,
//! `2025. december 17.`, `2025年12月17日`, `17 tháng 12 năm 2025`, `Wed Dec 17 10:20:30 UTC 2025`.

use super::clock::clock;
use super::fold::Key;
use super::names::{Meanings, month_name};
use super::phrase::{Body, Choices, Reading};
use super::scan::Tokens;
use super::zone::{ZoneMention, zone};
use super::{DateContext, DateReject, Precision};

/// Words that may stand between day, month and year, folded.
#[rustfmt::skip]
const JOINERS: &[&str] = &[
    "de", "del", "dels", "of", "di", "dal", "dhen", "ta", "su", "د", "da", "do", "d", "van", "vom", "ng", "la", "na", "i", "y", "al", "an", "ar", "a",
    "من", "ב", "the", "nam", "anno", "el", "in",
];
/// Words and endings behind a year, folded.
#[rustfmt::skip]
const YEAR_WORDS: &[&str] = &[
    "г", "год", "года", "году", "гг", "р", "рік", "року", "g", "god", "godine", "godina", "m", "metu", "metais",
    "gada", "ж", "жыл", "жылы", "жылғы", "жылдын", "წ", "წელი", "წლის", "თ", "თვ", "թ", "թվական", "թվականի", "il",
    "ilde", "yil", "yili", "yilda", "yyl", "r", "roku", "rok", "年", "년", "оны", "он", "соли", "сол", "елның", "ел",
    "ce", "ad", "م", "ميلادي", "ميلاديه",
];
/// Endings glued to a year, folded: Basque, Kurdish, Urdu, Arabic.
const YEAR_ENDINGS: &[&str] = &["ko", "eko", "an", "e", "ء", "ي"];
/// Endings and words behind a day, folded.
#[rustfmt::skip]
const DAY_WORDS: &[&str] = &[
    "st", "nd", "rd", "th", "er", "re", "eme", "e", "º", "°", "ª", "o", "a", "ο", "οσ", "η", "ησ", "го", "ого", "и",
    "ое", "е", "я", "ste", "de", "te", "en", "an", "ik", "nji", "mh", "טן", "טער", "d", "diena", "dien", "日", "号", "號", "일", "kun",
    "күнү", "күні", "den", "dan", "ي", "ه", "nd", "ain", "fed", "ydd", "eg", "ja", "je", "jan", "na", "ri",
];
const YEAR_COUNTERS: &[&str] = &["年", "년"];
const MONTH_COUNTERS: &[&str] = &["月", "월"];

/// Reads `D Month YYYY`, also with the time before the year.
pub(super) fn day_month_year(tokens: &Tokens<'_>, at: usize, context: &DateContext<'_>) -> Option<(Body, usize)> {
    let (day, next) = day(tokens, at)?;
    let (months, next) = month(tokens, joiner(tokens, next), context)?;
    year_or_time(tokens, next, (months, day), context)
}

/// Reads `Month D, YYYY`, also with the time before the year (asctime, date(1)).
pub(super) fn month_day_year(tokens: &Tokens<'_>, at: usize, context: &DateContext<'_>) -> Option<(Body, usize)> {
    let (months, next) = month(tokens, at, context)?;
    let (day, next) = day(tokens, joiner(tokens, next))?;
    year_or_time(tokens, next, (months, day), context)
}

/// Reads `YYYY Month D`: `2025. december 17.`, `2025 m. gruodžio 17 d.`, `2025年12月17日`.
pub(super) fn year_month_day(tokens: &Tokens<'_>, at: usize, context: &DateContext<'_>) -> Option<(Body, usize)> {
    let (year, next) = year(tokens, at)?;
    let (months, next) = month(tokens, joiner(tokens, next), context)?;
    let (day, next) = day(tokens, joiner(tokens, next))?;
    // `2025 ... 17d.`: the stop belongs to the date.
    Some((year.body(|year| Reading::day(year, Choices::of(months.bits, day))), tokens.skip_dot(next)))
}

/// Reads `YYYY D Month`: `2025. gada 17. decembris`, `2025-yil 17-dekabr`.
pub(super) fn year_day_month(tokens: &Tokens<'_>, at: usize, context: &DateContext<'_>) -> Option<(Body, usize)> {
    let (year, next) = year(tokens, at)?;
    let (day, next) = day(tokens, joiner(tokens, next))?;
    let (months, next) = month(tokens, joiner(tokens, next), context)?;
    if months.counted {
        return None;
    }
    Some((year.body(|year| Reading::day(year, Choices::of(months.bits, day))), next))
}

/// Reads `Month YYYY`.
pub(super) fn month_year(tokens: &Tokens<'_>, at: usize, context: &DateContext<'_>) -> Option<(Body, usize)> {
    let (months, next) = month(tokens, at, context)?;
    let (year, next) =
        year(tokens, joiner(tokens, next)).filter(|(year, _)| !matches!(year, Year::TwoDigits { marked: false }))?;
    Some((year.body(|year| Reading::period(year, Choices::of(months.bits, 1), Precision::Month)), next))
}

/// Reads `YYYY Month`, `2025年12月`.
pub(super) fn year_month(tokens: &Tokens<'_>, at: usize, context: &DateContext<'_>) -> Option<(Body, usize)> {
    let (year, next) = year(tokens, at).filter(|(year, _)| !matches!(year, Year::TwoDigits { marked: false }))?;
    let (months, next) = month(tokens, joiner(tokens, next), context)?;
    Some((year.body(|year| Reading::period(year, Choices::of(months.bits, 1), Precision::Month)), next))
}

/// Reads `17 December` and `December 17` where the year is known, else recognises them and `December`: never a date.
pub(super) fn without_year(tokens: &Tokens<'_>, at: usize, context: &DateContext<'_>) -> Option<(Body, usize)> {
    let day_first = day(tokens, at).and_then(|(day, next)| {
        let (months, next) = month(tokens, joiner(tokens, next), context)?;
        Some((months, Some(day), next))
    });
    let (months, day, next) = day_first.or_else(|| {
        let (months, next) =
            month(tokens, at, context).filter(|&(_, next)| at == 0 || tokens.number(next).is_some())?;
        let day = day(tokens, joiner(tokens, next));
        Some((months, day.map(|(day, _)| day), day.map_or(next, |(_, behind)| behind)))
    })?;
    let body = match (context.year, day) {
        (Some(year), Some(day)) => Body::Date(Reading::day(year, Choices::of(months.bits, day))),
        _ => Body::Defect(DateReject::NoYear),
    };
    Some((body, next))
}

/// The position behind a year's word (`г.`, `року`, `godine`), if there is one.
pub(super) fn year_suffix(tokens: &Tokens<'_>, at: usize) -> usize {
    let hyphen = usize::from(tokens.is_mark(at, '-') && tokens.attached(at) && tokens.attached(at + 1));
    let start = tokens.skip_dot(at + hyphen);
    if tokens.is_mark(start, '(')
        && tokens.attached(start)
        && tokens.is_mark(start + 2, ')')
        && tokens.word(start + 1).is_some()
    {
        // Basque dates as CLDR writes them: 2025(e)ko, 17(a).
        return start + 3 + usize::from(tokens.attached(start + 3) && is_one_of(tokens, start + 3, YEAR_ENDINGS));
    }
    if start == at && tokens.attached(at) && is_one_of(tokens, at, YEAR_ENDINGS) {
        return at + 1;
    }
    if is_one_of(tokens, start, YEAR_WORDS) { tokens.skip_dot(start + 1) } else { at }
}

#[derive(Clone, Copy)]
struct MonthBits {
    bits: u16,
    /// Written as a number with a counter, not as a name.
    counted: bool,
}

fn month(tokens: &Tokens<'_>, at: usize, context: &DateContext<'_>) -> Option<(MonthBits, usize)> {
    if let Some((value, 1 | 2)) = tokens.number(at) {
        // 12月, 12월; Mongolian 12-р сар.
        let counted = MonthBits { bits: 1_u16.checked_shl(value as u32).unwrap_or(0), counted: true };
        if is_one_of(tokens, at + 1, MONTH_COUNTERS) {
            return Some((counted, at + 2));
        }
        if tokens.is_mark(at + 1, '-')
            && is_one_of(tokens, at + 2, &["р"])
            && is_one_of(tokens, at + 3, &["сар", "сарын"])
        {
            return Some((counted, at + 4));
        }
        return None;
    }
    let named = month_name(tokens, at).map(|(meanings, next)| (values(meanings, context), next));
    // The longest name wins; Vietnamese also counts: tháng 12, thg 12.
    let Some((bits, next)) = named else {
        let (value, _) =
            tokens.number(at + 1).filter(|&(_, digits)| digits <= 2 && is_one_of(tokens, at, &["thang", "thg"]))?;
        return Some((MonthBits { bits: 1_u16.checked_shl(value as u32).unwrap_or(0), counted: true }, at + 2));
    };
    // Two names of one month, as Arabic papers write them: ديسمبر/كانون الأول, (كانون الأول) ديسمبر.
    let second = if tokens.is_mark(next, '/') {
        month_name(tokens, next + 1)
    } else if tokens.is_mark(next, '(') {
        month_name(tokens, next + 1)
            .filter(|&(_, behind)| tokens.is_mark(behind, ')'))
            .map(|(meanings, behind)| (meanings, behind + 1))
    } else {
        None
    };
    match second {
        Some((meanings, behind)) => {
            Some((MonthBits { bits: bits & values(meanings, context), counted: false }, behind))
                .filter(|(months, _)| months.bits != 0)
        }
        None => Some((MonthBits { bits, counted: false }, next)),
    }
}

fn values(meanings: Meanings, context: &DateContext<'_>) -> u16 {
    let values = meanings.values();
    if values.is_power_of_two() { values } else { meanings.values_in(super::names::language_bit(context.language)) }
}

/// Reads a day of one or two digits with its ordinal ending, full stop or counter.
fn day(tokens: &Tokens<'_>, at: usize) -> Option<(u8, usize)> {
    let (value, _) = tokens.number(at).filter(|&(_, digits)| digits <= 2)?;
    let mut next = at + 1;
    if tokens.is_mark(next, '(')
        && tokens.attached(next)
        && tokens.is_mark(next + 2, ')')
        && is_one_of(tokens, next + 1, DAY_WORDS)
    {
        return Some((value as u8, next + 3));
    }
    let hyphen = usize::from(tokens.is_mark(next, '-') && tokens.attached(next) && tokens.attached(next + 1));
    let ending = next + hyphen;
    let day_word = is_one_of(tokens, ending, DAY_WORDS)
        && (tokens.attached(ending) || is_one_of(tokens, ending, &["d", "日", "일", "kun"]));
    // A month name may begin like an ending: `17 de diciembre`, `1 okt`; the joiner takes those that stand apart.
    if day_word && month_name(tokens, ending).is_none() {
        next = ending + 1;
    }
    Some((value as u8, tokens.skip_dot(next)))
}

/// A year as it was found.
enum Year {
    Full(i32),
    /// Marked as a year by an apostrophe or a counter (’25, 25年); else it may also be a day.
    TwoDigits {
        marked: bool,
    },
    OtherCalendar,
}

impl Year {
    fn body(self, reading: impl FnOnce(i32) -> Reading) -> Body {
        match self {
            Self::Full(year) => Body::Date(reading(year)),
            Self::TwoDigits { .. } => Body::Defect(DateReject::TwoDigitYear),
            Self::OtherCalendar => Body::Defect(DateReject::OtherCalendar),
        }
    }
}

fn year(tokens: &Tokens<'_>, at: usize) -> Option<(Year, usize)> {
    // Thai names the common era before the year: ค.ศ. 2025.
    let common_era = tokens.word(at) == Some("ค") && tokens.is_mark(at + 1, '.') && tokens.word(at + 2) == Some("ศ");
    let at = if common_era { tokens.skip_dot(at + 3) } else { at };
    let short = matches!(tokens.mark(at), Some('\'' | '\u{2019}' | '\u{2018}')) && tokens.attached(at + 1);
    let (value, digits) = tokens.number(at + usize::from(short))?;
    let next = at + 1 + usize::from(short);
    let year = match digits {
        4 => Year::Full(value as i32),
        2 => Year::TwoDigits { marked: short || is_one_of(tokens, next, YEAR_COUNTERS) },
        // Years of the Republic of China: 114年.
        3 if is_one_of(tokens, next, YEAR_COUNTERS) => Year::OtherCalendar,
        _ => return None,
    };
    Some((year, year_suffix(tokens, next)))
}

/// Reads the year behind day and month, or a time and then the year: `Dec 17 10:20:30 UTC 2025`.
fn year_or_time(
    tokens: &Tokens<'_>,
    at: usize,
    (months, day): (MonthBits, u8),
    context: &DateContext<'_>,
) -> Option<(Body, usize)> {
    let choices = Choices::of(months.bits, day);
    let timed = clock(tokens, at);
    let is_timed = timed.is_some();
    if let Some((clock, behind)) = timed {
        let (mention, behind) = zone(tokens, behind, true, context).unwrap_or((Ok(ZoneMention::Absent), behind));
        if let Some((Year::Full(year), next)) = year(tokens, behind) {
            let body = match (clock, mention) {
                (Ok(clock), Ok(zone)) => {
                    Body::Date(Reading { clock: Some(clock), zone, ..Reading::day(year, choices) })
                }
                (Err(reject), _) | (_, Err(reject)) => Body::Defect(reject),
            };
            return Some((body, next));
        }
    }
    // `12月17日 10時20分`: the hour is no year.
    let (year, next) = year(tokens, joiner(tokens, at))
        .filter(|(year, _)| !(is_timed && matches!(year, Year::TwoDigits { marked: false })))?;
    Some((year.body(|year| Reading::day(year, choices)), next))
}

/// Skips one mark and up to two joining words between the parts of a date.
fn joiner(tokens: &Tokens<'_>, at: usize) -> usize {
    let mut next = at + usize::from(matches!(tokens.mark(at), Some(',' | '-' | '/' | '.')));
    for _ in 0..2 {
        // A joining word may also begin a month's own name (`de gener`); the name is tried first.
        if month_name(tokens, next).is_some() {
            break;
        }
        next = skip_word(tokens, next, JOINERS);
    }
    next
}

fn skip_word(tokens: &Tokens<'_>, at: usize, words: &[&str]) -> usize {
    at + usize::from(is_one_of(tokens, at, words))
}

fn is_one_of(tokens: &Tokens<'_>, at: usize, words: &[&str]) -> bool {
    tokens.word(at).and_then(Key::of).is_some_and(|key| words.contains(&key.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_folded() {
        let words = [JOINERS, YEAR_WORDS, YEAR_ENDINGS, DAY_WORDS, YEAR_COUNTERS, MONTH_COUNTERS].into_iter().flatten();
        let unfolded: Vec<_> = words.filter(|word| Key::of(word).expect("a short word").as_str() != **word).collect();
        assert!(unfolded.is_empty(), "{unfolded:?}");
    }
}
