"""Citations and the bibliography: every claim leads to a work that can be found."""

from __future__ import annotations

import re
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


@rule("work-is-listed-once")
def work_is_listed_once(kb: KnowledgeBase) -> Iterator[Fault]:
    """No work has two entries: none shares its DOI, or its title and year, with another.

    Readers would find one work twice in a list, as if there were two that say so.

    Bad:
        Two entries with doi = {10.1037/a0018378}
    Good:
        One entry, cited on both pages.
    Fix:
        Keep the better entry, and use its key wherever the other was cited.
    """
    first: dict[tuple[str, str], Reference] = {}
    for reference in kb.references.values():
        title = " ".join(re.findall(r"\w+", reference.fields.get("title", "").casefold()))
        volume = reference.fields.get("volume", "") + reference.fields.get("pages", "")
        same = [("title and year", f"{title} {reference.fields.get('year', '')} {volume}")] if title else []
        if doi := reference.fields.get("doi"):
            same.append(("DOI", doi.casefold()))
        for what, value in same:
            earlier = first.setdefault((what, value), reference)
            if earlier is not reference:
                message = f"'{reference.key}' has the same {what} as '{earlier.key}' in {earlier.span.place}"
                yield Fault(message, reference.span, "keep one of the two entries")
                break


@rule("identifier-is-well-formed")
def identifier_is_well_formed(kb: KnowledgeBase) -> Iterator[Fault]:
    """A DOI, ISBN, ISSN, year or page range has the form and the check digit that it must have.

    One wrong digit leads to another work, or to none.

    Bad:
        doi = {https://doi.org/10.1037/a0018378}, pages = {109--08}
    Good:
        doi = {10.1037/a0018378}, pages = {98--109}
    Fix:
        Copy it again from the work or from a public record of it. A year that nobody knows is {n.d.}.
    """
    for reference in _entries(kb):
        for field, check in _FORMS.items():
            value = reference.fields.get(field)
            if value and (wrong := check(value)):
                yield Fault(f"the {field} '{value}' of '{reference.key}' {wrong}", reference.span, "copy it again")


@rule("citation-stays-out-of-headings", alone=True)
def citation_stays_out_of_headings(kb: KnowledgeBase) -> Iterator[Fault]:
    """No heading contains a citation.

    It would stand in the table of contents, in the address of the section and in every link to it.

    Bad:
        ## What critics say [@fonagy2015update]
    Good:
        ## What critics say
    Fix:
        Move the citation to the sentence that rests on it.
    """
    for page in kb.pages:
        lines = {heading.span.line for heading in page.headings if heading.span.line and heading.span.path == page.path}
        for citation in page.citations:
            if citation.span.line in lines and citation.span.path == page.path:
                yield Fault(f"'{citation.key}' is cited in a heading", citation.span, "cite it in the text")


def _doi(value: str) -> str:
    return "" if re.fullmatch(r"10\.\d{4,9}/\S+", value) else "is not of the form 10.1234/..."


def _year(value: str) -> str:
    return "" if re.fullmatch(r"\d{4}(?:[-/]\d{2,4})?|n\.d\.", value) else "is neither four digits nor n.d."


def _pages(value: str) -> str:
    match = re.fullmatch(r"(\d+)(-{1,3}|–|—)(\d+)", value)
    if match is None:
        return ""
    if match[2] != "--":
        return "needs two hyphens between its numbers"
    first, last = match[1], match[3]
    shortened = first[: -len(last)] + last if len(last) < len(first) else last
    return "ends before it begins" if int(shortened) < int(first) else ""


def _isbn(value: str) -> str:
    digits = re.sub(r"[\s-]", "", value).upper()
    if re.fullmatch(r"\d{13}", digits):
        total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
        return "" if total % 10 == 0 else "has a wrong check digit"
    if re.fullmatch(r"\d{9}[\dX]", digits):
        return "" if _weighted(digits) % 11 == 0 else "has a wrong check digit"
    return "has neither 10 nor 13 digits"


def _issn(value: str) -> str:
    digits = value.replace("-", "").upper()
    if not re.fullmatch(r"\d{7}[\dX]", digits):
        return "is not of the form 1234-5678"
    return "" if _weighted(digits) % 11 == 0 else "has a wrong check digit"


def _weighted(digits: str) -> int:
    """The digits times their place from the right, X for ten (ISO 2108 for ISBN-10, ISO 3297 for ISSN)."""
    return sum((10 if digit == "X" else int(digit)) * weight for weight, digit in enumerate(reversed(digits), start=1))


_FORMS = {"doi": _doi, "year": _year, "pages": _pages, "isbn": _isbn, "issn": _issn}
