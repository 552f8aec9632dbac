//! The form of a story: sections of labelled values.

use std::fmt;

/// The story of one record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Story {
    /// In the order of the pipeline.
    pub sections: Vec<Section>,
}

/// A part of a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// What it is about.
    pub heading: &'static str,
    /// What it says; never empty.
    pub lines: Vec<Line>,
}

/// One fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it is, a few words.
    pub label: String,
    /// The value as it is, neither escaped nor cut.
    pub value: String,
}

impl Story {
    /// Begins a section; one to which nothing is added is left out.
    pub(super) fn section(&mut self, heading: &'static str) -> SectionBuilder<'_> {
        SectionBuilder { story: self, section: Section { heading, lines: Vec::new() } }
    }

    /// The values of a label in a section, in order.
    pub fn values<'a>(&'a self, heading: &'a str, label: &'a str) -> impl Iterator<Item = &'a str> {
        let sections = self.sections.iter().filter(move |section| section.heading == heading);
        let lines = sections.flat_map(|section| &section.lines);
        lines.filter(move |line| line.label == label).map(|line| line.value.as_str())
    }
}

/// A section that is being told; joins its story when it is dropped.
#[derive(Debug)]
pub(super) struct SectionBuilder<'s> {
    story: &'s mut Story,
    section: Section,
}

impl SectionBuilder<'_> {
    /// Adds a line.
    pub fn line(&mut self, label: impl Into<String>, value: impl fmt::Display) {
        self.section.lines.push(Line { label: label.into(), value: value.to_string() });
    }

    /// Adds a line when there is a value.
    pub fn line_if(&mut self, label: impl Into<String>, value: Option<impl fmt::Display>) {
        if let Some(value) = value {
            self.line(label, value);
        }
    }
}

impl Drop for SectionBuilder<'_> {
    fn drop(&mut self) {
        let lines = std::mem::take(&mut self.section.lines);
        if !lines.is_empty() {
            self.story.sections.push(Section { heading: self.section.heading, lines });
        }
    }
}
