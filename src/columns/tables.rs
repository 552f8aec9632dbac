//! The tables themselves.

use super::{Column, ColumnType, Release, Rule, Storage, Table};
use ColumnType::{Boolean, Date, Float64, Int32, Int64, Text, TextList, Timestamp};
use Storage::{Lookup, Low, Opaque};

use crate::statement::Evidence;

const ID: Rule = Rule::Pattern("^art_[0-9a-f]{32}$");
const SHA256: Rule = Rule::Pattern("^sha256:[0-9a-f]{64}$");
const CODE: Rule = Rule::Pattern("^[a-z0-9]+(-[a-z0-9]+)*$");
const EVIDENCE: Rule = Rule::OneOf(Evidence::CODES);
const PRECISION: Rule = Rule::OneOf(&["second", "minute", "day", "month", "year", "none"]);
const PAIR_RELATION: Rule = Rule::OneOf(&[
    "exact_raw",
    "exact_text",
    "exact_key",
    "near_copy",
    "wire_copy",
    "contained",
    "revision",
    "template",
]);

/// A column that is never null.
const fn required(group: &'static str, name: &'static str, kind: ColumnType, documentation: &'static str) -> Column {
    Column {
        name,
        kind,
        nullable: false,
        group,
        documentation,
        storage: Storage::Plain,
        rule: Rule::Any,
        example: "null",
    }
}

/// A column that may be null.
const fn optional(group: &'static str, name: &'static str, kind: ColumnType, documentation: &'static str) -> Column {
    Column { nullable: true, ..required(group, name, kind, documentation) }
}

impl Column {
    const fn stored(mut self, storage: Storage) -> Self {
        self.storage = storage;
        self
    }

    const fn rule(mut self, rule: Rule) -> Self {
        self.rule = rule;
        self
    }

    const fn like(mut self, example: &'static str) -> Self {
        self.example = example;
        self
    }
}

/// The column of the main table that says how much of an article is in its row, where something can be withheld.
pub(super) fn release_column() -> Column {
    required(
        "rights",
        "release",
        Text,
        "How much of the article is in this row: `full-text`; `derived-only`, without `subtitle` and `text`; `metadata-only`, also without counts and digest of the text.",
    )
    .stored(Low)
    .rule(Rule::OneOf(Release::CODES))
    .like("\"full-text\"")
}

