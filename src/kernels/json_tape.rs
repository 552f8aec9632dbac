//! One JSON text (RFC 8259) as a tape: flat entries that point into the text, in memory that is kept from text to text.
//!
//! Strict where readers disagree: a key that comes twice, a lone surrogate and deep nesting are refused. Numbers keep their
//! characters, so none is rounded. `node` shows a tape to `jsonschema`, so that no value is built to be validated.

mod node;
mod number;
mod parse;

use std::borrow::Cow;

pub use node::{TapeJson, TapeNode};
pub use parse::{MAX_DEPTH, Refusal};

use serde_json::Value;

/// The entries of one text: every value, and before the value of each member its key.
#[derive(Debug, Default)]
pub struct Tape {
    entries: Vec<Entry>,
    /// Strings that had escapes.
    scratch: String,
    /// Keys of open objects, as places of entries.
    keys: Vec<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Null,
    True,
    False,
    Number,
    /// A string that is the text between its quotes.
    Plain,
    /// A string that had escapes, unescaped in the scratch buffer.
    Escaped,
    Array,
    Object,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    kind: Kind,
    /// Bytes of the text; of the scratch buffer for [`Kind::Escaped`].
    start: usize,
    end: usize,
    /// Entry behind the value and all within it.
    next: u32,
    /// Elements or members.
    count: u32,
}

/// A text with its tape.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    text: &'a str,
    tape: &'a Tape,
}

impl Tape {
    /// Reads `text`, which must be one JSON value with nothing but white space around it; what was read before is forgotten.
    ///
    /// # Errors
    /// Why and where it is no such value.
    pub fn read<'a>(&'a mut self, text: &'a str) -> Result<Document<'a>, Refusal> {
        parse::parse(text, self)?;
        Ok(Document { text, tape: self })
    }
}

impl<'a> Document<'a> {
    /// The value.
    pub fn root(&self) -> TapeNode<'a> {
        TapeNode::of(*self, 0)
    }

    /// The value that a JSON pointer (RFC 6901) names, as bytes of the text; none when there is none.
    pub fn range_of(&self, pointer: &str) -> Option<std::ops::Range<usize>> {
        let mut at = 0;
        for token in pointer.split('/').skip(1) {
            at = self.step(at, &unescape_token(token))?;
        }
        let entry = self.entry(at);
        Some(match entry.kind {
            Kind::Plain => entry.start - 1..entry.end + 1,
            Kind::Escaped => entry.count as usize..self.end_of_escaped(entry.count as usize),
            _ => entry.start..entry.end,
        })
    }

    fn step(&self, at: u32, token: &str) -> Option<u32> {
        let entry = self.entry(at);
        match entry.kind {
            Kind::Array => {
                let place: u32 = token.parse().ok().filter(|place| *place < entry.count)?;
                (0..place).try_fold(at + 1, |at, _| Some(self.entry(at).next))
            }
            Kind::Object => self.member(at, token),
            _ => None,
        }
    }

    /// The value of a member of the object at an entry.
    fn member(&self, object: u32, name: &str) -> Option<u32> {
        let entry = self.entry(object);
        let mut at = object + 1;
        while at < entry.next {
            if self.string(at) == name {
                return Some(at + 1);
            }
            at = self.entry(at + 1).next;
        }
        None
    }

    fn entry(&self, at: u32) -> &'a Entry {
        self.tape.entries.get(at as usize).expect("law: a node is an entry of its tape")
    }

    /// The string at an entry; empty for other values.
    fn string(&self, at: u32) -> &'a str {
        let entry = self.entry(at);
        let source = match entry.kind {
            Kind::Plain => self.text,
            Kind::Escaped => &self.tape.scratch,
            _ => return "",
        };
        source.get(entry.start..entry.end).unwrap_or_default()
    }

    fn end_of_escaped(&self, quote: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = quote + 1;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'"' => return at + 1,
                b'\\' => at += 2,
                _ => at += 1,
            }
        }
        bytes.len()
    }

    /// A value of its own; numbers beyond a float become the nearest one.
    fn value(&self, at: u32) -> Value {
        let entry = self.entry(at);
        match entry.kind {
            Kind::Null => Value::Null,
            Kind::True => Value::Bool(true),
            Kind::False => Value::Bool(false),
            Kind::Number => Value::Number(number::to_number(self.text.get(entry.start..entry.end).unwrap_or_default())),
            Kind::Plain | Kind::Escaped => Value::String(self.string(at).to_owned()),
            Kind::Array => node::Elements::of(*self, at).map(|element| self.value(element)).collect(),
            Kind::Object => Value::Object(
                node::Places::of(*self, at).map(|key| (self.string(key).to_owned(), self.value(key + 1))).collect(),
            ),
        }
    }

    /// The whole text as a value; numbers beyond a float become the nearest one.
    pub fn to_value(&self) -> Value {
        self.value(0)
    }
}

