//! Cuts a page into blocks: runs of text between two block-level boundaries or two line breaks, each with the container it lies in.
//!
//! One walk over the nodes. What an element inherits from those around it is worked out once, when the element opens.

use html5ever::{LocalName, local_name};

use super::measure_text::{Counts, Gatherer};
use super::name_groups::{Group, NameReader, NameTable, Names, bit, is_concealed, is_for_screen_readers};
use crate::kernels::parse_html::HtmlPage;

/// Blocks of a page beyond this many are not looked at.
pub(super) const MAX_BLOCKS: usize = 20_000;

/// A block-level element.
#[derive(Clone, Debug)]
pub(super) struct Container {
    /// Its node, and the one behind its subtree.
    pub nodes: (u32, u32),
    /// The container around it; the first one lies in itself.
    pub parent: u32,
    /// Containers around it.
    pub depth: u16,
    /// What element it is.
    pub tag: Tag,
    /// What it calls itself.
    pub names: Names,
    /// Hash of its name and class.
    pub hash: u32,
    /// Whether it or one around it is not shown.
    pub is_hidden: bool,
    /// Fields of forms that lie in it and in no container within.
    pub fields: u16,
}

/// A run of text.
#[derive(Clone, Debug)]
pub(super) struct Block {
    /// Node of its first and of its last text.
    pub nodes: (u32, u32),
    /// Index of the innermost container.
    pub container: u32,
    /// Bytes of [`Cut::text`].
    pub text: (u32, u32),
    /// Names of the inline elements that open it.
    pub names: Names,
    /// Pictures and frames between the block before and this one.
    pub pictures: u16,
    /// Dates and times in it that are marked as such.
    pub times: u16,
    /// Whether it begins at line breaks.
    pub is_after_break: bool,
    /// What stands in it.
    pub counts: Counts,
}

/// A page in blocks.
#[derive(Debug, Default)]
pub(super) struct Cut {
    /// Text of all blocks, white space collapsed; a line break is `\n`.
    pub text: String,
    /// In document order.
    pub blocks: Vec<Block>,
    /// In document order, so that containers stand before what they hold.
    pub containers: Vec<Container>,
    /// Whether there are more blocks, which were left out.
    pub has_more: bool,
}

macro_rules! tags {
    ($($variant:ident = $name:tt,)*) => {
        /// A block-level element, as a number for the model.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Tag { $(#[doc = $name] $variant,)* Root, Custom }

        fn tag(name: &LocalName) -> Option<Tag> {
            $(if *name == local_name!($name) { return Some(Tag::$variant); })*
            name.contains('-').then_some(Tag::Custom)
        }
    };
}

// The most frequent first; the order is the order of the numbers, which the model was trained with.
tags! {
    Div = "div", P = "p", Li = "li", Ul = "ul", Td = "td", H2 = "h2", H3 = "h3", H1 = "h1", H4 = "h4", Tr = "tr", Section = "section",
    Article = "article", Figure = "figure", Figcaption = "figcaption", Header = "header", Footer = "footer", Nav = "nav",
    Aside = "aside", Main = "main", Form = "form", Button = "button", Blockquote = "blockquote", Table = "table", Tbody = "tbody",
    Ol = "ol", H5 = "h5", H6 = "h6", Th = "th", Dl = "dl", Dt = "dt", Dd = "dd", Pre = "pre", Noscript = "noscript", Address = "address",
    Details = "details", Summary = "summary", Body = "body", Center = "center", Thead = "thead", Tfoot = "tfoot", Caption = "caption",
    Fieldset = "fieldset", Legend = "legend", Dialog = "dialog", Hgroup = "hgroup", Search = "search", Menu = "menu", Dir = "dir",
    Html = "html", Template = "template", Hr = "hr",
}

enum Kind {
    Inline,
    Link,
    Strong,
    Skip,
    Break,
    Picture,
    Field,
    Time,
    Block(Tag),
}

fn kind(name: &LocalName) -> Kind {
    match *name {
        local_name!("a") => Kind::Link,
        local_name!("span") | local_name!("em") | local_name!("i") | local_name!("u") | local_name!("font") => {
            Kind::Inline
        }
        local_name!("br") => Kind::Break,
        local_name!("b") | local_name!("strong") => Kind::Strong,
        local_name!("img")
        | local_name!("video")
        | local_name!("picture")
        | local_name!("iframe")
        | local_name!("audio") => Kind::Picture,
        local_name!("input") | local_name!("select") | local_name!("textarea") => Kind::Field,
        local_name!("time") => Kind::Time,
        local_name!("head")
        | local_name!("script")
        | local_name!("style")
        | local_name!("svg")
        | local_name!("object")
        | local_name!("math")
        | local_name!("canvas")
        | local_name!("datalist")
        // For browsers that know no frames.
        | local_name!("noframes")
        // The reading of a word beside the word.
        | local_name!("rt")
        | local_name!("rp")
        | local_name!("title") => Kind::Skip,
        _ => tag(name).map_or(Kind::Inline, Kind::Block),
    }
}

