"""Read a project's files into facts, put the facts together, and give the verdict: what the build, the command and
every check share."""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from kb import rules
from kb.kinds import KINDS
from kb.knowledge import KnowledgeBase
from kb.model import (
    Answer,
    Baseline,
    Bibliography,
    EffectTable,
    Fault,
    Glossary,
    GuidelineTable,
    Page,
    Reading,
    Span,
    Trace,
)
from kb.project import CannotRun, Project
from kb.reading.baseline import NotABaseline, read_baseline
from kb.reading.bounds import TooCostly, bounded
from kb.reading.cache import Cache, Contents, digest
from kb.reading.traces import read_traces
from kb.reports import Counts, Verdict
from kb.rules.reference import family_page, rule_pages

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


def judge(
    project: Project,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    *,
    asks_others: bool = False,
    revision: str | None = None,
    contents: Contents | None = None,
) -> tuple[KnowledgeBase, Verdict]:
    """Read the project and apply the rules, or those selected and not ignored.

    On request external addresses are asked whether they answer, and the pages are compared with those at a revision.
    `contents` is what the run has seen of the files so far.
    """
    start = time.perf_counter()
    examined = _examine_pages(project, contents or Contents())
    derived = project.cache_of("derived")
    kb = _put_together(project, examined, derived)
    if revision is not None:
        from kb.past import read_past

        kb = replace(kb, request=replace(kb.request, past=read_past(project, revision), revision=revision))
    if asks_others:
        kb = replace(kb, request=replace(kb.request, answers=_answers(project, kb)))
    alone: dict[str, list[Fault]] = defaultdict(list)
    for page in examined.values():
        for name, fault in page.faults:
            alone[name].append(fault)
    findings = tuple(rules.run(kb, select, ignore, alone))
    derived.save()
    files = tuple(_files_read(project, examined))
    lasts = _lasts(*kb.pages, *kb.bibliographies, kb.glossary, kb.effect_table, kb.guideline_table)
    counts = Counts(
        pages=len(kb.pages),
        citations=sum(len(page.citations) for page in kb.pages),
        references=len(kb.references),
        terms=len(kb.terms),
        relations=len(kb.relations),
        links=sum(len(page.links) for page in kb.pages),
    )
    return kb, Verdict(
        findings,
        counts,
        time.perf_counter() - start,
        files=files if lasts else (),
        pages=frozenset(page.path for page in kb.pages),
        rule_pages=_addresses_of_rules(project),
    )


def _answers(project: Project, kb: KnowledgeBase) -> dict[str, Answer]:
    from importlib.metadata import version

    from kb import external

    home = f"; {project.site}" if project.site else ""
    user_agent = f"kb/{version('kb')} (link check of {project.name}{home})"
    store = project.folder / ".cache" / "kb" / "external.json"
    return external.answers(external.addresses_of(kb), store, user_agent.encode("ascii", "ignore").decode())


def read(project: Project) -> KnowledgeBase:
    """The facts of all files. What cannot be read becomes a fault of its file."""
    return _put_together(project, _examine_pages(project, Contents()), project.cache_of("derived"))


def _put_together(project: Project, examined: Mapping[str, Examined], derived: Cache) -> KnowledgeBase:
    def remember(what: str, find: Callable[[], Any]) -> Any:
        key = digest(project.fingerprint, what)
        found = derived.get(key)
        if found is None:
            found = find()
            derived.put(key, found)
        return found

    return KnowledgeBase(
        pages=[page.reading.page for page in examined.values()],
        files=project.files,
        settings=project.settings,
        bibliographies=_read_bibliographies(project),
        glossary=_read_glossary(project),
        effect_table=_read_effects(project),
        guideline_table=_read_guidelines(project),
        published_folders=project.published_folders,
        absolute_links_start_in_docs=project.absolute_links_start_in_docs,
        navigation=project.navigation,
        configuration=project.name_of(project.configuration),
        generated=_read_generated(project),
        baseline=_read_baseline(project),
        unlisted=project.unlisted,
        reports_unlisted=project.reports_unlisted,
        redirects=project.redirects,
        symbolic_links=project.symbolic_links,
        large_files=project.large_files,
        data_traces=_read_data_traces(project, remember),
        text_of=project.text_of,
        remember=remember,
    )


