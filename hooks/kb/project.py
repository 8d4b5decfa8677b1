"""A documentation project as the gate needs it: plain data, made from a configuration and kept between runs."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from kb.model import Redirect, SymbolicLink
from kb.nearest import nearest
from kb.reading.cache import Cache
from kb.settings import Settings
from kb.snapshot import Origin

if TYPE_CHECKING:
    from kb.dialect import Dialect


class CannotRun(Exception):
    """The project cannot be checked at all; the message is one line for the person who asked."""


@dataclass(frozen=True)
class Project:
    """What is checked, and how.

    `root` is the repository, within which findings name files. `pages` maps the uri of every page (its place in the
    documentation folder) to its path; `files` maps the uri of every published file, pages included, to its address on
    the site. `published_folders` hold further files that are published as they are. `navigation` holds the paths that
    `configuration` puts into the navigation. `fingerprint` names what the facts of a page depend on beside its text.
    `origin` is what the project was made from, None where that cannot be told.
    `docs` and `theme` are the folders of the documentation and of the project's own theme files, `site` is the address
    of the site, empty where it is not known, and `has_folder_addresses` says that a page is published as `page/` and
    not as `page.html`. `generated` are the uris of pages that the build makes; `baseline` names the file of findings
    that are not to be reported.
    """

    root: Path
    configuration: Path
    settings: Settings
    dialect: Dialect
    pages: Mapping[str, str]
    files: Mapping[str, str]
    published_folders: Sequence[Path]
    absolute_links_start_in_docs: bool
    navigation: Sequence[str]
    unlisted: Sequence[str]
    reports_unlisted: bool
    redirects: Sequence[Redirect]
    symbolic_links: Sequence[SymbolicLink]
    large_files: Mapping[str, int]
    name: str
    fingerprint: str
    docs: Path
    theme: Path | None
    site: str
    has_folder_addresses: bool
    generated: Sequence[str] = ()
    baseline: str | None = None
    origin: Origin | None = None

    @property
    def folder(self) -> Path:
        """The folder of the configuration, from which its paths count."""
        return self.configuration.parent

    @cached_property
    def bibliography_files(self) -> list[Path]:
        """The BibTeX files of the project, in the order of their names."""
        setting = self.settings.bibliography
        if setting is None:
            return []
        path = self.folder / setting
        if not path.exists():
            raise CannotRun(f"mkdocs.yml, extra.kb.bibliography: there is no '{setting}'")
        return sorted(path.glob("*.bib")) if path.is_dir() else [path]

    @cached_property
    def glossary_file(self) -> Path | None:
        """The file of terms that have no page, if the project has one."""
        setting = self.settings.glossary
        if setting is None:
            return None
        path = self.folder / setting
        if not path.is_file():
            raise CannotRun(f"mkdocs.yml, extra.kb.glossary: there is no '{setting}'")
        return path

    @cached_property
    def effects_file(self) -> Path | None:
        """The file of effects, if the project has one."""
        setting = self.settings.effects
        if setting is None:
            return None
        path = self.folder / setting
        if not path.is_file():
            raise CannotRun(f"mkdocs.yml, extra.kb.effects: there is no '{setting}'")
        return path

    @cached_property
    def guidelines_file(self) -> Path | None:
        """The file of guidelines, if the project has one."""
        setting = self.settings.guidelines
        if setting is None:
            return None
        path = self.folder / setting
        if not path.is_file():
            raise CannotRun(f"mkdocs.yml, extra.kb.guidelines: there is no '{setting}'")
        return path

    def cache_of(self, what: str, is_asked_for_all: bool = True) -> Cache:
        return Cache(self.folder / ".cache" / "kb" / what, is_asked_for_all)

    def name_of(self, path: str | Path) -> str:
        """A file's name in findings: its path within the repository."""
        return name_within(self.root, path)

    def file_named(self, argument: str) -> str:
        """The name in findings of a file that somebody names, seen from where they are or from the repository."""
        for path in (Path(argument).absolute(), self.root / argument):
            name = self.name_of(os.path.normpath(path))
            if path.is_file() and not os.path.isabs(name):
                return name
        near = nearest(argument, (self.name_of(path) for path in self.pages.values()))
        raise CannotRun(f"there is no file '{argument}'" + (f"; did you mean '{near}'?" if near else ""))

    @cached_property
    def baseline_file(self) -> Path | None:
        """The file of findings that are not to be reported, if the project has one."""
        return self.folder / self.baseline if self.baseline else None

    def text_of(self, name: str) -> str:
        """The text of a file by its name in findings."""
        return (self.root / name).read_text(encoding="utf-8-sig")


def name_within(root: Path, path: str | Path) -> str:
    """The path of a file within the repository `root`, or all of it where it stands elsewhere."""
    path = Path(path)
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def repository_of(folder: Path) -> Path:
    """The nearest folder from `folder` upwards with a .git, else `folder` itself."""
    return next((above for above in (folder, *folder.parents) if (above / ".git").exists()), folder)
