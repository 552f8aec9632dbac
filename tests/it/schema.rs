//! `copydesk schema`: what is shown, exported and compared; the gate on our own schemas.

use std::fs;
use std::path::{Path, PathBuf};

use copydesk::columns::{SCHEMA_VERSION, TABLES};
use copydesk::pipeline::contract::{Bump, Version, diff_contracts, load};
use serde_json::{Value, json};

use crate::cli::shown;
use crate::support::{must, raw_folder, run};

fn schemas() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas")
}

fn exit_code(folder: &Path, arguments: &[&str]) -> i32 {
    run(folder, arguments).status.code().unwrap()
}

/// A change of the schemas needs a change of `SCHEMA_VERSION`, of the size that `copydesk schema diff` says.
///
/// A release puts the schemas as they are into `schemas/released/VERSION`; nothing there is ever changed.
#[test]
fn our_schemas_change_with_their_version_only() {
    let released = schemas().join("released");
    let versions = fs::read_dir(&released).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut versions: Vec<(Version, String)> = versions.map(|name| (Version::parse(&name).unwrap(), name)).collect();
    versions.sort();
    let current = Version::parse(SCHEMA_VERSION).unwrap();
    let (last, name) = versions.pop().unwrap();
    assert!(last <= current, "`schemas/released/{name}` is newer than `SCHEMA_VERSION` {SCHEMA_VERSION}");
    let (old, mut new) = (load(&released.join(&name)).unwrap(), load(&schemas()).unwrap());
    // Beside the tables there are schemas of reports, which have versions of their own.
    new.tables.retain(|of_table| TABLES.iter().any(|table| table.row_name == of_table.name));
    assert_eq!(new.tables.len(), TABLES.len());
    let diff = diff_contracts(&old, &new, Some(Bump::between(Some(last), Some(current)))).unwrap();
    let changes: Vec<String> = diff
        .changes
        .iter()
        .map(|it| format!("{}{} {} ({})", it.table, it.change.path, it.change.kind.words(), it.change.level.name()))
        .collect();
    assert!(
        diff.enough,
        "the schemas changed since {name}, and `SCHEMA_VERSION` {SCHEMA_VERSION} is no {} bump:\n{}",
        diff.needed.name(),
        changes.join("\n")
    );
}

#[test]
fn tables_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    insta::assert_snapshot!(shown(folder.path(), &["schema", "show", "pairs"]));
    insta::assert_snapshot!(shown(folder.path(), &["schema", "show", "split", "--format", "json"]));
    let all = must(folder.path(), &["schema", "show"]);
    let all = String::from_utf8(all.stdout).unwrap();
    for table in TABLES {
        assert!(all.contains(&format!(
            "{}, version {SCHEMA_VERSION}: {} columns",
            table.row_name,
            table.columns.len()
        )));
    }
}

#[test]
fn exported_schemas_are_those_of_the_repository_and_open_ones_for_consumers() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    must(at, &["schema", "export", "--output", "p"]);
    must(at, &["schema", "export", "--output", "c", "--for", "consumers"]);
    must(at, &["schema", "export", "--output", "c", "--for", "consumers"]);
    for table in TABLES {
        let name = format!("{}.schema.json", table.row_name);
        assert_eq!(fs::read(at.join("p").join(&name)).unwrap(), fs::read(schemas().join(&name)).unwrap());
        let mut producers: Value = serde_json::from_slice(&fs::read(at.join("p").join(&name)).unwrap()).unwrap();
        let consumers: Value = serde_json::from_slice(&fs::read(at.join("c").join(&name)).unwrap()).unwrap();
        assert_eq!(producers.as_object_mut().unwrap().remove("additionalProperties"), Some(json!(false)));
        assert_eq!(producers, consumers);
    }
    assert_eq!(exit_code(at, &["schema", "diff", "p", "c", "--bump", "patch"]), 1);
    assert_eq!(exit_code(at, &["schema", "diff", "p", "c", "--bump", "minor"]), 0);
    fs::write(at.join("c/pair.schema.json"), "{}").unwrap();
    insta::assert_snapshot!(shown(at, &["schema", "export", "--output", "c"]));
}

/// A schema like a user's, with parts in `$defs`.
fn users() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://example.org/schemas/v1/story.json",
        "title": "Story",
        "type": "object",
        "$defs": { "name": { "type": "string", "minLength": 1 } },
        "properties": {
            "id": { "type": "string", "pattern": "^s[0-9]+$" },
            "author": { "$ref": "#/$defs/name" },
            "tags": { "type": "array", "items": { "enum": ["news", "sports"] } },
        },
        "required": ["id", "author"],
    })
}

