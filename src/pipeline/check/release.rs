//! Release terms: what a row may hold under the tier that the manifest gives it.

use arrow::array::Array as _;

use super::report::Report;
use super::rules::Rule;
use super::tables::Rows;
use crate::columns::Release;
use crate::columns::cells::{Cells, cells_of};
use crate::columns::{ARTICLES, Column};
use crate::error::Result;
use crate::kernels::sha256::{Digest, PREFIX};
use crate::manifest::Manifest;
use crate::pipeline::article_rows::text_option;
use crate::pipeline::interim::MANIFEST;
use crate::stages::release::{AUTHOR_PREFIX, AuthorPolicy, ReleaseCounts, ReleaseTerms};

/// Checks the rows of a batch of `articles`; no value of a row is quoted.
///
/// # Errors
/// When the batch has not the columns of the table.
pub fn check_release(rows: &Rows<'_>, terms: &ReleaseTerms, report: &mut Report) -> Result<()> {
    check_authors(rows, terms.authors, report)?;
    let Some(tiers) = terms.tiers(rows.batch)? else { return Ok(()) };
    let stated = rows.text("release");
    for (row, tier) in tiers.iter().enumerate() {
        let found = text_option(stated, row).unwrap_or_default();
        if found != tier.name() {
            let detail = format!("expected `release` to be `{}`, but found `{found}`", tier.name());
            report.add(Rule::Release, rows.place(row), detail);
        }
    }
    for name in Release::MetadataOnly.withheld() {
        let array = rows.batch.column_by_name(name).expect("law: a checked batch has the columns of its table");
        let may_be_absent = ARTICLES.column(name).is_some_and(|column| column.nullable);
        for (row, tier) in tiers.iter().enumerate() {
            let is_withheld = tier.withheld().contains(name);
            let detail = match (is_withheld, array.is_null(row)) {
                (true, false) => {
                    format!("expected null in `{name}`, which `{}` withholds, but found a value", tier.name())
                }
                (false, true) if !may_be_absent => {
                    format!("expected a value in `{name}`, which `{}` gives away, but found null", tier.name())
                }
                _ => continue,
            };
            report.add(Rule::Release, rows.place(row), detail);
        }
    }
    Ok(())
}

/// Names stand only in the form that the terms state.
fn check_authors(rows: &Rows<'_>, policy: AuthorPolicy, report: &mut Report) -> Result<()> {
    let authors: &Column = ARTICLES.column("authors").expect("law: articles have authors");
    let Cells::TextList(lists) = cells_of(rows.batch, authors)? else { return Ok(()) };
    for row in 0..rows.batch.num_rows() {
        let detail = match policy {
            AuthorPolicy::Keep => return Ok(()),
            AuthorPolicy::Drop if lists.range(row).is_empty() => continue,
            AuthorPolicy::Drop => "expected no authors, which are dropped, but found some",
            AuthorPolicy::Hash if lists.row(row).all(is_hashed) => continue,
            AuthorPolicy::Hash => "expected digests in `authors`, but found other text",
        };
        report.add(Rule::Release, rows.place(row), detail);
    }
    Ok(())
}

fn is_hashed(name: &str) -> bool {
    name.strip_prefix(AUTHOR_PREFIX).is_some_and(|digits| Digest::parse(&format!("{PREFIX}{digits}")).is_some())
}

/// Compares the counts of the manifest with those of all rows, and both with what may be published at all.
pub fn check_counts(manifest: &Manifest, found: &ReleaseCounts, report: &mut Report) {
    let Some(release) = &manifest.release else { return };
    if release.counts != *found {
        let detail = "expected the counts of `/release` to be those of the rows, but found others";
        report.add(Rule::Release, MANIFEST, detail);
    }
    let reserved: u64 = found.reserved.values().sum();
    if reserved > 0 && release.terms.is_stated && !release.terms.acknowledge_reserved {
        let detail = format!("expected no full text that is reserved and not acknowledged, but found {reserved}");
        report.add(Rule::Release, MANIFEST, detail);
    }
}
