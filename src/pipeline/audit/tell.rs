//! Puts drawn rows into words: the cells of the table, and what the page shows.

use serde::Serialize;

use super::draw::{Draw, DrawRule, Item};
use super::questions::{Kind, QUESTIONS, questions_of};
use super::sides::{Excerpt, Side, Sides};
use crate::kernels::round_float::round_float;
use crate::kernels::write_csv::push_csv_row;
use crate::manifest::Manifest;
use crate::pipeline::dataset_rows::Row;
use crate::rejection::ReasonCode;

/// Column of the name of an item.
pub const ITEM_COLUMN: &str = "item";
/// Column of the digest of the dataset.
pub const DATASET_COLUMN: &str = "dataset_sha256";
/// Column of the items that were asked for.
pub const SAMPLE_COLUMN: &str = "sample";
/// Column of the number that the draw began with.
pub const SEED_COLUMN: &str = "seed";
/// What stands before the columns to mark.
const CLAIM_COLUMNS: [&str; 18] = [
    ITEM_COLUMN,
    "kind",
    "stratum",
    "record",
    "raw",
    "other_record",
    "other_raw",
    "title",
    "date",
    "date_raw",
    "date_evidence",
    "source",
    "language",
    "relation",
    "reason",
    "detail",
    "text",
    "other_text",
];
/// What stands behind them: words of the person, what an item stands for, and the draw that it is of.
const DRAW_COLUMNS: [&str; 5] = ["comment", "weight", DATASET_COLUMN, SAMPLE_COLUMN, SEED_COLUMN];
/// Characters of a text in the table.
const SHEET_CHARACTERS: usize = 300;
/// Byte order mark, by which spreadsheets know UTF-8.
const BOM: char = '\u{FEFF}';

/// What the files of a draw hold.
#[derive(Clone, Debug, Serialize)]
pub struct Told {
    dataset: ToldDataset,
    columns: Vec<&'static str>,
    items: Vec<ToldItem>,
}

#[derive(Clone, Debug, Serialize)]
struct ToldDataset {
    version: String,
    sha256: String,
}

