//! Finds where a JSON value ends, piece by piece, without building anything; also in text that is not quite JSON.
//!
//! Validity is judged later, on the bytes found. What matters here is that a broken value does not swallow the ones behind it.

use memchr::{memchr, memchr3};

/// What a look at more bytes brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The value goes on behind the bytes at hand.
    More,
    /// The value ends before this byte.
    End(usize),
    /// The text is no JSON from this byte on; [`Resume`] finds where reading can go on.
    Broken(usize),
}

/// The search for the end of one value, which starts at byte 0.
///
/// Rules for broken text: a string does not run over a line end; a line that opens an object where none may stand begins a new
/// value; a closing bracket closes the nearest open one of its kind, and ends the value before it when there is none.
#[derive(Debug, Default)]
pub struct Scan {
    /// Bytes looked at; lower it when bytes are dropped from the front.
    pub at: usize,
    /// Whether the outermost object holds an array.
    pub saw_array: bool,
    is_token: bool,
    /// Open brackets, one bit each, 1 for an object; exact for 64 levels.
    kinds: u64,
    depth: u64,
    in_string: bool,
    is_escaped: bool,
    /// Last byte that is not white space, 0 before the first.
    last: u8,
    is_line_start: bool,
}

impl Scan {
    /// A scan that takes a string for a value of its own; the default one runs on to the next comma, bracket or line end.
    pub fn token() -> Self {
        Self { is_token: true, ..Self::default() }
    }

    /// Looks on in `bytes`, which begin where the value does but for what was dropped from the front.
    pub fn advance(&mut self, bytes: &[u8]) -> Progress {
        while let Some(byte) = bytes.get(self.at).copied() {
            let found = if self.in_string { self.in_string(bytes) } else { self.outside(byte) };
            if let Some(progress) = found {
                return progress;
            }
        }
        Progress::More
    }

    fn in_string(&mut self, bytes: &[u8]) -> Option<Progress> {
        let rest = bytes.get(self.at..).unwrap_or_default();
        if self.is_escaped && rest.first() != Some(&b'\n') {
            self.is_escaped = false;
            self.at += 1;
            return None;
        }
        let Some(found) = memchr3(b'"', b'\\', b'\n', rest) else {
            self.at = bytes.len();
            return None;
        };
        self.at += found;
        match rest.get(found) {
            Some(b'\n') => return Some(Progress::Broken(self.at)),
            Some(b'\\') => self.is_escaped = true,
            _ => {
                self.in_string = false;
                self.last = b'"';
                if self.depth == 0 && self.is_token {
                    self.at += 1;
                    return Some(Progress::End(self.at));
                }
            }
        }
        self.at += 1;
        None
    }

    fn outside(&mut self, byte: u8) -> Option<Progress> {
        let at = self.at;
        let is_first = self.last == 0;
        match byte {
            b' ' | b'\t' | b'\r' => {
                self.at += 1;
                return None;
            }
            b'\n' | b'{' | b'[' | b',' | b']' if self.depth == 0 && !is_first => return Some(Progress::End(at)),
            b'\n' => {
                self.is_line_start = true;
                self.at += 1;
                return None;
            }
            b'{' if self.is_line_start && self.depth > 0 && !self.may_open() => return Some(Progress::Broken(at)),
            b'{' | b'[' => {
                self.saw_array |= byte == b'[' && self.depth == 1;
                self.depth += 1;
                self.kinds = (self.kinds << 1) | u64::from(byte == b'{');
            }
            b'}' | b']' if self.depth > 0 => {
                if !self.close(byte == b'}') {
                    return Some(Progress::End(at));
                }
                if self.depth == 0 {
                    return Some(Progress::End(at + 1));
                }
            }
            b'"' => self.in_string = true,
            _ => {}
        }
        self.last = byte;
        self.is_line_start = false;
        self.at += 1;
        None
    }

    /// Whether an object may stand here: behind a colon in an object, behind a comma or the bracket in an array.
    fn may_open(&self) -> bool {
        match self.last {
            b':' => self.kinds & 1 == 1,
            b',' | b'[' => self.kinds & 1 == 0,
            _ => self.depth > 64,
        }
    }

    fn close(&mut self, is_object: bool) -> bool {
        if self.depth > 64 {
            self.depth -= 1;
            self.kinds >>= 1;
            return true;
        }
        let nearest = (0..self.depth).find(|level| (self.kinds >> level) & 1 == u64::from(is_object));
        let Some(level) = nearest else { return false };
        self.depth -= level + 1;
        self.kinds = self.kinds.checked_shr(level as u32 + 1).unwrap_or(0);
        true
    }
}

/// The search for the next line that opens an object, behind a broken value.
#[derive(Debug)]
pub struct Resume {
    /// Bytes looked at; lower it when bytes are dropped from the front.
    pub at: usize,
}

impl Resume {
    /// Looks on; `None` when the bytes at hand do not hold the place.
    pub fn advance(&mut self, bytes: &[u8]) -> Option<usize> {
        loop {
            let rest = bytes.get(self.at..).unwrap_or_default();
            if rest.first() == Some(&b'{') {
                return Some(self.at);
            }
            let line_end = memchr(b'\n', rest)?;
            let lines = rest.get(line_end + 1..).unwrap_or_default();
            let Some(first) = lines.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r')) else {
                self.at += line_end;
                return None;
            };
            self.at += line_end + 1 + first;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(bytes: &str) -> Progress {
        Scan::default().advance(bytes.as_bytes())
    }

    #[test]
    fn values_end_where_their_brackets_close() {
        assert_eq!(scan(r#"{"a":"}\"","b":[{}]} x"#), Progress::End(20));
        assert_eq!(scan("[1,[2]],"), Progress::End(7));
        assert_eq!(scan("null , 1"), Progress::End(5));
        assert_eq!(scan(r#""a,b" : 1, 2"#), Progress::End(9));
        assert_eq!(scan(r#"{"a":"#), Progress::More);
        assert_eq!(scan("]"), Progress::More);
    }

    #[test]
    fn broken_values_end_early() {
        assert_eq!(scan("{\"a\":\"x\n{}"), Progress::Broken(7));
        assert_eq!(scan("{\"a\":\"x\",\n{\"b\":1}"), Progress::Broken(10));
        assert_eq!(scan("{\"a\":[1},{}"), Progress::End(8));
        assert_eq!(scan("{\"a\":1 ]"), Progress::End(7));
        assert_eq!(scan("{\"a\":\n{\"b\":[\n{},\n{}]}}"), Progress::End(22));
    }

    #[test]
    fn reading_goes_on_at_a_line_that_opens_an_object() {
        let text = b"\n \"x\": {},\n\n  {\"a\":1}";
        assert_eq!(Resume { at: 0 }.advance(text), Some(14));
        assert_eq!(Resume { at: 0 }.advance(b"x {\n  "), None);
    }
}
