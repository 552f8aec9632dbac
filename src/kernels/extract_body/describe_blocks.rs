//! Describes each block by numbers that do not depend on the language of the page: the input of the model.
//!
//! The order of the numbers is the order that the model was trained with.

use super::cut_blocks::{Block, Container, Cut, Tag};
use super::measure_text::{bytes, hash_words, share};
use super::name_groups::{GROUPS, Group, Names, bit};
use super::read_evidence::Evidence;

/// Distance of a group that no element around has.
const FAR: u8 = 30;
/// A container with more than this share of the page is called what the page is, not what a part is.
const WHOLE_PAGE: f32 = 0.9;
/// Prose in elements of [`APART`] that are so near counts for a part only.
const NEAR: u8 = 6;
/// See [`NEAR`].
const APART_WORTH: f32 = 0.1;
/// A text that stands so often in a page is no prose.
const REPEATED: f32 = 3.0;
/// Levels of containers that a block is described by.
const LEVELS: usize = 4;
/// Neighbours on each side.
const SIDE: usize = 2;
/// Blocks on each side that the text around is summed over.
const WINDOW: usize = 6;
/// Blocks longer than this are no titles.
const TITLE_MOST: f32 = 50.0;

/// Groups of what is hardly ever the body.
const APART: [Group; 11] = [
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
/// Groups of what is seldom the body when they are near.
const BESIDE: [Group; 18] = [
    Group::Foot,
    Group::Byline,
    Group::Subscribe,
    Group::Popup,
    Group::Hidden,
    Group::HiddenName,
    Group::Navigation,
    Group::Advert,
    Group::Search,
    Group::Listing,
    Group::Caption,
    Group::Side,
    Group::Shop,
    Group::Buttons,
    Group::Media,
    Group::Tags,
    Group::Lead,
    Group::Title,
];
/// Groups of what holds the body.
const OF_BODY: [Group; 5] = [Group::TagArticle, Group::Microdata, Group::Body, Group::Article, Group::TagMain];

/// Sums over the blocks of a container or of all places alike.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    words: f32,
    characters: f32,
    linked: f32,
    /// Words of blocks that read like prose.
    prose: f32,
    blocks: f32,
    pictures: f32,
    headings: f32,
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
    }

    fn push_to(&self, page: &Self, row: &mut Vec<f32>) {
        row.extend([
            self.words,
            share(self.linked, self.characters),
            self.blocks,
            share(self.prose, page.prose),
            self.pictures,
            self.headings,
        ]);
    }
}

/// Everything about a page that the blocks are described with.
struct Describer<'a> {
    cut: &'a Cut,
    evidence: &'a Evidence,
    own: Vec<Sums>,
    /// By container, the blocks of all that it holds.
    within: Vec<Sums>,
    page: Sums,
    /// By container, steps outwards to the nearest element of each group, itself included.
    near: Vec<[u8; GROUPS]>,
    /// Words and prose of the blocks before, by block.
    before: Vec<(f32, f32)>,
    /// By block: the sums over the blocks of the same place.
    alike: Vec<[Sums; 2]>,
    /// The containers that hold most of the prose: three quarters, half.
    hubs: [u32; 2],
    /// The blocks of the wider hub, the end excluded.
    hub_blocks: (usize, usize),
    /// Share of the title's words in a block, share of the block's words in the title.
    titles: Vec<(f32, f32)>,
    title_at: Option<usize>,
    /// How often the text of a block stands in the page.
    copies: Vec<f32>,
    page_row: [f32; 8],
}

/// Blocks in numbers.
#[derive(Debug, Default)]
pub(super) struct Described {
    /// The numbers of all blocks, one row after the other.
    pub rows: Vec<f32>,
    /// Numbers of one block; never zero.
    pub width: usize,
    /// How often the text of each block stands in the page.
    pub copies: Vec<f32>,
}

/// Describes the blocks of a page.
pub(super) fn describe_blocks(cut: &Cut, evidence: &Evidence) -> Described {
    if cut.blocks.is_empty() {
        return Described { width: 1, ..Described::default() };
    }
    let describer = Describer::new(cut, evidence);
    let mut rows = Vec::new();
    let mut heading: Option<usize> = None;
    describer.describe(0, heading, &mut rows);
    let width = rows.len();
    rows.reserve_exact(width * (cut.blocks.len() - 1));
    for at in 1..cut.blocks.len() {
        if is_heading(describer.tag(at - 1)) {
            heading = Some(at - 1);
        }
        describer.describe(at, heading, &mut rows);
    }
    Described { rows, width, copies: describer.copies }
}

