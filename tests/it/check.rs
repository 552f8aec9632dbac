//! `copydesk check`: a dataset that was just made conforms; every rule is seen to fail on one that was changed.

use std::collections::BTreeSet;
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use arrow::array::{
    Array as _, ArrayRef, AsArray as _, BooleanArray, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
};
use arrow::compute::{concat_batches, take_record_batch};
use arrow::datatypes::{Float64Type, Int32Type, Int64Type};
use copydesk::columns::{ARTICLES, DATE_CANDIDATES, PAIRS, RECORDS, SPLITS, Table, tables_of};
use copydesk::config::{Written, resolve};
use copydesk::kernels::assign_split::SplitShares;
use copydesk::kernels::sha256::Digest;
use copydesk::manifest::Manifest;
use copydesk::pipeline::check::{Report, Rule, RuleName, check_dataset};
use copydesk::pipeline::describe::documents;
use copydesk::pipeline::{self, RunOptions};
use copydesk::stages::release::ReleaseAccount;
use copydesk::writers::composition::Composition;
use copydesk::writers::cut::CutLimits;
use copydesk::writers::dataset_digest::DatasetDigest;
use copydesk::writers::{
    JsonlCompression, TableWriter as _, Writer, WriterOptions, jsonl::Jsonl, jsonl::JsonlWriter, parquet::Parquet,
};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::support::{Numbers, manifest, raw_folder, run};

/// An id that no record has, behind every other.
const LAST_ID: &str = "art_ffffffffffffffffffffffffffffffff";

/// A dataset of several shards a table, made once.
fn made(compression: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    raw_folder(&folder.path().join("raw"), 1);
    let mut written = Written::default();
    compression.clone_into(&mut written.export.jsonl_compression);
    written.export.splits = Some(SplitShares { train: 0.6, validation: 0.2, test: 0.2 });
    let config = resolve(&written, folder.path(), copydesk::config::NamedFiles::default()).unwrap();
    let mut options = RunOptions::new(NonZeroUsize::new(2).unwrap(), 256 << 20);
    options.cut_limits = CutLimits { group_rows: 16, group_bytes: 1 << 20, shard_bytes: 100_000 };
    pipeline::run(&config, &options).unwrap();
    folder
}

/// A copy of the dataset, to be changed.
struct Forged {
    folder: tempfile::TempDir,
}

impl Forged {
    fn new() -> Self {
        static MADE: OnceLock<tempfile::TempDir> = OnceLock::new();
        let folder = tempfile::tempdir().unwrap();
        copy(&MADE.get_or_init(|| made("none")).path().join("output"), &folder.path().join("output"));
        Self { folder }
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("output")
    }

    fn check(&self) -> Report {
        check_dataset(&self.root(), None, 3).unwrap()
    }

    /// Parquet files of a table, in order.
    fn shards(&self, table: &Table) -> Vec<String> {
        let files = manifest(&self.root()).files.into_iter().map(|entry| entry.path);
        files.filter(|path| path.contains(&format!("/{}-", table.name)) && path.ends_with(".parquet")).collect()
    }

