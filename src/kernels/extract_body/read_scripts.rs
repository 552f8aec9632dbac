//! The body of pages that are drawn by scripts: it stands in JSON within the page, as `articleBody` or as a string of markup.

use html5ever::local_name;
use memchr::{memchr2, memmem, memrchr};

use super::cut_blocks::cut_blocks;
use super::measure_text::bytes;
use super::name_groups::NameTable;
use crate::kernels::parse_html::{HtmlPage, parse_html};

/// Places of one script that are looked at.
const MOST_PLACES: usize = 64;
/// What the name of a body in JSON-LD is followed by.
const BODY_KEY: &str = "\"articleBody\"";
/// The end of a paragraph, as JSON writes it.
const PARAGRAPH_ENDS: [&str; 3] = ["\\u003c/p", "<\\/p", "</p"];

/// A body that was found in a script.
#[derive(Debug, Default)]
pub(super) struct ScriptBody {
    /// Its paragraphs, joined by blank lines.
    pub text: String,
    /// Its words.
    pub words: f32,
    /// The text node of the script.
    pub node: usize,
}

/// The longest body that a script of the page holds.
pub(super) fn read_scripts(page: &HtmlPage, names: &NameTable) -> Option<ScriptBody> {
    let mut longest: Option<(&str, usize)> = None;
    for node in 1..page.len() {
        if *page.name(node) != local_name!("script") || page.end(node) == node + 1 {
            continue;
        }
        let script = page.text(node + 1);
        for literal in literals(script) {
            if longest.is_none_or(|(other, _)| literal.len() > other.len()) {
                longest = Some((literal, node + 1));
            }
        }
    }
    let (literal, node) = longest?;
    let markup = decode(literal)?;
    let has_markup = PARAGRAPH_ENDS.iter().any(|it| markup.contains(it));
    let markup = if has_markup { markup } else { markup.replace('\n', "<br><br>") };
    let cut = cut_blocks(&parse_html(&markup), names);
    let texts: Vec<&str> = cut.blocks.iter().map(|it| &cut.text[bytes(it.text)]).collect();
    let words = cut.blocks.iter().map(|it| it.counts.words).sum();
    Some(ScriptBody { text: texts.join("\n\n"), words, node })
}

/// The string literals of a script that may be a body, as written between their quotes.
fn literals(script: &str) -> Vec<&str> {
    let mut out = Vec::new();
    for found in memmem::find_iter(script.as_bytes(), BODY_KEY).take(MOST_PLACES) {
        let rest = script[found + BODY_KEY.len()..].trim_start();
        if let Some(value) = rest.strip_prefix(':').and_then(|it| it.trim_start().strip_prefix('"')) {
            out.extend(literal(value));
        }
    }
    for end in PARAGRAPH_ENDS {
        let mut behind = 0;
        for found in memmem::find_iter(script.as_bytes(), end).take(MOST_PLACES) {
            if found < behind {
                continue;
            }
            if let Some(quote) = opening_quote(&script.as_bytes()[..found])
                && let Some(value) = literal(&script[quote + 1..])
            {
                behind = quote + 1 + value.len();
                out.push(value);
            }
        }
    }
    out
}

/// The last quote that is not escaped.
fn opening_quote(before: &[u8]) -> Option<usize> {
    let mut end = before.len();
    for _ in 0..MOST_PLACES {
        end = memrchr(b'"', &before[..end])?;
        let escapes = before[..end].iter().rev().take_while(|it| **it == b'\\').count();
        if escapes % 2 == 0 {
            return Some(end);
        }
    }
    None
}

/// What stands before the quote that ends a literal.
pub(super) fn literal(text: &str) -> Option<&str> {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        at += memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some(&text[..at]);
        }
        at += 2;
    }
}

/// The text of a literal; line breaks in it are no JSON, and common.
pub(super) fn decode(literal: &str) -> Option<String> {
    let mut quoted = String::with_capacity(literal.len() + 2);
    quoted.push('"');
    quoted.extend(literal.chars().map(|it| if it.is_control() { ' ' } else { it }));
    quoted.push('"');
    serde_json::from_str(&quoted).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(page: &str) -> Option<String> {
        read_scripts(&parse_html(page), &NameTable::new()).map(|it| it.text)
    }

    #[test]
    fn bodies_are_found_in_json() {
        let page = r#"<script>{"a": "x", "articleBody" : "One \"two\"\n\nthree"}</script>"#;
        assert_eq!(found(page).as_deref(), Some("One \"two\"\n\nthree"));
        let page = r#"<script>f("a \"b\"", {"html":"\u003cp\u003eOne\u003c/p\u003e<p>two <b>three<\/b>"})</script>"#;
        assert_eq!(found(page).as_deref(), Some("One\n\ntwo three"));
        assert_eq!(found("<script>\"</p</script><p>x"), None);
        assert_eq!(found("<script>\"\\u003c/p\\q\"</script>"), None);
    }
}