/// The group that an element belongs to by its name alone.
fn tag_names(tag: Tag) -> Names {
    bit(match tag {
        Tag::Article => Group::TagArticle,
        Tag::Main => Group::TagMain,
        Tag::Header | Tag::Hgroup => Group::TagHeader,
        Tag::Footer => Group::TagFooter,
        Tag::Nav | Tag::Menu => Group::TagNav,
        Tag::Aside => Group::TagAside,
        Tag::Figure => Group::TagFigure,
        Tag::Figcaption | Tag::Caption => Group::TagCaption,
        Tag::Form | Tag::Fieldset | Tag::Search => Group::TagForm,
        Tag::Table => Group::TagTable,
        Tag::Ul | Tag::Ol | Tag::Dir => Group::TagList,
        Tag::Li => Group::TagItem,
        Tag::Blockquote => Group::TagQuote,
        Tag::Section => Group::TagSection,
        Tag::Dl => Group::TagTerms,
        Tag::Button => Group::TagButton,
        Tag::Address => Group::TagAddress,
        Tag::Details => Group::TagDetails,
        Tag::Noscript | Tag::Template => Group::TagNoscript,
        Tag::Custom => Group::TagCustom,
        Tag::Pre => Group::TagPre,
        Tag::Dialog => Group::Popup,
        _ => return 0,
    })
}

/// Tags whose text is one run, so that unknown elements within are inline.
fn is_paragraph(tag: Tag) -> bool {
    matches!(tag, Tag::P | Tag::H1 | Tag::H2 | Tag::H3 | Tag::H4 | Tag::H5 | Tag::H6)
}

/// An open element that closes something.
struct Open {
    end: u32,
    close: Close,
}

enum Close {
    Container(u32),
    Link,
    Strong,
}

/// The walk over a page.
struct Cutter<'a> {
    page: &'a HtmlPage,
    names_of: NameReader<'a>,
    out: Cut,
    open: Vec<Open>,
    gatherer: Gatherer,
    container: u32,
    nodes: Option<(u32, u32)>,
    names: Names,
    breaks: u32,
    pictures: u16,
    times: u16,
    is_after_break: bool,
}

/// Cuts a page into blocks.
pub(super) fn cut_blocks(page: &HtmlPage, table: &NameTable) -> Cut {
    let root = Container {
        nodes: (0, page.len() as u32),
        parent: 0,
        depth: 0,
        tag: Tag::Root,
        names: 0,
        hash: 0,
        is_hidden: false,
        fields: 0,
    };
    let mut cutter = Cutter {
        page,
        names_of: NameReader::new(table, page),
        out: Cut { containers: vec![root], ..Cut::default() },
        open: Vec::with_capacity(64),
        gatherer: Gatherer::default(),
        container: 0,
        nodes: None,
        names: 0,
        breaks: 0,
        pictures: 0,
        times: 0,
        is_after_break: false,
    };
    let mut node = 1;
    while node < page.len() && cutter.out.blocks.len() < MAX_BLOCKS {
        cutter.close_until(node as u32);
        node = cutter.visit(node);
    }
    cutter.flush();
    cutter.out.has_more = node < page.len();
    cutter.out
}

