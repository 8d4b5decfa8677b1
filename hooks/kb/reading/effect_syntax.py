"""How pages refer to the data about effects, as a Python-Markdown extension.

``{{effect:ID}}`` in the running text stands for a row, ``{{effect:ID FORM}}`` for a part of it; a fenced block with the
language ``effects`` holds YAML and stands for a table. The first becomes a ``<span class="kb-effect">``, the second a
``<div class="kb-effects">``, each with its source text; a later step reads it or writes it out. What a block means is
for pymdownx.superfences to say: one that is shown within another block is code.
"""

from __future__ import annotations

import html
import re
from functools import partial
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import HTML_PLACEHOLDER_RE, STX, AtomicString

from kb.evidence import COMPARISON_KINDS, INDICATIONS
from kb.model import VALUE, EffectMention, Fault, Name, Selection, Span
from kb.nearest import nearest
from kb.reading import prose
from kb.reading.dye import Dye, strip
from kb.reading.front_matter import Places, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown import Markdown

EFFECT_CLASS, BLOCK_CLASS, GUIDELINES_CLASS = "kb-effect", "kb-effects", "kb-guidelines"
LANGUAGES = {"effects": BLOCK_CLASS, "guidelines": GUIDELINES_CLASS}
_MENTION = r"\{\{[ \t]*effect:([^{}\n]*)\}\}"
_PARTS = re.compile(r"\s*(?P<id>\S*)\s*(?P<form>.*?)\s*", re.DOTALL)
_OPEN = {f'<div class="{name}">': name for name in LANGUAGES.values()}
_CLOSE = "</div>"
_FIELDS = ("indication", "comparison_kind", "ids", "pool", "plot")


