//! What a page says of its article beside the article: title, description, and the body in JSON-LD.

use html5ever::local_name;
use memchr::memmem;

use super::measure_text::hash_words;
use super::read_scripts::{decode, literal};
use crate::kernels::parse_html::HtmlPage;

/// Words of a title that count.
const TITLE_WORDS: usize = 64;
/// Bits of the set of word triples.
const BITS: usize = 1 << 16;

/// A set of word triples of a text, as bits.
#[derive(Debug)]
pub(super) struct Triples {
    bits: Vec<u64>,
    /// Words of the text.
    pub words: usize,
}

/// What a page says of its article.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    /// Hashes of the words of the titles, sorted, each once.
    pub title: Vec<u32>,
    /// Word triples of the descriptions.
    pub description: Option<Triples>,
    /// Word triples of the body in JSON-LD.
    pub body: Option<Triples>,
}

impl Triples {
    fn add(&mut self, text: &str) {
        let (mut first, mut second) = (0, 0);
        hash_words(text, |third| {
            self.words += 1;
            let place = triple(first, second, third);
            self.bits[place / 64] |= 1 << (place % 64);
            (first, second) = (second, third);
        });
    }

    /// Share of the words of a text that end a triple of the set.
    pub fn share_of(&self, text: &str) -> f32 {
        let (mut first, mut second) = (0, 0);
        let (mut all, mut found) = (0_u32, 0_u32);
        hash_words(text, |third| {
            if second != 0 && first != 0 {
                let place = triple(first, second, third);
                all += 1;
                found += (self.bits[place / 64] >> (place % 64)) as u32 & 1;
            }
            (first, second) = (second, third);
        });
        if all == 0 { 0.0 } else { found as f32 / all as f32 }
    }
}

fn triple(first: u32, second: u32, third: u32) -> usize {
    let mixed =
        first.wrapping_mul(0x9e37_79b1).rotate_left(7) ^ second.wrapping_mul(0x85eb_ca6b).rotate_left(15) ^ third;
    (mixed.wrapping_mul(0xc2b2_ae35) >> 16) as usize % BITS
}

fn add(triples: &mut Option<Triples>, text: &str) {
    triples.get_or_insert_with(|| Triples { bits: vec![0; BITS / 64], words: 0 }).add(text);
}

impl Evidence {
    /// Reads the head and the scripts of a page.
    pub fn read(page: &HtmlPage) -> Self {
        let mut out = Self::default();
        let finder = memmem::Finder::new("\"articleBody\"");
        let mut words = |text: &str| hash_words(text, |word| out.title.push(word));
        for node in 1..page.len() {
            match *page.name(node) {
                local_name!("title") if *page.name(page.parent(node)) == local_name!("head") => {
                    words(page.text(node + 1));
                }
                local_name!("meta") => {
                    let Some(content) = page.attribute(node, &local_name!("content")) else { continue };
                    let name = page
                        .attribute(node, &local_name!("property"))
                        .or_else(|| page.attribute(node, &local_name!("name")))
                        .unwrap_or_default();
                    match name {
                        "og:title" | "twitter:title" => words(content),
                        "description" | "og:description" | "twitter:description" => add(&mut out.description, content),
                        _ => {}
                    }
                }
                local_name!("script") => {
                    let text = page.text((node + 1).min(page.len() - 1));
                    for found in finder.find_iter(text.as_bytes()).take(4) {
                        let rest = text[found + "\"articleBody\"".len()..].trim_start();
                        let value = rest.strip_prefix(':').and_then(|it| it.trim_start().strip_prefix('"'));
                        if let Some(body) = value.and_then(literal).and_then(decode) {
                            add(&mut out.body, &body);
                        }
                    }
                }
                _ => {}
            }
        }
        out.title.truncate(4 * TITLE_WORDS);
        out.title.sort_unstable();
        out.title.dedup();
        out
    }
}
