//! Verifies one candidate pair: what the texts share, whether it counts, and how their articles are related.

use super::decide::UNKNOWN_SOURCE;
use super::key_row::Published;
use super::{KeyRow, Preference, Relation};
use crate::kernels::compare_sets::{holds_all, shared_count};
use crate::kernels::encode_row::{RowReader, push_field, push_optional_i64};
use crate::kernels::round_float::round_float;
use crate::kernels::shingle_key::{ShingleRule, Shingles};
use crate::kernels::sketch_set::BandRule;

/// Everything that decides which pairs are near-duplicates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NearRule {
    /// How texts are cut.
    pub shingle: ShingleRule,
    /// How candidates are found.
    pub bands: BandRule,
    /// Least Jaccard similarity of the shingle sets.
    pub jaccard: f64,
    /// Least containment of the smaller set in the larger one, where [`LENGTH_RATIO`] holds.
    pub containment: f64,
    /// Most days between two articles that are both dated to the day; `None` for any.
    pub window_days: Option<f64>,
}

/// Containment counts only where the smaller set has at most this share of the size of the larger one; else Jaccard decides.
pub const LENGTH_RATIO: f64 = 0.6;
/// Within so many days the same source revises an article; later it fills in the same form anew.
pub const REVISION_DAYS: f64 = 2.0;

impl Default for NearRule {
    fn default() -> Self {
        Self {
            shingle: ShingleRule::default(),
            bands: BandRule::default(),
            jaccard: 0.5,
            containment: 0.85,
            window_days: Some(7.0),
        }
    }
}

/// What relates two articles beside their texts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NearMember {
    /// The 16 bytes of `id`.
    pub id: [u8; 16],
    /// Its place in the order of preference, as [`Preference::push`] writes it.
    pub place: Vec<u8>,
    /// `source_id`.
    pub source_id: String,
    /// Hash of `canonical_url`.
    pub canonical_url: Option<u64>,
    /// When it was published.
    pub published: Published,
}

/// A text, and the articles that have it: an exact class.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NearText {
    /// The first articles of the class, at most [`GROUP_WIDTH`](super::GROUP_WIDTH), in the order of preference.
    pub members: Vec<NearMember>,
    /// Its shingles as an ascending set.
    pub shingles: Vec<u64>,
    /// Its numbers as an ascending multiset.
    pub numbers: Vec<u64>,
}

impl NearMember {
    /// The member that a key row stands for.
    pub fn of(row: &KeyRow<'_>, preference: &Preference) -> Self {
        let mut place = Vec::with_capacity(64 + row.raw_path.len());
        preference.push(row, &mut place);
        let (source_id, canonical_url) = (row.source_id.to_string(), row.canonical_url);
        Self { id: row.id, place, source_id, canonical_url, published: row.published() }
    }

    /// Appends the member to a row.
    pub fn push_row(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.id);
        push_field(out, Some(&self.place));
        push_field(out, Some(self.source_id.as_bytes()));
        push_optional_i64(out, self.canonical_url.map(|hash| hash as i64));
        push_optional_i64(out, self.published.date.map(i64::from));
        push_optional_i64(out, self.published.at);
        out.push(u8::from(self.published.day_precise));
    }

    /// Reads what [`NearMember::push_row`] wrote.
    pub fn read(reader: &mut RowReader<'_>) -> Self {
        Self {
            id: reader.array(),
            place: reader.field().unwrap_or_default().to_vec(),
            source_id: reader.text().unwrap_or_default().to_owned(),
            canonical_url: reader.optional_i64().map(|hash| hash as u64),
            published: Published {
                date: reader.optional_i64().map(|date| date as i32),
                at: reader.optional_i64(),
                day_precise: reader.byte() == 1,
            },
        }
    }
}

/// Appends members: their number, then each.
pub fn push_members(out: &mut Vec<u8>, members: &[NearMember]) {
    out.push(members.len() as u8);
    for member in members {
        member.push_row(out);
    }
}

/// Reads what [`push_members`] wrote.
pub fn read_members(reader: &mut RowReader<'_>) -> Vec<NearMember> {
    (0..reader.byte()).map(|_| NearMember::read(reader)).collect()
}

impl NearText {
    /// Appends a text to a row; `sets` are the shingles and numbers of the text, already made sets.
    pub fn push_row(members: &[NearMember], sets: &Shingles, out: &mut Vec<u8>) {
        push_members(out, members);
        for list in [&sets.hashes, &sets.numbers] {
            out.extend_from_slice(&(list.len() as u32).to_le_bytes());
            out.extend(list.iter().flat_map(|value| value.to_le_bytes()));
        }
    }

    /// Reads what [`NearText::push_row`] wrote.
    pub fn read(row: &[u8]) -> Self {
        let mut reader = RowReader::new(row);
        let members = read_members(&mut reader);
        let mut list = || -> Vec<u64> {
            let count = u32::from_le_bytes(reader.array()) as usize;
            let (bytes, rest) = reader.rest().split_at(8 * count);
            reader = RowReader::new(rest);
            let (values, _) = bytes.as_chunks::<8>();
            values.iter().map(|value| u64::from_le_bytes(*value)).collect()
        };
        let shingles = list();
        let numbers = list();
        Self { members, shingles, numbers }
    }

