//! JSON files: an array of objects, a wrapper around one, one object, or several behind each other.

use crate::error::Result;
use crate::origin::ByteRange;
use crate::readers::build_record::JsonRecords;
use crate::readers::field_sets::{FIELD_SETS, Meaning};
use crate::readers::json_scan::{Progress, Resume, Scan};
use crate::readers::tiling::Tiling;
use crate::readers::window::Window;
use crate::readers::{DeclaredField, Layout, ReadContext, Reader, TileSink};
use crate::rejection::{RawBytes, ReasonCode, Rejection};
use crate::stream::RawInput;

/// Keys that hold the articles of an answer of an interface.
const WRAPPERS: &[&str] = &["articles", "posts", "items", "data", "results", "docs"];

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The reader of JSON files.
#[derive(Debug)]
pub struct Json;

impl Reader for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn documentation(&self) -> &'static str {
        "JSON, UTF-8: the elements of a top-level array, or a single object, or objects behind each other (also one a line). An \
         object without a text of its own and with an array of objects under `articles`, `posts`, `items`, `data`, \
         `results` or `docs` is a wrapper: the elements of the array are the records. Brackets, commas, white space and \
         the rest of a wrapper are framing. A value that is no article is one rejected record; a broken one ends where its \
         brackets close, else at the next line that opens an object, else at the end of the file. A file that ends before \
         its array does gives one rejected record of length 0 at its end."
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["json"]
    }

    fn layout(&self) -> Layout {
        Layout::Stream
    }

    fn read(&self, input: &mut dyn RawInput, context: &ReadContext<'_>, sink: &mut dyn TileSink) -> Result<()> {
        let mut document = Document {
            window: Window::new(input, context),
            tiling: Tiling::new(context, sink),
            records: JsonRecords::default(),
            place: Place::Top,
            is_closed: false,
        };
        while document.step()? {}
        if document.is_closed || document.close_damaged()? {
            return Ok(());
        }
        document.tiling.framing_to(document.window.offset())?;
        if document.place != Place::Top {
            let end = ByteRange::new(document.window.offset(), 0);
            let unfinished =
                Rejection::new(ReasonCode::InvalidJson, "expected `]` or `}`, but found the end of the file");
            document.tiling.damage(end, RawBytes::Bytes(&[]), unfinished)?;
        }
        Ok(())
    }
}

/// Where in the document the next value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Top,
    Array,
    /// Among the members of a wrapper.
    Wrapper,
    WrappedArray,
}

/// What a value is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Record,
    Framing,
}

struct Document<'i, 's> {
    window: Window<'i>,
    tiling: Tiling<'s>,
    records: JsonRecords,
    place: Place,
    /// Whether the stream ended in damage that has been handed over.
    is_closed: bool,
}

impl Document<'_, '_> {
    /// Closes a stream that ended in damage.
    fn close_damaged(&mut self) -> Result<bool> {
        self.is_closed = self.window.close_damaged(&mut self.tiling)?;
        Ok(self.is_closed)
    }

    /// Reads one value or bracket; `false` at the end of the stream.
    fn step(&mut self) -> Result<bool> {
        let Some(byte) = self.next_byte() else { return Ok(false) };
        match (self.place, byte) {
            (Place::Top, b'[') => self.open(Place::Array),
            (Place::Top, b'{') => {
                let (is_wrapper, progress) = self.look_for_wrapper();
                if is_wrapper {
                    self.open(Place::Wrapper);
                } else {
                    return self.value(Scan::default(), progress, Purpose::Record);
                }
            }
            (Place::Array, b']') | (Place::Wrapper, b'}') => self.open(Place::Top),
            (Place::WrappedArray, b']') => self.open(Place::Wrapper),
            (Place::Wrapper, b'"') => return self.member(),
            (Place::Wrapper, _) => {
                let scan = Scan::token();
                return self.value(scan, None, Purpose::Framing);
            }
            _ => return self.value(Scan::default(), None, Purpose::Record),
        }
        Ok(true)
    }

    /// Takes off one bracket.
    fn open(&mut self, place: Place) {
        self.place = place;
        self.window.consume(1);
    }

    /// Skips what may stand between values; the first byte of the next one.
    fn next_byte(&mut self) -> Option<u8> {
        loop {
            let is_between = |byte: &u8| match byte {
                b' ' | b'\t' | b'\r' | b'\n' | b',' => true,
                b':' => self.place == Place::Wrapper,
                _ => false,
            };
            let bytes = self.window.bytes();
            let start = bytes.iter().position(|byte| !is_between(byte)).unwrap_or(bytes.len());
            self.window.consume(start);
            let is_top = self.place == Place::Top;
            if is_top && self.starts_with_mark() {
                self.window.consume(BYTE_ORDER_MARK.len());
            } else if let Some(byte) = self.window.bytes().first() {
                return Some(*byte);
            } else if !self.window.fill() {
                return None;
            }
        }
    }

