//! Take-down of a dataset of many shards: only those that lose or change a row are written again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::num::NonZeroUsize;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use copydesk::config::{Config, NamedFiles, parse, resolve};
use copydesk::pipeline::takedown::{Selector, Takedown, take_down};
use copydesk::pipeline::{RunOptions, run_into};
use copydesk::writers::cut::CutLimits;

use crate::near::rows;
use crate::support::{assert_same_files, manifest, must};
use crate::takedown::{Row, write_raw};

const SPLITS: &str = "\n[export.splits]\ntrain = 0.6\nvalidation = 0.2\ntest = 0.2\n";

fn config(root: &Path) -> Config {
    let text = |name: &str| fs::read_to_string(root.join(name)).ok();
    let (ledger, key) = (text("takedowns.jsonl").unwrap_or_default(), text("takedowns.key"));
    let written = parse(&text("copydesk.toml").unwrap(), "copydesk.toml").unwrap();
    let takedowns_key = key.as_deref().map(|key| ("takedowns.key", key));
    let files = NamedFiles { takedowns: Some(("takedowns.jsonl", &ledger)), takedowns_key, ..NamedFiles::default() };
    let mut config = resolve(&written, root, files).unwrap();
    config.export.path = root.join("out");
    config
}

fn options() -> RunOptions {
    let mut options = RunOptions::new(NonZeroUsize::new(2).unwrap(), 256 << 20);
    options.cut_limits = CutLimits { group_rows: 8, group_bytes: 1 << 20, shard_bytes: 6_000 };
    options
}

/// Name, rows, and the inodes and bytes of the files of a shard.
type Shard = (String, Vec<Row>, BTreeSet<(u64, Vec<u8>)>);

/// Every shard of a table: its name, its rows, and the inodes and bytes of its files.
fn shards(dataset: &Path, table: &str) -> Vec<Shard> {
    let prefix = format!("/{table}-");
    let entries = manifest(dataset).files;
    let names = entries.iter().filter(|entry| entry.path.contains(&prefix)).filter_map(|entry| {
        entry.path.strip_suffix(".parquet").map(|stem| stem.rsplit_once("-of-").unwrap().0.to_owned())
    });
    let files = |name: &str| {
        let own = entries.iter().filter(|entry| entry.path.starts_with(&format!("{name}-of-")));
        own.map(|entry| dataset.join(&entry.path))
            .map(|path| (fs::metadata(&path).unwrap().ino(), fs::read(&path).unwrap()))
            .collect()
    };
    names.map(|name| (name.clone(), rows(dataset, name.rsplit('/').next().unwrap()), files(&name))).collect()
}

type Shards = BTreeMap<&'static str, Vec<Shard>>;

fn all_shards(dataset: &Path) -> Shards {
    let tables = ["articles", "records", "pairs", "date_candidates", "splits"];
    tables.into_iter().map(|table| (table, shards(dataset, table))).collect()
}

/// A shard whose rows are all there still, with nothing new between them, is the same file; how many of each table is told.
fn assert_kept(before: &Shards, after: &Shards, what: &str) -> BTreeMap<&'static str, (usize, usize)> {
    let mut counts = BTreeMap::new();
    for (table, old) in before {
        let new = &after[table];
        let kept = |shard: &&Shard| new.iter().any(|other| other.1 == shard.1);
        let unchanged: Vec<_> = old.iter().filter(kept).collect();
        for (name, rows, files) in &unchanged {
            let same = new.iter().find(|other| other.1 == *rows).unwrap();
            assert!(same.2 == *files, "{what}: `{name}` was written again");
        }
        assert!(new.len() <= old.len(), "{what}: {table}");
        counts.insert(*table, (unchanged.len(), old.len()));
    }
    counts
}

