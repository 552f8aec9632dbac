//! copydesk turns raw news articles into a dataset for research.
//!
//! Raw articles of any form are normalised, given their date and source with the evidence for both, hashed and compared so that
//! duplicates are known and proven, validated against schemas, and written as Parquet and JSON lines with an account of everything
//! that happened. `ARCHITECTURE.md` is the plan of the house.

pub mod cli;
pub mod columns;
pub mod config;
pub mod dedup;
pub mod error;
pub mod extractors;
pub mod io;
pub mod kernels;
pub mod manifest;
pub mod origin;
pub mod pipeline;
pub mod readers;
pub mod rejection;
pub mod stages;
pub mod statement;
pub mod stream;
pub mod writers;
