//! `copydesk explain`: prints the story of a record.

use std::fmt::Write as _;

use super::arguments::ExplainArguments;
use super::run::load_config;
use super::{ExitStatus, out};
use crate::error::Result;
use crate::pipeline::explain::{Story, explain as tell};

/// Characters of a value that are printed.
const LONGEST_VALUE: usize = 400;

/// `copydesk explain`
pub fn explain(arguments: &ExplainArguments) -> Result<ExitStatus> {
    let loaded = load_config(arguments.config.as_deref(), Some(&arguments.input), None)?;
    let stories = tell(&arguments.dataset, &arguments.record, &loaded.config)?;
    let text: Vec<String> = stories.iter().map(render).collect();
    out::stdout(text.join("\n").as_bytes())?;
    Ok(ExitStatus::Success)
}

/// Sections with their lines in two columns; what could steer a terminal is escaped, long values are cut.
fn render(story: &Story) -> String {
    let mut text = String::new();
    for section in &story.sections {
        let width = section.lines.iter().map(|line| line.label.chars().count()).max().unwrap_or_default();
        writeln!(text, "{}", section.heading).expect("law: writing to a string cannot fail");
        for line in &section.lines {
            let (label, value) = (out::printable(&line.label), one_line(&line.value));
            writeln!(text, "  {label:width$}  {value}").expect("law: writing to a string cannot fail");
        }
    }
    text
}

fn one_line(value: &str) -> String {
    let mut shown: String = value.chars().take(LONGEST_VALUE).collect();
    if shown.len() < value.len() {
        shown.push('…');
    }
    out::printable(&shown).replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::explain::{Line, Section};

    #[test]
    fn values_are_escaped_cut_and_aligned() {
        let line = |label: &str, value: &str| Line { label: label.into(), value: value.into() };
        let lines = vec![line("id", "a\nb\u{1b}[31m"), line("title", &"ş".repeat(500))];
        let story = Story { sections: vec![Section { heading: "record", lines }] };
        let cut = format!("{}…", "ş".repeat(LONGEST_VALUE));
        assert_eq!(render(&story), format!("record\n  id     a\\nb\\u{{1b}}[31m\n  title  {cut}\n"));
    }
}
