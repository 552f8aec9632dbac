//! Character references (`&amp;`, `&#39;`) that are left in a value: pages often escape twice.

use std::borrow::Cow;

use html5ever::data::NAMED_ENTITIES;

/// Longest reference of the HTML standard, without `&`.
const LONGEST: usize = 33;

/// Resolves the references that end with a semicolon; borrowed when there are none.
pub fn decode_entities(text: &str) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'&', text.as_bytes()) else { return Cow::Borrowed(text) };
    let mut out = String::new();
    let mut kept = 0;
    let mut at = first;
    loop {
        let behind = &text[at + 1..];
        if let Some((decoded, length)) = reference(behind) {
            out.push_str(&text[kept..at]);
            out.extend(decoded.into_iter().flatten());
            kept = at + 1 + length;
            at = kept;
        } else {
            at += 1;
        }
        let Some(next) = memchr::memchr(b'&', &text.as_bytes()[at..]) else { break };
        at += next;
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[kept..]);
    Cow::Owned(out)
}

/// The characters of a reference and its length, `&` not counted.
fn reference(behind: &str) -> Option<([Option<char>; 2], usize)> {
    let window = &behind.as_bytes()[..behind.len().min(LONGEST)];
    let length = memchr::memchr(b';', window)? + 1;
    let name = behind.get(..length)?;
    if let Some(number) = name.strip_prefix('#') {
        let digits = number.trim_end_matches(';');
        let scalar = match digits.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16),
            None => digits.parse(),
        };
        let letter = char::from_u32(scalar.ok()?).filter(|letter| *letter != '\0')?;
        return Some(([Some(letter), None], length));
    }
    let (first, second) = *NAMED_ENTITIES.get(name)?;
    // Beginnings of names stand in the table as zeros.
    let first = char::from_u32(first).filter(|letter| *letter != '\0')?;
    Some(([Some(first), char::from_u32(second).filter(|letter| *letter != '\0')], length))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn references_are_resolved_once() {
        for (text, expected) in [
            ("Tom &amp; Ada", "Tom & Ada"),
            ("&amp;amp;", "&amp;"),
            ("It&#8217;s &#x41;&eacute;", "It’s Aé"),
            ("AT&T &x; &amp &#0; &#xFFFFFFFF; &", "AT&T &x; &amp &#0; &#xFFFFFFFF; &"),
        ] {
            assert_eq!(decode_entities(text), expected);
        }
        assert!(matches!(decode_entities("R&D"), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn any_text_is_safe(text in "[&#;x0-9a-zé]{0,40}") {
            decode_entities(&text);
        }
    }
}
