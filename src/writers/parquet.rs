//! Parquet files that every reader agrees on, the same bytes for the same rows.
//!
//! No word of a text-like column reaches the footer: such columns have neither statistics nor a page index of values. The Arrow
//! schema is not stored: every exported type is said in full by Parquet's own types, so readers have one truth.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::schema::types::ColumnPath;

use super::cut::CutLimits;
use super::{Output, TableWriter, Writer, WriterOptions, Written, cannot_write, exported_cells};
use crate::columns::cells::Cells;
use crate::columns::{Column, ColumnType, Storage, Table, arrow_schema, schema_of};
use crate::error::{Error, Result};
use crate::kernels::round_float::round_floats;

/// Goes into every file; Parquet libraries parse `<application> version <version>` and distrust statistics without it.
const CREATED_BY: &str = concat!("copydesk version ", env!("CARGO_PKG_VERSION"));

/// Pages of ids, digests and URLs before compression. Hexadecimal digits have no repeats worth finding: in small pages zstd loses
/// a third of the time over them and, as chance repeats are rarer, makes them smaller.
const LOOKUP_PAGE_BYTES: usize = 64 << 10;

/// Parquet.
#[derive(Clone, Copy, Debug)]
pub struct Parquet;

impl Writer for Parquet {
    fn name(&self) -> &'static str {
        "parquet"
    }

    fn documentation(&self) -> &'static str {
        "Parquet with zstd, sorted, with page index and bloom filters on ids and digests, without statistics on text."
    }

    fn extension(&self, _options: &WriterOptions) -> &'static str {
        "parquet"
    }

    fn open<'w>(
        &self,
        output: Output<'w>,
        table: &Table,
        options: &WriterOptions,
    ) -> Result<Box<dyn TableWriter + 'w>> {
        Ok(Box::new(ParquetWriter::new(output, table, options)?))
    }
}

/// Writes row groups into one Parquet file.
pub struct ParquetWriter<'w> {
    writer: ArrowWriter<Output<'w>>,
    table: Table,
    rows: u64,
}

impl<'w> ParquetWriter<'w> {
    /// Starts a file.
    ///
    /// # Errors
    /// When the compression level is not one of zstd's, or the output refuses the first bytes.
    pub fn new(output: Output<'w>, table: &Table, options: &WriterOptions) -> Result<Self> {
        let arrow_options = ArrowWriterOptions::new()
            .with_properties(properties(table, options.zstd_level)?)
            .with_skip_arrow_metadata(true)
            .with_schema_root(table.row_name.to_owned());
        let writer =
            ArrowWriter::try_new_with_options(output, arrow_schema(table), arrow_options).map_err(cannot_write)?;
        Ok(Self { writer, table: *table, rows: 0 })
    }
}

impl TableWriter for ParquetWriter<'_> {
    fn write(&mut self, row_group: &RecordBatch) -> Result<()> {
        let cells = exported_cells(row_group, &self.table)?;
        let columns = self.table.columns.iter().zip(&cells).map(|(column, cells)| exported_array(column, cells));
        let columns = columns.collect::<Result<Vec<_>>>()?;
        let batch = RecordBatch::try_new(schema_of(&self.table, &columns), columns)?;
        // One batch is one row group: pages end at the same rows however the batch was put together.
        self.writer.write(&batch).map_err(cannot_write)?;
        self.writer.flush().map_err(cannot_write)?;
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Written> {
        self.writer.finish().map_err(cannot_write)?;
        std::io::Write::flush(self.writer.inner_mut()).map_err(cannot_write)?;
        Ok(Written { rows: self.rows, digest: None })
    }
}

fn exported_array(column: &Column, cells: &Cells<'_>) -> Result<ArrayRef> {
    let Cells::Float64(values) = cells else {
        return Ok(arrow::array::make_array(cells.array().to_data()));
    };
    let rounded = round_floats(values);
    if !column.nullable && rounded.null_count() > 0 {
        return Err(super::not_finite(column));
    }
    Ok(Arc::new(rounded))
}

fn properties(table: &Table, zstd_level: i32) -> Result<WriterProperties> {
    let level = ZstdLevel::try_new(zstd_level)
        .map_err(|_| Error::config(format!("expected a zstd level from 1 to 22, but found {zstd_level}")))?;
    let mut properties = WriterProperties::builder()
        .set_created_by(CREATED_BY.to_owned())
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_compression(Compression::ZSTD(level))
        .set_coerce_types(true)
        .set_offset_index_disabled(false)
        .set_max_row_group_row_count(None)
        .set_max_row_group_bytes(None)
        .set_sorting_columns(Some(sorting_columns(table)))
        .set_dictionary_enabled(false)
        .set_statistics_enabled(EnabledStatistics::None);
    for column in table.columns {
        let path = leaf_path(column);
        properties = match column.storage {
            Storage::Low => properties
                .set_column_dictionary_enabled(path.clone(), true)
                .set_column_statistics_enabled(path, EnabledStatistics::Page),
            Storage::Plain => properties.set_column_statistics_enabled(path, EnabledStatistics::Page),
            Storage::Opaque => properties,
            // Sized for a full row group, then folded by the library to the values that came.
            Storage::Lookup => properties
                .set_column_data_page_size_limit(path.clone(), LOOKUP_PAGE_BYTES)
                .set_column_bloom_filter_enabled(path.clone(), true)
                .set_column_bloom_filter_max_ndv(path, CutLimits::default().group_rows),
        };
    }
    Ok(properties.build())
}

