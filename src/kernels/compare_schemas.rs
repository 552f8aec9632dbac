//! Compares two JSON Schemas (2020-12): what changed, how much the version has to grow, and who can still read what.
//!
//! A row is valid when its own schema says so and holds no column that the schema does not declare; a reader uses the columns of
//! its schema and passes over others. A change is *forward* compatible when readers of the old schema can read every new row,
//! *backward* when readers of the new one can read every old row. It is `major` when it is not forward, since old readers meet new
//! rows first; `minor` when it is; `patch` when the same rows are valid. What this module does not know is `major`.

mod change;
mod resolve;
mod values;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

pub use change::{ChangeKind, Compatibility, Effect, Level, SchemaChange};
use resolve::resolve;
use values::{KEYWORDS, compare_bound, compare_rule, compare_values, is_bound, or_none};
pub use values::{admits_null, type_words};

/// Schemas nested deeper than this, references included, are not compared further.
const DEEPEST: usize = 200;

/// Keywords that rule out nothing.
const ANNOTATIONS: &[&str] = &[
    "$anchor",
    "$comment",
    "$dynamicAnchor",
    "$id",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "default",
    "deprecated",
    "description",
    "examples",
    "readOnly",
    "title",
    "version",
    "writeOnly",
];
/// Keywords that are read together with others, or only by reference.
const ELSEWHERE: &[&str] = &["$defs", "definitions", "properties", "required", "$ref", "$dynamicRef"];
/// Keywords with a schema whose effect on the whole depends on other keywords.
const DARK: &[&str] = &["contains", "else", "if", "not", "propertyNames", "then", "unevaluatedItems"];
/// Keywords with many such schemas.
const DARK_MANY: &[&str] = &["dependentSchemas", "oneOf", "patternProperties", "prefixItems"];

/// Every change from one schema to another, in the order of paths.
pub fn compare_schemas(old: &Value, new: &Value) -> Vec<SchemaChange> {
    let mut walk = Walk { roots: (old, new), changes: Vec::new(), seen: BTreeSet::new(), dark: false, depth: 0 };
    walk.schemas(old, new, "");
    walk.changes
        .sort_by(|a, b| a.path.cmp(&b.path).then_with(|| b.level.cmp(&a.level)).then_with(|| a.kind.cmp(&b.kind)));
    walk.changes
}

/// A change of an effect.
pub fn change(path: &str, kind: ChangeKind, effect: Effect, detail: impl Into<String>) -> SchemaChange {
    SchemaChange {
        path: path.to_owned(),
        kind,
        level: effect.level(),
        compatibility: effect.compatibility(),
        detail: detail.into(),
    }
}

struct Walk<'v> {
    roots: (&'v Value, &'v Value),
    changes: Vec<SchemaChange>,
    /// Pairs that references led to, by address, each compared once in the light and once in the dark.
    seen: BTreeSet<(usize, usize, bool)>,
    /// Whether the effect on the whole cannot be told here.
    dark: bool,
    depth: usize,
}

impl<'v> Walk<'v> {
    fn add(&mut self, path: &str, (kind, effect): (ChangeKind, Effect), detail: impl Into<String>) {
        let effect = if self.dark { effect.in_the_dark() } else { effect };
        self.changes.push(change(path, kind, effect, detail));
    }

    fn schemas(&mut self, old: &'v Value, new: &'v Value, path: &str) {
        if self.depth == DEEPEST {
            return self.add(path, (ChangeKind::RuleChanged, Effect::Broken), "nested too deeply to be compared");
        }
        self.depth += 1;
        match (old, new) {
            (Value::Object(old), Value::Object(new)) => self.objects((old, new), path),
            (old, new) if old == new => {}
            (Value::Bool(false), _) => {
                self.add(path, (ChangeKind::RuleRemoved, Effect::Widened), "no value was allowed");
            }
            (_, Value::Bool(false)) => {
                self.add(path, (ChangeKind::RuleAdded, Effect::Narrowed), "no value is allowed now");
            }
            (Value::Bool(true), Value::Object(new)) => {
                if new.keys().any(|keyword| !is_documentation(keyword)) {
                    self.add(path, (ChangeKind::RuleAdded, Effect::Narrowed), "any value was allowed");
                }
            }
            (Value::Object(old), Value::Bool(true)) => {
                if old.keys().any(|keyword| !is_documentation(keyword)) {
                    self.add(path, (ChangeKind::RuleRemoved, Effect::Widened), "any value is allowed now");
                }
            }
            (old, new) => {
                let detail = format!("{} -> {}", or_none(Some(old)), or_none(Some(new)));
                self.add(path, (ChangeKind::RuleChanged, Effect::Broken), detail);
            }
        }
        self.depth -= 1;
    }

