//! `fingerprint`: counts and digests of the text, the cluster columns as of an article without duplicates, and table order.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BinaryArray, BinaryBuilder, BooleanArray, FixedSizeBinaryArray, Float64Array, Int32Array,
    RecordBatch, StringArray, StringBuilder,
};
use arrow::buffer::{BooleanBuffer, Buffer};

use super::{Stage, StageOutput};
use crate::columns::batch::{column, replace_columns};
use crate::columns::interim::{BANDS, KEY_SHA256};
use crate::columns::{ARTICLES, SCHEMA_VERSION, TextListBuilder};
use crate::dedup::boilerplate::KeyScratch;
use crate::dedup::{Boilerplate, NearRule};
use crate::error::Result;
use crate::kernels::count_words::{count_chars, count_words};
use crate::kernels::fold_key::fold_key;
use crate::kernels::sha256::{Digest, WRITTEN_LEN};
use crate::kernels::shingle_key::{Shingles, shingle_key};
use crate::kernels::sketch_set::Sketcher;

/// Counts and digests `text`, and completes the row.
///
/// `_key_sha256` is the digest of the folded text; where nothing is left of it (a text of symbols alone) that of the text, which
/// no folded text can equal. Behind this stage a batch holds the columns of `articles` in table order (those that came in or
/// were added), then the others in the order in which they came.
///
/// `_bands` has the keys by which near-duplicates are sought, where any are; paragraphs that are left out of comparisons are not in
/// them.
#[derive(Clone, Debug, Default)]
pub struct Fingerprint {
    near: Option<NearRule>,
    boilerplate: Arc<Boilerplate>,
}

impl Fingerprint {
    /// The stage; `near` says how near-duplicates are sought, `boilerplate` what is left out of that.
    pub fn new(near: Option<NearRule>, boilerplate: Arc<Boilerplate>) -> Self {
        Self { near, boilerplate }
    }
}

impl Stage for Fingerprint {
    fn name(&self) -> &'static str {
        "fingerprint"
    }

    fn requires(&self) -> &'static [&'static str] {
        &["id", "source_id", "text"]
    }

    fn provides(&self) -> &'static [&'static str] {
        &[
            "schema_version",
            "word_count",
            "char_count",
            "text_sha256",
            "cluster_id",
            "cluster_size",
            "is_representative",
            "cluster_relation",
            "similarity",
            "validation_codes",
            KEY_SHA256,
            BANDS,
        ]
    }

    fn apply(&self, batch: &RecordBatch) -> Result<StageOutput> {
        let rows = batch.num_rows();
        let text: &StringArray = column(batch, "text")?;
        let id: &StringArray = column(batch, "id")?;
        let counted = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
        let words = text.iter().map(|text| text.map_or(0, |text| counted(count_words(text))));
        let chars = text.iter().map(|text| text.map_or(0, |text| counted(count_chars(text))));
        let Prints { text_sha256, key_sha256, bands } = self.prints(batch, text)?;
        let columns: Vec<(&'static str, ArrayRef)> = vec![
            ("schema_version", Arc::new(repeated(SCHEMA_VERSION, rows))),
            ("word_count", Arc::new(Int32Array::from_iter_values(words))),
            ("char_count", Arc::new(Int32Array::from_iter_values(chars))),
            ("text_sha256", Arc::new(text_sha256)),
            ("cluster_id", Arc::new(id.clone())),
            ("cluster_size", Arc::new(Int32Array::from(vec![1; rows]))),
            ("is_representative", Arc::new(BooleanArray::new(BooleanBuffer::new_set(rows), None))),
            ("cluster_relation", Arc::new(repeated("unique", rows))),
            ("similarity", Arc::new(Float64Array::new_null(rows))),
            ("validation_codes", Arc::new(TextListBuilder::empty_lists(rows))),
            (KEY_SHA256, Arc::new(key_sha256)),
            (BANDS, Arc::new(bands)),
        ];
        let kept = in_table_order(&replace_columns(batch, columns, &[])?)?;
        Ok(StageOutput { kept, rejected: Vec::new() })
    }
}

/// What is made of the text of each row.
struct Prints {
    /// Digests of the texts in written form.
    text_sha256: StringArray,
    /// Digests of the folded texts as bytes.
    key_sha256: FixedSizeBinaryArray,
    /// Keys of the bands.
    bands: BinaryArray,
}

