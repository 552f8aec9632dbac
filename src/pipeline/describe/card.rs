//! `README.md`: a Hugging Face dataset card that answers what somebody asks who has nothing but the folder.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Subject;
use super::datasheet::{NOT_STATED, datasheet};
use super::front_matter::front_matter;
use super::loading::LOADING;
use super::markup::{counted, grouped, plain, table};
use crate::kernels::assign_split::Split;
use crate::manifest::StageAccount;
use crate::rejection::ReasonCode;
use crate::writers::audit_result::AuditResult;
use crate::writers::composition::{Span, Tally};

const LAW: &str = "law: writing to a string cannot fail";

/// Most rows of a list of values.
const MOST_ROWS: usize = 20;
/// Most years.
const MOST_YEARS: usize = 40;

/// The card.
pub fn card(subject: Subject<'_>) -> String {
    let manifest = subject.manifest;
    let mut out = front_matter(subject);
    let description = manifest.dataset.description.as_deref().map_or("", str::trim);
    write!(out, "\n# {}\n\n", plain(subject.name())).expect(LAW);
    if !description.is_empty() {
        write!(out, "{description}\n\n").expect(LAW);
    }
    writeln!(
        out,
        "{}. Version {} of this dataset was made by copydesk {} from {}; rows follow schema version {}. Its digest is\n`{}`.\n",
        subject.summary(),
        plain(&manifest.dataset_version),
        manifest.tool_version,
        counted(manifest.account.records, "raw record", "raw records"),
        manifest.schema_version,
        manifest.dataset_sha256
    )
    .expect(LAW);
    let sections = [
        contents(subject),
        removed(subject),
        errors(subject),
        rights(subject),
        LOADING.to_owned(),
        splits(subject),
        datasheet(subject),
        citation(subject),
        files(subject),
        columns(subject),
    ];
    out.push_str(
        &sections.iter().filter(|section| !section.is_empty()).map(String::as_str).collect::<Vec<_>>().join("\n"),
    );
    out
}

fn contents(subject: Subject<'_>) -> String {
    let composition = &subject.manifest.composition;
    let articles = subject.manifest.account.articles;
    let mut out = String::from("## What is in it?\n\n");
    let representatives = composition.relations.get("unique") + composition.relations.get("representative");
    let facts = [
        ("articles", grouped(articles)),
        ("of them, one for each story (`is_representative`)", grouped(representatives)),
        ("words", measured_of(subject, composition.words)),
        ("characters", measured_of(subject, composition.characters)),
        ("sources", grouped(composition.sources.len() as u64)),
        ("published", span(composition.published)),
        ("without a date", grouped(articles - composition.dated.min(articles))),
        ("fetched, where stated", span(composition.retrieved)),
    ];
    out.push_str(&table(&["", ":"], facts.map(|(name, value)| vec![name.to_owned(), value])));
    out.push_str("\n### Sources\n\n");
    let mut sources: Vec<_> = composition.sources.iter().collect();
    sources.sort_by_key(|(_, source)| std::cmp::Reverse(source.articles));
    let rows = sources.iter().take(MOST_ROWS).map(|(id, source)| {
        let license = source.licenses.by_count().first().map_or("", |(license, _)| license).to_owned();
        let more = source.licenses.counts.len() > 1 || source.licenses.others > 0;
        let days = source.published;
        let day = |day: Option<_>| {
            day.map_or_else(|| "none".to_owned(), |day: crate::writers::composition::Day| day.to_string())
        };
        vec![
            plain(id),
            grouped(source.articles),
            day(days.first),
            day(days.last),
            plain(&license) + if more { " and others" } else { "" },
            grouped(source.reserved),
        ]
    });
    out.push_str(&table(&["source", "articles:", "first", "last", "licence", "mining reserved:"], rows));
    push_more(&mut out, sources.len().saturating_sub(MOST_ROWS), "sources are in `manifest.json`");
    out.push_str("\n### Languages\n\n");
    out.push_str(&tally("language", &composition.languages));
    out.push_str("\n### Dates\n\n");
    out.push_str(&tally("precision of the date", &composition.precisions));
    if !composition.years.is_empty() {
        let hidden = composition.years.len().saturating_sub(MOST_YEARS);
        let rows = composition.years.iter().skip(hidden).map(|(year, rows)| vec![year.clone(), grouped(*rows)]);
        write!(out, "\n{}", table(&["year", "articles:"], rows)).expect(LAW);
        push_more(&mut out, hidden, "earlier years are in `manifest.json`");
    }
    out
}

