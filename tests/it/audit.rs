//! `copydesk audit`: the draw, the files it writes, and the rates that come of marks.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use copydesk::kernels::write_csv::push_csv_row;
use copydesk::readers::sheet::Sheet;
use copydesk::writers::audit_result::AuditResult;
use serde_json::Value;

use crate::cli::shown;
use crate::support::{Numbers, copydesk, files, manifest, must, raw_folder, run};

const QUESTIONS: [&str; 7] = ["text_ok", "title_ok", "date_ok", "source_ok", "language_ok", "pair_ok", "rejection_ok"];

fn asked(kind: &str) -> &'static [&'static str] {
    match kind {
        "article" => &QUESTIONS[..5],
        "pair" => &QUESTIONS[5..6],
        _ => &QUESTIONS[6..],
    }
}

/// A dataset of raw files of many forms, one of them a page and one a text that looks like a formula and a script.
fn dataset(at: &Path) {
    raw_folder(&at.join("raw"), 21);
    fs::write(
        at.join("raw/papers/page.html"),
        "<html lang=en><head><title>Page &amp; title</title><script>no()</script></head><body><article><h1>Page title</h1>\
         <p>The harbour reopened on Monday after the storm had passed over the town and the ferries ran again.</p>\
         <p>Ferries run again from Tuesday, said the council in a report that was read in the evening.</p></article></body></html>",
    )
    .unwrap();
    fs::write(
        at.join("raw/papers/hostile.jsonl"),
        serde_json::json!({"title": "=1+1", "text": "</script><script>alert(1)</script> \"quoted\"\u{2028}, words of an article", "date": "2025-01-02"})
            .to_string(),
    )
    .unwrap();
    must(at, &["run", "--quiet"]);
}

fn sheet(path: &Path) -> Sheet {
    Sheet::read(&fs::read(path).unwrap(), "item").unwrap().unwrap()
}

/// The page's data.
fn page_data(path: &Path) -> Value {
    let page = fs::read_to_string(path).unwrap();
    serde_json::from_str(page.split("id=\"data\">").nth(1).unwrap().split("</script>").next().unwrap()).unwrap()
}

fn csv(sheet: &Sheet) -> String {
    let mut out = String::new();
    push_csv_row(&mut out, sheet.header.iter().map(String::as_str));
    for (_, cells) in &sheet.rows {
        push_csv_row(&mut out, cells.iter().map(String::as_str));
    }
    out
}

/// Writes a copy of a sheet with its marks.
fn mark(from: &Path, to: &Path, mut answer: impl FnMut(&dyn Fn(&str) -> String, &str) -> &'static str) {
    let mut marked = sheet(from);
    let at = |name: &str| marked.header.iter().position(|own| own == name).unwrap();
    let places: Vec<usize> = QUESTIONS.iter().map(|name| at(name)).collect();
    let (kind, header) = (at("kind"), marked.header.clone());
    for (_, cells) in &mut marked.rows {
        let before = cells.clone();
        let cell = |name: &str| before[header.iter().position(|own| own == name).unwrap()].clone();
        for (place, question) in places.iter().zip(QUESTIONS) {
            if asked(&before[kind]).contains(&question) {
                answer(&cell, question).clone_into(&mut cells[*place]);
            }
        }
    }
    fs::write(to, csv(&marked)).unwrap();
}

