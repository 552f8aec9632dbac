//! Laws that every reader in [`ALL`] keeps, whatever the bytes.

use std::io::{self, Read};

use proptest::prelude::*;

use super::*;
use crate::error::ErrorKind;
use crate::rejection::{RawBytes, ReasonCode, Rejection};
use crate::stream::StreamDamage;

/// Hands out a few bytes at a time and then ends, is damaged, or fails.
pub struct Choppy<'a> {
    bytes: &'a [u8],
    steps: &'a [usize],
    turn: usize,
    end: End,
}

/// How a [`Choppy`] stream ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum End {
    /// As it should.
    Clean,
    /// With damage of the content.
    Damaged,
    /// With an error of the operating system.
    Failed,
}

impl<'a> Choppy<'a> {
    pub fn new(bytes: &'a [u8], steps: &'a [usize], end: End) -> Self {
        Self { bytes, steps, turn: 0, end }
    }
}

impl Read for Choppy<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.bytes.is_empty() {
            return match self.end {
                End::Clean => Ok(0),
                End::Damaged => {
                    Err(StreamDamage::into_io(Rejection::new(ReasonCode::DamagedStream, "the checksum is wrong")))
                }
                End::Failed => Err(io::Error::from(io::ErrorKind::PermissionDenied)),
            };
        }
        let step = self.steps.get(self.turn % self.steps.len().max(1)).copied().unwrap_or(usize::MAX);
        self.turn += 1;
        let count = step.clamp(1, self.bytes.len()).min(buffer.len());
        let (now, later) = self.bytes.split_at(count);
        buffer[..count].copy_from_slice(now);
        self.bytes = later;
        Ok(count)
    }
}

impl RawInput for Choppy<'_> {}

/// What a sink saw.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    Record {
        range: ByteRange,
        bytes: Vec<u8>,
        text: String,
        statements: Vec<Statement<'static>>,
        encoding: &'static str,
    },
    Framing(ByteRange),
    Damage {
        range: ByteRange,
        bytes: std::result::Result<Vec<u8>, [u8; 32]>,
        rejection: Rejection,
    },
}

impl Seen {
    pub fn range(&self) -> ByteRange {
        match self {
            Seen::Record { range, .. } | Seen::Framing(range) | Seen::Damage { range, .. } => *range,
        }
    }

    /// Short form for tests: `r`, `f` or the reason, and the bytes of the range.
    pub fn brief(&self, stream: &[u8]) -> String {
        let range = self.range();
        let bytes = &stream[range.offset as usize..range.end() as usize];
        let kind = match self {
            Seen::Record { .. } => "r",
            Seen::Framing(_) => "f",
            Seen::Damage { rejection, .. } => rejection.reason.code(),
        };
        format!("{kind} {}", String::from_utf8_lossy(bytes))
    }
}

#[derive(Default)]
pub struct Collect(pub Vec<Seen>);

impl TileSink for Collect {
    fn tile(&mut self, tile: Tile<'_>) -> crate::error::Result<()> {
        self.0.push(match tile {
            Tile::Record(record) => Seen::Record {
                range: record.range,
                bytes: record.bytes.to_vec(),
                text: record.text.to_owned(),
                encoding: record.encoding,
                statements: record
                    .statements
                    .iter()
                    .map(|s| Statement { value: s.value.clone().into_owned().into(), ..s.clone_static() })
                    .collect(),
            },
            Tile::Framing(range) => Seen::Framing(range),
            Tile::Damage(damage) => Seen::Damage {
                range: damage.range,
                bytes: match damage.raw {
                    RawBytes::Bytes(bytes) => Ok(bytes.to_vec()),
                    RawBytes::Digest(digest) => Err(digest),
                },
                rejection: damage.rejection,
            },
        });
        Ok(())
    }
}

trait CloneStatic {
    fn clone_static(&self) -> Statement<'static>;
}

