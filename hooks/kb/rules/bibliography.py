"""The bibliography: every entry can be read, found, cited, and stands there once."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from kb.folding import folded
from kb.knowledge import KnowledgeBase, keys_named_by
from kb.model import Fault, Name, Person, Reference, Severity, Written
from kb.nearest import certainly, nearest
from kb.reading.citation_groups import PLAIN_KEY
from kb.rules import rule
from kb.works import KNOWN_FIELDS, NAMES, NEEDED_BY_TYPE, OTHERS, TEXTS


def _entries(kb: KnowledgeBase) -> Iterator[Reference]:
    for bibliography in kb.bibliographies:
        yield from bibliography.entries


# the entry


@rule("reference-type-is-known", of_data=True)
def reference_type_is_known(kb: KnowledgeBase) -> Iterator[Fault]:
    """Every entry has a type of BibTeX or biblatex.

    The type decides how a work is written in the list of references; an unknown one is written as if it were anything.

    Bad:
        @artcle{gill1979analysis, ...}
    Good:
        @article{gill1979analysis, ...}
    Fix:
        Take the suggested type. For what fits no other there is `misc`.
    """
    for reference in _entries(kb):
        if reference.kind not in NEEDED_BY_TYPE:
            sure, near = certainly(reference.kind, NEEDED_BY_TYPE), nearest(reference.kind, NEEDED_BY_TYPE)
            hint = f"did you mean `@{near}`?" if near else "take `@misc` if it fits no other type"
            edit = kb.edit(reference.kind_span, _as_written(kb, reference), sure) if sure else None
            yield Fault(f"there is no type of entry '{reference.kind}'", reference.kind_span, hint, edit)


def _as_written(kb: KnowledgeBase, reference: Reference) -> str:
    """The entry type with its capital letters."""
    span = reference.kind_span
    for form in (reference.kind, reference.kind.capitalize(), reference.kind.upper()):
        if kb.edit(span, form, ""):
            return form
    return reference.kind


@rule("reference-has-required-fields", of_data=True)
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
        if reference.fields.get("crossref") or reference.fields.get("xdata"):
            continue  # the entry takes what it lacks from another
        published_by_author = any(person.family and not person.given for person in reference.people)
        for alternatives in NEEDED_BY_TYPE.get(reference.kind, ()):
            if published_by_author and "publisher" in alternatives:
                continue
            if not any(reference.fields.get(name) or name in reference.roles for name in alternatives):
                message = f"the {reference.kind} '{reference.key}' has no {' or '.join(alternatives)}"
                yield Fault(message, reference.span, f"add `{alternatives[0]} = {{...}}`")


@rule("reference-field-is-known", severity=Severity.WARNING, of_data=True)
def reference_field_is_known(kb: KnowledgeBase) -> Iterator[Fault]:
    """No field of an entry has a name that is a slip for another.

    What stands in a misspelt field is never published. Fields that resemble no known one are left alone.

    Bad:
        publsher = {Karnac}
    Good:
        publisher = {Karnac}
    Fix:
        Take the suggested name.
    """
    for reference in _entries(kb):
        for name, span in reference.field_names.items():
            if name not in KNOWN_FIELDS and (near := _one_slip_away(name)):
                sure = len(near) == 1 and near[0] not in reference.field_names
                edit = kb.edit(span, name, near[0]) if sure else None
                yield Fault(f"'{name}' is no field of an entry", span, f"did you mean `{near[0]}`?", edit)


def _one_slip_away(name: str) -> list[str]:
    """The known fields that one letter too many, missing, wrong or exchanged makes of `name`, likeliest first."""
    from rapidfuzz.distance import OSA

    if name[-1].isdigit() or not name.isalpha():
        return []
    near = [known for known in KNOWN_FIELDS if OSA.distance(name, known, score_cutoff=1) <= 1]
    # Of three letters, another one makes another word.
    return sorted((known for known in near if len(name) > 3 or sorted(known) == sorted(name)), key=_precedence)


def _precedence(name: str) -> tuple[bool, str]:
    return name not in TEXTS and name not in NAMES, name


@rule("reference-text-is-escaped", of_data=True)
def reference_text_is_escaped(kb: KnowledgeBase) -> Iterator[Fault]:
    r"""The characters that have a meaning in LaTeX stand in the texts of an entry with a backslash before them.

    After a bare `%` the rest of the text is lost, with a bare `$` or `#` all of it. Addresses and DOIs are written as
    they are.

    Bad:
        publisher = {Taylor & Francis}
    Good:
        publisher = {Taylor \& Francis}
    Fix:
        Put a backslash before the character.
    """
    for reference in _entries(kb):
        for name, written in reference.written.items():
            if name in TEXTS or name in NAMES:
                for offset in _unescaped(written):
                    letter, before = written.text[offset], written.text[:offset]
                    if name in NAMES and letter == "&" and before.count("{") == before.count("}"):
                        continue  # it parts two people, which another rule reports
                    span = written.at(offset, 1)
                    edit = kb.edit(span, letter, "\\" + letter) if written.is_verbatim else None
                    message = f"the {name} of '{reference.key}' has a bare '{letter}'"
                    yield Fault(message, span, f"write `\\{letter}`", edit)


_VERBATIM = re.compile(r"\\(?:url|path|nolinkurl)\s*\{[^{}]*\}|\\href\s*\{[^{}]*\}|https?://[^\s{}]+")
_MATHS = re.compile(r"(?<!\\)\$[^$]*(?<!\\)\$|\\\(.*?\\\)", re.DOTALL)
_SPECIAL = re.compile(r"(?<!\\)[&%$#_]")


def _unescaped(written: Written) -> Iterator[int]:
    text = _VERBATIM.sub(lambda match: " " * len(match[0]), written.text)
    text = _MATHS.sub(lambda match: " " * len(match[0]), text)
    return (match.start() for match in _SPECIAL.finditer(text))


# keys


@rule("reference-key-is-unique", of_data=True)
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


@rule("reference-key-is-plain", severity=Severity.WARNING, of_data=True)
def reference_key_is_plain(kb: KnowledgeBase) -> Iterator[Fault]:
    """A key consists of letters, digits and `_`, with single marks such as `:`, `.` or `-` between them.

    Of any other key a citation would read only the beginning, unless it is written in braces each time.

    Bad:
        @book{freud--1915, ...}
    Good:
        @book{freud1915unconscious, ...}
    Fix:
        Give the entry a plain key and use that in its citations, or cite it as `[@{freud--1915}]`.
    """
    for reference in _entries(kb):
        if not PLAIN_KEY.fullmatch(reference.key):
            read = PLAIN_KEY.match(reference.key)
            what = f"would be read as '{read[0]}'" if read else "would not be read at all"
            message = f"the key '{reference.key}' {what} in a citation"
            yield Fault(message, reference.span, "use letters, digits and single marks between them")


@rule("bibliography-is-sorted", severity=Severity.WARNING, of_data=True)
def bibliography_is_sorted(kb: KnowledgeBase) -> Iterator[Fault]:
    """The entries of a file stand in the alphabetical order of their keys, capitals counting like small letters.

    In a sorted file an entry is found without searching, a second entry for the same work is noticed, and two people
    who add works seldom touch the same lines. A long file in which most entries stand elsewhere has an order of its own
    and is left alone.

    Bad:
        @book{klein1957envy, ...} before @book{freud1923ego, ...}
    Good:
        @book{freud1923ego, ...} before @book{klein1957envy, ...}
    Fix:
        Move the entry to its place; `kb fix` does it.
    """
    for bibliography in kb.bibliographies:
        keys = [reference.key.casefold() for reference in bibliography.entries]
        in_order = _longest_rising(keys)
        if len(keys) > _SHORT_FILE and len(in_order) < len(keys) / 2:
            continue
        rising = [keys[number] for number in sorted(in_order)]
        for number, reference in enumerate(bibliography.entries):
            if number not in in_order:
                place = bisect_right(rising, keys[number])
                where = f"after '{rising[place - 1]}'" if place else "at the beginning"
                yield Fault(f"the entry '{reference.key}' is out of order", reference.span, f"it belongs {where}")


_SHORT_FILE = 12


def _longest_rising(values: list[str]) -> set[int]:
    """The positions of a longest sequence of `values` that never falls: what need not be moved to sort them."""
    ends: list[tuple[str, int]] = []
    before: dict[int, int] = {}
    for position, value in enumerate(values):
        place = bisect_left(ends, (value, position))
        if place:
            before[position] = ends[place - 1][1]
        ends[place : place + 1] = [(value, position)]
    found: set[int] = set()
    position = ends[-1][1] if ends else -1
    while position >= 0:
        found.add(position)
        position = before.get(position, -1)
    return found


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
    used = {name.text for name in kb.keys_in_data}.union(*map(keys_named_by, kb.pages))
    used |= {right for key in used - kb.references.keys() if (right := kb.key_in_other_case(key))}
    related = {key for reference in _entries(kb) for key in _relatives(reference)}
    unused = kb.references.keys() - used - related
    slips = _slips(kb) if unused else {}
    for key, reference in kb.references.items():
        if key not in unused or reference.kind in ("xdata", "set"):
            continue
        slip = slips.get(key)
        if slip:
            suggestion = f"does '{slip.text}' in {slip.span.place} mean it?"
            yield Fault(
                f"no page uses the work '{key}'", reference.span, suggestion, kb.edit(slip.span, slip.text, key)
            )
        else:
            suggestion = "cite it, list it under `further_reading` on a page, or remove it"
            yield Fault(f"no page uses the work '{key}'", reference.span, suggestion)


def _slips(kb: KnowledgeBase) -> dict[str, Name]:
    """Keys that are slips for those of works, by the key that is meant, each with a place where it is written."""
    slips: dict[str, Name] = {}
    for name in {name.text: name for name in kb.keys_used if name.text not in kb.references}.values():
        slips.setdefault(certainly(name.text, kb.references) or "", name)
    return slips


def _relatives(reference: Reference) -> list[str]:
    """The keys of the entries that this one takes its fields from."""
    named = ",".join(reference.fields.get(name, "") for name in ("crossref", "xref", "xdata", "related", "entryset"))
    return [key.strip() for key in named.split(",") if key.strip()]


# people


_ORGANISATION = re.compile(
    r"\b(?:academy|agency|association|authority|board|cent(?:er|re)|college|commission|committee|consortium|council|"
    r"department|federation|foundation|group|health|hospital|institutes?|ministry|office|organi[sz]ations?|service|"
    r"society|task force|universit(?:y|ies)|workgroup)\b",
    re.IGNORECASE,
)
_LINEAGE = re.compile(r"(?:jr|sr|jnr|snr|junior|senior|[ivx]+|\d(?:st|nd|rd|th))\.?", re.IGNORECASE)
_BRACED = re.compile(r"\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")
_INITIALS_ONLY = re.compile(r"\S+ [A-Z]{1,3}")
_AND_OTHERS = re.compile(r",?\s*\b(?:et\.?\s*al\b\.?|and\s+colleagues|u\.\s?a\.)\s*$", re.IGNORECASE)


@rule("reference-names-can-be-read", of_data=True)
def reference_names_can_be_read(kb: KnowledgeBase) -> Iterator[Fault]:
    """The people of an entry are parted by `and`, each written `Family, Given`; organisations stand in braces.

    Otherwise two people become one, a family name becomes a given name, or an institute is cut in two at its "and".

    Bad:
        author = {Breuer, Josef, Freud, Sigmund}, author = {Abbass, Allan et al.}
    Good:
        author = {Breuer, Josef and Freud, Sigmund}, author = {Abbass, Allan and others},
        author = {{World Health Organization}}
    Fix:
        Write `and` between people, and `and others` where the list goes on.
    """
    for reference in _entries(kb):
        for role in NAMES:
            if role in reference.written:
                yield from _unreadable_names(kb, reference, role, reference.written[role])


@dataclass(frozen=True, slots=True)
class _Misread:
    """What is wrong with a name as it is written; `mend` is (old, new) within the name, where that is certain."""

    message: str
    suggestion: str
    mend: tuple[str, str] | None = None


def _unreadable_names(kb: KnowledgeBase, reference: Reference, role: str, written: Written) -> Iterator[Fault]:
    for (offset, name), wrong in _misread_in(written).items():
        edit = None
        if wrong.mend and written.is_verbatim:
            old, new = wrong.mend
            edit = kb.edit(written.at(offset + name.rindex(old), len(old)), old, new)
        message = f"the {role} of '{reference.key}': {wrong.message}"
        yield Fault(message, written.at(offset, len(name)), wrong.suggestion, edit)


def _misread_in(written: Written) -> dict[tuple[int, str], _Misread]:
    """The names of a field that are not read as they are meant, each with its offset, and what is wrong with them."""
    last = written.names[-1:]
    found = {name: _wrong_with(name[1], is_last=(name,) == last) for name in written.names}
    return {name: wrong for name, wrong in found.items() if wrong}


def _wrong_with(name: str, is_last: bool) -> _Misread | None:
    bare = _BRACED.sub("X", name)  # what stands in braces is taken as it is
    parts = [part.strip() for part in bare.split(",")]
    if not name:
        return _Misread("the name is missing", "write it, or remove the field")
    if bare == OTHERS and is_last:
        return None
    if bare.casefold() in ("and", OTHERS, "other", "and others"):
        return _Misread(f"'{name}' is read as the name of a person", "end the list with `and others`")
    if found := _AND_OTHERS.search(bare):
        mend = (found[0], " and others" if found.start() else OTHERS)
        return _Misread("'et al.' is read as a name", "write `and others`", mend if name.endswith(found[0]) else None)
    if bare.startswith("and ") or bare.endswith(" and"):
        return _Misread(f"beside '{name}' one `and` is too many", "remove it")
    if bare.endswith(","):
        return _Misread(f"'{name}' ends with a comma", "remove the comma", (",", ""))
    has_lineage = any(_LINEAGE.fullmatch(part) for part in parts[1:])
    if "&" in bare or ";" in bare or len(parts) > 3 or (len(parts) == 3 and not has_lineage):
        return _Misread(f"'{name}' is read as one person", "write `and` between people")
    if len(parts) == 2 and all(_INITIALS_ONLY.fullmatch(part) for part in parts):
        return _Misread(f"'{name}' is read as one person", "write `Family, Given and Family, Given`")
    if len(parts) == 1 and " " in bare and _ORGANISATION.search(bare):
        return _Misread(f"the organisation '{name}' is read as a person", "put its whole name into braces of its own")
    return None


@rule("person-has-one-name", of_data=True)
def person_has_one_name(kb: KnowledgeBase) -> Iterator[Fault]:
    """A person's name is written in one form throughout the bibliography, accents and hyphens included.

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
        misread = {
            written.at(offset, len(name))
            for written in reference.written.values()
            for offset, name in _misread_in(written)
        }
        for person in reference.people:
            if person.span not in misread:
                spellings[folded(person.family)].setdefault(person, reference)
    for by_person in spellings.values():
        people = sorted(by_person, key=_fullness, reverse=True)
        for index, person in enumerate(people):
            fuller = next((other for other in people[:index] if _may_be_same(person, other)), None)
            if fuller is not None:
                message = f"'{_name(person)}' is elsewhere written '{_name(fuller)}'"
                edit = kb.edit(person.span, _name(person), _name(fuller))
                certain = folded(_name(person)) == folded(_name(fuller))
                yield Fault(message, person.span, f"write `{_name(fuller)}`", edit if certain else None)


