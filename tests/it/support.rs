//! What the tests share: a raw folder of our own making, and the command as a child process.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};

/// The command with a clean environment.
pub fn copydesk(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_copydesk"));
    command.current_dir(folder).args(arguments).env("NO_COLOR", "1").env("COLUMNS", "100");
    command
}

/// Runs the command and returns its output.
pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    copydesk(folder, arguments).output().unwrap()
}

/// Runs the command, which must succeed.
pub fn must(folder: &Path, arguments: &[&str]) -> Output {
    let output = run(folder, arguments);
    assert!(output.status.success(), "copydesk {}:\n{}", arguments.join(" "), String::from_utf8_lossy(&output.stderr));
    output
}

/// A small generator, the same numbers everywhere (splitmix64).
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    pub fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len() as u64) as usize]
    }
}

const WORDS: &[&str] = &[
    "harbour",
    "minister",
    "council",
    "storm",
    "budget",
    "the",
    "of",
    "and",
    "in",
    "reopened",
    "after",
    "Monday",
    "voters",
    "price",
    "şehir",
    "Ölçü",
    "naïve",
    "price—rise",
    "“quoted”",
    "12",
    "3.5",
    "team",
    "court",
    "bridge",
    "school",
    "winter",
    "report",
    "said",
];

/// A paragraph of words.
pub fn paragraph(numbers: &mut Numbers, words: u64) -> String {
    let words: Vec<&str> = (0..words).map(|_| numbers.pick(WORDS)).collect();
    format!("{}.", words.join(" "))
}

/// The text of an article: two to five paragraphs.
pub fn body(numbers: &mut Numbers) -> String {
    let paragraphs: Vec<String> = (0..2 + numbers.below(4)).map(|_| paragraph(numbers, 40)).collect();
    paragraphs.join("\n\n")
}

/// One JSON line with date, source and URL.
pub fn json_line(numbers: &mut Numbers, text: &str) -> String {
    let source = numbers.pick(&["Harbour Times", "Inland Post", "Northern Wire"]);
    let (day, key) = (1 + numbers.below(28), numbers.next());
    serde_json::json!({
        "title": paragraph(numbers, 5),
        "text": text,
        "date": format!("2025-{:02}-{day:02}", 1 + numbers.below(12)),
        "source": source,
        "url": format!("https://example.org/{key:x}"),
    })
    .to_string()
}

/// JSON lines with copies, blank lines and broken lines among them.
pub fn json_lines(numbers: &mut Numbers, records: u64) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut out = String::new();
    for _ in 0..records {
        let text = match numbers.below(10) {
            0 | 1 if !texts.is_empty() => texts[numbers.below(texts.len() as u64) as usize].clone(),
            2 if !texts.is_empty() => texts[numbers.below(texts.len() as u64) as usize].to_uppercase(),
            _ => body(numbers),
        };
        let line = json_line(numbers, &text);
        texts.push(text);
        match numbers.below(12) {
            0 => out.push_str("\n  \r\n"),
            1 => writeln!(out, "{}", &line[..line.floor_char_boundary(line.len() / 3)]).unwrap_or(()),
            2 => writeln!(out, "{line}\n{line}").unwrap_or(()),
            _ => writeln!(out, "{line}").unwrap_or(()),
        }
    }
    out
}

/// Fills a folder with raw files of many forms; the same seed gives the same files.
pub fn raw_folder(folder: &Path, seed: u64) {
    let mut numbers = Numbers(seed);
    fs::create_dir_all(folder.join("agency/2025")).unwrap();
    fs::create_dir_all(folder.join("papers")).unwrap();
    for number in 0..3 {
        fs::write(folder.join(format!("agency/lines-{number}.jsonl")), json_lines(&mut numbers, 80)).unwrap();
    }
    for number in 0..12 {
        let text = format!("date: 2025-03-{:02}\nsource: Harbour Times\n\n{}\n", number + 1, body(&mut numbers));
        fs::write(folder.join(format!("papers/article-{number}.txt")), text).unwrap();
    }
    fs::write(folder.join("papers/inline.txt"), format!(" date 2025-12-17 Amid storms, {}", body(&mut numbers)))
        .unwrap();
    fs::write(folder.join("papers/empty.txt"), "").unwrap();
    fs::write(folder.join("papers/side.txt"), body(&mut numbers)).unwrap();
    fs::write(folder.join("papers/side.meta.json"), r#"{"date": "2025-05-06", "source": "Inland Post"}"#).unwrap();
    fs::write(folder.join("papers/unknown.bin"), [0_u8, 159, 146, 150]).unwrap();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(json_lines(&mut numbers, 30).as_bytes()).unwrap();
    let gz = gz.finish().unwrap();
    fs::write(folder.join("agency/2025/packed.jsonl.gz"), &gz).unwrap();
    fs::write(folder.join("agency/2025/torn.jsonl.gz"), &gz[..gz.len() / 2]).unwrap();
}

/// Every file of a folder with its bytes, by path; `run.json`, which holds times, is left out.
pub fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.file_name().is_none_or(|name| name != "run.json") {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                all.push((name, fs::read(path).unwrap()));
            }
        }
    }
    all.sort();
    all
}

/// Fails with the names of the files that differ.
pub fn assert_same_files(a: &Path, b: &Path, what: &str) {
    let (a, b) = (files(a), files(b));
    let names = |files: &[(String, Vec<u8>)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&a), names(&b), "{what}");
    let differing: Vec<_> = a.iter().zip(&b).filter(|(a, b)| a.1 != b.1).map(|(a, _)| &a.0).collect();
    assert!(differing.is_empty(), "{what}: {differing:?} differ");
    assert!(!a.is_empty());
}

/// `manifest.json` of a dataset.
pub fn manifest(dataset: &Path) -> copydesk::manifest::Manifest {
    serde_json::from_slice(&fs::read(dataset.join("manifest.json")).unwrap()).unwrap()
}
