//! The rules of the house that a compiler does not check.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// Room -> layer, from the table in ARCHITECTURE.md; `io` is the side room.
fn layers() -> BTreeMap<String, String> {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let table = text.split("## Layers").nth(1).unwrap();
    let mut layers = BTreeMap::new();
    for line in table.lines().filter(|line| line.starts_with("| ")).skip(1) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        for room in cells[1].split(", ") {
            layers.insert(room.to_owned(), cells[0].to_owned());
        }
        if cells[1] == "cli" {
            break;
        }
    }
    layers
}

fn allowed(from: &str, to: &str, layers: &BTreeMap<String, String>) -> bool {
    let layer = |room: &str| layers.get(room).unwrap_or_else(|| panic!("`{room}` is not in the layer table")).clone();
    match (layer(from).as_str(), layer(to).as_str()) {
        _ if from == to => true,
        ("0", "0") => true,
        ("side", to) => to == "0",
        (from, "side") => matches!(from, "5" | "6"),
        (from, to) => to < from,
    }
}

/// The code above the unit tests, without comments.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn imports_point_one_way() {
    let layers = layers();
    assert!(layers.len() > 10, "{layers:?}");
    let source = root().join("src");
    let mut wrong = Vec::new();
    for path in rust_files(&source) {
        let relative = path.strip_prefix(&source).unwrap();
        let room =
            relative.components().next().unwrap().as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned();
        if matches!(room.as_str(), "lib" | "main") || relative.ends_with("fixtures.rs") || relative.ends_with("laws.rs")
        {
            continue;
        }
        for piece in code(&path).split("crate::").skip(1) {
            let target: String = piece.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if layers.contains_key(&target) && !allowed(&room, &target, &layers) {
                wrong.push(format!("{} imports `{target}`", relative.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "imports point the wrong way:\n{}", wrong.join("\n"));
}

#[test]
fn every_room_is_in_the_layer_table() {
    let layers = layers();
    let library = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    for line in library.lines().filter_map(|line| line.strip_prefix("pub mod ")) {
        let room = line.trim_end_matches(';');
        assert!(layers.contains_key(room), "`{room}` is not in the layer table of ARCHITECTURE.md");
    }
}

#[test]
fn files_open_with_their_purpose_and_stay_short() {
    for path in rust_files(&root().join("src")) {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//!"), "{} does not say what it is for", path.display());
        let generated = text.lines().take(6).any(|line| line.contains("enerated by"));
        let lines = text.split("#[cfg(test)]\nmod tests").next().unwrap().lines().count();
        assert!(generated || lines <= 700 || path.ends_with("tests.rs"), "{} has {lines} lines", path.display());
    }
}