def _name(person: Person) -> str:
    return f"{person.family}, {person.given}" if person.given else person.family


def _fullness(person: Person) -> tuple[int, int, str]:
    """What makes one spelling of a name fuller than another: its length, then its accents and marks."""
    return len(person.given), sum(not letter.isascii() or letter == "-" for letter in _name(person)), _name(person)


def _may_be_same(person: Person, other: Person) -> bool:
    """Whether the given name of `person` shortens that of `other`: "S." and "Sigmund", "Otto" and "Otto F."."""
    short, long = folded(person.given).split(), folded(other.given).split()
    if not short:
        return not long and person.family != other.family
    if len(short) > len(long):
        return False
    return all(
        whole == part or (len(part) == 1 and whole.startswith(part)) for part, whole in zip(short, long, strict=False)
    )


# works


@rule("work-is-listed-once", of_data=True)
def work_is_listed_once(kb: KnowledgeBase) -> Iterator[Fault]:
    """No work has two entries: none shares its DOI, or its title and year, with another.

    Readers would find one work twice in a list, as if there were two that say so. Titles are compared without case,
    accents and punctuation; a different volume, page or first author makes a different work.

    Bad:
        Two entries with doi = {10.1037/a0018378}
    Good:
        One entry, cited on both pages.
    Fix:
        Keep the better entry, and use its key wherever the other was cited.
    """
    by_doi: dict[str, Reference] = {}
    by_title: dict[tuple[str, str], list[Reference]] = defaultdict(list)
    for reference in kb.references.values():
        what, earlier = "", None
        if doi := _doi_of(reference):
            earlier = by_doi.setdefault(doi, reference)
            what = "DOI"
        title = folded(" ".join(reference.fields.get(name, "") for name in ("title", "subtitle")))
        if title and (earlier is None or earlier is reference):
            alike = by_title[title, _year_of(reference)]
            earlier = next((other for other in alike if _could_be_one(reference, other)), None)
            what = "title and year"
            alike.append(reference)
        if earlier is not None and earlier is not reference:
            message = f"'{reference.key}' has the same {what} as '{earlier.key}' in {earlier.span.place}"
            yield Fault(message, reference.span, "keep one of the two entries")