impl Cutter<'_> {
    fn close_until(&mut self, node: u32) {
        while let Some(last) = self.open.last()
            && last.end <= node
        {
            match last.close {
                Close::Container(outer) => {
                    self.flush();
                    self.container = outer;
                }
                Close::Link => self.gatherer.links -= 1,
                Close::Strong => self.gatherer.strongs -= 1,
            }
            self.open.pop();
        }
    }

    /// Takes in one node; the answer is the next one.
    fn visit(&mut self, node: usize) -> usize {
        let page = self.page;
        if page.is_text(node) {
            self.add_text(node);
            return node + 1;
        }
        let end = page.end(node) as u32;
        match kind(page.name(node)) {
            Kind::Skip => return page.end(node),
            Kind::Break => self.breaks += 1,
            Kind::Picture => {
                self.pictures = self.pictures.saturating_add(1);
                if *page.name(node) != local_name!("picture") {
                    return page.end(node);
                }
            }
            Kind::Field => {
                let is_hidden = page.attribute(node, &local_name!("type")) == Some("hidden");
                let fields = &mut self.out.containers[self.container as usize].fields;
                *fields = fields.saturating_add(u16::from(!is_hidden));
                return page.end(node);
            }
            Kind::Time => self.times = self.times.saturating_add(1),
            Kind::Link => {
                self.open.push(Open { end, close: Close::Link });
                self.gatherer.open_link();
                self.add_names(node);
            }
            Kind::Strong => {
                self.open.push(Open { end, close: Close::Strong });
                self.gatherer.strongs += 1;
            }
            Kind::Inline if is_for_screen_readers(page, node) => return page.end(node),
            Kind::Inline => self.add_names(node),
            Kind::Block(Tag::Hr) => self.flush(),
            Kind::Block(Tag::Custom) if is_paragraph(self.out.containers[self.container as usize].tag) => {}
            Kind::Block(tag) => self.open_container(node, tag),
        }
        node + 1
    }

    /// Inline elements that open a block lend it their names.
    fn add_names(&mut self, node: usize) {
        if self.nodes.is_none() && self.page.attributes(node).next().is_some() {
            self.names |= self.names_of.element(node).0;
        }
    }

    fn open_container(&mut self, node: usize, tag: Tag) {
        self.flush();
        // What the whole page is called says nothing of its parts.
        let (names, hash) = if matches!(tag, Tag::Html | Tag::Body) { (0, 0) } else { self.names_of.element(node) };
        let names = names | tag_names(tag);
        let outer = &self.out.containers[self.container as usize];
        let end = self.page.end(node) as u32;
        let depth = outer.depth.saturating_add(1);
        let is_hidden = outer.is_hidden
            || names & (bit(Group::Hidden) | bit(Group::HiddenName)) != 0
                && (is_concealed(self.page, node) || is_for_screen_readers(self.page, node));
        let nodes = (node as u32, end);
        let inner = Container { nodes, parent: self.container, depth, tag, names, hash, is_hidden, fields: 0 };
        self.open.push(Open { end, close: Close::Container(self.container) });
        self.container = self.out.containers.len() as u32;
        self.out.containers.push(inner);
    }

    fn add_text(&mut self, node: usize) {
        let text = self.page.text(node);
        if text.chars().all(char::is_whitespace) {
            self.gatherer.space();
            return;
        }
        if self.breaks > 0 && self.nodes.is_some() {
            if self.breaks > 1 {
                self.flush();
                self.is_after_break = true;
            } else {
                self.gatherer.line(&mut self.out.text);
            }
        }
        self.breaks = 0;
        self.gatherer.add(text, &mut self.out.text);
        let first = self.nodes.map_or(node as u32, |(first, _)| first);
        self.nodes = Some((first, node as u32));
    }

    /// Ends the block that is being gathered, if there is one.
    fn flush(&mut self) {
        self.breaks = 0;
        let names = std::mem::take(&mut self.names);
        let is_after_break = std::mem::take(&mut self.is_after_break);
        let times = std::mem::take(&mut self.times);
        let Some(nodes) = self.nodes.take() else { return };
        let start = self.out.blocks.last().map_or(0, |it| it.text.1);
        let end = self.out.text.len() as u32;
        let pictures = std::mem::take(&mut self.pictures);
        let counts = self.gatherer.finish(&self.out.text[start as usize..]);
        let text = (start, end);
        self.out.blocks.push(Block {
            nodes,
            container: self.container,
            text,
            names,
            pictures,
            times,
            is_after_break,
            counts,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::extract_body::measure_text::bytes;
    use crate::kernels::parse_html::parse_html;

    fn cut(page: &str) -> Cut {
        cut_blocks(&parse_html(page), &NameTable::new())
    }

    fn texts(cut: &Cut) -> Vec<&str> {
        cut.blocks.iter().map(|it| &cut.text[bytes(it.text)]).collect()
    }

    #[test]
    fn blocks_end_at_elements_and_double_breaks() {
        let page = cut("<div>one <i>two</i><br>three<br> <br>four<p>five</p> six</div><script>no</script>");
        assert_eq!(texts(&page), ["one two\nthree", "four", "five", "six"]);
        assert!(page.blocks[1].is_after_break && !page.blocks[2].is_after_break);
        assert_eq!(page.containers[page.blocks[2].container as usize].tag, Tag::P);
    }

    #[test]
    fn blocks_know_what_stands_in_them() {
        let page = cut(
            "<img><p><a class=tag href=x>News 24</a>, today. <b>Late</b> <time>9:30</time><p>x<form><input><input type=hidden>",
        );
        let first = &page.blocks[0];
        assert_eq!((first.pictures, first.times, page.blocks[1].pictures), (1, 1, 0));
        assert_eq!(first.names, bit(Group::Tags));
        let counts = first.counts;
        assert_eq!((counts.links, counts.linked, counts.strong, counts.sentences), (1, 6, 4, 1));
        assert!((counts.words - 5.0).abs() < f32::EPSILON, "{}", counts.words);
        assert_eq!(page.containers.iter().map(|it| it.fields).sum::<u16>(), 1);
    }
}
