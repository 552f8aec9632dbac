//! How plain JSON Schema says of a line that a column has no value: `null`, or an empty list.

use serde_json::{Map, Value, json};

use crate::columns::ColumnType;
use crate::columns::json_schema::type_name;

/// Keywords that ask nothing of `null`.
const NEUTRAL: &[&str] = &[
    "pattern",
    "format",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "contentEncoding",
    "contentMediaType",
];
/// Keywords that ask nothing of an empty list.
const NEUTRAL_TO_EMPTY: &[&str] = &["items", "prefixItems", "maxItems", "uniqueItems"];

/// The schema of a column without a value.
pub fn absent(kind: ColumnType) -> Value {
    match kind {
        ColumnType::TextList => json!({ "maxItems": 0 }),
        _ => json!({ "type": "null" }),
    }
}

/// The schema of a column with a value.
pub fn present(kind: ColumnType) -> Value {
    match kind {
        ColumnType::TextList => json!({ "minItems": 1 }),
        _ => json!({ "type": type_name(kind) }),
    }
}

/// `rules`, or no value.
pub fn allowed(kind: ColumnType, rules: &Value) -> Value {
    let neutral = if kind == ColumnType::TextList { NEUTRAL_TO_EMPTY } else { NEUTRAL };
    let lets_through =
        |keyword: &str| neutral.contains(&keyword) || (keyword == "enum" && kind != ColumnType::TextList);
    match rules.as_object() {
        Some(keywords) if keywords.keys().all(|keyword| lets_through(keyword)) => Value::Object(with_null(keywords)),
        _ => json!({ "anyOf": [absent(kind), rules] }),
    }
}

fn with_null(keywords: &Map<String, Value>) -> Map<String, Value> {
    let mut keywords = keywords.clone();
    if let Some(Value::Array(values)) = keywords.get_mut("enum")
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
    keywords
}
