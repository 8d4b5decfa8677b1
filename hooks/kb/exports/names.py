"""What can be found by its name: the titles, aliases and questions of pages and terms, as one small JSON file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TypedDict

from kb.generated import term_anchor
from kb.knowledge import KnowledgeBase, aliases_of, questions_of, title_of
from kb.model import Page, Term
from kb.typography import curled

NAMES_FILE = "search/names.json"
TERM = "Glossary term"


class Entry(TypedDict):
    """One thing that can be found. `address` is relative to the root of the site."""

    address: str
    title: str
    aliases: list[str]
    questions: list[str]
    kind: str
    summary: str


def names_file(kb: KnowledgeBase) -> str:
    """Every page and every term without one, in the order of their addresses."""
    entries = sorted([*_pages(kb), *_terms(kb)], key=lambda entry: entry["address"])
    return json.dumps(entries, ensure_ascii=False, separators=(",", ":")) + "\n"


def kind_shown(kb: KnowledgeBase, page: Page) -> str:
    """What a result says that a page is."""
    kind = kb.kind_of(page)
    if kind is not None:
        return kind.name.capitalize()
    return "Section" if page.id == "index" and page.folder else "About this site"


def is_search(page: Page) -> bool:
    """Whether a page is the one that shows results, which nobody searches for."""
    return page.front_matter.data.get("lists") == "search"


def terms_without_page(kb: KnowledgeBase) -> Iterator[tuple[str, Term]]:
    """The terms that only the glossary explains, each with the address of its entry."""
    glossary = next((page for page in kb.pages if page.front_matter.data.get("lists") == "glossary"), None)
    if glossary is not None:
        address = kb.files[glossary.uri]
        yield from ((f"{address}#{term_anchor(term)}", term) for term in kb.terms if term.page is None)


def _pages(kb: KnowledgeBase) -> Iterator[Entry]:
    for page in kb.pages:
        if not is_search(page):
            yield Entry(
                address=kb.files[page.uri],
                title=curled(title_of(page)),
                aliases=[curled(alias) for alias in aliases_of(page)],
                questions=questions_of(page),
                kind=kind_shown(kb, page),
                summary=curled(str(page.front_matter.data.get("summary") or "")),
            )


def _terms(kb: KnowledgeBase) -> Iterator[Entry]:
    for address, term in terms_without_page(kb):
        yield Entry(
            address=address,
            title=curled(term.title),
            aliases=[curled(name.text) for name in term.names[1:]],
            questions=[],
            kind=TERM,
            summary=curled(term.definition),
        )
