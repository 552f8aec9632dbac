//! What a raw record says about itself or is said about it: (field, evidence, value) triples.
//!
//! Readers, sidecars and path patterns state; extractors choose. A statement keeps the words as written.

use std::borrow::Cow;

use crate::origin::ByteRange;

macro_rules! codes {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $code:literal, $doc:literal;)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $(#[doc = $doc] $variant,)* }

        impl $name {
            /// Every variant, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code of every variant, in order.
            pub const CODES: &'static [&'static str] = &[$($code,)*];

            /// The stable code, as stored.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// One sentence for the reference tables.
            pub fn documentation(self) -> &'static str {
                match self { $(Self::$variant => $doc,)* }
            }

            /// The variant of a code.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|variant| variant.code() == code)
            }
        }
    };
}

codes! {
    /// What a statement is about.
    Field {
        Title = "title", "Headline.";
        Subtitle = "subtitle", "Second headline, deck or summary line.";
        Published = "published", "When the article was published.";
        Modified = "modified", "When it was last changed.";
        Retrieved = "retrieved", "When it was fetched.";
        Source = "source", "The outlet, as an id, a name or a domain.";
        Url = "url", "Where it was found.";
        CanonicalUrl = "canonical_url", "The address that the publisher calls canonical.";
        Author = "author", "One author, or several in one string.";
        Section = "section", "The part of the paper.";
        Keyword = "keyword", "One keyword or tag.";
        Language = "language", "Declared language, BCP 47 or a name.";
        License = "license", "Declared licence.";
        RightsHolder = "rights_holder", "Who holds the rights.";
        Access = "access", "Whether the article is free to read.";
        TdmReservation = "tdm_reservation", "Whether text and data mining is reserved.";
        Encoding = "encoding", "Charset that the server declared, or its `Content-Type`.";
        Flag = "flag", "A quality flag that the reader sets.";
        Own = "own", "A column that the user's own schema declares.";
    }
}

codes! {
    /// Where a fact was found; the order of the variants is the order of precedence for dates.
    Evidence {
        Sidecar = "sidecar", "A metadata file beside the article.";
        PathPattern = "path-pattern", "A named part of the path, by a configured pattern.";
        RecordField = "record-field", "A field of a JSON, CSV or Parquet record.";
        FrontMatter = "front-matter", "YAML front matter at the head of a text file.";
        HeaderBlock = "header-block", "A line of a header block at the head of a text file.";
        HeaderInline = "header-inline", "`date YYYY-MM-DD` in front of the first paragraph.";
        JsonLd = "json-ld", "JSON-LD in a page.";
        Meta = "meta", "A meta element of a page.";
        Feed = "feed", "An element of a feed entry.";
        TimeElement = "time-element", "A `<time>` element inside the article.";
        Byline = "byline", "A visible line beside the headline.";
        PageData = "page-data", "Data that a script of a page carries.";
        UrlPath = "url-path", "The path of the article's URL.";
        Shown = "shown", "A date shown elsewhere in the page.";
        Dateline = "dateline", "The dateline that opens the text.";
        FileName = "file-name", "The name of the raw file.";
        LastChange = "last-change", "A stated date of the last change, where nothing states the publication.";
        Http = "http", "A header of the HTTP response or WARC record.";
        Registry = "registry", "The source registry, `sources.toml`.";
        Domain = "domain", "The host of the article's URL.";
        Detector = "detector", "Found by the language detector in the text.";
        None = "none", "Nothing states it.";
    }
}

codes! {
    /// How the value of a date statement is written, where its field set declares it.
    DateForm {
        Auto = "auto", "The closed grammar decides.";
        EpochSeconds = "epoch-seconds", "Seconds since 1970-01-01T00:00:00Z.";
        EpochMilliseconds = "epoch-milliseconds", "Milliseconds since 1970-01-01T00:00:00Z.";
        MonthDayYear = "month-day-year", "Numeric, month first.";
        DayMonthYear = "day-month-year", "Numeric, day first.";
        Compact = "compact", "ISO 8601 basic form (`20251217`) is allowed.";
        Utc = "utc", "ISO 8601 without zone, declared to be UTC.";
    }
}

/// A column that the user's own schema declares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OwnField {
    /// Its place among these columns.
    pub place: u8,
    /// Whether it holds a list; else it takes one value.
    pub is_list: bool,
}

/// A name by which records state a column of the user's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnKey {
    /// The name in the record; levels are joined by dots.
    pub name: String,
    /// The column.
    pub field: OwnField,
    /// How dates are written under that name.
    pub form: DateForm,
}

impl OwnKey {
    /// The key of a name.
    pub fn find<'k>(keys: &'k [Self], name: &str) -> Option<&'k Self> {
        keys.iter().find(|key| key.name == name)
    }
}

/// One statement about a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement<'a> {
    /// What it is about.
    pub field: Field,
    /// Where it stands.
    pub evidence: Evidence,
    /// The value as written, never empty after trimming.
    pub value: Cow<'a, str>,
    /// Bytes of the raw record that hold it, relative to the record; `None` when it does not stand in the record or was escaped.
    pub span: Option<ByteRange>,
    /// How a date is written; [`DateForm::Auto`] for other fields.
    pub form: DateForm,
    /// Place of the column for [`Field::Own`], else 0.
    pub own: u8,
}

impl<'a> Statement<'a> {
    /// The same about a column of the user's own.
    #[must_use]
    pub fn about(mut self, key: &OwnKey) -> Self {
        self.field = Field::Own;
        self.own = key.field.place;
        self.form = key.form;
        self
    }

    /// A statement without span, [`DateForm::Auto`].
    pub fn new(field: Field, evidence: Evidence, value: impl Into<Cow<'a, str>>) -> Self {
        Self { field, evidence, value: value.into(), span: None, form: DateForm::Auto, own: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_round_trip() {
        assert!(Field::ALL.iter().all(|field| Field::from_code(field.code()) == Some(*field)));
        assert!(Evidence::ALL.iter().all(|kind| Evidence::from_code(kind.code()) == Some(*kind)));
        assert!(DateForm::ALL.iter().all(|form| DateForm::from_code(form.code()) == Some(*form)));
    }
}
