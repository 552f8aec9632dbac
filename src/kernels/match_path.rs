//! Matches raw paths against patterns such as `{source}/{date}/{slug}.txt`, and states what the names say.
//!
//! A pattern is a path with `/` between its parts. `*` stands for any characters of a part, also none; `**` as a whole part for
//! any number of parts, also none. `{name}` stands for one or more characters of a part and takes as few as the rest allows,
//! from left to right. The names:
//!
//! | name | takes | states |
//! |---|---|---|
//! | `source` | anything | the outlet |
//! | `date` | `2024-03-01`, `20240301`, `2024-03`, also with `_` or `.` for `-` | the date of publication |
//! | `year`, `month`, `day` | four, one or two, one or two digits | together the date of publication |
//! | `language` | letters, then `-` or `_` and letters or digits | the language |
//! | `section`, `author` | anything | that |
//! | `slug` | anything | nothing |

use std::borrow::Cow;

use crate::error::{Error, Result, did_you_mean};
use crate::kernels::match_key::head_form;
use crate::origin::unescape_path;
use crate::statement::{Evidence, Field, Statement};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    Source,
    Date,
    Year,
    Month,
    Day,
    Language,
    Section,
    Author,
    Slug,
}

const NAMES: &[(&str, Name)] = &[
    ("source", Name::Source),
    ("date", Name::Date),
    ("year", Name::Year),
    ("month", Name::Month),
    ("day", Name::Day),
    ("language", Name::Language),
    ("section", Name::Section),
    ("author", Name::Author),
    ("slug", Name::Slug),
];

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Literal(String),
    /// Any characters but `/`.
    Star,
    /// Any number of whole parts, each with the `/` behind it.
    Parts,
    Capture(Name),
}

/// A checked path pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPattern {
    pieces: Vec<Piece>,
}

