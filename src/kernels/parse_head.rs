//! Parses the head of a text file: front matter, a block of `key: value` lines, an inline date, a Markdown heading.
//!
//! What is not clearly a head is prose and stays in the body. The forms, in the order in which they are looked for:
//!
//! 1. **Front matter**: the first line is `---` (YAML) or `+++` (TOML) and a line of the same (or `...` for YAML) follows
//!    within the first 64 KiB. Front matter that is no YAML or TOML, or has a wrong type, is a fault, because what it says
//!    would be lost; but a rule above prose is prose: without a closing line, when what lies between is a bare sentence, or
//!    when it does not begin with a key.
//! 2. **A block**: lines of `key: value` or `-- key: value` with keys of [`match_key`], `-- ` comments, and
//!    indented continuations of a value, ended by a blank line or the end of the text. One other line and the whole is prose. A
//!    date must look like one, and a block of one line must not read like the beginning of a sentence.
//! 3. **A date without block**: `date` (or `date:`) and an ISO 8601 date, on a line of its own or before the first words.
//! 4. **A heading**, in Markdown only: a first line `# Heading`, or one underlined with `===`. It is the title and leaves the
//!    body. Before or after a block.
//!
//! A title is never made from a first sentence.

use std::borrow::Cow;
use std::ops::Range;

use crate::kernels::match_key::{Key, head_form, is_date, match_key};
use crate::kernels::parse_date::{DateContext, parse_date};
use crate::kernels::parse_fields::{FieldsFault, Notation, parse_fields};
use crate::origin::ByteRange;
use crate::statement::{Evidence, Field, OwnKey, Statement};

/// What a text file's head says, and where its body begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head<'t> {
    /// In the order of the text; spans are byte ranges of the text.
    pub statements: Vec<Statement<'t>>,
    /// First byte of the body; the length of the text when there is none.
    pub body: usize,
}

/// Front matter must end within this many bytes.
const FRONT_MATTER_LIMIT: usize = 64 * 1024;
/// A block has at most this many lines.
const BLOCK_LINES: usize = 64;
/// A longer value is no date, in bytes.
const LONGEST_DATE: usize = 64;
/// More words are no name of an author or outlet.
const LONGEST_NAME_WORDS: usize = 12;

/// Parses the head of a decoded text; `markdown` admits headings, `own` are keys of the user's own columns.
///
/// # Errors
/// When there is front matter that cannot be read.
pub fn parse_head<'t>(text: &'t str, markdown: bool, own: &[OwnKey]) -> Result<Head<'t>, FieldsFault> {
    let mut head = Head::default();
    front_matter(text, own, &mut head)?;
    let mut heading = markdown && take_heading(text, &mut head);
    if take_block(text, own, &mut head) || take_date(text, &mut head) {
        heading = !heading && markdown;
    } else {
        heading = false;
    }
    if heading {
        take_heading(text, &mut head);
    }
    if text[head.body..].trim_start().is_empty() {
        head.body = text.len();
    }
    Ok(head)
}

/// The lines of `text` from byte `from`: content and the start of the next line. Ends: LF, CR LF, CR.
fn lines(text: &str, from: usize) -> impl Iterator<Item = (Range<usize>, usize)> + '_ {
    let mut at = from;
    std::iter::from_fn(move || {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        let start = at;
        let length = memchr::memchr2(b'\n', b'\r', rest.as_bytes()).unwrap_or(rest.len());
        let ending = match rest.as_bytes().get(length..) {
            Some([b'\r', b'\n', ..]) => 2,
            Some([_, ..]) => 1,
            _ => 0,
        };
        at = start + length + ending;
        Some((start..start + length, at))
    })
}

fn front_matter(text: &str, own: &[OwnKey], head: &mut Head<'_>) -> Result<(), FieldsFault> {
    let mut all = lines(text, 0);
    let Some((first, from)) = all.next() else { return Ok(()) };
    let fence = text[first].trim_end();
    let notation = match fence {
        "---" => Notation::Yaml,
        "+++" => Notation::Toml,
        _ => return Ok(()),
    };
    let closes = |line: &str| line.trim_end() == fence || (notation == Notation::Yaml && line.trim_end() == "...");
    let closing =
        all.take_while(|(line, _)| line.start <= FRONT_MATTER_LIMIT).find(|(line, _)| closes(&text[line.clone()]));
    let Some((closing, body)) = closing else { return Ok(()) };
    let inner = &text[from..closing.start];
    match parse_fields(notation, inner, Evidence::FrontMatter, own) {
        Ok(statements) => head.statements.extend(statements.into_iter().map(|mut statement| {
            if let Some(span) = &mut statement.span {
                span.offset += from as u64;
            }
            statement
        })),
        Err(fault) if fault.not_a_map || !begins_with_key(inner, notation) => return Ok(()),
        Err(fault) => return Err(fault),
    }
    head.body = body;
    Ok(())
}

