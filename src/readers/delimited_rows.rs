//! The two state machines of delimited text: where a row ends, and where its fields are.
//!
//! As lenient as `csv-core`, which the tests compare with: a quote opens a field only at its start, what follows the closing
//! quote is part of the field, and LF, CRLF and CR end a row. Own code because the byte ranges of fields are needed.

use memchr::{memchr, memchr_iter, memchr2, memchr3};

use crate::readers::leaves::Place;

/// The search for the end of a row; goes on where it stopped when more bytes are at hand.
#[derive(Debug)]
pub struct RowScan {
    /// Bytes looked at; lower it when bytes are dropped from the front.
    pub at: usize,
    delimiter: u8,
    state: State,
    is_loose: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    FieldStart,
    Plain,
    Quoted,
    /// Behind a quote within quotes: the end, or the first of two.
    Quote,
}

impl RowScan {
    /// A scan at the start of a row. With the delimiter 0 a quote opens behind anything but a letter or digit, which serves to
    /// find the header row before the delimiter is known.
    pub fn new(delimiter: u8) -> Self {
        Self { at: 0, delimiter, state: State::FieldStart, is_loose: false }
    }

    /// Whether the bytes looked at end within quotes.
    pub fn is_quoted(&self) -> bool {
        self.state == State::Quoted
    }

    /// Whether a quote that closed a field was followed by more of it, as where a quote that opened none ran into the next one.
    pub fn is_loose(&self) -> bool {
        self.is_loose
    }

    /// Looks on; the place of the line end, or `None` when the bytes at hand do not hold it.
    pub fn advance(&mut self, bytes: &[u8]) -> Option<usize> {
        while let Some(byte) = bytes.get(self.at).copied() {
            let rest = bytes.get(self.at..).unwrap_or_default();
            match self.state {
                State::Quoted => match memchr(b'"', rest) {
                    Some(found) => {
                        self.at += found + 1;
                        self.state = State::Quote;
                    }
                    None => self.at = bytes.len(),
                },
                State::FieldStart | State::Quote if byte == b'"' => {
                    self.at += 1;
                    self.state = State::Quoted;
                }
                State::FieldStart | State::Plain | State::Quote if self.delimiter == 0 => {
                    if matches!(byte, b'\r' | b'\n') {
                        return Some(self.at);
                    }
                    self.at += 1;
                    self.state =
                        if byte.is_ascii_punctuation() || byte == b'\t' { State::FieldStart } else { State::Plain };
                }
                State::FieldStart | State::Plain | State::Quote => {
                    let found = memchr3(self.delimiter, b'\n', b'\r', rest);
                    self.is_loose |= self.state == State::Quote && found != Some(0);
                    let Some(found) = found else {
                        self.at = bytes.len();
                        self.state = State::Plain;
                        return None;
                    };
                    self.at += found;
                    if rest.get(found) != Some(&self.delimiter) {
                        return Some(self.at);
                    }
                    self.at += 1;
                    self.state = State::FieldStart;
                }
            }
        }
        None
    }
}

/// Hands over the fields of a row, in order; a field that holds doubled quotes is unescaped into `scratch`.
///
/// `take` gets the place of each field and the scratch buffer so far.
pub fn split_row(row: &str, delimiter: u8, scratch: &mut String, mut take: impl FnMut(Place, &str)) {
    let bytes = row.as_bytes();
    let mut at = 0;
    loop {
        let place;
        if bytes.get(at) == Some(&b'"') {
            (place, at) = quoted_field(row, at + 1, delimiter, scratch);
        } else {
            let end = field_end(bytes, at, delimiter);
            place = Place { start: at, end, scratch: false };
            at = end;
        }
        take(place, scratch);
        if at >= bytes.len() {
            return;
        }
        at += 1;
    }
}

/// Where the first line of a row ends that a stray quote has run together with the rows below it; `None` when the row is sound.
///
/// `columns` is the number of fields that a row has; `row` holds line ends and is loose ([`RowScan::is_loose`]). A row of the right
/// number of fields is sound unless its first line has as many, its quote taken as it stands, and sound rows follow.
pub fn stray_quote(row: &[u8], delimiter: u8, columns: usize) -> Option<usize> {
    let first = memchr2(b'\n', b'\r', row)?;
    let (line, behind) = row.split_at(first);
    let is_open = count_fields(line, delimiter) == (columns, true);
    let is_stray = count_fields(row, delimiter).0 != columns
        || columns > 1 && is_open && are_rows(behind.trim_ascii_start(), delimiter, columns);
    is_stray.then_some(first)
}

/// Whether bytes are sound rows, of which the last may go on behind them.
fn are_rows(mut bytes: &[u8], delimiter: u8, columns: usize) -> bool {
    while !bytes.is_empty() {
        let mut scan = RowScan::new(delimiter);
        let end = scan.advance(bytes).unwrap_or(bytes.len());
        let (row, behind) = bytes.split_at(end);
        let goes_on = behind.is_empty() && scan.is_quoted();
        if !goes_on && (scan.is_loose() || count_fields(row, delimiter) != (columns, false)) {
            return false;
        }
        let ends = behind.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        bytes = &behind[ends..];
    }
    true
}

/// The number of fields of a row, and whether a quote in it is not closed, which is then taken as it stands.
fn count_fields(row: &[u8], delimiter: u8) -> (usize, bool) {
    let (mut count, mut at) = (1, 0);
    loop {
        if row.get(at) == Some(&b'"') {
            let open = at;
            at += 1;
            // Behind the quote that closes the field: the first that is not doubled.
            loop {
                let Some(found) = memchr(b'"', row.get(at..).unwrap_or_default()) else {
                    return (count + memchr_iter(delimiter, row.get(open..).unwrap_or_default()).count(), true);
                };
                at += found + 1;
                if row.get(at) != Some(&b'"') {
                    break;
                }
                at += 1;
            }
        }
        let Some(found) = memchr(delimiter, row.get(at..).unwrap_or_default()) else { return (count, false) };
        at += found + 1;
        count += 1;
    }
}

