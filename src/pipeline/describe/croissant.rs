//! `croissant.json`: Croissant 1.1 JSON-LD (<http://mlcommons.org/croissant/1.1>) with the fields of Croissant RAI 1.0.

use serde_json::{Map, Value, json};

use super::datasheet::{NOT_STATED, citation, raw_data, steps};
use super::licenses::address;
use super::markup::counted;
use super::release::{people, summary};
use super::{CARD, CROISSANT, Subject};
use crate::columns::{Column, ColumnType, Table};
use crate::manifest::{FileEntry, Manifest};
use crate::pipeline::report::REPORT_FILE;

/// The metadata, keys sorted, two spaces of indent, line end at the end.
pub fn croissant(subject: Subject<'_>) -> String {
    let mut root = Map::new();
    let mut put = |key: &str, value: Value| drop(root.insert(key.to_owned(), value));
    put("@context", context());
    put("@type", json!("sc:Dataset"));
    put("conformsTo", json!(["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"]));
    for (key, value) in about(subject).into_iter().chain(responsible(subject)) {
        put(key, value);
    }
    put("distribution", Value::Array(distribution(subject)));
    put("recordSet", subject.tables.iter().map(|table| record_set(subject, table)).collect());
    let mut text = serde_json::to_string_pretty(&Value::Object(root)).expect("law: a value of text keys is JSON");
    text.push('\n');
    text
}

/// Terms of the vocabulary that need no prefix.
const TERMS: &[&str] = &[
    "annotation",
    "arrayShape",
    "citeAs",
    "column",
    "containedIn",
    "equivalentProperty",
    "excludes",
    "extract",
    "field",
    "fileObject",
    "fileProperty",
    "fileSet",
    "format",
    "includes",
    "isArray",
    "isLiveDataset",
    "jsonPath",
    "key",
    "md5",
    "parentField",
    "path",
    "readLines",
    "recordSet",
    "references",
    "regex",
    "repeated",
    "replace",
    "samplingRate",
    "sdVersion",
    "separator",
    "source",
    "subField",
    "transform",
    "unArchive",
    "value",
];

/// The context of the specification, with what `mlcroissant` expects beside it.
fn context() -> Value {
    let mut context = json!({
        "@language": "en",
        "@vocab": "https://schema.org/",
        "sc": "https://schema.org/",
        "cr": "http://mlcommons.org/croissant/",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "dct": "http://purl.org/dc/terms/",
        "conformsTo": "dct:conformsTo",
        "data": { "@id": "cr:data", "@type": "@json" },
        "dataType": { "@id": "cr:dataType", "@type": "@vocab" },
        "description": { "@container": "@language" },
        "examples": { "@id": "cr:examples", "@type": "@json" },
        "name": { "@container": "@language" },
    });
    for term in TERMS {
        context[*term] = json!(format!("cr:{term}"));
    }
    context
}

/// Who, what, when: schema.org's part.
fn about(subject: Subject<'_>) -> Vec<(&'static str, Value)> {
    let manifest = subject.manifest;
    let dataset = &manifest.dataset;
    let mut all = vec![
        ("name", json!(subject.name())),
        ("description", json!(dataset.description.clone().unwrap_or_else(|| format!("{}.", subject.summary())))),
        ("version", json!(manifest.dataset_version)),
        (
            "license",
            json!(match &dataset.license {
                Some(license) => address(license).unwrap_or_else(|| license.clone()),
                None => NOT_STATED.to_owned(),
            }),
        ),
        ("citeAs", json!(citation(subject))),
    ];
    let mut known = |key, value: Option<Value>| all.extend(value.map(|value| (key, value)));
    known("url", dataset.homepage.as_ref().map(|home| json!(home)));
    known("datePublished", dataset.published.as_ref().map(|day| json!(day)));
    let people = dataset.authors.iter().map(|name| json!({ "@type": "sc:Person", "name": name }));
    known("creator", (!dataset.authors.is_empty()).then(|| people.collect()));
    known("publisher", dataset.publisher.as_ref().map(|name| json!({ "@type": "sc:Organization", "name": name })));
    known("keywords", (!dataset.keywords.is_empty()).then(|| json!(dataset.keywords)));
    let languages: Vec<_> = manifest.composition.languages.counts.keys().filter(|tag| *tag != "und").collect();
    known("inLanguage", (!languages.is_empty()).then(|| json!(languages)));
    let published = manifest.composition.published;
    let covered = published.first.zip(published.last).map(|(first, last)| json!(format!("{first}/{last}")));
    known("temporalCoverage", covered);
    known("conditionsOfAccess", summary(subject).map(|terms| json!(terms)));
    all
}

/// The measured error rates of the whole dataset in words.
fn error_rates(manifest: &Manifest) -> String {
    let Some(audit) = &manifest.audit else {
        return "No audit has been made, so no error rate is known.".to_owned();
    };
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let rates: Vec<String> = audit
        .overall()
        .map(|rate| {
            format!("{} {} ({} to {})", rate.question, percent(rate.rate), percent(rate.low), percent(rate.high))
        })
        .collect();
    let confidence = (100.0 * audit.confidence).round();
    format!(
        "Error rates with {confidence} % intervals: {}. {}",
        rates.join("; "),
        audit.method_for(&manifest.dataset_sha256)
    )
}

