//! The reader of saved web pages: one file is one article.

use memchr::memchr;

use crate::error::Result;
use crate::kernels::decode_text::decode_page;
use crate::kernels::extract_body::extract_body;
use crate::kernels::parse_date::{DateContext, find_dates};
use crate::kernels::parse_html::parse_html;
use crate::kernels::read_metadata::{begins_with_credit, begins_with_lead, read_metadata};
use crate::origin::ByteRange;
use crate::readers::whole::{damage, read_whole};
use crate::readers::{Layout, RawRecord, ReadContext, Reader, Tile, TileSink};
use crate::rejection::{ReasonCode, Rejection};
use crate::statement::{Evidence, Field, Statement};
use crate::stream::RawInput;

/// Quality flag: the page takes too much work to read, and its end was left out.
pub const PAGE_CUT: &str = "page-cut";
/// Quality flag: some bytes of the page do not decode and are U+FFFD in what was read.
pub const BYTES_REPLACED: &str = "bytes-replaced";

/// Reader of a saved page; [`extract_body`] finds its text.
#[derive(Debug)]
pub struct Html;

impl Reader for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn documentation(&self) -> &'static str {
        "One saved page a file. The text is the body of the article: paragraphs, sub-headlines, lists, quotes and tables, without \
         navigation, captions, related links, comments and notices. Facts come from JSON-LD, meta elements, microdata, `<time>` and \
         the visible byline. Pages without an extension of their own are known by their first bytes."
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["html", "htm", "xhtml", "shtml"]
    }

    fn resembles(&self, head: &[u8]) -> bool {
        opens_page(head)
    }

    fn layout(&self) -> Layout {
        Layout::Whole
    }

    fn read(&self, input: &mut dyn RawInput, context: &ReadContext<'_>, sink: &mut dyn TileSink) -> Result<()> {
        let Some(bytes) = read_whole(input, context, sink)? else { return Ok(()) };
        let stated = |field| context.facts.iter().find(|fact| fact.field == field).map(|fact| &*fact.value);
        let decoded = match decode_page(&bytes, stated(Field::Encoding), context.fallback_encodings) {
            Ok(decoded) => decoded,
            Err(fault) => return sink.tile(damage(context.base, &bytes, fault.into())),
        };
        let page = parse_html(&decoded.text);
        let body = extract_body(&page);
        if body.text.is_empty() {
            let rejection = Rejection::new(ReasonCode::MissingText, "no article is found in the page");
            return sink.tile(damage(context.base, &bytes, rejection));
        }
        let mut statements = read_metadata(&page, &body, stated(Field::Url));
        let head = part_head(&body.text, &statements);
        if let Some(date) = head.date.filter(|_| statements.iter().all(|it| it.field != Field::Published)) {
            statements.push(Statement::new(Field::Published, Evidence::Byline, date));
        }
        for (flag, is_set) in [(PAGE_CUT, page.is_cut() || body.is_cut), (BYTES_REPLACED, decoded.replaced > 0)] {
            if is_set {
                statements.push(Statement::new(Field::Flag, Evidence::None, flag));
            }
        }
        sink.tile(Tile::Record(RawRecord {
            range: ByteRange::new(context.base, bytes.len() as u64),
            bytes: &bytes,
            encoding: decoded.encoding,
            text: without_credits_behind(head.text),
            statements: &statements,
        }))
    }
}

/// The head that a body begins with: the headline, a date, a byline, each a line.
struct Head<'t> {
    /// What is left.
    text: &'t str,
    /// A line that is a date.
    date: Option<&'t str>,
}

