//! The texts of candidates: joined to the sorted runs, row by row.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::dedup::key_row::{raw_path_of, split_sort_key};
use crate::error::Result;
use crate::io::{SpillReader, SpillWriter};
use crate::pipeline::article_rows::text;
use crate::pipeline::dataset_run::DatasetRun;
use crate::pipeline::external_sort::Sorted;
use crate::pipeline::run_merge::{RunMerge, merge_passes};
use crate::pipeline::runs::Run;

/// Buffer of a file in bytes.
const BUFFER: usize = 64 << 10;

/// Gives the texts of articles.
pub trait TextSource {
    /// Gives every wanted row without its sort key, and its text, in the order of the rows.
    ///
    /// A wanted row begins with a sort key ([`crate::dedup::key_row::push_sort_key`]).
    ///
    /// # Errors
    /// When the texts cannot be read, and what `give` returns.
    fn each(&self, wanted: &Sorted, scratch: &Path, give: &mut dyn FnMut(&[u8], &str) -> Result<()>) -> Result<()>;
}

/// The runs that hold the texts.
#[derive(Clone, Copy, Debug)]
pub struct RunTexts<'a> {
    /// Folder of the runs.
    pub folder: &'a Path,
    /// The runs.
    pub runs: &'a [Run],
    /// The rows that stand in a dataset.
    pub datasets: &'a [DatasetRun],
    /// Most bytes of chunks that are open at once.
    pub open_bytes: u64,
    /// Logical bytes of a chunk of a merged run.
    pub chunk_bytes: u64,
    /// Raw paths of wanted rows whose text is nowhere.
    pub without_text: &'a Mutex<BTreeSet<String>>,
}

impl TextSource for RunTexts<'_> {
    fn each(&self, wanted: &Sorted, scratch: &Path, give: &mut dyn FnMut(&[u8], &str) -> Result<()>) -> Result<()> {
        let mut rows = wanted.rows()?;
        let Some(first) = rows.next()? else { return Ok(()) };
        let first_key = split_sort_key(first).0.to_vec();
        let runs = merge_passes((self.folder, scratch), self.runs.to_vec(), self.open_bytes, self.chunk_bytes)?;
        let mut merge = RunMerge::open(self.folder, &runs, &first_key)?;
        let mut path = scratch.join("wanted-elsewhere");
        let mut elsewhere = SpillWriter::create(&path, BUFFER)?;
        let mut rows = wanted.rows()?;
        while let Some(row) = rows.next()? {
            let (key, rest) = split_sort_key(row);
            while merge.head().is_some_and(|head| head.key < key) {
                merge.advance()?;
            }
            let Some(head) = merge.head().filter(|head| head.key == key) else {
                elsewhere.push(row)?;
                continue;
            };
            let text = text(head.batch, "text").value(head.row);
            if text.is_empty() {
                self.tell_missing(head.rows.raw_path.value(head.row));
            }
            give(rest.rest(), text)?;
        }
        let mut left = elsewhere.finish()?;
        for (number, dataset) in self.datasets.iter().enumerate() {
            let next = scratch.join(format!("wanted-elsewhere-{number}"));
            let mut elsewhere = SpillWriter::create(&next, BUFFER)?;
            dataset.texts(&mut SpillReader::open(&path, BUFFER)?, give, &mut elsewhere)?;
            left = elsewhere.finish()?;
            path = next;
        }
        if left > 0 {
            let mut rows = SpillReader::open(&path, BUFFER)?;
            let mut row = Vec::new();
            while rows.next(&mut row)? {
                self.tell_missing(&raw_path_of(&row));
                give(split_sort_key(&row).1.rest(), "")?;
            }
        }
        Ok(())
    }
}

impl RunTexts<'_> {
    fn tell_missing(&self, raw_path: &str) {
        self.without_text.lock().unwrap_or_else(PoisonError::into_inner).insert(raw_path.to_owned());
    }
}
