//! The ledger of articles that were taken down, and the gate that keeps them out of every later run.
//!
//! The ledger lies beside the configuration, never in a dataset. It holds no id, address or digest but only their HMACs with a key that
//! is never published: whoever reads it learns how many articles were taken down and why, and nothing else.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{Array, BooleanArray, RecordBatch, StringArray};
use arrow::compute::filter_record_batch;
use serde::{Deserialize, Serialize};

use super::{Stage, StageOutput};
use crate::columns::batch::column;
use crate::error::{Error, Result};
use crate::kernels::hash_url::{hash_address, hash_url};
use crate::kernels::hmac_sha256::Key;
use crate::kernels::sha256::{Digest, PREFIX, push_hex};
use crate::rejection::{ReasonCode, Rejection};

/// Version of the form of the ledger.
const FORM: u32 = 1;

/// What is wrong with a line that no takedown wrote.
const FOREIGN: &str = "expected what `copydesk takedown` writes, but found other text";

type Mac = [u8; 32];

/// What a record can be recognised by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks<'a> {
    /// `id`.
    pub id: &'a str,
    /// `raw_sha256`.
    pub raw_sha256: &'a str,
    /// `text_sha256`, where it is known.
    pub text_sha256: Option<&'a str>,
    /// Hashes of `url` and `canonical_url`, as [`record_addresses`] gives them.
    pub addresses: Vec<u64>,
}

/// Hashes of the addresses of a record: `url`, normalised, and `canonical_url`.
pub fn record_addresses(url: Option<&str>, canonical_url: Option<&str>) -> Vec<u64> {
    let mut hashes: Vec<u64> = url.map(hash_address).into_iter().chain(canonical_url.map(hash_url)).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

/// A line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: String,
    urls: Vec<String>,
    raw_sha256: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text_sha256: Option<String>,
    reason: String,
    copies: bool,
}

/// The first line of the ledger: with which key the others were made.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    takedowns: u32,
    key: String,
}

/// The articles that were taken down.
#[derive(Clone, Debug, Default)]
pub struct Takedowns {
    key: Option<Key>,
    lines: Vec<String>,
    macs: BTreeSet<Mac>,
}

impl Takedowns {
    /// Reads a ledger; an empty text is a ledger of nothing. `key` is the text of the key file, 64 hexadecimal digits.
    ///
    /// # Errors
    /// A configuration error when the ledger or the key cannot be understood, or one does not belong to the other.
    pub fn parse((name, text): (&str, &str), key: Option<(&str, &str)>) -> Result<Self> {
        let key_error = |cause: String| {
            Error::config(format!("cannot read the key of `{name}`"))
                .caused_by(cause)
                .hint("without the key with which the ledger was written nobody can tell what it names: put it back")
        };
        let parsed = key
            .map(|(key_name, key)| {
                let expected =
                    || key_error(format!("expected 64 hexadecimal digits in `{key_name}`, but found other text"));
                Key::parse(key).ok_or_else(expected)
            })
            .transpose()?;
        let mut lines = text.lines().map(str::to_owned).collect::<Vec<_>>().into_iter();
        let Some(header) = lines.next() else { return Ok(Self { key: parsed, ..Self::default() }) };
        let wrong = |number: usize, cause: String| {
            Error::config(format!("cannot read `{name}`")).caused_by(format!("line {number}: {cause}"))
        };
        let header: Header = serde_json::from_str(&header).map_err(|_| wrong(1, FOREIGN.to_owned()))?;
        if header.takedowns != FORM {
            return Err(wrong(1, format!("expected form {FORM} of a ledger, but found {}", header.takedowns)));
        }
        let Some(key) = parsed else { return Err(key_error("expected a file, but found none".to_owned())) };
        if header.key != hex(&check_of(&key)) {
            return Err(key_error("expected the key with which the ledger was written, but found another".to_owned()));
        }
        let mut takedowns = Self { key: Some(key), ..Self::default() };
        for (at, text) in lines.enumerate() {
            let line: Line = serde_json::from_str(&text).map_err(|_| wrong(at + 2, FOREIGN.to_owned()))?;
            let macs = std::iter::once(&line.id).chain([&line.raw_sha256]).chain(&line.text_sha256).chain(&line.urls);
            for mac in macs {
                let mac = Digest::parse(&format!("{PREFIX}{mac}"));
                let cause = || wrong(at + 2, "expected 64 hexadecimal digits, but found other text".to_owned());
                takedowns.macs.insert(mac.ok_or_else(cause)?.0);
            }
            takedowns.lines.push(text);
        }
        Ok(takedowns)
    }

    /// Whether nothing was taken down.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Whether there is a key.
    pub fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// The digest of the ledger; none when nothing was taken down.
    pub fn digest(&self) -> Option<Digest> {
        (!self.is_empty()).then(|| Digest::of(self.text().as_bytes()))
    }

