//! The rows of `splits`: one for each article, where the rule of the manifest puts its cluster.

use std::collections::BTreeMap;
use std::path::Path;

use super::articles::Articles;
use super::files::TableFiles;
use super::keys::parse_id;
use super::report::Report;
use super::rules::Rule;
use super::tables::{Rows, Visitor, read_table};
use crate::error::Result;
use crate::kernels::assign_split::Split;
use crate::manifest::{Manifest, SplitAccount};
use crate::pipeline::interim::MANIFEST;

/// Checks the rows of `splits`.
///
/// # Errors
/// When the operating system refuses a file.
pub fn check_splits(
    (root, manifest): (&Path, &Manifest),
    (files, stated): (&TableFiles<'_>, &SplitAccount),
    articles: &Articles,
    report: &mut Report,
) -> Result<()> {
    if let Some(fault) = stated.rule.fault() {
        report.add(Rule::SplitRule, MANIFEST, fault);
    }
    let mut visitor = SplitVisitor { articles, seen: vec![false; articles.sides.len()], counts: BTreeMap::new() };
    let complete = read_table((root, manifest), files, &mut visitor, report)?;
    if !articles.complete {
        report.skip(&[Rule::SplitRows, Rule::SplitRule]);
    } else if complete {
        let SplitVisitor { seen, counts, .. } = visitor;
        for (side, _) in articles.sides.iter().zip(seen).filter(|(_, seen)| !seen) {
            report.add(Rule::SplitRows, "tables", format_args!("expected a side for `{}`, but found none", side.id));
        }
        for split in Split::ALL {
            let count = |rows: &BTreeMap<String, u64>| rows.get(split.name()).copied().unwrap_or_default();
            let (expected, found) = (count(&counts), count(&stated.rows));
            if expected != found {
                let detail = format_args!("expected {expected} rows of `{}`, but found {found}", split.name());
                report.add(Rule::SplitRows, MANIFEST, detail);
            }
        }
    }
    Ok(())
}

struct SplitVisitor<'a> {
    articles: &'a Articles,
    /// Articles that have a side.
    seen: Vec<bool>,
    counts: BTreeMap<String, u64>,
}

impl Visitor for SplitVisitor<'_> {
    fn rows(&mut self, rows: &Rows<'_>, report: &mut Report) -> Result<()> {
        let sides = &self.articles.sides;
        let find = |id| sides.binary_search_by_key(&id, |side| side.id).ok();
        let (ids, splits) = (rows.text("id"), rows.text("split"));
        for row in 0..rows.batch.num_rows() {
            let (id, found) = (ids.value(row), splits.value(row));
            *self.counts.entry(found.to_owned()).or_default() += 1;
            if !self.articles.complete {
                continue;
            }
            let Some(at) = parse_id(id).and_then(find) else {
                let detail = format_args!("expected `{id}` in `articles`, but found no such row");
                report.add(Rule::SplitRows, rows.place(row), detail);
                continue;
            };
            self.seen[at] = true;
            let representative = find(sides[at].cluster).map_or(sides[at], |at| sides[at]);
            let expected = representative.own.name();
            if expected != found {
                let detail = format_args!("`{id}`: expected `{expected}`, but found `{found}`");
                report.add(Rule::SplitRule, rows.place(row), detail);
            }
        }
        Ok(())
    }
}
