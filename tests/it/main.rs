//! The one integration binary.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests open files and stop at the first surprise")]

mod append;
mod audit;
mod boilerplate;
mod calibrate;
mod check;
mod check_schema;
mod cli;
mod convert;
mod crash;
mod determinism;
mod diff;
mod docs;
mod documents;
mod expect;
mod explain;
mod extend;
mod html;
mod laws;
mod memory;
mod near;
mod quarantine;
mod release;
mod report;
mod schema;
mod splits;
mod support;
mod takedown;
mod takedown_shards;
mod tidy;
