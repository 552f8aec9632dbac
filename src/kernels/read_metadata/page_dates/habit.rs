//! The order in which a page writes numeric dates.
//!
//! Evidence, the strongest first: numeric dates of the page itself that can be read in one way only; the language with the region that
//! the page declares; the country of its address; for English the one locale that the site's own addresses name. English without a
//! region says nothing, and evidence that disagrees is none.

use super::lines::Lines;
use crate::kernels::parse_date::{DateOrder, order_of_country, order_of_locale};
use crate::kernels::parse_html::{HtmlPage, local_name};

/// Parts of an address among which a locale stands.
const MAX_SEGMENTS: usize = 7;
/// Country domains that are used all over the world, so that they name no country.
#[rustfmt::skip]
const EVERYWHERE: &[&str] = &[
    "ac", "ag", "ai", "am", "as", "bz", "cc", "cd", "cm", "co", "cx", "dj", "fm", "ga", "gg", "gl", "gs", "io", "is", "je", "la", "lc", "ly", "md", "me", "ml",
    "mn", "ms", "mu", "nf", "nu", "pn", "pw", "sc", "sh", "so", "st", "sx", "tc", "tk", "to", "tv", "vc", "vg", "vu", "ws",
];
/// Domains of one country's institutions.
const AMERICAN: &[&str] = &["us", "gov", "edu", "mil"];

/// The order of the page's numeric dates; `None` when nothing says it or the evidence disagrees.
pub(super) fn page_order<'t>(
    lines: &Lines,
    tags: impl Iterator<Item = &'t str> + Clone,
    urls: &[&str],
) -> Option<DateOrder> {
    own_order(lines).or_else(|| local_order(tags, urls))
}

/// The order that the language, its region and the country of the page leave; `None` when nothing says it or they disagree.
pub(super) fn local_order<'t>(tags: impl Iterator<Item = &'t str> + Clone, urls: &[&str]) -> Option<DateOrder> {
    let country = urls.iter().find_map(|url| country(url));
    let mut orders = tags.clone().filter_map(order_of_locale);
    let stated = match orders.next() {
        Some(first) if orders.all(|other| other == first) => Some(first),
        // Several tags that disagree: only the address can tell.
        Some(_) => return country.and_then(order_of_country),
        None => None,
    };
    let is_english = |tag: &str| tag.trim().get(..2).is_some_and(|head| head.eq_ignore_ascii_case("en"));
    let language = tags.clone().find(|tag| !tag.trim().is_empty());
    match (stated, language, country) {
        // `en-US` is what many systems declare unasked.
        (Some(order), Some(tag), Some(country)) if is_english(tag) => {
            order_of_country(country).is_none_or(|other| other == order).then_some(order)
        }
        (Some(order), ..) => Some(order),
        (None, Some(tag), Some(country)) if is_english(tag) => order_of_locale(&format!("en-{country}")),
        (None, _, Some(country)) => order_of_country(country),
        (None, _, None) => None,
    }
}

/// The order of the page's own dates that can be read in one way only.
fn own_order(lines: &Lines) -> Option<DateOrder> {
    let (mut day_first, mut month_first) = (0, 0);
    for line in lines.all.iter().filter(|line| line.has_digit) {
        count_orders(lines.text(line).as_bytes(), &mut day_first, &mut month_first);
    }
    match (day_first, month_first) {
        (1.., 0) => Some(DateOrder::DayMonthYear),
        (0, 1..) => Some(DateOrder::MonthDayYear),
        _ => None,
    }
}

/// Counts dates of two small numbers and a year where one of the small ones cannot be a month.
fn count_orders(text: &[u8], day_first: &mut usize, month_first: &mut usize) {
    let mut at = 0;
    while at < text.len() {
        let Some((first, next)) = number(text, at) else {
            at += 1;
            continue;
        };
        at = next;
        let Some(separator) = text.get(next).filter(|byte| matches!(byte, b'/' | b'.' | b'-')) else { continue };
        let Some((second, next)) = number(text, next + 1).filter(|(_, end)| text.get(*end) == Some(separator)) else {
            continue;
        };
        let Some((year, _)) = number(text, next + 1) else { continue };
        if !(1900..2100).contains(&year) {
            continue;
        }
        match (first, second) {
            (13..=31, 1..=12) => *day_first += 1,
            (1..=12, 13..=31) => *month_first += 1,
            _ => {}
        }
    }
}

