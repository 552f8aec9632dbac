//! The parser: a text to the entries of a tape.

use std::fmt;

use memchr::memchr2;

use super::{Entry, Kind, Tape};

/// Deepest nesting of arrays and objects.
pub const MAX_DEPTH: usize = 128;
/// Objects up to this many keys are searched for repeated ones pair by pair, larger ones by sorting.
const FEW_KEYS: usize = 16;

/// Why a text is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No JSON: what was expected, and what stands at the byte instead.
    Invalid {
        /// Byte of the text.
        at: usize,
        /// What was expected.
        expected: &'static str,
        /// What was found, as printed.
        found: String,
    },
    /// Nested deeper than [`MAX_DEPTH`].
    TooDeep {
        /// Byte of the text.
        at: usize,
    },
    /// An object names a key twice.
    DuplicateKey {
        /// First byte of the object.
        at: usize,
        /// The key.
        key: String,
    },
}

impl Refusal {
    /// The byte of the text where it was seen.
    pub fn at(&self) -> usize {
        match self {
            Self::Invalid { at, .. } | Self::TooDeep { at } | Self::DuplicateKey { at, .. } => *at,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid { expected, found, .. } => write!(f, "expected {expected}, but found {found}"),
            Self::TooDeep { .. } => write!(f, "expected at most {MAX_DEPTH} levels, but found more"),
            Self::DuplicateKey { key, .. } => write!(f, "expected each key once, but found `{key}` twice"),
        }
    }
}

impl std::error::Error for Refusal {}

struct Parser<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    depth: usize,
    /// Whether any byte is below 0x20, so that strings must be searched for them.
    has_control: bool,
    tape: &'t mut Tape,
    duplicate: Option<Refusal>,
}

type Parsed<T> = Result<T, Refusal>;

/// Reads one value and nothing else into the emptied tape.
pub(super) fn parse(text: &str, tape: &mut Tape) -> Parsed<()> {
    tape.entries.clear();
    tape.scratch.clear();
    tape.keys.clear();
    let bytes = text.as_bytes();
    let mut parser = Parser { text, bytes, at: 0, depth: 0, has_control: has_control(bytes), tape, duplicate: None };
    parser.skip_space();
    parser.value()?;
    parser.skip_space();
    if parser.at < bytes.len() {
        return Err(parser.fault("nothing behind the value"));
    }
    parser.duplicate.map_or(Ok(()), Err)
}

/// Without a branch a byte, so that it becomes vector code.
#[expect(clippy::needless_bitwise_bool, reason = "lazy operators keep the loop from becoming vector code")]
fn has_control(bytes: &[u8]) -> bool {
    bytes.chunks(64).any(|block| block.iter().fold(false, |found, byte| found | (*byte < 0x20)))
}

