//! Writes equal web addresses equally, without losing what could tell two pages apart.
//!
//! Syntax-based and scheme-based normalization of RFC 3986 (6.2.2, 6.2.3) and nothing more: parameters stay, those of trackers
//! too, in their order; `www.`, a final slash, `http` against `https`, an empty query stay.

use super::registrable_domain::{ascii_host, host_of_url, is_host};

/// Longest address that is read or written, in bytes: no browser sends a longer one.
const LONGEST: usize = 64 << 10;

/// The absolute `http` or `https` address that a reference means, normalized; `None` when it means none.
///
/// A relative reference is resolved against `base`, the page's address or what its `<base>` says. White space at the ends and line
/// ends within are dropped and `\` is read as `/`, as browsers do. Then: scheme and host in lower case, the host in ASCII; no default or
/// empty port; dot segments resolved; an empty path as `/`; percent-encoding in upper case, undone for unreserved
/// characters, applied to what an address may not hold (UTF-8). The fragment is taken off, for it names a place on the
/// page, unless it begins with `!`: such names the page itself. Idempotent.
///
/// # Example
/// ```
/// use copydesk::kernels::normalize_url::normalize_url;
///
/// let page = Some("HTTPS://News.example:443/a/b/page.html?x");
/// assert_eq!(normalize_url("../%7ec/ü?utm_source=y#top", page).as_deref(), Some("https://news.example/a/~c/%C3%BC?utm_source=y"));
/// assert_eq!(normalize_url("mailto:desk@news.example", page), None);
/// ```
pub fn normalize_url(reference: &str, base: Option<&str>) -> Option<String> {
    let reference = Reference::read(reference)?;
    let Some(scheme) = reference.scheme() else {
        let base = Reference::read(base?)?;
        let scheme = base.scheme()?;
        return reference.resolved(&base).write(scheme);
    };
    reference.write(scheme)
}

/// The components of a reference (RFC 3986, appendix B), owned so that what browsers drop can be dropped first.
#[derive(Clone, Debug, Default)]
struct Reference {
    scheme: Option<String>,
    authority: Option<String>,
    path: String,
    query: Option<String>,
    fragment: Option<String>,
}

impl Reference {
    fn read(written: &str) -> Option<Self> {
        let written = written.trim_matches(|c: char| c.is_whitespace() || c.is_control());
        if written.len() > LONGEST {
            return None;
        }
        let rest: String = written.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect();
        let (rest, fragment) = cut(&rest, '#');
        let (rest, query) = cut(rest, '?');
        let rest = rest.replace('\\', "/");
        let (scheme, rest) = match rest.split_once(':') {
            Some((scheme, rest)) if is_scheme(scheme) => (Some(scheme.to_ascii_lowercase()), rest),
            _ => (None, &*rest),
        };
        let (authority, path) = match rest.strip_prefix("//") {
            Some(rest) => {
                let end = rest.find('/').unwrap_or(rest.len());
                let (authority, path) = rest.split_at_checked(end)?;
                (Some(authority.to_owned()), path)
            }
            None => (None, rest),
        };
        Some(Self {
            scheme,
            authority,
            path: path.to_owned(),
            query: query.map(str::to_owned),
            fragment: fragment.map(str::to_owned),
        })
    }

