//! Finds near-duplicates alone: JSON lines in, pairs out; the program of `bench/near`.
//!
//! `near FOLDER OUT [THREADS]` reads the key `text` of every line of `FOLDER/*.jsonl`, finds exact classes by the folded text and
//! near-duplicates by the default rule without a window, and writes a line for each pair to OUT: number of the file and of the first
//! byte of the line of both, and the Jaccard similarity. What the whole command does besides (normalisation, facts, validation,
//! Parquet) is left out.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a program for measuring")]

use std::borrow::Cow;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use copydesk::dedup::key_row::split_sort_key;
use copydesk::dedup::{Boilerplate, KeyRow, NearMember, NearRule, Pair, Preference};
use copydesk::error::Result;
use copydesk::kernels::encode_row::RowReader;
use copydesk::kernels::fold_key::fold_key;
use copydesk::kernels::sha256::Digest;
use copydesk::kernels::shingle_key::{Shingles, shingle_key};
use copydesk::kernels::sketch_set::Sketcher;
use copydesk::pipeline::external_sort::Sorted;
use copydesk::pipeline::near::{ClassHead, NearSearch, TextSource};

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[derive(serde::Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    text: Cow<'a, str>,
}

/// The raw files; the place of a text is its file, and the first byte of its line there.
struct Texts(Vec<Vec<u8>>);

const FILE_BIT: u32 = 40;

impl Texts {
    fn line(&self, place: i64) -> &[u8] {
        let rest = &self.0[(place >> FILE_BIT) as usize][(place & ((1 << FILE_BIT) - 1)) as usize..];
        &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())]
    }

    fn text(&self, place: i64) -> Cow<'_, str> {
        serde_json::from_slice::<Line<'_>>(self.line(place)).unwrap().text
    }
}

impl TextSource for Texts {
    fn each(&self, wanted: &Sorted, _: &Path, give: &mut dyn FnMut(&[u8], &str) -> Result<()>) -> Result<()> {
        let mut rows = wanted.rows()?;
        while let Some(row) = rows.next()? {
            let (key, rest) = split_sort_key(row);
            let place = RowReader::new(&key[key.len() - 8..]).i64();
            give(rest.rest(), &self.text(place))?;
        }
        Ok(())
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [folder, out, more @ ..] = arguments.as_slice() else { panic!("near FOLDER OUT [THREADS]") };
    let workers = more.first().map_or(1, |threads| threads.parse().unwrap());
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    paths.sort();
    let texts = Texts(paths.iter().map(|path| fs::read(path).unwrap()).collect());
    let rule = NearRule { window_days: None, ..NearRule::default() };
    let preference = Preference::default();
    let next = AtomicUsize::new(0);
    let fingerprint = || {
        let (mut key, mut shingles, mut sketcher) = (Vec::new(), Shingles::default(), Sketcher::new(rule.bands));
        let mut rows = Vec::new();
        loop {
            let file = next.fetch_add(1, Ordering::Relaxed);
            let Some(bytes) = texts.0.get(file) else { return rows };
            let mut place = (file as i64) << FILE_BIT;
            let end = place + bytes.len() as i64;
            while place < end {
                fold_key(&texts.text(place), &mut key);
                shingle_key(&key, rule.shingle, &mut shingles);
                let mut bands = Vec::with_capacity(rule.bands.bands);
                if !shingles.hashes.is_empty() {
                    sketcher.push_bands(&shingles.hashes, &mut bands);
                }
                rows.push(row(place, *Digest::of(&key).0.first_chunk().unwrap(), bands));
                place += texts.line(place).len() as i64 + 1;
            }
        }
    };
    let mut rows: Vec<KeyRow<'static>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(fingerprint)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    rows.sort_unstable_by_key(|row| (row.key_sha256, row.id));

    let mut file = std::io::BufWriter::new(fs::File::create(out).unwrap());
    let mut write = |pair: &[[u8; 16]; 2], jaccard: f64| {
        let [a, b] = pair.map(|id| i64::from_be_bytes(*id.last_chunk().unwrap()));
        let parts = [a >> FILE_BIT, a & ((1 << FILE_BIT) - 1), b >> FILE_BIT, b & ((1 << FILE_BIT) - 1)];
        writeln!(file, "{}\t{}\t{}\t{}\t{jaccard}", parts[0], parts[1], parts[2], parts[3]).unwrap();
    };
    let mut classes = rows.chunk_by(|a, b| a.key_sha256 == b.key_sha256);
    for class in classes.clone() {
        for (at, one) in class.iter().enumerate() {
            for other in &class[..at] {
                write(&[one.id, other.id], 1.0);
            }
        }
    }
    let scratch = tempfile::tempdir().unwrap();
    let (rule, preference) = (&rule, &preference);
    let (texts, scratch) = (&texts, scratch.path());
    let search = NearSearch {
        rule,
        boilerplate: &Boilerplate::default(),
        preference,
        texts,
        workers,
        scratch,
        limit: 64 << 20,
        known: None,
    };
    let found = search.find(|| {
        Ok(classes.next().map(|class| ClassHead {
            size: class.len() as u32,
            row: class[0].clone(),
            members: class.iter().take(64).map(|row| NearMember::of(row, preference)).collect(),
            untouched: false,
        }))
    });
    let found = found.unwrap();
    let mut pairs = found.pairs.rows().unwrap();
    while let Some(row) = pairs.next().unwrap() {
        let pair = Pair::read(&mut RowReader::new(row));
        write(&[pair.id, pair.other_id], pair.jaccard);
    }
}

fn row(place: i64, key_sha256: [u8; 16], bands: Vec<u32>) -> KeyRow<'static> {
    let mut id = [0; 16];
    id[8..].copy_from_slice(&place.to_be_bytes());
    KeyRow {
        id,
        raw_path: "".into(),
        raw_index: place,
        published_date: None,
        published_at: None,
        day_precise: false,
        length: 0,
        source_rank: 0,
        metadata: 0,
        source_id: "unknown".into(),
        canonical_url: None,
        raw_sha256: key_sha256,
        text_sha256: key_sha256,
        key_sha256,
        size: 0,
        bands,
        carried: false,
    }
}
