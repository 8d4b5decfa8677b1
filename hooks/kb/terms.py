"""Find the terms of the glossary in running text: one pass over the words, whatever the number of terms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from kb.model import Term

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_BETWEEN_WORDS = re.compile(r"\s+|[-‑–]")
_ABBREVIATION = re.compile(r"\b(?=[A-Z0-9]*[A-Z][A-Z0-9]*[A-Z])([A-Z][A-Z0-9]*)(s?)\b")
_ROMAN_NUMERAL = re.compile(r"[IVXLC]+")


@dataclass(frozen=True, slots=True)
class Mention:
    """Characters `start` to `end` of a text name `term`."""

    start: int
    end: int
    term: Term


@dataclass(slots=True)
class _Node:
    """What may follow the words so far, and the term that they name."""

    next: dict[str, _Node] = field(default_factory=dict)
    term: Term | None = None


class Matcher:
    """All names of all terms, by their words.

    The longest name wins. Case does not count, except in abbreviations; plural and possessive endings of the last word
    are seen through; a hyphen is as good as a space.
    """

    def __init__(self, terms: Iterable[Term]) -> None:
        self._root = _Node()
        self._beginnings: dict[str, bool] = {}
        for term in terms:
            for name in term.names:
                node = self._root
                for word in _WORD.findall(name.text):
                    node = node.next.setdefault(word if is_abbreviation(word) else word.casefold(), _Node())
                if node is not self._root and node.term is None:
                    node.term = term

    def find(self, text: str) -> Iterator[Mention]:
        """The mentions in `text`, from left to right, none overlapping another."""
        words = list(_WORD.finditer(text))
        index = 0
        while index < len(words):
            found = self._longest(text, words, index) if self._may_begin(words[index][0]) else None
            if found is None:
                index += 1
            else:
                mention, index = found
                yield mention

    def _may_begin(self, word: str) -> bool:
        """Whether a name begins with `word`, which most words of a text do not."""
        known = self._beginnings.get(word)
        if known is None:
            known = any(form in self._root.next or form.casefold() in self._root.next for form in _forms(word))
            self._beginnings[word] = known
        return known

    def _longest(self, text: str, words: list[re.Match[str]], first: int) -> tuple[Mention, int] | None:
        node, found = self._root, None
        for index in range(first, len(words)):
            if index > first and not _BETWEEN_WORDS.fullmatch(text, words[index - 1].end(), words[index].start()):
                break
            forms = _forms(words[index][0])
            for form in forms:
                ending = node.next.get(form)
                if ending is not None and ending.term is not None:
                    found = Mention(words[first].start(), words[index].end(), ending.term), index + 1
                    break
            following = node.next.get(forms[0]) or node.next.get(forms[0].casefold())
            if following is None:
                break
            node = following
        return found


@lru_cache(maxsize=1 << 16)
def _forms(word: str) -> list[str]:
    """The word as it stands in a name, and what it may be an inflection of, the likeliest first."""
    if is_abbreviation(word):
        return [word]
    bare = re.sub(r"['’]s?$", "", word)
    if bare.endswith("s") and is_abbreviation(bare[:-1]):
        return [bare[:-1]]
    if is_abbreviation(bare):
        return [bare]
    low = bare.casefold()
    forms = [low]
    if low.endswith("ies"):
        forms.append(low[:-3] + "y")
    if low.endswith("es"):
        forms.append(low[:-2])
    if low.endswith("s") and not low.endswith("ss"):
        forms.append(low[:-1])
    return forms


def is_abbreviation(word: str) -> bool:
    """Whether `word` is written in capitals and digits, with at least two capitals."""
    match = _ABBREVIATION.fullmatch(word)
    return match is not None and not match[2]


def abbreviations(text: str) -> Iterator[str]:
    """The abbreviations used in `text`, without plural endings; Roman numerals are none."""
    for match in _ABBREVIATION.finditer(text):
        if not _ROMAN_NUMERAL.fullmatch(match[1]):
            yield match[1]
