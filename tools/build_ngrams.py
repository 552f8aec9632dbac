"""Computes src/kernels/detect_language/ngrams.txt from the language models of lingua for Python.

    pip download --no-deps lingua-language-detector==1.4.2 && pip install brotli
    python3 build_ngrams.py lingua_language_detector-1.4.2-py3-none-any.whl > ngrams.txt

The models (Apache-2.0, made from Leipzig corpora) give, for n letters within a word, the share of the n-gram
among those that begin with the same n-1 letters. Their products are the n-grams' shares of all letters. How
often an n-gram begins a word, ends one or is one follows from the next longer ones by subtraction.
"""
import collections
import json
import math
import sys
import zipfile

import brotli

LATIN = """af az bs ca cs cy da de en eo es et eu fi fr ga hr hu id is it la lg lt lv mi ms nb nl nn pl pt ro sk sl sn
so sq st sv sw tl tn tr ts vi xh yo zu""".split()
CYRILLIC = "be bg kk mk mn ru sr uk".split()
ARABIC = "ar fa ur".split()
# Least share of a trigram, by script, and of a whole word of 2 or 3 letters.
TRIGRAM = {"latin": 1e-4, "cyrillic": 1.5e-4, "arabic": 3e-4}
WORD = 3.6e-5
FLOOR = 3.0  # weights are measured from a third of the threshold: what an unlisted n-gram is taken to have
SIZES = {1: "unigrams", 2: "bigrams", 3: "trigrams", 4: "quadrigrams", 5: "fivegrams"}
SERBIAN = dict(zip("абвгдђежзијклмнопрстћуфхцчшљњџ", list("abvgdđežzijklmnoprstćufhcčš") + ["lj", "nj", "dž"]))


def shares(wheel, language):
    """n-gram, with `_` for the edge of a word, to its share of the language's letters."""
    known = {0: {"": 1.0}}
    for size, name in SIZES.items():
        model = json.loads(brotli.decompress(wheel.read(f"lingua/language-models/{language}/{name}.json.br")))
        known[size] = {}
        for fraction, ngrams in model["ngrams"].items():
            part, whole = fraction.split("/")
            for ngram in ngrams.split(" "):
                prefix = known[size - 1].get(ngram[:-1])
                if prefix:
                    known[size][ngram] = prefix * (int(part) / int(whole))

    def summed(size, cut):
        sums = collections.defaultdict(float)
        for ngram, share in known[size].items():
            sums[cut(ngram)] += share
        return sums

    out = {}
    for size in (1, 2, 3):
        after = summed(size + 1, lambda g: g[1:])  # what has a letter before it
        before = summed(size + 1, lambda g: g[:-1])  # what has a letter behind it
        within = summed(size + 2, lambda g: g[1:-1])
        for ngram, share in known[size].items():
            out["_" + ngram + "_"] = share - after[ngram] - before[ngram] + within[ngram]
            if size == 2:
                out["_" + ngram] = share - after[ngram]
                out[ngram + "_"] = share - before[ngram]
            if size == 3:
                out[ngram] = share
    return out


def transliterated(serbian):
    """The Serbian n-grams in Latin letters; a digraph makes longer ones, which are cut into trigrams."""
    out = collections.defaultdict(float)
    for ngram, share in serbian.items():
        if not all(c in SERBIAN or c == "_" for c in ngram):
            continue
        latin = "".join(SERBIAN.get(c, c) for c in ngram)
        letters = len(latin.strip("_"))
        if len(latin) == len(ngram) or (is_word(ngram) and letters <= 3):
            out[latin] += share
        elif not is_word(ngram):
            for at in range(len(latin) - 2):
                out[latin[at : at + 3]] += share / (len(latin) - 2) * 1.5
    return out


def is_word(ngram):
    return len(ngram) > 3


def of_script(ngram, script):
    letters = ngram.strip("_")
    ranges = {"latin": ("\u0000", "\u02af"), "cyrillic": ("\u0400", "\u052f"), "arabic": ("\u0600", "\u06ff")}
    low, high = ranges[script]
    return all(low <= c <= high or (script == "latin" and "\u1e00" <= c <= "\u1eff") for c in letters)


def main():
    wheel = zipfile.ZipFile(sys.argv[1])
    tables = {language: shares(wheel, language) for language in LATIN + CYRILLIC + ARABIC}
    tables["sr-Latn"] = transliterated(tables["sr"])
    languages = LATIN + ["sr-Latn"] + CYRILLIC + ARABIC
    weights = collections.defaultdict(dict)
    for number, language in enumerate(languages):
        script = "cyrillic" if language in CYRILLIC else "arabic" if language in ARABIC else "latin"
        for ngram, share in tables[language].items():
            least = WORD if is_word(ngram) else TRIGRAM[script]
            if share >= least and of_script(ngram, script):
                weights[ngram][number] = math.log(share / (least / FLOOR))
    unit = max(weight for of in weights.values() for weight in of.values()) / 15
    print(f"nats per unit: {unit:.4f}", file=sys.stderr)
    lines = collections.defaultdict(list)
    for ngram, of in sorted(weights.items()):
        postings = (chr(48 + number) + f"{max(1, min(15, round(weight / unit))):x}" for number, weight in sorted(of.items()))
        lines[ngram[:-1]].append(ngram[-1] + "".join(postings))
    print(" ".join(languages))
    for prefix, entries in sorted(lines.items()):
        print(prefix + "\t" + "\t".join(entries))


if __name__ == "__main__":
    main()
