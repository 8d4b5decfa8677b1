"""The files of a repository as they were at a revision, read from git."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path, PurePosixPath


class NoHistory(Exception):
    """The revision cannot be read; the message is one line for the person who named it."""


def extract(root: Path, revision: str, folders: list[str], destination: Path) -> None:
    """Write the regular files that `folders` of the repository `root` held at `revision` below `destination`.

    Folders that did not exist then are left out, and so are symbolic links.
    """
    commit = _commit(root, revision)
    existing = [folder for folder in folders if folder == "." or _git(root, "rev-parse", f"{commit}:{folder}")]
    if not existing:
        return
    archive = _git(root, "archive", "--format=tar", commit, "--", *existing)
    if archive is None:
        raise NoHistory(f"git cannot read the files of '{revision}'")
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isreg() else None
            path = PurePosixPath(member.name)
            if content is not None and not path.is_absolute() and ".." not in path.parts:
                file = destination / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content.read())


def _commit(root: Path, revision: str) -> str:
    """The commit that `revision` names."""
    try:
        inside = _git(root, "rev-parse", "--is-inside-work-tree")
    except FileNotFoundError:
        raise NoHistory("git is not installed, and only git knows what the site was before") from None
    if inside is None:
        raise NoHistory(f"'{root}' is not a git repository, so there is no '{revision}' to compare with")
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if commit is None:
        message = f"git knows no revision '{revision}'"
        if _git(root, "rev-parse", "--is-shallow-repository") == b"true\n":
            message += "; this copy of the repository has only its latest history: run `git fetch --unshallow`"
            message += " (on GitHub: `fetch-depth: 0` for actions/checkout)"
        raise NoHistory(message)
    return commit.decode().strip()


def _git(root: Path, *arguments: str) -> bytes | None:
    """What a git command prints, None where it fails."""
    process = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=False)
    return process.stdout if process.returncode == 0 else None
