//! `copydesk report` and `copydesk stats`: the figures of a finished dataset, from streaming scans over the columns that they need.
//!
//! What is held in memory is bounded by the lists of a report: days, lengths and codes of 41 sources, 100,000 clusters, 200 pairs of
//! excerpts; and one entry a source, as in the manifest. Members of clusters are joined by external sorts. The same dataset gives the
//! same figures.

mod articles;
mod clusters;
mod comparisons;
mod days;
mod records;
mod sayings;
mod tally;
mod typed;

use std::collections::BTreeMap;
use std::path::Path;

use self::articles::{ArticleFigures, PRECISIONS, count_articles};
use self::clusters::ClusterJoin;
use self::days::Days;
use self::records::{RecordFigures, count_records};
pub use self::sayings::Sayings;
use self::tally::Codes;
use self::typed::scan;
use super::RunOptions;
use super::dataset_rows::Dataset;
use crate::columns::DATE_CANDIDATES;
use crate::error::{Error, Result};
use crate::io::{SpillDir, real_path};
use crate::kernels::assign_split::{Split, SplitRule};
use crate::manifest::{Manifest, SplitAccount};
use crate::writers::report::data::{
    BySource, CandidateCount, CodeCount, ColumnFacts, Counts, Dates, FORMAT, Fates, File, Identity, Input,
    LENGTH_EDGES, Languages, Lengths, ReportData, Rights, Sources, Splits, StageCounts,
};
use crate::writers::report::page;

/// Name of the report in a dataset.
pub const REPORT_FILE: &str = "report.html";
/// Languages that are listed.
const LANGUAGES: usize = 30;
/// Licenses that are listed.
const LICENSES: usize = 50;
/// The code of all other licenses together.
const OTHERS: &str = "(others)";
/// Files that are listed.
const FILES: usize = 200;

/// The page of a published dataset, to be written to `output`.
///
/// # Errors
/// When `dataset` is none or damaged, or `output` lies inside of it.
pub fn report_page(dataset: &Path, output: &Path, options: &RunOptions) -> Result<Vec<u8>> {
    let opened = Dataset::open(dataset)?;
    if real_path(output)?.starts_with(real_path(dataset)?) {
        let (dataset, output) = (dataset.display(), output.display());
        return Err(Error::usage(format!("the report `{output}` lies inside the dataset `{dataset}`")).hint(
            "name a file outside of it; with `report = true` in `[export]` a run writes the report into the dataset",
        ));
    }
    let scratch = SpillDir::create_beside(output)?;
    page(&figures(&opened, scratch.path(), sorter_bytes(options)?)?)
}

/// The figures of a published dataset; files go to a hidden folder in `temporary`.
///
/// # Errors
/// When `dataset` is none or damaged.
pub fn dataset_figures(dataset: &Path, temporary: &Path, options: &RunOptions) -> Result<ReportData> {
    let opened = Dataset::open(dataset)?;
    let scratch = SpillDir::create_in(temporary, "copydesk-stats")?;
    figures(&opened, scratch.path(), sorter_bytes(options)?)
}

/// The page of a dataset that is being written into `root` and will have `manifest`.
///
/// # Errors
/// When a file cannot be read or written.
pub fn unpublished_page((root, manifest): (&Path, &Manifest), scratch: &Path, options: &RunOptions) -> Result<Vec<u8>> {
    let dataset = Dataset::unpublished(root, manifest.clone());
    page(&figures(&dataset, scratch, sorter_bytes(options)?)?)
}

fn sorter_bytes(options: &RunOptions) -> Result<usize> {
    Ok(options.memory_plan()?.sorter_bytes * 2)
}

/// Everything that the report shows.
fn figures(dataset: &Dataset<'_>, scratch: &Path, limit: usize) -> Result<ReportData> {
    let manifest = &dataset.manifest;
    let sayings = Sayings::of(manifest);
    let records = count_records(dataset, !sayings.withholds_texts())?;
    let mut join = ClusterJoin::new(scratch, limit);
    let articles = count_articles(dataset, &records.places, &mut join)?;
    join.push_removed(dataset, &records.places)?;
    let clusters = join.finish()?;
    let comparisons = if sayings.withholds_texts() { Vec::new() } else { comparisons::compare(dataset, &clusters)? };
    let by_source: Vec<&Days> = articles.sources.iter().map(|source| &source.days).collect();
    let days = days::merge(by_source.iter().copied());
    Ok(ReportData {
        format: FORMAT,
        dataset: identity(manifest, &sayings),
        counts: counts(manifest, &sayings, (&records, &articles), (&days, clusters.count)),
        input: input(manifest),
        stages: stages(manifest),
        fates: Fates { articles: articles.relations.listed(), duplicates: records.relations.listed() },
        sources: sources(&records, &articles),
        time: days::timeline(&by_source),
        calendar: days::calendar(&days),
        gaps: days::gaps(&days, &by_source),
        languages: languages(&articles),
        lengths: lengths(&articles),
        dates: dates(dataset, &articles)?,
        clusters: clusters.clusters(),
        comparisons,
        copies: clusters.copies(),
        quality: crate::writers::report::data::Quality {
            flagged: articles.flagged,
            flags: articles.flags.explained(|_| None),
            validation: articles.validation.explained(|_| None),
        },
        columns: columns(&articles),
        rights: Rights {
            release: sayings.release,
            authors: sayings.authors,
            acknowledged: sayings.acknowledged,
            license: shortened(articles.license.listed()),
            access: articles.access.listed(),
            tdm_reservation: articles.tdm_reservation.listed(),
        },
        audit: sayings.audit,
        splits: manifest.splits.as_ref().map(splits),
        files: files(manifest),
        rejections: records.rejections,
    })
}

