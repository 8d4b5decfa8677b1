"""Find the terms of the glossary in running text: one pass over the words, whatever the number of terms.

Names that differ only in British or US spelling or in a hyphen are one name here: what a text may write is found by
`Matcher`, what two entries may not share is told by `fold`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from kb.model import Name, Term

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_BETWEEN_WORDS = re.compile(r"\s+|[-‑–]")
_HYPHENS = "-‑"
_ABBREVIATION = re.compile(r"\b(?=[a-z]?[A-Z0-9]*[A-Z][A-Z0-9]*[A-Z])([a-z]?[A-Z][A-Z0-9]*)(s?)\b")
# Up to 89, as volumes and chapters are numbered; with C, D and M there are too many abbreviations, such as CI and MD.
_ROMAN_NUMERAL = re.compile(r"(?=.)(?:XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
# "Do NOT STOP" is loud, not abbreviated: a word like these in a run of capitals shows it.
_CAPITALS = re.compile(r"\b[A-Z]+\b(?: [A-Z]+\b)*")
_LOUD = frozenset({"ALL", "AND", "ANY", "ALWAYS", "BUT", "DO", "IF", "MUST", "NEVER", "NO", "NOT", "ONLY", "OR", "THE"})
# A word, or the part before a hyphen, to which the rest may be joined with a hyphen or without.
_PREFIX = r"(?:counter|inter|intra|meta|non|over|post|pre|psycho|self|sub|super)"
_CLOSED = re.compile(rf"({_PREFIX})(\w{{3,}})", re.IGNORECASE)
_HYPHENATED = re.compile(rf"\b({_PREFIX})[{_HYPHENS}](\w{{3,}})", re.IGNORECASE)
# What US and British writers spell differently: the British form (or the rarer one), and what stands for both.
_SPELLINGS = tuple(
    (re.compile(british), both)
    for british, both in (
        (r"(?<=[a-z]{2})is(?=e[drs]?$|ers?$|ing$|ations?$|ational$)", "iz"),
        (r"(?<=[a-z]{2})ys(?=e[dr]?$|ers$|ing$)", "yz"),
        (r"(?<=[a-z]{2})our(?=s?$|ed$|ing$|al|able|er|ful|is[mt]|ite|less)", "or"),
        (r"(?<=[a-z]{2})ens(?=es?$|eless)", "enc"),
        (r"(?<=[a-z]{2})([btv])re(?=s?$)", r"\1er"),
        (r"(?<=[a-z]{3})([btv])r(?=ed$|ing$)", r"\1er"),
        (r"(?<=[a-z])ogue(?=s?$)", "og"),
        (r"dgement", "dgment"),
        (r"programme(?=s?$)", "program"),
        (r"artefact", "artifact"),
        (r"[ao]e", "e"),
        (r"ll", "l"),
    )
)
# Most words have nothing of all that, which is seen in one go.
_MAY_DIFFER = re.compile(r"is|ys|our|ens|[btv]r|ogue|dgement|programme|artefact|[ao]e|ll")


class Mention(NamedTuple):
    """Characters `start` to `end` of a text name `term`, in a form of its `name`."""

    start: int
    end: int
    term: Term
    name: Name


@dataclass(slots=True)
class _Node:
    """What may follow the words so far, and the term that they name."""

    next: dict[str, _Node] = field(default_factory=dict)
    found: tuple[Term, Name] | None = None


class Matcher:
    """All names of all terms, by their words.

    The longest name wins. Case does not count, except in abbreviations; British and US spelling, plural and possessive
    endings of the last word are seen through; a hyphen is as good as a space.
    """

    def __init__(self, terms: Iterable[Term]) -> None:
        self._root = _Node()
        self._words: set[str] = set()
        self._beginnings: set[str] = set()
        for term in terms:
            for name in term.names:
                for words in _ways_to_write(name.text):
                    node = self._root
                    for word in words:
                        node = node.next.setdefault(_as_spelt(word), _Node())
                    if node is not self._root and node.found is None:
                        node.found = term, name

    def find(self, text: str) -> Iterator[Mention]:
        """The mentions in `text`, from left to right, none overlapping another."""
        if not self._may_name_any(set(_WORD.findall(text))):
            return
        words = list(_WORD.finditer(text))
        index = 0
        while index < len(words):
            found = self._longest(text, words, index) if words[index][0] in self._beginnings else None
            if found is None:
                index += 1
            else:
                mention, index = found
                yield mention

    def _may_name_any(self, words: set[str]) -> bool:
        """Whether a name begins with one of the words, which is so in few texts. What was seen once is remembered."""
        new = words - self._words
        self._words |= new
        self._beginnings.update(word for word in new if self._begins_name(word))
        return not self._beginnings.isdisjoint(words)

    def _begins_name(self, word: str) -> bool:
        return any(form in self._root.next or form.casefold() in self._root.next for form in _forms(word))

    def _longest(self, text: str, words: list[re.Match[str]], first: int) -> tuple[Mention, int] | None:
        node, found = self._root, None
        for index in range(first, len(words)):
            if index > first and not _BETWEEN_WORDS.fullmatch(text, words[index - 1].end(), words[index].start()):
                break
            forms = _forms(words[index][0])
            for form in forms:
                ending = node.next.get(form)
                if ending is not None and ending.found is not None:
                    found = Mention(words[first].start(), words[index].end(), *ending.found), index + 1
                    break
            following = node.next.get(forms[0]) or node.next.get(forms[0].casefold())
            if following is None:
                break
            node = following
        return found


def _ways_to_write(name: str) -> Iterator[list[str]]:
    """The words of a name, also with a prefix parted that is joined in it, or joined that is parted by a hyphen."""
    words = _WORD.findall(name)
    yield words
    for index, word in enumerate(words):
        closed = _CLOSED.fullmatch(word)
        if closed and not is_abbreviation(word):
            yield [*words[:index], *closed.groups(), *words[index + 1 :]]
    if joined := _HYPHENATED.search(name):
        yield _WORD.findall(name[: joined.start()] + joined[1] + joined[2] + name[joined.end() :])


@lru_cache(maxsize=1 << 16)
def _forms(word: str) -> list[str]:
    """The word as it stands in a name, and what it may be an inflection of, the likeliest first."""
    return [_as_spelt(form) for form in inflected_from(word)]


def inflected_from(word: str) -> list[str]:
    """The word without capitals, and what it may be a plural or possessive form of, the likeliest first."""
    if is_abbreviation(word):
        return [word]
    bare = word.removesuffix("s")
    bare = bare[:-1] if bare.endswith(("'", "’")) else word
    if bare.endswith("s") and is_abbreviation(bare[:-1]):
        return [bare[:-1]]
    if is_abbreviation(bare):
        return [bare]
    low = bare.casefold()
    forms = [low]
    if low.endswith("ies"):
        forms.append(low[:-3] + "y")
    if low.endswith("ses"):
        forms.append(low[:-2] + "is")
    if low.endswith("es"):
        forms.append(low[:-2])
    if low.endswith("s") and not low.endswith("ss"):
        forms.append(low[:-1])
    return forms


@lru_cache(maxsize=1 << 16)
def _as_spelt(word: str) -> str:
    """One form for the British and the US spelling of a word; abbreviations stay as they are."""
    if is_abbreviation(word):
        return word
    word = word.casefold()
    if len(word) > 4 and _MAY_DIFFER.search(word):
        for british, both in _SPELLINGS:
            word = british.sub(both, word)
    return word


def spelling(name: str) -> str:
    """Equal for names that differ only in case, spaces, hyphens, or British and US spelling."""
    return "".join(_as_spelt(word) for word in _WORD.findall(name)).casefold()


def fold(name: str) -> str:
    """Equal for names that a reader cannot keep apart: as `spelling`, and singular and plural are one."""
    return "".join(_singular(_as_spelt(word)) for word in _WORD.findall(name)).casefold()


def _singular(word: str) -> str:
    """One form for the singular and the plural of a word, not always a word itself."""
    if is_abbreviation(word) or len(word) < 4:
        return word
    for ending, singular in (("ies", "y"), ("ses", "s"), ("sis", "s"), ("se", "s"), ("xes", "x"), ("hes", "h")):
        if word.endswith(ending):
            return word.removesuffix(ending) + singular
    return word.removesuffix("s") if not word.endswith(("ss", "us")) else word


def is_form_of(used: str, name: str) -> bool:
    """Whether `used` is `name` with other capitals, in the plural or possessive, or with spaces for hyphens."""
    return _changed_words(used, name) == {}


def respelt(used: str, name: str) -> str | None:
    """`used` with the spelling of `name`; its capitals and its ending stay. None where that is not beyond doubt."""
    changed = _changed_words(used, name)
    if changed is None:
        return None
    pieces, done = [], 0
    for (start, end), word in changed.items():
        pieces += [used[done:start], word]
        done = end
    return "".join([*pieces, used[done:]])


def _changed_words(used: str, name: str) -> dict[tuple[int, int], str] | None:
    """What to write for each word (start, end) of `used` that differs from that of `name`; None where it is unclear."""
    here, there = list(_WORD.finditer(used)), _WORD.findall(name)
    if len(here) != len(there):
        # A hyphen too many or too few: the name as a whole takes the place.
        joined = "".join(word[0] for word in here)
        word = _with_ending(joined, re.sub(rf"[{_HYPHENS}\s]", "", name), name)
        return None if word is None else {(0, len(used)): word}
    changed = {}
    for match, right in zip(here, there, strict=True):
        is_last = match is here[-1]
        forms = inflected_from(match[0]) if is_last else [match[0].casefold()]
        if right.casefold() in (form.casefold() for form in forms):
            continue
        word = _with_ending(match[0], right, right)
        if word is None:
            return None
        changed[match.span()] = word
    return changed


def _with_ending(used: str, right: str, written: str) -> str | None:
    """`written` with the ending that `used` has beyond the word `right`, and its first letter in the same case."""
    for form in inflected_from(used):
        if _as_spelt(form) == _as_spelt(right) and used.casefold().startswith(form):
            first = written[0].upper() if used[0].isupper() else written[0].lower()
            return first + written[1:] + used[len(form) :]
    return None


def is_abbreviation(word: str) -> bool:
    """Whether `word` is written in capitals and digits, with at least two capitals."""
    match = _ABBREVIATION.fullmatch(word)
    return match is not None and not match[2]


def abbreviations(text: str) -> Iterator[str]:
    """The abbreviations used in `text`, without plural endings.

    Roman numerals, words in capitals for emphasis, and names of files (README.md) are none.
    """
    loud: list[tuple[int, int]] | None = None
    for match in _ABBREVIATION.finditer(text):
        if _ROMAN_NUMERAL.fullmatch(match[1]) or re.match(r"\.\w|\(\)", text[match.end() : match.end() + 2]):
            continue
        if loud is None:
            loud = [run.span() for run in _CAPITALS.finditer(text) if not _LOUD.isdisjoint(run[0].split())]
        if not any(start <= match.start() < end for start, end in loud):
            yield match[1]
