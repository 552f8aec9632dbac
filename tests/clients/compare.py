"""Opens a dataset with every client and compares every value.

`python compare.py DATASET [--client NAME]...`

For each table: the types that a client shows are the declared ones, and its rows have the same hashes as pyarrow's from
Parquet; `articles` also from JSONL, read with declared types. Read without declared types, ids and digests are still text.
Exit code 0 when all is equal, 1 with what differs, 2 when the dataset cannot be opened.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from dataset import Table, line_values, open_dataset, row_hash, rows

CLIENTS = ["pyarrow", "pandas", "polars", "duckdb", "datasets"]
SHOWN_DIFFERENCES = 5


def compare(folder: Path, clients: list[str]) -> list[str]:
    """What differs, as lines; empty when nothing does."""
    differences = []
    reference = importlib.import_module("pyarrow_client")
    for table in open_dataset(folder):
        try:
            _, values = reference.read_parquet(table)
            expected = rows(table.columns, values)
        except Exception as error:  # noqa: BLE001, whatever a client raises is its answer
            differences.append(f"{table.name}, pyarrow, Parquet: {error}")
            continue
        check = Check(table, expected, differences)
        if table.jsonl:
            check.values("json of Python, JSONL", lambda: line_values(table))
        for name in clients:
            client = importlib.import_module(f"{name}_client")
            check.parquet(name, client)
            if table.jsonl:
                check.values(f"{name}, JSONL", lambda: client.read_jsonl(table))
                check.undeclared(name, client)
        print(f"{table.name}: {len(expected)} rows, {len(table.columns)} columns, {', '.join(clients)}")
    return differences


class Check:
    """Comparisons of one table with its expected rows."""

    def __init__(self, table: Table, expected: list[list], differences: list[str]):
        self.table, self.expected, self.differences = table, expected, differences
        self.hashes = [row_hash(row) for row in expected]

    def fail(self, reader: str, what: object) -> None:
        self.differences.append(f"{self.table.name}, {reader}: {what}")

    def parquet(self, name: str, client) -> None:
        def read():
            types, values = client.read_parquet(self.table)
            for column in self.table.columns:
                shown = types.get(column.name)
                if shown != client.SHOWN[column.kind]:
                    self.fail(f"{name}, Parquet", f"column `{column.name}`: expected {client.SHOWN[column.kind]}, but found {shown}")
            return values

        self.values(f"{name}, Parquet", read)

    def values(self, reader: str, read) -> None:
        try:
            found = rows(self.table.columns, read())
        except Exception as error:  # noqa: BLE001, whatever a client raises is its answer
            self.fail(reader, f"{type(error).__name__}: {error}")
            return
        if len(found) != len(self.expected):
            self.fail(reader, f"expected {len(self.expected)} rows, but found {len(found)}")
        unequal = [place for place, (row, digest) in enumerate(zip(found, self.hashes)) if row_hash(row) != digest]
        for place in unequal[:SHOWN_DIFFERENCES]:
            for column, one, other in zip(self.table.columns, self.expected[place], found[place]):
                if one != other:
                    self.fail(reader, f"row {place}, column `{column.name}`:\n  expected {one!r:.300}\n  found    {other!r:.300}")
        if len(unequal) > SHOWN_DIFFERENCES:
            self.fail(reader, f"{len(unequal) - SHOWN_DIFFERENCES} more rows differ")

    def undeclared(self, name: str, client) -> None:
        reader = f"{name}, JSONL without declared types"
        try:
            values = client.read_jsonl_undeclared(self.table)
            for place, column in enumerate(self.table.columns):
                if column.identity:
                    found = rows([column], {column.name: values[column.name]})
                    if [cell for cell, in found] != [row[place] for row in self.expected]:
                        self.fail(reader, f"column `{column.name}` has other values")
        except Exception as error:  # noqa: BLE001, whatever a client raises is its answer
            self.fail(reader, f"{type(error).__name__}: {error}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Opens a dataset with every client and compares every value.")
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--client", action="append", choices=CLIENTS, help="only this one; may be repeated")
    arguments = parser.parse_args()
    differences = compare(arguments.dataset, arguments.client or CLIENTS)
    for line in differences:
        print(f"differs: {line}", file=sys.stderr)
    print("every client reads the same values" if not differences else f"{len(differences)} differences")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
