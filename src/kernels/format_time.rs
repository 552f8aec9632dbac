//! Writes dates and instants in the one form of the dataset.

const DAY_MICROS: i64 = 86_400_000_000;

/// Appends `YYYY-MM-DD` for days since 1970-01-01, proleptic Gregorian.
///
/// A year outside 0000 to 9999 is written with its sign and at least six digits (ISO 8601 expanded form); the record schema
/// refuses such dates.
pub fn push_date(out: &mut Vec<u8>, days: i32) {
    push_day(out, i64::from(days));
}

/// Appends `YYYY-MM-DDTHH:MM:SS.ffffffZ` for microseconds since 1970-01-01T00:00:00Z; always six digits of fraction.
pub fn push_timestamp(out: &mut Vec<u8>, micros: i64) {
    push_day(out, micros.div_euclid(DAY_MICROS));
    let of_day = micros.rem_euclid(DAY_MICROS);
    let seconds = of_day / 1_000_000;
    out.push(b'T');
    push_digits(out, seconds / 3600, 2);
    out.push(b':');
    push_digits(out, seconds / 60 % 60, 2);
    out.push(b':');
    push_digits(out, seconds % 60, 2);
    out.push(b'.');
    push_digits(out, of_day % 1_000_000, 6);
    out.push(b'Z');
}

/// `civil_from_days` of Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", over 64 bits.
fn push_day(out: &mut Vec<u8>, days: i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    if (0..=9999).contains(&year) {
        push_digits(out, year, 4);
    } else {
        out.push(if year < 0 { b'-' } else { b'+' });
        push_digits(out, year.abs(), 6);
    }
    out.push(b'-');
    push_digits(out, month, 2);
    out.push(b'-');
    push_digits(out, day, 2);
}

fn push_digits(out: &mut Vec<u8>, value: i64, width: usize) {
    let mut digits = [b'0'; 20];
    let mut at = digits.len();
    let mut rest = value;
    while rest > 0 {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    out.extend_from_slice(&digits[at.min(digits.len() - width)..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use jiff::civil::Date;
    use proptest::prelude::*;

    fn date(days: i32) -> String {
        let mut out = Vec::new();
        push_date(&mut out, days);
        String::from_utf8(out).unwrap()
    }

    fn timestamp(micros: i64) -> String {
        let mut out = Vec::new();
        push_timestamp(&mut out, micros);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_form_is_fixed_and_no_number_panics() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(20_439), "2025-12-17");
        assert_eq!(date(-719_528), "0000-01-01");
        assert_eq!(date(i32::MAX), "+5881580-07-11");
        assert_eq!(timestamp(-1), "1969-12-31T23:59:59.999999Z");
        assert_eq!(timestamp(1_500_000), "1970-01-01T00:00:01.500000Z");
        assert!(timestamp(i64::MIN).starts_with('-'));
        assert!(date(i32::MIN).starts_with('-'));
    }

    proptest! {
        #[test]
        fn agrees_with_jiff(days in -719_528_i32..=2_932_896, micros in -62_167_219_200_000_000_i64..=253_402_207_000_000_000) {
            let expected = Date::constant(1970, 1, 1) + jiff::Span::new().days(days);
            prop_assert_eq!(date(days), expected.to_string());
            let expected = Timestamp::from_microsecond(micros).unwrap();
            prop_assert_eq!(timestamp(micros), format!("{expected:.6}"));
        }
    }
}
