//! Reads the marks of a person back, and refuses those that do not belong to the dataset.

use std::collections::BTreeMap;
use std::path::Path;

use super::draw::{Draw, DrawRule};
use super::questions::QUESTIONS;
use super::tell::{DATASET_COLUMN, ITEM_COLUMN, SAMPLE_COLUMN, SEED_COLUMN};
use crate::error::{Error, Result};
use crate::kernels::write_csv::strip_apostrophe;
use crate::readers::sheet::Sheet;

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The dataset is right.
    Yes,
    /// It is wrong.
    No,
    /// The person cannot tell.
    Unsure,
}

impl Mark {
    /// The mark that a word stands for.
    fn of(word: &str) -> Option<Self> {
        match word.to_lowercase().as_str() {
            "yes" | "y" => Some(Self::Yes),
            "no" | "n" => Some(Self::No),
            "unsure" | "u" | "?" => Some(Self::Unsure),
            _ => None,
        }
    }
}

/// The answers by item, in the order of [`QUESTIONS`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks(BTreeMap<String, [Option<Mark>; QUESTIONS.len()]>);

impl Marks {
    /// The answer to a question about an item.
    pub fn of(&self, item: &str, question: usize) -> Option<Mark> {
        self.0.get(item).and_then(|answers| answers[question])
    }

    /// Items with an answer.
    pub fn marked(&self) -> u64 {
        self.0.values().filter(|answers| answers.iter().any(Option::is_some)).count() as u64
    }
}

/// A file of marks.
#[derive(Debug)]
pub struct MarkSheet<'p> {
    path: &'p Path,
    sheet: Sheet,
}

impl<'p> MarkSheet<'p> {
    /// Reads the table; no row is looked at.
    ///
    /// # Errors
    /// A usage error when it is no text, or lacks a column that `copydesk audit draw` writes.
    pub fn read(bytes: &[u8], path: &'p Path) -> Result<Self> {
        let hint = "`copydesk audit draw` writes a table of items, and its page gives the same with marks";
        let unread = || Error::usage(format!("cannot read `{}`", path.display())).hint(hint);
        let sheet = Sheet::read(bytes, ITEM_COLUMN).map_err(|cause| unread().caused_by(cause))?;
        let Some(sheet) = sheet else {
            return Err(unread().caused_by(format!("expected a column `{ITEM_COLUMN}`, but found none")));
        };
        let needed = [DATASET_COLUMN, SAMPLE_COLUMN, SEED_COLUMN]
            .into_iter()
            .chain(QUESTIONS.iter().map(|question| question.column));
        for name in needed {
            if sheet.column(name).is_none() {
                return Err(unread().caused_by(format!("expected a column `{name}`, but found none")));
            }
        }
        Ok(Self { path, sheet })
    }

    /// The draw that every row names.
    ///
    /// # Errors
    /// A usage error when a row belongs to another dataset or draw than this one and those before, or there are no rows.
    pub fn rule(&self, dataset_sha256: &str) -> Result<DrawRule> {
        let mut found: Option<DrawRule> = None;
        for (line, cells) in &self.sheet.rows {
            let dataset = self.cell(cells, DATASET_COLUMN);
            if dataset != dataset_sha256 {
                return Err(self
                    .wrong(*line, format!("expected marks of `{dataset_sha256}`, but found marks of `{dataset}`"))
                    .hint("marks hold for the very dataset that they were drawn from: name that one, or draw again"));
            }
            let number = |name| {
                let cell = self.cell(cells, name);
                cell.parse::<u32>()
                    .map_err(|_| self.wrong(*line, format!("expected a whole number in `{name}`, but found `{cell}`")))
            };
            let rule = DrawRule { sample: number(SAMPLE_COLUMN)?, seed: number(SEED_COLUMN)? };
            if let Some(before) = found.filter(|before| *before != rule) {
                let cause = format!(
                    "expected `{SAMPLE_COLUMN}` {} and `{SEED_COLUMN}` {} as in the rows before, but found {} and {}",
                    before.sample, before.seed, rule.sample, rule.seed
                );
                return Err(self.wrong(*line, cause).hint("marks of two draws cannot be read together"));
            }
            found = Some(rule);
        }
        found.ok_or_else(|| self.none("rows"))
    }

    /// The marks, each of an item of the draw.
    ///
    /// # Errors
    /// A usage error for an item that was not drawn or stands there twice, for a mark that is none or that nobody asked for, and
    /// when there is no mark.
    pub fn marks(&self, draw: &Draw) -> Result<Marks> {
        let kinds: BTreeMap<&str, _> = draw.items.iter().map(|item| (item.name.as_str(), draw.kind(item))).collect();
        let mut lines = BTreeMap::new();
        let mut marks = Marks::default();
        for (line, cells) in &self.sheet.rows {
            let item = self.cell(cells, ITEM_COLUMN);
            let Some(kind) = kinds.get(item) else {
                return Err(self.wrong(*line, format!("expected an item of the draw, but found `{item}`")));
            };
            if let Some(before) = lines.insert(item, *line) {
                return Err(self.wrong(*line, format!("expected `{item}` once, but found it on line {before}, too")));
            }
            let mut answers = [None; QUESTIONS.len()];
            for (answer, question) in answers.iter_mut().zip(&QUESTIONS) {
                let (cell, column) = (self.cell(cells, question.column), question.column);
                if cell.is_empty() {
                    continue;
                }
                *answer = Some(Mark::of(cell).ok_or_else(|| {
                    let cause = format!("expected `yes`, `no`, `unsure` or nothing in `{column}`, but found `{cell}`");
                    self.wrong(*line, cause)
                })?);
                if question.kind != *kind {
                    let (asked, kind) = (question.kind.name(), kind.name());
                    return Err(self.wrong(
                        *line,
                        format!("expected nothing in `{column}`, which is asked of a {asked} and not of this {kind}, but found `{cell}`"),
                    ));
                }
            }
            marks.0.insert(item.to_owned(), answers);
        }
        if marks.marked() == 0 { Err(self.none("marks")) } else { Ok(marks) }
    }

    fn cell<'c>(&self, cells: &'c [String], name: &str) -> &'c str {
        let cell = self.sheet.column(name).and_then(|at| cells.get(at)).map_or("", String::as_str);
        strip_apostrophe(cell.trim()).trim()
    }

    fn wrong(&self, line: u64, cause: String) -> Error {
        Error::usage(format!("cannot read line {line} of `{}`", self.path.display())).caused_by(cause)
    }

    fn none(&self, what: &str) -> Error {
        Error::usage(format!("`{}` has no {what}", self.path.display()))
            .hint("mark items in `audit.html` and save the marks, or write `yes`, `no` or `unsure` into the columns that end in `_ok`")
    }
}
