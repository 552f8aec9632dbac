//! Parquet files: each row is read as the JSON line it stands for.

use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::reader::{ChunkReader, Length};

use crate::error::{Error, Result};
use crate::kernels::sha256::Digest;
use crate::origin::ByteRange;
use crate::readers::build_record::JsonRecords;
use crate::readers::parquet_rows::{JsonRows, RowForm};
use crate::readers::tiling::Tiling;
use crate::readers::{Layout, ReadContext, Reader, TileSink};
use crate::rejection::{RawBytes, ReasonCode, Rejection};
use crate::stream::{RawInput, ReadAt, damage_of};

/// Longest file in bytes that is read without random access, because it must be held in memory.
pub const MAX_BUFFERED: u64 = 256 << 20;

/// Bytes of a batch aimed at, by the average size of a row of its row group; the same as everywhere between stages.
const BATCH_BYTES: i64 = 4 << 20;

/// The reader of Parquet.
#[derive(Debug)]
pub struct Parquet;

impl Reader for Parquet {
    fn name(&self) -> &'static str {
        "parquet"
    }

    fn documentation(&self) -> &'static str {
        "Apache Parquet, row by row. The decoded stream is defined as the JSON lines of the rows: compact JSON, the columns that \
         are not null in their order, strings unescaped where JSON allows, instants in RFC 3339 and UTC, local times without \
         zone, decimals as numbers, bytes as text when they are UTF-8, else as hexadecimal digits, nested values as JSON; \
         offsets, lengths and digests are those of these lines. A file that cannot be read is one rejected record of length \
         0, a row group that cannot be decoded is one from its first bad batch on. Without random access (a compressed file) \
         at most 256 MiB are read. The decoder may panic on hostile files; the panic is caught and becomes a rejected record."
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["parquet", "pq"]
    }

    fn sniff(&self, head: &[u8]) -> bool {
        head.starts_with(b"PAR1")
    }

    fn layout(&self) -> Layout {
        Layout::Stream
    }

    fn read(&self, input: &mut dyn RawInput, context: &ReadContext<'_>, sink: &mut dyn TileSink) -> Result<()> {
        let mut tiling = Tiling::new(context, sink);
        let mut records = JsonRecords::default();
        each_batch((input, context), RowForm::Stated, &mut |batch| match batch {
            Ok(rows) => hand_over(rows, &mut records, &mut tiling),
            Err(rejection) => damaged(rejection, &mut tiling),
        })
    }
}

/// Takes a row, or why there is none.
pub type RowSink<'s> = dyn FnMut(std::result::Result<&[u8], Rejection>) -> Result<()> + 's;

/// Hands over every row of a file as one line of JSON, in the form of the JSON Lines of a dataset, and what cannot be read.
///
/// A file that cannot be read is one rejection, a row group that cannot be decoded is one from its first bad batch on.
///
/// # Errors
/// When the operating system refuses a read (its error names `file_name`), or `take` fails.
pub fn each_row(input: &mut dyn RawInput, file_name: &str, take: &mut RowSink<'_>) -> Result<()> {
    let context = ReadContext {
        base: 0,
        max_record: u64::MAX,
        file_name,
        declared_fields: &[],
        own_keys: &[],
        fallback_encodings: &[],
        facts: &[],
    };
    each_batch((input, &context), RowForm::Complete, &mut |batch| match batch {
        Ok(rows) => rows.lines().try_for_each(|line| take(Ok(line))),
        Err(rejection) => take(Err(rejection)),
    })
}

