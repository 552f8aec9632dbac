//! The model: gradient-boosted trees that say how likely a block belongs to the body.
//!
//! `model.bin` is written by `tools/train_body_model.py`. Its form, little endian: `u16` numbers per block, `u16` trees, `u8` exits;
//! each exit as (`u16` trees, `i16` score): blocks that score less by so many trees are not looked at further; then the trees. Each
//! tree is: `u8` inner nodes; each inner node as (`u8` which number, `f32` threshold, `i8` below or equal, `i8` above), where a child
//! of zero or more is an inner node and `-1 - n` is leaf `n`; the leaves as `i16`. The first inner node is the root. Scores and leaves
//! are log-odds in units of 1 / [`UNITS`]. Scores are sums of integers, so they are the same everywhere.

use std::sync::LazyLock;

/// Units of one natural unit of log-odds.
pub(super) const UNITS: i32 = 4096;
/// Blocks that walk down a tree side by side, so that no walk waits for memory.
const LANES: usize = 8;
/// Nodes of a tree, and numbers of a block, that there is room for: so many that no index needs a check.
const MOST_NODES: usize = 64;
const MOST_COLUMNS: usize = 256;

/// A node of a tree. A leaf leads to itself, so that all walks take the same steps.
#[derive(Clone, Copy, Debug)]
struct Node {
    threshold: f32,
    column: u8,
    /// The child below or equal, from the root; the one above lies behind it.
    low: u8,
}

#[derive(Clone, Debug)]
struct Tree {
    /// The root comes first, children behind their parents.
    nodes: [Node; MOST_NODES],
    /// Of each node; only those of leaves are read.
    scores: [i16; MOST_NODES],
    depth: u8,
}

/// The trees.
#[derive(Debug, Default)]
pub(super) struct Model {
    /// Numbers of a block.
    pub width: usize,
    trees: Vec<Tree>,
    /// (trees, least score).
    exits: Vec<(usize, i32)>,
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

    fn take_number(&mut self) -> Option<usize> {
        self.take().map(|it| usize::from(u16::from_le_bytes(it)))
    }
}

/// An inner node as the file has it.
#[derive(Clone, Copy)]
struct Split {
    column: u8,
    threshold: f32,
    children: [i8; 2],
}

impl Model {
    /// Reads the form described above; `None` when something is missing or points outside.
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        let width = reader.take_number().filter(|it| *it <= MOST_COLUMNS)?;
        let trees = reader.take_number()?;
        let mut out = Self { width, ..Self::default() };
        let [exits] = reader.take()?;
        for _ in 0..exits {
            out.exits.push((reader.take_number()?, i32::from(i16::from_le_bytes(reader.take()?))));
        }
        for _ in 0..trees {
            out.trees.push(read_tree(&mut reader, width)?);
        }
        reader.0.is_empty().then_some(out)
    }

    /// The log-odds of each block in units; `rows` holds the numbers of one block after the other.
    pub fn score(&self, rows: &[f32]) -> Vec<i32> {
        let mut scores = vec![0; rows.len() / self.width.max(1)];
        let mut open: Vec<u32> = (0..scores.len() as u32).collect();
        let mut done = 0;
        let exits = self.exits.iter().copied().chain([(self.trees.len(), i32::MIN)]);
        for (until, least) in exits {
            let until = until.min(self.trees.len());
            for lanes in open.chunks(LANES) {
                self.score_lanes((rows, lanes), &self.trees[done..until.max(done)], &mut scores);
            }
            open.retain(|block| scores[*block as usize] >= least);
            done = until.max(done);
        }
        scores
    }

    fn score_lanes(&self, (rows, lanes): (&[f32], &[u32]), trees: &[Tree], scores: &mut [i32]) {
        // Lanes that are not used repeat the last one.
        let last = lanes.last().copied().unwrap_or_default();
        let lane = |at: usize| lanes.get(at).copied().unwrap_or(last) as usize * self.width;
        let mut blocks = [[0.0; MOST_COLUMNS]; LANES];
        for (at, block) in blocks.iter_mut().enumerate() {
            block[..self.width].copy_from_slice(&rows[lane(at)..lane(at) + self.width]);
        }
        let mut sums = [0; LANES];
        for tree in trees {
            let mut places = [0_usize; LANES];
            for _ in 0..tree.depth {
                let mut moved = 0;
                for (place, block) in places.iter_mut().zip(&blocks) {
                    let node = &tree.nodes[*place % MOST_NODES];
                    let next = usize::from(node.low) + usize::from(block[usize::from(node.column)] > node.threshold);
                    moved |= next ^ *place;
                    *place = next;
                }
                if moved == 0 {
                    break;
                }
            }
            for (sum, place) in sums.iter_mut().zip(places) {
                *sum += i32::from(tree.scores[place % MOST_NODES]);
            }
        }
        for (block, sum) in lanes.iter().zip(sums) {
            scores[*block as usize] += sum;
        }
    }
}

