//! What became of the record, and the proof.

use super::retell::Rederived;
use super::story::{SectionBuilder, Story};
use crate::columns::{ARTICLES, PAIRS, RECORDS};
use crate::error::Result;
use crate::pipeline::dataset_rows::{Dataset, Row};
use crate::rejection::ReasonCode;

/// Members of a cluster that are listed one by one.
const LISTED: usize = 20;
/// What is told of another article.
const CITED: [&str; 6] = ["id", "cluster_id", "cluster_relation", "source_id", "published_date", "title"];

/// Tells the fate of a record.
///
/// # Errors
/// When a file of the dataset is missing or damaged.
pub fn tell_fate(dataset: &Dataset<'_>, record: &Row, rederived: &Rederived, story: &mut Story) -> Result<()> {
    let mut section = story.section("fate");
    section.line("fate", record.text("fate"));
    match record.text("fate") {
        "article" => tell_article(dataset, record, rederived, &mut section),
        "duplicate" => tell_duplicate(dataset, record, rederived, &mut section),
        _ => {
            tell_rejection(record, rederived, &mut section);
            Ok(())
        }
    }
}

fn tell_article(
    dataset: &Dataset<'_>,
    record: &Row,
    rederived: &Rederived,
    section: &mut SectionBuilder<'_>,
) -> Result<()> {
    let names = [&CITED[..], &["cluster_size", "similarity", "text_sha256"]].concat();
    let own = dataset.find(&ARTICLES, &names, |row| row.is("id", record.text("id")))?;
    let Some(own) = own.first() else {
        section.line("beware", "`articles` has no such row; `copydesk check` says what is wrong");
        return Ok(());
    };
    compare_text(own, rederived, section);
    section.line("cluster", own.text("cluster_id"));
    section.line("relation", own.text("cluster_relation"));
    section.line("cluster size", own.text("cluster_size"));
    section.line_if("similarity", own.get("similarity"));
    if own.number("cluster_size") < 2 {
        return Ok(());
    }
    let members = dataset.find(&ARTICLES, &CITED, |row| row.is("cluster_id", own.text("cluster_id")))?;
    for member in members.iter().take(LISTED).filter(|member| member.text("id") != own.text("id")) {
        let label = if member.text("cluster_relation") == "representative" { "representative" } else { "member" };
        section.line(label, cite(member));
    }
    let names = ["raw_path", "raw_index", "duplicate_of", "relation", "source_id", "title"];
    let is_member = |id: &str| members.iter().any(|member| member.text("id") == id);
    let removed =
        dataset.find(&RECORDS, &names, |row| members.iter().any(|member| row.is("duplicate_of", member.text("id"))))?;
    for copy in removed.iter().take(LISTED).filter(|copy| is_member(copy.text("duplicate_of"))) {
        let place = format!("{}#{}", copy.text("raw_path"), copy.text("raw_index"));
        section.line(
            "removed for it",
            format_args!("{place} ({} of {})", copy.text("relation"), copy.text("duplicate_of")),
        );
    }
    let unlisted = members.len().saturating_sub(LISTED) + removed.len().saturating_sub(LISTED);
    if unlisted > 0 {
        section.line("not listed", format_args!("{unlisted} more"));
    }
    Ok(())
}

fn tell_duplicate(
    dataset: &Dataset<'_>,
    record: &Row,
    rederived: &Rederived,
    section: &mut SectionBuilder<'_>,
) -> Result<()> {
    compare_text(record, rederived, section);
    let kept = record.text("duplicate_of");
    section.line("duplicate of", kept);
    for name in ["relation", "jaccard", "containment"] {
        section.line_if(name, record.get(name));
    }
    section.line_if("rules", record.get("rule_version"));
    for article in dataset.find(&ARTICLES, &CITED, |row| row.is("id", kept))? {
        section.line("kept article", cite(&article));
    }
    let id = record.text("id");
    let names = ["id", "other_id", "relation", "jaccard", "containment", "numbers_equal", "days_apart"];
    let both = |row: &crate::pipeline::dataset_rows::Cell<'_>| {
        (row.is("id", id) && row.is("other_id", kept)) || (row.is("id", kept) && row.is("other_id", id))
    };
    for pair in dataset.find(&PAIRS, &names, both)? {
        let days = pair.get("days_apart").map_or_else(String::new, |days| format!(", {days} days apart"));
        let numbers = if pair.text("numbers_equal") == "true" { "equal" } else { "different" };
        section.line("proven pair", format_args!("{}, {numbers} numbers{days}", pair.text("relation")));
    }
    Ok(())
}

fn tell_rejection(record: &Row, rederived: &Rederived, section: &mut SectionBuilder<'_>) {
    let reason = record.text("reason");
    section.line("stage", record.text("stage"));
    section.line("reason", reason);
    let known = ReasonCode::ALL.iter().find(|code| code.code() == reason);
    section.line_if("which means", known.map(|code| code.documentation()));
    section.line_if("pointer", record.get("pointer"));
    section.line_if("detail", record.get("detail"));
    match &rederived.stopped {
        Some((stage, rejection)) if *stage == record.text("stage") && rejection.reason.code() == reason => {}
        Some((stage, rejection)) => {
            section.line("beware", format_args!("this time `{stage}` stopped it, with `{}`", rejection.reason.code()));
        }
        None => section.line("beware", "this time no stage stopped it"),
    }
    if !rederived.excerpt.is_empty() {
        section.line("raw record begins", String::from_utf8_lossy(&rederived.excerpt));
    }
}

/// Says when reading again gave another text than the dataset was made with.
fn compare_text(row: &Row, rederived: &Rederived, section: &mut SectionBuilder<'_>) {
    match (&rederived.stopped, &rederived.text_sha256) {
        (Some((stage, rejection)), _) => {
            section.line("beware", format_args!("this time `{stage}` stopped it, with `{}`", rejection.reason.code()));
        }
        (None, Some(found)) if row.get("text_sha256").is_some_and(|stated| stated != found) => {
            section.line("beware", "its text came out otherwise this time");
        }
        _ => {}
    }
}

fn cite(article: &Row) -> String {
    let date = article.get("published_date").unwrap_or("undated");
    let title = article.get("title").unwrap_or("without title");
    format!("{} ({}, {date}): {title}", article.text("id"), article.text("source_id"))
}
