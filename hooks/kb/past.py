"""The pages of a project as they were at a revision of its repository, read as it reads pages now."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from kb import engine, history
from kb.dialect import Folder
from kb.knowledge import Past
from kb.project import CannotRun, Project
from kb.reading.page import read_page


def read_past(project: Project, revision: str) -> list[Past]:
    """Every page that the documentation had at `revision`; CannotRun where that cannot be told."""
    if not project.docs.resolve().is_relative_to(project.root):
        raise CannotRun(f"the documentation '{project.docs}' is not part of the repository")
    docs = project.docs.resolve()
    snippets = project.dialect.configs.get("pymdownx.snippets", {})
    written = _as_list(snippets.get("base_path", []))
    bases = {base: Path(str(base)).resolve() for base in written if base is not Folder.OF_THE_PAGE}
    own = (base for base in bases.values() if base.is_relative_to(project.root) and not base.is_relative_to(docs))
    folders = [docs, *own]
    with tempfile.TemporaryDirectory() as name:
        then = Path(name).resolve()

        def moved(path: Path) -> Path:
            return then / path.relative_to(project.root) if path.is_relative_to(project.root) else path

        try:
            history.extract(project.root, revision, [project.name_of(folder) for folder in folders], then)
        except history.NoHistory as error:
            raise CannotRun(str(error)) from None
        configs = dict(project.dialect.configs)
        if bases:
            then_bases = [str(moved(bases[base])) if base in bases else base for base in written]
            configs["pymdownx.snippets"] = {**snippets, "base_path": then_bases}
        dialect = replace(project.dialect, configs=configs)
        moved(docs).mkdir(parents=True, exist_ok=True)
        return [
            Past(read_page(path.read_bytes(), path.relative_to(then).as_posix(), uri, dialect, str, then).page, address)
            for uri, path, address in engine.pages_in(project, moved(docs))
        ]


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]
