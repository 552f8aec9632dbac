//! One bench per kernel, on articles made here; rates are in bytes of the kernel's input.
//!
//! `cargo bench --bench kernels -- NAME` runs those whose name holds `NAME`.

use std::hint::black_box;

use copydesk::kernels::count_words::{count_chars, count_words};
use copydesk::kernels::decode_text::decode_text;
use copydesk::kernels::detect_language::detect_language;
use copydesk::kernels::encode_row;
use copydesk::kernels::escape_json::push_json_string;
use copydesk::kernels::fold_key::fold_key;
use copydesk::kernels::format_time::push_timestamp;
use copydesk::kernels::match_key::match_key;
use copydesk::kernels::match_path::PathPattern;
use copydesk::kernels::normalize_line::normalize_line;
use copydesk::kernels::normalize_text::{Scratch, normalize_text};
use copydesk::kernels::parse_date::{DateContext, parse_date};
use copydesk::kernels::parse_fields::{Notation, parse_fields};
use copydesk::kernels::parse_head::parse_head;
use copydesk::kernels::repair_mojibake::{MojibakeScratch, repair_mojibake};
use copydesk::kernels::round_float::round_float;
use copydesk::kernels::sha256::{Digest, DigestSum};
use copydesk::statement::Evidence;
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};

fn main() {
    divan::main();
}

/// Paragraphs of an article; [`text`] repeats them.
const ENGLISH: &str = "The harbour reopened on Monday after eleven days of storm, and the first ferry left at 06:40 with \
    212 passengers. \"We have never waited this long,\" said the harbour master, whose office counted 38 ships at anchor.\n\n\
    Fuel prices rose by 4.5 per cent in the same week. The council will discuss a second pier in March; two members asked for \
    the costs of the first one, which were never published.";
const TURKISH: &str = "Liman, on bir gün süren fırtınanın ardından pazartesi günü yeniden açıldı. İlk vapur 06.40’ta 212 \
    yolcuyla hareket etti; “Hiç bu kadar beklememiştik” diyen liman başkanı, açıkta 38 geminin sıra beklediğini söyledi.\n\n\
    Aynı hafta akaryakıt fiyatları yüzde 4,5 arttı. Belediye meclisi ikinci iskeleyi mart ayında görüşecek.";

/// Bytes of a typical article.
const ARTICLE_BYTES: usize = 4096;
/// Texts of the benches that depend on the script.
const LANGUAGES: [&str; 2] = ["en", "tr"];
const DATES: [&str; 6] = [
    "2025-12-17T08:30:00Z",
    "2025-12-17",
    "Wed, 17 Dec 2025 08:30:00 +0300",
    "December 17, 2025 8:30 AM",
    "17 Aralık 2025, 10:20",
    "17.12.2025 10:20",
];

fn text(language: &str) -> String {
    let paragraphs = if language == "tr" { TURKISH } else { ENGLISH };
    let mut text = String::new();
    while text.len() < ARTICLE_BYTES {
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(paragraphs);
    }
    text
}

/// What a careless export makes of a text: CRLF, tabs, decomposed letters, soft hyphens.
fn untidy(language: &str) -> String {
    text(language).replace('\n', "\r\n").replace(", ", ",\t ").replace('ü', "u\u{308}").replace("har", "har\u{ad}")
}

/// UTF-8 that was read as Latin-1.
fn misread(language: &str) -> String {
    text(language).bytes().map(char::from).collect()
}

/// Gives a bench its text and counts its bytes.
fn over_text<O>(bencher: Bencher<'_, '_>, text: &str, mut kernel: impl FnMut(&str) -> O) {
    bencher.counter(BytesCount::of_str(text)).bench_local(|| kernel(black_box(text)));
}

#[divan::bench(args = LANGUAGES)]
fn normalize_text_tidy(bencher: Bencher, language: &str) {
    let mut scratch = Scratch::default();
    over_text(bencher, &text(language), |text| normalize_text(text, &mut scratch).paragraph_count);
}

#[divan::bench(args = LANGUAGES)]
fn normalize_text_untidy(bencher: Bencher, language: &str) {
    let mut scratch = Scratch::default();
    over_text(bencher, &untidy(language), |text| normalize_text(text, &mut scratch).paragraph_count);
}

#[divan::bench]
fn normalize_line_tidy(bencher: Bencher) {
    let mut scratch = Scratch::default();
    over_text(bencher, "Harbour reopens after storm", |text| normalize_line(text, &mut scratch).paragraph_count);
}

#[divan::bench(args = LANGUAGES)]
fn repair_mojibake_sound(bencher: Bencher, language: &str) {
    let mut scratch = MojibakeScratch::default();
    over_text(bencher, &text(language), |text| repair_mojibake(text, &mut scratch).is_some());
}

