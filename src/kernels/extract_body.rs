//! Finds the body of the article in a page.
//!
//! The page is cut into blocks of text ([`cut_blocks`]), each block is described by numbers that do not depend on its language
//! ([`describe_blocks`]), a model of decision trees says how likely each block belongs to the body ([`score_blocks`]), and the blocks
//! that make the best body are joined ([`choose_blocks`]).

mod choose_blocks;
mod cut_blocks;
mod describe_blocks;
mod measure_text;
mod name_groups;
mod read_evidence;
mod read_scripts;
mod score_blocks;

use std::ops::Range;
use std::sync::LazyLock;

use self::choose_blocks::choose_blocks;
use self::cut_blocks::{Cut, Tag, cut_blocks};
use self::describe_blocks::describe_blocks;
use self::measure_text::bytes;
use self::name_groups::NameTable;
use self::read_evidence::Evidence;
use self::read_scripts::read_scripts;
use self::score_blocks::MODEL;
use super::parse_html::HtmlPage;

/// The words of names, sorted once.
static NAMES: LazyLock<NameTable> = LazyLock::new(NameTable::new);

/// A page that shows fewer words of a body may hold it in a script.
const FEW_WORDS: f32 = 100.0;
/// The body in a script must have so many times the words that the page shows.
const MORE_WORDS: f32 = 4.0;

/// The body of an article.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// Paragraphs joined by one blank line; empty when the page has no article.
    pub text: String,
    /// Nodes of the page from the first to behind the last that gave text.
    pub range: Range<usize>,
}

/// The blocks of a page as the model sees them; for the tool that trains it.
#[derive(Clone, Debug, Default)]
pub struct BlockTable {
    /// Text of each block.
    pub texts: Vec<String>,
    /// What stands between each block and the one before it when both belong to the body.
    pub joints: Vec<&'static str>,
    /// Around each block, from the inside: containers by their index.
    pub around: Vec<[u32; 4]>,
    /// Numbers of all blocks, one row of [`BlockTable::width`] after the other.
    pub rows: Vec<f32>,
    /// Numbers of one block.
    pub width: usize,
}

/// Finds the body of the article in a page.
pub fn extract_body(page: &HtmlPage) -> Body {
    let cut = cut_blocks(page, &NAMES);
    let described = describe_blocks(&cut, &Evidence::read(page));
    let scores = MODEL.score(&described.rows);
    let chosen = choose_blocks(&cut, &scores, &described.copies);
    let words: f32 = chosen.iter().map(|at| cut.blocks[*at].counts.words).sum();
    if words < FEW_WORDS
        && let Some(body) = read_scripts(page, &NAMES)
        && body.words > MORE_WORDS * (words + 10.0)
    {
        return Body { text: body.text, range: body.node..body.node + 1 };
    }
    assemble(&cut, &chosen)
}

/// The blocks of a page and their numbers.
pub fn block_table(page: &HtmlPage) -> BlockTable {
    let cut = cut_blocks(page, &NAMES);
    let described = describe_blocks(&cut, &Evidence::read(page));
    BlockTable {
        texts: cut.blocks.iter().map(|it| cut.text[bytes(it.text)].to_owned()).collect(),
        joints: (0..cut.blocks.len()).map(|at| joint(&cut, at.saturating_sub(1), at)).collect(),
        around: cut.blocks.iter().map(|it| around(&cut, it.container)).collect(),
        rows: described.rows,
        width: described.width,
    }
}

/// A container and the three around it.
fn around(cut: &Cut, mut container: u32) -> [u32; 4] {
    std::array::from_fn(|_| {
        let own = container;
        container = cut.containers[own as usize].parent;
        own
    })
}

/// What stands between two blocks of the body.
fn joint(cut: &Cut, one: usize, other: usize) -> &'static str {
    let (one, other) = (cut.blocks[one].container, cut.blocks[other].container);
    let (first, second) = (&cut.containers[one as usize], &cut.containers[other as usize]);
    let is_cell = |tag: Tag| matches!(tag, Tag::Td | Tag::Th);
    if one != other && first.parent == second.parent && is_cell(first.tag) && is_cell(second.tag) {
        return "\t";
    }
    let rows = (&cut.containers[first.parent as usize], &cut.containers[second.parent as usize]);
    let is_row = is_cell(first.tag) && is_cell(second.tag) && rows.0.tag == Tag::Tr && rows.1.tag == Tag::Tr;
    let is_item = first.tag == Tag::Li && second.tag == Tag::Li && one != other;
    if (is_row && rows.0.parent == rows.1.parent) || (is_item && first.parent == second.parent) { "\n" } else { "\n\n" }
}

/// Joins the chosen blocks, which are given in order.
fn assemble(cut: &Cut, chosen: &[usize]) -> Body {
    let mut text = String::new();
    for (place, at) in chosen.iter().enumerate() {
        if place > 0 {
            text.push_str(joint(cut, chosen[place - 1], *at));
        }
        text.push_str(&cut.text[bytes(cut.blocks[*at].text)]);
    }
    let range = match (chosen.first(), chosen.last()) {
        (Some(first), Some(last)) => cut.blocks[*first].nodes.0 as usize..cut.blocks[*last].nodes.1 as usize + 1,
        _ => 0..0,
    };
    Body { text, range }
}
