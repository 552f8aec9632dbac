//! The field sets: which key of which well-known data set means what.
//!
//! Names are those that the projects write; a set applies when every key of its signature is there. The last set, `generic`,
//! needs none and knows the usual synonyms.

use crate::readers::leaves::Shape;
use crate::statement::{DateForm, Field};

/// What a key means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The body of the article.
    Text,
    /// A list of paragraphs, at any depth below the key, which make up the body.
    Parts,
    /// A fact, with the form of its date.
    Fact(Field, DateForm),
}

/// One key of a set.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Keys joined by dots; arrays add nothing.
    pub path: &'static str,
    /// What it means.
    pub meaning: Meaning,
}

/// The keys of one kind of record; rows of one meaning in order of preference.
#[derive(Debug)]
pub struct FieldSet {
    /// Name, for the reference table.
    pub name: &'static str,
    /// Where such records come from.
    pub documentation: &'static str,
    /// Keys that must all be there.
    pub signature: &'static [&'static str],
    /// What its keys mean.
    pub rows: &'static [Row],
    /// Whether keys match without regard to case, `_`, `-`, space, and a leading `metadata.` or `meta.`.
    pub is_loose: bool,
}

impl FieldSet {
    /// Whether every key of the signature is there.
    pub fn knows(&self, shape: &Shape) -> bool {
        self.signature.iter().all(|key| shape.paths().any(|path| path == *key))
    }

    /// The row of a path and its place.
    pub fn row_of(&self, path: &str) -> Option<(usize, Meaning)> {
        let loose;
        let path = if self.is_loose {
            loose = fold(path);
            loose.as_str()
        } else {
            path
        };
        let at = self.rows.iter().position(|row| match row.meaning {
            Meaning::Parts => path.strip_prefix(row.path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')),
            _ => row.path == path,
        })?;
        self.rows.get(at).map(|row| (at, row.meaning))
    }
}

fn fold(path: &str) -> String {
    let folded: String =
        path.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).map(|c| c.to_ascii_lowercase()).collect();
    match folded.strip_prefix("metadata.").or_else(|| folded.strip_prefix("meta.")) {
        Some(rest) => rest.to_owned(),
        None => folded,
    }
}

const fn text(path: &'static str) -> Row {
    Row { path, meaning: Meaning::Text }
}

const fn parts(path: &'static str) -> Row {
    Row { path, meaning: Meaning::Parts }
}

const fn fact(path: &'static str, field: Field) -> Row {
    Row { path, meaning: Meaning::Fact(field, DateForm::Auto) }
}

const fn date(path: &'static str, field: Field, form: DateForm) -> Row {
    Row { path, meaning: Meaning::Fact(field, form) }
}

const fn set(
    name: &'static str,
    documentation: &'static str,
    signature: &'static [&'static str],
    rows: &'static [Row],
) -> FieldSet {
    FieldSet { name, documentation, signature, rows, is_loose: false }
}

/// Every field set; the first whose signature holds is used.
pub const FIELD_SETS: &[&FieldSet] = &[
    &SCHEMA_ORG,
    &NEWS_PLEASE,
    &NELA_GT,
    &REAL_NEWS,
    &WEBZ,
    &FUNDUS,
    &TRAFILATURA,
    &NEWS_API,
    &CC_NEWS,
    &FINE_WEB,
    &DATATROVE_WEB,
    &DATATROVE,
    &DOLMA,
    &GENERIC,
];

const SCHEMA_ORG: FieldSet = set(
    "schema.org",
    "JSON-LD of a schema.org `Article` or `NewsArticle`.",
    &["headline", "articleBody"],
    &[
        text("articleBody"),
        fact("headline", Field::Title),
        fact("name", Field::Title),
        fact("alternativeHeadline", Field::Subtitle),
        fact("description", Field::Subtitle),
        fact("datePublished", Field::Published),
        fact("dateModified", Field::Modified),
        fact("publisher.name", Field::Source),
        fact("publisher", Field::Source),
        fact("sourceOrganization.name", Field::Source),
        fact("provider.name", Field::Source),
        fact("url", Field::Url),
        fact("mainEntityOfPage.@id", Field::CanonicalUrl),
        fact("mainEntityOfPage", Field::CanonicalUrl),
        fact("@id", Field::CanonicalUrl),
        fact("author.name", Field::Author),
        fact("author", Field::Author),
        fact("creator.name", Field::Author),
        fact("creator", Field::Author),
        fact("articleSection", Field::Section),
        fact("keywords", Field::Keyword),
        fact("inLanguage", Field::Language),
        fact("license", Field::License),
        fact("copyrightHolder.name", Field::RightsHolder),
        fact("copyrightHolder", Field::RightsHolder),
        fact("isAccessibleForFree", Field::Access),
    ],
);

