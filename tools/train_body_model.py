"""Trains src/kernels/extract_body/model.bin: which blocks of a page belong to the body of its article.

    python3 train_body_model.py degrade PAGES OLD                 # copies of pages with older markup
    cargo run --release --example dump_blocks -- LIST dump        # LIST: the files of PAGES; likewise for OLD
    python3 train_body_model.py train TRUTH.jsonl dump old_dump model.bin

TRUTH.jsonl has one object a page: `path` (the tail of the page's path), `suite`, `url`, and `text` (the body) or `with` and
`without` (segments that must, and must not, be in the body). Needs numpy and lightgbm 4.

A page's text is aligned with the true body by the longest common subsequence of words; a block's label is the share of its words
that lie in runs of the match. Of pages with segments only the blocks that hold one are labelled. Pages count alike, blocks by their
words. Blocks of `NOISY` suites that an out-of-fold model firmly contradicts count for less. The markup of the copies is degraded by
chance (classes and ids dropped, <p> turned to <div> or <br><br>, <article> and the like to <div>, <div> to tables, headings to <div>),
so that the model does not lean on modern markup alone.

Figures are printed for pages whose site the model has not seen (five folds by host); the model written is trained on all pages.
Figures of the model that is shipped stand at the end of this file.
"""
import collections
import json
import os
import random
import re
import struct
import sys
import zlib

import numpy as np

FOLDS, ROUNDS, COPY_WEIGHT = 5, 350, 0.35
PARAMETERS = dict(objective="cross_entropy", learning_rate=0.05, num_leaves=28, min_data_in_leaf=20, min_sum_hessian_in_leaf=0.02,
                  feature_fraction=0.25, bagging_fraction=0.7, bagging_freq=1, lambda_l2=1, max_bin=63, num_threads=1, verbose=-1,
                  seed=1, use_missing=False, deterministic=True)
SUITE_WEIGHT = {"aeb": 1.5, "fundus": 1.5, "wcxb": 0.8}
NOISY = {"wcxb"}
UNITS = 4096                                       # score_blocks.rs: units of a leaf in one natural unit of log-odds
EXITS = ((20, -1.6), (40, -2.2), (80, -2.6))       # trees, score: less, and a block is not looked at further
LEAST = (0.35, 0.55)                               # choose_blocks.rs
WORDS, COPIES = 0, 23                              # columns of describe_blocks.rs

WORD = re.compile(r"\w+")
SPACELESS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


# ------------------------------------------------------------------------------------------------ older markup

ATTRIBUTE = re.compile(rb"""\s(?:class|id|role|itemprop|itemtype|data-[\w-]+|aria-[\w-]+)\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>"']+)""", re.I)
TAG = re.compile(rb"<[a-zA-Z][^<>]*>")
SECTIONING = re.compile(rb"<(/?)(article|main|section|header|footer|nav|aside|figure|figcaption)(?=[\s>/])", re.I)
CODE = re.compile(rb"<(script|style)\b.*?</\1\s*>", re.I | re.S)


def degrade(page, chance):
    plain, division, paragraphs, tables, headings, silent = (chance.random() for _ in range(6))

    def rewrite(part):
        if plain < 0.6:
            part = TAG.sub(lambda tag: ATTRIBUTE.sub(b"", tag.group(0)), part)
        if division < 0.7:
            part = SECTIONING.sub(rb"<\1div", part)
        if paragraphs < 0.3:
            part = re.sub(rb"<(/?)p(?=[\s>])", rb"<\1div", part, flags=re.I)
        elif paragraphs < 0.65:
            part = re.sub(rb"</p\s*>", b"<br><br>\n", re.sub(rb"<p(?:\s[^<>]*)?>", b"", part, flags=re.I), flags=re.I)
        if headings < 0.3:
            part = re.sub(rb"<(/?)h[1-6](?=[\s>])", rb"<\1div", part, flags=re.I)
        if tables < 0.3:
            part = re.sub(rb"<div(?=[\s>])", b"<table><tr><td", part, flags=re.I)
            part = re.sub(rb"</div\s*>", b"</td></tr></table>", part, flags=re.I)
        return part

    out, at = [], 0
    for code in CODE.finditer(page):
        out += [rewrite(page[at:code.start()]), b"" if silent < 0.5 else code.group(0)]
        at = code.end()
    return b"".join(out + [rewrite(page[at:])])


def degrade_all(source, target):
    for folder, _, names in sorted(os.walk(source)):
        for name in sorted(names):
            if name.endswith(".html"):
                path = os.path.join(folder, name)
                tail = os.path.relpath(path, source)
                os.makedirs(os.path.dirname(os.path.join(target, tail)), exist_ok=True)
                with open(path, "rb") as read, open(os.path.join(target, tail), "wb") as write:
                    write.write(degrade(read.read(), random.Random(zlib.crc32(tail.encode()) + 7919)))


# ------------------------------------------------------------------------------------------------ labels


def tokens(text):
    out = []
    for word in WORD.findall(text.lower()):
        out += list(word) if SPACELESS.search(word) else [word]
    return out