/// The rows, and all that the manifest says, are those of a run that knows of the takedown.
fn assert_whole(root: &Path, what: &str) {
    must(root, &["check", "out"]);
    must(root, &["takedown", "verify", "out"]);
    must(root, &["verify", "out", "--input", "raw", "--quiet"]);
    must(root, &["run", "--quiet", "--input", "raw", "--into", "fresh"]);
    for table in ["articles", "records", "pairs", "date_candidates", "splits"] {
        assert!(rows(&root.join("out"), table) == rows(&root.join("fresh"), table), "{what}: {table}");
    }
    let (mut own, mut fresh) = (manifest(&root.join("out")), manifest(&root.join("fresh")));
    own.files.clear();
    fresh.files.clear();
    assert_eq!(own, fresh, "{what}");
    // What comes later does not see that the shards have other boundaries.
    let copy = root.join("copy");
    must(root, &["run", "--quiet", "--input", "raw", "--into", "fresh"]);
    std::process::Command::new("cp").args(["-r", "out", "copy"]).current_dir(root).status().unwrap();
    must(root, &["run", "--quiet", "--input", "raw", "--into", "copy"]);
    assert_same_files(&root.join("fresh"), &copy, what);
    fs::remove_dir_all(root.join("fresh")).unwrap();
    fs::remove_dir_all(copy).unwrap();
}

fn take(root: &Path, selectors: Vec<Selector>, copies: bool) {
    let ledger = root.join("takedowns.jsonl");
    let takedown = Takedown { selectors, reason: "asked for".to_owned(), copies, ledger };
    take_down(&root.join("out"), &config(root), &options(), &takedown).unwrap();
}

#[test]
fn only_shards_that_lose_or_change_a_row_are_written_again() {
    for (number, dedup) in ["", "near = \"drop\"", "exact = \"flag\""].iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        write_raw(&root.join("raw"), 70 + number as u64);
        let text = format!("[dataset]\ntakedowns = \"takedowns.jsonl\"\n[dedup]\nguards = \"off\"\n{dedup}{SPLITS}");
        fs::write(root.join("copydesk.toml"), text).unwrap();
        run_into(&config(root), &options(), false).unwrap();
        let out = root.join("out");
        let whole = all_shards(&out);
        assert!(whole["articles"].len() > 6 && whole["records"].len() > 2, "{:?}", whole["articles"].len());
        let articles = rows(&out, "articles");
        let shard_of = |id: &str| {
            whole["articles"].iter().position(|(_, rows, _)| rows.iter().any(|row| row["id"] == id)).unwrap()
        };
        // One that stands for members in other shards, one alone, one with its copies, and whole shards: the first, one within, the last.
        let far = articles.iter().find(|row| {
            let own = |other: &&Row| other["cluster_id"] == row["id"];
            row["cluster_relation"] == "representative"
                && articles.iter().filter(own).any(|other| shard_of(&other["id"]) != shard_of(&row["id"]))
        });
        let alone = articles.iter().find(|row| row["cluster_relation"] == "unique").unwrap();
        let member = articles.iter().rev().find(|row| row["is_representative"] == "false");
        let ids = |place: usize| whole["articles"][place].1.iter().map(|row| row["id"].clone()).collect::<Vec<_>>();
        let last = whole["articles"].len() - 1;
        let cases = [
            ("stands for others", far.map(|row| vec![row["id"].clone()]), false),
            ("alone", Some(vec![alone["id"].clone()]), false),
            ("with copies", member.map(|row| vec![row["id"].clone()]), true),
            ("first, third and last shard", Some([ids(0), ids(2), ids(last)].concat()), false),
        ];
        for (what, ids, copies) in cases {
            let Some(ids) = ids else { continue };
            let what = format!("{dedup:?}, {what}");
            let before = all_shards(&out);
            let selectors: Vec<Selector> = ids.into_iter().map(Selector::Id).collect();
            let many = selectors.len() > 1;
            take(root, selectors, copies);
            let after = all_shards(&out);
            let counts = assert_kept(&before, &after, &what);
            let (kept, all) = counts["articles"];
            assert!(kept < all && (many || kept * 2 > all), "{what}: {counts:?}");
            assert!(!many || after["articles"].len() < before["articles"].len(), "{what}");
            assert!(many || counts["records"].0 > 0, "{what}: {counts:?}");
            assert_whole(root, &what);
        }
        // Nothing is left of any shard but one that is empty.
        let rest = rows(&out, "articles").into_iter().map(|row| Selector::Id(row["id"].clone())).collect();
        take(root, rest, true);
        let left = manifest(&out);
        let of_articles = left.files.iter().filter(|entry| entry.path.starts_with("data/")).count();
        assert_eq!((left.account.articles, of_articles), (0, 2));
        assert_whole(root, &format!("{dedup:?}, everything"));
    }
}