fn is_heading(tag: Tag) -> bool {
    matches!(tag, Tag::H1 | Tag::H2 | Tag::H3 | Tag::H4 | Tag::H5 | Tag::H6)
}

fn is_prose(block: &Block) -> bool {
    let counts = &block.counts;
    counts.words >= 12.0 && counts.linked * 3 < counts.characters && counts.sentences > 0
}

impl<'a> Describer<'a> {
    fn new(cut: &'a Cut, evidence: &'a Evidence) -> Self {
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
        for at in (1..within.len()).rev() {
            let sums = within[at];
            within[cut.containers[at].parent as usize].add(&sums);
        }
        let titles: Vec<(f32, f32)> = cut.blocks.iter().map(|it| likeness(cut, it, &evidence.title)).collect();
        let title_at = best_title(cut, &titles);
        let alike = sum_alike(cut, &own);
        let hubs = [0.75, 0.5].map(|most| hub(cut, &within, most * page.prose));
        let (first, end) = cut.containers[hubs[0] as usize].nodes;
        let block_at = |node: u32| cut.blocks.partition_point(|it| it.nodes.0 < node);
        let hub_blocks = (block_at(first), block_at(end));
        let mut out = Self {
            cut,
            evidence,
            own,
            within,
            page,
            before,
            alike,
            hubs,
            hub_blocks,
            near,
            titles,
            title_at,
            copies,
            page_row: [0.0; 8],
        };
        out.page_row = out.describe_page();
        out
    }

    fn describe_page(&self) -> [f32; 8] {
        let count = |tag: Tag| self.cut.containers.iter().filter(|it| it.tag == tag).count() as f32;
        let in_paragraphs: f32 =
            (0..self.own.len()).filter(|at| self.tag(*at) == Tag::P).map(|at| self.own[at].prose).sum();
        [
            self.page.words,
            self.page.prose,
            self.page.blocks,
            share(self.page.linked, self.page.characters),
            share(in_paragraphs, self.page.prose),
            count(Tag::Article).min(20.0),
            count(Tag::H1).min(20.0),
            self.evidence.body.as_ref().map_or(0.0, |it| it.words as f32),
        ]
    }

    fn container(&self, at: usize) -> &Container {
        &self.cut.containers[self.cut.blocks[at].container as usize]
    }

    fn tag(&self, at: usize) -> Tag {
        self.container(at).tag
    }

    /// Adds the numbers of one block; `heading` is the last one before it.
    fn describe(&self, at: usize, heading: Option<usize>, row: &mut Vec<f32>) {
        self.describe_text(at, row);
        self.describe_names(at, row);
        self.describe_place(at, heading, row);
        self.describe_containers(at, row);
        self.describe_neighbours(at, row);
        row.extend(self.page_row);
    }

    fn describe_text(&self, at: usize, row: &mut Vec<f32>) {
        let block = &self.cut.blocks[at];
        let it = &block.counts;
        let (words, characters, letters) = (it.words, it.characters as f32, it.letters as f32);
        let text = &self.cut.text[bytes(block.text)];
        row.extend([
            words,
            characters,
            share(characters, words),
            share(it.linked as f32, characters),
            f32::from(it.links),
            it.sentences as f32,
            share(it.sentences as f32, words),
            share(it.commas as f32, words),
            share(it.capitals as f32, letters),
            share(it.digits as f32, characters),
            share(it.spaceless as f32, characters),
            it.separators as f32,
            it.quotes as f32,
            it.marks as f32,
            share(it.strong as f32, characters),
            it.lines as f32,
            f32::from(it.first as u8),
            f32::from(it.last as u8),
            f32::from(block.pictures),
            f32::from(u8::from(block.is_after_break)),
            self.titles[at].0,
            self.titles[at].1,
            self.copies[at],
            self.evidence.description.as_ref().map_or(-1.0, |it| it.share_of(text)),
            self.evidence.body.as_ref().map_or(-1.0, |it| it.share_of(text)),
        ]);
    }

