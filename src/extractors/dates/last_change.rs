//! The date of the last change, where nothing states the publication.
//!
//! Many pages show one date only, as that of their last update. It is the only day that the publisher gives, and no earlier than the
//! publication: its day is taken with an evidence of its own, [`Evidence::LastChange`], so that whoever wants
//! publications only leaves it out; its time of day is not. A month is taken like a day.

use super::{Candidate, DateSetting, OUT_OF_RANGE, Role};
use crate::kernels::parse_date::{ParsedDate, Precision};
use crate::statement::Evidence;

/// Adds a candidate for the publication when no other is believed: the visible date of change, else the one in the page's data.
///
/// Candidates are sorted by role, kind and order, before and behind.
pub(super) fn stand_in(candidates: &mut Vec<Candidate<'_>>, setting: &DateSetting<'_>) {
    let is_dated = |it: &Candidate<'_>| it.role == Role::Published && it.believed().is_some();
    if candidates.iter().any(is_dated) {
        return;
    }
    let day = |it: &&Candidate<'_>| {
        let value = it.value.as_ref().filter(|value| value.precision <= Precision::Month);
        let may_be = it.role == Role::Modified && it.refused != Some(OUT_OF_RANGE);
        may_be && value.is_some_and(|value| setting.not_after.is_none_or(|last| value.date <= last))
    };
    let shown = [Evidence::Byline, Evidence::TimeElement, Evidence::JsonLd, Evidence::Meta, Evidence::Shown];
    let found = shown.into_iter().find_map(|kind| candidates.iter().filter(day).find(|it| it.kind == kind));
    if let Some(found) = found {
        let value = found.value.clone().map(|value| ParsedDate {
            at: None,
            local_time: None,
            tz: None,
            precision: value.precision.max(Precision::Day),
            ..value
        });
        let stand_in =
            Candidate { kind: Evidence::LastChange, role: Role::Published, value, refused: None, ..found.clone() };
        let place = candidates.partition_point(|it| (it.role, it.kind) <= (stand_in.role, stand_in.kind));
        candidates.insert(place, stand_in);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::Stated;
    use crate::extractors::dates::choose_dates;
    use crate::statement::{DateForm, Field};

    #[test]
    fn only_an_undated_page_takes_its_last_change() {
        let setting = DateSetting::default();
        let candidate = |field, evidence, value| {
            let stated = Stated { field, evidence, value, form: DateForm::Auto, span: None, own: 0 };
            Candidate::stated(&stated, &setting).expect("a date")
        };
        let changed = candidate(Field::Modified, Evidence::Meta, "2025-12-18T10:00:00Z");
        let shown = candidate(Field::Modified, Evidence::Byline, "17 December 2025");
        let published = candidate(Field::Published, Evidence::UrlPath, "2025-12-01");
        let choose = |mut list: Vec<Candidate<'static>>| {
            choose_dates(&mut list, &setting).published.map(|it| (it.raw, it.evidence, it.at))
        };
        assert_eq!(choose(vec![changed.clone(), shown]), Some(("17 December 2025", Evidence::LastChange, None)));
        assert_eq!(choose(vec![changed.clone()]), Some(("2025-12-18T10:00:00Z", Evidence::LastChange, None)));
        assert_eq!(choose(vec![changed, published]), Some(("2025-12-01", Evidence::UrlPath, None)));
        let month = candidate(Field::Modified, Evidence::Shown, "June 2025");
        assert_eq!(choose(vec![month]), Some(("June 2025", Evidence::LastChange, None)));
        let in_record = candidate(Field::Modified, Evidence::RecordField, "2025-12-18");
        assert_eq!(choose(vec![in_record]), None);
    }
}
