//! `copydesk takedown verify`: reads every byte of a dataset and holds what it finds to the ledger.
//!
//! Values of tables are compared column by column, and texts by their digests. Beside that every file is read as bytes (footers,
//! statistics, pages of text, JSON lines, the card), and whatever looks like an id, a digest or an address is compared too.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;

use serde::Serialize;

use crate::columns::{ARTICLES, ColumnType, Table, tables_of};
use crate::error::{Error, Result};
use crate::io::{OnUnreadable, open_file, walk};
use crate::kernels::hash_url::{hash_address, hash_url};
use crate::kernels::sha256::Digest;
use crate::pipeline::article_rows::{text, text_option};
use crate::pipeline::dataset_rows::Dataset;
use crate::pipeline::incremental::{FOLDER, read_index_rows};
use crate::stages::takedowns::Takedowns;

/// Bytes that are read at once.
const BLOCK: usize = 1 << 20;
/// Longest token that is looked for.
const LONGEST: usize = 8 << 10;
/// First bytes of a zstd frame.
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Something of an article that was taken down.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Remnant {
    /// The file below the dataset, or the table.
    pub place: String,
    /// What it is: a column, or `bytes`.
    pub what: String,
    /// How often.
    pub count: u64,
}

/// The outcome of a proof.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Proof {
    /// Whether nothing was found.
    pub absent: bool,
    /// Files that were read.
    pub files: u64,
    /// Rows of all tables that were read.
    pub rows: u64,
    /// What was found, by place; no value is told.
    pub remnants: Vec<Remnant>,
}

/// Looks for everything that the ledger names in the dataset at `path`.
///
/// # Errors
/// When the dataset is none or damaged, or a file cannot be read.
pub fn prove(path: &Path, takedowns: &Takedowns) -> Result<Proof> {
    let dataset = Dataset::open(path)?;
    let mut search = Search { takedowns, proof: Proof::default(), found: BTreeMap::new() };
    for table in tables_of(&ARTICLES, dataset.manifest.splits.is_some()) {
        search.table(&dataset, table)?;
    }
    let walked = walk(path, OnUnreadable::Fail)?;
    for file in &walked.files {
        search.file(&walked.path(&file.raw_path), &file.raw_path)?;
    }
    search.index(path)?;
    let Search { mut proof, found, .. } = search;
    proof.remnants = found.into_iter().map(|((place, what), count)| Remnant { place, what, count }).collect();
    proof.absent = proof.remnants.is_empty();
    Ok(proof)
}

struct Search<'a> {
    takedowns: &'a Takedowns,
    proof: Proof,
    found: BTreeMap<(String, String), u64>,
}

