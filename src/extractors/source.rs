//! Resolves the outlet of a record from what is stated and from its URL, through the registry.
//!
//! A source statement outranks the URL, but for what a page says of itself: there the host decides, because it is one spelling
//! where `og:site_name` has many, and the statement gives the name. A statement is looked up as an id, a name, an alias, a domain or a URL; what the registry does not
//! know becomes an id of its own ([`slug`]). A host that the registry does not know stands for its registrable domain, where it
//! has one (`kernels/registrable_domain.rs`).

use std::borrow::Cow;
use std::collections::HashMap;

use super::registry::{self, Registry, Source, SourceType, UNKNOWN, slug};
use crate::kernels::normalize_line::normalize_line;
use crate::kernels::normalize_text::Scratch;
use crate::kernels::parse_date::{DateOrder, ZoneRule};
use crate::kernels::registrable_domain::{ascii_host, host_of_url, registrable_domain, unicode_host};
use crate::statement::Evidence;

/// What decided an outlet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The source statement.
    Statement,
    /// The host of the URL.
    Host,
    /// Nothing.
    Nothing,
}

impl Basis {
    /// The evidence of an outlet, where the source statement (if there is one) has the given kind.
    pub fn evidence(self, stated: Option<Evidence>) -> Evidence {
        match self {
            Self::Statement => stated.unwrap_or(Evidence::None),
            Self::Host => Evidence::Domain,
            Self::Nothing => Evidence::None,
        }
    }
}

/// Rank of an agency to which the registry gives none: what it sells is where copies come from.
pub const AGENCY_RANK: i32 = 0;
/// Rank of every other outlet to which the registry gives none.
pub const OTHER_RANK: i32 = 100;

/// A resolved outlet.
#[derive(Clone, Debug)]
pub struct Outlet<'r> {
    /// `source_id`; [`UNKNOWN`] when nothing says it.
    pub id: Cow<'r, str>,
    /// `source_name`: the registry's, else as stated; none where only a host is known.
    pub name: Option<Cow<'r, str>>,
    /// `source_domain`: the domain of the registry where it has one, else the registrable domain, else the host (an address).
    pub domain: Option<Cow<'r, str>>,
    /// What decided.
    pub basis: Basis,
    /// The registry entry.
    pub entry: Option<&'r Source>,
    /// Zone of its times of day.
    pub zone: Option<ZoneRule>,
    /// Order of its numeric dates.
    pub date_order: Option<DateOrder>,
    /// Whether the URL's host is none of the domains that the registry has for the stated outlet.
    pub conflict: bool,
}

impl Outlet<'_> {
    /// Its rank: the registry's, else [`AGENCY_RANK`] for agencies and [`OTHER_RANK`] for all others.
    pub fn rank(&self) -> i32 {
        let by_kind = |entry: &Source| if entry.kind == Some(SourceType::Agency) { AGENCY_RANK } else { OTHER_RANK };
        self.entry.map_or(OTHER_RANK, |entry| entry.rank.map_or_else(|| by_kind(entry), i32::from))
    }
}

/// A source statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Said<'a> {
    /// The words, trimmed.
    pub words: &'a str,
    /// Whether a page says it of itself.
    pub by_page: bool,
}

impl<'a> Said<'a> {
    /// The statement of a kind.
    pub fn new(words: &'a str, evidence: Evidence) -> Self {
        Self { words: words.trim(), by_page: matches!(evidence, Evidence::JsonLd | Evidence::Meta) }
    }
}

/// Resolves outlets and remembers them, so that a batch asks the registry once for each statement and host.
#[derive(Debug)]
pub struct Outlets<'a, 'r> {
    registry: &'r Registry,
    hosts: HashMap<&'a str, Option<usize>>,
    host_names: Vec<Cow<'a, str>>,
    known: HashMap<(Option<Said<'a>>, Option<usize>), usize>,
    resolved: Vec<Outlet<'r>>,
    scratch: Scratch,
}

impl<'a, 'r> Outlets<'a, 'r> {
    /// Remembers nothing yet.
    pub fn new(registry: &'r Registry) -> Self {
        Self {
            registry,
            hosts: HashMap::new(),
            host_names: Vec::new(),
            known: HashMap::new(),
            resolved: Vec::new(),
            scratch: Scratch::default(),
        }
    }