#[test]
fn a_draw_is_the_same_each_time_and_gives_of_every_stratum() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    dataset(at);
    let draw = |output: &str, more: &[&str]| {
        let arguments =
            [&["audit", "draw", "output", "--input", "raw", "--output", output, "--quiet"][..], more].concat();
        must(at, &arguments);
    };
    draw("a", &["--sample", "80"]);
    draw("b", &["--sample", "80"]);
    assert_eq!(files(&at.join("a")), files(&at.join("b")));
    draw("c", &["--sample", "80", "--seed", "2"]);
    assert_ne!(files(&at.join("a")), files(&at.join("c")));

    let drawn = sheet(&at.join("a/audit.csv"));
    assert_eq!(drawn.rows.len(), 80);
    let account = manifest(&at.join("output"));
    let column = |name: &str| drawn.column(name).unwrap_or_else(|| panic!("no column `{name}`"));
    let mut weights: BTreeMap<&str, f64> = BTreeMap::new();
    let mut strata: BTreeMap<(&str, &str), (u64, f64)> = BTreeMap::new();
    for (_, cells) in &drawn.rows {
        let (kind, weight) = (cells[column("kind")].as_str(), cells[column("weight")].parse::<f64>().unwrap());
        *weights.entry(kind).or_default() += weight;
        let stratum = strata.entry((kind, &cells[column("stratum")])).or_default();
        *stratum = (stratum.0 + 1, stratum.1 + weight);
        assert!(QUESTIONS.iter().all(|name| cells[column(name)].is_empty()) && cells[column("sample")] == "80");
        assert_eq!(cells[column("dataset_sha256")], account.dataset_sha256);
    }
    let near = |found: f64, expected: u64| (found - expected as f64).abs() < 1e-3;
    assert!(near(weights["article"], account.account.articles), "{weights:?}");
    assert!(near(weights["pair"], account.rows["pairs"]) && near(weights["rejection"], account.account.rejected));
    assert!(strata.len() > 8, "{strata:?}");
    // Of each stratum as many as of any other, or all that it has.
    let all_of = |least: u64| strata.values().map(|(_, population)| least.min(population.round() as u64)).sum::<u64>();
    let least = (2..=5).rev().find(|least| all_of(*least) <= 40).unwrap_or(1);
    for (name, (items, population)) in &strata {
        assert!(
            *items >= least || near(*population, *items),
            "{name:?}: {items} of {population}, but {least} of others"
        );
    }
    for (dimension, values) in [("date evidence: ", 1), ("source: ", 2), ("relation: ", 2), ("reason: ", 2)] {
        let found = strata.keys().filter(|(_, name)| name.starts_with(dimension)).count();
        assert!(found >= values, "{dimension}{found}: {strata:?}");
    }
    // What a stranger counts in the table of records is what the draw says of reasons.
    let rejected: f64 =
        strata.iter().filter(|((kind, _), _)| *kind == "rejection").map(|(_, (_, weight))| weight).sum();
    assert!(near(rejected, account.account.rejected));
}

