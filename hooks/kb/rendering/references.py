"""The page of all works, each with where it is used, and citations outside the running text, which lead there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from xml.etree.ElementTree import Element

from kb.generated import letter_of, reference_anchor, term_anchor
from kb.knowledge import KnowledgeBase, further_reading, levels_of, title_of
from kb.model import Name, Page, Term
from kb.rendering.bibliography import Formatted
from kb.rendering.html import append, as_it_is, element, folded, relative
from kb.rendering.terms import GLOSSARY_PAGE

REFERENCES_PAGE = "references.md"


def group_of(sources: Iterable[Name]) -> str:
    """Works as one citation group."""
    return "; ".join("@" + key for key in dict.fromkeys(source.text for source in sources))


def source_note(group: str, page: Page, formatted: Formatted) -> Element:
    """A citation outside the running text: it leads to the page of all references."""
    note = as_it_is(formatted.group(group))
    note.set("class", "kb-source")
    for link in note.iter("a"):
        link.set("href", relative(REFERENCES_PAGE + link.get("href", ""), page.uri))
        link.attrib.pop("role", None)
    return note


def used_on(pages: Iterable[Page], page: Page) -> Element:
    """A line of links to the pages on which a term is used."""
    return element("div", "Used on: ", *folded(_links(pages, page)), class_="kb-used")


def _line(label: str, links: list[Element]) -> Element:
    """A line of links below a work. It has no class: there are hundreds of them, on the largest page of all."""
    return element("div", f"{label}: ", *folded(links))


def _links(pages: Iterable[Page], page: Page) -> list[Element]:
    return [element("a", title_of(other), href=relative(other.uri, page.uri)) for other in pages]


def all_references(kb: KnowledgeBase, page: Page, formatted: Formatted) -> list[Element]:
    """Every work with the pages that cite it and the terms that rest on it, behind a form that chooses among them."""
    citing, listing, defining = _uses(kb)
    items: dict[str, list[Element]] = defaultdict(list)
    for key in formatted.references:
        work = as_it_is(formatted.reference(key))
        item = element("li", work, id=reference_anchor(key))
        if citing[key]:
            append(item, _line("Cited on", _links(citing[key], page)))
        if listing[key]:
            append(item, _line("Further reading on", _links(listing[key], page)))
        if defining[key]:
            append(item, _line("In the glossary", [_entry_of(term, page) for term in defining[key]]))
        items[letter_of("".join(work.itertext()))].append(item)
    works = [element("ul", *items[letter], class_="kb-references kb-long", aria_label=letter) for letter in items]
    return [_form(len(formatted.references)), *works]


def _entry_of(term: Term, page: Page) -> Element:
    return element("a", term.title, href=relative(f"{GLOSSARY_PAGE}#{term_anchor(term)}", page.uri))


def _uses(kb: KnowledgeBase) -> tuple[Mapping[str, list[Page]], Mapping[str, list[Page]], Mapping[str, list[Term]]]:
    """By work: the pages that cite it, those that name it as further reading, and the terms defined from it."""
    citing: dict[str, list[Page]] = defaultdict(list)
    listing: dict[str, list[Page]] = defaultdict(list)
    defining: dict[str, list[Term]] = defaultdict(list)
    for other in sorted(kb.pages, key=lambda page: (title_of(page).casefold(), page.uri)):
        cited = dict.fromkeys(
            [
                *(citation.key for citation in other.citations),
                *(row.citekey for row in kb.effects_on(other)),
                *(row.citekey for row in kb.guidelines_on(other)),
                *(level.source.text for level in levels_of(other)),
            ]
        )
        for key in cited:
            citing[key].append(other)
        for key in dict.fromkeys(name.text for name in further_reading(other)):
            if key not in cited:
                listing[key].append(other)
    for term in kb.terms:
        own = term.sources if term.page is None else ()
        sensed = (source for sense in term.senses for source in sense.sources)
        for key in dict.fromkeys(source.text for source in (*own, *sensed)):
            defining[key].append(term)
    return citing, listing, defining


def _form(count: int) -> Element:
    """What chooses among the works; the script fills in the topics, which follow from the links of the list."""
    author = element("input", type="search", name="author", id="of-author", autocomplete="off", spellcheck="false")
    first = element("input", type="number", name="from", id="from-year", inputmode="numeric")
    last = element("input", type="number", name="to", id="to-year", inputmode="numeric")
    topic = element("select", element("option", "All topics", value=""), name="topic", id="on-topic")
    return element(
        "form",
        element("p", element("label", "Author", for_="of-author"), author, class_="kb-filter-author"),
        element("p", element("label", "From year", for_="from-year"), first),
        element("p", element("label", "To year", for_="to-year"), last),
        element("p", element("label", "Topic", for_="on-topic"), topic, class_="kb-filter-topic"),
        element("p", f"{count} works", class_="kb-filter-count", role="status"),
        class_="kb-filter kb-filter-works",
        aria_label="Filter the works",
    )