impl Parser<'_> {
    fn fault(&self, expected: &'static str) -> Refusal {
        let found = match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            Some(c) if c.is_control() => format!("`{}`", c.escape_default()),
            Some(c) => format!("`{c}`"),
            None => "the end".to_owned(),
        };
        Refusal::Invalid { at: self.at, expected, found }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Parsed<()> {
        let start = self.at;
        match self.peek() {
            Some(b'"') => return self.string(),
            Some(b'{') => return self.container(Kind::Object),
            Some(b'[') => return self.container(Kind::Array),
            Some(b'-' | b'0'..=b'9') => {
                self.number()?;
                self.push(Kind::Number, start);
            }
            Some(b't') => self.literal("true", Kind::True)?,
            Some(b'f') => self.literal("false", Kind::False)?,
            Some(b'n') => self.literal("null", Kind::Null)?,
            _ => return Err(self.fault("a value")),
        }
        Ok(())
    }

    /// Adds an entry of the bytes from `start` to here.
    fn push(&mut self, kind: Kind, start: usize) {
        let next = self.tape.entries.len() as u32 + 1;
        self.tape.entries.push(Entry { kind, start, end: self.at, next, count: 0 });
    }

    fn literal(&mut self, word: &'static str, kind: Kind) -> Parsed<()> {
        let start = self.at;
        if !self.bytes.get(start..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
            return Err(self.fault("a value"));
        }
        self.at += word.len();
        self.push(kind, start);
        Ok(())
    }

    fn number(&mut self) -> Parsed<()> {
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Parsed<()> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { Err(self.fault("a digit")) }
    }

    fn container(&mut self, kind: Kind) -> Parsed<()> {
        let (start, place) = (self.at, self.tape.entries.len());
        if self.depth >= MAX_DEPTH {
            return Err(Refusal::TooDeep { at: start });
        }
        self.depth += 1;
        self.push(kind, start);
        self.at += 1;
        self.skip_space();
        let (close, expected) = match kind {
            Kind::Object => (b'}', "`,` or `}`"),
            _ => (b']', "`,` or `]`"),
        };
        let first_key = self.tape.keys.len();
        let mut count = 0;
        while count > 0 || !self.eat(close) {
            if kind == Kind::Object {
                self.key()?;
            }
            self.value()?;
            count += 1;
            self.skip_space();
            if self.eat(close) {
                break;
            }
            if !self.eat(b',') {
                return Err(self.fault(expected));
            }
            self.skip_space();
        }
        if kind == Kind::Object {
            if self.duplicate.is_none() {
                self.duplicate = self.find_duplicate(first_key, start);
            }
            self.tape.keys.truncate(first_key);
        }
        self.depth -= 1;
        let (end, next) = (self.at, self.tape.entries.len() as u32);
        if let Some(entry) = self.tape.entries.get_mut(place) {
            *entry = Entry { end, next, count, ..*entry };
        }
        Ok(())
    }

    fn key(&mut self) -> Parsed<()> {
        if self.peek() != Some(b'"') {
            return Err(self.fault("a key in quotes"));
        }
        self.tape.keys.push(self.tape.entries.len() as u32);
        self.string()?;
        self.skip_space();
        if !self.eat(b':') {
            return Err(self.fault("`:`"));
        }
        self.skip_space();
        Ok(())
    }

    fn find_duplicate(&mut self, first_key: usize, at: usize) -> Option<Refusal> {
        let Tape { entries, scratch, keys } = &mut *self.tape;
        let text = self.text;
        let name = |key: u32| {
            let entry = entries.get(key as usize)?;
            let source = if entry.kind == Kind::Escaped { scratch.as_str() } else { text };
            source.get(entry.start..entry.end)
        };
        let keys = keys.get_mut(first_key..)?;
        let repeated = if keys.len() <= FEW_KEYS {
            let mut places = keys.iter().enumerate();
            places
                .find(|(place, key)| keys.iter().take(*place).any(|other| name(*other) == name(**key)))
                .map(|(_, key)| *key)
        } else {
            keys.sort_unstable_by(|a, b| name(*a).cmp(&name(*b)));
            keys.windows(2).find(|pair| name(pair[0]) == name(pair[1])).map(|pair| pair[1])
        };
        repeated.map(|key| Refusal::DuplicateKey { at, key: name(key).unwrap_or_default().to_owned() })
    }

    /// Reads a string at its opening quote.
    fn string(&mut self) -> Parsed<()> {
        let quote = self.at;
        self.at += 1;
        let scratch_start = self.tape.scratch.len();
        let mut run = self.at;
        let mut is_escaped = false;
        loop {
            let rest = self.bytes.get(run..).unwrap_or_default();
            let end = run + memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
            if self.has_control
                && let Some(place) = self.bytes.get(run..end).and_then(|part| part.iter().position(|byte| *byte < 0x20))
            {
                self.at = run + place;
                return Err(self.fault("an escaped control character"));
            }
            self.at = end;
            let is_end = match self.peek() {
                None => return Err(self.fault("`\"`")),
                Some(byte) => byte == b'"',
            };
            if is_end && !is_escaped {
                self.push(Kind::Plain, run);
                self.at += 1;
                return Ok(());
            }
            self.tape.scratch.push_str(self.text.get(run..end).unwrap_or_default());
            self.at += 1;
            if is_end {
                let next = self.tape.entries.len() as u32 + 1;
                let end = self.tape.scratch.len();
                // The count of a string with escapes is its place in the text.
                let entry = Entry { kind: Kind::Escaped, start: scratch_start, end, next, count: quote as u32 };
                self.tape.entries.push(entry);
                return Ok(());
            }
            is_escaped = true;
            let character = self.escape()?;
            self.tape.scratch.push(character);
            run = self.at;
        }
    }

    /// The character of an escape, behind its backslash.
    fn escape(&mut self) -> Parsed<char> {
        let character = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                return self.code_point();
            }
            _ => return Err(self.fault("an escape of JSON")),
        };
        self.at += 1;
        Ok(character)
    }

    fn code_point(&mut self) -> Parsed<char> {
        let high = self.hex()?;
        if !(0xD800..0xE000).contains(&high) {
            return char::from_u32(high).ok_or_else(|| self.fault("a character"));
        }
        if high >= 0xDC00 || !(self.eat(b'\\') && self.eat(b'u')) {
            return Err(self.fault("a pair of surrogates"));
        }
        let low = self.hex()?;
        if !(0xDC00..0xE000).contains(&low) {
            return Err(self.fault("a pair of surrogates"));
        }
        let point = 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00);
        char::from_u32(point).ok_or_else(|| self.fault("a character"))
    }

    fn hex(&mut self) -> Parsed<u32> {
        let mut value = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            value = value * 16 + digit.ok_or_else(|| self.fault("a hexadecimal digit"))?;
            self.at += 1;
        }
        Ok(value)
    }
}
