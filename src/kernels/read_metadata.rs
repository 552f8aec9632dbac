//! Reads what a page says of itself: title, authors, dates, source, address, language, rights.
//!
//! The sources are JSON-LD, `<meta>` in all its vocabularies, microdata and RDFa, `<link>` and `<html>`, and visible elements.
//! Everything is stated as written, best first within each field; of fields with one value only the best is stated. Nothing is
//! checked against the world here: extractors choose.

mod byline_words;
mod choose_authors;
mod choose_title;
mod clean_names;
mod credits;
mod entities;
mod find_byline;
mod find_signature;
mod fold_words;
mod gather;
mod json_ld;
mod json_tree;
mod meta_keys;
mod microdata;
mod name_site;
mod page_dates;
mod split_title;
mod visible_text;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use self::choose_authors::{Bylines, choose_authors};
use self::choose_title::{Head, Titles, choose_title};
pub use self::clean_names::begins_with_lead;
use self::clean_names::is_lead;
pub use self::credits::begins_with_credit;
use self::entities::decode_entities;
use self::find_byline::find_byline;
use self::find_signature::find_signature;
use self::gather::{Gathered, gather, has_word};
use self::json_ld::{JsonLd, Party};
use self::microdata::Microdata;
use self::name_site::Site;
pub use self::visible_text::page_lines;
use self::visible_text::visible_text;
use super::extract_body::Body;
use super::normalize_url::normalize_url;
use super::parse_html::HtmlPage;
use crate::statement::{DateForm, Evidence, Field, Statement};

/// Statements that a page may make.
pub const MAX_STATEMENTS: usize = 256;
/// Longest value in bytes that is stated.
const MAX_VALUE: usize = 2048;
/// Longest name of a site in bytes.
const MAX_NAME: usize = 200;
/// Authors that are stated.
const MAX_AUTHORS: usize = 32;
/// Keywords that are stated.
const MAX_KEYWORDS: usize = 64;
/// Values of one kind that are compared.
const MAX_VALUES: usize = 32;
/// Dates of one kind and role that are stated.
const MAX_DATES: usize = 8;

/// Reads what a page says of itself.
///
/// `url` is the address that the page was fetched from, where it is known; it completes addresses without host. Dates are stated
/// as written, with [`Evidence::JsonLd`] and [`Evidence::Meta`] (which stands for microdata, `<link>` and `<html>`, too).
/// The work is linear in the size of the page, and there are at most [`MAX_STATEMENTS`] statements.
pub fn read_metadata<'a>(page: &'a HtmlPage, body: &Body, url: Option<&str>) -> Vec<Statement<'a>> {
    let found = gather(page);
    let canonical = canonical_url(&found, url);
    let json = JsonLd::of(&found.json, |it| {
        [url, canonical.as_deref()].into_iter().flatten().any(|own| is_same_page(own, it))
    });
    let body_start = (!body.range.is_empty()).then_some(body.range.start);
    let microdata = Microdata::of(page, &found, body_start);
    let sources = Sources { page, found: &found, json, microdata, metas: metas(&found) };
    let mut out = Statements(Vec::with_capacity(32));
    sources.state_dates(&mut out);
    let site = sources.site(url.or(canonical.as_deref()));
    let heading = sources.state_titles(&site, &mut out).or_else(|| found.headings.first().copied());
    let body_range = (!body.range.is_empty()).then_some(&body.range);
    let byline = find_byline(page, &found.bylines, heading, body_range);
    let byline = if byline.is_empty() { find_signature(page, heading, &site) } else { byline };
    sources.state_authors(byline, &site, &mut out);
    sources.state_subtitle(body, &mut out);
    sources.state_origin(canonical, &mut out);
    sources.state_topics(&mut out);
    sources.state_rights(&mut out);
    let mut out = out.0;
    page_dates::state_dates(page, body, url, &mut out);
    out.truncate(MAX_STATEMENTS);
    out
}

/// A `<meta>` that states a fact.
#[derive(Clone, Copy, Debug)]
struct Meta<'a> {
    field: Field,
    rank: u8,
    content: &'a str,
}

/// The known metas, by field and rank, in order of the page.
fn metas<'a>(found: &Gathered<'a>) -> Vec<Meta<'a>> {
    let known = found.metas.iter().filter_map(|(key, content)| {
        let (field, rank) = meta_keys::meaning(key)?;
        Some(Meta { field, rank, content })
    });
    let mut metas: Vec<_> = known.collect();
    metas.sort_by_key(|meta| (meta.field, meta.rank));
    metas
}

