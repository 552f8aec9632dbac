//! A decompressed stream with a cap: good bytes first, then the damage.

use std::io::{self, Read};

use super::codec::{Codec, Compression, Event, Step};
use crate::rejection::{ReasonCode, Rejection};
use crate::stream::{RawInput, StreamDamage};

/// Decoded bytes that one call of a decompressor may give.
const OUTPUT_BUFFER: usize = 64 << 10;

/// Decompresses all members of a stream, one behind the other.
///
/// Every byte that was decoded before the content turned out bad is handed over first; from then on each `read` returns the same
/// [`StreamDamage`]. At most `max_output` bytes are handed over. How much of a damaged block the decompressors give before they
/// see the damage depends on the buffers of each call; so they always work from full input buffers into an output buffer of
/// one size, and where the damage lies and how it reads depend on the content alone, not on who reads how.
pub(super) struct Decoder<R> {
    source: R,
    codec: Box<dyn Codec>,
    buffer: Box<[u8]>,
    at: usize,
    filled: usize,
    decoded: Box<[u8]>,
    decoded_at: usize,
    decoded_end: usize,
    ended: bool,
    /// Between two members: the end of the input is the end of the stream.
    between: bool,
    output: u64,
    max_output: u64,
    fault: Option<Rejection>,
}

impl<R: Read> Decoder<R> {
    /// Decodes `source`, `buffer` compressed bytes at a time.
    pub fn new(source: R, compression: Compression, buffer: usize, max_output: u64) -> Self {
        Self {
            source,
            codec: compression.codec(),
            buffer: vec![0; buffer.max(1)].into_boxed_slice(),
            at: 0,
            filled: 0,
            decoded: vec![0; OUTPUT_BUFFER].into_boxed_slice(),
            decoded_at: 0,
            decoded_end: 0,
            ended: false,
            between: false,
            output: 0,
            max_output,
            fault: None,
        }
    }

    /// Fills the empty input buffer, to the brim unless the input ends.
    fn fill(&mut self) -> io::Result<()> {
        if self.at < self.filled {
            return Ok(());
        }
        (self.at, self.filled) = (0, 0);
        while self.filled < self.buffer.len() && !self.ended {
            match self.source.read(self.buffer.get_mut(self.filled..).unwrap_or_default()) {
                Ok(0) => self.ended = true,
                Ok(count) => self.filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn fail(&mut self, reason: ReasonCode, why: &str) {
        self.fault = Some(Rejection::new(reason, format!("after {} bytes of output: {why}", self.output)));
    }

    /// One step of the codec; at the cap it may show that more would come, but not what.
    fn step(&mut self) -> Step {
        let input = self.buffer.get(self.at..self.filled).unwrap_or_default();
        let room = usize::try_from(self.max_output - self.output).unwrap_or(usize::MAX).min(self.decoded.len());
        if room > 0 {
            return self.codec.step(input, &mut self.decoded[..room], self.ended);
        }
        let mut step = self.codec.step(input, &mut [0], self.ended);
        if step.produced > 0 {
            let why = "the output would pass the expansion limit".to_owned();
            step = Step { produced: 0, event: Event::Fault(ReasonCode::ExpansionLimit, why), ..step };
        }
        step
    }
}

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        loop {
            if self.decoded_at < self.decoded_end {
                let ready = &self.decoded[self.decoded_at..self.decoded_end];
                let count = ready.len().min(out.len());
                out[..count].copy_from_slice(&ready[..count]);
                self.decoded_at += count;
                return Ok(count);
            }
            if let Some(fault) = &self.fault {
                return Err(StreamDamage::into_io(fault.clone()));
            }
            self.fill()?;
            let dry = self.at == self.filled;
            if self.between {
                if dry {
                    return Ok(0);
                }
                self.codec.restart();
                self.between = false;
            }
            let step = self.step();
            self.at += step.consumed;
            self.output += step.produced as u64;
            match step.event {
                Event::Fault(reason, why) => self.fail(reason, &why),
                Event::MemberEnd => self.between = true,
                Event::Going if step.produced == 0 && dry && self.ended => {
                    self.fail(ReasonCode::DamagedStream, "the compressed stream ends too early");
                }
                Event::Going if step.produced == 0 && step.consumed == 0 && !dry => {
                    self.fail(ReasonCode::DamagedStream, "the decoder makes no progress");
                }
                Event::Going => {}
            }
            (self.decoded_at, self.decoded_end) = (0, step.produced);
        }
    }
}

impl<R: Read> RawInput for Decoder<R> {}

#[cfg(test)]
pub(super) mod tests {
    use std::io::{Cursor, Write};