fn each_batch(
    (input, context): (&mut dyn RawInput, &ReadContext<'_>),
    form: RowForm,
    take: &mut dyn FnMut(std::result::Result<&JsonRows, Rejection>) -> Result<()>,
) -> Result<()> {
    let source = match open(input, context)? {
        Ok(source) => source,
        Err(rejection) => return take(Err(rejection)),
    };
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let metadata = match source.guarded(context, || ArrowReaderMetadata::load(&source, options))? {
        Ok(metadata) => metadata,
        Err(rejection) => return take(Err(rejection)),
    };
    let mut rows = JsonRows::of(form);
    for group in 0..metadata.metadata().num_row_groups() {
        let built = source.guarded(context, || row_group(&source, &metadata, group))?;
        let mut reader = match built {
            Ok(reader) => reader,
            Err(rejection) => {
                take(Err(rejection))?;
                continue;
            }
        };
        loop {
            let next = source.guarded(context, || match reader.next() {
                None => Ok(false),
                Some(batch) => rows.write(&batch?).map(|()| true).map_err(ParquetError::from),
            })?;
            match next {
                Ok(true) => take(Ok(&rows))?,
                Ok(false) => break,
                Err(rejection) => {
                    take(Err(rejection))?;
                    break;
                }
            }
        }
    }
    Ok(())
}

fn row_group(source: &Source, metadata: &ArrowReaderMetadata, group: usize) -> ParquetResult<ParquetRecordBatchReader> {
    let described = metadata.metadata().row_group(group);
    let row_bytes = described.total_byte_size().max(1) / described.num_rows().max(1);
    let batch = usize::try_from(BATCH_BYTES / row_bytes.max(1)).unwrap_or(1).clamp(1, 1024);
    ParquetRecordBatchReaderBuilder::new_with_metadata(source.clone(), metadata.clone())
        .with_row_groups(vec![group])
        .with_batch_size(batch)
        .build()
}

/// Hands over the rows of a batch, each as its line.
fn hand_over(rows: &JsonRows, records: &mut JsonRecords, tiling: &mut Tiling<'_>) -> Result<()> {
    for line in rows.lines() {
        let offset = tiling.next_offset();
        if line.len() as u64 > tiling.context.max_record {
            let detail = format!("{} bytes, at most {} are allowed", line.len(), tiling.context.max_record);
            let raw = RawBytes::Digest(Digest::of(line).0);
            let range = ByteRange::new(offset, line.len() as u64);
            tiling.damage(range, raw, Rejection::new(ReasonCode::RecordTooLarge, detail))?;
        } else {
            records.read(line, offset, tiling)?;
        }
        let line_end = tiling.next_offset() + 1;
        tiling.framing_to(line_end)?;
    }
    Ok(())
}

fn damaged(rejection: Rejection, tiling: &mut Tiling<'_>) -> Result<()> {
    tiling.damage(ByteRange::new(tiling.next_offset(), 0), RawBytes::Bytes(&[]), rejection)
}

/// Random access to the input, or all of it in memory.
fn open(input: &mut dyn RawInput, context: &ReadContext<'_>) -> Result<std::result::Result<Source, Rejection>> {
    if let Some(file) = input.random_access() {
        return Ok(Ok(Source { file, failure: Arc::default() }));
    }
    let mut whole = Vec::new();
    match input.take(MAX_BUFFERED + 1).read_to_end(&mut whole) {
        Ok(_) if whole.len() as u64 > MAX_BUFFERED => {
            let detail = format!("a compressed Parquet file of more than {MAX_BUFFERED} bytes cannot be read");
            Ok(Err(Rejection::new(ReasonCode::RecordTooLarge, detail)))
        }
        Ok(_) => Ok(Ok(Source { file: Arc::new(InMemory(whole)), failure: Arc::default() })),
        Err(error) => match damage_of(error) {
            Ok(rejection) => Ok(Err(rejection)),
            Err(error) => Err(Error::io("read", Path::new(context.file_name), error)),
        },
    }
}

struct InMemory(Vec<u8>);

impl ReadAt for InMemory {
    fn length(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.0.len());
        self.0.get(start..).unwrap_or_default().read(buffer)
    }
}

/// A file as the decoder wants it; remembers what the operating system refused, which the decoder would blame on the content.
#[derive(Clone)]
struct Source {
    file: Arc<dyn ReadAt>,
    failure: Arc<Mutex<Option<io::Error>>>,
}

impl Source {
    /// Runs the decoder; its errors and panics become rejections.
    ///
    /// # Errors
    /// When the operating system refused a read meanwhile.
    fn guarded<T>(
        &self,
        context: &ReadContext<'_>,
        decode: impl FnOnce() -> ParquetResult<T>,
    ) -> Result<std::result::Result<T, Rejection>> {
        // What a panic leaves half done is the decoder's and its rows', and neither is used after a rejection.
        let outcome = catch_unwind(AssertUnwindSafe(decode));
        let failure = self.failure.lock().map_or(None, |mut failure| failure.take());
        if let Some(error) = failure {
            return match damage_of(error) {
                Ok(rejection) => Ok(Err(rejection)),
                Err(error) => Err(Error::io("read", Path::new(context.file_name), error)),
            };
        }
        let detail = match outcome {
            Ok(Ok(value)) => return Ok(Ok(value)),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "the Parquet decoder gave up on a broken file".to_owned(),
        };
        Ok(Err(Rejection::new(ReasonCode::DamagedStream, detail)))
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> ParquetResult<()> {
        let mut done = 0;
        while done < buffer.len() {
            let room = buffer.get_mut(done..).unwrap_or_default();
            match self.file.read_at(room, offset + done as u64) {
                Ok(0) => return Err(ParquetError::EOF("the file ends before the range that it names".to_owned())),
                Ok(count) => done += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let message = error.to_string();
                    if let Ok(mut failure) = self.failure.lock() {
                        *failure = Some(error);
                    }
                    return Err(ParquetError::General(message));
                }
            }
        }
        Ok(())
    }
}

