//! Rows of a record batch as compact JSON, one value after another.

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{
    DataType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimeUnit,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};

use crate::kernels::sha256::push_hex;

/// What a row says beyond its values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RowForm {
    /// Nulls are left out, fractions of seconds are as long as they must be: what a raw record states.
    #[default]
    Stated,
    /// As the JSON Lines of a dataset: every column is there, `null` where it has no value (a float that is no number too), and
    /// instants have six digits of fraction or more.
    Complete,
}

/// The lines of a batch, in memory that is kept between batches.
#[derive(Debug, Default)]
pub struct JsonRows {
    form: RowForm,
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl JsonRows {
    /// Lines of a form.
    pub fn of(form: RowForm) -> Self {
        Self { form, ..Self::default() }
    }

    /// Writes the rows of a batch; they replace those of the batch before.
    ///
    /// # Errors
    /// When a value has no written form.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
        self.text.clear();
        self.ends.clear();
        let names: Vec<_> = batch.schema_ref().fields().iter().map(|field| field.name().clone()).collect();
        for row in 0..batch.num_rows() {
            self.form.write_members((&names, batch.columns()), row, &mut self.text)?;
            self.ends.push(self.text.len());
        }
        Ok(())
    }

    /// The lines, without line ends.
    pub fn lines(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| self.text.get(start..*end).unwrap_or_default())
    }
}

impl RowForm {
    /// An object of the members, those that are null as the form says.
    fn write_members(
        self,
        (names, columns): (&[String], &[ArrayRef]),
        row: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), ArrowError> {
        out.push(b'{');
        let start = out.len();
        for (name, column) in names.iter().zip(columns) {
            let before = out.len();
            if out.len() > start {
                out.push(b',');
            }
            push_string(name, out);
            out.push(b':');
            if !self.write_value(column.as_ref(), row, out)? {
                match self {
                    Self::Stated => out.truncate(before),
                    Self::Complete => out.extend_from_slice(b"null"),
                }
            }
        }
        out.push(b'}');
        Ok(())
    }

    /// Elements, null ones too, so that places keep their meaning.
    fn write_elements(self, values: &dyn Array, out: &mut Vec<u8>) -> Result<(), ArrowError> {
        out.push(b'[');
        for at in 0..values.len() {
            if at > 0 {
                out.push(b',');
            }
            if !self.write_value(values, at, out)? {
                out.extend_from_slice(b"null");
            }
        }
        out.push(b']');
        Ok(())
    }