impl CloneStatic for Statement<'_> {
    fn clone_static(&self) -> Statement<'static> {
        Statement { span: self.span, form: self.form, ..Statement::new(self.field, self.evidence, String::new()) }
    }
}

pub fn context(file_name: &str, max_record: u64) -> ReadContext<'_> {
    ReadContext {
        base: 0,
        max_record,
        file_name,
        declared_fields: &[],
        own_keys: &[],
        fallback_encodings: &[],
        facts: &[],
    }
}

/// Reads bytes to the end with one reader.
pub fn read_all(reader: &dyn Reader, bytes: &[u8], max_record: u64) -> Vec<Seen> {
    read_stream(reader, Choppy::new(bytes, &[], End::Clean), max_record).0
}

pub fn read_stream(
    reader: &dyn Reader,
    mut input: Choppy<'_>,
    max_record: u64,
) -> (Vec<Seen>, crate::error::Result<()>) {
    let mut sink = Collect::default();
    let name = format!("x.{}", reader.extensions().first().unwrap_or(&""));
    let result = reader.read(&mut input, &context(&name, max_record), &mut sink);
    (sink.0, result)
}

/// Checks that the tiles cover `[0, length)` in order, and that what they say they hold is there.
pub fn assert_tiled(seen: &[Seen], bytes: &[u8], length: u64) {
    let mut next = 0;
    for tile in seen {
        let range = tile.range();
        assert_eq!(range.offset, next, "no gap, no overlap: {seen:?}");
        next = range.end();
        let part = bytes.get(range.offset as usize..next as usize);
        match tile {
            // A text file may be a head without a body; `normalize` gives it its fate.
            Seen::Record { bytes, statements, encoding, .. } => {
                if let Some(part) = part {
                    assert_eq!(part, bytes);
                }
                assert!(!encoding.is_empty());
                for statement in statements {
                    assert!(!statement.value.trim().is_empty());
                    if let Some(span) = statement.span {
                        let spanned = &bytes[span.offset as usize..span.end() as usize];
                        assert_eq!(spanned, statement.value.as_bytes());
                    }
                }
            }
            Seen::Damage { bytes: Ok(raw), .. } => assert_eq!(part.unwrap_or(raw), raw),
            Seen::Damage { bytes: Err(digest), .. } => {
                if let Some(part) = part {
                    assert_eq!(*digest, crate::kernels::sha256::Digest::of(part).0);
                }
            }
            Seen::Framing(range) => assert!(range.length > 0),
        }
    }
    assert_eq!(next, length, "the sum is the stream's length: {seen:?}");
}

