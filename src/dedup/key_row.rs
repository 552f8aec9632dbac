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
    /// Rank of the outlet in the source registry; agencies are 0 and others 100 where it gives none.
    pub source_rank: i32,
    /// How many descriptive columns have a value.
    pub metadata: u8,
    /// `source_id`.
    pub source_id: Cow<'a, str>,
    /// Hash of `canonical_url`.
    pub canonical_url: Option<u64>,
    /// SHA-256 of the raw bytes, its first half.
    pub raw_sha256: Half,
    /// SHA-256 of the normalised text, its first half.
    pub text_sha256: Half,
    /// SHA-256 of the folded text, its first half.
    pub key_sha256: Half,
    /// Logical size in bytes, before the cluster columns are filled.
    pub size: u64,
    /// Keys of the bands of the text's shingles; empty for texts that are compared exactly only.
    pub bands: BandKeys<'a>,
    /// Whether the row was published before and its raw file is unchanged.
    pub carried: bool,
    /// Part of the dataset that it was published in; [`NEW_PART`] for rows that were not.
    pub part: u16,
}

/// The part of rows that are not published yet: behind every other.
pub const NEW_PART: u16 = u16::MAX;

/// The first 16 bytes of a SHA-256: enough to tell texts apart, half the size where there is one for every record.
pub type Half = [u8; 16];

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

    /// Appends the whole row. It begins with the id and what orders rows of equal id: part, raw path, raw index.
    pub fn push_row(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.id);
        out.extend_from_slice(&self.part.to_be_bytes());
        push_bytes_ordered(out, self.raw_path.as_bytes());
        push_i64(out, self.raw_index);
        out.push(u8::from(self.day_precise));
        push_optional_i64(out, self.published_date.map(i64::from));
        push_optional_i64(out, self.published_at);
        out.extend_from_slice(&self.length.to_be_bytes());
        out.extend_from_slice(&self.source_rank.to_be_bytes());
        out.push(self.metadata);
        push_bytes_ordered(out, self.source_id.as_bytes());
        push_optional_i64(out, self.canonical_url.map(|hash| hash as i64));
        out.extend_from_slice(&self.raw_sha256);
        out.extend_from_slice(&self.text_sha256);
        out.extend_from_slice(&self.key_sha256);
        out.extend_from_slice(&self.size.to_be_bytes());
        out.extend_from_slice(&(self.bands.count() as u16).to_be_bytes());
        out.extend_from_slice(&self.bands.0);
        out.push(u8::from(self.carried));
    }

    /// Reads a row written by [`KeyRow::push_row`].
    pub fn read<'a>(reader: &mut RowReader<'a>) -> KeyRow<'a> {
        KeyRow {
            id: reader.array(),
            part: u16::from_be_bytes(reader.array()),
            raw_path: reader.cow_ordered(),
            raw_index: reader.i64(),
            day_precise: reader.byte() == 1,
            published_date: reader.optional_i64().map(|date| date as i32),
            published_at: reader.optional_i64(),
            length: i32::from_be_bytes(reader.array()),
            source_rank: i32::from_be_bytes(reader.array()),
            metadata: reader.byte(),
            source_id: reader.cow_ordered(),
            canonical_url: reader.optional_i64().map(|hash| hash as u64),
            raw_sha256: reader.array(),
            text_sha256: reader.array(),
            key_sha256: reader.array(),
            size: u64::from_be_bytes(reader.array()),
            bands: {
                let count = usize::from(u16::from_be_bytes(reader.array()));
                BandKeys(Cow::Borrowed(reader.bytes(4 * count)))
            },
            carried: reader.byte() == 1,
        }
    }

    /// The same row with texts of its own.
    pub fn into_owned(self) -> KeyRow<'static> {
        KeyRow {
            raw_path: Cow::Owned(self.raw_path.into_owned()),
            source_id: Cow::Owned(self.source_id.into_owned()),
            bands: BandKeys(Cow::Owned(self.bands.0.into_owned())),
            ..self
        }
    }

    /// When the article was published.
    pub fn published(&self) -> Published {
        Published { date: self.published_date, at: self.published_at, day_precise: self.day_precise }
    }

    /// Days between two rows: see [`Published::days_apart`].
    pub fn days_apart(&self, other: &KeyRow<'_>) -> Option<f64> {
        self.published().days_apart(other.published())
    }
}

