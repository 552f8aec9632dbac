//! A sliding window over a stream: contiguous bytes with their offset, bounded by the longest record.
//!
//! A reader looks at [`Window::bytes`], asks for more with [`Window::fill`] until it sees a whole piece (a line, an element, a
//! row), and takes it off. A piece that grows past the limit is digested and dropped while its end is still sought.

use std::io;
use std::ops::Range;
use std::path::Path;

use crate::error::{Error, Result};
use crate::kernels::sha256::{Digest, Hasher};
use crate::origin::ByteRange;
use crate::readers::ReadContext;
use crate::readers::tiling::Tiling;
use crate::rejection::{RawBytes, ReasonCode, Rejection};
use crate::stream::{RawInput, damage_of};

/// Bytes asked for at once; fits the second-level cache together with what is made of it.
const CHUNK: usize = 256 * 1024;

/// How a stream ended.
enum End {
    Clean,
    Damaged(Rejection),
    Failed(io::Error),
}

/// The unread bytes of a stream, from the first byte of the current piece.
pub struct Window<'i> {
    input: &'i mut dyn RawInput,
    buffer: Vec<u8>,
    held: Range<usize>,
    offset: u64,
    limit: usize,
    spilled: Option<(Hasher, u64)>,
    end: Option<End>,
}

impl<'i> Window<'i> {
    /// A window at the start of a stream.
    pub fn new(input: &'i mut dyn RawInput, context: &ReadContext<'_>) -> Self {
        Self {
            input,
            buffer: Vec::new(),
            held: 0..0,
            offset: context.base,
            limit: usize::try_from(context.max_record).unwrap_or(usize::MAX),
            spilled: None,
            end: None,
        }
    }

    /// The bytes at hand.
    pub fn bytes(&self) -> &[u8] {
        self.buffer.get(self.held.clone()).unwrap_or_default()
    }

    /// Offset of the first byte at hand.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Whether the stream has no more bytes than those at hand.
    pub fn is_ended(&self) -> bool {
        self.end.is_some()
    }

    /// Reads more; `false` when the stream has ended, cleanly or not.
    pub fn fill(&mut self) -> bool {
        if self.end.is_some() {
            return false;
        }
        self.make_room();
        loop {
            let room = self.buffer.get_mut(self.held.end..).unwrap_or_default();
            match self.input.read(room) {
                Ok(0) => self.end = Some(End::Clean),
                Ok(count) => {
                    self.held.end += count;
                    return true;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.end = Some(match damage_of(error) {
                        Ok(rejection) => End::Damaged(rejection),
                        Err(error) => End::Failed(error),
                    });
                }
            }
            return false;
        }
    }

    /// Reads until `count` bytes are at hand; `false` when the stream ends before.
    pub fn fill_to(&mut self, count: usize) -> bool {
        while self.held.len() < count {
            if !self.fill() {
                return false;
            }
        }
        true
    }

    fn make_room(&mut self) {
        if self.held.start > 0 && self.buffer.len() - self.held.end < CHUNK / 2 {
            self.buffer.copy_within(self.held.clone(), 0);
            self.held = 0..self.held.len();
        }
        if self.buffer.len() - self.held.end < CHUNK / 2 {
            let grown = self.buffer.len().saturating_mul(2).min(self.limit.saturating_add(CHUNK));
            self.buffer.resize(grown.max(self.held.end + CHUNK), 0);
        }
    }

    /// Drops bytes that belong to no piece: framing, or a piece already handed over.
    pub fn consume(&mut self, count: usize) {
        let count = count.min(self.held.len());
        self.held.start += count;
        self.offset += count as u64;
    }

    /// Makes sure that the piece in progress stays bounded: when more bytes than the longest record are at hand, digests and
    /// drops the first `scanned` of them. Returns how many were dropped.
    pub fn spill(&mut self, scanned: usize) -> usize {
        let scanned = scanned.min(self.held.len());
        if self.spilled.is_none() && scanned <= self.limit {
            return 0;
        }
        let (mut hasher, length) = self.spilled.take().unwrap_or_default();
        hasher.update(self.bytes().get(..scanned).unwrap_or_default());
        self.spilled = Some((hasher, length + scanned as u64));
        self.consume(scanned);
        scanned
    }

    /// Whether the first bytes of the piece in progress are gone.
    pub fn is_spilled(&self) -> bool {
        self.spilled.is_some()
    }

    /// The piece that ends `count` bytes behind the window's start: its bytes, or `None` when it is too long.
    pub fn whole_piece(&self, count: usize) -> Option<&[u8]> {
        if self.spilled.is_some() || count > self.limit { None } else { self.bytes().get(..count) }
    }

    /// Hands over the piece of `count` more bytes as damage and consumes it.
    ///
    /// A piece longer than the longest record goes as its digest; `rejection` defaults to `record-too-large`.
    ///
    /// # Errors
    /// What the sink returns.
    pub fn damage(&mut self, count: usize, rejection: Option<Rejection>, tiling: &mut Tiling<'_>) -> Result<()> {
        let spilled = self.spilled.take();
        let rest = self.bytes().get(..count).unwrap_or_default();
        let before = spilled.as_ref().map_or(0, |(_, length)| *length);
        let range = ByteRange::new(self.offset - before, before + rest.len() as u64);
        let rejection = rejection.unwrap_or_else(|| too_large(range.length, self.limit));
        let raw = match spilled {
            Some((mut hasher, _)) => {
                hasher.update(rest);
                RawBytes::Digest(hasher.finish().0)
            }
            None if rest.len() > self.limit => RawBytes::Digest(Digest::of(rest).0),
            None => RawBytes::Bytes(rest),
        };
        tiling.damage(range, raw, rejection)?;
        self.consume(count);
        Ok(())
    }

    /// Forgets what was spilled, because it turned out to be framing.
    pub fn forgive(&mut self) {
        self.spilled = None;
    }

    /// What the decoder found wrong where the stream ended; `None` at a clean end.
    ///
    /// # Errors
    /// When the operating system refused the last read.
    fn end_of_stream(&mut self, context: &ReadContext<'_>) -> Result<Option<Rejection>> {
        match self.end.take() {
            Some(End::Failed(error)) => Err(Error::io("read", Path::new(context.file_name), error)),
            Some(End::Damaged(rejection)) => {
                self.end = Some(End::Clean);
                Ok(Some(rejection))
            }
            clean => {
                self.end = clean;
                Ok(None)
            }
        }
    }

    /// Closes a stream that ended within a piece: nothing after a clean end, else the unread rest is damage.
    ///
    /// A piece already known to be too long is one damage of its own, in front of the stream's (of length 0). Call it
    /// before what is at hand is taken for a piece; after it returned `true` nothing is at hand.
    ///
    /// # Errors
    /// When the operating system refused the last read, or the sink fails.
    pub fn close_damaged(&mut self, tiling: &mut Tiling<'_>) -> Result<bool> {
        let Some(rejection) = self.end_of_stream(tiling.context)? else { return Ok(false) };
        let rest = self.held.len();
        if self.whole_piece(rest).is_none() {
            self.damage(rest, None, tiling)?;
        }
        self.damage(self.held.len(), Some(rejection), tiling)?;
        Ok(true)
    }
}

fn too_large(length: u64, limit: usize) -> Rejection {
    Rejection::new(ReasonCode::RecordTooLarge, format!("{length} bytes, at most {limit} are allowed"))
}
