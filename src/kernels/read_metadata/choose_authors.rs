//! Chooses whom a page names as its authors.

use std::borrow::Cow;

use crate::statement::Evidence;

use super::clean_names::{Trust, clean_names, is_full_name};
use super::json_ld::Party;
use super::name_site::Site;

/// What a page says of its authors, each list in order.
#[derive(Debug, Default)]
pub struct Bylines<'a> {
    /// `author` of JSON-LD.
    pub json: Vec<Party<'a>>,
    /// `author` of microdata.
    pub item: Vec<Cow<'a, str>>,
    /// `<meta>` of the best key that names somebody.
    pub meta: Vec<Cow<'a, str>>,
    /// Names in the visible byline.
    pub visible: Vec<String>,
}

/// Chooses the authors; empty when the page names none.
///
/// Machine-readable authors come first, persons before bodies; the name of the site
/// is an author only where the page names nobody else.
pub fn choose_authors(bylines: &Bylines<'_>, site: &Site) -> (Evidence, Vec<String>) {
    let persons = names(bylines.json.iter().filter(|party| !party.is_body).map(|party| &*party.name));
    let bodies: Vec<String> =
        bylines.json.iter().filter(|party| party.is_body).map(|party| party.name.trim().to_owned()).collect();
    // A page may state the first of several authors for machines.
    let is_more = !persons.is_empty()
        && bylines.visible.len() > persons.len()
        && persons.iter().all(|name| bylines.visible.contains(name));
    if is_more {
        return (Evidence::Byline, bylines.visible.clone());
    }
    let item = names(bylines.item.iter().map(|text| &**text));
    let meta = names(bylines.meta.iter().map(|text| &**text));
    let sources = [
        (Evidence::JsonLd, &persons),
        (Evidence::Meta, &item),
        (Evidence::Meta, &meta),
        (Evidence::Byline, &bylines.visible),
        (Evidence::JsonLd, &bodies),
    ];
    let others = |names: &[String]| {
        let bare = names.iter().map(|name| without_outlet(name, site));
        bare.filter(|name| !site.is_name(name)).map(str::to_owned).collect::<Vec<_>>()
    };
    let found = sources.iter().map(|(evidence, names)| (*evidence, others(names)));
    let person = found.clone().find(|(_, names)| names.iter().any(|name| is_full_name(name)));
    let anybody = || found.clone().find(|(_, names)| !names.is_empty());
    let itself =
        || sources.iter().find(|(_, names)| !names.is_empty()).map(|(evidence, names)| (*evidence, (*names).clone()));
    person.or_else(anybody).or_else(itself).unwrap_or((Evidence::None, Vec::new()))
}

/// The names in some texts, each once.
fn names<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in texts.flat_map(|text| clean_names(text, Trust::Stated)) {
        // One may be named twice, once by the first name alone.
        let starts = |long: &str, short: &str| {
            long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        };
        match names
            .iter_mut()
            .find(|known| starts(known, &name) || starts(&name, known) || known.eq_ignore_ascii_case(&name))
        {
            Some(known) if is_full_name(&name) && !is_full_name(known) => *known = name,
            Some(_) => {}
            None => names.push(name),
        }
    }
    names
}

/// A full name without the name of the site behind it.
fn without_outlet<'n>(name: &'n str, site: &Site) -> &'n str {
    let ends = name.char_indices().filter(|(_, letter)| *letter == ' ').map(|(at, _)| at);
    let is_outlet = |at: &usize| is_full_name(&name[..*at]) && site.is_exact_name(&name[*at..]);
    ends.filter(is_outlet).min().map_or(name, |at| &name[..at])
}