    use proptest::prelude::*;

    use super::*;
    use crate::stream::damage_of;

    /// One member, compressed.
    pub fn compress(kind: Compression, bytes: &[u8]) -> Vec<u8> {
        match kind {
            Compression::Gzip => {
                let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
                out.write_all(bytes).unwrap();
                out.finish().unwrap()
            }
            Compression::Zstd => {
                let mut out = zstd::Encoder::new(Vec::new(), 3).unwrap();
                out.include_checksum(true).unwrap();
                out.write_all(bytes).unwrap();
                out.finish().unwrap()
            }
            Compression::Bzip2 => {
                let mut out = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
                out.write_all(bytes).unwrap();
                out.finish().unwrap()
            }
            Compression::Xz => {
                let mut out = liblzma::write::XzEncoder::new(Vec::new(), 1);
                out.write_all(bytes).unwrap();
                out.finish().unwrap()
            }
        }
    }

    /// Reads to the end in pieces of `piece` bytes: what came out, and the damage.
    fn drain(mut input: impl Read, piece: usize) -> (Vec<u8>, Option<Rejection>) {
        let (mut out, mut buffer) = (Vec::new(), vec![0; piece]);
        loop {
            match input.read(&mut buffer) {
                Ok(0) => return (out, None),
                Ok(count) => out.extend_from_slice(&buffer[..count]),
                Err(error) => {
                    let damage = damage_of(error).expect("only the content can be at fault");
                    let again = damage_of(input.read(&mut buffer).unwrap_err()).unwrap();
                    assert_eq!(again, damage, "damage stays");
                    return (out, Some(damage));
                }
            }
        }
    }

    fn decode(kind: Compression, compressed: &[u8], buffer: usize, piece: usize) -> (Vec<u8>, Option<Rejection>) {
        drain(Decoder::new(Cursor::new(compressed), kind, buffer, u64::MAX), piece)
    }

    /// Text without long repetitions, so that every codec has something to store.
    fn sample(length: usize) -> Vec<u8> {
        let mut state = 7_u32;
        let mut letter = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            b"etaoin shrdlu\n"[(state >> 16) as usize % 14]
        };
        (0..length).map(|_| letter()).collect()
    }

    #[test]
    fn a_stream_cut_anywhere_gives_its_beginning_and_one_damage() {
        let text = sample(600);
        for &kind in Compression::ALL {
            let whole = compress(kind, &text);
            assert_eq!(decode(kind, &whole, 4096, 4096), (text.clone(), None), "{kind:?}");
            for cut in 1..whole.len() {
                let (out, damage) = decode(kind, &whole[..cut], 4096, 4096);
                assert!(text.starts_with(&out), "{kind:?} cut at {cut}");
                let damage = damage.unwrap_or_else(|| panic!("{kind:?} cut at {cut} went unseen"));
                assert_eq!(damage.reason, ReasonCode::DamagedStream);
                assert_eq!(
                    damage.detail,
                    format!("after {} bytes of output: the compressed stream ends too early", out.len())
                );
                assert_eq!(decode(kind, &whole[..cut], 3, 5), (out, Some(damage)), "{kind:?} cut at {cut}, in pieces");
            }
        }
    }

    #[test]
    fn members_one_behind_the_other_are_all_read() {
        let (a, b) = (sample(300), sample(50_000));
        let expected = [&a[..], &b, &a].concat();
        for &kind in Compression::ALL {
            let file = [compress(kind, &a), compress(kind, &b), compress(kind, b""), compress(kind, &a)].concat();
            for (buffer, piece) in [(1, 4096), (7, 1), (65_536, 65_536)] {
                assert_eq!(decode(kind, &file, buffer, piece), (expected.clone(), None), "{kind:?} {buffer} {piece}");
            }
        }
    }