#[test]
fn the_page_shows_raw_beside_record() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    dataset(at);
    must(at, &["audit", "draw", "output", "--input", "raw", "--output", "audit", "--sample", "5000", "--quiet"]);
    let data = page_data(&at.join("audit/audit.html"));
    let drawn = sheet(&at.join("audit/audit.csv"));
    let items = data["items"].as_array().unwrap();
    assert_eq!(items.len(), drawn.rows.len());
    let mut formats = BTreeMap::<String, u64>::new();
    for (item, (_, cells)) in items.iter().zip(&drawn.rows) {
        assert_eq!(item["cells"][0], Value::from(cells[0].clone()));
        let sides = item["sides"].as_array().unwrap();
        assert_eq!(sides.len(), if item["kind"] == "pair" { 2 } else { 1 });
        for side in sides {
            assert!(!side["raw"].as_array().unwrap().is_empty(), "{side}");
            assert_eq!(side["text"].is_null(), item["kind"] == "rejection", "{side}");
            assert!(side["note"].is_null(), "{side}");
            if let (Some(text), Some(raw)) = (side["text"]["text"].as_str(), side["raw"].as_array()) {
                // Raw text, or the text that the reader has taken out of the record, begins with the words of the article.
                let words =
                    |text: &str| text.split_whitespace().take(3).map(str::to_lowercase).collect::<Vec<_>>().join(" ");
                let begins = words(text);
                let holds = |view: &Value| {
                    let view = view["text"].as_str().unwrap().to_lowercase();
                    view.split_whitespace().collect::<Vec<_>>().join(" ").contains(&begins)
                };
                assert!(raw.iter().any(holds), "{begins}: {raw:?}");
            }
            *formats.entry(side["raw"][0]["name"].as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    assert!(formats.len() == 2 && formats["what the page shows"] >= 1, "{formats:?}");
    let page = items
        .iter()
        .find(|item| item["sides"][0]["raw"].as_array().unwrap().len() == 2 && item["cells"][4] == "papers/page.html#0")
        .unwrap();
    let shown = page["sides"][0]["raw"][0]["text"].as_str().unwrap();
    assert!(shown.contains("The harbour reopened") && !shown.contains("no()"), "{shown}");
    // A formula is text in the table and itself on the page.
    let csv = fs::read_to_string(at.join("audit/audit.csv")).unwrap();
    assert!(csv.starts_with('\u{feff}') && csv.contains("\"'=1+1\""));
    assert!(items.iter().any(|item| item["cells"][7] == "=1+1"));
}

#[test]
fn marks_come_back_as_rates() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    dataset(at);
    must(at, &["audit", "draw", "output", "--input", "raw", "--output", "audit", "--sample", "80", "--quiet"]);
    let mut numbers = Numbers(5);
    let sheet_path = at.join("audit/audit.csv");
    mark(&sheet_path, &at.join("marks.csv"), |cell, question| match question {
        "date_ok" if cell("date").is_empty() => "unsure",
        "date_ok" if cell("source") == "inland-post" => "No",
        "text_ok" if numbers.below(4) == 0 => "n",
        _ => "yes",
    });
    insta::assert_snapshot!(shown(at, &["audit", "read", "output", "marks.csv"]));
    let text = fs::read_to_string(at.join("audit.json")).unwrap();
    let result = AuditResult::parse(&text, "audit.json").unwrap();
    assert_eq!((result.drawn, result.marked, result.sample), (80, 80, 80));
    for rate in &result.rates {
        assert!(rate.low <= rate.rate && rate.rate <= rate.high && rate.checked + rate.unsure <= 80, "{rate:?}");
        assert!((rate.covered - 1.0).abs() < 1e-9 || rate.question == "date", "{rate:?}");
    }
    let of = |question: &str, part: Option<&str>| {
        result.rates.iter().find(|rate| rate.question == question && rate.stratum.as_deref() == part).unwrap()
    };
    let inland = of("date", Some("source: inland-post"));
    assert!((inland.rate - 1.0).abs() < 1e-9 && inland.low > 0.5 && inland.population > inland.checked);
    assert!(of("pair", None).rate == 0.0 && of("pair", None).high > 0.0);
    // The rate of the whole is that of its sources, weighted by their sizes, as far as the sample tells.
    let populations: u64 = manifest(&at.join("output")).account.articles;
    assert_eq!(of("text", None).population, populations);
    // The same again, as JSON on stdout, and the file is replaced by the same bytes.
    let output = must(at, &["audit", "read", "output", "marks.csv", "--format", "json"]);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), text);
    assert_eq!(fs::read_to_string(at.join("audit.json")).unwrap(), text);
    let markdown = must(at, &["audit", "read", "output", "marks.csv", "--format", "markdown"]);
    assert!(String::from_utf8(markdown.stdout).unwrap().contains("| date | source: inland-post |"));
    // Semicolons, another order of rows and columns, and marks of one question only.
    let mut other = sheet(&at.join("marks.csv"));
    other.rows.reverse();
    let at_date = other.column("date_ok").unwrap();
    let text: Vec<String> = std::iter::once(&other.header)
        .chain(other.rows.iter().map(|(_, cells)| cells))
        .map(|cells| {
            let kept = other.header.iter().zip(cells).enumerate().map(|(place, (name, cell))| {
                let cell =
                    if QUESTIONS.contains(&name.as_str()) && place != at_date && cell != name { "" } else { cell };
                format!("\"{}\"", cell.replace('"', "\"\""))
            });
            kept.collect::<Vec<_>>().join(";")
        })
        .collect();
    fs::write(at.join("dates.csv"), text.join("\n")).unwrap();
    must(at, &["audit", "read", "output", "dates.csv", "--output", "dates.json"]);
    let dates = AuditResult::parse(&fs::read_to_string(at.join("dates.json")).unwrap(), "").unwrap();
    let whole: Vec<_> = result.rates.iter().filter(|rate| rate.question == "date").cloned().collect();
    assert_eq!(dates.rates, whole);
    // The next run knows the result, and it is part of the configuration.
    let before = manifest(&at.join("output"));
    fs::write(at.join("copydesk.toml"), "[dataset]\naudit = \"audit.json\"\n").unwrap();
    must(at, &["run", "--quiet"]);
    let after = manifest(&at.join("output"));
    assert_eq!(before.dataset_sha256, after.dataset_sha256);
    assert_ne!(before.config_sha256, after.config_sha256);
    assert_eq!(after.audit.as_ref(), Some(&result));
    let card = fs::read_to_string(at.join("output/README.md")).unwrap();
    let section = card.split("## How wrong is it?").nth(1).unwrap().split("\n## ").next().unwrap();
    let text = result.overall().next().unwrap();
    assert!(section.contains(&format!("| text | {} | {} |", text.checked, text.wrong)), "{section}");
    assert!(section.contains("A person compared 80 of 80 drawn items") && !section.contains("No audit"), "{section}");
    must(at, &["check", "output"]);
    must(at, &["report", "output", "--output", "report.html"]);
    let report = fs::read_to_string(at.join("report.html")).unwrap();
    let data = report.split("id=\"data\">").nth(1).unwrap().split("</script>").next().unwrap();
    let data: Value = serde_json::from_str(data).unwrap();
    assert_eq!((&data["audit"]["marked"], &data["audit"]["confidence"]), (&Value::from(80), &Value::from(0.95)));
    assert_eq!(data["audit"]["rates"].as_array().unwrap().len(), result.rates.len());
    let again = must(at, &["audit", "read", "output", "marks.csv"]);
    assert!(!String::from_utf8_lossy(&again.stderr).contains("hint"), "the configuration names it already");
}

