"""BibTeX files -> references with their places. pybtex decides what an entry is, a scan finds where it stands."""

from __future__ import annotations

import re

from kb.model import Bibliography, Fault, Person, Reference, Span
from kb.reading.bounds import TooCostly, bounded

_ENTRY = re.compile(r"^[ \t]*@(?P<kind>\w+)\s*[{(]\s*(?P<key>[^\s,{}()]+)\s*,", re.MULTILINE)
_NOT_ENTRIES = frozenset({"comment", "preamble", "string"})
_LINE_IN_MESSAGE = re.compile(r"line (\d+)")


def read_bibliography(content: bytes, path: str) -> Bibliography:
    """Read one BibTeX file; entries that share a key are all returned, in the order of the file."""
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        return Bibliography(path, (), (Fault("the file is not text in UTF-8", Span(path, 1, 1), "save it as UTF-8"),))
    try:
        return bounded(text, lambda: _bibliography(text, path))
    except TooCostly as error:
        hint = "put some of the entries into another file, or look for one that does not end"
        return Bibliography(
            path, (), (Fault(f"the file takes {error} to read", Span(path, 1, 1), hint, is_passing=True),)
        )


def _bibliography(text: str, path: str) -> Bibliography:
    from pybtex import errors
    from pybtex.database.input.bibtex import Parser
    from pybtex.exceptions import PybtexError

    entries: list[Reference] = []
    faults: list[Fault] = []
    places = [match for match in _ENTRY.finditer(text) if match["kind"].lower() not in _NOT_ENTRIES]
    ends = [*(match.start() for match in places[1:]), len(text)][: len(places)]
    # Each entry is parsed by itself, so that a syntax error in one neither hides the others nor moves their lines.
    for match, end in zip(places, ends, strict=True):
        line = text.count("\n", 0, match.start("key")) + 1
        column = match.start("key") - text.rfind("\n", 0, match.start("key"))
        span = Span(path, line, column, len(match["key"]))
        source = text[match.start() : end]
        with errors.capture() as problems:
            try:
                parsed = Parser().parse_string(source)
            except PybtexError as error:
                problems.append(error)
        for problem in problems:
            inner = _LINE_IN_MESSAGE.search(str(problem))
            offset = int(inner[1]) - 1 if inner else 0
            first = text.count("\n", 0, match.start()) + 1
            message = str(problem).rpartition(": ")[2]
            faults.append(
                Fault(
                    f"the entry '{match['key']}' has a syntax error: {message}",
                    Span(path, first + offset, 1),
                    "look for a missing comma or brace on this line or the one before",
                )
            )
        if not problems:
            entries.extend(_reference(entry.key, entry, span) for entry in parsed.entries.values())
    return Bibliography(path, tuple(entries), tuple(faults))


def _reference(key: str, entry: object, span: Span) -> Reference:
    persons: dict[str, list[object]] = entry.persons  # type: ignore[attr-defined]
    fields = {name.lower(): " ".join(value.split()) for name, value in entry.fields.items()}  # type: ignore[attr-defined]
    people = tuple(_person(person) for role in persons.values() for person in role)
    kind = str(entry.type).lower()  # type: ignore[attr-defined]
    return Reference(key, kind, fields, people, frozenset(role.lower() for role in persons), span)


def _person(person: object) -> Person:
    def plain(*parts: str) -> str:
        words = [word for part in parts for word in getattr(person, part)]
        return " ".join(words).replace("{", "").replace("}", "")

    return Person(plain("prelast_names", "last_names", "lineage_names"), plain("first_names", "middle_names"))