    fn read(&self, path: &str) -> RecordBatch {
        let reader = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(self.root().join(path)).unwrap()).unwrap();
        let schema = reader.schema().clone();
        concat_batches(&schema, &reader.build().unwrap().map(Result::unwrap).collect::<Vec<_>>()).unwrap()
    }

    /// Writes the rows of a file, and of its JSONL file, as the exporter does.
    fn write(&self, path: &str, table: &Table, batch: &RecordBatch) {
        self.write_as(&Parquet, path, (table, batch));
        if table.name == ARTICLES.name {
            self.write_as(&Jsonl, &path.replace(".parquet", ".jsonl"), (table, batch));
        }
    }

    fn write_as(&self, writer: &dyn Writer, path: &str, (table, batch): (&Table, &RecordBatch)) {
        let file = fs::File::create(self.root().join(path)).unwrap();
        let options = WriterOptions { zstd_level: 3, jsonl_compression: JsonlCompression::None };
        let mut rows = writer.open(Box::new(file), table, &options).unwrap();
        rows.write(batch).unwrap();
        rows.finish().unwrap();
    }

    /// Changes the first row that `wanted` picks in any file of a table, and makes the manifest say what the files hold.
    fn change(
        &self,
        table: &Table,
        wanted: impl Fn(&RecordBatch, usize) -> bool,
        change: impl Fn(&RecordBatch, usize) -> RecordBatch,
    ) {
        for path in self.shards(table) {
            let batch = self.read(&path);
            if let Some(row) = (0..batch.num_rows()).find(|row| wanted(&batch, *row)) {
                self.write(&path, table, &change(&batch, row));
                return self.seal();
            }
        }
        panic!("no row of `{}` is like that", table.name);
    }

    /// Changes the last row of a table.
    fn change_last(&self, table: &Table, change: impl Fn(&RecordBatch, usize) -> RecordBatch) {
        let path = self.shards(table).into_iter().rfind(|path| self.read(path).num_rows() > 0).unwrap();
        let batch = self.read(&path);
        self.write(&path, table, &change(&batch, batch.num_rows() - 1));
        self.seal();
    }

    /// Makes lengths and digests of the manifest those of the files.
    fn seal(&self) {
        let (mut digest, mut composition) = (DatasetDigest::default(), Composition::default());
        for path in self.shards(&ARTICLES) {
            let batch = self.read(&path);
            let mut writer = Box::new(JsonlWriter::new(std::io::sink(), &ARTICLES));
            writer.write(&batch).unwrap();
            digest.merge(&writer.finish().unwrap().digest.unwrap());
            composition.count(&ARTICLES, &batch).unwrap();
        }
        self.edit(|manifest| {
            manifest.dataset_sha256 = digest.sum().to_string();
            manifest.composition = composition;
        });
        self.seal_bytes();
    }

    /// The same without reading a row.
    fn seal_bytes(&self) {
        let root = self.root();
        self.edit(|manifest| {
            for entry in &mut manifest.files {
                let bytes = fs::read(root.join(&entry.path)).unwrap();
                entry.bytes = bytes.len() as u64;
                entry.sha256 = Digest::of(&bytes).to_string();
            }
        });
    }

    /// Changes the manifest, and makes the documents say what it says.
    fn edit(&self, edit: impl FnOnce(&mut Manifest)) {
        let mut changed = manifest(&self.root());
        edit(&mut changed);
        for (path, text) in documents(&changed, &tables_of(&ARTICLES, true).collect::<Vec<_>>()) {
            fs::write(self.root().join(path), &text).unwrap();
            let entry = changed.files.iter_mut().find(|entry| entry.path == path).unwrap();
            entry.bytes = text.len() as u64;
            entry.sha256 = Digest::of(text.as_bytes()).to_string();
        }
        fs::write(self.root().join("manifest.json"), serde_json::to_vec_pretty(&changed).unwrap()).unwrap();
    }

    fn append(&self, path: &str, bytes: &[u8]) {
        let mut content = fs::read(self.root().join(path)).unwrap();
        content.extend_from_slice(bytes);
        fs::write(self.root().join(path), content).unwrap();
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).map(drop).unwrap();
        }
    }
}

fn with_column(batch: &RecordBatch, name: &str, array: ArrayRef) -> RecordBatch {
    let place = batch.schema().index_of(name).unwrap();
    let mut columns = batch.columns().to_vec();
    columns[place] = array;
    RecordBatch::try_new(batch.schema(), columns).unwrap()
}

fn text<'a>(batch: &'a RecordBatch, name: &str) -> &'a StringArray {
    batch.column_by_name(name).unwrap().as_string()
}

