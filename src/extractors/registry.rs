//! The source registry, `sources.toml`: what is known about outlets beyond what their articles say.
//!
//! ```toml
//! [[source]]
//! id = "example-times"
//! name = "The Example Times"
//! type = "newspaper"
//! domains = ["example.com"]
//! aliases = ["Example Times", "ET"]
//! country = "GB"
//! language = "en"
//! time-zone = "Europe/London"
//! date-order = "dmy"
//! license = "CC-BY-4.0"
//! rights-holder = "Example Times Ltd"
//! rank = 10
//! ```
//!
//! Only `id` and `name` are needed.

use std::borrow::Cow;
use std::collections::HashMap;

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::Deserialize;
use unicode_normalization::char::is_combining_mark;

use crate::error::{Error, Result, did_you_mean};
use crate::kernels::registrable_domain::{ascii_host, host_of_url, is_host};
use crate::kernels::word_mistake::word_mistake;

/// What an outlet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceType {
    /// A news agency: it sells the articles that others print.
    Agency,
    /// A newspaper, printed or once printed.
    Newspaper,
    /// A radio or television station.
    Broadcaster,
    /// A magazine.
    Magazine,
    /// An outlet that was never printed.
    Online,
    /// A ministry, an authority, an international body.
    Government,
    /// A site that collects what others wrote.
    Aggregator,
    /// Press releases of companies and other bodies.
    PressRelease,
    /// One person's or one group's site.
    Blog,
    /// Anything else.
    Other,
}

/// Order of day, month and year in an outlet's numeric dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DateOrder {
    /// `31.12.2024`.
    Dmy,
    /// `12/31/2024`.
    Mdy,
    /// `2024/12/31`.
    Ymd,
}

/// An outlet.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Source {
    /// Stable id: lower-case letters, digits and hyphens; goes to `source_id`.
    pub id: String,
    /// Name as shown.
    pub name: String,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: Option<SourceType>,
    /// Hosts without `www.`, lower case, in ASCII (`xn--`); each stands for its subdomains, too.
    #[serde(default)]
    pub domains: Vec<String>,
    /// Other names.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// ISO 3166-1 alpha-2, upper case (and `XK`, the user-assigned code of Kosovo in common use).
    pub country: Option<String>,
    /// BCP 47.
    pub language: Option<String>,
    /// IANA name.
    pub time_zone: Option<String>,
    /// Order of its numeric dates.
    pub date_order: Option<DateOrder>,
    /// Licence of its articles.
    pub license: Option<String>,
    /// Who holds the rights.
    pub rights_holder: Option<String>,
    /// Which of several copies stands for the others, where `[dedup] prefer` names `source-rank`: the lower rank.
    pub rank: Option<u16>,
    /// The zone of `time_zone`, looked up in the bundled database.
    #[serde(skip)]
    pub zone: Option<TimeZone>,
}

/// Keys of an entry, as documented.
const KEYS: &[&str] = &[
    "id",
    "name",
    "type",
    "domains",
    "aliases",
    "country",
    "language",
    "time-zone",
    "date-order",
    "license",
    "rights-holder",
    "rank",
];

/// Country codes of ISO 3166-1 alpha-2 (249, as of 2024) and `XK`.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV \
    BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR \
    GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG \
    KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX \
    MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG \
    SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG \
    VI VN VU WF WS XK YE YT ZA ZM ZW";

/// The checked registry.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    sources: Vec<Source>,
    by_id: HashMap<String, usize>,
    by_name: HashMap<String, usize>,
    by_domain: HashMap<String, usize>,
}

impl Registry {
    /// Reads and checks a registry; `file_name` is for messages.
    ///
    /// # Errors
    /// A configuration error that names the file and the entry: not TOML, an unknown key, a wrong type, an id, name, alias or domain
    /// that two entries claim, an unknown country or time zone, a malformed id, domain or language.
    pub fn parse(text: &str, file_name: &str) -> Result<Self> {
        Self::read(text).map_err(|error| error.context(format!("cannot use the source registry `{file_name}`")))
    }

