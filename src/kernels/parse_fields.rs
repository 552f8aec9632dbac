//! Reads a flat map of metadata (YAML, TOML or JSON) into statements: front matter and sidecars.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;
use toml::de::{DeTable, DeValue};

use crate::kernels::match_key::{Key, head_form, match_key};
use crate::kernels::word_mistake::word_mistake;
use crate::origin::ByteRange;
use crate::statement::{Evidence, Field, OwnKey, Statement};

/// A notation for metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// YAML 1.2.
    Yaml,
    /// TOML 1.0.
    Toml,
    /// JSON.
    Json,
}

/// Why metadata cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldsFault {
    /// JSON pointer to the value, when the document as such is well-formed.
    pub pointer: Option<String>,
    /// What was expected and found.
    pub detail: String,
    /// Whether the document is well-formed but no map (a bare sentence is YAML, too).
    pub not_a_map: bool,
}

/// Reads the known keys of a map, in the order of the document; unknown keys are passed over, so are null and empty values.
///
/// A value is text, a number, a date or a boolean, as written; authors, keywords and sections may be lists of them; where a
/// name stands, a map with a `name` does too. Keys of the user's `own` columns come before the known ones. Spans are byte ranges of `text`, where the value stands there as it is
/// (none in JSON). Dates carry [`DateForm::Compact`](crate::statement::DateForm::Compact).
///
/// # Errors
/// When the text is not of the notation, not a map, names a known key twice, or gives a known key a value that it cannot have.
pub fn parse_fields(
    notation: Notation,
    text: &str,
    evidence: Evidence,
    own: &[OwnKey],
) -> Result<Vec<Statement<'static>>, FieldsFault> {
    let root = match notation {
        Notation::Yaml => read_yaml(text)?,
        Notation::Toml => read_toml(text)?,
        Notation::Json => serde_json::from_str::<Bare>(text).map(|bare| bare.0).map_err(malformed)?,
    };
    let entries = match root {
        Value::Map(entries) => entries,
        Value::Null => return Ok(Vec::new()),
        other => {
            let detail = format!("expected a map, but found {}", other.kind());
            return Err(FieldsFault { pointer: Some(String::new()), detail, not_a_map: true });
        }
    };
    let mut out = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for (key, node) in &entries {
        let own = OwnKey::find(own, key);
        if own.is_none() && match_key(key).is_none() {
            continue;
        }
        if seen.contains(&key.as_str()) {
            return Err(fault(pointer_to("", key), "the key is there twice"));
        }
        seen.push(key);
        let field = own.map(|_| Field::Own).or_else(|| match_key(key).and_then(Key::field));
        if let Some(field) = field {
            Reading { text, field, own, evidence, out: &mut out }.take(node, &pointer_to("", key), 0)?;
        }
    }
    Ok(out)
}

/// A value of any notation, with its place where that is known.
#[derive(Debug)]
struct Node {
    value: Value,
    span: Option<Range<usize>>,
}

#[derive(Debug)]
enum Value {
    Null,
    Boolean(bool),
    /// A number or a date; the text is a rendering, used when the span is not known.
    Bare(String),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Value {
    fn kind(&self) -> &'static str {
        match self {
            Value::Null => "nothing",
            Value::Boolean(_) => "a boolean",
            Value::Bare(_) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }
}

struct Reading<'t, 'o> {
    text: &'t str,
    field: Field,
    own: Option<&'o OwnKey>,
    evidence: Evidence,
    out: &'o mut Vec<Statement<'static>>,
}

impl<'t> Reading<'t, '_> {
    /// Adds the statements of a value; `depth` is 1 inside a list.
    fn take(&mut self, node: &Node, pointer: &str, depth: u8) -> Result<(), FieldsFault> {
        let takes_boolean = matches!(self.field, Field::Access | Field::TdmReservation | Field::Own);
        let takes_list = matches!(self.field, Field::Author | Field::Keyword | Field::Section)
            || self.own.is_some_and(|own| own.field.is_list);
        let takes_map = matches!(self.field, Field::Author | Field::Source | Field::RightsHolder | Field::Keyword);
        match &node.value {
            Value::Null => Ok(()),
            Value::Text(value) | Value::Bare(value) => {
                self.state(value, node.span.clone(), matches!(node.value, Value::Bare(_)));
                Ok(())
            }
            Value::Boolean(value) if takes_boolean => {
                self.state(if *value { "true" } else { "false" }, node.span.clone(), false);
                Ok(())
            }
            Value::List(items) if takes_list && depth == 0 => {
                items.iter().enumerate().try_for_each(|(index, item)| self.take(item, &format!("{pointer}/{index}"), 1))
            }
            Value::Map(entries) if takes_map => {
                match entries.iter().find(|(key, _)| key.eq_ignore_ascii_case("name")) {
                    Some((key, name)) if matches!(name.value, Value::Text(_) | Value::Bare(_) | Value::Null) => {
                        self.take(name, &pointer_to(pointer, key), 1)
                    }
                    _ => Err(fault(pointer.to_owned(), "expected a `name` in the map")),
                }
            }
            other => {
                let expected = if takes_list && depth == 0 { "text or a list of texts" } else { "text" };
                Err(fault(pointer.to_owned(), format!("expected {expected}, but found {}", other.kind())))
            }
        }
    }