fn is(name: &'static str, value: &'static str) -> impl Fn(&RecordBatch, usize) -> bool {
    move |batch, row| text(batch, name).value(row) == value
}

fn set_text(name: &'static str, value: Option<&'static str>) -> impl Fn(&RecordBatch, usize) -> RecordBatch {
    move |batch, at| {
        let values = text(batch, name).iter().enumerate().map(|(row, old)| if row == at { value } else { old });
        with_column(batch, name, Arc::new(values.collect::<StringArray>()))
    }
}

fn add_int(name: &'static str) -> impl Fn(&RecordBatch, usize) -> RecordBatch {
    move |batch, at| {
        let column = batch.column_by_name(name).unwrap();
        let more = |row: usize| i32::from(row == at);
        let array: ArrayRef = if let Some(column) = column.as_primitive_opt::<Int32Type>() {
            Arc::new(column.values().iter().enumerate().map(|(row, old)| old + more(row)).collect::<Int32Array>())
        } else {
            let old = column.as_primitive::<Int64Type>().values().iter();
            Arc::new(old.enumerate().map(|(row, old)| old + i64::from(more(row))).collect::<Int64Array>())
        };
        with_column(batch, name, array)
    }
}

fn set_float(name: &'static str, value: Option<f64>) -> impl Fn(&RecordBatch, usize) -> RecordBatch {
    move |batch, at| {
        let column = batch.column_by_name(name).unwrap().as_primitive::<Float64Type>();
        let values = column.iter().enumerate().map(|(row, old)| if row == at { value } else { old });
        with_column(batch, name, Arc::new(values.collect::<Float64Array>()))
    }
}

fn set_true(name: &'static str) -> impl Fn(&RecordBatch, usize) -> RecordBatch {
    move |batch, at| {
        let column = batch.column_by_name(name).unwrap().as_boolean();
        let values = column.iter().enumerate().map(|(row, old)| if row == at { Some(true) } else { old });
        with_column(batch, name, Arc::new(values.collect::<BooleanArray>()))
    }
}

fn any(_: &RecordBatch, _: usize) -> bool {
    true
}

fn in_cluster(batch: &RecordBatch, row: usize) -> bool {
    batch.column_by_name("cluster_size").unwrap().as_primitive::<Int32Type>().value(row) > 1
}

type Change = fn(&Forged);

/// What an article that has lost its id breaks besides.
const TORN_ROW: &[Rule] = &[
    Rule::FateArticle,
    Rule::CandidateId,
    Rule::CandidateAccepted,
    Rule::ClusterColumns,
    Rule::ClusterRepresentative,
    Rule::ClusterSize,
    Rule::RowOrder,
    Rule::SplitRows,
];

