//! Dates of publication in the data that scripts of a page carry: `"publishedAt":"2025-12-17T10:20:30Z"`.
//!
//! Pages that are built in the browser carry their article as JSON in a script. Such data often holds other articles, too: a date
//! counts only when every date of publication in the scripts is of one day.

use std::borrow::Cow;

use memchr::memmem::Finder;

use crate::kernels::parse_date::{DateContext, DateFormat, ParsedDate, Precision, parse_date};
use crate::kernels::parse_html::{HtmlPage, local_name};
use crate::statement::DateForm;

/// Keys, in lower case and without `_` and `-`.
const KEYS: &[&str] = &[
    "datepublished",
    "publishedat",
    "publisheddate",
    "publishedtime",
    "publishedon",
    "publishdate",
    "publishdatetime",
    "publisheddatetime",
    "publishtime",
    "datetimepublished",
    "dateofpublication",
    "publicationdate",
    "publicationdatetime",
    "publicationtime",
    "firstpublished",
    "firstpublishedat",
    "firstpublisheddate",
    "firstpublishdate",
    "firstpublicationdate",
    "originalpublishdate",
    "articlepublishedtime",
    "pubdate",
    "published",
    "publishedatutc",
    "publishedtimestamp",
];
/// What may stand before a key, folded like it.
const PREFIXES: &[&str] = &["article", "content", "page", "post", "story", "news", "meta", "item", "doc"];
/// What every key has, by which they are found: `pub` but for its first letter, which may be large.
const STEM: &[u8] = b"ub";
/// Longest key and value in bytes.
const MAX_KEY: usize = 32;
const MAX_VALUE: usize = 48;
/// Dates that are looked at.
const MAX_DATES: usize = 64;

/// The date of publication that scripts state, as written, with its form; `None` when there is none, or several.
pub(super) fn find_in_scripts(page: &HtmlPage) -> Option<(Cow<'_, str>, DateForm)> {
    let finder = Finder::new(STEM);
    let mut first: Option<(&str, DateForm, ParsedDate)> = None;
    let mut seen = 0;
    for node in 1..page.len() {
        if *page.name(node) != local_name!("script") || is_json_ld(page, node) {
            continue;
        }
        for text in page.descendants(node).map(|inner| page.text(inner)) {
            for place in finder.find_iter(text.as_bytes()) {
                let Some((value, form, parsed)) = date_at(text, place) else { continue };
                seen += 1;
                match &first {
                    Some((_, _, known)) if known.date.abs_diff(parsed.date) > 1 => return None,
                    Some((_, _, known)) if known.at.is_some() || parsed.at.is_none() => {}
                    _ => first = Some((value, form, parsed)),
                }
                if seen >= MAX_DATES {
                    return first.map(|(value, form, _)| (Cow::Borrowed(value), form));
                }
            }
        }
    }
    first.map(|(value, form, _)| (Cow::Borrowed(value), form))
}

fn is_json_ld(page: &HtmlPage, node: usize) -> bool {
    page.attribute(node, &local_name!("type")).is_some_and(|kind| kind.contains("ld+json"))
}

/// The date behind the key that has its stem at a place.
fn date_at(text: &str, place: usize) -> Option<(&str, DateForm, ParsedDate)> {
    let bytes = text.as_bytes();
    if !matches!(bytes.get(place + STEM.len()), Some(b'l' | b'L' | b'd' | b'D' | b'_')) {
        return None;
    }
    let is_key = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let start = place - bytes.get(..place)?.iter().rev().take(MAX_KEY).take_while(|byte| is_key(byte)).count();
    let end = place + bytes.get(place..)?.iter().take(MAX_KEY).take_while(|byte| is_key(byte)).count();
    let key: String =
        text.get(start..end)?.chars().filter(char::is_ascii_alphanumeric).map(|it| it.to_ascii_lowercase()).collect();
    let plain = PREFIXES.iter().find_map(|prefix| key.strip_prefix(prefix)).unwrap_or(&key);
    if !KEYS.contains(&plain) && !KEYS.contains(&key.as_str()) {
        return None;
    }
    // The quote behind a key may be escaped, when the data is JSON in a string.
    let skip = |at: usize, allowed: &[u8]| {
        at + bytes.get(at..).unwrap_or_default().iter().take_while(|byte| allowed.contains(byte)).count()
    };
    let colon = skip(end, b"\\\"' ");
    bytes.get(colon).filter(|byte| matches!(byte, b':' | b'='))?;
    let open = skip(colon + 1, b" \\");
    let is_quoted = matches!(bytes.get(open), Some(b'"' | b'\''));
    let from = open + usize::from(is_quoted);
    let rest = bytes.get(from..)?.iter().take(MAX_VALUE);
    let is_end = |byte: &u8| matches!(byte, b'"' | b'\'' | b'\\' | b'<') || !is_quoted && !byte.is_ascii_digit();
    let length = rest.take_while(|byte| !is_end(byte)).count();
    let value = text.get(from..from + length)?.trim();
    let (form, format) = match value.len() {
        10 if value.bytes().all(|byte| byte.is_ascii_digit()) => (DateForm::EpochSeconds, DateFormat::EpochSeconds),
        13 if value.bytes().all(|byte| byte.is_ascii_digit()) => {
            (DateForm::EpochMilliseconds, DateFormat::EpochMilliseconds)
        }
        8 if value.bytes().all(|byte| byte.is_ascii_digit()) => (DateForm::Compact, DateFormat::Compact),
        _ if is_quoted => (DateForm::Auto, DateFormat::Auto),
        _ => return None,
    };
    let parsed = parse_date(value, &DateContext { format, ..DateContext::default() }).ok()?;
    (parsed.precision <= Precision::Day).then_some((value, form, parsed))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernels::parse_html::parse_html;

    fn found(script: &str) -> Option<String> {
        let page = parse_html(&format!("<script>{script}</script>"));
        find_in_scripts(&page).map(|(value, _)| value.into_owned())
    }

    #[test]
    fn data_of_scripts_states_dates() {
        let day = Some("2025-12-17".to_owned());
        assert_eq!(found("{\"datePublished\":\"2025-12-17\"}"), day);
        assert_eq!(found("x = {publishDate: '2025-12-17', b: 1}"), day);
        assert_eq!(found("x = {\"article_publication_date\":\"2025-12-17\"}"), day);
        assert_eq!(found("x = {firstPublicationDate: \"20251217\", b: 20251216}").as_deref(), Some("20251217"));
        assert_eq!(found("'{\\\"published_at\\\":\\\"2025-12-17\\\"}'"), day);
        assert_eq!(found("{\"publishedAt\":1765965600}"), Some("1765965600".to_owned()));
        assert_eq!(
            found("{\"publishedAt\":\"2025-12-17\",\"x\":{\"publishedAt\":\"2025-12-17T10:20:30Z\"}}"),
            Some("2025-12-17T10:20:30Z".to_owned())
        );
        assert_eq!(found("{\"publishedAt\":\"2025-12-17\",\"x\":{\"publishedAt\":\"2025-12-19\"}}"), None);
        assert_eq!(found("{\"publisher\":\"2025-12-17\", \"unpublished\": \"2025-12-17\"}"), None);
        assert_eq!(found("publishedAt"), None);
    }

    proptest! {
        #[test]
        fn any_script_is_safe(parts in prop::collection::vec(prop::sample::select(vec![
            "published", "\"", "'", ":", "\\", " ", "2025-12-17", "1765965600", "é", "pubDate", "_at", "{", "}",
        ]), 0..30)) {
            found(&parts.concat());
        }
    }
}
