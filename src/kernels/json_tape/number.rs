//! Numbers by their characters.

use std::borrow::Cow;

use jsonschema::json::JsonNumber;
use serde_json::Number;

/// A JSON number as it is written.
#[derive(Clone, Copy, Debug)]
pub struct TapeNumber<'a>(pub(super) &'a str);

impl JsonNumber for TapeNumber<'_> {
    fn as_u64(&self) -> Option<u64> {
        self.0.parse().ok()
    }

    fn as_i64(&self) -> Option<i64> {
        self.0.parse().ok()
    }

    /// None beyond the largest float.
    fn as_f64(&self) -> Option<f64> {
        self.0.parse().ok().filter(|value: &f64| value.is_finite())
    }

    fn as_str(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.0)
    }

    fn to_number(&self) -> Cow<'_, Number> {
        Cow::Owned(to_number(self.0))
    }

    fn is_integer(&self) -> bool {
        is_whole(self.0)
    }

    fn is_written_as_integer(&self) -> bool {
        !self.0.contains(['.', 'e', 'E'])
    }
}

/// The number as `serde_json` holds it; beyond the largest float that float.
pub(super) fn to_number(text: &str) -> Number {
    let number = TapeNumber(text);
    let whole =
        number.as_u64().map(Number::from).or_else(|| number.as_i64().filter(|value| *value != 0).map(Number::from));
    whole.unwrap_or_else(|| {
        let float = text.parse().unwrap_or(0.0_f64).clamp(f64::MIN, f64::MAX);
        Number::from_f64(float).unwrap_or_else(|| Number::from(0))
    })
}

/// Whether the value is whole, however large and however it is written: `1.0` and `15e-1` times ten are, `1e-1` is not.
fn is_whole(text: &str) -> bool {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default()),
        None => (text, "0"),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = fraction.trim_end_matches('0');
    // Past i64 only the sign of the exponent matters: no text has so many digits.
    let exponent = exponent.parse().unwrap_or(if exponent.starts_with('-') { i64::MIN } else { i64::MAX });
    if !fraction.is_empty() {
        return exponent >= fraction.len() as i64;
    }
    let digits = whole.trim_start_matches('-');
    let zeros = digits.len() - digits.trim_end_matches('0').len();
    zeros == digits.len() || exponent >= -(zeros as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_known_in_every_form() {
        for text in [
            "0",
            "-0",
            "0.0",
            "0e-9",
            "1.0",
            "1.50e1",
            "1e400",
            "10e-1",
            "-1200e-2",
            "1e99999999999999999999",
            "123456789012345678901234567890",
        ] {
            assert!(is_whole(text), "{text}");
        }
        for text in ["0.5", "1e-1", "1.55e1", "-12e-2", "1e-99999999999999999999", "10.01"] {
            assert!(!is_whole(text), "{text}");
        }
    }

    #[test]
    fn numbers_beyond_a_float_stay_numbers() {
        assert_eq!((TapeNumber("1e400").as_f64(), to_number("-1e400")), (None, Number::from_f64(f64::MIN).unwrap()));
        assert_eq!(to_number("18446744073709551615"), Number::from(u64::MAX));
    }
}
