//! One walk over a page that collects the elements which speak of the page itself.

use crate::kernels::parse_html::{HtmlPage, LocalName, local_name};

use super::find_byline::{Hint, is_author_link, is_byline_class};
use super::json_tree::JsonTree;

/// Elements of one kind that are collected of a page; real pages have some hundreds at most.
const MAX_COLLECTED: usize = 4096;

/// A property of microdata or RDFa.
#[derive(Clone, Copy, Debug)]
pub struct Property<'a> {
    /// The element.
    pub node: usize,
    /// Its name or names as written.
    pub name: &'a str,
    /// The item that it belongs to, as an index of [`Gathered::scopes`].
    pub scope: Option<usize>,
}

/// What a page says of itself, as found.
#[derive(Debug, Default)]
pub struct Gathered<'a> {
    /// `lang` of `<html>`.
    pub html_lang: Option<&'a str>,
    /// The first `<title>` that is not of a picture.
    pub title: Option<usize>,
    /// Keys and contents of `<meta>`, in order; one with two keys comes twice.
    pub metas: Vec<(&'a str, &'a str)>,
    /// `rel` and `href` of `<link>`, and of `<a rel=license>`.
    pub links: Vec<(&'a str, &'a str)>,
    /// JSON-LD blocks.
    pub json: JsonTree<'a>,
    /// `<h1>` elements.
    pub headings: Vec<usize>,
    /// Elements with a property.
    pub properties: Vec<Property<'a>>,
    /// Elements that are marked as naming an author.
    pub bylines: Vec<Hint>,
    /// Elements that are items of microdata, and their types as written.
    pub scopes: Vec<(usize, &'a str)>,
}

/// Walks the page once.
pub fn gather(page: &HtmlPage) -> Gathered<'_> {
    let mut out = Gathered::default();
    // Open items: index in `scopes`, end of the element.
    let mut open: Vec<(usize, usize)> = Vec::new();
    for node in 1..page.len() {
        while open.last().is_some_and(|(_, end)| *end <= node) {
            open.pop();
        }
        let name = page.name(node);
        match *name {
            local_name!("") => continue,
            local_name!("meta") => take_meta(page, node, &mut out),
            local_name!("link") => take_link(page, node, &mut out),
            local_name!("script") => {
                take_script(page, node, &mut out);
                continue;
            }
            local_name!("html") => {
                let lang = page.attribute(node, &local_name!("lang"));
                out.html_lang = lang.or_else(|| page.attribute(node, &LocalName::from("xml:lang")));
            }
            local_name!("title")
                if out.title.is_none() && !page.ancestors(node).any(|it| *page.name(it) == local_name!("svg")) =>
            {
                out.title = Some(node);
            }
            local_name!("h1") => push(&mut out.headings, node),
            _ => {}
        }
        take_attributes(page, node, &mut out, &mut open);
    }
    out
}

fn push<T>(list: &mut Vec<T>, value: T) {
    if list.len() < MAX_COLLECTED {
        list.push(value);
    }
}

fn take_meta<'a>(page: &'a HtmlPage, node: usize, out: &mut Gathered<'a>) {
    let Some(content) = page.attribute(node, &local_name!("content")).map(str::trim).filter(|it| !it.is_empty()) else {
        return;
    };
    for (name, value) in page.attributes(node) {
        if matches!(
            *name,
            local_name!("property") | local_name!("name") | local_name!("itemprop") | local_name!("http-equiv")
        ) {
            for key in value.split_ascii_whitespace().take(4) {
                push(&mut out.metas, (key, content));
            }
            // Frameworks that know no scripts in the head put them into elements like this one.
            if value.eq_ignore_ascii_case("script:ld+json") {
                out.json.push_block(content);
            }
        }
    }
}

