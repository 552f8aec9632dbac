//! `cargo +nightly fuzz run --features libfuzzer url`: see `copydesk_fuzz::url`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| copydesk_fuzz::url(bytes));
