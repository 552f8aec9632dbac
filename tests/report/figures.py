"""Computes every figure of a report again from the tables of its dataset, with DuckDB, and compares.

    python figures.py DATASET REPORT.html

The definitions are those of report/report-data.schema.json. What stands in no table (names from the config, meanings of codes, the audit)
is left out of the comparison. Prints the first differences of each part and exits with 1 when there are any.
"""

import json
import re
import sys
from pathlib import Path

import duckdb

LISTED_SOURCES = 40
MOST_BINS = 4_000
MOST_CELLS = 60_000
MOST_DAYS = 20_000
MOST_CLUSTERS = 100_000
MOST_COMPARISONS = 200
TITLE_BYTES = 300_000
EXCERPT_BYTES = 500_000
EDGES = [0, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000, 7000, 10000]
PRECISIONS = ["second", "minute", "day", "month", "year", "none"]
DATA_BLOCK = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)
# Not in the tables: what the config says, what the tool says of its codes, what a person has marked.
UNCHECKED = {
    "dataset.name",
    "dataset.description",
    "dataset.citation",
    "rights.release",
    "rights.authors",
    "rights.acknowledged",
    "audit",
    "splits.rule",
}


def escape(value):
    """JSON as it stands in the page."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        written = written.replace(character, f"\\u{ord(character):04x}")
    return written


def json_bytes(text):
    return len(escape(text).encode())


def steps(numbers):
    """The first number, then differences."""
    return numbers[:1] + [b - a for a, b in zip(numbers, numbers[1:])]


def shorten(title):
    return title if len(title) <= 160 else title[:159] + "…"


class Figures:
    """The figures of one dataset."""

    def __init__(self, dataset):
        self.dataset = Path(dataset)
        self.manifest = json.loads((self.dataset / "manifest.json").read_text())
        self.db = duckdb.connect()
        self.db.execute("SET preserve_insertion_order = false")
        for name, glob in {
            "a": "data/articles-*.parquet",
            "r": "tables/records-*.parquet",
            "p": "tables/pairs-*.parquet",
            "d": "tables/date_candidates-*.parquet",
        }.items():
            self.db.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{self.dataset}/{glob}')")
        self.make_views()

    def rows(self, query):
        return self.db.execute(query).fetchall()

    def one(self, query):
        return self.rows(query)[0]

    def code_counts(self, query):
        """Of a query for (code, count)."""
        pairs = sorted(self.rows(query), key=lambda pair: (-pair[1], pair[0]))
        return [{"code": code, "count": count} for code, count in pairs]

    def make_views(self):
        self.db.execute(f"""
            CREATE TABLE s AS SELECT source_id, least(row_number() OVER (ORDER BY n DESC, source_id) - 1, {LISTED_SOURCES}) AS s
            FROM (SELECT source_id, count(*) n FROM r GROUP BY ALL);
            CREATE TABLE x AS SELECT id, s, word_count, date_conflict, published_precision, published_evidence,
                CASE WHEN published_precision IN ('second', 'minute', 'day') THEN published_date END AS day
            FROM a JOIN s USING (source_id);
            CREATE TABLE members AS
                SELECT cluster_id, s, published_date, cluster_relation AS relation, is_representative
                FROM a JOIN s USING (source_id) WHERE cluster_size > 1
                UNION ALL
                SELECT a.cluster_id, s, r.published_date, r.relation, false
                FROM r JOIN a ON r.duplicate_of = a.id JOIN s ON s.source_id = r.source_id WHERE r.fate = 'duplicate';
            CREATE MACRO day_number(x) AS date_diff('day', DATE '1970-01-01', x);
        """)

    def all(self):
        return {
            "format": 1,
            "dataset": self.identity(),
            "counts": self.counts(),
            "input": self.input(),
            "stages": [
                {
                    "stage": stage["stage"],
                    "received": stage["received"],
                    "kept": stage["kept"],
                    "rejected": sum(stage["rejected"].values()),
                }
                for stage in self.manifest["account"]["stages"]
            ],
            "fates": {
                "articles": self.code_counts("SELECT cluster_relation, count(*) FROM a GROUP BY ALL"),
                "duplicates": self.code_counts("SELECT relation, count(*) FROM r WHERE fate = 'duplicate' GROUP BY ALL"),
            },
            "sources": self.sources(),
            "time": self.time(),
            "calendar": self.calendar(),
            "gaps": self.gaps(),
            "languages": self.languages(),
            "lengths": self.lengths(),
            "dates": self.dates(),
            "rejections": self.rejections(),
            "clusters": self.clusters(),
            "comparisons": self.comparisons(),
            "copies": self.copies(),
            "quality": self.quality(),
            "columns": self.columns(),
            "rights": self.rights(),
            "audit": None,
            "splits": self.splits(),
            "files": [
                {"path": file["path"], "bytes": file["bytes"], "rows": file.get("rows"), "sha256": file["sha256"]}
                for file in self.manifest["files"]
                if file["path"] != "report.html"
            ][:200],
        }

    def identity(self):
        facts = ["dataset_version", "tool_version", "schema_version", "rule_version", "config_sha256", "dataset_sha256"]
        return {"name": None, "description": None} | {fact: self.manifest[fact] for fact in facts} | {"citation": None}

    def counts(self):
        articles, clusters, words, characters, dated, coarse, undated = self.one("""
            SELECT count(*), count(DISTINCT cluster_id) FILTER (cluster_size > 1), coalesce(sum(word_count), 0)::BIGINT,
                coalesce(sum(char_count), 0)::BIGINT, count(*) FILTER (published_precision IN ('second', 'minute', 'day')),
                count(*) FILTER (published_precision IN ('month', 'year')), count(*) FILTER (published_precision = 'none') FROM a
        """)
        records, duplicates, rejected, sources = self.one("""
            SELECT count(*), count(*) FILTER (fate = 'duplicate'), count(*) FILTER (fate = 'rejected'), count(DISTINCT source_id) FROM r
        """)
        first, last = self.one("SELECT day_number(min(day)), day_number(max(day)) FROM x")
        taken_down = self.manifest["account"].get("taken_down", 0)
        return {
            "records": records + taken_down,
            "articles": articles,
            "duplicates": duplicates,
            "rejected": rejected,
            "taken_down": taken_down,
            "sources": sources,
            "clusters": clusters,
            "words": words,
            "characters": characters,
            "dated": dated,
            "coarse": coarse,
            "undated": undated,
            "first_day": first,
            "last_day": last,
        }

    def input(self):
        found = self.manifest["input"]
        files = sorted(found["files"].items(), key=lambda pair: (-pair[1], pair[0]))
        return {
            "files": [{"code": code, "count": count} for code, count in files],
            **{key: found[key] for key in ["sidecars", "symlinks", "hidden", "special"]},
        }

    def sources(self):
        rows = self.rows(f"""
            WITH fates AS (
                SELECT s, count(*) records, count(*) FILTER (fate = 'duplicate') duplicates, count(*) FILTER (fate = 'rejected') rejected,
                    min(source_id) AS source_id, count(DISTINCT source_id) AS n
                FROM r JOIN s USING (source_id) GROUP BY s
            ), facts AS (
                SELECT s, count(*) articles, count(day) dated, count(*) FILTER (date_conflict) conflicts,
                    quantile_disc(word_count, 0.5) words, day_number(min(day)) AS first, day_number(max(day)) AS last
                FROM x GROUP BY s
            ), names AS (SELECT s, min(source_name) AS name FROM a JOIN s USING (source_id) GROUP BY s)
            SELECT if(s < {LISTED_SOURCES}, source_id, NULL), if(s < {LISTED_SOURCES}, name, NULL), n, records, coalesce(articles, 0),
                duplicates, rejected, coalesce(dated, 0), coalesce(conflicts, 0), words, first, last
            FROM fates LEFT JOIN facts USING (s) LEFT JOIN names USING (s) ORDER BY s
        """)
        columns = [list(column) for column in zip(*rows)] or [[] for _ in range(12)]
        keys = ["id", "name", "records", "articles", "duplicates", "rejected", "dated", "conflicts", "words_median", "first_day", "last_day"]
        count = columns.pop(2)
        found = dict(zip(keys, columns))
        others = count[-1] if len(rows) > LISTED_SOURCES else 0
        return {"id": found.pop("id"), "name": found.pop("name"), "others": others} | found

    def time(self):
        first, last = self.one("SELECT min(day), max(day) FROM x")
        if first is None:
            return None
        for unit in ["day", "month", "year"]:
            start, bins = self.one(f"""
                SELECT day_number(date_trunc('{unit}', DATE '{first}')), date_diff('{unit}', DATE '{first}', DATE '{last}') + 1
            """)
            cells = self.rows(f"""
                SELECT s, date_diff('{unit}', DATE '{first}', day) AS bin, count(*) FROM x WHERE day IS NOT NULL GROUP BY ALL ORDER BY ALL
            """)
            if bins <= MOST_BINS and len(cells) <= MOST_CELLS:
                break
        series = []
        for source in range(self.one("SELECT count(DISTINCT s) FROM s")[0]):
            own = [(bin, count) for s, bin, count in cells if s == source]
            series.append({"step": steps([bin for bin, _ in own]), "count": [count for _, count in own]})
        return {"unit": unit, "first": start, "bins": bins, "series": series}

    def calendar(self):
        rows = self.rows("SELECT day_number(day) AS n, count(*) FROM x WHERE day IS NOT NULL GROUP BY ALL ORDER BY ALL")
        if not rows or len(rows) > MOST_DAYS:
            return None
        return {"step": steps([day for day, _ in rows]), "count": [count for _, count in rows]}

    def gaps(self):
        def query(source, condition, most):
            return self.rows(f"""
                WITH days AS (SELECT DISTINCT {source} AS source, day_number(day) AS n FROM x WHERE day IS NOT NULL AND {condition}),
                steps AS (SELECT source, n, lead(n) OVER (PARTITION BY source ORDER BY n) AS next, count(*) OVER (PARTITION BY source) AS active
                    FROM days)
                SELECT source, n + 1, next - 1, next - n - 1 FROM steps WHERE next > n + 1 AND (source IS NULL OR active >= 30)
                ORDER BY 4 DESC, 2, 1 LIMIT {most}
            """)

        found = query("NULL::INT", "true", 10) + query("s", f"s < {LISTED_SOURCES}", 20)
        return [dict(zip(["source", "from", "to", "days"], row)) for row in found]

    def languages(self):
        counts = self.code_counts("SELECT language, count(*) FROM a GROUP BY ALL")
        return {
            "top": counts[:30],
            "others": len(counts[30:]),
            "others_articles": sum(entry["count"] for entry in counts[30:]),
            "evidence": self.code_counts("SELECT language_evidence, count(*) FROM a GROUP BY ALL"),
        }

    def lengths(self):
        counts = [0] * len(EDGES)
        for edge, count in self.rows(f"""
            SELECT len(list_filter({EDGES}, lambda edge: edge <= word_count)) - 1, count(*) FROM x GROUP BY ALL
        """):
            counts[edge] = count
        quantiles, = self.one("SELECT quantile_disc(word_count, [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1]) FROM x")
        return {"edges": EDGES, "counts": counts, "quantiles": quantiles}

    def by_source(self, column, codes):
        cells = self.rows(f"SELECT s, {column}, count(*) FROM x GROUP BY ALL")
        return {"codes": codes, "cells": sorted([source, codes.index(code), count] for source, code, count in cells)}

    def dates(self):
        evidence = [entry["code"] for entry in self.code_counts("SELECT published_evidence, count(*) FROM a GROUP BY ALL")]
        candidates = self.rows("""
            SELECT kind, count(*), count(*) FILTER (accepted) FROM d WHERE role = 'published' GROUP BY ALL ORDER BY 2 DESC, 1
        """)
        return {
            "precision": self.by_source("published_precision", PRECISIONS),
            "evidence": self.by_source("published_evidence", evidence),
            "candidates": [dict(zip(["kind", "seen", "accepted"], row)) for row in candidates],
            "refused": self.code_counts(
                "SELECT reject_reason, count(*) FROM d WHERE role = 'published' AND NOT accepted GROUP BY ALL"
            ),
        }

    def rejections(self):
        found = []
        for stage, reason, count in self.rows("""
            SELECT stage, reason, count(*) FROM r WHERE fate = 'rejected' GROUP BY ALL ORDER BY 3 DESC, 1, 2
        """):
            samples = self.db.execute(
                "SELECT raw_path, raw_index, pointer, detail FROM r WHERE stage = ? AND reason = ? ORDER BY 1, 2 LIMIT 5", [stage, reason]
            ).fetchall()
            found.append({
                "stage": stage,
                "reason": reason,
                "meaning": None,
                "count": count,
                "samples": [dict(zip(["path", "index", "pointer", "detail"], sample)) for sample in samples],
            })
        return found

    def listed(self):
        """Rows of the listed clusters: (id, size, source, title), largest first."""
        return self.rows(f"""
            SELECT cluster_id, cluster_size, s, coalesce(title, '') FROM a JOIN s USING (source_id)
            WHERE is_representative AND cluster_size > 1 ORDER BY cluster_size DESC, cluster_id LIMIT {MOST_CLUSTERS}
        """)

    def clusters(self):
        listed = self.listed()
        facts = {row[0]: row[1:] for row in self.rows("""
            SELECT cluster_id, day_number(min(published_date)), coalesce(date_diff('day', min(published_date), max(published_date)), 0),
                list(DISTINCT s), list(DISTINCT relation) FILTER (relation <> 'representative') FROM members GROUP BY ALL
        """)}
        relations = sorted({relation for row in listed for relation in facts[row[0]][3]})
        sources = []
        for cluster, _, own, _ in listed:
            others = sorted(set(facts[cluster][2]) - {own})
            sources.append([own, *others] if others else own)
        titles, room = [], TITLE_BYTES
        for row in listed:
            room -= json_bytes(shorten(row[3]))
            if room < 0:
                break
            titles.append(shorten(row[3]))
        return {
            "relations": relations,
            "id": "".join(row[0][4:14] for row in listed),
            "size": [row[1] for row in listed],
            "first_day": [facts[row[0]][0] for row in listed],
            "days": [facts[row[0]][1] for row in listed],
            "sources": sources,
            "relation_set": [sum(1 << relations.index(relation) for relation in facts[row[0]][3]) for row in listed],
            "title": titles,
        }

    def comparisons(self):
        place = {row[0]: index for index, row in enumerate(self.listed())}
        self.db.execute("CREATE OR REPLACE TABLE first_rows AS SELECT * FROM (VALUES ('', 0)) t(cluster_id, place) WHERE false")
        self.db.execute("INSERT INTO first_rows SELECT unnest(?::VARCHAR[]), unnest(?::INT[])", [list(place), list(place.values())])
        pairs = self.rows(f"""
            WITH others AS (
                SELECT cluster_id, place, arg_min(id, (coalesce(similarity, 2), id)) AS member
                FROM a JOIN first_rows USING (cluster_id) WHERE NOT is_representative GROUP BY ALL ORDER BY place LIMIT {MOST_COMPARISONS}
            )
            SELECT place, m.cluster_relation, p.jaccard, p.containment, p.numbers_equal, p.days_apart,
                k.id, coalesce(k.title, ''), k.source_id, k.published_date::VARCHAR, k.char_count, left(k.text, 2000),
                m.id, coalesce(m.title, ''), m.source_id, m.published_date::VARCHAR, m.char_count, left(m.text, 2000)
            FROM others JOIN a k ON k.id = others.cluster_id JOIN a m ON m.id = others.member
            LEFT JOIN p ON (p.id = m.id AND p.other_id = k.id) OR (p.id = k.id AND p.other_id = m.id)
            ORDER BY place
        """)
        found, room = [], EXCERPT_BYTES
        for row in pairs:
            sides = []
            for id_, title, source, date, characters, text in (row[6:12], row[12:18]):
                sides.append({"id": id_, "title": shorten(title), "source": source, "date": date, "characters": characters, "excerpt": text})
            room -= sum(json_bytes(side["excerpt"]) for side in sides)
            if room < 0:
                break
            facts = dict(zip(["cluster", "relation", "jaccard", "containment", "numbers_equal", "days_apart"], row[:6]))
            found.append(facts | {"representative": sides[0], "member": sides[1]})
        return found

    def copies(self):
        rows = self.rows("""
            SELECT m.s, o.s, m.relation, count(*) FROM members m JOIN members o ON m.cluster_id = o.cluster_id AND o.is_representative
            WHERE NOT m.is_representative GROUP BY ALL
        """)
        relations = sorted({row[2] for row in rows})
        return {
            "relations": relations,
            "cells": sorted([copy, original, relations.index(relation), count] for copy, original, relation, count in rows),
        }

    def quality(self):
        def explained(column):
            counts = self.code_counts(f"SELECT code, count(*) FROM (SELECT unnest({column}) AS code FROM a) GROUP BY ALL")
            return [entry | {"meaning": None} for entry in counts]

        return {
            "flagged": self.one("SELECT count(*) FROM a WHERE len(quality_flags) > 0")[0],
            "flags": explained("quality_flags"),
            "validation": explained("validation_codes"),
        }

    def columns(self):
        found = []
        for name, kind in self.rows("SELECT column_name, column_type FROM (DESCRIBE a)"):
            absent = f'"{name}" IS NULL' + (f' OR len("{name}") = 0' if kind.endswith("[]") else "")
            found.append({"name": name, "absent": self.one(f"SELECT count(*) FROM a WHERE {absent}")[0]})
        return found

    def rights(self):
        license = self.code_counts("SELECT license, count(*) FROM a GROUP BY ALL")
        if len(license) > 50:
            license[50:] = [{"code": "(others)", "count": sum(entry["count"] for entry in license[50:])}]
        return {
            "release": None,
            "authors": None,
            "acknowledged": None,
            "license": license,
            "access": self.code_counts("SELECT access, count(*) FROM a GROUP BY ALL"),
            "tdm_reservation": self.code_counts("SELECT tdm_reservation, count(*) FROM a GROUP BY ALL"),
        }

    def splits(self):
        splits = self.manifest.get("splits")
        if splits is None:
            return None
        rows = [{"code": side, "count": splits["rows"][side]} for side in ["train", "validation", "test"] if side in splits["rows"]]
        return {"rule": None, "rows": rows}


def differences(expected, found, place=""):
    """Yields (place, expected, found) for every difference, but for what the tables cannot say."""
    if place in UNCHECKED or place.endswith(".meaning"):
        return
    if isinstance(expected, dict) and isinstance(found, dict):
        # A column of the page says more than the table can: its group, type and documentation.
        keys = expected.keys() if place.startswith("columns[") else expected.keys() | found.keys()
        for key in sorted(keys):
            yield from differences(expected.get(key), found.get(key), f"{place}.{key}".lstrip("."))
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for index, (one, other) in enumerate(zip(expected, found)):
            yield from differences(one, other, f"{place}[{index}]")
    elif expected != found or isinstance(expected, bool) != isinstance(found, bool):
        yield place, expected, found


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: figures.py DATASET REPORT.html")
    dataset, report = sys.argv[1:]
    block = DATA_BLOCK.search(Path(report).read_text(encoding="utf-8"))
    if block is None:
        sys.exit(f"error: expected a data block in `{report}`, but found none")
    if set(block[1]) & set("<>&\u2028\u2029"):
        sys.exit(f"error: the data block of `{report}` holds characters that must be escaped")
    found = json.loads(block[1])
    expected = Figures(dataset).all()
    # Excerpts and detail are withheld by a release tier that gives no texts away.
    if found["rights"]["release"] in ("derived-only", "metadata-only"):
        expected["comparisons"] = []
        for rejection in expected["rejections"]:
            for sample in rejection["samples"]:
                sample["detail"] = None
    wrong = list(differences(expected, found))
    for place, one, other in wrong[:20]:
        print(f"{place}: expected {escape(one)[:200]}, but found {escape(other)[:200]}")
    if wrong:
        sys.exit(f"error: {len(wrong)} figures differ from the tables of `{dataset}`")
    print(f"every figure of `{report}` is that of the tables: {len(escape(expected))} bytes compared")


if __name__ == "__main__":
    main()
