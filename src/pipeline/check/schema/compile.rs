//! A schema file and what it refers to, compiled.

use std::error::Error as StdError;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, PatternOptions, ReferencingError, Registry, Retrieve, Uri, ValidationError, Validator};
use serde_json::Value;

use super::describe::describe;
use crate::error::{Error, Result};
use crate::io::{is_there, read_limited};
use crate::kernels::json_tape::{Tape, TapeJson};
use crate::kernels::sha256::push_hex;
use crate::kernels::translate_patterns::translate_patterns;
use crate::kernels::upgrade_schema::upgrade_schema;
use crate::rejection::escape_detail;

/// Base of the references of a schema without `$id`: files beside it.
const BESIDE: &str = "beside:///";
/// Largest schema in bytes.
const MAX_SCHEMA: u64 = 64 << 20;
/// Steps that a pattern with look-around or back-references may go back; other patterns take linear time.
const MAX_BACKTRACKS: usize = 1_000_000;
/// Meta-schemas of meta-schemas that are followed.
const MAX_META_SCHEMAS: usize = 16;

/// Where the schemas of other URIs lie: each prefix with its folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct References(pub Vec<(String, PathBuf)>);

/// A schema that instances can be held to.
#[derive(Debug)]
pub struct Compiled {
    /// The rules.
    pub validator: Validator<TapeJson>,
    /// URI of the schema itself when it has no `$id`.
    base: String,
}

impl Compiled {
    /// Where a keyword stands: a pointer into the schema itself, the file beside it, or a URI.
    pub fn location(&self, error: &ValidationError<'_>) -> String {
        let Some(uri) = error.absolute_keyword_location() else { return format!("#{}", error.schema_path().as_str()) };
        let uri = uri.as_str();
        match uri.strip_prefix(&self.base).filter(|rest| rest.starts_with('#')) {
            Some(pointer) => pointer.to_owned(),
            None => uri.strip_prefix(BESIDE).unwrap_or(uri).to_owned(),
        }
    }
}

/// Reads and compiles the schema at `path`.
///
/// References are looked up in the schema itself, in files beside it when it has no `$id`, and in the folders of
/// `references`; nothing is ever fetched. The draft is that of `$schema`, 2020-12 without one.
///
/// # Errors
/// A configuration error when the schema cannot be read as JSON, is no schema, or refers to what is not there.
pub fn compile(path: &Path, references: &References, assert_format: bool) -> Result<Compiled> {
    let name = path.display().to_string();
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    let files = Files { references: references.clone(), beside: folder };
    let schema = read_schema(path)?;
    let retriever: Arc<dyn Retrieve> = Arc::new(files);
    let (registry, draft) = meta_schemas(&schema, &retriever).map_err(|error| cannot_use(&name, &error))?;
    let mut options = jsonschema::options_for::<TapeJson>()
        .with_retriever(Shared(Arc::clone(&retriever)))
        .with_pattern_options(PatternOptions::fancy_regex().backtrack_limit(MAX_BACKTRACKS));
    // A meta-schema of one's own may ask for formats by its vocabulary; those of the drafts do not.
    if assert_format || registry.is_none() || draft < Draft::Draft201909 {
        options = options.should_validate_formats(assert_format);
    }
    if let Some(registry) = &registry {
        options = options.with_registry(registry);
    }
    let has_id = ["$id", "id"].iter().any(|key| schema.get(key).is_some_and(Value::is_string));
    let base = format!("{BESIDE}{}", encode(path));
    if !has_id {
        options = options.with_base_uri(base.clone());
    }
    let validator = options.build(&schema).map_err(|error| refused(&name, &error))?;
    Ok(Compiled { validator, base })
}

