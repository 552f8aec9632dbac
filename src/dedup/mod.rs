//! Duplicates: what is compared, what is found, and what policy makes of it. Pure; rows come sorted, verdicts go out in order.

pub mod decide;
pub mod key_row;
pub mod policy;
pub mod verdict;

pub use decide::{Decision, decide_class};
pub use key_row::KeyRow;
pub use policy::ExactPolicy;
pub use verdict::{Pair, Relation, Verdict};

/// A group compares each member with its first 64 in the order of preference; larger groups are reported.
pub const GROUP_WIDTH: usize = 64;
