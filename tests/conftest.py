from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
COPIED = ("docs", "bib", "theme", "hooks", "mkdocs.yml")


def copy_project(folder: Path) -> Path:
    """The real project in another folder, without its caches."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        else:
            shutil.copy(source, folder / name)
    return folder


def run_build(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`mkdocs build` in a folder, as an editor runs it."""
    command = [sys.executable, "-m", "mkdocs", "build", *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env={**os.environ, **environment}, check=False
    )


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the real project, built."""
    folder = copy_project(tmp_path_factory.mktemp("project"))
    result = run_build(folder)
    assert result.returncode == 0, result.stderr
    return folder


@pytest.fixture(scope="session")
def site(project: Path) -> Path:
    return project / "site"