const NEWS_PLEASE: FieldSet = set(
    "news-please",
    "JSON of the news-please crawler; older versions wrote the body to `text`.",
    &["date_publish", "source_domain"],
    &[
        text("maintext"),
        text("text"),
        fact("title", Field::Title),
        fact("title_page", Field::Title),
        fact("title_rss", Field::Title),
        fact("description", Field::Subtitle),
        fact("date_publish", Field::Published),
        fact("date_modify", Field::Modified),
        fact("date_download", Field::Retrieved),
        fact("source_domain", Field::Source),
        fact("url", Field::Url),
        fact("authors", Field::Author),
        fact("category", Field::Section),
        fact("language", Field::Language),
    ],
);

const NELA_GT: FieldSet = set(
    "nela-gt",
    "NELA-GT 2018 to 2022: `published_utc` and `collection_utc` are seconds since 1970, `published` is as the feed had it.",
    &["source", "title", "content", "published_utc"],
    &[
        text("content"),
        fact("title", Field::Title),
        date("published_utc", Field::Published, DateForm::EpochSeconds),
        fact("published", Field::Published),
        fact("date", Field::Published),
        date("collection_utc", Field::Retrieved, DateForm::EpochSeconds),
        fact("source", Field::Source),
        fact("url", Field::Url),
        fact("author", Field::Author),
    ],
);

const REAL_NEWS: FieldSet = set(
    "realnews",
    "RealNews of the Grover project: `publish_date` is MM-DD-YYYY, `warc_date` YYYYMMDDhhmmss in UTC.",
    &["text", "publish_date", "warc_date", "domain", "status"],
    &[
        text("text"),
        fact("title", Field::Title),
        fact("summary", Field::Subtitle),
        date("publish_date", Field::Published, DateForm::MonthDayYear),
        date("warc_date", Field::Retrieved, DateForm::Compact),
        fact("domain", Field::Source),
        fact("url", Field::Url),
        fact("authors", Field::Author),
    ],
);

const WEBZ: FieldSet = set(
    "webz",
    "Posts of the Webz.io (Webhose) news API and its free data sets.",
    &["thread", "thread.site", "published", "crawled"],
    &[
        text("text"),
        fact("title", Field::Title),
        fact("thread.title", Field::Title),
        fact("published", Field::Published),
        fact("updated", Field::Modified),
        fact("crawled", Field::Retrieved),
        fact("thread.site", Field::Source),
        fact("thread.site_full", Field::Source),
        fact("url", Field::Url),
        fact("thread.url", Field::Url),
        fact("author", Field::Author),
        fact("categories", Field::Section),
        fact("language", Field::Language),
    ],
);

const FUNDUS: FieldSet = set(
    "fundus",
    "JSON of the fundus crawler; `body` is a tree of sections and paragraphs, `plaintext` the same as one string.",
    &["publishing_date", "topics"],
    &[
        text("plaintext"),
        parts("body"),
        text("text"),
        fact("title", Field::Title),
        fact("publishing_date", Field::Published),
        fact("html.crawl_date", Field::Retrieved),
        fact("publisher", Field::Source),
        fact("html.source_info.publisher", Field::Source),
        fact("html.source.publisher", Field::Source),
        fact("html.responded_url", Field::Url),
        fact("html.requested_url", Field::Url),
        fact("url", Field::Url),
        fact("authors", Field::Author),
        fact("topics", Field::Keyword),
        fact("lang", Field::Language),
        fact("free_access", Field::Access),
    ],
);