impl PathPattern {
    /// Checks a pattern.
    ///
    /// # Errors
    /// A configuration error that names the place (counted in characters from 1), for: an unknown name, a name twice, a brace
    /// without its other, two names or stars side by side, `**` beside other characters, a part of a date without the larger one.
    pub fn compile(pattern: &str) -> Result<Self> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut rest = pattern;
        let fail = |at: &str, what: String| {
            let place = pattern[..pattern.len() - at.len()].chars().count() + 1;
            Error::config(format!("expected a path pattern, but found {what} at character {place} of `{pattern}`"))
        };
        if pattern.trim().is_empty() {
            return Err(fail(pattern, "nothing".to_owned()));
        }
        while let Some(c) = rest.chars().next() {
            let here = rest;
            let part_begins = here.len() == pattern.len() || pattern[..pattern.len() - here.len()].ends_with('/');
            let open = matches!(pieces.last(), Some(Piece::Star | Piece::Capture(_)));
            let piece = match c {
                '{' => {
                    let (name, behind) =
                        here[1..].split_once('}').ok_or_else(|| fail(here, "`{` without `}`".to_owned()))?;
                    rest = behind;
                    Piece::Capture(name_of(name).ok_or_else(|| {
                        let error = fail(here, format!("an unknown name `{name}`"));
                        match did_you_mean(name, NAMES.iter().map(|(known, _)| *known)) {
                            Some(known) => error.hint(format!("did you mean `{{{known}}}`?")),
                            None => error.hint(known_names()),
                        }
                    })?)
                }
                '}' => return Err(fail(here, "`}` without `{`".to_owned())),
                '*' if here.starts_with("**") => {
                    rest = here[2..].strip_prefix('/').unwrap_or(&here[2..]);
                    let last = here.len() == 2;
                    if !part_begins || !(last || here[2..].starts_with('/')) {
                        return Err(fail(here, "`**` beside other characters".to_owned())
                            .hint("`**` stands for whole folders: write `**/`, or `*` for a part of a name"));
                    }
                    if last {
                        pieces.push(Piece::Parts);
                        pieces.push(Piece::Star);
                        continue;
                    }
                    Piece::Parts
                }
                '*' => {
                    rest = &here[1..];
                    Piece::Star
                }
                _ => {
                    let end = here.find(['{', '}', '*']).unwrap_or(here.len());
                    rest = &here[end..];
                    Piece::Literal(here[..end].to_owned())
                }
            };
            if open && matches!(piece, Piece::Star | Piece::Capture(_)) {
                return Err(fail(here, "two names or stars side by side".to_owned())
                    .hint("put a character between them, so that it is clear where the first ends"));
            }
            if matches!(piece, Piece::Capture(_)) && piece != Piece::Capture(Name::Slug) && pieces.contains(&piece) {
                return Err(fail(here, "a name for the second time".to_owned()));
            }
            pieces.push(piece);
        }
        let has = |name| pieces.contains(&Piece::Capture(name));
        for (part, larger, message) in [
            (Name::Month, Name::Year, "`{month}` without `{year}`"),
            (Name::Day, Name::Month, "`{day}` without `{month}`"),
        ] {
            if has(part) && !has(larger) {
                return Err(fail("", message.to_owned()));
            }
        }
        if has(Name::Date) && has(Name::Year) {
            return Err(
                fail("", "both `{date}` and `{year}`".to_owned()).hint("write `*` for the one that is not needed")
            );
        }
        Ok(Self { pieces })
    }

    /// Matches a raw path (as stored: %-escaped, relative to the input root); the statements, or `None` when it does not match.
    ///
    /// In a container (`a.zip!/b/c.txt`) the path behind the last `!/` is tried first, then the whole.
    pub fn matches(&self, raw_path: &str) -> Option<Vec<Statement<'static>>> {
        let path = if raw_path.contains('%') {
            String::from_utf8(unescape_path(raw_path)).map_or(Cow::Borrowed(raw_path), Cow::Owned)
        } else {
            Cow::Borrowed(raw_path)
        };
        let inner = path.rfind("!/").map(|at| &path[at + 2..]);
        inner.and_then(|inner| self.match_whole(inner)).or_else(|| self.match_whole(&path))
    }

    fn match_whole(&self, path: &str) -> Option<Vec<Statement<'static>>> {
        let mut search = Search {
            pieces: &self.pieces,
            path,
            failed: vec![false; self.pieces.len() * (path.len() + 1)],
            found: Vec::new(),
        };
        if !search.from(0, 0) {
            return None;
        }
        // Found from the last piece to the first.
        search.found.reverse();
        state(&search.found)
    }
}

/// A depth-first search that never tries the same piece at the same byte twice.
struct Search<'a> {
    pieces: &'a [Piece],
    path: &'a str,
    failed: Vec<bool>,
    found: Vec<(Name, &'a str)>,
}

impl Search<'_> {
    fn from(&mut self, piece: usize, at: usize) -> bool {
        let rest = &self.path[at..];
        let Some(this) = self.pieces.get(piece) else { return rest.is_empty() };
        let cell = piece * (self.path.len() + 1) + at;
        if self.failed[cell] {
            return false;
        }
        let part = &rest[..memchr::memchr(b'/', rest.as_bytes()).unwrap_or(rest.len())];
        let matched = match this {
            Piece::Literal(literal) => rest.starts_with(literal.as_str()) && self.from(piece + 1, at + literal.len()),
            Piece::Star => ends(part, 0).any(|end| self.from(piece + 1, at + end)),
            Piece::Parts => {
                let mut starts =
                    std::iter::once(0).chain(memchr::memchr_iter(b'/', rest.as_bytes()).map(|slash| slash + 1));
                starts.any(|start| self.from(piece + 1, at + start))
            }
            Piece::Capture(name) => {
                let end = ends(part, 1).find(|&end| name.takes(&part[..end]) && self.from(piece + 1, at + end));
                if let Some(end) = end {
                    self.found.push((*name, &part[..end]));
                }
                end.is_some()
            }
        };
        self.failed[cell] = !matched;
        matched
    }
}

/// The character boundaries of a part from the `least`-th.
fn ends(part: &str, least: usize) -> impl Iterator<Item = usize> + '_ {
    part.char_indices().map(|(at, _)| at).chain([part.len()]).skip(least)
}