/// Every exported column has one leaf, so the place of the column is the place of the leaf.
fn sorting_columns(table: &Table) -> Vec<SortingColumn> {
    let place = |name: &&str| table.columns.iter().position(|column| column.name == *name);
    let sorted =
        |column_idx: usize| SortingColumn { column_idx: column_idx as i32, descending: false, nulls_first: false };
    table.sorted_by.iter().filter_map(place).map(sorted).collect()
}

fn leaf_path(column: &Column) -> ColumnPath {
    let inner: &[&str] = if column.kind == ColumnType::TextList { &["list", "element"] } else { &[] };
    ColumnPath::new(std::iter::once(&column.name).chain(inner).map(|part| (*part).to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::{ARTICLES, TABLES};
    use crate::writers::fixtures::{ALL_TYPES, every_type, text_lists};
    use arrow::array::{AsArray, StringArray};
    use arrow::compute::concat_batches;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData};
    use parquet::schema::printer::print_schema;

    fn file(table: &Table, groups: &[RecordBatch]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut writer = Box::new(ParquetWriter::new(Box::new(&mut bytes), table, &WriterOptions::default()).unwrap());
        for group in groups {
            writer.write(group).unwrap();
        }
        let rows: usize = groups.iter().map(RecordBatch::num_rows).sum();
        assert_eq!(writer.finish().unwrap(), Written { rows: rows as u64, digest: None });
        bytes
    }

    fn metadata(bytes: &[u8]) -> ParquetMetaData {
        ParquetMetaDataReader::new()
            .with_page_index_policy(PageIndexPolicy::Optional)
            .parse_and_finish(&bytes::Bytes::copy_from_slice(bytes))
            .unwrap()
    }

    fn read(bytes: &[u8]) -> RecordBatch {
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::copy_from_slice(bytes)).unwrap();
        let schema = reader.schema().clone();
        let batches: Vec<_> = reader.build().unwrap().map(|batch| batch.unwrap()).collect();
        concat_batches(&schema, &batches).unwrap()
    }

    #[test]
    fn every_type_comes_back_with_its_nulls_and_empty_lists() {
        let batch = every_type();
        let found = read(&file(&ALL_TYPES, &[batch.slice(0, 1), batch.slice(1, 2)]));
        assert_eq!(found.schema(), arrow_schema(&ALL_TYPES));
        for (column, expected) in found.columns().iter().zip(batch.columns()) {
            match Cells::new(expected) {
                Some(Cells::Float64(values)) => {
                    assert_eq!(column.as_primitive::<arrow::datatypes::Float64Type>(), &round_floats(values));
                }
                _ => assert_eq!(column, expected),
            }
        }
    }

    #[test]
    fn an_empty_file_has_the_schema_of_a_full_one() {
        for table in TABLES {
            let found = read(&file(table, &[]));
            assert_eq!((found.schema(), found.num_rows()), (arrow_schema(table), 0));
            let empty = RecordBatch::new_empty(arrow_schema(table));
            assert_eq!(file(table, &[empty]), file(table, &[]));
        }
    }

    #[test]
    fn the_schema_in_the_file_is_plain_parquet() {
        let metadata = metadata(&file(&ALL_TYPES, &[every_type()]));
        let mut schema = Vec::new();
        print_schema(&mut schema, metadata.file_metadata().schema());
        insta::assert_snapshot!(String::from_utf8(schema).unwrap(), @r"
        message thing {
          REQUIRED BYTE_ARRAY id (STRING);
          OPTIONAL BYTE_ARRAY name (STRING);
          REQUIRED BOOLEAN flag;
          OPTIONAL INT32 small;
          OPTIONAL INT64 large;
          OPTIONAL DOUBLE number;
          OPTIONAL INT32 day (DATE);
          OPTIONAL INT64 at (TIMESTAMP(MICROS,true));
          REQUIRED group tags (LIST) {
            REPEATED group list {
              REQUIRED BYTE_ARRAY element (STRING);
            }
          }
          REQUIRED DOUBLE score;
        }
        ");
        assert_eq!(metadata.file_metadata().version(), 1);
        assert_eq!(metadata.file_metadata().created_by(), Some(CREATED_BY));
        assert!(metadata.file_metadata().key_value_metadata().is_none_or(Vec::is_empty));
    }

    #[test]
    fn row_groups_are_the_batches_and_columns_are_stored_as_declared() {
        let batch = every_type();
        let metadata = metadata(&file(&ALL_TYPES, &[batch.clone(), batch.slice(0, 2)]));
        assert_eq!(metadata.row_groups().iter().map(RowGroupMetaData::num_rows).collect::<Vec<_>>(), [3, 2]);
        for (place, group) in metadata.row_groups().iter().enumerate() {
            let sorting: Vec<_> = group.sorting_columns().unwrap().iter().map(|column| column.column_idx).collect();
            assert_eq!(sorting, [6, 0]);
            assert!(group.sorting_columns().unwrap().iter().all(|column| !column.nulls_first && !column.descending));
            for (leaf, column) in ALL_TYPES.columns.iter().enumerate() {
                let chunk = group.column(leaf);
                assert!(chunk.offset_index_offset().is_some(), "{}", column.name);
                assert_eq!(chunk.compression(), Compression::ZSTD(ZstdLevel::try_new(1).unwrap()));
                assert_eq!(
                    chunk.dictionary_page_offset().is_some(),
                    column.storage == Storage::Low && column.kind != ColumnType::Boolean,
                    "{}",
                    column.name
                );
                assert_eq!(chunk.bloom_filter_offset().is_some(), column.storage == Storage::Lookup, "{}", column.name);
                let told = matches!(column.storage, Storage::Low | Storage::Plain);
                assert_eq!(
                    chunk.statistics().is_some_and(|found| found.min_bytes_opt().is_some()),
                    told,
                    "{}",
                    column.name
                );
                assert!(chunk.bloom_filter_length().is_none_or(|length| length < 1000), "{place}");
            }
        }
    }

    #[test]
    fn no_word_of_a_text_reaches_the_footer() {
        let marker = "ZEBRAFISH";
        let rows = 50;
        let columns: Vec<ArrayRef> = (ARTICLES.columns.iter())
            .map(|column| match (column.kind, column.storage) {
                (ColumnType::Text, Storage::Opaque | Storage::Lookup) => {
                    Arc::new(StringArray::from_iter_values((0..rows).map(|row| format!("{marker} {row}")))) as ArrayRef
                }
                (ColumnType::Text, _) => Arc::new(StringArray::from_iter_values((0..rows).map(|_| "low"))),
                (ColumnType::TextList, Storage::Opaque) => {
                    let row: &[&str] = &[marker];
                    Arc::new(text_lists(&vec![row; rows]))
                }
                (ColumnType::TextList, _) => {
                    let row: &[&str] = &[];
                    Arc::new(text_lists(&vec![row; rows]))
                }
                _ => {
                    let kind = crate::columns::data_type(column.kind);
                    if column.nullable {
                        arrow::array::new_null_array(&kind, rows)
                    } else {
                        let zeros = arrow::array::ArrayData::new_null(&kind, rows).into_builder().nulls(None);
                        arrow::array::make_array(zeros.build().unwrap())
                    }
                }
            })
            .collect();
        let batch = RecordBatch::try_new(arrow_schema(&ARTICLES), columns).unwrap();
        let bytes = file(&ARTICLES, std::slice::from_ref(&batch));
        let parsed = metadata(&bytes);
        let last_page = (parsed.row_group(0).columns().iter())
            .map(|chunk| chunk.byte_range().0 + chunk.byte_range().1)
            .max()
            .unwrap() as usize;
        // Everything behind the pages: bloom filters, page index, footer.
        assert!(memchr::memmem::find(&bytes[last_page..], b"ZEBRA").is_none());
        assert!(memchr::memmem::find(&bytes[last_page..], b"low").is_some());
        assert_eq!(read(&bytes), batch);
    }

    #[test]
    fn the_way_a_batch_was_put_together_leaves_no_trace() {
        let batch = every_type();
        let twice = concat_batches(batch.schema_ref(), [&batch, &batch]).unwrap();
        let (head, tail) = (twice.slice(0, 2), twice.slice(2, 2));
        let mut reversed: Vec<usize> = (0..batch.num_columns()).collect();
        reversed.reverse();
        let whole = file(&ALL_TYPES, &[twice.slice(0, 4)]);
        for same in [
            concat_batches(batch.schema_ref(), [&head, &tail]).unwrap(),
            concat_batches(batch.schema_ref(), [&batch, &twice.slice(3, 1)]).unwrap(),
            twice.slice(0, 4).project(&reversed).unwrap(),
        ] {
            assert_eq!(file(&ALL_TYPES, &[same]), whole);
        }
    }
}
