"""Findings for a person: the place, the line with a caret, what is wrong, and how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby

from kb.model import Finding, Severity, Span
from kb.reports import Verdict, count

# A piece of text, with its style where it has one.
Part = str | tuple[str, str]

_COLOURS = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow"}
_WIDEST_EXCERPT = 100


def write(verdict: Verdict, text_of: Callable[[str], str], to_stderr: bool = False) -> None:
    """Print all findings, file by file, and a summary of one line. `text_of` reads a source file by its path."""
    if not verdict.findings and not to_stderr:
        print(verdict.summary)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=to_stderr)
    for path, group in groupby(verdict.findings, key=lambda finding: finding.span.path):
        findings = list(group)
        lines = _lines(text_of, path)
        parts: list[Part] = [(path, "bold underline"), f" ({_how_many(findings)})\n"]
        for finding in findings:
            parts += _parts(finding, verdict.more_about(finding.rule), lines)
        text = Text.assemble(*parts)
        if console.is_terminal:
            console.print(text, soft_wrap=True)
        else:
            console.out(text.plain, highlight=False)
    console.print(verdict.summary, highlight=False, soft_wrap=True, markup=False)


def _how_many(findings: list[Finding]) -> str:
    numbers = [(severity, sum(finding.severity is severity for finding in findings)) for severity in Severity]
    return ", ".join(count(number, severity.value) for severity, number in numbers if number)


def _lines(text_of: Callable[[str], str], path: str) -> list[str]:
    try:
        return text_of(path).split("\n")
    except (OSError, UnicodeError):
        return []


def _parts(finding: Finding, help_: str, lines: list[str]) -> Iterator[Part]:
    """What is said about a finding, line by line."""
    span = finding.span
    yield from ("  ", (span.place, "bold"), ": ", (finding.severity.value, _COLOURS[finding.severity]), ": ")
    yield f"{finding.message}\n"
    for line in excerpt(span, lines):
        yield f"    {line}\n", "cyan"
    if finding.suggestion:
        yield f"    → {finding.suggestion}\n", "green"
    yield f"    {finding.rule}: {help_}\n", "dim"


def excerpt(span: Span, lines: list[str]) -> list[str]:
    """The source line and a line of carets under the characters meant, cut to fit a screen.

    Carets are placed by the width that a terminal gives to characters: Chinese ones take two columns, accents none.
    """
    from rich.cells import cell_len

    if span.line is None or span.column is None or span.line > len(lines):
        return []
    whole = lines[span.line - 1]
    near = max(0, min(span.column - 1, len(whole)) - _WIDEST_EXCERPT)  # of a very long line no more than may be shown
    stretch = whole[near : near + 3 * _WIDEST_EXCERPT]
    line = "".join(character if character.isprintable() else " " for character in stretch)
    at = min(span.column - 1 - near, len(line))
    start = at
    while start > 0 and cell_len(line[start - 1 : at]) <= _WIDEST_EXCERPT // 2:
        start -= 1
    end = len(line)
    while cell_len(line[start:end]) > _WIDEST_EXCERPT:
        end = start + (end - start) * _WIDEST_EXCERPT // cell_len(line[start:end])
    if end == len(line):
        while start > 0 and cell_len(line[start - 1 : end]) <= _WIDEST_EXCERPT:
            start -= 1
    gutter = f"{span.line:5} | "
    before, marked = cell_len(line[start:at]), cell_len(line[at : min(at + span.length, end)])
    return [gutter + line[start:end], " " * (len(gutter) + before) + "^" * max(1, marked)]