/// Parts the head of a body from its text: lines that say again what is stated, lines that are dates, and what stands above them.
///
/// Only the first lines are looked at, and a line that could be prose ends the head.
fn part_head<'t>(text: &'t str, statements: &[Statement<'_>]) -> Head<'t> {
    /// Lines that are looked at.
    const LINES: usize = 6;
    let mut head = Head { text, date: None };
    let mut rest = text;
    for _ in 0..LINES {
        let Some((line, behind)) = rest.split_once('\n') else { break };
        rest = behind.trim_start();
        let (date, repeats) = (is_date(line), repeats(line, statements) || is_byline(line, statements));
        if rest.is_empty() || !(date || repeats || is_headline(line)) {
            break;
        }
        if date {
            head.date.get_or_insert(line.trim());
        }
        if date || repeats {
            head.text = rest;
        }
    }
    head
}

/// Whether a line says what is stated already.
fn repeats(line: &str, statements: &[Statement<'_>]) -> bool {
    /// Bytes of letters that a byline has beside the name.
    const BESIDE_NAME: usize = 12;
    let letters = bare(line);
    letters.is_empty()
        || statements.iter().any(|it| match it.field {
            Field::Title | Field::Published | Field::Modified => bare(&it.value) == letters,
            Field::Author => {
                let name = bare(&it.value);
                !name.is_empty() && letters.contains(&name) && letters.len() <= name.len() + BESIDE_NAME
            }
            _ => false,
        })
}

/// Whether a line says who wrote, edited or pictured the article: an author who is stated behind a word that announces one, or a
/// credit.
fn is_byline(line: &str, statements: &[Statement<'_>]) -> bool {
    let is_named =
        |it: &Statement<'_>| it.field == Field::Author && !it.value.is_empty() && bare(line).contains(&bare(&it.value));
    is_headline(line) && (begins_with_credit(line.trim()) || begins_with_lead(line) && statements.iter().any(is_named))
}

/// A body without the credits behind it: `责任编辑：…`, `(Edited by …)`.
fn without_credits_behind(text: &str) -> &str {
    /// Lines that are looked at.
    const LINES: usize = 3;
    let mut rest = text;
    for _ in 0..LINES {
        let Some((before, line)) = rest.trim_end().rsplit_once('\n') else { break };
        let bare = line.trim_matches(|letter: char| letter.is_whitespace() || "()[]（）【】".contains(letter));
        if before.trim().is_empty() || !is_headline(bare) || !begins_with_credit(bare) {
            break;
        }
        rest = before.trim_end();
    }
    rest
}

/// Whether a line is a date or two, but for a word each.
fn is_date(line: &str) -> bool {
    /// Letters and digits of the longest written date, and of what stands around it.
    const DATE: usize = 64;
    const AROUND: usize = 12;
    let letters = |part: &str| part.chars().filter(|c| c.is_alphanumeric()).count();
    line.len() <= 4 * DATE && letters(line) <= DATE && {
        let dates = find_dates(line, &DateContext::default());
        let dated: usize = dates.iter().map(|it| letters(line.get(it.range.clone()).unwrap_or_default())).sum();
        matches!(dates.len(), 1 | 2) && letters(line).saturating_sub(dated) <= AROUND * dates.len()
    }
}

/// Whether a line can be a headline, a byline or a credit: short and not closed like a sentence.
fn is_headline(line: &str) -> bool {
    /// In characters.
    const LONGEST: usize = 160;
    let line = line.trim_end();
    line.chars().take(LONGEST + 1).count() <= LONGEST
        && !line.ends_with(['.', '。', '．', '।', '؟', '?', '!', '！', '？', '…', ':', '”', '»', '"'])
}

/// Letters and digits in lower case.
fn bare(line: &str) -> String {
    /// A longer line is prose.
    const LONGEST: usize = 400;
    if line.len() > LONGEST {
        return "\u{0}".to_owned();
    }
    line.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether bytes open a page: behind white space, a byte order mark, comments and an XML declaration stands a doctype or an
/// element that only pages begin with.
fn opens_page(head: &[u8]) -> bool {
    let mut rest = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    loop {
        rest = rest.trim_ascii_start();
        let skipped = if rest.starts_with(b"<!--") {
            memchr::memmem::find(rest, b"-->").map(|end| end + 3)
        } else if rest.starts_with(b"<?xml") {
            memchr(b'>', rest).map(|end| end + 1)
        } else {
            break;
        };
        let Some(skipped) = skipped else { return false };
        rest = rest.get(skipped..).unwrap_or_default();
    }
    [&b"<!doctype html"[..], b"<html", b"<head", b"<body"].iter().any(|opening| {
        rest.get(..opening.len()).is_some_and(|start| start.eq_ignore_ascii_case(opening))
            && rest.get(opening.len()).is_none_or(|next| !next.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_a_body_is_not_its_text() {
        let statements = [
            Statement::new(Field::Title, Evidence::Meta, "Ferries return!"),
            Statement::new(Field::Published, Evidence::Byline, "20 October 2011"),
            Statement::new(Field::Author, Evidence::Byline, "Ada Moreno"),
        ];
        for (text, expected) in [
            (
                "Ferries Return\n\nBy Ada Moreno\n20 October 2011\n\nThe first.\n\nAda Moreno",
                "The first.\n\nAda Moreno",
            ),
            (
                "The first, said Ada Moreno of the council.\n\nMore.",
                "The first, said Ada Moreno of the council.\n\nMore.",
            ),
            ("New: ferries\n20.10.2011 12:30\nThe first.\nMore.", "The first.\nMore."),
            ("The first came.\n20.10.2011 12:30\nMore.", "The first came.\n20.10.2011 12:30\nMore."),
            ("Ferries return", "Ferries return"),
            ("Published 20 October 2011, 12:30 Updated 21 October 2011\nThe first.\nMore.", "The first.\nMore."),
            ("By Ada Moreno and Bo Li, Harbour Correspondents\nThe first.", "The first."),
            ("By Ada Moreno. Edited by Bo Li\nThe first.", "The first."),
            ("Photos: Bo Li\nThe first.", "The first."),
            ("By the time Ada Moreno came, it was over.\nMore.", "By the time Ada Moreno came, it was over.\nMore."),
            ("Ferries return\n\n ", "Ferries return\n\n "),
        ] {
            assert_eq!(part_head(text, &statements).text, expected);
        }
    }

    #[test]
    fn credits_behind_a_body_are_not_its_text() {
        for (text, expected) in [
            ("The first.\n\nMore.\n\n责任编辑：李明", "The first.\n\nMore."),
            ("The first.\n\n(Edited by Bo Li)\nPhotos: Bo Li", "The first."),
            ("The first.\n\nEdited texts are longer.", "The first.\n\nEdited texts are longer."),
            ("责任编辑：李明", "责任编辑：李明"),
            ("\n责任编辑：李明", "\n责任编辑：李明"),
        ] {
            assert_eq!(without_credits_behind(text), expected);
        }
    }

    #[test]
    fn pages_are_known_by_their_first_bytes() {
        for head in [
            "<!DOCTYPE html>",
            "\u{FEFF}\n<!-- saved --><HTML lang=en>",
            "<?xml version='1.0'?>\n<!doctype html PUBLIC",
        ] {
            assert!(opens_page(head.as_bytes()), "{head}");
        }
        for head in [
            "",
            "<p>",
            "<?xml version='1.0'?><rss>",
            "<!-- <html> -->",
            "html",
            "<header>",
            "<!doctype htmlx>",
            "<?xml",
        ] {
            assert!(!opens_page(head.as_bytes()), "{head}");
        }
    }
}