    fn state(&mut self, value: &str, span: Option<Range<usize>>, bare: bool) {
        let (value, span) = self.as_written(value.trim(), span, bare);
        if !value.is_empty() {
            let mut statement = Statement::new(self.field, self.evidence, value.to_owned());
            statement.span = span.map(|span| ByteRange::new(span.start as u64, span.len() as u64));
            statement.form = head_form(self.field);
            self.out.push(match self.own {
                Some(own) => statement.about(own),
                None => statement,
            });
        }
    }

    /// The value as it stands in the text, with its place there; the value alone when it was escaped or folded.
    fn as_written<'v>(&self, value: &'v str, span: Option<Range<usize>>, bare: bool) -> (&'v str, Option<Range<usize>>)
    where
        't: 'v,
    {
        let Some((start, token)) = span.and_then(|span| Some((span.start, self.text.get(span)?))) else {
            return (value, None);
        };
        // The rendering of a number is not what was written: `1.50`.
        let number = token.trim();
        let value = if bare && number.starts_with(|c: char| !matches!(c, '!' | '&' | '*' | '"' | '\'')) {
            number
        } else {
            value
        };
        let at = token.find(value).filter(|_| !value.is_empty()).map(|at| start + at);
        (value, at.map(|at| at..at + value.len()))
    }
}

fn pointer_to(parent: &str, key: &str) -> String {
    format!("{parent}/{}", key.replace('~', "~0").replace('/', "~1"))
}

fn fault(pointer: String, detail: impl Into<String>) -> FieldsFault {
    FieldsFault { pointer: Some(pointer), detail: detail.into(), not_a_map: false }
}

fn malformed(error: impl fmt::Display) -> FieldsFault {
    let detail = error.to_string();
    let first_line = detail.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    FieldsFault { pointer: None, detail: first_line.trim().to_owned(), not_a_map: false }
}

