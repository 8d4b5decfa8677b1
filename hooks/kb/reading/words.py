"""English words that name nothing by themselves, and the sentences of a text."""

from __future__ import annotations

import re
from collections.abc import Iterator

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")

# Articles, pronouns, prepositions, conjunctions, auxiliaries, numbers, and the commonest adverbs and verbs.
_FUNCTION_WORDS = """
    a about above according across after again against ago all almost alone along already also although always am
    among an and another any anybody anyone anything are around as ask asked at away back be became because become
    been before began begin being below besides best better between beyond both but by call called calls came can
    cannot come comes could did do does doing done down during each eight either else enough especially even ever
    every everybody everyone everything far few fewer find first five for found four from full gave get give given
    go good great had half has have having he held help hence her here hers herself him himself his how however i if
    in indeed instead into is it its itself just keep kept know last later least less let like likely little long
    look made mainly make many may me mean means might mine more most mostly much must my myself near need neither
    never next nine no nobody none nor not nothing now of off often on once one only onto or other others otherwise
    our ours out over own per perhaps put quite rather really same say says second see seem seems seen self set
    several shall she should since six so some somebody someone something sometimes soon still such take taken ten
    than that the their theirs them themselves then there therefore these they thing things third this those though
    three through thus to together too toward towards turn two under unless until up upon us use used uses using
    usually very want was way ways we well went were what whatever when where wherever whether which while who
    whoever whole whom whose why will with within without would yes yet you your yours yourself
"""
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())
_SENTENCE_END = re.compile(r"[.!?][\"”’')\]]*\s+(?=[\"“‘'(\[]*[A-Z0-9])")
_ABBREVIATED = re.compile(r"(?:\b(?:e\.g|i\.e|cf|vs|etc|al|Dr|Mr|Mrs|Ms|Prof|St|No|Fig|pp?|ed|eds|vol)|\b[A-Z])\.$")


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where each sentence of a paragraph starts and ends. "e.g." and initials end none."""
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if not _ABBREVIATED.search(text, max(start, match.start() - 6), match.start() + 1):
            yield start, match.end()
            start = match.end()
    if text[start:].strip():
        yield start, len(text)
