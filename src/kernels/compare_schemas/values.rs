//! Compares what two schemas say of a single value: types, null, lists of values, bounds.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::change::{ChangeKind, Effect};

/// What a change is, and in words.
pub type Found = (ChangeKind, Effect, String);

/// Keywords that are read here.
pub const KEYWORDS: &[&str] = &["type", "enum", "const"];

/// Keywords whose value is a lower bound: more is tighter.
const LOWER: &[&str] = &["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"];
/// Keywords whose value is an upper bound: less is tighter.
const UPPER: &[&str] = &["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"];

/// Values that are shown of a list.
const SHOWN: usize = 10;

/// Differences in type, null and the list of values.
pub fn compare_values(old: &Map<String, Value>, new: &Map<String, Value>) -> Vec<Found> {
    let mut found = Vec::new();
    match (admits_null(old), admits_null(new)) {
        (false, true) => found.push((ChangeKind::MadeNullable, Effect::Widened, "null is allowed now".to_owned())),
        (true, false) => {
            found.push((ChangeKind::MadeNonNull, Effect::Narrowed, "null is no longer allowed".to_owned()));
        }
        _ => {}
    }
    let (a, b) = (types(old), types(new));
    if a != b {
        let (kind, effect) = if a.is_subset(&b) {
            (ChangeKind::TypeWidened, Effect::Widened)
        } else if a.is_superset(&b) {
            (ChangeKind::TypeNarrowed, Effect::Narrowed)
        } else {
            (ChangeKind::TypeChanged, Effect::Broken)
        };
        found.push((kind, effect, format!("{} -> {}", type_words(old), type_words(new))));
    }
    match (listed(old), listed(new)) {
        (None, Some(values)) => {
            found.push((ChangeKind::RuleAdded, Effect::Narrowed, format!("only {}", shown(&values))));
        }
        (Some(values), None) => {
            found.push((ChangeKind::RuleRemoved, Effect::Widened, format!("no longer only {}", shown(&values))));
        }
        (Some(old), Some(new)) => {
            let (gone, come): (Vec<_>, Vec<_>) = (
                old.iter().filter(|it| !new.contains(it)).cloned().collect(),
                new.iter().filter(|it| !old.contains(it)).cloned().collect(),
            );
            if !come.is_empty() {
                found.push((ChangeKind::ValuesAdded, Effect::Widened, shown(&come)));
            }
            if !gone.is_empty() {
                found.push((ChangeKind::ValuesRemoved, Effect::Narrowed, shown(&gone)));
            }
        }
        (None, None) => {}
    }
    found
}

/// Whether the value of a keyword is a bound.
pub fn is_bound(keyword: &str) -> bool {
    LOWER.contains(&keyword) || UPPER.contains(&keyword)
}

/// The difference of a bound; none when both are the same number.
pub fn compare_bound(keyword: &str, (old, new): (Option<&Value>, Option<&Value>)) -> Option<Found> {
    let lower = LOWER.contains(&keyword);
    let detail = format!("`{keyword}` {} -> {}", or_none(old), or_none(new));
    let tightened = match (old, new) {
        (None, _) => true,
        (_, None) => false,
        (Some(old), Some(new)) => match compare_numbers(old, new) {
            Some(Ordering::Less) => lower,
            Some(Ordering::Greater) => !lower,
            Some(Ordering::Equal) => return None,
            None => return (old != new).then_some((ChangeKind::RuleChanged, Effect::Broken, detail)),
        },
    };
    Some(if tightened {
        (ChangeKind::BoundTightened, Effect::Narrowed, detail)
    } else {
        (ChangeKind::BoundLoosened, Effect::Widened, detail)
    })
}

/// A value of a keyword as it is shown.
pub fn or_none(value: Option<&Value>) -> String {
    const LONGEST: usize = 80;
    match value {
        None => "none".to_owned(),
        Some(value) => {
            let text = value.to_string();
            if text.chars().count() <= LONGEST {
                return text;
            }
            text.chars().take(LONGEST - 1).chain(['…']).collect()
        }
    }
}