/// The main table: one row per kept article.
pub const ARTICLES: Table = Table {
    name: "articles",
    row_name: "article",
    documentation: "One row per kept article.",
    sorted_by: &["published_date", "source_id", "id"],
    extension: None,
    released: None,
    columns: &[
        required("identity", "id", Text, "`art_` and the first 32 hex digits of SHA-256 over `copydesk-id-1`, NUL, `raw_sha256` as written here, NUL, the outlet that a sidecar or path pattern states; survives every change of tool or config.")
            .stored(Lookup).rule(ID).like("\"art_0f3c9a5d7b1e2f4a6c8d0e1f2a3b4c5d\""),
        required("identity", "schema_version", Text, "Version of this schema, semver.")
            .stored(Low).rule(Rule::Pattern("^[0-9]+\\.[0-9]+\\.[0-9]+$")).like("\"1.0.0\""),
        optional("content", "title", Text, "Headline as stated; never invented from the text.").stored(Opaque).rule(Rule::NotEmpty).like("\"Harbour reopens after storm\""),
        optional("content", "subtitle", Text, "Deck or second headline.").stored(Opaque).rule(Rule::NotEmpty).like("\"Ferries run again from Monday\""),
        required("content", "text", Text, "Body, normalised by profile `corpus-1`; paragraphs are joined by exactly one blank line.")
            .stored(Opaque).rule(Rule::NotEmpty).like("\"The harbour reopened on Monday.\\n\\nFerries run again.\""),
        required("content", "paragraph_count", Int32, "Paragraphs of `text`.").rule(Rule::AtLeast(1)).like("2"),
        required("content", "word_count", Int32, "UAX #29 word segments of `text` that hold a letter or digit.").rule(Rule::AtLeast(0)).like("8"),
        required("content", "char_count", Int32, "Unicode scalar values of `text`.").rule(Rule::AtLeast(1)).like("51"),
        optional("date", "published_at", Timestamp, "Instant of publication; only when a time of day and a zone are known.").like("\"2025-12-17T08:30:00.000000Z\""),
        optional("date", "published_date", Date, "Calendar date as the source states it; the first day of the period for month or year precision.").like("\"2025-12-17\""),
        required("date", "published_precision", Text, "How much of the date is stated.").stored(Low).rule(PRECISION).like("\"minute\""),
        optional("date", "published_raw", Text, "The words that the date was read from.").stored(Opaque).rule(Rule::NotEmpty).like("\"2025-12-17T11:30+03:00\""),
        required("date", "published_evidence", Text, "Where the date was found.").stored(Low).rule(EVIDENCE).like("\"record-field\""),
        optional("date", "published_tz", Text, "The zone that made the instant: as stated, or the outlet's.").stored(Low).rule(Rule::NotEmpty).like("\"+03:00\""),
        required("date", "date_conflict", Boolean, "Whether date candidates of different kinds differ by more than a day.").stored(Low).like("false"),
        optional("date", "modified_at", Timestamp, "When the article was last changed, as declared.").like("\"2025-12-18T09:00:00.000000Z\""),
        optional("date", "retrieved_at", Timestamp, "When it was fetched, as declared; never a file time.").like("\"2025-12-19T00:00:00.000000Z\""),
        required("source", "source_id", Text, "Id of the outlet, from the registry or made from its name; `unknown` if not known.")
            .stored(Low).rule(Rule::NotEmpty).like("\"harbour-times\""),
        optional("source", "source_name", Text, "Name of the outlet.").stored(Low).rule(Rule::NotEmpty).like("\"Harbour Times\""),
        optional("source", "source_domain", Text, "Registrable domain of the outlet by the public suffix list, lower case, in ASCII; the host where it has none.").stored(Low)
            .rule(Rule::Pattern("^[^A-Z\\s/]+$")).like("\"harbourtimes.example\""),
        optional("source", "source_country", Text, "ISO 3166-1 alpha-2 code; from the registry only.").stored(Low).rule(Rule::Pattern("^[A-Z]{2}$")).like("\"GB\""),
        required("source", "source_evidence", Text, "Where the outlet was found.").stored(Low).rule(EVIDENCE).like("\"record-field\""),
        optional("source", "url", Text, "Where the article was found.").stored(Opaque).rule(Rule::NotEmpty).like("\"https://harbourtimes.example/2025/12/17/harbour\""),
        optional("source", "canonical_url", Text, "The address that the publisher calls canonical, with equal addresses written equally.").stored(Lookup).rule(Rule::NotEmpty).like("\"https://harbourtimes.example/2025/12/17/harbour\""),
        required("descriptive", "authors", TextList, "Authors as stated, in order.").stored(Opaque).like("[\"Ada Moreno\"]"),
        optional("descriptive", "section", Text, "Section of the paper.").stored(Low).rule(Rule::NotEmpty).like("\"Business\""),
        required("descriptive", "keywords", TextList, "Keywords as stated, in order, without repeats.").stored(Opaque).like("[\"shipping\"]"),
        required("descriptive", "language", Text, "BCP 47: the detector's when it is sure, else the declared one, else `und`.").stored(Low)
            .rule(Rule::Pattern("^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")).like("\"en\""),
        optional("descriptive", "language_confidence", Float64, "The detector's confidence from 0 to 1; null when the language is not its answer.").rule(Rule::Between(0, 1)).like("0.98"),
        required("descriptive", "language_evidence", Text, "Where the language comes from.").stored(Low).rule(EVIDENCE).like("\"detector\""),
        required("rights", "license", Text, "Licence as stated or from the registry; `unknown` if not known.").stored(Low).rule(Rule::NotEmpty).like("\"unknown\""),
        optional("rights", "rights_holder", Text, "Who holds the rights, as stated.").stored(Low).rule(Rule::NotEmpty).like("\"Harbour Times Ltd\""),
        required("rights", "access", Text, "Whether the article is free to read.").stored(Low)
            .rule(Rule::OneOf(&["free", "paywalled", "metered", "unknown"])).like("\"unknown\""),
        required("rights", "tdm_reservation", Text, "Whether text and data mining is reserved.").stored(Low)
            .rule(Rule::OneOf(&["reserved", "not-reserved", "unknown"])).like("\"unknown\""),
        required("hashes", "raw_sha256", Text, "SHA-256 of the raw record's bytes.").stored(Lookup).rule(SHA256)
            .like("\"sha256:2257b2f7cb59be735cb56f3e83d97f73ba0cd279dbb4c0a20b88cdce32190b59\""),
        required("hashes", "text_sha256", Text, "SHA-256 of `text` in UTF-8.").stored(Lookup).rule(SHA256)
            .like("\"sha256:d009b91fa39a71d0a558b1846250c9c16302d6fd0fc042c89c004deff48bd6cd\""),
        required("duplicates", "cluster_id", Text, "`id` of the cluster's representative.").stored(Opaque).rule(ID).like("\"art_0f3c9a5d7b1e2f4a6c8d0e1f2a3b4c5d\""),
        required("duplicates", "cluster_size", Int32, "Records of the cluster, removed ones too.").rule(Rule::AtLeast(1)).like("1"),
        required("duplicates", "is_representative", Boolean, "Whether this row stands for its cluster.").stored(Low).like("true"),
        required("duplicates", "cluster_relation", Text, "How the row belongs to its cluster.").stored(Low)
            .rule(Rule::OneOf(&["unique", "representative", "exact_raw", "exact_text", "exact_key", "near_copy", "wire_copy", "contained", "revision"])).like("\"unique\""),
        optional("duplicates", "similarity", Float64, "Jaccard similarity with the record that it joined; null for `unique` and `representative`.").rule(Rule::Between(0, 1)).like("null"),
        required("quality", "quality_flags", TextList, "What is odd about the record: sorted codes.").stored(Low).rule(CODE).like("[]"),
        required("quality", "validation_codes", TextList, "Warnings of validation: sorted codes.").stored(Low).rule(CODE).like("[]"),
        required("provenance", "raw_path", Text, "Path of the raw file below the input root; `%` and bytes that are not UTF-8 are %-escaped.").stored(Opaque).rule(Rule::NotEmpty).like("\"agency/2025.jsonl\""),
        required("provenance", "raw_index", Int64, "Place among the records of the file, from 0.").rule(Rule::AtLeast(0)).like("0"),
        required("provenance", "raw_offset", Int64, "First byte in the decoded stream of the file.").rule(Rule::AtLeast(0)).like("0"),
        required("provenance", "raw_length", Int64, "Number of bytes in the decoded stream.").rule(Rule::AtLeast(0)).like("812"),
        required("provenance", "format", Text, "Reader that took the record.").stored(Low).rule(Rule::NotEmpty).like("\"jsonl\""),
        required("provenance", "encoding", Text, "Encoding that the text was read with, in lower case: the name of the WHATWG standard, or Python's where that has none.").stored(Low).rule(Rule::NotEmpty).like("\"utf-8\""),
        required("provenance", "normalization_ops", TextList, "Operations of the normaliser that changed the text, in order.").stored(Low).rule(CODE).like("[]"),
    ],
};