/// An item on the page.
#[derive(Clone, Debug, Serialize)]
struct ToldItem {
    kind: &'static str,
    /// The row of the table.
    cells: Vec<String>,
    questions: Vec<ToldQuestion>,
    /// What is claimed of the item as a whole: a relation, a reason.
    claims: Vec<(&'static str, String)>,
    sides: Vec<ToldSide>,
}

#[derive(Clone, Debug, Serialize)]
struct ToldQuestion {
    column: &'static str,
    words: &'static str,
}

#[derive(Clone, Debug, Serialize)]
struct ToldSide {
    heading: &'static str,
    place: String,
    note: Option<String>,
    claims: Vec<(&'static str, String)>,
    /// None for a rejection.
    text: Option<ToldText>,
    raw: Vec<ToldText>,
}

#[derive(Clone, Debug, Serialize)]
struct ToldText {
    name: &'static str,
    text: String,
    characters: usize,
    is_cut: bool,
}

impl Told {
    /// The table of items as CSV.
    pub fn sheet(&self) -> String {
        let mut out = String::from(BOM);
        push_csv_row(&mut out, self.columns.iter().copied());
        for item in &self.items {
            push_csv_row(&mut out, item.cells.iter().map(String::as_str));
        }
        out
    }
}

/// Tells of every item of a draw.
pub fn tell(manifest: &Manifest, (draw, rule): (&Draw, DrawRule), sides: &Sides) -> Told {
    let marks = QUESTIONS.iter().map(|question| question.column);
    let columns: Vec<&str> = CLAIM_COLUMNS.into_iter().chain(marks).chain(DRAW_COLUMNS).collect();
    let items = draw.items.iter().map(|item| {
        let sides = sides.of(&item.key);
        ToldItem {
            kind: draw.kind(item).name(),
            cells: columns.iter().map(|column| cell(column, (manifest, draw, rule), (item, &sides))).collect(),
            questions: questions_of(draw.kind(item))
                .map(|question| ToldQuestion { column: question.column, words: question.words })
                .collect(),
            claims: item_claims(draw, item, &sides),
            sides: sides.iter().enumerate().map(|(place, side)| told_side(draw.kind(item), place, side)).collect(),
        }
    });
    let items = items.collect();
    let dataset = ToldDataset { version: manifest.dataset_version.clone(), sha256: manifest.dataset_sha256.clone() };
    Told { dataset, columns, items }
}

/// A cell of the table; empty in the columns to mark.
fn cell(
    column: &str,
    (manifest, draw, rule): (&Manifest, &Draw, DrawRule),
    (item, sides): (&Item, &[&Side]),
) -> String {
    let stratum = &draw.strata[item.stratum];
    let (first, other) = (sides.first(), sides.get(1));
    // Of a pair both texts count, and no other claim.
    let article = first.filter(|_| stratum.kind == Kind::Article).and_then(|side| side.claims.as_ref());
    let claim = |name: &str| article.map_or("", |claims| claims.text(name)).to_owned();
    let recorded = |name: &str| match first {
        Some(side) if stratum.kind == Kind::Rejection => side.record.text(name).to_owned(),
        _ => String::new(),
    };
    let head = |side: Option<&&Side>| {
        side.map_or_else(String::new, |side| Excerpt::of(&side.text.text, SHEET_CHARACTERS).text)
    };
    match column {
        ITEM_COLUMN => item.name.clone(),
        "kind" => stratum.kind.name().to_owned(),
        "stratum" => stratum.label.words(),
        "record" => first.map_or("", |side| side.record.text("id")).to_owned(),
        "raw" => first.map_or_else(String::new, |side| place_of(side)),
        "other_record" => other.map_or("", |side| side.record.text("id")).to_owned(),
        "other_raw" => other.map_or_else(String::new, |side| place_of(side)),
        "title" => claim("title"),
        "date" => article.map_or_else(String::new, date),
        "date_raw" => claim("published_raw"),
        "date_evidence" => claim("published_evidence"),
        "source" => claim("source_id"),
        "language" => claim("language"),
        "relation" if stratum.kind == Kind::Pair => stratum.label.value.clone().unwrap_or_default(),
        "reason" => format!("{} {}", recorded("stage"), recorded("reason")).trim().to_owned(),
        "detail" => format!("{} {}", recorded("pointer"), recorded("detail")).trim().to_owned(),
        "text" => head(first),
        "other_text" => head(other),
        "weight" => weight(stratum.population as f64 / stratum.drawn as f64),
        DATASET_COLUMN => manifest.dataset_sha256.clone(),
        SAMPLE_COLUMN => rule.sample.to_string(),
        SEED_COLUMN => rule.seed.to_string(),
        _ => String::new(),
    }
}

fn weight(weight: f64) -> String {
    round_float(weight).unwrap_or_default().to_string()
}

fn place_of(side: &Side) -> String {
    format!("{}#{}", side.record.text("raw_path"), side.record.text("raw_index"))
}

/// The date as far as it is stated.
fn date(claims: &Row) -> String {
    let day = claims.text("published_date");
    match (claims.text("published_precision"), claims.get("published_at")) {
        ("year", _) => day.get(..4).unwrap_or(day).to_owned(),
        ("month", _) => day.get(..7).unwrap_or(day).to_owned(),
        (_, Some(at)) => format!("{day} ({at})"),
        _ => day.to_owned(),
    }
}

fn item_claims(draw: &Draw, item: &Item, sides: &[&Side]) -> Vec<(&'static str, String)> {
    let stratum = &draw.strata[item.stratum];
    match (stratum.kind, sides.first()) {
        (Kind::Pair, _) => vec![("relation", stratum.label.value.clone().unwrap_or_default())],
        (Kind::Rejection, Some(side)) => {
            let reason = side.record.text("reason");
            let known = ReasonCode::ALL.iter().find(|code| code.code() == reason);
            let meaning = known.map(|code| code.documentation().to_owned());
            [
                ("stage", Some(side.record.text("stage").to_owned())),
                ("reason", Some(reason.to_owned())),
                ("which means", meaning),
                ("pointer", side.record.get("pointer").map(str::to_owned)),
                ("detail", side.record.get("detail").map(str::to_owned)),
            ]
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect()
        }
        _ => Vec::new(),
    }
}

fn told_side(kind: Kind, place: usize, side: &Side) -> ToldSide {
    let heading = match (kind, place) {
        (Kind::Pair, 0) => "the later one",
        (Kind::Pair, _) => "the earlier one",
        (Kind::Article, _) => "the article",
        (Kind::Rejection, _) => "the rejected record",
    };
    let missing = || "none".to_owned();
    let claims = side.claims.as_ref().map_or_else(Vec::new, |claims| {
        let told = |name: &str| claims.get(name).map(str::to_owned);
        let evidence = |value: Option<String>, evidence: &str| {
            let value = value.filter(|value| !value.is_empty()).unwrap_or_else(missing);
            format!("{value} (evidence: {})", claims.text(evidence))
        };
        let source = told("source_name").map_or_else(
            || claims.text("source_id").to_owned(),
            |name| format!("{} ({name})", claims.text("source_id")),
        );
        let mut rows = vec![
            ("title", told("title").unwrap_or_else(missing)),
            ("date", evidence(Some(date(claims)), "published_evidence")),
            ("date as written", told("published_raw").unwrap_or_else(missing)),
            ("source", evidence(Some(source), "source_evidence")),
            ("language", evidence(told("language"), "language_evidence")),
        ];
        let more = [("address", told("url")), ("quality flags", told("quality_flags"))];
        rows.extend(more.into_iter().filter_map(|(name, value)| Some((name, value?))));
        rows
    });
    let text = side.claims.is_some().then(|| told_text("text", &side.text));
    let raw = side.views.iter().map(|(name, view)| told_text(name, view)).collect();
    ToldSide { heading, place: place_of(side), note: side.note.clone(), claims, text, raw }
}

fn told_text(name: &'static str, excerpt: &Excerpt) -> ToldText {
    let is_cut = excerpt.text.chars().count() < excerpt.characters;
    ToldText { name, text: excerpt.text.clone(), characters: excerpt.characters, is_cut }
}
