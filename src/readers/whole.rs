//! Reads a file that is one record, within the limit for records.

use std::borrow::Cow;
use std::io::{ErrorKind, Read};

use crate::error::{Error, Result};
use crate::kernels::sha256::Hasher;
use crate::origin::ByteRange;
use crate::readers::{ReadContext, Tile, TileSink};
use crate::rejection::{Damage, RawBytes, ReasonCode, Rejection};
use crate::stream::{RawInput, damage_of};

/// Room for a file before its size is known, in bytes; most pages fit.
const USUAL: usize = 256 << 10;

/// All bytes of a file; `None` when it is empty, damaged or longer than a record may be, which the sink has been told.
///
/// # Errors
/// When the operating system refuses a read, or the sink fails.
pub(super) fn read_whole(
    input: &mut dyn RawInput,
    context: &ReadContext<'_>,
    sink: &mut dyn TileSink,
) -> Result<Option<Vec<u8>>> {
    let mut bytes = Vec::with_capacity(USUAL);
    let limit = context.max_record.saturating_add(1);
    if let Err(error) = Read::take(&mut *input, limit).read_to_end(&mut bytes) {
        let rejection = damage_of(error).map_err(|error| refused(context, error))?;
        sink.tile(damage(context.base, &bytes, rejection))?;
        return Ok(None);
    }
    if bytes.len() as u64 > context.max_record {
        skip(input, bytes, context, sink)?;
        return Ok(None);
    }
    if bytes.is_empty() {
        sink.tile(damage(context.base, &bytes, Rejection::new(ReasonCode::EmptyText, "the file is empty")))?;
        return Ok(None);
    }
    Ok(Some(bytes))
}

/// The tile of a file that cannot be read.
pub(super) fn damage(base: u64, bytes: &[u8], rejection: Rejection) -> Tile<'_> {
    let range = ByteRange::new(base, bytes.len() as u64);
    Tile::Damage(Damage { range, raw: RawBytes::Bytes(bytes), rejection })
}

/// Reads the rest of a record that is too large, for its length and digest alone.
fn skip(
    input: &mut dyn RawInput,
    mut buffer: Vec<u8>,
    context: &ReadContext<'_>,
    sink: &mut dyn TileSink,
) -> Result<()> {
    let mut hasher = Hasher::new();
    hasher.update(&buffer);
    let mut length = buffer.len() as u64;
    buffer.clear();
    buffer.resize(64 * 1024, 0);
    let mut detail = Cow::Borrowed("");
    loop {
        match input.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => {
                hasher.update(buffer.get(..count).unwrap_or_default());
                length += count as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => {
                let rejection = damage_of(error).map_err(|error| refused(context, error))?;
                detail = Cow::Owned(format!(", then {}: {}", rejection.reason.code(), rejection.detail));
                break;
            }
        }
    }
    let detail = format!("expected at most {} bytes, but found {length}{detail}", context.max_record);
    sink.tile(Tile::Damage(Damage {
        range: ByteRange::new(context.base, length),
        raw: RawBytes::Digest(hasher.finish().0),
        rejection: Rejection::new(ReasonCode::RecordTooLarge, detail),
    }))
}

fn refused(context: &ReadContext<'_>, error: std::io::Error) -> Error {
    Error::io("read", context.file_name.as_ref(), error)
}
