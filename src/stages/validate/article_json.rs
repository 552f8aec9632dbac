//! A row of `articles` in Arrow columns, seen as the JSON object that the JSONL writer would write.
//!
//! `jsonschema` validates whatever implements its [`Json`] representation, so no JSON value is built for a row.

use std::borrow::Cow;
use std::ops::Range;

use arrow::array::StringArray;
use jsonschema::JsonType;
use jsonschema::json::{Array, Json, JsonNumber, Node, NodeIdentity, Object};
use serde_json::{Number, Value};

use crate::columns::cells::Cells;
use crate::columns::{ARTICLES, Column};
use crate::kernels::format_time::{push_date, push_timestamp};
use crate::kernels::round_float::round_float;

/// The representation: rows of `articles` and their values.
#[derive(Clone, Copy, Debug)]
pub(super) struct ArticleJson;

impl Json for ArticleJson {
    type Node<'a> = ArticleNode<'a>;
    /// Which column; a validator is compiled without knowing the table of the rows.
    type PreparedKey = Key;
    type StringBuffer = ();

    fn prepare_key(key: &str) -> Key {
        let place = ARTICLES.columns.iter().position(|column| column.name == key);
        place.map_or_else(|| Key::Own(key.to_owned()), Key::Place)
    }

    fn with_string_node<T>((): &mut (), string: &str, f: impl FnOnce(ArticleNode<'_>) -> T) -> T {
        f(ArticleNode::Text(string))
    }
}

/// A key of a row.
#[derive(Clone, Debug)]
pub(super) enum Key {
    /// Place of a column that every table of articles has.
    Place(usize),
    /// A column of the user's, which stand behind these, or a name that no table has.
    Own(String),
}

/// A row, one of its values, or an element of a list.
#[derive(Clone, Copy, Debug)]
pub(super) enum ArticleNode<'a> {
    /// A whole row.
    Row(ArticleRow<'a>),
    /// Absent; also a float that is not finite.
    Null,
    /// A truth value.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A finite float, rounded as it is written.
    Float(f64),
    /// A string.
    Text(&'a str),
    /// Days since 1970-01-01, a string in JSON.
    Date(i32),
    /// Microseconds since 1970-01-01T00:00:00Z, a string in JSON.
    Timestamp(i64),
    /// A list of strings.
    List(TextRange<'a>),
}

/// A row: the cells of every column in table order.
#[derive(Clone, Copy, Debug)]
pub(super) struct ArticleRow<'a> {
    pub(super) columns: &'static [Column],
    pub(super) cells: &'a [Cells<'a>],
    pub(super) row: usize,
}

/// Neighbouring strings of an array.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextRange<'a> {
    values: &'a StringArray,
    start: usize,
    end: usize,
}

impl<'a> ArticleNode<'a> {
    /// The value of a cell.
    pub(super) fn of(cells: &Cells<'a>, row: usize) -> Self {
        if cells.is_null(row) {
            return Self::Null;
        }
        match cells {
            Cells::Text(texts) => Self::Text(texts.value(row)),
            Cells::Boolean(array) => Self::Boolean(array.value(row)),
            Cells::Int32(array) => Self::Integer(i64::from(array.value(row))),
            Cells::Int64(array) => Self::Integer(array.value(row)),
            Cells::Float64(array) => round_float(array.value(row)).map_or(Self::Null, Self::Float),
            Cells::Date(array) => Self::Date(array.value(row)),
            Cells::Timestamp(array) => Self::Timestamp(array.value(row)),
            Cells::TextList(lists) => {
                let Range { start, end } = lists.range(row);
                Self::List(TextRange { values: lists.values(), start, end })
            }
        }
    }
}

