//! Opens input files: plain, compressed or a range of one.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::codec::Compression;
use super::decode::Decoder;
use super::with_path;
use crate::error::{Error, Result};
use crate::origin::{ByteRange, escape_path};
use crate::stream::{RawInput, ReadAt, damage_of};

/// Output up to this size is never refused, whatever its ratio.
const FREE_OUTPUT: u64 = 1 << 20;
/// Bytes that readers may sniff at.
const HEAD_LEN: u64 = 4096;

/// How input files are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadLimits {
    /// Size of the read buffer in bytes.
    pub buffer: usize,
    /// A compressed file may grow to this many times its size (and to 1 MiB in any case).
    ///
    /// The limit is a property of the file, so that it strikes at the same byte in every run. Deflate cannot pass 1032:1, text
    /// seldom passes 20:1.
    pub max_expansion: u64,
}

impl Default for ReadLimits {
    /// 256 KiB, 1000 times.
    fn default() -> Self {
        Self { buffer: 256 << 10, max_expansion: 1000 }
    }
}

/// The start of a file, from which a reader is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Up to 4 KiB of the decoded stream; fewer when it is shorter or damaged.
    pub bytes: Vec<u8>,
    /// How the file is compressed, by its first bytes.
    pub compression: Option<Compression>,
    /// File name, ASCII letters in lower case, escaped like a raw path, without compression suffix.
    ///
    /// The suffix goes even from a file that is not compressed: a download that was decompressed on the way keeps its name.
    pub name: String,
    /// Size of the file on disk in bytes.
    pub size: u64,
}

/// Opens a file as one decoded stream; compression is told by the first bytes, never by the name, and taken off once.
///
/// # Errors
/// When the file cannot be opened or is not a regular file. What is wrong with its content comes out of `read`.
pub fn open(path: &Path, limits: &ReadLimits) -> Result<Box<dyn RawInput + Send>> {
    let (file, size) = open_regular(path)?;
    let source = PathFile { file, path: Arc::from(path) };
    match detect(&source)? {
        None => Ok(Box::new(PlainInput { size, inner: BufReader::with_capacity(limits.buffer.max(1), source) })),
        Some(compression) => {
            let max_output = size.saturating_mul(limits.max_expansion).max(FREE_OUTPUT);
            Ok(Box::new(Decoder::new(source, compression, limits.buffer, max_output)))
        }
    }
}

/// Opens the standard input as one decoded stream, as [`open`] does a file; the expansion is limited to `most` bytes.
///
/// # Errors
/// When the operating system refuses the first bytes.
pub fn open_stdin(limits: &ReadLimits, most: u64) -> Result<Box<dyn RawInput + Send>> {
    let mut head = Vec::with_capacity(Compression::MAGIC_LEN);
    let stdin = io::stdin();
    let wanted = Compression::MAGIC_LEN as u64;
    let read = stdin.lock().take(wanted).read_to_end(&mut head);
    read.map_err(|error| Error::io("read", Path::new("-"), error))?;
    let compression = Compression::detect(&head);
    let source = io::Cursor::new(head).chain(stdin);
    Ok(match compression {
        None => Box::new(StreamInput(BufReader::with_capacity(limits.buffer.max(1), source))),
        Some(compression) => Box::new(Decoder::new(source, compression, limits.buffer, most.max(FREE_OUTPUT))),
    })
}

/// Opens a range of an uncompressed file.
///
/// # Errors
/// When the file cannot be opened or positioned. A file that has become shorter than the range is an `io::Error` of `read`.
pub fn open_range(path: &Path, range: ByteRange, limits: &ReadLimits) -> Result<Box<dyn RawInput + Send>> {
    let (mut file, _) = open_regular(path)?;
    file.seek(SeekFrom::Start(range.offset)).map_err(|error| Error::io("read", path, error))?;
    let source = PathFile { file, path: Arc::from(path) };
    Ok(Box::new(RangeInput { inner: BufReader::with_capacity(limits.buffer.max(1), source), left: range.length }))
}