#[test]
fn an_audit_that_ends_early_says_what_it_leaves_out() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    dataset(at);
    must(at, &["audit", "draw", "output", "--input", "raw", "--output", "audit", "--sample", "60", "--quiet"]);
    let mut left = 3;
    mark(&at.join("audit/audit.csv"), &at.join("marks.csv"), |_, question| {
        if question != "text_ok" || left == 0 {
            return "";
        }
        left -= 1;
        "yes"
    });
    insta::assert_snapshot!(shown(at, &["audit", "read", "output", "marks.csv", "--format", "markdown"]));
}

#[test]
fn mistakes_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    dataset(at);
    let mut told = Vec::new();
    let mut say = |arguments: &[&str]| told.push(shown(at, arguments));
    let draw = ["audit", "draw", "output", "--input", "raw", "--output"];
    say(&[&draw[..], &["audit", "--sample", "0"]].concat());
    say(&[&draw[..], &["audit", "--sample", "5001"]].concat());
    say(&[&draw[..], &["audit", "--sample", "2"]].concat());
    say(&[&draw[..], &["output"]].concat());
    say(&["audit", "draw", "raw", "--input", "raw", "--output", "audit"]);
    must(at, &[&draw[..], &["audit", "--sample", "60", "--quiet"]].concat());
    say(&[&draw[..], &["audit"]].concat());
    say(&["audit", "read", "output", "audit/audit.csv"]);
    say(&["audit", "read", "output", "raw/papers/side.txt"]);
    say(&["audit", "read", "output", "nothing.csv"]);

    let good = sheet(&at.join("audit/audit.csv"));
    let mut change = |name: &str, column: &str, value: &dyn Fn(&str) -> &str| {
        let mut changed = good.clone();
        let at_column = changed.column(column).unwrap();
        let article = changed.rows.iter().position(|(_, cells)| cells[1] == "article").unwrap();
        let cell = &mut changed.rows[article].1[at_column];
        *cell = value(cell).to_owned();
        // Places differ between machines with other rows; here the changed row comes first.
        let row = changed.rows.remove(article);
        changed.rows.insert(0, row);
        fs::write(at.join(name), csv(&changed)).unwrap();
        say(&["audit", "read", "output", name]);
    };
    change("mark.csv", "date_ok", &|_| "maybe");
    change("asked.csv", "pair_ok", &|_| "yes");
    change("item.csv", "item", &|_| "item-0000000000000000");
    change("seed.csv", "seed", &|_| "one");
    change("sample.csv", "sample", &|_| "61");
    change("dataset.csv", "dataset_sha256", &|_| "sha256:00");
    let mut twice = good.clone();
    twice.rows.insert(1, twice.rows[0].clone());
    fs::write(at.join("twice.csv"), csv(&twice)).unwrap();
    say(&["audit", "read", "output", "twice.csv"]);
    fs::write(at.join("short.csv"), "item,kind\nitem-1,article\n").unwrap();
    say(&["audit", "read", "output", "short.csv"]);
    fs::write(at.join("empty.csv"), format!("{}\n", good.header.join(","))).unwrap();
    say(&["audit", "read", "output", "empty.csv"]);

    mark(&at.join("audit/audit.csv"), &at.join("marks.csv"), |_, _| "yes");
    fs::write(at.join("mine.json"), "{}").unwrap();
    say(&["audit", "read", "output", "marks.csv", "--output", "mine.json"]);
    fs::write(at.join("copydesk.toml"), "[dataset]\naudit = \"mine.json\"\n").unwrap();
    say(&["run", "--quiet"]);
    fs::remove_file(at.join("copydesk.toml")).unwrap();
    // Raw files that have changed.
    fs::write(at.join("raw/papers/side.txt"), "Other words.").unwrap();
    say(&[&draw[..], &["again", "--sample", "5000"]].concat());
    fs::remove_file(at.join("raw/papers/side.txt")).unwrap();
    say(&[&draw[..], &["again", "--sample", "5000"]].concat());
    // Another dataset.
    must(at, &["run", "--quiet"]);
    assert_eq!(run(at, &["audit", "read", "output", "marks.csv"]).status.code(), Some(2));
    insta::with_settings!({ filters => vec![(r"sha256:[0-9a-f]{64}", "sha256:[DIGEST]"), (r"item-[0-9a-f]{16}", "[ITEM]")] }, {
        insta::assert_snapshot!(told.join("\n\n"));
    });
    assert!(copydesk(at, &["audit"]).output().unwrap().status.code() == Some(2));
}
