//! Rows as byte strings whose byte order is the wanted order, for external sorts.
//!
//! A sort key is a sequence of parts, each written so that comparing bytes compares values, and so that no part is a prefix of
//! another. Payload fields follow the key and are read back in order by a [`RowReader`].

use std::borrow::Cow;

/// Appends a signed number; smaller numbers compare smaller.
pub fn push_i64(out: &mut Vec<u8>, value: i64) {
    out.extend_from_slice(&((value as u64) ^ (1 << 63)).to_be_bytes());
}

/// Appends a number that may be absent; absent compares greater than every number.
pub fn push_optional_i64(out: &mut Vec<u8>, value: Option<i64>) {
    match value {
        Some(value) => {
            out.push(0);
            push_i64(out, value);
        }
        None => out.push(1),
    }
}

/// Appends bytes ended by `00 00`, with `00` inside written as `00 01`; compares like the bytes.
pub fn push_bytes_ordered(out: &mut Vec<u8>, bytes: &[u8]) {
    let mut rest = bytes;
    while let Some(at) = memchr::memchr(0, rest) {
        out.extend_from_slice(&rest[..=at]);
        out.push(1);
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
    out.extend_from_slice(&[0, 0]);
}

/// Appends a payload field: length in four bytes, then the bytes; `None` is the length `u32::MAX`.
pub fn push_field(out: &mut Vec<u8>, field: Option<&[u8]>) {
    match field {
        Some(bytes) => {
            out.extend_from_slice(&(bytes.len() as u32).to_be_bytes());
            out.extend_from_slice(bytes);
        }
        None => out.extend_from_slice(&u32::MAX.to_be_bytes()),
    }
}

/// Appends a float so that its bits survive.
pub fn push_optional_f64(out: &mut Vec<u8>, value: Option<f64>) {
    push_optional_i64(out, value.map(|value| value.to_bits() as i64));
}

/// Reads back what the functions of this module wrote, in the same order.
///
/// # Panics
/// Every method panics when the row is not what the caller says: rows are written by copydesk itself, and a wrong one is a bug.
#[derive(Clone, Debug)]
pub struct RowReader<'a> {
    rest: &'a [u8],
}

impl<'a> RowReader<'a> {
    /// Reads from the start of a row.
    pub fn new(row: &'a [u8]) -> Self {
        Self { rest: row }
    }

    /// What has not been read yet.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next bytes of a known length.
    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        let (head, rest) = self.rest.split_first_chunk::<N>().expect("law: a row holds every field that was written");
        self.rest = rest;
        *head
    }

    /// One byte.
    pub fn byte(&mut self) -> u8 {
        self.array::<1>()[0]
    }

    /// A number written by [`push_i64`].
    pub fn i64(&mut self) -> i64 {
        (u64::from_be_bytes(self.array()) ^ (1 << 63)) as i64
    }

    /// A number written by [`push_optional_i64`].
    pub fn optional_i64(&mut self) -> Option<i64> {
        (self.byte() == 0).then(|| self.i64())
    }

    /// A float written by [`push_optional_f64`].
    pub fn optional_f64(&mut self) -> Option<f64> {
        self.optional_i64().map(|bits| f64::from_bits(bits as u64))
    }

    /// Bytes written by [`push_bytes_ordered`], appended to `out`.
    pub fn bytes_ordered(&mut self, out: &mut Vec<u8>) {
        loop {
            let at = memchr::memchr(0, self.rest).expect("law: ordered bytes end in `00 00`");
            out.extend_from_slice(&self.rest[..at]);
            let mark = self.rest[at + 1];
            self.rest = &self.rest[at + 2..];
            if mark == 0 {
                return;
            }
            out.push(0);
        }
    }

    /// Passes over bytes written by [`push_bytes_ordered`].
    pub fn skip_ordered(&mut self) {
        loop {
            let at = memchr::memchr(0, self.rest).expect("law: ordered bytes end in `00 00`");
            let mark = self.rest[at + 1];
            self.rest = &self.rest[at + 2..];
            if mark == 0 {
                return;
            }
        }
    }

    /// Text written by [`push_bytes_ordered`].
    pub fn text_ordered(&mut self) -> String {
        let mut bytes = Vec::new();
        self.bytes_ordered(&mut bytes);
        String::from_utf8(bytes).expect("law: text was written as UTF-8")
    }

    /// The same, borrowed where no byte of it is 0.
    pub fn cow_ordered(&mut self) -> Cow<'a, str> {
        let at = memchr::memchr(0, self.rest).expect("law: ordered bytes end in `00 00`");
        if self.rest[at + 1] != 0 {
            return Cow::Owned(self.text_ordered());
        }
        let (text, rest) = self.rest.split_at(at);
        self.rest = &rest[2..];
        Cow::Borrowed(std::str::from_utf8(text).expect("law: text was written as UTF-8"))
    }

    /// The next bytes of a known number.
    pub fn bytes(&mut self, length: usize) -> &'a [u8] {
        let (bytes, rest) = self.rest.split_at(length);
        self.rest = rest;
        bytes
    }

    /// A field written by [`push_field`].
    pub fn field(&mut self) -> Option<&'a [u8]> {
        let length = u32::from_be_bytes(self.array());
        (length != u32::MAX).then(|| {
            let (field, rest) = self.rest.split_at(length as usize);
            self.rest = rest;
            field
        })
    }

    /// A text field written by [`push_field`].
    pub fn text(&mut self) -> Option<&'a str> {
        self.field().map(|bytes| std::str::from_utf8(bytes).expect("law: text was written as UTF-8"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encoded(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut out);
        out
    }

    proptest! {
        #[test]
        fn byte_order_is_value_order(a: (Vec<u8>, Option<i64>), b: (Vec<u8>, Option<i64>)) {
            let row = |(bytes, number): &(Vec<u8>, Option<i64>)| encoded(|out| {
                push_bytes_ordered(out, bytes);
                push_optional_i64(out, *number);
            });
            let nulls_last = |(bytes, number): &(Vec<u8>, Option<i64>)| (bytes.clone(), number.is_none(), *number);
            prop_assert_eq!(row(&a).cmp(&row(&b)), nulls_last(&a).cmp(&nulls_last(&b)));
        }

        #[test]
        fn what_is_written_is_read(text: String, number: i64, field: Option<Vec<u8>>, float: Option<f64>) {
            let row = encoded(|out| {
                push_bytes_ordered(out, text.as_bytes());
                push_i64(out, number);
                push_field(out, field.as_deref());
                push_optional_f64(out, float);
            });
            let mut reader = RowReader::new(&row);
            prop_assert_eq!(reader.text_ordered(), text);
            prop_assert_eq!(reader.i64(), number);
            prop_assert_eq!(reader.field(), field.as_deref());
            prop_assert_eq!(reader.optional_f64().map(f64::to_bits), float.map(f64::to_bits));
            prop_assert!(reader.rest().is_empty());
        }
    }
}
