//! Typed access to the rows of a validated batch: sort keys, key rows, and what `records` says of them.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray as _, BinaryArray, Date32Array, FixedSizeBinaryArray, Int32Array, Int64Array, RecordBatch,
    StringArray, StringViewArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{ArrowPrimitiveType, Date32Type, Int32Type, Int64Type, TimestampMicrosecondType};

use crate::columns::interim;
use crate::dedup::key_row::{BandKeys, Half, KeyRow, NEW_PART, SortKey, push_sort_key};
use crate::kernels::hash_url::hash_url;
use crate::kernels::sha256::Digest;

/// The one column that is worth sharing rather than copying: nine tenths of a row.
pub const TEXT: &str = "text";

/// The columns of a validated batch that order, dedup and the ledger read; shares their buffers.
#[derive(Debug)]
pub struct ArticleRows {
    /// `id`.
    pub id: StringArray,
    /// `raw_path`.
    pub raw_path: StringArray,
    /// `raw_index`.
    pub raw_index: Int64Array,
    /// `raw_offset`.
    pub raw_offset: Int64Array,
    /// `raw_length`.
    pub raw_length: Int64Array,
    /// `raw_sha256`.
    pub raw_sha256: StringArray,
    /// `text_sha256`.
    pub text_sha256: StringArray,
    /// `published_date`.
    pub published_date: Date32Array,
    /// `published_at`.
    pub published_at: TimestampMicrosecondArray,
    /// `published_precision`.
    pub published_precision: StringArray,
    /// `source_id`.
    pub source_id: StringArray,
    /// `char_count`.
    pub char_count: Int32Array,
    /// `title`.
    pub title: StringArray,
    /// `url`.
    pub url: StringArray,
    canonical_url: StringArray,
    source_rank: Int32Array,
    bands: BinaryArray,
    key_sha256: FixedSizeBinaryArray,
}

impl ArticleRows {
    /// Finds the columns of a batch that the last stage before dedup gave.
    pub fn of(batch: &RecordBatch) -> Self {
        Self {
            id: text(batch, "id").clone(),
            raw_path: text(batch, "raw_path").clone(),
            raw_index: numbers::<Int64Type>(batch, "raw_index").clone(),
            raw_offset: numbers::<Int64Type>(batch, "raw_offset").clone(),
            raw_length: numbers::<Int64Type>(batch, "raw_length").clone(),
            raw_sha256: text(batch, "raw_sha256").clone(),
            text_sha256: text(batch, "text_sha256").clone(),
            published_date: numbers::<Date32Type>(batch, "published_date").clone(),
            published_at: numbers::<TimestampMicrosecondType>(batch, "published_at").clone(),
            published_precision: text(batch, "published_precision").clone(),
            source_id: text(batch, "source_id").clone(),
            char_count: numbers::<Int32Type>(batch, "char_count").clone(),
            title: text(batch, "title").clone(),
            url: text(batch, "url").clone(),
            canonical_url: text(batch, "canonical_url").clone(),
            source_rank: numbers::<Int32Type>(batch, interim::SOURCE_RANK).clone(),
            bands: column(batch, interim::BANDS).as_binary().clone(),
            key_sha256: column(batch, interim::KEY_SHA256).as_fixed_size_binary().clone(),
        }
    }

    /// Appends the sort key of a row.
    pub fn push_sort_key(&self, row: usize, out: &mut Vec<u8>) {
        push_sort_key(
            out,
            &SortKey {
                published_date: option(&self.published_date, row),
                source_id: self.source_id.value(row),
                id: &id_bytes(self.id.value(row)),
                raw_path: self.raw_path.value(row),
                raw_index: self.raw_index.value(row),
            },
        );
    }