fn identity(manifest: &Manifest, sayings: &Sayings) -> Identity {
    Identity {
        name: sayings.name.clone(),
        description: sayings.description.clone(),
        dataset_version: manifest.dataset_version.clone(),
        tool_version: manifest.tool_version.clone(),
        schema_version: manifest.schema_version.clone(),
        rule_version: manifest.rule_version.clone(),
        config_sha256: manifest.config_sha256.clone(),
        dataset_sha256: manifest.dataset_sha256.clone(),
        citation: sayings.citation.clone(),
    }
}

fn counts(
    manifest: &Manifest,
    sayings: &Sayings,
    (records, articles): (&RecordFigures, &ArticleFigures),
    (days, clusters): (&Days, u64),
) -> Counts {
    let total = records.total();
    let of_precision = |codes: &[&str]| {
        let places = (0..PRECISIONS.len()).filter(|place| codes.contains(&PRECISIONS[*place]));
        places.map(|place| articles.sources.iter().map(|source| source.precision[place]).sum::<u64>()).sum()
    };
    let words = articles.words();
    Counts {
        records: manifest.account.records,
        articles: articles.sources.iter().map(|source| source.articles).sum(),
        duplicates: total.duplicates,
        rejected: total.rejected,
        taken_down: sayings.taken_down,
        sources: records.sources,
        clusters,
        words: words.iter().map(|(words, count)| u64::try_from(words).unwrap_or(0) * count).sum(),
        characters: articles.characters,
        dated: articles.sources.iter().map(articles::SourceArticles::dated).sum(),
        coarse: of_precision(&["month", "year"]),
        undated: of_precision(&["none"]),
        first_day: days::span(days).map(|(first, _)| first),
        last_day: days::span(days).map(|(_, last)| last),
    }
}

fn input(manifest: &Manifest) -> Input {
    let found = &manifest.input;
    Input {
        files: Codes(found.files.clone()).listed(),
        sidecars: found.sidecars,
        symlinks: found.symlinks,
        hidden: found.hidden,
        special: found.special,
    }
}

fn stages(manifest: &Manifest) -> Vec<StageCounts> {
    let counts = manifest.account.stages.iter().map(|stage| StageCounts {
        stage: stage.stage.clone(),
        received: stage.received,
        kept: stage.kept,
        rejected: stage.rejected_total(),
    });
    counts.collect()
}

fn sources(records: &RecordFigures, articles: &ArticleFigures) -> Sources {
    let mut sources = Sources { others: records.places.others, ..Sources::default() };
    let names = records.places.names();
    for (place, (fates, own)) in records.fates.iter().zip(&articles.sources).enumerate() {
        let id = names.get(place).map(|id| (*id).to_owned());
        sources.name.push(own.name.clone().filter(|_| id.is_some()));
        sources.id.push(id);
        sources.records.push(fates.records);
        sources.articles.push(own.articles);
        sources.duplicates.push(fates.duplicates);
        sources.rejected.push(fates.rejected);
        sources.dated.push(own.dated());
        sources.conflicts.push(own.conflicts);
        sources.words_median.push(own.words.quantile(50));
        sources.first_day.push(days::span(&own.days).map(|(first, _)| first));
        sources.last_day.push(days::span(&own.days).map(|(_, last)| last));
    }
    sources
}

fn languages(articles: &ArticleFigures) -> Languages {
    let mut top = articles.languages.listed();
    let rest = top.split_off(top.len().min(LANGUAGES));
    Languages {
        top,
        others: rest.len() as u64,
        others_articles: rest.iter().map(|entry| entry.count).sum(),
        evidence: articles.language_evidence.listed(),
    }
}

