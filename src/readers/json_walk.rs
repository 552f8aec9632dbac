//! Walks one JSON text (RFC 8259) once and writes its values down as [`Leaves`].
//!
//! Strict where readers disagree: duplicate keys, lone surrogates, NaN and deep nesting are refused. Numbers keep their
//! characters, so nothing is rounded. Strings without escapes are not copied.

use memchr::memchr2;

use crate::readers::leaves::{Kind, Leaves, Place};
use crate::rejection::{ReasonCode, Rejection};

/// Deepest nesting; the record itself is level 1.
pub const MAX_DEPTH: usize = 64;

/// Objects up to this many keys are searched for duplicates pair by pair, larger ones by sorting.
const FEW_KEYS: usize = 16;

/// Walks records; keeps its buffers between them.
#[derive(Debug, Default)]
pub struct JsonWalk {
    /// The values of the last record walked.
    pub leaves: Leaves,
    path: String,
    keys: Vec<Place>,
    frames: Vec<Frame>,
    duplicate: Option<String>,
}

/// One step from the root to the value in progress.
#[derive(Clone, Copy, Debug)]
enum Frame {
    Key(Place),
    Index(usize),
}

/// Why a text was refused: what was expected, and the byte where it was not found.
struct Fault {
    at: usize,
    problem: Problem,
}

enum Problem {
    Expected(&'static str),
    Deep,
}

type Walked<T> = Result<T, Fault>;

impl Fault {
    fn expected(at: usize, what: &'static str) -> Self {
        Self { at, problem: Problem::Expected(what) }
    }
}

impl JsonWalk {
    /// Walks a record, which must be one JSON object with nothing but white space around it.
    ///
    /// # Errors
    /// `invalid-json` with line and column (in bytes, from 1, within the record), `too-deep`, `not-an-object`, and
    /// `duplicate-key` with the JSON pointer of the repeated key. What is no JSON is `invalid-json` whatever else is wrong.
    pub fn walk(&mut self, record: &str) -> Result<(), Rejection> {
        self.leaves.clear();
        self.path.clear();
        self.keys.clear();
        self.frames.clear();
        self.duplicate = None;
        let mut cursor = Cursor::new(record);
        cursor.skip_space();
        let is_object = cursor.peek() == Some(b'{');
        if let Err(fault) = self.whole(&mut cursor) {
            return Err(self.refuse(&fault, record));
        }
        if !is_object {
            return Err(Rejection::new(ReasonCode::NotAnObject, "expected a JSON object"));
        }
        match self.duplicate.take() {
            Some(pointer) => Err(Rejection::new(ReasonCode::DuplicateKey, "").at(pointer)),
            None => Ok(()),
        }
    }

    fn refuse(&self, fault: &Fault, record: &str) -> Rejection {
        let expected = match fault.problem {
            Problem::Deep => {
                let detail = format!("more than {MAX_DEPTH} levels");
                return Rejection::new(ReasonCode::TooDeep, detail).at(self.pointer(record));
            }
            Problem::Expected(what) => what,
        };
        let before = record.as_bytes().get(..fault.at).unwrap_or_default();
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        let column = before.len() - memchr::memrchr(b'\n', before).map_or(0, |at| at + 1) + 1;
        let found = match record.get(fault.at..).and_then(|rest| rest.chars().next()) {
            Some(c) => format!("`{c}`"),
            None => "the end".to_owned(),
        };
        let detail = format!("expected {expected}, but found {found} at line {line} column {column} of the record");
        Rejection::new(ReasonCode::InvalidJson, detail)
    }

    fn whole(&mut self, cursor: &mut Cursor<'_>) -> Walked<()> {
        self.value(cursor)?;
        cursor.skip_space();
        match cursor.peek() {
            None => Ok(()),
            Some(_) => Err(Fault::expected(cursor.at, "nothing behind the value")),
        }
    }

    fn value(&mut self, cursor: &mut Cursor<'_>) -> Walked<()> {
        let start = cursor.at;
        let kind = match cursor.peek() {
            Some(b'"') => {
                let place = self.string(cursor)?;
                self.leaves.push(&self.path, Kind::Text, place);
                return Ok(());
            }
            Some(b'{') => return self.object(cursor),
            Some(b'[') => return self.array(cursor),
            Some(b'-' | b'0'..=b'9') => cursor.number()?,
            Some(b't') => cursor.literal("true", Kind::Boolean)?,
            Some(b'f') => cursor.literal("false", Kind::Boolean)?,
            Some(b'n') => cursor.literal("null", Kind::Null)?,
            _ => return Err(Fault::expected(start, "a value")),
        };
        self.leaves.push(&self.path, kind, Place { start, end: cursor.at, scratch: false });
        Ok(())
    }

