//! Says in this tool's words what a parser of configuration or data has to say of a wrong value.
//!
//! `serde` names what it expects by Rust's types (`struct WrittenInput`, `f64`); whoever writes the file knows none of them.

/// What it is in `serde`'s words, and in ours. Widths are told where a number can run over them.
const KINDS: &[(&str, &str)] = &[
    ("a boolean", "`true` or `false`"),
    ("a byte array", "text"),
    ("a character", "one character"),
    ("a map", "a table"),
    ("a sequence", "a list"),
    ("a string", "text in quotes"),
    ("a borrowed string", "text in quotes"),
    ("any value", "a value"),
    ("bool", "`true` or `false`"),
    ("f32", "a number"),
    ("f64", "a number"),
    ("i8", "a whole number from -128 to 127"),
    ("i16", "a whole number from -32768 to 32767"),
    ("i32", "a whole number from -2147483648 to 2147483647"),
    ("i64", "a whole number"),
    ("i128", "a whole number"),
    ("isize", "a whole number"),
    ("u8", "a whole number from 0 to 255"),
    ("u16", "a whole number from 0 to 65535"),
    ("u32", "a whole number from 0 to 4294967295"),
    ("u64", "a whole number from 0"),
    ("u128", "a whole number from 0"),
    ("usize", "a whole number from 0"),
    ("unit", "nothing"),
];
/// What was found, in `serde`'s words before the value itself.
const BEFORE_VALUES: &[&str] = &["boolean ", "character ", "floating point ", "integer ", "string "];
/// Types that `serde` names with their Rust names; a file has tables, lists and words in their places.
const NAMED: &[(&str, &str)] = &[
    ("struct variant ", "a table"),
    ("tuple variant ", "a list"),
    ("unit variant ", "a word"),
    ("tuple struct ", "a list"),
    ("unit struct ", "nothing"),
    ("struct ", "a table"),
    ("enum ", "a word"),
    ("variant ", "a word"),
];

/// The message of a `serde` parser without names of types: *expected X, but found Y*.
///
/// A place that follows (`at line 1 column 2`) stays; what is no complaint about a type stays as it is.
pub fn word_mistake(message: &str) -> String {
    word_mistake_of(message, None)
}

/// The same, with the value as the file writes it.
pub fn word_mistake_of(message: &str, written: Option<&str>) -> String {
    let rest = ["invalid type: ", "invalid value: ", "invalid length "].iter().find_map(|lead| {
        let rest = message.strip_prefix(lead)?;
        // The found value is the user's and may hold anything; what is expected is ours and stands last.
        let (found, expected) = rest.rsplit_once(", expected ")?;
        Some((found, expected, lead.ends_with("length ")))
    });
    let Some((found, expected, is_length)) = rest else { return word_missing(message) };
    let (expected, place) = match expected.find(" at line ") {
        Some(at) => expected.split_at(at),
        None => (expected, ""),
    };
    let found = match written {
        Some(written) => format!("`{written}`"),
        None if is_length => format!("{found} of them"),
        None => word_found(found),
    };
    format!("expected {}, but found {found}{place}", word_expected(expected))
}

fn word_missing(message: &str) -> String {
    match message.strip_prefix("missing field ") {
        Some(rest) => {
            let (key, place) = rest.find(" at line ").map_or((rest, ""), |at| rest.split_at(at));
            format!("expected the key {key}, but found none{place}")
        }
        None => message.to_owned(),
    }
}

fn word_expected(expected: &str) -> String {
    if let Some((_, words)) = KINDS.iter().find(|(name, _)| *name == expected) {
        return (*words).to_owned();
    }
    if let Some((_, words)) = NAMED.iter().find(|(name, _)| expected.starts_with(name)) {
        return (*words).to_owned();
    }
    expected.strip_prefix("expected ").unwrap_or(expected).to_owned()
}

fn word_found(found: &str) -> String {
    match found {
        "map" | "struct" => "a table".to_owned(),
        "sequence" | "tuple" => "a list".to_owned(),
        "null" | "unit value" | "Option value" => "nothing".to_owned(),
        "enum" | "unit variant" | "newtype variant" | "tuple variant" | "struct variant" | "newtype struct" => {
            "another value".to_owned()
        }
        value => match BEFORE_VALUES.iter().find_map(|lead| value.strip_prefix(lead)) {
            Some(quoted) if quoted.starts_with('`') => quoted.to_owned(),
            Some(bare) => format!("`{bare}`"),
            None => value.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_said_in_words_and_places_stay() {
        for (message, expected) in [
            ("invalid type: string \"x\", expected struct WrittenInput", "expected a table, but found `\"x\"`"),
            ("invalid value: integer `-1`, expected usize", "expected a whole number from 0, but found `-1`"),
            ("invalid type: floating point `1.5`, expected i64", "expected a whole number, but found `1.5`"),
            ("invalid type: map, expected a sequence", "expected a list, but found a table"),
            (
                "invalid type: null, expected a string at line 3 column 4",
                "expected text in quotes, but found nothing at line 3 column 4",
            ),
            (
                "invalid type: string \", expected u8\", expected f64",
                "expected a number, but found `\", expected u8\"`",
            ),
            ("missing field `a` at line 1 column 2", "expected the key `a`, but found none at line 1 column 2"),
            ("unknown field `a`, expected `b`", "unknown field `a`, expected `b`"),
        ] {
            assert_eq!(word_mistake(message), expected);
        }
        let date = "invalid type: map, expected a string";
        assert_eq!(word_mistake_of(date, Some("2026-12-31")), "expected text in quotes, but found `2026-12-31`");
    }
}