/// Keys of the bands of a text, in order; four bytes each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BandKeys<'a>(Cow<'a, [u8]>);

impl BandKeys<'_> {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len() / 4
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The keys.
    pub fn keys(&self) -> impl Iterator<Item = u32> {
        self.0.as_chunks::<4>().0.iter().map(|key| u32::from_be_bytes(*key))
    }
}

impl FromIterator<u32> for BandKeys<'static> {
    fn from_iter<I: IntoIterator<Item = u32>>(keys: I) -> Self {
        Self(Cow::Owned(keys.into_iter().flat_map(u32::to_be_bytes).collect()))
    }
}

/// When an article was published, as far as comparing needs to know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// `published_date`, days since 1970-01-01.
    pub date: Option<i32>,
    /// `published_at`, microseconds since 1970-01-01T00:00:00Z.
    pub at: Option<i64>,
    /// Whether the date is known to the day or finer.
    pub day_precise: bool,
}

impl Published {
    /// Days between two: of the instants when both are known, else of the dates; `None` when one is coarser than a day.
    pub fn days_apart(self, other: Self) -> Option<f64> {
        const DAY: f64 = 86_400_000_000.0;
        if !self.day_precise || !other.day_precise {
            return None;
        }
        match (self.at, other.at) {
            (Some(a), Some(b)) => Some(a.abs_diff(b) as f64 / DAY),
            _ => Some(f64::from(self.date?.abs_diff(other.date?))),
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

/// The raw path in a row that begins with a sort key.
pub fn raw_path_of(row: &[u8]) -> String {
    let mut reader = RowReader::new(row);
    reader.optional_i64();
    reader.skip_ordered();
    reader.array::<16>();
    reader.text_ordered()
}

/// The 16 bytes of the id in a row that begins with a sort key.
pub fn id_of(row: &[u8]) -> [u8; 16] {
    let mut reader = RowReader::new(row);
    reader.optional_i64();
    reader.skip_ordered();
    reader.array()
}

/// `published_date`, `source_id` and the 16 bytes of the id in a row that begins with a sort key.
pub fn sort_key_head(row: &[u8]) -> (Option<i32>, Cow<'_, str>, [u8; 16]) {
    let mut reader = RowReader::new(row);
    (reader.optional_i64().map(|date| date as i32), reader.cow_ordered(), reader.array())
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
            source_rank: 100,
            metadata: 3,
            source_id: "s".into(),
            canonical_url: None,
            raw_sha256: [1; 16],
            text_sha256: [2; 16],
            key_sha256: [3; 16],
            size: 10,
            bands: BandKeys::default(),
            carried: false,
            part: NEW_PART,
        }
    }

    #[test]
    fn rows_survive_the_round_trip() {
        let row = KeyRow {
            published_at: Some(-5),
            published_date: None,
            day_precise: false,
            canonical_url: Some(u64::MAX),
            bands: [0, 7, u32::MAX].into_iter().collect(),
            carried: true,
            part: 3,
            ..row(7)
        };
        let mut bytes = Vec::new();
        row.push_row(&mut bytes);
        let read = KeyRow::read(&mut RowReader::new(&bytes));
        assert_eq!(read, row);
        assert_eq!(read.bands.keys().collect::<Vec<_>>(), [0, 7, u32::MAX]);
        assert_eq!(read.into_owned(), row);
        let mut key = Vec::new();
        row.push_sort_key(&mut key);
        let keyed = [&key[..], b"rest"].concat();
        let (split, reader) = split_sort_key(&keyed);
        assert_eq!((split, reader.rest()), (&key[..], &b"rest"[..]));
        assert_eq!((raw_path_of(&keyed), id_of(&keyed)), (row.raw_path.to_string(), row.id));
        assert_eq!(sort_key_head(&keyed), (None, "s".into(), row.id));
    }

    #[test]
    fn cells_end_behind_the_first_byte_of_the_id() {
        let mut key = Vec::new();
        row(1).push_sort_key(&mut key);
        assert_eq!(cell_of(&key).len(), 9 + 3 + 1);
    }
}