    fn enter(&mut self, cursor: &mut Cursor<'_>, kind: Kind) -> Walked<()> {
        if self.frames.len() >= MAX_DEPTH {
            return Err(Fault { at: cursor.at, problem: Problem::Deep });
        }
        // The record itself is no value of a path.
        if !self.frames.is_empty() {
            self.leaves.push(&self.path, kind, Place { start: cursor.at, end: cursor.at, scratch: false });
        }
        cursor.at += 1;
        cursor.skip_space();
        Ok(())
    }

    fn array(&mut self, cursor: &mut Cursor<'_>) -> Walked<()> {
        self.enter(cursor, Kind::Array)?;
        if cursor.eat(b']') {
            return Ok(());
        }
        for index in 0.. {
            self.frames.push(Frame::Index(index));
            self.value(cursor)?;
            self.frames.pop();
            cursor.skip_space();
            if cursor.eat(b']') {
                break;
            }
            cursor.expect(b',', "`,` or `]`")?;
            cursor.skip_space();
        }
        Ok(())
    }

    fn object(&mut self, cursor: &mut Cursor<'_>) -> Walked<()> {
        self.enter(cursor, Kind::Object)?;
        if cursor.eat(b'}') {
            return Ok(());
        }
        let first_key = self.keys.len();
        let path_length = self.path.len();
        loop {
            if cursor.peek() != Some(b'"') {
                return Err(Fault::expected(cursor.at, "a key in quotes"));
            }
            let key = self.string(cursor)?;
            self.keys.push(key);
            cursor.skip_space();
            cursor.expect(b':', "`:`")?;
            cursor.skip_space();
            if path_length > 0 {
                self.path.push('.');
            }
            self.path.push_str(key.of(cursor.text, &self.leaves.scratch));
            self.frames.push(Frame::Key(key));
            self.value(cursor)?;
            self.frames.pop();
            self.path.truncate(path_length);
            cursor.skip_space();
            if cursor.eat(b'}') {
                break;
            }
            cursor.expect(b',', "`,` or `}`")?;
            cursor.skip_space();
        }
        if self.duplicate.is_none() {
            self.find_duplicate(first_key, cursor.text);
        }
        self.keys.truncate(first_key);
        Ok(())
    }

    fn find_duplicate(&mut self, first_key: usize, record: &str) {
        let scratch = &self.leaves.scratch;
        let keys = self.keys.get_mut(first_key..).unwrap_or_default();
        let repeated = if keys.len() <= FEW_KEYS {
            keys.iter().enumerate().find_map(|(at, key)| {
                let name = key.of(record, scratch);
                keys.iter().take(at).any(|other| other.of(record, scratch) == name).then_some(*key)
            })
        } else {
            keys.sort_unstable_by(|a, b| a.of(record, scratch).cmp(b.of(record, scratch)));
            keys.windows(2).find_map(|pair| match pair {
                [a, b] if a.of(record, scratch) == b.of(record, scratch) => Some(*b),
                _ => None,
            })
        };
        if let Some(key) = repeated {
            self.frames.push(Frame::Key(key));
            self.duplicate = Some(self.pointer(record));
            self.frames.pop();
        }
    }

    /// The JSON pointer (RFC 6901) of the value in progress.
    fn pointer(&self, record: &str) -> String {
        let mut pointer = String::new();
        for frame in &self.frames {
            pointer.push('/');
            match frame {
                Frame::Index(index) => pointer.push_str(&index.to_string()),
                Frame::Key(key) => push_pointer_token(key.of(record, &self.leaves.scratch), &mut pointer),
            }
        }
        pointer
    }

    /// Reads a string at its opening quote; escaped ones are written to the scratch buffer.
    fn string(&mut self, cursor: &mut Cursor<'_>) -> Walked<Place> {
        let start = cursor.at + 1;
        let scratch_start = self.leaves.scratch.len();
        let mut run = start;
        let mut escaped = false;
        loop {
            let rest = cursor.bytes.get(run..).unwrap_or_default();
            let length = if rest.first() == Some(&b'\\') { Some(0) } else { memchr2(b'"', b'\\', rest) };
            let end = run + length.unwrap_or(rest.len());
            if cursor.has_control
                && let Some(at) = cursor.bytes.get(run..end).and_then(|part| part.iter().position(|byte| *byte < 0x20))
            {
                return Err(Fault::expected(run + at, "an escaped control character"));
            }
            let is_escape = match cursor.bytes.get(end) {
                None => return Err(Fault::expected(end, "`\"`")),
                Some(byte) => *byte == b'\\',
            };
            cursor.at = end + 1;
            if !is_escape && !escaped {
                return Ok(Place { start, end, scratch: false });
            }
            self.leaves.scratch.push_str(cursor.text.get(run..end).unwrap_or_default());
            if !is_escape {
                return Ok(Place { start: scratch_start, end: self.leaves.scratch.len(), scratch: true });
            }
            escaped = true;
            let character = cursor.escape()?;
            self.leaves.scratch.push(character);
            run = cursor.at;
        }
    }
}

/// Appends a reference token of a JSON pointer: `~` and `/` become `~0` and `~1`.
pub fn push_pointer_token(token: &str, pointer: &mut String) {
    for c in token.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            other => pointer.push(other),
        }
    }
}

