//! `ingest`: records of a reader become rows of a batch, each with its place, its digest and its id.
//!
//! The one stage that does not take batches: the runner hands it the tiles of a reader. It decides nothing about content; what
//! is stated about a record travels in `_statements` until `attach` chooses.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringBuilder};
use arrow::datatypes::{FieldRef, Schema, SchemaRef};

use crate::columns::StatementListBuilder;
use crate::columns::batch::field_of;
use crate::columns::interim::STATEMENTS;
use crate::error::Result;
use crate::kernels::sha256::{Digest, Hasher, WRITTEN_LEN, write_hex};
use crate::origin::ByteRange;
use crate::readers::RawRecord;
use crate::rejection::{Damage, RawBytes, Rejection};
use crate::statement::Statement;

/// The columns of a batch that [`IngestBuilder::finish`] returns, in order.
pub const PROVIDES: &[&str] = &[
    "raw_path",
    "raw_index",
    "raw_offset",
    "raw_length",
    "raw_sha256",
    "id",
    "format",
    "encoding",
    "text",
    STATEMENTS,
];

/// Longest record in bytes that a config may allow.
///
/// Columns of one batch are addressed with 31 bits. A batch is handed on before it holds more than a few MiB and one record
/// more; text grows at most threefold when it is decoded, and again when it is composed.
pub const MAX_RECORD_BYTES: u64 = 200 << 20;

/// What begins the digested bytes of an id; a new rule for ids gets a new number.
const ID_DOMAIN: &[u8] = b"copydesk-id-1";
const ID_PREFIX: &[u8] = b"art_";
const ID_DIGITS: usize = 32;
const ID_LEN: usize = ID_PREFIX.len() + ID_DIGITS;

/// Bytes of a row besides its strings: `raw_index`, `raw_offset`, `raw_length`, digest and id.
const FIXED_BYTES: usize = 3 * size_of::<i64>() + WRITTEN_LEN + ID_LEN;
/// Bytes of a statement besides its value.
const STATEMENT_BYTES: usize = 3 + 2 * size_of::<i64>();

/// What is known about a raw file before its records are read; the same for all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFacts {
    /// Path relative to the input root, in the form of [`Origin::raw_path`](crate::origin::Origin::raw_path).
    pub raw_path: String,
    /// Name of the reader, for column `format`.
    pub format: &'static str,
    /// What a sidecar and the path patterns state; they stand before the record's own statements.
    pub statements: Vec<Statement<'static>>,
    /// The source string of a sidecar or path pattern as written, else empty; enters the ids.
    pub stated_outlet: String,
}

/// The id of a record: `art_` and the first 32 hexadecimal digits of a SHA-256.
///
/// Digested are `copydesk-id-1`, NUL, the digest of the raw record in its written form (`sha256:` and 64 digits), NUL, and the
/// stated outlet. Registry, normaliser, extractors and version never enter, so that an id survives them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordId([u8; ID_LEN]);

impl RecordId {
    /// The id of a record with a digest, in a file with a stated outlet (empty when nothing is stated).
    pub fn new(raw_sha256: &Digest, stated_outlet: &str) -> Self {
        let mut hasher = Hasher::new();
        for part in [ID_DOMAIN, b"\0", &raw_sha256.written(), b"\0", stated_outlet.as_bytes()] {
            hasher.update(part);
        }
        let mut id = [0; ID_LEN];
        let (prefix, digits) = id.split_at_mut(ID_PREFIX.len());
        prefix.copy_from_slice(ID_PREFIX);
        write_hex(&hasher.finish().0, digits);
        Self(id)
    }

    /// The id as it is stored.
    pub fn as_str(&self) -> &str {
        ascii(&self.0)
    }
}

/// A range of a stream that is no record, with everything that its row of `records` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamagedRecord {
    /// Path of the file.
    pub raw_path: String,
    /// Place among the records of the file, from 0.
    pub raw_index: i64,
    /// Bytes of the decoded stream.
    pub range: ByteRange,
    /// Digest of those bytes, written form.
    pub raw_sha256: String,
    /// Id, made as for any other record.
    pub id: String,
    /// Why it is no record.
    pub rejection: Rejection,
}

impl DamagedRecord {
    /// The record that a damaged range counts as.
    pub fn new(facts: &FileFacts, raw_index: i64, damage: &Damage<'_>) -> Self {
        let digest = match damage.raw {
            RawBytes::Bytes(bytes) => Digest::of(bytes),
            RawBytes::Digest(digest) => Digest(digest),
        };
        Self {
            raw_path: facts.raw_path.clone(),
            raw_index,
            range: damage.range,
            raw_sha256: digest.to_string(),
            id: RecordId::new(&digest, &facts.stated_outlet).as_str().to_owned(),
            rejection: damage.rejection.clone(),
        }
    }
}