#[divan::bench]
fn repair_mojibake_broken(bencher: Bencher) {
    let mut scratch = MojibakeScratch::default();
    over_text(bencher, &misread("tr"), |text| repair_mojibake(text, &mut scratch).is_some());
}

#[divan::bench(args = LANGUAGES)]
fn decode_text_utf8(bencher: Bencher, language: &str) {
    over_text(bencher, &text(language), |text| decode_text(text.as_bytes(), None, &[]).is_ok());
}

#[divan::bench]
fn decode_text_legacy(bencher: Bencher) {
    let (bytes, _, _) = encoding_rs::WINDOWS_1254.encode(TURKISH);
    let fallbacks = ["windows-1254".to_owned()];
    bencher
        .counter(BytesCount::new(bytes.len()))
        .bench_local(|| decode_text(black_box(&bytes), None, &fallbacks).is_ok());
}

#[divan::bench(args = DATES)]
fn parse_date_forms(bencher: Bencher, date: &str) {
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| parse_date(black_box(date), &DateContext::default()));
}

#[divan::bench(args = LANGUAGES)]
fn detect_language_article(bencher: Bencher, language: &str) {
    over_text(bencher, &text(language), detect_language);
}

#[divan::bench(args = LANGUAGES)]
fn count_words_article(bencher: Bencher, language: &str) {
    over_text(bencher, &text(language), count_words);
}

#[divan::bench(args = LANGUAGES)]
fn count_chars_article(bencher: Bencher, language: &str) {
    over_text(bencher, &text(language), count_chars);
}

#[divan::bench(args = LANGUAGES)]
fn fold_key_article(bencher: Bencher, language: &str) {
    let mut key = Vec::new();
    over_text(bencher, &text(language), |text| {
        fold_key(text, &mut key);
        key.len()
    });
}

#[divan::bench]
fn sha256_article(bencher: Bencher) {
    over_text(bencher, &text("en"), |text| Digest::of(text.as_bytes()));
}

#[divan::bench]
fn sha256_sum(bencher: Bencher) {
    let digest = Digest::of(b"a row");
    let mut sum = DigestSum::default();
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| sum.add(black_box(&digest)));
}

#[divan::bench]
fn encode_row_key(bencher: Bencher) {
    let mut row = Vec::new();
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| {
        row.clear();
        encode_row::push_optional_i64(&mut row, black_box(Some(20_439)));
        encode_row::push_bytes_ordered(&mut row, black_box(b"harbour-times"));
        encode_row::push_bytes_ordered(&mut row, black_box(b"art_0f3c9a5d7b1e2f4a6c8d0e1f2a3b4c5d"));
        encode_row::push_field(&mut row, black_box(Some(b"agency/2025.jsonl".as_slice())));
        row.len()
    });
}

#[divan::bench(args = LANGUAGES)]
fn escape_json_article(bencher: Bencher, language: &str) {
    let mut line = Vec::new();
    over_text(bencher, &text(language), |text| {
        line.clear();
        push_json_string(&mut line, text);
        line.len()
    });
}

#[divan::bench]
fn format_time_instant(bencher: Bencher) {
    let mut out = Vec::new();
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| {
        out.clear();
        push_timestamp(&mut out, black_box(1_765_956_000_000_000));
        out.len()
    });
}

#[divan::bench]
fn round_float_share(bencher: Bencher) {
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| round_float(black_box(1.0 / 3.0)));
}

#[divan::bench]
fn match_key_known(bencher: Bencher) {
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| match_key(black_box("Date-Published")).is_some());
}

#[divan::bench]
fn match_path_pattern(bencher: Bencher) {
    let pattern = PathPattern::compile("{source}/{date}/{slug}.txt").expect("a sound pattern");
    let path = "harbour-times/2025-12-17/harbour-reopens.txt";
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| pattern.matches(black_box(path)).is_some());
}

#[divan::bench]
fn parse_fields_yaml(bencher: Bencher) {
    let fields =
        "title: Harbour reopens after storm\ndate: 2025-12-17\nauthor: Ada Moreno\nkeywords: [shipping, weather]\n";
    over_text(bencher, fields, |text| parse_fields(Notation::Yaml, text, Evidence::FrontMatter, &[]).is_ok());
}

#[divan::bench]
fn parse_head_block(bencher: Bencher) {
    let file = format!("Title: Harbour reopens after storm\nDate: 2025-12-17\nSource: Harbour Times\n\n{ENGLISH}");
    over_text(bencher, &file, |text| parse_head(text, false, &[]).is_ok());
}