/// A place in a JSON text.
struct Cursor<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// Whether any byte is below 0x20, so that strings must be searched for them.
    has_control: bool,
}

impl<'a> Cursor<'a> {
    fn new(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        Self { text, bytes, at: 0, has_control: has_control(bytes) }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8, what: &'static str) -> Walked<()> {
        if self.eat(byte) { Ok(()) } else { Err(Fault::expected(self.at, what)) }
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn skip_digits(&mut self) -> Walked<()> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { Err(Fault::expected(self.at, "a digit")) }
    }

    fn number(&mut self) -> Walked<Kind> {
        self.eat(b'-');
        if !self.eat(b'0') {
            self.skip_digits()?;
        }
        if self.eat(b'.') {
            self.skip_digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.skip_digits()?;
        }
        Ok(Kind::Number)
    }

    fn literal(&mut self, word: &str, kind: Kind) -> Walked<Kind> {
        if self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
            self.at += word.len();
            Ok(kind)
        } else {
            Err(Fault::expected(self.at, "a value"))
        }
    }

    /// Reads what stands behind a backslash.
    fn escape(&mut self) -> Walked<char> {
        let at = self.at;
        self.at += 1;
        Ok(match self.bytes.get(at) {
            Some(b'n') => '\n',
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'u') => return self.unicode(),
            _ => return Err(Fault::expected(at, "an escape of JSON")),
        })
    }

    fn unicode(&mut self) -> Walked<char> {
        let start = self.at;
        let lone = Fault::expected(start, "a pair of surrogates");
        let high = self.hex4()?;
        match high {
            0xD800..=0xDBFF => {
                if !(self.eat(b'\\') && self.eat(b'u')) {
                    return Err(lone);
                }
                let low = self.hex4()?;
                if !(0xDC00..=0xDFFF).contains(&low) {
                    return Err(lone);
                }
                let scalar = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                char::from_u32(scalar).ok_or(lone)
            }
            scalar => char::from_u32(scalar).ok_or(lone),
        }
    }

    fn hex4(&mut self) -> Walked<u32> {
        let mut value = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            value = value * 16 + digit.ok_or_else(|| Fault::expected(self.at, "a hexadecimal digit"))?;
            self.at += 1;
        }
        Ok(value)
    }
}

