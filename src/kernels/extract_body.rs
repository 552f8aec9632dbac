//! Finds the body of the article in a page.
//!
//! The page is cut into blocks of text ([`cut_blocks`]), each block is described by numbers that do not depend on its language
//! ([`describe_blocks`]), and the blocks that belong to the body are joined.

mod cut_blocks;
mod describe_blocks;
mod measure_text;
mod name_groups;
mod read_evidence;

use std::ops::Range;
use std::sync::LazyLock;

use self::cut_blocks::{Cut, Tag, cut_blocks};
use self::describe_blocks::describe_blocks;
use self::measure_text::bytes;
use self::name_groups::{Group, NameTable};
use self::read_evidence::Evidence;
use super::parse_html::HtmlPage;

/// The words of names, sorted once.
static NAMES: LazyLock<NameTable> = LazyLock::new(NameTable::new);

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
    /// Numbers of all blocks, one row of [`BlockTable::width`] after the other.
    pub rows: Vec<f32>,
    /// Numbers of one block.
    pub width: usize,
}

/// Finds the body of the article in a page.
pub fn extract_body(page: &HtmlPage) -> Body {
    let cut = cut_blocks(page, &NAMES);
    let chosen: Vec<usize> = (0..cut.blocks.len()).filter(|at| is_body(&cut, *at)).collect();
    assemble(&cut, &chosen)
}

fn is_body(cut: &Cut, at: usize) -> bool {
    let block = &cut.blocks[at];
    let near = &cut.containers[block.container as usize].near;
    let is_apart = [
        Group::TagNav,
        Group::TagFooter,
        Group::TagAside,
        Group::TagForm,
        Group::Comment,
        Group::Related,
        Group::Hidden,
    ]
    .iter()
    .any(|it| near[*it as usize] < 8);
    !is_apart
        && block.counts.words > 8.0
        && block.counts.linked * 3 < block.counts.characters
        && block.counts.sentences > 0
}

/// The blocks of a page and their numbers.
pub fn block_table(page: &HtmlPage) -> BlockTable {
    let cut = cut_blocks(page, &NAMES);
    let (rows, width) = describe_blocks(&cut, &Evidence::read(page));
    BlockTable {
        texts: cut.blocks.iter().map(|it| cut.text[bytes(it.text)].to_owned()).collect(),
        joints: (0..cut.blocks.len()).map(|at| joint(&cut, at.saturating_sub(1), at)).collect(),
        rows,
        width,
    }
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
