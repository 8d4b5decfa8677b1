"""The paragraphs of a converted page as plain text, with the places of the citations in them and their sentences."""

from __future__ import annotations

import html
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.util import ETX, HTML_PLACEHOLDER_RE, STX

from kb.reading.citations import CITATION_CLASS, citation_elements
from kb.reading.dye import strip
from kb.reading.prose import HEADINGS

# What stands in the text of a block for a citation group, and for what is no text.
CITATION = "\N{OBJECT REPLACEMENT CHARACTER}"
NOTE = "\N{REFERENCE MARK}"
OPEN_QUOTE, CLOSE_QUOTE = "\ufdd0", "\ufdd1"

_NO_TEXT = frozenset({"code", "pre", "kbd", "samp", "script", "style", "svg", "math", "textarea", "cite", "footer"})
_INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "br", "del", "dfn", "em", "i", "img", "ins", "mark", "q", "s", "small", "span"}
    | {"strong", "sub", "sup", "time", "u", "var", "wbr", *_NO_TEXT}
)
_ESCAPE = re.compile(f"{STX}(\\d+){ETX}")
_PLACEHOLDER = re.compile(f"{STX}[^{ETX}]*{ETX}")
_INVENTED = re.compile(r"\binvented\b", re.IGNORECASE)
# What ends with a full stop without ending a sentence.
_SHORTENED = ("al", "p", "pp", "cf", "vs", r"e\.g", r"i\.e", "Dr", "ed", "eds", "chap", "[A-Z]")
_STOP = "".join(rf"(?<!\b{word})" for word in _SHORTENED) + r"\.|[!?…]"
# A sentence ends behind its full stop and the citations that follow this, where the next one begins.
_SENTENCE_END = re.compile(
    rf"(?:(?:{_STOP})[\"”’')\]{CLOSE_QUOTE}]*(?:\s*{CITATION})*|{CITATION}\.)"
    rf"(?=\s+[\"“‘'(\[{OPEN_QUOTE}]*[A-Z0-9À-Þ])"
)
# How many characters before and behind something still count as its sentence.
_LONGEST_SENTENCE = 400


@dataclass(slots=True)
class Block:
    """A paragraph, item, cell or the like. `groups` are (offset, index) of its citation groups.

    `quotation` is the number of the block quotation that it belongs to; `is_invented` tells that it belongs to an
    example that is labelled as invented.
    """

    quotation: int | None
    is_invented: bool
    text: str = ""
    groups: list[tuple[int, int]] = field(default_factory=list)
    _ends: list[int] | None = None

    def sentence(self, start: int, end: int) -> tuple[int, int]:
        """The sentence around the characters `start` to `end`, which may hold sentences themselves."""
        if self._ends is None:
            self._ends = [match.end() for match in _SENTENCE_END.finditer(self.text)]
        before = bisect_right(self._ends, start)
        after = bisect_left(self._ends, end)
        first = self._ends[before - 1] if before else 0
        last = self._ends[after] if after < len(self._ends) else len(self.text)
        return max(first, start - _LONGEST_SENTENCE), min(last, end + _LONGEST_SENTENCE)

    def groups_within(self, start: int, end: int) -> tuple[int, ...]:
        """The indices of the citation groups between two offsets."""
        first, last = bisect_left(self.groups, (start, 0)), bisect_left(self.groups, (end, 0))
        return tuple(index for _, index in self.groups[first:last])

    def first_group(self, start: int, end: int) -> tuple[int, int] | None:
        """The first citation group between two offsets, as (offset, index)."""
        first = bisect_left(self.groups, (start, 0))
        return self.groups[first] if first < len(self.groups) and self.groups[first][0] < end else None


def blocks_of(root: Element, md: Markdown) -> list[Block]:
    """The blocks of a page in reading order, headings left out."""
    return list(_Walk(root, md).blocks())


class _Walk:
    def __init__(self, root: Element, md: Markdown) -> None:
        self.root = root
        self.stash = md.htmlStash.rawHtmlBlocks
        counted = [element for element, in_link in citation_elements(root) if not in_link]
        self.numbers = {id(element): number for number, element in enumerate(counted)}
        self.quotations = 0
        self.invented_section = False
        self.block = Block(None, False)
        self.pieces: list[str] = []
        self.length = 0

    def blocks(self) -> Iterator[Block]:
        yield from self._inside(self.root, None, False)
        yield from self._end(None, False)

    def _inside(self, element: Element, quotation: int | None, is_invented: bool) -> Iterator[Block]:
        self._add(element.text)
        is_invented = is_invented or _is_invented(element)
        for child in element:
            tag = child.tag if isinstance(child.tag, str) else "script"
            if tag == "span" and child.get("class") == CITATION_CLASS:
                self._add_citation(child)
            elif child.get("class") in ("kb-effect", "kb-effects", "kb-guidelines"):
                self._add(" ")
            elif tag == "sup" and (child.get("id") or "").startswith("fnref"):
                self._add(NOTE)
            elif tag in HEADINGS:
                yield from self._end(quotation, is_invented)
                self.invented_section = bool(_INVENTED.search("".join(child.itertext())))
            elif tag in _NO_TEXT:
                self._add(" ")
            elif tag in _INLINE:
                self._add({"q": OPEN_QUOTE, "br": "\n"}.get(tag))
                yield from self._inside(child, quotation, is_invented)
                self._add(CLOSE_QUOTE if tag == "q" else None)
            else:
                yield from self._end(quotation, is_invented)
                inner = quotation
                if tag == "blockquote" and quotation is None:
                    inner = self.quotations
                    self.quotations += 1
                yield from self._inside(child, inner, is_invented)
                yield from self._end(inner, is_invented or _is_invented(child))
            self._add(child.tail)

    def _add(self, text: str | None) -> None:
        if text:
            plain = strip(text)
            if STX in plain:
                plain = HTML_PLACEHOLDER_RE.sub(self._raw, plain)
                plain = _ESCAPE.sub(lambda match: chr(int(match[1])), plain)
                plain = _PLACEHOLDER.sub(" ", plain)
            self.pieces.append(plain)
            self.length += len(plain)

    def _raw(self, match: re.Match[str]) -> str:
        raw = self.stash[int(match[1])] if int(match[1]) < len(self.stash) else ""
        if not isinstance(raw, str):
            return " "
        if raw.startswith("&"):
            return html.unescape(raw)
        tag = raw[:3].casefold()
        return OPEN_QUOTE if tag in ("<q>", "<q ") else CLOSE_QUOTE if tag == "</q" else ""

    def _add_citation(self, element: Element) -> None:
        if id(element) in self.numbers:
            self.block.groups.append((self.length, self.numbers[id(element)]))
            self._add(CITATION)

    def _end(self, quotation: int | None, is_invented: bool) -> Iterator[Block]:
        self.block.text = "".join(self.pieces)
        self.block.quotation, self.block.is_invented = quotation, is_invented or self.invented_section
        if self.block.text.strip():
            yield self.block
        self.block, self.length = Block(None, False), 0
        self.pieces.clear()


def _is_invented(element: Element) -> bool:
    """Whether the title of a box says that what it holds is invented."""
    if element.tag == "details" or "admonition" in (element.get("class") or "").split():
        title = next(iter(element), None)
        return title is not None and bool(_INVENTED.search("".join(title.itertext())))
    return False
