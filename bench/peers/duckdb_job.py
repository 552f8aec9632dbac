"""The main job in DuckDB: `duckdb_job.py INPUT OUTPUT [THREADS]`.

Normalise the text (NFC, LF, single spaces, single blank lines), keep the first record of each SHA-256 of the text, write
Parquet with zstd level 3 and JSONL with the same rows.
"""

import sys
from pathlib import Path

import duckdb

source, target = Path(sys.argv[1]), Path(sys.argv[2])
target.mkdir(parents=True, exist_ok=True)
connection = duckdb.connect(config={"threads": int(sys.argv[3])} if len(sys.argv) > 3 else {})
connection.execute(
    r"""
    CREATE TABLE kept AS
    WITH raw AS (
        SELECT * FROM read_json(?, format = 'newline_delimited', filename = true)
    ), tidy AS (
        SELECT row_number() OVER () AS place, * EXCLUDE (filename) REPLACE (
            trim(regexp_replace(regexp_replace(regexp_replace(regexp_replace(nfc_normalize(text),
                '\r\n?', chr(10), 'g'), '[ \t\x{a0}]+', ' ', 'g'), ' ?\n ?', chr(10), 'g'), '\n{2,}', chr(10) || chr(10), 'g'),
                chr(10) || ' ') AS text)
        FROM raw
    ), hashed AS (
        SELECT *, sha256(text) AS text_sha256 FROM tidy
    )
    SELECT * EXCLUDE (place) FROM hashed
    WHERE place IN (SELECT min(place) FROM hashed GROUP BY text_sha256) ORDER BY place
    """,
    [[str(path) for path in sorted(source.glob("*.jsonl"))]],
)
connection.execute(f"COPY kept TO '{target}/articles.parquet' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3)")
connection.execute(f"COPY kept TO '{target}/articles.jsonl' (FORMAT json)")
print(connection.sql("SELECT count(*) FROM kept").fetchall()[0][0])
