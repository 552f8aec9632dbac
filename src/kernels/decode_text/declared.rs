//! What the head of a page or an XML file says its encoding is.

use memchr::memchr;

/// Bytes that are looked through: four times what the WHATWG prescan takes, for old pages begin with long scripts.
pub(super) const HEAD: usize = 4096;

/// The label that the head of a page declares: of its XML declaration or its first `<meta>`.
///
/// After the prescan of the HTML standard (13.2.3.2), over the first 4,096 bytes: comments are passed over, `charset` and
/// `http-equiv="content-type"` with `content` count, in any case and any quotes. An XML declaration counts, too,
/// also one in UTF-16. The label is as written, trimmed; whether an encoding has that name is not asked.
pub fn declared_encoding(head: &[u8]) -> Option<&str> {
    let head = head.get(..HEAD).unwrap_or(head);
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    match head {
        [0xFF, 0xFE, b'<', 0, b'?', 0, ..] | [b'<', 0, b'?', 0, ..] => return Some("utf-16le"),
        [0xFE, 0xFF, 0, b'<', 0, b'?', ..] | [0, b'<', 0, b'?', ..] => return Some("utf-16be"),
        _ => {}
    }
    of_xml(head).or_else(|| of_meta(head))
}

/// The encoding of an XML declaration at the head.
fn of_xml(head: &[u8]) -> Option<&str> {
    let start = head.iter().position(|byte| !byte.is_ascii_whitespace())?;
    let inner = head.get(start..)?.strip_prefix(b"<?xml")?;
    let declaration = inner.get(..memchr(b'>', inner)?)?;
    let at = find_ignoring_case(declaration, b"encoding")?;
    let rest = after_equals(declaration.get(at + 8..)?)?;
    label(quoted(rest)?)
}

/// The first `<meta>` that declares an encoding.
fn of_meta(head: &[u8]) -> Option<&str> {
    let mut rest = head;
    loop {
        rest = rest.get(memchr(b'<', rest)?..)?;
        if let Some(comment) = rest.strip_prefix(b"<!--") {
            // `<!-->` is a whole comment: its dashes count for both ends.
            rest = rest.get(2 + memchr::memmem::find(rest.get(2..)?, b"-->")? + 3..)?;
            debug_assert!(rest.len() < comment.len() + 1, "law: a comment has a length");
            continue;
        }
        let is_meta = rest.get(1..5).is_some_and(|name| name.eq_ignore_ascii_case(b"meta"))
            && rest.get(5).is_some_and(|byte| byte.is_ascii_whitespace() || *byte == b'/');
        if is_meta {
            let (found, end) = of_attributes(rest.get(5..)?);
            if found.is_some() {
                return found;
            }
            rest = rest.get(5 + end..)?;
        } else {
            rest = rest.get(1..)?;
        }
    }
}

/// What the attributes of one `<meta>` declare, and where they end.
fn of_attributes(tag: &[u8]) -> (Option<&str>, usize) {
    let (mut charset, mut content, mut is_content_type) = (None, None, false);
    let mut at = 0;
    while let Some((name, value, end)) = attribute(tag, at) {
        at = end;
        if name.eq_ignore_ascii_case(b"charset") {
            charset = charset.or(label(value));
        } else if name.eq_ignore_ascii_case(b"http-equiv") {
            is_content_type |= value.trim_ascii().eq_ignore_ascii_case(b"content-type");
        } else if name.eq_ignore_ascii_case(b"content") {
            content = content.or(of_content_type(value));
        }
    }
    (charset.or(content.filter(|_| is_content_type)), at)
}