/// Builds batches from records, one after another; each is allocated at the size of the last.
#[derive(Debug)]
pub struct IngestBuilder {
    rows: Rows,
    logical_bytes: usize,
}

impl IngestBuilder {
    /// A builder without rows.
    pub fn new() -> Self {
        Self { rows: Rows::with_room(&Room::default()), logical_bytes: 0 }
    }

    /// Adds a record as the last row; `raw_index` is its place among the records of the file.
    ///
    /// # Panics
    /// When the strings of a batch pass 2 GiB: see [`MAX_RECORD_BYTES`].
    pub fn push_record(&mut self, record: &RawRecord<'_>, facts: &FileFacts, raw_index: i64) {
        let digest = Digest::of(record.bytes);
        let rows = &mut self.rows;
        rows.raw_path.append_value(&facts.raw_path);
        rows.raw_index.push(raw_index);
        rows.raw_offset.push(record.range.offset as i64);
        rows.raw_length.push(record.range.length as i64);
        rows.raw_sha256.append_value(ascii(&digest.written()));
        rows.id.append_value(RecordId::new(&digest, &facts.stated_outlet).as_str());
        rows.format.append_value(facts.format);
        rows.encoding.append_value(record.encoding);
        rows.text.append_value(record.text);
        for statement in facts.statements.iter().chain(record.statements) {
            rows.statements.push(statement);
            self.logical_bytes += statement.value.len() + STATEMENT_BYTES;
        }
        rows.statements.end_row();
        self.logical_bytes +=
            FIXED_BYTES + facts.raw_path.len() + facts.format.len() + record.encoding.len() + record.text.len();
    }

    /// Number of rows so far.
    pub fn rows(&self) -> usize {
        self.rows.raw_index.len()
    }

    /// The sum of the value lengths so far; the caller takes the batch when it passes the limit of a batch.
    pub fn logical_bytes(&self) -> usize {
        self.logical_bytes
    }

    /// The rows so far as a batch with the columns [`PROVIDES`]; the builder is empty again.
    ///
    /// # Errors
    /// Never: the columns are as long as each other and of the declared types.
    pub fn finish(&mut self) -> Result<RecordBatch> {
        static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
            Arc::new(Schema::new(PROVIDES.iter().map(|name| field_of(name)).collect::<Vec<FieldRef>>()))
        });
        let room = self.rows.room();
        let rows = std::mem::replace(&mut self.rows, Rows::with_room(&room));
        self.logical_bytes = 0;
        Ok(RecordBatch::try_new(Arc::clone(&SCHEMA), rows.into_arrays())?)
    }
}

impl Default for IngestBuilder {
    fn default() -> Self {
        Self::new()
    }
}

/// How much a batch held, and a sixteenth more where that differs from batch to batch: a builder that grows by a little copies all.
#[derive(Debug, Default)]
struct Room {
    rows: usize,
    path_bytes: usize,
    text_bytes: usize,
    statements: (usize, usize),
}

/// The columns as they grow.
#[derive(Debug)]
struct Rows {
    raw_path: StringBuilder,
    raw_index: Vec<i64>,
    raw_offset: Vec<i64>,
    raw_length: Vec<i64>,
    raw_sha256: StringBuilder,
    id: StringBuilder,
    format: StringBuilder,
    encoding: StringBuilder,
    text: StringBuilder,
    statements: StatementListBuilder,
}

impl Rows {
    fn with_room(room: &Room) -> Self {
        let rows = room.rows;
        /// Names of formats and encodings are about this long.
        const NAME: usize = 8;
        Self {
            raw_path: StringBuilder::with_capacity(rows, room.path_bytes),
            raw_index: Vec::with_capacity(rows),
            raw_offset: Vec::with_capacity(rows),
            raw_length: Vec::with_capacity(rows),
            raw_sha256: StringBuilder::with_capacity(rows, rows * WRITTEN_LEN),
            id: StringBuilder::with_capacity(rows, rows * ID_LEN),
            format: StringBuilder::with_capacity(rows, rows * NAME),
            encoding: StringBuilder::with_capacity(rows, rows * NAME),
            text: StringBuilder::with_capacity(rows, room.text_bytes),
            statements: StatementListBuilder::with_capacity(rows, room.statements.0, room.statements.1),
        }
    }

    fn room(&self) -> Room {
        let more = |size: usize| size + size / 16;
        let statements = self.statements.size();
        Room {
            rows: more(self.raw_index.len()),
            path_bytes: more(self.raw_path.values_slice().len()),
            text_bytes: more(self.text.values_slice().len()),
            statements: (more(statements.0), more(statements.1)),
        }
    }

