//! Rules of the values of one column.

use serde_json::{Value, json};

use super::super::keywords::{ANNOTATIONS, FORMATS, OF_VALUE};
use super::rows::{LISTS, SINGLES};
use super::{Known, Reading, pointer, shown, type_names};
use crate::columns::json_schema::{property_value, type_name};
use crate::columns::{ARTICLES, Column, ColumnType, Rule};
use crate::error::{Result, did_you_mean};

/// Keywords whose value is a schema of elements.
const OF_ELEMENTS: &[&str] = &["items", "contains"];
/// Lower bounds, with the upper bounds that must not lie below.
const BOUNDS: &[(&str, &str)] = &[
    ("minimum", "maximum"),
    ("exclusiveMinimum", "exclusiveMaximum"),
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
];

impl Reading<'_> {
    /// The rules of a column's values without what the column says by itself, and with references said in place.
    pub(super) fn value_rules(&mut self, name: &str, schema: &Value, at: &str) -> Result<Value> {
        let known = self.known(name, at)?;
        let mut rules = self.value_schema(schema, at, &mut Vec::new())?;
        if rules == Value::Bool(false) {
            return Err(self.fault(at, "expected rules that some value keeps, but found `false`"));
        }
        let (stated, place) = self.follow(schema, at)?;
        self.check_type(known, &stated, &place)?;
        self.check_values(known, &stated, &place)?;
        self.check_bounds(known, &stated, &place)?;
        if let Some(keywords) = rules.as_object_mut() {
            let own = type_name(known.kind);
            if type_names(schema).any(|given| given == own || (given == "number" && own == "integer")) {
                keywords.remove("type");
            }
            let is_date = matches!(known.kind, ColumnType::Date | ColumnType::Timestamp);
            keywords.retain(|keyword, _| !(ANNOTATIONS.contains(&keyword.as_str()) || is_date && keyword == "format"));
            if keywords.get("items").is_some_and(|items| *items == json!({ "type": "string" })) {
                keywords.remove("items");
            }
        }
        let rules = if rules == Value::Bool(true) { json!({}) } else { rules };
        self.compile(&rules, at)?;
        Ok(rules)
    }

    /// A schema of values, checked; `from` are the references that led here.
    fn value_schema(&mut self, schema: &Value, at: &str, from: &mut Vec<String>) -> Result<Value> {
        self.count(at)?;
        let Value::Object(keywords) = schema else { return Ok(schema.clone()) };
        self.check_keywords(keywords, at, &[OF_VALUE])?;
        if let Some(format) = keywords.get("format").and_then(Value::as_str)
            && !FORMATS.contains(&format)
        {
            let list = FORMATS.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let error = self.fault(&pointer(at, "format"), &format!("expected one of {list}, but found `{format}`"));
            return Err(match did_you_mean(format, FORMATS.iter().copied()) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error,
            });
        }
        let mut out = keywords.clone();
        for keyword in LISTS.iter().chain(&["prefixItems"]) {
            let Some(Value::Array(schemas)) = keywords.get(*keyword) else { continue };
            let place = pointer(at, keyword);
            let schemas = schemas
                .iter()
                .enumerate()
                .map(|(number, schema)| self.value_schema(schema, &format!("{place}/{number}"), from));
            out.insert((*keyword).to_owned(), Value::Array(schemas.collect::<Result<_>>()?));
        }
        for keyword in SINGLES.iter().chain(OF_ELEMENTS) {
            if let Some(schema) = keywords.get(*keyword) {
                out.insert((*keyword).to_owned(), self.value_schema(schema, &pointer(at, keyword), from)?);
            }
        }
        if let Some(reference) = keywords.get("$ref").and_then(Value::as_str) {
            let target = self.resolve(reference, &pointer(at, "$ref"), from)?;
            from.push(reference.to_owned());
            let target = self.value_schema(&target, reference.trim_start_matches('#'), from)?;
            from.pop();
            out.remove("$ref");
            match out.get_mut("allOf").and_then(Value::as_array_mut) {
                Some(all) => all.push(target),
                None => drop(out.insert("allOf".to_owned(), json!([target]))),
            }
        }
        Ok(out.into())
    }

    /// A type in a rule must be one that values of the column have.
    fn check_type(&self, known: Known, schema: &Value, at: &str) -> Result<()> {
        let own = type_name(known.kind);
        let fits = |given: &str| given == own || matches!((given, own), ("number", "integer") | ("integer", "number"));
        let mut given = type_names(schema).filter(|given| *given != "null").peekable();
        if given.peek().is_none() || given.any(fits) {
            return Ok(());
        }
        let found = schema.get("type").map_or_else(String::new, shown);
        Err(self.fault(&pointer(at, "type"), &format!("expected `{own}`, the type of the column, but found {found}")))
    }

    /// Values of `enum` and `const` must be such that the column can have.
    fn check_values(&self, known: Known, schema: &Value, at: &str) -> Result<()> {
        let own = Column { kind: known.kind, rule: Rule::Any, ..ARTICLES.columns[0] };
        let property = property_value(known.table.unwrap_or(&own));
        let can_be = jsonschema::draft202012::options().build(&property).expect("law: a generated schema compiles");
        let listed = schema.get("enum").and_then(Value::as_array);
        let listed = listed.into_iter().flatten().enumerate().map(|(place, value)| (format!("/enum/{place}"), value));
        let all = listed.chain(schema.get("const").map(|value| ("/const".to_owned(), value)));
        for (place, value) in all.filter(|(_, value)| !value.is_null()) {
            if can_be.is_valid(value) {
                continue;
            }
            let error = self.fault(
                &format!("{at}{place}"),
                &format!("expected a value that the column can have, but found {}", shown(value)),
            );
            let near = match (known.table.map(|column| column.rule), value.as_str()) {
                (Some(Rule::OneOf(values)), Some(text)) => did_you_mean(text, values.iter().copied()),
                _ => None,
            };
            return Err(match near {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error,
            });
        }
        Ok(())
    }

    /// A lower bound must not lie above its upper bound, nor outside those of the column.
    fn check_bounds(&self, known: Known, schema: &Value, at: &str) -> Result<()> {
        let stated = |keyword: &str| schema.get(keyword).and_then(Value::as_f64);
        let (low, high) = match known.table.map(|column| column.rule) {
            Some(Rule::AtLeast(low)) => (Some(low as f64), None),
            Some(Rule::Between(low, high)) => (Some(low as f64), Some(high as f64)),
            _ => (None, None),
        };
        for (lower, upper) in BOUNDS {
            let is_value = *lower == "minimum";
            let least = stated(lower).or(low.filter(|_| is_value));
            let most = stated(upper).or(high.filter(|_| is_value));
            if let (Some(least), Some(most)) = (least, most)
                && least > most
            {
                let place = if schema.get(upper).is_some() { upper } else { lower };
                return Err(self.fault(
                    &pointer(at, place),
                    &format!("expected bounds that leave room, but found {least} as the least and {most} as the most"),
                ));
            }
        }
        Ok(())
    }

    /// Patterns must be such that the validator understands.
    fn compile(&self, rules: &Value, at: &str) -> Result<()> {
        match jsonschema::draft202012::options().should_validate_formats(true).build(rules) {
            Ok(_) => Ok(()),
            Err(error) => Err(self.fault(at, &format!("expected rules that can be compiled, but {error}"))),
        }
    }
}