/// The meta-schemas of a schema, when they are not those of a draft, and the draft that they lead to.
fn meta_schemas(
    schema: &Value,
    retriever: &Arc<dyn Retrieve>,
) -> std::result::Result<(Option<Registry<'static>>, Draft), ReferencingError> {
    let mut found: Vec<(String, Value)> = Vec::new();
    let mut draft = Draft::default();
    let mut next = stated(schema);
    while let Some(uri) = next {
        let known = Draft::from_schema_uri(&uri);
        if known != Draft::Unknown || found.iter().any(|(seen, _)| *seen == uri) {
            draft = known;
            break;
        }
        if found.len() == MAX_META_SCHEMAS {
            return Err(ReferencingError::CircularMetaschema { uri });
        }
        let parsed = jsonschema::uri::from_str(&uri)?;
        let meta = retriever.retrieve(&parsed).map_err(|error| ReferencingError::unretrievable(uri.clone(), error))?;
        next = stated(&meta);
        found.push((uri, meta));
    }
    if found.is_empty() {
        return Ok((None, draft));
    }
    let mut builder = Registry::new().retriever(Shared(Arc::clone(retriever)));
    for (uri, meta) in found {
        builder = builder.add(uri, meta)?;
    }
    Ok((Some(builder.prepare()?), draft))
}

fn stated(schema: &Value) -> Option<String> {
    schema.get("$schema").and_then(Value::as_str).map(|uri| uri.trim_end_matches('#').to_owned())
}

/// Why the crate refuses to build: what it refers to is missing, or it is no schema.
fn refused(name: &str, error: &ValidationError<'_>) -> Error {
    if let ValidationErrorKind::Referencing(error) = error.kind() {
        return cannot_use(name, error);
    }
    if let ValidationErrorKind::Custom { message, .. } = error.kind() {
        let refusal = Error::config(format!("cannot use the schema `{name}`"));
        // The one refusal of this kind that a schema can cause names its vocabulary in quotes.
        return match message.split('\'').nth(1).filter(|_| message.contains("ocabulary")) {
            Some(vocabulary) => refusal
                .caused_by(format!("its meta-schema requires the vocabulary `{vocabulary}`, which is not known"))
                .hint("set the vocabulary to false in the meta-schema if its keywords may be passed over"),
            None => refusal.caused_by(escape_detail(message)),
        };
    }
    let at = error.instance_path().as_str();
    let place = if at.is_empty() { "at its root".to_owned() } else { format!("at `{at}`") };
    let found = error.instance().to_string();
    let detail = escape_detail(&describe(error, &found));
    Error::config(format!("expected a JSON Schema in `{name}`, but {place} it is none")).caused_by(detail)
}

fn cannot_use(name: &str, error: &ReferencingError) -> Error {
    let refusal = Error::config(format!("cannot use the schema `{name}`"));
    match error {
        ReferencingError::Unretrievable { uri, source } => {
            let uri = uri.strip_prefix(BESIDE).unwrap_or(uri);
            let place = format!("cannot resolve the reference `{}`", escape_detail(uri));
            match source.downcast_ref::<Missing>() {
                Some(Missing(cause)) => refusal.caused_by(format!("{place}: {}", escape_detail(cause))),
                None => refusal
                    .caused_by(format!("{place}: nothing is fetched, and no folder is given for it"))
                    .hint("give the folder of such URIs: `--ref PREFIX=DIR`"),
            }
        }
        ReferencingError::PointerToNowhere { pointer } => {
            refusal.caused_by(format!("expected a schema at the reference `{pointer}`, but found nothing there"))
        }
        ReferencingError::NoSuchAnchor { anchor } => {
            refusal.caused_by(format!("expected an anchor `{anchor}`, but found none"))
        }
        ReferencingError::InvalidAnchor { anchor } => {
            refusal.caused_by(format!("expected a plain name as an anchor, but found `{anchor}`"))
        }
        ReferencingError::InvalidPercentEncoding { pointer, .. }
        | ReferencingError::InvalidArrayIndex { pointer, .. } => {
            refusal.caused_by(format!("expected a JSON pointer in a reference, but found `{pointer}`"))
        }
        ReferencingError::UnknownSpecification { specification } => refusal
            .caused_by(format!("expected a `$schema` that is known, but found `{specification}`"))
            .hint("drafts 3 to 2020-12 are known; give the folder of a meta-schema of your own: `--ref PREFIX=DIR`"),
        ReferencingError::CircularMetaschema { uri } => {
            refusal.caused_by(format!("the meta-schema `{uri}` leads back to itself"))
        }
        ReferencingError::InvalidUri(_) => refusal.caused_by(format!("expected a URI, but found {}", quoted(error))),
    }
}

