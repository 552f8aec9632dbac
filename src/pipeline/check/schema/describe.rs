//! What a value should have been by a keyword of a schema, in words.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value;

/// Longest value that is quoted, in characters.
const MAX_QUOTED: usize = 60;
/// Names that are listed.
const MAX_NAMES: usize = 5;

/// *expected X, but found Y*; `found` is the offending value as JSON.
pub fn describe(error: &ValidationError<'_>, found: &str) -> String {
    let value = short(found);
    let expected = match error.kind() {
        Kind::AdditionalItems { limit } => return format!("expected at most {limit} items, but found more"),
        Kind::AdditionalProperties { unexpected } => {
            return format!("expected no properties but those of the schema, but found {}", names(unexpected));
        }
        Kind::UnevaluatedProperties { unexpected } => {
            return format!(
                "expected no properties that the schema does not speak of, but found {}",
                names(unexpected)
            );
        }
        Kind::UnevaluatedItems { unexpected } => {
            return format!("expected no items that the schema does not speak of, but found {}", names(unexpected));
        }
        Kind::Required { property } => return format!("expected the property `{}`, but found none", plain(property)),
        Kind::PropertyNames { error } => {
            let name = error.instance().to_string();
            return format!("expected other names of properties: {}", describe(error, &name));
        }
        Kind::BacktrackLimitExceeded { .. } => {
            return format!(
                "expected a match with the pattern, but it takes too many steps to look for one in {value}"
            );
        }
        Kind::RegexEngineFailure { .. } => {
            return format!("expected a match with the pattern, but it cannot be looked for in {value}");
        }
        Kind::OneOfMultipleValid { .. } => {
            return format!("expected a value that fits one schema of `oneOf`, but found {value}, which fits more");
        }
        Kind::Referencing(_) => return "expected a reference that leads to a schema, but found none".to_owned(),
        Kind::Custom { message, .. } => return short(message),
        Kind::AnyOf { .. } => "a value that fits a schema of `anyOf`".to_owned(),
        Kind::OneOfNotValid { .. } => "a value that fits a schema of `oneOf`".to_owned(),
        Kind::Not { .. } => "a value that does not fit the schema of `not`".to_owned(),
        Kind::FalseSchema => "no value".to_owned(),
        Kind::Constant { expected_value } => short(&expected_value.to_string()),
        Kind::Enum { options } => one_of(options),
        Kind::Contains => "items that fit the schema of `contains`, as many as it says".to_owned(),
        Kind::ContentEncoding { content_encoding } => format!("text in the encoding `{content_encoding}`"),
        Kind::FromUtf8 { .. } => "encoded UTF-8".to_owned(),
        Kind::ContentMediaType { content_media_type } => format!("text of the media type `{content_media_type}`"),
        Kind::ExclusiveMaximum { limit } => format!("less than {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("more than {limit}"),
        Kind::Maximum { limit } => format!("at most {limit}"),
        Kind::Minimum { limit } => format!("at least {limit}"),
        Kind::MultipleOf { multiple_of } => format!("a multiple of {multiple_of}"),
        Kind::MaxItems { limit } => format!("at most {limit} items"),
        Kind::MinItems { limit } => format!("at least {limit} items"),
        Kind::MaxLength { limit } => format!("at most {limit} characters"),
        Kind::MinLength { limit } => format!("at least {limit} characters"),
        Kind::MaxProperties { limit } => format!("at most {limit} properties"),
        Kind::MinProperties { limit } => format!("at least {limit} properties"),
        Kind::Format { format } => format!("the format `{format}`"),
        Kind::Pattern { pattern } => format!("a match with `{}`", short(pattern)),
        Kind::UniqueItems => "items that differ".to_owned(),
        Kind::Type { kind: TypeKind::Single(kind) } => format!("the type {kind}"),
        Kind::Type { kind: TypeKind::Multiple(kinds) } => {
            let kinds: Vec<String> = kinds.iter().map(|kind| kind.to_string()).collect();
            format!("one of the types {}", kinds.join(", "))
        }
    };
    format!("expected {expected}, but found {value}")
}

/// The name of the rule that a keyword makes, kebab-case.
pub fn rule_of(error: &ValidationError<'_>) -> String {
    let mut name = String::from("schema-");
    for c in error.kind().keyword().trim_start_matches('$').chars() {
        if c.is_ascii_uppercase() {
            name.push('-');
        }
        name.push(c.to_ascii_lowercase());
    }
    name
}

fn one_of(options: &Value) -> String {
    let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
    let shown: Vec<String> = options.iter().take(MAX_NAMES).map(|option| short(&option.to_string())).collect();
    let more = options.len().saturating_sub(shown.len());
    let more = if more > 0 { format!(" or {more} more") } else { String::new() };
    format!("one of {}{more}", shown.join(", "))
}

fn names(all: &[String]) -> String {
    let shown: Vec<String> = all.iter().take(MAX_NAMES).map(|name| format!("`{}`", short(name))).collect();
    let more = all.len().saturating_sub(shown.len());
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| short(&value.to_string()), short)
}

fn short(text: &str) -> String {
    let short: String = text.chars().take(MAX_QUOTED).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}
