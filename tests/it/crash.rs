//! Killed at any moment: the previous dataset is still there and whole, nothing half-written is visible, the next run succeeds.

use std::fs;
use std::time::{Duration, Instant};

use crate::support::{assert_same_files, copydesk, files, must, raw_folder};

#[test]
fn a_kill_leaves_the_old_or_the_new_dataset_whole() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    raw_folder(&at.join("raw-old"), 5);
    raw_folder(&at.join("raw-new"), 6);
    must(at, &["run", "--quiet", "--input", "raw-old", "--output", "old"]);
    let started = Instant::now();
    must(at, &["run", "--quiet", "--input", "raw-new", "--output", "new"]);
    let whole = started.elapsed();
    must(at, &["run", "--quiet", "--input", "raw-old", "--output", "output"]);
    let (old, new) = (files(&at.join("old")), files(&at.join("new")));
    let kills = std::env::var("COPYDESK_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(24_u32);
    let (mut before, mut after) = (0, 0);
    for kill in 0..kills {
        let mut child = copydesk(at, &["run", "--quiet", "--input", "raw-new", "--output", "output"]).spawn().unwrap();
        std::thread::sleep(Duration::from_secs_f64(whole.as_secs_f64() * 1.1 * f64::from(kill) / f64::from(kills)));
        child.kill().unwrap();
        child.wait().unwrap();
        let now = files(&at.join("output"));
        match (now == old, now == new) {
            (true, _) => before += 1,
            (_, true) => {
                after += 1;
                must(at, &["run", "--quiet", "--input", "raw-old", "--output", "output"]);
            }
            _ => panic!("kill {kill} left neither the old nor the new dataset"),
        }
    }
    assert!(before > 0, "no kill came before the end ({after} came behind it)");
    must(at, &["run", "--quiet", "--input", "raw-new", "--output", "output"]);
    assert_same_files(&at.join("new"), &at.join("output"), "the run after the kills");
    let left: Vec<_> = fs::read_dir(at)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with(".output.copydesk-") && !name.ends_with("lock"))
        .collect();
    assert_eq!(left, [""; 0], "the last run removes what the killed ones left");
    must(at, &["check", "output"]);
}
