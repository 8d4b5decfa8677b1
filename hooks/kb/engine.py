"""The one module that knows MkDocs: its configuration, its files, its navigation.

From a MkDocs configuration it makes a project, reads the project's files into facts, and gives the verdict. The command
and the build call the same functions.
"""

from __future__ import annotations

import contextlib
import copy
import datetime
import json
import logging
import os
import posixpath
import re
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mkdocs.config import load_config
from mkdocs.config.base import ValidationError as ConfigValidationError
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, ConfigurationError, MkDocsException
from mkdocs.structure.files import File, Files, InclusionLevel, get_files, set_exclusions
from mkdocs.structure.pages import _AbsoluteLinksValidationValue
from pydantic import ValidationError

from kb import rules
from kb.kinds import KINDS
from kb.knowledge import KnowledgeBase, Past
from kb.model import Answer, Bibliography, Fault, Glossary, Page, Redirect, Span, SymbolicLink, Trace
from kb.reading.bibliography import read_bibliography
from kb.reading.cache import Cache, digest
from kb.reading.glossary import read_glossary
from kb.reading.locate import locate
from kb.reading.page import LARGEST_FILE, Dialect, Reading, read_page
from kb.reading.traces import read_traces
from kb.reports import Counts, Verdict
from kb.settings import Settings

_READERS = ("kb", "mkdocs", "Markdown", "pymdown-extensions", "mkdocs-material", "pybtex", "pydantic")


class CannotRun(Exception):
    """The project cannot be checked at all; the message is one line for the person who asked."""


@dataclass(frozen=True)
class Project:
    """A MkDocs project: its configuration and the files that it publishes."""

    config: MkDocsConfig
    files: Files
    settings: Settings

    @cached_property
    def root(self) -> Path:
        """The repository: the nearest folder above the configuration with a .git, else the configuration's own."""
        folder = self.folder
        return next((above for above in (folder, *folder.parents) if (above / ".git").exists()), folder)

    @cached_property
    def folder(self) -> Path:
        """The folder of the configuration, from which its paths count."""
        return Path(self.config.config_file_path or "mkdocs.yml").resolve().parent

    @cached_property
    def cache(self) -> Cache:
        """The facts of files."""
        return self.cache_of("facts")

    def cache_of(self, what: str) -> Cache:
        return Cache(self.folder / ".cache" / "kb" / what)

    @cached_property
    def dialect(self) -> Dialect:
        has_citations = self.settings.bibliography is not None
        return Dialect(self.config.markdown_extensions, self.config.mdx_configs, has_citations)

    @cached_property
    def fingerprint(self) -> str:
        """All that the facts of a file depend on beside the file itself."""
        # Extensions take paths such as those of snippets from the folder in which the command runs.
        configured = [self.dialect.extensions, self.dialect.configs, self.dialect.has_citations, os.getcwd()]
        versions = [f"{name} {version(name)}" for name in _READERS]
        own = [path.read_bytes() for path in sorted((Path(__file__).parent / "reading").glob("*.py"))]
        return digest(json.dumps([configured, versions], sort_keys=True, default=_name), *own)

    def name_of(self, path: str | Path) -> str:
        """A file's name in findings: its path within the repository."""
        path = Path(path)
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.as_posix()

    def text_of(self, name: str) -> str:
        """The text of a file by its name in findings."""
        return (self.root / name).read_text(encoding="utf-8-sig")


def _name(value: object) -> str:
    """A name for what a configuration holds beside plain data, such as functions and extension objects."""
    kind = value if hasattr(value, "__qualname__") else type(value)
    return f"{kind.__module__}.{kind.__qualname__}"


def load(config_path: str) -> Project:
    """Load a project as MkDocs would for a build, the events of its plugins included, up to the list of files."""
    if not Path(config_path).is_file():
        raise CannotRun(f"there is no configuration '{config_path}'; name one with --config")
    errors = _Errors()
    logging.getLogger("mkdocs").addHandler(errors)
    try:
        config = load_config(config_file=config_path)
        config.plugins.on_startup(command="build", dirty=False)
        config = config.plugins.on_config(config)
        _refuse_endless_folders(Path(config.docs_dir))
        files = get_files(config)
        files = config.plugins.on_files(files, config=config)
    except (ConfigurationError, ConfigValidationError, Abort, MkDocsException) as error:
        reason = "; ".join(_ends(message) for message in errors.messages or [str(error)])
        raise CannotRun(f"the configuration '{config_path}' cannot be used: {reason}") from error
    except CannotRun:
        raise
    except Exception as error:  # a plugin of another project may fail in any way
        reason = " ".join(str(error).split()) or type(error).__name__
        raise CannotRun(f"'{config_path}' cannot be loaded: {reason}") from error
    finally:
        logging.getLogger("mkdocs").removeHandler(errors)
    set_exclusions(files, config)
    return project(config, files)


