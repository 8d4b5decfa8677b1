"""The one module that knows MkDocs: its configuration, its files, its navigation."""

from __future__ import annotations

import contextlib
import datetime
import json
import logging
import os
import posixpath
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from jinja2 import Environment
from mkdocs.config import load_config
from mkdocs.config.base import ValidationError as ConfigValidationError
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, ConfigurationError, MkDocsException
from mkdocs.structure.files import File, Files, InclusionLevel, get_files, set_exclusions
from mkdocs.structure.pages import Page, _AbsoluteLinksValidationValue
from mkdocs.utils.yaml import ConfigDirPlaceholder, DocsDirPlaceholder, RelativeDirPlaceholder

from kb.dialect import Dialect, Folder
from kb.exports.effects import whole_file
from kb.kinds import KINDS
from kb.knowledge import KnowledgeBase
from kb.model import Redirect, Span, SymbolicLink
from kb.project import CannotRun, Project, name_within, repository_of
from kb.reading.cache import digest, own_code
from kb.reading.front_matter import excess
from kb.reading.locate import locate
from kb.reading.page import LARGEST_FILE
from kb.rules.reference import rule_pages
from kb.settings import Settings, read_settings
from kb.snapshot import Origin

# Steps that shape a project before its files are read, and the plugins whose steps follow from the configuration alone.
_SHAPING_EVENTS = ("startup", "config", "files")
_KNOWN_PLUGINS = ("mkdocs.contrib.search", "material.plugins.search", "material.plugins.tags")
# Where the theme keeps its scripts, its search and its style sheets: in their place stand this site's, and of its main
# sheet what the pages use.
_PARTS_OF_THE_THEME = ("assets/javascripts/", "assets/stylesheets/")
_MAIN_SHEET = "assets/stylesheets/main."
# Values and characters of a configuration, of which a navigation of some thousand pages has most; MkDocs reads no more
# in good time.
_MOST_SETTINGS, _LONGEST_CONFIGURATION = 20_000, 500_000
# Extensions that find their way through MkDocs' own steps, and change nothing on a page that a rule looks at.
_WITHIN_MKDOCS = ("material.extensions.preview",)
_PARENT = re.compile(r"^INHERIT\s*:", re.MULTILINE)
_VARIABLES = re.compile(r"!ENV\s(.*)")
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


def _name(value: object) -> object:
    """A name for what a configuration holds beside plain data, such as functions and extension objects."""
    if isinstance(value, frozenset):
        return sorted(value)
    kind = value if hasattr(value, "__qualname__") else type(value)
    return f"{kind.__module__}.{kind.__qualname__}"


def load(config_path: str) -> Project:
    """Load a project as MkDocs would for a build, the events of its plugins included, up to the list of files."""
    if not Path(config_path).is_file():
        raise CannotRun(f"there is no configuration '{config_path}'; name one with --config")
    if too_much := _excess(Path(config_path).read_text(encoding="utf-8-sig", errors="replace")):
        raise CannotRun(f"the configuration '{config_path}' cannot be used: it {too_much}")
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


def _excess(text: str) -> str:
    """What makes a configuration more than can be read, as the end of a sentence; empty where nothing does."""
    if len(text) > _LONGEST_CONFIGURATION:
        return f"has more than {_LONGEST_CONFIGURATION:,} characters"
    return excess(text, _MOST_SETTINGS)


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
        add_generated(files, config)
        set_exclusions(files, config)
    settings = _settings(config)
    configuration = Path(config.config_file_path or "mkdocs.yml").resolve()
    included = [file for file in files if file.inclusion.value > InclusionLevel.DRAFT.value]
    pages = files.documentation_pages(inclusion=InclusionLevel.is_included)
    root = repository_of(configuration.parent)
    symbolic_links = list(_unfollowed(config.docs_dir, root))
    unfollowed = {link.path for link in symbolic_links}
    dialect = Dialect(
        [extension for extension in config.markdown_extensions if extension not in _WITHIN_MKDOCS],
        _plain(config.mdx_configs),
        settings.bibliography is not None,
        settings.effects is not None,
    )
    return Project(
        root=root,
        configuration=configuration,
        settings=settings,
        dialect=dialect,
        pages={
            file.src_uri: file.abs_src_path
            for file in pages
            if file.abs_src_path and not _leads_through(name_within(root, file.abs_src_path), unfollowed)
        },
        files={file.src_uri: "" if file.url in (".", "./") else file.url for file in included},
        published_folders=[Path(folder) for folder in config.theme.dirs],
        absolute_links_start_in_docs=(
            config.validation.links.absolute_links is _AbsoluteLinksValidationValue.RELATIVE_TO_DOCS
        ),
        navigation=_navigation(config),
        unlisted=_unlisted(config, files, settings),
        reports_unlisted=config.validation.nav.omitted_files > logging.DEBUG,
        redirects=_redirects(config, root, configuration),
        symbolic_links=symbolic_links,
        large_files=_large_files(root, included),
        name=config.site_name,
        fingerprint=_fingerprint(dialect, settings),
        docs=Path(config.docs_dir),
        theme=Path(config.theme.custom_dir) if config.theme.custom_dir else None,
        site=config.site_url or "",
        has_folder_addresses=config.use_directory_urls,
        generated=[uri for uri in _rule_pages(settings) if _is_generated(files.get_file_from_path(uri))],
        baseline=settings.baseline,
        origin=_origin(config, configuration, settings),
    )


