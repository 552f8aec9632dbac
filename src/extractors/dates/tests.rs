//! Tests of the choice among dates.

use proptest::prelude::*;

use super::*;

/// 2025-12-17 in days since 1970-01-01.
const DAY: i32 = 20_439;
const MIDNIGHT: i64 = DAY as i64 * MICROS_PER_DAY;
const HOUR: i64 = 60 * MICROS_PER_MINUTE;

fn stated(field: Field, evidence: Evidence, value: &str) -> Stated<'_> {
    Stated { field, evidence, value, form: DateForm::Auto, span: None, own: 0 }
}

fn published(evidence: Evidence, value: &str) -> Stated<'_> {
    stated(Field::Published, evidence, value)
}

fn choose<'a>(statements: &[Stated<'a>], setting: &DateSetting<'_>) -> (Dates<'a>, Vec<Candidate<'a>>) {
    let mut candidates: Vec<_> = statements.iter().filter_map(|one| Candidate::stated(one, setting)).collect();
    let dates = choose_dates(&mut candidates, setting);
    (dates, candidates)
}

fn refusals(candidates: &[Candidate<'_>]) -> Vec<Option<&'static str>> {
    candidates.iter().map(|candidate| candidate.refused).collect()
}

#[test]
fn the_highest_kind_wins_and_within_it_the_first() {
    let (dates, candidates) = choose(
        &[
            published(Evidence::Meta, "2025-12-17"),
            published(Evidence::RecordField, "yesterday"),
            published(Evidence::RecordField, "2025-12-18"),
            published(Evidence::RecordField, "2025-12-16"),
        ],
        &DateSetting::default(),
    );
    let chosen = dates.published.as_ref().expect("a date");
    assert_eq!((chosen.date, chosen.raw, chosen.evidence), (DAY + 1, "2025-12-18", Evidence::RecordField));
    assert_eq!(refusals(&candidates), [Some("relative"), None, Some("lower-precedence"), Some("lower-precedence")]);
    assert!(!dates.conflict, "a day apart is no conflict");
}

#[test]
fn nothing_known_is_nothing() {
    let (dates, candidates) = choose(&[published(Evidence::Meta, "soon")], &DateSetting::default());
    assert_eq!(dates, Dates::default());
    assert_eq!(candidates.len(), 1);
    assert_eq!(dates.flags().count(), 0);
}

#[test]
fn a_lower_kind_refines_what_it_agrees_with() {
    let (dates, candidates) = choose(
        &[
            published(Evidence::HeaderInline, "2025-12-17"),
            published(Evidence::JsonLd, "2025-12-17T10:30:00+03:00"),
            published(Evidence::Meta, "2025-12-17T11:00:00+03:00"),
        ],
        &DateSetting::default(),
    );
    let chosen = dates.published.expect("a date");
    assert_eq!(chosen.at, Some(MIDNIGHT + 7 * HOUR + HOUR / 2));
    assert_eq!((chosen.date, chosen.precision, chosen.evidence), (DAY, Precision::Second, Evidence::JsonLd));
    assert_eq!(chosen.tz, Some(TzText::Offset(10_800)));
    assert_eq!(refusals(&candidates), [None, None, Some(LOWER_PRECEDENCE)]);
}

#[test]
fn a_day_is_that_of_the_outlets_zone() {
    let istanbul = ZoneRule::named("Europe/Istanbul").expect("a zone");
    let statements =
        [published(Evidence::HeaderBlock, "2025-12-17"), published(Evidence::JsonLd, "2025-12-16T22:30:00Z")];
    let (dates, _) = choose(&statements, &DateSetting { zone: Some(&istanbul), ..DateSetting::default() });
    let chosen = dates.published.expect("a date");
    assert_eq!((chosen.date, chosen.at), (DAY, Some(MIDNIGHT - HOUR - HOUR / 2)));
    let (dates, _) = choose(&statements, &DateSetting::default());
    assert_eq!(dates.published.expect("a date").at, None);
}

#[test]
fn coarse_values_are_refined_within_their_period_only() {
    let setting = DateSetting::default();
    let refined = |first, second| {
        let (dates, _) = choose(&[published(Evidence::Sidecar, first), published(Evidence::Meta, second)], &setting);
        let chosen = dates.published.expect("a date");
        (chosen.date, chosen.precision, chosen.evidence, dates.conflict)
    };
    let december_1st = DAY - 16;
    let january_1st = december_1st - 334;
    assert_eq!(refined("2025-12", "2025-12-17"), (DAY, Precision::Day, Evidence::Meta, false));
    assert_eq!(refined("2025-12", "2026-01-01"), (december_1st, Precision::Month, Evidence::Sidecar, false));
    assert_eq!(refined("2025-12", "2026-01-02"), (december_1st, Precision::Month, Evidence::Sidecar, true));
    assert_eq!(refined("2025", "2025-12"), (december_1st, Precision::Month, Evidence::Meta, false));
    assert_eq!(refined("2025", "2024-12"), (january_1st, Precision::Year, Evidence::Sidecar, false));
    assert_eq!(refined("2025-12-17", "2025-12"), (DAY, Precision::Day, Evidence::Sidecar, false));
}

#[test]
fn times_are_refined_within_their_minute_and_instants_are_never_lost() {
    let refined = |first, second| {
        let statements = [published(Evidence::Sidecar, first), published(Evidence::Meta, second)];
        let chosen = choose(&statements, &DateSetting::default()).0.published.expect("a date");
        (chosen.precision, chosen.at.map(|at| at - MIDNIGHT), chosen.evidence)
    };
    let (minute, second) = (Precision::Minute, Precision::Second);
    let at = Some(10 * HOUR);
    assert_eq!(
        refined("2025-12-17T10:00Z", "2025-12-17T10:00:30Z"),
        (second, Some(10 * HOUR + 30_000_000), Evidence::Meta)
    );
    assert_eq!(refined("2025-12-17T10:00Z", "2025-12-17T13:00:00+03:00"), (second, at, Evidence::Meta));
    assert_eq!(refined("2025-12-17T10:00", "2025-12-17T10:00Z"), (minute, at, Evidence::Meta));
    assert_eq!(refined("2025-12-17T10:00", "2025-12-17T13:00+03:00"), (minute, None, Evidence::Sidecar));
    assert_eq!(refined("2025-12-17T10:00Z", "2025-12-17T10:00:30"), (minute, at, Evidence::Sidecar));
    assert_eq!(refined("2025-12-17T10:00:30", "2025-12-17T10:00Z"), (second, None, Evidence::Sidecar));
}

#[test]
fn kinds_conflict_when_more_than_a_day_apart() {
    let setting = DateSetting::default();
    let url = stated(Field::Url, Evidence::RecordField, "https://a.example/2025/12/19/x");
    let month = stated(Field::Url, Evidence::RecordField, "https://a.example/2024/12/x");
    for (other, expected) in [(&url, true), (&month, false)] {
        let mut candidates = vec![
            Candidate::in_url(other).expect("a date"),
            Candidate::stated(&published(Evidence::Meta, "2025-12-17"), &setting).expect("a date"),
        ];
        let dates = choose_dates(&mut candidates, &setting);
        assert_eq!(dates.conflict, expected);
        assert_eq!(dates.published.expect("a date").evidence, Evidence::Meta);
    }
    let same_kind = [published(Evidence::Meta, "2025-12-17"), published(Evidence::Meta, "2025-01-17")];
    assert!(!choose(&same_kind, &setting).0.conflict);
}

#[test]
fn file_names_and_headers_of_transfers_have_their_limits() {
    let setting = DateSetting::default();
    let mut candidates = vec![Candidate::in_file_name("x/2025-12-17.jsonl", true).expect("a date")];
    assert_eq!(choose_dates(&mut candidates, &setting), Dates::default());
    assert_eq!(candidates[0].refused, Some(FILE_OF_MANY));
    let mut candidates = vec![Candidate::in_file_name("x/2025-12-17.txt", false).expect("a date")];
    let chosen = choose_dates(&mut candidates, &setting).published.expect("a date");
    assert_eq!((chosen.date, chosen.raw, chosen.evidence), (DAY, "2025-12-17", Evidence::FileName));
    let (dates, candidates) = choose(&[published(Evidence::Http, "Wed, 17 Dec 2025 10:00:00 GMT")], &setting);
    assert_eq!((dates.published, refusals(&candidates)), (None, vec![Some(NOT_PUBLICATION)]));
    assert_eq!(Candidate::in_file_name("2025-02-30.txt", false), None);
}

#[test]
fn modification_and_retrieval_are_instants() {
    let (dates, candidates) = choose(
        &[
            stated(Field::Retrieved, Evidence::RecordField, "2025-12-17"),
            stated(Field::Retrieved, Evidence::Http, "2025-12-17T00:00:00Z"),
            stated(Field::Modified, Evidence::RecordField, "2025-12-17T10:00:00"),
            stated(Field::Modified, Evidence::Meta, "2025-12-17T10:00:00Z"),
            stated(Field::Modified, Evidence::Meta, "2025-12-17T11:00:00Z"),
        ],
        &DateSetting::default(),
    );
    assert_eq!((dates.modified_at, dates.retrieved_at), (Some(MIDNIGHT + 10 * HOUR), Some(MIDNIGHT)));
    // The first is the last change, standing in for the publication.
    assert_eq!(refusals(&candidates), [None, Some(NO_ZONE), None, Some(LOWER_PRECEDENCE), Some(NO_TIME), None]);
}

#[test]
fn a_date_after_retrieval_is_flagged_where_it_is_late_everywhere() {
    let flagged = |date| {
        let statements = [
            published(Evidence::RecordField, date),
            stated(Field::Retrieved, Evidence::RecordField, "2025-12-17T09:00:00Z"),
        ];
        choose(&statements, &DateSetting::default()).0.flags().collect::<Vec<_>>()
    };
    assert_eq!(flagged("2025-12-17T09:00:01Z"), [AFTER_RETRIEVAL]);
    assert!(flagged("2025-12-17T09:00:00Z").is_empty() && flagged("2025-12-17").is_empty());
    assert_eq!(flagged("2025-12-18"), [AFTER_RETRIEVAL]);
    assert_eq!(flagged("Monday, 15 December 2025"), [""; 0]);
    assert_eq!(flagged("Sunday, 15 December 2025"), [WEEKDAY_CONFLICT]);
}

#[test]
fn plausible_dates_end_where_the_config_says() {
    let setting = DateSetting { not_after: Some(DAY), ..DateSetting::default() };
    let (dates, candidates) =
        choose(&[published(Evidence::Sidecar, "2025-12-18"), published(Evidence::Meta, "2025-12-17")], &setting);
    assert_eq!(dates.published.expect("a date").evidence, Evidence::Meta);
    assert_eq!(refusals(&candidates), [Some(OUT_OF_RANGE), None]);
    let (_, candidates) = choose(&[published(Evidence::Sidecar, "1699-12-31")], &setting);
    assert_eq!(refusals(&candidates), [Some(OUT_OF_RANGE)]);
}

#[test]
fn declared_forms_reach_the_parser() {
    let chosen = |form, evidence, value| {
        let statement = Stated { form, ..published(evidence, value) };
        choose(&[statement], &DateSetting::default()).0.published.map(|found| (found.date, found.at, found.tz))
    };
    let at = Some(MIDNIGHT + 10 * HOUR);
    assert_eq!(chosen(DateForm::EpochSeconds, Evidence::RecordField, "1765965600"), Some((DAY, at, Some(TzText::Utc))));
    assert_eq!(chosen(DateForm::Utc, Evidence::RecordField, "2025-12-17 10:00:00"), Some((DAY, at, Some(TzText::Utc))));
    assert_eq!(chosen(DateForm::MonthDayYear, Evidence::RecordField, "12-17-2025"), Some((DAY, None, None)));
    assert_eq!(chosen(DateForm::Auto, Evidence::HeaderBlock, "20251217"), Some((DAY, None, None)));
    assert_eq!(chosen(DateForm::Auto, Evidence::RecordField, "20251217"), None);
}

#[test]
fn recorded_candidates_are_limited_and_hold_the_accepted_ones() {
    let mut statements = vec![published(Evidence::Meta, "soon"); 100];
    statements.push(published(Evidence::Byline, "2025-12-17"));
    statements.push(stated(Field::Retrieved, Evidence::Http, "2025-12-17T00:00:00Z"));
    let (_, candidates) = choose(&statements, &DateSetting::default());
    assert_eq!(candidates.len(), MAX_CANDIDATES);
    assert_eq!(refusals(&candidates).iter().filter(|refused| refused.is_none()).count(), 2);
}

#[test]
fn spans_of_url_dates_point_into_the_record() {
    let mut url = stated(Field::Url, Evidence::RecordField, "https://a.example/2025/12/17/x");
    url.span = Some(crate::origin::ByteRange::new(100, url.value.len() as u64));
    assert_eq!(Candidate::in_url(&url).expect("a date").span, Some((118, 128)));
    url.span = Some(crate::origin::ByteRange::new(100, url.value.len() as u64 + 2));
    assert_eq!(Candidate::in_url(&url).expect("a date").span, None);
}

#[test]
fn two_shown_days_overrule_nothing_and_outvoted_ones_conflict() {
    let data = stated(Field::Published, Evidence::JsonLd, "2024-05-07");
    let event = stated(Field::Published, Evidence::TimeElement, "2024-06-20");
    let byline = stated(Field::Published, Evidence::Byline, "1 March 2024");
    let setting = DateSetting::default();
    let (dates, _) = choose(&[data, event, byline], &setting);
    assert_eq!(dates.published.map(|it| it.evidence), Some(Evidence::JsonLd));
    let (dates, candidates) = choose(&[data, event], &setting);
    assert!(dates.conflict && candidates.iter().any(|it| it.refused == Some(OUTVOTED)));
    let (dates, _) = choose(&[data, stated(Field::Published, Evidence::Shown, "2 January 2022")], &setting);
    assert!(!dates.conflict);
}

#[test]
fn impossible_changes_are_refused() {
    let published = stated(Field::Published, Evidence::JsonLd, "2024-05-07T10:00:00Z");
    for (value, reason) in [
        ("1970-01-01T00:00:00Z", Some(OUT_OF_RANGE)),
        ("2023-05-07T10:00:00Z", Some(BEFORE_PUBLICATION)),
        ("2024-05-06T20:00:00Z", None),
    ] {
        let changed = stated(Field::Modified, Evidence::JsonLd, value);
        let (dates, candidates) = choose(&[published, changed], &DateSetting::default());
        assert_eq!((candidates[1].refused, dates.modified_at.is_none()), (reason, reason.is_some()), "{value}");
    }
    let epoch = stated(Field::Modified, Evidence::JsonLd, "1970-01-01T00:00:00Z");
    assert!(choose(&[epoch], &DateSetting::default()).0.published.is_none());
}

proptest! {
    #[test]
    fn verdicts_are_complete_and_in_order(
        values in proptest::collection::vec(
            (0..Evidence::ALL.len(), 0..3_usize, "(20(24|25)(-[01][0-9](-[0-3][0-9](T[01][0-9]:00(:00)?(Z|\\+03:00)?)?)?)?|[a-z ]{0,9})"),
            0..12,
        ),
    ) {
        let fields = [Field::Published, Field::Modified, Field::Retrieved];
        let statements: Vec<_> =
            values.iter().map(|(kind, field, value)| stated(fields[*field], Evidence::ALL[*kind], value)).collect();
        let (dates, candidates) = choose(&statements, &DateSetting::default());
        let stand_ins = candidates.iter().filter(|one| one.kind == Evidence::LastChange && one.role == Role::Published).count();
        let stated = statements.iter().filter(|one| one.evidence == Evidence::LastChange && one.field == Field::Published).count();
        prop_assert_eq!(candidates.len(), statements.len() + stand_ins - stated);
        prop_assert!(candidates.is_sorted_by_key(|candidate| (candidate.role, candidate.kind)));
        for (role, found) in [
            (Role::Published, dates.published.is_some()),
            (Role::Modified, dates.modified_at.is_some()),
            (Role::Retrieved, dates.retrieved_at.is_some()),
        ] {
            let accepted = candidates.iter().filter(|one| one.role == role && one.refused.is_none());
            prop_assert_eq!(accepted.count() > 0, found);
        }
        prop_assert!(candidates.iter().all(|one| one.value.is_some() || one.refused.is_some()));
        if let Some(published) = &dates.published {
            prop_assert_eq!(published.tz.is_some(), published.at.is_some());
            // The first believed candidate rules: what is chosen lies within what it says.
            let first = candidates.iter().find(|one| one.refused.is_none()).and_then(|one| one.value.as_ref());
            let first = first.expect("law: what is accepted has a value");
            prop_assert!(first.date <= published.date && published.date <= last_day(first));
        }
    }
}
