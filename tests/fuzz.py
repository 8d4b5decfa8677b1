"""Feed the gate with inputs that nobody would write: ``python tests/fuzz.py [N] [--seed S] [--only INDEX]``.

Each input is a file of the real site, changed at random: bytes flipped, pieces removed, doubled, swapped or taken from
other files, and snippets put in that are known to trouble parsers, up to 1 MiB. The gate must give a verdict on a small
project with that file: no exception, places that exist, at most 2 s of processor time and 500 MB. An input follows from
the seed and its index alone. What the gate cannot read at all (a broken mkdocs.yml) must be refused in one line.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import resource
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from click.testing import CliRunner

from conftest import copy_project
from kb.cli import main as main_command

MOST_SECONDS, MOST_MEGABYTES = 2.0, 500
LARGEST = 1024 * 1024
PAGE = "docs/principles/transference.md"
PART = "docs/part.txt"

# What is repeated to make a hostile piece.
MARKDOWN = [
    *("[", "]", "[]", "[a](b.md) ", "[a][b] ", "[a][", "](", "](<", "[a](", "![", "![a](b)", "(", "!", "[[", "[^a] ", "[^"),
    *("[@a] ", "[@a; ", "@a ", "[@", "[see @shedler2010efficacy, p. 1] ", "*", "*a ", "**a*b ", "_", "_a ", "`", "` ", "~"),
    *("<", "<a ", '<a id="x" ', "<a>", '<a href="b">', "</a", "<div>", "<div>\n", "<div markdown>\n", "<!--", "<!-- kb: ", "<?"),
    *("<![CDATA[", "<![x", "<!x", "<script>", "<style>", '<p id="a" onclick="b" ', 'a="" ', "<svg>", "<img src=b>", "<h2>"),
    *("<!-- kb: allow link-target-exists because x -->\n\n", "<!-- kb: allow suppression-is-needed because x -->\n", "<!-- kb: allow"),
    *("> ", "> x\n", "- ", "- a\n", "- a\n\n    b\n\n", "1. a\n", "    ", "\t", "\n", " ", " \n", "\r", "\r\n", "# a\n", "#", "a\n=\n", "a\n-\n"),
    *("-", "=", "---\n", "***\n", "|", "a|b\n", "|-", "\n\n| a | b |\n|---|---|\n| c | d |\n", "```\n", "~~~ {.a\n", "```a\n```\n", "!!! note\n    "),
    *("???+ note\n    ", '=== "a"\n\n    b\n\n', "a\n: b\n\n", "[l]: http://x.y/\n", "[^1]: note\n\n", "*[A]: b\n", "{#a ", "{: #a", "{: #a .b c=d }", "{"),
    *("}", "{{ a", "$", "$$\n", "\\(", "\\", "&", "&#x41", "&#xD800;", "&amp;", '"', "'", "...", "--", "<http://a", "a@b.c ", "http://[", "[a](http://[x) "),
    *("[a](//[) ", "[a](x:y) ", "[a](%) ", "[a](?) ", "[a](#%F4%8F) ", "[a](../../../../x.md) ", "[a](javascript:x) ", '--8<-- "part.txt"\n', "--8<--\n"),
    *('--8<-- "/etc/passwd"\n', '--8<-- "part.txt:1:2"\n', "1% ", "d = 0.8 ", "p < .05 ", "gold standard ", "XQZ ", "ABC1s ", "suffers from ", "Freud (1915) "),
    *("<<<<<<< a\n", ">>>>>>> a\n", "\x00", "\x01", "\x02", "\x03", "\x02wzxhzdk:0\x03", "\x02klzzwxh:0001\x03", "\x1b[31m", "\u202e", "\u2066", "\ufeff", "\u2028"),
    *("\U0010f0f0", "\U0010f0f0\U0010f0f2\U0010f0f1", "%F4%8F%83%B0", "e\u0301", "\U0001f600", "ﬁ", "İ", "ß", "word ", "a", ".", "x y. ", "## Evidence and criticism\n\n"),
]  # fmt: skip
YAML = [
    *("[", "]", "{", "}", "- ", "? ", "a: ", "  a:\n", "- a\n", "&a ", "*a ", "&a [*a]", "<<: *a\n", "!!binary x\n", "!!int ''\n", "!!bool x\n", "!!float x\n"),
    *("!!timestamp x\n", "!!python/object:os.system x\n", "!!set {a, b}\n", "!!omap [a: b]\n", "|\n  x\n", ">-\n", '"', "'", "\\u0000", "\\ud800", "\\x41", "#", "%YAML 1.1\n"),
    *("---\n", "...\n", "a: b\n", "~\n", "null\n", ".inf\n", "9", "0xf", "1:", "2024-13-45\n", "2001-12-14t21:59:43.10-95:99\n", "\t", "\r", "\x00", "\x85", "\u2028", "\ufeff", "😀"),
    *("a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n", "- term: x\n", "- &t {term: x}\n- *t\n", "- <<: {term: x}\n", "title: [\n", "aliases: x\n", "aliases: [[x]]\n", "builds_on: {x: {y: z}}\n"),
    *("levels: {DMRS: {level: 1}}\n", "? [a]\n: b\n", "1.5: 2\n", "true: x\n", "lists: glossary\n", "sources: [1, a]\n", "reviewed: 0001-01-01\n", "fit: 0xffffffff\n", "hide: [x]\n"),
]  # fmt: skip
BIBTEX = [
    *("{", "}", "@", "@a{", "@article{a,", "@article{a, title={", "title = {", '"', '"{', "#", "=", ",", "and ", "and and ", "A, B, C, D", "~", "\\", "\\'{", "%", "\n", "(", ")"),
    *("@string{a = b}\n", "@preamble{", "@comment{", "@book{a}\n", "@book{a,}\n", "@book{a, author={x and y}}\n", "author = {{", "year = {n.d.},\n", "doi = {10.1/x},\n", "pages = {9--1},\n"),
    *("isbn = {1},\n", "crossref = {a},\n", "@article(a, title=b)\n", "@{,}", "\x00", "\r", "\ufeff", "é", "@article{shedler2010efficacy, title={x}}\n", "author = {" + "A and " * 50 + "B},\n"),
]  # fmt: skip
CSV = ['"', ",", "\n", '""', '"\n', ";", "\t", "=1+1", "\r", "\x00", "é", "1e999", "NaN", "-"]
CONFIGURATION = [*YAML, "nav:\n", "  - x.md\n", "plugins: [x]\n", "extra: {kb: {strict: x}}\n", "!ENV [A]\n", "!relative x\n", "INHERIT: mkdocs.yml\n", "docs_dir: .\n", "markdown_extensions: [x]\n"]  # fmt: skip


@dataclass(frozen=True)
class Target:
    """A file of the project that is changed, what it is made from, and what is put in."""

    file: str
    pattern: str
    units: list[str]
    weight: int


TARGETS = [
    Target(PAGE, "docs/**/*.md", [*MARKDOWN, *YAML], 60),
    Target(PART, "docs/**/*.md", MARKDOWN, 4),
    Target("docs/glossary.yml", "docs/glossary.yml", YAML, 12),
    Target("bib/references.bib", "bib/*.bib", BIBTEX, 14),
    Target("bib/effects.csv", "bib/*.csv", CSV, 2),
    Target("mkdocs.yml", "mkdocs.yml", CONFIGURATION, 8),
]


@dataclass(frozen=True)
class Outcome:
    """What the gate did with one input. `failure` is empty where it did what it must."""

    index: int
    file: str
    size: int
    seconds: float
    megabytes: int
    findings: int
    refused: bool
    failure: str = ""


# inputs


def mutated(chance: random.Random, sources: list[bytes], units: list[str]) -> bytes:
    """One of the `sources`, changed at random."""
    content = chance.choice(sources)
    if chance.random() < 0.1:
        content = b""
    for _ in range(chance.randint(1, 4)):
        content = chance.choice(_MUTATIONS)(chance, content, sources, units)
    return content[:LARGEST]


def _place(chance: random.Random, content: bytes) -> int:
    """Anywhere, the beginnings of lines and of paragraphs more often than the middle of a word."""
    near = chance.randint(0, len(content))
    for separator in chance.choice([[], [b"\n"], [b"\n\n"], [b"\n## "]]):
        near = content.find(separator, near) + len(separator) if separator in content[near:] else near
    return near


def _slice(chance: random.Random, content: bytes) -> tuple[int, int]:
    start = _place(chance, content)
    return start, min(len(content), start + int(chance.expovariate(1 / 200)))


def _flip(chance: random.Random, content: bytes, sources: list[bytes], units: list[str]) -> bytes:
    data = bytearray(content)
    for _ in range(min(len(data), chance.randint(1, 8))):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def _remove(chance: random.Random, content: bytes, sources: list[bytes], units: list[str]) -> bytes:
    start, end = _slice(chance, content)
    return content[:start] + content[end:]


def _double(chance: random.Random, content: bytes, sources: list[bytes], units: list[str]) -> bytes:
    start, end = _slice(chance, content)
    return content[:end] + content[start:end] * _times(chance, end - start) + content[end:]


def _swap(chance: random.Random, content: bytes, sources: list[bytes], units: list[str]) -> bytes:
    (a, b), (c, d) = sorted([_slice(chance, content), _slice(chance, content)])
    return content if b > c else content[:a] + content[c:d] + content[b:c] + content[a:b] + content[d:]


def _graft(chance: random.Random, content: bytes, sources: list[bytes], units: list[str]) -> bytes:
    other = chance.choice(sources)
    start, end = _slice(chance, other)
    at = _place(chance, content)
    return content[:at] + other[start:end] + content[at:]


def _put(chance: random.Random, content: bytes, sources: list[bytes], units: list[str]) -> bytes:
    unit = "".join(chance.choices(units, k=chance.choice([1, 1, 1, 2, 3]))).encode("utf-8", "surrogatepass")
    at = _place(chance, content)
    return content[:at] + unit * _times(chance, len(unit)) + content[at:]


def _end_lines(chance: random.Random, content: bytes, sources: list[bytes], units: list[str]) -> bytes:
    return content.replace(b"\n", chance.choice([b"\r", b"\r\n", b"\n\n", b"", b" \n"]))


def _times(chance: random.Random, length: int) -> int:
    """How often: mostly a few times, now and then until the file is full."""
    most = LARGEST // max(1, length)
    return chance.choices([1, chance.randint(2, 50), chance.randint(50, 5000), most], [60, 30, 8, 2])[0]


_MUTATIONS = [_flip, _remove, _double, _swap, _graft, _put, _put, _put, _end_lines]


# running


@contextlib.contextmanager
def small_project() -> Iterator[tuple[Path, dict[str, list[bytes]]]]:
    """A small part of the real site, and the contents of the real files by target."""
    with tempfile.TemporaryDirectory() as name:
        folder = copy_project(Path(name))
        sources = {
            target.file: [file.read_bytes() for file in sorted(folder.glob(target.pattern))] or [b"key,value\na,1\n"]
            for target in TARGETS
        }
        for page in folder.glob("docs/*/*.md"):
            if page != folder / PAGE:
                page.unlink()
        for file, beginning in (("bib/references.bib", "\n@"), ("docs/glossary.yml", "\n- term")):
            entries = (folder / file).read_text(encoding="utf-8").split(beginning)
            (folder / file).write_text(beginning.join(entries[:20]) + "\n", encoding="utf-8")
        (folder / PART).write_text("Included.\n", encoding="utf-8")
        (folder / "docs" / "index.md").write_text('---\ntitle: Home\n---\n\n--8<-- "part.txt"\n', encoding="utf-8")
        yield folder, sources


def run(folder: Path, sources: dict[str, list[bytes]], seed: int, index: int) -> Outcome:
    """Check the project with one changed file, and put the file back."""
    chance = random.Random(f"{seed} {index}")
    target = chance.choices(TARGETS, [target.weight for target in TARGETS])[0]
    content = mutated(chance, sources[target.file], target.units)
    file = folder / target.file
    before = file.read_bytes() if file.exists() else None
    file.write_bytes(content)
    _forget_peak()
    start = _seconds()
    findings, code, failure = _check(folder)
    seconds, megabytes = _seconds() - start, _peak()
    if not failure:
        form = chance.choice(["text", "text", "github", "sarif", "junit"])
        again = _seconds()
        failure = _run(folder, form)[2]
        seconds = max(seconds, _seconds() - again)
    if not failure and seconds > MOST_SECONDS:
        failure = f"{seconds:.2f} s"
    if not failure and megabytes > MOST_MEGABYTES:
        failure = f"{megabytes} MB"
    if before is None:
        file.unlink()
    else:
        file.write_bytes(before)
    return Outcome(index, target.file, len(content), round(seconds, 3), megabytes, findings, code == 2, failure)


def _check(folder: Path) -> tuple[int, int, str]:
    """The number of findings, the exit code, and what is wrong with them."""
    output, code, failure = _run(folder, "json")
    if failure or code == 2:
        return 0, code, failure
    findings = json.loads(output)["findings"]
    lines: dict[str, list[str]] = {}
    for finding in findings:
        path, line, column = finding["path"], finding["line"], finding["column"]
        if path not in lines:
            content = (folder / path).read_bytes().decode("utf-8-sig", "replace")
            lines[path] = content.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        here = "" if line is None else lines[path][line - 1] if 0 < line <= len(lines[path]) else None
        if here is None or not 0 < (column or 1) <= len(here) + 1:
            return (
                len(findings),
                code,
                f"no such place: {path}:{line}:{column} {finding['rule']} {finding['message'][:80]}",
            )
    return len(findings), code, ""


def _run(folder: Path, form: str) -> tuple[str, int, str]:
    """What `kb check` prints, its exit code, and what it did that it must not."""
    result = CliRunner().invoke(main_command, ["check", "--config", str(folder / "mkdocs.yml"), "--format", form])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        return "", 1, "".join(traceback.format_exception(*(result.exc_info or ())))
    if result.exit_code == 2 and len(result.output.splitlines()) != 1:
        return "", 2, f"not one line: {result.output}"
    return result.output, result.exit_code, ""


def _seconds() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def _forget_peak() -> None:
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak() -> int:
    """The most memory, in MB, that this process has had since `_forget_peak`, or any of its children ever."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    own = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) // 1024


