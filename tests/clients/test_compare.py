"""Tests of the comparison itself: it passes on a sound dataset, and a single changed value fails it.

The dataset is made by pyarrow from the repository's schemas, with a value of every kind, nulls, empty text and empty lists.
"""

import contextlib
import datetime
import io
import json
import tempfile
import unittest
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

import compare
import pyarrow_client
from dataset import TABLES, open_dataset

SCHEMAS = Path(__file__).parents[2] / "schemas"
ID = "art_" + "0123456789abcdef" * 2
SHA256 = "sha256:" + "12345678" * 8
TRICKY = ["Plain.\n\nTwo paragraphs.", "", "quote \" backslash \\ tab \t", "line\u2028separator \U0001f6a2 ﷺ", "123", "NaN", "2025-12-17", "null"]
MIDNIGHT = datetime.datetime(2025, 12, 17, tzinfo=datetime.timezone.utc)


def value(column, row: int):
    """A value of a row; odd rows have null where they may."""
    if column.nullable and row % 2:
        return None
    if column.identity:
        return ID if column.name.endswith("id") or column.name == "duplicate_of" else SHA256
    return {
        "text": TRICKY[row % len(TRICKY)],
        "boolean": row % 3 == 0,
        "int32": row - 1,
        "int64": 2**53 + row,
        "float64": round(row / 7, 6),
        "date": datetime.date(1969, 12, 31) + datetime.timedelta(days=row),
        "timestamp": MIDNIGHT + datetime.timedelta(microseconds=row),
        "list": [] if row % 3 == 0 else TRICKY[:row % 3],
    }[column.kind]


def as_json(value):
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value.isoformat() if isinstance(value, datetime.date) else value


def write_dataset(folder: Path) -> None:
    """Two shards of each table, the second one with nulls only where it may."""
    for place in ("data", "tables", "schema"):
        (folder / place).mkdir()
    (folder / "README.md").write_text("---\nconfigs:\n- config_name: default\n  data_files: data/*.parquet\n---\n")
    for name, row_name in TABLES.items():
        (folder / "schema" / f"{row_name}.schema.json").write_bytes((SCHEMAS / f"{row_name}.schema.json").read_bytes())
        stem = folder / ("data" if name == "articles" else "tables") / name
        for ending in ("parquet", "jsonl")[: 2 if name == "articles" else 1]:
            Path(f"{stem}-00000-of-00002.{ending}").touch()
    for table in open_dataset(folder):
        for shard, numbers in enumerate((range(12), [1])):
            made = [{column.name: value(column, number) for column in table.columns} for number in numbers]
            stem = f"{table.parquet[0].removesuffix('-00000-of-00002.parquet')}-{shard:05}-of-00002"
            pq.write_table(pa.Table.from_pylist(made, pyarrow_client.schema(table)), f"{stem}.parquet", compression="zstd")
            if table.jsonl:
                lines = (json.dumps({name: as_json(cell) for name, cell in row.items()}, ensure_ascii=False) for row in made)
                Path(f"{stem}.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")


class Comparison(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        write_dataset(self.folder)

        self.enterContext(contextlib.redirect_stdout(io.StringIO()))
        self.jsonl = self.folder / "data" / "articles-00000-of-00002.jsonl"
        self.sound = self.jsonl.read_text(encoding="utf-8")

    def differences(self, clients=("pyarrow",)):
        return compare.compare(self.folder, list(clients))

    def edit(self, **changes):
        """Changes keys of the third line of the sound JSONL."""
        lines = self.sound.split("\n")
        lines[2] = json.dumps(json.loads(lines[2]) | changes, ensure_ascii=False)
        self.jsonl.write_text("\n".join(lines), encoding="utf-8", newline="\n")

    def test_every_client_reads_a_sound_dataset(self):
        self.assertEqual(self.differences(compare.CLIENTS), [])

    def test_one_changed_value_is_found(self):
        for changes in (
            {"text": "another text"},
            {"title": None},
            {"title": ""},
            {"published_at": "2025-12-17T00:00:00.000003Z"},
            {"published_at": "2025-12-17T00:00:00Z"},
            {"published_date": "1970-01-03"},
            {"similarity": 0.285715},
            {"raw_length": 2**53 + 3},
            {"authors": ["one"]},
            {"date_conflict": None},
        ):
            with self.subTest(changes):
                self.edit(**changes)
                column = f"`{next(iter(changes))}`"
                self.assertTrue(any(column in line for line in self.differences()), changes)

    def test_a_missing_row_is_found(self):
        path = self.folder / "data" / "articles-00001-of-00002.jsonl"
        path.write_text("")
        self.assertTrue(self.differences())

    def test_a_missing_key_is_found(self):
        path = self.folder / "data" / "articles-00001-of-00002.jsonl"
        row = json.loads(path.read_text())
        del row["subtitle"]
        path.write_text(json.dumps(row) + "\n")
        self.assertTrue(any("every key" in line for line in self.differences()))

    def test_a_digest_that_became_a_number_is_found(self):
        self.edit(raw_sha256=12345678)
        self.assertTrue(self.differences(["pandas"]))

    def test_a_shard_of_another_type_is_found(self):
        path = self.folder / "data" / "articles-00001-of-00002.parquet"
        table = pq.read_table(path)
        pq.write_table(table.set_column(5, "paragraph_count", table["paragraph_count"].cast(pa.int64())), path)
        self.assertTrue(any("another schema" in line for line in self.differences()))


if __name__ == "__main__":
    unittest.main()
