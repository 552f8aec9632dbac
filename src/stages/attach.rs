//! `attach`: chooses the facts of each row among what is stated, with the evidence for each.

mod columns;
mod own;

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Builder, Int32Builder, RecordBatch, StringArray, StringBuilder};

use self::columns::{FactColumns, Lines, RightsColumns, SourceColumns, URLS};
use self::own::OwnColumns;
use super::{Stage, StageOutput};
use crate::columns::batch::{append_columns, column, replace_columns, without_rows};
use crate::columns::cells::{Cells, TextLists, cells_of};
use crate::columns::interim::{DATE_CANDIDATES, SOURCE_RANK, STATEMENTS};
use crate::columns::{ARTICLES, Column, StatementList, TextListBuilder};
use crate::error::{Error, Result};
use crate::extractors::dates::columns::DateColumns;
use crate::extractors::dates::{Candidate, DateSetting, choose_dates};
use crate::extractors::language::{choose_language, normalize_tag};
use crate::extractors::registry::Registry;
use crate::extractors::source::{Outlet, Outlets, Said};
use crate::extractors::stated_row::StatedRow;
use crate::kernels::detect_language::detect_language;
use crate::kernels::parse_date::DateOrder;
use crate::readers::{self, Layout};
use crate::rejection::Rejection;
use crate::statement::Field;

/// Quality flag: a stated URL is none of a page, or has no host.
pub const BAD_URL: &str = "bad-url";
/// Quality flag: the URL's host is none of the domains that the registry has for the stated outlet.
pub const SOURCE_CONFLICT: &str = "source-conflict";

/// The columns that the stage adds or replaces.
const PROVIDES: &[&str] = &[
    "title",
    "subtitle",
    "published_at",
    "published_date",
    "published_precision",
    "published_raw",
    "published_evidence",
    "published_tz",
    "date_conflict",
    "modified_at",
    "retrieved_at",
    "source_id",
    "source_name",
    "source_domain",
    "source_country",
    "source_evidence",
    "url",
    "canonical_url",
    "authors",
    "section",
    "keywords",
    "language",
    "language_confidence",
    "language_evidence",
    "license",
    "rights_holder",
    "access",
    "tdm_reservation",
    "quality_flags",
    DATE_CANDIDATES,
    SOURCE_RANK,
];

/// What `attach` knows besides the records.
#[derive(Clone, Debug, Default)]
pub struct AttachOptions {
    /// The outlets.
    pub registry: Arc<Registry>,
    /// Last publication date that is believed, in days since 1970-01-01.
    pub not_after: Option<i32>,
    /// Zone abbreviations that mean an offset, in seconds east of UTC.
    pub abbreviations: Vec<(String, i32)>,
    /// Order of numeric dates where the registry has none for the outlet.
    pub date_order: Option<DateOrder>,
    /// Columns of the user's own.
    pub own: &'static [Column],
}

/// Gives rows their title, dates, outlet, language, and what else is stated about them.
///
/// Adds codes to `quality_flags` and takes `_statements` away. A row is rejected only when a value of one of the user's own columns
/// is not of the declared type.
#[derive(Clone, Debug)]
pub struct Attach {
    options: Arc<AttachOptions>,
    provides: Vec<&'static str>,
}

impl Attach {
    /// The stage with its options.
    pub fn new(options: Arc<AttachOptions>) -> Self {
        let own = options.own.iter().map(|column| column.name);
        let provides = PROVIDES.iter().copied().chain(own).collect();
        Self { options, provides }
    }
}

impl Stage for Attach {
    fn name(&self) -> &'static str {
        "attach"
    }

    fn requires(&self) -> &'static [&'static str] {
        &["raw_path", "format", "text", "quality_flags", STATEMENTS]
    }

    fn provides(&self) -> &[&'static str] {
        &self.provides
    }

    fn apply(&self, batch: &RecordBatch) -> Result<StageOutput> {
        let input = Input::of(batch)?;
        let mut rows = AttachRows::new(&self.options, batch.num_rows());
        let mut row = StatedRow::default();
        for place in 0..batch.num_rows() {
            row.fill(input.statements.row(place));
            rows.push(&row, &input, place);
        }
        let rejected = std::mem::take(&mut rows.rejected);
        let mut kept = rows.finish(batch)?;
        if !rejected.is_empty() {
            kept = without_rows(&kept, rejected.iter().map(|(row, _)| *row))?;
        }
        Ok(StageOutput { kept, rejected })
    }
}

/// The columns that the stage reads.
struct Input<'a> {
    raw_path: &'a StringArray,
    format: &'a StringArray,
    text: &'a StringArray,
    quality_flags: TextLists<'a>,
    statements: StatementList<'a>,
}

impl<'a> Input<'a> {
    fn of(batch: &'a RecordBatch) -> Result<Self> {
        let flags = ARTICLES.column("quality_flags").map(|flags| cells_of(batch, flags)).transpose()?;
        let Some(Cells::TextList(quality_flags)) = flags else {
            return Err(Error::dataset("expected lists in column `quality_flags`"));
        };
        Ok(Self {
            raw_path: column(batch, "raw_path")?,
            format: column(batch, "format")?,
            text: column(batch, "text")?,
            quality_flags,
            statements: StatementList::of(batch)?,
        })
    }
}

