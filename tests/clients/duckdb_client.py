"""DuckDB."""

import duckdb

from dataset import Table

SHOWN = {
    "text": "VARCHAR",
    "boolean": "BOOLEAN",
    "int32": "INTEGER",
    "int64": "BIGINT",
    "float64": "DOUBLE",
    "date": "DATE",
    "timestamp": "TIMESTAMP WITH TIME ZONE",
    "list": "VARCHAR[]",
}


def columns(relation: duckdb.DuckDBPyRelation) -> dict[str, list]:
    return relation.to_arrow_table().to_pydict()


def connect() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"TimeZone": "UTC", "autoinstall_known_extensions": False})


def read_parquet(table: Table):
    relation = connect().read_parquet(table.parquet)
    return {name: str(type_) for name, type_ in zip(relation.columns, relation.types)}, columns(relation)


def read_jsonl(table: Table):
    declared = {column.name: SHOWN[column.kind] for column in table.columns}
    return columns(connect().read_json(table.jsonl, columns=declared, format="newline_delimited"))


def read_jsonl_undeclared(table: Table):
    return columns(connect().read_json(table.jsonl))
