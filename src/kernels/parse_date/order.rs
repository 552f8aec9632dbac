//! The order of numeric dates that a language and a country write by habit.

use super::DateOrder;
use super::locale_orders::{COUNTRY_ORDERS, LANGUAGE_ORDERS};

/// The order of numeric dates in a locale: a BCP 47 tag, with `-` or `_`, in any case.
///
/// Source: the short date patterns of [CLDR](https://cldr.unicode.org). `None` for a language that CLDR does not have, and for
/// English without a region: it is written everywhere and in every order.
///
/// ```
/// use copydesk::kernels::parse_date::{DateOrder, order_of_locale};
///
/// assert_eq!(order_of_locale("en-US"), Some(DateOrder::MonthDayYear));
/// assert_eq!(order_of_locale("en_gb"), Some(DateOrder::DayMonthYear));
/// assert_eq!(order_of_locale("en"), None);
/// assert_eq!(order_of_locale("pl"), Some(DateOrder::DayMonthYear));
/// ```
pub fn order_of_locale(tag: &str) -> Option<DateOrder> {
    let mut parts = tag.trim().split(['-', '_']);
    let language = parts.next()?;
    // Script and variants stand between; a region has two letters.
    let region = parts.find(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_alphabetic()));
    let row = LANGUAGE_ORDERS.iter().find(|row| row.0.eq_ignore_ascii_case(language))?;
    let special = region.and_then(|region| order_in(row.2, region));
    special.or(row.1)
}

/// The order of numeric dates in a country (ISO 3166, two letters, any case), by the language that is likeliest there.
pub fn order_of_country(region: &str) -> Option<DateOrder> {
    order_in(&COUNTRY_ORDERS, region)
}

fn order_in(lists: &[(DateOrder, &str)], region: &str) -> Option<DateOrder> {
    let lists_it = |list: &str| list.split(' ').any(|own| own.eq_ignore_ascii_case(region));
    lists.iter().find(|(_, list)| lists_it(list)).map(|(order, _)| *order)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locales_write_as_cldr_says() {
        let (day, month, year) =
            (Some(DateOrder::DayMonthYear), Some(DateOrder::MonthDayYear), Some(DateOrder::YearMonthDay));
        for (tag, expected) in [
            ("en-US", month),
            ("en-GB", day),
            ("en-IN", day),
            ("en_AU", day),
            ("en-CA", year),
            ("en", None),
            ("de-DE", day),
            ("de-CH-1996", day),
            ("fil-PH", month),
            ("es-PR", month),
            ("es-MX", day),
            ("el", day),
            ("zh-Hant-HK", day),
            ("zh-CN", year),
            ("tr_TR", day),
            ("xx", None),
            ("", None),
        ] {
            assert_eq!(order_of_locale(tag), expected, "{tag}");
        }
        assert_eq!((order_of_country("us"), order_of_country("GR"), order_of_country("zz")), (month, day, None));
    }

    #[test]
    fn more_than_forty_languages_are_known() {
        assert!(LANGUAGE_ORDERS.len() > 100 && LANGUAGE_ORDERS.is_sorted_by_key(|row| row.0));
    }
}
