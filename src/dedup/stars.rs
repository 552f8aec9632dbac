//! Clusters as stars: each article joins the first representative that it was verified against, and nobody else.

use super::NearLink;

/// The cluster of an exact class that stands in one with others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Joined {
    /// Id of the cluster's representative.
    pub cluster_id: [u8; 16],
    /// Records of the cluster, removed ones and repeats of a record included.
    pub cluster_size: u32,
    /// How the first of the class is related to the representative; `None` when it is the representative.
    pub link: Option<NearLink>,
}

/// Assigns articles to representatives, in the order of preference.
///
/// Articles are told by their rank, 0 for the most preferred. Holds one bit for each.
#[derive(Clone, Debug, Default)]
pub struct Stars {
    joined: Vec<u64>,
}

impl Stars {
    /// Stars over `count` articles, each its own representative.
    pub fn new(count: u64) -> Self {
        Self { joined: vec![0; count.div_ceil(64) as usize] }
    }

    /// Takes all links of the article `rank` to earlier ones that join, ascending; gives the place of the one it follows.
    ///
    /// Must be called in ascending order of `rank`, so that everything earlier is settled.
    pub fn join(&mut self, rank: u64, earlier: impl IntoIterator<Item = u64>) -> Option<usize> {
        let place = earlier.into_iter().position(|other| !self.has_joined(other))?;
        self.joined[(rank / 64) as usize] |= 1 << (rank % 64);
        Some(place)
    }

    /// Whether an article follows another.
    pub fn has_joined(&self, rank: u64) -> bool {
        self.joined[(rank / 64) as usize] >> (rank % 64) & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn chains_do_not_carry() {
        // 0 - 1 - 2 - 3: 1 follows 0; 2 has only 1, which follows, so it stands; 3 follows 2.
        let mut stars = Stars::new(4);
        let joined: Vec<_> = [vec![], vec![0], vec![1], vec![2]]
            .into_iter()
            .zip(0..)
            .map(|(earlier, rank)| stars.join(rank, earlier))
            .collect();
        assert_eq!(joined, [None, Some(0), None, Some(0)]);
    }

    proptest! {
        #[test]
        fn whoever_follows_follows_the_first_that_stands(edges in proptest::collection::btree_set((0_u64..100, 0_u64..100), 0..200)) {
            let mut earlier: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
            for (a, b) in edges.into_iter().filter(|(a, b)| a != b) {
                earlier.entry(a.max(b)).or_default().push(a.min(b));
            }
            let mut stars = Stars::new(100);
            for (rank, others) in &mut earlier {
                others.sort_unstable();
                others.dedup();
                let place = stars.join(*rank, others.iter().copied());
                let expected = others.iter().position(|other| !stars.has_joined(*other));
                prop_assert_eq!(place, expected);
                prop_assert_eq!(stars.has_joined(*rank), place.is_some());
            }
        }
    }
}