/// A list that is too long, as far as its last comma within [`MAX_VALUE`].
fn cut_list(list: Cow<'_, str>) -> Cow<'_, str> {
    if list.len() <= MAX_VALUE {
        return list;
    }
    let head = &list[..list.floor_char_boundary(MAX_VALUE)];
    let end = head.rfind([',', ';', '，', '、', '|']).unwrap_or(list.len());
    match list {
        Cow::Borrowed(list) => Cow::Borrowed(&list[..end]),
        Cow::Owned(list) => Cow::Owned(list[..end].to_owned()),
    }
}

/// What is stated so far.
struct Statements<'a>(Vec<Statement<'a>>);

impl<'a> Statements<'a> {
    /// States a value; `false` when it is empty or too long.
    fn state(&mut self, field: Field, evidence: Evidence, value: Cow<'a, str>) -> bool {
        let value = decode(value);
        let is_good = !value.is_empty() && value.len() <= MAX_VALUE && self.0.len() < MAX_STATEMENTS;
        if is_good {
            self.0.push(Statement::new(field, evidence, value));
        }
        is_good
    }

    /// States a date, once for each kind of evidence.
    fn state_date(&mut self, field: Field, evidence: Evidence, value: Cow<'a, str>) {
        let is_known = |it: &Statement<'_>| it.field == field && it.evidence == evidence && it.value == value;
        if self.0.iter().any(is_known) {
            return;
        }
        let form = date_form(&value);
        if self.state(field, evidence, value)
            && let Some(last) = self.0.last_mut()
        {
            last.form = form;
        }
    }
}

/// Where statements come from.
struct Sources<'g, 'a> {
    page: &'a HtmlPage,
    found: &'g Gathered<'a>,
    json: JsonLd<'g, 'a>,
    microdata: Microdata<'g, 'a>,
    metas: Vec<Meta<'a>>,
}

