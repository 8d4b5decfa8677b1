"""How far the glossary covers the texts: what each page mentions, and what it says often that no entry explains."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from kb.knowledge import KnowledgeBase
from kb.model import Page
from kb.reading.words import FUNCTION_WORDS, WORD
from kb.terms import abbreviations, fold, is_abbreviation

_LONGEST_PHRASE = 4
_FEWEST_USES = 3
_FEWEST_PAGES_OF_WORD, _FEWEST_PAGES_OF_PHRASE = 3, 2
# What English makes nouns with; a single word without such an ending, or a hyphen, is seldom a term.
_NOUN = re.compile(r".{3,}(?:tion|sion|ment|ness|ity|ism|sis|ance|ence|ship|logy|pathy|phobia|mania|hood|dom)s?")
_NOT_LAST = re.compile(r".*(?:ed|ly|['’]s?)")
_BETWEEN = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class PageCoverage:
    """What one page has of terms: different ones, mentions in all, those that become links, abbreviations used."""

    page: Page
    words: int
    terms: int
    mentions: int
    links: int
    abbreviations: int
    unexplained: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """An expression that may deserve an entry: how often it is used, and on how many pages."""

    text: str
    uses: int
    pages: int


def coverage(kb: KnowledgeBase) -> list[PageCoverage]:
    """One row for each page that says anything, in the order of the files."""
    rows = []
    for page in kb.pages:
        words = sum(len(WORD.findall(paragraph.text)) for section in page.sections for paragraph in section.paragraphs)
        if not words:
            continue
        others = [(s, m) for s, _, m in kb.mentions_on(page) if m.term.page != page.uri]
        used = {found for section in page.sections for text in section.prose for found in abbreviations(text)}
        rows.append(
            PageCoverage(
                page=page,
                words=words,
                terms=len({mention.term.span for _, mention in others}),
                mentions=len(others),
                links=len({(section, mention.term.span) for section, mention in others}),
                abbreviations=len(used),
                unexplained=len(used - kb.abbreviations),
            )
        )
    return rows


def candidates(kb: KnowledgeBase) -> list[Candidate]:
    """Expressions that no entry explains, those on most pages first.

    Abbreviations; phrases of two to four words without a function word other than "of", used three times and on two
    pages; words with a hyphen or the ending of an abstract noun, on three pages. Names of people whom the bibliography
    knows are left out, as is a phrase that only occurs within a longer one.
    """
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    places: dict[str, set[str]] = defaultdict(set)
    for page in kb.pages:
        for section in page.sections:
            for paragraph in section.paragraphs:
                for text in _expressions(kb, paragraph.text):
                    key = fold(text)
                    forms[key][text] += 1
                    places[key].add(page.uri)
    found = [
        Candidate(max(sorted(counted), key=counted.__getitem__), counted.total(), len(places[key]))
        for key, counted in forms.items()
    ]
    frequent = [candidate for candidate in found if _is_frequent(candidate)]
    frequent.sort(key=lambda candidate: (-candidate.pages, -candidate.uses, candidate.text.casefold()))
    phrases: dict[int, list[str]] = defaultdict(list)
    for candidate in frequent:
        phrases[candidate.uses].append(f" {candidate.text} ")
    return [
        candidate
        for candidate in frequent
        if sum(f" {candidate.text} " in phrase for phrase in phrases[candidate.uses]) == 1
    ]


def _expressions(kb: KnowledgeBase, text: str) -> Iterator[str]:
    """The words and phrases in a paragraph that could be terms and are not part of one."""
    taken = [(mention.start, mention.end) for mention in kb.matcher.find(text)]
    run: list[str] = []
    end = 0
    for match in WORD.finditer(text):
        word = match[0]
        is_taken = any(start <= match.start() < stop for start, stop in taken)
        if run and (is_taken or not _BETWEEN.fullmatch(text, end, match.start())):
            yield from _phrases(run)
            run = []
        end = match.end()
        if is_taken or word.casefold() in kb.family_names:
            yield from _phrases(run)
            run = []
        else:
            run.append(word if is_abbreviation(word) else word.casefold())
    yield from _phrases(run)


def _phrases(words: list[str]) -> Iterator[str]:
    for start, first in enumerate(words):
        if first in FUNCTION_WORDS:
            continue
        for stop in range(start + 1, min(start + _LONGEST_PHRASE, len(words)) + 1):
            last = words[stop - 1]
            if last in FUNCTION_WORDS:
                if last != "of":
                    break
            elif not _NOT_LAST.fullmatch(last) and (stop - start > 1 or _could_be_term(first)):
                yield " ".join(words[start:stop])


def _could_be_term(word: str) -> bool:
    return is_abbreviation(word) or "-" in word or _NOUN.fullmatch(word) is not None


def _is_frequent(candidate: Candidate) -> bool:
    if is_abbreviation(candidate.text):
        return True
    fewest = _FEWEST_PAGES_OF_PHRASE if " " in candidate.text else _FEWEST_PAGES_OF_WORD
    return candidate.uses >= _FEWEST_USES and candidate.pages >= fewest
