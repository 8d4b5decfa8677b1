"""The running text of a converted page: where a term may be recognised and linked.

Headings, links, code, quotations, table heads and mathematics are not running text. Reading and rendering walk the tree
with the same function, so that what counts as a mention is the same for the gate and for the reader.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markdown.util import HTML_PLACEHOLDER_RE

from kb.reading.citations import CITATION_CLASS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from markdown import Markdown

# When the tree is walked: inline syntax and attribute lists are done, quotes are not yet curled, headings have no ids.
PRIORITY = 7.5
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_NO_PROSE = frozenset({"code", "pre", "kbd", "samp", "blockquote", "q", "cite", "th", "script", "style", "svg", "math"})
_NO_PROSE_CLASSES = frozenset(
    {"arithmatex", "headerlink", "admonition-title", CITATION_CLASS, "kb-effect", "kb-effects", "kb-guidelines"}
)
_RAW_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][\w-]*)")


@dataclass(frozen=True, slots=True)
class Prose:
    """A stretch of running text: the `text` of `element`, or its `tail`. `parts` are (start, end) within it."""

    element: Element
    is_tail: bool
    parts: tuple[tuple[int, int], ...]

    @property
    def text(self) -> str:
        return (self.element.tail if self.is_tail else self.element.text) or ""


def walk(root: Element, md: Markdown) -> Iterator[Prose | Element]:
    """Yield, in reading order, stretches of prose and the headings and links between them."""
    stash = md.htmlStash.rawHtmlBlocks
    raw_depth = 0

    def stretch(element: Element, is_tail: bool) -> Iterator[Prose]:
        nonlocal raw_depth
        text = (element.tail if is_tail else element.text) or ""
        parts, start = [], 0
        for match in HTML_PLACEHOLDER_RE.finditer(text):
            if raw_depth == 0 and match.start() > start:
                parts.append((start, match.start()))
            start = match.end()
            raw = stash[int(match[1])] if int(match[1]) < len(stash) else ""
            tag = _RAW_TAG.match(raw) if isinstance(raw, str) else None
            if tag and (tag["name"].lower() in _NO_PROSE or tag["name"].lower() == "a"):
                raw_depth = max(0, raw_depth + (-1 if tag["end"] else 1))
        if raw_depth == 0 and len(text) > start:
            parts.append((start, len(text)))
        if parts:
            yield Prose(element, is_tail, tuple(parts))

    def inside(element: Element) -> Iterator[Prose | Element]:
        yield from stretch(element, is_tail=False)
        for child in list(element):
            if child.tag in HEADINGS or child.tag == "a":
                yield child
            elif isinstance(child.tag, str) and not _excluded(child):
                yield from inside(child)
            yield from stretch(child, is_tail=True)

    return inside(root)


def _excluded(element: Element) -> bool:
    return element.tag in _NO_PROSE or not _NO_PROSE_CLASSES.isdisjoint((element.get("class") or "").split())
