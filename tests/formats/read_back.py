"""Reads every form of a report back with a parser that copydesk has no part in, and compares what they say.

    python tests/formats/read_back.py COPYDESK

The data is made to break the forms: names of files, keys and values hold line ends, quotes, angle brackets, pipes, percent signs,
workflow commands, control characters and text that runs from right to left. JSON is read by the standard library, JUnit XML by
`xml.etree` and `junitparser`, Markdown by markdown-it-py, workflow commands by the rules of GitHub's runner, written down here.
"""

import json
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from junitparser import JUnitXml
from markdown_it import MarkdownIt

HOSTILE = "a|b`c`<b>&amp;\"q\"'%0A%]]>\r\n::error file=x::gone\n| - | - |\x1b[31m\x00\u202eltr\u2028*_[x](http://y.example)\\"
# A name of a file may hold neither NUL nor `/`; the rest is fair.
NAME = HOSTILE.replace("\x00", "").replace("/", "") + ".jsonl"
ROWS = 60
SHOWN = 40


def prepare(folder: Path) -> None:
    """Many findings of one rule, one of another, and lines that are no JSON."""
    schema = {"properties": {"v": {"const": "x"}}, "maxProperties": 2, "additionalProperties": {"type": "null"}}
    (folder / "schema.json").write_text(json.dumps(schema))
    lines = [json.dumps({"v": HOSTILE + str(row)}) for row in range(ROWS)]
    lines += [json.dumps({HOSTILE: HOSTILE}), '{"v": ' + "\u202e}", json.dumps({"a": None, "b": None, "c": None})]
    (folder / NAME).write_text("".join(line + "\n" for line in lines), newline="")


