//! The laws of the grammar, over generated strings.

use proptest::prelude::*;

use super::civil::{civil_from_days, days_from_civil};
use super::*;

fn any_context() -> impl Strategy<Value = DateContext<'static>> {
    let formats = [
        DateFormat::Auto,
        DateFormat::Compact,
        DateFormat::MonthDayYear,
        DateFormat::DayMonthYear,
        DateFormat::EpochSeconds,
        DateFormat::EpochNanoseconds,
    ];
    let orders = [None, Some(DateOrder::DayMonthYear), Some(DateOrder::MonthDayYear), Some(DateOrder::YearMonthDay)];
    let languages = [None, Some("tr"), Some("hr"), Some("fa"), Some("x")];
    (0..formats.len(), 0..orders.len(), 0..languages.len()).prop_map(move |(format, order, language)| DateContext {
        format: formats[format],
        order: orders[order],
        language: languages[language],
        ..DateContext::default()
    })
}

/// What holds for everything that is read.
fn assert_sound(parsed: &ParsedDate) {
    let (year, _, day) = civil_from_days(parsed.date);
    assert!((FIRST_YEAR..=LAST_YEAR).contains(&year));
    assert_eq!(parsed.local_time.is_some(), parsed.precision < Precision::Day);
    assert!(parsed.local_time.is_some() || parsed.at.is_none());
    assert!(parsed.precision <= Precision::Day || day == 1);
    if let (Some(at), Some(local), Some(tz)) = (parsed.at, parsed.local_time, &parsed.tz) {
        let offset = match tz {
            TzText::Utc => 0,
            TzText::Offset(seconds) => *seconds,
            TzText::Named(name) => {
                ZoneRule::named(name).and_then(|rule| rule.offset_at(at)).expect("an instant inside the database")
            }
            TzText::Unresolved(_) => panic!("an unresolved zone gives no instant"),
        };
        assert_eq!(at + i64::from(offset) * 1_000_000, i64::from(parsed.date) * DAY_MICROS + local);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn never_panics(raw in any::<String>(), context in any_context()) {
        if let Ok(parsed) = parse_date(&raw, &context) {
            assert_sound(&parsed);
        }
    }

    #[test]
    fn never_panics_on_what_looks_like_a_date(raw in r"([0-9]{1,4}|[-/.:,+() \[\]TZ']|Dec|May|Mon|am|UTC|EST|de|年|月|日|١|Europe/Paris|listopad|st|h|ago){0,14}", context in any_context()) {
        if let Ok(parsed) = parse_date(&raw, &context) {
            assert_sound(&parsed);
        }
    }

    #[test]
    fn iso_round_trip(days in -98_615_i32..2_932_896, micros in 0..DAY_MICROS, minutes in -18 * 60..=18 * 60_i32) {
        let (year, month, day) = civil_from_days(days);
        let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
        let raw = format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{fraction:06}{}", seconds / 3600, seconds / 60 % 60, seconds % 60, TzText::Offset(minutes * 60));
        let parsed = parse_date(&raw, &DateContext::default());
        if (BUDDHIST_YEARS).contains(&year) {
            prop_assert_eq!(parsed, Err(DateReject::OtherCalendar));
        } else {
            let parsed = parsed.expect("a date");
            assert_sound(&parsed);
            prop_assert_eq!((parsed.date, parsed.local_time, parsed.tz), (days, Some(micros), Some(TzText::Offset(minutes * 60))));
        }
    }

    #[test]
    fn written_forms_agree(days in days_from_civil(1700, 1, 1)..days_from_civil(2400, 1, 1)) {
        let (year, month, day) = civil_from_days(days);
        let name = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"][usize::from(month) - 1];
        let forms = [
            format!("{year}-{month:02}-{day:02}"),
            format!("{year}/{month}/{day}"),
            format!("{day} {name} {year}"),
            format!("{name} {day}, {year}"),
            format!("{}. {}. {year}", day, name.get(..3).expect("three letters")),
            format!("{year}年{month}月{day}日"),
        ];
        for raw in forms {
            prop_assert_eq!(parse_date(&raw, &DateContext::default()).map(|parsed| parsed.date), Ok(days), "{}", raw);
        }
    }
}