    /// The scheme, as far as it is one of the web; that of another is not relative either.
    fn scheme(&self) -> Option<&'static str> {
        match self.scheme.as_deref()? {
            "http" => Some("http"),
            "https" => Some("https"),
            _ => Some(""),
        }
    }

    /// Resolves a reference without scheme (RFC 3986, 5.2.2); dot segments are removed later.
    fn resolved(self, base: &Self) -> Self {
        if self.authority.is_some() {
            return self;
        }
        let authority = base.authority.clone();
        let (path, query) = if self.path.is_empty() {
            (base.path.clone(), self.query.or_else(|| base.query.clone()))
        } else if self.path.starts_with('/') {
            (self.path, self.query)
        } else {
            let folder = base.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            (format!("{folder}/{}", self.path), self.query)
        };
        Self { scheme: None, authority, path, query, fragment: self.fragment }
    }

    fn write(&self, scheme: &str) -> Option<String> {
        if scheme.is_empty() {
            return None;
        }
        let authority = self.authority.as_deref()?;
        let host = host_of_url(&format!("//{authority}"))?.into_owned();
        let host = ascii_host(&host);
        // The name that goes over the wire counts: it may be too long, or none at all.
        if !(host.starts_with('[') || host.is_ascii() && is_host(&host)) {
            return None;
        }
        let (user, place) = authority.rsplit_once('@').map_or((None, authority), |(user, place)| (Some(user), place));
        let default = if scheme == "https" { "443" } else { "80" };
        let port = place.rsplit_once(':').filter(|(_, port)| !port.contains(']')).map_or("", |(_, port)| port);
        let port = port.trim_start_matches('0');

        let mut url = format!("{scheme}://");
        if let Some(user) = user.filter(|user| !user.is_empty()) {
            write_encoded(user, "", &mut url);
            url.push('@');
        }
        url.push_str(&host);
        if !port.is_empty() && port != default {
            port.parse::<u16>().ok()?;
            url.push(':');
            url.push_str(port);
        }
        let mut path = String::with_capacity(self.path.len() + 1);
        write_encoded(&self.path, "/@", &mut path);
        write_without_dots(&path, &mut url);
        if let Some(query) = &self.query {
            url.push('?');
            write_encoded(query, "/@?[]", &mut url);
        }
        if let Some(route) = self.fragment.as_deref().filter(|fragment| fragment.starts_with('!')) {
            url.push('#');
            write_encoded(route, "/@?[]", &mut url);
        }
        (url.len() <= LONGEST).then_some(url)
    }
}

/// What stands before and behind the first `mark`.
fn cut(text: &str, mark: char) -> (&str, Option<&str>) {
    text.split_once(mark).map_or((text, None), |(before, behind)| (before, Some(behind)))
}

