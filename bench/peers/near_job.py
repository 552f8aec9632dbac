"""Near-duplicate pairs of a folder of JSON lines, as a user of datasketch, rensa or daft would find them.

`near_job.py LIBRARY FOLDER OUT`: runs of five lower-cased words, 112 hashes in 14 bands of 8; pairs that share a band and whose sketches
agree in half of the hashes; a line of two line numbers (over the sorted files) for each.
"""

import itertools
import json
import re
import sys
from collections import defaultdict
from pathlib import Path

HASHES, BANDS, ROWS, WORDS = 112, 14, 8, 5
TOKEN = re.compile(r"\w+")


def texts(folder: Path):
    for path in sorted(folder.glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)["text"]


def shingles(text: str) -> list[str]:
    words = TOKEN.findall(text.lower())
    return [" ".join(words[at : at + WORDS]) for at in range(max(1, len(words) - WORDS + 1))]


def banded(sketches: list) -> set[tuple[int, int]]:
    """Pairs that share a band and agree in half of the hashes."""
    buckets = defaultdict(list)
    for number, sketch in enumerate(sketches):
        for band in range(BANDS):
            buckets[band, tuple(sketch[band * ROWS : (band + 1) * ROWS])].append(number)
    found = set()
    for members in buckets.values():
        for pair in itertools.combinations(members, 2):
            if pair not in found and sum(map(int.__eq__, sketches[pair[0]], sketches[pair[1]])) >= HASHES / 2:
                found.add(pair)
    return found


def datasketch(folder: Path) -> set[tuple[int, int]]:
    from datasketch import MinHash, MinHashLSH

    index, sketches, found = MinHashLSH(num_perm=HASHES, params=(BANDS, ROWS)), [], set()
    for number, text in enumerate(texts(folder)):
        sketch = MinHash(num_perm=HASHES)
        sketch.update_batch([shingle.encode() for shingle in shingles(text)])
        found.update((other, number) for other in index.query(sketch) if sketches[other].jaccard(sketch) >= 0.5)
        index.insert(number, sketch)
        sketches.append(sketch)
    return found


def rensa(folder: Path) -> set[tuple[int, int]]:
    from rensa import RMinHash

    sketches = []
    for text in texts(folder):
        sketch = RMinHash(num_perm=HASHES, seed=42)
        sketch.update(shingles(text))
        sketches.append(sketch.digest())
    return banded(sketches)


def daft(folder: Path) -> set[tuple[int, int]]:
    import daft

    frame = daft.read_json([str(path) for path in sorted(folder.glob("*.jsonl"))])
    words = daft.col("text").normalize(remove_punct=True, lowercase=True, white_space=True)
    sketches = frame.select(words.minhash(num_hashes=HASHES, ngram_size=WORDS, hash_function="xxhash").alias("sketch"))
    return banded(sketches.to_pydict()["sketch"])


def main() -> None:
    library, folder, out = sys.argv[1:4]
    pairs = {"datasketch": datasketch, "rensa": rensa, "daft": daft}[library](Path(folder))
    Path(out).write_text("".join(f"{a}\t{b}\n" for a, b in sorted(pairs)))


if __name__ == "__main__":
    main()
