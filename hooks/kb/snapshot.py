"""What the last check saw and said, so that the next one can tell that nothing has changed without asking MkDocs.

To load a configuration through MkDocs takes longer than to check the edited pages of a large site. A project whose
configuration, hooks, folders and packages are the same is the same project; if its files hold what they held, the
verdict is the same verdict. Everything is compared by content, nothing by date.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kb.reading.cache import Contents, digest, own_code, write_whole

if TYPE_CHECKING:
    from kb.project import Project
    from kb.reports import Verdict

# The rules selected, those ignored, and the baseline named on the command line, if one is.
Chosen = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Origin:
    """What a project was made from: `files` by their content, `folders` by the names in them, `variables` of the
    environment, the packages that are installed, and the code of the gate."""

    files: tuple[str, ...]
    folders: tuple[str, ...]
    variables: tuple[str, ...]

    def watched(self) -> Iterator[str]:
        """The files, and the folders, which change when they get or lose a file."""
        yield from self.files
        yield from (above for folder in self.folders for above, _, _ in os.walk(folder))

    def state(self, contents: Contents) -> str:
        """A digest of it all."""
        installed = [f"{path} {os.stat(path).st_mtime_ns}" for path in sys.path if path.endswith("-packages")]
        variables = [f"{name}={os.environ.get(name)}" for name in self.variables]
        names = [name for folder in self.folders for name in _names_in(folder)]
        files = contents.digest_of_all(self.files)
        return digest(own_code(), sys.version, os.getcwd(), *installed, *variables, files, *names)


def _names_in(folder: str) -> list[str]:
    """The files in a folder and below, with what tells a link from a file and a large file from a small one."""
    names: list[str] = []
    waiting = [folder]
    while waiting:
        for entry in _entries_of(waiting.pop()):
            if entry.name == "__pycache__":
                continue
            status = entry.stat(follow_symlinks=False)
            size = 0 if entry.name.endswith(".md") else status.st_size
            leads_to = f"{os.path.realpath(entry.path)} {os.path.exists(entry.path)}" if entry.is_symlink() else ""
            names.append(f"{entry.path} {status.st_mode} {size} {leads_to}")
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
    return sorted(names)


def _entries_of(folder: str) -> list[os.DirEntry[str]]:
    try:
        return list(os.scandir(folder))
    except OSError:  # there is no such folder, or it cannot be read
        return []


@dataclass
class Snapshot:
    """The project of a configuration, and the verdicts given on what its files hold."""

    origin: Origin
    state: str
    project_pickled: bytes
    strict: bool
    files: tuple[str, ...] = ()
    contents: str = ""
    verdicts: dict[Chosen, bytes] = field(default_factory=dict)

    @staticmethod
    def _file(config: str) -> Path:
        folder = Path(config).resolve().parent
        return folder / ".cache" / "kb" / f"snapshot-{digest(Path(config).name)[:8]}"

    @classmethod
    def recall(cls, config: str, contents: Contents) -> Snapshot | None:
        """What is known of the project of the configuration `config`; None where that may no longer hold."""
        try:
            known = pickle.loads(cls._file(config).read_bytes())
            return known if isinstance(known, cls) and known.origin.state(contents) == known.state else None
        except Exception:
            return None

    def project(self) -> Project:
        project: Project = pickle.loads(self.project_pickled)
        return project

    def verdict(self, chosen: Chosen, contents: Contents) -> Verdict | None:
        """The verdict for what was `chosen`, if no file has changed since."""
        pickled = self.verdicts.get(chosen)
        if pickled is None or contents.digest_of_all(self.files) != self.contents:
            return None
        verdict: Verdict = pickle.loads(pickled)
        return verdict

    @classmethod
    def keep(
        cls, config: str, project: Project, chosen: Chosen, verdict: Verdict, known: Snapshot | None, contents: Contents
    ) -> None:
        """Write down a verdict for the next run, beside those that still hold.

        `contents` is what the run saw from before the project was loaded: what has changed since is not kept.
        """
        if project.origin is None or not verdict.files:
            return
        try:
            pickled = known.project_pickled if known else pickle.dumps(project)
        except Exception:  # a configuration may hold what cannot be pickled; it is loaded anew each time
            return
        state = known.state if known else project.origin.state(contents)
        held = contents.digest_of_all(verdict.files)
        if not contents.are_untouched((*project.origin.watched(), *verdict.files)):
            return
        snapshot = cls(project.origin, state, pickled, project.settings.strict, verdict.files, held)
        if known and known.files == snapshot.files and known.contents == snapshot.contents:
            snapshot.verdicts.update(known.verdicts)
        snapshot.verdicts[chosen] = pickle.dumps(verdict)
        write_whole(cls._file(config), pickle.dumps(snapshot))
