"""What git knows: the files of a repository as they were at a revision, and when its pages came and were reviewed."""

from __future__ import annotations

import datetime
import io
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

# The same output whatever a person's own configuration asks for.
_LOG = ("-c", "core.quotePath=false", "-c", "log.showSignature=false", "log", "--no-color")


class NoHistory(Exception):
    """The revision cannot be read; the message is one line for the person who named it."""


class Change(NamedTuple):
    """A file that a commit added, or whose date of review it changed. `path` is where the file stands now."""

    path: str
    is_new: bool
    when: datetime.datetime


def changes(root: Path, folder: str) -> list[Change]:
    """What happened to the files of a folder, the newest first, for each file once a day at most.

    Where git knows only the latest commits, what they found there is not taken for new; where there is no history,
    nothing has happened.
    """
    try:
        # In an order in which a file is met under its later name before its earlier one.
        log = _git(root, *_LOG, "--topo-order", "--format=> %H %cI", "--name-status", "-M", "--", folder)
        reviews = _git(root, *_LOG, "--format=> %H", "--name-only", "-M", "-G^reviewed:", "--", folder)
        shallow = _git(root, "rev-parse", "--git-path", "shallow")
    except FileNotFoundError:
        return []
    if log is None or reviews is None or shallow is None:
        return []
    cut = root / shallow.decode().strip()
    unknown = set(cut.read_text(encoding="ascii").split()) if cut.is_file() else set()
    reviewed = {(commit, path) for (commit,), (path,) in _logged(reviews)}
    later: dict[str, str] = {}
    found: dict[tuple[str, datetime.date], Change] = {}
    added: dict[str, Change] = {}
    for (commit, date), (status, *paths) in _logged(log):
        path = later.get(paths[-1], paths[-1])
        if status.startswith("R"):
            later[paths[0]] = path
        if commit in unknown:
            continue
        change = Change(path, status == "A", datetime.datetime.fromisoformat(date))
        if change.is_new:
            earliest = added.get(path, change)
            added[path] = min(earliest, change, key=lambda change: change.when)
        elif (commit, paths[-1]) in reviewed and status != "D":
            day = path, change.when.date()
            found[day] = max(found.get(day, change), change, key=lambda change: change.when)
    found.update({(change.path, change.when.date()): change for change in added.values()})
    return sorted(found.values(), key=lambda change: (-change.when.timestamp(), change.path))


def _logged(log: bytes) -> Iterator[tuple[list[str], list[str]]]:
    """Each line that a log has about a file, with the words of the line that heads its commit."""
    commit: list[str] = []
    for line in log.decode("utf-8", errors="replace").splitlines():
        if line.startswith("> "):
            commit = line.split()[1:]
        elif line:
            yield commit, line.split("\t")


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
