"""The citation syntax of pandoc, ``[see @key, p. 3; -@other]``, as a Python-Markdown extension.

Because the parser finds the citations, what stands in code, comments and links is never one. Each citation group
becomes a ``<span class="kb-citation">`` that holds its source text; a later step reads it or writes it out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.util import STX, AtomicString

from kb.reading import dye
from kb.reading.citation_groups import parse_group

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown import Markdown

CITATION_CLASS = "kb-citation"

# A group may stand before "[", but only if that opens another group: "[@a](x)" and "[@a][x]" are links.
_GROUP = r"\[(?!\^)((?=[^\[\]@]*+@)[^\[\]]*+)\](?!\()(?!\[(?!\^)[^\[\]@]*+\])"


class _CitationProcessor(InlineProcessor):
    def handleMatch(  # type: ignore[override]
        self, match: re.Match[str], data: str
    ) -> tuple[Element | None, int | None, int | None]:
        text = match[1]
        if STX in text or parse_group(dye.strip(text)) is None:
            return None, None, None
        element = Element("span", {"class": CITATION_CLASS})
        element.text = AtomicString(f"[{text}]")
        return element, match.start(0), match.end(0)


class CitationSyntax(Extension):
    """Recognise citation groups, after code and escapes and before links."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.inlinePatterns.register(_CitationProcessor(_GROUP, md), "kb-citation", 174)


def citation_elements(root: Element) -> Iterator[tuple[Element, bool]]:
    """Every citation in the tree, in reading order, and whether it stands within a link, where it does not count."""

    def walk(element: Element, in_link: bool) -> Iterator[tuple[Element, bool]]:
        for child in element:
            if child.tag == "span" and child.get("class") == CITATION_CLASS:
                yield child, in_link
            else:
                yield from walk(child, in_link or child.tag == "a")

    return walk(root, root.tag == "a")
