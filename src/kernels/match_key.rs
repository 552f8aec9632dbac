//! Names the fact that a metadata key is about: the closed list of keys of heads, front matter and sidecars.

use crate::statement::{DateForm, Field};

/// What a known metadata key says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A fact of the article.
    States(Field),
    /// Nothing that a column holds, but a usual line of a head (`word count: 512`), so that it does not turn a head into prose.
    Known,
}

impl Key {
    /// The field, if there is one.
    pub fn field(self) -> Option<Field> {
        match self {
            Key::States(field) => Some(field),
            Key::Known => None,
        }
    }
}

/// Longest key of the list, in letters.
const LONGEST: usize = 24;

/// The meaning of a metadata key, or `None` when it is not in the list.
///
/// Case, spaces, hyphens, underscores and dots do not count: `Date-Published`, `date_published` and `datePublished` are one
/// key. Names follow schema.org, Dublin Core, static site generators and the headers of newspaper databases.
pub fn match_key(key: &str) -> Option<Key> {
    let mut folded = [0; LONGEST];
    let mut length = 0;
    for byte in key.bytes() {
        match byte {
            b' ' | b'-' | b'_' | b'.' => {}
            _ if byte.is_ascii_alphabetic() => {
                *folded.get_mut(length)? = byte.to_ascii_lowercase();
                length += 1;
            }
            _ => return None,
        }
    }
    let field = match folded.get(..length)? {
        b"title" | b"headline" | b"head" | b"dctitle" | b"articletitle" => Field::Title,
        b"subtitle"
        | b"subheadline"
        | b"subhead"
        | b"deck"
        | b"dek"
        | b"standfirst"
        | b"summary"
        | b"description"
        | b"abstract"
        | b"alternativeheadline"
        | b"lead"
        | b"lede" => Field::Subtitle,
        b"date" | b"published" | b"publishedat" | b"publishedon" | b"publisheddate" | b"datepublished"
        | b"publishdate" | b"publicationdate" | b"pubdate" | b"dateofpublication" | b"firstpublished" | b"issued"
        | b"dcdate" | b"publishedtime" => Field::Published,
        b"updated" | b"modified" | b"updatedat" | b"modifiedat" | b"updatedon" | b"lastupdated" | b"lastmodified"
        | b"datemodified" | b"dateupdated" | b"lastmod" | b"modifieddate" | b"updateddate" => Field::Modified,
        b"retrieved" | b"retrievedat" | b"retrievedon" | b"accessed" | b"accessedat" | b"accessdate" | b"fetched"
        | b"fetchedat" | b"crawled" | b"crawledat" | b"crawldate" | b"downloaded" | b"downloadedat" | b"scraped"
        | b"scrapedat" | b"dateretrieved" | b"dateaccessed" | b"retrievaldate" | b"datedownload" => Field::Retrieved,
        b"source" | b"sourceid" | b"sourcename" | b"sourcedomain" | b"publisher" | b"outlet" | b"newspaper"
        | b"publication" | b"agency" | b"sitename" | b"medium" | b"journal" | b"newsagency" => Field::Source,
        b"url" | b"link" | b"uri" | b"permalink" | b"sourceurl" | b"articleurl" | b"webaddress" => Field::Url,
        b"canonical" | b"canonicalurl" | b"canonicallink" => Field::CanonicalUrl,
        b"author" | b"authors" | b"by" | b"byline" | b"writer" | b"writers" | b"creator" | b"reporter"
        | b"journalist" | b"dccreator" | b"correspondent" => Field::Author,
        b"section" | b"category" | b"categories" | b"articlesection" | b"rubric" | b"column" => Field::Section,
        b"keyword" | b"keywords" | b"tag" | b"tags" | b"subject" | b"subjects" | b"topic" | b"topics" => Field::Keyword,
        b"language" | b"lang" | b"inlanguage" | b"dclanguage" => Field::Language,
        b"license" | b"licence" | b"rights" | b"dcrights" => Field::License,
        b"copyrightholder" | b"rightsholder" | b"copyright" | b"copyrightowner" => Field::RightsHolder,
        b"access" | b"isaccessibleforfree" => Field::Access,
        b"tdmreservation" => Field::TdmReservation,
        b"encoding" | b"charset" | b"contenttype" => Field::Encoding,
        b"id" | b"guid" | b"slug" | b"type" | b"articletype" | b"format" | b"edition" | b"page" | b"pages"
        | b"length" | b"words" | b"wordcount" | b"dateline" | b"location" | b"place" | b"country" | b"loaddate"
        | b"image" | b"draft" | b"layout" | b"note" | b"notes" | b"issn" | b"doi" | b"publicationtype" | b"email"
        | b"issue" | b"volume" | b"version" | b"documenttype" => {
            return Some(Key::Known);
        }
        _ => return None,
    };
    Some(Key::States(field))
}

/// Whether the field holds a date.
pub fn is_date(field: Field) -> bool {
    matches!(field, Field::Published | Field::Modified | Field::Retrieved)
}

/// How a date of a head, a sidecar or a path may be written: the basic form of ISO 8601 is allowed there.
pub fn head_form(field: Field) -> DateForm {
    if is_date(field) { DateForm::Compact } else { DateForm::Auto }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_of_a_key_does_not_count() {
        for key in ["datePublished", "date-published", "DATE_PUBLISHED", "Date published", "dc.date", "Date"] {
            assert_eq!(match_key(key), Some(Key::States(Field::Published)), "{key}");
        }
        assert_eq!(match_key("Word Count"), Some(Key::Known));
        for key in ["", " ", "dates", "café", "Ministry", "date1", "publication date of the very first edition"] {
            assert_eq!(match_key(key), None, "{key}");
        }
    }
}