    /// Bytes that it takes in memory.
    pub fn memory(&self) -> usize {
        let member = |member: &NearMember| size_of::<NearMember>() + member.source_id.len() + member.place.len();
        let members: usize = self.members.iter().map(member).sum();
        size_of::<Self>() + members + 8 * (self.shingles.len() + self.numbers.len())
    }
}

/// What two texts share, where that is enough.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overlap {
    /// Jaccard similarity of the shingle sets, rounded to six digits.
    pub jaccard: f64,
    /// Share of the smaller set that stands in the larger one, rounded to six digits.
    pub containment: f64,
    /// Whether the Jaccard similarity is enough; else the containment is.
    pub alike: bool,
    /// Whether their numbers are equal; where only the containment is enough, whether the longer text has all of the shorter one.
    pub numbers_equal: bool,
}

/// What verification found of a pair that counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NearLink {
    /// How the two are related.
    pub relation: Relation,
    /// Jaccard similarity of the shingle sets, rounded to six digits.
    pub jaccard: f64,
    /// Share of the smaller set that stands in the larger one, rounded to six digits.
    pub containment: f64,
    /// Whether their numbers are equal; for `contained` whether the longer text has all numbers of the shorter one.
    pub numbers_equal: bool,
    /// Days between them.
    pub days_apart: Option<f64>,
}

impl NearRule {
    /// Compares two texts; `None` when they do not share enough. Which of the two comes first does not matter.
    ///
    /// Enough is a Jaccard similarity of [`NearRule::jaccard`], or a containment of [`NearRule::containment`] where the smaller set has
    /// at most [`LENGTH_RATIO`] of the size of the larger one.
    pub fn overlap(&self, a: &NearText, b: &NearText) -> Option<Overlap> {
        let (small, large) = if a.shingles.len() <= b.shingles.len() { (a, b) } else { (b, a) };
        let (less, more) = (small.shingles.len() as f64, large.shingles.len() as f64);
        // J = shared / (less + more - shared), so J >= j needs shared >= j / (1 + j) * (less + more).
        let for_jaccard = self.jaccard / (1.0 + self.jaccard) * (less + more);
        let may_contain = less <= LENGTH_RATIO * more;
        let least = if may_contain { for_jaccard.min(self.containment * less) } else { for_jaccard };
        // One below the bound, so that rounding never rejects what the ratio itself accepts.
        let shared = shared_count(&small.shingles, &large.shingles, (least.floor() as usize).saturating_sub(1))? as f64;
        if shared == 0.0 {
            return None;
        }
        let (jaccard, containment) = (shared / (less + more - shared), shared / less);
        let alike = jaccard >= self.jaccard;
        let contained = may_contain && containment >= self.containment;
        if !alike && !contained {
            return None;
        }
        let numbers_equal = if alike { a.numbers == b.numbers } else { holds_all(&large.numbers, &small.numbers) };
        let round = |ratio| round_float(ratio).unwrap_or(ratio);
        Some(Overlap { jaccard: round(jaccard), containment: round(containment), alike, numbers_equal })
    }

    /// Relates two articles whose texts overlap; `None` when they were published too far from each other.
    pub fn link(&self, overlap: Overlap, a: &NearMember, b: &NearMember) -> Option<NearLink> {
        let days_apart = a.published.days_apart(b.published);
        if let (Some(days), Some(most)) = (days_apart, self.window_days)
            && days > most
        {
            return None;
        }
        let Overlap { jaccard, containment, numbers_equal, .. } = overlap;
        let relation = relation_of(overlap, a, b, days_apart);
        Some(NearLink { relation, jaccard, containment, numbers_equal, days_apart })
    }
}