/// Whether the first line that says something is of the form `word: ...` or `word = ...`.
fn begins_with_key(inner: &str, notation: Notation) -> bool {
    let mark = if notation == Notation::Yaml { ':' } else { '=' };
    let first = inner.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    first.and_then(|line| line.split_once(mark)).is_some_and(|(key, _)| {
        let key = key.trim().trim_matches(['"', '\'']);
        !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
    })
}

/// A line of a block.
enum Line<'t, 'k> {
    Keyed { key: Key, value: &'t str, colon: bool },
    Own(&'k OwnKey, &'t str),
    Comment,
    Continued(&'t str),
    Other,
}

fn classify<'t, 'k>(line: &'t str, own: &'k [OwnKey]) -> Line<'t, 'k> {
    let (content, comment) = match line.strip_prefix("--") {
        Some("") => return Line::Comment,
        Some(rest) if rest.starts_with([' ', '\t']) => (rest.trim(), true),
        _ => (line.trim(), false),
    };
    if line.starts_with([' ', '\t']) {
        return Line::Continued(content);
    }
    if let Some((key, value)) = content.split_once(':')
        && let Some(key) = OwnKey::find(own, key.trim_end())
    {
        return Line::Own(key, value.trim());
    }
    if let Some((key, value)) = content.split_once(':')
        && let Some(key) = match_key(key)
    {
        return Line::Keyed { key, value: value.trim(), colon: true };
    }
    if let Some((_, value)) = date_word(content).filter(|(colon, value)| !colon && iso_date(value) == Some(value.len()))
    {
        return Line::Keyed { key: Key::States(Field::Published), value, colon: false };
    }
    if comment { Line::Comment } else { Line::Other }
}

/// Takes a block off the start of the body; false when there is none.
fn take_block<'t>(text: &'t str, own: &[OwnKey], head: &mut Head<'t>) -> bool {
    let start = skip_blank_lines(text, head.body);
    let mut found: Vec<Statement<'t>> = Vec::new();
    // Whether the line before was keyed, and whether its value became a statement.
    let mut open: Option<bool> = None;
    let (mut keyed, mut colons) = (0_usize, 0_usize);
    let (mut inline, mut undated) = (false, false);
    let mut body = text.len();
    for (number, (range, next)) in lines(text, start).enumerate() {
        let line = &text[range];
        if line.trim().is_empty() {
            body = next;
            break;
        }
        if number == BLOCK_LINES {
            return false;
        }
        match classify(if number == 0 { line.trim_start() } else { line }, own) {
            Line::Own(key, value) => {
                keyed += 1;
                colons += 1;
                open = Some(!value.is_empty());
                if !value.is_empty() {
                    found.push(state(text, Field::Own, Evidence::HeaderBlock, value).about(key));
                }
            }
            Line::Keyed { key, value, colon } => {
                keyed += 1;
                colons += usize::from(colon);
                open = Some(false);
                let Some(field) = key.field() else { continue };
                if is_date(field) && !value.is_empty() && !looks_like_date(value) {
                    // "Date: yesterday" is no date, but beside other keys it is a header that says so.
                    if !is_short(value) {
                        return false;
                    }
                    undated = true;
                }
                inline |= field == Field::Published && is_followed_by_words(value);
                if !value.is_empty() {
                    found.push(state(text, field, Evidence::HeaderBlock, value));
                    open = Some(true);
                }
            }
            Line::Continued(more) => match (open, found.last_mut()) {
                (Some(true), Some(statement)) => {
                    statement.value = Cow::Owned(format!("{} {more}", statement.value));
                    statement.span = None;
                }
                (Some(false), _) => {}
                _ => return false,
            },
            Line::Comment => open = None,
            Line::Other => return false,
        }
    }
    if colons == 0
        || found.is_empty()
        || (undated && colons < 2)
        || (keyed == 1 && (inline || found.iter().any(reads_like_prose)))
    {
        return false;
    }
    head.statements.append(&mut found);
    head.body = body;
    true
}

/// Takes `date` and an ISO date off the start of the body.
fn take_date<'t>(text: &'t str, head: &mut Head<'t>) -> bool {
    let rest = text[head.body..].trim_start();
    let Some((_, value)) = date_word(rest) else { return false };
    let Some(length) = iso_date(value) else { return false };
    let behind = &value[length..];
    if !(behind.is_empty() || behind.starts_with(char::is_whitespace)) {
        return false;
    }
    head.statements.push(state(text, Field::Published, Evidence::HeaderInline, &value[..length]));
    head.body = text.len() - behind.trim_start().len();
    true
}

