//! Rounds floats to six decimals, half to even, so that every writer states the same number.

use arrow::array::Float64Array;

const SCALE: f64 = 1e6;

/// Below this the scaled value is off by less than 2^-13, so a distance from the tie of more than a thousandth is sure.
const SURE: f64 = (1_u64 << 40) as f64;

/// The double nearest to `value` rounded to six decimals, ties of the exact binary value to even.
///
/// Zero is positive. `None` for NaN and the infinities, which JSON cannot say. Idempotent.
pub fn round_float(value: f64) -> Option<f64> {
    if !value.is_finite() {
        return None;
    }
    let scaled = value * SCALE;
    let whole = scaled.round_ties_even();
    let rounded = if scaled.abs() < SURE && (scaled - whole).abs() < 0.499 {
        // A whole number over 10^6, both exact: IEEE 754 division gives the double nearest to the decimal.
        whole / SCALE
    } else {
        format!("{value:.6}").parse().unwrap_or(value)
    };
    Some(rounded + 0.0)
}

/// Rounds a column; nulls stay, what is not finite becomes null.
pub fn round_floats(values: &Float64Array) -> Float64Array {
    values.iter().map(|value| value.and_then(round_float)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::Array;
    use proptest::prelude::*;

    #[test]
    fn ties_go_to_even_and_what_is_not_finite_goes() {
        // Exact ties in binary: odd multiples of 2^-7 end in 5 at the seventh decimal.
        assert_eq!(round_float(0.007_812_5), Some(0.007_812));
        assert_eq!(round_float(0.023_437_5), Some(0.023_438));
        assert_eq!(round_float(-0.007_812_5), Some(-0.007_812));
        assert_eq!(round_float(1.0 / 3.0), Some(0.333_333));
        assert_eq!(round_float(-1e-9).map(f64::to_bits), Some(0));
        assert_eq!(round_float(f64::MAX), Some(f64::MAX));
        assert_eq!(round_float(f64::NAN), None);
        let rounded = round_floats(&Float64Array::from(vec![Some(f64::INFINITY), None, Some(2.5)]));
        assert_eq!((rounded.is_null(0), rounded.is_null(1), rounded.value(2)), (true, true, 2.5));
    }

    proptest! {
        #[test]
        fn agrees_with_exact_decimal_rounding(value in prop_oneof![any::<f64>(), -2.0..2.0_f64, -1e7..1e7_f64]) {
            prop_assume!(value.is_finite());
            let exact: f64 = format!("{value:.6}").parse().unwrap();
            let rounded = round_float(value).unwrap();
            prop_assert_eq!(rounded.to_bits(), (exact + 0.0).to_bits());
            prop_assert_eq!(round_float(rounded).map(f64::to_bits), Some(rounded.to_bits()));
        }
    }
}
