//! Finds what a `$ref` of a JSON Schema means, inside its own document.

use serde_json::Value;

/// The schema that `reference` names: `#`, a JSON pointer, an anchor, or the `$id` of an embedded schema.
///
/// None when it is not in the document; nothing is ever fetched.
pub fn resolve<'v>(root: &'v Value, reference: &str) -> Option<&'v Value> {
    let (id, fragment) = reference.split_once('#').unwrap_or((reference, ""));
    let base = if id.is_empty() || root.get("$id").and_then(Value::as_str) == Some(id) {
        root
    } else {
        find(root, &|schema| schema.get("$id").and_then(Value::as_str) == Some(id))?
    };
    if fragment.is_empty() {
        return Some(base);
    }
    if fragment.starts_with('/') {
        return base.pointer(&percent_decoded(fragment)?);
    }
    find(base, &|schema| {
        let named = |keyword| schema.get(keyword).and_then(Value::as_str) == Some(fragment);
        named("$anchor") || named("$dynamicAnchor")
    })
}

/// The first object for which `wanted` holds, from the outside in.
fn find<'v>(value: &'v Value, wanted: &dyn Fn(&Value) -> bool) -> Option<&'v Value> {
    match value {
        Value::Object(_) if wanted(value) => Some(value),
        Value::Object(members) => members.values().find_map(|member| find(member, wanted)),
        Value::Array(items) => items.iter().find_map(|item| find(item, wanted)),
        _ => None,
    }
}

fn percent_decoded(fragment: &str) -> Option<String> {
    String::from_utf8(crate::origin::unescape_path(fragment)).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn pointers_anchors_and_embedded_identifiers_are_found() {
        let root = json!({
            "$id": "urn:a",
            "$defs": { "a b": { "type": "string" }, "c": { "$anchor": "there", "type": "null" }, "d": { "$id": "d.json", "minimum": 1 } },
        });
        let found = |reference| resolve(&root, reference).cloned();
        assert_eq!(found("#"), Some(root.clone()));
        assert_eq!(found("urn:a#/$defs/a%20b"), Some(json!({ "type": "string" })));
        assert_eq!(found("#there").unwrap()["type"], "null");
        assert_eq!(found("d.json").unwrap()["minimum"], 1);
        assert_eq!((found("#/$defs/none"), found("https://example.org/x"), found("#none")), (None, None, None));
    }
}
