//! Cuts line files into ranges, and feeds whole lines to a counter.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use super::open::open_regular;
use crate::error::{Error, Result};
use crate::origin::ByteRange;

const SEARCH: usize = 64 << 10;

/// Cuts an uncompressed line file behind the first line end at or after each multiple of `step`.
///
/// The ranges are not empty, in order, and tile `[0, size)`; each but the last ends with a line feed. They depend on the content,
/// `size` and `step` alone. A line that is longer than `step` stays whole. Line ends are the byte `\n`, so the file must be in an
/// encoding that keeps ASCII.
///
/// # Errors
/// When the file cannot be read, or is shorter than `size`.
pub fn cut_lines(path: &Path, size: u64, step: u64) -> Result<Vec<ByteRange>> {
    let (mut file, _) = open_regular(path)?;
    cut(&mut file, size, step.max(1)).map_err(|error| Error::io("read", path, error))
}

fn cut(file: &mut File, size: u64, step: u64) -> io::Result<Vec<ByteRange>> {
    let mut ranges = Vec::new();
    let mut buffer = vec![0; SEARCH];
    let mut start = 0;
    while start < size {
        let multiple = (start / step).saturating_add(1).saturating_mul(step);
        let end =
            if multiple >= size { size } else { line_end(file, multiple - 1, &mut buffer)?.unwrap_or(size).min(size) };
        ranges.push(ByteRange::new(start, end - start));
        start = end;
    }
    Ok(ranges)
}

/// The position behind the first line feed at or after `from`; none when there is none.
fn line_end(file: &mut File, from: u64, buffer: &mut [u8]) -> io::Result<Option<u64>> {
    let mut at = file.seek(SeekFrom::Start(from))?;
    loop {
        let count = read_some(file, buffer)?;
        if count == 0 {
            return if at == from { Err(shrunk()) } else { Ok(None) };
        }
        if let Some(found) = memchr::memchr(b'\n', &buffer[..count]) {
            return Ok(Some(at + found as u64 + 1));
        }
        at += count as u64;
    }
}

/// Feeds the lines of a range to `counter`, chunk by chunk; every chunk consists of whole lines.
///
/// For [`Reader::count_lines`](crate::readers::Reader::count_lines), whose counts add up over chunks. A line that does not fit
/// into `buffer` bytes is stood for by one chunk without line end: its beginning, from the first byte that is not ASCII white
/// space if it has one, so that it counts as blank exactly if it is blank. Memory stays at `buffer` bytes (64 at least).
///
/// # Errors
/// When the file cannot be read, or is shorter than the range.
pub fn feed_lines(path: &Path, range: ByteRange, buffer: usize, mut counter: impl FnMut(&[u8])) -> Result<()> {
    let (mut file, _) = open_regular(path)?;
    feed(&mut file, range, &mut vec![0; buffer.max(64)], &mut counter).map_err(|error| Error::io("read", path, error))
}

fn feed(file: &mut File, range: ByteRange, buffer: &mut [u8], counter: &mut dyn FnMut(&[u8])) -> io::Result<()> {
    file.seek(SeekFrom::Start(range.offset))?;
    let mut left = range.length;
    let mut held = 0;
    // Inside a line of which a piece has been fed already.
    let mut skipping = false;
    while left > 0 {
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len() - held);
        let count = read_some(file, &mut buffer[held..held + wanted])?;
        if count == 0 {
            return Err(shrunk());
        }
        left -= count as u64;
        let mut filled = held + count;
        if skipping {
            let next = memchr::memchr(b'\n', &buffer[held..filled]).map_or(filled, |found| held + found + 1);
            skipping = next == filled && buffer[filled - 1] != b'\n';
            buffer.copy_within(next..filled, 0);
            filled -= next;
            held = 0;
        }
        if let Some(last) = memchr::memrchr(b'\n', &buffer[held..filled]) {
            let whole = held + last + 1;
            counter(&buffer[..whole]);
            buffer.copy_within(whole..filled, 0);
            filled -= whole;
        } else if filled == buffer.len() {
            let blank = buffer.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            if blank == 0 {
                counter(buffer);
                skipping = true;
                filled = 0;
            } else {
                // At least one byte stays, so that a line of white space is still a line.
                let from = blank.min(filled - 1);
                buffer.copy_within(from..filled, 0);
                filled -= from;
            }
        }
        held = filled;
    }
    if held > 0 {
        counter(&buffer[..held]);
    }
    Ok(())
}

fn read_some(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

fn shrunk() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the file has become shorter since it was listed")
}
