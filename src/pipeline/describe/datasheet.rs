//! The sections of a datasheet (Gebru et al., "Datasheets for Datasets", 2021), and the citation.

use std::fmt::Write as _;

use super::Subject;
use super::markup::{counted, plain, table};
use super::release::people;

const LAW: &str = "law: writing to a string cannot fail";

/// What stands where the configuration says nothing.
pub const NOT_STATED: &str = "not stated";

/// The sections of the card.
pub fn datasheet(subject: Subject<'_>) -> String {
    let dataset = &subject.manifest.dataset;
    let mut out = String::from("## Datasheet\n");
    let mut section = |title: &str, parts: &[String]| {
        let text: Vec<&str> = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect();
        write!(out, "\n### {title}\n\n{}\n", text.join("\n\n")).expect(LAW);
    };
    let stated = |text: &Option<String>| text.clone().unwrap_or_else(|| "Not stated.".to_owned());
    let labelled = |label: &str, text: &Option<String>| format!("**{label}.** {}", stated(text).trim());
    let makers = match (dataset.authors.as_slice(), &dataset.publisher) {
        ([], None) => format!("Made by: {NOT_STATED}."),
        (authors, publisher) => {
            let names: Vec<_> = authors.iter().chain(publisher).map(|name| plain(name)).collect();
            format!("Made by: {}.", names.join(", "))
        }
    };
    section("Motivation", &[stated(&dataset.motivation), makers]);
    section(
        "Composition",
        &[
            "One row is one news article as it was published; *What is in it?* above has the counts.".to_owned(),
            labelled("Limitations", &dataset.limitations),
            labelled("Biases", &dataset.biases),
            labelled("People", &dataset.personal_information),
            people(subject),
        ],
    );
    section("Collection", &[stated(&dataset.collection), raw(subject)]);
    section(
        "Preprocessing",
        &[labelled("Before copydesk", &dataset.preprocessing), format!("**By copydesk.** {}", steps().join(" "))],
    );
    section("Uses", &[stated(&dataset.uses), labelled("Social impact", &dataset.social_impact)]);
    let home = match &dataset.homepage {
        Some(home) => format!("Page: <{home}>"),
        None => format!("Page: {NOT_STATED}."),
    };
    section("Distribution", &[stated(&dataset.distribution), home]);
    let contact = dataset.contact.as_deref().map_or_else(|| NOT_STATED.to_owned(), plain);
    section("Maintenance", &[stated(&dataset.maintenance), format!("Contact: {contact}.")]);
    out
}

/// What the raw records were.
pub fn raw_data(subject: Subject<'_>) -> String {
    let input = &subject.manifest.input;
    let files: u64 = input.files.values().sum();
    let formats: Vec<String> = input.files.iter().map(|(format, count)| format!("{format} {count}")).collect();
    format!(
        "{} in {} (by format: {}).",
        counted(subject.manifest.account.records, "raw record", "raw records"),
        counted(files, "file", "files"),
        formats.join(", ")
    )
}

fn raw(subject: Subject<'_>) -> String {
    let input = &subject.manifest.input;
    let rows = input.files.iter().map(|(format, count)| vec![plain(format), count.to_string()]);
    format!(
        "{}\n\n{}",
        "The raw records were read from these files; `raw_path` and `raw_sha256` name the bytes behind each row.",
        table(&["format", "files:"], rows)
    )
}

/// What the run did, in order.
pub fn steps() -> [&'static str; 6] {
    [
        "Files were decoded to records; the body of a saved page was cut out of it.",
        "Texts were normalised by profile `corpus-1` (encoding, white space, control characters); words, case and digits were not touched, and `normalization_ops` names what changed.",
        "Date and outlet were taken from what each record states, with the evidence for each; the language is a detector's where that is sure, else the stated one.",
        "Every row was validated against its JSON Schema.",
        "Copies were sought as the policies say, and every pair was verified by its words.",
        "Rows were sorted by date, source and id.",
    ]
}

/// The citation: as stated, or BibTeX of what is stated.
pub fn citation(subject: Subject<'_>) -> String {
    let dataset = &subject.manifest.dataset;
    if let Some(citation) = &dataset.citation {
        return citation.trim().to_owned();
    }
    let version = &subject.manifest.dataset_version;
    let mut fields = vec![("title", format!("{{{}}}", latex(subject.name())))];
    if !dataset.authors.is_empty() {
        // Braces keep the name of an organisation, or of more than two words, as it is.
        let names: Vec<_> = dataset.authors.iter().map(|name| format!("{{{}}}", latex(name))).collect();
        fields.push(("author", names.join(" and ")));
    }
    if let Some(publisher) = &dataset.publisher {
        fields.push(("publisher", latex(publisher)));
    }
    if let Some(year) = dataset.published.as_deref().and_then(|day| day.get(..4)) {
        fields.push(("year", year.to_owned()));
    }
    fields.push(("version", latex(version)));
    if let Some(home) = &dataset.homepage {
        fields.push(("url", home.clone()));
    }
    let digest = &subject.manifest.dataset_sha256;
    fields.push(("note", format!("Dataset digest {digest}")));
    let lines: Vec<_> = fields.iter().map(|(name, value)| format!("  {name} = {{{value}}}")).collect();
    format!("@misc{{{},\n{}\n}}", key(subject.name()), lines.join(",\n"))
}

/// The first word of letters and digits of the name in ASCII, for a key.
fn key(name: &str) -> String {
    let words: Vec<String> = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .take(4)
        .collect();
    if words.is_empty() { "dataset".to_owned() } else { words.join("-") }
}

/// Text within BibTeX.
fn latex(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\textbackslash{}"),
            '{' | '}' | '%' | '$' | '&' | '#' | '_' => {
                out.push('\\');
                out.push(c);
            }
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            c => out.push(c),
        }
    }
    out
}
