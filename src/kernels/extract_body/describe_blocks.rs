//! Describes each block by numbers that do not depend on the language of the page: the input of the model.
//!
//! The order of the numbers is the order that the model was trained with.

use super::cut_blocks::{Container, Cut, Tag};
use super::measure_text::{bytes, share};
use super::name_groups::{GROUPS, Group};
use super::read_evidence::Evidence;
use super::survey_page::{APART, FAR, OF_BODY, Survey, is_heading};

/// Levels of containers that a block is described by.
const LEVELS: usize = 4;
/// Neighbours on each side.
const SIDE: usize = 2;
/// Blocks on each side that the text around is summed over.
const WINDOW: usize = 6;
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
    let mut describer = Describer { cut, evidence, survey: Survey::new(cut, &evidence.title), page_row: [0.0; 8] };
    describer.page_row = describer.describe_page();
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
    Described { rows, width, copies: describer.survey.copies }
}

/// Everything about a page that the blocks are described with.
struct Describer<'a> {
    cut: &'a Cut,
    evidence: &'a Evidence,
    survey: Survey,
    page_row: [f32; 8],
}

impl Describer<'_> {
    fn describe_page(&self) -> [f32; 8] {
        let count = |tag: Tag| self.cut.containers.iter().filter(|it| it.tag == tag).count() as f32;
        let in_paragraphs: f32 =
            (0..self.survey.own.len()).filter(|at| self.tag(*at) == Tag::P).map(|at| self.survey.own[at].prose).sum();
        [
            self.survey.page.words,
            self.survey.page.prose,
            self.survey.page.blocks,
            share(self.survey.page.linked, self.survey.page.characters),
            share(in_paragraphs, self.survey.page.prose),
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
            f32::from(block.times),
            f32::from(u8::from(block.is_after_break)),
            self.survey.titles[at].0,
            self.survey.titles[at].1,
            self.survey.copies[at],
            self.evidence.description.as_ref().map_or(-1.0, |it| it.share_of(text)),
            self.evidence.body.as_ref().map_or(-1.0, |it| it.share_of(text)),
        ]);
    }

    fn describe_names(&self, at: usize, row: &mut Vec<f32>) {
        let names = self.cut.blocks[at].names;
        let near = &self.survey.near[self.cut.blocks[at].container as usize];
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
        let (words, prose) = self.survey.before[at];
        let after = self.survey.before[at + 1];
        let title = self.survey.title_at.map_or([-999.0, 0.0], |title| {
            let between = words - self.survey.before[title].0;
            [at as f32 - title as f32, between]
        });
        let heading = heading.map_or([-1.0, -1.0, 0.0], |it| {
            [(at - it) as f32, f32::from(self.tag(it) as u8), words - self.survey.before[it].0]
        });
        row.extend([
            at as f32 / self.survey.page.blocks,
            share(words, self.survey.page.words),
            share(prose, self.survey.page.prose),
            prose,
            self.survey.page.prose - after.1,
            f32::from(self.container(at).depth),
        ]);
        row.extend(title);
        row.extend(heading);
        let low = at.saturating_sub(WINDOW);
        let high = (at + 1 + WINDOW).min(self.survey.own.len());
        row.extend([
            prose - self.survey.before[low].1,
            self.survey.before[high].1 - after.1,
            share(prose - self.survey.before[low].1, words - self.survey.before[low].0),
            share(self.survey.before[high].1 - after.1, self.survey.before[high].0 - after.0),
        ]);
    }

    fn describe_containers(&self, at: usize, row: &mut Vec<f32>) {
        let mut level = self.cut.blocks[at].container;
        for _ in 0..LEVELS {
            let container = &self.cut.containers[level as usize];
            row.push(f32::from(container.tag as u8));
            self.survey.within[level as usize].push_to(&self.survey.page, row);
            level = container.parent;
        }
        for sums in &self.survey.alike[at] {
            sums.push_to(&self.survey.page, row);
        }
        for hub in self.survey.hubs {
            let (inner, hub) = (self.container(at), &self.cut.containers[hub as usize]);
            let is_within = (hub.nodes.0..hub.nodes.1).contains(&inner.nodes.0);
            row.push(if is_within { f32::from(inner.depth) - f32::from(hub.depth) } else { -1.0 });
        }
        let (first, last) = self.survey.hub_blocks;
        let words = self.survey.before[at].0 - self.survey.before[first].0;
        row.push(share(words, self.survey.before[last].0 - self.survey.before[first].0));
        row.push(if at < first { -words } else { -(self.survey.before[at].0 - self.survey.before[last].0).max(0.0) });
        row.push(self.survey.own.get(at + 1).map_or(0.0, |it| it.pictures));
    }

    fn describe_neighbours(&self, at: usize, row: &mut Vec<f32>) {
        let parent = self.container(at).parent;
        for step in 1..=SIDE {
            for other in [at.checked_sub(step), Some(at + step)] {
                let Some(other) = other.filter(|it| *it < self.survey.own.len()) else {
                    row.extend([-1.0; 6]);
                    continue;
                };
                let sums = &self.survey.own[other];
                let container = self.container(other);
                let near = &self.survey.near[self.cut.blocks[other].container as usize];
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
