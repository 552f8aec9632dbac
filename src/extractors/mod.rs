//! Extractors: from what is stated about a record to the facts of its row.
//!
//! Readers, sidecars and path patterns hand over [`Statement`](crate::statement::Statement)s. An extractor chooses among
//! them, completes them from the source registry and from the text, and keeps every candidate that it refused. It is a pure
//! function of its arguments: no clock, no global, no order of arrival.

pub mod dates;
pub mod facts;
pub mod language;
pub mod registry;
pub mod source;
pub mod stated_row;
