//! `[dataset]`, checked.

use serde_json::{Value, json};

use super::resolve::key_error;
use crate::error::Result;
use crate::kernels::parse_date::{DateContext, Precision, parse_date};
use crate::writers::description::Description;

/// The description, once every value has the form that documents need.
pub fn resolve_dataset(written: &Description) -> Result<Description> {
    semver(&written.version)?;
    let one = |value: &Option<String>| value.clone().into_iter().collect::<Vec<_>>();
    for (key, values) in [
        ("name", one(&written.name)),
        ("license", one(&written.license)),
        ("authors", written.authors.clone()),
        ("publisher", one(&written.publisher)),
        ("contact", one(&written.contact)),
        ("keywords", written.keywords.clone()),
        ("task-categories", written.task_categories.clone()),
    ] {
        for value in values {
            let key = format!("dataset.{key}");
            if value.trim().is_empty() {
                return Err(key_error(&key, "expected some text, but found none"));
            }
            if value.chars().any(char::is_control) {
                return Err(key_error(&key, "expected one line, but found a line break or another control character"));
            }
        }
    }
    if let Some(address) = &written.homepage
        && !is_address(address)
    {
        return Err(key_error(
            "dataset.homepage",
            &format!("expected an address such as `https://example.org/corpus`, but found `{address}`"),
        ));
    }
    if let Some(day) = &written.published
        && !is_day(day)
    {
        return Err(key_error("dataset.published", &format!("expected a day such as `2026-12-31`, but found `{day}`")));
    }
    Ok(written.clone())
}

/// What of the section can change a byte of the dataset: all of it, and nothing of what is left out.
pub fn digested(written: &Description) -> Value {
    let mut digested = json!(written);
    // Without a name, this has always been null.
    digested["name"] = json!(written.name);
    digested
}

fn is_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty()) && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

fn is_day(text: &str) -> bool {
    let bytes = text.as_bytes();
    let form = bytes.len() == 10
        && bytes.iter().enumerate().all(
            |(at, byte)| {
                if matches!(at, 4 | 7) { *byte == b'-' } else { byte.is_ascii_digit() }
            },
        );
    form && parse_date(text, &DateContext::default()).is_ok_and(|parsed| parsed.precision == Precision::Day)
}

fn semver(version: &str) -> Result<()> {
    let parts: Vec<&str> = version.split('.').collect();
    let plain = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if parts.len() == 3 && parts.iter().all(plain) {
        return Ok(());
    }
    Err(key_error("dataset.version", &format!("expected a semantic version such as `1.0.0`, but found `{version}`")))
}
