"""Pages that are lists: the index of a section, the glossary, the references."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from xml.etree.ElementTree import Element

from kb.evidence import (
    CLOSED,
    GUIDELINE_CLOSED,
    GUIDELINE_MEANINGS,
    GUIDELINE_REQUIRED,
    MEANINGS,
    REQUIRED,
)
from kb.kinds import BY_FOLDER
from kb.knowledge import KnowledgeBase, levels_of, reference_anchor, term_anchor, title_of
from kb.model import Page, Term
from kb.rendering.bibliography import Formatted
from kb.rendering.certainty import WORDS as CERTAINTIES
from kb.rendering.certainty import certainty
from kb.rendering.html import Child, append, as_it_is, element, relative
from kb.rendering.tables import table, table_row
from kb.rendering.terms import GLOSSARY_PAGE, target_of

REFERENCES_PAGE = "references.md"


def lists_of(kb: KnowledgeBase, page: Page, formatted: Formatted) -> list[Element]:
    """The list that belongs on `page`; empty for most pages."""
    if not kb.settings.content_model:
        return []
    if page.id == "index" and page.folder in BY_FOLDER:
        return [_section_index(kb, page), *_hierarchies(kb, page, formatted)]
    match page.front_matter.data.get("lists"):
        case "glossary":
            return _glossary(kb, page, formatted)
        case "references":
            return [_all_references(kb, page, formatted)]
        case "data":
            return _data_dictionary(kb)
        case "search":
            return [_search(page)]
        case "offline":
            return [_switch()]
    return []


def _search(page: Page) -> Element:
    """The form behind which the script shows what it finds; without script it says where to look instead."""
    # Without an action a form sends to its own page, whatever address that has.
    field = element(
        "input", type="search", name="q", id="search-for", autocomplete="off", autocapitalize="off", spellcheck="false"
    )
    form = element(
        "form",
        element("label", "Search this site", for_="search-for"),
        element("div", field, element("button", "Search", type="submit")),
        class_="kb-search-form",
        role="search",
    )
    glossary = element("a", "glossary", href=relative(GLOSSARY_PAGE, page.uri))
    without = element("noscript", element("p", *_without_script(glossary)))
    return element("div", form, without, class_="kb-search-page")


def _without_script(glossary: Element) -> list[Child]:
    return [
        "Searching needs JavaScript, which is switched off here. Every term stands in the ",
        glossary,
        ", from A to Z, and every page in the menu.",
    ]


def _switch() -> Element:
    """What the script puts the switch for reading offline in place of."""
    return element("div", element("p", "Keeping pages needs JavaScript."), class_="kb-keeping")


def _section_index(kb: KnowledgeBase, page: Page) -> Element:
    entries = element("dl", class_="kb-index")
    for entry in _entries(kb, page):
        data = entry.front_matter.data
        explanation = element("dd", str(data.get("summary", "")))
        if data.get("fit") in CERTAINTIES:
            append(explanation, " ", certainty(data["fit"]))
        append(entries, element("dt", element("a", title_of(entry), href=relative(entry.uri, page.uri))), explanation)
    return entries


def _entries(kb: KnowledgeBase, index: Page) -> list[Page]:
    return kb.pages_in(BY_FOLDER[index.folder])


def _hierarchies(kb: KnowledgeBase, page: Page, formatted: Formatted) -> list[Element]:
    """For a section of pages that have levels: where each published hierarchy puts each of them.

    What no source confirms stays empty.
    """
    entries = [(entry, {level.hierarchy: level for level in levels_of(entry)}) for entry in _entries(kb, page)]
    hierarchies = list(dict.fromkeys(hierarchy for _, levels in entries for hierarchy in levels))
    if not hierarchies:
        return []
    columns = ("Name", *hierarchies)
    rows = []
    for entry, levels in entries:
        name = element("a", title_of(entry), href=relative(entry.uri, page.uri))
        cells: list[list[Child]] = []
        for hierarchy in hierarchies:
            level = levels.get(hierarchy)
            cells.append([level.level + " ", source_note("@" + level.source.text, page, formatted)] if level else [])
        rows.append(table_row(columns, name, cells))
    caption = "Where no level is given, no source of this site confirms one."
    return [
        element("h2", "The hierarchies side by side"),
        table(caption, columns, rows, "kb-effect-table kb-level-table"),
    ]


def _glossary(kb: KnowledgeBase, page: Page, formatted: Formatted) -> list[Element]:
    """A to Z; every alias stands where it would be looked up and points to its term."""
    entries: list[tuple[str, Element]] = []
    for term in kb.terms:
        entries.append((term.title, _entry(kb, term, page, formatted)))
        for alias in term.names[1:]:
            see = element("a", term.title, href=f"#{term_anchor(term)}")
            row = element("div", element("dt", alias.text), element("dd", "see ", see), class_="kb-alias")
            entries.append((alias.text, row))
    entries.sort(key=lambda entry: (_letter(entry[0]), unicodedata.normalize("NFD", entry[0].casefold())))
    parts: list[Element] = []
    for letter, group in groupby(entries, key=lambda entry: _letter(entry[0])):
        rows = [row for _, row in group]
        parts += [element("h2", letter), element("dl", *rows, class_="kb-glossary")]
    return parts


def _letter(name: str) -> str:
    """The letter under which a name is looked up, without its accent."""
    first = unicodedata.normalize("NFD", name)[0].upper()
    return first if first.isalpha() else "0–9"


def _entry(kb: KnowledgeBase, term: Term, page: Page, formatted: Formatted) -> Element:
    """A term with its definition, its source, and its page or the pages that use it."""
    explanation = element("dd", term.definition)
    if term.page is None:
        append(explanation, " ", source_note(sources_of(term), page, formatted))
        append(explanation, _pages("Used on", kb.pages_using(term), page))
    else:
        own = relative(target_of(term), page.uri)
        read = element("a", "Read the page", href=own)
        append(explanation, " ", element("span", read, ", ", element("a", "its sources", href=f"{own}#references")))
    return element("div", element("dt", term.title), explanation, id=term_anchor(term))


def _pages(label: str, pages: list[Page], page: Page) -> Element:
    """A line of links to other pages."""
    line = element("span", label + ": ", class_="kb-used")
    for number, other in enumerate(pages):
        append(line, ", " if number else "", element("a", title_of(other), href=relative(other.uri, page.uri)))
    return line


def sources_of(term: Term) -> str:
    """The sources of a definition as one citation group."""
    return "; ".join("@" + key for key in dict.fromkeys(source.text for source in term.sources))


def source_note(group: str, page: Page, formatted: Formatted) -> Element:
    """A citation outside the running text: it leads to the page of all references."""
    note = as_it_is(formatted.group(group))
    note.set("class", "kb-source")
    for link in note.iter("a"):
        link.set("href", relative(REFERENCES_PAGE + link.get("href", ""), page.uri))
        link.attrib.pop("role", None)
    return note


def _all_references(kb: KnowledgeBase, page: Page, formatted: Formatted) -> Element:
    """Every work, with the pages that cite it."""
    citing: dict[str, list[Page]] = defaultdict(list)
    for other in kb.pages:
        shown = [*(row.citekey for row in kb.effects_on(other)), *(row.citekey for row in kb.guidelines_on(other))]
        for key in dict.fromkeys((*(citation.key for citation in other.citations), *shown)):
            citing[key].append(other)
    works = element("ul", class_="kb-references")
    for key in formatted.references:
        item = element("li", as_it_is(formatted.reference(key)), id=reference_anchor(key))
        if citing[key]:
            append(item, " ", _pages("Cited on", sorted(citing[key], key=title_of), page))
        append(works, item)
    return works


def _data_dictionary(kb: KnowledgeBase) -> list[Element]:
    """The columns of the files of data: name, meaning, and what may stand in them."""
    parts = [
        element("h2", "Columns of the effects", id="columns-of-the-effects"),
        _columns("The columns of the file of effects", MEANINGS, CLOSED, REQUIRED),
    ]
    if kb.settings.guidelines is not None:
        caption = "The columns of the file of guidelines"
        parts += [
            element("h2", "Columns of the guidelines", id="columns-of-the-guidelines"),
            _columns(caption, GUIDELINE_MEANINGS, GUIDELINE_CLOSED, GUIDELINE_REQUIRED),
        ]
    return parts


def _columns(
    caption: str, meanings: Mapping[str, str], closed: Mapping[str, Sequence[str]], required: Collection[str]
) -> Element:
    head = element("tr", *(element("th", name, scope="col") for name in ("Column", "Meaning", "Values")))
    rows = [
        as_it_is(
            element(
                "tr",
                element("th", element("code", name), scope="row"),
                element("td", *_with_code(meaning)),
                element("td", *_values(closed.get(name, ()), name in required)),
            )
        )
        for name, meaning in meanings.items()
    ]
    table = element(
        "table", element("caption", caption), element("thead", head), element("tbody", *rows), class_="kb-column-table"
    )
    return element("div", table, class_="kb-scroll", role="group", tabindex="0", aria_label=f"Table: {caption}")


def _with_code(text: str) -> Iterator[Child]:
    """A text with what stands between backticks as code."""
    for number, part in enumerate(text.split("`")):
        yield element("code", part) if number % 2 else part


def _values(words: Sequence[str], is_required: bool) -> Iterator[Child]:
    yield "always given" if is_required else "may be empty"
    for number, word in enumerate(words):
        yield from (", " if number else ": ", element("code", word))
