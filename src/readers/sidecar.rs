//! Sidecars: metadata files beside an article (`x.txt` + `x.meta.json`).

use crate::kernels::decode_text::decode_text;
use crate::kernels::parse_fields::{Notation, parse_fields};
use crate::rejection::{ReasonCode, Rejection};
use crate::statement::{Evidence, OwnKey, Statement};

/// Suffixes of sidecars, in order of preference.
pub const SUFFIXES: &[(&str, Notation)] = &[
    (".meta.json", Notation::Json),
    (".meta.yaml", Notation::Yaml),
    (".meta.yml", Notation::Yaml),
    (".meta.toml", Notation::Toml),
];

/// Suffixes of compressed files, which may stand behind the extension of an article.
const COMPRESSION: &[&str] = &[".gz", ".zst", ".bz2", ".xz"];

/// Names that the sidecar of a raw file may have, in order of preference; only the first that exists counts.
///
/// For `x.txt.gz`: `x.txt.gz.meta.json`, .., then `x.txt.meta.json`, .., then `x.meta.json`, ...
pub fn sidecar_names(raw_file_name: &str) -> impl Iterator<Item = String> + '_ {
    stems(raw_file_name)
        .into_iter()
        .flatten()
        .flat_map(|stem| SUFFIXES.iter().map(move |(suffix, _)| format!("{stem}{suffix}")))
}

/// Whether a path ends like a sidecar.
pub fn has_suffix(path: &str) -> bool {
    split(path).is_some()
}

/// Reads a sidecar: a flat map with the keys of heads and those of the user's own columns. See [`parse_fields`] for types and synonyms.
///
/// # Errors
/// `invalid-sidecar` when it is no text, not of its notation, names a key twice or gives a known key a wrong type (with pointer).
pub fn parse_sidecar(name: &str, bytes: &[u8], own: &[OwnKey]) -> Result<Vec<Statement<'static>>, Rejection> {
    let refuse = |detail: String| Rejection::new(ReasonCode::InvalidSidecar, detail);
    let Some((_, notation)) = split(name) else {
        return Err(refuse(format!(
            "expected a name ending in `.meta.json`, `.meta.yaml`, `.meta.yml` or `.meta.toml`, but found `{name}`"
        )));
    };
    let decoded = decode_text(bytes, None, &[]).map_err(|fault| refuse(Rejection::from(fault).detail))?;
    let mut statements = parse_fields(notation, &decoded.text, Evidence::Sidecar, own).map_err(|fault| {
        let mut rejection = refuse(fault.detail);
        rejection.pointer = fault.pointer;
        rejection
    })?;
    // Spans are ranges of the record, and a sidecar stands outside it.
    for statement in &mut statements {
        statement.span = None;
    }
    Ok(statements)
}

/// The stem and notation of a sidecar's name; suffixes in any case.
fn split(name: &str) -> Option<(&str, Notation)> {
    SUFFIXES.iter().find_map(|(suffix, notation)| {
        let at = name.len().checked_sub(suffix.len())?;
        name.get(at..).filter(|end| end.eq_ignore_ascii_case(suffix))?;
        Some((name.get(..at)?, *notation))
    })
}

/// What may stand before a suffix: the whole name, without compression suffix, without extension.
fn stems(name: &str) -> [Option<&str>; 3] {
    let inner = COMPRESSION.iter().find_map(|suffix| name.strip_suffix(suffix)).filter(|inner| !inner.is_empty());
    let bare = inner.unwrap_or(name).rsplit_once('.').map(|(stem, _)| stem).filter(|stem| !stem.is_empty());
    [Some(name), inner, bare]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::{DateForm, Field};

    #[test]
    fn names_follow_the_raw_file() {
        let names: Vec<_> = sidecar_names("x.txt").collect();
        assert_eq!(names[..2], ["x.txt.meta.json", "x.txt.meta.yaml"]);
        assert!(names.contains(&"x.meta.toml".to_owned()));
        for raw in ["x.txt", "x.txt.gz", "x", "a.b.html", ".hidden", "ü.md"] {
            assert!(sidecar_names(raw).all(|name| has_suffix(&name)) && !has_suffix(raw), "{raw}");
        }
        assert!(!sidecar_names(".meta").any(|name| name == ".meta.json"));
        assert!(has_suffix("x.META.JSON"));
    }

    #[test]
    fn a_sidecar_states() {
        let statements =
            parse_sidecar("x.meta.yaml", b"\xEF\xBB\xBFdate: 2024-03-01\nsource: Example Times\nmood: [1]\n", &[])
                .expect("law: the sample is good");
        let facts: Vec<_> = statements.iter().map(|it| (it.field, &*it.value, it.evidence, it.span)).collect();
        assert_eq!(
            facts,
            [
                (Field::Published, "2024-03-01", Evidence::Sidecar, None),
                (Field::Source, "Example Times", Evidence::Sidecar, None)
            ]
        );
        assert_eq!(statements[0].form, DateForm::Compact);
    }

    #[test]
    fn a_bad_sidecar_says_where() {
        let fault = parse_sidecar("x.meta.json", br#"{"title": ["a"]}"#, &[]).expect_err("law: a title is no list");
        assert_eq!((fault.reason, fault.pointer.as_deref()), (ReasonCode::InvalidSidecar, Some("/title")));
        assert_eq!(fault.detail, "expected text, but found a list");
        for (name, bytes) in
            [("x.meta.json", &b"{"[..]), ("x.meta.toml", b"a"), ("x.meta.yml", b"\xFF\xFE\xFF"), ("x.json", b"{}")]
        {
            let fault = parse_sidecar(name, bytes, &[]).expect_err("law: the sample is bad");
            assert_eq!(fault.reason, ReasonCode::InvalidSidecar);
        }
    }
}