def _unfollowed(docs: str, root: Path) -> Iterator[SymbolicLink]:
    """The symbolic links in the documentation that lead out of the repository or nowhere."""

    def walk(folder: str) -> Iterator[SymbolicLink]:
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                target = Path(os.path.realpath(entry.path)) if entry.is_symlink() else None
                if target is not None and not (target.exists() and target.is_relative_to(root)):
                    yield SymbolicLink(name_within(root, entry.path), os.readlink(entry.path), target.exists())
                elif entry.is_dir():
                    yield from walk(entry.path)

    yield from walk(docs)


def _leads_through(name: str, folders: set[str]) -> bool:
    return any(name == folder or name.startswith(folder + "/") for folder in folders)


def _navigation(config: MkDocsConfig) -> list[str]:
    """The paths that the navigation names, without those for a plugin that will put others in their place."""
    entries = list(_entries(config.nav))
    return [entry for entry in entries if not _is_pattern(entry)] if config.plugins.events["nav"] else entries


def _is_pattern(entry: str) -> bool:
    return entry.endswith(("/", "...")) or "*" in entry


def _unlisted(config: MkDocsConfig, files: Files, settings: Settings) -> list[str]:
    """The pages that the project's own navigation leaves out; none where a plugin may put further pages into it."""
    entries = list(_entries(config.nav))
    is_filled_later = config.plugins.events["nav"] and any(map(_is_pattern, entries))
    if not entries or settings.content_model or is_filled_later:
        return []
    listed = {posixpath.normpath(entry) for entry in entries}
    pages = files.documentation_pages(inclusion=InclusionLevel.is_in_nav)
    return sorted(file.src_uri for file in pages if file.src_uri not in listed)


def _redirects(config: MkDocsConfig, root: Path, configuration: Path) -> list[Redirect]:
    """The entries of the plugin mkdocs-redirects, each at the place of its source in the configuration."""
    plugin = config.plugins.get("redirects")
    maps = plugin.config.get("redirect_maps") if plugin is not None else None
    if not isinstance(maps, dict) or not maps:
        return []
    name = name_within(root, configuration)
    text = configuration.read_text(encoding="utf-8-sig", errors="replace")
    redirects = []
    for source, target in maps.items():
        pattern = re.compile(rf"(?<![\w/.-]){re.escape(str(source))}(?=[\"']?[ \t]*:)")
        place = locate(text, pattern, 1, None, uses=1)
        span = Span(name, *place, len(str(source))) if place else Span(name)
        redirects.append(Redirect(str(source), str(target), span))
    return redirects


def _large_files(root: Path, files: list[File]) -> dict[str, int]:
    """The size of every file that is published and larger than a page may be; pages say so themselves."""
    sizes = {}
    for file in files:
        if file.abs_src_path and not file.is_documentation_page():
            with contextlib.suppress(OSError):
                size = os.stat(file.abs_src_path).st_size
                if size > LARGEST_FILE:
                    sizes[name_within(root, file.abs_src_path)] = size
    return sizes


def _settings(config: MkDocsConfig) -> Settings:
    try:
        return read_settings(config.extra.get("kb") or {})
    except ValueError as error:
        raise CannotRun(f"mkdocs.yml, extra.kb.{error}") from None


def add_generated(files: Files, config: MkDocsConfig) -> None:
    """Put the pages that explain the rules, and the files of data, among the files of a site that is to have them."""
    settings = _settings(config)
    add_files(files, config, _rule_pages(settings))
    for file in filter(None, (settings.effects, settings.guidelines)):
        if settings.data_folder is None:
            return
        source = Path(config.config_file_path or "mkdocs.yml").resolve().parent / file
        uri = whole_file(settings.data_folder, file)
        if source.is_file() and files.get_file_from_path(uri) is None:
            files.append(File.generated(config, uri, abs_src_path=str(source)))


def add_files(files: Files, config: MkDocsConfig, contents: Mapping[str, str | bytes]) -> None:
    """Put files with these contents, by uri, among those of the site; one that an author made stays."""
    for uri, content in contents.items():
        if files.get_file_from_path(uri) is None:
            files.append(File.generated(config, uri, content=content))


def style_sheets(files: Files, config: MkDocsConfig) -> list[str]:
    """The text of the theme's main style sheet and of those that the configuration names, in this order."""
    main = [file for file in files if file.src_uri.startswith(_MAIN_SHEET) and file.src_uri.endswith(".css")]
    own = [file for name in config.extra_css if (file := files.get_file_from_path(str(name)))]
    return [file.content_string for file in (*main, *own)]


def without_parts_of_the_theme(files: Files, config: MkDocsConfig) -> Files:
    """The files of the site without those in whose place stands something of its own: scripts, search, style sheets."""
    replaced = {str(name) for name in config.extra_css}
    return Files(
        [file for file in files if not file.src_uri.startswith(_PARTS_OF_THE_THEME) and file.src_uri not in replaced]
    )


