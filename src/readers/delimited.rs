//! CSV and TSV: rows of delimited fields below a header.

use std::borrow::Cow;

use crate::error::Result;
use crate::kernels::decode_text::decode_text;
use crate::origin::ByteRange;
use crate::readers::build_record::{BuildRecord, Decoded, invalid_utf8};
use crate::readers::delimited_rows::{RowScan, count_outside_quotes, split_row, stray_quote};
use crate::readers::leaves::{Kind, Leaves};
use crate::readers::tiling::Tiling;
use crate::readers::window::Window;
use crate::readers::{Layout, ReadContext, Reader, TileSink};
use crate::rejection::{RawBytes, ReasonCode, Rejection};
use crate::stream::RawInput;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// A reader of delimited files.
#[derive(Debug)]
pub struct Delimited {
    name: &'static str,
    documentation: &'static str,
    extensions: &'static [&'static str],
    /// Delimiters to choose from, best first.
    delimiters: &'static [u8],
}

/// The reader of CSV.
pub const CSV: Delimited = Delimited {
    name: "csv",
    documentation: "Comma-separated values (RFC 4180), UTF-8, else one of the fallback encodings, else a guess, row by row. The delimiter is the one of \
        `,`, `;`, TAB and `|` that the header row has most of, the first of them when equal. Fields may stand in `\"` quotes, \
        `\"\"` within is one quote; quoted fields may hold line ends; LF, CRLF and CR end a row. The record is the row \
        without its line end. The header row, blank lines and a byte order mark are framing; empty fields, `NULL`, `nan` and the \
        like state nothing, and authors and keywords may be lists (`['a', 'b']`). A row with another number of fields than the \
        header is rejected, and every row when the header names a field twice. When a quote that is not closed runs a row \
        together with those below it, or never ends, the first line is rejected and reading goes on with the next one; when a \
        second quote never ends, the rest of the file is one rejected record. UTF-16 is refused with a hint.",
    extensions: &["csv"],
    delimiters: b",;\t|",
};

/// The reader of TSV.
pub const TSV: Delimited = Delimited {
    name: "tsv",
    documentation: "Tab-separated values; as CSV, but the delimiter is always TAB.",
    extensions: &["tsv", "tab"],
    delimiters: b"\t",
};

impl Reader for Delimited {
    fn name(&self) -> &'static str {
        self.name
    }

    fn documentation(&self) -> &'static str {
        self.documentation
    }

    fn extensions(&self) -> &'static [&'static str] {
        self.extensions
    }

    fn layout(&self) -> Layout {
        Layout::Stream
    }

    fn read(&self, input: &mut dyn RawInput, context: &ReadContext<'_>, sink: &mut dyn TileSink) -> Result<()> {
        let mut window = Window::new(input, context);
        let mut tiling = Tiling::new(context, sink);
        if window.fill_to(BYTE_ORDER_MARK.len()) && window.bytes().starts_with(BYTE_ORDER_MARK) {
            window.consume(BYTE_ORDER_MARK.len());
        }
        let mut rows = Rows { window, delimiter: 0, columns: 0, is_tail: false, had_damage: false };
        rows.skip_line_ends();
        rows.delimiter = self.sniff_delimiter(&mut rows.window);
        let Some(mut table) = rows.header(&mut tiling)? else {
            rows.window.close_damaged(&mut tiling)?;
            return tiling.framing_to(rows.window.offset());
        };
        while let Some(row) = rows.next(&mut tiling)? {
            let range = ByteRange::new(rows.window.offset(), row as u64);
            let bytes = rows.window.bytes().get(..row).unwrap_or_default();
            table.read(range, bytes, &mut tiling)?;
            rows.window.consume(row);
        }
        tiling.framing_to(rows.window.offset())
    }
}

impl Delimited {
    fn sniff_delimiter(&self, window: &mut Window<'_>) -> u8 {
        let [first, others @ ..] = self.delimiters else { return b',' };
        if others.is_empty() {
            return *first;
        }
        let mut scan = RowScan::new(0);
        let length = loop {
            if let Some(end) = scan.advance(window.bytes()) {
                break end;
            }
            if window.bytes().len() > HEADER_LIMIT || !window.fill() {
                break window.bytes().len();
            }
        };
        let header = window.bytes().get(..length.min(HEADER_LIMIT)).unwrap_or_default();
        let mut best = (0, *first);
        for delimiter in self.delimiters {
            let count = count_outside_quotes(header, *delimiter);
            if count > best.0 {
                best = (count, *delimiter);
            }
        }
        best.1
    }
}