    /// The key row of a row of a logical size and with so many descriptive columns that have a value.
    pub fn key_row(&self, row: usize, (size, metadata): (u64, u8)) -> KeyRow<'_> {
        KeyRow {
            id: id_bytes(self.id.value(row)),
            raw_path: self.raw_path.value(row).into(),
            raw_index: self.raw_index.value(row),
            published_date: option(&self.published_date, row),
            published_at: option(&self.published_at, row),
            day_precise: matches!(self.published_precision.value(row), "second" | "minute" | "day"),
            length: self.char_count.value(row),
            source_rank: self.source_rank.value(row),
            metadata,
            source_id: self.source_id.value(row).into(),
            canonical_url: text_option(&self.canonical_url, row).map(hash_url),
            raw_sha256: half_digest(self.raw_sha256.value(row)),
            text_sha256: half_digest(self.text_sha256.value(row)),
            key_sha256: half(self.key_sha256.value(row)),
            size,
            carried: false,
            part: NEW_PART,
            bands: self.bands_of(row),
        }
    }

    fn bands_of(&self, row: usize) -> BandKeys<'static> {
        let (keys, _) = self.bands.value(row).as_chunks::<4>();
        keys.iter().map(|key| u32::from_le_bytes(*key)).collect()
    }
}

/// How many descriptive columns of each row have a value; lists count when they are not empty.
pub fn count_metadata(batch: &RecordBatch) -> Vec<u8> {
    let mut counts = vec![0; batch.num_rows()];
    for name in ["title", "subtitle", "published_at", "modified_at", "url", "canonical_url", "section", "rights_holder"]
    {
        let column = column(batch, name);
        counts.iter_mut().enumerate().for_each(|(row, count)| *count += u8::from(column.is_valid(row)));
    }
    for name in ["authors", "keywords"] {
        let lists = column(batch, name).as_list::<i32>();
        counts.iter_mut().enumerate().for_each(|(row, count)| *count += u8::from(lists.value_length(row) > 0));
    }
    counts
}

/// The 16 bytes behind `art_`.
pub fn id_bytes(id: &str) -> [u8; 16] {
    let digits = id.strip_prefix("art_").expect("law: ids begin with `art_`");
    u128::from_str_radix(digits, 16).expect("law: ids are hex").to_be_bytes()
}

/// The text form of an id.
pub fn id_text(id: [u8; 16]) -> String {
    format!("art_{:032x}", u128::from_be_bytes(id))
}

/// The column `text` as views into the buffers of the batch.
pub fn shared_text(batch: &RecordBatch) -> ArrayRef {
    Arc::new(StringViewArray::from(text(batch, TEXT)))
}

/// A text column of a batch that has it.
pub fn text<'a>(batch: &'a RecordBatch, name: &str) -> &'a StringArray {
    column(batch, name).as_string()
}

/// A column of numbers, dates or instants of a batch that has it.
pub fn numbers<'a, T: ArrowPrimitiveType>(batch: &'a RecordBatch, name: &str) -> &'a arrow::array::PrimitiveArray<T> {
    column(batch, name).as_primitive()
}

/// The value of a row unless it is null.
pub fn option<T: ArrowPrimitiveType>(array: &arrow::array::PrimitiveArray<T>, row: usize) -> Option<T::Native> {
    array.is_valid(row).then(|| array.value(row))
}

/// The text of a row unless it is null.
pub fn text_option(array: &StringArray, row: usize) -> Option<&str> {
    array.is_valid(row).then(|| array.value(row))
}

fn column<'a>(batch: &'a RecordBatch, name: &str) -> &'a dyn Array {
    batch.column_by_name(name).unwrap_or_else(|| panic!("law: the plan gives `{name}` to whoever needs it")).as_ref()
}

/// The first half of a written digest.
pub fn half_digest(text: &str) -> Half {
    half(&Digest::parse(text).expect("law: digests are `sha256:` and 64 hex digits").0)
}

fn half(digest: &[u8]) -> Half {
    *digest.first_chunk().expect("law: a digest has 32 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_survive_the_round_trip() {
        let id = "art_00ff0000000000000000000000000001";
        assert_eq!(id_text(id_bytes(id)), id);
    }
}
