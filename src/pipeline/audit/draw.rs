//! The draw: which items a dataset, a number of items and a seed give. Needs no raw files, so that marks can be held to it later.

use super::allot::allot;
use super::questions::Kind;
use super::strata::{Key, Label, Pools};
use crate::error::{Error, Result};
use crate::kernels::sha256::{Hasher, push_hex};
use crate::pipeline::dataset_rows::Dataset;
use crate::writers::audit_result::AuditStratum;

/// The most items that can be drawn.
pub const MOST_ITEMS: u32 = 5000;
/// What begins the digested bytes of an item's name.
const DOMAIN: &[u8] = b"copydesk-audit-item-1";
/// Hexadecimal digits of an item's name.
const NAME_BYTES: usize = 8;

/// How many items are drawn, and with which number the draw begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DrawRule {
    /// Items, 1 to [`MOST_ITEMS`].
    pub sample: u32,
    /// Another number gives another sample.
    pub seed: u32,
}

/// What was drawn.
#[derive(Debug)]
pub struct Draw {
    /// The strata.
    pub strata: Vec<Stratum>,
    /// The items in the order of their names, which is as good as random.
    pub items: Vec<Item>,
    /// Members of the dataset with each label.
    pub parts: Vec<Part>,
}

/// A stratum of the draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stratum {
    /// What its members are.
    pub kind: Kind,
    /// The label that names it.
    pub label: Label,
    /// Members in the dataset.
    pub population: u64,
    /// Of them, drawn.
    pub drawn: u64,
}

/// The members of a kind with a label, in whichever stratum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What they are.
    pub kind: Kind,
    /// The label.
    pub label: Label,
    /// Place of the label in [`Item::labels`].
    pub place: usize,
    /// Members in the dataset.
    pub population: u64,
}

/// A drawn row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// `item-` and digits: of this row of this dataset only.
    pub name: String,
    /// Place of its stratum.
    pub stratum: usize,
    /// What names the row.
    pub key: Key,
    /// Places of its labels.
    pub labels: Vec<usize>,
}

impl Draw {
    /// Draws from a dataset.
    ///
    /// # Errors
    /// A usage error when `rule` asks for more than [`MOST_ITEMS`] or for fewer than there are strata, or nothing is there to be drawn;
    /// when a file is missing or damaged.
    pub fn new(dataset: &Dataset<'_>, rule: DrawRule) -> Result<Self> {
        if !(1..=MOST_ITEMS).contains(&rule.sample) {
            let found = rule.sample;
            return Err(Error::usage(format!("expected a `--sample` from 1 to {MOST_ITEMS}, but found {found}")));
        }
        let Pools { labels, counts, strata: pools, .. } = Pools::read(dataset, rule.sample as usize, rule.seed)?;
        if pools.is_empty() {
            return Err(Error::usage(format!("`{}` has no records, so there is nothing to draw", dataset.name())));
        }
        let sizes: Vec<(Kind, u64)> = pools.iter().map(|((kind, _), pool)| (*kind, pool.population)).collect();
        let given = allot(&sizes, u64::from(rule.sample))?;
        let mut draw = Self { strata: Vec::new(), items: Vec::new(), parts: Vec::new() };
        for (((kind, label), pool), drawn) in pools.into_iter().zip(given) {
            let candidates = pool.candidates.into_sorted_vec();
            for candidate in candidates.into_iter().take(drawn as usize) {
                draw.items.push(Item {
                    name: item_name(&dataset.manifest.dataset_sha256, kind, &candidate.key),
                    stratum: draw.strata.len(),
                    key: candidate.key,
                    labels: candidate.labels,
                });
            }
            draw.strata.push(Stratum { kind, label: labels[label].clone(), population: pool.population, drawn });
        }
        draw.items.sort_by(|a, b| a.name.cmp(&b.name));
        assert!(draw.items.windows(2).all(|pair| pair[0].name != pair[1].name), "law: no two items have one name");
        let part = |((kind, place), population): (&(Kind, usize), &u64)| Part {
            kind: *kind,
            label: labels[*place].clone(),
            place: *place,
            population: *population,
        };
        draw.parts = counts.iter().map(part).collect();
        draw.parts.sort_by(|a, b| (a.kind, &a.label).cmp(&(b.kind, &b.label)));
        Ok(draw)
    }

    /// Members of a kind in the dataset.
    pub fn population(&self, kind: Kind) -> u64 {
        self.strata.iter().filter(|stratum| stratum.kind == kind).map(|stratum| stratum.population).sum()
    }

    /// Items of a kind.
    pub fn drawn(&self, kind: Kind) -> u64 {
        self.strata.iter().filter(|stratum| stratum.kind == kind).map(|stratum| stratum.drawn).sum()
    }

    /// The kind of an item.
    pub fn kind(&self, item: &Item) -> Kind {
        self.strata[item.stratum].kind
    }

    /// The strata as results state them.
    pub fn stated_strata(&self) -> Vec<AuditStratum> {
        let stated = |stratum: &Stratum| AuditStratum {
            kind: stratum.kind.name().to_owned(),
            name: stratum.label.words(),
            population: stratum.population,
            drawn: stratum.drawn,
        };
        self.strata.iter().map(stated).collect()
    }
}

fn item_name(dataset_sha256: &str, kind: Kind, key: &Key) -> String {
    let [first, second] = key.parts();
    let mut hasher = Hasher::new();
    for part in [dataset_sha256, kind.name(), &first, &second] {
        hasher.update(part.as_bytes());
        hasher.update(b"\0");
    }
    hasher.update(DOMAIN);
    let mut name = "item-".to_owned();
    push_hex(&hasher.finish().0[..NAME_BYTES], &mut name);
    name
}
