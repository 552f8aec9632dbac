//! Verdicts: what dedup found out about a row, as facts.

use crate::kernels::encode_row::{RowReader, push_optional_f64};

/// How two records are related, from the strictest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// Equal id: one article read twice.
    SameRecord,
    /// Equal raw bytes and equal text.
    ExactRaw,
    /// Equal normalised text.
    ExactText,
    /// Equal folded text.
    ExactKey,
    /// Much the same text with the same numbers.
    NearCopy,
    /// Much the same text in another known source.
    WireCopy,
    /// The shorter text stands in the longer one, with all its numbers.
    Contained,
    /// Much the same text at the same address, or with other numbers in the same source within two days.
    Revision,
    /// Much the same text with other numbers: a form that is filled in anew. Joins no cluster.
    Template,
}

impl Relation {
    /// Every relation, in the order of their codes.
    pub const ALL: [Self; 9] = [
        Self::SameRecord,
        Self::ExactRaw,
        Self::ExactText,
        Self::ExactKey,
        Self::NearCopy,
        Self::WireCopy,
        Self::Contained,
        Self::Revision,
        Self::Template,
    ];

    /// Whether two records so related belong to one cluster.
    pub fn joins(self) -> bool {
        self != Self::Template
    }

    /// The name as stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::SameRecord => "same_record",
            Self::ExactRaw => "exact_raw",
            Self::ExactText => "exact_text",
            Self::ExactKey => "exact_key",
            Self::NearCopy => "near_copy",
            Self::WireCopy => "wire_copy",
            Self::Contained => "contained",
            Self::Revision => "revision",
            Self::Template => "template",
        }
    }
}

/// Where a row stands in its cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Id of the representative of its cluster; its own for a row without duplicates.
    pub cluster_id: [u8; 16],
    /// Records of the cluster, removed ones and repeats of a record included.
    pub cluster_size: u32,
    /// How the row is related to the representative; `None` when it is the representative.
    pub relation: Option<Relation>,
    /// Jaccard similarity with the representative; `None` when it is the representative.
    pub similarity: Option<f64>,
    /// Set when policy removes the row.
    pub duplicate: Option<Duplicate>,
}

/// Why and for whom a row was removed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Duplicate {
    /// Id of a row that stays.
    pub duplicate_of: [u8; 16],
    /// How the two are related.
    pub relation: Relation,
    /// Jaccard similarity of the two.
    pub jaccard: f64,
    /// Containment of the two.
    pub containment: f64,
}

/// A verified pair of two different ids.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// The later in the order of preference.
    pub id: [u8; 16],
    /// The earlier in the order of preference.
    pub other_id: [u8; 16],
    /// How they are related.
    pub relation: Relation,
    /// Jaccard similarity.
    pub jaccard: f64,
    /// Containment.
    pub containment: f64,
    /// Whether the numbers of both are equal.
    pub numbers_equal: bool,
    /// Days between them.
    pub days_apart: Option<f64>,
}

impl Verdict {
    /// The verdict of a row without any duplicate.
    pub fn unique(id: [u8; 16]) -> Self {
        Self { cluster_id: id, cluster_size: 1, relation: None, similarity: None, duplicate: None }
    }

    /// Appends the verdict to a row.
    pub fn push_row(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.cluster_id);
        out.extend_from_slice(&self.cluster_size.to_be_bytes());
        out.push(code(self.relation));
        push_optional_f64(out, self.similarity);
        out.push(code(self.duplicate.map(|duplicate| duplicate.relation)));
        if let Some(duplicate) = &self.duplicate {
            out.extend_from_slice(&duplicate.duplicate_of);
            push_optional_f64(out, Some(duplicate.jaccard));
            push_optional_f64(out, Some(duplicate.containment));
        }
    }

    /// Reads what [`Verdict::push_row`] wrote.
    pub fn read(reader: &mut RowReader<'_>) -> Self {
        Self {
            cluster_id: reader.array(),
            cluster_size: u32::from_be_bytes(reader.array()),
            relation: relation(reader.byte()),
            similarity: reader.optional_f64(),
            duplicate: relation(reader.byte()).map(|relation| Duplicate {
                duplicate_of: reader.array(),
                relation,
                jaccard: reader.optional_f64().unwrap_or_default(),
                containment: reader.optional_f64().unwrap_or_default(),
            }),
        }
    }
}

impl Pair {
    /// Appends the pair; rows compare by (`id`, `other_id`).
    pub fn push_row(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.id);
        out.extend_from_slice(&self.other_id);
        out.push(code(Some(self.relation)));
        push_optional_f64(out, Some(self.jaccard));
        push_optional_f64(out, Some(self.containment));
        out.push(u8::from(self.numbers_equal));
        push_optional_f64(out, self.days_apart);
    }

    /// Reads what [`Pair::push_row`] wrote.
    pub fn read(reader: &mut RowReader<'_>) -> Self {
        Self {
            id: reader.array(),
            other_id: reader.array(),
            relation: relation(reader.byte()).expect("law: a pair has a relation"),
            jaccard: reader.optional_f64().unwrap_or_default(),
            containment: reader.optional_f64().unwrap_or_default(),
            numbers_equal: reader.byte() == 1,
            days_apart: reader.optional_f64(),
        }
    }
}

/// The relation as one byte of a row.
pub fn code(relation: Option<Relation>) -> u8 {
    relation.map_or(u8::MAX, |relation| relation as u8)
}

/// The relation of a code.
pub fn relation(code: u8) -> Option<Relation> {
    Relation::ALL.get(usize::from(code)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_survive_the_round_trip() {
        let removed =
            Duplicate { duplicate_of: [4; 16], relation: Relation::ExactText, jaccard: 1.0, containment: 0.5 };
        for duplicate in [None, Some(removed)] {
            let verdict = Verdict {
                cluster_id: [9; 16],
                cluster_size: 3,
                relation: Some(Relation::WireCopy),
                similarity: Some(1.0),
                duplicate,
            };
            let mut row = Vec::new();
            verdict.push_row(&mut row);
            assert_eq!(Verdict::read(&mut RowReader::new(&row)), verdict);
        }
    }

    #[test]
    fn relations_are_those_of_the_column_table() {
        assert_eq!(Relation::ALL.map(Relation::name), crate::columns::RELATIONS);
        assert!(Relation::ALL.iter().all(|each| relation(code(Some(*each))) == Some(*each)));
    }
}
