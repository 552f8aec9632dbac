//! The four decompressors behind one sans-I/O interface: bytes in, bytes out, and an event.

use bzip2::Decompress as BzDecompress;
use flate2::{Decompress as GzDecompress, FlushDecompress};
use liblzma::stream::{Action, CONCATENATED, Error as XzError, Status as XzStatus, Stream as XzStream};
use zstd::zstd_safe::zstd_sys::ZSTD_ErrorCode::ZSTD_error_frameParameter_windowTooLarge as WINDOW_TOO_LARGE;
use zstd::zstd_safe::{DCtx, DParameter, InBuffer, OutBuffer, get_error_name, is_error_kind};

use crate::rejection::ReasonCode;

/// Largest zstd window, as a power of two: 128 MiB, what `zstd -d` takes without `--long`.
const ZSTD_WINDOW_LOG_MAX: u32 = 27;
/// Memory of the xz decoder: a dictionary of 64 MiB (`xz -9`) and room for its state.
const XZ_MEMORY: u64 = 68 << 20;
/// Size of a block header, RFC 8878 section 3.1.1.2.
const ZSTD_BLOCK_HEADER: usize = 3;

/// A compression format, told by its first bytes alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// gzip, RFC 1952.
    Gzip,
    /// Zstandard, RFC 8878, skippable frames included.
    Zstd,
    /// bzip2.
    Bzip2,
    /// xz.
    Xz,
}

impl Compression {
    /// Every format.
    pub const ALL: &'static [Self] = &[Self::Gzip, Self::Zstd, Self::Bzip2, Self::Xz];

    /// Number of bytes that [`Compression::detect`] wants to see.
    pub(super) const MAGIC_LEN: usize = 10;

    /// Name, as in messages and manifests.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
        }
    }

    /// File name suffix, without dot.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Gzip => "gz",
            Self::Zstd => "zst",
            Self::Bzip2 => "bz2",
            Self::Xz => "xz",
        }
    }

    /// The format of a file that begins with `head`.
    ///
    /// The magic of bzip2 is four letters that a text could begin with, so the magic of its first block (or of its end) is
    /// asked for as well. Skippable frames may open a zstd file (pzstd writes them).
    pub(super) fn detect(head: &[u8]) -> Option<Self> {
        const BLOCK: [u8; 6] = [0x31, 0x41, 0x59, 0x26, 0x53, 0x59];
        const END: [u8; 6] = [0x17, 0x72, 0x45, 0x38, 0x50, 0x90];
        match head {
            [0x1f, 0x8b, 0x08, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            [b'B', b'Z', b'h', b'1'..=b'9', rest @ ..] if rest.starts_with(&BLOCK) || rest.starts_with(&END) => {
                Some(Self::Bzip2)
            }
            _ => None,
        }
    }

    /// A decompressor at the start of a stream.
    pub(super) fn codec(self) -> Box<dyn Codec> {
        match self {
            Self::Gzip => Box::new(Gzip { inner: GzDecompress::new_gzip(15), state: GzState::First }),
            Self::Zstd => Box::new(Zstd::new()),
            Self::Bzip2 => Box::new(Bzip2 { inner: BzDecompress::new(false) }),
            Self::Xz => Box::new(Xz { inner: None }),
        }
    }
}

/// What came out of a step besides bytes.
#[derive(Debug)]
pub(super) enum Event {
    /// More may come, with more input or more room.
    Going,
    /// A member (frame, stream) is complete.
    MemberEnd,
    /// The content cannot be decoded from here on; the bytes produced in the same step are good.
    Fault(ReasonCode, String),
}

/// The outcome of one step.
#[derive(Debug)]
pub(super) struct Step {
    pub consumed: usize,
    pub produced: usize,
    pub event: Event,
}

/// A decompressor. A step without progress means that it wants input; at the end of the input that is truncation.
pub(super) trait Codec: Send {
    /// Decodes from `input` into `output`, which is not empty; `last` says that no input will follow.
    fn step(&mut self, input: &[u8], output: &mut [u8], last: bool) -> Step;

    /// Makes ready for the next member; called only when input follows the end of one.
    fn restart(&mut self);
}

fn corrupt(codec: &str, why: &str) -> Event {
    Event::Fault(ReasonCode::DamagedStream, format!("corrupt {codec} data ({why})"))
}

enum GzState {
    First,
    Later,
    Padding,
}

struct Gzip {
    inner: GzDecompress,
    state: GzState,
}

impl Codec for Gzip {
    fn step(&mut self, input: &[u8], output: &mut [u8], last: bool) -> Step {
        // Zeros behind the last member are padding of tapes and block devices, which gzip(1) takes without complaint.
        if matches!(self.state, GzState::Later) && self.inner.total_in() == 0 && input.first() == Some(&0) {
            self.state = GzState::Padding;
        }
        if matches!(self.state, GzState::Padding) {
            let zeros = input.iter().take_while(|byte| **byte == 0).count();
            let event = match (input.len() > zeros, last) {
                (true, _) => corrupt("gzip", "content behind the padding"),
                (false, true) => Event::MemberEnd,
                (false, false) => Event::Going,
            };
            return Step { consumed: zeros, produced: 0, event };
        }
        let before = (self.inner.total_in(), self.inner.total_out());
        let event = match self.inner.decompress(input, output, FlushDecompress::None) {
            Ok(flate2::Status::StreamEnd) => Event::MemberEnd,
            Ok(flate2::Status::Ok | flate2::Status::BufError) => Event::Going,
            // What zlib says of it depends on where the buffers ended.
            Err(_) => corrupt("gzip", "invalid block or checksum"),
        };
        Step {
            consumed: (self.inner.total_in() - before.0) as usize,
            produced: (self.inner.total_out() - before.1) as usize,
            event,
        }
    }