/// Takes a Markdown heading of the first level off the start of the body.
fn take_heading<'t>(text: &'t str, head: &mut Head<'t>) -> bool {
    let start = skip_blank_lines(text, head.body);
    let mut all = lines(text, start);
    let Some((first, next)) = all.next() else { return false };
    let line = &text[first];
    let (heading, body) = if let Some(heading) = line.strip_prefix('#').filter(|rest| rest.starts_with([' ', '\t'])) {
        let heading = heading.trim();
        let bare = heading.trim_end_matches('#');
        (if bare.is_empty() || bare.ends_with([' ', '\t']) { bare.trim_end() } else { heading }, next)
    } else {
        let Some((under, behind)) = all.next() else { return false };
        let under = text[under].trim_end();
        if under.len() < 3 || under.bytes().any(|byte| byte != b'=') {
            return false;
        }
        (line.trim(), behind)
    };
    if heading.is_empty() {
        return false;
    }
    head.statements.push(state(text, Field::Title, Evidence::HeaderBlock, heading));
    head.body = body;
    true
}

/// A statement whose value is a piece of `text`.
fn state<'t>(text: &'t str, field: Field, evidence: Evidence, value: &'t str) -> Statement<'t> {
    let offset = value.as_ptr() as usize - text.as_ptr() as usize;
    let mut statement = Statement::new(field, evidence, value);
    statement.span = Some(ByteRange::new(offset as u64, value.len() as u64));
    statement.form = head_form(field);
    statement
}

fn skip_blank_lines(text: &str, from: usize) -> usize {
    lines(text, from).find(|(line, _)| !text[line.clone()].trim().is_empty()).map_or(text.len(), |(line, _)| line.start)
}

/// What follows the word `date`, and whether a colon stands between.
fn date_word(text: &str) -> Option<(bool, &str)> {
    let rest = text.get(..4).filter(|word| word.eq_ignore_ascii_case("date")).map(|_| &text[4..])?;
    let behind = rest.trim_start_matches([' ', '\t']);
    match behind.strip_prefix(':') {
        Some(value) => Some((true, value.trim_start_matches([' ', '\t']))),
        None => (behind.len() < rest.len()).then_some((false, behind)),
    }
}

