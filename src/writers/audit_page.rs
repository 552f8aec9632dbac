//! The page of an audit: one file with its style, its script and the drawn items, which opens without a network.
//!
//! Its Content-Security-Policy allows this style and this script by their digests and nothing else. Items stand in it as JSON and
//! reach the page as text, never as markup.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::error::{Error, ErrorKind, Result};
use crate::kernels::sha256::Digest;

const PAGE: &str = include_str!("audit_page/page.html");
const STYLE: &str = include_str!("audit_page/page.css");
const SCRIPT: &str = include_str!("audit_page/page.js");

/// The page that shows some items.
///
/// # Errors
/// When `items` cannot be written as JSON.
pub fn audit_page(items: &impl Serialize) -> Result<String> {
    let json = serde_json::to_string(items)
        .map_err(|error| Error::new(ErrorKind::Io, "cannot write the page").caused_by(error))?;
    let policy = format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
        digest(SCRIPT),
        digest(STYLE)
    );
    let mut page = String::with_capacity(PAGE.len() + STYLE.len() + SCRIPT.len() + json.len() + json.len() / 8);
    for (place, piece) in PAGE.split("@@").enumerate() {
        match (place % 2, piece) {
            (1, "POLICY") => page.push_str(&policy),
            (1, "STYLE") => page.push_str(STYLE),
            (1, "SCRIPT") => page.push_str(SCRIPT),
            (1, "DATA") => push_inert(&mut page, &json),
            _ => page.push_str(piece),
        }
    }
    Ok(page)
}

fn digest(text: &str) -> String {
    STANDARD.encode(Digest::of(text.as_bytes()).0)
}

/// Appends JSON with everything escaped that could end or change the element that it stands in; outside of strings none of it occurs.
fn push_inert(page: &mut String, json: &str) {
    for c in json.chars() {
        match c {
            '<' => page.push_str("\\u003c"),
            '>' => page.push_str("\\u003e"),
            '&' => page.push_str("\\u0026"),
            '\u{2028}' => page.push_str("\\u2028"),
            '\u{2029}' => page.push_str("\\u2029"),
            c => page.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_texts_stay_data() {
        let hostile = "</script><script>alert(1)</script> <!-- @@STYLE@@ & \u{2028}";
        let page = audit_page(&[hostile]).unwrap();
        let json = page.split("id=\"data\">").nth(1).unwrap().split("</script>").next().unwrap();
        assert_eq!(serde_json::from_str::<Vec<String>>(json).unwrap(), [hostile]);
        assert_eq!(page.matches("</script>").count(), 2, "the data and the script");
        assert!(!json.contains(['<', '>', '&', '\u{2028}']));
    }

    #[test]
    fn style_and_script_are_allowed_by_digest_and_end_in_their_place() {
        let page = audit_page(&[0]).unwrap();
        for (text, name) in [(STYLE, "style"), (SCRIPT, "script")] {
            assert!(page.contains(&format!("{name}-src 'sha256-{}'", digest(text))));
            assert!(!text.contains(&format!("</{name}")) && !text.contains("<!--"));
        }
        assert!(!page.contains("@@") && !page.contains("http"), "nothing comes from elsewhere");
    }
}