    /// Writes one value; `false`, and nothing written, when it is null or no number.
    fn write_value(self, array: &dyn Array, row: usize, out: &mut Vec<u8>) -> Result<bool, ArrowError> {
        if array.is_null(row) {
            return Ok(false);
        }
        macro_rules! number {
            ($kind:ty) => {
                push_json(&array.as_primitive::<$kind>().value(row), out)
            };
        }
        match array.data_type() {
            DataType::Null => return Ok(false),
            DataType::Boolean => push_json(&array.as_boolean().value(row), out),
            DataType::Int8 => number!(Int8Type),
            DataType::Int16 => number!(Int16Type),
            DataType::Int32 => number!(Int32Type),
            DataType::Int64 => number!(Int64Type),
            DataType::UInt8 => number!(UInt8Type),
            DataType::UInt16 => number!(UInt16Type),
            DataType::UInt32 => number!(UInt32Type),
            DataType::UInt64 => number!(UInt64Type),
            DataType::Float16 => return Ok(push_float(f64::from(array.as_primitive::<Float16Type>().value(row)), out)),
            DataType::Float32 => {
                let value = array.as_primitive::<Float32Type>().value(row);
                if !value.is_finite() {
                    return Ok(false);
                }
                push_json(&value, out);
            }
            DataType::Float64 => return Ok(push_float(array.as_primitive::<Float64Type>().value(row), out)),
            DataType::Utf8 => push_string(array.as_string::<i32>().value(row), out),
            DataType::LargeUtf8 => push_string(array.as_string::<i64>().value(row), out),
            DataType::Utf8View => push_string(array.as_string_view().value(row), out),
            DataType::Binary => push_bytes(array.as_binary::<i32>().value(row), out),
            DataType::LargeBinary => push_bytes(array.as_binary::<i64>().value(row), out),
            DataType::BinaryView => push_bytes(array.as_binary_view().value(row), out),
            DataType::FixedSizeBinary(_) => push_bytes(array.as_fixed_size_binary().value(row), out),
            DataType::Timestamp(unit, zone) => self.push_timestamp((*unit, zone.is_some()), (array, row), out),
            DataType::Decimal32(..) | DataType::Decimal64(..) | DataType::Decimal128(..) | DataType::Decimal256(..) => {
                out.extend_from_slice(formatted(array, row)?.as_bytes());
            }
            DataType::List(_) => self.write_elements(&array.as_list::<i32>().value(row), out)?,
            DataType::LargeList(_) => self.write_elements(&array.as_list::<i64>().value(row), out)?,
            DataType::FixedSizeList(..) => self.write_elements(&array.as_fixed_size_list().value(row), out)?,
            DataType::Struct(fields) => {
                let names: Vec<_> = fields.iter().map(|field| field.name().clone()).collect();
                self.write_members((&names, array.as_struct().columns()), row, out)?;
            }
            DataType::Map(..) => {
                let entries = array.as_map().value(row);
                let [keys, values] = entries.columns() else { return Ok(false) };
                let names = (0..keys.len()).map(|at| formatted(keys.as_ref(), at)).collect::<Result<Vec<_>, _>>()?;
                out.push(b'{');
                for (at, name) in names.iter().enumerate() {
                    if at > 0 {
                        out.push(b',');
                    }
                    push_string(name, out);
                    out.push(b':');
                    if !self.write_value(values.as_ref(), at, out)? {
                        out.extend_from_slice(b"null");
                    }
                }
                out.push(b'}');
            }
            DataType::Dictionary(..) => {
                let dictionary = array.as_any_dictionary();
                return match dictionary.normalized_keys().get(row) {
                    Some(key) => self.write_value(dictionary.values().as_ref(), *key, out),
                    None => Ok(false),
                };
            }
            _ => push_string(&formatted(array, row)?, out),
        }
        Ok(true)
    }

    /// An instant in UTC with `Z`, or a local time without zone; values out of range as the number they are.
    fn push_timestamp(
        self,
        (unit, is_instant): (TimeUnit, bool),
        (array, row): (&dyn Array, usize),
        out: &mut Vec<u8>,
    ) {
        let (value, nanoseconds) = match unit {
            TimeUnit::Second => (array.as_primitive::<TimestampSecondType>().value(row), 1_000_000_000),
            TimeUnit::Millisecond => (array.as_primitive::<TimestampMillisecondType>().value(row), 1_000_000),
            TimeUnit::Microsecond => (array.as_primitive::<TimestampMicrosecondType>().value(row), 1_000),
            TimeUnit::Nanosecond => (array.as_primitive::<TimestampNanosecondType>().value(row), 1),
        };
        match jiff::Timestamp::from_nanosecond(i128::from(value) * nanoseconds) {
            Ok(instant) if is_instant && self == Self::Complete && unit != TimeUnit::Nanosecond => {
                push_string(&format!("{instant:.6}"), out);
            }
            Ok(instant) if is_instant => push_string(&instant.to_string(), out),
            Ok(instant) => push_string(&jiff::tz::TimeZone::UTC.to_datetime(instant).to_string(), out),
            Err(_) => push_json(&value, out),
        }
    }
}

fn formatted(array: &dyn Array, row: usize) -> Result<String, ArrowError> {
    ArrayFormatter::try_new(array, &FormatOptions::new().with_display_error(false))?.value(row).try_to_string()
}

fn push_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    if let Ok(text) = str::from_utf8(bytes) {
        push_string(text, out);
    } else {
        let mut digits = String::new();
        push_hex(bytes, &mut digits);
        push_string(&digits, out);
    }
}

fn push_float(value: f64, out: &mut Vec<u8>) -> bool {
    if value.is_finite() {
        push_json(&value, out);
    }
    value.is_finite()
}

fn push_string(text: &str, out: &mut Vec<u8>) {
    push_json(text, out);
}

/// Appends a string, a boolean or a number as JSON.
fn push_json<T: serde::Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) {
    serde_json::to_writer(out, value).expect("law: strings, booleans and finite numbers have a JSON form");
}