/// The fields of Croissant RAI.
fn responsible(subject: Subject<'_>) -> Vec<(&'static str, Value)> {
    let manifest = subject.manifest;
    let dataset = &manifest.dataset;
    let stated = |text: &Option<String>| json!(text.as_deref().map_or("Not stated.", str::trim));
    let mut personal_information = vec![people(subject)];
    personal_information.extend(dataset.personal_information.clone());
    let mut preprocessing: Vec<String> = dataset.preprocessing.clone().into_iter().collect();
    preprocessing.extend(steps().map(str::to_owned));
    let mut limitations: Vec<String> = dataset.limitations.clone().into_iter().collect();
    limitations.push(error_rates(manifest));
    limitations.extend(summary(subject));
    let account = &manifest.account;
    let removed = format!(
        "{} as duplicates and {} rejected, each with its reason in the table `records`; policies: exact copies `{}`, near-duplicates `{}`.",
        counted(account.duplicates, "raw record was removed", "raw records were removed"),
        account.rejected,
        manifest.policies.exact,
        manifest.policies.near
    );
    let mut all = vec![
        ("rai:dataCollection", stated(&dataset.collection)),
        ("rai:dataCollectionRawData", json!(raw_data(subject))),
        ("rai:dataCollectionMissingData", json!(missing(subject))),
        ("rai:dataPreprocessingProtocol", json!(preprocessing)),
        ("rai:dataManipulationProtocol", json!(removed)),
        ("rai:machineAnnotationTools", json!([format!("copydesk {}", manifest.tool_version)])),
        ("rai:dataUseCases", stated(&dataset.uses)),
        ("rai:dataLimitations", json!(limitations)),
        ("rai:dataBiases", stated(&dataset.biases)),
        ("rai:dataSocialImpact", stated(&dataset.social_impact)),
        ("rai:personalSensitiveInformation", json!(personal_information)),
        ("rai:dataReleaseMaintenancePlan", stated(&dataset.maintenance)),
    ];
    let fetched = manifest.composition.retrieved;
    if let (Some(first), Some(last)) = (fetched.first, fetched.last) {
        all.push(("rai:dataCollectionTimeframe", json!([first, last])));
    }
    all
}

/// How many articles lack what many people look for.
fn missing(subject: Subject<'_>) -> String {
    let composition = &subject.manifest.composition;
    let articles = subject.manifest.account.articles;
    let columns = ["published_date", "title", "url", "authors", "section", "rights_holder"];
    let parts: Vec<_> = columns
        .iter()
        .map(|column| format!("`{column}` {}", composition.gaps.get(*column).copied().unwrap_or_default()))
        .collect();
    format!("Of {articles} articles, so many have no value: {}.", parts.join(", "))
}

/// Every file that holds data, and for each table the set of its Parquet files. A set lies in the folder of the document itself:
/// `mlcroissant` finds nothing in a set that is contained in files of its own.
fn distribution(subject: Subject<'_>) -> Vec<Value> {
    let described = |file: &&FileEntry| !matches!(file.path.as_str(), CARD | CROISSANT | REPORT_FILE);
    let mut all: Vec<Value> = subject
        .manifest
        .files
        .iter()
        .filter(described)
        .map(|file| {
            let name = file.path.rsplit('/').next().unwrap_or(&file.path);
            json!({
                "@type": "cr:FileObject",
                "@id": file.path,
                "name": name,
                "contentUrl": file.path,
                "contentSize": format!("{} B", file.bytes),
                "encodingFormat": encoding(&file.path),
                "sha256": file.sha256.trim_start_matches(crate::kernels::sha256::PREFIX),
            })
        })
        .collect();
    for table in subject.tables {
        let folder = if table.name == subject.articles().name { "data" } else { "tables" };
        all.push(json!({
            "@type": "cr:FileSet",
            "@id": format!("{}-parquet", table.name),
            "name": format!("{}-parquet", table.name),
            "description": format!("The Parquet files of `{}`.", table.name),
            "encodingFormat": "application/x-parquet",
            "includes": format!("{folder}/{}-*.parquet", table.name),
        }));
    }
    all
}

fn encoding(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("parquet") => "application/x-parquet",
        Some("jsonl") => "application/jsonlines",
        Some("json") => "application/json",
        Some("zst") => "application/zstd",
        _ => "application/octet-stream",
    }
}

/// One table: a record set whose fields are its columns.
fn record_set(subject: Subject<'_>, table: &Table) -> Value {
    let id = |column: &str| format!("{}/{column}", table.name);
    let key: &[&str] = if table.name == subject.articles().name { &["id"] } else { table.sorted_by };
    json!({
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": table.documentation,
        "key": key.iter().map(|column| json!({ "@id": id(column) })).collect::<Value>(),
        "field": table.columns.iter().map(|column| field(table, column)).collect::<Value>(),
    })
}

fn field(table: &Table, column: &Column) -> Value {
    let data_type = match column.kind {
        ColumnType::Text if column.name.ends_with("url") => "sc:URL",
        ColumnType::Text | ColumnType::TextList => "sc:Text",
        ColumnType::Boolean => "sc:Boolean",
        ColumnType::Int32 => "cr:Int32",
        ColumnType::Int64 => "cr:Int64",
        ColumnType::Float64 => "cr:Float64",
        ColumnType::Date => "sc:Date",
        ColumnType::Timestamp => "sc:DateTime",
    };
    let mut field = json!({
        "@type": "cr:Field",
        "@id": format!("{}/{}", table.name, column.name),
        "name": column.name,
        "description": column.documentation,
        "dataType": data_type,
        "source": {
            "fileSet": { "@id": format!("{}-parquet", table.name) },
            "extract": { "column": column.name },
        },
    });
    if column.kind == ColumnType::TextList {
        field["isArray"] = json!(true);
        field["arrayShape"] = json!("-1");
    }
    field
}
