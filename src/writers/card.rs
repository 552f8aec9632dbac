//! The `README.md` of a dataset: a Hugging Face dataset card in plain English, saying only what the run counted.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::columns::Column;
use crate::kernels::assign_split::Split;
use crate::kernels::sha256::Digest;

/// What the card states.
#[derive(Clone, Debug)]
pub struct CardFacts<'a> {
    /// Name of the dataset, as the config gives it.
    pub name: Option<&'a str>,
    /// Version of the dataset.
    pub dataset_version: &'a str,
    /// Version of the record schema.
    pub schema_version: &'a str,
    /// Version of the tool that wrote the dataset.
    pub tool_version: &'a str,
    /// Raw records that came in.
    pub records: u64,
    /// Rows of `articles`.
    pub articles: u64,
    /// Records that are duplicates of an article.
    pub duplicates: u64,
    /// Records that were rejected.
    pub rejected: u64,
    /// Records of articles that were taken down.
    pub taken_down: u64,
    /// The dataset digest.
    pub dataset_digest: Digest,
    /// Formats of the files in `data/`, by extension.
    pub formats: &'a [&'a str],
    /// Columns of the user's own.
    pub own_columns: &'a [Column],
    /// Articles on each side of the split, where there is one.
    pub splits: Option<&'a BTreeMap<String, u64>>,
}

/// The text of the card.
///
/// Viewers read `data/*.parquet`; without Parquet among the formats, the first format.
pub fn card(facts: &CardFacts<'_>) -> String {
    let shown = facts.formats.iter().find(|format| **format == "parquet").or(facts.formats.first());
    let mut out = String::from("---\n");
    if let Some(extension) = shown {
        writeln!(out, "configs:\n- config_name: default\n  data_files: data/*.{extension}").expect(LAW);
    }
    let name = facts.name.unwrap_or("News articles").replace(['\r', '\n'], " ");
    writeln!(out, "---\n\n# {name}\n").expect(LAW);
    writeln!(
        out,
        "Version {} of this dataset was made by copydesk {} from {} raw records. Every record has one fate:\n",
        facts.dataset_version, facts.tool_version, facts.records
    )
    .expect(LAW);
    out.push_str("| fate | records |\n|---|---:|\n");
    for (fate, count) in [("article", facts.articles), ("duplicate", facts.duplicates), ("rejected", facts.rejected)] {
        writeln!(out, "| {fate} | {count} |").expect(LAW);
    }
    if facts.taken_down > 0 {
        writeln!(out, "| taken down | {} |", facts.taken_down).expect(LAW);
    }
    writeln!(
        out,
        "\n## Files\n\n\
         - `data/`: one row per article, as {}: the same rows twice, so name one form, such as `data/*.parquet`.\n\
         - `tables/records-*.parquet`: one row per raw record, with its fate and the reason.\n\
         - `tables/pairs-*.parquet`: one row per verified pair of similar records.\n\
         - `tables/date_candidates-*.parquet`: every date seen for an article, and what was made of it.\n\
         - `schema/`: the columns of each table as JSON Schema.\n\
         - `manifest.json`: counts and digests of everything here.\n\n\
         Rows follow schema version {}. The dataset digest is `{}`.\n\n\
         {}{}\
         ## Rights\n\n\
         The columns `license`, `rights_holder`, `access` and `tdm_reservation` say what each record states; `unknown` means that\n\
         nothing is stated.",
        listed(facts.formats),
        facts.schema_version,
        facts.dataset_digest,
        own_columns(facts.own_columns),
        facts.splits.map_or_else(String::new, splits)
    )
    .expect(LAW);
    out
}

/// The section on the user's own columns.
fn own_columns(columns: &[Column]) -> String {
    if columns.is_empty() {
        return String::new();
    }
    let mut out =
        String::from("## Columns of this dataset alone\n\n| column | type | what it holds |\n|---|---|---|\n");
    for column in columns {
        let documentation = column.documentation.replace(['\r', '\n'], " ").replace('|', "\\|");
        writeln!(out, "| `{}` | {} | {documentation} |", column.name, column.kind.words()).expect(LAW);
    }
    out.push('\n');
    out
}

/// The section on the sides of a split.
fn splits(rows: &BTreeMap<String, u64>) -> String {
    let sides: Vec<_> = Split::ALL
        .iter()
        .map(|split| format!("{} `{}`", rows.get(split.name()).copied().unwrap_or_default(), split.name()))
        .collect();
    format!(
        "## Splits\n\n\
         `tables/splits-*.parquet` has the side of every article ({}). Articles of one cluster are on one side, so no story is on two.\n\
         Join it by `id`:\n\n\
         ```sql\n\
         SELECT * FROM 'data/*.parquet' JOIN 'tables/splits-*.parquet' USING (id) WHERE split = 'train';\n\
         ```\n\n",
        sides.join(", ")
    )
}

const LAW: &str = "law: writing to a string cannot fail";

fn listed(formats: &[&str]) -> String {
    let named: Vec<_> = formats.iter().map(|format| format!("`{format}`")).collect();
    named.join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_card_says_what_was_counted() {
        let facts = CardFacts {
            name: Some("Harbour news"),
            dataset_version: "1.2.0+0123456789ab",
            schema_version: "1.0.0",
            tool_version: "0.1.0",
            records: 10,
            articles: 7,
            duplicates: 2,
            rejected: 1,
            taken_down: 0,
            dataset_digest: Digest::of(b""),
            formats: &["parquet", "jsonl"],
            own_columns: &[],
            splits: None,
        };
        let text = card(&facts);
        assert!(text.starts_with("---\nconfigs:\n- config_name: default\n  data_files: data/*.parquet\n---\n"));
        for part in [
            "# Harbour news\n",
            "Version 1.2.0+0123456789ab",
            "from 10 raw records",
            "| article | 7 |",
            "| duplicate | 2 |",
            "| rejected | 1 |",
            "`parquet` and `jsonl`",
        ] {
            assert!(text.contains(part), "{part}");
        }
        assert!(!text.contains("## Splits"));
        let sides = BTreeMap::from([("test".to_owned(), 2), ("train".to_owned(), 5)]);
        let text = card(&CardFacts { splits: Some(&sides), ..facts.clone() });
        assert!(text.contains("(5 `train`, 0 `validation`, 2 `test`)") && text.contains("USING (id)"));
        let text = card(&CardFacts { formats: &["jsonl.zst"], ..facts });
        assert!(text.contains("data_files: data/*.jsonl.zst\n"));
    }
}