/// The columns that the stage writes, and what it remembers from row to row.
struct AttachRows<'a, 'r> {
    options: &'r AttachOptions,
    outlets: Outlets<'a, 'r>,
    candidates: Vec<Candidate<'a>>,
    flags: Vec<&'a str>,
    tag: String,
    lines: Lines,
    /// The format of the last row and whether its files hold many records.
    last_format: (&'a str, bool),
    facts: FactColumns,
    dates: DateColumns,
    sources: SourceColumns,
    rights: RightsColumns,
    language: StringBuilder,
    language_confidence: Float64Builder,
    language_evidence: StringBuilder,
    quality_flags: TextListBuilder,
    source_rank: Int32Builder,
    own: OwnColumns,
    rejected: Vec<(usize, Rejection)>,
}

impl<'a, 'r> AttachRows<'a, 'r> {
    fn new(options: &'r AttachOptions, rows: usize) -> Self {
        let codes = || StringBuilder::with_capacity(rows, rows * 8);
        Self {
            options,
            outlets: Outlets::new(&options.registry),
            candidates: Vec::new(),
            flags: Vec::new(),
            tag: String::new(),
            lines: Lines::default(),
            last_format: ("", holds_many("")),
            facts: FactColumns::with_capacity(rows),
            dates: DateColumns::with_capacity(rows),
            sources: SourceColumns::with_capacity(rows),
            rights: RightsColumns::with_capacity(rows),
            language: codes(),
            language_confidence: Float64Builder::with_capacity(rows),
            language_evidence: codes(),
            quality_flags: TextListBuilder::with_capacity(rows),
            source_rank: Int32Builder::with_capacity(rows),
            own: OwnColumns::with_capacity(options.own, rows),
            rejected: Vec::new(),
        }
    }

    fn push(&mut self, row: &StatedRow<'a>, input: &Input<'a>, place: usize) {
        self.flags.clear();
        self.flags.extend(input.quality_flags.row(place));
        self.flags.extend(row.all().iter().filter(|stated| stated.field == Field::Flag).map(|stated| stated.value));

        let mut host = None;
        for (column, field) in URLS.iter().enumerate() {
            let url = row.best(*field).map(|stated| stated.value.trim());
            let own_host = url.and_then(|url| self.outlets.host(url));
            if !self.facts.push_url(column, url, own_host.is_some()) {
                self.flags.push(BAD_URL);
            } else if host.is_none() {
                host = own_host;
            }
        }
        let stated = row.best(Field::Source);
        let outlet = self.outlets.resolve(stated.map(|stated| Said::new(stated.value, stated.evidence)), host);
        if outlet.conflict {
            self.flags.push(SOURCE_CONFLICT);
        }
        self.sources.push(outlet, outlet.basis.evidence(stated.map(|stated| stated.evidence)));
        self.source_rank.append_value(outlet.rank());
        self.rights.push(row, outlet.entry, &mut self.lines);
        self.facts.push(row, &mut self.lines);

        let declared = row.best(Field::Language);
        let declared_tag = declared.and_then(|stated| normalize_tag(stated.value, &mut self.tag));
        let language = choose_language(
            detect_language(input.text.value(place)),
            declared_tag.zip(declared.map(|stated| stated.evidence)),
            outlet.entry.and_then(|entry| entry.language.as_deref()),
        );
        self.language.append_value(language.tag);
        self.language_confidence.append_option(language.confidence);
        self.language_evidence.append_value(language.evidence.code());

        let setting = setting(self.options, outlet, language.tag);
        if let Some(rejection) = self.own.push(row, &setting) {
            self.rejected.push((place, rejection));
        }
        let (path, format) = (input.raw_path.value(place), input.format.value(place));
        if format != self.last_format.0 {
            self.last_format = (format, holds_many(format));
        }
        self.candidates.clear();
        self.candidates.extend(row.all().iter().filter_map(|stated| Candidate::stated(stated, &setting)));
        self.candidates.extend(URLS.iter().find_map(|field| row.best(*field).and_then(Candidate::in_url)));
        self.candidates.extend(Candidate::in_file_name(path, self.last_format.1));
        let dates = choose_dates(&mut self.candidates, &setting);
        dates.flags().for_each(|flag| self.flags.push(flag));
        self.dates.push(&dates, &self.candidates);

        self.flags.sort_unstable();
        self.flags.dedup();
        self.flags.iter().for_each(|flag| self.quality_flags.push(flag));
        self.quality_flags.end_row();
    }

    fn finish(mut self, batch: &RecordBatch) -> Result<RecordBatch> {
        let mut arrays: Vec<(&'static str, ArrayRef)> = Vec::with_capacity(PROVIDES.len());
        arrays.extend(self.facts.finish());
        arrays.extend(self.dates.finish());
        arrays.extend(self.sources.finish());
        arrays.extend(self.rights.finish());
        arrays.push(("language", Arc::new(self.language.finish())));
        arrays.push(("language_confidence", Arc::new(self.language_confidence.finish())));
        arrays.push(("language_evidence", Arc::new(self.language_evidence.finish())));
        arrays.push(("quality_flags", Arc::new(self.quality_flags.finish())));
        arrays.push((SOURCE_RANK, Arc::new(self.source_rank.finish())));
        append_columns(replace_columns(batch, arrays, &[STATEMENTS])?, self.own.finish())
    }
}

fn setting<'s>(options: &'s AttachOptions, outlet: &'s Outlet<'_>, language: &'s str) -> DateSetting<'s> {
    DateSetting {
        not_after: options.not_after,
        abbreviations: &options.abbreviations,
        order: outlet.date_order.or(options.date_order),
        zone: outlet.zone.as_ref(),
        language: Some(language),
    }
}

/// Whether a file of a format holds many records: its name dates none of them.
fn holds_many(format: &str) -> bool {
    readers::by_name(format).is_none_or(|reader| reader.layout() != Layout::Whole)
}