def align(found, true):
    """For each word of `found` the place in `true` that a longest common subsequence gives it, or -1 (bit-parallel)."""
    masks = collections.defaultdict(int)
    for place, word in enumerate(true):
        masks[word] |= 1 << place
    full = (1 << len(true)) - 1
    row, rows = full, []
    for word in found:
        hits = row & masks.get(word, 0)
        if hits:
            row = ((row + hits) | (row - hits)) & full
        rows.append(row)
    out, at, place = [-1] * len(found), len(found) - 1, len(true) - 1
    while at >= 0 and place >= 0:
        before = rows[at - 1] if at else full
        if rows[at] >> place & 1:
            place -= 1
        elif not before >> place & 1:
            at -= 1
        else:
            out[at] = place
            at, place = at - 1, place - 1
    return out


def label_by_text(texts, body):
    """(labels, weights): the share of each block's words in runs of the match; words over words of the body."""
    blocks, true = [tokens(text) for text in texts], tokens(body)
    match = align([word for block in blocks for word in block], true)
    labels, matched, start = np.zeros(len(texts), np.float32), np.zeros(len(true), bool), 0
    for at, block in enumerate(blocks):
        good, i = 0, 0
        while i < len(block):
            j = i + 1
            if match[start + i] >= 0:
                while j < len(block) and match[start + j] == match[start + j - 1] + 1:
                    j += 1
                if j - i >= min(4, len(block)):
                    good += j - i
                    matched[[match[start + k] for k in range(i, j)]] = True
            i = j
        labels[at] = good / len(block) if block else 0
        start += len(block)
    # What the true body has in another order than the page.
    rest = {tuple(true[i:i + 4]) for i in range(len(true) - 3) if not matched[i:i + 4].any()}
    for at, block in enumerate(blocks):
        if rest and labels[at] < 0.5 and len(block) >= 6:
            share = np.mean([tuple(block[i:i + 4]) in rest for i in range(len(block) - 3)])
            labels[at] = share if share > 0.8 else labels[at]
    return labels, np.array([len(block) for block in blocks]) / max(len(true), 30)


def label_by_segments(texts, good, bad):
    labels, weights = np.full(len(texts), np.nan, np.float32), np.zeros(len(texts))
    flat = [" ".join(text.split()) for text in texts]
    for segments, label in ((good, 1.0), (bad, 0.0)):
        for segment in (" ".join(it.split()) for it in segments):
            hits = [at for at, text in enumerate(flat) if segment and segment in text]
            for at in hits:
                weight = 0.15 / len(hits) if label else 0.15
                if np.isnan(labels[at]):
                    labels[at], weights[at] = label, weight
                elif labels[at] == label:
                    weights[at] += weight / 2
                else:
                    weights[at] /= 2
    return labels, weights


# ------------------------------------------------------------------------------------------------ pages


class Page:
    def __init__(self, dumped, rows, truth):
        self.truth, self.suite, self.rows = truth, truth["suite"], rows
        self.texts, self.joints = dumped["texts"], dumped["joints"]
        url = truth.get("url") or truth["path"]
        host = url.split("/")[2] if "://" in url else truth["path"]
        self.fold = zlib.crc32(host.lower().removeprefix("www.").encode()) % FOLDS
        if truth.get("text"):
            self.labels, self.weights = label_by_text(self.texts, truth["text"])
        else:
            self.labels, self.weights = label_by_segments(self.texts, truth.get("with", []), truth.get("without", []))

    def answer(self, chances):
        """The body as choose_blocks.rs and the joints make it."""
        words, copies = self.rows[:, WORDS], self.rows[:, COPIES]
        order = [at for at in np.argsort(-chances, kind="stable") if not (copies[at] >= 5 and words[at] >= 6)]
        if not order:
            return ""
        weight = words[order] + 0.3
        right = np.cumsum(chances[order] * weight)
        best = int(np.argmax(right / (np.cumsum(weight) + right[-1])))
        least = min(max(chances[order[best]], LEAST[0]), LEAST[1])
        out, seen = [], set()
        for at in sorted(at for at in order if chances[at] >= least):
            if copies[at] >= 2 and words[at] >= 12:
                if self.texts[at] in seen:
                    continue
                seen.add(self.texts[at])
            out += [self.joints[at] if out else "", self.texts[at]]
        return "".join(out)


def read_pages(truth, dump):
    """Pages of the truth that give a body or segments, in the order of the dump."""
    with open(truth, encoding="utf8") as lines:
        rows = [json.loads(line) for line in lines]
    known = {row["path"]: row for row in rows if row.get("text") or row.get("with") or row.get("without")}
    numbers, at, out = np.memmap(dump + ".f32", np.float32, "r"), 0, []
    with open(dump + ".jsonl", encoding="utf8") as lines:
        for line in lines:
            dumped = json.loads(line)
            size = len(dumped["texts"]) * dumped["width"]
            row = known.get("/".join(dumped["path"].split("/")[-2:])) or known.get("/".join(dumped["path"].split("/")[-3:]))
            if row and size:
                out.append(Page(dumped, numbers[at:at + size].reshape(-1, dumped["width"]), row))
            at += size
    return out


