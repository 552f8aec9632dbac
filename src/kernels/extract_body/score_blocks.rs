//! The model: gradient-boosted trees that say how likely a block belongs to the body.
//!
//! `model.bin` is written by `tools/train_body_model.py`. Its form, little endian: `u16` numbers per block, `u16` trees; for each tree
//! `u8` inner nodes, then each inner node as (`u8` which number, `f32` threshold, `i8` below or equal, `i8` above), where a child of
//! zero or more is an inner node and `-1 - n` is leaf `n`; then the leaves as `i16` in units of 1 / [`UNITS`]. The first inner node
//! is the root. Scores are sums of integers, so they are the same everywhere.

use std::sync::LazyLock;

/// Units of a leaf in one natural unit of log-odds.
pub(super) const UNITS: i32 = 4096;
/// A block whose score falls below [`HOPELESS`] by the first trees is not looked at further.
const FIRST_TREES: usize = 40;
const HOPELESS: i32 = -5 * UNITS;

/// An inner node of a tree.
#[derive(Clone, Copy, Debug, Default)]
struct Split {
    threshold: f32,
    column: u16,
    /// Children: places in the list of splits, or `-1 - n` for a place in the list of leaves.
    children: [i32; 2],
}

/// The trees.
#[derive(Debug, Default)]
pub(super) struct Model {
    /// Numbers of a block.
    pub width: usize,
    roots: Vec<i32>,
    splits: Vec<Split>,
    leaves: Vec<i16>,
}

/// The model that comes with the program.
pub(super) static MODEL: LazyLock<Model> = LazyLock::new(|| {
    let read = Model::read(include_bytes!("model.bin"));
    read.expect("law: the model that is compiled in is whole")
});

/// Takes values off the front of a slice.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }
}

impl Model {
    /// Reads the form described above; `None` when something is missing or points outside.
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        let width = usize::from(u16::from_le_bytes(reader.take()?));
        let trees = u16::from_le_bytes(reader.take()?);
        let mut out = Self { width, ..Self::default() };
        for _ in 0..trees {
            out.read_tree(&mut reader)?;
        }
        reader.0.is_empty().then_some(out)
    }

    fn read_tree(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        let [inner] = reader.take()?;
        let (first_split, first_leaf) = (self.splits.len() as i32, self.leaves.len() as i32);
        self.roots.push(if inner == 0 { -1 - first_leaf } else { first_split });
        for place in 0..inner {
            let [column] = reader.take()?;
            let threshold = f32::from_le_bytes(reader.take()?);
            let mut children = [0; 2];
            for child in &mut children {
                let [code] = reader.take()?;
                let code = code.cast_signed();
                // Children come behind their parent, so that every walk ends.
                let is_valid = if code < 0 { -1 - code <= inner.cast_signed() } else { code > place.cast_signed() };
                let is_inside = code < inner.cast_signed();
                *child = if code < 0 { i32::from(code) - first_leaf } else { i32::from(code) + first_split };
                (is_valid && is_inside).then_some(())?;
            }
            (usize::from(column) < self.width).then_some(())?;
            self.splits.push(Split { threshold, column: u16::from(column), children });
        }
        for _ in 0..=inner {
            self.leaves.push(i16::from_le_bytes(reader.take()?));
        }
        Some(())
    }

    /// The log-odds of a block in units; `row` has the width of the model.
    pub fn score(&self, row: &[f32]) -> i32 {
        let (first, rest) = self.roots.split_at(FIRST_TREES.min(self.roots.len()));
        let sum: i32 = first.iter().map(|root| self.walk(*root, row)).sum();
        if sum < HOPELESS { sum } else { sum + rest.iter().map(|root| self.walk(*root, row)).sum::<i32>() }
    }

    fn walk(&self, root: i32, row: &[f32]) -> i32 {
        let mut at = root;
        while at >= 0 {
            let split = &self.splits[at as usize];
            at = split.children[usize::from(row[usize::from(split.column)] > split.threshold)];
        }
        i32::from(self.leaves[(-1 - at) as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(splits: &[(u8, f32, i8, i8)], leaves: &[i16]) -> Vec<u8> {
        let mut out = vec![splits.len() as u8];
        for (column, threshold, low, high) in splits {
            out.push(*column);
            out.extend(threshold.to_le_bytes());
            out.extend([low.cast_unsigned(), high.cast_unsigned()]);
        }
        out.extend(leaves.iter().flat_map(|it| it.to_le_bytes()));
        out
    }

    #[test]
    fn trees_are_walked_and_summed() {
        let mut bytes = vec![2, 0, 2, 0];
        bytes.extend(tree(&[(0, 1.5, -1, 1), (1, 0.0, -2, -3)], &[10, 20, 30]));
        bytes.extend(tree(&[], &[5]));
        let model = Model::read(&bytes).expect("a model");
        assert_eq!(model.score(&[1.5, 9.0]), 15);
        assert_eq!(model.score(&[2.0, 0.0]), 25);
        assert_eq!(model.score(&[2.0, 1.0]), 35);
    }

    #[test]
    fn a_broken_model_is_none() {
        let mut good = vec![1, 0, 1, 0];
        good.extend(tree(&[(0, 1.5, -1, -2)], &[1, 2]));
        assert!(Model::read(&good).is_some());
        assert!(Model::read(&good[..good.len() - 1]).is_none());
        for bad in [(1, 0.0, -1, -2), (0, 0.0, 0, -2), (0, 0.0, -3, -2), (0, 0.0, 1, -2)] {
            let mut bytes = vec![1, 0, 1, 0];
            bytes.extend(tree(&[bad], &[1, 2]));
            assert!(Model::read(&bytes).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn the_model_that_comes_with_the_program_is_whole() {
        assert!(MODEL.roots.len() > 10);
    }
}
