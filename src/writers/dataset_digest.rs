//! The dataset digest: one fingerprint of all rows, whatever their order, their files and the engine that wrote them.
//!
//! It is the sum modulo 2^256 of the SHA-256 of every row's JSONL line without the keys [`NOT_DIGESTED`] and without the line
//! end, together with the number of rows. Each writer sums its own rows; sums are added.

use std::ops::Range;

use crate::kernels::sha256::{Digest, DigestSum, Hasher};

/// Keys that are left out: those that say where in which raw file a record lay, so that repacking the raw files changes no digest,
/// and the text, for which `text_sha256` stands.
pub const NOT_DIGESTED: &[&str] = &["raw_path", "raw_index", "raw_offset", "text"];

/// A running dataset digest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DatasetDigest {
    sum: DigestSum,
    rows: u64,
}

impl DatasetDigest {
    /// Adds a row: the pieces of its line that count, in order.
    pub fn add_line(&mut self, line: &[u8], pieces: &[Range<usize>]) {
        let mut hasher = Hasher::new();
        for piece in pieces {
            hasher.update(&line[piece.clone()]);
        }
        self.sum.add(&hasher.finish());
        self.rows += 1;
    }

    /// Adds the rows of another one.
    pub fn merge(&mut self, other: &Self) {
        self.sum.merge(&other.sum);
        self.rows += other.rows;
    }

    /// The digest of rows of which only the written sum and the number are known.
    pub fn of_sum(sum: &Digest, rows: u64) -> Self {
        Self { sum: DigestSum::from(sum), rows }
    }

    /// The same without other rows, which are among them; none when there are more of those.
    pub fn without(mut self, other: &Self) -> Option<Self> {
        self.sum.subtract(&other.sum.to_digest());
        self.rows = self.rows.checked_sub(other.rows)?;
        Some(self)
    }

    /// The sum, in the written form of a digest.
    pub fn sum(&self) -> Digest {
        self.sum.to_digest()
    }

    /// The number of rows.
    pub fn rows(&self) -> u64 {
        self.rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_count_once_each_in_any_order() {
        let mut one = DatasetDigest::default();
        one.add_line(b"{\"a\":1,\"raw_index\":0,\"b\":2}\n", &[0..6, 20..27]);
        assert_eq!(one.sum(), Digest::of(b"{\"a\":1,\"b\":2}"));
        let mut other = DatasetDigest::default();
        other.add_line(b"{}", &[0..1, 1..2]);
        let (mut ab, mut ba) = (one, other);
        ab.merge(&other);
        ba.merge(&one);
        assert_eq!(ab, ba);
        assert_eq!(ab.rows(), 2);
        assert_ne!(ab.sum(), one.sum());
        let all = DatasetDigest::of_sum(&ab.sum(), ab.rows());
        assert_eq!((all.without(&other), one.without(&ab)), (Some(one), None));
    }
}