    /// The ledger as it was before each of its lines, the shortest first, and as it is.
    pub fn versions(&self) -> impl Iterator<Item = Self> {
        (0..=self.lines.len()).map(|count| Self { lines: self.lines[..count].to_vec(), ..self.clone() })
    }

    /// The text of the ledger.
    pub fn text(&self) -> String {
        let Some(key) = self.key.as_ref().filter(|_| !self.is_empty()) else { return String::new() };
        let header = Header { takedowns: FORM, key: hex(&check_of(key)) };
        let mut text = serde_json::to_string(&header).expect("law: a line of the ledger is JSON");
        for line in &self.lines {
            text.push('\n');
            text.push_str(line);
        }
        text.push('\n');
        text
    }

    /// Adds an article; one of which the ledger says the same already is not added again.
    ///
    /// # Panics
    /// When there is no key.
    pub fn add(&mut self, marks: &Marks<'_>, reason: &str, copies: bool) {
        let key = self.key.as_ref().expect("law: a ledger is written with its key");
        let id = of_text(key, "id", marks.id);
        let raw = of_text(key, "raw_sha256", marks.raw_sha256);
        let text = marks.text_sha256.filter(|_| copies).map(|text| of_text(key, "text_sha256", text));
        let urls: Vec<Mac> = marks.addresses.iter().map(|hash| of_address(key, *hash)).collect();
        let mut all = [id, raw].into_iter().chain(text).chain(urls.iter().copied());
        if all.all(|mac| self.macs.contains(&mac)) {
            return;
        }
        let line = Line {
            id: hex(&id),
            urls: urls.iter().map(hex).collect(),
            raw_sha256: hex(&raw),
            text_sha256: text.as_ref().map(hex),
            reason: reason.to_owned(),
            copies,
        };
        self.macs.extend([id, raw].into_iter().chain(text).chain(urls));
        self.lines.push(serde_json::to_string(&line).expect("law: a line of the ledger is JSON"));
    }

    /// Whether the ledger names an id.
    pub fn names_id(&self, id: &str) -> bool {
        self.names(|key| of_text(key, "id", id))
    }

    /// Whether it names the digest of raw bytes, in its written form.
    pub fn names_raw(&self, raw_sha256: &str) -> bool {
        self.names(|key| of_text(key, "raw_sha256", raw_sha256))
    }

    /// Whether it names the digest of a text, in its written form.
    pub fn names_text(&self, text_sha256: &str) -> bool {
        self.names(|key| of_text(key, "text_sha256", text_sha256))
    }

    /// Whether it names an address, by its hash.
    pub fn names_address(&self, hash: u64) -> bool {
        self.names(|key| of_address(key, hash))
    }

    /// Whether it names a record by any of its marks.
    pub fn names_record(&self, marks: &Marks<'_>) -> bool {
        self.names_id(marks.id)
            || self.names_raw(marks.raw_sha256)
            || marks.text_sha256.is_some_and(|text| self.names_text(text))
            || marks.addresses.iter().any(|hash| self.names_address(*hash))
    }

    fn names(&self, mac: impl FnOnce(&Key) -> Mac) -> bool {
        !self.is_empty() && self.key.as_ref().is_some_and(|key| self.macs.contains(&mac(key)))
    }
}

fn of_text(key: &Key, kind: &str, value: &str) -> Mac {
    key.sign(&[kind.as_bytes(), b"\0", value.as_bytes()])
}

fn of_address(key: &Key, hash: u64) -> Mac {
    key.sign(&[b"url\0", &hash.to_be_bytes()])
}

/// Tells a key from others.
fn check_of(key: &Key) -> Mac {
    key.sign(&[b"copydesk takedowns"])
}

fn hex(mac: &Mac) -> String {
    let mut text = String::new();
    push_hex(mac, &mut text);
    text
}

/// The last stage before dedup, behind which no article that was taken down goes on.
///
/// What an earlier stage rejects has no more than its id and the digest of its bytes; the export holds these to the ledger.
pub struct Gate {
    inner: Box<dyn Stage>,
    takedowns: Arc<Takedowns>,
}

impl Gate {
    /// Sets the gate behind a stage.
    pub fn behind(inner: Box<dyn Stage>, takedowns: Arc<Takedowns>) -> Self {
        Self { inner, takedowns }
    }
}

impl Stage for Gate {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn requires(&self) -> &[&'static str] {
        self.inner.requires()
    }

    fn provides(&self) -> &[&'static str] {
        self.inner.provides()
    }

