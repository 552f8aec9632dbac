//! JSON Lines: one JSON object a line.

use memchr::{memchr, memchr_iter};

use crate::error::Result;
use crate::readers::build_record::JsonRecords;
use crate::readers::tiling::Tiling;
use crate::readers::window::Window;
use crate::readers::{Layout, ReadContext, Reader, TileSink};
use crate::stream::RawInput;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The reader of JSON Lines.
#[derive(Debug)]
pub struct Jsonl;

impl Reader for Jsonl {
    fn name(&self) -> &'static str {
        "jsonl"
    }

    fn documentation(&self) -> &'static str {
        "One JSON object a line (JSON Lines, NDJSON), UTF-8. The record is the line without its line end; LF and CRLF end a \
         line. Blank lines and a byte order mark at the start of a line are framing. A line that is no object, or names a \
         key twice, or is not UTF-8, is one rejected record, and reading goes on with the next line."
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["jsonl", "ndjson", "jsonlines", "jl"]
    }

    fn layout(&self) -> Layout {
        Layout::Lines
    }

    fn count_lines(&self, range: &[u8]) -> u64 {
        let mut start = 0;
        let mut count = 0;
        for end in memchr_iter(b'\n', range) {
            count += u64::from(counts(range.get(start..end).unwrap_or_default()));
            start = end + 1;
        }
        count + u64::from(counts(range.get(start..).unwrap_or_default()))
    }

    fn read(&self, input: &mut dyn RawInput, context: &ReadContext<'_>, sink: &mut dyn TileSink) -> Result<()> {
        let mut window = Window::new(input, context);
        let mut tiling = Tiling::new(context, sink);
        let mut records = JsonRecords::default();
        // Bytes known to hold no line end, and whether all bytes that were dropped from a long line are white space.
        let mut searched = 0;
        let mut is_dropped_blank = true;
        loop {
            if !window.is_spilled() {
                let mark = mark_length(window.bytes());
                window.consume(mark);
                searched = usize::saturating_sub(searched, mark);
            }
            let rest = window.bytes().get(searched..).unwrap_or_default();
            let line_end = memchr(b'\n', rest).map(|at| searched + at);
            if line_end.is_none() {
                // The last byte stays: it may be the CR of a line end. What may become a mark stays, too.
                let may_be_mark = !window.is_spilled() && BYTE_ORDER_MARK.starts_with(window.bytes());
                searched = if may_be_mark { 0 } else { window.bytes().len().saturating_sub(1) };
                let dropped = window.bytes().get(..searched).is_some_and(is_blank);
                let count = window.spill(searched);
                is_dropped_blank &= count == 0 || dropped;
                searched -= count;
                if window.fill() {
                    continue;
                }
                if window.close_damaged(&mut tiling)? {
                    return Ok(());
                }
            }
            let length = line_end.map_or(window.bytes().len(), |end| end + 1);
            let line = without_end(window.bytes().get(..length).unwrap_or_default());
            let content = line.len();
            if is_dropped_blank && is_blank(line) {
                window.forgive();
                window.consume(length);
            } else if window.whole_piece(content).is_none() {
                window.damage(content, None, &mut tiling)?;
                window.consume(length - content);
            } else {
                records.read(line, window.offset(), &mut tiling)?;
                window.consume(length);
            }
            searched = 0;
            is_dropped_blank = true;
            if line_end.is_none() {
                return tiling.framing_to(window.offset());
            }
        }
    }
}

/// The length of the byte order marks at the start of a line; several stand there when files were joined.
fn mark_length(bytes: &[u8]) -> usize {
    let mut length = 0;
    while bytes.get(length..).is_some_and(|rest| rest.starts_with(BYTE_ORDER_MARK)) {
        length += BYTE_ORDER_MARK.len();
    }
    length
}

/// Whether a line is a record or damage.
fn counts(line: &[u8]) -> bool {
    !is_blank(line.get(mark_length(line)..).unwrap_or_default())
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'))
}

fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::laws::{Seen, assert_tiled, read_all};

    fn brief(stream: &[u8], max_record: u64) -> Vec<String> {
        let seen = read_all(&Jsonl, stream, max_record);
        assert_tiled(&seen, stream, stream.len() as u64);
        seen.iter().map(|tile| tile.brief(stream)).collect()
    }

    #[test]
    fn a_line_is_a_record_and_its_end_is_not() {
        let stream = b"\xEF\xBB\xBF{\"text\":\"a\"}\r\n \t\n\n{\"text\":\"b\"}";
        assert_eq!(brief(stream, 99), ["f \u{feff}", "r {\"text\":\"a\"}", "f \r\n \t\n\n", "r {\"text\":\"b\"}"]);
        assert_eq!(Jsonl.count_lines(stream), 2);
    }

    #[test]
    fn each_bad_line_is_one_damage_and_the_next_line_is_read() {
        let stream = b"{\"text\":\"\xE9\"}\n[1]\n{\"text\"\n{\"text\":1}\n{\"text\":\"ok\"}\n";
        assert_eq!(
            brief(stream, 99),
            [
                "invalid-utf8 {\"text\":\"\u{fffd}\"}",
                "f \n",
                "not-an-object [1]",
                "f \n",
                "invalid-json {\"text\"",
                "f \n",
                "invalid-value {\"text\":1}",
                "f \n",
                "r {\"text\":\"ok\"}",
                "f \n",
            ]
        );
    }

    #[test]
    fn a_line_may_be_as_long_as_the_limit_whatever_its_end() {
        for end in ["\n", "\r\n", ""] {
            let at_limit = format!("{{\"text\":\"a\"}}{end}");
            assert_eq!(brief(at_limit.as_bytes(), 12)[0], "r {\"text\":\"a\"}");
            let over = format!("{{\"text\":\"ab\"}}{end}{{\"text\":\"c\"}}");
            assert!(brief(over.as_bytes(), 12)[0].starts_with("record-too-large {\"text\":\"ab\"}"));
        }
        let blank = " ".repeat(100);
        assert_eq!(brief(blank.as_bytes(), 12), [format!("f {blank}")]);
    }

    #[test]
    fn values_without_escapes_have_a_span() {
        let stream = br#"{"title":"A \u00e9","text":"x","date":"2025-01-02","views":3}"#;
        let seen = read_all(&Jsonl, stream, 99);
        let Seen::Record { statements, .. } = &seen[0] else { panic!("{seen:?}") };
        let spans: Vec<_> = statements.iter().map(|s| (s.value.as_ref(), s.span.is_some())).collect();
        assert_eq!(spans, [("A é", false), ("2025-01-02", true)]);
    }
}