fn unescape_token(token: &str) -> Cow<'_, str> {
    if token.contains('~') { Cow::Owned(token.replace("~1", "/").replace("~0", "~")) } else { Cow::Borrowed(token) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn value(text: &str) -> Result<Value, String> {
        Tape::default().read(text).map(|document| document.to_value()).map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn texts_become_their_values() {
        for text in [
            "null",
            " true ",
            "false",
            "0",
            "-0",
            "1.5e3",
            "\"\"",
            "\"a\\n\\u00e9\\ud83d\\ude00\\/\"",
            "[]",
            "{}",
            "[1, [2, {}], \"x\"]\r\n",
            r#"{"a": {"b": [null]}, "": 1, "\"k": "v"}"#,
            "18446744073709551616",
        ] {
            assert_eq!(value(text).unwrap(), serde_json::from_str::<Value>(text).unwrap(), "{text}");
        }
        assert_eq!(value("1e999").unwrap(), json!(f64::MAX));
    }

    #[test]
    fn what_is_no_json_is_refused_with_its_place() {
        let all: Vec<String> = [
            "",
            " ",
            "nul",
            "nulls",
            "[1,]",
            "[1",
            "{\"a\"}",
            "{\"a\":1,}",
            "{a:1}",
            "01",
            "1.",
            "-",
            "1e",
            "\"a",
            "\"\u{1}\"",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\ud800\"",
            "\"\\ud800\\u0041\"",
            "1 2",
            "{\"a\":1,\"\\u0061\":2}",
            "\u{feff}1",
            "[NaN]",
        ]
        .into_iter()
        .map(|text| format!("{text:?}: {}", value(text).unwrap_err()))
        .collect();
        insta::assert_snapshot!(all.join("\n"));
        let deep = "[".repeat(MAX_DEPTH + 1);
        assert!(value(&deep).unwrap_err().contains("128"));
        let fits = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
        assert!(value(&fits).is_ok());
    }

    #[test]
    fn keys_that_come_twice_are_found_in_large_objects_too() {
        let members: Vec<String> = (0..40).map(|n| format!("\"k{n}\":{n}")).collect();
        assert!(value(&format!("{{{}}}", members.join(","))).is_ok());
        let refusal = value(&format!("[{{\"x\":{{{},\"k7\":0}}}}]", members.join(","))).unwrap_err();
        assert!(refusal.contains("k7"), "{refusal}");
    }

    #[test]
    fn pointers_lead_to_the_bytes_of_a_value() {
        let text = r#" {"a/b": [1, "q\"x", {"~": true}], "c": "d"}"#;
        let mut tape = Tape::default();
        let document = tape.read(text).unwrap();
        let at = |pointer: &str| document.range_of(pointer).map(|range| &text[range]);
        assert_eq!(at("/a~1b/0"), Some("1"));
        assert_eq!(at("/a~1b/1"), Some(r#""q\"x""#));
        assert_eq!(at("/a~1b/2/~0"), Some("true"));
        assert_eq!(at("/c"), Some("\"d\""));
        assert_eq!(at("").map(str::len), Some(text.len() - 1));
        assert_eq!((at("/c/x"), at("/a~1b/3"), at("/z")), (None, None, None));
    }

    fn json_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,6}".prop_map(Value::from),
            "[ab]{0,2}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map("[a-d]{1,2}", inner, 0..5)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_value_that_is_written_is_read_back(value in json_value()) {
            let text = serde_json::to_string_pretty(&value).unwrap();
            prop_assert_eq!(super::tests::value(&text).unwrap(), value);
        }

        #[test]
        fn what_serde_json_refuses_is_refused_and_nothing_panics(text in "[\\[\\]{}\",:0-9a-fntrul.eE+\\\\ -]{0,24}") {
            let theirs = serde_json::from_str::<Value>(&text);
            match (value(&text), theirs) {
                (Ok(ours), Ok(theirs)) => prop_assert_eq!(ours, theirs),
                (Ok(_), Err(error)) => prop_assert!(error.to_string().contains("out of range"), "{}", text),
                (Err(refusal), Ok(_)) => prop_assert!(refusal.contains("twice"), "{}: {}", text, refusal),
                (Err(_), Err(_)) => {}
            }
        }

        #[test]
        fn a_tape_validates_as_serde_json_does(value in json_value(), schema in 0_usize..12) {
            let schema = &[
                json!({"type": "integer"}), json!({"type": ["object", "string"]}), json!({"uniqueItems": true}),
                json!({"const": 1}), json!({"enum": [null, "a", [1], {"a": 1}]}), json!({"maxLength": 1}),
                json!({"properties": {"a": {"type": "number"}}, "additionalProperties": false}),
                json!({"propertyNames": {"maxLength": 1}}), json!({"contains": {"type": "null"}}), json!({"minimum": 3}),
                json!({"unevaluatedProperties": false, "properties": {"a": true}}),
                json!({"items": {"$ref": "#"}, "minItems": 1, "multipleOf": 2}),
            ][schema];
            let text = value.to_string();
            let mut tape = Tape::default();
            let document = tape.read(&text).unwrap();
            let ours = jsonschema::options_for::<TapeJson>().build(schema).unwrap();
            prop_assert_eq!(ours.is_valid(document.root()), jsonschema::is_valid(schema, &value), "{} {}", schema, text);
        }
    }
}