/// Every rule, how it is broken, and the other rules that the same change breaks.
const CASES: &[(Rule, &[Rule], Change)] = &[
    (Rule::ManifestReadable, &[], |forged| fs::write(forged.root().join("manifest.json"), "{").unwrap()),
    (Rule::ManifestSums, &[Rule::FateCounts], |forged| forged.edit(|manifest| manifest.account.articles += 1)),
    (Rule::FilePresent, &[], |forged| fs::remove_file(forged.root().join("README.md")).unwrap()),
    (Rule::FileLength, &[Rule::FileDigest, Rule::Documents], |forged| forged.append("README.md", b"more")),
    (Rule::FileDigest, &[Rule::Documents], |forged| {
        let path = forged.root().join("README.md");
        let changed = fs::read_to_string(&path).unwrap().replace('e', "E");
        fs::write(path, changed).unwrap();
    }),
    (Rule::FileUnlisted, &[], |forged| {
        fs::write(forged.root().join(".mine"), "a dot-file is the user's").unwrap();
        fs::write(forged.root().join("data/notes.txt"), "").unwrap();
    }),
    (Rule::ShardNames, &[], |forged| {
        let jsonl = forged.shards(&ARTICLES)[0].replace(".parquet", ".jsonl");
        fs::remove_file(forged.root().join(&jsonl)).unwrap();
        forged.edit(|manifest| manifest.files.retain(|entry| entry.path != jsonl));
    }),
    (Rule::Documents, &[Rule::FileDigest, Rule::FileLength], |forged| {
        let path = forged.root().join("croissant.json");
        let changed = fs::read_to_string(&path).unwrap().replace("not stated", "CC0-1.0");
        fs::write(path, changed).unwrap();
    }),
    (Rule::Composition, &[], |forged| {
        forged.edit(|manifest| *manifest.composition.years.values_mut().next().unwrap() += 1);
    }),
    (Rule::Release, &[], |forged| {
        forged.edit(|manifest| {
            let mut release = ReleaseAccount::default();
            release.terms.acknowledge_reserved = true;
            manifest.release = Some(release);
        });
    }),
    (Rule::SchemaFiles, &[], |forged| {
        forged.append("schema/pair.schema.json", b"\n");
        forged.seal_bytes();
    }),
    (Rule::ParquetReadable, &[], |forged| {
        let path = forged.root().join(&forged.shards(&PAIRS)[0]);
        let mut bytes = fs::read(&path).unwrap();
        bytes[40..80].fill(0xff);
        fs::write(path, bytes).unwrap();
        forged.seal_bytes();
    }),
    (Rule::ParquetSchema, &[], |forged| {
        let path = forged.shards(&PAIRS)[0].clone();
        let batch = forged.read(&path);
        let fewer = batch.project(&(1..batch.num_columns()).collect::<Vec<_>>()).unwrap();
        write_plain(&forged.root().join(path), &fewer);
        forged.seal_bytes();
    }),
    (Rule::ParquetFooter, &[], |forged| {
        let path = forged.shards(&PAIRS)[0].clone();
        write_plain(&forged.root().join(&path), &forged.read(&path));
        forged.seal_bytes();
    }),
    (Rule::RowCount, &[], |forged| forged.edit(|manifest| *manifest.rows.get_mut("pairs").unwrap() += 1)),
    (Rule::RowSchema, &[], |forged| forged.change(&ARTICLES, any, set_text("license", Some("")))),
    (Rule::RowOrder, &[], |forged| {
        forged.change(&ARTICLES, any, |batch, _| {
            let rows: Int32Array = (0..batch.num_rows() as i32).rev().collect();
            take_record_batch(batch, &rows).unwrap()
        });
    }),
    (Rule::IdUnique, TORN_ROW, |forged| {
        let id: &'static str = text(&forged.read(&forged.shards(&ARTICLES)[0]), "id").value(0).to_owned().leak();
        let alone = move |batch: &RecordBatch, row: usize| {
            is("cluster_relation", "unique")(batch, row) && text(batch, "id").value(row) != id
        };
        forged.change(&ARTICLES, alone, set_text("id", Some(id)));
    }),
    (Rule::SchemaVersion, &[], |forged| forged.change(&ARTICLES, any, set_text("schema_version", Some("0.9.0")))),
    (Rule::TextDigest, &[], |forged| {
        let digest: &'static str = Digest::of(b"").to_string().leak();
        forged.change(&ARTICLES, any, set_text("text_sha256", Some(digest)));
    }),
    (Rule::WordCount, &[], |forged| forged.change(&ARTICLES, any, add_int("word_count"))),
    (Rule::CharCount, &[], |forged| forged.change(&ARTICLES, any, add_int("char_count"))),
    (Rule::ParagraphCount, &[], |forged| forged.change(&ARTICLES, any, add_int("paragraph_count"))),
    (Rule::JsonlEqual, &[], |forged| {
        let path = forged.root().join(forged.shards(&ARTICLES)[0].replace(".parquet", ".jsonl"));
        let changed = fs::read_to_string(&path).unwrap().replacen("\"authors\":[]", "\"authors\":[ ]", 1);
        fs::write(path, changed).unwrap();
        forged.seal_bytes();
    }),
    (Rule::DatasetDigest, &[], |forged| forged.edit(|manifest| manifest.dataset_sha256 = Digest::of(b"").to_string())),
    (Rule::FateCounts, &[], |forged| {
        forged.edit(|manifest| *manifest.account.relations.entry("exact_raw".to_owned()).or_default() += 1);
    }),
    (Rule::FateArticle, &[], |forged| forged.change(&RECORDS, is("fate", "article"), add_int("raw_offset"))),
    (Rule::DuplicateTarget, &[Rule::ClusterSize], |forged| {
        forged.change(&RECORDS, is("fate", "duplicate"), set_text("duplicate_of", Some(LAST_ID)));
    }),
    (Rule::DuplicateProof, &[], |forged| forged.change(&RECORDS, is("fate", "duplicate"), set_float("jaccard", None))),
    (Rule::RejectionReason, &[Rule::FateCounts], |forged| {
        forged.change(&RECORDS, is("fate", "rejected"), set_text("reason", Some("bad-luck")));
    }),
    (Rule::RuleVersion, &[], |forged| forged.change(&PAIRS, any, set_text("rule_version", Some("dedup-0")))),
    (Rule::ClusterColumns, &[], |forged| {
        forged.change(&ARTICLES, is("cluster_relation", "unique"), set_float("similarity", Some(0.5)));
    }),
    (Rule::ClusterRepresentative, &[Rule::ClusterColumns], |forged| {
        forged.change(&ARTICLES, is("cluster_relation", "wire_copy"), set_true("is_representative"));
    }),
    (Rule::ClusterSize, &[], |forged| forged.change(&ARTICLES, in_cluster, add_int("cluster_size"))),
    (Rule::PairIds, &[], |forged| forged.change_last(&PAIRS, set_text("other_id", Some(LAST_ID)))),
    (Rule::CandidateId, &[Rule::CandidateAccepted, Rule::CandidateRank], |forged| {
        forged.change_last(&DATE_CANDIDATES, set_text("id", Some(LAST_ID)));
    }),
    (Rule::CandidateRank, &[], |forged| forged.change_last(&DATE_CANDIDATES, add_int("rank"))),
    (Rule::CandidateAccepted, &[], |forged| {
        let dated = |batch: &RecordBatch, row: usize| text(batch, "published_raw").is_valid(row);
        forged.change(&ARTICLES, dated, set_text("published_raw", Some("long ago")));
    }),
    (Rule::SplitRows, &[], |forged| forged.change_last(&SPLITS, set_text("id", Some(LAST_ID)))),
    (Rule::SplitRule, &[Rule::SplitRows], |forged| {
        forged.change(&SPLITS, is("split", "train"), set_text("split", Some("test")));
    }),
];

