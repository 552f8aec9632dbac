//! What is counted and digested of a dataset of which some shards are written again, without reading the others.

use super::Published;
use crate::columns::{Table, arrow_schema};
use crate::error::{Error, Result};
use crate::kernels::sha256::Digest;
use crate::pipeline::shards::ShardPlan;
use crate::writers::composition::Composition;
use crate::writers::dataset_digest::DatasetDigest;
use crate::writers::jsonl::Jsonl;
use crate::writers::{Writer as _, WriterOptions};

/// Brings the digest of the shards that were written to that of the whole dataset, and the sums of `composition` likewise: what is
/// published, without its shards that were written again, and with what was written.
///
/// # Errors
/// When the dataset is damaged, or its manifest does not count the rows that it has.
pub fn settle_sums(
    published: Published<'_>,
    (articles, shards): (&'static Table, &[ShardPlan]),
    (digest, composition): (&mut DatasetDigest, &mut Composition),
) -> Result<()> {
    let dataset = published.dataset;
    let stays = |place: usize| shards.iter().any(|shard| shard.published == Some(place));
    let (mut gone, mut gone_sums) = (DatasetDigest::default(), Composition::default());
    let names: Vec<&str> = articles.columns.iter().map(|column| column.name).collect();
    for place in (0..dataset.files(articles)?.len()).filter(|place| !stays(*place)) {
        let mut lines = Jsonl.open(Box::new(std::io::sink()), articles, &WriterOptions::default())?;
        dataset.scan_file((articles, place), &names, |_, batch| {
            let batch = batch.clone().with_schema(arrow_schema(articles))?;
            gone_sums.count(articles, &batch)?;
            lines.write(&batch)
        })?;
        gone.merge(&lines.finish()?.digest.expect("law: lines are digested"));
    }
    let manifest = &dataset.manifest;
    let wrong = |what: &str| {
        Error::dataset(format!("expected a manifest that counts the rows of `{}`, but {what}", dataset.name()))
            .hint("`copydesk check` says what is wrong with a dataset")
    };
    let sum =
        Digest::parse(&manifest.dataset_sha256).ok_or_else(|| wrong("its dataset digest cannot be understood"))?;
    let rows = manifest.rows.get(articles.name).copied().unwrap_or_default();
    let rest = DatasetDigest::of_sum(&sum, rows).without(&gone);
    digest.merge(&rest.ok_or_else(|| wrong("it counts fewer"))?);
    let rest = manifest.composition.sums_without(&gone_sums);
    composition.add(&rest.ok_or_else(|| wrong("what they are made of is counted otherwise"))?);
    Ok(())
}
