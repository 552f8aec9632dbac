//! What of the articles is given away, in words and tables.

use std::fmt::Write as _;

use super::Subject;
use super::markup::{counted, grouped, plain, table};
use crate::columns::Release;
use crate::stages::release::{AuthorPolicy, ReleaseAccount, ReleaseRule};

const LAW: &str = "law: writing to a string cannot fail";
/// Most sources and rules of a table.
const MOST_ROWS: usize = 20;

/// What a tier gives away.
fn meaning(tier: Release) -> &'static str {
    match tier {
        Release::FullText => "everything",
        Release::DerivedOnly => "all but `subtitle` and `text`, which are null",
        Release::MetadataOnly => {
            "neither `subtitle` and `text` nor what was measured from them (`paragraph_count`, `word_count`, `char_count`, `text_sha256`): these are null"
        }
    }
}

/// Whether texts are in the dataset, in one sentence.
pub fn texts(subject: Subject<'_>) -> String {
    let articles = subject.manifest.account.articles;
    let withheld = subject.manifest.release.as_ref().map_or(0, ReleaseAccount::withheld);
    match withheld {
        0 => "full texts are in this dataset".to_owned(),
        all if all == articles => "no text is in this dataset".to_owned(),
        some => format!("the texts of {} of {} articles are not in this dataset", grouped(some), grouped(articles)),
    }
}

/// What the rows hold about people, whatever the configuration says of them.
pub fn people(subject: Subject<'_>) -> String {
    let authors = subject.manifest.release.as_ref().map_or(AuthorPolicy::Keep, |release| release.terms.authors);
    let authors = match authors {
        AuthorPolicy::Keep => "`authors` holds names as stated.",
        AuthorPolicy::Hash => {
            "`authors` holds the HMAC-SHA256 of each name with a key that is not published, so that equal names stay equal: \
             for whoever has the key they are names. Texts and titles may name authors all the same."
        }
        AuthorPolicy::Drop => {
            "`authors` is empty, since names of authors were dropped. Texts and titles may name authors all the same."
        }
    };
    format!("News articles name people. Nothing was removed from texts and titles; {authors}")
}

/// The tiers in one paragraph of plain words; none where the configuration says nothing.
pub fn summary(subject: Subject<'_>) -> Option<String> {
    let release = subject.manifest.release.as_ref()?;
    let tiers: Vec<_> = release
        .counts
        .articles
        .iter()
        .map(|(tier, count)| {
            format!("{} `{}`: {}", counted(*count, "article", "articles"), tier.name(), meaning(*tier))
        })
        .collect();
    let reserved: u64 = release.counts.reserved.values().sum();
    let mut text = format!("Released are {}.", tiers.join("; "));
    if reserved > 0 && release.terms.acknowledge_reserved {
        write!(
            text,
            " Of the full texts {} reserved against text and data mining, which the maker acknowledges.",
            are(reserved)
        )
        .expect(LAW);
    }
    Some(text)
}

fn are(count: u64) -> String {
    if count == 1 { "1 is".to_owned() } else { format!("{} are", grouped(count)) }
}

/// The part of the card's section on rights; empty where the configuration says nothing.
pub fn section(subject: Subject<'_>) -> String {
    let Some(release) = &subject.manifest.release else { return String::new() };
    let counts = &release.counts;
    let mut out = String::from("\n### What is given away\n\n");
    let rows = counts
        .articles
        .iter()
        .map(|(tier, count)| vec![format!("`{}`", tier.name()), grouped(*count), meaning(*tier).to_owned()]);
    out.push_str(&table(&["tier", "articles:", "what their rows hold"], rows));
    if release.terms.strictest().withholds_texts() {
        out.push_str(
            "\nThe column `release` says it of every article. Duplicates were found by the full texts, and `id`, clusters and `pairs` are\n\
             those of them. Whoever has the raw records can make the texts again: `raw_path` and `raw_sha256` name them.\n",
        );
    }
    if !release.terms.rules.is_empty() {
        let rules = release.terms.rules.iter().take(MOST_ROWS).map(rule);
        write!(
            out,
            "\nAs the configuration says (of several rules about an article the most restrictive holds):\n\n{}",
            table(&["articles", "tier"], rules.chain([vec!["all others".to_owned(), tier(release.terms.release)]]))
        )
        .expect(LAW);
        push_more(&mut out, release.terms.rules.len(), "rules");
    }
    let several: Vec<_> = counts.sources.iter().collect();
    if counts.articles.len() > 1 {
        let rows = several.iter().take(MOST_ROWS).map(|(source, tiers)| {
            let of = |tier: Release| grouped(tiers.get(&tier).copied().unwrap_or_default());
            std::iter::once(plain(source)).chain(Release::ALL.map(of)).collect()
        });
        write!(out, "\n{}", table(&["source", "full text:", "derived only:", "metadata only:"], rows)).expect(LAW);
        push_more(&mut out, several.len(), "sources");
    }
    let reserved: u64 = counts.reserved.values().sum();
    if reserved > 0 && release.terms.acknowledge_reserved {
        let rows = counts.reserved.iter().take(MOST_ROWS).map(|(source, count)| vec![plain(source), grouped(*count)]);
        write!(
            out,
            "\n**Reserved full texts.** Of the full texts {} reserved against text and data mining. The maker of the dataset has acknowledged\n\
             it (`acknowledge-reserved = true`); the acknowledgement passes no right on to you:\n\n{}",
            are(reserved),
            table(&["source", "reserved full texts:"], rows)
        )
        .expect(LAW);
        push_more(&mut out, counts.reserved.len(), "sources");
    }
    out
}

fn tier(release: Release) -> String {
    format!("`{}`", release.name())
}

fn rule(rule: &ReleaseRule) -> Vec<String> {
    let source = rule.source.as_deref().map(|source| format!("of the source {}", plain(source)));
    let license = rule.license.as_deref().map(|license| format!("under the licence {}", plain(license)));
    vec![source.into_iter().chain(license).collect::<Vec<_>>().join(" "), tier(rule.release)]
}

fn push_more(out: &mut String, all: usize, what: &str) {
    if all > MOST_ROWS {
        writeln!(out, "\n{} more {what} are in `manifest.json`.", all - MOST_ROWS).expect(LAW);
    }
}
