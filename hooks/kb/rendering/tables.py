"""Tables of results that become a stack of cards where the screen is narrow.

A style sheet that shows a row as a block takes away what it was, in some browsers, and HTML forbids to write out what a
row is by itself: theme/assets/kb.js says it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from kb.rendering.html import Child, as_it_is, element


def table(caption: str, columns: Sequence[str], results: Sequence[Element], class_: str) -> Element:
    """A table of what `table_row` has made."""
    names = (element("th", name, scope="col") for name in columns)
    head = element("thead", element("tr", *names))
    return element("table", as_it_is(element("caption", caption)), head, *results, class_=class_)


def table_row(columns: Sequence[str], heading: Child, cells: Sequence[Sequence[Child]], note: str = "") -> Element:
    """A result: its heading, a cell for each further column, and its note, which has a line of its own."""
    first, *others = columns
    parts = [element("th", heading, scope="row", data_label=first)]
    for name, content in zip(others, cells, strict=True):
        parts.append(element("td", element("div", *content), data_label=name))
    rows = [element("tr", *parts)]
    if note:
        cell = as_it_is(element("td", note, colspan=str(len(columns))))
        rows.append(element("tr", cell, class_="kb-note"))
    return element("tbody", *rows)


def without_empty_headings(root: Element) -> None:
    """Let the corner of an author's table, above its rows and before its columns, be a cell: it heads nothing."""
    for heading in root.iter("th"):
        if not len(heading) and not (heading.text or "").strip():
            heading.tag = "td"
