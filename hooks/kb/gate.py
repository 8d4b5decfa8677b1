"""Read a project's files into facts, put the facts together, and give the verdict: what the build, the command and
every check share."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from kb import rules
from kb.examining import Examination, Examined, lasts
from kb.knowledge import KnowledgeBase, Sound
from kb.model import (
    Answer,
    Baseline,
    Bibliography,
    EffectTable,
    Fault,
    Glossary,
    GuidelineTable,
    Page,
    Trace,
)
from kb.project import CannotRun, Project
from kb.reading.baseline import NotABaseline, read_baseline
from kb.reading.cache import Cache, Contents, digest
from kb.reading.traces import read_traces
from kb.reports import Counts, Verdict
from kb.rules import Rule
from kb.rules.reference import family_page, rule_pages


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
    derived = _derived(project)
    rules.all_rules()  # which the processes of the examination need too
    with contextlib.closing(Examination(project, contents or Contents())) as examination:
        examination.begin()
        kb = _without_pages(project, derived)
        alone = rules.faults_in_data(kb)
        examined = examination.finish()
    kb = replace(kb, pages=[page.reading.page for page in examined.values()])
    if revision is not None:
        from kb.past import read_past

        kb = replace(kb, request=replace(kb.request, past=read_past(project, revision), revision=revision))
    if asks_others:
        kb = replace(kb, request=replace(kb.request, answers=_answers(project, kb)))
    for page in examined.values():
        for name, fault in page.faults:
            alone.setdefault(name, []).append(fault)
    known = project.cache_of("sound")
    surroundings = _surroundings(project, kb)
    kb.sound.update(_recall_sound(known, surroundings, kb))
    found = rules.faults(kb, select, ignore, alone)
    findings = tuple(rules.findings(kb, found))
    if not select and not ignore:
        _keep_sound(known, surroundings, kb, found, examined)
    derived.save()
    files = tuple(_files_read(project, examined))
    read: Iterable[Page | Bibliography | Glossary | EffectTable | GuidelineTable]
    read = (*kb.pages, *kb.bibliographies, kb.glossary, kb.effect_table, kb.guideline_table)
    counts = Counts(
        pages=len(kb.pages),
        citations=sum(page.numbers[1] for page in kb.pages),
        references=len(kb.references),
        terms=len(kb.terms),
        relations=len(kb.relations),
        links=sum(page.numbers[0] for page in kb.pages),
    )
    return kb, Verdict(
        findings,
        counts,
        time.perf_counter() - start,
        files=files if all(lasts(facts.faults) for facts in read) else (),
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
    with contextlib.closing(Examination(project, Contents())) as examination:
        examination.begin()
        kb = _without_pages(project, _derived(project))
        examined = examination.finish()
    return replace(kb, pages=[page.reading.page for page in examined.values()])


def _derived(project: Project) -> Cache:
    """What follows from facts. Of sound pages nothing is asked that does, until something else changes."""
    return project.cache_of("derived", is_asked_for_all=False)


def _without_pages(project: Project, derived: Cache) -> KnowledgeBase:
    """The facts of all files but the pages. What follows from facts is kept in `derived`."""

    def remember(what: str, find: Callable[[], Any]) -> Any:
        key = digest(project.fingerprint, what)
        found = derived.get(key)
        if found is None:
            found = find()
            derived.put(key, found)
        return found

    return KnowledgeBase(
        pages=[],
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


# pages known to be sound


def _surroundings(project: Project, kb: KnowledgeBase) -> str:
    """A name for all that rules which go through the pages one by one look up elsewhere."""
    files = "\n".join(f"{uri} {address}" for uri, address in kb.files.items())
    return digest(project.fingerprint, kb.data_version, kb.term_names, files, str(kb.absolute_links_start_in_docs))


def _recall_sound(known: Cache, surroundings: str, kb: KnowledgeBase) -> Iterator[tuple[str, Sound]]:
    """The pages, by uri, that were found sound in an earlier run, as they are and in the same surroundings."""
    for page in kb.pages:
        kept = known.get(f"{surroundings} {page.uri} {page.version}")
        if kept is not None:
            yield page.uri, Sound(*kept)


def _keep_sound(
    known: Cache,
    surroundings: str,
    kb: KnowledgeBase,
    found: Sequence[tuple[Rule, Fault]],
    examined: Mapping[str, Examined],
) -> None:
    """Keep for the next run on which pages the rules that go through them one by one found nothing.

    What is wrong on a page may stand in a file that it includes, and a link may lead to a file of the theme, which can
    come and go: pages with includes, and those with such links, are looked at in every run.
    """
    at_fault = {fault.span.path for rule, fault in found if rule.page_by_page}
    for page in kb.doubtful:
        leads_to = tuple(kb.leads_to(page))
        stands_alone = not examined[page.uri].included and all(uri in kb.files for uri, _ in leads_to)
        if page.is_readable and stands_alone and page.path not in at_fault:
            known.put(f"{surroundings} {page.uri} {page.version}", (leads_to, tuple(kb.terms_on(page))))
    known.save()


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
        if not lasts(facts.faults):
            return facts._replace(version=digest(key, str(time.time_ns())))  # another look may see something else
        facts = facts._replace(version=key)
        cache.put(key, facts)
    return facts
