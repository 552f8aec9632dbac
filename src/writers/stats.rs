//! The figures of a report as tables for a terminal, a page of Markdown or a program.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::ser::{Serialize, SerializeMap as _, Serializer};

use super::report::data::{BySource, CodeCount, ExplainedCount, ReportData, TimeUnit, Timeline};
use crate::kernels::format_time::push_date;
use crate::kernels::parse_date::civil::civil_from_days;
use crate::kernels::round_float::round_float;

/// Rows of a table that people are shown; programs get all.
pub const SHOWN_ROWS: usize = 50;
const LAW: &str = "law: writing to a string cannot fail";

/// All tables of a dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct Stats {
    /// The tables, those without rows left out by people's forms.
    pub tables: Vec<StatsTable>,
}

/// One table.
#[derive(Clone, Debug, PartialEq)]
pub struct StatsTable {
    /// Name, snake_case.
    pub name: &'static str,
    /// Columns, snake_case.
    pub columns: Vec<&'static str>,
    /// Rows, each with one cell a column.
    pub rows: Vec<Vec<StatsCell>>,
}

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum StatsCell {
    /// Words.
    Text(String),
    /// A count.
    Number(i64),
    /// A share from 0 to 1, rounded to six decimals.
    Share(f64),
    /// Nothing.
    Nothing,
}

impl StatsCell {
    /// The value for people; nothing is empty.
    pub fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Share(share) => format!("{:.2} %", share * 100.0),
            Self::Nothing => String::new(),
        }
    }
}

impl Serialize for StatsCell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Number(number) => serializer.serialize_i64(*number),
            Self::Share(share) => serializer.serialize_f64(*share),
            Self::Nothing => serializer.serialize_none(),
        }
    }
}

/// A row as an object, columns as keys.
struct RowObject<'a>(&'a [&'static str], &'a [StatsCell]);

impl Serialize for RowObject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().zip(self.1))
    }
}

impl Serialize for Stats {
    /// An object with one list of objects a table.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.tables.len()))?;
        for table in &self.tables {
            let rows: Vec<_> = table.rows.iter().map(|row| RowObject(&table.columns, row)).collect();
            map.serialize_entry(table.name, &rows)?;
        }
        map.end()
    }
}

fn text(text: impl Into<String>) -> StatsCell {
    StatsCell::Text(text.into())
}

fn number(count: u64) -> StatsCell {
    StatsCell::Number(i64::try_from(count).unwrap_or(i64::MAX))
}

fn optional(text: Option<&String>) -> StatsCell {
    text.map_or(StatsCell::Nothing, |text| StatsCell::Text(text.clone()))
}

fn share(part: u64, whole: u64) -> StatsCell {
    round_float(part as f64 / whole as f64).map_or(StatsCell::Nothing, StatsCell::Share)
}

fn day(day: Option<i32>) -> StatsCell {
    let Some(day) = day else { return StatsCell::Nothing };
    let mut out = Vec::new();
    push_date(&mut out, day);
    text(String::from_utf8_lossy(&out))
}

impl Stats {
    /// The tables of what a report shows.
    pub fn new(data: &ReportData) -> Self {
        let articles = data.counts.articles;
        let counted = |name, code, rows: &[CodeCount]| StatsTable {
            name,
            columns: vec![code, "articles", "share"],
            rows: rows
                .iter()
                .map(|row| vec![text(&*row.code), number(row.count), share(row.count, articles)])
                .collect(),
        };
        let flagged = |name, rows: &[ExplainedCount]| StatsTable {
            name,
            columns: vec!["code", "articles", "share"],
            rows: rows
                .iter()
                .map(|row| vec![text(&*row.code), number(row.count), share(row.count, articles)])
                .collect(),
        };
        let by_source = |name, code, found: &BySource| counted(name, code, &sum_sources(found));
        let mut languages = data.languages.top.clone();
        if data.languages.others > 0 {
            let code = format!("({} others)", data.languages.others);
            languages.push(CodeCount { code, count: data.languages.others_articles });
        }
        let mut tables = vec![
            summary(data),
            fates(data),
            sources(data),
            years(data.time.as_ref()),
            gaps(data),
            counted("languages", "language", &languages),
            lengths(data),
            by_source("date_precision", "precision", &data.dates.precision),
            by_source("date_evidence", "evidence", &data.dates.evidence),
            date_candidates(data),
            copies(data),
            flagged("quality_flags", &data.quality.flags),
            flagged("validation_codes", &data.quality.validation),
            null_shares(data),
            counted("licenses", "license", &data.rights.license),
            counted("access", "access", &data.rights.access),
            counted("tdm_reservation", "tdm_reservation", &data.rights.tdm_reservation),
        ];
        if let Some(splits) = &data.splits {
            tables.push(counted("splits", "split", &splits.rows));
        }
        Self { tables }
    }

