"""What an author says, paragraph by paragraph, from the element tree: whole sentences, whatever markup is in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from markdown.util import ETX, STX

from kb.model import Paragraph
from kb.reading import prose
from kb.reading.citations import CITATION_CLASS
from kb.reading.claims import claims
from kb.reading.dye import strip

# What nobody says in an own sentence: code, formulas, what others said, and notes for programs.
_UNSAID = frozenset({"code", "pre", "kbd", "samp", "blockquote", "q", "script", "style", "svg", "math", "textarea"})
# Examples are invented, so what they state is no claim; the others are made by extensions.
_UNSAID_CLASSES = frozenset({"arithmatex", "headerlink", "admonition-title", "example"})
# What tells where a statement comes from; an effect brings its citation along.
_SOURCE_CLASSES = frozenset({CITATION_CLASS, "footnote-ref", "kb-effect", "kb-effects", "kb-guidelines"})
_INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "br", "cite", "del", "dfn", "em", "i", "img", "input", "ins", "label", "mark"}
    | {"s", "small", "span", "strong", "sub", "sup", "td", "th", "time", "u", "var"}
)
_EMPHASIS = frozenset({"em", "strong", "i", "b", "dfn"})
_LISTS = frozenset({"ul", "ol", "dl"})
_ESCAPED = re.compile(f"{STX}(\\d+){ETX}")
_PLACEHOLDER = re.compile(f"{STX}[^{ETX}]*{ETX}")


@dataclass(slots=True)
class Said:
    """The paragraphs between one heading and the next, and whether a work is cited in them or in what they quote."""

    paragraphs: list[Paragraph] = field(default_factory=list)
    has_citation: bool = False


@dataclass(slots=True)
class _Run:
    """The text of one paragraph as it is put together, white space made single spaces."""

    tag: str
    pieces: list[str] = field(default_factory=list)
    length: int = 0
    space_is_due: bool = False
    has_citation: bool = False
    emphases: list[tuple[int, int]] = field(default_factory=list)

    def add(self, raw: str | None) -> None:
        if not raw:
            return
        text = " ".join(_PLACEHOLDER.sub(" ", _ESCAPED.sub(lambda match: chr(int(match[1])), strip(raw))).split())
        self.space_is_due |= raw[0].isspace() or not text
        if not text:
            return
        # A citation that was left out leaves its space before the full stop.
        if self.space_is_due and self.pieces and text[0] not in ".,;:!?)":
            text = " " + text
        self.pieces.append(text)
        self.length += len(text)
        self.space_is_due = raw[-1].isspace()

    @property
    def next_start(self) -> int:
        """Where the next word would begin."""
        return self.length + (1 if self.space_is_due and self.pieces else 0)

    @property
    def introduces(self) -> bool:
        return bool(self.pieces) and self.pieces[-1].endswith(":")


def paragraphs(root: Element) -> Iterator[Said]:
    """What stands before the first heading, then what stands under each heading in turn."""
    walk = _Walk()
    walk.block(root, cited_above=False)
    walk.end()
    return iter(walk.sections)


class _Walk:
    def __init__(self) -> None:
        self.sections = [Said()]
        self.run = _Run("div")
        self.inherited = False

    def end(self, tag: str = "div", inherited: bool = False) -> None:
        """Finish a paragraph and begin one in `tag`; `inherited` tells whether its list is introduced with a work."""
        run, section = self.run, self.sections[-1]
        if run.pieces:
            text = "".join(run.pieces)
            cited = run.has_citation or self.inherited
            uncited = () if cited else tuple(claims(text))
            section.paragraphs.append(Paragraph(text, run.tag, cited, tuple(run.emphases), uncited))
        section.has_citation |= run.has_citation
        self.run, self.inherited = _Run(tag), inherited

    def block(self, element: Element, cited_above: bool) -> None:
        """Read a block: its own text, and the blocks within it."""
        self.end(element.tag, cited_above)
        self.run.add(element.text)
        for child in element:
            self._child(child, element.tag, cited_above)

    def _child(self, child: Element, above: str, cited_above: bool) -> None:
        tag = child.tag if isinstance(child.tag, str) else ""
        classes = (child.get("class") or "").split()
        if tag in prose.HEADINGS:
            self.end()
            self.sections.append(Said())
        elif not _SOURCE_CLASSES.isdisjoint(classes):
            self.run.has_citation = True
        elif tag in _UNSAID or not _UNSAID_CLASSES.isdisjoint(classes):
            self.sections[-1].has_citation |= _cites(child)
        elif tag in _INLINE:
            self._inline(child, above, cited_above)
        else:
            introduced = tag in _LISTS and self._introduces_with_a_work()
            self.block(child, cited_above or introduced)
            self.end(above, cited_above)
        self.run.add(child.tail)

    def _inline(self, element: Element, above: str, cited_above: bool) -> None:
        run = self.run
        if element.tag in ("br", "td", "th"):
            run.space_is_due = True
        run.space_is_due |= (element.text or "")[:1].isspace()
        start = run.next_start
        run.add(element.text)
        for child in element:
            self._child(child, above, cited_above)
        if element.tag in _EMPHASIS and self.run is run and run.length > start:
            run.emphases.append((start, run.length))

    def _introduces_with_a_work(self) -> bool:
        """Whether the text right before a list ends in a colon and cites a work."""
        if self.run.pieces:
            return self.run.has_citation and self.run.introduces
        said = self.sections[-1].paragraphs
        return bool(said) and said[-1].has_citation and said[-1].text.endswith(":")


def _cites(element: Element) -> bool:
    return any(part.get("class") == CITATION_CLASS for part in element.iter("span"))