/// Reads a field behind its opening quote; its place, and where its delimiter stands.
fn quoted_field(row: &str, start: usize, delimiter: u8, scratch: &mut String) -> (Place, usize) {
    let bytes = row.as_bytes();
    let scratch_start = scratch.len();
    let mut run = start;
    let mut is_copied = false;
    loop {
        let rest = bytes.get(run..).unwrap_or_default();
        let quote = run + memchr(b'"', rest).unwrap_or(rest.len());
        let behind = (quote + 1).min(bytes.len());
        if bytes.get(behind) == Some(&b'"') && quote < bytes.len() {
            // The first of two quotes belongs to the field.
            scratch.push_str(row.get(run..behind).unwrap_or_default());
            is_copied = true;
            run = behind + 1;
            continue;
        }
        let end = field_end(bytes, behind, delimiter);
        if !is_copied && end == behind {
            return (Place { start, end: quote, scratch: false }, end);
        }
        scratch.push_str(row.get(run..quote).unwrap_or_default());
        scratch.push_str(row.get(behind..end).unwrap_or_default());
        return (Place { start: scratch_start, end: scratch.len(), scratch: true }, end);
    }
}

fn field_end(bytes: &[u8], at: usize, delimiter: u8) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + memchr(delimiter, rest).unwrap_or(rest.len())
}

/// The number of delimiters outside quotes.
pub fn count_outside_quotes(header: &[u8], delimiter: u8) -> usize {
    let mut is_quoted = false;
    let mut count = 0;
    for byte in header {
        is_quoted ^= *byte == b'"';
        count += usize::from(!is_quoted && *byte == delimiter);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        let mut rest = text;
        loop {
            rest = rest.trim_start_matches(['\r', '\n']);
            if rest.is_empty() {
                return rows;
            }
            let end = RowScan::new(b',').advance(rest.as_bytes()).unwrap_or(rest.len());
            let (row, behind) = rest.split_at(end);
            let mut fields = Vec::new();
            let mut scratch = String::new();
            split_row(row, b',', &mut scratch, |place, scratch| fields.push(place.of(row, scratch).to_owned()));
            rows.push(fields);
            rest = behind;
        }
    }

    /// What `csv-core` makes of it.
    fn judged(text: &str) -> Vec<Vec<String>> {
        let mut reader = csv_core::Reader::new();
        let (mut output, mut ends) = (vec![0; text.len() + 1], vec![0; text.len() + 2]);
        let mut rows = Vec::new();
        let mut input = text.as_bytes();
        loop {
            let (mut out, mut end) = (0, 0);
            loop {
                let (result, read, written, ended) = reader.read_record(input, &mut output[out..], &mut ends[end..]);
                input = &input[read..];
                (out, end) = (out + written, end + ended);
                match result {
                    csv_core::ReadRecordResult::Record => break,
                    csv_core::ReadRecordResult::End => return rows,
                    _ => {}
                }
            }
            let mut start = 0;
            let field = |to: &usize| {
                let field = String::from_utf8(output[start..*to].to_vec()).unwrap();
                start = *to;
                field
            };
            rows.push(ends[..end].iter().map(field).collect());
        }
    }

    #[test]
    fn fields_stand_where_they_stand() {
        assert_eq!(rows("a,\"b\"\"\n\",\n\"x\"y,z"), [vec!["a", "b\"\n", ""], vec!["xy", "z"]]);
    }

    #[test]
    fn stray_quotes_are_known_by_the_rows_that_they_swallow() {
        for (row, columns, expected) in [
            // The quote of the first line runs into the one of the third: four fields.
            ("A,\"b\nC,d\nE,\"f, g\"", 2, Some(4)),
            ("A,\"b\nC,d\nE,\"f\"", 2, Some(4)),
            ("A,x,\"b\r\nC,y,\"d\"", 3, Some(6)),
            // A text of lines with quotes of its own.
            ("A,\"b\nsaid \"c\" there\"", 2, None),
            ("A,\"b\n\nsaid \"c\", and d\"", 2, Some(4)),
            ("\"b\nsaid \"c\" there\",x", 2, None),
        ] {
            assert_eq!(stray_quote(row.as_bytes(), b',', columns), expected, "{row}");
        }
    }

    proptest! {
        #[test]
        fn fields_are_counted_as_they_are_split(row in "[a,\"\n]{0,24}") {
            let mut count = 0;
            split_row(&row, b',', &mut String::new(), |_, _| count += 1);
            let (counted, is_open) = count_fields(row.as_bytes(), b',');
            prop_assert!(counted == count || is_open && counted >= count);
        }

        #[test]
        fn csv_core_reads_the_same(pieces in prop::collection::vec(
            prop::sample::select(vec!["a", ",", "\"", "\"\"", "\n", "\r\n", "\r", "é", " ", ",\"x,\"\"y\n\",", "b c"]), 0..20,
        )) {
            let text = pieces.concat();
            prop_assert_eq!(rows(&text), judged(&text), "{:?}", text);
        }

        #[test]
        fn rows_end_in_the_same_place_however_they_come(text in "[a,;\"\n\r\t]{0,24}", delimiter in prop::sample::select(vec![0, b',', b'\t'])) {
            let whole = RowScan::new(delimiter).advance(text.as_bytes());
            let mut scan = RowScan::new(delimiter);
            let pieces = (0..=text.len()).find_map(|end| scan.advance(&text.as_bytes()[..end]));
            prop_assert_eq!(whole, pieces);
        }
    }
}
