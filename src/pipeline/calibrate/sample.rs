//! Draws the sample, and reads what is compared of it.

use std::collections::{BTreeMap, BinaryHeap};

use arrow::array::AsArray as _;
use arrow::datatypes::{Date32Type, Int64Type, TimestampMicrosecondType};

use crate::columns::ARTICLES;
use crate::dedup::boilerplate::KeyScratch;
use crate::dedup::key_row::Published;
use crate::dedup::{Boilerplate, NearMember, NearRule};
use crate::error::{Error, Result};
use crate::kernels::fold_key::fold_key;
use crate::kernels::parse_bytes::format_bytes;
use crate::kernels::sha256::Hasher;
use crate::kernels::shingle_key::{Shingles, shingle_key};
use crate::pipeline::article_rows::{id_bytes, numbers, option, text, text_option};
use crate::pipeline::dataset_rows::Dataset;

/// What is known of a drawn article.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// `id`.
    pub id: String,
    /// Raw path and index.
    pub origin: String,
    /// `title`, empty where there is none.
    pub title: String,
    /// `text`.
    pub text: String,
    /// What relates it to others beside its text.
    pub member: NearMember,
    /// The place of the article that gives it new words.
    pub donor: usize,
    /// The place of its paragraph among [`Sample::boilerplate`].
    pub boilerplate: usize,
}

/// The sample, by id.
#[derive(Debug, Default)]
pub struct Sample {
    /// Articles that can be compared.
    pub articles: Vec<Drawn>,
    /// Articles that were drawn and are too short.
    pub too_short: u64,
    /// Articles that could be drawn.
    pub of: u64,
    /// The paragraphs that are inserted, one for each language.
    pub boilerplate: Vec<String>,
}

/// Articles that give the words of an inserted paragraph.
const BOILERPLATE_SOURCES: usize = 10;
/// Share of the memory that the texts of the sample may take; sets, copies and band keys take about twice as much.
const TEXT_SHARE: u64 = 8;

/// Draws `most` representatives by a digest of their ids.
///
/// # Errors
/// When the dataset cannot be read, or the texts take more than an eighth of `memory`.
pub fn draw_sample(
    dataset: &Dataset<'_>,
    (most, memory): (usize, u64),
    rules: (&NearRule, &Boilerplate),
) -> Result<Sample> {
    let mut drawn: BinaryHeap<([u8; 32], String)> = BinaryHeap::new();
    let mut sample = Sample::default();
    dataset.scan(&ARTICLES, &["id", "is_representative"], |batch| {
        let standing = batch.column_by_name("is_representative").map(|column| column.as_boolean().clone());
        for (row, id) in text(batch, "id").iter().enumerate() {
            let (Some(id), true) = (id, standing.as_ref().is_some_and(|standing| standing.value(row))) else {
                continue;
            };
            sample.of += 1;
            let key = digest(&["calibrate", id]);
            if drawn.len() < most {
                drawn.push((key, id.to_owned()));
            } else if let Some(mut last) = drawn.peek_mut()
                && key < last.0
            {
                *last = (key, id.to_owned());
            }
        }
        Ok(())
    })?;
    let mut wanted: Vec<String> = drawn.into_iter().map(|(_, id)| id).collect();
    wanted.sort_unstable();
    let languages = read_articles(dataset, (&wanted, memory), rules, &mut sample)?;
    assign_donors(&mut sample, &languages);
    Ok(sample)
}

