//! Looks over a page as a whole: what its containers hold and are called, where its prose lies, which blocks are alike.

use super::cut_blocks::{Block, Cut, Tag};
use super::measure_text::{bytes, hash_words, share};
use super::name_groups::{GROUPS, Group, Names, bit};

/// Distance of a group that no element around has.
pub(super) const FAR: u8 = 30;
/// A container with more than this share of the page is called what the page is, not what a part is.
const WHOLE_PAGE: f32 = 0.9;
/// Prose in elements of [`APART`] that are so near counts for a part only.
const NEAR: u8 = 6;
/// See [`NEAR`].
const APART_WORTH: f32 = 0.1;
/// A text that stands so often in a page is no prose.
const REPEATED: f32 = 3.0;
/// Blocks longer than this are no titles.
const TITLE_MOST: f32 = 50.0;

/// Groups of what is hardly ever the body.
pub(super) const APART: [Group; 11] = [
    Group::TagFooter,
    Group::TagNav,
    Group::TagAside,
    Group::TagForm,
    Group::TagCaption,
    Group::Comment,
    Group::Related,
    Group::Consent,
    Group::TagAddress,
    Group::TagNoscript,
    Group::Share,
];
/// Groups of what holds the body.
pub(super) const OF_BODY: [Group; 5] =
    [Group::TagArticle, Group::Microdata, Group::Body, Group::Article, Group::TagMain];

/// Sums over the blocks of a container or of all places alike.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    pub words: f32,
    pub characters: f32,
    pub linked: f32,
    /// Words of blocks that read like prose.
    pub prose: f32,
    pub blocks: f32,
    pub pictures: f32,
    pub headings: f32,
    pub fields: f32,
}

impl Sums {
    fn add(&mut self, other: &Self) {
        self.words += other.words;
        self.characters += other.characters;
        self.linked += other.linked;
        self.prose += other.prose;
        self.blocks += other.blocks;
        self.pictures += other.pictures;
        self.headings += other.headings;
        self.fields += other.fields;
    }

    /// Adds the sums to the numbers of a block; `page` has the sums of the page.
    pub fn push_to(&self, page: &Self, row: &mut Vec<f32>) {
        row.extend([
            self.words,
            share(self.linked, self.characters),
            self.blocks,
            share(self.prose, page.prose),
            self.pictures,
            self.headings,
            self.fields,
        ]);
    }
}

/// What the blocks of a page are described with.
pub(super) struct Survey {
    /// By block.
    pub own: Vec<Sums>,
    /// By container, the blocks of all that it holds.
    pub within: Vec<Sums>,
    /// Over all blocks.
    pub page: Sums,
    /// By container, steps outwards to the nearest element of each group, itself included.
    pub near: Vec<[u8; GROUPS]>,
    /// Words and prose of the blocks before, by block.
    pub before: Vec<(f32, f32)>,
    /// By block: the sums over the blocks of the same place.
    pub alike: Vec<[Sums; 2]>,
    /// The containers that hold most of the prose: three quarters, half.
    pub hubs: [u32; 2],
    /// The blocks of the wider hub, the end excluded.
    pub hub_blocks: (usize, usize),
    /// Share of the title's words in a block, share of the block's words in the title.
    pub titles: Vec<(f32, f32)>,
    /// The block that is the headline.
    pub title_at: Option<usize>,
    /// How often the text of a block stands in the page.
    pub copies: Vec<f32>,
}

/// Whether an element is a heading.
pub(super) fn is_heading(tag: Tag) -> bool {
    matches!(tag, Tag::H1 | Tag::H2 | Tag::H3 | Tag::H4 | Tag::H5 | Tag::H6)
}

fn is_prose(block: &Block) -> bool {
    let counts = &block.counts;
    counts.words >= 12.0 && counts.linked * 3 < counts.characters && counts.sentences > 0
}

impl Survey {
    /// Surveys a page; `title` holds the sorted hashes of the words of its title.
    pub fn new(cut: &Cut, title: &[u32]) -> Self {
        let near = find_nearest(cut);
        let copies = count_copies(cut);
        let own: Vec<Sums> =
            cut.blocks.iter().zip(&copies).map(|(it, copies)| sums_of(cut, it, (&near, *copies))).collect();
        let mut within = vec![Sums::default(); cut.containers.len()];
        let mut page = Sums::default();
        let mut before = Vec::with_capacity(own.len() + 1);
        for (block, sums) in cut.blocks.iter().zip(&own) {
            before.push((page.words, page.prose));
            within[block.container as usize].add(sums);
            page.add(sums);
        }
        before.push((page.words, page.prose));
        for (sums, container) in within.iter_mut().zip(&cut.containers) {
            sums.fields += f32::from(container.fields);
        }
        for at in (1..within.len()).rev() {
            let sums = within[at];
            within[cut.containers[at].parent as usize].add(&sums);
        }
        let titles: Vec<(f32, f32)> = cut.blocks.iter().map(|it| likeness(cut, it, title)).collect();
        let title_at = best_title(cut, &titles);
        let alike = sum_alike(cut, &own);
        let hubs = [0.75, 0.5].map(|most| hub(cut, &within, most * page.prose));
        let (first, end) = cut.containers[hubs[0] as usize].nodes;
        let block_at = |node: u32| cut.blocks.partition_point(|it| it.nodes.0 < node);
        let hub_blocks = (block_at(first), block_at(end));
        Self { own, within, page, near, before, alike, hubs, hub_blocks, titles, title_at, copies }
    }
}