const TRAFILATURA: FieldSet = set(
    "trafilatura",
    "JSON output of trafilatura: `source` is the address, `filedate` the day of the download.",
    &["source-hostname", "excerpt"],
    &[
        text("text"),
        text("raw_text"),
        fact("title", Field::Title),
        fact("excerpt", Field::Subtitle),
        fact("date", Field::Published),
        fact("filedate", Field::Retrieved),
        fact("hostname", Field::Source),
        fact("source-hostname", Field::Source),
        fact("source", Field::Url),
        fact("url", Field::Url),
        fact("author", Field::Author),
        fact("categories", Field::Section),
        fact("tags", Field::Keyword),
        fact("language", Field::Language),
        fact("license", Field::License),
    ],
);

const NEWS_API: FieldSet = set(
    "newsapi",
    "Articles of NewsAPI.org and of services that copy its form; `content` may be cut by the service.",
    &["source.name", "publishedAt", "content"],
    &[
        text("content"),
        fact("title", Field::Title),
        fact("description", Field::Subtitle),
        fact("publishedAt", Field::Published),
        fact("source.name", Field::Source),
        fact("source.url", Field::Source),
        fact("url", Field::Url),
        fact("author", Field::Author),
    ],
);

const CC_NEWS: FieldSet = set(
    "cc-news",
    "The `cc_news` data set of Hugging Face.",
    &["text", "domain", "image_url", "date"],
    &[
        text("text"),
        fact("title", Field::Title),
        fact("description", Field::Subtitle),
        fact("date", Field::Published),
        fact("domain", Field::Source),
        fact("url", Field::Url),
    ],
);

const FINE_WEB: FieldSet = set(
    "fineweb",
    "FineWeb and its kin: `date` is the day of the crawl, never of publication.",
    &["text", "id", "dump", "url", "date"],
    &[text("text"), fact("date", Field::Retrieved), fact("url", Field::Url), fact("language", Field::Language)],
);

const DATATROVE_WEB: FieldSet = set(
    "datatrove-web",
    "datatrove documents from Common Crawl, known by `metadata.dump`: `metadata.date` is the time of the crawl.",
    &["text", "id", "metadata", "metadata.dump"],
    &[
        text("text"),
        fact("metadata.title", Field::Title),
        fact("metadata.date", Field::Retrieved),
        fact("metadata.url", Field::Url),
        fact("metadata.language", Field::Language),
    ],
);

const DATATROVE: FieldSet = set(
    "datatrove",
    "datatrove documents: `text`, `id` and whatever the pipeline put into `metadata`.",
    &["text", "id", "metadata"],
    DOCUMENT_ROWS,
);

const DOLMA: FieldSet = set(
    "dolma",
    "Dolma documents: `created` is the time of the original, `added` that of the collection; `source` counts after `metadata`.",
    &["text", "id", "source", "added"],
    DOCUMENT_ROWS,
);

const DOCUMENT_ROWS: &[Row] = &[
    text("text"),
    fact("title", Field::Title),
    fact("metadata.title", Field::Title),
    fact("metadata.headline", Field::Title),
    fact("metadata.subtitle", Field::Subtitle),
    fact("metadata.description", Field::Subtitle),
    fact("metadata.published_at", Field::Published),
    fact("metadata.published_date", Field::Published),
    fact("metadata.published", Field::Published),
    fact("metadata.publish_date", Field::Published),
    fact("metadata.date_published", Field::Published),
    fact("metadata.date", Field::Published),
    fact("created", Field::Published),
    fact("metadata.modified_at", Field::Modified),
    fact("metadata.updated", Field::Modified),
    fact("metadata.retrieved_at", Field::Retrieved),
    fact("metadata.warc_date", Field::Retrieved),
    fact("added", Field::Retrieved),
    fact("metadata.publisher", Field::Source),
    fact("metadata.outlet", Field::Source),
    fact("metadata.source", Field::Source),
    fact("metadata.source_name", Field::Source),
    fact("metadata.source_domain", Field::Source),
    fact("metadata.sitename", Field::Source),
    fact("metadata.domain", Field::Source),
    fact("metadata.hostname", Field::Source),
    fact("source", Field::Source),
    fact("url", Field::Url),
    fact("metadata.url", Field::Url),
    fact("metadata.canonical_url", Field::CanonicalUrl),
    fact("metadata.authors", Field::Author),
    fact("metadata.author", Field::Author),
    fact("metadata.section", Field::Section),
    fact("metadata.category", Field::Section),
    fact("metadata.keywords", Field::Keyword),
    fact("metadata.tags", Field::Keyword),
    fact("metadata.language", Field::Language),
    fact("metadata.lang", Field::Language),
    fact("language", Field::Language),
    fact("lang", Field::Language),
    fact("metadata.license", Field::License),
    fact("license", Field::License),
];

