//! JSON lines: all keys in table order, `null` for absent, UTF-8 as it is.
//!
//! Dates are `YYYY-MM-DD`, instants have six digits of fraction and `Z`, floats are rounded to six decimals and written in their
//! shortest form with a decimal point, so that a column of whole floats does not look like integers.

use std::io::{self, Write};
use std::ops::Range;

use arrow::array::RecordBatch;

use super::dataset_digest::{DatasetDigest, NOT_DIGESTED};
use super::{JsonlCompression, Output, TableWriter, Writer, WriterOptions, Written, cannot_write, exported_cells};
use crate::columns::cells::Cells;
use crate::columns::{Column, Table};
use crate::error::{Error, Result};
use crate::kernels::escape_json::push_json_string;
use crate::kernels::format_time::{push_date, push_timestamp};
use crate::kernels::round_float::round_float;

/// Lines are handed to the output when this many bytes have gathered.
const FLUSH_BYTES: usize = 256 << 10;

/// JSON lines.
#[derive(Clone, Copy, Debug)]
pub struct Jsonl;

impl Writer for Jsonl {
    fn name(&self) -> &'static str {
        "jsonl"
    }

    fn documentation(&self) -> &'static str {
        "JSON lines in UTF-8: every key in every line, in the order of the table, `null` for absent values."
    }

    fn extension(&self, options: &WriterOptions) -> &'static str {
        match options.jsonl_compression {
            JsonlCompression::None => "jsonl",
            JsonlCompression::Zstd => "jsonl.zst",
        }
    }

    fn open<'w>(
        &self,
        output: Output<'w>,
        table: &Table,
        options: &WriterOptions,
    ) -> Result<Box<dyn TableWriter + 'w>> {
        Ok(Box::new(JsonlWriter::new(output, table).with_compression(options.jsonl_compression, options.zstd_level)?))
    }
}

/// Writes rows as JSON lines and sums their digests.
///
/// Over [`io::sink`] it only sums. How rows are spread over calls of [`TableWriter::write`] does not change a byte.
pub struct JsonlWriter<W: Write> {
    output: Compressed<W>,
    table: Table,
    encoder: LineEncoder,
    buffer: Vec<u8>,
    digest: DatasetDigest,
}

enum Compressed<W: Write> {
    Plain(W),
    Zstd(zstd::Encoder<'static, W>),
}

impl<W: Write> JsonlWriter<W> {
    /// Starts a file without compression.
    pub fn new(output: W, table: &Table) -> Self {
        Self {
            output: Compressed::Plain(output),
            table: *table,
            encoder: LineEncoder::new(table),
            buffer: Vec::new(),
            digest: DatasetDigest::default(),
        }
    }

    /// The same with compression; to be called before the first row.
    ///
    /// # Errors
    /// When the level is not one of zstd's.
    pub fn with_compression(mut self, compression: JsonlCompression, level: i32) -> Result<Self> {
        self.output = match (compression, self.output) {
            (JsonlCompression::Zstd, Compressed::Plain(output)) => {
                if !zstd::compression_level_range().contains(&level) {
                    return Err(Error::config(format!("expected a zstd level from 1 to 22, but found {level}")));
                }
                let mut encoder = zstd::Encoder::new(output, level).map_err(cannot_write)?;
                encoder.include_checksum(true).map_err(cannot_write)?;
                Compressed::Zstd(encoder)
            }
            (_, output) => output,
        };
        Ok(self)
    }

