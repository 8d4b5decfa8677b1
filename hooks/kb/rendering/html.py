"""Small pieces of a page as elements of the Markdown tree, so that MkDocs turns their links into addresses."""

from __future__ import annotations

import datetime
import posixpath
import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element

from markdown.util import AtomicString

Child = Element | str
# Links that are shown in one line, and how many of more.
_MOST_IN_A_LINE, _FIRST_IN_A_LINE = 5, 3
_QUOTES = (
    ('"', "\N{LEFT DOUBLE QUOTATION MARK}", "\N{RIGHT DOUBLE QUOTATION MARK}"),
    ("'", "\N{LEFT SINGLE QUOTATION MARK}", "\N{RIGHT SINGLE QUOTATION MARK}"),
)


def element(tag: str, *children: Child, **attributes: str) -> Element:
    """An element with text and elements as children. `class_` and `data_x` stand for `class` and `data-x`."""
    made = Element(tag, {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()})
    append(made, *children)
    return made


def append(parent: Element, *children: Child) -> None:
    """Add text and elements at the end of `parent`."""
    for child in children:
        if not isinstance(child, str):
            parent.append(child)
        elif len(parent):
            parent[-1].tail = (parent[-1].tail or "") + child
        else:
            parent.text = (parent.text or "") + child


def listed(parts: Sequence[Child], last: str = ", ") -> list[Child]:
    """`parts` with commas between them, and `last` before the last."""
    line: list[Child] = []
    for number, part in enumerate(parts):
        if number:
            line.append(last if number == len(parts) - 1 else ", ")
        line.append(part)
    return line


def folded(links: list[Element]) -> list[Child]:
    """Links in a line; of many the first, and the others to be opened, so that a phone does not show a page of them."""
    shown = len(links) if len(links) <= _MOST_IN_A_LINE else _FIRST_IN_A_LINE
    value = listed(links[:shown])
    if rest := links[shown:]:
        more = element("summary", f"and {len(rest)} more")
        value.append(element("details", more, *listed(rest), class_="kb-more"))
    return value


def day(date: datetime.date) -> str:
    """A date as readers see it."""
    return f"{date.day} {date:%B} {date.year}"


def relative(uri: str, page_uri: str) -> str:
    """The link from one source file to another, as an author would write it in Markdown."""
    path, hash_, anchor = uri.partition("#")
    return posixpath.relpath(path, posixpath.dirname(page_uri) or ".") + hash_ + anchor


def as_it_is(tree: Element) -> Element:
    """Keep the Markdown steps that follow from changing any text within `tree`; quotation marks are set as by them."""
    for part in tree.iter():
        if part.text:
            part.text = AtomicString(part.text if part.tag == "code" else _with_quotes(part.text))
        if part is not tree and part.tail:
            part.tail = AtomicString(_with_quotes(part.tail))
    return tree


def _with_quotes(text: str) -> str:
    for straight, opening, closing in _QUOTES:
        text = re.sub(rf"(?:(?<=[\s(\[])|^){straight}(?=\w)", opening, text).replace(straight, closing)
    return text
