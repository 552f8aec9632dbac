//! A place where a result goes, and the names of its hidden siblings.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Length of the random part of a sibling's name.
const SUFFIX_LEN: usize = 10;

/// An output path, taken apart. Links and `.` are resolved, so that siblings lie on the file system of the real directory.
#[derive(Clone, Debug)]
pub(super) struct Target {
    parent: PathBuf,
    name: OsString,
}

impl Target {
    /// Takes `output` apart and makes its parent directories.
    pub fn of(output: &Path) -> Result<Self> {
        let resolved = match fs::symlink_metadata(output) {
            Ok(metadata) if metadata.is_symlink() || output.file_name().is_none() => {
                fs::canonicalize(output).map_err(|error| Error::io("resolve", output, error))?
            }
            _ => output.to_path_buf(),
        };
        let Some(name) = resolved.file_name() else {
            return Err(Error::usage(format!("`{}` cannot be replaced by a result", output.display()))
                .hint("name a sub-folder of it"));
        };
        let parent = match resolved.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
            _ => PathBuf::from("."),
        };
        fs::create_dir_all(&parent).map_err(|error| Error::io("create", &parent, error))?;
        Ok(Self { parent, name: name.to_owned() })
    }

    /// The output itself.
    pub fn path(&self) -> PathBuf {
        self.parent.join(&self.name)
    }

    /// The directory that holds the output.
    pub fn parent(&self) -> &Path {
        &self.parent
    }

    /// `NAME` with something behind it.
    pub fn with_suffix(&self, suffix: &str) -> PathBuf {
        let mut name = self.name.clone();
        name.push(suffix);
        self.parent.join(name)
    }

    /// The lock that a run holds while it writes this output: `.NAME.copydesk-lock`.
    pub fn lock_path(&self) -> PathBuf {
        self.sibling("lock")
    }

    /// A name that is most likely free: `.NAME.copydesk-` and ten hex digits.
    pub fn fresh_sibling(&self) -> PathBuf {
        // Seeded by the operating system for each process; the names reach no output.
        let random = RandomState::new().build_hasher().finish();
        let mut hex = format!("{random:016x}");
        hex.truncate(SUFFIX_LEN);
        self.sibling(&hex)
    }

    /// Whether a name is one that [`Target::fresh_sibling`] gives.
    pub fn is_sibling(&self, name: &OsStr) -> bool {
        let prefix = self.sibling("");
        let prefix = prefix.file_name().unwrap_or_default().as_bytes();
        name.as_bytes()
            .strip_prefix(prefix)
            .is_some_and(|suffix| suffix.len() == SUFFIX_LEN && suffix.iter().all(u8::is_ascii_hexdigit))
    }

    fn sibling(&self, suffix: &str) -> PathBuf {
        let mut name = OsString::from(".");
        name.push(&self.name);
        name.push(".copydesk-");
        name.push(suffix);
        self.parent.join(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn siblings_are_hidden_and_known_again() {
        let folder = tempfile::tempdir().unwrap();
        let target = Target::of(&folder.path().join("new/out/")).unwrap();
        assert_eq!(target.path(), folder.path().join("new/out"));
        assert!(folder.path().join("new").is_dir(), "parents are made");
        assert_eq!(target.lock_path(), folder.path().join("new/.out.copydesk-lock"));
        assert_eq!(target.with_suffix(".failed"), folder.path().join("new/out.failed"));
        let (a, b) = (target.fresh_sibling(), target.fresh_sibling());
        assert!(a != b && target.is_sibling(a.file_name().unwrap()));
        let other = Target::of(&folder.path().join("new/out.copydesk-0123456789")).unwrap();
        assert!(
            !target.is_sibling(other.fresh_sibling().file_name().unwrap()),
            "another output's siblings are not ours"
        );
        assert!(!target.is_sibling(target.lock_path().file_name().unwrap()));
    }

    #[test]
    fn links_and_dots_are_resolved_and_the_root_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(folder.path()).unwrap();
        fs::create_dir_all(root.join("disk/data")).unwrap();
        std::os::unix::fs::symlink("disk/data", root.join("link")).unwrap();
        assert_eq!(Target::of(&root.join("link")).unwrap().path(), root.join("disk/data"));
        assert_eq!(Target::of(&root.join("disk/data/..")).unwrap().path(), root.join("disk"));
        assert_eq!(Target::of(Path::new("/")).unwrap_err().kind(), crate::error::ErrorKind::Usage);
        assert_eq!(Target::of(Path::new("name")).unwrap().parent(), Path::new("."));
    }
}