impl Name {
    fn takes(self, value: &str) -> bool {
        let digits = value.bytes().all(|byte| byte.is_ascii_digit());
        match self {
            Name::Source | Name::Section | Name::Author | Name::Slug => true,
            Name::Year => digits && value.len() == 4,
            Name::Month => digits && value.len() <= 2 && matches!(value.parse(), Ok(1..=12)),
            Name::Day => digits && value.len() <= 2 && matches!(value.parse(), Ok(1..=31)),
            Name::Date => date_of(value).is_some(),
            Name::Language => {
                let mut tags = value.split(['-', '_']);
                let primary = tags.next().unwrap_or_default();
                (2..=8).contains(&primary.len())
                    && primary.bytes().all(|byte| byte.is_ascii_alphabetic())
                    && tags.all(|tag| (1..=8).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric()))
            }
        }
    }
}

/// The date in ISO 8601: extended form, or basic form as it stands.
fn date_of(value: &str) -> Option<Cow<'_, str>> {
    let bytes = value.as_bytes();
    let all_digits =
        |range: std::ops::Range<usize>| bytes.get(range).is_some_and(|it| it.iter().all(u8::is_ascii_digit));
    let within = |range: std::ops::Range<usize>, most: u8| {
        value.get(range).and_then(|it| it.parse::<u8>().ok()).is_some_and(|number| (1..=most).contains(&number))
    };
    let separator = |at: usize| bytes.get(at).filter(|byte| matches!(byte, b'-' | b'_' | b'.'));
    if !all_digits(0..4) {
        return None;
    }
    let good = match bytes.len() {
        7 => separator(4).is_some() && all_digits(5..7) && within(5..7, 12),
        8 => all_digits(4..8) && within(4..6, 12) && within(6..8, 31),
        10 => {
            separator(4).is_some()
                && separator(4) == separator(7)
                && all_digits(5..7)
                && all_digits(8..10)
                && within(5..7, 12)
                && within(8..10, 31)
        }
        _ => false,
    };
    good.then(|| {
        if separator(4) == Some(&b'-') || bytes.len() == 8 {
            value.into()
        } else {
            value.replace(['_', '.'], "-").into()
        }
    })
}

/// What the captured names say, in the order of the path; the date stands where its largest part does.
fn state(found: &[(Name, &str)]) -> Option<Vec<Statement<'static>>> {
    let part = |name| found.iter().find(|(it, _)| *it == name).map(|(_, value)| *value);
    let mut out = Vec::new();
    for &(name, value) in found {
        let (field, value) = match name {
            Name::Source => (Field::Source, value.to_owned()),
            Name::Section => (Field::Section, value.to_owned()),
            Name::Author => (Field::Author, value.to_owned()),
            Name::Language => (Field::Language, value.to_owned()),
            Name::Date => (Field::Published, date_of(value)?.into_owned()),
            Name::Year => {
                let mut date = value.to_owned();
                for smaller in [part(Name::Month), part(Name::Day)].into_iter().flatten() {
                    date.push_str(if smaller.len() == 1 { "-0" } else { "-" });
                    date.push_str(smaller);
                }
                (Field::Published, date)
            }
            Name::Month | Name::Day | Name::Slug => continue,
        };
        if !value.trim().is_empty() {
            let mut statement = Statement::new(field, Evidence::PathPattern, value);
            statement.form = head_form(field);
            out.push(statement);
        }
    }
    Some(out)
}

fn name_of(text: &str) -> Option<Name> {
    NAMES.iter().find(|(known, _)| *known == text).map(|(_, name)| *name)
}