fn take_link<'a>(page: &'a HtmlPage, node: usize, out: &mut Gathered<'a>) {
    let href = page.attribute(node, &local_name!("href")).map(str::trim).filter(|it| !it.is_empty());
    if let (Some(rel), Some(href)) = (page.attribute(node, &local_name!("rel")), href) {
        push(&mut out.links, (rel, href));
    }
}

fn take_script<'a>(page: &'a HtmlPage, node: usize, out: &mut Gathered<'a>) {
    let kind = page.attribute(node, &local_name!("type")).unwrap_or_default().trim();
    if kind.get(..19).is_some_and(|start| start.eq_ignore_ascii_case("application/ld+json")) {
        page.children(node)
            .filter(|child| page.is_text(*child))
            .for_each(|child| out.json.push_block(page.text(child)));
    }
}

fn take_attributes<'a>(page: &'a HtmlPage, node: usize, out: &mut Gathered<'a>, open: &mut Vec<(usize, usize)>) {
    let mut kind = None;
    let mut is_scope = false;
    let mut is_byline = false;
    // The properties of these are keys of the page.
    let is_void = matches!(*page.name(node), local_name!("meta") | local_name!("link"));
    for (name, value) in page.attributes(node) {
        match *name {
            local_name!("property") if is_void => {}
            local_name!("itemprop") | local_name!("property") => {
                let scope = open.last().map(|(scope, _)| *scope);
                push(&mut out.properties, Property { node, name: value, scope });
            }
            local_name!("itemscope") => is_scope = true,
            local_name!("itemtype") => kind = Some(value),
            local_name!("rel") if has_word(value, "author") => push(&mut out.bylines, Hint { node, is_standard: true }),
            local_name!("class") | local_name!("id") if is_byline_class(value) => is_byline = true,
            local_name!("href") if *page.name(node) == local_name!("a") && is_author_link(value) => is_byline = true,
            local_name!("rel") if *page.name(node) == local_name!("a") && has_word(value, "license") => {
                take_link(page, node, out);
            }
            _ => {}
        }
    }
    if is_byline && out.bylines.last().is_none_or(|last| last.node != node) {
        push(&mut out.bylines, Hint { node, is_standard: false });
    }
    if (is_scope || kind.is_some()) && out.scopes.len() < MAX_COLLECTED {
        open.push((out.scopes.len(), page.end(node)));
        out.scopes.push((node, kind.unwrap_or_default()));
    }
}

/// Whether a list of words has a word, whatever the case.
pub fn has_word(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|own| own.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::parse_html::parse_html;

    #[test]
    fn data_in_meta_elements_is_read() {
        let page = parse_html("<meta name='script:ld+json' content='{&quot;@type&quot;:&quot;Article&quot;}'>");
        assert_eq!(gather(&page).json.len(), 2);
    }

    #[test]
    fn one_walk_finds_what_speaks_of_the_page() {
        let page = parse_html(
            "<html lang=tr><svg><title>icon</title></svg><title>Page</title><meta name=a property='b c' content=' d '>\
             <link rel='x canonical' href=/y><script type='application/ld+json'>{\"a\":1}</script>\
             <div itemscope itemtype=Article><h1 itemprop=headline>H</h1><p itemprop=author itemscope><b itemprop=name>N</b></p>\
             <i itemprop=z></i></div><a rel='license nofollow' href=l></a>",
        );
        let found = gather(&page);
        assert_eq!(found.html_lang, Some("tr"));
        assert_eq!(page.text_content(found.title.unwrap()), "Page");
        assert_eq!(found.metas, [("a", "d"), ("b", "d"), ("c", "d")]);
        assert_eq!(found.links, [("x canonical", "/y"), ("license nofollow", "l")]);
        assert_eq!((found.json.len(), found.headings.len(), found.scopes.len()), (2, 1, 2));
        let properties: Vec<_> = found.properties.iter().map(|it| (it.name, it.scope)).collect();
        assert_eq!(properties, [("headline", Some(0)), ("author", Some(0)), ("name", Some(1)), ("z", Some(0))]);
    }
}
