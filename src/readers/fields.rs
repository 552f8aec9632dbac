//! From the values of a structured record to its text and statements, by the first field set that knows its keys.
//!
//! What the config declares comes before every set, the sets come in the order of [`FIELD_SETS`], the generic one last.
//! Which value means what depends on the keys alone, so it is worked out once for a run of records of one shape.

use std::borrow::Cow;

use crate::readers::field_sets::{FIELD_SETS, FieldSet, Meaning};
use crate::readers::json_walk::push_pointer_token;
use crate::readers::leaves::{Kind, Leaves, Place, Shape};
use crate::readers::{DeclaredField, ReadContext};
use crate::rejection::{ReasonCode, Rejection};
use crate::statement::{DateForm, Evidence, Field, OwnField, OwnKey, Statement};

/// What the paths of a shape mean.
#[derive(Debug, Default)]
pub struct Plan {
    shape: Shape,
    is_resolved: bool,
    /// By path.
    roles: Vec<Option<Role>>,
    /// Where the text may stand, best first.
    candidates: Vec<Candidate>,
    order: Vec<(usize, usize)>,
    /// Whether a path states a column of the user's own.
    has_own: bool,
}

/// The fact that a path states; a lower rank comes first.
#[derive(Clone, Copy, Debug)]
struct Role {
    rank: usize,
    field: Field,
    form: DateForm,
    own: OwnField,
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    rank: usize,
    path: usize,
    is_parts: bool,
}

/// Where the text of a record was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextPlace {
    /// In one value.
    Value(Place),
    /// Put together from paragraphs in the caller's buffer.
    Joined,
}

impl Plan {
    /// Works out what the paths of `shape` mean; nothing to do when the shape is that of the last call.
    ///
    /// The declared fields of the context must be the same in every call.
    pub fn resolve(&mut self, shape: &Shape, context: &ReadContext<'_>) {
        if self.is_resolved && self.shape == *shape {
            return;
        }
        self.shape.copy_from(shape);
        self.is_resolved = true;
        self.roles.clear();
        self.candidates.clear();
        self.has_own = false;
        let set = FIELD_SETS.iter().find(|set| set.knows(shape));
        for (path, name) in shape.paths().enumerate() {
            if let Some((rank, key)) = own_key(name, context) {
                self.has_own = true;
                self.roles.push(Some(Role { rank, field: Field::Own, form: key.form, own: key.field }));
                continue;
            }
            let role = match meaning(name, set.copied(), context) {
                Some((rank, Meaning::Fact(field, form))) => Some(Role { rank, field, form, own: OwnField::default() }),
                Some((rank, text)) => {
                    self.candidates.push(Candidate { rank, path, is_parts: text == Meaning::Parts });
                    None
                }
                None => None,
            };
            self.roles.push(role);
        }
        self.candidates.sort_by_key(|candidate| candidate.rank);
    }

    /// Checks that values of the user's own columns are of a kind that these can hold.
    ///
    /// # Errors
    /// `invalid-value` with a JSON pointer for an object, and for an array where one value is taken.
    pub fn check_own(&self, leaves: &Leaves) -> Result<(), Rejection> {
        if !self.has_own {
            return Ok(());
        }
        for leaf in &leaves.items {
            let Some(Some(role)) = self.roles.get(leaf.path) else { continue };
            let fits = match leaf.kind {
                Kind::Object => false,
                Kind::Array => role.own.is_list,
                _ => true,
            };
            if role.field == Field::Own && !fits {
                let expected = if role.own.is_list { "a value or an array of values" } else { "one value" };
                let detail = format!("type: expected {expected}, but found {}", kind_name(leaf.kind));
                return Err(Rejection::new(ReasonCode::InvalidValue, detail).at(self.pointer(leaf.path)));
            }
        }
        Ok(())
    }