class EffectSyntax(Extension):
    """Recognise references to effects, after code and escapes, and blocks of effects."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.inlinePatterns.register(_Mention(_MENTION, md), "kb-effect", 175)
        md.treeprocessors.register(_Blocks(md), "kb-effects", prose.PRIORITY + 0.1)
        if "fenced_code_block" in md.preprocessors:
            fences: Any = md.preprocessors["fenced_code_block"]
            if hasattr(getattr(fences, "extension", None), "extend_super_fences"):
                for language, name in LANGUAGES.items():
                    fences.extension.extend_super_fences(language, partial(_block, name), _accept, None)


def _accept(language: str, inputs: dict[str, str], *_: object) -> bool:
    return not inputs


def _block(name: str, src: str, *_: object, **__: object) -> str:
    return f'<div class="{name}">{html.escape(src)}{_CLOSE}'


class _Mention(InlineProcessor):
    def handleMatch(  # type: ignore[override]
        self, match: re.Match[str], data: str
    ) -> tuple[Element | None, int | None, int | None]:
        if STX in match[1]:
            return None, None, None
        element = Element("span", {"class": EFFECT_CLASS})
        element.text = AtomicString(match[0])
        return element, match.start(0), match.end(0)


class _Blocks(Treeprocessor):
    """Put an element in the place of every block, which superfences has put aside as HTML."""

    def run(self, root: Element) -> None:
        for parent in [element for element in root.iter() if element.tag != "p"]:
            for child in [child for child in parent if child.tag == "p"]:
                parts = list(self._split(child))
                if len(parts) > 1 or parts[0].get("class") in _OPEN.values():
                    at = list(parent).index(child)
                    parts[-1].tail = child.tail
                    parent[at : at + 1] = parts
            pieces = list(self._pieces(parent.text))
            if len(pieces) > 1 and not "".join(piece for piece in pieces if isinstance(piece, str)).strip():
                parent.text = None
                parent[:0] = [piece for piece in pieces if isinstance(piece, Element)]

    def _split(self, paragraph: Element) -> Iterator[Element]:
        """The paragraph, or what stands around its blocks and they themselves: they need no empty lines."""
        current = Element("p", paragraph.attrib)
        content = list(self._pieces(paragraph.text))
        for child in paragraph:
            content += [child, *self._pieces(child.tail)]
            child.tail = None
        for piece in content:
            if isinstance(piece, str):
                if len(current):
                    current[-1].tail = piece
                else:
                    current.text = piece
            elif piece.get("class") in _OPEN.values():
                if len(current) or (current.text or "").strip():
                    yield current
                yield piece
                current = Element("p")
            else:
                current.append(piece)
        if len(current) or (current.text or "").strip():
            yield current

    def _pieces(self, text: str | None) -> Iterator[str | Element]:
        """A text, or what stands before, between and behind the blocks in it."""
        stash: Any = self.md.htmlStash.rawHtmlBlocks
        done = 0
        for match in HTML_PLACEHOLDER_RE.finditer(text or ""):
            raw = stash[int(match[1])] if int(match[1]) < len(stash) else None
            opening = next((one for one in _OPEN if isinstance(raw, str) and raw.startswith(one)), None)
            if opening and isinstance(raw, str) and raw.endswith(_CLOSE):
                yield (text or "")[done : match.start()]
                block = Element("div", {"class": _OPEN[opening]})
                block.text = AtomicString(html.unescape(raw[len(opening) : -len(_CLOSE)]))
                yield block
                done = match.end()
        if text:
            yield text[done:]


def effect_elements(root: Element) -> Iterator[tuple[Element, str]]:
    """Every reference and block in the tree, in reading order, and in what it stands where it cannot be shown."""

    def walk(element: Element, where: str) -> Iterator[tuple[Element, str]]:
        for child in element:
            if child.get("class") in (EFFECT_CLASS, *LANGUAGES.values()):
                yield child, where
            elif child.tag == "a":
                yield from walk(child, "the text of a link")
            elif child.tag in prose.HEADINGS:
                yield from walk(child, "a heading")
            else:
                yield from walk(child, where)

    return walk(root, "")


def parse_mention(text: str) -> tuple[str, str]:
    """The id and the form of a reference, from its source text without marks."""
    match = _PARTS.fullmatch(text.partition("effect:")[2].removesuffix("}}"))
    return (match["id"], " ".join(match["form"].split())) if match else ("", "")


def mention(dyed: str, dye: Dye, path: str, where: str) -> EffectMention:
    """A reference with its place, from its source text with marks."""
    text = strip(dyed)
    id_, form = parse_mention(text)
    start = dye.place(dyed)
    if start is None or start.column is None:
        return EffectMention(id_, form, Span(path), Span(path), where)
    inner = text.partition("effect:")[2]
    # The mark stands behind "effect:" and the blanks after it.
    behind = start.column - (len(inner) - len(inner.lstrip(" \t")))
    first = behind + inner.find(id_)
    second = behind + inner.find(form, inner.find(id_) + len(id_)) if form else first
    span = start._replace(column=first, length=max(1, len(id_)))
    return EffectMention(id_, form, span, start._replace(column=second, length=max(1, len(form or id_))), where)


def selection(dyed: str, base: Span | None, path: str, where: str = "") -> Selection:
    """What a block selects, from its source text; `base` is the place of its first character, None if unknown."""
    data, places, faults = read_yaml(str(strip(dyed)), base.path if base else path, (base.line or 1) if base else 1)
    at = _Places(places, base, path)
    if where:
        faults.append(Fault(f"the block stands in {where}", at.span(), "move it between two paragraphs"))
    if faults or not isinstance(data, dict):
        found = list(faults) or [Fault("the block selects nothing", at.span(), _HINT)]
        return Selection((), None, (), False, at.span(), tuple(at.moved(fault) for fault in found))
    for field in data:
        if field not in _FIELDS:
            near = nearest(str(field), _FIELDS)
            hint = f"did you mean `{near}`?" if near else "known are: " + ", ".join(_FIELDS)
            faults.append(Fault(f"a block of effects has no field '{field}'", at.span(str(field)), hint))
    ids = tuple(at.names(data, "ids", faults))
    kinds = tuple(at.names(data, "comparison_kind", faults, COMPARISON_KINDS))
    indication = next(iter(at.names(data, "indication", faults, INDICATIONS)), None)
    pool = next(iter(at.names(data, "pool", faults)), None)
    if not isinstance(data.get("plot", False), bool):
        faults.append(Fault("`plot` is true or false", at.span("plot"), "write `plot: true`"))
    if not faults and sum(map(bool, (ids, indication, pool))) != 1:
        line = "a block of effects selects by one of `indication`, `ids` and `pool`"
        faults.append(Fault(line, at.span(), _HINT))
    if not faults and ids and kinds:
        faults.append(Fault("ids need no `comparison_kind`", at.span("comparison_kind"), "remove it"))
    return Selection(ids, indication, kinds, data.get("plot") is True, at.span(), tuple(faults), pool)


def guidelines_of(dyed: str, base: Span | None, path: str, where: str = "") -> Selection:
    """What a block of guidelines selects, from its source text, as `selection` does."""
    chosen = selection(dyed, base, path, where)
    if chosen.faults or (chosen.indication and not chosen.kinds and not chosen.is_plotted):
        return chosen
    fault = Fault("a block of guidelines has an `indication` and nothing else", chosen.span, _GUIDELINES_HINT)
    return Selection((), None, (), False, chosen.span, (fault,))


_GUIDELINES_HINT = "write `indication: depression`"
_HINT = "write `indication: depression`, `ids: [...]` or `pool: NAME`"


class _Places:
    """The places of what stands in a block, which begins at `base`."""

    def __init__(self, places: Places, base: Span | None, path: str) -> None:
        self.places = places
        self.base = base
        self.path = path

    def span(self, *keys: str) -> Span:
        if self.base is None:
            return Span(self.path)
        return self._moved(self.places[keys]) if keys in self.places else self.base

    def _moved(self, span: Span) -> Span:
        if self.base is None:
            return Span(self.path)
        indent = (self.base.column or 1) - 1
        return span._replace(column=span.column + indent) if span.column else span

    def moved(self, fault: Fault) -> Fault:
        is_placed = fault.span != self.span()
        return Fault(fault.message, self._moved(fault.span) if is_placed else fault.span, fault.suggestion)

    def names(self, data: dict[Any, Any], field: str, faults: list[Fault], known: Sequence[str] = ()) -> Iterator[Name]:
        """The words in a field, which is one or a list; what is none, or none of those `known`, becomes a fault."""
        value = data.get(field)
        if value is None:
            return
        items = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
        for number, item in items:
            span = self.span(field, VALUE if number is None else str(number))
            if not isinstance(item, str) or (field in ("indication", "pool") and number is not None):
                faults.append(Fault(f"`{field}` is no such value", span, "write a word, not a list or a number"))
            elif known and item not in known:
                near = nearest(item, known)
                hint = f"did you mean `{near}`?" if near else "known are: " + ", ".join(known)
                faults.append(Fault(f"'{item}' is no {field.replace('_', ' ')}", span, hint))
            else:
                yield Name(item, span)
