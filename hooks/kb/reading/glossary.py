"""The glossary file -> terms with their places."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kb.model import VALUE, Fault, Glossary, Name, Sense, Span, Term
from kb.reading.bounds import TooCostly, bounded
from kb.reading.front_matter import Places, read_yaml
from kb.reading.schema import explain
from kb.schemas import Senses

# More than any real glossary has.
_MOST_ENTRIES = 5_000


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    term: str = Field(min_length=1)
    aliases: list[str] = []
    definition: str = ""
    sources: list[str] = []
    senses: Senses = {}


def read_glossary(content: bytes, path: str) -> Glossary:
    """Read a YAML list of entries with `term`, `aliases`, `definition`, `sources` (keys) and `senses` by school."""
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        return Glossary((), (Fault("the file is not text in UTF-8", Span(path, 1, 1), "save it as UTF-8"),))
    try:
        return bounded(content, lambda: _glossary(text, path))
    except TooCostly as error:
        hint = "split it, or look for what is no entry"
        return Glossary((), (Fault(f"the glossary takes {error} to read", Span(path, 1, 1), hint, is_passing=True),))


def _glossary(text: str, path: str) -> Glossary:
    data, places, faults = read_yaml(text, path)
    if faults or data is None:
        return Glossary((), tuple(faults))
    if not isinstance(data, list):
        return Glossary((), (Fault("the glossary is a list of entries", Span(path, 1, 1), "begin with `- term: ...`"),))
    if len(data) > _MOST_ENTRIES:
        message = f"the glossary has {len(data):,} entries; at most {_MOST_ENTRIES:,} can be checked"
        return Glossary((), (Fault(message, Span(path, 1, 1), "look for what is no entry"),))
    terms: list[Term] = []
    for index, item in enumerate(data):
        above = (str(index),)
        try:
            terms.append(_term(_Entry.model_validate(item), above, places))
        except ValidationError as error:
            faults.extend(explain(error, _Entry, above, places, Span(path, 1, 1)))
    return Glossary(tuple(terms), tuple(faults))


def _term(entry: _Entry, above: tuple[str, ...], places: Places) -> Term:
    def name(text: str, *keys: str) -> Name:
        # What a merge key (`<<`) brings in stands elsewhere; its place is that of the entry.
        return Name(text, places.get((*above, *keys), places[above]))

    def names(values: list[str], *keys: str) -> tuple[Name, ...]:
        return tuple(name(value, *keys, str(number)) for number, value in enumerate(values))

    title = name(entry.term, "term", VALUE)
    senses = tuple(
        Sense(school, one.sense, names(one.sources, "senses", school, "sources"))
        for school, one in entry.senses.items()
    )
    return Term(
        (title, *names(entry.aliases, "aliases")), entry.definition, names(entry.sources, "sources"), None, senses
    )
