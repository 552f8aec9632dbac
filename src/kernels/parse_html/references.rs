//! Character references that can be read without the table of all names.

use std::borrow::Cow;

use memchr::memchr2;

/// Named references that are common in pages; with a semicolon.
const NAMED: &[(&str, char)] = &[
    ("amp", '&'),
    ("apos", '\''),
    ("bull", '•'),
    ("copy", '©'),
    ("euro", '€'),
    ("gt", '>'),
    ("hellip", '…'),
    ("laquo", '«'),
    ("ldquo", '“'),
    ("lsquo", '‘'),
    ("lt", '<'),
    ("mdash", '—'),
    ("middot", '·'),
    ("nbsp", '\u{A0}'),
    ("ndash", '–'),
    ("quot", '"'),
    ("raquo", '»'),
    ("rdquo", '”'),
    ("reg", '®'),
    ("rsquo", '’'),
    ("times", '×'),
];

/// Longest reference that is read here, in bytes behind the `&`.
const LONGEST: usize = 8;

/// Where a text with references stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Between tags.
    Text,
    /// In the value of an attribute, where a name before `=` is part of a URL.
    Value,
}

/// The text with its references replaced; `None` when it holds NUL or a reference that only the tokenizer knows.
pub(super) fn read_references(text: &str, place: Place) -> Option<Cow<'_, str>> {
    let Some(first) = memchr2(b'&', 0, text.as_bytes()) else { return Some(text.into()) };
    let mut out = String::with_capacity(text.len());
    let (mut copied, mut at) = (0, first);
    loop {
        let behind = text.get(at + 1..).filter(|_| text.as_bytes()[at] == b'&')?;
        let run = behind.bytes().position(|byte| !byte.is_ascii_alphanumeric() && byte != b'#').unwrap_or(behind.len());
        let next = behind.as_bytes().get(run).copied();
        if let Some(c) = character(&behind[..run]).filter(|_| next == Some(b';')) {
            out.push_str(&text[copied..at]);
            out.push(c);
            copied = at + 1 + run + 1;
        } else {
            // A name before `=` is no reference in a value, whether or not some reference begins like it.
            let is_literal = run == 0 || (place == Place::Value && next == Some(b'=') && !behind.starts_with('#'));
            if !is_literal {
                return None;
            }
        }
        match memchr2(b'&', 0, &text.as_bytes()[at + 1..]) {
            Some(found) => at += 1 + found,
            None => break,
        }
    }
    out.push_str(&text[copied..]);
    Some(out.into())
}

/// The character of a reference without its `&` and semicolon: a number, or one of the common names.
fn character(reference: &str) -> Option<char> {
    if reference.len() > LONGEST {
        return None;
    }
    let Some(digits) = reference.strip_prefix('#') else {
        return NAMED.iter().find(|(name, _)| *name == reference).map(|(_, c)| *c);
    };
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => digits.parse(),
    };
    // Controls, and what stands for another character, are left to the tokenizer.
    char::from_u32(code.ok()?).filter(|c| matches!(c, '!'..='~' | '\u{A0}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_references_are_read_and_others_are_not() {
        for (text, place, expected) in [
            ("a &amp; b&#160;c&#x2014;", Place::Text, Some("a & b\u{A0}c—")),
            ("plain", Place::Text, Some("plain")),
            ("this & that", Place::Text, Some("this & that")),
            ("?a=1&b=2&copy=3&amp;d", Place::Value, Some("?a=1&b=2&copy=3&d")),
            ("?a=1&b=2", Place::Text, None),
            ("&copy", Place::Value, None),
            ("&eacute;", Place::Text, None),
            ("&#128;", Place::Text, None),
            ("&#0;", Place::Text, None),
            ("&#+65;", Place::Text, None),
            ("a\0b", Place::Text, None),
            ("&amp;\0", Place::Text, None),
        ] {
            assert_eq!(read_references(text, place).as_deref(), expected, "{text}");
        }
        assert!(NAMED.is_sorted() && NAMED.iter().all(|(name, _)| name.len() <= LONGEST));
    }
}
