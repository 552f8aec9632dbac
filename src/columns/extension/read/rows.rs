//! Rules between the columns of a row, said of the line as it is written.

use serde_json::{Map, Value, json};

use super::super::absence::{allowed, present};
use super::super::keywords::OF_ROW;
use super::{Reading, members, members_of, pointer, shown, strings};
use crate::error::Result;

/// Keywords whose value is a list of schemas, and those whose value is one.
pub const LISTS: &[&str] = &["allOf", "anyOf", "oneOf"];
pub const SINGLES: &[&str] = &["not", "if", "then", "else"];

impl Reading<'_> {
    /// What the document says of a row beyond `properties` and `required`; none when that is nothing.
    pub(super) fn row_rules(&mut self, document: &Map<String, Value>) -> Result<Option<Value>> {
        let mut rest = document.clone();
        rest.retain(|keyword, _| {
            OF_ROW.contains(&keyword.as_str()) && !matches!(keyword.as_str(), "properties" | "required")
        });
        let rules = self.row_schema(&Value::Object(rest), "", &mut Vec::new())?;
        Ok(Some(rules).filter(|rules| !rules.as_object().is_some_and(Map::is_empty)))
    }

    /// A schema of a row; `from` are the references that led here.
    fn row_schema(&mut self, schema: &Value, at: &str, from: &mut Vec<String>) -> Result<Value> {
        self.count(at)?;
        let Value::Object(keywords) = schema else { return Ok(schema.clone()) };
        self.check_keywords(keywords, at, &[OF_ROW])?;
        if let Some(kind) = keywords.get("type").filter(|kind| *kind != "object") {
            return Err(self.fault(
                &pointer(at, "type"),
                &format!("expected `object`, the type of a row, but found {}", shown(kind)),
            ));
        }
        let mut out = Map::new();
        let mut all: Vec<Value> = Vec::new();
        for keyword in LISTS {
            let Some(Value::Array(schemas)) = keywords.get(*keyword) else { continue };
            let place = pointer(at, keyword);
            let schemas = schemas
                .iter()
                .enumerate()
                .map(|(number, schema)| self.row_schema(schema, &format!("{place}/{number}"), from));
            out.insert((*keyword).to_owned(), Value::Array(schemas.collect::<Result<_>>()?));
        }
        for keyword in SINGLES {
            if let Some(schema) = keywords.get(*keyword) {
                out.insert((*keyword).to_owned(), self.row_schema(schema, &pointer(at, keyword), from)?);
            }
        }
        let mut properties = Map::new();
        for (name, schema) in members(keywords, "properties") {
            let place = pointer(&pointer(at, "properties"), name);
            let known = self.known(name, &place)?;
            let rules = self.value_rules(name, schema, &place)?;
            properties.insert(name.clone(), if known.may_be_absent { allowed(known.kind, &rules) } else { rules });
        }
        if !properties.is_empty() {
            out.insert("properties".to_owned(), properties.into());
        }
        if keywords.contains_key("required") {
            all.push(self.having_values(keywords.get("required"), &pointer(at, "required"))?);
        }
        for (name, others) in members(keywords, "dependentRequired") {
            let place = pointer(&pointer(at, "dependentRequired"), name);
            let given = self.having_values(Some(&json!([name])), &place)?;
            all.push(json!({ "if": given, "then": self.having_values(Some(others), &place)? }));
        }
        for (name, schema) in members_of(keywords.get("dependentSchemas")) {
            let place = pointer(&pointer(at, "dependentSchemas"), name);
            let given = self.having_values(Some(&json!([name])), &place)?;
            all.push(json!({ "if": given, "then": self.row_schema(schema, &place, from)? }));
        }
        if let Some(reference) = keywords.get("$ref").and_then(Value::as_str) {
            let target = self.resolve(reference, &pointer(at, "$ref"), from)?;
            from.push(reference.to_owned());
            all.push(self.row_schema(&target, reference.trim_start_matches('#'), from)?);
            from.pop();
        }
        if !all.is_empty() {
            match out.get_mut("allOf").and_then(Value::as_array_mut) {
                Some(present) => present.extend(all),
                None => drop(out.insert("allOf".to_owned(), all.into())),
            }
        }
        Ok(out.into())
    }

    /// The schema of rows in which the named columns have values.
    fn having_values(&self, names: Option<&Value>, at: &str) -> Result<Value> {
        let mut properties = Map::new();
        for name in strings(names) {
            properties.insert(name.to_owned(), present(self.known(name, at)?.kind));
        }
        Ok(json!({ "properties": properties }))
    }
}
