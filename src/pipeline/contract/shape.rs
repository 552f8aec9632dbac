//! The schema of a Parquet file as a JSON Schema, and what of a JSON Schema a Parquet file can promise.

use arrow::datatypes::{DataType, Field, Fields, TimeUnit};
use serde_json::{Map, Value, json};

/// The JSON Schema of the rows of a Parquet file, as its JSON lines would be.
pub fn schema_of_fields(fields: &Fields) -> Value {
    let properties: Map<String, Value> =
        fields.iter().map(|field| (field.name().clone(), schema_of_field(field))).collect();
    let required: Vec<&String> = fields.iter().map(|field| field.name()).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn schema_of_field(field: &Field) -> Value {
    let mut schema = schema_of_type(field.data_type());
    if field.is_nullable()
        && let Some(Value::String(name)) = schema.get("type").cloned()
    {
        schema["type"] = json!([name, "null"]);
    }
    schema
}

fn schema_of_type(kind: &DataType) -> Value {
    match kind {
        DataType::Boolean => json!({ "type": "boolean" }),
        kind if kind.is_integer() => json!({ "type": "integer" }),
        kind if kind.is_floating() => json!({ "type": "number" }),
        DataType::Decimal32(..) | DataType::Decimal64(..) | DataType::Decimal128(..) | DataType::Decimal256(..) => {
            json!({ "type": "number" })
        }
        DataType::Date32 | DataType::Date64 => json!({ "type": "string", "format": "date" }),
        DataType::Timestamp(_, Some(_)) => json!({ "type": "string", "format": "date-time" }),
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::FixedSizeList(item, _)
        | DataType::ListView(item)
        | DataType::LargeListView(item) => {
            json!({ "type": "array", "items": schema_of_field(item) })
        }
        DataType::Struct(fields) => schema_of_fields(fields),
        DataType::Map(..) => json!({ "type": "object" }),
        DataType::Dictionary(_, value) => schema_of_type(value),
        _ => json!({ "type": "string" }),
    }
}

/// Names, types, null and what is required: the part of a schema that a Parquet file can promise.
pub fn shape_of(schema: &Value) -> Value {
    let Value::Object(schema) = schema else { return schema.clone() };
    let mut shape = Map::new();
    for (keyword, value) in schema {
        let kept = match (keyword.as_str(), value) {
            ("type" | "required", value) => value.clone(),
            ("format", Value::String(format)) if matches!(format.as_str(), "date" | "date-time") => value.clone(),
            ("items", value) => shape_of(value),
            ("properties", Value::Object(properties)) => {
                properties.iter().map(|(name, property)| (name.clone(), shape_of(property))).collect()
            }
            _ => continue,
        };
        shape.insert(keyword.clone(), kept);
    }
    // A list of values without a type is one of text, for that is what is stored.
    if !shape.contains_key("type")
        && schema.get("enum").and_then(Value::as_array).is_some_and(|it| it.iter().all(Value::is_string))
    {
        shape.insert("type".to_owned(), json!("string"));
    }
    Value::Object(shape)
}

/// The name of a stored type.
pub fn type_name(kind: &DataType) -> String {
    let unit = |unit: &TimeUnit| match unit {
        TimeUnit::Second => "s",
        TimeUnit::Millisecond => "ms",
        TimeUnit::Microsecond => "µs",
        TimeUnit::Nanosecond => "ns",
    };
    match kind {
        DataType::Utf8 | DataType::Utf8View => "text".to_owned(),
        DataType::LargeUtf8 => "large text".to_owned(),
        DataType::Date32 => "date".to_owned(),
        DataType::Timestamp(of, Some(zone)) => format!("timestamp ({}, {zone})", unit(of)),
        DataType::Timestamp(of, None) => format!("timestamp ({}, no zone)", unit(of)),
        DataType::List(item) => format!("list of {}", type_name(item.data_type())),
        DataType::LargeList(item) => format!("large list of {}", type_name(item.data_type())),
        DataType::FixedSizeList(item, length) => format!("list of {length} {}", type_name(item.data_type())),
        DataType::Struct(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|field| format!("{}: {}", field.name(), type_name(field.data_type()))).collect();
            format!("struct ({})", fields.join(", "))
        }
        DataType::Dictionary(_, value) => format!("dictionary of {}", type_name(value)),
        DataType::Decimal128(precision, scale) | DataType::Decimal256(precision, scale) => {
            format!("decimal ({precision}, {scale})")
        }
        other => other.to_string().to_lowercase(),
    }
}