/// The words in quotes of an error about a URI.
fn quoted(error: &ReferencingError) -> String {
    let text = error.to_string();
    text.split('\'').nth(1).map_or_else(|| "something else".to_owned(), |uri| format!("`{}`", escape_detail(uri)))
}

/// Why a file that a reference leads to cannot be used.
#[derive(Debug)]
struct Missing(String);

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for Missing {}

/// A URI that no prefix covers.
#[derive(Debug)]
struct NotMapped;

impl std::fmt::Display for NotMapped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("nothing is fetched, and no folder is given for it")
    }
}

impl StdError for NotMapped {}

/// Looks references up in folders.
struct Files {
    references: References,
    beside: PathBuf,
}

/// The same for a registry and a validator.
struct Shared(Arc<dyn Retrieve>);

impl Retrieve for Shared {
    fn retrieve(&self, uri: &Uri<String>) -> std::result::Result<Value, Box<dyn StdError + Send + Sync>> {
        self.0.retrieve(uri)
    }
}

impl Retrieve for Files {
    fn retrieve(&self, uri: &Uri<String>) -> std::result::Result<Value, Box<dyn StdError + Send + Sync>> {
        let whole = uri.as_str();
        let without_fragment = whole.split('#').next().unwrap_or_default();
        let mapped = self.references.0.iter().filter(|(prefix, _)| without_fragment.starts_with(prefix.as_str()));
        let (rest, folder) = match mapped.max_by_key(|(prefix, _)| prefix.len()) {
            Some((prefix, folder)) => (without_fragment.get(prefix.len()..), folder),
            None => (without_fragment.strip_prefix(BESIDE), &self.beside),
        };
        let rest = decode(rest.ok_or(NotMapped)?.trim_start_matches('/'));
        let relative = Path::new(&rest);
        if rest.is_empty() || !relative.components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(Missing(format!("expected the path of a file behind the prefix, but found `{rest}`")).into());
        }
        let path = folder.join(relative);
        if !is_there(&path) {
            return Err(Missing(format!("expected a file at `{}`, but found none", path.display())).into());
        }
        read_schema(&path).map_err(|error| {
            let cause = error.source().map_or_else(String::new, |cause| format!(": {cause}"));
            Missing(format!("{error}{cause}")).into()
        })
    }
}

fn read_schema(path: &Path) -> Result<Value> {
    read_json(path).map(upgrade_schema).map(translate_patterns)
}

fn read_json(path: &Path) -> Result<Value> {
    let bytes = read_limited(path, MAX_SCHEMA)?;
    let wrong =
        |why: String| Error::config(format!("expected JSON in `{}`, but it is none", path.display())).caused_by(why);
    let text = std::str::from_utf8(&bytes)
        .map_err(|error| wrong(format!("expected UTF-8, but found other bytes at byte {}", error.valid_up_to())))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut tape = Tape::default();
    let document = tape.read(text).map_err(|refusal| {
        let before = text.get(..refusal.at()).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        wrong(escape_detail(&format!("{refusal} at line {line} column {column}")))
    })?;
    Ok(document.to_value())
}

/// The name of a file as the path of a URI.
fn encode(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut out = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            push_hex(&[byte], &mut out);
        }
    }
    out
}

/// Takes percent escapes off; what is no escape stays.
fn decode(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let digits = bytes.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok());
        let value = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| *byte == b'%');
        out.push(value.unwrap_or(*byte));
        at += if value.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_survive_the_way_through_a_uri() {
        for name in ["a.json", "a b%é.json", "%41"] {
            assert_eq!(decode(&encode(Path::new(name))), name);
        }
        assert_eq!(decode("a%2Fb%zz%4"), "a/b%zz%4");
    }
}
