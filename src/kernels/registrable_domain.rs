//! Cuts the registrable domain out of a host or URL: the part of a name that one owner registered.
//!
//! By the Public Suffix List (publicsuffix.org) as the crate `psl` has it, with both of its sections: the public suffixes of the
//! registries (`co.uk`) and those of services that give names to others (`blogspot.com`, `github.io`), for the
//! sites under the latter are as independent of each other as those under the former. So are the sites of platforms that are not in
//! the list, because they did not ask to be.

use std::borrow::Cow;
use std::net::Ipv4Addr;

use unicode_normalization::char::is_combining_mark;

/// Platforms that give each publisher a name under theirs without being in the Public Suffix List.
const PLATFORMS: &[&str] = &[
    "beehiiv.com",
    "bearblog.dev",
    "blog.hu",
    "blogs.com",
    "buttondown.email",
    "canalblog.com",
    "dreamwidth.org",
    "ghost.io",
    "hatenablog.com",
    "hatenablog.jp",
    "livejournal.com",
    "medium.com",
    "over-blog.com",
    "squarespace.com",
    "substack.com",
    "tumblr.com",
    "typepad.com",
    "weebly.com",
    "wixsite.com",
    "wordpress.com",
    "write.as",
];

/// Names that platforms keep for themselves.
const OWN_NAMES: &[&str] = &["www", "m"];

/// The registrable domain of a host, or of an `http` or `https` URL, as `example.co.uk`.
///
/// Lower case, in ASCII (internationalized names as `xn--`, after UTS 46), without final dot. A name whose last label the list does
/// not know counts by its last two labels, as the list prescribes. `None` for what is no host name: IP addresses, single
/// labels, public suffixes of registries; a service's own name (`github.io`) is its own.
///
/// # Example
/// ```
/// use copydesk::kernels::registrable_domain::registrable_domain;
///
/// assert_eq!(registrable_domain("https://edition.News.co.uk/world").as_deref(), Some("news.co.uk"));
/// assert_eq!(registrable_domain("harbour.blogspot.com").as_deref(), Some("harbour.blogspot.com"));
/// assert_eq!(registrable_domain("co.uk"), None);
/// ```
pub fn registrable_domain(host_or_url: &str) -> Option<Cow<'_, str>> {
    let host = match host_of_url(host_or_url) {
        Some(host) => host,
        None if host_or_url.contains("//") => return None,
        None => Cow::Borrowed(without_final_dot(host_or_url.trim())),
    };
    if !is_host(&host) || host.parse::<Ipv4Addr>().is_ok() {
        return None;
    }
    match host {
        Cow::Borrowed(host) => match ascii_host(host) {
            Cow::Borrowed(host) => registered_part(host).map(Cow::Borrowed),
            Cow::Owned(host) => registered_part(&host).map(|part| Cow::Owned(part.to_owned())),
        },
        Cow::Owned(host) => registered_part(&ascii_host(&host)).map(|part| Cow::Owned(part.to_owned())),
    }
}

/// The registrable part of a host in lower-case ASCII; none of one that cannot be encoded.
fn registered_part(host: &str) -> Option<&str> {
    if !host.is_ascii() || !is_host(host) {
        return None;
    }
    if let Some(domain) = psl::domain_str(host) {
        return Some(site_on_platform(host, domain).unwrap_or(domain));
    }
    let suffix = psl::suffix(host.as_bytes())?;
    let is_service = suffix.typ() == Some(psl::Type::Private) && suffix.as_bytes().len() == host.len();
    is_service.then_some(host)
}

/// The host of one publisher on a platform.
fn site_on_platform<'h>(host: &'h str, domain: &str) -> Option<&'h str> {
    if !PLATFORMS.contains(&domain) {
        return None;
    }
    let above = host.strip_suffix(domain)?.strip_suffix('.')?;
    let name = above.rsplit('.').next().filter(|name| !OWN_NAMES.contains(name))?;
    host.get(above.len() - name.len()..)
}

/// A host in lower case and ASCII; one that UTS 46 cannot encode stays as written, in lower case.
pub fn ascii_host(host: &str) -> Cow<'_, str> {
    if host.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        return Cow::Borrowed(host);
    }
    if host.is_ascii() {
        return Cow::Owned(host.to_ascii_lowercase());
    }
    Cow::Owned(idna::domain_to_ascii(host).ok().filter(|host| !host.is_empty()).unwrap_or_else(|| host.to_lowercase()))
}

/// A host as people read it: the reverse of [`ascii_host`].
pub fn unicode_host(host: &str) -> Cow<'_, str> {
    if !host.split('.').any(|label| label.starts_with("xn--")) {
        return Cow::Borrowed(host);
    }
    match idna::domain_to_unicode(host) {
        (host, Ok(())) => Cow::Owned(host),
        (_, Err(_)) => Cow::Borrowed(host),
    }
}

/// Whether a string can be a host: labels of letters, digits, marks, `-` and `_`.
pub fn is_host(host: &str) -> bool {
    !host.is_empty()
        && host.len() <= 253
        && host.split('.').all(|label| !label.is_empty())
        && host.chars().all(|c| c.is_alphanumeric() || is_combining_mark(c) || matches!(c, '-' | '_' | '.'))
}