impl Fingerprint {
    fn prints(&self, batch: &RecordBatch, text: &StringArray) -> Result<Prints> {
        let sources: Option<&StringArray> =
            if self.boilerplate.is_empty() { None } else { Some(column(batch, "source_id")?) };
        let mut written = StringBuilder::with_capacity(text.len(), text.len() * WRITTEN_LEN);
        let mut keys: Vec<u8> = Vec::with_capacity(text.len() * 32);
        let width = self.near.map_or(0, |rule| 4 * rule.bands.bands);
        let mut bands = BinaryBuilder::with_capacity(text.len(), text.len() * width);
        let mut sketcher = self.near.map(|rule| (rule.shingle, Sketcher::new(rule.bands)));
        let (mut key, mut shingles, mut band_keys, mut bytes) =
            (Vec::new(), Shingles::default(), Vec::new(), Vec::new());
        let mut scratch = KeyScratch::default();
        for (row, text) in text.iter().map(Option::unwrap_or_default).enumerate() {
            let digest = Digest::of(text.as_bytes());
            written.append_value(std::str::from_utf8(&digest.written()).expect("law: digests are written in ASCII"));
            fold_key(text, &mut key);
            let of_key = if key.is_empty() { digest } else { Digest::of(&key) };
            keys.extend_from_slice(&of_key.0);
            bytes.clear();
            if let Some((rule, sketcher)) = &mut sketcher {
                let compared = match sources {
                    Some(sources) => self.boilerplate.compared_key((sources.value(row), text), &key, &mut scratch),
                    None => &key,
                };
                shingle_key(compared, *rule, &mut shingles);
                if !shingles.hashes.is_empty() {
                    band_keys.clear();
                    sketcher.push_bands(&shingles.hashes, &mut band_keys);
                    bytes.extend(band_keys.iter().flat_map(|key: &u32| key.to_le_bytes()));
                }
            }
            bands.append_value(&bytes);
        }
        Ok(Prints {
            text_sha256: written.finish(),
            key_sha256: FixedSizeBinaryArray::new(32, Buffer::from_vec(keys), None),
            bands: bands.finish(),
        })
    }
}

fn repeated(value: &str, rows: usize) -> StringArray {
    let mut builder = StringBuilder::with_capacity(rows, rows * value.len());
    (0..rows).for_each(|_| builder.append_value(value));
    builder.finish()
}

/// The columns of `articles` in table order, then the others.
fn in_table_order(batch: &RecordBatch) -> Result<RecordBatch> {
    let schema = batch.schema_ref();
    let known = ARTICLES.columns.iter().filter_map(|column| schema.index_of(column.name).ok());
    let others = (0..schema.fields().len()).filter(|place| ARTICLES.column(schema.field(*place).name()).is_none());
    Ok(batch.project(&known.chain(others).collect::<Vec<_>>())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stages::laws::text_batch;

    #[test]
    fn texts_are_counted_and_digested() {
        let batch = text_batch(&["Two words.", "two WORDS", "…!", "!"]);
        let kept = Fingerprint::default().apply(&batch).expect("applied").kept;
        let words: &Int32Array = column(&kept, "word_count").expect("counts");
        let chars: &Int32Array = column(&kept, "char_count").expect("counts");
        assert_eq!((&words.values()[..], &chars.values()[..]), (&[2, 2, 0, 0][..], &[10, 9, 2, 1][..]));
        let written: &StringArray = column(&kept, "text_sha256").expect("digests");
        assert_eq!(written.value(0), Digest::of(b"Two words.").to_string());
        let keys: &FixedSizeBinaryArray = column(&kept, KEY_SHA256).expect("keys");
        assert_eq!(keys.value(0), keys.value(1));
        assert_eq!(keys.value(2), Digest::of("…!".as_bytes()).0);
        assert_ne!(keys.value(2), keys.value(3));
    }

    #[test]
    fn a_row_stands_for_itself_and_columns_are_in_order() {
        let kept = Fingerprint::default().apply(&text_batch(&["One."])).expect("applied").kept;
        assert_eq!(kept.column_by_name("cluster_id"), kept.column_by_name("id"));
        let relation: &StringArray = column(&kept, "cluster_relation").expect("relations");
        assert_eq!(relation.value(0), "unique");
        let places: Vec<Option<usize>> = kept
            .schema()
            .fields()
            .iter()
            .map(|field| ARTICLES.columns.iter().position(|column| column.name == field.name()))
            .collect();
        let known = places.iter().flatten().count();
        assert!(places.iter().take(known).is_sorted() && places.iter().take(known).all(Option::is_some));
    }
}