/// Reads the start of a file.
///
/// # Errors
/// When the operating system refuses; damaged content only shortens the head.
pub fn sniff_head(path: &Path, limits: &ReadLimits) -> Result<Head> {
    let (file, size) = open_regular(path)?;
    let source = PathFile { file, path: Arc::from(path) };
    let compression = detect(&source)?;
    let mut bytes = Vec::new();
    let result = match compression {
        None => source.take(HEAD_LEN).read_to_end(&mut bytes),
        Some(kind) => Decoder::new(source, kind, limits.buffer, FREE_OUTPUT).take(HEAD_LEN).read_to_end(&mut bytes),
    };
    if let Err(error) = result
        && let Err(refusal) = damage_of(error)
    {
        return Err(Error::io("read", path, refusal));
    }
    Ok(Head { bytes, compression, name: plain_name(path), size })
}

/// Opens a regular file and gives its size.
pub(super) fn open_regular(path: &Path) -> Result<(File, u64)> {
    let open = || -> io::Result<(File, u64)> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        Ok((file, metadata.len()))
    };
    open().map_err(|error| Error::io("read", path, error))
}

fn detect(source: &PathFile) -> Result<Option<Compression>> {
    let mut head = [0; Compression::MAGIC_LEN];
    let count = read_full_at(&source.file, &mut head, 0).map_err(|error| Error::io("read", &source.path, error))?;
    Ok(Compression::detect(&head[..count]))
}

fn plain_name(path: &Path) -> String {
    let name = escape_path(path.file_name().unwrap_or_default().as_bytes()).to_ascii_lowercase();
    let suffix = Compression::ALL.iter().find_map(|kind| name.strip_suffix(kind.suffix())?.strip_suffix('.'));
    suffix.filter(|stem| !stem.is_empty()).map(str::to_owned).unwrap_or(name)
}

fn read_full_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read_at(&mut buffer[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// A file whose errors name its path.
struct PathFile {
    file: File,
    path: Arc<Path>,
}

impl Read for PathFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.file.read(buffer) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => Err(with_path("read", &self.path, error)),
            result => result,
        }
    }
}

struct PlainInput {
    inner: BufReader<PathFile>,
    size: u64,
}

impl Read for PlainInput {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer)
    }
}

impl RawInput for PlainInput {
    fn random_access(&self) -> Option<Arc<dyn ReadAt>> {
        let source = self.inner.get_ref();
        let file = source.file.try_clone().ok()?;
        Some(Arc::new(FileAt { file, path: source.path.to_path_buf(), length: self.size }))
    }
}

struct FileAt {
    file: File,
    path: PathBuf,
    length: u64,
}

impl ReadAt for FileAt {
    fn length(&self) -> u64 {
        self.length
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let left = usize::try_from(self.length.saturating_sub(offset)).unwrap_or(usize::MAX).min(buffer.len());
        read_full_at(&self.file, &mut buffer[..left], offset).map_err(|error| with_path("read", &self.path, error))
    }
}

/// A stream without random access.
struct StreamInput<R>(R);

impl<R: Read> Read for StreamInput<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl<R: Read> RawInput for StreamInput<R> {}

struct RangeInput {
    inner: BufReader<PathFile>,
    left: u64,
}

impl Read for RangeInput {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.inner.read(&mut buffer[..wanted])?;
        if count == 0 && wanted > 0 {
            let error = io::Error::new(io::ErrorKind::UnexpectedEof, "the file has become shorter since it was listed");
            return Err(with_path("read", &self.inner.get_ref().path, error));
        }
        self.left -= count as u64;
        Ok(count)
    }
}