def outcomes(indices: list[int], seed: int, inputs_per_process: int = 50) -> Iterator[Outcome]:
    """Run the inputs in processes of their own, so that one which kills its process is known."""
    with small_project() as (folder, sources):
        waiting = indices
        while waiting:
            batch, waiting = waiting[:inputs_per_process], waiting[inputs_per_process:]
            done = 0
            for outcome in _in_process(lambda batch=batch: _run_all(folder, sources, seed, batch)):
                done += 1
                yield outcome
            if done < len(batch):
                yield Outcome(batch[done], "?", 0, 0, 0, 0, False, "the process died")
                waiting = batch[done + 1 :] + waiting
                shutil.rmtree(folder)
                copy = small_project()
                fresh, _ = copy.__enter__()
                shutil.copytree(fresh, folder)
                copy.__exit__(None, None, None)


def _run_all(folder: Path, sources: dict[str, list[bytes]], seed: int, indices: list[int]) -> Iterator[Outcome]:
    _run(folder, "json")
    for index in indices:
        yield run(folder, sources, seed, index)


def _in_process(work: Callable[[], Iterator[Outcome]]) -> Iterator[Outcome]:
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            with os.fdopen(sending, "w", encoding="utf-8") as pipe:
                for outcome in work():
                    print(json.dumps(asdict(outcome)), file=pipe, flush=True)
        finally:
            os._exit(0)
    os.close(sending)
    with os.fdopen(receiving, encoding="utf-8") as pipe:
        for line in pipe:
            yield Outcome(**json.loads(line))
    os.waitpid(child, 0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("number", nargs="?", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int, help="the index of one input to run again in this process")
    parser.add_argument("--start", type=int, default=0)
    given = parser.parse_args()
    if given.only is not None:
        with small_project() as (folder, sources):
            for outcome in _run_all(folder, sources, given.seed, [given.only]):
                print(outcome.failure or outcome)
                return bool(outcome.failure)
    start = time.perf_counter()
    by_file: dict[str, list[Outcome]] = defaultdict(list)
    failed: list[Outcome] = []
    for count, outcome in enumerate(outcomes(list(range(given.start, given.start + given.number)), given.seed), 1):
        by_file[outcome.file].append(outcome)
        if outcome.failure:
            failed.append(outcome)
            print(f"input {outcome.index} ({outcome.file}, {outcome.size} bytes): {outcome.failure}", flush=True)
        if count % 500 == 0:
            print(
                f"{count} inputs, {len(failed)} failed, {time.perf_counter() - start:.0f} s",
                file=sys.stderr,
                flush=True,
            )
    print(
        f"\n{'file':22} {'inputs':>7} {'refused':>8} {'with findings':>14} {'most s':>7} {'most MB':>8} {'failed':>7}"
    )
    for file, those in sorted(by_file.items()):
        counts = Counter(
            refused=sum(o.refused for o in those),
            found=sum(o.findings > 0 for o in those),
            failed=sum(bool(o.failure) for o in those),
        )
        seconds, megabytes = max(o.seconds for o in those), max(o.megabytes for o in those)
        print(
            f"{file:22} {len(those):7} {counts['refused']:8} {counts['found']:14} {seconds:7.2f} {megabytes:8} {counts['failed']:7}"
        )
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
