"""Fixtures in Markdown that carry their own expectation.

A file holds cases. Each begins with a line ``===== NAME``; the lines ``--- PATH`` in it begin a file of a small project,
and ``--- expect`` begins what the gate is to say: ``PATH:LINE:COLUMN RULE`` a line, nothing where it is to be silent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from kb import engine, gate
from kb.model import Finding

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
    content_model: true
"""
DEFAULTS = {
    "mkdocs.yml": CONFIG,
    "bib/references.bib": "",
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
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "mkdocs.yml"


def findings_of(folder: Path, files: dict[str, str], *select: str) -> list[Finding]:
    project = engine.load(str(write_project(folder, files)))
    return list(gate.judge(project, select)[1].findings)


def shown(finding: Finding) -> str:
    return f"{finding.span.place} {finding.rule}"