impl Length for Source {
    fn len(&self) -> u64 {
        self.file.length()
    }
}

impl ChunkReader for Source {
    type T = io::BufReader<Tail>;

    fn get_read(&self, start: u64) -> ParquetResult<Self::T> {
        Ok(io::BufReader::new(Tail { source: self.clone(), at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        // A hostile file may name any length: nothing is reserved beyond what is there.
        if start.checked_add(length as u64).is_none_or(|end| end > self.len()) {
            return Err(ParquetError::EOF("the file ends before the range that it names".to_owned()));
        }
        let mut buffer = vec![0; length];
        self.read_exact_at(&mut buffer, start)?;
        Ok(buffer.into())
    }
}

/// Reads from a place to the end.
struct Tail {
    source: Source,
    at: u64,
}

impl Read for Tail {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.source.len().saturating_sub(self.at)).unwrap_or(usize::MAX);
        let count = buffer.len().min(left);
        let room = buffer.get_mut(..count).unwrap_or_default();
        self.source.read_exact_at(room, self.at).map_err(io::Error::other)?;
        self.at += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{
        ArrayRef, BinaryArray, Date32Array, Decimal128Array, Float64Array, Int64Array, ListArray, RecordBatch,
        StringArray, StructArray, TimestampMicrosecondArray,
    };
    use arrow::datatypes::Int64Type;
    use proptest::prelude::*;

    use super::*;
    use crate::readers::laws::{Seen, assert_tiled, read_all};

    fn file(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
        let batch = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, c)| (n, c, true))).unwrap();
        let mut out = Vec::new();
        let mut writer = parquet::arrow::ArrowWriter::try_new(&mut out, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        out
    }

    fn sample() -> Vec<u8> {
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None]));
        let times = TimestampMicrosecondArray::from(vec![Some(1_700_000_000_500_000), Some(0)]);
        file(vec![
            ("text", Arc::new(StringArray::from(vec![Some("a \"é\"\n"), None]))),
            ("date", Arc::new(times.clone().with_timezone("UTC"))),
            ("local", Arc::new(times)),
            ("day", Arc::new(Date32Array::from(vec![Some(20_000), None]))),
            (
                "tags",
                Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(vec![Some(vec![Some(1), None]), None])),
            ),
            ("meta", Arc::new(StructArray::try_from(vec![("n", numbers)]).unwrap())),
            ("price", Arc::new(Decimal128Array::from(vec![Some(1250), None]).with_precision_and_scale(9, 2).unwrap())),
            ("x", Arc::new(Float64Array::from(vec![Some(0.1), Some(f64::NAN)]))),
            ("raw", Arc::new(BinaryArray::from(vec![Some(&b"ok"[..]), Some(b"\xff\x00")]))),
        ])
    }

    #[test]
    fn a_row_is_its_json_line() {
        let seen = read_all(&Parquet, &sample(), 1000);
        let first = r#"{"text":"a \"é\"\n","date":"2023-11-14T22:13:20.5Z","local":"2023-11-14T22:13:20.5","day":"2024-10-04","tags":[1,null],"meta":{"n":1},"price":12.50,"x":0.1,"raw":"ok"}"#;
        let second = r#"{"date":"1970-01-01T00:00:00Z","local":"1970-01-01T00:00:00","meta":{},"raw":"ff00"}"#;
        let Seen::Record { bytes, text, .. } = &seen[0] else { panic!("{seen:?}") };
        assert_eq!((String::from_utf8_lossy(bytes).as_ref(), text.as_str()), (first, "a \"é\"\n"));
        let Seen::Damage { bytes: Ok(bytes), rejection, .. } = &seen[2] else { panic!("{seen:?}") };
        assert_eq!((String::from_utf8_lossy(bytes).as_ref(), rejection.reason), (second, ReasonCode::MissingText));
        let stream = format!("{first}\n{second}\n");
        assert_tiled(&seen, stream.as_bytes(), stream.len() as u64);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_one_damage() {
        for bytes in [&b""[..], b"PAR1", b"PAR1xxxxPAR1", &sample()[..100]] {
            let seen = read_all(&Parquet, bytes, 1000);
            assert!(matches!(&seen[..], [Seen::Damage { range: ByteRange { offset: 0, length: 0 }, .. }]), "{seen:?}");
        }
    }

    proptest! {
        #[test]
        fn broken_files_are_tiled(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
            let mut bytes = sample();
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            let seen = read_all(&Parquet, &bytes, 1000);
            let end = seen.last().map_or(0, |tile| tile.range().end());
            assert_tiled(&seen, &[], end);
        }
    }
}
