"""Hugging Face datasets, offline; `articles` is loaded as the card says, the other tables by their files."""

import json
import os
import tempfile
from pathlib import Path

CACHE = tempfile.TemporaryDirectory(prefix="copydesk-datasets-", ignore_cleanup_errors=True)
os.environ |= {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HOME": CACHE.name}

import datasets  # noqa: E402, it reads the environment
from datasets import Features, List, Value  # noqa: E402

from dataset import Table  # noqa: E402

TYPES = {
    "text": Value("string"),
    "boolean": Value("bool"),
    "int32": Value("int32"),
    "int64": Value("int64"),
    "float64": Value("float64"),
    "date": Value("date32"),
    "timestamp": Value("timestamp[us, tz=UTC]"),
    "list": List(Value("string")),
}
SHOWN = {kind: str(type_) for kind, type_ in TYPES.items()}

datasets.disable_progress_bars()


def columns(dataset: datasets.Dataset) -> dict[str, list]:
    return {name: list(dataset[name]) for name in dataset.column_names}


def read_parquet(table: Table):
    if table.name == "articles":
        dataset = datasets.load_dataset(str(Path(table.parquet[0]).parent.parent), split="train")
    else:
        dataset = datasets.load_dataset("parquet", data_files=table.parquet, split="train")
    return {name: str(feature) for name, feature in dataset.features.items()}, columns(dataset)


def read_jsonl(table: Table):
    # `load_dataset("json")` infers types even when features are given: text that is an instant in every row, as in
    # `published_raw`, comes back in another form. So lines are handed over one by one, and dates are cast from text.
    def lines():
        for path in table.jsonl:
            with open(path, encoding="utf-8", newline="\n") as file:
                yield from map(json.loads, file)

    read = TYPES | {"date": TYPES["text"], "timestamp": TYPES["text"]}
    read, shown = (Features({column.name: types[column.kind] for column in table.columns}) for types in (read, TYPES))
    return columns(datasets.Dataset.from_generator(lines, features=read, cache_dir=CACHE.name).cast(shown))


def read_jsonl_undeclared(table: Table):
    return columns(datasets.load_dataset("json", data_files=table.jsonl, split="train"))
