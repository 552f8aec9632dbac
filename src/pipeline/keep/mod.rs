//! Making a dataset anew from itself while what does not change stays: files of shards without a change are linked, and neither decoded
//! nor encoded.
//!
//! The published boundaries of shards hold, of `articles` and of the side tables: a shard is what is left of the published one and what
//! has come between its rows, and one without rows goes. So the rows are those of a dataset that is written whole, and only the
//! boundaries can differ.

mod ledger;
mod shards;
mod sums;
mod tables;

pub use self::ledger::kept_records;
pub use self::shards::keep_shards;
pub use self::sums::settle_sums;
pub use self::tables::write_kept_table;
use super::dataset_rows::Dataset;
use super::incremental::Ids;
use crate::columns::Table;
use crate::error::Result;
use crate::io::Staging;
use crate::manifest::FileEntry;

/// A published dataset that another one is made of.
#[derive(Clone, Copy, Debug)]
pub struct Published<'a> {
    /// The dataset.
    pub dataset: &'a Dataset<'a>,
    /// Ids of the records that go, where shards stay; none where the new dataset gets boundaries of its own.
    pub taken: Option<&'a Ids>,
}

impl<'a> Published<'a> {
    /// A dataset whose rows are carried over into new shards.
    pub fn recut(dataset: &'a Dataset<'a>) -> Self {
        Self { dataset, taken: None }
    }

    /// A dataset that loses the records with the ids `taken`, and keeps its shards.
    pub fn keeping(dataset: &'a Dataset<'a>, taken: &'a Ids) -> Self {
        Self { dataset, taken: Some(taken) }
    }

    /// The same, where its shards stay.
    pub fn kept(self) -> Option<Self> {
        self.taken.map(|_| self)
    }

    /// Links the files of shard `place` of a table to `stem` and their extensions.
    ///
    /// # Errors
    /// When a file cannot be linked.
    pub fn link_shard(self, table: &Table, place: usize, (stem, staging): (&str, &Staging)) -> Result<Vec<FileEntry>> {
        let mut linked = Vec::new();
        for (entry, extension) in self.dataset.shard_entries(table, place) {
            let path = format!("{stem}.{extension}");
            self.dataset.link_file_as(entry, (&path, staging))?;
            linked.push(FileEntry { path, ..entry.clone() });
        }
        Ok(linked)
    }
}
