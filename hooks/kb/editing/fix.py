"""Make the mends that are safe without a person looking: what findings carry as edits, and the order of entries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from kb import gate
from kb.editing import source
from kb.editing.bibliography import CannotSort, sorted_bibliography
from kb.editing.rehearsal import rehearsal
from kb.knowledge import KnowledgeBase
from kb.model import Edit, Finding, Span
from kb.project import Project
from kb.reports import Verdict

SORTED = "bibliography-is-sorted"
# A mend may bring another to light, such as the anchor of a link whose page is now found; then it is made too.
_ROUNDS = 5


@dataclass
class Outcome:
    """What was mended, as a line each; what could not be, and why; and the verdict on what the files hold now.

    `changed` holds, for every file that is to change, its text before and after.
    """

    verdict: Verdict
    made: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    changed: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def diffs(self) -> list[str]:
        """The changes as unified diffs, one a file."""
        return [source.diff(before, after, path) for path, (before, after) in self.changed.items()]


def fix(project: Project, select: tuple[str, ...] = (), ignore: tuple[str, ...] = (), dry: bool = False) -> Outcome:
    """Mend what can be mended safely; where `dry`, only say how. The files are read again after each round."""
    if not dry:
        return _fix(project, select, ignore)
    verdict = gate.judge(project, select, ignore)[1]
    if not any(finding.edit or finding.rule == SORTED for finding in verdict.findings):
        return Outcome(verdict)
    with rehearsal(project) as another:
        return replace(_fix(another, select, ignore), verdict=verdict)


def _fix(project: Project, select: tuple[str, ...], ignore: tuple[str, ...]) -> Outcome:
    kb, verdict = gate.judge(project, select, ignore)
    outcome = Outcome(verdict)
    for _ in range(_ROUNDS):
        outcome.refused.clear()
        findings = outcome.verdict.findings
        made = [_fix_file(project, path, mine, outcome) for path, mine in _by_file(findings)]
        made += [_sort(project, kb, path, outcome) for path in _unsorted(findings)]
        if not any(made):
            break
        kb, outcome.verdict = gate.judge(project, select, ignore)
    return outcome


def _by_file(findings: Sequence[Finding]) -> Iterator[tuple[str, list[Finding]]]:
    by_file: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.edit is not None:
            by_file.setdefault(finding.edit.span.path, []).append(finding)
    yield from by_file.items()


def _fix_file(project: Project, path: str, findings: list[Finding], outcome: Outcome) -> bool:
    file = project.root / path
    rules = {finding.edit: finding.rule for finding in findings}
    try:
        if not file.resolve().is_relative_to(project.root.resolve()):
            raise PermissionError(1, "it lies outside the repository")
        old = source.read_text(file)
        new, made, refused = source.apply(old, [finding.edit for finding in findings if finding.edit])
        if new != old:
            _write(file, path, old, new, outcome)
    except (OSError, UnicodeError) as error:
        outcome.refused.append(f"{path}: not mended: {getattr(error, 'strerror', None) or 'it is not text in UTF-8'}")
        return False
    outcome.made += [f"{edit.span.place}: {_change(edit)}  [{rules[edit]}]" for edit in made]
    outcome.refused += [f"{no.edit.span.place}: not mended: {no.reason}  [{rules[no.edit]}]" for no in refused]
    return new != old


def _change(edit: Edit) -> str:
    if not edit.old:
        return f"added '{edit.new.strip()}'"
    return f"'{edit.old.strip()}' is now '{edit.new.strip()}'" if edit.new else f"removed '{edit.old.strip()}'"


def _unsorted(findings: Sequence[Finding]) -> list[str]:
    return sorted({finding.span.path for finding in findings if finding.rule == SORTED})


def _sort(project: Project, kb: KnowledgeBase, path: str, outcome: Outcome) -> bool:
    file = project.root / path
    bibliography = next((one for one in kb.bibliographies if one.path == path), None)
    if bibliography is None:
        return False
    try:
        old = source.read_text(file)
        new = sorted_bibliography(old, bibliography)
        if new != old:
            _write(file, path, old, new, outcome)
    except (OSError, UnicodeError, CannotSort) as error:
        outcome.refused.append(f"{path}: not sorted: {error}  [{SORTED}]")
        return False
    if new != old:
        outcome.made.append(f"{Span(path).place}: the entries are now in the order of their keys  [{SORTED}]")
    return new != old


def _write(file: Path, path: str, old: str, new: str, outcome: Outcome) -> None:
    source.write_text(file, new)
    before, _ = outcome.changed.get(path, (old, old))
    outcome.changed[path] = (before, new)
