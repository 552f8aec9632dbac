//! Parses a page into a flat tree in document order, with work bounded by the size of the page.
//!
//! The parser is html5ever, so a page means what it means in a browser without scripts. Its tree is laid flat: nodes lie in
//! document order, each knows where its subtree ends, so that every later question is a walk over a slice.
//!
//! Two things make the parser's work grow with the square of its input: many attributes of one tag, and deep nesting. Tags lose
//! what lies beyond [`MAX_ATTRIBUTES`]; and the steps that the parser takes on the tree are counted: a page that takes more than
//! [`STEPS_PER_BYTE`] a byte is read as far as that, and [`HtmlPage::is_cut`] says so.

mod feed;
mod references;
mod sink;
mod trim_tags;

use std::borrow::Cow;
use std::ops::Range;

use html5ever::Attribute;
use html5ever::tendril::StrTendril;
use memchr::memchr;

pub use html5ever::{LocalName, local_name};

/// Attributes that a tag keeps.
pub const MAX_ATTRIBUTES: usize = 512;
/// Steps on the tree, per byte of the page, after which the rest of the page is left out.
pub const STEPS_PER_BYTE: u64 = 64;
/// Nodes and attributes, each, after which the rest of the page is left out.
pub const MAX_NODES: usize = 1 << 18;
/// Steps that any page may take.
const FREE_STEPS: u64 = 1 << 20;

/// A node of a page: an element, or text.
#[derive(Clone, Debug, PartialEq)]
pub struct HtmlNode {
    name: LocalName,
    text: StrTendril,
    attributes: Range<u32>,
    parent: u32,
    end: u32,
    depth: u32,
}

/// A parsed page. Node 0 is the document; nodes are named by their index in document order.
#[derive(Clone, Debug, PartialEq)]
pub struct HtmlPage {
    nodes: Vec<HtmlNode>,
    attributes: Vec<Attribute>,
    is_cut: bool,
}

/// Parses a page. Any text is a page.
///
/// Comments and processing instructions are left out; what stands in `<noscript>` and `<template>` are elements like others.
pub fn parse_html(text: &str) -> HtmlPage {
    let (trimmed, is_short) = trim_tags::trim_tags(text);
    let limit = FREE_STEPS + STEPS_PER_BYTE * trimmed.len() as u64;
    let (mut page, is_cut) = feed::feed(&StrTendril::from(&*with_line_feeds(&trimmed)), limit);
    page.is_cut = is_short || is_cut;
    page
}

/// The text with its line ends as the parser reads them: LF in the place of CRLF and of CR.
fn with_line_feeds(text: &str) -> Cow<'_, str> {
    let Some(first) = memchr(b'\r', text.as_bytes()) else { return text.into() };
    let mut out = String::with_capacity(text.len());
    out.push_str(&text[..first]);
    for line in text[first + 1..].split('\r') {
        out.push('\n');
        out.push_str(line.strip_prefix('\n').unwrap_or(line));
    }
    out.into()
}

impl HtmlPage {
    /// Number of nodes, the document included.
    #[expect(clippy::len_without_is_empty, reason = "the document is always there")]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether the page took too many steps and its rest was left out.
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// The name of an element in lower case; empty for text and the document.
    pub fn name(&self, node: usize) -> &LocalName {
        &self.nodes[node].name
    }

    /// Whether a node is text.
    pub fn is_text(&self, node: usize) -> bool {
        node > 0 && self.nodes[node].name.is_empty()
    }

    /// The text of a text node; empty for elements.
    pub fn text(&self, node: usize) -> &str {
        &self.nodes[node].text
    }

    /// The element that a node lies in; the document lies in itself.
    pub fn parent(&self, node: usize) -> usize {
        self.nodes[node].parent as usize
    }

    /// The node behind the last one of the subtree.
    pub fn end(&self, node: usize) -> usize {
        self.nodes[node].end as usize
    }

    /// Distance from the document.
    pub fn depth(&self, node: usize) -> usize {
        self.nodes[node].depth as usize
    }

    /// The nodes of a subtree but its root, in document order.
    pub fn descendants(&self, node: usize) -> Range<usize> {
        node + 1..self.end(node)
    }

    /// The children of a node, in order.
    pub fn children(&self, node: usize) -> impl Iterator<Item = usize> {
        let end = self.end(node);
        let mut next = node + 1;
        std::iter::from_fn(move || {
            let child = next;
            (child < end).then(|| {
                next = self.end(child);
                child
            })
        })
    }

    /// The elements around a node, from the inside, without the document.
    pub fn ancestors(&self, node: usize) -> impl Iterator<Item = usize> {
        let mut at = node;
        std::iter::from_fn(move || {
            at = self.parent(at);
            (at != 0).then_some(at)
        })
    }

