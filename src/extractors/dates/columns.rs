//! The columns that dates fill: those of the row, and `_date_candidates`.

use std::fmt::Write as _;
use std::sync::Arc;

use arrow::array::{
    ArrayBuilder, ArrayRef, BooleanBuilder, Date32Builder, Int64Builder, ListArray, StringBuilder, StructArray,
    TimestampMicrosecondBuilder,
};
use arrow::buffer::{OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{DataType, Field};

use super::{Candidate, Dates};
use crate::columns::interim::{DATE_CANDIDATES, date_candidate_fields, timestamp_type};
use crate::kernels::parse_date::{Precision, TzText};
use crate::statement::Evidence;

/// `published_precision` and `precision` where nothing is known.
const NO_PRECISION: &str = "none";

/// Builds the date columns row by row.
#[derive(Debug)]
pub struct DateColumns {
    published_at: TimestampMicrosecondBuilder,
    published_date: Date32Builder,
    published_precision: StringBuilder,
    published_raw: StringBuilder,
    published_evidence: StringBuilder,
    published_tz: StringBuilder,
    date_conflict: BooleanBuilder,
    modified_at: TimestampMicrosecondBuilder,
    retrieved_at: TimestampMicrosecondBuilder,
    candidates: CandidateColumns,
}

impl DateColumns {
    /// The columns that [`Self::finish`] returns.
    pub const NAMES: [&str; 10] = [
        "published_at",
        "published_date",
        "published_precision",
        "published_raw",
        "published_evidence",
        "published_tz",
        "date_conflict",
        "modified_at",
        "retrieved_at",
        DATE_CANDIDATES,
    ];

    /// Empty columns with room for `rows` rows.
    pub fn with_capacity(rows: usize) -> Self {
        let instants = || TimestampMicrosecondBuilder::with_capacity(rows).with_data_type(timestamp_type());
        let strings = || StringBuilder::with_capacity(rows, rows * 16);
        Self {
            published_at: instants(),
            published_date: Date32Builder::with_capacity(rows),
            published_precision: strings(),
            published_raw: strings(),
            published_evidence: strings(),
            published_tz: strings(),
            date_conflict: BooleanBuilder::with_capacity(rows),
            modified_at: instants(),
            retrieved_at: instants(),
            candidates: CandidateColumns::with_capacity(rows),
        }
    }

    /// Adds a row.
    pub fn push(&mut self, dates: &Dates<'_>, candidates: &[Candidate<'_>]) {
        let published = dates.published.as_ref();
        self.published_at.append_option(published.and_then(|published| published.at));
        self.published_date.append_option(published.map(|published| published.date));
        self.published_precision.append_value(published.map_or(NO_PRECISION, |published| published.precision.as_str()));
        self.published_raw.append_option(published.map(|published| published.raw.trim()).filter(|raw| !raw.is_empty()));
        self.published_evidence.append_value(published.map_or(Evidence::None, |published| published.evidence).code());
        push_zone(&mut self.published_tz, published.and_then(|published| published.tz.as_ref()));
        self.date_conflict.append_value(dates.conflict);
        self.modified_at.append_option(dates.modified_at);
        self.retrieved_at.append_option(dates.retrieved_at);
        for candidate in candidates {
            self.candidates.push(candidate);
        }
        self.candidates.end_row();
    }

    /// The columns with their names.
    pub fn finish(mut self) -> impl Iterator<Item = (&'static str, ArrayRef)> {
        let arrays: [ArrayRef; 10] = [
            Arc::new(self.published_at.finish()),
            Arc::new(self.published_date.finish()),
            Arc::new(self.published_precision.finish()),
            Arc::new(self.published_raw.finish()),
            Arc::new(self.published_evidence.finish()),
            Arc::new(self.published_tz.finish()),
            Arc::new(self.date_conflict.finish()),
            Arc::new(self.modified_at.finish()),
            Arc::new(self.retrieved_at.finish()),
            Arc::new(self.candidates.finish()),
        ];
        Self::NAMES.into_iter().zip(arrays)
    }
}

/// The columns of the candidates of all rows; see
/// [`date_candidate_fields`] for their order.
#[derive(Debug)]
struct CandidateColumns {
    rows: Vec<i32>,
    kind: StringBuilder,
    role: StringBuilder,
    raw: StringBuilder,
    span_start: Int64Builder,
    span_end: Int64Builder,
    value_date: Date32Builder,
    value_at: TimestampMicrosecondBuilder,
    precision: StringBuilder,
    tz: StringBuilder,
    accepted: BooleanBuilder,
    reject_reason: StringBuilder,
}

impl CandidateColumns {
    fn with_capacity(rows: usize) -> Self {
        let strings = || StringBuilder::with_capacity(rows, rows * 16);
        let mut offsets = Vec::with_capacity(rows + 1);
        offsets.push(0);
        Self {
            rows: offsets,
            kind: strings(),
            role: strings(),
            raw: strings(),
            span_start: Int64Builder::with_capacity(rows),
            span_end: Int64Builder::with_capacity(rows),
            value_date: Date32Builder::with_capacity(rows),
            value_at: TimestampMicrosecondBuilder::with_capacity(rows).with_data_type(timestamp_type()),
            precision: strings(),
            tz: strings(),
            accepted: BooleanBuilder::with_capacity(rows),
            reject_reason: strings(),
        }
    }

    fn push(&mut self, candidate: &Candidate<'_>) {
        let value = candidate.value.as_ref();
        let (start, end) = candidate.span.unwrap_or((-1, -1));
        self.kind.append_value(candidate.kind.code());
        self.role.append_value(candidate.role.code());
        self.raw.append_value(candidate.raw);
        self.span_start.append_value(start);
        self.span_end.append_value(end);
        self.value_date.append_option(value.map(|value| value.date));
        self.value_at.append_option(value.and_then(|value| value.at));
        self.precision.append_value(value.map(|value| value.precision).map_or(NO_PRECISION, Precision::as_str));
        push_zone(&mut self.tz, value.and_then(|value| value.tz.as_ref()));
        self.accepted.append_value(candidate.refused.is_none());
        self.reject_reason.append_option(candidate.refused);
    }

    fn end_row(&mut self) {
        self.rows.push(self.accepted.len() as i32);
    }

    fn finish(mut self) -> ListArray {
        let fields = date_candidate_fields();
        let arrays: Vec<ArrayRef> = vec![
            Arc::new(self.kind.finish()),
            Arc::new(self.role.finish()),
            Arc::new(self.raw.finish()),
            Arc::new(self.span_start.finish()),
            Arc::new(self.span_end.finish()),
            Arc::new(self.value_date.finish()),
            Arc::new(self.value_at.finish()),
            Arc::new(self.precision.finish()),
            Arc::new(self.tz.finish()),
            Arc::new(self.accepted.finish()),
            Arc::new(self.reject_reason.finish()),
        ];
        let candidates = StructArray::new(fields.clone(), arrays, None);
        let element = Field::new("element", DataType::Struct(fields), false);
        let rows = OffsetBuffer::new(ScalarBuffer::from(self.rows));
        ListArray::new(Arc::new(element), rows, Arc::new(candidates), None)
    }
}

fn push_zone(column: &mut StringBuilder, zone: Option<&TzText>) {
    match zone {
        Some(zone) => {
            write!(column, "{zone}").expect("law: a column takes any string");
            column.append_value("");
        }
        None => column.append_null(),
    }
}
