//! Tests of the comparison: what each kind of change is called, and whom it hurts.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn lines(old: &Value, new: &Value) -> Vec<String> {
    let line = |change: &SchemaChange| {
        format!("{} {} {}: {}", change.level.name(), change.compatibility.name(), change.path, change.kind.words())
    };
    compare_schemas(old, new).iter().map(line).collect()
}

fn row(properties: Value, required: &[&str]) -> Value {
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

/// What a change of one property is, and what the reverse is.
#[track_caller]
fn both_ways(old: Value, new: Value, forth: &[&str], back: &[&str]) {
    let (old, new) = (row(json!({ "a": old }), &["a"]), row(json!({ "a": new }), &["a"]));
    assert_eq!(lines(&old, &new), forth, "{old} -> {new}");
    assert_eq!(lines(&new, &old), back, "{new} -> {old}");
}

#[test]
fn columns_come_go_and_become_required() {
    let text = json!({ "type": "string" });
    let (one, two) = (json!({ "a": text }), json!({ "a": text, "b": text }));
    let (old, required, optional) = (row(one, &["a"]), row(two.clone(), &["a", "b"]), row(two, &["a"]));
    assert_eq!(lines(&old, &required), ["minor forward /b: column added"]);
    assert_eq!(lines(&old, &optional), ["minor full /b: column added"]);
    assert_eq!(lines(&required, &old), ["major backward /b: column removed"]);
    assert_eq!(lines(&optional, &old), ["major backward /b: column removed"]);
    assert_eq!(lines(&optional, &required), ["minor forward /b: made required"]);
    assert_eq!(lines(&required, &optional), ["major backward /b: made optional"]);
    let mut open = old.clone();
    open.as_object_mut().unwrap().remove("additionalProperties");
    assert_eq!(lines(&old, &open), ["minor full : opened"]);
    assert_eq!(lines(&open, &old), ["minor full : closed"]);
}

#[test]
fn values_widen_and_narrow() {
    let text = || json!({ "type": "string" });
    both_ways(
        text(),
        json!({ "type": ["string", "null"] }),
        &["major backward /a: made nullable"],
        &["minor forward /a: made non-null"],
    );
    both_ways(
        json!({ "type": "integer" }),
        json!({ "type": "number" }),
        &["major backward /a: type widened"],
        &["minor forward /a: type narrowed"],
    );
    both_ways(text(), json!({ "type": "integer" }), &["major none /a: type changed"], &["major none /a: type changed"]);
    both_ways(
        json!({ "enum": ["x"] }),
        json!({ "enum": ["x", "y"] }),
        &["major backward /a: values added"],
        &["minor forward /a: values removed"],
    );
    both_ways(
        json!({ "const": "x" }),
        json!({ "enum": ["x", "y"] }),
        &["major backward /a: values added"],
        &["minor forward /a: values removed"],
    );
    both_ways(
        json!({ "enum": ["x"] }),
        json!({ "enum": ["y"] }),
        &["major backward /a: values added", "minor forward /a: values removed"],
        &["major backward /a: values added", "minor forward /a: values removed"],
    );
    both_ways(
        text(),
        json!({ "type": "string", "enum": ["x"] }),
        &["minor forward /a: rule added"],
        &["major backward /a: rule removed"],
    );
    both_ways(
        json!({ "minimum": 0 }),
        json!({ "minimum": -1 }),
        &["major backward /a: bound loosened"],
        &["minor forward /a: bound tightened"],
    );
    both_ways(
        json!({}),
        json!({ "maxLength": 9 }),
        &["minor forward /a: bound tightened"],
        &["major backward /a: bound loosened"],
    );
    both_ways(
        json!({ "maximum": 9_007_199_254_740_993_u64 }),
        json!({ "maximum": 9_007_199_254_740_992_u64 }),
        &["minor forward /a: bound tightened"],
        &["major backward /a: bound loosened"],
    );
    both_ways(
        text(),
        json!({ "type": "string", "pattern": "^a" }),
        &["minor forward /a: rule added"],
        &["major backward /a: rule removed"],
    );
    both_ways(
        json!({ "pattern": "^b" }),
        json!({ "pattern": "^a" }),
        &["major none /a: rule changed"],
        &["major none /a: rule changed"],
    );
    both_ways(
        json!({ "format": "date" }),
        json!({ "format": "time" }),
        &["major none /a: rule changed"],
        &["major none /a: rule changed"],
    );
    both_ways(json!({ "uniqueItems": false }), json!({}), &[], &[]);
    both_ways(
        json!({ "description": "x" }),
        json!({ "title": "y" }),
        &["patch full /a: documentation"; 2],
        &["patch full /a: documentation"; 2],
    );
    both_ways(json!({ "minimum": 1.0 }), json!({ "minimum": 1 }), &[], &[]);
}

#[test]
fn nested_schemas_are_compared() {
    let list = |items: Value| json!({ "type": "array", "items": items });
    both_ways(
        list(json!({ "type": "string" })),
        list(json!({ "type": ["string", "null"] })),
        &["major backward /a/*: made nullable"],
        &["minor forward /a/*: made non-null"],
    );
    both_ways(
        list(json!(true)),
        list(json!({ "type": "string" })),
        &["minor forward /a/*: rule added"],
        &["major backward /a/*: rule removed"],
    );
    let inner = |required: &[&str]| row(json!({ "x/y": { "type": "string" } }), required);
    both_ways(
        inner(&[]),
        inner(&["x/y"]),
        &["minor forward /a/x~1y: made required"],
        &["major backward /a/x~1y: made optional"],
    );
    let (string, number) = (json!({ "type": "string" }), json!({ "type": "number" }));
    both_ways(
        json!({ "anyOf": [string] }),
        json!({ "anyOf": [string, number] }),
        &["major backward /a: rule added"],
        &["minor forward /a: rule removed"],
    );
    both_ways(
        json!({ "allOf": [string] }),
        json!({ "allOf": [string, number] }),
        &["minor forward /a: rule added"],
        &["major backward /a: rule removed"],
    );
}

#[test]
fn a_constant_and_a_list_hold_together() {
    both_ways(
        json!({ "const": "x" }),
        json!({ "const": "x", "enum": ["y"] }),
        &["minor forward /a: values removed"],
        &["major backward /a: values added"],
    );
    both_ways(json!({ "const": 1 }), json!({ "const": 1, "enum": [1.0, 2] }), &[], &[]);
}

#[test]
fn nested_objects_are_closed_to_their_readers_too() {
    let object = |properties: Value, rest: bool| json!({ "properties": properties, "additionalProperties": rest });
    both_ways(
        object(json!({}), true),
        object(json!({}), false),
        &["minor forward /a: closed"],
        &["major backward /a: opened"],
    );
    both_ways(
        object(json!({}), false),
        object(json!({ "b": {} }), false),
        &["major backward /a/b: column added"],
        &["major none /a/b: column removed"],
    );
    both_ways(
        object(json!({}), true),
        object(json!({ "b": {} }), true),
        &["minor full /a/b: column added"],
        &["major backward /a/b: column removed"],
    );
}

#[test]
fn rules_that_come_or_grow_are_narrower() {
    for (old, new) in [
        (json!({}), json!({ "allOf": [{ "minLength": 1 }] })),
        (json!({}), json!({ "anyOf": [{ "minLength": 1 }] })),
        (json!({}), json!({ "dependentRequired": { "b": ["c"] } })),
    ] {
        both_ways(old, new, &["minor forward /a: rule added"], &["major backward /a: rule removed"]);
    }
    for (old, new) in [
        (json!({ "multipleOf": 2 }), json!({ "multipleOf": 4 })),
        (json!({ "dependentRequired": { "b": ["c"] } }), json!({ "dependentRequired": { "b": ["c", "d"] } })),
    ] {
        both_ways(old, new, &["minor forward /a: rule changed"], &["major backward /a: rule changed"]);
    }
    let broken = &["major none /a: rule changed"];
    both_ways(json!({ "multipleOf": 2 }), json!({ "multipleOf": 3 }), broken, broken);
    let closed = |rule: Value| json!({ "unevaluatedItems": false, "allOf": rule });
    both_ways(
        closed(json!([{}])),
        closed(json!([{}, { "items": true }])),
        &["major none /a: rule added"],
        &["major none /a: rule removed"],
    );
}

#[test]
fn what_cannot_be_told_is_major() {
    let bound = |minimum: i32| json!({ "minimum": minimum });
    for keyword in ["not", "if", "contains", "propertyNames"] {
        both_ways(
            json!({ keyword: bound(0) }),
            json!({ keyword: bound(1) }),
            &["major none /a: bound tightened"],
            &["major none /a: bound loosened"],
        );
    }
    both_ways(
        json!({ "oneOf": [bound(0)] }),
        json!({ "oneOf": [bound(1)] }),
        &["major none /a: bound tightened"],
        &["major none /a: bound loosened"],
    );
    both_ways(
        json!({ "oneOf": [bound(0)] }),
        json!({ "oneOf": [] }),
        &["major none /a: rule changed"],
        &["major none /a: rule changed"],
    );
    both_ways(json!({ "x-mine": 1 }), json!({}), &["major none /a: rule changed"], &["major none /a: rule changed"]);
    both_ways(
        json!({ "not": { "description": "x" } }),
        json!({ "not": { "description": "y" } }),
        &["patch full /a: documentation"],
        &["patch full /a: documentation"],
    );
}

#[test]
fn references_are_followed_also_around_corners() {
    let with = |defs: Value, a: Value| json!({ "$defs": defs, "properties": { "a": a } });
    let by_reference = |minimum: i32| with(json!({ "n": { "minimum": minimum } }), json!({ "$ref": "#/$defs/n" }));
    assert_eq!(lines(&by_reference(0), &by_reference(1)), ["minor forward /a: bound tightened"]);
    let in_place = with(json!({}), json!({ "minimum": 0 }));
    assert_eq!(lines(&in_place, &by_reference(0)), [""; 0]);
    assert_eq!(lines(&by_reference(1), &in_place), ["major backward /a: bound loosened"]);
    let tree = |minimum: i32| json!({ "$defs": { "tree": { "properties": { "left": { "$ref": "#/$defs/tree" }, "n": { "minimum": minimum } } } }, "$ref": "#/$defs/tree" });
    assert_eq!(lines(&tree(0), &tree(1)), ["minor forward /n: bound tightened"]);
    let remote = |name: &str| json!({ "$ref": name });
    assert_eq!(lines(&remote("https://example.org/a"), &remote("https://example.org/a")), [""; 0]);
    assert_eq!(
        lines(&remote("https://example.org/a"), &remote("https://example.org/b")),
        ["major none : rule changed"]
    );
    let chain: serde_json::Map<String, Value> = (0..5000)
        .map(|at| (format!("d{at}"), json!({ "items": { "$ref": format!("#/$defs/d{}", at + 1) } })))
        .collect();
    let chain = json!({ "$defs": chain, "$ref": "#/$defs/d0" });
    assert!(lines(&chain, &chain).iter().all(|line| line.starts_with("major none")));
}

fn schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(true)),
        Just(json!({})),
        Just(json!({ "type": "string" })),
        Just(json!({ "type": ["integer", "null"] })),
        (0..3_i32).prop_map(|minimum| json!({ "type": "number", "minimum": minimum })),
        Just(json!({ "enum": ["x", null] })),
        Just(json!({ "const": 1 })),
        Just(json!({ "$ref": "#" })),
        Just(json!(false)),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            (prop::collection::btree_map("[ab]", inner.clone(), 0..3), any::<bool>()).prop_map(|(properties, all)| {
                let required: Vec<&String> = if all { properties.keys().collect() } else { Vec::new() };
                json!({ "properties": properties, "required": required })
            }),
            inner.clone().prop_map(|items| json!({ "items": items })),
            prop::collection::vec(inner, 1..3).prop_map(|branches| json!({ "anyOf": branches })),
        ]
    })
}

proptest! {
    #[test]
    fn a_schema_is_equal_to_itself(schema in schema()) {
        prop_assert_eq!(compare_schemas(&schema, &schema), vec![]);
    }

    /// What helps one side hurts the other: a comparison the other way round turns forward into backward.
    #[test]
    fn the_reverse_is_the_mirror(old in schema(), new in schema()) {
        let all = |old: &Value, new: &Value| {
            compare_schemas(old, new).iter().fold(Compatibility::Full, |all, change| all.and(change.compatibility))
        };
        let mirrored = match all(&new, &old) {
            Compatibility::Forward => Compatibility::Backward,
            Compatibility::Backward => Compatibility::Forward,
            other => other,
        };
        let (forth, optional) = (all(&old, &new), |changes: Vec<SchemaChange>| {
            changes.iter().any(|change| change.kind == ChangeKind::ColumnAdded && change.compatibility == Compatibility::Full)
        });
        // An optional column that comes hurts nobody; one that goes is missed by name.
        if !optional(compare_schemas(&old, &new)) && !optional(compare_schemas(&new, &old)) {
            prop_assert_eq!(forth, mirrored, "{} {}", old, new);
        }
    }
}