impl<'a> Sources<'_, 'a> {
    /// The contents of the metas of a field, best first.
    fn meta(&self, field: Field) -> impl Iterator<Item = &'a str> + use<'a, '_> {
        let first = self.metas.partition_point(|meta| meta.field < field);
        self.metas[first..].iter().take_while(move |meta| meta.field == field).map(|meta| meta.content)
    }

    /// The contents of the metas of a field with the best key that is there.
    fn best_metas(&self, field: Field) -> impl Iterator<Item = &'a str> + use<'a, '_> {
        let first = self.metas.partition_point(|meta| meta.field < field);
        let rank = self.metas.get(first).map(|meta| meta.rank);
        self.metas[first..]
            .iter()
            .take_while(move |meta| meta.field == field && Some(meta.rank) == rank)
            .map(|meta| meta.content)
    }

    fn state_dates(&self, out: &mut Statements<'a>) {
        for (field, keys) in [
            (Field::Published, &["datePublished", "dateCreated", "uploadDate"][..]),
            (Field::Modified, &["dateModified"]),
        ] {
            let stated: Vec<_> = keys.iter().flat_map(|key| self.json.all(key)).take(MAX_DATES).collect();
            for date in stated {
                out.state_date(field, Evidence::JsonLd, date);
            }
            let stated: Vec<_> = self.meta(field).take(MAX_DATES).map(Cow::Borrowed).collect();
            let in_items = keys.iter().flat_map(|key| self.microdata.values(key)).take(MAX_DATES);
            let stated: Vec<_> = stated.into_iter().chain(in_items).collect();
            for date in stated {
                out.state_date(field, Evidence::Meta, date);
            }
        }
    }

    /// States the title and returns the heading that it stands in.
    fn state_titles(&self, site: &Site, out: &mut Statements<'a>) -> Option<usize> {
        let json = self.json.headline();
        let is_news = json.as_ref().is_some_and(|(_, is_news)| *is_news);
        let meta = |rank: Range<u8>| {
            self.metas
                .iter()
                .find(|it| it.field == Field::Title && rank.contains(&it.rank))
                .map(|it| Cow::Borrowed(it.content))
        };
        let item = self.microdata.values("headline").next().or_else(|| meta(2..u8::MAX));
        let title = self.found.title.and_then(|node| visible_text(self.page, node, MAX_VALUE)).map(Cow::Owned);
        let heads: Vec<(Head, Cow<'a, str>)> = [
            (Head::JsonLd, json.map(|(headline, _)| headline)),
            (Head::Social, meta(0..1)),
            (Head::Card, meta(1..2)),
            (Head::Item, item),
            (Head::Page, title),
        ]
        .into_iter()
        .filter_map(|(head, text)| Some((head, decode(text?))))
        .filter(|(_, text)| !text.is_empty() && text.len() <= MAX_VALUE)
        .collect();
        let heads = heads.iter().map(|(head, text)| (*head, &**text)).collect();
        let title = choose_title(self.page, &self.found.headings, &Titles { heads, is_news, site })?;
        out.state(Field::Title, title.evidence, Cow::Owned(title.text));
        title.heading
    }

    /// The site, by the names that the page gives to it and by its address.
    fn site(&self, url: Option<&str>) -> Site {
        let metas: Vec<Cow<'_, str>> = self.meta(Field::Source).map(Cow::Borrowed).collect();
        // A page that names its site like itself says nothing of the site.
        let own = self.metas.iter().find(|it| it.field == Field::Title).map(|it| it.content);
        let names: Vec<_> = metas
            .into_iter()
            .chain(self.json.site_names())
            .filter(|name| name.len() <= MAX_NAME && (Some(&**name) != own || name.len() <= 24))
            .collect();
        Site::new(names.iter().map(|name| &**name), url)
    }

    fn state_authors(&self, byline: Vec<String>, site: &Site, out: &mut Statements<'a>) {
        let bylines = Bylines {
            json: self.parties(),
            item: self.microdata.values("author").take(MAX_AUTHORS).collect(),
            meta: self.meta(Field::Author).chain(self.labelled_author()).take(MAX_AUTHORS).map(Cow::Borrowed).collect(),
            visible: byline,
        };
        let (evidence, names) = choose_authors(&bylines, site);
        for name in names.into_iter().take(MAX_AUTHORS) {
            out.state(Field::Author, evidence, Cow::Owned(name));
        }
    }

    /// Twitter cards label facts of their own: `twitter:label1` says what `twitter:data1` is.
    fn labelled_author(&self) -> Option<&'a str> {
        let of = |key: &str| {
            self.found.metas.iter().find(|(own, _)| own.eq_ignore_ascii_case(key)).map(|(_, content)| *content)
        };
        [("twitter:label1", "twitter:data1"), ("twitter:label2", "twitter:data2")]
            .into_iter()
            .find_map(|(label, data)| of(label).filter(|label| is_lead(label)).and(of(data)))
    }

    fn parties(&self) -> Vec<Party<'a>> {
        let authors = self.json.parties("author");
        if authors.is_empty() { self.json.parties("creator") } else { authors }
    }

    /// States the deck, else the summary, unless that is the beginning of the text.
    fn state_subtitle(&self, body: &Body, out: &mut Statements<'a>) {
        let deck = self.json.text("alternativeHeadline").map(|it| (Evidence::JsonLd, it));
        let summary = self.json.text("description").map(|it| (Evidence::JsonLd, it));
        let metas = self.meta(Field::Subtitle).map(|it| (Evidence::Meta, Cow::Borrowed(it)));
        let title = out.0.iter().find(|it| it.field == Field::Title).map(|it| it.value.clone());
        let mut all = deck.into_iter().chain(metas).chain(summary);
        let found = all.find(|(_, text)| {
            !is_cut_off(text) && title.as_deref() != Some(text) && !body.text.starts_with(text.trim_end_matches('.'))
        });
        if let Some((evidence, text)) = found {
            out.state(Field::Subtitle, evidence, text);
        }
    }

    fn state_origin(&self, canonical: Option<Cow<'a, str>>, out: &mut Statements<'a>) {
        let name = self.meta(Field::Source).next().map(|it| (Evidence::Meta, Cow::Borrowed(it)));
        let name = name.or_else(|| Some((Evidence::JsonLd, self.json.site_names().next()?)));
        if let Some((evidence, name)) = name {
            out.state(Field::Source, evidence, name);
        }
        if let Some(canonical) = canonical {
            out.state(Field::CanonicalUrl, Evidence::Meta, canonical);
        }
        if let Some(language) = self.json.text("inLanguage") {
            out.state(Field::Language, Evidence::JsonLd, language);
        }
        let mut metas: Vec<_> = self
            .found
            .html_lang
            .into_iter()
            .chain(self.meta(Field::Language))
            .take(MAX_VALUES)
            .map(str::trim)
            .collect();
        // The first of each: pages say the same language in many ways, and its region in one.
        let mut known = BTreeSet::new();
        metas.retain(|language| known.insert(*language));
        for language in metas.into_iter().take(4) {
            out.state(Field::Language, Evidence::Meta, Cow::Borrowed(language));
        }
    }

    fn state_topics(&self, out: &mut Statements<'a>) {
        let section = self.json.text("articleSection").map(|it| (Evidence::JsonLd, it));
        let section = section.or_else(|| Some((Evidence::Meta, Cow::Borrowed(self.meta(Field::Section).next()?))));
        let section = section.or_else(|| Some((Evidence::Meta, self.microdata.values("articleSection").next()?)));
        if let Some((evidence, section)) = section {
            out.state(Field::Section, evidence, section);
        }
        let mut evidence = Evidence::JsonLd;
        let mut keywords = self.json.texts("keywords");
        if keywords.is_empty() {
            evidence = Evidence::Meta;
            keywords = self.best_metas(Field::Keyword).map(Cow::Borrowed).collect();
        }
        for keyword in keywords.into_iter().take(MAX_KEYWORDS) {
            out.state(Field::Keyword, evidence, cut_list(keyword));
        }
    }

    fn state_rights(&self, out: &mut Statements<'a>) {
        for (field, key) in [
            (Field::License, "license"),
            (Field::RightsHolder, "copyrightHolder"),
            (Field::Access, "isAccessibleForFree"),
        ] {
            if let Some(value) = self.json.text(key) {
                out.state(field, Evidence::JsonLd, value);
            }
        }
        let link = self.found.links.iter().find(|(rel, _)| has_word(rel, "license"));
        if let Some((_, href)) = link {
            out.state(Field::License, Evidence::Meta, Cow::Borrowed(href));
        }
        for field in [Field::License, Field::RightsHolder, Field::Access, Field::TdmReservation] {
            if let Some(value) = self.meta(field).next() {
                out.state(field, Evidence::Meta, Cow::Borrowed(value));
            }
        }
        for statement in out.0.iter_mut().filter(|it| it.field == Field::Access) {
            // Open Graph's `article:content_tier` has a third word of its own.
            if statement.value.eq_ignore_ascii_case("locked") {
                statement.value = Cow::Borrowed("paywalled");
            }
        }
    }
}

