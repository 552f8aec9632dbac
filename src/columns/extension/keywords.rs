//! The keywords of JSON Schema 2020-12 that a document may use, and where.

/// Keywords that state nothing.
pub const ANNOTATIONS: &[&str] =
    &["title", "description", "examples", "default", "deprecated", "readOnly", "writeOnly", "$comment"];

/// Keywords of the whole document.
pub const OF_DOCUMENT: &[&str] = &["$schema", "$id", "$defs"];

/// Keywords of a row, besides annotations.
pub const OF_ROW: &[&str] = &[
    "type",
    "properties",
    "required",
    "dependentRequired",
    "dependentSchemas",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "$ref",
];

/// Keywords of a value, besides annotations.
pub const OF_VALUE: &[&str] = &[
    "type",
    "enum",
    "const",
    "pattern",
    "format",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "items",
    "prefixItems",
    "contains",
    "minContains",
    "maxContains",
    "minItems",
    "maxItems",
    "uniqueItems",
    "contentEncoding",
    "contentMediaType",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "$ref",
];

/// Formats that are asserted.
pub const FORMATS: &[&str] = &[
    "date",
    "date-time",
    "time",
    "duration",
    "email",
    "idn-email",
    "hostname",
    "idn-hostname",
    "ipv4",
    "ipv6",
    "uri",
    "uri-reference",
    "iri",
    "iri-reference",
    "uuid",
    "uri-template",
    "json-pointer",
    "relative-json-pointer",
    "regex",
];

/// Types that a column of the user's may have.
pub const TYPES: &[&str] = &["string", "boolean", "integer", "number", "array"];

/// Columns that are filled after validation: no rule can be held against them.
pub const DECIDED_LATER: &[&str] =
    &["cluster_id", "cluster_size", "is_representative", "cluster_relation", "similarity", "validation_codes"];