fn is_scheme(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

/// Writes a component with the percent-encoding that it needs: unreserved characters, sub-delimiters, `:` and those of `also` stand
/// for themselves.
fn write_encoded(component: &str, also: &str, out: &mut String) {
    let bytes = component.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        let encoded = if byte == b'%' { bytes.get(at..at + 2).and_then(of_hex) } else { None };
        match encoded {
            Some(value) => {
                at += 2;
                if is_unreserved(value) {
                    out.push(char::from(value));
                } else {
                    push_encoded(value, out);
                }
            }
            None if is_unreserved(byte) || b"!$&'()*+,;=:".contains(&byte) || also.as_bytes().contains(&byte) => {
                out.push(char::from(byte));
            }
            None => push_encoded(byte, out),
        }
    }
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

fn of_hex(pair: &[u8]) -> Option<u8> {
    let digit = |at: usize| pair.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    Some((digit(0)? * 16 + digit(1)?) as u8)
}

fn push_encoded(byte: u8, out: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    out.push('%');
    out.push(char::from(DIGITS[usize::from(byte >> 4)]));
    out.push(char::from(DIGITS[usize::from(byte & 15)]));
}

/// Writes a path that is absolute or empty without its `.` and `..` (RFC 3986, 5.2.4); an empty one as `/`.
fn write_without_dots(path: &str, out: &mut String) {
    let start = out.len();
    let mut segments = path.strip_prefix('/').unwrap_or(path).split('/').peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    let end = out.get(start..).and_then(|path| path.rfind('/')).map_or(start, |at| start + at);
                    out.truncate(end);
                }
                if is_last {
                    out.push('/');
                }
            }
            _ => {
                out.push('/');
                out.push_str(segment);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BASE: &str = "http://a.example/b/c/d;p?q";

    #[test]
    fn references_are_resolved_as_the_standard_has_it() {
        // RFC 3986, 5.4.
        for (reference, path) in [
            ("g", "/b/c/g"),
            ("./g", "/b/c/g"),
            ("g/", "/b/c/g/"),
            ("/g", "/g"),
            ("?y", "/b/c/d;p?y"),
            ("g?y", "/b/c/g?y"),
            ("#s", "/b/c/d;p?q"),
            ("g#s", "/b/c/g"),
            (";x", "/b/c/;x"),
            ("", "/b/c/d;p?q"),
            (".", "/b/c/"),
            ("..", "/b/"),
            ("../g", "/b/g"),
            ("../..", "/"),
            ("../../../g", "/g"),
            ("/./g", "/g"),
            ("/../g", "/g"),
            ("g.", "/b/c/g."),
            ("..g", "/b/c/..g"),
            ("./g/.", "/b/c/g/"),
            ("g/../h", "/b/c/h"),
            ("g;x=1/../y", "/b/c/y"),
            ("g?y/../x", "/b/c/g?y/../x"),
        ] {
            let expected = format!("http://a.example{path}");
            assert_eq!(normalize_url(reference, Some(BASE)), Some(expected), "{reference}");
        }
        assert_eq!(normalize_url("//g", Some(BASE)).as_deref(), Some("http://g/"));
    }

    #[test]
    fn equal_addresses_become_equal_and_others_stay_different() {
        for (written, expected) in [
            ("HTTP://Example.COM:80", Some("http://example.com/")),
            ("https://example.com:0443/a", Some("https://example.com/a")),
            ("https://example.com:/", Some("https://example.com/")),
            ("http://example.com:443/", Some("http://example.com:443/")),
            ("https://example.com./a", Some("https://example.com/a")),
            ("https://Bücher.example/ä b", Some("https://xn--bcher-kva.example/%C3%A4%20b")),
            ("https://e.example/%7Ea/%c3%bc/%2f%", Some("https://e.example/~a/%C3%BC/%2F%25")),
            ("https://e.example/a/%2e%2E/b", Some("https://e.example/b")),
            ("https://e.example/a//b/", Some("https://e.example/a//b/")),
            ("https://e.example/?utm_source=x&b=1&a=2", Some("https://e.example/?utm_source=x&b=1&a=2")),
            ("https://e.example/a?", Some("https://e.example/a?")),
            ("https://e.example/a#b", Some("https://e.example/a")),
            ("https://e.example/#!/a b", Some("https://e.example/#!/a%20b")),
            ("https://u:p@e.example/", Some("https://u:p@e.example/")),
            ("https://[2001:DB8::1]:8080/", Some("https://[2001:db8::1]:8080/")),
            (" https:\\\\e.example\\a\n/b ", Some("https://e.example/a/b")),
            ("https://e.example:99999/", None),
            ("https:///a", None),
            ("https:a", None),
            ("javascript:void(0)", None),
            ("//e.example/", None),
            ("a", None),
            ("", None),
        ] {
            assert_eq!(normalize_url(written, None).as_deref(), expected, "{written}");
        }
        assert_eq!(normalize_url("javascript:void(0)", Some(BASE)), None);
        assert_eq!(normalize_url("a", Some("mailto:b")), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1024))]

        #[test]
        fn normalizing_again_changes_nothing(written in "(https?:)?//?[a-zéß0-9.:@\\[\\]-]{1,12}(/(\\.\\.?|%2[eEfF5]|[a%é?#! ]{1,3})){0,5}", base in "(https://e.example/a/b\\?c|)") {
            if let Some(url) = normalize_url(&written, Some(&base)) {
                prop_assert!(url.is_ascii() && url.len() <= 3 * (written.len() + base.len()) + 64);
                let again = normalize_url(&url, None);
                prop_assert_eq!(again.as_deref(), Some(&*url));
            }
        }

        #[test]
        fn any_reference_is_safe(reference in any::<String>(), base in any::<String>()) {
            if let Some(url) = normalize_url(&reference, Some(&base)) {
                let again = normalize_url(&url, None);
                prop_assert_eq!(again.as_deref(), Some(&*url));
            }
        }
    }
}