    /// A page of Markdown: a heading and a table each, those without rows left out.
    pub fn markdown(&self) -> String {
        let mut page = String::from("# Figures of the dataset\n");
        for table in self.tables.iter().filter(|table| !table.rows.is_empty()) {
            let columns: Vec<String> = table.columns.iter().map(|column| title(column)).collect();
            write!(page, "\n## {}\n\n| {} |\n|", title(table.name), columns.join(" | ")).expect(LAW);
            for column in 0..table.columns.len() {
                let words = table.rows.iter().any(|row| matches!(row[column], StatsCell::Text(_)));
                page.push_str(if words { "---|" } else { "---:|" });
            }
            page.push('\n');
            for row in table.rows.iter().take(SHOWN_ROWS) {
                let cells: Vec<String> = row.iter().map(|cell| escape(&cell.shown())).collect();
                writeln!(page, "| {} |", cells.join(" | ")).expect(LAW);
            }
            if table.rows.len() > SHOWN_ROWS {
                writeln!(page, "\n{} more rows are not shown.", table.rows.len() - SHOWN_ROWS).expect(LAW);
            }
        }
        page
    }
}

/// A name of a table or column in words.
pub fn title(name: &str) -> String {
    name.replace('_', " ")
}

/// Words that Markdown shows as they are, in one line.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '&' | '|' | '~' | '#' | '$' | '!' | '@' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

fn summary(data: &ReportData) -> StatsTable {
    let counts = &data.counts;
    let mut rows = Vec::new();
    let mut fact = |name: &str, value: StatsCell| rows.push(vec![text(name), value]);
    if let Some(name) = &data.dataset.name {
        fact("name", text(&**name));
    }
    fact("dataset version", text(&*data.dataset.dataset_version));
    fact("dataset digest", text(&*data.dataset.dataset_sha256));
    for (name, count) in [
        ("records", counts.records),
        ("articles", counts.articles),
        ("duplicates", counts.duplicates),
        ("rejected", counts.rejected),
        ("taken down", counts.taken_down),
        ("sources", counts.sources),
        ("clusters", counts.clusters),
        ("words", counts.words),
        ("characters", counts.characters),
        ("dated to the day", counts.dated),
        ("dated to the month or year", counts.coarse),
        ("undated", counts.undated),
    ] {
        fact(name, number(count));
    }
    fact("first day", day(counts.first_day));
    fact("last day", day(counts.last_day));
    let rights = &data.rights;
    if let (Some(release), Some(authors)) = (rights.release, rights.authors) {
        fact("release", text(release.name()));
        fact("authors", text(authors.name()));
        fact("reserved texts acknowledged", text(if rights.acknowledged == Some(true) { "yes" } else { "no" }));
    }
    StatsTable { name: "summary", columns: vec!["fact", "value"], rows }
}

fn fates(data: &ReportData) -> StatsTable {
    let mut rows = Vec::new();
    let records = data.counts.records;
    let mut add = |fate: &str, stage: StatsCell, why: &str, count: u64| {
        rows.push(vec![text(fate), stage, text(why), number(count), share(count, records)]);
    };
    for (fate, relations) in [("article", &data.fates.articles), ("duplicate", &data.fates.duplicates)] {
        for relation in relations {
            add(fate, StatsCell::Nothing, &relation.code, relation.count);
        }
    }
    for rejection in &data.rejections {
        add("rejected", text(&*rejection.stage), &rejection.reason, rejection.count);
    }
    StatsTable { name: "fates", columns: vec!["fate", "stage", "relation_or_reason", "records", "share"], rows }
}

