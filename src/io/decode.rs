//! A decompressed stream with a cap: good bytes first, then the damage.

use std::io::{self, Read};

use super::codec::{Codec, Compression, Event, Step};
use crate::rejection::{ReasonCode, Rejection};
use crate::stream::{RawInput, StreamDamage};

/// Decompresses all members of a stream, one behind the other.
///
/// Every byte that was decoded before the content turned out bad is handed over first; from then on each `read` returns the same
/// [`StreamDamage`]. At most `max_output` bytes are handed over. Where the damage lies and how it reads depend on the content
/// alone, not on the size of buffers.
pub(super) struct Decoder<R> {
    source: R,
    codec: Box<dyn Codec>,
    buffer: Box<[u8]>,
    at: usize,
    filled: usize,
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
            ended: false,
            between: false,
            output: 0,
            max_output,
            fault: None,
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        while self.at == self.filled && !self.ended {
            match self.source.read(&mut self.buffer) {
                Ok(0) => self.ended = true,
                Ok(count) => (self.at, self.filled) = (0, count),
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
    fn step(&mut self, out: &mut [u8]) -> Step {
        let input = self.buffer.get(self.at..self.filled).unwrap_or_default();
        let room = usize::try_from(self.max_output - self.output).unwrap_or(usize::MAX).min(out.len());
        if room > 0 {
            return self.codec.step(input, &mut out[..room], self.ended);
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
            let step = self.step(out);
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
            if step.produced > 0 {
                return Ok(step.produced);
            }
        }
    }
}

impl<R: Read> RawInput for Decoder<R> {}
