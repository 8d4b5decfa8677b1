"""Citations and the bibliography: every claim leads to a work that can be found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from kb.knowledge import KnowledgeBase
from kb.model import Fault, Person, Reference
from kb.nearest import nearest_all
from kb.rules import rule

# What a reader needs to find a work, by entry type; alternatives stand together. The types are those of BibTeX and the
# common ones of biblatex.
_PERIODICAL = (("author", "editor"), ("title",), ("journal", "journaltitle"), ("year", "date"))
_WHOLE = (("author", "editor"), ("title",), ("publisher",), ("year", "date"))
_PART = (("author",), ("title",), ("booktitle",), ("publisher",), ("year", "date"))
_THESIS = (("author",), ("title",), ("school", "institution"), ("year", "date"))
_REPORT = (("author", "editor", "institution"), ("title",), ("institution", "publisher"), ("year", "date"))
_ONLINE = (("author", "editor", "organization"), ("title",), ("year", "date"), ("url", "doi", "howpublished"))
_NEEDED = {
    "article": _PERIODICAL,
    "book": _WHOLE,
    "mvbook": _WHOLE,
    "collection": _WHOLE,
    "incollection": _PART,
    "inbook": _PART,
    "inproceedings": (("author",), ("title",), ("booktitle",), ("year", "date")),
    "phdthesis": _THESIS,
    "mastersthesis": _THESIS,
    "thesis": _THESIS,
    "techreport": _REPORT,
    "report": _REPORT,
    "online": _ONLINE,
    "misc": (("author", "editor", "organization", "publisher", "howpublished"), ("title",), ("year", "date")),
}


@rule("citation-resolves")
def citation_resolves(kb: KnowledgeBase) -> Iterator[Fault]:
    """Every work that is cited, or named as a source or as further reading, is an entry of the bibliography.

    A citation of an unknown key leaves its sentence without support.

    Bad:
        The review was widely read [@shedlr2010efficacy].
    Good:
        The review was widely read [@shedler2010efficacy, p. 98].
    Fix:
        Take a suggested key, or add the work to the bibliography.
    """
    if kb.settings.bibliography is None:
        return
    for name in kb.keys_used:
        if name.text not in kb.references:
            near = nearest_all(name.text, kb.references)
            suggestion = f"did you mean {' or '.join(f'`{key}`' for key in near)}?" if near else None
            yield Fault(f"no reference has the key '{name.text}'", name.span, suggestion)


@rule("reference-has-required-fields")
def reference_has_required_fields(kb: KnowledgeBase) -> Iterator[Fault]:
    """Every entry of the bibliography has the fields by which a reader can find the work.

    Which these are depends on the type: an article needs its journal, a chapter its book, a book its publisher, unless
    an organisation wrote it and published it itself.

    Bad:
        @article{gill1983transference, author = {Gill, Merton M.}, title = {...}, year = {1983}}
    Good:
        @article{gill1983transference, author = {Gill, Merton M.}, title = {...}, journal = {...}, year = {1983}}
    Fix:
        Add the field named, from the work itself; never from memory.
    """
    for reference in _entries(kb):
        published_by_author = any(person.family and not person.given for person in reference.people)
        for alternatives in _NEEDED.get(reference.kind, ()):
            if published_by_author and "publisher" in alternatives:
                continue
            if not any(reference.fields.get(name) or name in reference.roles for name in alternatives):
                message = f"the {reference.kind} '{reference.key}' has no {' or '.join(alternatives)}"
                yield Fault(message, reference.span, f"add `{alternatives[0]} = {{...}}`")


@rule("reference-key-is-unique")
def reference_key_is_unique(kb: KnowledgeBase) -> Iterator[Fault]:
    """No two entries of the bibliography have the same key, in whatever files they stand.

    Which of them a citation means would depend on the order of files.

    Bad:
        @book{freud1915, ...} and @article{freud1915, ...}
    Good:
        @book{freud1915thoughts, ...} and @article{freud1915unconscious, ...}
    Fix:
        Remove one, or give it another key and use that in its citations.
    """
    first: dict[str, Reference] = {}
    for reference in _entries(kb):
        earlier = first.setdefault(reference.key.casefold(), reference)
        if earlier is not reference:
            message = f"the key '{reference.key}' is already taken in {earlier.span.path}:{earlier.span.line}"
            yield Fault(message, reference.span, "remove one of the entries, or give it another key")


@rule("reference-is-used")
def reference_is_used(kb: KnowledgeBase) -> Iterator[Fault]:
    """Every entry of the bibliography is cited somewhere, or listed as further reading.

    A work that no page uses is not checked by anybody who reads the site.

    Bad:
        An entry that no page mentions.
    Good:
        A page with the field `further_reading: [winnicott1971playing]`.
    Fix:
        Cite the work, add it to the field `further_reading` of a page, or remove the entry.
    """
    used = {name.text for name in kb.keys_used}
    for key, reference in kb.references.items():
        if key not in used:
            suggestion = "cite it, list it under `further_reading` on a page, or remove it"
            yield Fault(f"no page uses the work '{key}'", reference.span, suggestion)


@rule("person-has-one-name")
def person_has_one_name(kb: KnowledgeBase) -> Iterator[Fault]:
    """A person's name is written in one form throughout the bibliography.

    Two spellings make two persons of one: citations then carry initials ("S. Freud, 1915") that tell nobody apart.

    Bad:
        author = {Freud, Sigmund} in one entry and author = {Freud, S.} in another
    Good:
        author = {Freud, Sigmund} in both
    Fix:
        Use the fuller form everywhere. Different people keep different given names.
    """
    spellings: dict[str, dict[Person, Reference]] = defaultdict(dict)
    for reference in _entries(kb):
        for person in reference.people:
            spellings[person.family.casefold()].setdefault(person, reference)
    for by_person in spellings.values():
        people = sorted(by_person, key=lambda person: (-len(person.given), person.given))
        for index, person in enumerate(people):
            fuller = next((other for other in people[:index] if _may_be_same(person, other)), None)
            if fuller is not None:
                message = f"'{person.family}, {person.given}' is elsewhere written '{fuller.family}, {fuller.given}'"
                yield Fault(message, by_person[person].span, f"write `{fuller.family}, {fuller.given}`")


def _may_be_same(person: Person, other: Person) -> bool:
    """Whether the given name of `person` shortens that of `other`: "S." and "Sigmund", "Otto" and "Otto F."."""
    short, long = _words(person.given), _words(other.given)
    if not short or len(short) > len(long):
        return False
    return all(
        whole == part or (len(part) == 1 and whole.startswith(part)) for part, whole in zip(short, long, strict=False)
    )


def _words(given: str) -> list[str]:
    return given.replace(".", " ").replace("-", " ").casefold().split()


def _entries(kb: KnowledgeBase) -> Iterator[Reference]:
    for bibliography in kb.bibliographies:
        yield from bibliography.entries