#[test]
fn changes_are_classified_and_the_version_is_judged() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let write = |name: &str, schema: &Value| fs::write(at.join(name), schema.to_string()).unwrap();
    write("old.json", &users());
    let mut new = users();
    new["description"] = json!("a story | of <b>one</b> outlet");
    write("documented.json", &new);
    new["properties"]["section"] = json!({ "type": ["string", "null"] });
    new["$defs"]["name"]["minLength"] = json!(2);
    write("minor.json", &new);
    new["properties"]["tags"]["items"]["enum"] = json!(["news", "sports", "weather"]);
    new["properties"].as_object_mut().unwrap().remove("id");
    new["required"] = json!(["author"]);
    new["x-order"] = json!(1);
    write("major.json", &new);
    new["$id"] = json!("https://example.org/schemas/v2/story.json");
    write("bumped.json", &new);
    insta::assert_snapshot!(shown(at, &["schema", "diff", "old.json", "major.json"]));
    insta::assert_snapshot!(shown(
        at,
        &["schema", "diff", "old.json", "minor.json", "--format", "markdown", "--bump", "patch"]
    ));
    insta::assert_snapshot!(shown(at, &["schema", "diff", "old.json", "documented.json", "--format", "json"]));
    for (new, bump, code) in [
        ("old.json", None, 0),
        ("documented.json", None, 0),
        ("documented.json", Some("patch"), 0),
        ("minor.json", None, 0),
        ("minor.json", Some("patch"), 1),
        ("major.json", None, 1),
        ("major.json", Some("major"), 0),
        ("bumped.json", None, 0),
        ("bumped.json", Some("minor"), 1),
    ] {
        let mut arguments = vec!["schema", "diff", "old.json", new];
        arguments.extend(bump.iter().flat_map(|bump| ["--bump", bump]));
        assert_eq!(exit_code(at, &arguments), code, "{new} {bump:?}");
    }
    // Without any version only documentation may change.
    let unversioned = |name: &str| {
        let mut schema: Value = serde_json::from_slice(&fs::read(at.join(name)).unwrap()).unwrap();
        schema.as_object_mut().unwrap().remove("$id");
        write(&format!("un{name}"), &schema);
    };
    for name in ["old.json", "documented.json", "minor.json"] {
        unversioned(name);
    }
    assert_eq!(exit_code(at, &["schema", "diff", "unold.json", "undocumented.json"]), 0);
    insta::assert_snapshot!(shown(at, &["schema", "diff", "unold.json", "unminor.json"]));
}

#[test]
fn datasets_schemas_and_parquet_files_are_compared_with_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    raw_folder(&at.join("raw"), 5);
    must(at, &["run", "--quiet"]);
    must(at, &["schema", "export", "--output", "schemas"]);
    let parquet = "output/data/articles-00000-of-00001.parquet";
    for (old, new) in [
        ("output", "output"),
        ("output", parquet),
        (parquet, "output"),
        ("schemas/article.schema.json", parquet),
        (parquet, "schemas"),
        ("output/tables/records-00000-of-00001.parquet", "output"),
        ("schemas/pair.schema.json", "output"),
    ] {
        let text = shown(at, &["schema", "diff", old, new]);
        assert!(text.contains("exit 0") && text.contains("nothing changed"), "{text}");
    }
    // Another version of the schemas, as a later copydesk might write it.
    let edit = |name: &str, old: &str, new: &str| {
        let path = at.join("output").join(name);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(old));
        fs::write(path, text.replacen(old, new, 1)).unwrap();
    };
    edit("schema/article.schema.json", "\"maximum\": 1", "\"maximum\": 2");
    edit("manifest.json", "\"schema_version\": \"1.0.0\"", "\"schema_version\": \"1.1.0\"");
    insta::assert_snapshot!(shown(at, &["schema", "diff", "schemas", "output"]));
    insta::assert_snapshot!(shown(
        at,
        &["schema", "diff", "schemas/split.schema.json", "output/tables/pairs-00000-of-00001.parquet"]
    ));
}

#[test]
fn mistakes_are_explained() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::create_dir(at.join("empty")).unwrap();
    fs::write(at.join("list.json"), "[]").unwrap();
    fs::write(at.join("broken.json"), "{").unwrap();
    fs::write(at.join("latin.json"), b"\"\xe9\"").unwrap();
    fs::write(at.join("torn.parquet"), b"PAR1 and no more").unwrap();
    fs::write(at.join("story.json"), "{}").unwrap();
    must(at, &["schema", "export", "--output", "schemas"]);
    let mistakes: &[&[&str]] = &[
        &["schema", "show", "artcles"],
        &["schema", "show", "empty"],
        &["schema", "diff", "list.json", "list.json"],
        &["schema", "diff", "broken.json", "list.json"],
        &["schema", "diff", "latin.json", "list.json"],
        &["schema", "diff", "torn.parquet", "list.json"],
        &["schema", "diff", "story.json", "schemas"],
        &["schema", "diff", "story.json", "story.json", "--bump", "huge"],
        &["schema"],
    ];
    insta::assert_snapshot!(mistakes.iter().map(|arguments| shown(at, arguments)).collect::<Vec<_>>().join("\n\n"));
}
