//! Why a record stopped: stable reason codes, each with its documentation, and the stage that gave it.

use crate::origin::ByteRange;

macro_rules! reason_codes {
    ($($variant:ident = $code:literal, $doc:literal;)*) => {
        /// A stable code for why a record was rejected; stored in `records.reason`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ReasonCode { $(#[doc = $doc] $variant,)* }

        impl ReasonCode {
            /// Every code, in the order of the pipeline.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code as it is stored, kebab-case.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// One sentence for the reference table.
            pub fn documentation(self) -> &'static str {
                match self { $(Self::$variant => $doc,)* }
            }
        }
    };
}

reason_codes! {
    UnknownFormat = "unknown-format", "No reader knows the file by its first bytes or its extension.";
    UnreadableFile = "unreadable-file", "The operating system refused the file and `on-unreadable = \"reject\"` is set.";
    DamagedStream = "damaged-stream", "A compressed or structured file is truncated or corrupt from here on.";
    ExpansionLimit = "expansion-limit", "Decompression would pass the configured ratio, window or size.";
    RecordTooLarge = "record-too-large", "The record is longer than `max-record`.";
    InvalidUtf8 = "invalid-utf8", "The bytes are not UTF-8 and no other encoding is declared or found.";
    InvalidEncoding = "invalid-encoding", "The bytes do not decode in their declared or detected encoding.";
    InvalidJson = "invalid-json", "The line or file is not one JSON value.";
    DuplicateKey = "duplicate-key", "A JSON object names a key twice; readers disagree on which one counts.";
    TooDeep = "too-deep", "A JSON value is nested deeper than 64 levels.";
    NotAnObject = "not-an-object", "The JSON value is no object, so it has no fields.";
    InvalidCsv = "invalid-csv", "The row has another number of fields than the header, or a quote that never ends.";
    InvalidHeader = "invalid-header", "The front matter or the header row cannot be read.";
    InvalidSidecar = "invalid-sidecar", "The metadata file beside the article cannot be read.";
    InvalidValue = "invalid-value", "A known field has a type that it cannot have.";
    MissingText = "missing-text", "No field of the record holds the text of an article.";
    EmptyText = "empty-text", "Nothing is left of the text after normalisation.";
    SchemaViolation = "schema-violation", "The finished record breaks a rule of the JSON Schema; `pointer` and `detail` name it.";
    TakenDown = "taken-down", "The article was taken down: it is counted, and has no row, not even in `records`.";
}

/// Longest `detail` in characters.
pub const MAX_DETAIL_CHARS: usize = 200;

/// A record that stops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// Why.
    pub reason: ReasonCode,
    /// JSON pointer to the offending value, where there is one.
    pub pointer: Option<String>,
    /// What was found, at most [`MAX_DETAIL_CHARS`] characters, control characters escaped; empty when the reason says all.
    pub detail: String,
}

impl Rejection {
    /// A rejection with its detail escaped and cut.
    pub fn new(reason: ReasonCode, detail: impl AsRef<str>) -> Self {
        Self { reason, pointer: None, detail: escape_detail(detail.as_ref()) }
    }

    /// The same with a JSON pointer.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }
}

/// What a damaged range holds: the bytes at hand, or the digest of bytes that were skipped.
#[derive(Clone, Copy, Debug)]
pub enum RawBytes<'a> {
    /// The bytes themselves.
    Bytes(&'a [u8]),
    /// SHA-256 of bytes that were not kept in memory.
    Digest([u8; 32]),
}

/// A range of a stream that is no record, with the reason.
#[derive(Clone, Debug)]
pub struct Damage<'a> {
    /// The bytes concerned.
    pub range: ByteRange,
    /// Their content or digest.
    pub raw: RawBytes<'a>,
    /// Why.
    pub rejection: Rejection,
}

/// Escapes control characters (`\u{..}`) and cuts at [`MAX_DETAIL_CHARS`] characters with an ellipsis.
pub fn escape_detail(text: &str) -> String {
    let mut out = String::new();
    let mut chars = 0;
    for c in text.chars() {
        let hidden = c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c);
        let width = if hidden { c.escape_default().count() } else { 1 };
        if chars + width > MAX_DETAIL_CHARS - 1 {
            out.push('…');
            break;
        }
        if hidden {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
        chars += width;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_kebab_case() {
        let mut codes: Vec<_> = ReasonCode::ALL.iter().map(|reason| reason.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), ReasonCode::ALL.len());
        assert!(
            codes.iter().all(|code| code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'))
        );
    }

    #[test]
    fn details_are_short_and_printable() {
        assert_eq!(escape_detail("a\u{1b}[31m"), "a\\u{1b}[31m");
        assert_eq!(escape_detail(&"x".repeat(1000)).chars().count(), MAX_DETAIL_CHARS);
    }
}