/// One row per raw record: its one fate.
pub const RECORDS: Table = Table {
    name: "records",
    row_name: "record",
    documentation: "One row per raw record with its one fate: an article, a duplicate of a named article, or a rejection with its reason.",
    sorted_by: &["raw_path", "raw_index"],
    extension: None,
    released: None,
    columns: &[
        required("origin", "raw_path", Text, "Path of the raw file below the input root.")
            .stored(Low)
            .rule(Rule::NotEmpty)
            .like("\"agency/2025.jsonl\""),
        required("origin", "raw_index", Int64, "Place among the records of the file, from 0.")
            .rule(Rule::AtLeast(0))
            .like("1"),
        required("origin", "raw_offset", Int64, "First byte in the decoded stream.").rule(Rule::AtLeast(0)).like("812"),
        required("origin", "raw_length", Int64, "Number of bytes in the decoded stream.")
            .rule(Rule::AtLeast(0))
            .like("796"),
        required("origin", "raw_sha256", Text, "SHA-256 of those bytes.")
            .stored(Lookup)
            .rule(SHA256)
            .like("\"sha256:2257b2f7cb59be735cb56f3e83d97f73ba0cd279dbb4c0a20b88cdce32190b59\""),
        required("fate", "fate", Text, "What became of the record.")
            .stored(Low)
            .rule(Rule::OneOf(&["article", "duplicate", "rejected"]))
            .like("\"duplicate\""),
        required("fate", "id", Text, "Id of the record, whatever its fate.")
            .stored(Lookup)
            .rule(ID)
            .like("\"art_9b1d2c3e4f5a6b7c8d9e0f1a2b3c4d5e\""),
        required("fate", "source_id", Text, "Id of the outlet; `unknown` when the record stopped before it was found.")
            .stored(Low)
            .rule(Rule::NotEmpty)
            .like("\"harbour-times\""),
        optional("duplicate", "duplicate_of", Text, "`articles.id` that stands for it.")
            .stored(Opaque)
            .rule(ID)
            .like("\"art_0f3c9a5d7b1e2f4a6c8d0e1f2a3b4c5d\""),
        optional("duplicate", "relation", Text, "How the two are related.")
            .stored(Low)
            .rule(Rule::OneOf(&[
                "same_record",
                "exact_raw",
                "exact_text",
                "exact_key",
                "near_copy",
                "wire_copy",
                "contained",
                "revision",
            ]))
            .like("\"near_copy\""),
        optional("duplicate", "jaccard", Float64, "Jaccard similarity with `duplicate_of`.")
            .rule(Rule::Between(0, 1))
            .like("0.913043"),
        optional("duplicate", "containment", Float64, "Share of the shorter text's shingles in the longer one.")
            .rule(Rule::Between(0, 1))
            .like("0.984375"),
        optional("duplicate", "rule_version", Text, "Version of the rules that decided.")
            .stored(Low)
            .like("\"dedup-1\""),
        optional("rejection", "stage", Text, "Stage that rejected it.").stored(Low),
        optional("rejection", "reason", Text, "Stable reason code.").stored(Low).rule(CODE),
        optional("rejection", "pointer", Text, "JSON pointer to the offending value.").stored(Low),
        optional("rejection", "detail", Text, "What was found, at most 200 characters, escaped.").stored(Opaque),
        optional("content", "published_date", Date, "For duplicates: what the row would have said.")
            .like("\"2025-12-17\""),
        optional("content", "title", Text, "For duplicates: what the row would have said.")
            .stored(Opaque)
            .like("\"Harbour reopens after storm\""),
        optional("content", "url", Text, "For duplicates: what the row would have said.")
            .stored(Opaque)
            .like("\"https://harbourtimes.example/2025/12/17/harbour-2\""),
        optional("content", "text_sha256", Text, "For duplicates: what the row would have said.")
            .stored(Opaque)
            .rule(SHA256)
            .like("\"sha256:d009b91fa39a71d0a558b1846250c9c16302d6fd0fc042c89c004deff48bd6cd\""),
    ],
};