/// The value without references that were escaped twice, trimmed.
fn decode(value: Cow<'_, str>) -> Cow<'_, str> {
    match value {
        Cow::Borrowed(value) => match decode_entities(value.trim()) {
            Cow::Borrowed(value) => Cow::Borrowed(value),
            Cow::Owned(value) => Cow::Owned(value.trim().to_owned()),
        },
        Cow::Owned(value) => Cow::Owned(decode_entities(value.trim()).trim().to_owned()),
    }
}

/// How the date of a page is written: bare counts since the epoch and the basic form of ISO 8601 are known by their digits.
fn date_form(value: &str) -> DateForm {
    let value = value.trim();
    match value.len() {
        _ if !value.bytes().all(|byte| byte.is_ascii_digit()) => {
            let start: usize = value.bytes().take_while(u8::is_ascii_digit).count();
            if start == 8 { DateForm::Compact } else { DateForm::Auto }
        }
        8 => DateForm::Compact,
        9 | 10 => DateForm::EpochSeconds,
        12 | 13 => DateForm::EpochMilliseconds,
        _ => DateForm::Auto,
    }
}

/// Whether a text ends in an ellipsis.
fn is_cut_off(text: &str) -> bool {
    text.trim_end().ends_with("...") || text.trim_end_matches([']', ')', ' ']).ends_with('…')
}

/// The address that the page calls canonical, with host.
fn canonical_url<'a>(found: &Gathered<'a>, url: Option<&str>) -> Option<Cow<'a, str>> {
    let link = found.links.iter().filter(|(rel, _)| has_word(rel, "canonical")).map(|(_, href)| *href);
    let meta = found.metas.iter().filter(|(key, _)| key.eq_ignore_ascii_case("og:url")).map(|(_, content)| *content);
    link.chain(meta).find_map(|href| with_host(href, url))
}

/// An address with scheme and host: as written, else resolved against the page's own; without it, `//` means `https`.
fn with_host<'a>(href: &'a str, url: Option<&str>) -> Option<Cow<'a, str>> {
    let href = href.trim();
    if without_scheme(href).is_some() {
        return Some(Cow::Borrowed(href));
    }
    let resolved = url.filter(|_| !href.is_empty()).and_then(|url| normalize_url(href, Some(url)));
    resolved.map(Cow::Owned).or_else(|| href.starts_with("//").then(|| Cow::Owned(format!("https:{href}"))))
}

/// What stands behind `http://` or `https://`.
fn without_scheme(url: &str) -> Option<&str> {
    ["http://", "https://"].into_iter().find_map(|scheme| {
        let start = url.get(..scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then(|| &url[scheme.len()..])
    })
}

/// Whether two addresses are those of one page: scheme, `www.`, a last slash and what follows `#` do not count.
fn is_same_page(one: &str, other: &str) -> bool {
    fn plain(url: &str) -> &str {
        let url = url.trim().split('#').next().unwrap_or_default();
        let url = without_scheme(url).unwrap_or(url);
        url.strip_prefix("www.").unwrap_or(url).trim_end_matches('/')
    }
    !plain(one).is_empty() && plain(one) == plain(other)
}

#[cfg(test)]
mod tests;
