//! Rewrites a JSON Schema of draft 3 as one of draft 4, which says the same in the words of later drafts.
//!
//! Source: draft-zyp-json-schema-03, sections 5.1 to 5.26, against draft-zyp-json-schema-04 and draft-fge-json-schema-validation-00.

use serde_json::{Map, Value, json};

const DRAFT_3: &str = "http://json-schema.org/draft-03/schema";
const DRAFT_4: &str = "http://json-schema.org/draft-04/schema#";

/// Keywords whose members are schemas.
const MAPS: [&str; 3] = ["properties", "patternProperties", "definitions"];
/// Keywords whose value is data.
const DATA: [&str; 3] = ["enum", "default", "$schema"];

/// Whether a schema states draft 3.
pub fn is_draft_3(schema: &Value) -> bool {
    let stated = schema.get("$schema").and_then(Value::as_str).unwrap_or_default();
    stated.trim_end_matches('#').replace("https://", "http://") == DRAFT_3
}

/// The same schema in draft 4; schemas of other drafts stay as they are.
pub fn upgrade_schema(schema: Value) -> Value {
    if is_draft_3(&schema) { upgrade(schema) } else { schema }
}

fn upgrade(schema: Value) -> Value {
    match schema {
        Value::Object(members) => Value::Object(upgrade_object(members)),
        Value::Array(elements) => elements.into_iter().map(upgrade).collect(),
        other => other,
    }
}

fn upgrade_object(members: Map<String, Value>) -> Map<String, Value> {
    let mut out = Map::new();
    let mut all_of = Vec::new();
    for (keyword, value) in members {
        match (keyword.as_str(), value) {
            ("$schema", Value::String(_)) => {
                out.insert(keyword, json!(DRAFT_4));
            }
            // Said of a property by itself; the object that holds it is told below.
            ("required", Value::Bool(_)) => {}
            ("properties", Value::Object(properties)) => {
                let required: Vec<Value> =
                    properties.iter().filter(|(_, schema)| is_required(schema)).map(|(name, _)| json!(name)).collect();
                if !required.is_empty() {
                    out.insert("required".to_owned(), Value::Array(required));
                }
                out.insert(keyword, upgrade_members(properties));
            }
            ("dependencies", Value::Object(dependencies)) => {
                let one_or_more = |value| if let Value::String(name) = value { json!([name]) } else { upgrade(value) };
                let all = dependencies.into_iter().map(|(name, value)| (name, one_or_more(value)));
                out.insert(keyword, Value::Object(all.collect()));
            }
            ("type", value) => out.extend(upgrade_type(value)),
            ("disallow", value) => {
                out.insert("not".to_owned(), Value::Object(upgrade_type(value)));
            }
            ("extends", Value::Array(schemas)) => all_of.extend(schemas.into_iter().map(upgrade)),
            ("extends", schema) => all_of.push(upgrade(schema)),
            ("divisibleBy", value) => {
                out.insert("multipleOf".to_owned(), value);
            }
            ("format", Value::String(name)) => {
                let name = match name.as_str() {
                    "ip-address" => "ipv4".to_owned(),
                    "host-name" => "hostname".to_owned(),
                    _ => name,
                };
                out.insert(keyword, json!(name));
            }
            (name, Value::Object(inner)) if MAPS.contains(&name) => {
                out.insert(keyword, upgrade_members(inner));
            }
            (name, value) => {
                let value = if DATA.contains(&name) { value } else { upgrade(value) };
                out.insert(keyword, value);
            }
        }
    }
    if !all_of.is_empty() {
        out.insert("allOf".to_owned(), Value::Array(all_of));
    }
    out
}

fn upgrade_members(members: Map<String, Value>) -> Value {
    Value::Object(members.into_iter().map(|(name, schema)| (name, upgrade(schema))).collect())
}

fn is_required(schema: &Value) -> bool {
    schema.get("required") == Some(&Value::Bool(true))
}

/// The keywords that stand for a `type` of draft 3: a name, or a list of names and schemas; `any` asks nothing.
fn upgrade_type(value: Value) -> Map<String, Value> {
    let choices = match value {
        Value::Array(choices) => choices,
        one => vec![one],
    };
    let mut out = Map::new();
    if choices.iter().any(|choice| choice == "any") {
        return out;
    }
    if choices.iter().all(Value::is_string) {
        let is_one = choices.len() == 1;
        let value = if is_one { choices.into_iter().next().unwrap_or_default() } else { Value::Array(choices) };
        out.insert("type".to_owned(), value);
    } else {
        let schema = |choice: Value| if choice.is_string() { json!({"type": choice}) } else { upgrade(choice) };
        out.insert("anyOf".to_owned(), choices.into_iter().map(schema).collect());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_keyword_that_changed_is_said_anew() {
        let old = json!({
            "$schema": "http://json-schema.org/draft-03/schema#",
            "type": "object",
            "extends": {"$ref": "base.json"},
            "properties": {
                "a": {"type": ["string", {"type": "integer", "divisibleBy": 2}], "required": true},
                "b": {"type": "any", "disallow": ["null", "boolean"]},
                "c": {"type": ["string", "null"], "default": {"required": true}, "format": "ip-address"},
            },
            "dependencies": {"a": "b", "b": ["c"], "c": {"required": true}},
            "items": [{"required": true, "type": "any"}],
        });
        let new = json!({
            "$schema": "http://json-schema.org/draft-04/schema#",
            "type": "object",
            "allOf": [{"$ref": "base.json"}],
            "required": ["a"],
            "properties": {
                "a": {"anyOf": [{"type": "string"}, {"type": "integer", "multipleOf": 2}]},
                "b": {"not": {"type": ["null", "boolean"]}},
                "c": {"type": ["string", "null"], "default": {"required": true}, "format": "ipv4"},
            },
            "dependencies": {"a": ["b"], "b": ["c"], "c": {}},
            "items": [{}],
        });
        assert_eq!(upgrade_schema(old), new);
        assert!(jsonschema::draft4::meta::is_valid(&new));
    }

    #[test]
    fn other_drafts_are_left_alone() {
        let schema = json!({"$schema": "http://json-schema.org/draft-04/schema#", "extends": {}, "required": ["a"]});
        assert_eq!(upgrade_schema(schema.clone()), schema);
    }
}
