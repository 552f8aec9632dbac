//! `cargo +nightly fuzz run --features libfuzzer decode`: see `copydesk_fuzz::decode`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| copydesk_fuzz::decode(bytes));