    /// Finds the text: the first candidate that is a string with a letter in it, or a list of paragraphs.
    ///
    /// # Errors
    /// `missing-text` when there is none or all are null or blank, `invalid-value` when the best one is no string; both with
    /// a JSON pointer when a candidate is there.
    pub fn find_text(&self, record: &str, leaves: &Leaves, joined: &mut String) -> Result<TextPlace, Rejection> {
        joined.clear();
        let mut blank = None;
        for candidate in &self.candidates {
            let mut values = leaves.items.iter().filter(|leaf| leaf.path == candidate.path);
            if candidate.is_parts {
                self.join_parts(candidate.rank, (record, leaves), joined);
                if !joined.is_empty() {
                    return Ok(TextPlace::Joined);
                }
                continue;
            }
            let Some(leaf) = values.next() else { continue };
            match leaf.kind {
                Kind::Null => {}
                Kind::Text if is_blank(leaf.place.of(record, &leaves.scratch)) => {}
                Kind::Text => return Ok(TextPlace::Value(leaf.place)),
                other => {
                    let detail = format!("expected a string, but found {}", kind_name(other));
                    return Err(Rejection::new(ReasonCode::InvalidValue, detail).at(self.pointer(candidate.path)));
                }
            }
            blank = blank.or(Some(candidate.path));
        }
        Err(match blank {
            Some(path) => Rejection::new(ReasonCode::MissingText, "the field is empty").at(self.pointer(path)),
            None => Rejection::new(ReasonCode::MissingText, "no field is known to hold the text"),
        })
    }

    /// Joins the strings of every path of one row with blank lines, in the order of the record.
    fn join_parts(&self, rank: usize, (record, leaves): (&str, &Leaves), joined: &mut String) {
        let is_part = |path| self.candidates.iter().any(|part| part.is_parts && part.rank == rank && part.path == path);
        for leaf in leaves.items.iter().filter(|leaf| leaf.kind == Kind::Text && is_part(leaf.path)) {
            let part = leaf.place.of(record, &leaves.scratch);
            if is_blank(part) {
                continue;
            }
            if !joined.is_empty() {
                joined.push_str("\n\n");
            }
            joined.push_str(part);
        }
    }

    /// Writes down what the record states, best rows of the set first, values of one row in the order of the record.
    ///
    /// Null, blank, list and object values state nothing. Authors are taken from the first row that has any, because
    /// several spellings of one list would double them.
    pub fn state<'a>(&mut self, record: &'a str, leaves: &'a Leaves, statements: &mut Vec<Statement<'a>>) {
        self.order.clear();
        for (at, leaf) in leaves.items.iter().enumerate() {
            if let Some(Some(role)) = self.roles.get(leaf.path)
                && matches!(leaf.kind, Kind::Text | Kind::Number | Kind::Boolean)
            {
                self.order.push((role.rank, at));
            }
        }
        self.order.sort_unstable();
        let mut author_rank = None;
        for (rank, at) in &self.order {
            let Some(leaf) = leaves.items.get(*at) else { continue };
            let Some(Some(role)) = self.roles.get(leaf.path) else { continue };
            let value = leaf.place.of(record, &leaves.scratch);
            // An empty list states nothing, so it is no reason to pass over the authors of a later row.
            let listed = list_in(role.field, value);
            if is_blank(value)
                || listed.as_ref().is_some_and(Vec::is_empty)
                || (role.field == Field::Author && *author_rank.get_or_insert(*rank) != *rank)
            {
                continue;
            }
            if let Some(elements) = listed {
                statements.extend(elements.into_iter().map(|it| Statement::new(role.field, Evidence::RecordField, it)));
                continue;
            }
            let mut statement = Statement::new(role.field, Evidence::RecordField, value);
            statement.form = role.form;
            statement.own = role.own.place;
            statement.span = (!leaf.place.scratch).then(|| {
                crate::origin::ByteRange::new(leaf.place.start as u64, (leaf.place.end - leaf.place.start) as u64)
            });
            statements.push(statement);
        }
    }

    /// The JSON pointer of a path; a dot within a key is taken for a level.
    fn pointer(&self, path: usize) -> String {
        let mut pointer = String::new();
        for token in self.shape.path(path).split('.') {
            pointer.push('/');
            push_pointer_token(token, &mut pointer);
        }
        pointer
    }
}

