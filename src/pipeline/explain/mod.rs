//! `copydesk explain`: the story of one record, kept or not, told by reading its raw bytes again.

mod fate;
mod find;
mod retell;
mod story;

use std::path::Path;

pub(super) use retell::{changed, missing, read_range};
pub use story::{Line, Section, Story};

use crate::config::Config;
use crate::error::Result;
use crate::pipeline::dataset_rows::Dataset;

/// Tells the story of every record that `wanted` names: an id, or `RAW_PATH#INDEX`.
///
/// `config.input` is where the raw files lie; the rest of `config` should be what the dataset was made with, and the story says
/// when it is not.
///
/// # Errors
/// When `dataset` is not a dataset or is damaged, no record is named so, or its raw file is missing or has changed.
pub fn explain(dataset: &Path, wanted: &str, config: &Config) -> Result<Vec<Story>> {
    let dataset = Dataset::open(dataset)?;
    let records = find::find_records(&dataset, wanted)?;
    records
        .iter()
        .map(|record| {
            let mut story = Story::default();
            find::tell_record(&dataset, record, config, &mut story);
            let rederived = retell::retell(record, config, &mut story)?;
            fate::tell_fate(&dataset, record, &rederived, &mut story)?;
            Ok(story)
        })
        .collect()
}
