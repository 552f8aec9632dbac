//! Readers of plain text and Markdown: one file is one article, whose head may carry metadata.

use crate::error::Result;
use crate::kernels::decode_text::decode_text;
use crate::kernels::parse_head::parse_head;
use crate::origin::ByteRange;
use crate::readers::whole::{damage, read_whole};
use crate::readers::{Layout, RawRecord, ReadContext, Reader, Tile, TileSink};
use crate::rejection::{ReasonCode, Rejection};
use crate::statement::Statement;
use crate::stream::RawInput;

/// The reader of `.txt` files.
pub static TEXT: Text = Text { markdown: false };

/// The reader of `.md` files.
pub static MARKDOWN: Text = Text { markdown: true };

/// Reader of a whole file as one article; see [`parse_head`] for what a head may say.
///
/// The one tile covers all bytes, a byte order mark and the head included. Spans of statements are given when the file is UTF-8.
#[derive(Debug)]
pub struct Text {
    markdown: bool,
}

impl Reader for Text {
    fn name(&self) -> &'static str {
        if self.markdown { "markdown" } else { "text" }
    }

    fn documentation(&self) -> &'static str {
        if self.markdown {
            "One article a file, in Markdown. Heads as in `text`; a first line `# Heading` is the title and leaves the body. \
             Other markup stays as it is."
        } else {
            "One article a file. Its head may be YAML (`---`) or TOML (`+++`) front matter, a block of `key: value` lines ended by \
             a blank line, or `date YYYY-MM-DD` before the first words. Anything else is the body."
        }
    }

    fn extensions(&self) -> &'static [&'static str] {
        if self.markdown { &["md", "markdown"] } else { &["txt", "text"] }
    }

    fn layout(&self) -> Layout {
        Layout::Whole
    }

    fn read(&self, input: &mut dyn RawInput, context: &ReadContext<'_>, sink: &mut dyn TileSink) -> Result<()> {
        let Some(bytes) = read_whole(input, context, sink)? else { return Ok(()) };
        let decoded = match decode_text(&bytes, None, context.fallback_encodings) {
            Ok(decoded) => decoded,
            Err(fault) => return sink.tile(damage(context.base, &bytes, fault.into())),
        };
        let mut head = match parse_head(&decoded.text, self.markdown, context.own_keys) {
            Ok(head) => head,
            Err(fault) => {
                let mut rejection = Rejection::new(ReasonCode::InvalidHeader, fault.detail);
                rejection.pointer = fault.pointer;
                return sink.tile(damage(context.base, &bytes, rejection));
            }
        };
        place(&mut head.statements, decoded.utf8_offset(&bytes));
        sink.tile(Tile::Record(RawRecord {
            range: ByteRange::new(context.base, bytes.len() as u64),
            bytes: &bytes,
            encoding: decoded.encoding,
            text: without_line_end(decoded.text.get(head.body..).unwrap_or_default()),
            statements: &head.statements,
        }))
    }
}

/// The line end that closes a file belongs to the file, not to its text.
fn without_line_end(text: &str) -> &str {
    text.strip_suffix("\r\n").or_else(|| text.strip_suffix('\n')).unwrap_or(text)
}

