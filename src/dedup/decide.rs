//! Decides one exact class: its members in the order of preference in, one verdict each and the proven pairs out.

use std::collections::BTreeMap;

use super::stars::Joined;
use super::verdict::{Duplicate, Pair, Relation, Verdict};
use super::{GROUP_WIDTH, KeyRow, NearPolicy, Policies};

/// Source id of rows whose outlet is not known; two of them are never known to be different outlets.
pub const UNKNOWN_SOURCE: &str = "unknown";

/// What is said of one member.
#[derive(Debug, PartialEq)]
pub enum Decision<'a> {
    /// The verdict of a row.
    Verdict(&'a KeyRow<'static>, Verdict),
    /// A pair that was proven on the way.
    Pair(Pair),
}

/// A member of a class: a row, or a repeat of the row before it (equal id).
#[derive(Debug)]
pub struct Member {
    /// The row.
    pub row: KeyRow<'static>,
    /// Whether it repeats the last member that does not.
    pub repeat: bool,
}

/// Decides a class of `size` records.
///
/// `members` come in the order of preference, each directly followed by its repeats. The first becomes the representative, unless
/// the class has `joined` the cluster of another: then all of them share that cluster. Rows of a class have equal folded text, so
/// every Jaccard similarity and containment among them is 1 and their numbers are equal.
///
/// # Errors
/// What `members` or `give` return.
pub fn decide_class<E>(
    (size, joined): (u32, Option<&Joined>),
    policies: Policies,
    mut members: impl FnMut() -> Result<Option<Member>, E>,
    mut give: impl FnMut(Decision<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let mut first: Vec<KeyRow<'static>> = Vec::new();
    let mut stays: BTreeMap<String, KeyRow<'static>> = BTreeMap::new();
    let mut last: Option<(KeyRow<'static>, Option<Duplicate>)> = None;
    let near = joined.and_then(|joined| Some((joined.cluster_id, joined.link?)));
    let cluster_size = joined.map_or(size, |joined| joined.cluster_size);
    while let Some(Member { row, repeat }) = members()? {
        let cluster_id = joined.map_or(first.first().unwrap_or(&row).id, |joined| joined.cluster_id);
        let verdict = |relation: Option<Relation>, similarity, duplicate| Verdict {
            cluster_id,
            cluster_size,
            relation,
            similarity,
            duplicate,
        };
        if repeat {
            let (original, fate) = last.as_ref().expect("law: a repeat follows the row that it repeats");
            let duplicate_of = fate.map_or(original.id, |duplicate| duplicate.duplicate_of);
            let duplicate = Duplicate { duplicate_of, relation: Relation::SameRecord, jaccard: 1.0, containment: 1.0 };
            give(Decision::Verdict(&row, verdict(Some(Relation::SameRecord), Some(1.0), Some(duplicate))))?;
            continue;
        }
        for other in &first {
            give(Decision::Pair(Pair {
                id: row.id,
                other_id: other.id,
                relation: relation_of(&row, other),
                jaccard: 1.0,
                containment: 1.0,
                numbers_equal: true,
                days_apart: row.days_apart(other),
            }))?;
        }
        let exact = |kept: &KeyRow<'_>| Duplicate {
            duplicate_of: kept.id,
            relation: relation_of(&row, kept),
            jaccard: 1.0,
            containment: 1.0,
        };
        let duplicate = match (near, first.first()) {
            // Policy removes all of the class: only the cluster's representative is sure to stay.
            (Some((duplicate_of, link)), _) if policies.near == NearPolicy::Drop => Some(Duplicate {
                duplicate_of,
                relation: link.relation,
                jaccard: link.jaccard,
                containment: link.containment,
            }),
            (_, Some(representative)) => policies.exact.remover(stays.get(&*row.source_id), representative).map(exact),
            (_, None) => None,
        };
        let (relation, similarity) = match (first.first(), near) {
            (Some(representative), _) => (Some(relation_of(&row, representative)), Some(1.0)),
            (None, Some((_, link))) => (Some(link.relation), Some(link.jaccard)),
            (None, None) => (None, None),
        };
        give(Decision::Verdict(&row, verdict(relation, similarity, duplicate)))?;
        // Most classes are of one: nothing is compared with it.
        if size == 1 {
            continue;
        }
        if duplicate.is_none() && !stays.contains_key(&*row.source_id) {
            stays.insert(row.source_id.to_string(), row.clone());
        }
        if first.len() < GROUP_WIDTH {
            first.push(row.clone());
        }
        last = Some((row, duplicate));
    }
    Ok(())
}

/// The strictest relation of two rows with equal folded text; another known source makes it a wire copy.
fn relation_of(a: &KeyRow<'_>, b: &KeyRow<'_>) -> Relation {
    let known = |row: &KeyRow<'_>| row.source_id != UNKNOWN_SOURCE;
    if a.source_id != b.source_id && known(a) && known(b) {
        Relation::WireCopy
    } else if a.text_sha256 != b.text_sha256 {
        Relation::ExactKey
    } else if a.raw_sha256 != b.raw_sha256 {
        Relation::ExactText
    } else {
        Relation::ExactRaw
    }
}

#[cfg(test)]
mod tests {
    use super::super::key_row::tests::row;
    use super::super::{ExactPolicy, NearLink};
    use super::*;

    fn decide(exact: ExactPolicy, members: Vec<Member>) -> (Vec<Verdict>, Vec<Pair>) {
        decide_joined(None, Policies { exact, near: NearPolicy::Flag }, members)
    }

    fn decide_joined(joined: Option<&Joined>, policies: Policies, members: Vec<Member>) -> (Vec<Verdict>, Vec<Pair>) {
        let (mut verdicts, mut pairs) = (Vec::new(), Vec::new());
        let size = members.len() as u32;
        let mut members = members.into_iter();
        decide_class::<()>(
            (size, joined),
            policies,
            || Ok(members.next()),
            |decision| {
                match decision {
                    Decision::Verdict(_, verdict) => verdicts.push(verdict),
                    Decision::Pair(pair) => pairs.push(pair),
                }
                Ok(())
            },
        )
        .unwrap();
        (verdicts, pairs)
    }

    fn member(row: KeyRow<'static>) -> Member {
        Member { row, repeat: false }
    }

    fn from(source: &str, index: i64) -> KeyRow<'static> {
        KeyRow { source_id: source.to_owned().into(), ..row(index) }
    }

    #[test]
    fn copies_leave_within_a_source_and_stay_across_sources() {
        let members = vec![member(from("a", 0)), member(from("b", 1)), member(from("b", 2)), member(from("a", 3))];
        let (verdicts, pairs) = decide(ExactPolicy::Drop, members);
        let fates: Vec<_> = verdicts.iter().map(|v| v.duplicate.map(|d| (d.duplicate_of, d.relation))).collect();
        assert_eq!(fates, [None, None, Some((row(1).id, Relation::ExactRaw)), Some((row(0).id, Relation::ExactRaw))]);
        assert_eq!(verdicts[1].relation, Some(Relation::WireCopy));
        assert!(verdicts.iter().all(|v| v.cluster_size == 4 && v.cluster_id == row(0).id));
        assert_eq!(pairs.len(), 6);
    }

    #[test]
    fn unknown_sources_are_one_source_and_never_wire() {
        let (verdicts, _) = decide(
            ExactPolicy::Drop,
            vec![member(from("a", 0)), member(from("unknown", 1)), member(from("unknown", 2))],
        );
        assert_eq!(verdicts[1].relation, Some(Relation::ExactRaw));
        assert_eq!(verdicts[1].duplicate, None);
        assert_eq!(verdicts[2].duplicate.map(|d| d.duplicate_of), Some(row(1).id));
    }

    #[test]
    fn repeats_follow_their_row_to_whoever_stands_for_it() {
        let repeat = |row| Member { row, repeat: true };
        let members = vec![member(from("a", 0)), repeat(from("a", 0)), member(from("a", 1)), repeat(from("a", 1))];
        for policy in ExactPolicy::ALL {
            let (verdicts, _) = decide(policy, vec![member(from("a", 0)), repeat(from("a", 0))]);
            assert_eq!(
                verdicts[1].duplicate.map(|d| (d.duplicate_of, d.relation)),
                Some((row(0).id, Relation::SameRecord))
            );
        }
        let (verdicts, pairs) = decide(ExactPolicy::Drop, members);
        assert_eq!(verdicts[3].duplicate.map(|d| d.duplicate_of), Some(row(0).id));
        assert_eq!(pairs.len(), 1);
    }

    #[test]
    fn wide_groups_compare_with_their_first_members_only() {
        let members = (0..200).map(|i| member(row(i))).collect();
        let (verdicts, pairs) = decide(ExactPolicy::Flag, members);
        assert_eq!(verdicts.len(), 200);
        assert_eq!(pairs.len(), 64 * 63 / 2 + 136 * 64);
        assert!(verdicts.iter().all(|v| v.duplicate.is_none()));
    }

    #[test]
    fn a_class_that_joined_shares_the_cluster_and_its_policy() {
        let link = NearLink {
            relation: Relation::NearCopy,
            jaccard: 0.8,
            containment: 0.9,
            numbers_equal: true,
            days_apart: None,
        };
        let joined = Joined { cluster_id: [7; 16], cluster_size: 5, link: Some(link) };
        let members = || vec![member(from("a", 0)), member(from("b", 1)), member(from("b", 2))];
        let (verdicts, pairs) = decide_joined(Some(&joined), Policies::default(), members());
        assert!(verdicts.iter().all(|verdict| verdict.cluster_id == [7; 16] && verdict.cluster_size == 5));
        let said: Vec<_> = verdicts.iter().map(|verdict| (verdict.relation, verdict.similarity)).collect();
        assert_eq!(said[0], (Some(Relation::NearCopy), Some(0.8)));
        assert_eq!(said[1], (Some(Relation::WireCopy), Some(1.0)));
        let fates: Vec<_> = verdicts.iter().map(|verdict| verdict.duplicate.map(|d| d.duplicate_of)).collect();
        assert_eq!((fates, pairs.len()), (vec![None, None, Some(row(1).id)], 3));
        let drop = Policies { near: NearPolicy::Drop, ..Policies::default() };
        let (verdicts, _) = decide_joined(Some(&joined), drop, members());
        let fates: Vec<_> =
            verdicts.iter().map(|verdict| verdict.duplicate.map(|d| (d.duplicate_of, d.jaccard))).collect();
        assert_eq!(fates, [Some(([7; 16], 0.8)); 3]);
        let head = Joined { link: None, ..joined };
        let (verdicts, _) = decide_joined(Some(&head), drop, vec![member(from("a", 0))]);
        assert_eq!((verdicts[0].relation, verdicts[0].duplicate, verdicts[0].cluster_size), (None, None, 5));
    }
}
