//! A set of ranks as bits, which also numbers its members.

/// Ranks below a bound.
#[derive(Clone, Debug)]
pub struct RankSet {
    bits: Vec<u64>,
    before: Vec<u32>,
}

impl RankSet {
    /// An empty set of ranks below `bound`.
    pub fn new(bound: u64) -> Self {
        Self { bits: vec![0; bound.div_ceil(64) as usize], before: Vec::new() }
    }

    /// Adds a rank.
    pub fn insert(&mut self, rank: u32) {
        self.bits[rank as usize / 64] |= 1 << (rank % 64);
    }

    /// Whether a rank is a member; none beyond the bound is.
    pub fn contains(&self, rank: u32) -> bool {
        self.bits.get(rank as usize / 64).is_some_and(|word| word >> (rank % 64) & 1 == 1)
    }

    /// Numbers the members; call it once all are in.
    pub fn number(&mut self) {
        let mut sum = 0;
        self.before.clear();
        for word in &self.bits {
            self.before.push(sum);
            sum += word.count_ones();
        }
    }

    /// How many members are smaller than a rank.
    pub fn place(&self, rank: u32) -> u32 {
        let word = rank as usize / 64;
        self.before[word] + (self.bits[word] & ((1 << (rank % 64)) - 1)).count_ones()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn members_are_numbered_in_order(ranks in proptest::collection::btree_set(0_u32..1000, 0..300)) {
            let mut set = RankSet::new(1000);
            for rank in &ranks {
                set.insert(*rank);
            }
            set.number();
            for (place, rank) in (0..).zip(&ranks) {
                prop_assert_eq!(set.place(*rank), place);
            }
            prop_assert!((0..1200).all(|rank| set.contains(rank) == ranks.contains(&rank)));
        }
    }
}