    fn read(text: &str) -> Result<Self> {
        let mut table: toml::Table = toml::from_str(text).map_err(|error| {
            let line =
                error.span().and_then(|span| text.get(..span.start)).map_or(1, |before| before.split('\n').count());
            Error::config(format!("line {line}: {}", error.message().lines().next().unwrap_or_default()))
        })?;
        let entries = match table.remove("source") {
            Some(toml::Value::Array(entries)) => entries,
            Some(_) => return Err(Error::config("expected entries `[[source]]`, but found one `source`")),
            None => Vec::new(),
        };
        if let Some(key) = table.keys().next() {
            return Err(unknown_key(key, "the file", &["source"]));
        }
        let mut registry = Self::default();
        for (number, entry) in entries.into_iter().enumerate() {
            let id = entry.get("id").and_then(toml::Value::as_str).map(|id| format!(" (`{id}`)")).unwrap_or_default();
            let place = format!("entry {}{id}", number + 1);
            let source = read_entry(entry, &place)?;
            registry.add(source, &place)?;
        }
        Ok(registry)
    }

    fn add(&mut self, source: Source, place: &str) -> Result<()> {
        let index = self.sources.len();
        let claimed = |other: usize, what: String, sources: &[Source]| {
            let holder = sources.get(other).map_or("itself", |source| source.id.as_str());
            Error::config(format!("{place}: {what} belongs to `{holder}` already"))
        };
        if let Some(other) = self.by_id.insert(source.id.clone(), index) {
            return Err(claimed(other, format!("id `{}`", source.id), &self.sources));
        }
        for domain in &source.domains {
            if let Some(other) = self.by_domain.insert(domain.clone(), index) {
                return Err(claimed(other, format!("domain `{domain}`"), &self.sources));
            }
        }
        for name in std::iter::once(&source.name).chain(&source.aliases) {
            match self.by_name.insert(fold_name(name), index) {
                // An alias that is the name in other letters says nothing new and does no harm.
                Some(other) if other != index => {
                    return Err(claimed(other, format!("name `{name}`"), &self.sources));
                }
                _ => {}
            }
        }
        self.sources.push(source);
        Ok(())
    }

    /// All outlets, in the order of the file.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The outlet of an id.
    pub fn by_id(&self, id: &str) -> Option<&Source> {
        self.sources.get(*self.by_id.get(id)?)
    }

    /// The outlet of a name or alias; case and white space do not count.
    pub fn by_name(&self, name: &str) -> Option<&Source> {
        self.sources.get(*self.by_name.get(&fold_name(name))?)
    }

    /// The outlet of a host, or of its nearest registered parent domain.
    pub fn by_domain(&self, host: &str) -> Option<&Source> {
        let host = clean_host(host);
        let mut rest: &str = &host;
        loop {
            if let Some(index) = self.by_domain.get(rest) {
                return self.sources.get(*index);
            }
            rest = rest.split_once('.')?.1;
        }
    }

    /// The outlet that a source statement means: an id, a name, an alias, a domain or a URL, tried in this order.
    pub fn find(&self, stated: &str) -> Option<&Source> {
        let stated = stated.trim();
        self.by_id(stated)
            .or_else(|| self.by_name(stated))
            .or_else(|| self.by_domain(stated))
            .or_else(|| host_of_url(stated).and_then(|host| self.by_domain(&host)))
    }
}

fn unknown_key(key: &str, place: &str, known: &[&str]) -> Error {
    let error = Error::config(format!("{place}: unknown key `{key}`"));
    match did_you_mean(&key.to_lowercase().replace('_', "-"), known.iter().copied()) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint(format!("known keys are `{}`", known.join("`, `"))),
    }
}