impl<'a> Node<'a, ArticleJson> for ArticleNode<'a> {
    type Object = ArticleRow<'a>;
    type Array = TextRange<'a>;
    type Number = ArticleNumber;

    fn as_object(&self) -> Option<ArticleRow<'a>> {
        if let Self::Row(row) = self { Some(*row) } else { None }
    }

    fn as_array(&self) -> Option<TextRange<'a>> {
        if let Self::List(list) = self { Some(*list) } else { None }
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        match self {
            Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::Date(days) => Some(Cow::Owned(written(|out| push_date(out, *days)))),
            Self::Timestamp(micros) => Some(Cow::Owned(written(|out| push_timestamp(out, *micros)))),
            _ => None,
        }
    }

    fn as_number(&self) -> Option<ArticleNumber> {
        match self {
            Self::Integer(value) => Some(ArticleNumber::Integer(*value)),
            Self::Float(value) => Some(ArticleNumber::Float(*value)),
            _ => None,
        }
    }

    fn as_boolean(&self) -> Option<bool> {
        if let Self::Boolean(value) = self { Some(*value) } else { None }
    }

    fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    fn json_type(&self) -> JsonType {
        match self {
            Self::Row(_) => JsonType::Object,
            Self::Null => JsonType::Null,
            Self::Boolean(_) => JsonType::Boolean,
            Self::Integer(_) | Self::Float(_) => JsonType::Number,
            Self::Text(_) | Self::Date(_) | Self::Timestamp(_) => JsonType::String,
            Self::List(_) => JsonType::Array,
        }
    }

    /// A code point has one to four bytes, so most lengths are decided without counting.
    fn string_length_within(&self, min: u64, max: u64) -> Option<bool> {
        if let Self::Text(text) = self {
            let most = text.len() as u64;
            let least = most.div_ceil(4);
            if least >= min && most <= max {
                return Some(true);
            }
            if most < min || least > max {
                return Some(false);
            }
        }
        self.string_length().map(|length| (min..=max).contains(&length))
    }

    /// `enum` asks this for every value of the list: strings are compared without a copy.
    fn equals_value(&self, expected: &Value) -> bool {
        match (self, expected) {
            (Self::Text(text), Value::String(expected)) => *text == expected,
            (Self::Null, Value::Null) => true,
            (Self::Boolean(value), Value::Bool(expected)) => value == expected,
            (Self::Text(_) | Self::Null | Self::Boolean(_), _) => false,
            _ => jsonschema::json::cmp::equal(&self.to_value(), expected),
        }
    }

    fn to_value(&self) -> Cow<'a, Value> {
        Cow::Owned(match self {
            Self::Row(row) => Value::Object(
                row.members().map(|(name, node)| (name.to_owned(), node.to_value().into_owned())).collect(),
            ),
            Self::Null => Value::Null,
            Self::Boolean(value) => Value::from(*value),
            Self::Integer(value) => Value::from(*value),
            Self::Float(value) => Value::from(*value),
            Self::Text(_) | Self::Date(_) | Self::Timestamp(_) => Value::from(self.as_string().unwrap_or_default()),
            Self::List(list) => list.elements().map(|node| node.to_value().into_owned()).collect(),
        })
    }

    /// The schema has no references, so no node is met twice.
    fn identity(&self) -> Option<NodeIdentity> {
        None
    }
}

fn written(push: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::with_capacity(32);
    push(&mut out);
    String::from_utf8(out).expect("law: dates are written in ASCII")
}

impl<'a> Object<'a, ArticleJson> for ArticleRow<'a> {
    type Node = ArticleNode<'a>;
    type MemberName = &'a str;
    type MembersIter = Members<'a>;

    fn len(&self) -> usize {
        self.cells.len()
    }

    fn get(&self, key: &Key) -> Option<ArticleNode<'a>> {
        let place = match key {
            Key::Place(place) => *place,
            Key::Own(name) => {
                let own = self.columns.get(ARTICLES.columns.len()..)?;
                ARTICLES.columns.len() + own.iter().position(|column| column.name == name)?
            }
        };
        self.cells.get(place).map(|cells| ArticleNode::of(cells, self.row))
    }

    fn members(&self) -> Members<'a> {
        Members { row: *self, place: 0 }
    }
}

/// Names and values of a row in table order.
#[derive(Debug)]
pub(super) struct Members<'a> {
    row: ArticleRow<'a>,
    place: usize,
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, ArticleNode<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let (column, cells) = (self.row.columns.get(self.place)?, self.row.cells.get(self.place)?);
        self.place += 1;
        Some((column.name, ArticleNode::of(cells, self.row.row)))
    }
}

impl<'a> Array<'a, ArticleJson> for TextRange<'a> {
    type Node = ArticleNode<'a>;
    type ElementsIter = Elements<'a>;

    fn len(&self) -> usize {
        self.end - self.start
    }

    fn elements(&self) -> Elements<'a> {
        Elements(*self)
    }
}

/// Elements of a list.
#[derive(Debug)]
pub(super) struct Elements<'a>(TextRange<'a>);

impl<'a> Iterator for Elements<'a> {
    type Item = ArticleNode<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let at = self.0.start;
        (at < self.0.end).then(|| {
            self.0.start += 1;
            ArticleNode::Text(self.0.values.value(at))
        })
    }
}

/// A number of a row.
#[derive(Clone, Copy, Debug)]
pub(super) enum ArticleNumber {
    /// From an integer column.
    Integer(i64),
    /// From a float column, finite.
    Float(f64),
}

impl JsonNumber for ArticleNumber {
    fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Integer(value) => u64::try_from(*value).ok(),
            Self::Float(_) => None,
        }
    }

    fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Integer(value) => Some(*value),
            Self::Float(_) => None,
        }
    }

    fn as_f64(&self) -> Option<f64> {
        Some(match self {
            Self::Integer(value) => *value as f64,
            Self::Float(value) => *value,
        })
    }

    fn as_str(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_number().to_string())
    }

    fn to_number(&self) -> Cow<'_, Number> {
        Cow::Owned(match self {
            Self::Integer(value) => Number::from(*value),
            Self::Float(value) => Number::from_f64(*value).expect("law: floats of a row are finite"),
        })
    }

    fn is_integer(&self) -> bool {
        match self {
            Self::Integer(_) => true,
            Self::Float(value) => value.fract() == 0.0,
        }
    }

    fn is_written_as_integer(&self) -> bool {
        matches!(self, Self::Integer(_))
    }
}
