//! Measures a rule: every edit of every article, candidates by bands, verified pairs.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Share;
use super::sample::{Drawn, Sample, seed};
use crate::dedup::boilerplate::KeyScratch;
use crate::dedup::{Boilerplate, NearLink, NearRule, NearText};
use crate::error::Result;
use crate::kernels::compare_sets::shared_count;
use crate::kernels::fold_key::fold_key;
use crate::kernels::normalize_text::{Scratch, normalize_text};
use crate::kernels::plant_edits::{Donor, Draw, Edit};
use crate::kernels::shingle_key::{Shingles, shingle_key};
use crate::kernels::sketch_set::Sketcher;
use crate::pipeline::workers::map_pieces;

/// What became of the copies of one edit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EditFigures {
    /// What was edited.
    pub edit: &'static str,
    /// How much.
    pub strength: String,
    /// Copies that were found, of all that could be made.
    pub recall: Share,
    /// Of those found, copies whose folded text is that of the original.
    pub exact: u64,
    /// Copies that the thresholds accept, but no band brought together with the original.
    pub missed_by_bands: u64,
    /// Copies that the thresholds refuse.
    pub below_threshold: u64,
}

/// What was found beside the copies.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PairFigures {
    /// Copies with their own originals among all pairs of a copy and an original; those of [`PairFigures::related`] apart.
    pub precision: Share,
    /// Pairs of different originals.
    pub originals: u64,
    /// Pairs of a copy and another original whose own originals are such a pair.
    pub related: u64,
}

/// A found pair of originals.
#[derive(Clone, Copy, Debug)]
pub struct FoundOriginals {
    /// Their places in the sample, the later one first.
    pub places: [usize; 2],
    /// How they are related.
    pub link: NearLink,
}

/// What was measured.
#[derive(Clone, Debug)]
pub struct Measured {
    /// By edit.
    pub edits: Vec<EditFigures>,
    /// The pairs.
    pub pairs: PairFigures,
    /// Pairs of originals, in order.
    pub originals: Vec<FoundOriginals>,
    /// Pairs of different articles that met and are not in `originals`, the later one first: the most that they, or one and a copy of the
    /// other, have in common (Jaccard). What no threshold should accept unseen.
    pub unrelated: BTreeMap<[usize; 2], f64>,
    /// Jaccard similarities of the copies with changed words, by share of the words.
    pub words: Vec<(usize, Vec<f64>)>,
}

/// Articles that one thread takes at once.
const PIECE: usize = 8;

/// An original as it is compared.
struct Original {
    text: NearText,
    key: Vec<u8>,
    bands: Vec<u32>,
}

/// Buffers of one thread.
struct Workshop<'a> {
    rule: &'a NearRule,
    boilerplate: &'a Boilerplate,
    sketcher: Sketcher,
    scratch: Scratch,
    key_scratch: KeyScratch,
    shingles: Shingles,
}

/// What became of one copy.
struct Fate {
    edit: usize,
    found: bool,
    exact: bool,
    accepted: bool,
    jaccard: f64,
    /// Other originals that it met: place, similarity, whether it counts.
    others: Vec<(usize, f64, bool)>,
}

