//! Articles over time: bins by source, the days of the calendar, and the gaps between them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::kernels::parse_date::civil::{civil_from_days, days_from_civil};
use crate::writers::report::data::{Calendar, Gap, LISTED_SOURCES, Series, TimeUnit, Timeline};

/// Most bins of a timeline that is not by years.
const MOST_BINS: i32 = 4_000;
/// Most pairs of source and bin with an article.
const MOST_CELLS: usize = 60_000;
/// Most days of the calendar.
const MOST_DAYS: usize = 20_000;
/// Gaps of the whole dataset that are told.
const GAPS: usize = 10;
/// Gaps of single sources that are told.
const SOURCE_GAPS: usize = 20;
/// Days that a source must have an article on for its gaps to be told.
const LEAST_DAYS: usize = 30;

/// Articles by day.
pub type Days = BTreeMap<i32, u64>;

impl TimeUnit {
    /// The bin that a day lies in, counted from any fixed one.
    fn bin(self, day: i32) -> i32 {
        let (year, month, _) = civil_from_days(day);
        match self {
            Self::Day => day,
            Self::Month => year * 12 + i32::from(month) - 1,
            Self::Year => year,
        }
    }

    /// The first day of the bin that a day lies in.
    fn first_day(self, day: i32) -> i32 {
        let (year, month, _) = civil_from_days(day);
        match self {
            Self::Day => day,
            Self::Month => days_from_civil(year, month, 1),
            Self::Year => days_from_civil(year, 1, 1),
        }
    }
}

/// The days of several sources together.
pub fn merge<'a>(sources: impl IntoIterator<Item = &'a Days>) -> Days {
    let mut all = Days::new();
    for (day, count) in sources.into_iter().flatten() {
        *all.entry(*day).or_default() += count;
    }
    all
}

/// The first and the last day.
pub fn span(days: &Days) -> Option<(i32, i32)> {
    Some((*days.first_key_value()?.0, *days.last_key_value()?.0))
}

/// The finest timeline of the sources that is not too long; none without a day.
pub fn timeline(sources: &[&Days]) -> Option<Timeline> {
    let spans = || sources.iter().filter_map(|days| span(days));
    let first = spans().map(|(first, _)| first).min()?;
    let last = spans().map(|(_, last)| last).max()?;
    let found = [TimeUnit::Day, TimeUnit::Month].into_iter().find(|unit| {
        let cells = || sources.iter().map(|days| count_bins(*unit, days)).sum::<usize>();
        unit.bin(last) - unit.bin(first) < MOST_BINS && cells() <= MOST_CELLS
    });
    let unit = found.unwrap_or(TimeUnit::Year);
    let start = unit.bin(first);
    let series = sources.iter().map(|days| {
        let mut bins = Days::new();
        for (day, count) in *days {
            *bins.entry(unit.bin(*day) - start).or_default() += count;
        }
        steps(&bins)
    });
    Some(Timeline { unit, first: unit.first_day(first), bins: unit.bin(last) - start + 1, series: series.collect() })
}

fn count_bins(unit: TimeUnit, days: &Days) -> usize {
    let mut last = None;
    days.keys().filter(|day| last.replace(unit.bin(**day)) != Some(unit.bin(**day))).count()
}

/// The days with an article; none without one or with too many.
pub fn calendar(all: &Days) -> Option<Calendar> {
    (1..=MOST_DAYS).contains(&all.len()).then(|| steps(all))
}

fn steps(places: &Days) -> Series {
    let mut series = Series::default();
    let mut before = 0;
    for (place, count) in places {
        series.step.push(place - before);
        series.count.push(*count);
        before = *place;
    }
    series
}

/// The longest gaps of the whole dataset, then of the sources that have their own place.
pub fn gaps(all: &Days, sources: &[&Days]) -> Vec<Gap> {
    let mut found = longest(of_days(all, None), GAPS);
    let listed = sources.iter().take(LISTED_SOURCES).enumerate();
    let listed = listed.filter(|(_, days)| days.len() >= LEAST_DAYS);
    found.extend(longest(listed.flat_map(|(place, days)| of_days(days, Some(place))), SOURCE_GAPS));
    found
}

fn of_days(days: &Days, source: Option<usize>) -> impl Iterator<Item = Gap> {
    let pairs = days.keys().zip(days.keys().skip(1));
    pairs.filter(|(day, next)| **next > **day + 1).map(move |(day, next)| Gap {
        source,
        from: day + 1,
        to: next - 1,
        days: next - day - 1,
    })
}

fn longest(gaps: impl Iterator<Item = Gap>, most: usize) -> Vec<Gap> {
    let mut kept = BTreeMap::new();
    for gap in gaps {
        kept.insert((Reverse(gap.days), gap.from, gap.source), gap);
        if kept.len() > most {
            kept.pop_last();
        }
    }
    kept.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(numbers: &[i32]) -> Days {
        numbers.iter().map(|day| (*day, 1)).collect()
    }

    #[test]
    fn the_finest_unit_that_is_short_enough_is_taken() {
        let near = timeline(&[&days(&[10, 12]), &days(&[])]).unwrap();
        assert_eq!((near.unit, near.first, near.bins), (TimeUnit::Day, 10, 3));
        assert_eq!((near.series[0].step.as_slice(), near.series[1].step.len()), (&[0, 2][..], 0));
        let months = timeline(&[&days(&[0, 31, 4000])]).unwrap();
        assert_eq!((months.unit, months.first, months.bins), (TimeUnit::Month, 0, 132));
        assert_eq!(months.series[0].step, [0, 1, 130]);
        let years = timeline(&[&days(&[-150_000, 20_000])]).unwrap();
        assert_eq!((years.unit, years.bins), (TimeUnit::Year, 466));
        assert_eq!(timeline(&[]), None);
        let full: Days = (0..3000).map(|day| (day, 2)).collect();
        assert_eq!(timeline(&[&full; 21]).unwrap().unit, TimeUnit::Month, "more than 60,000 cells");
    }

    #[test]
    fn gaps_lie_between_days() {
        let source: Days = (0..30).chain([40]).map(|day| (day, 1)).collect();
        let found = gaps(&days(&[0, 3, 5]), &[&source, &days(&[0, 9])]);
        let told: Vec<_> = found.iter().map(|gap| (gap.source, gap.from, gap.to, gap.days)).collect();
        assert_eq!(told, [(None, 1, 2, 2), (None, 4, 4, 1), (Some(0), 30, 39, 10)]);
        assert_eq!(calendar(&days(&[5, 3])).unwrap().step, [3, 2]);
        assert_eq!(calendar(&days(&[])), None);
    }
}
