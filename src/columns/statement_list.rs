//! The `_statements` column: writing it from flat vectors, and reading its rows without a copy.

use std::sync::Arc;

use arrow::array::{AsArray, Int64Array, ListArray, RecordBatch, StringArray, StringBuilder, StructArray, UInt8Array};
use arrow::buffer::{OffsetBuffer, ScalarBuffer};
use arrow::datatypes::DataType;
use arrow::datatypes::{Field as ArrowField, Int64Type, UInt8Type};

use super::batch::column;
use super::interim::{STATEMENTS, statement_fields};
use crate::error::{Error, Result};
use crate::origin::ByteRange;
use crate::statement::{DateForm, Evidence, Field, Statement};

/// Builds the column; see [`statement_fields`] for its layout.
#[derive(Debug)]
pub struct StatementListBuilder {
    rows: Vec<i32>,
    field: Vec<u8>,
    evidence: Vec<u8>,
    form: Vec<u8>,
    value: StringBuilder,
    span_start: Vec<i64>,
    span_end: Vec<i64>,
    own: Vec<u8>,
}

impl StatementListBuilder {
    /// An empty column with room for `rows` rows and `statements` statements of `bytes` bytes together.
    pub fn with_capacity(rows: usize, statements: usize, bytes: usize) -> Self {
        let mut offsets = Vec::with_capacity(rows + 1);
        offsets.push(0);
        Self {
            rows: offsets,
            field: Vec::with_capacity(statements),
            evidence: Vec::with_capacity(statements),
            form: Vec::with_capacity(statements),
            value: StringBuilder::with_capacity(statements, bytes),
            span_start: Vec::with_capacity(statements),
            span_end: Vec::with_capacity(statements),
            own: Vec::with_capacity(statements),
        }
    }

    /// Adds a statement to the row that is being built.
    pub fn push(&mut self, statement: &Statement<'_>) {
        self.field.push(statement.field as u8);
        self.evidence.push(statement.evidence as u8);
        self.form.push(statement.form as u8);
        self.value.append_value(&statement.value);
        let (start, end) = statement.span.map_or((-1, -1), |span| (span.offset as i64, span.end() as i64));
        self.span_start.push(start);
        self.span_end.push(end);
        self.own.push(statement.own);
    }

    /// Ends the row that is being built.
    pub fn end_row(&mut self) {
        self.rows.push(self.field.len() as i32);
    }

    /// Statements and bytes of values so far: what [`Self::with_capacity`] wants to know for the next batch.
    pub fn size(&self) -> (usize, usize) {
        (self.field.len(), self.value.values_slice().len())
    }

    /// The column.
    pub fn finish(mut self) -> ListArray {
        let fields = statement_fields();
        let statements = StructArray::new(
            fields.clone(),
            vec![
                Arc::new(UInt8Array::from(self.field)),
                Arc::new(UInt8Array::from(self.evidence)),
                Arc::new(UInt8Array::from(self.form)),
                Arc::new(self.value.finish()),
                Arc::new(Int64Array::from(self.span_start)),
                Arc::new(Int64Array::from(self.span_end)),
                Arc::new(UInt8Array::from(self.own)),
            ],
            None,
        );
        let element = ArrowField::new("element", DataType::Struct(fields), false);
        let rows = OffsetBuffer::new(ScalarBuffer::from(self.rows));
        ListArray::new(Arc::new(element), rows, Arc::new(statements), None)
    }
}

/// A statement that borrows from a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stated<'a> {
    /// What it is about.
    pub field: Field,
    /// Where it stands.
    pub evidence: Evidence,
    /// How a date is written.
    pub form: DateForm,
    /// The value as written.
    pub value: &'a str,
    /// Bytes of the raw record that hold it.
    pub span: Option<ByteRange>,
    /// Place of the column for [`Field::Own`], else 0.
    pub own: u8,
}

/// Reads the column of a batch.
#[derive(Debug)]
pub struct StatementList<'a> {
    rows: &'a [i32],
    field: &'a [u8],
    evidence: &'a [u8],
    form: &'a [u8],
    value: &'a StringArray,
    span_start: &'a [i64],
    span_end: &'a [i64],
    own: &'a [u8],
}

