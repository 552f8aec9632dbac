//! What the footer of a Parquet file must and must not hold.

use parquet::basic::Compression;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};
use parquet::file::statistics::Statistics;

use super::report::Report;
use super::rules::Rule;
use crate::columns::{Storage, Table};
use crate::writers::cut::CutLimits;

/// Checks the footer of a file whose columns are those of `table`.
pub fn check_footer(metadata: &ParquetMetaData, table: &Table, (file, report): (&str, &mut Report)) {
    let mut breach = |detail: String| report.add(Rule::ParquetFooter, file, detail);
    if metadata.file_metadata().key_value_metadata().is_some_and(|pairs| !pairs.is_empty()) {
        breach("expected no metadata of its own, but found some".to_owned());
    }
    for (number, group) in metadata.row_groups().iter().enumerate() {
        if !is_sorted_as_stated(group, table) {
            breach(format!(
                "row group {number}: expected the sorting columns {}, but found others",
                table.sorted_by.join(", ")
            ));
        }
        let limit = CutLimits::default().group_rows;
        if group.num_rows() as u64 > limit {
            breach(format!("row group {number}: expected at most {limit} rows, but found {}", group.num_rows()));
        }
        for (column, chunk) in table.columns.iter().zip(group.columns()) {
            let mut breach = |detail: &str| breach(format!("row group {number}, column `{}`: {detail}", column.name));
            if !matches!(chunk.compression(), Compression::ZSTD(_)) {
                breach("expected zstd, but found another compression");
            }
            if matches!(column.storage, Storage::Opaque | Storage::Lookup) && tells_values(chunk) {
                breach("expected no statistics, but found some");
            }
            if column.storage == Storage::Lookup && chunk.bloom_filter_offset().is_none() {
                breach("expected a bloom filter, but found none");
            }
            if chunk.offset_index_offset().is_none() {
                breach("expected a page index, but found none");
            }
        }
    }
}

/// Every exported column has one leaf, so the place of the column is the place of the leaf.
fn is_sorted_as_stated(group: &RowGroupMetaData, table: &Table) -> bool {
    let places = table.sorted_by.iter().map(|name| table.columns.iter().position(|column| column.name == *name));
    group.sorting_columns().is_some_and(|found| {
        found.len() == table.sorted_by.len()
            && found.iter().zip(places).all(|(found, place)| {
                usize::try_from(found.column_idx).ok() == place && !found.descending && !found.nulls_first
            })
    })
}

/// Whether words of the column may stand in the footer or the page index.
fn tells_values(chunk: &ColumnChunkMetaData) -> bool {
    let bounds = |statistics: &Statistics| statistics.min_bytes_opt().is_some() || statistics.max_bytes_opt().is_some();
    chunk.statistics().is_some_and(bounds) || chunk.column_index_offset().is_some()
}
