//! Compares two contracts, and judges whether the version has grown enough.

use serde::Serialize;

use super::shape::shape_of;
use super::{Contract, TableContract, Version};
use crate::error::{Error, Result};
use crate::kernels::compare_schemas::{
    ChangeKind, Compatibility, Effect, Level, SchemaChange, change, compare_schemas,
};

/// How much a version has grown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bump {
    /// Not at all, or backwards, or nobody says.
    None,
    /// Enough for documentation.
    Patch,
    /// Enough for what old readers can read.
    Minor,
    /// Enough for anything.
    Major,
}

/// A change of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Contrast {
    /// The table, by the name of its row.
    pub table: String,
    /// The change.
    #[serde(flatten)]
    pub change: SchemaChange,
}

/// The outcome of a comparison.
#[derive(Clone, Debug, Serialize)]
pub struct SchemaDiff {
    /// What was compared.
    pub old: String,
    /// With what.
    pub new: String,
    /// The version that the old one states.
    pub old_version: Option<Version>,
    /// The version that the new one states.
    pub new_version: Option<Version>,
    /// How much the version has grown, or is said to grow.
    pub bump: Bump,
    /// How much it has to grow.
    pub needed: Bump,
    /// Whether that is enough.
    pub enough: bool,
    /// Who can still read what, all changes together.
    pub compatibility: Compatibility,
    /// The changes, by table and path.
    pub changes: Vec<Contrast>,
}

impl Bump {
    /// The name.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }

    /// How much a version has grown. Below 1.0.0 the second part stands for the first, and the third for the second.
    ///
    /// Where one of them states its first part only, an equal first part leaves room for a minor bump.
    pub fn between(old: Option<Version>, new: Option<Version>) -> Self {
        match (old, new) {
            (Some(old), Some(new)) if new.major() > old.major() => Self::Major,
            (Some(Version::Full(old)), Some(Version::Full(new))) if new > old => match (old[0], new[1] > old[1]) {
                (0, true) => Self::Major,
                (0, false) | (_, true) => Self::Minor,
                (_, false) => Self::Patch,
            },
            (Some(Version::Full(_)), Some(Version::Full(_))) => Self::None,
            (Some(old), Some(new)) if new.major() == old.major() => Self::Minor,
            _ => Self::None,
        }
    }
}

impl From<Level> for Bump {
    fn from(level: Level) -> Self {
        match level {
            Level::Patch => Self::Patch,
            Level::Minor => Self::Minor,
            Level::Major => Self::Major,
        }
    }
}

/// Compares two contracts; `bump` stands in for the versions that they state.
///
/// Documentation needs no bump where no version is stated.
///
/// # Errors
/// A usage error when one is a single table that the other does not have.
pub fn diff_contracts(old: &Contract, new: &Contract, bump: Option<Bump>) -> Result<SchemaDiff> {
    let mut changes = Vec::new();
    for (name, tables) in pair_up(old, new)? {
        let of_table = match tables {
            (Some(old), Some(new)) => compare_tables(old, new),
            (None, _) => vec![change("", ChangeKind::TableAdded, Effect::Neutral, "the table is new")],
            (_, None) => vec![change("", ChangeKind::TableRemoved, Effect::Widened, "the table is gone")],
        };
        changes.extend(of_table.into_iter().map(|change| Contrast { table: name.clone(), change }));
    }
    let needed = changes.iter().map(|it| Bump::from(it.change.level)).max().unwrap_or(Bump::None);
    let stated = bump.unwrap_or_else(|| Bump::between(old.version, new.version));
    let compatibility = changes.iter().fold(Compatibility::Full, |all, it| all.and(it.change.compatibility));
    let unversioned = bump.is_none() && (old.version.is_none() || new.version.is_none());
    Ok(SchemaDiff {
        old: old.name.clone(),
        new: new.name.clone(),
        old_version: old.version,
        new_version: new.version,
        bump: stated,
        needed,
        enough: stated >= needed || unversioned && needed == Bump::Patch,
        compatibility,
        changes,
    })
}

type Pair<'c> = (String, (Option<&'c TableContract>, Option<&'c TableContract>));

