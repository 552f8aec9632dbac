//! A tape as `jsonschema` sees it.

use std::borrow::Cow;

use jsonschema::JsonType;
use jsonschema::json::{Array, Json, Node, NodeIdentity, Object, cmp, unique};
use serde_json::Value;

use super::number::TapeNumber;
use super::{Document, Kind};

/// Arrays up to this many strings are searched for equal ones pair by pair.
const FEW_STRINGS: usize = 16;

/// The representation: tapes and their values.
#[derive(Clone, Copy, Debug)]
pub struct TapeJson;

impl Json for TapeJson {
    type Node<'a> = TapeNode<'a>;
    type PreparedKey = String;
    type StringBuffer = ();

    // A lookup goes over the members from the front.
    const KEYS_PER_LOOKUP: usize = 2;
    const ACYCLIC: bool = true;

    fn prepare_key(key: &str) -> String {
        key.to_owned()
    }

    fn with_string_node<T>((): &mut (), string: &str, f: impl FnOnce(TapeNode<'_>) -> T) -> T {
        f(TapeNode::Name(string))
    }
}

/// A value of a tape, or a name of a member as a string of its own.
#[derive(Clone, Copy, Debug)]
pub enum TapeNode<'a> {
    /// The value at an entry.
    Entry(Document<'a>, u32),
    /// A string.
    Name(&'a str),
}

impl<'a> TapeNode<'a> {
    pub(super) fn of(document: Document<'a>, at: u32) -> Self {
        Self::Entry(document, at)
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Entry(document, at) => document.entry(*at).kind,
            Self::Name(_) => Kind::Plain,
        }
    }

    fn text(&self) -> Option<&'a str> {
        match self {
            Self::Entry(document, at) => {
                matches!(document.entry(*at).kind, Kind::Plain | Kind::Escaped).then(|| document.string(*at))
            }
            Self::Name(name) => Some(name),
        }
    }

    /// The document and the entry when the value is of a kind.
    fn entry_of(&self, kind: Kind) -> Option<(Document<'a>, u32)> {
        match self {
            Self::Entry(document, at) if document.entry(*at).kind == kind => Some((*document, *at)),
            _ => None,
        }
    }
}

impl<'a> Node<'a, TapeJson> for TapeNode<'a> {
    type Object = TapeObject<'a>;
    type Array = TapeArray<'a>;
    type Number = TapeNumber<'a>;

    fn as_object(&self) -> Option<TapeObject<'a>> {
        self.entry_of(Kind::Object).map(|(document, at)| TapeObject { document, at })
    }

    fn as_array(&self) -> Option<TapeArray<'a>> {
        self.entry_of(Kind::Array).map(|(document, at)| TapeArray { document, at })
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        self.text().map(Cow::Borrowed)
    }

    fn as_number(&self) -> Option<TapeNumber<'a>> {
        let (document, at) = self.entry_of(Kind::Number)?;
        let entry = document.entry(at);
        Some(TapeNumber(document.text.get(entry.start..entry.end).unwrap_or_default()))
    }

    fn as_boolean(&self) -> Option<bool> {
        match self.kind() {
            Kind::True => Some(true),
            Kind::False => Some(false),
            _ => None,
        }
    }

    fn is_null(&self) -> bool {
        self.kind() == Kind::Null
    }

    fn is_number(&self) -> bool {
        self.kind() == Kind::Number
    }

    fn json_type(&self) -> JsonType {
        match self.kind() {
            Kind::Null => JsonType::Null,
            Kind::True | Kind::False => JsonType::Boolean,
            Kind::Number => JsonType::Number,
            Kind::Plain | Kind::Escaped => JsonType::String,
            Kind::Array => JsonType::Array,
            Kind::Object => JsonType::Object,
        }
    }

    /// A code point has one to four bytes, so most lengths are decided without counting.
    fn string_length_within(&self, min: u64, max: u64) -> Option<bool> {
        let text = self.text()?;
        let most = text.len() as u64;
        let least = most.div_ceil(4);
        if least >= min && most <= max {
            return Some(true);
        }
        if most < min || least > max {
            return Some(false);
        }
        Some((min..=max).contains(&(text.chars().count() as u64)))
    }

    fn equals_value(&self, expected: &Value) -> bool {
        match (self.kind(), expected) {
            (Kind::Null, Value::Null) | (Kind::True, Value::Bool(true)) | (Kind::False, Value::Bool(false)) => true,
            (Kind::Plain | Kind::Escaped, Value::String(expected)) => self.text() == Some(expected),
            (Kind::Number, Value::Number(expected)) => {
                self.as_number().is_some_and(|number| cmp::equal_numbers(&number, expected))
            }
            (Kind::Array, Value::Array(_)) | (Kind::Object, Value::Object(_)) => cmp::equal(&self.to_value(), expected),
            _ => false,
        }
    }

    fn to_value(&self) -> Cow<'a, Value> {
        Cow::Owned(match self {
            Self::Entry(document, at) => document.value(*at),
            Self::Name(name) => Value::from(*name),
        })
    }

    /// A name is told apart by its address, a value by its tape and entry.
    fn identity(&self) -> Option<NodeIdentity> {
        Some(match self {
            Self::Entry(document, at) => NodeIdentity::tagged(std::ptr::from_ref(document.tape) as usize, *at),
            Self::Name(name) => NodeIdentity::tagged(name.as_ptr() as usize, u32::MAX),
        })
    }
}

