//! Reads a small table that a person has worked on: CSV as spreadsheets save it, with commas, semicolons or tabs, in any encoding.

use super::delimited_rows::{RowScan, split_row};
use crate::kernels::decode_text::decode_text;

/// The rows of a table below its header row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Names of the columns.
    pub header: Vec<String>,
    /// Each row with the line on which it begins, from 1; rows may have more or fewer cells than the header. Empty rows are left out.
    pub rows: Vec<(u64, Vec<String>)>,
}

impl Sheet {
    /// Reads a table whose header names `column`, which tells commas, semicolons and tabs apart; `None` when it does not.
    ///
    /// # Errors
    /// What keeps the bytes from being a text, in words.
    pub fn read(bytes: &[u8], column: &str) -> Result<Option<Self>, String> {
        let text =
            decode_text(bytes, None, &[]).map_err(|fault| format!("byte {}: {}", fault.offset, fault.detail))?.text;
        let read = [b',', b';', b'\t'].iter().find_map(|delimiter| {
            let (_, header) = rows_of(&text, *delimiter).next()?;
            header.iter().any(|name| name.trim() == column).then_some((*delimiter, header))
        });
        Ok(read.map(|(delimiter, header)| Self {
            header: header.iter().map(|name| name.trim().to_owned()).collect(),
            rows: rows_of(&text, delimiter).skip(1).collect(),
        }))
    }

    /// The place of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|own| own == name)
    }
}

/// Rows with a cell that is not empty.
fn rows_of(text: &str, delimiter: u8) -> impl Iterator<Item = (u64, Vec<String>)> {
    let (mut rest, mut line) = (text, 1);
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let end = RowScan::new(delimiter).advance(rest.as_bytes()).unwrap_or(rest.len());
            let (row, behind) = rest.split_at(end);
            let begins = line;
            line += line_ends(row);
            rest = behind.strip_prefix("\r\n").or_else(|| behind.strip_prefix(['\r', '\n'])).unwrap_or_default();
            line += 1;
            let (mut cells, mut scratch) = (Vec::new(), String::new());
            split_row(row, delimiter, &mut scratch, |place, scratch| cells.push(place.of(row, scratch).to_owned()));
            if cells.iter().any(|cell| !cell.is_empty()) {
                return Some((begins, cells));
            }
        }
        None
    })
}

fn line_ends(text: &str) -> u64 {
    (text.matches('\n').count() + text.matches('\r').count() - text.matches("\r\n").count()) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_spreadsheets_save_is_read() {
        let rows = |text: &str| Sheet::read(text.as_bytes(), "item").unwrap().unwrap().rows;
        let cells = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let expected = vec![(2, cells(&["a,b", "x"])), (3, cells(&["c\r\nd", "y"])), (6, cells(&["e"]))];
        assert_eq!(rows("\u{feff}item,mark\r\n\"a,b\",x\r\n\"c\r\nd\",y\r\n,\r\ne\r\n"), expected);
        assert_eq!(rows("mark;item\nx;a\n"), [(2, cells(&["x", "a"]))]);
        assert_eq!(rows("mark\titem\rx\ta"), [(2, cells(&["x", "a"]))]);
        assert_eq!(Sheet::read(b"a,b\n1,2\n", "item"), Ok(None));
        let wide: Vec<u8> = "item;m\nş;1".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked = [&[0xFF, 0xFE][..], &wide].concat();
        assert_eq!(Sheet::read(&marked, "item").unwrap().unwrap().rows, [(2, cells(&["ş", "1"]))]);
    }
}
