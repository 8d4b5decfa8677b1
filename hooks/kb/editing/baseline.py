"""Write and shrink the baseline of a project."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from kb import gate, rules
from kb.editing.source import write_text
from kb.project import CannotRun, Project
from kb.reading.baseline import read_baseline, shrink_baseline, write_baseline
from kb.reports import count


def write(project: Project) -> str:
    """Record all findings of a project in the baseline named, which must not exist; return what to tell the editor."""
    path = _path(project)
    if path.exists():
        hint = "a baseline may only shrink (--shrink-baseline)"
        raise CannotRun(f"'{path}' exists already; {hint}. To begin anew, remove it first")
    findings = rules.all_findings(gate.read(replace(project, baseline=None)))
    try:
        path.write_text(write_baseline(findings), encoding="utf-8", newline="\n")
    except OSError as error:
        raise CannotRun(f"'{path}' cannot be written: {error.strerror}") from None
    return f"{path} now records {count(len(findings), 'finding')}. From here on it may only shrink."


def shrink(project: Project) -> str:
    """Remove from the baseline what is no longer found, and add nothing; return what to tell the editor."""
    path = _path(project)
    kb = gate.read(project)
    assert kb.baseline is not None
    text = shrink_baseline(kb.baseline, rules.all_findings(kb, ignore=["baseline-only-shrinks"]))
    before = sum(entry.count for entry in kb.baseline.entries)
    try:
        write_text(path, text)
    except OSError as error:
        raise CannotRun(f"'{path}' cannot be written: {error.strerror}") from None
    left = sum(entry.count for entry in read_baseline(text.encode(), kb.baseline.path).entries)
    return f"{path} now records {count(left, 'finding')}, {before - left} fewer than before."


def _path(project: Project) -> Path:
    if project.baseline_file is None:
        raise CannotRun("name the file of the baseline with --baseline FILE")
    return project.baseline_file