/// Turns spans of the text into spans of the raw bytes, or takes them away where they would not be.
fn place(statements: &mut [Statement<'_>], offset: Option<u64>) {
    for statement in statements {
        statement.span =
            statement.span.zip(offset).map(|(span, offset)| ByteRange { offset: span.offset + offset, ..span });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::sha256::Digest;
    use crate::rejection::RawBytes;
    use crate::stream::StreamDamage;
    use proptest::prelude::*;
    use std::io::Read;

    #[derive(Default)]
    struct Seen(Vec<String>, Vec<ByteRange>, Option<Vec<u8>>);

    impl TileSink for Seen {
        fn tile(&mut self, tile: Tile<'_>) -> Result<()> {
            self.1.push(tile.range());
            self.0.push(match tile {
                Tile::Record(record) => {
                    let facts: Vec<String> = record
                        .statements
                        .iter()
                        .map(|it| {
                            let at = it.span.map(|span| &record.bytes[span.offset as usize..span.end() as usize]);
                            assert!(at.is_none_or(|at| at == it.value.as_bytes()));
                            format!("{}={}{}", it.field.code(), it.value, if at.is_some() { "" } else { "?" })
                        })
                        .collect();
                    format!("{} {facts:?} {}", record.encoding, record.text)
                }
                Tile::Framing(_) => "framing".to_owned(),
                Tile::Damage(damage) => {
                    if let RawBytes::Digest(digest) = damage.raw {
                        self.2 = Some(digest.to_vec());
                    }
                    format!("{} {}", damage.rejection.reason.code(), damage.rejection.detail)
                }
            });
            Ok(())
        }
    }

    fn read(reader: &Text, mut input: impl RawInput, max_record: u64) -> Seen {
        let context = ReadContext {
            base: 0,
            max_record,
            file_name: "a.txt",
            declared_fields: &[],
            own_keys: &[],
            fallback_encodings: &[],
            facts: &[],
        };
        let mut seen = Seen::default();
        reader.read(&mut input, &context, &mut seen).expect("law: the sink takes all");
        seen
    }

    #[test]
    fn a_file_is_one_record() {
        for (bytes, expected) in [
            (&b" date 2024-03-01 Amid rain"[..], r#"utf-8 ["published=2024-03-01"] Amid rain"#),
            (b"\xEF\xBB\xBFdate 2024-03-01\nAmid", r#"utf-8 ["published=2024-03-01"] Amid"#),
            (
                b"\xFF\xFEd\0a\0t\0e\0 \x002\x000\x002\x004\0-\x000\x003\0-\x000\x001\0 \0A\0",
                r#"utf-16le ["published=2024-03-01?"] A"#,
            ),
            (b"Title: Only a head\n", r#"utf-8 ["title=Only a head"] "#),
            (b"", "empty-text the file is empty"),
            (b"\xEF\xBB\xBFab\xFF", "invalid-utf8 byte 5: the byte order mark says utf-8"),
            (b"---\ntitle: [a\n---\n", "invalid-header"),
        ] {
            let seen = read(&TEXT, bytes, 1 << 20);
            assert!(seen.0.len() == 1 && seen.0[0].starts_with(expected), "{:?}", seen.0);
            assert_eq!(seen.1, [ByteRange::new(0, bytes.len() as u64)]);
        }
        assert_eq!(read(&MARKDOWN, &b"# Rain\nBody"[..], 99).0, [r#"utf-8 ["title=Rain"] Body"#]);
    }

    #[test]
    fn a_large_file_is_measured_and_digested() {
        let bytes = vec![b'x'; 200_000];
        let seen = read(&TEXT, &bytes[..], 199_999);
        assert_eq!(seen.0, ["record-too-large expected at most 199999 bytes, but found 200000"]);
        assert_eq!(seen.2.as_deref(), Some(&Digest::of(&bytes).0[..]));
        assert!(read(&TEXT, &bytes[..], 200_000).0[0].starts_with("utf-8"));
    }

    struct Torn(&'static [u8]);

    impl Read for Torn {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            match std::mem::take(&mut self.0) {
                b"" => Err(StreamDamage::into_io(Rejection::new(ReasonCode::DamagedStream, "cut off"))),
                mut some => some.read(buffer),
            }
        }
    }

    impl RawInput for Torn {}

    #[test]
    fn a_torn_stream_is_one_damaged_record() {
        assert_eq!(read(&TEXT, Torn(b"half"), 99).0, ["damaged-stream cut off"]);
        assert_eq!(
            read(&TEXT, Torn(b"half"), 3).0,
            ["record-too-large expected at most 3 bytes, but found 4, then damaged-stream: cut off"]
        );
    }

    proptest! {
        #[test]
        fn every_byte_is_in_the_one_tile(bytes in proptest::collection::vec(any::<u8>(), 0..300), markdown in any::<bool>()) {
            let seen = read(if markdown { &MARKDOWN } else { &TEXT }, &bytes[..], 200);
            prop_assert_eq!(seen.1, [ByteRange::new(0, bytes.len() as u64)]);
        }
    }
}
