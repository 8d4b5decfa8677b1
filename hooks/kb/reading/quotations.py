"""Quotations of a page with what tells where they are taken from, and mentions of a work by name and year."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kb.model import CitationGroup, Quotation, YearMention
from kb.reading.blocks import CITATION, CLOSE_QUOTE, NOTE, OPEN_QUOTE, Block
from kb.reading.citation_groups import parse_group

# Up to so many words, a quotation needs no page.
SHORT = 12
_WORD = re.compile(r"\w+(?:['’.-]\w+)*")
# What tells a place within a work, with or without pages, in what follows a key; a number alone is a page.
_LOCATOR = re.compile(
    r"""
    \b(?:pp?|pgs?|pages?|chaps?|chapters?|secs?|sections?|paras?|paragraphs?|parts?|pt|vols?|volumes?|figs?|figure|tables?
        |lines?|ll?|nn?|notes?|fn|footnotes?|fol|cols?|columns?|bk|books?|vv?|verses?|locs?|location|slides?|items?|app
        |appendix|box|min|art|articles?|no|sessions?|lectures?|letters?|entry)\.?\s*(?:\d|[ivxlc]+\b|[A-Z]\b)
    | [§¶]\s*\d | \d:\d\d\b | \b(?:abstract|preface|foreword|introduction|epigraph|afterword|dedication|appendix|s\.v\.)
    | ^[\s,{]*[\divxlc]+\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LOCATOR_IN_TEXT = re.compile(
    r"(?:\b(?:pp?|paras?|chap|sec)\.\s*|\b(?:pages?|paragraphs?|chapters?|sections?)\s+|[§¶]\s*)(?:\d|[ivxlc]+\b)"
)
_ATTRIBUTION = re.compile(r"^[ \t]*[—–―-]{1,2}[ \t]*\w[^\n]*\Z", re.MULTILINE)
_REMARK = re.compile(r"\s*(?:\[!|(?:note|tip|warning|important|caution|example)\b)", re.IGNORECASE)


def quotations(blocks: Sequence[Block], groups: Sequence[CitationGroup]) -> Iterator[Quotation]:
    """The quotations of more than `SHORT` words, those of invented examples left out."""
    located = [any(_LOCATOR.search(item.suffix) for item in parse_group(group.text) or ()) for group in groups]
    for number, block in enumerate(blocks):
        if block.is_invented:
            continue
        if block.quotation is None:
            yield from _in_text(block, located)
        elif number == 0 or blocks[number - 1].quotation != block.quotation:
            end = number
            while end < len(blocks) and blocks[end].quotation == block.quotation:
                end += 1
            beside = [*blocks[max(0, number - 1) : number], *blocks[end : end + 1]]
            yield from _block_quotation(blocks[number:end], beside, located)


def _block_quotation(inside: Sequence[Block], beside: Sequence[Block], located: Sequence[bool]) -> Iterator[Quotation]:
    text = _ATTRIBUTION.sub("", "\n".join(block.text for block in inside))
    if _count(text) <= SHORT or _REMARK.match(text):
        return
    around = [*inside, *(block for block in beside if block.quotation is None)]
    cited = [index for block in around for _, index in block.groups]
    has_place = any(located[index] for index in cited) or any(NOTE in block.text for block in inside)
    has_place = has_place or any(_LOCATOR_IN_TEXT.search(block.text) for block in around)
    yield Quotation(_plain(text), _count(text), "", True, tuple(cited), has_place)


def _in_text(block: Block, located: Sequence[bool]) -> Iterator[Quotation]:
    done = 0
    last_located = max((offset for offset, index in block.groups if located[index]), default=-1)
    for start, end, is_marked in sorted(_pairs(block.text), key=lambda pair: (pair[0], -pair[1])):
        text = block.text[start + 1 : end - 1]
        if start < done or _count(text) <= SHORT:
            continue
        done = end
        first, last = block.sentence(start, end)
        around = block.text[first:start] + block.text[end:last]
        cited = (*block.groups_within(end, last), *block.groups_within(first, start), *block.groups_within(start, end))
        has_place = last_located >= end or any(located[index] for index in cited) or NOTE in block.text[end:last]
        has_place = has_place or bool(_LOCATOR_IN_TEXT.search(around))
        lead = _plain(block.text[first:start])
        yield Quotation(_plain(text), _count(text), lead, is_marked, cited, has_place)


def _pairs(text: str) -> Iterator[tuple[int, int, bool]]:
    """From where to where something stands in quotation marks, these included; True where it is an element `q`."""
    if OPEN_QUOTE in text:
        yield from ((match.start(), match.end(), True) for match in _Q.finditer(text))
    if "“" in text:
        yield from ((match.start(), match.end(), False) for match in _CURLY.finditer(text))
    if "‘" in text:
        yield from ((match.start(), match.end(), False) for match in _SINGLE.finditer(text))
    if '"' in text:
        opened = None
        for match in _STRAIGHT.finditer(text):
            if match["open"]:
                opened = match.start()
            elif opened is not None:
                yield opened, match.end(), False
                opened = None


_Q = re.compile(f"{OPEN_QUOTE}[^{OPEN_QUOTE}{CLOSE_QUOTE}]*{CLOSE_QUOTE}")
_CURLY = re.compile(r"“[^“”]*”")
# An apostrophe between letters closes nothing.
_SINGLE = re.compile(r"(?<!\w)‘(?:[^‘’]|(?<=\w)’(?=\w))*’(?!\w)")
_STRAIGHT = re.compile(r"(?P<open>(?:(?<=[\s(\[—–/-])|(?<![\s\S]))\"(?=[^\s]))|(?<=\S)\"")


def _count(text: str) -> int:
    return len(_WORD.findall(text))


def _plain(text: str) -> str:
    for mark in (CITATION, NOTE, OPEN_QUOTE, CLOSE_QUOTE):
        text = text.replace(mark, " ")
    return " ".join(text.split())


# mentions of a year

_PARTICLE = r"(?:de|van|von|der|den|la|le|du|di|da|ter|ten)\s+"
_NAME = rf"(?:[A-ZÀ-Þ]\.[ -]?){{0,4}}+(?:{_PARTICLE}){{0,3}}+[A-ZÀ-Þ](?=\w*[a-zß-ÿ])(?:\w|[’'-](?!s\b)(?=\w))*+"
_NAMES = rf"{_NAME}(?:(?:,\s+(?:and\s+|&\s+)?|\s+(?:and\s+|&\s+)?){_NAME}){{0,5}}"
_MORE = r"(?:,?\s+et\s+al\.?|\s+and\s+(?:colleagues|others|co-workers))?"
_YEAR = r"(?:1[5-9]|20)\d\d"
_YEARS = rf"{_YEAR}[a-z]?(?:\s?(?:[-–/,]|and|,\s*and)\s?(?:{_YEAR}[a-z]?|\d\d(?!\d)))*"
_WORK = (
    "paper|book|article|essay|work|study|chapter|lecture|monograph|text|review|trial|meta-analysis|case study|report|"
    "manual|account|letter"
)
_MENTIONS = (
    re.compile(rf"\b(?P<names>{_NAMES}){_MORE}(?:['’]s?)?\s+[(\[](?P<years>{_YEARS})(?:[,;:]\s[^()\[\]]*)?[)\]]"),
    re.compile(
        rf"\((?:see\s+|cf\.\s+|e\.g\.,?\s+)?(?P<names>{_NAMES}){_MORE},?\s(?P<years>{_YEARS})(?:[,:]\s[^()]*)?\)"
    ),
    re.compile(rf"\b(?P<names>{_NAMES})['’]s?\s+(?P<years>{_YEAR})[a-z]?\s+(?:{_WORK})\b"),
)
# Words that begin a sentence with a capital letter and are no part of the name behind them.
_BEFORE_NAME = re.compile(
    r"(?:(?:After|Against|Although|And|As|Because|Before|Both|But|By|For|From|Here|If|In|Like|Not|On|Or|See|Since|So|That"
    r"|Then|Thus|To|Unlike|What|When|Where|While|With|Yet)\s+)+"
)
# In characters: how far before a year its names begin, and how far behind it the brackets close.
_LONGEST_NAMES, _LONGEST_REST = 160, 80
_ANY_YEAR = re.compile(_YEAR)
# After these words a sentence may well speak of another work by the same hand.
_ANOTHER_WORK = re.compile(
    r"\b(?:later|subsequent\w*|afterwards?|eventually|again|return\w*|revis\w+|repr\w+|translat\w+|extend\w*|develop\w*|"
    r"earlier|before|since|until|already|first|also|still|then|elaborat\w+|anticipat\w+|updat\w+|replicat\w+|"
    r"follow\w*|chang\w+|edition|another|decades?|years?|(?:1[5-9]|20)\d\d)\b",
    re.IGNORECASE,
)


def year_mentions(blocks: Sequence[Block]) -> Iterator[YearMention]:
    """The mentions of a work by name and year that a citation follows, in the same sentence and before the next one."""
    for block in blocks:
        if not block.groups or not _ANY_YEAR.search(block.text):
            continue
        found = [
            match
            for start, end in _around_years(block.text)
            for form in _MENTIONS
            for match in form.finditer(block.text, start, end)
        ]
        found.sort(key=lambda match: match.end())
        for number, match in enumerate(found):
            first, last = block.sentence(match.start(), match.end())
            until = min(last, found[number + 1].start()) if number + 1 < len(found) else last
            following = block.first_group(match.end(), until)
            if following is None:
                continue
            between = block.text[match.end() : following[0]]
            if between.strip() and (match.re is _MENTIONS[-1] or _ANOTHER_WORK.search(between)):
                continue
            before = _BEFORE_NAME.match(match[0])
            names = " ".join(match["names"].split()).removeprefix(before[0] if before else "")
            text = match[0][before.end() if before else 0 :]
            years = tuple(_all_years(match["years"]))
            yield YearMention(names, years, text, following[1], block.groups_within(first, last))


def _around_years(text: str) -> Iterator[tuple[int, int]]:
    """The stretches of the text in which a year may be mentioned: only there is it worth looking for names."""
    start = end = 0
    for year in _ANY_YEAR.finditer(text):
        if year.start() - _LONGEST_NAMES > end:
            yield start, end
            start = year.start() - _LONGEST_NAMES
        end = year.end() + _LONGEST_REST
    yield start, min(end, len(text))


def _all_years(text: str) -> Iterator[int]:
    """Every year of a list or range: 1905 and 1912, 1893–95."""
    previous: int | None = None
    for match in re.finditer(r"(?P<to>[-–]\s?)?(?<!\d)(?:(?P<century>\d\d))?(?P<rest>\d\d)(?!\d)", text):
        century = match["century"] or str(previous)[:2]
        year = int(century + match["rest"])
        if match["to"] and previous is not None:
            yield from range(previous + 1, min(year, previous + 50))
        yield year
        previous = year