    fn starts_with_mark(&mut self) -> bool {
        while self.window.bytes().len() < BYTE_ORDER_MARK.len()
            && !self.window.bytes().is_empty()
            && BYTE_ORDER_MARK.starts_with(self.window.bytes())
        {
            if !self.window.fill() {
                return false;
            }
        }
        self.window.bytes().starts_with(BYTE_ORDER_MARK)
    }

    /// Whether the object at hand is a wrapper, judged by as much of it as a record may hold; and how its scan ended.
    fn look_for_wrapper(&mut self) -> (bool, Option<Progress>) {
        let limit = usize::try_from(self.tiling.context.max_record).unwrap_or(usize::MAX);
        let mut scan = Scan::default();
        let (end, progress) = loop {
            match scan.advance(self.window.bytes()) {
                Progress::More if self.window.bytes().len() > limit => break (limit, None),
                Progress::More if !self.window.fill() => break (self.window.bytes().len(), None),
                Progress::More => {}
                Progress::End(at) => break (at.min(limit), Some(Progress::End(at))),
                Progress::Broken(at) => break (at.min(limit), Some(Progress::Broken(at))),
            }
        };
        let seen = self.window.bytes().get(..end).unwrap_or_default();
        (scan.saw_array && is_wrapper(seen, self.tiling.context), progress)
    }

    /// Reads a key of a wrapper, and the bracket of its array when it holds the records.
    fn member(&mut self) -> Result<bool> {
        let mut scan = Scan::token();
        let length = loop {
            match scan.advance(self.window.bytes()) {
                Progress::End(length) => break length,
                Progress::More if self.window.bytes().len() <= KEY_LIMIT && self.window.fill() => {}
                progress => {
                    let known = (progress != Progress::More).then_some(progress);
                    let again = Scan::token();
                    return self.value(again, known, Purpose::Framing);
                }
            }
        };
        let is_wrapped = is_wrapper_key(self.window.bytes().get(..length).unwrap_or_default());
        self.window.consume(length);
        if is_wrapped && self.next_byte() == Some(b'[') && self.holds_objects() {
            self.open(Place::WrappedArray);
        }
        Ok(true)
    }

    fn holds_objects(&mut self) -> bool {
        loop {
            match opens_objects(self.window.bytes()) {
                Some(answer) => return answer,
                None if self.window.bytes().len() > KEY_LIMIT || !self.window.fill() => return false,
                None => {}
            }
        }
    }

    /// Reads one value; `false` when the stream ended in it because of damage.
    fn value(&mut self, mut scan: Scan, known: Option<Progress>, purpose: Purpose) -> Result<bool> {
        let mut progress = known.unwrap_or_else(|| scan.advance(self.window.bytes()));
        while progress == Progress::More {
            scan.at -= self.window.spill(scan.at);
            if self.window.fill() {
                progress = scan.advance(self.window.bytes());
            } else if self.close_damaged()? {
                return Ok(false);
            } else {
                progress = Progress::End(self.window.bytes().len());
            }
        }
        match progress {
            Progress::Broken(at) => self.broken(at),
            Progress::End(length) if purpose == Purpose::Record => self.record(length),
            Progress::End(length) => {
                self.window.forgive();
                self.window.consume(length);
                Ok(true)
            }
            Progress::More => unreachable!("law: a scan ends with its stream"),
        }
    }

    fn record(&mut self, length: usize) -> Result<bool> {
        let offset = self.window.offset();
        match self.window.whole_piece(length) {
            None => self.window.damage(length, None, &mut self.tiling)?,
            Some(bytes) => {
                let bytes = bytes.trim_ascii_end();
                self.records.read(bytes, offset, &mut self.tiling)?;
                self.window.consume(length);
            }
        }
        Ok(true)
    }

    /// Hands over a broken value up to the next line that opens an object.
    fn broken(&mut self, at: usize) -> Result<bool> {
        let mut resume = Resume { at };
        let length = loop {
            if let Some(length) = resume.advance(self.window.bytes()) {
                break length;
            }
            resume.at -= self.window.spill(resume.at);
            if self.window.fill() {
                continue;
            }
            if self.close_damaged()? {
                return Ok(false);
            }
            break self.window.bytes().len();
        };
        let rejection = Rejection::new(ReasonCode::InvalidJson, "the value breaks off before its brackets close");
        self.window.damage(length, Some(rejection), &mut self.tiling)?;
        if self.place == Place::Wrapper {
            self.place = Place::Top;
        }
        Ok(true)
    }
}

/// Longest key of a wrapper that is looked at, in bytes.
const KEY_LIMIT: usize = 4096;

fn is_wrapper_key(token: &[u8]) -> bool {
    WRAPPERS.iter().any(|name| token.strip_prefix(b"\"").and_then(|t| t.strip_suffix(b"\"")) == Some(name.as_bytes()))
}

/// Whether an array, given from its bracket, holds objects or nothing; `None` when its first element is not at hand.
fn opens_objects(bytes: &[u8]) -> Option<bool> {
    let first = bytes.get(1..)?.trim_ascii_start().first()?;
    Some(matches!(first, b'{' | b']'))
}

