//! The temporary folder of a run.

use std::path::{Path, PathBuf};

use super::holder::Holder;
use super::target::Target;
use crate::error::Result;

/// A hidden, locked folder for intermediate files; removed with all its files on drop, or by the next run if this one is killed.
#[derive(Debug)]
pub struct SpillDir {
    holder: Holder,
}

impl SpillDir {
    /// Makes the folder beside an output, `.NAME.copydesk-XXXXXXXXXX`, and removes those that dead runs have left there.
    ///
    /// The folders of runs that are alive are not touched. Only the owner may look into it.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub fn create_beside(output: &Path) -> Result<Self> {
        Ok(Self { holder: Holder::create(&Target::of(output)?)? })
    }

    /// Makes the folder in another directory, for a disk with more room; `name` keeps runs of different outputs apart.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub fn create_in(folder: &Path, name: &str) -> Result<Self> {
        Self::create_beside(&folder.join(name))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.holder.path()
    }

    /// The path of a file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.holder.path().join(name)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn hidden(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().filter(|entry| entry.as_ref().unwrap().file_name() != "out").count()
    }

    #[test]
    fn dead_folders_go_and_live_ones_stay() {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("out");
        let live = SpillDir::create_beside(&output).unwrap();
        fs::write(live.file("run-0"), "rows").unwrap();
        // What killed runs leave: with a free lock, without a lock, and something that only looks alike.
        let dead = folder.path().join(".out.copydesk-0123456789");
        fs::create_dir_all(dead.join("deep/er")).unwrap();
        fs::write(dead.join("lock"), "").unwrap();
        fs::write(dead.join("deep/er/run-0"), "rows").unwrap();
        fs::create_dir(folder.path().join(".out.copydesk-abcdefabcd")).unwrap();
        fs::create_dir_all(folder.path().join(".out.copydesk-1111111111/mine")).unwrap();
        let second = SpillDir::create_beside(&output).unwrap();
        assert!(!dead.exists() && !folder.path().join(".out.copydesk-abcdefabcd").exists());
        assert!(live.file("run-0").exists(), "a live folder is not touched");
        assert!(folder.path().join(".out.copydesk-1111111111/mine").exists(), "not ours to judge");
        assert_ne!(live.path(), second.path());
        assert_eq!(hidden(folder.path()), 3);
        drop((live, second));
        assert_eq!(hidden(folder.path()), 1);
    }

    #[test]
    fn folders_made_at_the_same_time_do_not_remove_each_other() {
        let folder = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for n in 0..8 {
                let folder = folder.path();
                scope.spawn(move || {
                    for _ in 0..20 {
                        let spill = SpillDir::create_in(folder, "out").unwrap();
                        let path = spill.file(&format!("run-{n}"));
                        fs::write(&path, "rows").unwrap();
                        std::thread::yield_now();
                        assert_eq!(fs::read(&path).unwrap(), b"rows");
                    }
                });
            }
        });
        assert_eq!(hidden(folder.path()), 0);
    }
}