/// Writes a Parquet file with the settings of its library.
fn write_plain(path: &Path, batch: &RecordBatch) {
    let mut writer = ArrowWriter::try_new(fs::File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

#[test]
fn what_was_just_made_conforms() {
    let forged = Forged::new();
    assert!(forged.shards(&ARTICLES).len() > 1);
    let report = forged.check();
    assert!(report.conforms, "{:#?}", report.findings);
    assert_eq!(report.checked.rows.len(), 5);
    assert!(report.checked.rows.values().all(|rows| *rows > 0) && report.checked.files > 10);
    let packed = made("zstd");
    let report = check_dataset(&packed.path().join("output"), None, 3).unwrap();
    assert!(report.conforms, "{:#?}", report.findings);
}

#[test]
fn a_dataset_made_again_by_the_test_conforms() {
    let forged = Forged::new();
    for table in [&ARTICLES, &RECORDS, &PAIRS, &DATE_CANDIDATES, &SPLITS] {
        forged.change(table, any, |batch, _| batch.clone());
    }
    let report = forged.check();
    assert!(report.conforms, "{:#?}", report.findings);
}

#[test]
fn every_rule_is_seen_to_fail_alone() {
    for (rule, also, change) in CASES {
        let forged = Forged::new();
        change(&forged);
        let report = forged.check();
        let broken: BTreeSet<RuleName> = report.broken().map(|(rule, ..)| rule.clone()).collect();
        let allowed: BTreeSet<RuleName> = also.iter().chain([rule]).map(|rule| RuleName::from(*rule)).collect();
        assert!(
            broken.contains(&RuleName::from(*rule)) && broken.is_subset(&allowed),
            "{}: {:#?}",
            rule.name(),
            report.findings
        );
        assert!(!report.conforms);
        assert!(report.findings.iter().all(|finding| !finding.file.is_empty() && !finding.detail.is_empty()));
    }
    let tried: BTreeSet<Rule> = CASES.iter().map(|(rule, ..)| *rule).collect();
    assert_eq!(tried, Rule::ALL.iter().copied().collect());
}

#[test]
fn damage_is_a_finding_and_never_a_panic() {
    let forged = Forged::new();
    let mut numbers = Numbers(3);
    for table in [&ARTICLES, &RECORDS] {
        let path = forged.root().join(&forged.shards(table)[0]);
        let whole = fs::read(&path).unwrap();
        for _ in 0..60 {
            let mut bytes = whole.clone();
            let at = numbers.below(bytes.len() as u64) as usize;
            if numbers.below(4) == 0 {
                bytes.truncate(at);
            } else {
                let end = (at + 1 + numbers.below(12) as usize).min(bytes.len());
                bytes[at..end].iter_mut().for_each(|byte| *byte ^= 1 << (numbers.below(8)));
            }
            fs::write(&path, &bytes).unwrap();
            assert_eq!(forged.check().totals[&Rule::FileDigest.into()] > 0, bytes != whole);
        }
        fs::write(&path, &whole).unwrap();
    }
}

#[test]
fn what_needs_a_missing_table_is_skipped_and_said() {
    let forged = Forged::new();
    fs::remove_file(forged.root().join(&forged.shards(&ARTICLES)[0])).unwrap();
    let report = forged.check();
    assert_eq!(report.broken().map(|(rule, ..)| rule.name()).collect::<Vec<_>>(), ["file-present"]);
    assert!(report.skipped.contains(&Rule::FateArticle.into()) && !report.skipped.contains(&Rule::FateCounts.into()));
    let other = Forged::new();
    other.edit(|manifest| manifest.schema_version = "9.0.0".to_owned());
    let report = other.check();
    assert!(report.findings.is_empty() && !report.conforms && report.skipped.contains(&Rule::RowSchema.into()));
}

#[test]
fn the_command_prints_findings_and_tells_its_exit_codes_apart() {
    let forged = Forged::new();
    let folder = forged.folder.path();
    let fine = run(folder, &["check", "output"]);
    assert!(fine.status.success() && fine.stdout.is_empty());
    forged.change(&ARTICLES, any, add_int("word_count"));
    let broken = run(folder, &["check", "output"]);
    let printed = String::from_utf8(broken.stdout).unwrap();
    assert_eq!(broken.status.code(), Some(1));
    assert!(
        printed.contains(".parquet: row 0 (data/")
            && printed.contains(".jsonl:1:0): word-count: expected ")
            && printed.contains(", but found "),
        "{printed}"
    );
    let json = run(folder, &["check", "output", "--json"]);
    let report: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!((json.status.code(), &report["findings"][0]["rule"]), (Some(1), &"word-count".into()));
    for nothing in ["raw", "output/data", "output/manifest.json"] {
        let error = run(folder, &["check", nothing]);
        assert_eq!(error.status.code(), Some(2), "{nothing}");
    }
}
