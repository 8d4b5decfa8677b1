"""Tables of results that become a stack of cards where the screen is narrow.

The roles are written out: a style sheet that shows a row as a block takes away what it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from kb.rendering.html import Child, as_it_is, element


def table(caption: str, columns: Sequence[str], results: Sequence[Element], class_: str) -> Element:
    """A table of what `table_row` has made."""
    names = (element("th", name, scope="col", role="columnheader") for name in columns)
    head = element("thead", element("tr", *names, role="row"), role="rowgroup")
    return element("table", as_it_is(element("caption", caption)), head, *results, role="table", class_=class_)


def table_row(columns: Sequence[str], heading: Child, cells: Sequence[Sequence[Child]], note: str = "") -> Element:
    """A result: its heading, a cell for each further column, and its note, which has a line of its own."""
    first, *others = columns
    parts = [element("th", heading, scope="row", role="rowheader", data_label=first)]
    for name, content in zip(others, cells, strict=True):
        parts.append(element("td", element("div", *content), role="cell", data_label=name))
    rows = [element("tr", *parts, role="row")]
    if note:
        cell = as_it_is(element("td", note, colspan=str(len(columns)), role="cell"))
        rows.append(element("tr", cell, role="row", class_="kb-note"))
    return element("tbody", *rows, role="rowgroup")
