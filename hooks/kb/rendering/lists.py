"""Pages that are lists: the index of a section, the glossary, the references."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from xml.etree.ElementTree import Element

from kb.changes import PageChange
from kb.evidence import (
    CLOSED,
    GUIDELINE_CLOSED,
    GUIDELINE_MEANINGS,
    GUIDELINE_REQUIRED,
    MEANINGS,
    REQUIRED,
)
from kb.grouping import section_of
from kb.kinds import Kind
from kb.knowledge import KnowledgeBase, levels_of, title_of
from kb.model import Page
from kb.rendering.bibliography import Formatted
from kb.rendering.changes import what_changed
from kb.rendering.glossary import glossary
from kb.rendering.html import Child, as_it_is, element, relative
from kb.rendering.references import all_references, source_note
from kb.rendering.relation_map import relation_map
from kb.rendering.sections import section_index
from kb.rendering.tables import table, table_row
from kb.rendering.terms import GLOSSARY_PAGE


def lists_of(kb: KnowledgeBase, page: Page, formatted: Formatted, changes: Sequence[PageChange] = ()) -> list[Element]:
    """The list that belongs on `page`; empty for most pages."""
    if not kb.settings.content_model:
        return []
    if section := section_of(page):
        return [*section_index(kb, section, page), *_hierarchies(kb, section, page, formatted)]
    match page.front_matter.data.get("lists"):
        case "glossary":
            return glossary(kb, page, formatted)
        case "references":
            return all_references(kb, page, formatted)
        case "map":
            return relation_map(kb, page)
        case "data":
            return _data_dictionary(kb)
        case "search":
            return [_search(page)]
        case "changes":
            return what_changed(kb, changes, page)
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
    terms = element("a", "glossary", href=relative(GLOSSARY_PAGE, page.uri))
    without = element("noscript", element("p", *_without_script(terms)))
    return element("div", form, without, class_="kb-search-page")


def _without_script(terms: Element) -> list[Child]:
    return [
        "Searching needs JavaScript, which is switched off here. Every term stands in the ",
        terms,
        ", from A to Z, and every page in the menu.",
    ]


def _switch() -> Element:
    """What the script puts the switch for reading offline in place of."""
    return element("div", element("p", "Keeping pages needs JavaScript."), class_="kb-keeping")


def _hierarchies(kb: KnowledgeBase, section: Kind, page: Page, formatted: Formatted) -> list[Element]:
    """For a section of pages that have levels: where each published hierarchy puts each of them.

    What no source confirms stays empty.
    """
    entries = [(entry, {level.hierarchy: level for level in levels_of(entry)}) for entry in kb.pages_in(section)]
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