/// The host of a URL in lower case, without user, port and final dot; `None` when there is none.
///
/// The scheme must be `http` or `https`, or be left out with its `//` kept. An IPv6 address keeps its brackets; names that are not
/// ASCII stay as written, neither decoded nor encoded.
pub fn host_of_url(url: &str) -> Option<Cow<'_, str>> {
    let url = url.trim();
    let after_scheme = match url.split_once("//") {
        Some((scheme, rest))
            if scheme.is_empty() || scheme.eq_ignore_ascii_case("http:") || scheme.eq_ignore_ascii_case("https:") =>
        {
            rest
        }
        _ => return None,
    };
    let authority = after_scheme.split(['/', '?', '#', '\\']).next()?;
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    let (host, port) = if place.starts_with('[') {
        let (address, behind) = place.split_at(place.find(']')? + 1);
        if !address[1..address.len() - 1].bytes().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.')) {
            return None;
        }
        (address, behind.strip_prefix(':').or(behind.is_empty().then_some(""))?)
    } else {
        place.split_once(':').unwrap_or((place, ""))
    };
    let host = without_final_dot(host);
    if !port.bytes().all(|byte| byte.is_ascii_digit()) || !(host.starts_with('[') || is_host(host)) {
        return None;
    }
    Some(if host.chars().any(char::is_uppercase) { host.to_lowercase().into() } else { host.into() })
}

fn without_final_dot(host: &str) -> &str {
    host.strip_suffix('.').unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_one_owner_registered_is_cut_out() {
        for (host, expected) in [
            ("www.example.com", Some("example.com")),
            ("EDITION.Example.CO.UK.", Some("example.co.uk")),
            ("https://user@news.example.com.tr:8080/x//y", Some("example.com.tr")),
            ("//a.b.c.example.org", Some("example.org")),
            ("daily.github.io", Some("daily.github.io")),
            ("github.io", Some("github.io")),
            ("a.b.harbour.example", Some("harbour.example")),
            ("www.bücher.de", Some("xn--bcher-kva.de")),
            ("xn--bcher-kva.de", Some("xn--bcher-kva.de")),
            ("www.ck", Some("www.ck")),
            ("a.b.kawasaki.jp", Some("a.b.kawasaki.jp")),
            ("co.uk", None),
            ("com", None),
            ("localhost", None),
            ("192.0.2.7", None),
            ("https://[2001:db8::1]/", None),
            ("mailto://example.com", None),
            ("a..b", None),
            ("", None),
        ] {
            assert_eq!(registrable_domain(host).as_deref(), expected, "{host}");
        }
    }

    #[test]
    fn publishers_on_a_platform_are_apart() {
        for (host, expected) in [
            ("harbour.substack.com", "harbour.substack.com"),
            ("www.harbour.wordpress.com", "harbour.wordpress.com"),
            ("https://Coast.tumblr.com/post/1", "coast.tumblr.com"),
            ("www.medium.com", "medium.com"),
            ("medium.com", "medium.com"),
            ("notmedium.com", "notmedium.com"),
        ] {
            assert_eq!(registrable_domain(host).as_deref(), Some(expected), "{host}");
        }
    }

    #[test]
    fn names_are_read_and_written() {
        for (unicode, ascii) in [("bücher.example", "xn--bcher-kva.example"), ("example.com", "example.com")] {
            assert_eq!(ascii_host(unicode), ascii);
            assert_eq!(unicode_host(ascii), unicode);
        }
        assert_eq!(unicode_host("xn--\u{e9}.example"), "xn--\u{e9}.example");
    }

    #[test]
    fn hosts_are_cut_out_of_urls() {
        for (url, expected) in [
            ("https://www.Example.com/a/b?c#d", Some("www.example.com")),
            ("HTTP://user:p@ss@example.com:8080/x@y", Some("example.com")),
            ("//example.com", Some("example.com")),
            ("https://example.com.?q=//x", Some("example.com")),
            ("https://[2001:db8::1]:443/", Some("[2001:db8::1]")),
            ("https://bücher.example/ä", Some("bücher.example")),
            ("https://example.com\\@evil.example/", Some("example.com")),
            ("mailto:a@example.com", None),
            ("ftp://example.com/", None),
            ("example.com/a", None),
            ("https://", None),
            ("https://a..b/", None),
            ("https://a b/", None),
            ("https://example.com:x/", None),
            ("https://[::1/", None),
            ("https://[]x/", None),
        ] {
            assert_eq!(host_of_url(url).as_deref(), expected, "{url}");
        }
    }

    proptest! {
        #[test]
        fn any_url_is_safe(url in "(https?:)?//[a-zA-Z0-9@:/?#\\[\\].é\\\\ -]{0,30}") {
            if let Some(host) = host_of_url(&url) {
                prop_assert!(!host.is_empty() && host.to_lowercase() == *host);
            }
        }

        #[test]
        fn a_registrable_domain_is_its_own(host in "([a-zA-Zéß0-9_-]{0,4}\\.){0,4}(com|uk|co\\.uk|github\\.io|jp|x|ß)\\.?") {
            if let Some(domain) = registrable_domain(&host) {
                prop_assert!(domain.to_lowercase() == *domain && domain.contains('.'));
                let again = registrable_domain(&domain);
                prop_assert_eq!(again.as_deref(), Some(&*domain));
            }
        }
    }
}
