"""Put the entries of a BibTeX file into the order of their keys, and leave every other byte where it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.model import Bibliography

_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
_ENTRY = re.compile(r"^[ \t]*@(?P<kind>\w+)[ \t]*\{[ \t]*(?P<key>[^\s,{}]+)[ \t]*,", re.MULTILINE)
_LINE_END = re.compile(r"\r?\n")
_OTHER = re.compile(r"^[ \t]*@(?P<kind>string|preamble|comment)\b|^[ \t]*@\w+\s*\(|\bcrossref\s*=", re.MULTILINE | re.I)


class CannotSort(ValueError):
    """The file has something whose place matters, or that cannot be told apart; the message says what."""


def sorted_bibliography(text: str, bibliography: Bibliography) -> str:
    """The text of a BibTeX file with its entries in the order of their keys, capitals counting like small letters.

    An entry moves with the lines of comment right above it. What stands between entries stays where it is.
    `bibliography` is what was read from the file. Raises CannotSort.
    """
    if text.startswith(_BOM):
        return _BOM + sorted_bibliography(text.removeprefix(_BOM), bibliography)
    if bibliography.faults:
        raise CannotSort("it has a syntax error")
    entries = [
        match for match in _ENTRY.finditer(text) if match["kind"].lower() not in ("comment", "string", "preamble")
    ]
    if [match["key"] for match in entries] != [entry.key for entry in bibliography.entries]:
        raise CannotSort("its entries cannot be told apart")
    first = entries[0].start() if entries else len(text)
    if other := _OTHER.search(text, first):
        raise CannotSort(f"the place of '{other[0].strip()}' matters")
    slots = list(_slots(text, entries))
    order = sorted(range(len(slots)), key=lambda number: (entries[number]["key"].casefold(), number))
    pieces, done = [], 0
    for (start, end), number in zip(slots, order, strict=True):
        pieces += [text[done:start], text[slice(*slots[number])]]
        done = end
    return "".join([*pieces, text[done:]])


def _slots(text: str, entries: list[re.Match[str]]) -> Iterator[tuple[int, int]]:
    """From where to where each entry stands, the comment right above it included."""
    floor = 0
    for entry in entries:
        start, end = entry.start(), _end(text, entry.end("key"))
        if start < floor:
            raise CannotSort("two entries share a line")
        while True:
            above = text.rfind("\n", 0, max(0, start - 1)) + 1
            if above <= floor > 0 or above == start or not text[above:start].strip():
                break
            start = above
        yield start, end
        floor = end


def _end(text: str, inside: int) -> int:
    """The end of the line on which the brace stands that closes an entry, given a position inside the entry."""
    depth = 1
    for match in re.compile(r"[{}]").finditer(text, inside):
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return next((found.start() for found in [_LINE_END.search(text, match.end())] if found), len(text))
    raise CannotSort("an entry is not closed")
