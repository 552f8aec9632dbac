"""The main job in Polars: `polars_job.py INPUT OUTPUT [THREADS]`.

Normalise the text (NFC, LF, single spaces, single blank lines), keep the first record of each SHA-256 of the text, write
Parquet with zstd level 3 and JSONL with the same rows.
"""

import os
import sys
from pathlib import Path

source, target = Path(sys.argv[1]), Path(sys.argv[2])
if len(sys.argv) > 3:
    os.environ["POLARS_MAX_THREADS"] = sys.argv[3]

import polars as pl  # noqa: E402, it reads the environment
import polars_hash as plh  # noqa: E402

text = (
    pl.col("text")
    .str.normalize("NFC")
    .str.replace_all(r"\r\n?", "\n")
    .str.replace_all(r"[ \t\u{a0}]+", " ")
    .str.replace_all(r" ?\n ?", "\n")
    .str.replace_all(r"\n{2,}", "\n\n")
    .str.strip_chars()
)
kept = (
    pl.scan_ndjson(sorted(source.glob("*.jsonl")), infer_schema_length=1000)
    .with_columns(text)
    .with_columns(text_sha256=plh.col("text").chash.sha2_256())
    .unique("text_sha256", keep="first", maintain_order=True)
    .collect()
)
target.mkdir(parents=True, exist_ok=True)
kept.write_parquet(target / "articles.parquet", compression="zstd", compression_level=3)
kept.write_ndjson(target / "articles.jsonl")
print(kept.height)
