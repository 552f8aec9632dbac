//! Microdata and RDFa: which item is the article, and what its properties say.

use std::borrow::Cow;

use super::gather::{Gathered, Property, has_word};
use super::json_ld::{is_article_type, type_name};
use super::visible_text::visible_text;
use crate::kernels::parse_html::{HtmlPage, local_name};

/// Longest text of a property; what is longer is no fact of one line.
const MAX_VALUE: usize = 2048;

/// Elements of a property that are read.
const MAX_ELEMENTS: usize = 64;

/// The properties of the article.
#[derive(Clone, Copy, Debug)]
pub struct Microdata<'g, 'a> {
    page: &'a HtmlPage,
    found: &'g Gathered<'a>,
    main: Option<usize>,
}

impl<'g, 'a> Microdata<'g, 'a> {
    /// Finds the item that is the article: the innermost one of a type of articles around the node `body`, else the first one.
    ///
    /// Without any, properties count that belong to no item or to the page.
    pub fn of(page: &'a HtmlPage, found: &'g Gathered<'a>, body: Option<usize>) -> Self {
        let is_article = |kind: &str| kind.split_ascii_whitespace().any(is_article_type);
        let mut articles =
            found.scopes.iter().enumerate().filter(|(_, (_, kind))| is_article(kind)).map(|(place, _)| place);
        let holds = |place: &usize| {
            let node = found.scopes[*place].0;
            body.is_some_and(|body| node <= body && body < page.end(node))
        };
        let around = articles.clone().rfind(holds);
        Self { page, found, main: around.or_else(|| articles.next()) }
    }

    /// Elements of the article with a property, in order.
    pub fn elements(&self, name: &str) -> impl Iterator<Item = usize> {
        self.found.properties.iter().filter(move |it| self.is_own(it) && names(it, name)).map(|it| it.node)
    }

    fn is_own(&self, property: &Property<'_>) -> bool {
        match (self.main, property.scope) {
            (Some(main), scope) => scope == Some(main),
            (None, None) => true,
            (None, Some(scope)) => self.found.scopes[scope].1.split_ascii_whitespace().any(|kind| {
                let kind = type_name(kind);
                kind.ends_with("Page") || kind == "CreativeWork"
            }),
        }
    }

    /// Values of a property, in order, of its first [`MAX_ELEMENTS`] elements.
    pub fn values(&self, name: &str) -> impl Iterator<Item = Cow<'a, str>> {
        self.elements(name).take(MAX_ELEMENTS).filter_map(|node| self.value(node))
    }

    /// The value of an element: of its item the name, else `content`, `datetime`, or its text.
    pub fn value(&self, node: usize) -> Option<Cow<'a, str>> {
        let page = self.page;
        let inner = self.found.properties.partition_point(|it| it.node <= node);
        let within = self.found.properties[inner..].iter().take_while(|it| it.node < page.end(node));
        let name = within.clone().find(|it| names(it, "name")).map_or(node, |it| it.node);
        let stated = [local_name!("content"), local_name!("datetime")]
            .into_iter()
            .find_map(|key| page.attribute(name, &key).map(str::trim).filter(|it| !it.is_empty()));
        if let Some(stated) = stated {
            return Some(Cow::Borrowed(stated));
        }
        visible_text(page, name, MAX_VALUE).map(Cow::Owned)
    }
}

/// Whether a property has a name; prefixes of vocabularies (`schema:author`) do not count.
fn names(property: &Property<'_>, name: &str) -> bool {
    has_word(property.name, name) || property.name.split_ascii_whitespace().any(|own| type_name(own) == name)
}

#[cfg(test)]
mod tests {
    use super::super::gather::gather;
    use super::*;
    use crate::kernels::parse_html::parse_html;

    #[test]
    fn the_item_around_the_body_speaks() {
        let page = parse_html(
            "<div itemscope itemtype='https://schema.org/NewsArticle'><a itemprop=headline>Other</a></div>\
             <div itemscope itemtype='https://schema.org/NewsArticle'><h1 itemprop='name headline'>Own</h1>\
             <span itemprop=author itemscope itemtype=Person>By <b itemprop=name>Ada</b></span>\
             <meta itemprop=datePublished content=2020-01-02><time itemprop=dateModified datetime=2020-01-03>x</time>\
             <p id=body>Text",
        );
        let found = gather(&page);
        let body = (1..page.len()).find(|it| page.attribute(*it, &local_name!("id")).is_some());
        let first = |data: &Microdata<'_, '_>, name: &str| data.values(name).next().map(Cow::into_owned);
        let own = Microdata::of(&page, &found, body);
        for (name, value) in
            [("headline", "Own"), ("author", "Ada"), ("datePublished", "2020-01-02"), ("dateModified", "2020-01-03")]
        {
            assert_eq!(first(&own, name).as_deref(), Some(value));
        }
        assert_eq!(first(&Microdata::of(&page, &found, None), "headline").as_deref(), Some("Other"));
    }
}