/// An object of a tape.
#[derive(Clone, Copy, Debug)]
pub struct TapeObject<'a> {
    document: Document<'a>,
    at: u32,
}

impl<'a> Object<'a, TapeJson> for TapeObject<'a> {
    type Node = TapeNode<'a>;
    type MemberName = &'a str;
    type MembersIter = Members<'a>;

    fn len(&self) -> usize {
        self.document.entry(self.at).count as usize
    }

    fn get(&self, key: &String) -> Option<TapeNode<'a>> {
        self.document.member(self.at, key).map(|at| TapeNode::of(self.document, at))
    }

    fn members(&self) -> Members<'a> {
        Members(Places::of(self.document, self.at))
    }
}

/// An array of a tape.
#[derive(Clone, Copy, Debug)]
pub struct TapeArray<'a> {
    document: Document<'a>,
    at: u32,
}

impl<'a> Array<'a, TapeJson> for TapeArray<'a> {
    type Node = TapeNode<'a>;
    type ElementsIter = ElementNodes<'a>;

    fn len(&self) -> usize {
        self.document.entry(self.at).count as usize
    }

    fn elements(&self) -> ElementNodes<'a> {
        ElementNodes(Elements::of(self.document, self.at))
    }

    /// Strings, the usual case, are compared without a copy.
    fn is_unique(&self) -> bool {
        let strings: Option<Vec<&str>> = self.elements().map(|element| element.text()).collect();
        let Some(mut strings) = strings else {
            let values: Vec<Value> = self.elements().map(|element| element.to_value().into_owned()).collect();
            return unique::is_unique(&values);
        };
        if strings.len() <= FEW_STRINGS {
            return strings
                .iter()
                .enumerate()
                .all(|(place, text)| !strings.iter().take(place).any(|other| other == text));
        }
        strings.sort_unstable();
        strings.windows(2).all(|pair| pair[0] != pair[1])
    }
}

/// Entries of the elements of an array.
#[derive(Debug)]
pub(super) struct Elements<'a> {
    document: Document<'a>,
    at: u32,
    end: u32,
}

impl<'a> Elements<'a> {
    pub(super) fn of(document: Document<'a>, array: u32) -> Self {
        Self { document, at: array + 1, end: document.entry(array).next }
    }
}

impl Iterator for Elements<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        if self.at >= self.end {
            return None;
        }
        let at = self.at;
        self.at = self.document.entry(at).next;
        Some(at)
    }
}

/// Entries of the keys of an object; the value follows its key.
#[derive(Debug)]
pub(super) struct Places<'a>(Elements<'a>);

impl<'a> Places<'a> {
    pub(super) fn of(document: Document<'a>, object: u32) -> Self {
        Self(Elements::of(document, object))
    }
}

impl Iterator for Places<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let key = self.0.next()?;
        self.0.next();
        Some(key)
    }
}

/// Elements of an array as nodes.
#[derive(Debug)]
pub struct ElementNodes<'a>(Elements<'a>);

impl<'a> Iterator for ElementNodes<'a> {
    type Item = TapeNode<'a>;

    fn next(&mut self) -> Option<TapeNode<'a>> {
        let at = self.0.next()?;
        Some(TapeNode::of(self.0.document, at))
    }
}

/// Members of an object: names and values.
#[derive(Debug)]
pub struct Members<'a>(Places<'a>);

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, TapeNode<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let key = self.0.next()?;
        let document = self.0.0.document;
        Some((document.string(key), TapeNode::of(document, key + 1)))
    }
}
