"""Polars."""

import polars as pl

from dataset import Table

TYPES = {
    "text": pl.String(),
    "boolean": pl.Boolean(),
    "int32": pl.Int32(),
    "int64": pl.Int64(),
    "float64": pl.Float64(),
    "date": pl.Date(),
    "timestamp": pl.Datetime("us", "UTC"),
    "list": pl.List(pl.String()),
}
SHOWN = {kind: str(type_) for kind, type_ in TYPES.items()}


def read_parquet(table: Table):
    frame = pl.read_parquet(table.parquet)
    return {name: str(dtype) for name, dtype in frame.schema.items()}, frame.to_dict(as_series=False)


def read_jsonl(table: Table):
    # Dates and instants are read as text: Polars parses them in an expression, not while it reads.
    parsed = {
        "date": lambda column: column.str.to_date("%Y-%m-%d"),
        "timestamp": lambda column: column.str.to_datetime("%Y-%m-%dT%H:%M:%S%.6fZ", time_unit="us", time_zone="UTC"),
    }
    schema = {column.name: pl.String() if column.kind in parsed else TYPES[column.kind] for column in table.columns}
    frame = pl.concat([pl.read_ndjson(path, schema=schema) for path in table.jsonl])
    expressions = [parsed[column.kind](pl.col(column.name)) for column in table.columns if column.kind in parsed]
    return frame.with_columns(expressions).to_dict(as_series=False)


def read_jsonl_undeclared(table: Table):
    parts = [pl.read_ndjson(path, infer_schema_length=None) for path in table.jsonl]
    return pl.concat(parts, how="vertical_relaxed").to_dict(as_series=False)
