//! The documents of a dataset, `README.md` and `croissant.json`: pure functions of its manifest and its tables.
//!
//! They say what the run counted and what `[dataset]` of the configuration states; what neither knows is said to be not stated.

mod card;
mod croissant;
mod datasheet;
mod front_matter;
mod licenses;
mod loading;
mod markup;
mod release;

use crate::columns::Table;
use crate::manifest::{FileEntry, Manifest};

/// The Hugging Face dataset card.
pub const CARD: &str = "README.md";
/// Croissant metadata.
pub const CROISSANT: &str = "croissant.json";

/// What the documents are made of.
#[derive(Clone, Copy, Debug)]
struct Subject<'a> {
    manifest: &'a Manifest,
    /// The tables of the dataset, `articles` first.
    tables: &'a [&'static Table],
}

/// Path and text of every document of a dataset; `tables` are those that it has, `articles` first.
pub fn documents(manifest: &Manifest, tables: &[&'static Table]) -> Vec<(&'static str, String)> {
    let subject = Subject { manifest, tables };
    vec![(CARD, card::card(subject)), (CROISSANT, croissant::croissant(subject))]
}

impl<'a> Subject<'a> {
    /// The name, or what stands for it.
    fn name(self) -> &'a str {
        self.manifest.dataset.name.as_deref().unwrap_or("News articles")
    }

    fn articles(self) -> &'static Table {
        self.tables.first().expect("law: a dataset has the table of articles")
    }

    /// The Parquet files of a table, in order.
    fn parquet_files(self, table: &str) -> impl Iterator<Item = &'a FileEntry> {
        let folder = if table == self.articles().name { "data" } else { "tables" };
        let prefix = format!("{folder}/{table}-");
        self.manifest.files.iter().filter(move |file| file.path.starts_with(&prefix) && file.path.ends_with(".parquet"))
    }

    /// The articles in one sentence.
    fn summary(self) -> String {
        let composition = &self.manifest.composition;
        let articles = self.manifest.account.articles;
        let mut text = format!(
            "{} from {}",
            markup::counted(articles, "news article", "news articles"),
            markup::counted(composition.sources.len() as u64, "source", "sources")
        );
        if let (Some(first), Some(last)) = (composition.published.first, composition.published.last) {
            text = format!("{text}, published from {first} to {last}");
        }
        let languages = composition.languages.counts.keys().filter(|language| *language != "und").count();
        if languages > 0 {
            text = format!("{text}, in {}", markup::counted(languages as u64, "language", "languages"));
        }
        text
    }
}