/// Reads the drawn articles; their languages come back.
fn read_articles(
    dataset: &Dataset<'_>,
    (wanted, memory): (&[String], u64),
    (rule, boilerplate): (&NearRule, &Boilerplate),
    sample: &mut Sample,
) -> Result<Vec<String>> {
    const COLUMNS: &[&str] = &[
        "id",
        "title",
        "text",
        "published_at",
        "published_date",
        "published_precision",
        "source_id",
        "language",
        "raw_path",
        "raw_index",
    ];
    let mut read: Vec<(Drawn, String)> = Vec::with_capacity(wanted.len());
    let (mut key, mut scratch, mut shingles, mut bytes) = (Vec::new(), KeyScratch::default(), Shingles::default(), 0);
    dataset.scan(&ARTICLES, COLUMNS, |batch| {
        let cell = |name: &str, row: usize| text(batch, name).value(row).to_owned();
        for (row, id) in text(batch, "id").iter().enumerate() {
            let Some(id) = id.filter(|id| wanted.binary_search_by(|wanted| wanted.as_str().cmp(id)).is_ok()) else {
                continue;
            };
            let body = cell("text", row);
            fold_key(&body, &mut key);
            let source_id = cell("source_id", row);
            let compared = boilerplate.compared_key((&source_id, &body), &key, &mut scratch);
            shingle_key(compared, rule.shingle, &mut shingles);
            if shingles.hashes.is_empty() {
                sample.too_short += 1;
                continue;
            }
            bytes += body.len() as u64;
            if bytes > memory / TEXT_SHARE {
                return Err(Error::usage(format!(
                    "the texts of {} articles do not fit into an eighth of {}",
                    wanted.len(),
                    format_bytes(memory)
                ))
                .hint("draw fewer with `--sample`, or give more `--memory`"));
            }
            let precision = cell("published_precision", row);
            let member = NearMember {
                id: id_bytes(id),
                source_id,
                published: Published {
                    date: option(numbers::<Date32Type>(batch, "published_date"), row),
                    at: option(numbers::<TimestampMicrosecondType>(batch, "published_at"), row),
                    day_precise: matches!(precision.as_str(), "second" | "minute" | "day"),
                },
                ..NearMember::default()
            };
            let raw_index = numbers::<Int64Type>(batch, "raw_index").value(row);
            let drawn = Drawn {
                id: id.to_owned(),
                origin: format!("{}#{raw_index}", cell("raw_path", row)),
                title: text_option(text(batch, "title"), row).unwrap_or_default().to_owned(),
                text: body,
                member,
                donor: 0,
                boilerplate: 0,
            };
            read.push((drawn, cell("language", row)));
        }
        Ok(())
    })?;
    read.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
    let languages;
    (sample.articles, languages) = read.into_iter().unzip();
    Ok(languages)
}

/// Gives every article another one of its language, where there is one, and each language its paragraph.
fn assign_donors(sample: &mut Sample, languages: &[String]) {
    use crate::kernels::plant_edits::{Donor, Draw, MOST_BOILERPLATE};
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, language) in languages.iter().enumerate() {
        groups.entry(language).or_default().push(place);
    }
    for (number, (language, places)) in groups.iter().enumerate() {
        let sources: Vec<&str> =
            places.iter().take(BOILERPLATE_SOURCES).map(|place| sample.articles[*place].text.as_str()).collect();
        let line = Donor::new(&sources.join("\n"), "")
            .sentence(MOST_BOILERPLATE, &mut Draw::new(seed(&["boilerplate", language])));
        sample.boilerplate.push(line);
        for (at, place) in places.iter().enumerate() {
            let mut draw = Draw::new(seed(&["donor", &sample.articles[*place].id]));
            let donor = if places.len() == 1 { at } else { (at + 1 + draw.below(places.len() - 1)) % places.len() };
            sample.articles[*place].donor = places[donor];
            sample.articles[*place].boilerplate = number;
        }
    }
}

fn digest(parts: &[&str]) -> [u8; 32] {
    let mut hasher = Hasher::new();
    hasher.update(b"copydesk-calibrate-1");
    for part in parts {
        hasher.update(b"\0");
        hasher.update(part.as_bytes());
    }
    hasher.finish().0
}

/// The seed of a sequence of its own for these words.
pub fn seed(parts: &[&str]) -> u64 {
    let digest = digest(parts);
    let (head, _) = digest.split_first_chunk().expect("law: a digest has more than 8 bytes");
    u64::from_be_bytes(*head)
}