/// Bytes of the header row that the delimiter is chosen by.
const HEADER_LIMIT: usize = 64 * 1024;

/// Finds rows in a stream.
struct Rows<'i> {
    window: Window<'i>,
    delimiter: u8,
    /// Fields of the header; 0 before it is read.
    columns: usize,
    /// Whether the row before was cut because its quote never ended.
    is_tail: bool,
    /// Whether any row could not be read.
    had_damage: bool,
}

impl Rows<'_> {
    fn skip_line_ends(&mut self) {
        loop {
            let bytes = self.window.bytes();
            let count = bytes.iter().position(|byte| !matches!(byte, b'\r' | b'\n')).unwrap_or(bytes.len());
            self.window.consume(count);
            if !self.window.bytes().is_empty() || !self.window.fill() {
                return;
            }
        }
    }

    /// The length of the next row, which is then at hand from the window's start; `None` at the end.
    ///
    /// Rows that are too long or never end are handed over as damage on the way.
    fn next(&mut self, tiling: &mut Tiling<'_>) -> Result<Option<usize>> {
        loop {
            self.skip_line_ends();
            let mut scan = RowScan::new(self.delimiter);
            let end = loop {
                if let Some(end) = scan.advance(self.window.bytes()) {
                    break end;
                }
                scan.at -= self.window.spill(scan.at);
                if self.window.fill() {
                    continue;
                }
                if self.window.close_damaged(tiling)? {
                    return Ok(None);
                }
                let rest = self.window.bytes().len();
                if rest == 0 && !self.window.is_spilled() {
                    return Ok(None);
                }
                break if scan.is_quoted() { self.unterminated(rest, tiling)? } else { rest };
            };
            if end == 0 && !self.window.is_spilled() {
                continue;
            }
            if let Some(row) = self.window.whole_piece(end) {
                let stray = if scan.is_loose() && self.columns > 0 {
                    stray_quote(row, self.delimiter, self.columns)
                } else {
                    None
                };
                let Some(line) = stray else { return Ok(Some(end)) };
                let rejection = Rejection::new(ReasonCode::InvalidCsv, "a quoted field is not closed");
                self.window.damage(line, Some(rejection), tiling)?;
                continue;
            }
            self.had_damage = true;
            self.window.damage(end, None, tiling)?;
        }
    }

    /// Hands over the first line of a row whose quote never ends, or all that is left; always returns 0, for no row.
    fn unterminated(&mut self, rest: usize, tiling: &mut Tiling<'_>) -> Result<usize> {
        let is_whole = self.is_tail || self.window.is_spilled();
        let line_end = self.window.bytes().iter().position(|byte| matches!(byte, b'\r' | b'\n'));
        let length = line_end.filter(|_| !is_whole).unwrap_or(rest);
        self.is_tail = true;
        self.had_damage = true;
        let rejection = Rejection::new(ReasonCode::InvalidCsv, "a quoted field never ends");
        self.window.damage(length, Some(rejection), tiling)?;
        Ok(0)
    }

    /// Reads the header row; `None` when there is no row at all.
    ///
    /// When the first row is damaged, no later one is taken for the header: it would be lost as framing.
    fn header(&mut self, tiling: &mut Tiling<'_>) -> Result<Option<Table>> {
        let Some(length) = self.next(tiling)? else { return Ok(None) };
        if self.had_damage {
            let flaw = Rejection::new(ReasonCode::InvalidHeader, "the header row cannot be read");
            return Ok(Some(Table { flaw: Some(flaw), ..Table::new(b"", self.delimiter, tiling.context) }));
        }
        let bytes = self.window.bytes().get(..length).unwrap_or_default();
        let table = Table::new(bytes, self.delimiter, tiling.context);
        self.columns = table.names.len();
        self.window.consume(length);
        Ok(Some(table))
    }
}

/// The header and the buffers that rows are read with.
struct Table {
    delimiter: u8,
    names: Vec<String>,
    /// Whether each column is one of the user's own, in which every word is the user's.
    own: Vec<bool>,
    /// Why no row can be read.
    flaw: Option<Rejection>,
    leaves: Leaves,
    build: BuildRecord,
}