fn read_yaml(text: &str) -> Result<Value, FieldsFault> {
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    let options = serde_saphyr::options! {
        duplicate_keys: serde_saphyr::DuplicateKeyPolicy::PassThrough,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        strict_booleans: true,
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options::<Placed>(text, options).map(|placed| placed.0.value).map_err(malformed_yaml)
}

/// What is wrong with YAML, without the names that its reader has for its limits.
fn malformed_yaml(error: serde_saphyr::Error) -> FieldsFault {
    use serde_saphyr::Error as Yaml;
    let mut inner = &error;
    while let Yaml::AliasError { error, .. } | Yaml::WithSnippet { error, .. } = inner {
        inner = error;
    }
    let expected = match inner {
        Yaml::Budget { .. }
        | Yaml::AliasReplayCounterOverflow { .. }
        | Yaml::AliasReplayLimitExceeded { .. }
        | Yaml::AliasExpansionLimitExceeded { .. }
        | Yaml::AliasReplayStackDepthExceeded { .. } => {
            "expected YAML of ordinary size and depth, but found more than is read, aliases written out"
        }
        Yaml::RecursiveReferencesRequireWeakTypes { .. } => {
            "expected aliases of values that are complete, but found one inside of what it stands for"
        }
        _ => return malformed(word_mistake(&error.to_string())),
    };
    let place =
        error.location().map_or_else(String::new, |at| format!(" at line {} column {}", at.line(), at.column()));
    malformed(format!("{expected}{place}"))
}

fn read_toml(text: &str) -> Result<Value, FieldsFault> {
    let table = DeTable::parse(text).map_err(|error| FieldsFault {
        pointer: None,
        detail: match error.span() {
            Some(span) => format!("byte {}: {}", span.start, error.message().lines().next().unwrap_or_default()),
            None => error.message().to_owned(),
        },
        not_a_map: false,
    })?;
    Ok(toml_table(table.get_ref(), text))
}

fn toml_table(table: &DeTable<'_>, text: &str) -> Value {
    let mut entries: Vec<_> = table.iter().collect();
    // The table is sorted by key; statements keep the order of the document.
    entries.sort_by_key(|(key, _)| key.span().start);
    Value::Map(entries.into_iter().map(|(key, value)| (key.get_ref().to_string(), toml_node(value, text))).collect())
}

fn toml_node(value: &toml::Spanned<DeValue<'_>>, text: &str) -> Node {
    let span = value.span();
    let value = match value.get_ref() {
        DeValue::String(value) => Value::Text(value.to_string()),
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Datetime(_) => {
            Value::Bare(text.get(span.clone()).unwrap_or_default().to_owned())
        }
        DeValue::Boolean(value) => Value::Boolean(*value),
        DeValue::Array(items) => Value::List(items.iter().map(|item| toml_node(item, text)).collect()),
        DeValue::Table(table) => toml_table(table, text),
    };
    Node { value, span: Some(span) }
}

/// A value whose notation has no places.
struct Bare(Value);

/// A value with its place in a YAML document.
struct Placed(Node);

impl From<Bare> for Node {
    fn from(bare: Bare) -> Self {
        Node { value: bare.0, span: None }
    }
}

impl From<Placed> for Node {
    fn from(placed: Placed) -> Self {
        placed.0
    }
}

impl<'de> Deserialize<'de> for Bare {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor::<Bare>(std::marker::PhantomData)).map(Bare)
    }
}

/// [`Value`] whose inner values have places.
struct PlacedValue(Value);

impl<'de> Deserialize<'de> for PlacedValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor::<Placed>(std::marker::PhantomData)).map(PlacedValue)
    }
}

impl<'de> Deserialize<'de> for Placed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<PlacedValue>::deserialize(deserializer)?;
        let place = spanned.defined.span();
        let span = place.byte_offset().zip(place.byte_len()).and_then(|(start, length)| {
            let start = usize::try_from(start).ok()?;
            Some(start..start.checked_add(usize::try_from(length).ok()?)?)
        });
        Ok(Placed(Node { value: spanned.value.0, span }))
    }
}

struct ValueVisitor<N>(std::marker::PhantomData<N>);

