//! Writes rows of CSV (RFC 4180) that spreadsheets show and do not compute, and takes back what that added.

/// Signs at the start of a cell that make a formula of it, in Latin and in full width (OWASP, "CSV Injection").
const FORMULA: [char; 9] = ['=', '+', '-', '@', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}', '\u{2212}'];

/// Appends a row with its line end, CR LF.
///
/// A cell that a spreadsheet would take for a formula gets an apostrophe in front, by which spreadsheets know text;
/// [`strip_apostrophe`] takes it away.
pub fn push_csv_row<'c>(out: &mut String, cells: impl IntoIterator<Item = &'c str>) {
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        push_csv_cell(out, cell);
    }
    out.push_str("\r\n");
}

/// Appends one cell, as in [`push_csv_row`].
pub fn push_csv_cell(out: &mut String, cell: &str) {
    let apostrophe = if is_formula(cell) { "'" } else { "" };
    if !apostrophe.is_empty() || cell.contains(['"', ',', ';', '\t', '\r', '\n']) || cell.trim() != cell {
        out.push('"');
        out.push_str(apostrophe);
        for piece in cell.split_inclusive('"') {
            out.push_str(piece);
            if piece.ends_with('"') {
                out.push('"');
            }
        }
        out.push('"');
    } else {
        out.push_str(cell);
    }
}

/// A cell without the apostrophe that [`push_csv_row`] has put before it.
pub fn strip_apostrophe(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(cell)
}

/// Whether a formula follows, behind any apostrophes: those count, so that none is taken away that was not added. Spreadsheets pass over
/// white space before a formula.
fn is_formula(cell: &str) -> bool {
    let cell = cell.trim_start_matches('\'');
    let passed =
        |letter: char| letter.is_whitespace() || letter.is_control() || matches!(letter, '\u{200B}' | '\u{FEFF}');
    cell.starts_with(['\t', '\r', '\n']) || cell.trim_start_matches(passed).starts_with(FORMULA)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn row(cells: &[&str]) -> String {
        let mut out = String::new();
        push_csv_row(&mut out, cells.iter().copied());
        out
    }

    #[test]
    fn formulas_become_text_and_quotes_are_doubled() {
        assert_eq!(row(&["a", "", "b c"]), "a,,b c\r\n");
        assert_eq!(
            row(&["say \"no\"", "a,b", "a;b", "two\nlines", " x"]),
            "\"say \"\"no\"\"\",\"a,b\",\"a;b\",\"two\nlines\",\" x\"\r\n"
        );
        assert_eq!(
            row(&[" =1", "\u{FEFF}@x", "\u{A0}\u{FF1D}1", "1-2"]),
            "\"' =1\",\"'\u{FEFF}@x\",\"'\u{A0}\u{FF1D}1\",1-2\r\n"
        );
        assert_eq!(row(&["=1+1", "-5", "@x", "'=a", "'a"]), "\"'=1+1\",\"'-5\",\"'@x\",\"''=a\",'a\r\n");
    }

    proptest! {
        #[test]
        fn no_cell_is_a_formula_and_every_cell_comes_back(cell in "['=+@a \t\n\u{FEFF}\"-]{0,6}") {
            let csv = row(&[&cell]);
            let inner = csv.trim_end_matches("\r\n");
            let written = match inner.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
                Some(quoted) => quoted.replace("\"\"", "\""),
                None => inner.to_owned(),
            };
            prop_assert!(written.starts_with('\'') || !is_formula(&written), "{:?}", written);
            prop_assert_eq!(strip_apostrophe(&written), cell);
        }
    }
}
