//! Proleptic Gregorian calendar arithmetic on plain integers.
//!
//! Algorithms: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (days_from_civil, civil_from_days).

/// Microseconds of one day.
pub(super) const DAY_MICROS: i64 = 86_400_000_000;

/// Returns the days from 1970-01-01 to a calendar date; the date must be valid for the result to have a meaning.
pub(crate) const fn days_from_civil(year: i32, month: u8, day: u8) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted_month = (month as i32 + 9) % 12;
    let day_of_year = (153 * shifted_month + 2) / 5 + day as i32 - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Returns the calendar date (year, month, day) that lies `days` after 1970-01-01.
pub(crate) const fn civil_from_days(days: i32) -> (i32, u8, u8) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + (month <= 2) as i32;
    (year, month as u8, day as u8)
}

/// Returns whether `year` has 366 days.
pub(super) const fn is_leap_year(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Returns whether the calendar has this day.
pub(super) const fn is_valid_date(year: i32, month: u8, day: u8) -> bool {
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap_year(year) => 29,
        2 => 28,
        _ => 0,
    };
    day >= 1 && day <= last
}

/// Returns the weekday, 1 = Monday to 7 = Sunday.
pub(super) const fn weekday(days: i32) -> u8 {
    // 1970-01-01 was a Thursday.
    ((days + 3).rem_euclid(7) + 1) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_days() {
        assert_eq!(days_from_civil(1970, 1, 1), 0);
        assert_eq!(days_from_civil(2000, 3, 1), 11_017);
        assert_eq!(days_from_civil(1969, 12, 31), -1);
        assert_eq!(weekday(days_from_civil(2025, 12, 17)), 3);
        assert_eq!(weekday(days_from_civil(1700, 1, 1)), 5);
    }

    #[test]
    fn every_day_goes_there_and_back() {
        let (first, last) = (days_from_civil(1690, 1, 1), days_from_civil(9999, 12, 31));
        for days in first..=last {
            let (year, month, day) = civil_from_days(days);
            assert!(is_valid_date(year, month, day));
            assert_eq!(days_from_civil(year, month, day), days);
        }
    }

    #[test]
    fn february() {
        assert!(is_valid_date(2000, 2, 29) && is_valid_date(2024, 2, 29));
        assert!(!is_valid_date(1900, 2, 29) && !is_valid_date(2025, 2, 29));
        assert!(!is_valid_date(2025, 13, 1) && !is_valid_date(2025, 0, 1) && !is_valid_date(2025, 1, 0));
    }
}
