//! The columns of `attach` but dates and language, built row by row.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringBuilder};

use crate::columns::TextListBuilder;
use crate::extractors::facts::{access_code, is_web_url, split_authors, split_keywords, tdm_code};
use crate::extractors::registry::Source;
use crate::extractors::source::Outlet;
use crate::extractors::stated_row::StatedRow;
use crate::kernels::normalize_line::normalize_line;
use crate::kernels::normalize_text::Scratch;
use crate::kernels::normalize_url::normalize_url;
use crate::statement::{Evidence, Field};

/// Fields with URLs, in order of preference for the outlet's host and the date in the path.
pub const URLS: [Field; 2] = [Field::Url, Field::CanonicalUrl];
/// Fields of one line.
const LINES: [Field; 3] = [Field::Title, Field::Subtitle, Field::Section];

/// What `license`, `access` and `tdm_reservation` say when nothing is known.
const UNKNOWN: &str = "unknown";

/// Normalizes one-line values.
#[derive(Debug, Default)]
pub struct Lines(Scratch);

impl Lines {
    /// The value on one line; `None` when nothing is left of it.
    pub fn of<'s>(&'s mut self, value: &'s str) -> Option<&'s str> {
        Some(normalize_line(value, &mut self.0).text).filter(|line| !line.is_empty())
    }
}

/// `title`, `subtitle`, `section`, `url`, `canonical_url`, `authors`, `keywords`.
#[derive(Debug)]
pub struct FactColumns {
    lines: [StringBuilder; LINES.len()],
    urls: [StringBuilder; URLS.len()],
    authors: TextListBuilder,
    keywords: TextListBuilder,
}

impl FactColumns {
    /// Empty columns with room for `rows` rows.
    pub fn with_capacity(rows: usize) -> Self {
        let strings = || StringBuilder::with_capacity(rows, rows * 64);
        Self {
            lines: LINES.map(|_| strings()),
            urls: URLS.map(|_| strings()),
            authors: TextListBuilder::with_capacity(rows),
            keywords: TextListBuilder::with_capacity(rows),
        }
    }

    /// Adds a row of the URL column `URLS[column]`; tells whether the URL is good or absent. A canonical one is normalized.
    pub fn push_url(&mut self, column: usize, url: Option<&str>, has_host: bool) -> bool {
        let good = url.filter(|url| has_host && is_web_url(url));
        let normalized = good.filter(|_| URLS[column] == Field::CanonicalUrl).and_then(|url| normalize_url(url, None));
        self.urls[column].append_option(normalized.as_deref().or(good));
        url.is_none() || good.is_some()
    }

    /// Adds a row of the other columns.
    pub fn push(&mut self, row: &StatedRow<'_>, lines: &mut Lines) {
        for (column, field) in self.lines.iter_mut().zip(LINES) {
            column.append_option(row.best(field).and_then(|stated| lines.of(stated.value)));
        }
        for stated in row.list(Field::Author) {
            if let Some(line) = lines.of(stated.value) {
                split_authors(line, |author| self.authors.push_new(author));
            }
        }
        self.authors.end_row();
        let is_only = row.list(Field::Keyword).nth(1).is_none();
        for stated in row.list(Field::Keyword) {
            match lines.of(stated.value) {
                Some(line) if is_only => split_keywords(line, |keyword| self.keywords.push_new(keyword)),
                Some(line) => self.keywords.push_new(line),
                None => {}
            }
        }
        self.keywords.end_row();
    }

    /// The columns with their names.
    pub fn finish(mut self) -> Vec<(&'static str, ArrayRef)> {
        let singles = self.lines.iter_mut().chain(&mut self.urls);
        let mut columns: Vec<(&'static str, ArrayRef)> = LINES
            .iter()
            .chain(&URLS)
            .zip(singles)
            .map(|(field, column)| (field.code(), Arc::new(column.finish()) as ArrayRef))
            .collect();
        columns.push(("authors", Arc::new(self.authors.finish())));
        columns.push(("keywords", Arc::new(self.keywords.finish())));
        columns
    }
}

/// `source_id`, `source_name`, `source_domain`, `source_country`, `source_evidence`.
#[derive(Debug)]
pub struct SourceColumns {
    id: StringBuilder,
    name: StringBuilder,
    domain: StringBuilder,
    country: StringBuilder,
    evidence: StringBuilder,
}

impl SourceColumns {
    /// Empty columns with room for `rows` rows.
    pub fn with_capacity(rows: usize) -> Self {
        let strings = || StringBuilder::with_capacity(rows, rows * 16);
        Self { id: strings(), name: strings(), domain: strings(), country: strings(), evidence: strings() }
    }

    /// Adds a row.
    pub fn push(&mut self, outlet: &Outlet<'_>, evidence: Evidence) {
        self.id.append_value(&outlet.id);
        self.name.append_option(outlet.name.as_deref());
        self.domain.append_option(outlet.domain.as_deref());
        self.country.append_option(outlet.entry.and_then(|entry| entry.country.as_deref()));
        self.evidence.append_value(evidence.code());
    }

    /// The columns with their names.
    pub fn finish(mut self) -> [(&'static str, ArrayRef); 5] {
        [
            ("source_id", Arc::new(self.id.finish())),
            ("source_name", Arc::new(self.name.finish())),
            ("source_domain", Arc::new(self.domain.finish())),
            ("source_country", Arc::new(self.country.finish())),
            ("source_evidence", Arc::new(self.evidence.finish())),
        ]
    }
}

/// `license`, `rights_holder`, `access`, `tdm_reservation`.
#[derive(Debug)]
pub struct RightsColumns {
    license: StringBuilder,
    rights_holder: StringBuilder,
    access: StringBuilder,
    tdm_reservation: StringBuilder,
}

impl RightsColumns {
    /// Empty columns with room for `rows` rows.
    pub fn with_capacity(rows: usize) -> Self {
        let strings = || StringBuilder::with_capacity(rows, rows * 16);
        Self { license: strings(), rights_holder: strings(), access: strings(), tdm_reservation: strings() }
    }

    /// Adds a row: what is stated, else what the registry says.
    pub fn push(&mut self, row: &StatedRow<'_>, entry: Option<&Source>, lines: &mut Lines) {
        let stated = |field| row.best(field).map(|stated| stated.value);
        let license = stated(Field::License).and_then(|license| lines.of(license));
        let license = license.or(entry.and_then(|entry| entry.license.as_deref()));
        self.license.append_value(license.unwrap_or(UNKNOWN));
        let holder = stated(Field::RightsHolder).and_then(|holder| lines.of(holder));
        self.rights_holder.append_option(holder.or(entry.and_then(|entry| entry.rights_holder.as_deref())));
        self.access.append_value(stated(Field::Access).map_or(UNKNOWN, access_code));
        self.tdm_reservation.append_value(stated(Field::TdmReservation).map_or(UNKNOWN, tdm_code));
    }

    /// The columns with their names.
    pub fn finish(mut self) -> [(&'static str, ArrayRef); 4] {
        [
            ("license", Arc::new(self.license.finish())),
            ("rights_holder", Arc::new(self.rights_holder.finish())),
            ("access", Arc::new(self.access.finish())),
            ("tdm_reservation", Arc::new(self.tdm_reservation.finish())),
        ]
    }
}
