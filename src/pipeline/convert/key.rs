//! By what rows are put into folders, and in how many passes.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array as _, AsArray as _, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::Date32Type;
use serde::{Deserialize, Serialize};

use crate::columns::Table;
use crate::error::Result;
use crate::kernels::encode_partition::encode_partition;
use crate::kernels::format_time::push_date;
use crate::pipeline::article_rows::{numbers, text, text_option};
use crate::pipeline::dataset_rows::Dataset;

/// Folders whose files are open at once; with more of them the dataset is read again for each so many.
const MOST_OPEN: usize = 128;

/// What folders are named by. The key is no column of `articles`, so the files hold every column, and no reader meets a name twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PartitionBy {
    /// `published_month=YYYY-MM`, of `published_date`.
    Month,
    /// `source=`, the percent-encoded `source_id`.
    Source,
}

impl PartitionBy {
    /// The name of the key.
    pub fn key(self) -> &'static str {
        match self {
            Self::Month => "published_month",
            Self::Source => "source",
        }
    }

    /// The column that it is made of.
    pub fn column(self) -> &'static str {
        match self {
            Self::Month => "published_date",
            Self::Source => "source_id",
        }
    }

    fn folder(self, batch: &RecordBatch, row: usize) -> String {
        match self {
            Self::Month => {
                let dates = numbers::<Date32Type>(batch, self.column());
                let month = (!dates.is_null(row)).then(|| month_of(dates.value(row)));
                encode_partition(self.key(), month.as_deref())
            }
            Self::Source => encode_partition(self.key(), text_option(text(batch, self.column()), row)),
        }
    }

    /// Whether two rows of a batch are known to go to one folder, without making its name.
    fn same(self, batch: &RecordBatch, (a, b): (usize, usize)) -> bool {
        let Some(column) = batch.column_by_name(self.column()) else { return false };
        if column.is_null(a) || column.is_null(b) {
            return column.is_null(a) && column.is_null(b);
        }
        match self {
            Self::Month => column.as_primitive::<Date32Type>().value(a) == column.as_primitive::<Date32Type>().value(b),
            Self::Source => column.as_string::<i32>().value(a) == column.as_string::<i32>().value(b),
        }
    }

    /// The folder of every row.
    fn folders(self, batch: &RecordBatch) -> Vec<String> {
        let mut folders: Vec<String> = Vec::with_capacity(batch.num_rows());
        for row in 0..batch.num_rows() {
            let folder = match folders.last() {
                Some(last) if self.same(batch, (row - 1, row)) => last.clone(),
                _ => self.folder(batch, row),
            };
            folders.push(folder);
        }
        folders
    }
}

/// `YYYY-MM` of days since 1970-01-01.
fn month_of(days: i32) -> String {
    let mut date = Vec::with_capacity(10);
    push_date(&mut date, days);
    // `-DD` behind it.
    date.truncate(date.len().saturating_sub(3));
    String::from_utf8_lossy(&date).into_owned()
}

/// The folders of a dataset.
#[derive(Debug)]
pub struct Keys {
    by: Option<PartitionBy>,
    folders: BTreeSet<String>,
}

/// One scan over the dataset, for some of its folders.
#[derive(Debug)]
pub struct Pass {
    by: Option<PartitionBy>,
    /// The folders; all of them where there are none.
    folders: BTreeSet<String>,
}

impl Keys {
    /// Finds the folders.
    ///
    /// # Errors
    /// When the dataset is damaged.
    pub fn count(dataset: &Dataset<'_>, articles: &Table, by: Option<PartitionBy>) -> Result<Self> {
        let mut folders = BTreeSet::new();
        // Months come one behind the other, so they need no counting.
        if let Some(by @ PartitionBy::Source) = by {
            dataset.scan(articles, &[by.column()], |batch| {
                folders.extend(by.folders(batch));
                Ok(())
            })?;
        }
        Ok(Self { by, folders })
    }

    /// The scans that write them all, each row once.
    pub fn passes(&self) -> Vec<Pass> {
        let folders: Vec<&String> = self.folders.iter().collect();
        let pass = |folders: &[&String]| Pass { by: self.by, folders: folders.iter().copied().cloned().collect() };
        if folders.is_empty() { vec![pass(&[])] } else { folders.chunks(MOST_OPEN).map(pass).collect() }
    }
}

impl Pass {
    /// Whether a folder is done when another one comes: rows stand in the order of their months.
    pub fn in_order(&self) -> bool {
        self.by == Some(PartitionBy::Month)
    }

    /// The rows of a batch by folder, in the order in which folders come; an empty name without a key.
    ///
    /// # Errors
    /// Never for a batch with the columns of `articles`.
    pub fn split(&self, batch: &RecordBatch) -> Result<Vec<(String, RecordBatch)>> {
        if batch.num_rows() == 0 {
            return Ok(Vec::new());
        }
        let Some(by) = self.by else { return Ok(vec![(String::new(), batch.clone())]) };
        let folders = by.folders(batch);
        let mut order: Vec<&String> = Vec::new();
        let mut rows_of: BTreeMap<&String, u64> = BTreeMap::new();
        for folder in &folders {
            let rows = rows_of.entry(folder).or_default();
            if *rows == 0 {
                order.push(folder);
            }
            *rows += 1;
        }
        let wanted = order.into_iter().filter(|folder| self.folders.is_empty() || self.folders.contains(*folder));
        wanted
            .map(|folder| {
                if rows_of.len() == 1 {
                    return Ok((folder.clone(), batch.clone()));
                }
                let rows: BooleanArray = folders.iter().map(|own| Some(own == folder)).collect();
                Ok((folder.clone(), filter_record_batch(batch, &rows)?))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_cut_off_dates() {
        assert_eq!([month_of(0), month_of(20_439), month_of(-1)], ["1970-01", "2025-12", "1969-12"]);
    }
}
