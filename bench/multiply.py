#!/usr/bin/env python3
"""Makes a large corpus of a small one: copies whose texts share next to nothing with each other.

`bench/multiply.py FOLDER OUT --copies 46`

FOLDER holds `*.jsonl` files with the fields `id`, `text` and `title` in this order. In every copy the letters g to y (but those that
JSON escapes need) stand for others, so that duplicates within a copy stay what they are and copies are strangers.
"""

import argparse
import random
from pathlib import Path

LETTERS = b"ghijklmopqsvwxyz"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--copies", type=int, default=46)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True)
    parts = sorted(arguments.folder.glob("*.jsonl"))
    for copy in range(arguments.copies):
        shuffled = bytearray(LETTERS)
        random.Random(copy).shuffle(shuffled)
        table = bytes.maketrans(LETTERS, bytes(shuffled))
        for part in parts:
            with part.open("rb") as lines, (arguments.out / f"{copy:03}-{part.name}").open("wb") as out:
                for line in lines:
                    head, rest = line.split(b'"text": "', 1)
                    text, tail = rest.split(b'", "title": "', 1)
                    title, tail = tail.split(b'", "', 1)
                    head = head.replace(b'"a', b'"%03d' % copy, 1)
                    tail = tail.replace(b"/20", b"/%03d/20" % copy, 1)
                    out.write(head + b'"text": "' + text.translate(table) + b'", "title": "' + title.translate(table) + b'", "' + tail)


if __name__ == "__main__":
    main()