    #[test]
    fn content_behind_the_end_is_damage_and_padding_is_not() {
        let text = sample(300);
        for &kind in Compression::ALL {
            for garbage in [&b"garbage"[..], b"\0\0\0\0x", b"{"] {
                let file = [&compress(kind, &text), garbage].concat();
                for buffer in [1, 4096] {
                    let (out, damage) = decode(kind, &file, buffer, 4096);
                    assert_eq!(out, text, "{kind:?}");
                    assert_eq!(damage.map(|damage| damage.reason), Some(ReasonCode::DamagedStream), "{kind:?}");
                }
            }
        }
        for kind in [Compression::Gzip, Compression::Xz] {
            let file = [compress(kind, &text), vec![0; 512]].concat();
            assert_eq!(decode(kind, &file, 100, 4096), (text.clone(), None), "{kind:?}");
        }
    }

    #[test]
    fn a_bomb_stops_at_the_limit_to_the_byte() {
        let text = vec![b'a'; 3 << 20];
        for &kind in Compression::ALL {
            let bomb = compress(kind, &text);
            for (buffer, piece) in [(64, 1 << 16), (4096, 1000)] {
                let limited = |limit| drain(Decoder::new(Cursor::new(&bomb), kind, buffer, limit), piece);
                let (out, damage) = limited(1 << 20);
                assert_eq!(out.len(), 1 << 20, "{kind:?}");
                assert_eq!(damage.map(|damage| damage.reason), Some(ReasonCode::ExpansionLimit), "{kind:?}");
                let (out, damage) = limited(3 << 20);
                assert_eq!((out.len(), damage), (3 << 20, None), "{kind:?}: a stream that ends at the limit is whole");
            }
        }
    }

    #[test]
    fn a_zstd_window_beyond_the_limit_is_refused() {
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
        encoder.window_log(28).unwrap();
        encoder.write_all(b"small, but announced as large").unwrap();
        let (out, damage) = decode(Compression::Zstd, &encoder.finish().unwrap(), 4096, 4096);
        assert!(out.is_empty());
        assert_eq!(damage.map(|damage| damage.reason), Some(ReasonCode::ExpansionLimit));
    }

    #[test]
    fn an_xz_dictionary_of_64_mib_passes_and_a_larger_one_is_refused() {
        use liblzma::stream::{Check, Filters, LzmaOptions, Stream};
        let encode = |dictionary: u32| {
            let mut options = LzmaOptions::new_preset(0).unwrap();
            options.dict_size(dictionary);
            let stream = Stream::new_stream_encoder(Filters::new().lzma2(&options), Check::Crc64).unwrap();
            let mut out = liblzma::write::XzEncoder::new_stream(Vec::new(), stream);
            out.write_all(b"text").unwrap();
            out.finish().unwrap()
        };
        assert_eq!(decode(Compression::Xz, &encode(64 << 20), 4096, 4096), (b"text".to_vec(), None));
        let (_, damage) = decode(Compression::Xz, &encode(256 << 20), 4096, 4096);
        assert_eq!(damage.map(|damage| damage.reason), Some(ReasonCode::ExpansionLimit));
    }

    /// Gives at most so many bytes a read, as pipes and network mounts do.
    struct Short<'a>(&'a [u8], usize);

    impl Read for Short<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let room = self.1.min(out.len());
            self.0.read(&mut out[..room])
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        /// Corruption is never a refusal of the system, never a panic, and is told alike whatever the buffers.
        #[test]
        fn flipped_bytes_are_damage_or_harmless(
            kind in 0..4_usize, at in any::<prop::sample::Index>(), mask in 1..=255_u8,
            short in 1..300_usize, piece in 1..300_usize,
        ) {
            let kind = Compression::ALL[kind];
            let mut file = [compress(kind, &sample(200)), compress(kind, &sample(400))].concat();
            let at = at.index(file.len());
            file[at] ^= mask;
            let whole = drain(Decoder::new(Cursor::new(&file), kind, 1 << 16, 1 << 20), 1 << 16);
            let pieces = drain(Decoder::new(Short(&file, short), kind, 1 << 16, 1 << 20), piece);
            prop_assert_eq!(whole, pieces);
        }

        #[test]
        fn arbitrary_bytes_never_panic(kind in 0..4_usize, bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let kind = Compression::ALL[kind];
            let file = [&compress(kind, b"x")[..6], &bytes].concat();
            drain(Decoder::new(Cursor::new(&file), kind, 64, 1 << 20), 64);
        }
    }
}
