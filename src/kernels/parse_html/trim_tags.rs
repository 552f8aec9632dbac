//! Takes away what lies beyond the first [`MAX_ATTRIBUTES`](super::MAX_ATTRIBUTES) attributes of a tag.

use std::borrow::Cow;

use memchr::{memchr, memchr3};

use super::MAX_ATTRIBUTES;

/// A tag of fewer bytes cannot have too many attributes: each takes two.
const SHORT: usize = 2 * MAX_ATTRIBUTES;

/// Bytes that may be measured per byte of the page.
const WORK_PER_BYTE: usize = 16;

/// The text without the surplus attributes of its tags; borrowed when there are none.
///
/// Whatever looks like a tag is measured, also within scripts, comments and values: a tag that is really one cannot hide behind
/// one that is not. A page made to be measured again and again ends where the work is used up; `true` says so.
pub(super) fn trim_tags(text: &str) -> (Cow<'_, str>, bool) {
    let bytes = text.as_bytes();
    let mut budget = (bytes.len() + SHORT).saturating_mul(WORK_PER_BYTE);
    let mut out = String::new();
    let mut kept = 0;
    let mut at = 0;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr(b'<', rest)) {
        at += found + 1;
        if bytes.get(at).is_none_or(|byte| !byte.is_ascii_alphabetic()) {
            continue;
        }
        let (surplus, end) = if ends_soon(bytes, at) { (None, at) } else { measure(bytes, at) };
        if let Some(surplus) = surplus {
            if surplus > kept {
                out.push_str(&text[kept..surplus]);
            }
            kept = kept.max(end);
        }
        let Some(rest) = budget.checked_sub(end - at + 1) else {
            out.push_str(text.get(kept..at - 1).unwrap_or_default());
            return (Cow::Owned(out), true);
        };
        budget = rest;
    }
    if kept == 0 {
        return (Cow::Borrowed(text), false);
    }
    out.push_str(&text[kept..]);
    (Cow::Owned(out), false)
}

/// Whether the tag ends before it can have too many attributes, values in quotes passed over.
fn ends_soon(bytes: &[u8], start: usize) -> bool {
    let window = &bytes[..bytes.len().min(start + SHORT)];
    let mut at = start;
    while let Some(found) = window.get(at..).and_then(|rest| memchr3(b'>', b'"', b'\'', rest)) {
        at += found;
        let byte = window[at];
        if byte == b'>' {
            return true;
        }
        if window[at - 1] == b'=' {
            match memchr(byte, &window[at + 1..]) {
                Some(closed) => at += closed + 1,
                None => return false,
            }
        }
        at += 1;
    }
    false
}

/// Where the surplus of a tag begins, if there is one, and where the tag ends; both are places of ASCII bytes or the end.
fn measure(bytes: &[u8], start: usize) -> (Option<usize>, usize) {
    let mut surplus = None;
    let mut words = 0;
    let mut at = start;
    let mut in_word = true;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'>' => return (surplus, at),
            b'"' | b'\'' if bytes.get(at - 1) == Some(&b'=') => {
                at += 1 + memchr(byte, &bytes[at + 1..]).unwrap_or(bytes.len() - at - 1);
                in_word = false;
            }
            b' ' | b'\t' | b'\n' | b'\r' | b'\x0C' | b'/' => in_word = false,
            _ if !in_word => {
                in_word = true;
                words += 1;
                if words > MAX_ATTRIBUTES && surplus.is_none() && byte.is_ascii() {
                    surplus = Some(at);
                }
            }
            _ => {}
        }
        at += 1;
    }
    (surplus, bytes.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_surplus_goes() {
        let many = |count: usize| (0..count).map(|i| format!(" a{i}='>'")).collect::<Vec<_>>().concat();
        let page = format!("<p{}>x", many(MAX_ATTRIBUTES));
        assert!(trim_tags(&page).0 == page);
        assert!(trim_tags(&format!("<p{}>x</p>", many(9999))).0 == format!("<p{} >x</p>", many(MAX_ATTRIBUTES)));
        let hidden = format!("<script>a<b x=\"</script><p{}>y", many(9999));
        assert!(trim_tags(&hidden).0.ends_with(" >y"));
        let picture = format!("<img src=\"data:{}\">", "x y ".repeat(5000));
        assert!(trim_tags(&picture) == (Cow::Borrowed(&*picture), false));
        assert!(trim_tags(&"<a ".repeat(1_000_000)).0.len() < 10_000);
        assert!(trim_tags(&"<a x=\"".repeat(1_000_000)).1);
    }

    proptest! {
        #[test]
        fn any_text_is_safe(text in any::<String>(), count in 0..3000_usize) {
            trim_tags(&format!("<p{}{text}", " é".repeat(count)));
            trim_tags(&format!("<p{}{text}", " a=\"".repeat(count)));
        }
    }
}