/// The types of a schema in words, without null.
pub fn type_words(schema: &Map<String, Value>) -> String {
    let names: Vec<&str> = names(schema).filter(|name| *name != "null").collect();
    let mut words = if names.is_empty() { "any".to_owned() } else { names.join(" or ") };
    if let Some(format) = schema.get("format").and_then(Value::as_str) {
        words = format!("{words} ({format})");
    }
    if names == ["array"]
        && let Some(items) = schema.get("items").and_then(Value::as_object)
    {
        words = format!("array of {}", type_words(items));
    }
    words
}

/// Whether null is a value.
pub fn admits_null(schema: &Map<String, Value>) -> bool {
    let of_type = !schema.contains_key("type") || names(schema).any(|name| name == "null");
    let of_values = schema.get("enum").and_then(Value::as_array).is_none_or(|values| values.contains(&Value::Null))
        && schema.get("const").is_none_or(Value::is_null);
    of_type && of_values
}

fn names(schema: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let (one, many) = match schema.get("type") {
        Some(Value::String(name)) => (Some(name.as_str()), None),
        Some(Value::Array(names)) => (None, Some(names.iter().filter_map(Value::as_str))),
        _ => (None, None),
    };
    one.into_iter().chain(many.into_iter().flatten())
}

/// Disjoint kinds of values but null; `number` is `integer` and what is none.
fn types(schema: &Map<String, Value>) -> BTreeSet<&str> {
    if !schema.contains_key("type") {
        return BTreeSet::from(["array", "boolean", "fraction", "integer", "object", "string"]);
    }
    let mut types: BTreeSet<&str> = names(schema).filter(|name| *name != "null").collect();
    if types.remove("number") {
        types.extend(["integer", "fraction"]);
    }
    types
}

/// The values that are allowed by name, but null; a constant is a list of one.
fn listed(schema: &Map<String, Value>) -> Option<Vec<Value>> {
    let listed = match (schema.get("const"), schema.get("enum")) {
        (Some(value), Some(Value::Array(values))) if !values.iter().any(|other| are_equal(value, other)) => Vec::new(),
        (Some(value), _) => vec![value.clone()],
        (None, Some(Value::Array(values))) => values.clone(),
        _ => return None,
    };
    Some(listed.into_iter().filter(|value| !value.is_null()).collect())
}

/// Whether two values are one to a schema, to which `1` and `1.0` are the same number.
fn are_equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(_), Value::Number(_)) => compare_numbers(a, b) == Some(Ordering::Equal),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| are_equal(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| are_equal(a, b)))
        }
        (a, b) => a == b,
    }
}

/// The names that each name asks for, in `dependentRequired`; none when it is none.
fn dependencies(value: &Value) -> Option<BTreeSet<(&str, &str)>> {
    let mut pairs = BTreeSet::new();
    for (name, needed) in value.as_object()? {
        for other in needed.as_array()? {
            pairs.insert((name.as_str(), other.as_str()?));
        }
    }
    Some(pairs)
}

/// What it does to the rows that are valid when a keyword that only ever rules out changes its value.
///
/// None for values whose rows cannot be set against each other.
pub fn compare_rule(keyword: &str, (old, new): (&Value, &Value)) -> Option<Effect> {
    let (loosened, tightened) = match keyword {
        "multipleOf" => {
            let (old, new) = (old.as_u64().filter(|it| *it > 0)?, new.as_u64().filter(|it| *it > 0)?);
            (old % new == 0, new % old == 0)
        }
        "dependentRequired" => {
            let (old, new) = (dependencies(old)?, dependencies(new)?);
            (new.is_subset(&old), old.is_subset(&new))
        }
        _ => return None,
    };
    match (loosened, tightened) {
        (true, true) => Some(Effect::Documentation),
        (true, false) => Some(Effect::Widened),
        (false, true) => Some(Effect::Narrowed),
        (false, false) => None,
    }
}

fn shown(values: &[Value]) -> String {
    if values.is_empty() {
        return "no value".to_owned();
    }
    let mut words: Vec<String> = values.iter().take(SHOWN).map(|value| or_none(Some(value))).collect();
    if values.len() > SHOWN {
        words.push(format!("and {} more", values.len() - SHOWN));
    }
    words.join(", ")
}

fn compare_numbers(a: &Value, b: &Value) -> Option<Ordering> {
    let whole = |value: &Value| value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from));
    match (whole(a), whole(b)) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
    }
}
