"""The ids of what the build adds to pages: those who write it and those who check links to it ask here.

Headings without an id of their own get one from their text, as an author's do.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from string import ascii_uppercase

from kb.grouping import Group, groups_of_section, has_levels, section_of
from kb.knowledge import KnowledgeBase, further_reading
from kb.learning_path import readable_after, steps
from kb.model import Page, Term

# Under which a glossary lists what begins with no letter.
NO_LETTER = "0–9"


def term_anchor(term: Term) -> str:
    """The id of a term's entry on the glossary page."""
    return "term-" + re.sub(r"[^\w]+", "-", term.title.casefold()).strip("-")


def letter_of(name: str) -> str:
    """The letter under which a name is looked up, without its accent."""
    first = unicodedata.normalize("NFD", name)[:1].upper()
    return first if first and first in ascii_uppercase else NO_LETTER


def letter_anchor(letter: str) -> str:
    """The id of a letter on the glossary page."""
    return "letter-" + ("0-9" if letter == NO_LETTER else letter.lower())


def group_anchor(group: Group) -> str:
    """The id of a group on the index page of a section."""
    return "group-" + group.name


def map_anchor(page: Page) -> str:
    """The id of a page's entry on the map of relations."""
    return "map-" + page.id


def reference_anchor(key: str) -> str:
    """The id of a work in a reference list."""
    return "ref-" + key


def generated_anchors(kb: KnowledgeBase, page: Page) -> Iterator[str]:
    """The ids of what the build adds to a page, but for those of fields, of single citations, and of dates."""
    yield from _anchors_of_works(kb, page)
    yield from _anchors_of_paths(kb, page)
    kind = kb.kind_of(page)
    if kind is not None:
        yield "cite-this-page"
        if kind.is_concept:
            yield from _anchors_of_connections(kb, page)
    if section := section_of(page):
        yield from (group_anchor(group) for group in groups_of_section(kb, page))
        if any(map(has_levels, kb.pages_in(section))):
            yield "the-hierarchies-side-by-side"
    match page.front_matter.data.get("lists"):
        case "glossary":
            yield from (term_anchor(term) for term in kb.terms)
            yield from {letter_anchor(letter_of(name.text)) for term in kb.terms for name in term.names}
        case "references":
            yield from (reference_anchor(key) for key in kb.references)
        case "map":
            yield from ("the-same-as-a-table", *map(map_anchor, kb.related))
        case "data":
            yield "columns-of-the-effects"
            if kb.settings.guidelines is not None:
                yield "columns-of-the-guidelines"


def _anchors_of_works(kb: KnowledgeBase, page: Page) -> Iterator[str]:
    effects = kb.effects_on(page) if page.effects or page.selections else []
    shown = [key for row in effects for key in (row.citekey, row.data_set) if key]
    shown += [row.citekey for row in kb.guidelines_on(page)]
    if page.citations or shown:
        yield "references"
        yield from map(reference_anchor, shown)
        yield from (reference_anchor(citation.key) for citation in page.citations)
    if further := further_reading(page):
        yield "further-reading"
        yield from (reference_anchor(name.text) for name in further)


def _anchors_of_paths(kb: KnowledgeBase, page: Page) -> Iterator[str]:
    if steps(page, kb):
        yield "the-path"
    if kb.relations_to(page, "path"):
        yield "on-a-path"


def _anchors_of_connections(kb: KnowledgeBase, page: Page) -> Iterator[str]:
    """The ids of the headings under which a concept's relations with reasons are listed, as far as it has any."""
    lists = {
        "builds-on": kb.relations_from(page, "builds_on"),
        "needed-for": kb.relations_to(page, "builds_on"),
        "see-also": kb.relations_from(page, "contrasts_with") or kb.relations_to(page, "contrasts_with"),
        "what-you-can-read-next": readable_after(page, kb),
    }
    found = [anchor for anchor, related in lists.items() if related]
    yield from ["how-it-connects", *found] if found else []
