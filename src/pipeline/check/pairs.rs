//! The rows of `pairs`.

use std::path::Path;

use super::files::TableFiles;
use super::keys::parse_id;
use super::ledger::Ledger;
use super::report::Report;
use super::rules::Rule;
use super::tables::{Rows, Visitor, read_table};
use crate::error::Result;
use crate::manifest::Manifest;

/// Checks the rows of `pairs`.
///
/// # Errors
/// When the operating system refuses a file.
pub fn check_pairs(
    (root, manifest): (&Path, &Manifest),
    files: &TableFiles<'_>,
    ledger: &Ledger,
    report: &mut Report,
) -> Result<()> {
    let mut visitor = PairVisitor { ledger, rule_version: &manifest.rule_version };
    read_table((root, manifest), files, &mut visitor, report)?;
    if !ledger.complete {
        report.skip(&[Rule::PairIds]);
    }
    Ok(())
}

struct PairVisitor<'a> {
    ledger: &'a Ledger,
    rule_version: &'a str,
}

impl Visitor for PairVisitor<'_> {
    fn rows(&mut self, rows: &Rows<'_>, report: &mut Report) -> Result<()> {
        let ids = ["id", "other_id"].map(|name| rows.text(name));
        let versions = rows.text("rule_version");
        for row in 0..rows.batch.num_rows() {
            let pair = ids.map(|column| column.value(row));
            if pair[0] == pair[1] {
                report.add(
                    Rule::PairIds,
                    rows.place(row),
                    format_args!("expected two ids, but found `{}` twice", pair[0]),
                );
            }
            if self.ledger.complete {
                for id in pair {
                    if parse_id(id).is_none_or(|id| self.ledger.ids.binary_search(&id).is_err()) {
                        report.add(
                            Rule::PairIds,
                            rows.place(row),
                            format_args!("expected `{id}` in `records`, but found no such row"),
                        );
                    }
                }
            }
            if versions.value(row) != self.rule_version {
                let detail = format_args!("expected `{}`, but found `{}`", self.rule_version, versions.value(row));
                report.add(Rule::RuleVersion, rows.place(row), detail);
            }
        }
        Ok(())
    }
}