/// The tables that are compared with each other, in the order of their names.
fn pair_up<'c>(old: &'c Contract, new: &'c Contract) -> Result<Vec<Pair<'c>>> {
    let one = |single: &'c Contract, many: &'c Contract| {
        let table = single.tables.first();
        let found = table.and_then(|table| nearest(table, &many.tables));
        table.zip(found).ok_or_else(|| {
            let known: Vec<String> = many.tables.iter().map(|table| format!("`{}`", table.name)).collect();
            Error::usage(format!("expected a table like that of `{}` in `{}`, but found none", single.name, many.name))
                .hint(format!("it has {}", known.join(", ")))
        })
    };
    match (old.single, new.single) {
        (true, true) => {
            let (old, new) = (old.tables.first(), new.tables.first());
            let title = new.and_then(|table| table.schema.get("title")?.as_str().map(str::to_owned));
            let name = title.or_else(|| new.map(|table| table.name.clone())).unwrap_or_default();
            Ok(vec![(name, (old, new))])
        }
        (true, false) => one(old, new).map(|(old, new)| vec![(new.name.clone(), (Some(old), Some(new)))]),
        (false, true) => one(new, old).map(|(new, old)| vec![(old.name.clone(), (Some(old), Some(new)))]),
        (false, false) => {
            let find = |contract: &'c Contract, name: &str| contract.tables.iter().find(|table| table.name == name);
            let names: std::collections::BTreeSet<&str> =
                old.tables.iter().chain(&new.tables).map(|table| table.name.as_str()).collect();
            Ok(names.into_iter().map(|name| (name.to_owned(), (find(old, name), find(new, name)))).collect())
        }
    }
}

/// The table of the same name; for a Parquet file, which has none, that with most of its columns.
fn nearest<'c>(table: &TableContract, among: &'c [TableContract]) -> Option<&'c TableContract> {
    if let Some(found) = among.iter().find(|other| other.name == table.name) {
        return Some(found);
    }
    if !table.shape_only {
        return None;
    }
    let common = |other: &TableContract| other.columns.iter().filter(|name| table.columns.contains(name)).count();
    let best = among.iter().map(common).max().filter(|best| *best > 0)?;
    among.iter().find(|other| common(other) == best)
}

fn compare_tables(old: &TableContract, new: &TableContract) -> Vec<SchemaChange> {
    let mut changes = if old.shape_only || new.shape_only {
        compare_schemas(&shape_of(&old.schema), &shape_of(&new.schema))
    } else {
        compare_schemas(&old.schema, &new.schema)
    };
    for (name, stored) in &old.storage {
        let path = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        let told = |it: &SchemaChange| {
            let retyped =
                matches!(it.kind, ChangeKind::TypeChanged | ChangeKind::TypeWidened | ChangeKind::TypeNarrowed);
            retyped && (it.path == path || it.path.starts_with(&format!("{path}/")))
        };
        if let Some(now) = new.storage.get(name).filter(|now| *now != stored)
            && !changes.iter().any(told)
        {
            changes.push(change(&path, ChangeKind::StorageChanged, Effect::Broken, format!("{stored} -> {now}")));
        }
    }
    let common = |columns: &[String], other: &[String]| {
        columns.iter().filter(|name| other.contains(name)).cloned().collect::<Vec<_>>()
    };
    let (before, after) = (common(&old.columns, &new.columns), common(&new.columns, &old.columns));
    if let Some((was, is)) = before.iter().zip(&after).find(|(was, is)| was != is) {
        let detail = format!("`{is}` stands where `{was}` stood");
        changes.push(change("", ChangeKind::OrderChanged, Effect::Neutral, detail));
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_grow_as_semver_says() {
        let between = |old: &str, new: &str| Bump::between(Version::parse(old), Version::parse(new)).name();
        assert_eq!(
            ["1.0.1", "1.1.0", "2.0.0", "1.0.0", "0.9.0"].map(|new| between("1.0.0", new)),
            ["patch", "minor", "major", "none", "none"]
        );
        assert_eq!(
            [between("0.1.0", "0.1.1"), between("0.1.0", "0.2.0"), between("0.9.0", "1.0.0")],
            ["minor", "major", "major"]
        );
        assert_eq!(
            [between("1", "2"), between("1", "1"), between("2", "1.0.0"), between("1.2.3", "1")],
            ["major", "minor", "none", "minor"]
        );
        assert_eq!(Bump::between(None, Version::parse("2")), Bump::None);
    }
}