    fn restart(&mut self) {
        self.inner = GzDecompress::new_gzip(15);
        self.state = GzState::Later;
    }
}

struct Zstd {
    inner: DCtx<'static>,
    /// How many bytes the decoder wants next.
    hint: usize,
    /// The last step filled its output, so decoded bytes may wait inside.
    flush: bool,
}

impl Zstd {
    fn new() -> Self {
        let mut inner = DCtx::create();
        inner
            .set_parameter(DParameter::WindowLogMax(ZSTD_WINDOW_LOG_MAX))
            .expect("law: the window limit lies in the range of zstd");
        Self { inner, hint: 0, flush: false }
    }

    fn call(&mut self, input: &[u8], output: &mut [u8]) -> Step {
        let room = output.len();
        let mut source = InBuffer::around(input);
        let mut sink = OutBuffer::around(output);
        let result = self.inner.decompress_stream(&mut sink, &mut source);
        let (consumed, produced) = (source.pos(), sink.pos());
        self.flush = produced == room;
        let event = match result {
            Ok(0) => {
                (self.hint, self.flush) = (0, false);
                Event::MemberEnd
            }
            Ok(hint) => {
                self.hint = hint;
                Event::Going
            }
            Err(code) if is_error_kind(code, WINDOW_TOO_LARGE) => Event::Fault(
                ReasonCode::ExpansionLimit,
                format!("the zstd window is larger than {} MiB", 1 << (ZSTD_WINDOW_LOG_MAX - 20)),
            ),
            Err(code) => corrupt("zstd", get_error_name(code)),
        };
        Step { consumed, produced, event }
    }
}

impl Codec for Zstd {
    /// libzstd forgets what a call has put out when the same call meets corrupt data. So no call may both put out a block and
    /// look at what follows it: waiting bytes are flushed without input, and input is fed block by block, never with the
    /// header of the next block.
    fn step(&mut self, input: &[u8], output: &mut [u8], _last: bool) -> Step {
        if self.flush {
            let step = self.call(&[], output);
            if step.produced > 0 || !matches!(step.event, Event::Going) {
                return step;
            }
        }
        if input.is_empty() {
            return Step { consumed: 0, produced: 0, event: Event::Going };
        }
        let wanted = if self.hint > ZSTD_BLOCK_HEADER { self.hint - ZSTD_BLOCK_HEADER } else { self.hint.max(1) };
        self.call(input.get(..wanted).unwrap_or(input), output)
    }

    fn restart(&mut self) {}
}

struct Bzip2 {
    inner: BzDecompress,
}

impl Codec for Bzip2 {
    fn step(&mut self, input: &[u8], output: &mut [u8], _last: bool) -> Step {
        let before = (self.inner.total_in(), self.inner.total_out());
        let event = match self.inner.decompress(input, output) {
            Ok(bzip2::Status::StreamEnd) => Event::MemberEnd,
            Ok(_) => Event::Going,
            Err(bzip2::Error::DataMagic) => corrupt("bzip2", "no stream header"),
            Err(_) => corrupt("bzip2", "invalid block or checksum"),
        };
        Step {
            consumed: (self.inner.total_in() - before.0) as usize,
            produced: (self.inner.total_out() - before.1) as usize,
            event,
        }
    }

    fn restart(&mut self) {
        self.inner = BzDecompress::new(false);
    }
}

struct Xz {
    inner: Option<XzStream>,
}

impl Codec for Xz {
    /// liblzma itself goes through concatenated streams and their padding.
    fn step(&mut self, input: &[u8], output: &mut [u8], last: bool) -> Step {
        if self.inner.is_none() {
            match XzStream::new_stream_decoder(XZ_MEMORY, CONCATENATED) {
                Ok(stream) => self.inner = Some(stream),
                Err(error) => return Step { consumed: 0, produced: 0, event: corrupt("xz", &error.to_string()) },
            }
        }
        let stream = self.inner.as_mut().expect("law: the stream was made above");
        let before = (stream.total_in(), stream.total_out());
        let action = if last { Action::Finish } else { Action::Run };
        let event = match stream.process(input, output, action) {
            Ok(XzStatus::StreamEnd) => Event::MemberEnd,
            Ok(_) => Event::Going,
            Err(XzError::MemLimit) => Event::Fault(
                ReasonCode::ExpansionLimit,
                format!("the xz decoder would need more than {} MiB", XZ_MEMORY >> 20),
            ),
            Err(error) => corrupt("xz", &error.to_string()),
        };
        Step {
            consumed: (stream.total_in() - before.0) as usize,
            produced: (stream.total_out() - before.1) as usize,
            event,
        }
    }

    fn restart(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_magic_and_texts_are_left_alone() {
        assert_eq!(Compression::detect(b"\x1f\x8b\x08\0"), Some(Compression::Gzip));
        assert_eq!(Compression::detect(b"\x28\xb5\x2f\xfd"), Some(Compression::Zstd));
        assert_eq!(Compression::detect(b"\x5a\x2a\x4d\x18"), Some(Compression::Zstd));
        assert_eq!(Compression::detect(b"\xfd7zXZ\0"), Some(Compression::Xz));
        assert_eq!(Compression::detect(b"BZh91AY&SY"), Some(Compression::Bzip2));
        assert_eq!(Compression::detect(b"BZh9\x17\x72\x45\x38\x50\x90"), Some(Compression::Bzip2));
        for text in [&b""[..], b"B", b"BZh9 is a name", b"PK\x03\x04", b"{\"a\":1}", b"\x1f\x8b\x07"] {
            assert_eq!(Compression::detect(text), None);
        }
    }
}
