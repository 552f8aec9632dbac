//! The written grammar: `[weekday] date [weekday] [time [zone]]`, or the time first.
//!
//! Every alternative for the date is tried in a fixed order, and only one that leads to the end of the string counts.
//! If none does, the reason comes from the best near miss, in the order of [`explain`].

use super::civil::{days_from_civil, is_valid_date, weekday};
use super::clock::{Clock, clock};
use super::fold::Key;
use super::names::{Meanings, month_name, weekday_name};
use super::scan::{Tokens, digit};
use super::zone::{ZoneMention, zone};
use super::{
    BUDDHIST_YEARS, DateContext, DateReject, FIRST_YEAR, ParsedDate, Precision, Stamp, finish, numeric, vocabulary,
    words,
};

/// The (month, day) pairs that a date may mean; no date has more than the months of one name, or two orders.
#[derive(Clone, Copy, Default)]
pub(super) struct Choices {
    pairs: [(u8, u8); 4],
    length: usize,
}

impl Choices {
    pub(super) const fn one(month: u8, day: u8) -> Self {
        Self { pairs: [(month, day), (0, 0), (0, 0), (0, 0)], length: 1 }
    }

    pub(super) const fn two(first: (u8, u8), second: (u8, u8)) -> Self {
        Self { pairs: [first, second, (0, 0), (0, 0)], length: 2 }
    }

    /// One pair for each month bit.
    pub(super) fn of(months: u16, day: u8) -> Self {
        let mut choices = Self::default();
        for month in (0..16).filter(|month| months & (1 << month) != 0) {
            if let Some(pair) = choices.pairs.get_mut(choices.length) {
                *pair = (month, day);
                choices.length += 1;
            }
        }
        choices
    }

    fn iter(&self) -> impl Iterator<Item = (u8, u8)> + '_ {
        self.pairs.iter().take(self.length).copied()
    }
}

/// A date as one alternative reads it.
pub(super) struct Reading {
    pub year: i32,
    pub choices: Choices,
    pub precision: Precision,
    pub clock: Option<Clock>,
    pub zone: ZoneMention,
}

impl Reading {
    pub(super) const fn day(year: i32, choices: Choices) -> Self {
        Self::period(year, choices, Precision::Day)
    }

    pub(super) const fn period(year: i32, choices: Choices, precision: Precision) -> Self {
        Self { year, choices, precision, clock: None, zone: ZoneMention::Absent }
    }
}

/// What an alternative found: a date, or something that looks like one and is refused.
pub(super) enum Body {
    Date(Reading),
    Defect(DateReject),
}

/// Longer strings are prose: the longest dates, spelled out in scripts of three bytes a letter, stay under 200.
const MAX_BYTES: usize = 256;

type Alternative = fn(&Tokens<'_>, usize, &DateContext<'_>) -> Option<(Body, usize)>;

/// Alternatives for the date, those that state more first.
const ALTERNATIVES: [Alternative; 10] = [
    numeric::three_numbers,
    words::day_month_year,
    words::month_day_year,
    words::year_month_day,
    words::year_day_month,
    words::month_year,
    words::year_month,
    numeric::year_alone,
    numeric::two_numbers,
    words::without_year,
];

/// Reads the whole string by the written grammar.
pub(super) fn parse(text: &str, context: &DateContext<'_>) -> Result<ParsedDate, DateReject> {
    if text.len() > MAX_BYTES {
        return Err(DateReject::Unknown);
    }
    let tokens = Tokens::scan(text).ok_or(DateReject::Unknown)?;
    // Without a number only a month's name can match, and only to be refused.
    let numbered = (0..tokens.len()).any(|at| tokens.number(at).is_some());
    let alternatives = if numbered { &ALTERNATIVES[..] } else { &ALTERNATIVES[ALTERNATIVES.len() - 1..] };
    let mut misses = Misses::default();
    for timed in [false, true] {
        for named in [false, true] {
            let Some(head) = Head::read(&tokens, timed, named, context) else {
                continue;
            };
            let frame = Frame { tokens: &tokens, context, head: &head };
            for alternative in alternatives {
                let Some((body, next)) = alternative(&tokens, head.next, context) else {
                    continue;
                };
                let tail = Tail::read(&frame, next, &body);
                match (body, tail) {
                    (Body::Date(reading), Some(tail)) => match settle(&frame, reading, tail) {
                        Ok(parsed) => return Ok(parsed),
                        Err(reject) => misses.whole = misses.whole.or(Some(reject)),
                    },
                    (Body::Defect(reject), Some(_)) => misses.whole = misses.whole.or(Some(reject)),
                    (Body::Date(reading), None) => {
                        misses.trailing |= reading.precision <= Precision::Month;
                    }
                    (Body::Defect(_), None) => {}
                }
            }
        }
    }
    Err(explain(&tokens, &misses))
}

#[derive(Default)]
struct Misses {
    /// The first alternative that matched the whole string and was refused.
    whole: Option<DateReject>,
    /// Some alternative read a date and left text behind it.
    trailing: bool,
}