/// What a block adds to the sums of its containers, given the nearest groups of all containers and how often its text occurs.
fn sums_of(cut: &Cut, block: &Block, (near, copies): (&[[u8; GROUPS]], f32)) -> Sums {
    let near = &near[block.container as usize];
    let is_apart = copies >= REPEATED || APART.iter().any(|it| near[*it as usize] <= NEAR);
    let prose = if is_prose(block) { block.counts.words } else { 0.0 };
    Sums {
        words: block.counts.words,
        characters: block.counts.characters as f32,
        linked: block.counts.linked as f32,
        prose: if is_apart { prose * APART_WORTH } else { prose },
        blocks: 1.0,
        pictures: f32::from(block.pictures),
        headings: f32::from(u8::from(is_heading(cut.containers[block.container as usize].tag))),
        fields: 0.0,
    }
}

/// By container, steps outwards to the nearest element of each group. What holds nearly the whole page counts only as body.
fn find_nearest(cut: &Cut) -> Vec<[u8; GROUPS]> {
    let mut characters = vec![0_u32; cut.containers.len()];
    for block in &cut.blocks {
        characters[block.container as usize] += block.counts.characters;
    }
    for at in (1..characters.len()).rev() {
        characters[cut.containers[at].parent as usize] += characters[at];
    }
    let of_body = OF_BODY.iter().fold(0, |mask: Names, it| mask | bit(*it));
    let most = WHOLE_PAGE * characters[0] as f32;
    let mut out: Vec<[u8; GROUPS]> = Vec::with_capacity(characters.len());
    out.push([FAR; GROUPS]);
    for (container, characters) in cut.containers.iter().zip(characters).skip(1) {
        let names = if characters as f32 > most { container.names & of_body } else { container.names };
        let mut near = out[container.parent as usize];
        for (group, distance) in near.iter_mut().enumerate() {
            *distance = if names >> group & 1 == 1 { 0 } else { (*distance + 1).min(FAR) };
        }
        out.push(near);
    }
    out
}

/// Share of the title's words in a block, and of the block's words in the title.
fn likeness(cut: &Cut, block: &Block, title: &[u32]) -> (f32, f32) {
    if block.counts.words > TITLE_MOST || title.is_empty() {
        return (0.0, 0.0);
    }
    let (mut all, mut found) = (0.0, 0.0);
    hash_words(&cut.text[bytes(block.text)], |word| {
        all += 1.0;
        if title.binary_search(&word).is_ok() {
            found += 1.0;
        }
    });
    (share(found, title.len() as f32), share(found, all))
}

/// The heading that is most like the title, or else the block that is.
fn best_title(cut: &Cut, titles: &[(f32, f32)]) -> Option<usize> {
    let mut best = (0.5, None);
    for (at, (of_title, of_block)) in titles.iter().enumerate() {
        let tag = cut.containers[cut.blocks[at].container as usize].tag;
        let bonus = match tag {
            Tag::H1 => 0.5,
            Tag::H2 | Tag::H3 => 0.2,
            _ => 0.0,
        };
        let score = of_title * of_block + bonus * of_block;
        if score > best.0 {
            best = (score, Some(at));
        }
    }
    best.1
}

/// The innermost container that holds at least so much prose.
fn hub(cut: &Cut, within: &[Sums], least: f32) -> u32 {
    let mut best = 0;
    for (at, sums) in within.iter().enumerate().skip(1) {
        if sums.prose >= least && cut.containers[at].parent == best && sums.prose > 0.0 {
            best = at as u32;
        }
    }
    best
}

/// By block: sums over the blocks whose containers are called the same, one and two levels up.
fn sum_alike(cut: &Cut, own: &[Sums]) -> Vec<[Sums; 2]> {
    let mut keys: Vec<(u32, u32)> = Vec::with_capacity(own.len());
    let mut out = vec![[Sums::default(); 2]; own.len()];
    for level in 0..2 {
        keys.clear();
        for (at, block) in cut.blocks.iter().enumerate() {
            let mut container = &cut.containers[block.container as usize];
            let mut hash = container.hash;
            for _ in 0..=level {
                container = &cut.containers[container.parent as usize];
                hash = hash.rotate_left(5).wrapping_mul(0x9e37_79b1) ^ container.hash;
            }
            keys.push((hash, at as u32));
        }
        keys.sort_unstable();
        for same in keys.chunk_by(|a, b| a.0 == b.0) {
            let mut sums = Sums::default();
            for (_, at) in same {
                sums.add(&own[*at as usize]);
            }
            for (_, at) in same {
                out[*at as usize][level] = sums;
            }
        }
    }
    out
}

/// How often the text of each block stands in the page.
fn count_copies(cut: &Cut) -> Vec<f32> {
    let mut keys: Vec<(u32, u32)> = Vec::with_capacity(cut.blocks.len());
    for (at, block) in cut.blocks.iter().enumerate() {
        let text = &cut.text.as_bytes()[bytes(block.text)];
        let mut hash = block.counts.characters.wrapping_mul(0x9e37_79b1);
        // The counts and the first bytes tell texts apart well enough.
        for byte in text.iter().take(48) {
            hash = (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        }
        keys.push((hash, at as u32));
    }
    keys.sort_unstable();
    let mut out = vec![1.0; cut.blocks.len()];
    for same in keys.chunk_by(|a, b| a.0 == b.0) {
        for (_, at) in same {
            out[*at as usize] = same.len() as f32;
        }
    }
    out
}