impl<'de, N: Deserialize<'de> + Into<Node>> Visitor<'de> for ValueVisitor<N> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text, a number, a list or a map")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Bare(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Bare(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Bare(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut out = Vec::new();
        while let Some(item) = items.next_element::<N>()? {
            out.push(item.into());
        }
        Ok(Value::List(out))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut out = Vec::new();
        while let Some(key) = entries.next_key::<Bare>()? {
            let value = entries.next_value::<N>()?;
            if let Value::Text(key) | Value::Bare(key) = key.0 {
                out.push((key, value.into()));
            }
        }
        Ok(Value::Map(out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stated(notation: Notation, text: &str) -> Vec<(Field, String, Option<String>)> {
        parse_fields(notation, text, Evidence::FrontMatter, &[])
            .expect("law: the sample is good")
            .into_iter()
            .map(|it| {
                let at = it.span.map(|span| text[span.offset as usize..span.end() as usize].to_owned());
                (it.field, it.value.into_owned(), at)
            })
            .collect()
    }

    #[test]
    fn notations_say_the_same() {
        let yaml =
            "title: 'Rain, again'\ndate: 2024-03-01\nauthors:\n  - Ada Ö.\n  - name: B. Cee\ncolour: [red]\nlang: tr\n";
        let toml = "title = 'Rain, again'\ndate = 2024-03-01\nauthors = [\"Ada Ö.\", { name = \"B. Cee\" }]\nlang = \"tr\"\n[colour]\nx = 1\n";
        let json = r#"{"title":"Rain, again","date":"2024-03-01","authors":["Ada Ö.",{"name":"B. Cee"}],"colour":{"x":[]},"lang":"tr"}"#;
        let expected = [
            (Field::Title, "Rain, again"),
            (Field::Published, "2024-03-01"),
            (Field::Author, "Ada Ö."),
            (Field::Author, "B. Cee"),
            (Field::Language, "tr"),
        ];
        for (notation, text) in [(Notation::Yaml, yaml), (Notation::Toml, toml), (Notation::Json, json)] {
            let got = stated(notation, text);
            let facts: Vec<_> = got.iter().map(|(field, value, _)| (*field, value.as_str())).collect();
            assert_eq!(facts, expected, "{notation:?}");
            let placed = got.iter().filter(|(_, value, at)| at.as_ref() == Some(value)).count();
            assert_eq!(placed, if notation == Notation::Json { 0 } else { 5 }, "{notation:?} {got:?}");
        }
    }

    #[test]
    fn values_stay_as_written() {
        let text = "title: 1984\nsubtitle: 1.50\ndate: 20240301\nsection: yes\nsource: \"The \\\"X\\\"\"\nkeywords: [007, a b]\nurl:\n";
        let values: Vec<_> = stated(Notation::Yaml, text).into_iter().map(|it| it.1).collect();
        assert_eq!(values, ["1984", "1.50", "20240301", "yes", "The \"X\"", "007", "a b"]);
        let toml = "date = 2024-03-01T10:00:00+04:00\nmodified = 2024-03-02 08:00:00";
        let values: Vec<_> = stated(Notation::Toml, toml).into_iter().map(|it| it.1).collect();
        assert_eq!(values, ["2024-03-01T10:00:00+04:00", "2024-03-02 08:00:00"]);
    }

    #[test]
    fn aliases_that_grow_or_turn_in_circles_are_told_in_words() {
        let mut bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned();
        for (name, before) in "bcdefg".chars().zip("abcdef".chars()) {
            bomb.push_str(&format!("{name}: &{name} [{}]\n", vec![format!("*{before}"); 9].join(",")));
        }
        let told = |text: &str| parse_fields(Notation::Yaml, text, Evidence::FrontMatter, &[]).unwrap_err().detail;
        insta::assert_snapshot!([bomb.as_str(), "title: &a [*a]"].map(told).join("\n"), @r"
        expected YAML of ordinary size and depth, but found more than is read, aliases written out at line 6 column 14
        expected aliases of values that are complete, but found one inside of what it stands for at line 1 column 12
        ");
    }

    #[test]
    fn wrong_types_name_their_place() {
        for (notation, text, pointer) in [
            (Notation::Yaml, "title: [a]", "/title"),
            (Notation::Yaml, "authors: [a, [b]]", "/authors/1"),
            (Notation::Json, r#"{"date":{"year":2024}}"#, "/date"),
            (Notation::Json, r#"{"title":"a","title":"b"}"#, "/title"),
            (Notation::Yaml, "title: a\ntitle: b", "/title"),
            (Notation::Toml, "title = true", "/title"),
            (Notation::Json, "[]", ""),
            (Notation::Yaml, "just a sentence", ""),
        ] {
            let fault = parse_fields(notation, text, Evidence::Sidecar, &[]).expect_err("law: the sample is bad");
            assert_eq!(fault.pointer.as_deref(), Some(pointer), "{text}: {}", fault.detail);
        }
        for (notation, text) in
            [(Notation::Yaml, "title: a: b"), (Notation::Toml, "title = "), (Notation::Json, "{"), (Notation::Json, "")]
        {
            let fault = parse_fields(notation, text, Evidence::Sidecar, &[]).expect_err("law: the sample is bad");
            assert_eq!(fault.pointer, None, "{text}");
            assert!(!fault.detail.is_empty());
        }
    }

    proptest! {
        #[test]
        fn never_panics_and_spans_point_at_values(text in "(title|date|by|x|- |: |\\[|\\]|\\{|\\}|\"|'|é|\n|  |&a|\\*a|=|\\||1){0,24}") {
            for notation in [Notation::Yaml, Notation::Toml, Notation::Json] {
                for statement in parse_fields(notation, &text, Evidence::Sidecar, &[]).unwrap_or_default() {
                    prop_assert!(!statement.value.trim().is_empty());
                    if let Some(span) = statement.span {
                        prop_assert_eq!(&text[span.offset as usize..span.end() as usize], &statement.value);
                    }
                }
            }
        }
    }
}