fn explain(tokens: &Tokens<'_>, misses: &Misses) -> DateReject {
    if let Some(reject) = misses.whole {
        return reject;
    }
    if vocabulary::has_other_calendar(tokens) {
        return DateReject::OtherCalendar;
    }
    if vocabulary::has_relative_word(tokens) || weekday_only(tokens) {
        return DateReject::Relative;
    }
    if misses.trailing {
        return DateReject::TrailingText;
    }
    let time_only = clock(tokens, introduction(tokens, 0)).is_some_and(|(_, next)| {
        let next = zone(tokens, next, true, &DateContext::default()).map_or(next, |(_, behind)| behind);
        ends(tokens, next)
    });
    if time_only { DateReject::NoYear } else { DateReject::Unknown }
}

/// `Monday`, `Monday 10:20`: which Monday depends on the day of reading.
fn weekday_only(tokens: &Tokens<'_>) -> bool {
    weekday_name(tokens, 0).is_some_and(|(_, next)| {
        let next = separators(tokens, next);
        next == tokens.len()
            || clock(tokens, introduction(tokens, next)).is_some_and(|(_, behind)| behind == tokens.len())
    })
}

/// One way to begin a reading.
#[derive(Clone, Copy)]
struct Frame<'f> {
    tokens: &'f Tokens<'f>,
    context: &'f DateContext<'f>,
    head: &'f Head,
}

/// What stands before the date.
struct Head {
    weekday: Option<Meanings>,
    clock: Option<Clock>,
    zone: ZoneMention,
    next: usize,
}

impl Head {
    fn read(tokens: &Tokens<'_>, timed: bool, named: bool, context: &DateContext<'_>) -> Option<Self> {
        let mut head = Self { weekday: None, clock: None, zone: ZoneMention::Absent, next: 0 };
        if timed {
            let (clock, behind) = clock(tokens, introduction(tokens, 0))?;
            head.clock = Some(clock.ok()?);
            head.next = behind;
            // A capitalised month or weekday is no zone: `10:20 DEC 17, 2025`.
            if month_name(tokens, behind).is_none()
                && weekday_name(tokens, behind).is_none()
                && let Some((Ok(mention), behind)) = zone(tokens, separators(tokens, behind), true, context)
            {
                head.zone = mention;
                head.next = behind;
            }
            head.next = separators(tokens, head.next);
        }
        // Connectives come first (`on` is also a Wednesday in Oslo), but some names begin like one (Irish `de`).
        if named {
            let behind_connective = weekday_name(tokens, connective(tokens, head.next));
            let (meanings, behind) = behind_connective.or_else(|| weekday_name(tokens, head.next))?;
            head.weekday = Some(meanings);
            head.next = separators(tokens, behind);
        }
        if month_name(tokens, head.next).is_none() {
            head.next = connective(tokens, head.next);
        }
        Some(head)
    }
}

/// What stands behind the date, up to the end of the string.
struct Tail {
    weekday: Option<Meanings>,
    clock: Option<Result<Clock, DateReject>>,
    zone: Result<ZoneMention, DateReject>,
}

impl Tail {
    /// `None` when something is left over.
    fn read(frame: &Frame<'_>, at: usize, body: &Body) -> Option<Self> {
        let Frame { tokens, context, head } = *frame;
        let mut tail = Self { weekday: None, clock: None, zone: Ok(ZoneMention::Absent) };
        let (coarse, timed) = match body {
            Body::Date(reading) => (reading.precision > Precision::Day, reading.clock.is_some()),
            Body::Defect(_) => (false, false),
        };
        // A month or a year has neither weekday nor time: `12.05.2025` is not five past twelve in 2025.
        if coarse && (head.clock.is_some() || head.weekday.is_some()) {
            return None;
        }
        if ends(tokens, at) {
            return Some(tail);
        }
        if coarse {
            return None;
        }
        let mut next = at;
        if head.weekday.is_none()
            && let Some((meanings, behind)) = trailing_weekday(tokens, separators(tokens, next))
        {
            tail.weekday = Some(meanings);
            next = behind;
        }
        if head.clock.is_none() && !timed && next < tokens.len() {
            if let Some((clock, behind)) = clock(tokens, introduction(tokens, separators(tokens, next))) {
                let fine = clock.is_ok_and(|clock| clock.fine);
                tail.clock = Some(clock);
                next = behind;
                if let Some((mention, behind)) = zone(tokens, tokens.skip_mark(next, ','), fine, context) {
                    tail.zone = mention;
                    next = behind;
                }
            } else if let Some((mention @ Ok(ZoneMention::Fixed(..)), behind)) = zone(tokens, next, true, context) {
                // A date with an offset and no time: xs:date of XML Schema.
                tail.zone = mention;
                next = behind;
            }
        }
        ends(tokens, next).then_some(tail)
    }
}

