"""Reads the documents of a dataset as the tools of the field do, offline.

`python documents.py DATASET`

- The head of `README.md` is YAML that the Hugging Face Hub takes, and `datasets` loads every table as it says, with the stated
  columns and as many rows as stated.
- `mlcroissant` finds neither an error nor a warning in `croissant.json` but for what the configuration may leave out, and gives the
  ids and texts of `articles` that pyarrow reads, and every row of the other tables; every file has its stated digest.

Exit code 0 when all of this holds, 1 with what does not.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sys
from pathlib import Path

import datasets_client  # noqa: F401, keeps `datasets` offline, with a cache that goes away
import datasets
import mlcroissant
import pyarrow.parquet
import yaml
from huggingface_hub import DatasetCardData

#: What a configuration may leave out.
OPTIONAL = ("citeAs", "datePublished", "license", "version")


def check_card(folder: Path) -> list[str]:
    """What is wrong with the card, as lines."""
    wrong = []
    _, head, body = (folder / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    values = yaml.safe_load(head)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    DatasetCardData(**values)
    if not all(isinstance(code, str) and len(code) in (2, 3) for code in values.get("language", [])):
        wrong.append(f"README.md: expected codes of languages, but found {values['language']}")
    stated = {info["config_name"]: info for info in values["dataset_info"]}
    names = [config["config_name"] for config in values["configs"]]
    if list(stated) != names or datasets.get_dataset_config_names(str(folder)) != names:
        wrong.append(f"README.md: expected the tables {names}, but found {list(stated)}")
    for name in names:
        if manifest["rows"]["articles"] == 0:
            continue
        loaded = datasets.load_dataset(str(folder), name, split="train")
        rows = manifest["rows"]["articles" if name == "default" else name]
        if name == "default" and stated[name]["splits"][0]["num_examples"] != rows:
            wrong.append(f"README.md: expected {rows} rows, but found {stated[name]['splits']}")
        columns = [feature["name"] for feature in stated[name]["features"]]
        if (loaded.num_rows, loaded.column_names) != (rows, columns):
            wrong.append(f"README.md, {name}: expected {rows} rows of {columns}, but found {loaded.num_rows} of {loaded.column_names}")
    if not body.strip().startswith("# "):
        wrong.append("README.md: expected a title")
    return wrong


def check_croissant(folder: Path) -> list[str]:
    """What is wrong with the metadata, as lines."""
    wrong = []
    warnings = []
    handler = logging.Handler()
    handler.emit = lambda record: warnings.append(record.getMessage())
    logging.getLogger("absl").addHandler(handler)
    dataset = mlcroissant.Dataset(str(folder / "croissant.json"))
    issues = dataset.metadata.ctx.issues
    told = {line.strip(" -") for warning in [*warnings, *issues.warnings] for line in warning.splitlines() if not line.startswith("Found")}
    left_out = {line for line in told if any(f'org/{name}" is recommended' in line for name in OPTIONAL)}
    wrong += [f"croissant.json: {issue}" for issue in [*issues.errors, *sorted(told - left_out)]]
    declared = json.loads((folder / "croissant.json").read_text(encoding="utf-8"))
    for entry in declared["distribution"]:
        if "sha256" in entry and entry["sha256"] != hashlib.sha256((folder / entry["contentUrl"]).read_bytes()).hexdigest():
            wrong.append(f"croissant.json: `{entry['contentUrl']}` has another digest")
    for entry in declared["recordSet"]:
        name = entry["@id"]
        place = folder / ("data" if name == "articles" else "tables")
        files = sorted(place.glob(f"{name}-*.parquet"))
        rows = sum(pyarrow.parquet.read_metadata(path).num_rows for path in files)
        found = list(dataset.records(name)) if rows else []
        if len(found) != rows:
            wrong.append(f"croissant.json, {name}: expected {rows} rows, but found {len(found)}")
        if name == "articles":
            expected = [row for path in files for row in pyarrow.parquet.read_table(path, columns=["id", "text"]).to_pylist()]
            given = [{key: decoded(row[f"articles/{key}"]) for key in ("id", "text")} for row in found]
            if sorted(given, key=lambda row: row["id"]) != sorted(expected, key=lambda row: row["id"]):
                wrong.append("croissant.json, articles: the ids and texts are not those of the Parquet files")
    return wrong


def decoded(value) -> str | None:
    """Text as `mlcroissant` gives it: bytes, or something else for a null."""
    return value.decode("utf-8") if isinstance(value, bytes) else None


def main() -> int:
    folder = Path(sys.argv[1])
    wrong = check_card(folder) + check_croissant(folder)
    print(*wrong, sep="\n", file=sys.stderr)
    print(f"README.md and croissant.json: {'sound' if not wrong else f'{len(wrong)} faults'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    os.environ["TQDM_DISABLE"] = "1"
    raise SystemExit(main())