/// Every exact or verified pair of two different ids.
pub const PAIRS: Table = Table {
    name: "pairs",
    row_name: "pair",
    documentation: "One row per verified pair of two different ids, also outside clusters and of removed records.",
    sorted_by: &["id", "other_id"],
    extension: None,
    released: None,
    columns: &[
        required("pair", "id", Text, "The later one in the order of preference.")
            .stored(Opaque)
            .rule(ID)
            .like("\"art_9b1d2c3e4f5a6b7c8d9e0f1a2b3c4d5e\""),
        required("pair", "other_id", Text, "The earlier one in the order of preference.")
            .stored(Opaque)
            .rule(ID)
            .like("\"art_0f3c9a5d7b1e2f4a6c8d0e1f2a3b4c5d\""),
        required("pair", "relation", Text, "How the two are related.")
            .stored(Low)
            .rule(PAIR_RELATION)
            .like("\"near_copy\""),
        required("proof", "jaccard", Float64, "Jaccard similarity of the shingle sets.")
            .rule(Rule::Between(0, 1))
            .like("0.913043"),
        required("proof", "containment", Float64, "Share of the shorter text's shingles in the longer one.")
            .rule(Rule::Between(0, 1))
            .like("0.984375"),
        required("proof", "numbers_equal", Boolean, "Whether the numbers of both texts are equal.")
            .stored(Low)
            .like("true"),
        optional(
            "proof",
            "days_apart",
            Float64,
            "Days between the instants, else between the dates; null when one is coarser than a day.",
        )
        .rule(Rule::AtLeast(0))
        .like("0.5"),
        required("proof", "rule_version", Text, "Version of the rules that decided.").stored(Low).like("\"dedup-1\""),
    ],
};