fn known_names() -> String {
    let names: Vec<_> = NAMES.iter().map(|(name, _)| format!("`{{{name}}}`")).collect();
    format!("the names are {}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stated(pattern: &str, path: &str) -> Option<Vec<String>> {
        let pattern = PathPattern::compile(pattern).expect("law: the sample is good");
        let facts = pattern.matches(path)?;
        Some(facts.iter().map(|it| format!("{}={}", it.field.code(), it.value)).collect())
    }

    #[test]
    fn paths_state() {
        for (pattern, path, expected) in [
            (
                "{source}/{date}/{slug}.txt",
                "bbc/2024-03-01/rain.txt",
                Some(&["source=bbc", "published=2024-03-01"][..]),
            ),
            ("{source}/{date}/{slug}.txt", "bbc/20240301/a.b.txt", Some(&["source=bbc", "published=20240301"])),
            ("{source}/{date}/{slug}.txt", "bbc/rain/a.txt", None),
            ("{source}/{date}/{slug}.txt", "x/bbc/2024-03-01/a.txt", None),
            (
                "{source}/{date}/{slug}.txt",
                "dump.zip!/bbc/2024-03-01/a.txt",
                Some(&["source=bbc", "published=2024-03-01"]),
            ),
            ("{source}.zip!/{date}.txt", "bbc.zip!/2024-03.txt", Some(&["source=bbc", "published=2024-03"])),
            (
                "{source}/{year}/{month}/{day}/*.txt",
                "bbc/2024/3/01/x.txt",
                Some(&["source=bbc", "published=2024-03-01"]),
            ),
            ("{day}.{month}.{year}/*", "01.03.2024/x", Some(&["published=2024-03-01"])),
            ("**/{source}_{date}.txt", "the_daily_2024_03_01.txt", Some(&["source=the_daily", "published=2024-03-01"])),
            ("**/{source}_{date}.txt", "a/b/bbc_2024.03.01.txt", Some(&["source=bbc", "published=2024-03-01"])),
            ("{language}/**", "pt-BR/a/b/c.txt", Some(&["language=pt-BR"])),
            ("{language}/**", "pt-BR", None),
            ("{section}/**/{author}/*.md", "world/x/y/Ada Ö/1.md", Some(&["section=world", "author=Ada Ö"])),
            ("{source}/*", "100%25 news/x", Some(&["source=100% news"])),
            ("{source}/*", "caf%E9/x", Some(&["source=caf%E9"])),
            ("{year}/*", "2024/x", Some(&["published=2024"])),
            ("*.txt", "a.txt", Some(&[])),
            ("*.txt", "a/b.txt", None),
            ("{source}/x", "/x", None),
        ] {
            let expected = expected.map(|facts| facts.iter().map(|&it| it.to_owned()).collect());
            assert_eq!(stated(pattern, path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn bad_patterns_are_explained() {
        for (pattern, expected) in [
            ("{sorce}/x", "an unknown name `sorce` at character 1 of `{sorce}/x` | did you mean `{source}`?"),
            ("ü/{source}{date}", "two names or stars side by side at character 11"),
            ("{source}*", "two names or stars side by side at character 9"),
            ("a/{source", "`{` without `}` at character 3"),
            ("a}/x", "`}` without `{` at character 2"),
            ("a**/x", "`**` beside other characters at character 2"),
            ("{date}/{date}", "a name for the second time at character 8"),
            ("{month}/x", "`{month}` without `{year}`"),
            ("{date}/{year}", "both `{date}` and `{year}`"),
            ("", "nothing at character 1"),
        ] {
            let error = PathPattern::compile(pattern).expect_err("law: the sample is bad");
            let shown = format!("{error} | {}", error.hints().join(" | "));
            assert!(shown.contains(expected), "{shown}");
        }
    }

    #[test]
    fn many_stars_are_no_trap() {
        let pattern = PathPattern::compile(&"**/*a".repeat(20).replace("a*", "a/*")).expect("law: the sample is good");
        assert_eq!(pattern.matches(&"a/".repeat(400)), None);
    }

    proptest! {
        #[test]
        fn never_panics(pattern in "([*/{}a_]|\\{date\\}|\\{source\\}|\\*\\*/|é){0,8}", path in "([*/a_é%!-]|2024-03-01|!/){0,12}") {
            if let Ok(pattern) = PathPattern::compile(&pattern) {
                for statement in pattern.matches(&path).unwrap_or_default() {
                    prop_assert!(!statement.value.is_empty());
                }
            }
        }
    }
}
