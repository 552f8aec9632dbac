//! The rules that a dataset is held to: one stable name and one sentence each.

use serde::{Serialize, Serializer};

macro_rules! rules {
    ($($variant:ident = $name:literal, $doc:literal;)*) => {
        /// A rule of `copydesk check`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule { $(#[doc = $doc] $variant,)* }

        impl Rule {
            /// Every rule, in the order in which they are checked.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name as printed, kebab-case.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// One sentence for the reference table.
            pub fn documentation(self) -> &'static str {
                match self { $(Self::$variant => $doc,)* }
            }
        }
    };
}

rules! {
    ManifestReadable = "manifest-readable", "`manifest.json` is a manifest that copydesk wrote.";
    ManifestSums = "manifest-sums", "Records are articles, duplicates and rejections: per stage, per source and in all.";
    FilePresent = "file-present", "Every file that the manifest lists is there.";
    FileLength = "file-length", "Every listed file has the length that the manifest states.";
    FileDigest = "file-digest", "Every listed file has the SHA-256 that the manifest states.";
    FileUnlisted = "file-unlisted", "No file is there that the manifest does not list; dot-files, `manifest.json`, `run.json` and the folder `index` apart.";
    ShardNames = "shard-names", "The files of each table are numbered without gap, and each Parquet file of `articles` has its JSONL file.";
    SchemaFiles = "schema-files", "The JSON Schemas are those of the record schema that the manifest names.";
    Documents = "documents", "`README.md` and `croissant.json` say what the manifest says.";
    ParquetReadable = "parquet-readable", "Every Parquet file can be read to its end.";
    ParquetSchema = "parquet-schema", "Every Parquet file has the columns and types of its table.";
    ParquetFooter = "parquet-footer", "Parquet files state their sort order, have bloom filters on ids and digests, and hold no word of a text in their footer.";
    RowCount = "row-count", "Every file and table has as many rows as the manifest states.";
    RowSchema = "row-schema", "Every row is valid against the JSON Schema of its table.";
    RowOrder = "row-order", "The rows of a table are sorted across its files, those of each appended part by themselves, and no sort key comes twice.";
    IdUnique = "id-unique", "No id comes twice in `articles`.";
    SchemaVersion = "schema-version", "Every article names the record schema of the manifest.";
    TextDigest = "text-digest", "`text_sha256` is the SHA-256 of `text`.";
    WordCount = "word-count", "`word_count` is the number of words of `text`.";
    CharCount = "char-count", "`char_count` is the number of characters of `text`.";
    ParagraphCount = "paragraph-count", "`paragraph_count` is the number of paragraphs of `text`.";
    JsonlEqual = "jsonl-equal", "A JSONL file holds the rows of its Parquet file, byte for byte as copydesk writes them.";
    DatasetDigest = "dataset-digest", "The dataset digest of the manifest is that of the rows.";
    Composition = "composition", "Languages, dates, rights, sources and gaps of the rows are those that the manifest states.";
    Release = "release", "Where the manifest states release terms, every row is under the tier that they give it, holds null exactly where the tier withholds a value, and tells authors as stated.";
    FateCounts = "fate-counts", "`records` holds as many fates, relations and reasons as the manifest states, per source and in all.";
    FateArticle = "fate-article", "Every record with the fate `article` is a row of `articles` with the same origin, and the reverse.";
    DuplicateTarget = "duplicate-target", "Every duplicate names a row of `articles`.";
    DuplicateProof = "duplicate-proof", "Every duplicate has its relation and proof, and no other record has one.";
    RejectionReason = "rejection-reason", "Every rejected record has a stage and a reason that copydesk knows, and no other record has one.";
    RuleVersion = "rule-version", "Every proof names the duplicate rules of the manifest.";
    ClusterColumns = "cluster-columns", "`is_representative`, `cluster_relation`, `cluster_size` and `similarity` of a row agree.";
    ClusterRepresentative = "cluster-representative", "Every cluster has one representative, and `cluster_id` is its id.";
    ClusterSize = "cluster-size", "`cluster_size` is the number of the cluster's rows and of the records removed for them, as of the part that the row came with.";
    PairIds = "pair-ids", "A pair is of two different ids, and both are in `records`.";
    CandidateId = "candidate-id", "Every date candidate belongs to a row of `articles`.";
    CandidateRank = "candidate-rank", "The candidates of an article are ranked from 0 without gap, and are 64 at most.";
    CandidateAccepted = "candidate-accepted", "At most one candidate a role gives an article its date, and its words and date are those of the article.";
    SplitRows = "split-rows", "Where the manifest states splits, every article has one side and nothing else has one, and each side has as many rows as stated.";
    SplitRule = "split-rule", "Every article is on the side that the stated rule gives the representative of its cluster, so no cluster is on two.";
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_kebab_case() {
        let mut names: Vec<_> = Rule::ALL.iter().map(|rule| rule.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Rule::ALL.len());
        assert!(names.iter().all(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
        assert!(Rule::ALL.iter().all(|rule| rule.documentation().ends_with('.')));
    }
}
