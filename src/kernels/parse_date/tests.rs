//! Every form and every refusal.

mod words;

use std::fmt::Write as _;

use super::civil::civil_from_days;
use super::month_names::{LANGUAGE_SETS, LANGUAGES, MONTH_NAMES, WEEKDAY_NAMES};
use super::*;

/// `2025-12-17 second 10:20:30.5 at=2025-12-17T07:20:30Z tz=+03:00`, without what is absent.
fn shown(result: &Result<ParsedDate, DateReject>) -> String {
    let parsed = match result {
        Ok(parsed) => parsed,
        Err(reject) => return format!("! {reject}"),
    };
    let (year, month, day) = civil_from_days(parsed.date);
    let mut text = format!("{year:04}-{month:02}-{day:02} {}", parsed.precision.as_str());
    let clock = |micros: i64| {
        let (seconds, rest) = (micros / 1_000_000, micros % 1_000_000);
        let fraction = if rest == 0 { String::new() } else { format!(".{rest:06}") };
        format!("{:02}:{:02}:{:02}{fraction}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    };
    if let Some(time) = parsed.local_time {
        write!(text, " {}", clock(time)).expect("a string grows");
    }
    if let Some(at) = parsed.at {
        let (year, month, day) = civil_from_days(at.div_euclid(DAY_MICROS) as i32);
        write!(text, " at={year:04}-{month:02}-{day:02}T{}Z", clock(at.rem_euclid(DAY_MICROS)))
            .expect("a string grows");
    }
    if let Some(tz) = &parsed.tz {
        write!(text, " tz={tz}").expect("a string grows");
    }
    if parsed.weekday_conflict {
        text += " weekday-conflict";
    }
    text
}

#[track_caller]
fn check_in(context: &DateContext<'_>, cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .map(|&(raw, expected)| (raw, expected, shown(&parse_date(raw, context))))
        .filter(|(_, expected, found)| expected != found)
        .map(|(raw, expected, found)| format!("{raw:?}: expected {expected}, but found {found}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[track_caller]
fn check(cases: &[(&str, &str)]) {
    check_in(&DateContext::default(), cases);
}

/// Every string means 17 December 2025, to the day.
#[track_caller]
fn check_day(strings: &[&str]) {
    check(&strings.iter().map(|&raw| (raw, "2025-12-17 day")).collect::<Vec<_>>());
}

#[track_caller]
fn check_reject(reject: &str, strings: &[&str]) {
    let expected = format!("! {reject}");
    check(&strings.iter().map(|&raw| (raw, expected.as_str())).collect::<Vec<_>>());
}

#[test]
fn iso() {
    check(&[
        ("2025-12-17", "2025-12-17 day"),
        (" 2025-12-17\n", "2025-12-17 day"),
        ("2025-12", "2025-12-01 month"),
        ("2025", "2025-01-01 year"),
        ("2025-12-17T10:20:30Z", "2025-12-17 second 10:20:30 at=2025-12-17T10:20:30Z tz=Z"),
        ("2025-12-17t10:20:30z", "2025-12-17 second 10:20:30 at=2025-12-17T10:20:30Z tz=Z"),
        ("2025-12-17T00:00:00Z", "2025-12-17 second 00:00:00 at=2025-12-17T00:00:00Z tz=Z"),
        ("2025-12-17T10:20:30+03:00", "2025-12-17 second 10:20:30 at=2025-12-17T07:20:30Z tz=+03:00"),
        ("2025-12-17T10:20:30+0300", "2025-12-17 second 10:20:30 at=2025-12-17T07:20:30Z tz=+03:00"),
        ("2025-12-17T10:20:30+03", "2025-12-17 second 10:20:30 at=2025-12-17T07:20:30Z tz=+03:00"),
        ("2025-12-17T23:30:00-05:00", "2025-12-17 second 23:30:00 at=2025-12-18T04:30:00Z tz=-05:00"),
        ("2025-12-17T00:30:00+09:00", "2025-12-17 second 00:30:00 at=2025-12-16T15:30:00Z tz=+09:00"),
        ("2025-12-17T10:20:30-00:00", "2025-12-17 second 10:20:30 at=2025-12-17T10:20:30Z tz=Z"),
        ("2025-12-17T10:20:30.5Z", "2025-12-17 second 10:20:30.500000 at=2025-12-17T10:20:30.500000Z tz=Z"),
        ("2025-12-17T10:20:30,123456789Z", "2025-12-17 second 10:20:30.123456 at=2025-12-17T10:20:30.123456Z tz=Z"),
        ("2025-12-17 10:20:30.123", "2025-12-17 second 10:20:30.123000"),
        ("2025-12-17T10:20Z", "2025-12-17 minute 10:20:00 at=2025-12-17T10:20:00Z tz=Z"),
        ("2025-12-17T10:20", "2025-12-17 minute 10:20:00"),
        ("2025-12-17 10:20:30 +0300", "2025-12-17 second 10:20:30 at=2025-12-17T07:20:30Z tz=+03:00"),
        ("2025-12-17 10:20:30 UTC", "2025-12-17 second 10:20:30 at=2025-12-17T10:20:30Z tz=Z"),
        ("2025-12-17 10:20:30 +0300 EEST", "2025-12-17 second 10:20:30 at=2025-12-17T07:20:30Z tz=+03:00"),
        (
            "2025-12-17T10:20:30+03:00[Europe/Istanbul]",
            "2025-12-17 second 10:20:30 at=2025-12-17T07:20:30Z tz=Europe/Istanbul",
        ),
        ("2025-12-17T10:20:30+05:00[Europe/Istanbul]", "2025-12-17 second 10:20:30 at=2025-12-17T05:20:30Z tz=+05:00"),
        ("2025-12-17T10:20:30Z[Europe/Istanbul]", "2025-12-17 second 10:20:30 at=2025-12-17T10:20:30Z tz=Z"),
        ("2025-12-17T10:20[europe/istanbul]", "2025-12-17 minute 10:20:00 at=2025-12-17T07:20:00Z tz=Europe/Istanbul"),
        (
            "2025-12-17 10:20 America/Port-au-Prince",
            "2025-12-17 minute 10:20:00 at=2025-12-17T15:20:00Z tz=America/Port-au-Prince",
        ),
        ("2025-12-17T24:00:00Z", "2025-12-17 second 24:00:00 at=2025-12-18T00:00:00Z tz=Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31 second 23:59:59 at=2016-12-31T23:59:59Z tz=Z"),
        ("2025-12-17+03:00", "2025-12-17 day tz=+03:00"),
        ("2025-12-17Z", "2025-12-17 day tz=Z"),
        ("2025-12-17T1020", "2025-12-17 minute 10:20:00"),
        ("2025-12-17T102030+03:00", "2025-12-17 second 10:20:30 at=2025-12-17T07:20:30Z tz=+03:00"),
        ("2025-12-17T10:20:30:123Z", "2025-12-17 second 10:20:30.123000 at=2025-12-17T10:20:30.123000Z tz=Z"),
        ("2025-351", "2025-12-17 day"),
        ("2024-366", "2024-12-31 day"),
        ("2025-W51-3", "2025-12-17 day"),
        ("2026-W01-1", "2025-12-29 day"),
        ("2020-W53-7", "2021-01-03 day"),
        ("1700-01-01", "1700-01-01 day"),
        ("9999-12-31T23:59:59-18:00", "9999-12-31 second 23:59:59 at=10000-01-01T17:59:59Z tz=-18:00"),
        ("2025-13-01", "! out-of-range"),
        ("2025-02-29", "! out-of-range"),
        ("2025-00-10", "! out-of-range"),
        ("2025-12-00", "! out-of-range"),
        ("2025-366", "! out-of-range"),
        ("2025-W53-1", "! out-of-range"),
        ("2025-W51-8", "! out-of-range"),
        ("1699-12-31", "! out-of-range"),
        ("0000-00-00", "! out-of-range"),
        ("0001-01-01T00:00:00Z", "! out-of-range"),
        ("2025-12-17T25:00:00Z", "! out-of-range"),
        ("2025-12-17T24:00:01Z", "! out-of-range"),
        ("2025-12-17T10:60:00Z", "! out-of-range"),
        ("2025-12-17T10:20:60Z", "! out-of-range"),
        ("2025-12-17T10:20:30+25:00", "! unknown-zone"),
        ("2025-12-17T10:20:30[Europe/Atlantis]", "! unknown-zone"),
        ("20251217", "! unknown"),
        ("20251217T102030Z", "! unknown"),
        ("1765966830", "! unknown"),
        ("2025-W51", "! unknown"),
        ("2025-12-17T", "! trailing-text"),
        ("2025-12-17 and more", "! trailing-text"),
    ]);
}

#[test]
fn compact() {
    let context = DateContext { format: DateFormat::Compact, ..DateContext::default() };
    check_in(
        &context,
        &[
            ("20251217", "2025-12-17 day"),
            ("20251217T102030Z", "2025-12-17 second 10:20:30 at=2025-12-17T10:20:30Z tz=Z"),
            ("20251217T1020+0300", "2025-12-17 minute 10:20:00 at=2025-12-17T07:20:00Z tz=+03:00"),
            ("20251217102030", "2025-12-17 second 10:20:30"),
            ("202512171020", "2025-12-17 minute 10:20:00"),
            ("20251217-102030", "2025-12-17 second 10:20:30"),
            ("20251217T10:20:30Z", "2025-12-17 second 10:20:30 at=2025-12-17T10:20:30Z tz=Z"),
            ("2025-12-17", "2025-12-17 day"),
            ("17 December 2025", "2025-12-17 day"),
            ("20251317", "! out-of-range"),
            ("20251217T250000", "! out-of-range"),
            ("16991231", "! out-of-range"),
            ("202512", "! unknown"),
            ("2025121", "! unknown"),
            ("202512171", "! unknown"),
        ],
    );
}

#[test]
fn declared_counts() {
    let context = |format| DateContext { format, ..DateContext::default() };
    check_in(
        &context(DateFormat::EpochSeconds),
        &[("1765966830", "2025-12-17 second 10:20:30 at=2025-12-17T10:20:30Z tz=Z"), ("2025-12-17", "! unknown")],
    );
    check_in(
        &context(DateFormat::EpochMilliseconds),
        &[("1765966830500", "2025-12-17 second 10:20:30.500000 at=2025-12-17T10:20:30.500000Z tz=Z")],
    );
    check_in(
        &context(DateFormat::EpochMicroseconds),
        &[("1765966830000000", "2025-12-17 second 10:20:30 at=2025-12-17T10:20:30Z tz=Z")],
    );
    check_in(
        &context(DateFormat::EpochNanoseconds),
        &[("1765966830000000000", "2025-12-17 second 10:20:30 at=2025-12-17T10:20:30Z tz=Z")],
    );
}

#[test]
fn internet_and_unix() {
    let instant = "2025-12-17 second 10:20:30 at=2025-12-17T10:20:30Z tz=Z";
    check(&[
        ("Wed, 17 Dec 2025 10:20:30 +0300", "2025-12-17 second 10:20:30 at=2025-12-17T07:20:30Z tz=+03:00"),
        ("17 Dec 2025 10:20 +0300", "2025-12-17 minute 10:20:00 at=2025-12-17T07:20:00Z tz=+03:00"),
        ("Wed, 17 Dec 2025 10:20:30 GMT", instant),
        ("Wed, 17 Dec 2025 10:20:30 UT", instant),
        ("Wed, 17 Dec 2025 10:20:30 Z", instant),
        ("Wed, 17 Dec 2025 10:20:30 -0000", instant),
        ("Wed, 17 Dec 2025 10:20:30 +0000 (UTC)", "2025-12-17 second 10:20:30 at=2025-12-17T10:20:30Z tz=+00:00"),
        ("Wed, 17 Dec 2025 10:20:30 EST", "2025-12-17 second 10:20:30 tz=EST"),
        ("Tue, 17 Dec 2025 10:20:30 GMT", "2025-12-17 second 10:20:30 at=2025-12-17T10:20:30Z tz=Z weekday-conflict"),
        ("Wed,17 Dec 2025 10:20:30 GMT", instant),
        ("Wed, 17 December 2025 10:20:30 GMT", instant),
        ("Wednesday, 17-Dec-2025 10:20:30 GMT", instant),
        ("Wed Dec 17 10:20:30 2025", "2025-12-17 second 10:20:30"),
        ("Mon Dec  1 10:20:30 2025", "2025-12-01 second 10:20:30"),
        ("Wed Dec 17 10:20:30 UTC 2025", instant),
        ("Wed Dec 17 10:20:30 +0300 2025", "2025-12-17 second 10:20:30 at=2025-12-17T07:20:30Z tz=+03:00"),
        ("Wed Dec 17 10:20:30 EST 2025", "2025-12-17 second 10:20:30 tz=EST"),
        ("Wed 17 Dec 10:20:30 UTC 2025", instant),
        ("Wed 17 Dec 2025 10:20:30 AM UTC", instant),
        (
            "Wed Dec 17 2025 10:20:30 GMT+0300 (Turkey Standard Time)",
            "2025-12-17 second 10:20:30 at=2025-12-17T07:20:30Z tz=+03:00",
        ),
        ("17/Dec/2025:10:20:30 +0300", "2025-12-17 second 10:20:30 at=2025-12-17T07:20:30Z tz=+03:00"),
        ("Wed, 32 Dec 2025 10:20:30 GMT", "! out-of-range"),
        ("Wed, 17 Dec 2025 25:20:30 GMT", "! out-of-range"),
        ("Wed, 17 Dec 25 10:20:30 GMT", "! two-digit-year"),
        ("Wed Dec 17 10:20:30", "! no-year"),
    ]);
}

#[test]
fn numbers() {
    check_day(&[
        "17/12/2025",
        "12/17/2025",
        "17.12.2025",
        "17. 12. 2025",
        "17.12.2025.",
        "17-12-2025",
        "12-17-2025",
        "2025/12/17",
        "2025.12.17",
        "2025. 12. 17.",
        "17 / 12 / 2025",
        "17.12.2025 г.",
        "١٧/١٢/٢٠٢٥",
        "۲۰۲۵/۱۲/۱۷",
        "１７／１２／２０２５",
        "Wed 12/17/2025",
        "Wed, 17/12/2025",
        "2025.12.17 (수)",
    ]);
    check(&[
        ("2025-1-7", "2025-01-07 day"),
        ("2025/1/7", "2025-01-07 day"),
        ("5/5/2025", "2025-05-05 day"),
        ("12/2025", "2025-12-01 month"),
        ("2025/12", "2025-12-01 month"),
        ("12.05.2025", "! ambiguous"),
        ("05/12/2025", "! ambiguous"),
        ("5-12-2025 10:20", "! ambiguous"),
        // The weekday fits one reading only: 12 May 2025 was a Monday, 5 December a Friday.
        ("Monday, 12.05.2025", "2025-05-12 day"),
        ("Friday, 12.05.2025", "2025-12-05 day"),
        ("Sunday, 12.05.2025", "! ambiguous"),
        ("13/13/2025", "! out-of-range"),
        ("31/04/2025", "! out-of-range"),
        ("2025/17/12", "! out-of-range"),
        ("17/12/25", "! two-digit-year"),
        ("25.12.17", "! two-digit-year"),
        ("17.12.", "! no-year"),
        ("12/17", "! no-year"),
        ("17/12.2025", "! unknown"),
        ("17 12 2025", "! unknown"),
    ]);
    let ordered = |format, order| DateContext { format, order, ..DateContext::default() };
    let either = [
        (DateFormat::DayMonthYear, DateOrder::DayMonthYear, "2025-05-12 day"),
        (DateFormat::MonthDayYear, DateOrder::MonthDayYear, "2025-12-05 day"),
    ];
    for (format, order, expected) in either {
        check_in(
            &ordered(format, None),
            &[("12.05.2025", expected), ("12/5/2025", expected), ("2025-12-17", "2025-12-17 day")],
        );
        check_in(&ordered(DateFormat::Auto, Some(order)), &[("12.05.2025", expected), ("12-05-2025", expected)]);
        check_in(
            &ordered(DateFormat::Auto, Some(order)),
            &[("17/12/2025", "2025-12-17 day"), ("12/17/2025", "2025-12-17 day")],
        );
    }
    check_in(
        &ordered(DateFormat::MonthDayYear, None),
        &[("17/12/2025", "! out-of-range"), ("12-17-2025", "2025-12-17 day")],
    );
    check_in(&ordered(DateFormat::DayMonthYear, None), &[("12/17/2025", "! out-of-range")]);
    check_in(
        &ordered(DateFormat::Auto, Some(DateOrder::YearMonthDay)),
        &[("12/05/2025", "! ambiguous"), ("2025/05/12", "2025-05-12 day")],
    );
}

#[test]
fn names_that_differ_between_languages() {
    let in_language = |language| DateContext { language: Some(language), ..DateContext::default() };
    check(&[
        ("17 listopad 2025", "! ambiguous"),
        // October has 31 days, November has not.
        ("31 listopad 2025", "2025-10-31 day"),
        ("Monday 17 listopad 2025", "2025-11-17 day"),
        ("17 srp 2025", "! ambiguous"),
    ]);
    check_in(&in_language("cs"), &[("17 listopad 2025", "2025-11-17 day"), ("17 srp 2025", "2025-08-17 day")]);
    check_in(&in_language("hr-HR"), &[("17 listopad 2025", "2025-10-17 day"), ("17 srp 2025", "2025-07-17 day")]);
    check_in(&in_language("en"), &[("17 listopad 2025", "! ambiguous")]);
}

#[test]
fn zones() {
    let istanbul = ZoneRule::named("Europe/Istanbul").expect("a zone");
    let new_york = ZoneRule::named("America/New_York").expect("a zone");
    let table = [("EST".to_owned(), -18_000), ("msk".to_owned(), 10_800)];
    check_in(
        &DateContext { zone: Some(&istanbul), ..DateContext::default() },
        &[
            ("17 Aralık 2025, 10:20", "2025-12-17 minute 10:20:00 at=2025-12-17T07:20:00Z tz=Europe/Istanbul"),
            ("2025-12-17T01:20:30", "2025-12-17 second 01:20:30 at=2025-12-16T22:20:30Z tz=Europe/Istanbul"),
            ("2025-12-17T10:20:30Z", "2025-12-17 second 10:20:30 at=2025-12-17T10:20:30Z tz=Z"),
            ("17 Aralık 2025", "2025-12-17 day"),
            ("Aralık 2025", "2025-12-01 month"),
            ("17 December 2025 10:20 EST", "2025-12-17 minute 10:20:00 tz=EST"),
        ],
    );
    check_in(
        &DateContext { zone: Some(&new_york), ..DateContext::default() },
        &[
            ("17 December 2025 10:20 EST", "2025-12-17 minute 10:20:00 at=2025-12-17T15:20:00Z tz=America/New_York"),
            ("17 July 2025 10:20 EST", "2025-07-17 minute 10:20:00 tz=EST"),
            ("2 November 2025 01:30", "2025-11-02 minute 01:30:00 at=2025-11-02T05:30:00Z tz=America/New_York"),
            ("9 March 2025 02:30", "2025-03-09 minute 02:30:00 tz=America/New_York"),
        ],
    );
    check_in(
        &DateContext { abbreviations: &table, ..DateContext::default() },
        &[
            ("17 December 2025 10:20 EST", "2025-12-17 minute 10:20:00 at=2025-12-17T15:20:00Z tz=-05:00"),
            ("Wed, 17 Dec 2025 10:20:30 est", "2025-12-17 second 10:20:30 at=2025-12-17T15:20:30Z tz=-05:00"),
            ("17 December 2025 10:20 MSK", "2025-12-17 minute 10:20:00 at=2025-12-17T07:20:00Z tz=+03:00"),
            ("17 December 2025 10:20 PST", "2025-12-17 minute 10:20:00 tz=PST"),
        ],
    );
}

#[test]
fn refusals() {
    check_reject("empty", &["", " ", "\n\t", "\u{feff}", "\u{200b}", "\u{a0}"]);
    check_reject(
        "relative",
        &[
            "yesterday",
            "Yesterday at 10:20",
            "today",
            "2 hours ago",
            "an hour ago",
            "5 mins ago",
            "vor 2 Stunden",
            "gestern, 10:20 Uhr",
            "il y a 2 heures",
            "hier à 10h20",
            "hace 3 horas",
            "ayer",
            "há 2 horas",
            "ontem",
            "2 ore fa",
            "ieri",
            "2 uur geleden",
            "2 godziny temu",
            "wczoraj",
            "2 часа назад",
            "вчера, 10:20",
            "2 saat önce",
            "dün",
            "DÜN 10:20",
            "منذ ساعتين",
            "قبل 3 ساعات",
            "לפני שעתיים",
            "2 घंटे पहले",
            "2 jam yang lalu",
            "kemarin",
            "2 giờ trước",
            "hôm qua",
            "2小时前",
            "昨天 10:20",
            "2時間前",
            "2시간 전",
            "เมื่อวานนี้",
            "πριν από 2 ώρες",
            "Monday",
            "Monday, 10:20",
            "il y a 3 jours",
            "för 2 timmar sedan",
            "2 tuntia sitten",
            "před 2 hodinami",
        ],
    );
    check_reject(
        "no-year",
        &[
            "17 December",
            "December 17",
            "Dec. 17, 10:20 am",
            "Wednesday, December 17",
            "17 Aralık",
            "12月17日",
            "12월 17일",
            "December",
            "10:20",
            "10:20 am",
            "10:20 GMT",
            "9:41 PM EST",
            "le 9 janvier à 13:06",
            "17. Dezember, 10:20 Uhr",
        ],
    );
    check_reject(
        "two-digit-year",
        &["17 Dec 25", "Dec 17, '25", "17 Dec ’25", "17/12/25", "17-Dec-25", "25年12月17日", "17.12.25 10:20"],
    );
    check_reject(
        "other-calendar",
        &[
            "26 آذر 1404",
            "۲۶ آذر ۱۴۰۴",
            "چهارشنبه ۲۶ آذر ۱۴۰۴",
            "26 جمادى الآخرة 1447",
            "۱۴۰۴/۰۹/۲۶",
            "令和7年12月17日",
            "令和元年5月1日",
            "民國114年12月17日",
            "114年12月17日",
            "17 ธันวาคม 2568",
            "17/12/2568",
            "17 ธันวาคม พ.ศ. 2568",
            "2568-12-17",
            "२०८२ पुस २",
            "27 Kislev 5786",
            "26 Recep 1447",
        ],
    );
    check_reject(
        "unknown",
        &[
            "foo",
            "December the best month",
            "17 Foober 2025",
            "\u{0}",
            "---",
            "2025-",
            "12345",
            "1",
            "17",
            "99999999999999999999",
            "n/a",
            "null",
            "© 2019",
            "Published: 17 December 2025",
        ],
    );
    check_reject(
        "trailing-text",
        &["17 December 2025 by a reporter", "2025-12-17 (updated)", "December 2025 issue", "17/12/2025 foo"],
    );
    check_reject("unknown-zone", &["17 December 2025 10:20 UTC+25", "17 December 2025 10:20 Foo/Bar"]);
    check_in(&DateContext { language: Some("fa-IR"), ..DateContext::default() }, &[("1404/09/26", "! other-calendar")]);
    check_in(&DateContext { language: Some("ne"), ..DateContext::default() }, &[("२०८२-०९-०२", "! other-calendar")]);
    check(&[("1404/09/26", "! out-of-range"), ("Apr 1, 1699", "! out-of-range")]);
}

#[test]
fn codes_are_kebab_case_and_distinct() {
    let codes: std::collections::BTreeSet<&str> = DateReject::ALL.iter().map(|reject| reject.code()).collect();
    assert_eq!(codes.len(), DateReject::ALL.len());
    assert!(codes.iter().all(|code| { code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') }));
}

/// A language's names with a context of that language give its months, in the orders of the grammar.
#[test]
fn every_language_reads_its_own_months() {
    for &(name, month, set) in &MONTH_NAMES {
        for (bit, language) in LANGUAGES.iter().enumerate() {
            if LANGUAGE_SETS[usize::from(set)] & (1 << bit) == 0 {
                continue;
            }
            let context = DateContext { language: Some(language), ..DateContext::default() };
            for raw in [
                format!("17 {name} 2025"),
                format!("{name} 17, 2025"),
                format!("2025. {name} 17."),
                format!("17. {} 2025 10:20", name.to_uppercase()),
            ] {
                let parsed = parse_date(&raw, &context);
                let date = parsed.as_ref().map(|parsed| civil_from_days(parsed.date));
                assert_eq!(date, Ok((2025, month, 17)), "{raw:?} in {language}: {parsed:?}");
            }
            let parsed = parse_date(&format!("{name} 2025"), &context);
            assert_eq!(
                parsed.map(|parsed| (civil_from_days(parsed.date), parsed.precision)),
                Ok(((2025, month, 1), Precision::Month)),
                "{name} 2025 in {language}"
            );
        }
    }
}

/// A weekday in front changes nothing but the flag.
#[test]
fn every_weekday_may_stand_in_front() {
    for &(name, number, _) in &WEEKDAY_NAMES {
        // 1 to 7 December 2025 were Monday to Sunday.
        let raw = format!("{name}, {number}. December 2025");
        let parsed = parse_date(&raw, &DateContext::default()).expect(&raw);
        assert_eq!((civil_from_days(parsed.date), parsed.weekday_conflict), ((2025, 12, number), false), "{raw}");
    }
}

#[test]
fn a_known_year_completes_a_date() {
    let context = DateContext { year: Some(2025), ..DateContext::default() };
    let day = |text: &str| parse_date(text, &context).map(|parsed| parsed.date);
    for text in ["17 December", "December 17, 10:20", "12月17日 10時20分", "Mittwoch, 17. Dezember", "17 грудня"]
    {
        assert_eq!(day(text), Ok(20_439), "{text}");
        assert_eq!(parse_date(text, &DateContext::default()), Err(DateReject::NoYear), "{text}");
    }
    assert_eq!(day("17 December 2024"), Ok(20_074));
    assert_eq!(day("31 June"), Err(DateReject::OutOfRange));
    assert_eq!(day("December"), Err(DateReject::NoYear));
}
