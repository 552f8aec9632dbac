//! The rows of `records`: the account of the manifest, and the articles that they speak of.

use std::collections::BTreeMap;
use std::path::Path;

use arrow::array::Array;

use super::articles::{Articles, OriginCells};
use super::files::TableFiles;
use super::keys::{Id, ShortDigest, parse_id};
use super::report::{Place, Report};
use super::rules::Rule;
use super::tables::{Rows, Visitor, read_table};
use crate::columns::Release;
use crate::error::Result;
use crate::manifest::{Account, Manifest, SourceAccount};
use crate::pipeline::STAGE_NAMES;
use crate::pipeline::article_rows::text_option;
use crate::pipeline::interim::MANIFEST;
use crate::rejection::ReasonCode;
use crate::stages::release::ReleaseTerms;

/// What was gathered from `records`.
#[derive(Debug, Default)]
pub struct Ledger {
    /// Whether every row was seen.
    pub complete: bool,
    /// Every id, sorted, each once.
    pub ids: Vec<Id>,
    /// Records removed for articles: the place of the article in [`Articles::facts`] and the part that the record came with; sorted.
    pub removed: Vec<(u32, u16)>,
}

impl Ledger {
    /// How many records were removed for an article up to a part.
    pub fn removed_for(&self, article: usize, part: u16) -> u64 {
        let article = article as u32;
        let start = self.removed.partition_point(|removed| *removed < (article, 0));
        let end = self.removed.partition_point(|removed| *removed <= (article, part));
        (end - start) as u64
    }
}

/// Checks the rows of `records`.
///
/// # Errors
/// When the operating system refuses a file.
pub fn check_ledger(
    (root, manifest): (&Path, &Manifest),
    files: &TableFiles<'_>,
    articles: &Articles,
    report: &mut Report,
) -> Result<Ledger> {
    let mut visitor = LedgerVisitor {
        articles,
        rule_version: &manifest.rule_version,
        terms: manifest.release.as_ref().map(|release| &release.terms),
        seen: vec![false; articles.facts.len()],
        counts: Counts::default(),
        ledger: Ledger::default(),
    };
    let complete = read_table((root, manifest), files, &mut visitor, report)?;
    let LedgerVisitor { seen, counts, mut ledger, .. } = visitor;
    ledger.complete = complete;
    ledger.ids.sort_unstable();
    ledger.ids.dedup();
    ledger.removed.sort_unstable();
    if complete {
        counts.compare(&manifest.account, report);
    } else {
        report.skip(&[Rule::FateCounts]);
    }
    if !articles.complete {
        report.skip(&[Rule::FateArticle, Rule::DuplicateTarget]);
    } else if complete {
        for (fact, _) in articles.facts.iter().zip(&seen).filter(|(_, seen)| !**seen) {
            report.add(
                Rule::FateArticle,
                "data",
                format_args!("expected a record with the fate `article` for `{}`, but found none", fact.id),
            );
        }
    }
    Ok(ledger)
}

struct LedgerVisitor<'a> {
    articles: &'a Articles,
    rule_version: &'a str,
    terms: Option<&'a ReleaseTerms>,
    /// Articles whose record was seen.
    seen: Vec<bool>,
    counts: Counts,
    ledger: Ledger,
}

/// The columns that only one fate has.
struct FateCells<'a> {
    duplicate: [(&'static str, &'a dyn Array); 4],
    duplicate_text: [(&'static str, &'a dyn Array); 1],
    rejected: [(&'static str, &'a dyn Array); 2],
    rejected_only: [(&'static str, &'a dyn Array); 2],
}

impl<'a> FateCells<'a> {
    fn of(rows: &Rows<'a>) -> Self {
        let column = |name: &'static str| {
            let array = rows.batch.column_by_name(name).expect("law: a checked batch has the columns of its table");
            (name, array.as_ref() as &'a dyn Array)
        };
        Self {
            duplicate: ["relation", "jaccard", "containment", "rule_version"].map(column),
            duplicate_text: ["text_sha256"].map(column),
            rejected: ["stage", "reason"].map(column),
            rejected_only: ["pointer", "detail"].map(column),
        }
    }
}