    fn apply(&self, batch: &RecordBatch) -> Result<StageOutput> {
        let mut output = self.inner.apply(batch)?;
        if self.takedowns.is_empty() {
            return Ok(output);
        }
        let [id, raw, text, url, canonical] =
            ["id", "raw_sha256", "text_sha256", "url", "canonical_url"].map(|name| column(&output.kept, name));
        let (id, raw, text): (&StringArray, &StringArray, &StringArray) = (id?, raw?, text?);
        let (url, canonical): (&StringArray, &StringArray) = (url?, canonical?);
        let value = |array: &StringArray, row: usize| array.is_valid(row).then(|| array.value(row).to_owned());
        let stays = |row: usize| {
            let addresses = record_addresses(value(url, row).as_deref(), value(canonical, row).as_deref());
            let marks =
                Marks { id: id.value(row), raw_sha256: raw.value(row), text_sha256: Some(text.value(row)), addresses };
            Some(!self.takedowns.names_record(&marks))
        };
        let stays: BooleanArray = (0..output.kept.num_rows()).map(stays).collect();
        if stays.true_count() == stays.len() {
            return Ok(output);
        }
        let mut stopped = output.rejected.iter().map(|(row, _)| *row).peekable();
        let passed: Vec<usize> = (0..batch.num_rows()).filter(|row| stopped.next_if_eq(row).is_none()).collect();
        let taken = passed.iter().zip(&stays).filter(|(_, stays)| *stays == Some(false));
        let taken: Vec<_> = taken.map(|(row, _)| (*row, Rejection::new(ReasonCode::TakenDown, ""))).collect();
        output.rejected.extend(taken);
        output.rejected.sort_by_key(|(row, _)| *row);
        output.kept = filter_record_batch(&output.kept, &stays)?;
        Ok(output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b\n";

    fn marks(id: &str, address: &str) -> Marks<'static> {
        let leaked = |text: String| -> &'static str { text.leak() };
        Marks {
            id: leaked(format!("art_{id}")),
            raw_sha256: leaked(Digest::of(id.as_bytes()).to_string()),
            text_sha256: Some("sha256:text"),
            addresses: record_addresses(Some(address), None),
        }
    }

    #[test]
    fn a_ledger_comes_back_and_names_what_was_entered() {
        let mut ledger = Takedowns::parse(("t", ""), Some(("k", KEY))).unwrap();
        assert!(ledger.is_empty() && ledger.digest().is_none() && ledger.text().is_empty());
        ledger.add(&marks("1", "https://example.org/a"), "asked", false);
        ledger.add(&marks("1", "https://Example.org/a"), "asked again", false);
        ledger.add(&marks("2", "https://example.org/b"), "asked", true);
        let text = ledger.text();
        assert_eq!(text.lines().count(), 3, "what it names already is not entered again");
        for plain in ["art_", "example", "sha256:"] {
            assert!(!text.contains(plain), "{text}");
        }
        let read = Takedowns::parse(("t", &text), Some(("k", KEY))).unwrap();
        assert_eq!((read.text(), read.digest()), (text.clone(), ledger.digest()));
        assert!(read.names_id("art_1") && read.names_id("art_2") && !read.names_id("art_3"));
        assert!(read.names_record(&marks("3", "HTTPS://example.org/a")));
        assert!(read.names_text("sha256:text") && !read.names_raw("art_1"), "kinds are told apart");
        let digests: Vec<_> = read.versions().map(|version| version.digest()).collect();
        assert_eq!((digests.len(), digests[0], digests[2]), (3, None, ledger.digest()));
    }

    #[test]
    fn the_gate_tells_the_rows_that_it_stops() {
        use crate::columns::batch::replace_columns;
        use crate::stages::laws::text_batch;
        use crate::stages::normalize::Normalize;
        let batch = text_batch(&["One.", "", "Three.", "Four."]);
        let rows = batch.num_rows();
        let of = |name: &str| -> arrow::array::ArrayRef {
            let value = |row: usize| match name {
                "url" => Some(format!("https://example.org/{row}")),
                "canonical_url" => None,
                _ => Some(format!("{name}{row}")),
            };
            Arc::new((0..rows).map(value).collect::<StringArray>())
        };
        let names = ["raw_sha256", "text_sha256", "url", "canonical_url"];
        let batch = replace_columns(&batch, names.map(|name| (name, of(name))).to_vec(), &[]).unwrap();
        let mut ledger = Takedowns::parse(("t", ""), Some(("k", KEY))).unwrap();
        ledger.add(&marks("9", "https://example.org/2"), "asked", false);
        let output = Gate::behind(Box::new(Normalize), Arc::new(ledger)).apply(&batch).unwrap();
        let stopped: Vec<_> = output.rejected.iter().map(|(row, rejection)| (*row, rejection.reason)).collect();
        assert_eq!(stopped, [(1, ReasonCode::EmptyText), (2, ReasonCode::TakenDown)]);
        assert_eq!(output.kept.num_rows(), 2);
    }
}
