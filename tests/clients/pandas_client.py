"""pandas."""

import pandas as pd

from dataset import Table

SHOWN = {
    "text": "str",
    "boolean": "bool",
    "int32": "int32",
    "int64": "int64",
    "float64": "float64",
    "date": "object",
    "timestamp": "datetime64[us, UTC]",
    "list": "object",
}


def columns(frame: pd.DataFrame) -> dict[str, list]:
    return {name: list(frame[name]) for name in frame.columns}


def read_parquet(table: Table):
    frame = pd.concat([pd.read_parquet(path) for path in table.parquet], ignore_index=True)
    return {name: str(dtype) for name, dtype in frame.dtypes.items()}, columns(frame)


def read_jsonl(table: Table):
    # Without `dtype=False`, pandas looks for dates and numbers in text.
    return columns(pd.concat([pd.read_json(path, lines=True, dtype=False) for path in table.jsonl], ignore_index=True))


def read_jsonl_undeclared(table: Table):
    return columns(pd.concat([pd.read_json(path, lines=True) for path in table.jsonl], ignore_index=True))