/// The key of the user's own column that a path states, and its rank.
fn own_key<'k>(path: &str, context: &ReadContext<'k>) -> Option<(usize, &'k OwnKey)> {
    context.own_keys.iter().enumerate().find(|(_, key)| key.name == path)
}

/// The meaning of a path and its rank: declared fields first, then the rows of the set.
fn meaning(path: &str, set: Option<&FieldSet>, context: &ReadContext<'_>) -> Option<(usize, Meaning)> {
    let declared = context.declared_fields;
    if let Some(rank) = declared.iter().position(|(name, _)| name == path) {
        return declared.get(rank).map(|(_, field)| match *field {
            DeclaredField::Text => (rank, Meaning::Text),
            DeclaredField::Fact(field, form) => (rank, Meaning::Fact(field, form)),
        });
    }
    set?.row_of(path).map(|(rank, meaning)| (declared.len() + rank, meaning))
}

/// The elements of a list of strings that stands in one string, of a field that has several values: `["a", "b"]` as JSON has it, or
/// `['a', 'b']` as Python prints it.
fn list_in(field: Field, value: &str) -> Option<Vec<Cow<'_, str>>> {
    if !matches!(field, Field::Author | Field::Keyword) {
        return None;
    }
    let mut rest = value.trim().strip_prefix('[')?.strip_suffix(']')?.trim();
    let mut elements = Vec::new();
    while !rest.is_empty() {
        let quote = rest.chars().next().filter(|it| matches!(it, '"' | '\''))?;
        let (text, length) = quoted(&rest[1..], quote)?;
        if !is_blank(&text) {
            elements.push(text);
        }
        rest = rest[1 + length..].trim_start();
        rest = match rest.strip_prefix(',') {
            Some(behind) => behind.trim_start(),
            None if rest.is_empty() => rest,
            None => return None,
        };
    }
    Some(elements)
}

/// The string before its closing quote, and how many bytes it takes with it. `\n` and the like become a blank.
fn quoted(text: &str, quote: char) -> Option<(Cow<'_, str>, usize)> {
    let mut out = String::new();
    let (mut run, mut escaped) = (0, false);
    for (at, letter) in text.char_indices() {
        if escaped {
            escaped = false;
            match letter {
                '\'' | '"' | '\\' | '/' => run = at,
                'n' | 'r' | 't' => {
                    out.push(' ');
                    run = at + 1;
                }
                // Other escapes stay as they are written.
                _ => run = at - 1,
            }
        } else if letter == '\\' {
            out.push_str(&text[run..at]);
            escaped = true;
        } else if letter == quote {
            let end = at + 1;
            return Some(if out.is_empty() && run == 0 {
                (Cow::Borrowed(&text[..at]), end)
            } else {
                out.push_str(&text[run..at]);
                (Cow::Owned(out), end)
            });
        }
    }
    None
}

fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Null => "null",
        Kind::Boolean => "a boolean",
        Kind::Number => "a number",
        Kind::Text => "a string",
        Kind::Array => "an array",
        Kind::Object => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::json_walk::JsonWalk;

    #[test]
    fn lists_in_strings_are_lists() {
        let list = |value| list_in(Field::Author, value).map(|it| it.join("|"));
        for (value, expected) in [
            ("['a', 'b']", Some("a|b")),
            (r#"["a","b\"c"]"#, Some("a|b\"c")),
            (r#"['O\'Li', "d'E", 'x\ny']"#, Some("O'Li|d'E|x y")),
            ("[]", Some("")),
            ("['', ' ']", Some("")),
            ("[sic]", None),
            ("['a' 'b']", None),
            ("['a", None),
            ("a, b", None),
            ("['a'] and b", None),
        ] {
            assert_eq!(list(value).as_deref(), expected, "{value}");
        }
        assert_eq!(list_in(Field::Title, "['a']"), None);
    }

    fn context(declared: &[(String, DeclaredField)]) -> ReadContext<'_> {
        ReadContext {
            base: 0,
            max_record: 1 << 20,
            file_name: "x.jsonl",
            declared_fields: declared,
            own_keys: &[],
            fallback_encodings: &[],
            facts: &[],
        }
    }

    fn read(record: &str, declared: &[(String, DeclaredField)]) -> Result<(String, Vec<String>), Rejection> {
        let mut walk = JsonWalk::default();
        walk.walk(record).unwrap();
        let mut plan = Plan::default();
        plan.resolve(&walk.leaves.shape, &context(declared));
        let mut joined = String::new();
        let text = match plan.find_text(record, &walk.leaves, &mut joined)? {
            TextPlace::Value(place) => place.of(record, &walk.leaves.scratch).to_owned(),
            TextPlace::Joined => joined,
        };
        let mut statements = Vec::new();
        plan.state(record, &walk.leaves, &mut statements);
        let written = |s: &Statement<'_>| format!("{}={} {}", s.field.code(), s.value, s.form.code());
        Ok((text, statements.iter().map(written).collect()))
    }

    #[test]
    fn facts_come_in_the_order_of_the_set() {
        let record =
            r#"{"domain":"a.example","date":"2025-01-02","source":"A","id":7,"text":"T","title":" ","tags":["x","y"]}"#;
        let (text, statements) = read(record, &[]).unwrap();
        assert_eq!(text, "T");
        assert_eq!(
            statements,
            ["published=2025-01-02 auto", "source=A auto", "source=a.example auto", "keyword=x auto", "keyword=y auto"]
        );
    }

    #[test]
    fn declared_fields_come_first_and_take_over() {
        let declared = [
            ("lead".to_owned(), DeclaredField::Text),
            ("date".to_owned(), DeclaredField::Fact(Field::Retrieved, DateForm::DayMonthYear)),
        ];
        let (text, statements) = read(r#"{"text":"T","lead":"L","date":"1.2.2025"}"#, &declared).unwrap();
        assert_eq!((text.as_str(), statements), ("L", vec!["retrieved=1.2.2025 day-month-year".to_owned()]));
    }

    #[test]
    fn a_record_without_text_says_what_is_wrong() {
        let refused = |record: &str| read(record, &[]).map(|_| ()).unwrap_err();
        assert_eq!(refused(r#"{"title":"x"}"#).reason, ReasonCode::MissingText);
        assert_eq!(refused(r#"{"text":" ","body":null}"#).pointer.as_deref(), Some("/text"));
        let wrong = refused(r#"{"text":null,"body":{"x":1}}"#);
        assert_eq!((wrong.reason, wrong.pointer.as_deref()), (ReasonCode::InvalidValue, Some("/body")));
        assert_eq!(wrong.detail, "expected a string, but found an object");
    }

    #[test]
    fn paragraphs_are_joined() {
        let record = r#"{"publishing_date":"2025-01-02 10:00:00+00:00","topics":[],"body":{"summary":["S"],"sections":[{"headline":["H"],"paragraphs":["A","B"]},{"headline":[],"paragraphs":["C"]}]}}"#;
        assert_eq!(read(record, &[]).unwrap().0, "S\n\nH\n\nA\n\nB\n\nC");
    }

    #[test]
    fn one_spelling_of_the_authors_counts() {
        let (_, statements) = read(r#"{"text":"T","author":"A; B","authors":["A","B"]}"#, &[]).unwrap();
        assert_eq!(statements, ["author=A auto", "author=B auto"]);
    }
}