_IN_ADDRESS = re.compile(r"\s*(?:https?://)?(?:dx\.)?doi\.org/(10\.\S+?)[\s.]*", re.IGNORECASE)
_IN_DOI = re.compile(
    r"\s*(?:(?:https?://)?(?:dx\.)?doi\.org/|doi\s*[:=]?\s*)?(10\.\d{4,9}/\S+?)[\s.,;]*", re.IGNORECASE
)


def _doi_of(reference: Reference) -> str:
    """The DOI of a work in one form, from wherever it is given."""
    given = _IN_DOI.fullmatch(reference.fields.get("doi", "")) or _IN_ADDRESS.fullmatch(reference.fields.get("url", ""))
    return given[1].replace("\\", "").casefold() if given else ""


def _year_of(reference: Reference) -> str:
    return reference.fields.get("year") or reference.fields.get("date", "")[:4]


def _could_be_one(reference: Reference, other: Reference) -> bool:
    """Whether nothing tells two works of the same title and year apart."""
    for name in ("volume", "number", "pages", "edition"):
        mine, theirs = (folded(one.fields.get(name, "")) for one in (reference, other))
        if mine and theirs and mine != theirs:
            return False
    first, others_first = (folded(one.people[0].family) if one.people else "" for one in (reference, other))
    dois = {_doi_of(reference), _doi_of(other)}
    return (not first or not others_first or first == others_first) and ("" in dois or len(dois) == 1)