    fn into_arrays(mut self) -> Vec<ArrayRef> {
        vec![
            Arc::new(self.raw_path.finish()),
            Arc::new(Int64Array::from(self.raw_index)),
            Arc::new(Int64Array::from(self.raw_offset)),
            Arc::new(Int64Array::from(self.raw_length)),
            Arc::new(self.raw_sha256.finish()),
            Arc::new(self.id.finish()),
            Arc::new(self.format.finish()),
            Arc::new(self.encoding.finish()),
            Arc::new(self.text.finish()),
            Arc::new(self.statements.finish()),
        ]
    }
}

fn ascii(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("law: digests and ids are written in ASCII")
}

#[cfg(test)]
mod tests {
    use arrow::array::StringArray;

    use super::*;
    use crate::columns::StatementList;
    use crate::columns::batch::column;
    use crate::rejection::ReasonCode;
    use crate::statement::{Evidence, Field};

    fn facts() -> FileFacts {
        FileFacts {
            raw_path: "harbour/2025.jsonl".into(),
            format: "jsonl",
            statements: vec![Statement::new(Field::Source, Evidence::Sidecar, "Harbour Times")],
            stated_outlet: "Harbour Times".into(),
        }
    }

    fn record<'a>(bytes: &'a [u8], statements: &'a [Statement<'a>]) -> RawRecord<'a> {
        let range = ByteRange::new(7, bytes.len() as u64);
        RawRecord { range, bytes, encoding: "utf-8", text: "Ferries run again.", statements }
    }

    #[test]
    fn a_row_says_where_it_came_from() {
        let own = [Statement::new(Field::Title, Evidence::RecordField, "Ferries")];
        let mut builder = IngestBuilder::new();
        builder.push_record(&record(b"{}", &own), &facts(), 3);
        assert_eq!(builder.rows(), 1);
        let strings = "harbour/2025.jsonl".len() + "jsonl".len() + "utf-8".len() + "Ferries run again.".len();
        let stated = "Harbour Times".len() + "Ferries".len() + 2 * 19;
        assert_eq!(builder.logical_bytes(), 24 + 71 + 36 + strings + stated);
        let batch = builder.finish().expect("a batch");
        let text = |name| column::<StringArray>(&batch, name).expect("a string column").value(0).to_owned();
        assert_eq!(text("raw_sha256"), Digest::of(b"{}").to_string());
        assert_eq!(text("raw_path"), "harbour/2025.jsonl");
        assert_eq!((text("format"), text("encoding")), ("jsonl".to_owned(), "utf-8".to_owned()));
        let numbers = ["raw_index", "raw_offset", "raw_length"]
            .map(|name| column::<Int64Array>(&batch, name).expect("a number column").value(0));
        assert_eq!(numbers, [3, 7, 2]);
        let stated: Vec<_> = StatementList::of(&batch).expect("statements").row(0).map(|one| one.evidence).collect();
        assert_eq!(stated, [Evidence::Sidecar, Evidence::RecordField]);
        assert_eq!((builder.rows(), builder.logical_bytes()), (0, 0));
        assert_eq!(builder.finish().expect("an empty batch").num_rows(), 0);
    }

    #[test]
    fn an_id_depends_on_bytes_and_stated_outlet_alone() {
        let digest = Digest::of(b"{}");
        let expected = Digest::of(format!("copydesk-id-1\0{digest}\0Harbour Times").as_bytes()).to_string();
        let id = RecordId::new(&digest, "Harbour Times");
        assert_eq!(id.as_str(), format!("art_{}", &expected["sha256:".len()..][..32]));
        assert_ne!(id, RecordId::new(&digest, ""));
        assert_ne!(id, RecordId::new(&Digest::of(b"[]"), "Harbour Times"));
        let mut builder = IngestBuilder::new();
        builder.push_record(&record(b"{}", &[]), &facts(), 0);
        let batch = builder.finish().expect("a batch");
        assert_eq!(column::<StringArray>(&batch, "id").expect("ids").value(0), id.as_str());
    }

    #[test]
    fn damage_is_identified_like_a_record() {
        let rejection = Rejection::new(ReasonCode::InvalidJson, "expected a value");
        let range = ByteRange::new(4, 2);
        let held = Damage { range, raw: RawBytes::Bytes(b"{]"), rejection: rejection.clone() };
        let skipped = Damage { range, raw: RawBytes::Digest(Digest::of(b"{]").0), rejection };
        let record = DamagedRecord::new(&facts(), 9, &held);
        assert_eq!(record, DamagedRecord::new(&facts(), 9, &skipped));
        assert_eq!(record.raw_sha256, Digest::of(b"{]").to_string());
        assert_eq!(record.id, RecordId::new(&Digest::of(b"{]"), "Harbour Times").as_str());
        assert_eq!((record.raw_index, record.range), (9, range));
    }
}
