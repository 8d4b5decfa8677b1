"""The groups in which the index of a section lists its pages, as their own data give them."""

from __future__ import annotations

from typing import NamedTuple

from kb.kinds import BY_FOLDER, FITS, Kind
from kb.knowledge import KnowledgeBase, fit_of, levels_of
from kb.learning_path import steps
from kb.model import Page

# Levels of hierarchies say by such a word which one they are.
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
# Fewer pages of a kind on a path are no way into the kind.
_ENOUGH_ON_A_PATH = 3


class Group(NamedTuple):
    """Pages that belong together, with what is said of them.

    `fit` is how sure the evidence for all of them is, `path` the guide in whose order they stand.
    """

    name: str
    heading: str
    pages: list[Page]
    note: str = ""
    fit: str = ""
    path: Page | None = None


def section_of(page: Page) -> Kind | None:
    """The kind whose pages an index page lists; None for any other page."""
    return BY_FOLDER.get(page.folder) if page.id == "index" else None


def groups_of_section(kb: KnowledgeBase, index: Page) -> list[Group]:
    """By certainty, level, use or path, whichever the pages have first; empty where they have none of these."""
    section = section_of(index)
    pages = kb.pages_in(section) if section is not None else []
    groups = _by_certainty(pages) or _by_level(pages) or _by_use(kb, pages) or _by_path(kb, index.folder, pages)
    return [group for group in groups if group.pages]


def has_levels(page: Page) -> bool:
    """Whether a published hierarchy places the page."""
    return bool(levels_of(page))


def _by_certainty(pages: list[Page]) -> list[Group]:
    """By how sure the evidence for them is."""
    fits = {page.id: fit_of(page) for page in pages}
    if not any(fits.values()):
        return []
    return [
        *(Group(fit, words, [page for page in pages if fits[page.id] == fit], fit=fit) for fit, words in FITS.items()),
        Group("not-judged", "Not judged", [page for page in pages if not fits[page.id]]),
    ]


def _by_level(pages: list[Page]) -> list[Group]:
    """By their level in the hierarchy that places most of them, the highest first."""
    levels = {page.id: {level.hierarchy: level.level for level in levels_of(page)} for page in pages}
    names = [name for own in levels.values() for name in own]
    if not names:
        return []
    hierarchy = max(dict.fromkeys(names), key=names.count)
    placed = {id_: own[hierarchy] for id_, own in levels.items() if hierarchy in own}
    groups = []
    for level in sorted(set(placed.values()), key=lambda level: (-_rank(level), level)):
        name, _, rank = level.partition(", ")
        note = f"{rank[:1].upper()}{rank[1:]}, in the {hierarchy}." if rank else f"In the {hierarchy}."
        own = [page for page in pages if placed.get(page.id) == level]
        groups.append(Group(name.replace(" ", "-"), name[:1].upper() + name[1:], own, note))
    others = [page for page in pages if page.id not in placed]
    return [*groups, Group("not-placed", f"Not in the {hierarchy}", others)]


def _rank(level: str) -> int:
    """Which level of its hierarchy it is, counted from the lowest; 0 where it does not say."""
    return next((number for number, word in enumerate(_ORDINALS, start=1) if word in level.split()), 0)


def _by_use(kb: KnowledgeBase, pages: list[Page]) -> list[Group]:
    """Guides: help that cannot wait, then the paths, then the others."""
    urgent = [page for page in pages if page.uri == kb.settings.urgent_help]
    paths = [page for page in pages if page not in urgent and steps(page, kb)]
    if not paths:
        return []
    others = [page for page in pages if page not in urgent and page not in paths]
    return [
        Group("urgent", "If it is urgent", urgent),
        Group("paths", "Paths", paths, "Each leads through pages of this site in an order, one step at a time."),
        Group("single", "Single guides", others),
    ]


def _by_path(kb: KnowledgeBase, folder: str, pages: list[Page]) -> list[Group]:
    """First those on the path that leads through most of them, in its order."""
    paths = {guide.id: [page for page in steps(guide, kb) if page in pages] for guide in kb.pages}
    guide = max(sorted(paths), key=lambda id_: len(paths[id_]), default="")
    if len(paths.get(guide, [])) < _ENOUGH_ON_A_PATH:
        return []
    note = "In the order of the path "
    return [
        Group("to-begin-with", "To begin with", paths[guide], note, path=kb.by_id[guide]),
        Group("further", f"Further {folder}", [page for page in pages if page not in paths[guide]]),
    ]