/// Every date seen for a row of `articles`.
pub const DATE_CANDIDATES: Table = Table {
    name: "date_candidates",
    row_name: "date_candidate",
    documentation: "One row per date seen for an article, at most 64 an article, with what was made of it.",
    sorted_by: &["id", "rank"],
    extension: None,
    released: None,
    columns: &[
        required("candidate", "id", Text, "`articles.id`.")
            .stored(Opaque)
            .rule(ID)
            .like("\"art_0f3c9a5d7b1e2f4a6c8d0e1f2a3b4c5d\""),
        required("candidate", "rank", Int32, "Place in the order of precedence, from 0.")
            .rule(Rule::AtLeast(0))
            .like("0"),
        required("candidate", "kind", Text, "Where it was found.").stored(Low).rule(EVIDENCE).like("\"record-field\""),
        required("candidate", "role", Text, "What it dates.")
            .stored(Low)
            .rule(Rule::OneOf(&["published", "modified", "retrieved"]))
            .like("\"published\""),
        required("candidate", "raw", Text, "The words as written.").stored(Opaque).like("\"2025-12-17T11:30+03:00\""),
        required("candidate", "span_start", Int64, "First byte in the raw record; -1 when there is none.")
            .rule(Rule::AtLeast(-1))
            .like("24"),
        required("candidate", "span_end", Int64, "Byte behind the last; -1 when there is none.")
            .rule(Rule::AtLeast(-1))
            .like("46"),
        optional("value", "value_date", Date, "Calendar date read from it.").like("\"2025-12-17\""),
        optional("value", "value_at", Timestamp, "Instant read from it.").like("\"2025-12-17T08:30:00.000000Z\""),
        required("value", "precision", Text, "How much of the date is stated.")
            .stored(Low)
            .rule(PRECISION)
            .like("\"minute\""),
        optional("value", "tz", Text, "Zone as stated or from the outlet.").stored(Low).like("\"+03:00\""),
        required("verdict", "accepted", Boolean, "Whether it gave the row its value.").stored(Low).like("true"),
        optional("verdict", "reject_reason", Text, "Why not.").stored(Low).rule(CODE),
    ],
};

/// The side of every row of `articles`, where the config asks for splits.
pub const SPLITS: Table = Table {
    name: "splits",
    row_name: "split",
    documentation: "One row per article with its side of the split; articles of one cluster are on one side. Only where `[export] splits` or `split-dates` is set.",
    sorted_by: &["id"],
    extension: None,
    released: None,
    columns: &[
        required("split", "id", Text, "`articles.id`.")
            .stored(Opaque)
            .rule(ID)
            .like("\"art_0f3c9a5d7b1e2f4a6c8d0e1f2a3b4c5d\""),
        required("split", "split", Text, "The side.")
            .stored(Low)
            .rule(Rule::OneOf(&["train", "validation", "test"]))
            .like("\"train\""),
    ],
};

/// Every exported table; the last is there only where the config asks for it.
pub const TABLES: &[&Table] = &[&ARTICLES, &RECORDS, &PAIRS, &DATE_CANDIDATES, &SPLITS];

/// The tables of a dataset whose main table is `articles`, with or without splits.
pub fn tables_of(articles: &'static Table, splits: bool) -> impl Iterator<Item = &'static Table> {
    let side_tables = TABLES.iter().copied().filter(move |table| {
        let is_there = splits || table.name != SPLITS.name;
        is_there && table.name != ARTICLES.name
    });
    std::iter::once(articles).chain(side_tables)
}
