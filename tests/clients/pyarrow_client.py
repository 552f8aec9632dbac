"""pyarrow: the reference, since Parquet states every type."""

import pyarrow as pa
import pyarrow.json
import pyarrow.parquet

from dataset import Table

TYPES = {
    "text": pa.string(),
    "boolean": pa.bool_(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "float64": pa.float64(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", "UTC"),
    "list": pa.list_(pa.field("element", pa.string(), nullable=False)),
}
SHOWN = {kind: str(type_) for kind, type_ in TYPES.items()}


def schema(table: Table) -> pa.Schema:
    return pa.schema([pa.field(column.name, TYPES[column.kind], column.nullable) for column in table.columns])


def read_parquet(table: Table):
    for path in table.parquet:
        found = pyarrow.parquet.read_schema(path)
        if found != schema(table):
            raise TypeError(f"`{path}` has another schema than declared:\n{found}\ninstead of\n{schema(table)}")
    read = pa.concat_tables([pyarrow.parquet.ParquetFile(path).read() for path in table.parquet])
    return {field.name: str(field.type) for field in read.schema}, read.to_pydict()


def read_jsonl(table: Table):
    # The JSON reader wants a number for a date, and knows no list elements that are never null.
    types = TYPES | {"date": pa.string(), "list": pa.list_(pa.string())}
    declared = pa.schema([(column.name, types[column.kind]) for column in table.columns])
    options = pyarrow.json.ParseOptions(explicit_schema=declared, unexpected_field_behavior="error")
    return pa.concat_tables([pyarrow.json.read_json(path, parse_options=options) for path in table.jsonl]).to_pydict()


def read_jsonl_undeclared(table: Table):
    return pa.concat_tables([pyarrow.json.read_json(path) for path in table.jsonl], promote_options="default").to_pydict()