impl RawInput for RangeInput {}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::fs;

    use super::super::decode::tests::compress;
    use super::*;

    fn read_all(mut input: Box<dyn RawInput + Send>) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        input.read_to_end(&mut bytes).map(|_| bytes)
    }

    #[test]
    fn compression_is_told_by_content_and_taken_off_once() {
        let folder = tempfile::tempdir().unwrap();
        let limits = ReadLimits::default();
        for &kind in Compression::ALL {
            let path = folder.path().join("a.jsonl");
            let inner = compress(Compression::Gzip, b"{}\n");
            fs::write(&path, compress(kind, &inner)).unwrap();
            assert_eq!(read_all(open(&path, &limits).unwrap()).unwrap(), inner, "{kind:?}");
            assert!(open(&path, &limits).unwrap().random_access().is_none());
            let head = sniff_head(&path, &limits).unwrap();
            assert_eq!((head.bytes, head.compression, head.name.as_str()), (inner, Some(kind), "a.jsonl"));
        }
        let path = folder.path().join("PLAIN.JSONL.GZ");
        fs::write(&path, "{}\n").unwrap();
        assert_eq!(read_all(open(&path, &limits).unwrap()).unwrap(), b"{}\n");
        let head = sniff_head(&path, &limits).unwrap();
        assert_eq!((head.compression, head.name.as_str(), head.size), (None, "plain.jsonl", 3));
    }

    #[test]
    fn names_lose_one_suffix_and_survive_any_bytes() {
        for (name, plain) in [
            (&b"a.JSONL.zst"[..], "a.jsonl"),
            (b"a.gz.gz", "a.gz"),
            (b"gz", "gz"),
            (b".gz", ".gz"),
            (b"caf\xe9%.XZ", "caf%e9%25"),
            (b"", ""),
        ] {
            assert_eq!(plain_name(Path::new(OsStr::from_bytes(name))), plain);
        }
    }

    #[test]
    fn the_head_of_a_damaged_file_is_what_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt.gz");
        let text = vec![b'x'; 10_000];
        let whole = compress(Compression::Gzip, &text);
        fs::write(&path, &whole).unwrap();
        assert_eq!(sniff_head(&path, &ReadLimits::default()).unwrap().bytes, text[..4096]);
        fs::write(&path, &whole[..whole.len() - 12]).unwrap();
        let head = sniff_head(&path, &ReadLimits::default()).unwrap();
        assert!(text.starts_with(&head.bytes) && head.compression == Some(Compression::Gzip));
    }

    #[test]
    fn the_expansion_limit_is_that_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bomb.gz");
        let bomb = compress(Compression::Gzip, &vec![0; 4 << 20]);
        fs::write(&path, &bomb).unwrap();
        let limits = ReadLimits { max_expansion: 300, ..ReadLimits::default() };
        let mut out = Vec::new();
        let error = open(&path, &limits).unwrap().read_to_end(&mut out).unwrap_err();
        assert_eq!(damage_of(error).unwrap().reason.code(), "expansion-limit");
        assert_eq!(out.len(), (bomb.len() * 300).max(1 << 20));
        let generous = ReadLimits { max_expansion: 2000, buffer: 0 };
        assert_eq!(read_all(open(&path, &generous).unwrap()).unwrap().len(), 4 << 20);
    }

    #[test]
    fn ranges_and_random_access_see_the_same_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        fs::write(&path, "0123456789").unwrap();
        let limits = ReadLimits { buffer: 3, ..ReadLimits::default() };
        let range = open_range(&path, ByteRange::new(2, 5), &limits).unwrap();
        assert!(range.random_access().is_none());
        assert_eq!(read_all(range).unwrap(), b"23456");
        let error = read_all(open_range(&path, ByteRange::new(8, 5), &limits).unwrap()).unwrap_err();
        assert!(error.to_string().contains("a.txt") && damage_of(error).is_err());

        let access = open(&path, &limits).unwrap().random_access().unwrap();
        let mut buffer = [0; 4];
        assert_eq!((access.length(), access.read_at(&mut buffer, 7).unwrap()), (10, 3));
        assert_eq!(&buffer[..3], b"789");
        assert_eq!(access.read_at(&mut buffer, 99).unwrap(), 0);
    }

    #[test]
    fn what_cannot_be_opened_is_named() {
        let folder = tempfile::tempdir().unwrap();
        for path in [folder.path().join("none"), folder.path().to_path_buf()] {
            let error = open(&path, &ReadLimits::default()).err().unwrap();
            assert_eq!(error.to_string(), format!("cannot read `{}`", path.display()));
        }
    }
}
