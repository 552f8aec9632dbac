//! Tests of `validate`, with rows made from the examples of the column table.

use arrow::array::{
    Array, AsArray, Date32Array, FixedSizeBinaryArray, Float64Array, Int32Array, Int64Array, StringArray,
    TimestampMicrosecondArray,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::columns::{ARTICLES, ColumnType, Rule, data_type};

/// A value of any column type.
#[derive(Clone, Debug, PartialEq)]
enum Given {
    Null,
    Text(String),
    Boolean(bool),
    Int(i64),
    Float(f64),
    Date(i32),
    Timestamp(i64),
    List(Vec<String>),
}

fn text(value: &str) -> Given {
    Given::Text(value.to_owned())
}

fn list(values: &[&str]) -> Given {
    Given::List(values.iter().map(|value| (*value).to_owned()).collect())
}

fn example(column: &Column) -> Given {
    let value: Value = serde_json::from_str(column.example).unwrap();
    match (column.kind, &value) {
        (_, Value::Null) => Given::Null,
        (ColumnType::Text, Value::String(value)) => text(value),
        (ColumnType::Boolean, Value::Bool(value)) => Given::Boolean(*value),
        (ColumnType::Int32 | ColumnType::Int64, value) => Given::Int(value.as_i64().unwrap()),
        (ColumnType::Float64, value) => Given::Float(value.as_f64().unwrap()),
        (ColumnType::Date, Value::String(_)) => Given::Date(20_439),
        (ColumnType::Timestamp, Value::String(_)) => Given::Timestamp(1_765_960_200_000_000),
        (ColumnType::TextList, Value::Array(values)) => {
            Given::List(values.iter().map(|value| value.as_str().unwrap().to_owned()).collect())
        }
        other => panic!("{other:?}"),
    }
}

type Row = Vec<Given>;

fn example_row() -> Row {
    ARTICLES.columns.iter().map(example).collect()
}

fn place(name: &str) -> usize {
    ARTICLES.columns.iter().position(|column| column.name == name).unwrap()
}

fn with(changes: &[(&str, Given)]) -> Row {
    let mut row = example_row();
    for (name, value) in changes {
        row[place(name)] = value.clone();
    }
    row
}

fn array(kind: ColumnType, values: &[&Given]) -> ArrayRef {
    let values = values.iter();
    match kind {
        ColumnType::Text => {
            Arc::new(values.map(|v| if let Given::Text(v) = v { Some(v) } else { None }).collect::<StringArray>())
        }
        ColumnType::Boolean => {
            Arc::new(values.map(|v| if let Given::Boolean(v) = v { Some(*v) } else { None }).collect::<BooleanArray>())
        }
        ColumnType::Int32 => {
            Arc::new(values.map(|v| if let Given::Int(v) = v { Some(*v as i32) } else { None }).collect::<Int32Array>())
        }
        ColumnType::Int64 => {
            Arc::new(values.map(|v| if let Given::Int(v) = v { Some(*v) } else { None }).collect::<Int64Array>())
        }
        ColumnType::Float64 => {
            Arc::new(values.map(|v| if let Given::Float(v) = v { Some(*v) } else { None }).collect::<Float64Array>())
        }
        ColumnType::Date => {
            Arc::new(values.map(|v| if let Given::Date(v) = v { Some(*v) } else { None }).collect::<Date32Array>())
        }
        ColumnType::Timestamp => Arc::new(
            values
                .map(|v| if let Given::Timestamp(v) = v { Some(*v) } else { None })
                .collect::<TimestampMicrosecondArray>()
                .with_timezone("UTC"),
        ),
        ColumnType::TextList => {
            let mut lists =
                ListBuilder::new(StringBuilder::new()).with_field(Field::new("element", DataType::Utf8, false));
            for value in values {
                let Given::List(elements) = value else {
                    lists.append(false);
                    continue;
                };
                for element in elements {
                    lists.values().append_value(element);
                }
                lists.append(true);
            }
            Arc::new(lists.finish())
        }
    }
}

/// A batch as it comes from the stages before: columns in another order, nulls anywhere.
fn batch(rows: &[Row]) -> RecordBatch {
    let columns = ARTICLES.columns.iter().enumerate().rev().map(|(place, column)| {
        let values: Vec<&Given> = rows.iter().map(|row| &row[place]).collect();
        (column.name, array(column.kind, &values), true)
    });
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

/// The row as JSON, made without the code under test.
fn json_row(row: &Row) -> Value {
    let value = |given: &Given| match given {
        Given::Null => Value::Null,
        Given::Text(value) => json!(value),
        Given::Boolean(value) => json!(value),
        Given::Int(value) => json!(value),
        Given::Float(value) => format!("{value:.6}").parse::<f64>().map_or(Value::Null, |value| json!(value)),
        Given::Date(days) => {
            let date = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().try_days(*days).unwrap_or_default());
            let known = (-719_528..=2_932_896).contains(days);
            json!(if known { date.unwrap().to_string() } else { "+12345-01-01".to_owned() })
        }
        Given::Timestamp(micros) => {
            let known = (MICROS_YEAR_0..=MICROS_YEAR_9999).contains(micros);
            let instant = jiff::Timestamp::from_microsecond(*micros).map(|instant| format!("{instant:.6}"));
            json!(if known { instant.unwrap() } else { "+12345-01-01T00:00:00.000000Z".to_owned() })
        }
        Given::List(values) => json!(values),
    };
    Value::Object(
        ARTICLES
            .columns
            .iter()
            .zip(row)
            .map(|(column, given)| (column.name.to_owned(), value(given)))
            .collect::<Map<_, _>>(),
    )
}

const MICROS_YEAR_0: i64 = -719_528 * 86_400_000_000;
/// Somewhat before the end of the year: jiff's instants stop a little early.
const MICROS_YEAR_9999: i64 = 2_932_894 * 86_400_000_000;

fn apply(rows: &[Row]) -> StageOutput {
    let output = Validate::new(&ARTICLES).apply(&batch(rows)).unwrap();
    assert_eq!(output.kept.num_rows() + output.rejected.len(), rows.len());
    output
}

#[test]
fn the_example_row_passes_in_table_order_with_the_strict_schema() {
    let output = apply(&[example_row(), example_row()]);
    assert_eq!(output.rejected, []);
    assert_eq!(output.kept.schema(), arrow_schema(&ARTICLES));
    let codes = output.kept["validation_codes"].as_list::<i32>();
    assert!(codes.iter().all(|codes| codes.unwrap().is_empty()));
}

#[test]
fn no_rows_are_no_trouble() {
    let output = apply(&[]);
    assert_eq!((output.kept.num_rows(), output.rejected.len()), (0, 0));
}

#[test]
fn a_missing_column_is_an_error_that_names_it() {
    let batch = batch(&[example_row()]);
    let all_but_first: Vec<usize> = (0..batch.num_columns() - 1).collect();
    let error = Validate::new(&ARTICLES).apply(&batch.project(&all_but_first).unwrap()).unwrap_err();
    assert_eq!(error.to_string(), "expected a column `id`, but found none");
}

#[test]
fn every_rule_of_every_column_is_seen_failing_alone() {
    for column in ARTICLES.columns {
        let mut bad: Vec<(Given, &str)> = match (column.kind, column.rule) {
            (ColumnType::TextList, Rule::Pattern(_)) => vec![(list(&["fine", "Not fine"]), "pattern")],
            (ColumnType::Date, _) => vec![(Given::Date(2_932_897), "pattern"), (Given::Date(-719_529), "pattern")],
            (ColumnType::Timestamp, _) => vec![(Given::Timestamp(i64::MAX), "pattern")],
            (_, Rule::NotEmpty) => vec![(text(""), "minLength")],
            (_, Rule::Pattern(_)) => vec![(text("Not / fine"), "pattern"), (text(""), "pattern")],
            (_, Rule::OneOf(_)) => vec![(text("Not / fine"), "enum"), (text(""), "enum")],
            (ColumnType::Float64, Rule::Between(low, high)) => {
                vec![(Given::Float(low as f64 - 1e-6), "minimum"), (Given::Float(high as f64 + 1e-6), "maximum")]
            }
            (_, Rule::AtLeast(low) | Rule::Between(low, _)) => vec![(Given::Int(low - 1), "minimum")],
            (_, Rule::Any) => vec![],
        };
        if !column.nullable {
            let keyword = if matches!(column.rule, Rule::OneOf(_)) { "enum" } else { "required" };
            bad.push((Given::Null, keyword));
        }
        for (value, keyword) in bad {
            let output = apply(&[example_row(), with(&[(column.name, value.clone())]), example_row()]);
            let [(1, rejection)] = &output.rejected[..] else {
                panic!("{} {value:?} {:?}", column.name, output.rejected)
            };
            assert_eq!(rejection.reason, ReasonCode::SchemaViolation);
            let pointer = rejection.pointer.clone().unwrap();
            assert!(pointer == format!("/{}", column.name) || pointer == format!("/{}/1", column.name), "{pointer}");
            let named = rejection.detail.split(':').next();
            assert!(
                named == Some(keyword) || (keyword == "enum" && named == Some("required")),
                "{}: {}",
                column.name,
                rejection.detail
            );
            assert_eq!(output.kept.schema(), arrow_schema(&ARTICLES));
        }
        if column.nullable {
            assert_eq!(apply(&[with(&[(column.name, Given::Null)])]).rejected, [], "{}", column.name);
        }
    }
}

#[test]
fn details_name_rule_and_value_cut_and_escaped() {
    let long = "\u{1b}".repeat(500);
    let output = apply(&[with(&[("language", text(&long))]), with(&[("access", text("open"))])]);
    insta::assert_snapshot!(output.rejected[1].1.detail, @r#"enum: "open" is not one of "free", "paywalled" or 2 other candidates"#);
    let detail = &output.rejected[0].1.detail;
    assert!(detail.starts_with("pattern: \"\\u") && detail.chars().count() <= 200, "{detail}");
}

#[test]
fn warnings_are_merged_sorted_and_leave_the_row_in() {
    let rows = [
        with(&[("text", text(" a\rb")), ("validation_codes", list(&["zero", "text-outer-space"]))]),
        with(&[("published_precision", text("none"))]),
        with(&[("published_date", Given::Null)]),
        with(&[("published_precision", text("day"))]),
        with(&[("published_at", Given::Null)]),
        with(&[("published_precision", text("second"))]),
        with(&[("published_precision", text("none")), ("published_date", Given::Null), ("published_at", Given::Null)]),
    ];
    let output = apply(&rows);
    assert_eq!(output.rejected, []);
    let codes = output.kept["validation_codes"].as_list::<i32>();
    let codes: Vec<Vec<String>> = (codes.iter())
        .map(|row| row.unwrap().as_string::<i32>().iter().map(|code| code.unwrap().to_owned()).collect())
        .collect();
    assert_eq!(codes[0], ["text-carriage-return", "text-outer-space", "zero"]);
    assert_eq!(codes[1], ["instant-without-time", "precision-without-date"]);
    assert_eq!(codes[2], ["precision-without-date"]);
    assert_eq!(codes[3], ["instant-without-time"]);
    assert!(codes[4..].iter().all(Vec::is_empty));
}

#[test]
fn warnings_are_sorted_codes() {
    assert!(WARNINGS.is_sorted_by(|a, b| a.0 < b.0));
    let stage = Validate::new(&ARTICLES);
    let code = &stage.columns[place("validation_codes")];
    let codes: Vec<&str> = WARNINGS.iter().map(|(code, _)| *code).collect();
    let array = array(ColumnType::TextList, &[&list(&codes)]);
    let mut bad = [false];
    code.mark_bad(&Cells::new(&array).unwrap(), &mut bad);
    assert_eq!(bad, [false]);
}

#[test]
fn interim_columns_travel_on_and_others_do_not() {
    let rows = [example_row(), with(&[("text", text(""))])];
    let batch = batch(&rows);
    let rank: ArrayRef = Arc::new(Int32Array::from(vec![0, 100]));
    let keys: ArrayRef = Arc::new(FixedSizeBinaryArray::try_from_iter([[7_u8; 32], [8_u8; 32]].into_iter()).unwrap());
    let more = [(interim::KEY_SHA256, keys), ("_other", rank.clone()), (interim::SOURCE_RANK, rank)];
    let columns = batch.schema_ref().fields().iter().zip(batch.columns()).map(|(f, c)| (f.name().clone(), c.clone()));
    let all = more.into_iter().map(|(name, column)| (name.to_owned(), column)).chain(columns);
    let output = Validate::new(&ARTICLES).apply(&RecordBatch::try_from_iter(all).unwrap()).unwrap();
    let names: Vec<&str> = output.kept.schema_ref().fields().iter().map(|field| field.name().as_str()).collect();
    let table: Vec<_> = ARTICLES.columns.iter().map(|column| column.name).collect();
    assert_eq!(names[..table.len()], table);
    assert_eq!(names[table.len()..], [interim::SOURCE_RANK, interim::KEY_SHA256]);
    assert_eq!(output.kept.num_rows(), 1);
    assert_eq!(output.kept[interim::KEY_SHA256].as_fixed_size_binary().value(0), [7; 32]);
}

fn any_value(kind: ColumnType) -> BoxedStrategy<Given> {
    let hex = "0123456789abcdef0123456789abcdef";
    let texts: Vec<String> = [
        "",
        "x",
        "Not / fine",
        "none",
        "second",
        "en",
        "zh-Hant",
        "1.0.0",
        "1.0",
        "free",
        "GB",
        "é",
        "a\nb",
        "unique",
        "unknown",
        "en\n",
        "a.example",
    ]
    .into_iter()
    .map(str::to_owned)
    .chain([
        format!("art_{hex}"),
        format!("art_{hex}\n"),
        format!("sha256:{hex}{hex}"),
        format!("SHA256:{hex}{hex}"),
        "long ".repeat(1000),
    ])
    .collect();
    let value = match kind {
        ColumnType::Text => {
            prop_oneof![4 => prop::sample::select(texts), 1 => any::<String>()].prop_map(Given::Text).boxed()
        }
        ColumnType::Boolean => any::<bool>().prop_map(Given::Boolean).boxed(),
        ColumnType::Int32 => {
            prop::sample::select(vec![i32::MIN, -1, 0, 1, 2, i32::MAX]).prop_map(|v| Given::Int(i64::from(v))).boxed()
        }
        ColumnType::Int64 => prop::sample::select(vec![i64::MIN, -1, 0, 1, i64::MAX]).prop_map(Given::Int).boxed(),
        ColumnType::Float64 => {
            prop::sample::select(vec![-1e-6, -4e-7, 0.0, 0.5, 1.0, 1.000_000_4, 1.000_001, f64::NAN, f64::INFINITY])
                .prop_map(Given::Float)
                .boxed()
        }
        ColumnType::Date => prop::sample::select(vec![i32::MIN, -719_529, -719_528, 0, 2_932_896, 2_932_897, i32::MAX])
            .prop_map(Given::Date)
            .boxed(),
        ColumnType::Timestamp => prop::sample::select(vec![
            i64::MIN,
            MICROS_YEAR_0 - 1,
            MICROS_YEAR_0,
            0,
            MICROS_YEAR_9999,
            2_932_897 * 86_400_000_000,
            i64::MAX,
        ])
        .prop_map(Given::Timestamp)
        .boxed(),
        ColumnType::TextList => prop::sample::select(vec![
            list(&[]),
            list(&["a"]),
            list(&["Bad Code"]),
            list(&["a", ""]),
            list(&["a-b", "a-b"]),
        ])
        .boxed(),
    };
    prop_oneof![6 => value, 1 => Just(Given::Null)].boxed()
}

fn any_row() -> impl Strategy<Value = Row> {
    let change =
        (0..ARTICLES.columns.len()).prop_flat_map(|place| (Just(place), any_value(ARTICLES.columns[place].kind)));
    prop::collection::vec(change, 0..3).prop_map(|changes| {
        let mut row = example_row();
        for (place, value) in changes {
            row[place] = value;
        }
        row
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn columns_rows_and_plain_json_values_agree_on_every_row(rows in prop::collection::vec(any_row(), 0..100)) {
        let stage = Validate::new(&ARTICLES);
        let plain = jsonschema::validator_for(&schema_value(&ARTICLES)).unwrap();
        let batch = batch(&rows);
        let output = stage.apply(&batch).unwrap();
        let cells = table_cells(&batch, &ARTICLES).unwrap();
        let mut rejected = output.rejected.iter().peekable();
        for (row, given) in rows.iter().enumerate() {
            let by_columns = rejected.next_if(|(place, _)| *place == row);
            let node = ArticleNode::Row(ArticleRow { columns: ARTICLES.columns, cells: &cells, row });
            let value = json_row(given);
            prop_assert_eq!(by_columns.is_none(), plain.is_valid(&value), "{}", value);
            prop_assert_eq!(by_columns.is_none(), stage.row.is_valid(node), "{}", value);
            if let Some((_, rejection)) = by_columns {
                let pointers: Vec<String> = plain.iter_errors(&value).map(|error| error.instance_path().to_string()).collect();
                prop_assert!(pointers.contains(rejection.pointer.as_ref().unwrap()), "{:?} {:?}", pointers, rejection);
            }
        }
    }

    #[test]
    fn cutting_a_batch_changes_nothing(rows in prop::collection::vec(any_row(), 0..20), at: usize) {
        let whole = apply(&rows);
        let (head, tail) = rows.split_at(at % (rows.len() + 1));
        let (first, second) = (apply(head), apply(tail));
        let joined = arrow::compute::concat_batches(whole.kept.schema_ref(), [&first.kept, &second.kept]).unwrap();
        prop_assert_eq!(joined, whole.kept);
        let moved = second.rejected.into_iter().map(|(row, rejection)| (row + head.len(), rejection));
        prop_assert_eq!(first.rejected.into_iter().chain(moved).collect::<Vec<_>>(), whole.rejected);
    }
}

#[test]
fn types_of_the_fixture_are_those_of_the_table() {
    let batch = batch(&[example_row()]);
    assert!(ARTICLES.columns.iter().all(|column| *batch[column.name].data_type() == data_type(column.kind)));
}
