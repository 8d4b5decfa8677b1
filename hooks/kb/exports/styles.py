"""One style sheet out of the theme's and the site's own, with nothing in it that no page uses.

The theme styles a hundred things that this site has not, and a reader would wait for all of them. What is used is read
from the published pages and from the scripts, every word of which counts as a name that it may give: so a rule is
dropped only where nothing can match it, whoever wrote the page.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import tinycss2
from tinycss2.ast import Node

STYLES_FILE = "assets/site.css"
_NOTICE = "/* With parts of Material for MkDocs, copyright Martin Donath, MIT licence. */\n"
# At-rules that hold rules; of some it is asked whether anything can match these.
_GROUPS = ("media", "supports", "layer", "container")
_HOLDING_RULES = (*_GROUPS, "keyframes", "-webkit-keyframes")

_TAG = re.compile(r"<([a-z][\w-]*)([^<>]*)>", re.IGNORECASE)  # a sign > within an attribute is written &gt;
_ATTRIBUTE = re.compile(r"([^\s=]+)(?:=(?:\"([^\"]*)\"|'([^']*)'|(\S+)))?")
_WORD = re.compile(r"[\w-]+")
_CAPITAL = re.compile(r"[A-Z]")

# Pseudo-classes that match where one of their selectors does; what stands in any other says nothing about that.
_ALTERNATIVES = ("is", "where", "has", "matches", "any")
_REFERENCE = re.compile(r"var\(\s*(--[\w-]+)")
_ANIMATION = re.compile(r"animation(?:-name)?:([^;}]*)")


@dataclass(frozen=True)
class Block:
    """A rule or at-rule: what stands before its braces, and what stands in them, declarations as text.

    `selectors` are those of a rule, none of an at-rule.
    """

    prelude: str
    items: tuple[Block | str, ...]
    selectors: tuple[tuple[Node, ...], ...] = ()


@dataclass(frozen=True)
class Used:
    """The names that pages and scripts use; attributes with their values, as they are written."""

    tags: frozenset[str]
    classes: frozenset[str]
    ids: frozenset[str]
    attributes: Mapping[str, frozenset[str]]
    words: frozenset[str]


def write_styles(sheets: Sequence[str], site: Path) -> None:
    """Write the style sheet of a built site, for the pages and scripts that stand there; none where there is none."""
    if not sheets:
        return
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


def _can_match(selector: Sequence[Node], used: Used) -> bool:
    """Whether an element could fit; what stands in `:not()` says nothing about that."""
    before = ""
    for node in selector:
        is_pseudo, is_class = before == ":", before == "."
        before = node.value if node.type == "literal" else ""
        match node.type:
            case "ident" if not is_pseudo:
                fits = _is_known(node.value, used.classes if is_class else used.tags, used)
            case "hash":
                fits = _is_known(node.value, used.ids, used)
            case "[] block":
                fits = _has_attribute(node.content, used)
            case "function" if is_pseudo and node.lower_name in _ALTERNATIVES:
                fits = any(_can_match(part, used) for part in _alternatives(node.arguments))
            case _:
                continue
        if not fits:
            return False
    return True


def _is_known(name: str, names: Collection[str], used: Used) -> bool:
    return name in names or name in used.words


def _has_attribute(condition: Sequence[Node], used: Used) -> bool:
    name, *values = (node.value for node in condition if node.type in ("ident", "string"))
    if name.lower() not in used.attributes and name.lower() not in used.words:
        return False
    if not values or set(_WORD.findall(values[0])) <= used.words:
        return True
    return any(values[0] in held for held in used.attributes.get(name.lower(), ()))


def _alternatives(selectors: Sequence[Node]) -> Iterator[tuple[Node, ...]]:
    """A list of selectors, split at its own commas."""
    one: list[Node] = []
    for node in selectors:
        if node == ",":
            yield tuple(one)
            one = []
        else:
            one.append(node)
    yield tuple(one)


# reading and writing


def parse(sheet: str) -> list[Block | str]:
    """The rules of a sheet in their order; at-rules without braces as text.

    ValueError: there is what a browser would pass over.
    """
    nodes = tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True)
    return list(map(_read, nodes))


def _read(node: Node) -> Block | str:
    match node.type:
        case "declaration":
            return f"{node.name}:{_text(node.value)}{'!important' * node.important}"
        case "qualified-rule":
            return Block(_text(node.prelude), _inner(node.content), tuple(_alternatives(node.prelude)))
        case "at-rule":
            prelude = f"@{node.at_keyword} {_text(node.prelude)}".rstrip()
            holds_rules = node.lower_at_keyword in _HOLDING_RULES
            return prelude if node.content is None else Block(prelude, _inner(node.content, holds_rules))
    raise ValueError(f"line {node.source_line} of a style sheet: {node.message}")


def _inner(content: Sequence[Node], holds_rules: bool = False) -> tuple[Block | str, ...]:
    read = tinycss2.parse_rule_list if holds_rules else tinycss2.parse_blocks_contents
    return tuple(map(_read, read(content, skip_comments=True, skip_whitespace=True)))


def _text(nodes: Iterable[Node]) -> str:
    written = []
    for node in nodes:
        if node.type == "error":
            raise ValueError(f"line {node.source_line} of a style sheet: {node.message}")
        if node.type != "comment":
            written.append(" " if node.type == "whitespace" else node.serialize())
    return "".join(written).strip()


def _matching(items: Iterable[Block | str], used: Used) -> Iterator[Block]:
    for item in items:
        if isinstance(item, str):  # a character set or an import, of which one sheet has no need
            continue
        if item.selectors:
            selectors = [one for one in item.selectors if _can_match(one, used)]
            if selectors and item.items:
                yield Block(",".join(map(_text, selectors)), item.items, tuple(selectors))
        elif item.prelude[1:].startswith(_GROUPS):
            if inner := tuple(_matching(item.items, used)):
                yield Block(item.prelude, inner)
        else:
            yield item


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
        return item
    inner = "".join(_written(one) + ";" * isinstance(one, str) for one in item.items).removesuffix(";")
    return f"{item.prelude}{{{inner}}}"