@rule("identifier-is-well-formed", of_data=True)
def identifier_is_well_formed(kb: KnowledgeBase) -> Iterator[Fault]:
    """A DOI, ISBN, ISSN, year, date or page range has the form and the check digit that it must have.

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
                written = reference.written[field]
                mended = _MENDS[field](value) if field in _MENDS else value
                edit = kb.edit(written.span, value, mended) if written.is_verbatim and not check(mended) else None
                suggestion = f"write `{mended}`" if edit else "copy it again"
                span = written.at(0, len(written.text.partition("\n")[0]))
                yield Fault(f"the {field} '{value}' of '{reference.key}' {wrong}", span, suggestion, edit)
        doi, address = reference.fields.get("doi", ""), _IN_ADDRESS.fullmatch(reference.fields.get("url", ""))
        if doi and address and not _doi(doi) and _doi_of(reference) != address[1].replace("\\", "").casefold():
            span = reference.written["url"].span
            yield Fault(f"the url of '{reference.key}' leads to another DOI than '{doi}'", span, "keep the right one")


def _doi(value: str) -> str:
    if not re.fullmatch(r"10\.\d{4,9}/\S+", value):
        return "is not of the form 10.1234/..."
    return "ends with a mark that is no part of it" if value[-1] in ".,;" else ""


def _mended_doi(value: str) -> str:
    match = _IN_DOI.fullmatch(value)
    return match[1] if match else value


def _year(value: str) -> str:
    return "" if re.fullmatch(r"\d{4}(?:[-/]\d{2,4})?|n\.d\.", value) else "is neither four digits nor n.d."


_ONE_DATE = r"-?\d{4}(?:-(?:0[1-9]|1[0-2]|2[1-4]))?(?:-(?:0[1-9]|[12]\d|3[01]))?[~?%]?"


def _date(value: str) -> str:
    """As ISO 8601-2 has it, the form that biblatex reads: a day, month or year, or two of them."""
    form = rf"(?:{_ONE_DATE})?(?:/(?:{_ONE_DATE}|\.\.)?)?|n\.d\."
    return "" if re.fullmatch(form, value) else "is not of the form 2010-03-21"


def _pages(value: str) -> str:
    for part in re.split(r"\s*[,;]\s*", value):
        match = re.fullmatch(r"(?P<letter>[A-Za-z]?)(\d+)\s*(-{1,3}|–|—)\s*(?P=letter)?(\d+)", part)
        if match is None:
            continue
        first, last = match[2], match[4]
        shortened = first[: -len(last)] + last if len(last) < len(first) else last
        if int(shortened) < int(first):
            return "ends before it begins"
        if match[3] != "--":
            return "needs two hyphens between its numbers"
    return ""


def _mended_pages(value: str) -> str:
    return re.sub(r"(?<=\d)\s*(?:-{1,3}|–|—)\s*(?=[A-Za-z]?\d)", "--", value)


def _several(value: str) -> list[str]:
    """The numbers of a field that gives one for each form of a work: in print, online."""
    bare = re.sub(r"\([^()]*\)|[A-Za-z]{2,}:?", " ", value)
    return [part for part in re.split(r"\s*[,;/]\s*|\s+(?=\d{4}-\d{3}[\dXx]|97[89])", bare.strip()) if part]


def _isbn(value: str) -> str:
    return next(filter(None, map(_one_isbn, _several(value) or [value])), "")


def _one_isbn(value: str) -> str:
    digits = re.sub(r"[\s‐‑–-]", "", value).upper()
    if re.fullmatch(r"\d{13}", digits):
        if not digits.startswith(("978", "979")):
            return "does not begin with 978 or 979"
        total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
        return "" if total % 10 == 0 else "has a wrong check digit"
    if re.fullmatch(r"\d{9}[\dX]", digits):
        return "" if _weighted(digits) % 11 == 0 else "has a wrong check digit"
    return "has neither 10 nor 13 digits"


def _issn(value: str) -> str:
    return next(filter(None, map(_one_issn, _several(value) or [value])), "")


def _one_issn(value: str) -> str:
    digits = re.sub(r"[\s‐‑–-]", "", value).upper()
    if not re.fullmatch(r"\d{7}[\dX]", digits):
        return "is not of the form 1234-5678"
    return "" if _weighted(digits) % 11 == 0 else "has a wrong check digit"


def _weighted(digits: str) -> int:
    """The digits times their place from the right, X for ten (ISO 2108 for ISBN-10, ISO 3297 for ISSN)."""
    return sum((10 if digit == "X" else int(digit)) * weight for weight, digit in enumerate(reversed(digits), start=1))


_FORMS = {"doi": _doi, "year": _year, "date": _date, "pages": _pages, "isbn": _isbn, "issn": _issn}
_MENDS = {"doi": _mended_doi, "pages": _mended_pages}