/// A sum of measures of texts, and of how many articles it is where some are withheld.
fn measured_of(subject: Subject<'_>, sum: u64) -> String {
    match subject.manifest.composition.gaps.get("word_count") {
        None => grouped(sum),
        Some(withheld) => {
            let articles = subject.manifest.account.articles;
            format!(
                "{}, of {} of {} articles",
                grouped(sum),
                grouped(articles - withheld.min(&articles)),
                grouped(articles)
            )
        }
    }
}

fn span(span: Span) -> String {
    match (span.first, span.last) {
        (Some(first), Some(last)) => format!("{first} to {last}"),
        _ => "not stated".to_owned(),
    }
}

/// Values by their count.
fn tally(name: &str, tally: &Tally) -> String {
    let all = tally.by_count();
    let shown = all.iter().take(MOST_ROWS).map(|(value, rows)| vec![plain(value), grouped(*rows)]);
    let more: u64 = all.iter().skip(MOST_ROWS).map(|(_, rows)| rows).sum::<u64>() + tally.others;
    let more = (more > 0).then(|| vec!["others".to_owned(), grouped(more)]);
    table(&[name, "articles:"], shown.chain(more))
}

/// Says how many are not shown.
fn push_more(out: &mut String, more: usize, what: &str) {
    if more > 0 {
        writeln!(out, "\n{more} more {what}.").expect(LAW);
    }
}

fn removed(subject: Subject<'_>) -> String {
    let manifest = subject.manifest;
    let account = &manifest.account;
    let mut out = String::from(
        "## What was removed, and why?\n\nEvery raw record has one fate, and one row in the table `records`:\n\n",
    );
    let taken_down = ("taken down", account.taken_down);
    let fates =
        [("article", account.articles), ("duplicate", account.duplicates), ("rejected", account.rejected), taken_down];
    let fates = fates.into_iter().filter(|(fate, count)| *count > 0 || *fate != taken_down.0);
    out.push_str(&table(&["fate", "records:"], fates.map(|(fate, count)| vec![fate.to_owned(), count.to_string()])));
    if account.taken_down > 0 {
        out.push_str("\nWhat was taken down has no row, not even in `records`: it is only counted.\n");
    }
    if account.rejected > 0 {
        let of_stage = |stage: &StageAccount| {
            let stage = stage.clone();
            stage.rejected.clone().into_iter().map(move |(reason, count)| (stage.stage.clone(), reason, count))
        };
        let stopped = account.stages.iter().flat_map(of_stage);
        let rejected = stopped.filter(|(_, reason, _)| reason != ReasonCode::TakenDown.code());
        let rows = rejected.map(|(stage, reason, count)| {
            let known = ReasonCode::ALL.iter().find(|code| code.code() == reason);
            vec![
                format!("`{reason}`"),
                stage,
                count.to_string(),
                known.map_or("", |code| code.documentation()).to_owned(),
            ]
        });
        write!(out, "\nRejected:\n\n{}", table(&["reason", "stage", "records:", "meaning"], rows)).expect(LAW);
    }
    let exact = match manifest.policies.exact.as_str() {
        "drop" => "Exact copies were removed within one source; those in other known sources are rows.",
        "drop-across-sources" => "Exact copies were removed, also across sources.",
        _ => "Exact copies are rows.",
    };
    let near = match manifest.policies.near.as_str() {
        "drop" => "Near-duplicates were removed.",
        "off" => "Near-duplicates were not sought.",
        _ => "Near-duplicates are rows with `is_representative = false`.",
    };
    write!(out, "\n{exact} {near}").expect(LAW);
    if account.relations.is_empty() {
        out.push_str(" No record was removed as a duplicate.\n");
    } else {
        let rows = account.relations.iter().map(|(relation, count)| vec![format!("`{relation}`"), count.to_string()]);
        write!(
            out,
            " Removed, by relation to the article that stands for them:\n\n{}",
            table(&["relation", "records:"], rows)
        )
        .expect(LAW);
    }
    let relations = &manifest.composition.relations;
    let alone = relations.get("unique") + relations.get("representative");
    if relations.counts.values().sum::<u64>() > alone {
        let copies =
            relations.by_count().into_iter().filter(|(relation, _)| !matches!(*relation, "unique" | "representative"));
        let rows =
            copies.map(|(relation, rows)| vec![format!("`{}`", plain(relation).replace("\\_", "_")), grouped(rows)]);
        write!(out, "\nCopies that are rows, by `cluster_relation`:\n\n{}", table(&["relation", "articles:"], rows))
            .expect(LAW);
    }
    out.push_str("\nThe table `pairs` has every verified pair with its similarity. The whole account:\n\n```sql\n");
    out.push_str("SELECT fate, reason, count(*) FROM 'tables/records-*.parquet' GROUP BY ALL ORDER BY ALL;\n```\n");
    out
}

