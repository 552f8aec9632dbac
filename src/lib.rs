//! copydesk turns raw news articles into a dataset for research.

pub mod columns;
pub mod error;
pub mod kernels;
pub mod origin;
pub mod readers;
pub mod rejection;
pub mod stages;
pub mod statement;
pub mod stream;
pub mod writers;
