//! A text that is read piece by piece, with the line and the byte of where one stands.

use std::io::{self, Read};

/// Bytes that are read at once.
const PIECE: usize = 1 << 20;

/// A window on a stream.
pub struct TextStream<'i> {
    input: &'i mut dyn Read,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Offset of the window in the stream.
    pub offset: u64,
    /// Line of the window, from 1.
    pub line: u64,
    /// Offset of the first byte of that line.
    pub line_start: u64,
}

impl<'i> TextStream<'i> {
    /// A window on nothing yet.
    pub fn new(input: &'i mut dyn Read) -> Self {
        Self { input, buffer: vec![0; PIECE], start: 0, end: 0, offset: 0, line: 1, line_start: 0 }
    }

    /// What was read and not yet consumed.
    pub fn bytes(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Reads more; `false` at the end of the stream. Makes room when the window is full.
    pub fn fill(&mut self) -> io::Result<bool> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        if self.end == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        loop {
            match self.input.read(self.buffer.get_mut(self.end..).unwrap_or_default()) {
                Ok(count) => {
                    self.end += count;
                    return Ok(count > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The next byte; none at the end of the stream.
    pub fn peek(&mut self) -> io::Result<Option<u8>> {
        loop {
            if let Some(byte) = self.bytes().first() {
                return Ok(Some(*byte));
            }
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    /// Passes over the first bytes.
    pub fn consume(&mut self, count: usize) {
        let passed = self.buffer.get(self.start..self.start + count).unwrap_or_default();
        let lines = memchr::memchr_iter(b'\n', passed).count() as u64;
        if let Some(last) = memchr::memrchr(b'\n', passed) {
            self.line += lines;
            self.line_start = self.offset + last as u64 + 1;
        }
        self.start += count;
        self.offset += count as u64;
    }

    /// Passes over a line, whose only line end is its last byte.
    pub fn consume_line(&mut self, length: usize) {
        self.start += length;
        self.offset += length as u64;
        self.line += 1;
        self.line_start = self.offset;
    }

    /// Passes over white space of JSON.
    pub fn skip_space(&mut self) -> io::Result<()> {
        loop {
            let bytes = self.bytes();
            let count = bytes.iter().take_while(|byte| b" \t\n\r".contains(byte)).count();
            let is_all = count == bytes.len();
            self.consume(count);
            if !is_all || !self.fill()? {
                return Ok(());
            }
        }
    }

    /// Passes over a byte order mark at the start of the stream.
    pub fn skip_mark(&mut self) -> io::Result<()> {
        while self.bytes().len() < 3 && self.fill()? {}
        if self.bytes().starts_with(b"\xEF\xBB\xBF") {
            self.consume(3);
        }
        Ok(())
    }

    /// The length of the line in the window, with its line end if it has one; none when it is longer than `most`.
    pub fn line_length(&mut self, most: usize) -> io::Result<Option<usize>> {
        let mut searched = 0;
        loop {
            let rest = self.bytes().get(searched..).unwrap_or_default();
            if let Some(at) = memchr::memchr(b'\n', rest) {
                return Ok(Some(searched + at + 1));
            }
            searched = self.bytes().len();
            if searched > most {
                return Ok(None);
            }
            if !self.fill()? {
                return Ok(Some(searched));
            }
        }
    }

    /// The length of the JSON value in the window, by its brackets and quotes alone; none when it is longer than `most`.
    pub fn value_length(&mut self, most: usize) -> io::Result<Option<usize>> {
        let (mut at, mut depth) = (0_usize, 0_usize);
        let (mut in_string, mut is_escaped) = (false, false);
        loop {
            while let Some(byte) = self.bytes().get(at) {
                match byte {
                    _ if is_escaped => is_escaped = false,
                    b'\\' if in_string => is_escaped = true,
                    b'"' => {
                        in_string = !in_string;
                        if !in_string && depth == 0 {
                            return Ok(Some(at + 1));
                        }
                    }
                    _ if in_string => {}
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' if depth > 0 => {
                        depth -= 1;
                        if depth == 0 {
                            return Ok(Some(at + 1));
                        }
                    }
                    b',' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => return Ok(Some(at)),
                    _ => {}
                }
                at += 1;
            }
            if at > most {
                return Ok(None);
            }
            if !self.fill()? {
                return Ok(Some(at));
            }
        }
    }

    /// Passes over the rest of a line that is too long to be held; its bytes and line end are counted.
    pub fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let found = memchr::memchr(b'\n', self.bytes());
            self.consume(found.map_or(self.bytes().len(), |at| at + 1));
            if found.is_some() || !self.fill()? {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time.
    struct Drops<'a>(&'a [u8]);

    impl Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(1);
            self.0.read(&mut buffer[..count])
        }
    }

    #[test]
    fn lines_and_values_end_where_they_do_however_bytes_arrive() {
        let mut input = Drops(b"{\"a\": \"}\\\"\"}\n [1,\"x\"] 12,");
        let mut stream = TextStream::new(&mut input);
        assert_eq!(stream.value_length(100).unwrap(), Some(12));
        assert_eq!(stream.line_length(100).unwrap(), Some(13));
        stream.consume(13);
        assert_eq!((stream.line, stream.line_start, stream.offset), (2, 13, 13));
        stream.skip_space().unwrap();
        assert_eq!(stream.value_length(100).unwrap(), Some(7));
        stream.consume(7);
        stream.skip_space().unwrap();
        assert_eq!((stream.value_length(100).unwrap(), stream.peek().unwrap()), (Some(2), Some(b'1')));
        assert_eq!(stream.value_length(0).unwrap(), Some(2));
    }

    #[test]
    fn what_is_too_long_is_passed_over() {
        let mut input = Drops(b"xxxxxxxxxx\n{}\n");
        let mut stream = TextStream::new(&mut input);
        assert_eq!(stream.line_length(4).unwrap(), None);
        stream.skip_line().unwrap();
        assert_eq!((stream.line, stream.offset, stream.line_length(4).unwrap()), (2, 11, Some(3)));
    }
}
