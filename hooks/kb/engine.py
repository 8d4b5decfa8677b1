"""The one module that knows MkDocs: its configuration, its files, its navigation.

From a MkDocs configuration it makes a project, reads the project's files into facts, and gives the verdict. The command
and the build call the same functions.
"""

from __future__ import annotations

import datetime
import json
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mkdocs.config import load_config
from mkdocs.config.base import ValidationError as ConfigValidationError
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, ConfigurationError, MkDocsException
from mkdocs.structure.files import Files, InclusionLevel, get_files, set_exclusions
from mkdocs.structure.pages import _AbsoluteLinksValidationValue
from pydantic import ValidationError

from kb import rules
from kb.kinds import KINDS
from kb.knowledge import KnowledgeBase, plain_words_of
from kb.model import Bibliography, Fault, Glossary, Page, Span
from kb.reading.bibliography import read_bibliography
from kb.reading.cache import Cache, digest
from kb.reading.glossary import read_glossary
from kb.reading.page import Dialect, Reading, read_page
from kb.reading.readability import grade
from kb.reports import Counts, Verdict
from kb.settings import Settings

_READERS = (
    "kb",
    "mkdocs",
    "Markdown",
    "pymdown-extensions",
    "mkdocs-material",
    "pybtex",
    "pydantic",
    "textstat",
    "pyphen",
)


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
        configured = [self.dialect.extensions, self.dialect.configs, self.dialect.has_citations]
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
        files = get_files(config)
        files = config.plugins.on_files(files, config=config)
    except (ConfigurationError, ConfigValidationError, Abort, MkDocsException) as error:
        reason = "; ".join(_ends(message) for message in errors.messages or [str(error)])
        raise CannotRun(f"the configuration '{config_path}' cannot be used: {reason}") from error
    except Exception as error:  # a plugin of another project may fail in any way
        reason = " ".join(str(error).split()) or type(error).__name__
        raise CannotRun(f"'{config_path}' cannot be loaded: {reason}") from error
    finally:
        logging.getLogger("mkdocs").removeHandler(errors)
    set_exclusions(files, config)
    return project(config, files)


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
    used: set[str] = set()
    included = [file for file in project.files if file.inclusion.value > InclusionLevel.DRAFT.value]
    pages = [
        _read_page(project, Path(file.abs_src_path), file.src_uri, used)
        for file in project.files.documentation_pages(inclusion=InclusionLevel.is_included)
        if file.abs_src_path
    ]
    bibliographies = [_read_bibliography(project, path, used) for path in bibliography_files(project)]
    grades = _grades(project, pages, used)
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
        configuration=project.name_of(Path(project.config.config_file_path or "mkdocs.yml").resolve()),
        text_of=project.text_of,
        grades=grades,
    )


def _grades(project: Project, pages: list[Page], used: set[str]) -> dict[str, float]:
    """The grade of every text in plain words; an unchanged one is not graded again, and the grader not even loaded."""
    if not project.settings.content_model:
        return {}
    key = digest(project.fingerprint, "grades")
    used.add(key)
    known: dict[str, float] = project.cache.get(key) or {}
    texts = {plain_words_of(page) for page in pages} - {""}
    grades = {text: known[text] if text in known else grade(text) for text in sorted(texts)}
    if grades != known:
        project.cache.put(key, grades)
    return grades


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
    reading = read_page(content, name, uri, project.dialect, project.name_of)
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
    project: Project, select: tuple[str, ...] = (), ignore: tuple[str, ...] = ()
) -> tuple[KnowledgeBase, Verdict]:
    """Read the project and apply the rules: the verdict of the build, the command and everything else."""
    start = time.perf_counter()
    kb = read(project)
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