impl Search<'_> {
    fn note(&mut self, place: &str, what: &str) {
        *self.found.entry((place.to_owned(), what.to_owned())).or_default() += 1;
    }

    /// Whether a value of a column is named.
    fn is_named(&self, column: &str, value: &str) -> bool {
        let takedowns = self.takedowns;
        match column {
            "id" | "other_id" | "duplicate_of" | "cluster_id" => takedowns.names_id(value),
            "raw_sha256" => takedowns.names_raw(value),
            "text_sha256" => takedowns.names_text(value),
            "url" => takedowns.names_address(hash_address(value)),
            "canonical_url" => takedowns.names_address(hash_url(value)),
            "text" => takedowns.names_text(&Digest::of(value.as_bytes()).to_string()),
            _ => false,
        }
    }

    fn table(&mut self, dataset: &Dataset<'_>, table: &'static Table) -> Result<()> {
        let looked_at = [
            "id",
            "other_id",
            "duplicate_of",
            "cluster_id",
            "raw_sha256",
            "text_sha256",
            "url",
            "canonical_url",
            "text",
        ];
        let columns = table.columns.iter().filter(|column| column.kind == ColumnType::Text);
        let names: Vec<&str> = columns.map(|column| column.name).filter(|name| looked_at.contains(name)).collect();
        dataset.scan(table, &names, |batch| {
            self.proof.rows += batch.num_rows() as u64;
            for name in &names {
                let values = text(batch, name);
                for row in 0..batch.num_rows() {
                    if text_option(values, row).is_some_and(|value| self.is_named(name, value)) {
                        self.note(table.name, name);
                    }
                }
            }
            Ok(())
        })
    }

    /// Reads a file as bytes, and unpacks it when it is packed as a whole.
    fn file(&mut self, path: &Path, name: &str) -> Result<()> {
        let Some((file, _)) = open_file(path)? else { return Ok(()) };
        self.proof.files += 1;
        let mut source = BufReader::with_capacity(BLOCK, file);
        let failed = |error| Error::io("read", path, error);
        let packed = source.fill_buf().map_err(failed)?.starts_with(&ZSTD);
        let unpacked = Path::new(name.strip_suffix(".zst").unwrap_or(name));
        let lines = unpacked.extension().is_some_and(|extension| extension == "jsonl");
        if packed {
            let source = zstd::Decoder::with_buffer(source).map_err(failed)?;
            return self.stream(source, (name, lines)).map_err(failed);
        }
        self.stream(source, (name, lines)).map_err(failed)
    }

    fn stream(&mut self, source: impl Read, (name, lines): (&str, bool)) -> std::io::Result<()> {
        let mut source = BufReader::with_capacity(BLOCK, source);
        if lines {
            let mut line = Vec::new();
            while source.read_until(b'\n', &mut line)? > 0 {
                self.bytes(&line, name);
                // `check` holds the lines to the rows; here only what the text itself says is looked at.
                let text = serde_json::from_slice::<TextOf>(&line).ok().map(|of| of.text);
                if text.is_some_and(|text| self.is_named("text", &text)) {
                    self.note(name, "text");
                }
                line.clear();
            }
            return Ok(());
        }
        let mut window: Vec<u8> = Vec::with_capacity(2 * BLOCK);
        loop {
            let read = source.by_ref().take(BLOCK as u64).read_to_end(&mut window)?;
            // A token that is cut by the end of the window is looked at whole with the next block.
            let end = if read == 0 { window.len() } else { window.len().saturating_sub(LONGEST) };
            self.tokens(&window, end, name);
            if read == 0 {
                return Ok(());
            }
            window.drain(..end);
        }
    }

    fn bytes(&mut self, bytes: &[u8], name: &str) {
        self.tokens(bytes, bytes.len(), name);
    }

    /// Holds the tokens that begin before `end` to the ledger.
    fn tokens(&mut self, bytes: &[u8], end: usize, name: &str) {
        let starts = |needle: &'static [u8]| memchr::memmem::find_iter(bytes, needle).filter(move |at| *at < end);
        let digits = |at: usize, count: usize| {
            let token = bytes.get(at..at + count)?;
            token.iter().all(u8::is_ascii_hexdigit).then(|| std::str::from_utf8(token).ok()).flatten()
        };
        let mut found = 0_u64;
        for at in starts(b"art_") {
            let id = digits(at + 4, 32).is_some_and(|digits| self.takedowns.names_id(&format!("art_{digits}")));
            found += u64::from(id);
        }
        for at in starts(b"sha256:") {
            let named = |digits: &str| {
                let digest = format!("sha256:{digits}");
                self.takedowns.names_raw(&digest) || self.takedowns.names_text(&digest)
            };
            found += u64::from(digits(at + 7, 64).is_some_and(named));
        }
        for at in starts(b"http") {
            let rest = &bytes[at..bytes.len().min(at + LONGEST)];
            if rest.starts_with(b"http://") || rest.starts_with(b"https://") {
                let stops =
                    |byte: &u8| byte.is_ascii_whitespace() || byte.is_ascii_control() || b"\"'<>\\)`".contains(byte);
                let length = rest.iter().position(stops).unwrap_or(rest.len());
                let url = String::from_utf8_lossy(&rest[..length]);
                found += u64::from(self.is_named("url", &url) || self.is_named("canonical_url", &url));
            }
        }
        if found > 0 {
            *self.found.entry((name.to_owned(), "bytes".to_owned())).or_default() += found;
        }
    }

    /// The index has no more than hashes of addresses.
    fn index(&mut self, root: &Path) -> Result<()> {
        let mut named = 0;
        read_index_rows(root, |row| {
            named += u64::from(row.canonical_url.is_some_and(|hash| self.takedowns.names_address(hash)));
        })?;
        if named > 0 {
            self.found.insert((FOLDER.to_owned(), "canonical_url".to_owned()), named);
        }
        Ok(())
    }
}

/// The text of a JSON line.
#[derive(serde::Deserialize)]
struct TextOf<'a> {
    #[serde(borrow)]
    text: std::borrow::Cow<'a, str>,
}
