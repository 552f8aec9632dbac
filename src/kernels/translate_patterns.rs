//! Says the classes of ECMA-262 patterns in full where the validator takes them as Unicode's.
//!
//! `jsonschema` translates `\d`, `\w`, `\s` and `.` for the engine that runs in linear time, and hands patterns with look-around
//! and back-references to the other as they are, where `\w` matches `é`. Here these classes are written out (ECMA-262, sections
//! 22.2.2.7 and 22.2.2.9), so that both kinds of pattern mean the same. A negated class inside brackets has no such form and stays.

use serde_json::{Map, Value};

// Each ends with a range, so that a hyphen behind it stays a hyphen.
const DIGITS: &str = "0-9";
const WORD: &str = "A-Za-z_0-9";
/// Written as characters: the two syntaxes have no escape in common that reaches them all.
const SPACE: &str = " \u{a0}\u{1680}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}\u{feff}\u{2000}-\u{200a}\t-\r";
const LINE_ENDS: &str = "\n\r\u{2028}\u{2029}";

/// Keywords whose members are schemas under names of the user's.
const MAPS: [&str; 6] = ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"];
/// Keywords whose value is data.
const DATA: [&str; 4] = ["const", "enum", "default", "examples"];

/// A schema with its patterns translated.
pub fn translate_patterns(schema: Value) -> Value {
    match schema {
        Value::Object(members) => Value::Object(members.into_iter().map(translate_member).collect()),
        Value::Array(elements) => elements.into_iter().map(translate_patterns).collect(),
        other => other,
    }
}

fn translate_member((keyword, value): (String, Value)) -> (String, Value) {
    let value = match value {
        Value::String(pattern) if keyword == "pattern" => Value::String(translate(pattern)),
        Value::Object(schemas) if MAPS.contains(&keyword.as_str()) => {
            let is_pattern = keyword == "patternProperties";
            let name = |name| if is_pattern { translate(name) } else { name };
            let all: Map<_, _> =
                schemas.into_iter().map(|(key, schema)| (name(key), translate_patterns(schema))).collect();
            Value::Object(all)
        }
        data if DATA.contains(&keyword.as_str()) => data,
        other => translate_patterns(other),
    };
    (keyword, value)
}

/// Whether only the engine that goes back can match the pattern.
fn goes_back(pattern: &str) -> bool {
    let looks = ["(?=", "(?!", "(?<=", "(?<!", "\\k<"].iter().any(|part| pattern.contains(part));
    looks || pattern.as_bytes().windows(2).any(|pair| pair[0] == b'\\' && matches!(pair[1], b'1'..=b'9'))
}

fn translate(pattern: String) -> String {
    if !goes_back(&pattern) {
        return pattern;
    }
    let mut out = String::with_capacity(pattern.len());
    let mut in_class = false;
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => {
                let Some(escaped) = rest.next() else {
                    out.push('\\');
                    break;
                };
                match (class_of(escaped), in_class) {
                    (Some((content, false)), true) => out.push_str(content),
                    (Some((content, false)), false) => out.extend(["[", content, "]"]),
                    (Some((content, true)), false) => out.extend(["[^", content, "]"]),
                    _ => out.extend(['\\', escaped]),
                }
                continue;
            }
            '.' if !in_class => {
                out.extend(["[^", LINE_ENDS, "]"]);
                continue;
            }
            '[' => in_class = true,
            ']' => in_class = false,
            _ => {}
        }
        out.push(c);
    }
    out
}

/// What a letter behind a backslash stands for, and whether it is everything else.
fn class_of(letter: char) -> Option<(&'static str, bool)> {
    let content = match letter.to_ascii_lowercase() {
        'd' => DIGITS,
        'w' => WORD,
        's' => SPACE,
        _ => return None,
    };
    Some((content, letter.is_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn matches(pattern: &str, text: &str) -> bool {
        let schema = translate_patterns(json!({ "pattern": pattern }));
        jsonschema::is_valid(&schema, &json!(text))
    }

    #[test]
    fn classes_mean_the_same_with_look_around_and_without() {
        for (class, good, bad) in [
            (r"\d", "7", "٧"),
            (r"\D", "٧", "7"),
            (r"\w", "z", "é"),
            (r"\W", "é", "z"),
            (r"\s", "\u{feff}", "x"),
            (r"\S", "x", "\u{2003}"),
            (r".", "é", "\u{2028}"),
            (r"[\w.-]", ".", "é"),
            (r"[^\d]", "٧", "7"),
            (r"[\s-]", "-", "x"),
            (r"\\.", "\\x", "\\\n"),
        ] {
            for pattern in [format!("^{class}$"), format!("^(?!never){class}$"), format!("^(){class}\\1$")] {
                assert!(matches(&pattern, good), "{pattern} {good:?}");
                assert!(!matches(&pattern, bad), "{pattern} {bad:?}");
            }
        }
    }

    #[test]
    fn only_patterns_that_go_back_change_and_data_never_does() {
        let schema = json!({
            "pattern": r"^\w.$",
            "const": {"pattern": r"(?=a)\w"},
            "properties": {"pattern": {"pattern": r"(?=a)\w"}, "enum": {"pattern": r"(?=a)\d"}},
            "patternProperties": {r"(?!a)\d": true},
        });
        let expected = json!({
            "pattern": r"^\w.$",
            "const": {"pattern": r"(?=a)\w"},
            "properties": {"pattern": {"pattern": "(?=a)[A-Za-z_0-9]"}, "enum": {"pattern": "(?=a)[0-9]"}},
            "patternProperties": {"(?!a)[0-9]": true},
        });
        assert_eq!(translate_patterns(schema), expected);
    }
}
