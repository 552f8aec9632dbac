//! Two rows of a cluster side by side: excerpts of their texts, and the proof of the pair.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::Array as _;

use super::clusters::ClusterFigures;
use super::typed::{Typed, scan};
use crate::columns::{ARTICLES, PAIRS};
use crate::error::Result;
use crate::kernels::format_time::push_date;
use crate::pipeline::dataset_rows::{Dataset, RowPlace};
use crate::writers::report::data::{Comparison, Excerpt, MOST_COMPARISONS};
use crate::writers::report::{bytes_in_page, shorten};

/// Characters of a text that are shown.
const EXCERPT: usize = 2_000;
/// Bytes of all excerpts, as JSON strings of the page.
const EXCERPT_BYTES: usize = 500_000;

/// The first listed clusters of two or more rows, each with its representative beside its least similar row.
///
/// # Errors
/// When a file is missing or damaged.
pub fn compare(dataset: &Dataset<'_>, clusters: &ClusterFigures) -> Result<Vec<Comparison>> {
    let rows = clusters.listed.values().enumerate();
    let shown = rows.filter_map(|(place, cluster)| Some((place, cluster.representative, cluster.other?)));
    let shown: Vec<_> = shown.take(MOST_COMPARISONS).collect();
    let places = shown.iter().flat_map(|(_, representative, (other, _))| [*representative, *other]).collect();
    let excerpts = read_excerpts(dataset, &places)?;
    let side = |place: RowPlace| excerpts.get(&place).cloned().unwrap_or_default();
    let mut found = Vec::new();
    let mut room = EXCERPT_BYTES;
    for (cluster, representative, (other, relation)) in shown {
        let (representative, member) = (side(representative), side(other));
        if representative.excerpt.is_empty() || member.excerpt.is_empty() {
            continue;
        }
        let bytes = bytes_in_page(&representative.excerpt) + bytes_in_page(&member.excerpt);
        let Some(left) = room.checked_sub(bytes) else { break };
        room = left;
        found.push(Comparison {
            cluster,
            relation: relation.to_owned(),
            jaccard: None,
            containment: None,
            numbers_equal: None,
            days_apart: None,
            representative,
            member,
        });
    }
    add_proofs(dataset, &mut found)?;
    Ok(found)
}

fn read_excerpts(dataset: &Dataset<'_>, places: &BTreeSet<RowPlace>) -> Result<BTreeMap<RowPlace, Excerpt>> {
    let names = ["id", "title", "source_id", "published_date", "char_count", "text"];
    let mut found = BTreeMap::new();
    dataset.read_places(&ARTICLES, (&names, places), |place, batch, row| {
        let rows = Typed::new(batch, &ARTICLES);
        let days = rows.days("published_date")?;
        let date = days.is_valid(row).then(|| {
            let mut text = Vec::new();
            push_date(&mut text, days.value(row));
            String::from_utf8_lossy(&text).into_owned()
        });
        let excerpt = Excerpt {
            id: rows.text("id")?.value(row).to_owned(),
            title: shorten(rows.text("title")?.value(row)),
            source: rows.text("source_id")?.value(row).to_owned(),
            date,
            characters: rows.int32("char_count")?.value(row),
            excerpt: rows.text("text")?.value(row).chars().take(EXCERPT).collect(),
        };
        found.insert(place, excerpt);
        Ok(())
    })?;
    Ok(found)
}

/// Fills in what `pairs` has of each two ids, in whichever order.
fn add_proofs(dataset: &Dataset<'_>, comparisons: &mut [Comparison]) -> Result<()> {
    let mut wanted: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (place, comparison) in comparisons.iter().enumerate() {
        let (a, b) = (&comparison.representative.id, &comparison.member.id);
        wanted.insert((a.clone(), b.clone()), place);
        wanted.insert((b.clone(), a.clone()), place);
    }
    if wanted.is_empty() {
        return Ok(());
    }
    let first: BTreeSet<String> = wanted.keys().map(|(id, _)| id.clone()).collect();
    let names = ["id", "other_id", "jaccard", "containment", "numbers_equal", "days_apart"];
    scan(dataset, (&PAIRS, &names), |rows, _| {
        let (ids, others) = (rows.text("id")?, rows.text("other_id")?);
        for row in (0..rows.count()).filter(|row| first.contains(ids.value(*row))) {
            let key = (ids.value(row).to_owned(), others.value(row).to_owned());
            let Some(comparison) = wanted.get(&key).and_then(|place| comparisons.get_mut(*place)) else { continue };
            let days = rows.floats("days_apart")?;
            comparison.jaccard = Some(rows.floats("jaccard")?.value(row));
            comparison.containment = Some(rows.floats("containment")?.value(row));
            comparison.numbers_equal = Some(rows.booleans("numbers_equal")?.value(row));
            comparison.days_apart = days.is_valid(row).then(|| days.value(row));
        }
        Ok(())
    })
}
