//! Finds the date in the path of a URL or in the name of a file.
//!
//! Only complete dates count: year first, in parts of a path (`/2025/12/17/`, `/2025/dec/17/`) or within one part
//! (`2025-12-17`, `2025_12_17`, `2025.12.17`, `20251217`), never as part of a longer number. A URL may also state a month
//! (`/2025/12/`). Where there are several dates the first complete one counts.

use std::ops::Range;

/// Years that a number is taken to be: in parts of a path and with separators; and in digits alone, where the number may as
/// well be that of an article.
const YEARS: Range<u32> = 1700..2100;
const COMPACT_YEARS: Range<u32> = 1900..2100;

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// A date in a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// Bytes of the URL or path that hold it.
    pub range: Range<usize>,
    iso: [u8; 10],
    length: usize,
}

impl Located {
    /// The date in ISO 8601: `YYYY-MM-DD` or `YYYY-MM`. The day may be one that its month does not have.
    pub fn iso(&self) -> &str {
        std::str::from_utf8(&self.iso[..self.length]).unwrap_or_default()
    }

    fn new(range: Range<usize>, year: u32, month: u32, day: Option<u32>) -> Self {
        let digit = |value: u32, unit: u32| b'0' + (value / unit % 10) as u8;
        let day_digits = day.unwrap_or_default();
        let iso = [
            digit(year, 1000),
            digit(year, 100),
            digit(year, 10),
            digit(year, 1),
            b'-',
            digit(month, 10),
            digit(month, 1),
            b'-',
            digit(day_digits, 10),
            digit(day_digits, 1),
        ];
        Self { range, iso, length: if day.is_some() { 10 } else { 7 } }
    }
}

/// The date in the path of a URL; host, query and fragment are not looked at.
pub fn locate_in_url(url: &str) -> Option<Located> {
    let authority = url.find("//").map_or(0, |place| place + 2);
    let start = authority + url.get(authority..)?.find('/')?;
    let end = url.get(start..)?.find(['?', '#']).map_or(url.len(), |place| start + place);
    let path = url.get(..end)?;
    let mut month_only = None;
    let mut place = start;
    while place < end {
        let parts = Parts { path, place: place + 1 };
        let part = parts.current();
        if let Some(found) = parts.date(&mut month_only).or_else(|| locate_in_name(part.as_bytes(), place + 1)) {
            return Some(found);
        }
        place += 1 + part.len();
    }
    month_only
}

/// The date in the last part of a raw path.
pub fn locate_in_file_name(raw_path: &str) -> Option<Located> {
    let start = raw_path.rfind('/').map_or(0, |place| place + 1);
    locate_in_name(raw_path.get(start..)?.as_bytes(), start)
}

/// A path from one of its parts on.
struct Parts<'a> {
    path: &'a str,
    place: usize,
}

impl<'a> Parts<'a> {
    fn current(&self) -> &'a str {
        self.path.get(self.place..).and_then(|rest| rest.split('/').next()).unwrap_or_default()
    }

    fn next(&self) -> Self {
        Self { path: self.path, place: self.place + self.current().len() + 1 }
    }

    /// A year, a month and a day as parts of their own; a month without day goes to `month_only`.
    fn date(&self, month_only: &mut Option<Located>) -> Option<Located> {
        let year = number(self.current().as_bytes(), 4..=4).filter(|year| YEARS.contains(year))?;
        let second = self.next();
        let month = month(second.current())?;
        let third = second.next();
        let Some(day) = number(third.current().as_bytes(), 1..=2).filter(|day| (1..=31).contains(day)) else {
            let end = second.place + second.current().len();
            month_only.get_or_insert(Located::new(self.place..end, year, month, None));
            return None;
        };
        Some(Located::new(self.place..third.place + third.current().len(), year, month, Some(day)))
    }
}

fn month(part: &str) -> Option<u32> {
    let numeric = number(part.as_bytes(), 1..=2);
    let named = || MONTHS.iter().zip(1..).find(|(name, _)| name.eq_ignore_ascii_case(part)).map(|(_, month)| month);
    numeric.or_else(named).filter(|month| (1..=12).contains(month))
}

