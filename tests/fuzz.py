"""Feed the gate with inputs that nobody would write: ``python tests/fuzz.py [N] [--seed S] [--only INDEX]``.

Each input is one file of a small project, up to 1 MiB. The first are made by hand (nested, endless or cyclic), the next
are one troublesome snippet repeated until the file is full, and all others are files of the real site, changed at
random: bytes flipped, pieces removed, doubled, swapped or taken from other files, and such snippets put in. The gate
must give a verdict on the project with that file: no exception, places that exist, the same verdict when asked again,
at most 2 s of processor time and 500 MB. What it cannot read at all (a broken mkdocs.yml) must be refused in one line.
An input follows from the seed and its index alone, and each is checked in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from click.testing import CliRunner

from conftest import copy_project
from kb.cli import FORMATS
from kb.cli import main as main_command

MOST_SECONDS, MOST_MEGABYTES = 2.0, 500
LARGEST = 1024 * 1024
# Seconds of processor time after which a process is ended.
HANGING = 30
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

    kind: str
    file: str
    pattern: str
    units: list[str]
    weight: int


TARGETS = [
    Target("page", PAGE, "docs/**/*.md", [*MARKDOWN, *YAML], 60),
    Target("included text", PART, "docs/**/*.md", MARKDOWN, 4),
    Target("glossary", "docs/glossary.yml", "docs/glossary.yml", YAML, 12),
    Target("bibliography", "bib/references.bib", "bib/*.bib", BIBTEX, 14),
    Target("effects", "bib/effects.csv", "bib/*.csv", CSV, 2),
    Target("guidelines", "bib/guidelines.csv", "bib/*.csv", CSV, 1),
    Target("configuration", "mkdocs.yml", "mkdocs.yml", CONFIGURATION, 8),
]


def _nested(opening: str, closing: str) -> Callable[[int], str]:
    return lambda size: opening * (size // len(opening + closing)) + closing * (size // len(opening + closing))


def _stairs(step: str, line: str) -> Callable[[int], str]:
    """Lines that each stand one step deeper than the one before."""

    def write(size: int) -> str:
        lines: list[str] = []
        while size > 0:
            lines.append(step * len(lines) + line)
            size -= len(lines[-1]) + 1
        return "\n".join(lines)

    return write


def _of_lines(line: str) -> Callable[[int], str]:
    """As many lines as there is room for, each with its number in place of `§`."""
    return lambda size: "\n".join(line.replace("§", str(number)) for number in range(size // (len(line) + 6)))


def _endless(unit: str) -> Callable[[int], str]:
    return lambda size: unit * (size // len(unit) + 1)


def _laughs(aliases: int) -> str:
    """YAML of some hundred characters that stands for ten to the twentieth values."""
    levels = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * aliases)}]" for n in range(1, 20)]
    return "\n".join(["a0: &a0 x", *levels])


# Whole inputs of a given size, each with the kind of file that it is to be; the last are a snippet without an end.
HOSTILE: list[tuple[str, Callable[[int], str]]] = [
    *(("page", _nested(*pair)) for pair in ("[]", "()", "<>", "{}", "**", "``", "$$", ("![", "](a)"), ("[", "](a.md)"))),
    *(("page", _nested(*pair)) for pair in (("<div>", "</div>"), ("<b>", "</b>"), ("<div markdown>\n\n", "\n\n</div>"))),
    *(("page", _stairs(*pair)) for pair in (("    ", "- a"), ("    ", "1. a"), ("> ", "a"), ("  ", "- [a](b.md)"))),
    *(("page", _stairs("    ", line)) for line in ("!!! note", '=== "a"', "??? note", "a\n", "[^1]: a", ":   a", "```")),
    *(("page", _of_lines(line)) for line in ("# a", "# a§", "[a§](b§.md#c§)", "[^§]: a", "a[^§]", "[§]: b", "[a][§]", "*[A§]: b")),
    *(("page", _of_lines(line)) for line in ("a [@a§] b", "A§ (1915) [@a§].", "- [ ] a§", "| a§ | b |", '<a id="a§"></a>', "{{effect:a§}}")),
    ("page", lambda size: "[" + "; ".join(["@shedler2010efficacy"] * (size // 22)) + "]"),
    ("page", lambda size: "[@a] " * (size // 5)),
    ("page", lambda size: ('"' + "one " * 13 + '" [@shedler2010efficacy]. ') * (size // 80)),
    ("page", lambda size: '"' + "one two " * (size // 8) + '"'),
    ("page", lambda size: "It was more effective than usual care. " * (size // 39)),
    ("page", lambda size: "splitting " * (size // 10)),
    ("page", lambda size: '--8<-- "part.txt"\n' * (size // 18)),
    ("page", lambda size: f"---\n{_laughs(9)}\n---\n\nText.\n"),
    ("page", lambda size: "---\ntitle: &a [*a]\n---\n\nText.\n"),
    ("page", lambda size: f"---\naliases: [{'a, ' * (size // 3 - 10)}]\n---\n"),
    ("page", lambda size: f"---\ntitle: {'[' * (size // 2)}{']' * (size // 2 - 20)}\n---\n"),
    ("page", lambda size: "\0" * size),
    ("included text", lambda size: '--8<-- "part.txt"\n'),
    ("included text", lambda size: '--8<-- "part.txt"\n--8<-- "index.md"\n' * (size // 37)),
    ("included text", lambda size: '--8<-- "principles/transference.md"\n' * (size // 36)),
    *(("included text", _nested(*pair)) for pair in ("[]", "()")),
    ("glossary", lambda size: _laughs(9)),
    ("glossary", lambda size: "- &a [*a]\n"),
    ("glossary", _nested("[", "]")),
    ("glossary", _of_lines("- {term: a§, definition: An a§ b., sources: [shedler2010efficacy]}")),
    ("glossary", _of_lines("- {term: a§, definition: The a of a., sources: [a§]}")),
    ("glossary", _of_lines("- {term: a, definition: a, sources: [a]}")),
    ("bibliography", _nested("@article{a, title = {", "}}")),
    ("bibliography", lambda size: "@article{a, title = " + "{" * (size // 2 - 20) + "}" * (size // 2 - 20) + "}"),
    ("bibliography", lambda size: "@string{a = {x}}\n" + "@string{a = a # a}\n" * (size // 19)),
    ("bibliography", _of_lines("@article{a§, author = {A, B}, title = {T}, journal = {J}, year = {2000}, doi = {10.1/x}}")),
    ("bibliography", lambda size: "@book{a, author = {" + "A, B and " * (size // 9 - 9) + "C, D}, title = {T}}"),
    ("effects", lambda size: ("," * 23 + "\n") * (size // 24)),
    ("effects", lambda size: '"' + "a\n" * (size // 2)),
    ("configuration", lambda size: _laughs(9)),
    ("configuration", lambda size: "site_name: &a [*a]\n"),
    ("configuration", _nested("{a: ", "}")),
    ("configuration", lambda size: "site_name: a\nINHERIT: mkdocs.yml\n"),
    ("configuration", lambda size: "site_name: a\nnav:\n" + "  - gone.md\n" * (size // 12)),
    ("configuration", lambda size: "site_name: a\nnav:\n" + _stairs("  ", "- a:")(size)),
    *((target.kind, _endless(unit)) for target in TARGETS if target.kind != "included text" for unit in target.units),
]  # fmt: skip
# Each in these parts of the largest size: what is given up early where it is long may take its time where it is not.
PARTS = (1, 8, 40)


class Outcome(NamedTuple):
    """What the gate did with one input. `failure` is empty where it did what it must, however long it took.

    `seconds` are of processor time, those of child processes included; `megabytes` is the most memory of one process.
    """

    index: int
    kind: str
    size: int
    seconds: float = 0
    megabytes: int = 0
    findings: int = 0
    refused: bool = False
    failure: str = ""

    @property
    def problem(self) -> str:
        """What is wrong with the outcome: its failure, or what it cost."""
        slow = f"{self.seconds:.2f} s" if self.seconds > MOST_SECONDS else ""
        return self.failure or slow or (f"{self.megabytes} MB" if self.megabytes > MOST_MEGABYTES else "")


# inputs


def made(seed: int, index: int, sources: dict[str, list[bytes]], largest: int) -> tuple[Target, bytes]:
    """An input, of at most so many bytes, and the file that it is to be."""
    if index < len(HOSTILE) * len(PARTS):
        kind, write = HOSTILE[index // len(PARTS)]
        size = largest // PARTS[index % len(PARTS)]
        return next(target for target in TARGETS if target.kind == kind), _bytes(write(size))[:size]
    chance = random.Random(f"{seed} {index}")
    target = chance.choices(TARGETS, [target.weight for target in TARGETS])[0]
    return target, mutated(chance, sources[target.kind], target.units)[:largest]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


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
    unit = _bytes("".join(chance.choices(units, k=chance.choice([1, 1, 1, 2, 3]))))
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


class Rig:
    """A small part of the real site, checked before, in which one file at a time is changed and put back."""

    def __init__(self, folder: Path) -> None:
        self.folder = copy_project(folder)
        self.sources = {
            target.kind: [file.read_bytes() for file in sorted(folder.glob(target.pattern))] for target in TARGETS
        }
        for page in folder.glob("docs/*/**/*.md"):
            if page != folder / PAGE:
                page.unlink()
        for name, beginning in (
            ("bib/references.bib", "\n@"),
            ("docs/glossary.yml", "\n- term"),
            ("bib/effects.csv", "\n"),
            ("bib/guidelines.csv", "\n"),
        ):
            entries = (folder / name).read_text(encoding="utf-8").split(beginning)
            (folder / name).write_text(beginning.join(entries[:20]) + "\n", encoding="utf-8")
        (folder / PART).write_text("Included.\n", encoding="utf-8")
        (folder / "docs" / "index.md").write_text('---\ntitle: Home\n---\n\n--8<-- "part.txt"\n', encoding="utf-8")
        _let_the_clock_tick()
        for form in FORMATS:  # what is loaded at first use is no cost of the inputs
            self.run(form)
        shutil.copytree(folder / ".cache", folder / "cache as it was")

    def check(self, seed: int, index: int, largest: int = LARGEST) -> Outcome:
        """Check the project with one changed file, and put the file and the cache back."""
        target, content = made(seed, index, self.sources, largest)
        form = random.Random(f"form {seed} {index}").choice(["text", "text", "github", "sarif", "junit"])
        file = self.folder / target.file
        before = file.read_bytes()
        file.write_bytes(content)
        _let_the_clock_tick()
        first, seconds, megabytes = _measured(lambda: self.run("json"))
        is_too_costly = "takes more than" in first.output  # then nothing was kept, and it would be as costly again
        again, more_seconds, more_megabytes = (first, 0, 0) if is_too_costly else _measured(lambda: self.run(form))
        findings, failure = self._looked_at(first)
        failure = failure or again.failure
        if not failure and again.code != first.code:
            failure = f"exit code {first.code}, but {again.code} when asked again"
        file.write_bytes(before)
        shutil.rmtree(self.folder / ".cache")
        shutil.copytree(self.folder / "cache as it was", self.folder / ".cache")
        most = max(seconds, more_seconds), max(megabytes, more_megabytes)
        return Outcome(index, target.kind, len(content), *most, findings, first.code == 2, failure)

    def run(self, form: str) -> Run:
        """What `kb check` does, in this process."""
        command = ["check", "--config", str(self.folder / "mkdocs.yml"), "--format", form]
        result = CliRunner().invoke(main_command, command)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            return Run("", -1, "".join(traceback.format_exception(result.exception)))
        if result.exit_code == 2 and len(result.output.splitlines()) != 1:
            return Run("", 2, f"not one line: {result.output}")
        return Run(result.output, result.exit_code)

    def _looked_at(self, run: Run) -> tuple[int, str]:
        """The number of findings, and what is wrong with the run."""
        if run.failure or run.code == 2:
            return 0, run.failure
        findings = json.loads(run.output)["findings"]
        lines: dict[str, list[str]] = {}
        for finding in findings:
            path, line, column = finding["path"], finding["line"], finding["column"]
            if path not in lines:
                content = (self.folder / path).read_bytes().decode("utf-8-sig", "replace")
                lines[path] = content.replace("\r\n", "\n").replace("\r", "\n").split("\n")
            here = "" if line is None else lines[path][line - 1] if 0 < line <= len(lines[path]) else None
            if here is None or not 0 < (column or 1) <= len(here) + 1:
                place = f"{path}:{line}:{column}"
                return len(findings), f"no such place: {place} {finding['rule']} {finding['message'][:80]}"
        return len(findings), ""


class Run(NamedTuple):
    """What the command printed, its exit code, and what it did that it must not."""

    output: str
    code: int
    failure: str = ""


def _let_the_clock_tick() -> None:
    """Wait until the file system would tell a change from the last one: the gate keeps nothing that is as new."""
    time.sleep(0.06)


def _measured(work: Callable[[], Run]) -> tuple[Run, float, int]:
    """What `work` gives in a process of its own; its seconds of processor time; and the most megabytes it had."""
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (HANGING, HANGING))
            with os.fdopen(sending, "w", encoding="utf-8", errors="surrogatepass") as pipe:
                json.dump(work(), pipe)
        finally:
            os._exit(0)
    os.close(sending)
    with os.fdopen(receiving, encoding="utf-8", errors="surrogatepass") as pipe:
        answer = pipe.read()
    _, status, usage = os.wait4(child, 0)
    died = f"the process ended by {signal.strsignal(os.WTERMSIG(status)) if os.WIFSIGNALED(status) else 'itself'}"
    run = Run(*json.loads(answer)) if answer else Run("", -1, died)
    return run, round(usage.ru_utime + usage.ru_stime, 3), usage.ru_maxrss // 1024


class _Worker:
    rig: Rig


def _begin(folder: str) -> None:
    _Worker.rig = Rig(Path(folder) / str(os.getpid()))


def _check(given: tuple[int, int, int]) -> Outcome:
    return _Worker.rig.check(*given)


def outcomes(indices: Iterable[int], seed: int = 0, largest: int = LARGEST) -> Iterator[Outcome]:
    """Check inputs, in as many processes as there are processors; they begin afresh, so that memory is their own."""
    fresh = multiprocessing.get_context("spawn")
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(len(os.sched_getaffinity(0)), fresh, _begin, (folder,)) as pool,
    ):
        yield from pool.map(_check, [(seed, index, largest) for index in indices])


def table(outcomes: list[Outcome]) -> str:
    """What became of the inputs of each kind."""
    by_kind: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_kind[outcome.kind].append(outcome)
    head = ("kind", "inputs", "over 100 kB", "refused", "most s", "most MB", "failed")
    rows = [head, *(_row(kind, those) for kind, those in sorted(by_kind.items())), _row("all", outcomes)]
    return "\n".join(f"{row[0]:14}" + "".join(f"{cell:>13}" for cell in row[1:]) for row in rows)


def _row(name: str, outcomes: list[Outcome]) -> tuple[str, ...]:
    return (
        name,
        f"{len(outcomes):,}",
        f"{sum(outcome.size > 100_000 for outcome in outcomes):,}",
        f"{sum(outcome.refused for outcome in outcomes):,}",
        f"{max(outcome.seconds for outcome in outcomes):.2f}",
        str(max(outcome.megabytes for outcome in outcomes)),
        str(sum(bool(outcome.problem) for outcome in outcomes)),
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("number", nargs="?", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--start", type=int, default=0, help="the index of the first input")
    parser.add_argument("--only", type=int, help="the index of one input to run again")
    given = parser.parse_args()
    if given.only is not None:
        given.start, given.number = given.only, 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))  # so that the other processes end with this one
    start = time.perf_counter()
    done: list[Outcome] = []
    for outcome in outcomes(range(given.start, given.start + given.number), given.seed):
        done.append(outcome)
        if outcome.problem:
            print(f"input {outcome.index} ({outcome.kind}, {outcome.size:,} bytes): {outcome.problem}", flush=True)
        if len(done) % 1000 == 0 and len(done) < given.number:
            print(f"\nAfter {(time.perf_counter() - start) / 60:.0f} minutes:\n{table(done)}\n", flush=True)
    print(f"\nSeed {given.seed}, {(time.perf_counter() - start) / 60:.0f} minutes:\n{table(done)}")
    return any(outcome.problem for outcome in done)


if __name__ == "__main__":
    sys.exit(main())
