//! Key rows: what dedup and planning know of an article without its text.

use std::borrow::Cow;

use crate::kernels::encode_row::{RowReader, push_bytes_ordered, push_i64, push_optional_i64};

/// Everything of a valid row but its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow<'a> {
    /// The 16 bytes behind `art_` in `id`.
    pub id: [u8; 16],
    /// Raw path.
    pub raw_path: Cow<'a, str>,
    /// Place in the raw file.
    pub raw_index: i64,
    /// `published_date`, days since 1970-01-01.
    pub published_date: Option<i32>,
    /// `published_at`, microseconds since 1970-01-01T00:00:00Z.
    pub published_at: Option<i64>,
    /// Whether the date is known to the day or finer.
    pub day_precise: bool,
    /// `char_count`.
    pub length: i32,
    /// Whether the outlet is an agency.
    pub is_agency: bool,
    /// `source_id`.
    pub source_id: Cow<'a, str>,
    /// SHA-256 of the raw bytes.
    pub raw_sha256: [u8; 32],
    /// SHA-256 of the normalised text.
    pub text_sha256: [u8; 32],
    /// SHA-256 of the folded text.
    pub key_sha256: [u8; 32],
    /// Logical size in bytes, before the cluster columns are filled.
    pub size: u64,
}

impl KeyRow<'_> {
    /// Appends the sort key of the dataset: `published_date` nulls last, `source_id`, `id`, `raw_path`, `raw_index`.
    pub fn push_sort_key(&self, out: &mut Vec<u8>) {
        push_sort_key(
            out,
            &SortKey {
                published_date: self.published_date,
                source_id: &self.source_id,
                id: &self.id,
                raw_path: &self.raw_path,
                raw_index: self.raw_index,
            },
        );
    }

    /// Appends the order of preference: day-precise first; date; instant, nulls last; longer text; agencies; `id`; place.
    pub fn push_preference(&self, out: &mut Vec<u8>) {
        out.push(u8::from(!self.day_precise));
        push_optional_i64(out, self.published_date.map(i64::from));
        push_optional_i64(out, self.published_at);
        push_i64(out, -i64::from(self.length));
        out.push(u8::from(!self.is_agency));
        out.extend_from_slice(&self.id);
        push_bytes_ordered(out, self.raw_path.as_bytes());
        push_i64(out, self.raw_index);
    }

    /// Appends the whole row, beginning with the preference key.
    pub fn push_row(&self, out: &mut Vec<u8>) {
        self.push_preference(out);
        push_bytes_ordered(out, self.source_id.as_bytes());
        out.extend_from_slice(&self.raw_sha256);
        out.extend_from_slice(&self.text_sha256);
        out.extend_from_slice(&self.key_sha256);
        out.extend_from_slice(&self.size.to_be_bytes());
    }

    /// Reads a row written by [`KeyRow::push_row`].
    pub fn read(reader: &mut RowReader<'_>) -> KeyRow<'static> {
        let day_precise = reader.byte() == 0;
        let published_date = reader.optional_i64().map(|date| date as i32);
        let published_at = reader.optional_i64();
        let length = -reader.i64() as i32;
        let is_agency = reader.byte() == 0;
        let id = reader.array();
        let raw_path = Cow::Owned(reader.text_ordered());
        let raw_index = reader.i64();
        KeyRow {
            id,
            raw_path,
            raw_index,
            published_date,
            published_at,
            day_precise,
            length,
            is_agency,
            source_id: Cow::Owned(reader.text_ordered()),
            raw_sha256: reader.array(),
            text_sha256: reader.array(),
            key_sha256: reader.array(),
            size: u64::from_be_bytes(reader.array()),
        }
    }

    /// Days between two rows: of the instants when both are known, else of the dates; `None` when one is coarser than a day.
    pub fn days_apart(&self, other: &KeyRow<'_>) -> Option<f64> {
        const DAY: f64 = 86_400_000_000.0;
        if !self.day_precise || !other.day_precise {
            return None;
        }
        match (self.published_at, other.published_at) {
            (Some(a), Some(b)) => Some(a.abs_diff(b) as f64 / DAY),
            _ => Some(f64::from(self.published_date?.abs_diff(other.published_date?))),
        }
    }
}

