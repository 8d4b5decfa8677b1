"""One style sheet out of the theme's and the site's own, with nothing in it that no page uses.

The theme styles a hundred things that this site has not, and a reader would wait for all of them. What is used is read
from the published pages and from the scripts, every word of which counts as a name that it may give: so a rule is
dropped only where nothing can match it, whoever wrote the page.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

STYLES_FILE = "assets/site.css"
_NOTICE = "/* With parts of Material for MkDocs, copyright Martin Donath, MIT licence. */\n"
_STRING = r'"(?:\\.|[^"\\])*"|' + r"'(?:\\.|[^'\\])*'"
_COMMENT = re.compile(rf"({_STRING})|/\*.*?\*/", re.DOTALL)
_PIECE = re.compile(rf"(?:{_STRING}|[^{{}};\"']+|[\"'])*", re.DOTALL)
_SPACE = re.compile(rf"({_STRING})|\s+")
_GROUPS = ("@media", "@supports", "@layer", "@container")

_TAG = re.compile(r"<([a-z][\w-]*)([^<>]*)>", re.IGNORECASE)  # a sign > within an attribute is written &gt;
_ATTRIBUTE = re.compile(r"([^\s=]+)(?:=(?:\"([^\"]*)\"|'([^']*)'|(\S+)))?")
_WORD = re.compile(r"[\w-]+")

_CAPITAL = re.compile(r"[A-Z]")

_ALTERNATIVES = re.compile(r":(?:is|where|has|matches|any)\(")
_PSEUDO = re.compile(r"::?[\w-]+(?:\(|)")
_IN_BRACKETS = re.compile(r"\[([\w-]+)(?:[~|^$*]?=(?:\"([^\"]*)\"|'([^']*)'|([^\]\s]*)))?[^\]]*\]")
_ESCAPED = re.compile(r"\\(.)")
_REFERENCE = re.compile(r"var\(\s*(--[\w-]+)")
_ANIMATION = re.compile(r"animation(?:-name)?:([^;}]*)")


@dataclass(frozen=True)
class Block:
    """A rule or at-rule: what stands before its braces, and what stands in them, declarations as they are."""

    prelude: str
    items: tuple[Block | str, ...]


@dataclass(frozen=True)
class Used:
    """The names that pages and scripts use; attributes with their values, as they are written."""

    tags: frozenset[str]
    classes: frozenset[str]
    ids: frozenset[str]
    attributes: Mapping[str, frozenset[str]]
    words: frozenset[str]


def write_styles(sheets: Iterable[str], site: Path) -> None:
    """Write the style sheet of a built site, for the pages and scripts that stand there."""
    pages = [file.read_text(encoding="utf-8") for file in sorted(site.rglob("*.html"))]
    others = [file for ending in ("js", "css") for file in sorted((site / "assets").rglob(f"*.{ending}"))]
    scripts = [file.read_text(encoding="utf-8") for file in others if file != site / STYLES_FILE]
    (site / STYLES_FILE).write_text(one_sheet(sheets, pages, scripts), encoding="utf-8")


def one_sheet(sheets: Iterable[str], pages: Collection[str], scripts: Iterable[str]) -> str:
    """All of `sheets` in their order, as far as a page of `pages` can match them, or a script of `scripts` make one."""
    used = names_used(pages, scripts)
    blocks = [block for sheet in sheets for block in _matching(parse(sheet), used)]
    blocks = list(_without_idle_animations(_without_idle_properties(blocks, used)))
    return _NOTICE + "".join(map(_written, blocks)) + "\n"


# what is used


def names_used(pages: Collection[str], scripts: Iterable[str]) -> Used:
    """What the pages have, and every word of the scripts, and of whatever else loads by itself."""
    elements = {element for page in pages for element in _TAG.findall(page)}
    written = {pair for pairs in {pairs for _, pairs in elements} for pair in _ATTRIBUTE.findall(pairs)}
    attributes: dict[str, set[str]] = {}
    for name, *values in written:
        attributes.setdefault(name.lower(), set()).add("".join(values))
    return Used(
        frozenset(tag.lower() for tag, _ in elements),
        frozenset(word for value in attributes.get("class", ()) for word in value.split()),
        frozenset(attributes.get("id", ())),
        {name: frozenset(values) for name, values in attributes.items()},
        frozenset(_names_in(scripts)) | {name for page in pages for name in _REFERENCE.findall(page)},
    )


def _names_in(scripts: Iterable[str]) -> Iterator[str]:
    for script in scripts:
        for word in _WORD.findall(script):
            yield word
            # What a script calls `dataset.someName` is the attribute `data-some-name`.
            yield "data-" + _CAPITAL.sub(r"-\g<0>", word).lower()


def _can_match(selector: str, used: Used) -> bool:
    """Whether an element could fit; what stands in `:not()` says nothing about that."""
    plain, parts = _split_off(selector)
    if not all(any(_can_match(part, used) for part in alternatives) for alternatives in parts):
        return False
    for name, *values in _IN_BRACKETS.findall(plain):
        if not _has_attribute(name.lower(), "".join(values), used):
            return False
    plain = _PSEUDO.sub("", _IN_BRACKETS.sub("", plain))
    for mark, name in re.findall(r"(?<!\\)([.#]?)((?:\\.|[\w-])+)", plain):
        name = _ESCAPED.sub(r"\1", name)
        known = {".": used.classes, "#": used.ids, "": used.tags}[mark]
        if name not in known and name not in used.words:
            return False
    return True


def _has_attribute(name: str, value: str, used: Used) -> bool:
    if name not in used.attributes and name not in used.words:
        return False
    if not value or set(_WORD.findall(value)) <= used.words:
        return True
    return any(value in held for held in used.attributes.get(name, ()))


def _split_off(selector: str) -> tuple[str, list[list[str]]]:
    """A selector without what stands in the parentheses of its pseudo-classes, and the alternatives among that."""
    plain, parts = "", []
    while (opening := selector.find("(")) >= 0:
        closing = _closing(selector, opening)
        if _ALTERNATIVES.search(selector[: opening + 1][-9:]):
            parts.append(_alternatives(selector[opening + 1 : closing]))
        plain += selector[:opening] + " " * (selector[closing + 1 : closing + 2] in (" ", ">", "+", "~"))
        selector = selector[closing + 1 :]
    return plain + selector, parts


def _closing(text: str, opening: int) -> int:
    depth = 0
    for place in range(opening, len(text)):
        depth += (text[place] == "(") - (text[place] == ")")
        if not depth:
            return place
    return len(text)


def _alternatives(selectors: str) -> list[str]:
    """A list of selectors, split at its own commas."""
    parts, depth, start = [], 0, 0
    for place, sign in enumerate(selectors):
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and not depth:
            parts.append(selectors[start:place].strip())
            start = place + 1
    return [*parts, selectors[start:].strip()]


# reading and writing


def parse(sheet: str) -> list[Block | str]:
    """The rules of a sheet in their order; at-rules without braces as text."""
    text = _COMMENT.sub(lambda found: found[1] or "", sheet.removeprefix("\ufeff"))
    items, end = _items(text, 0)
    if end < len(text):
        raise ValueError(f"a brace too many in a style sheet, before: {text[end : end + 60]!r}")
    return items


def _items(text: str, start: int) -> tuple[list[Block | str], int]:
    items: list[Block | str] = []
    while start < len(text):
        found = _PIECE.match(text, start)
        assert found is not None, "a stretch may be empty"
        piece, end = _SPACE.sub(lambda space: space[1] or " ", found[0]).strip(), found.end()
        sign = text[end : end + 1]
        if sign == "{":
            inner, end = _items(text, end + 1)
            items.append(Block(piece, tuple(inner)))
        elif piece:
            items.append(piece)
        if sign == "}" or not sign:
            return items, end
        start = end + 1
    return items, start


def _matching(items: Iterable[Block | str], used: Used) -> Iterator[Block]:
    for item in items:
        if isinstance(item, str):  # a character set or an import, of which one sheet has no need
            continue
        if item.prelude.startswith(_GROUPS):
            inner = tuple(_matching(item.items, used))
            if inner:
                yield Block(item.prelude, inner)
        elif item.prelude.startswith("@"):
            yield item
        else:
            selectors = [one for one in _alternatives(item.prelude) if _can_match(one, used)]
            if selectors and item.items:
                yield Block(",".join(selectors), item.items)


def _without_idle_properties(blocks: list[Block], used: Used) -> list[Block]:
    """Without custom properties that nothing refers to, and without those that only such referred to."""
    while True:
        referred = set(_REFERENCE.findall("".join(map(_written, blocks))))
        kept = [kept for block in blocks for kept in _keeping(block, referred | used.words)]
        if kept == blocks:
            return kept
        blocks = kept


def _keeping(block: Block, properties: set[str] | frozenset[str]) -> Iterator[Block]:
    items: list[Block | str] = []
    for item in block.items:
        if isinstance(item, Block):
            items += _keeping(item, properties)
        elif not item.startswith("--") or item.partition(":")[0].strip() in properties:
            items.append(item)
    if items:
        yield Block(block.prelude, tuple(items))


def _without_idle_animations(blocks: list[Block]) -> Iterator[Block]:
    animated = " ".join(_ANIMATION.findall("".join(map(_written, blocks))))
    for block in blocks:
        if not block.prelude.startswith("@keyframes") or block.prelude.split()[1] in _WORD.findall(animated):
            yield block


def _written(item: Block | str) -> str:
    if isinstance(item, str):
        name, colon, value = item.partition(":")
        return f"{name.rstrip()}{colon}{value.strip()}"
    inner = "".join(_written(one) + ";" * isinstance(one, str) for one in item.items).removesuffix(";")
    return f"{item.prelude}{{{inner}}}"
