//! `copydesk calibrate`: prints what the duplicate rules find of known edits.

use super::arguments::CalibrateArguments;
use super::progress::Display;
use super::run::{load_config, options};
use super::summary::{cells, line, one_line, plural, table};
use super::{ExitStatus, out};
use crate::error::{Error, ErrorKind, Result};
use crate::pipeline::calibrate::{Calibration, Corpus, OriginalPair, RuleFigures, Share, calibrate as find_out};

/// `copydesk calibrate`
pub fn calibrate(arguments: &CalibrateArguments) -> Result<ExitStatus> {
    let loaded = load_config(arguments.resources.config.as_deref(), arguments.input.as_deref(), None)?;
    let options = options(&arguments.resources)?;
    let corpus = arguments.dataset.as_deref().map_or(Corpus::Raw, Corpus::Dataset);
    // Only reading raw files counts bytes and records.
    let silent = arguments.resources.quiet || arguments.dataset.is_some();
    let display = Display::start(&options.progress, silent);
    let found = find_out(corpus, arguments.sample.get(), &loaded.config, &options);
    drop(display);
    let found = found?;
    if arguments.resources.json {
        let mut text = serde_json::to_vec_pretty(&found)
            .map_err(|error| Error::new(ErrorKind::Io, "cannot write the report").caused_by(error))?;
        text.push(b'\n');
        out::stdout(&text)?;
    } else {
        out::stdout(out::printable(&render(&found)).as_bytes())?;
    }
    Ok(ExitStatus::Success)
}

fn render(found: &Calibration) -> String {
    let mut text = String::new();
    let rule = &found.rule;
    let short = match found.too_short {
        0 => String::new(),
        short => format!(", {short} more too short to be compared"),
    };
    line(&mut text, &format!("sample: {} of {}{short}", found.sample, plural(found.articles, "article")));
    line(
        &mut text,
        &format!(
            "rule: {}, jaccard {}, containment {}, {} bands of {} rows\n",
            rule.shingle, rule.jaccard, rule.containment, rule.bands, rule.rows
        ),
    );
    let mut rows =
        vec![cells(["edit", "strength", "copies", "found", "recall", "95 %", "missed by bands", "below threshold"])];
    for edit in &found.edits {
        let Share { hits, total, .. } = edit.recall;
        rows.push(cells([
            edit.edit,
            &edit.strength,
            &total.to_string(),
            &hits.to_string(),
            &percent(edit.recall.share),
            &interval(edit.recall),
            &edit.missed_by_bands.to_string(),
            &edit.below_threshold.to_string(),
        ]));
    }
    table(&mut text, &rows);
    let pairs = &found.pairs;
    let Share { hits, total, share, .. } = pairs.precision;
    line(
        &mut text,
        &format!(
            "precision: {} ({}); of {total} pairs of a copy and an original {} the wrong original",
            percent(share),
            interval(pairs.precision),
            match total - hits {
                1 => "1 has".to_owned(),
                wrong => format!("{wrong} have"),
            }
        ),
    );
    originals(&mut text, found);
    proposal(&mut text, found);
    text
}

fn originals(text: &mut String, found: &Calibration) {
    if found.pairs.originals == 0 {
        return;
    }
    line(
        text,
        &format!(
            "\n{} of different articles found too: copies of each other, or mistakes; {} with their copies not counted",
            plural(found.pairs.originals, "pair"),
            plural(found.pairs.related, "pair")
        ),
    );
    side_by_side(text, &found.originals);
    and_more(text, found.pairs.originals - found.originals.len() as u64);
}

fn side_by_side(text: &mut String, pairs: &[OriginalPair]) {
    for pair in pairs {
        let [a, b] = &pair.sides;
        line(text, format!("  {:.3} {}", pair.jaccard, a.relation).trim_end());
        for side in [a, b] {
            line(text, &format!("    `{}` {} | {}", side.origin, one_line(&side.title), one_line(&side.excerpt)));
        }
    }
}

fn and_more(text: &mut String, left: u64) {
    if left > 0 {
        line(text, &format!("  and {left} more"));
    }
}

fn proposal(text: &mut String, found: &Calibration) {
    let proposal = &found.proposal;
    let weakest = percent(Some(proposal.least_recall));
    match (proposal.rule == found.rule, proposal.reaches) {
        (true, true) => line(text, &format!("\nthe rule reaches {AIM}: {weakest} of the weakest; nothing to change")),
        (true, false) => {
            line(text, &format!("\nthe rule misses {AIM}, and no other reaches more of it at no loss of precision"));
        }
        (false, reaches) => {
            let but = if reaches { "" } else { "; it misses that, but comes nearest at no loss of precision" };
            line(text, &format!("\nproposal, for {AIM}{but}:\n"));
            rule_lines(text, &proposal.rule);
            line(
                text,
                &format!(
                    "\nwith it: recall {} ({}) of these edits, {weakest} of the weakest; precision {} ({})",
                    percent(proposal.recall.share),
                    interval(proposal.recall),
                    percent(proposal.precision.share),
                    interval(proposal.precision)
                ),
            );
        }
    }
    let Some(needed) = &found.needed else { return };
    line(text, "\nwhat is expected to reach it:\n");
    rule_lines(text, &needed.rule);
    let more = plural(needed.pairs, "more pair");
    line(text, &format!("\nbut with it {more} of different articles may count; take it if they are copies:"));
    side_by_side(text, &needed.shown);
    and_more(text, needed.pairs - needed.shown.len() as u64);
}

/// What a proposal aims at.
const AIM: &str = "a recall of 95 % of every edit of up to 10 % of the words";

fn rule_lines(text: &mut String, rule: &RuleFigures) {
    line(text, "[dedup]");
    for (key, value) in
        [("jaccard", rule.jaccard.to_string()), ("bands", rule.bands.to_string()), ("rows", rule.rows.to_string())]
    {
        line(text, &format!("{key} = {value}"));
    }
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), |share| format!("{:.1} %", 100.0 * share))
}

fn interval(share: Share) -> String {
    let [low, high] = share.interval.map(|end| 100.0 * end);
    if share.total == 0 { "-".to_owned() } else { format!("{low:.1} to {high:.1}") }
}
