//! Documents of the Dolma toolkit: gzip-compressed JSON lines of `id`, `text`, `source`, `added`, `created` and `metadata`.
//!
//! <https://github.com/allenai/dolma/blob/main/docs/data-format.md>. `source` is `source_id`; `added`, when the document was acquired, is
//! `retrieved_at`; `created` is `published_at`, else midnight UTC of `published_date`. Where nothing states them, `added` and `created` are
//! left out, as the format allows. `metadata` has every other column under its own name, `null` for absent. A row without a text is no
//! document and is left out.

use std::io::Write as _;

use arrow::array::RecordBatch;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::jsonl::push_value;
use super::{Output, TableWriter, Writer, WriterOptions, Written, cannot_write, exported_cells};
use crate::columns::Table;
use crate::columns::cells::Cells;
use crate::error::{Error, Result};
use crate::kernels::escape_json::push_json_string;
use crate::kernels::format_time::{push_date, push_timestamp};

/// Lines are handed to the compressor when this many bytes have gathered.
const FLUSH_BYTES: usize = 256 << 10;
/// The columns that documents have keys of their own for.
const OWN: [&str; 2] = ["id", "text"];

/// Dolma documents.
#[derive(Clone, Copy, Debug)]
pub struct Dolma;

impl Writer for Dolma {
    fn name(&self) -> &'static str {
        "dolma"
    }

    fn documentation(&self) -> &'static str {
        "Documents of the Dolma toolkit: gzip-compressed JSON lines of `id`, `text`, `source` (`source_id`), `added` (`retrieved_at`), `created` \
         (`published_at`, else `published_date`) and `metadata` (every other column); rows without a text are left out."
    }

    fn extension(&self, _options: &WriterOptions) -> &'static str {
        "json.gz"
    }

    fn open<'w>(
        &self,
        output: Output<'w>,
        table: &Table,
        _options: &WriterOptions,
    ) -> Result<Box<dyn TableWriter + 'w>> {
        // The header of the file holds no time and no name.
        let output = GzEncoder::new(output, Compression::default());
        Ok(Box::new(DolmaWriter { output, table: *table, buffer: Vec::new(), rows: 0 }))
    }
}

struct DolmaWriter<'w> {
    output: GzEncoder<Output<'w>>,
    table: Table,
    buffer: Vec<u8>,
    rows: u64,
}

impl DolmaWriter<'_> {
    /// Appends the line of a row that has a text.
    fn push_document(&mut self, cells: &[Cells<'_>], row: usize) -> Result<()> {
        let table = self.table;
        let column = |name: &str| table.columns.iter().zip(cells).find(|(column, _)| column.name == name);
        let out = &mut self.buffer;
        for (key, name) in [("{\"id\":", "id"), (",\"text\":", "text"), (",\"source\":", "source_id")] {
            let (column, cells) =
                column(name).ok_or_else(|| Error::dataset(format!("expected a column `{name}`, but found none")))?;
            out.extend_from_slice(key.as_bytes());
            push_value(column, cells, row, out)?;
        }
        let given = |name: &str| column(name).map(|(_, cells)| cells).filter(|cells| !cells.is_null(row));
        if let Some(Cells::Timestamp(instants)) = given("retrieved_at") {
            out.extend_from_slice(b",\"added\":\"");
            push_millis(out, instants.value(row));
            out.push(b'"');
        }
        match (given("published_at"), given("published_date")) {
            (Some(Cells::Timestamp(instants)), _) => {
                out.extend_from_slice(b",\"created\":\"");
                push_millis(out, instants.value(row));
                out.push(b'"');
            }
            (_, Some(Cells::Date(dates))) => {
                out.extend_from_slice(b",\"created\":\"");
                push_date(out, dates.value(row));
                out.extend_from_slice(b"T00:00:00.000Z\"");
            }
            _ => {}
        }
        out.extend_from_slice(b",\"metadata\":");
        let mut lead = b'{';
        for (column, cells) in table.columns.iter().zip(cells).filter(|(column, _)| !OWN.contains(&column.name)) {
            out.push(lead);
            push_json_string(out, column.name);
            out.push(b':');
            push_value(column, cells, row, out)?;
            lead = b',';
        }
        out.extend_from_slice(b"}}\n");
        Ok(())
    }

    fn flush_buffer(&mut self) -> Result<()> {
        self.output.write_all(&self.buffer).map_err(cannot_write)?;
        self.buffer.clear();
        Ok(())
    }
}

/// Appends `YYYY-MM-DDTHH:MM:SS.mmmZ`, the form of the toolkit's documents; what is finer stands in `metadata`.
fn push_millis(out: &mut Vec<u8>, micros: i64) {
    push_timestamp(out, micros);
    // Three digits and the `Z` behind them.
    out.truncate(out.len() - 4);
    out.push(b'Z');
}

impl TableWriter for DolmaWriter<'_> {
    fn write(&mut self, row_group: &RecordBatch) -> Result<()> {
        let table = self.table;
        let cells = exported_cells(row_group, &table)?;
        let texts = table.columns.iter().position(|column| column.name == "text").map(|place| &cells[place]);
        for row in (0..row_group.num_rows()).filter(|row| texts.is_some_and(|texts| !texts.is_null(*row))) {
            self.push_document(&cells, row)?;
            self.rows += 1;
            if self.buffer.len() >= FLUSH_BYTES {
                self.flush_buffer()?;
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Written> {
        self.flush_buffer()?;
        let mut output = self.output.finish().map_err(cannot_write)?;
        output.flush().map_err(cannot_write)?;
        Ok(Written { rows: self.rows, digest: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_without_a_text_is_no_document() {
        use crate::columns::{ARTICLES, Column};
        use arrow::array::{ArrayRef, StringArray};
        use std::io::Read as _;
        use std::sync::Arc;
        let column = |name: &str| *ARTICLES.column(name).unwrap();
        let columns =
            vec![column("id"), Column { nullable: true, ..column("text") }, column("source_id"), column("url")];
        let table = Table { columns: columns.leak(), ..ARTICLES };
        let texts = |values: [Option<&str>; 2]| -> ArrayRef { Arc::new(StringArray::from(values.to_vec())) };
        let batch = RecordBatch::try_from_iter_with_nullable([
            ("id", texts([Some("a"), Some("b")]), false),
            ("text", texts([None, Some("A \"text\".")]), true),
            ("source_id", texts([Some("s"), Some("s")]), false),
            ("url", texts([None, None]), true),
        ])
        .unwrap();
        let mut bytes = Vec::new();
        let mut writer = Dolma.open(Box::new(&mut bytes), &table, &WriterOptions::default()).unwrap();
        writer.write(&batch).unwrap();
        assert_eq!(writer.finish().unwrap().rows, 1);
        let mut text = String::new();
        flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
        assert_eq!(
            text,
            "{\"id\":\"b\",\"text\":\"A \\\"text\\\".\",\"source\":\"s\",\"metadata\":{\"source_id\":\"s\",\"url\":null}}\n"
        );
    }

    #[test]
    fn instants_have_three_digits() {
        let mut out = Vec::new();
        push_millis(&mut out, -1);
        assert_eq!(out, b"1969-12-31T23:59:59.999Z");
    }
}
