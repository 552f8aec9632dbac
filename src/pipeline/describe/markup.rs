//! Text for Markdown and YAML that shows as it is, whatever it holds.

use std::fmt::Write as _;

const LAW: &str = "law: writing to a string cannot fail";

/// Most characters of a value from the data.
const MOST_CHARACTERS: usize = 100;

/// A value from the data within Markdown: one line, of bounded length, punctuation without a meaning.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (place, c) in text.chars().enumerate() {
        if place == MOST_CHARACTERS {
            out.push('…');
            break;
        }
        if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
            out.push(' ');
            continue;
        }
        // CommonMark lets every ASCII punctuation be escaped; these have no meaning within a line.
        if c.is_ascii_punctuation() && !"-.,/:;()'+%@=?!\"".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A string of YAML, also for readers of YAML 1.1: in double quotes, and escaped where they would not take it.
pub fn yaml(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}') => {
                write!(out, "\\u{:04X}", u32::from(c)).expect(LAW);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A count with its unit.
pub fn counted(count: u64, one: &str, more: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { more })
}

/// A number with its digits in groups of three.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A table of Markdown; columns after the first hold numbers when their heading ends in `:`.
pub fn table(headings: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let names: Vec<&str> = headings.iter().map(|heading| heading.trim_end_matches(':')).collect();
    let rules: Vec<&str> = headings.iter().map(|heading| if heading.ends_with(':') { "---:" } else { "---" }).collect();
    let mut out = format!("| {} |\n|{}|\n", names.join(" | "), rules.join("|"));
    for row in rows {
        writeln!(out, "| {} |", row.join(" | ")).expect(LAW);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_leave_their_place() {
        assert_eq!(plain("a|b\n<b>*x*</b> [y](z)"), r"a\|b \<b\>\*x\*\</b\> \[y\](z)");
        assert_eq!(plain(&"x".repeat(300)).chars().count(), 101);
        assert_eq!(yaml("a \"b\"\\\n\u{85}\u{7f}é\u{1f600}"), "\"a \\\"b\\\"\\\\\\n\\u0085\\u007Fé\u{1f600}\"");
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(counted(1, "row", "rows"), "1 row");
    }
}