def _refuse_endless_folders(docs: Path) -> None:
    """Stop where a symbolic link leads back to a folder above it: MkDocs would walk in circles."""
    finished: set[str] = set()

    def walk(folder: str, above: frozenset[str]) -> None:
        real = os.path.realpath(folder)
        if real in above:
            name = os.path.relpath(folder, docs.parent)
            raise CannotRun(f"the symbolic link '{name}' leads back to a folder above it; remove it")
        if real in finished:
            return
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir():
                    walk(entry.path, above | {real})
        finished.add(real)

    walk(str(docs), frozenset())


def _ends(message: str) -> str:
    """The first and the last line of a message, without the traceback between them."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    return " ".join(dict.fromkeys([lines[0], lines[-1]])) if lines else message


class _Errors(logging.Handler):
    """Keeps what MkDocs logs about a configuration that it refuses: its exception alone does not say."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def project(config: MkDocsConfig, files: Files | None = None) -> Project:
    """A project from a configuration that MkDocs has loaded; its files are listed where they are not given."""
    if files is None:
        _refuse_endless_folders(Path(config.docs_dir))
        files = get_files(config)
        set_exclusions(files, config)
    try:
        settings = Settings.model_validate(config.extra.get("kb") or {})
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in detail["loc"])
        raise CannotRun(f"mkdocs.yml, extra.kb.{field}: {detail['msg'].lower()}") from error
    return Project(config, files, settings)


def read(project: Project) -> KnowledgeBase:
    """Read every file of a project and put the facts together. What cannot be read becomes a fault of its file."""
    symbolic_links = list(_unfollowed(project))
    unfollowed = {link.path for link in symbolic_links}
    used: set[str] = set()
    included = [file for file in project.files if file.inclusion.value > InclusionLevel.DRAFT.value]
    pages = [
        _read_page(project, Path(file.abs_src_path), file.src_uri, used)
        for file in project.files.documentation_pages(inclusion=InclusionLevel.is_included)
        if file.abs_src_path and not _leads_through(project.name_of(file.abs_src_path), unfollowed)
    ]
    bibliographies = [_read_bibliography(project, path, used) for path in bibliography_files(project)]
    data_traces = _data_traces(project, used)
    project.cache.keep_only(used)
    validation = project.config.validation.links.absolute_links
    return KnowledgeBase(
        pages=sorted(pages, key=lambda page: page.uri),
        files={file.src_uri: "" if file.url in (".", "./") else file.url for file in included},
        settings=project.settings,
        bibliographies=bibliographies,
        glossary=_read_glossary(project),
        published_folders=[Path(folder) for folder in project.config.theme.dirs],
        absolute_links_start_in_docs=validation is _AbsoluteLinksValidationValue.RELATIVE_TO_DOCS,
        navigation=list(_entries(project.config.nav)),
        configuration=project.name_of(_configuration(project)),
        unlisted=_unlisted(project),
        reports_unlisted=project.config.validation.nav.omitted_files > logging.DEBUG,
        redirects=_redirects(project),
        symbolic_links=symbolic_links,
        large_files=_large_files(project, included),
        data_traces=data_traces,
        text_of=project.text_of,
    )


def _configuration(project: Project) -> Path:
    return Path(project.config.config_file_path or "mkdocs.yml").resolve()


def _unfollowed(project: Project) -> Iterator[SymbolicLink]:
    """The symbolic links in the documentation that lead out of the repository or nowhere."""

    def walk(folder: str) -> Iterator[SymbolicLink]:
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                target = Path(os.path.realpath(entry.path)) if entry.is_symlink() else None
                if target is not None and not (target.exists() and target.is_relative_to(project.root)):
                    yield SymbolicLink(project.name_of(entry.path), os.readlink(entry.path), target.exists())
                elif entry.is_dir():
                    yield from walk(entry.path)

    yield from walk(project.config.docs_dir)


def _leads_through(name: str, folders: set[str]) -> bool:
    return any(name == folder or name.startswith(folder + "/") for folder in folders)


def _unlisted(project: Project) -> list[str]:
    """The pages that the project's own navigation leaves out; none where a plugin may put further pages into it."""
    entries = list(_entries(project.config.nav))
    if not entries or project.settings.content_model or any(entry.endswith("/") or "*" in entry for entry in entries):
        return []
    listed = {posixpath.normpath(entry.partition("#")[0]) for entry in entries}
    pages = project.files.documentation_pages(inclusion=InclusionLevel.is_in_nav)
    return sorted(file.src_uri for file in pages if file.src_uri not in listed)