    fn describe_names(&self, at: usize, row: &mut Vec<f32>) {
        let names = self.cut.blocks[at].names;
        let near = &self.near[self.cut.blocks[at].container as usize];
        let near: [f32; GROUPS] =
            std::array::from_fn(|group| if names >> group & 1 == 1 { 0.0 } else { f32::from(near[group]) });
        row.extend(near);
        let nearest = |groups: &[Group]| groups.iter().map(|it| near[*it as usize]).fold(f32::from(FAR), f32::min);
        let within =
            |groups: &[Group], most: f32| groups.iter().filter(|it| near[**it as usize] <= most).count() as f32;
        let (apart, beside, body) = (nearest(&APART), nearest(&BESIDE), nearest(&OF_BODY));
        row.extend([
            apart,
            beside,
            body,
            within(&APART, 3.0),
            within(&BESIDE, 2.0),
            within(&OF_BODY, 3.0),
            apart - body,
            apart.min(beside) - body,
            within(&APART, 9.0),
            apart - near[Group::TagArticle as usize],
            apart - near[Group::Body as usize],
        ]);
    }

    fn describe_place(&self, at: usize, heading: Option<usize>, row: &mut Vec<f32>) {
        let (words, prose) = self.before[at];
        let after = self.before[at + 1];
        let title = self.title_at.map_or([-999.0, 0.0], |title| {
            let between = words - self.before[title].0;
            [at as f32 - title as f32, between]
        });
        let heading = heading.map_or([-1.0, -1.0, 0.0], |it| {
            [(at - it) as f32, f32::from(self.tag(it) as u8), words - self.before[it].0]
        });
        row.extend([
            at as f32 / self.page.blocks,
            share(words, self.page.words),
            share(prose, self.page.prose),
            prose,
            self.page.prose - after.1,
            f32::from(self.container(at).depth),
        ]);
        row.extend(title);
        row.extend(heading);
        let low = at.saturating_sub(WINDOW);
        let high = (at + 1 + WINDOW).min(self.own.len());
        row.extend([
            prose - self.before[low].1,
            self.before[high].1 - after.1,
            share(prose - self.before[low].1, words - self.before[low].0),
            share(self.before[high].1 - after.1, self.before[high].0 - after.0),
        ]);
    }

    fn describe_containers(&self, at: usize, row: &mut Vec<f32>) {
        let mut level = self.cut.blocks[at].container;
        for _ in 0..LEVELS {
            let container = &self.cut.containers[level as usize];
            row.push(f32::from(container.tag as u8));
            self.within[level as usize].push_to(&self.page, row);
            level = container.parent;
        }
        for sums in &self.alike[at] {
            sums.push_to(&self.page, row);
        }
        for hub in self.hubs {
            let (inner, hub) = (self.container(at), &self.cut.containers[hub as usize]);
            let is_within = (hub.nodes.0..hub.nodes.1).contains(&inner.nodes.0);
            row.push(if is_within { f32::from(inner.depth) - f32::from(hub.depth) } else { -1.0 });
        }
        let (first, last) = self.hub_blocks;
        let words = self.before[at].0 - self.before[first].0;
        row.push(share(words, self.before[last].0 - self.before[first].0));
        row.push(if at < first { -words } else { -(self.before[at].0 - self.before[last].0).max(0.0) });
        row.push(self.own.get(at + 1).map_or(0.0, |it| it.pictures));
    }

    fn describe_neighbours(&self, at: usize, row: &mut Vec<f32>) {
        let parent = self.container(at).parent;
        for step in 1..=SIDE {
            for other in [at.checked_sub(step), Some(at + step)] {
                let Some(other) = other.filter(|it| *it < self.own.len()) else {
                    row.extend([-1.0; 6]);
                    continue;
                };
                let sums = &self.own[other];
                let container = self.container(other);
                let near = &self.near[self.cut.blocks[other].container as usize];
                row.extend([
                    sums.words,
                    share(sums.linked, sums.characters),
                    f32::from(container.tag as u8),
                    f32::from(self.cut.blocks[other].counts.last as u8),
                    f32::from(u8::from(container.parent == parent)),
                    f32::from(near[Group::TagFigure as usize].min(near[Group::Media as usize])),
                ]);
            }
        }
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
