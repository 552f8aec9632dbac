//! Tiles without gap or overlap, by construction: whatever no record and no damage covers is framing.

use crate::error::Result;
use crate::origin::ByteRange;
use crate::readers::{RawRecord, ReadContext, Tile, TileSink};
use crate::rejection::{Damage, RawBytes, Rejection};

/// Hands tiles to a sink and puts one framing tile, as long as possible, wherever bytes lie between them.
///
/// A reader names only its records and damages, in order; [`Tiling::framing_to`] the end covers what is left.
pub struct Tiling<'s> {
    /// What the reader knows besides the bytes.
    pub context: &'s ReadContext<'s>,
    sink: &'s mut dyn TileSink,
    next: u64,
}

impl<'s> Tiling<'s> {
    /// Begins at the offset of the first byte of the stream.
    pub fn new(context: &'s ReadContext<'s>, sink: &'s mut dyn TileSink) -> Self {
        Self { context, sink, next: context.base }
    }

    /// Hands over a record.
    ///
    /// # Errors
    /// What the sink returns.
    ///
    /// # Panics
    /// As [`Tiling::framing_to`].
    pub fn record(&mut self, record: RawRecord<'_>) -> Result<()> {
        self.framing_to(record.range.offset)?;
        self.next = record.range.end();
        self.sink.tile(Tile::Record(record))
    }

    /// Hands over a damaged range.
    ///
    /// # Errors
    /// What the sink returns.
    ///
    /// # Panics
    /// As [`Tiling::framing_to`].
    pub fn damage(&mut self, range: ByteRange, raw: RawBytes<'_>, rejection: Rejection) -> Result<()> {
        self.framing_to(range.offset)?;
        self.next = range.end();
        self.sink.tile(Tile::Damage(Damage { range, raw, rejection }))
    }

    /// Declares everything up to `offset` that is not yet covered to be framing.
    ///
    /// # Errors
    /// What the sink returns.
    ///
    /// # Panics
    /// When `offset` lies within a tile: a reader that overlaps its tiles is wrong.
    pub fn framing_to(&mut self, offset: u64) -> Result<()> {
        assert!(offset >= self.next, "law: tiles do not overlap");
        if offset > self.next {
            let range = ByteRange::new(self.next, offset - self.next);
            self.next = offset;
            self.sink.tile(Tile::Framing(range))?;
        }
        Ok(())
    }

    /// The offset of the first byte that no tile covers yet.
    pub fn next_offset(&self) -> u64 {
        self.next
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rejection::ReasonCode;

    struct Ranges(Vec<(char, u64, u64)>);

    impl TileSink for Ranges {
        fn tile(&mut self, tile: Tile<'_>) -> Result<()> {
            let kind = match tile {
                Tile::Record(_) => 'r',
                Tile::Framing(_) => 'f',
                Tile::Damage(_) => 'd',
            };
            self.0.push((kind, tile.range().offset, tile.range().length));
            Ok(())
        }
    }

    #[test]
    fn what_nobody_names_is_framing() {
        let mut sink = Ranges(Vec::new());
        let context = ReadContext {
            base: 10,
            max_record: 9,
            file_name: "x",
            declared_fields: &[],
            own_keys: &[],
            fallback_encodings: &[],
            facts: &[],
        };
        let mut tiling = Tiling::new(&context, &mut sink);
        let rejection = Rejection::new(ReasonCode::InvalidJson, "");
        tiling.damage(ByteRange::new(12, 3), RawBytes::Bytes(b"abc"), rejection).unwrap();
        tiling.framing_to(15).unwrap();
        tiling.framing_to(20).unwrap();
        assert_eq!(tiling.next_offset(), 20);
        assert_eq!(sink.0, [('f', 10, 2), ('d', 12, 3), ('f', 15, 5)]);
    }
}