fn relation_of(overlap: Overlap, a: &NearMember, b: &NearMember, days_apart: Option<f64>) -> Relation {
    let known = |member: &NearMember| member.source_id != UNKNOWN_SOURCE;
    let elsewhere = a.source_id != b.source_id && known(a) && known(b);
    if a.canonical_url.is_some() && a.canonical_url == b.canonical_url {
        return Relation::Revision;
    }
    match (overlap.numbers_equal, elsewhere) {
        (true, _) if !overlap.alike => Relation::Contained,
        (true, false) => Relation::NearCopy,
        (_, true) => Relation::WireCopy,
        (false, false) => {
            let soon = days_apart.is_some_and(|days| days <= REVISION_DAYS);
            if soon && a.source_id == b.source_id { Relation::Revision } else { Relation::Template }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn article(source: &str, day: i32, shingles: impl IntoIterator<Item = u64>) -> NearText {
        let member = NearMember {
            source_id: source.into(),
            published: Published { date: Some(day), at: None, day_precise: true },
            ..NearMember::default()
        };
        NearText { members: vec![member], shingles: shingles.into_iter().collect(), numbers: vec![5, 9] }
    }

    fn link(rule: &NearRule, a: &NearText, b: &NearText) -> Option<NearLink> {
        rule.link(rule.overlap(a, b)?, &a.members[0], &b.members[0])
    }

    fn relation(a: &NearText, b: &NearText) -> Option<Relation> {
        let rule = NearRule::default();
        let found = link(&rule, a, b);
        assert_eq!(found, link(&rule, b, a), "a pair has no direction");
        found.map(|link| link.relation)
    }

    #[test]
    fn each_relation_has_its_rule() {
        let base = article("a", 10, 0..100);
        let same_numbers = |source: &str, day| article(source, day, 10..100);
        let other_numbers = |source: &str, day| NearText { numbers: vec![5, 8], ..same_numbers(source, day) };
        assert_eq!(relation(&base, &same_numbers("a", 17)), Some(Relation::NearCopy));
        assert_eq!(relation(&base, &same_numbers("b", 10)), Some(Relation::WireCopy));
        assert_eq!(relation(&base, &same_numbers("unknown", 10)), Some(Relation::NearCopy));
        assert_eq!(relation(&base, &other_numbers("b", 17)), Some(Relation::WireCopy));
        assert_eq!(relation(&base, &other_numbers("a", 12)), Some(Relation::Revision));
        assert_eq!(relation(&base, &other_numbers("a", 13)), Some(Relation::Template));
        assert_eq!(relation(&base, &other_numbers("unknown", 10)), Some(Relation::Template));
        let address = |mut text: NearText| {
            text.members[0].canonical_url = Some(1);
            text
        };
        assert_eq!(relation(&address(base.clone()), &address(same_numbers("b", 10))), Some(Relation::Revision));
    }

    #[test]
    fn thresholds_and_windows_are_kept() {
        let base = article("a", 10, 0..100);
        assert_eq!(relation(&base, &article("a", 10, 50..150)), None);
        assert_eq!(relation(&base, &article("a", 10, 33..133)), Some(Relation::NearCopy));
        assert_eq!(relation(&base, &article("a", 18, 0..100)), None);
        let mut undated = base.clone();
        undated.members[0].published = Published::default();
        assert_eq!(relation(&base, &undated), Some(Relation::NearCopy));
        let any = NearRule { window_days: None, ..NearRule::default() };
        assert!(link(&any, &base, &article("a", 400, 0..100)).is_some());
        assert_eq!(link(&any, &article("a", 1, []), &article("a", 1, [])), None);
    }

    #[test]
    fn short_texts_stand_in_longer_ones_with_their_numbers() {
        let base = article("a", 10, 0..100);
        let part = |numbers: &[u64]| NearText { numbers: numbers.to_vec(), ..article("b", 10, 60..100) };
        assert_eq!(relation(&base, &part(&[9])), Some(Relation::Contained));
        assert_eq!(relation(&base, &part(&[])), Some(Relation::Contained));
        assert_eq!(relation(&base, &part(&[7])), Some(Relation::WireCopy));
        let strict = NearRule { jaccard: 0.7, ..NearRule::default() };
        assert_eq!(
            link(&strict, &base, &article("a", 10, 39..100)),
            None,
            "too long for containment, too short for Jaccard"
        );
        let other = NearText { numbers: vec![7], ..article("a", 15, 60..100) };
        assert_eq!(relation(&base, &other), Some(Relation::Template));
    }

    proptest! {
        #[test]
        fn links_are_those_of_the_definition(
            a in proptest::collection::btree_set(0_u64..60, 0..50),
            b in proptest::collection::btree_set(0_u64..60, 0..50),
            jaccard in 0.01_f64..1.0,
            containment in 0.01_f64..1.0,
        ) {
            let rule = NearRule { jaccard, containment, ..NearRule::default() };
            let shared = a.intersection(&b).count() as f64;
            let (less, more) = (a.len().min(b.len()) as f64, a.len().max(b.len()) as f64);
            let counts = shared > 0.0
                && (shared / (less + more - shared) >= jaccard || (less <= LENGTH_RATIO * more && shared / less >= containment));
            let found = link(&rule, &article("a", 1, a.clone()), &article("a", 1, b.clone()));
            prop_assert_eq!(found.is_some(), counts);
            if let Some(link) = found {
                prop_assert!((link.jaccard - shared / (less + more - shared)).abs() <= 5e-7);
                prop_assert!((link.containment - shared / less).abs() <= 5e-7);
            }
        }

        #[test]
        fn articles_survive_the_round_trip(shingles: Vec<u64>, numbers: Vec<u64>, url: Option<u64>) {
            let row = KeyRow { canonical_url: url, ..super::super::key_row::tests::row(3) };
            let members = vec![NearMember::of(&row, &Preference::default()); 3];
            let mut sets = Shingles::default();
            (sets.hashes, sets.numbers) = (shingles, numbers);
            sets.make_sets();
            let mut bytes = Vec::new();
            NearText::push_row(&members, &sets, &mut bytes);
            let read = NearText::read(&bytes);
            prop_assert_eq!(read, NearText { members, shingles: sets.hashes, numbers: sets.numbers });
        }
    }
}
