"""BibTeX files -> references with their places."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from kb.folding import plain
from kb.model import Bibliography, Edit, Fault, Person, Reference, Span, Written
from kb.reading.bounds import TooCostly, bounded
from kb.works import NAMES, OTHERS, ROLES

if TYPE_CHECKING:
    from kb.reading.bibtex import Problem, WrittenEntry

_SPACE = re.compile(r"\s")
# pybtex takes quadratic time to part the names of a field; no work has as many braces as this.
_MOST_BRACES = 2000


def read_bibliography(content: bytes, path: str) -> Bibliography:
    """Read one BibTeX file; entries that share a key are all returned, in the order of the file."""
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        return Bibliography(path, (), (Fault("the file is not text in UTF-8", Span(path, 1, 1), "save it as UTF-8"),))
    try:
        return bounded(content, lambda: _bibliography(text, path))
    except TooCostly as error:
        hint = "put some of the entries into another file, or look for one that does not end"
        return Bibliography(
            path, (), (Fault(f"the file takes {error} to read", Span(path, 1, 1), hint, is_passing=True),)
        )


def _bibliography(text: str, path: str) -> Bibliography:
    from kb.reading.bibtex import Problem, parse

    places = _Places(text, path)
    entries: list[Reference] = []
    faults: list[Fault] = []
    lost: set[str] = set()
    for item in parse(text):
        if isinstance(item, Problem):
            faults.append(places.fault(item))
        elif item.problems:
            faults += [places.fault(problem, item.key) for problem in item.problems]
            lost.add(item.key)
        else:
            entries.append(_reference(item, places, faults))
    return Bibliography(path, tuple(entries), tuple(faults), frozenset(lost))


class _Places:
    """Turns offsets in a text into places of the file."""

    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path
        self._lines = [0]
        for line in text.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)

    def span(self, offset: int, length: int = 1) -> Span:
        line = self.line(offset)
        return Span(self.path, line, offset - self._lines[line - 1] + 1, max(1, length))

    def line(self, offset: int) -> int:
        return bisect_right(self._lines, offset, hi=len(self._lines) - 1)

    def fault(self, problem: Problem, key: str = "") -> Fault:
        span = self.span(problem.offset, problem.length)
        old = self.text[problem.offset : problem.offset + problem.length]
        edit = Edit(span, old, problem.edit) if problem.edit is not None else None
        message = f"the entry '{key}' has a syntax error: {problem.message}" if key else problem.message
        return Fault(message, span, problem.suggestion, edit)


def _reference(entry: WrittenEntry, places: _Places, faults: list[Fault]) -> Reference:
    from pybtex import errors
    from pybtex.database import Person as ParsedPerson

    fields: dict[str, str] = {}
    written: dict[str, Written] = {}
    names: dict[str, Span] = {}
    people: list[Person] = []
    for given in entry.fields:
        name, span = given.name.lower(), places.span(given.start, len(given.name))
        value = " ".join(given.value.split())
        if name in names:
            faults.append(Fault(f"the entry '{entry.key}' has the field '{name}' twice", span, "keep one of them"))
            continue
        names[name] = span
        listed = _names_in(given.value) if name in NAMES else ()
        written[name] = Written(given.value, places.span(given.value_start), given.is_verbatim, listed)
        if name not in ROLES:
            fields[name] = value
            continue
        for offset, person in listed:
            if person.casefold() != OTHERS:
                with errors.capture():  # a rule says what is wrong with a name
                    people.append(_person(ParsedPerson(person), written[name].at(offset, len(person))))
    return Reference(
        entry.key,
        entry.kind.lower(),
        fields,
        tuple(people),
        frozenset(names).intersection(ROLES),
        places.span(entry.key_start, len(entry.key)),
        places.span(entry.kind_start, len(entry.kind)),
        written,
        names,
        places.line(entry.start),
        places.line(entry.end - 1),
    )


def _names_in(text: str) -> tuple[tuple[int, str], ...]:
    """The names of a field as they are written, each with its offset."""
    from pybtex.bibtex.utils import split_name_list

    if text.count("{") > _MOST_BRACES:
        return ()
    names, position = [], 0
    line = _SPACE.sub(" ", text)
    for name in split_name_list(line):
        position = line.index(name, position)
        names.append((position, name))
        position += len(name)
    return tuple(names)


def _person(person: object, span: Span) -> Person:
    def text(*parts: str) -> str:
        return plain(" ".join(word for part in parts for word in getattr(person, part)))

    return Person(text("prelast_names", "last_names", "lineage_names"), text("first_names", "middle_names"), span)
