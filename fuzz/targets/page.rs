//! `cargo +nightly fuzz run --features libfuzzer page`: see `copydesk_fuzz::page`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| copydesk_fuzz::page(bytes));
