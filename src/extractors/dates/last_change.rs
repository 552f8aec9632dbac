//! The date of the last change, where nothing states the publication.
//!
//! Many pages show one date only, as that of their last update. It is the only day that the publisher gives, and no earlier than the
//! publication: it is taken with an evidence of its own, [`Evidence::LastChange`], and flagged, never as a date of publication.

use super::{Candidate, DateSetting, Role};
use crate::kernels::parse_date::Precision;
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
        let value = it.value.as_ref().filter(|value| value.precision <= Precision::Day);
        it.role == Role::Modified && value.is_some_and(|value| setting.not_after.is_none_or(|last| value.date <= last))
    };
    let shown = [Evidence::Byline, Evidence::TimeElement, Evidence::JsonLd, Evidence::Meta, Evidence::Shown];
    let found = shown.into_iter().find_map(|kind| candidates.iter().filter(day).find(|it| it.kind == kind));
    if let Some(found) = found {
        let stand_in = Candidate { kind: Evidence::LastChange, role: Role::Published, refused: None, ..found.clone() };
        let place = candidates.partition_point(|it| (it.role, it.kind) <= (stand_in.role, stand_in.kind));
        candidates.insert(place, stand_in);
    }
}
