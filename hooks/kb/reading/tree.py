"""What the element tree of a page tells: citations, running text, what the parser left as text, link definitions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import ETX, STX

from kb.model import Citation, CitationGroup, EffectMention, LinkDefinition, Selection, Span, Undefined
from kb.reading import prose
from kb.reading.blocks import Block, blocks_of
from kb.reading.citation_groups import parse_group
from kb.reading.citations import citation_elements
from kb.reading.dye import MARK, Dye, strip
from kb.reading.effect_syntax import (
    BLOCK_CLASS,
    EFFECT_CLASS,
    GUIDELINES_CLASS,
    effect_elements,
    guidelines_of,
    mention,
    selection,
)
from kb.reading.paragraphs import Said, paragraphs

# Attributes that tell the reader of the published page which links Markdown made, and which heading is which.
FROM_MARKDOWN = "data-kb-markdown"
HEADING_NUMBER = "data-kb-heading"

_NO_TEXT = "\N{OBJECT REPLACEMENT CHARACTER}"
_NOT_TEXT = frozenset({"code", "pre", "kbd", "samp", "script", "style", "math", "svg", "textarea"})
_BLOCKS = prose.HEADINGS | {
    *("address", "article", "aside", "blockquote", "dd", "details", "div", "dl", "dt", "figcaption", "figure"),
    *("footer", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "summary"),
    *("table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
}
_PLACEHOLDER = re.compile(f"{STX}[^{ETX}]*{ETX}")
_LEFT_REFERENCE = re.compile(
    r"(?<![\w\])])\[(?P<collapsed>(?:[^\[\]]{1,500}+|\[[^\[\]]{0,500}\]){0,50}+)\] ?"
    rf"\[(?:(?P<mark>{MARK.pattern})(?P<label>[^\[\]]+)\]|\](?P<after>{MARK.pattern}))"
)
# "](" was no link, though its target says that one was meant: its parentheses do not match.
_LEFT_LINK = re.compile(rf"\[[^\[\]]*\]\((?P<mark>{MARK.pattern})(?P<target>[^\s\[\]]+?\.md\b|https?://[^\s\[\]]+)")
_LEFT_FOOTNOTE = re.compile(rf"(?P<mark>{MARK.pattern})\[\^(?P<label>[^\]\n]+)\]")


class TreeFacts(Extension):
    """What is read from the element tree: citations, prose, and which links Markdown itself made."""

    def __init__(self, dye: Dye, reads_citations: bool = False) -> None:
        super().__init__()
        self.dye = dye
        self.reads_citations = reads_citations
        self.groups: list[str] = []
        self.effects: list[tuple[str, str, str]] = []
        self.blocks: list[Block] = []
        self.prose: list[list[str]] = [[]]
        self.said: list[Said] = [Said()]
        self.texts: list[str] = []
        self.references = _WithoutMarks()
        self.slugs: set[str] = set()

    def extendMarkdown(self, md: Markdown) -> None:
        md.treeprocessors.register(_ReadTree(md, self), "kb-read", prose.PRIORITY)
        md.treeprocessors.register(_MarkLinks(md), "kb-mark-links", 0.5)

    def link_definitions(self, path: str) -> Iterator[LinkDefinition]:
        """The lines `[label]: target`, those of included files with their own path."""
        for label, (target, _) in self.references.items():
            place = self.dye.place(target) or Span(path)
            span = Span(place.path, place.line, place.column, max(1, len(strip(target))))
            yield LinkDefinition(strip(label), label in self.references.used, span)

    def left_references(self, path: str) -> Iterator[Undefined]:
        """Reference links that the parser left as text."""
        for match in (match for text in self.texts for match in _LEFT_REFERENCE.finditer(text)):
            if match["after"]:
                place = self.dye.place(match["after"])
                label = match["collapsed"].replace(_NO_TEXT, "…")
                column = place.column - 2 if place and place.column else None
                span = Span(place.path, place.line, column, 2) if place else Span(path)
            else:
                label = match["label"].strip()
                place = self.dye.place(match["mark"]) or Span(path)
                span = Span(place.path, place.line, place.column, len(label))
            yield Undefined(strip(label), span)

    def left_links(self, path: str) -> Iterator[Undefined]:
        """Links that the parser left as text, by their target."""
        for match in (match for text in self.texts for match in _LEFT_LINK.finditer(text)):
            target = strip(match["target"])
            place = self.dye.place(match["mark"]) or Span(path)
            yield Undefined(target, Span(place.path, place.line, place.column, len(target)))

    def left_footnotes(self, path: str) -> Iterator[Undefined]:
        """Footnote marks that the parser left as text."""
        for match in (match for text in self.texts for match in _LEFT_FOOTNOTE.finditer(text)):
            label = strip(match["label"])
            place = self.dye.place(match["mark"]) or Span(path)
            yield Undefined(label, Span(place.path, place.line, place.column, len(label) + 3))

    def mentions(self, path: str) -> list[EffectMention]:
        """The references to rows of the data about effects, in reading order."""
        return [mention(dyed, self.dye, path, where) for kind, dyed, where in self.effects if kind == EFFECT_CLASS]

    def selections(self, path: str) -> list[Selection]:
        """The blocks that show such rows, in reading order."""
        blocks = ((dyed, where) for kind, dyed, where in self.effects if kind == BLOCK_CLASS)
        return [selection(dyed, self.dye.start_of(dyed), path, where) for dyed, where in blocks]

    def guideline_blocks(self, path: str) -> list[Selection]:
        """The blocks that show guidelines, in reading order."""
        blocks = ((dyed, where) for kind, dyed, where in self.effects if kind == GUIDELINES_CLASS)
        return [guidelines_of(dyed, self.dye.start_of(dyed), path, where) for dyed, where in blocks]

    def citation_groups(self, path: str) -> list[CitationGroup]:
        """The citations in reading order, each work with its place."""
        groups = []
        for dyed in self.groups:
            text = strip(dyed)
            items = parse_group(text) or []
            spans = self.dye.places(dyed)
            if len(spans) != len(items):
                spans = [Span(path)] * len(items)
            citations = [
                Citation(item.key, Span(span.path, span.line, span.column, len(item.key)))
                for item, span in zip(items, spans, strict=True)
            ]
            groups.append(CitationGroup(" ".join(text.split()), tuple(citations)))
        return groups


class _ReadTree(Treeprocessor):
    def __init__(self, md: Markdown, facts: TreeFacts) -> None:
        super().__init__(md)
        self.facts = facts

    def run(self, root: Element) -> None:
        self.facts.groups = [(element.text or "")[1:-1] for element, in_link in citation_elements(root) if not in_link]
        self.facts.effects = [
            (element.get("class", ""), element.text or "", where) for element, where in effect_elements(root)
        ]
        self.facts.texts = list(_block_texts(root))
        self.facts.said = list(paragraphs(root))
        if self.facts.reads_citations:
            self.facts.blocks = blocks_of(root, self.md)
        self.facts.prose = [[]]
        for item in prose.walk(root, self.md):
            if isinstance(item, prose.Prose):
                self.facts.prose[-1].extend(_clean(item.text[start:end] for start, end in item.parts))
            elif item.tag in prose.HEADINGS:
                item.set(HEADING_NUMBER, str(len(self.facts.prose)))
                self.facts.prose.append([])


def _clean(texts: Iterable[str]) -> Iterator[str]:
    """The texts without marks and without what Python-Markdown put aside, those left empty left out."""
    for text in texts:
        cleaned = _PLACEHOLDER.sub(" ", strip(text))
        if cleaned.strip():
            yield cleaned


def _block_texts(root: Element) -> Iterator[str]:
    """The text of each block, escapes still marked as such; what is not text stands as one character."""
    pieces: list[str] = []

    def inside(element: Element) -> Iterator[str]:
        pieces.append(element.text or "")
        for child in element:
            if child.tag in _NOT_TEXT or "arithmatex" in (child.get("class") or ""):
                pieces.append(_NO_TEXT)
            elif child.tag in _BLOCKS:
                yield from end()
                yield from inside(child)
                yield from end()
            else:
                yield from inside(child)
            pieces.append(child.tail or "")

    def end() -> Iterator[str]:
        text = "".join(pieces)
        pieces.clear()
        if "[" in text:
            yield text

    yield from inside(root)
    yield from end()


class _MarkLinks(Treeprocessor):
    """Tell the targets that MkDocs will rewrite from those in raw HTML, which it leaves alone."""

    def run(self, root: Element) -> None:
        for element in root.iter():
            if element.tag in ("a", "img"):
                element.set(FROM_MARKDOWN, "")


class _WithoutMarks(dict[str, Any]):
    """Link definitions by label, for labels that may carry a mark; `used` are the labels that were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.used: set[str] = set()

    def __contains__(self, key: object) -> bool:
        return super().__contains__(strip(str(key)))

    def __getitem__(self, key: str) -> Any:
        self.used.add(strip(key))
        return super().__getitem__(strip(key))
