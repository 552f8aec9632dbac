//! The rows of `date_candidates`: what was accepted must be what the article says.

use std::path::Path;

use arrow::array::Array as _;
use arrow::datatypes::{Date32Type, Int32Type, TimestampMicrosecondType};

use super::articles::{Articles, StatedDates};
use super::files::TableFiles;
use super::keys::{Id, parse_id};
use super::report::Report;
use super::rules::Rule;
use super::tables::{Rows, Visitor, read_table};
use crate::error::Result;
use crate::extractors::dates::MAX_CANDIDATES;
use crate::manifest::Manifest;
use crate::pipeline::article_rows::option;

/// Checks the rows of `date_candidates`.
///
/// # Errors
/// When the operating system refuses a file.
pub fn check_candidates(
    (root, manifest): (&Path, &Manifest),
    files: &TableFiles<'_>,
    articles: &Articles,
    report: &mut Report,
) -> Result<()> {
    let mut visitor = CandidateVisitor { articles, seen: vec![false; articles.facts.len()], article: None };
    let complete = read_table((root, manifest), files, &mut visitor, report)?;
    visitor.end_article(report);
    if !articles.complete {
        report.skip(&[Rule::CandidateId, Rule::CandidateAccepted]);
    } else if complete {
        let undated = StatedDates::default().digest();
        for (fact, _) in
            articles.facts.iter().zip(&visitor.seen).filter(|(fact, seen)| !**seen && fact.dates != undated)
        {
            report.add(
                Rule::CandidateAccepted,
                "tables",
                format_args!("expected candidates for the dates of `{}`, but found none", fact.id),
            );
        }
    }
    Ok(())
}

struct CandidateVisitor<'a> {
    articles: &'a Articles,
    /// Articles that have candidates.
    seen: Vec<bool>,
    article: Option<OneArticle>,
}

/// The candidates of one article so far.
#[derive(Debug)]
struct OneArticle {
    text: String,
    id: Option<Id>,
    file: String,
    next_rank: i32,
    dates: Dates,
}

/// What the accepted candidates give.
#[derive(Debug, Default)]
struct Dates {
    published_at: Option<i64>,
    published_date: Option<i32>,
    /// Whether `published_date` is that of a day: candidates that refine it leave it then.
    has_day: bool,
    precision: String,
    raw: String,
    evidence: String,
    modified_at: Vec<Option<i64>>,
    retrieved_at: Vec<Option<i64>>,
}

impl Visitor for CandidateVisitor<'_> {
    fn rows(&mut self, rows: &Rows<'_>, report: &mut Report) -> Result<()> {
        let ranks = rows.numbers::<Int32Type>("rank");
        let accepted = rows.boolean("accepted");
        let reasons = rows.text("reject_reason");
        for (row, id) in rows.text("id").iter().map(Option::unwrap_or_default).enumerate() {
            if self.article.as_ref().is_none_or(|article| article.text != id) {
                self.end_article(report);
                self.begin_article((rows, row), id, report);
            }
            let Some(article) = &mut self.article else { continue };
            let rank = ranks.value(row);
            if rank != article.next_rank {
                report.add(
                    Rule::CandidateRank,
                    rows.place(row),
                    format_args!("expected rank {}, but found {rank}", article.next_rank),
                );
            }
            article.next_rank = rank.saturating_add(1);
            if rank >= MAX_CANDIDATES as i32 {
                report.add(
                    Rule::CandidateRank,
                    rows.place(row),
                    format_args!("expected at most {MAX_CANDIDATES} candidates, but found rank {rank}"),
                );
            }
            if accepted.value(row) == reasons.is_valid(row) {
                report.add(
                    Rule::CandidateAccepted,
                    rows.place(row),
                    "expected a reason exactly for what is not accepted, but found otherwise",
                );
            }
            if accepted.value(row) {
                article.dates.accept(rows, row);
            }
        }
        Ok(())
    }
}

impl CandidateVisitor<'_> {
    fn begin_article(&mut self, (rows, row): (&Rows<'_>, usize), text: &str, report: &mut Report) {
        let id = parse_id(text);
        let at = id.and_then(|id| self.articles.find(&id));
        match at {
            Some(at) => self.seen[at] = true,
            None if self.articles.complete => {
                report.add(
                    Rule::CandidateId,
                    rows.place(row),
                    format_args!("expected `{text}` in `articles`, but found no such row"),
                );
            }
            None => {}
        }
        let (text, file) = (text.to_owned(), rows.file.to_owned());
        self.article = Some(OneArticle { text, id, file, next_rank: 0, dates: Dates::default() });
    }

    /// Compares what was accepted with the article.
    fn end_article(&mut self, report: &mut Report) {
        let Some(article) = self.article.take() else { return };
        let dates = &article.dates;
        for (role, accepted) in [("modified", &dates.modified_at), ("retrieved", &dates.retrieved_at)] {
            if accepted.len() > 1 {
                let detail =
                    format_args!("`{}`: expected one accepted `{role}`, but found {}", article.text, accepted.len());
                report.add(Rule::CandidateAccepted, article.file.as_str(), detail);
            }
        }
        let fact = article.id.and_then(|id| self.articles.find(&id)).and_then(|at| self.articles.facts.get(at));
        if self.articles.complete && fact.is_some_and(|fact| fact.dates != dates.stated().digest()) {
            let detail = format_args!(
                "`{}`: expected the dates that its accepted candidates give, but found others in `articles`",
                article.text
            );
            report.add(Rule::CandidateAccepted, article.file.as_str(), detail);
        }
    }
}

impl Dates {
    /// Takes an accepted candidate, in the order of rank: the first gives the date, later ones only refine it.
    fn accept(&mut self, rows: &Rows<'_>, row: usize) {
        let at = option(rows.numbers::<TimestampMicrosecondType>("value_at"), row);
        match rows.text("role").value(row) {
            "modified" => return self.modified_at.push(at),
            "retrieved" => return self.retrieved_at.push(at),
            _ => {}
        }
        if !self.has_day {
            self.published_date = option(rows.numbers::<Date32Type>("value_date"), row);
        }
        self.published_at = at;
        for (own, name) in [(&mut self.precision, "precision"), (&mut self.raw, "raw"), (&mut self.evidence, "kind")] {
            own.clear();
            own.push_str(rows.text(name).value(row).trim());
        }
        self.has_day |= matches!(self.precision.as_str(), "second" | "minute" | "day");
    }

    fn stated(&self) -> StatedDates<'_> {
        StatedDates {
            published_at: self.published_at,
            published_date: self.published_date,
            precision: &self.precision,
            raw: Some(self.raw.as_str()).filter(|raw| !raw.is_empty()),
            evidence: &self.evidence,
            modified_at: self.modified_at.first().copied().flatten(),
            retrieved_at: self.retrieved_at.first().copied().flatten(),
        }
    }
}