/// Whether any byte is a C0 control; one vectorised pass, so that strings of ordinary records need no search of their own.
fn has_control(bytes: &[u8]) -> bool {
    let (chunks, rest) = bytes.as_chunks::<64>();
    chunks.iter().any(|chunk| chunk.iter().map(|byte| u8::from(*byte < 0x20)).fold(0, u8::max) > 0)
        || rest.iter().any(|byte| *byte < 0x20)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Deserialize;
    use serde::de::IgnoredAny;
    use serde_json::Value;

    /// (path, kind, characters) of a value.
    type Flat = (String, Kind, String);
    /// (reason, pointer, detail) of a refusal.
    type Refusal = (ReasonCode, Option<String>, String);

    fn walk(record: &str) -> Result<Vec<Flat>, Refusal> {
        let mut walk = JsonWalk::default();
        walk.walk(record).map_err(|rejection| (rejection.reason, rejection.pointer, rejection.detail))?;
        let leaves = &walk.leaves;
        let text = |place: Place| place.of(record, &leaves.scratch).to_owned();
        let path = |at| leaves.shape.path(at).to_owned();
        Ok(leaves.items.iter().map(|leaf| (path(leaf.path), leaf.kind, text(leaf.place))).collect())
    }

    #[test]
    fn values_are_flat_and_numbers_keep_their_characters() {
        let found =
            walk(r#" {"a": "x\n\u00e9\ud83d\ude00", "b": {"c": [1.50, -0e+3]}, "d": null, "e": true} "#).unwrap();
        let flat: Vec<_> = found.iter().map(|(path, kind, text)| (path.as_str(), *kind, text.as_str())).collect();
        assert_eq!(
            flat,
            [
                ("a", Kind::Text, "x\né😀"),
                ("b", Kind::Object, ""),
                ("b.c", Kind::Array, ""),
                ("b.c", Kind::Number, "1.50"),
                ("b.c", Kind::Number, "-0e+3"),
                ("d", Kind::Null, "null"),
                ("e", Kind::Boolean, "true"),
            ]
        );
    }

    #[test]
    fn what_is_no_json_is_named_with_its_place() {
        let detail = |record: &str| walk(record).unwrap_err().2;
        assert_eq!(detail("{\"a\":\n NaN}"), "expected a value, but found `N` at line 2 column 2 of the record");
        assert_eq!(
            detail(r#"{"a":1} x"#),
            "expected nothing behind the value, but found `x` at line 1 column 9 of the record"
        );
        assert_eq!(detail(r#"{"a":"x"#), "expected `\"`, but found the end at line 1 column 8 of the record");
        assert_eq!(
            detail(r#"{"a":"\ud800"}"#),
            "expected a pair of surrogates, but found `d` at line 1 column 9 of the record"
        );
        assert_eq!(detail("{\"a\":\"\t\"}").split(',').next(), Some("expected an escaped control character"));
        for bad in ["", "{", "{\"a\"}", "{a:1}", "{\"a\":01}", "{\"a\":1.}", "{\"a\":1,}", "[1", "{\"a\":'x'}", "nul"] {
            assert_eq!(walk(bad).unwrap_err().0, ReasonCode::InvalidJson, "{bad}");
        }
    }

    #[test]
    fn duplicate_keys_are_found_at_any_level_and_by_their_meaning() {
        let pointer = |record: &str| {
            let (reason, pointer, _) = walk(record).unwrap_err();
            assert_eq!(reason, ReasonCode::DuplicateKey);
            pointer.unwrap()
        };
        assert_eq!(pointer(r#"{"a":1,"\u0061":2}"#), "/a");
        assert_eq!(pointer(r#"{"x":[{},{"a/b":1,"~":0,"a/b":2}]}"#), "/x/1/a~1b");
        let many: Vec<_> = (0..40).map(|i| format!("\"k{}\":{i}", i % 39)).collect();
        assert_eq!(pointer(&format!("{{{}}}", many.join(","))), "/k0");
        assert_eq!(walk(r#"{"a":1,"a":2}x"#).unwrap_err().0, ReasonCode::InvalidJson);
        assert!(walk(r#"{"a":1,"b":{"a":2}}"#).is_ok());
    }

    #[test]
    fn depth_is_bounded_and_the_root_is_an_object() {
        let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
        assert!(walk(&nested(MAX_DEPTH)).is_ok());
        assert_eq!(walk(&nested(MAX_DEPTH + 1)).unwrap_err().0, ReasonCode::TooDeep);
        assert_eq!(walk(&"[".repeat(100_000)).unwrap_err().0, ReasonCode::TooDeep);
        for other in ["[]", "1", "\"x\"", "null", "[{}]"] {
            assert_eq!(walk(other).unwrap_err().0, ReasonCode::NotAnObject, "{other}");
        }
    }

    /// Text near JSON: a valid document with a few characters changed.
    fn nearly_json() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"a\"",
            "\"b\"",
            "\"\\n\\u00e9\"",
            "1",
            "-2.5e3",
            "true",
            "null",
            " ",
            "\\",
            "\"",
            "é",
            "\u{1}",
            "\"\\ud800\"",
            "0",
            ".",
            "e",
        ]);
        let soup = prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat());
        (soup, 0..3_u8).prop_map(|(soup, form)| match form {
            0 => soup,
            1 => format!("{{\"k\":{soup}}}"),
            _ => format!("{{\"k\":[{soup}],\"l\":\"{soup}\"}}"),
        })
    }

    proptest! {
        /// `serde_json` is the judge of what JSON is.
        #[test]
        fn accepts_what_serde_json_accepts(record in nearly_json()) {
            let known = walk(&record);
            let is_json = IgnoredAny::deserialize(&mut serde_json::Deserializer::from_str(&record)).is_ok()
                && serde_json::from_str::<IgnoredAny>(&record).is_ok();
            let is_value = serde_json::from_str::<Value>(&record).is_ok();
            match known.map_err(|(reason, _, _)| reason) {
                Ok(_) => prop_assert!(is_json),
                Err(ReasonCode::InvalidJson) => prop_assert!(!is_value),
                Err(_) => prop_assert!(is_json),
            }
        }

        #[test]
        fn strings_are_unescaped_as_serde_json_does(text: String, key: String) {
            let record = serde_json::to_string(&serde_json::json!({ &key: &text })).unwrap();
            prop_assert_eq!(walk(&record).unwrap(), vec![(key, Kind::Text, text)]);
        }
    }
}