/// The parts of the dataset's sort key.
#[derive(Clone, Copy, Debug)]
pub struct SortKey<'a> {
    /// Days since 1970-01-01; nulls last.
    pub published_date: Option<i32>,
    /// `source_id`.
    pub source_id: &'a str,
    /// The 16 bytes of `id`.
    pub id: &'a [u8; 16],
    /// `raw_path`.
    pub raw_path: &'a str,
    /// `raw_index`.
    pub raw_index: i64,
}

/// Appends a sort key in the form whose byte order is the dataset's order.
pub fn push_sort_key(out: &mut Vec<u8>, key: &SortKey<'_>) {
    push_optional_i64(out, key.published_date.map(i64::from));
    push_bytes_ordered(out, key.source_id.as_bytes());
    out.extend_from_slice(key.id);
    push_bytes_ordered(out, key.raw_path.as_bytes());
    push_i64(out, key.raw_index);
}

/// Splits a row that begins with a sort key into the key and a reader of what follows.
pub fn split_sort_key(row: &[u8]) -> (&[u8], RowReader<'_>) {
    let mut reader = RowReader::new(row);
    reader.optional_i64();
    reader.skip_ordered();
    reader.array::<16>();
    reader.skip_ordered();
    reader.i64();
    (&row[..row.len() - reader.rest().len()], reader)
}

/// Passes over a preference key written by [`KeyRow::push_preference`].
pub fn skip_preference(reader: &mut RowReader<'_>) {
    reader.byte();
    reader.optional_i64();
    reader.optional_i64();
    reader.i64();
    reader.byte();
    reader.array::<16>();
    reader.skip_ordered();
    reader.i64();
}

/// The part of a sort key that shards may not cut: `published_date`, `source_id` and the first byte of `id`.
pub fn cell_of(sort_key: &[u8]) -> &[u8] {
    let mut reader = RowReader::new(sort_key);
    reader.optional_i64();
    reader.skip_ordered();
    reader.byte();
    &sort_key[..sort_key.len() - reader.rest().len()]
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A row that differs from others by its place.
    pub fn row(index: i64) -> KeyRow<'static> {
        KeyRow {
            id: (index as u128).to_be_bytes(),
            raw_path: "a.jsonl".into(),
            raw_index: index,
            published_date: Some(20_000),
            published_at: None,
            day_precise: true,
            length: 100,
            is_agency: false,
            source_id: "s".into(),
            raw_sha256: [1; 32],
            text_sha256: [2; 32],
            key_sha256: [3; 32],
            size: 10,
        }
    }

    #[test]
    fn rows_survive_the_round_trip() {
        let row =
            KeyRow { published_at: Some(-5), published_date: None, day_precise: false, is_agency: true, ..row(7) };
        let mut bytes = Vec::new();
        row.push_row(&mut bytes);
        assert_eq!(KeyRow::read(&mut RowReader::new(&bytes)), row);
        let mut preference = Vec::new();
        row.push_preference(&mut preference);
        let mut reader = RowReader::new(&bytes);
        skip_preference(&mut reader);
        assert_eq!(reader.rest().len(), bytes.len() - preference.len());
        let mut key = Vec::new();
        row.push_sort_key(&mut key);
        let keyed = [&key[..], b"rest"].concat();
        let (split, reader) = split_sort_key(&keyed);
        assert_eq!((split, reader.rest()), (&key[..], &b"rest"[..]));
    }

    #[test]
    fn preference_takes_the_earlier_longer_and_agency_first() {
        let key = |row: &KeyRow<'_>| {
            let mut out = Vec::new();
            row.push_preference(&mut out);
            out
        };
        let base = row(1);
        let better = [
            KeyRow { published_date: Some(19_999), ..row(2) },
            KeyRow { published_at: Some(1), ..row(2) },
            KeyRow { length: 101, ..row(2) },
            KeyRow { is_agency: true, ..row(2) },
            row(0),
        ];
        for other in better {
            assert!(key(&other) < key(&base), "{other:?}");
        }
        assert!(key(&KeyRow { day_precise: false, published_date: Some(1), ..row(0) }) > key(&base));
    }

    #[test]
    fn cells_end_behind_the_first_byte_of_the_id() {
        let mut key = Vec::new();
        row(1).push_sort_key(&mut key);
        assert_eq!(cell_of(&key).len(), 9 + 3 + 1);
    }
}
