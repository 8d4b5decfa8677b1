"""The page of all terms, from A to Z: each with its definition, its senses by school, and where it is used."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from itertools import groupby
from string import ascii_uppercase
from typing import NamedTuple
from xml.etree.ElementTree import Element

from kb.generated import NO_LETTER, letter_anchor, letter_of, term_anchor
from kb.knowledge import KnowledgeBase
from kb.model import Page, Term
from kb.rendering.bibliography import Formatted
from kb.rendering.html import append, element, relative
from kb.rendering.references import group_of, source_note, used_on
from kb.rendering.terms import target_of


class _Row(NamedTuple):
    name: str
    term: Term


def glossary(kb: KnowledgeBase, page: Page, formatted: Formatted) -> list[Element]:
    """A to Z; every other name stands where it would be looked up, and points to its term."""
    rows = sorted((_Row(name.text, term) for term in kb.terms for name in term.names), key=_order)
    shown = [row for number, row in enumerate(rows) if row.name == row.term.title or not _is_beside(rows, number)]
    lists: list[Element] = []
    letters = []
    for letter, group in groupby(shown, key=lambda row: letter_of(row.name)):
        entries = [
            _entry(kb, row.term, page, formatted) if row.name == row.term.title else _pointer(row) for row in group
        ]
        lists.append(element("h2", letter, id=letter_anchor(letter)))
        lists.append(element("dl", *entries, class_="kb-glossary kb-long"))
        letters.append(letter)
    finder = element("div", _form(len(kb.terms)), _letters(letters), class_="kb-finder") if letters else None
    return [*([finder] if finder is not None else []), *lists]


def _order(row: _Row) -> tuple[str, str]:
    return letter_of(row.name), unicodedata.normalize("NFD", row.name.casefold())


def _is_beside(rows: list[_Row], number: int) -> bool:
    """Whether a name stands next to its own term, which says it too."""
    neighbours = rows[max(0, number - 1) : number] + rows[number + 1 : number + 2]
    return any(row.term is rows[number].term and row.name == row.term.title for row in neighbours)


def _form(count: int) -> Element:
    field = element(
        "input",
        type="search",
        name="q",
        id="filter-terms",
        autocomplete="off",
        autocapitalize="off",
        spellcheck="false",
    )
    return element(
        "form",
        element("p", element("label", "Find a term", for_="filter-terms"), field),
        element("p", f"{count} terms", class_="kb-filter-count", role="status"),
        class_="kb-filter",
        aria_label="Filter the terms",
    )


def _letters(present: Collection[str]) -> Element:
    """The alphabet; a letter under which nothing stands is no link."""
    bar = element("ul")
    for letter in (*([NO_LETTER] if NO_LETTER in present else []), *ascii_uppercase):
        inner = element("a", letter, href="#" + letter_anchor(letter)) if letter in present else element("span", letter)
        append(bar, element("li", inner))
    return element("nav", bar, class_="kb-letters", aria_label="Letters")


def _pointer(row: _Row) -> Element:
    see = element("a", row.term.title, href=f"#{term_anchor(row.term)}")
    return element("div", element("dt", row.name), element("dd", "see ", see), class_="kb-alias")


def _entry(kb: KnowledgeBase, term: Term, page: Page, formatted: Formatted) -> Element:
    """A term with its other names, definition, source, senses, and its page or the pages that use it."""
    name = element("dt", term.title)
    if others := [other.text for other in term.names[1:]]:
        append(name, " ", element("span", "also ", ", ".join(others)))
    explanation = element("dd", term.definition)
    if term.page is None:
        append(explanation, " ", source_note(group_of(term.sources), page, formatted))
    if term.senses:
        append(explanation, _senses(term, page, formatted))
    if term.page is None:
        append(explanation, used_on(kb.pages_using(term), page))
    else:
        own = relative(target_of(term), page.uri)
        read, sources = element("a", "Read the page", href=own), element("a", "its sources", href=f"{own}#references")
        append(explanation, " ", element("span", read, ", ", sources, class_="kb-used"))
    return element("div", name, explanation, id=term_anchor(term))


def _senses(term: Term, page: Page, formatted: Formatted) -> Element:
    """What schools mean by the term."""
    senses = element("ul", class_="kb-senses")
    for sense in term.senses:
        note = source_note(group_of(sense.sources), page, formatted)
        append(senses, element("li", element("b", sense.school), ": ", sense.text, " ", note))
    return senses
