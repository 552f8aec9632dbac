#!/usr/bin/env python3
"""Writes articles of invented words as JSONL, the same bytes for the same arguments.

`bench/generate.py FOLDER [--size 100MB] [--seed 1]`

One object a line: id, url, title, text, published, source, language, authors, section. Word frequencies follow Zipf's law, and
lengths of articles are log-normal around 600 words, so that compression and hashing see the sizes of news. One record in 20
repeats the text of an earlier one under another id and URL; one in 50 has CRLF line ends, one in 50 decomposed accents, one in
50 spaces to collapse. The files hold 32 MB each.
"""

import argparse
import datetime
import itertools
import json
import random
import re
import unicodedata
from pathlib import Path

FILE_BYTES = 32_000_000
VOCABULARY = 30_000
ONSETS = ["b", "c", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "y", "z", "st", "tr", "pl", "ş", "ç"]
VOWELS = ["a", "e", "i", "o", "u", "ü", "ö", "é", "ai", "ou"]
CODAS = ["", "", "", "n", "r", "s", "l", "t", "nd", "rk"]
VOWEL_WEIGHTS = [12, 12, 10, 10, 8, 1, 1, 1, 3, 3]
SOURCES = [f"{name} {kind}" for name in ("Harbour", "Northern", "Valley", "Island") for kind in ("Times", "Post", "Herald")]
SECTIONS = ["Business", "Culture", "Politics", "Science", "Sport", "World"]
FIRST_DAY = datetime.datetime(2015, 1, 1, tzinfo=datetime.timezone.utc)


class Writer:
    """Makes articles from one random number generator."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.words = sorted({self.word() for _ in range(VOCABULARY)})
        self.random.shuffle(self.words)
        self.weights = list(itertools.accumulate(1 / (rank + 2.7) for rank in range(len(self.words))))
        self.texts: list[tuple[str, str]] = []

    def word(self) -> str:
        syllables = self.random.choices([1, 2, 3, 4], [3, 5, 3, 1])[0]
        parts = (self.random.choice(ONSETS) + self.random.choices(VOWELS, VOWEL_WEIGHTS)[0] for _ in range(syllables))
        return "".join(parts) + self.random.choice(CODAS)

    def sentence(self, words: list[str]) -> str:
        if len(words) > 12:
            words[len(words) // 2] += ","
        if self.random.random() < 0.1:
            words[-1] = str(self.random.randint(2, 9999))
        return " ".join(words).capitalize() + "."

    def text(self) -> str:
        count = max(40, min(6000, round(self.random.lognormvariate(6.4, 0.6))))
        words = self.random.choices(self.words, cum_weights=self.weights, k=count)
        sentences = []
        while words:
            length = self.random.randint(6, 26)
            sentences.append(self.sentence(words[:length]))
            words = words[length:]
        paragraphs = (" ".join(sentences[start : start + 4]) for start in range(0, len(sentences), 4))
        return "\n\n".join(paragraphs)

    def untidy(self, text: str) -> str:
        match self.random.randrange(50):
            case 0:
                return text.replace("\n", "\r\n")
            case 1:
                return unicodedata.normalize("NFD", text)
            case 2:
                return re.sub(r", ", " ,\t  ", text) + "  \n"
        return text

    def record(self, number: int) -> dict:
        if self.texts and self.random.random() < 0.05:
            title, text = self.random.choice(self.texts)
        else:
            title = " ".join(self.random.choices(self.words, cum_weights=self.weights, k=8)).capitalize()
            text = self.untidy(self.text())
            # Copies are taken from a sample of bounded size, so that memory does not grow with the corpus.
            if len(self.texts) < 5000:
                self.texts.append((title, text))
            else:
                self.texts[self.random.randrange(5000)] = (title, text)
        source = self.random.choice(SOURCES)
        published = FIRST_DAY + datetime.timedelta(seconds=self.random.randrange(10 * 365 * 86_400))
        host = source.lower().replace(" ", "-")
        return {
            "id": number,
            "url": f"https://{host}.example/{published:%Y/%m/%d}/{number}",
            "title": title,
            "text": text,
            "published": f"{published:%Y-%m-%dT%H:%M:%SZ}",
            "source": source,
            "language": "x-invented",
            "authors": [self.random.choice(self.words).capitalize()],
            "section": self.random.choice(SECTIONS),
        }


def generate(folder: Path, size: int, seed: int) -> None:
    """Writes files until they hold at least `size` bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    writer = Writer(seed)
    numbers = itertools.count()
    written = 0
    for place in itertools.count():
        with open(folder / f"articles-{place:03}.jsonl", "wb") as file:
            while file.tell() < FILE_BYTES and written + file.tell() < size:
                line = json.dumps(writer.record(next(numbers)), ensure_ascii=False, separators=(",", ":"))
                file.write(line.encode() + b"\n")
            written += file.tell()
        if written >= size:
            return


def parse_size(text: str) -> int:
    number, unit = re.fullmatch(r"(\d+)(kB|MB|GB)", text).groups()
    return int(number) * {"kB": 10**3, "MB": 10**6, "GB": 10**9}[unit]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Writes articles of invented words as JSONL.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=parse_size, default="100MB", help="such as 20MB or 1GB [100MB]")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    generate(arguments.folder, arguments.size, arguments.seed)
