//! The statements of one row, by field and precedence.

use crate::columns::Stated;
use crate::statement::{Evidence, Field};

const FIELDS: usize = Field::ALL.len();

/// The statements of one row; kept and filled again for the next.
///
/// Of several statements about a field those of the kind with the highest precedence count (the order of [`Evidence`]), and
/// among them the first.
#[derive(Debug, Default)]
pub struct StatedRow<'a> {
    all: Vec<Stated<'a>>,
    best: [Option<usize>; FIELDS],
}

impl<'a> StatedRow<'a> {
    /// Takes the statements of the next row.
    pub fn fill(&mut self, statements: impl Iterator<Item = Stated<'a>>) {
        self.all.clear();
        self.best = [None; FIELDS];
        for stated in statements {
            let best = &mut self.best[stated.field as usize];
            if best.and_then(|place| self.all.get(place)).is_none_or(|best| stated.evidence < best.evidence) {
                *best = Some(self.all.len());
            }
            self.all.push(stated);
        }
    }

    /// Every statement, in the order in which they were made.
    pub fn all(&self) -> &[Stated<'a>] {
        &self.all
    }

    /// The statement that counts for a field of one value.
    pub fn best(&self, field: Field) -> Option<&Stated<'a>> {
        self.all.get(self.best[field as usize]?)
    }

    /// The statements that count for a field of several values: those of the best kind, in order.
    pub fn list(&self, field: Field) -> impl Iterator<Item = &Stated<'a>> {
        let kind: Option<Evidence> = self.best(field).map(|best| best.evidence);
        self.all.iter().filter(move |stated| stated.field == field && Some(stated.evidence) == kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::DateForm;

    #[test]
    fn the_best_kind_counts_and_within_it_the_first() {
        let stated =
            |field, evidence, value| Stated { field, evidence, value, form: DateForm::Auto, span: None, own: 0 };
        let mut row = StatedRow::default();
        row.fill(
            [
                stated(Field::Title, Evidence::Meta, "meta"),
                stated(Field::Title, Evidence::RecordField, "first"),
                stated(Field::Title, Evidence::RecordField, "second"),
                stated(Field::Author, Evidence::RecordField, "a"),
                stated(Field::Author, Evidence::Meta, "x"),
                stated(Field::Author, Evidence::RecordField, "b"),
            ]
            .into_iter(),
        );
        assert_eq!(row.best(Field::Title).map(|best| best.value), Some("first"));
        assert_eq!(row.list(Field::Author).map(|one| one.value).collect::<Vec<_>>(), ["a", "b"]);
        assert!(row.best(Field::Url).is_none() && row.list(Field::Url).next().is_none());
        row.fill(std::iter::empty());
        assert!(row.best(Field::Title).is_none() && row.all().is_empty());
    }
}
