"""Fixtures in Markdown that carry their own expectation.

A file holds cases. Each begins with a line ``===== NAME``; the lines ``--- PATH`` in it begin a file of a small project,
and ``--- expect`` begins what the gate is to say: ``PATH:LINE:COLUMN RULE`` a line, nothing where it is to be silent.

``--- PATH -> TARGET`` makes a symbolic link, ``--- PATH * COUNT`` a file of so many bytes. Where there are files
``before/PATH``, the project is compared with them; ``--- answers`` is what external addresses answer, ``ADDRESS STATUS
MOVED-TO`` a line, with a word instead of the status where there was none.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from kb import engine, gate
from kb.evidence import COLUMNS, GUIDELINE_COLUMNS
from kb.model import Answer, Finding

CONFIG = """\
site_name: Case
theme: {name: mkdocs}
plugins: []
markdown_extensions:
  - admonition
  - attr_list
  - footnotes
  - md_in_html
  - tables
  - toc: {permalink: true}
  - pymdownx.arithmatex: {generic: true}
  - pymdownx.snippets: {base_path: [!relative $docs_dir]}
  - pymdownx.superfences
  - pymdownx.tabbed: {alternate_style: true}
extra:
  kb:
    bibliography: bib
    glossary: docs/glossary.yml
    effects: bib/effects.csv
    guidelines: bib/guidelines.csv
    content_model: true
"""
EFFECTS = ",".join(COLUMNS) + "\n"
GUIDELINES = ",".join(GUIDELINE_COLUMNS) + "\n"
DEFAULTS = {
    "mkdocs.yml": CONFIG,
    "bib/references.bib": "",
    "bib/effects.csv": EFFECTS,
    "bib/guidelines.csv": GUIDELINES,
    "docs/glossary.yml": "[]\n",
    "docs/index.md": "Home.\n",
}


@dataclass(frozen=True)
class Case:
    name: str
    files: dict[str, str]
    expected: list[str]

    @property
    def fails(self) -> bool:
        return bool(self.expected)


def read_cases(path: Path) -> list[Case]:
    cases = []
    for part in re.split(r"^===== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        name, _, body = part.partition("\n")
        files = {}
        for piece in re.split(r"^--- ", body, flags=re.MULTILINE)[1:]:
            file, _, text = piece.partition("\n")
            files[file.strip()] = text
        expected = files.pop("expect", "").split("\n")
        cases.append(Case(name.strip(), files, [line.strip() for line in expected if line.strip()]))
    return cases


def write_project(folder: Path, files: dict[str, str]) -> Path:
    """Write the files, and what every project needs beside them; return the configuration."""
    for name, text in {**DEFAULTS, **files}.items():
        name, _, target = name.partition(" -> ")
        name, _, count = name.partition(" * ")
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if target:
            path.symlink_to(target)
        else:
            path.write_text("x" * int(count) if count else text, encoding="utf-8")
    return folder / "mkdocs.yml"


def commit(folder: Path) -> None:
    """Make a git repository of a folder, with all that it holds in one revision."""
    settings = ["-c", "user.name=Case", "-c", "user.email=case@example.org", "-c", "commit.gpgsign=false"]
    for command in (["init", "--quiet"], ["add", "--all"], [*settings, "commit", "--quiet", "--message", "Before"]):
        subprocess.run(["git", "-C", str(folder), *command], check=True, capture_output=True)


def findings_of(folder: Path, files: dict[str, str], *select: str) -> list[Finding]:
    files = dict(files)
    before = {name.removeprefix("before/"): files.pop(name) for name in list(files) if name.startswith("before/")}
    answers = {line.split()[0]: _answer(*line.split()[1:]) for line in files.pop("answers", "").splitlines() if line}
    if before:
        write_project(folder, before)
        commit(folder)
        shutil.rmtree(folder / "docs")
    project = engine.load(str(write_project(folder, files)))
    with patch("kb.external.answers", lambda *_: answers):
        options = {"asks_others": bool(answers), "revision": "HEAD" if before else None}
        return list(gate.judge(project, select, **options)[1].findings)


def _answer(status: str, moved_to: str = "") -> Answer:
    known = int(status) if status.isdecimal() else None
    return Answer(known, "" if known else status, moved_to, is_unknown_host=status == "unknown-host")


def shown(finding: Finding) -> str:
    return f"{finding.span.place} {finding.rule}"