fn read_entry(entry: toml::Value, place: &str) -> Result<Source> {
    if let Some(key) = entry.as_table().and_then(|table| table.keys().find(|key| !KEYS.contains(&key.as_str()))) {
        return Err(unknown_key(key, place, KEYS));
    }
    let mut source: Source = entry.try_into().map_err(|error: toml::de::Error| {
        let message = error.to_string();
        let mut lines = message.lines();
        let what = lines.next().unwrap_or_default();
        let key = lines.find_map(|line| line.strip_prefix("in ")).map(|key| format!(" {key}:")).unwrap_or_default();
        Error::config(format!("{place}:{key} {}", word_mistake(what)))
    })?;
    let bad = |key: &str, expected: &str, found: &str| {
        Error::config(format!("{place}: `{key}`: expected {expected}, but found `{found}`"))
    };
    let id_is_good = source.id.chars().all(|c| c == '-' || (c.is_alphanumeric() && !c.is_uppercase()));
    if source.id.is_empty() || !id_is_good || source.id == UNKNOWN {
        return Err(bad("id", "lower-case letters, digits and hyphens, and not `unknown`", &source.id)
            .hint(format!("`{}` would do", slug(&source.name))));
    }
    if fold_name(&source.name).is_empty() {
        return Err(bad("name", "a name", &source.name));
    }
    if let Some(alias) = source.aliases.iter().find(|alias| fold_name(alias).is_empty()) {
        return Err(bad("aliases", "a name", alias));
    }
    for domain in &mut source.domains {
        let host = clean_host(domain).into_owned();
        if !is_host(&host) || !host.contains('.') {
            let error = bad("domains", "a host such as `example.com`", domain);
            return Err(match host_of_url(domain) {
                Some(host) => error.hint(format!("did you mean `{}`?", clean_host(&host))),
                None => error,
            });
        }
        *domain = host;
    }
    if let Some(country) = &source.country
        && !COUNTRIES.split_ascii_whitespace().any(|code| code == country)
    {
        let error = bad("country", "an ISO 3166-1 code of two letters", country);
        let upper = country.to_uppercase();
        let near = if upper == "UK" { "GB" } else { upper.as_str() };
        return Err(match COUNTRIES.split_ascii_whitespace().find(|code| *code == near) {
            Some(code) => error.hint(format!("did you mean `{code}`?")),
            None => error,
        });
    }
    if let Some(language) = &source.language
        && !is_language(language)
    {
        return Err(bad("language", "a BCP 47 tag such as `en` or `pt-BR`", language));
    }
    if let Some(name) = &source.time_zone {
        let zones = TimeZoneDatabase::bundled();
        source.zone = Some(zones.get(name).map_err(|_| {
            let error = bad("time-zone", "an IANA time zone such as `Europe/London`", name);
            let known: Vec<String> = zones.available().map(|zone| zone.as_str().to_owned()).collect();
            match did_you_mean(name, known.iter().map(String::as_str)) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error,
            }
        })?);
    }
    Ok(source)
}

fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let primary = parts.next().unwrap_or_default();
    (2..=3).contains(&primary.len())
        && primary.bytes().all(|byte| byte.is_ascii_lowercase())
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// The form of a name that look-ups compare: lower case, the four letters i as one, one space between words.
fn fold_name(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for word in name.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        for c in word.chars().filter(|c| *c != '\u{307}') {
            match c {
                'İ' | 'I' | 'ı' => out.push('i'),
                _ => out.extend(c.to_lowercase()),
            }
        }
    }
    out
}

/// Lower case and ASCII, without `www.` and final dot.
fn clean_host(host: &str) -> Cow<'_, str> {
    let host = host.trim();
    let host = host.strip_suffix('.').unwrap_or(host);
    let lower = ascii_host(host);
    match lower.strip_prefix("www.") {
        Some(rest) if rest.contains('.') => Cow::Owned(rest.to_owned()),
        _ => lower,
    }
}