def write_plainly(environment: Environment) -> None:
    """Let templates write nothing for a line that holds a step of theirs alone: half of a page would be blank."""
    environment.trim_blocks = environment.lstrip_blocks = True


def _rule_pages(settings: Settings) -> dict[str, str]:
    return rule_pages(settings.rule_pages) if settings.rule_pages is not None else {}


def _is_generated(file: File | None) -> bool:
    return file is not None and file.abs_src_path is None


def address(project: Project, uri: str) -> str:
    """The address on the site that a page has, or would have if it existed."""
    url = File(uri, str(project.docs), "", project.has_folder_addresses).url
    return "" if url in (".", "./") else url


def published_at(project: Project, uri: str) -> str:
    """The whole address of a page, empty where the site has none yet."""
    return urljoin(project.site, address(project, uri)) if project.site else ""


def report_address(report: str, page: Page, files: Files) -> str:
    """Where a reader of `page` reports a problem with it, as the setting `report` says."""
    if "://" in report:
        filled = {"{title}": str(page.title), "{address}": page.canonical_url or page.file.src_uri}
        for name, value in filled.items():
            report = report.replace(name, quote(value, safe=""))
        return report
    uri, hash_, anchor = report.partition("#")
    file = files.get_file_from_path(uri)
    if file is None:
        raise CannotRun(f"mkdocs.yml, extra.kb.report: there is no page '{uri}'")
    return file.url_relative_to(page.file) + hash_ + anchor


def _origin(config: MkDocsConfig, configuration: Path, settings: Settings) -> Origin | None:
    """What the project was made from; None where a part of it cannot be followed: a parent configuration, or a plugin
    or hook that may change the configuration or the list of files."""
    text = configuration.read_text(encoding="utf-8-sig", errors="replace")
    steps = [method for event in _SHAPING_EVENTS for method in config.plugins.events[event]]
    if _PARENT.search(text) or not all(map(_is_known, steps)):
        return None
    loaded: Any = config.hooks  # a mapping, whatever its annotation says
    hooks = [module.__file__ for module in loaded.values()]
    own = [folder for folder in config.theme.dirs if Path(folder).is_relative_to(configuration.parent)]
    sources = [str(configuration.parent / settings.bibliography)] if settings.bibliography else []
    data = [str(configuration.parent / file) for file in (settings.effects, settings.guidelines) if file]
    variables = [name for line in _VARIABLES.findall(text) for name in re.findall(r"\w+", line)]
    return Origin((str(configuration), *hooks, *data), (config.docs_dir, *own, *sources), tuple(variables))


def _is_known(step: Callable[..., Any]) -> bool:
    """Whether a plugin's or hook's step does the same as long as the configuration is the same."""
    file = getattr(sys.modules.get(step.__module__), "__file__", None)
    return step.__module__.startswith(_KNOWN_PLUGINS) or file == str(Path(__file__).parents[1] / "publish.py")


def _plain(value: Any) -> Any:
    """A part of a configuration with the folders that MkDocs names by placeholders put in as text."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, RelativeDirPlaceholder):
        return Folder.OF_THE_PAGE
    return os.fspath(value) if isinstance(value, DocsDirPlaceholder | ConfigDirPlaceholder) else value


def _fingerprint(dialect: Dialect, settings: Settings) -> str:
    # Extensions take relative paths, such as those of snippets, from the folder in which the command runs.
    configured = [
        dialect.extensions,
        dialect.configs,
        dialect.has_citations,
        dialect.has_effects,
        asdict(settings),
        os.getcwd(),
    ]
    versions = [f"{name} {version(name)}" for name in _READERS]
    return digest(json.dumps([configured, versions, own_code()], sort_keys=True, default=_name))


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


def pages_in(project: Project, docs: Path) -> list[tuple[str, Path, str]]:
    """The pages of another documentation folder, as the project's configuration takes them: uri, path and address."""
    config = load_config(config_file=str(project.configuration))
    config.docs_dir = str(docs)
    files = get_files(config)
    set_exclusions(files, config)
    return [
        (file.src_uri, Path(file.abs_src_path), "" if file.url in (".", "./") else file.url)
        for file in files.documentation_pages(inclusion=InclusionLevel.is_included)
        if file.abs_src_path
    ]


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
    rest: dict[str, list[Any]] = {}
    for page in (*kb.pages, *kb.generated):
        if page.uri not in placed:
            rest.setdefault(page.folder, []).append(page.uri)
    sections += rest.pop("", [])
    for folder in sorted(rest, key=lambda folder: (-folder.count("/"), folder)):
        parent, _, name = folder.rpartition("/")
        rest.get(parent, sections).append({name.replace("-", " ").capitalize(): rest[folder]})
    return sections


def last_review(kb: KnowledgeBase) -> datetime.date:
    """What the site calls its own date."""
    return kb.last_review or datetime.date(1970, 1, 1)


def log() -> logging.Logger:
    """Where the build's own messages go: MkDocs prints what its plugins log."""
    return logging.getLogger("mkdocs.plugins.kb")