/// A number of at most four digits and the place behind it; longer ones count as 0.
fn number(text: &[u8], at: usize) -> Option<(u32, usize)> {
    let digits = text.get(at..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let value = text
        .get(at..at + digits)?
        .iter()
        .fold(0_u32, |value, digit| value.saturating_mul(10).saturating_add(u32::from(digit - b'0')));
    (digits > 0).then_some((if digits > 4 { 0 } else { value }, at + digits))
}

/// The locale of English that the addresses of the page's own site name, `/en-us/`: where they name one only, it is the site's.
pub(super) fn named_locale<'p>(page: &'p HtmlPage, own_urls: &[&str]) -> Option<&'p str> {
    let own: Vec<&str> = own_urls.iter().filter_map(|url| site(url)).collect();
    let mut found = None;
    for node in (1..page.len()).filter(|node| *page.name(*node) == local_name!("a")) {
        let href = page.attribute(node, &local_name!("href")).unwrap_or_default().trim();
        let is_own = if href.contains("//") { site(href).is_some_and(|it| own.contains(&it)) } else { true };
        let Some(tag) = href.split('/').take(MAX_SEGMENTS).find(|part| is_english_locale(part)).filter(|_| is_own)
        else {
            continue;
        };
        if found.is_some_and(|known: &str| !known.eq_ignore_ascii_case(tag)) {
            return None;
        }
        found = found.or(Some(tag));
    }
    found
}

/// Whether a part of a path is English with a region: `en-us`, `en_GB`.
fn is_english_locale(part: &str) -> bool {
    let bytes = part.as_bytes();
    bytes.len() == 5
        && part.get(..2).is_some_and(|head| head.eq_ignore_ascii_case("en"))
        && matches!(bytes[2], b'-' | b'_')
        && bytes[3..].iter().all(u8::is_ascii_alphabetic)
}

/// The last two labels of the host of an address, which hosts of one site share.
fn site(url: &str) -> Option<&str> {
    let host = url.split_once("//")?.1.split(['/', '?', '#', ':']).next()?;
    let labels = host.rmatch_indices('.').nth(1).map_or(0, |(at, _)| at + 1);
    host.get(labels..).filter(|site| site.contains('.'))
}

/// The country of an address, by its last domain.
fn country(url: &str) -> Option<&str> {
    let host = url.split_once("//").map_or(url, |(_, rest)| rest);
    let host = host.split(['/', '?', '#', ':']).next()?;
    let last = host.rsplit_once('.')?.1;
    if AMERICAN.iter().any(|own| own.eq_ignore_ascii_case(last)) {
        return Some("US");
    }
    let is_country = last.len() == 2 && !EVERYWHERE.iter().any(|own| own.eq_ignore_ascii_case(last));
    is_country.then(|| if last.eq_ignore_ascii_case("uk") { "GB" } else { last })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::parse_html::parse_html;

    fn order(html: &str, tags: &[&str], url: &str) -> Option<DateOrder> {
        page_order(&Lines::of(&parse_html(html)), tags.iter().copied(), &[url])
    }

    #[test]
    fn the_sites_own_addresses_name_its_locale() {
        let named = |html: &str| {
            let page = parse_html(html);
            named_locale(&page, &["https://www.a.example/x"]).map(str::to_owned)
        };
        let own = "<a href=/en-us/help>Help</a><a href=https://shop.a.example/en-US/cart>Cart</a>";
        assert_eq!(named(own).as_deref(), Some("en-us"));
        assert_eq!(named(&format!("{own}<a href=https://b.example/en-gb/>B</a>")).as_deref(), Some("en-us"));
        assert_eq!(named(&format!("{own}<a href=/en-gb/help>UK</a>")), None);
        assert_eq!(named("<a href=https://b.example/en-gb/>B</a><a href=/en-usage/>x</a>"), None);
    }

    #[test]
    fn the_page_then_its_locale_then_its_country() {
        let (day, month) = (Some(DateOrder::DayMonthYear), Some(DateOrder::MonthDayYear));
        let com = "https://a.example.com/";
        assert_eq!(order("<p>13/02/2025", &["en-US"], com), day);
        assert_eq!(order("<p>02/13/2025, 1.02.2025", &[], com), month);
        assert_eq!(order("<p>13/02/2025<p>02/13/2025", &["en"], com), None);
        assert_eq!(order("", &["en-US"], com), month);
        assert_eq!(order("", &["en-US"], "https://a.co.uk/x"), None);
        assert_eq!(order("", &["en-US", "en_GB"], "https://a.co.uk/x"), day);
        assert_eq!(order("", &["en"], "https://a.co.uk"), day);
        assert_eq!(order("", &["en"], "https://a.gov/x"), month);
        assert_eq!(order("", &["en"], "https://a.io/x"), None);
        assert_eq!(order("", &["de"], com), day);
        assert_eq!(order("", &[], "https://a.gr/x"), day);
        assert_eq!(order("", &[], com), None);
    }
}
