//! A heap of source numbers for k-way merges; the sources stay with the caller, which says whose head is smaller.

/// The sources that still have a head, smallest first.
#[derive(Debug, Default)]
pub struct MergeHeap {
    order: Vec<usize>,
}

impl MergeHeap {
    /// Arranges `sources`; `less(a, b)` says whether the head of source `a` comes before that of `b`.
    pub fn new(sources: impl IntoIterator<Item = usize>, less: impl Fn(usize, usize) -> bool) -> Self {
        let mut heap = Self { order: sources.into_iter().collect() };
        for at in (0..heap.order.len() / 2).rev() {
            heap.sift_down(at, &less);
        }
        heap
    }

    /// The source with the smallest head.
    pub fn smallest(&self) -> Option<usize> {
        self.order.first().copied()
    }

    /// Restores the order after the smallest source has a new head.
    pub fn advanced(&mut self, less: impl Fn(usize, usize) -> bool) {
        self.sift_down(0, &less);
    }

    /// Takes away the smallest source, which has ended.
    pub fn ended(&mut self, less: impl Fn(usize, usize) -> bool) {
        self.order.swap_remove(0);
        self.sift_down(0, &less);
    }

    fn sift_down(&mut self, mut at: usize, less: &impl Fn(usize, usize) -> bool) {
        loop {
            let left = 2 * at + 1;
            if left >= self.order.len() {
                return;
            }
            let right = left + 1;
            let child =
                if right < self.order.len() && less(self.order[right], self.order[left]) { right } else { left };
            if !less(self.order[child], self.order[at]) {
                return;
            }
            self.order.swap(at, child);
            at = child;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn merging_sorted_lists_sorts(mut lists: Vec<Vec<u8>>) {
            for list in &mut lists {
                list.sort_unstable();
            }
            let mut expected: Vec<u8> = lists.concat();
            expected.sort_unstable();
            let mut at = vec![0; lists.len()];
            let mut merged = Vec::new();
            let mut heap = MergeHeap::new((0..lists.len()).filter(|&i| !lists[i].is_empty()), |a, b| lists[a][0] < lists[b][0]);
            while let Some(source) = heap.smallest() {
                merged.push(lists[source][at[source]]);
                at[source] += 1;
                let less = |a: usize, b: usize| lists[a][at[a]] < lists[b][at[b]];
                if at[source] < lists[source].len() { heap.advanced(less) } else { heap.ended(less) }
            }
            prop_assert_eq!(merged, expected);
        }
    }
}
