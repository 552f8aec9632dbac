//! Reads JSON as pages write it, into flat nodes in document order. Reading never fails and never recurses.
//!
//! What is valid is read as RFC 8259 says. What is not is read for what was meant: control characters and lone quotes in
//! strings, comments, CDATA marks, commas too many or too few, single quotes, bare keys, several values one behind the other, brackets
//! that close too much or not at all, and whole texts in which quotes are HTML entities.

use std::borrow::Cow;
use std::ops::Range;

use super::entities::decode_entities;

/// Deepest nesting that is read; a block is read as far as that.
pub const MAX_DEPTH: usize = 128;
/// Values that are read of all blocks of a page; real pages have some thousands.
pub const MAX_NODES: usize = 1 << 17;
/// Blocks that are read.
pub const MAX_BLOCKS: usize = 256;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`, a number, a truth value, or a bare word.
    Bare,
    /// A string; `true` when it has escapes.
    Text(bool),
    /// An array.
    Array,
    /// An object.
    Object,
}

#[derive(Clone, Debug)]
struct Node {
    kind: Kind,
    block: u32,
    key: Range<u32>,
    value: Range<u32>,
    end: u32,
}

/// The values of all blocks, in document order. A value is named by its index.
#[derive(Clone, Debug, Default)]
pub struct JsonTree<'a> {
    sources: Vec<Cow<'a, str>>,
    nodes: Vec<Node>,
}

impl<'a> JsonTree<'a> {
    /// Reads one more block. Blocks beyond [`MAX_BLOCKS`] and values beyond [`MAX_NODES`] are left out.
    pub fn push_block(&mut self, text: &'a str) {
        if self.sources.len() >= MAX_BLOCKS || u32::try_from(text.len()).is_err() {
            return;
        }
        // A JSON text has quotes of its own; one that has none and entities instead went through an escaping template.
        let is_escaped = text.contains("&quot;") && !text.contains('"') || text.trim_start().starts_with("&#");
        let source = if is_escaped { decode_entities(text) } else { Cow::Borrowed(text) };
        let block = self.sources.len() as u32;
        Reader { bytes: source.as_bytes(), at: 0, block, nodes: &mut self.nodes, open: Vec::new(), key: None }.read();
        self.sources.push(source);
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// What a value is.
    pub fn kind(&self, node: usize) -> Kind {
        self.nodes[node].kind
    }

    /// The value behind the last one within `node`.
    pub fn end(&self, node: usize) -> usize {
        self.nodes[node].end as usize
    }

    /// The key of a member as written; empty for elements of arrays.
    pub fn key(&self, node: usize) -> &str {
        let node = &self.nodes[node];
        self.sources[node.block as usize].get(node.key.start as usize..node.key.end as usize).unwrap_or_default()
    }

    /// The values in an array or object, in order.
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

    /// The first member of an object with a key.
    pub fn member(&self, node: usize, key: &str) -> Option<usize> {
        (self.kind(node) == Kind::Object).then(|| self.children(node).find(|child| self.key(*child) == key)).flatten()
    }

    /// The value itself, or the elements of an array.
    pub fn each(&self, node: usize) -> impl Iterator<Item = usize> {
        let is_array = self.kind(node) == Kind::Array;
        let elements = is_array.then(|| self.children(node)).into_iter().flatten();
        (!is_array).then_some(node).into_iter().chain(elements)
    }

    /// A string, or a bare value but `null`, as written and trimmed, escapes resolved; `None` when nothing is left.
    pub fn text(&self, node: usize) -> Option<Cow<'a, str>> {
        let Node { kind, block, value, .. } = &self.nodes[node];
        let range = value.start as usize..value.end as usize;
        let is_escaped = match kind {
            Kind::Text(is_escaped) => *is_escaped,
            Kind::Bare => false,
            Kind::Array | Kind::Object => return None,
        };
        let written = match &self.sources[*block as usize] {
            Cow::Borrowed(source) => Cow::Borrowed(source.get(range)?.trim()),
            Cow::Owned(source) => Cow::Owned(source.get(range)?.trim().to_owned()),
        };
        if *kind == Kind::Bare && matches!(&*written, "null" | "undefined" | "NaN") {
            return None;
        }
        let text = if is_escaped { Cow::Owned(unescape(&written).trim().to_owned()) } else { written };
        (!text.is_empty()).then_some(text)
    }

    /// The string of the first member with a key.
    pub fn member_text(&self, node: usize, key: &str) -> Option<Cow<'a, str>> {
        self.text(self.member(node, key)?)
    }
}

struct Reader<'s, 'n> {
    bytes: &'s [u8],
    at: usize,
    block: u32,
    nodes: &'n mut Vec<Node>,
    open: Vec<usize>,
    key: Option<Range<u32>>,
}

impl Reader<'_, '_> {
    fn read(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            if self.nodes.len() >= MAX_NODES || self.open.len() >= MAX_DEPTH {
                break;
            }
            match byte {
                b'{' => self.enter(Kind::Object),
                b'[' => self.enter(Kind::Array),
                b'}' => self.leave(Kind::Object),
                b']' => self.leave(Kind::Array),
                b'"' | b'\'' => self.string(byte),
                b',' => {
                    self.key = None;
                    self.at += 1;
                }
                b'/' | b'<' | b'-' if self.mark() => {}
                byte if byte <= b' ' || matches!(byte, b':' | b';') => self.at += 1,
                _ => self.bare(),
            }
        }
        while let Some(node) = self.open.pop() {
            self.nodes[node].end = self.nodes.len() as u32;
        }
    }

    /// Passes over a comment, or the mark of an HTML comment or a CDATA section.
    fn mark(&mut self) -> bool {
        let rest = &self.bytes[self.at..];
        let length = if rest.starts_with(b"//") {
            memchr::memchr(b'\n', rest).unwrap_or(rest.len())
        } else if rest.starts_with(b"/*") {
            memchr::memmem::find(rest, b"*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(mark) = [&b"<![CDATA["[..], b"<!--", b"-->"].into_iter().find(|mark| rest.starts_with(mark))
        {
            mark.len()
        } else {
            return false;
        };
        self.at += length;
        true
    }

    fn push(&mut self, kind: Kind, value: Range<usize>) {
        let key = self.key.take().unwrap_or(0..0);
        let end = self.nodes.len() as u32 + 1;
        self.nodes.push(Node { kind, block: self.block, key, value: value.start as u32..value.end as u32, end });
    }

    fn enter(&mut self, kind: Kind) {
        self.open.push(self.nodes.len());
        self.push(kind, self.at..self.at);
        self.at += 1;
    }

    /// Closes the innermost bracket of a kind and what is open within it; a bracket that closes nothing is passed over.
    fn leave(&mut self, kind: Kind) {
        self.at += 1;
        self.key = None;
        if let Some(place) = self.open.iter().rposition(|node| self.nodes[*node].kind == kind) {
            for node in self.open.drain(place..) {
                self.nodes[node].end = self.nodes.len() as u32;
            }
        }
    }

    fn takes_key(&self) -> bool {
        self.key.is_none() && self.open.last().is_some_and(|node| self.nodes[*node].kind == Kind::Object)
    }

    fn value_or_key(&mut self, kind: Kind, value: Range<usize>) {
        if self.takes_key() {
            self.key = Some(value.start as u32..value.end as u32);
        } else {
            self.push(kind, value);
        }
    }

    fn string(&mut self, quote: u8) {
        let start = self.at + 1;
        let mut at = start;
        let mut has_escape = false;
        let end = loop {
            let rest = self.bytes.get(at..).unwrap_or_default();
            let Some(found) = memchr::memchr2(b'\\', quote, rest) else { break self.bytes.len() };
            at += found;
            if self.bytes[at] == b'\\' {
                has_escape = true;
                at += 2;
            } else if self.ends_string(at + 1) {
                break at;
            } else {
                at += 1;
            }
        };
        self.value_or_key(Kind::Text(has_escape), start..end);
        self.at = end + 1;
    }

    /// Whether a quote can end a string: what follows it goes on as JSON does.
    fn ends_string(&self, behind: usize) -> bool {
        let (next, has_break) = self.next_token(behind);
        match self.bytes.get(next) {
            None | Some(b'}' | b']') => true,
            Some(b':') => self.takes_key(),
            Some(b',') => {
                let (then, _) = self.next_token(next + 1);
                let rest = &self.bytes[then.min(self.bytes.len())..];
                match rest.first() {
                    None | Some(b'"' | b'\'' | b'{' | b'[' | b'}' | b']' | b'-' | b'/' | b',' | b'0'..=b'9') => true,
                    _ => [&b"true"[..], b"false", b"null"].into_iter().any(|word| rest.starts_with(word)),
                }
            }
            // A comma is missing, or a comment follows.
            Some(b'"') => has_break,
            Some(b'/') => matches!(self.bytes.get(next + 1), Some(b'/' | b'*')),
            Some(b';' | b'<') => self.open.is_empty(),
            _ => false,
        }
    }

    /// The place of the next byte that is not white space, and whether a line ends before it.
    fn next_token(&self, from: usize) -> (usize, bool) {
        let blank = self.bytes.iter().skip(from).take_while(|byte| **byte <= b' ').count();
        let has_break = self.bytes.get(from..from + blank).is_some_and(|blank| blank.contains(&b'\n'));
        (from + blank, has_break)
    }

    fn bare(&mut self) {
        let is_end = |byte: &u8| *byte <= b' ' || matches!(byte, b',' | b':' | b'}' | b']' | b'{' | b'[' | b'"' | b';');
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(is_end).unwrap_or(rest.len()).max(1);
        self.value_or_key(Kind::Bare, self.at..self.at + length);
        self.at += length;
    }
}

/// Resolves the escapes of a JSON string. An escape that is none is its own character.
fn unescape(written: &str) -> String {
    let mut out = String::with_capacity(written.len());
    let mut rest = written;
    while let Some((before, behind)) = rest.split_once('\\') {
        out.push_str(before);
        let mut letters = behind.chars();
        rest = match letters.next() {
            Some('n' | 'r' | 't' | 'b' | 'f') => {
                out.push(' ');
                letters.as_str()
            }
            Some('u') => unescape_unit(behind, &mut out),
            Some(other) => {
                out.push(other);
                letters.as_str()
            }
            None => "",
        };
    }
    out.push_str(rest);
    out
}

/// Resolves `uXXXX`, or a pair of surrogates, and returns what follows.
fn unescape_unit<'t>(behind: &'t str, out: &mut String) -> &'t str {
    let unit = |text: &str| text.get(1..5).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let Some(first) = unit(behind) else { return &behind[1..] };
    let mut rest = &behind[5..];
    let mut scalar = first;
    if (0xD800..0xDC00).contains(&first)
        && let Some(second) = rest.strip_prefix('\\').filter(|pair| pair.starts_with('u')).and_then(unit)
        && (0xDC00..0xE000).contains(&second)
    {
        scalar = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
        rest = &rest[6..];
    }
    out.push(char::from_u32(scalar).unwrap_or(char::REPLACEMENT_CHARACTER));
    rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn show(tree: &JsonTree<'_>, node: usize) -> Value {
        match tree.kind(node) {
            Kind::Object => tree.children(node).map(|it| (tree.key(it).to_owned(), show(tree, it))).collect(),
            Kind::Array => tree.children(node).map(|it| show(tree, it)).collect(),
            _ => tree.text(node).map_or(Value::Null, |text| Value::String(text.into_owned())),
        }
    }

    fn read(text: &str) -> String {
        let mut tree = JsonTree::default();
        tree.push_block(text);
        let mut tops = Vec::new();
        let mut at = 0;
        while at < tree.len() {
            tops.push(show(&tree, at).to_string());
            at = tree.end(at);
        }
        tops.join(" ")
    }

    #[test]
    fn broken_json_is_read_for_what_was_meant() {
        for (text, expected) in [
            (r#"{"a": ["b", {"c": 1}], "d": null}"#, r#"{"a":["b",{"c":"1"}],"d":null}"#),
            (r#"{"a":"b\u00e9\ud83d\ude00\/\"c\\"}"#, r#"{"a":"bé😀/\"c\\"}"#),
            ("{\"a\":\"one\ntwo\tthree\"}", r#"{"a":"one\ntwo\tthree"}"#),
            (r#"{"a":"b",}"#, r#"{"a":"b"}"#),
            (r#"{"a":["b",],,"c":"d"}"#, r#"{"a":["b"],"c":"d"}"#),
            ("// <![CDATA[\n{\"a\":\"b\"}\n// ]]>", r#"{"a":"b"}"#),
            ("<![CDATA[{\"a\":\"b\"}]]>", r#"{"a":"b"} ">""#),
            ("<!-- {\"a\":\"b\"} -->", r#"{"a":"b"}"#),
            ("{/* c */\"a\":\"b\" // x\n,\"c\":\"d\"}", r#"{"a":"b","c":"d"}"#),
            (r#"{"a":"say "hello", he said","b":"c"}"#, r#"{"a":"say \"hello\", he said","b":"c"}"#),
            ("{\"a\":\"b\"\n\"c\":\"d\"}", r#"{"a":"b","c":"d"}"#),
            (r#"{"a":{"b":["c""#, r#"{"a":{"b":["c"]}}"#),
            (r#"{"a":["b"}, {"c":"d"}"#, r#"{"a":["b"]} {"c":"d"}"#),
            (r#"{a:'b', "c": true}"#, r#"{"a":"b","c":"true"}"#),
            ("{&quot;a&quot;:&quot;b &amp;amp; c&quot;}", r#"{"a":"b &amp; c"}"#),
            (r#"{"a":"b"};{"c":"d"};"#, r#"{"a":"b"} {"c":"d"}"#),
            ("", ""),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn hostile_blocks_cost_bounded_work() {
        let mut tree = JsonTree::default();
        tree.push_block(Box::leak("[".repeat(1 << 20).into_boxed_str()));
        assert_eq!(tree.len(), MAX_DEPTH);
        tree.push_block(Box::leak("[],".repeat(1 << 20).into_boxed_str()));
        assert_eq!(tree.len(), MAX_NODES);
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![any::<i32>().prop_map(Value::from), "[^\\s\\p{C}]{1,9}".prop_map(Value::from)];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec(("[a-z]{1,4}", inner), 0..5).prop_map(|all| all.into_iter().collect()),
            ]
        })
    }

    fn as_texts(value: &Value) -> Value {
        match value {
            Value::Number(number) => Value::String(number.to_string()),
            Value::Array(all) => all.iter().map(as_texts).collect(),
            Value::Object(all) => all.iter().map(|(key, value)| (key.clone(), as_texts(value))).collect(),
            other => other.clone(),
        }
    }

    proptest! {
        #[test]
        fn valid_json_is_read_as_it_is(value in value(), pretty in any::<bool>()) {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
            prop_assume!(!text.contains("&quot;"));
            prop_assert_eq!(read(&text), as_texts(&value).to_string());
        }

        #[test]
        fn any_text_is_read(parts in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "[", "]", "\"", "'", ":", ",", "\\", "\\u", "d83d", "é", "//", "/*", "*/", "\n", "a", "1", "<!--", "-->", "&quot;", "]]>",
        ]), 0..60)) {
            let text = parts.concat();
            let mut tree = JsonTree::default();
            tree.push_block(&text);
            for node in 0..tree.len() {
                tree.text(node);
                prop_assert!(tree.end(node) > node && tree.end(node) <= tree.len());
                prop_assert!(tree.children(node).all(|child| tree.end(child) <= tree.end(node)));
            }
        }
    }
}
