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

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    fn check_cuts(content: &[u8], step: u64) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines");
        fs::write(&path, content).unwrap();
        let ranges = cut_lines(&path, content.len() as u64, step).unwrap();
        let mut at = 0;
        for range in &ranges {
            assert!(range.offset == at && range.length > 0);
            at = range.end();
            assert!(at == content.len() as u64 || content[at as usize - 1] == b'\n');
        }
        assert_eq!(at, content.len() as u64);
        let mut expected: Vec<u64> = (1..=content.len() as u64 / step)
            .filter_map(|k| memchr::memchr(b'\n', &content[(k * step) as usize - 1..]).map(|i| k * step + i as u64))
            .chain((!content.is_empty()).then_some(content.len() as u64))
            .collect();
        expected.dedup();
        assert_eq!(ranges.iter().map(|range| range.end()).collect::<Vec<_>>(), expected, "the rule, spelled out");
    }

    #[test]
    fn cuts_tile_the_file_at_line_ends() {
        let long = [b"short\n".to_vec(), vec![b'x'; 300_000], b"\nlast".to_vec()].concat();
        for content in [&b""[..], b"\n", b"a", b"a\r\nbb\r\nccc\r\n", b"one\ntwo\nthree", b"\n\n\n\n", &long] {
            for step in (1..20).chain([1000, 65_536, 1 << 40]) {
                if content.len() < 1000 || step >= 1000 {
                    check_cuts(content, step);
                }
            }
        }
    }

    #[test]
    fn a_file_that_shrank_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines");
        fs::write(&path, "a\n").unwrap();
        assert!(cut_lines(&path, 100, 10).is_err());
        assert!(feed_lines(&path, ByteRange::new(0, 100), 10, |_| {}).is_err());
    }

    /// Lines with something other than ASCII white space.
    fn count(chunk: &[u8]) -> u64 {
        chunk.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).count() as u64
    }

    fn feed_bytes(content: &[u8], range: ByteRange, buffer: usize) -> (u64, Vec<u8>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines");
        fs::write(&path, content).unwrap();
        let (mut lines, mut seen) = (0, Vec::new());
        feed_lines(&path, range, buffer, |chunk| {
            lines += count(chunk);
            seen.extend_from_slice(chunk);
        })
        .unwrap();
        (lines, seen)
    }

    #[test]
    fn short_lines_are_fed_as_they_are() {
        let content: Vec<u8> = (0..1000).flat_map(|n| format!("line {n}\r\n").into_bytes()).collect();
        let range = ByteRange::new(0, content.len() as u64);
        assert_eq!(feed_bytes(&content, range, 100), (1000, content.clone()));
        assert_eq!(feed_bytes(&content, ByteRange::new(8, 16), 100), (2, content[8..24].to_vec()));
        assert_eq!(feed_bytes(b"", ByteRange::new(0, 0), 100), (0, Vec::new()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        #[test]
        fn counts_do_not_depend_on_the_buffer(
            lines in prop::collection::vec((0..300_usize, 0..300_usize), 0..12), end in any::<bool>(), buffer in 0..500_usize,
        ) {
            let mut content: Vec<u8> = Vec::new();
            for (blank, letters) in lines {
                content.extend(std::iter::repeat_n(b' ', blank * usize::from(blank > 100)));
                content.extend(std::iter::repeat_n(b'x', letters * usize::from(letters > 50)));
                content.push(b'\n');
            }
            if end {
                content.pop();
            }
            let range = ByteRange::new(0, content.len() as u64);
            prop_assert_eq!(feed_bytes(&content, range, buffer).0, count(&content));
        }

        #[test]
        fn any_content_is_tiled(content in "[a\n]{0,80}", step in 1..90_u64) {
            check_cuts(content.as_bytes(), step);
        }
    }
}
