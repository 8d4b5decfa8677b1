"""Small pieces of a page as elements of the Markdown tree, so that MkDocs turns their links into addresses."""

from __future__ import annotations

import html
import posixpath
import re
from functools import cache
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.util import AtomicString

Child = Element | str


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


def relative(uri: str, page_uri: str) -> str:
    """The link from one source file to another, as an author would write it in Markdown."""
    path, hash_, anchor = uri.partition("#")
    return posixpath.relpath(path, posixpath.dirname(page_uri) or ".") + hash_ + anchor


def as_it_is(tree: Element) -> Element:
    """Keep the Markdown steps that follow from changing any text within `tree`."""
    for part in tree.iter():
        part.text = AtomicString(part.text) if part.text else part.text
        if part is not tree and part.tail:
            part.tail = AtomicString(part.tail)
    return tree


_smarty = cache(lambda: Markdown(extensions=["smarty"]))


@cache
def curled(text: str) -> str:
    """`text` with typographic quotation marks and dashes, for attributes, which the Markdown steps do not reach."""
    made = _smarty().reset().convert(text)
    return html.unescape(re.sub(r"<[^>]+>", "", made))
