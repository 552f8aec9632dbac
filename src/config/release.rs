//! `[export] release`, `authors` and `[[release]]`, checked.

use serde::Deserialize;
use serde_json::{Value, json};

use super::resolve::{key_error, one_of};
use super::written::WrittenExport;
use crate::columns::{Release, Table};
use crate::error::{Error, Result};
use crate::kernels::hmac_sha256::Key;
use crate::kernels::sha256::Digest;
use crate::stages::release::{AuthorPolicy, ReleasePolicy, ReleaseRule, ReleaseTerms};

/// Advice for whoever has no key.
const MAKE_KEY: &str =
    "make one with `openssl rand -hex 32 > authors.key`; keep it beside the configuration, and never publish it";

/// `[[release]]`: how much is given away of the articles of a source or of a licence.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrittenRelease {
    /// `source_id` of the articles.
    pub source: Option<String>,
    /// `license` of the articles; in whatever case.
    pub license: Option<String>,
    /// `full-text`, `derived-only` or `metadata-only`; of several tables about an article the most restrictive holds.
    pub release: String,
}

/// The policy; `key` is name and text of `export.authors-key`.
pub fn resolve_release(
    (export, rules): (&WrittenExport, &[WrittenRelease]),
    key: Option<(&str, &str)>,
) -> Result<ReleasePolicy> {
    let release = export.release.as_deref().map(|release| tier("export.release", release)).transpose()?;
    let authors = one_of(
        "export.authors",
        &export.authors,
        [("keep", AuthorPolicy::Keep), ("hash", AuthorPolicy::Hash), ("drop", AuthorPolicy::Drop)],
    )?;
    let rules = rules.iter().map(resolve_rule).collect::<Result<Vec<_>>>()?;
    let key = match (authors, key) {
        (AuthorPolicy::Hash, None) => {
            return Err(
                key_error("export.authors", "expected `authors-key` with `hash`, but found none").hint(MAKE_KEY)
            );
        }
        (AuthorPolicy::Hash, Some((name, text))) => Some(read_key(name, text)?),
        _ => None,
    };
    let terms = ReleaseTerms {
        is_stated: release.is_some() || !rules.is_empty(),
        release: release.unwrap_or_default(),
        rules,
        authors,
        acknowledge_reserved: export.acknowledge_reserved,
    };
    if export.append_only && terms.hides_anything() {
        return Err(key_error("export.append-only", "expected it with full texts and names, but found that some are withheld")
            .hint("what is appended is compared with the published texts: without `append-only`, all raw files are read again"));
    }
    Ok(ReleasePolicy { terms, key })
}

fn tier(key: &str, name: &str) -> Result<Release> {
    one_of(key, name, Release::ALL.map(|release| (release.name(), release)))
}

fn resolve_rule(written: &WrittenRelease) -> Result<ReleaseRule> {
    let release = tier("release.release", &written.release)?;
    for (key, value) in [("release.source", &written.source), ("release.license", &written.license)] {
        if value.as_ref().is_some_and(|value| value.trim().is_empty()) {
            return Err(key_error(key, "expected some text, but found none"));
        }
    }
    if written.source.is_none() && written.license.is_none() {
        return Err(key_error("release", "expected `source` or `license`, but found neither")
            .hint("for all articles, set `release` in `[export]`"));
    }
    Ok(ReleaseRule { source: written.source.clone(), license: written.license.clone(), release })
}

fn read_key(name: &str, text: &str) -> Result<Key> {
    Key::parse(text).ok_or_else(|| key_file_error(name, "expected 64 hexadecimal digits, but found other text"))
}

/// The error of a key file that is not there.
pub fn missing_key(name: &str) -> Error {
    key_file_error(name, "expected a file, but found none")
}

fn key_file_error(name: &str, cause: &'static str) -> Error {
    Error::config(format!("cannot read the key `{name}`")).caused_by(cause).hint(MAKE_KEY)
}

/// Refuses rules of the user's own schema on columns that are withheld from some rows.
pub fn refuse_rules_on_withheld(articles: &Table, terms: &ReleaseTerms) -> Result<()> {
    let Some(extension) = articles.extension else { return Ok(()) };
    let between = extension.row.as_ref().map(Value::to_string).unwrap_or_default();
    let is_ruled = |name: &str| {
        extension.required.contains(name)
            || extension.values.contains_key(name)
            || between.contains(&format!("\"{name}\""))
    };
    match terms.strictest().withheld().iter().find(|name| is_ruled(name)) {
        None => Ok(()),
        Some(name) => Err(key_error(
            "schema.extends",
            &format!("expected no rule on `{name}`, which is withheld from some articles, but found one"),
        )
        .hint(format!("take the rule on `{name}` away, or publish full texts"))),
    }
}

/// What can change a byte of the dataset; none where nothing is said.
pub fn digested(policy: &ReleasePolicy) -> Option<Value> {
    let key = policy.key.as_ref().map(|key| Digest(key.sign(&[b"copydesk authors"])).to_string());
    (policy.terms != ReleaseTerms::default()).then(|| json!({ "terms": policy.terms, "key": key }))
}
