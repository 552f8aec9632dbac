"""Computes src/kernels/decode_text/letters.txt and ideographs.txt from the language models of lingua for Python.

    pip download --no-deps lingua-language-detector==1.4.2 && pip install brotli
    python3 build_letters.py lingua_language_detector-1.4.2-py3-none-any.whl src/kernels/decode_text

The models (Apache-2.0, made from Leipzig corpora) give the share of each letter and, for two letters within a word,
the share of the pair among those that begin with the first. How often a letter begins or ends a word follows by
subtraction. The price of a letter after another is -log2 of its smoothed share.
"""
import collections
import json
import math
import os
import sys
import unicodedata
import zipfile

import brotli

LANGUAGES = """en fr de es pt it nl sv da nb fi is ca eu ga sq af cy eo et lv lt pl cs sk hu ro sl hr tr az id sw tl vi
be bg kk mk mn ru sr uk ar fa ur el he th""".split()
IDEOGRAPHS = {"zh": 2400, "ja": 1600, "ko": 1100}
LEAST = 3e-5  # share of a letter that belongs to the alphabet
SMOOTHING = 1e-4  # share of all letters that is spread as the letters are, for each first letter
DEAREST = 30  # half bits
TONES = "\u0300\u0301\u0303\u0309\u0323"  # the marks that windows-1258 writes on their own


def read(wheel, language, name):
    model = json.loads(brotli.decompress(wheel.read(f"lingua/language-models/{language}/{name}.json.br")))
    out = {}
    for fraction, ngrams in model["ngrams"].items():
        part, whole = fraction.split("/")
        for ngram in ngrams.split(" "):
            out[ngram] = int(part) / int(whole)
    return out


def counts(wheel, language):
    """Shares of letters, and of pairs with `_` for the edge of a word."""
    single = read(wheel, language, "unigrams")
    pairs = collections.defaultdict(float)
    for pair, share in read(wheel, language, "bigrams").items():
        pairs[pair] = share * single.get(pair[0], 0)
    ends, begins = collections.Counter(single), collections.Counter(single)
    for (first, second), share in list(pairs.items()):
        ends[first] -= share
        begins[second] -= share
    for letter in single:
        pairs[letter + "_"] = max(ends[letter], 0)
        pairs["_" + letter] = max(begins[letter], 0)
    return pairs


def written_apart(letter):
    """A Vietnamese letter as windows-1258 has it: the tone behind the vowel."""
    marks = unicodedata.normalize("NFD", letter)
    tones = [mark for mark in marks if mark in TONES]
    return unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in TONES)) + "".join(tones)


def apart(pairs):
    out = collections.defaultdict(float)
    for (first, second), share in pairs.items():
        first, second = written_apart(first), written_apart(second)
        out[first[-1] + second[0]] += share
        for letter in (first, second):
            if len(letter) == 2:
                out[letter] += share / 2
    return out


def table(language, pairs):
    share = collections.defaultdict(float)
    for (first, second), weight in pairs.items():
        share[second] += weight
    letters = sorted((c for c in share if c != "_" and share[c] >= LEAST and (c.isalpha() or unicodedata.combining(c) or language == "th")), key=lambda c: -share[c])[:72]
    symbols = ["_"] + sorted(letters)
    total = sum(share[symbol] for symbol in symbols)
    lines = [language + " " + "".join(symbols[1:])]
    for first in symbols:
        row = {second: pairs[first + second] + SMOOTHING * share[second] / total for second in symbols}
        if first == "_":
            row["_"] = 0
        whole = sum(row.values())
        bits = (DEAREST / 2 if not row[second] else -math.log2(row[second] / whole) for second in symbols)
        lines.append("".join(chr(48 + max(1, min(DEAREST, round(2 * bit)))) for bit in bits))
    return lines


def main():
    wheel = zipfile.ZipFile(sys.argv[1])
    lines = []
    for language in LANGUAGES:
        pairs = counts(wheel, language)
        lines += table(language, pairs)
        if language == "vi":
            lines += table("vi-apart", apart(pairs))
    with open(os.path.join(sys.argv[2], "letters.txt"), "w", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")
    with open(os.path.join(sys.argv[2], "ideographs.txt"), "w", encoding="utf-8") as out:
        for language, most in IDEOGRAPHS.items():
            shares = read(wheel, language, "unigrams")
            wide = [c for c in sorted(shares, key=lambda c: (-shares[c], c)) if ord(c) >= 0x3000][:most]
            print(language, [(r, round(-math.log2(shares[wide[r]]), 1)) for r in (0, 10, 30, 100, 300, 1000, most - 1) if r < len(wide)], sum(shares[c] for c in wide), file=sys.stderr)
            out.write(language + " " + "".join(wide) + "\n")


if __name__ == "__main__":
    main()
