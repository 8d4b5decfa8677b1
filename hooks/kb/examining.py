"""Examine the pages of a project, each by itself: what is new is read, by one process or several, the rest is known."""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from kb import rules
from kb.kinds import KINDS
from kb.knowledge import KnowledgeBase
from kb.model import Fault, Page, Reading, Span
from kb.project import Project
from kb.reading.apart import Apart, Died
from kb.reading.bounds import TooCostly, bounded
from kb.reading.cache import Contents, digest

# For two times so many new pages two processes are quicker than one.
_PAGES_PER_PROCESS = 16
# To read so many from the cache takes as long as another process needs to begin.
_PAGES_WORTH_A_PROCESS = 200
_OBJECTS_BETWEEN_COLLECTIONS = 50_000


class Examined(NamedTuple):
    """A page, what its includes held, and what the rules that look at one page alone find, each with its name."""

    reading: Reading
    included: tuple[str | None, ...]
    faults: tuple[tuple[str, Fault], ...]


class Examination:
    """Each page of a project examined by itself: read from the cache where what it depends on is unchanged, else anew.

    `begin` and `finish` it; between them there is time for something else. Where all pages but a few will be known, a
    process of its own gets ready for these from the start. Where many are new, they are shared out to several.
    """

    def __init__(self, project: Project, contents: Contents) -> None:
        self._project = project
        self._contents = contents
        self._cache = project.cache_of("pages")
        self._keys: dict[str, str | None] = {}
        self._known: dict[str, Examined] = {}
        self._new: list[str] = []
        self._helper: _Helper | None = None
        if self._cache.exists and len(project.pages) >= _PAGES_WORTH_A_PROCESS and _processors() > 1:
            self._helper = _Helper(project)

    def begin(self) -> None:
        """Read what is known, and let the helper begin with what is new."""
        for uri, file in self._project.pages.items():
            held = self._contents.digest_of(file)
            self._keys[uri] = key = digest(self._project.fingerprint, uri, held) if held is not None else None
            kept = self._cache.get(key) if key is not None else None
            if isinstance(kept, Examined) and kept.included == _digests(kept.reading):
                self._known[uri] = kept
            else:
                self._new.append(uri)
        if self._helper:
            if self._new and self._processes_for_new() < 2:
                self._helper.ask(self._new)
            else:
                self.close()

    def finish(self) -> dict[str, Examined]:
        """Every page, by uri."""
        examined = dict(self._known)
        for uri, pickled in zip(self._new, self._examine_new(), strict=True):
            examined[uri] = pickle.loads(pickled)
            reading, key = examined[uri].reading, self._keys[uri]
            files = (self._project.pages[uri], *reading.includes)
            if key and lasts(reading.page.faults) and self._contents.are_untouched(files):
                self._cache.put_pickled(key, pickled)
        self._cache.save()
        return dict(sorted(examined.items()))

    def _examine_new(self) -> Iterable[bytes]:
        if self._helper:
            helper, self._helper = self._helper, None
            with contextlib.suppress(Died):
                return helper.answers()
        if self._new:
            _load(self._project)
        if (processes := self._processes_for_new()) > 1:
            return _examine_shared_out(self._project, self._new, processes)
        return (_examine(self._project, uri) for uri in self._new)

    def _processes_for_new(self) -> int:
        return min(len(self._new) // _PAGES_PER_PROCESS, _processors())

    def close(self) -> None:
        """End what has not been finished."""
        if self._helper:
            self._helper.end()
            self._helper = None


class _Helper:
    """A process that gets ready to examine pages, and examines those that it is asked for, once."""

    def __init__(self, project: Project) -> None:
        asked, asking = os.pipe()
        self._asking = os.fdopen(asking, "wb")

        def examine_what_is_asked() -> list[bytes]:
            self._asking.close()
            _begin(project)
            with os.fdopen(asked, "rb") as pipe:
                return [_examine(project, uri) for uri in pickle.load(pipe)]

        self._process = Apart(examine_what_is_asked)
        os.close(asked)

    def ask(self, uris: Sequence[str]) -> None:
        with contextlib.suppress(OSError), self._asking:  # a process that has died is found out when it should answer
            pickle.dump(uris, self._asking)

    def answers(self) -> list[bytes]:
        """The pages examined and pickled. Raises `Died` where the process has."""
        return self._process.result()

    def end(self) -> None:
        self._asking.close()
        self._process.end()


def _examine_shared_out(project: Project, uris: Sequence[str], processes: int) -> Iterator[bytes]:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(processes, get_context("fork"), _begin, (project,)) as pool:
        yield from pool.map(_examine_next, uris, chunksize=_PAGES_PER_PROCESS)


def lasts(faults: Sequence[Fault]) -> bool:
    """Whether the same file will be found to have the same faults again, so that its facts may be kept."""
    return not any(fault.is_passing for fault in faults)


def _load(project: Project) -> None:
    """Load what extensions and rules load at first use, so that it does not count as the cost of the first page."""
    from kb.reading.page import warm_up

    warm_up(project.dialect)
    page = Page("", f"{KINDS[0].folder}/page.md")
    for _ in rules.faults_of_a_page(KnowledgeBase(pages=[page], files={}, settings=project.settings)):
        pass


def _processors() -> int:
    """How many processes are of use: one where the system has no safe fork."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1


class _Worker:
    """What one of the processes works on."""

    project: Project


def _begin(project: Project) -> None:
    """Begin a process: what was loaded before the fork is never garbage, and looking for some at each turn takes a
    quarter of the time."""
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    gc.enable()
    _load(project)
    _Worker.project = project


def _examine_next(uri: str) -> bytes:
    return _examine(_Worker.project, uri)


def _examine(project: Project, uri: str) -> bytes:
    """A page, examined and pickled for the cache."""
    from kb.reading.page import read_page, too_costly

    path, name = project.pages[uri], project.name_of(project.pages[uri])
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        fault = Fault(f"the file cannot be read: {error.strerror}", Span(name, 1, 1), "check that it exists")
        reading = Reading(Page(name, uri, faults=(fault,)))
        return _judged_alone(project, reading)

    def examined() -> bytes:
        return _judged_alone(project, read_page(content, name, uri, project.dialect, project.name_of, project.root))

    try:
        return bounded(content, examined)
    except TooCostly as error:
        return _judged_alone(project, too_costly(error, name, uri))


def _judged_alone(project: Project, reading: Reading) -> bytes:
    alone = KnowledgeBase(pages=[reading.page], files={}, settings=project.settings, text_of=project.text_of)
    examined = Examined(reading, _digests(reading), tuple(rules.faults_of_a_page(alone)))
    return pickle.dumps(examined, protocol=pickle.HIGHEST_PROTOCOL)


def _digests(reading: Reading) -> tuple[str | None, ...]:
    """What the included files hold now; None for one that does not exist."""
    return tuple(
        digest(Path(include).read_bytes()) if os.path.isfile(include) else None for include in reading.includes
    )