    fn flush_buffer(&mut self) -> io::Result<()> {
        match &mut self.output {
            Compressed::Plain(output) => output.write_all(&self.buffer)?,
            Compressed::Zstd(output) => output.write_all(&self.buffer)?,
        }
        self.buffer.clear();
        Ok(())
    }
}

impl<W: Write + Send> TableWriter for JsonlWriter<W> {
    fn write(&mut self, row_group: &RecordBatch) -> Result<()> {
        let cells = exported_cells(row_group, &self.table)?;
        for row in 0..row_group.num_rows() {
            let start = self.buffer.len();
            self.encoder.push_line(&cells, row, &mut self.buffer)?;
            self.digest.add_line(&self.buffer[start..], &self.encoder.pieces);
            if self.buffer.len() >= FLUSH_BYTES {
                self.flush_buffer().map_err(cannot_write)?;
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Written> {
        self.flush_buffer().map_err(cannot_write)?;
        let mut output = match self.output {
            Compressed::Plain(output) => output,
            Compressed::Zstd(encoder) => encoder.finish().map_err(cannot_write)?,
        };
        output.flush().map_err(cannot_write)?;
        Ok(Written { rows: self.digest.rows(), digest: Some(self.digest) })
    }
}

/// Turns rows of a table into JSON lines, one at a time, into the caller's buffer.
struct LineEncoder {
    keys: Vec<LineKey>,
    /// Of the last line: the pieces that count for the dataset digest, as ranges from the start of the line.
    pieces: Vec<Range<usize>>,
}

struct LineKey {
    column: Column,
    /// `{"name":` for the first column, `,"name":` for the others.
    lead: Vec<u8>,
    counts: bool,
}

impl LineEncoder {
    fn new(table: &Table) -> Self {
        let keys = table.columns.iter().enumerate().map(|(place, column)| {
            let mut lead = vec![if place == 0 { b'{' } else { b',' }];
            push_json_string(&mut lead, column.name);
            lead.push(b':');
            LineKey { column: *column, lead, counts: !NOT_DIGESTED.contains(&column.name) }
        });
        Self { keys: keys.collect(), pieces: Vec::new() }
    }

    /// Appends the line of a row with its line end and sets `pieces`.
    fn push_line(&mut self, cells: &[Cells<'_>], row: usize, out: &mut Vec<u8>) -> Result<()> {
        let start = out.len();
        self.pieces.clear();
        // The brace always counts; the comma before a key counts unless no key before it did.
        self.pieces.push(0..1);
        let mut first = true;
        for (key, cells) in self.keys.iter().zip(cells) {
            let from = out.len() - start + usize::from(first);
            out.extend_from_slice(&key.lead);
            push_value(&key.column, cells, row, out)?;
            if key.counts {
                add_piece(&mut self.pieces, from..out.len() - start);
                first = false;
            }
        }
        if self.keys.is_empty() {
            out.push(b'{');
        }
        out.push(b'}');
        let end = out.len() - start;
        add_piece(&mut self.pieces, end - 1..end);
        out.push(b'\n');
        Ok(())
    }
}

fn add_piece(pieces: &mut Vec<Range<usize>>, piece: Range<usize>) {
    match pieces.last_mut() {
        Some(last) if last.end == piece.start => last.end = piece.end,
        _ => pieces.push(piece),
    }
}

/// Appends a value as JSON.
///
/// # Errors
/// When a float that may not be null is not finite.
pub(super) fn push_value(column: &Column, cells: &Cells<'_>, row: usize, out: &mut Vec<u8>) -> Result<()> {
    if cells.is_null(row) {
        out.extend_from_slice(b"null");
        return Ok(());
    }
    match cells {
        Cells::Text(texts) => push_json_string(out, texts.value(row)),
        Cells::Boolean(array) => out.extend_from_slice(if array.value(row) { b"true" } else { b"false" }),
        Cells::Int32(array) => push_int(out, i64::from(array.value(row))),
        Cells::Int64(array) => push_int(out, array.value(row)),
        Cells::Float64(array) => match round_float(array.value(row)) {
            Some(value) => write!(out, "{value:?}").expect("law: writing to memory cannot fail"),
            None if column.nullable => out.extend_from_slice(b"null"),
            None => return Err(super::not_finite(column)),
        },
        Cells::Date(array) => {
            out.push(b'"');
            push_date(out, array.value(row));
            out.push(b'"');
        }
        Cells::Timestamp(array) => {
            out.push(b'"');
            push_timestamp(out, array.value(row));
            out.push(b'"');
        }
        Cells::TextList(lists) => {
            out.push(b'[');
            for (place, element) in lists.row(row).enumerate() {
                if place > 0 {
                    out.push(b',');
                }
                push_json_string(out, element);
            }
            out.push(b']');
        }
    }
    Ok(())
}

fn push_int(out: &mut Vec<u8>, value: i64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = value.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::arrow_schema;
    use crate::kernels::sha256::{Digest, DigestSum};
    use crate::writers::fixtures::{ALL_TYPES, every_type, text_lists};
    use arrow::array::{
        ArrayRef, BooleanArray, Date32Array, Float64Array, Int32Array, Int64Array, StringArray,
        TimestampMicrosecondArray,
    };
    use arrow::compute::concat_batches;
    use proptest::prelude::*;
    use serde_json::{Value, json};
    use std::sync::Arc;

    fn lines(table: &Table, batches: &[RecordBatch]) -> (String, Written) {
        let mut bytes = Vec::new();
        let mut writer = Box::new(JsonlWriter::new(&mut bytes, table));
        for batch in batches {
            writer.write(batch).unwrap();
        }
        let written = writer.finish().unwrap();
        (String::from_utf8(bytes).unwrap(), written)
    }

    #[test]
    fn every_type_has_one_form() {
        let (text, written) = lines(&ALL_TYPES, &[every_type()]);
        insta::assert_snapshot!(text, @r#"
        {"id":"id-a","name":"harbour\nday","flag":true,"small":-2147483648,"large":9223372036854775807,"number":0.333333,"day":"2025-12-17","at":"1970-01-01T00:00:01.500000Z","tags":["a","bc"],"score":0.5}
        {"id":"id-b","name":null,"flag":false,"small":null,"large":null,"number":null,"day":null,"at":null,"tags":[],"score":0.0}
        {"id":"id-c","name":"","flag":true,"small":7,"large":-1,"number":2.0,"day":"1970-01-01","at":"1969-12-31T23:59:59.999999Z","tags":["a"],"score":0.0}
        "#);
        assert_eq!(written.rows, 3);
    }

    #[test]
    fn compressed_lines_are_the_same_lines_however_they_came() {
        let batch = every_type();
        let (plain, _) = lines(&ALL_TYPES, std::slice::from_ref(&batch));
        let compressed = |batches: &[RecordBatch]| {
            let mut bytes = Vec::new();
            let writer = JsonlWriter::new(&mut bytes, &ALL_TYPES);
            let mut writer = Box::new(writer.with_compression(JsonlCompression::Zstd, 3).unwrap());
            for batch in batches {
                writer.write(batch).unwrap();
            }
            writer.finish().unwrap();
            bytes
        };
        let whole = compressed(std::slice::from_ref(&batch));
        assert_eq!(zstd::decode_all(&whole[..]).unwrap(), plain.as_bytes());
        assert_eq!(compressed(&[batch.slice(0, 1), batch.slice(1, 2)]), whole);
        assert!(JsonlWriter::new(io::sink(), &ALL_TYPES).with_compression(JsonlCompression::Zstd, 99).is_err());
    }

    /// The digest as a stranger would recompute it from the lines.
    fn digest_of_lines(table: &Table, text: &str) -> DigestSum {
        let mut sum = DigestSum::default();
        for line in text.lines() {
            let row: Value = serde_json::from_str(line).unwrap();
            let fields: Vec<String> = (table.columns.iter())
                .filter(|column| !NOT_DIGESTED.contains(&column.name))
                .map(|column| {
                    let value = match &row[column.name] {
                        Value::Number(number) if number.is_f64() => format!("{:?}", number.as_f64().unwrap()),
                        other => other.to_string(),
                    };
                    format!("\"{}\":{value}", column.name)
                })
                .collect();
            sum.add(&Digest::of(format!("{{{}}}", fields.join(",")).as_bytes()));
        }
        sum
    }

    #[test]
    fn what_is_left_out_of_the_digest_is_left_out_wherever_it_stands() {
        let batch = every_type();
        for places in [[0, 1, 2, 3], [3, 4, 9, 5], [1, 8, 9, 2], [0, 8, 9, 1]] {
            let mut columns = ALL_TYPES.columns.to_vec();
            for (place, name) in places.into_iter().zip(NOT_DIGESTED) {
                columns[place].name = name;
            }
            let table = Table { columns: Vec::leak(columns), ..ALL_TYPES };
            let batch = RecordBatch::try_new(arrow_schema(&table), batch.columns().to_vec()).unwrap();
            let (text, written) = lines(&table, &[batch]);
            assert_eq!(written.digest.unwrap().sum(), digest_of_lines(&table, &text).to_digest());
        }
    }

    fn arbitrary_batch() -> impl Strategy<Value = RecordBatch> {
        let text = prop_oneof![any::<String>(), "[a-z \"\\\\\n]{0,40}"];
        let numbers = (any::<Option<i32>>(), any::<Option<i64>>(), prop::option::of(-1e9..1e9_f64));
        let times = (prop::option::of(-700_000..2_900_000_i32), prop::option::of(-1_i64 << 55..1_i64 << 55));
        let row = (
            text.clone(),
            prop::option::of(text.clone()),
            any::<bool>(),
            numbers,
            times,
            prop::collection::vec(text, 0..4),
        );
        prop::collection::vec(row, 0..8).prop_map(|rows| {
            let lists: Vec<Vec<&str>> = rows.iter().map(|row| row.5.iter().map(String::as_str).collect()).collect();
            let lists: Vec<&[&str]> = lists.iter().map(Vec::as_slice).collect();
            let columns: Vec<ArrayRef> = vec![
                Arc::new(rows.iter().map(|row| Some(row.0.as_str())).collect::<StringArray>()),
                Arc::new(rows.iter().map(|row| row.1.as_deref()).collect::<StringArray>()),
                Arc::new(rows.iter().map(|row| Some(row.2)).collect::<BooleanArray>()),
                Arc::new(rows.iter().map(|row| row.3.0).collect::<Int32Array>()),
                Arc::new(rows.iter().map(|row| row.3.1).collect::<Int64Array>()),
                Arc::new(rows.iter().map(|row| row.3.2).collect::<Float64Array>()),
                Arc::new(rows.iter().map(|row| row.4.0).collect::<Date32Array>()),
                Arc::new(rows.iter().map(|row| row.4.1).collect::<TimestampMicrosecondArray>().with_timezone("UTC")),
                Arc::new(text_lists(&lists)),
                Arc::new(rows.iter().map(|row| Some(row.3.2.unwrap_or(0.5))).collect::<Float64Array>()),
            ];
            RecordBatch::try_new(arrow_schema(&ALL_TYPES), columns).unwrap()
        })
    }

    fn expected_value(cells: &Cells<'_>, row: usize) -> Value {
        if cells.is_null(row) {
            return Value::Null;
        }
        match cells {
            Cells::Text(texts) => json!(texts.value(row)),
            Cells::Boolean(array) => json!(array.value(row)),
            Cells::Int32(array) => json!(array.value(row)),
            Cells::Int64(array) => json!(array.value(row)),
            Cells::Float64(array) => json!(round_float(array.value(row)).unwrap()),
            Cells::Date(array) => {
                let mut out = Vec::new();
                push_date(&mut out, array.value(row));
                json!(String::from_utf8(out).unwrap())
            }
            Cells::Timestamp(array) => {
                let mut out = Vec::new();
                push_timestamp(&mut out, array.value(row));
                json!(String::from_utf8(out).unwrap())
            }
            Cells::TextList(lists) => json!(lists.row(row).collect::<Vec<_>>()),
        }
    }

    proptest! {
        #[test]
        fn serde_json_reads_back_the_batch_and_the_cut_changes_nothing(batch in arbitrary_batch(), at: usize) {
            let (text, written) = lines(&ALL_TYPES, std::slice::from_ref(&batch));
            prop_assert_eq!(text.split_terminator('\n').count(), batch.num_rows());
            for (row, line) in text.split_terminator('\n').enumerate() {
                let found: Value = serde_json::from_str(line).unwrap();
                prop_assert_eq!(found.as_object().unwrap().len(), ALL_TYPES.columns.len());
                for column in ALL_TYPES.columns {
                    let cells = crate::columns::cells::cells_of(&batch, column).unwrap();
                    prop_assert_eq!(&found[column.name], &expected_value(&cells, row), "{}", column.name);
                }
            }
            let at = at % (batch.num_rows() + 1);
            let parts = [batch.slice(0, at), batch.slice(at, batch.num_rows() - at)];
            prop_assert_eq!(lines(&ALL_TYPES, &parts), (text.clone(), written));
            let joined = concat_batches(batch.schema_ref(), &parts).unwrap();
            prop_assert_eq!(lines(&ALL_TYPES, &[joined]).0, text);
        }
    }
}