impl<'a> StatementList<'a> {
    /// The `_statements` of a batch.
    ///
    /// # Errors
    /// When the column is missing, of another type, or names a field, evidence or form that does not exist.
    pub fn of(batch: &'a RecordBatch) -> Result<Self> {
        let wrong = || Error::dataset(format!("expected statements in column `{STATEMENTS}`, but found other values"));
        let lists: &ListArray = column(batch, STATEMENTS)?;
        let parts = lists.values().as_struct_opt().ok_or_else(wrong)?;
        if *parts.fields() != statement_fields() {
            return Err(wrong());
        }
        let bytes = |place: usize| &parts.column(place).as_primitive::<UInt8Type>().values()[..];
        let longs = |place: usize| &parts.column(place).as_primitive::<Int64Type>().values()[..];
        let list = Self {
            rows: lists.value_offsets(),
            field: bytes(0),
            evidence: bytes(1),
            form: bytes(2),
            value: parts.column(3).as_string(),
            span_start: longs(4),
            span_end: longs(5),
            own: bytes(6),
        };
        let known = |codes: &[u8], count: usize| codes.iter().all(|code| usize::from(*code) < count);
        let all_known = known(list.field, Field::ALL.len())
            && known(list.evidence, Evidence::ALL.len())
            && known(list.form, DateForm::ALL.len());
        if all_known { Ok(list) } else { Err(wrong()) }
    }

    /// The statements of a row, in the order in which they were made.
    pub fn row(&self, row: usize) -> impl Iterator<Item = Stated<'a>> + use<'a, '_> {
        (self.rows[row] as usize..self.rows[row + 1] as usize).map(|place| Stated {
            field: Field::ALL[usize::from(self.field[place])],
            evidence: Evidence::ALL[usize::from(self.evidence[place])],
            form: DateForm::ALL[usize::from(self.form[place])],
            value: self.value.value(place),
            own: self.own[place],
            span: u64::try_from(self.span_start[place]).ok().map(|start| {
                let end = u64::try_from(self.span_end[place]).unwrap_or(start);
                ByteRange::new(start, end.saturating_sub(start))
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::ArrayRef;
    use arrow::datatypes::Schema;

    use super::*;
    use crate::columns::interim::interim_field;

    fn batch(rows: &[&[Statement<'_>]]) -> RecordBatch {
        let mut builder = StatementListBuilder::with_capacity(0, 0, 0);
        for row in rows {
            row.iter().for_each(|statement| builder.push(statement));
            builder.end_row();
        }
        let schema = Schema::new(vec![interim_field(STATEMENTS)]);
        let column: ArrayRef = Arc::new(builder.finish());
        RecordBatch::try_new(Arc::new(schema), vec![column]).expect("the declared type")
    }

    #[test]
    fn statements_round_trip() {
        let mut date = Statement::new(Field::Published, Evidence::HeaderInline, "2025-12-17");
        date.span = Some(ByteRange::new(5, 10));
        date.form = DateForm::Compact;
        let title = Statement::new(Field::Title, Evidence::Sidecar, "Ferries run");
        let batch = batch(&[&[date.clone(), title], &[], &[date]]);
        let list = StatementList::of(&batch).expect("statements");
        let first: Vec<_> = list.row(0).collect();
        assert_eq!(first[0].span, Some(ByteRange::new(5, 10)));
        assert_eq!((first[0].form, first[0].value), (DateForm::Compact, "2025-12-17"));
        assert_eq!((first[1].field, first[1].evidence, first[1].span), (Field::Title, Evidence::Sidecar, None));
        assert_eq!(list.row(1).count(), 0);
        assert_eq!(list.row(2).count(), 1);
    }

    #[test]
    fn a_slice_of_a_batch_reads_its_own_rows() {
        let one = Statement::new(Field::Title, Evidence::Meta, "one");
        let two = Statement::new(Field::Title, Evidence::Meta, "two");
        let batch = batch(&[&[one], &[two]]).slice(1, 1);
        assert_eq!(StatementList::of(&batch).expect("statements").row(0).next().expect("one").value, "two");
    }

    #[test]
    fn codes_out_of_range_are_refused() {
        let mut builder = StatementListBuilder::with_capacity(1, 1, 1);
        builder.push(&Statement::new(Field::Title, Evidence::Meta, "t"));
        builder.field[0] = 200;
        builder.end_row();
        let schema = Schema::new(vec![interim_field(STATEMENTS)]);
        let batch = RecordBatch::try_new(Arc::new(schema), vec![Arc::new(builder.finish())]).expect("a batch");
        assert!(StatementList::of(&batch).is_err());
    }
}