    /// The host of a URL by its number; `None` when the URL has none.
    pub fn host(&mut self, url: &'a str) -> Option<usize> {
        let origin = origin_of(url);
        if let Some(host) = self.hosts.get(origin) {
            return *host;
        }
        let host = host_of_url(origin).map(|host| {
            self.host_names.push(lower_ascii(host));
            self.host_names.len() - 1
        });
        self.hosts.insert(origin, host);
        host
    }

    /// The outlet of a record with a source statement and a host of [`Self::host`].
    pub fn resolve(&mut self, stated: Option<Said<'a>>, host: Option<usize>) -> &Outlet<'r> {
        let key = (stated, host);
        let known = self.known.get(&key).copied();
        let place = known.unwrap_or_else(|| {
            let host = host.and_then(|number| self.host_names.get(number)).map(|host| &**host);
            self.resolved.push(resolve(self.registry, stated, host, &mut self.scratch));
            self.known.insert(key, self.resolved.len() - 1);
            self.resolved.len() - 1
        });
        &self.resolved[place]
    }
}

fn resolve<'r>(
    registry: &'r Registry,
    stated: Option<Said<'_>>,
    host: Option<&str>,
    scratch: &mut Scratch,
) -> Outlet<'r> {
    if let (Some(Said { words, by_page: true }), Some(host)) = (stated, host) {
        return from_page(registry, words, host, scratch);
    }
    stated
        .and_then(|stated| from_statement(registry, stated.words, host, scratch))
        .or_else(|| host.map(|host| from_host(registry, host)))
        .unwrap_or(Outlet {
            id: UNKNOWN.into(),
            name: None,
            domain: None,
            basis: Basis::Nothing,
            entry: None,
            zone: None,
            date_order: None,
            conflict: false,
        })
}

/// The outlet that a statement names; `None` for one without a letter or digit.
fn from_statement<'r>(
    registry: &'r Registry,
    stated: &str,
    host: Option<&str>,
    scratch: &mut Scratch,
) -> Option<Outlet<'r>> {
    let name = normalize_line(stated, scratch).text;
    if let Some(entry) = registry.find(name) {
        return Some(registered(entry, Basis::Statement, host));
    }
    let domain = stated_domain(name);
    let id = domain.as_deref().map_or_else(|| slug(name), slug_of_domain);
    if id == UNKNOWN {
        return None;
    }
    // A name that comes to a registered id is that outlet: one id never stands for two.
    if let Some(entry) = registry.by_id(&id) {
        return Some(registered(entry, Basis::Statement, host));
    }
    Some(Outlet {
        id: id.into(),
        name: domain.is_none().then(|| name.to_owned().into()),
        domain: domain.or_else(|| host.map(domain_of)).map(Cow::Owned),
        basis: Basis::Statement,
        entry: None,
        zone: None,
        date_order: None,
        conflict: false,
    })
}

/// The outlet of a page that names itself: the host decides, unless only the name is registered.
fn from_page<'r>(registry: &'r Registry, words: &str, host: &str, scratch: &mut Scratch) -> Outlet<'r> {
    let by_host = from_host(registry, host);
    if by_host.entry.is_some() {
        return by_host;
    }
    match from_statement(registry, words, Some(host), scratch) {
        Some(stated) if stated.entry.is_some() => stated,
        Some(stated) => Outlet { name: stated.name, ..by_host },
        None => by_host,
    }
}

fn from_host<'r>(registry: &'r Registry, host: &str) -> Outlet<'r> {
    let domain = domain_of(host);
    let id = slug_of_domain(&domain);
    match registry.by_domain(host).or_else(|| registry.by_id(&id)) {
        Some(entry) => registered(entry, Basis::Host, Some(host)),
        None => Outlet {
            id: id.into(),
            name: None,
            domain: Some(domain.into()),
            basis: Basis::Host,
            entry: None,
            zone: None,
            date_order: None,
            conflict: false,
        },
    }
}