const GENERIC: FieldSet = FieldSet {
    name: "generic",
    documentation: "Any record: the usual names of each field, whatever their case and with `_`, `-`, spaces or none between words, at the top or in `metadata` or `meta`.",
    signature: &[],
    is_loose: true,
    rows: &[
        text("text"),
        text("articlebody"),
        text("body"),
        text("content"),
        text("maintext"),
        text("articletext"),
        text("articlecontent"),
        text("article"),
        text("fulltext"),
        text("plaintext"),
        text("bodytext"),
        text("contenttext"),
        text("rawtext"),
        text("story"),
        text("document"),
        parts("paragraphs"),
        fact("title", Field::Title),
        fact("headline", Field::Title),
        fact("heading", Field::Title),
        fact("articletitle", Field::Title),
        fact("subtitle", Field::Subtitle),
        fact("subheadline", Field::Subtitle),
        fact("subhead", Field::Subtitle),
        fact("standfirst", Field::Subtitle),
        fact("deck", Field::Subtitle),
        fact("lead", Field::Subtitle),
        fact("description", Field::Subtitle),
        fact("summary", Field::Subtitle),
        fact("abstract", Field::Subtitle),
        fact("excerpt", Field::Subtitle),
        fact("publishedat", Field::Published),
        fact("datepublished", Field::Published),
        fact("published", Field::Published),
        fact("publisheddate", Field::Published),
        fact("publishdate", Field::Published),
        fact("publicationdate", Field::Published),
        fact("publishingdate", Field::Published),
        fact("datepublish", Field::Published),
        fact("dateofpublication", Field::Published),
        fact("pubdate", Field::Published),
        fact("publishtime", Field::Published),
        fact("publishedtime", Field::Published),
        fact("publisheddatetime", Field::Published),
        fact("webpublicationdate", Field::Published),
        fact("firstpublished", Field::Published),
        fact("articledate", Field::Published),
        fact("date", Field::Published),
        fact("datetime", Field::Published),
        fact("createdat", Field::Published),
        fact("created", Field::Published),
        fact("creationdate", Field::Published),
        fact("datecreated", Field::Published),
        fact("timestamp", Field::Published),
        fact("modifiedat", Field::Modified),
        fact("datemodified", Field::Modified),
        fact("modified", Field::Modified),
        fact("modifieddate", Field::Modified),
        fact("lastmodified", Field::Modified),
        fact("updatedat", Field::Modified),
        fact("updated", Field::Modified),
        fact("dateupdated", Field::Modified),
        fact("datemodify", Field::Modified),
        fact("lastupdated", Field::Modified),
        fact("retrievedat", Field::Retrieved),
        fact("retrieved", Field::Retrieved),
        fact("crawledat", Field::Retrieved),
        fact("crawled", Field::Retrieved),
        fact("crawldate", Field::Retrieved),
        fact("scrapedat", Field::Retrieved),
        fact("scrapedate", Field::Retrieved),
        fact("scrapeddate", Field::Retrieved),
        fact("fetchedat", Field::Retrieved),
        fact("collectedat", Field::Retrieved),
        fact("accessedat", Field::Retrieved),
        fact("datedownload", Field::Retrieved),
        fact("downloaddate", Field::Retrieved),
        fact("warcdate", Field::Retrieved),
        fact("added", Field::Retrieved),
        fact("sourceid", Field::Source),
        fact("sourcename", Field::Source),
        fact("source.name", Field::Source),
        fact("source.title", Field::Source),
        fact("source", Field::Source),
        fact("publisher.name", Field::Source),
        fact("publisher", Field::Source),
        fact("publication", Field::Source),
        fact("outlet", Field::Source),
        fact("newspaper", Field::Source),
        fact("newsoutlet", Field::Source),
        fact("media", Field::Source),
        fact("sitename", Field::Source),
        fact("site", Field::Source),
        fact("website", Field::Source),
        fact("sourcedomain", Field::Source),
        fact("source.domain", Field::Source),
        fact("domain", Field::Source),
        fact("hostname", Field::Source),
        fact("url", Field::Url),
        fact("link", Field::Url),
        fact("articleurl", Field::Url),
        fact("weburl", Field::Url),
        fact("sourceurl", Field::Url),
        fact("uri", Field::Url),
        fact("canonicalurl", Field::CanonicalUrl),
        fact("canonical", Field::CanonicalUrl),
        fact("canonicallink", Field::CanonicalUrl),
        fact("authors", Field::Author),
        fact("authors.name", Field::Author),
        fact("author", Field::Author),
        fact("author.name", Field::Author),
        fact("byline", Field::Author),
        fact("creator", Field::Author),
        fact("writer", Field::Author),
        fact("journalist", Field::Author),
        fact("section", Field::Section),
        fact("sectionname", Field::Section),
        fact("articlesection", Field::Section),
        fact("category", Field::Section),
        fact("categories", Field::Section),
        fact("rubric", Field::Section),
        fact("keywords", Field::Keyword),
        fact("tags", Field::Keyword),
        fact("tags.name", Field::Keyword),
        fact("topics", Field::Keyword),
        fact("subjects", Field::Keyword),
        fact("language", Field::Language),
        fact("lang", Field::Language),
        fact("inlanguage", Field::Language),
        fact("languagecode", Field::Language),
        fact("license", Field::License),
        fact("licence", Field::License),
        fact("licenseurl", Field::License),
        fact("rightsholder", Field::RightsHolder),
        fact("copyrightholder", Field::RightsHolder),
        fact("copyrightnotice", Field::RightsHolder),
        fact("copyright", Field::RightsHolder),
        fact("access", Field::Access),
        fact("isaccessibleforfree", Field::Access),
        fact("freeaccess", Field::Access),
        fact("tdmreservation", Field::TdmReservation),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_has_a_text_and_no_path_twice() {
        for set in FIELD_SETS {
            assert!(set.rows.iter().any(|row| row.meaning == Meaning::Text), "{}", set.name);
            let mut paths: Vec<_> = set.rows.iter().map(|row| row.path).collect();
            paths.sort_unstable();
            let count = paths.len();
            paths.dedup();
            assert_eq!(paths.len(), count, "{}", set.name);
            assert!(!set.documentation.is_empty());
            if set.is_loose {
                assert!(paths.iter().all(|path| fold(path) == **path), "{}", set.name);
            }
        }
    }

    #[test]
    fn only_the_last_set_knows_everything() {
        let (last, others) = FIELD_SETS.split_last().unwrap();
        assert!(last.knows(&Shape::default()));
        assert!(others.iter().all(|set| !set.knows(&Shape::default())));
    }

    #[test]
    fn no_set_is_hidden_by_an_earlier_one() {
        for (at, set) in FIELD_SETS.iter().enumerate() {
            let mut shape = Shape::default();
            for key in set.signature {
                shape.push(key);
            }
            assert_eq!(FIELD_SETS.iter().position(|known| known.knows(&shape)), Some(at), "{}", set.name);
        }
    }

    #[test]
    fn the_generic_set_does_not_mind_how_words_are_joined() {
        for name in ["published_at", "publishedAt", "Published At", "metadata.published-at"] {
            let row = GENERIC.row_of(name).map(|(_, meaning)| meaning);
            assert_eq!(row, Some(Meaning::Fact(Field::Published, DateForm::Auto)), "{name}");
        }
        assert_eq!(GENERIC.row_of("id"), None);
    }
}