impl Table {
    fn new(header: &[u8], delimiter: u8, context: &ReadContext<'_>) -> Self {
        let mut table = Self {
            delimiter,
            names: Vec::new(),
            own: Vec::new(),
            flaw: None,
            leaves: Leaves::default(),
            build: BuildRecord::default(),
        };
        let is_wide = header.starts_with(b"\xFF\xFE") || header.starts_with(b"\xFE\xFF");
        let Some((text, _)) = decode(header, context).ok().filter(|_| !is_wide) else {
            let detail = if is_wide {
                "the file is UTF-16: save it as UTF-8".to_owned()
            } else {
                format!("the header row is not text: {}", invalid_utf8(header).detail)
            };
            table.flaw = Some(Rejection::new(ReasonCode::InvalidHeader, detail));
            return table;
        };
        let names = &mut table.names;
        split_row(&text, delimiter, &mut table.leaves.scratch, |place, scratch| {
            names.push(place.of(&text, scratch).trim().to_owned());
        });
        table.own = table.names.iter().map(|name| context.own_keys.iter().any(|key| key.name == *name)).collect();
        let mut sorted: Vec<_> = table.names.iter().filter(|name| !name.is_empty()).collect();
        sorted.sort_unstable();
        if let Some([name, _]) = sorted.array_windows().find(|[a, b]| a == b) {
            let detail = format!("the header names `{name}` twice");
            table.flaw = Some(Rejection::new(ReasonCode::InvalidHeader, detail));
        }
        table
    }

    /// Hands over one row.
    fn read(&mut self, range: ByteRange, bytes: &[u8], tiling: &mut Tiling<'_>) -> Result<()> {
        if self.names.len() > 1 && bytes.trim_ascii().is_empty() {
            return Ok(());
        }
        if let Some(flaw) = &self.flaw {
            return tiling.damage(range, RawBytes::Bytes(bytes), flaw.clone());
        }
        let (text, encoding) = match decode(bytes, tiling.context) {
            Ok(decoded) => decoded,
            Err(rejection) => return tiling.damage(range, RawBytes::Bytes(bytes), rejection),
        };
        let is_raw = matches!(text, Cow::Borrowed(_));
        let count = self.split(&text, is_raw);
        if count != self.names.len() {
            let detail = format!("expected {} fields, but found {count}", self.names.len());
            return tiling.damage(range, RawBytes::Bytes(bytes), Rejection::new(ReasonCode::InvalidCsv, detail));
        }
        let record = Decoded { range, bytes, text: &text, encoding };
        self.build.build(record, &self.leaves, tiling)
    }

    /// Writes the fields of a row down as leaves; the number of fields.
    fn split(&mut self, text: &str, is_raw: bool) -> usize {
        let Leaves { shape, items, scratch } = &mut self.leaves;
        shape.clear();
        items.clear();
        scratch.clear();
        let mut count = 0;
        // A decoded row does not stand in the file as it is, so its places are those of a copy.
        let (names, own) = (&self.names, &self.own);
        if !is_raw {
            scratch.push_str(text);
        }
        split_row(text, self.delimiter, scratch, |mut place, scratch| {
            if let Some(name) = names.get(count) {
                let is_own = own.get(count).is_some_and(|it| *it);
                let is_null = place.start == place.end || !is_own && is_null_word(place.of(text, scratch));
                let kind = if is_null { Kind::Null } else { Kind::Text };
                place.scratch |= !is_raw;
                let path = shape.push(name);
                items.push(crate::readers::leaves::Leaf { path, kind, place });
            }
            count += 1;
        });
        count
    }
}

/// The characters of a row: UTF-8, else the first fallback encoding that fits, else a guess by its own bytes; and its name.
fn decode<'a>(
    bytes: &'a [u8],
    context: &ReadContext<'_>,
) -> std::result::Result<(Cow<'a, str>, &'static str), Rejection> {
    if let Ok(text) = simdutf8::basic::from_utf8(bytes) {
        return Ok((Cow::Borrowed(text), "utf-8"));
    }
    for label in context.fallback_encodings {
        let encoding = encoding_rs::Encoding::for_label(label.as_bytes());
        if let Some(encoding) = encoding.filter(|encoding| encoding.is_ascii_compatible())
            && let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes)
        {
            return Ok((Cow::Owned(text.into_owned()), lower_case_name(encoding)));
        }
    }
    let guessed =
        decode_text(bytes, None, &[]).map(|decoded| (Cow::Owned(decoded.text.into_owned()), decoded.encoding));
    guessed.map_err(|_| invalid_utf8(bytes))
}

