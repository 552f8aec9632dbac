//! Documentation that cannot go stale: generated tables are compared, console blocks are run.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use copydesk::columns::ARTICLES;
use copydesk::pipeline::check::formats;
use copydesk::readers;
use copydesk::rejection::ReasonCode;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn generated(name: &str) -> String {
    let mut text = String::new();
    match name {
        "columns" => {
            text.push_str("| group | column | type | null | what it holds |\n|---|---|---|---|---|\n");
            for column in ARTICLES.columns {
                let null = if column.nullable { "yes" } else { "" };
                writeln!(
                    text,
                    "| {} | `{}` | {} | {null} | {} |",
                    column.group,
                    column.name,
                    column.kind.words(),
                    column.documentation
                )
                .unwrap();
            }
        }
        "reasons" => {
            text.push_str("| reason | meaning |\n|---|---|\n");
            for reason in ReasonCode::ALL {
                writeln!(text, "| `{}` | {} |", reason.code(), reason.documentation()).unwrap();
            }
        }
        "formats" => {
            text.push_str("| format | extensions | what it reads |\n|---|---|---|\n");
            for reader in readers::ALL {
                let extensions: Vec<String> = reader.extensions().iter().map(|name| format!("`.{name}`")).collect();
                let documentation = reader.documentation().split_whitespace().collect::<Vec<_>>().join(" ");
                writeln!(text, "| `{}` | {} | {documentation} |", reader.name(), extensions.join(" ")).unwrap();
            }
        }
        "reports" => {
            text.push_str("| form | for |\n|---|---|\n");
            for format in formats::ALL {
                writeln!(text, "| `{}` | {} |", format.name, format.documentation).unwrap();
            }
        }
        other => unreachable!("`{other}`"),
    }
    text
}

#[test]
fn generated_tables_of_the_readme_are_those_of_the_code() {
    let path = root().join("README.md");
    let mut text = fs::read_to_string(&path).unwrap();
    let before = text.clone();
    for name in ["columns", "reasons", "formats", "reports"] {
        let (begin, end) = (format!("<!-- {name}:begin -->\n"), format!("<!-- {name}:end -->"));
        let start = text.find(&begin).unwrap_or_else(|| panic!("README.md has no {begin}")) + begin.len();
        let stop = text.find(&end).unwrap();
        text.replace_range(start..stop, &generated(name));
    }
    if std::env::var_os("COPYDESK_UPDATE").is_some() {
        fs::write(&path, &text).unwrap();
    } else {
        assert!(text == before, "the tables of README.md are stale: run the tests with COPYDESK_UPDATE=1");
    }
}

/// Console blocks that begin with `$ copydesk`, as (commands and their expected output).
fn console_blocks(text: &str) -> Vec<Vec<(String, String)>> {
    let mut blocks = Vec::new();
    for block in text.split("```console\n").skip(1) {
        let block = block.split("```").next().unwrap();
        let mut commands: Vec<(String, String)> = Vec::new();
        for line in block.lines() {
            match (line.strip_prefix("$ copydesk "), commands.last_mut()) {
                (Some(command), _) => commands.push((command.to_owned(), String::new())),
                (None, Some((_, output))) => {
                    output.push_str(line);
                    output.push('\n');
                }
                (None, None) => break,
            }
        }
        blocks.push(commands);
    }
    blocks
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

#[test]
fn console_blocks_of_the_readme_say_what_the_commands_print() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["raw", "schemas"] {
        copy_folder(&root().join(name), &folder.path().join(name));
    }
    for name in ["copydesk.toml", "sources.toml"] {
        fs::copy(root().join(name), folder.path().join(name)).unwrap();
    }
    fs::create_dir(folder.path().join("reserved")).unwrap();
    let reserved = r#"{"text": "The lock opens on Monday.", "source": "Averley Times", "tdm-reservation": 1}"#;
    fs::write(folder.path().join("reserved/article.json"), reserved).unwrap();
    fs::write(folder.path().join("release.toml"), "[export]\nrelease = \"full-text\"\n").unwrap();
    let blocks = console_blocks(&fs::read_to_string(root().join("README.md")).unwrap());
    let mut commands = 0;
    for (command, expected) in blocks.into_iter().flatten() {
        let arguments: Vec<&str> = command.split_whitespace().collect();
        let output = crate::support::run(folder.path(), &arguments);
        let printed = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let steady = |text: &str| {
            let lines = text.lines().map(|line| match line.rsplit_once(" in ") {
                Some((before, time)) if line.starts_with("wrote ") && time.ends_with(" s") => before.to_owned(),
                _ => line.trim_end().to_owned(),
            });
            lines.collect::<Vec<_>>().join("\n").trim().to_owned()
        };
        assert_eq!(steady(&printed), steady(&expected), "README.md: copydesk {command}");
        commands += 1;
    }
    assert!(commands > 0, "README.md shows no command");
}
