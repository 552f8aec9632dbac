//! The page of a report: one HTML file that needs nothing else, around one value.
//!
//! `report/page.html` is built from the folder `report/` of the repository and holds its script, its style and a policy that allows
//! nothing but these two; the value stands in it as JSON that no parser of HTML can take for markup.

pub mod data;

use data::ReportData;

use crate::error::{Error, ErrorKind, Result};
use crate::kernels::escape_json::push_json_string;

const PAGE: &str = include_str!("report/page.html");
const PLACE: &str = "@@COPYDESK_REPORT_DATA@@";

/// Most characters of a title.
const TITLE: usize = 160;

/// The page that shows a value.
///
/// # Errors
/// When the value holds a number that JSON has not.
pub fn page(data: &ReportData) -> Result<Vec<u8>> {
    let (before, after) = PAGE.split_once(PLACE).expect("law: the page has one place for its value");
    let json = serde_json::to_string(data)
        .map_err(|error| Error::new(ErrorKind::Io, "cannot write the report").caused_by(error))?;
    let mut page = Vec::with_capacity(PAGE.len() + json.len() + json.len() / 64);
    page.extend_from_slice(before.as_bytes());
    for c in json.chars() {
        match special(c) {
            Some(escape) => page.extend_from_slice(escape.as_bytes()),
            None => page.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    page.extend_from_slice(after.as_bytes());
    Ok(page)
}

/// What HTML or JavaScript could take for its own; in JSON it occurs within strings only.
fn special(c: char) -> Option<&'static str> {
    Some(match c {
        '<' => "\\u003c",
        '>' => "\\u003e",
        '&' => "\\u0026",
        '\u{2028}' => "\\u2028",
        '\u{2029}' => "\\u2029",
        _ => return None,
    })
}

/// Bytes of a text as a JSON string of the page, with its quotes.
pub fn bytes_in_page(text: &str) -> usize {
    let mut json = Vec::with_capacity(text.len() + 2);
    push_json_string(&mut json, text);
    json.len() + text.chars().filter_map(|c| special(c).map(|escape| escape.len() - c.len_utf8())).sum::<usize>()
}

/// A title as the page has it: at most 160 characters, the last of a longer one an ellipsis.
pub fn shorten(title: &str) -> String {
    match title.char_indices().nth(TITLE) {
        None => title.to_owned(),
        Some(_) => title.chars().take(TITLE - 1).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_one_place() {
        assert_eq!(PAGE.matches(PLACE).count(), 1);
        assert!(PAGE.contains("Content-Security-Policy") && !PAGE.contains("src=\"http"));
    }

    #[test]
    fn strings_are_measured_as_they_are_written() {
        assert_eq!(bytes_in_page(""), 2);
        assert_eq!(bytes_in_page("a\"é\n"), "\"a\\\"é\\n\"".len());
        assert_eq!(bytes_in_page("</\u{2028}"), "\"\\u003c/\\u2028\"".len());
    }

    #[test]
    fn long_titles_end_in_an_ellipsis() {
        assert_eq!(shorten(&"é".repeat(160)), "é".repeat(160));
        let short = shorten(&"é".repeat(161));
        assert!(short.chars().count() == 160 && short.ends_with("é…"));
    }
}