def check(copydesk: str, folder: Path) -> str:
    """Writes every form to a file but the commands, which are stdout."""
    command = [copydesk, "check", "--schema", "schema.json", NAME, "--max-findings", str(SHOWN), "--format", "github"]
    command += ["--format", "json=report.json", "--format", "junit=report.xml", "--format", "markdown=report.md", "--format", "text=report.txt"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    assert done.returncode == 1, done
    return done.stdout.decode()


def read(path: Path) -> str:
    return path.read_bytes().decode()


def expect(what: str, found: object, expected: object) -> None:
    if found != expected:
        sys.exit(f"error: {what}: expected {expected!r}, but found {found!r}")


def harmless(what: str, text: str) -> None:
    """No character that could steer a terminal or reorder text."""
    steers = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
    expect(f"{what}: characters that steer", steers.findall(text), [])


def escaped(text: str) -> str:
    """What a form shows of hostile text."""
    short = {"\r": "\\r", "\n": "\\n", "\t": "\\t"}
    shown = lambda c: short.get(c, f"\\u{{{ord(c):x}}}") if ord(c) < 32 or c in "\u202e\u2028" else c
    return "".join(map(shown, text))


def read_json(folder: Path) -> dict:
    text = read(folder / "report.json")
    harmless("json", text)
    report = json.loads(text)
    totals = {"schema-const": ROWS, "schema-additional-properties": 1, "schema-max-properties": 1, "invalid-json": 1, "schema-type": 1}
    totals = {rule: count for rule, count in totals.items() if rule in report["totals"]}
    expect("json: totals", report["totals"], totals)
    expect("json: findings", len(report["findings"]), sum(min(count, SHOWN) for count in totals.values()))
    expect("json: file", report["findings"][0]["file"], NAME)
    lines = read(folder / NAME).encode().split(b"\n")
    for finding in report["findings"]:
        at = finding["at"]
        expect("json: byte", at["byte"], sum(len(line) + 1 for line in lines[: at["line"] - 1]))
    return report


def read_junit(folder: Path, report: dict) -> None:
    harmless("junit", read(folder / "report.xml"))
    root = ElementTree.parse(folder / "report.xml").getroot()
    cases = {case.get("name"): case for case in root.iter("testcase")}
    expect("junit: test cases", set(cases), set(report["totals"]))
    for rule, case in cases.items():
        failures = case.findall("failure")
        expect("junit: failures of a case", len(failures), 1)
        lines = failures[0].text.strip().split("\n")
        found = [finding for finding in report["findings"] if finding["rule"] == rule]
        left_out = report["totals"][rule] - len(found)
        expect("junit: lines", len(lines), len(found) + (left_out > 0))
        for line, finding in zip(lines, found):
            at = finding["at"]
            expect("junit: place", line.startswith(f"{escaped(NAME)}:{at['line']}:{at['byte']}: error: "), True)
            expect("junit: detail", finding["detail"] in line, True)
    suites = JUnitXml.fromfile(str(folder / "report.xml"))
    expect("junit: counts", (suites.tests, suites.failures, suites.errors, suites.skipped), (len(cases), len(cases), 0, 0))


def commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Workflow commands as the runner reads them: `ActionCommand.TryParseV2` and its unescaping."""
    unescape = lambda text: text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
    unescape_property = lambda text: unescape(text.replace("%3A", ":").replace("%2C", ","))
    found = []
    for line in re.split("\r\n|\n|\r", text):
        if not line:
            continue
        match = re.fullmatch(r"::([a-z]+)(?: (.*?))?::(.*)", line)
        if not match:
            sys.exit(f"error: github: expected a command on every line, but found {line!r}")
        properties = dict(part.split("=", 1) for part in (match[2] or "").split(","))
        found.append((match[1], {key: unescape_property(value) for key, value in properties.items()}, unescape(match[3])))
    return found


def read_github(text: str, report: dict) -> None:
    harmless("github", text)
    found = commands(text)
    errors = [command for command in found if command[0] == "error"]
    notices = [command for command in found if command[0] == "notice"]
    expect("github: commands", (len(errors), len(notices), len(found)), (10, 1, 11))
    for (_, properties, message), finding in zip(errors, report["findings"]):
        expect("github: properties", set(properties), {"file", "line", "title"})
        # The line ends of a name survive: the runner unescapes them.
        expect("github: file", properties["file"], escaped(NAME).replace("\\r\\n", "\r\n").replace("\\n", "\n"))
        expect("github: line", int(properties["line"]), finding["at"]["line"])
        expect("github: title", properties["title"], finding["rule"])
        expect("github: detail", finding["detail"] in message, True)
    for rule, count in report["totals"].items():
        expect("github: totals", f"{rule}: {count}" in notices[0][2].split("\n"), True)


def cells(tokens: list) -> list[list[str]]:
    """The text of each cell of each table row; anything but text in a cell is an error."""
    rows: list[list[str]] = []
    in_cell = False
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        in_cell = (in_cell or token.type in ("td_open", "th_open")) and token.type not in ("td_close", "th_close")
        if token.type == "inline" and in_cell:
            expect("markdown: a cell", {child.type for child in token.children} <= {"text", "text_special"}, True)
            rows[-1].append("".join(child.content for child in token.children))
    return rows


def read_markdown(folder: Path, report: dict) -> None:
    text = read(folder / "report.md")
    harmless("markdown", text)
    expect("markdown: size", len(text.encode()) < 1 << 20, True)
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    expect("markdown: no HTML", any(token.type == "html_block" for token in tokens), False)
    expect("markdown: tables", sum(token.type == "table_open" for token in tokens), 2)
    rows = cells(tokens)
    rules = len(report["totals"])
    totals = {row[0]: int(row[1]) for row in rows[1 : rules + 1]}
    expect("markdown: totals", totals, report["totals"])
    for row, finding in zip(rows[rules + 2 :], report["findings"], strict=True):
        expect("markdown: cells", len(row), 6)
        severity, _, line, number, rule, detail = row
        expect("markdown: row", (severity, int(line), int(number), rule), ("error", finding["at"]["line"], finding["row"], finding["rule"]))
        expect("markdown: detail", finding["detail"] in detail, True)
    left_out = sum(report["totals"].values()) - len(report["findings"])
    expect("markdown: left out", f"{left_out} more of" in text, True)


def read_text(folder: Path, report: dict) -> None:
    text = read(folder / "report.txt")
    harmless("text", text)
    lines = text.splitlines()
    for line, finding in zip(lines, report["findings"]):
        at = finding["at"]
        expect("text: place", line.startswith(f"{escaped(NAME)}:{at['line']}:{at['byte']}: {finding['rule']}: "), True)
        expect("text: detail", finding["detail"] in line, True)


def main() -> None:
    copydesk = str(Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)
        stdout = check(copydesk, folder)
        report = read_json(folder)
        read_junit(folder, report)
        read_github(stdout, report)
        read_markdown(folder, report)
        read_text(folder, report)
    print(f"read back in 5 forms: {len(report['findings'])} findings, {sum(report['totals'].values())} in all")


if __name__ == "__main__":
    main()