fn lengths(articles: &ArticleFigures) -> Lengths {
    let words = articles.words();
    let mut counts = [0; LENGTH_EDGES.len()];
    for (number, count) in words.iter() {
        let below = LENGTH_EDGES.partition_point(|edge| i64::from(*edge) <= i64::from(number));
        counts[below.max(1) - 1] += count;
    }
    let all = [0, 5, 25, 50, 75, 95, 100].map(|percent| words.quantile(percent));
    let quantiles = all[0].map(|_| all.map(Option::unwrap_or_default));
    Lengths { edges: LENGTH_EDGES, counts, quantiles }
}

fn dates(dataset: &Dataset<'_>, articles: &ArticleFigures) -> Result<Dates> {
    let (candidates, refused) = candidates(dataset)?;
    let mut precision = Vec::new();
    let mut evidence = Vec::new();
    let mut all = Codes::default();
    for (code, count) in articles.sources.iter().flat_map(|source| &source.evidence.0) {
        *all.0.entry(code.clone()).or_default() += count;
    }
    let codes: Vec<String> = all.listed().into_iter().map(|entry| entry.code).collect();
    for (place, source) in (0..).zip(&articles.sources) {
        let stated = (0..).zip(source.precision).filter(|(_, count)| *count > 0);
        precision.extend(stated.map(|(code, count)| [place, code, count]));
        let found = (0..).zip(&codes).filter_map(|(code, name)| Some([place, code, *source.evidence.0.get(name)?]));
        evidence.extend(found);
    }
    Ok(Dates {
        precision: BySource { codes: PRECISIONS.map(str::to_owned).to_vec(), cells: precision },
        evidence: BySource { codes, cells: evidence },
        candidates,
        refused: refused.listed(),
    })
}

/// Date candidates by kind, and why others were refused.
fn candidates(dataset: &Dataset<'_>) -> Result<(Vec<CandidateCount>, Codes)> {
    let mut kinds: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    let mut refused = Codes::default();
    scan(dataset, (&DATE_CANDIDATES, &["kind", "role", "accepted", "reject_reason"]), |rows, _| {
        let (kind, roles) = (rows.text("kind")?, rows.text("role")?);
        let (accepted, reasons) = (rows.booleans("accepted")?, rows.text("reject_reason")?);
        for row in (0..rows.count()).filter(|row| roles.value(*row) == "published") {
            let counts = match kinds.get_mut(kind.value(row)) {
                Some(counts) => counts,
                None => kinds.entry(kind.value(row).to_owned()).or_default(),
            };
            counts.0 += 1;
            if accepted.value(row) {
                counts.1 += 1;
            } else {
                refused.add(reasons.value(row));
            }
        }
        Ok(())
    })?;
    let mut listed: Vec<CandidateCount> = Vec::with_capacity(kinds.len());
    listed.extend(kinds.into_iter().map(|(kind, (seen, accepted))| CandidateCount { kind, seen, accepted }));
    listed.sort_by_key(|count| std::cmp::Reverse(count.seen));
    Ok((listed, refused))
}

fn columns(articles: &ArticleFigures) -> Vec<ColumnFacts> {
    let columns = articles.table.columns.iter().zip(&articles.absent);
    let facts = columns.map(|(column, absent)| ColumnFacts {
        group: column.group,
        name: column.name,
        kind: column.kind.words(),
        nullable: column.nullable,
        absent: *absent,
        documentation: column.documentation,
    });
    facts.collect()
}

fn shortened(mut licenses: Vec<CodeCount>) -> Vec<CodeCount> {
    if licenses.len() > LICENSES {
        let count = licenses.split_off(LICENSES).iter().map(|entry| entry.count).sum();
        licenses.push(CodeCount { code: OTHERS.to_owned(), count });
    }
    licenses
}

fn splits(account: &SplitAccount) -> Splits {
    let rule = match &account.rule {
        SplitRule::Shares(shares) => format!(
            "by shares of the clusters, drawn by the id of the representative: {} train, {} validation, {} test",
            shares.train, shares.validation, shares.test
        ),
        SplitRule::Dates(dates) => {
            let begins = |side: &str, day: &Option<String>| day.as_ref().map(|day| format!("{side} from {day} on"));
            let sides: Vec<String> =
                [begins("validation", &dates.validation), begins("test", &dates.test)].into_iter().flatten().collect();
            format!("by the date of the representative: {}, the rest train", sides.join(", "))
        }
    };
    let rows = Split::NAMES.iter().filter_map(|side| {
        let count = account.rows.get(*side)?;
        Some(CodeCount { code: (*side).to_owned(), count: *count })
    });
    Splits { rule, rows: rows.collect() }
}

fn files(manifest: &Manifest) -> Vec<File> {
    let listed = manifest.files.iter().filter(|entry| entry.path != REPORT_FILE).take(FILES);
    let files = listed.map(|entry| File {
        path: entry.path.clone(),
        bytes: entry.bytes,
        rows: entry.rows,
        sha256: entry.sha256.clone(),
    });
    files.collect()
}