fn sources(data: &ReportData) -> StatsTable {
    let sources = &data.sources;
    let row = |place: usize| {
        let others = || text(format!("({} others)", sources.others));
        vec![
            sources.id[place].as_ref().map_or_else(others, |id| text(&**id)),
            optional(sources.name[place].as_ref()),
            number(sources.records[place]),
            number(sources.articles[place]),
            number(sources.duplicates[place]),
            number(sources.rejected[place]),
            number(sources.dated[place]),
            number(sources.conflicts[place]),
            sources.words_median[place].map_or(StatsCell::Nothing, |words| StatsCell::Number(words.into())),
            day(sources.first_day[place]),
            day(sources.last_day[place]),
        ]
    };
    StatsTable {
        name: "sources",
        columns: vec![
            "source",
            "name",
            "records",
            "articles",
            "duplicates",
            "rejected",
            "dated",
            "conflicts",
            "median_words",
            "first_day",
            "last_day",
        ],
        rows: (0..sources.id.len()).map(row).collect(),
    }
}

/// Articles by year of their day.
fn years(time: Option<&Timeline>) -> StatsTable {
    let mut years: BTreeMap<i32, u64> = BTreeMap::new();
    if let Some(time) = time {
        let (first, month, _) = civil_from_days(time.first);
        for series in &time.series {
            let mut bin = 0;
            for (step, count) in series.step.iter().zip(&series.count) {
                bin += step;
                let year = match time.unit {
                    TimeUnit::Day => civil_from_days(time.first + bin).0,
                    TimeUnit::Month => (first * 12 + i32::from(month) - 1 + bin).div_euclid(12),
                    TimeUnit::Year => first + bin,
                };
                *years.entry(year).or_default() += count;
            }
        }
    }
    let rows = years.into_iter().map(|(year, count)| vec![StatsCell::Number(year.into()), number(count)]);
    StatsTable { name: "years", columns: vec!["year", "articles"], rows: rows.collect() }
}

fn gaps(data: &ReportData) -> StatsTable {
    let whole = data.gaps.iter().filter(|gap| gap.source.is_none());
    let rows = whole.map(|gap| vec![day(Some(gap.from)), day(Some(gap.to)), StatsCell::Number(gap.days.into())]);
    StatsTable { name: "gaps", columns: vec!["from", "to", "days"], rows: rows.collect() }
}

fn lengths(data: &ReportData) -> StatsTable {
    let names = ["shortest", "5 %", "25 %", "median", "75 %", "95 %", "longest"];
    let rows = data.lengths.quantiles.iter().flat_map(|quantiles| names.into_iter().zip(quantiles));
    let rows = rows.map(|(name, words)| vec![text(name), StatsCell::Number((*words).into())]);
    StatsTable { name: "lengths", columns: vec!["quantile", "words"], rows: rows.collect() }
}

fn sum_sources(found: &BySource) -> Vec<CodeCount> {
    let mut counts = vec![0; found.codes.len()];
    for [_, code, count] in &found.cells {
        counts[*code as usize] += count;
    }
    found.codes.iter().zip(counts).map(|(code, count)| CodeCount { code: code.clone(), count }).collect()
}

fn date_candidates(data: &ReportData) -> StatsTable {
    let candidates = data.dates.candidates.iter();
    StatsTable {
        name: "date_candidates",
        columns: vec!["kind", "seen", "accepted"],
        rows: candidates.map(|row| vec![text(&*row.kind), number(row.seen), number(row.accepted)]).collect(),
    }
}

fn copies(data: &ReportData) -> StatsTable {
    let source = |place: u64| {
        let id = data.sources.id.get(place as usize).and_then(Option::as_ref);
        id.map_or_else(|| text(format!("({} others)", data.sources.others)), |id| text(&**id))
    };
    let mut cells = data.copies.cells.clone();
    // Stable: equally many stay in the order of their places.
    cells.sort_by_key(|[_, _, _, members]| std::cmp::Reverse(*members));
    let rows = cells.iter().map(|[copy, original, relation, members]| {
        vec![source(*copy), source(*original), text(&*data.copies.relations[*relation as usize]), number(*members)]
    });
    StatsTable { name: "copies", columns: vec!["source", "of_source", "relation", "members"], rows: rows.collect() }
}

fn null_shares(data: &ReportData) -> StatsTable {
    let may_be_absent = data.columns.iter().filter(|column| column.nullable || column.kind.starts_with("list"));
    let rows = may_be_absent
        .map(|column| vec![text(column.name), number(column.absent), share(column.absent, data.counts.articles)]);
    StatsTable { name: "null_or_empty", columns: vec!["column", "articles", "share"], rows: rows.collect() }
}
