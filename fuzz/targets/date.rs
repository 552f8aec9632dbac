//! `cargo +nightly fuzz run --features libfuzzer date`: see `copydesk_fuzz::date`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| copydesk_fuzz::date(bytes));