/// The end of the string, or one full stop or comma before it.
fn ends(tokens: &Tokens<'_>, at: usize) -> bool {
    at == tokens.len() || at + 1 == tokens.len() && matches!(tokens.mark(at), Some('.' | ','))
}

fn trailing_weekday(tokens: &Tokens<'_>, at: usize) -> Option<(Meanings, usize)> {
    if tokens.is_mark(at, '(') {
        let (meanings, next) = weekday_name(tokens, at + 1)?;
        return tokens.is_mark(next, ')').then_some((meanings, next + 1));
    }
    weekday_name(tokens, at)
}

/// Skips up to two marks between the parts, and the `T` of ISO 8601.
pub(super) fn separators(tokens: &Tokens<'_>, at: usize) -> usize {
    let mut next = at;
    // A colon parts year and time in the logs of web servers (17/Dec/2025:10:20:30); elsewhere it is part of a time.
    let colon = |next: usize| {
        tokens.is_mark(next, ':')
            && next.checked_sub(1).and_then(|before| tokens.number(before)).is_some_and(|(_, digits)| digits == 4)
    };
    while next < at + 2 && (matches!(tokens.mark(next), Some(',' | '-' | '|' | '/' | ';' | '@' | '.')) || colon(next)) {
        next += 1;
    }
    next + usize::from(tokens.word(next).is_some_and(|word| word.eq_ignore_ascii_case("t")))
}

/// Skips the words that announce a time: `at`, `um`, `à`, `a las`, `kl.`, `Saat:`.
pub(super) fn introduction(tokens: &Tokens<'_>, at: usize) -> usize {
    let mut next = at;
    for _ in 0..2 {
        let Some(key) = tokens.word(next).and_then(Key::of) else {
            break;
        };
        if !vocabulary::TIME_WORDS.contains(&key.as_str()) {
            break;
        }
        next = tokens.skip_mark(tokens.skip_dot(next + 1), ':');
    }
    next
}

/// Skips one word between weekday or time and the date: `on`, `den`, `le`, `el`, `dia`, `ngày`.
pub(super) fn connective(tokens: &Tokens<'_>, at: usize) -> usize {
    let known = tokens.word(at).and_then(Key::of).is_some_and(|key| vocabulary::DATE_WORDS.contains(&key.as_str()));
    at + usize::from(known)
}

/// Chooses among the readings by calendar, weekday and agreement, and completes the date.
fn settle(frame: &Frame<'_>, reading: Reading, tail: Tail) -> Result<ParsedDate, DateReject> {
    let Frame { tokens, context, head } = *frame;
    check_year(tokens, reading.year, context)?;
    let weekdays = head.weekday.or(tail.weekday).map(|meanings| meanings.values());
    let agrees = |(month, day): (u8, u8)| {
        weekdays.is_none_or(|bits| bits & (1 << weekday(days_from_civil(reading.year, month, day))) != 0)
    };
    let real = |&(month, day): &(u8, u8)| is_valid_date(reading.year, month, day);
    let mut possible = reading.choices.iter().filter(real);
    let first = possible.next().ok_or(DateReject::OutOfRange)?;
    let mut chosen = first;
    if possible.any(|other| other != first) {
        // Two readings: a weekday that fits exactly one of them decides.
        let mut fitting = reading.choices.iter().filter(real).filter(|&pair| agrees(pair));
        chosen = fitting.next().filter(|_| weekdays.is_some()).ok_or(DateReject::Ambiguous)?;
        if fitting.any(|other| other != chosen) {
            return Err(DateReject::Ambiguous);
        }
    }
    let mut stamp = Stamp::day(reading.year, chosen.0, chosen.1, reading.precision);
    stamp.weekday_conflict = !agrees(chosen);
    if let Some(clock) = tail.clock.transpose()?.or(reading.clock).or(head.clock) {
        stamp.set_clock(clock);
    }
    stamp.zone = [tail.zone?, reading.zone, head.zone.clone()]
        .into_iter()
        .find(|zone| !matches!(zone, ZoneMention::Absent))
        .unwrap_or_default();
    finish(stamp, context)
}

/// Refuses years that plainly belong to another calendar, then those before the first one read.
fn check_year(tokens: &Tokens<'_>, year: i32, context: &DateContext<'_>) -> Result<(), DateReject> {
    let language = context.language.and_then(|tag| tag.split(['-', '_']).next()).unwrap_or_default();
    let islamic = || {
        ["fa", "ar", "ps", "ur", "ckb", "prs"].contains(&language)
            || tokens.text.chars().any(|character| matches!(digit(character), Some((_, 0x660 | 0x6F0))))
    };
    if BUDDHIST_YEARS.contains(&year)
        || (1300..1500).contains(&year) && islamic()
        || language == "ne" && (2050..2120).contains(&year)
    {
        return Err(DateReject::OtherCalendar);
    }
    if year < FIRST_YEAR { Err(DateReject::OutOfRange) } else { Ok(()) }
}
