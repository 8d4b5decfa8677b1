"""The index of a section: its pages with their summaries, in groups that their own data give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from xml.etree.ElementTree import Element

from kb.kinds import BY_FOLDER
from kb.knowledge import KnowledgeBase, levels_of, title_of
from kb.learning_path import steps
from kb.model import Page
from kb.rendering.certainty import WORDS, certainty, fit_of
from kb.rendering.html import Child, append, element, relative
from kb.rendering.learning_path import link_to

# Levels of hierarchies say by such a word which one they are.
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
# Fewer pages of a kind on a path are no way into the kind.
_ENOUGH_ON_A_PATH = 3


class _Group(NamedTuple):
    """Pages that belong together, with what is said of them. `name` makes the id of the heading."""

    name: str
    heading: Sequence[Child]
    pages: list[Page]
    note: Sequence[Child] = ()


def section_index(kb: KnowledgeBase, index: Page) -> list[Element]:
    """Every page of the section with its summary: by certainty, level or path where it has such, else by title."""
    pages = pages_of(kb, index)
    groups = _by_certainty(pages) or _by_level(pages) or _by_use(kb, pages) or _by_path(kb, index, pages)
    parts: list[Element] = []
    for group in groups:
        if group.pages:
            parts.append(element("h2", *group.heading, id="group-" + group.name))
            parts += [element("p", *group.note, class_="kb-group-note")] if group.note else []
            parts.append(_list(group.pages, index))
    return parts or [_list(pages, index)]


def pages_of(kb: KnowledgeBase, index: Page) -> list[Page]:
    """The pages of the section to which an index page belongs, by title."""
    return kb.pages_in(BY_FOLDER[index.folder])


def _list(pages: list[Page], index: Page) -> Element:
    entries = element("dl", class_="kb-index")
    for page in pages:
        link = element("a", title_of(page), href=relative(page.uri, index.uri))
        append(entries, element("dt", link), element("dd", str(page.front_matter.data.get("summary", ""))))
    return entries


def _by_certainty(pages: list[Page]) -> list[_Group]:
    """By how sure the evidence for them is."""
    fits = {page.id: fit_of(page) for page in pages}
    if not any(fits.values()):
        return []
    groups = [_Group(fit, [certainty(fit)], [page for page in pages if fits[page.id] == fit]) for fit in WORDS]
    return [*groups, _Group("not-judged", ["Not judged"], [page for page in pages if not fits[page.id]])]


def _by_level(pages: list[Page]) -> list[_Group]:
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
        note = [f"{rank[:1].upper()}{rank[1:]}, in the {hierarchy}."] if rank else [f"In the {hierarchy}."]
        heading = [name[:1].upper() + name[1:]]
        own = [page for page in pages if placed.get(page.id) == level]
        groups.append(_Group(name.replace(" ", "-"), heading, own, note))
    return [
        *groups,
        _Group("not-placed", [f"Not in the {hierarchy}"], [page for page in pages if page.id not in placed]),
    ]


def _rank(level: str) -> int:
    """Which level of its hierarchy it is, counted from the lowest; 0 where it does not say."""
    return next((number for number, word in enumerate(_ORDINALS, start=1) if word in level.split()), 0)


def _by_use(kb: KnowledgeBase, pages: list[Page]) -> list[_Group]:
    """Guides: help that cannot wait, then the paths, then the others."""
    urgent = [page for page in pages if page.uri == kb.settings.urgent_help]
    paths = [page for page in pages if page not in urgent and steps(page, kb)]
    if not paths:
        return []
    others = [page for page in pages if page not in urgent and page not in paths]
    return [
        _Group("urgent", ["If it is urgent"], urgent),
        _Group("paths", ["Paths"], paths, ["Each leads through pages of this site in an order, one step at a time."]),
        _Group("single", ["Single guides"], others),
    ]


def _by_path(kb: KnowledgeBase, index: Page, pages: list[Page]) -> list[_Group]:
    """First those on the path that leads through most of them, in its order."""
    paths = {guide.id: [page for page in steps(guide, kb) if page in pages] for guide in kb.pages}
    guide = max(sorted(paths), key=lambda id_: len(paths[id_]), default="")
    if len(paths.get(guide, [])) < _ENOUGH_ON_A_PATH:
        return []
    link = link_to(kb.by_id[guide], index)
    return [
        _Group("to-begin-with", ["To begin with"], paths[guide], ["In the order of the path ", link, "."]),
        _Group("further", ["Further " + index.folder], [page for page in pages if page not in paths[guide]]),
    ]
