"""Reads every profile of `copydesk convert` back with parsers that copydesk has no part in, and compares the rows with the dataset.

    python tests/formats/conversions.py COPYDESK DATASET

CSV is read by the standard library, pandas and DuckDB, Dolma documents by gzip and json, folders by pyarrow, pandas, polars and DuckDB.
"""

import csv
import gzip
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import unquote

import duckdb
import pandas
import polars
import pyarrow.dataset

FORMULA = re.compile(
    r"'(?='*(?:[\t\r\n]|[\s\x00-\x1f\x7f-\x9f\u200b\ufeff]*[-=+@\uff1d\uff0b\uff0d\uff20\u2212]))"
)
NONE = "__HIVE_DEFAULT_PARTITION__"


def convert(copydesk: str, dataset: Path, output: Path, *more: str) -> dict:
    command = [copydesk, "convert", str(dataset), "--output", str(output), "--json", "--quiet", *more]
    account = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert account["rows"] + sum(account["left_out"].values()) == account["articles"], account
    assert account["rows"] == sum(file.get("rows") or 0 for file in account["files"]), account
    return account


def lines(dataset: Path) -> list[dict]:
    """The rows of the dataset, as its JSON lines have them."""
    found = []
    for path in sorted((dataset / "data").glob("*.jsonl")):
        found += [json.loads(line) for line in path.read_bytes().decode().splitlines(keepends=False) if line]
    return found


def check_csv(copydesk: str, dataset: Path, work: Path, rows: list[dict]) -> None:
    convert(copydesk, dataset, work / "csv", "--profile", "csv")
    found = []
    for path in sorted((work / "csv/data").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found += list(csv.DictReader(file, strict=True))
    assert len(found) == len(rows)
    for row, expected in zip(found, rows, strict=True):
        assert list(row) == list(expected)
        for name, value in expected.items():
            text = row[name][1:] if FORMULA.match(row[name]) else row[name]
            if isinstance(value, str):
                assert text == value, (name, text, value)
                assert not re.match(r"[\t\r\n=+@-]|\s+[=+@-]", row[name]), row[name]
            elif value is None:
                assert text == ""
            else:
                assert json.loads(text) == value, (name, text, value)
    path = str(work / "csv/data/*.csv")
    # The parser of one thread: line ends stand within quotes.
    options = "header=true, all_varchar=true, parallel=false, quote='\"', escape='\"', delim=','"
    count = duckdb.sql(f"SELECT count(*), count(DISTINCT id) FROM read_csv('{path}', {options})").fetchall()
    assert count == [(len(rows), len(rows))], count
    frame = pandas.concat(pandas.read_csv(file, dtype=str, keep_default_na=False) for file in (work / "csv/data").glob("*.csv"))
    assert sorted(frame["id"]) == sorted(row["id"] for row in rows)


def check_dolma(copydesk: str, dataset: Path, work: Path, rows: list[dict]) -> None:
    convert(copydesk, dataset, work / "dolma", "--profile", "dolma")
    found = []
    for path in sorted((work / "dolma/documents").glob("*.json.gz")):
        found += [json.loads(line) for line in gzip.decompress(path.read_bytes()).decode().split("\n") if line]
    assert len(found) == len(rows)
    for document, row in zip(found, rows, strict=True):
        assert {"id": document["id"], "text": document["text"], **document["metadata"]} == row
        assert document["source"] == row["source_id"]
        assert set(document) <= {"id", "text", "source", "added", "created", "metadata"}
        assert ("created" in document) == (row["published_at"] is not None or row["published_date"] is not None)
        assert ("added" in document) == (row["retrieved_at"] is not None)
        for name in {"added", "created"} & set(document):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", document[name]), document[name]


def check_folders(copydesk: str, dataset: Path, work: Path, rows: list[dict]) -> None:
    whole = pyarrow.dataset.dataset([str(path) for path in sorted((dataset / "data").glob("*.parquet"))]).to_table()
    whole = whole.sort_by("id")
    for by, key in (("month", "published_month"), ("source", "source")):
        output = work / by
        account = convert(copydesk, dataset, output, "--profile", "parquet", "--partition-by", by)
        found = pyarrow.dataset.dataset(output / "data", format="parquet", partitioning="hive").to_table().sort_by("id")
        assert found.drop_columns([key]).cast(whole.schema).equals(whole), by

        def expected(row: dict) -> str | None:
            if by == "source":
                return row["source_id"]
            return row["published_date"] and row["published_date"][:7]

        keys = {row["id"]: expected(row) for row in rows}
        assert dict(zip(found["id"].to_pylist(), found[key].to_pylist(), strict=True)) == keys
        folders = {folder.split("=", 1)[1]: count for folder, count in account["partitions"].items()}
        wanted: dict[str, int] = {}
        for value in keys.values():
            wanted[value or NONE] = wanted.get(value or NONE, 0) + 1
        assert {unquote(folder): count for folder, count in folders.items()} == wanted
        path = f"{output}/data/*/*.parquet"
        told = duckdb.sql(f"SELECT id, {key} FROM read_parquet('{path}', hive_partitioning=true, hive_types_autocast=false)").fetchall()
        assert {row: None if value in (NONE, None) else value for row, value in told} == keys
        frame = pandas.read_parquet(output / "data")
        assert sorted(frame["id"]) == sorted(keys)
        lazy = polars.scan_parquet(path, hive_partitioning=True, try_parse_hive_dates=False)
        assert lazy.select(polars.len()).collect().item() == len(rows)


def main(copydesk: str, dataset: Path) -> None:
    rows = lines(dataset)
    with tempfile.TemporaryDirectory() as folder:
        check_csv(copydesk, dataset, Path(folder), rows)
        check_dolma(copydesk, dataset, Path(folder), rows)
        check_folders(copydesk, dataset, Path(folder), rows)
    print(f"{dataset}: {len(rows)} rows as CSV, as Dolma documents, and in folders by month and by source")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