def f1(one, other):
    both = sum((one & other).values())
    return 2 * both / (sum(one.values()) + sum(other.values())) if one or other else 1.0


def report(name, pages, chances):
    words = lambda text: collections.Counter(WORD.findall(text.lower()))
    for suite in sorted({page.suite for page in pages}):
        bodies, right, wrong, missed = [], 0, 0, 0
        for page, own in zip(pages, chances):
            if page.suite == suite:
                answer = page.answer(own)
                if page.truth.get("text"):
                    bodies.append(f1(words(answer), words(page.truth["text"])))
                flat = " ".join(answer.split())
                hits = [" ".join(it.split()) in flat for it in page.truth.get("with", [])]
                right, missed = right + sum(hits), missed + len(hits) - sum(hits)
                wrong += sum(" ".join(it.split()) in flat for it in page.truth.get("without", []))
        segments = 2 * right / max(1, 2 * right + wrong + missed)
        print(f"{name} {suite}: " + (f"word F1 {np.mean(bodies):.4f} of {len(bodies)}" if bodies else f"segment F1 {segments:.4f}"), flush=True)


# ------------------------------------------------------------------------------------------------ model


def table(pages, doubts):
    """Rows, labels, weights and folds of the blocks that are trained on; small blocks that are clear are thinned."""
    rows, labels, weights, folds = [], [], [], []
    for number, page in enumerate(pages):
        weight = (np.minimum(page.weights, 0.25) + 0.004) * SUITE_WEIGHT.get(page.suite, 1.0)
        if doubts is not None and page.suite in NOISY:
            doubt = np.abs(page.labels - doubts[number])
            weight = weight * np.where(doubt > 0.9, 0.25, np.where(doubt > 0.8, 0.5, 1.0))
        small = (page.weights < 0.012) & (page.labels < 0.1)
        keep = np.isfinite(page.labels) & (~small | (np.random.RandomState(number).rand(len(small)) < 0.25))
        rows.append(page.rows[keep])
        labels.append(page.labels[keep])
        weights.append(np.where(small, weight * 4, weight)[keep])
        folds.append(np.full(keep.sum(), page.fold))
    return tuple(map(np.concatenate, (rows, labels, weights, folds)))


def fit(tables, without=None):
    import lightgbm
    parts = [[], [], []]
    for place, (rows, labels, weights, folds) in enumerate(tables):
        keep = folds != without
        for part, values in zip(parts, (rows, labels, weights * (COPY_WEIGHT if place else 1.0))):
            part.append(values[keep])
    rows, labels, weights = map(np.concatenate, parts)
    return lightgbm.train(PARAMETERS, lightgbm.Dataset(rows, labels, weight=weights), ROUNDS)


def unseen(tables, pages):
    """The chances of each block by a model that has not seen the page's site."""
    models = [fit(tables, fold) for fold in range(FOLDS)]
    return [models[page.fold].predict(page.rows) for page in pages]


def below(threshold):
    """The greatest `f32` that is not above a threshold, so that numbers compare as they did in training."""
    rounded = np.float32(threshold)
    return float(rounded if float(rounded) <= threshold else np.nextafter(rounded, np.float32(-np.inf)))


def encode(model):
    """The form that score_blocks.rs describes."""
    trees = model.dump_model()["tree_info"]
    out = [struct.pack("<HHB", model.num_feature(), len(trees), len(EXITS))]
    out += [struct.pack("<Hh", count, round(score * UNITS)) for count, score in EXITS]
    for tree in trees:
        queue, inner, leaves, coded = [tree["tree_structure"]], [], [], b""
        while queue:
            node = queue.pop(0)
            if "split_index" in node:
                inner.append(node)
                queue += [node["left_child"], node["right_child"]]
        places = {id(node): place for place, node in enumerate(inner)}

        def code(node):
            if "split_index" in node:
                return places[id(node)]
            leaves.append(max(-32768, min(32767, round(node["leaf_value"] * UNITS))))
            return -len(leaves)

        for node in inner:
            children = code(node["left_child"]), code(node["right_child"])
            coded += struct.pack("<Bfbb", node["split_feature"], below(node["threshold"]), *children)
        if not inner:
            code(tree["tree_structure"])
        out.append(struct.pack("<B", len(inner)) + coded + struct.pack(f"<{len(leaves)}h", *leaves))
    return b"".join(out)


def train(truth, dump, old_dump, target):
    pages, copies = read_pages(truth, dump), read_pages(truth, old_dump)
    doubts = unseen([table(pages, None)], pages)
    tables = [table(pages, doubts), table(copies, None)]
    report("unseen site", pages, unseen(tables, pages))
    model = fit(tables)
    report("seen", pages, [model.predict(page.rows) for page in pages])
    with open(target, "wb") as file:
        file.write(encode(model))


if __name__ == "__main__":
    {"degrade": degrade_all, "train": train}[sys.argv[1]](*sys.argv[2:])