/// Length of the ISO 8601 date (extended form, to the day; a time may follow behind `T`) that opens the text.
fn iso_date(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let number = |range: Range<usize>| {
        let digits = bytes.get(range)?;
        digits.iter().try_fold(0_u32, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
    };
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    if bytes[4] != b'-' || bytes[7] != b'-' || !(1..=12).contains(&month) {
        return None;
    }
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if !(1..=days).contains(&day) {
        return None;
    }
    match bytes.get(10) {
        Some(b'T' | b't') => {
            let time = bytes[11..].iter().take_while(|b| b.is_ascii_digit() || b":.+-Zz".contains(b)).count();
            (time >= 2).then_some(11 + time)
        }
        Some(byte) if byte.is_ascii_alphanumeric() => None,
        _ => Some(10),
    }
}

/// Whether a value is an ISO date with words behind it that no date has: `2025-12-17 Amid rising prices`.
fn is_followed_by_words(value: &str) -> bool {
    iso_date(value).is_some_and(|length| length < value.len()) && parse_date(value, &DateContext::default()).is_err()
}

/// Whether a value can be a date in any usual way of writing: short, with the digits of a year or of a numeric date, with no
/// more words than a weekday, a month, a time of day and a zone need, and not ending like a sentence.
fn looks_like_date(value: &str) -> bool {
    let digits = value.chars().filter(|c| c.is_numeric()).count();
    let words = value.split_whitespace().filter(|word| word.contains(char::is_alphabetic)).count();
    let last = value.split_whitespace().next_back().unwrap_or_default();
    let sentence = last.ends_with(['!', '?', '…'])
        || (words > 2 && last.strip_suffix('.').is_some_and(|word| word.chars().all(char::is_alphanumeric)));
    value.len() <= LONGEST_DATE && (4..=24).contains(&digits) && words <= 5 && !sentence
}

/// Whether what stands in the place of a date is a few words that end unlike a sentence: `yesterday`, `2 hours ago`, `n/a`.
fn is_short(value: &str) -> bool {
    value.len() <= LONGEST_DATE
        && value.split_whitespace().count() <= 4
        && !value.ends_with(['.', '!', '?', '…', ':', ','])
        || looks_like_day(value)
}

/// Whether a value is digits and full stops: `14.3.`
fn looks_like_day(value: &str) -> bool {
    value.len() <= 8 && value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// Whether the only line of a block is more likely the beginning of a sentence ("Source: close to the ministry, ...").
fn reads_like_prose(statement: &Statement<'_>) -> bool {
    let value = statement.value.as_ref();
    let words = value.split_whitespace().count();
    let sentence = value.ends_with(['.', '!', '?', ':', ',', ';', '…']) && words > 4;
    match statement.field {
        Field::Published | Field::Modified | Field::Retrieved | Field::Own => false,
        Field::Url | Field::CanonicalUrl => words != 1,
        Field::Language | Field::Access | Field::TdmReservation | Field::Encoding | Field::Flag => {
            words > 3 || sentence
        }
        Field::Source | Field::Author | Field::RightsHolder | Field::Section => {
            let lower = value.chars().next().is_some_and(char::is_lowercase);
            sentence || words > LONGEST_NAME_WORDS || (lower && words > 1)
        }
        Field::Title | Field::Subtitle | Field::Keyword | Field::License => sentence || value.len() > 300,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn facts(text: &str, markdown: bool) -> (Vec<String>, &str) {
        let head = parse_head(text, markdown, &[]).expect("law: the sample is good");
        let facts = head.statements.iter().map(|it| format!("{} {} {}", it.field.code(), it.evidence.code(), it.value));
        (facts.collect(), &text[head.body..])
    }

    #[test]
    fn words_behind_an_inline_date_are_the_body_even_before_a_blank_line() {
        let (found, body) = facts("date: 2025-12-17 Amid rising prices\n\nMore of it.", false);
        assert_eq!(found, ["published header-inline 2025-12-17"]);
        assert_eq!(body, "Amid rising prices\n\nMore of it.");
    }

    #[test]
    fn heads_are_read() {
        for (text, expected, body) in [
            (" date 2024-02-29 Amid rain\nmore", &["published header-inline 2024-02-29"][..], "Amid rain\nmore"),
            ("Date 2024-02-29T10:00+04:00\nBody", &["published header-inline 2024-02-29T10:00+04:00"], "Body"),
            ("\n\ndate: 2024-02-29\r\nBody", &["published header-inline 2024-02-29"], "Body"),
            ("Date: 1 March 2024\n\nBody", &["published header-block 1 March 2024"], "Body"),
            (
                "Title: Ferry stays\nDate: yesterday\n\nBody",
                &["title header-block Ferry stays", "published header-block yesterday"],
                "Body",
            ),
            (
                "Source: Harbour Times\nDate: 14.3.\n\nBody",
                &["source header-block Harbour Times", "published header-block 14.3."],
                "Body",
            ),
            (
                "Date: Fri. March 1, 2024 10:00 a.m. GMT\n\nBody",
                &["published header-block Fri. March 1, 2024 10:00 a.m. GMT"],
                "Body",
            ),
            ("DATE: 20240301\r\rBody", &["published header-block 20240301"], "Body"),
            (
                "Title: Rain\nBY: Ada Ö.\n  and B. Cee\n-- checked by hand\n-- date: 2024-03-01\nWord count: 12\nUrl:\n\n\nBody",
                &[
                    "title header-block Rain",
                    "author header-block Ada Ö. and B. Cee",
                    "published header-block 2024-03-01",
                ],
                "\nBody",
            ),
            ("Source: Example Times\n\nBody", &["source header-block Example Times"], "Body"),
            ("source: example.com\n\nBody", &["source header-block example.com"], "Body"),
            (
                "date 2024-03-01\nsource: X\n\nBody",
                &["published header-block 2024-03-01", "source header-block X"],
                "Body",
            ),
            ("---\ntitle: Rain\n---\nBody", &["title front-matter Rain"], "Body"),
            ("---\r\n---\r\nBody", &[], "Body"),
            ("+++\ndate = 2024-03-01\n+++\nBody", &["published front-matter 2024-03-01"], "Body"),
            (
                "---\ntitle: Rain\n...\ndate 2024-03-01 Body",
                &["title front-matter Rain", "published header-inline 2024-03-01"],
                "Body",
            ),
            (
                "Title: Only a head\nDate: 2024-03-01",
                &["title header-block Only a head", "published header-block 2024-03-01"],
                "",
            ),
        ] {
            assert_eq!(facts(text, false), (expected.iter().map(|&it| it.to_owned()).collect(), body), "{text:?}");
        }
    }

    #[test]
    fn prose_stays() {
        for text in [
            "",
            " \n",
            "Source close to the ministry said so.\n\nMore.",
            "Source: close to the ministry, he said no more.\n\nMore.",
            "Source: a person close to the ministry\n\nMore.",
            "Date: night. The couple met at the mill.\n\nMore.",
            "Date: night. The couple met at the mill in 2024.",
            "Date: night. The mill in 2024.",
            "Date: night",
            "Date: In 1999 12 people came to the mill to see it.\n\nMore.",
            "Title fights are dear.\n\nMore.",
            "Title: fights of that kind are dear, and few can pay for them.\n\nMore.",
            "Author: unknown\nRoses are red,\n\nViolets are blue.",
            "Author: unknown but wise\n\nRoses are red.",
            "By: the river they sat and wept for a long while.\n\nMore.",
            "Title: Rain\nThe rain came.\n\nMore.",
            "Title: Rain\nMinistry: none\n\nMore.",
            "The year, Date 2024-03-01, is given below.",
            "Dates 2024-03-01 were sold.",
            "date 2024-13-01 Amid",
            "date 2024-02-30 Amid",
            "date 2024-03-011 Amid",
            "date 2024-03-01, he said, was a Friday.",
            "date of birth unknown",
            "dateé 2024-03-01 x",
            "-- What now? he said.\n\n-- Nothing.",
            "--\n\nMore.",
            "---\nThe rain came\nand went.\n---\nMore.",
            "---\nHe said this: that it rained: much.\n---\nMore.",
            "---\ntitle: Rain\n\nno end",
            "  indented: yes\n\nMore.",
            "# Heading\n\nIn a plain text.",
        ] {
            assert_eq!(facts(text, false), (vec![], if text.trim().is_empty() { "" } else { text }), "{text:?}");
        }
    }

    #[test]
    fn markdown_headings_are_titles() {
        for (text, expected, body) in [
            ("# Rain, *again* #\n\nBody", &["title header-block Rain, *again*"][..], "\nBody"),
            ("# C#\nBody", &["title header-block C#"], "Body"),
            ("Rain\n====\nBody", &["title header-block Rain"], "Body"),
            (
                "# Rain\n\nDate: 2024-03-01\n\nBody",
                &["title header-block Rain", "published header-block 2024-03-01"],
                "Body",
            ),
            (
                "Date: 2024-03-01\n\n# Rain\nBody\n\n# Two",
                &["published header-block 2024-03-01", "title header-block Rain"],
                "Body\n\n# Two",
            ),
            ("---\ntitle: A\n---\n# B\nBody", &["title front-matter A", "title header-block B"], "Body"),
            (
                "date 2024-03-01\n# Rain\nBody",
                &["published header-inline 2024-03-01", "title header-block Rain"],
                "Body",
            ),
            ("## Not the title\nBody", &[], "## Not the title\nBody"),
            ("#rain is a tag\nBody", &[], "#rain is a tag\nBody"),
            ("# \nBody", &[], "# \nBody"),
        ] {
            assert_eq!(facts(text, true), (expected.iter().map(|&it| it.to_owned()).collect(), body), "{text:?}");
        }
    }

    #[test]
    fn broken_front_matter_is_a_fault() {
        for text in
            ["---\ntitle: a: b\n---\nx", "---\ntitle: [a\n---\nx", "+++\ntitle = \n+++\nx", "---\ndate: [1, 2]\n---\nx"]
        {
            assert!(parse_head(text, false, &[]).is_err(), "{text:?}");
        }
    }

    const PIECES: &str = "(date|Date:|title: |Source: |by: |# |=== |---|\\+\\+\\+|--| |\t|\n|\r\n|\r|2024-03-01|2024|é|word |\\.|\u{2028}|: ){0,30}";

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1024))]

        #[test]
        fn spans_point_at_values_and_the_body_is_a_suffix(text in PIECES, markdown in any::<bool>()) {
            if let Ok(head) = parse_head(&text, markdown, &[]) {
                prop_assert!(text.get(head.body..).is_some());
                for statement in &head.statements {
                    prop_assert!(!statement.value.trim().is_empty());
                    if let Some(span) = statement.span {
                        prop_assert_eq!(&text[span.offset as usize..span.end() as usize], &statement.value);
                        prop_assert!(span.end() <= head.body as u64);
                    }
                }
            }
        }

        #[test]
        fn any_text_is_safe(text in any::<String>(), markdown in any::<bool>()) {
            if let Ok(head) = parse_head(&text, markdown, &[]) {
                prop_assert!(text.get(head.body..).is_some());
            }
        }
    }
}