/// The measured error rates of the whole dataset.
fn measured(subject: Subject<'_>, audit: &AuditResult) -> String {
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let rows = audit.overall().map(|rate| {
        let interval = format!("{} to {}", percent(rate.low), percent(rate.high));
        vec![plain(&rate.question), grouped(rate.checked), grouped(rate.wrong), percent(rate.rate), interval]
    });
    let interval = format!("{} % interval:", (100.0 * audit.confidence).round());
    let heads = ["what was judged", "checked:", "wrong:", "error rate:", &interval];
    format!(
        "{}\n\n{}\nThe rates of sources, dates and other parts are in `manifest.json`, under `audit`. What the run itself found doubtful:\n\n",
        audit.method_for(&subject.manifest.dataset_sha256).replace(['\r', '\n'], " ").replace('<', "&lt;"),
        table(&heads, rows)
    )
}

fn errors(subject: Subject<'_>) -> String {
    let composition = &subject.manifest.composition;
    let mut out = String::from("## How wrong is it?\n\n");
    match &subject.manifest.audit {
        Some(audit) => out.push_str(&measured(subject, audit)),
        None => out.push_str(
            "No audit has been made: nobody has compared a sample of the rows with their raw records, so **no error rate is known**. What\n\
             the run itself found doubtful:\n\n",
        ),
    }
    let conflicts = (composition.date_conflicts > 0).then(|| {
        vec!["dates that disagree by more than a day (`date_conflict`)".to_owned(), grouped(composition.date_conflicts)]
    });
    let unknown_language = composition.languages.get("und");
    let unknown_language =
        (unknown_language > 0).then(|| vec!["language not known (`und`)".to_owned(), grouped(unknown_language)]);
    let unknown_source = composition.sources.get("unknown").map(|source| source.articles);
    let unknown_source = unknown_source.map(|rows| vec!["source not known".to_owned(), grouped(rows)]);
    let flags = composition.quality_flags.by_count();
    let flags = flags
        .iter()
        .take(MOST_ROWS)
        .map(|(flag, rows)| vec![format!("flag `{}`", flag.replace('`', "")), grouped(*rows)]);
    let rows: Vec<_> = conflicts.into_iter().chain(unknown_language).chain(unknown_source).chain(flags).collect();
    if rows.is_empty() {
        out.push_str("nothing.\n");
    } else {
        out.push_str(&table(&["what", "articles:"], rows));
    }
    out.push_str(
        "\nEach date has its evidence in `published_evidence` and all its rivals in the table `date_candidates`; `source_evidence` and\n\
         `language_evidence` say where these come from. `copydesk check` holds the files to their digests and schemas, and\n\
         `copydesk verify` makes every row and verdict again from the raw records.\n",
    );
    out
}