def _lasts(*read: Page | Bibliography | Glossary | EffectTable | GuidelineTable) -> bool:
    """Whether the same files will give the same facts again, so that these may be kept."""
    return not any(fault.is_passing for facts in read for fault in facts.faults)


def _files_read(project: Project, examined: Mapping[str, Examined]) -> Iterator[str]:
    yield from project.pages.values()
    yield from map(str, project.bibliography_files)
    yield from map(str, filter(None, [*_data_files(project), project.baseline_file]))
    yield from sorted({include for page in examined.values() for include in page.reading.includes})


def _data_files(project: Project) -> list[Path | None]:
    return [project.glossary_file, project.effects_file, project.guidelines_file]


def _read_data_traces(project: Project, remember: Callable[[str, Callable[[], Any]], Any]) -> list[Trace]:
    """What stands in the configuration, the bibliography and other data and was not meant to."""
    traces: list[Trace] = []
    data = [*project.bibliography_files, *_data_files(project)]
    for path in filter(None, [project.configuration, *data]):
        name = project.name_of(path)
        text = path.read_bytes().decode("utf-8-sig", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
        traces.extend(remember(f"traces {name} {text}", partial(read_traces, text, name)))
    return traces


# pages


def _examine_pages(project: Project, contents: Contents) -> dict[str, Examined]:
    """Every page, by uri: from the cache where what it depends on is unchanged, else read."""
    cache = project.cache_of("pages")
    examined: dict[str, Examined] = {}
    changed: list[str] = []
    with contextlib.ExitStack() as processes:
        # Where all pages but a few will be known, one process gets ready for these while this one reads the others.
        is_worth_one = cache.exists and len(project.pages) >= _PAGES_WORTH_A_PROCESS
        examine = processes.enter_context(_examiners(project, 1 if is_worth_one else 0))

        def examine_all(uris: Sequence[str]) -> Iterator[bytes]:
            """The pages examined, for many in new processes; those before have ended then, which keeps forks safe."""
            nonlocal examine
            if (number := len(uris) // _PAGES_PER_PROCESS) > 1:
                processes.close()
                examine = processes.enter_context(_examiners(project, number))
            return examine(uris)

        keys = {uri: _key(project, uri, contents) for uri in project.pages}
        new = [uri for uri, key in keys.items() if key not in cache]
        answers = examine_all(new)
        for uri, key in keys.items():
            if key is not None and key in cache:
                kept = cache.get(key)
                if isinstance(kept, Examined) and kept.included == _digests(kept.reading):
                    examined[uri] = kept
                else:
                    changed.append(uri)
        for uri, pickled in chain(zip(new, answers, strict=True), zip(changed, examine_all(changed), strict=True)):
            examined[uri] = pickle.loads(pickled)
            reading, key = examined[uri].reading, keys[uri]
            if key and _lasts(reading.page) and contents.are_untouched((project.pages[uri], *reading.includes)):
                cache.put_pickled(key, pickled)
    cache.save()
    return dict(sorted(examined.items()))


def _key(project: Project, uri: str, contents: Contents) -> str | None:
    """A name for what a page depends on beside what it includes; None where it cannot be read."""
    held = contents.digest_of(project.pages[uri])
    return digest(project.fingerprint, uri, held) if held is not None else None


@contextlib.contextmanager
def _examiners(project: Project, processes: int) -> Iterator[Callable[[Sequence[str]], Iterator[bytes]]]:
    """What examines pages, in so many other processes, but not in more than there are processors.

    The processes are forks, which share the project without copying it. With none, or where the system has no safe
    fork or one processor, this process examines the pages, as their turn comes.
    """
    if processes < 1 or _processors() < 2 or sys.platform != "linux":
        yield partial(_examine_here, project)
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    if processes > 1:
        _load(project)
    else:
        rules.all_rules()  # which both processes need
    with ProcessPoolExecutor(min(processes, _processors()), get_context("fork"), _begin, (project,)) as pool:
        pool.submit(_processors)  # so that it begins
        yield partial(pool.map, _examine_next, chunksize=_PAGES_PER_PROCESS)


def _examine_here(project: Project, uris: Sequence[str]) -> Iterator[bytes]:
    if uris:
        _load(project)
    for uri in uris:
        yield _examine(project, uri)


def _load(project: Project) -> None:
    """Load what extensions and rules load at first use, so that it does not count as the cost of the first page."""
    from kb.reading.page import warm_up

    warm_up(project.dialect)
    page = Page("", f"{KINDS[0].folder}/page.md")
    for _ in rules.faults_of_a_page(KnowledgeBase(pages=[page], files={}, settings=project.settings)):
        pass


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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


# pages about the rules


def _read_generated(project: Project) -> list[Page]:
    """The pages that the build makes: what links can lead to on them. Their text depends on the package alone."""
    cache = project.cache_of("generated")
    found = []
    for uri in project.generated:
        key = digest(project.fingerprint, uri)
        page = cache.get(key)
        if not isinstance(page, Page):
            from kb.reading.page import read_page

            content = rule_pages(project.settings.rule_pages or "")[uri].encode()
            page = read_page(
                content, f"the generated page {uri}", uri, project.dialect, project.name_of, project.root
            ).page
            cache.put(key, page)
        found.append(page)
    cache.save()
    return found


def _addresses_of_rules(project: Project) -> dict[str, str]:
    """Where the site explains each rule, for a site that does; without an address of its own, relative to its root."""
    folder, site = project.settings.rule_pages, project.site.rstrip("/") + "/" if project.site else ""
    if folder is None:
        return {}
    pages = {uri: site + project.files[uri] for uri in project.generated if uri in project.files}
    found = ((rule.name, pages.get(family_page(rule, folder))) for rule in rules.all_rules().values())
    return {name: f"{page}#{name}" for name, page in found if page}


# baseline


def _read_baseline(project: Project) -> Baseline | None:
    path = project.baseline_file
    if path is None:
        return None
    if not path.is_file():
        raise CannotRun(f"there is no baseline '{path}'; write one with --baseline FILE --write-baseline")
    try:
        return read_baseline(path.read_bytes(), project.name_of(path.resolve()))
    except NotABaseline as error:
        raise CannotRun(f"'{path}' is not a baseline: {error}") from None


# bibliography, glossary, effects and guidelines


def _read_bibliographies(project: Project) -> list[Bibliography]:
    from kb.reading.bibliography import read_bibliography

    cache = project.cache_of("bibliography")
    found = [_read_once(project, cache, path, read_bibliography) for path in project.bibliography_files]
    cache.save()
    return found


def _read_glossary(project: Project) -> Glossary:
    def read_file(content: bytes, path: str) -> Glossary:
        from kb.reading.glossary import read_glossary  # pydantic is slow to load, and mostly not needed

        return read_glossary(content, path)

    return _read_file_of_data(project, "glossary", project.glossary_file, read_file) or Glossary()


def _read_effects(project: Project) -> EffectTable:
    from kb.reading.effects import read_effects

    return _read_file_of_data(project, "effects", project.effects_file, read_effects) or EffectTable()


def _read_guidelines(project: Project) -> GuidelineTable:
    from kb.reading.guidelines import read_guidelines

    return _read_file_of_data(project, "guidelines", project.guidelines_file, read_guidelines) or GuidelineTable()


Facts = TypeVar("Facts", Bibliography, Glossary, EffectTable, GuidelineTable)


def _read_file_of_data(
    project: Project, kind: str, path: Path | None, read_file: Callable[[bytes, str], Facts]
) -> Facts | None:
    """The facts of the one file of its kind; None for a project without one."""
    if path is None:
        return None
    cache = project.cache_of(kind)
    facts = _read_once(project, cache, path, read_file)
    cache.save()
    return facts


def _read_once(project: Project, cache: Cache, path: Path, read_file: Callable[[bytes, str], Facts]) -> Facts:
    """The facts of a file, from the cache where it holds what it held."""
    content, name = path.read_bytes(), project.name_of(path)
    key = digest(project.fingerprint, name, content)
    facts: Facts | None = cache.get(key)
    if facts is None:
        facts = read_file(content, name)
        if _lasts(facts):
            cache.put(key, facts)
    return facts
