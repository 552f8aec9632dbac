//! Writes the blocks of pages and the numbers that describe them, for `tools/train_body_model.py`.
//!
//! `cargo run --release --example dump_blocks -- LIST OUT`: LIST names one page a line; OUT.jsonl gets one object a page, OUT.f32 the
//! rows of all blocks as little-endian `f32`.
#![expect(clippy::disallowed_methods, reason = "a tool for developers, outside the pipeline")]

use std::error::Error;
use std::fs::{File, read, read_to_string};
use std::io::{BufWriter, Write};

use copydesk::kernels::decode_text::decode_text;
use copydesk::kernels::extract_body::block_table;
use copydesk::kernels::parse_html::parse_html;
use serde_json::json;

/// Bytes of a page in which it may declare its encoding.
const HEAD: usize = 4096;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [list, out] = arguments.as_slice() else {
        return Err("expected LIST OUT".into());
    };
    let mut pages = BufWriter::new(File::create(format!("{out}.jsonl"))?);
    let mut rows = BufWriter::new(File::create(format!("{out}.f32"))?);
    for path in read_to_string(list)?.lines() {
        let page = parse_html(&text_of(&read(path)?));
        let table = block_table(&page);
        let about = json!({"path": path, "width": table.width, "texts": table.texts, "joints": table.joints});
        writeln!(pages, "{about}")?;
        for number in table.rows {
            rows.write_all(&number.to_le_bytes())?;
        }
    }
    Ok(())
}

/// The text of a page, by what it declares; a page that nothing can decode is read as UTF-8 with replacements.
fn text_of(bytes: &[u8]) -> String {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD)]).to_ascii_lowercase();
    let declared = head.split_once("charset=").map(|(_, rest)| {
        let label = rest.trim_start_matches(['"', '\'']);
        label.split(|it: char| !it.is_ascii_alphanumeric() && it != '-' && it != '_').next().unwrap_or_default()
    });
    match decode_text(bytes, declared, &["windows-1252".to_owned()]) {
        Ok(decoded) => decoded.text.into_owned(),
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    }
}
