//! Readers: bytes of a decoded stream in, tiles out.
//!
//! A reader covers its stream with records, framing and damage, in order, without gap or overlap: what it yields adds up to
//! what it was given, so nothing can be lost unseen. It never opens a file and never decides what a fact is.

mod build_record;
mod delimited;
mod delimited_rows;
mod field_sets;
mod fields;
mod html;
mod json;
mod json_scan;
mod json_walk;
mod jsonl;
mod leaves;
mod parquet;
mod parquet_rows;
pub mod sheet;
pub mod sidecar;
pub mod text;
mod tiling;
mod whole;
mod window;

pub use self::parquet::{Parquet, each_row};
pub use delimited::{CSV, Delimited, TSV};
pub use field_sets::{FIELD_SETS, FieldSet, Meaning, Row};
pub use html::Html;
pub use json::Json;
pub use jsonl::Jsonl;
pub use tiling::Tiling;
pub use window::Window;

use crate::error::Result;
use crate::origin::ByteRange;
use crate::rejection::Damage;
use crate::statement::{OwnKey, Statement};
use crate::stream::RawInput;

/// One decoded record before typing; borrows from the reader's buffers.
#[derive(Debug)]
pub struct RawRecord<'a> {
    /// The bytes of the record in the decoded stream.
    pub range: ByteRange,
    /// Exactly those bytes.
    pub bytes: &'a [u8],
    /// Name of the encoding that the text was read with, WHATWG, lower case.
    pub encoding: &'static str,
    /// The text as decoded, before normalisation.
    pub text: &'a str,
    /// What the record says about itself, in its own order.
    pub statements: &'a [Statement<'a>],
}

/// A piece of a stream.
#[derive(Debug)]
pub enum Tile<'a> {
    /// A record.
    Record(RawRecord<'a>),
    /// Bytes between records: blank lines, brackets, header rows, byte order marks.
    Framing(ByteRange),
    /// Bytes that should have been a record; counts as one rejected record.
    Damage(Damage<'a>),
}

impl Tile<'_> {
    /// The bytes that the tile covers.
    pub fn range(&self) -> ByteRange {
        match self {
            Tile::Record(record) => record.range,
            Tile::Framing(range) => *range,
            Tile::Damage(damage) => damage.range,
        }
    }
}

/// Takes the tiles of a stream, in order.
pub trait TileSink {
    /// Takes one tile.
    ///
    /// # Errors
    /// When what lies behind the sink cannot go on; the reader returns it at once.
    fn tile(&mut self, tile: Tile<'_>) -> Result<()>;
}

/// What a reader may know besides the bytes.
#[derive(Clone, Copy, Debug)]
pub struct ReadContext<'a> {
    /// Offset of the first byte in the whole decoded stream; not 0 for a range of a line file.
    pub base: u64,
    /// Longest record in bytes; longer ones become damage with their digest, computed while skipping.
    pub max_record: u64,
    /// File name in lower case without compression suffix, for readers that serve several extensions.
    pub file_name: &'a str,
    /// Field names that the config declares: (name in the record, canonical field); `text` stands for the body.
    pub declared_fields: &'a [(String, DeclaredField)],
    /// Names by which records state columns of the user's own.
    pub own_keys: &'a [OwnKey],
    /// WHATWG labels tried in order on text that is not UTF-8, after what the file declares.
    pub fallback_encodings: &'a [String],
    /// What a sidecar or the path says of the file; they are stated for every record, a reader may need them to understand it.
    pub facts: &'a [Statement<'static>],
}

/// What a declared field name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeclaredField {
    /// The body of the article.
    Text,
    /// A fact, with the form of its date.
    Fact(crate::statement::Field, crate::statement::DateForm),
}

/// How records lie in a file of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// The file is one record; sidecars and path patterns describe it.
    Whole,
    /// One record a line: the file may be cut at line ends and its ranges read apart.
    Lines,
    /// Many records, read from front to back.
    Stream,
}

/// A raw format.
pub trait Reader: Sync {
    /// Name, as in the `format` column.
    fn name(&self) -> &'static str;

    /// One paragraph for the reference table.
    fn documentation(&self) -> &'static str;

    /// Extensions in lower case, without dot and without compression suffix.
    fn extensions(&self) -> &'static [&'static str];

    /// Whether the first bytes (at most 4 KiB) can only be this format; wins over the extension.
    fn sniff(&self, _head: &[u8]) -> bool {
        false
    }

    /// Whether the first bytes look like this format; asked when neither magic bytes nor the extension decide.
    fn resembles(&self, _head: &[u8]) -> bool {
        false
    }

    /// How records lie in a file.
    fn layout(&self) -> Layout;

    /// The number of records (tiles but framing) in a range of whole lines; only for [`Layout::Lines`].
    fn count_lines(&self, _range: &[u8]) -> u64 {
        0
    }

    /// Reads a stream to its end and hands every byte of it to the sink as part of one tile.
    ///
    /// Content that cannot be read becomes [`Tile::Damage`], up to the next place where reading can go on, else to the end.
    ///
    /// # Errors
    /// When the operating system refuses a read (what was read before has been handed over) or the sink fails.
    fn read(&self, input: &mut dyn RawInput, context: &ReadContext<'_>, sink: &mut dyn TileSink) -> Result<()>;
}

/// Every reader.
pub const ALL: &[&dyn Reader] = &[&text::TEXT, &text::MARKDOWN, &Jsonl, &Json, &CSV, &TSV, &Html, &Parquet];

/// The reader of a name.
pub fn by_name(name: &str) -> Option<&'static dyn Reader> {
    ALL.iter().copied().find(|reader| reader.name() == name)
}

/// The reader of a file: the one whose magic bytes open it, else the one that serves its extension, else the one whose format
/// the first bytes look like.
///
/// `file_name` is in lower case without compression suffix, `head` holds the first bytes of the decoded stream (4 KiB are
/// enough). `None` when nobody knows the file.
pub fn choose(file_name: &str, head: &[u8]) -> Option<&'static dyn Reader> {
    let extension = file_name.rsplit_once('.').map(|(_, extension)| extension);
    let serves = |reader: &&&dyn Reader| extension.is_some_and(|name| reader.extensions().contains(&name));
    let sniffed = ALL.iter().find(|reader| reader.sniff(head));
    sniffed.or_else(|| ALL.iter().find(serves)).or_else(|| ALL.iter().find(|reader| reader.resembles(head))).copied()
}

#[cfg(test)]
mod laws;