/// Whether a field says that it has no value, in the words of databases and of programs that write tables.
fn is_null_word(field: &str) -> bool {
    matches!(field, "NULL" | "null" | "nan" | "NaN" | "None" | "<NA>" | "#N/A" | "\\N")
}

/// The names of the WHATWG Encoding Standard for legacy encodings, in lower case.
const ENCODING_NAMES: &[&str] = &[
    "ibm866",
    "iso-8859-2",
    "iso-8859-3",
    "iso-8859-4",
    "iso-8859-5",
    "iso-8859-6",
    "iso-8859-7",
    "iso-8859-8",
    "iso-8859-8-i",
    "iso-8859-10",
    "iso-8859-13",
    "iso-8859-14",
    "iso-8859-15",
    "iso-8859-16",
    "koi8-r",
    "koi8-u",
    "macintosh",
    "windows-874",
    "windows-1250",
    "windows-1251",
    "windows-1252",
    "windows-1253",
    "windows-1254",
    "windows-1255",
    "windows-1256",
    "windows-1257",
    "windows-1258",
    "x-mac-cyrillic",
    "gbk",
    "gb18030",
    "big5",
    "euc-jp",
    "iso-2022-jp",
    "shift_jis",
    "euc-kr",
    "x-user-defined",
];

fn lower_case_name(encoding: &'static encoding_rs::Encoding) -> &'static str {
    let name = encoding.name();
    ENCODING_NAMES.iter().find(|known| known.eq_ignore_ascii_case(name)).copied().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::laws::{Collect, Seen, assert_tiled, context, read_all};

    fn brief(stream: &[u8]) -> Vec<String> {
        let seen = read_all(&CSV, stream, 99);
        assert_tiled(&seen, stream, stream.len() as u64);
        seen.iter().map(|tile| tile.brief(stream)).collect()
    }

    #[test]
    fn rows_are_records_and_the_header_is_framing() {
        let stream = "\u{feff}title,text\r\nA,\"b, \"\"c\"\"\r\nd\"\r\n\r\n,x\n";
        assert_eq!(
            brief(stream.as_bytes()),
            ["f \u{feff}title,text\r\n", "r A,\"b, \"\"c\"\"\r\nd\"", "f \r\n\r\n", "r ,x", "f \n",]
        );
        let Seen::Record { text, statements, .. } = &read_all(&CSV, stream.as_bytes(), 99)[1] else { panic!() };
        assert_eq!(text, "b, \"c\"\r\nd");
        assert_eq!(statements[0].value, "A");
    }

    #[test]
    fn the_delimiter_is_the_one_the_header_has_most_of() {
        for (stream, text) in
            [("title;text\na,b;c\n", "c"), ("title|text\na|c\n", "c"), ("text\nc\n", "c"), ("\"a,b\"\ttext\nx\tc", "c")]
        {
            let seen = read_all(&CSV, stream.as_bytes(), 99);
            assert!(
                seen.iter().any(|tile| matches!(tile, Seen::Record { text: found, .. } if found == text)),
                "{stream}"
            );
        }
    }

    #[test]
    fn rows_that_do_not_fit_are_rejected() {
        assert_eq!(
            brief(b"title,text\na\nb,c,d\ne,f"),
            ["f title,text\n", "invalid-csv a", "f \n", "invalid-csv b,c,d", "f \n", "r e,f"]
        );
        assert_eq!(brief(b"text,text\na,b"), ["f text,text\n", "invalid-header a,b"]);
        assert_eq!(
            brief(b"title,text\nA,\"b\nC,d\n"),
            ["f title,text\n", "invalid-csv A,\"b", "f \n", "r C,d", "f \n"]
        );
    }

    #[test]
    fn a_stray_quote_costs_its_own_line() {
        let stream = b"title,text\nA,\"b\nC,d\nE,\"f, g\"\nH,i\n";
        assert_eq!(
            brief(stream),
            ["f title,text\n", "invalid-csv A,\"b", "f \n", "r C,d", "f \n", "r E,\"f, g\"", "f \n", "r H,i", "f \n"]
        );
    }

    #[test]
    fn words_for_no_value_state_nothing_and_lists_state_their_elements() {
        let stream = "title,author,keywords,text\nNULL,\"['Ada Moreno', \"\"Bo O'Li\"\"]\",\"[\"\"sea\"\",\"\"land\"\"]\",b\nnan,[sic],[],None\n";
        let seen = read_all(&CSV, stream.as_bytes(), 9_999);
        let Seen::Record { statements, .. } = &seen[1] else { panic!("{seen:?}") };
        let values: Vec<_> = statements.iter().map(|it| &*it.value).collect();
        assert_eq!(values, ["Ada Moreno", "Bo O'Li", "sea", "land"]);
        let Seen::Record { statements, .. } = &read_all(&CSV, b"authors,author,text\n[],Ada Moreno,b\n", 99)[1] else {
            panic!()
        };
        assert_eq!(statements[0].value, "Ada Moreno");
        assert_eq!(brief(stream.as_bytes())[3].split(' ').next(), Some("missing-text"));
    }

    #[test]
    fn utf_16_is_refused_with_a_hint() {
        let stream: Vec<u8> = "\u{feff}title,text\na,b\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let seen = read_all(&CSV, &stream, 99);
        assert_tiled(&seen, &stream, stream.len() as u64);
        assert!(!seen.iter().any(|tile| matches!(tile, Seen::Record { .. })) && format!("{seen:?}").contains("UTF-8"));
    }

    #[test]
    fn without_a_header_no_row_is_read_and_none_is_lost() {
        assert_eq!(brief(b"\"title,text\na,b\n"), ["invalid-csv \"title,text", "f \n", "invalid-header a,b", "f \n"]);
    }

    #[test]
    fn legacy_rows_are_decoded_by_the_fallback_list() {
        let stream = b"title,text\n\"caf\xe9\",\xe9t\xe9\nx,y\n";
        let fallback = ["utf-16le".to_owned(), "latin1".to_owned()];
        let mut sink = Collect::default();
        let context = ReadContext { fallback_encodings: &fallback, ..context("x.csv", 99) };
        CSV.read(&mut &stream[..], &context, &mut sink).unwrap();
        let Seen::Record { text, statements, encoding, .. } = &sink.0[1] else { panic!("{:?}", sink.0) };
        assert_eq!((text.as_str(), *encoding, statements[0].value.as_ref()), ("été", "windows-1252", "café"));
        assert_eq!(statements[0].span, None);
        // Without a list the row is guessed by its own bytes; bytes of no text are not.
        let row = "Le café a été fermé à l’été dernier, et les élèves ne l’ont pas regretté : « c’était trop cher », dit l’un.";
        let (encoded, ..) = encoding_rs::WINDOWS_1252.encode(row);
        let stream = [&b"title,text\nx,\""[..], &encoded, b"\"\nx,\xE9\x81\x00\x01\x02\x03\n"].concat();
        let seen = read_all(&CSV, &stream, 9_999);
        let Seen::Record { text, encoding, .. } = &seen[1] else { panic!("{seen:?}") };
        assert_eq!((text.as_str(), *encoding), (row, "windows-1252"));
        assert_eq!(brief(&stream)[3].split(' ').next(), Some("invalid-utf8"));
    }

    proptest::proptest! {
        #[test]
        fn a_stray_quote_costs_no_other_row(
            rows in proptest::collection::vec(proptest::collection::vec(0_u8..4, 3), 2..8),
            place in 0_usize..24,
        ) {
            let field = |kind: &u8| ["word", "two words", "\"a, b\"", "\"a\nb \"\"c\"\"\""][usize::from(*kind)];
            let mut written: Vec<String> =
                rows.iter().map(|row| row.iter().map(field).collect::<Vec<_>>().join(",")).collect();
            let (row, column) = (place / 3 % rows.len(), place % 3);
            // A quote before a field that stands in none.
            let fields: Vec<String> = rows[row]
                .iter()
                .enumerate()
                .map(|(at, kind)| if at == column { format!("\"{}", field(&(kind % 2))) } else { field(&(kind % 3)).to_owned() })
                .collect();
            written[row] = fields.join(",");
            let stream = format!("title,author,text\n{}\n", written.join("\n"));
            let seen = read_all(&CSV, stream.as_bytes(), 9_999);
            assert_tiled(&seen, stream.as_bytes(), stream.len() as u64);
            let seen: Vec<_> = seen.iter().map(|tile| tile.brief(stream.as_bytes())).collect();
            for (at, other) in written.iter().enumerate().filter(|(at, _)| *at != row) {
                proptest::prop_assert!(seen.contains(&format!("r {other}")), "{at}: {stream}\n{seen:?}");
            }
        }
    }
}