/// Whether the members at hand hold an array of records and no text.
fn is_wrapper(object: &[u8], context: &ReadContext<'_>) -> bool {
    let mut rest = object.get(1..).unwrap_or_default();
    let mut holds_records = false;
    while let Some((key, value)) = next_member(rest) {
        holds_records |= is_wrapper_key(key) && value.first() == Some(&b'[') && opens_objects(value) == Some(true);
        if value.first() == Some(&b'"') && is_text_key(key, context) {
            return false;
        }
        match token_length(value) {
            Some(length) => rest = value.get(length..).unwrap_or_default(),
            None => break,
        }
    }
    holds_records
}

/// The next key with its quotes, and everything from its value on.
fn next_member(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let skip = |bytes: &[u8], separator: u8| {
        bytes.iter().position(|byte| *byte != separator && !byte.is_ascii_whitespace()).unwrap_or(bytes.len())
    };
    let rest = rest.get(skip(rest, b',')..)?;
    if rest.first() != Some(&b'"') {
        return None;
    }
    let (key, behind) = rest.split_at_checked(token_length(rest)?)?;
    behind.get(skip(behind, b':')..).map(|value| (key, value))
}

fn token_length(bytes: &[u8]) -> Option<usize> {
    match Scan::token().advance(bytes) {
        Progress::End(length) if length > 0 => Some(length),
        _ => None,
    }
}

fn is_text_key(key: &[u8], context: &ReadContext<'_>) -> bool {
    let name = str::from_utf8(key).unwrap_or_default().trim_matches('"');
    let is_declared =
        context.declared_fields.iter().any(|(declared, field)| *field == DeclaredField::Text && declared == name);
    let generic = FIELD_SETS.last().and_then(|set| set.row_of(name));
    is_declared || matches!(generic, Some((_, Meaning::Text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::laws::{assert_tiled, read_all};

    fn brief(stream: &str, max_record: u64) -> Vec<String> {
        let seen = read_all(&Json, stream.as_bytes(), max_record);
        assert_tiled(&seen, stream.as_bytes(), stream.len() as u64);
        seen.iter().map(|tile| tile.brief(stream.as_bytes())).filter(|tile| !tile.starts_with("f ")).collect()
    }

    const A: &str = r#"{"text":"a"}"#;
    const B: &str = r#"{"text":"b"}"#;

    #[test]
    fn arrays_objects_and_lines_of_objects_are_read() {
        let both = [format!("r {A}"), format!("r {B}")];
        for stream in [
            format!("[{A},{B}]"),
            format!("\u{feff}[\n  {A},\n  {B}\n]\n"),
            format!("{A}{B}"),
            format!("{A}\n{B}\n"),
            format!("[{A}][{B}]"),
            format!("{{\"status\":\"ok\",\"n\":2,\"x\":[1],\"articles\": [ {A}, {B} ], \"next\":{{\"page\":[2]}}}}"),
            format!("{{\"posts\":[{A}],\"items\":[{B}]}}"),
        ] {
            assert_eq!(brief(&stream, 99), both, "{stream}");
        }
        assert_eq!(brief(A, 99), [format!("r {A}")]);
        assert_eq!(brief("[]", 99), [""; 0]);
        assert_eq!(brief(r#"{"articles":[]}"#, 99), [""; 0]);
    }

    #[test]
    fn an_article_with_items_is_an_article() {
        let article = r#"{"items":[{"x":1}],"text":"a"}"#;
        assert_eq!(brief(article, 99), [format!("r {article}")]);
        assert_eq!(brief(r#"{"items":["x"]}"#, 99), [r#"missing-text {"items":["x"]}"#]);
    }

    #[test]
    fn a_wrapper_may_be_longer_than_a_record() {
        let stream = format!("{{\"articles\":[{}]}}", vec![A; 50].join(","));
        assert_eq!(brief(&stream, 40), vec![format!("r {A}"); 50]);
    }

    #[test]
    fn a_broken_value_does_not_swallow_the_next() {
        let good = format!("r {B}");
        for (stream, damaged) in [
            (format!("{{\"text\":\"a\n{B}"), "invalid-json {\"text\":\"a\n"),
            (format!("{{\"text\":\"a\",\n{B}"), "invalid-json {\"text\":\"a\",\n"),
            (format!("[{{\"a\":[1}},{B}]"), "invalid-json {\"a\":[1}"),
            (format!("[nul, {B}]"), "invalid-json nul"),
            (format!("[1,{B}]"), "not-an-object 1"),
            (
                format!("[{{\"text\":\"{}\"}},{B}]", "x".repeat(30)),
                "record-too-large {\"text\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}",
            ),
        ] {
            assert_eq!(brief(&stream, 30), [damaged, &good], "{stream}");
        }
    }

    #[test]
    fn a_file_that_stops_in_its_array_is_seen() {
        assert_eq!(brief(&format!("[{A},"), 99), [format!("r {A}"), "invalid-json ".to_owned()]);
    }
}
