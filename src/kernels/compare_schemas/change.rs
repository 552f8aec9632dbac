//! What a change of a schema is, and whom it hurts.

use serde::Serialize;

/// How much a version has to grow for a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// The same rows are valid: documentation.
    Patch,
    /// Old readers can read new rows.
    Minor,
    /// An old reader may fail on a new row.
    Major,
}

/// Which readers can read which rows across a change.
///
/// Rows hold the columns that their schema declares (producers are closed); readers pass over columns that theirs does not declare
/// (consumers are open).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Compatibility {
    /// Readers of either schema can read rows of both.
    Full,
    /// Readers of the new schema can read old rows, but not the reverse.
    Backward,
    /// Readers of the old schema can read new rows, but not the reverse.
    Forward,
    /// Neither.
    None,
}

/// What a change does to the set of rows that are valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    Documentation,
    /// Readers of either side cope, though rows look different.
    Neutral,
    /// Fewer values, or more columns that are always there.
    Narrowed,
    /// More values, or columns that are missing now.
    Widened,
    /// Values of either side that the other refuses, or what cannot be told.
    Broken,
}

macro_rules! kinds {
    ($($variant:ident = $name:literal,)*) => {
        /// What changed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        #[serde(rename_all = "kebab-case")]
        #[expect(missing_docs, reason = "the names say it")]
        pub enum ChangeKind { $($variant,)* }

        impl ChangeKind {
            /// The name, in words.
            pub fn words(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

kinds! {
    TableAdded = "table added",
    TableRemoved = "table removed",
    ColumnAdded = "column added",
    ColumnRemoved = "column removed",
    MadeRequired = "made required",
    MadeOptional = "made optional",
    MadeNullable = "made nullable",
    MadeNonNull = "made non-null",
    TypeChanged = "type changed",
    TypeWidened = "type widened",
    TypeNarrowed = "type narrowed",
    StorageChanged = "storage type changed",
    ValuesAdded = "values added",
    ValuesRemoved = "values removed",
    BoundLoosened = "bound loosened",
    BoundTightened = "bound tightened",
    RuleAdded = "rule added",
    RuleRemoved = "rule removed",
    RuleChanged = "rule changed",
    Closed = "closed",
    Opened = "opened",
    OrderChanged = "order changed",
    Documentation = "documentation",
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SchemaChange {
    /// Pointer to the value in a row, `*` for the elements of a list or the values of a map; empty for the row itself.
    pub path: String,
    /// What changed.
    pub kind: ChangeKind,
    /// How much the version has to grow.
    pub level: Level,
    /// Who can still read what.
    pub compatibility: Compatibility,
    /// The old and the new, in words.
    pub detail: String,
}

impl Effect {
    /// How much the version has to grow.
    pub fn level(self) -> Level {
        match self {
            Self::Documentation => Level::Patch,
            Self::Neutral | Self::Narrowed => Level::Minor,
            Self::Widened | Self::Broken => Level::Major,
        }
    }

    /// Who can still read what.
    pub fn compatibility(self) -> Compatibility {
        match self {
            Self::Documentation | Self::Neutral => Compatibility::Full,
            Self::Narrowed => Compatibility::Forward,
            Self::Widened => Compatibility::Backward,
            Self::Broken => Compatibility::None,
        }
    }

    /// The effect where nobody can tell how the parts of a rule work together.
    pub(super) fn in_the_dark(self) -> Self {
        if self == Self::Documentation { self } else { Self::Broken }
    }
}

impl Level {
    /// The name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }
}

impl Compatibility {
    /// The name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Backward => "backward",
            Self::Forward => "forward",
            Self::None => "none",
        }
    }

    /// What remains across two changes.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Full, other) | (other, Self::Full) => other,
            (a, b) if a == b => a,
            _ => Self::None,
        }
    }
}