fn registered<'r>(entry: &'r Source, basis: Basis, host: Option<&str>) -> Outlet<'r> {
    let own = entry.domains.iter().filter(|domain| host.is_some_and(|host| is_under(host, domain)));
    let own = own.max_by_key(|domain| domain.len());
    let domain = own.or(entry.domains.first()).map(|domain| Cow::Borrowed(domain.as_str()));
    Outlet {
        id: entry.id.as_str().into(),
        name: Some(entry.name.as_str().into()),
        domain: domain.or_else(|| host.map(|host| domain_of(host).into())),
        basis,
        entry: Some(entry),
        zone: entry.time_zone.as_deref().and_then(ZoneRule::named),
        date_order: entry.date_order.map(|order| match order {
            registry::DateOrder::Dmy => DateOrder::DayMonthYear,
            registry::DateOrder::Mdy => DateOrder::MonthDayYear,
            registry::DateOrder::Ymd => DateOrder::YearMonthDay,
        }),
        conflict: own.is_none() && host.is_some() && !entry.domains.is_empty(),
    }
}

/// Whether `host` is `domain` or a name below it.
fn is_under(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// The registrable domain of a host; the host itself when it has none.
fn domain_of(host: &str) -> String {
    registrable_domain(host).map_or_else(|| host.to_owned(), Cow::into_owned)
}

/// The id of an outlet that is known by its domain only.
fn slug_of_domain(domain: &str) -> String {
    slug(&unicode_host(domain))
}

fn lower_ascii(host: Cow<'_, str>) -> Cow<'_, str> {
    match host {
        Cow::Borrowed(host) => ascii_host(host),
        Cow::Owned(host) => Cow::Owned(ascii_host(&host).into_owned()),
    }
}

/// The domain of the host that a source statement consists of: a URL, or ASCII labels of which the last has two letters or more.
fn stated_domain(stated: &str) -> Option<String> {
    if let Some(host) = host_of_url(stated) {
        return Some(domain_of(&ascii_host(&host)));
    }
    let last = stated.strip_suffix('.').unwrap_or(stated).rsplit_once('.')?.1;
    let is_label = |label: &str| label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_top = last.len() >= 2 && last.bytes().any(|byte| byte.is_ascii_alphabetic());
    if !is_top || !stated.split('.').all(is_label) {
        return None;
    }
    let url = format!("//{stated}");
    host_of_url(&url).map(|host| domain_of(&host))
}

/// Scheme and authority of a URL, as written; the whole string when it has no path.
fn origin_of(url: &str) -> &str {
    let authority = url.find("//").map_or(0, |place| place + 2);
    let rest = url.get(authority..).unwrap_or_default();
    let end = rest.find(['/', '?', '#', '\\']).map_or(url.len(), |place| authority + place);
    url.get(..end).unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCES: &str = r#"
        [[source]]
        id = "harbour-times"
        name = "The Harbour Times"
        type = "agency"
        domains = ["harbourtimes.example", "harbour.example"]
        aliases = ["HT"]
        time-zone = "Europe/Istanbul"
        date-order = "dmy"
    "#;

    #[test]
    fn statements_outrank_hosts_and_both_go_through_the_registry() {
        let registry = Registry::parse(SOURCES, "sources.toml").expect("a good registry");
        let mut outlets = Outlets::new(&registry);
        for (stated, url, expected) in [
            (Some("harbour-times"), None, ("harbour-times", Some("The Harbour Times"), Some("harbourtimes.example"))),
            (
                Some("ht"),
                Some("https://m.harbour.example/x"),
                ("harbour-times", Some("The Harbour Times"), Some("harbour.example")),
            ),
            (
                Some("WWW.Harbour.example"),
                None,
                ("harbour-times", Some("The Harbour Times"), Some("harbourtimes.example")),
            ),
            (Some("Harbour Times!"), None, ("harbour-times", Some("The Harbour Times"), Some("harbourtimes.example"))),
            (Some("Daily  Courier"), None, ("daily-courier", Some("Daily Courier"), None)),
            (
                Some("Daily Courier"),
                Some("https://www.Courier.example:8080/x"),
                ("daily-courier", Some("Daily Courier"), Some("courier.example")),
            ),
            (Some("www.Courier.example"), None, ("courier-example", None, Some("courier.example"))),
            (Some("https://courier.example/feed"), None, ("courier-example", None, Some("courier.example"))),
            (Some("U.S. News"), None, ("u-s-news", Some("U.S. News"), None)),
            (Some("—"), Some("http://courier.example?x"), ("courier-example", None, Some("courier.example"))),
            (None, Some("https://m.courier.co.uk/x"), ("courier-co-uk", None, Some("courier.co.uk"))),
            (None, Some("https://www.küste.example/"), ("kuste-example", None, Some("xn--kste-0ra.example"))),
            (None, Some("https://192.0.2.7/"), ("192-0-2-7", None, Some("192.0.2.7"))),
            (
                None,
                Some("https://sub.harbour.example/"),
                ("harbour-times", Some("The Harbour Times"), Some("harbour.example")),
            ),
            (None, Some("not a url"), ("unknown", None, None)),
            (None, None, ("unknown", None, None)),
        ] {
            let host = url.and_then(|url| outlets.host(url));
            let outlet = outlets.resolve(stated.map(|words| Said { words, by_page: false }), host);
            assert_eq!((&*outlet.id, outlet.name.as_deref(), outlet.domain.as_deref()), expected, "{stated:?} {url:?}");
        }
    }

    #[test]
    fn the_registry_says_zone_order_and_kind() {
        let registry = Registry::parse(SOURCES, "sources.toml").expect("a good registry");
        let mut outlets = Outlets::new(&registry);
        let said = Some(Said::new(" HT ", Evidence::Sidecar));
        let outlet = outlets.resolve(said, None);
        assert_eq!(outlet.zone.as_ref().map(ZoneRule::name), Some("Europe/Istanbul"));
        assert_eq!(outlet.date_order, Some(DateOrder::DayMonthYear));
        assert!(outlet.rank() == AGENCY_RANK && !outlet.conflict);
        assert_eq!(outlet.basis.evidence(Some(Evidence::Sidecar)), Evidence::Sidecar);
        let elsewhere = outlets.host("https://notharbour.example/");
        assert!(outlets.resolve(said, elsewhere).conflict);
        assert!(!outlets.resolve(None, elsewhere).conflict);
        assert_eq!(outlets.resolve(None, elsewhere).basis.evidence(None), Evidence::Domain);
        assert_eq!(outlets.resolve(None, None).basis.evidence(None), Evidence::None);
    }

    #[test]
    fn the_host_of_a_page_outranks_the_name_that_it_gives_itself() {
        let registry = Registry::parse(SOURCES, "sources.toml").expect("a good registry");
        let mut outlets = Outlets::new(&registry);
        for (words, url, expected) in [
            ("Courier Online", "https://www.courier.example/x", ("courier-example", Some("Courier Online"))),
            ("Courier Online", "https://harbour.example/x", ("harbour-times", Some("The Harbour Times"))),
            ("HT", "https://mirror.example/x", ("harbour-times", Some("The Harbour Times"))),
            ("courier.example", "https://courier.example/x", ("courier-example", None)),
        ] {
            let host = outlets.host(url);
            let outlet = outlets.resolve(Some(Said::new(words, Evidence::Meta)), host);
            assert_eq!((&*outlet.id, outlet.name.as_deref()), expected, "{words} {url}");
        }
        let outlet = outlets.resolve(Some(Said::new("Courier Online", Evidence::JsonLd)), None);
        assert_eq!((&*outlet.id, outlet.basis), ("courier-online", Basis::Statement));
    }
}