impl Visitor for LedgerVisitor<'_> {
    fn rows(&mut self, rows: &Rows<'_>, report: &mut Report) -> Result<()> {
        let (fates, ids, sources) = (rows.text("fate"), rows.text("id"), rows.text("source_id"));
        let targets = rows.text("duplicate_of");
        let [relations, stages, reasons, versions] =
            ["relation", "stage", "reason", "rule_version"].map(|name| rows.text(name));
        let (cells, origins) = (FateCells::of(rows), OriginCells::of(rows));
        let withholds_digests = self.terms.is_some_and(|terms| terms.strictest() == Release::MetadataOnly);
        let withholds_details = self.terms.is_some_and(ReleaseTerms::hides_anything);
        for row in 0..rows.batch.num_rows() {
            let fate = fates.value(row);
            let id = parse_id(ids.value(row));
            self.ledger.ids.extend(id);
            self.counts.add(fate, sources.value(row));
            match (fate, id) {
                ("article", Some(id)) if self.articles.complete => {
                    self.check_article(rows.place(row), (id, origins.digest(row)), report);
                }
                ("duplicate", _) => {
                    *self.counts.relations.entry(relations.value(row).to_owned()).or_default() += 1;
                    self.check_target((rows, row), text_option(targets, row), report);
                    let version = text_option(versions, row).unwrap_or_default();
                    if version != self.rule_version {
                        let detail = format_args!("expected `{}`, but found `{version}`", self.rule_version);
                        report.add(Rule::RuleVersion, rows.place(row), detail);
                    }
                }
                ("rejected", _) => {
                    let given = (text_option(stages, row), text_option(reasons, row));
                    self.check_reason(rows.place(row), given, report);
                }
                _ => {}
            }
            let is_duplicate = fate == "duplicate";
            check_presence(rows, row, (is_duplicate, &cells.duplicate, Rule::DuplicateProof), report);
            // Under which tier a removed record would be depends on its licence, which `records` does not say.
            if !is_duplicate || !withholds_digests {
                check_presence(rows, row, (is_duplicate, &cells.duplicate_text, Rule::DuplicateProof), report);
            }
            check_presence(rows, row, (fate == "rejected", &cells.rejected, Rule::RejectionReason), report);
            if fate == "rejected" && withholds_details {
                check_presence(rows, row, (false, &cells.rejected_only[1..], Rule::Release), report);
            }
            if fate != "rejected" {
                check_presence(rows, row, (false, &cells.rejected_only, Rule::RejectionReason), report);
            }
        }
        Ok(())
    }
}

impl LedgerVisitor<'_> {
    fn check_article(&mut self, place: Place<'_>, (id, origin): (Id, ShortDigest), report: &mut Report) {
        let Some(at) = self.articles.find(&id) else {
            report.add(Rule::FateArticle, place, format_args!("expected `{id}` in `articles`, but found no such row"));
            return;
        };
        if std::mem::replace(&mut self.seen[at], true) {
            report.add(
                Rule::FateArticle,
                place,
                format_args!("expected one record with the fate `article` for `{id}`, but found another"),
            );
        } else if self.articles.facts[at].origin != origin {
            report.add(
                Rule::FateArticle,
                place,
                format_args!("expected the origin and source of `{id}` in `articles`, but found others"),
            );
        }
    }

    fn check_target(&mut self, (rows, row): (&Rows<'_>, usize), target: Option<&str>, report: &mut Report) {
        let place = rows.place(row);
        let Some(target) = target else {
            report.add(Rule::DuplicateTarget, place, "expected an id in `duplicate_of`, but found null");
            return;
        };
        if !self.articles.complete {
            return;
        }
        match parse_id(target).and_then(|id| self.articles.find(&id)) {
            Some(at) => self.ledger.removed.push((at as u32, rows.part)),
            None => report.add(
                Rule::DuplicateTarget,
                place,
                format_args!("expected `{target}` in `articles`, but found no such row"),
            ),
        }
    }

    fn check_reason(&mut self, place: Place<'_>, given: (Option<&str>, Option<&str>), report: &mut Report) {
        let (Some(stage), Some(reason)) = given else { return };
        if !STAGE_NAMES.contains(&stage) {
            report.add(Rule::RejectionReason, place, format_args!("expected a stage, but found `{stage}`"));
        }
        if !ReasonCode::ALL.iter().any(|known| known.code() == reason) {
            report.add(Rule::RejectionReason, place, format_args!("expected a known reason, but found `{reason}`"));
        }
        *self.counts.reasons.entry((stage.to_owned(), reason.to_owned())).or_default() += 1;
    }
}

/// Checks that columns hold values exactly when the fate asks for them.
fn check_presence(
    rows: &Rows<'_>,
    row: usize,
    (wanted, columns, rule): (bool, &[(&str, &dyn Array)], Rule),
    report: &mut Report,
) {
    for (name, array) in columns.iter().filter(|(_, array)| array.is_valid(row) != wanted) {
        let (expected, found) = if array.is_null(row) { ("a value", "null") } else { ("null", "a value") };
        report.add(
            rule,
            rows.place(row),
            format_args!("expected {expected} in `{name}` for this fate, but found {found}"),
        );
    }
}

