//! `copydesk schema diff`: prints what changed between two schemas, and whether the version has grown enough.

use super::arguments::{DiffFormat, GivenBump, SchemaDiffArguments};
use super::schema::pretty;
use super::summary::{cells, line, plural, table};
use super::{ExitStatus, out};
use crate::error::Result;
use crate::pipeline::contract::{Bump, Contrast, SchemaDiff, Version, diff_contracts, load};

/// `copydesk schema diff`
pub fn diff(arguments: &SchemaDiffArguments) -> Result<ExitStatus> {
    let (old, new) = (load(&arguments.old)?, load(&arguments.new)?);
    let bump = arguments.bump.map(|bump| match bump {
        GivenBump::Patch => Bump::Patch,
        GivenBump::Minor => Bump::Minor,
        GivenBump::Major => Bump::Major,
    });
    let diff = diff_contracts(&old, &new, bump)?;
    let text = match arguments.format {
        DiffFormat::Text => rows(&diff),
        DiffFormat::Json => pretty(&diff)?,
        DiffFormat::Markdown => markdown(&diff, bump.is_some()),
    };
    out::stdout(out::printable(&text).as_bytes())?;
    if arguments.format != DiffFormat::Markdown {
        out::message(&closing(&diff, bump.is_some()));
    }
    if !diff.enough && bump.is_none() {
        out::message(match (diff.old_version, diff.new_version) {
            (Some(_), Some(_)) => "hint: raise the version of the newer one, or take the changes back",
            _ => "hint: name how much the version grows with `--bump`",
        });
    }
    Ok(if diff.enough { ExitStatus::Success } else { ExitStatus::Gate })
}

fn place(contrast: &Contrast) -> String {
    format!("{}{}", contrast.table, contrast.change.path)
}

fn rows(diff: &SchemaDiff) -> String {
    let mut text = String::new();
    if diff.changes.is_empty() {
        return text;
    }
    let mut rows = vec![cells(["needs", "compatible", "where", "what", "how"])];
    for contrast in &diff.changes {
        let change = &contrast.change;
        let (level, compatibility) = (change.level.name(), change.compatibility.name());
        rows.push(cells([level, compatibility, &place(contrast), change.kind.words(), &change.detail]));
    }
    table(&mut text, &rows);
    text.pop();
    text
}

fn closing(diff: &SchemaDiff, given: bool) -> String {
    let mut text = String::new();
    let version = |version: &Option<_>| version.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string);
    let (old, new) = (version(&diff.old_version), version(&diff.new_version));
    if diff.changes.is_empty() {
        line(&mut text, "nothing changed");
    } else {
        let count = plural(diff.changes.len() as u64, "change");
        line(&mut text, &format!("{count}: compatibility {}", compatibility_words(diff)));
    }
    let stated = if given {
        format!("a {} bump was named", diff.bump.name())
    } else {
        let bump = match (diff.bump, diff.old_version, diff.new_version) {
            (Bump::None, ..) => "no bump".to_owned(),
            // Where a third of the version is all there is, a minor bump cannot be seen.
            (Bump::Minor, Some(Version::Major(_)), _) | (Bump::Minor, _, Some(Version::Major(_))) => {
                "at most a minor bump".to_owned()
            }
            (bump, ..) => format!("a {} bump", bump.name()),
        };
        format!("version {old} -> {new}: {bump}")
    };
    let needed = if diff.needed == Bump::None {
        "none is needed".to_owned()
    } else {
        format!("the changes need a {} one", diff.needed.name())
    };
    text + &format!("{stated}; {needed}{}", if diff.enough { "" } else { ", which is more" })
}

fn compatibility_words(diff: &SchemaDiff) -> String {
    use crate::kernels::compare_schemas::Compatibility;
    let who = match diff.compatibility {
        Compatibility::Full => "old and new readers can read both",
        Compatibility::Backward => "new readers can read old rows, but not the reverse",
        Compatibility::Forward => "old readers can read new rows, but not the reverse",
        Compatibility::None => "neither side can read all rows of the other",
    };
    format!("{} ({who})", diff.compatibility.name())
}

fn markdown(diff: &SchemaDiff, given: bool) -> String {
    let verdict = if diff.enough { "The version has grown enough" } else { "**The version has grown too little**" };
    let mut text = format!(
        "### Schema: `{}` → `{}`\n\n{verdict}: {}.\n",
        code(&diff.old),
        code(&diff.new),
        closing(diff, given).replace('\n', "; ")
    );
    if diff.changes.is_empty() {
        return text;
    }
    text.push_str("\n| needs | compatible | where | what | how |\n|---|---|---|---|---|\n");
    for contrast in &diff.changes {
        let change = &contrast.change;
        line(
            &mut text,
            &format!(
                "| {} | {} | `{}` | {} | {} |",
                change.level.name(),
                change.compatibility.name(),
                code(&place(contrast)),
                change.kind.words(),
                escaped(&change.detail)
            ),
        );
    }
    text
}

/// Text inside of backticks in a cell of a Markdown table.
pub(super) fn code(text: &str) -> String {
    text.replace('`', "'").replace('|', "\\|").replace(['\n', '\r'], " ")
}

/// Text in a cell of a Markdown table, with nothing that Markdown or HTML would act on.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' => out.push(' '),
            '|' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '\\' | '#' | '~' | '@' | '&' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}