/// The next attribute from `at` on: name, value and end. `None` at the end of the tag.
fn attribute(tag: &[u8], at: usize) -> Option<(&[u8], &[u8], usize)> {
    let skip = |at: usize, is: fn(u8) -> bool| at + tag.iter().skip(at).take_while(|byte| is(**byte)).count();
    let start = skip(at, |byte| byte.is_ascii_whitespace() || byte == b'/');
    let end = skip(start, |byte| !byte.is_ascii_whitespace() && !matches!(byte, b'/' | b'>' | b'='));
    let name = tag.get(start..end)?;
    let equals = skip(end, |byte| byte.is_ascii_whitespace());
    if tag.get(equals) != Some(&b'=') {
        // A stray `=` would not be passed by the name.
        return (!name.is_empty()).then_some((name, &[], end));
    }
    let first = skip(equals + 1, |byte| byte.is_ascii_whitespace());
    if let Some(quote @ (b'"' | b'\'')) = tag.get(first) {
        let value = tag.get(first + 1..)?;
        let length = memchr(*quote, value)?;
        return Some((name, value.get(..length)?, first + 2 + length));
    }
    let last = skip(first, |byte| !byte.is_ascii_whitespace() && byte != b'>');
    Some((name, tag.get(first..last)?, last))
}

/// The label behind `charset=` in a content type, `text/html; charset=utf-8`.
pub(super) fn of_content_type(value: &[u8]) -> Option<&str> {
    let mut rest = value;
    loop {
        let at = find_ignoring_case(rest, b"charset")?;
        rest = rest.get(at + 7..)?;
        if let Some(value) = after_equals(rest) {
            let end = value.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b';').unwrap_or(value.len());
            return label(quoted(value).or_else(|| value.get(..end))?);
        }
    }
}

fn find_ignoring_case(bytes: &[u8], word: &[u8]) -> Option<usize> {
    bytes.windows(word.len()).position(|window| window.eq_ignore_ascii_case(word))
}

fn after_equals(bytes: &[u8]) -> Option<&[u8]> {
    Some(bytes.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start())
}

fn quoted(bytes: &[u8]) -> Option<&[u8]> {
    let (quote, rest) = bytes.split_first().filter(|it| matches!(it.0, b'"' | b'\''))?;
    rest.get(..memchr(*quote, rest)?)
}

fn label(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes.trim_ascii()).ok().filter(|label| !label.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn finds_what_is_declared() {
        for (head, label) in [
            (&b"<meta charset=utf-8>"[..], Some("utf-8")),
            (b"<!doctype html><META CharSet = ' KOI8-R '/>", Some("KOI8-R")),
            (b"<meta http-equiv=Content-Type content=\"text/html; charset=windows-1251\">", Some("windows-1251")),
            (b"<meta content='text/html; charset=\"gbk\"' http-equiv='content-type'>", Some("gbk")),
            (b"<meta content='text/html; charset=gbk'>", None),
            (b"<meta name=x content=y><meta/charset=big5 >", Some("big5")),
            (b"<!-- <meta charset=a> --><meta charset=b>", Some("b")),
            (b"<!--><meta charset=b>", Some("b")),
            (b"<metadata charset=a>", None),
            (b"<?xml version=\"1.0\" encoding='Shift_JIS'?><feed>", Some("Shift_JIS")),
            (b"\n<?xml version=\"1.0\"?><meta charset=l9>", Some("l9")),
            (b"<\0?\0x\0", Some("utf-16le")),
            (b"\0<\0?\0x", Some("utf-16be")),
            (b"<meta charset=", None),
            (b"<meta charset=\"utf-8", None),
            (b"", None),
        ] {
            assert_eq!(declared_encoding(head), label, "{}", String::from_utf8_lossy(head));
        }
    }

    #[test]
    fn content_types_may_name_it() {
        for (value, label) in [
            (&b"text/html; charset=utf-8; x=y"[..], Some("utf-8")),
            (b"text/html; CHARSET = 'gbk'", Some("gbk")),
            (b"text/html; charset; charset=l1", Some("l1")),
            (b"text/html", None),
        ] {
            assert_eq!(of_content_type(value), label);
        }
    }

    proptest! {
        #[test]
        fn any_head_is_safe(parts in proptest::collection::vec("(<meta|<!--|-->|charset|=|'|\"|>|/| |content|http-equiv|[a-z\u{0}é]{1,3})", 0..40)) {
            let head = parts.concat();
            if let Some(label) = declared_encoding(head.as_bytes()) {
                prop_assert!(!label.is_empty() && head.contains(label) || label.starts_with("utf-16"));
            }
        }
    }
}
