"""Findings for a person: the place, the line with a caret, what is wrong, and how to mend it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import TYPE_CHECKING

from kb.model import Finding, Severity, Span
from kb.reports import Verdict

if TYPE_CHECKING:
    from rich.console import Console

_COLOURS = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow"}
_WIDEST_EXCERPT = 100


def write(verdict: Verdict, text_of: Callable[[str], str], to_stderr: bool = False) -> None:
    """Print all findings, file by file, and a summary of one line. `text_of` reads a source file by its path."""
    if not verdict.findings and not to_stderr:
        print(summary(verdict))
        return
    from rich.console import Console

    console = Console(stderr=to_stderr)
    for path, findings in groupby(verdict.findings, key=lambda finding: finding.span.path):
        lines = _lines(text_of, path)
        for finding in findings:
            _write_finding(finding, lines, console)
    console.print(summary(verdict), highlight=False, soft_wrap=True)


def summary(verdict: Verdict) -> str:
    """One line: what was found, in how much, in how long."""
    counts = verdict.counts
    checked = (
        f"{_count(counts.pages, 'page')}, {_count(counts.links, 'link')}, "
        f"{_count(counts.citations, 'citation')} of {_count(counts.references, 'work')}, "
        f"{_count(counts.terms, 'term')}, {_count(counts.relations, 'relation')}"
    )
    if not verdict.findings:
        return f"Checked {checked}: no findings ({verdict.seconds:.1f} s)"
    found = [
        _count(number, noun) for number, noun in ((verdict.errors, "error"), (verdict.warnings, "warning")) if number
    ]
    files = _count(len({finding.span.path for finding in verdict.findings}), "file")
    return f"{', '.join(found)} in {files}; checked {checked} ({verdict.seconds:.1f} s)"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _lines(text_of: Callable[[str], str], path: str) -> list[str]:
    try:
        return text_of(path).split("\n")
    except (OSError, UnicodeError):
        return []


def _write_finding(finding: Finding, lines: list[str], console: Console) -> None:
    from rich.text import Text

    span = finding.span
    head = Text.assemble((span.place, "bold"), ": ", (finding.severity.value, _COLOURS[finding.severity]), ": ")
    head.append(finding.message)
    head.append(f"  [{finding.rule}]", style="dim")
    console.print(head, soft_wrap=True)
    for line in _excerpt(span, lines):
        console.print(Text(line, style="cyan"), soft_wrap=True)
    if finding.suggestion:
        console.print(Text(f"      {finding.suggestion}", style="green"), soft_wrap=True)


def _excerpt(span: Span, lines: list[str]) -> list[str]:
    """The source line and a line of carets under the characters meant, cut to fit a screen."""
    if span.line is None or span.column is None or span.line > len(lines):
        return []
    line = "".join(character if character.isprintable() else " " for character in lines[span.line - 1])
    start = max(0, span.column - 1 - _WIDEST_EXCERPT // 2) if len(line) > _WIDEST_EXCERPT else 0
    shown = line[start : start + _WIDEST_EXCERPT]
    before = f"{span.line:5} | "
    carets = "^" * max(1, min(span.length, len(shown) - (span.column - 1 - start)))
    return [before + shown, " " * (len(before) + span.column - 1 - start) + carets]
