//! The page of a conversion: what is here, how it is read, and where it comes from.

use std::fmt::Write as _;

use super::{Conversion, PartitionBy};
use crate::kernels::encode_partition::NO_VALUE;

/// `README.md`, a pure function of what was written.
pub fn readme(conversion: &Conversion, about: &str) -> String {
    let mut text = format!("# Articles as `{}`\n\n{about}\n", conversion.profile);
    let mut line = |words: &str| writeln!(text, "{words}").expect("law: writing to a string cannot fail");
    line("");
    line("| | |");
    line("|---|---|");
    line(&format!("| dataset version | `{}` |", conversion.dataset_version));
    line(&format!("| dataset digest | `{}` |", conversion.dataset_sha256));
    line(&format!("| articles | {} |", conversion.articles));
    line(&format!("| rows here | {} |", conversion.rows));
    for (reason, rows) in &conversion.left_out {
        line(&format!("| left out, `{reason}` | {rows} |"));
    }
    line(&format!("| made with | copydesk {} |", conversion.tool_version));
    line("");
    line(
        "Columns, rights, error rates and what was removed are described in the card of the dataset. `manifest.json` has the digest of every file.",
    );
    match conversion.profile.as_str() {
        "csv" => csv(&mut line),
        "dolma" => {
            line("");
            line(
                "Instants in `added` and `created` are cut to milliseconds; `metadata` has them in full, and says in `published_precision` how much of a date is stated.",
            );
        }
        _ => {}
    }
    if let Some(by) = conversion.partition_by {
        partitions(by, &mut line);
    }
    text
}

fn csv(line: &mut impl FnMut(&str)) {
    line("");
    line(
        "Null is an empty field, an empty text is `\"\"`. Lists are JSON arrays. A text that a spreadsheet could run as a formula has an apostrophe in front. To undo it:",
    );
    line("");
    line("```python");
    line("import re");
    line("");
    line(
        "FORMULA = re.compile(r\"'(?='*(?:[\\t\\r\\n]|[\\s\\x00-\\x1f\\x7f-\\x9f\\u200b\\ufeff]*[-=+@\\uff1d\\uff0b\\uff0d\\uff20\\u2212]))\")",
    );
    line("");
    line("def restore(text):");
    line("    return text[1:] if FORMULA.match(text) else text");
    line("```");
}

fn partitions(by: PartitionBy, line: &mut impl FnMut(&str)) {
    let (key, column) = (by.key(), by.column());
    line("");
    line(&format!(
        "Rows lie in folders `{key}=VALUE`, as Hive names them. The key is not a column of the files, which have all columns of `articles`; readers that know Hive's folders add it."
    ));
    match by {
        PartitionBy::Month => line(&format!("VALUE is `YYYY-MM` of `{column}`, and `{NO_VALUE}` where there is none.")),
        PartitionBy::Source => line(&format!(
            "VALUE is `{column}`, percent-encoded, and cut with a digest behind `~` where it is too long for a file name: trust the column."
        )),
    }
}
