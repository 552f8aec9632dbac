//! The tree as html5ever builds it: linked nodes in a vector, and the count of its steps.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};

use html5ever::interface::{ElemName, ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::{Attribute, LocalName, Namespace, QualName};

use super::{HtmlNode, HtmlPage, MAX_NODES};

/// No node.
const NONE: u32 = u32::MAX;

#[derive(Debug)]
enum Data {
    Document,
    Element(QualName, Vec<Attribute>, bool),
    Text(StrTendril),
    /// A comment or a processing instruction, which is not kept.
    Hidden,
}

#[derive(Debug)]
struct Linked {
    data: Data,
    parent: u32,
    previous: u32,
    next: u32,
    first: u32,
    last: u32,
}

/// Where html5ever builds its tree.
#[derive(Debug)]
pub(super) struct Sink {
    nodes: RefCell<Vec<Linked>>,
    steps: Cell<u64>,
    attributes: Cell<usize>,
}

/// The name of an element. Names that HTML knows are numbers, so that copies are free.
#[derive(Debug)]
pub(super) struct Name(QualName);

impl ElemName for Name {
    fn ns(&self) -> &Namespace {
        &self.0.ns
    }

    fn local_name(&self) -> &LocalName {
        &self.0.local
    }
}

impl Sink {
    /// An empty document; `bytes` is the size of the page.
    pub fn new(bytes: usize) -> Self {
        let mut nodes = Vec::with_capacity(bytes / 64 + 8);
        nodes.push(linked(Data::Document));
        Self { nodes: RefCell::new(nodes), steps: Cell::new(0), attributes: Cell::new(0) }
    }

    /// Whether the tree took more than `limit` steps, or holds as much as a page may.
    pub fn is_full(&self, limit: u64) -> bool {
        self.steps.get() > limit || self.nodes.borrow().len() > MAX_NODES || self.attributes.get() > MAX_NODES
    }

    fn step(&self) {
        self.steps.set(self.steps.get() + 1);
    }

    fn create(&self, data: Data) -> u32 {
        let mut nodes = self.nodes.borrow_mut();
        nodes.push(linked(data));
        (nodes.len() - 1) as u32
    }

    /// Puts a node or text before `next`, or at the end of `parent`.
    fn insert(&self, parent: u32, next: u32, child: NodeOrText<u32>) {
        let mut nodes = self.nodes.borrow_mut();
        let previous = if next == NONE { nodes[parent as usize].last } else { nodes[next as usize].previous };
        let child = match child {
            NodeOrText::AppendNode(child) => {
                detach(&mut nodes, child);
                child
            }
            NodeOrText::AppendText(text) => {
                if previous != NONE
                    && let Data::Text(before) = &mut nodes[previous as usize].data
                {
                    before.push_tendril(&text);
                    return;
                }
                nodes.push(linked(Data::Text(text)));
                (nodes.len() - 1) as u32
            }
        };
        // A moved node may have been the neighbour itself.
        let previous = if next == NONE { nodes[parent as usize].last } else { nodes[next as usize].previous };
        let it = &mut nodes[child as usize];
        (it.parent, it.previous, it.next) = (parent, previous, next);
        if previous == NONE {
            nodes[parent as usize].first = child;
        } else {
            nodes[previous as usize].next = child;
        }
        if next == NONE {
            nodes[parent as usize].last = child;
        } else {
            nodes[next as usize].previous = child;
        }
    }
}

fn linked(data: Data) -> Linked {
    Linked { data, parent: NONE, previous: NONE, next: NONE, first: NONE, last: NONE }
}

fn detach(nodes: &mut [Linked], node: u32) {
    let it = &mut nodes[node as usize];
    let (parent, previous, next) = (it.parent, it.previous, it.next);
    (it.parent, it.previous, it.next) = (NONE, NONE, NONE);
    if parent == NONE {
        return;
    }
    if previous == NONE {
        nodes[parent as usize].first = next;
    } else {
        nodes[previous as usize].next = next;
    }
    if next == NONE {
        nodes[parent as usize].last = previous;
    } else {
        nodes[next as usize].previous = previous;
    }
}

impl TreeSink for Sink {
    type Handle = u32;
    type Output = HtmlPage;
    type ElemName<'a> = Name;

    /// Lays the tree flat.
    fn finish(self) -> HtmlPage {
        let mut linked = self.nodes.into_inner();
        let mut nodes: Vec<HtmlNode> = Vec::with_capacity(linked.len());
        let mut attributes: Vec<Attribute> = Vec::with_capacity(linked.len());
        // The places of the open nodes: (index in `linked`, index in `nodes`).
        let mut open: Vec<(u32, u32)> = Vec::with_capacity(64);
        let mut at = 0;
        loop {
            let it = &mut linked[at as usize];
            let (first, mut next) = (it.first, it.next);
            let start = attributes.len() as u32;
            let (name, text) = match std::mem::replace(&mut it.data, Data::Hidden) {
                Data::Document => (Some(LocalName::default()), StrTendril::new()),
                Data::Element(name, own, _) => {
                    attributes.extend(own);
                    (Some(name.local), StrTendril::new())
                }
                Data::Text(text) => (Some(LocalName::default()), text),
                Data::Hidden => (None, StrTendril::new()),
            };
            if let Some(name) = name {
                let parent = open.last().map_or(0, |(_, place)| *place);
                let place = nodes.len() as u32;
                nodes.push(HtmlNode {
                    name,
                    text,
                    attributes: start..attributes.len() as u32,
                    parent,
                    end: place + 1,
                    depth: open.len() as u32,
                });
                if first != NONE {
                    open.push((at, place));
                    at = first;
                    continue;
                }
            }
            while next == NONE {
                let Some((above, place)) = open.pop() else {
                    return HtmlPage { nodes, attributes, is_cut: false };
                };
                nodes[place as usize].end = nodes.len() as u32;
                next = linked[above as usize].next;
            }
            at = next;
        }
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> u32 {
        0
    }

    fn elem_name<'a>(&'a self, target: &'a u32) -> Name {
        self.step();
        match &self.nodes.borrow()[*target as usize].data {
            Data::Element(name, ..) => Name(name.clone()),
            _ => Name(QualName::new(None, html5ever::ns!(), LocalName::default())),
        }
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, flags: ElementFlags) -> u32 {
        self.step();
        self.attributes.set(self.attributes.get() + attributes.len());
        self.create(Data::Element(name, attributes, flags.mathml_annotation_xml_integration_point))
    }

    fn create_comment(&self, _: StrTendril) -> u32 {
        self.create(Data::Hidden)
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> u32 {
        self.create(Data::Hidden)
    }

    fn append(&self, parent: &u32, child: NodeOrText<u32>) {
        self.step();
        self.insert(*parent, NONE, child);
    }

    fn append_based_on_parent_node(&self, element: &u32, previous: &u32, child: NodeOrText<u32>) {
        let has_parent = self.nodes.borrow()[*element as usize].parent != NONE;
        if has_parent {
            self.append_before_sibling(element, child);
        } else {
            self.append(previous, child);
        }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &u32) -> u32 {
        *target
    }

    fn same_node(&self, one: &u32, other: &u32) -> bool {
        self.step();
        one == other
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &u32, child: NodeOrText<u32>) {
        self.step();
        let parent = self.nodes.borrow()[*sibling as usize].parent;
        self.insert(parent, *sibling, child);
    }

    fn add_attrs_if_missing(&self, target: &u32, more: Vec<Attribute>) {
        self.step();
        if let Data::Element(_, own, _) = &mut self.nodes.borrow_mut()[*target as usize].data {
            for attribute in more {
                // `<html>` and `<body>` may come again and again.
                if own.len() < super::MAX_ATTRIBUTES && own.iter().all(|it| it.name != attribute.name) {
                    own.push(attribute);
                }
            }
        }
    }

    fn remove_from_parent(&self, target: &u32) {
        self.step();
        detach(&mut self.nodes.borrow_mut(), *target);
    }

    fn reparent_children(&self, node: &u32, new_parent: &u32) {
        loop {
            let child = self.nodes.borrow()[*node as usize].first;
            if child == NONE {
                return;
            }
            self.step();
            self.insert(*new_parent, NONE, NodeOrText::AppendNode(child));
        }
    }

    fn is_mathml_annotation_xml_integration_point(&self, target: &u32) -> bool {
        matches!(self.nodes.borrow()[*target as usize].data, Data::Element(_, _, true))
    }

    fn attach_declarative_shadow(&self, _: &u32, _: &u32, _: &[Attribute]) -> bool {
        false
    }
}