fn rights(subject: Subject<'_>) -> String {
    let composition = &subject.manifest.composition;
    let mut out = String::from("## May I publish it?\n\n");
    match &subject.manifest.dataset.license {
        Some(license) => {
            writeln!(out, "Licence of the dataset as a whole, as its maker states it: {}.", plain(license))
        }
        None => writeln!(out, "Licence of the dataset as a whole: {NOT_STATED}."),
    }
    .expect(LAW);
    write!(
        out,
        "The articles have rights of their own, and {}. What their records and the registry of sources state\n\
         (`unknown`: nothing is stated, which is no permission):\n\n",
        super::release::texts(subject)
    )
    .expect(LAW);
    out.push_str(&tally("licence of the article", &composition.licenses));
    write!(out, "\n{}", tally("access", &composition.access)).expect(LAW);
    write!(out, "\n{}", tally("reservation of text and data mining", &composition.tdm_reservations)).expect(LAW);
    let reserved: Vec<_> = composition.sources.iter().filter(|(_, source)| source.reserved > 0).collect();
    if !reserved.is_empty() {
        let names: Vec<_> = reserved.iter().take(MOST_ROWS).map(|(id, _)| plain(id)).collect();
        let more = if reserved.len() > MOST_ROWS { " and others" } else { "" };
        let release = subject.manifest.release.as_ref();
        let is_untold = release.is_none_or(|release| !release.terms.is_stated && !release.terms.acknowledge_reserved);
        let untold = " Nothing is stated about publishing their full texts, which are in this dataset.";
        let untold = if is_untold { untold } else { "" };
        writeln!(out, "\nText and data mining is reserved by: {}{more}.{untold}", names.join(", ")).expect(LAW);
    }
    out.push_str(&super::release::section(subject));
    out.push_str("\nThe columns `license`, `rights_holder`, `access` and `tdm_reservation` say it of every article. This is no legal advice.\n");
    if let Some(contact) = &subject.manifest.dataset.contact {
        writeln!(out, "Objections and requests for take-down: {}.", plain(contact)).expect(LAW);
    }
    out
}

fn splits(subject: Subject<'_>) -> String {
    let Some(splits) = &subject.manifest.splits else { return String::new() };
    let rows: &BTreeMap<String, u64> = &splits.rows;
    let sides: Vec<_> = Split::ALL
        .iter()
        .map(|split| format!("{} `{}`", rows.get(split.name()).copied().unwrap_or_default(), split.name()))
        .collect();
    format!(
        "## Splits\n\n\
         `tables/splits-*.parquet` has the side of every article ({}). Articles of one cluster are on one side, so no story is on two.\n\
         Join it by `id`:\n\n\
         ```sql\n\
         SELECT * FROM 'data/*.parquet' JOIN 'tables/splits-*.parquet' USING (id) WHERE split = 'train';\n\
         ```\n",
        sides.join(", ")
    )
}

fn citation(subject: Subject<'_>) -> String {
    let citation = super::datasheet::citation(subject);
    // A fence that is longer than any in the text.
    let longest = citation.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(3.max(longest + 1));
    format!("## How do I cite it?\n\n{fence}\n{citation}\n{fence}\n")
}

fn files(subject: Subject<'_>) -> String {
    let mut out = String::from(
        "## Files\n\n- `data/`: one row per article, as Parquet and as JSON Lines: the same rows twice.\n",
    );
    for table in subject.tables.iter().skip(1) {
        writeln!(
            out,
            "- `tables/{}-*.parquet`: {} rows. {}",
            table.name,
            grouped(subject.manifest.rows.get(table.name).copied().unwrap_or_default()),
            table.documentation
        )
        .expect(LAW);
    }
    out.push_str(
        "- `schema/`: the columns of each table as JSON Schema.\n\
         - `croissant.json`: this card for machines (Croissant 1.1), with the digest of every data file.\n\
         - `manifest.json`: every count, and the digest of every file.\n\
         - `run.json`: when and on how many threads it was made.\n",
    );
    out
}

fn columns(subject: Subject<'_>) -> String {
    let composition = &subject.manifest.composition;
    let rows = subject.articles().columns.iter().map(|column| {
        vec![
            format!("`{}`", column.name),
            column.kind.words().to_owned(),
            composition.gaps.get(column.name).map_or_else(String::new, |rows| grouped(*rows)),
            column.documentation.replace(['\r', '\n'], " ").replace('|', "\\|"),
        ]
    });
    format!(
        "## Columns of `articles`\n\nRows without a value hold null, or an empty list.\n\n{}",
        table(&["column", "type", "rows without:", "what it holds"], rows)
    )
}