/// Bytes near what readers read: pieces of the formats in any order.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => prop::sample::select(vec![
            &b"{\"text\":\"a b\",\"title\":\"t\"}"[..], b"{\"text\": \"caf\\u00e9\\n\", \"tags\": [\"x\", \"y\"]}", b"\n", b"\r\n", b"\r", b"\"",
            b"{", b"}", b"[", b"]", b",", b";", b"\t", b" ", b":", b"\\", b"text,title\n", b"text\ttitle\n", b"a,\"b \"\"c\"\"\nd\"\n",
            b"\xEF\xBB\xBF", b"\xE9", b"\"text\"", b"{\"articles\":[", b"]}", b"[{\"text\":\"x\"}", b"text", b"x,y\n", b"PAR1",
            b"{\"text\":\"", b"{\"text\":\"\"}", b"{\"text\":\"x\",\"text\":\"y\"}", b"  \n", b"\"text\",\"a\nb\"\r\n",
        ]).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..9),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn steps() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(1..40_usize, 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_byte_is_part_of_one_tile(bytes in pieces(), max_record in 0..200_u64) {
        for reader in ALL.iter().filter(|reader| reader.name() != "parquet") {
            assert_tiled(&read_all(*reader, &bytes, max_record), &bytes, bytes.len() as u64);
        }
    }

    #[test]
    fn tiles_do_not_depend_on_how_the_stream_is_chopped(
        bytes in pieces(), steps in steps(), max_record in 0..200_u64, damaged: bool,
    ) {
        let end = if damaged { End::Damaged } else { End::Clean };
        for reader in ALL {
            let whole = read_stream(*reader, Choppy::new(&bytes, &[], end), max_record);
            let chopped = read_stream(*reader, Choppy::new(&bytes, &steps, end), max_record);
            prop_assert_eq!(&whole.0, &chopped.0, "{}", reader.name());
            prop_assert!(whole.1.is_ok() && chopped.1.is_ok());
        }
    }

    #[test]
    fn a_damaged_stream_ends_in_one_damage(bytes in pieces(), steps in steps()) {
        for reader in ALL {
            let (seen, result) = read_stream(*reader, Choppy::new(&bytes, &steps, End::Damaged), 1 << 20);
            prop_assert!(result.is_ok());
            match seen.last() {
                Some(Seen::Damage { rejection, .. }) => {
                    prop_assert_eq!(rejection.reason, ReasonCode::DamagedStream, "{}", reader.name());
                }
                other => prop_assert!(false, "{}: {:?}", reader.name(), other),
            }
            if reader.name() != "parquet" {
                assert_tiled(&seen, &bytes, bytes.len() as u64);
            }
        }
    }

    #[test]
    fn a_failed_stream_is_an_error_behind_the_earlier_tiles(bytes in pieces(), steps in steps()) {
        for reader in ALL {
            let (seen, result) = read_stream(*reader, Choppy::new(&bytes, &steps, End::Failed), 1 << 20);
            prop_assert_eq!(result.map_err(|error| error.kind()), Err(ErrorKind::Io), "{}", reader.name());
            let covered = seen.last().map_or(0, |tile| tile.range().end());
            assert_tiled(&seen, &bytes, covered);
            let (clean, _) = read_stream(*reader, Choppy::new(&bytes, &steps, End::Damaged), 1 << 20);
            let records = |seen: &[Seen]| seen.iter().filter(|tile| matches!(tile, Seen::Record { .. })).count();
            prop_assert_eq!(records(&seen), records(&clean), "{}: what was read before is handed over", reader.name());
        }
    }

    #[test]
    fn lines_are_counted_as_they_are_read(bytes in pieces()) {
        for reader in ALL.iter().filter(|reader| reader.layout() == Layout::Lines) {
            let read = read_all(*reader, &bytes, 40).iter().filter(|tile| !matches!(tile, Seen::Framing(_))).count();
            prop_assert_eq!(reader.count_lines(&bytes), read as u64, "{}", reader.name());
        }
    }

    #[test]
    fn line_files_may_be_cut_at_line_ends(bytes in pieces(), at: prop::sample::Index) {
        for reader in ALL.iter().filter(|reader| reader.layout() == Layout::Lines) {
            let cut = at.index(bytes.len() + 1);
            let cut = bytes[cut..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |more| cut + more + 1);
            let whole = read_all(*reader, &bytes, 1 << 20);
            let mut parts = read_all(*reader, &bytes[..cut], 1 << 20);
            parts.extend(read_all(*reader, &bytes[cut..], 1 << 20));
            let pieces = |seen: &[Seen]| -> Vec<_> {
                seen.iter().filter_map(|tile| match tile {
                    Seen::Record { bytes, .. } | Seen::Damage { bytes: Ok(bytes), .. } => Some(bytes.clone()),
                    _ => None,
                }).collect()
            };
            prop_assert_eq!(pieces(&whole), pieces(&parts));
        }
    }
}

#[test]
fn readers_are_told_apart() {
    for reader in ALL {
        assert_eq!(by_name(reader.name()).map(Reader::name), Some(reader.name()));
        assert!(!reader.documentation().is_empty());
        for extension in reader.extensions() {
            let name = format!("a.b.{extension}");
            assert_eq!(choose(&name, b"").map(Reader::name), Some(reader.name()), "{extension}");
        }
    }
    assert!(choose("readme", b"").is_none() && choose("x.unheard-of", b"").is_none() && by_name("").is_none());
}