    fn objects(&mut self, (old, new): (&'v Map<String, Value>, &'v Map<String, Value>), path: &str) {
        let reference = |schema: &'v Map<String, Value>| {
            ["$ref", "$dynamicRef"].iter().find_map(|keyword| schema.get(*keyword)).and_then(Value::as_str)
        };
        let (of_old, of_new) = (reference(old), reference(new));
        let target = |root, reference: Option<&str>| reference.and_then(|reference| resolve(root, reference));
        match (target(self.roots.0, of_old), target(self.roots.1, of_new)) {
            (Some(old), Some(new)) => self.referred(old, new, path),
            // A reference alone stands for what it names.
            (Some(Value::Object(target)), None) if of_new.is_none() && only_refers(old) => {
                return self.bridged((target, new), path);
            }
            (None, Some(Value::Object(target))) if of_old.is_none() && only_refers(new) => {
                return self.bridged((old, target), path);
            }
            // The same schema of another document is taken to be unchanged.
            _ if of_old == of_new => {}
            _ => {
                let words =
                    |reference: Option<&str>| reference.map_or_else(|| "none".to_owned(), |it| format!("`{it}`"));
                let detail = format!("`$ref` {} -> {}", words(of_old), words(of_new));
                self.add(path, (ChangeKind::RuleChanged, Effect::Broken), detail);
            }
        }
        for (kind, effect, detail) in compare_values(old, new) {
            self.add(path, (kind, effect), detail);
        }
        self.properties((old, new), path);
        let keywords: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for keyword in keywords {
            if !KEYWORDS.contains(&keyword.as_str()) && !ELSEWHERE.contains(&keyword.as_str()) {
                let sides = (old.get(keyword), new.get(keyword));
                if hangs_together(keyword, (old, new)) {
                    self.in_the_dark(|walk| walk.keyword(keyword, sides, path));
                } else {
                    self.keyword(keyword, sides, path);
                }
            }
        }
    }

    /// Compares what a reference on one side leads to with what stands on the other.
    fn bridged(&mut self, (old, new): (&'v Map<String, Value>, &'v Map<String, Value>), path: &str) {
        let address = |schema: &Map<String, Value>| std::ptr::from_ref(schema) as usize;
        if !self.seen.insert((address(old), address(new), self.dark)) {
            return;
        }
        if self.depth == DEEPEST {
            return self.add(path, (ChangeKind::RuleChanged, Effect::Broken), "nested too deeply to be compared");
        }
        self.depth += 1;
        self.objects((old, new), path);
        self.depth -= 1;
    }

    fn referred(&mut self, old: &'v Value, new: &'v Value, path: &str) {
        let address = |value: &Value| std::ptr::from_ref(value) as usize;
        if self.seen.insert((address(old), address(new), self.dark)) {
            self.schemas(old, new, path);
        }
    }

    fn properties(&mut self, (old, new): (&'v Map<String, Value>, &'v Map<String, Value>), path: &str) {
        let declared = |schema: &'v Map<String, Value>| schema.get("properties").and_then(Value::as_object);
        let required = |schema: &'v Map<String, Value>, name: &str| {
            let names = schema.get("required").and_then(Value::as_array);
            names.is_some_and(|names| names.iter().any(|it| it.as_str() == Some(name)))
        };
        let names = |schema: &'v Map<String, Value>| {
            let declared = declared(schema).into_iter().flat_map(Map::keys).map(String::as_str);
            let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
            declared.chain(required.filter_map(Value::as_str)).collect::<BTreeSet<&str>>()
        };
        let (of_old, of_new) = (names(old), names(new));
        for name in of_old.union(&of_new) {
            let below = format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"));
            let words = |schema: &'v Map<String, Value>| {
                let property = declared(schema).and_then(|properties| properties.get(*name)).and_then(Value::as_object);
                let null = if property.is_some_and(admits_null) { ", nullable" } else { "" };
                let optional = if required(schema, name) { "" } else { ", optional" };
                format!("{}{null}{optional}", property.map_or_else(|| "any".to_owned(), type_words))
            };
            match (of_old.contains(name), of_new.contains(name)) {
                (true, false) => {
                    // Old rows have it, and closed readers of the new schema refuse it.
                    let effect = if is_closed(new, path) { Effect::Broken } else { Effect::Widened };
                    self.add(&below, (ChangeKind::ColumnRemoved, effect), words(old));
                }
                (false, true) => {
                    let effect = match (is_closed(old, path), required(new, name)) {
                        (false, false) => Effect::Neutral,
                        (false, true) => Effect::Narrowed,
                        (true, false) => Effect::Widened,
                        (true, true) => Effect::Broken,
                    };
                    self.add(&below, (ChangeKind::ColumnAdded, effect), words(new));
                }
                _ => {
                    match (required(old, name), required(new, name)) {
                        (true, false) => {
                            self.add(&below, (ChangeKind::MadeOptional, Effect::Widened), "may be missing now");
                        }
                        (false, true) => {
                            self.add(&below, (ChangeKind::MadeRequired, Effect::Narrowed), "is always there now");
                        }
                        _ => {}
                    }
                    let property = |schema| {
                        declared(schema).and_then(|properties| properties.get(*name)).unwrap_or(&Value::Bool(true))
                    };
                    self.schemas(property(old), property(new), &below);
                }
            }
        }
    }

    fn keyword(&mut self, keyword: &str, (old, new): (Option<&'v Value>, Option<&'v Value>), path: &str) {
        let words = || format!("`{keyword}` {} -> {}", or_none(old), or_none(new));
        let any = &Value::Bool(true);
        if is_bound(keyword) {
            if let Some((kind, effect, detail)) = compare_bound(keyword, (old, new)) {
                self.add(path, (kind, effect), detail);
            }
            return;
        }
        match (keyword, old, new) {
            (keyword, old, new) if is_documentation(keyword) => {
                if old != new {
                    self.add(path, (ChangeKind::Documentation, Effect::Documentation), words());
                }
            }
            ("additionalProperties" | "unevaluatedProperties", old, new) => {
                self.rest((old.unwrap_or(any), new.unwrap_or(any)), path, &words());
            }
            ("items", old, new) => self.schemas(old.unwrap_or(any), new.unwrap_or(any), &format!("{path}/*")),
            ("allOf", Some(Value::Array(old)), Some(Value::Array(new))) => {
                self.branches((old, new), path, (Effect::Narrowed, Effect::Widened));
            }
            ("anyOf", Some(Value::Array(old)), Some(Value::Array(new))) => {
                self.branches((old, new), path, (Effect::Widened, Effect::Narrowed));
            }
            (keyword, Some(old), Some(new)) if DARK.contains(&keyword) => {
                self.in_the_dark(|walk| walk.schemas(old, new, path));
            }
            (keyword, Some(Value::Array(old)), Some(Value::Array(new)))
                if DARK_MANY.contains(&keyword) && old.len() == new.len() =>
            {
                self.in_the_dark(|walk| old.iter().zip(new).for_each(|(old, new)| walk.schemas(old, new, path)));
            }
            (keyword, Some(Value::Object(old)), Some(Value::Object(new)))
                if DARK_MANY.contains(&keyword) && old.keys().eq(new.keys()) =>
            {
                self.in_the_dark(|walk| {
                    old.values().zip(new.values()).for_each(|(old, new)| walk.schemas(old, new, path));
                });
            }
            (_, old, new) if old == new => {}
            ("allOf" | "anyOf" | "dependentRequired", None, Some(_)) => {
                self.add(path, (ChangeKind::RuleAdded, Effect::Narrowed), words());
            }
            ("allOf" | "anyOf" | "dependentRequired", Some(_), None) => {
                self.add(path, (ChangeKind::RuleRemoved, Effect::Widened), words());
            }
            ("pattern" | "format" | "multipleOf" | "uniqueItems", None, Some(Value::Bool(false)))
            | ("uniqueItems", Some(Value::Bool(false)), None) => {}
            ("pattern" | "format" | "multipleOf" | "uniqueItems", None | Some(Value::Bool(false)), Some(_)) => {
                self.add(path, (ChangeKind::RuleAdded, Effect::Narrowed), words());
            }
            ("pattern" | "format" | "multipleOf" | "uniqueItems", Some(_), None | Some(Value::Bool(false))) => {
                self.add(path, (ChangeKind::RuleRemoved, Effect::Widened), words());
            }
            (keyword, Some(old), Some(new)) => {
                let effect = compare_rule(keyword, (old, new)).unwrap_or(Effect::Broken);
                self.add(path, (ChangeKind::RuleChanged, effect), words());
            }
            _ => self.add(path, (ChangeKind::RuleChanged, Effect::Broken), words()),
        }
    }

    /// Compares what is said of columns that are not declared. Readers of rows pass over them, so opening and closing hurts nobody;
    /// what is nested in a value is held to its schema by readers too.
    fn rest(&mut self, (old, new): (&'v Value, &'v Value), path: &str, words: &str) {
        let (closed, opened) =
            if path.is_empty() { (Effect::Neutral, Effect::Neutral) } else { (Effect::Narrowed, Effect::Widened) };
        match (old, new) {
            (Value::Bool(true), Value::Bool(false)) => self.add(path, (ChangeKind::Closed, closed), words),
            (Value::Bool(false), Value::Bool(true)) => self.add(path, (ChangeKind::Opened, opened), words),
            (old, new) => self.schemas(old, new, &format!("{path}/*")),
        }
    }

    /// Compares branches in their order; `more` is what another branch does, `fewer` what one that is gone does.
    fn branches(&mut self, (old, new): (&'v [Value], &'v [Value]), path: &str, (more, fewer): (Effect, Effect)) {
        for (old, new) in old.iter().zip(new) {
            self.schemas(old, new, path);
        }
        let branches = |count: usize| if count == 1 { "1 branch".to_owned() } else { format!("{count} branches") };
        if new.len() > old.len() {
            self.add(path, (ChangeKind::RuleAdded, more), branches(new.len() - old.len()));
        } else if old.len() > new.len() {
            self.add(path, (ChangeKind::RuleRemoved, fewer), branches(old.len() - new.len()));
        }
    }

    fn in_the_dark(&mut self, work: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.dark, true);
        work(self);
        self.dark = before;
    }
}

/// Whether readers refuse properties that a schema does not declare: nested ones do, rows are open to them.
fn is_closed(schema: &Map<String, Value>, path: &str) -> bool {
    let says_so = |keyword: &str| schema.get(keyword) == Some(&Value::Bool(false));
    !path.is_empty() && (says_so("additionalProperties") || says_so("unevaluatedProperties"))
}

/// Whether branches also decide what is left over for a keyword beside them.
fn hangs_together(keyword: &str, (old, new): (&Map<String, Value>, &Map<String, Value>)) -> bool {
    let has = |name: &str| old.contains_key(name) || new.contains_key(name);
    matches!(keyword, "allOf" | "anyOf") && (has("unevaluatedProperties") || has("unevaluatedItems"))
}

fn is_documentation(keyword: &str) -> bool {
    ANNOTATIONS.contains(&keyword)
}

/// Whether a schema says nothing but where it stands.
fn only_refers(schema: &Map<String, Value>) -> bool {
    schema.keys().all(|keyword| matches!(keyword.as_str(), "$ref" | "$dynamicRef") || is_documentation(keyword))
}

#[cfg(test)]
mod tests;
