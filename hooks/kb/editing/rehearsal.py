"""A place where mends can be made to see what they lead to, while the project itself stays as it is."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from kb import engine
from kb.project import Project

_NOT_WRITTEN_BY_HAND = (".git", ".cache", ".venv", "venv", "node_modules", "__pycache__")


@contextlib.contextmanager
def rehearsal(project: Project) -> Iterator[Project]:
    """The same project in another folder, for as long as the block lasts.

    Its files are the same on the disk where that is possible, because a mend replaces a file and never writes into it.
    """
    with _folder_beside(project) as name:
        root = Path(name) / project.root.name
        left_out = shutil.ignore_patterns(*_NOT_WRITTEN_BY_HAND)
        shutil.copytree(project.root, root, symlinks=True, ignore=left_out, copy_function=_link)
        (root / ".git").mkdir()  # here the repository begins
        here = Path.cwd()
        # Extensions look for files from the folder in which the command runs.
        with contextlib.chdir(root / here.relative_to(project.root) if here.is_relative_to(project.root) else here):
            yield engine.load(str(root / project.configuration.relative_to(project.root)))


def _folder_beside(project: Project) -> tempfile.TemporaryDirectory[str]:
    """A folder on the disk of the project, or where none can be made there, anywhere."""
    cache = project.folder / ".cache"
    try:
        cache.mkdir(exist_ok=True)
        return tempfile.TemporaryDirectory(dir=cache)
    except OSError:
        return tempfile.TemporaryDirectory()


def _link(file: str, other: str) -> None:
    try:
        os.link(file, other)
    except OSError:
        shutil.copy2(file, other)
