//! Duplicates: what is compared, what is found, and what policy makes of it. Pure; rows come sorted, verdicts go out in order.

pub mod boilerplate;
pub mod decide;
pub mod key_row;
pub mod near;
pub mod policy;
pub mod preference;
pub mod stars;
pub mod verdict;

pub use boilerplate::Boilerplate;
pub use decide::{Decision, decide_class};
pub use key_row::KeyRow;
pub use near::{NearLink, NearMember, NearRule, NearText};
pub use policy::{DedupRules, ExactPolicy, NearPolicy, Policies};
pub use preference::{Criterion, Preference};
pub use verdict::{Pair, Relation, Verdict};

/// A group compares each member with its first 64 in the order of preference; larger groups are reported.
pub const GROUP_WIDTH: usize = 64;