/// Measures a rule on a sample.
///
/// # Errors
/// Never by itself; the threads may hand one on.
pub fn measure(sample: &Sample, (rule, boilerplate): (&NearRule, &Boilerplate), workers: usize) -> Result<Measured> {
    let places: Vec<usize> = (0..sample.articles.len()).collect();
    let pieces: Vec<&[usize]> = places.chunks(PIECE).collect();
    let start = |_| {
        let (sketcher, shingles) = (Sketcher::new(rule.bands), Shingles::default());
        Ok(Workshop {
            rule,
            boilerplate,
            sketcher,
            scratch: Scratch::default(),
            key_scratch: KeyScratch::default(),
            shingles,
        })
    };
    let originals = map_pieces(workers, &pieces, start, |workshop, piece| {
        Ok(piece.iter().map(|place| workshop.original(&sample.articles[*place])).collect::<Vec<_>>())
    })?;
    let originals: Vec<Original> = originals.into_iter().flatten().collect();
    let index = Index::new(&originals);
    let met = map_pieces(workers, &pieces, start, |_, piece| {
        Ok(piece.iter().map(|place| index.pairs_of(*place, &originals, rule)).collect::<Vec<_>>())
    })?;
    let (mut found, mut unrelated) = (Vec::new(), BTreeMap::new());
    for (places, link, jaccard) in met.into_iter().flatten().flatten() {
        match link {
            Some(link) => found.push(FoundOriginals { places, link }),
            None => drop(unrelated.insert(places, jaccard)),
        }
    }
    let fates = map_pieces(workers, &pieces, start, |workshop, piece| {
        let fates = piece.iter().map(|place| (*place, workshop.copies((sample, *place), &originals, &index)));
        Ok(fates.collect::<Vec<_>>())
    })?;
    Ok(count(fates.into_iter().flatten(), found, unrelated))
}

impl Workshop<'_> {
    fn original(&mut self, article: &Drawn) -> Original {
        let (text, key) = self.compared(article, &article.text);
        let bands = self.bands(&text);
        Original { text, key, bands }
    }

    /// A text of an article as it is compared, and its folded key.
    fn compared(&mut self, article: &Drawn, body: &str) -> (NearText, Vec<u8>) {
        let mut key = Vec::new();
        fold_key(body, &mut key);
        let source_id = article.member.source_id.as_str();
        let compared = self.boilerplate.compared_key((source_id, body), &key, &mut self.key_scratch);
        shingle_key(compared, self.rule.shingle, &mut self.shingles);
        self.shingles.make_sets();
        let Shingles { hashes, numbers, .. } = &self.shingles;
        let members = vec![article.member.clone()];
        (NearText { members, shingles: hashes.clone(), numbers: numbers.clone() }, key)
    }

    fn bands(&mut self, text: &NearText) -> Vec<u32> {
        let mut bands = Vec::new();
        if !text.shingles.is_empty() {
            self.sketcher.push_bands(&text.shingles, &mut bands);
        }
        bands
    }

    /// The fates of the copies of one article.
    fn copies(&mut self, (sample, place): (&Sample, usize), originals: &[Original], index: &Index) -> Vec<Fate> {
        let article = &sample.articles[place];
        let original = &originals[place];
        let donor = Donor::new(&sample.articles[article.donor].text, &sample.boilerplate[article.boilerplate]);
        let mut fates = Vec::new();
        for (number, edit) in Edit::ALL.iter().enumerate() {
            let mut draw = Draw::new(seed(&[&article.id, edit.kind(), &edit.strength()]));
            let Some(copy) = edit.plant(&article.text, &donor, &mut draw) else { continue };
            let mut scratch = std::mem::take(&mut self.scratch);
            let normalized = normalize_text(&copy, &mut scratch).text;
            let (text, key) = self.compared(article, normalized);
            self.scratch = scratch;
            let exact = key == original.key;
            let bands = self.bands(&text);
            let accepted = link(self.rule, &text, &original.text).is_some();
            let meets = bands.iter().zip(&original.bands).any(|(a, b)| a == b);
            let others = index.candidates(&bands).into_iter().filter(|other| *other != place).map(|other| {
                let other_text = &originals[other].text;
                (other, jaccard(&text, other_text), link(self.rule, &text, other_text).is_some())
            });
            fates.push(Fate {
                edit: number,
                found: exact || (accepted && meets),
                exact,
                accepted,
                jaccard: jaccard(&text, &original.text),
                others: others.collect(),
            });
        }
        fates
    }
}

fn link(rule: &NearRule, a: &NearText, b: &NearText) -> Option<NearLink> {
    rule.link(rule.overlap(a, b)?, &a.members[0], &b.members[0])
}