/// The account, counted again.
#[derive(Debug, Default)]
struct Counts {
    sources: BTreeMap<String, SourceAccount>,
    relations: BTreeMap<String, u64>,
    /// By stage and reason.
    reasons: BTreeMap<(String, String), u64>,
}

impl Counts {
    fn add(&mut self, fate: &str, source: &str) {
        let counts = match self.sources.get_mut(source) {
            Some(counts) => counts,
            None => self.sources.entry(source.to_owned()).or_default(),
        };
        counts.records += 1;
        match fate {
            "article" => counts.articles += 1,
            "duplicate" => counts.duplicates += 1,
            "rejected" => counts.rejected += 1,
            _ => {}
        }
    }

    fn compare(&self, account: &Account, report: &mut Report) {
        let sum = |of: fn(&SourceAccount) -> u64| self.sources.values().map(of).sum::<u64>();
        let totals = [
            ("records", account.records, sum(|counts| counts.records) + account.taken_down),
            ("articles", account.articles, sum(|counts| counts.articles)),
            ("duplicates", account.duplicates, sum(|counts| counts.duplicates)),
            ("rejected records", account.rejected, sum(|counts| counts.rejected)),
        ];
        let mut differ = |detail: String| report.add(Rule::FateCounts, MANIFEST, detail);
        for (what, stated, found) in totals.into_iter().filter(|(_, stated, found)| stated != found) {
            differ(format!("expected {found} {what} in all, as in `records`, but found {stated}"));
        }
        // What was taken down has no row: of it there is only the count, which the closed sums hold.
        let mut sources = self.sources.clone();
        for (source, stated) in account.sources.iter().filter(|(_, stated)| stated.taken_down > 0) {
            let found = sources.entry(source.clone()).or_default();
            found.records += stated.taken_down;
            found.taken_down = stated.taken_down;
        }
        for (source, stated, found) in differences(&account.sources, &sources) {
            differ(format!(
                "source `{source}`: expected {}, as in `records`, but found {}",
                words(found),
                words(stated)
            ));
        }
        for (relation, stated, found) in differences(&account.relations, &self.relations) {
            differ(format!("relation `{relation}`: expected {found}, as in `records`, but found {stated}"));
        }
        let stages = account.stages.iter().flat_map(|stage| {
            let with_rows = stage.rejected.iter().filter(|(reason, _)| *reason != ReasonCode::TakenDown.code());
            with_rows.map(|(reason, count)| ((stage.stage.clone(), reason.clone()), *count))
        });
        for ((stage, reason), stated, found) in differences(&stages.collect(), &self.reasons) {
            differ(format!(
                "stage `{stage}`, reason `{reason}`: expected {found}, as in `records`, but found {stated}"
            ));
        }
    }
}

fn words(counts: SourceAccount) -> String {
    let SourceAccount { articles, duplicates, rejected, .. } = counts;
    format!("{articles} articles, {duplicates} duplicates and {rejected} rejected")
}

/// Keys whose values differ, absent ones counting as the default: (key, stated, found).
fn differences<K: Ord + Clone, V: Copy + Default + PartialEq>(
    stated: &BTreeMap<K, V>,
    found: &BTreeMap<K, V>,
) -> Vec<(K, V, V)> {
    let keys: std::collections::BTreeSet<&K> = stated.keys().chain(found.keys()).collect();
    let value = |map: &BTreeMap<K, V>, key: &K| map.get(key).copied().unwrap_or_default();
    let all = keys.into_iter().map(|key| (key.clone(), value(stated, key), value(found, key)));
    all.filter(|(_, stated, found)| stated != found).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_that_says_something_else_is_told_apart() {
        let mut counts = Counts::default();
        counts.add("article", "a");
        counts.add("rejected", "unknown");
        counts.reasons.insert(("ingest".into(), "invalid-json".into()), 1);
        let source = |articles, rejected| SourceAccount { records: 1, articles, rejected, ..SourceAccount::default() };
        let mut account = Account { records: 2, articles: 1, rejected: 1, ..Account::default() };
        account.sources = BTreeMap::from([("a".into(), source(1, 0)), ("unknown".into(), source(0, 1))]);
        account.stages = vec![crate::manifest::StageAccount::new("ingest")];
        account.stages[0].rejected.insert("invalid-json".into(), 1);
        let compare = |account: &Account| {
            let mut report = Report::new(9);
            counts.compare(account, &mut report);
            report.total()
        };
        assert_eq!(compare(&account), 0);
        account.relations.insert("exact_raw".into(), 1);
        account.articles = 2;
        account.stages[0].rejected.clear();
        account.sources.clear();
        assert_eq!(compare(&account), 5);
    }
}
