//! `cargo +nightly fuzz run --features libfuzzer json-ld`: see `copydesk_fuzz::json_ld`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| copydesk_fuzz::json_ld(bytes));
