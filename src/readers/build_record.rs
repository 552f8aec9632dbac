//! From the leaves of a record to its tile; the part that JSON, CSV and Parquet share.

use crate::error::Result;
use crate::origin::ByteRange;
use crate::readers::RawRecord;
use crate::readers::fields::{Plan, TextPlace};
use crate::readers::json_walk::JsonWalk;
use crate::readers::leaves::Leaves;
use crate::readers::tiling::Tiling;
use crate::rejection::{RawBytes, ReasonCode, Rejection};
use crate::statement::Statement;

/// The bytes of a record, and what they read as.
#[derive(Clone, Copy, Debug)]
pub struct Decoded<'a> {
    /// Place in the decoded stream.
    pub range: ByteRange,
    /// The bytes.
    pub bytes: &'a [u8],
    /// The same as characters; places of leaves that are not in the scratch buffer count in it.
    pub text: &'a str,
    /// Name of the encoding, WHATWG, lower case.
    pub encoding: &'static str,
}

/// Makes tiles of leaves; keeps its buffers between records.
#[derive(Debug, Default)]
pub struct BuildRecord {
    plan: Plan,
    joined: String,
    spare: Vec<Statement<'static>>,
}

impl BuildRecord {
    /// Hands over a record, or damage when its fields have no text.
    ///
    /// # Errors
    /// What the sink returns.
    pub fn build(&mut self, record: Decoded<'_>, leaves: &Leaves, tiling: &mut Tiling<'_>) -> Result<()> {
        self.plan.resolve(&leaves.shape, tiling.context);
        if let Err(rejection) = self.plan.check_own(leaves) {
            return tiling.damage(record.range, RawBytes::Bytes(record.bytes), rejection);
        }
        let text = match self.plan.find_text(record.text, leaves, &mut self.joined) {
            Ok(TextPlace::Value(place)) => place.of(record.text, &leaves.scratch),
            Ok(TextPlace::Joined) => &self.joined,
            Err(rejection) => return tiling.damage(record.range, RawBytes::Bytes(record.bytes), rejection),
        };
        let mut statements = renewed(std::mem::take(&mut self.spare));
        self.plan.state(record.text, leaves, &mut statements);
        let handed_over = tiling.record(RawRecord {
            range: record.range,
            bytes: record.bytes,
            encoding: record.encoding,
            text,
            statements: &statements,
        });
        self.spare = renewed(statements);
        handed_over
    }
}

/// An empty vector of another lifetime in the same memory.
fn renewed<'b>(mut statements: Vec<Statement<'_>>) -> Vec<Statement<'b>> {
    statements.clear();
    statements.into_iter().map(|_| unreachable!("law: a cleared vector is empty")).collect()
}

/// Reads records that are JSON objects.
#[derive(Debug, Default)]
pub struct JsonRecords {
    walk: JsonWalk,
    build: BuildRecord,
}

impl JsonRecords {
    /// Hands over the record that `bytes` hold, or damage that says why they hold none.
    ///
    /// # Errors
    /// What the sink returns.
    pub fn read(&mut self, bytes: &[u8], offset: u64, tiling: &mut Tiling<'_>) -> Result<()> {
        let range = ByteRange::new(offset, bytes.len() as u64);
        let Ok(text) = simdutf8::basic::from_utf8(bytes) else {
            return tiling.damage(range, RawBytes::Bytes(bytes), invalid_utf8(bytes));
        };
        if let Err(rejection) = self.walk.walk(text) {
            return tiling.damage(range, RawBytes::Bytes(bytes), rejection);
        }
        let record = Decoded { range, bytes, text, encoding: "utf-8" };
        self.build.build(record, &self.walk.leaves, tiling)
    }
}

/// The rejection of bytes that are not UTF-8, with the offset of the first wrong one.
pub fn invalid_utf8(bytes: &[u8]) -> Rejection {
    let at = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
    let found = bytes.get(at).copied().unwrap_or_default();
    Rejection::new(ReasonCode::InvalidUtf8, format!("byte 0x{found:02X} at offset {at} of the record"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_of_statements_is_kept() {
        let spare: Vec<Statement<'static>> = Vec::with_capacity(100);
        let place = spare.as_ptr() as usize;
        let again = renewed(spare);
        assert_eq!((again.as_ptr() as usize, again.capacity()), (place, 100));
    }

    #[test]
    fn the_first_wrong_byte_is_named() {
        assert_eq!(invalid_utf8(b"ab\xe9").detail, "byte 0xE9 at offset 2 of the record");
    }
}