fn jaccard(a: &NearText, b: &NearText) -> f64 {
    let shared = shared_count(&a.shingles, &b.shingles, 0).unwrap_or_default();
    let all = a.shingles.len() + b.shingles.len() - shared;
    if all == 0 { 0.0 } else { shared as f64 / all as f64 }
}

/// The band keys of the originals: (band, key, place), ascending.
struct Index(Vec<(usize, u32, usize)>);

impl Index {
    fn new(originals: &[Original]) -> Self {
        let entries = originals.iter().enumerate().flat_map(|(place, original)| {
            original.bands.iter().enumerate().map(move |(band, key)| (band, *key, place))
        });
        let mut entries: Vec<_> = entries.collect();
        entries.sort_unstable();
        Self(entries)
    }

    /// The originals that share a key with these bands.
    fn candidates(&self, bands: &[u32]) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        for (band, key) in bands.iter().enumerate() {
            let from = self.0.partition_point(|entry| (entry.0, entry.1) < (band, *key));
            let same = self.0[from..].iter().take_while(|entry| (entry.0, entry.1) == (band, *key));
            found.extend(same.map(|entry| entry.2));
        }
        found
    }

    /// The earlier originals that an original meets, with the link where there is one, and the similarity.
    fn pairs_of(
        &self,
        place: usize,
        originals: &[Original],
        rule: &NearRule,
    ) -> Vec<([usize; 2], Option<NearLink>, f64)> {
        let own = &originals[place];
        let earlier = self.candidates(&own.bands).into_iter().take_while(|other| *other < place);
        earlier
            .map(|other| {
                let text = &originals[other].text;
                ([place, other], link(rule, &own.text, text), jaccard(&own.text, text))
            })
            .collect()
    }
}

/// Adds up the fates.
fn count(
    fates: impl Iterator<Item = (usize, Vec<Fate>)>,
    originals: Vec<FoundOriginals>,
    mut unrelated: BTreeMap<[usize; 2], f64>,
) -> Measured {
    let known: BTreeSet<[usize; 2]> = originals.iter().map(|found| found.places).collect();
    let mut sums = vec![[0_u64; 5]; Edit::ALL.len()];
    let mut words: Vec<(usize, Vec<f64>)> = Vec::new();
    let (mut right, mut wrong, mut related) = (0, 0, 0);
    for (place, fates) in fates {
        for fate in fates {
            let [copies, found, exact, missed, refused] = &mut sums[fate.edit];
            *copies += 1;
            *found += u64::from(fate.found);
            *exact += u64::from(fate.exact);
            *missed += u64::from(!fate.found && fate.accepted);
            *refused += u64::from(!fate.found && !fate.accepted);
            right += u64::from(fate.found);
            if let Edit::Words(share) = Edit::ALL[fate.edit] {
                match words.iter_mut().find(|(own, _)| *own == share) {
                    Some((_, values)) => values.push(fate.jaccard),
                    None => words.push((share, vec![fate.jaccard])),
                }
            }
            for (other, similarity, counts) in fate.others {
                let places = [place.max(other), place.min(other)];
                if known.contains(&places) {
                    related += u64::from(counts);
                } else {
                    wrong += u64::from(counts);
                    let most = unrelated.entry(places).or_insert(similarity);
                    *most = most.max(similarity);
                }
            }
        }
    }
    let edits = Edit::ALL.iter().zip(sums).map(|(edit, [copies, found, exact, missed, refused])| EditFigures {
        edit: edit.kind(),
        strength: edit.strength(),
        recall: Share::new(found, copies),
        exact,
        missed_by_bands: missed,
        below_threshold: refused,
    });
    let pairs = PairFigures { precision: Share::new(right, right + wrong), originals: originals.len() as u64, related };
    Measured { edits: edits.collect(), pairs, originals, unrelated, words }
}