    /// The attributes of an element, in the order of the page.
    pub fn attributes(&self, node: usize) -> impl Iterator<Item = (&LocalName, &str)> {
        let range = &self.nodes[node].attributes;
        self.attributes[range.start as usize..range.end as usize].iter().map(|it| (&it.name.local, &*it.value))
    }

    /// The value of an attribute.
    pub fn attribute(&self, node: usize, name: &LocalName) -> Option<&str> {
        self.attributes(node).find(|(own, _)| *own == name).map(|(_, value)| value)
    }

    /// All text of a subtree but scripts and styles, white space collapsed and trimmed.
    pub fn text_content(&self, node: usize) -> String {
        let mut out = String::new();
        let mut at = node;
        while at < self.end(node) {
            if is_code(self.name(at)) {
                at = self.end(at);
                continue;
            }
            let text = self.text(at);
            if text.starts_with(char::is_whitespace) && !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
            for word in text.split_whitespace() {
                if !out.is_empty() && !out.ends_with(' ') && word.as_ptr() != text.as_ptr() {
                    out.push(' ');
                }
                out.push_str(word);
            }
            if text.ends_with(char::is_whitespace) && !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
            at += 1;
        }
        out.truncate(out.trim_end().len());
        out
    }
}

/// Whether the text of an element is not for readers.
pub fn is_code(name: &LocalName) -> bool {
    matches!(*name, local_name!("script") | local_name!("style") | local_name!("template"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn outline(page: &HtmlPage) -> String {
        let mut out = String::new();
        for node in 1..page.len() {
            let what = if page.is_text(node) { format!("{:?}", page.text(node)) } else { page.name(node).to_string() };
            out.extend(["-".repeat(page.depth(node) - 1), what, " ".to_owned()]);
        }
        out.trim_end().to_owned()
    }

    #[test]
    fn a_page_lies_in_document_order() {
        let page =
            parse_html("<title>A</title><p>one<b>two</b>three<p class=x id=y>four<!-- no --> five<table>six<tr><td>7");
        assert_eq!(
            outline(&page),
            "html -head --title ---\"A\" -body --p ---\"one\" ---b ----\"two\" ---\"three\" --p ---\"four\" ---\" fivesix\" \
             ---table ----tbody -----tr ------td -------\"7\"",
        );
        let second =
            (1..page.len()).find(|it| page.attribute(*it, &local_name!("class")) == Some("x")).expect("a class");
        assert_eq!(page.attributes(second).map(|(_, value)| value).collect::<Vec<_>>(), ["x", "y"]);
        assert_eq!(page.text_content(0), "Aonetwothreefour fivesix7");
    }

    #[test]
    fn line_ends_are_line_feeds() {
        for (text, expected) in [("a\r\nb\rc\r\r\nd\r", "a\nb\nc\n\nd\n"), ("", ""), ("a\n", "a\n"), ("\r\n", "\n")] {
            assert_eq!(with_line_feeds(text), expected);
        }
    }

    #[test]
    fn hostile_pages_cost_bounded_work() {
        let deep = "<div>".repeat(100_000);
        let page = parse_html(&deep);
        assert!(page.is_cut() && page.len() < 20_000, "{}", page.len());
        let wide = format!("<p {}>text", (0..1_000_000).map(|i| format!("a{i}=1 ")).collect::<Vec<_>>().concat());
        let page = parse_html(&wide);
        assert!(!page.is_cut());
        assert_eq!(page.text_content(0), "text");
        let many = parse_html(&"<p>x".repeat(1_000_000));
        assert!(many.is_cut() && many.len() < MAX_NODES + 16);
        let formats = "<b><i><a>".repeat(50_000);
        assert!(parse_html(&formats).is_cut());
    }

    proptest! {
        #[test]
        fn any_text_is_a_page(parts in prop::collection::vec(prop::sample::select(vec![
            "<p>", "</p>", "<b>", "</b>", "<table>", "<td>", "</table>", "<a href='x'>", "text ", "<select>", "<option>", "<svg>",
            "<template>", "</template>", "<script>", "</script>", "<!--", "-->", "<body>", "<html a=b>", "<frameset>", "<form>",
            "é", "<", "\0", "&amp;", "</br>", "<title>", "</title>", "<math><annotation-xml>", "<div ",
        ]), 0..40)) {
            let page = parse_html(&parts.concat());
            for node in 1..page.len() {
                let parent = page.parent(node);
                prop_assert!(parent < node && page.end(node) <= page.end(parent) && page.end(node) > node);
                prop_assert_eq!(page.depth(node), page.depth(parent) + 1);
            }
        }
    }
}