def _redirects(project: Project) -> list[Redirect]:
    """The entries of the plugin mkdocs-redirects, each at the place of its source in the configuration."""
    plugin = project.config.plugins.get("redirects")
    maps = plugin.config.get("redirect_maps") if plugin is not None else None
    if not isinstance(maps, dict) or not maps:
        return []
    name = project.name_of(_configuration(project))
    text = project.text_of(name)
    redirects = []
    for source, target in maps.items():
        pattern = re.compile(rf"(?<![\w/.-]){re.escape(str(source))}(?=[\"']?[ \t]*:)")
        place = locate(text, pattern, 1, None, uses=1)
        span = Span(name, *place, len(str(source))) if place else Span(name)
        redirects.append(Redirect(str(source), str(target), span))
    return redirects


def _large_files(project: Project, files: list[File]) -> dict[str, int]:
    """The size of every file that is published and larger than a page may be; pages say so themselves."""
    sizes = {}
    for file in files:
        if file.abs_src_path and not file.is_documentation_page():
            with contextlib.suppress(OSError):
                size = os.stat(file.abs_src_path).st_size
                if size > LARGEST_FILE:
                    sizes[project.name_of(file.abs_src_path)] = size
    return sizes


def _data_traces(project: Project, used: set[str]) -> list[Trace]:
    """What stands in the configuration, the bibliography and the glossary and was not meant to."""
    paths = [_configuration(project), *bibliography_files(project)]
    if project.settings.glossary is not None:
        paths.append(project.folder / project.settings.glossary)
    traces: list[Trace] = []
    for path in paths:
        content = path.read_bytes() if path.is_file() else b""
        key = digest(project.fingerprint, "traces", project.name_of(path), content)
        used.add(key)
        found = project.cache.get(key)
        if found is None:
            text = content.decode("utf-8-sig", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
            found = read_traces(text, project.name_of(path))
            project.cache.put(key, found)
        traces.extend(found)
    return traces


def _entries(nav: Any) -> Iterator[str]:
    """The paths in a navigation, however deep they stand."""
    if isinstance(nav, str):
        if not urlsplit(nav).scheme:
            yield nav
    elif isinstance(nav, dict):
        for value in nav.values():
            yield from _entries(value)
    elif isinstance(nav, list):
        for item in nav:
            yield from _entries(item)


def _read_page(project: Project, path: Path, uri: str, used: set[str]) -> Page:
    name = project.name_of(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        fault = Fault(f"the file cannot be read: {error.strerror}", Span(name, 1, 1), "check that it exists")
        return Page(name, uri, faults=(fault,))
    key = digest(project.fingerprint, name, uri, content)
    used.add(key)
    reading: Reading
    cached = project.cache.get(key)
    if cached is not None:
        reading, digests = cached
        if digests == _digests(reading):
            return reading.page
    reading = read_page(content, name, uri, project.dialect, project.name_of, project.root)
    project.cache.put(key, (reading, _digests(reading)))
    return reading.page


def _digests(reading: Reading) -> list[str | None]:
    """What the included files hold now; None for one that is gone."""
    found = []
    for include in reading.includes:
        path = Path(include)
        found.append(digest(path.read_bytes()) if path.is_file() else None)
    return found


def bibliography_files(project: Project) -> list[Path]:
    """The BibTeX files of the project, in the order of their names."""
    setting = project.settings.bibliography
    if setting is None:
        return []
    path = project.folder / setting
    if not path.exists():
        raise CannotRun(f"mkdocs.yml, extra.kb.bibliography: there is no '{setting}'")
    return sorted(path.glob("*.bib")) if path.is_dir() else [path]


def _read_bibliography(project: Project, path: Path, used: set[str]) -> Bibliography:
    content = path.read_bytes()
    key = digest(project.fingerprint, project.name_of(path), content)
    used.add(key)
    bibliography = project.cache.get(key)
    if bibliography is None:
        bibliography = read_bibliography(content, project.name_of(path))
        project.cache.put(key, bibliography)
    return bibliography


def _read_glossary(project: Project) -> Glossary:
    setting = project.settings.glossary
    if setting is None:
        return Glossary()
    path = project.folder / setting
    if not path.is_file():
        raise CannotRun(f"mkdocs.yml, extra.kb.glossary: there is no '{setting}'")
    return read_glossary(path.read_bytes(), project.name_of(path))


def judge(
    project: Project,
    select: tuple[str, ...] = (),
    ignore: tuple[str, ...] = (),
    *,
    asks_others: bool = False,
    revision: str | None = None,
) -> tuple[KnowledgeBase, Verdict]:
    """Read the project and apply the rules: the verdict of the build, the command and everything else.

    On request external addresses are asked whether they answer, and the pages are compared with those at a revision.
    """
    start = time.perf_counter()
    kb = read(project)
    if revision is not None:
        kb = replace(kb, request=replace(kb.request, past=read_past(project, revision), revision=revision))
    if asks_others:
        kb = replace(kb, request=replace(kb.request, answers=_answers(project, kb)))
    findings = tuple(rules.run(kb, select, ignore))
    counts = Counts(
        pages=len(kb.pages),
        citations=sum(len(page.citations) for page in kb.pages),
        references=len(kb.references),
        terms=len(kb.terms),
        relations=len(kb.relations),
        links=sum(len(page.links) for page in kb.pages),
    )
    return kb, Verdict(findings, counts, time.perf_counter() - start)


def _answers(project: Project, kb: KnowledgeBase) -> dict[str, Answer]:
    from kb import external

    home = f"; {project.config.site_url}" if project.config.site_url else ""
    user_agent = f"kb/{version('kb')} (link check of {project.config.site_name}{home})"
    store = project.folder / ".cache" / "kb" / "external.json"
    return external.answers(external.addresses_of(kb), store, user_agent.encode("ascii", "ignore").decode())


def read_past(project: Project, revision: str) -> list[Past]:
    """The pages as they were at a revision of the repository, read as the present configuration reads pages."""
    from kb import history

    docs = Path(project.config.docs_dir).resolve()
    if not docs.is_relative_to(project.root):
        raise CannotRun(f"the documentation '{docs}' is not part of the repository")
    snippets = project.dialect.configs.get("pymdownx.snippets", {})
    bases = [Path(str(base)).resolve() for base in _as_list(snippets.get("base_path", []))]
    folders = [docs, *(base for base in bases if base.is_relative_to(project.root) and not base.is_relative_to(docs))]
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
            configs["pymdownx.snippets"] = {**snippets, "base_path": [str(moved(base)) for base in bases]}
        config = copy.copy(project.config)
        config.docs_dir = str(moved(docs))
        moved(docs).mkdir(parents=True, exist_ok=True)
        files = get_files(config)
        set_exclusions(files, config)
        dialect = replace(project.dialect, configs=configs)
        return [
            Past(
                _page_then(project, Path(file.abs_src_path), then, file.src_uri, dialect),
                "" if file.url in (".", "./") else file.url,
            )
            for file in files.documentation_pages(inclusion=InclusionLevel.is_included)
            if file.abs_src_path
        ]


def _page_then(project: Project, path: Path, then: Path, uri: str, dialect: Dialect) -> Page:
    """A page of the past, from the cache where it includes nothing and has not changed since."""
    content, name = path.read_bytes(), path.relative_to(then).as_posix()
    cached = project.cache.get(digest(project.fingerprint, name, uri, content))
    if cached is not None and not cached[0].includes:
        page: Page = cached[0].page
        return page
    return read_page(content, name, uri, dialect, str, then).page


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def navigation(kb: KnowledgeBase) -> list[Any]:
    """The navigation as MkDocs takes it: home, a section for each kind with its pages by title, then the rest."""
    sections: list[Any] = [{"Home": "index.md"}] if "index.md" in kb.by_uri else []
    placed = {"index.md"}
    for kind in KINDS:
        index = f"{kind.folder}/index.md"
        uris = ([index] if index in kb.by_uri else []) + [page.uri for page in kb.pages_in(kind)]
        if uris:
            title = kb.by_uri[uris[0]].front_matter.data.get("title", kind.folder.capitalize())
            sections.append({title: uris})
            placed.update(uris)
    rest: dict[str, list[str]] = {}
    for page in kb.pages:
        if page.uri not in placed:
            rest.setdefault(page.folder, []).append(page.uri)
    for folder, uris in sorted(rest.items()):
        sections.extend([{folder.replace("-", " ").capitalize(): uris}] if folder else uris)
    return sections


def last_review(kb: KnowledgeBase) -> datetime.date:
    """The latest date on which a page was checked; what the site calls its own date, so that a build has no clock."""
    dates = [page.front_matter.data.get("reviewed") for page in kb.pages]
    return max((date for date in dates if isinstance(date, datetime.date)), default=datetime.date(1970, 1, 1))


def log() -> logging.Logger:
    """Where the build's own messages go: MkDocs prints what its plugins log."""
    return logging.getLogger("mkdocs.plugins.kb")
