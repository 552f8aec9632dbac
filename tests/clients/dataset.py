"""A dataset directory as its schemas describe it, and the one canonical form of a row.

Each client hands over what it read as columns of its own values; `canonical` turns one value into text that is the same
whoever read it, and refuses a value that the client has made something else of (a number of an id, a float of an integer).
"""

from __future__ import annotations

import datetime
import hashlib
import json
import math
import numbers
from dataclasses import dataclass
from pathlib import Path

INT32_MAX = 2**31 - 1
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MICROSECOND = datetime.timedelta(microseconds=1)

#: Name of a table and of the schema of its rows.
TABLES = {"articles": "article", "records": "record", "pairs": "pair", "date_candidates": "date_candidate"}


@dataclass(frozen=True)
class Column:
    """A column: `kind` is text, boolean, int32, int64, float64, date, timestamp or list."""

    name: str
    kind: str
    nullable: bool
    #: An id or a digest: no client may take it for anything but text, even without a schema.
    identity: bool


@dataclass(frozen=True)
class Table:
    """A table of the dataset: its columns and files, in order."""

    name: str
    columns: list[Column]
    parquet: list[str]
    jsonl: list[str]


class NotWhatItWas(Exception):
    """A client shows a value as something that it is not."""


def open_dataset(folder: Path) -> list[Table]:
    """The tables of a dataset directory; an error when one has no file."""
    tables = []
    for name, row_name in TABLES.items():
        place = folder / ("data" if name == "articles" else "tables")
        parquet, jsonl = ([str(path) for path in sorted(place.glob(f"{name}-*.{form}"))] for form in ("parquet", "jsonl"))
        if not parquet or (name == "articles" and len(jsonl) != len(parquet)):
            raise SystemExit(f"error: expected the files of `{name}` in `{place}`, but found {len(parquet)} Parquet, {len(jsonl)} JSONL")
        schema = json.loads((folder / "schema" / f"{row_name}.schema.json").read_text(encoding="utf-8"))
        tables.append(Table(name, [column(*item) for item in schema["properties"].items()], parquet, jsonl))
    return tables


def column(name: str, schema: dict) -> Column:
    """A column from its property in the JSON Schema."""
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    kinds = {
        "string": {"date": "date", "date-time": "timestamp"}.get(schema.get("format", ""), "text"),
        "boolean": "boolean",
        "integer": "int32" if schema.get("maximum") == INT32_MAX else "int64",
        "number": "float64",
        "array": "list",
    }
    identity = schema.get("pattern", "").startswith(("^art_", "^sha256:"))
    return Column(name, kinds[types[0]], "null" in types, identity)


def is_null(value) -> bool:
    """Whether a client says that there is no value: None, NaN, NaT or NA."""
    return value is None or type(value).__name__ in ("NaTType", "NAType") or (isinstance(value, float) and math.isnan(value))


def canonical(column: Column, value):
    """One value as JSON can say it: instants as microseconds since 1970, dates as ISO, floats at six decimals."""
    if column.kind == "list":
        if is_null(value) or isinstance(value, str):
            raise NotWhatItWas(f"expected a list, but found {value!r}")
        return [element for element in map(text, value)]
    if is_null(value):
        return None
    match column.kind:
        case "text":
            return text(value)
        case "boolean" if type(value).__name__ in ("bool", "bool_"):
            return bool(value)
        case "int32" | "int64" if isinstance(value, numbers.Integral) and not isinstance(value, bool):
            return int(value)
        case "float64" if isinstance(value, numbers.Real) and not isinstance(value, bool):
            return f"{float(value):.6f}"
        case "date":
            return iso_date(value)
        case "timestamp":
            return microseconds(value)
    raise NotWhatItWas(f"expected {column.kind}, but found {value!r} ({type(value).__name__})")


def text(value) -> str:
    if not isinstance(value, str):
        raise NotWhatItWas(f"expected text, but found {value!r} ({type(value).__name__})")
    return str(value)


def iso_date(value) -> str:
    if isinstance(value, str):
        value = datetime.date.fromisoformat(value)
    if isinstance(value, datetime.datetime) or not isinstance(value, datetime.date):
        raise NotWhatItWas(f"expected a date, but found {value!r} ({type(value).__name__})")
    return value.isoformat()


def microseconds(value) -> int:
    if isinstance(value, str):
        value = datetime.datetime.fromisoformat(value)
    if not isinstance(value, datetime.datetime) or value.tzinfo is None:
        raise NotWhatItWas(f"expected an instant with a zone, but found {value!r} ({type(value).__name__})")
    if getattr(value, "nanosecond", 0):
        raise NotWhatItWas(f"expected microseconds, but found {value!r}")
    if hasattr(value, "to_pydatetime"):
        value = value.to_pydatetime()
    return (value - EPOCH) // MICROSECOND


def rows(columns: list[Column], values: dict[str, list]) -> list[list]:
    """Canonical rows from the columns that a client read; an error names the column and the row."""
    if list(values) != [column.name for column in columns]:
        raise NotWhatItWas(f"expected the columns {[column.name for column in columns]}, but found {list(values)}")
    done = []
    for column in columns:
        cells = []
        for row, value in enumerate(values[column.name]):
            try:
                cells.append(canonical(column, value))
            except (NotWhatItWas, ValueError) as error:
                raise NotWhatItWas(f"column `{column.name}`, row {row}: {error}") from None
        done.append(cells)
    return [list(row) for row in zip(*done, strict=True)]


def row_hash(row: list) -> str:
    """The digest of a canonical row; null and the empty string differ."""
    return hashlib.sha256(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def line_values(table: Table) -> dict[str, list]:
    """The JSONL as plain JSON, with the rules of the files checked: every key in every line, in order, in one form."""
    names = [column.name for column in table.columns]
    values = {name: [] for name in names}
    for path in table.jsonl:
        with open(path, encoding="utf-8", newline="\n") as lines:
            for number, line in enumerate(lines, 1):
                pairs = json.loads(line, object_pairs_hook=list)
                if [name for name, _ in pairs] != names:
                    raise NotWhatItWas(f"`{path}`, line {number}: expected every key in order, but found {[name for name, _ in pairs]}")
                for name, value in pairs:
                    values[name].append(value)
    for column in table.columns:
        if column.kind == "timestamp":
            for value in filter(None, values[column.name]):
                if len(value) != len("2025-12-17T08:30:00.000000Z") or not value.endswith("Z"):
                    raise NotWhatItWas(f"column `{column.name}`: expected six fractional digits and `Z`, but found `{value}`")
    return values