fn read_tree(reader: &mut Reader<'_>, width: usize) -> Option<Tree> {
    let [inner] = reader.take()?;
    let mut splits: Vec<Split> = Vec::with_capacity(usize::from(inner));
    for _ in 0..inner {
        let [column] = reader.take()?;
        let threshold = f32::from_le_bytes(reader.take()?);
        let children = reader.take::<2>()?.map(u8::cast_signed);
        if usize::from(column) >= width || threshold.is_nan() {
            return None;
        }
        splits.push(Split { column, threshold, children });
    }
    let mut leaves: Vec<i16> = Vec::with_capacity(usize::from(inner) + 1);
    for _ in 0..=inner {
        leaves.push(i16::from_le_bytes(reader.take()?));
    }
    lay_out(&splits, &leaves)
}

/// Lays a tree out breadth first, both children of a node side by side.
fn lay_out(splits: &[Split], leaves: &[i16]) -> Option<Tree> {
    let leaf = |at: usize| Node { threshold: f32::INFINITY, column: 0, low: at as u8 };
    let mut tree = Tree { nodes: std::array::from_fn(leaf), scores: [0; MOST_NODES], depth: 0 };
    let mut codes: Vec<(i8, u8)> = vec![(if splits.is_empty() { -1 } else { 0 }, 0)];
    let mut at = 0;
    while let Some((code, depth)) = codes.get(at).copied() {
        // A tree that leads back into itself never ends.
        if at >= MOST_NODES || codes.len() > 2 * splits.len() + 1 {
            return None;
        }
        tree.depth = tree.depth.max(depth);
        if code < 0 {
            tree.scores[at] = *leaves.get((-1 - i16::from(code)) as usize)?;
        } else {
            let split = splits.get(code as usize)?;
            tree.nodes[at] = Node { threshold: split.threshold, column: split.column, low: codes.len() as u8 };
            codes.extend(split.children.map(|it| (it, depth + 1)));
        }
        at += 1;
    }
    Some(tree)
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
        let mut bytes = vec![2, 0, 2, 0, 0];
        bytes.extend(tree(&[(0, 1.5, -1, 1), (1, 0.0, -2, -3)], &[10, 20, 30]));
        bytes.extend(tree(&[], &[5]));
        let model = Model::read(&bytes).expect("a model");
        assert_eq!(model.score(&[1.5, 9.0, 2.0, 0.0, 2.0, 1.0]), [15, 25, 35]);
        assert_eq!(model.score(&[]), [0; 0]);
    }

    #[test]
    fn hopeless_blocks_are_left_early() {
        let mut bytes = vec![1, 0, 2, 0, 1, 1, 0, 15, 0];
        bytes.extend(tree(&[(0, 0.0, -1, -2)], &[10, 20]));
        bytes.extend(tree(&[], &[5]));
        let model = Model::read(&bytes).expect("a model");
        assert_eq!(model.score(&[0.0, 1.0]), [10, 25]);
    }

    #[test]
    fn a_broken_model_is_none() {
        let mut good = vec![1, 0, 1, 0, 0];
        good.extend(tree(&[(0, 1.5, -1, -2)], &[1, 2]));
        assert!(Model::read(&good).is_some());
        assert!(Model::read(&good[..good.len() - 1]).is_none());
        for bad in [(1, 0.0, -1, -2), (0, 0.0, 0, -2), (0, 0.0, -3, -2), (0, 0.0, 1, -2)] {
            let mut bytes = vec![1, 0, 1, 0, 0];
            bytes.extend(tree(&[bad], &[1, 2]));
            assert!(Model::read(&bytes).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn the_model_that_comes_with_the_program_is_whole() {
        assert!(MODEL.trees.len() > 10);
    }
}
