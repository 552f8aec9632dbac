//! The order of preference: which of several copies stands for the others.

use super::KeyRow;
use crate::kernels::encode_row::{RowReader, push_bytes_ordered, push_i64, push_optional_i64};

/// One thing by which articles are preferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Criterion {
    /// Dates known to the day first, then the earlier `published_date`, then the earlier `published_at`; unknown ones last.
    Earliest,
    /// The longer text.
    Longest,
    /// More descriptive columns with a value.
    MostMetadata,
    /// The lower `rank` of the outlet in the source registry; where it gives none, agencies have 0 and others 100.
    SourceRank,
    /// The part of the dataset that was published earlier; not for users: it keeps what is published as it is.
    Published,
}

impl Criterion {
    /// Every criterion that a config may name.
    pub const ALL: [Self; 4] = [Self::Earliest, Self::Longest, Self::MostMetadata, Self::SourceRank];

    /// The name in the config.
    pub fn name(self) -> &'static str {
        match self {
            Self::Earliest => "earliest",
            Self::Longest => "longest",
            Self::MostMetadata => "most-metadata",
            Self::SourceRank => "source-rank",
            Self::Published => "published",
        }
    }
}

/// A total order: the criteria one behind the other, then `id`, `raw_path` and `raw_index`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preference(pub Vec<Criterion>);

impl Default for Preference {
    /// The earliest, then the longest, then by the rank of the source.
    fn default() -> Self {
        Self(vec![Criterion::Earliest, Criterion::Longest, Criterion::SourceRank])
    }
}

impl Preference {
    /// The same order behind that of publication.
    #[must_use]
    pub fn published_first(&self) -> Self {
        Self(std::iter::once(Criterion::Published).chain(self.0.iter().copied()).collect())
    }

    /// Whether what is published comes first, so that nothing that arrives can change its place.
    pub fn is_published_first(&self) -> bool {
        self.0.first() == Some(&Criterion::Published)
    }

    /// Appends the place of a row in the order; bytes compare as the order does.
    pub fn push(&self, row: &KeyRow<'_>, out: &mut Vec<u8>) {
        for criterion in &self.0 {
            match criterion {
                Criterion::Earliest => {
                    out.push(u8::from(!row.day_precise));
                    push_optional_i64(out, row.published_date.map(i64::from));
                    push_optional_i64(out, row.published_at);
                }
                Criterion::Longest => push_i64(out, -i64::from(row.length)),
                Criterion::MostMetadata => out.push(u8::MAX - row.metadata),
                Criterion::SourceRank => push_i64(out, i64::from(row.source_rank)),
                Criterion::Published => out.extend_from_slice(&row.part.to_be_bytes()),
            }
        }
        out.extend_from_slice(&row.id);
        push_bytes_ordered(out, row.raw_path.as_bytes());
        push_i64(out, row.raw_index);
    }

    /// Passes over what [`Preference::push`] wrote.
    pub fn skip(&self, reader: &mut RowReader<'_>) {
        for criterion in &self.0 {
            match criterion {
                Criterion::Earliest => {
                    reader.byte();
                    reader.optional_i64();
                    reader.optional_i64();
                }
                Criterion::Longest | Criterion::SourceRank => {
                    reader.i64();
                }
                Criterion::MostMetadata => {
                    reader.byte();
                }
                Criterion::Published => {
                    reader.array::<2>();
                }
            }
        }
        reader.array::<16>();
        reader.skip_ordered();
        reader.i64();
    }
}

#[cfg(test)]
mod tests {
    use super::super::key_row::tests::row;
    use super::*;

    fn place(order: &Preference, row: &KeyRow<'_>) -> Vec<u8> {
        let mut out = Vec::new();
        order.push(row, &mut out);
        out
    }

    #[test]
    fn the_earlier_longer_and_agencies_come_first() {
        let order = Preference::default();
        let base = row(1);
        let better = [
            KeyRow { published_date: Some(19_999), ..row(2) },
            KeyRow { published_at: Some(1), ..row(2) },
            KeyRow { length: 101, ..row(2) },
            KeyRow { source_rank: 0, ..row(2) },
            row(0),
        ];
        for other in better {
            assert!(place(&order, &other) < place(&order, &base), "{other:?}");
        }
        assert!(
            place(&order, &KeyRow { day_precise: false, published_date: Some(1), ..row(0) }) > place(&order, &base)
        );
    }

    #[test]
    fn what_is_published_comes_first_where_that_is_asked() {
        let (old, new) = (KeyRow { part: 2, ..row(5) }, KeyRow { published_date: Some(0), ..row(1) });
        let order = Preference::default();
        assert!(place(&order, &new) < place(&order, &old));
        assert!(order.published_first().is_published_first() && !order.is_published_first());
        assert!(place(&order.published_first(), &new) > place(&order.published_first(), &old));
    }

    #[test]
    fn any_order_of_criteria_is_obeyed_and_passed_over() {
        let richer = KeyRow { metadata: 9, published_date: Some(30_000), ..row(5) };
        let order = Preference(vec![Criterion::MostMetadata, Criterion::Earliest]);
        assert!(place(&order, &richer) < place(&order, &row(1)));
        for order in [
            Preference(Criterion::ALL.to_vec()),
            Preference(Vec::new()),
            Preference::default(),
            Preference::default().published_first(),
        ] {
            let mut bytes = place(&order, &richer);
            bytes.extend_from_slice(b"rest");
            let mut reader = RowReader::new(&bytes);
            order.skip(&mut reader);
            assert_eq!(reader.rest(), b"rest");
        }
    }
}