/// The value of a part that consists of so many digits.
fn number(part: &[u8], digits: std::ops::RangeInclusive<usize>) -> Option<u32> {
    (digits.contains(&part.len()) && part.iter().all(u8::is_ascii_digit))
        .then(|| part.iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0')))
}

/// The first date within a name that begins at byte `offset`.
fn locate_in_name(name: &[u8], offset: usize) -> Option<Located> {
    let mut place = 0;
    while place < name.len() {
        let digits = digits_at(name, place);
        if digits == 0 {
            place += 1;
            continue;
        }
        let found = match digits {
            8 => date_of(name, [place..place + 4, place + 4..place + 6, place + 6..place + 8], &COMPACT_YEARS),
            4 => separated(name, place),
            _ => None,
        };
        if let Some((range, [year, month, day])) = found {
            return Some(Located::new(offset + range.start..offset + range.end, year, month, Some(day)));
        }
        place += digits;
    }
    None
}

type Found = Option<(Range<usize>, [u32; 3])>;

/// `YYYY-MM-DD` at `place`, with one of three separators.
fn separated(name: &[u8], place: usize) -> Found {
    let separator = *name.get(place + 4).filter(|byte| matches!(byte, b'-' | b'_' | b'.'))?;
    let is_whole =
        name.get(place + 7) == Some(&separator) && digits_at(name, place + 5) == 2 && digits_at(name, place + 8) == 2;
    if !is_whole {
        return None;
    }
    date_of(name, [place..place + 4, place + 5..place + 7, place + 8..place + 10], &YEARS)
}

fn date_of(name: &[u8], parts: [Range<usize>; 3], years: &Range<u32>) -> Found {
    let range = parts[0].start..parts[2].end;
    let [year, month, day] = parts.map(|part| name.get(part).and_then(|part| number(part, 2..=4)).unwrap_or_default());
    let is_date = years.contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    is_date.then_some((range, [year, month, day]))
}

/// Number of digits from `place` on.
fn digits_at(name: &[u8], place: usize) -> usize {
    name.get(place..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn urls_state_dates_in_their_path() {
        for (url, expected) in [
            ("https://a.example/2025/12/17/storm", Some(("2025/12/17", "2025-12-17"))),
            ("https://a.example/news/2025/dec/07/storm", Some(("2025/dec/07", "2025-12-07"))),
            ("https://a.example/news/2025/1/7", Some(("2025/1/7", "2025-01-07"))),
            ("https://a.example/x/2025-12-17-storm", Some(("2025-12-17", "2025-12-17"))),
            ("https://a.example/x/storm-20251217.html", Some(("20251217", "2025-12-17"))),
            ("https://a.example/2025/12/storm", Some(("2025/12", "2025-12"))),
            ("https://a.example/2025/12/storm-2025-12-17", Some(("2025-12-17", "2025-12-17"))),
            ("https://a.example/2025/13/17/storm", None),
            ("https://a.example/x/120251217", None),
            ("https://a.example/x/20251317", None),
            ("https://a.example/x/16660902", None),
            ("https://2025-12-17.example/x", None),
            ("https://a.example/x?d=2025-12-17", None),
            ("https://a.example/x#2025-12-17", None),
            ("https://a.example", None),
            ("", None),
        ] {
            let found = locate_in_url(url);
            let shown = found.as_ref().map(|found| (&url[found.range.clone()], found.iso()));
            assert_eq!(shown, expected, "{url}");
        }
    }

    #[test]
    fn file_names_state_dates_and_folders_do_not() {
        for (path, expected) in [
            ("harbour/2025-12-17.txt", Some("2025-12-17")),
            ("20251217T1030-storm.txt", Some("2025-12-17")),
            ("a.zip!/x/storm_2025_12_17.html", Some("2025-12-17")),
            ("2025-12-17/storm.txt", None),
            ("storm-2025-12.txt", None),
            ("storm-2025-12-171.txt", None),
            ("20251217103000.txt", None),
        ] {
            assert_eq!(locate_in_file_name(path).as_ref().map(Located::iso), expected, "{path}");
        }
    }

    proptest! {
        #[test]
        fn any_path_is_safe(path in "(https://a)?[/0-9a-dé._?#-]{0,40}") {
            for found in [locate_in_url(&path), locate_in_file_name(&path)].into_iter().flatten() {
                prop_assert!(path.get(found.range.clone()).is_some());
                prop_assert!(found.iso().len() == 10 || found.iso().len() == 7);
            }
        }
    }
}