/// What stands in `source_id` when no outlet is known.
pub const UNKNOWN: &str = "unknown";

/// An id for an outlet that the registry does not have, from its name: lower case, letters and digits, `-` between words.
///
/// Latin letters lose their marks (`Türkiye Gazetesi` is `turkiye-gazetesi`, `Łódź` `lodz`, `Bakı` `baki`); other scripts stay as
/// they are but for case. Never empty: a name without letters and digits is `unknown`.
pub fn slug(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    // Marks are dropped behind Latin letters alone: elsewhere they tell letters apart, or are vowels.
    let mut latin = false;
    for c in DecomposingNormalizerBorrowed::new_nfd().normalize_iter(name.chars()) {
        if is_combining_mark(c) {
            if !latin && !out.is_empty() && !out.ends_with('-') {
                out.push(c);
            }
        } else if c.is_alphanumeric() {
            for c in c.to_lowercase().filter(|c| !is_combining_mark(*c)) {
                let plain = plain_latin(c);
                latin = plain.is_some() || c.is_ascii();
                if let Some(letters) = plain {
                    out.push_str(letters);
                } else {
                    out.push(c);
                }
            }
        } else if !matches!(c, '\'' | '’' | 'ʼ') && !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    let id = out.trim_end_matches('-');
    if id.is_empty() { UNKNOWN.to_owned() } else { ComposingNormalizerBorrowed::new_nfc().normalize(id).into_owned() }
}

/// ASCII for Latin letters that do not decompose.
fn plain_latin(c: char) -> Option<&'static str> {
    Some(match c {
        'ı' => "i",
        'ə' | 'ǝ' => "e",
        'ß' => "ss",
        'ø' => "o",
        'æ' => "ae",
        'œ' => "oe",
        'đ' | 'ð' | 'ɖ' => "d",
        'ł' => "l",
        'þ' => "th",
        'ħ' => "h",
        'ŋ' => "n",
        'ŧ' => "t",
        'ĸ' => "k",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOOD: &str = r#"
        [[source]]
        id = "example-times"
        name = "The Example Times"
        type = "newspaper"
        domains = ["www.Example.com", "example.co.uk"]
        aliases = ["Example Times", "ET", "DİYAR"]
        country = "GB"
        language = "en"
        time-zone = "Europe/London"
        date-order = "dmy"
        license = "CC-BY-4.0"
        rights-holder = "Example Times Ltd"

        [[source]]
        id = "sport"
        name = "Example Sport"
        domains = ["sport.example.com"]
    "#;

    #[test]
    fn outlets_are_found_by_id_name_and_domain() {
        let registry = Registry::parse(GOOD, "sources.toml").expect("law: the sample is good");
        let id = |found: Option<&Source>| found.map(|source| source.id.clone());
        for (stated, expected) in [
            ("example-times", Some("example-times")),
            ("the  EXAMPLE\ttimes ", Some("example-times")),
            ("et", Some("example-times")),
            ("Diyar", Some("example-times")),
            ("dıyar", Some("example-times")),
            ("example.com", Some("example-times")),
            ("WWW.Example.com.", Some("example-times")),
            ("news.live.example.co.uk", Some("example-times")),
            ("https://m.sport.example.com/a?b", Some("sport")),
            ("notexample.com", None),
            ("com", None),
            ("", None),
        ] {
            assert_eq!(id(registry.find(stated)).as_deref(), expected, "{stated:?}");
        }
        let source = registry.by_id("example-times").expect("law: it is there");
        assert_eq!(source.date_order, Some(DateOrder::Dmy));
        assert_eq!(source.zone.as_ref().and_then(TimeZone::iana_name), Some("Europe/London"));
        assert_eq!(registry.sources().len(), 2);
        assert!(Registry::parse("", "sources.toml").expect("law: empty is good").sources().is_empty());
    }

    #[test]
    fn mistakes_name_file_entry_and_remedy() {
        for (text, expected) in [
            (
                "[[source]]\nid='a'\nname='A'\ndomian=[]",
                "entry 1 (`a`): unknown key `domian` [did you mean `domains`?]",
            ),
            ("[[source]]\nid='a'\nname='A'\ntime_zone='UTC'", "unknown key `time_zone` [did you mean `time-zone`?]"),
            ("[[sources]]\nid='a'", "the file: unknown key `sources` [did you mean `source`?]"),
            ("[source]\nid='a'", "expected entries `[[source]]`, but found one `source`"),
            ("[[source]]\nid='a'\nname=1", "entry 1 (`a`):"),
            ("[[source]]\nid='a'", "entry 1 (`a`): expected the key `name`, but found none"),
            ("[[source]]\nid='A b'\nname='A b'", "but found `A b` [`a-b` would do]"),
            (
                "[[source]]\nid='a'\nname='A'\n[[source]]\nid='a'\nname='B'",
                "entry 2 (`a`): id `a` belongs to `a` already",
            ),
            ("[[source]]\nid='a'\nname='A'\n[[source]]\nid='b'\nname=' a '", "name ` a ` belongs to `a` already"),
            (
                "[[source]]\nid='a'\nname='A'\ndomains=['x.org','www.x.org']",
                "domain `x.org` belongs to `itself` already",
            ),
            ("[[source]]\nid='a'\nname='A'\ndomains=['https://x.org/a']", "[did you mean `x.org`?]"),
            ("[[source]]\nid='a'\nname='A'\ncountry='UK'", "but found `UK` [did you mean `GB`?]"),
            ("[[source]]\nid='a'\nname='A'\ncountry='tr'", "[did you mean `TR`?]"),
            ("[[source]]\nid='a'\nname='A'\nlanguage='English'", "`language`: expected a BCP 47 tag"),
            ("[[source]]\nid='a'\nname='A'\ntime-zone='Europe/Lndon'", "[did you mean `Europe/London`?]"),
            ("[[source]]\nid='a'\nname='A'\ntype='paper'", "entry 1 (`a`):"),
            ("\n\nx = ", "line 3:"),
        ] {
            let error = Registry::parse(text, "sources.toml").expect_err("law: the sample is bad");
            let shown = format!("{error:?} [{}]", error.hints().join(" "));
            assert!(shown.contains(expected), "{shown}");
            assert!(shown.starts_with("Config: cannot use the source registry `sources.toml`: "), "{shown}");
        }
    }

    #[test]
    fn names_become_ids() {
        for (name, expected) in [
            ("The Example Times", "the-example-times"),
            ("Türkiye Gazetesi", "turkiye-gazetesi"),
            ("IĞDIR Işık İl", "igdir-isik-il"),
            ("Azərbaycan", "azerbaycan"),
            ("Łódź / Süddeutsche — Straße", "lodz-suddeutsche-strasse"),
            ("L'Écho d’Ici", "lecho-dici"),
            ("Российская газета", "российская-газета"),
            ("Ёжий край", "ёжий-край"),
            ("朝日新聞", "朝日新聞"),
            ("नवभारत टाइम्स", "नवभारत-टाइम्स"),
            ("연합뉴스", "연합뉴스"),
            ("bbc.co.uk", "bbc-co-uk"),
            ("--", "unknown"),
            ("", "unknown"),
        ] {
            assert_eq!(slug(name), expected, "{name}");
            assert_eq!(slug(expected), expected);
        }
    }

    proptest! {
        #[test]
        fn slugs_are_ids(name in any::<String>()) {
            let id = slug(&name);
            prop_assert!(!id.is_empty() && !id.starts_with('-') && !id.ends_with('-') && !id.contains("--"));
            prop_assert_eq!(slug(&id), id.as_str());
        }
    }
}
